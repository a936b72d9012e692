/* engine/sqlite/slow_lane.c - reads that would stop a loop: a pool of threads with connections of
 * their own, in two classes so that exports never starve lists.
 *
 * A request's memory moves to the thread with the job and back with the mail. The result is whole
 * before the answer starts: in memory, then in a spool file, so the snapshot ends at once and a slow
 * client holds nothing but its file.
 */
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/sqlite/engine_int.h"

enum { HOLD_MS = 2000 };

struct slow_job {
    struct mail mail;
    struct engine_sqlite *engine;
    struct engine_request *request;
    struct step_result *results;
    err error;
    size_t failed_step;
    struct slow_job *next;
};

struct slow_thread {
    struct slow_lane *lane;
    enum slow_class class;
    pthread_t thread;
    struct arena *arena;
    struct connection connection;
    const struct catalog *catalog;
    uint64_t run_until_ns;
    const struct engine_request *request;
    _Atomic uint64_t snapshot_ms; /* when its snapshot began; 0: none */
    atomic_bool interrupted;      /* by the writer: its snapshot is too old */
};

struct slow_queue {
    struct slow_job *first, **last;
    size_t count;
    pthread_cond_t wake;
};

struct slow_lane {
    struct engine_sqlite *engine;
    pthread_mutex_t
        lock; /* guards the queues, held_until_ms, stopping, and which snapshot an interrupt is for */
    struct slow_queue queues[SLOW_CLASSES];
    struct slow_thread *threads;
    size_t thread_count;
    uint64_t held_until_ms; /* no read begins before; 0: not held */
    bool stopping;
};

/* Submitting ------------------------------------------------------------------------------------ */

static void deliver(struct mail *mail)
{
    struct slow_job *job = (struct slow_job *)mail;
    engine_finish(job->engine, job->request, job->error, job->results, job->failed_step);
}

void slow_lane_submit(struct slow_lane *lane, struct engine_request *request, enum slow_class class)
{
    struct slow_job *job = ARENA_NEW(request->arena, struct slow_job);
    *job =
        (struct slow_job){.mail = {.deliver = deliver}, .engine = lane->engine, .request = request};
    struct slow_queue *queue = &lane->queues[class];
    pthread_mutex_lock(&lane->lock);
    bool full = lane->stopping || queue->count >= lane->engine->options.slow_queue_max;
    if (!full) {
        *queue->last = job;
        queue->last = &job->next;
        queue->count++;
        pthread_cond_signal(&queue->wake);
    }
    pthread_mutex_unlock(&lane->lock);
    if (full)
        engine_finish(lane->engine, request,
                      err_new(request->arena, ERR_OVERLOADED, "too many slow reads are waiting"),
                      NULL, 0);
}

void slow_lane_interrupt_old(struct slow_lane *lane, uint64_t age_ms)
{
    uint64_t now_ms = clock_mono_ms();
    pthread_mutex_lock(&lane->lock); /* so that the flag is of the snapshot that was looked at */
    for (size_t i = 0; i < lane->thread_count; i++) {
        struct slow_thread *thread = &lane->threads[i];
        uint64_t since = atomic_load(&thread->snapshot_ms);
        if (since && now_ms - since > age_ms) atomic_store(&thread->interrupted, true);
    }
    pthread_mutex_unlock(&lane->lock);
}

void slow_lane_hold(struct slow_lane *lane)
{
    uint64_t now_ms = clock_mono_ms();
    pthread_mutex_lock(&lane->lock);
    if (now_ms > lane->held_until_ms + HOLD_MS) lane->held_until_ms = now_ms + HOLD_MS;
    pthread_mutex_unlock(&lane->lock);
}

void slow_lane_release(struct slow_lane *lane)
{
    pthread_mutex_lock(&lane->lock);
    bool was_held = lane->held_until_ms != 0;
    lane->held_until_ms = 0;
    for (int class = 0; was_held && class < SLOW_CLASSES; class ++)
        pthread_cond_broadcast(&lane->queues[class].wake);
    pthread_mutex_unlock(&lane->lock);
}

/* Running --------------------------------------------------------------------------------------- */

