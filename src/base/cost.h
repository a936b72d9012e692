/* base/cost.h - a token that long computations look at: does the time that is left hold what comes?
 *
 * An arena carries one (arena_cost_set), so whoever computes in that arena, or fills a buffer of it, can
 * ask. Once spent it stays so: what is computed then may be wrong and ends early, and who began the
 * computation looks at the token before using the result.
 *
 * Owns:    nothing. Threads: one at a time. Errors: none.
 */
#ifndef DAPUR_BASE_COST_H
#define DAPUR_BASE_COST_H

#include "base/arena.h"

enum { COST_LOOK = 50000 }; /* units after which the clock is read */

struct cost {
    /* True when the time is over, or will be in ahead_ns. */
    bool (*is_over)(void *context, uint64_t ahead_ns);
    void *context;
    size_t units; /* since the clock was read */
    bool spent;
};

/* Before a computation. */
void cost_begin(struct cost *cost);
/* units: what comes now, of about a nanosecond; COST_LOOK and more is looked at by itself, so that what
 * cannot be interrupted is not begun. True: stop. NULL never stops. */
bool cost_charge(struct cost *cost, size_t units);
/* The same with the arena's token. */
bool cost_spend(struct arena *arena, size_t units);
/* True once cost_spend was. */
bool cost_is_spent(const struct arena *arena);

#endif
