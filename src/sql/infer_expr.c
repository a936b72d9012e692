/* The walk over an expression's tree: one function a node kind. Follows PostgreSQL's
 * parse_expr.c. */
#include "sql/infer_int.h"

#include <string.h>

#include "types/bits.h"
#include "types/numeric.h"

/* ---- clauses ---- */

enum { ALLOW_AGGREGATE = 1, ALLOW_WINDOW = 2, ALLOW_SET = 4 };

struct clause_row {
    const char *name; /* "aggregate functions are not allowed in %s" */
    int allow;
};

static const struct clause_row clause_rows[INFER_CLAUSE_COUNT] = {
    [INFER_OTHER] = {"this context",                  0                                         },
    [INFER_SELECT_LIST] = {"SELECT",                        ALLOW_AGGREGATE | ALLOW_WINDOW | ALLOW_SET},
    [INFER_WHERE] = {"WHERE",                         0                                         },
    [INFER_HAVING] = {"HAVING",                        ALLOW_AGGREGATE                           },
    [INFER_GROUP_BY] = {"GROUP BY",                      ALLOW_SET                                 },
    [INFER_ORDER_BY] = {"ORDER BY",                      ALLOW_AGGREGATE | ALLOW_WINDOW | ALLOW_SET},
    [INFER_DISTINCT_ON] = {"DISTINCT ON",                   ALLOW_AGGREGATE | ALLOW_WINDOW | ALLOW_SET},
    [INFER_JOIN_ON] = {"JOIN conditions",               0                                         },
    [INFER_FROM_FUNCTION] = {"functions in FROM",             ALLOW_SET                                 },
    [INFER_LIMIT] = {"LIMIT",                         0                                         },
    [INFER_OFFSET] = {"OFFSET",                        0                                         },
    [INFER_VALUES] = {"VALUES",                        0                                         },
    [INFER_RETURNING] = {"RETURNING",                     0                                         },
    [INFER_UPDATE_SET] = {"UPDATE",                        0                                         },
    [INFER_FILTER] = {"FILTER",                        0                                         },
    [INFER_WINDOW_PARTITION] = {"window definitions",            ALLOW_AGGREGATE                           },
    [INFER_WINDOW_ORDER] = {"window definitions",            ALLOW_AGGREGATE                           },
    [INFER_CHECK] = {"check constraints",             0                                         },
    [INFER_DEFAULT] = {"DEFAULT expressions",           0                                         },
    [INFER_INDEX_EXPRESSION] = {"index expressions",             0                                         },
    [INFER_INDEX_PREDICATE] = {"index predicates",              0                                         },
    [INFER_GENERATED] = {"column generation expressions", 0                                         },
    [INFER_POLICY] = {"policy expressions",            0                                         },
    [INFER_TRIGGER_WHEN] = {"trigger WHEN conditions",       0                                         },
};

const char *infer_clause_name(enum infer_clause clause)
{
    return clause_rows[clause].name;
}

static err allow(struct infer_context *ctx,
                 int what,
                 const char *sqlstate,
                 const char *subject,
                 int32_t location)
{
    const struct clause_row *row = &clause_rows[ctx->clause];
    if (row->allow & what) return NULL;
    return err_at(err_sql(ctx->arena, sqlstate, "%s are not allowed in %s", subject, row->name),
                  location);
}

err infer_allow_aggregate(struct infer_context *ctx, int32_t location)
{
    return allow(ctx, ALLOW_AGGREGATE, "42803", "aggregate functions", location);
}

err infer_allow_window(struct infer_context *ctx, int32_t location)
{
    return allow(ctx, ALLOW_WINDOW, "42P20", "window functions", location);
}

err infer_allow_set(struct infer_context *ctx, int32_t location)
{
    return allow(ctx, ALLOW_SET, "0A000", "set-returning functions", location);
}

err infer_unsupported(struct infer_context *ctx, int32_t location, const char *what)
{
    return err_at(err_sql(ctx->arena, "0A000", "%s is not supported", what), location);
}

void infer_note_volatility(struct infer_context *ctx, char volatility, bool writes)
{
    if (volatility == 'v') ctx->saw_volatile = true;
    if (volatility == 's') ctx->saw_stable = true;
    if (writes) ctx->saw_write = true;
}

/* ---- making ---- */

struct expr *infer_new(struct infer_context *ctx, enum expr_kind kind, oid type, int32_t location)
{
    struct expr *expr = ARENA_NEW(ctx->arena, struct expr);
    expr->kind = kind;
    expr->type = type;
    expr->typmod = TYPMOD_NONE;
    expr->location = location;
    return expr;
}

struct expr_list infer_args(struct infer_context *ctx, struct expr *const *at, size_t count)
{
    struct expr_list list = {.at = ARENA_ARRAY(ctx->arena, struct expr *, count ? count : 1),
                             .count = count};
    if (count) memcpy(list.at, at, count * sizeof(struct expr *));
    return list;
}

struct expr *infer_const(struct infer_context *ctx, oid type, struct value value)
{
    struct expr *expr = infer_new(ctx, EXPR_CONST, type, -1);
    expr->constant = value;
    return expr;
}

struct expr *infer_null(struct infer_context *ctx, oid type)
{
    return infer_const(ctx, type, value_null());
}

