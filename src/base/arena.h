/* base/arena.h - memory by lifetime: allocate many times, release once.
 *
 * Owns:    its blocks, and what arena_defer ties to it. Nothing in an arena is freed alone.
 * Threads: one at a time; an arena may move between threads with the message that owns it.
 * Errors:  arena_alloc never answers NULL: it stops the process when the system has no memory.
 *          arena_try_alloc answers NULL past the arena's cap: use it for sizes a client chooses.
 */
#ifndef DAPUR_BASE_ARENA_H
#define DAPUR_BASE_ARENA_H

#include <stdarg.h>

#include "base/str.h"

struct arena;
struct cost;

/* bytes_max caps what arena_try_alloc hands out in total; 0 means no cap. */
struct arena *arena_new(size_t bytes_max);
/* Runs the deferred releases, newest first, then frees every block and the arena. NULL is fine. */
void arena_free(struct arena *arena);
/* The same, but keeps the arena and one block for reuse. */
void arena_reset(struct arena *arena);

/* Zeroed, aligned to 16 bytes. Size 0 gives a valid pointer. */
void *arena_alloc(struct arena *arena, size_t size);
MUST_USE void *arena_try_alloc(struct arena *arena, size_t size);
/* release(object) runs at reset or free, newest first. */
void arena_defer(struct arena *arena, void (*release)(void *), void *object);
/* Bytes handed out since the last reset. */
size_t arena_used(const struct arena *arena);
/* The token of what is computed in this arena (base/cost.h); borrowed, kept at a reset. NULL: none. */
void arena_cost_set(struct arena *arena, struct cost *cost);
struct cost *arena_cost(const struct arena *arena);

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, count) \
    ((type *)arena_alloc((arena), size_mul_or_die((count), sizeof(type))))

/* False, and *out untouched, on overflow. */
MUST_USE bool size_add(size_t a, size_t b, size_t *out);
MUST_USE bool size_mul(size_t a, size_t b, size_t *out);
size_t size_mul_or_die(size_t a, size_t b);

/* A copy in the arena, with a NUL behind it that len does not count. */
str str_copy(struct arena *arena, str s);
/* The same as a C string. An inner NUL ends it early: check outside input before. */
const char *str_cstr(struct arena *arena, str s);
str str_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);
str str_vprintf(struct arena *arena, const char *format, va_list args);
str str_join(struct arena *arena, const str *parts, size_t count, str separator);
/* ASCII letters to lower case. */
str str_lower(struct arena *arena, str s);

#endif
