/* The parser keeps no call stack of its own: a container that is still open holds what closing it
 * needs (its parent, and where its parent's children start), so depth costs heap, never stack. */
#include "base/json.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/utf8.h"

enum { DEPTH_DEFAULT = 64, PENDING_FIRST = 64, SLAB_FIRST = 4, SLAB_MAX = 64 };

/* ---- runs of bytes that a string holds as they are ---- */

/* High bit set in each byte of word that is '"', '\\' or below 0x20. Bytes behind the first hit
 * may be false hits (the borrow of a subtraction), the first is exact. */
static uint64_t special_bytes(uint64_t word)
{
    const uint64_t ones = 0x0101010101010101u;
    const uint64_t highs = 0x8080808080808080u;
    uint64_t quote = word ^ (ones * '"');
    uint64_t slash = word ^ (ones * '\\');
    uint64_t hits =
        ((quote - ones) & ~quote) | ((slash - ones) & ~slash) | ((word - ones * 0x20) & ~word);
    return hits & highs;
}

static bool is_special(char c)
{
    return c == '"' || c == '\\' || (unsigned char)c < 0x20;
}

/* How many bytes come before the first '"', '\\' or control byte. */
static size_t plain_len(const char *at, size_t len)
{
    size_t i = 0;
#ifdef __SSE2__
    for (; len - i >= 16; i += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(at + i));
        __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes);
        __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
        __m128i slash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
        int mask = _mm_movemask_epi8(_mm_or_si128(control, _mm_or_si128(quote, slash)));
        if (mask) return i + (size_t)__builtin_ctz((unsigned)mask);
    }
#endif
    for (; len - i >= 8; i += 8) {
        uint64_t word;
        memcpy(&word, at + i, 8);
        if (special_bytes(word)) break;
    }
    while (i < len && !is_special(at[i])) i++;
    return i;
}

/* ---- reading: tokens ---- */

struct reader {
    struct arena *arena;
    const char *start;
    const char *at;
    const char *end;
    size_t depth;
    size_t depth_max;
    bool nul_allowed;
    /* the tree that is being built */
    struct json_member *pending; /* finished children of the open containers */
    size_t pending_count;
    size_t pending_cap;
    struct json_member pending_first[PENDING_FIRST];
    struct json *slab;
    size_t slab_left;
    size_t slab_size;
};

static err syntax_at(struct reader *reader, const char *at, const char *what)
{
    int64_t offset = at - reader->start;
    struct err *error =
        err_new(reader->arena, ERR_JSON_SYNTAX, "the text is not valid JSON: %s", what);
    err_details(reader->arena, error, "At byte %lld.", (long long)offset);
    return err_at(error, offset);
}

static err no_memory(struct reader *reader)
{
    return err_new(reader->arena, ERR_NO_MEMORY, "the JSON takes more memory than is allowed");
}

static void skip_space(struct reader *reader)
{
    while (reader->at < reader->end) {
        char c = *reader->at;
        if (c != ' ' && c != '\n' && c != '\t' && c != '\r') return;
        reader->at++;
    }
}

static bool at_char(const struct reader *reader, char c)
{
    return reader->at < reader->end && *reader->at == c;
}

static bool take_char(struct reader *reader, char c)
{
    if (!at_char(reader, c)) return false;
    reader->at++;
    return true;
}

static bool take_digits(struct reader *reader)
{
    const char *first = reader->at;
    while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9') reader->at++;
    return reader->at > first;
}

/* RFC 8259, section 6. */
static err scan_number(struct reader *reader)
{
    const char *first = reader->at;
    take_char(reader, '-');
    if (!take_char(reader, '0') && !take_digits(reader))
        return syntax_at(reader, first, "bad number");
    if (take_char(reader, '.') && !take_digits(reader))
        return syntax_at(reader, first, "bad number");
    if (take_char(reader, 'e') || take_char(reader, 'E')) {
        if (!take_char(reader, '+')) take_char(reader, '-');
        if (!take_digits(reader)) return syntax_at(reader, first, "bad number");
    }
    return NULL;
}

static err scan_word(struct reader *reader, str word)
{
    str rest = str_from(reader->at, (size_t)(reader->end - reader->at));
    if (!str_starts(rest, word)) return syntax_at(reader, reader->at, "unexpected character");
    reader->at += word.len;
    return NULL;
}

