/* FETCH FIRST n ROWS WITH TIES: the query as one over its rows with their places.
 *
 *   SELECT a FROM t ORDER BY b OFFSET o FETCH FIRST n ROWS WITH TIES
 *
 * becomes
 *
 *   SELECT a FROM (SELECT *, rank() OVER (ORDER BY b) r, row_number() OVER (ORDER BY b) p FROM
 *                  (SELECT a, b FROM t)) WHERE r <= o + n AND p > o AND n > 0 ORDER BY p
 *
 * A row whose rank is at most o + n is one of the first o + n, or as good as the last of them. */
#include "sql/analyze_int.h"

struct ties {
    struct scope *scope;
    struct query *inner; /* the query without its bounds; its sort keys are columns */
    size_t *keys;        /* per sort item: which column */
    struct query *ranked;
    struct rte *rows; /* of ranked: inner's */
    struct rte *places;
};

static err bounds_known(struct scope *scope, const struct query *query)
{
    const struct expr *limit = query->limit, *offset = query->offset;
    if (!limit || (limit->kind == EXPR_CONST && limit->constant.kind == VALUE_NULL))
        return SQL_ERROR(scope, "2201W", -1,
                         "row count cannot be null in FETCH FIRST ... WITH TIES clause");
    if (limit->kind == EXPR_CONST && limit->constant.i < 0)
        return SQL_ERROR(scope, "2201W", -1, "LIMIT must not be negative");
    if (offset && offset->kind == EXPR_CONST && offset->constant.kind == VALUE_INT &&
        offset->constant.i < 0)
        return SQL_ERROR(scope, "2201X", -1, "OFFSET must not be negative");
    return NULL;
}

/* Sort keys that are selected are found by address: before anything is replaced. */
static err take_keys(struct ties *ties)
{
    struct scope *scope = ties->scope;
    struct arena *arena = scope->analyzer->arena;
    struct query *inner = ties->inner;
    size_t selected = inner->target_count;
    ties->keys = ARENA_ARRAY(arena, size_t, inner->order.count);
    for (size_t i = 0; i < inner->order.count; i++) {
        size_t key = 0;
        while (key < selected && inner->targets[key].expr != inner->order.at[i].expr) key++;
        if (key == selected) {
            if (inner->set_op != SET_NONE || inner->values || inner->distinct)
                return NOT_DONE(scope, -1, "WITH TIES behind this ORDER BY is not supported");
            query_add_target(arena, inner, inner->order.at[i].expr, str_printf(arena, "key%zu", i));
            key = inner->target_count - 1;
        }
        ties->keys[i] = key;
    }
    return NULL;
}

static err window_place(struct ties *ties, str function)
{
    struct scope *scope = ties->scope;
    struct arena *arena = scope->analyzer->arena;
    const struct builtin *row;
    size_t at = 0;
    while ((row = builtin_function_next(function, &at)) && row->kind != BUILTIN_WINDOW) {
    }
    if (!row) return SQL_ERROR(scope, "42883", -1, "there is no window function to rank rows");
    const struct sort_list *order = &ties->inner->order;
    struct window_spec *over = ARENA_NEW(arena, struct window_spec);
    over->frame_options = FRAMEOPTION_DEFAULTS;
    over->order.at = ARENA_ARRAY(arena, struct sort_item, order->count);
    over->order.count = order->count;
    for (size_t i = 0; i < order->count; i++) {
        over->order.at[i] = order->at[i];
        over->order.at[i].expr = infer_column_expr(&scope->infer, ties->rows, (int)ties->keys[i]);
    }
    struct expr *expr = infer_new(&scope->infer, EXPR_WINDOW, INT8OID, -1);
    expr->typmod = -1;
    expr->window.builtin = row;
    expr->window.over = over;
    query_add_target(arena, ties->ranked, expr, function);
    return NULL;
}

