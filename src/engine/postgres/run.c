/* engine/postgres/run.c - a request on a connection of its loop.
 *
 * A run is one of three transactions:
 *
 *   RUN_IMPLICIT  settings, statement(s), answer settings, Sync: one trip. Single reads, and writes
 *                 that nothing is expected of.
 *   RUN_SNAPSHOT  several reads in a REPEATABLE READ, READ ONLY block: one trip as well.
 *   RUN_DECIDED   writes with expectations: BEGIN, settings, statements; their rows are counted, then COMMIT
 *                 or ROLLBACK is sent.
 *
 * Phases: WAITING (lane) -> RUNNING -> ENDING (COMMIT, ROLLBACK) -> done. A connection that is lost sends a read
 * back to WAITING, once; a write ends with ERR_OUTCOME_UNKNOWN when its commit may have been seen. A name that the
 * server does not know leads over LOOKING: when the catalog has changed, the plan is stale. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "engine/postgres/lane.h"
#include "engine/postgres/print.h"
#include "engine/postgres/session.h"
#include "engine/postgres/watch.h"
#include "sql/row_writer.h"
#include "types/type_text.h"

enum {
    FAST_RUNS_LEAST = 2, /* runs under fast_us before a shape may share */
    SLOW_RUNS_MOST = 8,  /* runs over it in a row on a shared connection: not the machine's noise */
    SOLO_MS = 10000,     /* how long a shape that was slow stays off shared connections */
    HUGE_SOLO_MS = 600000,     /* and one whose answer was given up, and others' with it */
    SHARED_BYTES_MAX = 262144, /* a larger result makes its shape a solo one */
    TIMEOUT_GRACE_MS = 2000,   /* for the server to notice its own statement_timeout */
    RETRIES_MOST = 1,
    LOOK_EVERY_MS = 1000, /* a client's misspelt names cost no more looks than that */
    LOOK_STEP_MS = 10,
    LOOK_MOST_MS = 2000,
};

enum run_kind { RUN_IMPLICIT, RUN_SNAPSHOT, RUN_DECIDED };
enum run_phase { PHASE_WAITING, PHASE_RUNNING, PHASE_ENDING, PHASE_LOOKING };

/* What each query of the segment is for. */
enum query_role { QUERY_BLOCK, QUERY_SETTINGS, QUERY_STEP, QUERY_ANSWER };

struct run {
    struct lane_waiter waiter; /* first */
    struct segment segment;
    struct engine_request *request;
    struct engine_pg *engine;
    struct lane *lane;
    struct pg_connection *connection; /* while it runs */
    enum run_kind kind;
    enum run_phase phase;
    bool writes;
    bool commits;  /* a Sync that commits a write is on its way */
    bool answered; /* the server has refused: nothing was committed */
    bool forget;   /* the server's copy of a statement no longer fits: prepare it anew */
    bool anew;     /* the connection that is granted next may have the same old copy */
    bool unknown;  /* a name that the snapshot may have wrong */
    unsigned retries;
    uint64_t started_ns;
    struct {
        enum query_role role;
        size_t step;
    } queries[SEGMENT_QUERIES_MAX];
    size_t query_count;
    /* The present step's rows. */
    struct row_writer writer;
    const struct row_shape *shape;
    struct value *row;
    struct spool spool;
    struct step_result *results;
    int64_t updated;
    err error;
    size_t failed_step;
    struct timer
        stuck; /* RUNNING: the server does not answer; LOOKING: the next look at the watcher */
    uint64_t looks, look_until_ms;
};

static struct run *of_segment(struct segment *segment)
{
    return (struct run *)((char *)segment - offsetof(struct run, segment));
}

static struct pg_statement *statement_of(const struct run *run, size_t step)
{
    /* Over a remote catalog every plan is one statement. */
    return &pg_program_of(run->request->steps[step].plan)->steps[0];
}

static bool is_shared(const struct run *run)
{
    return run->waiter.kind == LANE_SHARED;
}

/* ---- the end ---- */

struct spooled {
    struct spool_quota *quota;
    struct result_body *body;
    int64_t fd_len;
};

static void release_spooled(void *object)
{
    const struct spooled *spooled = object;
    if (spooled->body->fd >= 0) close(spooled->body->fd);
    spool_released(spooled->quota, spooled->fd_len);
}

