/* Statements: blocks, branches, loops, RETURN. */
#include "engine/sqlite/pl_int.h"

#include "engine/sqlite/constraint_error.h"
#include "engine/sqlite/functions_int.h"
#include "engine/sqlite/run_trigger.h"
#include "types/array.h"

/* ---- flow ---- */

/* Whether what happened in the body of this loop ends it, and what is left of it outside. */
static bool leaves_loop(struct pl_frame *frame, str label)
{
    bool own = str_empty(frame->flow_label) || str_eq(frame->flow_label, label);
    switch (frame->flow) {
    case PL_GOES_ON: return false;
    case PL_RETURNS: return true;
    case PL_CONTINUES:
        if (own) frame->flow = PL_GOES_ON;
        return !own;
    case PL_EXITS:
        if (own) frame->flow = PL_GOES_ON;
        return true;
    }
    return true;
}

/* Loops have no statement of SQL to be interrupted in. */
static err tick(struct pl_frame *frame)
{
    if (++frame->ticks % PL_TICKS_BETWEEN_LOOKS != 0) return NULL;
    TRY(pl_memory_check(frame));
    return session_check(frame->run->session, frame->arena);
}

err pl_run_body(struct pl_frame *frame, const struct pl_body *body)
{
    for (size_t i = 0; i < body->count; i++) {
        TRY(pl_run_statement(frame, body->at[i]));
        if (frame->flow != PL_GOES_ON) return NULL;
    }
    return NULL;
}

/* ---- blocks ---- */

static err declare(struct pl_frame *frame, int variable)
{
    const struct pl_variable *declared = &frame->tree->variables[variable];
    struct pl_field type;
    struct value value;
    pl_var_clear(frame, variable);
    if (declared->init != NULL) {
        TRY(pl_eval(frame, declared->init, &type, &value));
        return pl_assign(frame, variable, &type, &value);
    }
    /* A domain may refuse NULL, and a declared NOT NULL without a value does. */
    if (!declared->not_null && !frame->code->types[variable].domain) return NULL;
    struct value null = value_null();
    type = (struct pl_field){.type = UNKNOWNOID, .typmod = -1, .ref = type_plain(TYPE_TEXT)};
    return pl_assign(frame, variable, &type, &null);
}

static err declare_all(struct pl_frame *frame, const struct pl_statement *block)
{
    for (size_t i = 0; i < block->block.variable_count; i++) {
        TRY(declare(frame, block->block.variables[i]));
        arena_reset(frame->scratch);
    }
    return NULL;
}

static err savepoint(struct pl_frame *frame, const char *sql)
{
    /* Where nothing can be written nothing has to be undone. */
    if (frame->run->session->reads_only || frame->run->session->writing) return NULL;
    if (sqlite3_exec(frame->run->db, sql, NULL, NULL, NULL) == SQLITE_OK) return NULL;
    return sqlite_error(frame->arena, frame->run->db, sqlite3_extended_errcode(frame->run->db));
}

static void set_text(struct pl_frame *frame, int variable, str text)
{
    struct value value = value_text(text);
    if (variable >= 0) pl_cell_set(&frame->vars[variable].cell, &value);
}

static err handle(struct pl_frame *frame,
                  const struct pl_statement *block,
                  const struct pl_handler *handler,
                  err error)
{
    err outer = frame->caught;
    frame->caught = error;
    frame->flow = PL_GOES_ON;
    set_text(frame, block->block.sqlstate, error->code);
    set_text(frame, block->block.sqlerrm, error->message);
    err failed = pl_run_body(frame, &handler->body);
    frame->caught = outer;
    return failed;
}

/* What a block with EXCEPTION found, beside the rows that its savepoint keeps: the catalog of a script whose
 * DDL it may have to take back, settings, deferred triggers. */
struct guard {
    void *script;
    const void *settings;
    size_t deferred;
};

static struct guard guard_begin(struct pl_frame *frame)
{
    struct sqlite_session *session = frame->run->session;
    struct guard guard = {.deferred = trigger_deferred_mark(session)};
    if (session->utility != NULL) guard.script = session->utility->mark(session->utility_context);
    if (session->hooks != NULL && session->hooks->settings_mark != NULL)
        guard.settings = session->hooks->settings_mark(session, frame->arena);
    return guard;
}

static void guard_end(struct pl_frame *frame, const struct guard *guard)
{
    const struct sqlite_session *session = frame->run->session;
    if (session->utility != NULL)
        session->utility->release(session->utility_context, guard->script);
}

