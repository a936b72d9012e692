/* Arithmetic of dates and timestamps, conversions, makers. */
#include <float.h>
#include <math.h>

#include "types/datetime_int.h"
#include "types/float.h"

static err out_of_range(struct arena *arena)
{
    return err_sql(arena, "22008", "timestamp out of range");
}

static err date_out_of_range(struct arena *arena)
{
    return err_sql(arena, "22008", "date out of range");
}

err timestamp_check(struct arena *arena, int64_t us)
{
    return timestamp_is_finite(us) && !timestamp_in_range(us) ? out_of_range(arena) : NULL;
}

/* ---- dates ---- */

err date_add_days(struct arena *arena, int32_t date, int64_t days, int32_t *out)
{
    *out = date;
    if (!date_is_finite(date)) return NULL;
    int64_t sum;
    bool overflow = __builtin_add_overflow(date, days, &sum) || sum < DATE_FIRST || sum >= DATE_END;
    if (overflow) return date_out_of_range(arena);
    *out = (int32_t)sum;
    return NULL;
}

err date_sub(struct arena *arena, int32_t a, int32_t b, int32_t *out)
{
    if (!date_is_finite(a) || !date_is_finite(b)) {
        return err_sql(arena, "22008", "cannot subtract infinite dates");
    }
    *out = a - b;
    return NULL;
}

err date_to_timestamp(struct arena *arena, int32_t date, int64_t *out)
{
    if (date == DATE_INFINITY)
        *out = TIMESTAMP_INFINITY;
    else if (date == DATE_MINUS_INFINITY)
        *out = TIMESTAMP_MINUS_INFINITY;
    else
        *out = date * US_PER_DAY;
    return timestamp_check(arena, *out);
}

int32_t timestamp_to_date(int64_t us)
{
    if (us == TIMESTAMP_INFINITY) return DATE_INFINITY;
    if (us == TIMESTAMP_MINUS_INFINITY) return DATE_MINUS_INFINITY;
    return (int32_t)floor_div_i64(us, US_PER_DAY);
}

int64_t timestamp_to_time(int64_t us)
{
    return floor_mod_i64(us, US_PER_DAY);
}

/* ---- timestamps and intervals ---- */

/* The same day so many months on; the last day of a shorter month. */
static err add_months(struct arena *arena, int64_t us, int32_t months, int64_t *out)
{
    int64_t days = floor_div_i64(us, US_PER_DAY), time = us - days * US_PER_DAY;
    int32_t year, month, day;
    date_to_civil((int32_t)days, &year, &month, &day);
    int64_t total = (int64_t)year * MONTHS_PER_YEAR + month - 1 + months;
    int64_t new_year = floor_div_i64(total, MONTHS_PER_YEAR);
    if (new_year < YEAR_MIN - 1 || new_year > YEAR_MAX + 1) return out_of_range(arena);
    int32_t new_month = (int32_t)(total - new_year * MONTHS_PER_YEAR) + 1;
    int32_t last = days_in_month((int32_t)new_year, new_month);
    int32_t new_day = day < last ? day : last;
    *out = date_from_civil(new_year, new_month, new_day) * US_PER_DAY + time;
    return NULL;
}

static err add_days(struct arena *arena, int64_t us, int32_t days, int64_t *out)
{
    /* Both are far inside 64 bits: at most 10,000 years and 2^31 days. */
    int64_t sum = us / US_PER_DAY + days;
    if (sum < 2 * (int64_t)DATE_FIRST || sum > 2 * (int64_t)DATE_END) return out_of_range(arena);
    *out = us + days * US_PER_DAY;
    return NULL;
}

static err add_us(struct arena *arena, int64_t us, int64_t more, int64_t *out)
{
    if (__builtin_add_overflow(us, more, out)) return out_of_range(arena);
    return timestamp_check(arena, *out);
}

err timestamp_add(struct arena *arena, int64_t us, struct interval interval, int64_t *out)
{
    *out = us;
    if (!timestamp_is_finite(us)) return NULL;
    if (interval.months) TRY(add_months(arena, us, interval.months, &us));
    if (interval.days) TRY(add_days(arena, us, interval.days, &us));
    return add_us(arena, us, interval.us, out);
}

static int64_t wall_of(const struct tz_zone *zone, int64_t utc_us)
{
    if (!zone) return utc_us;
    return utc_us + tz_at(zone, floor_div_i64(utc_us, US_PER_SECOND)).east_s * US_PER_SECOND;
}

static int64_t utc_of(const struct tz_zone *zone, int64_t wall_us)
{
    if (!zone) return wall_us;
    return wall_us - tz_at_wall(zone, floor_div_i64(wall_us, US_PER_SECOND)).east_s * US_PER_SECOND;
}

