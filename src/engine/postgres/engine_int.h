/* engine/postgres/engine_int.h - what the parts of the engine share.
 *
 * print.c         a plan as PostgreSQL text: the tree as it was built, embeds as JSON sub-selects
 * connection.c    one non-blocking connection on a loop: segments out, results in
 * lane.c          a loop's connections, shared and solo, and who waits for one
 * run.c           a request on a connection: segments, expectations, results, errors
 * row_value.c     a field's text as a value for the row writer
 * outage.c        what the log says while the server cannot be reached
 * catalog_load.c  pg_catalog to a snapshot, with catalog_rows.c, catalog_relations.c, catalog_field.c;
 *                 watch.c says when
 * script.c        migrations and consoles on a blocking connection (session.c); script_int.h
 * bootstrap.c     what a project assumes of a database, made at start (bootstrap.sql)
 * migrations_lock.c  one node at a time changes a database
 * engine.c        struct engine: open, close
 *
 * Threads: each field says which.
 */
#ifndef DAPUR_ENGINE_POSTGRES_ENGINE_INT_H
#define DAPUR_ENGINE_POSTGRES_ENGINE_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include "engine/postgres/engine.h"
#include "net/loop.h"
#include "net/workers.h"
#include "sql/catalog_current.h"
#include "sql/spool.h"

enum {
    ENGINE_PG_LOOPS_MAX = 256,
};

struct lane;
struct watch;

struct engine_pg_counters {
    _Atomic uint64_t reads_shared, reads_solo, writes, reconnects, stale_plans, cancels, waiting;
};

struct engine_pg {
    struct engine base; /* first: the public face */
    struct arena *arena;
    struct engine_postgres_options options;

    struct catalog_current current;
    _Atomic uint64_t catalog_looks; /* of the watcher, done or failed */
    _Atomic uint64_t look_asked_ms; /* when a request last asked for one */
    str catalog_fingerprint;        /* of the first snapshot: where the watcher starts */

    /* Lanes that cannot reach the server, and the watcher when it cannot; outage.c */
    _Atomic uint64_t outage_parties, outage_since_ms, outage_refused;

    struct spool_quota spool_quota;
    struct engine_pg_counters counters;
    struct workers *connectors;              /* connecting blocks */
    struct workers *cancellers;              /* and so does PQcancel, which may take long: apart */
    struct lane *lanes[ENGINE_PG_LOOPS_MAX]; /* each set and used by its own loop */
    struct watch *watch;
    _Atomic uint64_t stop_blocking_ms; /* monotonic: scripts end then; 0: not yet known */
    /* Draining waits for the requests that were accepted. */
    _Atomic bool draining;
    _Atomic uint64_t active;
    pthread_mutex_t active_lock;
    pthread_cond_t active_none;
    bool drained;
};

static inline struct engine_pg *engine_pg_of(struct engine *engine)
{
    return (struct engine_pg *)engine;
}

/* How long a statement may take on a shared connection. */
static inline uint64_t engine_pg_shared_run_ms(const struct engine_pg *engine)
{
    uint64_t most = engine->options.read_run_ms, shared = engine->options.shared_run_ms;
    return most < shared ? most : shared;
}

/* One more, or one less, that cannot reach the server. Any thread. */
void engine_pg_outage_begin(struct engine_pg *engine, err why);
void engine_pg_outage_end(struct engine_pg *engine);

/* run.c: struct engine's run and cancel. */
void engine_pg_run(struct engine *base, struct engine_request *request);
void engine_pg_cancel(struct engine *base, struct engine_request *request);

/* Where migrations and notifications go. */
static inline str engine_pg_direct_url(const struct engine_pg *engine)
{
    const struct engine_postgres_options *options = &engine->options;
    return str_empty(options->direct_url) ? options->url : options->direct_url;
}

#endif
