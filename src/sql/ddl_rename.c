/* ALTER ... RENAME, SET SCHEMA, OWNER TO. */
#include "sql/ddl_int.h"
#include "sql/partition.h"
#include "sql/plpgsql.h"

/* ---- RENAME ---- */

struct renaming {
    struct ddl *ddl;
    const struct RenameStmt *stmt;
    str name; /* the new one, in the pool */
};

static err relation_of(struct renaming *renaming, const struct cat_relation **out)
{
    struct ddl *ddl = renaming->ddl;
    enum ddl_missing missing = renaming->stmt->missing_ok ? MISSING_IS_OK : MISSING_IS_ERROR;
    TRY(ddl_relation(ddl, renaming->stmt->relation, missing, out));
    if (!*out) {
        ddl_notice(ddl, "relation \"%.*s\" does not exist, skipping",
                   STR_FMT(renaming->stmt->relation->relname));
        return NULL;
    }
    return ddl_must_own_relation(ddl, *out);
}

/* The type that a relation brings has its name and place. */
static void move_row_type(struct ddl *ddl, const struct cat_relation *relation)
{
    const struct cat_type *type = catalog_type(ddl->next, relation->row_type);
    if (!type) return;
    struct cat_type *edited = CATALOG_EDIT(ddl->next, type);
    edited->name = relation->name;
    edited->schema = relation->schema;
    edited->owner = relation->owner;
    const struct cat_type *array = catalog_type(ddl->next, type->array);
    catalog_drop(ddl->next, CAT_TYPE, type->array);
    catalog_put(ddl->next, CAT_TYPE, edited);
    if (!array) return;
    struct cat_type *moved = CATALOG_EDIT(ddl->next, array);
    moved->schema = relation->schema;
    moved->owner = relation->owner;
    moved->name = str_printf(ddl->pool, "_%.*s", STR_FMT(relation->name));
    while (catalog_type_find(ddl->next, moved->schema, moved->name))
        moved->name = str_printf(ddl->pool, "_%.*s", STR_FMT(moved->name));
    catalog_put(ddl->next, CAT_TYPE, moved);
}

/* A new name or schema for a relation that is edited already: everything that names it follows. */
static err relation_moved(struct ddl *ddl, struct cat_relation *edited)
{
    if (edited->physical.len)
        edited->physical = ddl_physical_relation(ddl, edited->oid, edited->schema, edited->name);
    catalog_put(ddl->next, CAT_RELATION, edited);
    move_row_type(ddl, edited);
    struct ddl_target target = {TARGET_RELATION, edited->oid, 0};
    TRY(ddl_rename_everywhere(ddl, &target, edited->schema, edited->name));
    if (!edited->row_type) return NULL;
    target = (struct ddl_target){TARGET_TYPE, edited->row_type, 0};
    return ddl_rename_everywhere(ddl, &target, edited->schema, edited->name);
}

static err rename_index(struct renaming *renaming)
{
    struct ddl *ddl = renaming->ddl;
    const struct RangeVar *name = renaming->stmt->relation;
    const struct cat_relation *table;
    const struct cat_index *index = ddl_index_find(ddl, name->schemaname, name->relname, &table);
    if (!index) {
        if (!renaming->stmt->missing_ok)
            return err_sql(ddl->arena, "42P01", "relation \"%.*s\" does not exist",
                           STR_FMT(name->relname));
        ddl_notice(ddl, "relation \"%.*s\" does not exist, skipping", STR_FMT(name->relname));
        return NULL;
    }
    TRY(ddl_must_own(ddl, table->owner, "index", index->name));
    TRY(ddl_name_free(ddl, table->schema, renaming->name));
    struct cat_relation *edited = CATALOG_EDIT(ddl->next, table);
    struct cat_index *indexes = DDL_OWN(ddl, edited, indexes, index_count);
    struct cat_constraint *constraints = DDL_OWN(ddl, edited, constraints, constraint_count);
    for (size_t i = 0; i < edited->index_count; i++) {
        if (indexes[i].oid != index->oid) continue;
        indexes[i].name = renaming->name;
        for (size_t j = 0; j < edited->constraint_count; j++)
            if (constraints[j].index == index->oid) constraints[j].name = renaming->name;
    }
    catalog_put(ddl->next, CAT_RELATION, edited);
    return NULL;
}

