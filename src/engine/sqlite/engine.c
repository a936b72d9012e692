/* engine/sqlite/engine.c - struct engine over the lanes: opening, choosing, finishing, closing. */
#include "engine/sqlite/engine.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/sqlite/engine_int.h"
#include "engine/sqlite/program.h"
#include "engine/sqlite/script.h"

#define KIB UINT64_C(1024)
#define MIB (KIB * 1024)

struct engine_sqlite_options engine_sqlite_defaults(str folder)
{
    return (struct engine_sqlite_options){
        .folder = folder,
        .meter_us = 1000,
        .snapshot_us = 2000,
        .stuck_us = 5000,
        .inline_bytes_max = 256 * KIB,
        .spool_memory_bytes = MIB,
        .spool_bytes_max = 4096 * MIB,
        .slow_threads = 2,
        .slow_queue_max = 256,
        .read_run_ms = 30000,
        .write_queue_max = 4096,
        .write_run_ms = 250,
        .write_run_service_ms = 10000,
        .write_wait_ms = 5000,
        .sql_run_ms = 60000,
        .migration_run_ms = 600000,
        .disk_free_bytes_min = 64 * MIB,
        .batch_count_max = 256,
        .batch_run_us = 5000,
        .batch_bytes_max = 8 * MIB,
        .mmap_bytes = 256 * MIB,
        .wal_passive_bytes = 4 * MIB,
        .wal_restart_bytes = 16 * MIB,
        .wal_interrupt_bytes = 256 * MIB,
        .wal_refuse_bytes = 1024 * MIB,
    };
}

/* The catalog ----------------------------------------------------------------------------------- */

static const struct catalog *engine_catalog(struct engine *base)
{
    struct engine_sqlite *engine = engine_sqlite_of(base);
    struct loop *loop = loop_current();
    assert(loop != NULL);
    struct reader *reader = engine->readers[loop_index(loop)];
    /* After loop_stop the lanes have ended: nobody replaces it any more. */
    return reader ? reader_catalog(reader) : engine->current.catalog;
}

/* Requests -------------------------------------------------------------------------------------- */

struct spooled {
    struct spool_quota *quota;
    struct result_body *body;
    int64_t fd_len;
};

static void release_spooled(void *object)
{
    const struct spooled *spooled = object;
    if (spooled->body->fd >= 0) close(spooled->body->fd);
    spool_released(spooled->quota, spooled->fd_len);
}

/* A spool file counts against the quota until the request that it answers is over; one that the
 * receiver did not take (an error after all, an answer without a body) is closed then. */
static void tie_spools(struct engine_sqlite *engine,
                       struct engine_request *request,
                       struct step_result *results)
{
    for (size_t i = 0; results && i < request->step_count; i++) {
        if (results[i].body.fd < 0) continue;
        struct spooled *spooled = ARENA_NEW(request->arena, struct spooled);
        *spooled = (struct spooled){&engine->spool_quota, &results[i].body, results[i].body.fd_len};
        arena_defer(request->arena, release_spooled, spooled);
    }
}

void engine_finish(struct engine_sqlite *engine,
                   struct engine_request *request,
                   err error,
                   struct step_result *results,
                   size_t failed_step)
{
    if (error) results = NULL;
    tie_spools(engine, request, results);
    /* done() may end the request and its arena. Bodies that it does not take are freed with the
     * arena (execution_results ties them). */
    request->done(request, error, results, failed_step);
}

static bool writes(const struct engine_request *request)
{
    for (size_t i = 0; i < request->step_count; i++)
        if (request->steps[i].plan->writes) return true;
    return false;
}

static void engine_run(struct engine *base, struct engine_request *request)
{
    struct engine_sqlite *engine = engine_sqlite_of(base);
    loop_assert_here(request->loop);
    struct reader *reader = engine->readers[loop_index(request->loop)];
    if (!reader) {
        err stopping = err_new(request->arena, ERR_UNAVAILABLE, "the server is stopping");
        engine_finish(engine, request, stopping, NULL, 0);
        return;
    }
    if (!writes(request)) {
        reader_run(reader, request);
        return;
    }
    if (!request->read_only) {
        writer_submit(engine->writer, request);
        return;
    }
    err refused =
        err_sql(request->arena, "25006", "cannot execute a write in a read-only transaction");
    engine_finish(engine, request, refused, NULL, 0);
}

