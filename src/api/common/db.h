/* api/common/db.h - runs plans for an API: compiles again when the catalog moved on, then answers.
 *
 * Owns:    nothing; the call lives in the request's arena until done has been called.
 * Threads: one loop, but for compile(), which has the call and its arena on a worker alone.
 * Errors:  the engine's; ERR_PLAN_STALE never reaches done before DB_STALE_MS have passed;
 *          ERR_OVERLOADED when too many statements wait to be compiled.
 */
#ifndef DAPUR_API_COMMON_DB_H
#define DAPUR_API_COMMON_DB_H

#include "net/workers.h"
#include "sql/engine.h"

enum { DB_STALE_MS = 5000, DB_RETRY_MS = 2 };

struct db_call {
    struct engine *engine;
    /* Arena, loop, caller, format and limits are the user's to set; steps are filled by plan(). */
    struct engine_request request;
    /* Fills request.steps (and request.caller when roles matter) against this catalog. Called again
     * for each new catalog version. What is long to compile it leaves: it sets `compile`. */
    err (*plan)(struct db_call *call, const struct catalog *catalog);
    /* Reset before plan. On a worker, with the catalog held; then compiled() does the rest of
     * plan(), on the loop. */
    err (*compile)(struct db_call *call, const struct catalog *catalog);
    err (*compiled)(struct db_call *call);
    struct workers *compilers; /* for compile */
    void (*done)(struct db_call *call, err error, struct step_result *results, size_t failed_step);
    void *context;
    /* db.c's own */
    uint64_t since_ms;
    struct timer timer;
    struct mail mail;
    unsigned retries;
    struct job job;
    const struct catalog *catalog; /* while compiling */
    err compile_error;
};

/* done may be called before this returns. */
void db_run(struct db_call *call);

#endif
