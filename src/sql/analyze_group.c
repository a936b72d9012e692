#include "sql/analyze_int.h"

/* ---- finding what a sort or group item means ------------------------------------------------ */

static const char *clause_name(enum infer_clause clause)
{
    return clause == INFER_GROUP_BY      ? "GROUP BY"
           : clause == INFER_DISTINCT_ON ? "DISTINCT ON"
                                         : "ORDER BY";
}

/* SQL92: an output column's name. GROUP BY prefers a column of FROM, as PostgreSQL does. */
static err item_by_name(struct scope *scope,
                        const struct ColumnRef *ref,
                        enum infer_clause clause,
                        struct target **out)
{
    str name = ast_name_at(ref->fields, 0);
    struct query *query = scope->query;
    if (clause == INFER_GROUP_BY) {
        struct expr *column;
        TRY(scope_find_column(scope, name, false, ref->base.location, &column));
        if (column) return NULL;
    }
    for (size_t i = 0; i < query->target_count; i++) {
        struct target *target = &query->targets[i];
        if (target->hidden || !str_eq(target->name, name)) continue;
        if (*out && !expr_equal((*out)->expr, target->expr))
            return SQL_ERROR(scope, "42702", ref->base.location, "%s \"%.*s\" is ambiguous",
                             clause_name(clause), STR_FMT(name));
        if (!*out) *out = target;
    }
    return NULL;
}

static err item_by_position(struct scope *scope,
                            const struct A_Const *position,
                            enum infer_clause clause,
                            struct target **out)
{
    struct query *query = scope->query;
    if (position->val != A_CONST_INTEGER)
        return SQL_ERROR(scope, "42601", position->base.location, "non-integer constant in %s",
                         clause_name(clause));
    if (position->ival < 1 || (uint64_t)position->ival > query->target_count ||
        query->targets[position->ival - 1].hidden)
        return SQL_ERROR(scope, "42P10", position->base.location,
                         "%s position %lld is not in select list", clause_name(clause),
                         (long long)position->ival);
    *out = &query->targets[position->ival - 1];
    return NULL;
}

static struct target *target_equal(struct query *query, const struct expr *expr)
{
    for (size_t i = 0; i < query->target_count; i++)
        if (expr_equal(query->targets[i].expr, expr)) return &query->targets[i];
    return NULL;
}

/* The expression that an item of ORDER BY, GROUP BY or DISTINCT ON stands for. *target is the output
 * column it is, or NULL. */
static err find_item(struct scope *scope,
                     const struct node *node,
                     enum infer_clause clause,
                     struct expr **out,
                     struct target **target)
{
    *target = NULL;
    if (AST_IS(ColumnRef, node) && AST_AS(ColumnRef, node)->fields->count == 1 &&
        AST_IS(String, AST_AS(ColumnRef, node)->fields->at[0]))
        TRY(item_by_name(scope, AST_AS(ColumnRef, node), clause, target));
    else if (AST_IS(A_Const, node))
        TRY(item_by_position(scope, AST_AS(A_Const, node), clause, target));
    if (*target) {
        *out = (*target)->expr;
        return NULL;
    }
    TRY(infer_expr_in(&scope->infer, clause, node, out));
    *target = target_equal(scope->query, *out);
    if (*target) *out = (*target)->expr;
    return NULL;
}

/* ---- ORDER BY ------------------------------------------------------------------------------------ */

static err set_sort_refused(struct scope *scope, const struct node *node)
{
    struct arena *arena = scope->analyzer->arena;
    return err_hint(
        arena,
        err_details(arena,
                    SQL_ERROR(scope, "0A000", ast_location(node),
                              "invalid UNION/INTERSECT/EXCEPT ORDER BY clause"),
                    "Only result column names can be used, not expressions or functions."),
        "Add the expression/function to every SELECT, or move the UNION into a FROM clause.");
}

