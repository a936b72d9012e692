/* types/bool.h - boolean: PostgreSQL's spellings.
 *
 * Stored as INTEGER 0 or 1. Owns: nothing. Threads: any. Errors: 22P02.
 */
#ifndef DAPUR_TYPES_BOOL_H
#define DAPUR_TYPES_BOOL_H

#include "base/err.h"

/* Unique prefixes of true, false, yes, no, on, off, and 1, 0; any case, blanks around. */
MUST_USE err bool_parse(struct arena *arena, str text, bool *out);

#endif
