/* base/utf8.h - UTF-8 (RFC 3629): checks, counts, single steps.
 *
 * Owns: nothing. Threads: any. Errors: answered, never raised.
 */
#ifndef DAPUR_BASE_UTF8_H
#define DAPUR_BASE_UTF8_H

#include "base/str.h"

/* Whole and shortest-form, no surrogates, at most U+10FFFF. NUL bytes are valid UTF-8. */
bool utf8_valid(str s);
/* Code points in valid UTF-8. */
size_t utf8_count(str s);
/* Reads the code point at *at and moves *at behind it; -1 at the end or on a bad byte. */
int32_t utf8_next(str s, size_t *at);
/* Writes one code point (not a surrogate, at most U+10FFFF): 1 to 4 bytes; answers how many. */
size_t utf8_encode(int32_t code_point, char out[4]);
/* Byte offset of the n-th code point (0-based), clipped to the length. */
size_t utf8_offset(str s, size_t n);

#endif
