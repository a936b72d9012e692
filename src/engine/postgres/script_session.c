/* The session of a script. Its connection is ours alone, so what is set stays until it is closed. */
#include "engine/postgres/script_int.h"
#include "sql/deparse.h"

static err set_config(struct engine_pg_script *run, str name, str value)
{
    str params[] = {name, str_empty(value) ? STR("") : value};
    PGresult *result;
    return engine_pg_query(run->scratch, run->conn, "SELECT pg_catalog.set_config($1, $2, false)",
                           params, COUNT_OF(params), &result);
}

/* ---- the role ---- */

static err set_role(struct engine_pg_script *run)
{
    struct buf *sql = buf_in(run->scratch, 0);
    PGresult *result;
    buf_lit(sql, "SET ROLE ");
    if (str_empty(run->role))
        buf_lit(sql, "NONE");
    else
        deparse_ident(sql, run->role);
    return engine_pg_exec(run->scratch, run->conn, str_cstr(run->scratch, buf_str(sql)), &result);
}

/* Whether the login may become the role: from version 16 on a membership may be without SET. */
static err choose_role(struct engine_pg_script *run, str name)
{
    const char *sql = PQserverVersion(run->conn) >= 160000
                          ? "SELECT pg_catalog.pg_has_role(session_user, oid, 'SET')"
                            " FROM pg_catalog.pg_roles WHERE rolname = $1"
                          : "SELECT pg_catalog.pg_has_role(session_user, oid, 'MEMBER')"
                            " FROM pg_catalog.pg_roles WHERE rolname = $1";
    PGresult *result;
    /* A superuser where one process owns it all; here it may be an empty name, and the login does. */
    if (str_eq(name, STR("supabase_admin"))) return NULL;
    TRY(engine_pg_query(run->scratch, run->conn, sql, &name, 1, &result));
    bool exists = PQntuples(result) == 1;
    bool settable = exists && str_eq(engine_pg_field(result, 0, 0), STR("t"));
    if (settable) {
        run->role = str_copy(run->arena, name);
        return set_role(run);
    }
    /* Who owns the project: the login itself where it cannot become postgres. */
    if (str_eq(name, STR("postgres"))) return NULL;
    if (!exists) return err_sql(run->arena, "42704", "role \"%.*s\" does not exist", STR_FMT(name));
    return err_sql(run->arena, "42501", "permission denied to set role \"%.*s\"", STR_FMT(name));
}

/* ---- settings ---- */

/* Ours, unless somebody chose for this database or login. */
static err set_unless_chosen(struct engine_pg_script *run, str name, str value)
{
    PGresult *result;
    TRY(engine_pg_query(run->scratch, run->conn,
                        "SELECT source LIKE '%database%' OR source = 'user'"
                        " FROM pg_catalog.pg_settings WHERE name = $1",
                        &name, 1, &result));
    bool chosen = PQntuples(result) == 1 && str_eq(engine_pg_field(result, 0, 0), STR("t"));
    return chosen ? NULL : set_config(run, name, value);
}

static err set_search_path(struct engine_pg_script *run)
{
    return set_unless_chosen(run, STR("search_path"), STR("\"$user\", public, extensions"));
}

static err set_time_zone(struct engine_pg_script *run)
{
    const struct caller *caller = run->options->caller;
    if (caller && !str_empty(caller->time_zone))
        return set_config(run, STR("TimeZone"), caller->time_zone);
    return set_unless_chosen(run, STR("TimeZone"), STR("UTC"));
}

static err set_fixed(struct engine_pg_script *run)
{
    PGresult *result;
    const struct engine_postgres_options *options = &run->engine->options;
    uint64_t limit_ms = run->options->migration ? options->migration_run_ms : options->sql_run_ms;
    str limit = str_printf(run->scratch, "%llu", (unsigned long long)limit_ms);
    TRY(engine_pg_exec(run->scratch, run->conn,
                       "SET standard_conforming_strings = on; SET datestyle = 'ISO, MDY';"
                       " SET intervalstyle = 'postgres'; SET bytea_output = 'hex';"
                       " SET idle_in_transaction_session_timeout = 0",
                       &result));
    TRY(set_config(run, STR("statement_timeout"), limit));
    TRY(set_time_zone(run));
    return set_search_path(run);
}

static err set_caller(struct engine_pg_script *run, const struct caller *caller)
{
    TRY(set_config(run, STR("request.jwt.claims"), caller->claims));
    for (size_t i = 0; i < caller->setting_count; i++)
        TRY(set_config(run, caller->settings[i].name, caller->settings[i].value));
    return NULL;
}

/* ---- life ---- */

err engine_pg_script_session_start(struct engine_pg_script *run)
{
    const struct caller *caller = run->options->caller;
    str name = caller ? caller->role : run->options->role;
    TRY(set_fixed(run));
    if (caller) TRY(set_caller(run, caller));
    return choose_role(run, str_empty(name) ? STR("postgres") : name);
}

static err set_all(struct engine_pg_script *run)
{
    TRY(set_fixed(run));
    if (run->options->caller) TRY(set_caller(run, run->options->caller));
    return set_role(run);
}

static bool is_none(const struct VariableSetStmt *set)
{
    if (set->kind != VAR_SET_VALUE || set->args->count != 1) return false;
    const struct node *arg = set->args->at[0];
    return AST_IS(A_Const, arg) && str_eq(AST_AS(A_Const, arg)->sval, STR("none"));
}

err engine_pg_script_session_reset(struct engine_pg_script *run, const struct node *node)
{
    if (!node) return NULL;
    if (AST_IS(DiscardStmt, node))
        return AST_AS(DiscardStmt, node)->target == DISCARD_ALL ? set_all(run) : NULL;
    if (!AST_IS(VariableSetStmt, node)) return NULL;
    const struct VariableSetStmt *set = AST_AS(VariableSetStmt, node);
    if (set->kind == VAR_RESET_ALL) return set_all(run);
    bool role = str_eq(set->name, STR("role")) || str_eq(set->name, STR("session_authorization"));
    bool reset = set->kind == VAR_RESET || set->kind == VAR_SET_DEFAULT;
    if (role) return reset || is_none(set) ? set_role(run) : NULL;
    if (!reset) return NULL;
    if (str_eq(set->name, STR("search_path"))) return set_search_path(run);
    return str_eq_nocase(set->name, STR("timezone")) ? set_time_zone(run) : NULL;
}
