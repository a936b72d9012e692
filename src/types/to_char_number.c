/* to_char and to_number of numbers: PostgreSQL's walk over "S9,999.99", state for state. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/utf8.h"
#include "base/vec.h"
#include "types/float.h"
#include "types/numeric.h"
#include "types/to_char.h"

enum { TYPMOD_UNBOUND = -1 };

/* ---- templates ---- */

enum picture {
    PICTURE_TEXT, /* a character as it is */
    PICTURE_9,
    PICTURE_0,
    PICTURE_POINT, /* . and D */
    PICTURE_COMMA, /* , and G */
    PICTURE_CURRENCY,
    PICTURE_MI,
    PICTURE_PL,
    PICTURE_SG,
    PICTURE_S,
    PICTURE_PR,
    PICTURE_TH,
    PICTURE_RN,
    PICTURE_V,
    PICTURE_EEEE,
    PICTURE_FM,
    PICTURE_B,
    PICTURE_NONE, /* SP, C, PL: known and ignored */
};

struct picture_row {
    str name;
    enum picture picture;
};

/* Longer first; any case, but TH, RN and L where the case shows in the output. */
static const struct picture_row pictures[] = {
    {STR_INIT("EEEE"), PICTURE_EEEE    },
    {STR_INIT("eeee"), PICTURE_EEEE    },
    {STR_INIT("FM"),   PICTURE_FM      },
    {STR_INIT("fm"),   PICTURE_FM      },
    {STR_INIT("MI"),   PICTURE_MI      },
    {STR_INIT("mi"),   PICTURE_MI      },
    {STR_INIT("PL"),   PICTURE_PL      },
    {STR_INIT("pl"),   PICTURE_PL      },
    {STR_INIT("PR"),   PICTURE_PR      },
    {STR_INIT("pr"),   PICTURE_PR      },
    {STR_INIT("RN"),   PICTURE_RN      },
    {STR_INIT("rn"),   PICTURE_RN      },
    {STR_INIT("SG"),   PICTURE_SG      },
    {STR_INIT("sg"),   PICTURE_SG      },
    {STR_INIT("SP"),   PICTURE_NONE    },
    {STR_INIT("sp"),   PICTURE_NONE    },
    {STR_INIT("TH"),   PICTURE_TH      },
    {STR_INIT("th"),   PICTURE_TH      },
    {STR_INIT(","),    PICTURE_COMMA   },
    {STR_INIT("."),    PICTURE_POINT   },
    {STR_INIT("0"),    PICTURE_0       },
    {STR_INIT("9"),    PICTURE_9       },
    {STR_INIT("B"),    PICTURE_B       },
    {STR_INIT("b"),    PICTURE_B       },
    {STR_INIT("C"),    PICTURE_NONE    },
    {STR_INIT("c"),    PICTURE_NONE    },
    {STR_INIT("D"),    PICTURE_POINT   },
    {STR_INIT("d"),    PICTURE_POINT   },
    {STR_INIT("G"),    PICTURE_COMMA   },
    {STR_INIT("g"),    PICTURE_COMMA   },
    {STR_INIT("L"),    PICTURE_CURRENCY},
    {STR_INIT("l"),    PICTURE_CURRENCY},
    {STR_INIT("S"),    PICTURE_S       },
    {STR_INIT("s"),    PICTURE_S       },
    {STR_INIT("V"),    PICTURE_V       },
    {STR_INIT("v"),    PICTURE_V       },
};

struct item {
    enum picture picture;
    str text;
};

enum sign_place { SIGN_NONE, SIGN_BEFORE, SIGN_BEHIND };

/* A template's sums. */
struct shape {
    struct item *items;
    size_t count;
    int whole;      /* digits before the point */
    int fraction;   /* behind it */
    int shift;      /* behind V */
    int zero_start; /* place of the first 0, from 1; 0: none */
    int zero_end;
    int sign_whole; /* digits before S */
    enum sign_place sign;
    bool decimal, fill, zero, blank, minus, plus, bracket, roman, multiply, exponent;
    bool signed_locale; /* S */
};

static err contradiction(struct arena *arena, const char *what)
{
    return err_sql(arena, "42601", "%s", what);
}

