/* api/rest/build.c - a request as a tree of PostgreSQL statements, on a plan cache miss. */
#include "api/rest/scan.h"
#include "api/rest/rest_int.h"

/* Targets ----------------------------------------------------------------------------------------------- */

static bool has_column(const struct rest_scope *scope, str name)
{
    return scope->relation && cat_column_find(scope->relation, name) != NULL;
}

/* alias, else the last key of a JSON path, else the column. */
static str output_name(const struct rest_item *item)
{
    if (!str_empty(item->alias)) return item->alias;
    if (!str_empty(item->aggregate)) return item->aggregate;
    for (size_t i = item->field.path_count; i-- > 0;)
        if (!item->field.path[i].is_index) return item->field.path[i].key;
    return item->field.name;
}

static err cast_to(struct rest_scope *scope, str type, struct node **node)
{
    if (str_empty(type)) return NULL;
    struct TypeName *name;
    TRY(rest_type_name(scope->request->arena, scope->catalog, type, &name));
    *node = ast_cast(scope->request->arena, *node, name);
    return NULL;
}

static struct node *count_rows(struct arena *arena)
{
    struct FuncCall *call = ast_func_call(arena, STR_NONE, STR("count"), NULL);
    call->agg_star = true;
    return AST_NODE(call);
}

static err require_aggregates(struct rest_scope *scope)
{
    if (scope->request->rest->options.aggregates) return NULL;
    return rest_err(scope->request->arena, 400, "PGRST123",
                    "Use of aggregate functions is not allowed");
}

static err field_target(struct rest_scope *scope, const struct rest_item *item, struct node **out)
{
    struct arena *arena = scope->request->arena;
    /* A bare "count" where there is no such column is a row count, aggregates on or off. */
    bool legacy = item->kind == REST_ITEM_FIELD && str_eq(item->field.name, STR("count")) &&
                  item->field.path_count == 0 && str_empty(item->aggregate) &&
                  !has_column(scope, item->field.name);
    if (item->kind == REST_ITEM_COUNT) TRY(require_aggregates(scope));
    if (legacy || item->kind == REST_ITEM_COUNT) {
        *out = count_rows(arena);
        return cast_to(scope, item->cast, out);
    }
    TRY(rest_build_field(scope, &item->field, out));
    TRY(cast_to(scope, item->cast, out));
    if (str_empty(item->aggregate)) return NULL;
    TRY(require_aggregates(scope));
    *out = ast_func(arena, STR_NONE, item->aggregate, ast_list(arena, *out));
    return cast_to(scope, item->aggregate_cast, out);
}

static bool groups(const struct rest_level *level)
{
    for (size_t i = 0; i < level->items.count; i++)
        if (!str_empty(level->items.at[i].aggregate)) return true;
    return false;
}

static void add_target(struct rest_scope *scope, str name, struct node *value)
{
    struct arena *arena = scope->request->arena;
    ast_list_add(arena, &scope->targets, ast_res_target(arena, name, value));
}

static err add_plain_targets(struct rest_scope *scope, struct rest_level *level)
{
    for (size_t i = 0; i < level->items.count; i++) {
        const struct rest_item *item = &level->items.at[i];
        if (item->kind == REST_ITEM_EMBED) continue;
        if (item->kind == REST_ITEM_STAR) {
            add_target(scope, STR_NONE, ast_star(scope->request->arena, scope->alias));
            continue;
        }
        struct node *value;
        TRY(field_target(scope, item, &value));
        add_target(scope, output_name(item), value);
    }
    return NULL;
}

/* Embeds ------------------------------------------------------------------------------------------------- */

static enum child_shape shape_of(const struct rest_embed *embed,
                                 const struct relationship *relationship)
{
    bool one = relationship_to_one(relationship);
    if (embed->spread) return one ? CHILD_SPREAD_OBJECT : CHILD_SPREAD_ARRAY;
    return one ? CHILD_OBJECT : CHILD_ARRAY;
}

