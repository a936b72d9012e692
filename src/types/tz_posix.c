/* POSIX TZ texts: the footer of TZif files, and zones that users write themselves. */
#include "types/tz_int.h"

#include <string.h>

#include "types/datetime.h"

enum { DAY_S = 86400, HOURS_MAX = 167, YEAR_MAX_SEARCHED = 3 };

struct cursor {
    str text;
    size_t at;
};

static char peek(const struct cursor *c)
{
    return c->at < c->text.len ? c->text.at[c->at] : '\0';
}

static bool skip(struct cursor *c, char wanted)
{
    if (peek(c) != wanted) return false;
    c->at++;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool number(struct cursor *c, int32_t min, int32_t max, int32_t *out)
{
    int32_t value = 0;
    if (!is_digit(peek(c))) return false;
    while (is_digit(peek(c))) {
        value = value * 10 + (peek(c) - '0');
        if (value > max) return false;
        c->at++;
    }
    *out = value;
    return value >= min;
}

/* "<+03>" or anything up to a digit, sign or comma; it may be empty, as PostgreSQL takes "+3". */
static bool name(struct cursor *c, str *out)
{
    if (skip(c, '<')) {
        size_t end = str_find_char(c->text, '>', c->at);
        if (end == SIZE_MAX) return false;
        *out = str_slice(c->text, c->at, end);
        c->at = end + 1;
        return true;
    }
    size_t start = c->at;
    while (c->at < c->text.len && !is_digit(peek(c)) && !strchr(",-+", peek(c))) c->at++;
    *out = str_slice(c->text, start, c->at);
    return true;
}

/* hh[:mm[:ss]] */
static bool time_of_day(struct cursor *c, int32_t *out)
{
    int32_t hours, minutes = 0, seconds = 0;
    if (!number(c, 0, HOURS_MAX, &hours)) return false;
    if (skip(c, ':')) {
        if (!number(c, 0, 59, &minutes)) return false;
        if (skip(c, ':') && !number(c, 0, 60, &seconds)) return false;
    }
    *out = hours * 3600 + minutes * 60 + seconds;
    return true;
}

static bool signed_time(struct cursor *c, int32_t *out)
{
    bool negative = skip(c, '-');
    if (!negative) skip(c, '+');
    if (!time_of_day(c, out)) return false;
    if (negative) *out = -*out;
    return true;
}

static bool rule(struct cursor *c, struct tz_rule *out)
{
    *out = (struct tz_rule){.time_s = 2 * 3600};
    if (skip(c, 'M')) {
        out->kind = TZ_DAY_MONTH_WEEK;
        bool good = number(c, 1, 12, &out->month) && skip(c, '.') && number(c, 1, 5, &out->week) &&
                    skip(c, '.') && number(c, 0, 6, &out->day);
        if (!good) return false;
    } else if (skip(c, 'J')) {
        out->kind = TZ_DAY_JULIAN;
        if (!number(c, 1, 365, &out->day)) return false;
    } else {
        out->kind = TZ_DAY_OF_YEAR;
        if (!number(c, 0, 365, &out->day)) return false;
    }
    return !skip(c, '/') || signed_time(c, &out->time_s);
}

static const struct tz_rule us_start = {TZ_DAY_MONTH_WEEK, 3, 2, 0, 2 * 3600};
static const struct tz_rule us_end = {TZ_DAY_MONTH_WEEK, 11, 1, 0, 2 * 3600};

/* What follows the standard offset: a daylight name, its offset, its rules. */
static bool daylight(struct arena *arena, struct cursor *c, struct tz_posix *out)
{
    str abbreviation;
    if (!name(c, &abbreviation)) return false;
    out->has_dst = true;
    out->daylight =
        (struct tz_local){out->standard.east_s + 3600, true, str_copy(arena, abbreviation)};
    out->start = us_start;
    out->end = us_end;
    int32_t west;
    char next = peek(c);
    if (next && next != ',') {
        if (!signed_time(c, &west)) return false;
        out->daylight.east_s = -west;
    }
    if (!skip(c, ',')) return peek(c) == '\0';
    return rule(c, &out->start) && skip(c, ',') && rule(c, &out->end) && peek(c) == '\0';
}

bool tz_posix_parse(struct arena *arena, str text, struct tz_posix *out)
{
    struct cursor c = {text, 0};
    str abbreviation;
    int32_t west;
    *out = (struct tz_posix){.present = true};
    if (!name(&c, &abbreviation) || !signed_time(&c, &west)) return false;
    out->standard = (struct tz_local){-west, false, str_copy(arena, abbreviation)};
    return peek(&c) == '\0' || daylight(arena, &c, out);
}

static bool is_leap(int32_t year)
{
    return days_in_month(year, 2) == 29;
}

/* Day of the rule in a year, in days since 1970. */
static int32_t rule_day(const struct tz_rule *rule, int32_t year)
{
    int32_t january = date_from_civil(year, 1, 1);
    switch (rule->kind) {
    case TZ_DAY_OF_YEAR: return january + rule->day;
    case TZ_DAY_JULIAN: return january + rule->day - 1 + (is_leap(year) && rule->day >= 60);
    case TZ_DAY_MONTH_WEEK: break;
    }
    int32_t first = date_from_civil(year, rule->month, 1);
    int32_t weekday = ((first + 4) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
    int32_t day = first + (rule->day - weekday + 7) % 7 + 7 * (rule->week - 1);
    return day >= first + days_in_month(year, rule->month) ? day - 7 : day;
}

struct switches {
    int64_t start; /* UTC seconds */
    int64_t end;
};

static struct switches switches_of(const struct tz_posix *posix, int32_t year)
{
    int64_t start = (int64_t)rule_day(&posix->start, year) * DAY_S + posix->start.time_s;
    int64_t end = (int64_t)rule_day(&posix->end, year) * DAY_S + posix->end.time_s;
    return (struct switches){start - posix->standard.east_s, end - posix->daylight.east_s};
}

static int32_t year_of(int64_t utc_s)
{
    int32_t year, month, day;
    int64_t days = utc_s / DAY_S - (utc_s % DAY_S < 0);
    date_to_civil((int32_t)days, &year, &month, &day);
    return year;
}

struct tz_local tz_posix_at(const struct tz_posix *posix, int64_t utc_s)
{
    if (!posix->has_dst) return posix->standard;
    struct switches s = switches_of(posix, year_of(utc_s + posix->standard.east_s));
    bool dst =
        s.start < s.end ? utc_s >= s.start && utc_s < s.end : utc_s >= s.start || utc_s < s.end;
    return dst ? posix->daylight : posix->standard;
}

bool tz_posix_next(const struct tz_posix *posix, int64_t utc_s, int64_t *out)
{
    if (!posix->has_dst) return false;
    int32_t year = year_of(utc_s) - 1;
    int64_t best = INT64_MAX;
    for (int32_t i = 0; i < YEAR_MAX_SEARCHED; i++) {
        struct switches s = switches_of(posix, year + i);
        if (s.start > utc_s && s.start < best) best = s.start;
        if (s.end > utc_s && s.end < best) best = s.end;
    }
    *out = best;
    return best != INT64_MAX;
}
