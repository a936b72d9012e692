/* Sessions, the registration of every function, errors through SQLite's texts. */
#include "engine/sqlite/functions.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "engine/sqlite/functions_caches.h"
#include "engine/sqlite/functions_int.h"
#include "engine/sqlite/limits.h"
#include "engine/sqlite/pl.h"
#include "engine/sqlite/system_table.h"
#include "sql/reg_names.h"
#include "types/text.h"

enum { SCRATCH_BYTES_MAX = 1024 * 1024 * 1024 };

/* ---- sessions ---- */

static bool is_over(void *context, uint64_t ahead_ns)
{
    const struct sqlite_session *session = context;
    if (session->interrupted && atomic_load_explicit(session->interrupted, memory_order_relaxed))
        return true;
    if (session->limits && limits_over(session->limits)) return true;
    return session->deadline_ns && clock_mono_ns() + ahead_ns > session->deadline_ns;
}

static void write_reg_name(const void *context, uint32_t reg, uint32_t id, struct buf *out)
{
    const struct sqlite_session *session = context;
    const struct reg_scope scope = {session->catalog, session->path, session->path_count};
    if (session->catalog)
        reg_write(&scope, reg, id, out);
    else
        buf_printf(out, "%u", (unsigned)id);
}

void sqlite_session_init(struct sqlite_session *session)
{
    *session = (struct sqlite_session){
        .cost = {.is_over = is_over, .context = session     },
        .names = {.context = session, .write = write_reg_name},
    };
    session->types.names = &session->names;
    session->scratch = arena_new(SCRATCH_BYTES_MAX);
    arena_cost_set(session->scratch, &session->cost);
    session->caches = function_caches_new();
    session->pl = pl_cache_new();
}

void sqlite_session_deinit(struct sqlite_session *session)
{
    arena_free(session->scratch);
    if (session->system) system_tables_forget(session->system);
    session->system = NULL;
    function_caches_free(session->caches);
    pl_cache_free(session->pl);
    session->pl = NULL;
    session->scratch = NULL;
    session->caches = NULL;
}

void sqlite_session_catalog(struct sqlite_session *session, const struct catalog *catalog)
{
    if (session->catalog == catalog) return;
    session->catalog = catalog;
    function_caches_forget(session->caches);
    pl_cache_forget(session->pl);
    if (session->system) system_tables_forget(session->system);
}

static err timed_out(struct arena *arena)
{
    return err_sql(arena, "57014", "canceling statement due to statement timeout");
}

err session_check(struct sqlite_session *session, struct arena *arena)
{
    return is_over(session, 0) ? timed_out(arena) : NULL;
}

err session_call_begin(struct sqlite_session *session, const struct value *args, size_t count)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        if (args[i].kind == VALUE_TEXT || args[i].kind == VALUE_BLOB) bytes += args[i].s.len;
    cost_begin(&session->cost);
    (void)cost_charge(&session->cost, bytes);
    return session_call_end(session, NULL);
}

err session_call_end(struct sqlite_session *session, err error)
{
    if (!session->cost.spent) return error;
    cost_begin(&session->cost); /* so that the error can be written */
    return timed_out(session->scratch);
}

/* ---- errors ---- */

enum { SEPARATOR = 0x1f };

static void write_part(struct buf *out, str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        buf_char(out, c == SEPARATOR || c == '\0' ? ' ' : c);
    }
}

void function_error_write(struct buf *out, err error)
{
    write_part(out, error->code);
    buf_char(out, SEPARATOR);
    write_part(out, error->message);
    buf_char(out, SEPARATOR);
    write_part(out, error->details);
    buf_char(out, SEPARATOR);
    write_part(out, error->hint);
    for (size_t i = 0; error->about && i < ERR_ABOUT_COUNT; i++) {
        buf_char(out, SEPARATOR);
        write_part(out, error->about[i]);
    }
}

err function_error_read(struct arena *arena, const char *text)
{
    str rest = str_of(text);
    str parts[4 + ERR_ABOUT_COUNT] = {{0}};
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        bool more = str_cut(rest, SEPARATOR, &parts[i], &rest);
        if (!more && i == 0) return NULL;
    }
    if (parts[0].len != 5) return NULL;
    struct err *error = err_sql(arena, str_cstr(arena, parts[0]), "%.*s", STR_FMT(parts[1]));
    if (parts[2].len) err_details(arena, error, "%.*s", STR_FMT(parts[2]));
    if (parts[3].len) err_hint(arena, error, "%.*s", STR_FMT(parts[3]));
    for (size_t i = 0; i < ERR_ABOUT_COUNT; i++)
        if (parts[4 + i].len)
            err_name(arena, error, (enum err_about)i, str_copy(arena, parts[4 + i]));
    return error;
}

void function_fail(sqlite3_context *context, struct arena *arena, err error)
{
    struct buf *text = buf_in(arena, 0);
    function_error_write(text, error);
    sqlite3_result_error(context, text->at, (int)text->len);
}

/* ---- values ---- */

struct value value_of_sqlite(sqlite3_value *value)
{
    switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER: return value_int(sqlite3_value_int64(value));
    case SQLITE_FLOAT: return value_real(sqlite3_value_double(value));
    case SQLITE_TEXT: {
        const unsigned char *text = sqlite3_value_text(value);
        return value_text(str_from(text, (size_t)sqlite3_value_bytes(value)));
    }
    case SQLITE_BLOB: {
        const void *bytes = sqlite3_value_blob(value);
        return value_blob(str_from(bytes, (size_t)sqlite3_value_bytes(value)));
    }
    default: return value_null();
    }
}

/* As function_error_write has it. */
#define NAN_REFUSED \
    "0A000\x1f"     \
    "NaN in double precision is not supported on this database\x1f\x1f"

