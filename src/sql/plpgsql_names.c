/* What is in scope, and variables as targets: pl_funcs.c (plpgsql_ns_lookup) and the targets of pl_gram.y. */
#include "sql/builtin.h"
#include "sql/catalog.h"
#include "sql/plpgsql_int.h"

/* ---- adding ---- */

void pl_push_label(struct pl_parser *parser, str label, bool loop)
{
    struct pl_name *name = ARENA_NEW(parser->arena, struct pl_name);
    *name = (struct pl_name){
        .outer = parser->names,
        .kind = PL_NAME_LABEL,
        .name = label,
        .variable = -1,
        .loop = loop,
    };
    parser->names = name;
}

void pl_add_name(struct pl_parser *parser, str text, int variable)
{
    struct pl_name *name = ARENA_NEW(parser->arena, struct pl_name);
    *name = (struct pl_name){
        .outer = parser->names,
        .kind = PL_NAME_VARIABLE,
        .name = text,
        .variable = variable,
    };
    parser->names = name;
}

int pl_add_variable(struct pl_parser *parser, const struct pl_variable *variable)
{
    int number = (int)parser->variables.count;
    *VEC_ADD(parser->arena, &parser->variables) = *variable;
    pl_add_name(parser, variable->name, number);
    return number;
}

int pl_add_special(struct pl_parser *parser, enum pl_special special, str name, const char *type)
{
    struct pl_variable variable = {.name = name, .special = special};
    variable.type = (struct pl_type){.kind = PL_TYPE_NAMED, .variable = -1};
    variable.type.name = ast_type_name(parser->arena, STR("pg_catalog"), str_of(type));
    return pl_add_variable(parser, &variable);
}

/* ---- looking up ---- */

/* From the innermost variable of a level to its label. */
static const struct pl_name *level_label(const struct pl_name *level)
{
    while (level && level->kind != PL_NAME_LABEL) level = level->outer;
    return level;
}

static const struct pl_name *find_in_level(const struct pl_name *level, str name)
{
    for (; level && level->kind == PL_NAME_VARIABLE; level = level->outer)
        if (str_eq(level->name, name)) return level;
    return NULL;
}

bool pl_declared_here(const struct pl_parser *parser, str name)
{
    return find_in_level(parser->names, name) != NULL;
}

const struct pl_name *pl_find_label(const struct pl_parser *parser, str label)
{
    for (const struct pl_name *name = parser->names; name; name = name->outer)
        if (name->kind == PL_NAME_LABEL && str_eq(name->name, label)) return name;
    return NULL;
}

bool pl_inside_loop(const struct pl_parser *parser)
{
    for (const struct pl_name *name = parser->names; name; name = name->outer)
        if (name->kind == PL_NAME_LABEL && name->loop) return true;
    return false;
}

/* ---- what a variable is ---- */

static const struct pl_type *type_of(const struct pl_parser *parser, int variable)
{
    const struct pl_type *type = &parser->variables.at[variable].type;
    while (type->kind == PL_TYPE_COLUMN && type->variable >= 0)
        type = &parser->variables.at[type->variable].type;
    return type;
}

static oid argument_type(const struct pl_parser *parser, const struct pl_type *type)
{
    return parser->function->arguments[type->argument].type;
}

bool pl_is_row(const struct pl_parser *parser, int variable)
{
    const struct pl_type *type = type_of(parser, variable);
    switch (type->kind) {
    case PL_TYPE_RECORD:
    case PL_TYPE_ROW:
    case PL_TYPE_TRIGGER_ROW: return true;
    case PL_TYPE_ARGUMENT: return argument_type(parser, type) == RECORDOID;
    case PL_TYPE_NAMED:
    case PL_TYPE_COLUMN:
    case PL_TYPE_CURSOR: return false;
    }
    return false;
}

bool pl_is_cursor(const struct pl_parser *parser, int variable)
{
    return type_of(parser, variable)->kind == PL_TYPE_CURSOR;
}

static bool is_scalar_type(oid type)
{
    return builtin_type(type) && type != RECORDOID && !builtin_is_polymorphic(type);
}

/* It may have fields: a name of a type says nothing of that, unless the type is built in. */
static bool may_have_fields(const struct pl_parser *parser, int variable)
{
    const struct pl_type *type = type_of(parser, variable);
    if (type->kind == PL_TYPE_ARGUMENT) return !is_scalar_type(argument_type(parser, type));
    if (type->kind == PL_TYPE_CURSOR) return false;
    if (type->kind != PL_TYPE_NAMED) return true;
    if (type->name->arrayBounds->count) return false;
    str name = ast_name_at(type->name->names, type->name->names->count - 1);
    const struct builtin_type *builtin = builtin_type_named(name);
    return !builtin || !is_scalar_type(builtin->oid);
}

err pl_check_assignable(const struct pl_parser *parser, int variable, size_t at)
{
    const struct pl_variable *target = &parser->variables.at[variable];
    if (!target->constant) return NULL;
    return pl_error(parser, at, "22005", "variable \"%.*s\" is declared CONSTANT",
                    STR_FMT(target->name));
}

