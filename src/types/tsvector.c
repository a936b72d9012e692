/* tsvector: text, order, operations. */
#include "types/tsvector.h"

#include <stdlib.h>

#include "base/cost.h"
#include "base/vec.h"
#include "types/ts_int.h"
#include "types/ts_parser.h"

struct lexemes {
    VEC(struct ts_lexeme);
};
struct positions {
    VEC(struct ts_position);
};

bool ts_weight(char letter, uint8_t *out)
{
    switch (letter) {
    case 'A':
    case 'a': *out = 3; return true;
    case 'B':
    case 'b': *out = 2; return true;
    case 'C':
    case 'c': *out = 1; return true;
    case 'D':
    case 'd': *out = 0; return true;
    default: return false; /* a letter, not an enum */
    }
}

/* ---- making ---- */

static int by_word(const void *a, const void *b)
{
    return str_cmp(((const struct ts_lexeme *)a)->word, ((const struct ts_lexeme *)b)->word);
}

static int by_position(const void *a, const void *b)
{
    const struct ts_position *x = a, *y = b;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    return (int)y->weight - (int)x->weight; /* the heavier of two stays */
}

static size_t unique_positions(struct ts_position *at, size_t count)
{
    qsort(at, count, sizeof *at, by_position);
    size_t kept = 0;
    for (size_t i = 0; i < count && kept < TS_POSITIONS_MAX; i++) {
        if (kept && at[kept - 1].at == at[i].at) continue;
        at[kept++] = at[i];
        if (at[i].at == TS_POSITION_MAX) break;
    }
    return kept;
}

/* lexemes[0..count) have one word. */
static struct ts_lexeme merge(struct arena *arena, const struct ts_lexeme *lexemes, size_t count)
{
    struct ts_lexeme merged = {.word = lexemes[0].word};
    size_t total = 0;
    for (size_t i = 0; i < count; i++) total += lexemes[i].count;
    if (total == 0) return merged;
    struct ts_position *at = ARENA_ARRAY(arena, struct ts_position, total);
    size_t filled = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < lexemes[i].count; k++) at[filled++] = lexemes[i].positions[k];
    merged.positions = at;
    merged.count = unique_positions(at, total);
    return merged;
}

/* Bytes of lexemes and positions as PostgreSQL lays them out. */
static size_t data_bytes(const struct tsvector *vector)
{
    size_t bytes = 0;
    for (size_t i = 0; i < vector->count; i++) {
        const struct ts_lexeme *lexeme = &vector->lexemes[i];
        bytes += lexeme->word.len;
        if (lexeme->count) bytes += (bytes & 1) + 2 + 2 * lexeme->count;
    }
    return bytes;
}

static err too_long(struct arena *arena, size_t bytes)
{
    return err_sql(arena, "54000", "string is too long for tsvector (%zu bytes, max %d bytes)",
                   bytes, TS_VECTOR_BYTES_MAX);
}

err tsvector_make(struct arena *arena,
                  struct ts_lexeme *lexemes,
                  size_t count,
                  struct tsvector *out)
{
    *out = (struct tsvector){.lexemes = lexemes};
    if (cost_spend(arena, 50 * count)) return NULL;
    if (count) qsort(lexemes, count, sizeof *lexemes, by_word);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && str_eq(lexemes[end].word, lexemes[i].word);) end++;
        lexemes[out->count++] = merge(arena, &lexemes[i], end - i);
    }
    size_t bytes = data_bytes(out);
    return bytes > TS_VECTOR_BYTES_MAX ? too_long(arena, bytes) : NULL;
}

/* ---- text ---- */

static void write_positions(struct buf *out, const struct ts_lexeme *lexeme)
{
    for (size_t i = 0; i < lexeme->count; i++) {
        buf_char(out, i ? ',' : ':');
        buf_u64(out, lexeme->positions[i].at);
        if (lexeme->positions[i].weight) buf_char(out, "DCBA"[lexeme->positions[i].weight]);
    }
}

void tsvector_write(struct buf *out, const struct tsvector *vector)
{
    for (size_t i = 0; i < vector->count; i++) {
        if (i) buf_char(out, ' ');
        ts_write_word(out, vector->lexemes[i].word);
        write_positions(out, &vector->lexemes[i]);
    }
}

