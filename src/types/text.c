#include "types/text.h"

#include <string.h>
#include <utf8proc.h>

#include "base/cost.h"
#include "base/utf8.h"

/* ---- case ---- */

static bool is_ascii(str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if ((unsigned char)s.at[i] >= 0x80) return false;
    }
    return true;
}

static char ascii_upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c;
}

static char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static int32_t lower_point(int32_t c)
{
    if (c < 0x80) return ascii_lower((char)c);
    return utf8proc_tolower(c);
}

static int32_t upper_point(int32_t c)
{
    if (c < 0x80) return ascii_upper((char)c);
    /* The one letter where utf8proc and glibc differ: sharp s stays. */
    return c == 0xdf ? c : utf8proc_toupper(c);
}

/* A mapped character may take more bytes than its origin: at most 3 for 2, and 4 for 4. */
static str map_points(struct arena *arena, str s, int32_t (*map)(int32_t))
{
    char *text = arena_alloc(arena, s.len * 2 + 4);
    size_t len = 0, at = 0;
    int32_t c;
    while ((c = utf8_next(s, &at)) >= 0) len += utf8_encode(map(c), text + len);
    return str_from(text, len);
}

str text_lower(struct arena *arena, str s)
{
    return is_ascii(s) ? str_lower(arena, s) : map_points(arena, s, lower_point);
}

str text_upper(struct arena *arena, str s)
{
    return map_points(arena, s, upper_point);
}

static bool is_alnum_point(int32_t c)
{
    if (c < 0x80) {
        char lower = ascii_lower((char)c);
        return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9');
    }
    utf8proc_category_t category = utf8proc_category(c);
    return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
           category == UTF8PROC_CATEGORY_ND || category == UTF8PROC_CATEGORY_NL;
}

str text_initcap(struct arena *arena, str s)
{
    char *text = arena_alloc(arena, s.len * 2 + 4);
    size_t len = 0, at = 0;
    bool inside = false;
    int32_t c;
    while ((c = utf8_next(s, &at)) >= 0) {
        len += utf8_encode(inside ? lower_point(c) : upper_point(c), text + len);
        inside = is_alnum_point(c);
    }
    return str_from(text, len);
}

int text_compare_fold(str a, str b)
{
    size_t i = 0, j = 0;
    while (i < a.len && j < b.len) {
        unsigned char x = (unsigned char)a.at[i], y = (unsigned char)b.at[j];
        int32_t p, q;
        if (x < 0x80 && y < 0x80) {
            p = (unsigned char)ascii_lower((char)x);
            q = (unsigned char)ascii_lower((char)y);
            i++;
            j++;
        } else {
            p = lower_point(utf8_next(a, &i));
            q = lower_point(utf8_next(b, &j));
            if (p < 0 || q < 0) return str_cmp(a, b); /* not UTF-8: never stored */
        }
        if (p != q) return p > q ? 1 : -1;
    }
    return (i < a.len) - (j < b.len);
}

uint64_t text_hash_fold(str s, uint64_t seed)
{
    size_t at = 0;
    int32_t c;
    while ((c = utf8_next(s, &at)) >= 0) {
        char bytes[4];
        size_t len = utf8_encode(lower_point(c), bytes);
        seed = str_hash(str_from(bytes, len), seed);
    }
    return seed;
}

/* ---- parts ---- */

size_t text_length(str s)
{
    return utf8_count(s);
}

/* Characters [from, to), counted from 0. */
static str characters(str s, size_t from, size_t to)
{
    size_t start = utf8_offset(s, from);
    str rest = str_skip(s, start);
    return str_slice(rest, 0, utf8_offset(rest, to - from));
}

str text_substring_from(str s, int64_t start)
{
    return start <= 1 ? s : str_skip(s, utf8_offset(s, (size_t)(start - 1)));
}

err text_substring(struct arena *arena, str s, int64_t start, int64_t length, str *out)
{
    int64_t end;
    if (length < 0) return err_sql(arena, "22011", "negative substring length not allowed");
    if (__builtin_add_overflow(start, length, &end)) end = INT64_MAX;
    if (start < 1) start = 1;
    *out = end <= start ? str_slice(s, 0, 0) : characters(s, (size_t)start - 1, (size_t)end - 1);
    return NULL;
}

