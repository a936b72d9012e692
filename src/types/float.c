#include "types/float.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS_MAX = 17 };

/* Which of the two precisions: how to read text, how many digits tell values apart, and up to
 * which decimal exponent PostgreSQL prints without "e". */
struct precision {
    const char *name;
    bool (*reads_back)(const char *text, double value);
    int digits_sure; /* any decimal of so many digits survives the round trip */
    int digits_max;  /* so many always suffice */
    int fixed_below; /* decimal exponents from here on use "e" */
    int bits;        /* of the mantissa */
    double normal_min;
};

static bool reads_back_8(const char *text, double value)
{
    return strtod(text, NULL) == value;
}

static bool reads_back_4(const char *text, double value)
{
    return strtof(text, NULL) == (float)value;
}

static const struct precision double_precision = {
    "double precision", reads_back_8, 15, 17, 15, 53, DBL_MIN};
static const struct precision single_precision = {"real", reads_back_4, 6, 9, 6, 24, FLT_MIN};

/* ---- input ---- */

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static const double powers_of_ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                       1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                       1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* Plain decimals of at most 15 digits: both parts are exact doubles, so one division rounds right. */
static bool parse_short(str text, double *out)
{
    bool negative = text.len && text.at[0] == '-';
    int64_t mantissa = 0;
    size_t digits = 0, fraction = 0;
    bool point = false;
    for (size_t i = negative ? 1 : 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (c < '0' || c > '9' || ++digits > 15) return false;
        mantissa = mantissa * 10 + (c - '0');
        if (point) fraction++;
    }
    if (!digits) return false;
    double value = (double)mantissa / powers_of_ten[fraction];
    *out = negative ? -value : value;
    return true;
}

static err invalid(struct arena *arena, const struct precision *precision, str text)
{
    return err_sql(arena, "22P02", "invalid input syntax for type %s: \"%.*s\"", precision->name,
                   STR_FMT(text));
}

static err parse(struct arena *arena, const struct precision *precision, str text, double *out)
{
    if (precision == &double_precision && parse_short(text, out)) return NULL;
    size_t start = 0;
    while (start < text.len && is_space(text.at[start])) start++;
    str rest = str_skip(text, start);
    if (str_empty(rest) || memchr(rest.at, 0, rest.len)) return invalid(arena, precision, text);
    const char *number = str_cstr(arena, rest);
    char *end = NULL;
    errno = 0;
    double value = precision == &double_precision ? strtod(number, &end) : strtof(number, &end);
    bool range = errno == ERANGE;
    if (end == number) return invalid(arena, precision, text);
    size_t len = (size_t)(end - number);
    while (is_space(*end)) end++;
    if (*end) return invalid(arena, precision, text);
    /* glibc says ERANGE for subnormals too; those are kept. */
    if (range && (value == 0 || isinf(value))) {
        return err_sql(arena, "22003", "\"%.*s\" is out of range for type %s", (int)len, number,
                       precision->name);
    }
    *out = value;
    return NULL;
}

err float8_parse(struct arena *arena, str text, double *out)
{
    return parse(arena, &double_precision, text, out);
}

err float4_parse(struct arena *arena, str text, double *out)
{
    return parse(arena, &single_precision, text, out);
}

/* ---- output ---- */

/* A positive finite value as 0.d1d2d3... x 10^(exponent + 1). */
struct decimal {
    char digits[DIGITS_MAX + 1];
    int count;
    int exponent; /* of the first digit */
};

static void set_digits(struct decimal *out, uint64_t mantissa, int fraction)
{
    char reversed[20];
    int count = 0;
    while (mantissa) {
        reversed[count++] = (char)('0' + mantissa % 10);
        mantissa /= 10;
    }
    out->exponent = count - 1 - fraction;
    int zeros = 0;
    while (zeros < count - 1 && reversed[zeros] == '0') zeros++;
    out->count = count - zeros;
    for (int i = 0; i < out->count; i++) out->digits[i] = reversed[count - 1 - i];
}

static const double SMALL_MIN = 1e-5, SMALL_END = 1e15;

/* Values that are a whole number of at most 15 digits divided by a power of ten: nearly all that
 * people store. The quotient of two exact doubles rounds right, so equality proves the digits. */
static bool shortest_small(double value, struct decimal *out)
{
    if (value >= SMALL_END || value < SMALL_MIN) return false;
    for (int fraction = 0; fraction <= 20; fraction++) {
        double mantissa = rint(value * powers_of_ten[fraction]);
        if (mantissa >= 1e15) return false;
        if (mantissa / powers_of_ten[fraction] != value) continue;
        set_digits(out, (uint64_t)mantissa, fraction);
        return true;
    }
    return false;
}

