#include "base/map.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/random.h>

struct entry {
    str key;
    void *value;
    uint64_t hash;
};

/* Open addressing over indexes into entries[], which keeps insertion order. */
struct map {
    struct arena *arena;
    struct entry *entries;
    size_t count;
    size_t capacity;
    uint32_t *slots; /* index + 1, 0 = empty; twice the capacity, a power of two */
    size_t slot_count;
};

static uint64_t process_seed(void)
{
    static _Atomic uint64_t seed;
    uint64_t value = atomic_load_explicit(&seed, memory_order_relaxed);
    if (value) return value;
    uint64_t fresh = 0;
    while (fresh == 0)
        if (getrandom(&fresh, sizeof fresh, 0) != (ssize_t)sizeof fresh) fresh = 0;
    uint64_t none = 0;
    return atomic_compare_exchange_strong(&seed, &none, fresh) ? fresh : none;
}

struct map *map_new(struct arena *arena)
{
    struct map *map = ARENA_NEW(arena, struct map);
    map->arena = arena;
    return map;
}

size_t map_count(const struct map *map)
{
    return map->count;
}

static struct entry *entry_find(const struct map *map, str key, uint64_t hash)
{
    if (!map->slot_count) return NULL;
    size_t mask = map->slot_count - 1;
    for (size_t at = hash & mask; map->slots[at]; at = (at + 1) & mask) {
        struct entry *entry = &map->entries[map->slots[at] - 1];
        if (entry->hash == hash && str_eq(entry->key, key)) return entry;
    }
    return NULL;
}

void *map_find(const struct map *map, str key)
{
    struct entry *entry = entry_find(map, key, str_hash(key, process_seed()));
    return entry ? entry->value : NULL;
}

static void slot_fill(struct map *map, size_t index)
{
    size_t mask = map->slot_count - 1;
    size_t at = map->entries[index].hash & mask;
    while (map->slots[at]) at = (at + 1) & mask;
    map->slots[at] = (uint32_t)index + 1;
}

static void grow(struct map *map)
{
    size_t capacity = map->capacity ? map->capacity * 2 : 8;
    struct entry *entries = ARENA_ARRAY(map->arena, struct entry, capacity);
    if (map->count) memcpy(entries, map->entries, map->count * sizeof *entries);
    map->entries = entries;
    map->capacity = capacity;
    map->slot_count = capacity * 2;
    map->slots = ARENA_ARRAY(map->arena, uint32_t, map->slot_count);
    for (size_t i = 0; i < map->count; i++) slot_fill(map, i);
}

void *map_put(struct map *map, str key, void *value)
{
    uint64_t hash = str_hash(key, process_seed());
    struct entry *entry = entry_find(map, key, hash);
    if (entry) {
        void *before = entry->value;
        entry->value = value;
        return before;
    }
    if (map->count == map->capacity) grow(map);
    map->entries[map->count] = (struct entry){key, value, hash};
    slot_fill(map, map->count++);
    return NULL;
}

bool map_next(const struct map *map, size_t *at, str *key, void **value)
{
    if (*at >= map->count) return false;
    *key = map->entries[*at].key;
    *value = map->entries[*at].value;
    (*at)++;
    return true;
}
