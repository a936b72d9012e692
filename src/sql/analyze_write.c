#include "sql/analyze_int.h"

/* ---- the target --------------------------------------------------------------------------------- */

static const uint32_t command_privileges[] = {
    [QUERY_SELECT] = PRIV_SELECT,
    [QUERY_INSERT] = PRIV_INSERT,
    [QUERY_UPDATE] = PRIV_UPDATE,
    [QUERY_DELETE] = PRIV_DELETE,
};

static err table_target(struct scope *scope,
                        const struct cat_relation *relation,
                        const struct RangeVar *name,
                        str alias,
                        enum query_command command,
                        struct write_target *target)
{
    struct analyzer *analyzer = scope->analyzer;
    target->named = target->relation = relation;
    target->rte = rte_of_relation(scope, relation, alias);
    target->relation = target->rte->relation;
    target->access =
        guard_access(analyzer, target->rte, relation, &scope->who, command_privileges[command]);
    target->item = ns_item_new(scope, alias, target->rte);
    const struct cat_schema *schema = catalog_schema(analyzer->catalog, relation->schema);
    if (!name->alias && schema) target->item->schema = schema->name;
    target->columns = ARENA_ARRAY(analyzer->arena, int, relation->column_count);
    for (size_t i = 0; i < relation->column_count; i++) target->columns[i] = (int)i;
    return NULL;
}

err write_target_open(struct scope *scope,
                      const struct RangeVar *name,
                      enum query_command command,
                      struct write_target *target)
{
    *target = (struct write_target){0};
    const struct cat_relation *relation;
    if (str_empty(name->schemaname) && scope_cte_find(scope, name->relname))
        return SQL_ERROR(scope, "42P01", name->base.location,
                         "relation \"%.*s\" cannot be the target of a modifying statement",
                         STR_FMT(name->relname));
    TRY(scope_relation(scope, name, &relation));
    str alias = name->alias ? name->alias->aliasname : relation->name;
    if (relation->system)
        return relation->kind == 'v'
                   ? view_not_updatable(scope, relation, command)
                   : SQL_ERROR(scope, "42501", name->base.location,
                               "permission denied for table %.*s", STR_FMT(relation->name));
    if (relation->kind == 'v')
        TRY(view_open_target(scope, relation, alias, command, target));
    else
        TRY(table_target(scope, relation, name, alias, command, target));
    struct query *query = scope->query;
    query->target_rte = target->rte;
    target->access->target_of = query;
    query->rtable = ARENA_ARRAY(scope->analyzer->arena, struct rte *, 1);
    query->rtable[0] = target->rte;
    query->rtable_count = 1;
    return NULL;
}

err write_target_column(
    struct scope *scope, const struct write_target *target, str name, int32_t location, int *out)
{
    const struct cat_relation *named = target->named;
    for (size_t i = 0; i < named->column_count; i++) {
        if (!str_eq(named->columns[i].name, name)) continue;
        if (target->columns[i] < 0)
            return err_details(
                scope->analyzer->arena,
                SQL_ERROR(scope, "0A000", location, "cannot %s column \"%.*s\" of view \"%.*s\"",
                          scope->query->command == QUERY_INSERT ? "insert into" : "update",
                          STR_FMT(name), STR_FMT(named->name)),
                "View columns that are not columns of their base relation are not "
                "updatable.");
        *out = (int)i;
        return NULL;
    }
    return SQL_ERROR(scope, "42703", location,
                     "column \"%.*s\" of relation \"%.*s\" does not exist", STR_FMT(name),
                     STR_FMT(named->name));
}

/* ---- values that the statement does not give ------------------------------------------------ */

static err identity_value(struct scope *scope, const struct cat_column *column, struct expr **out)
{
    const struct cat_relation *sequence =
        catalog_relation(scope->analyzer->catalog, column->sequence);
    if (!sequence)
        return SQL_ERROR(scope, "XX000", -1, "no owned sequence found for column \"%.*s\"",
                         STR_FMT(column->name));
    struct expr *next = infer_new(&scope->infer, EXPR_NEXTVAL, INT8OID, -1);
    next->typmod = -1;
    next->sequence = sequence;
    next->identity = true;
    return infer_coerce(&scope->infer, next, column->type, column->typmod, CAST_ASSIGNMENT, out);
}

/* A domain's own default serves columns that have none. */
static const struct node *default_tree(struct scope *scope, const struct cat_column *column)
{
    if (column->default_expr.tree) return column->default_expr.tree;
    const struct catalog *catalog = scope->analyzer->catalog;
    const struct cat_type *type = catalog_type(catalog, column->type);
    while (type && type->kind == TYPE_KIND_DOMAIN) {
        if (type->default_expr.tree) return type->default_expr.tree;
        type = catalog_type(catalog, type->base);
    }
    return NULL;
}

/* A scope for an expression that the table keeps: no names of the statement reach it. */
static struct scope *stored_scope(struct scope *scope, const struct write_target *target)
{
    struct identity who =
        scope_stored_identity(scope, target->relation->schema, scope->who.check_as);
    struct scope *stored = scope_new(scope->analyzer, NULL, &who);
    stored->query = query_new(scope->analyzer, QUERY_SELECT);
    return stored;
}

