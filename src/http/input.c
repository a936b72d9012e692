/* From bytes to a handler: heads, bodies, routes, refusals. */
#include <string.h>

#include "base/clock.h"
#include "http/server_int.h"

enum { ROOM_MIN = 4096, BODY_GROWTH_MIN = 16 * 1024 };

static str unread(const struct http_connection *connection)
{
    return str_from(connection->in.at + connection->in_at, connection->in.len - connection->in_at);
}

void input_idle(struct http_connection *connection)
{
    connection->state = CONNECTION_IDLE;
    connection->since_ms = loop_now_ms(connection->home->loop);
    connection->head_seen = 0;
}

static void take_input(struct http_connection *connection)
{
    struct http_loop *home = connection->home;
    if (connection->in.at) return;
    if (home->input_count) {
        connection->in = home->inputs[--home->input_count];
        return;
    }
    buf_init(&connection->in, 0);
    if (!buf_reserve(&connection->in, INPUT_BYTES)) buf_clear(&connection->in);
}

static void take_arena(struct http_connection *connection)
{
    struct http_loop *home = connection->home;
    if (connection->req.arena) return;
    connection->req.arena = home->arena_count ? home->arenas[--home->arena_count]
                                              : arena_new(home->server->options.arena_bytes_max);
}

/* No request points into the buffer yet: it may move and grow. What fills it beyond the limits is
 * refused by the parser. */
static void make_head_room(struct http_connection *connection)
{
    struct buf *in = &connection->in;
    if (in->cap - in->len >= ROOM_MIN) return;
    buf_consume(in, connection->in_at);
    connection->in_at = 0;
    if (in->cap - in->len < ROOM_MIN && !buf_reserve(in, ROOM_MIN)) in->overflow = false;
}

static void body_room(struct http_connection *connection, char **at, size_t *len)
{
    struct buf *body = &connection->body;
    if (body->cap == body->len) {
        size_t step = body->len > BODY_GROWTH_MIN ? body->len : BODY_GROWTH_MIN;
        if (step > connection->body_left) step = (size_t)connection->body_left;
        if (!buf_reserve(body, step)) return;
    }
    size_t room = body->cap - body->len;
    *at = body->at + body->len;
    *len = room < connection->body_left ? room : (size_t)connection->body_left;
}

void input_room(struct http_connection *connection, char **at, size_t *len)
{
    struct http_loop *home = connection->home;
    *len = 0;
    if (connection->state == CONNECTION_DEAD) return;
    if (connection->state == CONNECTION_LINGER) {
        *at = home->drop;
        *len = INPUT_BYTES;
        return;
    }
    if (connection->state == CONNECTION_BODY && connection->body_kind == HTTP_BODY_LENGTH) {
        body_room(connection, at, len);
        return;
    }
    take_input(connection);
    struct buf *in = &connection->in;
    size_t max = SIZE_MAX;
    bool parsing = connection->state <= CONNECTION_HEAD && !stream_writing(connection->stream);
    if (parsing) {
        make_head_room(connection);
    } else if (connection->state != CONNECTION_BODY) {
        size_t ahead = in->len - connection->in_at;
        max = home->server->options.pipeline_bytes_max;
        max = ahead < max ? max - ahead : 0;
    }
    *at = in->at + in->len;
    *len = in->cap - in->len < max ? in->cap - in->len : max;
}

/* Refusals */

static const struct {
    int status;
    enum err_kind kind;
} refusal_kinds[] = {
    {408, ERR_HTTP_TIMEOUT          },
    {413, ERR_HTTP_TOO_LARGE        },
    {414, ERR_HTTP_URI_TOO_LONG     },
    {431, ERR_HTTP_HEADERS_TOO_LARGE},
    {503, ERR_OVERLOADED            },
};

static void start_answering(struct http_connection *connection)
{
    connection->state = CONNECTION_HANDLER;
    connection->owes_answer = true;
    connection->answer = (struct http_answer){0};
    connection->since_ms = loop_now_ms(connection->home->loop);
    count_add(&connection->home->counters.in_flight, 1);
}

