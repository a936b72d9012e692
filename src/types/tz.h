/* types/tz.h - time zones: the system's TZif files, POSIX rules, abbreviations, fixed offsets.
 *
 * Owns:    a process cache of zones, kept to the end; entries are immutable once published.
 * Threads: any. One mutex guards insertion into the cache; nothing is called under it but memory
 *          allocation. At most TZ_CACHE_MAX names are kept, then tz_find answers NULL for new ones.
 * Errors:  answered as NULL.
 */
#ifndef DAPUR_TYPES_TZ_H
#define DAPUR_TYPES_TZ_H

#include "base/str.h"

enum { TZ_CACHE_MAX = 2048 };

struct tz_zone;

/* "Europe/Berlin" (any case), "UTC", or a POSIX text such as "XXX+3" or "-07" (west is positive).
 * NULL when unknown. Never to be freed. */
const struct tz_zone *tz_find(str name);
/* A zone that is always east_s seconds east of UTC. NULL past +-24 hours. */
const struct tz_zone *tz_fixed(int32_t east_s);
/* As AT TIME ZONE reads a name: abbreviations before zones, so "CET" has no summer time. */
const struct tz_zone *tz_find_any(str name);
/* The name it was found by. */
str tz_name(const struct tz_zone *zone);

struct tz_local {
    int32_t east_s; /* offset from UTC */
    bool dst;
    str abbreviation; /* lives as long as the zone */
};
/* At an instant, in seconds since 1970 UTC. zone NULL: UTC. */
struct tz_local tz_at(const struct tz_zone *zone, int64_t utc_s);
/* For a wall clock: the gap of spring is read with the offset before it, the fold of autumn as
 * its second (standard) reading; as PostgreSQL does. */
struct tz_local tz_at_wall(const struct tz_zone *zone, int64_t wall_s);

/* PostgreSQL's abbreviations ("pst", "cest", "z"); false when unknown. Offsets do not change. */
bool tz_abbreviation(str name, int32_t *east_s, bool *dst);

#endif
