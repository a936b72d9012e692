/* engine/sqlite/run.c - executes a program's ops in order. See run.h. */
#include "engine/sqlite/run.h"

#include <inttypes.h>

#include "engine/sqlite/constraint_error.h"
#include "engine/sqlite/pl.h"
#include "engine/sqlite/run_int.h"
#include "sql/catalog_build.h"
#include "types/datetime.h"
#include "types/jsonb.h"

/* ---- binding ---------------------------------------------------------------------------------- */

static struct value text_or_null(str text)
{
    return str_empty(text) ? value_null() : value_text(text);
}

static err session_setting(struct run *run, const struct slot *slot, struct value *out)
{
    struct sqlite_session *session = run->session;
    str text;
    bool found = session->hooks != NULL && session->hooks->setting != NULL &&
                 session->hooks->setting(session, slot->name, &text);
    if (!found && run->caller != NULL && str_eq(slot->name, STR("request.jwt.claims"))) {
        text = run->caller->claims;
        found = !str_empty(text);
    }
    *out = found ? value_text(text) : value_null();
    if (found || slot->missing_ok) return NULL;
    return err_sql(run->arena, "42704", "unrecognized configuration parameter \"%.*s\"",
                   STR_FMT(slot->name));
}

static err session_jwt(struct run *run, struct value *out)
{
    *out = value_null();
    if (run->caller == NULL || str_empty(run->caller->claims)) return NULL;
    str normal;
    TRY(jsonb_parse(run->arena, run->caller->claims, &normal));
    *out = value_text(normal);
    return NULL;
}

static struct value session_now(struct run *run)
{
    struct buf *text = buf_in(run->arena, 0);
    timestamptz_write(text, run->session->types.now_us, NULL, DATETIME_STORED);
    return value_text(buf_str(text));
}

static err session_value(struct run *run, const struct slot *slot, struct value *out)
{
    static const struct caller nobody;
    const struct caller *caller = run->caller != NULL ? run->caller : &nobody;
    switch (slot->session) {
    case SESSION_UID: *out = text_or_null(caller->user_id); return NULL;
    case SESSION_ROLE: *out = text_or_null(caller->role); return NULL;
    case SESSION_EMAIL: *out = text_or_null(caller->email); return NULL;
    case SESSION_JWT: return session_jwt(run, out);
    case SESSION_SETTING: return session_setting(run, slot, out);
    case SESSION_NOW:
    case SESSION_STATEMENT_NOW: *out = session_now(run); return NULL;
    case SESSION_CURRENT_USER:
        *out = value_text(str_empty(slot->name) ? caller->role : slot->name);
        return NULL;
    case SESSION_SESSION_USER: *out = value_text(STR("authenticator")); return NULL;
    }
    return NULL;
}

static err set_of(struct execution_state *state, int index, int columns, struct rowset **out)
{
    if (state->sets[index] == NULL)
        state->sets[index] = rowset_new(state->run->arena, (size_t)columns);
    *out = state->sets[index];
    return NULL;
}

static int bind_row(sqlite3_stmt *stmt, int position, const struct value *row, int index)
{
    return row != NULL ? rowset_bind(stmt, position, &row[index])
                       : sqlite3_bind_null(stmt, position);
}

