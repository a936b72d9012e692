/* RAISE, handlers, diagnostics. */
#include "engine/sqlite/pl_int.h"

#include <string.h>

#include "base/buf.h"

/* ---- handlers ---- */

/* 23000 takes the class 23; OTHERS takes all but a cancelled query and a failed ASSERT. */
static bool takes(str condition, str state)
{
    if (str_eq(condition, STR("OTHERS")))
        return !str_eq(state, STR("57014")) && !str_eq(state, STR("P0004"));
    if (str_eq(condition, state)) return true;
    bool class = condition.len == 5 && memcmp(condition.at + 2, "000", 3) == 0;
    return class && state.len == 5 && memcmp(condition.at, state.at, 2) == 0;
}

const struct pl_handler *pl_handler_of(const struct pl_statement *block, err error)
{
    if (error->kind != ERR_SQL || error->code.len != 5) return NULL; /* the machine's, not SQL's */
    for (size_t i = 0; i < block->block.handler_count; i++) {
        const struct pl_handler *handler = &block->block.handlers[i];
        for (size_t k = 0; k < handler->condition_count; k++)
            if (takes(handler->conditions[k], error->code)) return handler;
    }
    return NULL;
}

/* ---- RAISE ---- */

static err value_text_of(struct pl_frame *frame, const struct pl_expr *expr, str *out)
{
    struct pl_field type;
    struct value value;
    TRY(pl_eval(frame, expr, &type, &value));
    *out = value.kind == VALUE_NULL
               ? STR_NONE
               : type_output_str(frame->scratch, &frame->run->session->types, type.ref, &value);
    return NULL;
}

/* % is the next parameter, %% a percent sign. */
static err format_message(struct pl_frame *frame, const struct pl_statement *statement, str *out)
{
    struct buf *text = buf_in(frame->scratch, 0);
    str format = statement->raise.message;
    size_t next = 0;
    for (size_t i = 0; i < format.len; i++) {
        if (format.at[i] != '%') {
            buf_char(text, format.at[i]);
            continue;
        }
        if (i + 1 < format.len && format.at[i + 1] == '%') {
            buf_char(text, '%');
            i++;
            continue;
        }
        str value;
        TRY(value_text_of(frame, statement->raise.params.at[next++], &value));
        buf_str_add(text, value.at != NULL ? value : STR("<NULL>"));
    }
    *out = buf_str(text);
    return NULL;
}

struct raised {
    str state, message, detail, hint;
    str condition; /* the state as it was named */
    str about[ERR_ABOUT_COUNT];
    bool named;  /* the state was chosen */
    bool texted; /* the message was */
};

static err twice(struct pl_frame *frame, const char *what)
{
    return err_sql(frame->arena, "42601", "RAISE option already specified: %s", what);
}

static err take_state(struct pl_frame *frame, str text, struct raised *out)
{
    if (out->named) return twice(frame, "ERRCODE");
    out->named = true;
    str known = plpgsql_condition(text);
    bool five = text.len == 5;
    for (size_t i = 0; five && i < 5; i++)
        five = (text.at[i] >= '0' && text.at[i] <= '9') || (text.at[i] >= 'A' && text.at[i] <= 'Z');
    if (!five && str_empty(known))
        return err_sql(frame->arena, "42704", "unrecognized exception condition \"%.*s\"",
                       STR_FMT(text));
    out->state = five ? text : known;
    out->condition = text;
    return NULL;
}

static err take_name(
    struct pl_frame *frame, const char *what, enum err_about about, str text, struct raised *out)
{
    if (out->about[about].at != NULL) return twice(frame, what);
    out->about[about] = text;
    return NULL;
}

static err take_option(struct pl_frame *frame, const struct pl_raise_item *item, struct raised *out)
{
    str text;
    TRY(value_text_of(frame, item->expr, &text));
    if (text.at == NULL)
        return err_sql(frame->arena, "22004", "RAISE statement option cannot be null");
    text = str_copy(frame->arena, text);
    switch (item->option) {
    case PL_OPTION_ERRCODE: return take_state(frame, text, out);
    case PL_OPTION_MESSAGE:
        if (out->texted) return twice(frame, "MESSAGE");
        out->texted = true;
        out->message = text;
        return NULL;
    case PL_OPTION_DETAIL: out->detail = text; return NULL;
    case PL_OPTION_HINT: out->hint = text; return NULL;
    case PL_OPTION_COLUMN: return take_name(frame, "COLUMN", ERR_ABOUT_COLUMN, text, out);
    case PL_OPTION_CONSTRAINT:
        return take_name(frame, "CONSTRAINT", ERR_ABOUT_CONSTRAINT, text, out);
    case PL_OPTION_DATATYPE: return take_name(frame, "DATATYPE", ERR_ABOUT_DATATYPE, text, out);
    case PL_OPTION_TABLE: return take_name(frame, "TABLE", ERR_ABOUT_TABLE, text, out);
    case PL_OPTION_SCHEMA: return take_name(frame, "SCHEMA", ERR_ABOUT_SCHEMA, text, out);
    }
    return NULL;
}

