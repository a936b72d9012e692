/* base/buf.h - the one growing byte array.
 *
 * Owns:    its heap bytes until buf_deinit or buf_take.
 * Threads: one at a time.
 * Errors:  growing past bytes_max sets `overflow` and drops what does not fit; every later append
 *          is dropped too. Callers append freely and check buf_ok once at the end.
 */
#ifndef DAPUR_BASE_BUF_H
#define DAPUR_BASE_BUF_H

#include <stdarg.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

struct buf {
    char *at;
    size_t len;
    size_t cap;
    size_t bytes_max; /* 0: no limit */
    bool overflow;
    bool inside; /* the bytes are the arena's still */
    struct arena
        *arena; /* of buf_in: its cost token is charged as the buf grows; spent is overflow */
};

void buf_init(struct buf *buf, size_t bytes_max);
void buf_deinit(struct buf *buf);
/* A buf that lives in the arena's care: its bytes go when the arena is reset or freed. The first few
 * hundred lie in the arena itself. Not to be copied. */
struct buf *buf_in(struct arena *arena, size_t bytes_max);
/* Empties it, keeps the memory. */
static inline void buf_clear(struct buf *buf)
{
    buf->len = 0;
    buf->overflow = false;
}
static inline bool buf_ok(const struct buf *buf)
{
    return !buf->overflow;
}
/* Borrowed until the next append. */
static inline str buf_str(const struct buf *buf)
{
    return str_from(buf->at, buf->len);
}
/* Makes room for more bytes behind len; false past bytes_max. */
MUST_USE bool buf_reserve(struct buf *buf, size_t more);

void buf_append_slow(struct buf *buf, const void *bytes, size_t len);
static inline void buf_append(struct buf *buf, const void *bytes, size_t len)
{
    if (LIKELY(!buf->overflow && buf->cap - buf->len >= len)) {
        if (len) memcpy(buf->at + buf->len, bytes, len);
        buf->len += len;
        return;
    }
    buf_append_slow(buf, bytes, len);
}
static inline void buf_str_add(struct buf *buf, str s)
{
    buf_append(buf, s.at, s.len);
}
#define buf_lit(buf, literal) buf_append((buf), "" literal, sizeof(literal) - 1)
static inline void buf_char(struct buf *buf, char c)
{
    buf_append(buf, &c, 1);
}
void buf_i64(struct buf *buf, int64_t value);
void buf_u64(struct buf *buf, uint64_t value);
void buf_printf(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
void buf_vprintf(struct buf *buf, const char *format, va_list args);
/* Drops the first count bytes, moving the rest down. */
void buf_consume(struct buf *buf, size_t count);

#endif
