/* GROUPING SETS, ROLLUP, CUBE and GROUPING(): which sets a GROUP BY has, and the query as one without.
 *
 *   SELECT f(a), sum(x), GROUPING(a, b) FROM t WHERE w GROUP BY CUBE (a, b) HAVING h ORDER BY o
 *
 * becomes, with a, b, the aggregates and GROUPING() being columns of the inner query from there on,
 *
 *   WITH rows AS MATERIALIZED (SELECT a, b, x FROM t WHERE w)
 *   SELECT f(a), s, g FROM (SELECT a, b, sum(x) s, 0 g FROM rows GROUP BY a, b UNION ALL
 *                           SELECT a, NULL, sum(x), 1 FROM rows GROUP BY a UNION ALL ...)
 *   WHERE h ORDER BY o
 *
 * so that every row is read, and every argument computed, once for all sets. */
#include "sql/analyze_int.h"

enum {
    GROUP_KEYS_MAX = 64,     /* bits of a set */
    GROUPING_SETS_MAX = 400, /* SQLite's compound SELECT has 500 arms at most */
    CUBE_MAX = 12,           /* PostgreSQL's */
};

/* ---- which sets ------------------------------------------------------------------------------- */

static err set_add(struct scope *scope, struct grouping_sets *sets, uint64_t set)
{
    if (sets->count == GROUPING_SETS_MAX)
        return SQL_ERROR(scope, "54001", -1, "too many grouping sets present (maximum %d)",
                         GROUPING_SETS_MAX);
    *VEC_ADD(scope->analyzer->arena, sets) = set;
    return NULL;
}

/* The keys of each item, as a set of its own. */
static err item_sets(struct scope *scope, const struct list *items, struct grouping_sets *out)
{
    for (size_t i = 0; i < items->count; i++) {
        uint64_t set = 0;
        TRY(group_item(scope, items->at[i], &set));
        TRY(set_add(scope, out, set));
    }
    return NULL;
}

static err rollup_sets(struct scope *scope, const struct list *items, struct grouping_sets *out)
{
    struct grouping_sets keys = {0};
    TRY(item_sets(scope, items, &keys));
    for (size_t length = keys.count + 1; length-- > 0;) {
        uint64_t set = 0;
        for (size_t i = 0; i < length; i++) set |= keys.at[i];
        TRY(set_add(scope, out, set));
    }
    return NULL;
}

static err cube_sets(struct scope *scope, const struct list *items, struct grouping_sets *out)
{
    struct grouping_sets keys = {0};
    if (items->count > CUBE_MAX)
        return SQL_ERROR(scope, "54011", ast_location(items->at[0]),
                         "CUBE is limited to %d elements", CUBE_MAX);
    TRY(item_sets(scope, items, &keys));
    for (size_t chosen = (size_t)1 << keys.count; chosen-- > 0;) {
        uint64_t set = 0;
        for (size_t i = 0; i < keys.count; i++)
            if (chosen >> i & 1) set |= keys.at[i];
        TRY(set_add(scope, out, set));
    }
    return NULL;
}

static err node_sets(struct scope *scope, const struct node *node, struct grouping_sets *out)
{
    if (!AST_IS(GroupingSet, node)) {
        uint64_t set = 0;
        TRY(group_item(scope, node, &set));
        return set_add(scope, out, set);
    }
    const struct GroupingSet *grouping = AST_AS(GroupingSet, node);
    switch (grouping->kind) {
    case GROUPING_SET_EMPTY: return set_add(scope, out, 0);
    case GROUPING_SET_ROLLUP: return rollup_sets(scope, grouping->content, out);
    case GROUPING_SET_CUBE: return cube_sets(scope, grouping->content, out);
    case GROUPING_SET_SIMPLE:
    case GROUPING_SET_SETS: break;
    }
    for (size_t i = 0; i < grouping->content->count; i++)
        TRY(node_sets(scope, grouping->content->at[i], out));
    return NULL;
}

static bool has_set(const struct grouping_sets *sets, uint64_t set)
{
    for (size_t i = 0; i < sets->count; i++)
        if (sets->at[i] == set) return true;
    return false;
}

/* The items of GROUP BY stand for every way to take one set of each. */
static err sets_product(struct scope *scope,
                        const struct list *items,
                        bool distinct,
                        struct grouping_sets *out)
{
    TRY(set_add(scope, out, 0));
    for (size_t i = 0; i < items->count; i++) {
        struct grouping_sets before = *out, one = {0};
        *out = (struct grouping_sets){0};
        TRY(node_sets(scope, items->at[i], &one));
        for (size_t a = 0; a < before.count; a++)
            for (size_t b = 0; b < one.count; b++) {
                uint64_t set = before.at[a] | one.at[b];
                if (!distinct || !has_set(out, set)) TRY(set_add(scope, out, set));
            }
    }
    return NULL;
}