struct expr *infer_bool_const(struct infer_context *ctx, bool value)
{
    return infer_const(ctx, BOOLOID, value_int(value));
}

void infer_terms_add(struct infer_context *ctx, struct infer_terms *terms, struct expr *term)
{
    if (!term) return;
    if (term->kind != terms->kind) {
        *VEC_ADD(ctx->arena, terms) = term;
        return;
    }
    for (size_t i = 0; i < term->args.count; i++) *VEC_ADD(ctx->arena, terms) = term->args.at[i];
}

struct expr *infer_terms_end(struct infer_context *ctx, const struct infer_terms *terms)
{
    if (terms->count < 2) return terms->count ? terms->at[0] : NULL;
    struct expr *out = infer_new(ctx, terms->kind, BOOLOID, terms->at[0]->location);
    out->args = (struct expr_list){terms->at, terms->count};
    return out;
}

static struct expr *connect(struct infer_context *ctx,
                            enum expr_kind kind,
                            struct expr *a,
                            struct expr *b)
{
    if (!a || !b) return a ? a : b;
    struct infer_terms terms = {.kind = kind};
    infer_terms_add(ctx, &terms, a);
    infer_terms_add(ctx, &terms, b);
    return infer_terms_end(ctx, &terms);
}

struct expr *infer_and(struct infer_context *ctx, struct expr *a, struct expr *b)
{
    return connect(ctx, EXPR_AND, a, b);
}

struct expr *infer_or(struct infer_context *ctx, struct expr *a, struct expr *b)
{
    return connect(ctx, EXPR_OR, a, b);
}

struct expr *infer_column_expr(struct infer_context *ctx, struct rte *rte, int index)
{
    const struct rte_column *column = &rte->columns[index];
    struct expr *expr = infer_new(ctx, EXPR_COLUMN, column->type, -1);
    expr->typmod = column->typmod;
    expr->column.rte = rte;
    expr->column.index = index;
    return expr;
}

/* ---- constants and parameters ---- */

static err infer_a_const(struct infer_context *ctx, const struct A_Const *node, struct expr **out)
{
    int64_t whole;
    str digits;
    switch (node->val) {
    case A_CONST_NULL: *out = infer_null(ctx, UNKNOWNOID); break;
    case A_CONST_INTEGER: *out = infer_const(ctx, INT4OID, value_int(node->ival)); break;
    case A_CONST_FLOAT:
        if (str_to_i64(node->fval, &whole)) {
            /* The scanner reads -2147483648 as minus 2147483648: together they fit again. */
            oid type = whole == INT32_MIN ? INT4OID : INT8OID;
            *out = infer_const(ctx, type, value_int(whole));
            break;
        }
        TRY(infer_locate(ctx, numeric_parse(ctx->arena, node->fval, -1, &digits),
                         node->base.location));
        *out = infer_const(ctx, NUMERICOID, value_text(digits));
        break;
    case A_CONST_BOOLEAN: *out = infer_bool_const(ctx, node->boolval); break;
    case A_CONST_STRING: *out = infer_const(ctx, UNKNOWNOID, value_text(node->sval)); break;
    case A_CONST_BITSTRING:
        TRY(infer_locate(ctx, bits_parse(ctx->arena, node->bsval, &digits), node->base.location));
        *out = infer_const(ctx, BITOID, value_text(digits));
        break;
    }
    (*out)->location = node->base.location;
    return NULL;
}

static err infer_param_ref(struct infer_context *ctx,
                           const struct ParamRef *node,
                           struct expr **out)
{
    struct infer_params *params = ctx->params;
    bool known = params && node->number >= 1 && (size_t)node->number <= params->count;
    bool can_add = params && !params->fixed && node->number >= 1 && node->number <= 65535;
    if (!known && !can_add) {
        return err_at(
            err_sql(ctx->arena, "42P02", "there is no parameter $%lld", (long long)node->number),
            node->base.location);
    }
    while (params->count < (size_t)node->number) {
        *VEC_ADD(ctx->arena, params) = (struct infer_param){UNKNOWNOID, TYPMOD_NONE};
    }
    const struct infer_param *param = &params->at[node->number - 1];
    *out = infer_new(ctx, EXPR_PARAM, param->type, node->base.location);
    (*out)->typmod = param->typmod;
    (*out)->index = (int)node->number - 1;
    return NULL;
}

/* ---- boolean ---- */

err infer_bool(struct infer_context *ctx,
               const struct node *node,
               const char *construct,
               struct expr **out)
{
    TRY(infer_expr(ctx, node, out));
    struct expr *expr = *out;
    if (!infer_is_unknown(expr) && !infer_can_coerce(ctx, expr->type, BOOLOID, CAST_IMPLICIT)) {
        return err_at(err_sql(ctx->arena, "42804",
                              "argument of %s must be type boolean, not type %.*s", construct,
                              STR_FMT(infer_type_text(ctx, expr->type, -1))),
                      expr->location);
    }
    return infer_coerce(ctx, expr, BOOLOID, -1, CAST_IMPLICIT, out);
}

