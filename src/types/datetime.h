/* types/datetime.h - date, time, timestamp, interval: input, output, arithmetic, fields.
 *
 * In memory: a timestamp is microseconds since 1970-01-01 00:00 (of UTC for timestamptz, of the
 * wall for timestamp), a date days since then, a time microseconds since midnight. The ends of the
 * integer stand for the infinities. What is stored is text (docs/sql.md), which
 * the parsers read on a short path; years 1 to 9999 alone.
 *
 * Owns:    nothing; zones live in tz.h's process cache.
 * Threads: any.
 * Errors:  22007 malformed, 22008 out of range, 22023 unknown zone, unit or argument, 0A000 unit not
 *          supported for the type; PostgreSQL's texts.
 */
#ifndef DAPUR_TYPES_DATETIME_H
#define DAPUR_TYPES_DATETIME_H

#include "base/buf.h"
#include "base/err.h"
#include "types/session.h"
#include "types/tz.h"

#define US_PER_SECOND INT64_C(1000000)
#define US_PER_MINUTE (60 * US_PER_SECOND)
#define US_PER_HOUR (60 * US_PER_MINUTE)
#define US_PER_DAY (24 * US_PER_HOUR)

#define TIMESTAMP_INFINITY INT64_MAX
#define TIMESTAMP_MINUS_INFINITY INT64_MIN
#define DATE_INFINITY INT32_MAX
#define DATE_MINUS_INFINITY INT32_MIN

struct timetz {
    int64_t us;     /* since midnight, on the clock of its zone */
    int32_t west_s; /* seconds west of UTC: UTC = us + west_s */
};

struct interval {
    int64_t us;
    int32_t days;
    int32_t months;
};

/* ---- text ---- */

/* Input: ISO, PostgreSQL's common spellings, the stored forms, now, today, epoch, infinity.
 * typmod: digits of the second kept (0-6), -1 all; rounds. */
MUST_USE err date_parse(struct arena *arena,
                        const struct type_session *session,
                        str text,
                        int32_t *out);
MUST_USE err time_parse(struct arena *arena,
                        const struct type_session *session,
                        str text,
                        int32_t typmod,
                        int64_t *out);
MUST_USE err timetz_parse(struct arena *arena,
                          const struct type_session *session,
                          str text,
                          int32_t typmod,
                          struct timetz *out);
MUST_USE err timestamp_parse(struct arena *arena,
                             const struct type_session *session,
                             str text,
                             int32_t typmod,
                             int64_t *out);
MUST_USE err timestamptz_parse(struct arena *arena,
                               const struct type_session *session,
                               str text,
                               int32_t typmod,
                               int64_t *out);
/* typmod: (field mask << 16) | precision as PostgreSQL encodes interval day to second(3). */
MUST_USE err interval_parse(struct arena *arena, str text, int32_t typmod, struct interval *out);

/* DATETIME_STORED: 2026-01-02T03:04:05.12+00:00, as stored and as JSON shows it.
 * DATETIME_OUTPUT: 2026-01-02 03:04:05.12+00, as psql shows it. */
enum datetime_style { DATETIME_STORED, DATETIME_OUTPUT };
void date_write(struct buf *out, int32_t days);
void time_write(struct buf *out, int64_t us);
void timetz_write(struct buf *out, struct timetz value);
void timestamp_write(struct buf *out, int64_t us, enum datetime_style style);
/* zone NULL: UTC. What is stored is always written with NULL. */
void timestamptz_write(struct buf *out,
                       int64_t us,
                       const struct tz_zone *zone,
                       enum datetime_style style);
void interval_write(struct buf *out, struct interval value);

/* ---- order; infinities in place ---- */
int timetz_compare(struct timetz a, struct timetz b);
/* A month counts 30 days, a day 24 hours. */
int interval_compare(struct interval a, struct interval b);
/* Over stored text, for the collations `interval` and `timetz`: no allocation. */
int interval_compare_text(str a, str b);
int timetz_compare_text(str a, str b);

/* ---- arithmetic ---- */
MUST_USE err date_add_days(struct arena *arena, int32_t date, int64_t days, int32_t *out);
/* date - date; 22008 for infinities. */
MUST_USE err date_sub(struct arena *arena, int32_t a, int32_t b, int32_t *out);
MUST_USE err timestamp_add(struct arena *arena, int64_t us, struct interval interval, int64_t *out);
/* Months and days by the zone's calendar, the rest by elapsed time. */
MUST_USE err timestamptz_add(struct arena *arena,
                             const struct tz_zone *zone,
                             int64_t us,
                             struct interval interval,
                             int64_t *out);
/* timestamp - timestamp: days and time, no months. */
MUST_USE err timestamp_sub(struct arena *arena, int64_t a, int64_t b, struct interval *out);
/* age(a, b): years, months, days. For timestamptz convert both to the session's wall first. */
MUST_USE err timestamp_age(struct arena *arena, int64_t a, int64_t b, struct interval *out);
/* time +- interval wraps around midnight. */
int64_t time_add(int64_t us, struct interval interval);
struct timetz timetz_add(struct timetz value, struct interval interval);
MUST_USE err interval_add(struct arena *arena,
                          struct interval a,
                          struct interval b,
                          struct interval *out);
