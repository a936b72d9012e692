/* sql/infer.h - syntax tree of an expression to a typed `struct expr`, by PostgreSQL's rules.
 *
 * What belongs to a statement (which columns are in scope, subqueries, named windows, inlining of
 * user functions) is asked of the caller through hooks; what belongs to expressions (overloads,
 * coercions, literals, common types, names of results) is decided here. A string literal stays of
 * type unknown until something gives it a type; then it is converted at once, so a bad one is
 * refused when the statement is compiled (22P02...).
 *
 * Owns:    nothing; nodes live in ctx->arena.
 * Threads: as the arena.
 * Errors:  42883, 42725, 42804, 42846, 42P18, 42803, 42P20, 22P02, 0A000 ... with PostgreSQL's
 *          texts and hints, and `at`.
 * Source:  PostgreSQL 15 parse_expr.c, parse_func.c, parse_oper.c, parse_coerce.c, parse_type.c;
 *          docs/sql.md.
 */
#ifndef DAPUR_SQL_INFER_H
#define DAPUR_SQL_INFER_H

#include "base/vec.h"
#include "sql/ast.h"
#include "sql/query.h"
#include "types/session.h"

/* Where an expression stands: says what is allowed there, and the name in messages. */
enum infer_clause {
    INFER_OTHER, /* everything but aggregates, windows and sets */
    INFER_SELECT_LIST,
    INFER_WHERE,
    INFER_HAVING,
    INFER_GROUP_BY,
    INFER_ORDER_BY,
    INFER_DISTINCT_ON,
    INFER_JOIN_ON,
    INFER_FROM_FUNCTION, /* a set-returning call is allowed at the top */
    INFER_LIMIT,
    INFER_OFFSET,
    INFER_VALUES,
    INFER_RETURNING,
    INFER_UPDATE_SET,
    INFER_FILTER,
    INFER_WINDOW_PARTITION,
    INFER_WINDOW_ORDER,
    INFER_CHECK,
    INFER_DEFAULT,
    INFER_INDEX_EXPRESSION,
    INFER_INDEX_PREDICATE,
    INFER_GENERATED,
    INFER_POLICY,
    INFER_TRIGGER_WHEN,
    INFER_CLAUSE_COUNT
};

/* Types of $1.. ; grows as parameters are met. type UNKNOWNOID: not known yet. */
struct infer_param {
    oid type;
    int32_t typmod;
};
struct infer_params {
    VEC(struct infer_param);
    bool fixed; /* true: a parameter past count is 42P02; false: it is added as unknown */
};

struct infer_context;

/* Asked of the statement. A NULL hook: the construct is refused with 0A000 (user_function: the call
 * stays an EXPR_USER_CALL; window: 42704). */
struct infer_hooks {
    /* A column, whole row, or VALUE: 42703, 42P01, 42702 are the hook's. A ColumnRef with A_Star
     * never comes here. */
    err (*column)(struct infer_context *ctx, const struct ColumnRef *ref, struct expr **out);
    /* rel.* inside ROW(...) or a function's arguments: appends one expr per column. */
    err (*star)(struct infer_context *ctx,
                const struct ColumnRef *ref,
                struct expr ***at,
                size_t *count);
    /* A sub-select (a SelectStmt) in the scope of this expression. */
    err (*subquery)(struct infer_context *ctx, const struct node *select, struct query **out);
    /* A resolved call of a user's function: `call` is an EXPR_USER_CALL, its args in the order of
     * the input arguments, coerced, defaults filled in. Checks EXECUTE, may inline. */
    err (*user_function)(struct infer_context *ctx, struct expr *call, struct expr **out);
    /* A window by name (WINDOW w AS ...). NULL answer: 42704 is raised here. */
    const struct WindowDef *(*window)(struct infer_context *ctx, str name);
    /* VALUE, $n by name... anything else the statement wants to see first: sets *out to take the
     * node over. May be NULL. */
    err (*node)(struct infer_context *ctx, const struct node *node, struct expr **out);
};