static const char *text_at(str text)
{
    return text.at ? text.at : "";
}

void value_to_sqlite(sqlite3_context *context, const struct value *value)
{
    switch (value->kind) {
    case VALUE_NULL: sqlite3_result_null(context); break;
    case VALUE_INT: sqlite3_result_int64(context, value->i); break;
    case VALUE_REAL:
        /* SQLite would make NULL of it, and nobody would know. */
        if (isnan(value->r))
            sqlite3_result_error(context, NAN_REFUSED, -1);
        else
            sqlite3_result_double(context, value->r);
        break;
    case VALUE_TEXT:
        sqlite3_result_text64(context, text_at(value->s), value->s.len, SQLITE_TRANSIENT,
                              SQLITE_UTF8);
        break;
    case VALUE_BLOB:
        sqlite3_result_blob64(context, text_at(value->s), value->s.len, SQLITE_TRANSIENT);
        break;
    }
}

struct value value_copy(struct arena *arena, const struct value *value)
{
    struct value copy = *value;
    if (value->kind == VALUE_TEXT || value->kind == VALUE_BLOB) copy.s = str_copy(arena, value->s);
    return copy;
}

/* ---- calls ---- */

struct link {
    const struct function_row *row;
    struct sqlite_session *session;
};

/* Splits SQLite's arguments into shapes and values; true when a NULL decides the answer. */
static bool read_arguments(struct function_call *call,
                           int argc,
                           sqlite3_value **argv,
                           struct value *values,
                           const struct type_ref **shapes)
{
    const struct function_row *row = call->row;
    int at = 0;
    bool null = false;
    if (row->shape != SHAPE_NONE) {
        shapes[0] = shape_find(call->session, value_of_sqlite(argv[at++]).s);
        if (row->shape == SHAPE_EACH) shapes_spread(shapes[0], shapes, (size_t)(argc - at));
    }
    for (; at < argc; at++) {
        values[call->count] = value_of_sqlite(argv[at]);
        null = null || values[call->count].kind == VALUE_NULL;
        call->count++;
    }
    return null && (row->flags & FN_STRICT);
}

static void run_call(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    const struct link *link = sqlite3_user_data(context);
    struct value values[FUNCTION_ARGS_MAX];
    const struct type_ref *shapes[FUNCTION_ARGS_MAX];
    struct function_call call = {
        .arena = link->session->scratch,
        .session = link->session,
        .row = link->row,
        .args = values,
        .shapes = shapes,
    };
    if (read_arguments(&call, argc, argv, values, shapes)) return; /* NULL */
    arena_reset(call.arena);
    struct value result = value_null();
    err error = session_call_begin(call.session, values, call.count);
    if (!error) error = session_call_end(call.session, link->row->body(&call, &result));
    if (error)
        function_fail(context, call.arena, error);
    else
        value_to_sqlite(context, &result);
}

/* ---- registration ---- */

static const struct function_table *const tables[] = {
    &functions_number,  &functions_text,    &functions_datetime, &functions_json,
    &functions_array,   &functions_session, &functions_system,   &functions_crypto,
    &functions_general, &functions_range,   &functions_ts,       &functions_network,
    &functions_bits,
};

const struct function_row *function_row_find(const char *symbol)
{
    for (size_t t = 0; t < COUNT_OF(tables); t++) {
        for (size_t i = 0; i < tables[t]->count; i++) {
            const struct function_row *row = &tables[t]->rows[i];
            if (row->symbol[0] == symbol[0] && strcmp(row->symbol, symbol) == 0) return row;
        }
    }
    return NULL;
}

bool functions_have(const char *symbol)
{
    return function_row_find(symbol) || aggregate_row_find(symbol) || set_function_find(symbol);
}

static int sqlite_arity(const struct function_row *row)
{
    if (row->args < 0) return -1;
    return row->args + (row->shape != SHAPE_NONE);
}

static int register_row(sqlite3 *db, struct sqlite_session *session, const struct function_row *row)
{
    struct arena *arena = function_caches_arena(session->caches);
    struct link *link = ARENA_NEW(arena, struct link);
    *link = (struct link){row, session};
    const char *name = str_cstr(arena, str_printf(arena, "pg_%s", row->symbol));
    int flags = SQLITE_UTF8 | SQLITE_INNOCUOUS;
    if (!(row->flags & FN_VOLATILE)) flags |= SQLITE_DETERMINISTIC;
    return sqlite3_create_function_v2(db, name, sqlite_arity(row), flags, link, run_call, NULL,
                                      NULL, NULL);
}

/* What SQLite makes by itself, as ||, and a row: some of the largest values side by side. */
enum { ROW_BYTES_MAX = 4 * TEXT_BYTES_MAX };

err functions_register(sqlite3 *db, struct sqlite_session *session)
{
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, ROW_BYTES_MAX);
    int rc = SQLITE_OK;
    for (size_t t = 0; t < COUNT_OF(tables) && rc == SQLITE_OK; t++) {
        for (size_t i = 0; i < tables[t]->count && rc == SQLITE_OK; i++) {
            rc = register_row(db, session, &tables[t]->rows[i]);
        }
    }
    if (rc == SQLITE_OK) rc = aggregates_register(db, session);
    if (rc == SQLITE_OK) rc = sets_register(db, session);
    if (rc == SQLITE_OK) rc = collations_register(db, session);
    if (rc == SQLITE_OK) rc = pl_register(db, session);
    if (rc == SQLITE_OK) rc = exclusion_register(db, session);
    if (rc == SQLITE_OK) rc = system_tables_register(db, session);
    if (rc == SQLITE_OK) return NULL;
    return err_new(session->scratch, ERR_INTERNAL, "cannot register functions: %s",
                   sqlite3_errmsg(db));
}
