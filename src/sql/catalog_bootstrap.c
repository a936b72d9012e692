/* What every database has before the first migration: PostgreSQL's types, and the schemas, roles
 * and privileges that Supabase projects assume (docs/sql.md, "Roles and schemas"). */
#include "base/vec.h"
#include "sql/builtin.h"
#include "sql/catalog_build.h"

static void put_type(struct catalog *catalog, const struct builtin_type *row)
{
    bool citext = row->oid == CITEXTOID || row->oid == CITEXTARRAYOID;
    enum cat_type_kind kind = row->element ? TYPE_KIND_ARRAY : TYPE_KIND_BASE;
    struct cat_type *type = ARENA_NEW(catalog_pool(catalog), struct cat_type);
    *type = (struct cat_type){
        .oid = row->oid,
        .schema = citext ? SCHEMA_EXTENSIONS : SCHEMA_PG_CATALOG,
        .name = row->name,
        .kind = row->kind == 'p' ? TYPE_KIND_PSEUDO : kind,
        .category = row->category,
        .preferred = row->preferred,
        .storage = row->storage,
        .element = row->element,
        .array = row->array,
        .base_typmod = TYPMOD_NONE,
        .owner = ROLE_SUPABASE_ADMIN,
        .acl = {.is_default = true},
    };
    catalog_put(catalog, CAT_TYPE, type);
}

struct catalog *catalog_bootstrap_types(void)
{
    struct catalog *catalog = catalog_new();
    size_t at = 0;
    const struct builtin_type *row;
    while ((row = builtin_type_next(&at))) put_type(catalog, row);
    return catalog;
}

/* ---- roles ---- */

enum role_flag {
    SUPER = 1,
    INHERIT = 2,
    CREATEROLE = 4,
    CREATEDB = 8,
    LOGIN = 16,
    REPLICATION = 32,
    BYPASSRLS = 64,
};

struct role_row {
    oid id;
    str name;
    int flags;
    oid member_of[8];
};

static const struct role_row role_rows[] = {
    {ROLE_SUPABASE_ADMIN,
     STR_INIT("supabase_admin"),
     SUPER | INHERIT | CREATEROLE | CREATEDB | LOGIN | REPLICATION | BYPASSRLS,
     {0}                                                                                                                         },
    {ROLE_POSTGRES,
     STR_INIT("postgres"),
     INHERIT | CREATEROLE | CREATEDB | LOGIN | REPLICATION | BYPASSRLS,
     {ROLE_ANON, ROLE_AUTHENTICATED, ROLE_SERVICE, ROLE_AUTHENTICATOR}                                                           },
    {ROLE_ANON,                STR_INIT("anon"),                0,                  {0}                                          },
    {ROLE_AUTHENTICATED,       STR_INIT("authenticated"),       0,                  {0}                                          },
    {ROLE_SERVICE,             STR_INIT("service_role"),        BYPASSRLS,          {0}                                          },
    {ROLE_AUTHENTICATOR,
     STR_INIT("authenticator"),
     LOGIN,                                                                         {ROLE_ANON, ROLE_AUTHENTICATED, ROLE_SERVICE}},
    {ROLE_SUPABASE_AUTH_ADMIN, STR_INIT("supabase_auth_admin"), CREATEROLE | LOGIN, {0}                                          },
    {ROLE_DASHBOARD_USER,
     STR_INIT("dashboard_user"),
     INHERIT | CREATEROLE | CREATEDB | REPLICATION,
     {0}                                                                                                                         },
};

