/* Variables: cells with their own bytes, rows, casts by assignment. */
#include "engine/sqlite/pl_int.h"

#include "engine/sqlite/functions_int.h"
#include "types/array.h"
#include "types/jsonb.h"
#include "types/json_scan.h"
#include "types/type_text.h"

/* ---- cells ---- */

void pl_cell_set(struct pl_cell *cell, const struct value *value)
{
    cell->value = *value;
    if (value->kind != VALUE_TEXT && value->kind != VALUE_BLOB) return;
    bool own = cell->bytes.at != NULL && value->s.at == cell->bytes.at;
    if (!own) {
        buf_clear(&cell->bytes);
        buf_str_add(&cell->bytes, value->s);
        buf_char(&cell->bytes, '\0');
    }
    cell->value.s.at = cell->bytes.at;
}

void pl_var_free(struct pl_var *var)
{
    buf_deinit(&var->cell.bytes);
    for (size_t i = 0; i < var->field_capacity; i++) buf_deinit(&var->fields[i].bytes);
    var->field_capacity = 0;
}

/* ---- rows ---- */

bool pl_holds_row(const struct pl_frame *frame, int variable)
{
    const struct pl_var_type *type = &frame->code->types[variable];
    return type->record || type->shape != NULL;
}

struct value pl_row_value(struct arena *arena,
                          const struct pl_shape *shape,
                          const struct value *values)
{
    struct buf *out = buf_in(arena, 0);
    buf_char(out, '{');
    for (size_t i = 0; i < shape->count; i++) {
        if (i > 0) buf_char(out, ',');
        json_write_str(out, shape->fields[i].name);
        buf_char(out, ':');
        array_write_item(out, shape->fields[i].ref, &values[i]);
    }
    buf_char(out, '}');
    return value_text(buf_str(out));
}

static bool key_is(struct arena *arena, str quoted, str name)
{
    if (json_is_plain(quoted)) return str_eq(json_inner(quoted), name);
    struct value key = array_read_item(arena, type_plain(TYPE_TEXT), quoted);
    return str_eq(key.s, name);
}

struct value *pl_row_fields(struct arena *arena, const struct pl_shape *shape, struct value row)
{
    struct value *values = ARENA_ARRAY(arena, struct value, shape->count);
    if (row.kind != VALUE_TEXT) return values;
    struct json_walk walk = json_walk(row.s);
    str key, item;
    size_t at = 0;
    while (json_walk_next(&walk, &key, &item)) {
        /* In order as a rule; a row stored before a column was added lacks it. */
        size_t found = at;
        while (found < shape->count && !key_is(arena, key, shape->fields[found].name)) found++;
        if (found == shape->count) continue;
        values[found] = array_read_item(arena, shape->fields[found].ref, item);
        at = found + 1;
    }
    return values;
}

/* A cell for each field; those that were there keep their bytes. */
static void make_fields(struct pl_frame *frame, struct pl_var *var, const struct pl_shape *shape)
{
    var->shape = shape;
    if (shape->count <= var->field_capacity) return;
    struct pl_cell *fields = ARENA_ARRAY(frame->arena, struct pl_cell, shape->count);
    for (size_t i = 0; i < var->field_capacity; i++) fields[i] = var->fields[i];
    for (size_t i = var->field_capacity; i < shape->count; i++) buf_init(&fields[i].bytes, 0);
    var->fields = fields;
    var->field_capacity = shape->count;
}

static void null_fields(struct pl_var *var)
{
    struct value null = value_null();
    for (size_t i = 0; var->shape != NULL && i < var->shape->count; i++)
        pl_cell_set(&var->fields[i], &null);
}

void pl_var_clear(struct pl_frame *frame, int variable)
{
    struct pl_var *var = &frame->vars[variable];
    const struct pl_var_type *type = &frame->code->types[variable];
    struct value null = value_null();
    pl_cell_set(&var->cell, &null);
    var->null_row = true;
    var->shape = NULL;
    if (type->shape == NULL || type->record) return;
    make_fields(frame, var, type->shape);
    null_fields(var);
}