void input_refuse(struct http_connection *connection, int status, const char *reason)
{
    struct http_request *req = &connection->req;
    bool is_request = connection->state == CONNECTION_BODY;
    take_arena(connection);
    if (!is_request) {
        if (status != 503) count_add(&connection->home->counters.malformed, 1);
        *req = (struct http_request){
            .arena = req->arena,
            .loop = connection->home->loop,
            .method = HTTP_METHOD_OTHER,
            .version_minor = 1,
            .id = connection->home->id_next++,
            .started_ns = clock_mono_ns(),
        };
    }
    enum err_kind kind = ERR_HTTP_MALFORMED;
    for (size_t i = 0; i < COUNT_OF(refusal_kinds); i++)
        if (refusal_kinds[i].status == status) kind = refusal_kinds[i].kind;
    struct err *error = err_new(req->arena, kind, "%s", reason);
    error->status = status;
    /* The rest of the message cannot be trusted, or is not wanted. */
    connection->keep_alive = false;
    connection->in_at = connection->in.len;
    start_answering(connection);
    http_respond_error(req, error);
}

/* Requests */

static void answer_options(struct http_connection *connection)
{
    struct http_request *req = &connection->req;
    const struct http_header allow = {STR("Allow"),
                                      router_allow_text(req->arena, connection->allow)};
    http_respond(req, &(struct http_response){.status = 204, .headers = &allow, .header_count = 1});
}

static void dispatch(struct http_connection *connection)
{
    struct http_request *req = &connection->req;
    start_answering(connection);
    if (cors_is_preflight(req))
        cors_answer_preflight(req);
    else if (connection->handler)
        connection->handler(req, req->mount ? req->mount->context : NULL);
    else if (req->method == HTTP_OPTIONS && connection->allow)
        answer_options(connection);
    else
        http_respond_error(req, connection->route_error);
}

static void find_handler(struct http_connection *connection)
{
    struct http_request *req = &connection->req;
    connection->allow = 0;
    connection->route_error = NULL;
    connection->handler = NULL;
    if (str_eq(req->path, STR("*"))) {
        connection->allow = HTTP_ANY_METHOD & ~HTTP_BIT(HTTP_METHOD_OTHER);
        return;
    }
    connection->handler = http_router_find(connection->home->server->options.router, req,
                                           &connection->route_error, &connection->allow);
}

static void fill_request(struct http_connection *connection, const struct http_head *head)
{
    struct http_loop *home = connection->home;
    take_arena(connection);
    struct arena *arena = connection->req.arena;
    struct http_header *headers = ARENA_ARRAY(arena, struct http_header, head->header_count);
    if (head->header_count) memcpy(headers, head->headers, head->header_count * sizeof *headers);
    uint64_t now_ns = clock_mono_ns();
    connection->req = (struct http_request){
        .arena = arena,
        .loop = home->loop,
        .method = head->method,
        .method_text = head->method_text,
        .target = head->target,
        .path = head->path,
        .query = head->query,
        .host = head->host,
        .headers = headers,
        .header_count = head->header_count,
        .version_minor = head->version_minor,
        .id = home->id_next++,
        .started_ns = now_ns,
        .deadline_ms = now_ns / 1000000 + home->server->options.request_ms,
    };
}

static void expect_body(struct http_connection *connection, const struct http_head *head)
{
    connection->state = CONNECTION_BODY;
    connection->body_kind = head->body;
    connection->since_ms = connection->moved_ms = loop_now_ms(connection->home->loop);
    connection->received = 0;
    bool has_some = connection->in_at < connection->in.len;
    if (head->expects_continue && !has_some) /* RFC 9110, 10.1.1 */
        buf_lit(output_buf(connection), "HTTP/1.1 100 Continue\r\n\r\n");
}

static void begin_length_body(struct http_connection *connection, const struct http_head *head)
{
    if (head->content_length > connection->body_bytes_max) {
        connection->state = CONNECTION_BODY;
        input_refuse(connection, 413, "the body is over the limit");
        return;
    }
    str here = unread(connection);
    if (here.len >= head->content_length) {
        connection->req.body = str_slice(here, 0, (size_t)head->content_length);
        connection->in_at += (size_t)head->content_length;
        dispatch(connection);
        return;
    }
    expect_body(connection, head);
    buf_init(&connection->body, 0);
    buf_str_add(&connection->body, here);
    if (!buf_ok(&connection->body)) {
        input_refuse(connection, 503, "no memory for the body");
        return;
    }
    connection->in.len = connection->in_at; /* what follows the body stays in the socket */
    connection->body_left = head->content_length - here.len;
}

