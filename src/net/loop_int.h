/* net/loop_int.h - what the files of net know of a loop. Not for others: uv.h ends here. */
#ifndef DAPUR_NET_LOOP_INT_H
#define DAPUR_NET_LOOP_INT_H

#include <pthread.h>
#include <stdatomic.h>
#include <uv.h>

#include "base/vec.h"
#include "net/loop.h"
#include "net/pool.h"

/* Many senders push, one loop takes all at once. The list is newest first until taken. */
struct mailbox {
    _Atomic(struct mail *) newest;
};

/* True when the box was empty: the sender must wake the receiver. */
MUST_USE bool mailbox_push(struct mailbox *box, struct mail *mail);
/* Everything, oldest first; NULL when empty. */
struct mail *mailbox_take(struct mailbox *box);

struct loop {
    uv_loop_t uv;
    uv_async_t wake;
    uv_prepare_t prepare;
    uv_check_t check;
    uv_idle_t busy; /* active while deferred mail waits: the poll must not block then */
    uv_timer_t clock;
    struct loops *group;
    size_t index;
    pthread_t thread;
    bool started;
    struct arena *arena; /* this loop's own, until loops_join */
    struct mailbox mailbox;
    struct mail stop;
    struct mail *deferred_oldest;
    struct mail *deferred_newest;
    struct loop_hook *hooks[LOOP_HOOK_KINDS];
    struct {
        VEC(struct timer *);
    } timers; /* a binary heap, earliest first */
    bool timers_firing;
    struct pool streams;
    struct pool file_requests;
};

void loop_timers_open(struct loop *loop);

#endif
