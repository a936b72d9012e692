/* Dates and times in PostgreSQL's free form: text to pieces, pieces to fields. The rules are those of
 * DecodeDateTime and DecodeTimeOnly (date order MDY), which applications rely on in all their
 * leniency: "Jan 8, 1999 04:05 PM PST", "20260102T030405Z", "1/8/99". */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "types/datetime_int.h"
#include "types/tz_int.h"

/* ---- pieces ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_alnum(char c)
{
    return is_digit(c) || is_alpha(c);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_in(char c, const char *set)
{
    return c && strchr(set, c);
}

struct splitter {
    str text;
    size_t at;
    struct pieces *out;
    size_t start; /* of the current piece, in out->bytes */
};

static char peek(const struct splitter *s)
{
    return s->at < s->text.len ? s->text.at[s->at] : '\0';
}

static bool take(struct splitter *s)
{
    char c = peek(s);
    if (s->out->used >= sizeof s->out->bytes) return false;
    s->out->bytes[s->out->used++] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
    s->at++;
    return true;
}

typedef bool (*char_class)(char c);

/* Takes while the class holds or the character is one of also. */
static bool take_while(struct splitter *s, char_class class, const char *also)
{
    while (class(peek(s)) || is_in(peek(s), also)) {
        if (!take(s)) return false;
    }
    return true;
}

static bool split_number(struct splitter *s, enum piece_kind *kind)
{
    *kind = PIECE_NUMBER;
    if (!take_while(s, is_digit, "")) return false;
    char delimiter = peek(s);
    if (delimiter == ':') {
        *kind = PIECE_TIME;
        return take_while(s, is_digit, ":.");
    }
    if (!is_in(delimiter, "-/.")) return true;
    if (!take(s)) return false;
    char delimiters[2] = {delimiter, '\0'};
    if (!is_digit(peek(s))) {
        *kind = PIECE_DATE;
        return take_while(s, is_alnum, delimiters);
    }
    *kind = delimiter == '.' ? PIECE_NUMBER : PIECE_DATE;
    if (!take_while(s, is_digit, "")) return false;
    if (peek(s) != delimiter) return true;
    *kind = PIECE_DATE;
    return take_while(s, is_digit, delimiters);
}

static bool split_word(struct splitter *s, enum piece_kind *kind)
{
    *kind = PIECE_WORD;
    if (!take_while(s, is_alpha, "")) return false;
    char next = peek(s);
    bool date = is_in(next, "-/.");
    if (next == '+' || is_digit(next)) {
        date = !datetime_is_word(str_from(s->out->bytes + s->start, s->out->used - s->start));
    }
    if (!date) return true;
    *kind = PIECE_DATE;
    return take_while(s, is_alnum, "+-/_.:");
}

static bool split_signed(struct splitter *s, enum piece_kind *kind)
{
    if (!take(s)) return false;
    while (is_space(peek(s))) s->at++;
    if (is_digit(peek(s))) {
        *kind = PIECE_ZONE;
        return take_while(s, is_digit, ":.-");
    }
    *kind = PIECE_SPECIAL;
    return is_alpha(peek(s)) && take_while(s, is_alpha, "");
}

/* False on a byte that starts nothing. *kept false: it was a separator. */
static bool split_one(struct splitter *s, enum piece_kind *kind, bool *kept)
{
    char c = peek(s);
    *kept = true;
    if (is_digit(c)) return split_number(s, kind);
    if (c == '.') {
        *kind = PIECE_NUMBER;
        return take(s) && take_while(s, is_digit, "");
    }
    if (is_alpha(c)) return split_word(s, kind);
    if (c == '+' || c == '-') return split_signed(s, kind);
    *kept = false;
    s->at++;
    return c > ' ' && c < 0x7f; /* other punctuation separates */
}

bool datetime_split(str text, struct pieces *out)
{
    struct splitter s = {text, 0, out, 0};
    out->count = out->used = 0;
    while (s.at < text.len) {
        if (is_space(peek(&s))) {
            s.at++;
            continue;
        }
        enum piece_kind kind;
        bool kept;
        s.start = out->used;
        if (!split_one(&s, &kind, &kept)) return false;
        if (!kept) continue;
        if (out->count == PIECES_MAX) return false;
        out->at[out->count++] =
            (struct piece){kind, str_from(out->bytes + s.start, out->used - s.start)};
    }
    return true;
}

