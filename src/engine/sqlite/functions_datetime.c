/* Dates and times: arithmetic, fields, truncation, zones, makers, to_char and its like.
 * Stored values are text; each call reads them into types/datetime.h's integers and back. */
#include "base/clock.h"
#include "engine/sqlite/functions_int.h"
#include "types/datetime.h"
#include "types/numeric.h"
#include "types/to_char.h"

/* ---- arguments and results ---- */

static const struct type_session *types_of(const struct function_call *call)
{
    return &call->session->types;
}

static err get_date(struct function_call *call, size_t i, int32_t *out)
{
    return date_parse(call->arena, types_of(call), arg_text(call, i), out);
}

static err get_time(struct function_call *call, size_t i, int64_t *out)
{
    return time_parse(call->arena, types_of(call), arg_text(call, i), TYPMOD_NONE, out);
}

static err get_timetz(struct function_call *call, size_t i, struct timetz *out)
{
    return timetz_parse(call->arena, types_of(call), arg_text(call, i), TYPMOD_NONE, out);
}

static err get_timestamp(struct function_call *call, size_t i, int64_t *out)
{
    return timestamp_parse(call->arena, types_of(call), arg_text(call, i), TYPMOD_NONE, out);
}

static err get_timestamptz(struct function_call *call, size_t i, int64_t *out)
{
    return timestamptz_parse(call->arena, types_of(call), arg_text(call, i), TYPMOD_NONE, out);
}

static err get_interval(struct function_call *call, size_t i, struct interval *out)
{
    return interval_parse(call->arena, arg_text(call, i), TYPMOD_NONE, out);
}

static err put(struct value *out, const struct buf *text)
{
    *out = value_text(buf_str(text));
    return NULL;
}

static err put_date(struct function_call *call, int32_t date, struct value *out)
{
    struct buf *text = buf_in(call->arena, 0);
    date_write(text, date);
    return put(out, text);
}

static err put_time(struct function_call *call, int64_t us, struct value *out)
{
    struct buf *text = buf_in(call->arena, 0);
    time_write(text, us);
    return put(out, text);
}

static err put_timetz(struct function_call *call, struct timetz value, struct value *out)
{
    struct buf *text = buf_in(call->arena, 0);
    timetz_write(text, value);
    return put(out, text);
}

static err put_timestamp(struct function_call *call, int64_t us, struct value *out)
{
    struct buf *text = buf_in(call->arena, 0);
    timestamp_write(text, us, DATETIME_STORED);
    return put(out, text);
}

static err put_timestamptz(struct function_call *call, int64_t us, struct value *out)
{
    struct buf *text = buf_in(call->arena, 0);
    timestamptz_write(text, us, NULL, DATETIME_STORED);
    return put(out, text);
}

static err put_interval(struct function_call *call, struct interval value, struct value *out)
{
    struct buf *text = buf_in(call->arena, 0);
    interval_write(text, value);
    return put(out, text);
}

static err find_zone(struct function_call *call, size_t i, const struct tz_zone **out)
{
    str name = arg_text(call, i);
    *out = tz_find_any(name);
    if (*out) return NULL;
    return err_sql(call->arena, "22023", "time zone \"%.*s\" not recognized", STR_FMT(name));
}

/* An interval as a fixed zone: AT TIME ZONE INTERVAL '+7'. */
static err interval_zone(struct function_call *call, size_t i, int64_t *east_s)
{
    struct interval offset;
    TRY(get_interval(call, i, &offset));
    if (offset.months || offset.days) {
        return err_sql(call->arena, "22023",
                       "interval time zone \"%.*s\" must not include months or days",
                       STR_FMT(arg_text(call, i)));
    }
    *east_s = offset.us / US_PER_SECOND;
    return NULL;
}

/* ---- dates ---- */

/* date + integer, integer + date, date - integer: `with` is the sign, the date's place decided by
 * the kind of the argument. */
static err run_date_days(struct function_call *call, struct value *out)
{
    size_t place = call->args[0].kind == VALUE_INT ? 1 : 0;
    int32_t date;
    TRY(get_date(call, place, &date));
    TRY(date_add_days(call->arena, date, call->row->with * arg_int(call, 1 - place), &date));
    return put_date(call, date, out);
}

