/* engine/postgres/print.h - a plan over a remote catalog as one PostgreSQL statement a step.
 *
 * The trees are printed as they were built. Embeds become JSON sub-selects of their parent's select
 * list (an embed that is spread: LATERAL joins), so that one statement answers with everything:
 *
 *   SELECT orders.id, (SELECT row_to_json("~1") FROM (SELECT ...) AS "~1") AS "customer" FROM orders
 *
 * A write with embeds or an order is a WITH item, what is shown is selected from what it returned. A count stands
 * before the rows, so that both see one snapshot; see pg_statement.counted.
 *
 * Owns:    nothing; programs live in their plan's arena.
 * Threads: any; a program is immutable but for its statistics.
 * Errors:  0A000 for a tree that has no PostgreSQL text.
 */
#ifndef DAPUR_ENGINE_POSTGRES_PRINT_H
#define DAPUR_ENGINE_POSTGRES_PRINT_H

#include <stdatomic.h>

#include "sql/plan.h"

struct pg_statement {
    const char *sql;
    const char
        *name; /* of the prepared statement: a hash of text, role and the parameters' types */
    const int *params; /* the plan's parameter (from 0) behind $1, $2, ... */
    const oid *types;  /* theirs; 0: inferred */
    size_t param_count;
    /* Each row begins with two columns more: the count, and true; a single row whose second column
     * is null carries the count alone. */
    bool counted;
    int skip;    /* columns before those that were asked for: these two, or print_upsert.h's */
    bool upsert; /* adds one to the setting dapur.updated for each row that was there already */
};

struct pg_program {
    struct pg_statement *steps; /* the plan's step_count */
    size_t step_count;
    /* How its runs went, for choosing a connection (run.c). */
    _Atomic uint32_t fast_runs;
    _Atomic uint32_t slow_runs;
    _Atomic uint64_t solo_until_ms;
};

/* Fills plan->engine_data; struct engine's print. */
MUST_USE err engine_pg_print(struct arena *scratch, struct plan *plan);

static inline struct pg_program *pg_program_of(const struct plan *plan)
{
    return plan->engine_data;
}

#endif
