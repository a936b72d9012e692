/* What is made in a database, by whom, and what is left alone. */
#include "cluster.h"

#include "engine/postgres/script.h"
#include "engine/postgres/watch.h"

__attribute__((weak)) err engine_pg_watch_reload_wait(struct watch *watch, struct arena *arena)
{
    (void)watch;
    (void)arena;
    return NULL;
}

#define TEST(name) static void name(void **state)

static void good(err error)
{
    if (error)
        fail_msg("%.*s %.*s\n%.*s", STR_FMT(error->code), STR_FMT(error->message),
                 STR_FMT(error->hint));
}

static void expect(struct database *db, const char *login, const char *sql, const char *value)
{
    str found = cluster_value(db->arena, login, db->name, sql);
    if (!str_eq(found, str_of(value))) fail_msg("%s: %.*s, not %s", sql, STR_FMT(found), value);
}

/* A server as it is before dapur: roles are the whole server's. */
static void forget_roles(void)
{
    cluster_admin("postgres",
                  "DROP ROLE IF EXISTS anon, authenticated, service_role, authenticator,"
                  " supabase_admin, supabase_auth_admin, dashboard_user, postgres");
}

TEST(a_superuser_makes_everything_and_twice_is_once)
{
    (void)state;
    struct database *db = database_new("root_of_all");
    good(engine_pg_bootstrap(&db->engine, db->arena));
    good(engine_pg_bootstrap(&db->engine, db->arena));
    expect(db, "root_of_all",
           "SELECT string_agg(nspname, ' ' ORDER BY nspname) FROM pg_namespace WHERE nspname IN"
           " ('extensions','auth','storage','realtime','graphql_public','supabase_migrations','"
           "dapur')",
           "auth dapur extensions graphql_public realtime storage supabase_migrations");
    expect(db, "root_of_all",
           "SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_roles WHERE rolbypassrls AND"
           " NOT rolsuper",
           "postgres service_role");
    expect(db, "root_of_all", "SELECT rolcanlogin FROM pg_roles WHERE rolname = 'authenticator'",
           "f");
    expect(db, "root_of_all",
           "SET ROLE postgres; CREATE TABLE t (a int); SET ROLE anon; SELECT count(*) FROM t", "0");
    expect(db, "root_of_all", "SHOW search_path", "\"$user\", public, extensions");
    expect(
        db, "root_of_all",
        "SELECT string_agg(extname, ' ' ORDER BY extname) FROM pg_extension e JOIN pg_namespace n"
        " ON n.oid = e.extnamespace WHERE n.nspname = 'extensions'",
        "pgcrypto uuid-ossp");
    database_free(db);
    forget_roles();
}

TEST(a_plain_owner_is_told_the_sql_and_is_enough_after_it)
{
    (void)state;
    cluster_admin("postgres", "CREATE ROLE app LOGIN");
    struct database *db = database_new("app");
    err error = engine_pg_bootstrap(&db->engine, db->arena);
    assert_non_null(error);
    assert_int_equal(error->kind, ERR_CONFIG);
    assert_true(
        str_eq(error->hint, STR("CREATE ROLE anon NOLOGIN NOINHERIT;\n"
                                "CREATE ROLE authenticated NOLOGIN NOINHERIT;\n"
                                "CREATE ROLE service_role NOLOGIN NOINHERIT BYPASSRLS;\n"
                                "CREATE ROLE authenticator NOLOGIN NOINHERIT;\n"
                                "CREATE ROLE supabase_admin NOLOGIN NOINHERIT;\n"
                                "CREATE ROLE supabase_auth_admin NOLOGIN NOINHERIT;\n"
                                "CREATE ROLE dashboard_user NOLOGIN;\n"
                                "GRANT anon, authenticated, service_role TO authenticator;\n"
                                "GRANT anon, authenticated, service_role TO app;\n"
                                "GRANT supabase_auth_admin TO app;\n")));
    /* Nothing stays of a start that was refused. */
    expect(db, "root_of_all", "SELECT to_regnamespace('dapur') IS NULL", "t");
    cluster_admin(db->name, str_cstr(db->arena, error->hint));
    good(engine_pg_bootstrap(&db->engine, db->arena));
    expect(db, "app", "CREATE TABLE t (a int); SET ROLE anon; SELECT count(*) FROM t", "0");
    expect(db, "app", "SET ROLE service_role; SELECT row_security_active('t'::regclass)", "f");
    database_free(db);
    forget_roles();
    cluster_admin("postgres", "DROP ROLE app");
}

TEST(who_may_make_roles_but_not_bypass_gets_the_rest_alone)
{
    (void)state;
    cluster_admin("postgres", "CREATE ROLE maker LOGIN CREATEROLE");
    struct database *db = database_new("maker");
    err error = engine_pg_bootstrap(&db->engine, db->arena);
    assert_non_null(error);
    assert_int_equal(error->kind, ERR_CONFIG);
    assert_true(
        str_starts(error->hint, STR("CREATE ROLE service_role NOLOGIN NOINHERIT BYPASSRLS;\n")));
    /* Roles that the login makes itself are not the administrator's work. */
    assert_true(str_find(error->hint, STR("CREATE ROLE anon"), 0) == SIZE_MAX);
    database_free(db);
    cluster_admin("postgres", "DROP ROLE maker");
    forget_roles();
}