/* ---- numbers ---- */

/* Leading digits as a number; *used how many. False past 32 bits. */
static bool read_int(str text, int32_t *out, size_t *used)
{
    int64_t value = 0;
    size_t at = 0;
    for (; at < text.len && is_digit(text.at[at]); at++) {
        value = value * 10 + (text.at[at] - '0');
        if (value > INT32_MAX) return false;
    }
    *out = (int32_t)value;
    *used = at;
    return true;
}

bool decode_fraction(str text, int32_t *us)
{
    enum { DIGITS_USED = 30 };
    char number[DIGITS_USED + 3] = "0";
    if (!text.len || text.at[0] != '.') return false;
    for (size_t i = 1; i < text.len; i++) {
        if (!is_digit(text.at[i])) return false;
    }
    memcpy(number + 1, text.at, text.len < DIGITS_USED ? text.len : DIGITS_USED);
    /* Through a double and to even at the half, because PostgreSQL rounds so. */
    *us = (int32_t)rint(strtod(number, NULL) * 1e6);
    return true;
}

enum decode_result decode_clock(str text, struct clock_time *out)
{
    size_t colon = str_find_char(text, ':', 0), used;
    *out = (struct clock_time){0};
    if (colon == SIZE_MAX || colon == 0 || colon > 18) return DECODE_FORMAT;
    for (size_t i = 0; i < colon; i++) {
        if (!is_digit(text.at[i])) return DECODE_FORMAT;
        out->hour = out->hour * 10 + (text.at[i] - '0');
    }
    str rest = str_skip(text, colon + 1);
    if (!read_int(rest, &out->minute, &used)) return DECODE_OVERFLOW;
    rest = str_skip(rest, used);
    if (!rest.len) {
        out->two_fields = true;
    } else if (rest.at[0] == '.') {
        if (!decode_fraction(rest, &out->us)) return DECODE_FORMAT;
        if (out->hour > INT32_MAX) return DECODE_OVERFLOW;
        out->second = out->minute;
        out->minute = (int32_t)out->hour;
        out->hour = 0;
    } else {
        if (!read_int(str_skip(rest, 1), &out->second, &used)) return DECODE_OVERFLOW;
        rest = str_skip(rest, used + 1);
        if (rest.len && !decode_fraction(rest, &out->us)) return DECODE_FORMAT;
    }
    return out->minute > 59 || out->second > 60 ? DECODE_OVERFLOW : DECODE_OK;
}

enum decode_result decode_offset(str text, int32_t *east_s)
{
    int32_t hours, minutes = 0, seconds = 0;
    size_t used;
    str rest = str_skip(text, 1);
    if (!read_int(rest, &hours, &used)) return DECODE_ZONE_OVERFLOW;
    rest = str_skip(rest, used);
    if (rest.len && rest.at[0] == ':') {
        if (!read_int(str_skip(rest, 1), &minutes, &used)) return DECODE_ZONE_OVERFLOW;
        rest = str_skip(rest, used + 1);
        if (rest.len && rest.at[0] == ':') {
            if (!read_int(str_skip(rest, 1), &seconds, &used)) return DECODE_ZONE_OVERFLOW;
            rest = str_skip(rest, used + 1);
        }
    } else if (!rest.len && text.len > 3) {
        minutes = hours % 100;
        hours /= 100;
    }
    if (hours > 15 || minutes > 59 || seconds > 59) return DECODE_ZONE_OVERFLOW;
    *east_s = (hours * 60 + minutes) * 60 + seconds;
    if (text.at[0] == '-') *east_s = -*east_s;
    return rest.len ? DECODE_FORMAT : DECODE_OK;
}

/* ---- fields ---- */

enum {
    HAS_YEAR = 1,
    HAS_MONTH = 2,
    HAS_DAY = 4,
    HAS_DATE = HAS_YEAR | HAS_MONTH | HAS_DAY,
    HAS_TIME = 8, /* hour, minute and second always come together */
    HAS_ZONE = 16,
    HAS_YEARDAY = 32,
    HAS_WEEKDAY = 64,
    HAS_MERIDIEM = 128,
    HAS_ERA = 256,
    HAS_DST = 512,
    HAS_MOMENT = 1024,
};

