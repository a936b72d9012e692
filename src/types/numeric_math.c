/* sqrt, exp, ln, log, power of numerics. Series with guard digits; the scales of results are
 * PostgreSQL's, and results are rounded right, so they agree digit for digit. */
#include "types/numeric.h"

#include <math.h>

#include "types/float.h"
#include "types/numeric_int.h"

enum {
    GUARD_DIGITS = 12,
    EXP_LIMIT = 6000, /* NUMERIC_MAX_RESULT_SCALE * 3: beyond, e^x overflows or is zero */
};

static const double log10_e = 0.434294481903252;

static struct decimal whole(struct arena *arena, int64_t value)
{
    return decimal_from_i64(arena, value);
}

static int32_t clamp_scale(int32_t scale, int32_t low_a, int32_t low_b)
{
    if (scale < low_a) scale = low_a;
    if (scale < low_b) scale = low_b;
    if (scale < 0) scale = 0;
    return scale > RESULT_SCALE_MAX ? RESULT_SCALE_MAX : scale;
}

static struct decimal mul_to(struct arena *arena,
                             const struct decimal *a,
                             const struct decimal *b,
                             int32_t scale)
{
    struct decimal product = decimal_mul(arena, a, b);
    return decimal_fit(arena, &product, scale, DECIMAL_ROUND);
}

static err overflow(struct arena *arena)
{
    return err_sql(arena, "22003", "value overflows numeric format");
}

/* ---- square root ---- */

static struct decimal root_of_whole(struct arena *arena, const struct decimal *n);

/* Above the root of n. A long n's is the root of its first half and zeros: each step of Newton then
 * starts with half of the digits right, and the steps before it were on shorter numbers. */
static struct decimal root_guess(struct arena *arena, const struct decimal *n)
{
    enum { SHORT_WEIGHT = 16 };
    if (n->weight > SHORT_WEIGHT) {
        int32_t shift = n->weight / 4;
        struct decimal high = *n, one = whole(arena, 1);
        high.weight -= 2 * shift;
        high = decimal_fit(arena, &high, 0, DECIMAL_TRUNCATE);
        struct decimal root = root_of_whole(arena, &high);
        root = decimal_add(arena, &root, &one);
        root.weight += shift;
        return root;
    }
    /* 10^ceil(digits / 2) */
    int32_t half = (decimal_magnitude(n) + 2) / 2;
    int16_t *first = ARENA_ARRAY(arena, int16_t, 1);
    static const int16_t tens[] = {1, 10, 100, 1000};
    first[0] = tens[half % DIGIT_WIDTH];
    return (struct decimal){false, half / DIGIT_WIDTH, 0, 1, first};
}

/* Newton's steps from above on whole numbers: the first that does not fall is the floor. */
static struct decimal root_of_whole(struct arena *arena, const struct decimal *n)
{
    struct decimal root = root_guess(arena, n);
    struct decimal two = whole(arena, 2);
    for (;;) {
        struct decimal quotient = decimal_div(arena, n, &root, 0, DECIMAL_TRUNCATE);
        struct decimal sum = decimal_add(arena, &root, &quotient);
        struct decimal next = decimal_div(arena, &sum, &two, 0, DECIMAL_TRUNCATE);
        if (decimal_compare_abs(&next, &root) >= 0) return root;
        root = next;
    }
}

static struct decimal root_to(struct arena *arena, const struct decimal *a, int32_t scale)
{
    struct decimal zero = {.scale = scale};
    if (!a->count) return zero;
    /* Shift by whole base digits: n = a * 10000^(2k), whose root has 4k decimals. */
    int32_t shift = scale / DIGIT_WIDTH + 2;
    struct decimal n = *a;
    n.weight += 2 * shift;
    n = decimal_fit(arena, &n, 0, DECIMAL_TRUNCATE);
    if (!n.count) return zero;
    struct decimal root = root_of_whole(arena, &n);
    root.weight -= shift;
    return decimal_fit(arena, &root, scale, DECIMAL_ROUND);
}

err numeric_sqrt_to(struct arena *arena, str a, int32_t scale, str *out)
{
    *out = a;
    if (numeric_class(a) != NUMERIC_FINITE) return NULL;
    struct decimal x = decimal_read(arena, a);
    struct decimal root = root_to(arena, &x, scale);
    return decimal_finish(arena, &root, out);
}