static err bind_slot(struct execution_state *state,
                     sqlite3_stmt *stmt,
                     int position,
                     const struct slot *slot,
                     const struct place *place)
{
    struct run *run = state->run;
    struct value value = value_null();
    int code;
    switch (slot->kind) {
    case SLOT_PARAM: code = rowset_bind(stmt, position, &state->step->params[slot->index]); break;
    case SLOT_PARENT: code = rowset_bind(stmt, position, &place->parent[slot->index]); break;
    case SLOT_CONST: code = rowset_bind(stmt, position, &slot->constant); break;
    case SLOT_SESSION:
        TRY(session_value(run, slot, &value));
        code = rowset_bind(stmt, position, &value);
        break;
    case SLOT_TRANSITION:
        code = sqlite3_bind_pointer(
            stmt, position, (void *)(uintptr_t)pl_transition_table(run->session, slot->index != 0),
            ROWSET_POINTER, NULL);
        break;
    case SLOT_SITE:
        code =
            sqlite3_bind_pointer(stmt, position, (void *)(uintptr_t)slot->site, SITE_POINTER, NULL);
        break;
    case SLOT_SET:
        code = sqlite3_bind_pointer(stmt, position, state->sets[slot->index], ROWSET_POINTER, NULL);
        break;
    case SLOT_KEYS:
        code = sqlite3_bind_pointer(stmt, position, (void *)(uintptr_t)place->keys, ROWSET_POINTER,
                                    NULL);
        break;
    case SLOT_OLD: code = bind_row(stmt, position, place->old_row, slot->index); break;
    case SLOT_NEW: code = bind_row(stmt, position, place->new_row, slot->index); break;
    default: code = SQLITE_MISUSE; break;
    }
    return code == SQLITE_OK ? NULL : sqlite_error(run->arena, run->db, code);
}

err run_bind_all(struct execution_state *state,
                 sqlite3_stmt *stmt,
                 const struct program_op *op,
                 const struct place *place)
{
    for (size_t i = 0; i < op->slot_count; i++)
        TRY(bind_slot(state, stmt, (int)i + 1, &op->slots[i], place));
    return NULL;
}

err run_bind_parent(struct execution_state *state,
                    sqlite3_stmt *stmt,
                    const struct program_op *op,
                    const struct value *parent)
{
    for (size_t i = 0; i < op->slot_count; i++)
        if (op->slots[i].kind == SLOT_PARENT)
            TRY(bind_slot(state, stmt, (int)i + 1, &op->slots[i],
                          &(struct place){.parent = parent}));
    return NULL;
}

/* ---- errors ----------------------------------------------------------------------------------- */

/* The rows that a failed write was about: its set, or computed once more. NULL: unknown. */
static const struct rowset *failed_rows(struct execution_state *state, const struct program_op *op)
{
    struct run *run = state->run;
    struct program_op *rows;
    sqlite3_stmt *stmt = NULL;
    if (op->reads_set >= 0) return state->sets[op->reads_set];
    err error = program_print_rows(run->arena, state->plan, op, &rows);
    if (error != NULL || rows == NULL) return NULL;
    if (sqlite3_prepare_v3(run->db, rows->sql.at, (int)rows->sql.len + 1, 0, &stmt, NULL) !=
        SQLITE_OK)
        return NULL;
    struct rowset *set = rowset_new(run->arena, (size_t)rows->set_columns);
    error = run_bind_all(state, stmt, rows, NULL);
    while (error == NULL && sqlite3_step(stmt) == SQLITE_ROW) error = rowset_add(set, stmt);
    sqlite3_finalize(stmt);
    return error == NULL ? set : NULL;
}

static struct constraint_context context_of(struct execution_state *state,
                                            const struct program_op *op)
{
    struct run *run = state->run;
    return (struct constraint_context){
        .arena = run->arena,
        .db = run->db,
        .catalog = state->plan->catalog,
        .relation = op->relation,
        .command = op->query->command,
        .role = op->query->run_as != OID_NONE ? op->query->run_as : state->plan->role,
        .session = &run->session->types,
        .rows = failed_rows(state, op),
        .positions = op->reads_set >= 0 ? op->positions : NULL,
    };
}

/* Reads what SQLite says, resets the statement, then may ask the database for details. */
err run_step_failed(struct execution_state *state, const struct program_op *op, sqlite3_stmt *stmt)
{
    struct run *run = state->run;
    int code = sqlite3_extended_errcode(run->db);
    str message = str_copy(run->arena, str_of(sqlite3_errmsg(run->db)));
    bool refused = (code & 0xff) == SQLITE_CONSTRAINT || code == SQLITE_MISMATCH;
    if (op->relation == NULL || !refused) return sqlite_error(run->arena, run->db, code);
    sqlite3_reset(stmt);
    struct constraint_context context = context_of(state, op);
    context.code = code;
    context.message = message;
    return constraint_error(&context);
}

