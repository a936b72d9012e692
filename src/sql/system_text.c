#include "sql/system_text.h"

#include "base/buf.h"
#include "sql/builtin.h"
#include "sql/catalog_build.h"
#include "sql/deparse.h"
#include "sql/system_rows.h"

/* ---- names ---- */

str system_quoted(struct arena *arena, str name)
{
    struct buf *out = buf_in(arena, 0);
    deparse_ident(out, name);
    return buf_str(out);
}

str system_qualified(struct arena *arena, const struct catalog *catalog, oid schema, str name)
{
    const struct cat_schema *found = catalog_schema(catalog, schema);
    struct buf *out = buf_in(arena, 0);
    if (found) {
        deparse_ident(out, found->name);
        buf_char(out, '.');
    }
    deparse_ident(out, name);
    return buf_str(out);
}

/* Definitions leave out the schemas that a path has: here those every role starts with. */
str system_visible_name(struct arena *arena, const struct catalog *catalog, oid schema, str name)
{
    bool plain =
        schema == SCHEMA_PUBLIC || schema == SCHEMA_EXTENSIONS || schema == SCHEMA_PG_CATALOG;
    return plain ? system_quoted(arena, name) : system_qualified(arena, catalog, schema, name);
}

str system_type_name(struct arena *arena, const struct catalog *catalog, oid type, int32_t typmod)
{
    const struct cat_type *found = catalog_type(catalog, type);
    if (!found) return catalog_type_name(arena, catalog, type, typmod);
    if (type == BPCHAROID && typmod < 0) return STR("character");
    if (type == BITOID && typmod < 0) return STR("bit");
    if (found->kind == TYPE_KIND_ARRAY && type != OIDVECTOROID && type != INT2VECTOROID)
        return str_printf(arena, "%.*s[]",
                          STR_FMT(system_type_name(arena, catalog, found->element, typmod)));
    if (found->schema == SCHEMA_PG_CATALOG) return catalog_type_name(arena, catalog, type, typmod);
    return system_visible_name(arena, catalog, found->schema, found->name);
}

/* ---- expressions ---- */

str system_expr_text(struct arena *arena,
                     const struct catalog *catalog,
                     const struct cat_relation *relation,
                     const struct cat_expr *expr)
{
    return system_expr_print(arena, catalog, &(struct system_expr_place){.relation = relation},
                             expr);
}

str system_domain_expr_text(struct arena *arena,
                            const struct catalog *catalog,
                            const struct cat_type *type,
                            const struct cat_expr *expr)
{
    return system_expr_print(arena, catalog, &(struct system_expr_place){.value = type->base},
                             expr);
}

str system_column_default_text(struct arena *arena,
                               const struct catalog *catalog,
                               const struct cat_relation *relation,
                               const struct cat_column *column)
{
    if (column->generated) return system_expr_text(arena, catalog, relation, &column->default_expr);
    return system_default_text(arena, catalog, &column->default_expr, column->type);
}

str system_domain_default_text(struct arena *arena,
                               const struct catalog *catalog,
                               const struct cat_type *type)
{
    return system_default_text(arena, catalog, &type->default_expr, type->base);
}

static str formed(struct arena *arena,
                  const struct catalog *catalog,
                  const struct cat_relation *relation,
                  const struct cat_expr *expr,
                  enum system_form form)
{
    const struct system_expr_place place = {.relation = relation, .pretty = form == FORM_PRETTY};
    return system_expr_print(arena, catalog, &place, expr);
}

/* ---- constraints ---- */

static void column_list(struct buf *out,
                        const struct cat_relation *relation,
                        const int16_t *columns,
                        size_t count)
{
    buf_char(out, '(');
    for (size_t i = 0; i < count; i++) {
        const struct cat_column *column = cat_column_numbered(relation, columns[i]);
        if (i) buf_lit(out, ", ");
        deparse_ident(out, column ? column->name : STR("?"));
    }
    buf_char(out, ')');
}

static const char *action_words(char action)
{
    switch (action) {
    case 'r': return "RESTRICT";
    case 'c': return "CASCADE";
    case 'n': return "SET NULL";
    case 'd': return "SET DEFAULT";
    default: return NULL; /* 'a', NO ACTION, is not written */
    }
}