struct infer_context {
    struct arena *arena;
    const struct catalog *catalog; /* may be NULL in tests: built-in objects alone */
    const struct infer_hooks *hooks;
    void *scope; /* the hooks' own */
    oid role;
    const str *search_path; /* schema names; pg_catalog comes first by itself */
    size_t search_path_count;
    struct infer_params *params;             /* NULL: no parameters (42P02) */
    const struct type_session *type_session; /* zone and time for literals; NULL: UTC */
    enum infer_clause clause;
    bool procedures; /* CALL: a procedure may be named */
    bool keep_casts; /* constants are not folded: the expression will be printed, not run */
    /* Out: raised while inferring, never lowered. The caller clears them. */
    bool saw_aggregate;
    bool saw_window;
    bool saw_set;
    bool saw_subquery;
    bool saw_volatile;
    bool saw_stable;
    bool saw_write;
    /* Internal */
    int depth;
    bool in_aggregate; /* 42803: nested aggregates */
    bool in_window;
    char volatility_least;
};

/* ---- expressions ---- */

/* The type may be UNKNOWNOID for a bare string literal, NULL or parameter: coerce it, or call
 * infer_resolve_unknown. */
MUST_USE err infer_expr(struct infer_context *ctx, const struct node *node, struct expr **out);
/* The same in another clause, restored afterwards. */
MUST_USE err infer_expr_in(struct infer_context *ctx,
                           enum infer_clause clause,
                           const struct node *node,
                           struct expr **out);
/* A condition: 42804 "argument of WHERE must be type boolean, not type integer". */
MUST_USE err infer_bool(struct infer_context *ctx,
                        const struct node *node,
                        const char *construct,
                        struct expr **out);
/* LIMIT and OFFSET: bigint. */
MUST_USE err infer_limit(struct infer_context *ctx,
                         const struct node *node,
                         const char *construct,
                         struct expr **out);
/* unknown becomes text (a target list's last step). Answers the same expr otherwise. */
MUST_USE err infer_resolve_unknown(struct infer_context *ctx, struct expr *expr, struct expr **out);
/* One ORDER BY item's expression, already found by the caller: direction, nulls, and a "<" exists
 * (42883 otherwise). Resolves unknown. */
MUST_USE err infer_sort_item(struct infer_context *ctx,
                             const struct SortBy *sort,
                             struct expr *expr,
                             struct sort_item *out);
/* A list of SortBy as plain expressions (aggregates, windows). */
MUST_USE err infer_sort_list(struct infer_context *ctx,
                             const struct list *sorts,
                             enum infer_clause clause,
                             struct sort_list *out);
/* FROM f(...): an EXPR_CALL of a BUILTIN_SET or any function, or EXPR_USER_CALL (after the hook). */
MUST_USE err infer_from_function(struct infer_context *ctx,
                                 const struct node *node,
                                 struct expr **out);
/* 42P17-like check for index expressions and generated columns: the worst volatility met in expr. */
char infer_volatility(const struct catalog *catalog, const struct expr *expr);
/* True when the expression itself (not a subquery) contains a set-returning call. */
bool infer_returns_set(const struct expr *expr);

/* The name of a result column without AS (FigureColname): "?column?", "case", "count"... */
str infer_column_name(const struct node *node);

/* ---- coercion ---- */

/* To a type and typmod (-1: none). 42846 "cannot cast type a to b", or for CAST_IMPLICIT and
 * CAST_ASSIGNMENT the same when there is no such cast. */
MUST_USE err infer_coerce(struct infer_context *ctx,
                          struct expr *expr,
                          oid type,
                          int32_t typmod,
                          enum cast_context context,
                          struct expr **out);
/* To a column's type: 42804 `column "c" is of type integer but expression is of type text`. */
MUST_USE err infer_coerce_column(struct infer_context *ctx,
                                 struct expr *expr,
                                 str column,
                                 oid type,
                                 int32_t typmod,
                                 struct expr **out);
/* PostgreSQL's select_common_type over UNION arms, VALUES columns, CASE... : the type; 42804
 * "UNION types integer and text cannot be matched". construct: "UNION", "VALUES", "CASE"... */
MUST_USE err infer_common_type(struct infer_context *ctx,
                               struct expr *const *exprs,
                               size_t count,
                               const char *construct,
                               oid *out);
/* The type of the whole, then each coerced in place. typmod: the common one, or -1. */
MUST_USE err infer_unify(struct infer_context *ctx,
                         struct expr **exprs,
                         size_t count,
                         const char *construct,
                         oid *type,
                         int32_t *typmod);
bool infer_can_coerce(struct infer_context *ctx, oid from, oid to, enum cast_context context);

/* ---- operators ---- */

