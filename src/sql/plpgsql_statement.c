/* Statements but loops, cursors and RAISE (pl_gram.y, proc_stmt). */
#include "sql/plpgsql_int.h"

#include <string.h>

#include "sql/builtin.h"
#include "sql/catalog.h"

static const struct pl_until semicolon = {.expected = ";", .any = {STR_INIT(";")}};

/* ---- x := value ---- */

static err subscript(struct pl_parser *parser, struct pl_subscript *out)
{
    *out = (struct pl_subscript){0};
    parser->next++;
    struct pl_until upto = {
        .expected = "]", .any = {STR_INIT("]"), STR_INIT(":")}
    };
    if (!pl_is(parser, STR(":")) && !pl_is(parser, STR("::"))) {
        const struct pl_token *end;
        TRY(pl_expression(parser, upto, &out->index, &end));
        if (pl_token_is(end, STR("]"))) return NULL;
    } else {
        parser->next++;
    }
    out->slice = true;
    if (pl_take(parser, STR("]"))) return NULL;
    return pl_expression(parser, PL_UNTIL("]", STR_INIT("]")), &out->upper, NULL);
}

static err subscripts(struct pl_parser *parser, struct pl_target *target)
{
    struct {
        VEC(struct pl_subscript);
    } list = {0};
    while (pl_is(parser, STR("["))) TRY(subscript(parser, VEC_ADD(parser->arena, &list)));
    target->subscripts = list.at;
    target->subscript_count = list.count;
    if (list.count == 0 || !pl_is(parser, STR("."))) return NULL;
    return pl_error(parser, pl_peek(parser, 0)->at, "0A000",
                    "assignment to a field of an array's element is not supported");
}

static err assignment(struct pl_parser *parser, struct pl_statement *out)
{
    bool whole_row;
    out->kind = PL_ASSIGN;
    TRY(pl_target(parser, &out->assign.target, &whole_row));
    TRY(subscripts(parser, &out->assign.target));
    if (!pl_take(parser, STR("=")) && !pl_take(parser, STR(":=")))
        return pl_syntax_error(parser, "syntax error");
    size_t first = parser->next;
    TRY(pl_skip_to(parser, semicolon,
                   true)); /* nothing at all is for the run time to refuse, as there */
    out->assign.expr = pl_expr_of(parser, PL_EXPRESSION, first, parser->next);
    parser->next++;
    return NULL;
}

/* ---- IF and CASE ---- */

struct arms {
    VEC(struct pl_arm);
};

/* Behind IF, ELSIF or WHEN. */
static err arm(struct pl_parser *parser, struct arms *arms)
{
    struct pl_arm made = {.line = pl_line(parser, parser->tokens[parser->next - 1].at)};
    TRY(pl_expression(parser, PL_UNTIL("THEN", STR_INIT("then")), &made.condition, NULL));
    TRY(pl_body(parser, &made.body));
    *VEC_ADD(parser->arena, arms) = made;
    return NULL;
}

static err branch_end(struct pl_parser *parser,
                      struct pl_statement *out,
                      const struct arms *arms,
                      str word)
{
    out->branch.arms = arms->at;
    out->branch.arm_count = arms->count;
    out->branch.has_otherwise = pl_take(parser, STR("else"));
    if (out->branch.has_otherwise) TRY(pl_body(parser, &out->branch.otherwise));
    TRY(pl_expect(parser, STR("end")));
    TRY(pl_expect(parser, word));
    return pl_expect(parser, STR(";"));
}

static err read_if(struct pl_parser *parser, struct pl_statement *out)
{
    struct arms arms = {0};
    out->kind = PL_IF;
    out->branch.test_variable = -1;
    do TRY(arm(parser, &arms));
    while (pl_take(parser, STR("elsif")) || pl_take(parser, STR("elseif")));
    return branch_end(parser, out, &arms, STR("if"));
}

