/* engine/sqlite/pl.h - runs PL/pgSQL on the connection that calls it.
 *
 * A function's SQL is compiled through the same compiler as every statement (its variables are parameters),
 * for the role that the call says, when it is first met; plans are kept with the function on each
 * connection until the catalog changes. Nothing here begins or ends a transaction; a block with
 * EXCEPTION is a savepoint.
 *
 * Calls arrive from inside a statement (`pl_call(site, ...)`, `dapur_rows(pl_rows(site, ...))`), from a trigger, or
 * from a script (DO, CALL). No function runs while a statement that writes is active: what such a
 * statement needs of functions is computed before, into a row set.
 *
 * Owns:    struct pl_cache what is compiled. Threads: the connection's.
 * Errors:  the function's SQLSTATEs; 54001 too deep; 57014 past the deadline or interrupted; 2F005 no RETURN;
 *          0A000 what an embedded function may not do (COMMIT, DDL outside scripts).
 * Source:  PostgreSQL 15, pl_exec.c.
 */
#ifndef DAPUR_ENGINE_SQLITE_PL_H
#define DAPUR_ENGINE_SQLITE_PL_H

#include "engine/sqlite/run.h"

struct pl_cache;

struct pl_cache *pl_cache_new(void);
void pl_cache_free(struct pl_cache *cache);
/* The catalog changed: compiled functions go, those that run when they have ended. */
void pl_cache_forget(struct pl_cache *cache);

/* The SQL functions pl_call and pl_rows. Once per connection. Answers an SQLite code. */
MUST_USE int pl_register(sqlite3 *db, struct sqlite_session *session);

/* One call: its result in stored form, in the arena. args: the input arguments in order. */
MUST_USE err pl_function_run(struct run *run,
                             const struct call_site *site,
                             const struct value *args,
                             size_t count,
                             struct arena *arena,
                             struct value *out);
/* The rows of a call in FROM, in the set's arena. */
MUST_USE err pl_function_rows(struct run *run,
                              const struct call_site *site,
                              const struct value *args,
                              size_t count,
                              struct rowset **out,
                              struct arena *arena);
/* Around a plan of CALL (SELECT * FROM p(...)): its statement computes the arguments alone, and the procedure runs
 * when it has ended, so that DDL may. A plan that is something else runs as it is. */
struct pl_capture {
    const struct call_site *site; /* NULL: nothing is captured */
    struct arena *arena;
    struct value *args;
    size_t count;
    bool taken;
};
/* Answers what pl_capture_end puts back. */
struct pl_capture *pl_capture_begin(struct sqlite_session *session,
                                    struct pl_capture *capture,
                                    const struct plan *plan,
                                    struct arena *arena);
/* error: of the statement. *rows: what the procedure answers, in the arena; untouched when nothing was captured. */
MUST_USE err pl_capture_end(struct run *run,
                            const struct pl_capture *capture,
                            struct pl_capture *outer,
                            err error,
                            struct arena *arena,
                            struct rowset **rows);
/* DO, as this role with this path. */
MUST_USE err pl_block_run(struct run *run, const struct call_site *site, str body);

/* ---- triggers ---- */

enum pl_event { PL_EVENT_INSERT, PL_EVENT_UPDATE, PL_EVENT_DELETE, PL_EVENT_TRUNCATE };

struct pl_trigger_call {
    const struct cat_relation *relation;
    const struct cat_trigger *trigger;
    enum pl_event event;
    oid role; /* as whom the statement runs that fires it; OID_NONE: the plan's */
    const struct value *old_row; /* relation->columns in order, stored form; NULL: absent */
    const struct value *new_row;
    const struct rowset *old_table, *new_table; /* transition tables, same columns; NULL: none */
};
/* The transition table of the trigger whose function runs innermost; NULL: none. */
const struct rowset *pl_transition_table(const struct sqlite_session *session, bool is_new);
/* BEFORE and INSTEAD OF ROW: *row gets the row to go on with (a copy in run->arena, or the call's own), NULL when the
 * trigger answered NULL. */
MUST_USE err pl_trigger_run(struct run *run,
                            const struct pl_trigger_call *call,
                            const struct value **row);

#endif