const struct value *pl_var_row(struct pl_frame *frame, int variable)
{
    const struct pl_var *var = &frame->vars[variable];
    struct value *values =
        ARENA_ARRAY(frame->scratch, struct value, var->shape != NULL ? var->shape->count : 0);
    for (size_t i = 0; var->shape != NULL && i < var->shape->count; i++)
        values[i] = var->fields[i].value;
    return values;
}

struct value pl_var_value(struct pl_frame *frame, int variable)
{
    const struct pl_var *var = &frame->vars[variable];
    if (!pl_holds_row(frame, variable)) return var->cell.value;
    if (var->shape == NULL || var->null_row) return value_null();
    return pl_row_value(frame->scratch, var->shape, pl_var_row(frame, variable));
}

/* A type_ref has no oid: that of a built-in type is found by its family. OID_NONE: of no such type. */
static oid type_of_ref(const struct type_ref *ref)
{
    static const struct builtin_ref {
        oid id;
        enum type_storage storage;
        oid array;
    } types[] = {
#define TYPE(id, name, category, preferred, kind, storage, element, array) {id, storage, array},
#include "sql/builtin_types.def"
#undef TYPE
    };
    bool array = ref->storage == TYPE_ARRAY && ref->element != NULL && !ref->vector;
    const struct type_ref *base = array ? ref->element : ref;
    if (base != type_plain(base->storage) || base->storage == TYPE_ARRAY) return OID_NONE;
    if (base->storage == TYPE_TEXT) return array ? TEXTARRAYOID : TEXTOID;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].storage == base->storage) return array ? types[i].array : types[i].id;
    return OID_NONE;
}

void pl_shape_of_ref(struct arena *arena, const struct pl_field *row, struct pl_shape *out)
{
    const struct type_ref *ref = row->ref;
    struct pl_field *fields = ARENA_ARRAY(arena, struct pl_field, ref->field_count);
    for (size_t i = 0; i < ref->field_count; i++)
        fields[i] = (struct pl_field){.name = ref->fields[i].name,
                                      .type = type_of_ref(ref->fields[i].type),
                                      .typmod = -1,
                                      .ref = ref->fields[i].type};
    *out = (struct pl_shape){
        .row_type = RECORDOID, .fields = fields, .count = ref->field_count, .ref = ref};
}

/* ---- casts ---- */

static bool is_plain(const struct pl_var_type *to, const struct pl_field *from)
{
    return from->type == to->type && !to->domain && (to->typmod < 0 || to->typmod == from->typmod);
}

/* What has no cast goes by its text, as in PL/pgSQL. */
static err cast_by_text(struct pl_frame *frame,
                        const struct pl_field *from,
                        const struct value *value,
                        const struct pl_var_type *to,
                        struct value *out)
{
    struct type_session *session = &frame->run->session->types;
    str text = type_output_str(frame->scratch, session, from->ref, value);
    return type_input(frame->scratch, session, to->ref, TYPE_ASSIGNMENT, text, out);
}

static err cast_domain(struct pl_frame *frame,
                       const struct pl_field *from,
                       const struct value *value,
                       const struct pl_var_type *to,
                       struct value *out);

/* A field of a row, whose type on the way in has no oid. */
static err cast_field(struct pl_frame *frame,
                      const struct pl_field *from,
                      const struct pl_field *wanted,
                      struct value *value)
{
    if (value->kind != VALUE_NULL)
        TRY(type_cast(frame->scratch, &frame->run->session->types, from->ref, wanted->ref,
                      TYPE_ASSIGNMENT, value, value));
    if (!wanted->domain) return NULL;
    const struct catalog *catalog = frame->run->session->catalog;
    struct pl_field base = *wanted;
    const struct cat_type *type = catalog_type(catalog, base.type);
    for (; type != NULL && type->kind == TYPE_KIND_DOMAIN; type = catalog_type(catalog, base.type))
        base.type = type->base;
    struct pl_var_type to = {
        .type = wanted->type, .typmod = wanted->typmod, .ref = wanted->ref, .domain = true};
    struct value plain = *value;
    return cast_domain(frame, &base, &plain, &to, value);
}

