/* Entries: frames, arguments and results; the SQL functions through which statements call. */
#include "engine/sqlite/pl_int.h"

#include <string.h>

#include "engine/sqlite/functions_int.h"
#include "types/array.h"
#include "types/type_text.h"

/* ---- frames ---- */

static size_t depth_of(const struct sqlite_session *session)
{
    size_t depth = 0;
    for (const struct pl_frame *at = session->frames; at != NULL; at = at->outer) depth++;
    return depth;
}

static size_t outer_bytes(const struct pl_frame *outer)
{
    return outer != NULL ? outer->outer_bytes + pl_frame_bytes(outer) : 0;
}

err pl_frame_begin(struct pl_frame *frame, struct run *run, struct pl_code *code)
{
    struct sqlite_session *session = run->session;
    if (depth_of(session) >= PL_DEPTH_MAX)
        return err_hint(run->arena, err_sql(run->arena, "54001", "stack depth limit exceeded"),
                        "Functions call each other more than %d levels deep.", PL_DEPTH_MAX);
    *frame = (struct pl_frame){
        .run = run,
        .code = code,
        .tree = code->tree,
        .outer = session->frames,
        .outer_bytes = outer_bytes(session->frames),
        .arena = arena_new(PL_ROWS_BYTES_MAX),
        .scratch = arena_new(PL_ROWS_BYTES_MAX),
        .set = code->function->returns_set,
        .result_variable = -1,
    };
    frame->vars = ARENA_ARRAY(frame->arena, struct pl_var, frame->tree->variable_count);
    for (size_t i = 0; i < frame->tree->variable_count; i++)
        buf_init(&frame->vars[i].cell.bytes, 0);
    arena_cost_set(frame->scratch, &session->cost);
    session->frames = frame;
    for (size_t i = 0; i < frame->tree->variable_count; i++) pl_var_clear(frame, (int)i);
    pl_set_found(frame, false);
    return NULL;
}

void pl_frame_end(struct pl_frame *frame)
{
    frame->run->session->frames = frame->outer;
    for (size_t i = 0; i < frame->tree->variable_count; i++) pl_var_free(&frame->vars[i]);
    for (struct pl_cursor_state *at = frame->cursors; at != NULL; at = at->next)
        arena_free(at->arena);
    arena_free(frame->scratch);
    arena_free(frame->arena);
}

static err frame_body(struct pl_frame *frame)
{
    TRY(session_check(frame->run->session, frame->arena));
    TRY(pl_memory_check(frame));
    bool sql = frame->tree->block == NULL;
    return sql ? pl_run_sql_body(frame) : pl_run_statement(frame, frame->tree->block);
}

/* ---- arguments ---- */

static bool is_input(const struct cat_argument *argument)
{
    return argument->mode != 'o' && argument->mode != 't';
}

static err set_arguments(struct pl_frame *frame, const struct value *args, size_t count)
{
    const struct cat_function *function = frame->code->function;
    size_t input = 0;
    for (size_t i = 0; i < function->argument_count && input < count; i++) {
        if (!is_input(&function->arguments[i])) continue;
        int variable = frame->tree->arguments[i];
        struct pl_field type = pl_field_of(&frame->code->types[variable]);
        struct value value = args[input++];
        /* SQLite hands a whole double over as an integer. */
        bool real = type.ref->storage == TYPE_FLOAT4 || type.ref->storage == TYPE_FLOAT8;
        if (real && value.kind == VALUE_INT) value = value_real((double)value.i);
        TRY(pl_assign(frame, variable, &type, &value));
    }
    arena_reset(frame->scratch);
    return NULL;
}

static bool any_null(const struct value *args, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (args[i].kind == VALUE_NULL) return true;
    return false;
}

/* ---- results ---- */

static err no_return(struct pl_frame *frame)
{
    return err_sql(frame->arena, "2F005", "control reached end of function without RETURN");
}

