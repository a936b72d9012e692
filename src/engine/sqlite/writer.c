/* engine/sqlite/writer.c - the one thread that writes.
 *
 * It drains its queue as a batch: BEGIN IMMEDIATE, a savepoint per request, the marks of sequences,
 * COMMIT with synchronous=FULL, commit_seq, and only then the answers. What a request did stays
 * private until COMMIT, and every request can be run again from scratch, so that one request that
 * takes the whole transaction down (an interrupt, a full disk) fails alone: the others are replayed.
 *
 *   queued -> running -> done          the request's savepoint was released, waits for COMMIT
 *                     -> refused       its savepoint was rolled back; the answer is an error
 *             done    -> running       the transaction was lost: replay
 *             done    -> acknowledged  COMMIT succeeded
 */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/sqlite/engine_int.h"
#include "engine/sqlite/script.h"

enum { WAL_FRAME_BYTES = 4096 + 24 }; /* a page of the default size and its header */

enum write_state { WRITE_QUEUED, WRITE_DONE, WRITE_REFUSED };

struct write_job {
    struct mail mail;
    struct engine_sqlite *engine;
    struct engine_request *request;
    struct step_result *results;
    err error;
    size_t failed_step;
    uint64_t queued_ms;
    enum write_state state;
    bool started;           /* under the writer's lock: it has had its turn */
    struct write_job *next; /* under the writer's lock while it is queued or a batch runs */
};

struct queue {
    struct write_job *first, **last;
    size_t count;
};

struct writer {
    struct engine_sqlite *engine;
    struct arena *arena; /* for errors of the batch, reset after it */
    str spool_folder;
    struct connection connection;
    struct sequences *sequences;
    sqlite3_stmt *savepoint, *release, *rollback_to;
    pthread_t thread;
    pthread_mutex_t
        lock; /* guards the queue, the exclusive list, held, checkpoint_due and stopping */
    pthread_cond_t wake;  /* the writer waits here */
    pthread_cond_t ended; /* callers of writer_exclusive wait here */
    struct queue queue;
    struct write_job *running; /* of a batch, or NULL; what follows it has not begun */
    struct exclusive_job *exclusive;
    bool held; /* an exclusive job runs */
    bool stopping;
    bool
        checkpoint_due; /* writes are refused until the log is small again: somebody has to make it so */
    bool opened;        /* the thread has tried; open_error says how it went */
    err open_error;
    uint64_t run_until_ns; /* the present request's limit, for the progress handler */
};

/* The queue ------------------------------------------------------------------------------------ */

static void deliver(struct mail *mail)
{
    struct write_job *job = (struct write_job *)mail;
    engine_finish(job->engine, job->request, job->error, job->results, job->failed_step);
}

static void answer(struct write_job *job)
{
    mail_send(job->request->loop, &job->mail);
}

static bool wal_is_full(const struct engine_sqlite *engine)
{
    return atomic_load(&engine->counters.wal_bytes) > engine->options.wal_refuse_bytes;
}

/* What no write may pass, when it comes and when it has waited. */
static err closed(const struct engine_sqlite *engine, struct arena *arena)
{
    if (atomic_load(&engine->failed))
        return err_new(arena, ERR_UNAVAILABLE,
                       "the database stopped taking writes after a failed write to disk");
    if (disk_is_low(&engine->disk))
        return err_new(arena, ERR_UNAVAILABLE,
                       "the disk is nearly full; writes are taken again when it has room");
    return NULL;
}

static err refusal(const struct engine_sqlite *engine, struct arena *arena)
{
    TRY(closed(engine, arena));
    if (atomic_load(&engine->migrating))
        return err_new(arena, ERR_UNAVAILABLE, "a migration is running; try again in a moment");
    if (wal_is_full(engine))
        return err_new(arena, ERR_UNAVAILABLE,
                       "the write-ahead log is full; try again in a moment");
    return NULL;
}

