/* api/rest/build_expr.c - fields, conditions and joins of a request as PostgreSQL syntax nodes. */
#include "api/rest/rest_int.h"
#include "api/rest/scan.h"
#include "sql/builtin.h"

enum { EXISTS_MAX = 256 };

/* Types ---------------------------------------------------------------------------------------------- */

/* SQL's spellings of types whose catalog names differ. */
struct type_alias {
    str name;
    str typname;
};

static const struct type_alias type_aliases[] = {
    {STR_INIT("bigint"),                      STR_INIT("int8")       },
    {STR_INIT("bigserial"),                   STR_INIT("int8")       },
    {STR_INIT("boolean"),                     STR_INIT("bool")       },
    {STR_INIT("char"),                        STR_INIT("bpchar")     },
    {STR_INIT("character"),                   STR_INIT("bpchar")     },
    {STR_INIT("character varying"),           STR_INIT("varchar")    },
    {STR_INIT("dec"),                         STR_INIT("numeric")    },
    {STR_INIT("decimal"),                     STR_INIT("numeric")    },
    {STR_INIT("double precision"),            STR_INIT("float8")     },
    {STR_INIT("float"),                       STR_INIT("float8")     },
    {STR_INIT("int"),                         STR_INIT("int4")       },
    {STR_INIT("integer"),                     STR_INIT("int4")       },
    {STR_INIT("real"),                        STR_INIT("float4")     },
    {STR_INIT("smallint"),                    STR_INIT("int2")       },
    {STR_INIT("time with time zone"),         STR_INIT("timetz")     },
    {STR_INIT("time without time zone"),      STR_INIT("time")       },
    {STR_INIT("timestamp with time zone"),    STR_INIT("timestamptz")},
    {STR_INIT("timestamp without time zone"), STR_INIT("timestamp")  },
};

err rest_type_name(struct arena *arena,
                   const struct catalog *catalog,
                   str name,
                   struct TypeName **out)
{
    for (size_t i = 0; i < COUNT_OF(type_aliases); i++) {
        if (!str_eq_nocase(type_aliases[i].name, name)) continue;
        *out = ast_type_name(arena, STR("pg_catalog"), type_aliases[i].typname);
        return NULL;
    }
    (void)catalog;
    *out = ast_type_name(arena, STR_NONE, str_lower(arena, name));
    return NULL;
}

/* Fields ---------------------------------------------------------------------------------------------- */

static bool is_json(const struct catalog *catalog, const struct cat_column *column)
{
    const struct cat_type *type = column ? catalog_type(catalog, column->type) : NULL;
    return type && (type->storage == TYPE_JSON || type->storage == TYPE_JSONB);
}

static bool is_tsvector(const struct catalog *catalog, const struct cat_column *column)
{
    const struct cat_type *type = catalog_type(catalog, column->type);
    return type && type->storage == TYPE_TSVECTOR;
}

err rest_build_field(struct rest_scope *scope, const struct rest_field *field, struct node **out)
{
    struct arena *arena = scope->request->arena;
    struct node *node = ast_column_ref(arena, scope->alias, field->name);
    const struct cat_column *column =
        scope->relation ? cat_column_find(scope->relation, field->name) : NULL;
    if (field->path_count && column && !is_json(scope->catalog, column))
        node = ast_func(arena, STR("pg_catalog"), STR("to_jsonb"), ast_list(arena, node));
    for (size_t i = 0; i < field->path_count; i++) {
        const struct rest_json_step *step = &field->path[i];
        struct node *key =
            step->is_index ? ast_const_i64(arena, step->index) : ast_const_str(arena, step->key);
        node = ast_op(arena, step->as_text ? "->>" : "->", node, key);
    }
    *out = node;
    return NULL;
}

/* Conditions ------------------------------------------------------------------------------------------ */

static struct node *is_test(struct arena *arena, enum rest_is is, struct node *field)
{
    static const enum BoolTestType tests[] = {
        [REST_IS_TRUE] = IS_TRUE, [REST_IS_FALSE] = IS_FALSE, [REST_IS_UNKNOWN] = IS_UNKNOWN};
    if (is == REST_IS_NULL) return ast_null_test(arena, field, IS_NULL);
    if (is == REST_IS_NOT_NULL) return ast_null_test(arena, field, IS_NOT_NULL);
    struct BooleanTest *test = AST_NEW(arena, BooleanTest);
    test->arg = field;
    test->booltesttype = tests[is];
    return AST_NODE(test);
}

