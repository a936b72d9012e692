/* sql/row_writer.c - rows to JSON, CSV or text rows. See row_writer.h. */
#include "sql/row_writer.h"

#include <assert.h>

#include "types/jsonb.h"

void row_writer_init(struct row_writer *w,
                     struct arena *arena,
                     struct buf *out,
                     enum result_format format,
                     const struct type_session *session)
{
    *w = (struct row_writer){.arena = arena, .out = out, .format = format, .session = session};
}

static void free_row_arena(void *arena)
{
    arena_free(arena);
}

static struct arena *row_arena(struct row_writer *w)
{
    if (w->row_arena != NULL) return w->row_arena;
    w->row_arena = arena_new(0);
    arena_defer(w->arena, free_row_arena, w->row_arena);
    return w->row_arena;
}

static bool stripped(const struct row_writer *w)
{
    return w->format == FORMAT_JSON_STRIPPED;
}

static bool is_json(const struct row_writer *w)
{
    return w->format == FORMAT_JSON || w->format == FORMAT_JSON_STRIPPED;
}

static bool shape_is(const struct row_writer_level *level, enum child_shape shape)
{
    return level->child->shape == shape;
}

/* The level whose members are being written: a spread object's rows are members of what it
 * stands in. NULL: the root row. */
static struct row_writer_level *container(const struct row_writer *w)
{
    for (size_t i = w->depth; i > 0; i--) {
        struct row_writer_level *level = &w->levels[i - 1];
        if (!shape_is(level, CHILD_SPREAD_OBJECT)) return level;
    }
    return NULL;
}

/* ---- values ------------------------------------------------------------------------------- */

/* PostgreSQL's jsonb_strip_nulls reaches into values that are JSON themselves. */
static bool can_hold_nulls(const struct type_ref *type)
{
    return type->storage == TYPE_JSON || type->storage == TYPE_JSONB ||
           type->storage == TYPE_COMPOSITE || type->storage == TYPE_RECORD ||
           type->storage == TYPE_ARRAY;
}

/* What stripped output leaves out: NULL, and JSON's null. */
static bool is_nothing(const struct type_ref *type, const struct value *value)
{
    if (value->kind == VALUE_NULL) return true;
    bool json = type->storage == TYPE_JSON || type->storage == TYPE_JSONB;
    return json && str_eq(str_trim(value->s), STR("null"));
}

static void write_stripped(struct row_writer *w,
                           const struct type_ref *type,
                           const struct value *value)
{
    struct buf *whole = buf_in(row_arena(w), 0);
    type_json(w->session, type, value, whole);
    buf_str_add(w->out, json_text_strip_nulls(row_arena(w), buf_str(whole)));
}

static void write_json(struct row_writer *w, const struct type_ref *type, const struct value *value)
{
    if (UNLIKELY(value->kind == VALUE_NULL))
        buf_lit(w->out, "null");
    else if (UNLIKELY(stripped(w)) && can_hold_nulls(type))
        write_stripped(w, type, value);
    else
        type_json(w->session, type, value, w->out);
}

/* docs/rest.md: quoted when empty or with a comma, quote, backslash, parenthesis or blank. */
static void write_csv_field(struct buf *out, str text)
{
    bool quote = str_empty(text);
    for (size_t i = 0; i < text.len && !quote; i++)
        quote = memchr(",\"\\() \t\n\r\v\f", text.at[i], 11) != NULL;
    if (!quote) {
        buf_str_add(out, text);
        return;
    }
    buf_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '"' || text.at[i] == '\\') buf_char(out, text.at[i]);
        buf_char(out, text.at[i]);
    }
    buf_char(out, '"');
}

/* A field of a CSV or text row from text that is complete. */
static void write_field(struct row_writer *w, str text)
{
    if (w->format == FORMAT_CSV)
        write_csv_field(w->out, text);
    else
        json_write_str(w->out, text);
}

