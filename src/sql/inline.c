#include "sql/inline.h"

#include "sql/plpgsql.h"

/* ---- what a function answers ----------------------------------------------------------------------- */

static const struct cat_relation *composite_of(struct scope *scope, oid type)
{
    const struct catalog *catalog = scope->analyzer->catalog;
    const struct cat_type *found = catalog_type(catalog, infer_base_type(&scope->infer, type));
    return found && found->relation ? catalog_relation(catalog, found->relation) : NULL;
}

static bool is_output(const struct cat_argument *argument)
{
    return argument->mode == 'o' || argument->mode == 'b' || argument->mode == 't';
}

static size_t output_count(const struct cat_function *function)
{
    size_t count = 0;
    for (size_t i = 0; i < function->argument_count; i++)
        count += is_output(&function->arguments[i]);
    return count;
}

bool inline_returns_row(struct scope *scope, const struct cat_function *function)
{
    size_t outputs = output_count(function);
    if (outputs) return outputs > 1;
    return function->result == RECORDOID || composite_of(scope, function->result);
}

static void output_columns(struct scope *scope,
                           const struct cat_function *function,
                           struct inline_column *columns)
{
    size_t n = 0;
    for (size_t i = 0; i < function->argument_count; i++) {
        const struct cat_argument *argument = &function->arguments[i];
        if (!is_output(argument)) continue;
        str name = argument->name;
        if (str_empty(name)) name = str_printf(scope->analyzer->arena, "column%zu", n + 1);
        columns[n++] = (struct inline_column){name, argument->type, -1};
    }
}

void inline_result_columns(struct scope *scope,
                           const struct cat_function *function,
                           struct inline_column **columns,
                           size_t *count)
{
    struct arena *arena = scope->analyzer->arena;
    *count = output_count(function);
    if (*count) {
        *columns = ARENA_ARRAY(arena, struct inline_column, *count);
        output_columns(scope, function, *columns);
        return;
    }
    const struct cat_relation *relation = composite_of(scope, function->result);
    if (relation) {
        *count = relation->column_count;
        *columns = ARENA_ARRAY(arena, struct inline_column, *count);
        for (size_t i = 0; i < *count; i++)
            (*columns)[i] = (struct inline_column){
                relation->columns[i].name, relation->columns[i].type, relation->columns[i].typmod};
        return;
    }
    if (function->result == RECORDOID) return;
    *count = 1;
    *columns = ARENA_NEW(arena, struct inline_column);
    **columns = (struct inline_column){function->name, function->result, -1};
}

/* ---- identity and arguments ------------------------------------------------------------------------ */

/* SET search_path = a, "b", '': names without quotes and spaces; "$user" and pg_temp are nobody's. */
static void path_of_setting(struct arena *arena, str value, struct inline_path *out)
{
    struct {
        VEC(str);
    } path = {0};
    str rest = value;
    while (!str_empty(rest)) {
        str name;
        str_cut(rest, ',', &name, &rest);
        name = str_trim(name);
        char quote = name.len >= 2 ? name.at[0] : 0;
        if ((quote == '"' || quote == '\'') && name.at[name.len - 1] == quote)
            name = str_slice(name, 1, name.len - 1);
        if (str_empty(name) || str_eq(name, STR("$user")) || str_eq(name, STR("pg_temp"))) continue;
        *VEC_ADD(arena, &path) = name;
    }
    *out = (struct inline_path){path.at, path.count};
}

static bool is_path_setting(str setting, str *value)
{
    str name;
    str_cut(setting, '=', &name, value);
    return str_eq_nocase(str_trim(name), STR("search_path"));
}

void inline_function_path(struct arena *arena,
                          const struct cat_function *function,
                          struct inline_path *path)
{
    str value;
    for (size_t i = 0; i < function->setting_count; i++)
        if (is_path_setting(function->settings[i], &value)) path_of_setting(arena, value, path);
}

static err body_identity(struct scope *scope,
                         const struct cat_function *function,
                         struct identity *out)
{
    oid role = function->security_definer ? function->owner : scope->who.user;
    *out = (struct identity){
        .check_as = role,
        .user = role,
    };
    struct inline_path path = {scope->who.path, scope->who.path_count};
    for (size_t i = 0; i < function->setting_count; i++) {
        str value;
        if (!is_path_setting(function->settings[i], &value))
            return NOT_DONE(scope, -1, "setting \"%.*s\" of function %.*s is not supported",
                            STR_FMT(function->settings[i]), STR_FMT(function->name));
    }
    inline_function_path(scope->analyzer->arena, function, &path);
    out->path = path.at;
    out->path_count = path.count;
    return NULL;
}

static bool is_open(const struct analyzer *analyzer, const struct cat_function *function)
{
    for (const struct expansion *at = analyzer->functions; at; at = at->outer)
        if (at->function->oid == function->oid) return true;
    return false;
}

