#include "engine/sqlite/connection.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "engine/sqlite/rowset.h"

static err exec(struct connection *connection, struct arena *arena, const char *sql)
{
    if (sqlite3_exec(connection->db, sql, NULL, NULL, NULL) == SQLITE_OK) return NULL;
    return connection_error(connection, arena, "set up the database");
}

err connection_error(struct connection *connection, struct arena *arena, const char *doing)
{
    int code = sqlite3_extended_errcode(connection->db);
    const char *sqlstate = "58030";
    switch (code & 0xFF) {
    case SQLITE_FULL: sqlstate = "53100"; break;
    case SQLITE_NOMEM: sqlstate = "53200"; break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: sqlstate = "XX001"; break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: sqlstate = "55P03"; break;
    default: break;
    }
    struct err *cause =
        err_new(arena, ERR_INTERNAL, "%s (%d)", sqlite3_errmsg(connection->db), code);
    return err_cause(err_sql(arena, sqlstate, "could not %s", doing), cause);
}

/* API statements come from our own printers, which never write these; a bug there must not open
 * another file or change how the database keeps its promises. */
static int authorize(
    void *context, int action, const char *a, const char *b, const char *c, const char *d)
{
    (void)context, (void)a, (void)b, (void)c, (void)d;
    bool denied = action == SQLITE_ATTACH || action == SQLITE_DETACH || action == SQLITE_PRAGMA;
    return denied ? SQLITE_DENY : SQLITE_OK;
}

static err configure(struct connection *connection,
                     struct arena *arena,
                     const struct connection_options *options)
{
    sqlite3 *db = connection->db;
    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_timeout(db, 20);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_QPSG, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    bool writer = options->role == CONNECTION_WRITER;
    TRY(exec(connection, arena,
             "PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON;"
             "PRAGMA wal_autocheckpoint=0; PRAGMA temp_store=FILE;"));
    /* A mapped page is set up, and checked, at each visit: 6 % of a small read. A reader that meets a
     * broken page fails all the same, only later; the writer, which would carry it on, checks. */
    if (writer)
        TRY(exec(connection, arena,
                 "PRAGMA cell_size_check=ON; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"));
    if (!writer) TRY(exec(connection, arena, "PRAGMA query_only=ON;"));
    char sizes[128];
    snprintf(sizes, sizeof sizes, "PRAGMA cache_size=-%d; PRAGMA mmap_size=%llu;",
             options->cache_kib, (unsigned long long)options->mmap_bytes);
    TRY(exec(connection, arena, sizes));
    /* The writer changes the schema in migrations: only its readers are held to defensive mode. */
    if (!writer) sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    return NULL;
}

static err prepare(struct connection *connection,
                   struct arena *arena,
                   const char *sql,
                   sqlite3_stmt **out)
{
    int rc = sqlite3_prepare_v3(connection->db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);
    return rc == SQLITE_OK ? NULL : connection_error(connection, arena, "prepare");
}

static err open_parts(struct arena *arena,
                      const struct connection_options *options,
                      struct connection *connection)
{
    bool writer = options->role == CONNECTION_WRITER;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (writer ? SQLITE_OPEN_CREATE : 0);
    if (sqlite3_open_v2(str_cstr(arena, options->path), &connection->db, flags, options->vfs) !=
        SQLITE_OK)
        return connection_error(connection, arena, "open the database");
    /* The log and the shared memory are made with the file's own mode. */
    if (writer && chmod(str_cstr(arena, options->path), 0600) != 0)
        return err_new(arena, ERR_IO, "cannot protect the database file: %s", strerror(errno));
    TRY(configure(connection, arena, options));
    connection->session = ARENA_NEW(arena, struct sqlite_session);
    sqlite_session_init(connection->session);
    TRY(functions_register(connection->db, connection->session));
    if (rowset_register(connection->db) != SQLITE_OK)
        return connection_error(connection, arena, "set up the database");
    connection->statements = statement_cache_open(arena, connection->db, STATEMENT_CACHE_COUNT,
                                                  options->statement_bytes_max);
    TRY(prepare(connection, arena, writer ? "BEGIN IMMEDIATE" : "BEGIN", &connection->begin));
    TRY(prepare(connection, arena, "COMMIT", &connection->commit));
    TRY(prepare(connection, arena, "ROLLBACK", &connection->rollback));
    if (!writer) sqlite3_set_authorizer(connection->db, authorize, NULL);
    return NULL;
}

err connection_open(struct arena *arena,
                    const struct connection_options *options,
                    struct connection *out)
{
    *out = (struct connection){0};
    err error = open_parts(arena, options, out);
    if (error) connection_close(out);
    return error;
}

void connection_close(struct connection *connection)
{
    if (!connection->db) return;
    if (connection->statements) statement_cache_close(connection->statements);
    sqlite3_finalize(connection->begin);
    sqlite3_finalize(connection->commit);
    sqlite3_finalize(connection->rollback);
    sqlite3_finalize(connection->version);
    sqlite3_close_v2(connection->db);
    if (connection->session) sqlite_session_deinit(connection->session);
    *connection = (struct connection){0};
}

err connection_catalog_version(struct connection *connection, struct arena *arena, uint64_t *out)
{
    static const char sql[] = "SELECT version FROM \"dapur.catalog_version\"";
    if (!connection->version) TRY(prepare(connection, arena, sql, &connection->version));
    int rc = sqlite3_step(connection->version);
    if (rc == SQLITE_ROW) *out = (uint64_t)sqlite3_column_int64(connection->version, 0);
    sqlite3_reset(connection->version);
    return rc == SQLITE_ROW ? NULL
                            : connection_error(connection, arena, "read the catalog's version");
}

void connection_end_read(struct connection *connection)
{
    enum { TRIES = 3 };
    for (int i = 0; i < TRIES && !sqlite3_get_autocommit(connection->db); i++) {
        if (connection_step(i == 0 ? connection->commit : connection->rollback) == SQLITE_OK)
            continue;
        log_warn("a read transaction did not end at once",
                 LOG_STR("reason", str_of(sqlite3_errmsg(connection->db))));
    }
    connection->in_transaction = false;
}

int connection_step(sqlite3_stmt *statement)
{
    sqlite3_step(statement);
    return sqlite3_reset(statement);
}
