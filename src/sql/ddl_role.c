/* CREATE, ALTER and DROP ROLE; membership. */
#include "sql/ddl_int.h"

static err may_manage(struct ddl *ddl, const struct cat_role *target)
{
    const struct cat_role *self = catalog_role(ddl->next, ddl->context->role);
    if (self && self->superuser) return NULL;
    if (target && target->superuser)
        return err_sql(ddl->arena, "42501", "must be superuser to alter superuser roles");
    if (self && self->create_role) return NULL;
    if (!target) return err_sql(ddl->arena, "42501", "permission denied to create role");
    return err_sql(ddl->arena, "42501", "permission denied");
}

struct flag_row {
    str name;
    size_t at; /* of a bool in struct cat_role */
    bool superuser_only;
    const char *refusal;
};

static const struct flag_row flags[] = {
    {STR_INIT("superuser"),     offsetof(struct cat_role, superuser),   true,
     "must be superuser to create superusers"                                      },
    {STR_INIT("inherit"),       offsetof(struct cat_role, inherit),     false, NULL},
    {STR_INIT("createrole"),    offsetof(struct cat_role, create_role), false, NULL},
    {STR_INIT("createdb"),      offsetof(struct cat_role, create_db),   false, NULL},
    {STR_INIT("canlogin"),      offsetof(struct cat_role, login),       false, NULL},
    {STR_INIT("isreplication"), offsetof(struct cat_role, replication), true,
     "must be superuser to create replication users"                               },
    {STR_INIT("bypassrls"),     offsetof(struct cat_role, bypass_rls),  true,
     "must be superuser to create bypassrls users"                                 },
};

static bool option_true(const struct DefElem *option)
{
    if (AST_IS(Boolean, option->arg)) return AST_AS(Boolean, option->arg)->boolval;
    return AST_IS(Integer, option->arg) && AST_AS(Integer, option->arg)->ival != 0;
}

/* The embedded database has no logins of its own: what concerns them is taken and ignored. */
static bool ignored_option(str name)
{
    static const str ignored[] = {STR_INIT("password"), STR_INIT("validUntil"),
                                  STR_INIT("connectionlimit"), STR_INIT("sysid")};
    for (size_t i = 0; i < COUNT_OF(ignored); i++)
        if (str_eq(ignored[i], name)) return true;
    return false;
}

/* A role who has the attribute itself may give it, as Supabase lets postgres give BYPASSRLS. */
static err set_flag(struct ddl *ddl, struct cat_role *role, const struct flag_row *row, bool value)
{
    const struct cat_role *self = catalog_role(ddl->next, ddl->context->role);
    bool *flag = (bool *)((char *)role + row->at);
    const bool *own = (const bool *)((const char *)self + row->at);
    if (row->superuser_only && value && !self->superuser && !*own)
        return err_sql(ddl->arena, "42501", "%s", row->refusal);
    *flag = value;
    return NULL;
}

static err set_options(struct ddl *ddl, struct cat_role *role, const struct list *options)
{
    for (size_t i = 0; i < options->count; i++) {
        const struct DefElem *option = AST_AS(DefElem, options->at[i]);
        const struct flag_row *row = NULL;
        for (size_t j = 0; j < COUNT_OF(flags); j++)
            if (str_eq(flags[j].name, option->defname)) row = &flags[j];
        if (row) TRY(set_flag(ddl, role, row, option_true(option)));
    }
    return NULL;
}

/* ---- membership ---- */

static err add_member(struct ddl *ddl, oid group, oid member, bool admin)
{
    if (catalog_role_is_member(ddl->next, group, member) &&
        !catalog_role(ddl->next, group)->superuser)
        return err_sql(ddl->arena, "0LP01", "role \"%.*s\" is a member of role \"%.*s\"",
                       STR_FMT(ddl_role_name(ddl, group)), STR_FMT(ddl_role_name(ddl, member)));
    struct cat_role *role = CATALOG_EDIT(ddl->next, catalog_role(ddl->next, member));
    struct cat_membership *groups = DDL_OWN(ddl, role, member_of, member_of_count);
    bool found = false;
    for (size_t i = 0; i < role->member_of_count; i++) {
        if (groups[i].role != group) continue;
        found = true;
        groups[i].admin = groups[i].admin || admin;
    }
    struct cat_membership membership = {group, admin};
    if (!found) DDL_ADD(ddl, role, member_of, member_of_count, &membership);
    catalog_put(ddl->next, CAT_ROLE, role);
    return NULL;
}

