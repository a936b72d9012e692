/* base/map.h - a hash map from byte strings to pointers, in an arena.
 *
 * Owns:    its table, in the arena; keys and values are borrowed and must live as long.
 * Threads: one writer; any number of readers once nobody writes.
 * Errors:  none. Hashes are seeded at random per process, so outside keys cannot be chosen to clash.
 */
#ifndef DAPUR_BASE_MAP_H
#define DAPUR_BASE_MAP_H

#include "base/arena.h"

struct map;

struct map *map_new(struct arena *arena);
size_t map_count(const struct map *map);
/* The value, or NULL. */
void *map_find(const struct map *map, str key);
/* Sets or replaces; value must not be NULL. Answers the value that was there before, or NULL. */
void *map_put(struct map *map, str key, void *value);
/* Walks in order of insertion: start with *at = 0; false at the end. */
bool map_next(const struct map *map, size_t *at, str *key, void **value);

#endif
