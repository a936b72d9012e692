/* http/router.h - which handler takes a request: mounts of routes.
 *
 * A mount is an API: a path prefix, its table of routes, its way to render errors and its CORS rules.
 * Among the mounts whose prefix the path starts with (at a segment border) the longest wins; within
 * it an exact route beats prefix routes, and the longest prefix wins. No route: 404. Routes of that
 * path, but not for the method: 405 with Allow. HEAD goes to a GET route when it has none of its own.
 * OPTIONS without a route of its own is answered 204 with Allow.
 *
 * Paths are matched raw, before percent-decoding, so "%2e%2e" or "%2F" never crosses a mount.
 *
 * Owns:    nothing; the tables are borrowed and must outlive the server.
 * Threads: built by one, then read by every loop.
 * Errors:  rendered by the mount's renderer; without a mount by the server's.
 */
#ifndef DAPUR_HTTP_ROUTER_H
#define DAPUR_HTTP_ROUTER_H

#include "http/request.h"
#include "http/response.h"

typedef void http_handler(struct http_request *req, void *context);
/* Fills status, headers, content type and body (in req->arena) for an error. */
typedef void http_error_renderer(struct http_request *req,
                                 err error,
                                 struct http_response *out,
                                 void *context);

#define HTTP_BIT(method) (1u << (method))
enum { HTTP_ANY_METHOD = (1 << HTTP_METHOD_COUNT) - 1 };

struct http_route {
    unsigned methods;      /* HTTP_BIT(HTTP_GET) | HTTP_BIT(HTTP_POST) */
    str path;              /* after the mount's prefix: "/", "/token"; "/rpc/" with prefix set */
    bool prefix;           /* also every path that starts with it */
    size_t body_bytes_max; /* 0: the server's */
    http_handler *handler;
    str name; /* for logs and metrics; empty: the path */
};

/* docs/rest.md, docs/auth.md. */
struct http_cors {
    const str *origins; /* none: any origin, answered "*"; else the listed one is echoed, with
                         * Allow-Credentials */
    size_t origin_count;
    bool echo_any;     /* with no list: echo the origin with Allow-Credentials, never "*" */
    str methods;       /* Allow-Methods of a preflight */
    str headers;       /* Allow-Headers: static part, in front */
    bool headers_echo; /* add what the preflight asks for */
    str headers_after; /* Allow-Headers: static part behind the echoed ones */
    str expose;        /* Expose-Headers of other answers */
    unsigned max_age_s;
    int preflight_status; /* 0: 200 */
};
/* The REST dialect's rules, origins unrestricted. */
extern const struct http_cors http_cors_rest;

struct http_mount {
    str prefix; /* "/rest/v1"; "" for the root. No slash at the end */
    const struct http_route *routes;
    size_t route_count;
    void *context;                     /* for handlers and renderer */
    http_error_renderer *render_error; /* NULL: the server's */
    const struct http_cors *cors;      /* NULL: no CORS headers, preflights are plain OPTIONS */
};

struct http_router;

struct http_router *http_router_new(struct arena *arena);
/* Borrows the mount. Two mounts with one prefix are a bug (asserted). */
void http_router_mount(struct http_router *router, const struct http_mount *mount);
/* Sets mount, route and path_rest. Answers the handler, or NULL with the error to render in *error
 * (ERR_HTTP_NOT_FOUND, ERR_HTTP_METHOD); *allow gets the methods that the path takes, as bits. */
http_handler *http_router_find(const struct http_router *router,
                               struct http_request *req,
                               err *error,
                               unsigned *allow);
/* {"code":..,"message":..,"details":..,"hint":..} with the err's status. */
http_error_renderer http_render_error_plain;

#endif
