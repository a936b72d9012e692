#include "net/loop.h"

#include <signal.h>
#include <string.h>

#include "net/loop_int.h"
#include "net/os.h"
#include "net/stream_int.h"

struct loops {
    size_t count;
    struct loop **loops;
    atomic_bool stopping;
};

/* The only thread-local of the program: which loop is this? */
static _Thread_local struct loop *current_loop;

struct loop *loop_current(void)
{
    return current_loop;
}

size_t loops_count(const struct loops *loops)
{
    return loops->count;
}

struct loop *loops_at(const struct loops *loops, size_t index)
{
    assert(index < loops->count);
    return loops->loops[index];
}

size_t loop_index(const struct loop *loop)
{
    return loop->index;
}

struct loops *loop_group(const struct loop *loop)
{
    return loop->group;
}

uint64_t loop_now_ms(const struct loop *loop)
{
    return uv_now(&loop->uv);
}

/* Messages */

void mail_send(struct loop *loop, struct mail *mail)
{
    if (mailbox_push(&loop->mailbox, mail)) uv_async_send(&loop->wake);
}

void loop_defer(struct loop *loop, struct mail *mail)
{
    loop_assert_here(loop);
    mail->next = NULL;
    if (loop->deferred_newest)
        loop->deferred_newest->next = mail;
    else
        loop->deferred_oldest = mail;
    loop->deferred_newest = mail;
}

static void deliver_all(struct mail *oldest)
{
    while (oldest) {
        struct mail *next = oldest->next; /* deliver may free the mail */
        oldest->deliver(oldest);
        oldest = next;
    }
}

static void take_mail(uv_async_t *wake)
{
    struct loop *loop = wake->data;
    deliver_all(mailbox_take(&loop->mailbox));
}

static void deliver_deferred(struct loop *loop)
{
    struct mail *oldest = loop->deferred_oldest;
    loop->deferred_oldest = loop->deferred_newest = NULL;
    deliver_all(oldest);
}

struct waiting_call {
    struct mail mail;
    struct loop *loop;
    void (*call)(struct loop *loop, void *context);
    void *context;
    pthread_mutex_t mutex;
    pthread_cond_t finished;
    bool is_finished;
};

static void run_waiting_call(struct mail *mail)
{
    struct waiting_call *waiting = (struct waiting_call *)mail;
    waiting->call(waiting->loop, waiting->context);
    pthread_mutex_lock(&waiting->mutex);
    waiting->is_finished = true;
    pthread_cond_signal(&waiting->finished);
    pthread_mutex_unlock(&waiting->mutex);
}

void loop_call_wait(struct loop *loop,
                    void (*call)(struct loop *loop, void *context),
                    void *context)
{
    assert(loop_current() == NULL);
    struct waiting_call waiting = {
        .mail = {.deliver = run_waiting_call},
        .loop = loop,
        .call = call,
        .context = context,
        .mutex = PTHREAD_MUTEX_INITIALIZER,
        .finished = PTHREAD_COND_INITIALIZER,
    };
    mail_send(loop, &waiting.mail);
    pthread_mutex_lock(&waiting.mutex);
    while (!waiting.is_finished) pthread_cond_wait(&waiting.finished, &waiting.mutex);
    pthread_mutex_unlock(&waiting.mutex);
    pthread_cond_destroy(&waiting.finished);
    pthread_mutex_destroy(&waiting.mutex);
}

/* Hooks */

void loop_hook_add(struct loop *loop, enum loop_hook_kind kind, struct loop_hook *hook)
{
    loop_assert_here(loop);
    hook->next = NULL;
    struct loop_hook **end = &loop->hooks[kind];
    if (kind == LOOP_STOP) { /* newest first */
        hook->next = *end;
        *end = hook;
        return;
    }
    while (*end) end = &(*end)->next;
    *end = hook;
}

static void run_hooks(struct loop *loop, enum loop_hook_kind kind)
{
    for (struct loop_hook *hook = loop->hooks[kind]; hook; hook = hook->next)
        hook->run(loop, hook->context);
}

static void keep_spinning(uv_idle_t *busy)
{
    (void)busy;
}

static void before_poll(uv_prepare_t *prepare)
{
    struct loop *loop = prepare->data;
    deliver_deferred(loop);
    run_hooks(loop, LOOP_BEFORE_POLL);
    /* Deferred by the deliveries or the hooks themselves: poll without blocking, then come back. */
    if (loop->deferred_oldest)
        uv_idle_start(&loop->busy, keep_spinning);
    else
        uv_idle_stop(&loop->busy);
}