err grouping_clause(struct scope *scope, const struct SelectStmt *select)
{
    scope->grouping = ARENA_NEW(scope->analyzer->arena, struct grouping_sets);
    TRY(sets_product(scope, select->groupClause, select->groupDistinct, scope->grouping));
    if (scope->query->group_by.count > GROUP_KEYS_MAX)
        return NOT_DONE(scope, -1, "grouping sets of more than %d expressions are not supported",
                        GROUP_KEYS_MAX);
    return NULL;
}

uint64_t grouping_common(const struct scope *scope)
{
    uint64_t common = UINT64_MAX;
    for (size_t i = 0; scope->grouping && i < scope->grouping->count; i++)
        common &= scope->grouping->at[i];
    return common;
}

/* ---- GROUPING() --------------------------------------------------------------------------------- */

/* It counts as an aggregate: where it may stand, and what is a query with groups. */
err grouping_func(struct scope *scope, const struct GroupingFunc *node, struct expr **out)
{
    enum { ARGUMENTS_MAX = 31 };
    struct infer_context *infer = &scope->infer;
    TRY(infer_allow_aggregate(infer, node->base.location));
    if (node->args->count > ARGUMENTS_MAX)
        return SQL_ERROR(scope, "54023", node->base.location,
                         "GROUPING must have fewer than 32 arguments");
    struct expr *expr = infer_new(infer, EXPR_GROUPING, INT4OID, node->base.location);
    expr->args.at = ARENA_ARRAY(scope->analyzer->arena, struct expr *, node->args->count);
    for (size_t i = 0; i < node->args->count; i++)
        TRY(infer_expr(infer, node->args->at[i], &expr->args.at[expr->args.count++]));
    infer->saw_aggregate = true;
    *out = expr;
    return NULL;
}

static int key_index(const struct query *query, const struct expr *expr)
{
    for (size_t i = 0; i < query->group_by.count; i++)
        if (expr_equal(query->group_by.at[i], expr)) return (int)i;
    return -1;
}

err grouping_check(struct scope *scope, const struct expr *grouping)
{
    for (size_t i = 0; i < grouping->args.count; i++)
        if (key_index(scope->query, grouping->args.at[i]) < 0)
            return SQL_ERROR(scope, "42803", grouping->args.at[i]->location,
                             "arguments to GROUPING must be grouping expressions of the "
                             "associated query level");
    return NULL;
}

/* A bit per argument, the last one lowest: 1 for a key that the set has not. */
static int64_t grouping_value(const struct query *query, const struct expr *grouping, uint64_t set)
{
    int64_t value = 0;
    for (size_t i = 0; i < grouping->args.count; i++)
        value = value << 1 | !(set >> key_index(query, grouping->args.at[i]) & 1);
    return value;
}

/* ---- the query without ---------------------------------------------------------------------------- */

/* What a column of the inner query is, over the rows as they were: a key, an aggregate, GROUPING(), or
 * what depends on keys that are in every set. */
struct group_columns {
    VEC(const struct expr *);
};

struct rewriting {
    struct scope *scope;
    struct query *rows;           /* FROM and WHERE; its targets are what the sets are made of */
    struct rte *groups;           /* stands for the rows of all sets */
    struct group_columns columns; /* of groups */
    err error;
};

static bool is_own(const struct query *query, const struct rte *rte)
{
    for (size_t i = 0; i < query->rtable_count; i++)
        if (query->rtable[i] == rte) return true;
    return false;
}

static bool uses_rows(const struct expr *expr, void *context)
{
    if (expr->kind == EXPR_COLUMN) return is_own(context, expr->column.rte);
    return expr->kind == EXPR_WHOLE_ROW && is_own(context, expr->rte);
}

static struct expr *column_of(struct rewriting *rewriting,
                              struct rte *rte,
                              size_t index,
                              const struct expr *like)
{
    struct expr *column =
        infer_new(&rewriting->scope->infer, EXPR_COLUMN, like->type, like->location);
    column->typmod = like->typmod;
    column->column.rte = rte;
    column->column.index = (int)index;
    return column;
}

static struct expr *group_column(struct rewriting *rewriting, const struct expr *expr)
{
    size_t index = 0;
    while (index < rewriting->columns.count && !expr_equal(rewriting->columns.at[index], expr))
        index++;
    if (index == rewriting->columns.count)
        *VEC_ADD(rewriting->scope->analyzer->arena, &rewriting->columns) = expr;
    return column_of(rewriting, rewriting->groups, index, expr);
}

