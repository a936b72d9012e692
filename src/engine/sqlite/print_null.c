/* engine/sqlite/print_null.c - which results are never NULL.
 *
 * Used where that spares work: a NOT NULL column sorts by its index whatever NULLS LAST says, and a
 * key that cannot be NULL needs no check before INSERT. Whatever is not plain counts as nullable. */
#include "engine/sqlite/print_query.h"

static bool is_filled(const struct expr *expr);

static bool values_are_filled(const struct query *query, size_t column)
{
    for (size_t row = 0; row < query->value_row_count; row++)
        if (!is_filled(query->values[row].at[column])) return false;
    return true;
}

static bool has_outer_join(const struct from_item *item)
{
    if (item->kind != FROM_JOIN) return false;
    bool outer = item->join != JOIN_KIND_INNER && item->join != JOIN_KIND_CROSS;
    return outer || has_outer_join(item->left) || has_outer_join(item->right);
}

static bool has_outer_joins(const struct query *query)
{
    for (size_t i = 0; i < query->from_count; i++)
        if (has_outer_join(query->from[i])) return true;
    return false;
}

bool query_column_is_filled(const struct query *query, size_t column)
{
    if (query->values != NULL) return values_are_filled(query, column);
    if (query->set_op != SET_NONE)
        return query_column_is_filled(query->set_left, column) &&
               query_column_is_filled(query->set_right, column);
    if (has_outer_joins(query) || query->group_by.count > 0 || query->has_aggregates) return false;
    return column < query->target_count && is_filled(query->targets[column].expr);
}

static bool column_is_filled(const struct expr *expr)
{
    const struct rte *rte = expr->column.rte;
    const struct cat_column *column;
    switch (rte->kind) {
    case RTE_RELATION:
        column = cat_column_numbered(rte->relation, rte->columns[expr->column.index].number);
        return column != NULL && column->not_null;
    case RTE_SUBQUERY: return query_column_is_filled(rte->query, (size_t)expr->column.index);
    case RTE_FUNCTION: /* a series has no holes */
        return rte->function->kind == EXPR_CALL &&
               str_eq(rte->function->call.builtin->name, STR("generate_series"));
    case RTE_VALUES:
    case RTE_CTE:
    case RTE_RESULT:
    case RTE_TRANSITION: return false;
    }
    return false;
}

/* Arithmetic of integers answers NULL for NULL alone. */
static bool call_is_filled(const struct expr *expr)
{
    const struct builtin *builtin = expr->call.builtin;
    if (builtin->kind != BUILTIN_OPERATOR || !builtin->strict || builtin->result > INT4OID)
        return false;
    for (size_t i = 0; i < expr->args.count; i++)
        if (!is_filled(expr->args.at[i])) return false;
    return true;
}

static bool is_filled(const struct expr *expr)
{
    if (expr == NULL) return false;
    if (expr->kind == EXPR_CAST) return is_filled(expr->args.at[0]);
    if (expr->kind == EXPR_COLUMN) return column_is_filled(expr);
    if (expr->kind == EXPR_CALL) return call_is_filled(expr);
    return expr->kind == EXPR_NEXTVAL ||
           (expr->kind == EXPR_CONST && expr->constant.kind != VALUE_NULL);
}

bool query_expr_is_filled(const struct query *query, const struct expr *expr)
{
    return !has_outer_joins(query) && is_filled(expr);
}
