/* Rows of information_schema about roles and privileges. */
#include "sql/system_rows.h"

/* One privilege of one grant, as aclexplode spreads them. */
struct grant_item {
    const struct cat_grant *grant;
    const struct system_privilege *privilege;
};

/* An object's grants; the built-in default is what its owner and PUBLIC hold. */
static struct cat_acl effective(struct system_rows *rows,
                                const struct cat_acl *acl,
                                oid owner,
                                char object)
{
    if (!acl->is_default) return *acl;
    struct cat_grant *grants = ARENA_ARRAY(rows->arena, struct cat_grant, 2);
    size_t count = 0;
    uint32_t everybody = catalog_default_public(object);
    if (everybody) grants[count++] = (struct cat_grant){ROLE_PUBLIC, owner, everybody, 0};
    grants[count++] = (struct cat_grant){owner, owner, catalog_default_owner(object), 0};
    return (struct cat_acl){.at = grants, .count = count};
}

static bool sees_grant(const struct system_rows *rows, const struct cat_grant *grant)
{
    return grant->grantee == ROLE_PUBLIC || system_owns(rows, grant->grantor) ||
           system_owns(rows, grant->grantee);
}

/* Of whom the current role is one: role_table_grants and its like leave PUBLIC's out. */
static bool is_enabled(const struct system_rows *rows, const struct cat_grant *grant)
{
    return system_owns(rows, grant->grantor) ||
           (grant->grantee != ROLE_PUBLIC && system_owns(rows, grant->grantee));
}

static struct value grantable(const struct system_rows *rows,
                              const struct grant_item *item,
                              oid owner)
{
    bool owns = item->grant->grantee != ROLE_PUBLIC &&
                catalog_role_inherits(rows->catalog, item->grant->grantee, owner);
    return system_yes_no(owns || item->grant->grantable & item->privilege->bit);
}

typedef void grant_writer(struct system_rows *rows,
                          const void *object,
                          const struct grant_item *item);

static void each_grant(struct system_rows *rows,
                       const struct cat_acl *acl,
                       uint32_t wanted,
                       bool enabled,
                       const void *object,
                       grant_writer *write)
{
    for (size_t i = 0; i < acl->count; i++) {
        struct grant_item item = {.grant = &acl->at[i]};
        if (!sees_grant(rows, item.grant) || (enabled && !is_enabled(rows, item.grant))) continue;
        size_t at = 0;
        while ((item.privilege = system_privilege_next(&at)))
            if (item.grant->privileges & item.privilege->bit & wanted) write(rows, object, &item);
    }
}

/* ---- tables ---- */

enum {
    TABLE_ALL = PRIV_INSERT | PRIV_SELECT | PRIV_UPDATE | PRIV_DELETE | PRIV_TRUNCATE |
                PRIV_REFERENCES | PRIV_TRIGGER,
    COLUMN_ALL = PRIV_INSERT | PRIV_SELECT | PRIV_UPDATE | PRIV_REFERENCES,
};

static void table_privilege(struct system_rows *rows,
                            const void *object,
                            const struct grant_item *item)
{
    const struct cat_relation *relation = object;
    struct value *row = system_row_add(rows);
    /* role_table_grants has the same columns in the same order. */
    row[info_table_privileges_grantor] = value_text(system_role_name(rows, item->grant->grantor));
    row[info_table_privileges_grantee] = value_text(system_role_name(rows, item->grant->grantee));
    row[info_table_privileges_table_catalog] = value_text(SYSTEM_DATABASE);
    row[info_table_privileges_table_schema] =
        value_text(system_schema_name(rows, relation->schema));
    row[info_table_privileges_table_name] = value_text(relation->name);
    row[info_table_privileges_privilege_type] = value_text(str_of(item->privilege->name));
    row[info_table_privileges_is_grantable] = grantable(rows, item, relation->owner);
    row[info_table_privileges_with_hierarchy] = system_yes_no(item->privilege->bit == PRIV_SELECT);
}

