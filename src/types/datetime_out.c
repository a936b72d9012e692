/* Dates and times to text. Written into a local array and appended once: this runs for every row. */
#include <string.h>

#include "types/datetime_int.h"

enum { TEXT_MAX = 48 };

static inline char *put_two(char *at, int32_t value)
{
    at[0] = (char)('0' + value / 10 % 10);
    at[1] = (char)('0' + value % 10);
    return at + 2;
}

/* At least four digits of year; stored years have just four. */
static char *put_date(char *at, int32_t days)
{
    int32_t year, month, day;
    date_to_civil(days, &year, &month, &day);
    if (year > YEAR_MAX) *at++ = (char)('0' + year / 10000 % 10);
    at = put_two(at, year / 100);
    at = put_two(at, year);
    *at++ = '-';
    at = put_two(at, month);
    *at++ = '-';
    return put_two(at, day);
}

/* The fraction's digits without trailing zeros. */
static char *put_time(char *at, int64_t us)
{
    int32_t seconds = (int32_t)(us / US_PER_SECOND), fraction = (int32_t)(us % US_PER_SECOND);
    at = put_two(at, seconds / 3600);
    *at++ = ':';
    at = put_two(at, seconds / 60 % 60);
    *at++ = ':';
    at = put_two(at, seconds % 60);
    if (!fraction) return at;
    *at++ = '.';
    for (int32_t unit = 100000; fraction; unit /= 10) {
        *at++ = (char)('0' + fraction / unit);
        fraction %= unit;
    }
    return at;
}

enum offset_style { OFFSET_SHORT, OFFSET_MINUTES }; /* +00, +00:00 */

static char *put_offset(char *at, int32_t east_s, enum offset_style style)
{
    int32_t size = east_s < 0 ? -east_s : east_s;
    *at++ = east_s < 0 ? '-' : '+';
    at = put_two(at, size / 3600);
    if (style == OFFSET_SHORT && size % 3600 == 0) return at;
    *at++ = ':';
    at = put_two(at, size / 60 % 60);
    if (size % 60 == 0) return at;
    *at++ = ':';
    return put_two(at, size % 60);
}

static void append(struct buf *out, const char *text, const char *end)
{
    buf_append(out, text, (size_t)(end - text));
}

static void write_infinity(struct buf *out, bool negative)
{
    if (negative) buf_char(out, '-');
    buf_lit(out, "infinity");
}

void date_write(struct buf *out, int32_t days)
{
    char text[TEXT_MAX];
    if (!date_is_finite(days))
        write_infinity(out, days == DATE_MINUS_INFINITY);
    else
        append(out, text, put_date(text, days));
}

void time_write(struct buf *out, int64_t us)
{
    char text[TEXT_MAX];
    append(out, text, put_time(text, us));
}

void timetz_write(struct buf *out, struct timetz value)
{
    char text[TEXT_MAX];
    append(out, text, put_offset(put_time(text, value.us), -value.west_s, OFFSET_SHORT));
}

static char *put_timestamp(char *at, int64_t us, enum datetime_style style)
{
    int64_t days = floor_div_i64(us, US_PER_DAY);
    at = put_date(at, (int32_t)days);
    *at++ = style == DATETIME_STORED ? 'T' : ' ';
    return put_time(at, us - days * US_PER_DAY);
}

void timestamp_write(struct buf *out, int64_t us, enum datetime_style style)
{
    char text[TEXT_MAX];
    if (!timestamp_is_finite(us))
        write_infinity(out, us == TIMESTAMP_MINUS_INFINITY);
    else
        append(out, text, put_timestamp(text, us, style));
}

void timestamptz_write(struct buf *out,
                       int64_t us,
                       const struct tz_zone *zone,
                       enum datetime_style style)
{
    char text[TEXT_MAX];
    if (!timestamp_is_finite(us)) {
        write_infinity(out, us == TIMESTAMP_MINUS_INFINITY);
        return;
    }
    int32_t east_s = zone ? tz_at(zone, floor_div_i64(us, US_PER_SECOND)).east_s : 0;
    char *end = put_timestamp(text, us + east_s * US_PER_SECOND, style);
    end = put_offset(end, east_s, style == DATETIME_STORED ? OFFSET_MINUTES : OFFSET_SHORT);
    append(out, text, end);
}
