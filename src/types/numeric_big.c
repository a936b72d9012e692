/* Base-10000 decimals of any length: the longest value has 36,864 digits. Products by Karatsuba's
 * method, quotients by the one of school. Both ask the arena's cost token; once it is spent they answer
 * zero. */
#include "types/numeric_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/cost.h"

static const int16_t digit_powers[] = {1, 10, 100, 1000};

static int32_t floor_div(int32_t a, int32_t b)
{
    int32_t quotient = a / b;
    return a % b < 0 ? quotient - 1 : quotient;
}

/* Drops leading and trailing zero digits. */
static void strip(struct decimal *value)
{
    while (value->count && value->digits[0] == 0) {
        value->digits++;
        value->count--;
        value->weight--;
    }
    while (value->count && value->digits[value->count - 1] == 0) value->count--;
    if (value->count) return;
    value->weight = 0;
    value->negative = false;
}

/* ---- text ---- */

struct decimal decimal_read(struct arena *arena, str text)
{
    bool negative = text.len && text.at[0] == '-';
    if (negative) text = str_skip(text, 1);
    size_t point = str_find_char(text, '.', 0);
    int32_t whole = (int32_t)(point == SIZE_MAX ? text.len : point);
    int32_t scale = point == SIZE_MAX ? 0 : (int32_t)(text.len - point - 1);
    int32_t weight = (whole + DIGIT_WIDTH - 1) / DIGIT_WIDTH - 1;
    int32_t count = weight + 1 + (scale + DIGIT_WIDTH - 1) / DIGIT_WIDTH;
    int16_t *digits = ARENA_ARRAY(arena, int16_t, (size_t)count);
    /* index of a decimal place among 4 * count, counted from the left */
    int32_t place = (weight + 1) * DIGIT_WIDTH - whole;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '.') continue;
        int32_t digit = (text.at[i] - '0') * digit_powers[3 - place % DIGIT_WIDTH];
        digits[place / DIGIT_WIDTH] = (int16_t)(digits[place / DIGIT_WIDTH] + digit);
        place++;
    }
    struct decimal value = {negative, weight, scale, count, digits};
    strip(&value);
    return value;
}

/* The digit at a weight, zero outside. */
static int digit_at(const struct decimal *value, int32_t weight)
{
    int32_t index = value->weight - weight;
    return index >= 0 && index < value->count ? value->digits[index] : 0;
}

static char *put_digit(char *at, int digit)
{
    at[0] = (char)('0' + digit / 1000);
    at[1] = (char)('0' + digit / 100 % 10);
    at[2] = (char)('0' + digit / 10 % 10);
    at[3] = (char)('0' + digit % 10);
    return at + DIGIT_WIDTH;
}

str decimal_write(struct arena *arena, const struct decimal *value)
{
    int32_t top = value->count && value->weight > 0 ? value->weight : 0;
    int32_t fraction_digits = (value->scale + DIGIT_WIDTH - 1) / DIGIT_WIDTH;
    size_t room = (size_t)(top + 1 + fraction_digits) * DIGIT_WIDTH + 3;
    char *text = arena_alloc(arena, room);
    char *at = text + 1; /* the sign may go before */
    char *start = at;
    for (int32_t weight = top; weight >= 0; weight--) at = put_digit(at, digit_at(value, weight));
    while (start < at - 1 && *start == '0') start++;
    if (value->scale > 0) {
        *at++ = '.';
        char *fraction = at;
        for (int32_t i = 1; i <= fraction_digits; i++) at = put_digit(at, digit_at(value, -i));
        at = fraction + value->scale;
    }
    if (value->negative) *--start = '-';
    return str_from(start, (size_t)(at - start));
}

struct decimal decimal_from_i64(struct arena *arena, int64_t value)
{
    int16_t *digits = ARENA_ARRAY(arena, int16_t, 5);
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    for (int i = 4; i >= 0; i--) {
        digits[i] = (int16_t)(rest % DIGIT_BASE);
        rest /= DIGIT_BASE;
    }
    struct decimal result = {value < 0, 4, 0, 5, digits};
    strip(&result);
    return result;
}

