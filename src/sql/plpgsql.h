/* sql/plpgsql.h - the body of a PL/pgSQL function as a tree.
 *
 * The SQL inside stays text here: what its names mean depends on the catalog, on the role and, for records,
 * on what they hold, so an engine compiles it when it is met first (PostgreSQL binds it as late). Every
 * piece of SQL knows the names that are in scope at its place.
 *
 * The body is read by a parser of our own (docs/decisions/008-plpgsql-parser.md).
 *
 * Owns:    nothing; the tree lives in the arena passed in and borrows from the body's text.
 * Threads: immutable once parsed.
 * Errors:  42601, 42704 (an unknown condition or label), 42P13 ... with PostgreSQL's texts and `at` counting bytes
 *          of the body.
 * Source:  PostgreSQL 15, pl_gram.y, pl_comp.c, plerrcodes.h.
 */
#ifndef DAPUR_SQL_PLPGSQL_H
#define DAPUR_SQL_PLPGSQL_H

#include "base/arena.h"
#include "base/err.h"
#include "sql/ast.h"

struct catalog;
struct cat_function;

/* ---- names ---- */

/* What is in scope at one place, innermost first: PostgreSQL's PLpgSQL_nsitem. */
enum pl_name_kind {
    PL_NAME_LABEL,   /* of a block or loop; a block without one has an empty label, which ends it */
    PL_NAME_VARIABLE /* a variable, an argument, an alias */
};

struct pl_name {
    const struct pl_name *outer;
    enum pl_name_kind kind;
    str name; /* folded as PostgreSQL folds names */
    int variable;
    bool loop; /* PL_NAME_LABEL: of a loop: EXIT and CONTINUE may name it */
};

/* ---- SQL inside ---- */

enum pl_expr_kind {
    PL_EXPRESSION, /* one or more expressions, as the select list of a SELECT without that word */
    PL_STATEMENT,  /* a whole SQL statement, INTO taken out */
};

struct pl_expr {
    enum pl_expr_kind kind;
    str text;   /* blanks stand where INTO stood: offsets count as in the body */
    size_t at;  /* where text starts in the body */
    int line;   /* from 1, in the body */
    int number; /* in the function, from 0: key of what an engine keeps of it */
    const struct pl_name *names;
};

/* ---- variables ---- */

enum pl_type_kind {
    PL_TYPE_NAMED, /* .name, as the grammar reads it: int[], numeric(10,2), citext, a table's row */
    PL_TYPE_RECORD,      /* record */
    PL_TYPE_COLUMN,      /* t.c%TYPE: .name has pct_type set; v%TYPE of a variable: .variable */
    PL_TYPE_ROW,         /* t%ROWTYPE: .name is the relation */
    PL_TYPE_CURSOR,      /* refcursor and bound cursors */
    PL_TYPE_ARGUMENT,    /* the type of function->arguments[.argument] */
    PL_TYPE_TRIGGER_ROW, /* NEW, OLD: a row of the trigger's table */
};

struct pl_type {
    enum pl_type_kind kind;
    const struct TypeName *name;
    int variable; /* PL_TYPE_COLUMN of a variable; else -1 */
    int argument;
    size_t at; /* in the body */
};

struct pl_cursor {
    bool bound; /* declared with a query */
    const struct pl_expr *query;
    const int *arguments; /* variables, in order */
    size_t argument_count;
    char scroll; /* 's' SCROLL, 'n' NO SCROLL, 0 not said */
};

