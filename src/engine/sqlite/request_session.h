/* engine/sqlite/request_session.h - what SQL of one request may see and set: the caller's settings,
 * the time, set_config, currval.
 *
 * Begins with a request's (or a script's) first statement and ends with its last, so nothing of one
 * caller reaches the next: settings and currval are gone, hooks point to nothing.
 *
 * Owns:    its lists, in the arena given.
 * Threads: the connection's.
 * Errors:  22023 unknown time zone, 25006 a sequence on a connection that only reads, 55000 currval
 *          before nextval, 42704 an unknown setting.
 */
#ifndef DAPUR_ENGINE_SQLITE_REQUEST_SESSION_H
#define DAPUR_ENGINE_SQLITE_REQUEST_SESSION_H

#include "base/vec.h"
#include "engine/sqlite/functions.h"
#include "engine/sqlite/sequences.h"
#include "sql/engine.h"

struct session_setting {
    str name;
    str value;
};

struct session_value_seen {
    oid sequence;
    int64_t value;
};

struct request_session {
    struct arena *arena;
    const struct caller *caller; /* may be NULL: a script as a bare role */
    struct sequences *sequences; /* NULL: a connection that only reads */
    struct {
        VEC(struct session_setting);
    } settings; /* by set_config and SET; hide the caller's */
    struct {
        VEC(struct session_value_seen);
    } seen; /* currval; the newest use is last */
};

/* SET TIME ZONE: how timestamps are read and written from now on. 22023: no such zone. */
MUST_USE err request_session_set_time_zone(struct sqlite_session *session,
                                           struct arena *arena,
                                           str value);
/* Ties the session of a connection to this request. now_us: the transaction's time. */
MUST_USE err request_session_begin(struct request_session *request,
                                   struct arena *arena,
                                   struct sqlite_session *session,
                                   const struct caller *caller,
                                   struct sequences *sequences,
                                   int64_t now_us);
void request_session_end(struct sqlite_session *session);
/* The value that current_setting(name) has now; false: not set. */
bool request_session_setting(const struct request_session *request, str name, str *out);
void request_session_set(struct request_session *request, str name, str value);

#endif