bool decimal_to_i64(const struct decimal *value, int64_t *out)
{
    if (value->count > value->weight + 1 || value->weight > 4) return false;
    int64_t sum = 0;
    for (int32_t weight = value->weight; weight >= 0; weight--) {
        if (__builtin_mul_overflow(sum, DIGIT_BASE, &sum)) return false;
        if (__builtin_sub_overflow(sum, digit_at(value, weight), &sum)) return false;
    }
    if (!value->negative && sum == INT64_MIN) return false;
    *out = value->negative ? sum : -sum;
    return true;
}

double decimal_to_double(struct arena *arena, const struct decimal *value)
{
    return strtod(str_cstr(arena, decimal_write(arena, value)), NULL);
}

/* ---- order, sum ---- */

int decimal_compare_abs(const struct decimal *a, const struct decimal *b)
{
    if (!a->count || !b->count) return (a->count > 0) - (b->count > 0);
    if (a->weight != b->weight) return a->weight > b->weight ? 1 : -1;
    for (int32_t i = 0; i < a->count && i < b->count; i++) {
        if (a->digits[i] != b->digits[i]) return a->digits[i] > b->digits[i] ? 1 : -1;
    }
    return (a->count > b->count) - (a->count < b->count);
}

int decimal_compare(const struct decimal *a, const struct decimal *b)
{
    if (a->negative != b->negative) return a->negative ? -1 : 1;
    return a->negative ? decimal_compare_abs(b, a) : decimal_compare_abs(a, b);
}

/* |a| + sign * |b|, which must not be below zero. */
static struct decimal combine(struct arena *arena,
                              const struct decimal *a,
                              const struct decimal *b,
                              int sign)
{
    int32_t top = a->weight > b->weight ? a->weight : b->weight;
    int32_t low_a = a->weight - a->count + 1, low_b = b->weight - b->count + 1;
    int32_t low = low_a < low_b ? low_a : low_b;
    if (!a->count) low = low_b;
    if (!b->count) low = low_a;
    if (low > top) low = top;
    int32_t count = top + 1 - low + 1;
    int16_t *digits = ARENA_ARRAY(arena, int16_t, (size_t)count);
    int carry = 0;
    for (int32_t weight = low; weight <= top + 1; weight++) {
        int sum = digit_at(a, weight) + sign * digit_at(b, weight) + carry;
        carry = sum >= DIGIT_BASE ? 1 : sum < 0 ? -1 : 0;
        digits[top + 1 - weight] = (int16_t)(sum - carry * DIGIT_BASE);
    }
    int32_t scale = a->scale > b->scale ? a->scale : b->scale;
    return (struct decimal){false, top + 1, scale, count, digits};
}

struct decimal decimal_add(struct arena *arena, const struct decimal *a, const struct decimal *b)
{
    struct decimal sum;
    if (a->negative == b->negative) {
        sum = combine(arena, a, b, 1);
        sum.negative = a->negative;
    } else if (decimal_compare_abs(a, b) >= 0) {
        sum = combine(arena, a, b, -1);
        sum.negative = a->negative;
    } else {
        sum = combine(arena, b, a, -1);
        sum.negative = b->negative;
    }
    strip(&sum);
    return sum;
}

struct decimal decimal_sub(struct arena *arena, const struct decimal *a, const struct decimal *b)
{
    struct decimal minus = *b;
    minus.negative = b->count && !b->negative;
    return decimal_add(arena, a, &minus);
}

/* ---- product, quotient ---- */

/* Products of digits are summed by column, as those of polynomials are; carries wait. A column of the
 * longest product holds 36,864 products below 10^8, and each of Karatsuba's ten levels doubles its digits
 * at most, so nothing passes 4 * 10^15. */
enum { SCHOOL_DIGITS = 48 };

/* columns[0 .. a_count + b_count - 2] += a * b */
static void multiply_school(
    const int64_t *a, size_t a_count, const int64_t *b, size_t b_count, int64_t *columns)
{
    for (size_t i = 0; i < a_count; i++) {
        if (!a[i]) continue;
        for (size_t j = 0; j < b_count; j++) columns[i + j] += a[i] * b[j];
    }
}

static void add_columns(int64_t *columns, const int64_t *more, size_t count, int64_t times)
{
    for (size_t i = 0; i < count; i++) columns[i] += times * more[i];
}

