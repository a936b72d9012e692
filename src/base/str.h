/* base/str.h - a borrowed run of bytes: pointer and length, no terminator.
 *
 * Owns:    nothing; a str points into memory that somebody else keeps alive.
 * Threads: any; no shared state.
 * Errors:  none; parsers of numbers answer false.
 */
#ifndef DAPUR_BASE_STR_H
#define DAPUR_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

typedef struct str {
    const char *at;
    size_t len; /* bytes */
} str;

#define STR(literal) ((str){"" literal, sizeof(literal) - 1})
/* clang-format off */
#define STR_INIT(literal) {"" literal, sizeof(literal) - 1}
/* clang-format on */
#define STR_FMT(s) (int)(s).len, (s).at
#define STR_NONE ((str){NULL, 0})

/* The str over a C string; NULL gives the empty str. Borrows. */
str str_of(const char *cstring);
static inline str str_from(const void *at, size_t len)
{
    return (str){(const char *)at, len};
}

bool str_eq(str a, str b);
/* ASCII letters compare without case, every other byte exactly. */
bool str_eq_nocase(str a, str b);
/* Byte order, shorter first: below, equal to or above 0. */
int str_cmp(str a, str b);
bool str_starts(str s, str prefix);
bool str_ends(str s, str suffix);
static inline bool str_empty(str s)
{
    return s.len == 0;
}

/* Offset of the first match at or after from, or SIZE_MAX. */
size_t str_find_char(str s, char c, size_t from);
size_t str_find(str s, str needle, size_t from);

/* Bytes [from, to), both clipped to the length. */
str str_slice(str s, size_t from, size_t to);
static inline str str_skip(str s, size_t count)
{
    return str_slice(s, count, s.len);
}
/* Without leading and trailing spaces and tabs. */
str str_trim(str s);
/* Cuts s at the first c: head before it, tail after it. Without one: head is s, tail empty,
 * and the answer false. head and tail may alias &s. */
bool str_cut(str s, char c, str *head, str *tail);

/* A 64-bit hash of the bytes; not for untrusted keys in unbounded maps (map.h seeds it). */
uint64_t str_hash(str s, uint64_t seed);

/* Decimal digits with an optional "-" (i64 only); the whole of s, no spaces, no overflow. */
MUST_USE bool str_to_i64(str s, int64_t *out);
MUST_USE bool str_to_u64(str s, uint64_t *out);
/* Hexadecimal digit's value, or -1. */
int hex_value(char c);

#endif
