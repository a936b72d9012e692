/* engine/sqlite/run.h - runs one step of a request, a compiled plan, on one connection.
 *
 * The caller owns everything around it: the transaction or savepoint, the deadline (a progress
 * handler, sqlite3_interrupt) and the answer. A run leaves no statement active, whatever happened,
 * and keeps nothing between calls, so it may be run again from scratch on another connection.
 *
 * Owns:    nothing; row sets and errors live in the arena until the request ends.
 * Threads: the connection's. It knows no other.
 * Errors:  SQLSTATEs of the data and of SQLite (constraint_error.h); 57014 when interrupted;
 *          ERR_EXPECTATION when rows are not within rows_least..rows_most; what `full` answers.
 */
#ifndef DAPUR_ENGINE_SQLITE_RUN_H
#define DAPUR_ENGINE_SQLITE_RUN_H

#include <sqlite3.h>

#include "engine/sqlite/functions.h"
#include "engine/sqlite/rowset.h"
#include "engine/sqlite/statement_cache.h"
#include "sql/engine.h"

/* Where the bytes go. `full` is called between root rows once bytes are over bytes_high: it moves
 * them away and empties the buf (a spool), or refuses (the request must move to another lane). */
struct run_output {
    struct buf *bytes;
    size_t bytes_high; /* 0: never */
    err (*full)(void *context, struct buf *bytes);
    void *context;
    /* When set, the result's rows are collected here as values instead, at most `most` of them (0: all). */
    struct rowset *rows;
    size_t most;
};

struct run {
    struct arena *arena;
    sqlite3 *db;
    struct statement_cache *statements;
    struct sqlite_session *session; /* begun for this request by the owner: catalog, now, zone */
    const struct caller *caller;    /* what SLOT_SESSION binds: role, claims, uid, settings */
    enum result_format format;
    bool read_only; /* a plan that writes is refused: 25006 */
    struct run_output output;
    const struct plan *plan; /* the one that runs; set by run_program */
    bool started;            /* out: something was written to output, or changed */
};

/* Runs every program step of step->plan in order; result is overwritten (body untouched: the bytes
 * are in run->output). */
MUST_USE err run_program(struct run *run,
                         const struct engine_step *step,
                         struct step_result *result);

/* Who writes a row now: as whom the statement runs, or who runs the script that makes its table anew. */
oid run_writer(const struct sqlite_session *session);

#endif