static err cast_row(struct pl_frame *frame,
                    const struct pl_field *from,
                    const struct value *value,
                    const struct pl_var_type *to,
                    struct value *out)
{
    struct pl_shape shape;
    pl_shape_of_ref(frame->scratch, from, &shape);
    if (shape.count != to->shape->count)
        return err_sql(frame->arena, "42804", "the row has %zu columns where %zu are expected",
                       shape.count, to->shape->count);
    struct value *values = pl_row_fields(frame->scratch, &shape, *value);
    for (size_t i = 0; i < shape.count; i++) {
        TRY(cast_field(frame, &shape.fields[i], &to->shape->fields[i], &values[i]));
    }
    *out = pl_row_value(frame->scratch, to->shape, values);
    return NULL;
}

/* A domain's checks are expressions: SQL casts. */
static err cast_domain(struct pl_frame *frame,
                       const struct pl_field *from,
                       const struct value *value,
                       const struct pl_var_type *to,
                       struct value *out)
{
    const struct catalog *catalog = frame->run->session->catalog;
    const struct cat_type *type = catalog_type(catalog, to->type);
    if (type == NULL)
        return err_sql(frame->arena, "42704", "the type of a variable does not exist any more");
    const struct cat_schema *schema = catalog_schema(catalog, type->schema);
    struct arena *arena = frame->scratch;
    struct SelectStmt *select = AST_NEW(arena, SelectStmt);
    struct TypeName *name =
        ast_type_name(arena, schema != NULL ? schema->name : STR_NONE, type->name);
    ast_list_add(arena, &select->targetList,
                 ast_res_target(arena, STR_NONE, ast_cast(arena, ast_param(arena, 1), name)));
    struct plan *plan;
    struct pl_rows rows;
    TRY(pl_query_dynamic(frame, AST_NODE(select), STR_NONE, from, 1, &plan));
    err error = pl_query_run(frame, plan, value, frame->scratch, 1, &rows);
    plan_unref(plan);
    TRY(error);
    *out = rows.set->count > 0 ? rowset_row(rows.set, 0)[0] : value_null();
    return NULL;
}

static bool is_domain(const struct pl_frame *frame, oid type)
{
    const struct cat_type *found = catalog_type(frame->run->session->catalog, type);
    return found != NULL && found->kind == TYPE_KIND_DOMAIN;
}

static bool is_domain_array(struct pl_frame *frame, const struct pl_var_type *type)
{
    bool array = type->type != OID_NONE && type->ref != NULL && type->ref->element != NULL;
    return array && is_domain(frame, pl_element_of(frame, type->type));
}

err pl_cast(struct pl_frame *frame,
            const struct pl_field *from,
            const struct value *value,
            const struct pl_var_type *to,
            struct value *out)
{
    *out = *value;
    if (is_plain(to, from)) return NULL;
    if (to->domain) return cast_domain(frame, from, value, to, out);
    if (value->kind == VALUE_NULL) return NULL;
    if (is_domain_array(frame, to)) return cast_domain(frame, from, value, to, out);
    bool rows = to->shape != NULL && from->ref->field_count > 0;
    if (rows) return cast_row(frame, from, value, to, out);
    if (to->type == RECORDOID || to->ref == NULL) return NULL;
    if (!type_cast_exists(from->ref, to->ref, TYPE_ASSIGNMENT) && from->type != to->type)
        return cast_by_text(frame, from, value, to, out);
    return type_cast(frame->scratch, &frame->run->session->types, from->ref, to->ref,
                     TYPE_ASSIGNMENT, value, out);
}

/* ---- assignment ---- */

static err null_refused(struct pl_frame *frame, const struct pl_variable *variable)
{
    return err_sql(frame->arena, "22004",
                   "null value cannot be assigned to variable \"%.*s\" declared NOT NULL",
                   STR_FMT(variable->name));
}

