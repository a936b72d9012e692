/* Rows of what a server has by itself: roles, databases, settings, access methods, time zones. */
#include "sql/system_rows.h"
#include "sql/system_text.h"
#include "sql/system_types.h"

/* ---- roles ---- */

void system_rows_pg_roles(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_role *role;
    while ((role = catalog_role_next(rows->catalog, &at))) {
        struct value *row = system_row_add(rows);
        row[pg_roles_oid] = value_int(role->oid);
        row[pg_roles_rolname] = value_text(role->name);
        row[pg_roles_rolsuper] = system_bool(role->superuser);
        row[pg_roles_rolinherit] = system_bool(role->inherit);
        row[pg_roles_rolcreaterole] = system_bool(role->create_role);
        row[pg_roles_rolcreatedb] = system_bool(role->create_db);
        row[pg_roles_rolcanlogin] = system_bool(role->login);
        row[pg_roles_rolreplication] = system_bool(role->replication);
        row[pg_roles_rolconnlimit] = value_int(-1);
        row[pg_roles_rolpassword] = value_text(STR("********"));
        row[pg_roles_rolbypassrls] = system_bool(role->bypass_rls);
        if (role->setting_count)
            row[pg_roles_rolconfig] = system_text_array(rows, role->settings, role->setting_count);
    }
}

void system_rows_pg_user(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_role *role;
    while ((role = catalog_role_next(rows->catalog, &at))) {
        if (!role->login) continue;
        struct value *row = system_row_add(rows);
        row[pg_user_usename] = value_text(role->name);
        row[pg_user_usesysid] = value_int(role->oid);
        row[pg_user_usecreatedb] = system_bool(role->create_db);
        row[pg_user_usesuper] = system_bool(role->superuser);
        row[pg_user_userepl] = system_bool(role->replication);
        row[pg_user_usebypassrls] = system_bool(role->bypass_rls);
        row[pg_user_passwd] = value_text(STR("********"));
        if (role->setting_count)
            row[pg_user_useconfig] = system_text_array(rows, role->settings, role->setting_count);
    }
}

void system_rows_pg_auth_members(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_role *role;
    while ((role = catalog_role_next(rows->catalog, &at))) {
        for (size_t i = 0; i < role->member_of_count; i++) {
            struct value *row = system_row_add(rows);
            row[pg_auth_members_roleid] = value_int(role->member_of[i].role);
            row[pg_auth_members_member] = value_int(role->oid);
            row[pg_auth_members_grantor] = value_int(ROLE_SUPABASE_ADMIN);
            row[pg_auth_members_admin_option] = system_bool(role->member_of[i].admin);
        }
    }
}

void system_rows_pg_default_acl(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_default_acl *entry;
    while ((entry = catalog_default_acl_next(rows->catalog, &at))) {
        struct value *row = system_row_add(rows);
        row[pg_default_acl_oid] = value_int(entry->oid);
        row[pg_default_acl_defaclrole] = value_int(entry->role);
        row[pg_default_acl_defaclnamespace] = value_int(entry->schema);
        row[pg_default_acl_defaclobjtype] = system_char(rows, entry->object);
        row[pg_default_acl_defaclacl] = system_acl(rows, &entry->acl);
    }
}

void system_rows_pg_db_role_setting(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_role *role;
    while ((role = catalog_role_next(rows->catalog, &at))) {
        if (!role->setting_count) continue;
        struct value *row = system_row_add(rows);
        row[pg_db_role_setting_setdatabase] = value_int(0);
        row[pg_db_role_setting_setrole] = value_int(role->oid);
        row[pg_db_role_setting_setconfig] =
            system_text_array(rows, role->settings, role->setting_count);
    }
}

/* ---- the server ---- */

void system_rows_pg_database(struct system_rows *rows)
{
    enum { ENCODING_UTF8 = 6 };
    struct value *row = system_row_add(rows);
    row[pg_database_oid] = value_int(SYSTEM_DATABASE_OID);
    row[pg_database_datname] = value_text(SYSTEM_DATABASE);
    row[pg_database_datdba] = value_int(ROLE_POSTGRES);
    row[pg_database_encoding] = value_int(ENCODING_UTF8);
    row[pg_database_datlocprovider] = value_text(STR("c"));
    row[pg_database_datistemplate] = value_int(0);
    row[pg_database_datallowconn] = value_int(1);
    row[pg_database_datconnlimit] = value_int(-1);
    row[pg_database_datfrozenxid] = value_int(0);
    row[pg_database_datminmxid] = value_int(0);
    row[pg_database_dattablespace] = value_int(1663);
    row[pg_database_datcollate] = value_text(STR("C.UTF-8"));
    row[pg_database_datctype] = value_text(STR("C.UTF-8"));
}

void system_rows_pg_tablespace(struct system_rows *rows)
{
    static const str names[] = {STR_INIT("pg_default"), STR_INIT("pg_global")};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct value *row = system_row_add(rows);
        row[pg_tablespace_oid] = value_int(1663 + (int64_t)i);
        row[pg_tablespace_spcname] = value_text(names[i]);
        row[pg_tablespace_spcowner] = value_int(ROLE_SUPABASE_ADMIN);
    }
}

struct access_method {
    oid id;
    str name;
    char kind; /* 't' table, 'i' index */
};

