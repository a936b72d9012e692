/* CREATE and ALTER POLICY. */
#include "sql/ddl_int.h"

struct command_row {
    str name;
    char letter; /* pg_policy.polcmd */
};

static const struct command_row commands[] = {
    {STR_INIT("all"),    '*'},
    {STR_INIT("select"), 'r'},
    {STR_INIT("insert"), 'a'},
    {STR_INIT("update"), 'w'},
    {STR_INIT("delete"), 'd'},
};

static char command_of(str name)
{
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        if (str_eq_nocase(commands[i].name, name)) return commands[i].letter;
    return '*';
}

static err policy_roles(struct ddl *ddl, const struct list *specs, struct cat_policy *policy)
{
    oid *roles = ARENA_ARRAY(ddl->pool, oid, specs->count ? specs->count : 1);
    policy->roles = roles;
    policy->role_count = 0;
    bool everybody = specs->count == 0;
    for (size_t i = 0; i < specs->count; i++) {
        oid role;
        TRY(ddl_role_spec(ddl, AST_AS(RoleSpec, specs->at[i]), true, &role));
        everybody = everybody || role == ROLE_PUBLIC;
        roles[policy->role_count++] = role;
    }
    if (!everybody) return NULL;
    if (policy->role_count > 1) ddl_notice(ddl, "ignoring specified roles other than PUBLIC");
    roles[0] = ROLE_PUBLIC;
    policy->role_count = 1;
    return NULL;
}

static err policy_expr(struct ddl *ddl,
                       const struct cat_relation *table,
                       const struct node *tree,
                       struct cat_expr *out)
{
    if (!tree) return NULL;
    TRY(ddl_check_expr(
        ddl, &(struct ddl_expr){.use = DDL_EXPR_POLICY, .relation = table, .tree = tree}));
    return ddl_store_expr(ddl, table, tree, out);
}

/* Kept sorted by name: permissive ones are joined by OR in this order on every run. */
void ddl_policy_insert(struct ddl *ddl, struct cat_relation *table, const struct cat_policy *policy)
{
    DDL_ADD(ddl, table, policies, policy_count, policy);
    struct cat_policy *own = (struct cat_policy *)(uintptr_t)table->policies;
    size_t at = table->policy_count - 1;
    while (at > 0 && str_cmp(own[at - 1].name, policy->name) > 0) {
        own[at] = own[at - 1];
        at--;
    }
    own[at] = *policy;
}

err ddl_create_policy(struct ddl *ddl, const struct node *statement)
{
    const struct CreatePolicyStmt *create = AST_AS(CreatePolicyStmt, statement);
    const struct cat_relation *table;
    TRY(ddl_table(ddl, create->table, &table));
    TRY(ddl_must_own_relation(ddl, table));
    struct cat_policy policy = {
        .oid = catalog_oid_new(ddl->next),
        .name = str_copy(ddl->pool, create->policy_name),
        .command = command_of(create->cmd_name),
        .permissive = create->permissive,
    };
    bool no_check = policy.command == 'r' || policy.command == 'd';
    if (no_check && create->with_check)
        return err_sql(ddl->arena, "42601", "WITH CHECK cannot be applied to SELECT or DELETE");
    if (policy.command == 'a' && create->qual)
        return err_sql(ddl->arena, "42601", "only WITH CHECK expression allowed for INSERT");
    if (cat_policy_find(table, create->policy_name))
        return err_sql(ddl->arena, "42710", "policy \"%.*s\" for table \"%.*s\" already exists",
                       STR_FMT(create->policy_name), STR_FMT(table->name));
    TRY(policy_roles(ddl, create->roles, &policy));
    TRY(policy_expr(ddl, table, create->qual, &policy.using_expr));
    TRY(policy_expr(ddl, table, create->with_check, &policy.check_expr));
    struct cat_relation *edited = CATALOG_EDIT(ddl->next, table);
    ddl_policy_insert(ddl, edited, &policy);
    catalog_put(ddl->next, CAT_RELATION, edited);
    return NULL;
}

static err policy_missing(struct ddl *ddl, str name, const struct cat_relation *table)
{
    return err_sql(ddl->arena, "42704", "policy \"%.*s\" for table \"%.*s\" does not exist",
                   STR_FMT(name), STR_FMT(table->name));
}

err ddl_alter_policy(struct ddl *ddl, const struct node *statement)
{
    const struct AlterPolicyStmt *alter = AST_AS(AlterPolicyStmt, statement);
    const struct cat_relation *table;
    TRY(ddl_table(ddl, alter->table, &table));
    TRY(ddl_must_own_relation(ddl, table));
    struct cat_relation *edited = CATALOG_EDIT(ddl->next, table);
    struct cat_policy *policies = DDL_OWN(ddl, edited, policies, policy_count);
    struct cat_policy *policy = NULL;
    for (size_t i = 0; i < edited->policy_count; i++)
        if (str_eq(policies[i].name, alter->policy_name)) policy = &policies[i];
    if (!policy) return policy_missing(ddl, alter->policy_name, table);
    if (policy->command == 'a' && alter->qual)
        return err_sql(ddl->arena, "42601", "only WITH CHECK expression allowed for INSERT");
    bool no_check = policy->command == 'r' || policy->command == 'd';
    if (no_check && alter->with_check)
        return err_sql(ddl->arena, "42601", "only USING expression allowed for SELECT, DELETE");
    if (alter->roles->count) TRY(policy_roles(ddl, alter->roles, policy));
    TRY(policy_expr(ddl, table, alter->qual, &policy->using_expr));
    TRY(policy_expr(ddl, table, alter->with_check, &policy->check_expr));
    catalog_put(ddl->next, CAT_RELATION, edited);
    return NULL;
}
