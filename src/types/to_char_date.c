/* to_char of timestamps and intervals. */
#include <string.h>

#include "types/datetime_int.h"
#include "types/to_char_int.h"

/* What a template writes: the fields of a clock, or of an interval. */
struct moment_fields {
    struct datetime_fields at;
    int64_t hour; /* an interval's may be large or negative */
    int32_t iso_year, iso_week;
    int32_t julian;
    bool interval;
    struct tz_local zone;
    bool has_zone;
};

struct writer {
    struct arena *arena;
    struct buf *out;
    const struct moment_fields *moment;
    bool fill;
};

/* ---- pieces ---- */

static void put_number(struct writer *w, int64_t value, int width)
{
    if (w->fill)
        width = 0;
    else if (value < 0)
        width++;
    buf_printf(w->out, "%0*lld", width, (long long)value);
}

static void put_letters(struct writer *w, str text, enum letter_case letters, size_t padded_len)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        bool lower = letters == LETTERS_LOWER || (letters == LETTERS_TITLE && i > 0);
        if (lower && c >= 'A' && c <= 'Z') c = (char)(c + ('a' - 'A'));
        if (letters == LETTERS_UPPER && c >= 'a' && c <= 'z') c = (char)(c - ('a' - 'A'));
        buf_char(w->out, c);
    }
    if (w->fill) return;
    for (size_t i = text.len; i < padded_len; i++) buf_char(w->out, ' ');
}

/* "st", "nd", "rd", "th" behind what was just written. */
static void put_ordinal(struct writer *w, size_t start, char kind)
{
    str digits = str_skip(buf_str(w->out), start);
    if (!digits.len) return;
    char last = digits.at[digits.len - 1];
    char before = digits.len > 1 ? digits.at[digits.len - 2] : '0';
    if (before == '1') last = '0';
    const char *suffix = last == '1' ? "st" : last == '2' ? "nd" : last == '3' ? "rd" : "th";
    enum letter_case letters = kind == 'T' ? LETTERS_UPPER : LETTERS_LOWER;
    put_letters(w, str_of(suffix), letters, 0);
}

static err not_for_intervals(struct writer *w)
{
    struct err *error =
        err_sql(w->arena, "22007", "invalid format specification for an interval value");
    return err_hint(w->arena, error, "Intervals are not tied to specific calendar dates.");
}

static void put_offset(struct writer *w)
{
    int32_t east_s = w->moment->zone.east_s, size = east_s < 0 ? -east_s : east_s;
    buf_char(w->out, east_s < 0 ? '-' : '+');
    buf_printf(w->out, "%0*d", w->fill ? 0 : 2, size / 3600);
    if (size % 3600) buf_printf(w->out, ":%02d", size / 60 % 60);
}

static const int32_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000};

/* ---- fields ---- */

static err put_clock(struct writer *w, const struct field *field)
{
    const struct moment_fields *m = w->moment;
    bool afternoon = m->hour % 24 >= 12; /* a negative interval is always before noon */
    switch (field->id) {
    case FIELD_AM: put_letters(w, afternoon ? STR("pm") : STR("am"), field->letters, 0); break;
    case FIELD_AM_DOTS:
        put_letters(w, afternoon ? STR("p.m.") : STR("a.m."), field->letters, 0);
        break;
    case FIELD_HH12: put_number(w, m->hour % 12 == 0 ? 12 : m->hour % 12, 2); break;
    case FIELD_HH24: put_number(w, m->hour, 2); break;
    case FIELD_MI: put_number(w, m->at.minute, 2); break;
    case FIELD_SS: put_number(w, m->at.second, 2); break;
    case FIELD_FF:
        buf_printf(w->out, "%0*d", field->width, m->at.us / powers[6 - field->width]);
        break;
    case FIELD_MS: buf_printf(w->out, "%03d", m->at.us / 1000); break;
    case FIELD_US: buf_printf(w->out, "%06d", m->at.us); break;
    case FIELD_SSSS: buf_i64(w->out, m->hour * 3600 + m->at.minute * 60 + m->at.second); break;
    default: break;
    }
    return NULL;
}