/* Four hexadecimal digits at *at, or -1. */
static int32_t hex4(const char *at, const char *end)
{
    if (end - at < 4) return -1;
    int32_t code = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_value(at[i]);
        if (digit < 0) return -1;
        code = code * 16 + digit;
    }
    return code;
}

/* Reads what follows "\u" at *at, two halves for a surrogate pair, and moves *at behind it. */
static const char *unicode_escape(const struct reader *reader, const char **at, int32_t *out)
{
    int32_t code = hex4(*at, reader->end);
    if (code < 0) return "bad \\u escape";
    *at += 4;
    if (code >= 0xDC00 && code <= 0xDFFF) return "a low surrogate without its high one";
    if (code >= 0xD800 && code <= 0xDBFF) {
        bool pair = reader->end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u';
        int32_t low = pair ? hex4(*at + 2, reader->end) : -1;
        if (low < 0xDC00 || low > 0xDFFF) return "a high surrogate without its low one";
        *at += 6;
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    if (code == 0 && !reader->nul_allowed) return "\\u0000 cannot be stored";
    *out = code;
    return NULL;
}

static char simple_escape(char c)
{
    switch (c) {
    case '"':
    case '\\':
    case '/': return c;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: /* a character, not an enum */ return 0;
    }
}

/* Moves behind the string's closing quote; *escaped tells whether it holds a backslash. */
static err scan_string(struct reader *reader, str *raw, bool *escaped)
{
    const char *first = ++reader->at;
    *escaped = false;
    for (;;) {
        reader->at += plain_len(reader->at, (size_t)(reader->end - reader->at));
        if (reader->at >= reader->end)
            return syntax_at(reader, reader->at, "a string without its end");
        const char *special = reader->at;
        if (*special == '"') break;
        if (*special != '\\') return syntax_at(reader, special, "a control character in a string");
        *escaped = true;
        if (reader->end - special < 2)
            return syntax_at(reader, special, "a string without its end");
        reader->at += 2;
        if (special[1] == 'u') {
            int32_t code;
            const char *wrong = unicode_escape(reader, &reader->at, &code);
            if (wrong) return syntax_at(reader, special, wrong);
        } else if (!simple_escape(special[1])) {
            return syntax_at(reader, special, "an unknown escape");
        }
    }
    *raw = str_from(first, (size_t)(reader->at - first));
    reader->at++;
    return NULL;
}

/* Decodes a raw string that scan_string accepted. */
static err decode_string(struct reader *reader, str raw, str *out)
{
    char *text = arena_try_alloc(reader->arena, raw.len); /* no escape grows */
    if (!text) return no_memory(reader);
    size_t len = 0;
    const char *at = raw.at;
    const char *end = raw.at + raw.len;
    while (at < end) {
        size_t run = plain_len(at, (size_t)(end - at));
        memcpy(text + len, at, run);
        len += run;
        at += run;
        if (at == end) break;
        char kind = at[1];
        at += 2;
        if (kind == 'u') {
            int32_t code = 0;
            const char *wrong = unicode_escape(reader, &at, &code);
            assert(wrong == NULL);
            len += utf8_encode(code, text + len);
        } else {
            text[len++] = simple_escape(kind);
        }
    }
    *out = str_from(text, len);
    return NULL;
}

static err read_string(struct reader *reader, str *out)
{
    bool escaped;
    TRY(scan_string(reader, out, &escaped));
    return escaped ? decode_string(reader, *out, out) : NULL;
}

/* ---- reading: the tree ---- */

static struct json *node_new(struct reader *reader, enum json_kind kind)
{
    if (reader->slab_left == 0) {
        reader->slab_size = reader->slab_size ? reader->slab_size * 2 : SLAB_FIRST;
        if (reader->slab_size > SLAB_MAX) reader->slab_size = SLAB_MAX;
        reader->slab = arena_try_alloc(reader->arena, reader->slab_size * sizeof(struct json));
        if (!reader->slab) return NULL;
        reader->slab_left = reader->slab_size;
    }
    reader->slab_left--;
    struct json *node = reader->slab++;
    node->kind = kind;
    node->source.at = reader->at;
    return node;
}

/* Doubles the list of finished children; it leaves the reader's own room for the heap. */
static bool pending_grow(struct reader *reader)
{
    size_t cap = reader->pending_cap * 2;
    size_t bytes;
    if (!size_mul(cap, sizeof *reader->pending, &bytes)) return false;
    bool on_heap = reader->pending != reader->pending_first;
    struct json_member *grown = realloc(on_heap ? reader->pending : NULL, bytes);
    if (!grown) return false;
    if (!on_heap) memcpy(grown, reader->pending_first, sizeof reader->pending_first);
    reader->pending = grown;
    reader->pending_cap = cap;
    return true;
}

static err pending_add(struct reader *reader, str name, const struct json *value)
{
    if (reader->pending_count == reader->pending_cap && !pending_grow(reader))
        return no_memory(reader);
    reader->pending[reader->pending_count++] = (struct json_member){name, value};
    return NULL;
}

/* Between open and close a container's `count` is where its parent's children start in pending,
 * and its `items` is its parent. */
static err container_open(struct reader *reader,
                          struct json *node,
                          struct json **open,
                          size_t *base)
{
    if (++reader->depth > reader->depth_max) {
        struct err *error = err_new(reader->arena, ERR_JSON_DEPTH,
                                    "the JSON is nested deeper than %zu levels", reader->depth_max);
        return err_at(error, reader->at - reader->start);
    }
    node->count = *base;
    node->items = (const struct json **)(void *)*open;
    *open = node;
    *base = reader->pending_count;
    reader->at++;
    return NULL;
}

static err container_close(struct reader *reader, struct json **open, size_t *base)
{
    struct json *node = *open;
    const struct json_member *children = reader->pending + *base;
    size_t count = reader->pending_count - *base;
    reader->pending_count = *base;
    *base = node->count;
    *open = (struct json *)(void *)node->items;
    reader->at++;
    reader->depth--;
    node->source.len = (size_t)(reader->at - node->source.at);
    node->count = count;
    node->items = NULL;
    if (count == 0) return NULL;
    bool object = node->kind == JSON_OBJECT;
    /* No overflow: count items of at least this size are in pending. */
    void *items =
        arena_try_alloc(reader->arena, count * (object ? sizeof *children : sizeof(void *)));
    if (!items) return no_memory(reader);
    if (object) {
        memcpy(items, children, count * sizeof *children);
        node->members = items;
        return NULL;
    }
    node->items = items;
    for (size_t i = 0; i < count; i++) node->items[i] = children[i].value;
    return NULL;
}

/* A string, number or word; node->source.at is its start. */
static err scalar_read(struct reader *reader, struct json *node)
{
    switch (*reader->at) {
    case '"':
        node->kind = JSON_STRING;
        TRY(read_string(reader, &node->text));
        break;
    case 't':
        node->kind = JSON_TRUE;
        TRY(scan_word(reader, STR("true")));
        break;
    case 'f':
        node->kind = JSON_FALSE;
        TRY(scan_word(reader, STR("false")));
        break;
    case 'n': TRY(scan_word(reader, STR("null"))); break;
    default: /* a character, not an enum */
        if (*reader->at != '-' && (*reader->at < '0' || *reader->at > '9'))
            return syntax_at(reader, reader->at, "unexpected character");
        node->kind = JSON_NUMBER;
        TRY(scan_number(reader));
        node->text = str_from(node->source.at, (size_t)(reader->at - node->source.at));
    }
    node->source.len = (size_t)(reader->at - node->source.at);
    return NULL;
}

static err member_name(struct reader *reader, str *out)
{
    if (!at_char(reader, '"')) return syntax_at(reader, reader->at, "expected a member's name");
    TRY(read_string(reader, out));
    skip_space(reader);
    if (!take_char(reader, ':')) return syntax_at(reader, reader->at, "expected \":\"");
    skip_space(reader);
    return NULL;
}

/* Behind a value: closes every container that ends here, or steps over the comma before the next.
 * *done: the outermost value is complete. */
static err after_value(struct reader *reader, struct json **open, size_t *base, bool *done)
{
    for (;;) {
        skip_space(reader);
        *done = *open == NULL;
        if (*done) return NULL;
        char close = (*open)->kind == JSON_OBJECT ? '}' : ']';
        if (!at_char(reader, close)) break;
        TRY(container_close(reader, open, base));
    }
    if (!take_char(reader, ',')) return syntax_at(reader, reader->at, "expected \",\" or the end");
    skip_space(reader);
    return NULL;
}

static err tree_read(struct reader *reader, const struct json **out)
{
    struct json *open = NULL; /* innermost container that is not closed yet */
    size_t base = 0;          /* where its children start in pending */
    for (;;) {
        str name = STR_NONE;
        if (open && open->kind == JSON_OBJECT) TRY(member_name(reader, &name));
        if (reader->at >= reader->end)
            return syntax_at(reader, reader->at, "the text ends too early");
        struct json *node = node_new(reader, JSON_NULL);
        if (!node) return no_memory(reader);
        if (open) {
            TRY(pending_add(reader, name, node));
        } else {
            *out = node;
        }
        char c = *reader->at;
        if (c == '{' || c == '[') {
            node->kind = c == '{' ? JSON_OBJECT : JSON_ARRAY;
            TRY(container_open(reader, node, &open, &base));
            skip_space(reader);
            if (!at_char(reader, c == '{' ? '}' : ']')) continue; /* its first child */
        } else {
            TRY(scalar_read(reader, node));
        }
        bool done;
        TRY(after_value(reader, &open, &base, &done));
        if (done) return NULL;
    }
}

static err reader_init(struct reader *reader,
                       struct arena *arena,
                       str text,
                       const struct json_options *options)
{
    if (!text.at) text = STR(""); /* no pointer arithmetic on NULL (C11, 6.5.6) */
    reader->arena = arena;
    reader->start = reader->at = text.at;
    reader->end = text.at + text.len;
    reader->depth = 0;
    reader->depth_max = options && options->depth_max ? options->depth_max : DEPTH_DEFAULT;
    reader->nul_allowed = options && options->nul_allowed;
    reader->pending = reader->pending_first;
    reader->pending_count = 0;
    reader->pending_cap = PENDING_FIRST;
    reader->slab_left = reader->slab_size = 0;
    if (!utf8_valid(text)) return err_new(arena, ERR_UTF8, "the JSON is not valid UTF-8");
    skip_space(reader);
    return NULL;
}

err json_parse(struct arena *arena,
               str text,
               const struct json_options *options,
               const struct json **out)
{
    struct reader reader; /* not zeroed: pending_first is large */
    TRY(reader_init(&reader, arena, text, options));
    const struct json *tree = NULL;
    err error = tree_read(&reader, &tree);
    if (!error && reader.at < reader.end)
        error = syntax_at(&reader, reader.at, "text behind the value");
    if (reader.pending != reader.pending_first) free(reader.pending);
    if (!error) *out = tree;
    return error;
}

/* ---- checking alone ---- */

static err check_scalar(struct reader *reader)
{
    if (reader->at >= reader->end) return syntax_at(reader, reader->at, "the text ends too early");
    if (*reader->at == '"') {
        str raw;
        bool escaped;
        return scan_string(reader, &raw, &escaped);
    }
    struct json scratch = {.source.at = reader->at};
    return scalar_read(reader, &scratch);
}

static err check_name(struct reader *reader)
{
    if (!at_char(reader, '"')) return syntax_at(reader, reader->at, "expected a member's name");
    TRY(check_scalar(reader));
    skip_space(reader);
    if (!take_char(reader, ':')) return syntax_at(reader, reader->at, "expected \":\"");
    skip_space(reader);
    return NULL;
}

/* open: one byte for each open container, the one that closes it. */
static err check_tree(struct reader *reader, struct buf *open)
{
    for (;;) {
        if (open->len && open->at[open->len - 1] == '}') TRY(check_name(reader));
        bool object = take_char(reader, '{');
        if (object || take_char(reader, '[')) {
            if (open->len >= reader->depth_max)
                return err_new(reader->arena, ERR_JSON_DEPTH,
                               "the JSON is nested deeper than %zu levels", reader->depth_max);
            char close = object ? '}' : ']';
            buf_char(open, close);
            if (!buf_ok(open)) return no_memory(reader);
            skip_space(reader);
            if (!at_char(reader, close)) continue;
        } else {
            TRY(check_scalar(reader));
        }
        skip_space(reader);
        while (open->len && take_char(reader, open->at[open->len - 1])) {
            open->len--;
            skip_space(reader);
        }
        if (open->len == 0) return NULL;
        if (!take_char(reader, ','))
            return syntax_at(reader, reader->at, "expected \",\" or the end");
        skip_space(reader);
    }
}

err json_check(struct arena *arena, str text, const struct json_options *options)
{
    struct reader reader;
    TRY(reader_init(&reader, arena, text, options));
    struct buf open;
    buf_init(&open, 0);
    err error = check_tree(&reader, &open);
    buf_deinit(&open);
    if (!error && reader.at < reader.end)
        error = syntax_at(&reader, reader.at, "text behind the value");
    return error;
}

/* ---- looking ---- */

const struct json *json_get(const struct json *object, str name)
{
    if (!object || object->kind != JSON_OBJECT) return NULL;
    for (size_t i = object->count; i > 0; i--)
        if (str_eq(object->members[i - 1].name, name)) return object->members[i - 1].value;
    return NULL;
}

str json_get_str(const struct json *object, str name)
{
    const struct json *value = json_get(object, name);
    return value && value->kind == JSON_STRING ? value->text : STR_NONE;
}

bool json_to_i64(const struct json *value, int64_t *out)
{
    return value && value->kind == JSON_NUMBER && str_to_i64(value->text, out);
}

/* ---- writing ---- */

static void write_escape(struct buf *out, char c)
{
    static const char digits[] = "0123456789abcdef";
    static const char letters[0x20] = {
        ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
    unsigned char code = (unsigned char)c;
    char letter = code < 0x20 ? letters[code] : c;
    if (letter) {
        buf_append(out, (char[]){'\\', letter}, 2);
        return;
    }
    buf_append(out, (char[]){'\\', 'u', '0', '0', digits[code >> 4], digits[code & 15]}, 6);
}

void json_write_str(struct buf *out, str text)
{
    size_t run = text.len ? plain_len(text.at, text.len) : 0;
    if (LIKELY(run == text.len && run < SIZE_MAX - 2 && buf_reserve(out, run + 2))) {
        char *at = out->at + out->len;
        at[0] = '"';
        if (run) memcpy(at + 1, text.at, run);
        at[run + 1] = '"';
        out->len += run + 2;
        return;
    }
    buf_char(out, '"');
    for (;;) {
        buf_append(out, text.at, run);
        text = str_from(text.at + run, text.len - run);
        if (text.len == 0) break;
        write_escape(out, *text.at);
        text = str_from(text.at + 1, text.len - 1);
        run = plain_len(text.at, text.len);
    }
    buf_char(out, '"');
}

void json_write_i64(struct buf *out, int64_t value)
{
    buf_i64(out, value);
}

void json_write_double(struct buf *out, double value)
{
    if (isnan(value)) {
        buf_lit(out, "\"NaN\"");
        return;
    }
    if (isinf(value)) {
        buf_str_add(out, value > 0 ? STR("\"Infinity\"") : STR("\"-Infinity\""));
        return;
    }
    /* Up to 15 digits a decimal survives the way through a normal double, so %.15g, which drops
     * trailing zeros, is the shortest whenever it reads back. Subnormals hold fewer digits. */
    char text[48]; /* as large as the compiler can prove, %.*g of any precision up to 17 */
    int precision = fpclassify(value) == FP_SUBNORMAL ? 1 : 15;
    for (; precision <= 17; precision++) {
        snprintf(text, sizeof text, "%.*g", precision, value);
        if (strtod(text, NULL) == value) break;
    }
    buf_append(out, text, strlen(text));
}

void json_write_bool(struct buf *out, bool value)
{
    buf_str_add(out, value ? STR("true") : STR("false"));
}

/* Recursive: a tree is as deep as the caller let json_parse make it. */
void json_write(struct buf *out, const struct json *value)
{
    switch (value->kind) {
    case JSON_NULL: buf_lit(out, "null"); return;
    case JSON_FALSE:
    case JSON_TRUE: json_write_bool(out, value->kind == JSON_TRUE); return;
    case JSON_NUMBER: buf_str_add(out, value->text); return;
    case JSON_STRING: json_write_str(out, value->text); return;
    case JSON_ARRAY:
        buf_char(out, '[');
        for (size_t i = 0; i < value->count; i++) {
            if (i) buf_char(out, ',');
            json_write(out, value->items[i]);
        }
        buf_char(out, ']');
        return;
    case JSON_OBJECT:
        buf_char(out, '{');
        for (size_t i = 0; i < value->count; i++) {
            if (i) buf_char(out, ',');
            json_write_str(out, value->members[i].name);
            buf_char(out, ':');
            json_write(out, value->members[i].value);
        }
        buf_char(out, '}');
        return;
    }
}
