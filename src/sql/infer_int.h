/* sql/infer_int.h - what infer's own files share.
 *
 * infer_types.c types and their names; infer_coerce.c coercions, literals, common types;
 * infer_domain.c checks of domains; infer_record.c fields of rows;
 * infer_select.c the choice among overloads; infer_operator.c operators; infer_call.c functions,
 * aggregates, windows; infer_expr.c the walk over the tree; infer_name.c names of result columns.
 *
 * Owns: nothing. Threads: as infer.h. Errors: as infer.h.
 */
#ifndef DAPUR_SQL_INFER_INT_H
#define DAPUR_SQL_INFER_INT_H

#include "sql/infer.h"

enum { INFER_DEPTH_MAX = 2000, INFER_ARGS_MAX = 100 /* PostgreSQL's FUNC_MAX_ARGS */ };

/* ---- types ---- */

struct type_facts {
    oid id;
    char category;
    bool preferred;
    enum cat_type_kind kind;
    enum type_storage storage;
    oid element;
    oid array;
    const struct cat_type *user; /* NULL for built-in types */
};

/* false: no such type. */
bool infer_facts(const struct catalog *catalog, oid type, struct type_facts *out);
char infer_category(struct infer_context *ctx, oid type, bool *preferred);
/* A domain's base type with the typmod that the domain fixes; the type itself otherwise. */
oid infer_base(const struct catalog *catalog, oid type, int32_t *typmod);
enum type_storage infer_storage(const struct catalog *catalog, oid type);
bool infer_is_composite(struct infer_context *ctx, oid type);

/* ---- coercion ---- */

enum coercion_path {
    COERCION_PATH_NONE,
    COERCION_PATH_RELABEL, /* same representation */
    COERCION_PATH_FUNC,    /* a cast that computes */
    COERCION_PATH_ARRAY,   /* element by element */
    COERCION_PATH_IO,      /* through text */
};
enum coercion_path infer_path(struct infer_context *ctx,
                              oid target,
                              oid source,
                              enum cast_context context);
bool infer_binary_coercible(struct infer_context *ctx, oid source, oid target);
bool infer_can_coerce_all(struct infer_context *ctx, const oid *from, const oid *to, size_t count);
/* select_common_type without an error: OID_NONE when there is none. */
oid infer_common_of(struct infer_context *ctx, const oid *types, size_t count);
/* Polymorphic arguments made actual in declared[]; the result's type. 42804, 42P18. */
MUST_USE err infer_polymorphic(struct infer_context *ctx,
                               const oid *actual,
                               oid *declared,
                               size_t count,
                               oid result,
                               oid *out);
/* The literal's text as a constant of the type, or 22P02 and its like with the literal's place. */
MUST_USE err infer_literal(struct infer_context *ctx,
                           const struct expr *literal,
                           oid type,
                           int32_t typmod,
                           enum cast_context context,
                           struct expr **out);
/* reg* literals: 'name'::regclass and its like. */
MUST_USE err
infer_reg_literal(struct infer_context *ctx, str text, oid type, int32_t location, int64_t *out);
/* value, or an expression that raises 23514 or 23502 when it breaks the domain's constraints (its base
 * domains' first). value is of the base type. */
MUST_USE err infer_domain_checks(struct infer_context *ctx,
                                 struct expr *value,
                                 oid domain,
                                 struct expr **out);
/* The same error, with a place when it has none. */
err infer_locate(struct infer_context *ctx, err error, int32_t location);

/* ---- overloads ---- */

struct candidate {
    const struct builtin *builtin;
    const struct cat_function *function; /* one of the two */
    oid *args;                           /* of the call's argument count */
    size_t declared_count;               /* arguments declared, before VARIADIC expansion */
    bool variadic; /* expanded: the arguments from variadic_at on are gathered */
    size_t variadic_at;
    size_t defaults;  /* trailing or unnamed arguments left to their defaults */
    const int *order; /* named notation: position of argument i, or NULL */
    int path;         /* the schema's place in the search path */
};
struct candidates {
    VEC(struct candidate);
};

enum choice { CHOICE_NONE, CHOICE_ONE, CHOICE_MANY };
/* Among candidates the one that PostgreSQL takes (func_match_argtypes, func_select_candidate). */
enum choice infer_choose(struct infer_context *ctx,
                         const struct candidates *all,
                         const oid *actual,
                         size_t count,
                         const struct candidate **out);

/* ---- calls ---- */

MUST_USE err infer_func_call(struct infer_context *ctx,
                             const struct FuncCall *call,
                             struct expr **out);
/* A call of a known row with arguments of any type: coerces them. */
MUST_USE err infer_builtin_call(struct infer_context *ctx,
                                const struct builtin *builtin,
                                struct expr **args,
                                size_t count,
                                int32_t location,
                                struct expr **out);
/* name(args) resolved among pg_catalog's functions: what the grammar's own syntax stands for. */
MUST_USE err infer_named_call(struct infer_context *ctx,
                              str name,
                              struct expr **args,
                              size_t count,
                              int32_t location,
                              struct expr **out);
MUST_USE err infer_a_expr(struct infer_context *ctx, const struct A_Expr *node, struct expr **out);
MUST_USE err infer_sub_link(struct infer_context *ctx,
                            const struct SubLink *node,
                            struct expr **out);
/* array = ANY(...)'s element and operator; args as infer_operator. */
MUST_USE err infer_any_array(struct infer_context *ctx,
                             str op,
                             bool all,
                             struct expr *left,
                             struct expr *right,
                             int32_t location,
                             struct expr **out);

/* ---- small things ---- */

struct expr_list infer_args(struct infer_context *ctx, struct expr *const *at, size_t count);
MUST_USE err infer_unsupported(struct infer_context *ctx, int32_t location, const char *what);
void infer_note_volatility(struct infer_context *ctx, char volatility, bool writes);
/* What an aggregate, window or set-returning call may do here: 42803, 42P20, 0A000. */
MUST_USE err infer_allow_window(struct infer_context *ctx, int32_t location);
MUST_USE err infer_allow_set(struct infer_context *ctx, int32_t location);
const char *infer_clause_name(enum infer_clause clause);

static inline bool infer_is_unknown(const struct expr *expr)
{
    return expr->type == UNKNOWNOID;
}

/* infer_expr.c: the fields of ROW(...) or of a FROM item's row; false for any other value. */
bool infer_row_parts(struct infer_context *ctx, const struct expr *row, struct expr_list *parts);
/* ---- infer_vector.c ---- */

/* int2vector, oidvector: counted from 0. */
bool infer_is_vector(oid type);
MUST_USE err infer_vector_subscript(struct infer_context *ctx, oid array, struct expr **subscript);
/* A call that counts the items of one, as PostgreSQL numbers them; any other as it is. */
MUST_USE err infer_vector_call(struct infer_context *ctx, struct expr *call, struct expr **out);

#endif