/* The value compared is a variable, so that `"variable" IN (...)` finds it: nobody writes its name. */
static err case_test(struct pl_parser *parser, struct pl_statement *out)
{
    TRY(pl_expression(parser, PL_UNTIL("WHEN", STR_INIT("when")), &out->branch.test, NULL));
    parser->next--;
    str name = str_printf(parser->arena, "__Case__Variable_%zu__", parser->variables.count);
    out->branch.test_variable = pl_add_special(parser, PL_CASE_TEST, name, "int4");
    return NULL;
}

static err read_case(struct pl_parser *parser, struct pl_statement *out)
{
    const struct pl_name *outside = parser->names;
    struct arms arms = {0};
    out->kind = PL_CASE;
    out->branch.test_variable = -1;
    if (!pl_is(parser, STR("when"))) TRY(case_test(parser, out));
    TRY(pl_expect(parser, STR("when")));
    do TRY(arm(parser, &arms));
    while (pl_take(parser, STR("when")));
    TRY(branch_end(parser, out, &arms, STR("case")));
    parser->names = outside;
    return NULL;
}

/* ---- EXIT, CONTINUE ---- */

static err check_label(const struct pl_parser *parser, const struct pl_statement *exit, size_t at)
{
    const struct pl_name *label = pl_find_label(parser, exit->exit.to);
    if (!label)
        return pl_error(parser, at, "42601",
                        "there is no label \"%.*s\" attached to any block or loop enclosing this "
                        "statement",
                        STR_FMT(exit->exit.to));
    if (label->loop || !exit->exit.is_continue) return NULL;
    return pl_error(parser, at, "42601", "block label \"%.*s\" cannot be used in CONTINUE",
                    STR_FMT(exit->exit.to));
}

static err read_exit(struct pl_parser *parser, struct pl_statement *out)
{
    out->kind = PL_EXIT;
    out->exit.is_continue = pl_token_is(&parser->tokens[parser->next - 1], STR("continue"));
    size_t label_at = pl_peek(parser, 0)->at;
    bool labelled = pl_is_identifier(pl_peek(parser, 0));
    if (labelled) TRY(pl_identifier(parser, &out->exit.to));
    if (!pl_take(parser, STR(";"))) {
        TRY(pl_expect(parser, STR("when")));
        TRY(pl_expression(parser, semicolon, &out->exit.condition, NULL));
    }
    if (labelled) return check_label(parser, out, label_at);
    if (pl_inside_loop(parser)) return NULL;
    return pl_error(parser, out->at, "42601", "%s",
                    out->exit.is_continue ? "CONTINUE cannot be used outside a loop"
                                          : "EXIT cannot be used outside a loop, unless it has a "
                                            "label");
}

/* ---- RETURN ---- */

/* Nothing but the semicolon, or this error. */
static err no_value(struct pl_parser *parser, const char *sqlstate, const char *message)
{
    if (pl_take(parser, STR(";"))) return NULL;
    return pl_error(parser, pl_peek(parser, 0)->at, sqlstate, "%s", message);
}

static err return_set(struct pl_parser *parser)
{
    if (pl_take(parser, STR(";"))) return NULL;
    struct err *error = pl_error(parser, pl_peek(parser, 0)->at, "42804",
                                 "RETURN cannot have a parameter in function returning set");
    return err_hint(parser->arena, error, "Use RETURN NEXT or RETURN QUERY.");
}

static err return_value(struct pl_parser *parser, struct pl_statement *out)
{
    const struct cat_function *function = parser->function;
    out->kind = PL_RETURN;
    if (function->returns_set) return return_set(parser);
    if (function->result == VOIDOID && function->kind == 'p')
        return no_value(parser, "42601", "RETURN cannot have a parameter in a procedure");
    if (function->result == VOIDOID)
        return no_value(parser, "42804",
                        "RETURN cannot have a parameter in function returning void");
    if (parser->outputs)
        return no_value(parser, "42804",
                        "RETURN cannot have a parameter in function with OUT parameters");
    return pl_expression(parser, semicolon, &out->result.expr, NULL);
}

