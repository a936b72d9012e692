/* engine/sqlite/watchdog.c - interrupts a loop that is stuck inside one SQLite call.
 *
 * The progress handler never runs inside a single opcode or a C function, so a long one would stop a
 * whole loop. This thread looks at every reader once a millisecond while any of them is busy. An
 * interrupt that comes too late hits nothing or a request that then runs again on the slow lane.
 * Twenty times a second it answers the writes that have waited too long, four times it looks at the disk.
 */
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "engine/sqlite/engine_int.h"

struct watchdog {
    struct engine_sqlite *engine;
    pthread_t thread;
    atomic_bool stopping;
};

enum { TICK_NS = 2000000, EXPIRE_TICKS = 25, DISK_TICKS = 125 };

static void look(struct engine_sqlite *engine)
{
    for (size_t i = 0; i < LOOPS_MAX; i++) {
        pthread_mutex_lock(&engine->readers_lock);
        struct reader *reader = engine->readers[i];
        if (reader && reader_stuck(reader, engine->options.stuck_us * 1000))
            reader_interrupt(reader);
        pthread_mutex_unlock(&engine->readers_lock);
        if (!reader) break; /* loops are numbered without gaps */
    }
}

static void look_at_writer(struct engine_sqlite *engine)
{
    uint64_t stop_ms = atomic_load_explicit(&engine->stop_blocking_ms, memory_order_relaxed);
    if (stop_ms && clock_mono_ms() >= stop_ms) writer_stop_blocking(engine->writer);
}

static void *watchdog_main(void *context)
{
    struct watchdog *watchdog = context;
    const struct timespec tick = {.tv_nsec = TICK_NS};
    unsigned ticks = 0;
    while (!atomic_load_explicit(&watchdog->stopping, memory_order_relaxed)) {
        nanosleep(&tick, NULL);
        look(watchdog->engine);
        look_at_writer(watchdog->engine);
        if (++ticks % EXPIRE_TICKS == 0) writer_expire(watchdog->engine->writer);
        if (ticks % DISK_TICKS == 0) disk_look(&watchdog->engine->disk);
    }
    return NULL;
}

err watchdog_open(struct engine_sqlite *engine, struct watchdog **out)
{
    struct watchdog *watchdog = ARENA_NEW(engine->arena, struct watchdog);
    watchdog->engine = engine;
    int rc = pthread_create(&watchdog->thread, NULL, watchdog_main, watchdog);
    if (rc != 0)
        return err_new(engine->arena, ERR_INTERNAL, "cannot start the watchdog: %s", strerror(rc));
    *out = watchdog;
    return NULL;
}

void watchdog_close(struct watchdog *watchdog)
{
    atomic_store(&watchdog->stopping, true);
    pthread_join(watchdog->thread, NULL);
}
