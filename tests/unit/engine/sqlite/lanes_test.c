/* The lanes of the embedded engine, over a real folder: batches of writes in which one is bad, reads
 * that change lanes, snapshots, migrations, and what a killed process leaves. */
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "engine/sqlite/engine_int.h"
#include "sql/parse.h"

enum { CALLS_MAX = 16, WAIT_MS = 60000 };

struct fixture {
    struct arena *arena;
    char folder[64];
    struct engine_sqlite_options options;
    struct engine *engine;
    struct loops *loops;
    atomic_int pending;
};

/* One request and what came of it. */
struct call {
    struct engine_request request; /* first */
    struct fixture *fixture;
    const char *sql;
    const char *role;
    const struct plan *plan;
    struct engine_step step;
    struct caller caller;
    err error;
    str body;
    int64_t fd_len; /* -1: the body was in memory */
};

/* Life ------------------------------------------------------------------------------------------ */

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info, (void)kind, (void)place;
    return remove(path);
}

static void expect_ok(err error)
{
    if (error) fail_msg("%.*s: %.*s", STR_FMT(error->code), STR_FMT(error->message));
}

static void start_reader(struct loop *loop, void *context)
{
    struct fixture *fixture = context;
    expect_ok(fixture->engine->loop_start(fixture->engine, loop));
}

static void stop_reader(struct loop *loop, void *context)
{
    struct fixture *fixture = context;
    fixture->engine->loop_stop(fixture->engine, loop);
}

static void open_engine(struct fixture *fixture)
{
    const struct loops_options one = {.count = 1};
    expect_ok(engine_sqlite_open(fixture->arena, &fixture->options, &fixture->engine));
    expect_ok(loops_start(fixture->arena, &one, &fixture->loops));
    loop_call_wait(loops_at(fixture->loops, 0), start_reader, fixture);
}

static void close_engine(struct fixture *fixture)
{
    fixture->engine->drain(fixture->engine);
    loop_call_wait(loops_at(fixture->loops, 0), stop_reader, fixture);
    loops_stop(fixture->loops);
    loops_join(fixture->loops);
    fixture->engine->close(fixture->engine);
}

static void run_script(struct fixture *fixture, const char *text)
{
    const struct script_options options = {.file = STR("test.sql"),
                                           .text = str_of(text),
                                           .role = STR("postgres"),
                                           .transaction = true,
                                           .migration = true};
    expect_ok(fixture->engine->script(fixture->engine, fixture->arena, &options));
}

static const char tables[] =
    "create table public.rows (id bigint primary key, text text);"
    "create table public.numbered (id bigint generated always as identity primary key, n integer);"
    "create table public.parents (id bigint primary key);"
    "create table public.children (id bigint primary key, parent bigint references public.parents "
    "(id)"
    " deferrable initially deferred);";

