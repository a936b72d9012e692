/* net/workers.h - a bounded pool of threads for what blocks: password hashes, files, slow queries.
 *
 * Owns:    its threads and its queue; a job's memory is its submitter's until done has run.
 * Threads: submit: any loop. run: a worker. done: the submitting loop.
 * Errors:  submit answers false when the queue is full: the caller answers 429 or 503.
 */
#ifndef DAPUR_NET_WORKERS_H
#define DAPUR_NET_WORKERS_H

#include "base/err.h"
#include "net/loop.h"

struct workers;

struct workers_options {
    size_t threads;     /* 0: 2 */
    size_t queue_max;   /* jobs that wait, without those that run; 0: 64 */
    size_t stack_bytes; /* 0: LOOP_STACK_BYTES */
};

/* Embedded in the submitter's struct. A worker sees its job and nothing else. */
struct job {
    void (*run)(struct job *job);  /* on a worker; may block */
    void (*done)(struct job *job); /* on the submitting loop */
    struct mail mail;              /* the pool's from here */
    struct loop *loop;
    struct job *next;
};

/* Lives in the arena, which must outlive workers_stop. */
MUST_USE err workers_start(struct arena *arena,
                           const struct workers_options *options,
                           struct workers **out);
/* Runs what is queued, then joins the threads. Not on a loop's thread; before loops_join, so that
 * completions still find their loops. */
void workers_stop(struct workers *workers);

/* From a loop's thread; run and done are set. False: full or stopping; done will not be called. */
MUST_USE bool workers_submit(struct workers *workers, struct job *job);
/* Jobs that wait now, for metrics. Any thread. */
size_t workers_waiting(const struct workers *workers);

#endif
