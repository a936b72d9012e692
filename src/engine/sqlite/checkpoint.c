/* engine/sqlite/checkpoint.c - folds the write-ahead log into the file, on the writer, after the
 * answers have left.
 *
 *   every wal_passive_bytes   PASSIVE: copies what no reader needs, waits for nobody
 *   over wal_restart_bytes    RESTART, which waits 20 ms: inline readers end their snapshots at the next
 *                             request, new slow reads wait, so that for a moment nobody needs the log
 *   over wal_interrupt_bytes  slow reads with a snapshot older than 2 s are interrupted
 *   over wal_refuse_bytes     new writes get 503 (writer.c) until the log is small again
 *   on a low disk             TRUNCATE, once a second at most: what the log takes is given back
 *
 * A log whose every page is in the file is still not over: while one reader after the other looks at it,
 * SQLite appends. So its length counts, as the commit hook tells it, and not what was copied.
 */
#include "base/clock.h"
#include "base/log.h"
#include "engine/sqlite/engine_int.h"

enum {
    OLD_SNAPSHOT_MS = 2000,
    RETRY_BYTES = 1024 * 1024, /* a large log is tried again when it grew by this much */
    TRUNCATE_MS = 1000,        /* on a low disk, at most as often */
};

static uint64_t wal_bytes(struct engine_sqlite *engine)
{
    return atomic_load_explicit(&engine->counters.wal_bytes, memory_order_relaxed);
}

static void checkpoint(struct engine_sqlite *engine, struct connection *connection, int mode)
{
    int rc = sqlite3_wal_checkpoint_v2(connection->db, NULL, mode, NULL, NULL);
    atomic_fetch_add_explicit(&engine->counters.checkpoints, 1, memory_order_relaxed);
    if (rc == SQLITE_OK && mode != SQLITE_CHECKPOINT_PASSIVE)
        atomic_store_explicit(&engine->counters.wal_bytes, 0, memory_order_relaxed);
    else if (rc != SQLITE_OK && rc != SQLITE_BUSY)
        log_error("checkpoint failed", LOG_INT("sqlite", rc),
                  LOG_STR("reason", str_of(sqlite3_errmsg(connection->db))));
    if (engine_sync_failed(sqlite3_extended_errcode(connection->db)) && rc != SQLITE_OK)
        engine_fail(engine);
    engine->checkpointed_bytes = wal_bytes(engine);
}

/* The log must start over: nobody may begin to read it, and those who do get 20 ms to end. */
static void restart(struct engine_sqlite *engine, struct connection *connection)
{
    atomic_store(&engine->drain_readers, true);
    slow_lane_hold(engine->slow_lane);
    if (wal_bytes(engine) > engine->options.wal_interrupt_bytes)
        slow_lane_interrupt_old(engine->slow_lane, OLD_SNAPSHOT_MS);
    checkpoint(engine, connection, SQLITE_CHECKPOINT_RESTART);
    atomic_store(&engine->drain_readers, false);
}

/* The whole file may have to grow first, so it may fail for the same reason; then the log stays. */
static void truncate_on_low_disk(struct engine_sqlite *engine, struct connection *connection)
{
    uint64_t now_ms = clock_mono_ms();
    if (!disk_is_low(&engine->disk) || now_ms < engine->truncated_ms + TRUNCATE_MS) return;
    engine->truncated_ms = now_ms;
    checkpoint(engine, connection, SQLITE_CHECKPOINT_TRUNCATE);
    disk_look(&engine->disk);
}

void checkpoint_if_due(struct engine_sqlite *engine, struct connection *connection)
{
    if (atomic_load(&engine->failed)) return;
    truncate_on_low_disk(engine, connection);
    const struct engine_sqlite_options *options = &engine->options;
    uint64_t length = wal_bytes(engine);
    if (length < engine->checkpointed_bytes) engine->checkpointed_bytes = 0; /* it started over */
    bool large = length > options->wal_restart_bytes;
    uint64_t step = large ? RETRY_BYTES : options->wal_passive_bytes;
    if (length > engine->checkpointed_bytes + step) {
        if (large)
            restart(engine, connection);
        else
            checkpoint(engine, connection, SQLITE_CHECKPOINT_PASSIVE);
    }
    if (wal_bytes(engine) <= options->wal_restart_bytes) slow_lane_release(engine->slow_lane);
}

void checkpoint_truncate(struct engine_sqlite *engine, struct connection *connection)
{
    if (!atomic_load(&engine->failed)) checkpoint(engine, connection, SQLITE_CHECKPOINT_TRUNCATE);
}

err checkpoint_recover(struct arena *arena, struct connection *connection)
{
    int rc =
        sqlite3_wal_checkpoint_v2(connection->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    if (rc == SQLITE_OK) return NULL;
    err error = connection_error(connection, arena, "bring the write-ahead log into the database");
    if (engine_sync_failed(sqlite3_extended_errcode(connection->db))) return error;
    /* A full disk: reads are to go on. */
    log_warn("the write-ahead log stays as it was found", LOG_ERR(error));
    return NULL;
}