static err count_digit(struct arena *arena, struct shape *s, enum picture picture)
{
    if (s->bracket) {
        return contradiction(arena, picture == PICTURE_9 ? "\"9\" must be ahead of \"PR\""
                                                         : "\"0\" must be ahead of \"PR\"");
    }
    if (picture == PICTURE_9) {
        if (s->multiply)
            s->shift++;
        else if (s->decimal)
            s->fraction++;
        else
            s->whole++;
        return NULL;
    }
    if (!s->zero && !s->decimal) {
        s->zero = true;
        s->zero_start = s->whole + 1;
    }
    if (s->decimal)
        s->fraction++;
    else
        s->whole++;
    s->zero_end = s->whole + s->fraction;
    return NULL;
}

static err count_sign(struct arena *arena, struct shape *s, enum picture picture)
{
    switch (picture) {
    case PICTURE_S:
        if (s->signed_locale) return contradiction(arena, "cannot use \"S\" twice");
        if (s->plus || s->minus || s->bracket) {
            return contradiction(arena,
                                 "cannot use \"S\" and \"PL\"/\"MI\"/\"SG\"/\"PR\" together");
        }
        s->signed_locale = true;
        if (s->decimal) {
            s->sign = SIGN_BEHIND;
        } else {
            s->sign = SIGN_BEFORE;
            s->sign_whole = s->whole;
        }
        return NULL;
    case PICTURE_MI:
        if (s->signed_locale) return contradiction(arena, "cannot use \"S\" and \"MI\" together");
        s->minus = true;
        return NULL;
    case PICTURE_PL:
        if (s->signed_locale) return contradiction(arena, "cannot use \"S\" and \"PL\" together");
        s->plus = true;
        return NULL;
    case PICTURE_SG:
        if (s->signed_locale) return contradiction(arena, "cannot use \"S\" and \"SG\" together");
        s->minus = s->plus = true;
        return NULL;
    default: break;
    }
    if (s->signed_locale || s->plus || s->minus) {
        return contradiction(arena, "cannot use \"PR\" and \"S\"/\"PL\"/\"MI\"/\"SG\" together");
    }
    s->bracket = true;
    return NULL;
}

static err count_exponent(struct arena *arena, struct shape *s)
{
    if (s->exponent) return contradiction(arena, "cannot use \"EEEE\" twice");
    bool other = s->blank || s->fill || s->signed_locale || s->bracket || s->minus || s->plus ||
                 s->roman || s->multiply;
    if (other) {
        struct err *error = err_sql(arena, "42601", "\"EEEE\" is incompatible with other formats");
        return err_details(
            arena, error,
            "\"EEEE\" may only be used together with digit and decimal point patterns.");
    }
    s->exponent = true;
    return NULL;
}

static err count(struct arena *arena, struct shape *s, enum picture picture)
{
    if (s->exponent && picture != PICTURE_TEXT) {
        return contradiction(arena, "\"EEEE\" must be the last pattern used");
    }
    switch (picture) {
    case PICTURE_9:
    case PICTURE_0: return count_digit(arena, s, picture);
    case PICTURE_POINT:
        if (s->decimal) return contradiction(arena, "multiple decimal points");
        if (s->multiply) {
            return contradiction(arena, "cannot use \"V\" and decimal point together");
        }
        s->decimal = true;
        return NULL;
    case PICTURE_S:
    case PICTURE_MI:
    case PICTURE_PL:
    case PICTURE_SG:
    case PICTURE_PR: return count_sign(arena, s, picture);
    case PICTURE_FM: s->fill = true; return NULL;
    case PICTURE_RN: s->roman = true; return NULL;
    case PICTURE_V:
        if (s->decimal) return contradiction(arena, "cannot use \"V\" and decimal point together");
        s->multiply = true;
        return NULL;
    case PICTURE_EEEE: return count_exponent(arena, s);
    case PICTURE_B:
        if (!s->whole && !s->fraction && !s->zero) s->blank = true;
        return NULL;
    default: return NULL;
    }
}

static const struct picture_row *find_picture(str rest)
{
    for (size_t i = 0; i < COUNT_OF(pictures); i++) {
        if (str_starts(rest, pictures[i].name)) return &pictures[i];
    }
    return NULL;
}

struct item_list {
    VEC(struct item);
};

