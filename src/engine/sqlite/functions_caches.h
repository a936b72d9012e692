/* engine/sqlite/functions_caches.h - what a session remembers between calls.
 *
 * Owns:    shapes and compiled regular expressions, each bounded in number.
 * Threads: the connection's. Errors: none.
 */
#ifndef DAPUR_ENGINE_SQLITE_FUNCTIONS_CACHES_H
#define DAPUR_ENGINE_SQLITE_FUNCTIONS_CACHES_H

#include "base/arena.h"

struct function_caches;

struct function_caches *function_caches_new(void);
void function_caches_free(struct function_caches *caches);
/* Drops what depends on the catalog. */
void function_caches_forget(struct function_caches *caches);
/* Rises when shapes are forgotten: holders of a type_ref ask again. */
uint64_t function_caches_generation(const struct function_caches *caches);
/* Lives as long as the session: what registrations need. */
struct arena *function_caches_arena(struct function_caches *caches);

#endif
