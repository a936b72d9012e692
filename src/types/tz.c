#include "types/tz.h"

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "types/tz_int.h"

enum { FILE_BYTES_MAX = 256 * 1024, NAME_BYTES_MAX = 100, DAY_S = 86400 };

static const char *const zone_folder = "/usr/share/zoneinfo";

static const struct tz_local utc_local = {0, false, STR_INIT("UTC")};

/* The process cache: the one mutable thing in src/types. Names in lower case map to zones;
 * unknown names are not kept. */
static struct {
    pthread_mutex_t lock;
    struct arena *arena; /* lives to the end of the process */
    struct map *zones;
} cache = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* ---- abbreviations ---- */

struct abbreviation {
    str name;
    int32_t east_s;
    bool dst;
};

static const struct abbreviation abbreviations[] = {
#define TZ_ABBREVIATION(name, east_s, dst) {STR_INIT(name), east_s, dst},
#define TZ_ALIAS(name, zone)
#include "types/tz_abbreviations.def"
#undef TZ_ABBREVIATION
#undef TZ_ALIAS
};

struct alias {
    str name;
    str zone;
};

static const struct alias aliases[] = {
#define TZ_ABBREVIATION(name, east_s, dst)
#define TZ_ALIAS(name, zone) {STR_INIT(name), STR_INIT(zone)},
#include "types/tz_abbreviations.def"
#undef TZ_ABBREVIATION
#undef TZ_ALIAS
};

bool tz_abbreviation(str name, int32_t *east_s, bool *dst)
{
    for (size_t i = 0; i < COUNT_OF(abbreviations); i++) {
        if (!str_eq_nocase(name, abbreviations[i].name)) continue;
        *east_s = abbreviations[i].east_s;
        *dst = abbreviations[i].dst;
        return true;
    }
    return false;
}

static str resolve_alias(str name)
{
    for (size_t i = 0; i < COUNT_OF(aliases); i++) {
        if (str_eq_nocase(name, aliases[i].name)) return aliases[i].zone;
    }
    return name;
}

/* ---- loading ---- */

/* Letters, digits, and the few signs zone files have; no way out of the folder. */
static bool is_file_name(str name)
{
    if (!name.len || name.len > NAME_BYTES_MAX || name.at[0] == '/') return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && !memchr("_+-/", c, 4)) return false;
    }
    return true;
}

/* The entry of a folder that equals name but for case; empty when there is none. */
static str find_entry(struct arena *arena, const char *folder, str name)
{
    str found = STR_NONE;
    DIR *dir = opendir(folder);
    if (!dir) return found;
    const struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        if (!str_eq_nocase(str_of(entry->d_name), name)) continue;
        found = str_copy(arena, str_of(entry->d_name));
        break;
    }
    closedir(dir);
    return found;
}

/* The real path behind a name in any case; NULL when there is none. */
static const char *find_path(struct arena *arena, str name)
{
    str path = str_of(zone_folder);
    bool more = true;
    while (more) {
        str part;
        more = str_cut(name, '/', &part, &name);
        str entry = find_entry(arena, path.at, part);
        if (!entry.len) return NULL;
        path = str_printf(arena, "%.*s/%.*s", STR_FMT(path), STR_FMT(entry));
    }
    return path.at;
}

static bool read_file(struct arena *arena, const char *path, str *out)
{
    FILE *file = fopen(path, "rbe");
    if (!file) return false;
    struct buf *bytes = buf_in(arena, FILE_BYTES_MAX);
    char block[4096];
    size_t got;
    while ((got = fread(block, 1, sizeof block, file)) > 0) buf_append(bytes, block, got);
    bool good = !ferror(file) && buf_ok(bytes);
    fclose(file);
    *out = buf_str(bytes);
    return good;
}

/* From the zone folder, else as a POSIX text. keep outlives scratch. */
static bool load(struct arena *keep, struct arena *scratch, str name, struct tz_zone *out)
{
    *out = (struct tz_zone){.name = str_copy(keep, name)};
    const char *path = is_file_name(name) ? find_path(scratch, name) : NULL;
    str bytes;
    if (path && read_file(scratch, path, &bytes) && tz_file_parse(keep, bytes, out)) {
        str folder = str_of(zone_folder);
        out->name = str_copy(keep, str_skip(str_of(path), folder.len + 1));
        return true;
    }
    return name.len && name.len <= NAME_BYTES_MAX && tz_posix_parse(keep, name, &out->rule);
}

