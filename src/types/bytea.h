/* types/bytea.h - bytea: hex and escape input, hex output, encode() and decode().
 *
 * Stored as BLOB: here a str of raw bytes. Owns: nothing. Threads: any.
 * Errors: 22P02 malformed escape, 22023 bad hexadecimal or base64 or encoding name.
 */
#ifndef DAPUR_TYPES_BYTEA_H
#define DAPUR_TYPES_BYTEA_H

#include "base/buf.h"
#include "base/err.h"

/* "\x6869" or the escape form. */
MUST_USE err bytea_parse(struct arena *arena, str text, str *out);
/* "\x6869". */
void bytea_write(struct buf *out, str bytes);
/* format: "hex", "base64" (lines of 76), "escape". */
MUST_USE err bytea_encode(struct arena *arena, str bytes, str format, str *out);
MUST_USE err bytea_decode(struct arena *arena, str text, str format, str *out);

#endif
