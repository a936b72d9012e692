/* A live server on a loopback port: order, framing, limits, slow peers, drain. */
#include "http/live.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <zlib.h>

#define HOST "Host: a\r\n"

/* Handlers ------------------------------------------------------------------------------------ */

static atomic_int gone_count;
static atomic_int done_count;
static atomic_int waited_count;

static void hello(struct http_request *req, void *context)
{
    (void)context;
    http_respond(req, &(struct http_response){
                          .status = 200, .content_type = STR("text/plain"), .body = STR("hello")});
}

static void echo(struct http_request *req, void *context)
{
    (void)context;
    struct buf body;
    buf_init(&body, 0);
    buf_str_add(&body, req->method_text);
    buf_char(&body, ' ');
    buf_str_add(&body, req->path_rest);
    buf_char(&body, ' ');
    buf_str_add(&body, req->query);
    buf_lit(&body, " [");
    buf_str_add(&body, req->body);
    buf_char(&body, ']');
    http_respond(req, &(struct http_response){.status = 201, .take = &body});
    assert_int_equal(body.cap, 0); /* taken */
}

struct later {
    struct timer timer;
    struct http_request *req;
};

static void answer_late(struct timer *timer)
{
    struct later *later = (struct later *)timer;
    http_respond(later->req, &(struct http_response){.status = 200, .body = STR("late")});
}

static void late(struct http_request *req, void *context)
{
    (void)context;
    struct later *later = ARENA_NEW(req->arena, struct later);
    later->req = req;
    timer_start(req->loop, &later->timer, 20, 0, answer_late);
}

struct deferred_later {
    struct mail mail;
    struct http_request *req;
};

static void deferred_answer(struct mail *mail)
{
    struct deferred_later *later = (struct deferred_later *)mail;
    http_respond(later->req, &(struct http_response){.status = 200, .body = STR("deferred")});
}

static void deferred(struct http_request *req, void *context)
{
    (void)context;
    struct deferred_later *later = ARENA_NEW(req->arena, struct deferred_later);
    later->mail.deliver = deferred_answer;
    later->req = req;
    loop_defer(req->loop, &later->mail);
}

/* The stream is more than the kernel's socket buffers take. */
enum { BIG_BYTES = 3 * 1024 * 1024, STREAM_BYTES = 16 * 1024 * 1024 };

static void big(struct http_request *req, void *context)
{
    (void)context;
    char *body = arena_alloc(req->arena, BIG_BYTES);
    for (size_t i = 0; i < BIG_BYTES; i++) body[i] = (char)('a' + i % 26);
    http_respond(req, &(struct http_response){.status = 200, .body = str_from(body, BIG_BYTES)});
}

static void assert_letters(str body, size_t len)
{
    assert_int_equal(body.len, len);
    for (size_t i = 0; i < len; i++)
        if (body.at[i] != (char)('a' + i % 26)) fail_msg("byte %zu differs", i);
}

static void assert_big(str body)
{
    assert_letters(body, BIG_BYTES);
}

/* Streams STREAM_BYTES in pieces, waiting when told to. */
struct streaming {
    size_t sent;
};

static void stream_more(struct http_request *req, void *context)
{
    struct streaming *streaming = context;
    while (streaming->sent < STREAM_BYTES) {
        char piece[1000];
        size_t len = STREAM_BYTES - streaming->sent;
        if (len > sizeof piece) len = sizeof piece;
        for (size_t i = 0; i < len; i++) piece[i] = (char)('a' + (streaming->sent + i) % 26);
        streaming->sent += len;
        if (http_stream_write(req, str_from(piece, len))) continue;
        atomic_fetch_add(&waited_count, 1);
        return;
    }
    http_stream_end(req);
}

static void stream(struct http_request *req, void *context)
{
    (void)context;
    struct streaming *streaming = ARENA_NEW(req->arena, struct streaming);
    http_stream_begin(req, &(struct http_response){.status = 200}, stream_more, streaming);
    stream_more(req, streaming);
}

struct late_stream {
    struct timer timer;
    struct http_request *req;
    struct streaming streaming;
};

static void late_stream_more(struct timer *timer)
{
    struct late_stream *late_stream = (struct late_stream *)timer;
    stream_more(late_stream->req, &late_stream->streaming);
}

static void stream_late(struct http_request *req, void *context)
{
    (void)context;
    struct late_stream *late_stream = ARENA_NEW(req->arena, struct late_stream);
    late_stream->req = req;
    http_stream_begin(req, &(struct http_response){.status = 200}, stream_more,
                      &late_stream->streaming);
    timer_start(req->loop, &late_stream->timer, 5, 0, late_stream_more);
}

static void stream_cut(struct http_request *req, void *context)
{
    (void)context;
    http_stream_begin(req, &(struct http_response){.status = 200}, NULL, NULL);
    http_stream_write(req, STR("half"));
    http_stream_cut(req);
}

static void file(struct http_request *req, void *context)
{
    const char *path = context;
    FILE *opened = fopen(path, "rb");
    int fd = dup(fileno(opened));
    fclose(opened);
    uint64_t len = BIG_BYTES, offset = 0;
    if (str_eq(req->query, STR("part"))) offset = 26, len = 52;
    if (str_eq(req->query, STR("short"))) len = BIG_BYTES + 1;
    http_respond_file(req, &(struct http_response){.status = 200}, fd, offset, len);
}

static void on_gone(struct http_request *req, void *context)
{
    (void)context;
    atomic_fetch_add(&gone_count, 1);
    http_respond(req, &(struct http_response){.status = 200, .body = STR("nobody")});
}

static void until_gone(struct http_request *req, void *context)
{
    (void)context;
    http_on_abort(req, on_gone, NULL);
}

static void stream_on_gone(struct http_request *req, void *context)
{
    (void)context;
    atomic_fetch_add(&gone_count, 1);
    http_stream_end(req);
}

