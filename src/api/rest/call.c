/* api/rest/call.c - /rpc/{function}: choosing the function, its arguments, shaping its result. */
#include <stdlib.h>

#include "api/rest/rest_int.h"
#include "api/rest/scan.h"
#include "base/utf8.h"
#include "http/url.h"

/* Which kind of body a Content-Type promises; false: none that a function takes. */
static bool raw_kind(str type, enum rest_raw *out)
{
    static const struct {
        str type;
        enum rest_raw raw;
    } kinds[] = {
        {STR_INIT(""),                         REST_RAW_JSON },
        {STR_INIT("application/json"),         REST_RAW_JSON },
        {STR_INIT("text/plain"),               REST_RAW_TEXT },
        {STR_INIT("application/octet-stream"), REST_RAW_BYTES},
    };
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (str_eq_nocase(kinds[i].type, type)) return *out = kinds[i].raw, true;
    return false;
}

/* A form's fields are arguments as those of a GET are: texts. */
static err form_payload(struct rest_request *request)
{
    str rest = request->http->body, name, value;
    while (url_query_next(&rest, &name, &value)) {
        struct rest_argument *argument = VEC_ADD(request->arena, &request->query.arguments);
        TRY(url_decode(request->arena, name, URL_PLUS_SPACE, &argument->name));
        TRY(url_decode(request->arena, value, URL_PLUS_SPACE, &argument->value));
        if (!utf8_valid(argument->name) || !utf8_valid(argument->value))
            return rest_err(request->arena, 400, "PGRST102", "Empty or invalid form");
    }
    return NULL;
}

/* The arguments are the members of an object, or of an array's first; anything else has none and can
 * only be for an unnamed parameter (rest_choose_function). */
static err json_payload(struct rest_request *request)
{
    str body = request->http->body;
    const struct json *tree;
    struct json_options options = {.depth_max = 64};
    if (str_empty(str_trim(body))) body = STR("{}");
    if (json_parse(request->arena, body, &options, &tree))
        return rest_err(request->arena, 400, "PGRST102", "Empty or invalid json");
    if (tree->kind == JSON_ARRAY && tree->count) tree = tree->items[0];
    request->payload.rows = tree;
    request->payload.row_count = 1;
    return NULL;
}

err rest_call_payload(struct rest_request *request)
{
    str type = rest_content_type(request), body = request->http->body;
    if (str_eq_nocase(type, STR("application/x-www-form-urlencoded"))) return form_payload(request);
    if (!raw_kind(type, &request->raw)) return rest_content_type_error(request);
    if (request->raw == REST_RAW_JSON) return json_payload(request);
    bool text = utf8_valid(body) && str_find_char(body, '\0', 0) == SIZE_MAX;
    if (request->raw == REST_RAW_TEXT && !text)
        return err_sql(request->arena, "22021", "invalid byte sequence for encoding \"UTF8\"");
    return NULL;
}

/* The given names ----------------------------------------------------------------------------------- */

static bool narrowed(const struct rest_request *request, str name)
{
    if (!request->query.has_columns) return true;
    for (size_t i = 0; i < request->query.column_count; i++)
        if (str_eq(request->query.columns[i], name)) return true;
    return false;
}

static void given_names(struct rest_request *request, const str **out, size_t *count)
{
    struct {
        VEC(str);
    } names = {0};
    const struct json *body = request->payload.rows;
    for (size_t i = 0; body && body->kind == JSON_OBJECT && i < body->count; i++)
        if (narrowed(request, body->members[i].name))
            *VEC_ADD(request->arena, &names) = body->members[i].name;
    for (size_t i = 0; !body && i < request->query.arguments.count; i++)
        *VEC_ADD(request->arena, &names) = request->query.arguments.at[i].name;
    *out = names.at;
    *count = names.count;
}

static bool is_input(const struct cat_argument *argument)
{
    return argument->mode == 'i' || argument->mode == 'b' || argument->mode == 'v';
}

static bool contains(const str *names, size_t count, str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(names[i], name)) return true;
    return false;
}

/* Every required argument is given, and nothing else than arguments. */
static bool fits(const struct cat_function *function, const str *names, size_t count)
{
    if (function->kind != 'f') return false;
    for (size_t i = 0; i < function->argument_count; i++) {
        const struct cat_argument *argument = &function->arguments[i];
        if (is_input(argument) && str_empty(argument->name)) return false; /* see takes_body */
        bool required =
            is_input(argument) && str_empty(argument->default_expr.text) && argument->mode != 'v';
        if (required && !contains(names, count, argument->name)) return false;
    }
    for (size_t k = 0; k < count; k++) {
        bool known = false;
        for (size_t i = 0; i < function->argument_count; i++)
            known = known || (is_input(&function->arguments[i]) &&
                              str_eq(function->arguments[i].name, names[k]));
        if (!known) return false;
    }
    return true;
}

