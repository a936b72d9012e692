/* Functions of the session and the catalog: settings, sequences, names, dapur.raise, storage. */
#include "engine/sqlite/functions_int.h"
#include "sql/builtin.h"
#include "types/array.h"

static err text_out(struct value *out, str text)
{
    *out = value_text(text);
    return NULL;
}

/* ---- settings ---- */

static err run_setting(struct function_call *call, struct value *out)
{
    struct sqlite_session *session = call->session;
    str name = str_lower(call->arena, arg_text(call, 0));
    str value;
    bool found =
        session->hooks && session->hooks->setting && session->hooks->setting(session, name, &value);
    if (found) return text_out(out, value);
    if (call->count == 2 && arg_int(call, 1)) return NULL;
    return err_sql(call->arena, "42704", "unrecognized configuration parameter \"%.*s\"",
                   STR_FMT(arg_text(call, 0)));
}

static err run_set_config(struct function_call *call, struct value *out)
{
    struct sqlite_session *session = call->session;
    if (arg_null(call, 0)) return err_sql(call->arena, "22004", "SET requires parameter name");
    str value = arg_null(call, 1) ? STR("") : arg_text(call, 1);
    if (!session->hooks || !session->hooks->set_config) {
        return err_sql(call->arena, "0A000", "set_config is not available here");
    }
    TRY(session->hooks->set_config(session, call->arena, str_lower(call->arena, arg_text(call, 0)),
                                   value, !arg_null(call, 2) && arg_int(call, 2) != 0));
    return text_out(out, value);
}

/* ---- sequences ---- */

static err read_only(struct function_call *call, const char *name)
{
    return err_sql(call->arena, "25006", "cannot execute %s() in a read-only transaction", name);
}

static err run_nextval(struct function_call *call, struct value *out)
{
    struct sqlite_session *session = call->session;
    out->kind = VALUE_INT;
    if (!session->hooks || !session->hooks->nextval) return read_only(call, "nextval");
    return session->hooks->nextval(session, call->arena, (oid)arg_int(call, 0), &out->i);
}

static err run_currval(struct function_call *call, struct value *out)
{
    struct sqlite_session *session = call->session;
    out->kind = VALUE_INT;
    if (!session->hooks || !session->hooks->currval) {
        return err_sql(call->arena, "55000", "currval is not yet defined in this session");
    }
    return session->hooks->currval(session, call->arena, (oid)arg_int(call, 0), &out->i);
}

static err run_lastval(struct function_call *call, struct value *out)
{
    struct sqlite_session *session = call->session;
    out->kind = VALUE_INT;
    if (!session->hooks || !session->hooks->lastval) {
        return err_sql(call->arena, "55000", "lastval is not yet defined in this session");
    }
    return session->hooks->lastval(session, call->arena, &out->i);
}

static err run_setval(struct function_call *call, struct value *out)
{
    struct sqlite_session *session = call->session;
    if (!session->hooks || !session->hooks->setval) return read_only(call, "setval");
    bool is_called = call->count < 3 || arg_int(call, 2) != 0;
    TRY(session->hooks->setval(session, call->arena, (oid)arg_int(call, 0), arg_int(call, 1),
                               is_called));
    *out = value_int(arg_int(call, 1));
    return NULL;
}

static err run_notify(struct function_call *call, struct value *out)
{
    struct sqlite_session *session = call->session;
    if (arg_null(call, 0)) return err_sql(call->arena, "22023", "channel name cannot be empty");
    if (!session->hooks || !session->hooks->notify) return read_only(call, "pg_notify");
    *out = value_text(STR(""));
    return session->hooks->notify(session, call->arena, arg_text(call, 0),
                                  arg_null(call, 1) ? STR("") : arg_text(call, 1));
}

/* ---- names of the catalog ---- */

static err run_userbyid(struct function_call *call, struct value *out)
{
    const struct catalog *catalog = call->session->catalog;
    const struct cat_role *role = catalog ? catalog_role(catalog, (oid)arg_int(call, 0)) : NULL;
    return text_out(
        out, role ? role->name
                  : str_printf(call->arena, "unknown (OID=%lld)", (long long)arg_int(call, 0)));
}

/* ---- constants of the server ---- */

static err run_database(struct function_call *call, struct value *out)
{
    (void)call;
    return text_out(out, STR("postgres"));
}

static err run_version(struct function_call *call, struct value *out)
{
    (void)call;
    return text_out(out, STR("PostgreSQL 15 (dapur " DAPUR_VERSION " on SQLite)"));
}

static err run_zero(struct function_call *call, struct value *out)
{
    (void)call;
    *out = value_int(0);
    return NULL;
}

static err run_trigger_depth(struct function_call *call, struct value *out)
{
    *out = value_int(call->session->trigger_depth);
    return NULL;
}

static err run_true(struct function_call *call, struct value *out)
{
    (void)call;
    *out = value_int(1);
    return NULL;
}

