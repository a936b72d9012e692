/* Arrays: constructors, subscripts, operators. The shape is the array's type unless said. */
#include "engine/sqlite/functions_int.h"
#include "types/array.h"
#include "types/text.h"

static const struct type_ref unknown_element = {.storage = TYPE_TEXT, .typmod = TYPMOD_NONE};

static const struct type_ref *element_of(const struct function_call *call)
{
    const struct type_ref *type = call->shapes[0];
    return type->element ? type->element : &unknown_element;
}

static err text_out(struct value *out, str text)
{
    *out = value_text(text);
    return NULL;
}

/* A value as the JSON text of an item. */
static str item_of(struct function_call *call,
                   const struct type_ref *element,
                   const struct value *value)
{
    struct buf *item = buf_in(call->arena, 0);
    array_write_item(item, element, value);
    return buf_str(item);
}

/* ---- making ---- */

static err run_array(struct function_call *call, struct value *out)
{
    struct buf *text = buf_in(call->arena, 0);
    array_write_items(text, element_of(call), call->args, call->count);
    return text_out(out, buf_str(text));
}

/* ARRAY[a, b] of arrays: one dimension more; all must have the same shape. */
static err run_nest(struct function_call *call, struct value *out)
{
    struct buf *text = buf_in(call->arena, 0);
    int64_t length = -1;
    buf_char(text, '[');
    for (size_t i = 0; i < call->count; i++) {
        int64_t own = 0;
        bool null = arg_null(call, i);
        if (!null && !array_length(arg_text(call, i), 1, &own)) own = 0;
        if (null || (length >= 0 && own != length)) {
            return err_sql(call->arena, "2202E",
                           "multidimensional arrays must have array expressions with matching "
                           "dimensions");
        }
        length = own;
        if (i) buf_char(text, ',');
        buf_str_add(text, arg_text(call, i));
    }
    buf_char(text, ']');
    if (length <= 0) return text_out(out, STR("[]"));
    return text_out(out, buf_str(text));
}

/* array_fill(value, lengths): the shape is the value's. */
static err run_fill(struct function_call *call, struct value *out)
{
    enum { ITEMS_MAX = 134217727 }; /* PostgreSQL's; TEXT_BYTES_MAX is met before */
    if (arg_null(call, 1)) {
        return err_sql(call->arena, "22004", "dimension array or low bound array cannot be null");
    }
    int64_t lengths[6];
    size_t dimensions = 0;
    struct array_iter iter = array_iter(arg_text(call, 1));
    str item;
    int64_t total = 1;
    if (array_dimensions(arg_text(call, 1)) > 1)
        return err_sql(call->arena, "2202E", "wrong number of array subscripts");
    int64_t wanted = array_cardinality(arg_text(call, 1));
    if (wanted > (int64_t)COUNT_OF(lengths))
        return err_sql(call->arena, "54000",
                       "number of array dimensions (%lld) exceeds the maximum allowed (%zu)",
                       (long long)wanted, COUNT_OF(lengths));
    while (array_next(&iter, &item)) {
        struct value length = array_read_item(call->arena, type_plain(TYPE_INT4), item);
        if (length.kind == VALUE_NULL)
            return err_sql(call->arena, "22004", "dimension values cannot be null");
        lengths[dimensions++] = length.i;
        if (length.i < 0 || __builtin_mul_overflow(total, lengths[dimensions - 1], &total) ||
            total > ITEMS_MAX) {
            return err_sql(call->arena, "54000", "array size exceeds the maximum allowed (%d)",
                           ITEMS_MAX);
        }
    }
    if (!dimensions || total <= 0) return text_out(out, STR("[]"));
    str text = item_of(call, call->shapes[0], &call->args[0]);
    for (size_t d = dimensions; d-- > 0;) {
        struct buf *level = buf_in(call->arena, TEXT_BYTES_MAX);
        buf_char(level, '[');
        for (int64_t i = 0; i < lengths[d]; i++) {
            if (i) buf_char(level, ',');
            buf_str_add(level, text);
        }
        buf_char(level, ']');
        if (!buf_ok(level)) return err_sql(call->arena, "54000", "requested length too large");
        text = buf_str(level);
    }
    return text_out(out, text);
}

