/* engine/sqlite/run.c - executes a program's ops in order. See run.h. */
#include "engine/sqlite/run.h"

#include <inttypes.h>

#include "base/map.h"
#include "base/vec.h"
#include "engine/sqlite/constraint_error.h"
#include "engine/sqlite/rowset.h"
#include "sql/row_writer.h"
#include "types/datetime.h"
#include "types/jsonb.h"

/* Parents whose grouped children are read together. */
enum { GATHER_ROWS = 1024 };

/* Rows of a grouped child with the same key, in the order they came. */
struct group {
    VEC(size_t);
};

/* One level of the output while its statement runs: the present row, and its children's levels. */
struct frame {
    const struct program_node *node;
    const struct program_child *child; /* NULL for the root */
    struct statement statement; /* a child's; taken at the first parent row, kept for the others */
    struct value *row;
    struct frame *children;
    bool
        gathers; /* a child is grouped: all rows of this level are read before the first is written */
    /* a grouped child: its rows, by key */
    struct rowset *rows;
    struct map *groups;
};

struct execution_state {
    struct run *run;
    const struct engine_step *step;
    const struct plan *plan;
    const struct plan_step *plan_step;
    struct rowset **sets;
    struct step_result *result;
    struct row_writer writer;
    struct arena *gathered; /* rows of grouped children and of their parents; made when needed */
    bool writes_affect;     /* an op counted affected rows */
    bool first_only;        /* the shape shows one row; the others are counted */
};

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

/* What a child's statement is run for: one row of its parent, or all of them. */
struct place {
    const struct value *parent;
    const struct rowset *keys;
};

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
    case SLOT_SET:
        code = sqlite3_bind_pointer(stmt, position, state->sets[slot->index], ROWSET_POINTER, NULL);
        break;
    case SLOT_KEYS:
        code = sqlite3_bind_pointer(stmt, position, (void *)(uintptr_t)place->keys, ROWSET_POINTER,
                                    NULL);
        break;
    default: code = SQLITE_MISUSE; break;
    }
    return code == SQLITE_OK ? NULL : sqlite_error(run->arena, run->db, code);
}

static err bind_all(struct execution_state *state,
                    sqlite3_stmt *stmt,
                    const struct program_op *op,
                    const struct place *place)
{
    for (size_t i = 0; i < op->slot_count; i++)
        TRY(bind_slot(state, stmt, (int)i + 1, &op->slots[i], place));
    return NULL;
}

static err bind_parent(struct execution_state *state,
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
    error = bind_all(state, stmt, rows, NULL);
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
static err step_failed(struct execution_state *state,
                       const struct program_op *op,
                       sqlite3_stmt *stmt)
{
    struct run *run = state->run;
    int code = sqlite3_extended_errcode(run->db);
    str message = str_copy(run->arena, str_of(sqlite3_errmsg(run->db)));
    if (op->relation == NULL || (code & 0xff) != SQLITE_CONSTRAINT)
        return sqlite_error(run->arena, run->db, code);
    sqlite3_reset(stmt);
    struct constraint_context context = context_of(state, op);
    context.code = code;
    context.message = message;
    return constraint_error(&context);
}

/* ---- output ----------------------------------------------------------------------------------- */

static struct frame *frames_new(struct arena *arena, const struct program_node *node)
{
    struct frame *frame = ARENA_NEW(arena, struct frame);
    frame->node = node;
    frame->row = ARENA_ARRAY(arena, struct value, node->plan->column_count);
    frame->children = ARENA_ARRAY(arena, struct frame, node->child_count);
    for (size_t i = 0; i < node->child_count; i++) {
        frame->children[i] = *frames_new(arena, node->children[i].op->output);
        frame->children[i].child = &node->children[i];
        frame->gathers = frame->gathers || node->children[i].grouped;
    }
    return frame;
}

static void frames_end(struct execution_state *state, struct frame *frame)
{
    statement_cache_give(state->run->statements, &frame->statement);
    for (size_t i = 0; i < frame->node->child_count; i++) frames_end(state, &frame->children[i]);
}

static const struct value *read_row(struct frame *frame, sqlite3_stmt *stmt)
{
    for (size_t i = 0; i < frame->node->plan->column_count; i++)
        frame->row[i] = value_of_column(stmt, (int)i);
    return frame->row;
}

static err write_row(struct execution_state *state, struct frame *frame, const struct value *row);

static bool links_to_nothing(const struct plan_child *plan, const struct value *parent)
{
    for (size_t i = 0; i < plan->link_count; i++)
        if (parent[plan->links[i].parent_column].kind == VALUE_NULL) return true;
    return false;
}

static bool is_to_one(const struct plan_child *plan)
{
    return plan->shape == CHILD_OBJECT || plan->shape == CHILD_SPREAD_OBJECT;
}

/* ---- a child once for each parent row ---- */

static err write_stepped(struct execution_state *state, struct frame *frame)
{
    sqlite3_stmt *stmt = frame->statement.stmt;
    int code;
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW) {
        TRY(write_row(state, frame, read_row(frame, stmt)));
        if (is_to_one(frame->child->plan)) break;
    }
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return step_failed(state, frame->child->op, stmt);
    sqlite3_reset(stmt);
    return NULL;
}