/* left op right with coerced arguments, as an EXPR_CALL (or what it becomes). left NULL: prefix. */
MUST_USE err infer_operator(struct infer_context *ctx,
                            str op,
                            struct expr *left,
                            struct expr *right,
                            int32_t location,
                            struct expr **out);
/* The row alone, by types; 42883 as above. The arguments would be coerced to the row's. */
MUST_USE err infer_operator_find(struct infer_context *ctx,
                                 str op,
                                 oid left,
                                 oid right,
                                 int32_t location,
                                 const struct builtin **out);
/* "=" and "<" of a type with itself (enums, arrays, domains included), or NULL. */
const struct builtin *infer_equal(struct infer_context *ctx, oid type);
const struct builtin *infer_less(struct infer_context *ctx, oid type);

/* ---- types ---- */

/* 42704 `type "x" does not exist`; %TYPE resolved; typmods checked. */
MUST_USE err infer_type_name(struct infer_context *ctx,
                             const struct TypeName *name,
                             oid *type,
                             int32_t *typmod);
/* format_type for messages. */
str infer_type_text(struct infer_context *ctx, oid type, int32_t typmod);
const struct type_ref *infer_type_ref(struct infer_context *ctx, oid type, int32_t typmod);
/* The type below any domains. */
oid infer_base_type(struct infer_context *ctx, oid type);
/* Element type of an array type (domains seen through), or OID_NONE; and the array over a type. */
oid infer_element_type(struct infer_context *ctx, oid type);
oid infer_array_type(struct infer_context *ctx, oid type);

/* ---- rows without a named type ---- */

struct record_field {
    str name;
    oid type;
    int32_t typmod;
    const struct expr *expr; /* an example of it: a record inside a record is looked up there */
};
/* Fields of a record-valued expression: ROW(...), a FROM item's row, a sub-select's. false: the fields
 * are known at run time alone. */
bool infer_record_fields(struct arena *arena,
                         const struct expr *expr,
                         struct record_field **fields,
                         size_t *count);
/* The type_ref of a result column: as catalog_type_ref, with a record's fields filled in. */
const struct type_ref *infer_expr_ref(struct arena *arena,
                                      const struct catalog *catalog,
                                      const struct expr *expr);

/* ---- making ---- */

/* 42803 where aggregates may not stand. */
MUST_USE err infer_allow_aggregate(struct infer_context *ctx, int32_t location);
struct expr *infer_new(struct infer_context *ctx, enum expr_kind kind, oid type, int32_t location);
struct expr *infer_const(struct infer_context *ctx, oid type, struct value value);
struct expr *infer_null(struct infer_context *ctx, oid type);
struct expr *infer_bool_const(struct infer_context *ctx, bool value);
/* a AND b; either may be NULL. Flattens: it copies both lists, so many terms are collected below. */
struct expr *infer_and(struct infer_context *ctx, struct expr *a, struct expr *b);
struct expr *infer_or(struct infer_context *ctx, struct expr *a, struct expr *b);
/* Many terms become one flat list: start with the kind alone, add, end. */
struct infer_terms {
    enum expr_kind kind; /* EXPR_AND, EXPR_OR */
    VEC(struct expr *);
};
/* term NULL adds nothing. */
void infer_terms_add(struct infer_context *ctx, struct infer_terms *terms, struct expr *term);
/* NULL when there were none, the term itself when there was one. */
struct expr *infer_terms_end(struct infer_context *ctx, const struct infer_terms *terms);
struct expr *infer_column_expr(struct infer_context *ctx, struct rte *rte, int index);
/* name.field of a composite; or the function of that name, called with the row. */
MUST_USE err infer_field(
    struct infer_context *ctx, struct expr *row, str field, int32_t location, struct expr **out);
/* The field alone. *out NULL: there is none. */
MUST_USE err infer_field_find(
    struct infer_context *ctx, struct expr *row, str field, int32_t location, struct expr **out);
/* name(row), which may be written row.name. *out NULL: no such function, or no row. */
MUST_USE err infer_row_call(
    struct infer_context *ctx, struct expr *row, str name, int32_t location, struct expr **out);
/* ROW(...) op ROW(...); 42601 for rows of different lengths. */
MUST_USE err infer_row_compare(struct infer_context *ctx,
                               str op,
                               struct expr *left,
                               struct expr *right,
                               int32_t location,
                               struct expr **out);

#endif
