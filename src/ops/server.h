/* ops/server.h - the whole server assembled: engine, loops, APIs, listeners; from start to drain.
 *
 * Owns:    everything it starts, until server_run returns.
 * Threads: main. It blocks SIGTERM, SIGINT, SIGHUP and SIGUSR1 in every thread and waits for them itself.
 * Errors:  whatever kept it from becoming ready, logged by the caller.
 */
#ifndef DAPUR_OPS_SERVER_H
#define DAPUR_OPS_SERVER_H

#include "ops/config.h"
#include "sql/engine.h"

struct server_options {
    const struct config *config;
    bool no_migrate; /* refuse to start while migrations are pending */
    bool allow_drift;
    /* Called when requests are accepted: prints the ready line. Once more after a failed fsync, when the
     * database was opened anew. */
    void (*ready)(void *context, str api_address, str admin_address);
    void *context;
};

/* Runs until SIGTERM or SIGINT, then drains. NULL after a clean end. */
MUST_USE err server_run(struct arena *arena, const struct server_options *options);

/* The engine that the settings name, opened, with our own schemas in place. */
MUST_USE err server_open_engine(struct arena *arena,
                                const struct config *config,
                                struct engine **out);

#endif