struct pl_variable {
    str name;
    int line;
    bool constant, not_null;
    struct pl_type type;
    const struct pl_expr *init; /* or NULL */
    struct pl_cursor cursor;    /* PL_TYPE_CURSOR */
    /* What it is when nobody declared it. */
    enum pl_special {
        PL_DECLARED,
        PL_ARGUMENT, /* type.argument; OUT ones too */
        PL_FOUND,
        PL_NEW,
        PL_OLD,
        PL_TG_NAME,
        PL_TG_WHEN,
        PL_TG_LEVEL,
        PL_TG_OP,
        PL_TG_RELID,
        PL_TG_RELNAME, /* and tg_table_name, an alias */
        PL_TG_TABLE_SCHEMA,
        PL_TG_NARGS,
        PL_TG_ARGV,
        PL_SQLSTATE, /* of a handler */
        PL_SQLERRM,
        PL_LOOP_INTEGER, /* FOR i IN 1..n */
        PL_CASE_TEST,    /* the value that CASE compares */
    } special;
};

/* Where a value goes: a variable, a field of a record in it, an element of an array there. */
struct pl_target {
    int variable;
    const str *fields; /* r.a.b: {a, b} */
    size_t field_count;
    const struct pl_subscript {
        const struct pl_expr *index, *upper; /* upper: a slice [index:upper] */
        bool slice;
    } * subscripts;
    size_t subscript_count;
    int line;
    size_t at;
};

struct pl_into {
    bool given;
    bool strict;
    const struct pl_target *targets; /* one that is a record takes the whole row */
    size_t target_count;
};

/* ---- statements ---- */

enum pl_kind {
    PL_BLOCK,
    PL_ASSIGN,
    PL_IF,
    PL_CASE,
    PL_LOOP,
    PL_WHILE,
    PL_FOR_INTEGER,
    PL_FOR_QUERY, /* .dynamic: EXECUTE */
    PL_FOR_CURSOR,
    PL_FOREACH,
    PL_EXIT, /* and CONTINUE */
    PL_RETURN,
    PL_RETURN_NEXT,
    PL_RETURN_QUERY,
    PL_RAISE,
    PL_ASSERT,
    PL_SQL, /* any SQL statement, PERFORM, CALL and DO among them */
    PL_EXECUTE,
    PL_GET_DIAGNOSTICS,
    PL_OPEN,
    PL_FETCH, /* and MOVE */
    PL_CLOSE,
    PL_TRANSACTION, /* COMMIT, ROLLBACK */
    PL_NULL,
};

struct pl_statement;

struct pl_body {
    const struct pl_statement *const *at;
    size_t count;
};

struct pl_exprs {
    const struct pl_expr *const *at;
    size_t count;
};

struct pl_handler {
    int line;
    /* SQLSTATEs, five characters each: "23505"; a class ("23000" of integrity_constraint_violation) takes all of its
     * class; "OTHERS" all but query_canceled and assert_failure. */
    const str *conditions;
    size_t condition_count;
    struct pl_body body;
};

struct pl_arm {
    int line;
    const struct pl_expr *condition;
    struct pl_body body;
};

enum pl_raise_level { PL_DEBUG, PL_LOG, PL_INFO, PL_NOTICE, PL_WARNING, PL_EXCEPTION };
enum pl_raise_option {
    PL_OPTION_ERRCODE,
    PL_OPTION_MESSAGE,
    PL_OPTION_DETAIL,
    PL_OPTION_HINT,
    PL_OPTION_COLUMN,
    PL_OPTION_CONSTRAINT,
    PL_OPTION_DATATYPE,
    PL_OPTION_TABLE,
    PL_OPTION_SCHEMA,
};

enum pl_diagnostic {
    PL_DIAG_ROW_COUNT,
    PL_DIAG_PG_CONTEXT,
    PL_DIAG_PG_EXCEPTION_CONTEXT,
    PL_DIAG_PG_EXCEPTION_DETAIL,
    PL_DIAG_PG_EXCEPTION_HINT,
    PL_DIAG_RETURNED_SQLSTATE,
    PL_DIAG_COLUMN_NAME,
    PL_DIAG_CONSTRAINT_NAME,
    PL_DIAG_PG_DATATYPE_NAME,
    PL_DIAG_MESSAGE_TEXT,
    PL_DIAG_TABLE_NAME,
    PL_DIAG_SCHEMA_NAME,
};

