/* net/pool.h - objects of one size, reused: a free list per loop.
 *
 * The last object put back is the first taken, so it is warm in the cache. Memory returns to the
 * system when the arena is freed, so a pool's peak is bounded by whatever bounds its users
 * (connections, requests). AddressSanitizer sees an object that was put back as freed.
 *
 * Owns:    nothing; objects live in the arena. Threads: one. Errors: none.
 */
#ifndef DAPUR_NET_POOL_H
#define DAPUR_NET_POOL_H

#include "base/arena.h"

struct pool {
    struct arena *arena;
    size_t size; /* bytes of one object */
    void *free_list;
    size_t in_use;
};

void pool_init(struct pool *pool, struct arena *arena, size_t size);
/* Bytes are as the last user left them; aligned to 16. */
void *pool_take(struct pool *pool);
void pool_put(struct pool *pool, void *object);

#endif
