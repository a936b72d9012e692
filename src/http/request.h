/* http/request.h - one request as a handler sees it.
 *
 * Owns:    nothing; every str is borrowed from the connection's buffer or the request's arena and
 *          lives until the request has been answered (response.h).
 * Threads: the connection's loop (request->loop). Work elsewhere copies what it needs.
 * Errors:  none; what reaches a handler is well-formed HTTP. Percent-encoding and UTF-8 inside the
 *          target, and whatever the body holds, are not checked yet (url.h).
 */
#ifndef DAPUR_HTTP_REQUEST_H
#define DAPUR_HTTP_REQUEST_H

#include "base/err.h"
#include "net/loop.h"

enum http_method {
    HTTP_GET,
    HTTP_HEAD,
    HTTP_POST,
    HTTP_PUT,
    HTTP_PATCH,
    HTTP_DELETE,
    HTTP_OPTIONS,
    HTTP_METHOD_OTHER, /* any other token, see method_text */
    HTTP_METHOD_COUNT
};

struct http_header {
    str name;  /* as sent; compare with str_eq_nocase */
    str value; /* without the spaces around it */
};

struct http_mount;
struct http_route;

struct http_request {
    struct arena *arena; /* this request's memory; reset after the last byte has been sent */
    struct loop *loop;
    enum http_method method;
    str method_text;
    str target;    /* raw: "/rest/v1/items?id=eq.1" */
    str path;      /* raw, percent-encoded, without the query: "/rest/v1/items" */
    str path_rest; /* what follows the matched route's path: "items" */
    str query;     /* raw, without the "?" */
    str host;      /* the Host header, or the authority of an absolute target */
    const struct http_header *headers;
    size_t header_count;
    str body;             /* whole */
    int version_minor;    /* HTTP/1.0 or 1.1 */
    uint64_t id;          /* unique; text by http_request_id */
    uint64_t started_ns;  /* monotonic: when the head was complete */
    uint64_t deadline_ms; /* monotonic (clock_mono_ms): nobody waits for an answer after this */
    const struct http_mount *mount; /* router.h */
    const struct http_route *route;
    void *user; /* the handler's own, NULL at first */
};

/* The first header of that name (any case), or the empty str. A header that is there but empty
 * answers an empty str whose `at` is not NULL. */
str http_header_find(const struct http_request *req, str name);
/* How many headers carry that name: a duplicate `apikey` is refused by its caller. */
size_t http_header_count(const struct http_request *req, str name);
/* The next header of that name: start with *at = 0; false when there is none left. */
bool http_header_next(const struct http_request *req, str name, size_t *at, str *value);
/* 16 hexadecimal digits, in the arena. */
str http_request_id(const struct http_request *req);
/* The client's address: "192.0.2.7". Forwarding headers are not looked at (ops decides on trust). */
str http_peer_address(const struct http_request *req);

/* "gone" is called at most once, on the loop, when the client closed or reset the connection while
 * the answer is outstanding: cancel the work. The request stays valid and must still be answered;
 * the answer goes to a client that only closed its sending side, and is dropped otherwise. */
void http_on_abort(struct http_request *req,
                   void (*gone)(struct http_request *req, void *context),
                   void *context);

#endif
