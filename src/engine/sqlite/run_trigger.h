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

#endif