err infer_limit(struct infer_context *ctx,
                const struct node *node,
                const char *construct,
                struct expr **out)
{
    enum infer_clause clause = strcmp(construct, "OFFSET") == 0 ? INFER_OFFSET : INFER_LIMIT;
    TRY(infer_expr_in(ctx, clause, node, out));
    struct expr *expr = *out;
    if (!infer_is_unknown(expr) && !infer_can_coerce(ctx, expr->type, INT8OID, CAST_ASSIGNMENT)) {
        return err_at(err_sql(ctx->arena, "42804",
                              "argument of %s must be type bigint, not type %.*s", construct,
                              STR_FMT(infer_type_text(ctx, expr->type, -1))),
                      expr->location);
    }
    return infer_coerce(ctx, expr, INT8OID, -1, CAST_ASSIGNMENT, out);
}

static err infer_not(struct infer_context *ctx, const struct BoolExpr *node, struct expr **out)
{
    struct expr *arg = NULL;
    TRY(infer_bool(ctx, node->args->at[0], "NOT", &arg));
    *out = infer_new(ctx, EXPR_NOT, BOOLOID, node->base.location);
    (*out)->args = infer_args(ctx, &arg, 1);
    return NULL;
}

static err infer_bool_expr(struct infer_context *ctx,
                           const struct BoolExpr *node,
                           struct expr **out)
{
    if (node->boolop == NOT_EXPR) return infer_not(ctx, node, out);
    bool all = node->boolop == AND_EXPR;
    struct infer_terms terms = {.kind = all ? EXPR_AND : EXPR_OR};
    for (size_t i = 0; i < node->args->count; i++) {
        struct expr *arg = NULL;
        TRY(infer_bool(ctx, node->args->at[i], all ? "AND" : "OR", &arg));
        infer_terms_add(ctx, &terms, arg);
    }
    *out = infer_terms_end(ctx, &terms);
    return NULL;
}

/* The fields of ROW(...) or of a FROM item's row; false for any other value. */
bool infer_row_parts(struct infer_context *ctx, const struct expr *row, struct expr_list *parts)
{
    if (row->kind == EXPR_ROW) {
        *parts = row->args;
        return true;
    }
    if (row->kind != EXPR_WHOLE_ROW) return false;
    parts->at = ARENA_ARRAY(ctx->arena, struct expr *, row->rte->column_count + 1);
    parts->count = 0;
    for (size_t i = 0; i < row->rte->column_count; i++) {
        if (row->rte->columns[i].hidden) continue;
        parts->at[parts->count++] = infer_column_expr(ctx, row->rte, (int)i);
    }
    return true;
}

static struct expr *one_null_test(struct infer_context *ctx,
                                  struct expr *arg,
                                  bool negated,
                                  int32_t location)
{
    struct expr *test = infer_new(ctx, EXPR_NULL_TEST, BOOLOID, location);
    test->args = infer_args(ctx, &arg, 1);
    test->negated = negated;
    return test;
}

/* t.* is the row t. */
static err null_test_argument(struct infer_context *ctx, const struct node *node, struct expr **out)
{
    const struct ColumnRef *ref = AST_IS(ColumnRef, node) ? AST_AS(ColumnRef, node) : NULL;
    size_t count = ref ? ref->fields->count : 0;
    if (count < 2 || !AST_IS(A_Star, ref->fields->at[count - 1])) return infer_expr(ctx, node, out);
    struct ColumnRef *whole = AST_NEW(ctx->arena, ColumnRef);
    whole->fields = ast_list_of(ctx->arena, ref->fields->at, count - 1);
    whole->base.location = ref->base.location;
    return infer_expr(ctx, AST_NODE(whole), out);
}

static err infer_null_test(struct infer_context *ctx,
                           const struct NullTest *node,
                           struct expr **out)
{
    struct expr *arg = NULL;
    struct expr_list parts = {0};
    TRY(null_test_argument(ctx, node->arg, &arg));
    TRY(infer_resolve_unknown(ctx, arg, &arg));
    bool negated = node->nulltesttype == IS_NOT_NULL;
    int32_t at = node->base.location;
    /* A row is null when all its fields are, not null when none is. */
    if (infer_row_parts(ctx, arg, &parts) && parts.count) {
        struct infer_terms terms = {.kind = EXPR_AND};
        for (size_t i = 0; i < parts.count; i++)
            infer_terms_add(ctx, &terms, one_null_test(ctx, parts.at[i], negated, at));
        *out = infer_terms_end(ctx, &terms);
        return NULL;
    }
    *out = one_null_test(ctx, arg, negated, at);
    return NULL;
}

static err infer_boolean_test(struct infer_context *ctx,
                              const struct BooleanTest *node,
                              struct expr **out)
{
    static const struct {
        const char *name;
        char value;
        bool negated;
    } tests[] = {
        [IS_TRUE] = {"IS TRUE",        't', false},
          [IS_NOT_TRUE] = {"IS NOT TRUE",    't', true },
        [IS_FALSE] = {"IS FALSE",       'f', false},
          [IS_NOT_FALSE] = {"IS NOT FALSE",   'f', true },
        [IS_UNKNOWN] = {"IS UNKNOWN",     'u', false},
          [IS_NOT_UNKNOWN] = {"IS NOT UNKNOWN", 'u', true },
    };
    struct expr *arg = NULL;
    TRY(infer_bool(ctx, node->arg, tests[node->booltesttype].name, &arg));
    *out = infer_new(ctx, EXPR_BOOL_TEST, BOOLOID, node->base.location);
    (*out)->args = infer_args(ctx, &arg, 1);
    (*out)->bool_test.is_true_like = true;
    (*out)->bool_test.value = tests[node->booltesttype].value;
    (*out)->bool_test.negated = tests[node->booltesttype].negated;
    return NULL;
}