static void tie_spools(struct run *run)
{
    for (size_t i = 0; run->results && i < run->request->step_count; i++) {
        if (run->results[i].body.fd < 0) continue;
        struct spooled *spooled = ARENA_NEW(run->request->arena, struct spooled);
        *spooled = (struct spooled){&run->engine->spool_quota, &run->results[i].body,
                                    run->results[i].body.fd_len};
        arena_defer(run->request->arena, release_spooled, spooled);
    }
}

static void active_end(struct engine_pg *engine)
{
    if (atomic_fetch_sub(&engine->active, 1) != 1 || !atomic_load(&engine->draining)) return;
    pthread_mutex_lock(&engine->active_lock);
    pthread_cond_broadcast(&engine->active_none);
    pthread_mutex_unlock(&engine->active_lock);
}

static void finish(struct run *run)
{
    struct engine_request *request = run->request;
    struct engine_pg *engine = run->engine;
    timer_stop(request->loop, &run->stuck);
    tie_spools(run);
    request->engine_private = NULL;
    request->done(request, run->error, run->error ? NULL : run->results, run->failed_step);
    active_end(engine);
}

static void set_error(struct run *run, err error, size_t step)
{
    if (run->error) return;
    run->error = error;
    run->failed_step = step;
}

/* ---- rows ---- */

static void release_bytes(void *object)
{
    buf_deinit(object);
}

static void results_new(struct run *run)
{
    struct engine_request *request = run->request;
    run->results = ARENA_ARRAY(request->arena, struct step_result, request->step_count);
    for (size_t i = 0; i < request->step_count; i++) {
        run->results[i] = (struct step_result){.total = -1, .body = {.fd = -1}};
        buf_init(&run->results[i].body.bytes, request->result_bytes_max);
        arena_defer(request->arena, release_bytes, &run->results[i].body.bytes);
    }
}

static enum result_shape shape_of(const struct run *run, size_t step)
{
    return run->request->steps[step].plan->steps[0].shape;
}

static void begin_rows(struct run *run, size_t step, const PGresult *result)
{
    struct engine_request *request = run->request;
    const struct pg_statement *statement = statement_of(run, step);
    bool text = request->format == FORMAT_CSV || request->format == FORMAT_TEXT_ROWS;
    run->shape = pg_connection_shape(run->connection, statement->name, lane_catalog(run->lane),
                                     result, statement->skip, text);
    run->row = ARENA_ARRAY(request->arena, struct value, run->shape->node.column_count);
    row_writer_init(&run->writer, request->arena, &run->results[step].body.bytes, request->format,
                    NULL);
    row_writer_begin(&run->writer, &run->shape->node, shape_of(run, step));
    spool_init(&run->spool, request->arena, run->engine->options.folder, &run->engine->spool_quota,
               run->engine->options.spool_memory_bytes);
}

static void write_row(struct run *run, const PGresult *result, int row)
{
    struct arena *values = lane_row_arena(run->lane);
    row_values(values, run->shape, result, row, run->row);
    row_writer_row_open(&run->writer);
    row_writer_columns(&run->writer, &run->shape->node, run->row, 0, SIZE_MAX);
    row_writer_row_close(&run->writer);
    arena_reset(values);
}

/* The count, and whether there is a row beside it. */
static bool take_count(struct run *run, size_t step, const PGresult *result, int row)
{
    int64_t total = 0;
    if (str_to_i64(engine_pg_field(result, row, 0), &total)) run->results[step].total = total;
    return !PQgetisnull(result, row, 1);
}

static void take_rows(struct run *run, size_t step, const PGresult *result)
{
    struct step_result *out = &run->results[step];
    /* An upsert returns something of its own. */
    if (run->error || shape_of(run, step) == RESULT_NONE) return;
    if (!run->shape) begin_rows(run, step, result);
    bool counted = statement_of(run, step)->counted;
    for (int row = 0; row < PQntuples(result); row++) {
        if (counted && !take_count(run, step, result, row)) continue;
        write_row(run, result, row);
        out->rows++;
    }
    if (out->body.bytes.len <= run->spool.memory_bytes) return;
    err error = spool_flush(&run->spool, &out->body.bytes);
    if (error) set_error(run, error, step);
}

static int64_t command_rows(const PGresult *result)
{
    int64_t rows = 0;
    return str_to_i64(str_of(PQcmdTuples((PGresult *)(uintptr_t)result)), &rows) ? rows : 0;
}