/* A composite value to a row. */
static err assign_composite(struct pl_frame *frame,
                            int variable,
                            const struct pl_field *from,
                            const struct value *value)
{
    const struct pl_var_type *type = &frame->code->types[variable];
    const struct pl_shape *shape = NULL;
    const struct pl_variable *declared = &frame->tree->variables[variable];
    if (declared->not_null && value->kind == VALUE_NULL) return null_refused(frame, declared);
    if (from->type != RECORDOID) shape = pl_shape_of_type(frame->code, from->type);
    if (shape == NULL && from->ref->field_count > 0) {
        struct pl_shape own;
        pl_shape_of_ref(frame->scratch, from, &own);
        shape = pl_shape_kept(frame, &own);
    }
    if (shape == NULL && value->kind == VALUE_NULL) {
        pl_var_clear(frame, variable);
        return NULL;
    }
    if (shape == NULL && from->type == RECORDOID)
        return err_sql(frame->arena, "0A000",
                       "a record whose fields are not known here is not supported on SQLite");
    if (shape == NULL)
        return err_sql(frame->arena, "42804", "cannot assign non-composite value to a %s variable",
                       type->record ? "record" : "row");
    return pl_assign_row(frame, variable, shape,
                         value->kind == VALUE_NULL ? NULL
                                                   : pl_row_fields(frame->scratch, shape, *value));
}

err pl_assign(struct pl_frame *frame,
              int variable,
              const struct pl_field *from,
              const struct value *value)
{
    const struct pl_variable *declared = &frame->tree->variables[variable];
    struct value cast;
    if (pl_holds_row(frame, variable)) return assign_composite(frame, variable, from, value);
    TRY(pl_cast(frame, from, value, &frame->code->types[variable], &cast));
    if (declared->not_null && cast.kind == VALUE_NULL) return null_refused(frame, declared);
    pl_cell_set(&frame->vars[variable].cell, &cast);
    bool large = cast.kind == VALUE_TEXT && cast.s.len > PL_LARGE_BYTES;
    return large ? pl_memory_check(frame) : NULL;
}

static struct pl_var_type type_of_field(const struct pl_field *field)
{
    return (struct pl_var_type){
        .type = field->type, .typmod = field->typmod, .ref = field->ref, .domain = field->domain};
}

err pl_assign_row(struct pl_frame *frame,
                  int variable,
                  const struct pl_shape *shape,
                  const struct value *values)
{
    struct pl_var *var = &frame->vars[variable];
    const struct pl_var_type *type = &frame->code->types[variable];
    const struct pl_shape *own = type->record ? shape : type->shape;
    struct value *cast = ARENA_ARRAY(frame->scratch, struct value, own->count);
    for (size_t i = 0; i < own->count && values != NULL && i < shape->count; i++) {
        cast[i] = values[i];
        if (type->record || own == shape) continue;
        struct pl_var_type to = type_of_field(&own->fields[i]);
        TRY(pl_cast(frame, &shape->fields[i], &values[i], &to, &cast[i]));
    }
    make_fields(frame, var, own);
    for (size_t i = 0; i < own->count; i++) pl_cell_set(&var->fields[i], &cast[i]);
    var->null_row = values == NULL;
    return NULL;
}

/* ---- parts of variables ---- */

static err no_field(struct pl_frame *frame, const struct pl_target *target, str field)
{
    return err_sql(frame->arena, "42703", "record \"%.*s\" has no field \"%.*s\"",
                   STR_FMT(frame->tree->variables[target->variable].name), STR_FMT(field));
}

static err find_field(struct pl_frame *frame, const struct pl_target *target, size_t *out)
{
    const struct pl_var *var = &frame->vars[target->variable];
    str name = target->fields[0];
    if (!pl_holds_row(frame, target->variable))
        return err_sql(frame->arena, "42601", "\"%.*s\" is not a known variable",
                       STR_FMT(frame->tree->variables[target->variable].name));
    if (var->shape == NULL)
        return err_details(frame->arena,
                           err_sql(frame->arena, "55000", "record \"%.*s\" is not assigned yet",
                                   STR_FMT(frame->tree->variables[target->variable].name)),
                           "The tuple structure of a not-yet-assigned record is indeterminate.");
    for (size_t i = 0; i < var->shape->count; i++)
        if (str_eq(var->shape->fields[i].name, name)) {
            *out = i;
            return NULL;
        }
    return no_field(frame, target, name);
}