static err run_date_mi(struct function_call *call, struct value *out)
{
    int32_t a;
    int32_t b;
    int32_t days;
    TRY(get_date(call, 0, &a));
    TRY(get_date(call, 1, &b));
    TRY(date_sub(call->arena, a, b, &days));
    *out = value_int(days);
    return NULL;
}

enum { PLUS = 1, MINUS = -1, SWAPPED = 2 };

/* Adds or subtracts by `with`; SWAPPED: the interval comes first. */
static err signed_interval(struct function_call *call, size_t i, struct interval *out)
{
    TRY(get_interval(call, i, out));
    return call->row->with == MINUS ? interval_neg(call->arena, *out, out) : NULL;
}

/* The same for a time of day, which days and months do not move. */
static err signed_clock(struct function_call *call, size_t i, struct interval *out)
{
    TRY(get_interval(call, i, out));
    *out = (struct interval){.us = out->us % US_PER_DAY};
    if (call->row->with == MINUS) out->us = -out->us;
    return NULL;
}

static size_t value_place(const struct function_call *call)
{
    return call->row->with == SWAPPED ? 1 : 0;
}

static err run_date_interval(struct function_call *call, struct value *out)
{
    int32_t date;
    int64_t us;
    struct interval interval;
    size_t place = value_place(call);
    TRY(get_date(call, place, &date));
    TRY(signed_interval(call, 1 - place, &interval));
    TRY(date_to_timestamp(call->arena, date, &us));
    TRY(timestamp_add(call->arena, us, interval, &us));
    return put_timestamp(call, us, out);
}

static err run_timestamp_interval(struct function_call *call, struct value *out)
{
    int64_t us;
    struct interval interval;
    size_t place = value_place(call);
    TRY(get_timestamp(call, place, &us));
    TRY(signed_interval(call, 1 - place, &interval));
    TRY(timestamp_add(call->arena, us, interval, &us));
    return put_timestamp(call, us, out);
}

static err run_timestamptz_interval(struct function_call *call, struct value *out)
{
    int64_t us;
    struct interval interval;
    size_t place = value_place(call);
    TRY(get_timestamptz(call, place, &us));
    TRY(signed_interval(call, 1 - place, &interval));
    TRY(timestamptz_add(call->arena, types_of(call)->zone, us, interval, &us));
    return put_timestamptz(call, us, out);
}

static err run_time_interval(struct function_call *call, struct value *out)
{
    int64_t us;
    struct interval interval;
    size_t place = value_place(call);
    TRY(get_time(call, place, &us));
    TRY(signed_clock(call, 1 - place, &interval));
    return put_time(call, time_add(us, interval), out);
}

static err run_timetz_interval(struct function_call *call, struct value *out)
{
    struct timetz value;
    struct interval interval;
    size_t place = value_place(call);
    TRY(get_timetz(call, place, &value));
    TRY(signed_clock(call, 1 - place, &interval));
    return put_timetz(call, timetz_add(value, interval), out);
}

static err run_time_mi_time(struct function_call *call, struct value *out)
{
    int64_t a;
    int64_t b;
    TRY(get_time(call, 0, &a));
    TRY(get_time(call, 1, &b));
    return put_interval(call, (struct interval){.us = a - b}, out);
}

/* timestamp - timestamp; stored timestamptz are UTC, so the zone does not matter. */
static err run_timestamp_mi(struct function_call *call, struct value *out)
{
    int64_t a;
    int64_t b;
    struct interval interval;
    TRY(get_timestamptz(call, 0, &a));
    TRY(get_timestamptz(call, 1, &b));
    TRY(timestamp_sub(call->arena, a, b, &interval));
    return put_interval(call, interval, out);
}

/* date + time */
static err run_date_time(struct function_call *call, struct value *out)
{
    int32_t date;
    int64_t us;
    int64_t time;
    size_t place = value_place(call);
    TRY(get_date(call, place, &date));
    TRY(get_time(call, 1 - place, &time));
    TRY(date_to_timestamp(call->arena, date, &us));
    TRY(timestamp_add(call->arena, us, (struct interval){.us = time}, &us));
    return put_timestamp(call, us, out);
}

/* ---- intervals ---- */

typedef err interval_binary(struct arena *arena,
                            struct interval a,
                            struct interval b,
                            struct interval *out);
typedef err interval_scale(struct arena *arena,
                           struct interval a,
                           double factor,
                           struct interval *out);
typedef err interval_unary(struct arena *arena, struct interval a, struct interval *out);

