/* Intervals: text, order, arithmetic. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "types/datetime_int.h"

/* ---- input ---- */

/* PostgreSQL's bits of the typmod's upper half: which fields interval day to hour keeps. */
enum {
    RANGE_MONTH = 1 << 1,
    RANGE_YEAR = 1 << 2,
    RANGE_DAY = 1 << 3,
    RANGE_HOUR = 1 << 10,
    RANGE_MINUTE = 1 << 11,
    RANGE_SECOND = 1 << 12,
    RANGE_FULL = 0x7fff,
    PRECISION_FULL = 0xffff,
};

struct parser {
    int64_t us;
    int64_t days;
    int64_t months;
    int64_t years;
    unsigned have;  /* 1 << enum unit; a clock counts as hour, minute, second */
    enum unit unit; /* of the number that comes next, from the right */
    int32_t range;
    bool ago;
};

static bool add_scaled(int64_t *sum, int64_t value, int64_t scale)
{
    int64_t product;
    return !__builtin_mul_overflow(value, scale, &product) &&
           !__builtin_add_overflow(*sum, product, sum);
}

/* A fraction of a unit of so many microseconds, rounded to the nearest. */
static bool add_fraction_us(struct parser *p, double fraction, int64_t unit_us)
{
    double exact = fraction * (double)unit_us;
    int64_t whole = (int64_t)exact;
    exact -= (double)whole;
    if (exact > 0.5)
        whole++;
    else if (exact < -0.5)
        whole--;
    return add_scaled(&p->us, whole, 1);
}

static bool add_fraction_days(struct parser *p, double fraction, int64_t unit_days)
{
    double exact = fraction * (double)unit_days;
    int64_t whole = (int64_t)exact;
    return add_scaled(&p->days, whole, 1) && add_fraction_us(p, exact - (double)whole, US_PER_DAY);
}

static bool add_fraction_years(struct parser *p, double fraction, int64_t unit_years)
{
    return add_scaled(&p->months, (int64_t)rint(fraction * (double)unit_years * MONTHS_PER_YEAR),
                      1);
}

/* How a number of each unit adds up: whole part times scale, and the fraction on. */
struct unit_rule {
    int64_t us, days, months, years; /* one of them is set */
};

static const struct unit_rule unit_rules[] = {
    [UNIT_MICROSECOND] = {.us = 1},
    [UNIT_MILLISECOND] = {.us = 1000},
    [UNIT_SECOND] = {.us = US_PER_SECOND},
    [UNIT_MINUTE] = {.us = US_PER_MINUTE},
    [UNIT_HOUR] = {.us = US_PER_HOUR},
    [UNIT_DAY] = {.days = 1},
    [UNIT_WEEK] = {.days = 7},
    [UNIT_MONTH] = {.months = 1},
    [UNIT_YEAR] = {.years = 1},
    [UNIT_DECADE] = {.years = 10},
    [UNIT_CENTURY] = {.years = 100},
    [UNIT_MILLENNIUM] = {.years = 1000},
};

static bool has_rule(enum unit unit)
{
    return unit >= UNIT_MICROSECOND && unit <= UNIT_MILLENNIUM && unit != UNIT_QUARTER;
}

static bool add_number(struct parser *p, enum unit unit, int64_t value, double fraction)
{
    const struct unit_rule *rule = &unit_rules[unit];
    if (rule->us)
        return add_scaled(&p->us, value, rule->us) && add_fraction_us(p, fraction, rule->us);
    if (rule->days == 1) {
        return add_scaled(&p->days, value, 1) && add_fraction_us(p, fraction, US_PER_DAY);
    }
    if (rule->days) {
        return add_scaled(&p->days, value, rule->days) &&
               add_fraction_days(p, fraction, rule->days);
    }
    if (rule->months) {
        return add_scaled(&p->months, value, 1) && add_fraction_days(p, fraction, DAYS_PER_MONTH);
    }
    return add_scaled(&p->years, value, rule->years) &&
           add_fraction_years(p, fraction, rule->years);
}

