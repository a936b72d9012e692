/* engine/sqlite/print_trigger.h - which triggers a DML statement fires, as ops and watches.
 *
 * BEFORE ROW and INSTEAD OF triggers are ops over the row set that the statement is printed with when it has
 * such triggers; BEFORE STATEMENT ones are ops in front of it. AFTER triggers are watches of the step
 * (run_trigger.c fires them when its ops have ended), for the statement's own table and for those that the
 * actions of foreign keys can reach from it.
 *
 * Owns:    nothing. Threads: as the arena. Errors: as program.h.
 */
#ifndef DAPUR_ENGINE_SQLITE_PRINT_TRIGGER_H
#define DAPUR_ENGINE_SQLITE_PRINT_TRIGGER_H

#include "engine/sqlite/print_write.h"

/* Before anything else of the statement: ops of BEFORE STATEMENT triggers, w->before, the watches. */
MUST_USE err trigger_begin(struct write *w);
/* The set's rows go through the BEFORE ROW triggers of the event, then generated columns are computed anew (into
 * another set: rows->set changes). columns: all of the set's. */
MUST_USE err trigger_rows(struct write *w,
                          enum query_command event,
                          struct write_rows_place *rows,
                          size_t columns);
/* In front of a DELETE of the set's rows: keys' actions into tables with BEFORE ROW triggers. */
void trigger_actions(struct write *w, const struct write_rows_place *rows);
/* The whole statement on a view with INSTEAD OF triggers. */
MUST_USE err trigger_instead(struct write *w);
/* The step's watches, when its ops are built. */
void trigger_watches(struct builder *builder, struct program_step *step);

#endif
