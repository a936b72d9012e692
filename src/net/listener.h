/* net/listener.h - accepting: one SO_REUSEPORT socket per loop, all on one address and port.
 *
 * Owns:    its sockets until listener_close.
 * Threads: open: any, outside the loops. close: any. on_accept: the accepting loop.
 * Errors:  ERR_CONFIG for an address that does not parse or is taken, ERR_INTERNAL otherwise.
 *
 * TLS comes with HTTP/2: listener_options will carry a certificate store, and on_accept will see
 * the stream once its handshake is done.
 */
#ifndef DAPUR_NET_LISTENER_H
#define DAPUR_NET_LISTENER_H

#include "base/err.h"
#include "net/loop.h"
#include "net/stream.h"

struct listener;

struct listener_options {
    str address; /* "127.0.0.1:54321", "[::1]:80", "localhost:0"; port 0 picks a free one */
    int backlog; /* 0: 511 */
    void (*on_accept)(struct stream *stream,
                      void *context); /* must stream_own or stream_close it */
    /* The address is known and no loop accepts yet: what callers must know of it, they learn here, on
     * the thread of listener_open. An error closes the sockets again. NULL: none. */
    err (*on_bound)(str address, void *context);
    void *context;
};

/* Binds and listens at once, so an address in use is an error here; each loop of the group then
 * accepts on its own socket. Lives in the arena. */
MUST_USE err listener_open(struct arena *arena,
                           struct loops *loops,
                           const struct listener_options *options,
                           struct listener **out);
/* The port in use, also when 0 was asked for. */
int listener_port(const struct listener *listener);
/* "127.0.0.1:40123", for logs and files. */
str listener_address(const struct listener *listener);
/* Stops accepting on every loop; connections stay. Any thread; twice is fine. */
void listener_close(struct listener *listener);

#endif