/* Advisory locks: one writer at a time holds whatever they would protect. */
static err run_void(struct function_call *call, struct value *out)
{
    (void)call;
    *out = value_text(STR(""));
    return NULL;
}

/* ---- dapur.raise ---- */

static err run_raise(struct function_call *call, struct value *out)
{
    (void)out;
    str code = arg_null(call, 0) ? STR("P0001") : arg_text(call, 0);
    bool fine = code.len == 5;
    for (size_t i = 0; i < code.len && fine; i++) {
        char c = code.at[i];
        fine = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
    }
    if (!fine) {
        return err_sql(call->arena, "22023", "invalid SQLSTATE code \"%.*s\"", STR_FMT(code));
    }
    str message = arg_null(call, 1) ? STR("") : arg_text(call, 1);
    struct err *error = err_sql(call->arena, str_cstr(call->arena, code), "%.*s", STR_FMT(message));
    if (!arg_null(call, 2)) err_details(call->arena, error, "%.*s", STR_FMT(arg_text(call, 2)));
    if (!arg_null(call, 3)) err_hint(call->arena, error, "%.*s", STR_FMT(arg_text(call, 3)));
    return error;
}

/* ---- storage.foldername and its like ---- */

static err run_foldername(struct function_call *call, struct value *out)
{
    struct buf *text = buf_in(call->arena, 0);
    buf_char(text, '[');
    str rest = arg_text(call, 0);
    str part;
    bool any = false;
    while (str_cut(rest, '/', &part, &rest)) {
        if (any) buf_char(text, ',');
        struct value value = value_text(part.at ? part : STR(""));
        array_write_item(text, type_plain(TYPE_TEXT), &value);
        any = true;
    }
    buf_char(text, ']');
    return text_out(out, buf_str(text));
}

static str last_part(str text, char separator)
{
    str rest = text;
    str part = text;
    while (str_cut(rest, separator, &part, &rest)) continue;
    return part;
}

static err run_filename(struct function_call *call, struct value *out)
{
    return text_out(out, last_part(arg_text(call, 0), '/'));
}

static err run_extension(struct function_call *call, struct value *out)
{
    return text_out(out, last_part(last_part(arg_text(call, 0), '/'), '.'));
}

static err run_topic(struct function_call *call, struct value *out)
{
    struct sqlite_session *session = call->session;
    str value;
    bool found = session->hooks && session->hooks->setting &&
                 session->hooks->setting(session, STR("realtime.topic"), &value);
    if (found && value.len) *out = value_text(value);
    return NULL;
}

#define ROW(symbol, args, body)                      \
    {                                                \
        symbol, args, SHAPE_NONE, FN_STRICT, body, 0 \
    }
#define VOLATILE(symbol, args, flags, body)                      \
    {                                                            \
        symbol, args, SHAPE_NONE, (flags) | FN_VOLATILE, body, 0 \
    }

static const struct function_row rows[] = {
    VOLATILE("show_config_by_name", 1, FN_STRICT, run_setting),
    VOLATILE("show_config_by_name_missing_ok", 2, FN_STRICT, run_setting),
    VOLATILE("set_config_by_name", 3, 0, run_set_config),
    VOLATILE("nextval_oid", 1, FN_STRICT, run_nextval),
    VOLATILE("currval_oid", 1, FN_STRICT, run_currval),
    VOLATILE("lastval", 0, FN_STRICT, run_lastval),
    VOLATILE("setval_oid", 2, FN_STRICT, run_setval),
    VOLATILE("setval3_oid", 3, FN_STRICT, run_setval),
    VOLATILE("pg_notify", 2, 0, run_notify),
    ROW("pg_get_userbyid", 1, run_userbyid),
    ROW("current_database", 0, run_database),
    ROW("pgsql_version", 0, run_version),
    ROW("pg_backend_pid", 0, run_zero),
    VOLATILE("pg_trigger_depth", 0, 0, run_trigger_depth),
    ROW("pg_is_in_recovery", 0, run_zero),
    VOLATILE("pg_advisory_lock_int8", 1, FN_STRICT, run_void),
    VOLATILE("pg_advisory_xact_lock_int8", 1, FN_STRICT, run_void),
    VOLATILE("pg_advisory_xact_lock_int4", 2, FN_STRICT, run_void),
    VOLATILE("pg_advisory_lock_int4", 2, FN_STRICT, run_void),
    VOLATILE("pg_advisory_unlock_int8", 1, FN_STRICT, run_true),
    VOLATILE("pg_try_advisory_xact_lock_int8", 1, FN_STRICT, run_true),
    VOLATILE("pg_try_advisory_xact_lock_int4", 2, FN_STRICT, run_true),
    VOLATILE("dapur_raise", 4, 0, run_raise),
    ROW("storage_foldername", 1, run_foldername),
    ROW("storage_filename", 1, run_filename),
    ROW("storage_extension", 1, run_extension),
    VOLATILE("realtime_topic", 0, 0, run_topic),
};

const struct function_table functions_session = {rows, COUNT_OF(rows)};
