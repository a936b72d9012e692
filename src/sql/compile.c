#include <assert.h>

#include "base/buf.h"
#include "base/json.h"
#include "sql/analyze_int.h"
#include "sql/inline.h"
#include "sql/plan_int.h"

/* One plan being made. Everything that it keeps is in plan->arena; errors move to scratch. */
struct compile {
    struct plan *plan;
    const struct compile_options *options;
    struct infer_params params;
    struct {
        VEC(struct plan_step);
    } steps;
};

/* ---- result columns ------------------------------------------------------------------------------ */

static str json_key(struct arena *arena, str name)
{
    struct buf text;
    buf_init(&text, 0);
    json_write_str(&text, name);
    buf_char(&text, ':');
    str key = str_copy(arena, buf_str(&text));
    buf_deinit(&text);
    return key;
}

static void node_columns(struct compile *compile,
                         struct infer_context *infer,
                         const struct query *query,
                         struct plan_node *node)
{
    struct arena *arena = compile->plan->arena;
    node->columns = ARENA_ARRAY(arena, struct plan_column, query->target_count);
    node->column_count = query->target_count;
    for (size_t i = 0; i < query->target_count; i++) {
        const struct target *target = &query->targets[i];
        node->columns[i] = (struct plan_column){
            .name = str_copy(arena, target->name),
            .json_key = json_key(arena, target->name),
            .type = target->expr->type,
            .typmod = target->expr->typmod,
            .ref = infer_expr_ref(arena, infer->catalog, target->expr),
            .hidden = target->hidden,
        };
    }
}

static struct plan_node *node_new(struct compile *compile,
                                  struct infer_context *infer,
                                  struct query *query)
{
    struct plan_node *node = ARENA_NEW(compile->plan->arena, struct plan_node);
    node->query = query;
    node_columns(compile, infer, query, node);
    compile->plan->writes |= query->writes;
    return node;
}

/* ---- one statement ------------------------------------------------------------------------------- */

struct analyzed {
    struct analyzer analyzer;
    struct scope *scope;
    struct top_call top;
};

static void options_of(const struct compile *compile,
                       struct analyze_options *out,
                       struct infer_params *params)
{
    const struct compile_options *options = compile->options;
    *out = (struct analyze_options){
        .arena = compile->plan->arena,
        .catalog = compile->plan->catalog,
        .role = options->role,
        .search_path =
            compile->plan->path, /* the plan outlives the options, and calls look there */
        .search_path_count = compile->plan->path_count,
        .api = options->api,
        .params = params,
        .variables = options->variables,
        .session = options->session,
        .procedures = options->procedures,
        .variables_from = options->param_count,
    };
}

/* The last ResTargets, which feed children and sorting, are not part of the answer. */
static err hide_targets(struct scope *scope, size_t hidden)
{
    if (!hidden) return NULL;
    if (hidden > scope->target_start_count)
        return NOT_DONE(scope, -1, "hidden columns need a select list");
    size_t first = scope->target_starts[scope->target_start_count - hidden];
    for (size_t i = first; i < scope->query->target_count; i++)
        scope->query->targets[i].hidden = true;
    return NULL;
}

/* The statement, not yet guarded. It is copied: trees borrow its texts, and the plan outlives it. */
static err analyze_node(struct compile *compile,
                        const struct compile_node *in,
                        bool may_call,
                        struct analyzed *out)
{
    struct analyze_options options;
    options_of(compile, &options, &compile->params);
    analyzer_init(&out->analyzer, &options);
    out->top = (struct top_call){0};
    out->analyzer.top_call = may_call ? &out->top : NULL;
    out->scope = analyzer_root(&out->analyzer, &options);
    TRY(statement_analyze(out->scope, ast_copy(options.arena, in->statement)));
    out->analyzer.top_call = NULL;
    return hide_targets(out->scope, in->hidden_count);
}

/* ---- children ---------------------------------------------------------------------------------------- */

