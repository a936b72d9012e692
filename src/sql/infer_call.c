/* Calls: functions, aggregates, windows, and what some of them become at compile time.
 * Follows PostgreSQL 15's parse_func.c and parse_agg.c. */
#include "sql/infer_int.h"

#include <string.h>

#include "sql/query_walk.h"

/* One argument as written. */
struct actual {
    struct expr *expr;
    str name; /* empty: positional */
};

struct call {
    const struct FuncCall *node;
    str schema;
    str name;
    struct actual *args;
    oid *types;
    size_t count;
    size_t named; /* how many of them, at the end */
    int32_t at;
};

/* ---- candidates ---- */

/* What both kinds of function tell of their input arguments. */
struct signature {
    const struct builtin *builtin;
    const struct cat_function *function;
    size_t count;
    size_t least; /* without those that have defaults */
    bool variadic;
};

/* CALL names the OUT arguments of a procedure too. */
static bool is_given(const struct cat_function *function, const struct cat_argument *argument)
{
    return argument->mode != 't' && (argument->mode != 'o' || function->kind == 'p');
}

static const struct cat_argument *input_argument(const struct cat_function *function, size_t index)
{
    for (size_t i = 0; i < function->argument_count; i++) {
        const struct cat_argument *argument = &function->arguments[i];
        if (is_given(function, argument) && index-- == 0) return argument;
    }
    return NULL;
}

static oid declared_type(const struct signature *signature, size_t index)
{
    return signature->builtin ? signature->builtin->args[index]
                              : input_argument(signature->function, index)->type;
}

/* Item index of a comma-separated list. */
static str list_item(const char *list, size_t index)
{
    str rest = str_of(list);
    str item = STR_NONE;
    for (size_t i = 0; i <= index; i++) str_cut(rest, ',', &item, &rest);
    return item;
}

static str argument_name(const struct signature *signature, size_t index)
{
    if (signature->function) return input_argument(signature->function, index)->name;
    const char *names = signature->builtin->arg_names;
    return names ? list_item(names, index) : STR_NONE;
}

static struct signature function_signature(const struct cat_function *function)
{
    struct signature result = {.function = function};
    for (size_t i = 0; i < function->argument_count; i++) {
        const struct cat_argument *argument = &function->arguments[i];
        if (!is_given(function, argument)) continue;
        result.count++;
        if (!argument->default_expr.tree) result.least = result.count;
        if (argument->mode == 'v') result.variadic = true;
    }
    return result;
}

/* What an argument beyond the declared ones of VARIADIC x has to be. */
static oid variadic_element(struct infer_context *ctx, oid array)
{
    if (array == ANYOID) return ANYOID;
    if (array == ANYARRAYOID) return ANYELEMENTOID;
    if (array == ANYCOMPATIBLEARRAYOID) return ANYCOMPATIBLEOID;
    return infer_element_type(ctx, array);
}

/* Places named arguments; false when the signature lacks one or one is missing without default. */
static bool place_named(struct infer_context *ctx,
                        const struct call *call,
                        const struct signature *signature,
                        const int **out)
{
    if (call->count > signature->count) return false;
    int *order = ARENA_ARRAY(ctx->arena, int, call->count);
    bool *given = ARENA_ARRAY(ctx->arena, bool, signature->count ? signature->count : 1);
    for (size_t i = 0; i < call->count; i++) {
        size_t place = i;
        if (!str_empty(call->args[i].name)) {
            place = 0;
            while (place < signature->count &&
                   !str_eq(argument_name(signature, place), call->args[i].name))
                place++;
        }
        if (place >= signature->count || given[place]) return false;
        given[place] = true;
        order[i] = (int)place;
    }
    for (size_t i = 0; i < signature->least; i++) {
        if (!given[i]) return false;
    }
    *out = order;
    return true;
}