static err enter_function(struct scope *scope,
                          const struct cat_function *function,
                          struct expansion *open)
{
    struct analyzer *analyzer = scope->analyzer;
    size_t depth = 0;
    for (const struct expansion *at = analyzer->functions; at; at = at->outer) depth++;
    if (is_open(analyzer, function))
        return NOT_DONE(scope, -1, "recursive function %.*s is not supported",
                        STR_FMT(function->name));
    if (depth >= INLINE_DEPTH_MAX)
        return SQL_ERROR(scope, "54001", -1, "stack depth limit exceeded");
    *open = (struct expansion){.outer = analyzer->functions, .function = function};
    analyzer->functions = open;
    return NULL;
}

static err body_readable(struct scope *scope, const struct expr *call)
{
    const struct cat_function *function = call->function;
    if (!str_eq(function->language, STR("sql")))
        return NOT_DONE(scope, call->location,
                        "calling function %.*s is not supported: its language is %.*s",
                        STR_FMT(function->name), STR_FMT(function->language));
    if (!function->statement_count && !str_empty(str_trim(function->body)) &&
        function->result != VOIDOID)
        return NOT_DONE(scope, call->location, "the body of function %.*s cannot be read",
                        STR_FMT(function->name));
    return NULL;
}

/* A scope for one statement of the body; its names are the function's arguments alone. */
static err body_scope(struct scope *scope,
                      const struct expr *call,
                      struct expr **args,
                      struct scope **out)
{
    struct analyzer *analyzer = scope->analyzer;
    struct identity who;
    TRY(body_identity(scope, call->function, &who));
    struct bound_args *bound = ARENA_NEW(analyzer->arena, struct bound_args);
    *bound = (struct bound_args){call->function, args, call->args.count};
    struct scope *body = scope_new(analyzer, NULL, &who);
    body->args = bound;
    body->is_top = true;
    body->kept = scope->kept;
    if (!scope->kept) body->subquery_refused = scope->subquery_refused;
    *out = body;
    return NULL;
}

/* RETURN expr of BEGIN ATOMIC bodies is a SELECT of it. */
static const struct node *body_statement(struct analyzer *analyzer, const struct node *node)
{
    if (!AST_IS(ReturnStmt, node)) return node;
    struct SelectStmt *select = AST_NEW(analyzer->arena, SelectStmt);
    ast_list_add(analyzer->arena, &select->targetList,
                 ast_res_target(analyzer->arena, STR_NONE, AST_AS(ReturnStmt, node)->returnval));
    return AST_NODE(select);
}

/* ---- the shape of the result ------------------------------------------------------------------------ */

static err wrong_result(struct scope *scope,
                        const struct cat_function *function,
                        const char *details)
{
    return err_details(scope->analyzer->arena,
                       SQL_ERROR(scope, "42P13", -1,
                                 "return type mismatch in function declared to return %.*s",
                                 STR_FMT(infer_type_text(&scope->infer, function->result, -1))),
                       "%s", details);
}

/* A single composite target (SELECT t FROM t, SELECT f(x)) as one target per column. */
static err spread_row(struct scope *scope,
                      const struct inline_column *columns,
                      size_t count,
                      struct query *query)
{
    struct expr *row = query->targets[0].expr;
    query->targets = NULL;
    query->target_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct expr *field;
        if (row->kind == EXPR_WHOLE_ROW && row->rte->column_count == count)
            field = infer_column_expr(&scope->infer, row->rte, (int)i);
        else
            TRY(infer_field(&scope->infer, row, columns[i].name, -1, &field));
        query_add_target(scope->analyzer->arena, query, field, columns[i].name);
    }
    return NULL;
}

static err coerce_targets(struct scope *scope,
                          const struct cat_function *function,
                          const struct inline_column *columns,
                          size_t count,
                          struct query **query)
{
    struct arena *arena = scope->analyzer->arena;
    oid *types = ARENA_ARRAY(arena, oid, count);
    for (size_t i = 0; i < count; i++) {
        types[i] = columns[i].type;
        oid from = (*query)->targets[i].expr->type;
        bool fits = from == types[i] || from == UNKNOWNOID ||
                    infer_can_coerce(&scope->infer, from, types[i], CAST_ASSIGNMENT);
        if (fits) continue;
        str text = infer_type_text(&scope->infer, from, -1);
        const char *details =
            count == 1
                ? str_cstr(arena, str_printf(arena, "Actual return type is %.*s.", STR_FMT(text)))
                : str_cstr(arena, str_printf(arena,
                                             "Final statement returns %.*s instead of "
                                             "%.*s at column %zu.",
                                             STR_FMT(text),
                                             STR_FMT(infer_type_text(&scope->infer, types[i], -1)),
                                             i + 1));
        return wrong_result(scope, function, details);
    }
    TRY(query_coerce_columns(scope, query, types, NULL, count, CAST_ASSIGNMENT, NULL));
    for (size_t i = 0; i < count; i++) (*query)->targets[i].name = columns[i].name;
    return NULL;
}