/* The bits a unit claims, so that none comes twice; a fraction of seconds claims its parts. */
static unsigned claim_of(enum unit unit, double fraction)
{
    unsigned seconds = 1u << UNIT_SECOND | 1u << UNIT_MILLISECOND | 1u << UNIT_MICROSECOND;
    return unit == UNIT_SECOND && fraction != 0 ? seconds : 1u << unit;
}

/* The unit of a number that names none: from the typmod, else seconds. */
static enum unit default_unit(int32_t range)
{
    static const struct {
        int32_t last; /* lowest field of the range */
        enum unit unit;
    } rows[] = {
        {RANGE_SECOND, UNIT_SECOND},
        {RANGE_MINUTE, UNIT_MINUTE},
        {RANGE_HOUR,   UNIT_HOUR  },
        {RANGE_DAY,    UNIT_DAY   },
        {RANGE_MONTH,  UNIT_MONTH },
        {RANGE_YEAR,   UNIT_YEAR  },
    };
    if (range == RANGE_FULL) return UNIT_SECOND;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (range & rows[i].last) return rows[i].unit;
    }
    return UNIT_SECOND;
}

static enum decode_result claim(struct parser *p, unsigned bits)
{
    if (p->have & bits) return DECODE_FORMAT;
    p->have |= bits;
    return DECODE_OK;
}

/* "-1-2": years and months. rest starts at the second hyphen. */
static enum decode_result add_years_months(struct parser *p, int64_t years, bool negative, str rest)
{
    int64_t months;
    if (!str_to_i64(str_skip(rest, 1), &months)) return DECODE_FORMAT;
    if (months < 0 || months >= MONTHS_PER_YEAR) return DECODE_OVERFLOW;
    if (!add_scaled(&p->months, years, MONTHS_PER_YEAR)) return DECODE_OVERFLOW;
    p->months += negative ? -months : months;
    return claim(p, 1u << UNIT_MONTH);
}

/* Digits at the start as a signed number; *used counts sign and digits. */
static bool read_whole(str text, int64_t *out, size_t *used)
{
    size_t at = text.len && (text.at[0] == '-' || text.at[0] == '+') ? 1 : 0;
    size_t start = at;
    while (at < text.len && text.at[at] >= '0' && text.at[at] <= '9') at++;
    *used = at;
    *out = 0;
    if (at == start) return true; /* ".5" */
    if (!str_to_i64(str_slice(text, start, at), out)) return false;
    if (text.at[0] == '-') *out = -*out;
    return true;
}

static bool read_fraction(str text, double *out)
{
    char number[64] = "0";
    if (text.len + 1 >= sizeof number) return false;
    memcpy(number + 1, text.at, text.len);
    char *end;
    *out = strtod(number, &end);
    return end == number + 1 + text.len;
}

static enum decode_result number_piece(struct parser *p, str text)
{
    int64_t value;
    size_t used;
    double fraction = 0;
    bool negative = text.at[0] == '-';
    if (p->unit == UNIT_UNKNOWN) p->unit = default_unit(p->range);
    if (!read_whole(text, &value, &used)) return DECODE_OVERFLOW;
    str rest = str_skip(text, used);
    if (rest.len && rest.at[0] == '-') return add_years_months(p, value, negative, rest);
    if (rest.len) {
        if (rest.at[0] != '.' || !read_fraction(rest, &fraction)) return DECODE_FORMAT;
        if (negative) fraction = -fraction;
    }
    if (!has_rule(p->unit)) return DECODE_FORMAT;
    if (!add_number(p, p->unit, value, fraction)) return DECODE_OVERFLOW;
    unsigned bits = claim_of(p->unit, fraction);
    /* An hour may stand before a bare number of days: "1 12 hours". */
    if (p->unit == UNIT_HOUR) p->unit = UNIT_DAY;
    return claim(p, bits);
}