/* Adds the signature when the number and names of arguments fit. */
static void add_candidate(struct infer_context *ctx,
                          const struct call *call,
                          const struct signature *signature,
                          int path,
                          struct candidates *out)
{
    struct candidate found = {
        .builtin = signature->builtin,
        .function = signature->function,
        .declared_count = signature->count,
        .path = path,
    };
    bool expand = signature->variadic && !call->node->func_variadic;
    if (call->named) {
        if (expand || !place_named(ctx, call, signature, &found.order)) return;
        /* The argument that says VARIADIC is the last one of both. */
        bool last = found.order[call->count - 1] == (int)call->count - 1;
        if (call->node->func_variadic && !last) return;
        found.defaults = signature->count - call->count;
    } else if (expand && call->count >= signature->count) {
        found.variadic = true;
        found.variadic_at = signature->count - 1;
    } else if (call->count > signature->count || call->count < signature->least) {
        return;
    } else {
        bool builtin = signature->builtin != NULL;
        if (expand && builtin && call->count < signature->count - 1) return;
        found.defaults = signature->count - call->count;
        /* concat() and its like: VARIADIC "any" may take nothing at all, an array may not. */
        if (expand && found.defaults && signature->least >= signature->count) return;
    }
    found.args = ARENA_ARRAY(ctx->arena, oid, call->count ? call->count : 1);
    for (size_t i = 0; i < call->count; i++) {
        size_t place = found.order ? (size_t)found.order[i] : i;
        bool beyond = found.variadic && place >= found.variadic_at;
        found.args[i] = beyond ? variadic_element(ctx, declared_type(signature, found.variadic_at))
                               : declared_type(signature, place);
    }
    *VEC_ADD(ctx->arena, out) = found;
}

static void add_builtins(struct infer_context *ctx,
                         const struct call *call,
                         str schema,
                         int path,
                         struct candidates *out)
{
    size_t at = 0;
    const struct builtin *row;
    while ((row = builtin_function_next(call->name, &at))) {
        if (!str_eq(str_of(row->schema), schema)) continue;
        struct signature signature = {
            .builtin = row,
            .count = row->arg_count,
            .least = row->arg_least,
            .variadic = row->variadic,
        };
        add_candidate(ctx, call, &signature, path, out);
    }
}

static void add_users(struct infer_context *ctx,
                      const struct call *call,
                      str schema,
                      int path,
                      struct candidates *out)
{
    const struct cat_schema *found =
        ctx->catalog ? catalog_schema_find(ctx->catalog, schema) : NULL;
    if (!found) return;
    size_t at = 0;
    const struct cat_function *function;
    while ((function = catalog_function_named(ctx->catalog, found->oid, call->name, &at))) {
        struct signature signature = function_signature(function);
        add_candidate(ctx, call, &signature, path, out);
    }
}

static void collect(struct infer_context *ctx, const struct call *call, struct candidates *out)
{
    if (!str_empty(call->schema)) {
        add_users(ctx, call, call->schema, 0, out);
        add_builtins(ctx, call, call->schema, 1, out);
        return;
    }
    add_builtins(ctx, call, STR("pg_catalog"), 0, out);
    for (size_t i = 0; i < ctx->search_path_count; i++) {
        add_users(ctx, call, ctx->search_path[i], (int)i + 1, out);
        add_builtins(ctx, call, ctx->search_path[i], (int)i + 1, out);
    }
}

/* ---- messages ---- */

static str call_text(struct infer_context *ctx, const struct call *call)
{
    struct buf *out = buf_in(ctx->arena, 0);
    if (!str_empty(call->schema)) {
        buf_str_add(out, call->schema);
        buf_char(out, '.');
    }
    buf_str_add(out, call->name);
    buf_char(out, '(');
    for (size_t i = 0; i < call->count; i++) {
        if (i) buf_lit(out, ", ");
        if (!str_empty(call->args[i].name)) {
            buf_str_add(out, call->args[i].name);
            buf_lit(out, " => ");
        }
        buf_str_add(out, infer_type_text(ctx, call->types[i], -1));
    }
    buf_char(out, ')');
    return buf_str(out);
}

static err no_function(struct infer_context *ctx, const struct call *call, enum choice choice)
{
    str text = call_text(ctx, call);
    if (choice == CHOICE_MANY) {
        struct err *error =
            err_sql(ctx->arena, "42725", "function %.*s is not unique", STR_FMT(text));
        return err_at(err_hint(ctx->arena, error,
                               "Could not choose a best candidate function. You might need to add "
                               "explicit type casts."),
                      call->at);
    }
    struct err *error = err_sql(ctx->arena, "42883", "function %.*s does not exist", STR_FMT(text));
    return err_at(err_hint(ctx->arena, error,
                           "No function matches the given name and argument types. You might need "
                           "to add explicit type casts."),
                  call->at);
}

/* ---- arguments in place ---- */

