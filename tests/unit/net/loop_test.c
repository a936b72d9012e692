/* Loops: mail, deferral, timers, hooks, workers, and the end of it all. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "net/descriptor.h"
#include "net/file_read.h"
#include "net/listener.h"
#include "net/loop.h"
#include "net/os.h"
#include "net/pool.h"
#include "net/workers.h"

static struct arena *arena;
static struct loops *loops;

static int start(void **state)
{
    (void)state;
    arena = arena_new(0);
    assert_null(loops_start(arena, &(struct loops_options){.count = 2}, &loops));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    loops_stop(loops);
    loops_stop(loops); /* twice is fine */
    loops_join(loops);
    arena_free(arena);
    return 0;
}

/* The test's thread waits for an event of a loop. */
struct event {
    pthread_mutex_t mutex;
    pthread_cond_t happened;
    int count;
};
#define EVENT_INIT                                                               \
    {                                                                            \
        .mutex = PTHREAD_MUTEX_INITIALIZER, .happened = PTHREAD_COND_INITIALIZER \
    }

static void signal_event(struct event *event)
{
    pthread_mutex_lock(&event->mutex);
    event->count++;
    pthread_cond_broadcast(&event->happened);
    pthread_mutex_unlock(&event->mutex);
}

static void wait_event(struct event *event, int count)
{
    pthread_mutex_lock(&event->mutex);
    while (event->count < count) pthread_cond_wait(&event->happened, &event->mutex);
    pthread_mutex_unlock(&event->mutex);
}

/* Mail */

enum { SENDERS = 4, MAILS = 5000 };
struct numbered {
    struct mail mail;
    int sender, number;
};
static struct numbered mails[SENDERS][MAILS];
static int last_seen[SENDERS];
static struct event all_mail = EVENT_INIT;
static struct loop *receiver;

static void receive(struct mail *mail)
{
    struct numbered *numbered = (struct numbered *)mail;
    assert_ptr_equal(loop_current(), receiver);
    assert_int_equal(last_seen[numbered->sender] + 1, numbered->number);
    last_seen[numbered->sender] = numbered->number;
    if (numbered->number == MAILS) signal_event(&all_mail);
}

static void *send_many(void *context)
{
    int sender = *(int *)context;
    for (int i = 0; i < MAILS; i++) {
        mails[sender][i] =
            (struct numbered){.mail = {.deliver = receive}, .sender = sender, .number = i + 1};
        mail_send(receiver, &mails[sender][i].mail);
    }
    return NULL;
}

static void mail_arrives_once_and_in_order_per_sender(void **state)
{
    (void)state;
    pthread_t threads[SENDERS];
    int ids[SENDERS];
    receiver = loops_at(loops, 1);
    assert_int_equal(loop_index(receiver), 1);
    assert_int_equal(loops_count(loops), 2);
    assert_null(loop_current());
    for (int i = 0; i < SENDERS; i++) {
        ids[i] = i;
        pthread_create(&threads[i], NULL, send_many, &ids[i]);
    }
    for (int i = 0; i < SENDERS; i++) pthread_join(threads[i], NULL);
    wait_event(&all_mail, SENDERS);
}

/* Deferral and hooks */

struct trace {
    struct mail first, second;
    struct loop_hook before_poll;
    struct loop *loop;
    int step;
    int first_at, second_at, hook_at;
    struct event done;
};

static void second_deferred(struct mail *mail)
{
    struct trace *trace = (struct trace *)((char *)mail - offsetof(struct trace, second));
    trace->second_at = ++trace->step;
    signal_event(&trace->done);
}

static void first_deferred(struct mail *mail)
{
    struct trace *trace = (struct trace *)((char *)mail - offsetof(struct trace, first));
    trace->first_at = ++trace->step;
    trace->second.deliver = second_deferred;
    loop_defer(trace->loop, &trace->second); /* must not wait for an outside event */
}

static void seen_before_poll(struct loop *loop, void *context)
{
    struct trace *trace = context;
    assert_ptr_equal(loop, loop_current());
    if (trace->first_at && !trace->hook_at) trace->hook_at = ++trace->step;
}

static void begin_trace(struct loop *loop, void *context)
{
    struct trace *trace = context;
    trace->loop = loop;
    trace->before_poll = (struct loop_hook){.run = seen_before_poll, .context = trace};
    loop_hook_add(loop, LOOP_BEFORE_POLL, &trace->before_poll);
    trace->first.deliver = first_deferred;
    loop_defer(loop, &trace->first);
    assert_int_equal(trace->step, 0); /* not inside this callback */
}

