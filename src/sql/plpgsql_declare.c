/* DECLARE: variables, aliases, cursors, and the types of them (pl_gram.y, decl_sect and read_datatype). */
#include "sql/builtin.h"
#include "sql/parse.h"
#include "sql/plpgsql_int.h"

/* ---- types ---- */

static err type_error(const struct pl_parser *parser, err error, size_t start)
{
    struct err *placed = ARENA_NEW(parser->arena, struct err);
    *placed = *error;
    placed->details = STR_NONE;
    return pl_place(parser, placed, start + (size_t)(error->at > 0 ? error->at : 0));
}

static bool is_catalog_name(const struct TypeName *type, str name)
{
    size_t count = type->names->count;
    bool schema = count == 2 && str_eq(ast_name_at(type->names, 0), STR("pg_catalog"));
    return (count == 1 || schema) && !type->arrayBounds->count &&
           str_eq(ast_name_at(type->names, count - 1), name);
}

/* record and refcursor are kinds of their own; other pseudo types hold no value. */
static err named_kind(const struct pl_parser *parser, str variable, struct pl_type *type)
{
    const struct TypeName *name = type->name;
    if (is_catalog_name(name, STR("record"))) type->kind = PL_TYPE_RECORD;
    if (is_catalog_name(name, STR("refcursor"))) type->kind = PL_TYPE_CURSOR;
    if (type->kind != PL_TYPE_NAMED) type->name = NULL;
    if (!type->name || !name->names->count) return NULL;
    str last = ast_name_at(name->names, name->names->count - 1);
    const struct builtin_type *builtin = builtin_type_named(last);
    if (!builtin || builtin->kind != 'p' || !is_catalog_name(name, last)) return NULL;
    return pl_error(parser, type->at, "0A000", "variable \"%.*s\" has pseudo-type %.*s",
                    STR_FMT(variable), STR_FMT(last));
}

/* What may follow a type, in a declaration and in a cursor's arguments. */
static bool follows_type(const struct pl_token *token, size_t depth)
{
    static const str words[] = {STR_INIT("collate"), STR_INIT("not"),     STR_INIT("="),
                                STR_INIT(":="),      STR_INIT("default"), STR_INIT(";")};
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (pl_token_is(token, words[i])) return true;
    return depth == 0 && (pl_token_is(token, STR(",")) || pl_token_is(token, STR(")")));
}

static err written_type(struct pl_parser *parser, str variable, struct pl_type *out)
{
    size_t depth = 0, first = parser->next;
    for (; !follows_type(pl_peek(parser, 0), depth); parser->next++) {
        if (pl_peek(parser, 0)->kind == LEX_END)
            return pl_syntax_error(parser, depth ? "mismatched parentheses"
                                                 : "incomplete data type declaration");
        if (pl_is(parser, STR("("))) depth++;
        if (pl_is(parser, STR(")")) && depth) depth--;
    }
    if (parser->next == first) return pl_syntax_error(parser, "missing data type declaration");
    const struct pl_token *last = &parser->tokens[parser->next - 1];
    size_t start = parser->tokens[first].at;
    str text = str_slice(parser->body, start, last->at + last->text.len);
    struct TypeName *name;
    err error = sql_parse_type(parser->arena, text, &name);
    if (error) return type_error(parser, error, start);
    if (name->setof || name->pct_type)
        return pl_error(parser, start, "42601", "invalid type name \"%.*s\"", STR_FMT(text));
    *out = (struct pl_type){.kind = PL_TYPE_NAMED, .name = name, .variable = -1, .at = start};
    return named_kind(parser, variable, out);
}

static const struct TypeName *name_of(const struct pl_parser *parser,
                                      const struct pl_dotted *dotted,
                                      bool column)
{
    struct TypeName *name = AST_NEW(parser->arena, TypeName);
    name->names = ast_names_of(parser->arena, dotted->names.at, dotted->names.count);
    name->pct_type = column;
    return name;
}

/* x%TYPE: of a variable, else of a column; x alone may be a type. False: nothing of these. */
static bool same_type(const struct pl_parser *parser,
                      const struct pl_dotted *dotted,
                      struct pl_type *out)
{
    int variable;
    size_t used;
    out->kind = PL_TYPE_COLUMN;
    if (pl_resolve(parser, &dotted->names, &variable, &used) && used == dotted->names.count) {
        out->variable = variable;
        return !pl_is_row(parser, variable);
    }
    bool column = dotted->names.count > 1;
    if (!column) out->kind = PL_TYPE_NAMED;
    out->name = name_of(parser, dotted, column);
    return dotted->names.count <= 3;
}

static err data_type(struct pl_parser *parser, str variable, struct pl_type *out)
{
    size_t first = parser->next;
    struct pl_dotted dotted;
    bool percent = pl_dotted(parser, &dotted) && pl_take(parser, STR("%"));
    if (percent) {
        *out = (struct pl_type){.variable = -1, .at = parser->tokens[first].at};
        bool done = false;
        if (pl_is(parser, STR("type"))) {
            done = same_type(parser, &dotted, out);
        } else if (pl_is(parser, STR("rowtype")) && dotted.names.count <= 3) {
            out->kind = PL_TYPE_ROW;
            out->name = name_of(parser, &dotted, false);
            done = true;
        }
        if (done) {
            parser->next++;
            return NULL;
        }
        parser->next--; /* a type's name ends before % */
        return pl_syntax_error(parser, "syntax error");
    }
    parser->next = first;
    return written_type(parser, variable, out);
}

/* ---- variables ---- */

