/* Scripts on a real server: places, COPY, notices, transactions, row-level security by default. */
#include "cluster.h"

#include "engine/postgres/script.h"
#include "engine/postgres/watch.h"

/* Scripts need no more of an engine than this; the real ones win where they are linked. */
__attribute__((weak)) err engine_pg_watch_reload_wait(struct watch *watch, struct arena *arena)
{
    (void)watch;
    (void)arena;
    return NULL;
}

struct how {
    const char *role;
    bool transaction, keep_going, auto_rls, migration;
    const char *epilogue;
    const struct caller *caller;
    bool (*cancelled)(void *context);
};

static bool each(void *context, const struct script_statement *statement)
{
    struct database *db = context;
    db->statements++;
    if (statement->error) {
        db->refused++;
        db->line = statement->line;
        db->column = statement->column;
        return false;
    }
    db->command = str_copy(db->arena, statement->result.command);
    if (str_empty(statement->result.columns_json)) return true;
    db->columns = str_copy(db->arena, statement->result.columns_json);
    db->types = str_copy(db->arena, statement->result.types_json);
    db->rows = str_copy(db->arena, statement->result.rows_json);
    return true;
}

static void notice(void *context, str message)
{
    struct database *db = context;
    buf_str_add(db->notices, message);
    buf_char(db->notices, '\n');
}

static err run_how(struct database *db, struct how how, const char *text)
{
    buf_clear(db->notices);
    db->statements = db->refused = 0;
    db->rows = STR_NONE;
    struct script_options options = {
        .file = STR("test.sql"),
        .text = str_of(text),
        .epilogue = how.epilogue ? str_of(how.epilogue) : STR_NONE,
        .role = str_of(how.role ? how.role : "postgres"),
        .transaction = how.transaction,
        .keep_going = how.keep_going,
        .auto_rls = how.auto_rls,
        .migration = how.migration,
        .cancelled = how.cancelled,
        .caller = how.caller,
        .collect_rows = true,
        .each = each,
        .notice = notice,
        .context = db,
    };
    return engine_pg_script(&db->engine, db->arena, &options);
}

static void good(err error)
{
    if (error)
        fail_msg("%.*s %.*s (%.*s)", STR_FMT(error->code), STR_FMT(error->message),
                 STR_FMT(error->details));
}

static const struct how file = {.transaction = true};
static const struct how console = {0};

static void expect_rows(struct database *db, const char *sql, const char *rows)
{
    good(run_how(db, console, sql));
    if (!str_eq(db->rows, str_of(rows))) fail_msg("%s: %.*s, not %s", sql, STR_FMT(db->rows), rows);
}

static bool noticed(const struct database *db, const char *text)
{
    return str_find(buf_str(db->notices), str_of(text), 0) != SIZE_MAX;
}

static int setup(void **state)
{
    struct database *db = database_new("root_of_all");
    good(engine_pg_bootstrap(&db->engine, db->arena));
    *state = db;
    return 0;
}

static int teardown(void **state)
{
    database_free(*state);
    return 0;
}

#define TEST(name) static void name(void **state)
#define DB struct database *db = *state

TEST(rows_come_as_text_with_names_and_types)
{
    DB;
    good(run_how(db, console, "SELECT 1 AS a, NULL::numeric AS b, '{x}'::text[] AS c, true AS d"));
    assert_true(str_eq(db->columns, STR("[\"a\",\"b\",\"c\",\"d\"]")));
    assert_true(str_eq(db->types, STR("[\"int4\",\"numeric\",\"_text\",\"bool\"]")));
    assert_true(str_eq(db->rows, STR("[[\"1\",null,\"{x}\",\"t\"]]")));
    assert_true(str_eq(db->command, STR("SELECT 1")));
    expect_rows(db, "SELECT 1 WHERE false", "[]");
}

TEST(commands_have_their_tags)
{
    DB;
    good(run_how(db, console, "CREATE TABLE t (a int)"));
    assert_true(str_eq(db->command, STR("CREATE TABLE")));
    good(run_how(db, console, "INSERT INTO t VALUES (1), (2)"));
    assert_true(str_eq(db->command, STR("INSERT 0 2")));
    good(run_how(db, console, "COPY t FROM stdin;\n3\n\\.\n"));
    assert_true(str_eq(db->command, STR("COPY")));
}

TEST(an_error_has_its_place_in_the_file)
{
    DB;
    err error = run_how(db, file, "CREATE TABLE t (a int);\n\nSELECT a,\n  \xC3\xA4, b FROM t;\n");
    assert_true(err_is(error, STR("42703")));
    assert_int_equal(db->line, 4);
    assert_int_equal(db->column, 3);
    error = run_how(db, file, "SELECT 1;\n  SELEC 2;\n");
    assert_true(err_is(error, STR("42601")));
    assert_int_equal(db->line, 2);
    assert_int_equal(db->column, 3);
    expect_rows(db, "SELECT to_regclass('t')", "[[null]]");
}

