#include "base/cost.h"

void cost_begin(struct cost *cost)
{
    cost->units = 0;
    cost->spent = false;
}

bool cost_charge(struct cost *cost, size_t units)
{
    if (!cost) return false;
    if (cost->spent) return true;
    if (units < COST_LOOK) {
        cost->units += units;
        if (cost->units < COST_LOOK) return false;
    }
    cost->units = 0;
    cost->spent = cost->is_over(cost->context, units < COST_LOOK ? 0 : units);
    return cost->spent;
}

bool cost_spend(struct arena *arena, size_t units)
{
    return cost_charge(arena_cost(arena), units);
}

bool cost_is_spent(const struct arena *arena)
{
    const struct cost *cost = arena_cost(arena);
    return cost && cost->spent;
}
