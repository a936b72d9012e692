/* Aggregates whose answer is not SQLite's own: each its state, its step and its value, and a row of the
 * table. functions_group.c runs them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "engine/sqlite/functions_int.h"
#include "engine/sqlite/functions_json.h"
#include "types/array.h"
#include "types/bits.h"
#include "types/datetime.h"
#include "types/float.h"
#include "types/jsonb.h"
#include "types/numeric.h"
#include "types/text.h"

/* ---- sums and averages ---- */

static err sum_step(struct aggregate_call *call, const struct value *args, size_t count)
{
    (void)count;
    struct numeric_sum *sum = call->state;
    if (args[0].kind == VALUE_INT)
        numeric_sum_add_i64(sum, args[0].i);
    else
        numeric_sum_add(sum, args[0].s);
    return NULL;
}

/* Takes an integer out again by adding its negation; counts go back by hand. */
static err sum_inverse(struct aggregate_call *call, const struct value *args, size_t count)
{
    (void)count;
    struct numeric_sum *sum = call->state;
    struct arena *scratch = call->session->scratch;
    numeric_sum_add(sum, numeric_neg(scratch, numeric_from_i64(scratch, args[0].i)));
    sum->count -= 2;
    return NULL;
}

static err sum_value(struct aggregate_call *call, struct arena *arena, struct value *out)
{
    const struct numeric_sum *sum = call->state;
    if (!sum->count) return NULL;
    out->kind = VALUE_TEXT;
    return numeric_sum_total(sum, arena, &out->s);
}

static err average_value(struct aggregate_call *call, struct arena *arena, struct value *out)
{
    const struct numeric_sum *sum = call->state;
    if (!sum->count) return NULL;
    out->kind = VALUE_TEXT;
    return numeric_sum_average(sum, arena, &out->s);
}

static void sum_release(void *state)
{
    numeric_sum_deinit(state);
}

/* ---- intervals ---- */

struct interval_sum {
    struct interval total;
    int64_t count;
};

static err interval_step(struct aggregate_call *call, const struct value *args, size_t count)
{
    (void)count;
    struct interval_sum *sum = call->state;
    struct interval value;
    TRY(interval_parse(call->session->scratch, args[0].s, TYPMOD_NONE, &value));
    sum->count++;
    return interval_add(call->arena, sum->total, value, &sum->total);
}

static err interval_inverse(struct aggregate_call *call, const struct value *args, size_t count)
{
    (void)count;
    struct interval_sum *sum = call->state;
    struct interval value;
    TRY(interval_parse(call->session->scratch, args[0].s, TYPMOD_NONE, &value));
    sum->count--;
    return interval_sub(call->arena, sum->total, value, &sum->total);
}

static err interval_text(struct arena *arena, struct interval value, struct value *out)
{
    struct buf *text = buf_in(arena, 0);
    interval_write(text, value);
    *out = value_text(buf_str(text));
    return NULL;
}

static err interval_total(struct aggregate_call *call, struct arena *arena, struct value *out)
{
    const struct interval_sum *sum = call->state;
    return sum->count ? interval_text(arena, sum->total, out) : NULL;
}

static err interval_average(struct aggregate_call *call, struct arena *arena, struct value *out)
{
    const struct interval_sum *sum = call->state;
    if (!sum->count) return NULL;
    struct interval average;
    TRY(interval_div(arena, sum->total, (double)sum->count, &average));
    return interval_text(arena, average, out);
}

/* ---- bits ---- */

struct bits {
    int64_t value;
    bool any;
};

#define BIT_STEP(name, operation)                                                        \
    static err name(struct aggregate_call *call, const struct value *args, size_t count) \
    {                                                                                    \
        (void)count;                                                                     \
        struct bits *bits = call->state;                                                 \
        bits->value = bits->any ? (bits->value operation args[0].i) : args[0].i;         \
        bits->any = true;                                                                \
        return NULL;                                                                     \
    }
BIT_STEP(bit_and_step, &)
BIT_STEP(bit_or_step, |)
BIT_STEP(bit_xor_step, ^)

/* Of bit strings: the first one is copied, the others change it. */
struct bit_strings {
    char *at;
    size_t len;
};