TEST(a_file_that_fails_leaves_nothing)
{
    DB;
    good(run_how(db, file, "CREATE TABLE a (id int)"));
    err error = run_how(db, file, "INSERT INTO a VALUES (1); CREATE TABLE b (id int); SELECT 1/0");
    assert_true(err_is(error, STR("22012")));
    expect_rows(db, "SELECT count(*), to_regclass('b') FROM a", "[[\"0\",null]]");
}

TEST(a_deferred_constraint_fails_the_file_at_its_end)
{
    DB;
    err error = run_how(db, file,
                        "CREATE TABLE p (id int PRIMARY KEY);\n"
                        "CREATE TABLE c (p int REFERENCES p DEFERRABLE INITIALLY DEFERRED);\n"
                        "INSERT INTO c VALUES (7);\n");
    assert_true(err_is(error, STR("23503")));
    assert_int_equal(db->refused, 1);
    expect_rows(db, "SELECT to_regclass('p')", "[[null]]");
}

TEST(begin_and_commit_in_a_file_are_folded)
{
    DB;
    err error = run_how(db, file, "BEGIN; CREATE TABLE t (a int); COMMIT; SELECT 1/0;");
    assert_true(err_is(error, STR("22012")));
    assert_true(noticed(db, "BEGIN is folded: the whole file is one transaction"));
    expect_rows(db, "SELECT to_regclass('t')", "[[null]]");
    assert_true(err_is(run_how(db, file, "ROLLBACK"), STR("0A000")));
}

TEST(copy_data_goes_to_the_server)
{
    DB;
    good(run_how(db, file,
                 "CREATE TABLE t (a int, b text);\nCOPY t (a, b) FROM stdin;\n1\tone\n2\t\\N\n\\.\n"
                 "INSERT INTO t VALUES (3, 'x');\n"));
    expect_rows(db, "SELECT a, b FROM t ORDER BY a",
                "[[\"1\",\"one\"],[\"2\",null],[\"3\",\"x\"]]");
    err error = run_how(db, file, "COPY t (a, b) FROM stdin;\n4\tfour\nx\tbad\n\\.\n");
    assert_true(err_is(error, STR("22P02")));
    assert_true(str_starts(error->details, STR("COPY t, line 2")));
    assert_true(err_is(run_how(db, file, "COPY t FROM stdin;\n5\tfive\n"), STR("22P04")));
    assert_true(err_is(run_how(db, file, "COPY t TO stdout"), STR("0A000")));
    expect_rows(db, "SELECT count(*) FROM t", "[[\"3\"]]");
}

TEST(notices_reach_the_caller)
{
    DB;
    good(run_how(db, file, "DO $$ BEGIN RAISE NOTICE 'hello %', 5; END $$"));
    assert_true(noticed(db, "hello 5"));
}

TEST(backslash_commands_are_refused_with_their_place)
{
    DB;
    err error = run_how(db, file, "SELECT 1;\n\\connect other\n");
    assert_true(err_is(error, STR("0A000")));
    assert_int_equal(db->line, 2);
    assert_int_equal(db->column, 1);
}

TEST(what_our_parser_does_not_know_is_the_servers_to_judge)
{
    DB;
    /* Version 16 knows it, 15 does not: its own message comes back, with a place of its own. */
    err error = run_how(db, file, "SELECT 1;\nSELECT any_value(x ORDER BY) FROM y;");
    assert_true(err_is(error, STR("42601")));
    assert_int_equal(db->line, 2);
}

TEST(concurrently_runs_between_two_transactions)
{
    DB;
    err error = run_how(db, file,
                        "CREATE TABLE t (a int);\nCREATE INDEX CONCURRENTLY i ON t (a);\n"
                        "CREATE TABLE later (a int);\nSELECT 1/0;\n");
    assert_true(err_is(error, STR("22012")));
    assert_true(noticed(db, "runs alone"));
    expect_rows(db, "SELECT to_regclass('t'), to_regclass('i'), to_regclass('later')",
                "[[\"t\",\"i\",null]]");
    good(run_how(db, file, "DROP INDEX CONCURRENTLY i; VACUUM t; REINDEX TABLE CONCURRENTLY t;"));
}

TEST(keep_going_takes_back_one_statement_alone)
{
    DB;
    struct how how = {.transaction = true, .keep_going = true};
    good(run_how(db, how, "CREATE TABLE t (a int); SELECT nope; INSERT INTO t VALUES (1);"));
    assert_int_equal(db->statements, 3);
    assert_int_equal(db->refused, 1);
    expect_rows(db, "SELECT count(*) FROM t", "[[\"1\"]]");
}