int64_t text_position(str s, str needle)
{
    size_t at = needle.len ? str_find(s, needle, 0) : 0;
    return at == SIZE_MAX ? 0 : (int64_t)utf8_count(str_slice(s, 0, at)) + 1;
}

/* How many characters -n of the length leaves. */
static size_t without(str s, int64_t n)
{
    uint64_t drop = 0 - (uint64_t)n;
    size_t length = utf8_count(s);
    return drop >= length ? 0 : length - (size_t)drop;
}

str text_left(str s, int64_t n)
{
    size_t count = n >= 0 ? (size_t)n : without(s, n);
    return str_slice(s, 0, utf8_offset(s, count));
}

str text_right(str s, int64_t n)
{
    if (n == INT32_MIN) return s; /* PostgreSQL's negation overflows */
    size_t length = utf8_count(s);
    size_t count = n >= 0 ? (size_t)n : without(s, n);
    return count >= length ? s : str_skip(s, utf8_offset(s, length - count));
}

static err too_large(struct arena *arena)
{
    return err_sql(arena, "54000", "requested length too large");
}

/* Fills up to `missing` characters from the start of fill, over and over. */
static void put_fill(struct buf *out, str fill, size_t missing)
{
    size_t at = 0;
    for (; missing; missing--) {
        size_t start = at;
        if (utf8_next(fill, &at) < 0) {
            start = at = 0;
            utf8_next(fill, &at);
        }
        buf_append(out, fill.at + start, at - start);
    }
}

enum pad_side { PAD_LEFT, PAD_RIGHT };

static err pad(struct arena *arena, enum pad_side side, str s, int64_t length, str fill, str *out)
{
    if (length < 0) length = 0;
    if (length > TEXT_BYTES_MAX) return too_large(arena);
    size_t have = utf8_count(s), want = (size_t)length;
    *out = have > want ? text_left(s, length) : s;
    if (have >= want || !fill.len || cost_spend(arena, 4 * (want - have))) return NULL;
    struct buf *text = buf_in(arena, TEXT_BYTES_MAX);
    if (side == PAD_RIGHT) buf_str_add(text, s);
    put_fill(text, fill, want - have);
    if (side == PAD_LEFT) buf_str_add(text, s);
    *out = buf_str(text);
    return buf_ok(text) ? NULL : too_large(arena);
}

err text_pad_left(struct arena *arena, str s, int64_t length, str fill, str *out)
{
    return pad(arena, PAD_LEFT, s, length, fill, out);
}

err text_pad_right(struct arena *arena, str s, int64_t length, str fill, str *out)
{
    return pad(arena, PAD_RIGHT, s, length, fill, out);
}

/* Length of the last character. */
static size_t last_len(str s)
{
    size_t len = 1;
    while (len < s.len && ((unsigned char)s.at[s.len - len] & 0xc0) == 0x80) len++;
    return len;
}

str text_trim(struct arena *arena, str s, str set, enum text_trim_side side)
{
    if (!set.len) return s;
    while (side & TEXT_TRIM_LEFT && s.len && !cost_spend(arena, set.len)) {
        size_t len = 0;
        if (utf8_next(s, &len) < 0 || str_find(set, str_slice(s, 0, len), 0) == SIZE_MAX) break;
        s = str_skip(s, len);
    }
    while (side & TEXT_TRIM_RIGHT && s.len && !cost_spend(arena, set.len)) {
        size_t len = last_len(s);
        if (str_find(set, str_skip(s, s.len - len), 0) == SIZE_MAX) break;
        s.len -= len;
    }
    return s;
}

str text_trim_spaces(str s)
{
    while (s.len && s.at[s.len - 1] == ' ') s.len--;
    return s;
}

/* ---- changes ---- */

