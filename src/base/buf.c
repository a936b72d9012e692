#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/cost.h"

enum { CAP_FIRST = 256, CAP_INSIDE = 240 };

void buf_init(struct buf *buf, size_t bytes_max)
{
    *buf = (struct buf){.bytes_max = bytes_max};
}

void buf_deinit(struct buf *buf)
{
    if (!buf->inside) free(buf->at);
    *buf = (struct buf){.bytes_max = buf->bytes_max};
}

static void release(void *object)
{
    buf_deinit(object);
}

struct buf *buf_in(struct arena *arena, size_t bytes_max)
{
    struct inside {
        struct buf buf;
        char bytes[CAP_INSIDE];
    } *made = ARENA_NEW(arena, struct inside);
    buf_init(&made->buf, bytes_max);
    made->buf.arena = arena;
    made->buf.inside = true;
    made->buf.at = made->bytes;
    made->buf.cap = bytes_max && bytes_max < CAP_INSIDE ? bytes_max : CAP_INSIDE;
    return &made->buf;
}

/* The bytes in a heap block of this size; false when there is none. */
static bool resize(struct buf *buf, size_t cap)
{
    struct cost *cost = buf->arena ? arena_cost(buf->arena) : NULL;
    if (cost_charge(cost, cap)) return false;
    char *grown = realloc(buf->inside ? NULL : buf->at, cap);
    if (!grown) return false;
    if (buf->inside) {
        memcpy(grown, buf->at, buf->len);
        arena_defer(buf->arena, release, buf);
    }
    buf->inside = false;
    buf->at = grown;
    buf->cap = cap;
    return true;
}

bool buf_reserve(struct buf *buf, size_t more)
{
    if (buf->overflow) return false;
    size_t need;
    bool fits = size_add(buf->len, more, &need) && (!buf->bytes_max || need <= buf->bytes_max);
    if (!fits) {
        buf->overflow = true;
        return false;
    }
    if (need <= buf->cap) return true;
    size_t cap = buf->cap ? buf->cap : CAP_FIRST;
    while (cap < need && cap <= SIZE_MAX / 2) cap *= 2;
    if (cap < need) cap = need;
    buf->overflow = !resize(buf, cap);
    return !buf->overflow;
}

void buf_append_slow(struct buf *buf, const void *bytes, size_t len)
{
    if (!buf_reserve(buf, len)) return;
    if (len) memcpy(buf->at + buf->len, bytes, len);
    buf->len += len;
}

void buf_u64(struct buf *buf, uint64_t value)
{
    if (value < 10) { /* most numbers of a plan's key */
        buf_char(buf, (char)('0' + value));
        return;
    }
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    buf_append(buf, digits + at, sizeof digits - at);
}

void buf_i64(struct buf *buf, int64_t value)
{
    if (value < 0) buf_char(buf, '-');
    buf_u64(buf, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void buf_vprintf(struct buf *buf, const char *format, va_list args)
{
    va_list measure;
    va_copy(measure, args);
    int length = vsnprintf(NULL, 0, format, measure);
    va_end(measure);
    if (length < 0 || !buf_reserve(buf, (size_t)length + 1)) return;
    vsnprintf(buf->at + buf->len, (size_t)length + 1, format, args);
    buf->len += (size_t)length;
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_vprintf(buf, format, args);
    va_end(args);
}

void buf_consume(struct buf *buf, size_t count)
{
    if (count >= buf->len) {
        buf->len = 0;
        return;
    }
    memmove(buf->at, buf->at + count, buf->len - count);
    buf->len -= count;
}
