/* http/server_int.h - what the files of http know of servers and connections. Not for others. */
#ifndef DAPUR_HTTP_SERVER_INT_H
#define DAPUR_HTTP_SERVER_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "http/chunked.h"
#include "http/date.h"
#include "http/parse.h"
#include "http/server.h"
#include "net/file_read.h"
#include "net/listener.h"
#include "net/pool.h"
#include "net/stream.h"

enum {
    INPUT_BYTES = 16 * 1024,        /* first size of a read buffer */
    INPUTS_KEPT_MAX = 64,           /* idle read buffers per loop */
    ARENAS_KEPT_MAX = 64,           /* idle request arenas per loop */
    COPY_BYTES_MAX = 32 * 1024,     /* smaller bodies are copied behind their head */
    FLUSH_BYTES = 64 * 1024,        /* of answers gathered before they are written */
    SLICE_BYTES = 64 * 1024,        /* of a file at a time */
    SLICES_PER_TURN = 8,            /* then other connections have theirs */
    LINGER_BYTES_MAX = 1024 * 1024, /* read and dropped after an early refusal */
    REFUSED_AT_ONCE_MAX = 256,      /* connections over the limit that still get a 503 */
    OUT_KEPT_BYTES = 256 * 1024,    /* of the gathering buffer between connections */
    GZIP_BYTES_MAX = 256 * 1024,    /* compressed on the loop: more would hold others up */
    DATE_LINE_BYTES = 6 + HTTP_DATE_BYTES + 2,
};

/* A connection's state. Who moves it on is in brackets.
 *
 * IDLE    no byte of a request yet           [read -> HEAD]
 * HEAD    some bytes of a head               [whole head -> BODY or HANDLER; refusal -> LINGER]
 * BODY    collecting the body                [whole body -> HANDLER; refusal -> LINGER]
 * HANDLER the handler owes an answer         [http_respond... -> SENDING or IDLE]
 * SENDING bytes wait for the socket          [written -> IDLE]
 * LINGER  refused: sending side closed, the rest of the request is read and dropped [end, time]
 * DEAD    the stream is closing or closed; the struct waits for closed() and the handler's answer */
enum connection_state {
    CONNECTION_IDLE,
    CONNECTION_HEAD,
    CONNECTION_BODY,
    CONNECTION_HANDLER,
    CONNECTION_SENDING,
    CONNECTION_LINGER,
    CONNECTION_DEAD,
};

enum answer_kind { ANSWER_NONE, ANSWER_BODY, ANSWER_FILE, ANSWER_STREAM };

/* How the answer under way is produced. */
struct http_answer {
    enum answer_kind kind;
    int status;
    bool head_only; /* HEAD, 204, 304: the body is dropped */
    bool chunked;
    bool ended;          /* ANSWER_STREAM: http_stream_end was called */
    bool starved;        /* ANSWER_STREAM: http_stream_write said wait */
    bool yielding;       /* ANSWER_FILE: the next slice is on the deferred list */
    unsigned slices;     /* ANSWER_FILE: in this turn */
    uint64_t body_bytes; /* handed to the connection so far */
    str tail;            /* borrowed bytes that follow what is gathered */
    struct buf taken;    /* owned until sent: a taken body, or the slice of a file */
    uint64_t file_left;
    struct file_read file;
    struct mail turn; /* ANSWER_FILE: go on after others */
    void (*drained)(struct http_request *req, void *context);
    void *drained_context;
};

struct http_loop;

struct http_connection {
    struct http_request req; /* first: a request's connection is found from it */
    struct http_loop *home;
    struct stream *stream;                 /* NULL once closed */
    struct http_connection *next, *before; /* in home->connections */
    enum connection_state state;
    bool resuming; /* on the deferred list */
    bool shut;     /* our sending side is closed */
    bool keep_alive;
    bool peer_ended;   /* no more bytes will come */
    bool paused;       /* reading stopped: the buffer is full */
    bool owes_answer;  /* a handler has the request */
    bool counted;      /* holds one of connections_max */
    bool reported;     /* this answer was counted and logged */
    uint64_t since_ms; /* start of what the sweep measures in this state */
    uint64_t moved_ms; /* BODY: last byte */
    size_t unread;     /* SENDING: at the last sweep */
    uint64_t received; /* BODY, LINGER: bytes since since_ms */
    size_t requests;

    struct buf in;    /* read bytes; its memory does not move while a request points into it */
    size_t in_at;     /* start of the request under way, or of what follows it */
    size_t head_seen; /* HEAD: bytes behind in_at that held no whole head */
    struct buf body;  /* bodies that did not arrive with their head */
    uint64_t body_left;
    size_t body_floor; /* chunked: in holds the head up to here, undecoded bytes behind */
    size_t body_bytes_max;
    enum http_body_kind body_kind;
    struct http_chunked chunked;
    bool sent_continue;
    err route_error; /* answered instead of calling the handler, once the body is read */
    unsigned allow;  /* methods, for 405 and OPTIONS */
    http_handler *handler;

    struct buf out;      /* bytes that the socket did not take; none while it takes all */
    struct buf next_out; /* gathered while out is being written, or another connection is active */
    struct mail resume;
    struct http_answer answer;
    void (*gone)(struct http_request *req, void *context);
    void *gone_context;
    char peer[STREAM_ADDRESS_BYTES];
    size_t peer_len;
};