enum pl_fetch_direction {
    PL_FETCH_FORWARD,
    PL_FETCH_BACKWARD,
    PL_FETCH_ABSOLUTE,
    PL_FETCH_RELATIVE
};

struct pl_statement {
    enum pl_kind kind;
    int line; /* from 1, in the body, as PostgreSQL counts: a newline right behind AS $$ is line 1 */
    size_t at;
    str label; /* of a block or loop; may be empty */
    union {
        struct {
            const int *variables; /* declared here: set anew each time the block is entered */
            size_t variable_count;
            struct pl_body body;
            const struct pl_handler *handlers; /* EXCEPTION; none: no subtransaction */
            size_t handler_count;
            int sqlstate, sqlerrm; /* variables of the handlers; -1 without */
        } block;
        struct {
            struct pl_target target;
            const struct pl_expr
                *expr; /* its text may be empty: PostgreSQL refuses that when it runs */
        } assign;
        struct {
            const struct pl_arm *arms; /* IF and ELSIFs; CASE: the WHENs */
            size_t arm_count;
            struct pl_body otherwise;
            bool has_otherwise;
            /* CASE x WHEN: x, and the variable that it is kept in: the arms' conditions are texts of their own,
             * to be compared with it: `"variable" IN (<text>)`. NULL: CASE WHEN. */
            const struct pl_expr *test;
            int test_variable;
        } branch; /* PL_IF, PL_CASE */
        struct {
            const struct pl_expr *condition; /* PL_WHILE */
            struct pl_body body;
            /* PL_FOR_INTEGER */
            int variable;
            const struct pl_expr *lower, *upper, *step;
            bool reverse;
            /* PL_FOR_QUERY, PL_FOR_CURSOR, PL_FOREACH: where a row or element goes */
            struct pl_into into;
            const struct pl_expr *query; /* PL_FOREACH: the array; dynamic: the text's expression */
            bool dynamic;
            struct pl_exprs params; /* USING; PL_FOR_CURSOR: the cursor's arguments, see PL_OPEN */
            const str *param_names;
            int cursor;
            int64_t slice;
        } loop;
        struct {
            bool is_continue;
            str to; /* a label, or empty */
            const struct pl_expr *condition;
        } exit;
        struct {
            const struct pl_expr *expr; /* NULL: nothing, or the OUT arguments */
        } result;                       /* PL_RETURN, PL_RETURN_NEXT */
        struct {
            const struct pl_expr *query;
            bool dynamic; /* query is the text's expression */
            struct pl_exprs params;
        } query; /* PL_RETURN_QUERY */
        struct {
            enum pl_raise_level level;
            bool again;    /* RAISE; alone */
            str sqlstate;  /* of a named condition or SQLSTATE '...'; empty: not said */
            str condition; /* its name as written, the message when there is no other */
            str message;   /* the format, quotes undone; at NULL: none */
            struct pl_exprs params;
            const struct pl_raise_item {
                enum pl_raise_option option;
                const struct pl_expr *expr;
            } * options;
            size_t option_count;
        } raise;
        struct {
            const struct pl_expr *condition, *message;
        } assertion;
        struct {
            const struct pl_expr *text;
            struct pl_into into;
            bool perform; /* its rows go nowhere */
            /* By its words: INSERT, UPDATE, DELETE, MERGE, or WITH that has them. */
            bool modifies;
            /* The same of the statement without its WITH: then INTO refuses a second row, as with STRICT. */
            bool modifies_itself;
            struct pl_exprs params; /* PL_EXECUTE: USING */
        } sql;                      /* PL_SQL, PL_EXECUTE */
        struct {
            bool stacked;
            const struct pl_diagnostic_item {
                enum pl_diagnostic what;
                struct pl_target target;
            } * items;
            size_t item_count;
        } diagnostics;
        struct {
            int cursor;
            const struct pl_expr *query; /* OPEN c FOR; NULL: a bound cursor's own */
            bool dynamic;
            struct pl_exprs params; /* USING, or a bound cursor's arguments */
            const str *param_names; /* of arguments given as name := value; empty: by place */
            char scroll;
            /* PL_FETCH */
            struct pl_into into;
            bool move;
            enum pl_fetch_direction direction;
            bool all;                    /* FORWARD ALL, BACKWARD ALL */
            const struct pl_expr *count; /* NULL: 1, or `fixed` */
            int64_t fixed; /* NEXT 1, PRIOR -1 as BACKWARD 1; FIRST 1, LAST -1 as ABSOLUTE */
        } cursor;          /* PL_OPEN, PL_FETCH, PL_CLOSE */
        struct {
            bool rollback, chain;
        } transaction;
    };
};

