/* engine/sqlite/run_trigger.h - firing triggers: what print_trigger.c found, on one connection.
 *
 * BEFORE and INSTEAD OF triggers run between a step's ops, over row sets. The rows that a write changes are
 * copied by SQLite's preupdate hook into the step's queue, those of foreign keys' actions included, and AFTER
 * triggers run when the step's ops have ended: no function runs while a statement that writes is active. What
 * a function itself writes has a queue of its own, in its own run.
 *
 * Deferred constraint triggers wait in the session until the request or the script's transaction ends.
 *
 * Owns:    the queue lives in the run's arena; what is deferred has an arena of its own.
 * Threads: the connection's.
 * Errors:  the functions'; 54001 past TRIGGER_DEPTH_MAX; ERR_NO_MEMORY.
 * Source:  PostgreSQL 15, commands/trigger.c.
 */
#ifndef DAPUR_ENGINE_SQLITE_RUN_TRIGGER_H
#define DAPUR_ENGINE_SQLITE_RUN_TRIGGER_H

#include "engine/sqlite/program.h"
#include "engine/sqlite/run.h"

enum { TRIGGER_DEPTH_MAX = 32 };

struct execution_state;
struct rowset;
struct trigger_queue;

/* ---- a step ---- */

struct trigger_queue *trigger_queue_new(struct execution_state *state,
                                        const struct program_step *step);
/* Around each write. close answers the write's error, or the queue's own. */
void trigger_queue_open(struct trigger_queue *queue);
MUST_USE err trigger_queue_close(struct trigger_queue *queue, err error);
MUST_USE err trigger_run_statement(struct execution_state *state,
                                   const struct program_trigger *trigger);
/* The set is changed in place. */
MUST_USE err trigger_run_rows(struct execution_state *state,
                              const struct program_trigger *trigger,
                              struct rowset *set);
MUST_USE err trigger_run_after(struct execution_state *state, struct trigger_queue *queue);

/* run_action.c */
MUST_USE err trigger_run_action(struct execution_state *state,
                                const struct program_action *action,
                                const struct rowset *set);
/* TRUNCATE, which is no DML. timing: TRIGGER_BEFORE or 0. run->plan says as whom. */
MUST_USE err trigger_run_truncate(struct run *run,
                                  const struct cat_relation *relation,
                                  int16_t timing);

/* One call of a trigger's function. */
struct pl_trigger_call;
MUST_USE err trigger_call(struct run *run,
                          const struct pl_trigger_call *call,
                          const struct value **row);

/* ---- deferred (run_deferred.c) ---- */

struct ConstraintsSetStmt;
/* By its declaration and SET CONSTRAINTS. */
bool trigger_is_deferred(const struct sqlite_session *session, const struct cat_trigger *trigger);
/* Copies the call; it is made when the transaction ends. */
void trigger_defer(struct run *run, const struct pl_trigger_call *call);
/* Every call that waits, those that come up meanwhile included. */
MUST_USE err trigger_run_deferred(struct run *run);
/* Around a savepoint: what came up since is forgotten with what caused it. */
size_t trigger_deferred_mark(const struct sqlite_session *session);
void trigger_deferred_restore(struct sqlite_session *session, size_t mark);
/* The transaction is over. */
void trigger_deferred_clear(struct sqlite_session *session);
/* 55006 when a table whose rows wait is not the same in next. */
MUST_USE err trigger_deferred_changed(struct arena *arena,
                                      const struct sqlite_session *session,
                                      const struct catalog *next,
                                      const char *command);
/* 42704, 42809. IMMEDIATE makes the calls that waited, as this role. */
MUST_USE err trigger_set_constraints(struct run *run,
                                     const struct catalog *catalog,
                                     const struct ConstraintsSetStmt *set,
                                     oid role);
/* It means foreign keys too, which SQLite defers all at once. */
bool trigger_constraints_have_keys(const struct catalog *catalog,
                                   const struct ConstraintsSetStmt *set);

#endif