static err builtin_default(struct infer_context *ctx,
                           const struct builtin *row,
                           size_t index,
                           struct expr **out)
{
    str text = list_item(row->defaults, index - row->arg_least);
    struct expr *literal =
        infer_const(ctx, UNKNOWNOID, str_eq(text, STR("NULL")) ? value_null() : value_text(text));
    return infer_coerce(ctx, literal, row->args[index], -1, CAST_IMPLICIT, out);
}

static err user_default(struct infer_context *ctx,
                        const struct cat_function *function,
                        size_t index,
                        struct expr **out)
{
    const struct cat_argument *argument = input_argument(function, index);
    if (!argument->default_expr.tree) {
        return err_sql(ctx->arena, "42883", "argument \"%.*s\" of function %.*s has no default",
                       STR_FMT(argument->name), STR_FMT(function->name));
    }
    TRY(infer_expr_in(ctx, INFER_OTHER, argument->default_expr.tree, out));
    return infer_coerce(ctx, *out, argument->type, -1, CAST_IMPLICIT, out);
}

/* The arguments from variadic_at on, as the array that the function declares. */
static err gather_variadic(struct infer_context *ctx,
                           struct expr **args,
                           size_t count,
                           size_t from,
                           oid element,
                           struct expr **out)
{
    oid array = infer_array_type(ctx, element);
    if (!array) {
        return err_sql(ctx->arena, "42704", "could not find array type for data type %.*s",
                       STR_FMT(infer_type_text(ctx, element, -1)));
    }
    *out = infer_new(ctx, EXPR_ARRAY, array, count > from ? args[from]->location : -1);
    (*out)->args = infer_args(ctx, args + from, count - from);
    return NULL;
}

/* Coerces the actual arguments to the chosen ones and puts them in declared order. */
static err place_arguments(struct infer_context *ctx,
                           const struct call *call,
                           const struct candidate *chosen,
                           oid result,
                           oid *result_out,
                           struct expr_list *out)
{
    size_t count = call->count;
    struct expr **coerced = ARENA_ARRAY(ctx->arena, struct expr *, count ? count : 1);
    TRY(infer_locate(ctx,
                     infer_polymorphic(ctx, call->types, chosen->args, count, result, result_out),
                     call->at));
    for (size_t i = 0; i < count; i++) {
        TRY(infer_coerce(ctx, call->args[i].expr, chosen->args[i], -1, CAST_IMPLICIT, &coerced[i]));
        if (chosen->args[i] == ANYOID) TRY(infer_resolve_unknown(ctx, coerced[i], &coerced[i]));
    }
    bool any = chosen->builtin && chosen->builtin->variadic &&
               chosen->builtin->args[chosen->declared_count - 1] == ANYOID;
    if (chosen->variadic && !any) {
        size_t from = chosen->variadic_at;
        struct expr *array = NULL;
        TRY(gather_variadic(ctx, coerced, count, from, chosen->args[from], &array));
        coerced[from] = array;
        count = from + 1;
    }
    size_t total = chosen->variadic && any ? count : chosen->declared_count;
    if (any && total > count) total = count;
    struct expr **placed = ARENA_ARRAY(ctx->arena, struct expr *, total ? total : 1);
    for (size_t i = 0; i < count; i++)
        placed[chosen->order ? (size_t)chosen->order[i] : i] = coerced[i];
    for (size_t i = 0; i < total; i++) {
        if (placed[i]) continue;
        TRY(chosen->builtin ? builtin_default(ctx, chosen->builtin, i, &placed[i])
                            : user_default(ctx, chosen->function, i, &placed[i]));
    }
    *out = (struct expr_list){placed, total};
    return NULL;
}

/* ---- calls that become something else ---- */

struct session_row {
    const char *symbol;
    enum session_value which;
};

static const struct session_row session_rows[] = {
    {"auth_uid",            SESSION_UID          },
    {"auth_role",           SESSION_ROLE         },
    {"auth_email",          SESSION_EMAIL        },
    {"auth_jwt",            SESSION_JWT          },
    {"now",                 SESSION_NOW          },
    {"statement_timestamp", SESSION_STATEMENT_NOW},
};

static bool is_text_constant(const struct expr *expr)
{
    return expr->kind == EXPR_CONST && expr->constant.kind == VALUE_TEXT;
}

