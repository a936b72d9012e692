/* Ranges: reading, writing, canonical form. */
#include <string.h>

#include "types/datetime.h"
#include "types/int.h"
#include "types/range_int.h"
#include "types/type_text.h"

/* ---- canonical form ---- */

static err next_value(struct arena *arena, enum type_storage type, str *text)
{
    struct buf *next = buf_in(arena, 0);
    if (type == TYPE_DATERANGE) {
        int32_t date;
        TRY(date_parse(arena, NULL, *text, &date));
        if (date == DATE_INFINITY || date == DATE_MINUS_INFINITY) return NULL;
        TRY(date_add_days(arena, date, 1, &date));
        date_write(next, date);
    } else {
        enum int_width width = type == TYPE_INT4RANGE ? INT_4 : INT_8;
        int64_t number;
        TRY(int_parse(arena, width, *text, &number));
        TRY(int_add(arena, width, number, 1, &number));
        buf_i64(next, number);
    }
    *text = buf_str(next);
    return NULL;
}

static bool is_endless_date(enum type_storage type, const struct range_bound *bound)
{
    return type == TYPE_DATERANGE && str_ends(bound->text, STR("infinity"));
}

/* To [a,b): an exclusive lower and an inclusive upper bound move up by one. */
static err canonicalize(struct arena *arena, enum type_storage type, struct range *range)
{
    struct range_bound *lower = &range->lower, *upper = &range->upper;
    if (!lower->infinite && !lower->inclusive && !is_endless_date(type, lower)) {
        TRY(next_value(arena, type, &lower->text));
        lower->inclusive = true;
    }
    if (!upper->infinite && upper->inclusive && !is_endless_date(type, upper)) {
        TRY(next_value(arena, type, &upper->text));
        upper->inclusive = false;
    }
    return NULL;
}

static err check_order(struct arena *arena, enum type_storage type, struct range *range)
{
    bool crossed;
    if (range->lower.infinite) range->lower.inclusive = false;
    if (range->upper.infinite) range->upper.inclusive = false;
    if (range->empty) return NULL;
    range->empty = range_bounds_are_empty(type, range, &crossed);
    if (!crossed) return NULL;
    return err_sql(arena, "22000",
                   "range lower bound must be less than or equal to range upper bound");
}

static void write_bound(struct buf *out, const struct range_bound *bound)
{
    if (bound->infinite) return;
    bool quote = str_find_char(bound->text, ' ', 0) != SIZE_MAX;
    if (quote) buf_char(out, '"');
    buf_str_add(out, bound->text);
    if (quote) buf_char(out, '"');
}

static void write_range(struct buf *out, const struct range *range)
{
    if (range->empty) {
        buf_lit(out, "empty");
        return;
    }
    buf_char(out, range->lower.inclusive ? '[' : '(');
    write_bound(out, &range->lower);
    buf_char(out, ',');
    write_bound(out, &range->upper);
    buf_char(out, range->upper.inclusive ? ']' : ')');
}

err range_finish(struct arena *arena, enum type_storage type, const struct range *range, str *out)
{
    struct range made = *range;
    TRY(check_order(arena, type, &made));
    bool discrete = type == TYPE_INT4RANGE || type == TYPE_INT8RANGE || type == TYPE_DATERANGE;
    if (discrete && !made.empty) {
        TRY(canonicalize(arena, type, &made));
        TRY(check_order(arena, type, &made));
    }
    struct buf *text = buf_in(arena, 0);
    write_range(text, &made);
    *out = buf_str(text);
    return NULL;
}

/* ---- elements ---- */

str range_element_text(struct arena *arena, enum type_storage type, const struct value *element)
{
    return type_output_str(arena, NULL, type_plain(range_subtype(type)), element);
}

err range_bound_value(struct arena *arena,
                      enum type_storage type,
                      const struct range *range,
                      const struct range_bound *bound,
                      struct value *out)
{
    *out = value_null();
    if (range->empty || bound->infinite) return NULL;
    return type_input(arena, NULL, type_plain(range_subtype(type)), TYPE_IMPLICIT, bound->text,
                      out);
}

static err bad_flags(struct arena *arena)
{
    return err_hint(arena, err_sql(arena, "42601", "invalid range bound flags"),
                    "Valid values are \"[]\", \"[)\", \"(]\", and \"()\".");
}

err range_from_values(struct arena *arena,
                      enum type_storage type,
                      const struct value *lower,
                      const struct value *upper,
                      str flags,
                      str *out)
{
    bool known = flags.len == 2 && (flags.at[0] == '[' || flags.at[0] == '(') &&
                 (flags.at[1] == ']' || flags.at[1] == ')');
    if (!known) return bad_flags(arena);
    struct range range = {
        .lower = {.infinite = lower->kind == VALUE_NULL,
                  .inclusive = flags.at[0] == '[',
                  .lower = true},
        .upper = {.infinite = upper->kind == VALUE_NULL,                                     .inclusive = flags.at[1] == ']'},
    };
    if (!range.lower.infinite) range.lower.text = range_element_text(arena, type, lower);
    if (!range.upper.infinite) range.upper.text = range_element_text(arena, type, upper);
    return range_finish(arena, type, &range, out);
}

/* ---- reading what is stored ---- */