__extension__ typedef unsigned __int128 wide;

/* True when digits x 10^exponent is odd x 2^two exactly. */
static bool is_exactly(uint64_t digits, int exponent, uint64_t odd, int two)
{
    int twos = __builtin_ctzll(digits);
    if (exponent > 23 || exponent < -27 || twos + exponent != two) return false;
    wide left = digits >> twos, right = odd;
    for (int i = 0; i < exponent; i++) left *= 5;
    for (int i = 0; i > exponent; i--) right *= 5;
    return left == right;
}

static bool is_power_of_two(uint64_t mantissa)
{
    return (mantissa & (mantissa - 1)) == 0;
}

/* True for a decimal half way between value and a neighbour. It may read back as value, by the rule
 * of even mantissas, but PostgreSQL takes only what lies inside. */
static bool is_midpoint(const struct precision *precision,
                        double value,
                        const struct decimal *decimal)
{
    uint64_t digits = 0;
    for (int i = 0; i < decimal->count; i++) {
        digits = digits * 10 + (uint64_t)(decimal->digits[i] - '0');
    }
    int exponent = decimal->exponent - decimal->count + 1, two;
    uint64_t mantissa = (uint64_t)ldexp(frexp(value, &two), precision->bits);
    two -= precision->bits + 1;
    return is_exactly(digits, exponent, 2 * mantissa + 1, two) ||
           is_exactly(digits, exponent, 2 * mantissa - 1, two) ||
           (is_power_of_two(mantissa) && is_exactly(digits, exponent, 4 * mantissa - 1, two - 1));
}

/* "d.ddde+xx" taken apart. */
static void take_digits(const char *text, struct decimal *out)
{
    const char *exponent = strchr(text, 'e');
    out->exponent = (int)strtol(exponent + 1, NULL, 10);
    out->count = 0;
    for (const char *at = text; at < exponent; at++) {
        if (*at != '.') out->digits[out->count++] = *at;
    }
    while (out->count > 1 && out->digits[out->count - 1] == '0') out->count--;
}

/* One more in the last place; false on a carry, which cannot be the shortest. */
static bool step_up(char *text)
{
    char *last = strchr(text, 'e') - 1;
    if (*last < '0' || *last >= '9') return false;
    (*last)++;
    return true;
}

/* The decimal of so many digits nearest to value; false when it does not read back. Above a power
 * of two values lie twice as far apart as below, so there the next decimal up is tried as well. */
static bool try_digits(const struct precision *precision,
                       double value,
                       int count,
                       struct decimal *out)
{
    char text[40];
    snprintf(text, sizeof text, "%.*e", count - 1, value);
    bool good = precision->reads_back(text, value);
    int exponent;
    if (!good && frexp(value, &exponent) == 0.5) {
        good = step_up(text) && precision->reads_back(text, value);
    }
    if (!good) return false;
    take_digits(text, out);
    return count == precision->digits_max || !is_midpoint(precision, value, out);
}

static void shortest(const struct precision *precision, double value, struct decimal *out)
{
    if (precision == &double_precision && shortest_small(value, out)) return;
    /* Subnormals have fewer digits than any decimal of digits_sure. */
    int count = value < precision->normal_min ? 1 : precision->digits_sure;
    bool looked_at = precision == &double_precision && value >= SMALL_MIN && value < SMALL_END;
    if (looked_at) count++; /* shortest_small would have found digits_sure */
    while (!try_digits(precision, value, count, out) && count < precision->digits_max) count++;
}

static void write_fixed(struct buf *out, const struct decimal *decimal)
{
    static const char zeros[] = "00000000000000000000";
    int whole = decimal->exponent + 1;
    if (whole <= 0) {
        buf_lit(out, "0.");
        buf_append(out, zeros, (size_t)-whole);
        buf_append(out, decimal->digits, (size_t)decimal->count);
    } else if (decimal->count <= whole) {
        buf_append(out, decimal->digits, (size_t)decimal->count);
        buf_append(out, zeros, (size_t)(whole - decimal->count));
    } else {
        buf_append(out, decimal->digits, (size_t)whole);
        buf_char(out, '.');
        buf_append(out, decimal->digits + whole, (size_t)(decimal->count - whole));
    }
}

static void write_exponent(struct buf *out, const struct decimal *decimal)
{
    buf_char(out, decimal->digits[0]);
    if (decimal->count > 1) {
        buf_char(out, '.');
        buf_append(out, decimal->digits + 1, (size_t)(decimal->count - 1));
    }
    int exponent = decimal->exponent;
    buf_lit(out, "e");
    buf_char(out, exponent < 0 ? '-' : '+');
    if (exponent < 0) exponent = -exponent;
    if (exponent < 10) buf_char(out, '0');
    buf_i64(out, exponent);
}

