/* SIMILAR TO: the SQL standard's patterns as AREs. */
#include "base/buf.h"
#include "base/utf8.h"
#include "types/regex.h"

static err bad_escape(struct arena *arena)
{
    struct err *error = err_sql(arena, "22025", "invalid escape string");
    return err_hint(arena, error, "Escape string must be empty or one character.");
}

struct similar {
    struct arena *arena;
    struct buf *out;
    int quotes; /* escape-double-quotes met: they part substring's three sections */
    bool after_escape;
    bool in_bracket;
};

static err escaped(struct similar *s, str c)
{
    s->after_escape = false;
    if (str_eq(c, STR("\"")) && !s->in_bracket) {
        if (s->quotes == 0)
            buf_lit(s->out, "){1,1}?(");
        else if (s->quotes == 1)
            buf_lit(s->out, "){1,1}(?:");
        else {
            return err_sql(s->arena, "2200C",
                           "SQL regular expression may not contain more than two "
                           "escape-double-quote separators");
        }
        s->quotes++;
        return NULL;
    }
    buf_char(s->out, '\\');
    buf_str_add(s->out, c);
    return NULL;
}

static void plain(struct similar *s, str c)
{
    if (s->in_bracket) {
        if (str_eq(c, STR("\\"))) buf_char(s->out, '\\');
        buf_str_add(s->out, c);
        if (str_eq(c, STR("]"))) s->in_bracket = false;
    } else if (str_eq(c, STR("["))) {
        buf_str_add(s->out, c);
        s->in_bracket = true;
    } else if (str_eq(c, STR("%"))) {
        buf_lit(s->out, ".*");
    } else if (str_eq(c, STR("_"))) {
        buf_char(s->out, '.');
    } else if (str_eq(c, STR("("))) {
        buf_lit(s->out, "(?:"); /* groups of SQL do not capture */
    } else {
        bool special =
            c.len == 1 && (c.at[0] == '\\' || c.at[0] == '.' || c.at[0] == '^' || c.at[0] == '$');
        if (special) buf_char(s->out, '\\');
        buf_str_add(s->out, c);
    }
}

err regex_from_similar(struct arena *arena, str pattern, str escape, str *out)
{
    struct similar s = {.arena = arena, .out = buf_in(arena, 0)};
    if (utf8_count(escape) > 1) return bad_escape(arena);
    buf_lit(s.out, "^(?:");
    for (size_t at = 0; at < pattern.len;) {
        size_t start = at;
        if (utf8_next(pattern, &at) < 0) at = start + 1;
        str c = str_slice(pattern, start, at);
        if (s.after_escape)
            TRY(escaped(&s, c));
        else if (escape.len && str_eq(c, escape))
            s.after_escape = true;
        else
            plain(&s, c);
    }
    buf_lit(s.out, ")$");
    *out = buf_str(s.out);
    return NULL;
}