static err link_one(struct compile *compile,
                    const struct scope *parent,
                    const struct plan_node *parent_node,
                    struct scope *child,
                    const struct compile_link *in,
                    struct plan_link *out)
{
    struct infer_context *infer = &child->infer;
    size_t index = (size_t)in->parent_target;
    if (index >= parent->target_start_count ||
        parent->target_starts[index + 1] != parent->target_starts[index] + 1)
        return NOT_DONE(child, -1, "a link needs exactly one column of the parent");
    out->parent_column = (int)parent->target_starts[index];
    oid type = parent_node->columns[out->parent_column].type;
    struct expr *expr;
    TRY(infer_expr_in(infer, INFER_WHERE, ast_copy(compile->plan->arena, in->child_expr), &expr));
    TRY(infer_operator_find(infer, STR("="), type, expr->type, expr->location, &out->equal));
    oid wanted = out->equal->args[1];
    if (!builtin_is_polymorphic(wanted))
        TRY(infer_coerce(infer, expr, wanted, -1, CAST_IMPLICIT, &expr));
    out->child_expr = expr;
    return NULL;
}

static err compile_children(struct compile *compile,
                            const struct compile_node *in,
                            const struct scope *scope,
                            struct plan_node *node);

static err compile_child(struct compile *compile,
                         const struct compile_child *in,
                         const struct scope *parent,
                         const struct plan_node *parent_node,
                         struct plan_child *out)
{
    struct arena *arena = compile->plan->arena;
    struct analyzed *child = ARENA_NEW(arena, struct analyzed);
    TRY(analyze_node(compile, in->node, false, child));
    *out = (struct plan_child){
        .name = str_copy(arena, in->name),
        .json_key = json_key(arena, in->name),
        .shape = in->shape,
        .links = ARENA_ARRAY(arena, struct plan_link, in->link_count),
        .link_count = in->link_count,
    };
    for (size_t i = 0; i < parent_node->column_count; i++)
        out->position += !parent_node->columns[i].hidden;
    for (size_t i = 0; i < in->link_count; i++)
        TRY(link_one(compile, parent, parent_node, child->scope, &in->links[i], &out->links[i]));
    TRY(statement_finish(child->scope, 0));
    out->node = node_new(compile, &child->scope->infer, child->scope->query);
    return compile_children(compile, in->node, child->scope, out->node);
}

static err compile_children(struct compile *compile,
                            const struct compile_node *in,
                            const struct scope *scope,
                            struct plan_node *node)
{
    node->children = ARENA_ARRAY(compile->plan->arena, struct plan_child, in->child_count);
    for (size_t i = 0; i < in->child_count; i++) {
        TRY(compile_child(compile, &in->children[i], scope, node, &node->children[i]));
        node->child_count++;
    }
    return NULL;
}

/* ---- the order of a write's rows --------------------------------------------------------------------- */

static err compile_sorts(struct compile *compile,
                         const struct compile_node *in,
                         struct scope *scope,
                         struct plan_node *node)
{
    node->sorts = ARENA_ARRAY(compile->plan->arena, struct plan_sort, in->sort_count);
    for (size_t i = 0; i < in->sort_count; i++) {
        size_t index = (size_t)in->sorts[i].parent_target;
        assert(index < scope->target_start_count);
        struct sort_item item;
        size_t column = scope->target_starts[index];
        TRY(infer_sort_item(&scope->infer, in->sorts[i].order, scope->query->targets[column].expr,
                            &item));
        node->sorts[node->sort_count++] = (struct plan_sort){
            .column = column,
            .descending = item.descending,
            .nulls_first = item.nulls_first,
        };
    }
    return NULL;
}

/* ---- steps ---------------------------------------------------------------------------------------------- */

static struct plan_step *step_add(struct compile *compile,
                                  struct plan_node *node,
                                  enum result_shape shape,
                                  bool result)
{
    struct plan_step *step = VEC_ADD(compile->plan->arena, &compile->steps);
    *step = (struct plan_step){.node = node, .shape = shape, .result = result};
    return step;
}