static void stream_until_gone(struct http_request *req, void *context)
{
    (void)context;
    http_on_abort(req, stream_on_gone, NULL);
    http_stream_begin(req, &(struct http_response){.status = 200}, NULL, NULL);
    http_stream_write(req, STR("first"));
}

static void json(struct http_request *req, void *context)
{
    (void)context;
    char *body = arena_alloc(req->arena, 100000);
    memset(body, 'x', 100000);
    http_respond(req,
                 &(struct http_response){.status = 200,
                                         .content_type = STR("application/json; charset=utf-8"),
                                         .body = str_from(body, 100000)});
}

static void custom(struct http_request *req, void *context)
{
    (void)context;
    const struct http_header headers[] = {
        {STR("X-Evil"), STR("a\r\nSet-Cookie: b")},
        {STR("X-Fine"), STR("c")                 },
    };
    http_respond(req, &(struct http_response){.status = 234,
                                              .reason = STR("Very\nCustom"),
                                              .headers = headers,
                                              .header_count = 2});
}

static void no_content(struct http_request *req, void *context)
{
    (void)context;
    http_respond(req, &(struct http_response){.status = 204, .body = STR("dropped")});
}

static void fails(struct http_request *req, void *context)
{
    (void)context;
    http_respond_error(req, err_new(req->arena, ERR_OVERLOADED, "too much"));
}

/* Answers the previous request of this kind from inside the next one's handler. */
static struct http_request *partner;
static void pair(struct http_request *req, void *context)
{
    (void)context;
    struct http_request *other = partner;
    partner = other ? NULL : req;
    if (!other) return;
    http_respond(other, &(struct http_response){.status = 200, .body = STR("first of pair")});
    http_respond(req, &(struct http_response){.status = 200, .body = STR("second of pair")});
}

static void answer_partner(struct loop *loop, void *context)
{
    (void)loop;
    (void)context;
    http_respond(partner, &(struct http_response){.status = 200, .body = STR("alone")});
    partner = NULL;
}

static char file_path[] = "/tmp/dapur-http-test-XXXXXX";

enum { GET = HTTP_BIT(HTTP_GET) };
/* clang-format off */
static const struct http_route routes[] = {
    {.methods = GET, .path = STR_INIT("/hello"), .handler = hello},
    {.methods = HTTP_BIT(HTTP_POST) | HTTP_BIT(HTTP_PUT), .path = STR_INIT("/echo"), .handler = echo},
    {.methods = HTTP_ANY_METHOD, .path = STR_INIT("/echo/"), .prefix = true, .handler = echo},
    {.methods = HTTP_BIT(HTTP_POST), .path = STR_INIT("/small"), .body_bytes_max = 10, .handler = echo},
    {.methods = GET, .path = STR_INIT("/late"), .handler = late},
    {.methods = GET, .path = STR_INIT("/deferred"), .handler = deferred},
    {.methods = GET, .path = STR_INIT("/big"), .handler = big},
    {.methods = GET, .path = STR_INIT("/stream"), .handler = stream},
    {.methods = GET, .path = STR_INIT("/stream-late"), .handler = stream_late},
    {.methods = GET, .path = STR_INIT("/stream-cut"), .handler = stream_cut},
    {.methods = GET, .path = STR_INIT("/gone"), .handler = until_gone},
    {.methods = GET, .path = STR_INIT("/stream-gone"), .handler = stream_until_gone},
    {.methods = GET, .path = STR_INIT("/json"), .handler = json},
    {.methods = GET, .path = STR_INIT("/custom"), .handler = custom},
    {.methods = GET, .path = STR_INIT("/none"), .handler = no_content},
    {.methods = GET, .path = STR_INIT("/fails"), .handler = fails},
    {.methods = GET, .path = STR_INIT("/pair"), .handler = pair},
    {.methods = GET, .path = STR_INIT("/file"), .handler = file},
};
/* clang-format on */
static const struct http_mount mount = {
    .routes = routes, .route_count = COUNT_OF(routes), .context = file_path};

static const str listed[] = {STR_INIT("https://shop.example")};
static struct http_cors cors_listed;
static const struct http_mount api = {.prefix = STR_INIT("/api"),
                                      .routes = routes,
                                      .route_count = COUNT_OF(routes),
                                      .cors = &http_cors_rest};
static const struct http_mount api_listed = {.prefix = STR_INIT("/api/listed"),
                                             .routes = routes,
                                             .route_count = COUNT_OF(routes),
                                             .cors = &cors_listed};
static const struct http_mount *const mounts[] = {&mount, &api, &api_listed};

static void on_done(const struct http_request *req, const struct http_done *done, void *context)
{
    (void)req;
    (void)context;
    assert_true(done->status >= 200);
    atomic_fetch_add(&done_count, 1);
}

static struct live live;
static struct arena *arena;

static const struct http_options base_options = {
    .gzip = true,
    .on_done = on_done,
    .header_ms = 300,
    .body_ms = 300,
    .idle_ms = 5000,
    .stall_ms = 1500,
    .linger_ms = 300,
    .drain_ms = 2000,
    .body_bytes_max = 2 * 1024 * 1024,
    .request_line_bytes_max = 65536,
    .connections_max = 50,
    .server_name = STR_INIT("dapur"),
};

static int start(void **state)
{
    (void)state;
    cors_listed = http_cors_rest;
    cors_listed.origins = listed;
    cors_listed.origin_count = 1;
    arena = arena_new(0);
    live_start(&live, base_options, mounts, COUNT_OF(mounts), 1);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    live_stop(&live);
    arena_free(arena);
    partner = NULL;
    return 0;
}

static str talk(str bytes)
{
    return live_talk(&live, arena, bytes);
}
#define TALK(literal) talk(STR(literal))

