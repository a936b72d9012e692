#include "net/pool.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define POISON(at, len) ASAN_POISON_MEMORY_REGION((at), (len))
#define UNPOISON(at, len) ASAN_UNPOISON_MEMORY_REGION((at), (len))
#else
#define POISON(at, len) ((void)(at), (void)(len))
#define UNPOISON(at, len) ((void)(at), (void)(len))
#endif

enum { SLAB_BYTES = 16 * 1024 };

struct free_object {
    struct free_object *next;
};

void pool_init(struct pool *pool, struct arena *arena, size_t size)
{
    if (size < sizeof(struct free_object)) size = sizeof(struct free_object);
    *pool = (struct pool){.arena = arena, .size = (size + 15) & ~(size_t)15};
}

static void push(struct pool *pool, void *object)
{
    struct free_object *free_object = object;
    free_object->next = pool->free_list;
    pool->free_list = free_object;
    POISON(object, pool->size);
}

static void add_slab(struct pool *pool)
{
    size_t count = SLAB_BYTES / pool->size;
    if (!count) count = 1;
    char *slab = arena_alloc(pool->arena, size_mul_or_die(count, pool->size));
    for (size_t i = count; i > 0; i--) push(pool, slab + (i - 1) * pool->size);
}

void *pool_take(struct pool *pool)
{
    if (!pool->free_list) add_slab(pool);
    struct free_object *object = pool->free_list;
    UNPOISON(object, pool->size);
    pool->free_list = object->next;
    pool->in_use++;
    return object;
}

void pool_put(struct pool *pool, void *object)
{
    push(pool, object);
    pool->in_use--;
}
