/* A PL/pgSQL function from its text: arguments, options, blocks, handlers (pl_comp.c, pl_gram.y). */
#include "sql/builtin.h"
#include "sql/catalog.h"
#include "sql/plpgsql_int.h"

/* ---- conditions ---- */

static const struct condition {
    str name;
    str sqlstate;
} conditions[] = {
#define CONDITION(name, sqlstate) {STR_INIT(#name), STR_INIT(sqlstate)},
#include "sql/plpgsql_conditions.def"
#undef CONDITION
};

str plpgsql_condition(str name)
{
    for (size_t i = 0; i < COUNT_OF(conditions); i++)
        if (str_eq(conditions[i].name, name)) return conditions[i].sqlstate;
    return STR_NONE;
}

static bool is_sqlstate(str text)
{
    bool fits = text.len == 5;
    for (size_t i = 0; fits && i < text.len; i++) {
        char c = text.at[i];
        fits = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
    }
    return fits;
}

static err sqlstate_string(struct pl_parser *parser, str *out)
{
    TRY(pl_string(parser, out));
    if (is_sqlstate(*out)) return NULL;
    parser->next--;
    return pl_syntax_error(parser, "invalid SQLSTATE code");
}

err pl_condition(struct pl_parser *parser, struct pl_str_list *out, str *name)
{
    size_t at = pl_peek(parser, 0)->at;
    TRY(pl_identifier(parser, name));
    if (str_eq(*name, STR("sqlstate"))) return sqlstate_string(parser, VEC_ADD(parser->arena, out));
    size_t before = out->count;
    if (str_eq(*name, STR("others"))) *VEC_ADD(parser->arena, out) = STR("OTHERS");
    for (size_t i = 0; i < COUNT_OF(conditions); i++)
        if (str_eq(conditions[i].name, *name))
            *VEC_ADD(parser->arena, out) = conditions[i].sqlstate;
    if (out->count > before) return NULL;
    return pl_error(parser, at, "42704", "unrecognized exception condition \"%.*s\"",
                    STR_FMT(*name));
}

/* ---- blocks ---- */

struct handlers {
    VEC(struct pl_handler);
};

static err handler(struct pl_parser *parser, struct pl_handler *out)
{
    struct pl_str_list list = {0};
    str name;
    out->line = pl_line(parser, pl_peek(parser, 0)->at);
    TRY(pl_expect(parser, STR("when")));
    do TRY(pl_condition(parser, &list, &name));
    while (pl_take(parser, STR("or")));
    TRY(pl_expect(parser, STR("then")));
    out->conditions = list.at;
    out->condition_count = list.count;
    return pl_body(parser, &out->body);
}

static int handler_variable(struct pl_parser *parser, enum pl_special special, str name)
{
    int variable = pl_add_special(parser, special, name, "text");
    parser->variables.at[variable].constant = true;
    return variable;
}

/* Its variables are in scope up to the block's end. */
static err exceptions(struct pl_parser *parser, struct pl_statement *out)
{
    if (!pl_take(parser, STR("exception"))) return NULL;
    out->block.sqlstate = handler_variable(parser, PL_SQLSTATE, STR("sqlstate"));
    out->block.sqlerrm = handler_variable(parser, PL_SQLERRM, STR("sqlerrm"));
    struct handlers handlers = {0};
    do TRY(handler(parser, VEC_ADD(parser->arena, &handlers)));
    while (pl_is(parser, STR("when")));
    out->block.handlers = handlers.at;
    out->block.handler_count = handlers.count;
    return NULL;
}

err pl_end_label(struct pl_parser *parser, str label)
{
    const struct pl_token *token = pl_peek(parser, 0);
    if (!pl_is_identifier(token)) return NULL;
    str end;
    TRY(pl_identifier(parser, &end));
    if (str_empty(label))
        return pl_error(parser, token->at, "42601",
                        "end label \"%.*s\" specified for unlabeled block", STR_FMT(end));
    if (str_eq(label, end)) return NULL;
    return pl_error(parser, token->at, "42601",
                    "end label \"%.*s\" differs from block's label \"%.*s\"", STR_FMT(end),
                    STR_FMT(label));
}

err pl_block(struct pl_parser *parser, struct pl_statement *out, str label, size_t start)
{
    const struct pl_name *outside = parser->names;
    out->kind = PL_BLOCK;
    out->label = label;
    out->at = start;
    out->block.sqlstate = out->block.sqlerrm = -1;
    pl_push_label(parser, label, false);
    struct pl_ints variables = {0};
    if (pl_take(parser, STR("declare"))) TRY(pl_declare(parser, &variables));
    out->block.variables = variables.at;
    out->block.variable_count = variables.count;
    out->line = pl_line(parser, pl_peek(parser, 0)->at);
    TRY(pl_expect(parser, STR("begin")));
    TRY(pl_body(parser, &out->block.body));
    TRY(exceptions(parser, out));
    TRY(pl_expect(parser, STR("end")));
    parser->names = outside;
    return pl_end_label(parser, label);
}

/* ---- the function around it ---- */

static int argument(struct pl_parser *parser, size_t index)
{
    str name = parser->function->arguments[index].name;
    str number = str_printf(parser->arena, "$%zu", index + 1);
    struct pl_variable variable = {
        .name = str_empty(name) ? number : name,
        .special = PL_ARGUMENT,
        .type = {.kind = PL_TYPE_ARGUMENT, .variable = -1, .argument = (int)index},
    };
    int made = pl_add_variable(parser, &variable);
    if (!str_empty(name)) pl_add_name(parser, number, made);
    return made;
}