static size_t add_text(struct arena *arena, struct item_list *items, str format, size_t at)
{
    size_t end = at;
    if (utf8_next(format, &end) < 0) end = at + 1;
    *VEC_ADD(arena, items) = (struct item){PICTURE_TEXT, str_slice(format, at, end)};
    return end;
}

static err parse_shape(struct arena *arena, str format, struct shape *out)
{
    struct item_list items = {0};
    *out = (struct shape){0};
    bool quoted = false;
    for (size_t at = 0; at < format.len;) {
        char c = format.at[at];
        bool escape = c == '\\' && at + 1 < format.len && (quoted || format.at[at + 1] == '"');
        if (escape) {
            at = add_text(arena, &items, format, at + 1);
            continue;
        }
        if (c == '"') {
            quoted = !quoted;
            at++;
            continue;
        }
        const struct picture_row *row = quoted ? NULL : find_picture(str_skip(format, at));
        if (!row) {
            at = add_text(arena, &items, format, at);
            continue;
        }
        TRY(count(arena, out, row->picture));
        *VEC_ADD(arena, &items) = (struct item){row->picture, row->name};
        at += row->name.len;
    }
    out->items = items.at;
    out->count = items.count;
    return NULL;
}

/* ---- writing ---- */

struct writer {
    struct shape *shape;
    struct buf *out;
    str number; /* digits with their point; no sign */
    size_t at;  /* the digit that comes next */
    char sign;
    int blanks; /* places before the number */
    int place;  /* of the template, from 0 */
    int last_place;
    size_t relevant; /* index of the last digit that FM keeps; SIZE_MAX: all */
    bool sign_done;
    bool inside; /* a digit was written */
};

static char digit(const struct writer *w, size_t index)
{
    return index < w->number.len ? w->number.at[index] : '\0';
}

/* "0.1" under "9.9": the lone zero before the point is not written. */
static bool is_lone_zero(const struct writer *w)
{
    return !w->shape->zero && w->at == 0 && digit(w, 0) == '0' && w->shape->fraction != 0;
}

static bool point_is_last(const struct writer *w)
{
    return w->relevant != SIZE_MAX && digit(w, w->relevant) == '.';
}

static void write_sign(struct writer *w)
{
    const struct shape *s = w->shape;
    bool here = w->place >= w->blanks || (s->zero && s->zero_start == w->place);
    if (w->sign_done || !here || (is_lone_zero(w) && !point_is_last(w))) return;
    if (s->signed_locale) {
        if (s->sign != SIGN_BEFORE) return;
        buf_char(w->out, w->sign);
    } else if (s->bracket) {
        buf_char(w->out, w->sign == '+' ? ' ' : '<');
    } else if (w->sign == '-') {
        buf_char(w->out, '-');
    } else if (!s->fill) {
        buf_char(w->out, ' ');
    }
    w->sign_done = true;
}

/* The number's own character at this place. */
static void write_own(struct writer *w, enum picture picture)
{
    const struct shape *s = w->shape;
    char c = digit(w, w->at);
    if (c == '.') {
        if (!point_is_last(w) || s->fill) buf_char(w->out, '.');
    } else if (w->relevant != SIZE_MAX && w->at > w->relevant && picture != PICTURE_0) {
        /* FM drops it */
    } else if (is_lone_zero(w)) {
        if (!s->fill)
            buf_char(w->out, ' ');
        else if (point_is_last(w))
            buf_char(w->out, '0');
    } else {
        if (c) buf_char(w->out, c);
        w->inside = true;
    }
    if (c) w->at++;
}

/* What stands behind the last place: a bracket or a sign. */
static void write_end(struct writer *w)
{
    const struct shape *s = w->shape;
    int end = w->last_place + (w->blanks ? 1 : 0) + (s->decimal ? 1 : 0);
    if (w->relevant != SIZE_MAX && w->relevant == w->at) end = w->place;
    if (w->place + 1 != end) return;
    if (w->sign_done && s->bracket)
        buf_char(w->out, w->sign == '+' ? ' ' : '>');
    else if (s->signed_locale && s->sign == SIGN_BEHIND)
        buf_char(w->out, w->sign);
}

static void write_place(struct writer *w, enum picture picture)
{
    const struct shape *s = w->shape;
    w->inside = false;
    write_sign(w);
    if (w->place < w->blanks && (!s->zero || s->zero_start > w->place)) {
        if (!s->fill) buf_char(w->out, ' ');
    } else if (s->zero && w->place < w->blanks && s->zero_start <= w->place) {
        buf_char(w->out, '0');
        w->inside = true;
    } else {
        write_own(w, picture);
    }
    write_end(w);
    w->place++;
}

