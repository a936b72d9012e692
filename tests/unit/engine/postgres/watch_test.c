#include "engine/postgres/server.h"

#include "base/log.h"
#include "engine/postgres/catalog_load.h"
#include "engine/postgres/watch.h"

/* An engine that has a catalog and a watcher, nothing else. */
struct world {
    struct server *server;
    struct arena *arena;
    PGconn *conn; /* a superuser's, in the same database */
    struct engine_pg *engine;
};

struct setting_of_world {
    const char *user;
    uint64_t poll_ms;
    enum engine_postgres_pooler pooler;
};

static struct world world_open(void **state, struct setting_of_world setting)
{
    struct world world = {.server = *state, .arena = arena_new(0)};
    if (!world.server) {
        arena_free(world.arena);
        skip();
    }
    const char *database = server_database(world.arena, world.server);
    world.conn = server_connect(world.arena, world.server, "postgres", database);
    server_sql(world.conn, "DO $$ BEGIN CREATE ROLE plain LOGIN;"
                           " EXCEPTION WHEN duplicate_object THEN NULL; END $$");
    struct engine_pg *engine = ARENA_NEW(world.arena, struct engine_pg);
    const char *user = setting.user ? setting.user : "postgres";
    engine->arena = world.arena;
    engine->options = engine_postgres_defaults(
        server_url(world.arena, world.server, user, database), STR("/tmp"));
    engine->options.poll_ms = setting.poll_ms;
    engine->options.pooler = setting.pooler;
    catalog_current_init(&engine->current);
    const struct catalog *catalog;
    assert_null(
        engine_pg_catalog_fingerprint(world.arena, world.conn, &engine->catalog_fingerprint));
    assert_null(engine_pg_catalog_load(world.arena, world.conn, 1, &catalog));
    catalog_current_publish(&engine->current, catalog);
    assert_null(engine_pg_watch_open(engine, &engine->watch));
    world.engine = engine;
    return world;
}

static void world_close(struct world *world)
{
    engine_pg_watch_close(world->engine->watch);
    catalog_current_deinit(&world->engine->current);
    PQfinish(world->conn);
    arena_free(world->arena);
}

/* ---- waiting for what another thread does: long enough to call it lost ---- */

enum { TRIES_MOST = 6000, TRY_NS = 5000000 };

static bool has_table(struct world *world, const char *name)
{
    const struct catalog *catalog = catalog_current_take(&world->engine->current);
    const struct cat_schema *schema = catalog_schema_find(catalog, STR("public"));
    bool found = catalog_relation_find(catalog, schema->oid, str_of(name)) != NULL;
    catalog_unref(catalog);
    return found;
}

static void wait_for_table(struct world *world, const char *name)
{
    for (int i = 0; i < TRIES_MOST; i++) {
        if (has_table(world, name)) return;
        nanosleep(&(struct timespec){.tv_nsec = TRY_NS}, NULL);
    }
    fail_msg("the watcher never saw %s", name);
}

static void wait_for_version(struct world *world, uint64_t version)
{
    for (int i = 0; i < TRIES_MOST; i++) {
        if (catalog_current_version(&world->engine->current) >= version) return;
        nanosleep(&(struct timespec){.tv_nsec = TRY_NS}, NULL);
    }
    fail_msg("version %d never came", (int)version);
}

/* The first field of a query that is asked until it is "t". */
static void wait_for(struct world *world, const char *query)
{
    for (int i = 0; i < TRIES_MOST; i++) {
        PGresult *result = PQexec(world->conn, query);
        bool yes = PQntuples(result) == 1 && strcmp(PQgetvalue(result, 0, 0), "t") == 0;
        PQclear(result);
        if (yes) return;
        nanosleep(&(struct timespec){.tv_nsec = TRY_NS}, NULL);
    }
    fail_msg("never true: %s", query);
}

static void mark_time(struct world *world)
{
    server_sql(world->conn, "SELECT set_config('mark.at', clock_timestamp()::text, false)");
}

/* Its backend; the test's own has the same application name. */
#define WATCHER                                                                               \
    "FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'dapur'" \
    " AND pid <> pg_backend_pid() "

/* What it does last at a look without and with a load. */
#define LOOKED "(query LIKE '-- A text that differs%' OR query LIKE '-- What a catalog%')"

/* The watcher has looked since mark_time, and waits. */
static void wait_for_look(struct world *world)
{
    wait_for(world, "SELECT count(*) > 0 " WATCHER "AND " LOOKED " AND state = 'idle' AND"
                    " query_start > current_setting('mark.at')::timestamptz");
}

