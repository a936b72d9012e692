/* JSON values to typed values: request bodies, json_populate_record, jsonb_to_recordset. */
#include "types/array.h"
#include "types/type_int.h"

static err from_json(struct arena *arena,
                     const struct type_session *session,
                     const struct type_ref *type,
                     const struct json *json,
                     struct value *out);

/* The text that a scalar's input reads: a string's own, a number's digits, else the JSON itself. */
static str input_text(const struct json *json)
{
    switch (json->kind) {
    case JSON_STRING:
    case JSON_NUMBER: return json->text;
    case JSON_TRUE: return STR("true");
    case JSON_FALSE: return STR("false");
    case JSON_NULL:
    case JSON_ARRAY:
    case JSON_OBJECT: break;
    }
    return json->source;
}

static err malformed_array(struct arena *arena)
{
    struct err *error = err_sql(arena, "22P02", "malformed JSON array");
    return err_details(arena, error,
                       "Multidimensional arrays must have sub-arrays with matching dimensions.");
}

static err array_items(struct arena *arena,
                       const struct type_session *session,
                       const struct type_ref *element,
                       const struct json *json,
                       struct buf *out);

/* An item of an array: a further dimension when all its siblings are arrays too. */
static err array_item(struct arena *arena,
                      const struct type_session *session,
                      const struct type_ref *element,
                      const struct json *json,
                      const struct json *first,
                      struct buf *out)
{
    bool takes_whole = element->storage == TYPE_JSON || element->storage == TYPE_JSONB;
    bool nested = json->kind == JSON_ARRAY && !takes_whole;
    bool first_nested = first->kind == JSON_ARRAY && !takes_whole;
    if (nested != first_nested || (nested && json->count != first->count)) {
        return malformed_array(arena);
    }
    if (nested) return array_items(arena, session, element, json, out);
    struct value value;
    TRY(from_json(arena, session, element, json, &value));
    array_write_item(out, element, &value);
    return NULL;
}

static err array_items(struct arena *arena,
                       const struct type_session *session,
                       const struct type_ref *element,
                       const struct json *json,
                       struct buf *out)
{
    buf_char(out, '[');
    for (size_t i = 0; i < json->count; i++) {
        if (i) buf_char(out, ',');
        TRY(array_item(arena, session, element, json->items[i], json->items[0], out));
    }
    buf_char(out, ']');
    return NULL;
}

static err array_from_json(struct arena *arena,
                           const struct type_session *session,
                           const struct type_ref *type,
                           const struct json *json,
                           struct value *out)
{
    if (json->kind == JSON_STRING) {
        return type_input(arena, session, type, TYPE_ASSIGNMENT, json->text, out);
    }
    if (json->kind != JSON_ARRAY) return err_sql(arena, "22P02", "expected JSON array");
    struct type_ref element = *type->element;
    element.typmod = TYPMOD_NONE;
    struct buf *stored = buf_in(arena, 0);
    TRY(array_items(arena, session, &element, json, stored));
    str text = buf_str(stored);
    struct value array = value_text(array_cardinality(text) ? text : STR("[]"));
    return type_coerce_typmod(arena, type, TYPE_ASSIGNMENT, &array, out);
}

static err composite_from_json(struct arena *arena,
                               const struct type_session *session,
                               const struct type_ref *type,
                               const struct json *json,
                               struct value *out)
{
    if (json->kind == JSON_STRING) {
        return type_input(arena, session, type, TYPE_ASSIGNMENT, json->text, out);
    }
    if (json->kind != JSON_OBJECT) {
        return err_sql(arena, "22023", "cannot call populate_composite on %s",
                       json->kind == JSON_ARRAY ? "an array" : "a scalar");
    }
    struct buf *stored = buf_in(arena, 0);
    buf_char(stored, '{');
    for (size_t i = 0; i < type->field_count; i++) {
        const struct type_field *field = &type->fields[i];
        const struct json *member = json_get(json, field->name);
        struct value value = value_null();
        if (member) TRY(from_json(arena, session, field->type, member, &value));
        if (i) buf_char(stored, ',');
        json_write_str(stored, field->name);
        buf_char(stored, ':');
        array_write_item(stored, field->type, &value);
    }
    buf_char(stored, '}');
    *out = value_text(buf_str(stored));
    return NULL;
}

static err from_json(struct arena *arena,
                     const struct type_session *session,
                     const struct type_ref *type,
                     const struct json *json,
                     struct value *out)
{
    *out = value_null();
    bool whole = type->storage == TYPE_JSON || type->storage == TYPE_JSONB;
    if (json->kind == JSON_NULL) return NULL;
    if (whole) return type_input(arena, session, type, TYPE_ASSIGNMENT, json->source, out);
    if (type->storage == TYPE_ARRAY) return array_from_json(arena, session, type, json, out);
    if (type->storage == TYPE_COMPOSITE || type->storage == TYPE_RECORD) {
        return composite_from_json(arena, session, type, json, out);
    }
    return type_input(arena, session, type, TYPE_ASSIGNMENT, input_text(json), out);
}

err type_from_json(struct arena *arena,
                   const struct type_session *session,
                   const struct type_ref *type,
                   const struct json *json,
                   struct value *out)
{
    return from_json(arena, session, type, json, out);
}
