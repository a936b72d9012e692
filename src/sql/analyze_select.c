#include "sql/analyze_int.h"

/* ---- target lists ---------------------------------------------------------------------------- */

struct target *query_add_target(struct arena *arena,
                                struct query *query,
                                struct expr *expr,
                                str name)
{
    /* Grown by doubling at powers of two: no capacity is kept in the tree. */
    size_t count = query->target_count;
    if ((count & (count - 1)) == 0) {
        struct target *grown = ARENA_ARRAY(arena, struct target, count ? count * 2 : 1);
        for (size_t i = 0; i < count; i++) grown[i] = query->targets[i];
        query->targets = grown;
    }
    query->targets[count] = (struct target){.expr = expr, .name = name};
    return &query->targets[query->target_count++];
}

static err target_star(struct scope *scope, const struct ColumnRef *ref)
{
    struct star_list columns = {0};
    TRY(scope_star(scope, ref, &columns));
    for (size_t i = 0; i < columns.count; i++)
        query_add_target(scope->analyzer->arena, scope->query, columns.at[i].expr,
                         columns.at[i].name);
    return NULL;
}

static bool is_star(const struct node *value)
{
    if (!AST_IS(ColumnRef, value)) return false;
    const struct list *fields = AST_AS(ColumnRef, value)->fields;
    return fields->count && AST_IS(A_Star, fields->at[fields->count - 1]);
}

static err target_one(struct scope *scope, const struct ResTarget *item)
{
    if (is_star(item->val)) return target_star(scope, AST_AS(ColumnRef, item->val));
    if (AST_IS(A_Indirection, item->val)) {
        bool done = false;
        TRY(row_expand(scope, AST_AS(A_Indirection, item->val), &done));
        if (done) return NULL;
    }
    struct expr *expr;
    scope->infer.saw_set = false;
    TRY(infer_expr(&scope->infer, item->val, &expr));
    str name = item->name.at ? item->name : infer_column_name(item->val);
    query_add_target(scope->analyzer->arena, scope->query, expr, name);
    if (infer_returns_set(expr)) TRY(set_target(scope, expr));
    return NULL;
}

err target_list(struct scope *scope, const struct list *items, enum infer_clause clause)
{
    enum infer_clause before = scope->infer.clause;
    scope->infer.clause = clause;
    scope->target_starts = ARENA_ARRAY(scope->analyzer->arena, size_t, items->count + 1);
    scope->target_start_count = items->count;
    for (size_t i = 0; i < items->count; i++) {
        scope->target_starts[i] = scope->query->target_count;
        TRY(target_one(scope, AST_AS(ResTarget, items->at[i])));
    }
    scope->target_starts[items->count] = scope->query->target_count;
    scope->infer.clause = before;
    if (scope->query->target_count > ANALYZE_COLUMNS_MAX)
        return SQL_ERROR(scope, "54011", -1, "target lists can have at most %d entries",
                         ANALYZE_COLUMNS_MAX);
    return NULL;
}

err targets_resolve_unknown(struct scope *scope)
{
    struct query *query = scope->query;
    for (size_t i = 0; i < query->target_count; i++)
        TRY(infer_resolve_unknown(&scope->infer, query->targets[i].expr, &query->targets[i].expr));
    return NULL;
}

/* ---- conditions, limits, locks ------------------------------------------------------------- */

void query_add_where(struct scope *scope, struct query *query, struct expr *condition)
{
    query->where = infer_and(&scope->infer, query->where, condition);
}

static err condition(struct scope *scope,
                     enum infer_clause clause,
                     const struct node *node,
                     const char *construct,
                     struct expr **out)
{
    if (!node) return NULL;
    enum infer_clause before = scope->infer.clause;
    scope->infer.clause = clause;
    TRY(infer_bool(&scope->infer, node, construct, out));
    scope->infer.clause = before;
    return NULL;
}

static bool node_is_own_column(const struct expr *expr, void *context)
{
    const struct query *query = context;
    if (expr->kind != EXPR_COLUMN) return false;
    for (size_t i = 0; i < query->rtable_count; i++)
        if (query->rtable[i] == expr->column.rte) return true;
    return false;
}

