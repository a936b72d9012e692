/* engine/postgres/lane.h - a loop's connections, and the requests that wait for one.
 *
 * Shared connections carry many segments at once, solo ones a single request at a time. Connections are
 * made when they are needed and kept. While the server is down one attempt at a time goes on, with
 * growing pauses; requests are refused meanwhile, and served again without a restart.
 *
 * Owns:    its connections.
 * Threads: the loop's.
 * Errors:  told to the waiter: ERR_OVERLOADED for a full queue or a wait past wait_ms, ERR_UNAVAILABLE
 *          while the server is down or the engine drains.
 */
#ifndef DAPUR_ENGINE_POSTGRES_LANE_H
#define DAPUR_ENGINE_POSTGRES_LANE_H

#include "engine/postgres/connection.h"

enum lane_kind { LANE_SHARED, LANE_SOLO };

enum { LANE_SETTINGS_MAX = 32 };

/* SELECT set_config($1,$2,true),...: one text for each number of settings. */
struct settings_text {
    const char *sql;
    const char *name;
};

/* Embedded by a request. granted: begin now; a solo connection is the waiter's until lane_release. */
struct lane_waiter {
    enum lane_kind kind;
    void (*granted)(struct lane_waiter *waiter, struct pg_connection *connection);
    void (*refused)(struct lane_waiter *waiter, enum err_kind kind, const char *why);
    struct lane_waiter *next; /* the lane's from here */
    uint64_t since_ms;
};

MUST_USE err lane_open(struct engine_pg *engine, struct loop *loop);
void lane_close(struct engine_pg *engine, struct loop *loop);

/* granted or refused follows, perhaps before this returns. */
void lane_wait(struct lane *lane, struct lane_waiter *waiter);
/* Takes a waiter out of the queue; false: it does not wait. */
MUST_USE bool lane_leave(struct lane *lane, struct lane_waiter *waiter);
/* Gives a solo connection back. Fine on one that has closed meanwhile, as long as its closed event is this one. */
void lane_release(struct lane *lane, struct pg_connection *connection);

/* Closes the connections that do nothing: after one was lost the others may be dead as well, and what runs
 * once more has only that one try. */
void lane_renew(struct lane *lane);

/* Cancels what runs on a solo connection, and closes it. */
void lane_cancel(struct lane *lane, struct pg_connection *connection);
/* All that runs: the server ends, and whoever asked is gone or was cut. */
void lane_cancel_all(struct lane *lane);

struct loop *lane_loop(const struct lane *lane);
/* The server cannot be reached; the log has it. */
bool lane_is_down(const struct lane *lane);
/* The snapshot for this iteration; the lane holds a reference until the next call. */
const struct catalog *lane_catalog(struct lane *lane);
/* For what one row needs while it is written: reset it afterwards. */
struct arena *lane_row_arena(struct lane *lane);
/* pairs: 1 to LANE_SETTINGS_MAX. */
const struct settings_text *lane_settings_text(struct lane *lane, size_t pairs);

#endif