/* ---- subscripts ---- */

static err run_subscript(struct function_call *call, struct value *out)
{
    int64_t subscripts[6];
    size_t count = call->count - 1;
    if (count > COUNT_OF(subscripts)) return NULL;
    for (size_t i = 0; i < count; i++) subscripts[i] = arg_int(call, i + 1);
    str item;
    if (!array_at(arg_text(call, 0), subscripts, count, &item)) return NULL;
    *out = array_read_item(call->arena, element_of(call), item);
    return NULL;
}

/* pg_slice(shape, array, low, high, low is open, high is open) */
static err run_slice(struct function_call *call, struct value *out)
{
    bool open_low = arg_int(call, 3) != 0;
    bool open_high = arg_int(call, 4) != 0;
    bool null =
        arg_null(call, 0) || (!open_low && arg_null(call, 1)) || (!open_high && arg_null(call, 2));
    if (null) return NULL;
    int64_t low = open_low ? 1 : arg_int(call, 1);
    int64_t high = open_high ? INT32_MAX : arg_int(call, 2);
    return text_out(out, array_slice(call->arena, arg_text(call, 0), low, high));
}

/* array_assign(shape, array, value, index): SET a[index] = value. Arrays count from 1 here, so what
 * would begin elsewhere is refused; holes become NULLs, as in PostgreSQL. */
static err run_assign(struct function_call *call, struct value *out)
{
    enum { LENGTH_MAX = 1000000 };
    str array = arg_null(call, 0) ? STR("[]") : arg_text(call, 0), part;
    int64_t length = array_cardinality(array);
    if (arg_null(call, 2))
        return err_sql(call->arena, "22004", "array subscript in assignment must not be null");
    int64_t index = arg_int(call, 2);
    if (index < 1 || (length == 0 && index != 1))
        return err_sql(call->arena, "0A000",
                       "arrays whose subscripts do not start at 1 are not supported");
    if (index > LENGTH_MAX)
        return err_sql(call->arena, "54000", "array size exceeds the maximum allowed (%d)",
                       LENGTH_MAX);
    if (array_dimensions(array) > 1)
        return err_sql(call->arena, "2202E", "wrong number of array subscripts");
    struct buf *made = buf_in(call->arena, 0);
    struct array_iter iter = array_iter(array);
    buf_char(made, '[');
    for (int64_t at = 1; at <= length || at <= index; at++) {
        bool has = array_next(&iter, &part);
        if (at > 1) buf_char(made, ',');
        if (at == index)
            buf_str_add(made, item_of(call, element_of(call), &call->args[1]));
        else
            buf_str_add(made, has ? part : STR("null"));
    }
    buf_char(made, ']');
    return text_out(out, buf_str(made));
}

/* array_assign_slice(array, source, low, high, has low, has high): SET a[low:high] = source. */
static err run_assign_slice(struct function_call *call, struct value *out)
{
    bool has[] = {arg_int(call, 4) != 0, arg_int(call, 5) != 0};
    int64_t bounds[] = {0, 0};
    for (size_t i = 0; i < COUNT_OF(bounds); i++) {
        if (has[i] && arg_null(call, 2 + i))
            return err_sql(call->arena, "22004", "array subscript in assignment must not be null");
        if (has[i]) bounds[i] = arg_int(call, 2 + i);
    }
    str array = arg_null(call, 0) ? STR("[]") : arg_text(call, 0);
    if (arg_null(call, 1)) return text_out(out, array);
    str made;
    TRY(array_assign_slice(call->arena, array, arg_text(call, 1), has[0] ? &bounds[0] : NULL,
                           has[1] ? &bounds[1] : NULL, &made));
    return text_out(out, made);
}

/* ---- measuring ---- */

enum { A_LENGTH, A_UPPER, A_LOWER };

static err run_length(struct function_call *call, struct value *out)
{
    int64_t dimension = arg_int(call, 1);
    int64_t length;
    if (dimension < 1 || !array_length(arg_text(call, 0), (size_t)dimension, &length)) return NULL;
    *out = value_int(call->row->with == A_LOWER ? 1 : length);
    return NULL;
}