/* Tests --------------------------------------------------------------------------------------- */

static void answers_with_date_server_and_length(void **state)
{
    (void)state;
    str answer = TALK("GET /hello HTTP/1.1\r\n" HOST "\r\n");
    assert_starts(answer, STR("HTTP/1.1 200 OK\r\n"));
    assert_has(answer, STR("Date: "));
    assert_has(answer, STR(" GMT\r\n"));
    assert_has(answer, STR("Server: dapur\r\n"));
    assert_has(answer, STR("Content-Type: text/plain\r\n"));
    assert_has(answer, STR("Content-Length: 5\r\n"));
    assert_true(str_ends(answer, STR("\r\n\r\nhello")));
}

static void answers_pipelined_requests_in_order(void **state)
{
    (void)state;
    str answer =
        TALK("GET /late HTTP/1.1\r\n" HOST "\r\n"
             "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nab"
             "GET /deferred HTTP/1.1\r\n" HOST "\r\n"
             "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n2\r\ncd\r\n0\r\n\r\n"
             "GET /hello HTTP/1.1\r\n" HOST "\r\n");
    size_t at = 0;
    static const str order[] = {STR_INIT("\r\n\r\nlate"), STR_INIT("POST   [ab]"),
                                STR_INIT("deferred"), STR_INIT("POST   [cd]"), STR_INIT("hello")};
    for (size_t i = 0; i < COUNT_OF(order); i++) {
        at = str_find(answer, order[i], at);
        if (at == SIZE_MAX) fail_msg("%zu is out of order: %.*s", i, STR_FMT(answer));
    }
    assert_int_equal(count_of(answer, STR("HTTP/1.1 20")), 5);
}

static void answers_thousands_of_pipelined_requests(void **state)
{
    (void)state;
    struct buf *many = buf_in(arena, 0);
    for (int i = 0; i < 3000; i++) buf_lit(many, "GET /hello HTTP/1.1\r\n" HOST "\r\n");
    int fd = live_connect(&live);
    if (fork() == 0) { /* sends while the test reads */
        live_send(fd, buf_str(many));
        shutdown(fd, SHUT_WR);
        _exit(0);
    }
    str answer = live_read_all(arena, fd);
    close(fd);
    assert_int_equal(count_of(answer, STR("\r\n\r\nhello")), 3000);
}

static void takes_requests_byte_by_byte(void **state)
{
    (void)state;
    str request = STR("POST /echo/x%20y?q=1 HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
                      "3\r\nabc\r\n0\r\nT: x\r\n\r\nGET /hello HTTP/1.1\r\n" HOST
                      "Connection: close\r\n\r\n");
    int fd = live_connect(&live), on = 1;
    setsockopt(fd, IPPROTO_TCP, 1 /* TCP_NODELAY */, &on, sizeof on);
    for (size_t i = 0; i < request.len; i++) live_send(fd, str_slice(request, i, i + 1));
    str answer = live_read_all(arena, fd);
    close(fd);
    assert_has(answer, STR("POST x%20y q=1 [abc]"));
    assert_has(answer, STR("hello"));
}