/* Each pair of join columns: a hidden target of the parent and an expression of the child. */
static void add_links(struct rest_scope *scope,
                      const struct relationship *relationship,
                      str near_alias,
                      struct compile_child *child)
{
    struct arena *arena = scope->request->arena;
    const struct cat_relation *near =
        relationship->cardinality == MANY_TO_MANY ? relationship->junction : relationship->target;
    struct compile_link *links =
        ARENA_ARRAY(arena, struct compile_link, relationship->column_count);
    for (size_t i = 0; i < relationship->column_count; i++) {
        const struct cat_column *origin =
            cat_column_numbered(relationship->origin, relationship->origin_columns[i]);
        const struct cat_column *target =
            cat_column_numbered(near, relationship->target_columns[i]);
        links[i].parent_target = scope->targets ? (int)scope->targets->count : 0;
        links[i].child_expr = ast_column_ref(arena, near_alias, target->name);
        add_target(scope, STR("~link"), ast_column_ref(arena, scope->alias, origin->name));
        scope->hidden_count++;
    }
    child->links = links;
    child->link_count = relationship->column_count;
}

/* "items_2": as the dialect names an embed's table in messages, and no name of a level around it,
 * since a server that runs an embed inside its parent's statement sees them all. */
static str embed_alias(const struct rest_scope *scope, str name)
{
    str alias = str_printf(scope->request->arena, "%.*s_%d", STR_FMT(name), scope->depth + 1);
    for (const struct rest_scope *outer = scope; outer; outer = outer->outer)
        if (str_eq(outer->alias, alias)) return embed_alias(scope, alias);
    return alias;
}

static err build_child(struct rest_scope *scope,
                       struct rest_embed *embed,
                       const struct relationship *relationship,
                       str near_alias,
                       struct compile_node *out)
{
    struct arena *arena = scope->request->arena;
    bool between = relationship->cardinality == MANY_TO_MANY;
    struct rest_scope inner = {
        .request = scope->request,
        .catalog = scope->catalog,
        .relation = relationship->target,
        .alias = between ? embed_alias(scope, relationship->target->name) : near_alias,
        .outer = scope,
        .depth = scope->depth + 1,
    };
    struct SelectStmt *select = AST_NEW(arena, SelectStmt);
    ast_list_add(
        arena, &select->fromClause,
        rest_embed_from(scope, relationship, inner.alias, between ? near_alias : STR_NONE));
    TRY(rest_build_level(&inner, &embed->level, select));
    *out = (struct compile_node){.statement = AST_NODE(select),
                                 .hidden_count = inner.hidden_count,
                                 .children = inner.children.at,
                                 .child_count = inner.children.count};
    return NULL;
}

static err add_embed(struct rest_scope *scope, struct rest_embed *embed)
{
    struct arena *arena = scope->request->arena;
    if (!scope->relation)
        return rest_err(
            arena, 400, "PGRST200",
            "Could not find a relationship between '%.*s' and '%.*s' in the schema cache",
            STR_FMT(scope->request->name), STR_FMT(embed->target));
    struct relationship relationship;
    TRY(relationship_find(arena, scope->catalog, scope->request->schema, scope->relation,
                          embed->target, embed->hint, &relationship));
    if (embed->level.items.count == 0) return NULL; /* rel(): joined, not shown */
    struct compile_node *node = ARENA_NEW(arena, struct compile_node);
    bool between = relationship.cardinality == MANY_TO_MANY;
    str near_alias =
        embed_alias(scope, between ? relationship.junction->name : relationship.target->name);
    TRY(build_child(scope, embed, &relationship, near_alias, node));
    struct compile_child *child = VEC_ADD(arena, &scope->children);
    *child = (struct compile_child){
        .name = str_empty(embed->alias) ? embed->target : embed->alias,
        .shape = shape_of(embed, &relationship),
        .node = node,
    };
    add_links(scope, &relationship, near_alias, child);
    return NULL;
}

err rest_build_targets(struct rest_scope *scope, struct rest_level *level)
{
    TRY(add_plain_targets(scope, level));
    for (size_t i = 0; i < level->items.count; i++)
        if (level->items.at[i].embed) TRY(add_embed(scope, level->items.at[i].embed));
    return NULL;
}

