/* width_bucket of both kinds: one shape, two arithmetics. */
#include "types/width_bucket.h"

#include <math.h>

#include "types/int.h"
#include "types/numeric.h"

static err refused(struct arena *arena, const char *why)
{
    return err_sql(arena, "2201G", "%s", why);
}

static err behind_last(struct arena *arena, int64_t count, int64_t *out)
{
    *out = count + 1;
    return int_check(arena, INT_4, *out);
}

err float8_width_bucket(struct arena *arena,
                        double x,
                        const struct float8_buckets *buckets,
                        int64_t *out)
{
    double low = buckets->low, high = buckets->high, count = (double)buckets->count;
    if (count <= 0) return refused(arena, "count must be greater than zero");
    if (isnan(x) || isnan(low) || isnan(high))
        return refused(arena, "operand, lower bound, and upper bound cannot be NaN");
    if (isinf(low) || isinf(high)) return refused(arena, "lower and upper bounds must be finite");
    if (low == high) return refused(arena, "lower bound cannot equal upper bound");
    if (low > high) { /* mirrored, it runs up */
        x = -x;
        low = -low;
        high = -high;
    }
    *out = 0;
    if (x < low) return NULL;
    if (x >= high) return behind_last(arena, buckets->count, out);
    double place = count * (x - low) / (high - low) + 1;
    /* An overflow on the way ends as the processor's conversion to integer has it. */
    *out = place >= INT32_MIN && place <= INT32_MAX ? (int64_t)place : INT32_MIN;
    return NULL;
}

err numeric_width_bucket(struct arena *arena,
                         str x,
                         const struct numeric_buckets *buckets,
                         int64_t *out)
{
    str low = buckets->low, high = buckets->high;
    if (buckets->count <= 0) return refused(arena, "count must be greater than zero");
    if (numeric_is_nan(x) || numeric_is_nan(low) || numeric_is_nan(high))
        return refused(arena, "operand, lower bound, and upper bound cannot be NaN");
    if (numeric_scale(low) < 0 || numeric_scale(high) < 0)
        return refused(arena, "lower and upper bounds must be finite");
    int order = numeric_compare(low, high);
    if (order == 0) return refused(arena, "lower bound cannot equal upper bound");
    if (order > 0) { /* mirrored, it runs up */
        x = numeric_neg(arena, x);
        low = numeric_neg(arena, low);
        high = numeric_neg(arena, high);
    }
    *out = 0;
    if (numeric_compare(x, low) < 0) return NULL;
    if (numeric_compare(x, high) >= 0) return behind_last(arena, buckets->count, out);
    str part, width, place;
    TRY(numeric_sub(arena, x, low, &part));
    TRY(numeric_sub(arena, high, low, &width));
    TRY(numeric_mul(arena, part, numeric_from_i64(arena, buckets->count), &part));
    TRY(numeric_div(arena, part, width, &place)); /* rounded: the last bucket may be count + 1 */
    TRY(numeric_to_int(arena, INT_8, numeric_floor(arena, place), out));
    *out += 1;
    return int_check(arena, INT_4, *out);
}