static void reads_large_bodies(void **state)
{
    (void)state;
    struct buf *request = buf_in(arena, 0);
    buf_lit(request, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 1000000\r\n\r\n");
    for (int i = 0; i < 100000; i++) buf_lit(request, "0123456789");
    buf_lit(request, "GET /hello HTTP/1.1\r\n" HOST "\r\n");
    str answer = talk(buf_str(request));
    assert_has(answer, STR("Content-Length: 1000009\r\n"));
    assert_has(answer, STR("0123456789]"));
    assert_true(str_ends(answer, STR("hello")));
}

static void reads_large_chunked_bodies_behind_a_large_head(void **state)
{
    (void)state;
    for (int pad = 15900; pad < 16500; pad += 60) {
        struct buf *request = buf_in(arena, 0);
        buf_printf(request,
                   "POST /echo?%0*d HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n", pad,
                   0);
        for (int i = 0; i < 1000; i++)
            buf_lit(request, "64\r\n012345678901234567890123456789012345678901234567890123456789012"
                             "3456789012345678901234567890123456789\r\n");
        buf_lit(request, "0\r\n\r\n");
        str answer = talk(buf_str(request));
        assert_starts(answer, STR("HTTP/1.1 201"));
        assert_int_equal(count_of(answer, STR("0123456789")), 10000);
    }
}

static void continues_when_expected(void **state)
{
    (void)state;
    int fd = live_connect(&live);
    live_send(fd, STR("POST /echo HTTP/1.1\r\n" HOST
                      "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n"));
    str first = live_read_until(arena, fd, STR("\r\n\r\n"));
    assert_true(str_eq(first, STR("HTTP/1.1 100 Continue\r\n\r\n")));
    live_send(fd, STR("abc"));
    shutdown(fd, SHUT_WR);
    str answer = live_read_all(arena, fd);
    assert_starts(answer, STR("HTTP/1.1 201 Created\r\n"));
    assert_has(answer, STR("[abc]"));
    close(fd);
    /* Not when the body is there, nor when it is refused anyway, nor to HTTP/1.0. */
    answer =
        TALK("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\nExpect: 100-continue\r\n\r\nabc");
    assert_starts(answer, STR("HTTP/1.1 201"));
    answer =
        TALK("POST /small HTTP/1.1\r\n" HOST "Content-Length: 30\r\nExpect: 100-continue\r\n\r\n");
    assert_starts(answer, STR("HTTP/1.1 413"));
    answer = TALK("POST /echo HTTP/1.0\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc");
    assert_starts(answer, STR("HTTP/1.1 201"));
}

static void head_has_the_same_headers_and_no_body(void **state)
{
    (void)state;
    str answer = TALK("HEAD /hello HTTP/1.1\r\n" HOST "\r\nHEAD /big HTTP/1.1\r\n" HOST "\r\n"
                      "HEAD /stream HTTP/1.1\r\n" HOST "\r\nHEAD /file HTTP/1.1\r\n" HOST "\r\n"
                      "GET /hello HTTP/1.1\r\n" HOST "\r\n");
    assert_has(answer, STR("Content-Length: 5\r\n"));
    assert_int_equal(count_of(answer, STR("Content-Length: 3145728\r\n")), 2);
    assert_has(answer, STR("Transfer-Encoding: chunked\r\n"));
    assert_int_equal(count_of(answer, STR("HTTP/1.1 200 OK")), 5);
    assert_int_equal(count_of(answer, STR("hello")), 1);
    assert_true(answer.len < 2000);
}

static void statuses_without_content_have_no_length(void **state)
{
    (void)state;
    str answer = TALK("GET /none HTTP/1.1\r\n" HOST "\r\nGET /hello HTTP/1.1\r\n" HOST "\r\n");
    assert_starts(answer, STR("HTTP/1.1 204 No Content\r\n"));
    assert_int_equal(count_of(answer, STR("Content-Length")), 1);
    assert_lacks(answer, STR("dropped"));
}

static void keeps_http_1_0_alive_only_when_asked(void **state)
{
    (void)state;
    int fd = live_connect(&live);
    live_send(fd, STR("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
    str answer = live_read_until(arena, fd, STR("\r\n\r\nhello"));
    assert_has(answer, STR("Connection: keep-alive\r\n"));
    live_send(fd, STR("GET /hello HTTP/1.0\r\n\r\n"));
    answer = live_read_all(arena, fd);
    assert_has(answer, STR("Connection: close\r\n"));
    close(fd);
}

static void closes_when_the_client_says_so(void **state)
{
    (void)state;
    int fd = live_connect(&live);
    live_send(fd, STR("GET /hello HTTP/1.1\r\n" HOST
                      "Connection: close\r\n\r\nGET /hello HTTP/1.1\r\n" HOST "\r\n"));
    str answer = live_read_all(arena, fd);
    assert_int_equal(count_of(answer, STR("hello")), 1);
    assert_has(answer, STR("Connection: close\r\n"));
    close(fd);
}

static void sends_large_bodies_whole(void **state)
{
    (void)state;
    str answer = TALK("GET /big HTTP/1.1\r\n" HOST "\r\nGET /hello HTTP/1.1\r\n" HOST "\r\n");
    size_t body = str_find(answer, STR("\r\n\r\n"), 0) + 4;
    assert_big(str_slice(answer, body, body + BIG_BYTES));
    assert_true(str_ends(answer, STR("hello")));
}

static void sends_files_whole_and_in_parts(void **state)
{
    (void)state;
    str answer = TALK("GET /file HTTP/1.1\r\n" HOST "\r\nGET /file?part HTTP/1.1\r\n" HOST "\r\n");
    size_t body = str_find(answer, STR("\r\n\r\n"), 0) + 4;
    assert_big(str_slice(answer, body, body + BIG_BYTES));
    assert_true(
        str_ends(answer, STR("\r\n\r\nabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz")));
}

static void cuts_the_connection_when_a_file_is_short(void **state)
{
    (void)state;
    int fd = live_connect(&live);
    live_send(fd, STR("GET /file?short HTTP/1.1\r\n" HOST "\r\n"));
    size_t total = 0;
    ssize_t count;
    char piece[65536];
    while ((count = recv(fd, piece, sizeof piece, 0)) > 0) total += (size_t)count;
    assert_true(total < BIG_BYTES + 1000);
    assert_int_equal(count, -1); /* a reset, not an end */
    close(fd);
}

static str dechunk(str body)
{
    struct buf *out = buf_in(arena, 0);
    for (;;) {
        size_t end = str_find(body, STR("\r\n"), 0);
        assert_int_not_equal(end, SIZE_MAX);
        size_t size = 0;
        for (size_t i = 0; i < end; i++) size = size * 16 + (size_t)hex_value(body.at[i]);
        if (!size) {
            assert_true(str_eq(body, STR("0\r\n\r\n")));
            return buf_str(out);
        }
        buf_str_add(out, str_slice(body, end + 2, end + 2 + size));
        body = str_skip(body, end + 2 + size + 2);
    }
}

static void streams_in_chunks_with_backpressure(void **state)
{
    (void)state;
    static const str paths[] = {STR_INIT("GET /stream HTTP/1.1\r\n" HOST "\r\n"),
                                STR_INIT("GET /stream-late HTTP/1.1\r\n" HOST "\r\n")};
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        atomic_store(&waited_count, 0);
        int fd = live_connect(&live);
        live_send(fd, paths[i]);
        while (!atomic_load(&waited_count)) sched_yield(); /* more than the socket takes: it must */
        shutdown(fd, SHUT_WR);
        str answer = live_read_all(arena, fd);
        close(fd);
        assert_has(answer, STR("Transfer-Encoding: chunked\r\n"));
        assert_letters(dechunk(str_skip(answer, str_find(answer, STR("\r\n\r\n"), 0) + 4)),
                       STREAM_BYTES);
    }
}

static void streams_to_http_1_0_until_the_end(void **state)
{
    (void)state;
    str answer = TALK("GET /stream HTTP/1.0\r\n\r\n");
    assert_lacks(str_slice(answer, 0, 500), STR("Transfer-Encoding"));
    assert_has(str_slice(answer, 0, 500), STR("Connection: close\r\n"));
    assert_letters(str_skip(answer, str_find(answer, STR("\r\n\r\n"), 0) + 4), STREAM_BYTES);
}

static void a_cut_stream_looks_broken(void **state)
{
    (void)state;
    int fd = live_connect(&live);
    live_send(fd, STR("GET /stream-cut HTTP/1.1\r\n" HOST "\r\n"));
    char piece[1000];
    ssize_t count;
    while ((count = recv(fd, piece, sizeof piece, 0)) > 0)
        assert_lacks(str_from(piece, (size_t)count), STR("0\r\n\r\n"));
    close(fd);
}

static void one_handler_may_answer_anothers_request(void **state)
{
    (void)state;
    int first = live_connect(&live), second = live_connect(&live);
    live_send(first, STR("GET /pair HTTP/1.1\r\n" HOST "\r\n"));
    live_send(second, STR("GET /pair HTTP/1.1\r\n" HOST "\r\n"));
    str a = live_read_until(arena, first, STR(" of pair"));
    str b = live_read_until(arena, second, STR(" of pair"));
    assert_true(str_ends(a, STR("first of pair")) != str_ends(b, STR("first of pair")));
    close(first);
    close(second);
}

static void refuses_and_closes(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct {
        str bytes;
        str status;
    } cases[] = {
        {STR_INIT("GET / HTTP/1.1\n" HOST "\r\n"), STR_INIT("HTTP/1.1 400 ")},
        {STR_INIT("GET / HTTP/1.1\r\n\r\n"), STR_INIT("HTTP/1.1 400 ")},
        {STR_INIT("GET / HTTP/1.1\r\n" HOST HOST "\r\n"), STR_INIT("HTTP/1.1 400 ")},
        {STR_INIT("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
         STR_INIT("HTTP/1.1 400 ")},
        {STR_INIT("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /hello HTTP/1.1\r\n" HOST "\r\n"),
         STR_INIT("HTTP/1.1 400 ")},
        {STR_INIT("POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nxyz\r\n"), STR_INIT("HTTP/1.1 400 ")},
        {STR_INIT("POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n"), STR_INIT("HTTP/1.1 501 ")},
        {STR_INIT("GET / HTTP/3.0\r\n" HOST "\r\n"), STR_INIT("HTTP/1.1 505 ")},
        {STR_INIT("POST /echo HTTP/1.1\r\n" HOST "Expect: x\r\n\r\n"), STR_INIT("HTTP/1.1 417 ")},
        {STR_INIT("POST /small HTTP/1.1\r\n" HOST "Content-Length: 11\r\n\r\n01234567890"), STR_INIT("HTTP/1.1 413 ")},
        {STR_INIT("POST /small HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nB\r\n01234567890\r\n0\r\n\r\n"),
         STR_INIT("HTTP/1.1 413 ")},
        {STR_INIT("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 99999999999\r\n\r\n"), STR_INIT("HTTP/1.1 413 ")},
        {STR_INIT("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS hello\r\n"), STR_INIT("HTTP/1.1 400 ")},
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int fd = live_connect(&live);
        live_send(fd, cases[i].bytes);
        str answer = live_read_all(arena, fd); /* ends although we did not */
        assert_starts(answer, cases[i].status);
        assert_has(answer, STR("Connection: close\r\n"));
        assert_int_equal(count_of(answer, STR("Date: ")), 1);
        close(fd);
    }
}

static void refuses_long_lines_and_heads(void **state)
{
    (void)state;
    struct buf *request = buf_in(arena, 0);
    buf_printf(request, "GET /echo/?%070000d HTTP/1.1\r\n" HOST "\r\n", 0);
    assert_starts(talk(buf_str(request)), STR("HTTP/1.1 414 URI Too Long\r\n"));
    buf_clear(request);
    buf_printf(request, "GET /echo/?%065000d HTTP/1.1\r\n" HOST "\r\n", 0);
    assert_starts(talk(buf_str(request)), STR("HTTP/1.1 201 "));
    buf_clear(request);
    buf_printf(request, "GET /hello HTTP/1.1\r\n" HOST "X: %070000d\r\n\r\n", 0);
    assert_starts(talk(buf_str(request)), STR("HTTP/1.1 431 "));
    buf_clear(request);
    buf_lit(request, "GET /hello HTTP/1.1\r\n" HOST);
    for (int i = 0; i < 200; i++) buf_lit(request, "a: b\r\n");
    buf_lit(request, "\r\n");
    assert_starts(talk(buf_str(request)), STR("HTTP/1.1 431 "));
}

/* The client sees the refusal although it is still sending. */
static void a_refusal_reaches_a_client_that_keeps_sending(void **state)
{
    (void)state;
    int fd = live_connect(&live);
    live_send(fd, STR("POST /small HTTP/1.1\r\n" HOST "Content-Length: 400000\r\n\r\n"));
    struct buf *body = buf_in(arena, 0);
    for (int i = 0; i < 40000; i++) buf_lit(body, "0123456789");
    live_send(fd, buf_str(body));
    shutdown(fd, SHUT_WR);
    assert_starts(live_read_all(arena, fd), STR("HTTP/1.1 413 Content Too Large\r\n"));
    close(fd);
}

static void routes_404_405_and_options(void **state)
{
    (void)state;
    str answer = TALK("GET /nowhere HTTP/1.1\r\n" HOST "\r\nGET /echo HTTP/1.1\r\n" HOST "\r\n"
                      "OPTIONS /echo HTTP/1.1\r\n" HOST "\r\nOPTIONS * HTTP/1.1\r\n" HOST "\r\n"
                      "BREW /hello HTTP/1.1\r\n" HOST "\r\nPOST /hello HTTP/1.1\r\n" HOST
                      "Content-Length: 2\r\n\r\nab"
                      "GET /hello HTTP/1.1\r\n" HOST "\r\n");
    assert_starts(answer, STR("HTTP/1.1 404 Not Found\r\n"));
    assert_has(
        answer,
        STR("{\"code\":\"HTTP404\",\"message\":\"no such path\",\"details\":null,\"hint\":null}"));
    assert_int_equal(count_of(answer, STR("HTTP/1.1 405 Method Not Allowed\r\n")), 3);
    assert_has(answer, STR("Allow: POST, PUT, OPTIONS\r\n"));
    assert_has(answer, STR("Allow: GET, HEAD, OPTIONS\r\n"));
    assert_int_equal(count_of(answer, STR("HTTP/1.1 204 No Content\r\n")), 2);
    assert_true(str_ends(answer, STR("hello")));
}

static void overload_says_when_to_retry(void **state)
{
    (void)state;
    str answer = TALK("GET /fails HTTP/1.1\r\n" HOST "\r\n");
    assert_starts(answer, STR("HTTP/1.1 503 Service Unavailable\r\n"));
    assert_has(answer, STR("Retry-After: 1\r\n"));
}

static void header_values_cannot_inject_lines(void **state)
{
    (void)state;
    str answer = TALK("GET /custom HTTP/1.1\r\n" HOST "\r\n");
    assert_starts(answer, STR("HTTP/1.1 234 Very Custom\r\n"));
    assert_has(answer, STR("X-Evil: a  Set-Cookie: b\r\nX-Fine: c\r\n"));
}

static void refuses_connections_over_the_limit(void **state)
{
    (void)state;
    int fds[50];
    for (int i = 0; i < 50; i++) {
        fds[i] = live_connect(&live);
        live_send(fds[i], STR("GET /hello HTTP/1.1\r\n" HOST "\r\n"));
        live_read_until(arena, fds[i], STR("hello"));
    }
    int over = live_connect(&live);
    live_send(over, STR("GET /hello HTTP/1.1\r\n" HOST "\r\n"));
    str answer = live_read_all(arena, over);
    assert_starts(answer, STR("HTTP/1.1 503 "));
    assert_has(answer, STR("Retry-After: "));
    close(over);
    for (int i = 0; i < 50; i++) close(fds[i]);
}

static void times_out_slow_heads_and_bodies(void **state)
{
    (void)state;
    static const str slow[] = {
        STR_INIT("GET /hello HT"),
        STR_INIT("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nab"),
        STR_INIT("POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n5\r\nab")};
    for (size_t i = 0; i < COUNT_OF(slow); i++) {
        int fd = live_connect(&live);
        live_send(fd, slow[i]);
        assert_starts(live_read_all(arena, fd), STR("HTTP/1.1 408 Request Timeout\r\n"));
        close(fd);
    }
}

static void cuts_peers_that_read_nothing(void **state)
{
    (void)state;
    int fd = live_connect(&live);
    for (int i = 0; i < 8; i++) live_send(fd, STR("GET /big HTTP/1.1\r\n" HOST "\r\n"));
    struct http_counters counters;
    do { /* ends by the server's doing; the test program has a time limit */
        struct timeval pause = {.tv_usec = 10000};
        select(0, NULL, NULL, NULL, &pause);
        http_server_counters(live.server, &counters);
    } while (!counters.timeouts);
    close(fd);
}

/* The system's buffer takes much before it says that there is room again: the server must look at
 * what the peer has acknowledged, not at what it could write. */
static void spares_peers_that_read_slowly(void **state)
{
    (void)state;
    int fd = live_connect(&live);
    for (int i = 0; i < 4; i++) live_send(fd, STR("GET /big HTTP/1.1\r\n" HOST "\r\n"));
    shutdown(fd, SHUT_WR);
    size_t total = 0;
    ssize_t count = 1;
    for (int i = 0; i < 40 && count > 0; i++) { /* 40 times 60 ms: longer than stall_ms */
        struct timeval pause = {.tv_usec = 60000};
        char piece[70000];
        select(0, NULL, NULL, NULL, &pause);
        count = recv(fd, piece, sizeof piece, 0);
        total += count > 0 ? (size_t)count : 0;
    }
    assert_true(count > 0);
    total += live_read_all(arena, fd).len;
    assert_true(total > 4 * BIG_BYTES);
    close(fd);
}

static void wait_for_gone(int wanted)
{
    while (atomic_load(&gone_count) < wanted) {
        struct timeval pause = {.tv_usec = 1000};
        select(0, NULL, NULL, NULL, &pause);
    }
}

static void tells_handlers_when_the_client_leaves(void **state)
{
    (void)state;
    static const str requests[] = {STR_INIT("GET /gone HTTP/1.1\r\n" HOST "\r\n"),
                                   STR_INIT("GET /stream-gone HTTP/1.1\r\n" HOST "\r\n")};
    atomic_store(&gone_count, 0);
    for (int i = 0; i < 4; i++) {
        int fd = live_connect(&live);
        live_send(fd, requests[i % 2]);
        if (i % 2)
            live_read_until(arena, fd, STR("first")); /* else it may leave before the request */
        struct linger reset = {1, 0};
        if (i < 2) setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        if (i == 0) shutdown(fd, SHUT_WR); /* the reset could overtake the request */
        if (i == 0) wait_for_gone(1);
        close(fd);
        wait_for_gone(i + 1);
    }
    assert_has(TALK("GET /gone HTTP/1.1\r\n" HOST "\r\n"), STR("nobody"));
}

static str gunzip(str packed)
{
    z_stream stream = {0};
    char *out = arena_alloc(arena, 200000);
    assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
    stream.next_in = (Bytef *)(uintptr_t)packed.at;
    stream.avail_in = (uInt)packed.len;
    stream.next_out = (Bytef *)out;
    stream.avail_out = 200000;
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    inflateEnd(&stream);
    return str_from(out, stream.total_out);
}

static void compresses_only_when_asked(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct {
        str accept;
        bool packed;
    } cases[] = {
        {STR_INIT(""), false},
        {STR_INIT("Accept-Encoding: gzip\r\n"), true},
        {STR_INIT("Accept-Encoding: br, GZIP;q=0.5\r\n"), true},
        {STR_INIT("Accept-Encoding: gzip;q=0\r\n"), false},
        {STR_INIT("Accept-Encoding: gzip; q=0.000\r\n"), false},
        {STR_INIT("Accept-Encoding: *\r\n"), true},
        {STR_INIT("Accept-Encoding: *;q=0, gzip\r\n"), true},
        {STR_INIT("Accept-Encoding: gzip;q=0, *\r\n"), false},
        {STR_INIT("Accept-Encoding: br\r\n"), false},
        {STR_INIT("Accept-Encoding: identity\r\n"), false},
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        str answer = talk(
            str_printf(arena, "GET /json HTTP/1.1\r\n" HOST "%.*s\r\n", STR_FMT(cases[i].accept)));
        size_t body = str_find(answer, STR("\r\n\r\n"), 0) + 4;
        str head = str_slice(answer, 0, body);
        assert_has(head, STR("Vary: Accept-Encoding\r\n"));
        if (cases[i].packed != (str_find(head, STR("Content-Encoding: gzip\r\n"), 0) != SIZE_MAX))
            fail_msg("case %zu: %.*s", i, STR_FMT(head));
        str plain = cases[i].packed ? gunzip(str_skip(answer, body)) : str_skip(answer, body);
        assert_int_equal(plain.len, 100000);
    }
    assert_lacks(TALK("GET /hello HTTP/1.1\r\n" HOST "Accept-Encoding: gzip\r\n\r\n"), STR("Vary"));
}

static void answers_preflights_centrally(void **state)
{
    (void)state;
    str answer = TALK("OPTIONS /api/echo HTTP/1.1\r\n" HOST "Origin: https://x.example\r\n"
                      "Access-Control-Request-Method: POST\r\n"
                      "Access-Control-Request-Headers: apikey, x-client-info, b@d\r\n\r\n");
    assert_starts(answer, STR("HTTP/1.1 200 OK\r\n"));
    assert_has(answer, STR("Access-Control-Allow-Origin: *\r\n"));
    assert_has(
        answer,
        STR("Access-Control-Allow-Methods: GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD\r\n"));
    assert_has(answer, STR("Access-Control-Allow-Headers: Authorization, apikey, x-client-info, "
                           "Accept, Accept-Language, Content-Language\r\n"));
    assert_has(answer, STR("Access-Control-Max-Age: 86400\r\n"));
    answer = TALK("GET /api/hello HTTP/1.1\r\n" HOST "Origin: https://x.example\r\n\r\n");
    assert_has(answer, STR("Access-Control-Allow-Origin: *\r\n"));
    assert_has(answer, STR("Access-Control-Expose-Headers: Content-Encoding, "));
    answer = TALK("GET /api/hello HTTP/1.1\r\n" HOST "\r\nGET /hello HTTP/1.1\r\n" HOST
                  "Origin: https://x.example\r\n\r\n");
    assert_lacks(answer, STR("Access-Control"));
}

static void an_origin_list_is_honoured(void **state)
{
    (void)state;
    str answer =
        TALK("GET /api/listed/hello HTTP/1.1\r\n" HOST "Origin: https://shop.example\r\n\r\n");
    assert_has(answer, STR("Access-Control-Allow-Origin: https://shop.example\r\n"));
    assert_has(answer, STR("Access-Control-Allow-Credentials: true\r\n"));
    assert_has(answer, STR("Vary: Origin\r\n"));
    answer = TALK("GET /api/listed/hello HTTP/1.1\r\n" HOST "Origin: https://evil.example\r\n\r\n");
    assert_starts(answer, STR("HTTP/1.1 200 OK\r\n"));
    assert_lacks(answer, STR("Access-Control"));
    assert_has(answer, STR("Vary: Origin\r\n"));
}

static void counts_what_it_does(void **state)
{
    (void)state;
    struct http_counters counters;
    atomic_store(&done_count, 0);
    TALK("GET /hello HTTP/1.1\r\n" HOST "\r\nGET /x HTTP/1.1\r\n" HOST "\r\nbad\r\n\r\n");
    http_server_counters(live.server, &counters);
    assert_int_equal(counters.requests_total, 2);
    assert_int_equal(counters.malformed, 1);
    assert_int_equal(counters.by_status[200], 1);
    assert_int_equal(counters.by_class[4], 2);
    assert_int_equal(counters.in_flight, 0);
    assert_int_equal(counters.connections_total, 1);
    assert_int_equal(atomic_load(&done_count), 3);
}

static void *drain(void *context)
{
    *(size_t *)context = http_server_drain(live.server);
    return NULL;
}

static void drains(void **state)
{
    (void)state;
    int idle = live_connect(&live), busy = live_connect(&live), stuck = live_connect(&live);
    live_send(idle, STR("GET /hello HTTP/1.1\r\n" HOST "\r\n"));
    live_read_until(arena, idle, STR("hello"));
    live_send(stuck, STR("GET /stream-gone HTTP/1.1\r\n" HOST "\r\n"));
    live_read_until(arena, stuck, STR("first"));
    live_send(busy, STR("GET /pair HTTP/1.1\r\n" HOST "\r\n"));
    struct http_counters counters;
    do http_server_counters(live.server, &counters);
    while (counters.in_flight < 2);
    pthread_t thread;
    size_t cut = 99;
    pthread_create(&thread, NULL, drain, &cut);
    assert_int_equal(live_read_all(arena, idle).len, 0); /* ended by the drain */
    close(idle);
    close(stuck); /* a lost peer ends its request */
    loop_call_wait(loops_at(live.loops, 0), answer_partner, NULL);
    str answer = live_read_all(arena, busy);
    assert_has(answer, STR("Connection: close\r\n"));
    close(busy);
    pthread_join(thread, NULL);
    assert_int_equal(cut, 0);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)live.port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), -1);
    close(fd);
}

