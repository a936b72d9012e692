/* Text to dates and times: a short path for the canonical forms, the free form for the rest. */
#include <string.h>

#include "base/clock.h"
#include "types/datetime_int.h"

enum { OFFSET_END_S = 16 * 3600 }; /* offsets stay below */

/* ---- the canonical forms ---- */

/* Two digits, or a negative number. */
static inline int32_t two(const char *at)
{
    unsigned tens = (unsigned)(at[0] - '0'), ones = (unsigned)(at[1] - '0');
    return tens > 9 || ones > 9 ? INT32_MIN : (int32_t)(tens * 10 + ones);
}

/* "2026-01-02" */
static bool quick_date(const char *at, int32_t *days)
{
    int32_t century = two(at), rest = two(at + 2), month = two(at + 5), day = two(at + 8);
    if (century < 0 || rest < 0 || at[4] != '-' || at[7] != '-') return false;
    int32_t year = century * 100 + rest;
    if (year < YEAR_MIN || month < 1 || month > 12 || day < 1) return false;
    if (day > 28 && day > days_in_month(year, month)) return false;
    *days = date_from_civil(year, month, day);
    return true;
}

/* "03:04:05" and perhaps ".123456"; *used is the length. */
static bool quick_time(str text, int64_t *us, size_t *used)
{
    if (text.len < 8 || text.at[2] != ':' || text.at[5] != ':') return false;
    int32_t hour = two(text.at), minute = two(text.at + 3), second = two(text.at + 6);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
        return false;
    int64_t fraction = 0, unit = US_PER_SECOND;
    size_t at = 8;
    if (at < text.len && text.at[at] == '.') {
        for (at = 9; at < text.len; at++) {
            unsigned digit = (unsigned)(text.at[at] - '0');
            if (digit > 9) break;
            unit /= 10;
            if (!unit) return false; /* a seventh digit needs rounding */
            fraction += (int64_t)digit * unit;
        }
        if (at == 9) return false;
    }
    *us = ((hour * 60 + minute) * 60 + second) * US_PER_SECOND + fraction;
    *used = at;
    return true;
}

/* "Z", "+00", "+05:30", or nothing at all; nothing leaves *has_zone false. */
static bool quick_zone(str text, bool *has_zone, int32_t *east_s)
{
    *has_zone = text.len > 0;
    *east_s = 0;
    if (!text.len || str_eq(text, STR("Z"))) return true;
    bool shape = text.len == 3 || (text.len == 6 && text.at[3] == ':');
    if (!shape || (text.at[0] != '+' && text.at[0] != '-')) return false;
    int32_t hours = two(text.at + 1), minutes = text.len == 6 ? two(text.at + 4) : 0;
    if (hours < 0 || hours > 15 || minutes < 0 || minutes > 59) return false;
    *east_s = (hours * 60 + minutes) * 60;
    if (text.at[0] == '-') *east_s = -*east_s;
    return true;
}

struct quick {
    int64_t wall_us;
    bool has_zone;
    int32_t east_s;
};

static bool quick_timestamp(str text, struct quick *out)
{
    int32_t days;
    int64_t time;
    size_t used;
    if (text.len < 19 || (text.at[10] != 'T' && text.at[10] != ' ')) return false;
    if (!quick_date(text.at, &days) || !quick_time(str_skip(text, 11), &time, &used)) return false;
    out->wall_us = days * US_PER_DAY + time;
    return quick_zone(str_skip(text, 11 + used), &out->has_zone, &out->east_s);
}

/* ---- the session ---- */

int64_t session_now_us(const struct type_session *session)
{
    return session ? session->now_us : clock_real_us();
}

static const struct tz_zone *zone_of(const struct type_session *session)
{
    return session ? session->zone : NULL;
}

int32_t session_today(const struct type_session *session)
{
    int64_t now = session_now_us(session);
    int32_t east_s = tz_at(zone_of(session), floor_div_i64(now, US_PER_SECOND)).east_s;
    return timestamp_to_date(now + east_s * US_PER_SECOND);
}

/* ---- the free form ---- */

static err decode(struct arena *arena,
                  const struct type_session *session,
                  enum decode_mode mode,
                  const char *type,
                  str text,
                  struct decoded *out)
{
    struct pieces pieces;
    enum decode_result result = DECODE_FORMAT;
    *out = (struct decoded){0};
    if (datetime_split(text, &pieces)) result = datetime_decode(session, mode, &pieces, out);
    return result == DECODE_OK ? NULL : decode_error(arena, result, type, text, out->bad_zone);
}

static int64_t time_of(const struct decoded *d)
{
    return ((d->hour * 60 + d->minute) * 60 + d->second) * US_PER_SECOND + d->us;
}

static err date_out_of_range(struct arena *arena, str text)
{
    return err_sql(arena, "22008", "date out of range: \"%.*s\"", STR_FMT(text));
}

static err timestamp_out_of_range(struct arena *arena, str text)
{
    return err_sql(arena, "22008", "timestamp out of range: \"%.*s\"", STR_FMT(text));
}

err date_parse(struct arena *arena, const struct type_session *session, str text, int32_t *out)
{
    if (text.len == 10 && quick_date(text.at, out)) return NULL;
    struct decoded d;
    TRY(decode(arena, session, DECODE_DATETIME, "date", text, &d));
    if (d.moment == MOMENT_EPOCH)
        *out = 0;
    else if (d.moment == MOMENT_INFINITY)
        *out = DATE_INFINITY;
    else if (d.moment == MOMENT_MINUS_INFINITY)
        *out = DATE_MINUS_INFINITY;
    else if (d.year < YEAR_MIN || d.year > YEAR_MAX)
        return date_out_of_range(arena, text);
    else
        *out = date_from_civil(d.year, d.month, d.day);
    return NULL;
}

