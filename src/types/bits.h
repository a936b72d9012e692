/* types/bits.h - bit(n) and bit varying(n).
 *
 * Stored: one '0' or '1' a bit. The order of the bytes is PostgreSQL's.
 *
 * Owns:    nothing; results live in the arena passed in, or borrow from an argument.
 * Threads: any.
 * Errors:  22P02 for a text that is none, 22026 and 22001 for lengths, 22003, 22011, 22023 and 2202E as
 *          PostgreSQL; 54000 above BITS_MAX.
 */
#ifndef DAPUR_TYPES_BITS_H
#define DAPUR_TYPES_BITS_H

#include "base/err.h"

enum { BITS_MAX = 64 * 1024 * 1024 };

/* "0101", "b0101", "x5": bit_in and varbit_in without a length. */
MUST_USE err bits_parse(struct arena *arena, str text, str *out);
/* bit(n): padded or cut when asked for by name, else 22026. */
MUST_USE err bits_fit(struct arena *arena, str bits, int32_t count, bool cut, str *out);
/* bit varying(n): cut when asked for by name, else 22001. */
MUST_USE err bits_fit_varying(struct arena *arena, str bits, int32_t most, bool cut, str *out);

/* The lowest bits of a number, its sign in front. count: at least 1. */
MUST_USE err bits_from_int(struct arena *arena, int64_t number, int32_t count, str *out);
/* 22003 when there are more bits than width. width: 32 or 64. */
MUST_USE err bits_to_int(struct arena *arena, str bits, int width, int64_t *out);

enum bits_combine { BITS_AND, BITS_OR, BITS_XOR };
/* into[i] = into[i] op bits[i]. 22026 unless both are as long. */
MUST_USE err
bits_combine(struct arena *arena, enum bits_combine how, char *into, size_t len, str bits);
MUST_USE err bits_not(struct arena *arena, str bits, str *out);
MUST_USE err bits_concat(struct arena *arena, str a, str b, str *out);
/* To the left; a negative count to the right. The length stays. */
MUST_USE err bits_shift(struct arena *arena, str bits, int64_t count, str *out);

/* From 1; length NULL: to the end. */
MUST_USE err
bits_substring(struct arena *arena, str bits, int64_t start, const int64_t *length, str *out);
/* length NULL: as long as what is placed. */
MUST_USE err bits_overlay(
    struct arena *arena, str bits, str placed, int64_t start, const int64_t *length, str *out);
/* From 1; 0: not there. */
int64_t bits_position(str bits, str wanted);
int64_t bits_count(str bits);
/* From 0. */
MUST_USE err bits_get(struct arena *arena, str bits, int64_t index, int64_t *out);
MUST_USE err bits_set(struct arena *arena, str bits, int64_t index, int64_t bit, str *out);

#endif