/* current_setting('x'[, missing_ok]) with constants. */
static bool as_setting(struct infer_context *ctx, const struct expr *call, struct expr **out)
{
    bool one = strcmp(call->call.builtin->symbol, "show_config_by_name") == 0;
    bool two = strcmp(call->call.builtin->symbol, "show_config_by_name_missing_ok") == 0;
    if ((!one && !two) || !is_text_constant(call->args.at[0])) return false;
    if (two && call->args.at[1]->kind != EXPR_CONST) return false;
    *out = infer_new(ctx, EXPR_SESSION, call->type, call->location);
    (*out)->session.which = SESSION_SETTING;
    (*out)->session.name = str_lower(ctx->arena, call->args.at[0]->constant.s);
    (*out)->session.missing_ok = two && call->args.at[1]->constant.i != 0;
    return true;
}

/* nextval('sequence') with a known sequence. */
static bool as_nextval(struct infer_context *ctx, const struct expr *call, struct expr **out)
{
    if (strcmp(call->call.builtin->symbol, "nextval_oid") != 0 || !ctx->catalog) return false;
    const struct expr *name = call->args.at[0];
    if (name->kind != EXPR_CONST || name->constant.kind != VALUE_INT) return false;
    const struct cat_relation *sequence = catalog_relation(ctx->catalog, (oid)name->constant.i);
    if (!sequence || sequence->kind != 'S') return false;
    *out = infer_new(ctx, EXPR_NEXTVAL, INT8OID, call->location);
    (*out)->sequence = sequence;
    return true;
}

/* has_table_privilege(t, 'SELECT') asks of the current user: he becomes the first argument. */
static void add_current_user(struct infer_context *ctx, struct expr *call)
{
    static const str named[] = {STR_INIT("_name"), STR_INIT("_id"), STR_INIT("_attnum")};
    str symbol = str_of(call->call.builtin->symbol);
    bool column = str_starts(symbol, STR("has_column_privilege_"));
    bool asks = str_eq(call->call.builtin->name, STR("row_security_active"));
    bool privilege = str_starts(symbol, STR("has_")) || str_starts(symbol, STR("pg_has_role_"));
    for (size_t i = 0; privilege && i < COUNT_OF(named); i++)
        asks = asks || (str_ends(symbol, named[i]) && call->args.count == (column ? 3 : 2));
    if (!asks) return;
    const struct cat_role *role = ctx->catalog ? catalog_role(ctx->catalog, ctx->role) : NULL;
    struct expr **args = ARENA_ARRAY(ctx->arena, struct expr *, call->args.count + 1);
    args[0] = infer_new(ctx, EXPR_SESSION, NAMEOID, call->location);
    args[0]->session.which = SESSION_CURRENT_USER;
    if (role) args[0]->session.name = role->name;
    memcpy(args + 1, call->args.at, call->args.count * sizeof *args);
    call->args = (struct expr_list){args, call->args.count + 1};
}

static struct expr *rewrite_call(struct infer_context *ctx, struct expr *call)
{
    const char *symbol = call->call.builtin->symbol;
    struct expr *out = NULL;
    for (size_t i = 0; i < COUNT_OF(session_rows); i++) {
        if (strcmp(symbol, session_rows[i].symbol) != 0) continue;
        out = infer_new(ctx, EXPR_SESSION, call->type, call->location);
        out->session.which = session_rows[i].which;
        return out;
    }
    if (as_setting(ctx, call, &out) || as_nextval(ctx, call, &out)) return out;
    if (strcmp(symbol, "pg_typeof") == 0) {
        out = infer_const(ctx, REGTYPEOID, value_int(call->args.at[0]->type));
        out->location = call->location;
        return out;
    }
    add_current_user(ctx, call);
    return call;
}

err infer_builtin_call(struct infer_context *ctx,
                       const struct builtin *builtin,
                       struct expr **args,
                       size_t count,
                       int32_t location,
                       struct expr **out)
{
    oid declared[BUILTIN_ARGS_MAX] = {0};
    oid actual[BUILTIN_ARGS_MAX] = {0};
    for (size_t i = 0; i < count; i++) {
        declared[i] = builtin->args[i];
        actual[i] = args[i]->type;
    }
    oid result = OID_NONE;
    TRY(infer_locate(ctx, infer_polymorphic(ctx, actual, declared, count, builtin->result, &result),
                     location));
    struct expr **coerced = ARENA_ARRAY(ctx->arena, struct expr *, count ? count : 1);
    for (size_t i = 0; i < count; i++) {
        TRY(infer_coerce(ctx, args[i], declared[i], -1, CAST_IMPLICIT, &coerced[i]));
    }
    infer_note_volatility(ctx, builtin->volatility, builtin->writes);
    *out = infer_new(ctx, EXPR_CALL, result, location);
    (*out)->args = (struct expr_list){coerced, count};
    (*out)->call.builtin = builtin;
    return NULL;
}