static void end_rows(struct run *run, size_t step)
{
    struct step_result *out = &run->results[step];
    if (!run->shape) return;
    row_writer_end(&run->writer);
    run->shape = NULL;
    if (run->error) {
        spool_drop(&run->spool);
    } else if (run->spool.fd >= 0) {
        struct buf rest = out->body.bytes;
        err error = spool_take(&run->spool, &rest, &out->body);
        if (error) set_error(run, error, step);
    }
    if (!buf_ok(&out->body.bytes))
        set_error(run, err_new(run->request->arena, ERR_OVERLOADED, "the result is too large"),
                  step);
}

/* A statement's last word: its command tag. */
static void take_command(struct run *run, size_t step, const PGresult *result)
{
    const struct engine_step *asked = &run->request->steps[step];
    struct step_result *out = &run->results[step];
    int64_t rows = command_rows(result);
    if (asked->plan->writes) out->affected = out->inserted = rows;
    if (PQresultStatus(result) == PGRES_TUPLES_OK) take_rows(run, step, result);
}

/* ---- what SQL says of the answer ---- */

/* step: the last one before it. The count of updates is the transaction's: what was added since the answer before
 * is the last upsert's. */
static void take_answer(struct run *run, size_t step, const PGresult *result)
{
    struct engine_request *request = run->request;
    int64_t updated;
    if (PQntuples(result) != 1) return;
    request->response_status = str_copy(request->arena, engine_pg_field(result, 0, 0));
    request->response_headers = str_copy(request->arena, engine_pg_field(result, 0, 1));
    if (!str_to_i64(engine_pg_field(result, 0, 2), &updated)) return;
    size_t upsert = step;
    while (upsert > 0 && !statement_of(run, upsert)->upsert) upsert--;
    run->results[upsert].inserted -= updated - run->updated;
    run->updated = updated;
}

/* ---- errors ---- */

/* The server's copy of the statement, not the statement: prepared anew it runs. */
static bool is_outdated(const char *state, const PGresult *result)
{
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (strcmp(state, "26000") == 0) return true;
    return strcmp(state, "0A000") == 0 && message && strstr(message, "cached plan");
}

/* A relation, column, function or object that is not there: misspelt, or the snapshot is behind. */
static bool is_unknown_name(const char *state)
{
    static const char *const states[] = {"42P01", "42703", "42883", "42704"};
    for (size_t i = 0; i < COUNT_OF(states); i++)
        if (strcmp(state, states[i]) == 0) return true;
    return false;
}

static bool is_shutdown(const char *state)
{
    return state && strncmp(state, "57P0", 4) == 0;
}

/* Whether the error says that nothing was committed. Without a SQLSTATE it is libpq that speaks, of a connection
 * that is gone; and a server that is shut down while it commits may have done so. */
static bool is_refusal(const struct run *run, size_t query, const char *state)
{
    bool committing =
        run->commits && (query >= run->query_count || run->queries[query].role == QUERY_BLOCK);
    return state && !(committing && is_shutdown(state));
}

static void take_error(struct run *run, size_t query, const PGresult *result)
{
    /* Behind the last query: what a deferred constraint says at the Sync. */
    bool of_step = query < run->query_count && run->queries[query].role == QUERY_STEP;
    size_t step = of_step ? run->queries[query].step : run->request->step_count - 1;
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (is_refusal(run, query, state)) run->answered = true;
    run->forget = state && is_outdated(state, result);
    run->unknown = state && is_unknown_name(state);
    err error = is_shutdown(state)
                    ? err_new(run->request->arena, ERR_UNAVAILABLE, "the database is shutting down")
                    : engine_pg_error(run->request->arena, result, STR_NONE);
    set_error(run, error, step);
}

static err expectation_error(struct run *run, int64_t rows)
{
    struct err *error = err_new(run->request->arena, ERR_EXPECTATION,
                                "the statement touched another number of rows than expected");
    return err_details(run->request->arena, error, "The result contains %" PRId64 " rows", rows);
}

static void check_expectation(struct run *run, size_t step)
{
    const struct engine_step *asked = &run->request->steps[step];
    const struct step_result *result = &run->results[step];
    bool counts_affected = asked->plan->writes && shape_of(run, step) == RESULT_NONE;
    int64_t rows = counts_affected ? result->affected : result->rows;
    bool few = asked->rows_least != ROWS_ANY && rows < asked->rows_least;
    bool many = asked->rows_most != ROWS_ANY && rows > asked->rows_most;
    if (few || many) set_error(run, expectation_error(run, rows), step);
}

