/* extract(), date_trunc(), date_bin(). */
#include <string.h>

#include "types/datetime_int.h"
#include "types/numeric.h"

static const char *const name_date = "date";
static const char *const name_time = "time without time zone";
static const char *const name_timetz = "time with time zone";
static const char *const name_timestamp = "timestamp without time zone";
static const char *const name_timestamptz = "timestamp with time zone";
static const char *const name_interval = "interval";

static err unknown_unit(struct arena *arena, str unit, const char *type)
{
    str lower = str_lower(arena, unit);
    return err_sql(arena, "22023", "unit \"%.*s\" not recognized for type %s", STR_FMT(lower),
                   type);
}

static err unsupported_unit(struct arena *arena, str unit, const char *type)
{
    str lower = str_lower(arena, unit);
    return err_sql(arena, "0A000", "unit \"%.*s\" not supported for type %s", STR_FMT(lower), type);
}

/* value / 10^scale as numeric text. */
static str fixed(struct arena *arena, int64_t value, int scale)
{
    str digits = numeric_from_i64(arena, value < 0 ? -value : value);
    size_t width = (size_t)scale + 1;
    if (digits.len < width) {
        char *padded = arena_alloc(arena, width);
        memset(padded, '0', width - digits.len);
        memcpy(padded + width - digits.len, digits.at, digits.len);
        digits = str_from(padded, width);
    }
    str whole = str_slice(digits, 0, digits.len - (size_t)scale);
    str fraction = str_skip(digits, digits.len - (size_t)scale);
    return str_printf(arena, "%s%.*s%s%.*s", value < 0 ? "-" : "", STR_FMT(whole), scale ? "." : "",
                      STR_FMT(fraction));
}

/* 1 for years 1 to length, and so on; 0 and below count back. */
static int64_t span_of_years(int64_t year, int64_t length)
{
    return year > 0 ? (year + length - 1) / length : -((length - 1 - (year - 1)) / length);
}

/* The units of a time of day; false when unit is none of them. */
static bool clock_field(struct arena *arena, enum unit unit, int64_t us, str *out)
{
    int64_t in_minute = us % US_PER_MINUTE;
    if (unit == UNIT_MICROSECOND)
        *out = fixed(arena, in_minute, 0);
    else if (unit == UNIT_MILLISECOND)
        *out = fixed(arena, in_minute, 3);
    else if (unit == UNIT_SECOND)
        *out = fixed(arena, in_minute, 6);
    else if (unit == UNIT_MINUTE)
        *out = fixed(arena, us / US_PER_MINUTE % 60, 0);
    else if (unit == UNIT_HOUR)
        *out = fixed(arena, us / US_PER_HOUR, 0);
    else
        return false;
    return true;
}

enum { JULIAN_1970 = 2440588 };

/* The units of a date; false when unit is none of them. */
static bool date_field(int32_t days, enum unit unit, int64_t *out)
{
    int32_t year, month, day, iso_year, iso_week;
    date_to_civil(days, &year, &month, &day);
    date_iso_week(days, &iso_year, &iso_week);
    int32_t weekday = (int32_t)floor_mod_i64((int64_t)days + 4, 7);
    switch (unit) {
    case UNIT_DAY: *out = day; return true;
    case UNIT_MONTH: *out = month; return true;
    case UNIT_QUARTER: *out = (month - 1) / 3 + 1; return true;
    case UNIT_WEEK: *out = iso_week; return true;
    case UNIT_YEAR: *out = year; return true;
    case UNIT_DECADE: *out = floor_div_i64(year, 10); return true;
    case UNIT_CENTURY: *out = span_of_years(year, 100); return true;
    case UNIT_MILLENNIUM: *out = span_of_years(year, 1000); return true;
    case UNIT_ISOYEAR: *out = iso_year; return true;
    case UNIT_DOW: *out = weekday; return true;
    case UNIT_ISODOW: *out = weekday ? weekday : 7; return true;
    case UNIT_DOY: *out = days - date_from_civil(year, 1, 1) + 1; return true;
    default: return false;
    }
}

