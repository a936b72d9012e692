/* The words of dates, times and intervals, as PostgreSQL knows them. */
#include <string.h>

#include "types/datetime_int.h"

enum { WORD_SIGNIFICANT = 10 }; /* PostgreSQL compares so many characters */

struct word_row {
    char word[WORD_SIGNIFICANT + 1];
    enum word_kind kind;
    int32_t value;
};

static const struct word_row words[] = {
    {"-infinity", WORD_MOMENT,   MOMENT_MINUS_INFINITY},
    {"ad",        WORD_ERA,      0                    },
    {"allballs",  WORD_MOMENT,   MOMENT_MIDNIGHT_UTC  },
    {"am",        WORD_MERIDIEM, HOUR_AM              },
    {"apr",       WORD_MONTH,    4                    },
    {"april",     WORD_MONTH,    4                    },
    {"at",        WORD_IGNORE,   0                    },
    {"aug",       WORD_MONTH,    8                    },
    {"august",    WORD_MONTH,    8                    },
    {"bc",        WORD_ERA,      1                    },
    {"dec",       WORD_MONTH,    12                   },
    {"december",  WORD_MONTH,    12                   },
    {"dst",       WORD_DST,      0                    },
    {"epoch",     WORD_MOMENT,   MOMENT_EPOCH         },
    {"feb",       WORD_MONTH,    2                    },
    {"february",  WORD_MONTH,    2                    },
    {"fri",       WORD_DAY,      5                    },
    {"friday",    WORD_DAY,      5                    },
    {"infinity",  WORD_MOMENT,   MOMENT_INFINITY      },
    {"j",         WORD_JULIAN,   0                    },
    {"jan",       WORD_MONTH,    1                    },
    {"january",   WORD_MONTH,    1                    },
    {"jd",        WORD_JULIAN,   0                    },
    {"jul",       WORD_MONTH,    7                    },
    {"julian",    WORD_JULIAN,   0                    },
    {"july",      WORD_MONTH,    7                    },
    {"jun",       WORD_MONTH,    6                    },
    {"june",      WORD_MONTH,    6                    },
    {"mar",       WORD_MONTH,    3                    },
    {"march",     WORD_MONTH,    3                    },
    {"may",       WORD_MONTH,    5                    },
    {"mon",       WORD_DAY,      1                    },
    {"monday",    WORD_DAY,      1                    },
    {"nov",       WORD_MONTH,    11                   },
    {"november",  WORD_MONTH,    11                   },
    {"now",       WORD_MOMENT,   MOMENT_NOW           },
    {"oct",       WORD_MONTH,    10                   },
    {"october",   WORD_MONTH,    10                   },
    {"on",        WORD_IGNORE,   0                    },
    {"pm",        WORD_MERIDIEM, HOUR_PM              },
    {"sat",       WORD_DAY,      6                    },
    {"saturday",  WORD_DAY,      6                    },
    {"sep",       WORD_MONTH,    9                    },
    {"sept",      WORD_MONTH,    9                    },
    {"september", WORD_MONTH,    9                    },
    {"sun",       WORD_DAY,      0                    },
    {"sunday",    WORD_DAY,      0                    },
    {"t",         WORD_ISO_TIME, 0                    },
    {"thu",       WORD_DAY,      4                    },
    {"thur",      WORD_DAY,      4                    },
    {"thurs",     WORD_DAY,      4                    },
    {"thursday",  WORD_DAY,      4                    },
    {"today",     WORD_MOMENT,   MOMENT_TODAY         },
    {"tomorrow",  WORD_MOMENT,   MOMENT_TOMORROW      },
    {"tue",       WORD_DAY,      2                    },
    {"tues",      WORD_DAY,      2                    },
    {"tuesday",   WORD_DAY,      2                    },
    {"wed",       WORD_DAY,      3                    },
    {"wednesday", WORD_DAY,      3                    },
    {"weds",      WORD_DAY,      3                    },
    {"yesterday", WORD_MOMENT,   MOMENT_YESTERDAY     },
};

struct unit_row {
    char word[WORD_SIGNIFICANT + 1];
    enum unit unit;
};