static void engine_cancel(struct engine *base, struct engine_request *request)
{
    (void)base;
    /* Read by the lane's progress handler; a plain flag that only ever rises. */
    request->cancelled = true;
}

/* Exclusive jobs -------------------------------------------------------------------------------- */

struct script_job {
    struct exclusive_job job;
    struct arena *arena;
    const struct script_options *options;
};

static void script_publish(struct engine_sqlite *engine,
                           struct connection *connection,
                           const struct catalog *before,
                           const struct catalog *after)
{
    if (before == after) return;
    catalog_current_publish(&engine->current, after);
    statement_cache_clear(connection->statements);
    sqlite_session_catalog(connection->session, after);
    checkpoint_truncate(engine, connection);
}

static err script_run_job(struct exclusive_job *job,
                          struct engine_sqlite *engine,
                          struct connection *connection)
{
    struct script_job *script = (struct script_job *)job;
    if (atomic_load(&engine->failed))
        return err_new(script->arena, ERR_UNAVAILABLE,
                       "the database stopped taking writes after a failed write to disk");
    const struct catalog *before = engine->current.catalog;
    const struct catalog *after = before;
    struct sequences *sequences = writer_sequences(engine->writer);
    struct limits limits = {
        .whole_ms = script->options->migration ? engine->options.migration_run_ms : 0,
        .statement_ms = script->options->migration ? 0 : engine->options.sql_run_ms,
        .stop_ms = &engine->stop_blocking_ms,
        .cancelled = script->options->cancelled,
        .context = script->options->context,
    };
    limits_begin(&limits, connection);
    err error = script_run(script->arena, connection, sequences, script->options, &after);
    limits_end(connection);
    if (connection->sync_failed) engine_fail(engine);
    if (error) sequences_rolled_back(sequences, before);
    script_publish(engine, connection, before, after);
    return error;
}

static err engine_script(struct engine *base,
                         struct arena *arena,
                         const struct script_options *options)
{
    struct script_job job = {
        .job = {.run = script_run_job, .migration = options->migration},
        .arena = arena,
        .options = options,
    };
    return writer_exclusive(engine_sqlite_of(base)->writer, &job.job);
}

struct backup_job {
    struct exclusive_job job;
    struct arena *arena;
    const char *path;
    sqlite3 *target;
    sqlite3_backup *backup;
    int rc;
};

enum { BACKUP_STEP_BYTES = 8 * 1024 * 1024 };

/* A step on the writer's own connection, between batches: one on another connection would start
 * over at every write. */
static err backup_step(struct exclusive_job *job,
                       struct engine_sqlite *engine,
                       struct connection *connection)
{
    struct backup_job *backup = (struct backup_job *)job;
    (void)engine;
    if (!backup->backup)
        backup->backup = sqlite3_backup_init(backup->target, "main", connection->db, "main");
    if (!backup->backup)
        return err_new(backup->arena, ERR_IO, "cannot start the backup: %s",
                       sqlite3_errmsg(backup->target));
    sqlite3_stmt *page_size;
    int bytes = 4096;
    if (sqlite3_prepare_v2(connection->db, "PRAGMA page_size", -1, &page_size, NULL) == SQLITE_OK &&
        sqlite3_step(page_size) == SQLITE_ROW)
        bytes = sqlite3_column_int(page_size, 0);
    sqlite3_finalize(page_size);
    backup->rc = sqlite3_backup_step(backup->backup, BACKUP_STEP_BYTES / bytes);
    return NULL;
}

static err backup_end(struct exclusive_job *job,
                      struct engine_sqlite *engine,
                      struct connection *connection)
{
    struct backup_job *backup = (struct backup_job *)job;
    (void)engine, (void)connection;
    int rc = backup->backup ? sqlite3_backup_finish(backup->backup) : SQLITE_OK;
    if (rc == SQLITE_OK) return NULL;
    return err_new(backup->arena, ERR_IO, "could not write the backup: %s", sqlite3_errstr(rc));
}

