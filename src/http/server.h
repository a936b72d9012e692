/* http/server.h - the HTTP/1.1 server: a listener, connections on every loop, limits, counters.
 *
 *   http_server_start(arena, loops, &options, &server);   // address taken, requests arrive
 *   http_server_drain(server);                            // at SIGTERM; waits
 *   loops_stop(loops); loops_join(loops);
 *
 * Owns:    its listener and connections. Lives in the arena, which must outlive loops_join.
 * Threads: start, drain: any but a loop's. counters, port: any.
 * Errors:  ERR_CONFIG when the address is taken or malformed.
 */
#ifndef DAPUR_HTTP_SERVER_H
#define DAPUR_HTTP_SERVER_H

#include "http/router.h"
#include "net/loop.h"

struct http_server;

/* What the log and the metrics learn about an answer. */
struct http_done {
    int status;
    uint64_t bytes_out; /* of the body as sent */
    uint64_t us;        /* from the complete head to the last byte handed to the system */
    bool aborted;       /* the client left before the end */
};

struct http_options {
    str listen; /* "127.0.0.1:54321"; port 0 picks */
    const struct http_router *router;
    /* The address is known and no request can come yet: the router may be filled here. NULL: none. */
    err (*on_bound)(str address, void *context);
    void *bound_context;
    http_error_renderer *render_error; /* outside of mounts and for bytes that are no request; NULL:
                                        * http_render_error_plain */
    void *render_context;
    str server_name; /* Server header; empty: none */

    /* Limits; 0 means the default in brackets. */
    size_t request_line_bytes_max; /* [65536] then 414 */
    size_t header_bytes_max;       /* [65536] all headers together; then 431 */
    size_t header_count_max;       /* [100] then 431 */
    size_t body_bytes_max;         /* [1 MiB] unless the route says otherwise; then 413 */
    size_t arena_bytes_max;        /* [64 MiB] cap of arena_try_alloc in a request */
    size_t connections_max;        /* [10000] whole server; then 503 with Retry-After */
    size_t pipeline_bytes_max;     /* [64 KiB] read ahead of the request being answered */
    size_t output_bytes_max;       /* [256 KiB] queued by http_stream_write before it says wait */
    size_t requests_per_connection_max; /* [no limit] */

    uint64_t idle_ms;    /* [75000] between requests */
    uint64_t header_ms;  /* [15000] from the first byte to the end of the head; then 408 */
    uint64_t body_ms;    /* [30000] without a new byte of the body; then 408 */
    uint64_t stall_ms;   /* [30000] while the peer reads nothing of the answer; then cut */
    uint64_t linger_ms;  /* [2000] reading on after an early refusal, so that the client sees it */
    uint64_t request_ms; /* [60000] sets deadline_ms; nothing is cut by the server itself */
    uint64_t drain_ms;   /* [10000] http_server_drain waits this long for answers */

    bool gzip;             /* compress when the client asks */
    size_t gzip_bytes_min; /* [1024] */
    int gzip_level;        /* [1] */

    /* After each answer, on its loop; NULL: none. */
    void (*on_done)(const struct http_request *req, const struct http_done *done, void *context);
    void *done_context;
};

MUST_USE err http_server_start(struct arena *arena,
                               struct loops *loops,
                               const struct http_options *options,
                               struct http_server **out);
int http_server_port(const struct http_server *server);
str http_server_address(const struct http_server *server);
/* Stops accepting, marks every answer "Connection: close", closes idle connections, waits up to
 * drain_ms for the others and cuts those that are left. Answers how many were cut. */
size_t http_server_drain(struct http_server *server);

/* Sums over all loops; each only grows, but for the gauges. */
struct http_counters {
    uint64_t connections_total;
    uint64_t connections_refused; /* over connections_max */
    uint64_t requests_total;
    uint64_t bytes_in;
    uint64_t bytes_out;
    uint64_t aborted;     /* client left before its answer was sent */
    uint64_t timeouts;    /* cut by header_ms, body_ms or stall_ms */
    uint64_t malformed;   /* refused before they were a request */
    uint64_t by_class[6]; /* [2] is 2xx */
    uint64_t by_status[600];
    uint64_t connections; /* gauge */
    uint64_t in_flight;   /* gauge: requests with a handler */
};
void http_server_counters(const struct http_server *server, struct http_counters *out);

#endif
