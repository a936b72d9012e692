#include "engine/postgres/migrations_lock.h"

#include <time.h>

#include "base/log.h"
#include "engine/postgres/script.h"

enum { ASK_AGAIN_MS = 100 };

/* "dapur" and "migr" in ASCII: a key that nobody else uses by chance. */
#define LOCK_SQL "SELECT pg_catalog.pg_try_advisory_lock(x'6461707572'::bigint * 65536 + 27977)"

static err try_lock(struct arena *arena, PGconn *conn, bool *locked)
{
    PGresult *result;
    TRY(engine_pg_exec(arena, conn, LOCK_SQL, &result));
    *locked = str_eq(engine_pg_field(result, 0, 0), STR("t"));
    return NULL;
}

err engine_pg_lock_migrations(struct arena *arena, PGconn *conn)
{
    bool locked = false, told = false;
    struct arena *scratch = arena_new(0);
    err error;
    while (!(error = try_lock(scratch, conn, &locked)) && !locked) {
        if (!told) log_info("waiting for another node's migrations");
        told = true;
        nanosleep(&(struct timespec){.tv_nsec = ASK_AGAIN_MS * 1000000L}, NULL);
        arena_reset(scratch);
    }
    if (error) error = err_copy(arena, error);
    arena_free(scratch);
    return error;
}

err engine_pg_migrations_lock(struct engine *base, struct arena *arena, struct engine_lock **out)
{
    const struct engine_pg *engine = engine_pg_of(base);
    PGconn *conn;
    PGresult *result;
    TRY(engine_pg_connect(arena, engine_pg_direct_url(engine), engine->options.connect_ms, &conn));
    err error = engine_pg_exec(arena, conn,
                               "SET statement_timeout = 0; SET idle_session_timeout = 0", &result);
    if (!error) error = engine_pg_lock_migrations(arena, conn);
    if (error)
        PQfinish(conn);
    else
        *out = (struct engine_lock *)(void *)conn;
    return error;
}

void engine_pg_migrations_unlock(struct engine *base, struct engine_lock *lock)
{
    (void)base;
    PGconn *conn = (PGconn *)(void *)lock;
    /* Closing would do as well, but later than we return. */
    PQclear(PQexec(conn, "SELECT pg_catalog.pg_advisory_unlock_all()"));
    PQfinish(conn);
}