err text_replace(struct arena *arena, str s, str from, str to, str *out)
{
    size_t at = from.len ? str_find(s, from, 0) : SIZE_MAX;
    *out = s;
    if (at == SIZE_MAX) return NULL;
    struct buf *text = buf_in(arena, TEXT_BYTES_MAX);
    size_t done = 0;
    for (; at != SIZE_MAX; at = str_find(s, from, done)) {
        buf_str_add(text, str_slice(s, done, at));
        buf_str_add(text, to);
        done = at + from.len;
    }
    buf_str_add(text, str_skip(s, done));
    *out = buf_str(text);
    return buf_ok(text) ? NULL : too_large(arena);
}

/* The character of `to` that stands where c stands in `from`; *found false when c is not in it. */
static str translated(str c, str from, str to, bool *found)
{
    size_t i = 0, j = 0;
    *found = true;
    while (i < from.len) {
        size_t start = i, to_start = j;
        utf8_next(from, &i);
        utf8_next(to, &j);
        if (str_eq(c, str_slice(from, start, i))) return str_slice(to, to_start, j);
    }
    *found = false;
    return STR_NONE;
}

str text_translate(struct arena *arena, str s, str from, str to)
{
    struct buf *text = buf_in(arena, 0);
    size_t at = 0;
    while (at < s.len) {
        size_t start = at;
        if (utf8_next(s, &at) < 0) break;
        bool found;
        if (cost_spend(arena, from.len)) break;
        str c = str_slice(s, start, at), other = translated(c, from, to, &found);
        buf_str_add(text, found ? other : c);
    }
    return buf_str(text);
}

/* Piece number n from 0; empty past the end. */
static str piece(str s, str delimiter, size_t n)
{
    size_t start = 0;
    for (;; n--) {
        size_t end = str_find(s, delimiter, start);
        if (n == 0) return str_slice(s, start, end == SIZE_MAX ? s.len : end);
        if (end == SIZE_MAX) return str_slice(s, 0, 0);
        start = end + delimiter.len;
    }
}

static size_t count_pieces(str s, str delimiter)
{
    size_t count = 1;
    for (size_t at = str_find(s, delimiter, 0); at != SIZE_MAX; count++) {
        at = str_find(s, delimiter, at + delimiter.len);
    }
    return count;
}

err text_split_part(struct arena *arena, str s, str delimiter, int64_t n, str *out)
{
    if (n == 0) return err_sql(arena, "22023", "field position must not be zero");
    *out = str_slice(s, 0, 0);
    if (!delimiter.len || !s.len) {
        if (n == 1 || n == -1) *out = s;
        return NULL;
    }
    if (n > 0) {
        *out = piece(s, delimiter, (size_t)n - 1);
        return NULL;
    }
    size_t count = count_pieces(s, delimiter);
    uint64_t from_end = 0 - (uint64_t)n;
    if (from_end <= count) *out = piece(s, delimiter, count - (size_t)from_end);
    return NULL;
}

err text_repeat(struct arena *arena, str s, int64_t n, str *out)
{
    size_t total;
    if (n < 0) n = 0;
    if (!size_mul(s.len, (size_t)n, &total) || total > TEXT_BYTES_MAX) return too_large(arena);
    *out = s;
    if (cost_spend(arena, total)) return NULL;
    char *text = arena_alloc(arena, total);
    /* What is there doubles, so that a short s is not copied by itself. */
    for (size_t at = 0, len = s.len; at < total; at += len, len = at) {
        if (len > total - at) len = total - at;
        memcpy(text + at, at ? text : s.at, len);
    }
    *out = str_from(text, total);
    return NULL;
}

str text_reverse(struct arena *arena, str s)
{
    char *text = arena_alloc(arena, s.len);
    size_t at = 0;
    while (at < s.len) {
        size_t start = at;
        if (utf8_next(s, &at) < 0) at = start + 1;
        memcpy(text + s.len - at, s.at + start, at - start);
    }
    return str_from(text, s.len);
}

err text_overlay(struct arena *arena, str s, str with, int64_t start, int64_t length, str *out)
{
    int32_t behind;
    if (start <= 0) return err_sql(arena, "22011", "negative substring length not allowed");
    if (__builtin_add_overflow(start, length, &behind)) {
        return err_sql(arena, "22003", "integer out of range");
    }
    str head = text_left(s, start - 1), tail = text_substring_from(s, behind);
    *out = str_join(arena, (const str[]){head, with, tail}, 3, STR_NONE);
    return NULL;
}