static void table_privileges(struct system_rows *rows, bool enabled)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(rows->catalog, &at))) {
        if (relation->kind != 'r' && relation->kind != 'v') continue;
        struct cat_acl acl = effective(rows, &relation->acl, relation->owner, 'r');
        each_grant(rows, &acl, TABLE_ALL, enabled, relation, table_privilege);
    }
}

void system_rows_info_table_privileges(struct system_rows *rows)
{
    table_privileges(rows, false);
}

void system_rows_info_role_table_grants(struct system_rows *rows)
{
    table_privileges(rows, true);
}

/* ---- columns ---- */

struct column_object {
    const struct cat_relation *relation;
    const struct cat_column *column;
    const struct cat_acl *table; /* of the relation: what it grants too is said once */
    bool own;
};

static bool table_says(const struct column_object *object, const struct grant_item *item)
{
    for (size_t i = 0; i < object->table->count; i++) {
        const struct cat_grant *grant = &object->table->at[i];
        if (grant->grantor == item->grant->grantor && grant->grantee == item->grant->grantee &&
            grant->privileges & item->privilege->bit &&
            (grant->grantable & item->privilege->bit) ==
                (item->grant->grantable & item->privilege->bit))
            return true;
    }
    return false;
}

static void column_privilege(struct system_rows *rows,
                             const void *context,
                             const struct grant_item *item)
{
    const struct column_object *object = context;
    const struct cat_relation *relation = object->relation;
    if (object->own && table_says(object, item)) return;
    struct value *row = system_row_add(rows);
    row[info_column_privileges_grantor] = value_text(system_role_name(rows, item->grant->grantor));
    row[info_column_privileges_grantee] = value_text(system_role_name(rows, item->grant->grantee));
    row[info_column_privileges_table_catalog] = value_text(SYSTEM_DATABASE);
    row[info_column_privileges_table_schema] =
        value_text(system_schema_name(rows, relation->schema));
    row[info_column_privileges_table_name] = value_text(relation->name);
    row[info_column_privileges_column_name] = value_text(object->column->name);
    row[info_column_privileges_privilege_type] = value_text(str_of(item->privilege->name));
    row[info_column_privileges_is_grantable] = grantable(rows, item, relation->owner);
}

static void column_privileges(struct system_rows *rows, bool enabled)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(rows->catalog, &at))) {
        if (relation->kind != 'r' && relation->kind != 'v') continue;
        struct cat_acl acl = effective(rows, &relation->acl, relation->owner, 'r');
        for (size_t i = 0; i < relation->column_count; i++) {
            struct column_object object = {relation, &relation->columns[i], &acl, false};
            each_grant(rows, &acl, COLUMN_ALL, enabled, &object, column_privilege);
            object.own = true;
            each_grant(rows, &relation->columns[i].acl, COLUMN_ALL, enabled, &object,
                       column_privilege);
        }
    }
}

void system_rows_info_column_privileges(struct system_rows *rows)
{
    column_privileges(rows, false);
}

void system_rows_info_role_column_grants(struct system_rows *rows)
{
    column_privileges(rows, true);
}

/* ---- routines ---- */

static void routine_privilege(struct system_rows *rows,
                              const void *object,
                              const struct grant_item *item)
{
    const struct cat_function *function = object;
    struct value *row = system_row_add(rows);
    str schema = system_schema_name(rows, function->schema);
    row[info_routine_privileges_grantor] = value_text(system_role_name(rows, item->grant->grantor));
    row[info_routine_privileges_grantee] = value_text(system_role_name(rows, item->grant->grantee));
    row[info_routine_privileges_specific_catalog] = value_text(SYSTEM_DATABASE);
    row[info_routine_privileges_specific_schema] = value_text(schema);
    row[info_routine_privileges_specific_name] =
        system_printf(rows, "%.*s_%u", STR_FMT(function->name), function->oid);
    row[info_routine_privileges_routine_catalog] = value_text(SYSTEM_DATABASE);
    row[info_routine_privileges_routine_schema] = value_text(schema);
    row[info_routine_privileges_routine_name] = value_text(function->name);
    row[info_routine_privileges_privilege_type] = value_text(STR("EXECUTE"));
    row[info_routine_privileges_is_grantable] = grantable(rows, item, function->owner);
}

