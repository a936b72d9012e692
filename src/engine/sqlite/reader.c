/* engine/sqlite/reader.c - short reads, inline on the loop that asks.
 *
 * One connection a loop. A read transaction opens lazily and ends before the loop polls, so that the
 * requests of one iteration share it; it is renewed when another commit was acknowledged or after
 * snapshot_us, so that everybody reads their own writes. What exceeds the meter (time or size) is
 * dropped and runs again, whole, on the slow lane.
 */
#include <assert.h>
#include <sched.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/sqlite/engine_int.h"

/* A shape that was too slow goes to the slow lane at once, for a while. */
struct slow_shape {
    uint64_t plan_id;
    uint64_t until_ms;
};

enum { SLOW_SHAPE_MS = 10000, METER_OPS = 1000 };
/* Limits are of processor time: a loop that has to wait for its processor must not drive quick shapes
 * to the slow lane, which needs more of it. One that waits for its disk is cut at this many times as
 * much wall time. */
enum { WALL_FACTOR = 20 };
#define METER_OFF UINT64_MAX

struct reader {
    struct engine_sqlite *engine;
    struct loop *loop;
    struct arena *arena;
    struct connection connection;
    const struct catalog *catalog;
    uint64_t snapshot_seq, snapshot_ns;
    int64_t snapshot_us; /* when it was opened, of day */
    uint64_t meter_until_ns;
    uint64_t meter_cpu_until_ns;       /* 0: the present request was not looked at yet */
    _Atomic uint64_t request_since_ns; /* 0: idle; the watchdog reads it */
    atomic_bool interrupting; /* the watchdog's: it is between its look and its interrupt */
    clockid_t cpu_clock;      /* of the loop's thread */
    uint64_t watched_since_ns, watched_cpu_ns; /* the watchdog's own */
    struct slow_shape slow[SLOW_SHAPES];
};

static uint64_t loop_cpu_ns(const struct reader *reader)
{
    struct timespec used;
    if (clock_gettime(reader->cpu_clock, &used) != 0) return 0;
    return (uint64_t)used.tv_sec * UINT64_C(1000000000) + (uint64_t)used.tv_nsec;
}

/* The first look at a request notes the loop's processor time, later ones compare. */
bool reader_stuck(struct reader *reader, uint64_t limit_ns)
{
    uint64_t since = atomic_load_explicit(&reader->request_since_ns, memory_order_relaxed);
    if (!since) return false;
    uint64_t used_ns = loop_cpu_ns(reader);
    if (since == reader->watched_since_ns)
        return used_ns - reader->watched_cpu_ns > limit_ns ||
               clock_mono_ns() > since + WALL_FACTOR * limit_ns;
    reader->watched_since_ns = since;
    reader->watched_cpu_ns = used_ns;
    return false;
}

/* Announced first, then looked again: request_end waits while it is announced, so that an interrupt
 * hits the request that was too long or nothing, never the statements behind it. */
void reader_interrupt(struct reader *reader)
{
    atomic_store(&reader->interrupting, true);
    if (atomic_load(&reader->request_since_ns) == reader->watched_since_ns)
        sqlite3_interrupt(reader->connection.db);
    atomic_store(&reader->interrupting, false);
}

static void request_begin(struct reader *reader, uint64_t now_ns)
{
    reader->meter_until_ns = now_ns + reader->engine->options.meter_us * 1000;
    reader->meter_cpu_until_ns = 0;
    reader->connection.session->deadline_ns = reader->meter_until_ns;
    atomic_store(&reader->request_since_ns, now_ns);
}

static void request_end(struct reader *reader)
{
    atomic_store(&reader->request_since_ns, 0);
    while (atomic_load(&reader->interrupting))
        sched_yield();                  /* a few instructions of the watchdog */
    reader->meter_until_ns = METER_OFF; /* the statements around requests are not theirs to stop */
    reader->connection.session->deadline_ns = 0;
}

static void snapshot_end(struct reader *reader);

/* Called between requests alone: no statement is active. */
const struct catalog *reader_catalog(struct reader *reader)
{
    struct catalog_current *current = &reader->engine->current;
    if (!catalog_current_is(current, reader->catalog)) {
        /* A plan of the new catalog must not meet the old schema. */
        snapshot_end(reader);
        (void)catalog_current_follow(current, &reader->catalog);
        statement_cache_clear(reader->connection.statements);
        sqlite_session_catalog(reader->connection.session, reader->catalog);
    }
    return reader->catalog;
}

