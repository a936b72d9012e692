/* sum() and avg(): a 128-bit running total that spills into a decimal text when it is full. */
#include "types/numeric.h"

#include "types/numeric_int.h"

/* Adds a finite numeric to big, in a fresh arena: what big was goes with the old one. */
static void add_to_big(struct numeric_sum *sum, str value)
{
    struct arena *fresh = arena_new(0);
    str base = sum->arena ? sum->big : STR("0");
    struct decimal x = decimal_read(fresh, base), y = decimal_read(fresh, value);
    struct decimal total = decimal_add(fresh, &x, &y);
    sum->big = decimal_write(fresh, &total);
    arena_free(sum->arena);
    sum->arena = fresh;
}

static void spill(struct numeric_sum *sum)
{
    struct arena *scratch = arena_new(0);
    struct decimal_small total = {sum->total, sum->scale};
    add_to_big(sum, decimal_small_write(scratch, total));
    arena_free(scratch);
    sum->total = 0;
}

/* Brings total to a wider scale. */
static void widen_total(struct numeric_sum *sum, int32_t scale)
{
    int32_t more = scale - sum->scale;
    i128 scaled;
    bool overflow = more > SMALL_DIGITS_MAX ||
                    __builtin_mul_overflow(sum->total, i128_power_of_ten(more), &scaled);
    if (overflow) {
        spill(sum);
        scaled = 0;
    }
    sum->total = scaled;
    sum->scale = scale;
}

static void add_small(struct numeric_sum *sum, struct decimal_small value)
{
    if (value.scale > sum->scale) widen_total(sum, value.scale);
    i128 addend = value.mantissa, total;
    int32_t more = sum->scale - value.scale;
    bool overflow =
        more > SMALL_DIGITS_MAX || __builtin_mul_overflow(addend, i128_power_of_ten(more), &addend);
    if (overflow) {
        /* Too far apart for one mantissa: empty the total and start over at this scale. */
        spill(sum);
        sum->scale = value.scale;
        addend = value.mantissa;
    }
    if (__builtin_add_overflow(sum->total, addend, &total)) {
        spill(sum);
        total = addend;
    }
    sum->total = total;
}

void numeric_sum_add(struct numeric_sum *sum, str value)
{
    sum->count++;
    switch (numeric_class(value)) {
    case NUMERIC_NAN: sum->nan_count++; return;
    case NUMERIC_PLUS_INFINITY: sum->infinity_count++; return;
    case NUMERIC_MINUS_INFINITY: sum->minus_infinity_count++; return;
    case NUMERIC_FINITE: break;
    }
    struct decimal_small small;
    if (LIKELY(decimal_small_read(value, &small))) {
        add_small(sum, small);
        return;
    }
    add_to_big(sum, value);
}

void numeric_sum_add_i64(struct numeric_sum *sum, int64_t value)
{
    sum->count++;
    add_small(sum, (struct decimal_small){value, 0});
}

err numeric_sum_total(const struct numeric_sum *sum, struct arena *arena, str *out)
{
    bool both = sum->infinity_count && sum->minus_infinity_count;
    if (sum->nan_count || both) {
        *out = STR("NaN");
    } else if (sum->infinity_count) {
        *out = STR("Infinity");
    } else if (sum->minus_infinity_count) {
        *out = STR("-Infinity");
    } else {
        str total = decimal_small_write(arena, (struct decimal_small){sum->total, sum->scale});
        if (sum->arena) TRY(numeric_add(arena, total, sum->big, &total));
        /* total may have answered big itself, which lives in the sum */
        *out = str_copy(arena, total);
    }
    return NULL;
}

err numeric_sum_average(const struct numeric_sum *sum, struct arena *arena, str *out)
{
    str total;
    TRY(numeric_sum_total(sum, arena, &total));
    return numeric_div(arena, total, numeric_from_i64(arena, sum->count), out);
}

void numeric_sum_deinit(struct numeric_sum *sum)
{
    arena_free(sum->arena);
    sum->arena = NULL;
}