/* A column that is no tsvector becomes one by the configuration that the query has. */
static struct node *full_text(struct rest_scope *scope,
                              const struct rest_filter *filter,
                              struct node *field,
                              struct node *param)
{
    struct arena *arena = scope->request->arena;
    const struct cat_column *column =
        scope->relation ? cat_column_find(scope->relation, filter->field.name) : NULL;
    struct list *document = ast_list(arena, field), *query = ast_list(arena, param);
    if (!str_empty(filter->config)) {
        document = ast_list(arena, ast_const_str(arena, filter->config), field);
        query = ast_list(arena, ast_const_str(arena, filter->config), param);
    }
    bool is_document = column && !filter->field.path_count && is_tsvector(scope->catalog, column);
    if (!is_document) field = ast_func(arena, STR("pg_catalog"), STR("to_tsvector"), document);
    return ast_op(arena, "@@", field,
                  ast_func(arena, STR("pg_catalog"), str_of(filter->op->sql), query));
}

static err comparison(struct rest_scope *scope, const struct rest_filter *filter, struct node **out)
{
    struct arena *arena = scope->request->arena;
    struct node *field;
    TRY(rest_build_field(scope, &filter->field, &field));
    struct node *param = filter->param >= 0 ? ast_param(arena, filter->param + 1) : NULL;
    switch (filter->op->operand) {
    case REST_IS: *out = is_test(arena, filter->is, field); return NULL;
    case REST_FULLTEXT: *out = full_text(scope, filter, field, param); return NULL;
    case REST_LIST:
        *out =
            param ? ast_expr(arena, AEXPR_OP_ANY, "=", field, param) : ast_const_bool(arena, false);
        return NULL;
    case REST_SCALAR:
        *out = str_eq(filter->op->name, STR("isdistinct"))
                   ? ast_expr(arena, AEXPR_DISTINCT, "=", field, param)
                   : ast_op(arena, filter->op->sql, field, param);
        return NULL;
    case REST_QUANT: break;
    }
    enum A_Expr_Kind kind = filter->quantifier == REST_ANY   ? AEXPR_OP_ANY
                            : filter->quantifier == REST_ALL ? AEXPR_OP_ALL
                                                             : AEXPR_OP;
    *out = ast_expr(arena, kind, filter->op->sql, field, param);
    return NULL;
}

/* rel=is.null and rel=not.is.null ask whether the embed has a row. */
static err embed_presence(struct rest_scope *scope,
                          struct rest_embed *embed,
                          const struct rest_filter *filter,
                          struct node **out)
{
    struct node *exists;
    TRY(rest_build_exists(scope, embed, &exists));
    bool wants_row = (filter->is == REST_IS_NOT_NULL) != filter->negated;
    *out = wants_row ? exists : ast_not(scope->request->arena, exists);
    return NULL;
}

static err filter_node(struct rest_scope *scope,
                       struct rest_level *level,
                       const struct rest_filter *filter,
                       struct node **out)
{
    bool null_test = filter->op->operand == REST_IS && filter->field.path_count == 0 &&
                     (filter->is == REST_IS_NULL || filter->is == REST_IS_NOT_NULL);
    struct rest_embed *embed = null_test ? rest_embed_find(level, filter->field.name) : NULL;
    if (embed) return embed_presence(scope, embed, filter, out);
    TRY(comparison(scope, filter, out));
    if (filter->negated) *out = ast_not(scope->request->arena, *out);
    return NULL;
}

err rest_build_condition(struct rest_scope *scope,
                         struct rest_level *level,
                         const struct rest_condition *condition,
                         struct node **out)
{
    struct arena *arena = scope->request->arena;
    if (condition->kind == REST_CONDITION_FILTER)
        return filter_node(scope, level, &condition->filter, out);
    struct list *items = NULL;
    for (size_t i = 0; i < condition->child_count; i++) {
        struct node *child;
        TRY(rest_build_condition(scope, level, condition->children[i], &child));
        ast_list_add(arena, &items, child);
    }
    *out = condition->kind == REST_CONDITION_AND ? ast_and(arena, items) : ast_or(arena, items);
    if (condition->negated) *out = ast_not(arena, *out);
    return NULL;
}