static void a_taken_address_is_an_error(void **state)
{
    (void)state;
    struct http_server *second;
    struct http_options options = {
        .listen = http_server_address(live.server),
        .router = http_router_new(arena),
    };
    err error = http_server_start(arena, live.loops, &options, &second);
    assert_non_null(error);
    assert_int_equal(error->kind, ERR_CONFIG);
    options.listen = STR("nonsense");
    error = http_server_start(arena, live.loops, &options, &second);
    assert_non_null(error);
}

/* Requests with bytes changed, in pieces of random sizes: the server must end every connection, and
 * still answer afterwards. */
static void survives_mutated_requests(void **state)
{
    (void)state;
    static const str seeds[] = {
        STR_INIT("POST /echo HTTP/1.1\r\n" HOST
                 "Content-Length: 5\r\n\r\nabcdeGET /late HTTP/1.1\r\n" HOST "\r\n"),
        STR_INIT("POST /echo/ HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nExpect: "
                 "100-continue\r\n\r\n3\r\nabc\r\n10;x=y\r\n0123456789abcdef\r\n0\r\nA: b\r\n\r\n"),
        STR_INIT("GET /json HTTP/1.1\r\n" HOST
                 "Accept-Encoding: gzip\r\nOrigin: x\r\n\r\nHEAD /file?part "
                 "HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /deferred HTTP/1.1\r\n" HOST
                 "\r\n"),
    };
    uint32_t random = 12345;
    for (int round = 0; round < 300; round++) {
        str seed = seeds[round % 3];
        char *text = arena_alloc(arena, seed.len);
        memcpy(text, seed.at, seed.len);
        for (int i = 0; i < round % 4; i++) {
            random = random * 1664525u + 1013904223u;
            text[(random >> 8) % seed.len] = "\r\n :0a,;\t\0\xff"[(random >> 24) % 11];
        }
        int fd = live_connect(&live);
        for (size_t at = 0; at < seed.len;) {
            random = random * 1664525u + 1013904223u;
            size_t len = 1 + (random >> 8) % 40;
            if (len > seed.len - at) len = seed.len - at;
            live_send(fd, str_from(text + at, len));
            at += len;
        }
        shutdown(fd, SHUT_WR);
        live_read_all(arena, fd);
        close(fd);
    }
    assert_has(TALK("GET /hello HTTP/1.1\r\n" HOST "\r\n"), STR("hello"));
}