/* It listens before it looks for the first time. */
static void wait_for_listening(struct world *world)
{
    wait_for(world, "SELECT count(*) > 0 " WATCHER "AND " LOOKED);
}

static uint64_t version(struct world *world)
{
    return catalog_current_version(&world->engine->current);
}

static void reload(struct world *world)
{
    err error = engine_pg_watch_reload_wait(world->engine->watch, world->arena);
    if (error) fail_msg("%.*s: %.*s", STR_FMT(error->message), STR_FMT(error->details));
}

/* ---- asked ---- */

static void who_waits_for_a_reload_gets_it(void **state)
{
    struct world world = world_open(state, (struct setting_of_world){0});
    reload(&world);
    uint64_t before = version(&world);
    server_sql(world.conn, "CREATE TABLE fresh (id int)");
    reload(&world);
    assert_true(has_table(&world, "fresh"));
    assert_true(version(&world) > before);
    before = version(&world);
    reload(&world);
    assert_true(version(&world) > before);
    world_close(&world);
}

struct caller_thread {
    struct world *world;
    pthread_t thread;
    bool failed;
};

static void *reload_often(void *context)
{
    struct caller_thread *caller = context;
    struct arena *arena = arena_new(0);
    for (int i = 0; i < 20 && !caller->failed; i++)
        caller->failed = engine_pg_watch_reload_wait(caller->world->engine->watch, arena) != NULL;
    arena_free(arena);
    return NULL;
}

static void many_may_wait_at_once(void **state)
{
    struct world world = world_open(state, (struct setting_of_world){.user = "plain"});
    struct caller_thread callers[4];
    for (size_t i = 0; i < COUNT_OF(callers); i++) {
        callers[i] = (struct caller_thread){.world = &world};
        assert_int_equal(pthread_create(&callers[i].thread, NULL, reload_often, &callers[i]), 0);
    }
    for (size_t i = 0; i < COUNT_OF(callers); i++) {
        pthread_join(callers[i].thread, NULL);
        assert_false(callers[i].failed);
    }
    /* One load may serve all who waited when it began. */
    assert_true(version(&world) >= 21);
    assert_true(version(&world) <= 81);
    world_close(&world);
}

static void a_look_publishes_what_changed_alone(void **state)
{
    struct world world = world_open(state, (struct setting_of_world){.user = "plain"});
    wait_for_listening(&world);
    assert_int_equal(version(&world), 1);
    mark_time(&world);
    engine_pg_watch_reload(world.engine->watch);
    wait_for_look(&world);
    assert_int_equal(version(&world), 1);
    server_sql(world.conn, "CREATE TABLE fresh (id int)");
    engine_pg_watch_reload(world.engine->watch);
    wait_for_table(&world, "fresh");
    assert_int_equal(version(&world), 2);
    world_close(&world);
}

/* ---- notified ---- */

static void postgrest_s_channel_reloads(void **state)
{
    struct world world = world_open(state, (struct setting_of_world){.user = "plain"});
    wait_for_listening(&world);
    server_sql(world.conn, "NOTIFY pgrst, 'reload config'");
    server_sql(world.conn, "CREATE TABLE fresh (id int); NOTIFY pgrst, 'reload schema'");
    wait_for_table(&world, "fresh");
    assert_int_equal(version(&world), 2);
    server_sql(world.conn, "NOTIFY pgrst");
    wait_for_version(&world, 3);
    server_sql(world.conn, "NOTIFY pgrst, 'reload schema'");
    wait_for_version(&world, 4);
    world_close(&world);
}

static void a_superuser_s_watcher_is_told_of_ddl(void **state)
{
    struct world world = world_open(state, (struct setting_of_world){0});
    wait_for(&world, "SELECT count(*) = 2 FROM pg_event_trigger");
    wait_for_listening(&world);
    server_sql(world.conn, "SET ROLE plain; RESET ROLE; GRANT CREATE ON SCHEMA public TO plain");
    server_sql(world.conn, "SET ROLE plain; CREATE TABLE theirs (id int); RESET ROLE");
    wait_for_table(&world, "theirs");
    server_sql(world.conn, "CREATE TABLE last_one (id int)");
    wait_for_table(&world, "last_one");
    world_close(&world);
}

