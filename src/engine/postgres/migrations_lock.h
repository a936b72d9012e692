/* engine/postgres/migrations_lock.h - one node at a time changes what a project has in a database.
 *
 * Owns:    nothing; the lock is the connection's and ends with it.
 * Threads: any that may block.
 * Errors:  those of session.h.
 */
#ifndef DAPUR_ENGINE_POSTGRES_MIGRATIONS_LOCK_H
#define DAPUR_ENGINE_POSTGRES_MIGRATIONS_LOCK_H

#include "engine/postgres/session.h"

/* Waits as long as another holds it, and says so once in the log. */
MUST_USE err engine_pg_lock_migrations(struct arena *arena, PGconn *conn);

#endif
