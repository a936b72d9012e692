/* http/date.h - HTTP dates (RFC 9110, 5.6.7), written and read.
 *
 * Owns: nothing. Threads: any. Errors: parse answers false.
 */
#ifndef DAPUR_HTTP_DATE_H
#define DAPUR_HTTP_DATE_H

#include "base/str.h"

enum { HTTP_DATE_BYTES = 29 }; /* "Sun, 06 Nov 1994 08:49:37 GMT" */

/* Seconds since 1970; years 1970 to 9999. */
void http_date_write(char out[HTTP_DATE_BYTES], int64_t seconds);
/* The preferred form alone: the two obsolete ones count as no date, so a condition with one is
 * ignored, which is always safe. */
MUST_USE bool http_date_parse(str text, int64_t *seconds);

#endif
