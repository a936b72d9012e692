/* engine/postgres/catalog_load.h - pg_catalog as a catalog snapshot: what API requests look things up in.
 *
 * Schemas, types, relations with columns, keys and privileges, functions, roles and memberships, comments,
 * extensions; the snapshot is marked remote (catalog_is_remote): views, policies and bodies stay on
 * the server, which analyzes, guards and runs every statement itself.
 *
 * Owns:    the snapshot is counted once for the caller.
 * Threads: any that may block.
 * Errors:  those of session.h.
 */
#ifndef DAPUR_ENGINE_POSTGRES_CATALOG_LOAD_H
#define DAPUR_ENGINE_POSTGRES_CATALOG_LOAD_H

#include "engine/postgres/session.h"
#include "sql/catalog.h"

/* All in one REPEATABLE READ, READ ONLY transaction. The snapshot gets this version. */
MUST_USE err engine_pg_catalog_load(struct arena *arena,
                                    PGconn *conn,
                                    uint64_t version,
                                    const struct catalog **out);

/* A text that changes whenever one of the things above does: for engines that nobody notifies. */
MUST_USE err engine_pg_catalog_fingerprint(struct arena *arena, PGconn *conn, str *out);

#endif