static err rename_relation(struct renaming *renaming)
{
    struct ddl *ddl = renaming->ddl;
    const struct cat_relation *relation;
    /* ALTER TABLE works on indexes too. */
    const struct RangeVar *name = renaming->stmt->relation;
    if (!ddl_relation_find(ddl, name->schemaname, name->relname) &&
        ddl_index_find(ddl, name->schemaname, name->relname, &relation))
        return rename_index(renaming);
    TRY(relation_of(renaming, &relation));
    if (!relation) return NULL;
    TRY(ddl_name_free(ddl, relation->schema, renaming->name));
    struct cat_relation *edited = CATALOG_EDIT(ddl->next, relation);
    edited->name = renaming->name;
    return relation_moved(ddl, edited);
}

static err rename_column(struct renaming *renaming)
{
    struct ddl *ddl = renaming->ddl;
    const struct cat_relation *relation;
    TRY(relation_of(renaming, &relation));
    if (!relation) return NULL;
    const struct cat_column *column = cat_column_find(relation, renaming->stmt->subname);
    if (!column)
        return err_sql(ddl->arena, "42703", "column \"%.*s\" does not exist",
                       STR_FMT(renaming->stmt->subname));
    if (cat_column_find(relation, renaming->name))
        return err_sql(ddl->arena, "42701", "column \"%.*s\" of relation \"%.*s\" already exists",
                       STR_FMT(renaming->name), STR_FMT(relation->name));
    if (relation->partition_of)
        return err_sql(ddl->arena, "42P16", "cannot rename inherited column \"%.*s\"",
                       STR_FMT(column->name));
    if (partition_expression_uses(ddl->next, relation->oid, column->name))
        return ddl_unsupported(ddl, &renaming->stmt->base,
                               "renaming a column that a partition key's expression names");
    struct cat_relation *edited = CATALOG_EDIT(ddl->next, relation);
    struct cat_column *columns = DDL_OWN(ddl, edited, columns, column_count);
    for (size_t i = 0; i < edited->column_count; i++) {
        if (columns[i].number != column->number) continue;
        columns[i].name = renaming->name;
        columns[i].physical =
            cat_relation_is_stored(edited)
                ? ddl_physical_column(ddl, relation, column->number, renaming->name)
                : renaming->name;
    }
    catalog_put(ddl->next, CAT_RELATION, edited);
    TRY(ddl_partitions_follow(ddl, relation->oid));
    size_t at = 0;
    const struct cat_relation *partition;
    while (relation->partition_strategy && (partition = catalog_relation_next(ddl->next, &at))) {
        struct ddl_target there = {TARGET_COLUMN, partition->oid, column->number};
        if (partition->partition_root == relation->oid)
            TRY(ddl_rename_everywhere(ddl, &there, partition->schema, renaming->name));
    }
    struct ddl_target target = {TARGET_COLUMN, relation->oid, column->number};
    return ddl_rename_everywhere(ddl, &target, relation->schema, renaming->name);
}