TEST(statements_of_a_console_stand_alone)
{
    DB;
    err error = run_how(db, console, "CREATE TABLE t (a int); SELECT nope; CREATE TABLE u (a int)");
    assert_true(err_is(error, STR("42703")));
    expect_rows(db, "SELECT to_regclass('t'), to_regclass('u')", "[[\"t\",null]]");
}

TEST(new_tables_get_row_level_security)
{
    DB;
    struct how how = {.transaction = true, .migration = true, .auto_rls = true};
    good(run_how(db, how, "CREATE TABLE old (a int); ALTER TABLE old DISABLE ROW LEVEL SECURITY;"));
    good(run_how(db, how,
                 "CREATE TABLE closed (a int); CREATE TABLE open (a int);\n"
                 "ALTER TABLE public.open DISABLE ROW LEVEL SECURITY;\n"
                 "CREATE SCHEMA hidden; CREATE TABLE hidden.x (a int);\n"
                 "CREATE TEMP TABLE passing (a int);"));
    assert_true(noticed(db, "row-level security is on for the new table \"closed\""));
    expect_rows(db,
                "SELECT relname, relrowsecurity FROM pg_class WHERE relname IN "
                "('closed','open','x','old') ORDER BY 1",
                "[[\"closed\",\"t\"],[\"old\",\"f\"],[\"open\",\"f\"],[\"x\",\"f\"]]");
}

TEST(security_reaches_tables_of_another_owner)
{
    DB;
    struct how how = {.transaction = true, .migration = true, .auto_rls = true};
    good(run_how(db, how,
                 "GRANT CREATE ON SCHEMA public TO dashboard_user; SET ROLE dashboard_user;\n"
                 "CREATE TABLE theirs (a int);"));
    expect_rows(db, "SELECT relrowsecurity FROM pg_class WHERE relname = 'theirs'", "[[\"t\"]]");
}

TEST(the_epilogue_runs_in_the_same_transaction)
{
    DB;
    struct how how = {.transaction = true, .epilogue = "RESET ROLE; INSERT INTO log VALUES ('x')"};
    good(run_how(db, console, "CREATE TABLE log (file text)"));
    good(run_how(db, how, "SET ROLE dashboard_user"));
    expect_rows(db, "SELECT count(*) FROM log", "[[\"1\"]]");
    how.epilogue = "INSERT INTO log VALUES ('y'); SELECT 1/0";
    assert_true(err_is(run_how(db, how, "CREATE TABLE t (a int)"), STR("22012")));
    expect_rows(db, "SELECT count(*), to_regclass('t') FROM log", "[[\"1\",null]]");
}

TEST(scripts_run_as_postgres_and_reset_role_goes_back_to_it)
{
    DB;
    expect_rows(db, "SELECT current_user", "[[\"postgres\"]]");
    expect_rows(db, "SET ROLE anon; RESET ROLE; SELECT current_user", "[[\"postgres\"]]");
    expect_rows(db, "SET ROLE anon; SET ROLE NONE; SELECT current_user", "[[\"postgres\"]]");
    expect_rows(db, "SET ROLE anon; SELECT current_user", "[[\"anon\"]]");
    err error = run_how(db, (struct how){.role = "nobody_here"}, "SELECT 1");
    assert_true(err_is(error, STR("42704")));
}

TEST(a_caller_has_role_claims_and_settings)
{
    DB;
    const struct setting settings[] = {
        {STR_INIT("request.method"), STR_INIT("GET")}
    };
    struct caller caller = {
        .role = STR("authenticated"),
        .claims =
            STR("{\"sub\":\"6f6a5e0c-0000-4000-8000-000000000001\",\"role\":\"authenticated\","
                "\"email\":\"a@b.c\"}"),
        .settings = settings,
        .setting_count = 1,
    };
    good(run_how(db, (struct how){.transaction = true, .caller = &caller},
                 "SELECT current_user, auth.uid(), auth.role(), auth.email(),"
                 " current_setting('request.method')"));
    assert_true(str_eq(db->rows, STR("[[\"authenticated\",\"6f6a5e0c-0000-4000-8000-000000000001\","
                                     "\"authenticated\",\"a@b.c\",\"GET\"]]")));
}

TEST(names_resolve_in_extensions_and_times_are_utc)
{
    DB;
    expect_rows(db, "SELECT digest('x', 'md5') IS NOT NULL, current_setting('TimeZone')",
                "[[\"t\",\"UTC\"]]");
    expect_rows(db, "SET search_path = auth; RESET search_path; SHOW search_path",
                "[[\"\\\"$user\\\", public, extensions\"]]");
}

