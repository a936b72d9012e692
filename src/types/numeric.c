#include "types/numeric.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "types/numeric_int.h"

static const str text_nan = STR_INIT("NaN");
static const str text_infinity = STR_INIT("Infinity");
static const str text_minus_infinity = STR_INIT("-Infinity");

enum numeric_class numeric_class(str text)
{
    if (text.len < 3) return NUMERIC_FINITE;
    if (text.at[0] == 'N') return NUMERIC_NAN;
    if (text.at[0] == 'I') return NUMERIC_PLUS_INFINITY;
    if (text.at[1] == 'I') return NUMERIC_MINUS_INFINITY;
    return NUMERIC_FINITE;
}

static bool is_finite(str text)
{
    return numeric_class(text) == NUMERIC_FINITE;
}

bool numeric_is_nan(str a)
{
    return numeric_class(a) == NUMERIC_NAN;
}

bool numeric_is_zero(str a)
{
    if (!is_finite(a)) return false;
    for (size_t i = 0; i < a.len; i++) {
        if (a.at[i] != '0' && a.at[i] != '.') return false;
    }
    return true;
}

/* -1, 0, 1; for infinities as well. NaN has none: ask before. */
static int sign_of(str a)
{
    if (a.at[0] == '-') return -1;
    return numeric_is_zero(a) ? 0 : 1;
}

/* Where the whole part ends. */
static size_t whole_len(str a)
{
    size_t point = str_find_char(a, '.', 0);
    return point == SIZE_MAX ? a.len : point;
}

int32_t numeric_scale(str a)
{
    if (!is_finite(a)) return -1;
    size_t whole = whole_len(a);
    return whole == a.len ? 0 : (int32_t)(a.len - whole - 1);
}

/* ---- input ---- */

