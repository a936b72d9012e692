/* run_fixture.h - a database in memory with the tables of a catalog, and statements run on it. */
#ifndef DAPUR_TESTS_RUN_FIXTURE_H
#define DAPUR_TESTS_RUN_FIXTURE_H

#include "engine/sqlite/program_fixture.h"
#include "engine/sqlite/rowset.h"
#include "engine/sqlite/run.h"
#include "engine/sqlite/schema.h"

struct run_fixture {
    struct program_fixture base;
    sqlite3 *db;
    struct sqlite_session session;
    struct statement_cache *statements;
    struct caller caller;
    const char *role;
    bool api;
    enum result_format format;
    struct step_result result; /* of the last statement */
};

static void create_tables(struct run_fixture *fixture)
{
    struct catalog *nothing = catalog_bootstrap();
    struct schema_sync sync = {
        .arena = fixture->base.arena,
        .db = fixture->db,
        .before = nothing,
        .after = fixture->base.catalog,
    };
    expect_ok(schema_sync(&sync));
    catalog_unref(nothing);
}

static void run_fixture_begin(struct run_fixture *fixture, const char *ddl)
{
    *fixture = (struct run_fixture){.role = "postgres"};
    fixture_begin(&fixture->base, ddl);
    assert_int_equal(sqlite3_open(":memory:", &fixture->db), SQLITE_OK);
    sqlite3_extended_result_codes(fixture->db, 1);
    sqlite3_db_config(fixture->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_exec(fixture->db, "PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON", NULL, NULL,
                 NULL);
    sqlite_session_init(&fixture->session);
    expect_ok(functions_register(fixture->db, &fixture->session));
    sqlite_session_catalog(&fixture->session, fixture->base.catalog);
    assert_int_equal(rowset_register(fixture->db), SQLITE_OK);
    fixture->statements = statement_cache_open(fixture->base.arena, fixture->db, 256, 1 << 22);
    create_tables(fixture);
}

static void run_fixture_end(struct run_fixture *fixture)
{
    statement_cache_close(fixture->statements);
    assert_int_equal(sqlite3_close(fixture->db), SQLITE_OK);
    sqlite_session_deinit(&fixture->session);
    fixture_end(&fixture->base);
}

static void run_as(struct run_fixture *fixture, const char *role, const char *user)
{
    fixture->role = role;
    fixture->caller = (struct caller){
        .role = str_of(role),
        .user_id = str_of(user),
        .claims =
            str_printf(fixture->base.arena, "{\"sub\": \"%s\", \"role\": \"%s\"}", user, role),
    };
}

/* Runs in a savepoint that an error rolls back, as the writer does. */
static err run_plan(struct run_fixture *fixture,
                    const struct plan *plan,
                    const struct value *params,
                    int64_t least,
                    int64_t most,
                    struct buf *out)
{
    struct run run = {
        .arena = fixture->base.arena,
        .db = fixture->db,
        .statements = fixture->statements,
        .session = &fixture->session,
        .caller = &fixture->caller,
        .format = fixture->format,
        .output = {.bytes = out},
    };
    const struct engine_step step = {
        .plan = plan, .params = params, .rows_least = least, .rows_most = most};
    sqlite3_exec(fixture->db, "SAVEPOINT s", NULL, NULL, NULL);
    err error = run_program(&run, &step, &fixture->result);
    sqlite3_exec(fixture->db, error ? "ROLLBACK TO s; RELEASE s" : "RELEASE s", NULL, NULL, NULL);
    assert_null(sqlite3_next_stmt(fixture->db, NULL) != NULL &&
                        sqlite3_stmt_busy(sqlite3_next_stmt(fixture->db, NULL))
                    ? fixture
                    : NULL);
    return error;
}

static err run_try(struct run_fixture *fixture,
                   const char *sql,
                   const struct value *params,
                   const char **out)
{
    struct plan *plan = NULL;
    struct buf *bytes = buf_in(fixture->base.arena, 0);
    TRY(try_plan(&fixture->base, fixture->role, sql, fixture->api, &plan));
    arena_defer(fixture->base.arena, release_plan, plan);
    err error = run_plan(fixture, plan, params, ROWS_ANY, ROWS_ANY, bytes);
    *out = str_cstr(fixture->base.arena, buf_str(bytes));
    return error;
}

/* The body that the statement gives. */
static const char *run_sql(struct run_fixture *fixture, const char *sql)
{
    const char *out = "";
    err error = run_try(fixture, sql, NULL, &out);
    if (error)
        fail_msg("%s\n%.*s: %.*s | %.*s", sql, STR_FMT(error->code), STR_FMT(error->message),
                 STR_FMT(error->details));
    return out;
}

/* "SQLSTATE message" and " | detail" of its refusal. */
static const char *run_refused(struct run_fixture *fixture, const char *sql)
{
    const char *out = "";
    err error = run_try(fixture, sql, NULL, &out);
    if (!error) return "no error";
    return str_cstr(fixture->base.arena,
                    str_printf(fixture->base.arena, "%.*s %.*s%s%.*s", STR_FMT(error->code),
                               STR_FMT(error->message), str_empty(error->details) ? "" : " | ",
                               STR_FMT(error->details)));
}

#endif