/* Four loops, many clients at once: for the thread sanitizer above all. */
static void *client(void *context)
{
    struct arena *own = arena_new(0);
    const struct live *server = context;
    for (int i = 0; i < 20; i++) {
        str answer =
            live_talk(server, own,
                      STR("GET /hello HTTP/1.1\r\n" HOST "\r\nGET /late HTTP/1.1\r\n" HOST "\r\n"));
        if (count_of(answer, STR("200 OK")) != 2) abort();
    }
    arena_free(own);
    return NULL;
}

static void serves_on_several_loops(void **state)
{
    (void)state;
    struct live many;
    pthread_t threads[8];
    live_start(&many, base_options, mounts, COUNT_OF(mounts), 4);
    for (size_t i = 0; i < COUNT_OF(threads); i++) pthread_create(&threads[i], NULL, client, &many);
    for (size_t i = 0; i < COUNT_OF(threads); i++) pthread_join(threads[i], NULL);
    struct http_counters counters;
    http_server_counters(many.server, &counters);
    assert_int_equal(counters.requests_total, 8 * 20 * 2);
    assert_int_equal(http_server_drain(many.server), 0);
    live_stop(&many);
}

static int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(file_path);
    FILE *out = fdopen(fd, "wb");
    for (size_t i = 0; i < BIG_BYTES; i++) putc((int)('a' + i % 26), out);
    return fclose(out);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(file_path);
}