static err bind_child(struct execution_state *state,
                      struct frame *frame,
                      const struct value *parent)
{
    struct run *run = state->run;
    const struct program_op *op = frame->child->op;
    if (frame->statement.stmt != NULL) return bind_parent(state, frame->statement.stmt, op, parent);
    TRY(statement_cache_take(run->statements, run->arena, op, &frame->statement));
    return bind_all(state, frame->statement.stmt, op, &(struct place){.parent = parent});
}

/* ---- a child once for all parent rows ---- */

/* The bytes by which keys are equal: types with a collation of their own are never grouped. */
static str key_bytes(const struct value *key)
{
    if (key->kind == VALUE_TEXT || key->kind == VALUE_BLOB) return key->s;
    return str_from(&key->i, sizeof key->i);
}

static void free_gathered(void *arena)
{
    arena_free(arena);
}

static struct arena *gathered_arena(struct execution_state *state)
{
    if (state->gathered != NULL) return state->gathered;
    state->gathered = arena_new(0);
    arena_defer(state->run->arena, free_gathered, state->gathered);
    return state->gathered;
}

static void group_rows(struct execution_state *state, struct frame *frame)
{
    struct arena *arena = gathered_arena(state);
    size_t key = frame->rows->columns - 1;
    frame->groups = map_new(arena);
    for (size_t i = 0; i < frame->rows->count; i++) {
        str bytes = key_bytes(&rowset_row(frame->rows, i)[key]);
        struct group *group = map_find(frame->groups, bytes);
        if (group == NULL) {
            group = ARENA_NEW(arena, struct group);
            map_put(frame->groups, bytes, group);
        }
        *VEC_ADD(arena, group) = i;
    }
}

static err gather_children(struct execution_state *state,
                           struct frame *frame,
                           const struct rowset *rows);

static err gather_stepped(struct execution_state *state,
                          struct frame *frame,
                          const struct rowset *parents)
{
    struct run *run = state->run;
    const struct program_op *op = frame->child->op;
    int code;
    TRY(statement_cache_take(run->statements, run->arena, op, &frame->statement));
    sqlite3_stmt *stmt = frame->statement.stmt;
    TRY(bind_all(state, stmt, op, &(struct place){.keys = parents}));
    frame->rows = rowset_new(gathered_arena(state), frame->node->plan->column_count + 1);
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW) TRY(rowset_add(frame->rows, stmt));
    if (code != SQLITE_DONE) return step_failed(state, op, stmt);
    statement_cache_give(run->statements, &frame->statement);
    group_rows(state, frame);
    return gather_children(state, frame, frame->rows);
}

static err gather_children(struct execution_state *state,
                           struct frame *frame,
                           const struct rowset *rows)
{
    for (size_t i = 0; i < frame->node->child_count; i++)
        if (frame->children[i].child->grouped)
            TRY(gather_stepped(state, &frame->children[i], rows));
    return NULL;
}

/* LIMIT or OFFSET as bound or printed; NULL is none. */
static int64_t bound_of(const struct execution_state *state,
                        const struct expr *bound,
                        int64_t otherwise)
{
    if (bound == NULL) return otherwise;
    const struct value *value =
        bound->kind == EXPR_PARAM ? &state->step->params[bound->index] : &bound->constant;
    return value->kind == VALUE_INT && value->i >= 0 ? value->i : otherwise;
}