/* SELECT f() of a function that returns no set is one row, whatever its last statement yields. */
static enum result_shape body_shape(enum result_shape asked,
                                    const struct cat_function *function,
                                    const struct plan_node *last)
{
    if (asked != RESULT_ROWS || function->returns_set) return asked;
    return last->column_count == 1 ? RESULT_SCALAR : RESULT_OBJECT;
}

/* A call that could not be inlined: its body's statements, the last of which answers. */
static err compile_body(struct compile *compile,
                        const struct compile_step *in,
                        struct analyzed *analyzed)
{
    struct inline_steps body = {0};
    TRY(inline_top(analyzed->scope, analyzed->top.call, &body));
    TRY(hide_targets(analyzed->scope, in->node->hidden_count));
    struct infer_context *infer = &analyzed->scope->infer;
    for (size_t i = 0; i + 1 < body.count; i++)
        step_add(compile, node_new(compile, infer, body.at[i]), RESULT_NONE, false);
    struct plan_node *last = node_new(compile, infer, body.at[body.count - 1]);
    step_add(compile, last, body_shape(in->shape, analyzed->top.call->function, last), in->result);
    return compile_children(compile, in->node, analyzed->scope, last);
}

static err compile_step(struct compile *compile, const struct compile_step *in)
{
    struct analyzed *analyzed = ARENA_NEW(compile->plan->arena, struct analyzed);
    TRY(analyze_node(compile, in->node, true, analyzed));
    TRY(inline_settle(analyzed->scope, &analyzed->top));
    if (analyzed->top.call) return compile_body(compile, in, analyzed);
    TRY(statement_finish(analyzed->scope, 0));
    struct plan_node *node = node_new(compile, &analyzed->scope->infer, analyzed->scope->query);
    step_add(compile, node, in->shape, in->result);
    TRY(compile_sorts(compile, in->node, analyzed->scope, node));
    return compile_children(compile, in->node, analyzed->scope, node);
}

static err compile_count(struct compile *compile)
{
    if (!compile->options->count) return NULL;
    struct analyzed *analyzed = ARENA_NEW(compile->plan->arena, struct analyzed);
    TRY(analyze_node(compile, compile->options->count, false, analyzed));
    TRY(statement_finish(analyzed->scope, 0));
    compile->plan->count = node_new(compile, &analyzed->scope->infer, analyzed->scope->query);
    return NULL;
}

/* ---- parameters ------------------------------------------------------------------------------------------ */

static void params_begin(struct compile *compile)
{
    const struct compile_options *options = compile->options;
    for (size_t i = 0; i < options->param_count; i++)
        *VEC_ADD(compile->plan->arena, &compile->params) = (struct infer_param){
            .type = options->params[i].type ? options->params[i].type : UNKNOWNOID,
            .typmod = options->params[i].typmod,
        };
}

/* What nothing gave a type is text, as in a PostgreSQL select list. */
static void params_end(struct compile *compile)
{
    struct plan *plan = compile->plan;
    plan->param_count = compile->params.count;
    plan->params = ARENA_ARRAY(plan->arena, struct plan_param, plan->param_count);
    for (size_t i = 0; i < plan->param_count; i++) {
        const struct infer_param *param = &compile->params.at[i];
        bool known = param->type && param->type != UNKNOWNOID;
        oid type = known ? param->type : (oid)TEXTOID;
        int32_t typmod = known ? param->typmod : -1;
        plan->params[i] = (struct plan_param){
            .type = type,
            .typmod = typmod,
            .ref = catalog_type_ref(plan->arena, plan->catalog, type, typmod),
        };
    }
}

static void path_keep(struct plan *plan, const struct compile_options *options)
{
    str *path = ARENA_ARRAY(plan->arena, str, options->search_path_count);
    for (size_t i = 0; i < options->search_path_count; i++)
        path[i] = str_copy(plan->arena, options->search_path[i]);
    plan->path = path;
    plan->path_count = options->search_path_count;
}

/* ---- plans ------------------------------------------------------------------------------------------------- */

