/* engine/sqlite/run_rows.c - rows of a statement to the row writer, each with its embeds.
 *
 * A child with an index under its link runs once for each parent row, its statement prepared and
 * bound once. A grouped one runs once for many parents: their rows are read first, then all of its
 * rows, which are handed out by key. */
#include "engine/sqlite/run_int.h"

#include <string.h>

#include "base/map.h"
#include "base/vec.h"
#include "types/type_text.h"

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
    bool gathers; /* a child is grouped: rows of this level are read before they are written */
    /* a grouped child: its rows, by key */
    struct rowset *rows;
    struct map *groups;
};

/* ---- levels ----------------------------------------------------------------------------------- */

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
        return run_step_failed(state, frame->child->op, stmt);
    sqlite3_reset(stmt);
    return NULL;
}

static err bind_child(struct execution_state *state,
                      struct frame *frame,
                      const struct value *parent)
{
    struct run *run = state->run;
    const struct program_op *op = frame->child->op;
    if (frame->statement.stmt != NULL)
        return run_bind_parent(state, frame->statement.stmt, op, parent);
    TRY(statement_cache_take(run->statements, run->arena, op, &frame->statement));
    return run_bind_all(state, frame->statement.stmt, op, &(struct place){.parent = parent});
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
    TRY(run_bind_all(state, stmt, op, &(struct place){.keys = parents}));
    frame->rows = rowset_new(gathered_arena(state), frame->node->plan->column_count + 1);
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW) TRY(rowset_add(frame->rows, stmt));
    if (code != SQLITE_DONE) return run_step_failed(state, op, stmt);
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

err run_check_output(struct execution_state *state)
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
    return run_check_output(state);
}

/* ---- statements --------------------------------------------------------------------------------- */

/* Rows of a step whose shape is RESULT_NONE are stepped through and counted. */
static struct frame *frame_of(struct execution_state *state, const struct program_op *op)
{
    if (op->output == NULL || !state->plan_step->result || state->plan_step->shape == RESULT_NONE)
        return NULL;
    return frames_new(state->run->arena, op->output);
}

/* Rows as values, for PL/pgSQL. A SELECT need not be run further than somebody looks. */
static err collect_output(struct execution_state *state,
                          const struct program_op *op,
                          sqlite3_stmt *stmt)
{
    const struct run_output *output = &state->run->output;
    bool ends_early = output->most > 0 && op->kind == OP_QUERY;
    int code;
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW) {
        TRY(rowset_add(output->rows, stmt));
        state->result->rows++;
        if (ends_early && output->rows->count >= output->most) return NULL;
    }
    return code == SQLITE_DONE ? NULL : run_step_failed(state, op, stmt);
}

static err step_output(struct execution_state *state,
                       const struct program_op *op,
                       sqlite3_stmt *stmt,
                       struct frame *frame)
{
    int code;
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW)
        TRY(output_row(state, frame, frame != NULL ? read_row(frame, stmt) : NULL));
    return code == SQLITE_DONE ? NULL : run_step_failed(state, op, stmt);
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
    return code == SQLITE_ROW || code == SQLITE_DONE ? NULL : run_step_failed(state, op, stmt);
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

/* ---- rows of a write in the order asked for ---- */

struct sorting {
    const struct plan_node *plan;
    const struct rowset *rows;
};

static int compare_by(const struct sorting *sorting,
                      const struct plan_sort *sort,
                      const struct value *a,
                      const struct value *b)
{
    bool a_null = a->kind == VALUE_NULL, b_null = b->kind == VALUE_NULL;
    if (a_null || b_null) {
        if (a_null == b_null) return 0;
        return a_null == sort->nulls_first ? -1 : 1;
    }
    int order = type_compare(sorting->plan->columns[sort->column].ref, a, b);
    return sort->descending ? -order : order;
}

static int compare_rows(const struct sorting *sorting, size_t left, size_t right)
{
    const struct value *a = rowset_row(sorting->rows, left);
    const struct value *b = rowset_row(sorting->rows, right);
    for (size_t i = 0; i < sorting->plan->sort_count; i++) {
        const struct plan_sort *sort = &sorting->plan->sorts[i];
        int order = compare_by(sorting, sort, &a[sort->column], &b[sort->column]);
        if (order != 0) return order;
    }
    return 0;
}

/* Merge sort: equal rows stay in the order of the write. */
static void sort_range(const struct sorting *sorting, size_t *at, size_t *spare, size_t count)
{
    if (count < 2) return;
    size_t half = count / 2, left = 0, right = half, out = 0;
    sort_range(sorting, at, spare, half);
    sort_range(sorting, at + half, spare, count - half);
    while (left < half || right < count) {
        bool from_left =
            right == count || (left < half && compare_rows(sorting, at[left], at[right]) <= 0);
        spare[out++] = from_left ? at[left++] : at[right++];
    }
    memcpy(at, spare, count * sizeof *at);
}

static err sorted_rows(struct execution_state *state,
                       struct frame *frame,
                       const struct rowset *rows,
                       struct rowset *out)
{
    struct arena *arena = state->run->arena;
    size_t *order = arena_try_alloc(arena, 2 * rows->count * sizeof *order);
    size_t width = rows->columns * sizeof *rows->values;
    struct value *values = arena_try_alloc(arena, rows->count * width);
    if (order == NULL || values == NULL)
        return err_new(arena, ERR_NO_MEMORY, "the rows of this statement take too much memory");
    for (size_t i = 0; i < rows->count; i++) order[i] = i;
    struct sorting sorting = {.plan = frame->node->plan, .rows = rows};
    sort_range(&sorting, order, order + rows->count, rows->count);
    for (size_t i = 0; i < rows->count; i++)
        memcpy(values + i * rows->columns, rowset_row(rows, order[i]), width);
    *out = (struct rowset){.columns = rows->columns, .count = rows->count, .values = values};
    return NULL;
}

static err sort_output(struct execution_state *state,
                       const struct program_op *op,
                       sqlite3_stmt *stmt,
                       struct frame *frame)
{
    struct rowset sorted, *rows = rowset_new(state->run->arena, frame->node->plan->column_count);
    int code;
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW) TRY(rowset_add(rows, stmt));
    if (code != SQLITE_DONE) return run_step_failed(state, op, stmt);
    if (rows->count == 0) return NULL;
    TRY(sorted_rows(state, frame, rows, &sorted));
    for (size_t from = 0; from < sorted.count; from += GATHER_ROWS) {
        struct rowset slice = sorted;
        slice.values += from * sorted.columns;
        slice.count = sorted.count - from < GATHER_ROWS ? sorted.count - from : GATHER_ROWS;
        arena_reset(gathered_arena(state));
        TRY(gather_children(state, frame, &slice));
        for (size_t i = 0; i < slice.count; i++)
            TRY(output_row(state, frame, rowset_row(&slice, i)));
    }
    return NULL;
}

err run_rows_output(struct execution_state *state, const struct program_op *op, sqlite3_stmt *stmt)
{
    if (state->run->output.rows != NULL && op->output != NULL && state->plan_step->result)
        return collect_output(state, op, stmt);
    struct frame *frame = frame_of(state, op);
    err error;
    if (frame != NULL && frame->node->plan->sort_count > 0)
        error = sort_output(state, op, stmt, frame);
    else if (frame != NULL && frame->gathers)
        error = gather_output(state, op, stmt, frame);
    else
        error = step_output(state, op, stmt, frame);
    if (frame != NULL) frames_end(state, frame);
    return error;
}
