/* OPEN, FETCH, MOVE, CLOSE, and a bound cursor's arguments (pl_gram.y, stmt_open to stmt_close). */
#include "sql/plpgsql_int.h"

/* ---- a cursor's name ---- */

static err cursor_variable(struct pl_parser *parser, int *out)
{
    struct pl_dotted name;
    size_t used;
    if (!pl_dotted(parser, &name)) return pl_syntax_error(parser, "syntax error");
    if (!pl_resolve(parser, &name.names, out, &used)) return pl_not_a_variable(parser, &name);
    bool simple = used == name.names.count && !pl_is_row(parser, *out) && !pl_is(parser, STR("["));
    if (!simple)
        return pl_error(parser, name.at, "42804", "cursor variable must be a simple variable");
    if (pl_is_cursor(parser, *out)) return NULL;
    return pl_error(parser, name.at, "42804",
                    "variable \"%.*s\" must be of type cursor or refcursor",
                    STR_FMT(parser->variables.at[*out].name));
}

/* ---- arguments: (value, ...) or (name := value, ...) ---- */

struct arguments {
    str cursor;
    const struct pl_cursor *bound;
    const struct pl_expr **values; /* one for each argument */
    bool *given;
};

static str argument_name(const struct pl_parser *parser, const struct arguments *args, size_t index)
{
    return parser->variables.at[args->bound->arguments[index]].name;
}

/* "name :=" names the argument; without it, it is the one at its place. */
static err argument_place(struct pl_parser *parser, const struct arguments *args, size_t *place)
{
    const struct pl_token *token = pl_peek(parser, 0);
    bool named = pl_is_identifier(token) && pl_token_is(pl_peek(parser, 1), STR(":="));
    if (named) {
        str name = pl_name_of(parser, token);
        size_t i = 0;
        while (i < args->bound->argument_count && !str_eq(argument_name(parser, args, i), name))
            i++;
        if (i == args->bound->argument_count)
            return pl_error(parser, token->at, "42601",
                            "cursor \"%.*s\" has no argument named \"%.*s\"", STR_FMT(args->cursor),
                            STR_FMT(name));
        *place = i;
        parser->next += 2;
    }
    if (!args->values[*place]) return NULL;
    return pl_error(parser, token->at, "42601",
                    "value for parameter \"%.*s\" of cursor \"%.*s\" specified more than once",
                    STR_FMT(argument_name(parser, args, *place)), STR_FMT(args->cursor));
}

static err read_arguments(struct pl_parser *parser, struct arguments *args)
{
    size_t count = args->bound->argument_count;
    for (size_t i = 0; i < count; i++) {
        size_t place = i;
        TRY(argument_place(parser, args, &place));
        const struct pl_token *end;
        TRY(pl_expression(parser, PL_UNTIL(",\" or \")", STR_INIT(","), STR_INIT(")")),
                          &args->values[place], &end));
        bool last = i + 1 == count, closed = pl_token_is(end, STR(")"));
        if (closed != last)
            return pl_error(parser, end->at, "42601", "%s arguments for cursor \"%.*s\"",
                            closed ? "not enough" : "too many", STR_FMT(args->cursor));
    }
    return NULL;
}

/* They come out by place, so that no name is left to be looked up. */
err pl_cursor_args(struct pl_parser *parser, const struct pl_cursor_call *call)
{
    const struct pl_variable variable = parser->variables.at[call->cursor];
    size_t at = pl_peek(parser, 0)->at, count = variable.cursor.argument_count;
    bool open = pl_is(parser, STR("("));
    if (open != (count > 0))
        return open    ? pl_error(parser, at, "42601", "cursor \"%.*s\" has no arguments",
                                  STR_FMT(variable.name))
               : count ? pl_error(parser, at, "42601", "cursor \"%.*s\" has arguments",
                                  STR_FMT(variable.name))
                       : pl_syntax_error(parser, "syntax error");
    if (open) {
        parser->next++;
        struct arguments args = {.cursor = variable.name, .bound = &variable.cursor};
        args.values = ARENA_ARRAY(parser->arena, const struct pl_expr *, count);
        TRY(read_arguments(parser, &args));
        *call->params = (struct pl_exprs){args.values, count};
        *call->names = ARENA_ARRAY(parser->arena, str, count);
    }
    return pl_expect(parser, call->until);
}

/* ---- OPEN ---- */

static err open_query(struct pl_parser *parser, struct pl_statement *out)
{
    if (pl_take(parser, STR("no"))) {
        if (pl_take(parser, STR("scroll")))
            out->cursor.scroll = 'n'; /* NO alone says nothing, as there */
    } else if (pl_take(parser, STR("scroll"))) {
        out->cursor.scroll = 's';
    }
    if (!pl_take(parser, STR("for")))
        return pl_syntax_error(parser, "syntax error, expected \"FOR\"");
    if (!pl_take(parser, STR("execute"))) return pl_sql(parser, &out->cursor.query);
    const struct pl_token *end;
    out->cursor.dynamic = parser->dynamic = true;
    TRY(pl_expression(parser, PL_UNTIL("USING or ;", STR_INIT("using"), STR_INIT(";")),
                      &out->cursor.query, &end));
    if (pl_token_is(end, STR(";"))) return NULL;
    return pl_expressions(parser, PL_UNTIL(", or ;", STR_INIT(","), STR_INIT(";")),
                          &out->cursor.params, &end);
}