static void begin(struct fixture *fixture)
{
    *fixture = (struct fixture){.arena = arena_new(0)};
    snprintf(fixture->folder, sizeof fixture->folder, "/tmp/dapur-lanes-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    fixture->options = engine_sqlite_defaults(str_of(fixture->folder));
    fixture->options.batch_run_us = WAIT_MS * UINT64_C(1000); /* a batch is what was queued */
}

static void end(struct fixture *fixture)
{
    close_engine(fixture);
    arena_free(fixture->arena);
    nftw(fixture->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* Requests -------------------------------------------------------------------------------------- */

static void done(struct engine_request *request,
                 err error,
                 struct step_result *results,
                 size_t failed_step)
{
    struct call *call = (struct call *)request;
    (void)failed_step;
    call->error = error;
    call->fd_len = -1;
    if (!error && results[0].body.fd >= 0)
        call->fd_len = results[0].body.fd_len;
    else if (!error)
        call->body = str_copy(request->arena, buf_str(&results[0].body.bytes));
    atomic_fetch_sub(&call->fixture->pending, 1);
}

static void compile(struct call *call)
{
    struct engine *engine = call->fixture->engine;
    const struct catalog *catalog = engine->catalog(engine);
    const struct cat_role *role = catalog_role_find(catalog, str_of(call->role));
    str path[] = {STR("public")};
    struct compile_options options = {.catalog = catalog,
                                      .role = role->oid,
                                      .search_path = path,
                                      .search_path_count = 1,
                                      .source = str_of(call->sql)};
    struct node *statement;
    struct plan *plan;
    expect_ok(sql_parse_one(call->request.arena, str_of(call->sql), &statement));
    expect_ok(
        sql_compile_statement(call->request.arena, &options, statement, engine->print, &plan));
    call->plan = plan;
    call->caller = (struct caller){.role = role->name, .role_oid = role->oid};
}

static void start_call(struct loop *loop, struct call *call)
{
    struct engine_request *request = &call->request;
    if (!call->plan) compile(call);
    call->step =
        (struct engine_step){.plan = call->plan, .rows_least = ROWS_ANY, .rows_most = ROWS_ANY};
    request->loop = loop;
    request->caller = &call->caller;
    request->steps = &call->step;
    request->step_count = 1;
    request->format = FORMAT_JSON;
    request->done = done;
    call->fixture->engine->run(call->fixture->engine, request);
}

static void start_calls(struct loop *loop, void *context)
{
    for (struct call *call = context; call->sql; call++) start_call(loop, call);
}

static void compile_call(struct loop *loop, void *context)
{
    (void)loop;
    compile(context);
}

static void call_init(struct fixture *fixture, struct call *call, const char *role, const char *sql)
{
    *call = (struct call){.fixture = fixture, .sql = sql, .role = role};
    call->request.arena = arena_new(0);
}

static void call_free(struct call *call)
{
    if (call->plan) plan_unref(call->plan);
    arena_free(call->request.arena);
}

static void await(struct fixture *fixture)
{
    uint64_t until_ms = clock_mono_ms() + WAIT_MS;
    while (atomic_load(&fixture->pending) > 0) {
        if (clock_mono_ms() > until_ms)
            fail_msg("%d requests got no answer", atomic_load(&fixture->pending));
        usleep(500);
    }
}

/* A list that ends with a call without SQL. */
static void submit(struct fixture *fixture, struct call *calls)
{
    int count = 0;
    while (calls[count].sql) count++;
    atomic_store(&fixture->pending, count);
    loop_call_wait(loops_at(fixture->loops, 0), start_calls, calls);
}

static void ask(struct fixture *fixture, struct call *one)
{
    atomic_store(&fixture->pending, 1);
    struct call *list = one; /* the array's second element ends it */
    loop_call_wait(loops_at(fixture->loops, 0), start_calls, list);
    await(fixture);
}

/* The body of one statement as the owner. */
static const char *answer_of(struct fixture *fixture, const char *sql)
{
    struct call calls[2] = {0};
    call_init(fixture, &calls[0], "postgres", sql);
    ask(fixture, calls);
    expect_ok(calls[0].error);
    const char *body = str_cstr(fixture->arena, calls[0].body);
    call_free(&calls[0]);
    return body;
}

/* A writer that waits, so that what is submitted meanwhile becomes one batch --------------------- */

struct gate {
    struct exclusive_job job; /* first */
    struct fixture *fixture;
    pthread_t thread;
    atomic_bool entered, open;
};

static err gate_run(struct exclusive_job *job,
                    struct engine_sqlite *engine,
                    struct connection *connection)
{
    struct gate *gate = (struct gate *)job;
    (void)engine, (void)connection;
    atomic_store(&gate->entered, true);
    while (!atomic_load(&gate->open)) usleep(200);
    return NULL;
}

static void *gate_main(void *context)
{
    struct gate *gate = context;
    gate->job.run = gate_run;
    err_ignore(writer_exclusive(engine_sqlite_of(gate->fixture->engine)->writer, &gate->job),
               "it has none");
    return NULL;
}

static void submit_as_batch(struct fixture *fixture, struct call *calls)
{
    struct gate gate = {.fixture = fixture};
    assert_int_equal(pthread_create(&gate.thread, NULL, gate_main, &gate), 0);
    while (!atomic_load(&gate.entered)) usleep(200);
    submit(fixture, calls);
    atomic_store(&gate.open, true);
    pthread_join(gate.thread, NULL);
    await(fixture);
}

struct expectation {
    const char *role;
    const char *sql;
    const char *sqlstate; /* NULL: it succeeds */
};

static void check_batch(struct fixture *fixture, const struct expectation *expected, size_t count)
{
    struct call calls[CALLS_MAX + 1] = {0};
    assert_true(count <= CALLS_MAX);
    for (size_t i = 0; i < count; i++)
        call_init(fixture, &calls[i], expected[i].role, expected[i].sql);
    submit_as_batch(fixture, calls);
    for (size_t i = 0; i < count; i++) {
        if (!expected[i].sqlstate)
            expect_ok(calls[i].error);
        else if (!calls[i].error)
            fail_msg("no error: %s", expected[i].sql);
        else
            assert_string_equal(str_cstr(fixture->arena, calls[i].error->code),
                                expected[i].sqlstate);
        call_free(&calls[i]);
    }
}

/* Tests ------------------------------------------------------------------------------------------ */

static void test_a_bad_request_fails_alone(void **state)
{
    (void)state;
    static const struct expectation batch[] = {
        {"postgres",      "insert into rows values (1, 'a')",                                     NULL   },
        {"postgres",      "insert into rows values (1, 'again')",                                 "23505"},
        {"postgres",      "insert into rows values (2, 'b')",                                     NULL   },
        {"postgres",      "insert into children values (1, 77)",                                  "23503"},
        {"postgres",      "insert into rows values (3, 'c')",                                     NULL   },
 /* An interrupt inside a write takes the whole transaction down: the others are replayed. */
        {"authenticated", "update numbered set n = 7",                                            "57014"},
        {"postgres",      "insert into rows values (5, 'e')",                                     NULL   },
        {"authenticated", "insert into rows select 1000 + a from generate_series(1, 50000000) a",
         "57014"                                                                                         },
        {"postgres",      "insert into rows values (4, 'd')",                                     NULL   },
        {"postgres",      "insert into numbered (n) values (1)",                                  NULL   },
    };
    struct fixture fixture;
    begin(&fixture);
    fixture.options.write_run_ms = 10;
    open_engine(&fixture);
    run_script(&fixture, tables);
    answer_of(&fixture, "insert into numbered (n) select a from generate_series(1, 200000) a");
    check_batch(&fixture, batch, COUNT_OF(batch));
    struct engine_stats stats;
    fixture.engine->stats(fixture.engine, &stats);
    assert_true(stats.batch_rows_most >= 5);
    assert_true(atomic_load(&engine_sqlite_of(fixture.engine)->counters.replays) >= 1);
    assert_string_equal(
        answer_of(&fixture, "select id, text from rows order by id"),
        "[{\"id\":1,\"text\":\"a\"},{\"id\":2,\"text\":\"b\"},{\"id\":3,\"text\":\"c\"},"
        "{\"id\":4,\"text\":\"d\"},{\"id\":5,\"text\":\"e\"}]");
    assert_string_equal(answer_of(&fixture, "select count(*) from numbered"),
                        "[{\"count\":200001}]");
    assert_string_equal(answer_of(&fixture, "select count(*) from children"), "[{\"count\":0}]");
    end(&fixture);
}

/* max_page_count: the file may grow by some pages alone, as on a full disk. */
struct limit_job {
    struct exclusive_job job; /* first */
    const char *pragma;
};

static err limit_run(struct exclusive_job *job,
                     struct engine_sqlite *engine,
                     struct connection *connection)
{
    (void)engine;
    assert_int_equal(
        sqlite3_exec(connection->db, ((struct limit_job *)job)->pragma, NULL, NULL, NULL),
        SQLITE_OK);
    return NULL;
}

static void limit_pages(struct fixture *fixture, const char *pragma)
{
    struct limit_job job = {.job = {.run = limit_run}, .pragma = pragma};
    expect_ok(writer_exclusive(engine_sqlite_of(fixture->engine)->writer, &job.job));
}

static void test_a_full_disk_fails_the_request_that_does_not_fit(void **state)
{
    (void)state;
    static const struct expectation batch[] = {
        {"postgres", "insert into rows values (1, 'a')",                  NULL   },
        {"postgres", "insert into rows values (2, repeat('x', 8000000))", "53100"},
        {"postgres", "insert into rows values (3, 'c')",                  NULL   },
    };
    struct fixture fixture;
    begin(&fixture);
    open_engine(&fixture);
    run_script(&fixture, tables);
    limit_pages(&fixture, "PRAGMA max_page_count=1000");
    check_batch(&fixture, batch, COUNT_OF(batch));
    assert_string_equal(answer_of(&fixture, "select id from rows order by id"),
                        "[{\"id\":1},{\"id\":3}]");
    limit_pages(&fixture, "PRAGMA max_page_count=1000000");
    check_batch(&fixture, &(struct expectation){"postgres", batch[1].sql, NULL}, 1);
    assert_string_equal(answer_of(&fixture, "select count(*) from rows"), "[{\"count\":3}]");
    end(&fixture);
}

static void test_a_write_is_read_at_once(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    open_engine(&fixture);
    run_script(&fixture, tables);
    for (int i = 1; i <= 100; i++) {
        char expected[64];
        snprintf(expected, sizeof expected, "[{\"count\":%d}]", i);
        answer_of(&fixture, "insert into numbered (n) values (1)");
        assert_string_equal(answer_of(&fixture, "select count(*) from numbered"), expected);
    }
    end(&fixture);
}

static void test_a_plan_of_another_schema_is_never_run(void **state)
{
    (void)state;
    static const char *const statements[] = {
        "select id from rows", "insert into rows values (9, 'x')",
        "select count(*) from generate_series(1, 3000) a, generate_series(1, 3000) b"};
    struct fixture fixture;
    begin(&fixture);
    open_engine(&fixture);
    run_script(&fixture, tables);
    for (size_t i = 0; i < COUNT_OF(statements); i++) {
        struct call calls[2] = {0};
        char change[128];
        call_init(&fixture, &calls[0], "postgres", statements[i]);
        loop_call_wait(loops_at(fixture.loops, 0), compile_call, &calls[0]);
        snprintf(change, sizeof change, "alter table public.rows add column c%zu integer", i);
        run_script(&fixture, change);
        ask(&fixture, calls);
        assert_non_null(calls[0].error);
        assert_int_equal(calls[0].error->kind, ERR_PLAN_STALE);
        call_free(&calls[0]);
    }
    assert_string_equal(answer_of(&fixture, "select count(*) from rows"), "[{\"count\":0}]");
    end(&fixture);
}

static void test_a_slow_read_changes_lanes(void **state)
{
    (void)state;
    struct fixture fixture;
    struct engine_stats before, after;
    begin(&fixture);
    open_engine(&fixture);
    fixture.engine->stats(fixture.engine, &before);
    assert_string_equal(
        answer_of(&fixture,
                  "select count(*) from generate_series(1, 1500) a, generate_series(1, 1500) b"),
        "[{\"count\":2250000}]");
    fixture.engine->stats(fixture.engine, &after);
    assert_int_equal(after.reads_slow, before.reads_slow + 1);
    end(&fixture);
}

static void test_a_slow_read_ends_at_its_deadline_and_the_lane_goes_on(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    fixture.options.read_run_ms = 50;
    fixture.options.slow_threads = 1;
    open_engine(&fixture);
    for (int i = 0; i < 20; i++) {
        struct call calls[2] = {0};
        call_init(
            &fixture, &calls[0], "postgres",
            "select count(*) from generate_series(1, 100000) a, generate_series(1, 100000) b");
        ask(&fixture, calls);
        assert_non_null(calls[0].error);
        assert_string_equal(str_cstr(fixture.arena, calls[0].error->code), "57014");
        call_free(&calls[0]);
    }
    end(&fixture);
}

static void test_a_large_result_waits_in_a_file(void **state)
{
    (void)state;
    struct fixture fixture;
    struct call calls[2] = {0};
    begin(&fixture);
    open_engine(&fixture);
    call_init(&fixture, &calls[0], "postgres",
              "select repeat('x', 1000) as t from generate_series(1, 3000)");
    ask(&fixture, calls);
    expect_ok(calls[0].error);
    assert_int_equal(calls[0].fd_len, 3000 * (1000 + 8) + 2 + 2999);
    struct engine_sqlite *engine = engine_sqlite_of(fixture.engine);
    assert_int_equal(atomic_load(&engine->spool_quota.used_bytes), calls[0].fd_len);
    call_free(&calls[0]); /* nobody took the file: the request's end closes it */
    assert_int_equal(atomic_load(&engine->spool_quota.used_bytes), 0);
    end(&fixture);
}

/* The child ends without a word after its answers, as one that was killed. */
static void give_numbers_and_die(struct fixture *fixture)
{
    open_engine(fixture);
    run_script(fixture, tables);
    for (int i = 0; i < 40; i++) answer_of(fixture, "insert into numbered (n) values (1)");
    _exit(0);
}

static void test_a_sequence_repeats_nothing_after_a_kill(void **state)
{
    (void)state;
    struct fixture fixture;
    int status;
    begin(&fixture);
    pid_t child = fork();
    if (child == 0) give_numbers_and_die(&fixture);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    open_engine(&fixture);
    assert_string_equal(answer_of(&fixture, "select max(id), count(*) from numbered"),
                        "[{\"max\":40,\"count\":40}]");
    answer_of(&fixture, "insert into numbered (n) values (2)");
    assert_string_equal(
        answer_of(&fixture, "select max(id) > 40 as later from numbered where n = 2"),
        "[{\"later\":true}]");
    end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_a_sequence_repeats_nothing_after_a_kill), /* forks: before any thread */
        cmocka_unit_test(test_a_bad_request_fails_alone),
        cmocka_unit_test(test_a_full_disk_fails_the_request_that_does_not_fit),
        cmocka_unit_test(test_a_write_is_read_at_once),
        cmocka_unit_test(test_a_plan_of_another_schema_is_never_run),
        cmocka_unit_test(test_a_slow_read_changes_lanes),
        cmocka_unit_test(test_a_slow_read_ends_at_its_deadline_and_the_lane_goes_on),
        cmocka_unit_test(test_a_large_result_waits_in_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