/* columns[0 .. 2 * count - 2] += a * b. scratch: karatsuba_scratch(count) items. */
static void karatsuba(struct arena *arena,
                      const int64_t *a,
                      const int64_t *b,
                      size_t count,
                      int64_t *columns,
                      int64_t *scratch)
{
    if (count <= SCHOOL_DIGITS) {
        if (!cost_spend(arena, count * count)) multiply_school(a, count, b, count, columns);
        return;
    }
    if (cost_is_spent(arena)) return;
    size_t half = (count + 1) / 2, rest = count - half;
    int64_t *low = scratch, *high = scratch + 2 * half, *middle = scratch + 4 * half;
    int64_t *sum_a = scratch + 6 * half, *sum_b = scratch + 7 * half;
    memset(scratch, 0, 6 * half * sizeof *scratch);
    memcpy(sum_a, a, half * sizeof *a);
    memcpy(sum_b, b, half * sizeof *b);
    add_columns(sum_a, a + half, rest, 1);
    add_columns(sum_b, b + half, rest, 1);
    karatsuba(arena, a, b, half, low, scratch + 8 * half);
    karatsuba(arena, a + half, b + half, rest, high, scratch + 8 * half);
    karatsuba(arena, sum_a, sum_b, half, middle, scratch + 8 * half);
    add_columns(columns, low, 2 * half - 1, 1);
    add_columns(columns + 2 * half, high, 2 * rest - 1, 1);
    add_columns(columns + half, middle, 2 * half - 1, 1);
    add_columns(columns + half, low, 2 * half - 1, -1);
    add_columns(columns + half, high, 2 * rest - 1, -1);
}

/* Eight halves of each level; a half is at most one longer than half of what is above it. */
static size_t karatsuba_scratch(size_t count)
{
    return 8 * (count + 64);
}

/* columns[0 .. long_count + short_count - 2] += longer * shorter: in pieces as long as the shorter. */
static void multiply(struct arena *arena,
                     const int64_t *longer,
                     size_t long_count,
                     const int64_t *shorter,
                     size_t short_count,
                     int64_t *columns)
{
    if (short_count <= SCHOOL_DIGITS) {
        if (!cost_spend(arena, long_count * short_count))
            multiply_school(shorter, short_count, longer, long_count, columns);
        return;
    }
    int64_t *scratch = ARENA_ARRAY(arena, int64_t, karatsuba_scratch(short_count));
    size_t at = 0;
    for (; at + short_count <= long_count; at += short_count)
        karatsuba(arena, longer + at, shorter, short_count, columns + at, scratch);
    if (at < long_count)
        multiply(arena, shorter, short_count, longer + at, long_count - at, columns + at);
}

static int64_t *wide_digits(struct arena *arena, const struct decimal *value)
{
    int64_t *digits = ARENA_ARRAY(arena, int64_t, (size_t)value->count);
    for (int32_t i = 0; i < value->count; i++) digits[i] = value->digits[i];
    return digits;
}

struct decimal decimal_mul(struct arena *arena, const struct decimal *a, const struct decimal *b)
{
    struct decimal product = {.scale = a->scale + b->scale};
    if (!a->count || !b->count || cost_is_spent(arena)) return product;
    const struct decimal *longer = a->count >= b->count ? a : b;
    const struct decimal *shorter = longer == a ? b : a;
    int32_t count = a->count + b->count;
    /* Series multiply long values often: what they need meanwhile is given back. */
    struct arena *work = shorter->count > SCHOOL_DIGITS ? arena_new(0) : arena;
    arena_cost_set(work, arena_cost(arena));
    int64_t *columns = ARENA_ARRAY(work, int64_t, (size_t)count);
    multiply(work, wide_digits(work, longer), (size_t)longer->count, wide_digits(work, shorter),
             (size_t)shorter->count, columns + 1);
    int16_t *digits = ARENA_ARRAY(arena, int16_t, (size_t)count);
    int64_t carry = 0;
    for (int32_t i = count - 1; i >= 0 && !cost_is_spent(arena); i--) {
        int64_t column = columns[i] + carry;
        digits[i] = (int16_t)(column % DIGIT_BASE);
        carry = column / DIGIT_BASE;
    }
    if (work != arena) arena_free(work);
    product.negative = a->negative != b->negative;
    product.weight = a->weight + b->weight + 1;
    product.count = count;
    product.digits = digits;
    strip(&product);
    return product;
}