enum { ARRAY_LENGTH_MAX = 1000000, ARRAY_SUBSCRIPTS_MAX = 6 };

static err read_subscripts(struct pl_frame *frame,
                           const struct pl_target *target,
                           int64_t *subscripts)
{
    if (target->subscript_count > ARRAY_SUBSCRIPTS_MAX)
        return err_sql(frame->arena, "54000",
                       "number of array dimensions exceeds the maximum allowed (%d)",
                       ARRAY_SUBSCRIPTS_MAX);
    for (size_t i = 0; i < target->subscript_count; i++) {
        struct value index;
        if (target->subscripts[i].slice)
            return err_sql(frame->arena, "0A000",
                           "assignment to a slice of several dimensions is not supported here");
        TRY(pl_eval_as(frame, target->subscripts[i].index, INT4OID, &index));
        if (index.kind == VALUE_NULL)
            return err_sql(frame->arena, "22004", "array subscript in assignment must not be null");
        subscripts[i] = index.i;
    }
    return NULL;
}

static err begins_elsewhere(struct pl_frame *frame)
{
    return err_sql(frame->arena, "0A000",
                   "an array that does not begin at 1 is not supported here");
}

/* What stands behind the end of a flat array is NULL up to the new element. */
static err with_element(struct pl_frame *frame, str array, int64_t index, str item, str *out)
{
    int64_t at = 0, length = array_cardinality(array);
    if (index < 1 || (length == 0 && index > 1)) return begins_elsewhere(frame);
    if (index > ARRAY_LENGTH_MAX)
        return err_sql(frame->arena, "54000", "array size exceeds the maximum allowed (%d)",
                       ARRAY_LENGTH_MAX);
    struct buf *made = buf_in(frame->scratch, 0);
    struct array_iter iter = array_iter(array);
    str part;
    buf_char(made, '[');
    while (at < length || at < index) {
        bool has = array_next(&iter, &part);
        if (at > 0) buf_char(made, ',');
        buf_str_add(made, ++at == index ? item : has ? part : STR("null"));
    }
    buf_char(made, ']');
    *out = buf_str(made);
    return NULL;
}

/* array[i][j] := item: only what is there can be set. */
static err with_inner(
    struct pl_frame *frame, str array, const int64_t *subscripts, size_t count, str item, str *out)
{
    int64_t place = 0, length;
    for (size_t i = 0; i < count; i++) {
        if (!array_length(array, i + 1, &length) || subscripts[i] < 1 || subscripts[i] > length)
            return err_sql(frame->arena, "2202E", "array subscript out of range");
        place = place * length + subscripts[i] - 1;
    }
    struct array_iter iter = array_iter(array);
    str part = STR_NONE;
    for (int64_t at = 0; at <= place; at++)
        if (!array_next(&iter, &part)) break;
    size_t from = (size_t)(part.at - array.at);
    struct buf *made = buf_in(frame->scratch, 0);
    buf_str_add(made, str_slice(array, 0, from));
    buf_str_add(made, item);
    buf_str_add(made, str_slice(array, from + part.len, array.len));
    *out = buf_str(made);
    return NULL;
}

/* The first element of an array of several dimensions: [[[item]]]. */
static err with_first(
    struct pl_frame *frame, const int64_t *subscripts, size_t count, str item, str *out)
{
    struct buf *made = buf_in(frame->scratch, 0);
    for (size_t i = 0; i < count; i++) {
        if (subscripts[i] != 1) return begins_elsewhere(frame);
        buf_char(made, '[');
    }
    buf_str_add(made, item);
    for (size_t i = 0; i < count; i++) buf_char(made, ']');
    *out = buf_str(made);
    return NULL;
}

static err slice_bound(struct pl_frame *frame, const struct pl_expr *expr, int64_t *out)
{
    struct value index;
    TRY(pl_eval_as(frame, expr, INT4OID, &index));
    if (index.kind == VALUE_NULL)
        return err_sql(frame->arena, "22004", "array subscript in assignment must not be null");
    *out = index.i;
    return NULL;
}

