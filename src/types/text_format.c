/* format(): PostgreSQL's %s, %I and %L with positions, widths and the minus flag. */
#include <string.h>

#include "base/utf8.h"
#include "types/int.h"
#include "types/text.h"

struct formatter {
    struct arena *arena;
    str format;
    size_t at;
    const struct text_argument *arguments;
    size_t count;
    size_t next; /* the argument that comes next, from 0 */
    struct buf *out;
};

/* One specifier, taken apart. */
struct specifier {
    size_t argument; /* from 1; 0: the next */
    size_t width_argument;
    bool width_given_by_argument;
    bool left; /* aligned */
    int64_t width;
    char type;
};

static err unterminated(struct formatter *f)
{
    struct err *error = err_sql(f->arena, "22023", "unterminated format() type specifier");
    return err_hint(f->arena, error, "For a single \"%%\" use \"%%%%\".");
}

static err peek(struct formatter *f, char *out)
{
    if (f->at >= f->format.len) return unterminated(f);
    *out = f->format.at[f->at];
    return NULL;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits as a number; *found false when there are none. */
static err number(struct formatter *f, bool *found, int64_t *out)
{
    char c;
    *found = false;
    *out = 0;
    TRY(peek(f, &c));
    while (is_digit(c)) {
        *found = true;
        *out = *out * 10 + (c - '0');
        if (*out > INT32_MAX) return err_sql(f->arena, "22003", "number is out of range");
        f->at++;
        TRY(peek(f, &c));
    }
    return NULL;
}

static err position_is_zero(struct formatter *f)
{
    return err_sql(f->arena, "22023",
                   "format specifies argument 0, but arguments are numbered from 1");
}

/* "*" or "*n$" */
static err width_argument(struct formatter *f, struct specifier *s)
{
    bool found;
    int64_t n;
    char c;
    f->at++;
    s->width_given_by_argument = true;
    TRY(number(f, &found, &n));
    if (!found) return NULL;
    TRY(peek(f, &c));
    if (c != '$') {
        return err_sql(f->arena, "22023", "width argument position must be ended by \"$\"");
    }
    if (n == 0) return position_is_zero(f);
    f->at++;
    s->width_argument = (size_t)n;
    return NULL;
}

/* What follows the percent sign: [n$][-...][width]type */
static err parse(struct formatter *f, struct specifier *s)
{
    bool found;
    int64_t n;
    char c;
    *s = (struct specifier){0};
    TRY(number(f, &found, &n));
    TRY(peek(f, &c));
    if (found && c != '$') {
        s->width = n;
        s->type = c;
        return NULL;
    }
    if (found) {
        if (n == 0) return position_is_zero(f);
        s->argument = (size_t)n;
        f->at++;
        TRY(peek(f, &c));
    }
    for (; c == '-'; s->left = true) {
        f->at++;
        TRY(peek(f, &c));
    }
    if (c == '*')
        TRY(width_argument(f, s));
    else
        TRY(number(f, &found, &s->width));
    return peek(f, &s->type);
}

/* number 0: the next one. */
static err take(struct formatter *f, size_t index, const struct text_argument **out)
{
    if (index) f->next = index - 1;
    if (f->next >= f->count) return err_sql(f->arena, "22023", "too few arguments for format()");
    *out = &f->arguments[f->next++];
    return NULL;
}

static err resolve_width(struct formatter *f, struct specifier *s)
{
    const struct text_argument *argument;
    if (!s->width_given_by_argument) return NULL;
    TRY(take(f, s->width_argument, &argument));
    s->width = 0;
    if (!argument->is_null) TRY(int_parse(f->arena, INT_4, argument->text, &s->width));
    if (s->width < -INT32_MAX) {
        return err_sql(f->arena, "22003", "number is out of range");
    }
    return NULL;
}

static err convert(struct formatter *f, char type, const struct text_argument *argument, str *out)
{
    *out = argument->text;
    if (type == 's') {
        if (argument->is_null) *out = STR("");
    } else if (type == 'L') {
        *out = argument->is_null ? STR("NULL") : text_quote_literal(f->arena, argument->text);
    } else {
        if (argument->is_null) {
            return err_sql(f->arena, "22004",
                           "null values cannot be formatted as an SQL identifier");
        }
        *out = text_quote_ident(f->arena, argument->text);
    }
    return NULL;
}

static void put_padded(struct buf *out, str text, int64_t width, bool left)
{
    if (width < 0) {
        left = true;
        width = -width;
    }
    int64_t missing = width - (int64_t)utf8_count(text);
    if (left) buf_str_add(out, text);
    if (missing > 0 && buf_reserve(out, (size_t)missing)) {
        memset(out->at + out->len, ' ', (size_t)missing);
        out->len += (size_t)missing;
    }
    if (!left) buf_str_add(out, text);
}

static err specifier(struct formatter *f)
{
    struct specifier s;
    const struct text_argument *argument;
    str text;
    TRY(parse(f, &s));
    if (s.type != 's' && s.type != 'I' && s.type != 'L') {
        size_t end = f->at;
        if (utf8_next(f->format, &end) < 0) end = f->at + 1;
        struct err *error =
            err_sql(f->arena, "22023", "unrecognized format() type specifier \"%.*s\"",
                    STR_FMT(str_slice(f->format, f->at, end)));
        return err_hint(f->arena, error, "For a single \"%%\" use \"%%%%\".");
    }
    f->at++;
    TRY(resolve_width(f, &s));
    TRY(take(f, s.argument, &argument));
    TRY(convert(f, s.type, argument, &text));
    put_padded(f->out, text, s.width, s.left);
    return NULL;
}

err text_format(
    struct arena *arena, str format, const struct text_argument *arguments, size_t count, str *out)
{
    struct formatter f = {arena, format, 0, arguments, count, 0, buf_in(arena, TEXT_BYTES_MAX)};
    while (f.at < format.len) {
        char c = format.at[f.at++];
        if (c != '%') {
            buf_char(f.out, c);
            continue;
        }
        TRY(peek(&f, &c));
        if (c == '%') {
            buf_char(f.out, c);
            f.at++;
            continue;
        }
        TRY(specifier(&f));
    }
    *out = f.out->at ? buf_str(f.out) : STR("");
    return buf_ok(f.out) ? NULL : err_sql(arena, "54000", "requested length too large");
}