static err put_zone(struct writer *w, const struct field *field)
{
    if (w->moment->interval) return not_for_intervals(w);
    int32_t east_s = w->moment->zone.east_s, size = east_s < 0 ? -east_s : east_s;
    if (field->id == FIELD_OF) put_offset(w);
    if (field->id == FIELD_TZH) buf_printf(w->out, "%c%02d", east_s < 0 ? '-' : '+', size / 3600);
    if (field->id == FIELD_TZM) buf_printf(w->out, "%02d", size / 60 % 60);
    if (field->id == FIELD_TZ && w->moment->has_zone) {
        put_letters(w, w->moment->zone.abbreviation, field->letters, 0);
    }
    return NULL;
}

/* Names and weeks have no meaning in an interval. */
static err put_calendar(struct writer *w, const struct field *field)
{
    const struct moment_fields *m = w->moment;
    const struct datetime_fields *at = &m->at;
    str name;
    if (m->interval) return not_for_intervals(w);
    switch (field->id) {
    case FIELD_AD: put_letters(w, at->year > 0 ? STR("AD") : STR("BC"), field->letters, 0); break;
    case FIELD_AD_DOTS:
        put_letters(w, at->year > 0 ? STR("A.D.") : STR("B.C."), field->letters, 0);
        break;
    case FIELD_MONTH: put_letters(w, str_of(month_names[at->month - 1]), field->letters, 9); break;
    case FIELD_MON:
        name = str_slice(str_of(month_names[at->month - 1]), 0, 3);
        put_letters(w, name, field->letters, 0);
        break;
    case FIELD_DAY: put_letters(w, str_of(day_names[at->weekday]), field->letters, 9); break;
    case FIELD_DY:
        name = str_slice(str_of(day_names[at->weekday]), 0, 3);
        put_letters(w, name, field->letters, 0);
        break;
    case FIELD_D: buf_i64(w->out, at->weekday + 1); break;
    case FIELD_ID: buf_i64(w->out, at->weekday ? at->weekday : 7); break;
    case FIELD_IW: put_number(w, m->iso_week, 2); break;
    default: break;
    }
    return NULL;
}

static int32_t iso_year_day(const struct moment_fields *m)
{
    int32_t weekday = m->at.weekday ? m->at.weekday : 7;
    return (m->iso_week - 1) * 7 + weekday;
}

static void put_year(struct writer *w, int32_t year, int width)
{
    if (width == 4)
        put_number(w, year, 4);
    else
        put_number(w, year % powers[width], width);
}

static void put_century(struct writer *w)
{
    int32_t year = w->moment->at.year;
    put_number(w, w->moment->interval ? year / 100 : (year - 1) / 100 + 1, 2);
}

/* RM counts an interval's months back from the year's end where they are negative; whole years are XII, or I
 * before zero. 0: none. */
static int roman_month(const struct datetime_fields *at)
{
    if (at->month) return at->month > 0 ? at->month : 13 + at->month;
    return at->year > 0 ? 12 : at->year < 0 ? 1 : 0;
}

static void put_date(struct writer *w, const struct field *field)
{
    const struct moment_fields *m = w->moment;
    const struct datetime_fields *at = &m->at;
    int month;
    switch (field->id) {
    case FIELD_MM: put_number(w, at->month, 2); break;
    case FIELD_DD: put_number(w, at->day, at->day < 0 ? 1 : 2); break;
    case FIELD_DDD: put_number(w, at->yearday, 3); break;
    case FIELD_IDDD: put_number(w, iso_year_day(m), 3); break;
    case FIELD_WW: put_number(w, (at->yearday - 1) / 7 + 1, 2); break;
    case FIELD_W: buf_i64(w->out, (at->day - 1) / 7 + 1); break;
    case FIELD_Q:
        if (at->month) buf_i64(w->out, (at->month - 1) / 3 + 1);
        break;
    case FIELD_RM:
        month = roman_month(at);
        if (month) put_letters(w, str_of(roman_months[month - 1]), field->letters, 4);
        break;
    case FIELD_J: buf_i64(w->out, m->julian); break;
    case FIELD_CC: put_century(w); break;
    case FIELD_YYYY_COMMA: buf_printf(w->out, "%d,%03d", at->year / 1000, at->year % 1000); break;
    case FIELD_YYYYY: put_year(w, at->year, field->width); break;
    case FIELD_IYYYY: put_year(w, m->iso_year, field->width); break;
    default: break;
    }
}

