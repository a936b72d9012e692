#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* gcc says so with a macro, clang with a feature. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define POISON(at, len) ASAN_POISON_MEMORY_REGION((at), (len))
#define UNPOISON(at, len) ASAN_UNPOISON_MEMORY_REGION((at), (len))
#else
#define POISON(at, len) ((void)(at), (void)(len))
#define UNPOISON(at, len) ((void)(at), (void)(len))
#endif

enum { ALIGNMENT = 16, BLOCK_FIRST = 4096, BLOCK_KEPT = 16 * 1024, BLOCK_MAX = 256 * 1024 };

struct block {
    struct block *before;
    size_t size; /* usable bytes behind the header */
    size_t used;
    size_t unused_padding;
};

struct deferred {
    struct deferred *before;
    void (*release)(void *);
    void *object;
};

struct arena {
    struct block *newest;
    struct deferred *deferred;
    size_t used;
    size_t bytes_max;
    struct cost *cost;
};

static NORETURN void out_of_memory(void)
{
    fputs("dapur: out of memory\n", stderr);
    abort();
}

bool size_add(size_t a, size_t b, size_t *out)
{
    size_t sum;
    if (__builtin_add_overflow(a, b, &sum)) return false;
    *out = sum;
    return true;
}

bool size_mul(size_t a, size_t b, size_t *out)
{
    size_t product;
    if (__builtin_mul_overflow(a, b, &product)) return false;
    *out = product;
    return true;
}

size_t size_mul_or_die(size_t a, size_t b)
{
    size_t product;
    if (!size_mul(a, b, &product)) out_of_memory();
    return product;
}

static char *block_bytes(struct block *block)
{
    return (char *)(block + 1);
}

static void block_add(struct arena *arena, size_t size_min)
{
    size_t size = arena->newest ? arena->newest->size * 2 : BLOCK_FIRST;
    if (size > BLOCK_MAX) size = BLOCK_MAX;
    if (size < size_min) size = size_min;
    size_t total;
    if (!size_add(size, sizeof(struct block), &total)) out_of_memory();
    struct block *block = malloc(total);
    if (!block) out_of_memory();
    *block = (struct block){.before = arena->newest, .size = size};
    POISON(block_bytes(block), size);
    arena->newest = block;
}

struct arena *arena_new(size_t bytes_max)
{
    struct arena *arena = calloc(1, sizeof *arena);
    if (!arena) out_of_memory();
    arena->bytes_max = bytes_max;
    return arena;
}

static void run_deferred(struct arena *arena)
{
    while (arena->deferred) {
        struct deferred *newest = arena->deferred;
        arena->deferred = newest->before;
        newest->release(newest->object);
    }
}

static void block_free(struct block *block)
{
    UNPOISON(block_bytes(block), block->size);
    free(block);
}

void arena_free(struct arena *arena)
{
    if (!arena) return;
    run_deferred(arena);
    while (arena->newest) {
        struct block *block = arena->newest;
        arena->newest = block->before;
        block_free(block);
    }
    free(arena);
}

/* The largest block that may wait for the next use: a request that needs more than the first block
 * then finds it. With large ones alone, the first. */
static struct block *block_kept(const struct arena *arena)
{
    struct block *oldest = NULL;
    for (struct block *block = arena->newest; block; block = block->before) {
        if (block->size <= BLOCK_KEPT) return block;
        oldest = block;
    }
    return oldest && oldest->size <= BLOCK_MAX ? oldest : NULL;
}

void arena_reset(struct arena *arena)
{
    run_deferred(arena);
    struct block *kept = block_kept(arena), *block = arena->newest;
    while (block) {
        struct block *before = block->before;
        if (block != kept) block_free(block);
        block = before;
    }
    arena->newest = kept;
    if (kept) {
        kept->before = NULL;
        kept->used = 0;
        POISON(block_bytes(kept), kept->size);
    }
    arena->used = 0;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    size_t padded;
    if (!size_add(size ? size : 1, ALIGNMENT - 1, &padded)) out_of_memory();
    padded &= ~(size_t)(ALIGNMENT - 1);
    struct block *block = arena->newest;
    if (!block || block->size - block->used < padded) {
        block_add(arena, padded);
        block = arena->newest;
    }
    char *at = block_bytes(block) + block->used;
    block->used += padded;
    arena->used += padded;
    UNPOISON(at, size);
    memset(at, 0, size);
    return at;
}

void *arena_try_alloc(struct arena *arena, size_t size)
{
    size_t total;
    if (!size_add(arena->used, size, &total)) return NULL;
    if (arena->bytes_max && total > arena->bytes_max) return NULL;
    return arena_alloc(arena, size);
}

void arena_defer(struct arena *arena, void (*release)(void *), void *object)
{
    struct deferred *entry = ARENA_NEW(arena, struct deferred);
    *entry = (struct deferred){arena->deferred, release, object};
    arena->deferred = entry;
}

size_t arena_used(const struct arena *arena)
{
    return arena->used;
}

void arena_cost_set(struct arena *arena, struct cost *cost)
{
    arena->cost = cost;
}

struct cost *arena_cost(const struct arena *arena)
{
    return arena->cost;
}

str str_copy(struct arena *arena, str s)
{
    size_t size;
    if (!size_add(s.len, 1, &size)) out_of_memory();
    char *copy = arena_alloc(arena, size);
    if (s.len) memcpy(copy, s.at, s.len);
    return (str){copy, s.len};
}

const char *str_cstr(struct arena *arena, str s)
{
    return str_copy(arena, s).at;
}

str str_vprintf(struct arena *arena, const char *format, va_list args)
{
    va_list measure;
    va_copy(measure, args);
    int length = vsnprintf(NULL, 0, format, measure);
    va_end(measure);
    if (length < 0) return (str){"", 0};
    char *text = arena_alloc(arena, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, args);
    return (str){text, (size_t)length};
}

str str_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    str text = str_vprintf(arena, format, args);
    va_end(args);
    return text;
}

str str_join(struct arena *arena, const str *parts, size_t count, str separator)
{
    size_t len = 0;
    for (size_t i = 0; i < count; i++) len += parts[i].len + (i ? separator.len : 0);
    char *text = arena_alloc(arena, len + 1);
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        if (i && separator.len) memcpy(text + at, separator.at, separator.len);
        at += i ? separator.len : 0;
        if (parts[i].len) memcpy(text + at, parts[i].at, parts[i].len);
        at += parts[i].len;
    }
    return (str){text, len};
}

str str_lower(struct arena *arena, str s)
{
    char *lower = arena_alloc(arena, s.len + 1);
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        lower[i] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
    }
    return (str){lower, s.len};
}
