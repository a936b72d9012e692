/* types/int.h - smallint, integer, bigint, oid: input and arithmetic that overflows aloud.
 *
 * Stored as INTEGER; held as int64_t whatever the width.
 * Owns:    nothing. Threads: any.
 * Errors:  22P02 not a number, 22003 out of range, 22012 division by zero; PostgreSQL's texts.
 */
#ifndef DAPUR_TYPES_INT_H
#define DAPUR_TYPES_INT_H

#include "base/err.h"

enum int_width { INT_2, INT_4, INT_8, INT_OID };

/* Blanks around, an optional sign, decimal digits. */
MUST_USE err int_parse(struct arena *arena, enum int_width width, str text, int64_t *out);
/* "integer out of range" when value does not fit the width. */
MUST_USE err int_check(struct arena *arena, enum int_width width, int64_t value);

MUST_USE err int_add(struct arena *arena, enum int_width width, int64_t a, int64_t b, int64_t *out);
MUST_USE err int_sub(struct arena *arena, enum int_width width, int64_t a, int64_t b, int64_t *out);
MUST_USE err int_mul(struct arena *arena, enum int_width width, int64_t a, int64_t b, int64_t *out);
/* Truncates towards zero. */
MUST_USE err int_div(struct arena *arena, enum int_width width, int64_t a, int64_t b, int64_t *out);
/* The sign of a. */
MUST_USE err int_mod(struct arena *arena, enum int_width width, int64_t a, int64_t b, int64_t *out);
MUST_USE err int_neg(struct arena *arena, enum int_width width, int64_t a, int64_t *out);
MUST_USE err int_abs(struct arena *arena, enum int_width width, int64_t a, int64_t *out);
MUST_USE err int_gcd(struct arena *arena, enum int_width width, int64_t a, int64_t b, int64_t *out);
MUST_USE err int_lcm(struct arena *arena, enum int_width width, int64_t a, int64_t b, int64_t *out);
/* Rounds half to even, as PostgreSQL's casts from float do. */
MUST_USE err int_from_double(struct arena *arena, enum int_width width, double value, int64_t *out);

#endif