static err rename_constraint(struct renaming *renaming)
{
    struct ddl *ddl = renaming->ddl;
    const struct cat_relation *relation;
    TRY(relation_of(renaming, &relation));
    if (!relation) return NULL;
    const struct cat_constraint *found = cat_constraint_find(relation, renaming->stmt->subname);
    if (!found)
        return err_sql(ddl->arena, "42704", "constraint \"%.*s\" for table \"%.*s\" does not exist",
                       STR_FMT(renaming->stmt->subname), STR_FMT(relation->name));
    if (cat_constraint_find(relation, renaming->name))
        return err_sql(ddl->arena, "42710",
                       "constraint \"%.*s\" for relation \"%.*s\" already exists",
                       STR_FMT(renaming->name), STR_FMT(relation->name));
    if (found->index) TRY(ddl_name_free(ddl, relation->schema, renaming->name));
    struct cat_relation *edited = CATALOG_EDIT(ddl->next, relation);
    struct cat_constraint *constraints = DDL_OWN(ddl, edited, constraints, constraint_count);
    struct cat_index *indexes = DDL_OWN(ddl, edited, indexes, index_count);
    for (size_t i = 0; i < edited->index_count; i++)
        if (found->index && indexes[i].oid == found->index) indexes[i].name = renaming->name;
    for (size_t i = 0; i < edited->constraint_count; i++)
        if (constraints[i].oid == found->oid) constraints[i].name = renaming->name;
    catalog_put(ddl->next, CAT_RELATION, edited);
    return NULL;
}

static err rename_policy(struct renaming *renaming)
{
    struct ddl *ddl = renaming->ddl;
    const struct cat_relation *relation;
    TRY(relation_of(renaming, &relation));
    if (!relation) return NULL;
    const struct cat_policy *found = cat_policy_find(relation, renaming->stmt->subname);
    if (!found)
        return err_sql(ddl->arena, "42704", "policy \"%.*s\" for table \"%.*s\" does not exist",
                       STR_FMT(renaming->stmt->subname), STR_FMT(relation->name));
    if (cat_policy_find(relation, renaming->name))
        return err_sql(ddl->arena, "42710", "policy \"%.*s\" for table \"%.*s\" already exists",
                       STR_FMT(renaming->name), STR_FMT(relation->name));
    struct cat_policy renamed = *found;
    renamed.name = renaming->name;
    struct cat_relation *edited = CATALOG_EDIT(ddl->next, relation);
    DDL_REMOVE(ddl, edited, policies, policy_count, (size_t)(found - relation->policies));
    ddl_policy_insert(ddl, edited, &renamed);
    catalog_put(ddl->next, CAT_RELATION, edited);
    return NULL;
}

static err rename_trigger(struct renaming *renaming)
{
    struct ddl *ddl = renaming->ddl;
    const struct cat_relation *relation;
    TRY(ddl_relation(ddl, renaming->stmt->relation, MISSING_IS_ERROR, &relation));
    TRY(ddl_trigger_holder(ddl, relation));
    TRY(ddl_must_own_relation(ddl, relation));
    const struct cat_trigger *found = cat_trigger_find(relation, renaming->stmt->subname);
    if (!found) return ddl_trigger_missing(ddl, renaming->stmt->subname, relation->name);
    if (cat_trigger_find(relation, renaming->name))
        return err_sql(ddl->arena, "42710", "trigger \"%.*s\" for relation \"%.*s\" already exists",
                       STR_FMT(renaming->name), STR_FMT(relation->name));
    struct cat_trigger renamed = *found;
    renamed.name = renaming->name;
    struct cat_relation *edited = CATALOG_EDIT(ddl->next, relation);
    DDL_REMOVE(ddl, edited, triggers, trigger_count, (size_t)(found - relation->triggers));
    ddl_trigger_insert(ddl, edited, &renamed);
    catalog_put(ddl->next, CAT_RELATION, edited);
    return NULL;
}

static err rename_schema(struct renaming *renaming)
{
    struct ddl *ddl = renaming->ddl;
    const struct cat_schema *schema;
    TRY(ddl_schema(ddl, renaming->stmt->subname, &schema));
    TRY(ddl_must_own(ddl, schema->owner, "schema", schema->name));
    if (schema->oid < CATALOG_FIRST_USER_OID)
        return ddl_unsupported(ddl, NULL, "renaming a built-in schema");
    if (catalog_schema_find(ddl->next, renaming->name))
        return err_sql(ddl->arena, "42P06", "schema \"%.*s\" already exists",
                       STR_FMT(renaming->name));
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(ddl->next, &at)))
        if (relation->schema == schema->oid)
            return ddl_unsupported(ddl, NULL, "renaming a schema that holds relations");
    struct cat_schema *edited = CATALOG_EDIT(ddl->next, schema);
    edited->name = renaming->name;
    catalog_put(ddl->next, CAT_SCHEMA, edited);
    return NULL;
}

