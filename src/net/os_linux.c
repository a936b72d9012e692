#include "net/os.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/sockios.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

err os_thread_start(struct arena *arena,
                    pthread_t *thread,
                    size_t stack_bytes,
                    void *(*run)(void *context),
                    void *context)
{
    pthread_attr_t attributes;
    sigset_t all, before;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, stack_bytes);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(thread, &attributes, run, context);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    if (failed)
        return err_new(arena, ERR_INTERNAL, "could not start a thread: %s", strerror(failed));
    return NULL;
}

void os_thread_name(const char *prefix, size_t index)
{
    char name[16]; /* Linux's limit, NUL included */
    snprintf(name, sizeof name, "%.11s%u", prefix, (unsigned)index % 1000u);
    pthread_setname_np(pthread_self(), name);
}

ptrdiff_t os_pread_cached(int fd, void *at, size_t len, off_t offset)
{
    struct iovec room = {at, len};
    ptrdiff_t count = preadv2(fd, &room, 1, offset, RWF_NOWAIT);
    /* File systems without RWF_NOWAIT: let a helper thread read. */
    if (count < 0 && (errno == EOPNOTSUPP || errno == ENOSYS)) errno = EAGAIN;
    return count;
}

/* For kernels without openat2: one component after the other, no symbolic links at all. */
static int open_by_steps(int directory, const char *path)
{
    int at = fcntl(directory, F_DUPFD_CLOEXEC, 0);
    while (at >= 0) {
        size_t len = strcspn(path, "/");
        char name[256];
        if (len >= sizeof name || !len || !strncmp(path, "..", 3) || !strncmp(path, "../", 3)) {
            close(at);
            errno = ENOENT;
            return -1;
        }
        memcpy(name, path, len);
        name[len] = '\0';
        bool last = path[len] == '\0';
        int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (last ? 0 : O_DIRECTORY);
        int next = openat(at, name, flags);
        int saved = errno;
        close(at);
        errno = saved;
        if (last) return next;
        at = next;
        path += len + 1;
    }
    return -1;
}

int os_open_beneath(int directory, const char *path)
{
    /* O_NONBLOCK: a FIFO must not block the loop. */
    struct open_how how = {
        .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };
    long fd = syscall(SYS_openat2, directory, path, &how, sizeof how);
    if (fd < 0 && (errno == ENOSYS || errno == EPERM)) return open_by_steps(directory, path);
    return (int)fd;
}

bool os_disk_free(const char *folder, uint64_t *free_bytes)
{
    struct statvfs disk;
    if (statvfs(folder, &disk) != 0) return false;
    *free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
    return true;
}

ptrdiff_t os_socket_receive(int fd, void *at, size_t len)
{
    ptrdiff_t count;
    do
        count = recv(fd, at, len, 0);
    while (count < 0 && errno == EINTR);
    return count;
}

ptrdiff_t os_socket_send(int fd, const str *parts, size_t count)
{
    struct iovec room[OS_SEND_PARTS_MAX];
    assert(count <= OS_SEND_PARTS_MAX);
    for (size_t i = 0; i < count; i++) /* the system only reads what a mutable pointer names */
        room[i] = (struct iovec){(char *)(uintptr_t)parts[i].at, parts[i].len};
    struct msghdr message = {.msg_iov = room, .msg_iovlen = count};
    ptrdiff_t sent;
    do
        sent = count == 1 ? send(fd, parts->at, parts->len, MSG_NOSIGNAL)
                          : sendmsg(fd, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent;
}

size_t os_socket_unsent(int fd)
{
    int count = 0;
    return ioctl(fd, SIOCOUTQ, &count) || count < 0 ? 0 : (size_t)count;
}
