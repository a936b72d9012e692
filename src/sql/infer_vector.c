/* int2vector and oidvector: arrays whose first item is number 0, while stored arrays count from 1. What
 * counts items is moved by one; everything else takes them for the arrays they are. */
#include <string.h>

#include "sql/infer_int.h"

bool infer_is_vector(oid type)
{
    return type == INT2VECTOROID || type == OIDVECTOROID;
}

static err add_number(
    struct infer_context *ctx, struct expr *expr, const char *op, int64_t number, struct expr **out)
{
    struct expr *constant = infer_const(ctx, INT4OID, value_int(number));
    return infer_operator(ctx, str_of(op), expr, constant, expr->location, out);
}

err infer_vector_subscript(struct infer_context *ctx, oid array, struct expr **subscript)
{
    if (!infer_is_vector(array) || !*subscript) return NULL;
    return add_number(ctx, *subscript, "+", 1, subscript);
}

static const struct builtin *function_of(const char *name, const char *symbol)
{
    size_t at = 0;
    const struct builtin *row;
    while ((row = builtin_function_next(str_of(name), &at)))
        if (strcmp(row->symbol, symbol) == 0) return row;
    return NULL;
}

/* generate_subscripts(v, 1) is generate_series(0, array_length(v, 1) - 1). */
static err subscripts(struct infer_context *ctx, struct expr *call, struct expr **out)
{
    const struct builtin *length = function_of("array_length", "array_length");
    const struct builtin *series = function_of("generate_series", "generate_series_int4");
    struct expr *bounds[2] = {infer_const(ctx, INT4OID, value_int(0)), NULL};
    TRY(infer_builtin_call(ctx, length, call->args.at, 2, call->location, &bounds[1]));
    TRY(add_number(ctx, bounds[1], "-", 1, &bounds[1]));
    return infer_builtin_call(ctx, series, bounds, 2, call->location, out);
}

err infer_vector_call(struct infer_context *ctx, struct expr *call, struct expr **out)
{
    static const char *const counting[] = {"array_lower", "array_upper", "array_position"};
    *out = call;
    if (!call->args.count) return NULL;
    /* As an array, too: a cast keeps where it begins. */
    const struct expr *array = call->args.at[0];
    while (array->kind == EXPR_CAST && !infer_is_vector(array->type)) array = array->args.at[0];
    if (!infer_is_vector(array->type)) return NULL;
    const char *symbol = call->call.builtin->symbol;
    if (strcmp(symbol, "generate_subscripts_nodir") == 0) return subscripts(ctx, call, out);
    if (strcmp(symbol, "generate_subscripts") == 0 || strcmp(symbol, "array_positions") == 0 ||
        strcmp(symbol, "array_position_start") == 0)
        return infer_unsupported(ctx, call->location, "this function of an int2vector");
    for (size_t i = 0; i < COUNT_OF(counting); i++)
        if (strcmp(symbol, counting[i]) == 0) return add_number(ctx, call, "-", 1, out);
    return NULL;
}