/* key is name in lower case. */
static const struct tz_zone *find_locked(str key, str name)
{
    if (!cache.arena) {
        cache.arena = arena_new(0);
        cache.zones = map_new(cache.arena);
    }
    const struct tz_zone *known = map_find(cache.zones, key);
    if (known || map_count(cache.zones) >= TZ_CACHE_MAX) return known;
    struct arena *scratch = arena_new(0);
    struct tz_zone loaded;
    /* Built aside first: a name that fails must leave nothing behind. */
    bool good = load(scratch, scratch, name, &loaded);
    struct tz_zone *zone = NULL;
    if (good) {
        zone = ARENA_NEW(cache.arena, struct tz_zone);
        good = load(cache.arena, scratch, name, zone);
        map_put(cache.zones, str_copy(cache.arena, key), zone);
    }
    arena_free(scratch);
    return good ? zone : NULL;
}

/* UTC is asked for more than all others. */
static const struct tz_zone utc_zone = {
    .name = STR_INIT("UTC"),
    .rule = {.present = true, .standard = {0, false, STR_INIT("UTC")}},
};

const struct tz_zone *tz_find(str name)
{
    if (str_eq_nocase(name, STR("UTC"))) return &utc_zone;
    if (!name.len || name.len > NAME_BYTES_MAX) return NULL;
    name = resolve_alias(name);
    char lower[NAME_BYTES_MAX];
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        lower[i] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
    }
    pthread_mutex_lock(&cache.lock);
    const struct tz_zone *zone = find_locked(str_from(lower, name.len), name);
    pthread_mutex_unlock(&cache.lock);
    return zone;
}

const struct tz_zone *tz_find_any(str name)
{
    int32_t east_s;
    bool dst;
    return tz_abbreviation(name, &east_s, &dst) ? tz_fixed(east_s) : tz_find(name);
}

const struct tz_zone *tz_fixed(int32_t east_s)
{
    if (east_s <= -DAY_S || east_s >= DAY_S) return NULL;
    int32_t size = east_s < 0 ? -east_s : east_s;
    char name[64];
    /* The name shows the offset as people write it, the rule behind as POSIX does: west counts up. */
    int len = snprintf(name, sizeof name, "<%c%02d:%02d:%02d>%c%02d:%02d:%02d",
                       east_s < 0 ? '-' : '+', size / 3600, size / 60 % 60, size % 60,
                       east_s < 0 ? '+' : '-', size / 3600, size / 60 % 60, size % 60);
    return tz_find(str_from(name, (size_t)len));
}

str tz_name(const struct tz_zone *zone)
{
    return zone ? zone->name : utc_zone.name;
}

/* ---- asking ---- */

/* Transitions at or before utc_s. */
static size_t count_until(const struct tz_zone *zone, int64_t utc_s)
{
    size_t low = 0, high = zone->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->times[middle] <= utc_s)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct tz_local tz_at(const struct tz_zone *zone, int64_t utc_s)
{
    if (!zone) return utc_local;
    size_t passed = count_until(zone, utc_s);
    if (passed == zone->count && zone->rule.present) return tz_posix_at(&zone->rule, utc_s);
    if (!zone->local_count) return utc_local;
    return zone->locals[passed ? zone->kinds[passed - 1] : zone->first];
}

/* The first change of offset or daylight time after utc_s. */
static bool next_change(const struct tz_zone *zone, int64_t utc_s, int64_t *out)
{
    size_t passed = count_until(zone, utc_s);
    if (passed < zone->count) {
        *out = zone->times[passed];
        return true;
    }
    return zone->rule.present && tz_posix_next(&zone->rule, utc_s, out);
}

struct tz_local tz_at_wall(const struct tz_zone *zone, int64_t wall_s)
{
    /* Offsets are below a day, so a day earlier is before any change that could matter. */
    if (!zone) return utc_local;
    int64_t change, from = wall_s - DAY_S;
    struct tz_local before = tz_at(zone, from);
    if (!next_change(zone, from, &change)) return before;
    struct tz_local after = tz_at(zone, change);
    int64_t by_before = wall_s - before.east_s, by_after = wall_s - after.east_s;
    if (by_before < change && by_after < change) return before;
    if (by_before > change && by_after >= change) return after;
    return by_before > by_after ? before : after;
}

bool tz_is_fixed(const struct tz_zone *zone, int32_t *east_s)
{
    bool rule = zone->rule.present;
    int32_t offset = rule ? zone->rule.standard.east_s : 0;
    if (rule && zone->rule.has_dst && zone->rule.daylight.east_s != offset) return false;
    for (size_t i = 0; i < zone->local_count; i++) {
        if (!rule && i == 0) offset = zone->locals[0].east_s;
        if (zone->locals[i].east_s != offset) return false;
    }
    *east_s = offset;
    return true;
}
