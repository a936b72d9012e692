/* types/like.h - LIKE and ILIKE.
 *
 * Owns: nothing. Threads: any.
 * Errors: 22025 for a pattern that ends with its escape, or an escape of more than one character.
 */
#ifndef DAPUR_TYPES_LIKE_H
#define DAPUR_TYPES_LIKE_H

#include "base/err.h"

enum like_case { LIKE_EXACT, LIKE_FOLD };

/* Escape is the backslash. text and pattern are valid UTF-8. */
MUST_USE err like_match(struct arena *arena, str text, str pattern, enum like_case fold, bool *out);
/* LIKE ... ESCAPE: rewrites the pattern to escape with backslashes. An empty escape means none. */
MUST_USE err like_escape(struct arena *arena, str pattern, str escape, str *out);
/* The constant bytes that every match starts with (escapes resolved). *whole: the pattern has no
 * wildcard at all, so LIKE is "=". For LIKE_EXACT alone. */
str like_prefix(struct arena *arena, str pattern, bool *whole);
/* The least string above every string that starts with prefix (C order); false when there is none. */
bool like_prefix_end(struct arena *arena, str prefix, str *out);

#endif