/* ---- windows ---- */

static err frame_offset(struct infer_context *ctx,
                        const struct node *node,
                        int frame_options,
                        struct expr **out)
{
    if (!node) return NULL;
    TRY(infer_expr_in(ctx, INFER_OTHER, node, out));
    if (frame_options & FRAMEOPTION_RANGE) return infer_resolve_unknown(ctx, *out, out);
    return infer_coerce(ctx, *out, INT8OID, -1, CAST_IMPLICIT, out);
}

static err partition_list(struct infer_context *ctx, const struct list *list, struct expr_list *out)
{
    struct expr **at = ARENA_ARRAY(ctx->arena, struct expr *, list->count ? list->count : 1);
    for (size_t i = 0; i < list->count; i++) {
        TRY(infer_expr_in(ctx, INFER_WINDOW_PARTITION, list->at[i], &at[i]));
        TRY(infer_resolve_unknown(ctx, at[i], &at[i]));
    }
    *out = (struct expr_list){at, list->count};
    return NULL;
}

static err named_window(struct infer_context *ctx,
                        str name,
                        int32_t at,
                        const struct WindowDef **out)
{
    *out = ctx->hooks && ctx->hooks->window ? ctx->hooks->window(ctx, name) : NULL;
    if (*out) return NULL;
    return err_at(err_sql(ctx->arena, "42704", "window \"%.*s\" does not exist", STR_FMT(name)),
                  at);
}

static err window_spec(struct infer_context *ctx,
                       const struct WindowDef *over,
                       struct window_spec **out)
{
    const struct WindowDef *base = NULL;
    if (!str_empty(over->name)) TRY(named_window(ctx, over->name, over->base.location, &over));
    if (!str_empty(over->refname))
        TRY(named_window(ctx, over->refname, over->base.location, &base));
    const struct list *partition = base ? base->partitionClause : over->partitionClause;
    const struct list *order =
        base && base->orderClause->count ? base->orderClause : over->orderClause;
    struct window_spec *spec = ARENA_NEW(ctx->arena, struct window_spec);
    spec->frame = AST_NODE(over);
    spec->frame_options = (int)over->frameOptions;
    TRY(partition_list(ctx, partition, &spec->partition));
    TRY(infer_sort_list(ctx, order, INFER_WINDOW_ORDER, &spec->order));
    TRY(frame_offset(ctx, over->startOffset, spec->frame_options, &spec->start_offset));
    TRY(frame_offset(ctx, over->endOffset, spec->frame_options, &spec->end_offset));
    *out = spec;
    return NULL;
}

/* ---- making the node ---- */

static err make_window(struct infer_context *ctx,
                       const struct call *call,
                       const struct builtin *row,
                       struct expr *expr)
{
    TRY(infer_allow_window(ctx, call->at));
    if (call->node->agg_distinct) {
        return err_at(
            err_sql(ctx->arena, "0A000", "DISTINCT is not implemented for window functions"),
            call->at);
    }
    if (call->node->agg_order->count) {
        return err_at(err_sql(ctx->arena, "0A000",
                              "aggregate ORDER BY is not implemented for window functions"),
                      call->at);
    }
    expr->kind = EXPR_WINDOW;
    expr->window.builtin = row;
    expr->window.star = call->node->agg_star;
    if (call->node->agg_filter) {
        TRY(infer_bool(ctx, call->node->agg_filter, "FILTER", &expr->window.filter));
    }
    TRY(window_spec(ctx, call->node->over, &expr->window.over));
    ctx->saw_window = true;
    return NULL;
}

/* DISTINCT sorts by its arguments first, so ORDER BY can only name those. */
static err check_distinct_order(struct infer_context *ctx, const struct expr *expr)
{
    for (size_t i = 0; i < expr->aggregate.order.count; i++) {
        const struct expr *key = expr->aggregate.order.at[i].expr;
        bool found = false;
        for (size_t k = 0; k < expr->args.count; k++) {
            found = found || expr_equal(key, expr->args.at[k]);
        }
        if (found) continue;
        return err_at(err_sql(ctx->arena, "42P10",
                              "in an aggregate with DISTINCT, ORDER BY expressions must appear in "
                              "argument list"),
                      key->location);
    }
    return NULL;
}