/* ---- lists of equal standing: CASE, COALESCE, GREATEST, ARRAY ---- */

static err infer_nodes(struct infer_context *ctx, const struct list *list, struct expr ***out)
{
    *out = ARENA_ARRAY(ctx->arena, struct expr *, list->count ? list->count : 1);
    for (size_t i = 0; i < list->count; i++) TRY(infer_expr(ctx, list->at[i], &(*out)[i]));
    return NULL;
}

static err case_condition(struct infer_context *ctx,
                          struct expr *subject,
                          const struct CaseWhen *when,
                          struct expr **out)
{
    if (!subject) return infer_bool(ctx, when->expr, "CASE/WHEN", out);
    struct expr *value = NULL;
    TRY(infer_expr(ctx, when->expr, &value));
    return infer_operator(ctx, STR("="), subject, value, when->base.location, out);
}

static err infer_case(struct infer_context *ctx, const struct CaseExpr *node, struct expr **out)
{
    struct expr *subject = NULL;
    if (node->arg) {
        TRY(infer_expr(ctx, node->arg, &subject));
        TRY(infer_resolve_unknown(ctx, subject, &subject));
    }
    size_t count = node->args->count;
    struct case_arm *arms = ARENA_ARRAY(ctx->arena, struct case_arm, count);
    /* ELSE first: it leads the choice of the common type, as in PostgreSQL. */
    struct expr **results = ARENA_ARRAY(ctx->arena, struct expr *, count + 1);
    if (node->defresult)
        TRY(infer_expr(ctx, node->defresult, &results[0]));
    else
        results[0] = infer_null(ctx, UNKNOWNOID);
    for (size_t i = 0; i < count; i++) {
        const struct CaseWhen *when = AST_AS(CaseWhen, node->args->at[i]);
        TRY(case_condition(ctx, subject, when, &arms[i].when));
        TRY(infer_expr(ctx, when->result, &results[i + 1]));
    }
    *out = infer_new(ctx, EXPR_CASE, OID_NONE, node->base.location);
    TRY(infer_unify(ctx, results, count + 1, "CASE", &(*out)->type, &(*out)->typmod));
    for (size_t i = 0; i < count; i++) arms[i].then = results[i + 1];
    (*out)->case_of.arms = arms;
    (*out)->case_of.arm_count = count;
    (*out)->case_of.otherwise = results[0];
    return NULL;
}

static err infer_coalesce(struct infer_context *ctx,
                          const struct CoalesceExpr *node,
                          struct expr **out)
{
    struct expr **args = NULL;
    TRY(infer_nodes(ctx, node->args, &args));
    *out = infer_new(ctx, EXPR_COALESCE, OID_NONE, node->base.location);
    TRY(infer_unify(ctx, args, node->args->count, "COALESCE", &(*out)->type, &(*out)->typmod));
    (*out)->args = (struct expr_list){args, node->args->count};
    return NULL;
}

static err infer_min_max(struct infer_context *ctx,
                         const struct MinMaxExpr *node,
                         struct expr **out)
{
    bool greatest = node->op == IS_GREATEST;
    struct expr **args = NULL;
    TRY(infer_nodes(ctx, node->args, &args));
    *out = infer_new(ctx, greatest ? EXPR_GREATEST : EXPR_LEAST, OID_NONE, node->base.location);
    TRY(infer_unify(ctx, args, node->args->count, greatest ? "GREATEST" : "LEAST", &(*out)->type,
                    &(*out)->typmod));
    (*out)->args = (struct expr_list){args, node->args->count};
    (*out)->compare = infer_less(ctx, (*out)->type);
    if (!(*out)->compare) {
        return err_at(err_sql(ctx->arena, "42883",
                              "could not identify a comparison function for type %.*s",
                              STR_FMT(infer_type_text(ctx, (*out)->type, -1))),
                      node->base.location);
    }
    return NULL;
}

/* target: the array type that a cast around it gives, or OID_NONE. */
static err infer_array_expr(struct infer_context *ctx,
                            const struct A_ArrayExpr *node,
                            oid target,
                            int32_t typmod,
                            struct expr **out)
{
    int32_t at = node->base.location;
    size_t count = node->elements->count;
    struct expr **args = ARENA_ARRAY(ctx->arena, struct expr *, count ? count : 1);
    bool nested = false;
    for (size_t i = 0; i < count; i++) {
        const struct node *item = node->elements->at[i];
        if (AST_IS(A_ArrayExpr, item)) {
            TRY(infer_array_expr(ctx, AST_AS(A_ArrayExpr, item), target, typmod, &args[i]));
        } else {
            TRY(infer_expr(ctx, item, &args[i]));
        }
        nested = nested || infer_element_type(ctx, args[i]->type);
    }
    *out = infer_new(ctx, EXPR_ARRAY, target, at);
    (*out)->args = (struct expr_list){args, count};
    if (target) {
        oid element = infer_element_type(ctx, target);
        for (size_t i = 0; i < count; i++) {
            TRY(infer_coerce(ctx, args[i], nested ? target : element, typmod, CAST_EXPLICIT,
                             &args[i]));
        }
        return NULL;
    }
    if (!count) {
        struct err *error = err_sql(ctx->arena, "42P18", "cannot determine type of empty array");
        return err_at(
            err_hint(ctx->arena, error,
                     "Explicitly cast to the desired type, for example ARRAY[]::integer[]."),
            at);
    }
    oid common = OID_NONE;
    int32_t common_typmod = TYPMOD_NONE;
    TRY(infer_unify(ctx, args, count, "ARRAY", &common, &common_typmod));
    (*out)->type = nested ? infer_base_type(ctx, common) : infer_array_type(ctx, common);
    if ((*out)->type) return NULL;
    return err_at(err_sql(ctx->arena, "42704", "could not find array type for data type %.*s",
                          STR_FMT(infer_type_text(ctx, common, -1))),
                  at);
}