/* ---- dotted names ---- */

static bool is_name_token(const struct pl_token *token)
{
    return token->kind == LEX_WORD || token->kind == LEX_NAME || token->kind == LEX_PARAM;
}

bool pl_dotted(struct pl_parser *parser, struct pl_dotted *out)
{
    const struct pl_token *token = pl_peek(parser, 0);
    if (!is_name_token(token) || token->keyword == PL_RESERVED) return false;
    *out = (struct pl_dotted){.at = token->at, .identifiers = true};
    *VEC_ADD(parser->arena, &out->names) = pl_name_of(parser, token);
    parser->next++;
    while (pl_is(parser, STR(".")) && is_name_token(pl_peek(parser, 1)) &&
           pl_peek(parser, 1)->kind != LEX_PARAM) {
        token = pl_peek(parser, 1);
        out->identifiers = out->identifiers && token->keyword != PL_RESERVED;
        *VEC_ADD(parser->arena, &out->names) = pl_name_of(parser, token);
        parser->next += 2;
    }
    return true;
}

str pl_dotted_text(const struct pl_parser *parser, const struct pl_dotted *dotted)
{
    return str_join(parser->arena, dotted->names.at, dotted->names.count, STR("."));
}

static bool found(const struct pl_parser *parser,
                  const struct pl_name *name,
                  size_t used_names,
                  size_t count,
                  int *variable,
                  size_t *used)
{
    if (!name) return false;
    if (used_names < count && !may_have_fields(parser, name->variable)) return false;
    *variable = name->variable;
    *used = used_names;
    return true;
}

bool pl_resolve(const struct pl_parser *parser,
                const struct pl_str_list *names,
                int *variable,
                size_t *used)
{
    const struct pl_name *level = parser->names;
    while (level) {
        const struct pl_name *label = level_label(level);
        const struct pl_name *plain = find_in_level(level, names->at[0]);
        if (found(parser, plain, 1, names->count, variable, used)) return true;
        if (names->count > 1 && label && str_eq(label->name, names->at[0])) {
            const struct pl_name *qualified = find_in_level(level, names->at[1]);
            if (found(parser, qualified, 2, names->count, variable, used)) return true;
        }
        level = label ? label->outer : NULL;
    }
    return false;
}

/* ---- targets ---- */

err pl_not_a_variable(const struct pl_parser *parser, const struct pl_dotted *dotted)
{
    return pl_error(parser, dotted->at, "42601", "\"%.*s\" is not a known variable",
                    STR_FMT(pl_dotted_text(parser, dotted)));
}

err pl_target(struct pl_parser *parser, struct pl_target *out, bool *whole_row)
{
    struct pl_dotted dotted;
    if (!pl_dotted(parser, &dotted)) return pl_syntax_error(parser, "syntax error");
    int variable;
    size_t used;
    if (!pl_resolve(parser, &dotted.names, &variable, &used))
        return pl_not_a_variable(parser, &dotted);
    TRY(pl_check_assignable(parser, variable, dotted.at));
    *out = (struct pl_target){
        .variable = variable,
        .fields = dotted.names.at + used,
        .field_count = dotted.names.count - used,
        .line = pl_line(parser, dotted.at),
        .at = dotted.at,
    };
    *whole_row = out->field_count == 0 && pl_is_row(parser, variable);
    return NULL;
}

static str target_name(const struct pl_parser *parser, const struct pl_target *target)
{
    return parser->variables.at[target->variable].name;
}

err pl_more_targets(struct pl_parser *parser, struct pl_target_list *targets)
{
    while (pl_take(parser, STR(","))) {
        size_t at = pl_peek(parser, 0)->at;
        if (targets->count >= PL_INTO_TARGETS_MAX)
            return pl_error(parser, at, "54000", "too many INTO variables specified");
        bool whole_row;
        struct pl_target target;
        TRY(pl_target(parser, &target, &whole_row));
        if (whole_row)
            return pl_error(parser, at, "42601", "\"%.*s\" is not a scalar variable",
                            STR_FMT(target_name(parser, &target)));
        *VEC_ADD(parser->arena, targets) = target;
    }
    return NULL;
}

err pl_into(struct pl_parser *parser, bool strict_allowed, struct pl_into *out)
{
    *out = (struct pl_into){.given = true};
    out->strict = strict_allowed && pl_take(parser, STR("strict"));
    struct pl_target_list targets = {0};
    struct pl_target first;
    bool whole_row;
    TRY(pl_target(parser, &first, &whole_row));
    if (whole_row && pl_is(parser, STR(",")))
        return pl_error(parser, pl_peek(parser, 0)->at, "42601",
                        "record variable cannot be part of multiple-item INTO list");
    *VEC_ADD(parser->arena, &targets) = first;
    TRY(pl_more_targets(parser, &targets));
    out->targets = targets.at;
    out->target_count = targets.count;
    return NULL;
}
