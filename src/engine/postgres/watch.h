/* engine/postgres/watch.h - notices that the server's catalog changed, and publishes the next snapshot.
 *
 * A thread with a connection of its own (direct_url). On NOTIFY pgrst, 'reload schema' and for
 * engine_pg_watch_reload_wait it loads and publishes; it looks whether the catalog's fingerprint differs,
 * and publishes only then, on NOTIFY dapur_catalog (an event trigger's, where the login may make one),
 * after engine_pg_watch_reload, after a lost connection came back, and every poll_ms (12 times as
 * seldom where the event trigger tells: roles have none). Through a pooler of transactions it
 * cannot listen and looks alone. Notifications that come together are answered together.
 *
 * One publisher: a snapshot's version is the last one's plus one.
 *
 * Owns:    the thread and its connection.
 * Threads: any.
 * Errors:  logged; the last snapshot stays.
 */
#ifndef DAPUR_ENGINE_POSTGRES_WATCH_H
#define DAPUR_ENGINE_POSTGRES_WATCH_H

#include <libpq-fe.h>

#include "engine/postgres/engine_int.h"

struct watch;

MUST_USE err engine_pg_watch_open(struct engine_pg *engine, struct watch **out);
/* Asks for a look soon (a request met a stale plan); never blocks. */
void engine_pg_watch_reload(struct watch *watch);
/* Loads and publishes whatever the fingerprint says, and waits until that is done or failed: what
 * was committed before the call is in the snapshot. Not on a loop. */
MUST_USE err engine_pg_watch_reload_wait(struct watch *watch, struct arena *arena);
/* Interrupts what the thread does, and joins it. Nobody may wait for a reload any more. */
void engine_pg_watch_close(struct watch *watch);

/* Makes the event trigger that tells of changes, where the login may. Before the first load of the catalog: it is a
 * change itself, and a reload forgets which reads are fast. */
void engine_pg_watch_prepare(const struct engine_postgres_options *options,
                             struct arena *arena,
                             PGconn *conn);

#endif
