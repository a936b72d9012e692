/* http/parse.h - the head of an HTTP/1.1 request: bytes in, a struct or a refusal out.
 *
 * Strict: what two parsers could read in two ways is refused (request smuggling). No input or
 * output, no memory of its own, no state: the same bytes give the same answer however they arrived.
 *
 * Owns:    nothing; every str of a head points into the bytes given.
 * Threads: any.
 * Errors:  HTTP_PARSE_REFUSED with status and reason.
 * Source:  RFC 9112, RFC 9110.
 */
#ifndef DAPUR_HTTP_PARSE_H
#define DAPUR_HTTP_PARSE_H

#include "http/request.h"

struct http_parse_limits {
    size_t request_line_bytes_max; /* without CRLF; then 414 */
    size_t header_bytes_max;       /* all header lines with their CRLFs; then 431 */
    size_t header_count_max;       /* then 431 */
};

enum http_body_kind { HTTP_BODY_NONE, HTTP_BODY_LENGTH, HTTP_BODY_CHUNKED };

struct http_head {
    enum http_method method;
    str method_text;
    str target; /* as sent */
    str path;   /* "*" for OPTIONS * */
    str query;
    str host;
    int version_minor; /* 0 or 1 */
    bool keep_alive;
    bool expects_continue;
    enum http_body_kind body;
    uint64_t content_length;     /* for HTTP_BODY_LENGTH */
    struct http_header *headers; /* the caller's array, header_count_max long */
    size_t header_count;
    size_t bytes; /* the head's length, the empty line included */
};

struct http_refusal {
    int status;
    const char *reason; /* static; for the client */
};

enum http_parse_result { HTTP_PARSE_MORE, HTTP_PARSE_DONE, HTTP_PARSE_REFUSED };

/* head->headers is set by the caller; the rest is filled when DONE. MORE means that bytes do not
 * hold a whole head and nothing is wrong with the whole lines so far. */
enum http_parse_result http_parse_head(str bytes,
                                       const struct http_parse_limits *limits,
                                       struct http_head *head,
                                       struct http_refusal *refusal);

/* True for a byte of a token (RFC 9110, 5.6.2): method and header names. */
bool http_is_token_byte(char c);
/* True for one or more token bytes. */
bool http_is_token(str s);
/* Cuts the next element off a comma-separated list; skips empty ones. False at the end. */
bool http_list_next(str *rest, str *item);

#endif
