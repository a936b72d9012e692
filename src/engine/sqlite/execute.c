/* engine/sqlite/execute.c - a request's steps on one connection, the same for every lane. */
#include "base/clock.h"
#include "engine/sqlite/engine_int.h"
#include "engine/sqlite/request_session.h"
#include "engine/sqlite/run.h"
#include "engine/sqlite/run_trigger.h"

static void release_bytes(void *object)
{
    buf_deinit(object);
}

struct step_result *execution_results(struct engine_request *request)
{
    struct step_result *results =
        ARENA_ARRAY(request->arena, struct step_result, request->step_count);
    for (size_t i = 0; i < request->step_count; i++) {
        results[i] = (struct step_result){.total = -1, .body = {.fd = -1}};
        buf_init(&results[i].body.bytes, request->result_bytes_max);
        arena_defer(request->arena, release_bytes, &results[i].body.bytes);
    }
    return results;
}

/* Past the high mark: a spool takes the bytes; without one the request has to change lanes. */
static err full(void *context, struct buf *bytes)
{
    struct execution *execution = context;
    if (execution->spool) return spool_flush(execution->spool, bytes);
    execution->too_large = true;
    return err_new(execution->request->arena, ERR_OVERLOADED,
                   "the result is too large for this lane");
}

static err run_step(struct execution *execution, size_t index)
{
    struct engine_request *request = execution->request;
    struct step_result *result = &execution->results[index];
    struct run run = {
        .arena = request->arena,
        .db = execution->connection->db,
        .statements = execution->connection->statements,
        .session = execution->connection->session,
        .caller = request->caller,
        .format = request->format,
        .read_only = request->read_only,
        .output =
            {
                     .bytes = &result->body.bytes,
                     .bytes_high =
                    execution->spool ? execution->spool->memory_bytes : execution->inline_bytes_max,
                     .full = full,
                     .context = execution,
                     },
    };
    TRY(run_program(&run, &request->steps[index], result));
    if (!execution->spool || execution->spool->fd < 0) return NULL;
    struct buf rest = result->body.bytes;
    return spool_take(execution->spool, &rest, &result->body);
}

static err run_all(struct execution *execution)
{
    for (size_t i = 0; i < execution->request->step_count; i++) {
        execution->failed_step = i;
        TRY(run_step(execution, i));
    }
    return NULL;
}

/* Constraint triggers that waited for the request's end. */
static err run_deferred(struct execution *execution)
{
    struct buf nothing;
    buf_init(&nothing, 0);
    struct run run = {
        .arena = execution->request->arena,
        .db = execution->connection->db,
        .statements = execution->connection->statements,
        .session = execution->connection->session,
        .caller = execution->request->caller,
        .format = execution->request->format,
        .output = {.bytes = &nothing},
    };
    err error = trigger_run_deferred(&run);
    buf_deinit(&nothing);
    return error;
}

/* SQL asks for another status or more headers by set_config (docs/rest.md). */
static void take_response_settings(struct engine_request *request,
                                   const struct request_session *session)
{
    if (session->settings.count == 0) return; /* nearly always: nothing was set */
    if (!request_session_setting(session, STR("response.status"), &request->response_status))
        request->response_status = STR_NONE;
    if (!request_session_setting(session, STR("response.headers"), &request->response_headers))
        request->response_headers = STR_NONE;
}

err execute_steps(struct execution *execution)
{
    struct engine_request *request = execution->request;
    struct sqlite_session *session = execution->connection->session;
    struct request_session local;
    execution->too_large = false;
    execution->failed_step = 0;
    /* Of a run that was lost: an answer that fails now must not wear its status. */
    request->response_status = request->response_headers = STR_NONE;
    err error = request_session_begin(&local, request->arena, session, request->caller,
                                      execution->sequences, execution->now_us);
    if (!error) error = run_all(execution);
    if (!error && session->deferred) error = run_deferred(execution);
    if (!error) take_response_settings(request, &local);
    request_session_end(session);
    return error;
}

void execution_drop(struct execution *execution)
{
    if (execution->spool) spool_drop(execution->spool);
    for (size_t i = 0; i < execution->request->step_count; i++) {
        struct result_body *body = &execution->results[i].body;
        buf_deinit(&body->bytes);
        if (body->fd < 0) continue;
        struct spool finished = {
            .quota = &execution->engine->spool_quota, .fd = body->fd, .fd_len = body->fd_len};
        spool_drop(&finished);
        body->fd = -1;
    }
}