static err limit_one(struct scope *scope,
                     enum infer_clause clause,
                     const struct node *node,
                     const char *construct,
                     struct expr **out)
{
    bool all = AST_IS(A_Const, node) && AST_AS(A_Const, node)->val == A_CONST_NULL;
    if (!node || all) return NULL;
    enum infer_clause before = scope->infer.clause;
    scope->infer.clause = clause;
    TRY(infer_limit(&scope->infer, node, construct, out));
    scope->infer.clause = before;
    if (expr_any(*out, node_is_own_column, scope->query))
        return SQL_ERROR(scope, "42P10", ast_location(node),
                         "argument of %s must not contain variables", construct);
    return NULL;
}

static err limit_clause(struct scope *scope, const struct SelectStmt *select)
{
    TRY(limit_one(scope, INFER_OFFSET, select->limitOffset, "OFFSET", &scope->query->offset));
    return limit_one(scope, INFER_LIMIT, select->limitCount, "LIMIT", &scope->query->limit);
}

static err locks_known(struct scope *scope, const struct LockingClause *lock)
{
    for (size_t i = 0; i < lock->lockedRels->count; i++) {
        const struct RangeVar *name = AST_AS(RangeVar, lock->lockedRels->at[i]);
        bool known = false;
        for (size_t n = 0; n < scope->names.count && !known; n++)
            known = str_eq(scope->names.at[n]->name, name->relname);
        if (!known)
            return SQL_ERROR(scope, "42P01", name->base.location,
                             "relation \"%.*s\" in FOR UPDATE clause not found in FROM clause",
                             STR_FMT(name->relname));
    }
    return NULL;
}

static bool locks_rte(const struct scope *scope,
                      const struct LockingClause *lock,
                      const struct rte *rte)
{
    if (!lock->lockedRels->count) return true;
    for (size_t i = 0; i < lock->lockedRels->count; i++) {
        const struct RangeVar *name = AST_AS(RangeVar, lock->lockedRels->at[i]);
        if (str_eq(name->relname, scope_rte_name(scope, rte))) return true;
    }
    return false;
}

static err locking_clause(struct scope *scope, const struct SelectStmt *select)
{
    struct query *query = scope->query;
    if (!select->lockingClause->count) return NULL;
    const char *beside = query->set_op != SET_NONE || query->values    ? "UNION/INTERSECT/EXCEPT"
                         : query->distinct || query->distinct_on.count ? "DISTINCT clause"
                         : query->group_by.count || scope->grouping    ? "GROUP BY clause"
                         : query->having                               ? "HAVING clause"
                         : query->has_aggregates                       ? "aggregate functions"
                         : query->has_windows                          ? "window functions"
                                                                       : NULL;
    if (beside) return SQL_ERROR(scope, "0A000", -1, "FOR UPDATE is not allowed with %s", beside);
    query->locks_rows = true;
    for (size_t i = 0; i < select->lockingClause->count; i++) {
        const struct LockingClause *lock = AST_AS(LockingClause, select->lockingClause->at[i]);
        TRY(locks_known(scope, lock));
        for (size_t r = 0; r < query->rtable_count; r++)
            if (query->rtable[r]->access && locks_rte(scope, lock, query->rtable[r]))
                query->rtable[r]->access->privileges |= PRIV_UPDATE;
    }
    return NULL;
}

/* ---- columns of a whole query --------------------------------------------------------------- */

err query_wrap(
    struct scope *scope, struct query *inner, str alias, struct query **out, struct rte **rte)
{
    struct scope *outer = scope_new(scope->analyzer, scope, NULL);
    outer->query = query_new(scope->analyzer, QUERY_SELECT);
    *rte = rte_new(outer, RTE_SUBQUERY, alias);
    TRY(rte_set_query(outer, *rte, inner, NULL));
    from_add_rte(outer, *rte);
    for (size_t i = 0; i < (*rte)->column_count; i++)
        query_add_target(scope->analyzer->arena, outer->query,
                         infer_column_expr(&scope->infer, *rte, (int)i), (*rte)->columns[i].name);
    *out = outer->query;
    return NULL;
}