static void deferred_mail_comes_before_the_poll(void **state)
{
    (void)state;
    static struct trace trace = {.done = EVENT_INIT};
    loop_call_wait(loops_at(loops, 0), begin_trace, &trace);
    wait_event(&trace.done, 1);
    assert_int_equal(trace.first_at, 1);
    assert_int_equal(trace.hook_at, 2);
    assert_int_equal(trace.second_at, 3);
}

/* Timers */

enum { TIMERS = 200 };
struct ticking {
    struct timer timer;
    uint64_t wanted_ms;
};
static struct ticking tickings[TIMERS];
static uint64_t last_due_ms;
static struct event ticked = EVENT_INIT, repeated = EVENT_INIT;

static void tick(struct timer *timer)
{
    struct ticking *ticking = (struct ticking *)timer;
    assert_true(loop_now_ms(loop_current()) >= ticking->wanted_ms);
    assert_true(timer->due_ms >= last_due_ms); /* earliest first */
    last_due_ms = timer->due_ms;
    signal_event(&ticked);
}

static void must_not_tick(struct timer *timer)
{
    (void)timer;
    fail_msg("a stopped timer fired");
}

static void tick_thrice(struct timer *timer)
{
    signal_event(&repeated);
    if (repeated.count == 3) timer_stop(loop_current(), timer);
}

static void start_timers(struct loop *loop, void *context)
{
    (void)context;
    static struct timer stopped[20], repeating;
    for (size_t i = 0; i < TIMERS; i++) {
        uint64_t delay_ms = (i * 7919) % 40;
        tickings[i].wanted_ms = loop_now_ms(loop) + delay_ms;
        timer_start(loop, &tickings[i].timer, delay_ms, 0, tick);
        if (i < 20) timer_start(loop, &stopped[i], delay_ms, 0, must_not_tick);
    }
    for (size_t i = 0; i < 20; i++) timer_stop(loop, &stopped[i]);
    for (size_t i = 0; i < 20; i++) timer_stop(loop, &stopped[i]); /* fine on a stopped one */
    timer_start(loop, &tickings[0].timer, 41, 0, tick);            /* anew */
    tickings[0].wanted_ms = loop_now_ms(loop) + 41;
    timer_start(loop, &repeating, 0, 1, tick_thrice);
}

static void timers_fire_in_order_and_not_early(void **state)
{
    (void)state;
    loop_call_wait(loops_at(loops, 0), start_timers, NULL);
    wait_event(&ticked, TIMERS);
    wait_event(&repeated, 3);
}

/* Workers */

struct work {
    struct job job;
    struct event *done;
    pthread_t ran_on;
    bool ran;
};
static atomic_bool gate_open;
static atomic_int running;

static void block(struct job *job)
{
    struct work *work = (struct work *)job;
    atomic_fetch_add(&running, 1);
    while (!atomic_load(&gate_open)) usleep(100);
    work->ran = true;
    work->ran_on = pthread_self();
}

static void finished(struct job *job)
{
    struct work *work = (struct work *)job;
    assert_ptr_equal(loop_current(), loops_at(loops, 0));
    assert_true(work->ran);
    assert_false(pthread_equal(work->ran_on, pthread_self()));
    signal_event(work->done);
}

struct submitting {
    struct workers *workers;
    struct work *works;
    size_t count, taken;
};

static void submit_all(struct loop *loop, void *context)
{
    struct submitting *submitting = context;
    (void)loop;
    for (size_t i = 0; i < submitting->count; i++)
        submitting->taken += workers_submit(submitting->workers, &submitting->works[i].job);
}

static void workers_run_refuse_and_report_to_their_loop(void **state)
{
    (void)state;
    static struct event done = EVENT_INIT;
    struct workers *workers;
    struct work works[10];
    for (size_t i = 0; i < COUNT_OF(works); i++)
        works[i] = (struct work){
            .job = {.run = block, .done = finished},
              .done = &done
        };
    assert_null(
        workers_start(arena, &(struct workers_options){.threads = 2, .queue_max = 3}, &workers));
    struct submitting two = {workers, works, 2, 0}, rest = {workers, works + 2, 8, 0};
    loop_call_wait(loops_at(loops, 0), submit_all, &two);
    while (atomic_load(&running) < 2) usleep(100); /* both threads are busy */
    loop_call_wait(loops_at(loops, 0), submit_all, &rest);
    assert_int_equal(two.taken, 2);
    assert_int_equal(rest.taken, 3);
    assert_int_equal(workers_waiting(workers), 3);
    atomic_store(&gate_open, true);
    workers_stop(workers); /* runs what is queued */
    wait_event(&done, 5);
}

/* End */

