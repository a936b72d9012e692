/* engine/postgres/session.h - one blocking connection, for jobs off the loops: the catalog, scripts.
 *
 * Owns:    the PGconn is the caller's: PQfinish.
 * Threads: one at a time, never a loop's.
 * Errors:  ERR_UNAVAILABLE when the server cannot be reached; ERR_CONFIG for a malformed URL; SQLSTATEs
 *          as PostgreSQL answers them.
 */
#ifndef DAPUR_ENGINE_POSTGRES_SESSION_H
#define DAPUR_ENGINE_POSTGRES_SESSION_H

#include <libpq-fe.h>

#include "base/err.h"

/* Connects to a URL as application "dapur". The message of an error never has the password. */
MUST_USE err engine_pg_connect(struct arena *arena, str url, uint64_t connect_ms, PGconn **out);

/* The same with settings to begin with, as "-c name=value ..."; a URL with options of its own has those instead. */
MUST_USE err engine_pg_connect_with(
    struct arena *arena, str url, uint64_t connect_ms, const char *session_options, PGconn **out);

/* Runs one or several statements without parameters; the last one's result, freed with the arena. */
MUST_USE err engine_pg_exec(struct arena *arena, PGconn *conn, const char *sql, PGresult **out);
/* One statement with text parameters (at == NULL: null), their types inferred by the server. */
MUST_USE err engine_pg_query(struct arena *arena,
                             PGconn *conn,
                             const char *sql,
                             const str *params,
                             size_t count,
                             PGresult **out);

/* A failed result, or NULL for a good one: SQLSTATE, message, detail, hint; `at` is the byte offset
 * of PostgreSQL's position in `text` (empty: none is asked for). */
err engine_pg_error(struct arena *arena, const PGresult *result, str text);
/* Why the connection itself is of no use, as ERR_UNAVAILABLE. */
err engine_pg_connection_error(struct arena *arena, const PGconn *conn);

/* A field as a str that borrows from the result. */
static inline str engine_pg_field(const PGresult *result, int row, int column)
{
    return str_from(PQgetvalue(result, row, column), (size_t)PQgetlength(result, row, column));
}

#endif