struct coercion {
    const oid *types;
    const int32_t *typmods;
    size_t count;
    enum cast_context context;
    const struct cat_column *const *columns; /* targets of an INSERT, for messages; or NULL */
};

static err coerce_one(struct scope *scope, const struct coercion *to, size_t i, struct expr **expr)
{
    int32_t typmod = to->typmods ? to->typmods[i] : -1;
    if (to->columns)
        return infer_coerce_column(&scope->infer, *expr, to->columns[i]->name, to->types[i], typmod,
                                   expr);
    return infer_coerce(&scope->infer, *expr, to->types[i], typmod, to->context, expr);
}

static bool columns_fit(const struct query *query, const struct coercion *to)
{
    for (size_t i = 0; i < to->count; i++) {
        const struct expr *expr = query->targets[i].expr;
        if (expr->type != to->types[i]) return false;
        if (to->typmods && to->typmods[i] != -1 && expr->typmod != to->typmods[i]) return false;
    }
    return true;
}

static err coerce_values(struct scope *scope, struct query *query, const struct coercion *to)
{
    for (size_t row = 0; row < query->value_row_count; row++)
        for (size_t i = 0; i < to->count; i++)
            TRY(coerce_one(scope, to, i, &query->values[row].at[i]));
    for (size_t i = 0; i < to->count; i++) {
        query->targets[i].expr->type = to->types[i];
        query->targets[i].expr->typmod = to->typmods ? to->typmods[i] : -1;
    }
    return NULL;
}

err query_coerce_columns(struct scope *scope,
                         struct query **query,
                         const oid *types,
                         const int32_t *typmods,
                         size_t count,
                         enum cast_context context,
                         const struct cat_column *const *columns)
{
    struct coercion to = {types, typmods, count, context, columns};
    if (columns_fit(*query, &to)) return NULL;
    if ((*query)->values) return coerce_values(scope, *query, &to);
    struct query *changed = *query;
    struct rte *rte;
    if (changed->set_op != SET_NONE) TRY(query_wrap(scope, *query, STR("arm"), &changed, &rte));
    for (size_t i = 0; i < count; i++) TRY(coerce_one(scope, &to, i, &changed->targets[i].expr));
    *query = changed;
    return NULL;
}

/* ---- VALUES --------------------------------------------------------------------------------------- */

static err values_row(struct scope *scope, const struct list *items, struct expr_list *row)
{
    row->at = ARENA_ARRAY(scope->analyzer->arena, struct expr *, items->count);
    row->count = items->count;
    for (size_t i = 0; i < items->count; i++) {
        if (AST_IS(SetToDefault, items->at[i]))
            return SQL_ERROR(scope, "42601", ast_location(items->at[i]),
                             "DEFAULT is not allowed in this context");
        TRY(infer_expr_in(&scope->infer, INFER_VALUES, items->at[i], &row->at[i]));
    }
    return NULL;
}

static err values_unify(struct scope *scope, struct query *query, size_t column)
{
    struct arena *arena = scope->analyzer->arena;
    struct expr **exprs = ARENA_ARRAY(arena, struct expr *, query->value_row_count);
    for (size_t i = 0; i < query->value_row_count; i++) exprs[i] = query->values[i].at[column];
    oid type;
    int32_t typmod;
    TRY(infer_unify(&scope->infer, exprs, query->value_row_count, "VALUES", &type, &typmod));
    for (size_t i = 0; i < query->value_row_count; i++) query->values[i].at[column] = exprs[i];
    struct expr *shape = infer_null(&scope->infer, type);
    shape->typmod = typmod;
    query_add_target(arena, query, shape, str_printf(arena, "column%zu", column + 1));
    return NULL;
}