/* Of an infinity: growing fields are infinite, cyclic ones NULL; false for no field at all. */
static bool infinite_field(enum unit unit, bool negative, bool *null, str *out)
{
    switch (unit) {
    case UNIT_YEAR:
    case UNIT_DECADE:
    case UNIT_CENTURY:
    case UNIT_MILLENNIUM:
    case UNIT_JULIAN:
    case UNIT_ISOYEAR:
    case UNIT_EPOCH: *out = negative ? STR("-Infinity") : STR("Infinity"); return true;
    case UNIT_UNKNOWN: return false;
    default: *null = true; return true;
    }
}

err date_extract(struct arena *arena, str unit, int32_t date, bool *null, str *out)
{
    enum unit field = field_unit(unit);
    int64_t value;
    *null = false;
    if (!date_is_finite(date)) {
        bool clock = (field >= UNIT_MICROSECOND && field <= UNIT_HOUR) ||
                     (field >= UNIT_TIMEZONE && field <= UNIT_TIMEZONE_MINUTE);
        bool known = infinite_field(field, date == DATE_MINUS_INFINITY, null, out);
        if (known && !clock) return NULL;
    } else if (field == UNIT_EPOCH) {
        *out = fixed(arena, (int64_t)date * DAY_S, 0);
        return NULL;
    } else if (field == UNIT_JULIAN) {
        *out = fixed(arena, (int64_t)date + JULIAN_1970, 0);
        return NULL;
    } else if (date_field(date, field, &value)) {
        *out = fixed(arena, value, 0);
        return NULL;
    }
    if (field == UNIT_UNKNOWN) return unknown_unit(arena, unit, name_date);
    return unsupported_unit(arena, unit, name_date);
}

err time_extract(struct arena *arena, str unit, int64_t us, str *out)
{
    enum unit field = field_unit(unit);
    if (clock_field(arena, field, us, out)) return NULL;
    if (field == UNIT_EPOCH) {
        *out = fixed(arena, us, 6);
        return NULL;
    }
    if (field == UNIT_UNKNOWN) return unknown_unit(arena, unit, name_time);
    return unsupported_unit(arena, unit, name_time);
}

static bool zone_field(struct arena *arena, enum unit unit, int32_t east_s, str *out)
{
    if (unit == UNIT_TIMEZONE)
        *out = fixed(arena, east_s, 0);
    else if (unit == UNIT_TIMEZONE_HOUR)
        *out = fixed(arena, east_s / 3600, 0);
    else if (unit == UNIT_TIMEZONE_MINUTE)
        *out = fixed(arena, east_s / 60 % 60, 0);
    else
        return false;
    return true;
}

err timetz_extract(struct arena *arena, str unit, struct timetz value, str *out)
{
    enum unit field = field_unit(unit);
    if (clock_field(arena, field, value.us, out)) return NULL;
    if (zone_field(arena, field, -value.west_s, out)) return NULL;
    if (field == UNIT_EPOCH) {
        *out = fixed(arena, value.us + value.west_s * US_PER_SECOND, 6);
        return NULL;
    }
    if (field == UNIT_UNKNOWN) return unknown_unit(arena, unit, name_timetz);
    return unsupported_unit(arena, unit, name_timetz);
}

/* Days since 4714 BC with the time of day as a fraction of numeric's own scale. */
static err julian(struct arena *arena, int64_t wall_us, str *out)
{
    int64_t days = floor_div_i64(wall_us, US_PER_DAY);
    str fraction;
    str time = numeric_from_i64(arena, wall_us - days * US_PER_DAY);
    TRY(numeric_div(arena, time, STR("86400000000"), &fraction));
    return numeric_add(arena, numeric_from_i64(arena, days + JULIAN_1970), fraction, out);
}

/* A finite timestamp's wall clock; epoch_us is what "epoch" counts. */
static bool wall_field(
    struct arena *arena, enum unit field, int64_t wall_us, int64_t epoch_us, err *error, str *out)
{
    int64_t value;
    *error = NULL;
    if (clock_field(arena, field, timestamp_to_time(wall_us), out)) return true;
    if (date_field(timestamp_to_date(wall_us), field, &value)) {
        *out = fixed(arena, value, 0);
        return true;
    }
    if (field == UNIT_EPOCH)
        *out = fixed(arena, epoch_us, 6);
    else if (field == UNIT_JULIAN)
        *error = julian(arena, wall_us, out);
    else
        return false;
    return true;
}

