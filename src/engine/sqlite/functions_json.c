/* json and jsonb: access, operators, building. json is text as given, jsonb is normal form. */
#include "engine/sqlite/functions_json.h"

#include "engine/sqlite/functions_int.h"
#include "types/array.h"
#include "types/jsonb.h"

static err text_out(struct value *out, str text)
{
    *out = value_text(text);
    return NULL;
}

/* ---- values to JSON ---- */

void json_value_write(struct sqlite_session *session,
                      const struct type_ref *type,
                      const struct value *value,
                      struct buf *out)
{
    if (value->kind == VALUE_NULL)
        buf_lit(out, "null");
    else
        type_json(&session->types, type, value, out);
}

err jsonb_value_make(struct arena *arena,
                     struct sqlite_session *session,
                     const struct type_ref *type,
                     const struct value *value,
                     str *out)
{
    if (value->kind == VALUE_NULL) {
        *out = STR("null");
        return NULL;
    }
    if (type->storage == TYPE_JSONB) {
        *out = value->s;
        return NULL;
    }
    struct buf *text = buf_in(arena, 0);
    type_json(&session->types, type, value, text);
    return jsonb_parse(arena, buf_str(text), out);
}

static err run_to_json(struct function_call *call, struct value *out)
{
    struct buf *text = buf_in(call->arena, 0);
    type_json(&call->session->types, call->shapes[0], &call->args[0], text);
    return text_out(out, buf_str(text));
}

static err run_to_jsonb(struct function_call *call, struct value *out)
{
    out->kind = VALUE_TEXT;
    return jsonb_value_make(call->arena, call->session, call->shapes[0], &call->args[0], &out->s);
}

/* ---- -> and ->> ---- */

enum { AS_JSON, AS_TEXT };

static err answer(struct function_call *call, bool found, str value, struct value *out)
{
    if (!found) return NULL;
    if (call->row->with == AS_JSON) return text_out(out, value);
    bool null = false;
    str text;
    TRY(jsonb_as_text(call->arena, value, &null, &text));
    return null ? NULL : text_out(out, text);
}

static err run_field(struct function_call *call, struct value *out)
{
    str value;
    bool found = jsonb_get(arg_text(call, 0), arg_text(call, 1), &value);
    return answer(call, found, value, out);
}

static err run_element(struct function_call *call, struct value *out)
{
    str value, json = arg_text(call, 0);
    /* jsonb counts a lone scalar as an array of one, json does not. */
    bool binary = str_starts(str_of(call->row->symbol), STR("jsonb"));
    if (!binary && !str_eq(jsonb_typeof(json), STR("array"))) return NULL;
    bool found = jsonb_at(json, arg_int(call, 1), &value);
    return answer(call, found, value, out);
}

static err one_dimension(struct function_call *call, size_t index)
{
    if (array_dimensions(arg_text(call, index)) <= 1) return NULL;
    return err_sql(call->arena, "2202E", "wrong number of array subscripts");
}

/* A text[] argument as texts; a NULL has no address. */
static void path_items(struct function_call *call, size_t index, str **out, size_t *count)
{
    str array = arg_text(call, index);
    *out = ARENA_ARRAY(call->arena, str, (size_t)array_cardinality(array) + 1);
    *count = 0;
    struct array_iter iter = array_iter(array);
    str item;
    while (array_next(&iter, &item)) {
        struct value value = array_read_item(call->arena, type_plain(TYPE_TEXT), item);
        bool null = value.kind == VALUE_NULL;
        (*out)[(*count)++] = null ? STR_NONE : value.s.at ? value.s : STR("");
    }
}

/* The same without NULLs; false when there was one. */
static bool text_items(struct function_call *call, size_t index, str **out, size_t *count)
{
    size_t all;
    path_items(call, index, out, &all);
    *count = 0;
    for (size_t i = 0; i < all; i++)
        if ((*out)[i].at) (*out)[(*count)++] = (*out)[i];
    return *count == all;
}

static err run_path(struct function_call *call, struct value *out)
{
    str *path = NULL;
    size_t count = 0;
    if (!text_items(call, 1, &path, &count)) return NULL;
    str value;
    bool found = jsonb_path(arg_text(call, 0), path, count, &value);
    if (found && !count) value = str_trim(value); /* json keeps the blanks around it */
    return answer(call, found, value, out);
}