static err values_query(struct scope *scope, const struct SelectStmt *select)
{
    struct query *query = scope->query;
    size_t rows = select->valuesLists->count;
    query->values = ARENA_ARRAY(scope->analyzer->arena, struct expr_list, rows);
    query->value_row_count = rows;
    for (size_t i = 0; i < rows; i++) {
        const struct list *items = AST_AS(List, select->valuesLists->at[i])->items;
        TRY(values_row(scope, items, &query->values[i]));
        if (query->values[i].count != query->values[0].count)
            return SQL_ERROR(scope, "42601", ast_location(select->valuesLists->at[i]),
                             "VALUES lists must all be the same length");
    }
    for (size_t i = 0; i < query->values[0].count; i++) TRY(values_unify(scope, query, i));
    TRY(sort_clause(scope, select->sortClause));
    TRY(limit_clause(scope, select));
    return locking_clause(scope, select);
}

/* ---- set operations ------------------------------------------------------------------------------- */

static const struct {
    enum SetOperation from;
    enum set_operation to;
    const char *name;
} set_operations[] = {
    {SETOP_UNION,     SET_UNION,     "UNION"    },
    {SETOP_INTERSECT, SET_INTERSECT, "INTERSECT"},
    {SETOP_EXCEPT,    SET_EXCEPT,    "EXCEPT"   },
};

static size_t visible_count(const struct query *query)
{
    size_t count = 0;
    for (size_t i = 0; i < query->target_count; i++) count += !query->targets[i].hidden;
    return count;
}

/* WITH RECURSIVE: the left arm decides the columns that the right one may read. */
static err recursive_columns(struct scope *scope, struct query *left)
{
    struct scope_cte *entry = scope->recursive;
    struct cte *cte = entry->cte;
    cte->columns = ARENA_ARRAY(scope->analyzer->arena, struct rte_column, left->target_count);
    cte->column_count = left->target_count;
    for (size_t i = 0; i < left->target_count; i++) {
        struct target *target = &left->targets[i];
        TRY(infer_resolve_unknown(&scope->infer, target->expr, &target->expr));
        cte->columns[i] = (struct rte_column){
            .name = i < entry->name_count ? entry->names[i] : target->name,
            .type = target->expr->type,
            .typmod = target->expr->typmod,
        };
    }
    entry->used = false;
    return NULL;
}

static err recursive_types(struct scope *scope, const struct query *left, const oid *types)
{
    for (size_t i = 0; i < left->target_count; i++)
        if (scope->recursive->used && left->targets[i].expr->type != types[i])
            return SQL_ERROR(
                scope, "42804", -1,
                "recursive query \"%.*s\" column %zu has type %.*s in non-recursive term but "
                "type %.*s overall",
                STR_FMT(scope->recursive->name), i + 1,
                STR_FMT(infer_type_text(&scope->infer, left->targets[i].expr->type, -1)),
                STR_FMT(infer_type_text(&scope->infer, types[i], -1)));
    return NULL;
}

static err set_types(struct scope *scope, struct query *query, const char *name)
{
    struct arena *arena = scope->analyzer->arena;
    size_t count = query->set_left->target_count;
    oid *types = ARENA_ARRAY(arena, oid, count);
    int32_t *typmods = ARENA_ARRAY(arena, int32_t, count);
    for (size_t i = 0; i < count; i++) {
        struct expr *pair[2] = {query->set_left->targets[i].expr,
                                query->set_right->targets[i].expr};
        TRY(infer_common_type(&scope->infer, pair, 2, name, &types[i]));
        bool same = pair[0]->type == types[i] && pair[1]->type == types[i] &&
                    pair[0]->typmod == pair[1]->typmod;
        typmods[i] = same ? pair[0]->typmod : -1;
    }
    if (scope->recursive) TRY(recursive_types(scope, query->set_left, types));
    TRY(query_coerce_columns(scope, &query->set_left, types, typmods, count, CAST_IMPLICIT, NULL));
    TRY(query_coerce_columns(scope, &query->set_right, types, typmods, count, CAST_IMPLICIT, NULL));
    for (size_t i = 0; i < count; i++) {
        struct expr *shape = infer_null(&scope->infer, types[i]);
        shape->typmod = typmods[i];
        query_add_target(arena, query, shape, query->set_left->targets[i].name);
    }
    return NULL;
}