static err final_must_answer(struct scope *scope, const struct cat_function *function)
{
    return wrong_result(scope, function,
                        "Function's final statement must be SELECT or INSERT/UPDATE/DELETE "
                        "RETURNING.");
}

/* The last statement's columns become what RETURNS declares. */
static err shape_result(struct scope *scope,
                        const struct cat_function *function,
                        struct query **query)
{
    struct inline_column *columns = NULL;
    size_t count;
    inline_result_columns(scope, function, &columns, &count);
    if ((*query)->command != QUERY_SELECT && !(*query)->returning)
        return final_must_answer(scope, function);
    if (!count) return NULL; /* RECORD: as the query has them */
    size_t found = (*query)->target_count;
    bool row = found == 1 && inline_returns_row(scope, function) &&
               (*query)->targets[0].expr->type == function->result;
    if (row) {
        struct rte *rte;
        if ((*query)->set_op != SET_NONE || (*query)->values || (*query)->distinct)
            TRY(query_wrap(scope, *query, function->name, query, &rte));
        TRY(spread_row(scope, columns, count, *query));
        return NULL;
    }
    if (found != count)
        return wrong_result(scope, function,
                            found < count ? "Final statement returns too few columns."
                                          : "Final statement must return exactly as many columns "
                                            "as declared.");
    return coerce_targets(scope, function, columns, count, query);
}

/* ---- bodies ------------------------------------------------------------------------------------------- */

static bool has_effect(const struct expr *expr, void *context)
{
    (void)context;
    bool call = expr->kind == EXPR_USER_CALL && (!expr->site || expr->site->writes);
    return expr->kind == EXPR_NEXTVAL || call ||
           (expr->kind == EXPR_CALL && expr->call.builtin->writes);
}

/* The body as one query, with args in it. *out NULL: it has effects, or is not one SELECT. */
static err body_query(struct scope *scope,
                      const struct expr *call,
                      struct expr **args,
                      struct query **out)
{
    struct analyzer *analyzer = scope->analyzer;
    const struct cat_function *function = call->function;
    *out = NULL;
    TRY(body_readable(scope, call));
    if (function->statement_count != 1) return NULL;
    const struct node *node = body_statement(analyzer, function->statements[0]);
    if (!AST_IS(SelectStmt, node)) return NULL;
    if (is_open(analyzer, function)) return NULL; /* it calls itself */
    struct expansion open;
    TRY(enter_function(scope, function, &open));
    /* What turns out to have effects is analyzed again as a step: no access may stay noted of it. */
    size_t accesses = analyzer->accesses.count;
    struct top_call *top = analyzer->top_call;
    struct top_call ignored = {0};
    analyzer->top_call = &ignored;
    struct scope *body;
    TRY(body_scope(scope, call, args, &body));
    TRY(analyze_elsewhere(analyzer, statement_analyze(body, node)));
    analyzer->top_call = top;
    analyzer->functions = open.outer;
    if (query_any(body->query, has_effect, NULL) || query_modifies(body->query)) {
        analyzer->accesses.count = accesses;
        return NULL;
    }
    if (function->result != VOIDOID) TRY(shape_result(body, function, &body->query));
    *out = body->query;
    return NULL;
}

/* What an engine runs by itself stays a call; it is told as whom. */
static bool runs_by_itself(const struct cat_function *function)
{
    return str_eq(function->language, STR("plpgsql"));
}

static err keep_call(struct scope *scope, struct expr *call)
{
    struct call_site *site = ARENA_NEW(scope->analyzer->arena, struct call_site);
    oid *types = ARENA_ARRAY(scope->analyzer->arena, oid, call->args.count);
    for (size_t i = 0; i < call->args.count; i++) types[i] = call->args.at[i]->type;
    *site = (struct call_site){
        .arg_types = types,
        .arg_count = call->args.count,
        .result = call->type,
        .function = call->function,
        .role = scope->who.user,
        .path = scope->who.path,
        .path_count = scope->who.path_count,
        .writes = plpgsql_writes(scope->analyzer->catalog, call->function),
        .kept = scope->kept,
    };
    call->site = site;
    return NULL;
}

/* A call that cannot be inlined: perhaps it is the whole statement, else the engine runs its body. */
static err leave_call(struct scope *scope, struct expr *call)
{
    struct top_call *top = scope->analyzer->top_call;
    if (!top || top->call || is_open(scope->analyzer, call->function))
        return keep_call(scope, call);
    top->call = call;
    top->scope = scope;
    return NULL;
}