struct decoder {
    const struct type_session *session;
    enum decode_mode mode;
    const struct pieces *pieces;
    struct decoded *out;
    unsigned have;           /* HAS_ bits met so far */
    enum word_kind expected; /* WORD_ISO_TIME, WORD_JULIAN: what the piece before announced */
    bool text_month;
    bool short_year; /* one or two digits */
    bool bc;
    bool julian;
    enum meridiem meridiem;
    int32_t yearday;
    const struct tz_zone *zone; /* named: its offset depends on the date */
};

/* Eight or six digits of a date, six or four of a time, perhaps with a fraction. */
static enum decode_result decode_run(struct decoder *d, str digits, unsigned have, unsigned *got)
{
    size_t point = str_find_char(digits, '.', 0);
    struct decoded *out = d->out;
    int32_t value;
    size_t used;
    if (point != SIZE_MAX) {
        if (!decode_fraction(str_skip(digits, point), &out->us)) return DECODE_FORMAT;
        digits = str_slice(digits, 0, point);
    }
    if (!read_int(digits, &value, &used)) return DECODE_OVERFLOW;
    if (used != digits.len) return DECODE_FORMAT;
    if (point == SIZE_MAX && (have & HAS_DATE) != HAS_DATE && digits.len >= 6) {
        *got = HAS_DATE;
        out->day = value % 100;
        out->month = value / 100 % 100;
        out->year = value / 10000;
        d->short_year = digits.len == 6;
        return DECODE_OK;
    }
    if (have & HAS_TIME || (digits.len != 6 && digits.len != 4)) return DECODE_FORMAT;
    *got = HAS_TIME;
    if (digits.len == 4) value *= 100;
    out->second = value % 100;
    out->minute = value / 100 % 100;
    out->hour = value / 10000;
    return DECODE_OK;
}

/* Which date field a number is, by what is known already: year first when it is long, else MDY. */
static unsigned place_number(struct decoder *d, size_t len, int32_t value, unsigned have)
{
    struct decoded *out = d->out;
    unsigned got = 0;
    switch (have & HAS_DATE) {
    case 0: got = len >= 3 ? HAS_YEAR : HAS_MONTH; break;
    case HAS_YEAR:
    case HAS_DAY: got = HAS_MONTH; break;
    case HAS_MONTH: got = d->text_month && len >= 3 ? HAS_YEAR : HAS_DAY; break;
    case HAS_YEAR | HAS_MONTH:
        got = HAS_DAY;
        if (!d->text_month || len < 3 || !d->short_year) break;
        /* The number before was the day after all: 08-Jan-1999. */
        out->day = out->year;
        out->year = value;
        d->short_year = false;
        return got;
    case HAS_MONTH | HAS_DAY: got = HAS_YEAR; break;
    default: return 0;
    }
    if (got == HAS_YEAR) out->year = value;
    if (got == HAS_MONTH) out->month = value;
    if (got == HAS_DAY) out->day = value;
    if (got == HAS_YEAR) d->short_year = len <= 2;
    return got;
}

static enum decode_result decode_number(struct decoder *d, str text, unsigned have, unsigned *got)
{
    int32_t value;
    size_t used;
    *got = 0;
    if (!read_int(text, &value, &used)) return DECODE_OVERFLOW;
    if (used < text.len) {
        if (text.at[used] != '.') return DECODE_FORMAT;
        if (used > 2) return decode_run(d, text, have | HAS_DATE, got);
        if (!decode_fraction(str_skip(text, used), &d->out->us)) return DECODE_FORMAT;
    }
    if (text.len == 3 && (have & HAS_DATE) == HAS_YEAR && value >= 1 && value <= 366) {
        d->yearday = value;
        *got = HAS_YEARDAY | HAS_MONTH | HAS_DAY;
        return DECODE_OK;
    }
    if ((have & HAS_DATE) == HAS_DATE) return decode_run(d, text, have, got);
    *got = place_number(d, text.len, value, have);
    return *got ? DECODE_OK : DECODE_FORMAT;
}

enum { DATE_PARTS_MAX = 4 };

