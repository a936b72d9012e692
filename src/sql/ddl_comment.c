/* COMMENT ON. */
#include "sql/ddl_int.h"

struct commenting {
    struct ddl *ddl;
    str text; /* in the pool; empty removes */
};

static void relation_comment(struct commenting *commenting, const struct cat_relation *relation)
{
    struct cat_relation *edited = CATALOG_EDIT(commenting->ddl->next, relation);
    edited->comment = commenting->text;
    catalog_put(commenting->ddl->next, CAT_RELATION, edited);
}

static err comment_relation(struct commenting *commenting, const struct list *names)
{
    struct ddl *ddl = commenting->ddl;
    str schema, name;
    TRY(ddl_split_name(ddl, names, &schema, &name));
    const struct cat_relation *relation;
    TRY(ddl_relation(ddl, ast_range_var(ddl->arena, schema, name, STR_NONE), MISSING_IS_ERROR,
                     &relation));
    TRY(ddl_must_own_relation(ddl, relation));
    relation_comment(commenting, relation);
    return NULL;
}

/* The relation that all but the last of names says: COLUMN t.c, CONSTRAINT c ON t, POLICY p ON t. */
static err owner_of_last(struct ddl *ddl, const struct list *names, const struct cat_relation **out)
{
    size_t count = names->count;
    if (count < 2) return err_sql(ddl->arena, "42601", "the name must be qualified by its table");
    str schema = count > 2 ? ast_name_at(names, count - 3) : STR_NONE;
    str table = ast_name_at(names, count - 2);
    TRY(ddl_relation(ddl, ast_range_var(ddl->arena, schema, table, STR_NONE), MISSING_IS_ERROR,
                     out));
    return ddl_must_own_relation(ddl, *out);
}

static err comment_column(struct commenting *commenting, const struct list *names)
{
    struct ddl *ddl = commenting->ddl;
    const struct cat_relation *relation;
    TRY(owner_of_last(ddl, names, &relation));
    str name = ast_name_at(names, names->count - 1);
    struct cat_relation *edited = CATALOG_EDIT(ddl->next, relation);
    struct cat_column *columns = DDL_OWN(ddl, edited, columns, column_count);
    for (size_t i = 0; i < edited->column_count; i++) {
        if (!str_eq(columns[i].name, name)) continue;
        columns[i].comment = commenting->text;
        catalog_put(ddl->next, CAT_RELATION, edited);
        return NULL;
    }
    return err_sql(ddl->arena, "42703", "column \"%.*s\" of relation \"%.*s\" does not exist",
                   STR_FMT(name), STR_FMT(relation->name));
}

static err comment_constraint(struct commenting *commenting, const struct list *names)
{
    struct ddl *ddl = commenting->ddl;
    const struct cat_relation *relation;
    TRY(owner_of_last(ddl, names, &relation));
    str name = ast_name_at(names, names->count - 1);
    struct cat_relation *edited = CATALOG_EDIT(ddl->next, relation);
    struct cat_constraint *constraints = DDL_OWN(ddl, edited, constraints, constraint_count);
    for (size_t i = 0; i < edited->constraint_count; i++) {
        if (!str_eq(constraints[i].name, name)) continue;
        constraints[i].comment = commenting->text;
        catalog_put(ddl->next, CAT_RELATION, edited);
        return NULL;
    }
    return err_sql(ddl->arena, "42704", "constraint \"%.*s\" for table \"%.*s\" does not exist",
                   STR_FMT(name), STR_FMT(relation->name));
}

static err comment_policy(struct commenting *commenting, const struct list *names)
{
    struct ddl *ddl = commenting->ddl;
    const struct cat_relation *relation;
    TRY(owner_of_last(ddl, names, &relation));
    str name = ast_name_at(names, names->count - 1);
    struct cat_relation *edited = CATALOG_EDIT(ddl->next, relation);
    struct cat_policy *policies = DDL_OWN(ddl, edited, policies, policy_count);
    for (size_t i = 0; i < edited->policy_count; i++) {
        if (!str_eq(policies[i].name, name)) continue;
        policies[i].comment = commenting->text;
        catalog_put(ddl->next, CAT_RELATION, edited);
        return NULL;
    }
    return err_sql(ddl->arena, "42704", "policy \"%.*s\" for table \"%.*s\" does not exist",
                   STR_FMT(name), STR_FMT(relation->name));
}

static err comment_trigger(struct commenting *commenting, const struct list *names)
{
    struct ddl *ddl = commenting->ddl;
    const struct cat_relation *relation;
    TRY(owner_of_last(ddl, names, &relation));
    str name = ast_name_at(names, names->count - 1);
    struct cat_relation *edited = CATALOG_EDIT(ddl->next, relation);
    struct cat_trigger *triggers = DDL_OWN(ddl, edited, triggers, trigger_count);
    for (size_t i = 0; i < edited->trigger_count; i++) {
        if (!str_eq(triggers[i].name, name)) continue;
        triggers[i].comment = commenting->text;
        catalog_put(ddl->next, CAT_RELATION, edited);
        return NULL;
    }
    return ddl_trigger_missing(ddl, name, relation->name);
}