err timestamp_extract(struct arena *arena, str unit, int64_t us, bool *null, str *out)
{
    enum unit field = field_unit(unit);
    err error;
    *null = false;
    if (!timestamp_is_finite(us)) {
        if (infinite_field(field, us == TIMESTAMP_MINUS_INFINITY, null, out)) return NULL;
    } else if (wall_field(arena, field, us, us, &error, out)) {
        return error;
    }
    if (field == UNIT_UNKNOWN) return unknown_unit(arena, unit, name_timestamp);
    return unsupported_unit(arena, unit, name_timestamp);
}

err timestamptz_extract(
    struct arena *arena, const struct tz_zone *zone, str unit, int64_t us, bool *null, str *out)
{
    enum unit field = field_unit(unit);
    err error;
    *null = false;
    if (!timestamp_is_finite(us)) {
        if (infinite_field(field, us == TIMESTAMP_MINUS_INFINITY, null, out)) return NULL;
        return unknown_unit(arena, unit, name_timestamptz);
    }
    int32_t east_s = tz_at(zone, floor_div_i64(us, US_PER_SECOND)).east_s;
    if (zone_field(arena, field, east_s, out)) return NULL;
    if (wall_field(arena, field, us + east_s * US_PER_SECOND, us, &error, out)) return error;
    if (field == UNIT_UNKNOWN) return unknown_unit(arena, unit, name_timestamptz);
    return unsupported_unit(arena, unit, name_timestamptz);
}

/* Seconds with a year as 365.25 days and a month as 30. */
static err interval_epoch(struct arena *arena, struct interval value, str *out)
{
    int64_t years = value.months / MONTHS_PER_YEAR, months = value.months % MONTHS_PER_YEAR;
    int64_t days_times_4 = years * 1461 + (months * DAYS_PER_MONTH + value.days) * 4;
    str seconds = numeric_from_i64(arena, days_times_4 * (DAY_S / 4));
    return numeric_add(arena, seconds, fixed(arena, value.us, 6), out);
}

err interval_extract(struct arena *arena, str unit, struct interval value, str *out)
{
    enum unit field = field_unit(unit);
    int64_t years = value.months / MONTHS_PER_YEAR, months = value.months % MONTHS_PER_YEAR;
    if (clock_field(arena, field, value.us, out)) return NULL;
    switch (field) {
    case UNIT_DAY: *out = fixed(arena, value.days, 0); return NULL;
    case UNIT_MONTH: *out = fixed(arena, months, 0); return NULL;
    case UNIT_QUARTER: *out = fixed(arena, months / 3 + 1, 0); return NULL;
    case UNIT_YEAR: *out = fixed(arena, years, 0); return NULL;
    case UNIT_DECADE: *out = fixed(arena, years / 10, 0); return NULL;
    case UNIT_CENTURY: *out = fixed(arena, years / 100, 0); return NULL;
    case UNIT_MILLENNIUM: *out = fixed(arena, years / 1000, 0); return NULL;
    case UNIT_EPOCH: return interval_epoch(arena, value, out);
    case UNIT_UNKNOWN: return unknown_unit(arena, unit, name_interval);
    default: return unsupported_unit(arena, unit, name_interval);
    }
}

/* ---- date_trunc ---- */

/* Microseconds of a unit of the clock, 0 for longer ones. */
static int64_t unit_us(enum unit unit)
{
    static const int64_t us[] = {
        [UNIT_MICROSECOND] = 1,        [UNIT_MILLISECOND] = 1000, [UNIT_SECOND] = US_PER_SECOND,
        [UNIT_MINUTE] = US_PER_MINUTE, [UNIT_HOUR] = US_PER_HOUR, [UNIT_DAY] = US_PER_DAY,
    };
    return unit <= UNIT_DAY ? us[unit] : 0;
}

static int32_t first_year_of_span(int32_t year, int32_t length)
{
    return (int32_t)(floor_div_i64(year - 1, length) * length) + 1;
}

