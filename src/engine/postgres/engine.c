#include "engine/postgres/engine.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "engine/postgres/catalog_load.h"
#include "engine/postgres/engine_int.h"
#include "engine/postgres/lane.h"
#include "engine/postgres/print.h"
#include "engine/postgres/script.h"
#include "engine/postgres/watch.h"

enum { MIB = 1024 * 1024, CONNECTOR_THREADS = 2, CONNECTOR_QUEUE = 4096, CANCELLER_THREADS = 1 };

struct engine_postgres_options engine_postgres_defaults(str url, str folder)
{
    return (struct engine_postgres_options){
        .url = url,
        .folder = folder,
        .shared_connections = 2,
        .shared_depth = 8,
        .shared_run_ms = 200,
        .solo_connections = 8,
        .queue_max = 1024,
        .wait_ms = 5000,
        .fast_us = 2000,
        .connect_ms = 5000,
        .read_run_ms = 30000,
        .write_run_ms = 10000,
        .write_run_service_ms = 60000,
        .sql_run_ms = 60000,
        .migration_run_ms = 600000,
        .poll_ms = 5000,
        .spool_memory_bytes = MIB,
        .spool_bytes_max = UINT64_C(4096) * MIB,
    };
}

/* ---- the catalog ---- */

static const struct catalog *engine_catalog(struct engine *base)
{
    struct engine_pg *engine = engine_pg_of(base);
    struct loop *loop = loop_current();
    assert(loop != NULL);
    struct lane *lane = engine->lanes[loop_index(loop)];
    /* After loop_stop the watcher may still publish, but the engine holds one until close. */
    return lane ? lane_catalog(lane) : engine->current.catalog;
}

/* ---- what runs off the loops ---- */

static err engine_script(struct engine *base,
                         struct arena *arena,
                         const struct script_options *options)
{
    return engine_pg_script(engine_pg_of(base), arena, options);
}

static err engine_backup(struct engine *base, struct arena *arena, str path)
{
    (void)base, (void)path;
    return err_hint(arena,
                    err_sql(arena, "0A000", "a PostgreSQL database is not backed up by dapur"),
                    "Use pg_dump, or your provider's backups.");
}

static err engine_integrity(struct engine *base,
                            struct arena *arena,
                            void (*report)(void *context, str problem),
                            void *context)
{
    (void)base, (void)report, (void)context;
    return err_hint(arena, err_sql(arena, "0A000", "a PostgreSQL database is not checked by dapur"),
                    "Use pg_amcheck.");
}

/* ---- life ---- */

static err engine_loop_start(struct engine *base, struct loop *loop)
{
    return lane_open(engine_pg_of(base), loop);
}

static void engine_loop_stop(struct engine *base, struct loop *loop)
{
    lane_close(engine_pg_of(base), loop);
}

static void engine_stats(struct engine *base, struct engine_stats *out)
{
    const struct engine_pg_counters *counters = &engine_pg_of(base)->counters;
    *out = (struct engine_stats){
        .reads_inline = atomic_load(&counters->reads_shared),
        .reads_slow = atomic_load(&counters->reads_solo),
        .writes = atomic_load(&counters->writes),
        .interrupts = atomic_load(&counters->cancels),
        .stale_plans = atomic_load(&counters->stale_plans),
        .queue_depth = atomic_load(&counters->waiting),
    };
}

static void engine_stop_blocking(struct engine *base, uint64_t at_ms)
{
    atomic_store(&engine_pg_of(base)->stop_blocking_ms, at_ms);
}

static void cancel_on_loop(struct loop *loop, void *context)
{
    (void)loop;
    lane_cancel_all(context);
}

/* Requests had their time before this is called: what still runs may be a query without an end. */
static void engine_drain(struct engine *base)
{
    struct engine_pg *engine = engine_pg_of(base);
    if (engine->drained) return;
    engine->drained = true;
    atomic_store(&engine->draining, true);
    for (size_t i = 0; i < COUNT_OF(engine->lanes); i++)
        if (engine->lanes[i])
            loop_call_wait(lane_loop(engine->lanes[i]), cancel_on_loop, engine->lanes[i]);
    pthread_mutex_lock(&engine->active_lock);
    while (atomic_load(&engine->active) > 0)
        pthread_cond_wait(&engine->active_none, &engine->active_lock);
    pthread_mutex_unlock(&engine->active_lock);
    /* While the loops run: their connections take what the connectors have for them. */
    if (engine->connectors) workers_stop(engine->connectors);
    if (engine->cancellers) workers_stop(engine->cancellers);
}