static void write_text(struct row_writer *w, const struct type_ref *type, const struct value *value)
{
    if (value->kind != VALUE_NULL)
        write_field(w, type_output_str(row_arena(w), w->session, type, value));
    else if (w->format == FORMAT_TEXT_ROWS)
        buf_lit(w->out, "null");
}

/* ---- members: what a row has, in whatever the row is written as ----------------------------- */

/* Puts the writer where the member's value belongs: behind its key in an object, behind a comma in
 * a CSV row, into its column's buffer in a spread array. Answers the buf to return to. */
static struct buf *member_open(struct row_writer *w, str json_key)
{
    struct buf *back = w->out;
    struct row_writer_level *level = container(w);
    if (level != NULL && shape_is(level, CHILD_SPREAD_ARRAY)) {
        assert(level->column_next < level->column_count);
        w->out = level->columns[level->column_next++];
        if (w->out->len > 0) buf_char(w->out, ',');
        return back;
    }
    if (w->comma) buf_char(w->out, ',');
    w->comma = true;
    bool bare = level == NULL &&
                (!is_json(w) || w->shape == RESULT_SCALAR || w->shape == RESULT_SCALAR_ARRAY);
    if (!bare) buf_str_add(w->out, json_key);
    return back;
}

static void member_close(struct row_writer *w, struct buf *back)
{
    w->out = back;
}

/* A member whose value is finished JSON text. */
static void member_json(struct row_writer *w, str json_key, str json)
{
    struct row_writer_level *level = container(w);
    bool in_array = level != NULL && shape_is(level, CHILD_SPREAD_ARRAY);
    bool null = str_eq(json, STR("null"));
    if (null && stripped(w) && !in_array) return;
    struct buf *back = member_open(w, json_key);
    if (level != NULL || is_json(w))
        buf_str_add(w->out, json);
    else if (!null)
        write_field(w, json);
    else if (w->format == FORMAT_TEXT_ROWS)
        buf_lit(w->out, "null");
    member_close(w, back);
}

static void member_value(struct row_writer *w,
                         const struct plan_column *column,
                         const struct value *value)
{
    const struct row_writer_level *level = container(w);
    if (level == NULL && !is_json(w)) {
        struct buf *back = member_open(w, column->json_key);
        write_text(w, column->ref, value);
        member_close(w, back);
        return;
    }
    bool in_array = level != NULL && shape_is(level, CHILD_SPREAD_ARRAY);
    if (UNLIKELY(stripped(w)) && !in_array && is_nothing(column->ref, value)) return;
    struct buf *back = member_open(w, column->json_key);
    write_json(w, column->ref, value);
    member_close(w, back);
}

/* Calls visit for every member that a row of node has, in the order they are written. */
static void each_member(const struct plan_node *node,
                        void (*visit)(void *context, str name, str json_key),
                        void *context)
{
    size_t next = 0;
    for (size_t i = 0; i <= node->column_count; i++) {
        for (; next < node->child_count; next++) {
            const struct plan_child *child = &node->children[next];
            if (i < node->column_count && (size_t)child->position > i) break;
            bool spread = child->shape == CHILD_SPREAD_OBJECT || child->shape == CHILD_SPREAD_ARRAY;
            if (spread)
                each_member(child->node, visit, context);
            else
                visit(context, child->name, child->json_key);
        }
        if (i < node->column_count && !node->columns[i].hidden)
            visit(context, node->columns[i].name, node->columns[i].json_key);
    }
}

static void count_member(void *context, str name, str json_key)
{
    (void)name;
    (void)json_key;
    ++*(size_t *)context;
}

static void write_null_member(void *context, str name, str json_key)
{
    (void)name;
    member_json(context, json_key, STR("null"));
}

static void write_header_member(void *context, str name, str json_key)
{
    struct row_writer *w = context;
    (void)json_key;
    if (w->comma) buf_char(w->out, ',');
    w->comma = true;
    buf_str_add(w->out, name);
}

/* ---- the root ------------------------------------------------------------------------------- */