static err type_free(struct ddl *ddl, oid schema, str name)
{
    if (!catalog_type_find(ddl->next, schema, name)) return NULL;
    return err_sql(ddl->arena, "42710", "type \"%.*s\" already exists", STR_FMT(name));
}

static err type_moved(struct ddl *ddl, struct cat_type *edited)
{
    const struct cat_type *array = catalog_type(ddl->next, edited->array);
    catalog_put(ddl->next, CAT_TYPE, edited);
    if (array) {
        struct cat_type *moved = CATALOG_EDIT(ddl->next, array);
        catalog_drop(ddl->next, CAT_TYPE, array->oid);
        moved->schema = edited->schema;
        moved->name = str_printf(ddl->pool, "_%.*s", STR_FMT(edited->name));
        while (catalog_type_find(ddl->next, moved->schema, moved->name))
            moved->name = str_printf(ddl->pool, "_%.*s", STR_FMT(moved->name));
        catalog_put(ddl->next, CAT_TYPE, moved);
    }
    struct ddl_target target = {TARGET_TYPE, edited->oid, 0};
    return ddl_rename_everywhere(ddl, &target, edited->schema, edited->name);
}

static err rename_type(struct renaming *renaming)
{
    struct ddl *ddl = renaming->ddl;
    const struct cat_type *type;
    TRY(ddl_type_named(ddl, AST_AS(List, renaming->stmt->object)->items, &type));
    TRY(ddl_must_own(ddl, type->owner, "type", type->name));
    TRY(type_free(ddl, type->schema, renaming->name));
    const struct cat_relation *relation = catalog_relation(ddl->next, type->relation);
    if (relation && relation->kind != 'c') {
        struct err *error =
            err_sql(ddl->arena, "42809", "%.*s is a table's row type", STR_FMT(type->name));
        return err_hint(ddl->arena, error, "Use ALTER TABLE instead.");
    }
    if (relation) {
        struct cat_relation *edited = CATALOG_EDIT(ddl->next, relation);
        edited->name = renaming->name;
        return relation_moved(ddl, edited);
    }
    struct cat_type *edited = CATALOG_EDIT(ddl->next, type);
    edited->name = renaming->name;
    return type_moved(ddl, edited);
}

static err rename_function(struct renaming *renaming)
{
    struct ddl *ddl = renaming->ddl;
    const struct cat_function *function;
    TRY(ddl_function(ddl, AST_AS(ObjectWithArgs, renaming->stmt->object), "function",
                     MISSING_IS_ERROR, &function));
    TRY(ddl_must_own(ddl, function->owner, "function", function->name));
    struct ddl_target target = {TARGET_FUNCTION, function->oid, 0};
    struct cat_function *edited = CATALOG_EDIT(ddl->next, function);
    edited->name = renaming->name;
    /* The name is a label of the body. */
    if (edited->pl) edited->pl = plpgsql_load(ddl->pool, edited);
    catalog_put(ddl->next, CAT_FUNCTION, edited);
    return ddl_rename_everywhere(ddl, &target, function->schema, renaming->name);
}

static err rename_role(struct renaming *renaming)
{
    struct ddl *ddl = renaming->ddl;
    const struct cat_role *role = catalog_role_find(ddl->next, renaming->stmt->subname);
    if (!role)
        return err_sql(ddl->arena, "42704", "role \"%.*s\" does not exist",
                       STR_FMT(renaming->stmt->subname));
    if (catalog_role_find(ddl->next, renaming->name))
        return err_sql(ddl->arena, "42710", "role \"%.*s\" already exists",
                       STR_FMT(renaming->name));
    const struct cat_role *self = catalog_role(ddl->next, ddl->context->role);
    if (role->oid < CATALOG_FIRST_USER_OID || !(self->superuser || self->create_role))
        return err_sql(ddl->arena, "42501", "permission denied to rename role");
    struct cat_role *edited = CATALOG_EDIT(ddl->next, role);
    edited->name = renaming->name;
    catalog_put(ddl->next, CAT_ROLE, edited);
    return NULL;
}

