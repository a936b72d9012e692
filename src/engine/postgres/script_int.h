/* engine/postgres/script_int.h - what the parts of a script's run share.
 *
 * script.c            the file: transactions, folding, reporting, the new snapshot
 * script_session.c    the connection's settings: role, claims, search path
 * script_statement.c  one text to the server, and what comes back
 * script_copy.c       COPY ... FROM stdin
 * script_rls.c        row-level security on a file's new tables
 *
 * Threads, errors: see script.h.
 */
#ifndef DAPUR_ENGINE_POSTGRES_SCRIPT_INT_H
#define DAPUR_ENGINE_POSTGRES_SCRIPT_INT_H

#include "base/vec.h"
#include "engine/postgres/script.h"
#include "engine/postgres/session.h"
#include "sql/script.h"

/* A table whose file says DISABLE ROW LEVEL SECURITY. */
struct engine_pg_script_table {
    str schema; /* empty: any */
    str name;
};

struct engine_pg_script {
    struct engine_pg *engine;
    struct arena *arena;   /* the script's life */
    struct arena *scratch; /* the statement's */
    PGconn *conn;
    const struct script_options *options;
    str role; /* that RESET ROLE goes back to; empty: the login itself */
    struct {
        VEC(struct engine_pg_script_table);
    } rls_disabled;
    str tables_before;    /* oids of the tables before the file, as an array's text */
    bool changed_catalog; /* DDL ran since the last NOTIFY */
};

/* ---- script_session.c ---- */

/* Role, claims, search path and limits, for the whole connection: it is ours alone. */
MUST_USE err engine_pg_script_session_start(struct engine_pg_script *run);
/* After a RESET, SET ... TO DEFAULT or DISCARD: back to what session_start made, not to the login's. */
MUST_USE err engine_pg_script_session_reset(struct engine_pg_script *run, const struct node *node);

/* ---- script_statement.c ---- */

/* Sends the text, feeds it the item's COPY data, collects rows when wanted. Errors count from the
 * text's start. */
MUST_USE err engine_pg_script_send(struct engine_pg_script *run,
                                   const struct script_item *item,
                                   struct script_result *result);
void engine_pg_script_notice(struct engine_pg_script *run, const char *format, ...)
    PRINTF_LIKE(2, 3);
/* Which statements PostgreSQL forbids inside a transaction block. */
bool engine_pg_script_is_lone(str text);

/* ---- script_copy.c ---- */

/* The connection waits for data: all of the item's goes there. */
MUST_USE err engine_pg_script_copy_in(struct engine_pg_script *run, const struct script_item *item);
/* The connection sends data: there is nobody for it. */
MUST_USE err engine_pg_script_copy_out(struct engine_pg_script *run);
/* Where in the data an error is, in its details, from PostgreSQL's context. */
void engine_pg_script_copy_place(struct arena *arena, const PGresult *result, struct err *error);

/* ---- script_rls.c ---- */

MUST_USE err engine_pg_script_rls_start(struct engine_pg_script *run);
void engine_pg_script_rls_note(struct engine_pg_script *run, const struct node *node);
MUST_USE err engine_pg_script_rls_enable(struct engine_pg_script *run);

#endif
