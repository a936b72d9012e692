/* The texts of a function: what their names mean, and their plans. */
#include "base/vec.h"
#include "engine/sqlite/pl_int.h"
#include "sql/parse.h"

/* ---- names ---- */

struct lookup {
    struct compile_variables base; /* first */
    struct pl_frame *frame;
    struct arena *arena; /* of the compilation */
    const struct pl_name *names;
    int test;   /* of CASE; -1 */
    bool calls; /* CALL: procedures may be named */
    struct {
        VEC(struct pl_use);
    } uses;
};

#define CASE_TEST "__Case__Variable__"

static size_t use_of(struct lookup *lookup, int variable, int field, oid type)
{
    for (size_t i = 0; i < lookup->uses.count; i++)
        if (lookup->uses.at[i].variable == variable && lookup->uses.at[i].field == field) return i;
    *VEC_ADD(lookup->arena, &lookup->uses) = (struct pl_use){
        .variable = variable,
        .field = field,
        .type = type,
        .shape = lookup->frame->vars[variable].shape,
    };
    return lookup->uses.count - 1;
}

/* a, or a of a.b when a is a row; else label.a. *used: how many parts name the variable. */
static int name_find(struct lookup *lookup, const str *parts, size_t count, size_t *used)
{
    const struct pl_name *block = lookup->names;
    if (lookup->test >= 0 && count == 1 && str_eq(parts[0], STR(CASE_TEST))) {
        *used = 1;
        return lookup->test;
    }
    for (const struct pl_name *at = lookup->names; at != NULL; at = at->outer) {
        if (at->kind == PL_NAME_VARIABLE) {
            bool fits = count == 1 || pl_holds_row(lookup->frame, at->variable);
            if (!fits || !str_eq(at->name, parts[0])) continue;
            *used = 1;
            return at->variable;
        }
        if (count > 1 && !str_empty(at->name) && str_eq(at->name, parts[0]))
            for (const struct pl_name *in = block; in != at; in = in->outer)
                if (in->kind == PL_NAME_VARIABLE && str_eq(in->name, parts[1])) {
                    *used = 2;
                    return in->variable;
                }
        block = at->outer;
    }
    return -1;
}

static err not_assigned(struct lookup *lookup, int variable)
{
    struct err *error = err_sql(lookup->arena, "55000", "record \"%.*s\" is not assigned yet",
                                STR_FMT(lookup->frame->tree->variables[variable].name));
    return err_details(lookup->arena, error,
                       "The tuple structure of a not-yet-assigned record is indeterminate.");
}

static err find_row_field(struct lookup *lookup,
                          int variable,
                          str name,
                          struct compile_variable *out)
{
    const struct pl_shape *shape = lookup->frame->vars[variable].shape;
    if (shape == NULL) return not_assigned(lookup, variable);
    for (size_t i = 0; i < shape->count; i++) {
        if (!str_eq(shape->fields[i].name, name)) continue;
        *out = (struct compile_variable){
            .param = use_of(lookup, variable, (int)i, shape->fields[i].type),
            .type = shape->fields[i].type,
            .typmod = shape->fields[i].typmod,
        };
        return NULL;
    }
    return err_sql(lookup->arena, "42703", "record \"%.*s\" has no field \"%.*s\"",
                   STR_FMT(lookup->frame->tree->variables[variable].name), STR_FMT(name));
}

static err find_row(struct lookup *lookup, int variable, bool fields, struct compile_variable *out)
{
    const struct pl_shape *shape = lookup->frame->vars[variable].shape;
    if (shape == NULL) return not_assigned(lookup, variable);
    struct compile_field *parts = ARENA_ARRAY(lookup->arena, struct compile_field, shape->count);
    for (size_t i = 0; i < shape->count; i++)
        parts[i] = (struct compile_field){
            .name = shape->fields[i].name,
            .type = shape->fields[i].type,
            .typmod = shape->fields[i].typmod,
            .param = fields ? use_of(lookup, variable, (int)i, shape->fields[i].type) : 0,
        };
    *out = (struct compile_variable){
        .param = fields ? 0 : use_of(lookup, variable, -1, shape->row_type),
        .type = shape->row_type,
        .typmod = -1,
        .fields = parts,
        .field_count = shape->count,
    };
    return NULL;
}

static err find_variable(struct compile_variables *self,
                         const str *parts,
                         size_t count,
                         bool fields,
                         bool *found,
                         struct compile_variable *out)
{
    struct lookup *lookup = (struct lookup *)self;
    size_t used = 0;
    int variable = name_find(lookup, parts, count, &used);
    bool row = variable >= 0 && pl_holds_row(lookup->frame, variable);
    size_t left = count - used;
    *found = variable >= 0 && (row ? left <= 1 && (!fields || left == 0) : left == 0 && !fields);
    if (!*found) return NULL;
    if (row && left == 1) return find_row_field(lookup, variable, parts[used], out);
    if (row) return find_row(lookup, variable, fields, out);
    const struct pl_var_type *type = &lookup->frame->code->types[variable];
    *out = (struct compile_variable){
        .param = use_of(lookup, variable, -1, type->type),
        .type = type->type,
        .typmod = type->typmod,
        .from_zero = lookup->frame->tree->variables[variable].special == PL_TG_ARGV,
    };
    return NULL;
}