/* Conditions, order, limits -------------------------------------------------------------------------------- */

err rest_build_where(struct rest_scope *scope, struct rest_level *level, struct node **out)
{
    struct arena *arena = scope->request->arena;
    struct list *items = NULL;
    for (size_t i = 0; i < level->conditions.count; i++) {
        struct node *node;
        TRY(rest_build_condition(scope, level, level->conditions.at[i], &node));
        ast_list_add(arena, &items, node);
    }
    for (size_t i = 0; i < level->items.count; i++) {
        struct rest_embed *embed = level->items.at[i].embed;
        if (!embed || embed->join != REST_JOIN_INNER) continue;
        struct node *node;
        TRY(rest_build_exists(scope, embed, &node));
        ast_list_add(arena, &items, node);
    }
    *out = items ? ast_and(arena, items) : NULL;
    return NULL;
}

/* order=rel(column): the to-one embed's column as a scalar subquery. */
static err related_order(struct rest_scope *scope,
                         const struct rest_level *level,
                         const struct rest_order *order,
                         struct node **out)
{
    struct arena *arena = scope->request->arena;
    struct rest_embed *embed = rest_embed_find(level, order->relation);
    if (!embed) {
        struct err *error =
            rest_err(arena, 400, "PGRST108", "'%.*s' is not an embedded resource in this request",
                     STR_FMT(order->relation));
        return err_hint(arena, error,
                        "Verify that '%.*s' is included in the 'select' query parameter.",
                        STR_FMT(order->relation));
    }
    struct relationship relationship;
    TRY(relationship_find(arena, scope->catalog, scope->request->schema, scope->relation,
                          embed->target, embed->hint, &relationship));
    if (!relationship_to_one(&relationship)) {
        struct err *error =
            rest_err(arena, 400, "PGRST118", "A related order on '%.*s' is not possible",
                     STR_FMT(order->relation));
        return err_details(arena, error,
                           "'%.*s' and '%.*s' do not form a many-to-one or one-to-one relationship",
                           STR_FMT(scope->relation->name), STR_FMT(order->relation));
    }
    str alias = str_printf(arena, "~o%d", scope->depth + 1);
    struct rest_scope inner = {.request = scope->request,
                               .catalog = scope->catalog,
                               .relation = relationship.target,
                               .alias = alias,
                               .depth = scope->depth + 1};
    struct SelectStmt *select = AST_NEW(arena, SelectStmt);
    struct node *value;
    TRY(rest_build_field(&inner, &order->field, &value));
    ast_list_add(arena, &select->targetList, ast_res_target(arena, STR_NONE, value));
    ast_list_add(arena, &select->fromClause,
                 rest_embed_from(scope, &relationship, alias, STR_NONE));
    select->whereClause = rest_join_condition(arena, &relationship, scope->alias, alias, STR_NONE);
    *out = ast_sub_link(arena, EXPR_SUBLINK, NULL, NULL, AST_NODE(select));
    return NULL;
}

static err build_order(struct rest_scope *scope,
                       const struct rest_level *level,
                       const struct rest_order *order,
                       struct SortBy **out)
{
    static const enum SortByNulls nulls[] = {SORTBY_NULLS_DEFAULT, SORTBY_NULLS_FIRST,
                                             SORTBY_NULLS_LAST};
    struct node *value;
    if (str_empty(order->relation))
        TRY(rest_build_field(scope, &order->field, &value));
    else
        TRY(related_order(scope, level, order, &value));
    *out = AST_AS(SortBy,
                  ast_sort_by(scope->request->arena, value,
                              order->descending ? SORTBY_DESC : SORTBY_ASC, nulls[order->nulls]));
    return NULL;
}

static err add_order(struct rest_scope *scope, struct rest_level *level, struct SelectStmt *select)
{
    for (size_t i = 0; i < level->orders.count; i++) {
        struct SortBy *order;
        TRY(build_order(scope, level, &level->orders.at[i], &order));
        ast_list_add(scope->request->arena, &select->sortClause, AST_NODE(order));
    }
    return NULL;
}

