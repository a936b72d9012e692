/* engine/sqlite/limits.h - how long a caller that blocks may hold the writer: a script, an inspection.
 *
 *   time      of a migration as a whole, or of each statement of a console script
 *   the end   of the server: the engine's stop_blocking_ms
 *   the caller has gone (Ctrl-C, a closed control connection): asked every 20 ms
 *
 * Looked at by SQLite's progress handler, by long C functions and PL/pgSQL (the session's cost token) and between
 * statements. What undoes a statement must not be stopped: it runs between limits_pause and _resume.
 *
 * Owns:    nothing. Threads: the writer's.
 * Errors:  57014.
 */
#ifndef DAPUR_ENGINE_SQLITE_LIMITS_H
#define DAPUR_ENGINE_SQLITE_LIMITS_H

#include <stdatomic.h>

#include "base/err.h"

struct connection;

struct limits {
    uint64_t whole_ms;               /* from limits_begin on; 0: any */
    uint64_t statement_ms;           /* from each limits_statement on; 0: any */
    const _Atomic uint64_t *stop_ms; /* monotonic; 0 or NULL: not */
    bool (*cancelled)(void *context);
    void *context;
    uint64_t until_ns, looked_ns; /* limits.c's own, as what follows */
    bool stopped;                 /* for another reason than time */
};

/* Ties them to the connection until limits_end. */
void limits_begin(struct limits *limits, struct connection *connection);
void limits_end(struct connection *connection);
void limits_pause(struct connection *connection);
void limits_resume(struct connection *connection);
/* Whether what runs must end now; for what does not come by SQLite's progress handler. */
bool limits_over(struct limits *limits);
/* Before each statement; 57014 when it may not begin. Without limits: NULL. */
MUST_USE err limits_statement(struct arena *arena, struct connection *connection);
/* The error of a statement, with the reason for which it was stopped. */
err limits_explain(struct arena *arena, struct connection *connection, err error);

#endif