static void foreign_key(struct buf *out,
                        struct arena *arena,
                        const struct catalog *catalog,
                        const struct cat_relation *relation,
                        const struct cat_constraint *key)
{
    const struct cat_relation *target = catalog_relation(catalog, key->foreign_relation);
    buf_lit(out, "FOREIGN KEY ");
    column_list(out, relation, key->columns, key->column_count);
    buf_lit(out, " REFERENCES ");
    if (!target) return;
    buf_str_add(out, system_visible_name(arena, catalog, target->schema, target->name));
    column_list(out, target, key->foreign_columns, key->column_count);
    if (key->match == 'f') buf_lit(out, " MATCH FULL");
    if (action_words(key->on_update))
        buf_printf(out, " ON UPDATE %s", action_words(key->on_update));
    if (!action_words(key->on_delete)) return;
    buf_printf(out, " ON DELETE %s", action_words(key->on_delete));
    if (!key->delete_set_count) return;
    buf_char(out, ' ');
    column_list(out, relation, key->delete_set_columns, key->delete_set_count);
}

static void unique_key(struct buf *out,
                       const struct cat_relation *relation,
                       const struct cat_constraint *key)
{
    buf_str_add(out, key->kind == 'p' ? STR("PRIMARY KEY ") : STR("UNIQUE "));
    if (key->nulls_not_distinct) buf_lit(out, "NULLS NOT DISTINCT ");
    column_list(out, relation, key->columns, key->column_count);
    const struct cat_index *index = system_constraint_index(relation, key);
    if (!index || !index->include_count) return;
    buf_lit(out, " INCLUDE ");
    column_list(out, relation, index->include, index->include_count);
}

static void index_element(struct buf *out,
                          struct arena *arena,
                          const struct catalog *catalog,
                          const struct cat_relation *relation,
                          const struct cat_index_element *element,
                          enum system_form form)
{
    const struct cat_column *column = cat_column_numbered(relation, element->column);
    if (column) {
        deparse_ident(out, column->name);
        return;
    }
    str text = formed(arena, catalog, relation, &element->expr, form);
    /* A call needs no parentheses of its own there. */
    bool call = element->expr.tree && element->expr.tree->kind == T_FuncCall;
    buf_printf(out, call ? "%.*s" : "(%.*s)", STR_FMT(text));
}

static void exclusion(struct buf *out,
                      struct arena *arena,
                      const struct catalog *catalog,
                      const struct cat_relation *relation,
                      const struct cat_constraint *constraint,
                      enum system_form form)
{
    const struct cat_index *index = system_constraint_index(relation, constraint);
    if (!index) return;
    buf_printf(out, "EXCLUDE USING %.*s (", STR_FMT(index->method));
    for (size_t i = 0; i < index->element_count; i++) {
        if (i) buf_lit(out, ", ");
        index_element(out, arena, catalog, relation, &index->elements[i], form);
        buf_printf(out, " WITH %.*s", STR_FMT(index->elements[i].exclude));
    }
    buf_char(out, ')');
    str where = formed(arena, catalog, relation, &index->where, form);
    if (!str_empty(where)) buf_printf(out, " WHERE (%.*s)", STR_FMT(where));
}

str system_constraint_text(struct arena *arena,
                           const struct catalog *catalog,
                           const struct cat_relation *relation,
                           const struct cat_constraint *constraint,
                           enum system_form form)
{
    struct buf *out = buf_in(arena, 0);
    switch (constraint->kind) {
    case 'c':
        buf_lit(out, "CHECK (");
        buf_str_add(out, formed(arena, catalog, relation, &constraint->check, form));
        buf_char(out, ')');
        break;
    case 't': buf_lit(out, "TRIGGER"); break;
    case 'f': foreign_key(out, arena, catalog, relation, constraint); break;
    case 'x': exclusion(out, arena, catalog, relation, constraint, form); break;
    default: unique_key(out, relation, constraint); break; /* not an enum: 'p', 'u' */
    }
    if (constraint->deferrable) buf_lit(out, " DEFERRABLE");
    if (constraint->deferred) buf_lit(out, " INITIALLY DEFERRED");
    return buf_str(out);
}

str system_domain_check_text(struct arena *arena,
                             const struct catalog *catalog,
                             const struct cat_type *type,
                             const struct cat_domain_check *check,
                             enum system_form form)
{
    const struct system_expr_place place = {.value = type->base, .pretty = form == FORM_PRETTY};
    return str_printf(arena, "CHECK (%.*s)",
                      STR_FMT(system_expr_print(arena, catalog, &place, &check->expr)));
}

/* ---- indexes ---- */