static void remove_member(struct ddl *ddl, oid group, oid member, bool admin_only)
{
    struct cat_role *role = CATALOG_EDIT(ddl->next, catalog_role(ddl->next, member));
    struct cat_membership *groups = DDL_OWN(ddl, role, member_of, member_of_count);
    for (size_t i = 0; i < role->member_of_count; i++) {
        if (groups[i].role != group) continue;
        if (admin_only) {
            groups[i].admin = false;
        } else {
            DDL_REMOVE(ddl, role, member_of, member_of_count, i);
        }
        catalog_put(ddl->next, CAT_ROLE, role);
        return;
    }
    ddl_notice(ddl, "role \"%.*s\" is not a member of role \"%.*s\"", STR_FMT(role->name),
               STR_FMT(ddl_role_name(ddl, group)));
}

static bool has_admin(struct ddl *ddl, oid group)
{
    const struct cat_role *self = catalog_role(ddl->next, ddl->context->role);
    if (self->superuser || self->create_role) return true;
    for (size_t i = 0; i < self->member_of_count; i++)
        if (self->member_of[i].role == group && self->member_of[i].admin) return true;
    return false;
}

err ddl_grant_role(struct ddl *ddl, const struct node *statement)
{
    const struct GrantRoleStmt *grant = AST_AS(GrantRoleStmt, statement);
    for (size_t i = 0; i < grant->granted_roles->count; i++) {
        str name = AST_AS(AccessPriv, grant->granted_roles->at[i])->priv_name;
        const struct cat_role *group = catalog_role_find(ddl->next, name);
        if (!group)
            return err_sql(ddl->arena, "42704", "role \"%.*s\" does not exist", STR_FMT(name));
        if (!has_admin(ddl, group->oid))
            return err_sql(ddl->arena, "42501", "must have admin option on role \"%.*s\"",
                           STR_FMT(name));
        oid id = group->oid;
        for (size_t j = 0; j < grant->grantee_roles->count; j++) {
            oid member;
            TRY(ddl_role_spec(ddl, AST_AS(RoleSpec, grant->grantee_roles->at[j]), false, &member));
            if (grant->is_grant)
                TRY(add_member(ddl, id, member, grant->admin_opt));
            else
                remove_member(ddl, id, member, grant->admin_opt);
        }
    }
    return NULL;
}

/* IN ROLE, ROLE, ADMIN of CREATE ROLE; ADD USER of ALTER GROUP. */
static err create_memberships(struct ddl *ddl, oid self, const struct list *options)
{
    for (size_t i = 0; i < options->count; i++) {
        const struct DefElem *option = AST_AS(DefElem, options->at[i]);
        bool into = str_eq(option->defname, STR("addroleto"));
        bool from = str_eq(option->defname, STR("rolemembers"));
        bool admin = str_eq(option->defname, STR("adminmembers"));
        bool known = into || from || admin || ignored_option(option->defname);
        for (size_t j = 0; j < COUNT_OF(flags); j++)
            known = known || str_eq(flags[j].name, option->defname);
        if (!known)
            return err_sql(ddl->arena, "42601", "option \"%.*s\" not recognized",
                           STR_FMT(option->defname));
        if (!into && !from && !admin) continue;
        const struct list *names = AST_AS(List, option->arg)->items;
        for (size_t j = 0; j < names->count; j++) {
            oid other;
            TRY(ddl_role_spec(ddl, AST_AS(RoleSpec, names->at[j]), false, &other));
            TRY(into ? add_member(ddl, other, self, false) : add_member(ddl, self, other, admin));
        }
    }
    return NULL;
}

