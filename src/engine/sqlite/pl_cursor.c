/* Rows that are read one by one: FOR loops and cursors. */
#include "engine/sqlite/pl_int.h"

/* ---- loops over rows ---- */

static err query_rows(struct pl_frame *frame,
                      const struct pl_expr *expr,
                      struct arena *arena,
                      struct rowset **rows,
                      const struct pl_shape **shape)
{
    struct pl_query *query;
    struct pl_rows found;
    TRY(pl_query_find(frame, expr, PL_QUERY_STATEMENT, -1, &query));
    *shape = query->shape;
    const struct plan *plan = plan_ref(query->plan);
    err error = pl_query_run(frame, plan, pl_params(frame, query), arena, 0, &found);
    plan_unref(plan);
    if (error == NULL && found.set == NULL)
        error = err_sql(frame->arena, "42601", "cannot open this statement as cursor");
    *rows = found.set;
    return error;
}

static err dynamic_rows(struct pl_frame *frame,
                        const struct pl_expr *text,
                        const struct pl_exprs *params,
                        struct arena *arena,
                        struct rowset **rows,
                        const struct pl_shape **shape)
{
    struct pl_dynamic dynamic;
    struct pl_rows found = {0};
    TRY(pl_dynamic_open(frame, text, params, &dynamic));
    if (dynamic.plan == NULL)
        return err_sql(frame->arena, "42P11", "cannot open this statement as cursor");
    *shape = dynamic.shape;
    err error = pl_query_run(frame, dynamic.plan, dynamic.params, arena, 0, &found);
    plan_unref(dynamic.plan);
    if (error == NULL && found.set == NULL)
        error = err_sql(frame->arena, "42P11", "cannot open this statement as cursor");
    *rows = found.set;
    return error;
}

/* A bound cursor's arguments become its variables. */
static err bind_cursor(struct pl_frame *frame,
                       const struct pl_variable *cursor,
                       const struct pl_exprs *values,
                       const str *names)
{
    for (size_t i = 0; i < values->count; i++) {
        size_t at = i;
        for (size_t k = 0;
             names != NULL && !str_empty(names[i]) && k < cursor->cursor.argument_count; k++)
            if (str_eq(frame->tree->variables[cursor->cursor.arguments[k]].name, names[i])) at = k;
        struct pl_field type;
        struct value value;
        TRY(pl_eval(frame, values->at[i], &type, &value));
        TRY(pl_assign(frame, cursor->cursor.arguments[at], &type, &value));
    }
    return NULL;
}

err pl_loop_rows(struct pl_frame *frame,
                 const struct pl_statement *statement,
                 struct arena *arena,
                 struct rowset **rows,
                 const struct pl_shape **shape)
{
    if (statement->kind == PL_FOR_CURSOR) {
        const struct pl_variable *cursor = &frame->tree->variables[statement->loop.cursor];
        TRY(bind_cursor(frame, cursor, &statement->loop.params, statement->loop.param_names));
        return query_rows(frame, cursor->cursor.query, arena, rows, shape);
    }
    if (statement->loop.dynamic)
        return dynamic_rows(frame, statement->loop.query, &statement->loop.params, arena, rows,
                            shape);
    return query_rows(frame, statement->loop.query, arena, rows, shape);
}

/* ---- cursors ---- */

static struct pl_cursor_state *cursor_find(struct pl_frame *frame, str name)
{
    for (struct pl_frame *at = frame; at != NULL; at = at->outer)
        for (struct pl_cursor_state *cursor = at->cursors; cursor != NULL; cursor = cursor->next)
            if (str_eq(cursor->name, name)) return cursor;
    return NULL;
}

static err cursor_of(struct pl_frame *frame, int variable, struct pl_cursor_state **out)
{
    const struct value *name = &frame->vars[variable].cell.value;
    if (name->kind != VALUE_TEXT)
        return err_sql(frame->arena, "22004", "cursor variable \"%.*s\" is null",
                       STR_FMT(frame->tree->variables[variable].name));
    *out = cursor_find(frame, name->s);
    if (*out != NULL) return NULL;
    return err_sql(frame->arena, "34000", "cursor \"%.*s\" does not exist", STR_FMT(name->s));
}

static str cursor_name(struct pl_frame *frame, int variable)
{
    const struct pl_variable *declared = &frame->tree->variables[variable];
    const struct value *value = &frame->vars[variable].cell.value;
    if (value->kind == VALUE_TEXT) return value->s;
    if (declared->cursor.bound) return declared->name;
    str name;
    size_t number = 0;
    do name = str_printf(frame->scratch, "<unnamed portal %zu>", ++number);
    while (cursor_find(frame, name) != NULL);
    return name;
}

