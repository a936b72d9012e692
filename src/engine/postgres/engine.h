/* engine/postgres/engine.h - the PostgreSQL engine: a server of version 15 or later fills sql/engine.h.
 *
 * Each loop has a few non-blocking connections. Shared ones run in pipeline mode and carry
 * self-contained segments of reads whose shape is known to be fast; everything else checks a solo
 * connection out. Role, claims and settings travel inside each segment (set_config, transaction
 * local): there is no session-level SET and nothing to clean. See README.md in this folder.
 *
 * Owns:    its connections and threads, until close.
 * Threads: engine_postgres_open on any thread but a loop's.
 * Errors:  ERR_UNAVAILABLE while the server cannot be reached; ERR_CONFIG for a URL or a pooler
 *          setting that means nothing, and for rights that the login lacks (the hint has the SQL
 *          for an administrator).
 */
#ifndef DAPUR_ENGINE_POSTGRES_ENGINE_H
#define DAPUR_ENGINE_POSTGRES_ENGINE_H

#include "sql/engine.h"

enum engine_postgres_pooler {
    POOLER_NONE,
    POOLER_TRANSACTION, /* PgBouncer: unnamed statements, no LISTEN, no session locks */
};

struct engine_postgres_options {
    str url;        /* postgres://...; its password never reaches a log */
    str direct_url; /* migrations and notifications, past a pooler; empty: url */
    enum engine_postgres_pooler pooler;
    str folder;                /* the data folder, for tmp/ (large results); made when missing */
    size_t shared_connections; /* a loop; 2 */
    size_t shared_depth;       /* requests in flight on each; 8 */
    uint64_t shared_run_ms;  /* longest read there: it holds others up, and runs again alone; 200 */
    size_t solo_connections; /* a loop; 8 */
    size_t queue_max;        /* requests of a loop that may wait for a connection; 1024 */
    uint64_t wait_ms;        /* how long; 5 s */
    uint64_t fast_us;        /* a shape that stays under it may share; 2000 */
    uint64_t connect_ms;     /* longest connecting; 5 s */
    uint64_t read_run_ms;    /* longest read; 30 s */
    uint64_t write_run_ms;   /* longest write of API roles; 10 s */
    uint64_t write_run_service_ms; /* of service_role; 60 s */
    uint64_t sql_run_ms;           /* longest statement of a console script; 60 s; 0: any */
    uint64_t migration_run_ms;     /* longest statement of a migration; 10 min; 0: any */
    uint64_t poll_ms;          /* between looks at the catalog where no event trigger tells; 5 s */
    size_t spool_memory_bytes; /* a larger result goes to a file; 1 MiB */
    uint64_t spool_bytes_max;  /* all files together; 4 GiB */
};

/* The defaults named above. */
struct engine_postgres_options engine_postgres_defaults(str url, str folder);

/* Connects, makes the roles and schemas that are missing, and loads the catalog. */
MUST_USE err engine_postgres_open(struct arena *arena,
                                  const struct engine_postgres_options *options,
                                  struct engine **out);

/* An empty database beside the URL's, and its URL. 42501 when the login may not make one. */
MUST_USE err engine_postgres_scratch_make(struct arena *arena,
                                          str url,
                                          str *name,
                                          str *scratch_url);
/* Removes it; nobody may be connected to it any more. */
MUST_USE err engine_postgres_scratch_drop(struct arena *arena, str url, str name);

#endif
