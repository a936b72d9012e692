/* engine/sqlite/run_int.h - a step while it runs: run.c (ops, bindings, errors) with run_rows.c (rows
 * to the writer, embeds).
 *
 * Owns:    nothing. Threads: the connection's. Errors: as run.h.
 */
#ifndef DAPUR_ENGINE_SQLITE_RUN_INT_H
#define DAPUR_ENGINE_SQLITE_RUN_INT_H

#include "engine/sqlite/rowset.h"
#include "engine/sqlite/run_trigger.h"
#include "engine/sqlite/run.h"
#include "sql/row_writer.h"

struct execution_state {
    struct run *run;
    const struct engine_step *step;
    const struct plan *plan;
    const struct plan_step *plan_step;
    struct rowset **sets;
    struct step_result *result;
    struct row_writer writer;
    struct arena *gathered; /* rows of grouped children and of their parents; made when needed */
    err held;               /* of the step: what a held check found */
    bool writes_affect;     /* an op counted affected rows */
    bool first_only;        /* the shape shows one row; the others are counted */
    struct trigger_queue *queue; /* of the step: rows for AFTER triggers; NULL: none fire */
};

/* What a child's statement is run for: one row of its parent, or all of them. */
struct place {
    const struct value *parent;
    const struct rowset *keys;
    const struct value *old_row, *new_row; /* a trigger's WHEN */
};

/* ---- run.c ---- */

/* Every slot of the op; what is bound must outlive the step. */
MUST_USE err run_bind_all(struct execution_state *state,
                          sqlite3_stmt *stmt,
                          const struct program_op *op,
                          const struct place *place);
/* The slots that differ from one parent row to the next. */
MUST_USE err run_bind_parent(struct execution_state *state,
                             sqlite3_stmt *stmt,
                             const struct program_op *op,
                             const struct value *parent);
/* What SQLite says of the step that failed; resets the statement. */
MUST_USE err run_step_failed(struct execution_state *state,
                             const struct program_op *op,
                             sqlite3_stmt *stmt);

/* ---- run_rows.c ---- */

/* Steps the statement to its end; its rows, with their embeds, go to the writer or are counted. */
MUST_USE err run_rows_output(struct execution_state *state,
                             const struct program_op *op,
                             sqlite3_stmt *stmt);
/* Between rows: moves bytes away when there are too many. */
MUST_USE err run_check_output(struct execution_state *state);

#endif
