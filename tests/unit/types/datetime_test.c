/* dates, times, intervals and zones against PostgreSQL 15's answers. */
#include "vectors.h"

#include "types/datetime.h"
#include "types/float.h"

static const struct type_session utc = {.zone = NULL, .now_us = INT64_C(1767323045000000)};

static str int_text(struct arena *arena, int64_t value)
{
    return str_printf(arena, "%lld", (long long)value);
}

static int64_t int_of(str text)
{
    int64_t value = 0;
    assert_true(str_to_i64(text, &value));
    return value;
}

static err date_text(struct arena *arena, int32_t date, str *out)
{
    struct buf *text = buf_in(arena, 0);
    date_write(text, date);
    *out = buf_str(text);
    int32_t again;
    TRY(date_parse(arena, NULL, *out, &again));
    assert_int_equal(again, date);
    return NULL;
}

static err ts_text(struct arena *arena, int64_t us, str *out)
{
    struct buf *text = buf_in(arena, 0), *stored = buf_in(arena, 0);
    timestamp_write(text, us, DATETIME_OUTPUT);
    timestamp_write(stored, us, DATETIME_STORED);
    *out = buf_str(text);
    int64_t again;
    TRY(timestamp_parse(arena, NULL, buf_str(stored), -1, &again));
    assert_true(again == us);
    return NULL;
}

static err tz_text(struct arena *arena, int64_t us, str *out)
{
    struct buf *text = buf_in(arena, 0), *stored = buf_in(arena, 0);
    timestamptz_write(text, us, NULL, DATETIME_OUTPUT);
    timestamptz_write(stored, us, NULL, DATETIME_STORED);
    *out = buf_str(text);
    int64_t again;
    TRY(timestamptz_parse(arena, NULL, buf_str(stored), -1, &again));
    assert_true(again == us);
    return NULL;
}

static err time_text(struct arena *arena, int64_t us, str *out)
{
    struct buf *text = buf_in(arena, 0);
    time_write(text, us);
    *out = buf_str(text);
    return NULL;
}

static err timetz_text(struct arena *arena, struct timetz value, str *out)
{
    struct buf *text = buf_in(arena, 0);
    timetz_write(text, value);
    *out = buf_str(text);
    return NULL;
}

static err iv_text(struct arena *arena, struct interval value, str *out)
{
    struct buf *text = buf_in(arena, 0);
    interval_write(text, value);
    *out = buf_str(text);
    struct interval again;
    TRY(interval_parse(arena, *out, -1, &again));
    assert_memory_equal(&again, &value, sizeof value);
    return NULL;
}

#define PARSES(name, type, parse, write)                                 \
    static err do_##name(struct arena *arena, const str *args, str *out) \
    {                                                                    \
        type value;                                                      \
        TRY(parse);                                                      \
        return write(arena, value, out);                                 \
    }
PARSES(date, int32_t, date_parse(arena, &utc, args[0], &value), date_text)
PARSES(time, int64_t, time_parse(arena, &utc, args[0], -1, &value), time_text)
PARSES(time2, int64_t, time_parse(arena, &utc, args[0], 2, &value), time_text)
PARSES(timetz, struct timetz, timetz_parse(arena, &utc, args[0], -1, &value), timetz_text)
PARSES(ts, int64_t, timestamp_parse(arena, &utc, args[0], -1, &value), ts_text)
PARSES(ts3, int64_t, timestamp_parse(arena, &utc, args[0], 3, &value), ts_text)
PARSES(tstz, int64_t, timestamptz_parse(arena, &utc, args[0], -1, &value), tz_text)
PARSES(tstz0, int64_t, timestamptz_parse(arena, &utc, args[0], 0, &value), tz_text)
PARSES(iv, struct interval, interval_parse(arena, args[0], -1, &value), iv_text)
#define IV_TYPMOD(range, precision) ((range) << 16 | (precision))
PARSES(iv2, struct interval, interval_parse(arena, args[0], IV_TYPMOD(0x7fff, 2), &value), iv_text)
PARSES(ivdh,
       struct interval,
       interval_parse(arena, args[0], IV_TYPMOD(1 << 3 | 1 << 10, 0xffff), &value),
       iv_text)
PARSES(ivym,
       struct interval,
       interval_parse(arena, args[0], IV_TYPMOD(1 << 1 | 1 << 2, 0xffff), &value),
       iv_text)
PARSES(ivms,
       struct interval,
       interval_parse(arena, args[0], IV_TYPMOD(1 << 11 | 1 << 12, 0xffff), &value),
       iv_text)
PARSES(ivs1,
       struct interval,
       interval_parse(arena, args[0], IV_TYPMOD(1 << 12, 1), &value),
       iv_text)
