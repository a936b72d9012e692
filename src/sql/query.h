/* sql/query.h - a statement after analysis: names resolved, types known, access guarded.
 *
 * This is the one tree that both printers print (PostgreSQL's `Query` has the same shape). A column
 * reference points at its range table entry directly, so correlated references need no level count.
 *
 * Owns:    nothing; nodes live in the plan's arena and may point into the catalog snapshot that the
 *          plan holds a reference to.
 * Threads: immutable once built.
 */
#ifndef DAPUR_SQL_QUERY_H
#define DAPUR_SQL_QUERY_H

#include "sql/builtin.h"
#include "sql/catalog.h"
#include "types/value.h"

struct query;
struct rte;
struct expr;
struct access;
struct record_field; /* sql/infer.h */

/* Where a function is called that the engine runs by itself (PL/pgSQL): as whom, with which path. */
struct call_site {
    const struct cat_function *function;
    oid role;
    const str *path; /* schema names */
    size_t path_count;
    const oid *arg_types; /* of the arguments given: what polymorphic ones stand for */
    size_t arg_count;
    oid result;
    const oid *row_types; /* of a column definition list: f() AS (a int, ...) */
    size_t row_count;
    bool writes; /* the function or what it calls may (plpgsql_writes) */
    bool kept;   /* in an expression that a table keeps: it runs as whoever writes the row */
};

struct expr_list {
    struct expr **at;
    size_t count;
};

enum expr_kind {
    EXPR_CONST,     /* .constant: canonical stored form; VALUE_NULL for NULL */
    EXPR_PARAM,     /* .index: the plan's parameter, from 0 */
    EXPR_SESSION,   /* .session: auth.uid(), now(), current_setting('request.x'): bound per run */
    EXPR_COLUMN,    /* .column */
    EXPR_WHOLE_ROW, /* .rte: the row of a FROM item as a composite */
    EXPR_CALL,      /* .call: built-in function or operator; args in .args */
    EXPR_USER_CALL, /* .function, .site: a user's function that could not be inlined; args in .args */
    EXPR_AGGREGATE, /* .aggregate; args in .args */
    EXPR_WINDOW,    /* .window; args in .args */
    EXPR_CAST,      /* .cast; args.at[0] */
    EXPR_AND,       /* .args, two or more */
    EXPR_OR,
    EXPR_NOT,
    EXPR_NULL_TEST, /* .negated: IS NOT NULL; args.at[0] */
    EXPR_BOOL_TEST, /* .bool_test; args.at[0] */
    EXPR_DISTINCT,  /* a IS [.negated: NOT] DISTINCT FROM b; .call.builtin is the "=" used */
    EXPR_IN_LIST,   /* args[0] [NOT] IN (args[1..]); .call.builtin is the "=" */
    EXPR_ANY_ARRAY, /* args[0] op ANY|ALL (args[1], an array); .call.builtin the operator; .all */
    EXPR_SUBQUERY,  /* .sublink (EXPR_SUBLINK is the name of one kind in ast.h) */
    EXPR_CASE,      /* .case_of */
    EXPR_COALESCE,
    EXPR_GREATEST, /* .call.builtin is the "<" of the type */
    EXPR_LEAST,
    EXPR_NULLIF,          /* .call.builtin is the "=" */
    EXPR_ARRAY,           /* ARRAY[...]: type is the array type */
    EXPR_ROW,             /* ROW(...) */
    EXPR_ROW_COMPARE,     /* (a,b) op (c,d): .row_compare */
    EXPR_FIELD,           /* .field of composite args[0] */
    EXPR_SUBSCRIPT,       /* args[0][args[1]] ; slices: .slice with args[1], args[2] (NULL: open) */
    EXPR_DEFAULT,         /* DEFAULT in VALUES or SET; replaced before a plan leaves the analyzer */
    EXPR_EXCLUDED_COLUMN, /* .column of the proposed row in ON CONFLICT DO UPDATE */
    EXPR_DOMAIN_VALUE,    /* VALUE in a domain's check */
    EXPR_NEXTVAL,         /* .sequence: from DEFAULT nextval(...) / identity, or nextval('const') */
    EXPR_GROUPING,        /* GROUPING(args); 0 where GROUP BY has no sets, else rewritten */
    EXPR_BARRIER_TRUE,    /* constant TRUE that a printer may not fold (tests) */
};

/* What EXPR_SESSION stands for. Bound as a parameter, never inlined, so a plan serves all callers. */
enum session_value {
    SESSION_UID,          /* auth.uid(): uuid or NULL */
    SESSION_ROLE,         /* auth.role(): text */
    SESSION_EMAIL,        /* auth.email(): text */
    SESSION_JWT,          /* auth.jwt(): jsonb or NULL */
    SESSION_SETTING,      /* current_setting(name, missing_ok): text; .name */
    SESSION_NOW,          /* now(), current_timestamp: timestamptz, fixed per transaction */
    SESSION_CURRENT_USER, /* current_user: the role this part of the tree runs as; .name */
    SESSION_SESSION_USER, /* session_user: authenticator or postgres */
    SESSION_STATEMENT_NOW,
};