static const struct cat_relation *find_table(struct compile_variables *self, str name, bool *is_new)
{
    const struct pl_code *code = ((struct lookup *)self)->frame->code;
    bool is_old = !str_empty(code->old_table) && str_eq(code->old_table, name);
    *is_new = !is_old && !str_empty(code->new_table) && str_eq(code->new_table, name);
    return is_old || *is_new ? code->relation : NULL;
}

/* ---- queries ---- */

static str query_text(struct arena *arena, const struct pl_expr *expr, enum pl_query_kind kind)
{
    switch (kind) {
    case PL_QUERY_EXPRESSION: return str_printf(arena, "SELECT %.*s", STR_FMT(expr->text));
    case PL_QUERY_CASE:
        return str_printf(arena, "SELECT \"" CASE_TEST "\" IN (%.*s)", STR_FMT(expr->text));
    case PL_QUERY_STATEMENT:
    case PL_QUERY_CALL: break;
    }
    return expr->text;
}

static bool is_query(const struct node *node)
{
    return AST_IS(SelectStmt, node) || AST_IS(InsertStmt, node) || AST_IS(UpdateStmt, node) ||
           AST_IS(DeleteStmt, node);
}

static struct compile_options options_of(const struct pl_frame *frame)
{
    return (struct compile_options){
        .catalog = frame->run->session->catalog,
        .role = frame->code->role,
        .search_path = frame->code->path,
        .search_path_count = frame->code->path_count,
    };
}

int pl_variable_named(const struct pl_expr *text, str name)
{
    for (const struct pl_name *at = text->names; at != NULL; at = at->outer)
        if (at->kind == PL_NAME_VARIABLE && str_eq(at->name, name)) return at->variable;
    return -1;
}

const struct cat_function *pl_called(const struct plan *plan)
{
    const struct query *query = plan->steps[plan->step_count - 1].node->query;
    if (query->rtable_count != 1 || query->rtable[0]->kind != RTE_FUNCTION) return NULL;
    const struct expr *call = query->rtable[0]->function;
    return call->kind == EXPR_USER_CALL ? call->function : NULL;
}

/* What answers without being run. */
static const struct expr *simple_of(const struct plan *plan)
{
    if (plan->step_count != 1) return NULL;
    const struct query *query = plan->steps[0].node->query;
    bool bare = query->command == QUERY_SELECT && query->rtable_count == 0 &&
                query->set_op == SET_NONE && query->values == NULL && query->where == NULL &&
                query->limit == NULL && query->offset == NULL && query->target_count == 1 &&
                query->cte_count == 0 && !query->has_aggregates && !query->having;
    if (!bare) return NULL;
    const struct expr *expr = query->targets[0].expr;
    while (expr->kind == EXPR_CAST && expr->cast.binary) expr = expr->args.at[0];
    if (expr->type != query->targets[0].expr->type) return NULL;
    return expr->kind == EXPR_CONST || expr->kind == EXPR_PARAM ? expr : NULL;
}

static err not_allowed(struct pl_frame *frame, const struct plan *plan)
{
    static const char *const names[] = {[QUERY_SELECT] = "SELECT FOR UPDATE",
                                        [QUERY_INSERT] = "INSERT",
                                        [QUERY_UPDATE] = "UPDATE",
                                        [QUERY_DELETE] = "DELETE"};
    const struct query *query = plan->steps[plan->step_count - 1].node->query;
    bool writes = query->command != QUERY_SELECT || query->locks_rows;
    if (!writes || frame->code->function->volatility == 'v') return NULL;
    return err_sql(frame->arena, "0A000", "%s is not allowed in a non-volatile function",
                   names[query->command]);
}

/* A frame's shapes end before the plan does. */
static struct pl_use use_kept(const struct pl_frame *frame,
                              struct arena *arena,
                              const struct pl_use *use)
{
    struct pl_use kept = *use;
    if (use->shape == NULL) return kept;
    struct pl_shape *shape = ARENA_NEW(arena, struct pl_shape);
    struct pl_field *fields = ARENA_ARRAY(arena, struct pl_field, use->shape->count);
    *shape = (struct pl_shape){
        .row_type = use->shape->row_type, .fields = fields, .count = use->shape->count};
    for (size_t i = 0; i < shape->count; i++)
        fields[i] = (struct pl_field){.name = str_copy(arena, use->shape->fields[i].name),
                                      .type = use->shape->fields[i].type};
    kept.shape = shape;
    kept.known = pl_shape_is_kept(frame, use->shape) ? NULL : use->shape;
    return kept;
}