static err return_next(struct pl_parser *parser, struct pl_statement *out)
{
    out->kind = PL_RETURN_NEXT;
    if (!parser->function->returns_set)
        return pl_error(parser, out->at, "42804", "cannot use RETURN NEXT in a non-SETOF function");
    if (parser->outputs)
        return no_value(parser, "42804",
                        "RETURN NEXT cannot have a parameter in function with OUT parameters");
    return pl_expression(parser, semicolon, &out->result.expr, NULL);
}

static err return_query(struct pl_parser *parser, struct pl_statement *out)
{
    out->kind = PL_RETURN_QUERY;
    if (!parser->function->returns_set)
        return pl_error(parser, out->at, "42804",
                        "cannot use RETURN QUERY in a non-SETOF function");
    if (!pl_take(parser, STR("execute"))) return pl_sql(parser, &out->query.query);
    const struct pl_token *end;
    out->query.dynamic = parser->dynamic = true;
    TRY(pl_expression(parser, PL_UNTIL("; or USING", STR_INIT(";"), STR_INIT("using")),
                      &out->query.query, &end));
    if (pl_token_is(end, STR(";"))) return NULL;
    return pl_expressions(parser, PL_UNTIL(", or ;", STR_INIT(","), STR_INIT(";")),
                          &out->query.params, &end);
}

static err read_return(struct pl_parser *parser, struct pl_statement *out)
{
    if (pl_peek(parser, 0)->kind == LEX_END)
        return pl_syntax_error(parser, "unexpected end of function definition");
    bool dotted = pl_token_is(pl_peek(parser, 1), STR("."));
    if (!dotted && pl_take(parser, STR("next"))) return return_next(parser, out);
    if (!dotted && pl_take(parser, STR("query"))) return return_query(parser, out);
    return return_value(parser, out);
}

/* ---- EXECUTE ---- */

static err read_execute(struct pl_parser *parser, struct pl_statement *out)
{
    const struct pl_token *end;
    out->kind = PL_EXECUTE;
    parser->dynamic = true;
    TRY(pl_expression(
        parser, PL_UNTIL("INTO or USING or ;", STR_INIT("into"), STR_INIT("using"), STR_INIT(";")),
        &out->sql.text, &end));
    while (!pl_token_is(end, STR(";"))) {
        if (pl_token_is(end, STR("into"))) {
            if (out->sql.into.given) break;
            TRY(pl_into(parser, true, &out->sql.into));
            end = pl_peek(parser, 0);
            parser->next++;
        } else if (pl_token_is(end, STR("using")) && !out->sql.params.count) {
            TRY(pl_expressions(
                parser, PL_UNTIL(", or ; or INTO", STR_INIT(","), STR_INIT(";"), STR_INIT("into")),
                &out->sql.params, &end));
        } else {
            break;
        }
    }
    if (pl_token_is(end, STR(";"))) return NULL;
    parser->next--;
    return pl_syntax_error(parser, "syntax error");
}

/* ---- SQL by name ---- */

static err read_perform(struct pl_parser *parser, struct pl_statement *out)
{
    size_t first = parser->next - 1;
    out->kind = PL_SQL;
    out->sql.perform = true;
    TRY(pl_skip_to(parser, semicolon, false));
    size_t end = parser->next++;
    const struct pl_token *last = &parser->tokens[end - 1];
    size_t start = parser->tokens[first].at;
    str text = str_copy(parser->arena, str_slice(parser->body, start, last->at + last->text.len));
    memcpy((char *)text.at, "SELECT ", strlen("PERFORM"));
    out->sql.text = pl_expr_text(parser, PL_STATEMENT, first, end, text);
    return NULL;
}

/* CALL, DO: INTO is nothing special there. */
static err read_call(struct pl_parser *parser, struct pl_statement *out)
{
    out->kind = PL_SQL;
    parser->next--;
    return pl_sql(parser, &out->sql.text);
}