/* ---- statements ---- */

static bool reserved(str name)
{
    return str_starts(name, STR("pg_")) || str_eq(name, STR("public")) || str_eq(name, STR("none"));
}

err ddl_create_role(struct ddl *ddl, const struct node *statement)
{
    const struct CreateRoleStmt *create = AST_AS(CreateRoleStmt, statement);
    TRY(may_manage(ddl, NULL));
    if (reserved(create->role))
        return err_sql(ddl->arena, "42939", "role name \"%.*s\" is reserved",
                       STR_FMT(create->role));
    if (catalog_role_find(ddl->next, create->role))
        return err_sql(ddl->arena, "42710", "role \"%.*s\" already exists", STR_FMT(create->role));
    struct cat_role *role = ARENA_NEW(ddl->pool, struct cat_role);
    role->oid = catalog_oid_new(ddl->next);
    role->name = str_copy(ddl->pool, create->role);
    role->inherit = true;
    role->login = create->stmt_type == ROLESTMT_USER;
    TRY(set_options(ddl, role, create->options));
    catalog_put(ddl->next, CAT_ROLE, role);
    return create_memberships(ddl, role->oid, create->options);
}

err ddl_alter_role(struct ddl *ddl, const struct node *statement)
{
    const struct AlterRoleStmt *alter = AST_AS(AlterRoleStmt, statement);
    oid id;
    TRY(ddl_role_spec(ddl, alter->role, false, &id));
    const struct cat_role *found = catalog_role(ddl->next, id);
    TRY(may_manage(ddl, found));
    for (size_t i = 0; i < alter->options->count; i++) {
        const struct DefElem *option = AST_AS(DefElem, alter->options->at[i]);
        if (!str_eq(option->defname, STR("rolemembers"))) continue;
        const struct list *names = AST_AS(List, option->arg)->items;
        for (size_t j = 0; j < names->count; j++) {
            oid member;
            TRY(ddl_role_spec(ddl, AST_AS(RoleSpec, names->at[j]), false, &member));
            if (alter->action < 0)
                remove_member(ddl, id, member, false);
            else
                TRY(add_member(ddl, id, member, false));
        }
    }
    struct cat_role *role = CATALOG_EDIT(ddl->next, catalog_role(ddl->next, id));
    TRY(set_options(ddl, role, alter->options));
    catalog_put(ddl->next, CAT_ROLE, role);
    return NULL;
}

err ddl_alter_role_set(struct ddl *ddl, const struct node *statement)
{
    const struct AlterRoleSetStmt *alter = AST_AS(AlterRoleSetStmt, statement);
    if (!alter->role) return ddl_unsupported(ddl, statement, "ALTER ROLE ALL SET");
    oid id;
    TRY(ddl_role_spec(ddl, alter->role, false, &id));
    const struct cat_role *found = catalog_role(ddl->next, id);
    if (id != ddl->context->role) TRY(may_manage(ddl, found));
    struct cat_role *role = CATALOG_EDIT(ddl->next, found);
    struct ddl_settings settings = {role->settings, role->setting_count};
    TRY(ddl_setting_apply(ddl, &settings, alter->setstmt));
    role->settings = settings.at;
    role->setting_count = settings.count;
    catalog_put(ddl->next, CAT_ROLE, role);
    return NULL;
}

/* ---- DROP ROLE ---- */

static bool acl_names(const struct cat_acl *acl, oid role)
{
    for (size_t i = 0; i < acl->count; i++)
        if (acl->at[i].grantee == role || acl->at[i].grantor == role) return true;
    return false;
}

static bool policy_names(const struct cat_relation *relation, oid role)
{
    for (size_t i = 0; i < relation->policy_count; i++)
        for (size_t j = 0; j < relation->policies[i].role_count; j++)
            if (relation->policies[i].roles[j] == role) return true;
    return false;
}

static bool column_acl_names(const struct cat_relation *relation, oid role)
{
    for (size_t i = 0; i < relation->column_count; i++)
        if (acl_names(&relation->columns[i].acl, role)) return true;
    return false;
}