/* One divisor digit: plain short division. dividend has count digits, quotient as many. */
static void divide_short(const int32_t *dividend, int32_t count, int32_t divisor, int16_t *quotient)
{
    int32_t rest = 0;
    for (int32_t i = 0; i < count; i++) {
        int32_t current = rest * DIGIT_BASE + dividend[i];
        quotient[i] = (int16_t)(current / divisor);
        rest = current % divisor;
    }
}

/* Subtracts guess * divisor from the window; answers whether that went below zero. */
static bool subtract_multiple(int32_t *window, const int32_t *divisor, int32_t count, int32_t guess)
{
    /* Lifted above zero, so that a plain division rounds down. */
    enum { LIFT = DIGIT_BASE + 1 };
    int32_t borrow = 0;
    for (int32_t i = count; i >= 1; i--) {
        int32_t digit = window[i] - guess * divisor[i - 1] + borrow + LIFT * DIGIT_BASE;
        borrow = digit / DIGIT_BASE - LIFT;
        window[i] = digit % DIGIT_BASE;
    }
    window[0] += borrow;
    return window[0] < 0;
}

static void add_back(int32_t *window, const int32_t *divisor, int32_t count)
{
    int32_t carry = 0;
    for (int32_t i = count; i >= 1; i--) {
        int32_t digit = window[i] + divisor[i - 1] + carry;
        carry = digit >= DIGIT_BASE;
        window[i] = digit - carry * DIGIT_BASE;
    }
    window[0] += carry;
}

static void scale_digits(int32_t *digits, int32_t count, int32_t factor)
{
    int32_t carry = 0;
    for (int32_t i = count - 1; i >= 0; i--) {
        int32_t digit = digits[i] * factor + carry;
        carry = digit / DIGIT_BASE;
        digits[i] = digit % DIGIT_BASE;
    }
}

/* Knuth, algorithm D. dividend has a spare leading zero; it is used up. divisor_count > 1. False: the
 * arena's cost token is spent. */
static bool divide_long(struct arena *arena,
                        int32_t *dividend,
                        int32_t count,
                        int32_t *divisor,
                        int32_t divisor_count,
                        int16_t *quotient)
{
    int32_t factor = DIGIT_BASE / (divisor[0] + 1);
    scale_digits(dividend, count + 1, factor);
    scale_digits(divisor, divisor_count, factor);
    for (int32_t i = 0; i + divisor_count <= count; i++) {
        if (cost_spend(arena, 2 * (size_t)divisor_count)) return false;
        int64_t high = (int64_t)dividend[i] * DIGIT_BASE + dividend[i + 1];
        int64_t guess = high / divisor[0], rest = high % divisor[0];
        while (guess >= DIGIT_BASE || guess * divisor[1] > rest * DIGIT_BASE + dividend[i + 2]) {
            guess--;
            rest += divisor[0];
            if (rest >= DIGIT_BASE) break;
        }
        if (subtract_multiple(dividend + i, divisor, divisor_count, (int32_t)guess)) {
            add_back(dividend + i, divisor, divisor_count);
            guess--;
        }
        quotient[i + divisor_count - 1] = (int16_t)guess;
    }
    return true;
}

/* The quotient's digits down to weight `low`, the rest dropped. */
static struct decimal quotient_to(struct arena *arena,
                                  const struct decimal *a,
                                  const struct decimal *b,
                                  int32_t low)
{
    struct decimal quotient = {0};
    int32_t lowest_a = low + b->weight - b->count + 1; /* a's digits below have no say */
    int32_t count = a->weight - lowest_a + 1;
    if (!a->count || count < b->count || cost_is_spent(arena)) return quotient;
    int32_t *dividend = ARENA_ARRAY(arena, int32_t, (size_t)count + 2);
    for (int32_t i = 0; i < count && i < a->count; i++) dividend[i + 1] = a->digits[i];
    int32_t *divisor = ARENA_ARRAY(arena, int32_t, (size_t)b->count);
    for (int32_t i = 0; i < b->count; i++) divisor[i] = b->digits[i];
    int16_t *digits = ARENA_ARRAY(arena, int16_t, (size_t)count);
    if (b->count == 1)
        divide_short(dividend + 1, count, divisor[0], digits);
    else if (!divide_long(arena, dividend, count, divisor, b->count, digits))
        return quotient;
    quotient.negative = a->negative != b->negative;
    quotient.weight = low + count - 1;
    quotient.count = count;
    quotient.digits = digits;
    strip(&quotient);
    return quotient;
}

