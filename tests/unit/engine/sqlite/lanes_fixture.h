/* An embedded engine over a real folder, one loop, and requests on it. */
#ifndef DAPUR_TESTS_ENGINE_SQLITE_LANES_FIXTURE_H
#define DAPUR_TESTS_ENGINE_SQLITE_LANES_FIXTURE_H

#include <dirent.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <string.h>
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

static inline int remove_entry(const char *path,
                               const struct stat *info,
                               int kind,
                               struct FTW *place)
{
    (void)info, (void)kind, (void)place;
    return remove(path);
}

static inline void expect_ok(err error)
{
    if (error) fail_msg("%.*s: %.*s", STR_FMT(error->code), STR_FMT(error->message));
}

static inline void start_reader(struct loop *loop, void *context)
{
    struct fixture *fixture = context;
    expect_ok(fixture->engine->loop_start(fixture->engine, loop));
}

static inline void stop_reader(struct loop *loop, void *context)
{
    struct fixture *fixture = context;
    fixture->engine->loop_stop(fixture->engine, loop);
}

static inline void open_engine(struct fixture *fixture)
{
    const struct loops_options one = {.count = 1};
    expect_ok(engine_sqlite_open(fixture->arena, &fixture->options, &fixture->engine));
    expect_ok(loops_start(fixture->arena, &one, &fixture->loops));
    loop_call_wait(loops_at(fixture->loops, 0), start_reader, fixture);
}

static inline void close_engine(struct fixture *fixture)
{
    fixture->engine->drain(fixture->engine);
    loop_call_wait(loops_at(fixture->loops, 0), stop_reader, fixture);
    loops_stop(fixture->loops);
    loops_join(fixture->loops);
    fixture->engine->close(fixture->engine);
}

static inline void run_script(struct fixture *fixture, const char *text)
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

static inline void begin(struct fixture *fixture)
{
    *fixture = (struct fixture){.arena = arena_new(0)};
    snprintf(fixture->folder, sizeof fixture->folder, "/tmp/dapur-lanes-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    fixture->options = engine_sqlite_defaults(str_of(fixture->folder));
    fixture->options.batch_run_us = WAIT_MS * UINT64_C(1000); /* a batch is what was queued */
    fixture->options.write_wait_ms = WAIT_MS;                 /* however slow the machine is */
}

static inline void end(struct fixture *fixture)
{
    close_engine(fixture);
    arena_free(fixture->arena);
    nftw(fixture->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* Requests -------------------------------------------------------------------------------------- */

static inline void done(struct engine_request *request,
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

static inline void compile(struct call *call)
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

static inline void start_call(struct loop *loop, struct call *call)
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

static inline void start_calls(struct loop *loop, void *context)
{
    for (struct call *call = context; call->sql; call++) start_call(loop, call);
}

static inline void compile_call(struct loop *loop, void *context)
{
    (void)loop;
    compile(context);
}

static inline void call_init(struct fixture *fixture,
                             struct call *call,
                             const char *role,
                             const char *sql)
{
    *call = (struct call){.fixture = fixture, .sql = sql, .role = role};
    call->request.arena = arena_new(0);
}

static inline void call_free(struct call *call)
{
    if (call->plan) plan_unref(call->plan);
    arena_free(call->request.arena);
}

static inline void await(struct fixture *fixture)
{
    uint64_t until_ms = clock_mono_ms() + WAIT_MS;
    while (atomic_load(&fixture->pending) > 0) {
        if (clock_mono_ms() > until_ms)
            fail_msg("%d requests got no answer", atomic_load(&fixture->pending));
        usleep(500);
    }
}

/* A list that ends with a call without SQL. */
static inline void submit(struct fixture *fixture, struct call *calls)
{
    int count = 0;
    while (calls[count].sql) count++;
    atomic_store(&fixture->pending, count);
    loop_call_wait(loops_at(fixture->loops, 0), start_calls, calls);
}

static inline void ask(struct fixture *fixture, struct call *one)
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

static inline err gate_run(struct exclusive_job *job,
                           struct engine_sqlite *engine,
                           struct connection *connection)
{
    struct gate *gate = (struct gate *)job;
    (void)engine, (void)connection;
    atomic_store(&gate->entered, true);
    while (!atomic_load(&gate->open)) usleep(200);
    return NULL;
}

static inline void *gate_main(void *context)
{
    struct gate *gate = context;
    gate->job.run = gate_run;
    err_ignore(writer_exclusive(engine_sqlite_of(gate->fixture->engine)->writer, &gate->job),
               "it has none");
    return NULL;
}

static inline void submit_as_batch(struct fixture *fixture, struct call *calls)
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

static inline void check_batch(struct fixture *fixture,
                               const struct expectation *expected,
                               size_t count)
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

#endif
