#include "api/auth/store.h"

#include <string.h>

#include "sql/parse.h"

static const str texts[STATEMENT_COUNT] = {
#define STATEMENT(name, sql) [STATEMENT_##name] = STR_INIT(sql),
#include "api/auth/statements.def"
#undef STATEMENT
};

#define STORE_ROLE "supabase_auth_admin"

struct auth_store {
    size_t loop_count;
    struct plan *(*plans)[STATEMENT_COUNT]; /* by loop; NULL: not compiled yet */
};

static void free_plans(void *object)
{
    struct auth_store *store = object;
    for (size_t i = 0; i < store->loop_count; i++)
        for (size_t k = 0; k < STATEMENT_COUNT; k++)
            if (store->plans[i][k]) plan_unref(store->plans[i][k]);
}

struct auth_store *auth_store_new(struct arena *arena, size_t loop_count)
{
    struct auth_store *store = ARENA_NEW(arena, struct auth_store);
    store->loop_count = loop_count;
    store->plans = arena_alloc(arena, size_mul_or_die(loop_count, sizeof *store->plans));
    arena_defer(arena, free_plans, store);
    return store;
}

str auth_statement_sql(enum auth_statement statement)
{
    return texts[statement];
}

/* Plans ------------------------------------------------------------------------------------------ */

static err compile(struct arena *scratch,
                   struct engine *engine,
                   const struct catalog *catalog,
                   oid role,
                   const struct auth_step *step,
                   struct plan **out)
{
    static const str search_path[] = {STR_INIT("auth"), STR_INIT("extensions")};
    struct node *tree;
    str text = texts[step->statement];
    TRY(sql_parse_one(scratch, text, &tree));
    struct plan_param params[AUTH_PARAMS_MAX] = {0}; /* types are inferred */
    for (size_t i = 0; i < step->param_count; i++) params[i].typmod = -1;
    struct compile_options options = {
        .catalog = catalog,
        .role = role,
        .search_path = search_path,
        .search_path_count = COUNT_OF(search_path),
        .params = params,
        .param_count = step->param_count,
        .source = text,
    };
    return sql_compile_statement(scratch, &options, tree, engine->print, out);
}

static err find_plan(struct auth_request *request,
                     const struct catalog *catalog,
                     oid role,
                     const struct auth_step *step,
                     const struct plan **out)
{
    size_t loop = loop_index(request->http->loop);
    struct plan **slot = &request->auth->store->plans[loop][step->statement];
    if (*slot && (*slot)->catalog_version != catalog_version(catalog)) {
        plan_unref(*slot);
        *slot = NULL;
    }
    if (!*slot)
        TRY(compile(request->arena, request->auth->options.engine, catalog, role, step, slot));
    *out = *slot;
    return NULL;
}

/* Runs ------------------------------------------------------------------------------------------- */

/* One list of steps on its way. A fresh one each time: the engine may still look at the last. */
struct run {
    struct db_call call; /* first: db.c hands it back */
    struct auth_request *request;
    struct auth_step *steps;
    size_t step_count;
    struct engine_step *engine_steps;
    const struct plan **plans; /* held until the answer: the catalog may move on meanwhile */
    size_t plan_count;
    auth_handler *then;
    auth_failure *failed;
};

static void release_plans(void *object)
{
    struct run *run = object;
    for (size_t i = 0; i < run->plan_count; i++) plan_unref(run->plans[i]);
    run->plan_count = 0;
}

static err bind(struct arena *arena,
                const struct plan *plan,
                const struct auth_step *step,
                const struct value **out)
{
    assert(plan->param_count == step->param_count);
    struct value *values = ARENA_ARRAY(arena, struct value, plan->param_count);
    for (size_t i = 0; i < plan->param_count; i++) {
        if (!step->params[i].at) continue; /* zeroed: null */
        TRY(plan_param_input(arena, &plan->params[i], step->params[i], &values[i]));
    }
    *out = values;
    return NULL;
}

