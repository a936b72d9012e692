/* sql/compile_remote.c - plans for a server that analyzes by itself: the trees as they were built.
 *
 * What is left to do here is small: who writes, how many parameters there are, which of them have a
 * type that the caller knows. Everything else the server says (docs/decisions/007). */
#include "base/buf.h"
#include "sql/ast.h"
#include "sql/deparse.h"
#include "sql/plan_int.h"
#include "types/type_text.h"

/* ---- effects ---- */

static bool is_write(const struct node *node)
{
    return AST_IS(InsertStmt, node) || AST_IS(UpdateStmt, node) || AST_IS(DeleteStmt, node) ||
           AST_IS(MergeStmt, node) || AST_IS(LockingClause, node);
}

struct survey {
    bool writes;
    int64_t params;
};

static bool survey_node(struct node *node, void *context)
{
    struct survey *survey = context;
    survey->writes = survey->writes || is_write(node);
    if (AST_IS(ParamRef, node) && AST_AS(ParamRef, node)->number > survey->params)
        survey->params = AST_AS(ParamRef, node)->number;
    return ast_children(node, survey_node, context);
}

static void survey_tree(struct survey *survey, const struct compile_node *in)
{
    (void)survey_node((struct node *)(uintptr_t)in->statement, survey);
    for (size_t i = 0; i < in->child_count; i++) survey_tree(survey, in->children[i].node);
}

/* ---- the plan ---- */

static struct plan_node *node_new(struct plan *plan, const struct compile_node *in)
{
    struct plan_node *node = ARENA_NEW(plan->arena, struct plan_node);
    node->built = in;
    return node;
}

static void set_params(struct plan *plan, const struct compile_options *options, size_t count)
{
    plan->param_count = count > options->param_count ? count : options->param_count;
    plan->params = ARENA_ARRAY(plan->arena, struct plan_param, plan->param_count);
    for (size_t i = 0; i < plan->param_count; i++) {
        struct plan_param *param = &plan->params[i];
        param->typmod = -1;
        if (i >= options->param_count || !options->params[i].type) continue;
        *param = options->params[i];
        param->ref = catalog_type_ref(plan->arena, plan->catalog, param->type, param->typmod);
    }
}

static bool stands_before(const struct compile_options *options, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (str_eq(options->search_path[i], options->search_path[index])) return true;
    return false;
}

/* As set_config takes it, each schema once: public, extensions. */
static str search_path_text(struct arena *arena, const struct compile_options *options)
{
    struct buf text;
    buf_init(&text, 0);
    for (size_t i = 0; i < options->search_path_count; i++) {
        if (stands_before(options, i)) continue;
        if (i) buf_lit(&text, ", ");
        deparse_ident(&text, options->search_path[i]);
    }
    str copy = str_copy(arena, buf_str(&text));
    buf_deinit(&text);
    return copy;
}

err compile_remote(struct arena *scratch,
                   const struct compile_options *options,
                   struct plan *plan,
                   err (*print)(struct arena *scratch, struct plan *plan))
{
    struct survey survey = {0};
    plan->steps = ARENA_ARRAY(plan->arena, struct plan_step, options->step_count);
    for (size_t i = 0; i < options->step_count; i++) {
        const struct compile_step *in = &options->steps[i];
        survey_tree(&survey, in->node);
        plan->steps[plan->step_count++] = (struct plan_step){
            .node = node_new(plan, in->node), .shape = in->shape, .result = in->result};
    }
    if (options->count) {
        survey_tree(&survey, options->count);
        plan->count = node_new(plan, options->count);
    }
    plan->writes = survey.writes;
    set_params(plan, options, (size_t)survey.params);
    plan->search_path = search_path_text(plan->arena, options);
    return print ? print(scratch, plan) : NULL;
}

err plan_param_input(struct arena *arena,
                     const struct plan_param *param,
                     str text,
                     struct value *out)
{
    if (param->ref) return type_input(arena, NULL, param->ref, TYPE_ASSIGNMENT, text, out);
    *out = value_text(text);
    return NULL;
}

static str json_as_text(const struct json *json)
{
    switch (json->kind) {
    case JSON_STRING:
    case JSON_NUMBER: return json->text;
    case JSON_TRUE: return STR("true");
    case JSON_FALSE: return STR("false");
    case JSON_NULL: return STR("null");
    case JSON_ARRAY:
    case JSON_OBJECT: break;
    }
    return json->source;
}

err plan_param_json(struct arena *arena,
                    const struct plan_param *param,
                    const struct json *json,
                    struct value *out)
{
    if (param->ref) return type_from_json(arena, NULL, param->ref, json, out);
    *out = value_text(json_as_text(json));
    return NULL;
}