/* ---- functions ---- */

/* A call in the body's SQL as it is written, whatever it resolves to. */
struct pl_call {
    str schema; /* may be empty */
    str name;
};

struct pl_function {
    const struct pl_variable *variables;
    size_t variable_count;
    const struct pl_statement *block;
    const struct pl_expr *const *exprs; /* by number */
    size_t expr_count;
    int found;            /* the variable FOUND */
    int new_row, old_row; /* NEW, OLD; -1 outside triggers */
    const int *arguments; /* variables of the function's arguments, in order, OUT ones too */
    size_t argument_count;
    const int *outputs; /* variables of OUT, INOUT and TABLE ones, in order */
    size_t output_count;
    /* #variable_conflict */
    enum pl_conflict { PL_CONFLICT_ERROR, PL_CONFLICT_VARIABLE, PL_CONFLICT_COLUMN } conflict;
    /* Effects, by looking at the words: a statement that writes or locks rows; EXECUTE of a text. */
    bool writes;
    bool dynamic;
    bool unsteady; /* it may read tables, the clock, the session: more than its arguments */
    const struct pl_call *calls; /* each once */
    size_t call_count;
};

/* A function's, procedure's or trigger function's body (result TRIGGEROID). DO: a function without
 * arguments that returns void. Only syntax is looked at, and that of the SQL inside not at all:
 * plpgsql_check_syntax is for that, when a function is made. */
MUST_USE err plpgsql_parse(struct arena *arena,
                           const struct cat_function *function,
                           str body,
                           struct pl_function **out);
/* The same for a function that enters a catalog: NULL for a body that does not parse, which may be there when
 * it was accepted unseen (check_function_bodies off). */
const struct pl_function *plpgsql_load(struct arena *arena, const struct cat_function *function);
/* 42601 for SQL inside that does not parse, `at` in the body. */
MUST_USE err plpgsql_check_syntax(struct arena *arena, const struct pl_function *function);

/* The same tree of a LANGUAGE sql function, for a body that is run statement by statement: each is a
 * PL_STATEMENT of exprs, the last one answers. Arguments are variables; columns come before them. */
void plpgsql_of_sql(struct arena *arena,
                    const struct cat_function *function,
                    struct pl_function **out);

/* Whether a call may write or lock rows, change a session or a sequence, itself or by what it calls: by looking,
 * with doubts counted as yes. LANGUAGE sql and plpgsql. Statements and EXECUTE of a function that is not VOLATILE do not
 * write (PostgreSQL refuses them at run time, 0A000); what it calls may. */
bool plpgsql_writes(const struct catalog *catalog, const struct cat_function *function);

/* Whether a call's answer hangs on nothing but its arguments: no tables, no EXECUTE, nothing that is not immutable
 * in what it calls. By looking, with doubts counted as no; what it was declared as counts for nothing. */
bool plpgsql_is_steady(const struct catalog *catalog, const struct cat_function *function);

/* The SQLSTATE of a condition's name ("unique_violation"), or the empty str. */
str plpgsql_condition(str name);

#endif