/* Joins ------------------------------------------------------------------------------------------------ */

static str column_name(const struct cat_relation *relation, int16_t number)
{
    const struct cat_column *column = cat_column_numbered(relation, number);
    return column ? column->name : STR_NONE;
}

struct node *rest_join_condition(struct arena *arena,
                                 const struct relationship *relationship,
                                 str origin_alias,
                                 str target_alias,
                                 str junction_alias)
{
    bool between = relationship->cardinality == MANY_TO_MANY;
    const struct cat_relation *near = between ? relationship->junction : relationship->target;
    str near_alias = between ? junction_alias : target_alias;
    struct list *items = NULL;
    for (size_t i = 0; i < relationship->column_count; i++) {
        str origin = column_name(relationship->origin, relationship->origin_columns[i]);
        str target = column_name(near, relationship->target_columns[i]);
        ast_list_add(arena, &items,
                     ast_op(arena, "=", ast_column_ref(arena, near_alias, target),
                            ast_column_ref(arena, origin_alias, origin)));
    }
    return ast_and(arena, items);
}

struct node *rest_embed_from(struct rest_scope *scope,
                             const struct relationship *relationship,
                             str target_alias,
                             str junction_alias)
{
    struct arena *arena = scope->request->arena;
    str schema = scope->request->schema_name;
    struct node *target =
        AST_NODE(ast_range_var(arena, schema, relationship->target->name, target_alias));
    if (relationship->cardinality != MANY_TO_MANY) return target;
    struct node *junction =
        AST_NODE(ast_range_var(arena, schema, relationship->junction->name, junction_alias));
    struct list *items = NULL;
    const struct cat_constraint *far = relationship->far_key;
    for (size_t i = 0; i < far->column_count; i++)
        ast_list_add(
            arena, &items,
            ast_op(arena, "=",
                   ast_column_ref(arena, junction_alias,
                                  column_name(relationship->junction, far->columns[i])),
                   ast_column_ref(arena, target_alias,
                                  column_name(relationship->target, far->foreign_columns[i]))));
    return ast_join(arena, JOIN_INNER, target, junction, ast_and(arena, items));
}

/* EXISTS (SELECT 1 FROM target WHERE join AND the embed's own filters). */
err rest_build_exists(struct rest_scope *scope, struct rest_embed *embed, struct node **out)
{
    struct arena *arena = scope->request->arena;
    struct relationship relationship;
    /* Each filter on an embed repeats what its nested embeds ask: that doubles at every level. */
    if (++scope->request->exists_count > EXISTS_MAX)
        return rest_err(arena, 400, "PGRST100",
                        "The embeds of this request ask for more than %d conditions on each other",
                        EXISTS_MAX);
    TRY(relationship_find(arena, scope->catalog, scope->request->schema, scope->relation,
                          embed->target, embed->hint, &relationship));
    /* Names that no table has: the outer query's must stay visible for the join. */
    str alias = str_printf(arena, "~x%d", scope->depth + 1);
    str junction = relationship.junction ? str_printf(arena, "~j%d", scope->depth + 1) : STR_NONE;
    struct rest_scope inner = {.request = scope->request,
                               .catalog = scope->catalog,
                               .relation = relationship.target,
                               .alias = alias,
                               .depth = scope->depth + 1};
    struct SelectStmt *select = AST_NEW(arena, SelectStmt);
    ast_list_add(arena, &select->targetList,
                 ast_res_target(arena, STR_NONE, ast_const_i64(arena, 1)));
    ast_list_add(arena, &select->fromClause,
                 rest_embed_from(scope, &relationship, alias, junction));
    struct node *where;
    TRY(rest_build_where(&inner, &embed->level, &where));
    struct node *join = rest_join_condition(arena, &relationship, scope->alias, alias, junction);
    select->whereClause = ast_and2(arena, join, where);
    *out = ast_sub_link(arena, EXISTS_SUBLINK, NULL, NULL, AST_NODE(select));
    return NULL;
}