static void guard_restore(struct pl_frame *frame, const struct guard *guard)
{
    struct sqlite_session *session = frame->run->session;
    if (session->utility != NULL)
        session->utility->restore(session->utility_context, guard->script);
    if (guard->settings != NULL) session->hooks->settings_restore(session, guard->settings);
    trigger_deferred_restore(session, guard->deferred);
}

/* What the failed body wrote is undone; variables keep what they hold. Declarations are not guarded. */
static err run_guarded(struct pl_frame *frame, const struct pl_statement *block)
{
    TRY(declare_all(frame, block));
    TRY(savepoint(frame, "SAVEPOINT pl"));
    struct guard guard = guard_begin(frame);
    err error = pl_run_body(frame, &block->block.body);
    if (error == NULL) {
        guard_end(frame, &guard);
        return savepoint(frame, "RELEASE pl");
    }
    /* SQLite drops the whole transaction when the disk is full, and an interrupt may. */
    bool lost = sqlite3_get_autocommit(frame->run->db) != 0 && !frame->run->session->reads_only;
    error = err_copy(frame->arena, error);
    /* Past the deadline nothing goes on, whatever WHEN query_canceled would like. */
    bool over = session_check(frame->run->session, frame->arena) != NULL;
    const struct pl_handler *handler = lost || over ? NULL : pl_handler_of(block, error);
    arena_reset(frame->scratch);
    err back = lost ? NULL : savepoint(frame, "ROLLBACK TO pl; RELEASE pl");
    guard_restore(frame, &guard);
    TRY(back);
    return handler != NULL ? handle(frame, block, handler, error) : error;
}

static err run_block(struct pl_frame *frame, const struct pl_statement *block)
{
    if (block->block.handler_count > 0) {
        TRY(run_guarded(frame, block));
    } else {
        TRY(declare_all(frame, block));
        TRY(pl_run_body(frame, &block->block.body));
    }
    bool own = frame->flow == PL_EXITS && !str_empty(block->label) &&
               str_eq(frame->flow_label, block->label);
    if (own) frame->flow = PL_GOES_ON;
    return NULL;
}

/* ---- branches ---- */

static err run_if(struct pl_frame *frame, const struct pl_statement *statement)
{
    for (size_t i = 0; i < statement->branch.arm_count; i++) {
        bool taken;
        TRY(pl_eval_bool(frame, statement->branch.arms[i].condition, &taken));
        if (taken) return pl_run_body(frame, &statement->branch.arms[i].body);
    }
    return pl_run_body(frame, &statement->branch.otherwise);
}

static err case_test(struct pl_frame *frame, const struct pl_statement *statement)
{
    int variable = statement->branch.test_variable;
    struct pl_field type;
    struct value value;
    TRY(pl_eval(frame, statement->branch.test, &type, &value));
    /* The variable is of whatever type the expression has. */
    if (frame->code->types[variable].type != type.type)
        frame->code->types[variable] = pl_type_of(frame->code, type.type, -1);
    pl_cell_set(&frame->vars[variable].cell, &value);
    return NULL;
}

static err run_case(struct pl_frame *frame, const struct pl_statement *statement)
{
    bool tested = statement->branch.test != NULL;
    if (tested) TRY(case_test(frame, statement));
    for (size_t i = 0; i < statement->branch.arm_count; i++) {
        const struct pl_arm *arm = &statement->branch.arms[i];
        bool taken;
        arena_reset(frame->scratch);
        if (tested)
            TRY(pl_eval_case(frame, arm->condition, statement->branch.test_variable, &taken));
        else
            TRY(pl_eval_bool(frame, arm->condition, &taken));
        if (taken) return pl_run_body(frame, &arm->body);
    }
    if (statement->branch.has_otherwise) return pl_run_body(frame, &statement->branch.otherwise);
    return err_hint(frame->arena, err_sql(frame->arena, "20000", "case not found"),
                    "CASE statement is missing ELSE part.");
}

/* ---- loops ---- */

static err run_loop(struct pl_frame *frame, const struct pl_statement *statement)
{
    for (;;) {
        if (statement->kind == PL_WHILE) {
            bool more;
            arena_reset(frame->scratch);
            TRY(pl_eval_bool(frame, statement->loop.condition, &more));
            if (!more) return NULL;
        }
        TRY(tick(frame));
        TRY(pl_run_body(frame, &statement->loop.body));
        if (leaves_loop(frame, statement->label)) return NULL;
    }
}

