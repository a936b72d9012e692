#include "base/vec.h"

#include <string.h>

void *vec_grow(struct arena *arena, void *at, size_t *capacity, size_t item_size)
{
    size_t grown = *capacity ? size_mul_or_die(*capacity, 2) : 8;
    void *items = arena_alloc(arena, size_mul_or_die(grown, item_size));
    if (*capacity) memcpy(items, at, *capacity * item_size);
    *capacity = grown;
    return items;
}
