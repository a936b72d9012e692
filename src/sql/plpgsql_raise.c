/* RAISE (pl_gram.y, stmt_raise and read_raise_options). */
#include "sql/plpgsql_int.h"

static const struct {
    str word;
    enum pl_raise_level level;
} levels[] = {
    {STR_INIT("exception"), PL_EXCEPTION},
    {STR_INIT("warning"),   PL_WARNING  },
    {STR_INIT("notice"),    PL_NOTICE   },
    {STR_INIT("info"),      PL_INFO     },
    {STR_INIT("log"),       PL_LOG      },
    {STR_INIT("debug"),     PL_DEBUG    },
};

static const struct {
    str word;
    enum pl_raise_option option;
} options[] = {
    {STR_INIT("errcode"),    PL_OPTION_ERRCODE   },
    {STR_INIT("message"),    PL_OPTION_MESSAGE   },
    {STR_INIT("detail"),     PL_OPTION_DETAIL    },
    {STR_INIT("hint"),       PL_OPTION_HINT      },
    {STR_INIT("column"),     PL_OPTION_COLUMN    },
    {STR_INIT("constraint"), PL_OPTION_CONSTRAINT},
    {STR_INIT("datatype"),   PL_OPTION_DATATYPE  },
    {STR_INIT("table"),      PL_OPTION_TABLE     },
    {STR_INIT("schema"),     PL_OPTION_SCHEMA    },
};

static err option_of(struct pl_parser *parser, enum pl_raise_option *out)
{
    for (size_t i = 0; i < COUNT_OF(options); i++) {
        if (!pl_take(parser, options[i].word)) continue;
        *out = options[i].option;
        return NULL;
    }
    if (pl_peek(parser, 0)->kind == LEX_END)
        return pl_syntax_error(parser, "unexpected end of function definition");
    return pl_syntax_error(parser, "unrecognized RAISE statement option");
}

static err read_options(struct pl_parser *parser, struct pl_statement *out)
{
    struct {
        VEC(struct pl_raise_item);
    } items = {0};
    const struct pl_token *end;
    do {
        struct pl_raise_item item;
        TRY(option_of(parser, &item.option));
        if (!pl_take(parser, STR("=")) && !pl_take(parser, STR(":=")))
            return pl_syntax_error(parser, "syntax error, expected \"=\"");
        TRY(pl_expression(parser, PL_UNTIL(", or ;", STR_INIT(","), STR_INIT(";")), &item.expr,
                          &end));
        *VEC_ADD(parser->arena, &items) = item;
    } while (pl_token_is(end, STR(",")));
    out->raise.options = items.at;
    out->raise.option_count = items.count;
    return NULL;
}

/* Each % of the format takes a parameter, %% is a percent sign. */
static err check_parameters(const struct pl_parser *parser, const struct pl_statement *raise)
{
    str format = raise->raise.message;
    size_t wanted = 0;
    for (size_t i = 0; i < format.len; i++) {
        if (format.at[i] != '%') continue;
        if (i + 1 < format.len && format.at[i + 1] == '%')
            i++;
        else
            wanted++;
    }
    if (wanted == raise->raise.params.count) return NULL;
    return pl_error(parser, raise->at, "42601", "too %s parameters specified for RAISE",
                    wanted < raise->raise.params.count ? "many" : "few");
}

/* 'format', parameter, ... */
static err read_message(struct pl_parser *parser, struct pl_statement *out, bool *with_options)
{
    const struct pl_token *end;
    TRY(pl_string(parser, &out->raise.message));
    end = pl_peek(parser, 0);
    bool follows =
        pl_token_is(end, STR(",")) || pl_token_is(end, STR(";")) || pl_token_is(end, STR("using"));
    if (!follows) return pl_syntax_error(parser, "syntax error");
    parser->next++;
    if (pl_token_is(end, STR(",")))
        TRY(pl_expressions(
            parser, PL_UNTIL(", or ; or USING", STR_INIT(","), STR_INIT(";"), STR_INIT("using")),
            &out->raise.params, &end));
    *with_options = pl_token_is(end, STR("using"));
    return NULL;
}

static err read_condition(struct pl_parser *parser, struct pl_statement *out, bool *with_options)
{
    struct pl_str_list states = {0}, variable = {0};
    str name;
    int ignored;
    size_t used;
    *VEC_ADD(parser->arena, &variable) = pl_name_of(parser, pl_peek(parser, 0));
    if (!pl_is(parser, STR("sqlstate")) && pl_resolve(parser, &variable, &ignored, &used))
        return pl_syntax_error(parser, "syntax error");
    TRY(pl_condition(parser, &states, &name));
    if (str_eq(states.at[0], STR("OTHERS")))
        return pl_error(parser, out->at, "42704", "unrecognized exception condition \"others\"");
    out->raise.sqlstate = states.at[0];
    out->raise.condition = str_eq(name, STR("sqlstate")) ? states.at[0] : name;
    *with_options = pl_take(parser, STR("using"));
    return *with_options ? NULL : pl_expect(parser, STR(";"));
}

err pl_raise(struct pl_parser *parser, struct pl_statement *out)
{
    out->kind = PL_RAISE;
    out->raise.level = PL_EXCEPTION;
    if (pl_peek(parser, 0)->kind == LEX_END)
        return pl_syntax_error(parser, "unexpected end of function definition");
    if (pl_take(parser, STR(";"))) {
        out->raise.again = true;
        return NULL;
    }
    for (size_t i = 0; i < COUNT_OF(levels); i++) {
        if (!pl_take(parser, levels[i].word)) continue;
        out->raise.level = levels[i].level;
        break;
    }
    bool with_options = true;
    if (pl_peek(parser, 0)->kind == LEX_STRING)
        TRY(read_message(parser, out, &with_options));
    else if (!pl_take(parser, STR("using")))
        TRY(read_condition(parser, out, &with_options));
    if (with_options) TRY(read_options(parser, out));
    return check_parameters(parser, out);
}