/* How often the body names this argument: an upper bound, columns of the same name count too. */
struct arg_count {
    const struct cat_function *function;
    size_t *counts;
};

static void count_name(struct arg_count *count, str name)
{
    size_t input = 0;
    for (size_t i = 0; i < count->function->argument_count; i++) {
        const struct cat_argument *argument = &count->function->arguments[i];
        if (argument->mode == 'o' || argument->mode == 't') continue;
        if (!str_empty(argument->name) && str_eq(argument->name, name)) count->counts[input]++;
        input++;
    }
}

static bool count_visit(struct node *node, void *context)
{
    struct arg_count *count = context;
    if (node->kind == T_ColumnRef) {
        const struct list *fields = AST_AS(ColumnRef, node)->fields;
        for (size_t i = 0; i < fields->count; i++) count_name(count, ast_name_at(fields, i));
        return true;
    }
    if (node->kind == T_ParamRef && AST_AS(ParamRef, node)->number > 0 &&
        AST_AS(ParamRef, node)->number <= (int64_t)count->function->argument_count)
        count->counts[AST_AS(ParamRef, node)->number - 1]++;
    /* A name below a sublink is evaluated once per row there. */
    if (node->kind == T_SubLink || node->kind == T_SelectStmt) {
        ast_children(node, count_visit, context);
        return ast_children(node, count_visit, context);
    }
    return ast_children(node, count_visit, context);
}

static bool is_subquery(const struct expr *expr, void *context)
{
    (void)context;
    return expr->kind == EXPR_SUBQUERY;
}

/* Whether any argument must be computed once, beside the body. */
static bool needs_binding(struct scope *scope, const struct expr *call)
{
    const struct cat_function *function = call->function;
    bool all_cheap = true;
    for (size_t i = 0; i < call->args.count; i++)
        all_cheap = all_cheap && expr_is_cheap(call->args.at[i]);
    if (all_cheap || !function->statement_count) return false;
    struct arg_count count = {
        .function = function,
        .counts = ARENA_ARRAY(scope->analyzer->arena, size_t, function->argument_count + 1),
    };
    ast_children(function->statements[0], count_visit, &count);
    for (size_t i = 0; i < call->args.count; i++) {
        const struct expr *arg = call->args.at[i];
        if (!expr_is_cheap(arg) &&
            (count.counts[i] > 1 || expr_is_volatile(arg) || expr_any(arg, is_subquery, NULL)))
            return true;
    }
    return false;
}

/* FROM (SELECT arg1 AS a1, ...) args: the arguments as its columns. */
static err bind_args(struct scope *scope,
                     const struct expr *call,
                     struct query **outer,
                     struct expr ***args)
{
    struct analyzer *analyzer = scope->analyzer;
    struct query *values = query_new(analyzer, QUERY_SELECT);
    for (size_t i = 0; i < call->args.count; i++)
        query_add_target(analyzer->arena, values, call->args.at[i],
                         str_printf(analyzer->arena, "a%zu", i + 1));
    struct rte *rte;
    TRY(query_wrap(scope, values, STR("args"), outer, &rte));
    (*outer)->targets = NULL;
    (*outer)->target_count = 0;
    *args = ARENA_ARRAY(analyzer->arena, struct expr *, call->args.count);
    for (size_t i = 0; i < call->args.count; i++)
        (*args)[i] = infer_column_expr(&scope->infer, rte, (int)i);
    return NULL;
}

/* ---- scalar calls ------------------------------------------------------------------------------------- */

static bool is_lone_expr(const struct query *query)
{
    return query->target_count == 1 && !query->rtable_count && !query->where && !query->having &&
           !query->group_by.count && !query->has_aggregates && !query->limit && !query->offset &&
           !query->cte_count && query->set_op == SET_NONE && !query->values && !query->distinct;
}

static struct expr *one_row_limit(struct scope *scope)
{
    return infer_const(&scope->infer, INT8OID, value_int(1));
}

static void limit_to_one(struct scope *scope, struct query *query)
{
    bool one = query->has_aggregates && !query->group_by.count && query->set_op == SET_NONE;
    if (!one && !query->limit &&
        (query->rtable_count || query->set_op != SET_NONE || query->values))
        query->limit = one_row_limit(scope);
}

static struct expr *scalar_sublink(struct scope *scope,
                                   struct query *query,
                                   oid type,
                                   int32_t location)
{
    struct expr *link = infer_new(&scope->infer, EXPR_SUBQUERY, type, location);
    link->typmod = -1;
    link->sublink.kind = SUBLINK_SCALAR;
    link->sublink.query = query;
    return link;
}