static int stop_order[2], stop_count;
static void stopping(struct loop *loop, void *context)
{
    (void)loop;
    stop_order[stop_count++] = *(int *)context;
}

static void add_stop_hooks(struct loop *loop, void *context)
{
    static int first = 1, second = 2;
    static struct loop_hook hooks[2];
    (void)context;
    hooks[0] = (struct loop_hook){.run = stopping, .context = &first};
    hooks[1] = (struct loop_hook){.run = stopping, .context = &second};
    loop_hook_add(loop, LOOP_STOP, &hooks[0]);
    loop_hook_add(loop, LOOP_STOP, &hooks[1]);
}

static int delivered_late;
static void late(struct mail *mail)
{
    (void)mail;
    delivered_late++;
}

static void stops_newest_hook_first_and_survives_late_mail(void **state)
{
    (void)state;
    static struct mail late_mail[2] = {{.deliver = late}, {.deliver = late}};
    struct arena *own = arena_new(0);
    struct loops *mine;
    assert_null(loops_start(own, &(struct loops_options){.count = 1}, &mine));
    loop_call_wait(loops_at(mine, 0), add_stop_hooks, NULL);
    mail_send(loops_at(mine, 0), &late_mail[0]);
    loops_stop(mine);
    mail_send(loops_at(mine, 0), &late_mail[1]); /* delivered or dropped, never a crash */
    loops_join(mine);
    arena_free(own);
    assert_true(delivered_late >= 1);
    assert_int_equal(stop_order[0], 2);
    assert_int_equal(stop_order[1], 1);
}

static void check_thread(struct loop *loop, void *context)
{
    sigset_t blocked;
    pthread_attr_t attributes;
    size_t stack = 0;
    (void)loop;
    (void)context;
    pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    assert_true(sigismember(&blocked, SIGTERM));
    pthread_getattr_np(pthread_self(), &attributes);
    pthread_attr_getstacksize(&attributes, &stack);
    pthread_attr_destroy(&attributes);
    assert_true(stack >= LOOP_STACK_BYTES);
}

static void threads_have_large_stacks_and_no_signals(void **state)
{
    (void)state;
    loop_call_wait(loops_at(loops, 0), check_thread, NULL);
}

/* Descriptors */

struct watched {
    int fd;
    struct descriptor *descriptor;
    int bytes;
    struct event ended;
};

/* One byte at a time: the end has to be told after each. */
static void read_one(void *context, unsigned events)
{
    struct watched *watched = context;
    char byte;
    (void)events;
    if (read(watched->fd, &byte, 1) == 1) {
        watched->bytes++;
        descriptor_want(watched->descriptor, DESCRIPTOR_READABLE);
        return;
    }
    descriptor_close(watched->descriptor);
    signal_event(&watched->ended);
}

static void watch(struct loop *loop, void *context)
{
    struct watched *watched = context;
    assert_null(descriptor_open(arena, loop, watched->fd, read_one, watched, &watched->descriptor));
    descriptor_want(watched->descriptor, DESCRIPTOR_READABLE);
}

/* A peer that closes before it has read everything leaves an error on the socket, behind its last bytes. */
static void bug_a_descriptor_with_an_error_was_watched_no_more(void **state)
{
    (void)state;
    int fds[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    struct watched watched = {.fd = fds[0], .ended = EVENT_INIT};
    assert_int_equal(write(fds[0], "unread", 6), 6);
    assert_int_equal(write(fds[1], "bye", 3), 3);
    close(fds[1]);
    loop_call_wait(loops_at(loops, 0), watch, &watched);
    wait_event(&watched.ended, 1);
    assert_int_equal(watched.bytes, 3);
    close(fds[0]);
}

/* Pool */

static void pools_reuse_the_last_object_first(void **state)
{
    (void)state;
    struct pool pool;
    pool_init(&pool, arena, 40);
    void *a = pool_take(&pool), *b = pool_take(&pool);
    assert_ptr_not_equal(a, b);
    assert_int_equal((uintptr_t)a % 16, 0);
    pool_put(&pool, a);
    assert_int_equal(pool.in_use, 1);
    assert_ptr_equal(pool_take(&pool), a);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(mail_arrives_once_and_in_order_per_sender),
        TEST(deferred_mail_comes_before_the_poll),
        TEST(timers_fire_in_order_and_not_early),
        TEST(workers_run_refuse_and_report_to_their_loop),
        TEST(stops_newest_hook_first_and_survives_late_mail),
        TEST(threads_have_large_stacks_and_no_signals),
        TEST(bug_a_descriptor_with_an_error_was_watched_no_more),
        TEST(pools_reuse_the_last_object_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
