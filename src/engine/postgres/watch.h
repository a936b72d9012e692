/* engine/postgres/watch.h - notices that the server's catalog changed, and publishes the next snapshot.
 *
 * A thread with a connection of its own (direct_url). It reloads on NOTIFY pgrst, 'reload schema', on
 * NOTIFY dapur_catalog (an event trigger's, where the login may have one), when a request met a
 * stale plan, and otherwise when the catalog's fingerprint differs at a look every poll_ms. A lost
 * connection is made again with growing pauses, and followed by a reload.
 *
 * Owns:    the thread and its connection.
 * Threads: any.
 * Errors:  logged; the last snapshot stays.
 */
#ifndef DAPUR_ENGINE_POSTGRES_WATCH_H
#define DAPUR_ENGINE_POSTGRES_WATCH_H

#include "engine/postgres/engine_int.h"

struct watch;

MUST_USE err engine_pg_watch_open(struct engine_pg *engine, struct watch **out);
/* Asks for a reload soon; never blocks. */
void engine_pg_watch_reload(struct watch *watch);
/* The same, and waits until it was done or failed. Not on a loop. */
MUST_USE err engine_pg_watch_reload_wait(struct watch *watch, struct arena *arena);
void engine_pg_watch_close(struct watch *watch);

#endif