static err infer_row(struct infer_context *ctx, const struct RowExpr *node, struct expr **out)
{
    struct {
        VEC(struct expr *);
    } fields = {0};
    for (size_t i = 0; i < node->args->count; i++) {
        const struct node *item = node->args->at[i];
        const struct ColumnRef *ref = AST_IS(ColumnRef, item) ? AST_AS(ColumnRef, item) : NULL;
        if (ref && AST_IS(A_Star, ref->fields->at[ref->fields->count - 1])) {
            if (!ctx->hooks || !ctx->hooks->star) {
                return infer_unsupported(ctx, ref->base.location, "row expansion via \"*\"");
            }
            struct expr **columns = NULL;
            size_t count = 0;
            TRY(ctx->hooks->star(ctx, ref, &columns, &count));
            for (size_t k = 0; k < count; k++) *VEC_ADD(ctx->arena, &fields) = columns[k];
            continue;
        }
        struct expr *field = NULL;
        TRY(infer_expr(ctx, item, &field));
        *VEC_ADD(ctx->arena, &fields) = field;
    }
    *out = infer_new(ctx, EXPR_ROW, RECORDOID, node->base.location);
    (*out)->args = (struct expr_list){fields.at, fields.count};
    return NULL;
}

/* ---- casts ---- */

static err infer_type_cast(struct infer_context *ctx,
                           const struct TypeCast *node,
                           struct expr **out)
{
    oid type = OID_NONE;
    int32_t typmod = TYPMOD_NONE;
    TRY(infer_type_name(ctx, node->typeName, &type, &typmod));
    int32_t at = node->base.location;
    struct expr *arg = NULL;
    oid base = infer_base_type(ctx, type);
    if (AST_IS(A_ArrayExpr, node->arg) && infer_element_type(ctx, base)) {
        TRY(infer_array_expr(ctx, AST_AS(A_ArrayExpr, node->arg), base, typmod, &arg));
    } else {
        TRY(infer_expr(ctx, node->arg, &arg));
    }
    if (!infer_is_unknown(arg) && !infer_can_coerce(ctx, arg->type, type, CAST_EXPLICIT)) {
        return err_at(err_sql(ctx->arena, "42846", "cannot cast type %.*s to %.*s",
                              STR_FMT(infer_type_text(ctx, arg->type, -1)),
                              STR_FMT(infer_type_text(ctx, type, -1))),
                      at);
    }
    return infer_coerce(ctx, arg, type, typmod, CAST_EXPLICIT, out);
}

/* "de_DE", "en-x-icu", "unicode": collations that PostgreSQL may have, and we have not. */
static bool is_locale_name(str name)
{
    size_t letters = 0;
    while (letters < name.len && name.at[letters] >= 'a' && name.at[letters] <= 'z') letters++;
    bool tagged = letters < name.len && (name.at[letters] == '_' || name.at[letters] == '-');
    return (tagged && (letters == 2 || letters == 3)) || str_eq(name, STR("unicode"));
}

static err infer_collate(struct infer_context *ctx,
                         const struct CollateClause *node,
                         struct expr **out)
{
    TRY(infer_expr(ctx, node->arg, out));
    TRY(infer_resolve_unknown(ctx, *out, out));
    str name = ast_name_at(node->collname, node->collname->count - 1);
    bool preferred;
    if (infer_category(ctx, (*out)->type, &preferred) != 'S') {
        return err_at(err_sql(ctx->arena, "42804", "collations are not supported by type %.*s",
                              STR_FMT(infer_type_text(ctx, (*out)->type, -1))),
                      node->base.location);
    }
    static const char *const plain[] = {"C", "POSIX", "default", "ucs_basic", "C.UTF-8"};
    for (size_t i = 0; i < COUNT_OF(plain); i++) {
        if (str_eq(name, str_of(plain[i]))) return NULL; /* all text sorts by code point */
    }
    if (!is_locale_name(name)) {
        return err_at(err_sql(ctx->arena, "42704",
                              "collation \"%.*s\" for encoding \"UTF8\" does not exist",
                              STR_FMT(name)),
                      node->base.location);
    }
    struct err *error =
        err_sql(ctx->arena, "0A000", "collation \"%.*s\" is not supported", STR_FMT(name));
    return err_at(err_hint(ctx->arena, error, "Text is sorted by code point: COLLATE \"C\"."),
                  node->base.location);
}