static err set_query(struct scope *scope, const struct SelectStmt *select)
{
    struct query *query = scope->query;
    size_t row = 0;
    while (set_operations[row].from != select->op) row++;
    query->set_op = set_operations[row].to;
    query->set_all = select->all;
    TRY(subquery_analyze(scope, AST_NODE(select->larg), UNKNOWN_KEPT, &query->set_left));
    if (scope->recursive) TRY(recursive_columns(scope, query->set_left));
    TRY(subquery_analyze(scope, AST_NODE(select->rarg), UNKNOWN_KEPT, &query->set_right));
    if (visible_count(query->set_left) != visible_count(query->set_right))
        return SQL_ERROR(scope, "42601", ast_location(AST_NODE(select->rarg)),
                         "each %s query must have the same number of columns",
                         set_operations[row].name);
    TRY(set_types(scope, query, set_operations[row].name));
    TRY(sort_clause(scope, select->sortClause));
    TRY(limit_clause(scope, select));
    return locking_clause(scope, select);
}

/* ---- WITH -------------------------------------------------------------------------------------------- */

static void cte_columns(struct scope *scope, struct cte *cte, const struct CommonTableExpr *with)
{
    const struct query *query = cte->query;
    cte->columns = ARENA_ARRAY(scope->analyzer->arena, struct rte_column, query->target_count);
    cte->column_count = 0;
    for (size_t i = 0; i < query->target_count; i++) {
        if (query->targets[i].hidden) continue;
        size_t n = cte->column_count++;
        cte->columns[n] = (struct rte_column){
            .name = n < with->aliascolnames->count ? ast_name_at(with->aliascolnames, n)
                                                   : query->targets[i].name,
            .type = query->targets[i].expr->type,
            .typmod = query->targets[i].expr->typmod,
        };
    }
}

static err cte_refused(struct scope *scope, const struct CommonTableExpr *with)
{
    int32_t location = with->base.location;
    if (!AST_IS(SelectStmt, with->ctequery) && !scope->is_top)
        return NOT_DONE(
            scope, location,
            "WITH clause containing a data-modifying statement must be at the top level");
    if (with->search_clause || with->cycle_clause)
        return NOT_DONE(scope, location, "SEARCH and CYCLE clauses are not supported");
    for (struct scope_cte *other = scope->ctes; other; other = other->next)
        if (str_eq(other->name, with->ctename))
            return SQL_ERROR(scope, "42712", location,
                             "WITH query name \"%.*s\" specified more than once",
                             STR_FMT(with->ctename));
    return NULL;
}

static str *cte_names(struct scope *scope, const struct CommonTableExpr *with)
{
    str *names = ARENA_ARRAY(scope->analyzer->arena, str, with->aliascolnames->count);
    for (size_t i = 0; i < with->aliascolnames->count; i++)
        names[i] = ast_name_at(with->aliascolnames, i);
    return names;
}

/* Only the statement's own level is its top: a call in here cannot be run by itself. */
static err statement_in_with(struct scope *inner, const struct node *statement)
{
    struct top_call *top = inner->analyzer->top_call;
    inner->analyzer->top_call = NULL;
    if (AST_IS(SelectStmt, statement))
        TRY(select_analyze(inner, AST_AS(SelectStmt, statement), UNKNOWN_TO_TEXT));
    else
        TRY(statement_analyze(inner, statement));
    inner->analyzer->top_call = top;
    return NULL;
}