/* "hh:mm:ss", perhaps signed; the number to its left, without a unit, is days. */
static enum decode_result clock_piece(struct parser *p, str text)
{
    struct clock_time clock;
    bool negative = text.at[0] == '-';
    bool is_signed = negative || text.at[0] == '+';
    enum decode_result result = decode_clock(is_signed ? str_skip(text, 1) : text, &clock);
    if (result != DECODE_OK) return result;
    if (clock.two_fields && p->range == (RANGE_MINUTE | RANGE_SECOND)) {
        clock.second = clock.minute;
        clock.minute = (int32_t)clock.hour;
        clock.hour = 0;
    }
    int64_t us = 0;
    bool fits = add_scaled(&us, clock.hour, US_PER_HOUR) &&
                add_scaled(&us, clock.minute, US_PER_MINUTE) &&
                add_scaled(&us, clock.second, US_PER_SECOND) && add_scaled(&us, clock.us, 1);
    if (!fits || !add_scaled(&p->us, us, negative ? -1 : 1)) return DECODE_OVERFLOW;
    p->unit = UNIT_DAY;
    return claim(p, 1u << UNIT_HOUR | 1u << UNIT_MINUTE | claim_of(UNIT_SECOND, 1));
}

static enum decode_result word_piece(struct parser *p, str text)
{
    enum unit unit = interval_unit(text);
    if (unit == UNIT_UNKNOWN) return DECODE_FORMAT;
    if (unit == UNIT_AGO) p->ago = true;
    p->unit = unit;
    return DECODE_OK;
}

static enum decode_result decode_piece(struct parser *p, const struct piece *piece)
{
    bool clock = false;
    switch (piece->kind) {
    case PIECE_TIME: return clock_piece(p, piece->text);
    case PIECE_ZONE:
        clock = str_find_char(piece->text, ':', 1) != SIZE_MAX;
        return clock ? clock_piece(p, piece->text) : number_piece(p, piece->text);
    case PIECE_DATE:
    case PIECE_NUMBER: return number_piece(p, piece->text);
    case PIECE_WORD:
    case PIECE_SPECIAL: break;
    }
    return word_piece(p, piece->text);
}

/* From right to left, because units stand behind their numbers. */
static enum decode_result decode_pieces(struct parser *p, const struct pieces *pieces)
{
    for (size_t i = pieces->count; i-- > 0;) {
        enum decode_result result = decode_piece(p, &pieces->at[i]);
        if (result != DECODE_OK) return result;
    }
    return p->have ? DECODE_OK : DECODE_FORMAT;
}

/* A number of ISO 8601: sign, digits, fraction; *used its length, 0 when there is none. */
static bool iso_number(str text, int64_t *value, double *fraction, size_t *used)
{
    *fraction = 0;
    if (!read_whole(text, value, used)) return false;
    size_t point = *used;
    if (point >= text.len || text.at[point] != '.') return *used > 0;
    size_t end = point + 1;
    while (end < text.len && text.at[end] >= '0' && text.at[end] <= '9') end++;
    if (!read_fraction(str_slice(text, point, end), fraction)) return false;
    if (text.at[0] == '-') *fraction = -*fraction;
    *used = end;
    return true;
}

static enum unit iso_unit(char designator, bool time)
{
    switch (designator) {
    case 'Y': return time ? UNIT_UNKNOWN : UNIT_YEAR;
    case 'M': return time ? UNIT_MINUTE : UNIT_MONTH;
    case 'W': return time ? UNIT_UNKNOWN : UNIT_WEEK;
    case 'D': return time ? UNIT_UNKNOWN : UNIT_DAY;
    case 'H': return time ? UNIT_HOUR : UNIT_UNKNOWN;
    case 'S': return time ? UNIT_SECOND : UNIT_UNKNOWN;
    default: return UNIT_UNKNOWN;
    }
}

/* A reader of ISO 8601's forms. */
struct iso {
    struct parser *parser;
    str rest;
    bool time;       /* behind the T */
    bool have_field; /* in this half */
};

static enum decode_result iso_add(struct iso *iso, enum unit unit, int64_t value, double fraction)
{
    iso->have_field = true;
    return add_number(iso->parser, unit, value, fraction) ? DECODE_OK : DECODE_OVERFLOW;
}