static err strings_step(struct aggregate_call *call, enum bits_combine how, str bits)
{
    struct bit_strings *state = call->state;
    if (state->at) return bits_combine(call->arena, how, state->at, state->len, bits);
    state->at = ARENA_ARRAY(call->arena, char, bits.len ? bits.len : 1);
    state->len = bits.len;
    if (bits.len) memcpy(state->at, bits.at, bits.len);
    return NULL;
}

#define STRINGS_STEP(name, how)                                                          \
    static err name(struct aggregate_call *call, const struct value *args, size_t count) \
    {                                                                                    \
        (void)count;                                                                     \
        return strings_step(call, how, args[0].s);                                       \
    }
STRINGS_STEP(strings_and_step, BITS_AND)
STRINGS_STEP(strings_or_step, BITS_OR)
STRINGS_STEP(strings_xor_step, BITS_XOR)

static err strings_value(struct aggregate_call *call, struct arena *arena, struct value *out)
{
    const struct bit_strings *state = call->state;
    if (state->at) *out = value_text(str_copy(arena, str_from(state->at, state->len)));
    return NULL;
}

static err bits_value(struct aggregate_call *call, struct arena *arena, struct value *out)
{
    (void)arena;
    const struct bits *bits = call->state;
    if (bits->any) *out = value_int(bits->value);
    return NULL;
}

/* ---- ANY and ALL over comparisons; a sub-select's one row ---- */

struct three_valued {
    bool seen_true;
    bool seen_false;
    bool seen_null;
};

static err three_step(struct aggregate_call *call, const struct value *args, size_t count)
{
    (void)count;
    struct three_valued *state = call->state;
    if (args[0].kind == VALUE_NULL)
        state->seen_null = true;
    else if (args[0].i)
        state->seen_true = true;
    else
        state->seen_false = true;
    return NULL;
}

static err any_value(struct aggregate_call *call, struct arena *arena, struct value *out)
{
    (void)arena;
    const struct three_valued *state = call->state;
    if (state->seen_true)
        *out = value_int(1);
    else if (!state->seen_null)
        *out = value_int(0);
    return NULL;
}

static err all_value(struct aggregate_call *call, struct arena *arena, struct value *out)
{
    (void)arena;
    const struct three_valued *state = call->state;
    if (state->seen_false)
        *out = value_int(0);
    else if (!state->seen_null)
        *out = value_int(1);
    return NULL;
}

struct single {
    struct value value;
    bool any;
};

static err single_step(struct aggregate_call *call, const struct value *args, size_t count)
{
    (void)count;
    struct single *single = call->state;
    if (single->any) {
        return err_sql(call->arena, "21000",
                       "more than one row returned by a subquery used as an expression");
    }
    single->value = value_copy(call->arena, &args[0]);
    single->any = true;
    return NULL;
}

static err single_value(struct aggregate_call *call, struct arena *arena, struct value *out)
{
    (void)arena;
    const struct single *single = call->state;
    if (single->any) *out = single->value;
    return NULL;
}

/* ---- texts and lists: one growing buffer ---- */

struct list_state {
    struct buf text;
    int64_t count;
    size_t dimensions;  /* array_agg of arrays: of each ... */
    int64_t lengths[6]; /* ... and how long they are */
};

static void list_release(void *state)
{
    buf_deinit(&((struct list_state *)state)->text);
}

static err list_checked(struct aggregate_call *call, struct list_state *list)
{
    list->count++;
    if (list->text.bytes_max == 0) list->text.bytes_max = TEXT_BYTES_MAX;
    if (list->text.len > TEXT_BYTES_MAX || !buf_ok(&list->text)) {
        return err_sql(call->arena, "54000", "an aggregate's result exceeds %d bytes",
                       TEXT_BYTES_MAX);
    }
    return session_check(call->session, call->arena);
}

/* The delimiter of a row stands before its value. */
static err string_step(struct aggregate_call *call, const struct value *args, size_t count)
{
    (void)count;
    struct list_state *list = call->state;
    if (list->count && args[1].kind != VALUE_NULL) buf_str_add(&list->text, args[1].s);
    buf_str_add(&list->text, args[0].s);
    return list_checked(call, list);
}

static err string_value(struct aggregate_call *call, struct arena *arena, struct value *out)
{
    (void)arena;
    const struct list_state *list = call->state;
    if (list->count) *out = value_text(buf_str(&list->text));
    return NULL;
}

