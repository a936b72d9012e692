/* numeric against PostgreSQL 15's answers, and the properties its text form promises. */
#include "vectors.h"

#include "types/float.h"
#include "types/numeric.h"
#include "types/width_bucket.h"

static err parsed(struct arena *arena, str text, str *out)
{
    return numeric_parse(arena, text, -1, out);
}

#define UNARY_ERR(name)                                                  \
    static err do_##name(struct arena *arena, const str *args, str *out) \
    {                                                                    \
        str a;                                                           \
        TRY(parsed(arena, args[0], &a));                                 \
        return numeric_##name(arena, a, out);                            \
    }
#define BINARY_ERR(name)                                                 \
    static err do_##name(struct arena *arena, const str *args, str *out) \
    {                                                                    \
        str a, b;                                                        \
        TRY(parsed(arena, args[0], &a));                                 \
        TRY(parsed(arena, args[1], &b));                                 \
        return numeric_##name(arena, a, b, out);                         \
    }
#define UNARY_STR(name, call)                                            \
    static err do_##name(struct arena *arena, const str *args, str *out) \
    {                                                                    \
        str a;                                                           \
        TRY(parsed(arena, args[0], &a));                                 \
        *out = call;                                                     \
        return NULL;                                                     \
    }

UNARY_ERR(sqrt)
UNARY_ERR(exp)
UNARY_ERR(ln)
BINARY_ERR(add)
BINARY_ERR(sub)
BINARY_ERR(mul)
BINARY_ERR(div)
BINARY_ERR(div_trunc)
BINARY_ERR(mod)
BINARY_ERR(power)
BINARY_ERR(log)
UNARY_STR(neg, numeric_neg(arena, a))
UNARY_STR(abs, numeric_abs(a))
UNARY_STR(sign, numeric_sign(a))
UNARY_STR(ceil, numeric_ceil(arena, a))
UNARY_STR(floor, numeric_floor(arena, a))
UNARY_STR(trim_scale, numeric_trim_scale(a))
UNARY_STR(scale, numeric_scale(a) < 0 ? STR_NONE : str_printf(arena, "%d", numeric_scale(a)))
UNARY_STR(min_scale,
          numeric_min_scale(a) < 0 ? STR_NONE : str_printf(arena, "%d", numeric_min_scale(a)))

static err do_in(struct arena *arena, const str *args, str *out)
{
    return parsed(arena, args[0], out);
}

static err do_cmp(struct arena *arena, const str *args, str *out)
{
    str a, b;
    TRY(parsed(arena, args[0], &a));
    TRY(parsed(arena, args[1], &b));
    int order = numeric_compare(a, b);
    *out = order < 0 ? STR("-1") : order > 0 ? STR("1") : STR("0");
    bool same_hash = numeric_hash(a, 1) == numeric_hash(b, 1);
    assert_int_equal(order == 0, same_hash);
    return NULL;
}

static err fit(struct arena *arena,
               const str *args,
               str *out,
               str (*how)(struct arena *, str, int32_t))
{
    str a;
    TRY(parsed(arena, args[0], &a));
    int64_t scale = 0;
    assert_true(str_to_i64(args[1], &scale));
    *out = how(arena, a, (int32_t)scale);
    return NULL;
}

static err do_round(struct arena *arena, const str *args, str *out)
{
    return fit(arena, args, out, numeric_round);
}

static err do_trunc(struct arena *arena, const str *args, str *out)
{
    return fit(arena, args, out, numeric_trunc);
}

static err to_int(struct arena *arena, enum int_width width, const str *args, str *out)
{
    str a;
    TRY(parsed(arena, args[0], &a));
    int64_t value;
    TRY(numeric_to_int(arena, width, a, &value));
    *out = numeric_from_i64(arena, value);
    return NULL;
}

static err do_int8(struct arena *arena, const str *args, str *out)
{
    return to_int(arena, INT_8, args, out);
}

static err do_int4(struct arena *arena, const str *args, str *out)
{
    return to_int(arena, INT_4, args, out);
}

static err do_int2(struct arena *arena, const str *args, str *out)
{
    return to_int(arena, INT_2, args, out);
}

static err do_from8(struct arena *arena, const str *args, str *out)
{
    double value;
    TRY(float8_parse(arena, args[0], &value));
    *out = numeric_from_double(arena, value);
    return NULL;
}

static err do_from4(struct arena *arena, const str *args, str *out)
{
    double value;
    TRY(float4_parse(arena, args[0], &value));
    *out = numeric_from_float4(arena, value);
    return NULL;
}

static err do_to8(struct arena *arena, const str *args, str *out)
{
    str a;
    TRY(parsed(arena, args[0], &a));
    double value;
    TRY(numeric_to_double(arena, a, &value));
    struct buf *text = buf_in(arena, 0);
    float8_write(text, value);
    *out = buf_str(text);
    return NULL;
}

static err do_total(struct arena *arena,
                    const str *args,
                    str *out,
                    err (*finish)(const struct numeric_sum *, struct arena *, str *))
{
    struct numeric_sum sum = {0};
    str rest = args[0], item, value;
    while (rest.len) {
        str_cut(rest, ' ', &item, &rest);
        TRY(parsed(arena, item, &value));
        numeric_sum_add(&sum, value);
    }
    err error = finish(&sum, arena, out);
    numeric_sum_deinit(&sum);
    return error;
}

static err do_sum(struct arena *arena, const str *args, str *out)
{
    return do_total(arena, args, out, numeric_sum_total);
}