static void write_number(struct buf *out, const struct precision *precision, double value)
{
    if (isnan(value)) {
        buf_lit(out, "NaN");
        return;
    }
    if (signbit(value)) buf_char(out, '-');
    value = fabs(value);
    if (isinf(value)) {
        buf_lit(out, "Infinity");
        return;
    }
    if (value == 0) {
        buf_char(out, '0');
        return;
    }
    struct decimal decimal;
    shortest(precision, value, &decimal);
    bool fixed = decimal.exponent >= -4 && decimal.exponent < precision->fixed_below;
    if (fixed)
        write_fixed(out, &decimal);
    else
        write_exponent(out, &decimal);
}

void float8_write(struct buf *out, double value)
{
    write_number(out, &double_precision, value);
}

void float4_write(struct buf *out, double value)
{
    write_number(out, &single_precision, value);
}

static void write_json(struct buf *out, const struct precision *precision, double value)
{
    bool quoted = !isfinite(value);
    if (quoted) buf_char(out, '"');
    write_number(out, precision, value);
    if (quoted) buf_char(out, '"');
}

void float8_write_json(struct buf *out, double value)
{
    write_json(out, &double_precision, value);
}

void float4_write_json(struct buf *out, double value)
{
    write_json(out, &single_precision, value);
}

/* ---- arithmetic ---- */

static err overflow(struct arena *arena)
{
    return err_sql(arena, "22003", "value out of range: overflow");
}

static err underflow(struct arena *arena)
{
    return err_sql(arena, "22003", "value out of range: underflow");
}

err float8_add(struct arena *arena, double a, double b, double *out)
{
    double value = a + b;
    if (isinf(value) && !isinf(a) && !isinf(b)) return overflow(arena);
    *out = value;
    return NULL;
}

err float8_sub(struct arena *arena, double a, double b, double *out)
{
    return float8_add(arena, a, -b, out);
}

err float8_mul(struct arena *arena, double a, double b, double *out)
{
    double value = a * b;
    if (isinf(value) && !isinf(a) && !isinf(b)) return overflow(arena);
    if (value == 0 && a != 0 && b != 0) return underflow(arena);
    *out = value;
    return NULL;
}

err float8_div(struct arena *arena, double a, double b, double *out)
{
    if (b == 0 && !isnan(a)) return err_sql(arena, "22012", "division by zero");
    double value = a / b;
    if (isinf(value) && !isinf(a)) return overflow(arena);
    if (value == 0 && a != 0 && !isinf(b)) return underflow(arena);
    *out = value;
    return NULL;
}

err float8_power(struct arena *arena, double a, double b, double *out)
{
    if (a == 0 && b < 0) {
        return err_sql(arena, "2201F", "zero raised to a negative power is undefined");
    }
    if (a < 0 && isfinite(b) && floor(b) != b) {
        return err_sql(arena, "2201F",
                       "a negative number raised to a non-integer power yields a complex result");
    }
    double value = pow(a, b);
    if (isinf(value) && isfinite(a) && isfinite(b)) return overflow(arena);
    if (value == 0 && a != 0 && isfinite(a) && isfinite(b)) return underflow(arena);
    *out = value;
    return NULL;
}

err float8_sqrt(struct arena *arena, double a, double *out)
{
    if (a < 0) return err_sql(arena, "2201F", "cannot take square root of a negative number");
    *out = sqrt(a);
    return NULL;
}

err float8_exp(struct arena *arena, double a, double *out)
{
    double value = exp(a);
    if (isinf(value) && !isinf(a)) return overflow(arena);
    if (value == 0 && !isinf(a)) return underflow(arena);
    *out = value;
    return NULL;
}

static err check_logarithm(struct arena *arena, double a)
{
    if (a == 0) return err_sql(arena, "2201E", "cannot take logarithm of zero");
    if (a < 0) return err_sql(arena, "2201E", "cannot take logarithm of a negative number");
    return NULL;
}

err float8_ln(struct arena *arena, double a, double *out)
{
    TRY(check_logarithm(arena, a));
    *out = log(a);
    return NULL;
}

err float8_log10(struct arena *arena, double a, double *out)
{
    TRY(check_logarithm(arena, a));
    *out = log10(a);
    return NULL;
}

err float4_from_float8(struct arena *arena, double value, double *out)
{
    float single = (float)value;
    if (isinf(single) && !isinf(value)) return overflow(arena);
    if (single == 0 && value != 0) return underflow(arena);
    *out = single;
    return NULL;
}

int float8_compare(double a, double b)
{
    if (isnan(a) || isnan(b)) return isnan(a) - isnan(b);
    return (a > b) - (a < b);
}