static int must_stop(void *context)
{
    struct slow_thread *thread = context;
    return atomic_load_explicit(&thread->interrupted, memory_order_relaxed) ||
           clock_mono_ns() > thread->run_until_ns ||
           (thread->request && thread->request->cancelled);
}

static err open_connection(struct slow_thread *thread)
{
    struct engine_sqlite *engine = thread->lane->engine;
    struct connection_options options = {
        .path = str_printf(thread->arena, "%.*s/dapur.db", STR_FMT(engine->options.folder)),
        .vfs = engine->temp_files.name,
        .role = CONNECTION_READER,
        .mmap_bytes = engine->options.mmap_bytes,
        .statement_bytes_max = 2 * 1024 * 1024,
        .cache_kib = 4 * 1024,
    };
    TRY(connection_open(thread->arena, &options, &thread->connection));
    thread->connection.session->interrupted = &thread->interrupted;
    sqlite3_progress_handler(thread->connection.db, 5000, must_stop, thread);
    return NULL;
}

static void catalog_refresh(struct slow_thread *thread)
{
    if (!catalog_current_follow(&thread->lane->engine->current, &thread->catalog)) return;
    statement_cache_clear(thread->connection.statements);
    sqlite_session_catalog(thread->connection.session, thread->catalog);
}

static err check_version(struct slow_thread *thread, struct engine_request *request)
{
    uint64_t stored;
    TRY(connection_catalog_version(&thread->connection, request->arena, &stored));
    for (size_t i = 0; i < request->step_count; i++)
        if (request->steps[i].plan->catalog_version != stored ||
            stored != catalog_version(thread->catalog))
            return err_new(request->arena, ERR_PLAN_STALE, "the schema changed; plan anew");
    return NULL;
}

static err run_snapshot(struct slow_thread *thread, struct slow_job *job)
{
    struct engine_sqlite *engine = thread->lane->engine;
    struct engine_request *request = job->request;
    struct spool spool;
    str folder = str_printf(request->arena, "%.*s/tmp", STR_FMT(engine->options.folder));
    spool_init(&spool, request->arena, folder, &engine->spool_quota,
               engine->options.spool_memory_bytes);
    struct execution execution = {
        .engine = engine,
        .connection = &thread->connection,
        .request = request,
        .results = job->results = execution_results(request),
        .spool = &spool,
        .now_us = clock_real_us(),
    };
    err error = check_version(thread, request);
    if (!error) error = execute_steps(&execution);
    job->failed_step = execution.failed_step;
    if (error) execution_drop(&execution);
    return error;
}

static uint64_t limit_ns(const struct engine_sqlite *engine, const struct engine_request *request)
{
    uint64_t until_ms = clock_mono_ms() + engine->options.read_run_ms;
    if (request->deadline_ms && request->deadline_ms < until_ms) until_ms = request->deadline_ms;
    return until_ms * UINT64_C(1000000);
}

/* From here on the job may be stopped ... */
static void begin_limits(struct slow_thread *thread, const struct engine_request *request)
{
    thread->request = request;
    thread->run_until_ns = limit_ns(thread->lane->engine, request);
    thread->connection.session->deadline_ns = thread->run_until_ns;
    atomic_store(&thread->snapshot_ms, clock_mono_ms());
}

/* ... until here: what ends its transaction must not be. */
static void end_limits(struct slow_thread *thread)
{
    pthread_mutex_lock(&thread->lane->lock);
    atomic_store(&thread->snapshot_ms, 0);
    atomic_store(&thread->interrupted, false);
    pthread_mutex_unlock(&thread->lane->lock);
    thread->request = NULL;
    thread->run_until_ns = UINT64_MAX;
    thread->connection.session->deadline_ns = 0;
}

static err run_job(struct slow_thread *thread, struct slow_job *job)
{
    if (!thread->connection.db) TRY(open_connection(thread));
    if (job->request->cancelled)
        return err_new(job->request->arena, ERR_UNAVAILABLE, "the client has gone");
    catalog_refresh(thread);
    begin_limits(thread, job->request);
    err error = connection_step(thread->connection.begin) == SQLITE_OK
                    ? run_snapshot(thread, job)
                    : connection_error(&thread->connection, job->request->arena, "begin a read");
    end_limits(thread);
    connection_end_read(&thread->connection);
    return error;
}