struct decimal decimal_div(struct arena *arena,
                           const struct decimal *a,
                           const struct decimal *b,
                           int32_t scale,
                           enum decimal_rounding rounding)
{
    /* One digit more than shown decides the rounding: half rounds away, so what is below the
     * deciding decimal never matters. */
    int32_t low = -floor_div(scale + DIGIT_WIDTH, DIGIT_WIDTH) - 1;
    struct decimal quotient = quotient_to(arena, a, b, low);
    return decimal_fit(arena, &quotient, scale, rounding);
}

struct decimal decimal_fit(struct arena *arena,
                           const struct decimal *value,
                           int32_t scale,
                           enum decimal_rounding rounding)
{
    struct decimal fitted = *value;
    fitted.scale = scale > 0 ? scale : 0;
    int32_t low =
        -floor_div(scale + DIGIT_WIDTH - 1, DIGIT_WIDTH); /* weight of the last digit kept */
    int32_t kept = value->weight - low + 1;
    if (!value->count || kept > value->count) return fitted;
    if (kept < 0) return (struct decimal){.scale = fitted.scale};
    /* Room for a carry in front; the digit below the last is looked at in place. */
    int16_t *digits = ARENA_ARRAY(arena, int16_t, (size_t)kept + 1);
    memcpy(digits + 1, value->digits, (size_t)kept * sizeof *digits);
    int partial = ((scale % DIGIT_WIDTH) + DIGIT_WIDTH) % DIGIT_WIDTH;
    int unit = partial ? digit_powers[DIGIT_WIDTH - partial] : 1; /* of the last decimal kept */
    bool up = false;
    if (unit > 1) {
        int rest = digits[kept] % unit;
        up = kept && rest >= unit / 2;
        digits[kept] = (int16_t)(digits[kept] - rest);
    } else {
        up = kept < value->count && value->digits[kept] >= DIGIT_BASE / 2;
    }
    int carry = rounding == DECIMAL_ROUND && up ? unit : 0;
    for (int32_t i = kept; i >= 0 && carry; i--) {
        int sum = digits[i] + carry;
        carry = sum >= DIGIT_BASE;
        digits[i] = (int16_t)(sum % DIGIT_BASE);
    }
    fitted.digits = digits;
    fitted.count = kept + 1;
    fitted.weight = value->weight + 1;
    strip(&fitted);
    return fitted;
}

/* ---- measures ---- */

int32_t decimal_magnitude(const struct decimal *value)
{
    int first = value->digits[0];
    int width = first >= 1000 ? 3 : first >= 100 ? 2 : first >= 10 ? 1 : 0;
    return value->weight * DIGIT_WIDTH + width;
}

int32_t decimal_div_scale(const struct decimal *a, const struct decimal *b)
{
    int first_a = a->count ? a->digits[0] : 0;
    int first_b = b->count ? b->digits[0] : 0;
    int32_t weight = (a->count ? a->weight : 0) - (b->count ? b->weight : 0);
    if (first_a <= first_b) weight--;
    int32_t scale = SIGNIFICANT_MIN - weight * DIGIT_WIDTH;
    if (scale < a->scale) scale = a->scale;
    if (scale < b->scale) scale = b->scale;
    if (scale < 0) scale = 0;
    return scale > RESULT_SCALE_MAX ? RESULT_SCALE_MAX : scale;
}

err decimal_finish(struct arena *arena, const struct decimal *value, str *out)
{
    struct decimal fitted = *value;
    if (fitted.scale > SCALE_MAX) fitted = decimal_fit(arena, value, SCALE_MAX, DECIMAL_ROUND);
    if (fitted.count && fitted.weight >= WHOLE_DIGITS_MAX / DIGIT_WIDTH) {
        return err_sql(arena, "22003", "value overflows numeric format");
    }
    *out = decimal_write(arena, &fitted);
    return NULL;
}