str system_index_element_text(struct arena *arena,
                              const struct catalog *catalog,
                              const struct cat_relation *relation,
                              const struct cat_index *index,
                              size_t column,
                              enum system_form form)
{
    struct buf *out = buf_in(arena, 0);
    if (column >= 1 && column <= index->element_count) {
        index_element(out, arena, catalog, relation, &index->elements[column - 1], form);
    } else if (column > index->element_count &&
               column <= index->element_count + index->include_count) {
        const struct cat_column *found =
            cat_column_numbered(relation, index->include[column - 1 - index->element_count]);
        if (found) deparse_ident(out, found->name);
    }
    return buf_str(out);
}

/* WITH (fillfactor='70', fastupdate=off): what is a word goes without quotes. */
static void index_options(struct buf *out, const struct cat_index *index)
{
    for (size_t i = 0; i < index->option_count; i++) {
        str name, value;
        str_cut(index->options[i], '=', &name, &value);
        bool word = value.len > 0 && value.at[0] >= 'a' && value.at[0] <= 'z';
        buf_str_add(out, i ? STR(", ") : STR(" WITH ("));
        deparse_ident(out, name);
        buf_printf(out, word ? "=%.*s" : "='%.*s'", STR_FMT(value));
    }
    if (index->option_count) buf_char(out, ')');
}

str system_index_text(struct arena *arena,
                      const struct catalog *catalog,
                      const struct cat_relation *relation,
                      const struct cat_index *index,
                      enum system_form form)
{
    struct buf *out = buf_in(arena, 0);
    buf_str_add(out, index->unique ? STR("CREATE UNIQUE INDEX ") : STR("CREATE INDEX "));
    deparse_ident(out, index->name);
    buf_lit(out, " ON ");
    buf_str_add(out, form == FORM_PRETTY
                         ? system_visible_name(arena, catalog, relation->schema, relation->name)
                         : system_qualified(arena, catalog, relation->schema, relation->name));
    buf_printf(out, " USING %.*s (", STR_FMT(index->method));
    for (size_t i = 0; i < index->element_count; i++) {
        const struct cat_index_element *element = &index->elements[i];
        if (i) buf_lit(out, ", ");
        index_element(out, arena, catalog, relation, element, form);
        if (!str_empty(element->collation))
            buf_printf(out, " COLLATE %.*s", STR_FMT(element->collation));
        if (!str_empty(element->opclass)) buf_printf(out, " %.*s", STR_FMT(element->opclass));
        if (element->descending) buf_lit(out, " DESC");
        if (element->descending && !element->nulls_first) buf_lit(out, " NULLS LAST");
        if (!element->descending && element->nulls_first) buf_lit(out, " NULLS FIRST");
    }
    buf_char(out, ')');
    if (index->include_count) {
        buf_lit(out, " INCLUDE ");
        column_list(out, relation, index->include, index->include_count);
    }
    if (index->nulls_not_distinct) buf_lit(out, " NULLS NOT DISTINCT");
    index_options(out, index);
    str where = formed(arena, catalog, relation, &index->where, form);
    if (!str_empty(where)) buf_printf(out, " WHERE %.*s", STR_FMT(where));
    return buf_str(out);
}

str system_view_text(struct arena *arena, const struct cat_relation *view)
{
    return str_printf(arena, " %.*s;", STR_FMT(view->query.text));
}

/* ---- functions ---- */

static void argument_text(struct buf *out,
                          struct arena *arena,
                          const struct catalog *catalog,
                          const struct cat_argument *argument,
                          bool procedure,
                          bool defaults)
{
    switch (argument->mode) {
    case 'i':
        if (procedure) buf_lit(out, "IN ");
        break;
    case 'o': buf_lit(out, "OUT "); break;
    case 'b': buf_lit(out, "INOUT "); break;
    case 'v': buf_lit(out, "VARIADIC "); break;
    default: break; /* not an enum: 't' has no word */
    }
    if (!str_empty(argument->name)) {
        deparse_ident(out, argument->name);
        buf_char(out, ' ');
    }
    buf_str_add(out, system_type_name(arena, catalog, argument->type, -1));
    if (!defaults || str_empty(argument->default_expr.text)) return;
    buf_lit(out, " DEFAULT ");
    buf_str_add(out, system_default_text(arena, catalog, &argument->default_expr, argument->type));
}

str system_function_arguments(struct arena *arena,
                              const struct catalog *catalog,
                              const struct cat_function *function,
                              enum system_arguments which)
{
    struct buf *out = buf_in(arena, 0);
    bool any = false;
    for (size_t i = 0; i < function->argument_count; i++) {
        const struct cat_argument *argument = &function->arguments[i];
        if (argument->mode == 't') continue;
        if (any) buf_lit(out, ", ");
        argument_text(out, arena, catalog, argument, function->kind == 'p', which == ARGUMENTS_ALL);
        any = true;
    }
    return buf_str(out);
}