/* ---- ops -------------------------------------------------------------------------------------- */

static err take_and_bind(struct execution_state *state,
                         const struct program_op *op,
                         struct statement *out)
{
    TRY(statement_cache_take(state->run->statements, state->run->arena, op, out));
    return run_bind_all(state, out->stmt, op, NULL);
}

/* Whatever a native upsert does, an inserted row is the connection's last. */
enum { NO_ROW = INT32_MIN };

static void count_write(struct execution_state *state, const struct program_op *op)
{
    if (!op->counts_affected) return;
    int64_t changes = sqlite3_changes64(state->run->db);
    state->writes_affect = true;
    state->result->affected += changes;
    if (op->counts_inserted ||
        (op->finds_inserted && sqlite3_last_insert_rowid(state->run->db) != NO_ROW))
        state->result->inserted += changes;
}

static err run_write(struct execution_state *state, const struct program_op *op, sqlite3_stmt *stmt)
{
    state->run->started = true;
    if (op->finds_inserted) sqlite3_set_last_insert_rowid(state->run->db, NO_ROW);
    TRY(run_rows_output(state, op, stmt));
    count_write(state, op);
    return NULL;
}

static err run_fill(struct execution_state *state, const struct program_op *op, sqlite3_stmt *stmt)
{
    struct rowset *set;
    int code;
    TRY(set_of(state, op->set, op->set_columns, &set));
    /* RETURNING of a write that goes into a set. */
    if (op->relation != NULL) state->run->started = true;
    if (op->finds_inserted) sqlite3_set_last_insert_rowid(state->run->db, NO_ROW);
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW) TRY(rowset_add(set, stmt));
    if (code != SQLITE_DONE) return run_step_failed(state, op, stmt);
    if (op->relation != NULL) count_write(state, op);
    return NULL;
}

static err run_check(struct execution_state *state, const struct program_op *op, sqlite3_stmt *stmt)
{
    int code = sqlite3_step(stmt);
    if (code == SQLITE_DONE) return NULL;
    if (code != SQLITE_ROW) return run_step_failed(state, op, stmt);
    if (str_empty(op->message)) {
        struct constraint_context context = context_of(state, op);
        return constraint_null_error(&context, (size_t)sqlite3_column_int64(stmt, 0),
                                     (size_t)sqlite3_column_int64(stmt, 1));
    }
    struct err *error = err_sql(state->run->arena, op->sqlstate, "%.*s", STR_FMT(op->message));
    if (op->held) {
        if (state->held == NULL) state->held = error;
        return NULL;
    }
    if (!str_empty(op->constraint)) {
        struct constraint_context context = context_of(state, op);
        return constraint_named(&context, error, op->constraint);
    }
    if (str_empty(op->hint)) return error;
    return err_hint(state->run->arena, error, "%.*s", STR_FMT(op->hint));
}

static err run_count(struct execution_state *state, const struct program_op *op, sqlite3_stmt *stmt)
{
    int code = sqlite3_step(stmt);
    if (code == SQLITE_ROW) state->result->total = sqlite3_column_int64(stmt, 0);
    return code == SQLITE_ROW || code == SQLITE_DONE ? NULL : run_step_failed(state, op, stmt);
}

static err run_kind(struct execution_state *state, const struct program_op *op, sqlite3_stmt *stmt)
{
    switch (op->kind) {
    case OP_QUERY: return run_rows_output(state, op, stmt);
    case OP_FILL: return run_fill(state, op, stmt);
    case OP_CHECK: return run_check(state, op, stmt);
    case OP_WRITE: return run_write(state, op, stmt);
    case OP_COUNT: return run_count(state, op, stmt);
    case OP_KEY_ACTION:
    case OP_TRIGGER_STATEMENT:
    case OP_TRIGGER_ROWS: break; /* no statement of SQLite's */
    }
    return NULL;
}

