/* net/stream_int.h - a stream's inside, for net alone. */
#ifndef DAPUR_NET_STREAM_INT_H
#define DAPUR_NET_STREAM_INT_H

#include <uv.h>

#include "net/stream.h"

struct stream {
    uv_tcp_t tcp; /* first: libuv's handle is ours */
    uv_write_t write;
    uv_shutdown_t shutdown;
    const struct stream_events *events;
    void *owner;
    struct loop *loop;
    int fd; /* libuv's; -1 from stream_close on, when another socket may get its number */
    bool writing;
    bool shut;
    char peer[STREAM_ADDRESS_BYTES];
    size_t peer_len;
};

/* Takes the next connection of a listening handle; NULL when it is gone already. */
struct stream *stream_accept(struct loop *loop, uv_stream_t *listening);

#endif