static err backup_copy(struct engine_sqlite *engine, struct backup_job *backup)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXCLUSIVE;
    if (sqlite3_open_v2(backup->path, &backup->target, flags, NULL) != SQLITE_OK)
        return err_new(backup->arena, ERR_IO, "cannot open the backup file: %s",
                       sqlite3_errmsg(backup->target));
    err error;
    do {
        uint64_t stop_ms = atomic_load(&engine->stop_blocking_ms);
        if (stop_ms && clock_mono_ms() >= stop_ms) {
            error = err_sql(backup->arena, "57014", "canceling the backup: the server is stopping");
            break;
        }
        backup->job = (struct exclusive_job){.run = backup_step};
        error = writer_exclusive(engine->writer, &backup->job);
    } while (!error &&
             (backup->rc == SQLITE_OK || backup->rc == SQLITE_BUSY || backup->rc == SQLITE_LOCKED));
    backup->job = (struct exclusive_job){.run = backup_end};
    err ended = writer_exclusive(engine->writer, &backup->job);
    return error ? error : ended;
}

static err sync_file(struct arena *arena, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool synced = fd >= 0 && fsync(fd) == 0;
    int error = errno;
    if (fd >= 0) close(fd);
    if (synced) return NULL;
    return err_new(arena, ERR_IO, "could not store the backup: %s", strerror(error));
}

static err engine_backup(struct engine *base, struct arena *arena, str path)
{
    struct backup_job backup = {.arena = arena, .path = str_cstr(arena, path)};
    if (access(backup.path, F_OK) == 0)
        return err_new(arena, ERR_USAGE, "the backup file exists already");
    err error = backup_copy(engine_sqlite_of(base), &backup);
    if (backup.target) sqlite3_close_v2(backup.target);
    if (!error) error = sync_file(arena, backup.path);
    if (error) unlink(backup.path);
    return error;
}

struct integrity_job {
    struct exclusive_job job;
    struct arena *arena;
    void (*report)(void *context, str problem);
    void *context;
};

static err integrity_run(struct exclusive_job *job,
                         struct engine_sqlite *engine,
                         struct connection *connection)
{
    struct integrity_job *integrity = (struct integrity_job *)job;
    struct limits limits = {.stop_ms = &engine->stop_blocking_ms};
    limits_begin(&limits, connection);
    err error = limits_statement(integrity->arena, connection);
    if (!error)
        error = script_integrity(integrity->arena, connection, engine->current.catalog,
                                 integrity->report, integrity->context);
    limits_end(connection);
    return error;
}

static err engine_integrity(struct engine *base,
                            struct arena *arena,
                            void (*report)(void *context, str problem),
                            void *context)
{
    struct integrity_job job = {
        .job = {.run = integrity_run}, .arena = arena, .report = report, .context = context};
    return writer_exclusive(engine_sqlite_of(base)->writer, &job.job);
}

/* Life ------------------------------------------------------------------------------------------ */

static err engine_loop_start(struct engine *base, struct loop *loop)
{
    return reader_open(engine_sqlite_of(base), loop);
}

static void engine_loop_stop(struct engine *base, struct loop *loop)
{
    reader_close(engine_sqlite_of(base), loop);
}

static void engine_stats(struct engine *base, struct engine_stats *out)
{
    struct engine_sqlite *engine = engine_sqlite_of(base);
    const struct counters *counters = &engine->counters;
    *out = (struct engine_stats){
        .reads_inline = atomic_load(&counters->reads_inline),
        .reads_slow = atomic_load(&counters->reads_slow),
        .writes = atomic_load(&counters->writes),
        .batches = atomic_load(&counters->batches),
        .batch_rows_most = atomic_load(&counters->batch_rows_most),
        .interrupts = atomic_load(&counters->interrupts),
        .stale_plans = atomic_load(&counters->stale_plans),
        .replays = atomic_load(&counters->replays),
        .wal_bytes = atomic_load(&counters->wal_bytes),
        .checkpoints = atomic_load(&counters->checkpoints),
        .queue_depth = atomic_load(&counters->queue_depth),
        .temp_bytes = atomic_load(&engine->spool_quota.used_bytes),
        .disk_free_bytes = atomic_load(&engine->disk.free_bytes),
        .disk_low = disk_is_low(&engine->disk),
    };
}

static void engine_stop_blocking(struct engine *base, uint64_t at_ms)
{
    atomic_store(&engine_sqlite_of(base)->stop_blocking_ms, at_ms);
}

void engine_fail(struct engine_sqlite *engine)
{
    if (atomic_exchange(&engine->failed, true)) return;
    log_error(
        "a write did not reach the disk: no more are taken until the database is opened anew");
    if (engine->options.failed) engine->options.failed(engine->options.failed_context);
}

