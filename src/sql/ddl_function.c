/* CREATE [OR REPLACE] FUNCTION and PROCEDURE in LANGUAGE sql and plpgsql; ALTER FUNCTION. */
#include "sql/builtin.h"
#include "sql/ddl_int.h"
#include "sql/deparse.h"
#include "sql/lex.h"
#include "sql/parse.h"
#include "sql/plpgsql.h"
#include "sql/setting.h"

/* ---- SET name = value, of a function or a role ---- */

static str setting_text(struct ddl *ddl, const struct node *node, bool as_names)
{
    while (AST_IS(TypeCast, node)) node = AST_AS(TypeCast, node)->arg;
    if (!AST_IS(A_Const, node)) return STR("");
    const struct A_Const *constant = AST_AS(A_Const, node);
    struct buf *out = buf_in(ddl->arena, 0);
    switch (constant->val) {
    case A_CONST_INTEGER: buf_i64(out, constant->ival); break;
    case A_CONST_FLOAT: buf_str_add(out, constant->fval); break;
    case A_CONST_BOOLEAN: buf_str_add(out, constant->boolval ? STR("true") : STR("false")); break;
    case A_CONST_STRING:
        if (as_names)
            deparse_ident(out, constant->sval);
        else
            buf_str_add(out, constant->sval);
        break;
    case A_CONST_NULL:
    case A_CONST_BITSTRING: break;
    }
    return buf_str(out);
}

str ddl_setting_value(struct ddl *ddl, const struct VariableSetStmt *set)
{
    bool names = str_eq(set->name, STR("search_path"));
    struct buf *out = buf_in(ddl->arena, 0);
    for (size_t i = 0; i < set->args->count; i++) {
        if (i) buf_lit(out, ", ");
        buf_str_add(out, setting_text(ddl, set->args->at[i], names));
    }
    return buf_str(out);
}

static size_t setting_place(const str *settings, size_t count, str name)
{
    for (size_t i = 0; i < count; i++) {
        str head, tail;
        if (str_cut(settings[i], '=', &head, &tail) && str_eq(head, name)) return i;
    }
    return SIZE_MAX;
}

err ddl_setting_apply(struct ddl *ddl,
                      struct ddl_settings *settings,
                      const struct VariableSetStmt *set)
{
    if (set->kind == VAR_RESET_ALL) {
        settings->count = 0;
        return NULL;
    }
    TRY(sql_setting_check(ddl->arena, set->name));
    size_t place = setting_place(settings->at, settings->count, set->name);
    if (place != SIZE_MAX) DDL_REMOVE(ddl, settings, at, count, place);
    if (set->kind == VAR_RESET || set->kind == VAR_SET_DEFAULT) return NULL;
    if (set->kind != VAR_SET_VALUE) return ddl_unsupported(ddl, &set->base, "SET ... FROM CURRENT");
    str value = ddl_setting_value(ddl, set);
    str text = str_printf(ddl->pool, "%.*s=%.*s", STR_FMT(set->name), STR_FMT(value));
    DDL_ADD(ddl, settings, at, count, &text);
    return NULL;
}

/* ---- options ---- */

struct making {
    struct ddl *ddl;
    struct cat_function *function;
    str language;
    bool sql_body; /* RETURN or BEGIN ATOMIC */
    const struct DefElem *body;
};

static bool bool_arg(const struct node *arg)
{
    if (AST_IS(Boolean, arg)) return AST_AS(Boolean, arg)->boolval;
    return AST_IS(Integer, arg) && AST_AS(Integer, arg)->ival != 0;
}

static err set_option(struct making *making, const struct DefElem *option)
{
    struct cat_function *function = making->function;
    str name = option->defname;
    str text = AST_IS(String, option->arg) ? AST_AS(String, option->arg)->sval : STR("");
    if (str_eq(name, STR("as")))
        making->body = option;
    else if (str_eq(name, STR("language")))
        making->language = text;
    else if (str_eq(name, STR("volatility")))
        function->volatility = text.len ? text.at[0] : 'v';
    else if (str_eq(name, STR("strict")))
        function->strict = bool_arg(option->arg);
    else if (str_eq(name, STR("security")))
        function->security_definer = bool_arg(option->arg);
    else if (str_eq(name, STR("leakproof")))
        function->leakproof = bool_arg(option->arg);
    else if (str_eq(name, STR("rows"))) {
        int64_t rows = 0;
        if (AST_IS(Integer, option->arg)) rows = AST_AS(Integer, option->arg)->ival;
        function->rows = (double)rows;
    } else if (str_eq(name, STR("set"))) {
        struct ddl_settings settings = {function->settings, function->setting_count};
        TRY(ddl_setting_apply(making->ddl, &settings, AST_AS(VariableSetStmt, option->arg)));
        function->settings = settings.at;
        function->setting_count = settings.count;
    } else if (str_eq(name, STR("window")))
        return ddl_unsupported(making->ddl, &option->base, "CREATE FUNCTION ... WINDOW");
    /* cost, parallel, support: for a planner that is not here. */
    return NULL;
}