static void write_ordinal(struct writer *w, bool upper)
{
    char last = digit(w, w->number.len - 1);
    bool teen = w->number.len > 1 && digit(w, w->number.len - 2) == '1';
    bool none = digit(w, 0) == '#' || w->sign == '-' || w->shape->decimal;
    if (none) return;
    if (teen) last = '0';
    const char *suffix = last == '1'   ? "stST"
                         : last == '2' ? "ndND"
                         : last == '3' ? "rdRD"
                                       : "thTH";
    buf_append(w->out, suffix + (upper ? 2 : 0), 2);
}

static void write_either(struct writer *w, bool yes, char sign)
{
    if (yes)
        buf_char(w->out, sign);
    else if (!w->shape->fill)
        buf_char(w->out, ' ');
}

static void write_item(struct writer *w, const struct item *item)
{
    switch (item->picture) {
    case PICTURE_9:
    case PICTURE_0:
    case PICTURE_POINT: write_place(w, item->picture); return;
    case PICTURE_COMMA: write_either(w, w->inside, ','); return;
    case PICTURE_CURRENCY: buf_char(w->out, ' '); return; /* the C locale has no symbol */
    case PICTURE_MI: write_either(w, w->sign == '-', '-'); return;
    case PICTURE_PL: write_either(w, w->sign == '+', '+'); return;
    case PICTURE_SG: buf_char(w->out, w->sign); return;
    case PICTURE_TH: write_ordinal(w, item->text.at[0] == 'T'); return;
    case PICTURE_TEXT: buf_str_add(w->out, item->text); return;
    default: return;
    }
}

/* The last digit behind the point that is not zero, or the point itself. */
static size_t last_relevant(str number)
{
    size_t point = str_find_char(number, '.', 0);
    if (point == SIZE_MAX) return SIZE_MAX;
    size_t last = point;
    for (size_t i = point + 1; i < number.len; i++) {
        if (number.at[i] != '0') last = i;
    }
    return last;
}

static void set_signs(struct writer *w)
{
    struct shape *s = w->shape;
    if (s->plus || s->minus) {
        w->sign_done = !(s->plus && !s->minus);
        return;
    }
    if (w->sign != '-' && s->fill) s->bracket = false;
    w->sign_done = w->sign == '+' && s->fill && !s->signed_locale;
    if (s->sign == SIGN_BEFORE && s->whole == s->sign_whole) s->sign = SIGN_BEHIND;
}

static void set_relevant(struct writer *w)
{
    const struct shape *s = w->shape;
    w->relevant = SIZE_MAX;
    if (!s->fill || !s->decimal) return;
    w->relevant = last_relevant(w->number);
    if (w->relevant == SIZE_MAX || s->zero_end <= w->blanks) return;
    size_t kept = (size_t)(s->zero_end - w->blanks), end = w->number.len - 1;
    if (kept > end) kept = end;
    if (w->relevant < kept) w->relevant = kept;
}

static str write_number(struct arena *arena, struct shape *shape, str number, char sign, int blanks)
{
    struct writer w = {
        .shape = shape, .out = buf_in(arena, 0), .number = number, .sign = sign, .blanks = blanks};
    if (shape->zero_start) shape->zero_start--;
    set_signs(&w);
    w.last_place = shape->fraction + shape->whole - 1;
    set_relevant(&w);
    if (!w.sign_done && !blanks) w.last_place++;
    for (size_t i = 0; i < shape->count; i++) write_item(&w, &shape->items[i]);
    return w.out->at ? buf_str(w.out) : STR("");
}

/* ---- other notations ---- */

