/* net/stream.h - one connected byte stream on one loop.
 *
 * The only door between libuv's sockets and the protocols above. TLS will be another set of the
 * same functions behind this header; no caller changes.
 *
 * Owns:    the socket, from accept until closed() has been called.
 * Threads: its loop.
 * Errors:  answered as negative counts, or told through gone().
 */
#ifndef DAPUR_NET_STREAM_H
#define DAPUR_NET_STREAM_H

#include "base/str.h"
#include "net/loop.h"

struct stream;

enum stream_gone { STREAM_PEER_CLOSED_SENDING, STREAM_RESET };
enum { STREAM_ADDRESS_BYTES = 48, STREAM_PARTS_MAX = 4 };

/* All slots are filled. owner is what stream_own was given. */
struct stream_events {
    /* Bytes can be read: where to? *len 0 refuses them, and reading stops. */
    void (*room)(void *owner, char **at, size_t *len);
    /* count bytes are in that room; 0 when there was nothing after all. */
    void (*read)(void *owner, size_t count);
    /* No more will be read. After STREAM_RESET writing is pointless too. */
    void (*gone)(void *owner, enum stream_gone how);
    /* The write that stream_write queued has left, or failed. */
    void (*written)(void *owner, bool ok);
    /* Last call: the stream is freed when it returns. */
    void (*closed)(void *owner);
};

/* An accepted stream has no owner: give it one before anything else. */
void stream_own(struct stream *stream, const struct stream_events *events, void *owner);
struct loop *stream_loop(const struct stream *stream);
/* "127.0.0.1" or "::1"; made at the first call, borrowed until closed(). */
str stream_peer_address(struct stream *stream);

void stream_read_start(struct stream *stream);
void stream_read_stop(struct stream *stream);

/* Writes what the socket takes now: the count of bytes, 0 when it takes none, -1 when the peer is
 * gone. Not while a queued write is under way. */
ptrdiff_t stream_try_write(struct stream *stream, const str *parts, size_t count);
/* Queues all parts (at most STREAM_PARTS_MAX), which must live until written(). One at a time. */
void stream_write(struct stream *stream, const str *parts, size_t count);
bool stream_writing(const struct stream *stream);
/* Bytes of the queued write that the socket has not taken yet. */
size_t stream_unwritten(const struct stream *stream);
/* Those, and what the system holds for the peer: while it changes the peer reads, however slowly. A
 * system call. */
size_t stream_unread(const struct stream *stream);
/* Ends our sending side: the peer sees the end behind all that was written. */
void stream_shutdown(struct stream *stream);
/* Drops the stream now, or, with STREAM_CLOSE_RESET, with a RST. closed() follows later. */
enum stream_close { STREAM_CLOSE_PLAIN, STREAM_CLOSE_RESET };
void stream_close(struct stream *stream, enum stream_close how);

#endif