/* The first day of the week, month, ... of a day; false when unit is no such. */
static bool trunc_days(enum unit unit, int32_t *days)
{
    int32_t year, month, day;
    date_to_civil(*days, &year, &month, &day);
    switch (unit) {
    case UNIT_WEEK: *days -= (int32_t)floor_mod_i64((int64_t)*days + 3, 7); return true;
    case UNIT_MONTH: *days -= day - 1; return true;
    case UNIT_QUARTER: *days = date_from_civil(year, (month - 1) / 3 * 3 + 1, 1); return true;
    case UNIT_YEAR: *days = date_from_civil(year, 1, 1); return true;
    case UNIT_DECADE: *days = date_from_civil(floor_div_i64(year, 10) * 10, 1, 1); return true;
    case UNIT_CENTURY: *days = date_from_civil(first_year_of_span(year, 100), 1, 1); return true;
    case UNIT_MILLENNIUM:
        *days = date_from_civil(first_year_of_span(year, 1000), 1, 1);
        return true;
    default: return false;
    }
}

/* False when date_trunc has no such unit. */
static bool trunc_wall(enum unit unit, int64_t us, int64_t *out)
{
    int64_t step = unit_us(unit);
    if (step) {
        *out = us - floor_mod_i64(us, step);
        return true;
    }
    int32_t days = timestamp_to_date(us);
    if (!trunc_days(unit, &days)) return false;
    *out = days * US_PER_DAY;
    return true;
}

static err bad_trunc_unit(struct arena *arena, enum unit field, str unit, const char *type)
{
    return field == UNIT_UNKNOWN ? unknown_unit(arena, unit, type)
                                 : unsupported_unit(arena, unit, type);
}

err timestamp_trunc(struct arena *arena, str unit, int64_t us, int64_t *out)
{
    *out = us;
    if (!timestamp_is_finite(us)) return NULL;
    enum unit field = interval_unit(unit);
    if (!trunc_wall(field, us, out)) return bad_trunc_unit(arena, field, unit, name_timestamp);
    return timestamp_check(arena, *out);
}

err timestamptz_trunc(
    struct arena *arena, const struct tz_zone *zone, str unit, int64_t us, int64_t *out)
{
    *out = us;
    if (!timestamp_is_finite(us)) return NULL;
    enum unit field = interval_unit(unit);
    int32_t east_s = tz_at(zone, floor_div_i64(us, US_PER_SECOND)).east_s;
    int64_t wall;
    if (!trunc_wall(field, us + east_s * US_PER_SECOND, &wall)) {
        return bad_trunc_unit(arena, field, unit, name_timestamptz);
    }
    /* From a day on the offset may be another; below it stays, even around a change. */
    if (field >= UNIT_DAY) return timestamp_to_utc(arena, zone, wall, out);
    *out = wall - east_s * US_PER_SECOND;
    return timestamp_check(arena, *out);
}

err interval_trunc(struct arena *arena, str unit, struct interval value, struct interval *out)
{
    static const int32_t months_of[] = {
        [UNIT_MONTH] = 1,    [UNIT_QUARTER] = 3,    [UNIT_YEAR] = 12,
        [UNIT_DECADE] = 120, [UNIT_CENTURY] = 1200, [UNIT_MILLENNIUM] = 12000,
    };
    enum unit field = interval_unit(unit);
    *out = value;
    if (field == UNIT_DAY) {
        out->us = 0;
    } else if (unit_us(field)) {
        out->us -= value.us % unit_us(field);
    } else if (field >= UNIT_MONTH && field <= UNIT_MILLENNIUM) {
        out->us = 0;
        out->days = 0;
        out->months -= value.months % months_of[field];
    } else if (field == UNIT_WEEK) {
        struct err *error =
            err_sql(arena, "0A000", "unit \"week\" not supported for type interval");
        return err_details(arena, error, "Months usually have fractional weeks.");
    } else {
        return bad_trunc_unit(arena, field, unit, name_interval);
    }
    return NULL;
}

err timestamp_bin(
    struct arena *arena, struct interval stride, int64_t us, int64_t origin, int64_t *out)
{
    *out = us;
    if (!timestamp_is_finite(us)) return NULL;
    if (!timestamp_is_finite(origin)) return err_sql(arena, "22008", "origin out of range");
    if (stride.months) {
        return err_sql(arena, "0A000",
                       "timestamps cannot be binned into intervals containing months or years");
    }
    int64_t step = stride.days * US_PER_DAY;
    if (__builtin_add_overflow(step, stride.us, &step)) {
        return err_sql(arena, "22008", "interval out of range");
    }
    if (step <= 0) return err_sql(arena, "22008", "stride must be greater than zero");
    *out = us - floor_mod_i64(us - origin, step);
    return timestamp_check(arena, *out);
}