static const struct unit_row units[] = {
    {"ago",        UNIT_AGO            },
    {"c",          UNIT_CENTURY        },
    {"cent",       UNIT_CENTURY        },
    {"centuries",  UNIT_CENTURY        },
    {"century",    UNIT_CENTURY        },
    {"d",          UNIT_DAY            },
    {"day",        UNIT_DAY            },
    {"days",       UNIT_DAY            },
    {"dec",        UNIT_DECADE         },
    {"decade",     UNIT_DECADE         },
    {"decades",    UNIT_DECADE         },
    {"decs",       UNIT_DECADE         },
    {"h",          UNIT_HOUR           },
    {"hour",       UNIT_HOUR           },
    {"hours",      UNIT_HOUR           },
    {"hr",         UNIT_HOUR           },
    {"hrs",        UNIT_HOUR           },
    {"m",          UNIT_MINUTE         },
    {"microsecon", UNIT_MICROSECOND    },
    {"mil",        UNIT_MILLENNIUM     },
    {"millennia",  UNIT_MILLENNIUM     },
    {"millennium", UNIT_MILLENNIUM     },
    {"millisecon", UNIT_MILLISECOND    },
    {"mils",       UNIT_MILLENNIUM     },
    {"min",        UNIT_MINUTE         },
    {"mins",       UNIT_MINUTE         },
    {"minute",     UNIT_MINUTE         },
    {"minutes",    UNIT_MINUTE         },
    {"mon",        UNIT_MONTH          },
    {"mons",       UNIT_MONTH          },
    {"month",      UNIT_MONTH          },
    {"months",     UNIT_MONTH          },
    {"ms",         UNIT_MILLISECOND    },
    {"msec",       UNIT_MILLISECOND    },
    {"msecond",    UNIT_MILLISECOND    },
    {"mseconds",   UNIT_MILLISECOND    },
    {"msecs",      UNIT_MILLISECOND    },
    {"qtr",        UNIT_QUARTER        },
    {"quarter",    UNIT_QUARTER        },
    {"s",          UNIT_SECOND         },
    {"sec",        UNIT_SECOND         },
    {"second",     UNIT_SECOND         },
    {"seconds",    UNIT_SECOND         },
    {"secs",       UNIT_SECOND         },
    {"timezone",   UNIT_TIMEZONE       },
    {"timezone_h", UNIT_TIMEZONE_HOUR  },
    {"timezone_m", UNIT_TIMEZONE_MINUTE},
    {"us",         UNIT_MICROSECOND    },
    {"usec",       UNIT_MICROSECOND    },
    {"usecond",    UNIT_MICROSECOND    },
    {"useconds",   UNIT_MICROSECOND    },
    {"usecs",      UNIT_MICROSECOND    },
    {"w",          UNIT_WEEK           },
    {"week",       UNIT_WEEK           },
    {"weeks",      UNIT_WEEK           },
    {"y",          UNIT_YEAR           },
    {"year",       UNIT_YEAR           },
    {"years",      UNIT_YEAR           },
    {"yr",         UNIT_YEAR           },
    {"yrs",        UNIT_YEAR           },
};

/* What extract() takes beside the units. */
static const struct unit_row fields[] = {
    {"dow",     UNIT_DOW    },
    {"doy",     UNIT_DOY    },
    {"epoch",   UNIT_EPOCH  },
    {"isodow",  UNIT_ISODOW },
    {"isoyear", UNIT_ISOYEAR},
    {"j",       UNIT_JULIAN },
    {"jd",      UNIT_JULIAN },
    {"julian",  UNIT_JULIAN },
};

static bool same(const char row[WORD_SIGNIFICANT + 1], str word)
{
    return str_eq_nocase(str_of(row), str_slice(word, 0, WORD_SIGNIFICANT));
}

enum word_kind datetime_word(str word, int32_t *value)
{
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (!same(words[i].word, word)) continue;
        *value = words[i].value;
        return words[i].kind;
    }
    return WORD_UNKNOWN;
}

bool datetime_is_word(str word)
{
    static const char *const letters[] = {"d", "h",   "m",   "mm",     "s",
                                          "y", "dow", "doy", "isodow", "isoyear"};
    int32_t value;
    for (size_t i = 0; i < COUNT_OF(letters); i++) {
        if (str_eq_nocase(word, str_of(letters[i]))) return true;
    }
    return datetime_word(word, &value) != WORD_UNKNOWN;
}

static enum unit find_unit(const struct unit_row *rows, size_t count, str word)
{
    for (size_t i = 0; i < count; i++) {
        if (same(rows[i].word, word)) return rows[i].unit;
    }
    return UNIT_UNKNOWN;
}

enum unit interval_unit(str word)
{
    return find_unit(units, COUNT_OF(units), word);
}

enum unit field_unit(str word)
{
    enum unit unit = find_unit(units, COUNT_OF(units), word);
    if (unit == UNIT_AGO) return UNIT_UNKNOWN;
    return unit ? unit : find_unit(fields, COUNT_OF(fields), word);
}
