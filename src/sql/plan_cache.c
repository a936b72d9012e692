#include "sql/plan_cache.h"

#include <string.h>

enum { BUCKETS = 1024 }; /* a loop serves some hundreds of shapes; chains stay short */

struct entry {
    struct arena *arena; /* holds the entry and its key */
    struct entry *chain; /* same bucket */
    struct entry *newer, *older;
    const struct plan *plan;
    str key;
    uint64_t hash;
    size_t bytes;
};

struct plan_cache {
    struct arena *arena;
    struct entry **buckets;
    struct entry *newest, *oldest;
    size_t bytes_max;
    struct plan_cache_stats stats;
};

struct plan_cache *plan_cache_new(size_t bytes_max)
{
    struct arena *arena = arena_new(0);
    struct plan_cache *cache = ARENA_NEW(arena, struct plan_cache);
    cache->arena = arena;
    cache->buckets = ARENA_ARRAY(arena, struct entry *, BUCKETS);
    cache->bytes_max = bytes_max;
    return cache;
}

static uint64_t key_hash(str key, oid role)
{
    return str_hash(key, role);
}

static void list_remove(struct plan_cache *cache, struct entry *entry)
{
    if (entry->newer)
        entry->newer->older = entry->older;
    else
        cache->newest = entry->older;
    if (entry->older)
        entry->older->newer = entry->newer;
    else
        cache->oldest = entry->newer;
    entry->newer = entry->older = NULL;
}

static void list_add_newest(struct plan_cache *cache, struct entry *entry)
{
    entry->older = cache->newest;
    if (cache->newest) cache->newest->newer = entry;
    cache->newest = entry;
    if (!cache->oldest) cache->oldest = entry;
}

static void entry_drop(struct plan_cache *cache, struct entry *entry)
{
    struct entry **link = &cache->buckets[entry->hash % BUCKETS];
    while (*link != entry) link = &(*link)->chain;
    *link = entry->chain;
    list_remove(cache, entry);
    cache->stats.bytes -= entry->bytes;
    cache->stats.count--;
    plan_unref(entry->plan);
    arena_free(entry->arena);
}

void plan_cache_clear(struct plan_cache *cache)
{
    while (cache->oldest) entry_drop(cache, cache->oldest);
}

void plan_cache_free(struct plan_cache *cache)
{
    if (!cache) return;
    plan_cache_clear(cache);
    arena_free(cache->arena);
}

static struct entry *entry_find(const struct plan_cache *cache, str key, oid role, uint64_t hash)
{
    struct entry *entry = cache->buckets[hash % BUCKETS];
    while (entry && !(entry->hash == hash && entry->plan->role == role && str_eq(entry->key, key)))
        entry = entry->chain;
    return entry;
}

const struct plan *plan_cache_find(struct plan_cache *cache,
                                   str key,
                                   oid role,
                                   uint64_t catalog_version)
{
    struct entry *entry = entry_find(cache, key, role, key_hash(key, role));
    if (entry && entry->plan->catalog_version != catalog_version) {
        entry_drop(cache, entry);
        entry = NULL;
    }
    if (!entry) {
        cache->stats.misses++;
        return NULL;
    }
    cache->stats.hits++;
    if (cache->newest != entry) {
        list_remove(cache, entry);
        list_add_newest(cache, entry);
    }
    return entry->plan;
}

void plan_cache_put(struct plan_cache *cache, str key, const struct plan *plan)
{
    uint64_t hash = key_hash(key, plan->role);
    struct entry *before = entry_find(cache, key, plan->role, hash);
    if (before) entry_drop(cache, before);
    size_t bytes = arena_used(plan->arena) + key.len + sizeof(struct entry);
    if (bytes > cache->bytes_max / 4) return;
    while (cache->oldest && cache->stats.bytes + bytes > cache->bytes_max) {
        entry_drop(cache, cache->oldest);
        cache->stats.evictions++;
    }
    struct arena *arena = arena_new(0);
    struct entry *entry = ARENA_NEW(arena, struct entry);
    *entry = (struct entry){
        .arena = arena,
        .plan = plan_ref(plan),
        .key = str_copy(arena, key),
        .hash = hash,
        .bytes = bytes,
        .chain = cache->buckets[hash % BUCKETS],
    };
    cache->buckets[hash % BUCKETS] = entry;
    list_add_newest(cache, entry);
    cache->stats.bytes += bytes;
    cache->stats.count++;
}

struct plan_cache_stats plan_cache_get_stats(const struct plan_cache *cache)
{
    return cache->stats;
}
