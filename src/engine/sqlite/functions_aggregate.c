/* Aggregates whose answer is not SQLite's own, and the wrapper that sorts the input of any of them.
 *
 * A group's state lives in an arena of its own that the first row makes; SQLite's aggregate context
 * holds the pointer. pg_ordered collects its rows first and feeds them to the aggregate it names.
 *
 * Long file: a row of the table, its state and its step are read together. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "engine/sqlite/functions_caches.h"
#include "engine/sqlite/functions_int.h"
#include "engine/sqlite/functions_json.h"
#include "types/array.h"
#include "types/datetime.h"
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

/* Takes a value out again by adding its negation; counts go back by hand. */
static err sum_inverse(struct aggregate_call *call, const struct value *args, size_t count)
{
    (void)count;
    struct numeric_sum *sum = call->state;
    struct arena *scratch = call->session->scratch;
    str text = args[0].kind == VALUE_INT ? numeric_from_i64(scratch, args[0].i) : args[0].s;
    if (numeric_scale(text) < 0) {
        return err_sql(call->arena, "0A000",
                       "NaN and infinity in a moving window frame are not supported on SQLite");
    }
    numeric_sum_add(sum, numeric_neg(scratch, text));
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

/* array_agg of arrays: one dimension more. */
static err arrays_step(struct aggregate_call *call, const struct value *args, size_t count)
{
    (void)count;
    struct list_state *list = call->state;
    if (args[0].kind == VALUE_NULL) {
        return err_sql(call->arena, "22004", "cannot accumulate null arrays");
    }
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
    spread->count += 1;
    spread->sum += x;
    if (spread->count > 1) {
        double difference = x * spread->count - spread->sum;
        spread->squares += difference * difference / (spread->count * (spread->count - 1));
    }
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
    if (root) TRY(numeric_sqrt(arena, result, &result));
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

/* args: fraction, value. */
static err percentile_step(struct aggregate_call *call, const struct value *args, size_t count)
{
    (void)count;
    struct ordered_values *values = call->state;
    values->fraction_null = args[0].kind == VALUE_NULL;
    values->fraction = values->fraction_null ? 0 : real_of(&args[0]);
    if (values->fraction < 0 || values->fraction > 1) {
        return err_sql(call->arena, "22003", "percentile value %g is not between 0 and 1",
                       values->fraction);
    }
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
    SUMS("sum_numeric", sum_value),
    SUMS("avg_int2", average_value),
    SUMS("avg_int4", average_value),
    SUMS("avg_int8", average_value),
    SUMS("avg_numeric", average_value),
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

const struct aggregate_row *aggregate_row_find(const char *symbol)
{
    for (size_t i = 0; i < COUNT_OF(aggregate_rows); i++) {
        if (strcmp(aggregate_rows[i].symbol, symbol) == 0) return &aggregate_rows[i];
    }
    return NULL;
}

/* ---- one group in SQLite's hands ---- */

struct link {
    const struct aggregate_row *row; /* NULL: pg_ordered */
    struct sqlite_session *session;
};

struct ordered; /* below */

struct group {
    struct arena *arena;
    const struct aggregate_row *row;
    struct aggregate_call call;
    const struct type_ref **shapes;
    struct ordered *ordered; /* pg_ordered alone */
    bool failed;
};

/* What SQLite keeps for a group is the pointer alone: zero before the first row. */
static struct group *group_of(sqlite3_context *context, bool make)
{
    struct group **place =
        sqlite3_aggregate_context(context, make ? (int)sizeof(struct group *) : 0);
    if (!place) return NULL;
    if (*place || !make) return *place;
    const struct link *link = sqlite3_user_data(context);
    struct arena *arena = arena_new(0);
    struct group *group = ARENA_NEW(arena, struct group);
    group->arena = arena;
    group->row = link->row;
    group->shapes = ARENA_ARRAY(arena, const struct type_ref *, FUNCTION_ARGS_MAX);
    group->call =
        (struct aggregate_call){.arena = arena, .session = link->session, .shapes = group->shapes};
    if (link->row) group->call.state = arena_alloc(arena, link->row->state_size);
    *place = group;
    return group;
}

static void group_end(struct group *group)
{
    if (group->row && group->row->release && group->call.state)
        group->row->release(group->call.state);
    arena_free(group->arena);
}

/* A shape text copied into the group: SQLite's value goes when the step ends. */
static const struct type_ref *shape_of(struct group *group, str text)
{
    return shape_find(group->call.session, text);
}

static size_t split_arguments(struct group *group,
                              const struct aggregate_row *row,
                              const struct value *all,
                              size_t count,
                              struct value *values)
{
    size_t at = 0;
    size_t used = 0;
    if (row->shape != SHAPE_NONE) {
        group->shapes[0] = shape_of(group, all[at++].s);
        if (row->shape == SHAPE_EACH) shapes_spread(group->shapes[0], group->shapes, count - at);
    }
    while (at < count) values[used++] = all[at++];
    return used;
}

/* Aggregates that keep their rows (ordered ones, jsonb_object_agg, percentiles) grow with them. */
static err group_fits(struct group *group)
{
    enum { GROUP_BYTES_MAX = 4 * TEXT_BYTES_MAX };
    if (arena_used(group->arena) <= GROUP_BYTES_MAX) return NULL;
    return err_sql(group->arena, "54000", "the rows of an aggregate exceed %d bytes",
                   GROUP_BYTES_MAX);
}

static err step_row(struct group *group,
                    const struct aggregate_row *row,
                    const struct value *all,
                    size_t count,
                    bool inverse)
{
    struct value values[FUNCTION_ARGS_MAX];
    size_t used = split_arguments(group, row, all, count, values);
    if (row->skips_null && values[0].kind == VALUE_NULL) return NULL;
    TRY(group_fits(group));
    return inverse ? row->inverse(&group->call, values, used)
                   : row->step(&group->call, values, used);
}

static void fail(sqlite3_context *context, struct group *group, err error)
{
    group->failed = true;
    function_fail(context, group->arena, error);
}

static void run_step(sqlite3_context *context, int argc, sqlite3_value **argv, bool inverse)
{
    struct group *group = group_of(context, true);
    if (!group) {
        sqlite3_result_error_nomem(context);
        return;
    }
    struct value values[FUNCTION_ARGS_MAX];
    for (int i = 0; i < argc; i++) values[i] = value_of_sqlite(argv[i]);
    arena_reset(group->call.session->scratch);
    if (inverse && !group->row->inverse) {
        fail(context, group,
             err_sql(group->arena, "0A000",
                     "this aggregate over a moving window frame is not supported on SQLite"));
        return;
    }
    err error = step_row(group, group->row, values, (size_t)argc, inverse);
    if (error) fail(context, group, error);
}

static void aggregate_step(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    run_step(context, argc, argv, false);
}

static void aggregate_inverse(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    run_step(context, argc, argv, true);
}

/* The answer of the state; of an empty one when no row came. */
static void aggregate_answer(sqlite3_context *context, struct group *group)
{
    struct arena *scratch = group->call.session->scratch;
    struct value result = value_null();
    arena_reset(scratch);
    if (group->failed) return; /* SQLite has the error */
    err error = group->row->value(&group->call, scratch, &result);
    if (error)
        function_fail(context, scratch, error);
    else
        value_to_sqlite(context, &result);
}

static void aggregate_value(sqlite3_context *context)
{
    struct group *group = group_of(context, true);
    if (group) aggregate_answer(context, group);
}

static void aggregate_final(sqlite3_context *context)
{
    struct group *group = group_of(context, true);
    if (!group) return;
    aggregate_answer(context, group);
    group_end(group);
}

/* ---- pg_ordered('symbol', 'spec', arguments..., keys...) ---- */

struct sort_key {
    const struct type_ref *type;
    bool descending;
    bool nulls_first;
};

struct ordered {
    const struct aggregate_row *row;
    bool distinct; /* by the last key */
    size_t plain;  /* arguments of the aggregate, shapes included */
    size_t width;  /* with keys */
    struct sort_key *keys;
    size_t key_count;
    struct {
        VEC(struct value *);
    } rows;
};

/* "distinct,plain;shape+l;shape-f" */
static void read_spec(struct group *group, struct ordered *ordered, str spec)
{
    str head;
    str rest;
    bool more = str_cut(spec, ';', &head, &rest);
    str distinct;
    str plain;
    uint64_t number = 0;
    str_cut(head, ',', &distinct, &plain);
    ordered->distinct = str_eq(distinct, STR("1"));
    if (str_to_u64(plain, &number)) ordered->plain = (size_t)number;
    ordered->keys = ARENA_ARRAY(group->arena, struct sort_key, FUNCTION_ARGS_MAX);
    while (more && ordered->key_count < FUNCTION_ARGS_MAX) {
        more = str_cut(rest, ';', &head, &rest);
        if (head.len < 3) break;
        struct sort_key *key = &ordered->keys[ordered->key_count++];
        key->type = shape_of(group, str_slice(head, 0, head.len - 2));
        key->descending = head.at[head.len - 2] == '-';
        key->nulls_first = head.at[head.len - 1] == 'f';
    }
}

static void ordered_step(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct group *group = group_of(context, true);
    if (!group) {
        sqlite3_result_error_nomem(context);
        return;
    }
    if (!group->ordered) {
        struct ordered *made = group->ordered = ARENA_NEW(group->arena, struct ordered);
        str symbol = value_of_sqlite(argv[0]).s;
        made->row = aggregate_row_find(str_cstr(group->arena, symbol));
        read_spec(group, made, value_of_sqlite(argv[1]).s);
        made->width = (size_t)argc - 2;
        if (!made->row) {
            fail(context, group, err_sql(group->arena, "XX000", "no aggregate to order for"));
            return;
        }
        group->call.state = arena_alloc(group->arena, made->row->state_size);
    }
    struct ordered *ordered = group->ordered;
    struct value *row = ARENA_ARRAY(group->arena, struct value, ordered->width);
    for (size_t i = 0; i < ordered->width; i++) {
        struct value value = value_of_sqlite(argv[i + 2]);
        row[i] = value_copy(group->arena, &value);
    }
    *VEC_ADD(group->arena, &ordered->rows) = row;
    err error = group_fits(group);
    if (!error) error = session_check(group->call.session, group->arena);
    if (error) fail(context, group, error);
}

static int compare_key(const struct sort_key *key, const struct value *a, const struct value *b)
{
    bool a_null = a->kind == VALUE_NULL;
    bool b_null = b->kind == VALUE_NULL;
    if (a_null || b_null) {
        if (a_null && b_null) return 0;
        return a_null == key->nulls_first ? -1 : 1;
    }
    int order = type_compare(key->type, a, b);
    return key->descending ? -order : order;
}

static int compare_rows(const void *left, const void *right, void *context)
{
    const struct ordered *ordered = context;
    const struct value *a = *(struct value *const *)left;
    const struct value *b = *(struct value *const *)right;
    size_t first = ordered->width - ordered->key_count;
    for (size_t i = 0; i < ordered->key_count; i++) {
        int order = compare_key(&ordered->keys[i], &a[first + i], &b[first + i]);
        if (order) return order;
    }
    /* Rows that tie keep the order they came in: their copies were made in that order. */
    return 0;
}

/* A stable merge sort: qsort is not stable, and ties show in the result. */
static void merge_sort(struct ordered *ordered,
                       struct value **rows,
                       struct value **spare,
                       size_t count)
{
    if (count < 2) return;
    size_t half = count / 2;
    merge_sort(ordered, rows, spare, half);
    merge_sort(ordered, rows + half, spare, count - half);
    memcpy(spare, rows, half * sizeof *rows);
    size_t left = 0;
    size_t right = half;
    size_t out = 0;
    while (left < half) {
        bool take_right = right < count && compare_rows(&rows[right], &spare[left], ordered) < 0;
        rows[out++] = take_right ? rows[right++] : spare[left++];
    }
}

static bool is_duplicate(const struct ordered *ordered, size_t index)
{
    if (!ordered->distinct || !index || !ordered->key_count) return false;
    size_t last = ordered->width - 1;
    const struct sort_key *key = &ordered->keys[ordered->key_count - 1];
    return compare_key(key, &ordered->rows.at[index][last], &ordered->rows.at[index - 1][last]) ==
           0;
}

static err feed(struct group *group, struct ordered *ordered)
{
    size_t count = ordered->rows.count;
    struct value **spare = ARENA_ARRAY(group->arena, struct value *, count / 2 + 1);
    merge_sort(ordered, ordered->rows.at, spare, count);
    for (size_t i = 0; i < count; i++) {
        if (is_duplicate(ordered, i)) continue;
        arena_reset(group->call.session->scratch);
        TRY(step_row(group, ordered->row, ordered->rows.at[i], ordered->plain, false));
    }
    return NULL;
}

static void ordered_final(sqlite3_context *context)
{
    struct group *group = group_of(context, false);
    if (!group) return; /* no row: NULL */
    struct ordered *ordered = group->ordered;
    if (ordered && ordered->row && !group->failed) {
        struct arena *scratch = group->call.session->scratch;
        struct value result = value_null();
        err error = feed(group, ordered);
        group->row = ordered->row;
        if (!error) error = ordered->row->value(&group->call, scratch, &result);
        if (error)
            function_fail(context, group->arena, error);
        else
            value_to_sqlite(context, &result);
    } else if (ordered && ordered->row) {
        group->row = ordered->row;
    }
    group_end(group);
}

/* ---- registration ---- */

static int arity(const struct aggregate_row *row)
{
    if (row->args < 0) return -1;
    return row->args + (row->shape != SHAPE_NONE);
}

int aggregates_register(sqlite3 *db, struct sqlite_session *session)
{
    struct arena *arena = function_caches_arena(session->caches);
    enum { FLAGS = SQLITE_UTF8 | SQLITE_INNOCUOUS | SQLITE_DETERMINISTIC };
    for (size_t i = 0; i < COUNT_OF(aggregate_rows); i++) {
        const struct aggregate_row *row = &aggregate_rows[i];
        struct link *link = ARENA_NEW(arena, struct link);
        *link = (struct link){row, session};
        const char *name = str_cstr(arena, str_printf(arena, "pg_%s", row->symbol));
        int rc = sqlite3_create_window_function(db, name, arity(row), FLAGS, link, aggregate_step,
                                                aggregate_final, aggregate_value, aggregate_inverse,
                                                NULL);
        if (rc != SQLITE_OK) return rc;
    }
    struct link *link = ARENA_NEW(arena, struct link);
    *link = (struct link){NULL, session};
    return sqlite3_create_function_v2(db, "pg_ordered", -1, FLAGS, link, NULL, ordered_step,
                                      ordered_final, NULL);
}
