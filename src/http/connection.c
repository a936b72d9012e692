#include <string.h>

#include "base/clock.h"
#include "http/server_int.h"

static void report(struct http_connection *connection, bool aborted)
{
    struct http_loop *home = connection->home;
    const struct http_options *options = &home->server->options;
    struct http_answer *answer = &connection->answer;
    if (aborted) count_add(&home->counters.aborted, 1);
    if (answer->status >= 100 && answer->status < 600)
        count_add(&home->counters.by_status[answer->status], 1);
    if (!options->on_done) return;
    struct http_done done = {
        .status = answer->status,
        .bytes_out = answer->body_bytes,
        .us = (clock_mono_ns() - connection->req.started_ns) / 1000,
        .aborted = aborted,
    };
    options->on_done(&connection->req, &done, options->done_context);
}

static void keep_input(struct http_loop *home, struct buf *in)
{
    if (in->cap == INPUT_BYTES && home->input_count < INPUTS_KEPT_MAX) {
        buf_clear(in);
        home->inputs[home->input_count++] = *in;
        buf_init(in, 0);
    } else {
        buf_deinit(in);
    }
}

static void keep_arena(struct http_loop *home, struct arena *arena)
{
    if (!arena) return;
    if (home->arena_count < ARENAS_KEPT_MAX)
        home->arenas[home->arena_count++] = arena;
    else
        arena_free(arena);
}

/* Between requests a connection holds neither buffer nor arena. */
static void release_memory(struct http_connection *connection)
{
    struct http_loop *home = connection->home;
    keep_input(home, &connection->in);
    connection->in_at = 0;
    keep_arena(home, connection->req.arena);
    connection->req.arena = NULL;
}

void connection_release(struct http_connection *connection)
{
    output_release(connection);
    buf_deinit(&connection->in);
    buf_deinit(&connection->body);
    buf_deinit(&connection->out);
    buf_deinit(&connection->next_out);
    arena_free(connection->req.arena);
    connection->req.arena = NULL;
}

/* True while somebody will still come back to the struct. */
static bool is_awaited(const struct http_connection *connection)
{
    return connection->stream || connection->owes_answer || connection->resuming ||
           connection->answer.yielding || connection->answer.file.request ||
           connection->home->active == connection;
}

static void uncount(struct http_connection *connection)
{
    struct http_server *server = connection->home->server;
    if (!connection->counted) return;
    connection->counted = false;
    if (atomic_fetch_sub(&server->connections, 1) != 1) return;
    pthread_mutex_lock(&server->drain_mutex);
    pthread_cond_signal(&server->drained);
    pthread_mutex_unlock(&server->drain_mutex);
}

static void free_unless_awaited(struct http_connection *connection)
{
    if (is_awaited(connection)) return;
    struct http_loop *home = connection->home;
    if (connection->next) connection->next->before = connection->before;
    if (connection->before)
        connection->before->next = connection->next;
    else
        home->connections = connection->next;
    release_memory(connection);
    connection_release(connection);
    pool_put(&home->pool, connection);
}

void connection_drop(struct http_connection *connection, enum stream_close how)
{
    if (connection->state == CONNECTION_DEAD) return;
    connection->state = CONNECTION_DEAD;
    stream_close(connection->stream, how);
    bool sending = connection->answer.kind != ANSWER_NONE && !connection->owes_answer;
    /* A read under way holds the slice: its end releases it. */
    if (sending && !connection->answer.file.request) connection_answered(connection);
}

static void tell_gone(struct http_connection *connection)
{
    if (!connection->owes_answer || !connection->gone) return;
    void (*gone)(struct http_request *, void *) = connection->gone;
    connection->gone = NULL;
    gone(&connection->req, connection->gone_context);
}

void connection_lost(struct http_connection *connection, enum stream_close how)
{
    if (connection->state == CONNECTION_DEAD) return;
    connection_drop(connection, how);
    tell_gone(connection);
}

void connection_linger(struct http_connection *connection)
{
    connection->state = CONNECTION_LINGER;
    connection->since_ms = loop_now_ms(connection->home->loop);
    connection->received = 0;
}

void connection_answered(struct http_connection *connection)
{
    struct http_loop *home = connection->home;
    bool dead = connection->state == CONNECTION_DEAD;
    report(connection, dead);
    count_add(&home->counters.in_flight, (uint64_t)-1);
    connection->owes_answer = false;
    connection->gone = NULL;
    output_release(connection);
    buf_deinit(&connection->body);
    arena_reset(connection->req.arena);
    if (dead) return;
    connection->requests++;
    bool more = connection->in_at < connection->in.len;
    if (!connection->keep_alive || (connection->peer_ended && !more))
        connection_linger(connection);
    else
        input_idle(connection);
}

bool connection_enter(struct http_connection *connection)
{
    loop_assert_here(connection->home->loop);
    if (connection->home->active) return false;
    connection->home->active = connection;
    return true;
}