static void engine_drain(struct engine *base)
{
    struct engine_sqlite *engine = engine_sqlite_of(base);
    if (engine->drained) return;
    engine->drained = true;
    if (engine->slow_lane) slow_lane_close(engine->slow_lane);
    if (engine->writer) writer_close(engine->writer);
}

static void engine_close(struct engine *base)
{
    struct engine_sqlite *engine = engine_sqlite_of(base);
    engine_drain(base);
    if (engine->watchdog) watchdog_close(engine->watchdog);
    temp_files_close(&engine->temp_files);
    if (engine->lock_fd >= 0) close(engine->lock_fd);
    catalog_current_deinit(&engine->current);
    pthread_mutex_destroy(&engine->readers_lock);
    arena_free(engine->arena);
}

static err make_folder(struct arena *arena, const char *path)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST) return NULL;
    return err_new(arena, ERR_IO, "cannot make the data folder: %s", strerror(errno));
}

/* One process owns the folder: a second one would checkpoint and write beside the writer. */
static err lock_folder(struct engine_sqlite *engine, struct arena *arena)
{
    str folder = engine->options.folder;
    TRY(make_folder(arena, str_cstr(arena, folder)));
    TRY(make_folder(arena, str_printf(arena, "%.*s/tmp", STR_FMT(folder)).at));
    const char *path = str_printf(arena, "%.*s/lock", STR_FMT(folder)).at;
    engine->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (engine->lock_fd < 0)
        return err_new(arena, ERR_IO, "cannot open the lock file: %s", strerror(errno));
    if (flock(engine->lock_fd, LOCK_EX | LOCK_NB) == 0) return NULL;
    return err_hint(arena,
                    err_new(arena, ERR_UNAVAILABLE, "the data folder is in use by another process"),
                    "Stop the other dapur, or talk to it: dapur sql, user, migrate and backup do "
                    "so by themselves.");
}

static void open_disk(struct engine_sqlite *engine)
{
    engine->disk = (struct disk){
        .folder = str_cstr(engine->arena, engine->options.folder),
        .floor_bytes = engine->options.disk_free_bytes_min,
        .free_bytes_of = engine->options.free_bytes_of,
        .context = engine->options.free_bytes_context,
    };
    disk_look(&engine->disk);
}

static err open_lanes(struct engine_sqlite *engine)
{
    const char *folder = str_printf(engine->arena, "%.*s/tmp", STR_FMT(engine->options.folder)).at;
    TRY(temp_files_open(engine->arena, folder, &engine->spool_quota, &engine->temp_files));
    open_disk(engine);
    TRY(writer_open(engine, &engine->writer));
    TRY(slow_lane_open(engine, &engine->slow_lane));
    return watchdog_open(engine, &engine->watchdog);
}

static const struct engine face = {
    .name = "sqlite",
    .catalog = engine_catalog,
    .print = program_print,
    .run = engine_run,
    .cancel = engine_cancel,
    .script = engine_script,
    .backup = engine_backup,
    .integrity = engine_integrity,
    .loop_start = engine_loop_start,
    .loop_stop = engine_loop_stop,
    .stats = engine_stats,
    .stop_blocking = engine_stop_blocking,
    .drain = engine_drain,
    .close = engine_close,
};

err engine_sqlite_open(struct arena *arena,
                       const struct engine_sqlite_options *options,
                       struct engine **out)
{
    struct arena *own = arena_new(0);
    struct engine_sqlite *engine = ARENA_NEW(own, struct engine_sqlite);
    /* Counting its bytes costs SQLite a process-wide mutex for each allocation: a fifth of a point
     * read. Refused, and without effect, once SQLite is in use. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    engine->base = face;
    engine->arena = own;
    engine->options = *options;
    engine->options.folder = str_copy(own, options->folder);
    engine->lock_fd = -1;
    engine->spool_quota.bytes_max = options->spool_bytes_max;
    catalog_current_init(&engine->current);
    pthread_mutex_init(&engine->readers_lock, NULL);
    err error = lock_folder(engine, arena);
    if (!error) error = open_lanes(engine);
    if (error) {
        error = err_copy(arena, error);
        engine_close(&engine->base);
        return error;
    }
    *out = &engine->base;
    return NULL;
}
