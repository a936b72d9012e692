/* types/to_char_int.h - date templates cut into nodes, for output and for input.
 *
 * Owns: nothing; nodes live in the arena. Threads: any. Errors: as to_char.h.
 */
#ifndef DAPUR_TYPES_TO_CHAR_INT_H
#define DAPUR_TYPES_TO_CHAR_INT_H

#include "types/to_char.h"

enum field_id {
    FIELD_AD,
    FIELD_AD_DOTS,
    FIELD_AM,
    FIELD_AM_DOTS,
    FIELD_CC,
    FIELD_DAY,
    FIELD_DDD,
    FIELD_DD,
    FIELD_DY,
    FIELD_D,
    FIELD_FF,
    FIELD_FX,
    FIELD_HH24,
    FIELD_HH12,
    FIELD_IDDD,
    FIELD_ID,
    FIELD_IW,
    FIELD_IYYYY,
    FIELD_J,
    FIELD_MI,
    FIELD_MM,
    FIELD_MONTH,
    FIELD_MON,
    FIELD_MS,
    FIELD_OF,
    FIELD_Q,
    FIELD_RM,
    FIELD_SSSS,
    FIELD_SS,
    FIELD_TZH,
    FIELD_TZM,
    FIELD_TZ,
    FIELD_US,
    FIELD_WW,
    FIELD_W,
    FIELD_YYYY_COMMA,
    FIELD_YYYYY,
};

enum letter_case { LETTERS_UPPER, LETTERS_TITLE, LETTERS_LOWER };

struct field {
    str name; /* as the template spells it */
    enum field_id id;
    enum letter_case letters; /* of names */
    int width;                /* digits; FIELD_YYYYY and FIELD_IYYYY: how many of the year's */
    bool digits;              /* a number stands there in input */
};

enum node_kind { NODE_FIELD, NODE_CHARACTER, NODE_SEPARATOR };

struct node {
    enum node_kind kind;
    const struct field *field;
    bool fill;    /* FM */
    char ordinal; /* 'T' or 't': TH, th */
    str text;     /* the character */
};

struct nodes {
    struct node *at;
    size_t count;
};

MUST_USE err template_parse(struct arena *arena, str format, struct nodes *out);

extern const char *const month_names[12]; /* "January" */
extern const char *const day_names[7];    /* "Sunday" */
extern const char *const roman_months[12];

#endif