static err rename_attribute(struct renaming *renaming)
{
    struct ddl *ddl = renaming->ddl;
    const struct cat_relation *relation;
    TRY(relation_of(renaming, &relation));
    return relation ? ddl_rename_attribute(ddl, relation, renaming->stmt->subname, renaming->name)
                    : NULL;
}

struct rename_row {
    enum ObjectType type;
    err (*rename)(struct renaming *renaming);
};

static const struct rename_row rename_rows[] = {
    {OBJECT_TABLE,         rename_relation  },
    {OBJECT_VIEW,          rename_relation  },
    {OBJECT_MATVIEW,       rename_relation  },
    {OBJECT_SEQUENCE,      rename_relation  },
    {OBJECT_INDEX,         rename_index     },
    {OBJECT_COLUMN,        rename_column    },
    {OBJECT_TABCONSTRAINT, rename_constraint},
    {OBJECT_POLICY,        rename_policy    },
    {OBJECT_TRIGGER,       rename_trigger   },
    {OBJECT_SCHEMA,        rename_schema    },
    {OBJECT_TYPE,          rename_type      },
    {OBJECT_DOMAIN,        rename_type      },
    {OBJECT_FUNCTION,      rename_function  },
    {OBJECT_PROCEDURE,     rename_function  },
    {OBJECT_ROUTINE,       rename_function  },
    {OBJECT_ROLE,          rename_role      },
    {OBJECT_ATTRIBUTE,     rename_attribute },
};

err ddl_rename(struct ddl *ddl, const struct node *statement)
{
    const struct RenameStmt *stmt = AST_AS(RenameStmt, statement);
    struct renaming renaming = {ddl, stmt, str_copy(ddl->pool, stmt->newname)};
    for (size_t i = 0; i < COUNT_OF(rename_rows); i++)
        if (rename_rows[i].type == stmt->renameType) return rename_rows[i].rename(&renaming);
    return ddl_unsupported(ddl, statement, "RENAME of this kind of object");
}

/* ---- SET SCHEMA ---- */

static err move_sequences(struct ddl *ddl, const struct cat_relation *table, oid schema)
{
    for (size_t i = 0; i < table->column_count; i++) {
        const struct cat_relation *sequence =
            catalog_relation(ddl->next, table->columns[i].sequence);
        if (!sequence) continue;
        TRY(ddl_name_free(ddl, schema, sequence->name));
        struct cat_relation *edited = CATALOG_EDIT(ddl->next, sequence);
        edited->schema = schema;
        TRY(relation_moved(ddl, edited));
    }
    return NULL;
}

static err set_relation_schema(struct ddl *ddl,
                               const struct AlterObjectSchemaStmt *stmt,
                               oid schema)
{
    const struct cat_relation *relation;
    TRY(ddl_relation(ddl, stmt->relation, stmt->missing_ok ? MISSING_IS_OK : MISSING_IS_ERROR,
                     &relation));
    if (!relation) {
        ddl_notice(ddl, "relation \"%.*s\" does not exist, skipping",
                   STR_FMT(stmt->relation->relname));
        return NULL;
    }
    TRY(ddl_must_own_relation(ddl, relation));
    if (relation->schema == schema) return NULL;
    TRY(ddl_name_free(ddl, schema, relation->name));
    struct cat_relation *edited = CATALOG_EDIT(ddl->next, relation);
    edited->schema = schema;
    TRY(relation_moved(ddl, edited));
    return move_sequences(ddl, edited, schema);
}

