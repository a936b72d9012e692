/* http/response.h - answering a request: at once, later, from a file, or in pieces.
 *
 * A handler, or whatever it started, calls exactly ONE of http_respond, http_respond_error,
 * http_respond_file, http_stream_begin (and then http_stream_end or http_stream_cut), on the
 * request's loop. The request must not be touched after the last of these calls.
 *
 * HEAD is handled here: headers of the same answer, Content-Length included, no body. So is gzip
 * (http_options.gzip), the Date, Server, Connection, Content-Length and CORS headers. Do not set
 * those yourself.
 *
 * Owns:    nothing but taken buffers and descriptors. Threads: the request's loop.
 * Errors:  header names and values with control bytes are a bug of the caller: asserted for names,
 *          for values replaced by spaces (they may carry outside text).
 */
#ifndef DAPUR_HTTP_RESPONSE_H
#define DAPUR_HTTP_RESPONSE_H

#include "base/buf.h"
#include "base/err.h"
#include "http/request.h"

enum http_gzip { HTTP_GZIP_AUTO, HTTP_GZIP_NEVER }; /* auto: when asked, large enough and text */

struct http_response {
    int status;                        /* 200 to 599 */
    str reason;                        /* empty: the standard phrase */
    str content_type;                  /* empty: no Content-Type header */
    const struct http_header *headers; /* more headers, copied */
    size_t header_count;
    str body; /* in the request's arena, or static; read until sent, never copied if large */
    struct buf *take; /* instead of body: its bytes move to the response; or NULL */
    enum http_gzip gzip;
    bool close; /* end the connection after this answer */
};

void http_respond(struct http_request *req, const struct http_response *response);
/* Renders the error as the request's mount does it (router.h), logging 5xx causes once. */
void http_respond_error(struct http_request *req, err error);

/* The body is bytes [offset, offset + len) of fd, which is taken and closed: body and take are not
 * looked at. Read in slices and sent with backpressure: memory stays constant. If the file turns
 * out shorter the connection is cut, so that the client sees a broken body, not a whole one. */
void http_respond_file(struct http_request *req,
                       const struct http_response *response,
                       int fd,
                       uint64_t offset,
                       uint64_t len);

/* In pieces ----------------------------------------------------------------------------------- */

/* Chunked; to an HTTP/1.0 client until the connection closes. body and take are not looked at. */
void http_stream_begin(struct http_request *req,
                       const struct http_response *response,
                       void (*drained)(struct http_request *req, void *context),
                       void *context);
/* Copies and sends. False: enough is queued, go on when drained is called (what was passed is kept).
 * After the client has gone it answers true and drops; http_on_abort tells, perhaps from inside
 * this call. */
bool http_stream_write(struct http_request *req, str bytes);
void http_stream_end(struct http_request *req);
/* Breaks the body off: the client sees an incomplete message. */
void http_stream_cut(struct http_request *req);

/* The standard phrase, or "Unknown". */
str http_reason(int status);

#endif