enum sublink_kind { SUBLINK_EXISTS, SUBLINK_ANY, SUBLINK_ALL, SUBLINK_SCALAR, SUBLINK_ARRAY };

struct sort_item {
    struct expr *expr;
    bool descending;
    bool nulls_first; /* always said: defaults are filled in by the analyzer */
};

struct sort_list {
    struct sort_item *at;
    size_t count;
};

struct window_spec {
    struct expr_list partition;
    struct sort_list order;
    const struct node *frame; /* the WindowDef, for its frame options and offsets */
    struct expr *start_offset;
    struct expr *end_offset;
    int frame_options;
};

struct case_arm {
    struct expr *when; /* boolean: CASE x WHEN y is already x = y */
    struct expr *then;
};

enum cast_context { CAST_IMPLICIT, CAST_ASSIGNMENT, CAST_EXPLICIT };

struct expr {
    enum expr_kind kind;
    oid type;
    int32_t typmod;
    int32_t location; /* byte offset in the statement, or -1 */
    struct expr_list args;
    union {
        struct value constant;
        struct {
            int index;
            const struct record_field *record; /* EXPR_PARAM of type record: its fields; EXPR_ROW:
                                                * their names, of a function's OUT arguments */
            size_t record_count;
            bool from_zero; /* EXPR_PARAM that is an array counted from 0: TG_ARGV */
        };
        struct {
            enum session_value which;
            str name;
            bool missing_ok;
        } session;
        struct {
            struct rte *rte;
            int index; /* into rte->columns */
        } column;
        struct rte *rte;
        struct {
            const struct builtin *builtin;
        } call;
        struct {
            const struct cat_function *function;
            const struct call_site *site; /* NULL: of a body that is to be inlined */
        };
        struct {
            const struct builtin *builtin; /* NULL args: count(*) */
            bool star;
            bool distinct;
            struct sort_list order;
            struct expr *filter;
            struct sort_list within_group;
        } aggregate;
        struct {
            const struct builtin *builtin; /* a window function or an aggregate */
            bool star;
            struct expr *filter;
            struct window_spec *over;
        } window;
        struct {
            enum cast_context context;
            bool binary; /* same representation: nothing to do at run time */
        } cast;
        bool negated;
        struct {
            bool is_true_like; /* IS [NOT] TRUE / FALSE / UNKNOWN */
            char value;        /* 't','f','u' */
            bool negated;
        } bool_test;
        struct {
            enum sublink_kind kind;
            struct query *query;
            const struct builtin *op; /* ANY, ALL: args[0] op column; NULL otherwise */
        } sublink;
        struct {
            struct case_arm *arms;
            size_t arm_count;
            struct expr *otherwise; /* NULL: NULL */
        } case_of;
        struct {
            const struct builtin **ops; /* per pair, "=" or "<" of the type */
            char op[3];                 /* "=", "<>", "<", "<=", ">", ">=" */
            size_t pair_count;          /* args: left ones, then right ones */
        } row_compare;
        struct {
            str name;
            int index;
        } field;
        bool slice;
        struct {
            const struct cat_relation *sequence;
            bool identity; /* no privilege on it is asked: its column's own, or asked already */
        };
    };
    /* EXPR_IN_LIST, EXPR_ANY_ARRAY: NOT IN, ALL instead of ANY. */
    bool inverted;
    const struct builtin
        *compare; /* the comparison of DISTINCT, IN, ANY, GREATEST, LEAST, NULLIF */
};

struct rte_column {
    str name;
    oid type;
    int32_t typmod;
    int16_t number; /* RTE_RELATION: the column's number; else 0 */
    bool hidden;    /* not part of "*": system columns, merged JOIN USING duplicates */
};

enum rte_kind {
    RTE_RELATION, /* a table (views are expanded to RTE_SUBQUERY) */
    RTE_SUBQUERY,
    RTE_VALUES,     /* .rows */
    RTE_FUNCTION,   /* .function: a set-returning or scalar call in FROM */
    RTE_CTE,        /* .cte */
    RTE_RESULT,     /* no table at all: one empty row */
    RTE_TRANSITION, /* .is_new: the NEW or OLD TABLE of the trigger whose function this stands in */
};

struct rte {
    enum rte_kind kind;
    str alias; /* unique inside its query for the printer; empty only for RTE_RESULT */
    struct rte_column *columns;
    size_t column_count;
    const struct cat_relation *relation; /* RTE_RELATION; RTE_SUBQUERY of a view: the view */
    oid reader; /* RTE_RELATION: current_user there; a system relation shows what it may see */
    struct query *query; /* RTE_SUBQUERY */
    bool lateral;
    bool is_new;            /* RTE_TRANSITION */
    struct expr_list *rows; /* RTE_VALUES */
    size_t row_count;
    struct expr *function; /* RTE_FUNCTION: EXPR_CALL or EXPR_USER_CALL */
    bool ordinality;
    bool column_definitions; /* json_to_recordset(...) AS x(a int, ...): columns as declared */
    struct cte *cte;         /* RTE_CTE */
    /* Row-level security: rows for which this is not TRUE do not exist for the reader. Made of the
     * policies' expressions over this rte's columns; NULL: no policy applies. */
    struct expr *security;
    /* The caller's conditions over this rte may run before `security` only when leakproof. The
     * printer puts the rest outside a barrier (docs/sql.md, "Access"). */
    bool barrier;
    struct access *access; /* the guard's own notes (sql/guard.h); NULL for what needs no grant */
};

