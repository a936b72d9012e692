/* Variables of PL/pgSQL in the statements of a function: each is a parameter. */
#include "sql/analyze_int.h"
#include "sql/plan.h"

/* Parameter i of the statement, which is of that type from now on. */
static struct expr *param_of(
    struct scope *scope, size_t variable, oid type, int32_t typmod, int32_t location)
{
    struct infer_params *params = scope->infer.params;
    size_t index = scope->variables->first + variable;
    while (params->count <= index)
        *VEC_ADD(scope->analyzer->arena, params) = (struct infer_param){UNKNOWNOID, TYPMOD_NONE};
    params->at[index] = (struct infer_param){type, typmod};
    struct expr *expr = infer_new(&scope->infer, EXPR_PARAM, type, location);
    expr->typmod = typmod;
    expr->index = (int)index;
    return expr;
}

static void record_fields(struct scope *scope,
                          const struct compile_variable *variable,
                          struct expr *out)
{
    size_t count = variable->field_count;
    struct record_field *fields = ARENA_ARRAY(scope->analyzer->arena, struct record_field, count);
    for (size_t i = 0; i < count; i++) {
        const struct compile_field *field = &variable->fields[i];
        fields[i] = (struct record_field){
            .name = str_copy(scope->analyzer->arena, field->name),
            .type = field->type,
            .typmod = field->typmod,
            .expr = infer_null(&scope->infer, field->type),
        };
    }
    out->record = fields;
    out->record_count = count;
}

enum { PARTS_MAX = 3 };

static err find(struct scope *scope,
                const struct ColumnRef *ref,
                size_t parts,
                bool fields,
                bool *found,
                struct compile_variable *out)
{
    str names[PARTS_MAX];
    *found = false;
    if (parts > PARTS_MAX) return NULL;
    for (size_t i = 0; i < parts; i++) names[i] = ast_name_at(ref->fields, i);
    struct compile_variables *variables = scope->variables->names;
    err error = variables->find(variables, names, parts, fields, found, out);
    return error;
}

err variable_column(struct scope *scope, const struct ColumnRef *ref, struct expr **out)
{
    struct compile_variable variable = {0};
    bool found;
    *out = NULL;
    TRY(find(scope, ref, ref->fields->count, false, &found, &variable));
    if (!found) return NULL;
    *out = param_of(scope, variable.param, variable.type, variable.typmod, ref->base.location);
    (*out)->from_zero = variable.from_zero;
    if (variable.type == RECORDOID && variable.fields) record_fields(scope, &variable, *out);
    return NULL;
}

err variable_argument(struct scope *scope, const struct ParamRef *param, struct expr **out)
{
    struct arena *arena = scope->analyzer->arena;
    struct ColumnRef *ref = AST_NEW(arena, ColumnRef);
    ref->base.location = param->base.location;
    ref->fields =
        ast_list(arena, ast_string(arena, str_printf(arena, "$%lld", (long long)param->number)));
    return variable_column(scope, ref, out);
}

err variable_star(struct scope *scope,
                  const struct ColumnRef *ref,
                  struct star_list *out,
                  bool *found)
{
    struct compile_variable variable = {0};
    TRY(find(scope, ref, ref->fields->count - 1, true, found, &variable));
    if (*found && !variable.fields) *found = false;
    for (size_t i = 0; *found && i < variable.field_count; i++) {
        const struct compile_field *field = &variable.fields[i];
        struct star_column *column = VEC_ADD(scope->analyzer->arena, out);
        column->name = str_copy(scope->analyzer->arena, field->name);
        column->expr =
            param_of(scope, field->param, field->type, field->typmod, ref->base.location);
    }
    return NULL;
}