/* Notifications of dapur_catalog that a statement made, seen by the test's own ears. */
static int notices_of(PGconn *conn, const char *sql)
{
    int count = 0;
    server_sql(conn, sql);
    server_sql(conn, "SELECT 1");
    for (PGnotify *notice; (notice = PQnotifies(conn)); PQfreemem(notice)) count++;
    return count;
}

static void the_event_trigger_tells_of_what_matters(void **state)
{
    struct world world = world_open(state, (struct setting_of_world){0});
    wait_for(&world, "SELECT count(*) = 2 FROM pg_event_trigger");
    server_sql(world.conn, "LISTEN dapur_catalog");
    static const struct {
        const char *sql;
        int count;
    } cases[] = {
        {"CREATE TABLE t (id int)",                               1},
        {"ALTER TABLE t ADD a int",                               1},
        {"ALTER TABLE t DROP a",                                  1},
        {"GRANT SELECT ON t TO plain",                            1},
        {"COMMENT ON TABLE t IS 'x'",                             1},
        {"CREATE POLICY p ON t USING (true)",                     1},
        {"CREATE TABLE u AS SELECT 1 AS a",                       1},
        {"CREATE SCHEMA other",                                   1},
        {"CREATE TYPE mood AS ENUM ('a')",                        1},
        {"CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN 1", 1},
        {"CREATE MATERIALIZED VIEW m AS SELECT * FROM t",         1},
        {"DROP FUNCTION f()",                                     1},
        {"REFRESH MATERIALIZED VIEW m",                           0},
        {"INSERT INTO t VALUES (1)",                              0},
        {"CREATE TEMP TABLE passing (id int)",                    0},
        {"CREATE INDEX ON passing (id)",                          0},
        {"DROP TABLE passing",                                    0},
        {"TRUNCATE t",                                            0},
        {"DROP TABLE t CASCADE",                                  1},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int count = notices_of(world.conn, cases[i].sql);
        if (count != cases[i].count) fail_msg("%s: told %d times", cases[i].sql, count);
    }
    world_close(&world);
}

static void another_s_event_trigger_serves_a_plain_login(void **state)
{
    struct world world = world_open(state, (struct setting_of_world){0});
    wait_for(&world, "SELECT count(*) = 2 FROM pg_event_trigger");
    engine_pg_watch_close(world.engine->watch);
    world.engine->options.url = server_url(world.arena, world.server, "plain", PQdb(world.conn));
    mark_time(&world);
    assert_null(engine_pg_watch_open(world.engine, &world.engine->watch));
    wait_for_look(&world);
    server_sql(world.conn, "CREATE TABLE fresh (id int)");
    wait_for_table(&world, "fresh");
    world_close(&world);
}

/* ---- polled ---- */

static void a_plain_login_looks(void **state)
{
    struct world world =
        world_open(state, (struct setting_of_world){.user = "plain", .poll_ms = 20});
    server_sql(world.conn, "CREATE TABLE fresh (id int)");
    wait_for_table(&world, "fresh");
    mark_time(&world);
    wait_for_look(&world);
    assert_int_equal(version(&world), 2);
    PGresult *triggers = PQexec(world.conn, "SELECT FROM pg_event_trigger");
    assert_int_equal(PQntuples(triggers), 0);
    PQclear(triggers);
    world_close(&world);
}

static void roles_are_seen_where_an_event_trigger_tells(void **state)
{
    struct world world = world_open(state, (struct setting_of_world){.poll_ms = 10});
    wait_for(&world, "SELECT count(*) = 2 FROM pg_event_trigger");
    wait_for_listening(&world);
    server_sql(world.conn, "DROP ROLE IF EXISTS newcomer; CREATE ROLE newcomer");
    bool seen = false;
    for (int i = 0; i < TRIES_MOST && !seen; i++) {
        const struct catalog *catalog = catalog_current_take(&world.engine->current);
        seen = catalog_role_find(catalog, STR("newcomer")) != NULL;
        catalog_unref(catalog);
        nanosleep(&(struct timespec){.tv_nsec = TRY_NS}, NULL);
    }
    assert_true(seen);
    world_close(&world);
}

static void behind_a_pooler_it_looks_and_makes_nothing(void **state)
{
    struct world world =
        world_open(state, (struct setting_of_world){.poll_ms = 20, .pooler = POOLER_TRANSACTION});
    server_sql(world.conn, "CREATE TABLE fresh (id int)");
    wait_for_table(&world, "fresh");
    PGresult *triggers = PQexec(world.conn, "SELECT FROM pg_event_trigger");
    assert_int_equal(PQntuples(triggers), 0);
    PQclear(triggers);
    world_close(&world);
}

