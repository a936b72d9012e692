/* types/session.h - what PostgreSQL's session settings change about values.
 *
 * Owns:    nothing. Threads: any; immutable while in use. Errors: none.
 * A NULL session means: UTC, and the wall clock at the moment of the call.
 */
#ifndef DAPUR_TYPES_SESSION_H
#define DAPUR_TYPES_SESSION_H

#include <stdint.h>

struct tz_zone;
struct buf;

/* Who knows the names behind regclass and its like. */
struct type_names {
    const void *context;
    void (*write)(const void *context, uint32_t reg, uint32_t id, struct buf *out);
};

struct type_session {
    const struct tz_zone *zone;     /* NULL: UTC */
    int64_t now_us;                 /* transaction time, microseconds since 1970-01-01 UTC */
    const struct type_names *names; /* NULL: regclass and its like are shown as numbers */
};

#endif