static size_t digits_of(str text)
{
    size_t at = text.len && (text.at[0] == '-' || text.at[0] == '+') ? 1 : 0, count = 0;
    while (at < text.len && text.at[at] >= '0' && text.at[at] <= '9') at++, count++;
    return count;
}

/* The alternative format: P0001-02-03T04:05:06, or run together: P00010203T040506. */
static enum decode_result iso_alternative(struct iso *iso)
{
    static const enum unit dates[] = {UNIT_YEAR, UNIT_MONTH, UNIT_DAY};
    static const enum unit times[] = {UNIT_HOUR, UNIT_MINUTE, UNIT_SECOND};
    const enum unit *units = iso->time ? times : dates;
    char separator = iso->time ? ':' : '-';
    size_t digits = digits_of(iso->rest), used;
    int64_t value;
    double fraction;
    if (iso->have_field) return DECODE_FORMAT;
    if (digits == (iso->time ? 6u : 8u)) {
        if (!iso_number(iso->rest, &value, &fraction, &used)) return DECODE_FORMAT;
        iso->rest = str_skip(iso->rest, used);
        bool fits = add_number(iso->parser, units[0], value / 10000, 0) &&
                    add_number(iso->parser, units[1], value / 100 % 100, 0);
        return fits ? iso_add(iso, units[2], value % 100, fraction) : DECODE_OVERFLOW;
    }
    for (size_t i = 0; i < 3; i++) {
        if (!iso_number(iso->rest, &value, &fraction, &used)) return DECODE_FORMAT;
        iso->rest = str_skip(iso->rest, used);
        enum decode_result result = iso_add(iso, units[i], value, fraction);
        if (result != DECODE_OK || !iso->rest.len || iso->rest.at[0] == 'T') return result;
        if (i == 2 || iso->rest.at[0] != separator) return DECODE_FORMAT;
        iso->rest = str_skip(iso->rest, 1);
    }
    return DECODE_FORMAT;
}

static enum decode_result iso_field(struct iso *iso)
{
    int64_t value;
    double fraction;
    size_t used;
    if (!iso_number(iso->rest, &value, &fraction, &used)) return DECODE_FORMAT;
    char next = used < iso->rest.len ? iso->rest.at[used] : '\0';
    bool alternative = !next || next == (iso->time ? ':' : '-') || (next == 'T' && !iso->time);
    if (alternative) return iso_alternative(iso);
    enum unit unit = iso_unit(next, iso->time);
    if (unit == UNIT_UNKNOWN) return DECODE_FORMAT;
    iso->rest = str_skip(iso->rest, used + 1);
    return iso_add(iso, unit, value, fraction);
}

/* "P1Y2M3DT4H5M6.7S" */
static enum decode_result decode_iso(struct parser *p, str text)
{
    struct iso iso = {p, str_skip(text, 1), false, false};
    if (text.len < 2 || text.at[0] != 'P') return DECODE_FORMAT;
    while (iso.rest.len) {
        if (iso.rest.at[0] == 'T') {
            iso.time = true;
            iso.have_field = false;
            iso.rest = str_skip(iso.rest, 1);
            continue;
        }
        enum decode_result result = iso_field(&iso);
        if (result != DECODE_OK) return result;
    }
    return DECODE_OK;
}

static bool fits_int32(int64_t value)
{
    return value >= INT32_MIN && value <= INT32_MAX;
}

static enum decode_result collect(const struct parser *p, struct interval *out)
{
    int64_t months = p->months;
    if (!fits_int32(p->days)) return DECODE_OVERFLOW;
    bool fits = add_scaled(&months, p->years, MONTHS_PER_YEAR) && fits_int32(months);
    if (!fits) return DECODE_INTERVAL_RANGE;
    *out = (struct interval){p->us, (int32_t)p->days, (int32_t)months};
    if (!p->ago) return DECODE_OK;
    if (p->us == INT64_MIN || p->days == INT32_MIN || months == INT32_MIN) return DECODE_OVERFLOW;
    *out = (struct interval){-out->us, -out->days, -out->months};
    return DECODE_OK;
}

