/* types/tz_int.h - a zone's insides: transitions from a TZif file, a POSIX rule behind them.
 *
 * Owns: nothing; all in the cache's arena. Threads: immutable once built. Errors: answered as false.
 * Source: RFC 8536 (TZif), POSIX.1-2017, 8.3 (TZ).
 */
#ifndef DAPUR_TYPES_TZ_INT_H
#define DAPUR_TYPES_TZ_INT_H

#include "base/arena.h"
#include "types/tz.h"

enum tz_day_kind { TZ_DAY_MONTH_WEEK, TZ_DAY_JULIAN, TZ_DAY_OF_YEAR };

/* When a switch happens within a year. */
struct tz_rule {
    enum tz_day_kind kind;
    int32_t month, week, day; /* Mm.w.d; Jn and n use day alone */
    int32_t time_s;           /* wall clock before the switch */
};

struct tz_posix {
    bool present;
    bool has_dst;
    struct tz_local standard;
    struct tz_local daylight;
    struct tz_rule start; /* of daylight time */
    struct tz_rule end;
};

struct tz_zone {
    str name;
    size_t count;               /* of transitions */
    const int64_t *times;       /* UTC seconds, ascending */
    const unsigned char *kinds; /* of the time from times[i] on: index into locals */
    const struct tz_local *locals;
    size_t local_count;
    size_t first; /* index into locals: before times[0] */
    struct tz_posix rule;
};

/* "CET-1CEST,M3.5.0,M10.5.0/3". Without a rule for daylight time the United States' is taken. */
bool tz_posix_parse(struct arena *arena, str text, struct tz_posix *out);
struct tz_local tz_posix_at(const struct tz_posix *posix, int64_t utc_s);
/* The first switch after utc_s; false when there is none. */
bool tz_posix_next(const struct tz_posix *posix, int64_t utc_s, int64_t *out);

/* True for a zone that never had but one offset; only such can stand behind a time without date. */
bool tz_is_fixed(const struct tz_zone *zone, int32_t *east_s);

/* A TZif file's bytes. */
bool tz_file_parse(struct arena *arena, str bytes, struct tz_zone *out);

#endif