TEST(a_stranger_to_the_database_is_told_of_it_too)
{
    (void)state;
    struct database *db = database_new("root_of_all");
    good(engine_pg_bootstrap(&db->engine, db->arena));
    database_free(db);
    cluster_admin("postgres", "CREATE ROLE guest LOGIN; GRANT anon, authenticated, service_role,"
                              " supabase_auth_admin TO guest");
    db = database_new("root_of_all");
    db->engine.options.url = cluster_url(db->arena, "guest", db->name);
    err error = engine_pg_bootstrap(&db->engine, db->arena);
    assert_non_null(error);
    assert_int_equal(error->kind, ERR_CONFIG);
    cluster_admin(db->name, str_cstr(db->arena, error->hint));
    good(engine_pg_bootstrap(&db->engine, db->arena));
    expect(db, "guest", "CREATE TABLE public.t (a int); SELECT count(*) FROM public.t", "0");
    database_free(db);
    cluster_admin("postgres", "DROP ROLE guest");
    forget_roles();
}

TEST(what_is_there_stays_as_it_is)
{
    (void)state;
    struct database *db = database_new("root_of_all");
    cluster_admin(db->name, "CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid PRIMARY KEY);"
                            "CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS"
                            " $$ SELECT '00000000-0000-0000-0000-00000000000a'::uuid $$;"
                            "CREATE SCHEMA supabase_migrations; CREATE TABLE"
                            " supabase_migrations.schema_migrations (version text PRIMARY KEY);"
                            "CREATE SCHEMA elsewhere; CREATE EXTENSION pgcrypto SCHEMA elsewhere");
    cluster_admin("postgres",
                  str_printf(db->arena, "ALTER DATABASE %s SET search_path = 'mine'", db->name).at);
    good(engine_pg_bootstrap(&db->engine, db->arena));
    expect(db, "root_of_all", "SELECT auth.uid()", "00000000-0000-0000-0000-00000000000a");
    expect(db, "root_of_all", "SHOW search_path", "mine");
    expect(db, "root_of_all", "SELECT elsewhere.digest('x', 'md5') IS NOT NULL", "t");
    expect(db, "root_of_all",
           "INSERT INTO supabase_migrations.schema_migrations (version, name) VALUES ('1', 'a');"
           "SELECT name FROM supabase_migrations.schema_migrations",
           "a");
    database_free(db);
    forget_roles();
}

TEST(helper_functions_answer_as_on_the_embedded_engine)
{
    (void)state;
    struct database *db = database_new("root_of_all");
    good(engine_pg_bootstrap(&db->engine, db->arena));
    expect(db, "root_of_all", "SELECT auth.uid() IS NULL AND auth.jwt() IS NULL", "t");
    expect(db, "root_of_all",
           "SET request.jwt.claims = '{\"sub\":\"no uuid\"}'; SELECT auth.uid() IS NULL", "t");
    expect(db, "root_of_all", "SELECT storage.foldername('a/b/c.tar.gz')", "{a,b}");
    expect(db, "root_of_all", "SELECT storage.foldername('c')", "{}");
    expect(db, "root_of_all", "SELECT storage.filename('a/b/c.tar.gz')", "c.tar.gz");
    expect(db, "root_of_all", "SELECT storage.extension('a/b/c.tar.gz')", "gz");
    database_free(db);
    forget_roles();
}

static void expect_raise(PGconn *conn, const char *sql, const char *const fields[4])
{
    static const int codes[] = {PG_DIAG_SQLSTATE, PG_DIAG_MESSAGE_PRIMARY, PG_DIAG_MESSAGE_DETAIL,
                                PG_DIAG_MESSAGE_HINT};
    PGresult *result = PQexec(conn, sql);
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        const char *field = PQresultErrorField(result, codes[i]);
        assert_string_equal(field ? field : "", fields[i]);
    }
    PQclear(result);
}

TEST(raise_refuses_with_code_and_texts)
{
    (void)state;
    struct database *db = database_new("root_of_all");
    good(engine_pg_bootstrap(&db->engine, db->arena));
    PGconn *conn = cluster_connect("root_of_all", db->name);
    expect_raise(conn, "SELECT dapur.raise('PT409', 'taken')",
                 (const char *const[]){"PT409", "taken", "", ""});
    expect_raise(conn, "SELECT dapur.raise('P0001', 'm', 'd', 'h')",
                 (const char *const[]){"P0001", "m", "d", "h"});
    expect_raise(conn, "SELECT dapur.raise(\"sqlstate\" => NULL, message => NULL, hint => 'h')",
                 (const char *const[]){"P0001", "", "", "h"});
    expect_raise(conn, "SELECT dapur.raise('x', 'm')",
                 (const char *const[]){"22023", "invalid SQLSTATE code \"x\"", "", ""});
    PQfinish(conn);
    database_free(db);
    forget_roles();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_superuser_makes_everything_and_twice_is_once),
        cmocka_unit_test(a_plain_owner_is_told_the_sql_and_is_enough_after_it),
        cmocka_unit_test(who_may_make_roles_but_not_bypass_gets_the_rest_alone),
        cmocka_unit_test(a_stranger_to_the_database_is_told_of_it_too),
        cmocka_unit_test(what_is_there_stays_as_it_is),
        cmocka_unit_test(helper_functions_answer_as_on_the_embedded_engine),
        cmocka_unit_test(raise_refuses_with_code_and_texts),
    };
    return cmocka_run_group_tests(tests, cluster_start, cluster_stop);
}