/* RETURNING has no ORDER BY: its keys are hidden targets, and the engine sorts the answer by them. */
static err add_returning_order(struct rest_scope *scope, const struct rest_level *level)
{
    for (size_t i = 0; i < level->orders.count; i++) {
        struct SortBy *order;
        TRY(build_order(scope, level, &level->orders.at[i], &order));
        *VEC_ADD(scope->request->arena, &scope->sorts) = (struct compile_sort){
            .parent_target = scope->targets ? (int)scope->targets->count : 0, .order = order};
        add_target(scope, STR("~sort"), order->node);
        scope->hidden_count++;
    }
    return NULL;
}

static struct node *bigint_param(struct arena *arena, int index)
{
    return ast_cast(arena, ast_param(arena, index + 1),
                    ast_type_name(arena, STR("pg_catalog"), STR("int8")));
}

static err add_groups(struct rest_scope *scope, struct rest_level *level, struct SelectStmt *select)
{
    struct arena *arena = scope->request->arena;
    if (!groups(level)) return NULL;
    for (size_t i = 0; i < level->items.count; i++) {
        const struct rest_item *item = &level->items.at[i];
        if (item->kind != REST_ITEM_FIELD || !str_empty(item->aggregate)) continue;
        struct node *value;
        TRY(field_target(scope, item, &value));
        ast_list_add(arena, &select->groupClause, value);
    }
    return NULL;
}

err rest_build_level(struct rest_scope *scope, struct rest_level *level, struct SelectStmt *select)
{
    struct arena *arena = scope->request->arena;
    TRY(rest_build_targets(scope, level));
    select->targetList = scope->targets;
    TRY(rest_build_where(scope, level, &select->whereClause));
    TRY(add_groups(scope, level, select));
    TRY(add_order(scope, level, select));
    if (level->limit_param >= 0) {
        select->limitCount = bigint_param(arena, level->limit_param);
        select->limitOption = LIMIT_OPTION_COUNT;
    }
    if (level->offset_param >= 0) select->limitOffset = bigint_param(arena, level->offset_param);
    return NULL;
}

/* Statements ------------------------------------------------------------------------------------------------- */

static struct compile_node *finish_node(struct rest_scope *scope, struct node *statement)
{
    struct compile_node *node = ARENA_NEW(scope->request->arena, struct compile_node);
    *node = (struct compile_node){.statement = statement,
                                  .hidden_count = scope->hidden_count,
                                  .children = scope->children.at,
                                  .child_count = scope->children.count,
                                  .sorts = scope->sorts.at,
                                  .sort_count = scope->sorts.count};
    return node;
}

static struct RangeVar *table_of(struct rest_request *request)
{
    return ast_range_var(request->arena, request->schema_name, request->relation->name, STR_NONE);
}

static err build_count(struct rest_scope *scope,
                       struct rest_level *level,
                       struct compile_node **out)
{
    struct arena *arena = scope->request->arena;
    struct rest_scope counted = {.request = scope->request,
                                 .catalog = scope->catalog,
                                 .relation = scope->relation,
                                 .alias = scope->alias};
    struct SelectStmt *select = AST_NEW(arena, SelectStmt);
    ast_list_add(arena, &select->targetList,
                 ast_res_target(arena, STR("count"), count_rows(arena)));
    ast_list_add(arena, &select->fromClause, AST_NODE(table_of(scope->request)));
    TRY(rest_build_where(&counted, level, &select->whereClause));
    *out = finish_node(&counted, AST_NODE(select));
    return NULL;
}

static err build_read(struct rest_scope *scope, struct rest_built *out)
{
    struct rest_request *request = scope->request;
    struct SelectStmt *select = AST_NEW(request->arena, SelectStmt);
    ast_list_add(request->arena, &select->fromClause, AST_NODE(table_of(request)));
    TRY(rest_build_level(scope, &request->query.root, select));
    out->root = finish_node(scope, AST_NODE(select));
    if (request->prefer.count == REST_COUNT_NONE) return NULL;
    return build_count(scope, &request->query.root, &out->count);
}