static err read_sql(struct pl_parser *parser, struct pl_statement *out)
{
    parser->next--;
    return pl_execsql(parser, out);
}

/* ---- the small ones ---- */

static err read_null(struct pl_parser *parser, struct pl_statement *out)
{
    out->kind = PL_NULL;
    return pl_expect(parser, STR(";"));
}

static err read_assert(struct pl_parser *parser, struct pl_statement *out)
{
    const struct pl_token *end;
    out->kind = PL_ASSERT;
    TRY(pl_expression(parser, PL_UNTIL(", or ;", STR_INIT(","), STR_INIT(";")),
                      &out->assertion.condition, &end));
    if (pl_token_is(end, STR(";"))) return NULL;
    return pl_expression(parser, semicolon, &out->assertion.message, NULL);
}

static err read_transaction(struct pl_parser *parser, struct pl_statement *out)
{
    out->kind = PL_TRANSACTION;
    out->transaction.rollback = pl_token_is(&parser->tokens[parser->next - 1], STR("rollback"));
    parser->writes = true;
    if (pl_take(parser, STR("and"))) {
        out->transaction.chain = !pl_take(parser, STR("no"));
        TRY(pl_expect(parser, STR("chain")));
    }
    return pl_expect(parser, STR(";"));
}

/* ---- GET DIAGNOSTICS ---- */

enum area { ANY_AREA, CURRENT_AREA, STACKED_AREA };

static const struct diagnostic_word {
    str word;
    enum pl_diagnostic what;
    enum area area;
} diagnostic_words[] = {
    {STR_INIT("row_count"),            PL_DIAG_ROW_COUNT,            CURRENT_AREA},
    {STR_INIT("pg_context"),           PL_DIAG_PG_CONTEXT,           ANY_AREA    },
    {STR_INIT("pg_exception_detail"),  PL_DIAG_PG_EXCEPTION_DETAIL,  STACKED_AREA},
    {STR_INIT("pg_exception_hint"),    PL_DIAG_PG_EXCEPTION_HINT,    STACKED_AREA},
    {STR_INIT("pg_exception_context"), PL_DIAG_PG_EXCEPTION_CONTEXT, STACKED_AREA},
    {STR_INIT("column_name"),          PL_DIAG_COLUMN_NAME,          STACKED_AREA},
    {STR_INIT("constraint_name"),      PL_DIAG_CONSTRAINT_NAME,      STACKED_AREA},
    {STR_INIT("pg_datatype_name"),     PL_DIAG_PG_DATATYPE_NAME,     STACKED_AREA},
    {STR_INIT("message_text"),         PL_DIAG_MESSAGE_TEXT,         STACKED_AREA},
    {STR_INIT("table_name"),           PL_DIAG_TABLE_NAME,           STACKED_AREA},
    {STR_INIT("schema_name"),          PL_DIAG_SCHEMA_NAME,          STACKED_AREA},
    {STR_INIT("returned_sqlstate"),    PL_DIAG_RETURNED_SQLSTATE,    STACKED_AREA},
};

static const struct diagnostic_word *diagnostic_word(const struct pl_parser *parser)
{
    for (size_t i = 0; i < COUNT_OF(diagnostic_words); i++)
        if (pl_is(parser, diagnostic_words[i].word)) return &diagnostic_words[i];
    return NULL;
}