static int32_t range_of(int32_t typmod)
{
    return typmod < 0 ? RANGE_FULL : typmod >> 16 & RANGE_FULL;
}

/* "1 mon 2 days 03:00:00" and its parts: what interval_write writes, read without splitting. */
static bool quick(str text, struct interval *out)
{
    if (text.len != 8 || text.at[2] != ':' || text.at[5] != ':') return false;
    for (size_t i = 0; i < 8; i++) {
        if (i != 2 && i != 5 && (text.at[i] < '0' || text.at[i] > '9')) return false;
    }
    int64_t hours = (text.at[0] - '0') * 10 + text.at[1] - '0';
    int64_t minutes = (text.at[3] - '0') * 10 + text.at[4] - '0';
    int64_t seconds = (text.at[6] - '0') * 10 + text.at[7] - '0';
    if (minutes > 59 || seconds > 59) return false;
    *out = (struct interval){.us = ((hours * 60 + minutes) * 60 + seconds) * US_PER_SECOND};
    return true;
}

static enum decode_result decode(str text, int32_t range, struct interval *out)
{
    struct parser parser = {.range = range};
    struct pieces pieces;
    if (quick(text, out)) return DECODE_OK;
    enum decode_result result = DECODE_FORMAT;
    if (datetime_split(text, &pieces)) result = decode_pieces(&parser, &pieces);
    if (result == DECODE_FORMAT) {
        parser = (struct parser){.range = range};
        result = decode_iso(&parser, text);
    }
    return result == DECODE_OK ? collect(&parser, out) : result;
}

err interval_parse(struct arena *arena, str text, int32_t typmod, struct interval *out)
{
    struct interval value;
    enum decode_result result = decode(text, range_of(typmod), &value);
    if (result == DECODE_OVERFLOW) result = DECODE_INTERVAL_OVERFLOW;
    if (result != DECODE_OK) return decode_error(arena, result, "interval", text, STR_NONE);
    return interval_fit(arena, value, typmod, out);
}

err interval_fit(struct arena *arena, struct interval a, int32_t typmod, struct interval *out)
{
    static const int64_t steps[] = {1000000, 100000, 10000, 1000, 100, 10, 1};
    *out = a;
    if (typmod < 0) return NULL;
    int32_t range = range_of(typmod), precision = typmod & PRECISION_FULL;
    if (range != RANGE_FULL) {
        /* Fields below the lowest of the range are cut; those above the highest stay. */
        if (!(range & (RANGE_SECOND | RANGE_MINUTE | RANGE_HOUR))) out->us = 0;
        if (!(range & (RANGE_SECOND | RANGE_MINUTE | RANGE_HOUR | RANGE_DAY))) out->days = 0;
        if (range == RANGE_YEAR) out->months = out->months / MONTHS_PER_YEAR * MONTHS_PER_YEAR;
        if (!(range & (RANGE_SECOND | RANGE_MINUTE))) out->us = out->us / US_PER_HOUR * US_PER_HOUR;
        if (!(range & RANGE_SECOND)) out->us = out->us / US_PER_MINUTE * US_PER_MINUTE;
    }
    if (precision > 6) return NULL;
    int64_t step = steps[precision], half = out->us >= 0 ? step / 2 : -(step / 2), rounded;
    if (__builtin_add_overflow(out->us, half, &rounded)) {
        return err_sql(arena, "22008", "interval out of range");
    }
    out->us = rounded / step * step;
    return NULL;
}

/* ---- output ---- */

struct writer {
    struct buf *out;
    bool empty;
    bool negative; /* the field before was */
};

static void write_field(struct writer *w, int64_t value, const char *unit)
{
    if (!value) return;
    if (!w->empty) buf_char(w->out, ' ');
    if (w->negative && value > 0) buf_char(w->out, '+');
    buf_i64(w->out, value);
    buf_char(w->out, ' ');
    buf_str_add(w->out, str_of(unit));
    if (value != 1) buf_char(w->out, 's');
    w->negative = value < 0;
    w->empty = false;
}