static err set_options(struct making *making, const struct list *options)
{
    for (size_t i = 0; i < options->count; i++)
        TRY(set_option(making, AST_AS(DefElem, options->at[i])));
    return NULL;
}

static err check_language(struct making *making)
{
    struct ddl *ddl = making->ddl;
    str language = making->language;
    if (str_eq_nocase(language, STR("sql"))) return NULL;
    if (str_eq_nocase(language, STR("plpgsql"))) {
        making->function->language = STR("plpgsql");
        if (!making->sql_body) return NULL;
        return err_sql(ddl->arena, "42P13", "inline SQL function body only valid for language SQL");
    }
    bool known = str_eq_nocase(language, STR("c")) || str_eq_nocase(language, STR("internal"));
    if (!known) {
        struct err *error =
            err_sql(ddl->arena, "42704", "language \"%.*s\" does not exist", STR_FMT(language));
        return err_hint(ddl->arena, error,
                        "Functions may be written in LANGUAGE sql and LANGUAGE plpgsql.");
    }
    return err_sql(ddl->arena, "0A000", "LANGUAGE %.*s is not supported", STR_FMT(language));
}

/* ---- arguments and result ---- */

static char mode_of(enum FunctionParameterMode mode)
{
    switch (mode) {
    case FUNC_PARAM_OUT: return 'o';
    case FUNC_PARAM_INOUT: return 'b';
    case FUNC_PARAM_VARIADIC: return 'v';
    case FUNC_PARAM_TABLE: return 't';
    case FUNC_PARAM_IN:
    case FUNC_PARAM_DEFAULT: return 'i';
    }
    return 'i';
}

static bool is_input(char mode)
{
    return mode != 'o' && mode != 't';
}

static err name_unused(struct ddl *ddl,
                       const struct cat_argument *arguments,
                       size_t count,
                       str name)
{
    for (size_t i = 0; i < count && !str_empty(name); i++)
        if (str_eq(arguments[i].name, name))
            return err_sql(ddl->arena, "42P13", "parameter name \"%.*s\" used more than once",
                           STR_FMT(name));
    return NULL;
}

static err argument_default(struct ddl *ddl,
                            const struct FunctionParameter *parameter,
                            struct cat_argument *out)
{
    if (!is_input(out->mode))
        return err_sql(ddl->arena, "42P13", "only input parameters can have default values");
    TRY(ddl_check_expr(ddl, &(struct ddl_expr){.use = DDL_EXPR_ARGUMENT,
                                               .tree = parameter->defexpr,
                                               .name = out->name,
                                               .type = out->type,
                                               .typmod = TYPMOD_NONE}));
    return ddl_store_expr(ddl, NULL, parameter->defexpr, &out->default_expr);
}

static err set_arguments(struct ddl *ddl,
                         const struct list *parameters,
                         struct cat_function *function)
{
    struct cat_argument *arguments = ARENA_ARRAY(ddl->pool, struct cat_argument, parameters->count);
    bool had_default = false;
    for (size_t i = 0; i < parameters->count; i++) {
        const struct FunctionParameter *parameter = AST_AS(FunctionParameter, parameters->at[i]);
        struct cat_argument *out = &arguments[i];
        int32_t typmod; /* PostgreSQL drops modifiers of arguments */
        out->mode = mode_of(parameter->mode);
        TRY(name_unused(ddl, arguments, i, parameter->name));
        out->name = str_copy(ddl->pool, parameter->name);
        TRY(ddl_type_ref(ddl, parameter->argType, &out->type, &typmod));
        if (parameter->argType->setof)
            return err_sql(ddl->arena, "42P13", "functions cannot accept set arguments");
        if (parameter->defexpr)
            TRY(argument_default(ddl, parameter, out));
        else if (had_default && is_input(out->mode))
            return err_sql(ddl->arena, "42P13",
                           "input parameters after one with a default value must also have "
                           "defaults");
        had_default = had_default || parameter->defexpr;
    }
    function->arguments = arguments;
    function->argument_count = parameters->count;
    return NULL;
}