err pl_open(struct pl_parser *parser, struct pl_statement *out)
{
    out->kind = PL_OPEN;
    TRY(cursor_variable(parser, &out->cursor.cursor));
    if (!parser->variables.at[out->cursor.cursor].cursor.bound) return open_query(parser, out);
    return pl_cursor_args(parser, &(struct pl_cursor_call){.cursor = out->cursor.cursor,
                                                           .until = STR(";"),
                                                           .params = &out->cursor.params,
                                                           .names = &out->cursor.param_names});
}

/* ---- FETCH and MOVE ---- */

struct direction {
    bool from_read; /* FROM or IN is behind us */
    bool many;      /* more than a row may come */
};

static bool at_from(const struct pl_parser *parser)
{
    return pl_is(parser, STR("from")) || pl_is(parser, STR("in"));
}

static err count_expression(struct pl_parser *parser,
                            struct pl_statement *out,
                            struct direction *direction)
{
    direction->from_read = true;
    return pl_expression(parser, PL_UNTIL("FROM or IN", STR_INIT("from"), STR_INIT("in")),
                         &out->cursor.count, NULL);
}

/* Behind FORWARD and BACKWARD: nothing, ALL, a count. */
static err rest_of_direction(struct pl_parser *parser,
                             struct pl_statement *out,
                             struct direction *direction)
{
    if (at_from(parser)) return NULL;
    direction->many = true;
    if (pl_take(parser, STR("all"))) {
        out->cursor.all = true;
        return NULL;
    }
    return count_expression(parser, out, direction);
}

/* Words that say where to; how many by `fixed` unless more is read. */
static const struct direction_word {
    str word;
    enum pl_fetch_direction direction;
    int64_t fixed;
    enum { ALONE, WITH_COUNT, WITH_REST } rest;
} direction_words[] = {
    {STR_INIT("next"),     PL_FETCH_FORWARD,  1,  ALONE     },
    {STR_INIT("prior"),    PL_FETCH_BACKWARD, 1,  ALONE     },
    {STR_INIT("first"),    PL_FETCH_ABSOLUTE, 1,  ALONE     },
    {STR_INIT("last"),     PL_FETCH_ABSOLUTE, -1, ALONE     },
    {STR_INIT("absolute"), PL_FETCH_ABSOLUTE, 0,  WITH_COUNT},
    {STR_INIT("relative"), PL_FETCH_RELATIVE, 0,  WITH_COUNT},
    {STR_INIT("forward"),  PL_FETCH_FORWARD,  1,  WITH_REST },
    {STR_INIT("backward"), PL_FETCH_BACKWARD, 1,  WITH_REST },
};

static const struct direction_word *direction_word(const struct pl_parser *parser)
{
    for (size_t i = 0; i < COUNT_OF(direction_words); i++)
        if (pl_is(parser, direction_words[i].word)) return &direction_words[i];
    return NULL;
}

static bool at_variable(struct pl_parser *parser)
{
    size_t first = parser->next, used;
    struct pl_dotted name;
    int variable;
    bool is = pl_dotted(parser, &name) && pl_resolve(parser, &name.names, &variable, &used);
    parser->next = first;
    return is;
}

static err read_direction(struct pl_parser *parser,
                          struct pl_statement *out,
                          struct direction *direction)
{
    const struct direction_word *word = direction_word(parser);
    out->cursor.fixed = 1;
    if (word) {
        parser->next++;
        out->cursor.direction = word->direction;
        out->cursor.fixed = word->fixed;
        if (word->rest == WITH_COUNT) return count_expression(parser, out, direction);
        return word->rest == WITH_REST ? rest_of_direction(parser, out, direction) : NULL;
    }
    if (at_from(parser)) return NULL;
    if (pl_take(parser, STR("all"))) {
        out->cursor.all = direction->many = true;
        return NULL;
    }
    direction->from_read = true;
    if (at_variable(parser)) return NULL; /* the cursor itself */
    direction->many = true;
    return count_expression(parser, out, direction);
}

err pl_fetch(struct pl_parser *parser, struct pl_statement *out)
{
    out->kind = PL_FETCH;
    out->cursor.move = pl_token_is(&parser->tokens[parser->next - 1], STR("move"));
    struct direction direction = {0};
    TRY(read_direction(parser, out, &direction));
    if (!direction.from_read) {
        if (!at_from(parser)) return pl_syntax_error(parser, "expected FROM or IN");
        parser->next++;
    }
    TRY(cursor_variable(parser, &out->cursor.cursor));
    if (out->cursor.move) return pl_expect(parser, STR(";"));
    TRY(pl_expect(parser, STR("into")));
    TRY(pl_into(parser, false, &out->cursor.into));
    TRY(pl_expect(parser, STR(";")));
    if (!direction.many) return NULL;
    return pl_error(parser, out->at, "0A000", "FETCH statement cannot return multiple rows");
}

err pl_close(struct pl_parser *parser, struct pl_statement *out)
{
    out->kind = PL_CLOSE;
    TRY(cursor_variable(parser, &out->cursor.cursor));
    return pl_expect(parser, STR(";"));
}