static struct range_bound stored_bound(str text, bool inclusive, bool lower)
{
    bool quoted = text.len >= 2 && text.at[0] == '"';
    return (struct range_bound){.text = quoted ? str_slice(text, 1, text.len - 1) : text,
                                .infinite = text.len == 0,
                                .inclusive = inclusive,
                                .lower = lower};
}

struct range range_read(str stored)
{
    str lower, upper;
    if (stored.len < 3 || stored.at[0] == 'e') return (struct range){.empty = true};
    str inside = str_slice(stored, 1, stored.len - 1);
    (void)str_cut(inside, ',', &lower, &upper);
    return (struct range){
        .lower = stored_bound(lower, stored.at[0] == '[', true),
        .upper = stored_bound(upper, stored.at[stored.len - 1] == ']', false),
    };
}

/* ---- reading what was written ---- */

struct parser {
    struct arena *arena;
    str text;
    size_t at;
};

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static char peek(const struct parser *p)
{
    return p->at < p->text.len ? p->text.at[p->at] : '\0';
}

static void skip_blanks(struct parser *p)
{
    while (p->at < p->text.len && is_blank(p->text.at[p->at])) p->at++;
}

static err malformed(const struct parser *p, const char *why)
{
    return err_details(
        p->arena, err_sql(p->arena, "22P02", "malformed range literal: \"%.*s\"", STR_FMT(p->text)),
        "%s", why);
}

static err parse_bound(struct parser *p, struct range_bound *bound)
{
    char c = peek(p);
    bound->infinite = p->at < p->text.len && (c == ',' || c == ')' || c == ']');
    if (bound->infinite) return NULL;
    struct buf *text = buf_in(p->arena, 0);
    bool quoted = false;
    for (;; p->at++) {
        if (p->at >= p->text.len) return malformed(p, "Unexpected end of input.");
        c = peek(p);
        if (!quoted && (c == ',' || c == ')' || c == ']')) break;
        if (c == '\\') {
            if (++p->at >= p->text.len) return malformed(p, "Unexpected end of input.");
            buf_char(text, peek(p));
        } else if (c != '"') {
            buf_char(text, c);
        } else if (quoted && p->at + 1 < p->text.len && p->text.at[p->at + 1] == '"') {
            p->at++;
            buf_char(text, '"');
        } else {
            quoted = !quoted;
        }
    }
    bound->text = text->len ? buf_str(text) : STR("");
    return NULL;
}

static err parse_empty(struct parser *p, struct range *range)
{
    p->at += STR("empty").len;
    skip_blanks(p);
    if (p->at < p->text.len) return malformed(p, "Junk after \"empty\" key word.");
    range->empty = true;
    return NULL;
}

static err parse_range(struct parser *p, struct range *range)
{
    *range = (struct range){.lower.lower = true};
    skip_blanks(p);
    str word = str_slice(p->text, p->at, p->at + STR("empty").len);
    if (str_eq_nocase(word, STR("empty"))) return parse_empty(p, range);
    char c = peek(p);
    if (c != '[' && c != '(') return malformed(p, "Missing left parenthesis or bracket.");
    range->lower.inclusive = c == '[';
    p->at++;
    TRY(parse_bound(p, &range->lower));
    if (peek(p) != ',') return malformed(p, "Missing comma after lower bound.");
    p->at++;
    TRY(parse_bound(p, &range->upper));
    c = peek(p);
    if (c != ']' && c != ')') return malformed(p, "Too many commas.");
    range->upper.inclusive = c == ']';
    p->at++;
    skip_blanks(p);
    if (p->at < p->text.len) return malformed(p, "Junk after right parenthesis or bracket.");
    return NULL;
}

/* A bound's text as it was written becomes the element's own output in UTC. */
static err settle_bound(struct arena *arena,
                        const struct type_session *session,
                        enum type_storage type,
                        struct range_bound *bound)
{
    struct value value;
    if (bound->infinite) return NULL;
    TRY(type_input(arena, session, type_plain(range_subtype(type)), TYPE_IMPLICIT, bound->text,
                   &value));
    bound->text = range_element_text(arena, type, &value);
    return NULL;
}

err range_parse(struct arena *arena,
                const struct type_session *session,
                enum type_storage type,
                str text,
                str *out)
{
    struct parser parser = {arena, text, 0};
    struct range range;
    TRY(parse_range(&parser, &range));
    if (!range.empty) {
        TRY(settle_bound(arena, session, type, &range.lower));
        TRY(settle_bound(arena, session, type, &range.upper));
    }
    return range_finish(arena, type, &range, out);
}

/* ---- writing ---- */

static void to_zone(struct arena *arena,
                    const struct type_session *session,
                    struct range_bound *bound)
{
    int64_t us;
    if (bound->infinite || timestamptz_parse(arena, NULL, bound->text, TYPMOD_NONE, &us)) return;
    struct buf *text = buf_in(arena, 0);
    timestamptz_write(text, us, session->zone, DATETIME_OUTPUT);
    bound->text = buf_str(text);
}

void range_write(struct buf *out,
                 const struct type_session *session,
                 enum type_storage type,
                 str stored)
{
    if (type != TYPE_TSTZRANGE || !session || !session->zone) {
        buf_str_add(out, stored);
        return;
    }
    struct arena *scratch = arena_new(0);
    struct range range = range_read(stored);
    to_zone(scratch, session, &range.lower);
    to_zone(scratch, session, &range.upper);
    write_range(out, &range);
    arena_free(scratch);
}