static bool writes_table(const struct program_op *op)
{
    return op->relation != NULL && (op->kind == OP_WRITE || op->kind == OP_FILL);
}

/* Rows that a write changes, by itself and by keys' actions, go to the queue of AFTER triggers. */
static err run_watched(struct execution_state *state,
                       const struct program_op *op,
                       sqlite3_stmt *stmt)
{
    struct sqlite_session *session = state->run->session;
    bool outer = session->writing;
    oid outer_writer = session->writer;
    if (!writes_table(op)) return run_kind(state, op, stmt);
    session->writing = true;
    session->writer = op->query != NULL ? op->query->run_as : state->plan->role;
    if (state->queue != NULL) trigger_queue_open(state->queue);
    err error = run_kind(state, op, stmt);
    session->writing = outer;
    session->writer = outer_writer;
    return state->queue != NULL ? trigger_queue_close(state->queue, error) : error;
}

/* A set that stayed empty leaves nothing to check or write. */
static bool is_idle(struct execution_state *state, const struct program_op *op)
{
    if (op->reads_set < 0) return false;
    const struct rowset *set = state->sets[op->reads_set];
    if (set != NULL && set->count > 0) return false;
    if (op->counts_affected) state->writes_affect = true;
    return true;
}

static err run_trigger_rows(struct execution_state *state, const struct program_op *op)
{
    struct rowset *set = state->sets[op->reads_set];
    TRY(trigger_run_rows(state, op->trigger, set));
    if (!op->counts_affected) return NULL; /* INSTEAD OF: what they did is what was written */
    state->writes_affect = true;
    state->result->affected += (int64_t)set->count;
    if (op->trigger->event == QUERY_INSERT) state->result->inserted += (int64_t)set->count;
    return NULL;
}

static err run_op(struct execution_state *state, const struct program_op *op)
{
    struct statement statement = {0};
    if (is_idle(state, op)) return NULL;
    if (op->kind == OP_TRIGGER_STATEMENT) return trigger_run_statement(state, op->trigger);
    if (op->kind == OP_TRIGGER_ROWS) return run_trigger_rows(state, op);
    if (op->kind == OP_KEY_ACTION)
        return trigger_run_action(state, op->action, state->sets[op->reads_set]);
    err error = take_and_bind(state, op, &statement);
    if (error == NULL) error = run_watched(state, op, statement.stmt);
    statement_cache_give(state->run->statements, &statement);
    return error;
}

/* ---- a step of the plan ------------------------------------------------------------------------ */

/* The answer of a function that returns no set is one row even when it found nothing. */
static bool is_always_a_row(const struct execution_state *state)
{
    if (state->plan_step->shape == RESULT_SCALAR) return true;
    return state->plan_step->shape == RESULT_OBJECT && state->run->format == FORMAT_TEXT_ROWS;
}

static err end_body(struct execution_state *state)
{
    row_writer_end(&state->writer);
    if (state->result->rows == 0 && is_always_a_row(state)) state->result->rows = 1;
    return run_check_output(state);
}

/* PostgreSQL tests a view's CHECK OPTION on the row as written: what NOT NULL, CHECK and UNIQUE say
 * comes before it, foreign keys speak at the statement's end. */
static err first_of(err held, err error)
{
    return held != NULL && err_is(error, STR("23503")) ? held : error;
}

