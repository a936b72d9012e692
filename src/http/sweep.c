/* Time: one timer per loop walks its connections; none has a timer of its own. */
#include "http/server_int.h"

enum { SWEEP_MS_MAX = 1000, SWEEP_MS_MIN = 10 };

static void time_out(struct http_connection *connection)
{
    count_add(&connection->home->counters.timeouts, 1);
    connection_lost(connection, STREAM_CLOSE_RESET);
}

static void sweep_writing(struct http_connection *connection, uint64_t now_ms, uint64_t stall_ms)
{
    size_t unread = stream_unread(connection->stream);
    if (unread != connection->unread) {
        connection->unread = unread;
        connection->since_ms = now_ms;
    } else if (now_ms - connection->since_ms > stall_ms) {
        time_out(connection);
    }
}

static void refuse_slow(struct http_connection *connection)
{
    count_add(&connection->home->counters.timeouts, 1);
    if (!connection_enter(connection)) return;
    input_refuse(connection, 408, "the request did not arrive in time");
    connection_leave(connection);
}

/* At least a byte per millisecond on the average, beyond the first body_ms: a peer cannot hold a
 * connection by a byte now and then. */
static bool is_body_slow(const struct http_connection *connection,
                         uint64_t now_ms,
                         uint64_t body_ms)
{
    return now_ms - connection->moved_ms > body_ms ||
           now_ms - connection->since_ms > body_ms + connection->received;
}

static void sweep_one(struct http_connection *connection, uint64_t now_ms)
{
    const struct http_options *options = &connection->home->server->options;
    uint64_t for_ms = now_ms - connection->since_ms;
    if (connection->state == CONNECTION_DEAD) return;
    if (stream_writing(connection->stream)) {
        sweep_writing(connection, now_ms, options->stall_ms);
        return;
    }
    switch (connection->state) {
    case CONNECTION_IDLE:
        if (for_ms > options->idle_ms) connection_drop(connection, STREAM_CLOSE_PLAIN);
        break;
    case CONNECTION_HEAD:
        if (for_ms > options->header_ms) refuse_slow(connection);
        break;
    case CONNECTION_BODY:
        if (is_body_slow(connection, now_ms, options->body_ms)) refuse_slow(connection);
        break;
    case CONNECTION_LINGER:
        if (for_ms > options->linger_ms) connection_drop(connection, STREAM_CLOSE_PLAIN);
        break;
    case CONNECTION_HANDLER: /* its deadline is the handler's business */
    case CONNECTION_SENDING: /* waits for more of the answer, not for the peer */
    case CONNECTION_DEAD: break;
    }
}

static void sweep(struct timer *timer)
{
    struct http_loop *home =
        (struct http_loop *)((char *)timer - offsetof(struct http_loop, sweep));
    uint64_t now_ms = loop_now_ms(home->loop);
    struct http_connection *next;
    for (struct http_connection *connection = home->connections; connection; connection = next) {
        next = connection->next;
        sweep_one(connection, now_ms);
    }
}

void sweep_start(struct http_loop *home)
{
    const struct http_options *options = &home->server->options;
    const uint64_t limits[] = {options->idle_ms, options->header_ms, options->body_ms,
                               options->stall_ms, options->linger_ms};
    uint64_t every_ms = SWEEP_MS_MAX;
    for (size_t i = 0; i < COUNT_OF(limits); i++)
        if (limits[i] / 4 < every_ms) every_ms = limits[i] / 4;
    if (every_ms < SWEEP_MS_MIN) every_ms = SWEEP_MS_MIN;
    timer_start(home->loop, &home->sweep, every_ms, every_ms, sweep);
}