err numeric_sqrt(struct arena *arena, str a, str *out)
{
    enum numeric_class class = numeric_class(a);
    if (class == NUMERIC_MINUS_INFINITY || (class == NUMERIC_FINITE && a.at[0] == '-')) {
        return err_sql(arena, "2201F", "cannot take square root of a negative number");
    }
    *out = a;
    if (class != NUMERIC_FINITE) return NULL;
    struct decimal x = decimal_read(arena, a);
    int32_t weight = (x.weight + 1) * DIGIT_WIDTH / 2 - 1; /* of the root's first digit, about */
    struct decimal root = root_to(arena, &x, clamp_scale(SIGNIFICANT_MIN - weight, x.scale, 0));
    return decimal_finish(arena, &root, out);
}

/* ---- e^x ---- */

/* Taylor's series of a small x at a working scale. */
static struct decimal exp_series(struct arena *arena, const struct decimal *x, int32_t scale)
{
    struct decimal sum = whole(arena, 1), term = sum;
    for (int64_t i = 1;; i++) {
        struct decimal divisor = whole(arena, i);
        struct decimal product = mul_to(arena, &term, x, scale);
        term = decimal_div(arena, &product, &divisor, scale, DECIMAL_ROUND);
        if (!term.count) return sum;
        sum = decimal_add(arena, &sum, &term);
    }
}

static err exp_to(struct arena *arena, const struct decimal *x, int32_t scale, struct decimal *out)
{
    double estimate = decimal_to_double(arena, x);
    if (fabs(estimate) >= EXP_LIMIT) {
        if (estimate > 0) return overflow(arena);
        *out = (struct decimal){.scale = scale};
        return NULL;
    }
    /* e^x = (e^(x / 2^n))^(2^n): each squaring doubles the error, and x / 2^n is below 1/100. */
    int halvings = 0;
    while (ldexp(fabs(estimate), -halvings) > 0.01) halvings++;
    int32_t weight = (int32_t)(estimate * log10_e);
    int32_t working = scale + (weight > 0 ? weight : 0) + halvings + GUARD_DIGITS;
    struct decimal divisor = whole(arena, INT64_C(1) << halvings);
    struct decimal reduced = decimal_div(arena, x, &divisor, working, DECIMAL_ROUND);
    struct decimal power = exp_series(arena, &reduced, working);
    for (int i = 0; i < halvings; i++) power = mul_to(arena, &power, &power, working);
    *out = decimal_fit(arena, &power, scale, DECIMAL_ROUND);
    return NULL;
}

err numeric_exp(struct arena *arena, str a, str *out)
{
    *out = a;
    switch (numeric_class(a)) {
    case NUMERIC_MINUS_INFINITY: *out = STR("0"); return NULL;
    case NUMERIC_NAN:
    case NUMERIC_PLUS_INFINITY: return NULL;
    case NUMERIC_FINITE: break;
    }
    struct decimal x = decimal_read(arena, a);
    double weight = decimal_to_double(arena, &x) * log10_e;
    if (weight > 2000) weight = 2000;
    if (weight < -2000) weight = -2000;
    int32_t scale = clamp_scale(SIGNIFICANT_MIN - (int32_t)weight, x.scale, 0);
    struct decimal power;
    TRY(exp_to(arena, &x, scale, &power));
    return decimal_finish(arena, &power, out);
}

/* ---- logarithms ---- */

/* PostgreSQL's estimate of the decimal weight of ln(x): its result scales depend on it. x > 0. */
static int32_t ln_weight(struct arena *arena, const struct decimal *x)
{
    struct decimal low = decimal_read(arena, STR("0.9")), high = decimal_read(arena, STR("1.1"));
    if (decimal_compare(x, &low) >= 0 && decimal_compare(x, &high) <= 0) {
        struct decimal one = whole(arena, 1);
        struct decimal distance = decimal_sub(arena, x, &one);
        return distance.count ? decimal_magnitude(&distance) : 0;
    }
    int64_t digits = x->digits[0];
    int32_t weight = x->weight * DIGIT_WIDTH;
    if (x->count > 1) {
        digits = digits * DIGIT_BASE + x->digits[1];
        weight -= DIGIT_WIDTH;
    }
    double estimate = log((double)digits) + weight * 2.302585092994046;
    return (int32_t)log10(fabs(estimate));
}