static err new_name(struct pl_parser *parser, str *out)
{
    const struct pl_token *token = pl_peek(parser, 0);
    bool fits = pl_is_identifier(token) || token->kind == LEX_PARAM;
    if (!fits) return pl_syntax_error(parser, "syntax error");
    *out = pl_name_of(parser, token);
    if (pl_declared_here(parser, *out)) return pl_syntax_error(parser, "duplicate declaration");
    parser->next++;
    return NULL;
}

static err collation(struct pl_parser *parser)
{
    struct pl_dotted name;
    if (!pl_take(parser, STR("collate"))) return NULL;
    return pl_dotted(parser, &name) ? NULL : pl_syntax_error(parser, "syntax error");
}

static err initial_value(struct pl_parser *parser, struct pl_variable *variable)
{
    if (pl_take(parser, STR(";"))) return NULL;
    bool value =
        pl_take(parser, STR("=")) || pl_take(parser, STR(":=")) || pl_take(parser, STR("default"));
    if (!value) return pl_syntax_error(parser, "syntax error");
    return pl_expression(parser, PL_UNTIL(";", STR_INIT(";")), &variable->init, NULL);
}

static err variable(struct pl_parser *parser, struct pl_variable *variable)
{
    size_t at = pl_peek(parser, 0)->at;
    variable->constant = pl_take(parser, STR("constant"));
    TRY(data_type(parser, variable->name, &variable->type));
    TRY(collation(parser));
    if (pl_take(parser, STR("not"))) {
        TRY(pl_expect(parser, STR("null")));
        variable->not_null = true;
    }
    TRY(initial_value(parser, variable));
    if (variable->not_null && !variable->init)
        return pl_error(parser, at, "22004",
                        "variable \"%.*s\" must have a default value, since it's declared NOT NULL",
                        STR_FMT(variable->name));
    return NULL;
}

static err alias(struct pl_parser *parser, str name)
{
    parser->next++;
    TRY(pl_expect(parser, STR("for")));
    struct pl_dotted dotted;
    if (!pl_dotted(parser, &dotted)) return pl_syntax_error(parser, "syntax error");
    int variable;
    size_t used;
    if (!pl_resolve(parser, &dotted.names, &variable, &used) || used < dotted.names.count)
        return pl_error(parser, dotted.at, "42704", "variable \"%.*s\" does not exist",
                        STR_FMT(pl_dotted_text(parser, &dotted)));
    pl_add_name(parser, name, variable);
    return pl_expect(parser, STR(";"));
}

/* ---- cursors ---- */

static err cursor_arguments(struct pl_parser *parser, struct pl_ints *out)
{
    if (!pl_take(parser, STR("("))) return NULL;
    do {
        struct pl_variable variable = {.line = pl_line(parser, pl_peek(parser, 0)->at)};
        TRY(new_name(parser, &variable.name));
        TRY(data_type(parser, variable.name, &variable.type));
        *VEC_ADD(parser->arena, out) = pl_add_variable(parser, &variable);
    } while (pl_take(parser, STR(",")));
    return pl_expect(parser, STR(")"));
}

static bool starts_cursor(const struct pl_parser *parser)
{
    return pl_is(parser, STR("cursor")) || pl_is(parser, STR("scroll")) || pl_is(parser, STR("no"));
}

/* [NO SCROLL | SCROLL] CURSOR [(arguments)] FOR query. The arguments are names for the query alone. */
static err cursor(struct pl_parser *parser, struct pl_variable *variable, struct pl_ints *all)
{
    struct pl_cursor *out = &variable->cursor;
    out->bound = true;
    if (pl_take(parser, STR("no"))) out->scroll = 'n';
    if (out->scroll) TRY(pl_expect(parser, STR("scroll")));
    if (!out->scroll && pl_take(parser, STR("scroll"))) out->scroll = 's';
    TRY(pl_expect(parser, STR("cursor")));
    const struct pl_name *outside = parser->names;
    pl_push_label(parser, variable->name, false);
    struct pl_ints arguments = {0};
    TRY(cursor_arguments(parser, &arguments));
    if (!pl_take(parser, STR("is"))) TRY(pl_expect(parser, STR("for")));
    TRY(pl_sql(parser, &out->query));
    parser->names = outside;
    for (size_t i = 0; i < arguments.count; i++) *VEC_ADD(parser->arena, all) = arguments.at[i];
    out->arguments = arguments.at;
    out->argument_count = arguments.count;
    variable->type = (struct pl_type){.kind = PL_TYPE_CURSOR, .variable = -1};
    return NULL;
}

/* ---- the section ---- */

static err declaration(struct pl_parser *parser, struct pl_ints *variables)
{
    struct pl_variable made = {.line = pl_line(parser, pl_peek(parser, 0)->at)};
    TRY(new_name(parser, &made.name));
    if (pl_is(parser, STR("alias"))) return alias(parser, made.name);
    if (starts_cursor(parser))
        TRY(cursor(parser, &made, variables));
    else
        TRY(variable(parser, &made));
    *VEC_ADD(parser->arena, variables) = pl_add_variable(parser, &made);
    return NULL;
}

err pl_declare(struct pl_parser *parser, struct pl_ints *variables)
{
    while (!pl_is(parser, STR("begin"))) {
        if (pl_take(parser, STR("declare"))) continue;
        if (pl_is(parser, STR("<<")))
            return pl_error(parser, pl_peek(parser, 0)->at, "42601",
                            "block label must be placed before DECLARE, not after");
        TRY(declaration(parser, variables));
    }
    return NULL;
}
