/* Rows of information_schema about functions: routines, parameters. */
#include "sql/system_rows.h"
#include "sql/system_text.h"
#include "sql/system_types.h"

static bool sees_function(const struct system_rows *rows, const struct cat_function *function)
{
    return system_holds_any(rows, function->owner, &function->acl, 'f', PRIV_EXECUTE);
}

static struct value specific_name(struct system_rows *rows, const struct cat_function *function)
{
    return system_printf(rows, "%.*s_%u", STR_FMT(function->name), function->oid);
}

/* Arrays as ARRAY, unlike a column's domain seen as it is declared. */
static str declared_type(struct system_rows *rows, const struct cat_type *type)
{
    if (type->kind == TYPE_KIND_ARRAY) return STR("ARRAY");
    if (type->schema != SCHEMA_PG_CATALOG) return STR("USER-DEFINED");
    return system_type_name(rows->arena, rows->catalog, type->oid, TYPMOD_NONE);
}

static str upper(struct arena *arena, str text)
{
    char *copy = arena_alloc(arena, text.len + 1);
    for (size_t i = 0; i < text.len; i++)
        copy[i] =
            (char)(text.at[i] >= 'a' && text.at[i] <= 'z' ? text.at[i] - 'a' + 'A' : text.at[i]);
    return str_from(copy, text.len);
}

static void routine_result(struct system_rows *rows,
                           const struct cat_function *function,
                           struct value *row)
{
    const struct cat_type *type = catalog_type(rows->catalog, function->result);
    if (function->kind == 'p' || !type) return;
    row[info_routines_data_type] = value_text(declared_type(rows, type));
    row[info_routines_type_udt_catalog] = value_text(SYSTEM_DATABASE);
    row[info_routines_type_udt_schema] = value_text(system_schema_name(rows, type->schema));
    row[info_routines_type_udt_name] = value_text(type->name);
    row[info_routines_dtd_identifier] = value_text(STR("0"));
    row[info_routines_is_null_call] = system_yes_no(function->strict);
}

void system_rows_info_routines(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_function *function;
    while ((function = catalog_function_next(rows->catalog, &at))) {
        if (!sees_function(rows, function)) continue;
        struct value *row = system_row_add(rows);
        str schema = system_schema_name(rows, function->schema);
        bool procedure = function->kind == 'p';
        row[info_routines_specific_catalog] = value_text(SYSTEM_DATABASE);
        row[info_routines_specific_schema] = value_text(schema);
        row[info_routines_specific_name] = specific_name(rows, function);
        row[info_routines_routine_catalog] = value_text(SYSTEM_DATABASE);
        row[info_routines_routine_schema] = value_text(schema);
        row[info_routines_routine_name] = value_text(function->name);
        row[info_routines_routine_type] =
            value_text(procedure ? STR("PROCEDURE") : STR("FUNCTION"));
        row[info_routines_routine_body] =
            value_text(str_eq(function->language, STR("sql")) ? STR("SQL") : STR("EXTERNAL"));
        if (system_owns(rows, function->owner))
            row[info_routines_routine_definition] = value_text(function->body);
        row[info_routines_external_language] = value_text(upper(rows->arena, function->language));
        row[info_routines_parameter_style] = value_text(STR("GENERAL"));
        row[info_routines_is_deterministic] = system_yes_no(function->volatility == 'i');
        row[info_routines_sql_data_access] = value_text(STR("MODIFIES"));
        row[info_routines_schema_level_routine] = system_yes_no(true);
        row[info_routines_max_dynamic_result_sets] = value_int(0);
        row[info_routines_security_type] =
            value_text(function->security_definer ? STR("DEFINER") : STR("INVOKER"));
        row[info_routines_as_locator] = system_yes_no(false);
        row[info_routines_is_udt_dependent] = system_yes_no(false);
        routine_result(rows, function, row);
    }
}

static str mode_words(char mode)
{
    switch (mode) {
    case 'o':
    case 't': return STR("OUT");
    case 'b': return STR("INOUT");
    default: return STR("IN"); /* not an enum: 'i', 'v' */
    }
}

static void parameter_row(struct system_rows *rows,
                          const struct cat_function *function,
                          size_t index)
{
    const struct cat_argument *argument = &function->arguments[index];
    const struct cat_type *type = catalog_type(rows->catalog, argument->type);
    if (!type) return;
    struct value *row = system_row_add(rows);
    row[info_parameters_specific_catalog] = value_text(SYSTEM_DATABASE);
    row[info_parameters_specific_schema] = value_text(system_schema_name(rows, function->schema));
    row[info_parameters_specific_name] = specific_name(rows, function);
    row[info_parameters_ordinal_position] = value_int((int64_t)index + 1);
    row[info_parameters_parameter_mode] = value_text(mode_words(argument->mode));
    row[info_parameters_is_result] = system_yes_no(false);
    row[info_parameters_as_locator] = system_yes_no(false);
    row[info_parameters_parameter_name] = system_text(argument->name);
    row[info_parameters_data_type] = value_text(declared_type(rows, type));
    row[info_parameters_udt_catalog] = value_text(SYSTEM_DATABASE);
    row[info_parameters_udt_schema] = value_text(system_schema_name(rows, type->schema));
    row[info_parameters_udt_name] = value_text(type->name);
    row[info_parameters_dtd_identifier] = system_printf(rows, "%zu", index + 1);
    if (system_owns(rows, function->owner) && !str_empty(argument->default_expr.text))
        row[info_parameters_parameter_default] = value_text(system_default_text(
            rows->arena, rows->catalog, &argument->default_expr, argument->type));
}

void system_rows_info_parameters(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_function *function;
    while ((function = catalog_function_next(rows->catalog, &at)))
        for (size_t i = 0; sees_function(rows, function) && i < function->argument_count; i++)
            parameter_row(rows, function, i);
}
