/* ops/admin.h - the port that is not public: health, readiness, metrics, the schema cache.
 *
 * Owns:    nothing; the mount lives in the arena.
 * Threads: handlers on any loop.
 * Errors:  404 and 405 by the router.
 */
#ifndef DAPUR_OPS_ADMIN_H
#define DAPUR_OPS_ADMIN_H

#include "http/server.h"
#include "sql/engine.h"

struct admin {
    struct engine *engine;
    struct http_server *api; /* whose counters are shown */
    uint64_t started_ms;
    _Atomic bool ready; /* false before the first and after the last request is welcome */
};

/* GET /health/live, /health/ready, /metrics, /schema_cache. */
const struct http_mount *admin_mount(struct arena *arena, struct admin *admin);
/* GET /health for the public port. */
const struct http_mount *health_mount(struct arena *arena, struct admin *admin);

#endif