bool numeric_is_canonical(str text)
{
    if (str_eq(text, text_nan) || str_eq(text, text_infinity) ||
        str_eq(text, text_minus_infinity)) {
        return true;
    }
    bool negative = text.len && text.at[0] == '-';
    str digits = negative ? str_skip(text, 1) : text;
    size_t whole = whole_len(digits);
    if (!whole || whole > WHOLE_DIGITS_MAX || whole + 1 == digits.len) return false;
    if (whole > 1 && digits.at[0] == '0') return false;
    if (digits.len - whole > SCALE_MAX + 1) return false;
    bool zero = true;
    for (size_t i = 0; i < digits.len; i++) {
        if (i == whole) continue;
        if (digits.at[i] < '0' || digits.at[i] > '9') return false;
        zero = zero && digits.at[i] == '0';
    }
    return !(negative && zero);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static str trim(str text)
{
    while (text.len && is_space(text.at[0])) text = str_skip(text, 1);
    while (text.len && is_space(text.at[text.len - 1])) text.len--;
    return text;
}

struct special_row {
    str spelling; /* compared without case */
    const str *value;
};

static const struct special_row specials[] = {
    {STR_INIT("NaN"),       &text_nan           },
    {STR_INIT("Infinity"),  &text_infinity      },
    {STR_INIT("+Infinity"), &text_infinity      },
    {STR_INIT("-Infinity"), &text_minus_infinity},
    {STR_INIT("inf"),       &text_infinity      },
    {STR_INIT("+inf"),      &text_infinity      },
    {STR_INIT("-inf"),      &text_minus_infinity},
};

/* A number taken apart: sign, digits with at most one point inside, exponent. */
struct scanned {
    bool negative;
    str digits;      /* with the point */
    size_t whole;    /* digits before the point */
    size_t fraction; /* digits behind it */
    int64_t exponent;
};

static bool is_digit(str text, size_t at)
{
    return at < text.len && text.at[at] >= '0' && text.at[at] <= '9';
}

/* Reads "[+-]digits" to the end of text; huge exponents stop at the limit that overflows anyway. */
static bool scan_exponent(str text, int64_t *out)
{
    bool negative = text.len && text.at[0] == '-';
    size_t at = text.len && (text.at[0] == '-' || text.at[0] == '+') ? 1 : 0;
    if (!is_digit(text, at)) return false;
    int64_t value = 0;
    for (; is_digit(text, at); at++) {
        if (value < INT32_MAX) value = value * 10 + (text.at[at] - '0');
    }
    *out = negative ? -value : value;
    return at == text.len;
}

static bool scan(str text, struct scanned *out)
{
    *out = (struct scanned){0};
    size_t at = 0;
    if (text.len && (text.at[0] == '-' || text.at[0] == '+')) {
        out->negative = text.at[0] == '-';
        at = 1;
    }
    size_t start = at;
    while (is_digit(text, at)) at++;
    out->whole = at - start;
    if (at < text.len && text.at[at] == '.') {
        size_t point = at++;
        while (is_digit(text, at)) at++;
        out->fraction = at - point - 1;
    }
    if (out->whole + out->fraction == 0) return false;
    out->digits = str_slice(text, start, at);
    if (at == text.len) return true;
    if (text.at[at] != 'e' && text.at[at] != 'E') return false;
    return scan_exponent(str_skip(text, at + 1), &out->exponent);
}

static err overflow(struct arena *arena)
{
    return err_sql(arena, "22003", "value overflows numeric format");
}

/* The digits without point and leading zeros, moved so that the point stands where it should. */
static err assemble(struct arena *arena, const struct scanned *number, str *out)
{
    int64_t scale = (int64_t)number->fraction - number->exponent;
    if (scale < 0) scale = 0;
    char *digits = arena_alloc(arena, number->digits.len + 1);
    size_t count = 0, skipped = 0;
    for (size_t i = 0; i < number->digits.len; i++) {
        char c = number->digits.at[i];
        if (c == '.') continue;
        if (c == '0' && !count)
            skipped++;
        else
            digits[count++] = c;
    }
    int64_t whole = count ? (int64_t)number->whole - (int64_t)skipped + number->exponent : 0;
    if (scale > SCALE_MAX || whole > WHOLE_DIGITS_MAX) return overflow(arena);
    size_t room = (size_t)(whole > 0 ? whole : 1) + (size_t)scale + 2;
    char *text = arena_alloc(arena, room);
    size_t len = 0;
    if (number->negative && count) text[len++] = '-';
    if (whole <= 0) text[len++] = '0';
    for (int64_t i = 0; i < whole; i++) text[len++] = (size_t)i < count ? digits[i] : '0';
    if (scale) text[len++] = '.';
    for (int64_t i = whole; i < whole + scale; i++) {
        text[len++] = i >= 0 && (size_t)i < count ? digits[i] : '0';
    }
    *out = str_from(text, len);
    return NULL;
}

/* Any accepted spelling to canonical text, without typmod. */
static err parse(struct arena *arena, str text, str *out)
{
    if (numeric_is_canonical(text)) {
        *out = text;
        return NULL;
    }
    str number = trim(text);
    for (size_t i = 0; i < COUNT_OF(specials); i++) {
        if (!str_eq_nocase(number, specials[i].spelling)) continue;
        *out = *specials[i].value;
        return NULL;
    }
    struct scanned scanned;
    if (!scan(number, &scanned)) {
        return err_sql(arena, "22P02", "invalid input syntax for type numeric: \"%.*s\"",
                       STR_FMT(text));
    }
    if (scanned.exponent >= INT32_MAX / 2 || scanned.exponent <= -(INT32_MAX / 2)) {
        return overflow(arena);
    }
    return assemble(arena, &scanned, out);
}

err numeric_parse(struct arena *arena, str text, int32_t typmod, str *out)
{
    str value;
    TRY(parse(arena, text, &value));
    return numeric_coerce(arena, value, typmod, out);
}

static void typmod_parts(int32_t typmod, int32_t *precision, int32_t *scale)
{
    int32_t bits = typmod - 4;
    *precision = bits >> 16 & 0xffff;
    *scale = ((bits & 0x7ff) ^ 1024) - 1024; /* 11 bits, signed */
}

static err field_overflow(struct arena *arena, int32_t precision, int32_t scale, bool infinite)
{
    struct err *error = err_sql(arena, "22003", "numeric field overflow");
    if (infinite) {
        return err_details(arena, error,
                           "A field with precision %d, scale %d cannot hold an infinite value.",
                           precision, scale);
    }
    int32_t whole = precision - scale;
    return err_details(
        arena, error,
        "A field with precision %d, scale %d must round to an absolute value less than %s%d.",
        precision, scale, whole ? "10^" : "", whole ? whole : 1);
}

/* Decimal position behind the first non-zero digit: 3 for 123, 0 for 0.5, -1 for 0.05; INT32_MIN
 * for zero. */
static int32_t leading_place(str a)
{
    if (a.at[0] == '-') a = str_skip(a, 1);
    size_t whole = whole_len(a);
    if (a.at[0] != '0') return (int32_t)whole;
    for (size_t i = whole + 1; i < a.len; i++) {
        if (a.at[i] != '0') return -(int32_t)(i - whole - 1);
    }
    return INT32_MIN;
}

err numeric_coerce(struct arena *arena, str value, int32_t typmod, str *out)
{
    *out = value;
    if (typmod < 4 || numeric_is_nan(value)) return NULL;
    int32_t precision, scale;
    typmod_parts(typmod, &precision, &scale);
    if (!is_finite(value)) return field_overflow(arena, precision, scale, true);
    str rounded = numeric_round(arena, value, scale);
    if (leading_place(rounded) > precision - scale) {
        return field_overflow(arena, precision, scale, false);
    }
    *out = rounded;
    return NULL;
}

/* ---- sum, difference, product ---- */

/* Brings both to one scale; false when that needs too many digits. */
static bool align(struct decimal_small *a, struct decimal_small *b)
{
    struct decimal_small *narrow = a->scale < b->scale ? a : b;
    int32_t more = (narrow == a ? b : a)->scale - narrow->scale;
    if (more == 0) return true;
    if (more > SMALL_DIGITS_MAX) return false;
    i128 factor = i128_power_of_ten(more), scaled;
    if (__builtin_mul_overflow(narrow->mantissa, factor, &scaled)) return false;
    narrow->mantissa = scaled;
    narrow->scale += more;
    return true;
}

static bool add_small(struct arena *arena, str a, str b, bool minus, str *out)
{
    struct decimal_small x, y;
    if (!decimal_small_read(a, &x) || !decimal_small_read(b, &y) || !align(&x, &y)) return false;
    bool overflowed = minus ? __builtin_sub_overflow(x.mantissa, y.mantissa, &x.mantissa)
                            : __builtin_add_overflow(x.mantissa, y.mantissa, &x.mantissa);
    if (overflowed) return false;
    *out = decimal_small_write(arena, x);
    return true;
}

/* a + b where at least one is not finite. */
static str add_special(str a, str b)
{
    if (numeric_is_nan(a) || numeric_is_nan(b)) return text_nan;
    if (is_finite(a)) return b;
    if (is_finite(b)) return a;
    return a.at[0] == b.at[0] ? a : text_nan;
}

err numeric_add(struct arena *arena, str a, str b, str *out)
{
    if (LIKELY(add_small(arena, a, b, false, out))) return NULL;
    if (!is_finite(a) || !is_finite(b)) {
        *out = add_special(a, b);
        return NULL;
    }
    struct decimal x = decimal_read(arena, a), y = decimal_read(arena, b);
    struct decimal sum = decimal_add(arena, &x, &y);
    return decimal_finish(arena, &sum, out);
}

err numeric_sub(struct arena *arena, str a, str b, str *out)
{
    if (LIKELY(add_small(arena, a, b, true, out))) return NULL;
    if (!is_finite(a) || !is_finite(b)) {
        *out = add_special(a, numeric_neg(arena, b));
        return NULL;
    }
    struct decimal x = decimal_read(arena, a), y = decimal_read(arena, b);
    struct decimal difference = decimal_sub(arena, &x, &y);
    return decimal_finish(arena, &difference, out);
}

static bool mul_small(struct arena *arena, str a, str b, str *out)
{
    struct decimal_small x, y;
    if (!decimal_small_read(a, &x) || !decimal_small_read(b, &y)) return false;
    if (__builtin_mul_overflow(x.mantissa, y.mantissa, &x.mantissa)) return false;
    x.scale += y.scale;
    *out = decimal_small_write(arena, x);
    return true;
}

static str infinity_of_sign(int sign)
{
    return sign > 0 ? text_infinity : sign < 0 ? text_minus_infinity : text_nan;
}

err numeric_mul(struct arena *arena, str a, str b, str *out)
{
    if (LIKELY(mul_small(arena, a, b, out))) return NULL;
    if (!is_finite(a) || !is_finite(b)) {
        bool nan = numeric_is_nan(a) || numeric_is_nan(b);
        *out = nan ? text_nan : infinity_of_sign(sign_of(a) * sign_of(b));
        return NULL;
    }
    struct decimal x = decimal_read(arena, a), y = decimal_read(arena, b);
    /* Too wide for sure, before the digits are multiplied. */
    if (x.count && y.count && x.weight + y.weight >= WHOLE_DIGITS_MAX / DIGIT_WIDTH)
        return overflow(arena);
    struct decimal product = decimal_mul(arena, &x, &y);
    return decimal_finish(arena, &product, out);
}

/* ---- quotient, remainder ---- */

static err division_by_zero(struct arena *arena)
{
    return err_sql(arena, "22012", "division by zero");
}

/* The weight and value of the first base-10000 digit, which PostgreSQL's scale rule looks at. */
static void first_digit(struct decimal_small a, int32_t *weight, int32_t *digit)
{
    *weight = *digit = 0;
    if (a.mantissa == 0) return;
    u128 magnitude = a.mantissa < 0 ? 0 - (u128)a.mantissa : (u128)a.mantissa;
    int digits = u128_digits(magnitude);
    int32_t place = digits - 1 - a.scale; /* decimal exponent of the first digit */
    *weight = (place >= 0 ? place : place - (DIGIT_WIDTH - 1)) / DIGIT_WIDTH;
    int width = place - *weight * DIGIT_WIDTH + 1; /* decimals in the first base-10000 digit */
    *digit = digits >= width ? (int32_t)(magnitude / (u128)i128_power_of_ten(digits - width))
                             : (int32_t)(magnitude * (u128)i128_power_of_ten(width - digits));
}

static int32_t small_div_scale(struct decimal_small a, struct decimal_small b)
{
    int32_t weight_a, weight_b, digit_a, digit_b;
    first_digit(a, &weight_a, &digit_a);
    first_digit(b, &weight_b, &digit_b);
    int32_t weight = weight_a - weight_b - (digit_a <= digit_b ? 1 : 0);
    int32_t scale = SIGNIFICANT_MIN - weight * DIGIT_WIDTH;
    if (scale < a.scale) scale = a.scale;
    if (scale < b.scale) scale = b.scale;
    if (scale < 0) scale = 0;
    return scale > RESULT_SCALE_MAX ? RESULT_SCALE_MAX : scale;
}

/* Half away from zero. */
static i128 divide_rounding(i128 a, i128 b)
{
    i128 quotient = a / b, rest = a % b;
    u128 twice = 2 * (rest < 0 ? 0 - (u128)rest : (u128)rest);
    if (twice < (b < 0 ? 0 - (u128)b : (u128)b)) return quotient;
    return (a < 0) == (b < 0) ? quotient + 1 : quotient - 1;
}

static bool div_small(struct arena *arena, str a, str b, str *out)
{
    struct decimal_small x, y;
    if (!decimal_small_read(a, &x) || !decimal_small_read(b, &y) || y.mantissa == 0) return false;
    int32_t scale = small_div_scale(x, y);
    int32_t shift = scale + y.scale - x.scale;
    i128 dividend;
    if (shift > SMALL_DIGITS_MAX) return false;
    if (__builtin_mul_overflow(x.mantissa, i128_power_of_ten(shift), &dividend)) return false;
    struct decimal_small quotient = {divide_rounding(dividend, y.mantissa), scale};
    *out = decimal_small_write(arena, quotient);
    return true;
}

/* a / b where at least one is not finite. whole: for div(), else "/". */
static err div_special(struct arena *arena, str a, str b, str *out)
{
    if (numeric_is_nan(a) || numeric_is_nan(b)) {
        *out = text_nan;
    } else if (is_finite(a)) {
        *out = STR("0");
    } else if (!is_finite(b)) {
        *out = text_nan;
    } else if (sign_of(b) == 0) {
        return division_by_zero(arena);
    } else {
        *out = infinity_of_sign(sign_of(a) * sign_of(b));
    }
    return NULL;
}

err numeric_div(struct arena *arena, str a, str b, str *out)
{
    if (LIKELY(div_small(arena, a, b, out))) return NULL;
    if (!is_finite(a) || !is_finite(b)) return div_special(arena, a, b, out);
    if (numeric_is_zero(b)) return division_by_zero(arena);
    struct decimal x = decimal_read(arena, a), y = decimal_read(arena, b);
    struct decimal quotient = decimal_div(arena, &x, &y, decimal_div_scale(&x, &y), DECIMAL_ROUND);
    return decimal_finish(arena, &quotient, out);
}

err numeric_div_trunc(struct arena *arena, str a, str b, str *out)
{
    if (!is_finite(a) || !is_finite(b)) return div_special(arena, a, b, out);
    if (numeric_is_zero(b)) return division_by_zero(arena);
    struct decimal x = decimal_read(arena, a), y = decimal_read(arena, b);
    struct decimal quotient = decimal_div(arena, &x, &y, 0, DECIMAL_TRUNCATE);
    return decimal_finish(arena, &quotient, out);
}

static err mod_special(struct arena *arena, str a, str b, str *out)
{
    if (numeric_is_nan(a) || numeric_is_nan(b)) {
        *out = text_nan;
    } else if (!is_finite(a)) {
        if (is_finite(b) && sign_of(b) == 0) return division_by_zero(arena);
        *out = text_nan;
    } else {
        *out = a; /* any number modulo infinity is itself */
    }
    return NULL;
}

err numeric_mod(struct arena *arena, str a, str b, str *out)
{
    if (!is_finite(a) || !is_finite(b)) return mod_special(arena, a, b, out);
    if (numeric_is_zero(b)) return division_by_zero(arena);
    struct decimal_small x, y;
    if (decimal_small_read(a, &x) && decimal_small_read(b, &y) && align(&x, &y)) {
        *out = decimal_small_write(arena, (struct decimal_small){x.mantissa % y.mantissa, x.scale});
        return NULL;
    }
    struct decimal p = decimal_read(arena, a), q = decimal_read(arena, b);
    struct decimal times = decimal_div(arena, &p, &q, 0, DECIMAL_TRUNCATE);
    struct decimal product = decimal_mul(arena, &times, &q);
    struct decimal rest = decimal_sub(arena, &p, &product);
    return decimal_finish(arena, &rest, out);
}

/* ---- sign, rounding ---- */

str numeric_neg(struct arena *arena, str a)
{
    switch (numeric_class(a)) {
    case NUMERIC_NAN: return text_nan;
    case NUMERIC_PLUS_INFINITY: return text_minus_infinity;
    case NUMERIC_MINUS_INFINITY: return text_infinity;
    case NUMERIC_FINITE: break;
    }
    if (a.at[0] == '-') return str_skip(a, 1);
    if (numeric_is_zero(a)) return a;
    return str_join(arena, (const str[]){STR("-"), a}, 2, STR_NONE);
}

str numeric_abs(str a)
{
    return a.at[0] == '-' ? str_skip(a, 1) : a;
}

str numeric_sign(str a)
{
    if (numeric_is_nan(a)) return text_nan;
    int sign = sign_of(a);
    return sign < 0 ? STR("-1") : sign > 0 ? STR("1") : STR("0");
}

/* a with more zeros behind the point. */
static str widen(struct arena *arena, str a, int32_t scale, int32_t wanted)
{
    size_t zeros = (size_t)(wanted - scale);
    size_t point = scale ? 0 : 1;
    char *text = arena_alloc(arena, a.len + point + zeros + 1);
    memcpy(text, a.at, a.len);
    if (point) text[a.len] = '.';
    memset(text + a.len + point, '0', zeros);
    return str_from(text, a.len + point + zeros);
}

static bool fit_small(
    struct arena *arena, str a, int32_t drop, enum decimal_rounding rounding, str *out)
{
    struct decimal_small x;
    if (drop > SMALL_DIGITS_MAX || !decimal_small_read(a, &x) || drop > x.scale) return false;
    i128 unit = i128_power_of_ten(drop);
    x.mantissa = rounding == DECIMAL_ROUND ? divide_rounding(x.mantissa, unit) : x.mantissa / unit;
    x.scale -= drop;
    *out = decimal_small_write(arena, x);
    return true;
}

static str fit(struct arena *arena, str a, int32_t scale, enum decimal_rounding rounding)
{
    if (!is_finite(a)) return a;
    int32_t current = numeric_scale(a);
    if (scale > SCALE_MAX) scale = SCALE_MAX;
    if (scale < -WHOLE_DIGITS_MAX) scale = -WHOLE_DIGITS_MAX;
    if (scale == current) return a;
    if (scale > current) return widen(arena, a, current, scale);
    str fitted;
    if (fit_small(arena, a, current - scale, rounding, &fitted)) return fitted;
    struct decimal x = decimal_read(arena, a);
    x = decimal_fit(arena, &x, scale, rounding);
    return decimal_write(arena, &x);
}

str numeric_round(struct arena *arena, str a, int32_t scale)
{
    return fit(arena, a, scale, DECIMAL_ROUND);
}

str numeric_trunc(struct arena *arena, str a, int32_t scale)
{
    return fit(arena, a, scale, DECIMAL_TRUNCATE);
}

/* Truncated, then one further from zero when something was lost on that side. */
static str step_whole(struct arena *arena, str a, int side)
{
    str whole = numeric_trunc(arena, a, 0);
    if (!is_finite(a) || sign_of(a) != side || numeric_compare(whole, a) == 0) return whole;
    str stepped = whole;
    err_ignore(numeric_add(arena, whole, side > 0 ? STR("1") : STR("-1"), &stepped),
               "one more digit than the widest numeric at most");
    return stepped;
}

str numeric_ceil(struct arena *arena, str a)
{
    return step_whole(arena, a, 1);
}

str numeric_floor(struct arena *arena, str a)
{
    return step_whole(arena, a, -1);
}

int32_t numeric_min_scale(str a)
{
    int32_t scale = numeric_scale(a);
    while (scale > 0 && a.at[a.len - 1] == '0') {
        a.len--;
        scale--;
    }
    return scale;
}

str numeric_trim_scale(str a)
{
    int32_t scale = numeric_min_scale(a);
    if (scale < 0) return a;
    return str_slice(a, 0, whole_len(a) + (scale ? (size_t)scale + 1 : 0));
}

/* ---- order ---- */

/* Unsigned finite texts. */
static int compare_magnitude(str a, str b)
{
    size_t whole_a = whole_len(a), whole_b = whole_len(b);
    if (whole_a != whole_b) return whole_a > whole_b ? 1 : -1;
    int order = memcmp(a.at, b.at, whole_a);
    if (order) return order;
    str x = str_skip(a, whole_a + 1), y = str_skip(b, whole_b + 1);
    size_t common = x.len < y.len ? x.len : y.len;
    order = common ? memcmp(x.at, y.at, common) : 0;
    if (order) return order;
    for (size_t i = common; i < x.len; i++) {
        if (x.at[i] != '0') return 1;
    }
    for (size_t i = common; i < y.len; i++) {
        if (y.at[i] != '0') return -1;
    }
    return 0;
}

static const int class_ranks[] = {
    [NUMERIC_MINUS_INFINITY] = 0,
    [NUMERIC_FINITE] = 1,
    [NUMERIC_PLUS_INFINITY] = 2,
    [NUMERIC_NAN] = 3,
};

int numeric_compare(str a, str b)
{
    if (!a.len || !b.len) return (a.len > 0) - (b.len > 0);
    int rank_a = class_ranks[numeric_class(a)], rank_b = class_ranks[numeric_class(b)];
    if (rank_a != rank_b) return rank_a - rank_b;
    if (rank_a != 1) return 0;
    bool minus_a = a.at[0] == '-', minus_b = b.at[0] == '-';
    if (minus_a != minus_b) return minus_a ? -1 : 1;
    if (minus_a) return compare_magnitude(str_skip(b, 1), str_skip(a, 1));
    return compare_magnitude(a, b);
}

uint64_t numeric_hash(str a, uint64_t seed)
{
    return str_hash(numeric_trim_scale(a), seed);
}

/* ---- other number types ---- */

str numeric_from_i64(struct arena *arena, int64_t value)
{
    return decimal_small_write(arena, (struct decimal_small){value, 0});
}

static const char *const int_names[] = {
    [INT_2] = "smallint",
    [INT_4] = "integer",
    [INT_8] = "bigint",
    [INT_OID] = "oid",
};

err numeric_to_int(struct arena *arena, enum int_width width, str value, int64_t *out)
{
    const char *name = int_names[width];
    if (numeric_is_nan(value)) return err_sql(arena, "0A000", "cannot convert NaN to %s", name);
    if (!is_finite(value)) return err_sql(arena, "0A000", "cannot convert infinity to %s", name);
    struct decimal_small whole;
    str rounded = numeric_round(arena, value, 0);
    bool fits = decimal_small_read(rounded, &whole) && whole.mantissa >= INT64_MIN &&
                whole.mantissa <= INT64_MAX;
    if (!fits) return err_sql(arena, "22003", "%s out of range", name);
    TRY(int_check(arena, width, (int64_t)whole.mantissa));
    *out = (int64_t)whole.mantissa;
    return NULL;
}

static str from_double(struct arena *arena, double value, int digits)
{
    if (isnan(value)) return text_nan;
    if (isinf(value)) return value > 0 ? text_infinity : text_minus_infinity;
    str printed = str_printf(arena, "%.*g", digits, value), out = printed;
    err_ignore(parse(arena, printed, &out), "a double's exponent is far inside numeric's");
    return out;
}

str numeric_from_double(struct arena *arena, double value)
{
    return from_double(arena, value, 15);
}

str numeric_from_float4(struct arena *arena, double value)
{
    return from_double(arena, value, 6);
}