PARSES(ivday,
       struct interval,
       interval_parse(arena, args[0], IV_TYPMOD(1 << 3, 0xffff), &value),
       iv_text)

#define GET_IV(i)          \
    struct interval iv##i; \
    TRY(interval_parse(arena, args[i], -1, &iv##i))
#define GET_TS(i)  \
    int64_t ts##i; \
    TRY(timestamp_parse(arena, &utc, args[i], -1, &ts##i))
#define GET_TZ(i)  \
    int64_t ts##i; \
    TRY(timestamptz_parse(arena, &utc, args[i], -1, &ts##i))
#define GET_DATE(i)  \
    int32_t date##i; \
    TRY(date_parse(arena, &utc, args[i], &date##i))
#define GET_DOUBLE(i) \
    double double##i; \
    TRY(float8_parse(arena, args[i], &double##i))

static err do_tsadd(struct arena *arena, const str *args, str *out)
{
    GET_TS(0);
    GET_IV(1);
    TRY(timestamp_add(arena, ts0, iv1, &ts0));
    return ts_text(arena, ts0, out);
}

static err do_tssub(struct arena *arena, const str *args, str *out)
{
    GET_TS(0);
    GET_TS(1);
    struct interval value;
    TRY(timestamp_sub(arena, ts0, ts1, &value));
    return iv_text(arena, value, out);
}

static err do_age(struct arena *arena, const str *args, str *out)
{
    GET_TS(0);
    GET_TS(1);
    struct interval value;
    TRY(timestamp_age(arena, ts0, ts1, &value));
    return iv_text(arena, value, out);
}

static err do_dadd(struct arena *arena, const str *args, str *out)
{
    GET_DATE(0);
    TRY(date_add_days(arena, date0, int_of(args[1]), &date0));
    return date_text(arena, date0, out);
}

static err do_dsub(struct arena *arena, const str *args, str *out)
{
    GET_DATE(0);
    GET_DATE(1);
    TRY(date_sub(arena, date0, date1, &date0));
    *out = int_text(arena, date0);
    return NULL;
}

static err do_tadd(struct arena *arena, const str *args, str *out)
{
    int64_t us;
    TRY(time_parse(arena, &utc, args[0], -1, &us));
    GET_IV(1);
    return time_text(arena, time_add(us, iv1), out);
}

#define IV_BINARY(name)                                                    \
    static err do_iv##name(struct arena *arena, const str *args, str *out) \
    {                                                                      \
        GET_IV(0);                                                         \
        GET_IV(1);                                                         \
        TRY(interval_##name(arena, iv0, iv1, &iv0));                       \
        return iv_text(arena, iv0, out);                                   \
    }
IV_BINARY(add)
IV_BINARY(sub)

#define IV_SCALE(name)                                                     \
    static err do_iv##name(struct arena *arena, const str *args, str *out) \
    {                                                                      \
        GET_IV(0);                                                         \
        GET_DOUBLE(1);                                                     \
        struct interval value;                                             \
        TRY(interval_##name(arena, iv0, double1, &value));                 \
        return iv_text(arena, value, out);                                 \
    }
IV_SCALE(mul)
IV_SCALE(div)

#define IV_UNARY(name, function)                                         \
    static err do_##name(struct arena *arena, const str *args, str *out) \
    {                                                                    \
        GET_IV(0);                                                       \
        struct interval value;                                           \
        TRY(function(arena, iv0, &value));                               \
        return iv_text(arena, value, out);                               \
    }
IV_UNARY(ivneg, interval_neg)
IV_UNARY(jh, interval_justify_hours)
IV_UNARY(jd, interval_justify_days)
IV_UNARY(ji, interval_justify)

static err do_ivcmp(struct arena *arena, const str *args, str *out)
{
    (void)arena;
    *out = int_text(arena, interval_compare_text(args[0], args[1]));
    return NULL;
}

static err do_ttzcmp(struct arena *arena, const str *args, str *out)
{
    struct timetz a, b;
    TRY(timetz_parse(arena, &utc, args[0], -1, &a));
    TRY(timetz_parse(arena, &utc, args[1], -1, &b));
    *out = int_text(arena, timetz_compare(a, b));
    return NULL;
}

static err do_xdate(struct arena *arena, const str *args, str *out)
{
    GET_DATE(1);
    bool null;
    TRY(date_extract(arena, args[0], date1, &null, out));
    if (null) *out = STR_NONE;
    return NULL;
}

static err do_xts(struct arena *arena, const str *args, str *out)
{
    GET_TS(1);
    bool null;
    TRY(timestamp_extract(arena, args[0], ts1, &null, out));
    if (null) *out = STR_NONE;
    return NULL;
}

static err do_xtz(struct arena *arena, const str *args, str *out)
{
    GET_TZ(1);
    bool null;
    TRY(timestamptz_extract(arena, NULL, args[0], ts1, &null, out));
    if (null) *out = STR_NONE;
    return NULL;
}

static err do_xiv(struct arena *arena, const str *args, str *out)
{
    GET_IV(1);
    return interval_extract(arena, args[0], iv1, out);
}

static err do_xtime(struct arena *arena, const str *args, str *out)
{
    int64_t us;
    TRY(time_parse(arena, &utc, args[1], -1, &us));
    return time_extract(arena, args[0], us, out);
}

static err do_xttz(struct arena *arena, const str *args, str *out)
{
    struct timetz value;
    TRY(timetz_parse(arena, &utc, args[1], -1, &value));
    return timetz_extract(arena, args[0], value, out);
}

static err do_truncts(struct arena *arena, const str *args, str *out)
{
    GET_TS(1);
    TRY(timestamp_trunc(arena, args[0], ts1, &ts1));
    return ts_text(arena, ts1, out);
}

static err zone_of(struct arena *arena, str name, const struct tz_zone **out)
{
    int32_t east_s;
    bool dst;
    *out = tz_abbreviation(name, &east_s, &dst) ? tz_fixed(east_s) : tz_find(name);
    if (*out) return NULL;
    return err_sql(arena, "22023", "time zone \"%.*s\" not recognized", STR_FMT(name));
}

static err do_trunctz(struct arena *arena, const str *args, str *out)
{
    GET_TZ(1);
    const struct tz_zone *zone;
    TRY(zone_of(arena, args[2], &zone));
    TRY(timestamptz_trunc(arena, zone, args[0], ts1, &ts1));
    return tz_text(arena, ts1, out);
}

static err do_trunciv(struct arena *arena, const str *args, str *out)
{
    GET_IV(1);
    TRY(interval_trunc(arena, args[0], iv1, &iv1));
    return iv_text(arena, iv1, out);
}

static err do_bin(struct arena *arena, const str *args, str *out)
{
    GET_IV(0);
    GET_TS(1);
    GET_TS(2);
    TRY(timestamp_bin(arena, iv0, ts1, ts2, &ts1));
    return ts_text(arena, ts1, out);
}

static err do_atz(struct arena *arena, const str *args, str *out)
{
    GET_TZ(1);
    const struct tz_zone *zone;
    TRY(zone_of(arena, args[0], &zone));
    TRY(timestamp_to_wall(arena, zone, ts1, &ts1));
    return ts_text(arena, ts1, out);
}

static err do_toutc(struct arena *arena, const str *args, str *out)
{
    GET_TS(1);
    const struct tz_zone *zone;
    TRY(zone_of(arena, args[0], &zone));
    TRY(timestamp_to_utc(arena, zone, ts1, &ts1));
    return tz_text(arena, ts1, out);
}

static err do_epoch(struct arena *arena, const str *args, str *out)
{
    GET_DOUBLE(0);
    int64_t us;
    TRY(timestamp_from_epoch(arena, double0, &us));
    return tz_text(arena, us, out);
}

static err do_mkdate(struct arena *arena, const str *args, str *out)
{
    int32_t date;
    TRY(make_date(arena, int_of(args[0]), int_of(args[1]), int_of(args[2]), &date));
    return date_text(arena, date, out);
}

static err do_mktime(struct arena *arena, const str *args, str *out)
{
    GET_DOUBLE(2);
    int64_t us;
    TRY(make_time(arena, int_of(args[0]), int_of(args[1]), double2, &us));
    return time_text(arena, us, out);
}

static err do_mkiv(struct arena *arena, const str *args, str *out)
{
    GET_DOUBLE(6);
    struct interval_parts parts = {int_of(args[0]), int_of(args[1]), int_of(args[2]),
                                   int_of(args[3]), int_of(args[4]), int_of(args[5]),
                                   double6};
    struct interval value;
    TRY(make_interval(arena, &parts, &value));
    return iv_text(arena, value, out);
}

#define OP(name)         \
    {                    \
#name, do_##name \
    }
static const struct vector_op ops[] = {
    OP(date),  OP(time),  OP(time2), OP(timetz), OP(ts),     OP(ts3),     OP(tstz),    OP(tstz0),
    OP(iv),    OP(iv2),   OP(ivdh),  OP(ivym),   OP(ivms),   OP(ivs1),    OP(ivday),   OP(tsadd),
    OP(tssub), OP(age),   OP(dadd),  OP(dsub),   OP(tadd),   OP(ivadd),   OP(ivsub),   OP(ivmul),
    OP(ivdiv), OP(ivneg), OP(jh),    OP(jd),     OP(ji),     OP(ivcmp),   OP(ttzcmp),  OP(xdate),
    OP(xts),   OP(xtz),   OP(xiv),   OP(xtime),  OP(xttz),   OP(truncts), OP(trunctz), OP(trunciv),
    OP(bin),   OP(atz),   OP(toutc), OP(epoch),  OP(mkdate), OP(mktime),  OP(mkiv),
};

static void datetimes_answer_as_postgresql(void **state)
{
    (void)state;
    vectors_run("datetime.tsv", ops, COUNT_OF(ops));
}

static void years_outside_1_to_9999_are_refused(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    int64_t us;
    int32_t date;
    assert_true(err_is(timestamp_parse(arena, &utc, STR("10000-01-01"), -1, &us), STR("22008")));
    assert_true(err_is(timestamp_parse(arena, &utc, STR("0099-01-08 BC"), -1, &us), STR("22008")));
    assert_true(err_is(date_parse(arena, &utc, STR("0001-01-01 BC"), &date), STR("22008")));
    str late = STR("9999-12-31 23:00:00-05");
    assert_true(err_is(timestamptz_parse(arena, &utc, late, -1, &us), STR("22008")));
    arena_free(arena);
}

static void words_follow_the_session(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    struct type_session jakarta = {.zone = tz_find(STR("Asia/Jakarta")),
                                   .now_us = INT64_C(1767311999000000)};
    int64_t us;
    int32_t date;
    str out;
    /* 2026-01-01 23:59:59 UTC is already the second of January in Jakarta. */
    assert_null(date_parse(arena, &jakarta, STR("today"), &date));
    assert_null(date_text(arena, date, &out));
    assert_true(str_eq(out, STR("2026-01-02")));
    assert_null(timestamptz_parse(arena, &jakarta, STR("tomorrow"), -1, &us));
    assert_null(tz_text(arena, us, &out));
    assert_true(str_eq(out, STR("2026-01-02 17:00:00+00")));
    assert_null(timestamptz_parse(arena, &jakarta, STR("now"), -1, &us));
    assert_true(us == jakarta.now_us);
    assert_null(timestamp_parse(arena, &jakarta, STR("now"), -1, &us));
    assert_null(ts_text(arena, us, &out));
    assert_true(str_eq(out, STR("2026-01-02 06:59:59")));
    struct buf *text = buf_in(arena, 0);
    timestamptz_write(text, jakarta.now_us, jakarta.zone, DATETIME_STORED);
    assert_true(str_eq(buf_str(text), STR("2026-01-02T06:59:59+07:00")));
    arena_free(arena);
}

static void stored_order_is_time_order(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    int64_t times[] = {TIMESTAMP_MINUS_INFINITY,
                       -62135596800000000,
                       -1,
                       0,
                       1,
                       10,
                       100000,
                       999999,
                       1000000,
                       1767323045120000,
                       1767323045120001,
                       253402300799999999,
                       TIMESTAMP_INFINITY};
    str before = STR_NONE;
    for (size_t i = 0; i < COUNT_OF(times); i++) {
        struct buf *text = buf_in(arena, 0);
        timestamptz_write(text, times[i], NULL, DATETIME_STORED);
        if (i) assert_true(str_cmp(before, buf_str(text)) < 0);
        before = buf_str(text);
    }
    arena_free(arena);
}

static void an_offset_that_makes_a_timestamp_counts_east(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    const struct tz_zone *zone;
    assert_null(make_zone(arena, STR("+07"), &zone));
    assert_int_equal(tz_at(zone, 0).east_s, 7 * 3600);
    assert_null(make_zone(arena, STR("-03:30"), &zone));
    assert_int_equal(tz_at(zone, 0).east_s, -(3 * 60 + 30) * 60);
    assert_null(make_zone(arena, STR("Asia/Jakarta"), &zone));
    assert_true(err_is(make_zone(arena, STR("07"), &zone), STR("22023")));
    assert_true(err_is(make_zone(arena, STR("+99"), &zone), STR("22023")));
    assert_true(err_is(make_zone(arena, STR("Nowhere"), &zone), STR("22023")));
    arena_free(arena);
}

static void an_abbreviation_comes_before_a_zone(void **state)
{
    (void)state;
    int64_t july_s = INT64_C(1751328000);
    assert_int_equal(tz_at(tz_find(STR("CET")), july_s).east_s, 7200);
    assert_int_equal(tz_at(tz_find_any(STR("CET")), july_s).east_s, 3600);
    assert_null(tz_find_any(STR("Nowhere")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(datetimes_answer_as_postgresql),
        cmocka_unit_test(years_outside_1_to_9999_are_refused),
        cmocka_unit_test(words_follow_the_session),
        cmocka_unit_test(stored_order_is_time_order),
        cmocka_unit_test(an_offset_that_makes_a_timestamp_counts_east),
        cmocka_unit_test(an_abbreviation_comes_before_a_zone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