/* "1999-01-08", "8-Jan-1999", "1/8/99": parts between separators. */
static enum decode_result split_date(str text, str *parts, size_t *count)
{
    size_t at = 0;
    *count = 0;
    while (at < text.len) {
        while (at < text.len && !is_alnum(text.at[at])) at++;
        if (at == text.len || *count == DATE_PARTS_MAX) return DECODE_FORMAT;
        size_t start = at;
        char_class class = is_digit(text.at[at]) ? is_digit : is_alpha;
        while (at < text.len && class(text.at[at])) at++;
        parts[(*count)++] = str_slice(text, start, at);
        if (at < text.len && !is_alnum(text.at[at])) at++;
    }
    return DECODE_OK;
}

static enum decode_result decode_date(struct decoder *d, str text, unsigned *got)
{
    str parts[DATE_PARTS_MAX];
    size_t count;
    unsigned have = d->have, part;
    enum decode_result result = split_date(text, parts, &count);
    if (result != DECODE_OK) return result;
    *got = 0;
    for (size_t i = 0; i < count; i++) {
        int32_t value;
        if (!is_alpha(parts[i].at[0])) continue;
        enum word_kind kind = datetime_word(parts[i], &value);
        parts[i].len = 0;
        if (kind == WORD_IGNORE) continue;
        if (kind != WORD_MONTH || have & HAS_MONTH) return DECODE_FORMAT;
        d->out->month = value;
        d->text_month = true;
        have |= HAS_MONTH;
        *got |= HAS_MONTH;
    }
    for (size_t i = 0; i < count; i++) {
        if (!parts[i].len) continue;
        result = decode_number(d, parts[i], have, &part);
        if (result != DECODE_OK) return result;
        if (have & part) return DECODE_FORMAT;
        have |= part;
        *got |= part;
    }
    /* A date with separators must come before everything but a zone. */
    return (have & ~(unsigned)(HAS_YEARDAY | HAS_ZONE)) == HAS_DATE ? DECODE_OK : DECODE_FORMAT;
}

static enum decode_result named_zone(struct decoder *d, str name, unsigned *got)
{
    d->zone = tz_find(name);
    if (!d->zone) {
        d->out->bad_zone = name;
        return DECODE_ZONE_UNKNOWN;
    }
    *got = HAS_ZONE;
    return DECODE_OK;
}

/* "040506-08": a time run together with its offset. */
static enum decode_result run_with_offset(struct decoder *d, str text, unsigned *got)
{
    size_t minus = str_find_char(text, '-', 0);
    if (d->have & HAS_TIME || minus == SIZE_MAX) return DECODE_FORMAT;
    enum decode_result result = decode_offset(str_skip(text, minus), &d->out->east_s);
    if (result != DECODE_OK) return result;
    unsigned have = d->mode == DECODE_TIME ? d->have | HAS_DATE : d->have;
    result = decode_run(d, str_slice(text, 0, minus), have, got);
    *got |= HAS_ZONE;
    return result;
}

static bool expects_time(struct decoder *d)
{
    bool expected = d->expected == WORD_ISO_TIME;
    d->expected = WORD_UNKNOWN;
    return expected;
}

static enum decode_result date_piece(struct decoder *d, size_t index, str text, unsigned *got)
{
    const struct pieces *pieces = d->pieces;
    if (d->mode == DECODE_TIME) {
        bool last_is_date = pieces->at[pieces->count - 1].kind == PIECE_DATE;
        bool date_first =
            index == 0 && pieces->count >= 2 && (last_is_date || pieces->at[1].kind == PIECE_TIME);
        if (date_first) return decode_date(d, text, got);
        return is_digit(text.at[0]) ? run_with_offset(d, text, got) : named_zone(d, text, got);
    }
    bool time = expects_time(d);
    if (!time && (d->have & (HAS_MONTH | HAS_DAY)) != (HAS_MONTH | HAS_DAY)) {
        return decode_date(d, text, got);
    }
    return time || is_digit(text.at[0]) ? run_with_offset(d, text, got) : named_zone(d, text, got);
}

static bool time_overflows(const struct decoded *out, int64_t hour)
{
    if (hour > 24 || out->minute > 59 || out->second > 60) return true;
    int64_t total = (hour * 3600 + out->minute * 60 + out->second) * US_PER_SECOND + out->us;
    return total > US_PER_DAY;
}