void row_writer_begin(struct row_writer *w, const struct plan_node *root, enum result_shape shape)
{
    w->root = root;
    w->shape = shape;
    w->rows = 0;
    w->comma = false;
    w->depth = 0;
    bool list = shape == RESULT_ROWS || shape == RESULT_SCALAR_ARRAY;
    if (w->format == FORMAT_TEXT_ROWS || (is_json(w) && list)) buf_char(w->out, '[');
}

/* SELECT f() is a row even when f found nothing. */
static void write_null_row(struct row_writer *w)
{
    row_writer_row_open(w);
    each_member(w->root, write_null_member, w);
    row_writer_row_close(w);
}

void row_writer_end(struct row_writer *w)
{
    assert(w->depth == 0);
    bool list = w->shape == RESULT_ROWS || w->shape == RESULT_SCALAR_ARRAY;
    if (w->format == FORMAT_TEXT_ROWS && w->rows == 0 && !list) write_null_row(w);
    if (w->format == FORMAT_TEXT_ROWS || (is_json(w) && list))
        buf_char(w->out, ']');
    else if (w->format == FORMAT_CSV && w->rows == 0)
        buf_char(w->out, '\n'); /* docs/rest.md: no rows are a lone newline */
    else if (is_json(w) && w->rows == 0)
        buf_lit(w->out, "null");
}

static void root_open(struct row_writer *w)
{
    bool first = w->rows++ == 0;
    w->comma = false;
    if (w->row_arena != NULL) arena_reset(w->row_arena);
    if (w->format == FORMAT_CSV) {
        if (first) each_member(w->root, write_header_member, w);
        buf_char(w->out, '\n');
        w->comma = false;
        return;
    }
    if (!first) buf_char(w->out, ',');
    if (w->format == FORMAT_TEXT_ROWS)
        buf_char(w->out, '[');
    else if (w->shape == RESULT_ROWS || w->shape == RESULT_OBJECT)
        buf_char(w->out, '{');
}

static void root_close(struct row_writer *w)
{
    if (w->format == FORMAT_TEXT_ROWS)
        buf_char(w->out, ']');
    else if (is_json(w) && (w->shape == RESULT_ROWS || w->shape == RESULT_OBJECT))
        buf_char(w->out, '}');
}

/* ---- rows of the root and of children --------------------------------------------------------- */

/* The key of a to-one embed is written with its row: stripped output has none without a row. */
static void object_open(struct row_writer *w, struct row_writer_level *level)
{
    w->depth--;
    level->back = member_open(w, level->child->json_key);
    w->depth++;
}

void row_writer_row_open(struct row_writer *w)
{
    if (w->depth == 0) {
        root_open(w);
        return;
    }
    struct row_writer_level *level = &w->levels[w->depth - 1];
    bool first = level->rows++ == 0;
    switch (level->child->shape) {
    case CHILD_SPREAD_OBJECT: return;
    case CHILD_SPREAD_ARRAY: level->column_next = 0; return;
    case CHILD_COUNT:
    case CHILD_ARRAY:
        if (!first) buf_char(w->out, ',');
        break;
    case CHILD_OBJECT:
        assert(first);
        if (!level->gathered) object_open(w, level);
        break;
    }
    buf_char(w->out, '{');
    w->comma = false;
}

void row_writer_row_close(struct row_writer *w)
{
    if (w->depth == 0) {
        root_close(w);
        return;
    }
    const struct row_writer_level *level = &w->levels[w->depth - 1];
    if (shape_is(level, CHILD_SPREAD_OBJECT) || shape_is(level, CHILD_SPREAD_ARRAY)) return;
    buf_char(w->out, '}');
    w->comma = true;
}

/* The hot loop of every answer: members of a JSON object. */
static void object_columns(struct row_writer *w,
                           const struct plan_column *column,
                           const struct plan_column *end,
                           const struct value *value)
{
    bool comma = w->comma, strip = stripped(w);
    for (; column < end; column++, value++) {
        if (column->hidden) continue;
        if (UNLIKELY(strip) && is_nothing(column->ref, value)) continue;
        if (comma) buf_char(w->out, ',');
        comma = true;
        buf_str_add(w->out, column->json_key);
        write_json(w, column->ref, value);
    }
    w->comma = comma;
}