static err rank_rows(struct ties *ties)
{
    const struct sort_list order = ties->inner->order;
    struct query *inner = ties->inner;
    if (!inner->distinct_on.count) inner->order = (struct sort_list){0};
    TRY(query_wrap(ties->scope, inner, STR("sorted"), &ties->ranked, &ties->rows));
    inner = ARENA_NEW(ties->scope->analyzer->arena, struct query);
    inner->order = order;
    ties->inner = inner; /* its order alone is looked at from here */
    ties->ranked->has_windows = true;
    TRY(window_place(ties, STR("rank")));
    return window_place(ties, STR("row_number"));
}

static err number_after(struct scope *scope,
                        struct expr *limit,
                        struct expr *offset,
                        struct expr **out)
{
    *out = limit;
    return offset ? infer_operator(&scope->infer, STR("+"), limit, offset, -1, out) : NULL;
}

/* A NULL offset is none. */
static struct expr *known_offset(struct scope *scope, struct expr *offset)
{
    if (!offset || offset->kind == EXPR_CONST)
        return offset && offset->constant.kind == VALUE_NULL ? NULL : offset;
    struct expr *known = infer_new(&scope->infer, EXPR_COALESCE, offset->type, -1);
    known->typmod = -1;
    known->args.at = ARENA_ARRAY(scope->analyzer->arena, struct expr *, 2);
    known->args.at[0] = offset;
    known->args.at[1] = infer_const(&scope->infer, offset->type, value_int(0));
    known->args.count = 2;
    return known;
}

static err keep_places(struct ties *ties, struct expr *limit, struct expr *offset)
{
    struct scope *scope = ties->scope;
    struct infer_context *infer = &scope->infer;
    struct query *query = scope->query;
    int rank = (int)ties->places->column_count - 2;
    struct expr *zero = infer_const(infer, INT8OID, value_int(0)), *last, *term;
    TRY(number_after(scope, limit, offset, &last));
    TRY(infer_operator(infer, STR("<="), infer_column_expr(infer, ties->places, rank), last, -1,
                       &term));
    query_add_where(scope, query, term);
    TRY(infer_operator(infer, STR(">"), limit, zero, -1, &term));
    query_add_where(scope, query, term);
    if (offset) {
        TRY(infer_operator(infer, STR(">"), infer_column_expr(infer, ties->places, rank + 1),
                           offset, -1, &term));
        query_add_where(scope, query, term);
    }
    query->order.at = ARENA_NEW(scope->analyzer->arena, struct sort_item);
    query->order.at[0].expr = infer_column_expr(infer, ties->places, rank + 1);
    query->order.count = 1;
    return NULL;
}

err ties_rewrite(struct scope *scope)
{
    struct arena *arena = scope->analyzer->arena;
    struct query *query = scope->query;
    TRY(bounds_known(scope, query));
    struct expr *limit = query->limit, *offset = known_offset(scope, query->offset);
    struct ties ties = {.scope = scope, .inner = ARENA_NEW(arena, struct query)};
    size_t count = query->target_count;
    struct target *selected = query->targets;
    bool plain = query->set_op == SET_NONE && !query->values;
    *ties.inner = *query;
    TRY(take_keys(&ties));
    scope->query = ties.inner;
    if (plain) TRY(targets_resolve_unknown(scope));
    scope->query = query;
    ties.inner->limit = ties.inner->offset = NULL;
    ties.inner->cte_count = 0;
    TRY(rank_rows(&ties));
    struct query *fresh = query_new(scope->analyzer, QUERY_SELECT);
    fresh->ctes = query->ctes;
    fresh->cte_count = query->cte_count;
    *query = *fresh;
    ties.places = rte_new(scope, RTE_SUBQUERY, STR("ties"));
    TRY(rte_set_query(scope, ties.places, ties.ranked, NULL));
    from_add_rte(scope, ties.places);
    for (size_t i = 0; i < count; i++)
        query_add_target(arena, query, infer_column_expr(&scope->infer, ties.places, (int)i),
                         selected[i].name);
    return keep_places(&ties, limit, offset);
}