/* Several result columns in a scalar place: one composite value, or a record of OUT arguments. */
static void gather_row(struct scope *scope,
                       struct query *query,
                       const struct cat_function *function)
{
    struct expr *row = infer_new(&scope->infer, EXPR_ROW, function->result, -1);
    struct record_field *names =
        ARENA_ARRAY(scope->analyzer->arena, struct record_field, query->target_count);
    for (size_t i = 0; i < query->target_count; i++) names[i].name = query->targets[i].name;
    if (function->result == RECORDOID && output_count(function) == query->target_count) {
        row->record = names;
        row->record_count = query->target_count;
    }
    row->args.at = ARENA_ARRAY(scope->analyzer->arena, struct expr *, query->target_count);
    for (size_t i = 0; i < query->target_count; i++)
        row->args.at[row->args.count++] = query->targets[i].expr;
    query->targets = NULL;
    query->target_count = 0;
    query_add_target(scope->analyzer->arena, query, row, STR("row"));
}

static err scalar_value(struct scope *scope,
                        const struct expr *call,
                        struct query *query,
                        struct expr **out)
{
    oid type = call->function->result;
    if (inline_returns_row(scope, call->function)) {
        struct rte *rte;
        if (query->set_op != SET_NONE || query->values || query->distinct)
            TRY(query_wrap(scope, query, call->function->name, &query, &rte));
        gather_row(scope, query, call->function);
    }
    if (is_lone_expr(query)) {
        *out = query->targets[0].expr;
        (*out)->location = call->location;
        return NULL;
    }
    limit_to_one(scope, query);
    *out = scalar_sublink(scope, query, type, call->location);
    return NULL;
}

/* STRICT: a NULL argument answers NULL and the body is not run. */
static err strict_guard(struct scope *scope, const struct expr *call, struct expr **out)
{
    struct infer_context *infer = &scope->infer;
    struct expr *any = NULL;
    for (size_t i = 0; i < call->args.count; i++) {
        struct expr *arg = call->args.at[i];
        if (arg->kind == EXPR_CONST && arg->constant.kind != VALUE_NULL) continue;
        struct expr *test = infer_new(infer, EXPR_NULL_TEST, BOOLOID, -1);
        test->args.at = ARENA_ARRAY(scope->analyzer->arena, struct expr *, 1);
        test->args.at[test->args.count++] = arg;
        any = infer_or(infer, any, test);
    }
    if (!any) return NULL;
    struct expr *branch = infer_new(infer, EXPR_CASE, (*out)->type, call->location);
    branch->typmod = -1;
    branch->case_of.arms = ARENA_NEW(scope->analyzer->arena, struct case_arm);
    branch->case_of.arm_count = 1;
    branch->case_of.arms[0] = (struct case_arm){any, infer_null(infer, (*out)->type)};
    branch->case_of.otherwise = *out;
    *out = branch;
    return NULL;
}

static bool is_from_call(const struct scope *scope, const struct expr *call)
{
    if (!AST_IS(FuncCall, scope->from_call)) return false;
    const struct FuncCall *node = AST_AS(FuncCall, scope->from_call);
    return node->base.location == call->location &&
           str_eq(ast_name_at(node->funcname, node->funcname->count - 1), call->function->name);
}

static bool is_user_call(const struct expr *expr, void *context)
{
    (void)context;
    return expr->kind == EXPR_USER_CALL;
}

/* In an expression that a table keeps there is no place for a sub-select, nor for another role. */
static bool must_stay_call(const struct scope *scope,
                           const struct expr *call,
                           const struct expr *value)
{
    if (!scope->kept) return false;
    return expr_any(value, is_subquery, NULL) ||
           (call->function->security_definer && expr_any(value, is_user_call, NULL));
}

static err inline_scalar(struct scope *scope, struct expr *call, struct expr **out)
{
    if (runs_by_itself(call->function)) {
        *out = call;
        return keep_call(scope, call);
    }
    if (scope->analyzer->trusted && is_open(scope->analyzer, call->function)) {
        *out = call; /* CREATE FUNCTION of one that calls itself: refused when it is called */
        return NULL;
    }
    size_t accesses = scope->analyzer->accesses.count;
    bool bind = needs_binding(scope, call);
    struct expr **args = call->args.at;
    struct query *outer = NULL;
    if (bind) TRY(bind_args(scope, call, &outer, &args));
    struct query *query;
    TRY(body_query(scope, call, args, &query));
    if (!query) {
        *out = call;
        return leave_call(scope, call);
    }
    struct expr *value;
    struct expr bound_call = *call;
    bound_call.args.at = args;
    TRY(scalar_value(scope, call, query, &value));
    if (call->function->strict) TRY(strict_guard(scope, &bound_call, &value));
    if (bind) {
        query_add_target(scope->analyzer->arena, outer, value, call->function->name);
        value = scalar_sublink(scope, outer, value->type, call->location);
    }
    if (must_stay_call(scope, call, value)) {
        scope->analyzer->accesses.count = accesses;
        *out = call;
        return keep_call(scope, call);
    }
    if (call->function->result == VOIDOID) {
        /* Run for its errors alone; what the last SELECT yields is nobody's. */
        struct expr *cell = ARENA_NEW(scope->analyzer->arena, struct expr);
        *cell = *value;
        cell->type = VOIDOID;
        value = cell;
    }
    *out = value;
    return NULL;
}

