#include "net/descriptor.h"

#include "net/loop_int.h"

struct descriptor {
    uv_poll_t uv;
    struct arena *arena; /* its own: the handle lives until libuv lets it go */
    struct loop *loop;
    void (*ready)(void *context, unsigned events);
    void *context;
    unsigned wanted;
};

static void closed(uv_handle_t *handle)
{
    struct descriptor *descriptor = handle->data;
    arena_free(descriptor->arena);
}

err descriptor_open(struct arena *arena,
                    struct loop *loop,
                    int fd,
                    void (*ready)(void *context, unsigned events),
                    void *context,
                    struct descriptor **out)
{
    loop_assert_here(loop);
    struct arena *own = arena_new(0);
    struct descriptor *descriptor = ARENA_NEW(own, struct descriptor);
    descriptor->arena = own;
    descriptor->loop = loop;
    descriptor->ready = ready;
    descriptor->context = context;
    int code = uv_poll_init(&loop->uv, &descriptor->uv, fd);
    if (code < 0) {
        arena_free(own);
        return err_new(arena, ERR_INTERNAL, "cannot watch a descriptor: %s", uv_strerror(code));
    }
    descriptor->uv.data = descriptor;
    *out = descriptor;
    return NULL;
}

static void on_event(uv_poll_t *handle, int status, int events)
{
    struct descriptor *descriptor = handle->data;
    unsigned bits = 0;
    if (status < 0)
        descriptor->wanted = 0; /* libuv has stopped watching it: the next wish starts anew */
    if (status < 0 || (events & (UV_READABLE | UV_DISCONNECT))) bits |= DESCRIPTOR_READABLE;
    if (status < 0 || (events & UV_WRITABLE)) bits |= DESCRIPTOR_WRITABLE;
    if (bits) descriptor->ready(descriptor->context, bits);
}

void descriptor_want(struct descriptor *descriptor, unsigned events)
{
    loop_assert_here(descriptor->loop);
    if (descriptor->wanted == events) return;
    descriptor->wanted = events;
    int uv_events = (events & DESCRIPTOR_READABLE ? UV_READABLE : 0) |
                    (events & DESCRIPTOR_WRITABLE ? UV_WRITABLE : 0);
    if (uv_events == 0)
        uv_poll_stop(&descriptor->uv);
    else
        uv_poll_start(&descriptor->uv, uv_events, on_event);
}

void descriptor_close(struct descriptor *descriptor)
{
    if (!descriptor) return;
    loop_assert_here(descriptor->loop);
    uv_close((uv_handle_t *)&descriptor->uv, closed);
}
