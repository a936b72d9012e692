/* types/json_scan.h - steps over JSON text that is known to be valid: no tree, no allocation.
 *
 * Everything that works on stored jsonb, arrays and composites walks their text with these. On
 * text that is not valid JSON they stay inside its bounds but answer nonsense.
 *
 * Owns: nothing. Threads: any. Errors: none.
 */
#ifndef DAPUR_TYPES_JSON_SCAN_H
#define DAPUR_TYPES_JSON_SCAN_H

#include "base/buf.h"

static inline bool json_is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}
/* The first byte at or behind at that is no blank. */
static inline size_t json_skip_blanks(str s, size_t at)
{
    while (at < s.len && json_is_blank(s.at[at])) at++;
    return at;
}
/* Behind the string, number, word or container that starts at at. */
size_t json_skip_value(str s, size_t at);

/* Members of an object or items of an array, in order. */
struct json_walk {
    str text;
    size_t at;
    bool object;
};
struct json_walk json_walk(str container);
/* key: with its quotes; empty in arrays. Values are slices without blanks around. */
bool json_walk_next(struct json_walk *walk, str *key, str *value);

/* A string value (with quotes) as bytes, one after the other; escapes are decoded on the way. */
struct json_bytes {
    str text; /* between the quotes */
    size_t at;
    char pending[4]; /* of an escape: UTF-8 bytes not yet handed out */
    size_t pending_at;
    size_t pending_len;
};
struct json_bytes json_bytes(str quoted);
/* The next byte, or -1 at the end. */
int json_bytes_next(struct json_bytes *bytes);

/* True when the string has no escapes: its bytes are the value. */
static inline bool json_is_plain(str quoted)
{
    return str_find_char(quoted, '\\', 0) == SIZE_MAX;
}
static inline str json_inner(str quoted)
{
    return str_slice(quoted, 1, quoted.len - 1);
}
/* Decoded length in bytes. */
size_t json_string_len(str quoted);
/* Decoded strings in byte order. */
int json_string_compare(str a, str b);
bool json_string_equals(str quoted, str text);
/* Appends the decoded text. */
void json_string_decode(struct buf *out, str quoted);

#endif