/* ln of 1 <= x < 10^8, by square roots towards 1 and the series of artanh. */
static struct decimal ln_series(struct arena *arena, const struct decimal *x, int32_t scale)
{
    struct decimal one = whole(arena, 1), limit = decimal_read(arena, STR("1.01"));
    struct decimal root = *x, factor = whole(arena, 2), two = factor;
    while (decimal_compare(&root, &limit) > 0) {
        root = root_to(arena, &root, scale);
        factor = decimal_mul(arena, &factor, &two);
    }
    struct decimal below = decimal_sub(arena, &root, &one), above = decimal_add(arena, &root, &one);
    struct decimal z = decimal_div(arena, &below, &above, scale, DECIMAL_ROUND);
    struct decimal square = mul_to(arena, &z, &z, scale), power = z, sum = z;
    for (int64_t i = 3;; i += 2) {
        struct decimal divisor = whole(arena, i);
        power = mul_to(arena, &power, &square, scale);
        struct decimal term = decimal_div(arena, &power, &divisor, scale, DECIMAL_ROUND);
        if (!term.count) break;
        sum = decimal_add(arena, &sum, &term);
    }
    return mul_to(arena, &sum, &factor, scale);
}

static struct decimal ln_to(struct arena *arena, const struct decimal *x, int32_t scale)
{
    struct decimal one = whole(arena, 1);
    int32_t working = scale + 2 * GUARD_DIGITS;
    struct decimal above = *x;
    bool inverted = decimal_compare(x, &one) < 0;
    /* Relative precision is what counts, so a tiny x is turned over with its own magnitude. */
    if (inverted) above = decimal_div(arena, &one, x, working, DECIMAL_ROUND);
    /* x = mantissa * 10000^weight */
    int32_t weight = above.weight > 1 ? above.weight : 0;
    above.weight -= weight;
    if (weight) above = decimal_fit(arena, &above, working, DECIMAL_ROUND);
    struct decimal result = ln_series(arena, &above, working);
    if (weight) {
        struct decimal base = whole(arena, DIGIT_BASE), times = whole(arena, weight);
        struct decimal ln_base = ln_series(arena, &base, working);
        struct decimal rest = decimal_mul(arena, &ln_base, &times);
        result = decimal_add(arena, &result, &rest);
    }
    result.negative = inverted && result.count;
    return decimal_fit(arena, &result, scale, DECIMAL_ROUND);
}

/* 2201E unless a is above zero; NaN and infinity pass. */
static err check_logarithm(struct arena *arena, str a)
{
    if (numeric_is_nan(a)) return NULL;
    if (a.at[0] == '-')
        return err_sql(arena, "2201E", "cannot take logarithm of a negative number");
    if (numeric_is_zero(a)) return err_sql(arena, "2201E", "cannot take logarithm of zero");
    return NULL;
}

err numeric_ln(struct arena *arena, str a, str *out)
{
    TRY(check_logarithm(arena, a));
    *out = a;
    if (numeric_class(a) != NUMERIC_FINITE) return NULL;
    struct decimal x = decimal_read(arena, a);
    struct decimal result =
        ln_to(arena, &x, clamp_scale(SIGNIFICANT_MIN - ln_weight(arena, &x), x.scale, 0));
    return decimal_finish(arena, &result, out);
}

static int32_t at_least_zero(int32_t scale)
{
    return scale > 0 ? scale : 0;
}

err numeric_log(struct arena *arena, str base, str a, str *out)
{
    if (numeric_is_nan(base) || numeric_is_nan(a)) {
        *out = STR("NaN");
        return NULL;
    }
    bool infinite_base = numeric_class(base) != NUMERIC_FINITE;
    bool infinite = numeric_class(a) != NUMERIC_FINITE;
    /* With an infinity PostgreSQL looks for negative arguments first, else base before a. */
    if ((infinite_base || infinite) && a.at[0] == '-') TRY(check_logarithm(arena, a));
    TRY(check_logarithm(arena, base));
    TRY(check_logarithm(arena, a));
    if (infinite_base || infinite) {
        *out = infinite_base && infinite ? STR("NaN") : infinite_base ? STR("0") : a;
        return NULL;
    }
    struct decimal b = decimal_read(arena, base), x = decimal_read(arena, a);
    int32_t weight_b = ln_weight(arena, &b), weight_x = ln_weight(arena, &x);
    int32_t weight = weight_x - weight_b;
    int32_t scale = clamp_scale(SIGNIFICANT_MIN - weight, b.scale, x.scale);
    struct decimal ln_b = ln_to(arena, &b, at_least_zero(scale + weight - weight_b + 8));
    struct decimal ln_x = ln_to(arena, &x, at_least_zero(scale + weight - weight_x + 8));
    if (!ln_b.count) return err_sql(arena, "22012", "division by zero");
    struct decimal result = decimal_div(arena, &ln_x, &ln_b, scale, DECIMAL_ROUND);
    return decimal_finish(arena, &result, out);
}