static err compile_all(struct arena *scratch,
                       struct compile *compile,
                       err (*print)(struct arena *scratch, struct plan *plan))
{
    const struct compile_options *options = compile->options;
    struct plan *plan = compile->plan;
    if (catalog_is_remote(plan->catalog)) return compile_remote(scratch, options, plan, print);
    path_keep(plan, options);
    params_begin(compile);
    for (size_t i = 0; i < options->step_count; i++) TRY(compile_step(compile, &options->steps[i]));
    TRY(compile_count(compile));
    params_end(compile);
    plan->steps = compile->steps.at;
    plan->step_count = compile->steps.count;
    return print ? print(scratch, plan) : NULL;
}

enum param_rule { PARAMS_AS_MET, PARAMS_GIVEN_ALONE };

static err compile_plan(struct arena *scratch,
                        const struct compile_options *options,
                        enum param_rule rule,
                        err (*print)(struct arena *scratch, struct plan *plan),
                        struct plan **out)
{
    struct compile compile = {
        .plan = plan_new(options->catalog, options->role),
        .options = options,
        .params.fixed = rule == PARAMS_GIVEN_ALONE,
    };
    err error = compile_all(scratch, &compile, print);
    if (error) {
        error = err_copy(scratch, error);
        plan_unref(compile.plan);
        return error;
    }
    *out = compile.plan;
    return NULL;
}

err sql_compile(struct arena *scratch,
                const struct compile_options *options,
                err (*print)(struct arena *scratch, struct plan *plan),
                struct plan **out)
{
    return compile_plan(scratch, options, PARAMS_AS_MET, print, out);
}

static bool yields_rows(const struct node *statement)
{
    switch ((int)statement->kind) {
    case T_InsertStmt: return AST_AS(InsertStmt, statement)->returningList->count > 0;
    case T_UpdateStmt: return AST_AS(UpdateStmt, statement)->returningList->count > 0;
    case T_DeleteStmt: return AST_AS(DeleteStmt, statement)->returningList->count > 0;
    default: return true;
    }
}

err sql_compile_statement(struct arena *scratch,
                          const struct compile_options *options,
                          const struct node *statement,
                          err (*print)(struct arena *scratch, struct plan *plan),
                          struct plan **out)
{
    bool rows = yields_rows(statement);
    struct compile_node node = {.statement = statement};
    struct compile_step step = {
        .node = &node,
        .shape = rows ? RESULT_ROWS : RESULT_NONE,
        .result = rows,
    };
    struct compile_options one = *options;
    one.steps = &step;
    one.step_count = 1;
    return compile_plan(scratch, &one, PARAMS_GIVEN_ALONE, print, out);
}

/* ---- calls --------------------------------------------------------------------------------------------------- */

static bool is_input(const struct cat_argument *argument)
{
    return argument->mode != 'o' && argument->mode != 't';
}

/* f(a => $1, b => $2): by name, for the given ones need not be the first; by place when nameless. */
static struct node *call_node(struct arena *arena,
                              const struct compile_options *options,
                              const struct compile_call *call,
                              struct plan_param *params,
                              size_t *param_count)
{
    const struct cat_function *function = call->function;
    const struct cat_schema *schema = catalog_schema(options->catalog, function->schema);
    struct FuncCall *node =
        ast_func_call(arena, schema ? schema->name : STR_NONE, function->name, NULL);
    size_t input = 0;
    for (size_t i = 0; i < function->argument_count; i++) {
        const struct cat_argument *argument = &function->arguments[i];
        if (!is_input(argument) || !call->given[input++]) continue;
        params[*param_count] = (struct plan_param){.type = argument->type, .typmod = -1};
        struct node *param = ast_param(arena, (int64_t)++ * param_count);
        if (argument->mode == 'v') node->func_variadic = true;
        if (!str_empty(argument->name) && argument->mode != 'v') {
            struct NamedArgExpr *named = AST_NEW(arena, NamedArgExpr);
            named->name = argument->name;
            named->arg = param;
            param = AST_NODE(named);
        }
        ast_list_add(arena, &node->args, param);
    }
    return AST_NODE(node);
}

