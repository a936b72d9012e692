#include "http/response.h"

#include "base/log.h"
#include "http/server_int.h"

/* Rendering happens in the gathering buffer; what was gathered goes out when the connection leaves
 * (connection.c), at once if this call came from outside of a handler. */
static void finish(struct http_connection *connection, bool entered)
{
    if (entered)
        connection_leave(connection);
    else if (connection->home->active != connection)
        connection_resume_later(connection);
}

static void begin(struct http_connection *connection, const struct http_response *response)
{
    struct http_answer *answer = &connection->answer;
    loop_assert_here(connection->home->loop);
    assert(connection->owes_answer);
    assert(answer->kind == ANSWER_NONE);
    answer->status = response->status;
    answer->head_only = head_is_bodiless(&connection->req, response->status);
    if (response->close || connection->home->draining) connection->keep_alive = false;
}

/* The client is gone: nothing to render. */
static bool is_dead(const struct http_connection *connection)
{
    return connection->state == CONNECTION_DEAD;
}

static void answer_nobody(struct http_connection *connection)
{
    bool entered = connection_enter(connection);
    connection_answered(connection);
    finish(connection, entered);
}

static bool has_content_encoding(const struct http_response *response)
{
    for (size_t i = 0; i < response->header_count; i++)
        if (str_eq_nocase(response->headers[i].name, STR("Content-Encoding"))) return true;
    return false;
}

/* Compresses *body into answer->taken when the client asks and it pays. */
static void maybe_gzip(struct http_connection *connection,
                       const struct http_response *response,
                       str *body,
                       struct http_response_head *head)
{
    struct http_loop *home = connection->home;
    const struct http_options *options = &home->server->options;
    bool may = options->gzip && response->gzip == HTTP_GZIP_AUTO &&
               body->len >= options->gzip_bytes_min && body->len <= GZIP_BYTES_MAX &&
               response->status != 206 && gzip_is_worth(response->content_type) &&
               !has_content_encoding(response);
    if (!may) return;
    head->vary_encoding = true;
    if (!gzip_is_accepted(&connection->req)) return;
    struct buf packed;
    buf_init(&packed, 0);
    if (!gzip_compress(home->arena, &home->gzip, options->gzip_level, *body, &packed)) {
        buf_deinit(&packed);
        return;
    }
    buf_deinit(&connection->answer.taken);
    connection->answer.taken = packed;
    *body = buf_str(&connection->answer.taken);
    head->gzipped = true;
}

static void send_body(struct http_connection *connection, str body)
{
    struct http_answer *answer = &connection->answer;
    if (answer->head_only) body = STR_NONE;
    answer->body_bytes = body.len;
    if (body.len <= COPY_BYTES_MAX) {
        buf_str_add(output_buf(connection), body);
        connection_answered(connection);
        return;
    }
    answer->kind = ANSWER_BODY;
    answer->tail = body;
    connection->owes_answer = false;
    connection->state = CONNECTION_SENDING;
}

void http_respond(struct http_request *req, const struct http_response *response)
{
    struct http_connection *connection = connection_of(req);
    begin(connection, response);
    str body = response->body;
    if (response->take) {
        connection->answer.taken = *response->take;
        buf_init(response->take, response->take->bytes_max);
        body = buf_str(&connection->answer.taken);
    }
    if (is_dead(connection)) {
        answer_nobody(connection);
        return;
    }
    bool entered = connection_enter(connection);
    struct http_response_head head = {.response = response, .has_length = true};
    maybe_gzip(connection, response, &body, &head);
    head.length = body.len;
    head_render(connection, output_buf(connection), &head);
    send_body(connection, body);
    finish(connection, entered);
}

void http_respond_error(struct http_request *req, err error)
{
    struct http_connection *connection = connection_of(req);
    const struct http_options *options = &connection->home->server->options;
    const struct http_mount *mount = req->mount;
    /* What never became a request is counted, not logged: a flood of it must not fill a disk. */
    if (error->status >= 500 && !error->logged && req->path.len)
        log_error("request failed", LOG_STR("request", http_request_id(req)),
                  LOG_STR("path", req->path), LOG_ERR(error));
    struct http_response response = {.status = error->status};
    if (mount && mount->render_error)
        mount->render_error(req, error, &response, mount->context);
    else
        options->render_error(req, error, &response, options->render_context);
    http_respond(req, &response);
}

