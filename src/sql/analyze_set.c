/* Calls that return sets in lockstep: unnest(a, b) in FROM, and several of them in one select list. Both
 * become one call over arrays that yields a row for each place, NULL where an array has ended. */
#include <string.h>

#include "sql/analyze_int.h"

enum { ARRAYS_MAX = 8 }; /* columns of the engines' array_unnest_many */

static const struct builtin unnest_many = {
    .kind = BUILTIN_SET,
    .schema = "pg_catalog",
    .name = STR_INIT("unnest"),
    .symbol = "array_unnest_many",
    .result = RECORDOID,
    .volatility = 'i',
};

/* generate_subscripts and generate_series as an array, to stand beside others. */
static const struct builtin series_array = {
    .kind = BUILTIN_FUNCTION,
    .schema = "pg_catalog",
    .name = STR_INIT("generate_series"),
    .symbol = "int4_series_array",
    .args = {INT4OID, INT4OID},
    .arg_count = 2,
    .arg_least = 2,
    .result = INT4ARRAYOID,
    .volatility = 'i',
    .strict = true,
};

bool set_is_unnest_many(const struct expr *call)
{
    return call && call->kind == EXPR_CALL && call->call.builtin == &unnest_many;
}

/* One column an array, of its element's type. */
static err columns_of(struct scope *scope, struct rte *rte)
{
    const struct expr_list *arrays = &rte->function->args;
    if (arrays->count > ARRAYS_MAX)
        return NOT_DONE(scope, rte->function->location, "more than %d sets side by side",
                        ARRAYS_MAX);
    rte->columns = ARENA_ARRAY(scope->analyzer->arena, struct rte_column, arrays->count + 1);
    rte->column_count = arrays->count;
    for (size_t i = 0; i < arrays->count; i++)
        rte->columns[i] = (struct rte_column){
            .name = unnest_many.name,
            .type = infer_element_type(&scope->infer, arrays->at[i]->type),
            .typmod = -1,
        };
    return NULL;
}

err set_unnest_many_columns(struct scope *scope, struct rte *rte)
{
    return columns_of(scope, rte);
}

err set_unnest_many(struct scope *scope, const struct FuncCall *node, struct expr **out)
{
    struct infer_context *infer = &scope->infer;
    struct expr *call = infer_new(infer, EXPR_CALL, RECORDOID, node->base.location);
    call->call.builtin = &unnest_many;
    call->args.count = node->args->count;
    call->args.at = ARENA_ARRAY(scope->analyzer->arena, struct expr *, node->args->count);
    for (size_t i = 0; i < node->args->count; i++) {
        TRY(infer_expr_in(infer, INFER_FROM_FUNCTION, node->args->at[i], &call->args.at[i]));
        if (infer_element_type(infer, call->args.at[i]->type)) continue;
        return SQL_ERROR(scope, "42883", call->args.at[i]->location,
                         "function unnest(%.*s) does not exist",
                         STR_FMT(infer_type_text(infer, call->args.at[i]->type, -1)));
    }
    *out = call;
    return NULL;
}

/* ---- the select list ---------------------------------------------------------------------------- */

struct set_search {
    struct expr *found[ARRAYS_MAX];
    size_t count;
    bool nested; /* inside another's arguments */
    bool inside;
};

static bool returns_set(const struct expr *expr)
{
    return (expr->kind == EXPR_CALL && expr->call.builtin->kind == BUILTIN_SET) ||
           (expr->kind == EXPR_USER_CALL && expr->function->returns_set);
}

static bool set_visit(struct expr *expr, void *context)
{
    struct set_search *search = context;
    bool set = returns_set(expr), before = search->inside;
    if (set && search->inside) search->nested = true;
    if (set && search->count < ARRAYS_MAX) search->found[search->count] = expr;
    if (set) search->count++;
    search->inside = before || set;
    bool more = expr_children(expr, set_visit, search);
    search->inside = before;
    return more;
}