/* Composite, TABLE and OUT results have columns; the rest is one value. */
static bool returns_columns(const struct catalog *catalog, const struct cat_function *function)
{
    size_t outputs = 0;
    for (size_t i = 0; i < function->argument_count; i++)
        outputs += function->arguments[i].mode == 'o' || function->arguments[i].mode == 'b' ||
                   function->arguments[i].mode == 't';
    if (outputs || function->returns_table) return true;
    const struct cat_type *type = catalog_type(catalog, function->result);
    return function->result == RECORDOID || (type && type->relation);
}

static enum result_shape call_shape(const struct catalog *catalog,
                                    const struct cat_function *function)
{
    if (function->result == VOIDOID) return RESULT_NONE;
    bool columns = returns_columns(catalog, function);
    if (function->returns_set) return columns ? RESULT_ROWS : RESULT_SCALAR_ARRAY;
    return columns ? RESULT_OBJECT : RESULT_SCALAR;
}

struct node *sql_call_as_select(struct arena *arena, const struct CallStmt *call)
{
    struct SelectStmt *select = AST_NEW(arena, SelectStmt);
    struct RangeFunction *range = AST_NEW(arena, RangeFunction);
    struct List *pair = AST_NEW(arena, List);
    pair->items = ast_list(arena, AST_NODE(call->funccall), NULL);
    ast_list_add(arena, &range->functions, AST_NODE(pair));
    ast_list_add(arena, &select->fromClause, AST_NODE(range));
    ast_list_add(arena, &select->targetList,
                 ast_res_target(arena, STR_NONE, ast_star(arena, STR_NONE)));
    return AST_NODE(select);
}

/* SELECT * FROM f(...), or SELECT f(...). */
static struct node *call_statement(struct arena *arena,
                                   const struct catalog *catalog,
                                   const struct cat_function *function,
                                   struct node *call)
{
    struct SelectStmt *select = AST_NEW(arena, SelectStmt);
    bool rows = function->returns_set || returns_columns(catalog, function);
    struct node *target = rows ? ast_star(arena, STR_NONE) : call;
    ast_list_add(arena, &select->targetList, ast_res_target(arena, STR_NONE, target));
    if (!rows) return AST_NODE(select);
    struct RangeFunction *range = AST_NEW(arena, RangeFunction);
    struct List *pair = AST_NEW(arena, List);
    pair->items = ast_list(arena, call, NULL);
    ast_list_add(arena, &range->functions, AST_NODE(pair));
    ast_list_add(arena, &select->fromClause, AST_NODE(range));
    return AST_NODE(select);
}

bool sql_call_takes_outer(const struct catalog *catalog, const struct cat_function *function)
{
    bool sql = str_eq(function->language, STR("sql"));
    return !sql || function->statement_count == 1 || catalog_is_remote(catalog);
}

err sql_compile_call(struct arena *scratch,
                     const struct compile_options *options,
                     const struct compile_call *call,
                     err (*print)(struct arena *scratch, struct plan *plan),
                     struct plan **out)
{
    const struct cat_function *function = call->function;
    size_t most = function->argument_count + options->param_count;
    struct plan_param *params = ARENA_ARRAY(scratch, struct plan_param, most);
    size_t count = 0;
    struct node *node = call_node(scratch, options, call, params, &count);
    for (size_t i = count; i < options->param_count; i++) params[i] = options->params[i];
    struct compile_node root = {0};
    if (call->outer)
        root = *call->outer;
    else
        root.statement = call_statement(scratch, options->catalog, function, node);
    enum result_shape shape = call_shape(options->catalog, function);
    struct compile_step step = {.node = &root, .shape = shape, .result = shape != RESULT_NONE};
    struct compile_options all = *options;
    all.steps = &step;
    all.step_count = 1;
    all.params = params;
    all.param_count = options->param_count > count ? options->param_count : count;
    TRY(sql_compile(scratch, &all, print, out));
    /* Of a body that stays on the server only the declaration is known. */
    if (catalog_is_remote(options->catalog)) {
        (*out)->writes = function->volatility == 'v';
        (*out)->calls = true;
    }
    return NULL;
}