/* ---- powers ---- */

/* The product with as many significant digits as asked. */
static struct decimal mul_significant(struct arena *arena,
                                      const struct decimal *a,
                                      const struct decimal *b,
                                      int32_t digits)
{
    struct decimal product = decimal_mul(arena, a, b);
    if (!product.count) return product;
    int32_t scale = digits - decimal_magnitude(&product);
    return scale < product.scale ? decimal_fit(arena, &product, scale, DECIMAL_ROUND) : product;
}

/* log10(|base|^exponent), from the first digits. */
static double power_magnitude(const struct decimal *base, int64_t exponent)
{
    double digits = base->digits[0];
    int32_t weight = base->weight * DIGIT_WIDTH;
    for (int32_t i = 1; i < base->count && i * DIGIT_WIDTH < 16; i++) {
        digits = digits * DIGIT_BASE + base->digits[i];
        weight -= DIGIT_WIDTH;
    }
    return (double)exponent * (log10(digits) + weight);
}

/* By squaring. base is not zero, exponent not 0, 1, -1, 2. */
static err power_by_squaring(struct arena *arena,
                             const struct decimal *base,
                             int64_t exponent,
                             int32_t scale,
                             struct decimal *out)
{
    double magnitude = power_magnitude(base, exponent);
    if (magnitude > WHOLE_DIGITS_MAX) return overflow(arena);
    *out = (struct decimal){.scale = scale};
    if (magnitude + 1 < -scale || magnitude + 1 < -RESULT_SCALE_MAX) return NULL;
    uint64_t rest = exponent < 0 ? 0 - (uint64_t)exponent : (uint64_t)exponent;
    int32_t digits = 1 + scale + (int32_t)magnitude + (int32_t)log((double)rest) + GUARD_DIGITS;
    if (digits < GUARD_DIGITS) digits = GUARD_DIGITS;
    struct decimal square = *base, result = rest & 1 ? *base : whole(arena, 1);
    while (rest >>= 1) {
        square = mul_significant(arena, &square, &square, digits);
        if (rest & 1) result = mul_significant(arena, &result, &square, digits);
        if (square.weight <= INT16_MAX && result.weight <= INT16_MAX) continue;
        return exponent < 0 ? NULL : overflow(arena);
    }
    struct decimal one = whole(arena, 1);
    *out = exponent < 0 ? decimal_div(arena, &one, &result, scale, DECIMAL_ROUND)
                        : decimal_fit(arena, &result, scale, DECIMAL_ROUND);
    return NULL;
}

static err power_whole(struct arena *arena,
                       const struct decimal *base,
                       int64_t exponent,
                       int32_t scale,
                       struct decimal *out)
{
    struct decimal one = whole(arena, 1);
    if (exponent == 0) {
        one.scale = scale;
        *out = one;
        return NULL;
    }
    if (!base->count) {
        if (exponent < 0) return err_sql(arena, "22012", "division by zero");
        *out = (struct decimal){.scale = scale};
        return NULL;
    }
    if (exponent == 1)
        *out = decimal_fit(arena, base, scale, DECIMAL_ROUND);
    else if (exponent == -1)
        *out = decimal_div(arena, &one, base, scale, DECIMAL_ROUND);
    else if (exponent == 2)
        *out = mul_to(arena, base, base, scale);
    else
        return power_by_squaring(arena, base, exponent, scale, out);
    return NULL;
}

/* base > 0: e^(exponent * ln(base)). */
static err power_by_logarithm(struct arena *arena,
                              const struct decimal *base,
                              const struct decimal *exponent,
                              struct decimal *out)
{
    int32_t weight = ln_weight(arena, base);
    int32_t rough_scale = at_least_zero(8 - weight);
    struct decimal rough = ln_to(arena, base, rough_scale);
    struct decimal product = mul_to(arena, &rough, exponent, rough_scale);
    double estimate = decimal_to_double(arena, &product);
    if (fabs(estimate) > 2000 * 3.01) {
        if (estimate > 0) return overflow(arena);
        *out = (struct decimal){.scale = RESULT_SCALE_MAX};
        return NULL;
    }
    estimate *= log10_e;
    int32_t scale = SIGNIFICANT_MIN - (int32_t)estimate;
    scale = clamp_scale(scale, base->scale, exponent->scale);
    /* The error of ln(base) grows by the exponent, and e^x turns it into a relative one. */
    int32_t more = exponent->count ? at_least_zero(decimal_magnitude(exponent)) : 0;
    int32_t working = scale + at_least_zero((int32_t)estimate) + more + GUARD_DIGITS;
    struct decimal precise = ln_to(arena, base, working);
    product = mul_to(arena, &precise, exponent, working);
    return exp_to(arena, &product, scale, out);
}