enum from_kind { FROM_RTE, FROM_JOIN };
enum join_kind {
    JOIN_KIND_INNER,
    JOIN_KIND_LEFT,
    JOIN_KIND_RIGHT,
    JOIN_KIND_FULL,
    JOIN_KIND_CROSS
};

struct from_item {
    enum from_kind kind;
    struct rte *rte;
    enum join_kind join;
    struct from_item *left, *right;
    struct expr *on; /* USING and NATURAL are resolved into it */
};

struct cte {
    str name; /* unique in the plan for the printer */
    struct query *query;
    bool recursive;
    bool materialized;
    struct rte_column *columns;
    size_t column_count;
};

struct target {
    struct expr *expr;
    str name;
    bool hidden; /* links of embeds, sort keys that are not selected */
};

enum query_command { QUERY_SELECT, QUERY_INSERT, QUERY_UPDATE, QUERY_DELETE };
enum set_operation { SET_NONE, SET_UNION, SET_INTERSECT, SET_EXCEPT };

struct assignment {
    int column;        /* index into target_rte->columns */
    struct expr *expr; /* coerced to the column's type and typmod by assignment */
    bool part;         /* of the column's value: another part of it may be set beside */
};

/* What must be TRUE of a new row, in the order of testing. */
enum check_kind {
    CHECK_POLICY_INSERT, /* WITH CHECK of INSERT policies */
    CHECK_POLICY_UPDATE, /* WITH CHECK of UPDATE policies */
    CHECK_POLICY_SELECT, /* SELECT policies on the new row (RETURNING, ON CONFLICT, UPDATE reads) */
    CHECK_CONFLICT_UPDATE, /* USING of UPDATE and SELECT policies on the existing row: raises */
    CHECK_VIEW_OPTION,     /* WITH CHECK OPTION: 44000 */
    CHECK_DOMAIN,          /* a domain's constraint: 23514 */
    CHECK_PARTITION_FOUND, /* a partition takes the row: 23514 */
    CHECK_PARTITION,       /* the partition that was named takes it: 23514 */
};

struct row_check {
    enum check_kind kind;
    struct expr
        *expr; /* over target_rte's columns; stands for the new (or existing) row's values */
    const struct cat_relation *relation;
    str name; /* restrictive policy, domain constraint or view, for the message; may be empty */
};

struct row_check_list {
    struct row_check *at;
    size_t count;
};

struct on_conflict {
    bool do_update;
    bool any_arbiter;                /* DO NOTHING without a target */
    const struct cat_index *arbiter; /* else: the unique index */
    struct assignment *assignments;  /* may use EXPR_EXCLUDED_COLUMN */
    size_t assignment_count;
    struct expr *where;
};

struct query {
    enum query_command command;
    /* FROM: the items are comma joined; every rte of the query is in rtable. */
    struct rte **rtable;
    size_t rtable_count;
    struct from_item **from;
    size_t from_count;
    struct expr *where;
    struct target *targets; /* select list or RETURNING */
    size_t target_count;
    bool has_aggregates;
    bool has_windows;
    struct expr_list group_by;
    struct expr *having;
    bool distinct;
    struct expr_list distinct_on;
    struct sort_list order;
    struct expr *limit;
    struct expr *offset;
    struct cte **ctes;
    size_t cte_count;
    bool locks_rows; /* FOR UPDATE / SHARE: runs on the writer */
    /* set operation: left and right have the same column types; targets describe the result (names
     * and types; their exprs are not to be printed). `order` then holds exprs of `targets`: find the
     * ordinal by address. */
    enum set_operation set_op;
    bool set_all;
    struct query *set_left, *set_right;
    /* VALUES (...), (...) as a query of its own; targets and order as for a set operation */
    struct expr_list *values;
    size_t value_row_count;
    /* INSERT, UPDATE, DELETE */
    struct rte *target_rte;         /* the table; its `security` holds the USING predicates */
    struct assignment *assignments; /* UPDATE: SET; generated columns and their new values too */
    size_t assignment_count;
    int *insert_columns; /* INSERT: indexes into target_rte->columns of source columns:
                                            ALL columns, defaults filled in by the analyzer. Generated
                                            ones are there for the checks: an engine whose table
                                            computes them itself does not write them */
    size_t insert_column_count;
    struct query *source; /* INSERT ... SELECT / VALUES; yields insert_columns */
    struct on_conflict *conflict;
    struct row_check_list checks; /* new row, INSERT or UPDATE */
    struct row_check_list
        conflict_checks; /* ON CONFLICT DO UPDATE: existing row, then the new one */
    bool returning;
    /* Effects, for choosing the lane: true when it or what it calls writes. */
    bool writes;
    bool calls_volatile;
    oid run_as; /* the role this query was guarded for */
};

#endif