static err comment_index(struct commenting *commenting, const struct list *names)
{
    struct ddl *ddl = commenting->ddl;
    str schema, name;
    TRY(ddl_split_name(ddl, names, &schema, &name));
    const struct cat_relation *table;
    if (!ddl_index_find(ddl, schema, name, &table))
        return err_sql(ddl->arena, "42P01", "relation \"%.*s\" does not exist", STR_FMT(name));
    TRY(ddl_must_own_relation(ddl, table));
    struct cat_relation *edited = CATALOG_EDIT(ddl->next, table);
    struct cat_index *indexes = DDL_OWN(ddl, edited, indexes, index_count);
    for (size_t i = 0; i < edited->index_count; i++)
        if (str_eq(indexes[i].name, name)) indexes[i].comment = commenting->text;
    catalog_put(ddl->next, CAT_RELATION, edited);
    return NULL;
}

static err comment_schema(struct commenting *commenting, str name)
{
    struct ddl *ddl = commenting->ddl;
    const struct cat_schema *schema;
    TRY(ddl_schema(ddl, name, &schema));
    TRY(ddl_must_own(ddl, schema->owner, "schema", name));
    struct cat_schema *edited = CATALOG_EDIT(ddl->next, schema);
    edited->comment = commenting->text;
    catalog_put(ddl->next, CAT_SCHEMA, edited);
    return NULL;
}

static err comment_role(struct commenting *commenting, str name)
{
    struct ddl *ddl = commenting->ddl;
    const struct cat_role *role = catalog_role_find(ddl->next, name);
    if (!role) return err_sql(ddl->arena, "42704", "role \"%.*s\" does not exist", STR_FMT(name));
    struct cat_role *edited = CATALOG_EDIT(ddl->next, role);
    edited->comment = commenting->text;
    catalog_put(ddl->next, CAT_ROLE, edited);
    return NULL;
}

static err comment_extension(struct commenting *commenting, str name)
{
    struct ddl *ddl = commenting->ddl;
    const struct cat_extension *extension = catalog_extension_find(ddl->next, name);
    /* pg_dump comments on extensions that are not there by name, plpgsql among them. */
    if (!extension) return NULL;
    struct cat_extension *edited = CATALOG_EDIT(ddl->next, extension);
    edited->comment = commenting->text;
    catalog_put(ddl->next, CAT_EXTENSION, edited);
    return NULL;
}

static err comment_type(struct commenting *commenting, const struct TypeName *name)
{
    struct ddl *ddl = commenting->ddl;
    oid id;
    int32_t typmod;
    TRY(ddl_type_ref(ddl, name, &id, &typmod));
    const struct cat_type *type = catalog_type(ddl->next, id);
    TRY(ddl_must_own(ddl, type->owner, "type", type->name));
    struct cat_type *edited = CATALOG_EDIT(ddl->next, type);
    edited->comment = commenting->text;
    catalog_put(ddl->next, CAT_TYPE, edited);
    return NULL;
}

static err comment_function(struct commenting *commenting, const struct ObjectWithArgs *object)
{
    struct ddl *ddl = commenting->ddl;
    const struct cat_function *function;
    TRY(ddl_function(ddl, object, "function", MISSING_IS_ERROR, &function));
    TRY(ddl_must_own(ddl, function->owner, "function", function->name));
    struct cat_function *edited = CATALOG_EDIT(ddl->next, function);
    edited->comment = commenting->text;
    catalog_put(ddl->next, CAT_FUNCTION, edited);
    return NULL;
}

err ddl_comment(struct ddl *ddl, const struct node *statement)
{
    const struct CommentStmt *comment = AST_AS(CommentStmt, statement);
    struct commenting commenting = {.ddl = ddl, .text = str_copy(ddl->pool, comment->comment)};
    const struct node *object = comment->object;
    switch ((int)comment->objtype) {
    case OBJECT_TABLE:
    case OBJECT_VIEW:
    case OBJECT_MATVIEW:
    case OBJECT_SEQUENCE: return comment_relation(&commenting, AST_AS(List, object)->items);
    case OBJECT_COLUMN: return comment_column(&commenting, AST_AS(List, object)->items);
    case OBJECT_TABCONSTRAINT: return comment_constraint(&commenting, AST_AS(List, object)->items);
    case OBJECT_POLICY: return comment_policy(&commenting, AST_AS(List, object)->items);
    case OBJECT_TRIGGER: return comment_trigger(&commenting, AST_AS(List, object)->items);
    case OBJECT_INDEX: return comment_index(&commenting, AST_AS(List, object)->items);
    case OBJECT_SCHEMA: return comment_schema(&commenting, AST_AS(String, object)->sval);
    case OBJECT_ROLE: return comment_role(&commenting, AST_AS(String, object)->sval);
    case OBJECT_EXTENSION: return comment_extension(&commenting, AST_AS(String, object)->sval);
    case OBJECT_TYPE:
    case OBJECT_DOMAIN: return comment_type(&commenting, AST_AS(TypeName, object));
    case OBJECT_FUNCTION:
    case OBJECT_PROCEDURE:
    case OBJECT_ROUTINE: return comment_function(&commenting, AST_AS(ObjectWithArgs, object));
    case OBJECT_DATABASE: ddl_notice(ddl, "a comment on the database is not kept"); return NULL;
    default: /* kinds that this engine has not */
        return ddl_unsupported(ddl, statement, "COMMENT ON this kind of object");
    }
}