static void after_poll(uv_check_t *check)
{
    run_hooks(check->data, LOOP_AFTER_POLL);
}

/* Life */

static void stop_here(struct mail *mail)
{
    (void)mail;
    uv_stop(&loop_current()->uv);
}

/* The mailbox's handle stays until loops_join, so that late senders find it. */
static void close_unless_wake(uv_handle_t *handle, void *context)
{
    struct loop *loop = context;
    if (handle != (uv_handle_t *)&loop->wake && !uv_is_closing(handle)) uv_close(handle, NULL);
}

static void wind_down(struct loop *loop)
{
    run_hooks(loop, LOOP_STOP);
    uv_unref((uv_handle_t *)&loop->wake);
    uv_walk(&loop->uv, close_unless_wake, loop);
    bool more = true;
    while (more) {
        more = uv_run(&loop->uv, UV_RUN_DEFAULT) != 0;
        struct mail *mail = mailbox_take(&loop->mailbox);
        more |= mail || loop->deferred_oldest;
        deliver_all(mail);
        deliver_deferred(loop);
    }
}

static void *loop_main(void *context)
{
    struct loop *loop = context;
    current_loop = loop;
    os_thread_name("dapur-loop", loop->index);
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    wind_down(loop);
    current_loop = NULL;
    return NULL;
}

static err loop_open(struct arena *arena, struct loop *loop)
{
    loop->arena = arena_new(0);
    pool_init(&loop->streams, loop->arena, sizeof(struct stream));
    pool_init(&loop->file_requests, loop->arena, sizeof(uv_fs_t));
    int failed = uv_loop_init(&loop->uv);
    if (failed) return err_new(arena, ERR_INTERNAL, "event loop: %s", uv_strerror(failed));
    failed = uv_async_init(&loop->uv, &loop->wake, take_mail);
    if (failed) return err_new(arena, ERR_INTERNAL, "event loop: %s", uv_strerror(failed));
    uv_prepare_init(&loop->uv, &loop->prepare);
    uv_check_init(&loop->uv, &loop->check);
    uv_idle_init(&loop->uv, &loop->busy);
    loop_timers_open(loop);
    loop->wake.data = loop->prepare.data = loop->check.data = loop->busy.data = loop;
    uv_prepare_start(&loop->prepare, before_poll);
    uv_check_start(&loop->check, after_poll);
    loop->stop.deliver = stop_here;
    return NULL;
}

static void loop_close(struct loop *loop)
{
    uv_walk(&loop->uv, close_unless_wake, loop);
    uv_close((uv_handle_t *)&loop->wake, NULL);
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    uv_loop_close(&loop->uv);
    arena_free(loop->arena);
}

err loops_start(struct arena *arena, const struct loops_options *options, struct loops **out)
{
    struct loops *loops = ARENA_NEW(arena, struct loops);
    size_t count = options->count ? options->count : uv_available_parallelism();
    size_t stack = options->stack_bytes ? options->stack_bytes : LOOP_STACK_BYTES;
    loops->loops = ARENA_ARRAY(arena, struct loop *, count);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file at its limit is an error of that write, not the end */
    for (size_t i = 0; i < count; i++) {
        struct loop *loop = ARENA_NEW(arena, struct loop);
        *loop = (struct loop){.group = loops, .index = i};
        err error = loop_open(arena, loop);
        if (!error) error = os_thread_start(arena, &loop->thread, stack, loop_main, loop);
        if (error) {
            loops_stop(loops);
            loops_join(loops);
            return error;
        }
        loops->loops[loops->count++] = loop;
    }
    *out = loops;
    return NULL;
}

void loops_stop(struct loops *loops)
{
    if (atomic_exchange(&loops->stopping, true)) return; /* a mail can be sent once */
    for (size_t i = 0; i < loops->count; i++) mail_send(loops->loops[i], &loops->loops[i]->stop);
}

void loops_join(struct loops *loops)
{
    for (size_t i = 0; i < loops->count; i++) pthread_join(loops->loops[i]->thread, NULL);
    for (size_t i = 0; i < loops->count; i++) loop_close(loops->loops[i]);
    loops->count = 0;
}
