#include "net/stream.h"

#include <string.h>

#include "net/loop_int.h"
#include "net/os.h"
#include "net/stream_int.h"

static void free_stream(uv_handle_t *handle)
{
    struct stream *stream = (struct stream *)handle;
    if (stream->events) stream->events->closed(stream->owner);
    pool_put(&stream->loop->streams, stream);
}

static bool read_peer_address(struct stream *stream)
{
    struct sockaddr_storage address;
    int len = sizeof address;
    if (uv_tcp_getpeername(&stream->tcp, (struct sockaddr *)&address, &len)) return false;
    int failed =
        address.ss_family == AF_INET6
            ? uv_ip6_name((struct sockaddr_in6 *)&address, stream->peer, sizeof stream->peer)
            : uv_ip4_name((struct sockaddr_in *)&address, stream->peer, sizeof stream->peer);
    if (failed) return false;
    stream->peer_len = strlen(stream->peer);
    return true;
}

struct stream *stream_accept(struct loop *loop, uv_stream_t *listening)
{
    struct stream *stream = pool_take(&loop->streams);
    memset(stream, 0, sizeof *stream);
    stream->loop = loop;
    if (uv_tcp_init(&loop->uv, &stream->tcp)) {
        pool_put(&loop->streams, stream);
        return NULL;
    }
    /* The address is read at once: rate limits count by it, so a peer that has reset the
     * connection already may not arrive without one. */
    if (uv_accept(listening, (uv_stream_t *)&stream->tcp) || !read_peer_address(stream)) {
        uv_close((uv_handle_t *)&stream->tcp, free_stream);
        return NULL;
    }
    uv_tcp_nodelay(&stream->tcp, 1);
    return stream;
}

void stream_own(struct stream *stream, const struct stream_events *events, void *owner)
{
    loop_assert_here(stream->loop);
    stream->events = events;
    stream->owner = owner;
}

struct loop *stream_loop(const struct stream *stream)
{
    return stream->loop;
}

str stream_peer_address(struct stream *stream)
{
    return str_from(stream->peer, stream->peer_len);
}

static void give_room(uv_handle_t *handle, size_t suggested, uv_buf_t *room)
{
    (void)suggested;
    struct stream *stream = (struct stream *)handle;
    char *at = NULL;
    size_t len = 0;
    stream->events->room(stream->owner, &at, &len);
    *room = uv_buf_init(at, (unsigned)len);
}

static void take_bytes(uv_stream_t *handle, ssize_t count, const uv_buf_t *room)
{
    (void)room;
    struct stream *stream = (struct stream *)handle;
    if (count >= 0) {
        stream->events->read(stream->owner, (size_t)count);
    } else if (count == UV_ENOBUFS) {
        uv_read_stop(handle);
    } else {
        uv_read_stop(handle);
        stream->events->gone(stream->owner,
                             count == UV_EOF ? STREAM_PEER_CLOSED_SENDING : STREAM_RESET);
    }
}

void stream_read_start(struct stream *stream)
{
    uv_read_start((uv_stream_t *)&stream->tcp, give_room, take_bytes);
}

void stream_read_stop(struct stream *stream)
{
    uv_read_stop((uv_stream_t *)&stream->tcp);
}

static unsigned to_uv(const str *parts, size_t count, uv_buf_t out[STREAM_PARTS_MAX])
{
    assert(count <= STREAM_PARTS_MAX);
    for (size_t i = 0; i < count; i++) /* libuv takes a mutable pointer and only reads. */
        out[i] = (uv_buf_t){.base = (char *)(uintptr_t)parts[i].at, .len = parts[i].len};
    return (unsigned)count;
}

ptrdiff_t stream_try_write(struct stream *stream, const str *parts, size_t count)
{
    uv_buf_t bufs[STREAM_PARTS_MAX];
    int written = uv_try_write((uv_stream_t *)&stream->tcp, bufs, to_uv(parts, count, bufs));
    if (written >= 0) return written;
    return written == UV_EAGAIN ? 0 : -1;
}

static void after_write(uv_write_t *write, int status)
{
    struct stream *stream = (struct stream *)write->handle;
    stream->writing = false;
    stream->events->written(stream->owner, status == 0);
}

void stream_write(struct stream *stream, const str *parts, size_t count)
{
    assert(!stream->writing);
    uv_buf_t bufs[STREAM_PARTS_MAX];
    unsigned used = to_uv(parts, count, bufs);
    stream->writing = true;
    /* Fails at once only for a handle that is no socket any more: written() could not follow then,
     * so the close that is under way tells. */
    if (uv_write(&stream->write, (uv_stream_t *)&stream->tcp, bufs, used, after_write))
        stream->writing = false;
}

bool stream_writing(const struct stream *stream)
{
    return stream->writing;
}

size_t stream_unwritten(const struct stream *stream)
{
    return uv_stream_get_write_queue_size((const uv_stream_t *)&stream->tcp);
}

size_t stream_unread(const struct stream *stream)
{
    uv_os_fd_t fd;
    if (uv_fileno((const uv_handle_t *)&stream->tcp, &fd)) return 0;
    return stream_unwritten(stream) + os_socket_unsent(fd);
}

static void after_shutdown(uv_shutdown_t *shutdown, int status)
{
    (void)shutdown;
    (void)status; /* the peer may be gone: reading tells */
}

void stream_shutdown(struct stream *stream)
{
    if (stream->shut || uv_is_closing((uv_handle_t *)&stream->tcp)) return;
    stream->shut = true;
    uv_shutdown(&stream->shutdown, (uv_stream_t *)&stream->tcp, after_shutdown);
}

void stream_close(struct stream *stream, enum stream_close how)
{
    loop_assert_here(stream->loop);
    if (uv_is_closing((uv_handle_t *)&stream->tcp)) return;
    bool reset = how == STREAM_CLOSE_RESET && !stream->shut;
    if (reset && !uv_tcp_close_reset(&stream->tcp, free_stream)) return;
    uv_close((uv_handle_t *)&stream->tcp, free_stream);
}