err ddl_set_schema(struct ddl *ddl, const struct node *statement)
{
    const struct AlterObjectSchemaStmt *stmt = AST_AS(AlterObjectSchemaStmt, statement);
    oid schema;
    const struct cat_function *function;
    const struct cat_type *type;
    struct ddl_target target;
    TRY(ddl_creation_schema(ddl, stmt->newschema, &schema));
    switch ((int)stmt->objectType) {
    case OBJECT_TABLE:
    case OBJECT_VIEW:
    case OBJECT_MATVIEW:
    case OBJECT_SEQUENCE: return set_relation_schema(ddl, stmt, schema);
    case OBJECT_FUNCTION:
    case OBJECT_PROCEDURE:
    case OBJECT_ROUTINE: {
        TRY(ddl_function(ddl, AST_AS(ObjectWithArgs, stmt->object), "function", MISSING_IS_ERROR,
                         &function));
        TRY(ddl_must_own(ddl, function->owner, "function", function->name));
        target = (struct ddl_target){TARGET_FUNCTION, function->oid, 0};
        struct cat_function *edited = CATALOG_EDIT(ddl->next, function);
        edited->schema = schema;
        catalog_put(ddl->next, CAT_FUNCTION, edited);
        return ddl_rename_everywhere(ddl, &target, schema, function->name);
    }
    case OBJECT_TYPE:
    case OBJECT_DOMAIN: {
        TRY(ddl_type_named(ddl, AST_AS(List, stmt->object)->items, &type));
        TRY(ddl_must_own(ddl, type->owner, "type", type->name));
        TRY(type_free(ddl, schema, type->name));
        struct cat_type *edited = CATALOG_EDIT(ddl->next, type);
        edited->schema = schema;
        return type_moved(ddl, edited);
    }
    case OBJECT_EXTENSION: return NULL; /* its functions resolve wherever it is said to be */
    default:                            /* kinds that this engine has not */
        return ddl_unsupported(ddl, statement, "SET SCHEMA of this kind of object");
    }
}

/* ---- OWNER TO ---- */

/* aclnewowner: what the former owner held by owning goes to the new one. */
static void acl_new_owner(struct ddl *ddl, struct cat_acl *acl, oid from, oid to)
{
    struct cat_grant *grants = DDL_OWN(ddl, acl, at, count);
    for (size_t i = 0; i < acl->count; i++) {
        if (grants[i].grantee == from) grants[i].grantee = to;
        if (grants[i].grantor == from) grants[i].grantor = to;
    }
}

/* One must own it and be a member of the new owner, who must be able to make it there. */
static err may_give(struct ddl *ddl, oid owner, oid to, const char *what, str name, oid schema)
{
    TRY(ddl_must_own(ddl, owner, what, name));
    if (!catalog_role_is_member(ddl->next, ddl->context->role, to))
        return err_sql(ddl->arena, "42501", "must be member of role \"%.*s\"",
                       STR_FMT(ddl_role_name(ddl, to)));
    const struct cat_schema *where = catalog_schema(ddl->next, schema);
    bool allowed = !where || ddl_is_superuser(ddl) ||
                   catalog_role_has(ddl->next, to, where->owner, &where->acl, 'n', PRIV_CREATE);
    if (allowed || owner == to) return NULL;
    return err_sql(ddl->arena, "42501", "permission denied for schema %.*s", STR_FMT(where->name));
}

err ddl_relation_owner(struct ddl *ddl, const struct cat_relation *relation, oid to)
{
    TRY(may_give(ddl, relation->owner, to, ddl_relation_word(relation->kind), relation->name,
                 relation->schema));
    if (relation->owner == to) return NULL;
    struct cat_relation *edited = CATALOG_EDIT(ddl->next, relation);
    acl_new_owner(ddl, &edited->acl, relation->owner, to);
    edited->owner = to;
    catalog_put(ddl->next, CAT_RELATION, edited);
    move_row_type(ddl, edited);
    for (size_t i = 0; i < relation->column_count; i++) {
        const struct cat_relation *sequence =
            catalog_relation(ddl->next, relation->columns[i].sequence);
        if (sequence) TRY(ddl_relation_owner(ddl, sequence, to));
    }
    return NULL;
}