static void put_role(struct catalog *catalog, const struct role_row *row)
{
    struct arena *arena = catalog_pool(catalog);
    size_t count = 0;
    while (count < COUNT_OF(row->member_of) && row->member_of[count]) count++;
    struct cat_membership *groups = ARENA_ARRAY(arena, struct cat_membership, count);
    for (size_t i = 0; i < count; i++)
        groups[i] =
            (struct cat_membership){.role = row->member_of[i], .admin = row->id == ROLE_POSTGRES};
    struct cat_role *role = ARENA_NEW(arena, struct cat_role);
    *role = (struct cat_role){
        .oid = row->id,
        .name = row->name,
        .superuser = row->flags & SUPER,
        .inherit = row->flags & INHERIT,
        .create_role = row->flags & CREATEROLE,
        .create_db = row->flags & CREATEDB,
        .login = row->flags & LOGIN,
        .replication = row->flags & REPLICATION,
        .bypass_rls = row->flags & BYPASSRLS,
        .member_of = groups,
        .member_of_count = count,
    };
    catalog_put(catalog, CAT_ROLE, role);
}

/* ---- schemas ---- */

#define API_ROLES                                                  \
    {                                                              \
        ROLE_POSTGRES, ROLE_ANON, ROLE_AUTHENTICATED, ROLE_SERVICE \
    }

struct schema_row {
    oid id;
    str name;
    oid owner;
    bool everybody; /* PUBLIC has USAGE */
    oid usage[4];   /* roles with USAGE */
    oid everything; /* a role with USAGE and CREATE beside the owner */
};

static const struct schema_row schema_rows[] = {
    {SCHEMA_PG_CATALOG,          STR_INIT("pg_catalog"),          ROLE_SUPABASE_ADMIN, true,  {0},       0},
    {SCHEMA_INFORMATION,         STR_INIT("information_schema"),  ROLE_SUPABASE_ADMIN, true,  {0},       0},
    {SCHEMA_PUBLIC,              STR_INIT("public"),              ROLE_POSTGRES,       true,  API_ROLES, 0},
    {SCHEMA_EXTENSIONS,          STR_INIT("extensions"),          ROLE_POSTGRES,       false, API_ROLES,
     ROLE_DASHBOARD_USER                                                                                  },
    {SCHEMA_AUTH,                STR_INIT("auth"),                ROLE_SUPABASE_ADMIN, false, API_ROLES,
     ROLE_SUPABASE_AUTH_ADMIN                                                                             },
    {SCHEMA_STORAGE,             STR_INIT("storage"),             ROLE_SUPABASE_ADMIN, false, API_ROLES,
     ROLE_DASHBOARD_USER                                                                                  },
    {SCHEMA_REALTIME,            STR_INIT("realtime"),            ROLE_SUPABASE_ADMIN, false, API_ROLES,
     ROLE_DASHBOARD_USER                                                                                  },
    {SCHEMA_GRAPHQL_PUBLIC,      STR_INIT("graphql_public"),      ROLE_SUPABASE_ADMIN, false, API_ROLES, 0},
    {SCHEMA_SUPABASE_MIGRATIONS, STR_INIT("supabase_migrations"), ROLE_POSTGRES,       false, {0},       0},
    {SCHEMA_DAPUR,               STR_INIT("dapur"),               ROLE_SUPABASE_ADMIN, false, API_ROLES, 0},
};

static void put_schema(struct catalog *catalog, const struct schema_row *row)
{
    struct arena *arena = catalog_pool(catalog);
    struct {
        VEC(struct cat_grant);
    } grants = {0};
    uint32_t everything = PRIV_USAGE | PRIV_CREATE;
    *VEC_ADD(arena, &grants) = (struct cat_grant){row->owner, row->owner, everything, 0};
    if (row->everybody)
        *VEC_ADD(arena, &grants) = (struct cat_grant){ROLE_PUBLIC, row->owner, PRIV_USAGE, 0};
    for (size_t i = 0; i < COUNT_OF(row->usage) && row->usage[i]; i++)
        if (row->usage[i] != row->owner)
            *VEC_ADD(arena, &grants) = (struct cat_grant){row->usage[i], row->owner, PRIV_USAGE, 0};
    if (row->everything)
        *VEC_ADD(arena, &grants) = (struct cat_grant){row->everything, row->owner, everything, 0};
    struct cat_schema *schema = ARENA_NEW(arena, struct cat_schema);
    *schema = (struct cat_schema){
        .oid = row->id,
        .name = row->name,
        .owner = row->owner,
        .acl = {.at = grants.at, .count = grants.count},
    };
    catalog_put(catalog, CAT_SCHEMA, schema);
}