static err bytes_value(struct aggregate_call *call, struct arena *arena, struct value *out)
{
    TRY(string_value(call, arena, out));
    if (out->kind == VALUE_TEXT) out->kind = VALUE_BLOB;
    return NULL;
}

/* array_agg(x): the shape is x's. */
static err array_step(struct aggregate_call *call, const struct value *args, size_t count)
{
    (void)count;
    struct list_state *list = call->state;
    buf_char(&list->text, list->count ? ',' : '[');
    array_write_item(&list->text, call->shapes[0], &args[0]);
    return list_checked(call, list);
}

/* All of one shape: that of the first. */
static err array_fits(struct aggregate_call *call, struct list_state *list, str array)
{
    size_t dimensions = array_dimensions(array);
    if (dimensions == 0 && list->dimensions == 0)
        return err_sql(call->arena, "2202E", "cannot accumulate empty arrays");
    bool same = list->count == 0 || dimensions == list->dimensions;
    for (size_t d = 1; same && d <= dimensions && d <= COUNT_OF(list->lengths); d++) {
        int64_t length = 0;
        (void)array_length(array, d, &length);
        if (!list->count) list->lengths[d - 1] = length;
        same = length == list->lengths[d - 1];
    }
    list->dimensions = dimensions;
    return same ? NULL
                : err_sql(call->arena, "2202E",
                          "cannot accumulate arrays of different dimensionality");
}

/* array_agg of arrays: one dimension more. */
static err arrays_step(struct aggregate_call *call, const struct value *args, size_t count)
{
    (void)count;
    struct list_state *list = call->state;
    if (args[0].kind == VALUE_NULL) {
        return err_sql(call->arena, "22004", "cannot accumulate null arrays");
    }
    TRY(array_fits(call, list, args[0].s));
    buf_char(&list->text, list->count ? ',' : '[');
    buf_str_add(&list->text, args[0].s);
    return list_checked(call, list);
}

/* ARRAY(SELECT ...): the shape is the array's type. */
static err array_of_step(struct aggregate_call *call, const struct value *args, size_t count)
{
    (void)count;
    struct list_state *list = call->state;
    const struct type_ref *type = call->shapes[0];
    buf_char(&list->text, list->count ? ',' : '[');
    array_write_item(&list->text, type->element ? type->element : type, &args[0]);
    return list_checked(call, list);
}

static err closed(struct aggregate_call *call, struct arena *arena, char end, struct value *out)
{
    const struct list_state *list = call->state;
    if (!list->count) return NULL;
    struct buf *text = buf_in(arena, 0);
    buf_str_add(text, buf_str(&list->text));
    buf_char(text, end);
    *out = value_text(buf_str(text));
    return NULL;
}

static err array_value(struct aggregate_call *call, struct arena *arena, struct value *out)
{
    return closed(call, arena, ']', out);
}

static err array_of_value(struct aggregate_call *call, struct arena *arena, struct value *out)
{
    TRY(closed(call, arena, ']', out));
    if (out->kind == VALUE_NULL) *out = value_text(STR("[]"));
    return NULL;
}

/* ---- JSON ---- */

static bool is_structured(const struct type_ref *type)
{
    return type->storage == TYPE_ARRAY || type->storage == TYPE_COMPOSITE ||
           type->storage == TYPE_RECORD;
}

static err json_step(struct aggregate_call *call, const struct value *args, size_t count)
{
    (void)count;
    struct list_state *list = call->state;
    if (!list->count)
        buf_char(&list->text, '[');
    else
        buf_lit(&list->text, ", ");
    if (list->count && args[0].kind != VALUE_NULL && is_structured(call->shapes[0])) {
        buf_lit(&list->text, "\n ");
    }
    json_value_write(call->session, call->shapes[0], &args[0], &list->text);
    return list_checked(call, list);
}

static err jsonb_step(struct aggregate_call *call, const struct value *args, size_t count)
{
    (void)count;
    struct list_state *list = call->state;
    str item;
    TRY(jsonb_value_make(call->session->scratch, call->session, call->shapes[0], &args[0], &item));
    if (!list->count)
        buf_char(&list->text, '[');
    else
        buf_lit(&list->text, ", ");
    buf_str_add(&list->text, item);
    return list_checked(call, list);
}

