/* engine/sqlite/constraint_error.h - what SQLite says of a failure, as PostgreSQL would say it.
 *
 * Owns:    nothing; errors live in the arena.
 * Threads: the connection's.
 * Errors:  makes them: SQLSTATE, PostgreSQL's message, and the detail where the caller may see it.
 * Source:  docs/rest.md, "Errors"; docs/sql.md.
 */
#ifndef DAPUR_ENGINE_SQLITE_CONSTRAINT_ERROR_H
#define DAPUR_ENGINE_SQLITE_CONSTRAINT_ERROR_H

#include <sqlite3.h>

#include "engine/sqlite/rowset.h"
#include "sql/catalog.h"
#include "sql/query.h"
#include "types/session.h"

/* The last failure on db, before the statement is reset: our functions' own errors, 57014, 53100,
 * XX001 ... code is the extended result code. */
MUST_USE err sqlite_error(struct arena *arena, sqlite3 *db, int code);

/* What is known of a write that failed. Its statement is reset: the rows it wrote are gone, so the
 * database may be asked what stood in the way. */
struct constraint_context {
    struct arena *arena;
    sqlite3 *db;
    const struct catalog *catalog;
    const struct cat_relation *relation; /* the table written */
    enum query_command command;
    oid role; /* whose rights decide what a detail may show */
    const struct type_session *session;
    int code;    /* SQLite's extended code: SQLITE_CONSTRAINT_... */
    str message; /* SQLite's */
    /* The rows that were being written (DELETE: removed), when they are known; else NULL. */
    const struct rowset *rows;
    const int *positions; /* the set's column of each of relation->columns; NULL: the same order */
};

MUST_USE err constraint_error(const struct constraint_context *context);
/* 23502 of relation->columns[column] in that row of the set. */
MUST_USE err constraint_null_error(const struct constraint_context *context,
                                   size_t column,
                                   size_t row);

/* The same error, with the names of the context's table and this constraint. */
err constraint_named(const struct constraint_context *context, err error, str constraint);

#endif
