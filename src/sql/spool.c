#include "sql/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

void spool_init(struct spool *spool,
                struct arena *arena,
                str folder,
                struct spool_quota *quota,
                size_t memory_bytes)
{
    *spool = (struct spool){
        .arena = arena, .folder = folder, .quota = quota, .memory_bytes = memory_bytes, .fd = -1};
}

static err io_error(struct spool *spool, int error)
{
    enum err_kind kind = error == ENOSPC || error == EDQUOT ? ERR_DISK_FULL : ERR_IO;
    return err_new(spool->arena, kind, "could not keep the result on disk: %s", strerror(error));
}

bool spool_quota_take(struct spool_quota *quota, uint64_t len)
{
    uint64_t used = atomic_fetch_add(&quota->used_bytes, len) + len;
    if (used <= quota->bytes_max) return true;
    atomic_fetch_sub(&quota->used_bytes, len);
    return false;
}

static err quota_take(struct spool *spool, size_t len)
{
    if (spool_quota_take(spool->quota, len)) return NULL;
    return err_new(spool->arena, ERR_DISK_FULL, "results waiting to be sent are over the quota");
}

static err file_write(struct spool *spool, str bytes)
{
    TRY(quota_take(spool, bytes.len));
    spool->fd_len += (int64_t)bytes.len;
    while (bytes.len) {
        ssize_t written = write(spool->fd, bytes.at, bytes.len);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return io_error(spool, errno);
        bytes = str_skip(bytes, (size_t)written);
    }
    return NULL;
}

err spool_flush(struct spool *spool, struct buf *bytes)
{
    if (bytes->len <= spool->memory_bytes) return NULL;
    if (spool->fd < 0) {
        const char *folder = str_cstr(spool->arena, spool->folder);
        spool->fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        if (spool->fd < 0) return io_error(spool, errno);
    }
    TRY(file_write(spool, buf_str(bytes)));
    buf_clear(bytes);
    return NULL;
}

err spool_take(struct spool *spool, struct buf *bytes, struct result_body *body)
{
    if (spool->fd >= 0) {
        TRY(file_write(spool, buf_str(bytes)));
        buf_deinit(bytes);
        *body = (struct result_body){.fd = spool->fd, .fd_len = spool->fd_len};
        spool->fd = -1; /* the next step's result begins a file of its own */
        spool->fd_len = 0;
        return NULL;
    }
    *body = (struct result_body){.bytes = *bytes, .fd = -1};
    *bytes = (struct buf){0};
    return NULL;
}

void spool_drop(struct spool *spool)
{
    if (spool->fd < 0) return;
    close(spool->fd);
    spool_released(spool->quota, spool->fd_len);
    spool->fd = -1;
    spool->fd_len = 0;
}

void spool_released(struct spool_quota *quota, int64_t fd_len)
{
    atomic_fetch_sub(&quota->used_bytes, (uint64_t)fd_len);
}
