/* sql/plan_int.h - how compile.c makes the plans that plan.c counts.
 *
 * Owns:    plan_new gives one reference to the caller. Threads: see plan.h. Errors: none.
 */
#ifndef DAPUR_SQL_PLAN_INT_H
#define DAPUR_SQL_PLAN_INT_H

#include <stdatomic.h>

#include "sql/plan.h"

struct counted_plan {
    struct plan plan; /* first: a plan's address is its counted_plan's */
    atomic_size_t references;
};

/* An empty plan with a fresh id in an arena of its own; holds a reference on the catalog. */
struct plan *plan_new(const struct catalog *catalog, oid role);

/* Fills a plan over a remote catalog, and prints it. The trees stay the caller's. */
MUST_USE err compile_remote(struct arena *scratch,
                            const struct compile_options *options,
                            struct plan *plan,
                            err (*print)(struct arena *scratch, struct plan *plan));

#endif