/* With the lock held: waits for a job, or for the hold's end. */
static void wait_for_job(struct slow_lane *lane, struct slow_queue *queue)
{
    const struct timespec until = {.tv_sec = (time_t)(lane->held_until_ms / 1000),
                                   .tv_nsec = (long)(lane->held_until_ms % 1000) * 1000000};
    if (queue->first)
        pthread_cond_timedwait(&queue->wake, &lane->lock, &until);
    else
        pthread_cond_wait(&queue->wake, &lane->lock);
}

static struct slow_job *next_job(struct slow_thread *thread)
{
    struct slow_lane *lane = thread->lane;
    struct slow_queue *queue = &lane->queues[thread->class];
    pthread_mutex_lock(&lane->lock);
    while (!lane->stopping && (!queue->first || lane->held_until_ms > clock_mono_ms()))
        wait_for_job(lane, queue);
    struct slow_job *job = queue->first;
    if (job) {
        queue->first = job->next;
        queue->count--;
        if (!queue->first) queue->last = &queue->first;
    }
    pthread_mutex_unlock(&lane->lock);
    return job;
}

static void *slow_main(void *context)
{
    struct slow_thread *thread = context;
    struct engine_sqlite *engine = thread->lane->engine;
    for (struct slow_job *job = next_job(thread); job; job = next_job(thread)) {
        job->error = err_copy(job->request->arena, run_job(thread, job));
        atomic_fetch_add_explicit(&engine->counters.reads_slow, 1, memory_order_relaxed);
        mail_send(job->request->loop, &job->mail);
    }
    if (thread->catalog) catalog_unref(thread->catalog);
    connection_close(&thread->connection);
    arena_free(thread->arena);
    return NULL;
}

/* Life ------------------------------------------------------------------------------------------ */

/* The lock stays until the engine's end: who submits to a closed lane is refused. */
static void release(void *object)
{
    struct slow_lane *lane = object;
    for (int class = 0; class < SLOW_CLASSES; class ++)
        pthread_cond_destroy(&lane->queues[class].wake);
    pthread_mutex_destroy(&lane->lock);
}

err slow_lane_open(struct engine_sqlite *engine, struct slow_lane **out)
{
    struct slow_lane *lane = ARENA_NEW(engine->arena, struct slow_lane);
    size_t count = engine->options.slow_threads * SLOW_CLASSES;
    lane->engine = engine;
    lane->threads = ARENA_ARRAY(engine->arena, struct slow_thread, count);
    pthread_mutex_init(&lane->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    for (int class = 0; class < SLOW_CLASSES; class ++) {
        lane->queues[class].last = &lane->queues[class].first;
        pthread_cond_init(&lane->queues[class].wake, &monotonic);
    }
    pthread_condattr_destroy(&monotonic);
    arena_defer(engine->arena, release, lane);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, LOOP_STACK_BYTES);
    int rc = 0;
    for (size_t i = 0; i < count && rc == 0; i++) {
        struct slow_thread *thread = &lane->threads[i];
        thread->lane = lane;
        thread->class = (enum slow_class)(i % SLOW_CLASSES);
        thread->arena = arena_new(0);
        rc = pthread_create(&thread->thread, &attributes, slow_main, thread);
        if (rc == 0)
            lane->thread_count++;
        else
            arena_free(thread->arena);
    }
    pthread_attr_destroy(&attributes);
    if (rc == 0) {
        *out = lane;
        return NULL;
    }
    slow_lane_close(lane);
    return err_new(engine->arena, ERR_INTERNAL, "cannot start the slow lane: %s", strerror(rc));
}

void slow_lane_close(struct slow_lane *lane)
{
    pthread_mutex_lock(&lane->lock);
    lane->stopping = true;
    for (int class = 0; class < SLOW_CLASSES; class ++)
        pthread_cond_broadcast(&lane->queues[class].wake);
    pthread_mutex_unlock(&lane->lock);
    for (size_t i = 0; i < lane->thread_count; i++) pthread_join(lane->threads[i].thread, NULL);
}
