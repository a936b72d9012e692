#include "net/file_read.h"

#include <errno.h>
#include <unistd.h>

#include "net/loop_int.h"
#include "net/os.h"

static void after_read(uv_fs_t *request)
{
    struct file_read *read = request->data;
    ptrdiff_t count = request->result < 0 ? -1 : (ptrdiff_t)request->result;
    uv_fs_req_cleanup(request);
    pool_put(&read->loop->file_requests, request);
    read->request = NULL;
    read->done(read, count);
}

ptrdiff_t file_read_start(struct loop *loop, struct file_read *read)
{
    loop_assert_here(loop);
    ptrdiff_t count = os_pread_cached(read->fd, read->at, read->len, read->offset);
    if (count >= 0) return count;
    if (errno != EAGAIN) return -1;
    uv_fs_t *request = pool_take(&loop->file_requests);
    read->loop = loop;
    read->request = request;
    uv_buf_t room = uv_buf_init(read->at, (unsigned)read->len);
    int failed = uv_fs_read(&loop->uv, request, read->fd, &room, 1, read->offset, after_read);
    if (!failed) {
        request->data = read;
        return FILE_READ_LATER;
    }
    pool_put(&loop->file_requests, request);
    return -1;
}

static void after_close(uv_fs_t *request)
{
    struct loop *loop = request->data;
    uv_fs_req_cleanup(request);
    pool_put(&loop->file_requests, request);
}

void file_close_later(struct loop *loop, int fd)
{
    loop_assert_here(loop);
    uv_fs_t *request = pool_take(&loop->file_requests);
    if (uv_fs_close(&loop->uv, request, fd, after_close)) {
        pool_put(&loop->file_requests, request);
        close(fd);
        return;
    }
    request->data = loop;
}