/* ---- sending ---- */

static void note_query(struct run *run, enum query_role role, size_t step)
{
    assert(run->query_count < SEGMENT_QUERIES_MAX);
    run->queries[run->query_count].role = role;
    run->queries[run->query_count].step = step;
    run->query_count++;
}

static bool send_text(struct run *run, const char *sql, const char *name, enum query_role role)
{
    note_query(run, role, 0);
    return pg_connection_send(run->connection, &run->segment,
                              &(struct pg_query){.sql = sql, .name = name});
}

struct settings {
    const char *values[2 * LANE_SETTINGS_MAX];
    size_t count; /* of values */
};

static void add_setting(struct settings *settings, const char *name, const char *value)
{
    /* Ours to keep: a setting left out could be the role. */
    assert(settings->count + 2 <= COUNT_OF(settings->values));
    settings->values[settings->count++] = name;
    settings->values[settings->count++] = value;
}

static uint64_t run_ms(const struct run *run)
{
    const struct engine_postgres_options *options = &run->engine->options;
    uint64_t now = loop_now_ms(run->request->loop), most = options->read_run_ms;
    if (run->writes)
        most = str_eq(run->request->caller->role, STR("service_role"))
                   ? options->write_run_service_ms
                   : options->write_run_ms;
    uint64_t deadline = run->request->deadline_ms;
    if (deadline == 0) return most;
    uint64_t left = deadline > now ? deadline - now : 1;
    return left < most ? left : most;
}

/* The statement_timeout: that of a shared connection is short, see too_slow. */
static uint64_t statement_ms(const struct run *run)
{
    uint64_t most = run_ms(run), shared = engine_pg_shared_run_ms(run->engine);
    return is_shared(run) && shared < most ? shared : most;
}

/* What SQL may ask of the request itself, where something on the server does. */
static void add_request(struct run *run, struct settings *settings)
{
    static const str looked_up[] = {STR_INIT("request.headers"), STR_INIT("request.cookies")};
    const struct caller *caller = run->request->caller;
    struct arena *arena = run->request->arena;
    bool asked_for = catalog_reads_request(lane_catalog(run->lane));
    for (size_t i = 0; i < caller->setting_count; i++) {
        const struct setting *setting = &caller->settings[i];
        if (!asked_for && str_starts(setting->name, STR("request."))) continue;
        add_setting(settings, str_cstr(arena, setting->name), str_cstr(arena, setting->value));
    }
    for (size_t i = 0; asked_for && caller->lookup && i < COUNT_OF(looked_up); i++) {
        str value;
        if (caller->lookup(caller, arena, looked_up[i], &value))
            add_setting(settings, looked_up[i].at, str_cstr(arena, value));
    }
}

/* What the connection began with need not be said again (connection.c has the list). */
static void add_session(struct run *run, struct settings *settings)
{
    struct arena *arena = run->request->arena;
    bool kept = pg_connection_has_defaults(run->connection);
    str path = run->request->steps[0].plan->search_path, zone = run->request->caller->time_zone;
    uint64_t timeout_ms = statement_ms(run);
    uint64_t kept_ms =
        is_shared(run) ? engine_pg_shared_run_ms(run->engine) : run->engine->options.read_run_ms;
    bool read_only = run->request->read_only || !run->writes;
    if (!kept || !str_eq(path, STR(PG_DEFAULT_SEARCH_PATH)))
        add_setting(settings, "search_path", str_cstr(arena, path));
    if (!kept || timeout_ms != kept_ms)
        add_setting(settings, "statement_timeout", str_printf(arena, "%" PRIu64, timeout_ms).at);
    if (!kept || !str_empty(zone))
        add_setting(settings, "TimeZone", str_empty(zone) ? "UTC" : str_cstr(arena, zone));
    if (!kept) add_setting(settings, "DateStyle", "ISO");
    if (!kept) add_setting(settings, "IntervalStyle", "postgres");
    if (!kept || read_only != is_shared(run))
        add_setting(settings, "transaction_read_only", read_only ? "on" : "off");
}

/* Everything that makes the transaction the caller's, in one statement. The role is last: what stands
 * before it is set as the login, what follows in the transaction runs as the role. */
