/* The proleptic Gregorian calendar in days since 1970-01-01. */
#include "types/datetime_int.h"

int32_t date_from_civil(int64_t year, int32_t month, int32_t day)
{
    /* Years begin in March, so that the leap day comes last; 400 years are 146,097 days. */
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = floor_div_i64(y, 400);
    int64_t year_of_era = y - era * 400;
    int64_t month_from_march = month > 2 ? month - 3 : month + 9;
    int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return (int32_t)(era * 146097 + day_of_era - 719468);
}

void date_to_civil(int32_t days, int32_t *year, int32_t *month, int32_t *day)
{
    int64_t z = (int64_t)days + 719468;
    int64_t era = floor_div_i64(z, 146097);
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    *day = (int32_t)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    *month = (int32_t)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    *year = (int32_t)(year_of_era + era * 400 + (*month <= 2));
}

int32_t days_in_month(int32_t year, int32_t month)
{
    static const int32_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

/* 0 is Sunday; 1970-01-01 was a Thursday. */
static int32_t weekday_of(int32_t days)
{
    return (int32_t)floor_mod_i64((int64_t)days + 4, 7);
}

void date_iso_week(int32_t days, int32_t *year, int32_t *week)
{
    /* A week belongs to the year of its Thursday. */
    int32_t from_monday = (weekday_of(days) + 6) % 7;
    int32_t thursday = days - from_monday + 3;
    int32_t month, day;
    date_to_civil(thursday, year, &month, &day);
    *week = (thursday - date_from_civil(*year, 1, 1)) / 7 + 1;
}

void timestamp_fields(int64_t us, struct datetime_fields *out)
{
    int64_t days = floor_div_i64(us, US_PER_DAY);
    int64_t time = us - days * US_PER_DAY;
    date_to_civil((int32_t)days, &out->year, &out->month, &out->day);
    out->weekday = weekday_of((int32_t)days);
    out->yearday = (int32_t)days - date_from_civil(out->year, 1, 1) + 1;
    out->hour = (int32_t)(time / US_PER_HOUR);
    out->minute = (int32_t)(time / US_PER_MINUTE % 60);
    out->second = (int32_t)(time / US_PER_SECOND % 60);
    out->us = (int32_t)(time % US_PER_SECOND);
}
