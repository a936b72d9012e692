#include "sql/lateral.h"

#include "sql/query_walk.h"

/* One LATERAL item on its way out of FROM. */
struct flatten {
    struct arena *arena;
    struct query *outer;
    struct rte *rte;
    bool scalar; /* columns become scalar subqueries; else the subquery's own expressions */
};

/* ---- what an item is ------------------------------------------------------------------------- */

static bool in_query(const struct query *query, const struct rte *rte)
{
    for (size_t i = 0; i < query->rtable_count; i++)
        if (query->rtable[i] == rte) return true;
    return false;
}

struct sibling_search {
    const struct query *outer;
    const struct rte *self;
};

static bool is_sibling_column(const struct expr *expr, void *context)
{
    const struct sibling_search *search = context;
    if (expr->kind != EXPR_COLUMN && expr->kind != EXPR_WHOLE_ROW) return false;
    const struct rte *rte = expr->kind == EXPR_COLUMN ? expr->column.rte : expr->rte;
    return rte != search->self && in_query(search->outer, rte);
}

static bool uses_siblings(const struct query *outer, const struct rte *rte)
{
    struct sibling_search search = {outer, rte};
    return rte->kind == RTE_SUBQUERY && rte->query &&
           query_any(rte->query, is_sibling_column, &search);
}

static bool is_whole_row(const struct expr *expr, void *context)
{
    return expr->kind == EXPR_WHOLE_ROW && expr->rte == context;
}

static bool is_plain(const struct query *query)
{
    return query->set_op == SET_NONE && !query->values && !query->has_aggregates &&
           !query->has_windows && !query->group_by.count && !query->having && !query->distinct &&
           !query->distinct_on.count && !query->limit && !query->offset && !query->cte_count;
}

static bool has_volatile_target(const struct query *query)
{
    for (size_t i = 0; i < query->target_count; i++)
        if (expr_is_volatile(query->targets[i].expr)) return true;
    return false;
}

static bool is_one(const struct expr *expr)
{
    while (expr && expr->kind == EXPR_CAST) expr = expr->args.at[0];
    return expr && expr->kind == EXPR_CONST && expr->constant.kind == VALUE_INT &&
           expr->constant.i == 1;
}

static bool is_true(const struct expr *expr)
{
    return !expr || is_one(expr);
}

/* Exactly one row: an aggregate over everything. */
static bool yields_one_row(const struct query *query)
{
    return query->has_aggregates && !query->group_by.count && !query->having &&
           query->set_op == SET_NONE && !query->limit && !query->offset;
}

static bool yields_one_row_at_most(const struct query *query)
{
    return yields_one_row(query) || is_one(query->limit);
}

/* ---- columns ---------------------------------------------------------------------------------- */

static const struct target *visible_target(const struct query *query, int index)
{
    int visible = 0;
    for (size_t i = 0; i < query->target_count; i++)
        if (!query->targets[i].hidden && visible++ == index) return &query->targets[i];
    return NULL;
}

/* The subquery with this one target: its FROM is shared, for each copy is printed by itself. */
static struct expr scalar_of(struct flatten *flatten, const struct expr *column)
{
    struct query *one = ARENA_NEW(flatten->arena, struct query);
    *one = *flatten->rte->query;
    one->targets = ARENA_NEW(flatten->arena, struct target);
    one->targets[0] = *visible_target(flatten->rte->query, column->column.index);
    one->target_count = 1;
    return (struct expr){
        .kind = EXPR_SUBQUERY,
        .type = column->type,
        .typmod = column->typmod,
        .location = column->location,
        .sublink = {.kind = SUBLINK_SCALAR, .query = one},
    };
}

/* Expressions are not shared between places, so a column is replaced where it stands. */
static bool replace_column(const struct expr *expr, void *context)
{
    struct flatten *flatten = context;
    if (expr->kind != EXPR_COLUMN || expr->column.rte != flatten->rte) return false;
    struct expr *slot = (struct expr *)(uintptr_t)expr;
    if (flatten->scalar)
        *slot = scalar_of(flatten, expr);
    else
        *slot = *visible_target(flatten->rte->query, expr->column.index)->expr;
    return false;
}

