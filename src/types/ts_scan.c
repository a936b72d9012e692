/* Words in the text of tsvector and tsquery: bare, quoted, escaped. */
#include "base/utf8.h"
#include "types/ts_int.h"
#include "types/ts_parser.h"

bool ts_is_operator(char c)
{
    return c == '!' || c == '&' || c == '|' || c == '(' || c == ')' || c == '<';
}

static char byte_at(const struct ts_scan *scan, size_t at)
{
    return at < scan->text.len ? scan->text.at[at] : '\0';
}

static bool space_at(const struct ts_scan *scan, size_t at)
{
    size_t next = at;
    int32_t c = utf8_next(scan->text, &next);
    return c >= 0 && ts_is_space(c);
}

/* Copies a whole character. */
static void take_char(struct ts_scan *scan, struct buf *word)
{
    size_t start = scan->at;
    if (utf8_next(scan->text, &scan->at) < 0) scan->at = start + 1;
    buf_append(word, scan->text.at + start, scan->at - start);
}

/* Behind the opening quote. */
static bool take_quoted(struct ts_scan *scan, struct buf *word)
{
    while (scan->at < scan->text.len) {
        char c = byte_at(scan, scan->at);
        if (c == '\'' && byte_at(scan, ++scan->at) != '\'') return word->len > 0;
        if (c == '\\' && ++scan->at >= scan->text.len) return false;
        take_char(scan, word);
    }
    return false;
}

static bool ends_bare(const struct ts_scan *scan)
{
    char c = byte_at(scan, scan->at);
    return scan->at >= scan->text.len || c == ':' || space_at(scan, scan->at) ||
           (scan->query && ts_is_operator(c)) || (scan->web && c == '"');
}

static bool take_bare(struct ts_scan *scan, struct buf *word)
{
    while (!ends_bare(scan) || (!word->len && byte_at(scan, scan->at) == ':')) {
        if (!scan->web && byte_at(scan, scan->at) == '\\' && ++scan->at >= scan->text.len)
            return false;
        take_char(scan, word);
    }
    return word->len > 0;
}

enum ts_scanned ts_scan_word(struct arena *arena, struct ts_scan *scan, str *word)
{
    size_t next = scan->at;
    while (space_at(scan, scan->at)) {
        (void)utf8_next(scan->text, &next);
        scan->at = next;
    }
    if (scan->at >= scan->text.len) return TS_SCAN_END;
    struct buf *bytes = buf_in(arena, 0);
    bool quoted = !scan->web && byte_at(scan, scan->at) == '\'';
    if (quoted) scan->at++;
    if (!(quoted ? take_quoted(scan, bytes) : take_bare(scan, bytes))) return TS_SCAN_ERROR;
    *word = buf_str(bytes);
    return TS_SCAN_WORD;
}

void ts_write_word(struct buf *out, str word)
{
    buf_char(out, '\'');
    for (size_t i = 0; i < word.len; i++) {
        char c = word.at[i];
        if (c == '\'' || c == '\\') buf_char(out, c);
        buf_char(out, c);
    }
    buf_char(out, '\'');
}