TEST(ddl_tells_who_listens)
{
    DB;
    PGconn *listener = cluster_connect("root_of_all", db->name);
    PQclear(PQexec(listener, "LISTEN pgrst"));
    good(run_how(db, file, "SELECT 1"));
    PQclear(PQexec(listener, "SELECT 1"));
    assert_null(PQnotifies(listener));
    good(run_how(db, console, "CREATE TABLE t (a int)"));
    PQclear(PQexec(listener, "SELECT 1"));
    PGnotify *told = PQnotifies(listener);
    assert_non_null(told);
    assert_string_equal(told->extra, "reload schema");
    PQfreemem(told);
    PQfinish(listener);
}

TEST(a_long_statement_meets_its_deadline)
{
    DB;
    db->engine.options.sql_run_ms = 50;
    err error = run_how(db, file, "SELECT pg_sleep(30)");
    db->engine.options.sql_run_ms = 0;
    assert_true(err_is(error, STR("57014")));
}

static bool at_once(void *context)
{
    (void)context;
    return true;
}

TEST(a_caller_that_leaves_ends_its_statement)
{
    DB;
    struct how leaving = {.transaction = true, .cancelled = at_once};
    err error = run_how(db, leaving, "SELECT pg_sleep(30)");
    assert_true(err_is(error, STR("57014")));
}

TEST(a_server_that_stops_ends_what_runs)
{
    DB;
    atomic_store(&db->engine.stop_blocking_ms, 1);
    err error = run_how(db, file, "SELECT pg_sleep(30)");
    atomic_store(&db->engine.stop_blocking_ms, 0);
    assert_true(err_is(error, STR("57014")));
}

TEST(the_lock_of_migrations_keeps_others_out)
{
    DB;
    struct engine_lock *lock;
    static const char probe[] =
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database ="
        " (SELECT oid FROM pg_database WHERE datname = current_database())";
    good(engine_pg_migrations_lock(&db->engine.base, db->arena, &lock));
    assert_true(str_eq(cluster_value(db->arena, "root_of_all", db->name, probe), STR("1")));
    engine_pg_migrations_unlock(&db->engine.base, lock);
    assert_true(str_eq(cluster_value(db->arena, "root_of_all", db->name, probe), STR("0")));
}

TEST(a_url_that_cannot_be_read_is_not_shown)
{
    DB;
    static const char *const urls[] = {
        "postgres://me:hun@ter2@nowhere/db",
        "postgres://me:hunter2%zz@nowhere/db",
        "postgres://me:hunter2@[nowhere/db",
        "postgres://me:hunter2@nowhere:port/db?nothing=hunter2",
    };
    for (size_t i = 0; i < COUNT_OF(urls); i++) {
        PGconn *conn;
        err error = engine_pg_connect(db->arena, str_of(urls[i]), 1000, &conn);
        assert_non_null(error);
        assert_true(str_find(error->message, STR("ter2"), 0) == SIZE_MAX);
        assert_true(str_find(error->details, STR("ter2"), 0) == SIZE_MAX);
    }
}

#define ROW(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(rows_come_as_text_with_names_and_types),
        ROW(commands_have_their_tags),
        ROW(an_error_has_its_place_in_the_file),
        ROW(a_file_that_fails_leaves_nothing),
        ROW(a_deferred_constraint_fails_the_file_at_its_end),
        ROW(begin_and_commit_in_a_file_are_folded),
        ROW(copy_data_goes_to_the_server),
        ROW(notices_reach_the_caller),
        ROW(backslash_commands_are_refused_with_their_place),
        ROW(what_our_parser_does_not_know_is_the_servers_to_judge),
        ROW(concurrently_runs_between_two_transactions),
        ROW(keep_going_takes_back_one_statement_alone),
        ROW(statements_of_a_console_stand_alone),
        ROW(new_tables_get_row_level_security),
        ROW(security_reaches_tables_of_another_owner),
        ROW(the_epilogue_runs_in_the_same_transaction),
        ROW(scripts_run_as_postgres_and_reset_role_goes_back_to_it),
        ROW(a_caller_has_role_claims_and_settings),
        ROW(names_resolve_in_extensions_and_times_are_utc),
        ROW(ddl_tells_who_listens),
        ROW(a_long_statement_meets_its_deadline),
        ROW(a_caller_that_leaves_ends_its_statement),
        ROW(a_server_that_stops_ends_what_runs),
        ROW(the_lock_of_migrations_keeps_others_out),
        ROW(a_url_that_cannot_be_read_is_not_shown),
    };
    return cmocka_run_group_tests(tests, cluster_start, cluster_stop);
}