static err run_interval_pair(struct function_call *call, struct value *out)
{
    struct interval a;
    struct interval b;
    interval_binary *operation = call->row->with == PLUS ? interval_add : interval_sub;
    TRY(get_interval(call, 0, &a));
    TRY(get_interval(call, 1, &b));
    TRY(operation(call->arena, a, b, &a));
    return put_interval(call, a, out);
}

enum { SCALE_MUL, SCALE_DIV, SCALE_MUL_SWAPPED };

static err run_interval_scale(struct function_call *call, struct value *out)
{
    struct interval a;
    size_t place = call->row->with == SCALE_MUL_SWAPPED ? 1 : 0;
    interval_scale *operation = call->row->with == SCALE_DIV ? interval_div : interval_mul;
    TRY(get_interval(call, place, &a));
    TRY(operation(call->arena, a, arg_real(call, 1 - place), &a));
    return put_interval(call, a, out);
}

enum { INTERVAL_NEG, INTERVAL_HOURS, INTERVAL_DAYS, INTERVAL_BOTH };

static err run_interval_unary(struct function_call *call, struct value *out)
{
    static interval_unary *const operations[] = {
        [INTERVAL_NEG] = interval_neg,
        [INTERVAL_HOURS] = interval_justify_hours,
        [INTERVAL_DAYS] = interval_justify_days,
        [INTERVAL_BOTH] = interval_justify,
    };
    struct interval a;
    TRY(get_interval(call, 0, &a));
    TRY(operations[call->row->with](call->arena, a, &a));
    return put_interval(call, a, out);
}

/* ---- age ---- */

static err wall_of(struct function_call *call, size_t i, bool zoned, int64_t *out)
{
    if (!zoned) return get_timestamp(call, i, out);
    int64_t us;
    TRY(get_timestamptz(call, i, &us));
    return timestamp_to_wall(call->arena, types_of(call)->zone, us, out);
}

/* age(a, b), and age(a) from today's midnight; `with`: timestamptz. */
static err run_age(struct function_call *call, struct value *out)
{
    int64_t a;
    int64_t b;
    struct interval interval;
    bool zoned = call->row->with != 0;
    TRY(wall_of(call, 0, zoned, &a));
    if (call->count == 2) {
        TRY(wall_of(call, 1, zoned, &b));
    } else {
        b = a;
        TRY(date_to_timestamp(call->arena, session_today(types_of(call)), &a));
    }
    TRY(timestamp_age(call->arena, a, b, &interval));
    return put_interval(call, interval, out);
}

/* ---- fields ---- */

enum field_of { OF_DATE, OF_TIME, OF_TIMETZ, OF_TIMESTAMP, OF_TIMESTAMPTZ, OF_INTERVAL };

static err extract_field(struct function_call *call, enum field_of what, bool *null, str *out)
{
    struct arena *arena = call->arena;
    str unit = str_lower(arena, arg_text(call, 0));
    int32_t date;
    int64_t us;
    struct timetz timetz;
    struct interval interval;
    *null = false;
    switch (what) {
    case OF_DATE: TRY(get_date(call, 1, &date)); return date_extract(arena, unit, date, null, out);
    case OF_TIME: TRY(get_time(call, 1, &us)); return time_extract(arena, unit, us, out);
    case OF_TIMETZ:
        TRY(get_timetz(call, 1, &timetz));
        return timetz_extract(arena, unit, timetz, out);
    case OF_TIMESTAMP:
        TRY(get_timestamp(call, 1, &us));
        return timestamp_extract(arena, unit, us, null, out);
    case OF_TIMESTAMPTZ:
        TRY(get_timestamptz(call, 1, &us));
        return timestamptz_extract(arena, types_of(call)->zone, unit, us, null, out);
    case OF_INTERVAL:
        TRY(get_interval(call, 1, &interval));
        return interval_extract(arena, unit, interval, out);
    }
    return NULL;
}

static err run_extract(struct function_call *call, struct value *out)
{
    bool null = false;
    str number;
    TRY(extract_field(call, (enum field_of)call->row->with, &null, &number));
    if (!null) *out = value_text(number);
    return NULL;
}