static void engine_close(struct engine *base)
{
    struct engine_pg *engine = engine_pg_of(base);
    engine_drain(base);
    if (engine->watch) engine_pg_watch_close(engine->watch);
    pthread_cond_destroy(&engine->active_none);
    pthread_mutex_destroy(&engine->active_lock);
    catalog_current_deinit(&engine->current);
    arena_free(engine->arena);
}

static err make_folder(struct arena *arena, str path)
{
    if (mkdir(str_cstr(arena, path), 0700) == 0 || errno == EEXIST) return NULL;
    return err_new(arena, ERR_IO, "cannot make the data folder: %s", strerror(errno));
}

static err load_catalog(struct engine_pg *engine, struct arena *arena)
{
    PGconn *conn;
    TRY(engine_pg_connect(arena, engine_pg_direct_url(engine), engine->options.connect_ms, &conn));
    const struct catalog *catalog;
    engine_pg_watch_prepare(&engine->options, arena, conn);
    /* First: a change in between is seen at the watcher's next look. */
    err error = engine_pg_catalog_fingerprint(engine->arena, conn, &engine->catalog_fingerprint);
    if (!error) error = engine_pg_catalog_load(arena, conn, 1, &catalog);
    PQfinish(conn);
    if (!error) catalog_current_publish(&engine->current, catalog);
    return error;
}

static err start(struct engine_pg *engine, struct arena *arena)
{
    TRY(make_folder(arena, engine->options.folder));
    str tmp = str_printf(engine->arena, "%.*s/tmp", STR_FMT(engine->options.folder));
    TRY(make_folder(arena, tmp));
    engine->options.folder = tmp; /* nothing else of the data folder is the engine's */
    TRY(engine_pg_bootstrap(engine, arena));
    TRY(load_catalog(engine, arena));
    struct workers_options connectors = {.threads = CONNECTOR_THREADS,
                                         .queue_max = CONNECTOR_QUEUE};
    struct workers_options cancellers = {.threads = CANCELLER_THREADS,
                                         .queue_max = CONNECTOR_QUEUE};
    TRY(workers_start(engine->arena, &connectors, &engine->connectors));
    TRY(workers_start(engine->arena, &cancellers, &engine->cancellers));
    return engine_pg_watch_open(engine, &engine->watch);
}

static const struct engine face = {
    .name = "postgres",
    .catalog = engine_catalog,
    .print = engine_pg_print,
    .run = engine_pg_run,
    .cancel = engine_pg_cancel,
    .script = engine_script,
    .migrations_lock = engine_pg_migrations_lock,
    .migrations_unlock = engine_pg_migrations_unlock,
    .backup = engine_backup,
    .integrity = engine_integrity,
    .loop_start = engine_loop_start,
    .loop_stop = engine_loop_stop,
    .stats = engine_stats,
    .stop_blocking = engine_stop_blocking,
    .drain = engine_drain,
    .close = engine_close,
};

err engine_postgres_open(struct arena *arena,
                         const struct engine_postgres_options *options,
                         struct engine **out)
{
    struct arena *own = arena_new(0);
    struct engine_pg *engine = ARENA_NEW(own, struct engine_pg);
    engine->base = face;
    engine->arena = own;
    engine->options = *options;
    engine->options.url = str_copy(own, options->url);
    engine->options.direct_url = str_copy(own, options->direct_url);
    engine->options.folder = str_copy(own, options->folder);
    engine->spool_quota.bytes_max = options->spool_bytes_max;
    catalog_current_init(&engine->current);
    pthread_mutex_init(&engine->active_lock, NULL);
    pthread_cond_init(&engine->active_none, NULL);
    err error = start(engine, arena);
    if (error) {
        error = err_copy(arena, error);
        engine_close(&engine->base);
        return error;
    }
    *out = &engine->base;
    return NULL;
}