static void begin_request(struct http_connection *connection, const struct http_head *head)
{
    struct http_loop *home = connection->home;
    const struct http_options *options = &home->server->options;
    fill_request(connection, head);
    count_add(&home->counters.requests_total, 1);
    size_t requests_max = options->requests_per_connection_max;
    connection->keep_alive = head->keep_alive && !home->draining &&
                             (!requests_max || connection->requests + 1 < requests_max);
    connection->in_at += head->bytes;
    connection->gone = NULL;
    find_handler(connection);
    const struct http_route *route = connection->req.route;
    connection->body_bytes_max =
        route && route->body_bytes_max ? route->body_bytes_max : options->body_bytes_max;
    switch (head->body) {
    case HTTP_BODY_NONE: dispatch(connection); break;
    case HTTP_BODY_LENGTH: begin_length_body(connection, head); break;
    case HTTP_BODY_CHUNKED:
        expect_body(connection, head);
        buf_init(&connection->body, connection->body_bytes_max);
        connection->chunked = (struct http_chunked){0};
        connection->body_floor = connection->in_at;
        break;
    }
}

/* A head that fills its buffer leaves no room for a chunked body to be decoded behind it. Growing
 * moves the bytes, so the head is parsed again; the same bytes give the same answer. */
static void make_body_room(struct http_connection *connection, struct http_head *head)
{
    struct buf *in = &connection->in;
    struct http_refusal refusal;
    if (head->body == HTTP_BODY_NONE || in->cap - in->len >= ROOM_MIN) return;
    if (!buf_reserve(in, INPUT_BYTES)) {
        in->overflow = false;
        return;
    }
    enum http_parse_result again =
        http_parse_head(unread(connection), &connection->home->server->limits, head, &refusal);
    assert(again == HTTP_PARSE_DONE);
}

/* Nothing new can be whole without another line end, and no limit can have been passed yet. */
static bool is_not_worth_parsing(struct http_connection *connection, str bytes)
{
    const struct http_parse_limits *limits = &connection->home->server->limits;
    str fresh = str_skip(bytes, connection->head_seen);
    return connection->head_seen && bytes.len <= limits->request_line_bytes_max &&
           bytes.len <= limits->header_bytes_max &&
           (!fresh.len || !memchr(fresh.at, '\n', fresh.len));
}

static bool step_head(struct http_connection *connection)
{
    str bytes = unread(connection);
    if (connection->state == CONNECTION_IDLE) {
        if (bytes.len == 2 && str_eq(bytes, STR("\r\n")))
            connection->in_at += 2; /* stray line end */
        if (!unread(connection).len) return false;
        connection->state = CONNECTION_HEAD;
        connection->since_ms = loop_now_ms(connection->home->loop);
    }
    if (is_not_worth_parsing(connection, bytes)) return false;
    struct http_head head = {.headers = connection->home->header_room};
    struct http_refusal refusal;
    switch (http_parse_head(bytes, &connection->home->server->limits, &head, &refusal)) {
    case HTTP_PARSE_MORE: connection->head_seen = bytes.len; return false;
    case HTTP_PARSE_REFUSED: input_refuse(connection, refusal.status, refusal.reason); return true;
    case HTTP_PARSE_DONE: break;
    }
    make_body_room(connection, &head);
    begin_request(connection, &head);
    return true;
}

static bool step_chunked(struct http_connection *connection)
{
    size_t consumed;
    struct http_refusal refusal;
    enum http_parse_result result = http_chunked_feed(&connection->chunked, unread(connection),
                                                      &consumed, &connection->body, &refusal);
    connection->in_at += consumed;
    if (result == HTTP_PARSE_REFUSED) {
        input_refuse(connection, refusal.status, refusal.reason);
        return true;
    }
    if (result == HTTP_PARSE_MORE) {
        connection->in_at = connection->in.len = connection->body_floor;
        return false;
    }
    connection->req.body = buf_str(&connection->body);
    dispatch(connection);
    return true;
}

static bool step_body(struct http_connection *connection)
{
    if (connection->body_kind == HTTP_BODY_CHUNKED) return step_chunked(connection);
    if (connection->body_left) return false;
    connection->req.body = buf_str(&connection->body);
    dispatch(connection);
    return true;
}

bool input_step(struct http_connection *connection)
{
    switch (connection->state) {
    case CONNECTION_IDLE:
    case CONNECTION_HEAD:
        /* A peer that does not read its answers gets no new ones. */
        return !stream_writing(connection->stream) && step_head(connection);
    case CONNECTION_BODY: return step_body(connection);
    case CONNECTION_HANDLER:
    case CONNECTION_SENDING:
    case CONNECTION_LINGER:
    case CONNECTION_DEAD: break;
    }
    return false;
}
