/* From answers to bytes on the socket: gathering, writing, the slices of files. */
#include "http/server_int.h"

struct buf *output_buf(struct http_connection *connection)
{
    struct http_loop *home = connection->home;
    return home->active == connection ? &home->out : &connection->next_out;
}

/* Drops `written` bytes from the front of *part; answers what is left of the count. */
static size_t drop_written(str *part, size_t written)
{
    size_t here = written < part->len ? written : part->len;
    *part = str_skip(*part, here);
    return written - here;
}

static void queue_rest(struct http_connection *connection, str parts[3], size_t written)
{
    for (size_t i = 0; i < 3; i++) written = drop_written(&parts[i], written);
    if (!parts[0].len && !parts[1].len && !parts[2].len) return;
    buf_str_add(&connection->out, parts[0]);
    buf_str_add(&connection->out, parts[1]);
    const str rest[2] = {buf_str(&connection->out), parts[2]};
    stream_write(connection->stream, rest, 2);
    connection->since_ms = loop_now_ms(connection->home->loop);
}

bool output_flush(struct http_connection *connection)
{
    struct buf *out = &connection->home->out;
    str tail = connection->answer.tail;
    if (connection->state == CONNECTION_DEAD) {
        buf_clear(out);
        return false;
    }
    if (stream_writing(connection->stream)) {
        buf_str_add(&connection->next_out, buf_str(out));
        buf_clear(out);
        return true;
    }
    str parts[3] = {buf_str(&connection->next_out), buf_str(out), tail};
    size_t total = parts[0].len + parts[1].len + parts[2].len;
    if (!total) return true;
    bool simple = !parts[0].len && !parts[2].len;
    ptrdiff_t written = simple ? stream_try_write(connection->stream, &parts[1], 1)
                               : stream_try_write(connection->stream, parts, 3);
    if (written >= 0) {
        count_add(&connection->home->counters.bytes_out, total);
        if ((size_t)written < total) queue_rest(connection, parts, (size_t)written);
        connection->answer.tail = STR_NONE;
    }
    buf_clear(out);
    if (connection->next_out.at) buf_deinit(&connection->next_out);
    if (written >= 0) return true;
    connection_lost(connection, STREAM_CLOSE_PLAIN);
    return false;
}

void output_release(struct http_connection *connection)
{
    struct http_answer *answer = &connection->answer;
    if (answer->kind == ANSWER_FILE && answer->file.fd >= 0)
        file_close_later(connection->home->loop, answer->file.fd);
    buf_deinit(&answer->taken);
    answer->kind = ANSWER_NONE;
    answer->tail = STR_NONE;
    answer->ended = answer->starved = false;
}

/* Files */

static void use_slice(struct http_connection *connection, ptrdiff_t count)
{
    struct http_answer *answer = &connection->answer;
    if (count <= 0) { /* shorter than promised, or unreadable: a broken body must look broken */
        connection_drop(connection, STREAM_CLOSE_RESET);
        return;
    }
    answer->file_left -= (uint64_t)count;
    answer->body_bytes += (uint64_t)count;
    answer->file.offset += count;
    answer->tail = str_from(answer->taken.at, (size_t)count);
}

static void slice_read(struct file_read *read, ptrdiff_t count)
{
    struct http_connection *connection =
        (struct http_connection *)((char *)read - offsetof(struct http_connection, answer.file));
    if (!connection_enter(connection)) return; /* callbacks of the loop come when none is active */
    if (connection->state == CONNECTION_DEAD)
        connection_answered(connection);
    else
        use_slice(connection, count);
    connection_leave(connection);
}

static void next_turn(struct mail *mail)
{
    struct http_connection *connection =
        (struct http_connection *)((char *)mail - offsetof(struct http_connection, answer.turn));
    connection->answer.yielding = false;
    if (connection_enter(connection)) connection_leave(connection);
}

static bool next_slice(struct http_connection *connection)
{
    struct http_answer *answer = &connection->answer;
    struct loop *loop = connection->home->loop;
    if (answer->yielding || answer->file.request) return false;
    if (!answer->file_left) {
        connection_answered(connection);
        return true;
    }
    if (++answer->slices > SLICES_PER_TURN) {
        answer->slices = 0;
        answer->yielding = true;
        answer->turn.deliver = next_turn;
        loop_defer(loop, &answer->turn);
        return false;
    }
    if (!answer->taken.at && !buf_reserve(&answer->taken, SLICE_BYTES)) {
        connection_drop(connection, STREAM_CLOSE_RESET);
        return true;
    }
    answer->file.at = answer->taken.at;
    answer->file.len = answer->file_left < SLICE_BYTES ? (size_t)answer->file_left : SLICE_BYTES;
    answer->file.done = slice_read;
    ptrdiff_t count = file_read_start(loop, &answer->file);
    if (count == FILE_READ_LATER) return false;
    use_slice(connection, count);
    return true;
}

static bool next_piece(struct http_connection *connection)
{
    struct http_answer *answer = &connection->answer;
    if (answer->ended) {
        connection_answered(connection);
        return true;
    }
    if (!answer->starved) return false;
    answer->starved = false;
    if (!answer->drained) return false;
    answer->drained(&connection->req, answer->drained_context);
    return true;
}

bool output_next(struct http_connection *connection)
{
    if (connection->state != CONNECTION_SENDING) return false;
    switch (connection->answer.kind) {
    case ANSWER_BODY: connection_answered(connection); return true;
    case ANSWER_FILE: return next_slice(connection);
    case ANSWER_STREAM: return next_piece(connection);
    case ANSWER_NONE: break;
    }
    return false;
}