static bool send_settings(struct run *run)
{
    struct arena *arena = run->request->arena;
    const struct caller *caller = run->request->caller;
    struct settings settings = {0};
    add_session(run, &settings);
    add_request(run, &settings);
    add_setting(&settings, "request.jwt.claims", str_cstr(arena, caller->claims));
    add_setting(&settings, "role", str_cstr(arena, caller->role));
    const struct settings_text *text = lane_settings_text(run->lane, settings.count / 2);
    struct pg_query query = {
        .sql = text->sql,
        .name = text->name,
        .values = settings.values,
        .count = settings.count,
    };
    note_query(run, QUERY_SETTINGS, 0);
    return pg_connection_send(run->connection, &run->segment, &query);
}

static const char *param_text(struct run *run,
                              const struct plan_param *param,
                              const struct value *value)
{
    struct arena *arena = run->request->arena;
    if (value->kind == VALUE_NULL) return NULL;
    if (param->ref) return str_cstr(arena, type_output_str(arena, NULL, param->ref, value));
    if (value->kind == VALUE_INT) return str_printf(arena, "%" PRId64, value->i).at;
    return str_cstr(arena, value->s);
}

static bool send_step(struct run *run, size_t step)
{
    const struct engine_step *asked = &run->request->steps[step];
    const struct pg_statement *statement = statement_of(run, step);
    const char **values = ARENA_ARRAY(run->request->arena, const char *, statement->param_count);
    for (size_t i = 0; i < statement->param_count; i++) {
        int index = statement->params[i];
        values[i] = param_text(run, &asked->plan->params[index], &asked->params[index]);
    }
    struct pg_query query = {
        .sql = statement->sql,
        .name = statement->name,
        .values = values,
        .types = statement->types,
        .count = statement->param_count,
        .single_rows = !is_shared(run),
    };
    note_query(run, QUERY_STEP, step);
    return pg_connection_send(run->connection, &run->segment, &query);
}

static bool send_answer(struct run *run, size_t step)
{
    static const char sql[] = "SELECT current_setting('response.status', true),"
                              "current_setting('response.headers', true),"
                              "current_setting('dapur.updated', true)";
    note_query(run, QUERY_ANSWER, step);
    return pg_connection_send(run->connection, &run->segment,
                              &(struct pg_query){.sql = sql, .name = "answer_settings"});
}

/* A read of tables sets nothing; whatever writes or calls may. */
static bool may_set_answer(const struct run *run)
{
    if (run->writes) return true;
    for (size_t i = 0; i < run->request->step_count; i++)
        if (run->request->steps[i].plan->calls) return true;
    return false;
}

/* Each upsert but the last has an answer of its own: what it added to the count. */
static bool send_steps(struct run *run)
{
    size_t count = run->request->step_count;
    bool asks = may_set_answer(run);
    for (size_t i = 0; i < count; i++) {
        if (!send_step(run, i)) return false;
        bool ask = i + 1 == count ? asks : statement_of(run, i)->upsert;
        if (ask && !send_answer(run, i)) return false;
    }
    return true;
}

static bool send_all(struct run *run)
{
    if (run->kind == RUN_SNAPSHOT &&
        !send_text(run, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "begin_read",
                   QUERY_BLOCK))
        return false;
    if (run->kind == RUN_DECIDED && !send_text(run, "BEGIN", "begin_write", QUERY_BLOCK))
        return false;
    if (!send_settings(run)) return false;
    if (!send_steps(run)) return false;
    if (run->kind == RUN_DECIDED) return pg_connection_flush(run->connection, &run->segment);
    if (run->kind == RUN_SNAPSHOT && !send_text(run, "COMMIT", "commit", QUERY_BLOCK)) return false;
    run->commits = run->writes;
    return pg_connection_sync(run->connection, &run->segment);
}

/* ---- choosing ---- */

static enum run_kind kind_of(const struct run *run)
{
    const struct engine_request *request = run->request;
    if (!run->writes) return request->step_count > 1 ? RUN_SNAPSHOT : RUN_IMPLICIT;
    for (size_t i = 0; i < request->step_count; i++)
        if (request->steps[i].rows_least != ROWS_ANY || request->steps[i].rows_most != ROWS_ANY)
            return RUN_DECIDED;
    return RUN_IMPLICIT;
}

static enum lane_kind lane_of(const struct run *run)
{
    struct pg_program *program = pg_program_of(run->request->steps[0].plan);
    bool known = atomic_load(&program->fast_runs) >= FAST_RUNS_LEAST &&
                 loop_now_ms(run->request->loop) >= atomic_load(&program->solo_until_ms);
    return run->kind == RUN_IMPLICIT && !run->writes && known ? LANE_SHARED : LANE_SOLO;
}

