/* A LANGUAGE sql body as a tree of statements whose arguments are variables. */
#include "base/vec.h"
#include "sql/catalog.h"
#include "sql/lex.h"
#include "sql/plpgsql.h"

struct making {
    struct arena *arena;
    const struct cat_function *function;
    const struct pl_name *names;
    struct {
        VEC(struct pl_variable);
    } variables;
    struct {
        VEC(int);
    } arguments, outputs;
    struct {
        VEC(const struct pl_expr *);
    } exprs;
};

static void name_add(struct making *making, enum pl_name_kind kind, str name, int variable)
{
    struct pl_name *added = ARENA_NEW(making->arena, struct pl_name);
    *added =
        (struct pl_name){.outer = making->names, .kind = kind, .name = name, .variable = variable};
    making->names = added;
}

/* OUT arguments name columns of the answer alone: the statements do not see them. */
static void argument_add(struct making *making, size_t index, size_t input)
{
    const struct cat_argument *argument = &making->function->arguments[index];
    int variable = (int)making->variables.count;
    bool given = argument->mode != 'o' && argument->mode != 't';
    *VEC_ADD(making->arena, &making->variables) = (struct pl_variable){
        .name = argument->name,
        .special = PL_ARGUMENT,
        .type = {.kind = PL_TYPE_ARGUMENT, .variable = -1, .argument = (int)index},
    };
    *VEC_ADD(making->arena, &making->arguments) = variable;
    if (argument->mode == 'o' || argument->mode == 'b' || argument->mode == 't')
        *VEC_ADD(making->arena, &making->outputs) = variable;
    if (!given) return;
    name_add(making, PL_NAME_VARIABLE, str_printf(making->arena, "$%zu", input + 1), variable);
    if (!str_empty(argument->name)) name_add(making, PL_NAME_VARIABLE, argument->name, variable);
}

static void statements(struct making *making)
{
    size_t at = 0;
    struct lex_statement found;
    while (lex_statement(making->function->body, &at, &found)) {
        struct pl_expr *expr = ARENA_NEW(making->arena, struct pl_expr);
        *expr = (struct pl_expr){
            .kind = PL_STATEMENT,
            .text = found.text,
            .at = found.start,
            .number = (int)making->exprs.count,
            .names = making->names,
        };
        *VEC_ADD(making->arena, &making->exprs) = expr;
    }
}

void plpgsql_of_sql(struct arena *arena,
                    const struct cat_function *function,
                    struct pl_function **out)
{
    struct making making = {.arena = arena, .function = function};
    size_t input = 0;
    name_add(&making, PL_NAME_LABEL, function->name, -1);
    for (size_t i = 0; i < function->argument_count; i++) {
        argument_add(&making, i, input);
        input += function->arguments[i].mode != 'o' && function->arguments[i].mode != 't';
    }
    statements(&making);
    struct pl_function *made = ARENA_NEW(arena, struct pl_function);
    *made = (struct pl_function){
        .variables = making.variables.at,
        .variable_count = making.variables.count,
        .exprs = making.exprs.at,
        .expr_count = making.exprs.count,
        .found = -1,
        .new_row = -1,
        .old_row = -1,
        .arguments = making.arguments.at,
        .argument_count = making.arguments.count,
        .outputs = making.outputs.at,
        .output_count = making.outputs.count,
        .conflict = PL_CONFLICT_COLUMN,
    };
    *out = made;
}