err timestamptz_add(struct arena *arena,
                    const struct tz_zone *zone,
                    int64_t us,
                    struct interval interval,
                    int64_t *out)
{
    *out = us;
    if (!timestamp_is_finite(us)) return NULL;
    int64_t wall;
    if (interval.months) {
        TRY(add_months(arena, wall_of(zone, us), interval.months, &wall));
        us = utc_of(zone, wall);
    }
    if (interval.days) {
        TRY(add_days(arena, wall_of(zone, us), interval.days, &wall));
        us = utc_of(zone, wall);
    }
    return add_us(arena, us, interval.us, out);
}

err timestamp_sub(struct arena *arena, int64_t a, int64_t b, struct interval *out)
{
    if (!timestamp_is_finite(a) || !timestamp_is_finite(b)) {
        return err_sql(arena, "22008", "cannot subtract infinite timestamps");
    }
    return interval_justify_hours(arena, (struct interval){.us = a - b}, out);
}

err timestamp_age(struct arena *arena, int64_t a, int64_t b, struct interval *out)
{
    if (!timestamp_is_finite(a) || !timestamp_is_finite(b)) return out_of_range(arena);
    bool negative = a < b;
    struct datetime_fields late, early;
    timestamp_fields(negative ? b : a, &late);
    timestamp_fields(negative ? a : b, &early);
    int64_t time = timestamp_to_time(negative ? b : a) - timestamp_to_time(negative ? a : b);
    int32_t days = late.day - early.day;
    int32_t months = (late.year - early.year) * MONTHS_PER_YEAR + late.month - early.month;
    if (time < 0) {
        time += US_PER_DAY;
        days--;
    }
    /* A missing day borrows the month of the earlier of the two. */
    while (days < 0) {
        days += days_in_month(early.year, early.month);
        months--;
    }
    *out = (struct interval){time, days, months};
    if (negative) *out = (struct interval){-time, -days, -months};
    return NULL;
}

/* ---- times ---- */

int64_t time_add(int64_t us, struct interval interval)
{
    return floor_mod_i64(us + interval.us % US_PER_DAY, US_PER_DAY);
}

struct timetz timetz_add(struct timetz value, struct interval interval)
{
    return (struct timetz){time_add(value.us, interval), value.west_s};
}

int timetz_compare(struct timetz a, struct timetz b)
{
    int64_t x = a.us + a.west_s * US_PER_SECOND, y = b.us + b.west_s * US_PER_SECOND;
    if (x != y) return x > y ? 1 : -1;
    return (a.west_s > b.west_s) - (a.west_s < b.west_s);
}

int timetz_compare_text(str a, str b)
{
    struct timetz x = {0}, y = {0};
    /* Stored values always parse; what does not is ordered by its bytes. */
    struct arena *scratch = NULL;
    bool stored = a.len >= 11 && b.len >= 11;
    if (stored) {
        scratch = arena_new(0);
        stored = !timetz_parse(scratch, NULL, a, -1, &x) && !timetz_parse(scratch, NULL, b, -1, &y);
        arena_free(scratch);
    }
    return stored ? timetz_compare(x, y) : str_cmp(a, b);
}

struct timetz timetz_at_zone(const struct type_session *session,
                             const struct tz_zone *zone,
                             struct timetz value)
{
    int64_t now_s = floor_div_i64(session_now_us(session), US_PER_SECOND);
    int32_t west_s = -tz_at(zone, now_s).east_s;
    int64_t us = value.us + (value.west_s - west_s) * US_PER_SECOND;
    return (struct timetz){floor_mod_i64(us, US_PER_DAY), west_s};
}

/* ---- zones ---- */

err timestamp_to_utc(struct arena *arena, const struct tz_zone *zone, int64_t wall_us, int64_t *out)
{
    *out = timestamp_is_finite(wall_us) ? utc_of(zone, wall_us) : wall_us;
    return timestamp_check(arena, *out);
}

err timestamp_to_wall(struct arena *arena, const struct tz_zone *zone, int64_t utc_us, int64_t *out)
{
    *out = timestamp_is_finite(utc_us) ? wall_of(zone, utc_us) : utc_us;
    return timestamp_check(arena, *out);
}

/* ---- makers ---- */

static bool is_date(int64_t year, int64_t month, int64_t day)
{
    if (year < YEAR_MIN || year > YEAR_MAX || month < 1 || month > 12 || day < 1) return false;
    return day <= days_in_month((int32_t)year, (int32_t)month);
}

err make_date(struct arena *arena, int64_t year, int64_t month, int64_t day, int32_t *out)
{
    if (!is_date(year, month, day)) {
        return err_sql(arena, "22008", "date field value out of range: %lld-%02lld-%02lld",
                       (long long)year, (long long)month, (long long)day);
    }
    *out = date_from_civil(year, (int32_t)month, (int32_t)day);
    return NULL;
}