static err run_cardinality(struct function_call *call, struct value *out)
{
    *out = value_int(array_cardinality(arg_text(call, 0)));
    return NULL;
}

static err run_ndims(struct function_call *call, struct value *out)
{
    size_t count = array_dimensions(arg_text(call, 0));
    if (count) *out = value_int((int64_t)count);
    return NULL;
}

static err run_dims(struct function_call *call, struct value *out)
{
    size_t count = array_dimensions(arg_text(call, 0));
    if (!count) return NULL;
    struct buf *text = buf_in(call->arena, 0);
    for (size_t d = 1; d <= count; d++) {
        int64_t length = 0;
        if (!array_length(arg_text(call, 0), d, &length)) length = 0;
        buf_printf(text, "[1:%lld]", (long long)length);
    }
    return text_out(out, buf_str(text));
}

/* ---- changing ---- */

static str array_or_empty(const struct function_call *call, size_t index)
{
    return arg_null(call, index) ? STR("[]") : arg_text(call, index);
}

static err run_append(struct function_call *call, struct value *out)
{
    out->kind = VALUE_TEXT;
    return array_append(call->arena, array_or_empty(call, 0),
                        item_of(call, element_of(call), &call->args[1]), &out->s);
}

static err run_prepend(struct function_call *call, struct value *out)
{
    out->kind = VALUE_TEXT;
    return array_prepend(call->arena, item_of(call, element_of(call), &call->args[0]),
                         array_or_empty(call, 1), &out->s);
}

static err run_cat(struct function_call *call, struct value *out)
{
    if (arg_null(call, 0) || arg_null(call, 1)) {
        *out = call->args[arg_null(call, 0) ? 1 : 0];
        return NULL;
    }
    out->kind = VALUE_TEXT;
    return array_concat(call->arena, arg_text(call, 0), arg_text(call, 1), &out->s);
}

static err run_remove(struct function_call *call, struct value *out)
{
    if (arg_null(call, 0)) return NULL;
    const struct type_ref *element = element_of(call);
    out->kind = VALUE_TEXT;
    return array_remove(call->arena, element, arg_text(call, 0),
                        item_of(call, element, &call->args[1]), &out->s);
}

static err run_replace(struct function_call *call, struct value *out)
{
    if (arg_null(call, 0)) return NULL;
    const struct type_ref *element = element_of(call);
    out->kind = VALUE_TEXT;
    return array_replace(call->arena, element, arg_text(call, 0),
                         item_of(call, element, &call->args[1]),
                         item_of(call, element, &call->args[2]), &out->s);
}

static err run_trim(struct function_call *call, struct value *out)
{
    int64_t length = 0;
    if (!array_length(arg_text(call, 0), 1, &length)) length = 0;
    int64_t drop = arg_int(call, 1);
    if (drop < 0 || drop > length) {
        return err_sql(call->arena, "2202E",
                       "number of elements to trim must be between 0 and %lld", (long long)length);
    }
    return text_out(out, array_slice(call->arena, arg_text(call, 0), 1, length - drop));
}

/* ---- searching ---- */

static err run_position(struct function_call *call, struct value *out)
{
    if (arg_null(call, 0) || array_cardinality(arg_text(call, 0)) == 0) return NULL;
    if (call->count == 3 && arg_null(call, 2)) {
        return err_sql(call->arena, "22004", "initial position must not be null");
    }
    const struct type_ref *element = element_of(call);
    int64_t start = call->count == 3 ? arg_int(call, 2) : 1;
    int64_t position = 0;
    TRY(array_position(call->arena, element, arg_text(call, 0),
                       item_of(call, element, &call->args[1]), start, &position));
    if (position) *out = value_int(position);
    return NULL;
}

static err run_positions(struct function_call *call, struct value *out)
{
    if (arg_null(call, 0)) return NULL;
    const struct type_ref *element = element_of(call);
    str item = item_of(call, element, &call->args[1]);
    struct buf *text = buf_in(call->arena, 0);
    buf_char(text, '[');
    int64_t position = 0;
    for (;;) {
        bool first = position == 0;
        TRY(array_position(call->arena, element, arg_text(call, 0), item, position + 1, &position));
        if (!position) break;
        if (!first) buf_char(text, ',');
        buf_i64(text, position);
    }
    buf_char(text, ']');
    return text_out(out, buf_str(text));
}