static err diagnostic_item(struct pl_parser *parser,
                           const struct pl_statement *get,
                           struct pl_diagnostic_item *out)
{
    bool whole_row, stacked = get->diagnostics.stacked;
    TRY(pl_target(parser, &out->target, &whole_row));
    if (whole_row || pl_is(parser, STR("[")))
        return pl_error(parser, out->target.at, "42601", "\"%.*s\" is not a scalar variable",
                        STR_FMT(parser->variables.at[out->target.variable].name));
    if (!pl_take(parser, STR("=")) && !pl_take(parser, STR(":=")))
        return pl_syntax_error(parser, "syntax error");
    const struct diagnostic_word *word = diagnostic_word(parser);
    if (!word) return pl_syntax_error(parser, "unrecognized GET DIAGNOSTICS item");
    out->what = word->what;
    parser->next++;
    if (word->area == ANY_AREA || word->area == (stacked ? STACKED_AREA : CURRENT_AREA))
        return NULL;
    const char *area = stacked ? "STACKED" : "CURRENT";
    str upper = str_copy(parser->arena, word->word);
    for (size_t i = 0; i < upper.len; i++)
        if (upper.at[i] != '_') ((char *)upper.at)[i] = (char)(upper.at[i] & ~0x20);
    return pl_error(parser, get->at, "42601",
                    "diagnostics item %.*s is not allowed in GET %s DIAGNOSTICS", STR_FMT(upper),
                    area);
}

static err read_get(struct pl_parser *parser, struct pl_statement *out)
{
    struct {
        VEC(struct pl_diagnostic_item);
    } items = {0};
    out->kind = PL_GET_DIAGNOSTICS;
    out->diagnostics.stacked = pl_take(parser, STR("stacked"));
    if (!out->diagnostics.stacked) pl_take(parser, STR("current"));
    TRY(pl_expect(parser, STR("diagnostics")));
    do TRY(diagnostic_item(parser, out, VEC_ADD(parser->arena, &items)));
    while (pl_take(parser, STR(",")));
    out->diagnostics.items = items.at;
    out->diagnostics.item_count = items.count;
    return pl_expect(parser, STR(";"));
}

/* ---- which one ---- */

static const struct statement_row {
    str word;
    err (*read)(struct pl_parser *parser, struct pl_statement *out); /* begins behind the word */
} statement_rows[] = {
    {STR_INIT("assert"),   read_assert     },
    {STR_INIT("call"),     read_call       },
    {STR_INIT("case"),     read_case       },
    {STR_INIT("close"),    pl_close        },
    {STR_INIT("commit"),   read_transaction},
    {STR_INIT("continue"), read_exit       },
    {STR_INIT("do"),       read_call       },
    {STR_INIT("execute"),  read_execute    },
    {STR_INIT("exit"),     read_exit       },
    {STR_INIT("fetch"),    pl_fetch        },
    {STR_INIT("get"),      read_get        },
    {STR_INIT("if"),       read_if         },
    {STR_INIT("import"),   read_sql        },
    {STR_INIT("insert"),   read_sql        },
    {STR_INIT("merge"),    read_sql        },
    {STR_INIT("move"),     pl_fetch        },
    {STR_INIT("null"),     read_null       },
    {STR_INIT("open"),     pl_open         },
    {STR_INIT("perform"),  read_perform    },
    {STR_INIT("raise"),    pl_raise        },
    {STR_INIT("return"),   read_return     },
    {STR_INIT("rollback"), read_transaction},
};

/* What a word at a statement's start is, by the scanner's rule: one without dots is a variable only where
 * a value is assigned to it, so that variables hide neither keywords nor SQL. */
enum start { START_KEYWORD, START_VARIABLE, START_WORD };

static bool assigns(const struct pl_token *token)
{
    return pl_token_is(token, STR("=")) || pl_token_is(token, STR(":=")) ||
           pl_token_is(token, STR("["));
}

static enum start start_of(struct pl_parser *parser, struct pl_dotted *dotted)
{
    const struct pl_token *token = pl_peek(parser, 0);
    size_t first = parser->next, used;
    int variable;
    if (!pl_dotted(parser, dotted)) return START_KEYWORD;
    bool single = dotted->names.count == 1, keyword = token->keyword == PL_UNRESERVED && single;
    bool assigned = assigns(pl_peek(parser, 0));
    bool known = pl_resolve(parser, &dotted->names, &variable, &used);
    parser->next = first;
    if (known && (assigned || !single)) return START_VARIABLE;
    return keyword ? START_KEYWORD : START_WORD;
}