/* Registered before its query is analyzed when it may name itself, behind it when it may not. */
static err cte_one(struct scope *scope, const struct CommonTableExpr *with, bool recursive)
{
    struct arena *arena = scope->analyzer->arena;
    TRY(cte_refused(scope, with));
    struct scope_cte *entry = ARENA_NEW(arena, struct scope_cte);
    entry->name = with->ctename;
    entry->names = cte_names(scope, with);
    entry->name_count = with->aliascolnames->count;
    entry->cte = ARENA_NEW(arena, struct cte);
    entry->cte->name = alias_unique(scope->analyzer, with->ctename);
    entry->cte->materialized = with->ctematerialized == CTEMaterializeAlways;
    bool reads = AST_IS(SelectStmt, with->ctequery);
    struct scope *inner = scope_new(scope->analyzer, scope, NULL);
    inner->query = query_new(scope->analyzer, QUERY_SELECT);
    if (recursive && reads) {
        entry->next = scope->ctes;
        scope->ctes = entry;
        entry->has_terms = AST_AS(SelectStmt, with->ctequery)->op == SETOP_UNION;
        if (entry->has_terms) inner->recursive = entry;
    }
    TRY(statement_in_with(inner, with->ctequery));
    entry->cte->query = inner->query;
    entry->cte->recursive = inner->recursive && entry->used;
    if (with->aliascolnames->count > visible_count(inner->query))
        return SQL_ERROR(scope, "42P10", with->base.location,
                         "WITH query \"%.*s\" has %zu columns available but %zu columns specified",
                         STR_FMT(with->ctename), visible_count(inner->query),
                         with->aliascolnames->count);
    cte_columns(scope, entry->cte, with);
    if (!recursive || !reads) {
        entry->next = scope->ctes;
        scope->ctes = entry;
    }
    return NULL;
}

err with_clause(struct scope *scope, const struct WithClause *with)
{
    if (!with) return NULL;
    struct query *query = scope->query;
    query->ctes = ARENA_ARRAY(scope->analyzer->arena, struct cte *, with->ctes->count);
    for (size_t i = 0; i < with->ctes->count; i++) {
        TRY(cte_one(scope, AST_AS(CommonTableExpr, with->ctes->at[i]), with->recursive));
        query->ctes[query->cte_count++] = scope->ctes->cte;
    }
    return NULL;
}

/* ---- SELECT ------------------------------------------------------------------------------------------- */

static err plain_select(struct scope *scope,
                        const struct SelectStmt *select,
                        enum analyze_unknown unknown)
{
    struct query *query = scope->query;
    scope->windows = select->windowClause;
    scope->infer.saw_aggregate = false;
    scope->infer.saw_window = false;
    TRY(from_clause(scope, select->fromClause));
    TRY(target_list(scope, select->targetList, INFER_SELECT_LIST));
    TRY(condition(scope, INFER_WHERE, select->whereClause, "WHERE", &query->where));
    TRY(condition(scope, INFER_HAVING, select->havingClause, "HAVING", &query->having));
    TRY(sort_clause(scope, select->sortClause));
    TRY(group_clause(scope, select));
    TRY(distinct_clause(scope, select));
    TRY(limit_clause(scope, select));
    if (unknown == UNKNOWN_TO_TEXT) TRY(targets_resolve_unknown(scope));
    query->has_aggregates = scope->infer.saw_aggregate;
    query->has_windows = scope->infer.saw_window;
    TRY(group_check(scope));
    TRY(locking_clause(scope, select));
    return grouping_rewrite(scope);
}

err select_analyze(struct scope *scope,
                   const struct SelectStmt *select,
                   enum analyze_unknown unknown)
{
    if (select->intoClause) return NOT_DONE(scope, -1, "SELECT INTO is not supported here");
    TRY(scope_enter(scope));
    TRY(with_clause(scope, select->withClause));
    if (select->valuesLists->count)
        TRY(values_query(scope, select));
    else if (select->op != SETOP_NONE)
        TRY(set_query(scope, select));
    else
        TRY(plain_select(scope, select, unknown));
    if (select->limitOption == LIMIT_OPTION_WITH_TIES) TRY(ties_rewrite(scope));
    scope_leave(scope);
    return NULL;
}

err subquery_analyze(struct scope *parent,
                     const struct node *select,
                     enum analyze_unknown unknown,
                     struct query **out)
{
    if (!AST_IS(SelectStmt, select))
        return NOT_DONE(parent, ast_location(select), "%.*s in a query is not supported",
                        STR_FMT(ast_name(select)));
    struct scope *scope = scope_new(parent->analyzer, parent, NULL);
    scope->query = query_new(parent->analyzer, QUERY_SELECT);
    struct top_call *top = parent->analyzer->top_call;
    parent->analyzer->top_call = NULL; /* only the statement's own level is its top */
    TRY(select_analyze(scope, AST_AS(SelectStmt, select), unknown));
    parent->analyzer->top_call = top;
    *out = scope->query;
    return NULL;
}