err inline_call(struct scope *scope, struct expr *call, struct expr **out)
{
    if (call->function->returns_set || is_from_call(scope, call)) {
        *out = call;
        return runs_by_itself(call->function) ? keep_call(scope, call) : NULL;
    }
    return inline_scalar(scope, call, out);
}

/* ---- calls in FROM ---------------------------------------------------------------------------------------- */

/* An aggregate over everything: of no rows too it answers one. */
static bool is_one_row(const struct query *query)
{
    return query->has_aggregates && !query->group_by.count && !query->having && !query->limit &&
           !query->offset && query->set_op == SET_NONE;
}

/* One row even when the body finds none: (SELECT) LEFT JOIN body ON true. */
static err always_one_row(struct scope *scope,
                          const struct cat_function *function,
                          struct query **query)
{
    struct analyzer *analyzer = scope->analyzer;
    if (is_one_row(*query)) return NULL;
    limit_to_one(scope, *query);
    if (!(*query)->rtable_count && (*query)->set_op == SET_NONE && !(*query)->where) return NULL;
    struct query *outer;
    struct rte *rte;
    TRY(query_wrap(scope, *query, function->name, &outer, &rte));
    struct query *single = query_new(analyzer, QUERY_SELECT);
    query_add_target(analyzer->arena, single, one_row_limit(scope), STR("one"));
    struct rte *one = rte_new(scope, RTE_SUBQUERY, STR("one"));
    TRY(rte_set_query(scope, one, single, NULL));
    struct from_item *left = ARENA_NEW(analyzer->arena, struct from_item);
    *left = (struct from_item){.kind = FROM_RTE, .rte = one};
    struct from_item *join = ARENA_NEW(analyzer->arena, struct from_item);
    *join = (struct from_item){
        .kind = FROM_JOIN,
        .join = JOIN_KIND_LEFT,
        .left = left,
        .right = outer->from[0],
        .on = infer_bool_const(&scope->infer, true),
    };
    outer->from[0] = join;
    outer->rtable = ARENA_ARRAY(analyzer->arena, struct rte *, 2);
    outer->rtable[0] = one;
    outer->rtable[1] = rte;
    outer->rtable_count = 2;
    *query = outer;
    return NULL;
}

/* STRICT in FROM: a NULL argument answers no row. */
static err strict_rows(struct scope *scope, const struct expr *call, struct query **query)
{
    struct infer_context *infer = &scope->infer;
    struct expr *all = NULL;
    for (size_t i = 0; i < call->args.count; i++) {
        if (call->args.at[i]->kind == EXPR_CONST && call->args.at[i]->constant.kind != VALUE_NULL)
            continue;
        struct expr *test = infer_new(infer, EXPR_NULL_TEST, BOOLOID, -1);
        test->negated = true;
        test->args.at = ARENA_ARRAY(scope->analyzer->arena, struct expr *, 1);
        test->args.at[test->args.count++] = call->args.at[i];
        all = infer_and(infer, all, test);
    }
    if (!all) return NULL;
    struct rte *rte;
    TRY(query_wrap(scope, *query, call->function->name, query, &rte));
    query_add_where(scope, *query, all);
    return NULL;
}

err inline_from(struct scope *scope, struct expr *call, struct query **out)
{
    const struct cat_function *function = call->function;
    bool set = function->returns_set;
    *out = NULL;
    if (scope->analyzer->trusted && is_open(scope->analyzer, function)) return NULL;
    if (runs_by_itself(function)) return keep_call(scope, call);
    if (!set && !inline_returns_row(scope, function)) {
        struct expr *value;
        TRY(inline_scalar(scope, call, &value));
        if (value->kind == EXPR_USER_CALL) return NULL;
        *out = query_new(scope->analyzer, QUERY_SELECT);
        query_add_target(scope->analyzer->arena, *out, value, function->name);
        return NULL;
    }
    for (size_t i = 0; i < call->args.count; i++)
        if (expr_is_volatile(call->args.at[i])) return keep_call(scope, call);
    TRY(body_query(scope, call, call->args.at, out));
    if (!*out) return leave_call(scope, call);
    if (!set) TRY(always_one_row(scope, function, out));
    return function->strict ? strict_rows(scope, call, out) : NULL;
}