static void to_solo(struct run *run, uint64_t for_ms)
{
    struct pg_program *program = pg_program_of(run->request->steps[0].plan);
    atomic_store(&program->fast_runs, 0);
    atomic_store(&program->slow_runs, 0);
    atomic_store(&program->solo_until_ms, loop_now_ms(run->request->loop) + for_ms);
}

/* How long it took decides where the shape runs next: on a shared connection since the answer before it.
 * A busy machine makes fast ones look slow now and then, but nothing makes slow ones look fast. */
static void learn(struct run *run)
{
    struct pg_program *program = pg_program_of(run->request->steps[0].plan);
    if (run->kind != RUN_IMPLICIT || run->writes || run->error) return;
    uint64_t began = pg_connection_idle_ns(run->connection);
    if (began < run->started_ns) began = run->started_ns;
    bool large = run->results[0].body.fd >= 0 || run->results[0].body.bytes.len > SHARED_BYTES_MAX;
    bool fast = clock_mono_ns() - began < run->engine->options.fast_us * 1000;
    if (fast && !large) {
        atomic_store(&program->slow_runs, 0);
        atomic_fetch_add(&program->fast_runs, 1);
        return;
    }
    bool often = is_shared(run) && atomic_fetch_add(&program->slow_runs, 1) + 1 >= SLOW_RUNS_MOST;
    if (large || often) to_solo(run, SOLO_MS);
}

/* ---- running ---- */

static const struct segment_events run_events;

/* Past its statement_timeout the server has not answered: the connection is of no use any more. */
static void stuck(struct timer *timer)
{
    struct run *run = (struct run *)((char *)timer - offsetof(struct run, stuck));
    set_error(run, err_new(run->request->arena, ERR_UNAVAILABLE, "the database does not answer"),
              0);
    pg_connection_close(run->connection);
}

static void forget_statements(struct run *run)
{
    for (size_t i = 0; i < run->request->step_count; i++)
        pg_connection_forget(run->connection, statement_of(run, i)->name);
}

static void granted(struct lane_waiter *waiter, struct pg_connection *connection)
{
    struct run *run = (struct run *)waiter;
    run->connection = connection;
    run->phase = PHASE_RUNNING;
    run->started_ns = clock_mono_ns();
    run->query_count = 0;
    run->updated = 0;
    run->error = NULL;
    run->answered = run->commits = run->forget = run->unknown = false;
    run->shape = NULL;
    results_new(run);
    if (run->anew) forget_statements(run);
    segment_init(&run->segment, &run_events);
    timer_start(run->request->loop, &run->stuck, run_ms(run) + TIMEOUT_GRACE_MS, 0, stuck);
    atomic_fetch_add(run->writes      ? &run->engine->counters.writes
                     : is_shared(run) ? &run->engine->counters.reads_shared
                                      : &run->engine->counters.reads_solo,
                     1);
    (void)send_all(run); /* false: lost() has been called */
}

static void refused(struct lane_waiter *waiter, enum err_kind kind, const char *why)
{
    struct run *run = (struct run *)waiter;
    struct err *error = err_new(run->request->arena, kind, "%s", why);
    error->logged = lane_is_down(run->lane);
    if (error->logged) atomic_fetch_add(&run->engine->outage_refused, 1);
    set_error(run, error, 0);
    finish(run);
}

static void release(struct run *run)
{
    struct pg_connection *connection = run->connection;
    timer_stop(run->request->loop, &run->stuck);
    run->connection = NULL;
    if (!is_shared(run) && connection) lane_release(run->lane, connection);
}

static void wait_again(struct run *run)
{
    run->phase = PHASE_WAITING;
    run->waiter.kind = LANE_SOLO;
    run->error = NULL;
    lane_wait(run->lane, &run->waiter);
}

/* COMMIT or ROLLBACK, once all that was sent before has been answered. After an error the server skips
 * everything up to a Sync: the block is rolled back behind it. False: lost() has been called. */
static bool decide(struct run *run)
{
    run->phase = PHASE_ENDING;
    bool commit = !run->error;
    if (!run->answered) {
        const char *sql = commit ? "COMMIT" : "ROLLBACK";
        if (!send_text(run, sql, commit ? "commit" : "rollback", QUERY_BLOCK)) return false;
        run->commits = commit;
    }
    return pg_connection_sync(run->connection, &run->segment);
}