void writer_submit(struct writer *writer, struct engine_request *request)
{
    struct engine_sqlite *engine = writer->engine;
    err refused = refusal(engine, request->arena);
    struct write_job *job = ARENA_NEW(request->arena, struct write_job);
    *job = (struct write_job){.mail = {.deliver = deliver},
                              .engine = engine,
                              .request = request,
                              .queued_ms = clock_mono_ms()};
    pthread_mutex_lock(&writer->lock);
    bool full = writer->queue.count >= engine->options.write_queue_max || writer->stopping;
    if (!refused && !full) {
        *writer->queue.last = job;
        writer->queue.last = &job->next;
        bool was_idle = writer->queue.count++ == 0;
        atomic_store_explicit(&engine->counters.queue_depth, writer->queue.count,
                              memory_order_relaxed);
        if (was_idle) pthread_cond_signal(&writer->wake);
    }
    /* No batch will come that a checkpoint could follow. */
    if (refused && (wal_is_full(engine) || disk_is_low(&engine->disk))) {
        writer->checkpoint_due = true;
        pthread_cond_signal(&writer->wake);
    }
    pthread_mutex_unlock(&writer->lock);
    if (!refused && full)
        refused = err_new(request->arena, ERR_OVERLOADED, "too many writes are waiting");
    if (refused) engine_finish(engine, request, refused, NULL, 0);
}

static bool has_waited(const struct write_job *job, uint64_t now_ms)
{
    return now_ms > job->queued_ms + job->engine->options.write_wait_ms;
}

/* Takes jobs whose wait is over from the front of a list; answers how many. */
static size_t take_waited(struct write_job **link, uint64_t now_ms, struct write_job ***last)
{
    size_t count = 0;
    while (*link && has_waited(*link, now_ms)) {
        struct write_job *job = *link;
        *link = job->next;
        job->next = NULL;
        **last = job;
        *last = &job->next;
        count++;
    }
    return count;
}

void writer_expire(struct writer *writer)
{
    uint64_t now_ms = clock_mono_ms();
    struct write_job *waited = NULL, **last = &waited;
    pthread_mutex_lock(&writer->lock);
    struct write_job **behind = writer->running ? &writer->running->next : NULL;
    while (behind && *behind && (*behind)->started) behind = &(*behind)->next; /* it is a replay */
    if (behind) take_waited(behind, now_ms, &last);
    writer->queue.count -= take_waited(&writer->queue.first, now_ms, &last);
    if (!writer->queue.first) writer->queue.last = &writer->queue.first;
    pthread_mutex_unlock(&writer->lock);
    while (waited) {
        struct write_job *job = waited;
        waited = job->next;
        job->error =
            err_new(job->request->arena, ERR_OVERLOADED, "the write waited too long for its turn");
        answer(job);
    }
}

/* Takes what the next batch may hold. Requests whose shape is known as slow go alone. */
static struct write_job *take_batch(struct writer *writer)
{
    struct write_job *first = writer->queue.first;
    struct write_job **link = &writer->queue.first;
    size_t count = 0;
    while (*link && count < writer->engine->options.batch_count_max) {
        bool slow = (*link)->request->steps[0].plan->slow;
        if (slow && count > 0) break;
        link = &(*link)->next;
        count++;
        if (slow) break;
    }
    writer->queue.first = *link;
    if (!writer->queue.first) writer->queue.last = &writer->queue.first;
    *link = NULL;
    writer->queue.count -= count;
    atomic_store_explicit(&writer->engine->counters.queue_depth, writer->queue.count,
                          memory_order_relaxed);
    return count ? first : NULL;
}

/* One request ---------------------------------------------------------------------------------- */

static int over_limit(void *context)
{
    const struct writer *writer = context;
    return clock_mono_ns() > writer->run_until_ns;
}

