/* sql/plan_cache.h - compiled plans by shape and role, for one loop.
 *
 * The key is whatever bytes the caller made of a request's shape (REST: the URL without its values;
 * SQL: the text); the role is part of the key, because a plan holds that role's policies. A plan of
 * another catalog version is never answered: it is dropped when it is met.
 *
 * Owns:    its entries and one reference on each plan; keys are copied.
 * Threads: one (each loop has its own): no locks.
 * Errors:  none. Past bytes_max the least recently used plans leave; one plan larger than
 *          a quarter of it is not kept at all.
 */
#ifndef DAPUR_SQL_PLAN_CACHE_H
#define DAPUR_SQL_PLAN_CACHE_H

#include "sql/plan.h"

struct plan_cache;

struct plan_cache_stats {
    uint64_t hits, misses, evictions;
    size_t bytes, count;
};

struct plan_cache *plan_cache_new(size_t bytes_max);
/* Drops every plan. NULL is fine. */
void plan_cache_free(struct plan_cache *cache);
/* The plan for this key, role and catalog version, or NULL. Borrowed until the next put; a caller
 * that waits takes plan_ref. */
const struct plan *plan_cache_find(struct plan_cache *cache,
                                   str key,
                                   oid role,
                                   uint64_t catalog_version);
/* Keeps the plan under the key, in place of an older one. Takes a reference of its own. */
void plan_cache_put(struct plan_cache *cache, str key, const struct plan *plan);
/* Everything: after a migration there is nothing worth keeping. */
void plan_cache_clear(struct plan_cache *cache);
struct plan_cache_stats plan_cache_get_stats(const struct plan_cache *cache);

#endif