/* NULL: what is below it is looked at. */
static struct expr *over_groups(struct expr *expr, void *context)
{
    struct rewriting *rewriting = context;
    bool own = uses_rows(expr, rewriting->rows);
    if (own || expr->kind == EXPR_AGGREGATE || expr->kind == EXPR_GROUPING ||
        key_index(rewriting->rows, expr) >= 0)
        return group_column(rewriting, expr);
    if (expr->kind == EXPR_SUBQUERY && query_any(expr->sublink.query, uses_rows, rewriting->rows))
        rewriting->error =
            NOT_DONE(rewriting->scope, expr->location,
                     "a subquery that uses columns of a query with grouping sets is not supported");
    return NULL;
}

static struct expr *mapped(struct rewriting *rewriting, struct expr *expr)
{
    return expr ? expr_map(rewriting->scope->analyzer->arena, expr, over_groups, rewriting) : NULL;
}

/* Sort keys that are output columns stay the same objects. */
static struct expr *mapped_sort(struct rewriting *rewriting,
                                const struct target *before,
                                struct expr *expr)
{
    const struct query *query = rewriting->scope->query;
    for (size_t i = 0; i < query->target_count; i++)
        if (before[i].expr == expr) return query->targets[i].expr;
    return mapped(rewriting, expr);
}

static void map_query(struct rewriting *rewriting)
{
    struct arena *arena = rewriting->scope->analyzer->arena;
    struct query *query = rewriting->scope->query;
    struct target *before = ARENA_ARRAY(arena, struct target, query->target_count);
    for (size_t i = 0; i < query->target_count; i++) {
        before[i] = query->targets[i];
        query->targets[i].expr = mapped(rewriting, before[i].expr);
    }
    query->where = mapped(rewriting, query->having);
    for (size_t i = 0; i < query->order.count; i++)
        query->order.at[i].expr = mapped_sort(rewriting, before, query->order.at[i].expr);
    for (size_t i = 0; i < query->distinct_on.count; i++)
        query->distinct_on.at[i] = mapped_sort(rewriting, before, query->distinct_on.at[i]);
}

/* ---- the rows, once ---- */

static size_t row_target(struct rewriting *rewriting, struct expr *expr)
{
    struct query *rows = rewriting->rows;
    for (size_t i = 0; i < rows->target_count; i++)
        if (expr_equal(rows->targets[i].expr, expr)) return i;
    struct arena *arena = rewriting->scope->analyzer->arena;
    str name = str_printf(arena, "v%zu", rows->target_count);
    query_add_target(arena, rows, expr, name);
    return rows->target_count - 1;
}

static bool add_row_target(struct expr *expr, void *context)
{
    struct rewriting *rewriting = context;
    if (!expr_is_cheap(expr) || uses_rows(expr, rewriting->rows)) row_target(rewriting, expr);
    return true;
}

static struct cte *rows_cte(struct rewriting *rewriting)
{
    struct scope *scope = rewriting->scope;
    struct arena *arena = scope->analyzer->arena;
    struct query *rows = rewriting->rows;
    for (size_t i = 0; i < rewriting->columns.count; i++) {
        const struct expr *column = rewriting->columns.at[i];
        if (column->kind == EXPR_AGGREGATE)
            expr_children(column, add_row_target, rewriting);
        else if (column->kind != EXPR_GROUPING)
            row_target(rewriting, (struct expr *)(uintptr_t)column);
    }
    for (size_t i = 0; i < rows->group_by.count; i++) row_target(rewriting, rows->group_by.at[i]);
    if (!rows->target_count) row_target(rewriting, infer_null(&scope->infer, INT4OID));
    struct cte *cte = ARENA_NEW(arena, struct cte);
    cte->name = alias_unique(scope->analyzer, STR("rows"));
    cte->query = rows;
    cte->materialized = true;
    cte->column_count = rows->target_count;
    cte->columns = ARENA_ARRAY(arena, struct rte_column, rows->target_count);
    for (size_t i = 0; i < rows->target_count; i++)
        cte->columns[i] = (struct rte_column){.name = rows->targets[i].name,
                                              .type = rows->targets[i].expr->type,
                                              .typmod = rows->targets[i].expr->typmod};
    return cte;
}

/* ---- a set ---- */

struct arm {
    struct rewriting *rewriting;
    struct rte *rte; /* the rows, for this set */
    uint64_t set;
};

/* An argument as the column of the rows that it is; constants stay. */
static struct expr *over_rows(struct expr *expr, void *context)
{
    struct arm *arm = context;
    const struct query *rows = arm->rewriting->rows;
    for (size_t i = 0; i < rows->target_count; i++)
        if (expr_equal(rows->targets[i].expr, expr))
            return column_of(arm->rewriting, arm->rte, i, expr);
    return NULL;
}

