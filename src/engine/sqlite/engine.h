/* engine/sqlite/engine.h - the embedded engine: opens a database file and fills sql/engine.h.
 *
 * Reads run inline on the loop that asks, on that loop's own connection, under a meter of 1 ms; what
 * exceeds it runs again on the slow lane. One thread writes, in batches that share a COMMIT. See
 * README.md in this folder for the road of a request.
 *
 * Owns:    the file (one process at a time), its threads and connections, until close.
 * Threads: engine_sqlite_open on any thread but a loop's.
 * Errors:  ERR_UNAVAILABLE when another process owns the folder; ERR_IO.
 */
#ifndef DAPUR_ENGINE_SQLITE_ENGINE_H
#define DAPUR_ENGINE_SQLITE_ENGINE_H

#include "sql/engine.h"

struct engine_sqlite_options {
    str folder;                    /* the data folder; made when missing */
    uint64_t meter_us;             /* of wall time for a request on a loop; 1000 */
    uint64_t snapshot_us;          /* a loop's read transaction is renewed after this; 2000 */
    uint64_t stuck_us;             /* the watchdog interrupts past this; 5000 */
    size_t inline_bytes_max;       /* a larger result moves to the slow lane; 256 KiB */
    size_t spool_memory_bytes;     /* a larger one to a file; 1 MiB */
    uint64_t spool_bytes_max;      /* all files together, SQLite's temporaries too; 4 GiB */
    size_t slow_threads;           /* per class; 2 */
    size_t slow_queue_max;         /* per class; 256 */
    uint64_t read_run_ms;          /* longest slow read; 30 s */
    size_t write_queue_max;        /* 4096 */
    uint64_t write_run_ms;         /* longest write of API roles; 250 */
    uint64_t write_run_service_ms; /* of service_role; 10 s */
    uint64_t write_wait_ms;        /* longest wait in the queue; 5 s */
    uint64_t sql_run_ms;           /* longest statement of a console script; 60 s; 0: any */
    uint64_t migration_run_ms;     /* longest migration, as a whole; 10 min; 0: any */
    uint64_t disk_free_bytes_min;  /* less, and writes are refused; 64 MiB; 0: never */
    size_t batch_count_max;        /* 256 */
    uint64_t batch_run_us;         /* 5000 */
    size_t batch_bytes_max;        /* answers; 8 MiB */
    uint64_t mmap_bytes;           /* 256 MiB; 0 off */
    uint64_t wal_passive_bytes, wal_restart_bytes, wal_interrupt_bytes, wal_refuse_bytes;
    /* Once, on a thread of the engine, when a failed fsync has ended all writing: whoever opened it has
     * to close it and open it again, which recovers. May be NULL. */
    void (*failed)(void *context);
    void *failed_context;
    uint64_t (*free_bytes_of)(void *context); /* free disk, instead of asking; NULL but in tests */
    void *free_bytes_context;
};

/* The defaults named above. */
struct engine_sqlite_options engine_sqlite_defaults(str folder);

MUST_USE err engine_sqlite_open(struct arena *arena,
                                const struct engine_sqlite_options *options,
                                struct engine **out);

#endif