/* What the call yields as an array, or NULL. */
static struct expr *array_of(struct scope *scope, const struct expr *call)
{
    struct infer_context *infer = &scope->infer;
    const char *symbol = call->kind == EXPR_CALL ? call->call.builtin->symbol : "";
    if (strcmp(symbol, "array_unnest") == 0) return call->args.at[0];
    bool subscripts = strcmp(symbol, "generate_subscripts_nodir") == 0;
    if (!subscripts && strcmp(symbol, "generate_series_int4") != 0) return NULL;
    struct expr *array = infer_new(infer, EXPR_CALL, INT4ARRAYOID, call->location);
    array->call.builtin = &series_array;
    array->args = call->args;
    if (!subscripts) return array;
    size_t at = 0;
    const struct builtin *length = builtin_function_next(STR("array_length"), &at);
    struct expr **bounds = ARENA_ARRAY(scope->analyzer->arena, struct expr *, 2);
    bounds[0] = infer_const(infer, INT4OID, value_int(1));
    bounds[1] = infer_new(infer, EXPR_CALL, INT4OID, call->location);
    bounds[1]->call.builtin = length;
    bounds[1]->args = call->args;
    array->args = (struct expr_list){bounds, 2};
    return array;
}

static err several(struct scope *scope, int32_t location)
{
    return NOT_DONE(scope, location,
                    "several set-returning functions in a select list are not supported");
}

/* The call in FROM becomes one over arrays, if it is not one yet, and takes another. */
static err join_sets(struct scope *scope, const struct expr *call)
{
    struct rte *rte = scope->set_rte;
    struct expr *many = rte->function;
    if (!many) return several(scope, call->location); /* an inlined body */
    struct expr *first = set_is_unnest_many(many) ? many : array_of(scope, many);
    struct expr *more = array_of(scope, call);
    if (!first || !more) return several(scope, call->location);
    size_t count = first == many ? many->args.count : 1;
    struct expr **arrays = ARENA_ARRAY(scope->analyzer->arena, struct expr *, count + 1);
    for (size_t i = 0; i < count; i++) arrays[i] = first == many ? many->args.at[i] : first;
    arrays[count] = more;
    struct expr *joined = infer_new(&scope->infer, EXPR_CALL, RECORDOID, call->location);
    joined->call.builtin = &unnest_many;
    joined->args = (struct expr_list){arrays, count + 1};
    rte->function = joined;
    rte->lateral = true;
    return columns_of(scope, rte);
}

/* A composite of one field is a row all the same. */
static bool is_row(struct scope *scope, const struct expr *call, const struct rte *rte)
{
    if (set_is_unnest_many(rte->function)) return false;
    if (rte->column_count != 1) return true;
    const struct cat_type *type =
        catalog_type(scope->analyzer->catalog, infer_base_type(&scope->infer, call->type));
    return type && type->relation;
}

static void read_column(struct scope *scope, struct expr *call, struct rte *rte, size_t index)
{
    bool row = is_row(scope, call, rte);
    *call = (struct expr){
        .kind = row ? EXPR_WHOLE_ROW : EXPR_COLUMN,
        .type = row ? call->type : rte->columns[index].type,
        .typmod = row ? -1 : rte->columns[index].typmod,
        .location = call->location,
    };
    if (row) {
        call->rte = rte;
    } else {
        call->column.rte = rte;
        call->column.index = (int)index;
    }
}

static err move_set(struct scope *scope, struct expr *found)
{
    struct expr *call = ARENA_NEW(scope->analyzer->arena, struct expr);
    *call = *found;
    if (scope->set_rte) {
        TRY(join_sets(scope, call));
        read_column(scope, found, scope->set_rte, scope->set_rte->column_count - 1);
        return NULL;
    }
    TRY(from_function_rte(scope, call, NULL, NULL, false, &scope->set_rte));
    from_add_rte(scope, scope->set_rte);
    read_column(scope, found, scope->set_rte, 0);
    return NULL;
}

err set_target(struct scope *scope, struct expr *expr)
{
    struct set_search search = {0};
    set_visit(expr, &search);
    if (search.nested || search.count > ARRAYS_MAX) return several(scope, expr->location);
    for (size_t i = 0; i < search.count; i++) TRY(move_set(scope, search.found[i]));
    return NULL;
}