/* The type that OUT, INOUT and TABLE columns make: one is itself, several are a record. */
static oid output_type(const struct cat_function *function, size_t *count)
{
    oid type = OID_NONE;
    *count = 0;
    for (size_t i = 0; i < function->argument_count; i++) {
        char mode = function->arguments[i].mode;
        if (mode != 'o' && mode != 'b' && mode != 't') continue;
        type = function->arguments[i].type;
        ++*count;
    }
    return *count > 1 ? RECORDOID : type;
}

static bool is_plpgsql(const struct cat_function *function)
{
    return str_eq(function->language, STR("plpgsql"));
}

static err check_trigger(struct ddl *ddl, const struct cat_function *function)
{
    if (!is_plpgsql(function))
        return err_sql(ddl->arena, "42P13", "SQL functions cannot return type trigger");
    if (!function->argument_count) return NULL;
    struct err *error =
        err_sql(ddl->arena, "42P13", "trigger functions cannot have declared arguments");
    return err_hint(ddl->arena, error,
                    "The arguments of the trigger can be accessed through TG_NARGS and TG_ARGV "
                    "instead.");
}

static err set_result(struct ddl *ddl,
                      const struct CreateFunctionStmt *create,
                      struct cat_function *function)
{
    for (size_t i = 0; i < function->argument_count; i++)
        if (function->arguments[i].mode == 't') function->returns_table = true;
    size_t outputs;
    oid implied = output_type(function, &outputs);
    if (function->returns_table) {
        function->result = implied;
        function->returns_set = true;
        return NULL;
    }
    if (!create->returnType) {
        if (!outputs && !create->is_procedure)
            return err_sql(ddl->arena, "42P13", "function result type must be specified");
        function->result = outputs ? implied : VOIDOID;
        if (create->is_procedure && outputs) function->result = RECORDOID;
        return NULL;
    }
    int32_t typmod;
    TRY(ddl_type_ref(ddl, create->returnType, &function->result, &typmod));
    function->returns_set = create->returnType->setof;
    if (function->result == TRIGGEROID) TRY(check_trigger(ddl, function));
    if (outputs && function->result != implied)
        return err_sql(ddl->arena, "42P13",
                       "function result type must be %.*s because of OUT parameters",
                       STR_FMT(ddl_type_text(ddl, implied, TYPMOD_NONE)));
    return NULL;
}

/* ---- the body ---- */

static err body_parse(struct ddl *ddl, struct cat_function *function)
{
    struct sql_script *script;
    TRY(sql_parse(ddl->pool, function->body, &script));
    const struct node **statements = ARENA_ARRAY(ddl->pool, const struct node *, script->count);
    for (size_t i = 0; i < script->count; i++) {
        if (script->statements[i].error) {
            /* Its place counts from the body; the statement's own is what the caller knows. */
            struct err *error = ARENA_NEW(ddl->arena, struct err);
            *error = *script->statements[i].error;
            error->details = str_printf(ddl->arena, "In the body of function \"%.*s\".",
                                        STR_FMT(function->name));
            return err_at(error, -1);
        }
        statements[i] = script->statements[i].node;
    }
    function->statements = statements;
    function->statement_count = script->count;
    return NULL;
}

static err atomic_statement(struct ddl *ddl, const struct node *node, struct buf *out)
{
    str text;
    if (AST_IS(ReturnStmt, node)) {
        TRY(deparse_expr_str(ddl->arena, AST_AS(ReturnStmt, node)->returnval, &text));
        buf_lit(out, "SELECT ");
    } else {
        TRY(deparse_statement_str(ddl->arena, node, &text));
    }
    buf_str_add(out, text);
    buf_lit(out, ";\n");
    return NULL;
}

/* RETURN expr, or BEGIN ATOMIC: a list that holds the list of statements. */
static err atomic_body(struct ddl *ddl, const struct node *node, struct buf *out)
{
    if (!AST_IS(List, node)) return atomic_statement(ddl, node, out);
    const struct list *items = AST_AS(List, node)->items;
    for (size_t i = 0; i < items->count; i++) TRY(atomic_body(ddl, items->at[i], out));
    return NULL;
}