/* The snapshot ---------------------------------------------------------------------------------- */

static void snapshot_end(struct reader *reader)
{
    if (!reader->connection.in_transaction) return;
    connection_end_read(&reader->connection);
    assert(sqlite3_txn_state(reader->connection.db, NULL) == SQLITE_TXN_NONE);
}

/* The hook outlives the reader: the loop may turn after loop_stop. */
static void before_poll(struct loop *loop, void *context)
{
    struct engine_sqlite *engine = context;
    struct reader *reader = engine->readers[loop_index(loop)];
    if (reader) snapshot_end(reader);
}

static err snapshot_open(struct reader *reader, struct arena *arena, uint64_t now_ns)
{
    struct connection *connection = &reader->connection;
    /* The number first: the snapshot then holds at least what it stands for. */
    reader->snapshot_seq = atomic_load(&reader->engine->commit_seq);
    reader->snapshot_ns = now_ns;
    reader->snapshot_us = clock_real_us();
    int rc = connection_step(connection->begin);
    /* Asked, not assumed: a statement that was stopped may have done its work. */
    connection->in_transaction = sqlite3_get_autocommit(connection->db) == 0;
    return rc == SQLITE_OK ? NULL : connection_error(connection, arena, "begin a read");
}

/* A snapshot that is new enough, of the catalog version that the plans were made for. */
static err snapshot_ensure(struct reader *reader, struct engine_request *request, uint64_t now_ns)
{
    struct engine_sqlite *engine = reader->engine;
    bool old = reader->snapshot_seq != atomic_load(&engine->commit_seq) ||
               now_ns - reader->snapshot_ns > engine->options.snapshot_us * 1000 ||
               atomic_load_explicit(&engine->drain_readers, memory_order_relaxed);
    if (old) snapshot_end(reader);
    if (reader->connection.in_transaction) return NULL;
    uint64_t version = 0;
    err error = snapshot_open(reader, request->arena, now_ns);
    if (!error) error = connection_catalog_version(&reader->connection, request->arena, &version);
    /* Against the plans' catalog, which plans_current has made the reader's: not a newer one. */
    if (!error && version != catalog_version(reader->catalog))
        error = err_new(request->arena, ERR_PLAN_STALE, "the schema is changing");
    if (error) snapshot_end(reader);
    return error;
}

static err plans_current(struct reader *reader, struct engine_request *request)
{
    uint64_t version = catalog_version(reader_catalog(reader));
    for (size_t i = 0; i < request->step_count; i++) {
        if (request->steps[i].plan->catalog_version == version) continue;
        atomic_fetch_add_explicit(&reader->engine->counters.stale_plans, 1, memory_order_relaxed);
        return err_new(request->arena, ERR_PLAN_STALE, "the schema changed; plan anew");
    }
    return NULL;
}

/* The meter ------------------------------------------------------------------------------------- */

static int over_meter(void *context)
{
    struct reader *reader = context;
    if (reader->meter_until_ns == METER_OFF) return 0;
    uint64_t meter_ns = reader->engine->options.meter_us * 1000;
    if (!reader->meter_cpu_until_ns) {
        reader->meter_cpu_until_ns = clock_thread_ns() + meter_ns;
        return 0;
    }
    uint64_t now_ns = clock_mono_ns(); /* the cheap clock first */
    if (now_ns <= reader->meter_until_ns) return 0;
    return clock_thread_ns() > reader->meter_cpu_until_ns ||
           now_ns > reader->meter_until_ns + (WALL_FACTOR - 1) * meter_ns;
}

static bool shape_is_slow(struct reader *reader, const struct engine_request *request)
{
    uint64_t now_ms = loop_now_ms(reader->loop);
    for (size_t i = 0; i < request->step_count; i++) {
        const struct plan *plan = request->steps[i].plan;
        const struct slow_shape *shape = &reader->slow[plan->id % SLOW_SHAPES];
        if (plan->slow || (shape->plan_id == plan->id && shape->until_ms > now_ms)) return true;
    }
    return false;
}

static void shape_mark_slow(struct reader *reader, const struct plan *plan)
{
    reader->slow[plan->id % SLOW_SHAPES] =
        (struct slow_shape){plan->id, loop_now_ms(reader->loop) + SLOW_SHAPE_MS};
}

