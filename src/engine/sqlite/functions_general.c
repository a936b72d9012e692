/* Functions that work on any type: casts, greatest, rows, fields, NULL counts. */
#include <string.h>

#include "engine/sqlite/functions_int.h"
#include "types/hash.h"
#include "types/array.h"
#include "types/json_scan.h"
#include "types/jsonb.h"

/* ---- casts: pg_cast(from, to, context, value) ---- */

static err run_cast(struct function_call *call, struct value *out)
{
    if (arg_null(call, 3)) return NULL;
    const struct type_ref *from = shape_find(call->session, arg_text(call, 0));
    const struct type_ref *to = shape_find(call->session, arg_text(call, 1));
    char context = arg_text(call, 2).at[0];
    enum type_coercion coercion = context == 'e'   ? TYPE_EXPLICIT
                                  : context == 'a' ? TYPE_ASSIGNMENT
                                                   : TYPE_IMPLICIT;
    return type_cast(call->arena, &call->session->types, from, to, coercion, &call->args[3], out);
}

/* ---- greatest, least: NULLs are left out ---- */

static err run_greatest(struct function_call *call, struct value *out)
{
    const struct value *best = NULL;
    for (size_t i = 0; i < call->count; i++) {
        if (arg_null(call, i)) continue;
        int order = best ? type_compare(call->shapes[0], &call->args[i], best) : 1;
        bool better = !best || (call->row->with ? order < 0 : order > 0);
        if (better) best = &call->args[i];
    }
    if (best) *out = *best;
    return NULL;
}

/* ---- rows: a JSON object of items by field name ---- */

/* A row is null when all its fields are, not null when none is. */
static err run_row_null(struct function_call *call, struct value *out)
{
    bool filled = call->row->with != 0;
    *out = value_int(!filled);
    if (arg_null(call, 0)) return NULL;
    *out = value_int(1);
    struct json_walk walk = json_walk(arg_text(call, 0));
    str key, item;
    while (json_walk_next(&walk, &key, &item))
        if (str_eq(item, STR("null")) == filled) *out = value_int(0);
    return NULL;
}

static err run_row(struct function_call *call, struct value *out)
{
    const struct type_ref *type = call->shapes[0];
    struct buf *text = buf_in(call->arena, 0);
    buf_char(text, '{');
    for (size_t i = 0; i < call->count && i < type->field_count; i++) {
        if (i) buf_lit(text, ", ");
        json_write_str(text, type->fields[i].name);
        buf_lit(text, ": ");
        array_write_item(text, type->fields[i].type, &call->args[i]);
    }
    buf_char(text, '}');
    *out = value_text(buf_str(text));
    return NULL;
}

/* pg_row_join(row, row...): parts of one wide row. */
static err run_row_join(struct function_call *call, struct value *out)
{
    struct buf *text = buf_in(call->arena, 0);
    buf_char(text, '{');
    for (size_t i = 0; i < call->count; i++) {
        str part = arg_text(call, i);
        if (part.len <= 2) continue; /* {} */
        if (text->len > 1) buf_lit(text, ", ");
        buf_str_add(text, str_slice(part, 1, part.len - 1));
    }
    buf_char(text, '}');
    *out = value_text(buf_str(text));
    return NULL;
}

/* pg_field(shape, row, index) */
static err run_field(struct function_call *call, struct value *out)
{
    const struct type_ref *type = call->shapes[0];
    int64_t index = arg_int(call, 1);
    if (index < 0 || (size_t)index >= type->field_count) return NULL;
    str item;
    if (!jsonb_get(arg_text(call, 0), type->fields[index].name, &item)) return NULL;
    *out = array_read_item(call->arena, type->fields[index].type, item);
    return NULL;
}

/* ---- counting NULLs ---- */

static err run_num_nulls(struct function_call *call, struct value *out)
{
    int64_t nulls = 0;
    for (size_t i = 0; i < call->count; i++) nulls += arg_null(call, i);
    *out = value_int(call->row->with ? (int64_t)call->count - nulls : nulls);
    return NULL;
}

/* ---- enums ---- */

static str labels_as_array(struct arena *arena, const struct type_ref *type, size_t from, size_t to)
{
    struct buf *text = buf_in(arena, 0);
    struct value *values = ARENA_ARRAY(arena, struct value, type->label_count + 1);
    size_t count = 0;
    for (size_t i = from; i < to; i++) values[count++] = value_text(type->labels[i]);
    array_write_items(text, type, values, count);
    return buf_str(text);
}

static size_t label_index(const struct type_ref *type, str label)
{
    size_t i = 0;
    while (i < type->label_count && !str_eq(type->labels[i], label)) i++;
    return i;
}

enum { ENUM_FIRST, ENUM_LAST, ENUM_ALL, ENUM_BOUNDS };

static err run_enum(struct function_call *call, struct value *out)
{
    const struct type_ref *type = call->shapes[0];
    size_t count = type->label_count;
    if (!count) return NULL;
    switch (call->row->with) {
    case ENUM_FIRST: *out = value_text(type->labels[0]); break;
    case ENUM_LAST: *out = value_text(type->labels[count - 1]); break;
    case ENUM_ALL: *out = value_text(labels_as_array(call->arena, type, 0, count)); break;
    default: {
        size_t from = arg_null(call, 0) ? 0 : label_index(type, arg_text(call, 0));
        size_t to = arg_null(call, 1) ? count : label_index(type, arg_text(call, 1)) + 1;
        *out = value_text(labels_as_array(call->arena, type, from, to > count ? count : to));
    }
    }
    return NULL;
}

