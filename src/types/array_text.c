/* Array literals: '{a,"b c",NULL}' in and out. */
#include <string.h>

#include "types/array.h"
#include "types/json_scan.h"
#include "types/type_text.h"

enum { DIMENSIONS_MAX = 6 };

struct parser {
    struct arena *arena;
    const struct type_session *session;
    const struct type_ref *element;
    str text;
    size_t at;
    struct buf *out;
    struct buf *word;              /* the element being read, unescaped */
    int64_t sizes[DIMENSIONS_MAX]; /* items of each dimension; -1: not known yet */
    size_t depth_of_items;         /* 0: no item met */
    size_t items;
};

static err malformed(struct parser *p, const char *details)
{
    struct err *error =
        err_sql(p->arena, "22P02", "malformed array literal: \"%.*s\"", STR_FMT(p->text));
    return err_details(p->arena, error, "%s", details);
}

static err unexpected(struct parser *p, char c)
{
    struct err *error =
        err_sql(p->arena, "22P02", "malformed array literal: \"%.*s\"", STR_FMT(p->text));
    return err_details(p->arena, error, "Unexpected \"%c\" character.", c);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static char peek(const struct parser *p)
{
    return p->at < p->text.len ? p->text.at[p->at] : '\0';
}

static void skip_blanks(struct parser *p)
{
    while (is_space(peek(p))) p->at++;
}

/* "[1:3][1:2]=" in front; lower bounds other than 1 have no stored form. */
static err skip_bounds(struct parser *p)
{
    skip_blanks(p);
    if (peek(p) != '[') return NULL;
    size_t equals = str_find_char(p->text, '=', p->at);
    if (equals == SIZE_MAX) return malformed(p, "Missing \"=\" after array dimensions.");
    str bounds = str_slice(p->text, p->at, equals), bound, low, high;
    while (bounds.len && bounds.at[0] == '[') {
        if (!str_cut(str_skip(bounds, 1), ']', &bound, &bounds)) {
            return malformed(p, "Missing \"]\" after array dimensions.");
        }
        int64_t first;
        if (str_cut(bound, ':', &low, &high) && (!str_to_i64(low, &first) || first != 1)) {
            return err_sql(p->arena, "0A000", "array lower bounds other than 1 are not supported");
        }
    }
    p->at = equals + 1;
    skip_blanks(p);
    return NULL;
}

static err quoted_word(struct parser *p)
{
    for (p->at++; p->at < p->text.len; p->at++) {
        char c = peek(p);
        if (c == '"') {
            p->at++;
            return NULL;
        }
        if (c == '\\') {
            p->at++;
            c = peek(p);
        }
        buf_char(p->word, c);
    }
    return malformed(p, "Unexpected end of input.");
}

/* Up to a comma or brace; blanks at the end do not belong to it unless escaped. */
static err bare_word(struct parser *p, bool *escaped)
{
    size_t keep = 0;
    *escaped = false;
    while (p->at < p->text.len) {
        char c = peek(p);
        if (c == ',' || c == '}') break;
        if (c == '{') return unexpected(p, c);
        if (c == '"') return malformed(p, "Incorrectly quoted array element.");
        p->at++;
        if (c == '\\') {
            *escaped = true;
            c = peek(p);
            if (p->at++ >= p->text.len) return malformed(p, "Unexpected end of input.");
            buf_char(p->word, c);
            keep = p->word->len;
            continue;
        }
        buf_char(p->word, c);
        if (!is_space(c)) keep = p->word->len;
    }
    p->word->len = keep;
    return NULL;
}

static err element(struct parser *p)
{
    bool quoted = peek(p) == '"', escaped = false;
    buf_clear(p->word);
    if (quoted)
        TRY(quoted_word(p));
    else
        TRY(bare_word(p, &escaped));
    str word = p->word->at ? str_copy(p->arena, buf_str(p->word)) : STR("");
    if (!quoted && !word.len) return unexpected(p, peek(p));
    struct value value = value_null();
    bool null = !quoted && !escaped && str_eq_nocase(word, STR("NULL"));
    if (!null) {
        TRY(type_input(p->arena, p->session, p->element, TYPE_ASSIGNMENT, word, &value));
    }
    array_write_item(p->out, p->element, &value);
    p->items++;
    return NULL;
}

static err rectangular(struct parser *p)
{
    return malformed(p, "Multidimensional arrays must have sub-arrays with matching dimensions.");
}

static err braces(struct parser *p, size_t depth);

/* One item at a depth: a sub-array or an element, and all items of a depth alike. */
static err item(struct parser *p, size_t depth)
{
    if (peek(p) == '{') {
        if (p->depth_of_items && depth >= p->depth_of_items) return rectangular(p);
        return braces(p, depth + 1);
    }
    if (p->depth_of_items && p->depth_of_items != depth) return rectangular(p);
    p->depth_of_items = depth;
    return element(p);
}

static err braces(struct parser *p, size_t depth)
{
    if (depth > DIMENSIONS_MAX) {
        return err_sql(p->arena, "54000",
                       "number of array dimensions (%zu) exceeds the maximum allowed (%d)", depth,
                       DIMENSIONS_MAX);
    }
    int64_t count = 0;
    p->at++;
    buf_char(p->out, '[');
    skip_blanks(p);
    if (peek(p) == '}' && depth > 1)
        return unexpected(p, '}'); /* only a whole array may be empty */
    while (peek(p) != '}') {
        if (count++) buf_char(p->out, ',');
        TRY(item(p, depth));
        skip_blanks(p);
        if (p->at >= p->text.len) return malformed(p, "Unexpected end of input.");
        if (peek(p) == '}') break;
        if (peek(p) != ',') return malformed(p, "Unexpected array element.");
        p->at++;
        skip_blanks(p);
        if (peek(p) == '}') return unexpected(p, '}');
    }
    p->at++;
    buf_char(p->out, ']');
    int64_t *size = &p->sizes[depth - 1];
    if (*size >= 0 && *size != count) return rectangular(p);
    *size = count;
    return NULL;
}

err array_parse(struct arena *arena,
                const struct type_session *session,
                const struct type_ref *element_type,
                str text,
                str *out)
{
    struct parser p = {.arena = arena, .session = session, .element = element_type, .text = text};
    for (size_t i = 0; i < DIMENSIONS_MAX; i++) p.sizes[i] = -1;
    p.out = buf_in(arena, 0);
    p.word = buf_in(arena, 0);
    TRY(skip_bounds(&p));
    if (peek(&p) != '{') {
        return malformed(&p, "Array value must start with \"{\" or dimension information.");
    }
    TRY(braces(&p, 1));
    skip_blanks(&p);
    if (p.at < text.len) return malformed(&p, "Junk after closing right brace.");
    *out = p.items ? buf_str(p.out) : STR("[]");
    return NULL;
}

/* ---- output ---- */

static bool needs_quotes(str text)
{
    if (!text.len || str_eq_nocase(text, STR("NULL"))) return true;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (is_space(c) || (c && strchr("{},\"\\", c))) return true;
    }
    return false;
}

static void write_element(struct buf *out, str text)
{
    if (!needs_quotes(text)) {
        buf_str_add(out, text);
        return;
    }
    buf_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '"' || text.at[i] == '\\') buf_char(out, '\\');
        buf_char(out, text.at[i]);
    }
    buf_char(out, '"');
}

void array_write(struct buf *out,
                 const struct type_session *session,
                 const struct type_ref *element_type,
                 str array)
{
    struct arena *scratch = arena_new(0);
    struct buf *word = buf_in(scratch, 0);
    for (size_t at = 0; at < array.len;) {
        char c = array.at[at];
        if (c == '[' || c == ']' || c == ',') {
            buf_char(out, c == '[' ? '{' : c == ']' ? '}' : ',');
            at++;
            continue;
        }
        size_t end = json_skip_value(array, at);
        struct value value = array_read_item(scratch, element_type, str_slice(array, at, end));
        at = end > at ? end : at + 1;
        if (value.kind == VALUE_NULL) {
            buf_lit(out, "NULL");
            continue;
        }
        buf_clear(word);
        type_output(session, element_type, &value, word);
        write_element(out, word->at ? buf_str(word) : STR(""));
    }
    arena_free(scratch);
}