static err bound(struct pl_frame *frame, const struct pl_expr *expr, const char *what, int64_t *out)
{
    struct value value;
    TRY(pl_eval_as(frame, expr, INT4OID, &value));
    if (value.kind == VALUE_NULL)
        return err_sql(frame->arena, "22004", "%s of FOR loop cannot be null", what);
    *out = value.i;
    return NULL;
}

static err run_for_integer(struct pl_frame *frame, const struct pl_statement *statement)
{
    int64_t at, end, step = 1;
    bool any = false;
    TRY(bound(frame, statement->loop.lower, "lower bound", &at));
    TRY(bound(frame, statement->loop.upper, "upper bound", &end));
    if (statement->loop.step != NULL) TRY(bound(frame, statement->loop.step, "BY value", &step));
    if (step <= 0)
        return err_sql(frame->arena, "22023", "BY value of FOR loop must be greater than zero");
    for (;; at += statement->loop.reverse ? -step : step) {
        if (statement->loop.reverse ? at < end : at > end) break;
        if (at > INT32_MAX || at < INT32_MIN) break;
        struct value value = value_int(at);
        any = true;
        TRY(tick(frame));
        pl_cell_set(&frame->vars[statement->loop.variable].cell, &value);
        TRY(pl_run_body(frame, &statement->loop.body));
        if (leaves_loop(frame, statement->label)) break;
    }
    pl_set_found(frame, any);
    return NULL;
}

static err each_row(struct pl_frame *frame,
                    const struct pl_statement *statement,
                    const struct rowset *rows,
                    const struct pl_shape *shape)
{
    if (rows->count == 0) TRY(pl_fill_into(frame, &statement->loop.into, shape, NULL));
    for (size_t i = 0; i < rows->count; i++) {
        TRY(tick(frame));
        arena_reset(frame->scratch);
        TRY(pl_fill_into(frame, &statement->loop.into, shape, rowset_row(rows, i)));
        TRY(pl_run_body(frame, &statement->loop.body));
        if (leaves_loop(frame, statement->label)) break;
    }
    pl_set_found(frame, rows->count > 0);
    return NULL;
}

static err run_for_rows(struct pl_frame *frame, const struct pl_statement *statement)
{
    struct arena *arena = arena_new(PL_ROWS_BYTES_MAX);
    struct rowset *rows = NULL;
    const struct pl_shape *shape;
    err error = pl_loop_rows(frame, statement, arena, &rows, &shape);
    size_t bytes = arena_used(arena);
    frame->loop_bytes += bytes;
    if (error == NULL && bytes > PL_LARGE_BYTES) error = pl_memory_check(frame);
    if (error == NULL) error = each_row(frame, statement, rows, shape);
    if (error != NULL) error = err_copy(frame->arena, error);
    frame->loop_bytes -= bytes;
    arena_free(arena);
    return error;
}

static err set_element(struct pl_frame *frame,
                       const struct pl_into *into,
                       const struct pl_field *element,
                       const struct value *value)
{
    struct pl_shape one = {.row_type = RECORDOID, .fields = element, .count = 1};
    if (into->target_count == 1) return pl_assign_target(frame, &into->targets[0], element, value);
    if (element->ref->field_count > 0) {
        pl_shape_of_ref(frame->scratch, element, &one);
        return pl_fill_into(frame, into, &one, pl_row_fields(frame->scratch, &one, *value));
    }
    return pl_fill_into(frame, into, &one, value);
}

/* What FOREACH goes through: the elements, or the arrays of the last dimensions. */
struct each {
    struct array_iter iter;
    struct pl_field item; /* type of what a turn gets */
    size_t level;         /* SLICE: of the brackets around a slice, from 1; 0: elements */
    size_t open;          /* brackets */
};

static bool next_slice(struct each *each, str *out)
{
    str text = each->iter.text;
    size_t from = 0;
    bool quoted = false;
    while (each->iter.at < text.len) {
        char c = text.at[each->iter.at++];
        if (quoted && c == '\\')
            each->iter.at++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && c == '[' && ++each->open == each->level)
            from = each->iter.at - 1;
        else if (!quoted && c == ']' && each->open-- == each->level) {
            *out = str_slice(text, from, each->iter.at);
            return true;
        }
    }
    return false;
}