static str roman(struct arena *arena, const struct shape *shape, int64_t value)
{
    static const struct {
        int value;
        const char *text;
    } steps[] = {
        {1000, "M" },
        {900,  "CM"},
        {500,  "D" },
        {400,  "CD"},
        {100,  "C" },
        {90,   "XC"},
        {50,   "L" },
        {40,   "XL"},
        {10,   "X" },
        {9,    "IX"},
        {5,    "V" },
        {4,    "IV"},
        {1,    "I" }
    };
    if (value < 1 || value > 3999) return STR("###############");
    struct buf *text = buf_in(arena, 0);
    bool lower = false;
    for (size_t i = 0; i < shape->count; i++) {
        lower =
            lower || (shape->items[i].picture == PICTURE_RN && shape->items[i].text.at[0] == 'r');
    }
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        for (; value >= steps[i].value; value -= steps[i].value)
            buf_str_add(text, str_of(steps[i].text));
    }
    str letters = buf_str(text);
    if (lower) letters = str_lower(arena, letters);
    return shape->fill ? letters : str_printf(arena, "%15.*s", STR_FMT(letters));
}

static str hashes(struct arena *arena, size_t before, size_t behind, bool point)
{
    struct buf *text = buf_in(arena, 0);
    for (size_t i = 0; i < before; i++) buf_char(text, '#');
    if (point) buf_char(text, '.');
    for (size_t i = 0; i < behind; i++) buf_char(text, '#');
    return text->at ? buf_str(text) : STR("");
}

/* " 1.23e+04" */
static err exponent(struct arena *arena, const struct shape *shape, str value, str *out)
{
    if (numeric_scale(value) < 0) {
        *out = str_printf(
            arena, " %.*s",
            STR_FMT(hashes(arena, (size_t)shape->whole, (size_t)shape->fraction + 4, true)));
        return NULL;
    }
    /* By exact decimal shifting. When rounding carries (9.99 to 10.0) PostgreSQL leaves it so. */
    str magnitude = numeric_abs(value);
    int32_t power = 0;
    if (!numeric_is_zero(value)) {
        size_t point = str_find_char(magnitude, '.', 0);
        size_t whole = point == SIZE_MAX ? magnitude.len : point;
        if (magnitude.at[0] != '0') {
            power = (int32_t)whole - 1;
        } else {
            size_t i = whole + 1;
            while (magnitude.at[i] == '0') i++;
            power = -(int32_t)(i - whole);
        }
    }
    str factor, text;
    TRY(numeric_parse(arena, str_printf(arena, "1e%d", -power), TYPMOD_UNBOUND, &factor));
    TRY(numeric_mul(arena, magnitude, factor, &text));
    str scaled = numeric_round(arena, text, shape->fraction);
    *out = str_printf(arena, "%c%.*se%c%02d", value.at[0] == '-' ? '-' : ' ', STR_FMT(scaled),
                      power < 0 ? '-' : '+', power < 0 ? -power : power);
    return NULL;
}

/* ---- public ---- */

/* Digits that fit, or the template filled with "#". */
static err lay_out(struct arena *arena, struct shape *shape, str printed, str *out)
{
    char sign = printed.at[0] == '-' ? '-' : '+';
    str number = sign == '-' ? str_skip(printed, 1) : printed;
    size_t point = str_find_char(number, '.', 0);
    int whole = (int)(point == SIZE_MAX ? number.len : point);
    int blanks = whole < shape->whole ? shape->whole - whole : 0;
    if (whole > shape->whole) {
        number = hashes(arena, (size_t)shape->whole, (size_t)shape->fraction, true);
    }
    bool ordinal = false;
    for (size_t i = 0; i < shape->count; i++) {
        ordinal = ordinal || shape->items[i].picture == PICTURE_TH;
    }
    bool countable = number.at[0] == '#' || (number.at[0] >= '0' && number.at[0] <= '9');
    if (ordinal && !countable && !shape->decimal && sign == '+') {
        return err_sql(arena, "22P02", "\"%.*s\" is not a number", STR_FMT(number));
    }
    *out = write_number(arena, shape, number, sign, blanks);
    return NULL;
}

err to_char_numeric(struct arena *arena, str value, str format, str *out)
{
    struct shape shape;
    *out = STR("");
    if (!format.len) return NULL;
    TRY(parse_shape(arena, format, &shape));
    if (shape.roman) {
        int64_t whole;
        TRY(numeric_to_int(arena, INT_4, value, &whole));
        *out = roman(arena, &shape, whole);
        return NULL;
    }
    if (shape.exponent) return exponent(arena, &shape, value, out);
    if (shape.multiply) {
        str factor;
        TRY(numeric_parse(arena, str_printf(arena, "1e%d", shape.shift), TYPMOD_UNBOUND, &factor));
        TRY(numeric_mul(arena, value, factor, &value));
        shape.whole += shape.shift;
    }
    return lay_out(arena, &shape, numeric_round(arena, value, shape.fraction), out);
}

