/* to_date and to_timestamp: text read by a template. The rules for blanks and separators are those of
 * PostgreSQL 12 and later. */
#include <string.h>

#include "base/utf8.h"
#include "types/datetime_int.h"
#include "types/to_char_int.h"

enum { UNSET = INT32_MIN, JULIAN_1970 = 2440588 };

enum calendar { CALENDAR_UNKNOWN, CALENDAR_GREGORIAN, CALENDAR_ISO };

/* What the text said; UNSET where it said nothing. */
struct found {
    int32_t hour, minute, second, second_of_day, us;
    int32_t weekday; /* 1 is Sunday */
    int32_t day, year_day, month, year, year_width;
    int32_t century, week, week_of_month, julian;
    int32_t ms, zone_hour, zone_minute;
    int32_t precision; /* digits of FF1 to FF6; 0: none */
    int zone_sign;     /* 0: no zone */
    int pm, bc;        /* -1: not said */
    bool twelve_hours;
    enum calendar calendar;
};

struct reader {
    struct arena *arena;
    str text;
    size_t at;
    const struct nodes *nodes;
    size_t index; /* of the node in work */
    bool fixed;   /* FX */
    int skipped;  /* blanks and separators passed beyond what the template asked for */
    struct found found;
};

static char peek(const struct reader *r)
{
    return r->at < r->text.len ? r->text.at[r->at] : '\0';
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_separator(char c)
{
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return c > ' ' && c < 0x7f && !letter && !is_digit(c);
}

static void skip_character(struct reader *r)
{
    size_t end = r->at;
    if (utf8_next(r->text, &end) < 0) end = r->at + 1;
    r->at = end;
}

/* ---- numbers ---- */

/* True when the number at this node may take as many digits as come: nothing numeric follows. */
static bool takes_all(const struct reader *r)
{
    const struct node *node = &r->nodes->at[r->index];
    if (node->fill || node->ordinal) return true;
    if (r->index + 1 == r->nodes->count) return true;
    const struct node *next = node + 1;
    if (next->kind == NODE_FIELD) return !next->field->digits;
    return !is_digit(next->text.at[0]);
}

static err invalid_value(struct reader *r, str value, const char *detail)
{
    str name = r->nodes->at[r->index].field->name;
    struct err *error = err_sql(r->arena, "22007", "invalid value \"%.*s\" for \"%.*s\"",
                                STR_FMT(value), STR_FMT(name));
    return err_details(r->arena, error, "%s", detail);
}

/* A sign and digits at `at`, as strtol reads them; *used 0 when there are none. */
static bool read_long(str text, int64_t *out, size_t *used)
{
    size_t at = 0;
    while (at < text.len && is_space(text.at[at])) at++;
    bool negative = at < text.len && text.at[at] == '-';
    if (at < text.len && (text.at[at] == '-' || text.at[at] == '+')) at++;
    size_t start = at;
    int64_t value = 0;
    for (; at < text.len && is_digit(text.at[at]); at++) {
        if (value <= INT32_MAX) value = value * 10 + (text.at[at] - '0');
    }
    *used = at > start ? at : 0;
    *out = negative ? -value : value;
    return value <= INT32_MAX;
}

/* Up to len digits, exactly so many where a number follows at once. *used: characters taken. */
static err number(struct reader *r, size_t len, int32_t *out, size_t *used)
{
    while (is_space(peek(r))) r->at++;
    str rest = str_skip(r->text, r->at), name = r->nodes->at[r->index].field->name;
    str head = str_slice(rest, 0, len);
    bool all = takes_all(r);
    int64_t value;
    bool fits = read_long(all ? rest : head, &value, used);
    if (!all && head.len < len) {
        struct err *error =
            err_sql(r->arena, "22007", "source string too short for \"%.*s\" formatting field",
                    STR_FMT(name));
        return err_details(r->arena, error, "Field requires %zu characters, but only %zu remain.",
                           len, head.len);
    }
    if (!all && *used > 0 && *used < len) {
        struct err *error = err_sql(r->arena, "22007", "invalid value \"%.*s\" for \"%.*s\"",
                                    STR_FMT(head), STR_FMT(name));
        return err_details(r->arena, error,
                           "Field requires %zu characters, but only %zu could be parsed.", len,
                           *used);
    }
    if (!*used) return invalid_value(r, head, "Value must be an integer.");
    if (!fits) {
        return err_sql(r->arena, "22008", "value for \"%.*s\" in source string is out of range",
                       STR_FMT(name));
    }
    r->at += *used;
    *out = (int32_t)value;
    return NULL;
}

static err set(struct reader *r, int32_t *field, int32_t value)
{
    if (*field != UNSET && *field != value) {
        struct err *error =
            err_sql(r->arena, "22007", "conflicting values for \"%.*s\" field in formatting string",
                    STR_FMT(r->nodes->at[r->index].field->name));
        return err_details(r->arena, error,
                           "This value contradicts a previous setting for the same field type.");
    }
    *field = value;
    return NULL;
}

static err set_number(struct reader *r, size_t len, int32_t *field)
{
    int32_t value;
    size_t used;
    TRY(number(r, len, &value, &used));
    return set(r, field, value);
}

/* ---- names ---- */

struct name_row {
    str name;
    int32_t value;
};

/* The longest row that the text starts with, in any case. */
static err name_of(struct reader *r, const struct name_row *rows, size_t count, int32_t *out)
{
    str rest = str_skip(r->text, r->at);
    const struct name_row *best = NULL;
    for (size_t i = 0; i < count; i++) {
        bool same = rest.len >= rows[i].name.len &&
                    str_eq_nocase(str_slice(rest, 0, rows[i].name.len), rows[i].name);
        if (same && (!best || rows[i].name.len > best->name.len)) best = &rows[i];
    }
    if (!best) {
        size_t end = 0;
        while (end < rest.len && !is_space(rest.at[end])) end++;
        return invalid_value(
            r, str_slice(rest, 0, end),
            "The given value did not match any of the allowed values for this field.");
    }
    r->at += best->name.len;
    *out = best->value;
    return NULL;
}

/* names cut to so many characters; 0: whole. */
static err listed_name(
    struct reader *r, const char *const *names, size_t count, size_t cut, int32_t *out)
{
    struct name_row rows[12];
    for (size_t i = 0; i < count; i++) {
        str name = str_of(names[i]);
        rows[i] = (struct name_row){cut ? str_slice(name, 0, cut) : name, (int32_t)i};
    }
    return name_of(r, rows, count, out);
}

static const struct name_row half_days[] = {
    {STR_INIT("am"), 0},
    {STR_INIT("pm"), 1}
};
static const struct name_row half_days_dots[] = {
    {STR_INIT("a.m."), 0},
    {STR_INIT("p.m."), 1}
};
static const struct name_row eras[] = {
    {STR_INIT("ad"), 0},
    {STR_INIT("bc"), 1}
};
static const struct name_row eras_dots[] = {
    {STR_INIT("a.d."), 0},
    {STR_INIT("b.c."), 1}
};

/* ---- fields ---- */

/* "25" of ".25" is 250 milliseconds: digits of a fraction, to a fixed number of places. */
static err fraction(struct reader *r, size_t len, size_t places, int32_t *field)
{
    int32_t value;
    size_t used;
    TRY(number(r, len, &value, &used));
    for (; used < places; used++) value *= 10;
    return set(r, field, value);
}

static int32_t near_2020(int32_t year)
{
    if (year < 70) return year + 2000;
    if (year < 100) return year + 1900;
    if (year < 520) return year + 2000;
    return year < 1000 ? year + 1000 : year;
}

static err year_field(struct reader *r, int width)
{
    int32_t value;
    size_t used;
    TRY(number(r, (size_t)width, &value, &used));
    if (width < 4 && used < 4) value = near_2020(value);
    r->found.year_width = width;
    return set(r, &r->found.year, value);
}

/* "2,026" */
static err year_with_comma(struct reader *r)
{
    int64_t thousands, rest;
    size_t used, more;
    str text = str_skip(r->text, r->at);
    bool good = read_long(text, &thousands, &used) && used && used < text.len &&
                text.at[used] == ',' &&
                read_long(str_slice(text, used + 1, used + 4), &rest, &more) && more;
    if (!good || thousands > 9999)
        return err_sql(r->arena, "22007", "invalid input string for \"Y,YYY\"");
    r->at += used + 1 + more;
    r->found.year_width = 4;
    return set(r, &r->found.year, (int32_t)(thousands * 1000 + rest));
}

static err zone_hour(struct reader *r)
{
    char c = peek(r);
    if (c == '+' || c == '-' || c == ' ') {
        r->found.zone_sign = c == '-' ? -1 : 1;
        r->at++;
    } else {
        /* A minus may have been taken for the separator before. */
        bool minus = r->skipped > 0 && r->at > 0 && r->text.at[r->at - 1] == '-';
        r->found.zone_sign = minus ? -1 : 1;
    }
    return set_number(r, 2, &r->found.zone_hour);
}

static err zone_minute(struct reader *r)
{
    if (!r->found.zone_sign) r->found.zone_sign = 1;
    return set_number(r, 2, &r->found.zone_minute);
}

static err clock_field(struct reader *r, const struct field *field)
{
    struct found *f = &r->found;
    int32_t value;
    switch (field->id) {
    case FIELD_AM:
    case FIELD_AM_DOTS:
        TRY(field->id == FIELD_AM ? name_of(r, half_days, 2, &value)
                                  : name_of(r, half_days_dots, 2, &value));
        f->pm = value;
        f->twelve_hours = true;
        return NULL;
    case FIELD_HH12: f->twelve_hours = true; return set_number(r, 2, &f->hour);
    case FIELD_HH24: return set_number(r, 2, &f->hour);
    case FIELD_MI: return set_number(r, 2, &f->minute);
    case FIELD_SS: return set_number(r, 2, &f->second);
    case FIELD_SSSS: return set_number(r, field->name.len, &f->second_of_day);
    case FIELD_MS: return fraction(r, 3, 3, &f->ms);
    case FIELD_US: return fraction(r, 6, 6, &f->us);
    case FIELD_FF: f->precision = field->width; return fraction(r, (size_t)field->width, 6, &f->us);
    case FIELD_TZH: return zone_hour(r);
    case FIELD_TZM: return zone_minute(r);
    default: break;
    }
    return err_sql(r->arena, "0A000", "formatting field \"%.*s\" is only supported in to_char",
                   STR_FMT(field->name));
}

static err named_date_field(struct reader *r, const struct field *field)
{
    struct found *f = &r->found;
    int32_t value;
    switch (field->id) {
    case FIELD_AD:
    case FIELD_AD_DOTS:
        TRY(field->id == FIELD_AD ? name_of(r, eras, 2, &value) : name_of(r, eras_dots, 2, &value));
        f->bc = value;
        return NULL;
    case FIELD_MONTH:
        TRY(listed_name(r, month_names, 12, 0, &value));
        return set(r, &f->month, value + 1);
    case FIELD_MON:
        TRY(listed_name(r, month_names, 12, 3, &value));
        return set(r, &f->month, value + 1);
    case FIELD_RM:
        TRY(listed_name(r, roman_months, 12, 0, &value));
        return set(r, &f->month, value + 1);
    case FIELD_DAY: TRY(listed_name(r, day_names, 7, 0, &value)); break;
    default: TRY(listed_name(r, day_names, 7, 3, &value)); break;
    }
    return set(r, &f->weekday, value + 1);
}

static err iso_weekday(struct reader *r)
{
    int32_t value;
    size_t used;
    TRY(number(r, 1, &value, &used));
    return set(r, &r->found.weekday, value == 7 ? 1 : value + 1); /* Sunday is 1 */
}

static err date_field(struct reader *r, const struct field *field)
{
    struct found *f = &r->found;
    int32_t ignored = UNSET;
    switch (field->id) {
    case FIELD_MM: return set_number(r, 2, &f->month);
    case FIELD_DD: return set_number(r, 2, &f->day);
    case FIELD_DDD:
    case FIELD_IDDD: return set_number(r, 3, &f->year_day);
    case FIELD_D: return set_number(r, 1, &f->weekday);
    case FIELD_ID: return iso_weekday(r);
    case FIELD_WW:
    case FIELD_IW: return set_number(r, 2, &f->week);
    case FIELD_W: return set_number(r, 1, &f->week_of_month);
    case FIELD_Q: return set_number(r, 1, &ignored);
    case FIELD_CC: return set_number(r, 2, &f->century);
    case FIELD_J: return set_number(r, 1, &f->julian);
    case FIELD_YYYYY:
    case FIELD_IYYYY: return year_field(r, field->width);
    case FIELD_YYYY_COMMA: return year_with_comma(r);
    default: break;
    }
    return named_date_field(r, field);
}

static enum calendar calendar_of(enum field_id id)
{
    switch (id) {
    case FIELD_IDDD:
    case FIELD_ID:
    case FIELD_IW:
    case FIELD_IYYYY: return CALENDAR_ISO;
    case FIELD_DDD:
    case FIELD_DD:
    case FIELD_D:
    case FIELD_DAY:
    case FIELD_DY:
    case FIELD_WW:
    case FIELD_W:
    case FIELD_MM:
    case FIELD_MONTH:
    case FIELD_MON:
    case FIELD_RM:
    case FIELD_YYYY_COMMA:
    case FIELD_YYYYY: return CALENDAR_GREGORIAN;
    default: return CALENDAR_UNKNOWN;
    }
}

static err check_calendar(struct reader *r, enum field_id id)
{
    enum calendar calendar = calendar_of(id);
    if (calendar == CALENDAR_UNKNOWN) return NULL;
    if (r->found.calendar != CALENDAR_UNKNOWN && r->found.calendar != calendar) {
        struct err *error = err_sql(r->arena, "22007", "invalid combination of date conventions");
        return err_hint(r->arena, error,
                        "Do not mix Gregorian and ISO week date conventions in a "
                        "formatting template.");
    }
    r->found.calendar = calendar;
    return NULL;
}

static err field_node(struct reader *r, const struct node *node)
{
    const struct field *field = node->field;
    TRY(check_calendar(r, field->id));
    switch (field->id) {
    case FIELD_FX: r->fixed = true; return NULL;
    case FIELD_AM:
    case FIELD_AM_DOTS:
    case FIELD_HH12:
    case FIELD_HH24:
    case FIELD_MI:
    case FIELD_SS:
    case FIELD_SSSS:
    case FIELD_MS:
    case FIELD_US:
    case FIELD_FF:
    case FIELD_TZH:
    case FIELD_TZM:
    case FIELD_TZ:
    case FIELD_OF: TRY(clock_field(r, field)); break;
    default: TRY(date_field(r, field)); break;
    }
    if (node->ordinal && r->at + 2 <= r->text.len) r->at += 2;
    return NULL;
}

/* ---- the walk ---- */

static void skip_blanks(struct reader *r)
{
    for (; is_space(peek(r)); r->skipped++) r->at++;
}

/* A blank or sign of the template takes one of the text, or none when none is there. */
static void separator_node(struct reader *r)
{
    if (r->fixed) {
        skip_character(r);
        return;
    }
    r->skipped--;
    if (is_space(peek(r)) || is_separator(peek(r))) {
        r->at++;
        r->skipped++;
    }
}

static void character_node(struct reader *r)
{
    if (!r->fixed && r->skipped > 0)
        r->skipped--;
    else
        skip_character(r);
}

static err read_text(struct reader *r)
{
    for (r->index = 0; r->index < r->nodes->count && r->at < r->text.len; r->index++) {
        const struct node *node = &r->nodes->at[r->index];
        if (!r->fixed && (node->kind == NODE_FIELD || r->index == 0)) skip_blanks(r);
        if (node->kind == NODE_SEPARATOR) {
            separator_node(r);
            continue;
        }
        if (node->kind == NODE_CHARACTER) {
            character_node(r);
            continue;
        }
        TRY(field_node(r, node));
        if (r->fixed) continue;
        r->skipped = 0;
        skip_blanks(r);
    }
    return NULL;
}

/* ---- putting together ---- */

static int32_t or_else(int32_t value, int32_t other)
{
    return value == UNSET ? other : value;
}

/* A zero in a place where days and months count from 1 says nothing. */
static int32_t or_one(int32_t value)
{
    return value == UNSET || value == 0 ? 1 : value;
}

static bool is_said(int64_t value)
{
    return value != UNSET && value != 0;
}

static err field_overflow(struct arena *arena, str text)
{
    return err_sql(arena, "22008", "date/time field value out of range: \"%.*s\"", STR_FMT(text));
}

static err clock_of(struct reader *r, int64_t *out)
{
    struct found *f = &r->found;
    int32_t hour = or_else(f->hour, 0), minute = or_else(f->minute, 0),
            second = or_else(f->second, 0);
    if (f->second_of_day != UNSET) {
        hour = f->second_of_day / 3600;
        minute = f->second_of_day / 60 % 60;
        second = f->second_of_day % 60;
    }
    if (f->twelve_hours) {
        if (hour < 1 || hour > 12) {
            struct err *error =
                err_sql(r->arena, "22007", "hour \"%d\" is invalid for the 12-hour clock", hour);
            return err_hint(r->arena, error,
                            "Use the 24-hour clock, or give an hour between 1 and 12.");
        }
        if (f->pm == 1 && hour < 12)
            hour += 12;
        else if (f->pm != 1 && hour == 12)
            hour = 0;
    }
    int64_t us = or_else(f->ms, 0) * INT64_C(1000) + or_else(f->us, 0);
    bool good = hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 &&
                second < 60 && us >= 0 && us < US_PER_SECOND;
    if (!good) return field_overflow(r->arena, r->text);
    *out = ((hour * 60 + minute) * 60 + second) * US_PER_SECOND + us;
    return NULL;
}

/* Year and century; 0 is what PostgreSQL takes for "none", the year 1 BC. */
static int32_t year_of(const struct found *f)
{
    if (f->year == UNSET && f->century == UNSET) return f->bc == 1 ? 1 : 0;
    if (f->year == UNSET)
        return f->century >= 0 ? (f->century - 1) * 100 + 1 : f->century * 100 + 1;
    int32_t year = f->year;
    if (f->century != UNSET && f->year_width <= 2) {
        year = f->year % 100;
        year = year ? year + (f->century - 1) * 100 : f->century * 100;
    }
    return f->bc == 1 && year > 0 ? 1 - year : year;
}

/* Monday of an ISO week. */
static int64_t iso_week_start(int32_t year, int32_t week)
{
    int32_t fourth = date_from_civil(year, 1, 4); /* always in week 1 */
    return fourth - floor_mod_i64((int64_t)fourth + 3, 7) + 7 * ((int64_t)week - 1);
}

static int64_t days_of_iso(const struct found *f, int32_t year)
{
    if (is_said(f->year_day)) return iso_week_start(year, 1) + f->year_day - 1;
    int32_t weekday = or_else(f->weekday, 2); /* Monday unless said; Sunday is 1 */
    int64_t monday = iso_week_start(year, or_else(f->week, 1));
    return monday + (weekday == 1 ? 6 : weekday - 2);
}

static err days_of_gregorian(struct reader *r, int32_t year, int64_t *out)
{
    struct found *f = &r->found;
    int32_t month = or_one(f->month);
    int64_t day = or_one(f->day), year_day = f->year_day;
    if (is_said(f->week)) year_day = ((int64_t)f->week - 1) * 7 + 1;
    if (is_said(f->week_of_month)) day = ((int64_t)f->week_of_month - 1) * 7 + 1;
    if (is_said(year_day) && (!is_said(f->month) || !is_said(f->day))) {
        if (f->year == UNSET && f->century == UNSET) {
            return err_sql(r->arena, "22007",
                           "cannot calculate day of year without year information");
        }
        *out = (int64_t)date_from_civil(year, 1, 1) + year_day - 1;
        int32_t length = days_in_month(year, 2) + 337;
        return year_day < 1 || year_day > length ? field_overflow(r->arena, r->text) : NULL;
    }
    bool good = month >= 1 && month <= 12 && day >= 1 && day <= days_in_month(year, month);
    if (!good) return field_overflow(r->arena, r->text);
    *out = date_from_civil(year, month, (int32_t)day);
    return NULL;
}

static err days_of(struct reader *r, int64_t *out)
{
    struct found *f = &r->found;
    if (f->julian != UNSET) {
        *out = (int64_t)f->julian - JULIAN_1970;
        return NULL;
    }
    int32_t year = year_of(f);
    if (year < -9999 || year > 99999) return field_overflow(r->arena, r->text);
    bool iso = f->calendar == CALENDAR_ISO && (is_said(f->week) || is_said(f->year_day));
    if (!iso) return days_of_gregorian(r, year, out);
    *out = days_of_iso(f, year);
    return NULL;
}

static err read_all(struct arena *arena, str text, str format, struct reader *r)
{
    struct nodes *nodes = ARENA_NEW(arena, struct nodes);
    TRY(template_parse(arena, format, nodes));
    *r = (struct reader){.arena = arena, .text = text, .nodes = nodes};
    int32_t *fields[] = {&r->found.hour,      &r->found.minute,        &r->found.second,
                         &r->found.us,        &r->found.second_of_day, &r->found.weekday,
                         &r->found.day,       &r->found.year_day,      &r->found.month,
                         &r->found.year,      &r->found.century,       &r->found.week,
                         &r->found.julian,    &r->found.week_of_month, &r->found.ms,
                         &r->found.zone_hour, &r->found.zone_minute};
    for (size_t i = 0; i < COUNT_OF(fields); i++) *fields[i] = UNSET;
    r->found.pm = r->found.bc = -1;
    return read_text(r);
}

err to_date(struct arena *arena, str text, str format, int32_t *out)
{
    struct reader r;
    int64_t days, clock;
    TRY(read_all(arena, text, format, &r));
    TRY(clock_of(&r, &clock));
    TRY(days_of(&r, &days));
    if (days < DATE_FIRST || days >= DATE_END) {
        return err_sql(arena, "22008", "date out of range: \"%.*s\"", STR_FMT(text));
    }
    *out = (int32_t)days;
    return NULL;
}

static err offset_of(struct reader *r,
                     const struct type_session *session,
                     int64_t wall_us,
                     int32_t *east_s)
{
    const struct found *f = &r->found;
    if (!f->zone_sign) {
        const struct tz_zone *zone = session ? session->zone : NULL;
        *east_s = tz_at_wall(zone, floor_div_i64(wall_us, US_PER_SECOND)).east_s;
        return NULL;
    }
    int32_t hours = or_else(f->zone_hour, 0), minutes = or_else(f->zone_minute, 0);
    if (hours < 0 || hours > 15 || minutes < 0 || minutes > 59) {
        return decode_error(r->arena, DECODE_ZONE_OVERFLOW, "", r->text, STR_NONE);
    }
    *east_s = f->zone_sign * (hours * 60 + minutes) * 60;
    return NULL;
}

err to_timestamp(
    struct arena *arena, const struct type_session *session, str text, str format, int64_t *out)
{
    struct reader r;
    int64_t days, clock;
    int32_t east_s = 0;
    TRY(read_all(arena, text, format, &r));
    TRY(clock_of(&r, &clock));
    TRY(days_of(&r, &days));
    if (days < DATE_FIRST || days >= DATE_END) {
        return err_sql(arena, "22008", "timestamp out of range: \"%.*s\"", STR_FMT(text));
    }
    int64_t wall = days * US_PER_DAY + clock;
    TRY(offset_of(&r, session, wall, &east_s));
    wall -= east_s * US_PER_SECOND;
    if (!timestamp_in_range(wall)) {
        return err_sql(arena, "22008", "timestamp out of range: \"%.*s\"", STR_FMT(text));
    }
    *out = r.found.precision ? datetime_round(wall, r.found.precision) : wall;
    return NULL;
}