static bool each_next(struct each *each, struct arena *arena, struct value *out)
{
    str item;
    if (each->level > 0 ? !next_slice(each, &item) : !array_next(&each->iter, &item)) return false;
    *out = each->level > 0 ? value_text(item) : array_read_item(arena, each->item.ref, item);
    return true;
}

static err check_turn(struct pl_frame *frame, const struct pl_statement *statement, str array)
{
    const struct pl_target *target = &statement->loop.into.targets[0];
    size_t dimensions = array_dimensions(array);
    bool slices = statement->loop.slice > 0;
    if (statement->loop.slice < 0 || (uint64_t)statement->loop.slice > dimensions)
        return err_sql(frame->arena, "2202E",
                       "slice dimension (%lld) is out of the valid range 0..%zu",
                       (long long)statement->loop.slice, dimensions);
    if (target->field_count > 0 || target->subscript_count > 0) return NULL;
    bool takes_array = statement->loop.into.target_count == 1 &&
                       !pl_holds_row(frame, target->variable) &&
                       frame->code->types[target->variable].ref->element != NULL;
    if (takes_array == slices) return NULL;
    return err_sql(frame->arena, "42804",
                   slices ? "FOREACH ... SLICE loop variable must be of an array type"
                          : "FOREACH loop variable must not be of an array type");
}

/* text: the array's, which outlives the loop's turns. */
static struct each each_of(struct pl_frame *frame,
                           const struct pl_field *type,
                           int64_t slice,
                           str text)
{
    struct each each = {.iter = array_iter(text), .item = *type};
    if (slice > 0)
        each.level = array_dimensions(text) - (size_t)slice + 1;
    else
        each.item = (struct pl_field){
            .type = pl_element_of(frame, type->type), .typmod = -1, .ref = type->ref->element};
    return each;
}

static err run_turns(struct pl_frame *frame, const struct pl_statement *statement, struct each each)
{
    struct value value;
    bool any = false;
    arena_reset(frame->scratch);
    while (each_next(&each, frame->scratch, &value)) {
        any = true;
        TRY(tick(frame));
        TRY(set_element(frame, &statement->loop.into, &each.item, &value));
        TRY(pl_run_body(frame, &statement->loop.body));
        if (leaves_loop(frame, statement->label)) break;
        arena_reset(frame->scratch);
    }
    pl_set_found(frame, any);
    return NULL;
}

static err run_foreach(struct pl_frame *frame, const struct pl_statement *statement)
{
    struct pl_field type;
    struct value array;
    TRY(pl_eval(frame, statement->loop.query, &type, &array));
    if (array.kind == VALUE_NULL)
        return err_sql(frame->arena, "22004", "FOREACH expression must not be null");
    if (type.ref->element == NULL)
        return err_sql(frame->arena, "42804",
                       "FOREACH expression must yield an array, not type %.*s",
                       STR_FMT(type_name(frame->scratch, type.ref)));
    TRY(check_turn(frame, statement, array.s));
    struct arena *own = arena_new(0);
    str text = str_copy(own, array.s);
    err error = run_turns(frame, statement, each_of(frame, &type, statement->loop.slice, text));
    if (error != NULL) error = err_copy(frame->arena, error);
    arena_free(own);
    return error;
}

/* ---- leaving ---- */

static err run_exit(struct pl_frame *frame, const struct pl_statement *statement)
{
    bool taken = true;
    if (statement->exit.condition != NULL)
        TRY(pl_eval_bool(frame, statement->exit.condition, &taken));
    if (!taken) return NULL;
    frame->flow = statement->exit.is_continue ? PL_CONTINUES : PL_EXITS;
    frame->flow_label = statement->exit.to;
    return NULL;
}

static struct value kept(struct pl_frame *frame, const struct value *value)
{
    return value_copy(frame->arena, value);
}

static err return_row(struct pl_frame *frame,
                      const struct pl_field *type,
                      const struct value *value)
{
    bool row = type->type == RECORDOID || type->ref->field_count > 0 ||
               pl_shape_of_type(frame->code, type->type) != NULL;
    if (value->kind != VALUE_NULL && !row)
        return err_sql(frame->arena, "42804",
                       "cannot return non-composite value from function returning composite type");
    struct value cast;
    TRY(pl_cast(frame, type, value, &frame->code->result, &cast));
    frame->result = kept(frame, &cast);
    frame->result_type = *type;
    return NULL;
}