/* Over a set operation only its output columns can be named. */
static err set_sort_item(struct scope *scope, const struct node *node, struct expr **out)
{
    struct target *target = NULL;
    if (AST_IS(A_Const, node))
        TRY(item_by_position(scope, AST_AS(A_Const, node), INFER_ORDER_BY, &target));
    else if (AST_IS(ColumnRef, node) && AST_AS(ColumnRef, node)->fields->count == 1)
        TRY(item_by_name(scope, AST_AS(ColumnRef, node), INFER_ORDER_BY, &target));
    if (target) {
        *out = target->expr;
        return NULL;
    }
    if (AST_IS(ColumnRef, node) && AST_AS(ColumnRef, node)->fields->count == 1) {
        str name = ast_name_at(AST_AS(ColumnRef, node)->fields, 0);
        return SQL_ERROR(scope, "42703", ast_location(node), "column \"%.*s\" does not exist",
                         STR_FMT(name));
    }
    if (AST_IS(ColumnRef, node)) {
        str table = ast_name_at(AST_AS(ColumnRef, node)->fields, 0);
        return SQL_ERROR(scope, "42P01", ast_location(node),
                         "missing FROM-clause entry for table \"%.*s\"", STR_FMT(table));
    }
    return set_sort_refused(scope, node);
}

static err sort_one(struct scope *scope, const struct SortBy *sort, struct sort_item *out)
{
    struct query *query = scope->query;
    struct expr *expr;
    struct target *target = NULL;
    bool outputs_alone = query->set_op != SET_NONE || query->values;
    if (outputs_alone)
        TRY(set_sort_item(scope, sort->node, &expr));
    else
        TRY(find_item(scope, sort->node, INFER_ORDER_BY, &expr, &target));
    TRY(infer_sort_item(&scope->infer, sort, expr, out));
    if (target) target->expr = out->expr; /* it may have become text */
    return NULL;
}

err sort_clause(struct scope *scope, const struct list *sorts)
{
    struct query *query = scope->query;
    query->order.at = ARENA_ARRAY(scope->analyzer->arena, struct sort_item, sorts->count);
    for (size_t i = 0; i < sorts->count; i++)
        TRY(sort_one(scope, AST_AS(SortBy, sorts->at[i]), &query->order.at[query->order.count++]));
    return NULL;
}

/* ---- GROUP BY ------------------------------------------------------------------------------------ */

static void list_add(struct arena *arena, struct expr_list *list, struct expr *expr)
{
    struct expr **grown = ARENA_ARRAY(arena, struct expr *, list->count + 1);
    for (size_t i = 0; i < list->count; i++) grown[i] = list->at[i];
    grown[list->count++] = expr;
    list->at = grown;
}

static bool list_has(const struct expr_list *list, const struct expr *expr)
{
    for (size_t i = 0; i < list->count; i++)
        if (expr_equal(list->at[i], expr)) return true;
    return false;
}

static bool is_aggregate_or_window(const struct expr *expr, void *context)
{
    (void)context;
    return expr->kind == EXPR_AGGREGATE || expr->kind == EXPR_WINDOW;
}

static err equality_exists(struct scope *scope, const struct expr *expr)
{
    if (infer_equal(&scope->infer, expr->type)) return NULL;
    return SQL_ERROR(scope, "42883", expr->location,
                     "could not identify an equality operator for type %.*s",
                     STR_FMT(infer_type_text(&scope->infer, expr->type, -1)));
}

err group_item(struct scope *scope, const struct node *node, uint64_t *set)
{
    struct query *query = scope->query;
    if (AST_IS(RowExpr, node)) {
        const struct list *items = AST_AS(RowExpr, node)->args;
        for (size_t i = 0; i < items->count; i++) TRY(group_item(scope, items->at[i], set));
        return NULL;
    }
    struct expr *expr;
    struct target *target;
    TRY(find_item(scope, node, INFER_GROUP_BY, &expr, &target));
    TRY(infer_resolve_unknown(&scope->infer, expr, &expr));
    if (target) target->expr = expr;
    if (target && expr_any(expr, is_aggregate_or_window, NULL))
        return SQL_ERROR(scope, "42803", ast_location(node),
                         "aggregate functions are not allowed in GROUP BY");
    TRY(equality_exists(scope, expr));
    if (!list_has(&query->group_by, expr)) list_add(scope->analyzer->arena, &query->group_by, expr);
    size_t index = 0;
    while (!expr_equal(query->group_by.at[index], expr)) index++;
    if (index < 64) *set |= (uint64_t)1 << index;
    return NULL;
}

