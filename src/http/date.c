#include "http/date.h"

#include <string.h>

/* 1970-01-01 was a Thursday. */
static const char days[7][4] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/* Days since 1970 to a date and back; Howard Hinnant's algorithms (chrono-compatible calendars). */
static void civil_from_days(int64_t days_since, int64_t *year, unsigned *month, unsigned *day)
{
    int64_t z = days_since + 719468;
    int64_t era = z / 146097;
    unsigned day_of_era = (unsigned)(z - era * 146097);
    unsigned year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    unsigned shifted = (5 * day_of_year + 2) / 153; /* March is 0 */
    *day = day_of_year - (153 * shifted + 2) / 5 + 1;
    *month = shifted < 10 ? shifted + 3 : shifted - 9;
    *year = (int64_t)year_of_era + era * 400 + (*month <= 2);
}

static int64_t days_from_civil(int64_t year, unsigned month, unsigned day)
{
    year -= month <= 2;
    int64_t era = year / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void put_digits(char *at, uint64_t value, size_t count)
{
    for (size_t i = count; i > 0; i--) {
        at[i - 1] = (char)('0' + value % 10);
        value /= 10;
    }
}

void http_date_write(char out[HTTP_DATE_BYTES], int64_t seconds)
{
    int64_t year;
    unsigned month, day;
    if (seconds < 0) seconds = 0;
    int64_t day_number = seconds / 86400;
    uint64_t second = (uint64_t)(seconds % 86400);
    civil_from_days(day_number, &year, &month, &day);
    memcpy(out, "Thu, 01 Jan 1970 00:00:00 GMT", HTTP_DATE_BYTES);
    memcpy(out, days[day_number % 7], 3);
    put_digits(out + 5, day, 2);
    memcpy(out + 8, months[month - 1], 3);
    put_digits(out + 12, (uint64_t)year, 4);
    put_digits(out + 17, second / 3600, 2);
    put_digits(out + 20, second / 60 % 60, 2);
    put_digits(out + 23, second % 60, 2);
}

static bool get_digits(str text, size_t at, size_t count, unsigned *out)
{
    unsigned value = 0;
    for (size_t i = at; i < at + count; i++) {
        if (text.at[i] < '0' || text.at[i] > '9') return false;
        value = value * 10 + (unsigned)(text.at[i] - '0');
    }
    *out = value;
    return true;
}

bool http_date_parse(str text, int64_t *seconds)
{
    unsigned day, year, hour, minute, second, month = 0;
    if (text.len != HTTP_DATE_BYTES) return false;
    while (month < 12 && memcmp(text.at + 8, months[month], 3) != 0) month++;
    if (month == 12 || !get_digits(text, 5, 2, &day) || !get_digits(text, 12, 4, &year) ||
        !get_digits(text, 17, 2, &hour) || !get_digits(text, 20, 2, &minute) ||
        !get_digits(text, 23, 2, &second))
        return false;
    if (year < 1970 || !day || day > 31 || hour > 23 || minute > 59 || second > 60) return false;
    int64_t at = days_from_civil(year, month + 1, day) * 86400 + hour * 3600 + minute * 60 + second;
    /* Writing it again must give the same text: catches 31 February, commas, names of days. */
    char again[HTTP_DATE_BYTES];
    http_date_write(again, at);
    if (second != 60 && memcmp(again, text.at, HTTP_DATE_BYTES) != 0) return false;
    *seconds = at;
    return true;
}