static uint64_t run_limit_ms(const struct engine_sqlite *engine,
                             const struct engine_request *request)
{
    bool service = str_eq(request->caller->role, STR("service_role")) ||
                   str_eq(request->caller->role, STR("postgres"));
    return service ? engine->options.write_run_service_ms : engine->options.write_run_ms;
}

static err check_deferred_keys(struct writer *writer, struct arena *arena)
{
    int open = 0, high = 0;
    sqlite3_db_status(writer->connection.db, SQLITE_DBSTATUS_DEFERRED_FKS, &open, &high, 0);
    if (open == 0) return NULL;
    return err_sql(arena, "23503",
                   "a deferred foreign key constraint is violated at the end of the request");
}

static err check_plans(struct writer *writer, struct engine_request *request)
{
    uint64_t version = catalog_current_version(&writer->engine->current);
    for (size_t i = 0; i < request->step_count; i++) {
        if (request->steps[i].plan->catalog_version == version) continue;
        atomic_fetch_add(&writer->engine->counters.stale_plans, 1);
        return err_new(request->arena, ERR_PLAN_STALE,
                       "the schema changed; the request must be planned anew");
    }
    return NULL;
}

static err check_waited(struct writer *writer, const struct write_job *job)
{
    if (job->request->cancelled)
        return err_new(job->request->arena, ERR_UNAVAILABLE, "the client has gone");
    TRY(closed(writer->engine, job->request->arena));
    if (!has_waited(job, clock_mono_ms())) return NULL;
    return err_new(job->request->arena, ERR_OVERLOADED, "the write waited too long for its turn");
}

/* The savepoint stands; runs the steps and what must hold before it is released. */
static err run_steps(struct writer *writer, struct write_job *job)
{
    struct engine_request *request = job->request;
    struct spool spool;
    spool_init(&spool, request->arena, writer->spool_folder, &writer->engine->spool_quota,
               writer->engine->options.spool_memory_bytes);
    struct execution execution = {
        .engine = writer->engine,
        .connection = &writer->connection,
        .request = request,
        .results = job->results,
        .sequences = writer->sequences,
        .spool = &spool,
        .now_us = clock_real_us(),
    };
    writer->run_until_ns =
        clock_mono_ns() + run_limit_ms(writer->engine, request) * UINT64_C(1000000);
    writer->connection.session->deadline_ns =
        writer->run_until_ns; /* for what runs inside a function */
    sqlite3_progress_handler(writer->connection.db, 2000, over_limit, writer);
    err error = execute_steps(&execution);
    sqlite3_progress_handler(writer->connection.db, 0, NULL, NULL);
    writer->connection.session->deadline_ns = 0;
    if (!error) error = check_deferred_keys(writer, request->arena);
    job->failed_step = execution.failed_step;
    if (error) execution_drop(&execution);
    return error;
}

/* Of a run that did not come to COMMIT: bytes, and files with what they hold of the quota. */
static void drop_results(struct write_job *job)
{
    if (!job->results) return;
    struct execution execution = {
        .engine = job->engine, .request = job->request, .results = job->results};
    execution_drop(&execution);
    job->results = NULL;
}

/* Answers false when the transaction itself is gone: job->error then tells why. */
static bool run_job(struct writer *writer, struct write_job *job)
{
    drop_results(job);
    job->results = execution_results(job->request);
    job->error = check_plans(writer, job->request);
    if (!job->error && job->state == WRITE_QUEUED) job->error = check_waited(writer, job);
    job->state = job->error ? WRITE_REFUSED : WRITE_QUEUED;
    if (job->error) return true;
    if (connection_step(writer->savepoint) != SQLITE_OK) {
        job->error =
            connection_error(&writer->connection, job->request->arena, "begin the request");
        job->state = WRITE_REFUSED;
        return !sqlite3_get_autocommit(writer->connection.db);
    }
    job->error = run_steps(writer, job);
    job->state = job->error ? WRITE_REFUSED : WRITE_DONE;
    if (sqlite3_get_autocommit(writer->connection.db)) return false;
    bool undone = !job->error || connection_step(writer->rollback_to) == SQLITE_OK;
    return connection_step(writer->release) == SQLITE_OK && undone;
}

