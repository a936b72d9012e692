/* types/uuid.h - uuid: 36 lower-case characters.
 *
 * Owns: nothing. Threads: any. Errors: 22P02.
 */
#ifndef DAPUR_TYPES_UUID_H
#define DAPUR_TYPES_UUID_H

#include "base/err.h"

enum { UUID_TEXT_LEN = 36, UUID_BYTES = 16 };

/* Any spelling PostgreSQL takes: upper case, braces, hyphens after every fourth digit or none. */
MUST_USE err uuid_parse(struct arena *arena, str text, str *out);
bool uuid_is_canonical(str text);
void uuid_encode(const unsigned char bytes[UUID_BYTES], char out[UUID_TEXT_LEN]);

#endif