MUST_USE err interval_sub(struct arena *arena,
                          struct interval a,
                          struct interval b,
                          struct interval *out);
MUST_USE err interval_neg(struct arena *arena, struct interval a, struct interval *out);
MUST_USE err interval_mul(struct arena *arena,
                          struct interval a,
                          double factor,
                          struct interval *out);
MUST_USE err interval_div(struct arena *arena,
                          struct interval a,
                          double divisor,
                          struct interval *out);
MUST_USE err interval_justify_hours(struct arena *arena, struct interval a, struct interval *out);
MUST_USE err interval_justify_days(struct arena *arena, struct interval a, struct interval *out);
MUST_USE err interval_justify(struct arena *arena, struct interval a, struct interval *out);
/* Rounds to typmod's precision and drops fields outside its mask. */
MUST_USE err interval_fit(struct arena *arena,
                          struct interval a,
                          int32_t typmod,
                          struct interval *out);
/* Rounds a time or timestamp to typmod digits; infinities and -1 pass. */
int64_t datetime_round(int64_t us, int32_t typmod);

/* ---- conversions ---- */
MUST_USE err date_to_timestamp(struct arena *arena, int32_t date, int64_t *out);
int32_t timestamp_to_date(int64_t us);
/* The time of day of a finite timestamp. */
int64_t timestamp_to_time(int64_t us);
/* AT TIME ZONE: wall clock of the zone to UTC and back. zone NULL: UTC. */
MUST_USE err timestamp_to_utc(struct arena *arena,
                              const struct tz_zone *zone,
                              int64_t wall_us,
                              int64_t *out);
MUST_USE err timestamp_to_wall(struct arena *arena,
                               const struct tz_zone *zone,
                               int64_t utc_us,
                               int64_t *out);
/* timetz AT TIME ZONE; offset of the zone at the session's now. */
struct timetz timetz_at_zone(const struct type_session *session,
                             const struct tz_zone *zone,
                             struct timetz value);
/* The session's now for a NULL session too. */
int64_t session_now_us(const struct type_session *session);
/* current_date of the session. */
int32_t session_today(const struct type_session *session);

/* ---- fields ---- */
/* extract(): numeric text. unit is "year", "epoch"...; *null for infinities' cyclic fields. */
MUST_USE err date_extract(struct arena *arena, str unit, int32_t date, bool *null, str *out);
MUST_USE err time_extract(struct arena *arena, str unit, int64_t us, str *out);
MUST_USE err timetz_extract(struct arena *arena, str unit, struct timetz value, str *out);
MUST_USE err timestamp_extract(struct arena *arena, str unit, int64_t us, bool *null, str *out);
MUST_USE err timestamptz_extract(
    struct arena *arena, const struct tz_zone *zone, str unit, int64_t us, bool *null, str *out);
MUST_USE err interval_extract(struct arena *arena, str unit, struct interval value, str *out);
MUST_USE err timestamp_trunc(struct arena *arena, str unit, int64_t us, int64_t *out);
MUST_USE err timestamptz_trunc(
    struct arena *arena, const struct tz_zone *zone, str unit, int64_t us, int64_t *out);
MUST_USE err interval_trunc(struct arena *arena,
                            str unit,
                            struct interval value,
                            struct interval *out);
/* date_bin(stride, us, origin) */
MUST_USE err timestamp_bin(
    struct arena *arena, struct interval stride, int64_t us, int64_t origin, int64_t *out);

/* ---- makers ---- */
MUST_USE err make_date(struct arena *arena, int64_t year, int64_t month, int64_t day, int32_t *out);
MUST_USE err
make_time(struct arena *arena, int64_t hour, int64_t minute, double second, int64_t *out);
struct datetime_parts {
    int64_t year, month, day, hour, minute;
    double second;
};
MUST_USE err make_timestamp(struct arena *arena, const struct datetime_parts *parts, int64_t *out);
struct interval_parts {
    int64_t years, months, weeks, days, hours, minutes;
    double seconds;
};
/* A zone as make_timestamptz takes it: "+07" is east of UTC, as in a timestamp's text. */
MUST_USE err make_zone(struct arena *arena, str name, const struct tz_zone **out);
MUST_USE err make_interval(struct arena *arena,
                           const struct interval_parts *parts,
                           struct interval *out);
/* to_timestamp(double precision) */
MUST_USE err timestamp_from_epoch(struct arena *arena, double seconds, int64_t *out);

/* ---- the calendar, for to_char and others ---- */
struct datetime_fields {
    int32_t year, month, day; /* 1 to 12, 1 to 31 */
    int32_t hour, minute, second;
    int32_t us;
    int32_t weekday; /* 0 is Sunday */
    int32_t yearday; /* 1 to 366 */
};
/* us must be finite. */
void timestamp_fields(int64_t us, struct datetime_fields *out);
/* Proleptic Gregorian; no range check. */
int32_t date_from_civil(int64_t year, int32_t month, int32_t day);
void date_to_civil(int32_t days, int32_t *year, int32_t *month, int32_t *day);
int32_t days_in_month(int32_t year, int32_t month);
/* ISO 8601 week and its year. */
void date_iso_week(int32_t days, int32_t *year, int32_t *week);

#endif