static err check_columns(const struct rest_request *request)
{
    for (size_t i = 0; i < request->payload.column_count; i++) {
        if (cat_column_find(request->relation, request->payload.columns[i])) continue;
        return rest_err(request->arena, 400, "PGRST204",
                        "Could not find the '%.*s' column of '%.*s' in the schema cache",
                        STR_FMT(request->payload.columns[i]), STR_FMT(request->relation->name));
    }
    return NULL;
}

/* What a write answers with: the select list, or the key for a Location header, or nothing. */
static err build_returning(struct rest_scope *scope, struct list **out)
{
    struct rest_request *request = scope->request;
    if (request->prefer.what == REST_RETURN_REPRESENTATION) {
        TRY(rest_build_targets(scope, &request->query.root));
        TRY(add_returning_order(scope, &request->query.root));
        *out = scope->targets;
        return NULL;
    }
    const struct cat_constraint *key = cat_primary_key(request->relation);
    bool location =
        request->verb == REST_INSERT && request->prefer.what == REST_RETURN_HEADERS && key;
    for (size_t i = 0; location && i < key->column_count; i++) {
        str name = cat_column_numbered(request->relation, key->columns[i])->name;
        add_target(scope, name, ast_column_ref(request->arena, scope->alias, name));
    }
    if (location) *out = scope->targets;
    return NULL;
}

static struct node *values_row(struct rest_request *request,
                               const struct json *row,
                               int *next_param)
{
    struct arena *arena = request->arena;
    struct List *list = AST_NEW(arena, List);
    for (size_t i = 0; i < request->payload.column_count; i++) {
        bool by_default =
            request->prefer.missing_default && !json_get(row, request->payload.columns[i]);
        ast_list_add(arena, &list->items,
                     by_default ? AST_NODE(AST_NEW(arena, SetToDefault))
                                : ast_param(arena, ++*next_param));
    }
    return AST_NODE(list);
}

static struct node *values_of(struct rest_request *request)
{
    struct SelectStmt *values = AST_NEW(request->arena, SelectStmt);
    int param = 0;
    bool array = request->payload.is_array;
    for (size_t i = 0; i < request->payload.row_count; i++) {
        const struct json *row = array ? request->payload.rows->items[i] : request->payload.rows;
        ast_list_add(request->arena, &values->valuesLists, values_row(request, row, &param));
    }
    return AST_NODE(values);
}

static struct TypeName *column_type(const struct rest_scope *scope, const struct cat_column *column)
{
    const struct cat_type *type = catalog_type(scope->catalog, column->type);
    const struct cat_schema *schema = catalog_schema(scope->catalog, type->schema);
    struct TypeName *name =
        ast_type_name(scope->request->arena, schema ? schema->name : STR_NONE, type->name);
    name->typemod = column->typmod;
    return name;
}

/* SELECT a, b FROM json_to_recordset($1::json) AS _(a int4, b text). */
static struct SelectStmt *recordset_of(struct rest_scope *scope)
{
    struct rest_request *request = scope->request;
    struct arena *arena = request->arena;
    struct SelectStmt *select = AST_NEW(arena, SelectStmt);
    struct RangeFunction *range = AST_NEW(arena, RangeFunction);
    struct node *rows =
        ast_cast(arena, ast_param(arena, 1), ast_type_name(arena, STR("pg_catalog"), STR("json")));
    struct List *pair = AST_NEW(arena, List);
    pair->items = ast_list(
        arena, ast_func(arena, STR("pg_catalog"), STR("json_to_recordset"), ast_list(arena, rows)),
        NULL);
    ast_list_add(arena, &range->functions, AST_NODE(pair));
    range->alias = ast_alias(arena, STR("_"));
    for (size_t i = 0; i < request->payload.column_count; i++) {
        str name = request->payload.columns[i];
        struct ColumnDef *column = AST_NEW(arena, ColumnDef);
        column->colname = name;
        column->typeName = column_type(scope, cat_column_find(request->relation, name));
        ast_list_add(arena, &range->coldeflist, AST_NODE(column));
        ast_list_add(arena, &select->targetList,
                     ast_res_target(arena, STR_NONE, ast_column_ref(arena, STR("_"), name)));
    }
    ast_list_add(arena, &select->fromClause, AST_NODE(range));
    return select;
}