static err put_field(struct writer *w, const struct field *field)
{
    switch (field->id) {
    case FIELD_AM:
    case FIELD_AM_DOTS:
    case FIELD_HH12:
    case FIELD_HH24:
    case FIELD_MI:
    case FIELD_SS:
    case FIELD_FF:
    case FIELD_MS:
    case FIELD_US:
    case FIELD_SSSS: return put_clock(w, field);
    case FIELD_OF:
    case FIELD_TZ:
    case FIELD_TZH:
    case FIELD_TZM: return put_zone(w, field);
    case FIELD_AD:
    case FIELD_AD_DOTS:
    case FIELD_MONTH:
    case FIELD_MON:
    case FIELD_DAY:
    case FIELD_DY:
    case FIELD_D:
    case FIELD_ID:
    case FIELD_IW: return put_calendar(w, field);
    case FIELD_IDDD:
    case FIELD_IYYYY:
    case FIELD_J:
        /* PostgreSQL prints the fields of a date that an interval is not. */
        if (w->moment->interval) return not_for_intervals(w);
        break;
    case FIELD_FX: return NULL;
    default: break;
    }
    put_date(w, field);
    return NULL;
}

static err write_nodes(struct arena *arena,
                       const struct moment_fields *moment,
                       str format,
                       str *out)
{
    struct nodes nodes;
    struct writer w = {arena, buf_in(arena, 0), moment, false};
    *out = STR_NONE;
    if (!format.len) return NULL;
    TRY(template_parse(arena, format, &nodes));
    for (size_t i = 0; i < nodes.count; i++) {
        const struct node *node = &nodes.at[i];
        if (node->kind != NODE_FIELD) {
            buf_str_add(w.out, node->text);
            continue;
        }
        size_t start = w.out->len;
        w.fill = node->fill;
        TRY(put_field(&w, node->field));
        if (node->ordinal && node->field->digits) put_ordinal(&w, start, node->ordinal);
    }
    *out = w.out->at ? buf_str(w.out) : STR("");
    return NULL;
}

/* ---- public ---- */

enum { JULIAN_1970 = 2440588 };

static void set_moment(int64_t wall_us, struct moment_fields *out)
{
    int32_t days = timestamp_to_date(wall_us);
    timestamp_fields(wall_us, &out->at);
    out->hour = out->at.hour;
    date_iso_week(days, &out->iso_year, &out->iso_week);
    out->julian = days + JULIAN_1970;
}

err to_char_timestamp(struct arena *arena, int64_t us, str format, str *out)
{
    struct moment_fields moment = {0};
    *out = STR_NONE;
    if (!timestamp_is_finite(us)) return NULL;
    set_moment(us, &moment);
    return write_nodes(arena, &moment, format, out);
}

err to_char_timestamptz(
    struct arena *arena, const struct tz_zone *zone, int64_t utc_us, str format, str *out)
{
    struct moment_fields moment = {.has_zone = true};
    *out = STR_NONE;
    if (!timestamp_is_finite(utc_us)) return NULL;
    moment.zone = tz_at(zone, floor_div_i64(utc_us, US_PER_SECOND));
    set_moment(utc_us + moment.zone.east_s * US_PER_SECOND, &moment);
    return write_nodes(arena, &moment, format, out);
}

err to_char_interval(struct arena *arena, struct interval value, str format, str *out)
{
    struct moment_fields moment = {.interval = true};
    moment.hour = value.us / US_PER_HOUR;
    moment.at.minute = (int32_t)(value.us / US_PER_MINUTE % 60);
    moment.at.second = (int32_t)(value.us / US_PER_SECOND % 60);
    moment.at.us = (int32_t)(value.us % US_PER_SECOND);
    moment.at.day = value.days;
    moment.at.month = value.months % MONTHS_PER_YEAR;
    moment.at.year = value.months / MONTHS_PER_YEAR;
    moment.at.yearday = value.months * DAYS_PER_MONTH + value.days;
    return write_nodes(arena, &moment, format, out);
}