int64_t datetime_round(int64_t us, int32_t typmod)
{
    static const int64_t steps[] = {1000000, 100000, 10000, 1000, 100, 10, 1};
    if (typmod < 0 || typmod > 6 || !timestamp_is_finite(us)) return us;
    int64_t step = steps[typmod];
    /* Half away from zero, counted from PostgreSQL's zero in 2000. */
    int64_t shifted = us - 10957 * US_PER_DAY;
    int64_t half = shifted >= 0 ? step / 2 : -(step / 2);
    return (shifted + half) / step * step + 10957 * US_PER_DAY;
}

static int64_t round_time(int64_t us, int32_t typmod)
{
    static const int64_t steps[] = {1000000, 100000, 10000, 1000, 100, 10, 1};
    if (typmod < 0 || typmod > 6) return us;
    return (us + steps[typmod] / 2) / steps[typmod] * steps[typmod];
}

/* Where decode's moments are timestamps. False: the fields count. */
static bool moment_of(const struct decoded *d, int64_t *out)
{
    if (d->moment == MOMENT_NONE) return false;
    *out = d->moment == MOMENT_EPOCH      ? 0
           : d->moment == MOMENT_INFINITY ? TIMESTAMP_INFINITY
                                          : TIMESTAMP_MINUS_INFINITY;
    return true;
}

static err wall_of(struct arena *arena, const struct decoded *d, str text, int64_t *out)
{
    if (d->year < YEAR_MIN - 1 || d->year > YEAR_MAX + 1)
        return timestamp_out_of_range(arena, text);
    *out = date_from_civil(d->year, d->month, d->day) * US_PER_DAY + time_of(d);
    return NULL;
}

static err finish(struct arena *arena, int64_t us, int32_t typmod, str text, int64_t *out)
{
    us = datetime_round(us, typmod);
    if (timestamp_is_finite(us) && !timestamp_in_range(us)) {
        return timestamp_out_of_range(arena, text);
    }
    *out = us;
    return NULL;
}

err timestamp_parse(
    struct arena *arena, const struct type_session *session, str text, int32_t typmod, int64_t *out)
{
    struct quick quick;
    if (LIKELY(quick_timestamp(text, &quick))) {
        return finish(arena, quick.wall_us, typmod, text, out);
    }
    struct decoded d;
    int64_t us;
    TRY(decode(arena, session, DECODE_DATETIME, "timestamp", text, &d));
    if (!moment_of(&d, &us)) TRY(wall_of(arena, &d, text, &us));
    return finish(arena, us, typmod, text, out);
}

static int32_t wall_offset(const struct type_session *session, int64_t wall_us)
{
    return tz_at_wall(zone_of(session), floor_div_i64(wall_us, US_PER_SECOND)).east_s;
}

err timestamptz_parse(
    struct arena *arena, const struct type_session *session, str text, int32_t typmod, int64_t *out)
{
    struct quick quick;
    if (LIKELY(quick_timestamp(text, &quick))) {
        int32_t east_s = quick.has_zone ? quick.east_s : wall_offset(session, quick.wall_us);
        return finish(arena, quick.wall_us - east_s * US_PER_SECOND, typmod, text, out);
    }
    struct decoded d;
    int64_t us;
    TRY(decode(arena, session, DECODE_DATETIME, "timestamp with time zone", text, &d));
    if (!moment_of(&d, &us)) {
        TRY(wall_of(arena, &d, text, &us));
        us -= (d.has_zone ? d.east_s : wall_offset(session, us)) * US_PER_SECOND;
    }
    return finish(arena, us, typmod, text, out);
}

err time_parse(
    struct arena *arena, const struct type_session *session, str text, int32_t typmod, int64_t *out)
{
    size_t used;
    if (quick_time(text, out, &used) && used == text.len) {
        *out = round_time(*out, typmod);
        return NULL;
    }
    struct decoded d;
    TRY(decode(arena, session, DECODE_TIME, "time", text, &d));
    *out = round_time(time_of(&d), typmod);
    return NULL;
}

/* The offset of the session's zone for a clock without one: on the given date, else today. */
static int32_t session_offset(const struct type_session *session, const struct decoded *d)
{
    bool dated = d->has_date && d->year >= YEAR_MIN && d->year <= YEAR_MAX;
    int32_t days = dated ? date_from_civil(d->year, d->month, d->day) : session_today(session);
    return wall_offset(session, days * US_PER_DAY + time_of(d));
}

err timetz_parse(struct arena *arena,
                 const struct type_session *session,
                 str text,
                 int32_t typmod,
                 struct timetz *out)
{
    size_t used;
    int64_t us;
    bool has_zone;
    int32_t east_s;
    if (quick_time(text, &us, &used) && quick_zone(str_skip(text, used), &has_zone, &east_s) &&
        has_zone) {
        *out = (struct timetz){round_time(us, typmod), -east_s};
        return NULL;
    }
    struct decoded d;
    TRY(decode(arena, session, DECODE_TIME, "time with time zone", text, &d));
    east_s = d.has_zone ? d.east_s : session_offset(session, &d);
    /* A POSIX zone may be further off than any offset that could be read back. */
    if (east_s >= OFFSET_END_S || east_s <= -OFFSET_END_S) {
        return decode_error(arena, DECODE_ZONE_OVERFLOW, "", text, STR_NONE);
    }
    *out = (struct timetz){round_time(time_of(&d), typmod), -east_s};
    return NULL;
}