static void write_two(struct buf *out, uint64_t value)
{
    if (value < 10) buf_char(out, '0');
    buf_u64(out, value);
}

static void write_clock(struct buf *out, uint64_t us)
{
    write_two(out, us / (uint64_t)US_PER_HOUR);
    buf_char(out, ':');
    write_two(out, us / (uint64_t)US_PER_MINUTE % 60);
    buf_char(out, ':');
    write_two(out, us / (uint64_t)US_PER_SECOND % 60);
    uint64_t fraction = us % (uint64_t)US_PER_SECOND;
    if (!fraction) return;
    buf_char(out, '.');
    for (uint64_t unit = 100000; fraction; unit /= 10) {
        buf_char(out, (char)('0' + fraction / unit));
        fraction %= unit;
    }
}

void interval_write(struct buf *out, struct interval value)
{
    struct writer w = {out, true, false};
    write_field(&w, value.months / MONTHS_PER_YEAR, "year");
    write_field(&w, value.months % MONTHS_PER_YEAR, "mon");
    write_field(&w, value.days, "day");
    if (!w.empty && !value.us) return;
    if (!w.empty) buf_char(out, ' ');
    if (value.us < 0)
        buf_char(out, '-');
    else if (w.negative)
        buf_char(out, '+');
    write_clock(out, value.us < 0 ? 0 - (uint64_t)value.us : (uint64_t)value.us);
}

/* ---- order ---- */

__extension__ typedef __int128 span; /* 2^31 months in microseconds need more than 64 bits */

static span span_of(struct interval a)
{
    return (span)((int64_t)a.months * DAYS_PER_MONTH + a.days) * US_PER_DAY + a.us;
}

int interval_compare(struct interval a, struct interval b)
{
    span x = span_of(a), y = span_of(b);
    return (x > y) - (x < y);
}

int interval_compare_text(str a, str b)
{
    struct interval x, y;
    bool good = decode(a, RANGE_FULL, &x) == DECODE_OK && decode(b, RANGE_FULL, &y) == DECODE_OK;
    return good ? interval_compare(x, y) : str_cmp(a, b);
}

/* ---- arithmetic ---- */

static err out_of_range(struct arena *arena)
{
    return err_sql(arena, "22008", "interval out of range");
}

err interval_add(struct arena *arena, struct interval a, struct interval b, struct interval *out)
{
    bool overflow = __builtin_add_overflow(a.months, b.months, &out->months) ||
                    __builtin_add_overflow(a.days, b.days, &out->days) ||
                    __builtin_add_overflow(a.us, b.us, &out->us);
    return overflow ? out_of_range(arena) : NULL;
}

err interval_sub(struct arena *arena, struct interval a, struct interval b, struct interval *out)
{
    bool overflow = __builtin_sub_overflow(a.months, b.months, &out->months) ||
                    __builtin_sub_overflow(a.days, b.days, &out->days) ||
                    __builtin_sub_overflow(a.us, b.us, &out->us);
    return overflow ? out_of_range(arena) : NULL;
}

err interval_neg(struct arena *arena, struct interval a, struct interval *out)
{
    return interval_sub(arena, (struct interval){0}, a, out);
}

static double round_us(double seconds)
{
    return rint(seconds * 1e6) / 1e6;
}

static bool double_fits_int32(double value)
{
    return value >= INT32_MIN && value < -(double)INT32_MIN; /* fractions are cut */
}

/* What months and days give as doubles, cut to whole ones; their fractions go down to days and
 * seconds, never up. time_us is the time part's own product. */