/* ---- default privileges ---- */

struct default_acl_row {
    oid role;   /* what this role makes */
    oid schema; /* in this schema */
    oid grantees[4];
};

/* In each of them ALL on tables, sequences and functions, as on Supabase. */
static const struct default_acl_row default_acl_rows[] = {
    {ROLE_POSTGRES,            SCHEMA_PUBLIC,         API_ROLES                           },
    {ROLE_SUPABASE_ADMIN,      SCHEMA_PUBLIC,         API_ROLES                           },
    {ROLE_SUPABASE_ADMIN,      SCHEMA_GRAPHQL_PUBLIC, API_ROLES                           },
    {ROLE_SUPABASE_ADMIN,      SCHEMA_STORAGE,        API_ROLES                           },
    {ROLE_SUPABASE_AUTH_ADMIN, SCHEMA_AUTH,           {ROLE_POSTGRES, ROLE_DASHBOARD_USER}},
};

static void put_default_acl(struct catalog *catalog,
                            const struct default_acl_row *row,
                            char object,
                            oid id)
{
    struct arena *arena = catalog_pool(catalog);
    struct cat_grant *grants = ARENA_ARRAY(arena, struct cat_grant, COUNT_OF(row->grantees));
    size_t count = 0;
    uint32_t all = catalog_default_owner(object);
    for (size_t i = 0; i < COUNT_OF(row->grantees) && row->grantees[i]; i++)
        grants[count++] = (struct cat_grant){row->grantees[i], row->role, all, 0};
    struct cat_default_acl *entry = ARENA_NEW(arena, struct cat_default_acl);
    *entry = (struct cat_default_acl){
        .oid = id,
        .role = row->role,
        .schema = row->schema,
        .object = object,
        .acl = {.at = grants, .count = count},
    };
    catalog_put(catalog, CAT_DEFAULT_ACL, entry);
}

/* ---- extensions: built in, so they are there from the start, as on Supabase ---- */

static const str extension_rows[][2] = {
    {STR_INIT("pgcrypto"),  STR_INIT("1.3")},
    {STR_INIT("uuid-ossp"), STR_INIT("1.1")},
};

enum { OID_DEFAULT_ACLS = 12300, OID_EXTENSIONS = 12400 };

struct catalog *catalog_bootstrap(void)
{
    static const char objects[] = {'r', 'S', 'f'};
    struct catalog *catalog = catalog_bootstrap_types();
    for (size_t i = 0; i < COUNT_OF(role_rows); i++) put_role(catalog, &role_rows[i]);
    for (size_t i = 0; i < COUNT_OF(schema_rows); i++) put_schema(catalog, &schema_rows[i]);
    oid id = OID_DEFAULT_ACLS;
    for (size_t i = 0; i < COUNT_OF(default_acl_rows); i++)
        for (size_t j = 0; j < COUNT_OF(objects); j++)
            put_default_acl(catalog, &default_acl_rows[i], objects[j], id++);
    for (size_t i = 0; i < COUNT_OF(extension_rows); i++) {
        struct cat_extension *extension = ARENA_NEW(catalog_pool(catalog), struct cat_extension);
        *extension = (struct cat_extension){
            .oid = OID_EXTENSIONS + (oid)i,
            .name = extension_rows[i][0],
            .schema = SCHEMA_EXTENSIONS,
            .version = extension_rows[i][1],
        };
        catalog_put(catalog, CAT_EXTENSION, extension);
    }
    return catalog;
}
