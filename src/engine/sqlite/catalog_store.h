/* engine/sqlite/catalog_store.h - the catalog beside the data, in the same file.
 *
 * "dapur.catalog" has a row for each object (class, oid, name, definition as JSON);
 * "dapur.catalog_version" has one row: the version that rises with each change, the next oid, and the
 * stamp of the file. Both change in the transaction that changes the tables themselves.
 *
 * Owns:    nothing between calls.
 * Threads: the writer's.
 * Errors:  0A000 for a file made by a newer program; XX001 for a damaged one; SQLite's own.
 * Source:  docs/decisions/004-catalog-in-one-table.md.
 */
#ifndef DAPUR_ENGINE_SQLITE_CATALOG_STORE_H
#define DAPUR_ENGINE_SQLITE_CATALOG_STORE_H

#include <sqlite3.h>

#include "sql/catalog_build.h"

enum {
    /* Raised when stored definitions change so that an older program cannot read them. */
    CATALOG_STORE_FORMAT = 1,
    /* Raised when a collation or a function in an index changes its answers: means REINDEX. */
    CATALOG_STORE_ORDER = 1,
};

/* False for a new file. */
MUST_USE err catalog_store_exists(struct arena *arena, sqlite3 *db, bool *out);
/* Makes the tables and writes the whole of catalog as version 1. Inside a transaction. */
MUST_USE err catalog_store_create(struct arena *arena, sqlite3 *db, struct catalog *catalog);
/* One pass over the file: a fresh snapshot in a pool of its own, counted once for the caller.
 * *reindex: the file's order stamp is older than the program's. */
MUST_USE err catalog_store_load(struct arena *arena,
                                sqlite3 *db,
                                struct catalog **out,
                                bool *reindex);
/* Writes what differs between two snapshots of one line and gives `after` the next version. Inside
 * the transaction that changed the tables. *changed is false when nothing differs. */
MUST_USE err catalog_store_save(struct arena *arena,
                                sqlite3 *db,
                                const struct catalog *before,
                                struct catalog *after,
                                bool *changed);
/* After REINDEX: the file's order is the program's. */
MUST_USE err catalog_store_stamp_order(struct arena *arena, sqlite3 *db);

#endif