static err make_aggregate(struct infer_context *ctx,
                          const struct call *call,
                          const struct builtin *row,
                          bool nested,
                          struct expr *expr)
{
    if (nested) {
        return err_at(err_sql(ctx->arena, "42803", "aggregate function calls cannot be nested"),
                      call->at);
    }
    TRY(infer_allow_aggregate(ctx, call->at));
    if (!call->count && !call->node->agg_star && !call->node->agg_within_group) {
        return err_at(err_sql(ctx->arena, "42809",
                              "%.*s(*) must be used to call a parameterless aggregate function",
                              STR_FMT(call->name)),
                      call->at);
    }
    expr->kind = EXPR_AGGREGATE;
    expr->aggregate.builtin = row;
    expr->aggregate.star = call->node->agg_star;
    expr->aggregate.distinct = call->node->agg_distinct;
    bool saw_window = ctx->saw_window;
    if (call->node->agg_within_group) {
        TRY(infer_sort_list(ctx, call->node->agg_order, INFER_OTHER,
                            &expr->aggregate.within_group));
    } else {
        TRY(infer_sort_list(ctx, call->node->agg_order, INFER_OTHER, &expr->aggregate.order));
    }
    if (call->node->agg_filter) {
        struct infer_context *inner = ctx;
        enum infer_clause clause = ctx->clause;
        ctx->clause = INFER_FILTER;
        err error = infer_bool(inner, call->node->agg_filter, "FILTER", &expr->aggregate.filter);
        ctx->clause = clause;
        TRY(error);
    }
    ctx->saw_window = saw_window;
    ctx->saw_aggregate = true;
    return expr->aggregate.distinct ? check_distinct_order(ctx, expr) : NULL;
}

static bool has_aggregate_syntax(const struct FuncCall *node)
{
    return node->agg_star || node->agg_distinct || node->agg_order->count || node->agg_filter ||
           node->agg_within_group;
}

static err not_an_aggregate(struct infer_context *ctx, const struct call *call)
{
    const struct FuncCall *node = call->node;
    const char *what = node->agg_distinct       ? "DISTINCT"
                       : node->agg_within_group ? "WITHIN GROUP"
                       : node->agg_order->count ? "ORDER BY"
                       : node->agg_filter       ? "FILTER"
                                                : "(*)";
    return err_at(err_sql(ctx->arena, "42809",
                          "%s specified, but %.*s is not an aggregate function", what,
                          STR_FMT(call->name)),
                  call->at);
}

static err make_builtin(struct infer_context *ctx,
                        const struct call *call,
                        const struct candidate *chosen,
                        bool nested,
                        struct expr **out)
{
    const struct builtin *row = chosen->builtin;
    struct expr *expr = infer_new(ctx, EXPR_CALL, OID_NONE, call->at);
    TRY(place_arguments(ctx, call, chosen, row->result, &expr->type, &expr->args));
    *out = expr;
    infer_note_volatility(ctx, row->volatility, row->writes);
    if (call->node->over) {
        if (row->kind != BUILTIN_AGGREGATE && row->kind != BUILTIN_WINDOW) {
            return err_at(err_sql(ctx->arena, "42809",
                                  "OVER specified, but %.*s is not a window function nor an "
                                  "aggregate function",
                                  STR_FMT(call->name)),
                          call->at);
        }
        return make_window(ctx, call, row, expr);
    }
    if (row->kind == BUILTIN_AGGREGATE) return make_aggregate(ctx, call, row, nested, expr);
    if (row->kind == BUILTIN_WINDOW) {
        return err_at(err_sql(ctx->arena, "42809", "window function %.*s requires an OVER clause",
                              STR_FMT(call->name)),
                      call->at);
    }
    if (has_aggregate_syntax(call->node)) return not_an_aggregate(ctx, call);
    if (row->kind == BUILTIN_SET) {
        TRY(infer_allow_set(ctx, call->at));
        ctx->saw_set = true;
    }
    expr->call.builtin = row;
    return infer_vector_call(ctx, rewrite_call(ctx, expr), out);
}

/* Those of a procedure only say where the answer goes. */
static void drop_outputs(const struct cat_function *function, struct expr_list *args)
{
    size_t kept = 0;
    for (size_t i = 0; i < args->count; i++)
        if (input_argument(function, i)->mode != 'o') args->at[kept++] = args->at[i];
    args->count = kept;
}

