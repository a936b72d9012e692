/* http/url.h - percent-encoding and query strings.
 *
 * Owns:    nothing. Threads: any.
 * Errors:  ERR_HTTP_MALFORMED with the byte offset for "%" without two hexadecimal digits.
 */
#ifndef DAPUR_HTTP_URL_H
#define DAPUR_HTTP_URL_H

#include "base/buf.h"
#include "base/err.h"

enum url_plus { URL_PLUS_LITERAL, URL_PLUS_SPACE }; /* paths; queries and forms */

/* out borrows from text when there is nothing to decode, else lies in the arena. Bytes may be
 * anything afterwards, NUL included: callers check UTF-8. */
MUST_USE err url_decode(struct arena *arena, str text, enum url_plus plus, str *out);
/* Cuts the next "name=value" off *rest, both still encoded; skips empty pairs. False at the end.
 * Without "=" the value is the empty str with at == NULL. */
bool url_query_next(str *rest, str *name, str *value);
/* The first parameter of that (encoded) name, still encoded; at == NULL when absent. */
str url_query_find(str query, str name);
/* Everything but unreserved characters (RFC 3986, 2.3) as %XX. */
void url_encode(struct buf *out, str text);

#endif
