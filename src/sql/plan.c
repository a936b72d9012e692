#include "sql/plan.h"

#include <assert.h>
#include <stdatomic.h>

#include "sql/plan_int.h"

static _Atomic uint64_t plan_ids = 1; /* ids key statement caches: never used twice in a process */

struct plan *plan_new(const struct catalog *catalog, oid role)
{
    struct arena *arena = arena_new(0);
    struct counted_plan *counted = ARENA_NEW(arena, struct counted_plan);
    atomic_init(&counted->references, 1);
    counted->plan.id = atomic_fetch_add_explicit(&plan_ids, 1, memory_order_relaxed);
    counted->plan.arena = arena;
    counted->plan.role = role;
    counted->plan.catalog = catalog_ref(catalog);
    counted->plan.catalog_version = catalog_version(catalog);
    return &counted->plan;
}

/* References are counted beside the plan, so that a const plan can be shared. */
static struct counted_plan *counted_of(const struct plan *plan)
{
    assert(plan != NULL);
    return (struct counted_plan *)(uintptr_t)plan;
}

struct plan *plan_ref(const struct plan *plan)
{
    struct counted_plan *counted = counted_of(plan);
    atomic_fetch_add_explicit(&counted->references, 1, memory_order_relaxed);
    return &counted->plan;
}

void plan_unref(const struct plan *plan)
{
    if (!plan) return;
    struct counted_plan *counted = counted_of(plan);
    if (atomic_fetch_sub_explicit(&counted->references, 1, memory_order_acq_rel) != 1) return;
    if (counted->plan.engine_free) counted->plan.engine_free(counted->plan.engine_data);
    catalog_unref(counted->plan.catalog);
    arena_free(counted->plan.arena);
}