static err write_grouped(struct execution_state *state,
                         struct frame *frame,
                         const struct value *parent)
{
    const struct program_child *child = frame->child;
    const struct group *group = map_find(frame->groups, key_bytes(&parent[child->parent_column]));
    size_t from = (size_t)bound_of(state, child->offset, 0);
    size_t most = (size_t)bound_of(state, child->limit, INT64_MAX);
    if (is_to_one(child->plan) && most > 1) most = 1;
    for (size_t i = from; group != NULL && i < group->count && i - from < most; i++)
        TRY(write_row(state, frame, rowset_row(frame->rows, group->at[i])));
    return NULL;
}

/* ---- rows ---- */

static err write_child(struct execution_state *state,
                       struct frame *frame,
                       const struct value *parent)
{
    const struct plan_child *plan = frame->child->plan;
    row_writer_child_open(&state->writer, plan);
    if (links_to_nothing(plan, parent)) {
        row_writer_child_close(&state->writer);
        return NULL;
    }
    if (frame->child->grouped) {
        TRY(write_grouped(state, frame, parent));
    } else {
        TRY(bind_child(state, frame, parent));
        TRY(write_stepped(state, frame));
    }
    row_writer_child_close(&state->writer);
    return NULL;
}

/* A level whose statement runs once per row has its grouped children gathered for that one row. */
static err gather_for_row(struct execution_state *state,
                          struct frame *frame,
                          const struct value *row)
{
    if (!frame->gathers || frame->child == NULL || frame->child->grouped) return NULL;
    struct rowset *one = rowset_new(gathered_arena(state), frame->node->plan->column_count);
    one->values = (struct value *)(uintptr_t)row;
    one->count = 1;
    return gather_children(state, frame, one);
}

static err write_row(struct execution_state *state, struct frame *frame, const struct value *row)
{
    const struct plan_node *plan = frame->node->plan;
    size_t printed = 0;
    TRY(gather_for_row(state, frame, row));
    row_writer_row_open(&state->writer);
    for (size_t i = 0; i < plan->child_count; i++) {
        size_t position = (size_t)plan->children[i].position;
        row_writer_columns(&state->writer, plan, row, printed, position);
        printed = position;
        TRY(write_child(state, &frame->children[i], row));
    }
    row_writer_columns(&state->writer, plan, row, printed, plan->column_count);
    row_writer_row_close(&state->writer);
    return NULL;
}

static err check_output(struct execution_state *state)
{
    struct run_output *output = &state->run->output;
    if (!buf_ok(output->bytes))
        return err_sql(state->run->arena, "54000", "the result is larger than %zu bytes",
                       output->bytes->bytes_max);
    if (output->bytes_high == 0 || output->bytes->len <= output->bytes_high) return NULL;
    return output->full(output->context, output->bytes);
}

static err output_row(struct execution_state *state, struct frame *frame, const struct value *row)
{
    bool of_row = frame != NULL && !frame->gathers && state->gathered != NULL;
    if (of_row) arena_reset(state->gathered);
    bool shown = !state->first_only || state->writer.rows == 0;
    /* A scalar is the first row; of an object the others are counted, for it must be the only one. */
    if (shown || state->plan_step->shape != RESULT_SCALAR) state->result->rows++;
    if (frame == NULL || !shown) return NULL;
    state->run->started = true;
    TRY(write_row(state, frame, row));
    return check_output(state);
}

/* ---- ops -------------------------------------------------------------------------------------- */

/* Rows of a step whose shape is RESULT_NONE are stepped through and counted. */
static struct frame *frame_of(struct execution_state *state, const struct program_op *op)
{
    if (op->output == NULL || !state->plan_step->result || state->plan_step->shape == RESULT_NONE)
        return NULL;
    return frames_new(state->run->arena, op->output);
}

static err take_and_bind(struct execution_state *state,
                         const struct program_op *op,
                         struct statement *out)
{
    TRY(statement_cache_take(state->run->statements, state->run->arena, op, out));
    return bind_all(state, out->stmt, op, NULL);
}

static err step_output(struct execution_state *state,
                       const struct program_op *op,
                       sqlite3_stmt *stmt,
                       struct frame *frame)
{
    int code;
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW)
        TRY(output_row(state, frame, frame != NULL ? read_row(frame, stmt) : NULL));
    return code == SQLITE_DONE ? NULL : step_failed(state, op, stmt);
}

/* Reads parents until there are `most` of them or the statement has ended. */
static err gather_parents(struct execution_state *state,
                          const struct program_op *op,
                          sqlite3_stmt *stmt,
                          struct rowset *rows,
                          bool *more)
{
    int code = SQLITE_ROW;
    while (rows->count < GATHER_ROWS && (code = sqlite3_step(stmt)) == SQLITE_ROW)
        TRY(rowset_add(rows, stmt));
    *more = code == SQLITE_ROW;
    return code == SQLITE_ROW || code == SQLITE_DONE ? NULL : step_failed(state, op, stmt);
}