static bool is_whole(const struct decimal *value)
{
    return value->count <= value->weight + 1;
}

static err power_finite(struct arena *arena,
                        const struct decimal *base,
                        const struct decimal *exponent,
                        struct decimal *out)
{
    if (!base->count && exponent->negative) {
        return err_sql(arena, "2201F", "zero raised to a negative power is undefined");
    }
    bool whole_exponent = exponent->count == 0 || is_whole(exponent);
    if (base->negative && !whole_exponent) {
        return err_sql(arena, "2201F",
                       "a negative number raised to a non-integer power yields a complex result");
    }
    int64_t times;
    bool fits = whole_exponent && decimal_to_i64(exponent, &times) && times >= INT32_MIN &&
                times <= INT32_MAX;
    if (fits) {
        int32_t scale = clamp_scale(SIGNIFICANT_MIN, base->scale, 0);
        return power_whole(arena, base, times, scale, out);
    }
    if (!base->count) {
        *out = (struct decimal){.scale = SIGNIFICANT_MIN};
        return NULL;
    }
    struct decimal magnitude = *base;
    magnitude.negative = false;
    TRY(power_by_logarithm(arena, &magnitude, exponent, out));
    bool odd =
        exponent->count == exponent->weight + 1 && exponent->digits[exponent->count - 1] % 2 == 1;
    out->negative = base->negative && odd && out->count;
    return NULL;
}

static int sign_of(str a)
{
    return a.at[0] == '-' ? -1 : !numeric_is_zero(a);
}

static bool is_finite(str a)
{
    return numeric_class(a) == NUMERIC_FINITE;
}

/* POSIX pow(3) with a NaN: NaN^0 and 1^NaN are 1. */
static str power_nan(str a, str b)
{
    bool zero_exponent = numeric_is_zero(b);
    bool one_base = is_finite(a) && numeric_compare(a, STR("1")) == 0;
    return zero_exponent || one_base ? STR("1") : STR("NaN");
}

/* POSIX pow(3) with an infinity. */
static err power_infinite(struct arena *arena, str a, str b, str *out)
{
    int sign_a = sign_of(a), sign_b = sign_of(b);
    bool whole_exponent = !is_finite(b) || numeric_min_scale(b) == 0;
    if (sign_a == 0 && sign_b < 0) {
        return err_sql(arena, "2201F", "zero raised to a negative power is undefined");
    }
    if (sign_a < 0 && !whole_exponent) {
        return err_sql(arena, "2201F",
                       "a negative number raised to a non-integer power yields a complex result");
    }
    int above_one = is_finite(a) ? numeric_compare(numeric_abs(a), STR("1")) : 1;
    if (sign_b == 0 || (is_finite(a) && above_one == 0)) {
        *out = STR("1");
    } else if (sign_a == 0) {
        *out = STR("0");
    } else if (!is_finite(b)) {
        *out = (above_one > 0) == (sign_b > 0) ? STR("Infinity") : STR("0");
    } else if (sign_b < 0) {
        *out = STR("0");
    } else {
        str digits = str_slice(b, 0, b.len - (size_t)numeric_scale(b));
        if (digits.at[digits.len - 1] == '.') digits.len--;
        bool odd = (digits.at[digits.len - 1] - '0') % 2 == 1;
        *out = sign_a < 0 && odd ? STR("-Infinity") : STR("Infinity");
    }
    return NULL;
}

err numeric_power(struct arena *arena, str a, str b, str *out)
{
    if (numeric_is_nan(a) || numeric_is_nan(b)) {
        *out = power_nan(a, b);
        return NULL;
    }
    if (!is_finite(a) || !is_finite(b)) return power_infinite(arena, a, b, out);
    struct decimal base = decimal_read(arena, a), exponent = decimal_read(arena, b);
    struct decimal power;
    TRY(power_finite(arena, &base, &exponent, &power));
    return decimal_finish(arena, &power, out);
}

err numeric_to_double(struct arena *arena, str value, double *out)
{
    switch (numeric_class(value)) {
    case NUMERIC_NAN: *out = NAN; return NULL;
    case NUMERIC_PLUS_INFINITY: *out = INFINITY; return NULL;
    case NUMERIC_MINUS_INFINITY: *out = -INFINITY; return NULL;
    case NUMERIC_FINITE: break;
    }
    return float8_parse(arena, value, out);
}