/* A batch -------------------------------------------------------------------------------------- */

static void rollback(struct writer *writer)
{
    if (sqlite3_get_autocommit(writer->connection.db)) return;
    if (connection_step(writer->connection.rollback) != SQLITE_OK)
        log_error("could not roll back",
                  LOG_STR("reason", str_of(sqlite3_errmsg(writer->connection.db))));
}

static bool batch_full(struct writer *writer, uint64_t started_ns, size_t bytes)
{
    return clock_mono_ns() - started_ns > writer->engine->options.batch_run_us * 1000 ||
           bytes > writer->engine->options.batch_bytes_max;
}

static size_t result_bytes(const struct write_job *job)
{
    size_t bytes = 0;
    for (size_t i = 0; job->results && i < job->request->step_count; i++)
        bytes += job->results[i].body.bytes.len;
    return bytes;
}

/* Cuts the batch behind job: the rest goes back to the head of the queue. */
static void put_back(struct writer *writer, struct write_job *job)
{
    pthread_mutex_lock(&writer->lock);
    struct write_job *rest = job->next, **last = &rest;
    job->next = NULL;
    while (*last) {
        last = &(*last)->next;
        writer->queue.count++;
    }
    *last = writer->queue.first;
    if (rest && !writer->queue.first) writer->queue.last = last;
    if (rest) writer->queue.first = rest;
    pthread_mutex_unlock(&writer->lock);
}

/* While a job runs, those behind it may leave (writer_expire). */
static void begin_turn(struct writer *writer, struct write_job *job)
{
    pthread_mutex_lock(&writer->lock);
    job->started = true;
    writer->running = job;
    pthread_mutex_unlock(&writer->lock);
}

static struct write_job *end_turn(struct writer *writer, const struct write_job *job)
{
    pthread_mutex_lock(&writer->lock);
    struct write_job *next = job->next;
    writer->running = NULL;
    pthread_mutex_unlock(&writer->lock);
    return next;
}

/* Runs every job that is not refused in one open transaction. NULL: all ran. Else the job that
 * took the transaction down; it is refused and the others have to run again. */
static struct write_job *run_all(struct writer *writer, struct write_job *batch)
{
    uint64_t started_ns = clock_mono_ns();
    size_t bytes = 0;
    for (struct write_job *job = batch; job; job = end_turn(writer, job)) {
        if (job->state == WRITE_REFUSED) continue;
        begin_turn(writer, job);
        if (!run_job(writer, job)) {
            end_turn(writer, job);
            job->state = WRITE_REFUSED;
            if (!job->error)
                job->error =
                    err_new(job->request->arena, ERR_UNAVAILABLE, "the transaction was lost");
            return job;
        }
        bytes += result_bytes(job);
        if (batch_full(writer, started_ns, bytes)) put_back(writer, job);
    }
    return NULL;
}

static bool any_done(const struct write_job *batch)
{
    for (const struct write_job *job = batch; job; job = job->next)
        if (job->state == WRITE_DONE) return true;
    return false;
}

static void refuse_all(struct write_job *batch, enum err_kind kind, const char *why)
{
    for (struct write_job *job = batch; job; job = job->next) {
        if (job->state == WRITE_REFUSED) continue;
        drop_results(job);
        job->state = WRITE_REFUSED;
        job->error = err_new(job->request->arena, kind, "%s", why);
    }
}

/* Begins, runs (again and again without the offender), writes the marks. False: nothing to commit
 * is left, or the transaction cannot be begun; every job is refused then. */
