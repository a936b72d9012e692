#include "net/stream.h"

#include <assert.h>
#include <errno.h>
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
    uv_fileno((const uv_handle_t *)&stream->tcp, &stream->fd);
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

/* libuv is told that there is no room, so that it leaves the reading to take_bytes (os.h says why). */
static void give_no_room(uv_handle_t *handle, size_t suggested, uv_buf_t *room)
{
    (void)handle;
    (void)suggested;
    *room = uv_buf_init(NULL, 0);
}

static void take_bytes(uv_stream_t *handle, ssize_t told, const uv_buf_t *none)
{
    (void)none;
    struct stream *stream = (struct stream *)handle;
    char *at = NULL;
    size_t len = 0;
    ptrdiff_t count = -1;
    if (told == UV_ENOBUFS) {
        stream->events->room(stream->owner, &at, &len);
        if (!len) {
            uv_read_stop(handle);
            return;
        }
        count = os_socket_receive(stream->fd, at, len);
        bool nothing = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
        if (count > 0 || nothing) {
            stream->events->read(stream->owner, nothing ? 0 : (size_t)count);
            return;
        }
    }
    uv_read_stop(handle);
    stream->events->gone(stream->owner, count == 0 || told == UV_EOF ? STREAM_PEER_CLOSED_SENDING
                                                                     : STREAM_RESET);
}

void stream_read_start(struct stream *stream)
{
    uv_read_start((uv_stream_t *)&stream->tcp, give_no_room, take_bytes);
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
    assert(!stream->writing);
    ptrdiff_t sent = os_socket_send(stream->fd, parts, count);
    if (sent >= 0) return sent;
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS ? 0 : -1;
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
    return stream_unwritten(stream) + (stream->fd < 0 ? 0 : os_socket_unsent(stream->fd));
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
    stream->fd = -1;
    bool reset = how == STREAM_CLOSE_RESET && !stream->shut;
    if (reset && !uv_tcp_close_reset(&stream->tcp, free_stream)) return;
    uv_close((uv_handle_t *)&stream->tcp, free_stream);
}