/* ---- trouble ---- */

static void a_lost_connection_is_made_again(void **state)
{
    struct world world = world_open(state, (struct setting_of_world){.user = "plain"});
    wait_for_listening(&world);
    /* Nobody tells of it: seen because the connection is new. */
    server_sql(world.conn, "CREATE TABLE missed (id int)");
    server_sql(world.conn, "SELECT pg_terminate_backend(pid, 5000) " WATCHER);
    wait_for_table(&world, "missed");
    server_sql(world.conn, "CREATE TABLE later (id int); NOTIFY pgrst, 'reload schema'");
    wait_for_table(&world, "later");
    world_close(&world);
}

static void a_server_that_is_down_keeps_the_last_catalog(void **state)
{
    struct world world = world_open(state, (struct setting_of_world){.user = "plain"});
    server_sql(world.conn, "CREATE TABLE kept (id int)");
    reload(&world);
    server_halt(world.server);
    err error = engine_pg_watch_reload_wait(world.engine->watch, world.arena);
    assert_non_null(error);
    assert_int_equal(error->kind, ERR_UNAVAILABLE);
    assert_true(has_table(&world, "kept"));
    uint64_t before = version(&world);
    server_launch(world.server);
    for (int i = 0; i < TRIES_MOST; i++)
        if (!engine_pg_watch_reload_wait(world.engine->watch, world.arena)) break;
    assert_true(version(&world) > before);
    world_close(&world);
}

static void it_closes_while_the_server_is_down(void **state)
{
    struct world world = world_open(state, (struct setting_of_world){.user = "plain"});
    server_halt(world.server);
    err error = engine_pg_watch_reload_wait(world.engine->watch, world.arena);
    assert_non_null(error);
    world_close(&world);
    server_launch(world.server);
}

static void it_closes_while_a_query_waits(void **state)
{
    struct world world = world_open(state, (struct setting_of_world){.user = "plain"});
    wait_for_listening(&world);
    server_sql(world.conn, "BEGIN; LOCK TABLE pg_policy IN ACCESS EXCLUSIVE MODE");
    engine_pg_watch_reload(world.engine->watch);
    wait_for(&world, "SELECT count(*) > 0 " WATCHER "AND wait_event_type = 'Lock'");
    world_close(&world);
}

static void a_malformed_url_is_not_repeated(void **state)
{
    (void)state;
    static const char *const urls[] = {
        "postgres://user:se%ZZcret@localhost/x",
        "postgres://user:secret@[::1/x",
        "postgres://user:secret@[::1]x/x",
        "postgres://user:secret@localhost/x?password=secret&a=b=c",
        "host=localhost password='secret",
    };
    struct arena *arena = arena_new(0);
    for (size_t i = 0; i < COUNT_OF(urls); i++) {
        PGconn *conn;
        err error = engine_pg_connect(arena, str_of(urls[i]), 1000, &conn);
        assert_non_null(error);
        assert_int_equal(error->kind, ERR_CONFIG);
        str texts[] = {error->message, error->details, error->hint};
        for (size_t k = 0; k < COUNT_OF(texts); k++)
            assert_true(str_find(texts[k], STR("cret"), 0) == SIZE_MAX);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_waits_for_a_reload_gets_it),
        cmocka_unit_test(many_may_wait_at_once),
        cmocka_unit_test(a_look_publishes_what_changed_alone),
        cmocka_unit_test(postgrest_s_channel_reloads),
        cmocka_unit_test(a_superuser_s_watcher_is_told_of_ddl),
        cmocka_unit_test(the_event_trigger_tells_of_what_matters),
        cmocka_unit_test(another_s_event_trigger_serves_a_plain_login),
        cmocka_unit_test(a_plain_login_looks),
        cmocka_unit_test(roles_are_seen_where_an_event_trigger_tells),
        cmocka_unit_test(behind_a_pooler_it_looks_and_makes_nothing),
        cmocka_unit_test(a_lost_connection_is_made_again),
        cmocka_unit_test(a_server_that_is_down_keeps_the_last_catalog),
        cmocka_unit_test(it_closes_while_the_server_is_down),
        cmocka_unit_test(it_closes_while_a_query_waits),
        cmocka_unit_test(a_malformed_url_is_not_repeated),
    };
    log_level_set(LOG_LEVEL_ERROR); /* some of what they do is worth a warning elsewhere */
    return cmocka_run_group_tests(tests, server_start, server_stop);
}