static bool fill_transaction(struct writer *writer, struct write_job *batch)
{
    for (;;) {
        if (connection_step(writer->connection.begin) != SQLITE_OK) {
            refuse_all(batch, ERR_UNAVAILABLE, "the database cannot begin a transaction now");
            return false;
        }
        struct write_job *offender = run_all(writer, batch);
        if (!offender) break;
        if (engine_sync_failed(sqlite3_extended_errcode(writer->connection.db)))
            engine_fail(writer->engine);
        rollback(writer);
        sequences_unflush(writer->sequences);
        atomic_fetch_add(&writer->engine->counters.replays, 1);
        log_warn("a request took its batch's transaction down; the others are replayed",
                 LOG_ERR(offender->error));
    }
    if (any_done(batch)) return true;
    rollback(writer);
    return false;
}

/* A quota or a limit of the file's size is a failed write to SQLite, only an ENOSPC is FULL. */
static enum err_kind commit_failure(int code)
{
    bool full = (code & 0xff) == SQLITE_FULL || code == SQLITE_IOERR_WRITE;
    return full ? ERR_DISK_FULL : ERR_IO;
}

/* Whether the COMMIT stands; else *failure says why not. A failed fsync leaves that unknown: nothing is
 * acknowledged again. */
static bool commit(struct writer *writer, struct write_job *batch, enum err_kind *failure)
{
    err marks = sequences_flush(writer->sequences, writer->arena);
    int rc = marks ? SQLITE_ERROR : connection_step(writer->connection.commit);
    if (rc == SQLITE_OK) return true;
    int code = sqlite3_extended_errcode(writer->connection.db);
    err error = marks ? marks : connection_error(&writer->connection, writer->arena, "commit");
    *failure = commit_failure(code);
    log_error("commit failed", LOG_ERR(error), LOG_INT("sqlite", code));
    rollback(writer);
    sequences_unflush(writer->sequences);
    if (!marks && engine_sync_failed(code)) {
        engine_fail(writer->engine);
        refuse_all(batch, ERR_OUTCOME_UNKNOWN,
                   "the disk failed while the write was stored; its outcome is unknown");
    }
    return false;
}

static void acknowledge(struct write_job *batch)
{
    while (batch) {
        struct write_job *job = batch;
        batch = batch->next; /* the job is its loop's once sent */
        answer(job);
    }
}

static void count_batch(struct writer *writer, const struct write_job *batch)
{
    struct counters *counters = &writer->engine->counters;
    uint64_t count = 0;
    for (; batch; batch = batch->next) count += batch->state == WRITE_DONE;
    atomic_fetch_add_explicit(&counters->writes, count, memory_order_relaxed);
    atomic_fetch_add_explicit(&counters->batches, 1, memory_order_relaxed);
    if (count > atomic_load_explicit(&counters->batch_rows_most, memory_order_relaxed))
        atomic_store_explicit(&counters->batch_rows_most, count, memory_order_relaxed);
}

static void requeue(struct write_job *batch)
{
    for (struct write_job *job = batch; job; job = job->next) {
        if (job->state != WRITE_DONE) continue;
        drop_results(job);
        job->state = WRITE_QUEUED;
    }
}

static void run_batch(struct writer *writer, struct write_job *batch);

/* The COMMIT of several failed for a reason that may be one request's (its pages do not fit on the
 * disk): each runs as a batch of its own. */
static void run_each_alone(struct writer *writer, struct write_job *batch)
{
    requeue(batch);
    while (batch) {
        struct write_job *job = batch;
        batch = batch->next;
        job->next = NULL;
        if (job->state == WRITE_REFUSED)
            answer(job);
        else
            run_batch(writer, job);
    }
}

