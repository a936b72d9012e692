/* engine/sqlite/checkpoint.c - folds the write-ahead log into the file, on the writer, after the
 * answers have left.
 *
 *   over wal_passive_bytes    PASSIVE: copies what no reader needs, waits for nobody
 *   over wal_restart_bytes    readers end their snapshots at the next request; RESTART waits 20 ms
 *   over wal_interrupt_bytes  slow reads with a snapshot older than 2 s are interrupted
 *   over wal_refuse_bytes     new writes get 503 (writer.c) until the log is small again
 */
#include "base/log.h"
#include "engine/sqlite/engine_int.h"

enum { OLD_SNAPSHOT_MS = 2000 };

static uint64_t wal_bytes(struct engine_sqlite *engine)
{
    return atomic_load_explicit(&engine->counters.wal_bytes, memory_order_relaxed);
}

static void checkpoint(struct engine_sqlite *engine, struct connection *connection, int mode)
{
    int log_frames = 0, done_frames = 0;
    int rc = sqlite3_wal_checkpoint_v2(connection->db, NULL, mode, &log_frames, &done_frames);
    atomic_fetch_add_explicit(&engine->counters.checkpoints, 1, memory_order_relaxed);
    if (rc == SQLITE_OK && (mode != SQLITE_CHECKPOINT_PASSIVE || log_frames == done_frames))
        /* Everything is in the file: the next write starts the log over. */
        atomic_store_explicit(&engine->counters.wal_bytes, 0, memory_order_relaxed);
    else if (rc != SQLITE_OK && rc != SQLITE_BUSY)
        log_error("checkpoint failed", LOG_INT("sqlite", rc),
                  LOG_STR("reason", str_of(sqlite3_errmsg(connection->db))));
}

void checkpoint_if_due(struct engine_sqlite *engine, struct connection *connection)
{
    const struct engine_sqlite_options *options = &engine->options;
    if (wal_bytes(engine) <= options->wal_passive_bytes) return;
    checkpoint(engine, connection, SQLITE_CHECKPOINT_PASSIVE);
    if (wal_bytes(engine) <= options->wal_restart_bytes) return;
    atomic_store(&engine->drain_readers, true);
    if (wal_bytes(engine) > options->wal_interrupt_bytes)
        slow_lane_interrupt_old(engine->slow_lane, OLD_SNAPSHOT_MS);
    checkpoint(engine, connection, SQLITE_CHECKPOINT_RESTART);
    atomic_store(&engine->drain_readers, false);
}

void checkpoint_truncate(struct engine_sqlite *engine, struct connection *connection)
{
    checkpoint(engine, connection, SQLITE_CHECKPOINT_TRUNCATE);
}
