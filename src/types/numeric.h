/* types/numeric.h - exact decimals as canonical text.
 *
 * A numeric is its own text: "-1.50", "0.00", "NaN", "Infinity", "-Infinity". No leading zeros but
 * one before the point, no "+", no "-0"; the digits behind the point are its display scale, which
 * is part of the value's look but not of its order (1.5 = 1.50). Every function takes canonical
 * text and answers canonical text in the arena (or a slice of an argument).
 *
 * Owns:    nothing, but for struct numeric_sum.
 * Threads: any.
 * Errors:  22P02 not a number, 22003 overflow, 22012 division by zero, 2201E logarithm and 2201F
 *          power and square root of what has none; PostgreSQL's texts.
 * Scales:  PostgreSQL 15's rules, digit for digit.
 */
#ifndef DAPUR_TYPES_NUMERIC_H
#define DAPUR_TYPES_NUMERIC_H

#include "base/buf.h"
#include "base/err.h"
#include "types/int.h"

/* Any text PostgreSQL takes: blanks around, sign, exponent, NaN, inf. */
MUST_USE err numeric_parse(struct arena *arena, str text, int32_t typmod, str *out);
/* Rounds to numeric(p,s); 22003 "numeric field overflow" when it does not fit. */
MUST_USE err numeric_coerce(struct arena *arena, str value, int32_t typmod, str *out);
/* True when text is canonical as described above. */
bool numeric_is_canonical(str text);

MUST_USE err numeric_add(struct arena *arena, str a, str b, str *out);
MUST_USE err numeric_sub(struct arena *arena, str a, str b, str *out);
MUST_USE err numeric_mul(struct arena *arena, str a, str b, str *out);
MUST_USE err numeric_div(struct arena *arena, str a, str b, str *out);
/* div(): the quotient truncated to a whole number. */
MUST_USE err numeric_div_trunc(struct arena *arena, str a, str b, str *out);
MUST_USE err numeric_mod(struct arena *arena, str a, str b, str *out);
MUST_USE err numeric_power(struct arena *arena, str a, str b, str *out);
MUST_USE err numeric_sqrt(struct arena *arena, str a, str *out);
/* a >= 0 and finite, or NaN; with this many digits behind the point. */
MUST_USE err numeric_sqrt_to(struct arena *arena, str a, int32_t scale, str *out);
MUST_USE err numeric_exp(struct arena *arena, str a, str *out);
MUST_USE err numeric_ln(struct arena *arena, str a, str *out);
/* log(base, a); log(a) is base "10". */
MUST_USE err numeric_log(struct arena *arena, str base, str a, str *out);

str numeric_neg(struct arena *arena, str a);
str numeric_abs(str a);
/* "-1", "0", "1" or "NaN". */
str numeric_sign(str a);
/* Half away from zero; a negative scale rounds left of the point. */
str numeric_round(struct arena *arena, str a, int32_t scale);
str numeric_trunc(struct arena *arena, str a, int32_t scale);
str numeric_ceil(struct arena *arena, str a);
str numeric_floor(struct arena *arena, str a);
/* Digits behind the point; -1 for NaN and infinities. */
int32_t numeric_scale(str a);
/* The fewest digits behind the point without loss; and the value so written. */
int32_t numeric_min_scale(str a);
str numeric_trim_scale(str a);

/* Below, equal to, above 0. -Infinity first, then numbers, Infinity, NaN. No allocation: this is
 * the body of the collation `numeric`. */
int numeric_compare(str a, str b);
/* Equal numerics have equal hashes (1.5 and 1.50). */
uint64_t numeric_hash(str a, uint64_t seed);
bool numeric_is_zero(str a);
bool numeric_is_nan(str a);

str numeric_from_i64(struct arena *arena, int64_t value);
/* Rounds; 22003 "bigint out of range" or 0A000 "cannot convert NaN to bigint". */
MUST_USE err numeric_to_int(struct arena *arena, enum int_width width, str value, int64_t *out);
/* 15 significant digits, as PostgreSQL's cast from double precision (6 from real). */
str numeric_from_double(struct arena *arena, double value);
str numeric_from_float4(struct arena *arena, double value);
MUST_USE err numeric_to_double(struct arena *arena, str value, double *out);

__extension__ typedef __int128 numeric_i128; /* GNU C; not in ISO C */

/* sum(numeric) and avg(numeric), exact at any length. A zeroed struct is an empty sum; numeric_sum_deinit
 * releases what it may have grown. */
struct numeric_sum {
    numeric_i128 total; /* in units of 10^-scale, not yet in big */
    int64_t count;
    int32_t scale; /* of total */
    int64_t nan_count;
    int64_t infinity_count;
    int64_t minus_infinity_count;
    struct arena *arena; /* holds big; NULL while it is empty */
    str big;             /* what no longer fits total */
};
void numeric_sum_add(struct numeric_sum *sum, str value);
/* sum(bigint) and avg(int) count here too: no text is made. */
void numeric_sum_add_i64(struct numeric_sum *sum, int64_t value);
/* count must not be 0 (SQL answers NULL then). */
MUST_USE err numeric_sum_total(const struct numeric_sum *sum, struct arena *arena, str *out);
MUST_USE err numeric_sum_average(const struct numeric_sum *sum, struct arena *arena, str *out);
void numeric_sum_deinit(struct numeric_sum *sum);

#endif