static err function_owner(struct ddl *ddl, const struct AlterOwnerStmt *stmt, oid to)
{
    const struct cat_function *function;
    TRY(ddl_function(ddl, AST_AS(ObjectWithArgs, stmt->object), "function", MISSING_IS_ERROR,
                     &function));
    TRY(may_give(ddl, function->owner, to, "function", function->name, function->schema));
    struct cat_function *edited = CATALOG_EDIT(ddl->next, function);
    acl_new_owner(ddl, &edited->acl, function->owner, to);
    edited->owner = to;
    catalog_put(ddl->next, CAT_FUNCTION, edited);
    return NULL;
}

static err schema_owner(struct ddl *ddl, const struct AlterOwnerStmt *stmt, oid to)
{
    const struct cat_schema *schema;
    TRY(ddl_schema(ddl, AST_AS(String, stmt->object)->sval, &schema));
    TRY(may_give(ddl, schema->owner, to, "schema", schema->name, OID_NONE));
    struct cat_schema *edited = CATALOG_EDIT(ddl->next, schema);
    acl_new_owner(ddl, &edited->acl, schema->owner, to);
    edited->owner = to;
    catalog_put(ddl->next, CAT_SCHEMA, edited);
    return NULL;
}

static err type_owner(struct ddl *ddl, const struct AlterOwnerStmt *stmt, oid to)
{
    const struct cat_type *type;
    TRY(ddl_type_named(ddl, AST_AS(List, stmt->object)->items, &type));
    TRY(may_give(ddl, type->owner, to, "type", type->name, type->schema));
    struct cat_type *edited = CATALOG_EDIT(ddl->next, type);
    acl_new_owner(ddl, &edited->acl, type->owner, to);
    edited->owner = to;
    catalog_put(ddl->next, CAT_TYPE, edited);
    return NULL;
}

static err publication_owner(struct ddl *ddl, const struct AlterOwnerStmt *stmt, oid to)
{
    str name = AST_AS(String, stmt->object)->sval;
    const struct cat_publication *publication = catalog_publication_find(ddl->next, name);
    if (!publication)
        return err_sql(ddl->arena, "42704", "publication \"%.*s\" does not exist", STR_FMT(name));
    TRY(may_give(ddl, publication->owner, to, "publication", name, OID_NONE));
    struct cat_publication *edited = CATALOG_EDIT(ddl->next, publication);
    edited->owner = to;
    catalog_put(ddl->next, CAT_PUBLICATION, edited);
    return NULL;
}

err ddl_set_owner(struct ddl *ddl, const struct node *statement)
{
    const struct AlterOwnerStmt *stmt = AST_AS(AlterOwnerStmt, statement);
    oid to;
    const struct cat_relation *relation;
    TRY(ddl_role_spec(ddl, stmt->newowner, false, &to));
    switch ((int)stmt->objectType) {
    case OBJECT_TABLE:
    case OBJECT_VIEW:
    case OBJECT_MATVIEW:
    case OBJECT_SEQUENCE:
        TRY(ddl_relation(ddl, stmt->relation, MISSING_IS_ERROR, &relation));
        return ddl_relation_owner(ddl, relation, to);
    case OBJECT_FUNCTION:
    case OBJECT_PROCEDURE:
    case OBJECT_ROUTINE: return function_owner(ddl, stmt, to);
    case OBJECT_SCHEMA: return schema_owner(ddl, stmt, to);
    case OBJECT_TYPE:
    case OBJECT_DOMAIN: return type_owner(ddl, stmt, to);
    case OBJECT_PUBLICATION: return publication_owner(ddl, stmt, to);
    case OBJECT_DATABASE: ddl_notice(ddl, "the owner of the database does not change"); return NULL;
    default: /* kinds that this engine has not */
        return ddl_unsupported(ddl, statement, "OWNER TO on this kind of object");
    }
}
