/* api/rest/rest.h - /rest/v1: tables, views and functions over HTTP, in the PostgREST dialect.
 *
 * Owns:    the plan caches, one per loop; lives in the arena it was made in.
 * Threads: handlers run on the request's loop; rest_new on main before the loops serve.
 * Errors:  rendered as {"code","details","hint","message"} with the dialect's status.
 * Source:  docs/rest.md.
 */
#ifndef DAPUR_API_REST_REST_H
#define DAPUR_API_REST_REST_H

#include "api/common/gateway.h"
#include "http/router.h"
#include "sql/engine.h"

struct rest_options {
    struct engine *engine;
    struct gateway *gateway;
    struct workers *compilers; /* what is long to compile goes there */
    size_t loop_count;
    const str *schemas; /* exposed; the first is the default */
    size_t schema_count;
    int64_t max_rows; /* 0: no limit */
    bool aggregates;
    bool safe_update;
    str time_zone; /* of sessions that name none; empty: UTC */
    size_t body_bytes_max;
};

struct rest;

MUST_USE err rest_new(struct arena *arena, const struct rest_options *options, struct rest **out);
/* The mount at /rest/v1; borrowed. */
const struct http_mount *rest_mount(struct rest *rest);

#endif