str system_function_result(struct arena *arena,
                           const struct catalog *catalog,
                           const struct cat_function *function)
{
    struct buf *out = buf_in(arena, 0);
    if (function->kind == 'p') return STR_NONE;
    if (!function->returns_table) {
        if (function->returns_set) buf_lit(out, "SETOF ");
        buf_str_add(out, system_type_name(arena, catalog, function->result, -1));
        return buf_str(out);
    }
    buf_lit(out, "TABLE(");
    bool any = false;
    for (size_t i = 0; i < function->argument_count; i++) {
        if (function->arguments[i].mode != 't') continue;
        if (any) buf_lit(out, ", ");
        argument_text(out, arena, catalog, &function->arguments[i], false, false);
        any = true;
    }
    buf_char(out, ')');
    return buf_str(out);
}

str system_function_types(struct arena *arena,
                          const struct catalog *catalog,
                          const struct cat_function *function)
{
    struct buf *out = buf_in(arena, 0);
    bool any = false;
    buf_char(out, '(');
    for (size_t i = 0; i < function->argument_count; i++) {
        if (!system_argument_is_input(&function->arguments[i])) continue;
        if (any) buf_char(out, ',');
        buf_str_add(out, system_type_name(arena, catalog, function->arguments[i].type, -1));
        any = true;
    }
    buf_char(out, ')');
    return buf_str(out);
}

/* Behind the language: what is not the default, in PostgreSQL's order. */
static void function_options(struct buf *out, const struct cat_function *function)
{
    struct buf words;
    buf_init(&words, 0);
    if (function->volatility == 'i') buf_lit(&words, " IMMUTABLE");
    if (function->volatility == 's') buf_lit(&words, " STABLE");
    if (function->strict) buf_lit(&words, " STRICT");
    if (function->security_definer) buf_lit(&words, " SECURITY DEFINER");
    if (function->leakproof) buf_lit(&words, " LEAKPROOF");
    if (function->rows > 0 && function->returns_set && (int64_t)function->rows != 1000)
        buf_printf(&words, " ROWS %lld", (long long)function->rows);
    if (words.len) {
        buf_str_add(out, buf_str(&words));
        buf_char(out, '\n');
    }
    buf_deinit(&words);
}

static void function_setting(struct buf *out, str setting)
{
    str name, value;
    str_cut(setting, '=', &name, &value);
    buf_printf(out, " SET %.*s TO ", STR_FMT(name));
    /* Lists of names stay as they are, everything else is one literal. */
    if (str_eq(name, STR("search_path")) && !str_empty(value)) {
        str item;
        bool any = false;
        while (str_cut(value, ',', &item, &value) || !str_empty(item)) {
            if (any) buf_lit(out, ", ");
            str plain = str_trim(item);
            if (plain.len >= 2 && plain.at[0] == '"') plain = str_slice(plain, 1, plain.len - 1);
            deparse_literal(out, plain);
            any = true;
            if (str_empty(value)) break;
        }
    } else {
        deparse_literal(out, value);
    }
    buf_char(out, '\n');
}

str system_function_text(struct arena *arena,
                         const struct catalog *catalog,
                         const struct cat_function *function)
{
    struct buf *out = buf_in(arena, 0);
    bool procedure = function->kind == 'p';
    buf_printf(out, "CREATE OR REPLACE %s ", procedure ? "PROCEDURE" : "FUNCTION");
    buf_str_add(out, system_qualified(arena, catalog, function->schema, function->name));
    buf_char(out, '(');
    buf_str_add(out, system_function_arguments(arena, catalog, function, ARGUMENTS_ALL));
    buf_lit(out, ")\n");
    if (!procedure)
        buf_printf(out, " RETURNS %.*s\n",
                   STR_FMT(system_function_result(arena, catalog, function)));
    buf_printf(out, " LANGUAGE %.*s\n", STR_FMT(system_quoted(arena, function->language)));
    function_options(out, function);
    for (size_t i = 0; i < function->setting_count; i++)
        function_setting(out, function->settings[i]);
    /* A dollar quote that the body does not have. */
    struct buf *quote = buf_in(arena, 0);
    buf_str_add(quote, procedure ? STR("$procedure") : STR("$function"));
    while (str_find(function->body, buf_str(quote), 0) != SIZE_MAX) buf_char(quote, 'x');
    buf_printf(out, "AS %.*s$%.*s%.*s$\n", STR_FMT(buf_str(quote)), STR_FMT(function->body),
               STR_FMT(buf_str(quote)));
    return buf_str(out);
}