static err make_user(struct infer_context *ctx,
                     const struct call *call,
                     const struct candidate *chosen,
                     struct expr **out)
{
    const struct cat_function *function = chosen->function;
    if (function->kind == 'p' && !ctx->procedures) {
        struct err *error =
            err_sql(ctx->arena, "42809", "%.*s is a procedure", STR_FMT(call_text(ctx, call)));
        return err_at(err_hint(ctx->arena, error, "To call a procedure, use CALL."), call->at);
    }
    if (has_aggregate_syntax(call->node)) return not_an_aggregate(ctx, call);
    if (function->returns_set) {
        TRY(infer_allow_set(ctx, call->at));
        ctx->saw_set = true;
    }
    struct expr *expr = infer_new(ctx, EXPR_USER_CALL, OID_NONE, call->at);
    TRY(place_arguments(ctx, call, chosen, function->result, &expr->type, &expr->args));
    if (function->kind == 'p') drop_outputs(function, &expr->args);
    expr->function = function;
    infer_note_volatility(ctx, function->volatility, false);
    *out = expr;
    if (!ctx->hooks || !ctx->hooks->user_function) return NULL;
    return ctx->hooks->user_function(ctx, expr, out);
}

/* ---- arguments as written ---- */

static err read_argument(struct infer_context *ctx, const struct node *node, struct actual *out)
{
    if (AST_IS(NamedArgExpr, node)) {
        const struct NamedArgExpr *named = AST_AS(NamedArgExpr, node);
        out->name = named->name;
        return infer_expr(ctx, named->arg, &out->expr);
    }
    if (AST_IS(ColumnRef, node)) {
        /* f(t.*) is f(t): the whole row. */
        const struct ColumnRef *ref = AST_AS(ColumnRef, node);
        size_t count = ref->fields->count;
        if (count > 1 && AST_IS(A_Star, ref->fields->at[count - 1])) {
            struct ColumnRef *whole = AST_NEW(ctx->arena, ColumnRef);
            whole->fields = ast_list_of(ctx->arena, ref->fields->at, count - 1);
            whole->base.location = ref->base.location;
            return infer_expr(ctx, AST_NODE(whole), &out->expr);
        }
    }
    return infer_expr(ctx, node, &out->expr);
}

static err read_arguments(struct infer_context *ctx, struct call *call)
{
    const struct list *args = call->node->args;
    bool within = call->node->agg_within_group;
    size_t total = args->count + (within ? call->node->agg_order->count : 0);
    if (total > INFER_ARGS_MAX) {
        return err_at(err_sql(ctx->arena, "54023",
                              "cannot pass more than %d arguments to a function", INFER_ARGS_MAX),
                      call->at);
    }
    call->args = ARENA_ARRAY(ctx->arena, struct actual, total ? total : 1);
    call->types = ARENA_ARRAY(ctx->arena, oid, total ? total : 1);
    for (size_t i = 0; i < args->count; i++) {
        struct actual *actual = &call->args[call->count];
        TRY(read_argument(ctx, args->at[i], actual));
        if (!str_empty(actual->name)) {
            call->named++;
        } else if (call->named) {
            return err_at(
                err_sql(ctx->arena, "42601", "positional argument cannot follow named argument"),
                actual->expr->location);
        }
        call->types[call->count++] = actual->expr->type;
    }
    return NULL;
}

/* Ordered-set aggregates are chosen by direct and ordering arguments together. */
static err read_within_group(struct infer_context *ctx, struct call *call)
{
    for (size_t i = 0; i < call->node->agg_order->count; i++) {
        const struct SortBy *sort = AST_AS(SortBy, call->node->agg_order->at[i]);
        TRY(infer_expr(ctx, sort->node, &call->args[call->count].expr));
        call->types[call->count] = call->args[call->count].expr->type;
        call->count++;
    }
    return NULL;
}

/* type_name(x): a cast written as a call. */
static err as_cast(struct infer_context *ctx, const struct call *call, struct expr **out)
{
    *out = NULL;
    if (call->count != 1 || call->named || has_aggregate_syntax(call->node) || call->node->over) {
        return NULL;
    }
    struct TypeName *name = AST_NEW(ctx->arena, TypeName);
    name->names = str_empty(call->schema) ? ast_names(ctx->arena, call->name)
                                          : ast_names(ctx->arena, call->schema, call->name);
    oid type = OID_NONE;
    int32_t typmod = TYPMOD_NONE;
    err missing = infer_type_name(ctx, name, &type, &typmod);
    if (missing) return NULL;
    struct expr *arg = call->args[0].expr;
    bool fits = infer_is_unknown(arg) ||
                infer_path(ctx, type, arg->type, CAST_EXPLICIT) != COERCION_PATH_NONE;
    return fits ? infer_coerce(ctx, arg, type, -1, CAST_EXPLICIT, out) : NULL;
}