#define LIVE(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIVE(answers_with_date_server_and_length),
        LIVE(answers_pipelined_requests_in_order),
        LIVE(answers_thousands_of_pipelined_requests),
        LIVE(takes_requests_byte_by_byte),
        LIVE(reads_large_bodies),
        LIVE(reads_large_chunked_bodies_behind_a_large_head),
        LIVE(continues_when_expected),
        LIVE(head_has_the_same_headers_and_no_body),
        LIVE(statuses_without_content_have_no_length),
        LIVE(keeps_http_1_0_alive_only_when_asked),
        LIVE(closes_when_the_client_says_so),
        LIVE(sends_large_bodies_whole),
        LIVE(sends_files_whole_and_in_parts),
        LIVE(cuts_the_connection_when_a_file_is_short),
        LIVE(streams_in_chunks_with_backpressure),
        LIVE(streams_to_http_1_0_until_the_end),
        LIVE(a_cut_stream_looks_broken),
        LIVE(one_handler_may_answer_anothers_request),
        LIVE(refuses_and_closes),
        LIVE(refuses_long_lines_and_heads),
        LIVE(a_refusal_reaches_a_client_that_keeps_sending),
        LIVE(routes_404_405_and_options),
        LIVE(overload_says_when_to_retry),
        LIVE(header_values_cannot_inject_lines),
        LIVE(refuses_connections_over_the_limit),
        LIVE(times_out_slow_heads_and_bodies),
        LIVE(cuts_peers_that_read_nothing),
        LIVE(spares_peers_that_read_slowly),
        LIVE(tells_handlers_when_the_client_leaves),
        LIVE(compresses_only_when_asked),
        LIVE(answers_preflights_centrally),
        LIVE(an_origin_list_is_honoured),
        LIVE(counts_what_it_does),
        LIVE(drains),
        LIVE(a_taken_address_is_an_error),
        LIVE(survives_mutated_requests),
        LIVE(serves_on_several_loops),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