static const struct access_method access_methods[] = {
    {2,    STR_INIT("heap"),   't'},
    {403,  STR_INIT("btree"),  'i'},
    {405,  STR_INIT("hash"),   'i'},
    {783,  STR_INIT("gist"),   'i'},
    {2742, STR_INIT("gin"),    'i'},
    {4000, STR_INIT("spgist"), 'i'},
    {3580, STR_INIT("brin"),   'i'},
};

oid system_access_method(str name)
{
    for (size_t i = 0; i < COUNT_OF(access_methods); i++)
        if (str_eq(access_methods[i].name, name)) return access_methods[i].id;
    return OID_NONE;
}

void system_rows_pg_am(struct system_rows *rows)
{
    for (size_t i = 0; i < COUNT_OF(access_methods); i++) {
        struct value *row = system_row_add(rows);
        row[pg_am_oid] = value_int(access_methods[i].id);
        row[pg_am_amname] = value_text(access_methods[i].name);
        row[pg_am_amhandler] = value_int(0);
        row[pg_am_amtype] = system_char(rows, access_methods[i].kind);
    }
}

void system_rows_pg_collation(struct system_rows *rows)
{
    struct collation_row {
        oid id;
        str name;
        char provider;
        int encoding;
    };
    static const struct collation_row collations[] = {
        {100,   STR_INIT("default"),   'd', -1},
        {950,   STR_INIT("C"),         'c', -1},
        {951,   STR_INIT("POSIX"),     'c', -1},
        {12340, STR_INIT("ucs_basic"), 'c', 6 },
    };
    for (size_t i = 0; i < COUNT_OF(collations); i++) {
        struct value *row = system_row_add(rows);
        bool named = collations[i].provider == 'c';
        str locale = i == 2 ? STR("POSIX") : STR("C");
        row[pg_collation_oid] = value_int(collations[i].id);
        row[pg_collation_collname] = value_text(collations[i].name);
        row[pg_collation_collnamespace] = value_int(SCHEMA_PG_CATALOG);
        row[pg_collation_collowner] = value_int(ROLE_SUPABASE_ADMIN);
        row[pg_collation_collprovider] = system_char(rows, collations[i].provider);
        row[pg_collation_collisdeterministic] = value_int(1);
        row[pg_collation_collencoding] = value_int(collations[i].encoding);
        if (named) row[pg_collation_collcollate] = value_text(locale);
        if (named) row[pg_collation_collctype] = value_text(locale);
    }
}

struct setting_row {
    str name;
    str value;
    str category;
    str type;
};

/* Those that clients ask for and that are the same for every request. */
static const struct setting_row settings[] = {
    {STR_INIT("client_encoding"),             STR_INIT("UTF8"),
     STR_INIT("Client Connection Defaults / Locale and Formatting"),                            STR_INIT("string") },
    {STR_INIT("DateStyle"),                   STR_INIT("ISO, MDY"),
     STR_INIT("Client Connection Defaults / Locale and Formatting"),                            STR_INIT("string") },
    {STR_INIT("IntervalStyle"),               STR_INIT("postgres"),
     STR_INIT("Client Connection Defaults / Locale and Formatting"),                            STR_INIT("enum")   },
    {STR_INIT("lc_collate"),                  STR_INIT("C.UTF-8"),  STR_INIT("Preset Options"), STR_INIT("string") },
    {STR_INIT("max_identifier_length"),       STR_INIT("63"),       STR_INIT("Preset Options"),
     STR_INIT("integer")                                                                                           },
    {STR_INIT("max_index_keys"),              STR_INIT("32"),       STR_INIT("Preset Options"), STR_INIT("integer")},
    {STR_INIT("server_encoding"),             STR_INIT("UTF8"),     STR_INIT("Preset Options"), STR_INIT("string") },
    {STR_INIT("server_version"),              STR_INIT("15.0"),     STR_INIT("Preset Options"), STR_INIT("string") },
    {STR_INIT("server_version_num"),          STR_INIT("150000"),   STR_INIT("Preset Options"),
     STR_INIT("integer")                                                                                           },
    {STR_INIT("standard_conforming_strings"), STR_INIT("on"),
     STR_INIT("Version and Platform Compatibility / Previous PostgreSQL Versions"),
     STR_INIT("bool")                                                                                              },
};

void system_rows_pg_settings(struct system_rows *rows)
{
    for (size_t i = 0; i < COUNT_OF(settings); i++) {
        struct value *row = system_row_add(rows);
        row[pg_settings_name] = value_text(settings[i].name);
        row[pg_settings_setting] = value_text(settings[i].value);
        row[pg_settings_category] = value_text(settings[i].category);
        row[pg_settings_context] = value_text(STR("internal"));
        row[pg_settings_vartype] = value_text(settings[i].type);
        row[pg_settings_source] = value_text(STR("default"));
        row[pg_settings_boot_val] = value_text(settings[i].value);
        row[pg_settings_reset_val] = value_text(settings[i].value);
        row[pg_settings_pending_restart] = value_int(0);
    }
}

/* ---- classes without members: dapur has no such objects ---- */

#define NONE(id)                                    \
    void system_rows_##id(struct system_rows *rows) \
    {                                               \
        (void)rows;                                 \
    }
NONE(pg_event_trigger)
NONE(pg_foreign_data_wrapper)
NONE(pg_foreign_server)
NONE(pg_foreign_table)
NONE(pg_rules)
NONE(pg_statistic_ext)
#undef NONE
