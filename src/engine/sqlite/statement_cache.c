/* engine/sqlite/statement_cache.c - prepared statements by op. See statement_cache.h.
 *
 * A fixed table of entries: hash chains by op id, one list by use. Nothing is allocated at run
 * time but by SQLite itself. */
#include "engine/sqlite/statement_cache.h"

#include <assert.h>

#include "engine/sqlite/constraint_error.h"

struct statement_entry {
    uint64_t op_id;
    sqlite3_stmt *stmt; /* NULL: the entry is free */
    size_t bytes;
    bool taken;
    struct statement_entry *chain;         /* next of the same hash; of free entries: next free */
    struct statement_entry *newer, *older; /* by use */
};

struct statement_cache {
    sqlite3 *db;
    struct statement_entry *entries;
    struct statement_entry **buckets;
    int bucket_shift; /* 64 less the bits of a bucket's number */
    struct statement_entry *free;
    struct statement_entry *newest, *oldest;
    size_t bytes_max;
    struct statement_cache_stats stats;
};

static size_t power_of_two_above(size_t count)
{
    size_t power = 16;
    while (power < count) power *= 2;
    return power;
}

static void free_all(struct statement_cache *cache, size_t count)
{
    cache->free = NULL;
    for (size_t i = count; i > 0; i--) {
        cache->entries[i - 1].chain = cache->free;
        cache->free = &cache->entries[i - 1];
    }
}

struct statement_cache *statement_cache_open(struct arena *arena,
                                             sqlite3 *db,
                                             size_t count_max,
                                             size_t bytes_max)
{
    struct statement_cache *cache = ARENA_NEW(arena, struct statement_cache);
    size_t buckets = power_of_two_above(count_max);
    cache->db = db;
    cache->bytes_max = bytes_max;
    cache->entries = ARENA_ARRAY(arena, struct statement_entry, count_max);
    cache->buckets = ARENA_ARRAY(arena, struct statement_entry *, buckets);
    cache->bucket_shift = 64 - __builtin_ctzll(buckets);
    free_all(cache, count_max);
    return cache;
}

static struct statement_entry **bucket_of(struct statement_cache *cache, uint64_t op_id)
{
    /* Fibonacci hashing: ids come in runs, one per plan. */
    return &cache->buckets[(op_id * 0x9E3779B97F4A7C15u) >> cache->bucket_shift];
}

static void use_unlink(struct statement_cache *cache, struct statement_entry *entry)
{
    if (entry->newer != NULL)
        entry->newer->older = entry->older;
    else
        cache->newest = entry->older;
    if (entry->older != NULL)
        entry->older->newer = entry->newer;
    else
        cache->oldest = entry->newer;
    entry->newer = entry->older = NULL;
}

static void use_link_newest(struct statement_cache *cache, struct statement_entry *entry)
{
    entry->older = cache->newest;
    entry->newer = NULL;
    if (cache->newest != NULL) cache->newest->newer = entry;
    cache->newest = entry;
    if (cache->oldest == NULL) cache->oldest = entry;
}

static void drop(struct statement_cache *cache, struct statement_entry *entry)
{
    struct statement_entry **link = bucket_of(cache, entry->op_id);
    while (*link != entry) link = &(*link)->chain;
    *link = entry->chain;
    use_unlink(cache, entry);
    sqlite3_finalize(entry->stmt);
    cache->stats.bytes -= entry->bytes;
    cache->stats.count--;
    *entry = (struct statement_entry){.chain = cache->free};
    cache->free = entry;
}

/* Makes room; what is taken stays. */
static void evict(struct statement_cache *cache)
{
    struct statement_entry *entry = cache->oldest;
    while (entry != NULL && (cache->free == NULL || cache->stats.bytes > cache->bytes_max)) {
        struct statement_entry *newer = entry->newer;
        if (!entry->taken) {
            drop(cache, entry);
            cache->stats.evictions++;
        }
        entry = newer;
    }
}

static err prepare(struct statement_cache *cache,
                   struct arena *arena,
                   const struct program_op *op,
                   unsigned flags,
                   sqlite3_stmt **out)
{
    /* With its NUL counted in, SQLite need not copy the text. */
    int code = sqlite3_prepare_v3(cache->db, op->sql.at, (int)op->sql.len + 1, flags, out, NULL);
    return code == SQLITE_OK ? NULL : sqlite_error(arena, cache->db, code);
}

static err take_new(struct statement_cache *cache,
                    struct arena *arena,
                    const struct program_op *op,
                    struct statement *out)
{
    evict(cache);
    struct statement_entry *entry = cache->free;
    unsigned flags = entry == NULL ? 0 : SQLITE_PREPARE_PERSISTENT;
    TRY(prepare(cache, arena, op, flags, &out->stmt));
    out->entry = entry;
    if (entry == NULL) return NULL;
    cache->free = entry->chain;
    struct statement_entry **bucket = bucket_of(cache, op->id);
    *entry = (struct statement_entry){
        .op_id = op->id,
        .stmt = out->stmt,
        .bytes = (size_t)sqlite3_stmt_status(out->stmt, SQLITE_STMTSTATUS_MEMUSED, 0),
        .taken = true,
        .chain = *bucket,
    };
    *bucket = entry;
    use_link_newest(cache, entry);
    cache->stats.bytes += entry->bytes;
    cache->stats.count++;
    return NULL;
}

err statement_cache_take(struct statement_cache *cache,
                         struct arena *arena,
                         const struct program_op *op,
                         struct statement *out)
{
    *out = (struct statement){0};
    struct statement_entry *entry = *bucket_of(cache, op->id);
    while (entry != NULL && entry->op_id != op->id) entry = entry->chain;
    if (entry == NULL) {
        cache->stats.misses++;
        return take_new(cache, arena, op, out);
    }
    cache->stats.hits++;
    if (UNLIKELY(entry->taken)) return prepare(cache, arena, op, 0, &out->stmt);
    entry->taken = true;
    if (entry != cache->newest) {
        use_unlink(cache, entry);
        use_link_newest(cache, entry);
    }
    *out = (struct statement){.stmt = entry->stmt, .entry = entry};
    return NULL;
}

void statement_cache_give(struct statement_cache *cache, struct statement *statement)
{
    (void)cache;
    if (statement->stmt == NULL) return;
    if (statement->entry == NULL) {
        sqlite3_finalize(statement->stmt);
    } else {
        sqlite3_reset(statement->stmt);
        /* Bindings point into the request's arena. */
        sqlite3_clear_bindings(statement->stmt);
        statement->entry->taken = false;
    }
    *statement = (struct statement){0};
}

void statement_cache_clear(struct statement_cache *cache)
{
    while (cache->oldest != NULL) {
        assert(!cache->oldest->taken);
        drop(cache, cache->oldest);
    }
}

void statement_cache_close(struct statement_cache *cache)
{
    if (cache != NULL) statement_cache_clear(cache);
}

struct statement_cache_stats statement_cache_stats(const struct statement_cache *cache)
{
    return cache->stats;
}
