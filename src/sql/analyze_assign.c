/* SET column[i] = v, SET column.field = v: the column's new value made of its old one.
 *
 * An array gets a copy with one element changed (array_assign of the engine), a composite a row of its
 * other fields, jsonb what jsonb_set makes of it. Source: PostgreSQL 15, parse_target.c,
 * transformAssignmentIndirection. */
#include "sql/analyze_int.h"

struct assign {
    struct scope *scope;
    const struct ResTarget *item;
    struct expr *value; /* as it comes */
};

/* array with element `index` replaced: (array, value, index). No name in SQL leads here. */
static const struct builtin array_assign = {
    .kind = BUILTIN_FUNCTION,
    .schema = "pg_catalog",
    .name = STR_INIT("array_assign"),
    .symbol = "array_assign",
    .args = {ANYARRAYOID, ANYELEMENTOID, INT4OID},
    .arg_count = 3,
    .arg_least = 3,
    .result = ANYARRAYOID,
    .volatility = 'i',
};

/* (array, source, low, high, whether low and high are given) */
static const struct builtin array_assign_slice = {
    .kind = BUILTIN_FUNCTION,
    .schema = "pg_catalog",
    .name = STR_INIT("array_assign_slice"),
    .symbol = "array_assign_slice",
    .args = {ANYARRAYOID, ANYARRAYOID, INT4OID, INT4OID, BOOLOID, BOOLOID},
    .arg_count = 6,
    .arg_least = 6,
    .result = ANYARRAYOID,
    .volatility = 'i',
};

/* (jsonb, value, path, whether an absent jsonb is an array) */
static const struct builtin jsonb_assign = {
    .kind = BUILTIN_FUNCTION,
    .schema = "pg_catalog",
    .name = STR_INIT("jsonb_assign"),
    .symbol = "jsonb_assign",
    .args = {JSONBOID, JSONBOID, TEXTARRAYOID, BOOLOID},
    .arg_count = 4,
    .arg_least = 4,
    .result = JSONBOID,
    .volatility = 'i',
};

static err assign_step(
    struct assign *assign, size_t step, struct expr *old, int32_t typmod, struct expr **out);

static struct expr *call_of(struct assign *assign,
                            const struct builtin *builtin,
                            oid type,
                            struct expr *const *args,
                            size_t count)
{
    struct expr *call =
        infer_new(&assign->scope->infer, EXPR_CALL, type, assign->item->base.location);
    call->typmod = -1;
    call->call.builtin = builtin;
    call->args.at = ARENA_ARRAY(assign->scope->analyzer->arena, struct expr *, count);
    call->args.count = count;
    for (size_t i = 0; i < count; i++) call->args.at[i] = args[i];
    return call;
}

/* ---- the value at the end ---- */

static err value_of(
    struct assign *assign, oid type, int32_t typmod, const char *what, struct expr **out)
{
    struct infer_context *infer = &assign->scope->infer;
    if (!infer_can_coerce(infer, assign->value->type, type, CAST_ASSIGNMENT))
        return SQL_ERROR(assign->scope, "42804", assign->item->base.location,
                         "%s \"%.*s\" requires type %.*s but expression is of type %.*s", what,
                         STR_FMT(assign->item->name), STR_FMT(infer_type_text(infer, type, -1)),
                         STR_FMT(infer_type_text(infer, assign->value->type, -1)));
    return infer_coerce(infer, assign->value, type, typmod, CAST_ASSIGNMENT, out);
}

/* ---- array[i] ---- */

static err array_index(struct assign *assign, const struct node *node, struct expr **out)
{
    struct infer_context *infer = &assign->scope->infer;
    TRY(infer_expr_in(infer, INFER_UPDATE_SET, node, out));
    if (!infer_can_coerce(infer, (*out)->type, INT4OID, CAST_ASSIGNMENT))
        return SQL_ERROR(assign->scope, "42804", (*out)->location,
                         "array subscript must have type integer");
    return infer_coerce(infer, *out, INT4OID, -1, CAST_ASSIGNMENT, out);
}

static bool more_indices(const struct assign *assign, size_t step)
{
    const struct list *steps = assign->item->indirection;
    return step + 1 < steps->count && AST_IS(A_Indices, steps->at[step + 1]);
}