void row_writer_columns(struct row_writer *w,
                        const struct plan_node *node,
                        const struct value *values,
                        size_t from,
                        size_t to)
{
    if (to > node->column_count) to = node->column_count;
    if (from >= to) return;
    const struct row_writer_level *level = container(w);
    bool object = level != NULL
                      ? !shape_is(level, CHILD_SPREAD_ARRAY)
                      : is_json(w) && (w->shape == RESULT_ROWS || w->shape == RESULT_OBJECT);
    if (LIKELY(object)) {
        object_columns(w, node->columns + from, node->columns + to, values + from);
        return;
    }
    for (size_t i = from; i < to; i++)
        if (!node->columns[i].hidden) member_value(w, &node->columns[i], &values[i]);
}

/* ---- children ------------------------------------------------------------------------------- */

static void columns_open(struct row_writer *w, struct row_writer_level *level)
{
    size_t count = 0;
    each_member(level->child->node, count_member, &count);
    level->columns = ARENA_ARRAY(row_arena(w), struct buf *, count);
    level->column_count = count;
    for (size_t i = 0; i < count; i++) level->columns[i] = buf_in(row_arena(w), 0);
}

void row_writer_child_open(struct row_writer *w, const struct plan_child *child)
{
    assert(w->depth < ROW_WRITER_DEPTH_MAX);
    if (w->levels == NULL)
        w->levels = ARENA_ARRAY(w->arena, struct row_writer_level, ROW_WRITER_DEPTH_MAX);
    struct row_writer_level level = {.child = child, .comma = w->comma, .back = w->out};
    bool list = child->shape == CHILD_ARRAY || child->shape == CHILD_COUNT;
    if (child->shape == CHILD_SPREAD_ARRAY) {
        columns_open(w, &level);
    } else if (child->shape != CHILD_SPREAD_OBJECT && container(w) == NULL && !is_json(w)) {
        level.gathered = true;
        w->out = buf_in(row_arena(w), 0);
    } else if (list) {
        level.back = member_open(w, child->json_key);
    }
    if (list) buf_char(w->out, '[');
    w->levels[w->depth++] = level;
}

struct spread_close {
    struct row_writer *w;
    const struct row_writer_level *level;
    size_t next;
};

static void write_spread_column(void *context, str name, str json_key)
{
    struct spread_close *close = context;
    struct buf *array = buf_in(row_arena(close->w), 0);
    (void)name;
    buf_char(array, '[');
    buf_str_add(array, buf_str(close->level->columns[close->next++]));
    buf_char(array, ']');
    member_json(close->w, json_key, buf_str(array));
}

/* The level is closed already: w writes into the parent again. */
static void finish_child(struct row_writer *w, const struct row_writer_level *level)
{
    const struct plan_child *child = level->child;
    switch (child->shape) {
    case CHILD_SPREAD_OBJECT:
        if (level->rows == 0) each_member(child->node, write_null_member, w);
        return;
    case CHILD_SPREAD_ARRAY:
        w->comma = level->comma;
        each_member(child->node, write_spread_column,
                    &(struct spread_close){.w = w, .level = level});
        return;
    case CHILD_OBJECT:
        if (level->rows == 0) {
            w->comma = level->comma;
            member_json(w, child->json_key, STR("null"));
            return;
        }
        break;
    case CHILD_COUNT:
    case CHILD_ARRAY: break;
    }
    w->comma = true;
}

void row_writer_child_close(struct row_writer *w)
{
    assert(w->depth > 0);
    const struct row_writer_level level = w->levels[--w->depth];
    if (level.child->shape == CHILD_ARRAY || level.child->shape == CHILD_COUNT)
        buf_char(w->out, ']');
    str gathered = level.gathered ? buf_str(w->out) : STR_NONE;
    w->out = level.back;
    if (level.gathered && gathered.len > 0) {
        w->comma = level.comma;
        member_json(w, level.child->json_key, gathered);
        return;
    }
    finish_child(w, &level);
}