static err cascade(
    struct arena *arena, double months, double days, double time_us, struct interval *out)
{
    bool fits = double_fits_int32(months) && double_fits_int32(days);
    if (!fits) return out_of_range(arena);
    out->months = (int32_t)months;
    out->days = (int32_t)days;
    double rest_days = round_us((months - out->months) * DAYS_PER_MONTH);
    double rest_s = round_us((days - out->days + rest_days - (int32_t)rest_days) * DAY_S);
    if (fabs(rest_s) >= DAY_S) {
        int32_t carry = (int32_t)(rest_s / DAY_S);
        if (__builtin_add_overflow(out->days, carry, &out->days)) return out_of_range(arena);
        rest_s -= (double)carry * DAY_S;
    }
    if (__builtin_add_overflow(out->days, (int32_t)rest_days, &out->days))
        return out_of_range(arena);
    double us = rint(time_us + rest_s * (double)US_PER_SECOND);
    if (!(us >= -0x1p63 && us < 0x1p63)) return out_of_range(arena);
    out->us = (int64_t)us;
    return NULL;
}

err interval_mul(struct arena *arena, struct interval a, double factor, struct interval *out)
{
    return cascade(arena, a.months * factor, a.days * factor, (double)a.us * factor, out);
}

err interval_div(struct arena *arena, struct interval a, double divisor, struct interval *out)
{
    if (divisor == 0) return err_sql(arena, "22012", "division by zero");
    return cascade(arena, a.months / divisor, a.days / divisor, (double)a.us / divisor, out);
}

/* Gives small the sign of big by moving one unit across. */
static void same_sign_days(struct interval *a)
{
    if (a->days > 0 && a->us < 0) {
        a->us += US_PER_DAY;
        a->days--;
    } else if (a->days < 0 && a->us > 0) {
        a->us -= US_PER_DAY;
        a->days++;
    }
}

static void same_sign_months(struct interval *a)
{
    if (a->months > 0 && a->days < 0) {
        a->days += DAYS_PER_MONTH;
        a->months--;
    } else if (a->months < 0 && a->days > 0) {
        a->days -= DAYS_PER_MONTH;
        a->months++;
    }
}

err interval_justify_hours(struct arena *arena, struct interval a, struct interval *out)
{
    *out = a;
    int64_t whole = a.us / US_PER_DAY;
    out->us -= whole * US_PER_DAY;
    if (__builtin_add_overflow(out->days, whole, &out->days)) return out_of_range(arena);
    same_sign_days(out);
    return NULL;
}

err interval_justify_days(struct arena *arena, struct interval a, struct interval *out)
{
    *out = a;
    int32_t whole = a.days / DAYS_PER_MONTH;
    out->days -= whole * DAYS_PER_MONTH;
    if (__builtin_add_overflow(out->months, whole, &out->months)) return out_of_range(arena);
    same_sign_months(out);
    return NULL;
}

err interval_justify(struct arena *arena, struct interval a, struct interval *out)
{
    *out = a;
    /* Days and time of unlike sign are first made alike, so that nothing overflows on the way. */
    bool pre = (a.days > 0 && a.us > 0) || (a.days < 0 && a.us < 0);
    if (pre) {
        int32_t whole = a.days / DAYS_PER_MONTH;
        out->days -= whole * DAYS_PER_MONTH;
        if (__builtin_add_overflow(out->months, whole, &out->months)) return out_of_range(arena);
    }
    int64_t whole_days = out->us / US_PER_DAY;
    out->us -= whole_days * US_PER_DAY;
    if (__builtin_add_overflow(out->days, whole_days, &out->days)) return out_of_range(arena);
    int32_t whole_months = out->days / DAYS_PER_MONTH;
    out->days -= whole_months * DAYS_PER_MONTH;
    if (__builtin_add_overflow(out->months, whole_months, &out->months)) return out_of_range(arena);
    bool positive = out->months > 0 && (out->days < 0 || (out->days == 0 && out->us < 0));
    bool negative = out->months < 0 && (out->days > 0 || (out->days == 0 && out->us > 0));
    if (positive || negative) {
        out->days += positive ? DAYS_PER_MONTH : -DAYS_PER_MONTH;
        out->months += positive ? -1 : 1;
    }
    same_sign_days(out);
    return NULL;
}