/* ---- jsonb operators ---- */

enum { J_CONTAINS, J_CONTAINED, J_EXISTS, J_ANY, J_ALL };

static err run_test(struct function_call *call, struct value *out)
{
    str a = arg_text(call, 0);
    str b = arg_text(call, 1);
    bool result = false;
    str *keys = NULL;
    size_t count = 0;
    switch (call->row->with) {
    case J_CONTAINS: result = jsonb_contains(a, b); break;
    case J_CONTAINED: result = jsonb_contains(b, a); break;
    case J_EXISTS: result = jsonb_exists(a, b); break;
    default:
        text_items(call, 1, &keys, &count);
        result = call->row->with == J_ANY ? jsonb_exists_any(a, keys, count)
                                          : jsonb_exists_all(a, keys, count);
    }
    *out = value_int(result);
    return NULL;
}

static err run_concat(struct function_call *call, struct value *out)
{
    out->kind = VALUE_TEXT;
    return jsonb_concat(call->arena, arg_text(call, 0), arg_text(call, 1), &out->s);
}

enum { DELETE_KEY, DELETE_KEYS, DELETE_INDEX, DELETE_PATH };

static err run_delete(struct function_call *call, struct value *out)
{
    str a = arg_text(call, 0);
    str *texts = NULL;
    size_t count = 0;
    out->kind = VALUE_TEXT;
    if (call->row->with == DELETE_KEYS || call->row->with == DELETE_PATH)
        TRY(one_dimension(call, 1));
    switch (call->row->with) {
    case DELETE_KEY: return jsonb_delete_key(call->arena, a, arg_text(call, 1), &out->s);
    case DELETE_INDEX: return jsonb_delete_index(call->arena, a, arg_int(call, 1), &out->s);
    case DELETE_KEYS:
        text_items(call, 1, &texts, &count);
        return jsonb_delete_keys(call->arena, a, texts, count, &out->s);
    default:
        path_items(call, 1, &texts, &count);
        return jsonb_delete_path(call->arena, a, texts, count, &out->s);
    }
}

/* ---- changing ---- */

enum { CHANGE_SET, CHANGE_INSERT };

static err run_change(struct function_call *call, struct value *out)
{
    str *path = NULL;
    size_t count = 0;
    TRY(one_dimension(call, 1));
    path_items(call, 1, &path, &count);
    bool flag = arg_int(call, 3) != 0;
    out->kind = VALUE_TEXT;
    return call->row->with == CHANGE_SET ? jsonb_set(call->arena, arg_text(call, 0), path, count,
                                                     arg_text(call, 2), flag, &out->s)
                                         : jsonb_insert(call->arena, arg_text(call, 0), path, count,
                                                        arg_text(call, 2), flag, &out->s);
}

/* jsonb_assign(jsonb, value, path, array): SET j[...] = value. */
static err run_assign(struct function_call *call, struct value *out)
{
    str *path = NULL;
    size_t count = 0;
    path_items(call, 2, &path, &count);
    out->kind = VALUE_TEXT;
    return jsonb_assign(call->arena, arg_null(call, 0) ? STR_NONE : arg_text(call, 0),
                        arg_int(call, 3) != 0, path, count,
                        arg_null(call, 1) ? STR_NONE : arg_text(call, 1), &out->s);
}

enum { ON_JSON, ON_JSONB };

static err run_strip_nulls(struct function_call *call, struct value *out)
{
    str json = arg_text(call, 0);
    out->kind = VALUE_TEXT;
    out->s = call->row->with == ON_JSONB ? jsonb_strip_nulls(call->arena, json)
                                         : json_text_strip_nulls(call->arena, json);
    return NULL;
}

static err run_pretty(struct function_call *call, struct value *out)
{
    return text_out(out, jsonb_pretty(call->arena, arg_text(call, 0)));
}

static err run_typeof(struct function_call *call, struct value *out)
{
    return text_out(out, jsonb_typeof(arg_text(call, 0)));
}

static err run_array_length(struct function_call *call, struct value *out)
{
    out->kind = VALUE_INT;
    return jsonb_array_length(call->arena, arg_text(call, 0), &out->i);
}