static err read_word(struct pl_parser *parser,
                     const struct pl_dotted *dotted,
                     struct pl_statement *out)
{
    const struct pl_token *behind = pl_peek(parser, 2 * dotted->names.count - 1);
    if (assigns(behind) || pl_token_is(behind, STR("."))) return pl_not_a_variable(parser, dotted);
    return pl_execsql(parser, out);
}

static err read_keyword(struct pl_parser *parser, struct pl_statement *out)
{
    for (size_t i = 0; i < COUNT_OF(statement_rows); i++)
        if (pl_take(parser, statement_rows[i].word)) return statement_rows[i].read(parser, out);
    return pl_syntax_error(parser, "syntax error");
}

static bool starts_loop(const struct pl_parser *parser)
{
    return pl_is(parser, STR("loop")) || pl_is(parser, STR("while")) || pl_is(parser, STR("for")) ||
           pl_is(parser, STR("foreach"));
}

/* Blocks and loops, which may have a label. */
static err read_labelled(struct pl_parser *parser, struct pl_statement *out)
{
    const struct pl_name *outside = parser->names;
    size_t start = pl_peek(parser, 0)->at;
    if (pl_take(parser, STR("<<"))) {
        TRY(pl_identifier(parser, &out->label));
        TRY(pl_expect(parser, STR(">>")));
    }
    if (starts_loop(parser)) {
        out->line = pl_line(parser, pl_peek(parser, 0)->at);
        pl_push_label(parser, out->label, true);
        TRY(pl_loop(parser, out));
        parser->names = outside;
        return NULL;
    }
    if (!pl_is(parser, STR("declare")) && !pl_is(parser, STR("begin")))
        return pl_syntax_error(parser, "syntax error");
    TRY(pl_block(parser, out, out->label, start));
    return pl_expect(parser, STR(";"));
}

static bool starts_labelled(const struct pl_parser *parser)
{
    return pl_is(parser, STR("<<")) || pl_is(parser, STR("declare")) ||
           pl_is(parser, STR("begin")) || starts_loop(parser);
}

static err statement(struct pl_parser *parser, struct pl_statement *out)
{
    struct pl_dotted dotted;
    out->at = pl_peek(parser, 0)->at;
    out->line = pl_line(parser, out->at);
    if (starts_labelled(parser)) return read_labelled(parser, out);
    switch (start_of(parser, &dotted)) {
    case START_KEYWORD: return read_keyword(parser, out);
    case START_VARIABLE: return assignment(parser, out);
    case START_WORD: return read_word(parser, &dotted, out);
    }
    return NULL;
}

static bool ends_section(struct pl_parser *parser)
{
    struct pl_dotted dotted;
    const struct pl_token *token = pl_peek(parser, 0);
    if (token->kind == LEX_END) return true;
    if (pl_is(parser, STR("end")) || pl_is(parser, STR("else")) || pl_is(parser, STR("when")))
        return true;
    bool word = pl_is(parser, STR("elsif")) || pl_is(parser, STR("elseif")) ||
                pl_is(parser, STR("exception"));
    return word && start_of(parser, &dotted) == START_KEYWORD;
}

err pl_body(struct pl_parser *parser, struct pl_body *out)
{
    struct pl_bodies list = {0};
    if (++parser->depth > PL_DEPTH_MAX)
        return pl_error(parser, pl_peek(parser, 0)->at, "54001",
                        "the function is nested deeper than %d levels", PL_DEPTH_MAX);
    while (!ends_section(parser)) {
        struct pl_statement *made = ARENA_NEW(parser->arena, struct pl_statement);
        TRY(statement(parser, made));
        *VEC_ADD(parser->arena, &list) = made;
    }
    parser->depth--;
    *out = (struct pl_body){list.at, list.count};
    return NULL;
}