/* By way of microseconds, which round before they are divided where a double has not all of them. */
static err part_as_double(struct arena *arena, str number, double *out)
{
    size_t point = str_find_char(number, '.', 0);
    int64_t us;
    bool in_us = point != SIZE_MAX && number.len - point - 1 == 6 &&
                 str_to_i64(str_printf(arena, "%.*s%.*s", (int)point, number.at,
                                       STR_FMT(str_skip(number, point + 1))),
                            &us);
    if (!in_us) return numeric_to_double(arena, number, out);
    *out = (double)us / 1e6;
    return NULL;
}

/* Epochs are sums of doubles there, and rounded at each. */
static err timetz_epoch(struct function_call *call, double *out)
{
    struct timetz value;
    TRY(get_timetz(call, 1, &value));
    *out = (double)value.us / 1e6 + value.west_s;
    return NULL;
}

static err interval_epoch(struct function_call *call, double *out)
{
    static const double DAY_S = 86400, YEAR_S = 365.25 * 86400, MONTH_S = 30.0 * 86400;
    struct interval value;
    TRY(get_interval(call, 1, &value));
    int32_t years = value.months / 12, months = value.months % 12;
    *out = (double)value.us / 1e6;
    *out += YEAR_S * years;
    *out += MONTH_S * months;
    *out += DAY_S * value.days;
    return NULL;
}

/* date_part: the same as double precision. */
static err run_part(struct function_call *call, struct value *out)
{
    bool null = false;
    str number;
    double real = 0;
    TRY(extract_field(call, (enum field_of)call->row->with, &null, &number));
    if (null) return NULL;
    bool epoch = str_eq_nocase(arg_text(call, 0), STR("epoch"));
    if (epoch && call->row->with == OF_TIMETZ)
        TRY(timetz_epoch(call, &real));
    else if (epoch && call->row->with == OF_INTERVAL)
        TRY(interval_epoch(call, &real));
    else
        TRY(part_as_double(call->arena, number, &real));
    *out = value_real(real);
    return NULL;
}

static err run_trunc(struct function_call *call, struct value *out)
{
    str unit = str_lower(call->arena, arg_text(call, 0));
    int64_t us;
    struct interval interval;
    const struct tz_zone *zone = types_of(call)->zone;
    switch ((enum field_of)call->row->with) {
    case OF_INTERVAL:
        TRY(get_interval(call, 1, &interval));
        TRY(interval_trunc(call->arena, unit, interval, &interval));
        return put_interval(call, interval, out);
    case OF_TIMESTAMP:
        TRY(get_timestamp(call, 1, &us));
        TRY(timestamp_trunc(call->arena, unit, us, &us));
        return put_timestamp(call, us, out);
    case OF_TIMESTAMPTZ:
        if (call->count == 3) TRY(find_zone(call, 2, &zone));
        TRY(get_timestamptz(call, 1, &us));
        TRY(timestamptz_trunc(call->arena, zone, unit, us, &us));
        return put_timestamptz(call, us, out);
    case OF_DATE:
    case OF_TIME:
    case OF_TIMETZ: break;
    }
    return NULL;
}

static err run_bin(struct function_call *call, struct value *out)
{
    struct interval stride;
    int64_t us;
    int64_t origin;
    bool zoned = call->row->with != 0;
    TRY(get_interval(call, 0, &stride));
    TRY(zoned ? get_timestamptz(call, 1, &us) : get_timestamp(call, 1, &us));
    TRY(zoned ? get_timestamptz(call, 2, &origin) : get_timestamp(call, 2, &origin));
    TRY(timestamp_bin(call->arena, stride, us, origin, &us));
    return zoned ? put_timestamptz(call, us, out) : put_timestamp(call, us, out);
}

static err run_finite(struct function_call *call, struct value *out)
{
    str text = arg_text(call, 0);
    *out = value_int(!str_eq(text, STR("infinity")) && !str_eq(text, STR("-infinity")));
    return NULL;
}

/* ---- zones ---- */

/* zone, value; `with`: the zone is an interval. */

/* Any interval moves a timestamp, also one that no zone has. */
static err move_by_interval(struct function_call *call, int direction, int64_t *us)
{
    int64_t east_s;
    TRY(interval_zone(call, 0, &east_s));
    return timestamp_add(call->arena, *us,
                         (struct interval){.us = direction * east_s * US_PER_SECOND}, us);
}

static err run_timestamp_zone(struct function_call *call, struct value *out)
{
    const struct tz_zone *zone = NULL;
    int64_t us;
    TRY(get_timestamp(call, 1, &us));
    if (call->row->with) {
        TRY(move_by_interval(call, -1, &us));
    } else {
        TRY(find_zone(call, 0, &zone));
        TRY(timestamp_to_utc(call->arena, zone, us, &us));
    }
    return put_timestamptz(call, us, out);
}