enum { A_CONTAINS, A_CONTAINED, A_OVERLAPS };

static err run_test(struct function_call *call, struct value *out)
{
    const struct type_ref *element = element_of(call);
    str a = arg_text(call, 0);
    str b = arg_text(call, 1);
    bool result = call->row->with == A_CONTAINS    ? array_contains(element, a, b)
                  : call->row->with == A_CONTAINED ? array_contains(element, b, a)
                                                   : array_overlaps(element, a, b);
    *out = value_int(result);
    return NULL;
}

static err run_to_string(struct function_call *call, struct value *out)
{
    if (arg_null(call, 0) || arg_null(call, 1)) return NULL;
    str null_text = call->count == 3 && !arg_null(call, 2) ? arg_text(call, 2) : STR_NONE;
    if (call->count == 3 && !arg_null(call, 2) && !null_text.at) null_text = STR("");
    struct buf *text = buf_in(call->arena, 0);
    array_to_string(text, &call->session->types, element_of(call), arg_text(call, 0),
                    arg_text(call, 1), null_text);
    return text_out(out, buf_str(text));
}

static const struct function_row rows[] = {
    {"array",                -1, SHAPE_FIRST,  0,         run_array,        0          },
    {"array_nest",           -1, SHAPE_FIRST,  0,         run_nest,         0          },
    {"array_fill",           2,  SHAPE_FIRST,  0,         run_fill,         0          },
    {"subscript",            -1, SHAPE_FIRST,  FN_STRICT, run_subscript,    0          },
    {"slice",                5,  SHAPE_FIRST,  0,         run_slice,        0          },
    {"array_assign",         3,  SHAPE_FIRST,  0,         run_assign,       0          },
    {"array_assign_slice",   6,  SHAPE_NONE,   0,         run_assign_slice, 0          },
    {"array_length",         2,  SHAPE_NONE,   FN_STRICT, run_length,       A_LENGTH   },
    {"array_upper",          2,  SHAPE_NONE,   FN_STRICT, run_length,       A_UPPER    },
    {"array_lower",          2,  SHAPE_NONE,   FN_STRICT, run_length,       A_LOWER    },
    {"array_cardinality",    1,  SHAPE_NONE,   FN_STRICT, run_cardinality,  0          },
    {"array_ndims",          1,  SHAPE_NONE,   FN_STRICT, run_ndims,        0          },
    {"array_dims",           1,  SHAPE_NONE,   FN_STRICT, run_dims,         0          },
    {"array_append",         2,  SHAPE_FIRST,  0,         run_append,       0          },
    {"array_prepend",        2,  SHAPE_RESULT, 0,         run_prepend,      0          },
    {"array_cat",            2,  SHAPE_NONE,   0,         run_cat,          0          },
    {"array_remove",         2,  SHAPE_FIRST,  0,         run_remove,       0          },
    {"array_replace",        3,  SHAPE_FIRST,  0,         run_replace,      0          },
    {"trim_array",           2,  SHAPE_NONE,   FN_STRICT, run_trim,         0          },
    {"array_position",       2,  SHAPE_FIRST,  0,         run_position,     0          },
    {"array_position_start", 3,  SHAPE_FIRST,  0,         run_position,     0          },
    {"array_positions",      2,  SHAPE_FIRST,  0,         run_positions,    0          },
    {"arraycontains",        2,  SHAPE_FIRST,  FN_STRICT, run_test,         A_CONTAINS },
    {"arraycontained",       2,  SHAPE_FIRST,  FN_STRICT, run_test,         A_CONTAINED},
    {"arrayoverlap",         2,  SHAPE_FIRST,  FN_STRICT, run_test,         A_OVERLAPS },
    {"array_to_text",        2,  SHAPE_FIRST,  0,         run_to_string,    0          },
    {"array_to_text_null",   3,  SHAPE_FIRST,  0,         run_to_string,    0          },
};

const struct function_table functions_array = {rows, COUNT_OF(rows)};