static void replace_columns(struct flatten *flatten)
{
    query_any(flatten->outer, replace_column, flatten);
}

/* ---- FROM -------------------------------------------------------------------------------------- */

static void rtable_remove(struct query *query, const struct rte *rte)
{
    size_t kept = 0;
    for (size_t i = 0; i < query->rtable_count; i++)
        if (query->rtable[i] != rte) query->rtable[kept++] = query->rtable[i];
    query->rtable_count = kept;
}

static void rtable_add(struct arena *arena, struct query *query, const struct query *more)
{
    struct rte **grown = ARENA_ARRAY(arena, struct rte *, query->rtable_count + more->rtable_count);
    for (size_t i = 0; i < query->rtable_count; i++) grown[i] = query->rtable[i];
    for (size_t i = 0; i < more->rtable_count; i++)
        grown[query->rtable_count + i] = more->rtable[i];
    query->rtable = grown;
    query->rtable_count += more->rtable_count;
}

static struct expr *both(struct arena *arena, struct expr *a, struct expr *b)
{
    if (!a || !b) return a ? a : b;
    struct expr *expr = ARENA_NEW(arena, struct expr);
    *expr = (struct expr){.kind = EXPR_AND, .type = BOOLOID, .typmod = -1, .location = -1};
    expr->args.at = ARENA_ARRAY(arena, struct expr *, 2);
    expr->args.at[0] = a;
    expr->args.at[1] = b;
    expr->args.count = 2;
    return expr;
}

/* The items of a comma list as one: NULL for none. */
static struct from_item *cross_all(struct arena *arena, const struct query *query)
{
    struct from_item *all = NULL;
    for (size_t i = 0; i < query->from_count; i++) {
        struct from_item *join = ARENA_NEW(arena, struct from_item);
        *join = (struct from_item){
            .kind = FROM_JOIN,
            .join = JOIN_KIND_CROSS,
            .left = all,
            .right = query->from[i],
        };
        all = all ? join : query->from[i];
    }
    return all;
}

static struct expr *exists(struct flatten *flatten)
{
    struct expr *expr = ARENA_NEW(flatten->arena, struct expr);
    *expr = (struct expr){
        .kind = EXPR_SUBQUERY,
        .type = BOOLOID,
        .typmod = -1,
        .location = -1,
        .sublink = {.kind = SUBLINK_EXISTS, .query = flatten->rte->query},
    };
    return expr;
}

/* LEFT JOIN: when no row matches, a merged column must be NULL by itself. */
static bool only_columns(const struct query *query)
{
    for (size_t i = 0; i < query->target_count; i++)
        if (query->targets[i].expr->kind != EXPR_COLUMN ||
            !in_query(query, query->targets[i].expr->column.rte))
            return false;
    return query->from_count == 1;
}

/* Whether the item can leave FROM, and as what. on: of the LEFT JOIN whose right side it is, if any. */
static bool can_flatten(struct flatten *flatten, const struct from_item *left_join)
{
    const struct rte *rte = flatten->rte;
    const struct query *inner = rte->query;
    bool fenced = rte->security || (rte->relation && rte->relation->security_barrier);
    if (!rte->lateral || fenced || !uses_siblings(flatten->outer, rte)) return false;
    if (inner->command != QUERY_SELECT || inner->locks_rows) return false;
    if (query_any(flatten->outer, is_whole_row, flatten->rte)) return false;
    if (has_volatile_target(inner)) return false;
    flatten->scalar = false;
    bool computed = !inner->from_count && !inner->where && (!left_join || is_true(left_join->on));
    if (is_plain(inner) && (!left_join || computed || only_columns(inner))) return true;
    flatten->scalar = yields_one_row_at_most(inner) && (!left_join || is_true(left_join->on));
    return flatten->scalar;
}