static err run_timestamptz_zone(struct function_call *call, struct value *out)
{
    const struct tz_zone *zone = NULL;
    int64_t us;
    TRY(get_timestamptz(call, 1, &us));
    if (call->row->with) {
        TRY(move_by_interval(call, 1, &us));
    } else {
        TRY(find_zone(call, 0, &zone));
        TRY(timestamp_to_wall(call->arena, zone, us, &us));
    }
    return put_timestamp(call, us, out);
}

/* A timetz keeps its zone, and has place for less than 16 hours. */
static err timetz_zone(struct function_call *call, const struct tz_zone **out)
{
    enum { TIMETZ_OFFSET_END = 16 * 60 * 60 };
    if (!call->row->with) return find_zone(call, 0, out);
    int64_t east_s;
    TRY(interval_zone(call, 0, &east_s));
    bool fits = east_s > -TIMETZ_OFFSET_END && east_s < TIMETZ_OFFSET_END;
    *out = fits ? tz_fixed((int32_t)east_s) : NULL;
    return *out ? NULL
                : err_sql(call->arena, "0A000",
                          "a time zone 16 hours or more from UTC is not supported for a time");
}

static err run_timetz_zone(struct function_call *call, struct value *out)
{
    const struct tz_zone *zone = NULL;
    struct timetz value;
    TRY(timetz_zone(call, &zone));
    TRY(get_timetz(call, 1, &value));
    return put_timetz(call, timetz_at_zone(types_of(call), zone, value), out);
}

/* ---- makers ---- */

static err run_make_date(struct function_call *call, struct value *out)
{
    int32_t date;
    TRY(make_date(call->arena, arg_int(call, 0), arg_int(call, 1), arg_int(call, 2), &date));
    return put_date(call, date, out);
}

static err run_make_time(struct function_call *call, struct value *out)
{
    int64_t us;
    TRY(make_time(call->arena, arg_int(call, 0), arg_int(call, 1), arg_real(call, 2), &us));
    return put_time(call, us, out);
}

static err parts_of(struct function_call *call, int64_t *out)
{
    struct datetime_parts parts = {
        .year = arg_int(call, 0),
        .month = arg_int(call, 1),
        .day = arg_int(call, 2),
        .hour = arg_int(call, 3),
        .minute = arg_int(call, 4),
        .second = arg_real(call, 5),
    };
    return make_timestamp(call->arena, &parts, out);
}

static err run_make_timestamp(struct function_call *call, struct value *out)
{
    int64_t us;
    TRY(parts_of(call, &us));
    return put_timestamp(call, us, out);
}

static err run_make_timestamptz(struct function_call *call, struct value *out)
{
    int64_t us;
    const struct tz_zone *zone = types_of(call)->zone;
    TRY(parts_of(call, &us));
    if (call->count == 7) TRY(make_zone(call->arena, arg_text(call, 6), &zone));
    TRY(timestamp_to_utc(call->arena, zone, us, &us));
    return put_timestamptz(call, us, out);
}

static err run_make_interval(struct function_call *call, struct value *out)
{
    struct interval_parts parts = {
        .years = arg_int(call, 0),
        .months = arg_int(call, 1),
        .weeks = arg_int(call, 2),
        .days = arg_int(call, 3),
        .hours = arg_int(call, 4),
        .minutes = arg_int(call, 5),
        .seconds = arg_real(call, 6),
    };
    struct interval interval;
    TRY(make_interval(call->arena, &parts, &interval));
    return put_interval(call, interval, out);
}

static err run_from_epoch(struct function_call *call, struct value *out)
{
    int64_t us;
    TRY(timestamp_from_epoch(call->arena, arg_real(call, 0), &us));
    return put_timestamptz(call, us, out);
}

/* ---- to_char and back ---- */

/* A text without an address is NULL: of an infinity, or by an empty template. */
static err put_text(str text, struct value *out)
{
    *out = text.at ? value_text(text) : value_null();
    return NULL;
}