struct use {
    const char *how;
    const char *what;
    str name;
};

/* The first object that needs the role. */
static bool role_used(struct ddl *ddl, oid role, struct use *out)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(ddl->next, &at))) {
        *out = (struct use){"owner of", ddl_relation_word(relation->kind), relation->name};
        if (relation->owner == role) return true;
        out->how = "privileges for";
        if (acl_names(&relation->acl, role) || column_acl_names(relation, role)) return true;
        out->how = "target of a policy on";
        if (policy_names(relation, role)) return true;
    }
    at = 0;
    const struct cat_function *function;
    while ((function = catalog_function_next(ddl->next, &at))) {
        *out = (struct use){"owner of", "function", ddl_signature(ddl, function)};
        if (function->owner == role) return true;
        out->how = "privileges for";
        if (acl_names(&function->acl, role)) return true;
    }
    at = 0;
    const struct cat_schema *schema;
    while ((schema = catalog_schema_next(ddl->next, &at))) {
        *out = (struct use){"owner of", "schema", schema->name};
        if (schema->owner == role) return true;
        out->how = "privileges for";
        if (acl_names(&schema->acl, role)) return true;
    }
    at = 0;
    const struct cat_type *type;
    while ((type = catalog_type_next(ddl->next, &at))) {
        *out = (struct use){"owner of", "type", type->name};
        if (type->owner == role) return true;
    }
    at = 0;
    const struct cat_default_acl *entry;
    while ((entry = catalog_default_acl_next(ddl->next, &at))) {
        *out = (struct use){"owner of", "default privileges", STR("on new objects")};
        if (entry->role == role || acl_names(&entry->acl, role)) return true;
    }
    return false;
}

static void leave_groups(struct ddl *ddl, oid role)
{
    size_t at = 0;
    const struct cat_role *other;
    while ((other = catalog_role_next(ddl->next, &at))) {
        for (size_t i = 0; i < other->member_of_count; i++) {
            if (other->member_of[i].role != role) continue;
            struct cat_role *edited = CATALOG_EDIT(ddl->next, other);
            DDL_REMOVE(ddl, edited, member_of, member_of_count, i);
            catalog_put(ddl->next, CAT_ROLE, edited);
            break;
        }
    }
}

static err drop_one(struct ddl *ddl, const struct cat_role *role)
{
    TRY(may_manage(ddl, role));
    if (role->oid == ddl->context->role)
        return err_sql(ddl->arena, "55006", "current user cannot be dropped");
    struct use use;
    if (role->oid < CATALOG_FIRST_USER_OID)
        return err_sql(ddl->arena, "2BP01",
                       "cannot drop role %.*s because it is required by the database system",
                       STR_FMT(role->name));
    if (role_used(ddl, role->oid, &use)) {
        struct err *error =
            err_sql(ddl->arena, "2BP01",
                    "role \"%.*s\" cannot be dropped because some objects depend on it",
                    STR_FMT(role->name));
        return err_details(ddl->arena, error, "%s %s %.*s", use.how, use.what, STR_FMT(use.name));
    }
    leave_groups(ddl, role->oid);
    catalog_drop(ddl->next, CAT_ROLE, role->oid);
    return NULL;
}

err ddl_drop_role(struct ddl *ddl, const struct node *statement)
{
    const struct DropRoleStmt *drop = AST_AS(DropRoleStmt, statement);
    for (size_t i = 0; i < drop->roles->count; i++) {
        str name = AST_AS(RoleSpec, drop->roles->at[i])->rolename;
        const struct cat_role *role = catalog_role_find(ddl->next, name);
        if (role) {
            TRY(drop_one(ddl, role));
            continue;
        }
        if (!drop->missing_ok)
            return err_sql(ddl->arena, "42704", "role \"%.*s\" does not exist", STR_FMT(name));
        ddl_notice(ddl, "role \"%.*s\" does not exist, skipping", STR_FMT(name));
    }
    return NULL;
}