static err do_avg(struct arena *arena, const str *args, str *out)
{
    return do_total(arena, args, out, numeric_sum_average);
}

#define COERCE(p, s)                                                         \
    static err do_n##p##_##s(struct arena *arena, const str *args, str *out) \
    {                                                                        \
        return numeric_parse(arena, args[0], ((p) << 16 | (s)) + 4, out);    \
    }
COERCE(3, 0)
COERCE(5, 2)
COERCE(14, 2)
COERCE(2, 2)
COERCE(2, 4)
COERCE(38, 10)
COERCE(1000, 0)
COERCE(1, 1)

static err do_n5_minus2(struct arena *arena, const str *args, str *out)
{
    return numeric_parse(arena, args[0], (5 << 16 | (-2 & 0x7ff)) + 4, out);
}

/* args: value, low, high, count */
static err do_bucket(struct arena *arena, const str *args, str *out)
{
    str x;
    struct numeric_buckets buckets = {0};
    TRY(parsed(arena, args[0], &x));
    TRY(parsed(arena, args[1], &buckets.low));
    TRY(parsed(arena, args[2], &buckets.high));
    assert_true(str_to_i64(args[3], &buckets.count));
    int64_t place;
    TRY(numeric_width_bucket(arena, x, &buckets, &place));
    *out = numeric_from_i64(arena, place);
    return NULL;
}

static err do_bucket8(struct arena *arena, const str *args, str *out)
{
    double x;
    struct float8_buckets buckets = {0};
    TRY(float8_parse(arena, args[0], &x));
    TRY(float8_parse(arena, args[1], &buckets.low));
    TRY(float8_parse(arena, args[2], &buckets.high));
    assert_true(str_to_i64(args[3], &buckets.count));
    int64_t place;
    TRY(float8_width_bucket(arena, x, &buckets, &place));
    *out = numeric_from_i64(arena, place);
    return NULL;
}

static const struct vector_op ops[] = {
    {"in",         do_in        },
    {"add",        do_add       },
    {"sub",        do_sub       },
    {"mul",        do_mul       },
    {"div",        do_div       },
    {"divt",       do_div_trunc },
    {"mod",        do_mod       },
    {"cmp",        do_cmp       },
    {"power",      do_power     },
    {"log",        do_log       },
    {"sqrt",       do_sqrt      },
    {"exp",        do_exp       },
    {"ln",         do_ln        },
    {"round",      do_round     },
    {"trunc",      do_trunc     },
    {"ceil",       do_ceil      },
    {"floor",      do_floor     },
    {"neg",        do_neg       },
    {"abs",        do_abs       },
    {"sign",       do_sign      },
    {"scale",      do_scale     },
    {"min_scale",  do_min_scale },
    {"trim_scale", do_trim_scale},
    {"int8",       do_int8      },
    {"int4",       do_int4      },
    {"int2",       do_int2      },
    {"from8",      do_from8     },
    {"from4",      do_from4     },
    {"to8",        do_to8       },
    {"sum",        do_sum       },
    {"avg",        do_avg       },
    {"avg8",       do_avg       },
    {"n3_0",       do_n3_0      },
    {"n5_2",       do_n5_2      },
    {"n14_2",      do_n14_2     },
    {"n2_2",       do_n2_2      },
    {"n2_4",       do_n2_4      },
    {"n5_-2",      do_n5_minus2 },
    {"n38_10",     do_n38_10    },
    {"n1000_0",    do_n1000_0   },
    {"n1_1",       do_n1_1      },
    {"bucket",     do_bucket    },
    {"bucket8",    do_bucket8   },
};

static void numeric_answers_as_postgresql(void **state)
{
    (void)state;
    vectors_run("numeric.tsv", ops, COUNT_OF(ops));
}

static void numeric_field_overflow_names_the_limit(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    str out;
    err error = numeric_parse(arena, STR("1000"), (5 << 16 | 2) + 4, &out);
    assert_non_null(error);
    assert_true(str_eq(error->details, STR("A field with precision 5, scale 2 must round to an "
                                           "absolute value less than 10^3.")));
    arena_free(arena);
}

/* stddev takes its root with the digits of the variance, not with sqrt's. */
static void numeric_sqrt_to_has_the_digits_asked_for(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    str out;
    assert_null(numeric_sqrt_to(arena, STR("2"), 3, &out));
    assert_true(str_eq(out, STR("1.414")));
    assert_null(numeric_sqrt_to(arena, STR("0.0"), 2, &out));
    assert_true(str_eq(out, STR("0.00")));
    assert_null(numeric_sqrt_to(arena, STR("NaN"), 2, &out));
    assert_true(str_eq(out, STR("NaN")));
    arena_free(arena);
}

static void numeric_sum_stays_exact_past_128_bits(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    struct numeric_sum sum = {0};
    for (int i = 0; i < 1000; i++) {
        numeric_sum_add(&sum, STR("9999999999999999999999999999999999999"));
        numeric_sum_add(&sum, STR("0.0000000000000000000000000000000001"));
        numeric_sum_add_i64(&sum, INT64_MAX);
    }
    str total;
    assert_null(numeric_sum_total(&sum, arena, &total));
    assert_true(str_eq(total, STR("10000000000000000009223372036854775806000."
                                  "0000000000000000000000000000001000")));
    numeric_sum_deinit(&sum);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numeric_answers_as_postgresql),
        cmocka_unit_test(numeric_field_overflow_names_the_limit),
        cmocka_unit_test(numeric_sqrt_to_has_the_digits_asked_for),
        cmocka_unit_test(numeric_sum_stays_exact_past_128_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