err column_default(struct scope *scope,
                   const struct write_target *target,
                   int column,
                   struct expr **out)
{
    const struct cat_column *definition = write_target_definition(target, column);
    if (definition->identity) return identity_value(scope, definition, out);
    const struct node *tree = definition->generated ? NULL : default_tree(scope, definition);
    if (!tree) {
        *out = infer_null(&scope->infer, definition->type);
        (*out)->typmod = definition->typmod;
        return NULL;
    }
    struct scope *stored = stored_scope(scope, target);
    struct expr *expr;
    TRY(analyze_elsewhere(scope->analyzer,
                          infer_expr_in(&stored->infer, INFER_DEFAULT, tree, &expr)));
    return infer_coerce_column(&stored->infer, expr, definition->name, definition->type,
                               definition->typmod, out);
}

err column_generated(struct scope *scope,
                     const struct write_target *target,
                     int column,
                     struct expr **values,
                     struct expr **out)
{
    const struct cat_column *definition = &target->relation->columns[column];
    struct scope *stored = stored_scope(scope, target);
    struct ns_item *item = ns_item_new(stored, target->relation->name, target->rte);
    item->exprs = values;
    item->quiet = true;
    ns_add(stored, item);
    struct expr *expr;
    TRY(analyze_elsewhere(scope->analyzer, infer_expr_in(&stored->infer, INFER_GENERATED,
                                                         definition->default_expr.tree, &expr)));
    return infer_coerce_column(&stored->infer, expr, definition->name, definition->type,
                               definition->typmod, out);
}

/* ---- SET ------------------------------------------------------------------------------------------- */

static err only_default(struct scope *scope, const struct cat_column *column, int32_t location)
{
    struct arena *arena = scope->analyzer->arena;
    struct err *error =
        SQL_ERROR(scope, "428C9", location, "column \"%.*s\" can only be updated to DEFAULT",
                  STR_FMT(column->name));
    if (column->generated)
        return err_details(arena, error, "Column \"%.*s\" is a generated column.",
                           STR_FMT(column->name));
    return err_details(arena, error,
                       "Column \"%.*s\" is an identity column defined as GENERATED ALWAYS.",
                       STR_FMT(column->name));
}

static err wrong_count(struct scope *scope, int32_t location)
{
    return SQL_ERROR(scope, "42601", location, "number of columns does not match number of values");
}

/* (a, b) = (SELECT x, y ...): each column gets a sublink of its own, with one of the targets. */
static err multi_sublink(struct scope *scope,
                         const struct MultiAssignRef *multi,
                         const struct SubLink *link,
                         struct expr **out)
{
    struct query *query;
    TRY(subquery_analyze(scope, link->subselect, UNKNOWN_TO_TEXT, &query));
    int32_t location = ast_location(AST_NODE(link));
    if ((int64_t)query->target_count != multi->ncolumns) return wrong_count(scope, location);
    struct rte *rte;
    if (query->set_op != SET_NONE || query->values || query->distinct)
        TRY(query_wrap(scope, query, STR("row"), &query, &rte));
    query->targets = &query->targets[multi->colno - 1];
    query->target_count = 1;
    struct expr *expr =
        infer_new(&scope->infer, EXPR_SUBQUERY, query->targets[0].expr->type, location);
    expr->typmod = query->targets[0].expr->typmod;
    expr->sublink.kind = SUBLINK_SCALAR;
    expr->sublink.query = query;
    *out = expr;
    return NULL;
}

/* The value of one SET item: NULL when it is DEFAULT. */
static err set_value(struct scope *scope, const struct ResTarget *item, struct expr **out)
{
    const struct node *value = item->val;
    *out = NULL;
    if (AST_IS(MultiAssignRef, value)) {
        const struct MultiAssignRef *multi = AST_AS(MultiAssignRef, value);
        if (AST_IS(SubLink, multi->source))
            return multi_sublink(scope, multi, AST_AS(SubLink, multi->source), out);
        if (!AST_IS(RowExpr, multi->source))
            return SQL_ERROR(scope, "0A000", ast_location(multi->source),
                             "source for a multiple-column UPDATE item must be a sub-SELECT or "
                             "ROW() expression");
        const struct list *args = AST_AS(RowExpr, multi->source)->args;
        if ((int64_t)args->count != multi->ncolumns)
            return wrong_count(scope, ast_location(multi->source));
        value = args->at[multi->colno - 1];
    }
    if (AST_IS(SetToDefault, value)) return NULL;
    return infer_expr_in(&scope->infer, INFER_UPDATE_SET, value, out);
}