/* NEW and OLD of a statement's trigger: there is no row in them, and nobody asks for it. */
static bool returns_no_row(const struct pl_frame *frame, const struct pl_expr *expr)
{
    str name = str_trim(expr->text);
    bool row = (frame->trigger->trigger->type & TRIGGER_ROW) != 0;
    return !row && (str_eq_nocase(name, STR("new")) || str_eq_nocase(name, STR("old")));
}

/* RETURN NEW is told by the variable: no composite is made of it. */
static err return_trigger_row(struct pl_frame *frame, const struct pl_expr *expr)
{
    struct pl_query *query;
    struct value value;
    if (returns_no_row(frame, expr)) return NULL;
    TRY(pl_query_find(frame, expr, PL_QUERY_EXPRESSION, -1, &query));
    const struct expr *simple = query->simple;
    if (simple != NULL && simple->kind == EXPR_PARAM && query->uses[simple->index].field < 0 &&
        pl_holds_row(frame, query->uses[simple->index].variable)) {
        frame->result_variable = query->uses[simple->index].variable;
        return NULL;
    }
    frame->result_variable = -1;
    TRY(pl_eval(frame, expr, &frame->result_type, &value));
    frame->result = kept(frame, &value);
    return NULL;
}

static err run_return(struct pl_frame *frame, const struct pl_statement *statement)
{
    struct pl_field type;
    struct value value;
    const struct pl_var_type *result = &frame->code->result;
    frame->flow = PL_RETURNS;
    frame->flow_label = STR_NONE;
    frame->returned = true;
    if (statement->result.expr == NULL) return NULL;
    if (frame->trigger != NULL) return return_trigger_row(frame, statement->result.expr);
    TRY(pl_eval(frame, statement->result.expr, &type, &value));
    if (result->shape != NULL || result->record) return return_row(frame, &type, &value);
    TRY(pl_cast(frame, &type, &value, result, &value));
    frame->result = kept(frame, &value);
    return NULL;
}

static err run_assign(struct pl_frame *frame, const struct pl_statement *statement)
{
    struct pl_field type;
    struct value value;
    TRY(pl_eval(frame, statement->assign.expr, &type, &value));
    return pl_assign_target(frame, &statement->assign.target, &type, &value);
}

/* ---- the choice ---- */

static err no_transactions(struct pl_frame *frame, const struct pl_statement *statement)
{
    return err_sql(frame->arena, "0A000",
                   "%s in a function or procedure is not supported on this "
                   "database",
                   statement->transaction.rollback ? "ROLLBACK" : "COMMIT");
}

err pl_run_statement(struct pl_frame *frame, const struct pl_statement *statement)
{
    bool large = arena_used(frame->scratch) > PL_LARGE_BYTES;
    arena_reset(frame->scratch);
    if (large) TRY(pl_memory_check(frame));
    TRY(tick(frame));
    switch (statement->kind) {
    case PL_BLOCK: return run_block(frame, statement);
    case PL_ASSIGN: return run_assign(frame, statement);
    case PL_IF: return run_if(frame, statement);
    case PL_CASE: return run_case(frame, statement);
    case PL_LOOP:
    case PL_WHILE: return run_loop(frame, statement);
    case PL_FOR_INTEGER: return run_for_integer(frame, statement);
    case PL_FOR_QUERY:
    case PL_FOR_CURSOR: return run_for_rows(frame, statement);
    case PL_FOREACH: return run_foreach(frame, statement);
    case PL_EXIT: return run_exit(frame, statement);
    case PL_RETURN: return run_return(frame, statement);
    case PL_RETURN_NEXT: return pl_run_return_next(frame, statement);
    case PL_RETURN_QUERY: return pl_run_return_query(frame, statement);
    case PL_RAISE: return pl_run_raise(frame, statement);
    case PL_ASSERT: return pl_run_assert(frame, statement);
    case PL_SQL: return pl_run_sql(frame, statement);
    case PL_EXECUTE: return pl_run_execute(frame, statement);
    case PL_GET_DIAGNOSTICS: return pl_run_diagnostics(frame, statement);
    case PL_OPEN: return pl_run_open(frame, statement);
    case PL_FETCH: return pl_run_fetch(frame, statement);
    case PL_CLOSE: return pl_run_close(frame, statement);
    case PL_TRANSACTION: return no_transactions(frame, statement);
    case PL_NULL: return NULL;
    }
    return NULL;
}