static void routine_privileges(struct system_rows *rows, bool enabled)
{
    size_t at = 0;
    const struct cat_function *function;
    while ((function = catalog_function_next(rows->catalog, &at))) {
        struct cat_acl acl = effective(rows, &function->acl, function->owner, 'f');
        each_grant(rows, &acl, PRIV_EXECUTE, enabled, function, routine_privilege);
    }
}

void system_rows_info_routine_privileges(struct system_rows *rows)
{
    routine_privileges(rows, false);
}

void system_rows_info_role_routine_grants(struct system_rows *rows)
{
    routine_privileges(rows, true);
}

/* ---- USAGE of sequences and domains ---- */

struct usage_object {
    str name;
    oid schema;
    oid owner;
    str type;
};

static void usage_privilege(struct system_rows *rows,
                            const void *context,
                            const struct grant_item *item)
{
    const struct usage_object *object = context;
    struct value *row = system_row_add(rows);
    row[info_usage_privileges_grantor] = value_text(system_role_name(rows, item->grant->grantor));
    row[info_usage_privileges_grantee] = value_text(system_role_name(rows, item->grant->grantee));
    row[info_usage_privileges_object_catalog] = value_text(SYSTEM_DATABASE);
    row[info_usage_privileges_object_schema] = value_text(system_schema_name(rows, object->schema));
    row[info_usage_privileges_object_name] = value_text(object->name);
    row[info_usage_privileges_object_type] = value_text(object->type);
    row[info_usage_privileges_privilege_type] = value_text(STR("USAGE"));
    row[info_usage_privileges_is_grantable] = grantable(rows, item, object->owner);
}

void system_rows_info_usage_privileges(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_type *type;
    while ((type = catalog_type_next(rows->catalog, &at))) {
        if (type->kind != TYPE_KIND_DOMAIN) continue;
        struct cat_acl acl = effective(rows, &type->acl, type->owner, 'T');
        const struct usage_object object = {type->name, type->schema, type->owner, STR("DOMAIN")};
        each_grant(rows, &acl, PRIV_USAGE, false, &object, usage_privilege);
    }
    const struct cat_relation *relation;
    for (at = 0; (relation = catalog_relation_next(rows->catalog, &at));) {
        /* PostgreSQL's view asks for a table's default there, which has no USAGE. */
        if (relation->kind != 'S' || relation->acl.is_default) continue;
        const struct usage_object object = {relation->name, relation->schema, relation->owner,
                                            STR("SEQUENCE")};
        each_grant(rows, &relation->acl, PRIV_USAGE, false, &object, usage_privilege);
    }
}

/* ---- roles ---- */

void system_rows_info_enabled_roles(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_role *role;
    while ((role = catalog_role_next(rows->catalog, &at)))
        if (system_owns(rows, role->oid))
            system_row_add(rows)[info_enabled_roles_role_name] = value_text(role->name);
}

void system_rows_info_applicable_roles(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_role *role;
    while ((role = catalog_role_next(rows->catalog, &at))) {
        if (!system_owns(rows, role->oid)) continue;
        for (size_t i = 0; i < role->member_of_count; i++) {
            struct value *row = system_row_add(rows);
            row[info_applicable_roles_grantee] = value_text(role->name);
            row[info_applicable_roles_role_name] =
                value_text(system_role_name(rows, role->member_of[i].role));
            row[info_applicable_roles_is_grantable] = system_yes_no(role->member_of[i].admin);
        }
    }
}
