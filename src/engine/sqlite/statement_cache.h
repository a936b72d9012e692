/* engine/sqlite/statement_cache.h - a connection's prepared statements, by op.
 *
 * A statement is taken, bound, stepped and given back, which resets it and forgets its bindings.
 * The least recently used go when there are too many or they take too much memory. A statement that
 * is taken twice at the same time (a function that calls itself) gets a second, uncached one.
 *
 * Owns:    the statements. Threads: the connection's.
 * Errors:  what sqlite3_prepare says, as an ERR_SQL with a SQLSTATE.
 */
#ifndef DAPUR_ENGINE_SQLITE_STATEMENT_CACHE_H
#define DAPUR_ENGINE_SQLITE_STATEMENT_CACHE_H

#include <sqlite3.h>

#include "base/err.h"
#include "engine/sqlite/program.h"

struct statement_cache;

struct statement {
    sqlite3_stmt *stmt;
    struct statement_entry *entry; /* NULL: not cached */
};

struct statement_cache_stats {
    uint64_t hits, misses, evictions;
    size_t count, bytes;
};

enum { STATEMENT_CACHE_COUNT = 1024 };

/* bytes_max: of sqlite3_stmt_status(MEMUSED), all together. The cache must be closed before db. */
struct statement_cache *statement_cache_open(struct arena *arena,
                                             sqlite3 *db,
                                             size_t count_max,
                                             size_t bytes_max);
void statement_cache_close(struct statement_cache *cache);

MUST_USE err statement_cache_take(struct statement_cache *cache,
                                  struct arena *arena,
                                  const struct program_op *op,
                                  struct statement *out);
/* Resets it; safe on a zeroed one. The step's error has been read before. */
void statement_cache_give(struct statement_cache *cache, struct statement *statement);
/* Drops every statement: the catalog changed. None is taken at that time. */
void statement_cache_clear(struct statement_cache *cache);
struct statement_cache_stats statement_cache_stats(const struct statement_cache *cache);

#endif
