/* Timers: a binary heap per loop behind one libuv timer, so that starting and stopping costs no
 * handle and no memory of the owner's beyond struct timer. */
#include "net/loop_int.h"

static void place(struct loop *loop, struct timer *timer, size_t index)
{
    loop->timers.at[index] = timer;
    timer->slot = index + 1;
}

static void sift_up(struct loop *loop, size_t index)
{
    struct timer *timer = loop->timers.at[index];
    while (index > 0) {
        size_t parent = (index - 1) / 2;
        if (loop->timers.at[parent]->due_ms <= timer->due_ms) break;
        place(loop, loop->timers.at[parent], index);
        index = parent;
    }
    place(loop, timer, index);
}

static void sift_down(struct loop *loop, size_t index)
{
    struct timer *timer = loop->timers.at[index];
    for (;;) {
        size_t child = index * 2 + 1;
        if (child >= loop->timers.count) break;
        if (child + 1 < loop->timers.count &&
            loop->timers.at[child + 1]->due_ms < loop->timers.at[child]->due_ms)
            child++;
        if (loop->timers.at[child]->due_ms >= timer->due_ms) break;
        place(loop, loop->timers.at[child], index);
        index = child;
    }
    place(loop, timer, index);
}

static void remove_at(struct loop *loop, size_t index)
{
    loop->timers.at[index]->slot = 0;
    struct timer *last = loop->timers.at[--loop->timers.count];
    if (index == loop->timers.count) return;
    place(loop, last, index);
    sift_up(loop, index);
    sift_down(loop, last->slot - 1);
}

static void fire_due(uv_timer_t *clock);

static void arm(struct loop *loop)
{
    if (loop->timers_firing) return; /* fire_due arms at its end */
    if (!loop->timers.count) {
        uv_timer_stop(&loop->clock);
        return;
    }
    uint64_t now = uv_now(&loop->uv);
    uint64_t due = loop->timers.at[0]->due_ms;
    uv_timer_start(&loop->clock, fire_due, due > now ? due - now : 0, 0);
}

static void fire_due(uv_timer_t *clock)
{
    struct loop *loop = clock->data;
    uint64_t now = uv_now(&loop->uv);
    loop->timers_firing = true;
    while (loop->timers.count && loop->timers.at[0]->due_ms <= now) {
        struct timer *timer = loop->timers.at[0];
        remove_at(loop, 0);
        if (timer->repeat_ms) {
            uint64_t delay = timer->repeat_ms;
            timer_start(loop, timer, delay, delay, timer->fire);
        }
        timer->fire(timer);
    }
    loop->timers_firing = false;
    arm(loop);
}

void timer_start(struct loop *loop,
                 struct timer *timer,
                 uint64_t delay_ms,
                 uint64_t repeat_ms,
                 void (*fire)(struct timer *timer))
{
    loop_assert_here(loop);
    if (timer->slot) remove_at(loop, timer->slot - 1);
    timer->fire = fire;
    /* At least one millisecond while firing, or a zero delay would never let the loop go on. */
    if (loop->timers_firing && !delay_ms) delay_ms = 1;
    timer->due_ms = uv_now(&loop->uv) + delay_ms;
    timer->repeat_ms = repeat_ms;
    *VEC_ADD(loop->arena, &loop->timers) = timer;
    sift_up(loop, loop->timers.count - 1);
    if (timer->slot == 1) arm(loop);
}

void timer_stop(struct loop *loop, struct timer *timer)
{
    loop_assert_here(loop);
    if (!timer->slot) return;
    bool first = timer->slot == 1;
    remove_at(loop, timer->slot - 1);
    if (first) arm(loop);
}

void loop_timers_open(struct loop *loop)
{
    uv_timer_init(&loop->uv, &loop->clock);
    loop->clock.data = loop;
}