static void arguments(struct pl_parser *parser, struct pl_function *out)
{
    const struct cat_function *function = parser->function;
    struct pl_ints all = {0}, outputs = {0};
    for (size_t i = 0; i < function->argument_count; i++) {
        char mode = function->arguments[i].mode;
        int variable = argument(parser, i);
        *VEC_ADD(parser->arena, &all) = variable;
        if (mode == 'o' || mode == 'b' || mode == 't') *VEC_ADD(parser->arena, &outputs) = variable;
    }
    out->arguments = all.at;
    out->argument_count = all.count;
    out->outputs = outputs.at;
    out->output_count = outputs.count;
    parser->outputs = outputs.count > 0;
}

static int trigger_row(struct pl_parser *parser, enum pl_special special, str name)
{
    struct pl_variable variable = {
        .name = name,
        .special = special,
        .type = {.kind = PL_TYPE_TRIGGER_ROW, .variable = -1},
    };
    return pl_add_variable(parser, &variable);
}

static void trigger_variables(struct pl_parser *parser)
{
    static const struct {
        enum pl_special special;
        str name;
        const char *type;
    } rows[] = {
        {PL_TG_NAME,         STR_INIT("tg_name"),         "name" },
        {PL_TG_WHEN,         STR_INIT("tg_when"),         "text" },
        {PL_TG_LEVEL,        STR_INIT("tg_level"),        "text" },
        {PL_TG_OP,           STR_INIT("tg_op"),           "text" },
        {PL_TG_RELID,        STR_INIT("tg_relid"),        "oid"  },
        {PL_TG_RELNAME,      STR_INIT("tg_relname"),      "name" },
        {PL_TG_TABLE_SCHEMA, STR_INIT("tg_table_schema"), "name" },
        {PL_TG_NARGS,        STR_INIT("tg_nargs"),        "int4" },
        {PL_TG_ARGV,         STR_INIT("tg_argv"),         "_text"},
    };
    parser->new_row = trigger_row(parser, PL_NEW, STR("new"));
    parser->old_row = trigger_row(parser, PL_OLD, STR("old"));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int variable = pl_add_special(parser, rows[i].special, rows[i].name, rows[i].type);
        if (rows[i].special == PL_TG_RELNAME) pl_add_name(parser, STR("tg_table_name"), variable);
    }
}

/* #option dump, #print_strict_params, #variable_conflict */
static err options(struct pl_parser *parser)
{
    while (pl_take(parser, STR("#"))) {
        bool known = false;
        if (pl_take(parser, STR("option"))) {
            known = pl_take(parser, STR("dump"));
        } else if (pl_take(parser, STR("print_strict_params"))) {
            known = pl_take(parser, STR("on")) || pl_take(parser, STR("off"));
        } else if (pl_take(parser, STR("variable_conflict"))) {
            known = true;
            if (pl_take(parser, STR("error")))
                parser->conflict = PL_CONFLICT_ERROR;
            else if (pl_take(parser, STR("use_variable")))
                parser->conflict = PL_CONFLICT_VARIABLE;
            else if (pl_take(parser, STR("use_column")))
                parser->conflict = PL_CONFLICT_COLUMN;
            else
                known = false;
        }
        if (!known) return pl_syntax_error(parser, "syntax error");
    }
    return NULL;
}

static err whole(struct pl_parser *parser, struct pl_statement *block)
{
    TRY(pl_tokens_read(parser));
    TRY(options(parser));
    size_t start = pl_peek(parser, 0)->at;
    str label = STR_NONE;
    if (pl_take(parser, STR("<<"))) {
        TRY(pl_identifier(parser, &label));
        TRY(pl_expect(parser, STR(">>")));
    }
    if (!pl_is(parser, STR("declare")) && !pl_is(parser, STR("begin")))
        return pl_syntax_error(parser, "syntax error");
    TRY(pl_block(parser, block, label, start));
    pl_take(parser, STR(";"));
    return pl_peek(parser, 0)->kind == LEX_END ? NULL : pl_syntax_error(parser, "syntax error");
}

err plpgsql_parse(struct arena *arena,
                  const struct cat_function *function,
                  str body,
                  struct pl_function **out)
{
    struct pl_parser parser = {
        .arena = arena,
        .function = function,
        .body = body,
        .new_row = -1,
        .old_row = -1,
    };
    struct pl_function *made = ARENA_NEW(arena, struct pl_function);
    struct pl_statement *block = ARENA_NEW(arena, struct pl_statement);
    pl_push_label(&parser, function->name, false);
    arguments(&parser, made);
    parser.found = pl_add_special(&parser, PL_FOUND, STR("found"), "bool");
    if (function->result == TRIGGEROID) trigger_variables(&parser);
    TRY(whole(&parser, block));
    made->variables = parser.variables.at;
    made->variable_count = parser.variables.count;
    made->block = block;
    made->exprs = parser.exprs.at;
    made->expr_count = parser.exprs.count;
    made->found = parser.found;
    made->new_row = parser.new_row;
    made->old_row = parser.old_row;
    made->conflict = parser.conflict;
    made->writes = parser.writes;
    made->dynamic = parser.dynamic;
    made->unsteady = parser.unsteady;
    made->calls = parser.calls.at;
    made->call_count = parser.calls.count;
    *out = made;
    return NULL;
}

const struct pl_function *plpgsql_load(struct arena *arena, const struct cat_function *function)
{
    struct pl_function *parsed = NULL;
    err error = plpgsql_parse(arena, function, function->body, &parsed);
    return error ? NULL : parsed;
}
