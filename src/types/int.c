#include "types/int.h"

#include <math.h>

struct width_row {
    const char *name; /* as PostgreSQL prints it */
    int64_t min;
    int64_t max;
};

/* oid's input takes negative numbers and wraps them, as strtoul does in PostgreSQL. */
static const struct width_row widths[] = {
    [INT_2] = {"smallint", INT16_MIN, INT16_MAX },
    [INT_4] = {"integer",  INT32_MIN, INT32_MAX },
    [INT_8] = {"bigint",   INT64_MIN, INT64_MAX },
    [INT_OID] = {"oid",      0,         UINT32_MAX},
};

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Digits between the blanks, accumulated below zero so that the minimum fits. False: overflow. */
static bool read_digits(str digits, bool negative, int64_t *out)
{
    int64_t value = 0;
    for (size_t i = 0; i < digits.len; i++) {
        if (__builtin_mul_overflow(value, 10, &value)) return false;
        if (__builtin_sub_overflow(value, digits.at[i] - '0', &value)) return false;
    }
    if (!negative && value == INT64_MIN) return false;
    *out = negative ? value : -value;
    return true;
}

/* Strips blanks and sign; false unless what is left is digits alone. */
static bool cut_digits(str text, bool *negative, str *digits)
{
    while (text.len && is_space(text.at[0])) text = str_skip(text, 1);
    while (text.len && is_space(text.at[text.len - 1])) text.len--;
    *negative = text.len && text.at[0] == '-';
    if (text.len && (text.at[0] == '-' || text.at[0] == '+')) text = str_skip(text, 1);
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9') return false;
    }
    *digits = text;
    return text.len > 0;
}

static bool fits(enum int_width width, int64_t value)
{
    if (width == INT_OID) return value >= INT32_MIN && value <= UINT32_MAX;
    return value >= widths[width].min && value <= widths[width].max;
}

err int_parse(struct arena *arena, enum int_width width, str text, int64_t *out)
{
    const char *name = widths[width].name;
    bool negative;
    str digits;
    if (!cut_digits(text, &negative, &digits)) {
        return err_sql(arena, "22P02", "invalid input syntax for type %s: \"%.*s\"", name,
                       STR_FMT(text));
    }
    int64_t value;
    if (!read_digits(digits, negative, &value) || !fits(width, value)) {
        return err_sql(arena, "22003", "value \"%.*s\" is out of range for type %s", STR_FMT(text),
                       name);
    }
    *out = width == INT_OID ? (int64_t)(uint32_t)value : value;
    return NULL;
}

static err out_of_range(struct arena *arena, enum int_width width)
{
    /* PostgreSQL writes the type's name in upper case for oid alone. */
    return err_sql(arena, "22003", "%s out of range",
                   width == INT_OID ? "OID" : widths[width].name);
}

err int_check(struct arena *arena, enum int_width width, int64_t value)
{
    if (value < widths[width].min || value > widths[width].max) return out_of_range(arena, width);
    return NULL;
}

static err finish(
    struct arena *arena, enum int_width width, bool overflow, int64_t value, int64_t *out)
{
    if (overflow) return out_of_range(arena, width);
    TRY(int_check(arena, width, value));
    *out = value;
    return NULL;
}

err int_add(struct arena *arena, enum int_width width, int64_t a, int64_t b, int64_t *out)
{
    int64_t value;
    bool overflow = __builtin_add_overflow(a, b, &value);
    return finish(arena, width, overflow, value, out);
}

err int_sub(struct arena *arena, enum int_width width, int64_t a, int64_t b, int64_t *out)
{
    int64_t value;
    bool overflow = __builtin_sub_overflow(a, b, &value);
    return finish(arena, width, overflow, value, out);
}

err int_mul(struct arena *arena, enum int_width width, int64_t a, int64_t b, int64_t *out)
{
    int64_t value;
    bool overflow = __builtin_mul_overflow(a, b, &value);
    return finish(arena, width, overflow, value, out);
}

static err division_by_zero(struct arena *arena)
{
    return err_sql(arena, "22012", "division by zero");
}

err int_div(struct arena *arena, enum int_width width, int64_t a, int64_t b, int64_t *out)
{
    if (b == 0) return division_by_zero(arena);
    /* The minimum has no positive twin; in C it would trap. */
    if (b == -1) return int_neg(arena, width, a, out);
    return finish(arena, width, false, a / b, out);
}

err int_mod(struct arena *arena, enum int_width width, int64_t a, int64_t b, int64_t *out)
{
    if (b == 0) return division_by_zero(arena);
    return finish(arena, width, false, b == -1 ? 0 : a % b, out);
}

err int_neg(struct arena *arena, enum int_width width, int64_t a, int64_t *out)
{
    return int_sub(arena, width, 0, a, out);
}

err int_abs(struct arena *arena, enum int_width width, int64_t a, int64_t *out)
{
    return a < 0 ? int_neg(arena, width, a, out) : finish(arena, width, false, a, out);
}

static uint64_t magnitude(int64_t a)
{
    return a < 0 ? 0 - (uint64_t)a : (uint64_t)a;
}

static uint64_t gcd_u64(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

err int_gcd(struct arena *arena, enum int_width width, int64_t a, int64_t b, int64_t *out)
{
    uint64_t gcd = gcd_u64(magnitude(a), magnitude(b));
    return finish(arena, width, gcd > INT64_MAX, (int64_t)gcd, out);
}

err int_lcm(struct arena *arena, enum int_width width, int64_t a, int64_t b, int64_t *out)
{
    if (a == 0 || b == 0) return finish(arena, width, false, 0, out);
    uint64_t x = magnitude(a), y = magnitude(b), lcm;
    bool overflow = __builtin_mul_overflow(x / gcd_u64(x, y), y, &lcm) || lcm > INT64_MAX;
    return finish(arena, width, overflow, (int64_t)lcm, out);
}

err int_from_double(struct arena *arena, enum int_width width, double value, int64_t *out)
{
    double rounded = rint(value);
    /* -2^63 is a double, 2^63 is the first that does not fit. NaN fails both. */
    bool inside = rounded >= -0x1p63 && rounded < 0x1p63;
    if (!inside) return out_of_range(arena, width);
    return finish(arena, width, false, (int64_t)rounded, out);
}