/* Of a body that is written as a string, how far behind the string's start its byte `at` stands. */
static int64_t raw_offset(str string, int64_t at)
{
    if (string.at[0] == '$') return (int64_t)str_find_char(string, '$', 1) + 1 + at;
    if (string.at[0] != '\'') return 0; /* E'': its escapes are not followed */
    size_t raw = 1;
    for (int64_t i = 0; i < at && raw < string.len; i++)
        raw += str_starts(str_skip(string, raw), STR("''")) ? 2 : 1;
    return (int64_t)raw;
}

/* An error of the body at its place in the statement, where the body stands behind AS. */
static err body_error(struct making *making, err error)
{
    struct ddl *ddl = making->ddl;
    str text = ddl->context->text;
    struct err *placed = ARENA_NEW(ddl->arena, struct err);
    *placed = *error;
    if (str_empty(placed->details))
        placed->details = str_printf(ddl->arena, "In the body of function \"%.*s\".",
                                     STR_FMT(making->function->name));
    size_t at = making->body->base.location < 0 ? SIZE_MAX : (size_t)making->body->base.location;
    if (at >= text.len || error->at < 0) return err_at(placed, -1);
    lex_next(text, &at); /* AS */
    size_t start = lex_skip_blanks(text, at);
    struct lex_token string = lex_next(text, &at);
    if (string.kind != LEX_STRING) return err_at(placed, -1);
    return err_at(placed, (int64_t)start + raw_offset(string.text, error->at));
}

/* Pseudo types hold no value; those below are taken from the call. */
static err check_plpgsql_types(struct ddl *ddl, const struct cat_function *function)
{
    oid result = function->result;
    const struct builtin_type *type = builtin_type(result);
    bool fits = !type || type->kind != 'p' || result == RECORDOID || result == VOIDOID ||
                result == TRIGGEROID || builtin_is_polymorphic(result);
    if (!fits)
        return err_sql(ddl->arena, "0A000", "PL/pgSQL functions cannot return type %.*s",
                       STR_FMT(type->name));
    for (size_t i = 0; i < function->argument_count; i++) {
        oid argument = function->arguments[i].type;
        type = builtin_type(argument);
        fits =
            !type || type->kind != 'p' || argument == RECORDOID || builtin_is_polymorphic(argument);
        if (!fits)
            return err_sql(ddl->arena, "0A000", "PL/pgSQL functions cannot accept type %.*s",
                           STR_FMT(type->name));
    }
    return NULL;
}

/* Only the syntax: names are looked up when the function runs. */
static err plpgsql_body(struct making *making)
{
    struct ddl *ddl = making->ddl;
    struct cat_function *function = making->function;
    if (ddl->context->skip_function_bodies) {
        function->pl = plpgsql_load(ddl->pool, function);
        return NULL;
    }
    TRY(check_plpgsql_types(ddl, function));
    struct pl_function *parsed;
    err error = plpgsql_parse(ddl->pool, function, function->body, &parsed);
    if (!error) error = plpgsql_check_syntax(ddl->arena, parsed);
    if (error) return body_error(making, error);
    function->pl = parsed;
    return NULL;
}

static err set_body(struct making *making, const struct CreateFunctionStmt *create)
{
    struct ddl *ddl = making->ddl;
    struct cat_function *function = making->function;
    if (create->sql_body) {
        struct buf *text = buf_in(ddl->arena, 0);
        TRY(atomic_body(ddl, create->sql_body, text));
        function->body = str_copy(ddl->pool, buf_str(text));
        return body_parse(ddl, function);
    }
    if (!making->body) return err_sql(ddl->arena, "42P13", "no function body specified");
    const struct list *parts = AST_AS(List, making->body->arg)->items;
    if (parts->count != 1)
        return err_sql(ddl->arena, "42P13", "only one AS item needed for language \"%.*s\"",
                       STR_FMT(making->language));
    function->body = str_copy(ddl->pool, ast_name_at(parts, 0));
    return is_plpgsql(function) ? plpgsql_body(making) : body_parse(ddl, function);
}

/* ---- the whole ---- */

static bool same_inputs(const struct cat_function *a, const struct cat_function *b)
{
    size_t i = 0, j = 0;
    for (;;) {
        while (i < a->argument_count && !is_input(a->arguments[i].mode)) i++;
        while (j < b->argument_count && !is_input(b->arguments[j].mode)) j++;
        bool end = i == a->argument_count || j == b->argument_count;
        if (end) return i == a->argument_count && j == b->argument_count;
        if (a->arguments[i++].type != b->arguments[j++].type) return false;
    }
}