static bool exact_among(const struct candidates *all, const struct call *call)
{
    for (size_t i = 0; i < all->count; i++) {
        if (memcmp(all->at[i].args, call->types, call->count * sizeof(oid)) == 0) return true;
    }
    return false;
}

static bool is_row(struct infer_context *ctx, const struct expr *expr)
{
    struct type_facts facts;
    return expr->type == RECORDOID ||
           (infer_facts(ctx->catalog, infer_base_type(ctx, expr->type), &facts) &&
            facts.kind == TYPE_KIND_COMPOSITE);
}

/* column(row): the same as row.column. */
static bool may_be_field(struct infer_context *ctx, const struct call *call)
{
    return call->count == 1 && !call->named && str_empty(call->schema) && !call->node->over &&
           !has_aggregate_syntax(call->node) && is_row(ctx, call->args[0].expr);
}

err infer_func_call(struct infer_context *ctx, const struct FuncCall *node, struct expr **out)
{
    struct call call = {.node = node, .at = node->base.location};
    size_t parts = node->funcname->count;
    call.name = ast_name_at(node->funcname, parts - 1);
    call.schema = parts > 1 ? ast_name_at(node->funcname, parts - 2) : STR_NONE;
    /* An aggregate among the arguments matters only to aggregates. */
    bool saw_before = ctx->saw_aggregate;
    ctx->saw_aggregate = false;
    err error = read_arguments(ctx, &call);
    if (!error && node->agg_within_group) error = read_within_group(ctx, &call);
    bool nested = ctx->saw_aggregate;
    ctx->saw_aggregate = saw_before || nested;
    TRY(error);
    struct candidates all = {0};
    collect(ctx, &call, &all);
    if (!exact_among(&all, &call)) {
        TRY(as_cast(ctx, &call, out));
        if (*out) return NULL;
    }
    const struct candidate *chosen = NULL;
    enum choice choice = infer_choose(ctx, &all, call.types, call.count, &chosen);
    if (choice != CHOICE_ONE && may_be_field(ctx, &call)) {
        TRY(infer_field_find(ctx, call.args[0].expr, call.name, call.at, out));
        if (*out) return NULL;
    }
    if (choice != CHOICE_ONE) return no_function(ctx, &call, choice);
    if (chosen->function) return make_user(ctx, &call, chosen, out);
    return make_builtin(ctx, &call, chosen, nested, out);
}

err infer_row_call(
    struct infer_context *ctx, struct expr *row, str name, int32_t location, struct expr **out)
{
    struct FuncCall *node = AST_NEW(ctx->arena, FuncCall);
    struct actual argument = {.expr = row};
    node->base.location = location;
    struct call call = {
        .node = node, .name = name, .at = location, .args = &argument, .types = &row->type};
    call.count = 1;
    struct candidates all = {0};
    const struct candidate *chosen = NULL;
    *out = NULL;
    if (!is_row(ctx, row)) return NULL;
    collect(ctx, &call, &all);
    if (infer_choose(ctx, &all, call.types, 1, &chosen) != CHOICE_ONE) return NULL;
    if (chosen->function) return make_user(ctx, &call, chosen, out);
    return make_builtin(ctx, &call, chosen, false, out);
}

err infer_named_call(struct infer_context *ctx,
                     str name,
                     struct expr **args,
                     size_t count,
                     int32_t location,
                     struct expr **out)
{
    struct FuncCall *node = AST_NEW(ctx->arena, FuncCall);
    node->base.location = location;
    struct call call = {.node = node, .schema = STR("pg_catalog"), .name = name, .at = location};
    call.args = ARENA_ARRAY(ctx->arena, struct actual, count ? count : 1);
    call.types = ARENA_ARRAY(ctx->arena, oid, count ? count : 1);
    call.count = count;
    for (size_t i = 0; i < count; i++) {
        call.args[i].expr = args[i];
        call.types[i] = args[i]->type;
    }
    struct candidates all = {0};
    collect(ctx, &call, &all);
    const struct candidate *chosen = NULL;
    enum choice choice = infer_choose(ctx, &all, call.types, count, &chosen);
    if (choice != CHOICE_ONE) return no_function(ctx, &call, choice);
    return make_builtin(ctx, &call, chosen, false, out);
}