static void add_arbiter(struct arena *arena, struct InferClause *infer, str column)
{
    struct IndexElem *element = AST_NEW(arena, IndexElem);
    element->name = column;
    ast_list_add(arena, &infer->indexElems, AST_NODE(element));
}

/* on_conflict's columns, else the primary key; without either there is nothing to resolve. */
static struct OnConflictClause *conflict_of(struct rest_request *request)
{
    struct arena *arena = request->arena;
    const struct cat_constraint *key = cat_primary_key(request->relation);
    bool put = request->verb == REST_PUT, named = request->query.has_on_conflict && !put;
    if (request->prefer.resolution == REST_RESOLVE_NONE && !put) return NULL;
    if (!named && !key) return NULL;
    struct OnConflictClause *clause = AST_NEW(arena, OnConflictClause);
    clause->infer = AST_NEW(arena, InferClause);
    if (named)
        for (size_t i = 0; i < request->query.on_conflict_count; i++)
            add_arbiter(arena, clause->infer, request->query.on_conflict[i]);
    else
        for (size_t i = 0; i < key->column_count; i++)
            add_arbiter(arena, clause->infer,
                        cat_column_numbered(request->relation, key->columns[i])->name);
    clause->action = put || request->prefer.resolution == REST_RESOLVE_MERGE ? ONCONFLICT_UPDATE
                                                                             : ONCONFLICT_NOTHING;
    for (size_t i = 0; clause->action == ONCONFLICT_UPDATE && i < request->payload.column_count;
         i++) {
        str name = request->payload.columns[i];
        ast_list_add(arena, &clause->targetList,
                     ast_res_target(arena, name, ast_column_ref(arena, STR("excluded"), name)));
    }
    if (clause->action == ONCONFLICT_UPDATE &&
        (!clause->targetList || clause->targetList->count == 0))
        clause->action = ONCONFLICT_NOTHING;
    return clause;
}

static err build_insert(struct rest_scope *scope, struct rest_built *out)
{
    struct rest_request *request = scope->request;
    struct arena *arena = request->arena;
    TRY(check_columns(request));
    struct InsertStmt *insert = AST_NEW(arena, InsertStmt);
    insert->relation = table_of(request);
    for (size_t i = 0; i < request->payload.column_count; i++)
        ast_list_add(arena, &insert->cols,
                     ast_res_target(arena, request->payload.columns[i], NULL));
    bool recordset = request->payload.is_array && !request->prefer.missing_default &&
                     request->payload.column_count;
    if (recordset)
        insert->selectStmt = AST_NODE(recordset_of(scope));
    else if (request->payload.column_count)
        insert->selectStmt = values_of(request);
    insert->onConflictClause = conflict_of(request);
    TRY(build_returning(scope, &insert->returningList));
    out->root = finish_node(scope, AST_NODE(insert));
    return NULL;
}

/* PUT's rules: the filters name the row by its whole primary key, and the payload says the same. */
static err check_put(const struct rest_request *request)
{
    const struct cat_constraint *key = cat_primary_key(request->relation);
    const struct rest_level *root = &request->query.root;
    bool fits = key && root->conditions.count == key->column_count;
    for (size_t i = 0; fits && i < key->column_count; i++) {
        str name = cat_column_numbered(request->relation, key->columns[i])->name;
        bool found = false;
        for (size_t k = 0; k < root->conditions.count; k++)
            found = found || (rest_is_plain_eq(root->conditions.at[k]) &&
                              str_eq(root->conditions.at[k]->filter.field.name, name));
        fits = found;
    }
    if (fits) return NULL;
    return rest_err(request->arena, 405, "PGRST105",
                    "Filters must include all and only primary key columns with 'eq' operators");
}

static bool payload_has(const struct rest_request *request, str column)
{
    for (size_t i = 0; i < request->payload.column_count; i++)
        if (str_eq(request->payload.columns[i], column)) return true;
    return false;
}