/* To whole microseconds; false outside a day. 24:00:00 is in. */
static bool clock_us(int64_t hour, int64_t minute, double second, int64_t *out)
{
    if (hour < 0 || hour > 24 || minute < 0 || minute > 59) return false;
    double us = rint(second * 1e6);
    if (isnan(us) || us < 0 || us > 60e6) return false;
    *out = (hour * 60 + minute) * US_PER_MINUTE + (int64_t)us;
    return *out <= US_PER_DAY;
}

err make_time(struct arena *arena, int64_t hour, int64_t minute, double second, int64_t *out)
{
    if (clock_us(hour, minute, second, out)) return NULL;
    return err_sql(arena, "22008", "time field value out of range: %lld:%02lld:%02g",
                   (long long)hour, (long long)minute, second);
}

err make_timestamp(struct arena *arena, const struct datetime_parts *parts, int64_t *out)
{
    int32_t date;
    int64_t time;
    TRY(make_date(arena, parts->year, parts->month, parts->day, &date));
    if (!clock_us(parts->hour, parts->minute, parts->second, &time)) {
        return err_sql(arena, "22008",
                       "date/time field value out of range: %lld-%02lld-%02lld %lld:%02lld:%02g",
                       (long long)parts->year, (long long)parts->month, (long long)parts->day,
                       (long long)parts->hour, (long long)parts->minute, parts->second);
    }
    *out = date * US_PER_DAY + time;
    return timestamp_check(arena, *out);
}

err make_zone(struct arena *arena, str name, const struct tz_zone **out)
{
    if (name.len && name.at[0] >= '0' && name.at[0] <= '9') {
        struct err *error =
            err_sql(arena, "22023", "invalid input syntax for type numeric time zone: \"%.*s\"",
                    STR_FMT(name));
        return err_hint(arena, error,
                        "Numeric time zones must have \"-\" or \"+\" as first character.");
    }
    int32_t east_s;
    bool numeric = name.len && (name.at[0] == '+' || name.at[0] == '-');
    enum decode_result result = numeric ? decode_offset(name, &east_s) : DECODE_FORMAT;
    if (result == DECODE_ZONE_OVERFLOW)
        return err_sql(arena, "22023", "numeric time zone \"%.*s\" out of range", STR_FMT(name));
    *out = result == DECODE_OK ? tz_fixed(east_s) : tz_find_any(name);
    return *out ? NULL
                : err_sql(arena, "22023", "time zone \"%.*s\" not recognized", STR_FMT(name));
}

err make_interval(struct arena *arena, const struct interval_parts *parts, struct interval *out)
{
    int64_t months, days, us, seconds_us;
    double seconds = rint(parts->seconds * 1e6);
    bool overflow = !(seconds >= -0x1p63 && seconds < 0x1p63) ||
                    __builtin_mul_overflow(parts->years, MONTHS_PER_YEAR, &months) ||
                    __builtin_add_overflow(months, parts->months, &months) ||
                    __builtin_mul_overflow(parts->weeks, 7, &days) ||
                    __builtin_add_overflow(days, parts->days, &days) ||
                    __builtin_mul_overflow(parts->hours, US_PER_HOUR, &us) ||
                    __builtin_mul_overflow(parts->minutes, US_PER_MINUTE, &seconds_us) ||
                    __builtin_add_overflow(us, seconds_us, &us) ||
                    __builtin_add_overflow(us, (int64_t)seconds, &us);
    overflow = overflow || months != (int32_t)months || days != (int32_t)days;
    if (overflow) return err_sql(arena, "22008", "interval out of range");
    *out = (struct interval){us, (int32_t)days, (int32_t)months};
    return NULL;
}

err timestamp_from_epoch(struct arena *arena, double seconds, int64_t *out)
{
    if (isnan(seconds)) return err_sql(arena, "22008", "timestamp cannot be NaN");
    if (isinf(seconds)) {
        *out = seconds < 0 ? TIMESTAMP_MINUS_INFINITY : TIMESTAMP_INFINITY;
        return NULL;
    }
    /* PostgreSQL rounds after moving the zero to 2000, where a double has finer steps. */
    double us = rint((seconds - 946684800.0) * 1e6);
    bool inside = fabs(us) < 9e17;
    if (inside) *out = (int64_t)us + 10957 * US_PER_DAY;
    if (inside && timestamp_in_range(*out)) return NULL;
    struct buf *text = buf_in(arena, 64);
    float8_write(text, seconds);
    return err_sql(arena, "22008", "timestamp out of range: \"%.*s\"", STR_FMT(buf_str(text)));
}