/* Takes the item out. The answer stands in its place: the subquery's own FROM, or NULL. */
static struct from_item *flatten_leaf(struct flatten *flatten, struct from_item *left_join)
{
    struct query *outer = flatten->outer;
    struct query *inner = flatten->rte->query;
    replace_columns(flatten);
    rtable_remove(outer, flatten->rte);
    if (flatten->scalar) {
        if (!left_join && !yields_one_row(inner))
            outer->where = both(flatten->arena, outer->where, exists(flatten));
        return NULL;
    }
    rtable_add(flatten->arena, outer, inner);
    struct expr **condition = left_join ? &left_join->on : &outer->where;
    *condition = both(flatten->arena, *condition, inner->where);
    return cross_all(flatten->arena, inner);
}

static struct from_item *one_empty_row(struct arena *arena)
{
    struct from_item *item = ARENA_NEW(arena, struct from_item);
    item->kind = FROM_RTE;
    item->rte = ARENA_NEW(arena, struct rte);
    item->rte->kind = RTE_RESULT;
    return item;
}

static struct from_item *flatten_tree(struct arena *arena,
                                      struct query *outer,
                                      struct from_item *item);

/* Only sides whose rows no join above makes NULL; below RIGHT and FULL nothing is touched. */
static struct from_item *flatten_join(struct arena *arena,
                                      struct query *outer,
                                      struct from_item *item)
{
    bool inner = item->join == JOIN_KIND_INNER || item->join == JOIN_KIND_CROSS;
    bool left = item->join == JOIN_KIND_LEFT;
    if (!inner && !left) return item;
    struct from_item *kept = flatten_tree(arena, outer, item->left);
    item->left = kept ? kept : one_empty_row(arena); /* the tree stays whole while it is walked */
    if (inner) {
        item->right = flatten_tree(arena, outer, item->right);
    } else if (item->right->kind == FROM_RTE) {
        struct flatten flatten = {.arena = arena, .outer = outer, .rte = item->right->rte};
        if (can_flatten(&flatten, item)) item->right = flatten_leaf(&flatten, item);
    }
    bool whole = item->right && (kept || left);
    if (whole) return item;
    if (inner && !is_true(item->on)) outer->where = both(arena, outer->where, item->on);
    return item->right ? item->right : kept;
}

static struct from_item *flatten_tree(struct arena *arena,
                                      struct query *outer,
                                      struct from_item *item)
{
    if (item->kind == FROM_JOIN) return flatten_join(arena, outer, item);
    struct flatten flatten = {.arena = arena, .outer = outer, .rte = item->rte};
    return can_flatten(&flatten, NULL) ? flatten_leaf(&flatten, NULL) : item;
}

static void flatten_from(struct arena *arena, struct query *query)
{
    size_t kept = 0;
    for (size_t i = 0; i < query->from_count; i++) {
        struct from_item *item = flatten_tree(arena, query, query->from[i]);
        if (item) query->from[kept++] = item;
    }
    query->from_count = kept;
}

/* ---- the whole tree ------------------------------------------------------------------------------ */

static bool query_visit_all(struct query *query, void *context);

static bool expr_visit_all(struct expr *expr, void *context)
{
    if (expr->kind == EXPR_SUBQUERY) query_visit_all(expr->sublink.query, context);
    return expr_children(expr, expr_visit_all, context);
}

static bool has_full_join(const struct from_item *item)
{
    if (item->kind == FROM_RTE) return false;
    return item->join == JOIN_KIND_FULL || has_full_join(item->left) || has_full_join(item->right);
}

/* What is merged beside a FULL JOIN is more than SQLite's planner masters. */
static bool has_lateral(const struct query *query)
{
    for (size_t i = 0; i < query->from_count; i++)
        if (has_full_join(query->from[i])) return false;
    for (size_t i = 0; i < query->rtable_count; i++)
        if (query->rtable[i]->lateral && query->rtable[i]->query) return true;
    return false;
}

/* Innermost first: what is merged outwards is flat by then. */
static bool query_visit_all(struct query *query, void *context)
{
    query_subqueries(query, query_visit_all, context);
    query_children(query, expr_visit_all, context);
    if (has_lateral(query)) flatten_from(context, query);
    return true;
}

void lateral_flatten(struct arena *arena, struct query *query)
{
    query_visit_all(query, arena);
}
