#include "base/str.h"

#include <string.h>

str str_of(const char *cstring)
{
    return (str){cstring, cstring ? strlen(cstring) : 0};
}

bool str_eq(str a, str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static char lower_ascii(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool str_eq_nocase(str a, str b)
{
    if (a.len != b.len) return false;
    for (size_t i = 0; i < a.len; i++) {
        if (a.at[i] == b.at[i]) continue; /* nearly always, or they differ in the first byte */
        if (lower_ascii(a.at[i]) != lower_ascii(b.at[i])) return false;
    }
    return true;
}

int str_cmp(str a, str b)
{
    size_t shared = a.len < b.len ? a.len : b.len;
    int order = shared ? memcmp(a.at, b.at, shared) : 0;
    if (order != 0) return order;
    return a.len < b.len ? -1 : a.len > b.len;
}

bool str_starts(str s, str prefix)
{
    return s.len >= prefix.len && str_eq(str_from(s.at, prefix.len), prefix);
}

bool str_ends(str s, str suffix)
{
    return s.len >= suffix.len && str_eq(str_skip(s, s.len - suffix.len), suffix);
}

size_t str_find_char(str s, char c, size_t from)
{
    if (from >= s.len) return SIZE_MAX;
    const char *hit = memchr(s.at + from, c, s.len - from);
    return hit ? (size_t)(hit - s.at) : SIZE_MAX;
}

size_t str_find(str s, str needle, size_t from)
{
    if (needle.len == 0) return from <= s.len ? from : SIZE_MAX;
    while (needle.len <= s.len && from <= s.len - needle.len) {
        size_t at = str_find_char(s, needle.at[0], from);
        if (at == SIZE_MAX || at > s.len - needle.len) return SIZE_MAX;
        if (memcmp(s.at + at, needle.at, needle.len) == 0) return at;
        from = at + 1;
    }
    return SIZE_MAX;
}

str str_slice(str s, size_t from, size_t to)
{
    if (to > s.len) to = s.len;
    if (from > to) from = to;
    return (str){from ? s.at + from : s.at, to - from}; /* NULL + 0 is undefined */
}

str str_trim(str s)
{
    while (s.len && (s.at[0] == ' ' || s.at[0] == '\t')) s = str_skip(s, 1);
    while (s.len && (s.at[s.len - 1] == ' ' || s.at[s.len - 1] == '\t')) s.len--;
    return s;
}

bool str_cut(str s, char c, str *head, str *tail)
{
    size_t at = str_find_char(s, c, 0);
    bool found = at != SIZE_MAX;
    *head = str_slice(s, 0, found ? at : s.len);
    *tail = str_skip(s, found ? at + 1 : s.len);
    return found;
}

uint64_t str_hash(str s, uint64_t seed)
{
    /* wyhash's mixing step over 8-byte words: short keys are the common case. */
    uint64_t hash = seed ^ (s.len * 0x9E3779B97F4A7C15u);
    size_t i = 0;
    for (; i + 8 <= s.len; i += 8) {
        uint64_t word;
        memcpy(&word, s.at + i, 8);
        __uint128_t product = (__uint128_t)(hash ^ word) * 0xA0761D6478BD642Fu;
        hash = (uint64_t)product ^ (uint64_t)(product >> 64);
    }
    uint64_t rest = 0;
    if (i < s.len) memcpy(&rest, s.at + i, s.len - i);
    __uint128_t product = (__uint128_t)(hash ^ rest) * 0xE7037ED1A0B428DBu;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

bool str_to_u64(str s, uint64_t *out)
{
    if (s.len == 0) return false;
    uint64_t value = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] < '0' || s.at[i] > '9') return false;
        if (__builtin_mul_overflow(value, 10u, &value)) return false;
        if (__builtin_add_overflow(value, (uint64_t)(s.at[i] - '0'), &value)) return false;
    }
    *out = value;
    return true;
}

bool str_to_i64(str s, int64_t *out)
{
    bool negative = s.len && s.at[0] == '-';
    uint64_t magnitude;
    if (!str_to_u64(negative ? str_skip(s, 1) : s, &magnitude)) return false;
    if (magnitude > (uint64_t)INT64_MAX + (negative ? 1 : 0)) return false;
    *out = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    return true;
}

int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}
