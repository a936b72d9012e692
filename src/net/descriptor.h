/* net/descriptor.h - waits until a descriptor that a library owns can be read or written.
 *
 * For client libraries that bring their own socket (libpq). The descriptor stays its owner's, who closes it
 * after descriptor_close has been called.
 *
 * Owns:    the handle, from open until the loop has let it go.
 * Threads: the loop's.
 * Errors:  ERR_INTERNAL when the system refuses to watch it.
 */
#ifndef DAPUR_NET_DESCRIPTOR_H
#define DAPUR_NET_DESCRIPTOR_H

#include "base/err.h"
#include "net/loop.h"

struct descriptor;

enum descriptor_event { DESCRIPTOR_READABLE = 1, DESCRIPTOR_WRITABLE = 2 };

/* ready(context, events): bits of enum descriptor_event; after an error of the descriptor both, so that its
 * owner's next call meets it. Wants nothing at first. */
MUST_USE err descriptor_open(struct arena *arena,
                             struct loop *loop,
                             int fd,
                             void (*ready)(void *context, unsigned events),
                             void *context,
                             struct descriptor **out);
/* Which events to wait for from now on. Asked often with the same answer it costs nothing. */
void descriptor_want(struct descriptor *descriptor, unsigned events);
/* ready is not called again; NULL is fine. */
void descriptor_close(struct descriptor *descriptor);

#endif
