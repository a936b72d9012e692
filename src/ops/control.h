/* ops/control.h - data/control.sock: how `dapur sql`, `migrate`, `backup` talk to a running server.
 *
 * One request a connection: a line of JSON in, lines of JSON out, the last one {"done":true}. The
 * socket is 0600 and the peer's uid must be ours (or root's). The client's side is an engine: its
 * script, backup and integrity travel; nothing above can tell.
 *
 * Owns:    the server its thread and socket; the client's engine one connection per call.
 * Threads: calls reach the engine on the control thread, which is no loop.
 * Errors:  ERR_IO when the socket fails, ERR_UNAVAILABLE when no server answers.
 */
#ifndef DAPUR_OPS_CONTROL_H
#define DAPUR_OPS_CONTROL_H

#include "sql/engine.h"

struct control;

MUST_USE err control_start(struct arena *arena,
                           str folder,
                           struct engine *engine,
                           struct control **out);
void control_stop(struct control *control);

/* An engine whose scripts run in the server that owns the folder. close() frees it. */
MUST_USE err control_connect(struct arena *arena, str folder, struct engine **out);

#endif