static err cursor_rows(struct pl_frame *frame,
                       const struct pl_statement *statement,
                       struct pl_cursor_state *cursor)
{
    const struct pl_variable *declared = &frame->tree->variables[statement->cursor.cursor];
    if (statement->cursor.query == NULL) {
        TRY(bind_cursor(frame, declared, &statement->cursor.params, statement->cursor.param_names));
        return query_rows(frame, declared->cursor.query, cursor->arena, &cursor->rows,
                          &cursor->shape);
    }
    if (statement->cursor.dynamic)
        return dynamic_rows(frame, statement->cursor.query, &statement->cursor.params,
                            cursor->arena, &cursor->rows, &cursor->shape);
    return query_rows(frame, statement->cursor.query, cursor->arena, &cursor->rows, &cursor->shape);
}

err pl_run_open(struct pl_frame *frame, const struct pl_statement *statement)
{
    int variable = statement->cursor.cursor;
    str name = str_copy(frame->arena, cursor_name(frame, variable));
    if (cursor_find(frame, name) != NULL)
        return err_sql(frame->arena, "42P03", "cursor \"%.*s\" already in use", STR_FMT(name));
    struct pl_cursor_state *cursor = ARENA_NEW(frame->arena, struct pl_cursor_state);
    *cursor = (struct pl_cursor_state){.name = name, .arena = arena_new(PL_ROWS_BYTES_MAX)};
    err error = cursor_rows(frame, statement, cursor);
    if (error != NULL) {
        error = err_copy(frame->arena, error); /* it may lie with the rows */
        arena_free(cursor->arena);
        return error;
    }
    cursor->next = frame->cursors;
    frame->cursors = cursor;
    struct value value = value_text(name);
    pl_cell_set(&frame->vars[variable].cell, &value);
    return pl_memory_check(frame);
}

/* Where the cursor stands afterwards; 0 and count + 1 are outside. */
static int64_t fetch_place(const struct pl_statement *statement,
                           const struct pl_cursor_state *cursor,
                           int64_t n)
{
    int64_t at = (int64_t)cursor->at, end = (int64_t)cursor->rows->count + 1, to;
    switch (statement->cursor.direction) {
    case PL_FETCH_FORWARD: to = statement->cursor.all ? end : at + n; break;
    case PL_FETCH_BACKWARD: to = statement->cursor.all ? 0 : at - n; break;
    case PL_FETCH_ABSOLUTE: to = n < 0 ? end + n : n; break;
    case PL_FETCH_RELATIVE: to = at + n; break;
    default: to = at; break;
    }
    return to < 0 ? 0 : to > end ? end : to;
}

err pl_run_fetch(struct pl_frame *frame, const struct pl_statement *statement)
{
    struct pl_cursor_state *cursor;
    struct value count = value_int(statement->cursor.fixed);
    TRY(cursor_of(frame, statement->cursor.cursor, &cursor));
    if (statement->cursor.count != NULL)
        TRY(pl_eval_as(frame, statement->cursor.count, INT8OID, &count));
    if (count.kind == VALUE_NULL)
        return err_sql(frame->arena, "22004", "relative or absolute cursor position is null");
    int64_t before = (int64_t)cursor->at;
    int64_t to = fetch_place(statement, cursor, count.i);
    int64_t moved = to > before ? to - before : before - to;
    bool inside = to >= 1 && to <= (int64_t)cursor->rows->count;
    cursor->at = (size_t)to;
    if (statement->cursor.move) {
        frame->row_count = inside || moved == 0 ? moved : moved - 1;
        pl_set_found(frame, frame->row_count > 0);
        return NULL;
    }
    const struct value *row = inside ? rowset_row(cursor->rows, (size_t)to - 1) : NULL;
    TRY(pl_fill_into(frame, &statement->cursor.into, cursor->shape, row));
    frame->row_count = inside;
    pl_set_found(frame, inside);
    return NULL;
}

err pl_run_close(struct pl_frame *frame, const struct pl_statement *statement)
{
    struct pl_cursor_state *cursor;
    TRY(cursor_of(frame, statement->cursor.cursor, &cursor));
    for (struct pl_frame *at = frame; at != NULL; at = at->outer)
        for (struct pl_cursor_state **link = &at->cursors; *link != NULL; link = &(*link)->next) {
            if (*link != cursor) continue;
            *link = cursor->next;
            arena_free(cursor->arena);
            return NULL;
        }
    return NULL;
}