/* The OUT variables as one value, or one row. */
static struct value outputs_value(struct pl_frame *frame)
{
    const struct pl_function *tree = frame->tree;
    if (tree->output_count == 1) return pl_var_value(frame, tree->outputs[0]);
    struct value *values = ARENA_ARRAY(frame->scratch, struct value, tree->output_count);
    for (size_t i = 0; i < tree->output_count; i++)
        values[i] = pl_var_value(frame, tree->outputs[i]);
    return pl_row_value(frame->scratch, frame->code->rows, values);
}

static err scalar_result(struct pl_frame *frame, struct value *out)
{
    bool nothing = frame->code->function->result == VOIDOID;
    *out = value_null();
    if (frame->tree->output_count > 0 && frame->tree->block != NULL) {
        *out = outputs_value(frame);
        return NULL;
    }
    if (!frame->returned && !nothing) return no_return(frame);
    *out = nothing ? value_text(STR("")) : frame->result;
    return NULL;
}

/* ---- one call ---- */

typedef err collect(struct pl_frame *frame, struct arena *arena, void *context);

static err call(struct run *run,
                const struct call_site *site,
                const struct value *args,
                size_t count,
                collect *take,
                struct arena *arena,
                void *context)
{
    struct pl_code *code;
    struct pl_frame frame;
    TRY(pl_code_find(run, site, NULL, &code));
    err error = pl_frame_begin(&frame, run, code);
    if (error == NULL) {
        frame.site = site;
        error = set_arguments(&frame, args, count);
        if (error == NULL) error = frame_body(&frame);
        if (error == NULL) error = take(&frame, arena, context);
        if (error != NULL) error = err_copy(arena, error);
        pl_frame_end(&frame);
    }
    pl_code_unref(code);
    return error;
}

static err take_value(struct pl_frame *frame, struct arena *arena, void *context)
{
    struct value *out = context, value;
    TRY(scalar_result(frame, &value));
    *out = value_copy(arena, &value);
    return NULL;
}

err pl_function_run(struct run *run,
                    const struct call_site *site,
                    const struct value *args,
                    size_t count,
                    struct arena *arena,
                    struct value *out)
{
    *out = value_null();
    if (site->function->strict && any_null(args, count)) return NULL;
    return call(run, site, args, count, take_value, arena, out);
}

/* A function in FROM that answers one row or value. */
static err take_one(struct pl_frame *frame, struct rowset *out)
{
    const struct pl_shape *rows = frame->code->rows;
    struct value value;
    TRY(scalar_result(frame, &value));
    bool one = frame->code->result.shape == NULL && !frame->code->result.record;
    if (one || (frame->tree->output_count == 1)) return rowset_add_values(out, &value);
    struct pl_shape shape;
    if (rows == NULL) {
        pl_shape_of_ref(frame->scratch, &frame->result_type, &shape);
        if (frame->site->row_types != NULL && value.kind == VALUE_NULL)
            shape.count = frame->site->row_count;
        else
            TRY(pl_check_definitions(frame, &shape));
        rows = &shape;
    }
    out->columns = rows->count;
    return rowset_add_values(out, pl_row_fields(frame->scratch, rows, value));
}

static err take_rows(struct pl_frame *frame, struct arena *arena, void *context)
{
    struct rowset **out = context;
    size_t columns = frame->code->rows != NULL ? frame->code->rows->count : 1;
    *out = rowset_new(arena, columns);
    if (!frame->set) return take_one(frame, *out);
    if (frame->rows == NULL) return NULL;
    (*out)->columns = frame->rows->columns;
    for (size_t i = 0; i < frame->rows->count; i++)
        TRY(rowset_add_values(*out, rowset_row(frame->rows, i)));
    return NULL;
}

err pl_function_rows(struct run *run,
                     const struct call_site *site,
                     const struct value *args,
                     size_t count,
                     struct rowset **out,
                     struct arena *arena)
{
    *out = rowset_new(arena, 1);
    if (site->function->strict && any_null(args, count)) return NULL;
    return call(run, site, args, count, take_rows, arena, out);
}

