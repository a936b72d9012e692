/* Rows: their fields as columns, and their comparison with a sub-select's row. */
#include "sql/analyze_int.h"
#include "sql/query_walk.h"

/* ---- (expr).* ------------------------------------------------------------------------------------ */

static err add_fields(struct scope *scope,
                      struct expr *row,
                      const struct record_field *fields,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct expr *field;
        TRY(infer_field_find(&scope->infer, row, fields[i].name, row->location, &field));
        if (!field)
            return NOT_DONE(scope, row->location,
                            "row expansion of this expression is not supported");
        query_add_target(scope->analyzer->arena, scope->query, field, fields[i].name);
    }
    return NULL;
}

static const struct cat_relation *relation_of(struct scope *scope, oid id)
{
    const struct cat_type *type =
        catalog_type(scope->analyzer->catalog, infer_base_type(&scope->infer, id));
    return type && type->relation ? catalog_relation(scope->analyzer->catalog, type->relation)
                                  : NULL;
}

static err expand_composite(struct scope *scope,
                            struct expr *row,
                            const struct cat_relation *relation)
{
    struct record_field *fields =
        ARENA_ARRAY(scope->analyzer->arena, struct record_field, relation->column_count + 1);
    for (size_t i = 0; i < relation->column_count; i++) fields[i].name = relation->columns[i].name;
    return add_fields(scope, row, fields, relation->column_count);
}

/* A function's record has fields when it says which: OUT arguments. */
static bool is_nameless(const struct node *written, const struct expr *row)
{
    return AST_IS(FuncCall, written) && row->kind == EXPR_ROW && !row->record;
}

static err expand_record(struct scope *scope, const struct node *written, struct expr *row)
{
    struct record_field *fields;
    size_t count;
    bool known = infer_record_fields(scope->analyzer->arena, row, &fields, &count);
    if (!known && row->kind != EXPR_USER_CALL)
        return NOT_DONE(scope, row->location, "row expansion of type record is not supported");
    if (!known || is_nameless(written, row))
        return SQL_ERROR(scope, "42809", row->location, "record type has not been registered");
    return add_fields(scope, row, fields, count);
}

err row_expand(struct scope *scope, const struct A_Indirection *item, bool *done)
{
    size_t last = item->indirection->count - 1;
    *done = AST_IS(A_Star, item->indirection->at[last]);
    if (!*done) return NULL;
    struct A_Indirection row = *item;
    row.indirection = ast_list_of(scope->analyzer->arena, item->indirection->at, last);
    struct expr *expr;
    scope->infer.saw_set = false;
    TRY(infer_expr(&scope->infer, last ? AST_NODE(&row) : item->arg, &expr));
    const struct cat_relation *relation = relation_of(scope, expr->type);
    /* PostgreSQL calls the function once for each of its columns. */
    if (expr->kind == EXPR_USER_CALL && expr->function->returns_set && expr->site &&
        expr->site->writes)
        return NOT_DONE(scope, expr->location,
                        "row expansion of a set-returning function that writes is not supported");
    if (infer_returns_set(expr)) TRY(set_target(scope, expr));
    if (relation) return expand_composite(scope, expr, relation);
    if (expr->type == RECORDOID) return expand_record(scope, item->arg, expr);
    return SQL_ERROR(scope, "42809", expr->location, "type %.*s is not composite",
                     STR_FMT(infer_type_text(&scope->infer, expr->type, expr->typmod)));
}

/* ---- ROW(...) op (SELECT ...) --------------------------------------------------------------------- */

static bool is_grouped(const struct expr *expr, void *context)
{
    (void)context;
    return expr->kind == EXPR_AGGREGATE || expr->kind == EXPR_WINDOW;
}

static bool compares_rows(const struct A_Expr *node)
{
    return node->kind == AEXPR_OP && AST_IS(RowExpr, node->lexpr) && AST_IS(SubLink, node->rexpr) &&
           AST_AS(SubLink, node->rexpr)->subLinkType == EXPR_SUBLINK;
}

static size_t visible_targets(const struct query *query)
{
    size_t count = 0;
    for (size_t i = 0; i < query->target_count; i++) count += !query->targets[i].hidden;
    return count;
}

/* (SELECT left op ROW(c1, c2) FROM (select) AS s): no row answers NULL, two raise. */
err row_compare_sublink(struct scope *scope, const struct A_Expr *node, struct expr **out)
{
    struct infer_context *infer = &scope->infer;
    struct query *query, *outer;
    struct rte *rte;
    struct expr *left, *compared;
    if (!compares_rows(node)) return NULL;
    int32_t at = node->base.location;
    TRY(infer_expr(infer, node->lexpr, &left));
    if (expr_any(left, is_grouped, NULL))
        return NOT_DONE(scope, at,
                        "comparing aggregates with a row of a sub-select is not supported");
    TRY(infer->hooks->subquery(infer, AST_AS(SubLink, node->rexpr)->subselect, &query));
    infer->saw_subquery = true;
    size_t count = visible_targets(query), wanted = left->args.count;
    if (count != wanted)
        return SQL_ERROR(scope, "42601", at, "subquery has too %s columns",
                         count > wanted ? "many" : "few");
    TRY(query_wrap(scope, query, STR("row"), &outer, &rte));
    outer->targets = NULL;
    outer->target_count = 0;
    struct expr *right = infer_new(infer, EXPR_ROW, RECORDOID, at);
    right->args.at = ARENA_ARRAY(scope->analyzer->arena, struct expr *, wanted);
    for (size_t i = 0; i < wanted; i++)
        right->args.at[right->args.count++] = infer_column_expr(infer, rte, (int)i);
    TRY(infer_row_compare(infer, ast_name_at(node->name, node->name->count - 1), left, right, at,
                          &compared));
    query_add_target(scope->analyzer->arena, outer, compared, STR("?column?"));
    *out = infer_new(infer, EXPR_SUBQUERY, BOOLOID, at);
    (*out)->sublink.kind = SUBLINK_SCALAR;
    (*out)->sublink.query = outer;
    return NULL;
}