/* Steps under the meter. moved: it was interrupted or too large, and nothing came of it. */
static err run_metered(struct reader *reader,
                       struct execution *execution,
                       uint64_t now_ns,
                       bool *moved,
                       enum slow_class *class)
{
    struct engine_sqlite *engine = reader->engine;
    request_begin(reader, now_ns);
    err error = execute_steps(execution);
    request_end(reader);
    bool interrupted = err_is(error, STR("57014"));
    *moved = interrupted || execution->too_large;
    *class = execution->too_large ? SLOW_EXPORT : SLOW_LIST;
    if (!interrupted) return error;
    atomic_fetch_add_explicit(&engine->counters.interrupts, 1, memory_order_relaxed);
    shape_mark_slow(reader, execution->request->steps[execution->failed_step].plan);
    return error;
}

static void run_inline(struct reader *reader, struct engine_request *request, uint64_t now_ns)
{
    struct execution execution = {
        .engine = reader->engine,
        .connection = &reader->connection,
        .request = request,
        .results = execution_results(request),
        .now_us = reader->snapshot_us + (int64_t)((now_ns - reader->snapshot_ns) / 1000),
        .inline_bytes_max = reader->engine->options.inline_bytes_max,
    };
    bool moved;
    enum slow_class class;
    err error = run_metered(reader, &execution, now_ns, &moved, &class);
    if (error) execution_drop(&execution);
    if (moved) {
        slow_lane_submit(reader->engine->slow_lane, request, class);
        return;
    }
    atomic_fetch_add_explicit(&reader->engine->counters.reads_inline, 1, memory_order_relaxed);
    engine_finish(reader->engine, request, error, error ? NULL : execution.results,
                  execution.failed_step);
}

void reader_run(struct reader *reader, struct engine_request *request)
{
    loop_assert_here(reader->loop);
    err error = plans_current(reader, request);
    if (!error && shape_is_slow(reader, request)) {
        slow_lane_submit(reader->engine->slow_lane, request, SLOW_LIST);
        return;
    }
    uint64_t now_ns = clock_mono_ns();
    if (!error) error = snapshot_ensure(reader, request, now_ns);
    if (error)
        engine_finish(reader->engine, request, error, NULL, 0);
    else
        run_inline(reader, request, now_ns);
}

/* Life ------------------------------------------------------------------------------------------ */

err reader_open(struct engine_sqlite *engine, struct loop *loop)
{
    loop_assert_here(loop);
    struct arena *arena = arena_new(0);
    struct reader *reader = ARENA_NEW(arena, struct reader);
    *reader = (struct reader){
        .engine = engine, .loop = loop, .arena = arena, .meter_until_ns = METER_OFF};
    if (pthread_getcpuclockid(pthread_self(), &reader->cpu_clock) != 0)
        reader->cpu_clock = CLOCK_MONOTONIC;
    struct connection_options options = {
        .path = str_printf(arena, "%.*s/dapur.db", STR_FMT(engine->options.folder)),
        .vfs = engine->temp_files.name,
        .role = CONNECTION_READER,
        .mmap_bytes = engine->options.mmap_bytes,
        .statement_bytes_max = 4 * 1024 * 1024,
        .cache_kib = 2 * 1024,
    };
    err error = connection_open(arena, &options, &reader->connection);
    if (error) {
        error = err_copy(engine->arena, error);
        arena_free(arena);
        return error;
    }
    reader->catalog = catalog_current_take(&engine->current);
    sqlite_session_catalog(reader->connection.session, reader->catalog);
    sqlite3_progress_handler(reader->connection.db, METER_OPS, over_meter, reader);
    struct loop_hook *hook = &engine->reader_hooks[loop_index(loop)];
    *hook = (struct loop_hook){.run = before_poll, .context = engine};
    loop_hook_add(loop, LOOP_BEFORE_POLL, hook);
    pthread_mutex_lock(&engine->readers_lock);
    engine->readers[loop_index(loop)] = reader;
    pthread_mutex_unlock(&engine->readers_lock);
    return NULL;
}

void reader_close(struct engine_sqlite *engine, struct loop *loop)
{
    struct reader *reader = engine->readers[loop_index(loop)];
    if (!reader) return;
    snapshot_end(reader);
    pthread_mutex_lock(&engine->readers_lock);
    engine->readers[loop_index(loop)] = NULL;
    pthread_mutex_unlock(&engine->readers_lock);
    connection_close(&reader->connection);
    catalog_unref(reader->catalog);
    arena_free(reader->arena);
}