static const struct cat_function *existing(struct ddl *ddl, const struct cat_function *function)
{
    size_t at = 0;
    const struct cat_function *found;
    while ((found = catalog_function_named(ddl->next, function->schema, function->name, &at)))
        if (same_inputs(found, function)) return found;
    return NULL;
}

static err replace(struct ddl *ddl,
                   const struct CreateFunctionStmt *create,
                   const struct cat_function *old,
                   struct cat_function *function)
{
    if (!create->replace)
        return err_sql(ddl->arena, "42723",
                       "function \"%.*s\" already exists with same argument types",
                       STR_FMT(old->name));
    TRY(ddl_must_own(ddl, old->owner, "function", old->name));
    if (old->kind != function->kind)
        return err_sql(ddl->arena, "42809", "cannot change routine kind");
    if (old->result != function->result || old->returns_set != function->returns_set) {
        struct err *error =
            err_sql(ddl->arena, "42P13", "cannot change return type of existing function");
        return err_hint(ddl->arena, error, "Use DROP FUNCTION %.*s first.",
                        STR_FMT(ddl_signature(ddl, old)));
    }
    for (size_t i = 0; i < old->argument_count && i < function->argument_count; i++) {
        const struct cat_argument *was = &old->arguments[i], *is = &function->arguments[i];
        if (str_empty(was->name) || !is_input(was->mode) || str_eq(was->name, is->name)) continue;
        struct err *error =
            err_sql(ddl->arena, "42P13", "cannot change name of input parameter \"%.*s\"",
                    STR_FMT(was->name));
        return err_hint(ddl->arena, error, "Use DROP FUNCTION %.*s first.",
                        STR_FMT(ddl_signature(ddl, old)));
    }
    function->oid = old->oid;
    function->owner = old->owner;
    function->acl = old->acl;
    function->comment = old->comment;
    return NULL;
}

err ddl_create_function(struct ddl *ddl, const struct node *statement)
{
    const struct CreateFunctionStmt *create = AST_AS(CreateFunctionStmt, statement);
    str schema, name;
    TRY(ddl_split_name(ddl, create->funcname, &schema, &name));
    struct cat_function *function = ARENA_NEW(ddl->pool, struct cat_function);
    *function = (struct cat_function){
        .name = str_copy(ddl->pool, name),
        .owner = ddl->context->role,
        .kind = create->is_procedure ? 'p' : 'f',
        .language = STR("sql"),
        .volatility = 'v',
    };
    TRY(ddl_creation_schema(ddl, schema, &function->schema));
    struct making making = {
        .ddl = ddl,
        .function = function,
        .language = create->sql_body ? STR("sql") : STR_NONE,
        .sql_body = create->sql_body != NULL,
    };
    TRY(set_options(&making, create->options));
    if (str_empty(making.language)) return err_sql(ddl->arena, "42P13", "no language specified");
    TRY(check_language(&making));
    TRY(set_arguments(ddl, create->parameters, function));
    TRY(set_result(ddl, create, function));
    TRY(set_body(&making, create));
    const struct cat_function *old = existing(ddl, function);
    if (old) {
        TRY(replace(ddl, create, old, function));
    } else {
        function->oid = catalog_oid_new(ddl->next);
        function->acl = ddl_initial_acl(ddl, function->owner, function->schema, 'f');
    }
    catalog_put(ddl->next, CAT_FUNCTION, function);
    const struct ddl_hooks *hooks = ddl->context->hooks;
    if (!hooks || !hooks->check_function || ddl->context->skip_function_bodies) return NULL;
    return hooks->check_function(ddl->context, ddl->next, function);
}

err ddl_alter_function(struct ddl *ddl, const struct node *statement)
{
    const struct AlterFunctionStmt *alter = AST_AS(AlterFunctionStmt, statement);
    const struct cat_function *found;
    TRY(ddl_function(ddl, alter->func, "function", MISSING_IS_ERROR, &found));
    TRY(ddl_must_own(ddl, found->owner, "function", found->name));
    struct cat_function *function = CATALOG_EDIT(ddl->next, found);
    struct making making = {.ddl = ddl, .function = function};
    TRY(set_options(&making, alter->actions));
    catalog_put(ddl->next, CAT_FUNCTION, function);
    return NULL;
}
