/* net/loop.h - event loops: one thread each, one per core.
 *
 * What belongs to a loop (connections, timers, a database reader) is touched by that loop's thread
 * alone. Other threads reach it with mail_send.
 *
 * Owns:    its thread and its libuv loop, until loops_join.
 * Threads: functions say "loop" (only on that loop's thread, asserted) or "any".
 * Errors:  ERR_INTERNAL when the system gives no thread or descriptor.
 */
#ifndef DAPUR_NET_LOOP_H
#define DAPUR_NET_LOOP_H

#include <assert.h>

#include "base/err.h"

struct loop;
struct loops;

enum { LOOP_STACK_BYTES = 64 * 1024 * 1024 }; /* virtual: touched pages alone cost memory */

struct loops_options {
    size_t count;       /* 0: one per core that this process may run on */
    size_t stack_bytes; /* 0: LOOP_STACK_BYTES */
};

/* Starts the threads. They live in the arena, which must outlive loops_join. Blocks every signal in
 * the new threads and ignores SIGPIPE and SIGXFSZ in the process; the caller's thread keeps its signals. */
MUST_USE err loops_start(struct arena *arena,
                         const struct loops_options *options,
                         struct loops **out);
/* Any thread. Each loop runs its stop hooks, closes its handles and ends. Mail sent before arrives. */
void loops_stop(struct loops *loops);
/* Waits for the threads (the caller's may not be one of them). */
void loops_join(struct loops *loops);

size_t loops_count(const struct loops *loops);
struct loop *loops_at(const struct loops *loops, size_t index);

/* Any. */
size_t loop_index(const struct loop *loop);
struct loops *loop_group(const struct loop *loop);
/* The loop whose thread this is, or NULL. Any. */
struct loop *loop_current(void);
static inline void loop_assert_here(const struct loop *loop)
{
    assert(loop == loop_current());
    (void)loop;
}
/* Monotonic milliseconds, refreshed once an iteration: cheap and coarse. Loop. */
uint64_t loop_now_ms(const struct loop *loop);

/* Messages ---------------------------------------------------------------------------------- */

/* Embedded in the sender's own struct, whose memory the message owns until deliver is called.
 * deliver runs on the receiving loop, once, and may free or reuse the memory around it. */
struct mail {
    struct mail *next; /* the mailbox's */
    void (*deliver)(struct mail *mail);
};

/* Any thread, never blocks; in order per sender. Many mails sent before the loop wakes cost one
 * wake-up. A mail sent after loops_stop is delivered if the loop still runs, else dropped. */
void mail_send(struct loop *loop, struct mail *mail);
/* The same mail to its own loop, without the wake-up: delivered in this iteration, after the
 * present callback has returned and before the loop polls. Loop. */
void loop_defer(struct loop *loop, struct mail *mail);
/* Runs call(loop, context) on the loop and waits for it. Any thread but a loop's. */
void loop_call_wait(struct loop *loop,
                    void (*call)(struct loop *loop, void *context),
                    void *context);

/* Hooks ------------------------------------------------------------------------------------- */

enum loop_hook_kind {
    LOOP_BEFORE_POLL, /* each iteration, last thing before it may block: end read transactions here */
    LOOP_AFTER_POLL, /* each iteration, after the I/O callbacks of a poll */
    LOOP_STOP,       /* once, newest first, when the loop ends: close what belongs to it */
    LOOP_HOOK_KINDS
};

/* Embedded by the owner; stays linked until the loop ends. Loop. */
struct loop_hook {
    struct loop_hook *next;
    void (*run)(struct loop *loop, void *context);
    void *context;
};
void loop_hook_add(struct loop *loop, enum loop_hook_kind kind, struct loop_hook *hook);

/* Timers ------------------------------------------------------------------------------------ */

/* Embedded by the owner, zeroed at first. */
struct timer {
    void (*fire)(struct timer *timer);
    uint64_t due_ms;
    uint64_t repeat_ms; /* 0: once */
    size_t slot;        /* the loop's: place in its heap + 1; 0 when not started */
};

/* Starts, or starts anew. Loop. */
void timer_start(struct loop *loop,
                 struct timer *timer,
                 uint64_t delay_ms,
                 uint64_t repeat_ms,
                 void (*fire)(struct timer *timer));
/* Fine on one that is not started. Loop. */
void timer_stop(struct loop *loop, struct timer *timer);

#endif