static err plan_steps(struct db_call *call, const struct catalog *catalog)
{
    struct run *run = (struct run *)call;
    struct auth_request *request = run->request;
    struct caller *caller = gateway_internal_caller(request->arena, catalog, STR(STORE_ROLE));
    release_plans(run);
    for (size_t i = 0; i < run->step_count; i++) {
        const struct auth_step *step = &run->steps[i];
        struct engine_step *engine_step = &run->engine_steps[i];
        const struct plan *plan;
        TRY(find_plan(request, catalog, caller->role_oid, step, &plan));
        run->plans[run->plan_count++] = plan_ref(plan);
        *engine_step =
            (struct engine_step){.plan = plan, .rows_least = step->rows, .rows_most = step->rows};
        TRY(bind(request->arena, plan, step, &engine_step->params));
    }
    call->request.caller = caller;
    call->request.steps = run->engine_steps;
    call->request.step_count = run->step_count;
    return NULL;
}

/* Small by construction: a page of users is the largest. Larger ones would be a file. */
static err take_rows(struct auth_request *request,
                     const struct run *run,
                     struct step_result *results)
{
    memset(&request->rows, 0, sizeof request->rows);
    for (size_t i = 0; i < run->step_count; i++) {
        struct step_result *result = &results[i];
        request->rows.affected[i] = result->affected;
        if (result->body.fd >= 0 && result->body.fd_len > 0)
            return err_new(request->arena, ERR_INTERNAL, "an auth result is too large");
        if (!result->body.bytes.len) continue;
        str text = str_copy(request->arena, buf_str(&result->body.bytes));
        TRY(json_parse(request->arena, text, NULL, &request->rows.at[i]));
    }
    return NULL;
}

static void run_done(struct db_call *call,
                     err error,
                     struct step_result *results,
                     size_t failed_step)
{
    struct run *run = (struct run *)call;
    struct auth_request *request = run->request;
    release_plans(run);
    if (error) {
        if (run->failed) error = run->failed(request, error, failed_step);
    } else {
        error = take_rows(request, run, results);
        if (!error) error = run->then(request);
    }
    if (error) auth_respond_error(request, error);
}

void auth_step_add(struct auth_request *request,
                   enum auth_statement statement,
                   int64_t rows,
                   const str *params,
                   size_t count)
{
    assert(request->step_count < AUTH_STEPS_MAX);
    assert(count <= AUTH_PARAMS_MAX);
    struct auth_step *step = &request->steps[request->step_count++];
    *step = (struct auth_step){.statement = (int)statement, .param_count = count, .rows = rows};
    memcpy(step->params, params, count * sizeof *params);
}

err auth_run_or(struct auth_request *request, auth_handler *then, auth_failure *failed)
{
    struct arena *arena = request->arena;
    struct run *run = ARENA_NEW(arena, struct run);
    run->request = request;
    run->then = then;
    run->failed = failed;
    run->step_count = request->step_count;
    run->steps = ARENA_ARRAY(arena, struct auth_step, run->step_count);
    run->engine_steps = ARENA_ARRAY(arena, struct engine_step, run->step_count);
    run->plans = ARENA_ARRAY(arena, const struct plan *, run->step_count);
    memcpy(run->steps, request->steps, run->step_count * sizeof *run->steps);
    request->step_count = 0;
    run->call.engine = request->auth->options.engine;
    run->call.plan = plan_steps;
    run->call.done = run_done;
    run->call.request.arena = arena;
    run->call.request.loop = request->http->loop;
    run->call.request.format = FORMAT_JSON;
    run->call.request.deadline_ms = request->http->deadline_ms;
    arena_defer(arena, release_plans, run);
    db_run(&run->call);
    return NULL;
}

err auth_run(struct auth_request *request, auth_handler *then)
{
    return auth_run_or(request, then, NULL);
}

const struct json *auth_row(const struct auth_request *request, size_t step, size_t index)
{
    const struct json *rows = request->rows.at[step];
    return rows && rows->kind == JSON_ARRAY && index < rows->count ? rows->items[index] : NULL;
}

bool auth_row_flag(const struct json *row, str column)
{
    const struct json *value = json_get(row, column);
    return value && value->kind == JSON_TRUE;
}