static err gather(struct pl_frame *frame, const struct pl_statement *statement, struct raised *out)
{
    *out = (struct raised){.state = STR("P0001")};
    if (!str_empty(statement->raise.sqlstate)) {
        out->state = statement->raise.sqlstate;
        out->named = true;
        out->message = str_empty(statement->raise.condition) ? statement->raise.sqlstate
                                                             : statement->raise.condition;
    }
    if (statement->raise.message.at != NULL) {
        TRY(format_message(frame, statement, &out->message));
        out->message = str_copy(frame->arena, out->message);
        out->texted = true;
    }
    for (size_t i = 0; i < statement->raise.option_count; i++)
        TRY(take_option(frame, &statement->raise.options[i], out));
    if (str_empty(out->message) && !out->texted)
        out->message = str_empty(out->condition) ? out->state : out->condition;
    return NULL;
}

static str level_name(enum pl_raise_level level)
{
    static const str names[] = {
        [PL_DEBUG] = STR_INIT("DEBUG"),     [PL_LOG] = STR_INIT("LOG"),
        [PL_INFO] = STR_INIT("INFO"),       [PL_NOTICE] = STR_INIT("NOTICE"),
        [PL_WARNING] = STR_INIT("WARNING"), [PL_EXCEPTION] = STR_INIT("ERROR"),
    };
    return names[level];
}

err pl_run_raise(struct pl_frame *frame, const struct pl_statement *statement)
{
    struct raised raised;
    struct sqlite_session *session = frame->run->session;
    if (statement->raise.again) {
        if (frame->caught != NULL) return frame->caught;
        return err_sql(frame->arena, "0Z002",
                       "RAISE without parameters cannot be used outside an exception handler");
    }
    TRY(gather(frame, statement, &raised));
    if (statement->raise.level != PL_EXCEPTION) {
        if (session->notice != NULL)
            session->notice(session, level_name(statement->raise.level), raised.message);
        return NULL;
    }
    struct err *error = err_sql(frame->arena, str_cstr(frame->arena, raised.state), "%.*s",
                                STR_FMT(raised.message));
    if (!str_empty(raised.detail)) err_details(frame->arena, error, "%.*s", STR_FMT(raised.detail));
    if (!str_empty(raised.hint)) err_hint(frame->arena, error, "%.*s", STR_FMT(raised.hint));
    for (size_t i = 0; i < ERR_ABOUT_COUNT; i++)
        if (raised.about[i].at != NULL)
            err_name(frame->arena, error, (enum err_about)i, raised.about[i]);
    return error;
}

err pl_run_assert(struct pl_frame *frame, const struct pl_statement *statement)
{
    bool holds;
    str message = STR_NONE;
    TRY(pl_eval_bool(frame, statement->assertion.condition, &holds));
    if (holds) return NULL;
    if (statement->assertion.message != NULL)
        TRY(value_text_of(frame, statement->assertion.message, &message));
    return err_sql(frame->arena, "P0004", "%.*s",
                   STR_FMT(message.at != NULL ? message : STR("assertion failed")));
}

/* ---- GET DIAGNOSTICS ---- */

static str name_of(err error, enum err_about about)
{
    return error->about ? error->about[about] : STR("");
}

static str of_caught(const struct pl_frame *frame, enum pl_diagnostic what)
{
    err error = frame->caught;
    switch (what) {
    case PL_DIAG_RETURNED_SQLSTATE: return error->code;
    case PL_DIAG_MESSAGE_TEXT: return error->message;
    case PL_DIAG_PG_EXCEPTION_DETAIL: return error->details;
    case PL_DIAG_PG_EXCEPTION_HINT: return error->hint;
    case PL_DIAG_COLUMN_NAME: return name_of(error, ERR_ABOUT_COLUMN);
    case PL_DIAG_CONSTRAINT_NAME: return name_of(error, ERR_ABOUT_CONSTRAINT);
    case PL_DIAG_PG_DATATYPE_NAME: return name_of(error, ERR_ABOUT_DATATYPE);
    case PL_DIAG_TABLE_NAME: return name_of(error, ERR_ABOUT_TABLE);
    case PL_DIAG_SCHEMA_NAME: return name_of(error, ERR_ABOUT_SCHEMA);
    case PL_DIAG_PG_CONTEXT:
    case PL_DIAG_PG_EXCEPTION_CONTEXT:
    case PL_DIAG_ROW_COUNT: break; /* nothing says where it happened */
    }
    return STR("");
}

err pl_run_diagnostics(struct pl_frame *frame, const struct pl_statement *statement)
{
    struct pl_field text = {.type = TEXTOID, .typmod = -1, .ref = type_plain(TYPE_TEXT)};
    struct pl_field number = {.type = INT8OID, .typmod = -1, .ref = type_plain(TYPE_INT8)};
    if (statement->diagnostics.stacked && frame->caught == NULL)
        return err_sql(frame->arena, "0Z002",
                       "GET STACKED DIAGNOSTICS cannot be used outside an exception handler");
    for (size_t i = 0; i < statement->diagnostics.item_count; i++) {
        const struct pl_diagnostic_item *item = &statement->diagnostics.items[i];
        bool count = item->what == PL_DIAG_ROW_COUNT;
        struct value value = count ? value_int(frame->row_count) : value_text(STR(""));
        if (statement->diagnostics.stacked) value = value_text(of_caught(frame, item->what));
        if (value.kind == VALUE_TEXT && value.s.at == NULL) value.s = STR("");
        TRY(pl_assign_target(frame, &item->target, count ? &number : &text, &value));
    }
    return NULL;
}