static str printed_float(struct arena *arena, int places, double value)
{
    if (!isfinite(value)) return numeric_from_double(arena, value);
    return str_printf(arena, "%.*f", places, value);
}

/* " 1.5e+00", as C prints it. */
static err float_exponent(struct arena *arena, const struct shape *shape, double value, str *out)
{
    if (!isfinite(value)) return exponent(arena, shape, STR("NaN"), out);
    *out = str_printf(arena, "%s%.*e", signbit(value) ? "" : " ", shape->fraction, value);
    return NULL;
}

/* digits: what the type has; the answer shows no more. */
static err float_to_char(
    struct arena *arena, struct shape *shape, double value, int digits, str *out)
{
    if (shape->roman) {
        bool inside = value > 0 && value < 4000;
        *out = roman(arena, shape, inside ? (int64_t)rint(value) : 0);
        return NULL;
    }
    if (shape->exponent) return float_exponent(arena, shape, value, out);
    if (shape->multiply) shape->whole += shape->shift;
    int whole = (int)printed_float(arena, 0, fabs(value)).len;
    if (whole >= digits)
        shape->fraction = 0;
    else if (whole + shape->fraction > digits)
        shape->fraction = digits - whole;
    return lay_out(arena, shape, printed_float(arena, shape->fraction, value), out);
}

err to_char_float8(struct arena *arena, double value, str format, str *out)
{
    struct shape shape;
    *out = STR("");
    if (!format.len) return NULL;
    TRY(parse_shape(arena, format, &shape));
    if (shape.multiply) value *= pow(10, shape.shift);
    return float_to_char(arena, &shape, value, DBL_DIG, out);
}

err to_char_float4(struct arena *arena, double value, str format, str *out)
{
    struct shape shape;
    *out = STR("");
    if (!format.len) return NULL;
    TRY(parse_shape(arena, format, &shape));
    if (shape.multiply) value = (double)((float)value * (float)pow(10, shape.shift));
    return float_to_char(arena, &shape, value, FLT_DIG, out);
}

/* PostgreSQL does not look for an overflow of an integer here: it wraps. */
static int64_t shifted_int4(int64_t value, int places)
{
    double factor = pow(10, places);
    int64_t whole = factor <= INT32_MAX ? (int64_t)factor : INT32_MIN;
    return (int32_t)(uint32_t)(value * whole);
}

static err shifted_int8(struct arena *arena, int64_t value, int places, int64_t *out)
{
    int64_t factor;
    TRY(int_from_double(arena, INT_8, pow(10, places), &factor));
    return int_mul(arena, INT_8, value, factor, out);
}

err to_char_int(struct arena *arena, enum int_width width, int64_t value, str format, str *out)
{
    struct shape shape;
    *out = STR("");
    if (!format.len) return NULL;
    TRY(parse_shape(arena, format, &shape));
    /* PostgreSQL takes an integer for a double here, and a bigint for a numeric. */
    if (shape.exponent && width == INT_4) return float_exponent(arena, &shape, (double)value, out);
    if (shape.roman || shape.exponent || !shape.multiply)
        return to_char_numeric(arena, numeric_from_i64(arena, value), format, out);
    if (width == INT_4)
        value = shifted_int4(value, shape.shift);
    else
        TRY(shifted_int8(arena, value, shape.shift, &value));
    shape.whole += shape.shift;
    str digits = numeric_from_i64(arena, value);
    return lay_out(arena, &shape, numeric_round(arena, digits, shape.fraction), out);
}

/* ---- to_number ---- */

struct number_reader {
    const struct shape *shape;
    str text;
    size_t at;
    struct buf *digits; /* with their point */
    char sign;          /* ' ': none yet */
    int whole;          /* digits read before the point */
    int fraction;       /* and behind it */
    bool point;
};

static bool at_end(const struct number_reader *r)
{
    return r->at >= r->text.len;
}

