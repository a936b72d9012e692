/* templates of dates and numbers against PostgreSQL 15's answers. */
#include "vectors.h"

#include "types/float.h"
#include "types/numeric.h"
#include "types/to_char.h"

static const struct type_session utc = {.zone = NULL, .now_us = INT64_C(1767323045000000)};

#define OP_BODY(name) static err do_##name(struct arena *arena, const str *args, str *out)

OP_BODY(ts)
{
    int64_t us;
    TRY(timestamp_parse(arena, &utc, args[0], -1, &us));
    return to_char_timestamp(arena, us, args[1], out);
}

OP_BODY(tz)
{
    int64_t us;
    TRY(timestamptz_parse(arena, &utc, args[0], -1, &us));
    return to_char_timestamptz(arena, NULL, us, args[1], out);
}

OP_BODY(iv)
{
    struct interval value;
    TRY(interval_parse(arena, args[0], -1, &value));
    return to_char_interval(arena, value, args[1], out);
}

OP_BODY(num)
{
    str value;
    TRY(numeric_parse(arena, args[0], -1, &value));
    return to_char_numeric(arena, value, args[1], out);
}

OP_BODY(f8)
{
    double value;
    TRY(float8_parse(arena, args[0], &value));
    return to_char_float8(arena, value, args[1], out);
}

OP_BODY(f4)
{
    double value;
    TRY(float4_parse(arena, args[0], &value));
    return to_char_float4(arena, value, args[1], out);
}

static err whole(struct arena *arena, enum int_width width, const str *args, str *out)
{
    int64_t value;
    TRY(int_parse(arena, width, args[0], &value));
    return to_char_int(arena, width, value, args[1], out);
}

OP_BODY(int)
{
    return whole(arena, INT_4, args, out);
}

OP_BODY(int8)
{
    return whole(arena, INT_8, args, out);
}

OP_BODY(date)
{
    int32_t date;
    TRY(to_date(arena, args[0], args[1], &date));
    struct buf *text = buf_in(arena, 0);
    date_write(text, date);
    *out = buf_str(text);
    return NULL;
}

OP_BODY(stamp)
{
    int64_t us;
    TRY(to_timestamp(arena, &utc, args[0], args[1], &us));
    struct buf *text = buf_in(arena, 0);
    timestamptz_write(text, us, NULL, DATETIME_OUTPUT);
    *out = buf_str(text);
    return NULL;
}

OP_BODY(number)
{
    return to_number(arena, args[0], args[1], out);
}

#define OP(name)         \
    {                    \
#name, do_##name \
    }
static const struct vector_op ops[] = {
    OP(ts),  OP(tz),   OP(iv),   OP(num),   OP(f4),     OP(f8),
    OP(int), OP(int8), OP(date), OP(stamp), OP(number),
};

static void templates_answer_as_postgresql(void **state)
{
    (void)state;
    vectors_run("to_char.tsv", ops, COUNT_OF(ops));
}

static void years_outside_the_calendar_are_refused(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    int32_t date;
    assert_true(err_is(to_date(arena, STR("12"), STR("MM"), &date), STR("22008")));
    assert_true(err_is(to_date(arena, STR("44 BC"), STR("YYYY BC"), &date), STR("22008")));
    arena_free(arena);
}

static void the_zone_shows_where_it_is_asked_for(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    const struct tz_zone *berlin = tz_find(STR("Europe/Berlin"));
    str out;
    assert_null(
        to_char_timestamptz(arena, berlin, utc.now_us, STR("HH24:MI TZ OF TZH:TZM tz"), &out));
    assert_true(str_eq(out, STR("04:04 CET +01 +01:00 cet")));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(templates_answer_as_postgresql),
        cmocka_unit_test(years_outside_the_calendar_are_refused),
        cmocka_unit_test(the_zone_shows_where_it_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