static err compile_node_of(struct pl_frame *frame,
                           struct lookup *lookup,
                           const struct node *node,
                           struct pl_query *query)
{
    struct compile_options options = options_of(frame);
    options.variables = &lookup->base;
    options.procedures = lookup->calls;
    struct plan *plan;
    TRY(sql_compile_statement(lookup->arena, &options, node, program_print, &plan));
    if (query->plan != NULL) plan_unref(query->plan);
    struct pl_use *uses = ARENA_ARRAY(plan->arena, struct pl_use, lookup->uses.count);
    for (size_t i = 0; i < lookup->uses.count; i++)
        uses[i] = use_kept(frame, plan->arena, &lookup->uses.at[i]);
    *query = (struct pl_query){
        .catalog = options.catalog,
        .plan = plan,
        .uses = uses,
        .use_count = lookup->uses.count,
        .shape = pl_code_shape(frame->code, pl_shape_of_plan(lookup->arena, plan)),
        .simple = simple_of(plan),
        .call = lookup->calls,
    };
    return NULL;
}

static err compile_expr(struct pl_frame *frame,
                        struct arena *arena,
                        const struct pl_expr *expr,
                        enum pl_query_kind kind,
                        int test,
                        struct pl_query *query)
{
    struct node *node;
    struct lookup lookup = {
        .base = {.conflict = (enum compile_conflict)frame->tree->conflict,
                 .find = find_variable,
                 .table = find_table},
        .frame = frame,
        .arena = arena,
        .names = expr->names,
        .test = kind == PL_QUERY_CASE ? test : -1,
        .calls = kind == PL_QUERY_CALL,
    };
    TRY(sql_parse_one(arena, query_text(arena, expr, kind), &node));
    if (kind == PL_QUERY_CALL) node = sql_call_as_select(arena, AST_AS(CallStmt, node));
    if (!is_query(node))
        return err_sql(arena, "0A000", "this statement is not supported in a function here");
    return compile_node_of(frame, &lookup, node, query);
}

/* A record may hold other columns than when the text was compiled. */
static bool fits(const struct pl_frame *frame, const struct pl_query *query)
{
    if (query->plan == NULL || query->catalog != frame->run->session->catalog) return false;
    for (size_t i = 0; i < query->use_count; i++) {
        const struct pl_use *use = &query->uses[i];
        const struct pl_shape *shape = frame->vars[use->variable].shape;
        if (!pl_holds_row(frame, use->variable)) {
            if (frame->code->types[use->variable].type != use->type) return false;
            continue;
        }
        if (shape == use->known && (shape != NULL || use->shape == NULL)) continue;
        if (shape == NULL || use->shape == NULL) return false;
        if (use->field < 0 && !pl_shapes_equal(shape, use->shape)) return false;
        if (use->field < 0) continue;
        size_t at = (size_t)use->field;
        if (at >= shape->count || shape->fields[at].type != use->type ||
            !str_eq(shape->fields[at].name, use->shape->fields[at].name))
            return false;
    }
    return true;
}

err pl_query_find(struct pl_frame *frame,
                  const struct pl_expr *expr,
                  enum pl_query_kind kind,
                  int test,
                  struct pl_query **out)
{
    struct pl_query *query = &frame->code->queries[expr->number];
    *out = query;
    if (fits(frame, query)) return not_allowed(frame, query->plan);
    struct arena *arena = arena_new(0);
    err error = compile_expr(frame, arena, expr, kind, test, query);
    if (error == NULL) error = not_allowed(frame, query->plan);
    if (error != NULL) {
        /* Places in a text inside a function are nobody's outside. */
        struct err *copy = (struct err *)(uintptr_t)err_copy(frame->arena, error);
        copy->at = -1;
        error = copy;
    }
    arena_free(arena);
    return error;
}

err pl_query_dynamic(struct pl_frame *frame,
                     const struct node *statement,
                     str text,
                     const struct pl_field *params,
                     size_t param_count,
                     struct plan **out)
{
    struct arena *arena = arena_new(0);
    struct compile_options options = options_of(frame);
    struct plan_param *types = ARENA_ARRAY(arena, struct plan_param, param_count);
    for (size_t i = 0; i < param_count; i++)
        types[i] = (struct plan_param){.type = params[i].type, .typmod = params[i].typmod};
    options.params = types;
    options.param_count = param_count;
    options.source = text;
    err error = sql_compile_statement(arena, &options, statement, program_print, out);
    if (error == NULL) {
        error = not_allowed(frame, *out);
        if (error != NULL) plan_unref(*out);
    }
    if (error != NULL) error = err_copy(frame->arena, error);
    arena_free(arena);
    return error;
}
