#include "net/workers.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#include "net/os.h"

enum { THREADS_DEFAULT = 2, QUEUE_DEFAULT = 64 };

struct workers {
    pthread_mutex_t mutex; /* guards the queue and stopping; taken alone */
    pthread_cond_t wake;
    struct job *oldest;
    struct job *newest;
    atomic_size_t waiting; /* written under the mutex */
    size_t queue_max;
    bool stopping;
    size_t thread_count;
    pthread_t *threads;
};

static struct job *take_job(struct workers *workers)
{
    pthread_mutex_lock(&workers->mutex);
    while (!workers->oldest && !workers->stopping)
        pthread_cond_wait(&workers->wake, &workers->mutex);
    struct job *job = workers->oldest;
    if (job) {
        workers->oldest = job->next;
        if (!workers->oldest) workers->newest = NULL;
        atomic_fetch_sub(&workers->waiting, 1);
    }
    pthread_mutex_unlock(&workers->mutex);
    return job;
}

static void deliver_done(struct mail *mail)
{
    struct job *job = (struct job *)((char *)mail - offsetof(struct job, mail));
    job->done(job);
}

static void *worker_main(void *context)
{
    struct workers *workers = context;
    os_thread_name("dapur-work", 0);
    for (struct job *job; (job = take_job(workers));) {
        job->run(job);
        job->mail.deliver = deliver_done;
        mail_send(job->loop, &job->mail);
    }
    return NULL;
}

err workers_start(struct arena *arena, const struct workers_options *options, struct workers **out)
{
    size_t count = options->threads ? options->threads : THREADS_DEFAULT;
    size_t stack = options->stack_bytes ? options->stack_bytes : LOOP_STACK_BYTES;
    struct workers *workers = ARENA_NEW(arena, struct workers);
    workers->queue_max = options->queue_max ? options->queue_max : QUEUE_DEFAULT;
    workers->threads = ARENA_ARRAY(arena, pthread_t, count);
    pthread_mutex_init(&workers->mutex, NULL);
    pthread_cond_init(&workers->wake, NULL);
    for (size_t i = 0; i < count; i++) {
        err error = os_thread_start(arena, &workers->threads[i], stack, worker_main, workers);
        if (error) {
            workers_stop(workers);
            return error;
        }
        workers->thread_count++;
    }
    *out = workers;
    return NULL;
}

void workers_stop(struct workers *workers)
{
    pthread_mutex_lock(&workers->mutex);
    workers->stopping = true;
    pthread_cond_broadcast(&workers->wake);
    pthread_mutex_unlock(&workers->mutex);
    for (size_t i = 0; i < workers->thread_count; i++) pthread_join(workers->threads[i], NULL);
    workers->thread_count = 0;
    pthread_cond_destroy(&workers->wake);
    pthread_mutex_destroy(&workers->mutex);
}

bool workers_submit(struct workers *workers, struct job *job)
{
    job->loop = loop_current();
    job->next = NULL;
    assert(job->loop);
    pthread_mutex_lock(&workers->mutex);
    bool taken = !workers->stopping && atomic_load(&workers->waiting) < workers->queue_max;
    if (taken) {
        if (workers->newest)
            workers->newest->next = job;
        else
            workers->oldest = job;
        workers->newest = job;
        atomic_fetch_add(&workers->waiting, 1);
        pthread_cond_signal(&workers->wake);
    }
    pthread_mutex_unlock(&workers->mutex);
    return taken;
}

size_t workers_waiting(const struct workers *workers)
{
    return atomic_load(&workers->waiting);
}