/* ---- current_date and its like ---- */

static err infer_value_function(struct infer_context *ctx,
                                const struct SQLValueFunction *node,
                                struct expr **out)
{
    int32_t at = node->base.location;
    int32_t typmod = node->typmod >= 0 ? (int32_t)node->typmod : TYPMOD_NONE;
    struct expr *now = infer_new(ctx, EXPR_SESSION, TIMESTAMPTZOID, at);
    now->session.which = SESSION_NOW;
    infer_note_volatility(ctx, 's', false);
    const struct cat_role *role = ctx->catalog ? catalog_role(ctx->catalog, ctx->role) : NULL;
    switch (node->op) {
    case SVFOP_CURRENT_DATE: return infer_coerce(ctx, now, DATEOID, -1, CAST_EXPLICIT, out);
    case SVFOP_CURRENT_TIME:
    case SVFOP_CURRENT_TIME_N: return infer_coerce(ctx, now, TIMETZOID, typmod, CAST_EXPLICIT, out);
    case SVFOP_CURRENT_TIMESTAMP:
    case SVFOP_CURRENT_TIMESTAMP_N:
        return infer_coerce(ctx, now, TIMESTAMPTZOID, typmod, CAST_EXPLICIT, out);
    case SVFOP_LOCALTIME:
    case SVFOP_LOCALTIME_N: return infer_coerce(ctx, now, TIMEOID, typmod, CAST_EXPLICIT, out);
    case SVFOP_LOCALTIMESTAMP:
    case SVFOP_LOCALTIMESTAMP_N:
        return infer_coerce(ctx, now, TIMESTAMPOID, typmod, CAST_EXPLICIT, out);
    case SVFOP_CURRENT_ROLE:
    case SVFOP_CURRENT_USER:
    case SVFOP_USER:
    case SVFOP_SESSION_USER: {
        bool session = node->op == SVFOP_SESSION_USER;
        *out = infer_new(ctx, EXPR_SESSION, NAMEOID, at);
        (*out)->session.which = session ? SESSION_SESSION_USER : SESSION_CURRENT_USER;
        if (!session && role) (*out)->session.name = role->name;
        return NULL;
    }
    case SVFOP_CURRENT_CATALOG:
        *out = infer_const(ctx, NAMEOID, value_text(STR("postgres")));
        return NULL;
    case SVFOP_CURRENT_SCHEMA:
        *out = infer_const(ctx, NAMEOID,
                           ctx->search_path_count ? value_text(ctx->search_path[0]) : value_null());
        return NULL;
    }
    return infer_unsupported(ctx, at, "this value function");
}

/* ---- fields and subscripts ---- */

static const struct cat_relation *row_relation(struct infer_context *ctx, const struct expr *row)
{
    struct type_facts facts;
    bool known = infer_facts(ctx->catalog, infer_base_type(ctx, row->type), &facts);
    return known && facts.kind == TYPE_KIND_COMPOSITE && facts.user
               ? catalog_relation(ctx->catalog, facts.user->relation)
               : NULL;
}

static struct expr *field_expr(struct infer_context *ctx,
                               struct expr *row,
                               const struct record_field *field,
                               int index,
                               int32_t location)
{
    struct expr *made = infer_new(ctx, EXPR_FIELD, field->type, location);
    made->typmod = field->typmod;
    made->args = infer_args(ctx, &row, 1);
    made->field.name = field->name;
    made->field.index = index;
    return made;
}

err infer_field_find(
    struct infer_context *ctx, struct expr *row, str field, int32_t location, struct expr **out)
{
    *out = NULL;
    for (size_t i = 0; row->kind == EXPR_WHOLE_ROW && i < row->rte->column_count; i++) {
        if (!str_eq(row->rte->columns[i].name, field)) continue;
        *out = infer_column_expr(ctx, row->rte, (int)i);
        return NULL;
    }
    const struct cat_relation *relation = row_relation(ctx, row);
    const struct cat_column *column = relation ? cat_column_find(relation, field) : NULL;
    if (column) {
        struct record_field found = {column->name, column->type, column->typmod, NULL};
        *out = field_expr(ctx, row, &found, (int)(column - relation->columns), location);
        return NULL;
    }
    struct record_field *fields = NULL;
    size_t count = 0;
    if (row->type != RECORDOID || !infer_record_fields(ctx->arena, row, &fields, &count))
        return NULL;
    for (size_t i = 0; i < count && !*out; i++)
        if (str_eq(fields[i].name, field))
            *out = field_expr(ctx, row, &fields[i], (int)i, location);
    return NULL;
}

err infer_field(
    struct infer_context *ctx, struct expr *row, str field, int32_t location, struct expr **out)
{
    TRY(infer_field_find(ctx, row, field, location, out));
    if (!*out) TRY(infer_row_call(ctx, row, field, location, out));
    if (*out) return NULL;
    if (row_relation(ctx, row)) {
        return err_at(err_sql(ctx->arena, "42703", "column \"%.*s\" not found in data type %.*s",
                              STR_FMT(field), STR_FMT(infer_type_text(ctx, row->type, -1))),
                      location);
    }
    if (row->type == RECORDOID) {
        return err_at(err_sql(ctx->arena, "42703",
                              "could not identify column \"%.*s\" in record data type",
                              STR_FMT(field)),
                      location);
    }
    return err_at(
        err_sql(ctx->arena, "42809",
                "column notation .%.*s applied to type %.*s, which is not a composite type",
                STR_FMT(field), STR_FMT(infer_type_text(ctx, row->type, -1))),
        location);
}