static err run_ops(struct execution_state *state, const struct program_step *program)
{
    const struct plan_step *plan = state->plan_step;
    bool writes_body = plan->result && plan->shape != RESULT_NONE;
    state->first_only = plan->shape == RESULT_OBJECT || plan->shape == RESULT_SCALAR;
    state->sets = ARENA_ARRAY(state->run->arena, struct rowset *, (size_t)program->set_count);
    state->held = NULL;
    state->queue = program->watch_count > 0 ? trigger_queue_new(state, program) : NULL;
    if (writes_body) row_writer_begin(&state->writer, plan->node, plan->shape);
    for (size_t i = 0; i < program->op_count; i++) {
        err error = run_op(state, program->ops[i]);
        if (error != NULL) return first_of(state->held, error);
    }
    if (state->held != NULL) return state->held;
    if (state->queue != NULL) TRY(trigger_run_after(state, state->queue));
    return writes_body ? end_body(state) : NULL;
}

static const char *command_name(const struct plan *plan)
{
    static const char *const names[] = {[QUERY_SELECT] = "SELECT",
                                        [QUERY_INSERT] = "INSERT",
                                        [QUERY_UPDATE] = "UPDATE",
                                        [QUERY_DELETE] = "DELETE"};
    for (size_t i = 0; i < plan->step_count; i++)
        if (plan->steps[i].node->query->command != QUERY_SELECT)
            return names[plan->steps[i].node->query->command];
    return "this statement";
}

static err check_expectation(struct execution_state *state)
{
    const struct engine_step *step = state->step;
    int64_t rows = state->writes_affect ? state->result->affected : state->result->rows;
    bool few = step->rows_least != ROWS_ANY && rows < step->rows_least;
    bool many = step->rows_most != ROWS_ANY && rows > step->rows_most;
    if (!few && !many) return NULL;
    struct err *error = err_new(state->run->arena, ERR_EXPECTATION,
                                "the statement touched another number of rows than expected");
    return err_details(state->run->arena, error, "The result contains %" PRId64 " rows", rows);
}

static bool has_result(const struct plan *plan)
{
    for (size_t i = 0; i < plan->step_count; i++)
        if (plan->steps[i].result) return true;
    return false;
}

/* Counts are those of the step that is the result, when there is one: what the statements of a
 * function's body touched before it is the function's own business. */
static void forget_counts(struct execution_state *state)
{
    state->result->rows = state->result->affected = state->result->inserted = 0;
    state->writes_affect = false;
}

static err run_steps(struct execution_state *state)
{
    const struct program *program = state->plan->engine_data;
    bool result = has_result(state->plan);
    for (size_t i = 0; i < program->step_count; i++) {
        state->plan_step = &state->plan->steps[i];
        TRY(run_ops(state, &program->steps[i]));
        if (result && !state->plan_step->result) forget_counts(state);
    }
    if (program->count != NULL) TRY(run_op(state, program->count));
    return check_expectation(state);
}

err run_program(struct run *run, const struct engine_step *step, struct step_result *result)
{
    const struct plan *plan = step->plan;
    struct execution_state state = {.run = run, .step = step, .plan = plan, .result = result};
    result->rows = result->affected = result->inserted = 0;
    result->total = -1;
    if (run->read_only && plan->writes)
        return err_sql(run->arena, "25006", "cannot execute %s in a read-only transaction",
                       command_name(plan));
    const str *outer_path = run->session->path;
    size_t outer_path_count = run->session->path_count;
    run->session->path = plan->path;
    run->session->path_count = plan->path_count;
    row_writer_init(&state.writer, run->arena, run->output.bytes, run->format,
                    &run->session->types);
    struct run *outer = run->session->run;
    run->session->run = run;
    run->plan = plan;
    err error = run_steps(&state);
    /* The plan of a function's statement may be gone before the one around it has ended. */
    run->session->path = outer_path;
    run->session->path_count = outer_path_count;
    run->session->run = outer;
    return error;
}

oid run_writer(const struct sqlite_session *session)
{
    const struct run *run = session->run;
    if (session->writer != OID_NONE) return session->writer;
    if (run == NULL) return ROLE_POSTGRES;
    return run->plan != NULL ? run->plan->role : run->caller->role_oid;
}