static void split_characters(struct arena *arena, str s, str **out, size_t *count)
{
    *count = utf8_count(s);
    *out = ARENA_ARRAY(arena, str, *count);
    size_t at = 0;
    for (size_t i = 0; i < *count; i++) {
        size_t start = at;
        if (utf8_next(s, &at) < 0) break;
        (*out)[i] = str_slice(s, start, at);
    }
}

void text_split(struct arena *arena, str s, str delimiter, str **out, size_t *count)
{
    *count = 0;
    *out = NULL;
    if (!s.len) return;
    if (!delimiter.at) {
        split_characters(arena, s, out, count);
        return;
    }
    *count = delimiter.len ? count_pieces(s, delimiter) : 1;
    *out = ARENA_ARRAY(arena, str, *count);
    size_t start = 0;
    for (size_t i = 0; i < *count; i++) {
        size_t end = delimiter.len ? str_find(s, delimiter, start) : SIZE_MAX;
        (*out)[i] = str_slice(s, start, end == SIZE_MAX ? s.len : end);
        start = end + delimiter.len;
    }
}

/* ---- code points ---- */

int64_t text_ascii(str s)
{
    size_t at = 0;
    int32_t c = utf8_next(s, &at);
    return c < 0 ? 0 : c;
}

err text_chr(struct arena *arena, int64_t code, str *out)
{
    if (code < 0) return err_sql(arena, "22023", "character number must be positive");
    if (code == 0) return err_sql(arena, "54000", "null character not permitted");
    bool surrogate = code >= 0xd800 && code <= 0xdfff;
    if (code > 0x10ffff || surrogate) {
        return err_sql(arena, "54000", "requested character %s for encoding: %lld",
                       surrogate ? "not valid" : "too large", (long long)code);
    }
    char *text = arena_alloc(arena, 4);
    *out = str_from(text, utf8_encode((int32_t)code, text));
    return NULL;
}

str text_to_hex(struct arena *arena, int64_t value, bool wide)
{
    unsigned long long bits = wide ? (uint64_t)value : (uint32_t)value;
    return str_printf(arena, "%llx", bits);
}

/* ---- quotes ---- */

static const str keywords[] = {
#define KEYWORD(word) STR_INIT(word),
#include "types/keywords.def"
#undef KEYWORD
};

static bool is_keyword(str s)
{
    size_t low = 0, high = COUNT_OF(keywords);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_cmp(keywords[middle], s);
        if (order == 0) return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static bool is_plain_ident(str s)
{
    if (!s.len || (s.at[0] >= '0' && s.at[0] <= '9')) return false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        if (!plain) return false;
    }
    return !is_keyword(s);
}

static str quoted(struct arena *arena, str s, char quote, bool backslashes)
{
    struct buf *text = buf_in(arena, 0);
    if (backslashes) buf_char(text, 'E');
    buf_char(text, quote);
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        if (c == quote || (c == '\\' && backslashes)) buf_char(text, c);
        buf_char(text, c);
    }
    buf_char(text, quote);
    return buf_str(text);
}

str text_quote_ident(struct arena *arena, str s)
{
    return is_plain_ident(s) ? s : quoted(arena, s, '"', false);
}

str text_quote_literal(struct arena *arena, str s)
{
    return quoted(arena, s, '\'', str_find_char(s, '\\', 0) != SIZE_MAX);
}

/* ---- lengths of types ---- */

err text_fit(struct arena *arena, str s, int32_t limit, str kind_name, enum text_fit how, str *out)
{
    *out = s;
    if (s.len <= (size_t)limit) return NULL; /* no more bytes than characters allowed */
    str kept = str_slice(s, 0, utf8_offset(s, (size_t)limit));
    bool blank_rest = text_trim_spaces(str_skip(s, kept.len)).len == 0;
    if (how == TEXT_FIT_ASSIGN && !blank_rest) {
        return err_sql(arena, "22001", "value too long for type %.*s(%d)", STR_FMT(kind_name),
                       limit);
    }
    *out = kept;
    return NULL;
}