static err object_key(struct aggregate_call *call, const struct value *args, str *key)
{
    if (args[0].kind == VALUE_NULL) {
        return err_sql(call->arena, "22023", "field name must not be null");
    }
    return json_key_make(call->session->scratch, call->session, call->shapes[0], &args[0], key);
}

static err json_object_step(struct aggregate_call *call, const struct value *args, size_t count)
{
    (void)count;
    struct list_state *list = call->state;
    str key;
    TRY(object_key(call, args, &key));
    if (list->count)
        buf_lit(&list->text, ", ");
    else
        buf_lit(&list->text, "{ ");
    json_write_str(&list->text, key);
    buf_lit(&list->text, " : ");
    json_value_write(call->session, call->shapes[1], &args[1], &list->text);
    return list_checked(call, list);
}

static err json_object_value(struct aggregate_call *call, struct arena *arena, struct value *out)
{
    const struct list_state *list = call->state;
    if (!list->count) return NULL;
    struct buf *text = buf_in(arena, 0);
    buf_str_add(text, buf_str(&list->text));
    buf_lit(text, " }");
    *out = value_text(buf_str(text));
    return NULL;
}

struct pairs {
    VEC(struct jsonb_pair);
};

static err jsonb_object_step(struct aggregate_call *call, const struct value *args, size_t count)
{
    (void)count;
    struct pairs *pairs = call->state;
    struct jsonb_pair pair;
    TRY(object_key(call, args, &pair.key));
    TRY(jsonb_value_make(call->session->scratch, call->session, call->shapes[1], &args[1],
                         &pair.value));
    pair.key = str_copy(call->arena, pair.key);
    pair.value = str_copy(call->arena, pair.value);
    *VEC_ADD(call->arena, pairs) = pair;
    return session_check(call->session, call->arena);
}

static err jsonb_object_value(struct aggregate_call *call, struct arena *arena, struct value *out)
{
    const struct pairs *pairs = call->state;
    if (!pairs->count) return NULL;
    struct jsonb_pair *copy = ARENA_ARRAY(arena, struct jsonb_pair, pairs->count);
    memcpy(copy, pairs->at, pairs->count * sizeof *copy);
    struct buf *text = buf_in(arena, 0);
    jsonb_write_object(text, copy, pairs->count);
    *out = value_text(buf_str(text));
    return NULL;
}

/* ---- variance over floats (Youngs and Cramer, as PostgreSQL) ---- */

struct spread {
    double count;
    double sum;
    double squares; /* of the differences from the mean */
};

static double real_of(const struct value *value)
{
    return value->kind == VALUE_INT ? (double)value->i : value->r;
}

static err spread_step(struct aggregate_call *call, const struct value *args, size_t count)
{
    (void)count;
    struct spread *spread = call->state;
    double x = real_of(&args[0]);
    double before = spread->sum;
    spread->count += 1;
    spread->sum += x;
    if (spread->count == 1) {
        if (isinf(x)) spread->squares = NAN;
        return NULL;
    }
    double difference = x * spread->count - spread->sum;
    spread->squares += difference * difference / (spread->count * (spread->count - 1));
    if (!isinf(spread->sum) && !isinf(spread->squares)) return NULL;
    /* Of finite values an overflow is an error, of infinite ones there is no variance. */
    if (!isinf(before) && !isinf(x))
        return err_sql(call->arena, "22003", "value out of range: overflow");
    spread->squares = NAN;
    return NULL;
}

/* SQLite's sum knows no overflow, and adds in doubles what PostgreSQL adds in reals. */
static err sum_float8_step(struct aggregate_call *call, const struct value *args, size_t count)
{
    (void)count;
    struct spread *spread = call->state;
    if (spread->count++ == 0) { /* not added to 0: the sum of -0 is -0 */
        spread->sum = real_of(&args[0]);
        return NULL;
    }
    return float8_add(call->arena, spread->sum, real_of(&args[0]), &spread->sum);
}

static err sum_float4_step(struct aggregate_call *call, const struct value *args, size_t count)
{
    TRY(sum_float8_step(call, args, count));
    struct spread *spread = call->state;
    return float4_from_float8(call->arena, spread->sum, &spread->sum);
}