/* Grouped children need the keys of their parents first: many rows at a time, not all. */
static err gather_output(struct execution_state *state,
                         const struct program_op *op,
                         sqlite3_stmt *stmt,
                         struct frame *frame)
{
    bool more = true;
    while (more) {
        struct arena *arena = gathered_arena(state);
        arena_reset(arena);
        struct rowset *rows = rowset_new(arena, frame->node->plan->column_count);
        TRY(gather_parents(state, op, stmt, rows, &more));
        TRY(gather_children(state, frame, rows));
        for (size_t i = 0; i < rows->count; i++) TRY(output_row(state, frame, rowset_row(rows, i)));
    }
    return NULL;
}

static err run_output(struct execution_state *state,
                      const struct program_op *op,
                      sqlite3_stmt *stmt)
{
    struct frame *frame = frame_of(state, op);
    bool gathers = frame != NULL && frame->gathers;
    err error =
        gathers ? gather_output(state, op, stmt, frame) : step_output(state, op, stmt, frame);
    if (frame != NULL) frames_end(state, frame);
    return error;
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
    TRY(run_output(state, op, stmt));
    count_write(state, op);
    return NULL;
}

static err run_fill(struct execution_state *state, const struct program_op *op, sqlite3_stmt *stmt)
{
    struct rowset *set;
    int code;
    TRY(set_of(state, op->set, op->set_columns, &set));
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW) TRY(rowset_add(set, stmt));
    return code == SQLITE_DONE ? NULL : step_failed(state, op, stmt);
}

static err run_check(struct execution_state *state, const struct program_op *op, sqlite3_stmt *stmt)
{
    int code = sqlite3_step(stmt);
    if (code == SQLITE_DONE) return NULL;
    if (code != SQLITE_ROW) return step_failed(state, op, stmt);
    if (str_empty(op->message)) {
        struct constraint_context context = context_of(state, op);
        return constraint_null_error(&context, (size_t)sqlite3_column_int64(stmt, 0),
                                     (size_t)sqlite3_column_int64(stmt, 1));
    }
    struct err *error = err_sql(state->run->arena, op->sqlstate, "%.*s", STR_FMT(op->message));
    if (str_empty(op->hint)) return error;
    return err_hint(state->run->arena, error, "%.*s", STR_FMT(op->hint));
}

static err run_count(struct execution_state *state, const struct program_op *op, sqlite3_stmt *stmt)
{
    int code = sqlite3_step(stmt);
    if (code == SQLITE_ROW) state->result->total = sqlite3_column_int64(stmt, 0);
    return code == SQLITE_ROW || code == SQLITE_DONE ? NULL : step_failed(state, op, stmt);
}

static err run_kind(struct execution_state *state, const struct program_op *op, sqlite3_stmt *stmt)
{
    switch (op->kind) {
    case OP_QUERY: return run_output(state, op, stmt);
    case OP_FILL: return run_fill(state, op, stmt);
    case OP_CHECK: return run_check(state, op, stmt);
    case OP_WRITE: return run_write(state, op, stmt);
    case OP_COUNT: return run_count(state, op, stmt);
    }
    return NULL;
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

static err run_op(struct execution_state *state, const struct program_op *op)
{
    struct statement statement = {0};
    if (is_idle(state, op)) return NULL;
    err error = take_and_bind(state, op, &statement);
    if (error == NULL) error = run_kind(state, op, statement.stmt);
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
    return check_output(state);
}

static err run_ops(struct execution_state *state, const struct program_step *program)
{
    const struct plan_step *plan = state->plan_step;
    bool writes_body = plan->result && plan->shape != RESULT_NONE;
    state->first_only = plan->shape == RESULT_OBJECT || plan->shape == RESULT_SCALAR;
    state->sets = ARENA_ARRAY(state->run->arena, struct rowset *, (size_t)program->set_count);
    if (writes_body) row_writer_begin(&state->writer, plan->node, plan->shape);
    for (size_t i = 0; i < program->op_count; i++) TRY(run_op(state, program->ops[i]));
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
    row_writer_init(&state.writer, run->arena, run->output.bytes, run->format,
                    &run->session->types);
    return run_steps(&state);
}