static void run_batch(struct writer *writer, struct write_job *batch)
{
    enum err_kind failure;
    bool filled = fill_transaction(writer, batch);
    if (filled && !commit(writer, batch, &failure)) {
        if (batch->next && !atomic_load(&writer->engine->failed)) {
            run_each_alone(writer, batch);
            return;
        }
        bool full = failure == ERR_DISK_FULL;
        refuse_all(batch, failure, full ? "the disk is full" : "the write could not be stored");
        filled = false;
    }
    if (filled) {
        /* Before the acknowledgements: a loop that hears of a write must see it (read-your-writes). */
        atomic_fetch_add(&writer->engine->commit_seq, 1);
        count_batch(writer, batch);
    }
    acknowledge(batch);
    disk_look(&writer->engine->disk);
    checkpoint_if_due(writer->engine, &writer->connection);
    arena_reset(writer->arena);
}

/* Exclusive jobs ------------------------------------------------------------------------------- */

err writer_exclusive(struct writer *writer, struct exclusive_job *job)
{
    job->finished = false;
    job->next = NULL;
    pthread_mutex_lock(&writer->lock);
    struct exclusive_job **last = &writer->exclusive;
    while (*last) last = &(*last)->next;
    *last = job;
    pthread_cond_signal(&writer->wake);
    while (!job->finished) pthread_cond_wait(&writer->ended, &writer->lock);
    pthread_mutex_unlock(&writer->lock);
    return job->error;
}

static void holding(struct writer *writer, bool holding)
{
    pthread_mutex_lock(&writer->lock);
    writer->held = holding;
    pthread_mutex_unlock(&writer->lock);
}

void writer_stop_blocking(struct writer *writer)
{
    pthread_mutex_lock(&writer->lock);
    if (writer->held) sqlite3_interrupt(writer->connection.db);
    pthread_mutex_unlock(&writer->lock);
}

static void run_exclusive(struct writer *writer, struct exclusive_job *job)
{
    if (job->migration) atomic_store(&writer->engine->migrating, true);
    holding(writer, true);
    job->error = job->run(job, writer->engine, &writer->connection);
    holding(writer, false);
    rollback(writer);
    atomic_store(&writer->engine->migrating, false);
    atomic_fetch_add(&writer->engine->commit_seq, 1);
    checkpoint_if_due(writer->engine, &writer->connection);
    pthread_mutex_lock(&writer->lock);
    job->finished = true;
    pthread_cond_broadcast(&writer->ended);
    pthread_mutex_unlock(&writer->lock);
}

/* The thread ----------------------------------------------------------------------------------- */

static err prepare(struct writer *writer, const char *sql, sqlite3_stmt **out)
{
    sqlite3 *db = writer->connection.db;
    if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL) == SQLITE_OK)
        return NULL;
    return connection_error(&writer->connection, writer->engine->arena, "prepare");
}

/* After each COMMIT: how long the log is now. */
static int log_grew(void *context, sqlite3 *db, const char *schema, int pages)
{
    struct engine_sqlite *engine = context;
    (void)db, (void)schema;
    atomic_store_explicit(&engine->counters.wal_bytes, (uint64_t)pages * WAL_FRAME_BYTES,
                          memory_order_relaxed);
    return SQLITE_OK;
}

static err open_thread(struct writer *writer)
{
    struct engine_sqlite *engine = writer->engine;
    writer->spool_folder = str_printf(engine->arena, "%.*s/tmp", STR_FMT(engine->options.folder));
    struct connection_options options = {
        .path = str_printf(engine->arena, "%.*s/dapur.db", STR_FMT(engine->options.folder)),
        .vfs = engine->temp_files.name,
        .role = CONNECTION_WRITER,
        .statement_bytes_max = 8 * 1024 * 1024,
        .cache_kib = 8 * 1024,
    };
    TRY(connection_open(engine->arena, &options, &writer->connection));
    writer->connection.disk = &engine->disk;
    TRY(checkpoint_recover(engine->arena, &writer->connection));
    sqlite3_wal_hook(writer->connection.db, log_grew, engine);
    TRY(sequences_open(engine->arena, writer->connection.db, &writer->sequences));
    TRY(prepare(writer, "SAVEPOINT request", &writer->savepoint));
    TRY(prepare(writer, "RELEASE request", &writer->release));
    TRY(prepare(writer, "ROLLBACK TO request", &writer->rollback_to));
    const struct catalog *catalog;
    TRY(script_bootstrap(engine->arena, &writer->connection, writer->sequences, &catalog));
    catalog_current_publish(&engine->current, catalog);
    return NULL;
}