static err sum_float_value(struct aggregate_call *call, struct arena *arena, struct value *out)
{
    (void)arena;
    const struct spread *spread = call->state;
    if (spread->count > 0) *out = value_real(spread->sum);
    return NULL;
}

static err avg_float_value(struct aggregate_call *call, struct arena *arena, struct value *out)
{
    (void)arena;
    const struct spread *spread = call->state;
    if (spread->count > 0) *out = value_real(spread->sum / spread->count);
    return NULL;
}

static err spread_value(const struct spread *spread, bool sample, bool root, struct value *out)
{
    double divisor = spread->count - (sample ? 1 : 0);
    if (spread->count < 1 || divisor <= 0) return NULL;
    double variance = spread->squares / divisor;
    *out = value_real(root ? sqrt(variance) : variance);
    return NULL;
}

#define SPREAD_VALUE(name, sample, root)                                                 \
    static err name(struct aggregate_call *call, struct arena *arena, struct value *out) \
    {                                                                                    \
        (void)arena;                                                                     \
        return spread_value(call->state, sample, root, out);                             \
    }
SPREAD_VALUE(var_samp_value, true, false)
SPREAD_VALUE(var_pop_value, false, false)
SPREAD_VALUE(stddev_samp_value, true, true)
SPREAD_VALUE(stddev_pop_value, false, true)

/* The same over integers and numeric, exactly: n*sum(x^2) - sum(x)^2 over n*(n-1) or n*n. */
struct exact_spread {
    struct numeric_sum sum;
    struct numeric_sum squares;
};

static void exact_release(void *state)
{
    struct exact_spread *spread = state;
    numeric_sum_deinit(&spread->sum);
    numeric_sum_deinit(&spread->squares);
}

static err exact_step(struct aggregate_call *call, const struct value *args, size_t count)
{
    (void)count;
    struct exact_spread *spread = call->state;
    struct arena *scratch = call->session->scratch;
    str x = args[0].kind == VALUE_INT ? numeric_from_i64(scratch, args[0].i) : args[0].s;
    str square;
    TRY(numeric_mul(scratch, x, x, &square));
    numeric_sum_add(&spread->sum, x);
    numeric_sum_add(&spread->squares, square);
    return NULL;
}

static err exact_value(const struct exact_spread *spread,
                       struct arena *arena,
                       bool sample,
                       bool root,
                       struct value *out)
{
    int64_t n = spread->sum.count;
    int64_t m = sample ? n - 1 : n;
    if (n < 1 || m < 1) return NULL;
    str count = numeric_from_i64(arena, n);
    str sum, squares, difference, divisor, result;
    TRY(numeric_sum_total(&spread->sum, arena, &sum));
    TRY(numeric_sum_total(&spread->squares, arena, &squares));
    TRY(numeric_mul(arena, sum, sum, &sum));
    TRY(numeric_mul(arena, count, squares, &squares));
    TRY(numeric_sub(arena, squares, sum, &difference));
    TRY(numeric_mul(arena, count, numeric_from_i64(arena, m), &divisor));
    if (numeric_compare(difference, STR("0")) <= 0) {
        *out = value_text(STR("0"));
        return NULL;
    }
    TRY(numeric_div(arena, difference, divisor, &result));
    if (root) TRY(numeric_sqrt_to(arena, result, numeric_scale(result), &result));
    *out = value_text(result);
    return NULL;
}

#define EXACT_VALUE(name, sample, root)                                                  \
    static err name(struct aggregate_call *call, struct arena *arena, struct value *out) \
    {                                                                                    \
        return exact_value(call->state, arena, sample, root, out);                       \
    }
EXACT_VALUE(exact_var_samp, true, false)
EXACT_VALUE(exact_var_pop, false, false)
EXACT_VALUE(exact_stddev_samp, true, true)
EXACT_VALUE(exact_stddev_pop, false, true)

/* ---- ordered sets: fed in order by pg_ordered ---- */

struct ordered_values {
    VEC(struct value);
    double fraction;
    bool fraction_null;
};

/* args: fraction, which pg_fraction has looked at, and value. */
static err percentile_step(struct aggregate_call *call, const struct value *args, size_t count)
{
    (void)count;
    struct ordered_values *values = call->state;
    values->fraction_null = args[0].kind == VALUE_NULL;
    values->fraction = values->fraction_null ? 0 : real_of(&args[0]);
    if (args[1].kind == VALUE_NULL) return NULL;
    *VEC_ADD(call->arena, values) = value_copy(call->arena, &args[1]);
    return session_check(call->session, call->arena);
}