static err subscript_index(struct infer_context *ctx, const struct node *node, struct expr **out)
{
    TRY(infer_expr(ctx, node, out));
    if (!infer_can_coerce(ctx, (*out)->type, INT4OID, CAST_ASSIGNMENT)) {
        return err_at(err_sql(ctx->arena, "42804", "array subscript must have type integer"),
                      (*out)->location);
    }
    return infer_coerce(ctx, *out, INT4OID, -1, CAST_ASSIGNMENT, out);
}

/* jsonb['key'] is jsonb -> 'key'. */
static err jsonb_subscript(struct infer_context *ctx,
                           struct expr *value,
                           const struct node *index,
                           struct expr **out)
{
    struct expr *key = NULL;
    TRY(infer_expr(ctx, index, &key));
    return infer_operator(ctx, STR("->"), value, key, value->location, out);
}

/* a[i], a[i][j], a[i:j]: all subscripts in one node, the array's element type out of it. */
static err array_subscripts(struct infer_context *ctx,
                            struct expr *array,
                            const struct A_Indices *const *indices,
                            size_t count,
                            struct expr **out)
{
    oid element = infer_element_type(ctx, array->type);
    if (!element) {
        return err_at(err_sql(ctx->arena, "42804",
                              "cannot subscript type %.*s because it does not support subscripting",
                              STR_FMT(infer_type_text(ctx, array->type, -1))),
                      array->location);
    }
    bool slice = false;
    for (size_t i = 0; i < count; i++) slice = slice || indices[i]->is_slice;
    if (slice && count > 1) {
        return infer_unsupported(ctx, array->location, "a slice of several dimensions");
    }
    size_t total = slice ? 3 : count + 1;
    struct expr **args = ARENA_ARRAY(ctx->arena, struct expr *, total);
    args[0] = array;
    if (slice && infer_is_vector(array->type)) {
        return infer_unsupported(ctx, array->location, "a slice of an int2vector");
    }
    if (slice) {
        if (indices[0]->lidx) TRY(subscript_index(ctx, indices[0]->lidx, &args[1]));
        if (indices[0]->uidx) TRY(subscript_index(ctx, indices[0]->uidx, &args[2]));
    } else {
        for (size_t i = 0; i < count; i++)
            TRY(subscript_index(ctx, indices[i]->uidx, &args[i + 1]));
        if (array->kind == EXPR_PARAM && array->from_zero)
            TRY(infer_operator(ctx, STR("+"), args[1], infer_const(ctx, INT4OID, value_int(1)),
                               array->location, &args[1]));
        TRY(infer_vector_subscript(ctx, array->type, &args[1]));
    }
    *out = infer_new(ctx, EXPR_SUBSCRIPT, slice ? infer_base_type(ctx, array->type) : element,
                     array->location);
    (*out)->args = (struct expr_list){args, total};
    (*out)->slice = slice;
    return NULL;
}

static err infer_indirection(struct infer_context *ctx,
                             const struct A_Indirection *node,
                             struct expr **out)
{
    TRY(infer_expr(ctx, node->arg, out));
    const struct list *steps = node->indirection;
    size_t i = 0;
    while (i < steps->count) {
        const struct node *step = steps->at[i];
        if (AST_IS(String, step)) {
            TRY(infer_field(ctx, *out, AST_AS(String, step)->sval, (*out)->location, out));
            i++;
            continue;
        }
        if (!AST_IS(A_Indices, step)) {
            return infer_unsupported(ctx, (*out)->location, "row expansion via \"*\"");
        }
        if (infer_base_type(ctx, (*out)->type) == JSONBOID) {
            TRY(jsonb_subscript(ctx, *out, AST_AS(A_Indices, step)->uidx, out));
            i++;
            continue;
        }
        size_t from = i;
        while (i < steps->count && AST_IS(A_Indices, steps->at[i])) i++;
        const struct A_Indices **indices =
            ARENA_ARRAY(ctx->arena, const struct A_Indices *, i - from);
        for (size_t k = from; k < i; k++) indices[k - from] = AST_AS(A_Indices, steps->at[k]);
        TRY(array_subscripts(ctx, *out, indices, i - from, out));
    }
    return NULL;
}

static err infer_column_ref(struct infer_context *ctx,
                            const struct ColumnRef *node,
                            struct expr **out)
{
    if (AST_IS(A_Star, node->fields->at[node->fields->count - 1])) {
        if (node->fields->count == 1)
            return infer_unsupported(ctx, node->base.location, "row expansion via \"*\"");
        /* Where one value stands "t.*" is the row itself. */
        struct ColumnRef row = *node;
        row.fields = ast_list_of(ctx->arena, (struct node **)(uintptr_t)node->fields->at,
                                 node->fields->count - 1);
        return infer_column_ref(ctx, &row, out);
    }
    if (!ctx->hooks || !ctx->hooks->column) {
        return err_at(err_sql(ctx->arena, "42703", "column \"%.*s\" does not exist",
                              STR_FMT(ast_name_at(node->fields, node->fields->count - 1))),
                      node->base.location);
    }
    return ctx->hooks->column(ctx, node, out);
}

