/* engine/sqlite/engine_int.h - what the parts of the engine share: settings, counters, lanes.
 *
 * reader.c     one connection per loop, short metered reads inline
 * slow_lane.c  a pool of threads for reads that exceed the meter or the size
 * writer.c     the one thread that writes: batches, savepoints, exclusive jobs
 * checkpoint.c when the write-ahead log is folded into the file
 * watchdog.c   interrupts a loop that is stuck inside one SQLite call
 * execute.c    a request's steps on a connection, the same for all lanes
 * engine.c     struct engine: open, close, the choice of the lane
 *
 * Threads: each field says which.
 */
#ifndef DAPUR_ENGINE_SQLITE_ENGINE_INT_H
#define DAPUR_ENGINE_SQLITE_ENGINE_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include "engine/sqlite/connection.h"
#include "engine/sqlite/disk.h"
#include "engine/sqlite/engine.h"
#include "engine/sqlite/sequences.h"
#include "engine/sqlite/temp_files.h"
#include "net/loop.h"
#include "sql/catalog_current.h"
#include "sql/engine.h"
#include "sql/spool.h"

enum { LOOPS_MAX = 256, SLOW_SHAPES = 256 };

struct reader;
struct slow_lane;
struct writer;
struct watchdog;

struct counters {
    _Atomic uint64_t reads_inline, reads_slow, writes, batches, batch_rows_most, interrupts;
    _Atomic uint64_t stale_plans, wal_bytes, checkpoints, queue_depth, replays;
};

struct engine_sqlite {
    struct engine base; /* first: the public face */
    struct arena *arena;
    struct engine_sqlite_options options;
    int lock_fd;

    struct catalog_current current; /* the writer publishes */

    /* Raised by the writer after COMMIT and before the acknowledgements leave. */
    _Atomic uint64_t commit_seq;
    /* The writer asks every reader to end its snapshot at the next request boundary. */
    _Atomic bool drain_readers;
    /* A migration runs: new writes are refused. */
    _Atomic bool migrating;
    /* A failed fsync: nothing may be acknowledged any more (engine_fail). */
    _Atomic bool failed;
    /* Monotonic: what holds the writer for a caller that blocks (a script, a backup, an inspection) ends
     * then; 0: not. */
    _Atomic uint64_t stop_blocking_ms;

    struct spool_quota spool_quota;
    struct temp_files temp_files;
    struct disk disk;
    struct counters counters;
    uint64_t checkpointed_bytes; /* the writer's: length of the log at its last checkpoint */
    uint64_t truncated_ms; /* the writer's: when it last gave the log's room back to a low disk */
    /* Each is set and used by its own loop; the lock is for the watchdog, against a reader that closes
     * while it looks. */
    pthread_mutex_t readers_lock;
    struct reader *readers[LOOPS_MAX];
    struct loop_hook reader_hooks[LOOPS_MAX];
    struct slow_lane *slow_lane;
    struct writer *writer;
    struct watchdog *watchdog;
    bool drained; /* the lanes have ended */
};

static inline struct engine_sqlite *engine_sqlite_of(struct engine *engine)
{
    return (struct engine_sqlite *)engine;
}

/* A sync did not reach the disk: no write is taken or acknowledged from here on. The writer. */
void engine_fail(struct engine_sqlite *engine);
/* Whether SQLite's extended code says so. */
static inline bool engine_sync_failed(int code)
{
    return code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC;
}

/* The end of a request on its loop: results to the caller, spool files tied to the request. */
void engine_finish(struct engine_sqlite *engine,
                   struct engine_request *request,
                   err error,
                   struct step_result *results,
                   size_t failed_step);

/* execute.c --------------------------------------------------------------------------------- */