static err percentile_disc_value(struct aggregate_call *call,
                                 struct arena *arena,
                                 struct value *out)
{
    (void)arena;
    const struct ordered_values *values = call->state;
    if (!values->count || values->fraction_null) return NULL;
    double place = ceil(values->fraction * (double)values->count);
    size_t index = place < 1 ? 0 : (size_t)place - 1;
    *out = values->at[index];
    return NULL;
}

static err percentile_cont_value(struct aggregate_call *call,
                                 struct arena *arena,
                                 struct value *out)
{
    (void)arena;
    const struct ordered_values *values = call->state;
    if (!values->count || values->fraction_null) return NULL;
    double place = values->fraction * (double)(values->count - 1);
    size_t low = (size_t)floor(place);
    size_t high = (size_t)ceil(place);
    double a = real_of(&values->at[low]);
    double b = real_of(&values->at[high]);
    *out = value_real(low == high ? a : a + (b - a) * (place - (double)low));
    return NULL;
}

/* mode(): the longest run of equal values. */
struct mode_state {
    struct value best;
    struct value current;
    int64_t best_count;
    int64_t current_count;
};

static err mode_step(struct aggregate_call *call, const struct value *args, size_t count)
{
    (void)count;
    struct mode_state *mode = call->state;
    if (args[0].kind == VALUE_NULL) return NULL;
    bool same = mode->current_count && type_compare(call->shapes[0], &mode->current, &args[0]) == 0;
    if (!same) {
        mode->current = value_copy(call->arena, &args[0]);
        mode->current_count = 0;
    }
    mode->current_count++;
    if (mode->current_count > mode->best_count) {
        mode->best = mode->current;
        mode->best_count = mode->current_count;
    }
    return NULL;
}

static err mode_value(struct aggregate_call *call, struct arena *arena, struct value *out)
{
    (void)arena;
    const struct mode_state *mode = call->state;
    if (mode->best_count) *out = mode->best;
    return NULL;
}

/* ---- the table ---- */

#define NUMERIC_SUMS(symbol, value)                                                     \
    {                                                                                   \
        symbol, 1, SHAPE_NONE, true, sizeof(struct numeric_sum), sum_step, NULL, value, \
            sum_release                                                                 \
    }
#define SUMS(symbol, value)                                                                    \
    {                                                                                          \
        symbol, 1, SHAPE_NONE, true, sizeof(struct numeric_sum), sum_step, sum_inverse, value, \
            sum_release                                                                        \
    }
#define LIST(symbol, args, shape, skips, step, value)                                          \
    {                                                                                          \
        symbol, args, shape, skips, sizeof(struct list_state), step, NULL, value, list_release \
    }
#define BITS(symbol, step)                                                             \
    {                                                                                  \
        symbol, 1, SHAPE_NONE, true, sizeof(struct bits), step, NULL, bits_value, NULL \
    }
#define BIT_STRINGS(symbol, step)                                                                \
    {                                                                                            \
        symbol, 1, SHAPE_NONE, true, sizeof(struct bit_strings), step, NULL, strings_value, NULL \
    }
#define FLOAT(symbol, step, value)                                                  \
    {                                                                               \
        symbol, 1, SHAPE_NONE, true, sizeof(struct spread), step, NULL, value, NULL \
    }
#define SPREAD(symbol, value)                                                              \
    {                                                                                      \
        symbol, 1, SHAPE_NONE, true, sizeof(struct spread), spread_step, NULL, value, NULL \
    }
#define EXACT(symbol, value)                                                               \
    {                                                                                      \
        symbol, 1, SHAPE_NONE, true, sizeof(struct exact_spread), exact_step, NULL, value, \
            exact_release                                                                  \
    }
#define SPREADS(name, real, exact)                                                          \
    SPREAD(name "_float4", real), SPREAD(name "_float8", real), EXACT(name "_int2", exact), \
        EXACT(name "_int4", exact), EXACT(name "_int8", exact), EXACT(name "_numeric", exact)