/* ---- the top of a statement ------------------------------------------------------------------------------ */

static err step_add(struct scope *scope, struct inline_steps *out, struct query *query)
{
    *VEC_ADD(scope->analyzer->arena, out) = query;
    return NULL;
}

static bool depends_on_rows(const struct expr *expr, void *context)
{
    (void)context;
    return expr->kind == EXPR_COLUMN || expr->kind == EXPR_WHOLE_ROW ||
           expr->kind == EXPR_SUBQUERY || expr->kind == EXPR_USER_CALL;
}

/* Arguments are written into every statement of the body, so each must be the same everywhere. */
static bool has_stable_arguments(const struct expr *call)
{
    for (size_t i = 0; i < call->args.count; i++) {
        const struct expr *arg = call->args.at[i];
        if (expr_any(arg, depends_on_rows, NULL) || expr_is_volatile(arg)) return false;
    }
    return true;
}

/* One statement of the body, which may itself be nothing but a call. */
static err body_step(struct scope *scope,
                     const struct expr *call,
                     const struct node *node,
                     bool last,
                     struct inline_steps *out)
{
    struct analyzer *analyzer = scope->analyzer;
    const struct cat_function *function = call->function;
    size_t accesses = analyzer->accesses.count;
    struct top_call top = {0};
    struct scope *body;
    TRY(body_scope(scope, call, call->args.at, &body));
    analyzer->top_call = &top;
    TRY(analyze_elsewhere(analyzer, statement_analyze(body, body_statement(analyzer, node))));
    analyzer->top_call = NULL;
    TRY(inline_settle(body, &top));
    if (top.call) {
        TRY(inline_top(body, top.call, out));
        if (!last || function->result == VOIDOID) return NULL;
        return shape_result(body, function, &out->at[out->count - 1]);
    }
    if (last && function->result != VOIDOID) TRY(shape_result(body, function, &body->query));
    TRY(analyze_elsewhere(analyzer, statement_finish(body, accesses)));
    return step_add(scope, out, body->query);
}

static err body_steps(struct scope *scope, const struct expr *call, struct inline_steps *out)
{
    const struct cat_function *function = call->function;
    struct analyzer *analyzer = scope->analyzer;
    TRY(body_readable(scope, call));
    struct expansion open;
    TRY(enter_function(scope, function, &open));
    for (size_t i = 0; i < function->statement_count; i++)
        TRY(body_step(scope, call, function->statements[i], i + 1 == function->statement_count,
                      out));
    analyzer->functions = open.outer;
    if (!function->statement_count && function->result != VOIDOID)
        return final_must_answer(scope, function);
    return NULL;
}

/* SELECT f(...): the one target is the call, perhaps below casts. */
static struct expr **lone_call(struct query *query, const struct expr *call)
{
    if (!is_lone_expr(query)) return NULL;
    struct expr **slot = &query->targets[0].expr;
    while ((*slot)->kind == EXPR_CAST) slot = &(*slot)->args.at[0];
    return *slot == call ? slot : NULL;
}

static struct rte *call_rte(const struct query *query, const struct expr *call)
{
    bool alone =
        query->rtable_count == 1 && query->from_count == 1 && query->from[0]->kind == FROM_RTE;
    return alone && query->rtable[0]->function == call ? query->rtable[0] : NULL;
}

/* The call answered by rows of a writing statement: only when the outer SELECT adds nothing but names
 * and order of columns can its RETURNING list stand for it. */
static err rows_of_write(struct scope *scope,
                         const struct expr *call,
                         const struct rte *rte,
                         struct query *result)
{
    struct query *outer = scope->query;
    bool plain = result->set_op == SET_NONE && !result->values && !result->distinct &&
                 !outer->where && !outer->group_by.count && !outer->has_aggregates &&
                 !outer->has_windows && !outer->order.count && !outer->limit && !outer->offset &&
                 !outer->distinct && !outer->distinct_on.count && !outer->cte_count;
    struct target *targets =
        ARENA_ARRAY(scope->analyzer->arena, struct target, outer->target_count);
    for (size_t i = 0; plain && i < outer->target_count; i++) {
        const struct expr *expr = outer->targets[i].expr;
        plain = expr->kind == EXPR_COLUMN && expr->column.rte == rte;
        if (!plain) break;
        targets[i] = outer->targets[i];
        targets[i].expr = result->targets[expr->column.index].expr;
    }
    if (!plain)
        return NOT_DONE(scope, call->location,
                        "filtering, sorting or computing over the rows of function %.*s is not "
                        "supported: its last statement writes",
                        STR_FMT(call->function->name));
    result->targets = targets;
    result->target_count = outer->target_count;
    return NULL;
}