err group_clause(struct scope *scope, const struct SelectStmt *select)
{
    const struct list *items = select->groupClause;
    for (size_t i = 0; i < items->count; i++)
        if (AST_IS(GroupingSet, items->at[i])) return grouping_clause(scope, select);
    uint64_t set = 0;
    for (size_t i = 0; i < items->count; i++) TRY(group_item(scope, items->at[i], &set));
    return NULL;
}

/* ---- DISTINCT ------------------------------------------------------------------------------------ */

static err distinct_plain(struct scope *scope)
{
    struct query *query = scope->query;
    query->distinct = true;
    TRY(targets_resolve_unknown(scope));
    for (size_t i = 0; i < query->target_count; i++)
        TRY(equality_exists(scope, query->targets[i].expr));
    for (size_t i = 0; i < query->order.count; i++)
        if (!target_equal(query, query->order.at[i].expr))
            return SQL_ERROR(scope, "42P10", query->order.at[i].expr->location,
                             "for SELECT DISTINCT, ORDER BY expressions must appear in select "
                             "list");
    return NULL;
}

/* The ON expressions must be the first sort keys, in any order. */
static err distinct_matches_order(struct scope *scope)
{
    struct query *query = scope->query;
    bool past = false;
    for (size_t i = 0; i < query->order.count && i < query->distinct_on.count; i++)
        past = past || !list_has(&query->distinct_on, query->order.at[i].expr);
    if (!past) return NULL;
    return SQL_ERROR(scope, "42P10", query->distinct_on.at[0]->location,
                     "SELECT DISTINCT ON expressions must match initial ORDER BY expressions");
}

err distinct_clause(struct scope *scope, const struct SelectStmt *select)
{
    const struct list *items = select->distinctClause;
    if (!items->count) return NULL;
    if (items->count == 1 && !items->at[0]) return distinct_plain(scope);
    for (size_t i = 0; i < items->count; i++) {
        struct expr *expr;
        struct target *target;
        TRY(find_item(scope, items->at[i], INFER_DISTINCT_ON, &expr, &target));
        TRY(infer_resolve_unknown(&scope->infer, expr, &expr));
        if (target) target->expr = expr;
        TRY(equality_exists(scope, expr));
        if (!list_has(&scope->query->distinct_on, expr))
            list_add(scope->analyzer->arena, &scope->query->distinct_on, expr);
    }
    return distinct_matches_order(scope);
}

/* ---- 42803 ---------------------------------------------------------------------------------------- */

struct group_walk {
    struct scope *scope;
    int sublinks; /* how deep */
    err error;
};

static bool is_own(const struct query *query, const struct rte *rte)
{
    for (size_t i = 0; i < query->rtable_count; i++)
        if (query->rtable[i] == rte) return true;
    return false;
}

/* With grouping sets: in each of them. */
static bool groups_column(const struct scope *scope, const struct rte *rte, int16_t number)
{
    const struct query *query = scope->query;
    uint64_t common = grouping_common(scope);
    for (size_t i = 0; i < query->group_by.count; i++) {
        const struct expr *expr = query->group_by.at[i];
        if (scope->grouping && !(common >> i & 1)) continue;
        if (expr->kind == EXPR_COLUMN && expr->column.rte == rte &&
            rte->columns[expr->column.index].number == number)
            return true;
    }
    return false;
}

/* Every column of a table depends on its primary key. */
static bool depends_on_key(const struct scope *scope, const struct rte *rte)
{
    const struct cat_constraint *key =
        rte->kind == RTE_RELATION ? cat_primary_key(rte->relation) : NULL;
    if (!key) return false;
    for (size_t i = 0; i < key->column_count; i++)
        if (!groups_column(scope, rte, key->columns[i])) return false;
    return true;
}

