/* engine/sqlite/script.h - runs a script (migration, seed, console) on the writer's connection.
 *
 * Knows nothing of threads or queues: the writer calls it as an exclusive job, with no transaction
 * open, and publishes the catalog that comes back.
 *
 * Owns:    nothing between calls.
 * Threads: the connection's.
 * Errors:  per statement through options->each; the answer is the first that ended the script.
 */
#ifndef DAPUR_ENGINE_SQLITE_SCRIPT_H
#define DAPUR_ENGINE_SQLITE_SCRIPT_H

#include "engine/sqlite/connection.h"
#include "engine/sqlite/sequences.h"
#include "sql/engine.h"

/* Opens or makes the catalog of a database file: a new file gets the built-in roles, schemas and
 * tables. out: a counted snapshot. Errors: 0A000 when the file is newer than this program. */
MUST_USE err script_bootstrap(struct arena *arena,
                              struct connection *connection,
                              struct sequences *sequences,
                              const struct catalog **out);

/* catalog: in, the current snapshot (borrowed); out, a new counted one when the script changed it and
 * its transaction was committed, else unchanged. */
MUST_USE err script_run(struct arena *arena,
                        struct connection *connection,
                        struct sequences *sequences,
                        const struct script_options *options,
                        const struct catalog **catalog);

/* Structure and every constraint of the file: PRAGMA integrity_check, foreign_key_check and the
 * checks that only the catalog knows. Each problem goes to report. */
MUST_USE err script_integrity(struct arena *arena,
                              struct connection *connection,
                              const struct catalog *catalog,
                              void (*report)(void *context, str problem),
                              void *context);

#endif