void http_respond_file(struct http_request *req,
                       const struct http_response *response,
                       int fd,
                       uint64_t offset,
                       uint64_t len)
{
    struct http_connection *connection = connection_of(req);
    struct http_answer *answer = &connection->answer;
    begin(connection, response);
    if (is_dead(connection)) {
        file_close_later(connection->home->loop, fd);
        answer_nobody(connection);
        return;
    }
    bool entered = connection_enter(connection);
    struct http_response_head head = {.response = response, .has_length = true, .length = len};
    head_render(connection, output_buf(connection), &head);
    answer->kind = ANSWER_FILE;
    answer->file = (struct file_read){.fd = fd, .offset = (off_t)offset};
    answer->file_left = answer->head_only ? 0 : len;
    connection->owes_answer = false;
    connection->state = CONNECTION_SENDING;
    finish(connection, entered);
}

void http_stream_begin(struct http_request *req,
                       const struct http_response *response,
                       void (*drained)(struct http_request *req, void *context),
                       void *context)
{
    struct http_connection *connection = connection_of(req);
    struct http_answer *answer = &connection->answer;
    begin(connection, response);
    answer->kind = ANSWER_STREAM;
    answer->drained = drained;
    answer->drained_context = context;
    if (is_dead(connection)) return;
    bool entered = connection_enter(connection);
    bool has_body = !answer->head_only || req->method == HTTP_HEAD;
    answer->chunked = req->version_minor == 1 && has_body && response->status != 204;
    if (!answer->chunked && !answer->head_only) connection->keep_alive = false;
    struct http_response_head head = {.response = response, .chunked = answer->chunked};
    head_render(connection, output_buf(connection), &head);
    connection->state = CONNECTION_SENDING;
    finish(connection, entered);
}

static size_t queued_bytes(const struct http_connection *connection)
{
    return connection->next_out.len + stream_unwritten(connection->stream);
}

bool http_stream_write(struct http_request *req, str bytes)
{
    struct http_connection *connection = connection_of(req);
    struct http_answer *answer = &connection->answer;
    loop_assert_here(req->loop);
    assert(answer->kind == ANSWER_STREAM);
    assert(!answer->ended);
    if (is_dead(connection) || answer->head_only || !bytes.len) return true;
    bool entered = connection_enter(connection);
    struct buf *out = output_buf(connection);
    if (answer->chunked) buf_printf(out, "%zx\r\n", bytes.len);
    buf_str_add(out, bytes);
    if (answer->chunked) buf_lit(out, "\r\n");
    answer->body_bytes += bytes.len;
    if (entered) {
        answer->starved = false; /* drained must not run inside this call */
        connection_leave(connection);
    } else if (connection->home->active != connection) {
        connection_resume_later(connection);
    } else if (out->len >= FLUSH_BYTES && !output_flush(connection)) {
        return true; /* lost: gone has been called */
    }
    if (is_dead(connection)) return true;
    answer->starved =
        queued_bytes(connection) >= connection->home->server->options.output_bytes_max;
    return !answer->starved;
}

void http_stream_end(struct http_request *req)
{
    struct http_connection *connection = connection_of(req);
    struct http_answer *answer = &connection->answer;
    loop_assert_here(req->loop);
    assert(answer->kind == ANSWER_STREAM);
    if (is_dead(connection)) {
        answer_nobody(connection);
        return;
    }
    bool entered = connection_enter(connection);
    if (answer->chunked && !answer->head_only) buf_lit(output_buf(connection), "0\r\n\r\n");
    answer->ended = true;
    connection->owes_answer = false;
    finish(connection, entered);
}

void http_stream_cut(struct http_request *req)
{
    struct http_connection *connection = connection_of(req);
    loop_assert_here(req->loop);
    assert(connection->answer.kind == ANSWER_STREAM);
    bool entered = connection_enter(connection);
    connection_drop(connection, STREAM_CLOSE_RESET);
    connection_answered(connection);
    finish(connection, entered);
}