static void on_result(struct segment *segment, size_t query, const PGresult *result)
{
    struct run *run = of_segment(segment);
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_PIPELINE_ABORTED) return;
    if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE) {
        take_error(run, query, result);
        return;
    }
    assert(query < run->query_count);
    if (run->queries[query].role == QUERY_ANSWER)
        take_answer(run, run->queries[query].step, result);
    if (run->queries[query].role != QUERY_STEP) return;
    if (status == PGRES_SINGLE_TUPLE)
        take_rows(run, run->queries[query].step, result);
    else
        take_command(run, run->queries[query].step, result);
}

static void on_finished(struct segment *segment, size_t query)
{
    struct run *run = of_segment(segment);
    if (query >= run->query_count) return;
    if (run->queries[query].role == QUERY_STEP) {
        end_rows(run, run->queries[query].step);
        if (!run->error) check_expectation(run, run->queries[query].step);
    }
    bool all = query + 1 == run->query_count;
    if (run->kind == RUN_DECIDED && run->phase == PHASE_RUNNING && all)
        (void)decide(run); /* false: lost() has been called */
}

/* The server's copy of a statement did not fit: once more, with a new one. Nothing was done. */
static bool try_again(struct run *run)
{
    if (!run->forget || run->retries >= RETRIES_MOST) return false;
    forget_statements(run);
    run->anew = true;
    atomic_fetch_add(&run->engine->counters.stale_plans, 1);
    run->retries++;
    return true;
}

static bool plan_is_behind(const struct run *run)
{
    uint64_t version = catalog_current_version(&run->engine->current);
    return run->request->steps[0].plan->catalog_version != version;
}

/* The watcher has looked, or takes too long: a changed catalog makes the plan anew, else the error stands. */
static void look_again(struct timer *timer)
{
    struct run *run = (struct run *)((char *)timer - offsetof(struct run, stuck));
    bool looked = atomic_load(&run->engine->catalog_looks) != run->looks;
    bool waits =
        !looked && !plan_is_behind(run) && loop_now_ms(run->request->loop) < run->look_until_ms;
    if (waits) {
        timer_start(run->request->loop, timer, LOOK_STEP_MS, 0, look_again);
        return;
    }
    if (plan_is_behind(run)) {
        atomic_fetch_add(&run->engine->counters.stale_plans, 1);
        run->error = err_new(run->request->arena, ERR_PLAN_STALE,
                             "the catalog changed since the plan was made");
    }
    finish(run);
}

/* Asks the watcher, unless somebody did a moment ago. Nothing of the request was done. */
static bool look_first(struct run *run)
{
    struct engine_pg *engine = run->engine;
    uint64_t now = loop_now_ms(run->request->loop), before = atomic_load(&engine->look_asked_ms);
    if (!run->unknown || !run->error || !engine->watch) return false;
    bool due = before == 0 || now - before >= LOOK_EVERY_MS;
    if (!due || !atomic_compare_exchange_strong(&engine->look_asked_ms, &before, now)) return false;
    run->phase = PHASE_LOOKING;
    run->looks = atomic_load(&engine->catalog_looks);
    run->look_until_ms = now + LOOK_MOST_MS;
    engine_pg_watch_reload(engine->watch);
    timer_start(run->request->loop, &run->stuck, LOOK_STEP_MS, 0, look_again);
    return true;
}

/* A shape that was fast is slow now. It was stopped for those behind it on the shared connection, and has
 * all of its time on a solo one. */
static bool too_slow(struct run *run)
{
    if (!is_shared(run) || run->request->cancelled || !run->error) return false;
    if (!err_is(run->error, STR("57014"))) return false;
    to_solo(run, SOLO_MS);
    return true;
}

/* After an error the block is still there. False: lost() has been called. */
static bool roll_back_block(struct run *run)
{
    run->phase = PHASE_ENDING;
    run->query_count = 0;
    segment_init(&run->segment, &run_events);
    if (!send_text(run, "ROLLBACK", "rollback", QUERY_BLOCK)) return false;
    return pg_connection_sync(run->connection, &run->segment);
}

