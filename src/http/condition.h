/* http/condition.h - conditional and range requests (RFC 9110, 13 and 14).
 *
 * Owns: nothing. Threads: any. Errors: malformed conditions and ranges count as absent, as the
 * standard wants it.
 */
#ifndef DAPUR_HTTP_CONDITION_H
#define DAPUR_HTTP_CONDITION_H

#include "http/request.h"

struct http_validators {
    str etag;           /* with its quotes, and W/ if weak */
    int64_t modified_s; /* seconds since 1970; -1: unknown */
};

/* 200: go on. 304 or 412: answer that, without a body. For GET and HEAD. */
int http_condition_status(const struct http_request *req, const struct http_validators *has);
/* True when the entity tags are the same apart from weakness (RFC 9110, 8.8.3.2); list is the value
 * of If-None-Match and may be "*". */
bool http_etag_matches(str list, str etag);

enum http_range { HTTP_RANGE_WHOLE, HTTP_RANGE_PART, HTTP_RANGE_UNSATISFIABLE };

/* What part of `size` bytes is asked for. Several ranges count as none. */
enum http_range http_range_find(const struct http_request *req,
                                const struct http_validators *has,
                                uint64_t size,
                                uint64_t *offset,
                                uint64_t *len);

#endif