static err assign_element(
    struct assign *assign, size_t step, struct expr *old, oid element, struct expr **out)
{
    struct infer_context *infer = &assign->scope->infer;
    struct arena *arena = assign->scope->analyzer->arena;
    const struct A_Indices *indices = AST_AS(A_Indices, assign->item->indirection->at[step]);
    struct expr *args[3] = {old};
    TRY(array_index(assign, indices->uidx, &args[2]));
    struct expr *item = infer_new(infer, EXPR_SUBSCRIPT, element, assign->item->base.location);
    item->typmod = old->typmod;
    item->args.at = ARENA_ARRAY(arena, struct expr *, 2);
    item->args.at[0] = old;
    item->args.at[1] = args[2];
    item->args.count = 2;
    TRY(assign_step(assign, step + 1, item, old->typmod, &args[1]));
    *out = call_of(assign, &array_assign, infer_base_type(infer, old->type), args, 3);
    (*out)->typmod = old->typmod;
    return NULL;
}

static err assign_slice(struct assign *assign, size_t step, struct expr *old, struct expr **out)
{
    struct infer_context *infer = &assign->scope->infer;
    const struct A_Indices *indices = AST_AS(A_Indices, assign->item->indirection->at[step]);
    oid type = infer_base_type(infer, old->type);
    struct expr *args[6] = {old};
    TRY(value_of(assign, type, -1, "subscripted assignment to", &args[1]));
    const struct node *bounds[] = {indices->lidx, indices->uidx};
    for (size_t i = 0; i < COUNT_OF(bounds); i++) {
        args[2 + i] = infer_null(infer, INT4OID);
        if (bounds[i]) TRY(array_index(assign, bounds[i], &args[2 + i]));
        args[4 + i] = infer_bool_const(infer, bounds[i] != NULL);
    }
    *out = call_of(assign, &array_assign_slice, type, args, 6);
    (*out)->typmod = old->typmod;
    return NULL;
}

/* ---- jsonb['key'][0] ---- */

/* PostgreSQL 15 jsonbsubs.c, jsonb_subscript_transform: an integer or a text, by implicit casts. */
static err json_key(struct assign *assign, const struct A_Indices *indices, struct expr **out)
{
    struct scope *scope = assign->scope;
    struct infer_context *infer = &scope->infer;
    if (indices->is_slice)
        return SQL_ERROR(scope, "42804", assign->item->base.location,
                         "jsonb subscript does not support slices");
    TRY(infer_expr_in(infer, INFER_UPDATE_SET, indices->uidx, out));
    if ((*out)->type == UNKNOWNOID) return infer_resolve_unknown(infer, *out, out);
    bool number = infer_can_coerce(infer, (*out)->type, INT4OID, CAST_IMPLICIT);
    bool text = infer_can_coerce(infer, (*out)->type, TEXTOID, CAST_IMPLICIT);
    if (number == text)
        return SQL_ERROR(scope, "42804", (*out)->location, "subscript type %.*s is not supported",
                         STR_FMT(infer_type_text(infer, (*out)->type, -1)));
    return infer_coerce(infer, *out, number ? INT4OID : TEXTOID, -1, CAST_IMPLICIT, out);
}

static err assign_path(struct assign *assign, size_t step, struct expr *old, struct expr **out)
{
    struct scope *scope = assign->scope;
    struct infer_context *infer = &scope->infer;
    const struct list *steps = assign->item->indirection;
    struct expr *path = infer_new(infer, EXPR_ARRAY, TEXTARRAYOID, assign->item->base.location);
    struct expr *args[4] = {old, NULL, path};
    path->typmod = -1;
    path->args.at = ARENA_ARRAY(scope->analyzer->arena, struct expr *, steps->count - step);
    for (size_t i = step; i < steps->count; i++) {
        struct expr *key;
        if (!AST_IS(A_Indices, steps->at[i]))
            return SQL_ERROR(scope, "42804", assign->item->base.location,
                             "cannot assign to field of column \"%.*s\" because its type jsonb is "
                             "not a composite type",
                             STR_FMT(assign->item->name));
        TRY(json_key(assign, AST_AS(A_Indices, steps->at[i]), &key));
        if (i == step) args[3] = infer_bool_const(infer, key->type == INT4OID);
        TRY(infer_coerce(infer, key, TEXTOID, -1, CAST_EXPLICIT, &key));
        path->args.at[path->args.count++] = key;
    }
    TRY(value_of(assign, JSONBOID, -1, "subscripted assignment to", &args[1]));
    *out = call_of(assign, &jsonb_assign, JSONBOID, args, 4);
    return NULL;
}