/* array[low:high] := array. */
static err set_slice(struct pl_frame *frame,
                     const struct pl_subscript *slice,
                     const struct pl_field *array,
                     struct value old,
                     const struct pl_field *from,
                     const struct value *value,
                     struct value *out)
{
    int64_t low = 0, high = 0;
    struct pl_var_type whole = {.type = array->type, .typmod = array->typmod, .ref = array->ref};
    struct value items;
    str before = old.kind == VALUE_NULL ? STR("[]") : old.s, made = before;
    if (slice->index != NULL) TRY(slice_bound(frame, slice->index, &low));
    if (slice->upper != NULL) TRY(slice_bound(frame, slice->upper, &high));
    TRY(pl_cast(frame, from, value, &whole, &items));
    if (items.kind != VALUE_NULL)
        TRY(array_assign_slice(frame->scratch, before, items.s, slice->index ? &low : NULL,
                               slice->upper ? &high : NULL, &made));
    *out = value_text(made);
    return NULL;
}

/* A key of a jsonb: an integer or a text. *number: the former. */
static err json_key(struct pl_frame *frame,
                    const struct pl_subscript *subscript,
                    str *out,
                    bool *number)
{
    struct pl_field type;
    struct value key;
    if (subscript->slice)
        return err_sql(frame->arena, "42804", "jsonb subscript does not support slices");
    TRY(pl_eval(frame, subscript->index, &type, &key));
    *number = type.ref->storage == TYPE_INT2 || type.ref->storage == TYPE_INT4;
    bool text = type.type == UNKNOWNOID || type.ref->storage == TYPE_TEXT ||
                type.ref->storage == TYPE_VARCHAR;
    if (!*number && !text)
        return err_sql(frame->arena, "42804", "subscript type %.*s is not supported",
                       STR_FMT(type_name(frame->scratch, type.ref)));
    *out = STR_NONE;
    if (key.kind != VALUE_NULL)
        *out = type_output_str(frame->scratch, &frame->run->session->types, type.ref, &key);
    if (key.kind != VALUE_NULL && out->at == NULL) *out = STR("");
    return NULL;
}

/* jsonb['key'][0] := value. */
static err set_json(struct pl_frame *frame,
                    const struct pl_target *target,
                    const struct pl_field *json,
                    struct value old,
                    const struct pl_field *from,
                    const struct value *value,
                    struct value *out)
{
    struct pl_var_type whole = {.type = json->type, .typmod = -1, .ref = json->ref};
    struct value item;
    bool array = false;
    str *path = ARENA_ARRAY(frame->scratch, str, target->subscript_count);
    for (size_t i = 0; i < target->subscript_count; i++) {
        bool number;
        TRY(json_key(frame, &target->subscripts[i], &path[i], &number));
        if (i == 0) array = number;
    }
    TRY(pl_cast(frame, from, value, &whole, &item));
    out->kind = VALUE_TEXT;
    return jsonb_assign(frame->scratch, old.kind == VALUE_NULL ? STR_NONE : old.s, array, path,
                        target->subscript_count, item.kind == VALUE_NULL ? STR_NONE : item.s,
                        &out->s);
}

/* array[i] := value, array[i][j] := value. */
static err set_element(struct pl_frame *frame,
                       const struct pl_target *target,
                       const struct pl_field *array,
                       struct value old,
                       const struct pl_field *from,
                       const struct value *value,
                       struct value *out)
{
    int64_t at[ARRAY_SUBSCRIPTS_MAX];
    size_t count = target->subscript_count;
    struct pl_var_type element = {.type = OID_NONE, .typmod = -1, .ref = array->ref->element};
    struct value item;
    str made;
    if (array->ref->storage == TYPE_JSONB && !is_domain(frame, array->type))
        return set_json(frame, target, array, old, from, value, out);
    if (element.ref != NULL && count == 1 && target->subscripts[0].slice &&
        !is_domain(frame, array->type))
        return set_slice(frame, &target->subscripts[0], array, old, from, value, out);
    if (element.ref == NULL)
        return err_sql(frame->arena, "0A000",
                       "assignment to a part of this type is not supported here");
    oid type = array->type != OID_NONE ? pl_element_of(frame, array->type) : OID_NONE;
    if (is_domain(frame, type)) {
        element.type = type;
        element.domain = true;
    }
    TRY(read_subscripts(frame, target, at));
    TRY(pl_cast(frame, from, value, &element, &item));
    struct buf *text = buf_in(frame->scratch, 0);
    array_write_item(text, element.ref, &item);
    str before = old.kind == VALUE_NULL ? STR("[]") : old.s;
    size_t dimensions = array_dimensions(before);
    if (dimensions > 0 && dimensions != count)
        return err_sql(frame->arena, "2202E", "wrong number of array subscripts");
    if (count == 1)
        TRY(with_element(frame, before, at[0], buf_str(text), &made));
    else if (dimensions == 0)
        TRY(with_first(frame, at, count, buf_str(text), &made));
    else
        TRY(with_inner(frame, before, at, count, buf_str(text), &made));
    *out = value_text(made);
    return NULL;
}

