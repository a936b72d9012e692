/* net/os.h - what each operating system does in its own way: os_linux.c, later os_darwin.c.
 *
 * Owns:    nothing. Threads: any. Errors: errno, or an err where it says so.
 */
#ifndef DAPUR_NET_OS_H
#define DAPUR_NET_OS_H

#include <pthread.h>
#include <sys/types.h>

#include "base/err.h"

/* A joinable thread with every signal blocked. */
MUST_USE err os_thread_start(struct arena *arena,
                             pthread_t *thread,
                             size_t stack_bytes,
                             void *(*run)(void *context),
                             void *context);
/* Names the calling thread for ps and debuggers: "dapur-loop0". */
void os_thread_name(const char *prefix, size_t index);
/* pread of what the page cache holds. -1 with EAGAIN: it would have to wait for the disk. */
ptrdiff_t os_pread_cached(int fd, void *at, size_t len, off_t offset);
/* Opens a file below a directory, for reading. No path, symbolic link or ".." leads outside. The
 * path is relative and NUL-terminated. -1 with errno. */
int os_open_beneath(int directory, const char *path);

/* Bytes that this user may still write on the disk of a folder. False: the system does not say. */
bool os_disk_free(const char *folder, uint64_t *free_bytes);

/* recv and send without waiting: the count of bytes, 0 from receive when the peer has ended its side, -1
 * with errno. Some 2 % of a small request cheaper than read and write, which pass by the system's layer
 * for files. At most OS_SEND_PARTS_MAX parts. */
enum { OS_SEND_PARTS_MAX = 4 };
ptrdiff_t os_socket_receive(int fd, void *at, size_t len);
ptrdiff_t os_socket_send(int fd, const str *parts, size_t count);
/* Bytes that a TCP socket has taken but its peer has not acknowledged; 0 when unknown. */
size_t os_socket_unsent(int fd);

#endif