static err run_timestamp_to_char(struct function_call *call, struct value *out)
{
    int64_t us;
    str text;
    if (call->row->with) {
        TRY(get_timestamptz(call, 0, &us));
        TRY(to_char_timestamptz(call->arena, types_of(call)->zone, us, arg_text(call, 1), &text));
    } else {
        TRY(get_timestamp(call, 0, &us));
        TRY(to_char_timestamp(call->arena, us, arg_text(call, 1), &text));
    }
    return put_text(text, out);
}

static err run_interval_to_char(struct function_call *call, struct value *out)
{
    struct interval interval;
    str text;
    TRY(get_interval(call, 0, &interval));
    TRY(to_char_interval(call->arena, interval, arg_text(call, 1), &text));
    return put_text(text, out);
}

static err run_numeric_to_char(struct function_call *call, struct value *out)
{
    out->kind = VALUE_TEXT;
    return to_char_numeric(call->arena, arg_text(call, 0), arg_text(call, 1), &out->s);
}

static err run_int_to_char(struct function_call *call, struct value *out)
{
    enum int_width width = (enum int_width)call->row->with;
    out->kind = VALUE_TEXT;
    return to_char_int(call->arena, width, arg_int(call, 0), arg_text(call, 1), &out->s);
}

static err run_float8_to_char(struct function_call *call, struct value *out)
{
    out->kind = VALUE_TEXT;
    return to_char_float8(call->arena, arg_real(call, 0), arg_text(call, 1), &out->s);
}

static err run_float4_to_char(struct function_call *call, struct value *out)
{
    out->kind = VALUE_TEXT;
    return to_char_float4(call->arena, arg_real(call, 0), arg_text(call, 1), &out->s);
}

static err run_to_date(struct function_call *call, struct value *out)
{
    int32_t date;
    TRY(to_date(call->arena, arg_text(call, 0), arg_text(call, 1), &date));
    return put_date(call, date, out);
}

static err run_to_timestamp(struct function_call *call, struct value *out)
{
    int64_t us;
    TRY(to_timestamp(call->arena, types_of(call), arg_text(call, 0), arg_text(call, 1), &us));
    return put_timestamptz(call, us, out);
}

static err run_to_number(struct function_call *call, struct value *out)
{
    str number;
    TRY(to_number(call->arena, arg_text(call, 0), arg_text(call, 1), &number));
    return put_text(number, out);
}

/* ---- clocks ---- */

static err run_clock(struct function_call *call, struct value *out)
{
    int64_t now = call->session->clock_us ? call->session->clock_us() : clock_real_us();
    return put_timestamptz(call, now, out);
}

static err run_now(struct function_call *call, struct value *out)
{
    return put_timestamptz(call, session_now_us(types_of(call)), out);
}

/* ---- overlaps ---- */

/* A stretch of time on stored texts, whose order is that of time. One end may be unknown: it is `to`. */
struct stretch {
    str from, to;
    bool known, open; /* known: one end at least; open: `to` is unknown */
};

static struct stretch stretch_of(const struct value *one, const struct value *other)
{
    str a = one->s, b = other->s;
    bool no_a = one->kind == VALUE_NULL, no_b = other->kind == VALUE_NULL;
    if (no_a || (!no_b && str_cmp(a, b) > 0)) return (struct stretch){b, a, !no_b, no_a};
    return (struct stretch){a, b, true, no_b};
}

/* (s1, e1) OVERLAPS (s2, e2). What an unknown end decides is NULL. */
static err overlaps(const struct value *ends, struct value *out)
{
    struct stretch first = stretch_of(&ends[0], &ends[1]), second = stretch_of(&ends[2], &ends[3]);
    if (!first.known || !second.known) return NULL;
    int order = str_cmp(first.from, second.from);
    if (order > 0) { /* first begins first */
        struct stretch swap = first;
        first = second;
        second = swap;
    }
    if (first.open) return NULL;
    bool meet = order == 0 ? !second.open : str_cmp(second.from, first.to) < 0;
    if (meet || !second.open) *out = value_int(meet);
    return NULL;
}

static err run_overlaps(struct function_call *call, struct value *out)
{
    return overlaps(call->args, out);
}

/* `with`: the ends that are lengths, and what of. */
enum { FIRST_LENGTH = 1, SECOND_LENGTH = 2, BOTH_LENGTHS = 3, OF_ZONED = 4, OF_CLOCK = 8 };