static err answer_from(struct scope *scope,
                       const struct expr *call,
                       struct rte *rte,
                       struct inline_steps *out)
{
    struct query *result = out->at[out->count - 1];
    const struct cat_function *function = call->function;
    if (query_modifies(result)) return rows_of_write(scope, call, rte, result);
    out->count--;
    bool one_row = !function->returns_set && inline_returns_row(scope, function);
    if (one_row)
        TRY(always_one_row(scope, function, &result));
    else if (!function->returns_set)
        limit_to_one(scope, result);
    rte->kind = RTE_SUBQUERY;
    rte->query = result;
    rte->function = NULL;
    scope->query->writes |= result->writes;
    return step_add(scope, out, scope->query);
}

static err answer_scalar(struct scope *scope,
                         const struct expr *call,
                         struct expr **slot,
                         struct inline_steps *out)
{
    struct query *result = out->at[out->count - 1];
    if (query_modifies(result)) {
        if (inline_returns_row(scope, call->function)) gather_row(scope, result, call->function);
        if (slot != &scope->query->targets[0].expr || result->target_count != 1)
            return NOT_DONE(scope, call->location,
                            "computing with the result of function %.*s is not supported: its "
                            "last statement writes",
                            STR_FMT(call->function->name));
        result->targets[0].name = scope->query->targets[0].name;
        if (result->command == QUERY_SELECT) limit_to_one(scope, result);
        return NULL;
    }
    out->count--;
    TRY(scalar_value(scope, call, result, slot));
    return step_add(scope, out, scope->query);
}

static err answer_void(struct scope *scope,
                       struct expr **slot,
                       struct rte *rte,
                       struct inline_steps *out)
{
    struct expr *nothing = infer_null(&scope->infer, VOIDOID);
    if (slot) {
        *slot = nothing;
        return step_add(scope, out, scope->query);
    }
    struct query *row = query_new(scope->analyzer, QUERY_SELECT);
    query_add_target(scope->analyzer->arena, row, nothing, rte->columns[0].name);
    rte->kind = RTE_SUBQUERY;
    rte->query = row;
    rte->function = NULL;
    return step_add(scope, out, scope->query);
}

/* The outer SELECT adds nothing but names and order of columns. */
static bool is_plain_outer(const struct query *outer)
{
    return !outer->where && !outer->group_by.count && !outer->has_aggregates &&
           !outer->has_windows && !outer->order.count && !outer->limit && !outer->offset &&
           !outer->distinct && !outer->distinct_on.count && !outer->cte_count;
}

static bool ends_with_write(const struct cat_function *function)
{
    if (!function->statement_count) return false;
    const struct node *last = function->statements[function->statement_count - 1];
    return !AST_IS(SelectStmt, last) && !AST_IS(ReturnStmt, last);
}

static bool all_not_null(const struct expr *call)
{
    for (size_t i = 0; i < call->args.count; i++)
        if (call->args.at[i]->kind != EXPR_CONST || call->args.at[i]->constant.kind == VALUE_NULL)
            return false;
    return true;
}

/* Whether the body's statements can stand for the one that calls. */
static bool is_whole_statement(const struct scope *scope, const struct expr *call)
{
    const struct cat_function *function = call->function;
    struct query *query = scope->query;
    struct expr **slot = lone_call(query, call);
    const struct rte *rte = slot ? NULL : call_rte(query, call);
    if (!slot && !rte) return false;
    if (!str_eq(function->language, STR("sql")) || !has_stable_arguments(call)) return false;
    if (function->strict && !all_not_null(call)) return false;
    if (!ends_with_write(function) || function->result == VOIDOID) return true;
    return slot ? slot == &query->targets[0].expr : is_plain_outer(query);
}

err inline_settle(struct scope *scope, struct top_call *top)
{
    if (!top->call || is_whole_statement(scope, top->call)) return NULL;
    struct expr *call = top->call;
    top->call = NULL;
    return keep_call(top->scope, call);
}

err inline_top(struct scope *scope, struct expr *call, struct inline_steps *out)
{
    struct expr **slot = lone_call(scope->query, call);
    struct rte *rte = slot ? NULL : call_rte(scope->query, call);
    TRY(body_steps(scope, call, out));
    size_t before = scope->analyzer->accesses.count;
    if (call->function->result == VOIDOID)
        TRY(answer_void(scope, slot, rte, out));
    else if (rte)
        TRY(answer_from(scope, call, rte, out));
    else
        TRY(answer_scalar(scope, call, slot, out));
    struct query *last = out->at[out->count - 1];
    if (last != scope->query) return NULL;
    return statement_finish(scope, before);
}

err inline_check(struct scope *scope, struct expr *call)
{
    struct inline_steps steps = {0};
    return body_steps(scope, call, &steps);
}
