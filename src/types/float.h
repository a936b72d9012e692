/* types/float.h - real and double precision: input, shortest output, arithmetic, order.
 *
 * Stored as REAL. NaN reads, prints and compares here (PostgreSQL: equal to itself, above all), but
 * cannot be stored: type_input refuses it.
 * Owns:    nothing. Threads: any.
 * Errors:  22P02 not a number, 22003 overflow and underflow, 22012 division by zero.
 */
#ifndef DAPUR_TYPES_FLOAT_H
#define DAPUR_TYPES_FLOAT_H

#include "base/buf.h"
#include "base/err.h"

MUST_USE err float8_parse(struct arena *arena, str text, double *out);
/* The nearest single, widened. */
MUST_USE err float4_parse(struct arena *arena, str text, double *out);

/* Shortest digits that read back the same, as PostgreSQL lays them out: 1.5, 1e+20, 1e-05. */
void float8_write(struct buf *out, double value);
void float4_write(struct buf *out, double value);
/* The same for JSON: NaN and infinities as quoted strings. */
void float8_write_json(struct buf *out, double value);
void float4_write_json(struct buf *out, double value);

/* Results of float operators: "value out of range: overflow" when a finite pair gave infinity. */
MUST_USE err float8_add(struct arena *arena, double a, double b, double *out);
MUST_USE err float8_sub(struct arena *arena, double a, double b, double *out);
MUST_USE err float8_mul(struct arena *arena, double a, double b, double *out);
MUST_USE err float8_div(struct arena *arena, double a, double b, double *out);
MUST_USE err float8_power(struct arena *arena, double a, double b, double *out);
MUST_USE err float8_sqrt(struct arena *arena, double a, double *out);
MUST_USE err float8_exp(struct arena *arena, double a, double *out);
MUST_USE err float8_ln(struct arena *arena, double a, double *out);
MUST_USE err float8_log10(struct arena *arena, double a, double *out);
/* Rounded to single; 22003 when it does not fit. */
MUST_USE err float4_from_float8(struct arena *arena, double value, double *out);

/* Total order: NaN last and equal to itself. */
int float8_compare(double a, double b);

#endif