static err assign_subscript(struct assign *assign, size_t step, struct expr *old, struct expr **out)
{
    struct scope *scope = assign->scope;
    struct infer_context *infer = &scope->infer;
    const struct A_Indices *indices = AST_AS(A_Indices, assign->item->indirection->at[step]);
    oid element = infer_element_type(infer, infer_base_type(infer, old->type));
    if (infer_base_type(infer, old->type) == JSONBOID) return assign_path(assign, step, old, out);
    if (!element)
        return SQL_ERROR(scope, "42804", assign->item->base.location,
                         "cannot subscript type %.*s because it does not support subscripting",
                         STR_FMT(infer_type_text(infer, old->type, -1)));
    if (more_indices(assign, step) ||
        (indices->is_slice && step + 1 < assign->item->indirection->count))
        return NOT_DONE(scope, assign->item->base.location,
                        "assignment by several subscripts of column \"%.*s\" is not supported",
                        STR_FMT(assign->item->name));
    if (indices->is_slice) return assign_slice(assign, step, old, out);
    return assign_element(assign, step, old, element, out);
}

/* ---- composite.field ---- */

static err no_such_field(struct assign *assign, str field, struct expr *old, bool composite)
{
    struct infer_context *infer = &assign->scope->infer;
    str type = infer_type_text(infer, old->type, -1);
    if (!composite)
        return SQL_ERROR(assign->scope, "42804", assign->item->base.location,
                         "cannot assign to field \"%.*s\" of column \"%.*s\" because its type "
                         "%.*s is not a composite type",
                         STR_FMT(field), STR_FMT(assign->item->name), STR_FMT(type));
    return SQL_ERROR(assign->scope, "42703", assign->item->base.location,
                     "cannot assign to field \"%.*s\" of column \"%.*s\" because there is no such "
                     "column in data type %.*s",
                     STR_FMT(field), STR_FMT(assign->item->name), STR_FMT(type));
}

static err assign_field(struct assign *assign, size_t step, struct expr *old, struct expr **out)
{
    struct scope *scope = assign->scope;
    struct infer_context *infer = &scope->infer;
    const struct catalog *catalog = scope->analyzer->catalog;
    str field = AST_AS(String, assign->item->indirection->at[step])->sval;
    const struct cat_type *type = catalog_type(catalog, infer_base_type(infer, old->type));
    const struct cat_relation *relation = type && type->kind == TYPE_KIND_COMPOSITE
                                              ? catalog_relation(catalog, type->relation)
                                              : NULL;
    if (!relation || !cat_column_find(relation, field))
        return no_such_field(assign, field, old, relation != NULL);
    struct expr *row = infer_new(infer, EXPR_ROW, type->oid, assign->item->base.location);
    row->typmod = -1;
    row->args.at = ARENA_ARRAY(scope->analyzer->arena, struct expr *, relation->column_count);
    row->args.count = relation->column_count;
    for (size_t i = 0; i < relation->column_count; i++) {
        const struct cat_column *column = &relation->columns[i];
        struct expr **part = &row->args.at[i];
        TRY(infer_field(infer, old, column->name, old->location, part));
        if (str_eq(column->name, field))
            TRY(assign_step(assign, step + 1, *part, column->typmod, part));
    }
    *out = row;
    return NULL;
}

/* ---- entry ---- */

static err assign_step(
    struct assign *assign, size_t step, struct expr *old, int32_t typmod, struct expr **out)
{
    const struct list *steps = assign->item->indirection;
    if (step == steps->count) {
        bool element = step > 0 && AST_IS(A_Indices, steps->at[step - 1]);
        TRY(value_of(assign, old->type, typmod,
                     element ? "subscripted assignment to" : "subfield of", out));
        return NULL;
    }
    if (AST_IS(String, steps->at[step])) return assign_field(assign, step, old, out);
    if (AST_IS(A_Indices, steps->at[step])) return assign_subscript(assign, step, old, out);
    return SQL_ERROR(assign->scope, "0A000", assign->item->base.location,
                     "row expansion via \"*\" is not supported here");
}

err assign_part(struct scope *scope,
                const struct ResTarget *item,
                struct expr *old,
                struct expr *value,
                struct expr **out)
{
    struct assign assign = {.scope = scope, .item = item, .value = value};
    if (value) return assign_step(&assign, 0, old, old->typmod, out);
    bool element = AST_IS(A_Indices, item->indirection->at[0]);
    return SQL_ERROR(scope, "0A000", item->base.location,
                     element ? "cannot set an array element to DEFAULT"
                             : "cannot set a subfield to DEFAULT");
}