/* ---- building ---- */

err json_key_make(struct arena *arena,
                  struct sqlite_session *session,
                  const struct type_ref *type,
                  const struct value *value,
                  str *out)
{
    bool scalar = type->storage != TYPE_ARRAY && type->storage != TYPE_COMPOSITE &&
                  type->storage != TYPE_RECORD && type->storage != TYPE_JSON &&
                  type->storage != TYPE_JSONB;
    if (!scalar) {
        return err_sql(arena, "22023", "key value must be scalar, not array, composite, or json");
    }
    /* As JSON has it, without the quotes: 2024-01-02T03:04:05. */
    bool moment = type->storage == TYPE_TIMESTAMP || type->storage == TYPE_TIMESTAMPTZ;
    *out = type_output_str(arena, &session->types, type, value);
    if (type->storage == TYPE_BOOL) *out = value->i ? STR("true") : STR("false");
    if (!moment) return NULL;
    struct buf *text = buf_in(arena, 0);
    type_json(&session->types, type, value, text);
    *out = buf_str(text);
    if (out->len >= 2 && out->at[0] == '"') *out = str_slice(*out, 1, out->len - 1);
    return NULL;
}

static err uneven(struct function_call *call)
{
    struct err *error =
        err_sql(call->arena, "22023", "argument list must have even number of elements");
    return err_hint(call->arena, error,
                    "The arguments of json%s_build_object() must consist of alternating keys and "
                    "values.",
                    call->row->with == ON_JSONB ? "b" : "");
}

static err build_key(struct function_call *call, size_t index, str *out)
{
    if (arg_null(call, index)) {
        struct err *error = err_sql(call->arena, "22023", "argument %zu cannot be null", index + 1);
        return err_hint(call->arena, error, "Object keys should be text.");
    }
    return json_key_make(call->arena, call->session, call->shapes[index], &call->args[index], out);
}

static err build_jsonb_object(struct function_call *call, struct value *out)
{
    size_t count = call->count / 2;
    struct jsonb_pair *pairs = ARENA_ARRAY(call->arena, struct jsonb_pair, count ? count : 1);
    for (size_t i = 0; i < count; i++) {
        TRY(build_key(call, i * 2, &pairs[i].key));
        TRY(jsonb_value_make(call->arena, call->session, call->shapes[i * 2 + 1],
                             &call->args[i * 2 + 1], &pairs[i].value));
    }
    struct buf *text = buf_in(call->arena, 0);
    jsonb_write_object(text, pairs, count);
    return text_out(out, buf_str(text));
}

static err run_build_object(struct function_call *call, struct value *out)
{
    if (call->count % 2) return uneven(call);
    if (call->row->with == ON_JSONB) return build_jsonb_object(call, out);
    struct buf *text = buf_in(call->arena, 0);
    buf_char(text, '{');
    for (size_t i = 0; i < call->count; i += 2) {
        str key;
        TRY(build_key(call, i, &key));
        if (i) buf_lit(text, ", ");
        json_write_str(text, key);
        buf_lit(text, " : ");
        json_value_write(call->session, call->shapes[i + 1], &call->args[i + 1], text);
    }
    buf_char(text, '}');
    return text_out(out, buf_str(text));
}

static err run_build_array(struct function_call *call, struct value *out)
{
    struct buf *text = buf_in(call->arena, 0);
    str *items = ARENA_ARRAY(call->arena, str, call->count ? call->count : 1);
    bool binary = call->row->with == ON_JSONB;
    if (!binary) buf_char(text, '[');
    for (size_t i = 0; i < call->count; i++) {
        if (binary) {
            TRY(jsonb_value_make(call->arena, call->session, call->shapes[i], &call->args[i],
                                 &items[i]));
            continue;
        }
        if (i) buf_lit(text, ", ");
        json_value_write(call->session, call->shapes[i], &call->args[i], text);
    }
    if (binary)
        jsonb_write_array(text, items, call->count);
    else
        buf_char(text, ']');
    return text_out(out, buf_str(text));
}