static enum decode_result time_piece(struct decoder *d, str text, unsigned *got)
{
    struct clock_time clock;
    expects_time(d);
    enum decode_result result = decode_clock(text, &clock);
    if (result != DECODE_OK) return result;
    d->out->minute = clock.minute;
    d->out->second = clock.second;
    d->out->us = clock.us;
    if (time_overflows(d->out, clock.hour)) return DECODE_OVERFLOW;
    d->out->hour = (int32_t)clock.hour;
    *got = HAS_TIME;
    return DECODE_OK;
}

enum { JULIAN_1970 = 2440588 };

/* "J2451187", perhaps with a fraction of a day. */
static enum decode_result julian_piece(struct decoder *d, str text, unsigned *got)
{
    int32_t day;
    size_t used;
    d->expected = WORD_UNKNOWN;
    if (!read_int(text, &day, &used)) return DECODE_OVERFLOW;
    if (used < text.len) return DECODE_FORMAT;
    date_to_civil(day - JULIAN_1970, &d->out->year, &d->out->month, &d->out->day);
    d->julian = true;
    *got = HAS_DATE;
    return DECODE_OK;
}

static enum decode_result number_piece(struct decoder *d, size_t index, str text, unsigned *got)
{
    size_t point = str_find_char(text, '.', 0);
    bool decimal = point != SIZE_MAX;
    if (d->expected == WORD_JULIAN) return julian_piece(d, text, got);
    if (expects_time(d)) {
        enum decode_result result = decode_run(d, text, d->have | HAS_DATE, got);
        return result == DECODE_OK && *got != HAS_TIME ? DECODE_FORMAT : result;
    }
    if (d->mode == DECODE_TIME) {
        const struct pieces *pieces = d->pieces;
        if (decimal) {
            bool date_first = index == 0 && pieces->count >= 2 &&
                              pieces->at[pieces->count - 1].kind == PIECE_DATE;
            if (date_first) return decode_date(d, text, got);
            return point > 2 ? decode_run(d, text, d->have | HAS_DATE, got) : DECODE_FORMAT;
        }
        if (text.len > 4) return decode_run(d, text, d->have | HAS_DATE, got);
        return decode_number(d, text, d->have | HAS_DATE, got);
    }
    if (decimal && !(d->have & HAS_DATE)) return decode_date(d, text, got);
    if (decimal && point > 2) return decode_run(d, text, d->have, got);
    bool incomplete = !(d->have & HAS_DATE) || !(d->have & HAS_TIME);
    if (text.len >= 6 && incomplete) return decode_run(d, text, d->have, got);
    return decode_number(d, text, d->have, got);
}

static void set_clock(struct decoded *out, int64_t us)
{
    out->hour = (int32_t)(us / US_PER_HOUR);
    out->minute = (int32_t)(us / US_PER_MINUTE % 60);
    out->second = (int32_t)(us / US_PER_SECOND % 60);
    out->us = (int32_t)(us % US_PER_SECOND);
}

static const struct tz_zone *session_zone(const struct type_session *session)
{
    return session ? session->zone : NULL;
}

static enum decode_result now_piece(struct decoder *d, unsigned *got)
{
    int64_t now = session_now_us(d->session);
    d->out->east_s = tz_at(session_zone(d->session), floor_div_i64(now, US_PER_SECOND)).east_s;
    int64_t wall = now + d->out->east_s * US_PER_SECOND;
    int32_t days = timestamp_to_date(wall);
    date_to_civil(days, &d->out->year, &d->out->month, &d->out->day);
    set_clock(d->out, wall - days * US_PER_DAY);
    *got = HAS_DATE | HAS_TIME | HAS_ZONE;
    return DECODE_OK;
}

static enum decode_result moment_piece(struct decoder *d, enum moment moment, unsigned *got)
{
    if (moment == MOMENT_NOW) return now_piece(d, got);
    if (moment == MOMENT_MIDNIGHT_UTC) {
        set_clock(d->out, 0);
        *got = HAS_TIME | HAS_ZONE;
        return DECODE_OK;
    }
    if (d->mode == DECODE_TIME) return DECODE_FORMAT;
    if (moment >= MOMENT_EPOCH) {
        d->out->moment = moment;
        *got = HAS_MOMENT;
        return DECODE_OK;
    }
    int32_t shift = moment == MOMENT_TOMORROW ? 1 : moment == MOMENT_YESTERDAY ? -1 : 0;
    int32_t days = session_today(d->session) + shift;
    date_to_civil(days, &d->out->year, &d->out->month, &d->out->day);
    *got = HAS_DATE;
    return DECODE_OK;
}