static err no_such_field(struct pl_frame *frame, const struct pl_field *column, str name, bool row)
{
    if (row)
        return err_sql(
            frame->arena, "42703",
            "cannot assign to field \"%.*s\" of column \"%.*s\" because there is no such "
            "column in data type %.*s",
            STR_FMT(name), STR_FMT(column->name), STR_FMT(type_name(frame->scratch, column->ref)));
    return err_sql(
        frame->arena, "42804",
        "cannot assign to field \"%.*s\" of column \"%.*s\" because its type %.*s is not "
        "a composite type",
        STR_FMT(name), STR_FMT(column->name), STR_FMT(type_name(frame->scratch, column->ref)));
}

/* The value of a field with the field behind path[0..count) set. As deep as types are nested. */
static err with_field(struct pl_frame *frame,
                      const struct pl_target *target,
                      size_t depth,
                      const struct pl_field *field,
                      struct value old,
                      const struct pl_field *from,
                      const struct value *value,
                      struct value *out)
{
    if (depth == target->field_count && target->subscript_count > 0)
        return set_element(frame, target, field, old, from, value, out);
    if (depth == target->field_count) {
        struct pl_var_type to = type_of_field(field);
        return pl_cast(frame, from, value, &to, out);
    }
    str name = target->fields[depth];
    const struct pl_shape *shape =
        field->type == RECORDOID ? NULL : pl_shape_of_type(frame->code, field->type);
    if (is_domain(frame, field->type))
        return err_sql(frame->arena, "0A000",
                       "assignment to a field of a domain's value is not supported here");
    if (shape == NULL) return no_such_field(frame, field, name, false);
    struct value *values = pl_row_fields(frame->scratch, shape, old);
    size_t at = 0;
    while (at < shape->count && !str_eq(shape->fields[at].name, name)) at++;
    if (at == shape->count) return no_such_field(frame, field, name, true);
    TRY(with_field(frame, target, depth + 1, &shape->fields[at], values[at], from, value,
                   &values[at]));
    *out = pl_row_value(frame->scratch, shape, values);
    return NULL;
}

static err assign_field(struct pl_frame *frame,
                        const struct pl_target *target,
                        const struct pl_field *from,
                        const struct value *value)
{
    struct pl_var *var = &frame->vars[target->variable];
    size_t at;
    struct value cast;
    TRY(find_field(frame, target, &at));
    TRY(with_field(frame, target, 1, &var->shape->fields[at], var->fields[at].value, from, value,
                   &cast));
    pl_cell_set(&var->fields[at], &cast);
    var->null_row = false;
    return NULL;
}

err pl_assign_target(struct pl_frame *frame,
                     const struct pl_target *target,
                     const struct pl_field *from,
                     const struct value *value)
{
    if (target->field_count > 0) return assign_field(frame, target, from, value);
    if (target->subscript_count == 0) return pl_assign(frame, target->variable, from, value);
    const struct pl_var_type *type = &frame->code->types[target->variable];
    struct pl_field array = {.type = type->type, .typmod = type->typmod, .ref = type->ref};
    struct value made;
    TRY(set_element(frame, target, &array, frame->vars[target->variable].cell.value, from, value,
                    &made));
    pl_cell_set(&frame->vars[target->variable].cell, &made);
    return NULL;
}
