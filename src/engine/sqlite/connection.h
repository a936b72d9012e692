/* engine/sqlite/connection.h - one SQLite connection, set up as this engine needs it.
 *
 * Owns:    the database handle, its registered functions, session and statement cache.
 * Threads: one at a time (opened without SQLite's mutex); connection_interrupt from any.
 * Errors:  58030 when the file cannot be opened or is not a database.
 */
#ifndef DAPUR_ENGINE_SQLITE_CONNECTION_H
#define DAPUR_ENGINE_SQLITE_CONNECTION_H

#include <sqlite3.h>

#include "base/err.h"
#include "engine/sqlite/disk.h"
#include "engine/sqlite/functions.h"
#include "engine/sqlite/limits.h"
#include "engine/sqlite/statement_cache.h"
#include "sql/catalog.h"

enum connection_role {
    CONNECTION_WRITER, /* the only one that writes and checkpoints */
    CONNECTION_READER, /* refuses writes, never checkpoints, not on close either */
};

struct connection_options {
    str path;
    const char *vfs; /* of temp_files.h; NULL: SQLite's own, with temporaries wherever it likes */
    enum connection_role role;
    uint64_t mmap_bytes;        /* 0: no memory map (network file systems) */
    size_t statement_bytes_max; /* of the statement cache */
    int cache_kib;              /* SQLite's page cache */
};

struct connection {
    sqlite3 *db;
    struct sqlite_session *session;
    struct statement_cache *statements;
    sqlite3_stmt *begin, *commit, *rollback, *version;
    bool in_transaction;   /* a read transaction that reader_begin opened */
    struct limits *limits; /* the writer's, while a script or an inspection runs; else NULL */
    struct disk *disk;     /* the writer's: looked at before a table is rebuilt; NULL: not */
    bool sync_failed;      /* the writer's: a script's COMMIT did not reach the disk */
};

MUST_USE err connection_open(struct arena *arena,
                             const struct connection_options *options,
                             struct connection *out);
void connection_close(struct connection *connection);

/* The version row of the catalog, read inside the present transaction (opening its snapshot). */
MUST_USE err connection_catalog_version(struct connection *connection,
                                        struct arena *arena,
                                        uint64_t *out);
/* Ends a read transaction for certain. A COMMIT that an interrupt stopped would leave it open, and every
 * later BEGIN of the connection would fail. */
void connection_end_read(struct connection *connection);
/* Steps a statement without rows and resets it. */
MUST_USE int connection_step(sqlite3_stmt *statement);
/* What SQLite says of the last failure, as an error with a SQLSTATE. */
err connection_error(struct connection *connection, struct arena *arena, const char *doing);

#endif