/* pg_enum_ok(oid, label): for the CHECK of an enum column. */
static err run_enum_ok(struct function_call *call, struct value *out)
{
    str shape = str_printf(call->arena, "%lld", (long long)arg_int(call, 0));
    const struct type_ref *type = shape_find(call->session, shape);
    *out = value_int(label_index(type, arg_text(call, 1)) < type->label_count);
    return NULL;
}

/* pg_nn(value): NULLs made equal, for UNIQUE NULLS NOT DISTINCT. Other values get a mark that no
 * stored form of another kind has. */
static err run_nn(struct function_call *call, struct value *out)
{
    if (arg_null(call, 0)) {
        *out = value_blob(STR("\xff\xff null"));
        return NULL;
    }
    *out = call->args[0];
    return NULL;
}

static err run_column_size(struct function_call *call, struct value *out)
{
    const struct value *value = &call->args[0];
    bool sized = value->kind == VALUE_TEXT || value->kind == VALUE_BLOB;
    *out = value_int(sized ? (int64_t)value->s.len : 8);
    return NULL;
}

/* ---- what SQLite's aggregates and window functions are not to see ---- */

enum { COUNT_ANY, COUNT_POSITIVE };

/* pg_nth(n), pg_ntile_count(n): a NULL is for the caller's CASE; ntile refuses the rest itself, for it
 * looks at its first row alone. */
static err run_count(struct function_call *call, struct value *out)
{
    *out = value_int(arg_null(call, 0) ? 1 : arg_int(call, 0));
    if (call->row->with == COUNT_ANY || out->i > 0) return NULL;
    return err_sql(call->arena, "22016", "argument of nth_value must be greater than zero");
}

/* pg_fraction(f): of percentile_cont and percentile_disc. */
static err run_fraction(struct function_call *call, struct value *out)
{
    double fraction = arg_real(call, 0);
    *out = value_real(fraction);
    if (fraction >= 0 && fraction <= 1) return NULL;
    return err_sql(call->arena, "22003", "percentile value %g is not between 0 and 1", fraction);
}

/* pg_double(bits): a literal that SQLite would not read to the last digit. */
static err run_double(struct function_call *call, struct value *out)
{
    int64_t bits = arg_int(call, 0);
    *out = value_real(0);
    memcpy(&out->r, &bits, sizeof bits);
    return NULL;
}

/* dapur.in_hash_partition(modulus, remainder, key, ...) */
static err run_in_hash_partition(struct function_call *call, struct value *out)
{
    uint64_t hash;
    int64_t modulus = arg_int(call, 0);
    if (arg_null(call, 0) || arg_null(call, 1) || modulus <= 0)
        return err_sql(call->arena, "22023",
                       "modulus for hash partition must be an integer value greater than zero");
    TRY(partition_hash(call->arena, call->shapes + 2, call->args + 2, call->count - 2, &hash));
    *out = value_int(hash % (uint64_t)modulus == (uint64_t)arg_int(call, 1));
    return NULL;
}

static const struct function_row rows[] = {
    {"dapur_in_hash_partition", -1, SHAPE_EACH,  0,                       run_in_hash_partition, 0             },
    {"cast",                    4,  SHAPE_NONE,  0,                       run_cast,              0             },
    {"greatest",                -1, SHAPE_FIRST, 0,                       run_greatest,          0             },
    {"least",                   -1, SHAPE_FIRST, 0,                       run_greatest,          1             },
    {"row",                     -1, SHAPE_FIRST, 0,                       run_row,               0             },
    {"row_join",                -1, SHAPE_NONE,  FN_STRICT,               run_row_join,          0             },
    {"field",                   2,  SHAPE_FIRST, FN_STRICT,               run_field,             0             },
    {"pg_num_nulls",            -1, SHAPE_NONE,  0,                       run_num_nulls,         0             },
    {"pg_num_nonnulls",         -1, SHAPE_NONE,  0,                       run_num_nulls,         1             },
    {"enum_first",              1,  SHAPE_FIRST, 0,                       run_enum,              ENUM_FIRST    },
    {"enum_last",               1,  SHAPE_FIRST, 0,                       run_enum,              ENUM_LAST     },
    {"enum_range_all",          1,  SHAPE_FIRST, 0,                       run_enum,              ENUM_ALL      },
    {"enum_range_bounds",       2,  SHAPE_FIRST, 0,                       run_enum,              ENUM_BOUNDS   },
    {"enum_ok",                 2,  SHAPE_NONE,  FN_STRICT,               run_enum_ok,           0             },
    {"row_is_null",             1,  SHAPE_NONE,  0,                       run_row_null,          0             },
    {"row_is_filled",           1,  SHAPE_NONE,  0,                       run_row_null,          1             },
    {"nn",                      1,  SHAPE_NONE,  0,                       run_nn,                0             },
    {"nth",                     1,  SHAPE_NONE,  0,                       run_count,             COUNT_POSITIVE},
    {"ntile_count",             1,  SHAPE_NONE,  0,                       run_count,             COUNT_ANY     },
    {"fraction",                1,  SHAPE_NONE,  FN_STRICT | FN_VOLATILE, run_fraction,          0             },
    {"double",                  1,  SHAPE_NONE,  FN_STRICT,               run_double,            0             },
    {"pg_column_size",          1,  SHAPE_NONE,  FN_STRICT,               run_column_size,       0             },
};

const struct function_table functions_general = {rows, COUNT_OF(rows)};