struct execution {
    struct engine_sqlite *engine;
    struct connection *connection;
    struct engine_request *request;
    struct step_result *results; /* request->step_count of them */
    struct sequences *sequences; /* the writer's; NULL on a connection that only reads */
    struct spool *spool;         /* NULL: no spilling, too large is EXECUTION_TOO_LARGE */
    int64_t now_us;              /* the transaction's time: of day, as clock_real_us has it */
    size_t inline_bytes_max;     /* without a spool: past this the request moves to the slow lane */
    bool too_large;              /* out: stopped for that reason */
    size_t failed_step;          /* out */
};

/* Runs every step in order in the connection's open transaction. Results are fresh each time: a
 * request can be run again after execution_drop. */
MUST_USE err execute_steps(struct execution *execution);
void execution_drop(struct execution *execution);
/* A fresh array of empty results. */
struct step_result *execution_results(struct engine_request *request);

/* reader.c ------------------------------------------------------------------------------------ */

MUST_USE err reader_open(struct engine_sqlite *engine, struct loop *loop);
void reader_close(struct engine_sqlite *engine, struct loop *loop);
void reader_run(struct reader *reader, struct engine_request *request);
/* Milliseconds that the reader has been inside one request, 0 when idle. Any thread. */
/* For the watchdog alone: whether the present request has had limit_ns of the processor. */
bool reader_stuck(struct reader *reader, uint64_t limit_ns);
void reader_interrupt(struct reader *reader);
const struct catalog *reader_catalog(struct reader *reader);

/* slow_lane.c --------------------------------------------------------------------------------- */

enum slow_class { SLOW_LIST, SLOW_EXPORT, SLOW_CLASSES };

MUST_USE err slow_lane_open(struct engine_sqlite *engine, struct slow_lane **out);
void slow_lane_close(struct slow_lane *lane);
/* From the request's loop; finishes it with ERR_OVERLOADED when the queue is full. */
void slow_lane_submit(struct slow_lane *lane,
                      struct engine_request *request,
                      enum slow_class class);
/* Interrupts reads whose snapshot is older than age_ms. The writer. */
void slow_lane_interrupt_old(struct slow_lane *lane, uint64_t age_ms);
/* No read of this lane begins until slow_lane_release, or two seconds later: reads that overlap would
 * keep the log from starting over for ever. After a hold that nobody ended, none for as long. */
void slow_lane_hold(struct slow_lane *lane);
void slow_lane_release(struct slow_lane *lane);

/* writer.c ------------------------------------------------------------------------------------ */

struct exclusive_job {
    err (*run)(struct exclusive_job *job,
               struct engine_sqlite *engine,
               struct connection *connection);
    err error;
    bool migration; /* writes are refused while it runs */
    bool finished;
    struct exclusive_job *next;
};

MUST_USE err writer_open(struct engine_sqlite *engine, struct writer **out);
/* Finishes what is queued, then stops. */
void writer_close(struct writer *writer);
void writer_submit(struct writer *writer, struct engine_request *request);
/* Answers the writes whose wait is over, whatever the writer does meanwhile: they never run. Any thread. */
void writer_expire(struct writer *writer);
/* Blocks the calling thread (never a loop) until the writer has run the job. */
MUST_USE err writer_exclusive(struct writer *writer, struct exclusive_job *job);
/* Interrupts the exclusive job that runs, if one does: for opcodes that no progress handler sees, when
 * stop_blocking_ms has come. */
void writer_stop_blocking(struct writer *writer);
struct sequences *writer_sequences(struct writer *writer);

/* checkpoint.c: on the writer, between batches. */
void checkpoint_if_due(struct engine_sqlite *engine, struct connection *connection);
void checkpoint_truncate(struct engine_sqlite *engine, struct connection *connection);
/* Before anything else is written: what a former process left in the log goes into the file and onto
 * the disk. Its log may never have got there, however well it reads. */
MUST_USE err checkpoint_recover(struct arena *arena, struct connection *connection);

/* watchdog.c */
MUST_USE err watchdog_open(struct engine_sqlite *engine, struct watchdog **out);
void watchdog_close(struct watchdog *watchdog);

#endif