static char peek(const struct number_reader *r)
{
    return at_end(r) ? '\0' : r->text.at[r->at];
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_sign(char c)
{
    return c == '-' || c == '+';
}

/* What a template's text stands for, but never a part of the number. */
static void skip_text(struct number_reader *r, int most)
{
    while (most-- > 0 && !at_end(r) && !strchr("0123456789.,+-", peek(r)))
        if (utf8_next(r->text, &r->at) < 0) r->at++;
}

static void read_sign_before(struct number_reader *r)
{
    const struct shape *s = r->shape;
    char c = peek(r);
    bool locale = s->signed_locale && s->sign == SIGN_BEFORE;
    if (!is_sign(c) && (locale || !s->bracket || c != '<')) return;
    r->sign = c == '+' ? '+' : '-';
    r->at++;
}

/* Behind the last digit, wherever that is: S right there, MI, PL and SG where a place found none. */
static void read_sign_behind(struct number_reader *r, bool taken)
{
    const struct shape *s = r->shape;
    if (s->signed_locale) {
        char next = r->at + 1 < r->text.len ? r->text.at[r->at + 1] : '\0';
        if (!taken || !is_sign(next)) return;
        r->sign = next;
        r->at++;
    } else if (!taken && (s->plus || s->minus) && is_sign(peek(r))) {
        r->sign = peek(r);
    }
}

/* A place takes one character, whatever it is: the caller steps over it. */
static void read_place(struct number_reader *r, enum picture picture)
{
    bool taken = false, none = !r->whole && !r->fraction;
    if (peek(r) == ' ') r->at++;
    if (at_end(r)) return;
    if (r->sign == ' ' && picture != PICTURE_POINT && none) read_sign_before(r);
    if (at_end(r)) return;
    if (is_digit(peek(r))) {
        if (r->point && r->fraction == r->shape->fraction) return;
        buf_char(r->digits, peek(r));
        *(r->point ? &r->fraction : &r->whole) += 1;
        taken = true;
    } else if (r->shape->decimal && !r->point && peek(r) == '.') {
        buf_char(r->digits, '.');
        r->point = taken = true;
    }
    if (r->sign == ' ' && (r->whole || r->fraction)) read_sign_behind(r, taken);
}

static void read_item(struct number_reader *r, const struct item *item)
{
    enum picture picture = item->picture;
    char c = peek(r);
    switch (picture) {
    case PICTURE_9:
    case PICTURE_0:
    case PICTURE_POINT:
        read_place(r, picture);
        r->at++;
        return;
    case PICTURE_COMMA:
        if (!r->shape->fill && c == ',') r->at++;
        return;
    case PICTURE_MI:
    case PICTURE_PL:
    case PICTURE_SG:
        if ((c == '-' && picture != PICTURE_PL) || (c == '+' && picture != PICTURE_MI)) {
            r->sign = c;
            r->at++;
        } else {
            skip_text(r, 1);
        }
        return;
    case PICTURE_CURRENCY: skip_text(r, 1); return;
    case PICTURE_TH:
        if (!r->shape->decimal) skip_text(r, 2);
        return;
    case PICTURE_TEXT:
        if (utf8_next(r->text, &r->at) < 0) r->at++;
        return;
    default: return;
    }
}

err to_number(struct arena *arena, str text, str format, str *out)
{
    struct shape shape;
    *out = STR_NONE;
    if (!format.len) return NULL;
    TRY(parse_shape(arena, format, &shape));
    if (shape.exponent) return err_sql(arena, "0A000", "\"EEEE\" not supported for input");
    if (shape.roman) return err_sql(arena, "0A000", "\"RN\" not supported for input");
    struct number_reader r = {
        .shape = &shape, .text = text, .digits = buf_in(arena, 0), .sign = ' '};
    for (size_t i = 0; i < shape.count && !at_end(&r); i++) read_item(&r, &shape.items[i]);
    str digits = r.digits->at ? buf_str(r.digits) : STR("");
    if (str_ends(digits, STR("."))) digits.len--;
    /* The template's places before the point, and the digits that were read behind it. */
    int32_t precision = shape.whole + shape.shift + r.fraction;
    int32_t typmod = ((precision << 16) | r.fraction) + 4;
    TRY(numeric_parse(arena, str_printf(arena, "%c%.*s", r.sign, STR_FMT(digits)), typmod, out));
    if (!shape.multiply) return NULL;
    str factor, places = numeric_from_i64(arena, -shape.shift);
    TRY(numeric_power(arena, STR("10"), places, &factor));
    return numeric_mul(arena, *out, factor, out);
}
