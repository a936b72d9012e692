#include "api/common/db.h"

enum { RETRIES_AT_ONCE = 3 };

static void attempt(struct db_call *call);

static void retry_fire(struct timer *timer)
{
    attempt((struct db_call *)((char *)timer - offsetof(struct db_call, timer)));
}

static void retry_deliver(struct mail *mail)
{
    attempt((struct db_call *)((char *)mail - offsetof(struct db_call, mail)));
}

/* The first retries at once: the new snapshot is usually there. Then with pauses: a migration has
 * committed and publishes its catalog in a moment. */
static void retry(struct db_call *call)
{
    if (call->retries++ < RETRIES_AT_ONCE) {
        call->mail.deliver = retry_deliver;
        loop_defer(call->request.loop, &call->mail);
        return;
    }
    timer_start(call->request.loop, &call->timer, DB_RETRY_MS, 0, retry_fire);
}

static void finished(struct engine_request *request,
                     err error,
                     struct step_result *results,
                     size_t failed_step)
{
    struct db_call *call = request->context;
    bool stale = error && error->kind == ERR_PLAN_STALE;
    /* From the first time: a read that waited its turn on the slow lane has waited for no schema. */
    if (stale && call->retries == 0) call->since_ms = loop_now_ms(request->loop);
    if (stale && loop_now_ms(request->loop) - call->since_ms < DB_STALE_MS) {
        retry(call);
        return;
    }
    call->done(call, error, results, failed_step);
}

static void run_or_fail(struct db_call *call, err error)
{
    if (error)
        call->done(call, error, NULL, 0);
    else
        call->engine->run(call->engine, &call->request);
}

static void compile_run(struct job *job)
{
    struct db_call *call = (struct db_call *)((char *)job - offsetof(struct db_call, job));
    call->compile_error = call->compile(call, call->catalog);
}

static void compile_done(struct job *job)
{
    struct db_call *call = (struct db_call *)((char *)job - offsetof(struct db_call, job));
    catalog_unref(call->catalog);
    err error = call->compile_error;
    if (!error) error = call->compiled(call);
    run_or_fail(call, error);
}

/* The loop's catalog may be replaced meanwhile: the job has a reference of its own. */
static void compile_elsewhere(struct db_call *call, const struct catalog *catalog)
{
    call->catalog = catalog_ref(catalog);
    call->job = (struct job){.run = compile_run, .done = compile_done};
    if (workers_submit(call->compilers, &call->job)) return;
    catalog_unref(catalog);
    run_or_fail(call, err_new(call->request.arena, ERR_OVERLOADED,
                              "too many statements are waiting to be compiled"));
}

static void attempt(struct db_call *call)
{
    const struct catalog *catalog = call->engine->catalog(call->engine);
    call->compile = NULL;
    err error = call->plan(call, catalog);
    if (!error && call->compile)
        compile_elsewhere(call, catalog);
    else
        run_or_fail(call, error);
}

void db_run(struct db_call *call)
{
    call->request.done = finished;
    call->request.context = call;
    call->retries = 0;
    attempt(call);
}