/* ---- dispatch ---- */

static err infer_any(struct infer_context *ctx, const struct node *node, struct expr **out)
{
    if (ctx->hooks && ctx->hooks->node) {
        *out = NULL;
        TRY(ctx->hooks->node(ctx, node, out));
        if (*out) return NULL;
    }
    switch ((int)node->kind) { /* the expression kinds among all node kinds */
    case T_A_Const: return infer_a_const(ctx, AST_AS(A_Const, node), out);
    case T_ColumnRef: return infer_column_ref(ctx, AST_AS(ColumnRef, node), out);
    case T_ParamRef: return infer_param_ref(ctx, AST_AS(ParamRef, node), out);
    case T_A_Expr: return infer_a_expr(ctx, AST_AS(A_Expr, node), out);
    case T_BoolExpr: return infer_bool_expr(ctx, AST_AS(BoolExpr, node), out);
    case T_NullTest: return infer_null_test(ctx, AST_AS(NullTest, node), out);
    case T_BooleanTest: return infer_boolean_test(ctx, AST_AS(BooleanTest, node), out);
    case T_TypeCast: return infer_type_cast(ctx, AST_AS(TypeCast, node), out);
    case T_CollateClause: return infer_collate(ctx, AST_AS(CollateClause, node), out);
    case T_FuncCall: return infer_func_call(ctx, AST_AS(FuncCall, node), out);
    case T_A_Indirection: return infer_indirection(ctx, AST_AS(A_Indirection, node), out);
    case T_A_ArrayExpr: return infer_array_expr(ctx, AST_AS(A_ArrayExpr, node), OID_NONE, -1, out);
    case T_RowExpr: return infer_row(ctx, AST_AS(RowExpr, node), out);
    case T_SubLink: return infer_sub_link(ctx, AST_AS(SubLink, node), out);
    case T_CaseExpr: return infer_case(ctx, AST_AS(CaseExpr, node), out);
    case T_CoalesceExpr: return infer_coalesce(ctx, AST_AS(CoalesceExpr, node), out);
    case T_MinMaxExpr: return infer_min_max(ctx, AST_AS(MinMaxExpr, node), out);
    case T_SQLValueFunction: return infer_value_function(ctx, AST_AS(SQLValueFunction, node), out);
    case T_SetToDefault:
        *out = infer_new(ctx, EXPR_DEFAULT, UNKNOWNOID, node->location);
        return NULL;
    default: {
        str name = ast_name(node);
        return err_at(
            err_sql(ctx->arena, "0A000", "%.*s is not supported in an expression", STR_FMT(name)),
            node->location);
    }
    }
}

err infer_expr(struct infer_context *ctx, const struct node *node, struct expr **out)
{
    if (ctx->depth >= INFER_DEPTH_MAX) {
        return err_at(err_sql(ctx->arena, "54001", "stack depth limit exceeded"), node->location);
    }
    ctx->depth++;
    err error = infer_any(ctx, node, out);
    ctx->depth--;
    return error;
}

err infer_expr_in(struct infer_context *ctx,
                  enum infer_clause clause,
                  const struct node *node,
                  struct expr **out)
{
    enum infer_clause before = ctx->clause;
    ctx->clause = clause;
    err error = infer_expr(ctx, node, out);
    ctx->clause = before;
    return error;
}

err infer_from_function(struct infer_context *ctx, const struct node *node, struct expr **out)
{
    return infer_expr_in(ctx, INFER_FROM_FUNCTION, node, out);
}

/* ---- sorting ---- */

err infer_sort_item(struct infer_context *ctx,
                    const struct SortBy *sort,
                    struct expr *expr,
                    struct sort_item *out)
{
    if (sort->sortby_dir == SORTBY_USING) {
        return infer_unsupported(ctx, sort->base.location, "ORDER BY ... USING");
    }
    TRY(infer_resolve_unknown(ctx, expr, &out->expr));
    out->descending = sort->sortby_dir == SORTBY_DESC;
    out->nulls_first = sort->sortby_nulls == SORTBY_NULLS_FIRST ||
                       (sort->sortby_nulls == SORTBY_NULLS_DEFAULT && out->descending);
    if (infer_less(ctx, out->expr->type)) return NULL;
    struct err *error =
        err_sql(ctx->arena, "42883", "could not identify an ordering operator for type %.*s",
                STR_FMT(infer_type_text(ctx, out->expr->type, -1)));
    return err_at(
        err_hint(ctx->arena, error, "Use an explicit ordering operator or modify the query."),
        out->expr->location);
}

err infer_sort_list(struct infer_context *ctx,
                    const struct list *sorts,
                    enum infer_clause clause,
                    struct sort_list *out)
{
    out->at = ARENA_ARRAY(ctx->arena, struct sort_item, sorts->count ? sorts->count : 1);
    out->count = sorts->count;
    for (size_t i = 0; i < sorts->count; i++) {
        const struct SortBy *sort = AST_AS(SortBy, sorts->at[i]);
        struct expr *expr = NULL;
        TRY(infer_expr_in(ctx, clause, sort->node, &expr));
        TRY(infer_sort_item(ctx, sort, expr, &out->at[i]));
    }
    return NULL;
}