static err ungrouped(struct group_walk *walk, const struct expr *expr)
{
    struct scope *scope = walk->scope;
    const struct rte *rte = expr->kind == EXPR_COLUMN ? expr->column.rte : expr->rte;
    str column = expr->kind == EXPR_COLUMN ? rte->columns[expr->column.index].name : STR("*");
    str table = scope_rte_name(scope, rte);
    if (walk->sublinks)
        return SQL_ERROR(scope, "42803", expr->location,
                         "subquery uses ungrouped column \"%.*s.%.*s\" from outer query",
                         STR_FMT(table), STR_FMT(column));
    return SQL_ERROR(scope, "42803", expr->location,
                     "column \"%.*s.%.*s\" must appear in the GROUP BY clause or be used in an "
                     "aggregate function",
                     STR_FMT(table), STR_FMT(column));
}

static bool group_visit(struct expr *expr, void *context);

static bool group_query_visit(struct query *query, void *context)
{
    return query_children(query, group_visit, context) &&
           query_subqueries(query, group_query_visit, context);
}

static bool group_visit(struct expr *expr, void *context)
{
    struct group_walk *walk = context;
    const struct query *query = walk->scope->query;
    if (list_has(&query->group_by, expr)) return true;
    if (expr->kind == EXPR_AGGREGATE && !walk->sublinks) return true;
    if (expr->kind == EXPR_GROUPING && !walk->sublinks) {
        walk->error = grouping_check(walk->scope, expr);
        return !walk->error;
    }
    if (expr->kind == EXPR_COLUMN || expr->kind == EXPR_WHOLE_ROW) {
        const struct rte *rte = expr->kind == EXPR_COLUMN ? expr->column.rte : expr->rte;
        if (is_own(query, rte) && !depends_on_key(walk->scope, rte))
            walk->error = ungrouped(walk, expr);
        return !walk->error;
    }
    if (!expr_children(expr, group_visit, walk)) return false;
    if (expr->kind != EXPR_SUBQUERY) return true;
    walk->sublinks++;
    bool fine = group_query_visit(expr->sublink.query, walk);
    walk->sublinks--;
    return fine;
}

/* ---- aggregates of outer queries ------------------------------------------------------------------ */

struct column_survey {
    const struct query *query;
    bool own, outer;
};

static bool survey_column(const struct expr *expr, void *context)
{
    struct column_survey *survey = context;
    if (expr->kind != EXPR_COLUMN && expr->kind != EXPR_WHOLE_ROW) return false;
    bool own = is_own(survey->query, expr->kind == EXPR_COLUMN ? expr->column.rte : expr->rte);
    survey->own = survey->own || own;
    survey->outer = survey->outer || !own;
    return survey->own;
}

/* Over columns of an outer query alone it is that query's aggregate: computed there, once. */
static bool is_outer_aggregate(const struct expr *expr, void *context)
{
    struct column_survey survey = {.query = context};
    if (expr->kind != EXPR_AGGREGATE) return false;
    (void)expr_any(expr, survey_column, &survey);
    return survey.outer && !survey.own;
}

static bool visit_outer_aggregate(struct expr *expr, void *context)
{
    return !expr_any(expr, is_outer_aggregate, context);
}

static err refuse_outer_aggregates(struct scope *scope)
{
    if (scope->parent == NULL || query_children(scope->query, visit_outer_aggregate, scope->query))
        return NULL;
    return NOT_DONE(scope, -1, "an aggregate of columns of an outer query is not supported");
}

err group_check(struct scope *scope)
{
    struct query *query = scope->query;
    if (!query->group_by.count && !query->has_aggregates && !query->having && !scope->grouping)
        return NULL;
    if (scope->set_rte)
        return NOT_DONE(scope, -1, "a set-returning function beside aggregates is not supported");
    TRY(refuse_outer_aggregates(scope));
    struct group_walk walk = {.scope = scope};
    for (size_t i = 0; i < query->target_count; i++)
        if (!group_visit(query->targets[i].expr, &walk)) return walk.error;
    for (size_t i = 0; i < query->order.count; i++)
        if (!group_visit(query->order.at[i].expr, &walk)) return walk.error;
    for (size_t i = 0; i < query->distinct_on.count; i++)
        if (!group_visit(query->distinct_on.at[i], &walk)) return walk.error;
    if (query->having && !group_visit(query->having, &walk)) return walk.error;
    return NULL;
}
