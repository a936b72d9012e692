/* net/file_read.h - reading files on a loop without blocking it.
 *
 * Bytes in the page cache are read at once; others by a helper thread.
 *
 * Owns:    nothing; the caller keeps descriptor, room and struct until done. Threads: loop.
 * Errors:  done with -1.
 */
#ifndef DAPUR_NET_FILE_READ_H
#define DAPUR_NET_FILE_READ_H

#include <sys/types.h>

#include "net/loop.h"

enum { FILE_READ_LATER = -2 };

struct file_read {
    int fd;
    char *at;
    size_t len;
    off_t offset;
    void (*done)(struct file_read *read, ptrdiff_t count); /* count 0 at the end, -1 on error */
    void *request; /* libuv's, while a helper thread reads */
    struct loop *loop;
};

/* The count when the bytes were at hand (done is not called), else FILE_READ_LATER, and done
 * follows. -1 on error. */
ptrdiff_t file_read_start(struct loop *loop, struct file_read *read);
/* Closes a descriptor on a helper thread: close can block. */
void file_close_later(struct loop *loop, int fd);

#endif
