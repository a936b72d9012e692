/* LANGUAGE sql, where the body could not become a part of the statement that calls. */
#include "engine/sqlite/pl_int.h"
#include "types/type_text.h"

static bool answers_row(const struct pl_frame *frame)
{
    return frame->code->result.shape != NULL || frame->code->result.record;
}

static err wrong_columns(struct pl_frame *frame)
{
    return err_sql(frame->arena, "42P13", "return type mismatch in function %.*s",
                   STR_FMT(frame->code->function->name));
}

/* SELECT t FROM t, SELECT f(x): one column that is the whole row. */
static bool is_lone_row(const struct pl_shape *shape, const struct pl_shape *rows)
{
    return shape->count == 1 && rows != NULL &&
           (rows->count != 1 || shape->fields[0].type == rows->row_type) &&
           shape->fields[0].ref->field_count > 0;
}

static err row_cast(struct pl_frame *frame,
                    const struct pl_shape *shape,
                    const struct value *row,
                    struct value *out)
{
    const struct pl_shape *rows = frame->code->rows;
    for (size_t i = 0; i < rows->count; i++) {
        const struct pl_field *field = &rows->fields[i];
        struct pl_var_type to = {.type = field->type,
                                 .typmod = field->typmod,
                                 .ref = field->ref,
                                 .domain = field->domain};
        TRY(pl_cast(frame, &shape->fields[i], &row[i], &to, &out[i]));
    }
    return NULL;
}

/* One row of the last statement, by the columns that the function answers. */
static err answer_add(struct pl_frame *frame, const struct pl_shape *shape, const struct value *row)
{
    const struct pl_shape *rows = frame->code->rows;
    const struct value *out = row;
    if (rows != NULL && is_lone_row(shape, rows)) {
        out = pl_row_fields(frame->scratch, rows, row[0]);
    } else if (rows == NULL) {
        TRY(pl_check_definitions(frame, shape));
    } else {
        if (shape->count != rows->count) return wrong_columns(frame);
        struct value *cast = ARENA_ARRAY(frame->scratch, struct value, rows->count);
        TRY(row_cast(frame, shape, row, cast));
        out = cast;
    }
    if (frame->rows == NULL)
        frame->rows = rowset_new(frame->arena, rows != NULL ? rows->count : shape->count);
    return rowset_add_values(frame->rows, out);
}

/* Not a set: the first row is the value; a row becomes a composite. */
static void take_scalar(struct pl_frame *frame, const struct pl_shape *shape)
{
    frame->returned = true;
    if (frame->rows == NULL || frame->rows->count == 0) return;
    const struct value *row = rowset_row(frame->rows, 0);
    const struct pl_shape *rows = frame->code->rows != NULL ? frame->code->rows : shape;
    bool whole = answers_row(frame) && (frame->tree->output_count != 1);
    frame->result = whole ? pl_row_value(frame->arena, rows, row) : row[0];
    frame->result_type = (struct pl_field){.type = RECORDOID, .typmod = -1, .ref = rows->ref};
}

static err run_one(struct pl_frame *frame, const struct pl_expr *expr, bool last)
{
    struct pl_query *query;
    struct pl_rows rows;
    bool set = frame->set, wanted = last && frame->code->function->result != VOIDOID;
    TRY(pl_query_find(frame, expr, PL_QUERY_STATEMENT, -1, &query));
    const struct plan *plan = plan_ref(query->plan);
    const struct pl_shape *shape = query->shape;
    err error = pl_query_run(frame, plan, pl_params(frame, query), frame->scratch,
                             wanted && !set ? 1 : 0, &rows);
    if (error == NULL && wanted && rows.set == NULL) error = wrong_columns(frame);
    for (size_t i = 0; error == NULL && wanted && i < rows.set->count && (set || i == 0); i++)
        error = answer_add(frame, shape, rowset_row(rows.set, i));
    if (error == NULL && last && !set) take_scalar(frame, shape);
    plan_unref(plan);
    return error;
}

err pl_run_sql_body(struct pl_frame *frame)
{
    for (size_t i = 0; i < frame->tree->expr_count; i++) {
        arena_reset(frame->scratch);
        TRY(run_one(frame, frame->tree->exprs[i], i + 1 == frame->tree->expr_count));
    }
    frame->returned = true;
    return NULL;
}
