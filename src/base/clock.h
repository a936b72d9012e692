/* base/clock.h - time: monotonic for durations, real for timestamps.
 *
 * Owns: nothing. Threads: any. Errors: none.
 * Code that a test must be able to fix in time takes a `struct clock` in its options.
 */
#ifndef DAPUR_BASE_CLOCK_H
#define DAPUR_BASE_CLOCK_H

#include <stdint.h>

/* Nanoseconds since an arbitrary start; never goes back. */
uint64_t clock_mono_ns(void);
static inline uint64_t clock_mono_ms(void)
{
    return clock_mono_ns() / 1000000u;
}
/* Processor time of the calling thread: what a busy machine does not add to. */
uint64_t clock_thread_ns(void);
/* Microseconds since 1970-01-01T00:00:00Z. */
int64_t clock_real_us(void);
/* Seconds since then, of the kernel's last tick: for what is compared on each request. */
int64_t clock_real_s(void);

#endif