/* One array: of one dimension, or of pairs. Two: of one dimension each. */
static err object_dimensions(struct function_call *call)
{
    size_t dimensions = array_dimensions(arg_text(call, 0));
    int64_t width = 2;
    if (call->count == 2) {
        TRY(one_dimension(call, 0));
        return one_dimension(call, 1);
    }
    if (dimensions > 2) return one_dimension(call, 0);
    if (dimensions == 2) (void)array_length(arg_text(call, 0), 2, &width);
    return width == 2 ? NULL : err_sql(call->arena, "2202E", "array must have two columns");
}

/* json_object('{a,1,b,2}') and json_object(keys, values). */
static err run_object(struct function_call *call, struct value *out)
{
    bool two = call->count == 2;
    size_t total = (size_t)array_cardinality(arg_text(call, 0));
    TRY(object_dimensions(call));
    if (two && total != (size_t)array_cardinality(arg_text(call, 1))) {
        return err_sql(call->arena, "2202E", "mismatched array dimensions");
    }
    if (!two && total % 2) {
        return err_sql(call->arena, "2202E", "array must have even number of elements");
    }
    struct array_iter keys = array_iter(arg_text(call, 0));
    struct array_iter values = two ? array_iter(arg_text(call, 1)) : keys;
    struct jsonb_pair *pairs = ARENA_ARRAY(call->arena, struct jsonb_pair, total + 1);
    size_t count = 0;
    str item;
    while (array_next(two ? &keys : &values, &item)) {
        struct value key = array_read_item(call->arena, type_plain(TYPE_TEXT), item);
        if (key.kind == VALUE_NULL) {
            return err_sql(call->arena, "22004", "null value not allowed for object key");
        }
        if (!array_next(&values, &item)) break;
        struct value value = array_read_item(call->arena, type_plain(TYPE_TEXT), item);
        struct buf *text = buf_in(call->arena, 0);
        json_value_write(call->session, type_plain(TYPE_TEXT), &value, text);
        pairs[count++] = (struct jsonb_pair){key.s, buf_str(text), 0};
    }
    struct buf *text = buf_in(call->arena, 0);
    if (call->row->with == ON_JSONB) {
        jsonb_write_object(text, pairs, count);
        return text_out(out, buf_str(text));
    }
    buf_char(text, '{');
    for (size_t i = 0; i < count; i++) {
        if (i) buf_lit(text, ", ");
        json_write_str(text, pairs[i].key);
        buf_lit(text, " : ");
        buf_str_add(text, pairs[i].value);
    }
    buf_char(text, '}');
    return text_out(out, buf_str(text));
}

/* ---- json to rows ---- */

err json_record_make(struct arena *arena,
                     struct sqlite_session *session,
                     const struct type_ref *type,
                     const struct json *object,
                     const struct value *base,
                     struct value *out)
{
    for (size_t i = 0; i < type->field_count; i++) {
        const struct json *member = json_get(object, type->fields[i].name);
        out[i] = value_null();
        if (!member && base && base->kind == VALUE_TEXT) {
            str item;
            if (jsonb_get(base->s, type->fields[i].name, &item)) {
                out[i] = array_read_item(arena, type->fields[i].type, item);
            }
        }
        if (!member || member->kind == JSON_NULL) continue;
        TRY(type_from_json(arena, &session->types, type->fields[i].type, member, &out[i]));
    }
    return NULL;
}

/* json_populate_record(base, json) as a value. */
static err run_populate(struct function_call *call, struct value *out)
{
    if (arg_null(call, 1)) {
        *out = call->args[0];
        return NULL;
    }
    const struct type_ref *type = call->shapes[0];
    const struct json *object = NULL;
    TRY(json_parse(call->arena, arg_text(call, 1), NULL, &object));
    if (object->kind != JSON_OBJECT) {
        return err_sql(call->arena, "22023", "cannot call populate_composite on %s",
                       object->kind == JSON_ARRAY ? "an array" : "a scalar");
    }
    struct value *fields = ARENA_ARRAY(call->arena, struct value, type->field_count + 1);
    TRY(json_record_make(call->arena, call->session, type, object, &call->args[0], fields));
    struct buf *text = buf_in(call->arena, 0);
    buf_char(text, '{');
    for (size_t i = 0; i < type->field_count; i++) {
        if (i) buf_lit(text, ", ");
        json_write_str(text, type->fields[i].name);
        buf_lit(text, ": ");
        array_write_item(text, type->fields[i].type, &fields[i]);
    }
    buf_char(text, '}');
    return text_out(out, buf_str(text));
}

