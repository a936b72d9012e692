/* engine/postgres/script.h - migrations, seeds and console statements, natively.
 *
 * Each job has a blocking connection of its own (direct_url). Statements are found by sql/script.h and sent
 * as they are written; errors get their place in the file from PostgreSQL's position.
 *
 * Owns:    nothing beyond the call.
 * Threads: any that may block.
 * Errors:  those of the statements, told through options->each as well.
 */
#ifndef DAPUR_ENGINE_POSTGRES_SCRIPT_H
#define DAPUR_ENGINE_POSTGRES_SCRIPT_H

#include "engine/postgres/engine_int.h"

MUST_USE err engine_pg_script(struct engine_pg *engine,
                              struct arena *arena,
                              const struct script_options *options);

/* engine->migrations_lock: an advisory lock on a connection of its own. Waits by asking again: a
 * statement that waits inside the server would keep CREATE INDEX CONCURRENTLY waiting for it. */
MUST_USE err engine_pg_migrations_lock(struct engine *base,
                                       struct arena *arena,
                                       struct engine_lock **out);
void engine_pg_migrations_unlock(struct engine *base, struct engine_lock *lock);

/* The roles, schemas, default privileges and helper functions that a project assumes, and our
 * bookkeeping tables, where they are missing: an existing Supabase database stays as it is.
 * ERR_CONFIG with the SQL for an administrator as its hint when the login may not. */
MUST_USE err engine_pg_bootstrap(struct engine_pg *engine, struct arena *arena);

#endif
