#include "types/like.h"

#include <utf8proc.h>

#include "base/buf.h"
#include "base/cost.h"
#include "base/utf8.h"

struct matcher {
    str text;
    str pattern;
    enum like_case fold;
    size_t t; /* bytes consumed */
    size_t p;
    size_t star_t; /* where the last % would match one character more */
    size_t star_p; /* behind the last %; SIZE_MAX: none yet */
};

static int32_t fold_point(int32_t c)
{
    if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
    return utf8proc_tolower(c);
}

/* Steps over one equal character on both sides; false, and nothing moved, when they differ. */
static bool step_literal(struct matcher *m, size_t pattern_at)
{
    size_t t = m->t, p = pattern_at;
    if (m->fold == LIKE_EXACT) {
        /* Bytes do: a pattern's byte equals only the same character's. */
        if (m->text.at[t] != m->pattern.at[p]) return false;
        m->t = t + 1;
        m->p = p + 1;
        return true;
    }
    unsigned char x = (unsigned char)m->text.at[t], y = (unsigned char)m->pattern.at[p];
    if (x < 0x80 && y < 0x80) {
        if (fold_point(x) != fold_point(y)) return false;
        m->t = t + 1;
        m->p = p + 1;
        return true;
    }
    int32_t a = utf8_next(m->text, &t), b = utf8_next(m->pattern, &p);
    if (a < 0 || b < 0 || fold_point(a) != fold_point(b)) return false;
    m->t = t;
    m->p = p;
    return true;
}

static void step_character(str s, size_t *at)
{
    size_t start = *at;
    if (utf8_next(s, at) < 0) *at = start + 1;
}

/* Where a plain byte must follow the last %, the text before its next occurrence cannot match. */
static void skip_to_literal(struct matcher *m)
{
    char c = m->star_p < m->pattern.len ? m->pattern.at[m->star_p] : '%';
    if (m->fold != LIKE_EXACT || c == '%' || c == '_' || c == '\\') return;
    size_t next = str_find_char(m->text, c, m->star_t);
    m->star_t = next == SIZE_MAX ? m->text.len : next;
}

/* Back to the last %, which takes one character more; false when there is none. */
static bool backtrack(struct matcher *m)
{
    if (m->star_p == SIZE_MAX) return false;
    step_character(m->text, &m->star_t);
    skip_to_literal(m);
    m->t = m->star_t;
    m->p = m->star_p;
    return true;
}

/* One pattern element against the text, which has not ended. *failed: no match here. */
static err step(struct arena *arena, struct matcher *m, bool *failed)
{
    char c = m->pattern.at[m->p];
    *failed = false;
    if (c == '%') {
        m->star_p = ++m->p;
        m->star_t = m->t;
    } else if (c == '_') {
        step_character(m->text, &m->t);
        m->p++;
    } else {
        size_t at = m->p + (c == '\\');
        if (at >= m->pattern.len) {
            return err_sql(arena, "22025", "LIKE pattern must not end with escape character");
        }
        *failed = !step_literal(m, at);
    }
    return NULL;
}

/* No recursion: only the last % needs to be come back to, since any match of the part before it that
 * ends earlier leaves it no less text. At most |text| x |pattern| steps. */
err like_match(struct arena *arena, str text, str pattern, enum like_case fold, bool *out)
{
    struct matcher m = {.text = text, .pattern = pattern, .fold = fold, .star_p = SIZE_MAX};
    *out = false;
    enum { STEPS = 512, STEP_UNITS = 4 * STEPS };
    for (size_t steps = 0; m.t < text.len; steps++) {
        if (steps % STEPS == STEPS - 1 && cost_spend(arena, STEP_UNITS)) return NULL;
        bool failed = m.p >= pattern.len;
        /* A pattern that ends in % matches whatever is left. */
        if (failed && m.star_p == pattern.len) break;
        if (!failed) TRY(step(arena, &m, &failed));
        if (failed && !backtrack(&m)) return NULL;
    }
    while (m.p < pattern.len && pattern.at[m.p] == '%') m.p++;
    *out = m.p >= pattern.len;
    return NULL;
}

static err invalid_escape(struct arena *arena)
{
    struct err *error = err_sql(arena, "22025", "invalid escape string");
    return err_hint(arena, error, "Escape string must be empty or one character.");
}

err like_escape(struct arena *arena, str pattern, str escape, str *out)
{
    *out = pattern;
    if (utf8_count(escape) > 1) return invalid_escape(arena);
    if (str_eq(escape, STR("\\"))) return NULL;
    struct buf *text = buf_in(arena, 0);
    bool after_escape = false;
    for (size_t at = 0; at < pattern.len;) {
        size_t start = at;
        step_character(pattern, &at);
        str c = str_slice(pattern, start, at);
        if (escape.len && !after_escape && str_eq(c, escape)) {
            buf_char(text, '\\');
            after_escape = true;
            continue;
        }
        if (str_eq(c, STR("\\")) && !after_escape) buf_char(text, '\\');
        buf_str_add(text, c);
        after_escape = false;
    }
    *out = text->at ? buf_str(text) : STR("");
    return NULL;
}

str like_prefix(struct arena *arena, str pattern, bool *whole)
{
    char *prefix = arena_alloc(arena, pattern.len + 1);
    size_t len = 0, at = 0;
    for (; at < pattern.len; at++) {
        char c = pattern.at[at];
        if (c == '%' || c == '_') break;
        if (c == '\\' && at + 1 == pattern.len) break; /* the matcher raises */
        if (c == '\\') at++;
        prefix[len++] = pattern.at[at];
    }
    *whole = at == pattern.len;
    return str_from(prefix, len);
}

bool like_prefix_end(struct arena *arena, str prefix, str *out)
{
    str copy = str_copy(arena, prefix);
    /* Byte order is code point order: raising the last byte below 0xff passes every continuation.
     * The result need not be valid UTF-8; it is only compared. */
    while (copy.len && (unsigned char)copy.at[copy.len - 1] == 0xff) copy.len--;
    if (!copy.len) return false;
    char *bytes = arena_alloc(arena, copy.len);
    for (size_t i = 0; i < copy.len; i++) bytes[i] = copy.at[i];
    bytes[copy.len - 1] = (char)((unsigned char)bytes[copy.len - 1] + 1);
    *out = str_from(bytes, copy.len);
    return true;
}
