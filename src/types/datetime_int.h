/* types/datetime_int.h - what the files of dates and times share.
 *
 * Owns: nothing. Threads: any. Errors: as datetime.h.
 */
#ifndef DAPUR_TYPES_DATETIME_INT_H
#define DAPUR_TYPES_DATETIME_INT_H

#include "types/datetime.h"

enum {
    YEAR_MIN = 1,
    YEAR_MAX = 9999,
    DAY_S = 86400,
    DAYS_PER_MONTH = 30, /* where an interval must be a number */
    MONTHS_PER_YEAR = 12,
};
/* 0001-01-01 and the day after 9999-12-31, in days since 1970. */
#define DATE_FIRST INT32_C(-719162)
#define DATE_END INT32_C(2932897)

static inline int64_t floor_div_i64(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}
/* Never below zero; b > 0. */
static inline int64_t floor_mod_i64(int64_t a, int64_t b)
{
    int64_t rest = a % b;
    return rest < 0 ? rest + b : rest;
}
static inline bool timestamp_is_finite(int64_t us)
{
    return us != TIMESTAMP_INFINITY && us != TIMESTAMP_MINUS_INFINITY;
}
static inline bool date_is_finite(int32_t days)
{
    return days != DATE_INFINITY && days != DATE_MINUS_INFINITY;
}
static inline bool timestamp_in_range(int64_t us)
{
    return us >= DATE_FIRST * US_PER_DAY && us < DATE_END * US_PER_DAY;
}
MUST_USE err timestamp_check(struct arena *arena, int64_t us); /* 22008 "timestamp out of range" */

/* ---- words ---- */
enum word_kind {
    WORD_UNKNOWN,
    WORD_IGNORE,   /* "at", "on" */
    WORD_MONTH,    /* value 1-12 */
    WORD_DAY,      /* a weekday; value 0-6 */
    WORD_MERIDIEM, /* value: enum meridiem */
    WORD_ERA,      /* value 1: BC */
    WORD_ISO_TIME, /* "t" between date and time */
    WORD_JULIAN,   /* "j": a Julian day follows */
    WORD_DST,      /* "dst" behind a zone */
    WORD_MOMENT,   /* value: enum moment */
};
enum meridiem { HOUR_24, HOUR_AM, HOUR_PM };
enum moment {
    MOMENT_NONE,
    MOMENT_NOW,
    MOMENT_TODAY,
    MOMENT_TOMORROW,
    MOMENT_YESTERDAY,
    MOMENT_MIDNIGHT_UTC, /* "allballs" */
    MOMENT_EPOCH,
    MOMENT_INFINITY,
    MOMENT_MINUS_INFINITY,
};
enum word_kind datetime_word(str word, int32_t *value);
/* Words, and the letters of units that may stand close to a number: 1h2m3s. */
bool datetime_is_word(str word);

/* Units of intervals and fields. */
enum unit {
    UNIT_UNKNOWN,
    UNIT_MICROSECOND,
    UNIT_MILLISECOND,
    UNIT_SECOND,
    UNIT_MINUTE,
    UNIT_HOUR,
    UNIT_DAY,
    UNIT_WEEK,
    UNIT_MONTH,
    UNIT_QUARTER,
    UNIT_YEAR,
    UNIT_DECADE,
    UNIT_CENTURY,
    UNIT_MILLENNIUM,
    UNIT_AGO,
    UNIT_TIMEZONE,
    UNIT_TIMEZONE_HOUR,
    UNIT_TIMEZONE_MINUTE,
    /* fields alone */
    UNIT_DOW,
    UNIT_DOY,
    UNIT_ISODOW,
    UNIT_ISOYEAR,
    UNIT_EPOCH,
    UNIT_JULIAN,
};
/* Of an interval's text. */
enum unit interval_unit(str word);
/* Of extract() and date_trunc(): the same and the fields. */
enum unit field_unit(str word);

/* ---- text in pieces ---- */
enum piece_kind {
    PIECE_NUMBER, /* digits, perhaps with a point */
    PIECE_DATE,   /* with separators; or a zone's name */
    PIECE_TIME,   /* with colons */
    PIECE_ZONE,   /* starts with a sign */
    PIECE_WORD,
    PIECE_SPECIAL, /* signed word: -infinity */
};
struct piece {
    enum piece_kind kind;
    str text; /* lower case */
};
enum { PIECES_MAX = 25, DATETIME_TEXT_MAX = 512 };
struct pieces {
    size_t count;
    struct piece at[PIECES_MAX];
    char bytes[DATETIME_TEXT_MAX];
    size_t used;
};
/* False: a byte that fits nowhere, or too long. */
bool datetime_split(str text, struct pieces *out);

/* ---- decoding ---- */
enum decode_result {
    DECODE_OK,
    DECODE_FORMAT,            /* 22007 */
    DECODE_OVERFLOW,          /* 22008 */
    DECODE_OVERFLOW_MD,       /* 22008, perhaps month and day are swapped */
    DECODE_ZONE_OVERFLOW,     /* 22009 */
    DECODE_ZONE_UNKNOWN,      /* 22023 */
    DECODE_INTERVAL_OVERFLOW, /* 22015: one field */
    DECODE_INTERVAL_RANGE,    /* 22008: the whole */
};
/* The err for a result that is not DECODE_OK; zone is the name not found. */
MUST_USE err
decode_error(struct arena *arena, enum decode_result result, const char *type, str text, str zone);

struct decoded {
    enum moment moment; /* EPOCH and the infinities; else NONE and the fields count */
    int32_t year, month, day;
    int32_t hour, minute, second;
    int32_t us;
    bool has_date;
    bool has_zone;
    int32_t east_s; /* when has_zone */
    str bad_zone;
};
enum decode_mode { DECODE_DATETIME, DECODE_TIME };
enum decode_result datetime_decode(const struct type_session *session,
                                   enum decode_mode mode,
                                   struct pieces *pieces,
                                   struct decoded *out);

/* "hh:mm", "hh:mm:ss.fff", "mm:ss.fff". hours may be large: the caller checks. */
struct clock_time {
    int64_t hour;
    int32_t minute, second, us;
    bool two_fields; /* "a:b" */
};
enum decode_result decode_clock(str text, struct clock_time *out);
/* ".123" to microseconds, rounded: up to 1000000. */
bool decode_fraction(str text, int32_t *us);
/* "+hh[:mm[:ss]]", "-hhmm". */
enum decode_result decode_offset(str text, int32_t *east_s);

#endif