static const struct aggregate_row aggregate_rows[] = {
    SUMS("sum_int8", sum_value),
    NUMERIC_SUMS("sum_numeric", sum_value),
    SUMS("avg_int2", average_value),
    SUMS("avg_int4", average_value),
    SUMS("avg_int8", average_value),
    NUMERIC_SUMS("avg_numeric", average_value),
    {"sum_interval",                      1, SHAPE_NONE,  true,  sizeof(struct interval_sum),   interval_step,
                                    interval_inverse,                                                                                                   interval_total,        NULL},
    {"avg_interval",                      1, SHAPE_NONE,  true,  sizeof(struct interval_sum),   interval_step,
                                    interval_inverse,                                                                                                   interval_average,      NULL},
    BITS("bit_and_int2", bit_and_step),
    BITS("bit_and_int4", bit_and_step),
    BITS("bit_and_int8", bit_and_step),
    BITS("bit_or_int2", bit_or_step),
    BITS("bit_or_int4", bit_or_step),
    BITS("bit_or_int8", bit_or_step),
    BITS("bit_xor_int2", bit_xor_step),
    BITS("bit_xor_int4", bit_xor_step),
    BITS("bit_xor_int8", bit_xor_step),
    BIT_STRINGS("bit_and_bit", strings_and_step),
    BIT_STRINGS("bit_or_bit", strings_or_step),
    BIT_STRINGS("bit_xor_bit", strings_xor_step),
    {"any",                               1, SHAPE_NONE,  false, sizeof(struct three_valued),   three_step,        NULL, any_value,             NULL},
    {"all",                               1, SHAPE_NONE,  false, sizeof(struct three_valued),   three_step,        NULL, all_value,             NULL},
    {"single",                            1, SHAPE_NONE,  false, sizeof(struct single),         single_step,       NULL, single_value,          NULL},
    LIST("string_agg_text_text", 2, SHAPE_NONE, true, string_step, string_value),
    LIST("string_agg_bytea_bytea", 2, SHAPE_NONE, true, string_step, bytes_value),
    LIST("array_agg_anynonarray", 1, SHAPE_FIRST, false, array_step, array_value),
    LIST("array_agg_anyarray", 1, SHAPE_NONE, false, arrays_step, array_value),
    LIST("array_of", 1, SHAPE_FIRST, false, array_of_step, array_of_value),
    LIST("json_agg_anyelement", 1, SHAPE_FIRST, false, json_step, array_value),
    LIST("jsonb_agg_anyelement", 1, SHAPE_FIRST, false, jsonb_step, array_value),
    LIST("json_object_agg_any_any", 2, SHAPE_EACH, false, json_object_step, json_object_value),
    {"jsonb_object_agg_any_any",          2, SHAPE_EACH,  false, sizeof(struct pairs),          jsonb_object_step,
                                    NULL,                                                                                                               jsonb_object_value,    NULL},
    FLOAT("sum_float4", sum_float4_step, sum_float_value),
    FLOAT("sum_float8", sum_float8_step, sum_float_value),
    FLOAT("avg_float4", spread_step, avg_float_value),
    FLOAT("avg_float8", spread_step, avg_float_value),
    SPREADS("variance", var_samp_value, exact_var_samp),
    SPREADS("var_samp", var_samp_value, exact_var_samp),
    SPREADS("var_pop", var_pop_value, exact_var_pop),
    SPREADS("stddev", stddev_samp_value, exact_stddev_samp),
    SPREADS("stddev_samp", stddev_samp_value, exact_stddev_samp),
    SPREADS("stddev_pop", stddev_pop_value, exact_stddev_pop),
    {"percentile_cont_float8_float8",     2, SHAPE_NONE,  false, sizeof(struct ordered_values),
                                    percentile_step,                                                                                              NULL, percentile_cont_value, NULL},
    {"percentile_disc_float8_anyelement", 2, SHAPE_NONE,  false, sizeof(struct ordered_values),
                                    percentile_step,                                                                                              NULL, percentile_disc_value, NULL},
    {"mode_anyelement",                   1, SHAPE_FIRST, false, sizeof(struct mode_state),     mode_step,         NULL,
                                    mode_value,                                                                                                                                NULL},
};

const struct aggregate_table functions_aggregate = {aggregate_rows, COUNT_OF(aggregate_rows)};