/* Written by one loop, read by any. */
struct http_loop_counters {
    _Atomic uint64_t connections_total, connections_refused, requests_total, bytes_in, bytes_out;
    _Atomic uint64_t aborted, timeouts, malformed, in_flight;
    _Atomic uint64_t by_status[600];
};
/* One writer: no locked instruction needed. */
static inline void count_add(_Atomic uint64_t *counter, uint64_t by)
{
    uint64_t now = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, now + by, memory_order_relaxed);
}

/* The server's part on one loop. */
struct http_loop {
    struct http_server *server;
    struct loop *loop;
    struct http_connection *connections;
    struct pool pool;
    struct arena *arena; /* pool's memory; freed with the server's arena */
    struct buf inputs[INPUTS_KEPT_MAX];
    size_t input_count;
    struct arena *arenas[ARENAS_KEPT_MAX];
    size_t arena_count;
    struct http_header *header_room; /* header_count_max, for the parser */
    struct http_connection *active;  /* the one that runs now: `out` is its */
    struct buf out; /* answers gathered by the active connection; empty in between */
    char *drop;     /* room for bytes of lingering peers */
    struct gzip *gzip;
    uint64_t date_at_ms;
    char date_line[DATE_LINE_BYTES];
    uint64_t id_next;
    struct timer sweep;
    struct mail open_mail;
    struct loop_hook stop_hook;
    bool draining;
    struct http_loop_counters counters;
};

struct http_server {
    struct http_options options; /* defaults filled in */
    struct http_parse_limits limits;
    struct loops *loops;
    struct listener *listener;
    size_t loop_count;
    struct http_loop *homes;
    str server_line; /* "Server: dapur\r\n" */
    _Atomic size_t connections;
    pthread_mutex_t drain_mutex; /* guards nothing but the wait for `drained` */
    pthread_cond_t drained;      /* connections became 0 */
};

static inline struct http_connection *connection_of(struct http_request *req)
{
    return (struct http_connection *)req;
}

/* connection.c: life and events.
 *
 * Whatever happens to a connection happens between enter and leave. enter makes it the loop's active
 * one and answers true, or false when one is active already (this one, whose leave is still to come,
 * or another, see connection_resume_later). leave goes on as far as input and socket allow; the
 * connection may be freed when it returns. */
MUST_USE bool connection_enter(struct http_connection *connection);
void connection_leave(struct http_connection *connection);
/* After a change to a connection while another one is active: leave runs once that one is done. */
void connection_resume_later(struct http_connection *connection);
void connection_accept(struct stream *stream, void *context); /* the server */
void connection_drop(struct http_connection *connection, enum stream_close how);
/* Drops the stream and tells a handler that still owes an answer. */
void connection_lost(struct http_connection *connection, enum stream_close how);
/* The answer is complete and handed over: the next request may begin. */
void connection_answered(struct http_connection *connection);
/* Ends politely: our side is shut once all is written, then the peer's end is awaited. */
void connection_linger(struct http_connection *connection);
/* Gives back buffers and arenas of a server that stops. */
void connection_release(struct http_connection *connection);

/* input.c: from bytes to a handler */
/* One step: a head, a body. False: more bytes or an answer are needed first. */
MUST_USE bool input_step(struct http_connection *connection);
/* Where the next bytes go; *len 0: nowhere now. */
void input_room(struct http_connection *connection, char **at, size_t *len);
void input_refuse(struct http_connection *connection, int status, const char *reason);
void input_idle(struct http_connection *connection);

/* output.c: from answers to bytes */
/* Where rendered bytes go now. */
struct buf *output_buf(struct http_connection *connection);
/* Writes what is gathered and the tail as far as the socket goes; the rest is queued. False: the
 * peer is gone. */
MUST_USE bool output_flush(struct http_connection *connection);
/* Makes more of the answer, or ends it. False: nothing to do now. */
MUST_USE bool output_next(struct http_connection *connection);
void output_release(struct http_connection *connection);

/* head.c */
struct http_response_head {
    const struct http_response *response;
    bool has_length;
    uint64_t length;
    bool chunked;
    bool vary_encoding;
    bool gzipped;
};
void head_render(struct http_connection *connection,
                 struct buf *out,
                 const struct http_response_head *head);
/* HEAD, 1xx, 204, 304. */
bool head_is_bodiless(const struct http_request *req, int status);

/* cors.c */
bool cors_is_preflight(const struct http_request *req);
void cors_answer_preflight(struct http_request *req);
void cors_headers(const struct http_request *req, struct buf *out);

/* gzip.c */
struct gzip;
/* Whether Accept-Encoding takes gzip (RFC 9110, 12.5.3). */
bool gzip_is_accepted(const struct http_request *req);
bool gzip_is_worth(str content_type);
/* Whether the parameters of a list item, such as "q=0.5", say "not this one". */
bool http_is_weight_zero(str parameters);
/* Compresses into out; false: no memory, or not smaller. */
MUST_USE bool gzip_compress(
    struct arena *arena, struct gzip **gzip, int level, str body, struct buf *out);
void gzip_free(struct gzip *gzip);

/* router.c: "GET, HEAD, OPTIONS" */
str router_allow_text(struct arena *arena, unsigned methods);

/* sweep.c */
void sweep_start(struct http_loop *home);

#endif