static err set_one(struct scope *scope,
                   const struct write_target *target,
                   const struct ResTarget *item,
                   struct update_set *out)
{
    int32_t location = item->base.location;
    int named;
    TRY(write_target_column(scope, target, item->name, location, &named));
    int column = target->columns[named];
    const struct cat_column *definition = write_target_definition(target, column);
    struct assignment *before = NULL;
    for (size_t i = 0; i < out->count; i++)
        if (out->at[i].column == column) before = &out->at[i];
    if (before && !(before->part && item->indirection->count))
        return SQL_ERROR(scope, "42601", location, "multiple assignments to same column \"%.*s\"",
                         STR_FMT(item->name));
    guard_mark_updated(scope->analyzer, target->access, column);
    if (target->view_access) guard_mark_updated(scope->analyzer, target->view_access, named);
    guard_mark_between(scope->analyzer, target->access, target->view_access, column,
                       guard_mark_updated);
    struct expr *expr;
    TRY(set_value(scope, item, &expr));
    if (item->indirection->count) {
        struct expr *old =
            before ? before->expr : infer_column_expr(&scope->infer, target->rte, column);
        TRY(assign_part(scope, item, old, expr, &expr));
    }
    if (expr && (definition->generated || definition->identity == 'a'))
        return only_default(scope, definition, location);
    if (definition->generated) return NULL; /* DEFAULT: it is recomputed anyway */
    /* DEFAULT of a view's column, which has none: NULL in PostgreSQL, whatever the table's is. */
    if (!expr && target->view_access) expr = infer_null(&scope->infer, definition->type);
    if (expr)
        TRY(infer_coerce_column(&scope->infer, expr, definition->name, definition->type,
                                definition->typmod, &expr));
    else
        TRY(column_default(scope, target, column, &expr));
    if (!before) before = VEC_ADD(scope->analyzer->arena, out);
    *before = (struct assignment){column, expr, item->indirection->count > 0};
    return NULL;
}

/* Generated columns follow the new values of the others. */
static err set_generated(struct scope *scope,
                         const struct write_target *target,
                         struct update_set *out)
{
    const struct cat_relation *relation = target->relation;
    struct expr **values = NULL;
    for (size_t i = 0; i < relation->column_count; i++) {
        if (!relation->columns[i].generated) continue;
        if (!values) {
            values = ARENA_ARRAY(scope->analyzer->arena, struct expr *, relation->column_count);
            for (size_t c = 0; c < relation->column_count; c++)
                values[c] = infer_column_expr(&scope->infer, target->rte, (int)c);
            for (size_t c = 0; c < out->count; c++) values[out->at[c].column] = out->at[c].expr;
        }
        struct expr *expr;
        TRY(column_generated(scope, target, (int)i, values, &expr));
        *VEC_ADD(scope->analyzer->arena, out) = (struct assignment){.column = (int)i, .expr = expr};
    }
    return NULL;
}

err update_assignments(struct scope *scope,
                       const struct write_target *target,
                       const struct list *items,
                       struct update_set *out)
{
    for (size_t i = 0; i < items->count; i++)
        TRY(set_one(scope, target, AST_AS(ResTarget, items->at[i]), out));
    return set_generated(scope, target, out);
}

/* ---- statements ------------------------------------------------------------------------------------ */

err returning_list(struct scope *scope, const struct list *items)
{
    if (!items->count) return NULL;
    scope->query->returning = true;
    TRY(target_list(scope, items, INFER_RETURNING));
    if (scope->set_rte)
        return SQL_ERROR(scope, "0A000", -1,
                         "set-returning functions are not allowed in RETURNING");
    return targets_resolve_unknown(scope);
}

static err where_clause(struct scope *scope, const struct node *node)
{
    if (!node) return NULL;
    if (AST_IS(CurrentOfExpr, node))
        return NOT_DONE(scope, -1, "WHERE CURRENT OF is not supported");
    struct expr *condition;
    scope->infer.clause = INFER_WHERE;
    TRY(infer_bool(&scope->infer, node, "WHERE", &condition));
    scope->infer.clause = INFER_OTHER;
    query_add_where(scope, scope->query, condition);
    return NULL;
}

err update_analyze(struct scope *scope, const struct UpdateStmt *update)
{
    struct query *query = scope->query = query_new(scope->analyzer, QUERY_UPDATE);
    struct write_target target;
    TRY(scope_enter(scope));
    TRY(with_clause(scope, update->withClause));
    TRY(write_target_open(scope, update->relation, QUERY_UPDATE, &target));
    ns_add(scope, target.item);
    TRY(from_clause(scope, update->fromClause));
    TRY(where_clause(scope, update->whereClause));
    struct update_set set = {0};
    TRY(update_assignments(scope, &target, update->targetList, &set));
    query->assignments = set.at;
    query->assignment_count = set.count;
    TRY(returning_list(scope, update->returningList));
    scope_leave(scope);
    return NULL;
}

err delete_analyze(struct scope *scope, const struct DeleteStmt *delete_)
{
    scope->query = query_new(scope->analyzer, QUERY_DELETE);
    struct write_target target;
    TRY(scope_enter(scope));
    TRY(with_clause(scope, delete_->withClause));
    TRY(write_target_open(scope, delete_->relation, QUERY_DELETE, &target));
    ns_add(scope, target.item);
    TRY(from_clause(scope, delete_->usingClause));
    TRY(where_clause(scope, delete_->whereClause));
    TRY(returning_list(scope, delete_->returningList));
    scope_leave(scope);
    return NULL;
}
