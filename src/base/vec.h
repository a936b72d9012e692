/* base/vec.h - a growing typed array in an arena.
 *
 *   struct { VEC(struct column); } columns = {0};
 *   *VEC_ADD(arena, &columns) = (struct column){...};
 *   for (size_t i = 0; i < columns.count; i++) use(&columns.at[i]);
 *
 * Owns:    nothing; items live in the arena and move when the array grows.
 * Threads: as the arena. Errors: none.
 */
#ifndef DAPUR_BASE_VEC_H
#define DAPUR_BASE_VEC_H

#include "base/arena.h"

#define VEC(type) \
    type *at;     \
    size_t count; \
    size_t capacity

/* Adds a zeroed item and answers its address. */
#define VEC_ADD(arena, vec)                                                                   \
    ((vec)->count == (vec)->capacity                                                          \
         ? ((vec)->at = vec_grow((arena), (vec)->at, &(vec)->capacity, sizeof *(vec)->at), 0) \
         : 0,                                                                                 \
     &(vec)->at[(vec)->count++])

void *vec_grow(struct arena *arena, void *at, size_t *capacity, size_t item_size);

#endif