static void close_thread(struct writer *writer)
{
    bool failed = atomic_load(&writer->engine->failed);
    if (writer->sequences && !failed) {
        err marks = sequences_close(writer->sequences, writer->arena);
        if (marks) log_warn("sequences will skip a few values", LOG_ERR(marks));
    }
    sqlite3_finalize(writer->savepoint);
    sqlite3_finalize(writer->release);
    sqlite3_finalize(writer->rollback_to);
    if (writer->connection.db) checkpoint_truncate(writer->engine, &writer->connection);
}

static bool has_work(const struct writer *writer)
{
    return writer->queue.first || writer->exclusive || writer->checkpoint_due;
}

static void *writer_main(void *context)
{
    struct writer *writer = context;
    err opened = open_thread(writer);
    pthread_mutex_lock(&writer->lock);
    writer->open_error = opened;
    writer->opened = true;
    pthread_cond_broadcast(&writer->ended);
    while (!opened) {
        while (!has_work(writer) && !writer->stopping)
            pthread_cond_wait(&writer->wake, &writer->lock);
        if (!has_work(writer)) break; /* stopping, and nothing is left */
        struct exclusive_job *exclusive = writer->exclusive;
        if (exclusive) writer->exclusive = exclusive->next;
        struct write_job *batch = take_batch(writer);
        writer->checkpoint_due = false;
        pthread_mutex_unlock(&writer->lock);
        if (batch) run_batch(writer, batch);
        if (exclusive) run_exclusive(writer, exclusive);
        if (!batch && !exclusive) checkpoint_if_due(writer->engine, &writer->connection);
        pthread_mutex_lock(&writer->lock);
    }
    pthread_mutex_unlock(&writer->lock);
    close_thread(writer);
    return NULL;
}

static void release(void *object)
{
    struct writer *writer = object;
    arena_free(writer->arena);
    pthread_cond_destroy(&writer->wake);
    pthread_cond_destroy(&writer->ended);
    pthread_mutex_destroy(&writer->lock);
}

err writer_open(struct engine_sqlite *engine, struct writer **out)
{
    struct writer *writer = ARENA_NEW(engine->arena, struct writer);
    writer->engine = engine;
    writer->arena = arena_new(0);
    writer->queue.last = &writer->queue.first;
    pthread_mutex_init(&writer->lock, NULL);
    pthread_cond_init(&writer->wake, NULL);
    pthread_cond_init(&writer->ended, NULL);
    arena_defer(engine->arena, release, writer);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, LOOP_STACK_BYTES); /* it parses SQL */
    int rc = pthread_create(&writer->thread, &attributes, writer_main, writer);
    pthread_attr_destroy(&attributes);
    if (rc != 0)
        return err_new(engine->arena, ERR_INTERNAL, "cannot start the writer: %s", strerror(rc));
    pthread_mutex_lock(&writer->lock);
    while (!writer->opened) pthread_cond_wait(&writer->ended, &writer->lock);
    pthread_mutex_unlock(&writer->lock);
    if (writer->open_error)
        writer_close(writer);
    else
        *out = writer;
    return writer->open_error;
}

void writer_close(struct writer *writer)
{
    pthread_mutex_lock(&writer->lock);
    writer->stopping = true;
    pthread_cond_signal(&writer->wake);
    pthread_mutex_unlock(&writer->lock);
    pthread_join(writer->thread, NULL);
    connection_close(&writer->connection);
}

struct sequences *writer_sequences(struct writer *writer)
{
    return writer->sequences;
}
