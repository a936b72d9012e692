/* Row-level security by default: a file's new tables in schemas that API roles reach. */
#include "engine/postgres/script_int.h"
#include "sql/deparse.h"

/* Schemas that we or Supabase made have rules of their own. */
#define SYSTEM_SCHEMAS                                                                           \
    "('information_schema','auth','storage','realtime','extensions','graphql','graphql_public'," \
    "'supabase_migrations','supabase_functions','vault','pgbouncer','cron','net','dapur')"

#define TABLES                                                                             \
    " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace" \
    " WHERE c.relkind IN ('r','p') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_'"    \
    " AND n.nspname NOT IN " SYSTEM_SCHEMAS

err engine_pg_script_rls_start(struct engine_pg_script *run)
{
    PGresult *result;
    TRY(engine_pg_exec(run->arena, run->conn,
                       "SELECT coalesce(array_agg(c.oid), '{}')::text" TABLES, &result));
    run->tables_before = engine_pg_field(result, 0, 0);
    return NULL;
}

void engine_pg_script_rls_note(struct engine_pg_script *run, const struct node *node)
{
    if (!node || !AST_IS(AlterTableStmt, node)) return;
    const struct AlterTableStmt *alter = AST_AS(AlterTableStmt, node);
    for (size_t i = 0; i < alter->cmds->count; i++) {
        if (AST_AS(AlterTableCmd, alter->cmds->at[i])->subtype != AT_DisableRowSecurity) continue;
        *VEC_ADD(run->arena, &run->rls_disabled) = (struct engine_pg_script_table){
            .schema = str_copy(run->arena, alter->relation->schemaname),
            .name = str_copy(run->arena, alter->relation->relname),
        };
    }
}

static bool says_disable(const struct engine_pg_script *run, str schema, str name)
{
    for (size_t i = 0; i < run->rls_disabled.count; i++) {
        const struct engine_pg_script_table *table = &run->rls_disabled.at[i];
        if (!str_eq(table->name, name)) continue;
        if (str_empty(table->schema) || str_eq(table->schema, schema)) return true;
    }
    return false;
}

/* As its owner, where the login may become them: the file may have made it as somebody else. */
static err enable(struct engine_pg_script *run, str schema, str name, str owner)
{
    struct buf *sql = buf_in(run->scratch, 0);
    PGresult *result;
    if (!str_empty(owner)) {
        buf_lit(sql, "SET LOCAL ROLE ");
        deparse_ident(sql, owner);
        buf_lit(sql, "; ");
    }
    buf_lit(sql, "ALTER TABLE ");
    deparse_ident(sql, schema);
    buf_char(sql, '.');
    deparse_ident(sql, name);
    buf_lit(sql, " ENABLE ROW LEVEL SECURITY");
    TRY(engine_pg_exec(run->scratch, run->conn, str_cstr(run->scratch, buf_str(sql)), &result));
    engine_pg_script_notice(run, "row-level security is on for the new table \"%.*s\"",
                            STR_FMT(name));
    run->changed_catalog = true;
    return NULL;
}

err engine_pg_script_rls_enable(struct engine_pg_script *run)
{
    static const char sql[] =
        "SELECT n.nspname, c.relname,"
        " CASE WHEN pg_catalog.pg_has_role(session_user, c.relowner, 'MEMBER')"
        " THEN pg_catalog.pg_get_userbyid(c.relowner) ELSE '' END" TABLES
        " AND NOT c.relrowsecurity AND c.oid <> ALL ($1::oid[])"
        " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND"
        " d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype = 'e')"
        " AND EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname IN"
        " ('anon','authenticated')"
        " AND pg_catalog.has_schema_privilege(r.oid, n.oid, 'USAGE')) ORDER BY c.oid";
    PGresult *result;
    TRY(engine_pg_query(run->scratch, run->conn, sql, &run->tables_before, 1, &result));
    for (int i = 0; i < PQntuples(result); i++) {
        str schema = engine_pg_field(result, i, 0);
        str name = engine_pg_field(result, i, 1);
        if (says_disable(run, schema, name)) continue;
        TRY(enable(run, schema, name, engine_pg_field(result, i, 2)));
    }
    return NULL;
}