/* ---- the table ---- */

#define ROW(symbol, args, body, with)                   \
    {                                                   \
        symbol, args, SHAPE_NONE, FN_STRICT, body, with \
    }
#define BOTH(name, args, body, with) \
    ROW("json_" name, args, body, with), ROW("jsonb_" name, args, body, with)

static const struct function_row rows[] = {
    {"to_json",                   1,  SHAPE_FIRST, FN_STRICT, run_to_json,      0       },
    {"to_jsonb",                  1,  SHAPE_FIRST, FN_STRICT, run_to_jsonb,     0       },
    {"row_to_json",               1,  SHAPE_FIRST, FN_STRICT, run_to_json,      0       },
    {"array_to_json",             1,  SHAPE_FIRST, FN_STRICT, run_to_json,      0       },
    BOTH("object_field", 2, run_field, AS_JSON),
    BOTH("object_field_text", 2, run_field, AS_TEXT),
    BOTH("array_element", 2, run_element, AS_JSON),
    BOTH("array_element_text", 2, run_element, AS_TEXT),
    BOTH("extract_path", 2, run_path, AS_JSON),
    BOTH("extract_path_text", 2, run_path, AS_TEXT),
    ROW("jsonb_contains", 2, run_test, J_CONTAINS),
    ROW("jsonb_contained", 2, run_test, J_CONTAINED),
    ROW("jsonb_exists", 2, run_test, J_EXISTS),
    ROW("jsonb_exists_any", 2, run_test, J_ANY),
    ROW("jsonb_exists_all", 2, run_test, J_ALL),
    ROW("jsonb_concat", 2, run_concat, 0),
    ROW("jsonb_delete", 2, run_delete, DELETE_KEY),
    ROW("jsonb_delete_array", 2, run_delete, DELETE_KEYS),
    ROW("jsonb_delete_idx", 2, run_delete, DELETE_INDEX),
    ROW("jsonb_delete_path", 2, run_delete, DELETE_PATH),
    {"jsonb_assign",              4,  SHAPE_NONE,  0,         run_assign,       0       },
    ROW("jsonb_set", 4, run_change, CHANGE_SET),
    ROW("jsonb_insert", 4, run_change, CHANGE_INSERT),
    ROW("json_strip_nulls", 1, run_strip_nulls, ON_JSON),
    ROW("jsonb_strip_nulls", 1, run_strip_nulls, ON_JSONB),
    ROW("jsonb_pretty", 1, run_pretty, 0),
    BOTH("typeof", 1, run_typeof, 0),
    BOTH("array_length", 1, run_array_length, 0),
    {"json_build_object",         -1, SHAPE_EACH,  0,         run_build_object, ON_JSON },
    {"json_build_object_noargs",  0,  SHAPE_NONE,  0,         run_build_object, ON_JSON },
    {"jsonb_build_object",        -1, SHAPE_EACH,  0,         run_build_object, ON_JSONB},
    {"jsonb_build_object_noargs", 0,  SHAPE_NONE,  0,         run_build_object, ON_JSONB},
    {"json_build_array",          -1, SHAPE_EACH,  0,         run_build_array,  ON_JSON },
    {"json_build_array_noargs",   0,  SHAPE_NONE,  0,         run_build_array,  ON_JSON },
    {"jsonb_build_array",         -1, SHAPE_EACH,  0,         run_build_array,  ON_JSONB},
    {"jsonb_build_array_noargs",  0,  SHAPE_NONE,  0,         run_build_array,  ON_JSONB},
    ROW("json_object", 1, run_object, ON_JSON),
    ROW("jsonb_object", 1, run_object, ON_JSONB),
    ROW("json_object_two_arg", 2, run_object, ON_JSON),
    ROW("jsonb_object_two_arg", 2, run_object, ON_JSONB),
    {"json_populate_record",      2,  SHAPE_FIRST, 0,         run_populate,     0       },
    {"jsonb_populate_record",     2,  SHAPE_FIRST, 0,         run_populate,     0       },
};

const struct function_table functions_json = {rows, COUNT_OF(rows)};