err pl_block_run(struct run *run, const struct call_site *site, str body)
{
    struct pl_code *code;
    struct pl_frame frame;
    TRY(pl_code_block(run, site, body, &code));
    err error = pl_frame_begin(&frame, run, code);
    if (error == NULL) {
        error = frame_body(&frame);
        if (error != NULL) error = err_copy(run->arena, error);
        pl_frame_end(&frame);
    }
    pl_code_unref(code);
    return error;
}

/* ---- from SQL ---- */

/* The arguments behind the site, copied: a nested statement may move SQLite's values. */
static struct value *read_args(struct arena *arena, int argc, sqlite3_value **argv)
{
    struct value *values = ARENA_ARRAY(arena, struct value, (size_t)argc);
    for (int i = 1; i < argc; i++) {
        struct value value = value_of_sqlite(argv[i]);
        values[i - 1] = value_copy(arena, &value);
    }
    return values;
}

static void fail(sqlite3_context *context, struct arena *arena, err error)
{
    if (error->code.len != 5) error = err_sql(arena, "XX000", "%.*s", STR_FMT(error->message));
    function_fail(context, arena, error);
}

static const struct call_site *site_of(sqlite3_context *context, sqlite3_value **argv)
{
    const struct call_site *site = sqlite3_value_pointer(argv[0], SITE_POINTER);
    if (site == NULL)
        sqlite3_result_error(context, "0A000\x1fthis function is the engine's own\x1f\x1f", -1);
    return site;
}

void pl_call_site(sqlite3_context *context,
                  struct sqlite_session *session,
                  const struct call_site *site,
                  int argc,
                  sqlite3_value **argv)
{
    struct arena *arena = arena_new(0);
    struct value *args = read_args(arena, argc, argv), result;
    err error = pl_function_run(session->run, site, args, (size_t)argc - 1, arena, &result);
    if (error != NULL)
        fail(context, arena, error);
    else
        value_to_sqlite(context, &result);
    arena_free(arena);
}

/* pl_call(site, ...): one value. */
static void sql_call(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct sqlite_session *session = sqlite3_user_data(context);
    const struct call_site *site = site_of(context, argv);
    if (site == NULL || session->run == NULL) return;
    pl_call_site(context, session, site, argc, argv);
}

/* pl_rows(site, ...): a row set, which frees itself when nobody reads it any more. */
static void sql_rows(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct sqlite_session *session = sqlite3_user_data(context);
    const struct call_site *site = site_of(context, argv);
    if (site == NULL || session->run == NULL) return;
    struct pl_capture *capture = session->capture;
    struct arena *arena = arena_new(PL_ROWS_BYTES_MAX);
    struct rowset *rows = NULL;
    struct value *args = read_args(arena, argc, argv);
    bool captured = capture != NULL && capture->site == site;
    if (captured) {
        capture->args = read_args(capture->arena, argc, argv);
        capture->count = (size_t)argc - 1;
        capture->taken = true;
        rows = rowset_new(arena, 1);
    }
    err error = captured
                    ? NULL
                    : pl_function_rows(session->run, site, args, (size_t)argc - 1, &rows, arena);
    if (error != NULL) {
        fail(context, arena, error);
        arena_free(arena);
        return;
    }
    rows->holders = 1;
    sqlite3_result_pointer(context, rows, ROWSET_POINTER, rowset_release);
}

int pl_register(sqlite3 *db, struct sqlite_session *session)
{
    int flags = SQLITE_UTF8 | SQLITE_INNOCUOUS;
    int code =
        sqlite3_create_function_v2(db, "pl_call", -1, flags, session, sql_call, NULL, NULL, NULL);
    if (code != SQLITE_OK) return code;
    code =
        sqlite3_create_function_v2(db, "pl_rows", -1, flags, session, sql_rows, NULL, NULL, NULL);
    return code == SQLITE_OK ? pl_kept_register(db, session) : code;
}
