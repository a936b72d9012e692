#include "types/json_scan.h"

#include <string.h>

#include "base/utf8.h"

static size_t skip_string(str s, size_t at)
{
    for (at++; at < s.len; at++) {
        if (s.at[at] == '"') return at + 1;
        if (s.at[at] == '\\') at++;
    }
    return s.len;
}

static size_t skip_container(str s, size_t at)
{
    size_t depth = 0;
    while (at < s.len) {
        char c = s.at[at];
        if (c == '"') {
            at = skip_string(s, at);
            continue;
        }
        at++;
        if (c == '{' || c == '[')
            depth++;
        else if ((c == '}' || c == ']') && --depth == 0)
            return at;
    }
    return s.len;
}

size_t json_skip_value(str s, size_t at)
{
    if (at >= s.len) return s.len;
    char c = s.at[at];
    if (c == '"') return skip_string(s, at);
    if (c == '{' || c == '[') return skip_container(s, at);
    while (at < s.len && !json_is_blank(c = s.at[at]) && c != ',' && c != ']' && c != '}' &&
           c != ':') {
        at++;
    }
    return at;
}

struct json_walk json_walk(str container)
{
    size_t start = json_skip_blanks(container, 0);
    bool object = start < container.len && container.at[start] == '{';
    return (struct json_walk){container, start + 1, object};
}

bool json_walk_next(struct json_walk *walk, str *key, str *value)
{
    str s = walk->text;
    size_t at = json_skip_blanks(s, walk->at);
    if (at < s.len && s.at[at] == ',') at = json_skip_blanks(s, at + 1);
    if (at >= s.len || s.at[at] == ']' || s.at[at] == '}') return false;
    *key = STR_NONE;
    if (walk->object) {
        size_t end = json_skip_value(s, at);
        *key = str_slice(s, at, end);
        at = json_skip_blanks(s, end);
        at = json_skip_blanks(s, at + 1); /* the colon */
    }
    size_t end = json_skip_value(s, at);
    if (end == at) return false;
    *value = str_slice(s, at, end);
    walk->at = end;
    return true;
}

struct json_bytes json_bytes(str quoted)
{
    return (struct json_bytes){.text = json_inner(quoted)};
}

static int32_t hex_4(str s, size_t at)
{
    int32_t code = 0;
    if (s.len < at + 4) return 0xfffd;
    for (size_t i = 0; i < 4; i++) code = code << 4 | (hex_value(s.at[at + i]) & 15);
    return code;
}

/* The code point of the \u escape at at, a surrogate pair taken together. */
static int32_t unicode_escape(str s, size_t *at)
{
    int32_t high = hex_4(s, *at + 2);
    *at += 6;
    bool pair = high >= 0xd800 && high < 0xdc00 && s.len >= *at + 6 && s.at[*at] == '\\' &&
                s.at[*at + 1] == 'u';
    if (pair) {
        int32_t low = hex_4(s, *at + 2);
        if (low >= 0xdc00 && low < 0xe000) {
            *at += 6;
            return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
        }
    }
    return high >= 0xd800 && high < 0xe000 ? 0xfffd : high;
}

static int escaped(struct json_bytes *b)
{
    char c = b->at + 1 < b->text.len ? b->text.at[b->at + 1] : '\\';
    if (c != 'u') {
        b->at += 2;
        switch (c) {
        case 'b': return '\b';
        case 'f': return '\f';
        case 'n': return '\n';
        case 'r': return '\r';
        case 't': return '\t';
        default: return (unsigned char)c;
        }
    }
    b->pending_len = utf8_encode(unicode_escape(b->text, &b->at), b->pending);
    b->pending_at = 1;
    return (unsigned char)b->pending[0];
}

int json_bytes_next(struct json_bytes *b)
{
    if (b->pending_at < b->pending_len) return (unsigned char)b->pending[b->pending_at++];
    if (b->at >= b->text.len) return -1;
    if (b->text.at[b->at] == '\\') return escaped(b);
    return (unsigned char)b->text.at[b->at++];
}

size_t json_string_len(str quoted)
{
    if (json_is_plain(quoted)) return quoted.len - 2;
    struct json_bytes bytes = json_bytes(quoted);
    size_t len = 0;
    while (json_bytes_next(&bytes) >= 0) len++;
    return len;
}

int json_string_compare(str a, str b)
{
    if (json_is_plain(a) && json_is_plain(b)) return str_cmp(json_inner(a), json_inner(b));
    struct json_bytes x = json_bytes(a), y = json_bytes(b);
    for (;;) {
        int p = json_bytes_next(&x), q = json_bytes_next(&y);
        if (p != q) return p > q ? 1 : -1;
        if (p < 0) return 0;
    }
}

bool json_string_equals(str quoted, str text)
{
    if (quoted.len < 2) return false;
    if (json_is_plain(quoted)) return str_eq(json_inner(quoted), text);
    struct json_bytes bytes = json_bytes(quoted);
    for (size_t i = 0; i < text.len; i++) {
        if (json_bytes_next(&bytes) != (unsigned char)text.at[i]) return false;
    }
    return json_bytes_next(&bytes) < 0;
}

void json_string_decode(struct buf *out, str quoted)
{
    if (json_is_plain(quoted)) {
        buf_str_add(out, json_inner(quoted));
        return;
    }
    struct json_bytes bytes = json_bytes(quoted);
    int c;
    while ((c = json_bytes_next(&bytes)) >= 0) buf_char(out, (char)c);
}