/* The moment at i and the length behind it, added. */
static err end_of(struct function_call *call, size_t i, struct value *out)
{
    struct interval length;
    int64_t us;
    *out = value_null();
    if (arg_null(call, i) || arg_null(call, i + 1)) return NULL;
    TRY(get_interval(call, i + 1, &length));
    if (call->row->with & OF_CLOCK) {
        TRY(get_time(call, i, &us));
        return put_time(call, time_add(us, length), out);
    }
    if (call->row->with & OF_ZONED) {
        TRY(get_timestamptz(call, i, &us));
        TRY(timestamptz_add(call->arena, types_of(call)->zone, us, length, &us));
        return put_timestamptz(call, us, out);
    }
    TRY(get_timestamp(call, i, &us));
    TRY(timestamp_add(call->arena, us, length, &us));
    return put_timestamp(call, us, out);
}

static err run_overlaps_length(struct function_call *call, struct value *out)
{
    struct value ends[4] = {call->args[0], call->args[1], call->args[2], call->args[3]};
    if (call->row->with & FIRST_LENGTH) TRY(end_of(call, 0, &ends[1]));
    if (call->row->with & SECOND_LENGTH) TRY(end_of(call, 2, &ends[3]));
    return overlaps(ends, out);
}

/* ---- the table ---- */

#define ROW(symbol, args, body, with)                   \
    {                                                   \
        symbol, args, SHAPE_NONE, FN_STRICT, body, with \
    }

#define OVERLAPS_LENGTH(symbol, with)                       \
    {                                                       \
        symbol, 4, SHAPE_NONE, 0, run_overlaps_length, with \
    }
#define OVERLAPS(type, of)                                                                     \
    OVERLAPS_LENGTH("overlaps_" type "_interval_" type "_" type, (of) | FIRST_LENGTH),         \
        OVERLAPS_LENGTH("overlaps_" type "_" type "_" type "_interval", (of) | SECOND_LENGTH), \
        OVERLAPS_LENGTH("overlaps_" type "_interval_" type "_interval", (of) | BOTH_LENGTHS)