/* The whole body fits a function whose only parameter has no name. */
static bool takes_body(const struct rest_request *request, const struct cat_function *function)
{
    if (function->kind != 'f' || request->raw == REST_RAW_NONE) return false;
    const struct cat_argument *only = NULL;
    for (size_t i = 0; i < function->argument_count; i++) {
        if (!is_input(&function->arguments[i])) continue;
        if (only) return false;
        only = &function->arguments[i];
    }
    if (!only || !str_empty(only->name)) return false;
    switch (request->raw) {
    case REST_RAW_NONE: return false;
    case REST_RAW_JSON: return only->type == JSONOID || only->type == JSONBOID;
    case REST_RAW_TEXT: return only->type == TEXTOID;
    case REST_RAW_BYTES: return only->type == BYTEAOID;
    }
    return false;
}

/* Errors ------------------------------------------------------------------------------------------------ */

static int by_bytes(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

/* What was looked for when the body is no list of arguments. */
static err no_unnamed(struct rest_request *request)
{
    const char *type = request->raw == REST_RAW_TEXT ? "text" : "bytea";
    struct err *error = rest_err(request->arena, 404, "PGRST202",
                                 "Could not find the function %.*s.%.*s in the schema cache",
                                 STR_FMT(request->schema_name), STR_FMT(request->name));
    return err_details(
        request->arena, error,
        "Searched for the function %.*s.%.*s with a single unnamed %s parameter, but "
        "no matches were found in the schema cache.",
        STR_FMT(request->schema_name), STR_FMT(request->name), type);
}

static err none_fits(struct rest_request *request, const str *names, size_t count)
{
    struct arena *arena = request->arena;
    bool json = request->raw == REST_RAW_JSON;
    if (request->raw != REST_RAW_NONE && !json) return no_unnamed(request);
    str *sorted = ARENA_ARRAY(arena, str, count);
    for (size_t i = 0; i < count; i++) sorted[i] = names[i];
    if (count) qsort(sorted, count, sizeof *sorted, by_bytes);
    str list = str_join(arena, sorted, count, STR(", "));
    str full =
        str_printf(arena, "%.*s.%.*s", STR_FMT(request->schema_name), STR_FMT(request->name));
    str shown = count ? str_printf(arena, "(%.*s)", STR_FMT(list)) : STR(" without parameters");
    struct err *error =
        rest_err(arena, 404, "PGRST202", "Could not find the function %.*s%.*s in the schema cache",
                 STR_FMT(full), STR_FMT(shown));
    str with =
        count ? str_printf(arena, " with parameter%s %.*s", count > 1 ? "s" : "", STR_FMT(list))
              : shown;
    return err_details(
        arena, error,
        "Searched for the function %.*s%.*s%s, but no matches were found in the schema cache.",
        STR_FMT(full), STR_FMT(with), json ? " or with a single unnamed json/jsonb parameter" : "");
}

static str signature(struct rest_request *request,
                     const struct catalog *catalog,
                     const struct cat_function *function)
{
    struct buf *text = buf_in(request->arena, 0);
    buf_printf(text, "%.*s.%.*s(", STR_FMT(request->schema_name), STR_FMT(function->name));
    size_t shown = 0;
    for (size_t i = 0; i < function->argument_count; i++) {
        const struct cat_argument *argument = &function->arguments[i];
        if (!is_input(argument)) continue;
        str type = catalog_type_name(request->arena, catalog, argument->type, -1);
        buf_printf(text, "%s%.*s => %.*s", shown++ ? ", " : "", STR_FMT(argument->name),
                   STR_FMT(type));
    }
    buf_char(text, ')');
    return buf_str(text);
}

static err several_fit(struct rest_request *request,
                       const struct catalog *catalog,
                       const struct cat_function *a,
                       const struct cat_function *b)
{
    str first = signature(request, catalog, a), second = signature(request, catalog, b);
    struct err *error = rest_err(request->arena, 300, "PGRST203",
                                 "Could not choose the best candidate function between: %.*s, %.*s",
                                 STR_FMT(first), STR_FMT(second));
    return err_hint(
        request->arena, error,
        "Try renaming the parameters or the function itself in the database so function "
        "overloading can be resolved");
}

/* Choosing ---------------------------------------------------------------------------------------------- */

static void mark_given(struct rest_request *request,
                       const struct cat_function *function,
                       const str *names,
                       size_t count)
{
    size_t input = 0;
    request->given = ARENA_ARRAY(request->arena, bool, function->argument_count + 1);
    for (size_t i = 0; i < function->argument_count; i++) {
        const struct cat_argument *argument = &function->arguments[i];
        if (argument->mode == 'o' || argument->mode == 't') continue;
        request->given[input++] = request->unnamed || contains(names, count, argument->name);
    }
}

/* The functions of that name that fit, of which there must be one. */
static err choose(struct rest_request *request,
                  const struct catalog *catalog,
                  const str *names,
                  size_t count,
                  const struct cat_function **out)
{
    size_t at = 0;
    const struct cat_function *f;
    while ((f = catalog_function_named(catalog, request->schema->oid, request->name, &at))) {
        bool is_one = request->unnamed ? takes_body(request, f) : fits(f, names, count);
        if (!is_one) continue;
        if (*out) return several_fit(request, catalog, *out, f);
        *out = f;
    }
    return NULL;
}

err rest_choose_function(struct rest_request *request, const struct catalog *catalog)
{
    const str *names;
    size_t count;
    const struct cat_function *found = NULL;
    given_names(request, &names, &count);
    request->schema = catalog_schema_find(catalog, request->schema_name);
    if (!request->schema) return none_fits(request, names, count);
    request->unnamed = false;
    bool plain = request->raw == REST_RAW_TEXT || request->raw == REST_RAW_BYTES;
    const struct json *body = request->payload.rows;
    bool arguments = !plain && (!body || body->kind == JSON_OBJECT);
    if (arguments) TRY(choose(request, catalog, names, count, &found));
    if (!found) {
        request->unnamed = true;
        TRY(choose(request, catalog, names, count, &found));
    }
    if (!found && !plain && !arguments)
        return rest_err(request->arena, 400, "PGRST102", "All object keys must match");
    if (!found) return none_fits(request, names, count);
    request->function = found;
    const struct cat_type *type = catalog_type(catalog, found->result);
    request->relation = type && type->relation ? catalog_relation(catalog, type->relation) : NULL;
    mark_given(request, found, names, count);
    return NULL;
}

/* Compiling ----------------------------------------------------------------------------------------------- */

/* f(a => $1, b => $2), as shape.c numbers them; $1 alone where the argument has no name. */
static struct node *call_node(struct rest_request *request)
{
    struct arena *arena = request->arena;
    const struct cat_function *function = request->function;
    struct FuncCall *call = ast_func_call(arena, request->schema_name, function->name, NULL);
    size_t input = 0;
    int param = 0;
    for (size_t i = 0; i < function->argument_count; i++) {
        const struct cat_argument *argument = &function->arguments[i];
        if (argument->mode == 'o' || argument->mode == 't' || !request->given[input++]) continue;
        struct node *value = ast_param(arena, ++param);
        if (!str_empty(argument->name)) {
            struct NamedArgExpr *named = AST_NEW(arena, NamedArgExpr);
            named->name = argument->name;
            named->arg = value;
            value = AST_NODE(named);
        }
        ast_list_add(arena, &call->args, value);
    }
    return AST_NODE(call);
}

static bool shapes_result(const struct rest_request *request)
{
    const struct rest_level *root = &request->query.root;
    return request->query.has_select || root->conditions.count || root->orders.count ||
           root->limit_param >= 0 || root->offset_param >= 0;
}

/* SELECT items FROM f(...) AS f WHERE ... */
static err outer_select(struct rest_request *request,
                        const struct catalog *catalog,
                        struct compile_node *out)
{
    struct arena *arena = request->arena;
    struct rest_scope *scope = ARENA_NEW(arena, struct rest_scope);
    *scope = (struct rest_scope){.request = request,
                                 .catalog = catalog,
                                 .relation = request->relation,
                                 .alias = request->function->name};
    struct SelectStmt *select = AST_NEW(arena, SelectStmt);
    struct RangeFunction *range = AST_NEW(arena, RangeFunction);
    struct List *pair = AST_NEW(arena, List);
    pair->items = ast_list(arena, call_node(request), NULL);
    ast_list_add(arena, &range->functions, AST_NODE(pair));
    range->alias = ast_alias(arena, request->function->name);
    ast_list_add(arena, &select->fromClause, AST_NODE(range));
    TRY(rest_build_level(scope, &request->query.root, select));
    *out = (struct compile_node){.statement = AST_NODE(select),
                                 .hidden_count = scope->hidden_count,
                                 .children = scope->children.at,
                                 .child_count = scope->children.count};
    return NULL;
}

static bool returns_rows(const struct rest_request *request)
{
    const struct cat_function *function = request->function;
    bool columns = request->relation || function->returns_table;
    for (size_t i = 0; i < function->argument_count; i++)
        columns =
            columns || function->arguments[i].mode == 'o' || function->arguments[i].mode == 't';
    return columns;
}

err rest_compile_call(struct rest_request *request,
                      const struct catalog *catalog,
                      struct plan **out)
{
    struct compile_node outer;
    struct compile_call call = {.function = request->function, .given = request->given};
    /* A body of several statements answers as it is: only one SELECT, or a call that a server makes,
     * can be shaped further. */
    bool one = sql_call_takes_outer(catalog, request->function);
    bool wanted = request->query.has_select || request->query.root.conditions.count;
    if (returns_rows(request) && shapes_result(request) && (one || wanted)) {
        TRY(outer_select(request, catalog, &outer));
        call.outer = &outer;
    }
    str search_path[] = {request->schema_name, STR("public"), STR("extensions")};
    struct plan_param *params =
        ARENA_ARRAY(request->arena, struct plan_param, request->inputs.count + 1);
    struct compile_options options = {
        .catalog = catalog,
        .role = request->call.request.caller->role_oid,
        .search_path = search_path,
        .search_path_count = COUNT_OF(search_path),
        .api = true,
        .params = params,
        .param_count = request->inputs.count,
    };
    for (size_t i = 0; i < request->inputs.count; i++) params[i].typmod = -1;
    return sql_compile_call(request->arena, &options, &call, request->rest->options.engine->print,
                            out);
}