static str written(struct arena *arena, const struct tsvector *vector)
{
    struct buf *out = buf_in(arena, 0);
    tsvector_write(out, vector);
    return buf_str(out);
}

static err syntax(struct arena *arena, str text)
{
    return err_sql(arena, "42601", "syntax error in tsvector: \"%.*s\"", STR_FMT(text));
}

static char byte_at(const struct ts_scan *scan)
{
    return scan->at < scan->text.len ? scan->text.at[scan->at] : '\0';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool scan_space(const struct ts_scan *scan)
{
    size_t next = scan->at;
    int32_t c = -1;
    if (scan->at < scan->text.len) c = (unsigned char)scan->text.at[next];
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* "12A" with the digits at the scan's place; false: a syntax error. */
static bool parse_position(struct ts_scan *scan, struct ts_position *out)
{
    uint64_t number = 0;
    while (is_digit(byte_at(scan))) {
        if (number <= TS_POSITION_MAX) number = number * 10 + (uint64_t)(byte_at(scan) - '0');
        scan->at++;
    }
    *out =
        (struct ts_position){.at = (uint16_t)(number > TS_POSITION_MAX ? TS_POSITION_MAX : number)};
    bool weighed = false;
    for (;;) {
        char c = byte_at(scan);
        uint8_t weight = 3;
        if (c == '*' || ts_weight(c, &weight)) {
            if (weighed && out->weight) return false;
            weighed = true;
            out->weight = weight;
        } else if (!is_digit(c)) {
            return c == ',' || scan->at >= scan->text.len || scan_space(scan);
        }
        scan->at++;
    }
}

/* ":1,2A" behind a word. */
static err parse_positions(struct arena *arena, struct ts_scan *scan, struct ts_lexeme *out)
{
    if (byte_at(scan) != ':') return NULL;
    struct positions found = {0};
    do {
        scan->at++;
        struct ts_position position;
        if (!is_digit(byte_at(scan)) || !parse_position(scan, &position))
            return syntax(arena, scan->text);
        if (position.at == 0) {
            return err_sql(arena, "42601", "wrong position info in tsvector: \"%.*s\"",
                           STR_FMT(scan->text));
        }
        *VEC_ADD(arena, &found) = position;
    } while (byte_at(scan) == ',');
    out->positions = found.at;
    out->count = found.count;
    return NULL;
}

err tsvector_parse(struct arena *arena, str text, str *out)
{
    struct ts_scan scan = {.text = text};
    struct lexemes lexemes = {0};
    size_t bytes = 0;
    for (;;) {
        struct ts_lexeme lexeme = {0};
        enum ts_scanned scanned = ts_scan_word(arena, &scan, &lexeme.word);
        if (scanned == TS_SCAN_ERROR) return syntax(arena, text);
        if (scanned == TS_SCAN_END) break;
        TRY(parse_positions(arena, &scan, &lexeme));
        if (lexeme.word.len > TS_WORD_BYTES_MAX) {
            return err_sql(arena, "54000", "word is too long (%zu bytes, max %d bytes)",
                           lexeme.word.len, TS_WORD_BYTES_MAX);
        }
        bytes += lexeme.word.len;
        if (bytes > TS_VECTOR_BYTES_MAX) return too_long(arena, bytes);
        *VEC_ADD(arena, &lexemes) = lexeme;
        if (cost_spend(arena, 100)) break;
    }
    struct tsvector vector;
    TRY(tsvector_make(arena, lexemes.at, lexemes.count, &vector));
    *out = written(arena, &vector);
    return NULL;
}

/* ---- reading the stored form ---- */

struct reader {
    str text;
    size_t at;
};

/* The next word in its quotes, escapes still in it; *escaped says whether there are any. */
static bool next_word(struct reader *reader, str *word, bool *escaped)
{
    size_t at = reader->at;
    while (at < reader->text.len && reader->text.at[at] != '\'') at++;
    size_t start = ++at;
    *escaped = false;
    for (; at < reader->text.len; at++) {
        char c = reader->text.at[at];
        if (c != '\'' && c != '\\') continue;
        bool twice = at + 1 < reader->text.len && reader->text.at[at + 1] == c;
        if (c == '\'' && !twice) break;
        *escaped = true;
        at++;
    }
    if (at >= reader->text.len) return false;
    *word = str_slice(reader->text, start, at);
    reader->at = at + 1;
    return true;
}

static bool next_position(struct reader *reader, struct ts_position *out)
{
    char c = reader->at < reader->text.len ? reader->text.at[reader->at] : '\0';
    if (c != ':' && c != ',') return false;
    unsigned number = 0;
    for (reader->at++; reader->at < reader->text.len; reader->at++) {
        c = reader->text.at[reader->at];
        if (!is_digit(c)) break;
        number = (number * 10 + (unsigned)(c - '0')) & 0x3fffu;
    }
    *out = (struct ts_position){.at = (uint16_t)number};
    if (reader->at < reader->text.len && ts_weight(reader->text.at[reader->at], &out->weight))
        reader->at++;
    return true;
}

static str unescaped(struct arena *arena, str word)
{
    struct buf *out = buf_in(arena, 0);
    for (size_t i = 0; i < word.len; i++) {
        if (word.at[i] == '\'' || word.at[i] == '\\') i++;
        if (i < word.len) buf_char(out, word.at[i]);
    }
    return buf_str(out);
}

struct tsvector tsvector_read(struct arena *arena, str stored)
{
    (void)cost_spend(arena, 4 * stored.len);
    struct reader reader = {.text = stored};
    struct lexemes lexemes = {0};
    struct positions positions = {0};
    str word;
    bool escaped;
    while (next_word(&reader, &word, &escaped)) {
        size_t first = positions.count;
        struct ts_position position;
        while (next_position(&reader, &position)) *VEC_ADD(arena, &positions) = position;
        *VEC_ADD(arena, &lexemes) = (struct ts_lexeme){
            .word = escaped ? unescaped(arena, word) : word,
            .count = positions.count - first,
        };
    }
    const struct ts_position *at = positions.at;
    for (size_t i = 0; i < lexemes.count; i++) {
        if (!lexemes.at[i].count) continue;
        lexemes.at[i].positions = at;
        at += lexemes.at[i].count;
    }
    return (struct tsvector){lexemes.at, lexemes.count};
}

/* ---- order ---- */

static int compare_sizes(size_t a, size_t b)
{
    return a < b ? -1 : a > b;
}

static int compare_positions(const struct ts_lexeme *a, const struct ts_lexeme *b)
{
    int order = -compare_sizes(a->count, b->count);
    for (size_t i = 0; i < a->count && order == 0; i++) {
        order = -compare_sizes(a->positions[i].at, b->positions[i].at);
        if (order == 0) order = -compare_sizes(a->positions[i].weight, b->positions[i].weight);
    }
    return order;
}

static int compare_lexemes(const struct ts_lexeme *a, const struct ts_lexeme *b)
{
    if ((a->count > 0) != (b->count > 0)) return a->count ? -1 : 1;
    int order = str_cmp(a->word, b->word);
    return order ? order : compare_positions(a, b);
}

int tsvector_compare(str a, str b)
{
    if (str_eq(a, b)) return 0;
    struct arena *arena = arena_new(0);
    struct tsvector x = tsvector_read(arena, a), y = tsvector_read(arena, b);
    int order = compare_sizes(4 * x.count + data_bytes(&x), 4 * y.count + data_bytes(&y));
    if (order == 0) order = compare_sizes(x.count, y.count);
    for (size_t i = 0; i < x.count && order == 0; i++)
        order = compare_lexemes(&x.lexemes[i], &y.lexemes[i]);
    arena_free(arena);
    return order;
}

/* ---- operations ---- */

static uint16_t last_position(const struct tsvector *vector)
{
    uint16_t last = 0;
    for (size_t i = 0; i < vector->count; i++) {
        const struct ts_lexeme *lexeme = &vector->lexemes[i];
        if (lexeme->count && lexeme->positions[lexeme->count - 1].at > last)
            last = lexeme->positions[lexeme->count - 1].at;
    }
    return last;
}

static struct ts_lexeme shifted(struct arena *arena, const struct ts_lexeme *lexeme, uint16_t by)
{
    struct ts_position *at = ARENA_ARRAY(arena, struct ts_position, lexeme->count);
    for (size_t i = 0; i < lexeme->count; i++) {
        unsigned moved = (unsigned)lexeme->positions[i].at + by;
        at[i] = lexeme->positions[i];
        at[i].at = (uint16_t)(moved > TS_POSITION_MAX ? TS_POSITION_MAX : moved);
    }
    return (struct ts_lexeme){lexeme->word, at, lexeme->count};
}

err tsvector_concat(struct arena *arena, str a, str b, str *out)
{
    struct tsvector first = tsvector_read(arena, a), second = tsvector_read(arena, b);
    uint16_t by = last_position(&first);
    struct ts_lexeme *all = ARENA_ARRAY(arena, struct ts_lexeme, first.count + second.count);
    for (size_t i = 0; i < first.count; i++) all[i] = first.lexemes[i];
    for (size_t i = 0; i < second.count; i++)
        all[first.count + i] = shifted(arena, &second.lexemes[i], by);
    struct tsvector joined;
    TRY(tsvector_make(arena, all, first.count + second.count, &joined));
    *out = written(arena, &joined);
    return NULL;
}

str tsvector_strip(struct arena *arena, str stored)
{
    struct tsvector vector = tsvector_read(arena, stored);
    for (size_t i = 0; i < vector.count; i++) vector.lexemes[i].count = 0;
    return written(arena, &vector);
}

static int by_text(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

static const str *sorted(struct arena *arena, const str *words, size_t count)
{
    str *copy = ARENA_ARRAY(arena, str, count);
    for (size_t i = 0; i < count; i++) copy[i] = words[i];
    if (count) qsort(copy, count, sizeof *copy, by_text);
    return copy;
}

static bool is_among(const str *words, size_t count, str word)
{
    return count && bsearch(&word, words, count, sizeof *words, by_text);
}

str tsvector_set_weight(
    struct arena *arena, str stored, uint8_t weight, const str *only, size_t count)
{
    struct tsvector vector = tsvector_read(arena, stored);
    const str *words = only ? sorted(arena, only, count) : NULL;
    for (size_t i = 0; i < vector.count; i++) {
        struct ts_lexeme *lexeme = &vector.lexemes[i];
        if (words && !is_among(words, count, lexeme->word)) continue;
        *lexeme = shifted(arena, lexeme, 0);
        struct ts_position *at = ARENA_ARRAY(arena, struct ts_position, lexeme->count);
        for (size_t k = 0; k < lexeme->count; k++)
            at[k] = (struct ts_position){lexeme->positions[k].at, weight};
        lexeme->positions = at;
    }
    return written(arena, &vector);
}

str tsvector_delete(struct arena *arena, str stored, const str *words, size_t count)
{
    struct tsvector vector = tsvector_read(arena, stored);
    const str *gone = sorted(arena, words, count);
    size_t kept = 0;
    for (size_t i = 0; i < vector.count; i++)
        if (!is_among(gone, count, vector.lexemes[i].word))
            vector.lexemes[kept++] = vector.lexemes[i];
    vector.count = kept;
    return written(arena, &vector);
}

str tsvector_filter(struct arena *arena, str stored, unsigned weights)
{
    struct tsvector vector = tsvector_read(arena, stored);
    size_t kept = 0;
    for (size_t i = 0; i < vector.count; i++) {
        struct ts_lexeme lexeme = vector.lexemes[i];
        struct ts_position *at = ARENA_ARRAY(arena, struct ts_position, lexeme.count);
        size_t count = 0;
        for (size_t k = 0; k < lexeme.count; k++)
            if (weights >> lexeme.positions[k].weight & 1u) at[count++] = lexeme.positions[k];
        if (count) vector.lexemes[kept++] = (struct ts_lexeme){lexeme.word, at, count};
    }
    vector.count = kept;
    return written(arena, &vector);
}