static struct expr *arm_column(struct arm *arm, const struct expr *column)
{
    struct rewriting *rewriting = arm->rewriting;
    struct infer_context *infer = &rewriting->scope->infer;
    struct expr *expr = (struct expr *)(uintptr_t)column;
    if (column->kind == EXPR_GROUPING)
        return infer_const(infer, INT4OID,
                           value_int(grouping_value(rewriting->rows, column, arm->set)));
    int key = key_index(rewriting->rows, column);
    if (key < 0 || arm->set >> key & 1)
        return expr_map(rewriting->scope->analyzer->arena, expr, over_rows, arm);
    struct expr *null = infer_null(infer, column->type);
    null->typmod = column->typmod;
    return null;
}

static struct query *arm_query(struct rewriting *rewriting, struct cte *cte, uint64_t set)
{
    struct scope *scope = rewriting->scope;
    struct arena *arena = scope->analyzer->arena;
    struct scope *inner = scope_new(scope->analyzer, scope, NULL);
    inner->query = query_new(scope->analyzer, QUERY_SELECT);
    struct arm arm = {
        .rewriting = rewriting, .rte = rte_new(inner, RTE_CTE, cte->name), .set = set};
    arm.rte->cte = cte;
    arm.rte->columns = cte->columns;
    arm.rte->column_count = cte->column_count;
    from_add_rte(inner, arm.rte);
    const struct expr_list *keys = &rewriting->rows->group_by;
    struct expr_list *group_by = &inner->query->group_by;
    group_by->at = ARENA_ARRAY(arena, struct expr *, keys->count);
    for (size_t i = 0; i < keys->count; i++)
        if (set >> i & 1) group_by->at[group_by->count++] = over_rows(keys->at[i], &arm);
    inner->query->has_aggregates = true; /* the empty set is one group */
    for (size_t i = 0; i < rewriting->columns.count; i++)
        query_add_target(arena, inner->query, arm_column(&arm, rewriting->columns.at[i]),
                         str_printf(arena, "g%zu", i));
    return inner->query;
}

static struct query *union_of(struct rewriting *rewriting, struct query *left, struct query *right)
{
    struct scope *scope = rewriting->scope;
    struct query *both = query_new(scope->analyzer, QUERY_SELECT);
    both->set_op = SET_UNION;
    both->set_all = true;
    both->set_left = left;
    both->set_right = right;
    for (size_t i = 0; i < left->target_count; i++) {
        struct expr *shape = infer_null(&scope->infer, left->targets[i].expr->type);
        shape->typmod = left->targets[i].expr->typmod;
        query_add_target(scope->analyzer->arena, both, shape, left->targets[i].name);
    }
    return both;
}

/* ---- the whole ---- */

static void cte_add(struct arena *arena, struct query *query, struct cte *cte)
{
    struct cte **grown = ARENA_ARRAY(arena, struct cte *, query->cte_count + 1);
    for (size_t i = 0; i < query->cte_count; i++) grown[i] = query->ctes[i];
    grown[query->cte_count++] = cte;
    query->ctes = grown;
}

/* What the query was, down to GROUP BY, goes to rows; the query goes on over the groups. */
static struct query *split_rows(struct scope *scope)
{
    struct query *query = scope->query;
    struct query *rows = query_new(scope->analyzer, QUERY_SELECT);
    rows->rtable = query->rtable;
    rows->rtable_count = query->rtable_count;
    rows->from = query->from;
    rows->from_count = query->from_count;
    rows->where = query->where;
    rows->group_by = query->group_by;
    query->rtable = NULL;
    query->from = NULL;
    query->rtable_count = query->from_count = 0;
    query->where = NULL;
    query->group_by = (struct expr_list){0};
    return rows;
}

err grouping_rewrite(struct scope *scope)
{
    if (!scope->grouping) return NULL;
    struct query *query = scope->query;
    struct rewriting rewriting = {.scope = scope, .rows = split_rows(scope)};
    rewriting.groups = rte_new(scope, RTE_SUBQUERY, STR("groups"));
    map_query(&rewriting);
    TRY(rewriting.error);
    query->having = NULL;
    query->has_aggregates = false;
    if (!rewriting.columns.count) group_column(&rewriting, infer_null(&scope->infer, INT4OID));
    struct cte *cte = rows_cte(&rewriting);
    struct query *all = NULL;
    for (size_t i = 0; i < scope->grouping->count; i++) {
        struct query *arm = arm_query(&rewriting, cte, scope->grouping->at[i]);
        all = all ? union_of(&rewriting, all, arm) : arm;
    }
    rewriting.rows->group_by = (struct expr_list){0};
    cte_add(scope->analyzer->arena, query, cte);
    TRY(rte_set_query(scope, rewriting.groups, all, NULL));
    from_add_rte(scope, rewriting.groups);
    return NULL;
}