static enum decode_result month_word(struct decoder *d, int32_t month, unsigned *got)
{
    *got = HAS_MONTH;
    /* A number before was taken for the month, but it is the day: "8 Jan 1999". */
    bool swap = d->have & HAS_MONTH && !d->text_month && !(d->have & HAS_DAY) &&
                d->out->month >= 1 && d->out->month <= 31;
    if (swap) {
        d->out->day = d->out->month;
        *got = HAS_DAY;
    }
    d->text_month = true;
    d->out->month = month;
    return DECODE_OK;
}

/* "t": the next piece must be a time, behind a date. */
static enum decode_result iso_time_word(struct decoder *d, size_t index)
{
    const struct pieces *pieces = d->pieces;
    bool date_missing = d->mode == DECODE_DATETIME && (d->have & HAS_DATE) != HAS_DATE;
    if (date_missing || index + 1 >= pieces->count) return DECODE_FORMAT;
    enum piece_kind next = pieces->at[index + 1].kind;
    if (next != PIECE_NUMBER && next != PIECE_TIME && next != PIECE_DATE) return DECODE_FORMAT;
    d->expected = WORD_ISO_TIME;
    return DECODE_OK;
}

static enum decode_result word_piece(struct decoder *d, size_t index, str text, unsigned *got)
{
    int32_t value = 0;
    bool dst;
    if (tz_abbreviation(text, &d->out->east_s, &dst)) {
        *got = HAS_ZONE;
        return DECODE_OK;
    }
    switch (datetime_word(text, &value)) {
    case WORD_IGNORE: return DECODE_OK;
    case WORD_MONTH: return month_word(d, value, got);
    case WORD_DAY: *got = HAS_WEEKDAY; return DECODE_OK;
    case WORD_MERIDIEM:
        d->meridiem = (enum meridiem)value;
        *got = HAS_MERIDIEM;
        return DECODE_OK;
    case WORD_ERA:
        d->bc = value == 1;
        *got = HAS_ERA;
        return DECODE_OK;
    case WORD_ISO_TIME: return iso_time_word(d, index);
    case WORD_JULIAN: d->expected = WORD_JULIAN; return DECODE_OK;
    case WORD_DST:
        d->out->east_s += 3600;
        *got = HAS_DST;
        return DECODE_OK;
    case WORD_MOMENT: return moment_piece(d, (enum moment)value, got);
    case WORD_UNKNOWN: break;
    }
    return named_zone(d, text, got) == DECODE_OK ? DECODE_OK : DECODE_FORMAT;
}

static enum decode_result decode_piece(struct decoder *d, size_t index, unsigned *got)
{
    str text = d->pieces->at[index].text;
    switch (d->pieces->at[index].kind) {
    case PIECE_DATE: return date_piece(d, index, text, got);
    case PIECE_TIME: return time_piece(d, text, got);
    case PIECE_ZONE: *got = HAS_ZONE; return decode_offset(text, &d->out->east_s);
    case PIECE_NUMBER: return number_piece(d, index, text, got);
    case PIECE_WORD:
    case PIECE_SPECIAL: return word_piece(d, index, text, got);
    }
    return DECODE_FORMAT;
}

/* Era, two-digit years, days of the year; then what a calendar allows. */
static enum decode_result check_date(struct decoder *d)
{
    struct decoded *out = d->out;
    if (d->have & HAS_YEAR && !d->julian) {
        if (out->year <= 0 && !d->short_year) return DECODE_OVERFLOW;
        if (d->bc) {
            if (out->year <= 0) return DECODE_OVERFLOW;
            out->year = 1 - out->year;
        } else if (d->short_year) {
            out->year += out->year < 70 ? 2000 : out->year < 100 ? 1900 : 0;
        }
    }
    if (d->have & HAS_YEARDAY) {
        int32_t days = date_from_civil(out->year, 1, 1) + d->yearday - 1;
        date_to_civil(days, &out->year, &out->month, &out->day);
    }
    if (d->have & HAS_MONTH && (out->month < 1 || out->month > 12)) return DECODE_OVERFLOW_MD;
    if (d->have & HAS_DAY && (out->day < 1 || out->day > 31)) return DECODE_OVERFLOW_MD;
    if ((d->have & HAS_DATE) != HAS_DATE) return DECODE_OK;
    return out->day > days_in_month(out->year, out->month) ? DECODE_OVERFLOW : DECODE_OK;
}

