/* types/numeric_int.h - what the files of numeric share: the two forms a value is computed in.
 *
 * struct decimal_small: a 128-bit mantissa and a scale, for what people store.
 * struct decimal: base-10000 digits, for everything else. PostgreSQL's result scales are defined over
 * such digits, hence the base.
 *
 * Owns: nothing; digits live in the arena. Threads: any. Errors: none but where said.
 */
#ifndef DAPUR_TYPES_NUMERIC_INT_H
#define DAPUR_TYPES_NUMERIC_INT_H

#include "types/numeric.h"

typedef numeric_i128 i128;
__extension__ typedef unsigned __int128 u128;

enum {
    SMALL_DIGITS_MAX = 37,     /* of a mantissa: any two add without overflow */
    SCALE_MAX = 16383,         /* NUMERIC_DSCALE_MAX */
    WHOLE_DIGITS_MAX = 131072, /* before the point */
    RESULT_SCALE_MAX = 1000,   /* NUMERIC_MAX_DISPLAY_SCALE */
    SIGNIFICANT_MIN = 16,      /* NUMERIC_MIN_SIG_DIGITS */
    DIGIT_BASE = 10000,
    DIGIT_WIDTH = 4,
};

/* ---- small ---- */
struct decimal_small {
    i128 mantissa; /* value = mantissa / 10^scale */
    int32_t scale;
};
/* False for specials and for more than SMALL_DIGITS_MAX digits. */
bool decimal_small_read(str text, struct decimal_small *out);
str decimal_small_write(struct arena *arena, struct decimal_small value);
i128 i128_power_of_ten(int exponent); /* 0 to 38 */
int u128_digits(u128 value);          /* decimal digits; 1 for 0 */

/* ---- big ---- */
struct decimal {
    bool negative;
    int32_t weight; /* of digits[0]: value = sum of digits[i] * 10000^(weight - i) */
    int32_t scale;  /* digits shown behind the point */
    int32_t count;  /* 0: zero. No leading or trailing zero digits */
    const int16_t *digits;
};

/* text is canonical and finite. */
struct decimal decimal_read(struct arena *arena, str text);
str decimal_write(struct arena *arena, const struct decimal *value);
struct decimal decimal_from_i64(struct arena *arena, int64_t value);
int decimal_compare(const struct decimal *a, const struct decimal *b);
int decimal_compare_abs(const struct decimal *a, const struct decimal *b);
struct decimal decimal_add(struct arena *arena, const struct decimal *a, const struct decimal *b);
struct decimal decimal_sub(struct arena *arena, const struct decimal *a, const struct decimal *b);
/* Exact; scale is the sum of scales. */
struct decimal decimal_mul(struct arena *arena, const struct decimal *a, const struct decimal *b);

enum decimal_rounding { DECIMAL_ROUND, DECIMAL_TRUNCATE };
/* b must not be zero. */
struct decimal decimal_div(struct arena *arena,
                           const struct decimal *a,
                           const struct decimal *b,
                           int32_t scale,
                           enum decimal_rounding rounding);
/* scale may be negative: digits left of the point become zeros. The shown scale is then 0. */
struct decimal decimal_fit(struct arena *arena,
                           const struct decimal *value,
                           int32_t scale,
                           enum decimal_rounding rounding);
/* Decimal position of the first digit: 0 for 1 to 9, -1 for 0.1. Value must not be zero. */
int32_t decimal_magnitude(const struct decimal *value);
/* The scale of a quotient. */
int32_t decimal_div_scale(const struct decimal *a, const struct decimal *b);
/* The nearest double, infinite past the range. */
double decimal_to_double(struct arena *arena, const struct decimal *value);
/* True, and *out, when value is whole and fits. */
bool decimal_to_i64(const struct decimal *value, int64_t *out);

/* Finite result as text; "value overflows numeric format" when it is too wide. */
MUST_USE err decimal_finish(struct arena *arena, const struct decimal *value, str *out);

/* What a text is, from its first bytes. */
enum numeric_class { NUMERIC_FINITE, NUMERIC_NAN, NUMERIC_PLUS_INFINITY, NUMERIC_MINUS_INFINITY };
enum numeric_class numeric_class(str text);

#endif