/* After everything that could be done was done: let go of memory, of reading, of the peer. */
static void settle(struct http_connection *connection)
{
    enum connection_state state = connection->state;
    if (state == CONNECTION_DEAD) return;
    bool writing = stream_writing(connection->stream);
    bool reading_request = state <= CONNECTION_BODY;
    /* What the peer began will never be whole. */
    if (reading_request && connection->peer_ended && !writing) {
        connection_drop(connection, STREAM_CLOSE_PLAIN);
        return;
    }
    if (state == CONNECTION_LINGER) {
        release_memory(connection);
        if (connection->peer_ended && !writing) {
            connection_drop(connection, STREAM_CLOSE_PLAIN);
            return;
        }
        if (!connection->shut) stream_shutdown(connection->stream);
        connection->shut = true;
    }
    if (state == CONNECTION_IDLE && connection->in_at == connection->in.len)
        release_memory(connection);
    if (connection->paused && !connection->peer_ended) {
        connection->paused = false; /* input_room pauses again when there is still no room */
        stream_read_start(connection->stream);
    }
}

void connection_leave(struct http_connection *connection)
{
    struct http_loop *home = connection->home;
    assert(home->active == connection);
    for (;;) {
        bool more = input_step(connection);
        if (more && home->out.len < FLUSH_BYTES) continue;
        if (!output_flush(connection)) break;
        if (stream_writing(connection->stream)) break;
        if (!more && !output_next(connection)) break;
    }
    settle(connection);
    if (home->out.cap > OUT_KEPT_BYTES) buf_deinit(&home->out);
    home->active = NULL;
    free_unless_awaited(connection);
}

static void resume(struct mail *mail)
{
    struct http_connection *connection =
        (struct http_connection *)((char *)mail - offsetof(struct http_connection, resume));
    connection->resuming = false;
    if (connection_enter(connection)) connection_leave(connection);
}

void connection_resume_later(struct http_connection *connection)
{
    if (connection->resuming) return;
    connection->resuming = true;
    connection->resume.deliver = resume;
    loop_defer(connection->home->loop, &connection->resume);
}

/* Events of the stream */

static void on_room(void *owner, char **at, size_t *len)
{
    struct http_connection *connection = owner;
    input_room(connection, at, len);
    connection->paused = *len == 0;
}

static void on_read(void *owner, size_t count)
{
    struct http_connection *connection = owner;
    if (!connection_enter(connection)) return;
    count_add(&connection->home->counters.bytes_in, count);
    connection->received += count;
    if (count) connection->moved_ms = loop_now_ms(connection->home->loop);
    switch (connection->state) {
    case CONNECTION_LINGER:
        if (connection->received > LINGER_BYTES_MAX)
            connection_drop(connection, STREAM_CLOSE_PLAIN);
        break;
    case CONNECTION_BODY:
        if (connection->body_kind == HTTP_BODY_LENGTH) {
            connection->body.len += count;
            connection->body_left -= count;
        } else {
            connection->in.len += count;
        }
        break;
    case CONNECTION_IDLE:
    case CONNECTION_HEAD:
    case CONNECTION_HANDLER:
    case CONNECTION_SENDING: connection->in.len += count; break;
    case CONNECTION_DEAD: break;
    }
    connection_leave(connection);
}

static void on_gone(void *owner, enum stream_gone how)
{
    struct http_connection *connection = owner;
    if (!connection_enter(connection)) return;
    connection->peer_ended = true;
    if (how == STREAM_RESET)
        connection_lost(connection, STREAM_CLOSE_PLAIN);
    else
        tell_gone(connection);
    connection_leave(connection);
}

static void on_written(void *owner, bool ok)
{
    struct http_connection *connection = owner;
    if (!connection_enter(connection)) return;
    buf_deinit(&connection->out);
    connection->since_ms = loop_now_ms(connection->home->loop);
    if (!ok) connection_lost(connection, STREAM_CLOSE_PLAIN);
    connection_leave(connection);
}

static void on_closed(void *owner)
{
    struct http_connection *connection = owner;
    connection->stream = NULL;
    uncount(connection);
    free_unless_awaited(connection);
}

static const struct stream_events events = {
    .room = on_room,
    .read = on_read,
    .gone = on_gone,
    .written = on_written,
    .closed = on_closed,
};

void connection_accept(struct stream *stream, void *context)
{
    struct http_server *server = context;
    struct http_loop *home = &server->homes[loop_index(stream_loop(stream))];
    size_t open = atomic_fetch_add(&server->connections, 1) + 1;
    size_t max = server->options.connections_max;
    /* Refused politely up to a bound, then by a plain close. */
    if (open > max + REFUSED_AT_ONCE_MAX) {
        atomic_fetch_sub(&server->connections, 1);
        count_add(&home->counters.connections_refused, 1);
        stream_close(stream, STREAM_CLOSE_PLAIN);
        return;
    }
    struct http_connection *connection = pool_take(&home->pool);
    *connection = (struct http_connection){
        .home = home,
        .stream = stream,
        .next = home->connections,
        .counted = true,
        .since_ms = loop_now_ms(home->loop),
    };
    if (home->connections) home->connections->before = connection;
    home->connections = connection;
    str peer = stream_peer_address(stream);
    memcpy(connection->peer, peer.at, peer.len);
    connection->peer_len = peer.len;
    count_add(&home->counters.connections_total, 1);
    stream_own(stream, &events, connection);
    stream_read_start(stream);
    if (open <= max) return;
    count_add(&home->counters.connections_refused, 1);
    if (!connection_enter(connection)) return;
    input_refuse(connection, 503, "too many connections");
    connection_leave(connection);
}