/* INSERT of the payload's row that agrees with the URL, or UPDATE of all its columns. */
static err build_put(struct rest_scope *scope, struct rest_built *out)
{
    struct rest_request *request = scope->request;
    struct arena *arena = request->arena;
    TRY(check_put(request));
    TRY(check_columns(request));
    const struct cat_constraint *key = cat_primary_key(request->relation);
    for (size_t i = 0; i < key->column_count; i++)
        if (!payload_has(request, cat_column_numbered(request->relation, key->columns[i])->name))
            return rest_put_mismatch(request);
    struct InsertStmt *insert = AST_NEW(arena, InsertStmt);
    insert->relation = table_of(request);
    for (size_t i = 0; i < request->payload.column_count; i++)
        ast_list_add(arena, &insert->cols,
                     ast_res_target(arena, request->payload.columns[i], NULL));
    struct SelectStmt *rows = recordset_of(scope);
    struct rest_scope of_rows = {.request = request,
                                 .catalog = scope->catalog,
                                 .relation = request->relation,
                                 .alias = STR("_")};
    struct rest_level filters = {.conditions.at = request->query.root.conditions.at,
                                 .conditions.count = request->query.root.conditions.count};
    TRY(rest_build_where(&of_rows, &filters, &rows->whereClause));
    insert->selectStmt = AST_NODE(rows);
    insert->onConflictClause = conflict_of(request);
    TRY(build_returning(scope, &insert->returningList));
    out->root = finish_node(scope, AST_NODE(insert));
    return NULL;
}

static err build_update(struct rest_scope *scope, struct rest_built *out)
{
    struct rest_request *request = scope->request;
    TRY(check_columns(request));
    struct UpdateStmt *update = AST_NEW(request->arena, UpdateStmt);
    update->relation = table_of(request);
    int param = 0;
    for (size_t i = 0; i < request->payload.column_count; i++) {
        bool by_default = request->prefer.missing_default &&
                          !json_get(request->payload.rows, request->payload.columns[i]);
        struct node *value = by_default ? AST_NODE(AST_NEW(request->arena, SetToDefault))
                                        : ast_param(request->arena, ++param);
        ast_list_add(request->arena, &update->targetList,
                     ast_res_target(request->arena, request->payload.columns[i], value));
    }
    TRY(rest_build_where(scope, &request->query.root, &update->whereClause));
    TRY(build_returning(scope, &update->returningList));
    out->root = finish_node(scope, AST_NODE(update));
    return NULL;
}

static err build_delete(struct rest_scope *scope, struct rest_built *out)
{
    struct rest_request *request = scope->request;
    struct DeleteStmt *delete = AST_NEW(request->arena, DeleteStmt);
    delete->relation = table_of(request);
    TRY(rest_build_where(scope, &request->query.root, &delete->whereClause));
    TRY(build_returning(scope, &delete->returningList));
    out->root = finish_node(scope, AST_NODE(delete));
    return NULL;
}

err rest_build(struct rest_request *request, const struct catalog *catalog, struct rest_built *out)
{
    struct rest_scope *scope = ARENA_NEW(request->arena, struct rest_scope);
    *scope = (struct rest_scope){.request = request,
                                 .catalog = catalog,
                                 .relation = request->relation,
                                 .alias = request->relation->name};
    *out = (struct rest_built){.shape = request->accept.media == REST_OBJECT ? RESULT_OBJECT
                                                                             : RESULT_ROWS};
    switch (request->verb) {
    case REST_READ: TRY(build_read(scope, out)); break;
    case REST_INSERT: TRY(build_insert(scope, out)); break;
    case REST_PUT: TRY(build_put(scope, out)); break;
    case REST_UPDATE: TRY(build_update(scope, out)); break;
    case REST_DELETE: TRY(build_delete(scope, out)); break;
    case REST_CALL: break;
    }
    bool write = request->verb != REST_READ;
    if (write && request->prefer.what != REST_RETURN_REPRESENTATION && !scope->targets)
        out->shape = RESULT_NONE;
    return NULL;
}