static void on_end(struct segment *segment)
{
    struct run *run = of_segment(segment);
    /* A block is a solo connection's: nothing else is in flight there, and libpq knows its state. */
    if (run->kind != RUN_IMPLICIT && pg_connection_transaction(run->connection) != PQTRANS_IDLE) {
        (void)roll_back_block(run); /* false: lost() has been called */
        return;
    }
    bool again = try_again(run) || too_slow(run);
    learn(run);
    if (again) {
        release(run);
        wait_again(run);
        return;
    }
    release(run);
    if (!look_first(run)) finish(run);
}

/* We gave the shared connection up because an answer there was too large: what was on it goes on alone. The
 * server is well, so this is no retry. */
static bool was_given_up(struct run *run)
{
    if (run->segment.loss == LOSS_OF_CONNECTION || !is_shared(run) || run->request->cancelled)
        return false;
    if (run->segment.loss == LOSS_TOO_LARGE) to_solo(run, HUGE_SOLO_MS);
    wait_again(run);
    return true;
}

static void on_lost(struct segment *segment)
{
    struct run *run = of_segment(segment);
    bool unknown = run->writes && run->commits && !run->answered;
    run->connection = NULL;
    timer_stop(run->request->loop, &run->stuck);
    if (run->shape) spool_drop(&run->spool);
    run->shape = NULL;
    if (was_given_up(run)) return;
    struct arena *arena = run->request->arena;
    if (unknown) {
        run->error =
            err_new(arena, ERR_OUTCOME_UNKNOWN,
                    "the connection to the database was lost before it confirmed the write");
    } else if (!run->error || run->error->kind == ERR_UNAVAILABLE) {
        if (!run->request->cancelled && !run->writes && run->retries++ < RETRIES_MOST) {
            lane_renew(run->lane);
            wait_again(run);
            return;
        }
        run->error = err_new(arena, ERR_UNAVAILABLE, "the connection to the database was lost");
    }
    finish(run);
}

static const struct segment_events run_events = {
    .result = on_result, .finished = on_finished, .end = on_end, .lost = on_lost};

/* ---- struct engine's ---- */

static void refuse_request(struct engine_request *request, err error)
{
    request->done(request, error, NULL, 0);
}

static bool any_writes(const struct engine_request *request)
{
    for (size_t i = 0; i < request->step_count; i++)
        if (request->steps[i].plan->writes) return true;
    return false;
}

static bool is_current(struct lane *lane, const struct engine_request *request)
{
    uint64_t version = catalog_version(lane_catalog(lane));
    for (size_t i = 0; i < request->step_count; i++)
        if (request->steps[i].plan->catalog_version != version) return false;
    return true;
}

void engine_pg_run(struct engine *base, struct engine_request *request)
{
    struct engine_pg *engine = engine_pg_of(base);
    loop_assert_here(request->loop);
    struct lane *lane = engine->lanes[loop_index(request->loop)];
    if (!lane) {
        refuse_request(request, err_new(request->arena, ERR_UNAVAILABLE, "the server is stopping"));
        return;
    }
    if (!is_current(lane, request)) {
        refuse_request(request, err_new(request->arena, ERR_PLAN_STALE,
                                        "the catalog changed since the plan was made"));
        return;
    }
    struct run *run = ARENA_NEW(request->arena, struct run);
    run->request = request;
    run->engine = engine;
    run->lane = lane;
    run->writes = any_writes(request);
    run->kind = kind_of(run);
    run->waiter =
        (struct lane_waiter){.kind = lane_of(run), .granted = granted, .refused = refused};
    request->engine_private = run;
    atomic_fetch_add(&engine->active, 1);
    lane_wait(lane, &run->waiter);
}

void engine_pg_cancel(struct engine *base, struct engine_request *request)
{
    struct engine_pg *engine = engine_pg_of(base);
    struct run *run = request->engine_private;
    request->cancelled = true;
    if (!run) return;
    if (run->phase == PHASE_WAITING && lane_leave(run->lane, &run->waiter)) {
        refused(&run->waiter, ERR_UNAVAILABLE, "the client is gone");
        return;
    }
    /* Of a write that is on its way nobody knows where it is: it runs to its end. A statement on a shared
     * connection is short, and the connection is others' as well. */
    if (run->phase != PHASE_RUNNING || is_shared(run) || run->writes) return;
    atomic_fetch_add(&engine->counters.cancels, 1);
    set_error(run, err_sql(request->arena, "57014", "canceling statement due to user request"), 0);
    lane_cancel(run->lane, run->connection);
}