static enum decode_result check_clock(struct decoder *d)
{
    struct decoded *out = d->out;
    if (d->meridiem != HOUR_24 && out->hour > 12) return DECODE_OVERFLOW;
    if (d->meridiem == HOUR_AM && out->hour == 12)
        out->hour = 0;
    else if (d->meridiem == HOUR_PM && out->hour != 12)
        out->hour += 12;
    return time_overflows(out, out->hour) ? DECODE_OVERFLOW : DECODE_OK;
}

static enum decode_result resolve_zone(struct decoder *d)
{
    struct decoded *out = d->out;
    if (!d->zone) return DECODE_OK;
    if (d->have & HAS_DST) return DECODE_FORMAT;
    if (d->mode == DECODE_TIME && tz_is_fixed(d->zone, &out->east_s)) return DECODE_OK;
    if (!out->has_date) return DECODE_FORMAT;
    /* Years that no type takes are refused later; until then any offset does. */
    int32_t year = out->year < YEAR_MIN || out->year > YEAR_MAX ? YEAR_MAX : out->year;
    int64_t days = date_from_civil(year, out->month, out->day);
    int64_t wall = days * DAY_S + out->hour * 3600 + out->minute * 60 + out->second;
    out->east_s = tz_at_wall(d->zone, wall).east_s;
    return DECODE_OK;
}

static enum decode_result finish(struct decoder *d)
{
    struct decoded *out = d->out;
    out->has_date = (d->have & HAS_DATE) == HAS_DATE;
    out->has_zone = (d->have & HAS_ZONE) != 0;
    if (out->moment != MOMENT_NONE) {
        return d->have & ~(unsigned)HAS_MOMENT ? DECODE_FORMAT : DECODE_OK;
    }
    enum decode_result result = check_date(d);
    if (result == DECODE_OK) result = check_clock(d);
    if (result != DECODE_OK) return result;
    if (d->mode == DECODE_DATETIME && !out->has_date) return DECODE_FORMAT;
    if (d->mode == DECODE_TIME && !(d->have & HAS_TIME)) return DECODE_FORMAT;
    return resolve_zone(d);
}

enum decode_result datetime_decode(const struct type_session *session,
                                   enum decode_mode mode,
                                   struct pieces *pieces,
                                   struct decoded *out)
{
    struct decoder d = {.session = session, .mode = mode, .pieces = pieces, .out = out};
    *out = (struct decoded){0};
    for (size_t i = 0; i < pieces->count; i++) {
        unsigned got = 0;
        enum decode_result result = decode_piece(&d, i, &got);
        if (result != DECODE_OK) return result;
        if (d.have & got) return DECODE_FORMAT;
        d.have |= got;
    }
    if (d.expected != WORD_UNKNOWN) return DECODE_FORMAT;
    return finish(&d);
}

/* ---- errors ---- */

err decode_error(
    struct arena *arena, enum decode_result result, const char *type, str text, str zone)
{
    struct err *error;
    switch (result) {
    case DECODE_OVERFLOW:
        return err_sql(arena, "22008", "date/time field value out of range: \"%.*s\"",
                       STR_FMT(text));
    case DECODE_OVERFLOW_MD:
        error =
            err_sql(arena, "22008", "date/time field value out of range: \"%.*s\"", STR_FMT(text));
        return err_hint(arena, error, "Perhaps you need a different \"datestyle\" setting.");
    case DECODE_INTERVAL_OVERFLOW:
        return err_sql(arena, "22015", "interval field value out of range: \"%.*s\"",
                       STR_FMT(text));
    case DECODE_INTERVAL_RANGE: return err_sql(arena, "22008", "interval out of range");
    case DECODE_ZONE_OVERFLOW:
        return err_sql(arena, "22009", "time zone displacement out of range: \"%.*s\"",
                       STR_FMT(text));
    case DECODE_ZONE_UNKNOWN:
        return err_sql(arena, "22023", "time zone \"%.*s\" not recognized", STR_FMT(zone));
    case DECODE_OK:
    case DECODE_FORMAT: break;
    }
    return err_sql(arena, "22007", "invalid input syntax for type %s: \"%.*s\"", type,
                   STR_FMT(text));
}