static const struct function_row rows[] = {
    ROW("date_pli", 2, run_date_days, PLUS),
    ROW("date_mii", 2, run_date_days, MINUS),
    ROW("integer_pl_date_int4_date", 2, run_date_days, PLUS),
    ROW("date_mi", 2, run_date_mi, 0),
    ROW("date_pl_interval", 2, run_date_interval, PLUS),
    ROW("date_mi_interval", 2, run_date_interval, MINUS),
    ROW("interval_pl_date_interval_date", 2, run_date_interval, SWAPPED),
    ROW("timestamp_pl_interval", 2, run_timestamp_interval, PLUS),
    ROW("timestamp_mi_interval", 2, run_timestamp_interval, MINUS),
    ROW("interval_pl_timestamp_interval_timestamp", 2, run_timestamp_interval, SWAPPED),
    ROW("timestamptz_pl_interval", 2, run_timestamptz_interval, PLUS),
    ROW("timestamptz_mi_interval", 2, run_timestamptz_interval, MINUS),
    ROW("interval_pl_timestamptz_interval_timestamptz", 2, run_timestamptz_interval, SWAPPED),
    ROW("time_pl_interval", 2, run_time_interval, PLUS),
    ROW("time_mi_interval", 2, run_time_interval, MINUS),
    ROW("interval_pl_time_interval_time", 2, run_time_interval, SWAPPED),
    ROW("timetz_pl_interval", 2, run_timetz_interval, PLUS),
    ROW("timetz_mi_interval", 2, run_timetz_interval, MINUS),
    ROW("interval_pl_timetz_interval_timetz", 2, run_timetz_interval, SWAPPED),
    ROW("time_mi_time", 2, run_time_mi_time, 0),
    ROW("timestamp_mi", 2, run_timestamp_mi, 0),
    ROW("datetime_timestamp", 2, run_date_time, PLUS),
    ROW("timedate_pl_time_date", 2, run_date_time, SWAPPED),
    ROW("interval_pl", 2, run_interval_pair, PLUS),
    ROW("interval_mi", 2, run_interval_pair, MINUS),
    ROW("interval_mul", 2, run_interval_scale, SCALE_MUL),
    ROW("interval_div", 2, run_interval_scale, SCALE_DIV),
    ROW("mul_d_interval", 2, run_interval_scale, SCALE_MUL_SWAPPED),
    ROW("interval_um", 1, run_interval_unary, INTERVAL_NEG),
    ROW("interval_justify_hours", 1, run_interval_unary, INTERVAL_HOURS),
    ROW("interval_justify_days", 1, run_interval_unary, INTERVAL_DAYS),
    ROW("interval_justify_interval", 1, run_interval_unary, INTERVAL_BOTH),
    ROW("timestamp_age", 2, run_age, 0),
    ROW("timestamptz_age", 2, run_age, 1),
    ROW("age_timestamp", 1, run_age, 0),
    ROW("age_timestamptz", 1, run_age, 1),
    ROW("extract_date", 2, run_extract, OF_DATE),
    ROW("extract_time", 2, run_extract, OF_TIME),
    ROW("extract_timetz", 2, run_extract, OF_TIMETZ),
    ROW("extract_timestamp", 2, run_extract, OF_TIMESTAMP),
    ROW("extract_timestamptz", 2, run_extract, OF_TIMESTAMPTZ),
    ROW("extract_interval", 2, run_extract, OF_INTERVAL),
    ROW("date_part_text_date", 2, run_part, OF_DATE),
    ROW("time_part", 2, run_part, OF_TIME),
    ROW("timetz_part", 2, run_part, OF_TIMETZ),
    ROW("timestamp_part", 2, run_part, OF_TIMESTAMP),
    ROW("timestamptz_part", 2, run_part, OF_TIMESTAMPTZ),
    ROW("interval_part", 2, run_part, OF_INTERVAL),
    ROW("timestamp_trunc", 2, run_trunc, OF_TIMESTAMP),
    ROW("timestamptz_trunc", 2, run_trunc, OF_TIMESTAMPTZ),
    ROW("timestamptz_trunc_zone", 3, run_trunc, OF_TIMESTAMPTZ),
    ROW("interval_trunc", 2, run_trunc, OF_INTERVAL),
    ROW("timestamp_bin", 3, run_bin, 0),
    ROW("timestamptz_bin", 3, run_bin, 1),
    ROW("date_finite", 1, run_finite, 0),
    ROW("timestamp_finite", 1, run_finite, 0),
    ROW("interval_finite", 1, run_finite, 0),
    ROW("timestamp_zone", 2, run_timestamp_zone, 0),
    ROW("timestamp_izone", 2, run_timestamp_zone, 1),
    ROW("timestamptz_zone", 2, run_timestamptz_zone, 0),
    ROW("timestamptz_izone", 2, run_timestamptz_zone, 1),
    ROW("timetz_zone", 2, run_timetz_zone, 0),
    ROW("timetz_izone", 2, run_timetz_zone, 1),
    ROW("make_date", 3, run_make_date, 0),
    ROW("make_time", 3, run_make_time, 0),
    ROW("make_timestamp", 6, run_make_timestamp, 0),
    ROW("make_timestamptz", 6, run_make_timestamptz, 0),
    ROW("make_timestamptz_at_timezone", 7, run_make_timestamptz, 0),
    ROW("make_interval", 7, run_make_interval, 0),
    ROW("float8_timestamptz", 1, run_from_epoch, 0),
    ROW("timestamp_to_char", 2, run_timestamp_to_char, 0),
    ROW("timestamptz_to_char", 2, run_timestamp_to_char, 1),
    ROW("interval_to_char", 2, run_interval_to_char, 0),
    ROW("int4_to_char", 2, run_int_to_char, INT_4),
    ROW("int8_to_char", 2, run_int_to_char, INT_8),
    ROW("numeric_to_char", 2, run_numeric_to_char, 0),
    ROW("float4_to_char", 2, run_float4_to_char, 0),
    ROW("float8_to_char", 2, run_float8_to_char, 0),
    ROW("to_date", 2, run_to_date, 0),
    ROW("to_timestamp", 2, run_to_timestamp, 0),
    ROW("numeric_to_number", 2, run_to_number, 0),
    {"clock_timestamp",    0, SHAPE_NONE, FN_VOLATILE, run_clock,    0},
    {"now",                0, SHAPE_NONE, FN_VOLATILE, run_now,      0},
    {"overlaps_timestamp", 4, SHAPE_NONE, 0,           run_overlaps, 0},
    {"overlaps_time",      4, SHAPE_NONE, 0,           run_overlaps, 0},
    OVERLAPS("timestamp", 0),
    OVERLAPS("timestamptz", OF_ZONED),
    OVERLAPS("time", OF_CLOCK),
};

const struct function_table functions_datetime = {rows, COUNT_OF(rows)};
