/* SQL inside a body: read_sql_construct and make_execsql_stmt of pl_gram.y. */
#include "sql/plpgsql_int.h"

#include <string.h>

/* ---- texts ---- */

/* Up to the end token, blanks and comments before it left out, so that one that ends in a comment of
 * two dashes can be put in parentheses. */
static size_t text_end(const struct pl_parser *parser, size_t first, size_t end)
{
    if (end == first) return parser->tokens[first].at;
    const struct pl_token *last = &parser->tokens[end - 1];
    return last->at + last->text.len;
}

const struct pl_expr *pl_expr_text(
    struct pl_parser *parser, enum pl_expr_kind kind, size_t first, size_t end, str text)
{
    size_t at = parser->tokens[first].at;
    struct pl_expr *expr = ARENA_NEW(parser->arena, struct pl_expr);
    *expr = (struct pl_expr){
        .kind = kind,
        .text = text,
        .at = at,
        .line = pl_line(parser, at),
        .number = (int)parser->exprs.count,
        .names = parser->names,
    };
    *VEC_ADD(parser->arena, &parser->exprs) = expr;
    pl_note_effects(parser, kind, first, end);
    return expr;
}

const struct pl_expr *pl_expr_of(struct pl_parser *parser,
                                 enum pl_expr_kind kind,
                                 size_t first,
                                 size_t end)
{
    str text = str_slice(parser->body, parser->tokens[first].at, text_end(parser, first, end));
    return pl_expr_text(parser, kind, first, end, text);
}

/* ---- reading ---- */

static bool ends(const struct pl_token *token, const struct pl_until *until)
{
    for (size_t i = 0; i < COUNT_OF(until->any); i++)
        if (until->any[i].len && pl_token_is(token, until->any[i])) return true;
    return false;
}

err pl_skip_to(struct pl_parser *parser, struct pl_until until, bool expression)
{
    size_t depth = 0;
    for (;; parser->next++) {
        const struct pl_token *token = pl_peek(parser, 0);
        if (depth == 0 && ends(token, &until)) return NULL;
        if (token->kind == LEX_END || pl_token_is(token, STR(";"))) {
            if (depth) return pl_syntax_error(parser, "mismatched parentheses");
            return pl_error(parser, token->at, "42601", "missing \"%s\" at end of SQL %s",
                            until.expected, expression ? "expression" : "statement");
        }
        if (pl_token_is(token, STR("(")) || pl_token_is(token, STR("["))) depth++;
        if (pl_token_is(token, STR(")")) || pl_token_is(token, STR("]"))) {
            if (!depth) return pl_syntax_error(parser, "mismatched parentheses");
            depth--;
        }
    }
}

static err read(struct pl_parser *parser,
                struct pl_until until,
                enum pl_expr_kind kind,
                const struct pl_expr **out,
                const struct pl_token **end)
{
    size_t first = parser->next;
    TRY(pl_skip_to(parser, until, kind == PL_EXPRESSION));
    if (parser->next == first)
        return pl_syntax_error(parser, kind == PL_EXPRESSION ? "missing expression"
                                                             : "missing SQL statement");
    *out = pl_expr_of(parser, kind, first, parser->next);
    if (end) *end = pl_peek(parser, 0);
    parser->next++;
    return NULL;
}

err pl_expression(struct pl_parser *parser,
                  struct pl_until until,
                  const struct pl_expr **out,
                  const struct pl_token **end)
{
    return read(parser, until, PL_EXPRESSION, out, end);
}

err pl_sql(struct pl_parser *parser, const struct pl_expr **out)
{
    return read(parser, PL_UNTIL(";", STR_INIT(";")), PL_STATEMENT, out, NULL);
}

err pl_expressions(struct pl_parser *parser,
                   struct pl_until until,
                   struct pl_exprs *out,
                   const struct pl_token **end)
{
    struct pl_expr_list list = {0};
    do {
        const struct pl_expr *expr = NULL;
        TRY(pl_expression(parser, until, &expr, end));
        *VEC_ADD(parser->arena, &list) = expr;
    } while (pl_token_is(*end, STR(",")));
    *out = (struct pl_exprs){list.at, list.count};
    return NULL;
}

/* ---- statements with INTO ---- */

static bool is_dml(const struct pl_token *token)
{
    static const str words[] = {STR_INIT("insert"), STR_INIT("update"), STR_INIT("delete"),
                                STR_INIT("merge")};
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (pl_token_is(token, words[i])) return true;
    return false;
}

/* What a WITH leads to: the first such word outside parentheses. */
static void set_modifies(const struct pl_parser *parser,
                         size_t first,
                         size_t end,
                         struct pl_statement *out)
{
    const struct pl_token *tokens = parser->tokens;
    out->sql.modifies_itself = out->sql.modifies = is_dml(&tokens[first]);
    if (!pl_token_is(&tokens[first], STR("with"))) return;
    size_t depth = 0;
    bool seen_main = false;
    for (size_t i = first + 1; i < end; i++) {
        if (pl_token_is(&tokens[i], STR("("))) {
            depth++;
            if (is_dml(&tokens[i + 1])) out->sql.modifies = true;
        } else if (pl_token_is(&tokens[i], STR(")"))) {
            depth -= depth > 0;
        } else if (depth == 0 && !seen_main) {
            bool dml = is_dml(&tokens[i]);
            seen_main = dml || pl_token_is(&tokens[i], STR("select"));
            if (dml) out->sql.modifies_itself = out->sql.modifies = true;
        }
    }
}

/* The INTO of INSERT, MERGE and IMPORT FOREIGN SCHEMA is SQL's own. */
static bool is_own_into(const struct pl_parser *parser, size_t first)
{
    const struct pl_token *before = &parser->tokens[parser->next - 1];
    return pl_token_is(before, STR("insert")) || pl_token_is(before, STR("merge")) ||
           pl_token_is(&parser->tokens[first], STR("import"));
}

static str blanked(const struct pl_parser *parser, size_t start, size_t end, size_t from, size_t to)
{
    str text = str_copy(parser->arena, str_slice(parser->body, start, end));
    if (to > end) to = end;
    memset((char *)text.at + (from - start), ' ', to - from);
    return text;
}

err pl_execsql(struct pl_parser *parser, struct pl_statement *out)
{
    out->kind = PL_SQL;
    size_t first = parser->next++;
    size_t into_from = 0, into_to = 0;
    while (!pl_is(parser, STR(";"))) {
        if (pl_peek(parser, 0)->kind == LEX_END)
            return pl_syntax_error(parser, "unexpected end of function definition");
        if (!pl_is(parser, STR("into")) || is_own_into(parser, first)) {
            parser->next++;
            continue;
        }
        if (out->sql.into.given) return pl_syntax_error(parser, "INTO specified more than once");
        into_from = pl_peek(parser, 0)->at;
        parser->next++;
        TRY(pl_into(parser, true, &out->sql.into));
        into_to = pl_peek(parser, 0)->at;
    }
    size_t end = parser->next++;
    set_modifies(parser, first, end, out);
    if (!out->sql.into.given) {
        out->sql.text = pl_expr_of(parser, PL_STATEMENT, first, end);
        return NULL;
    }
    str text =
        blanked(parser, parser->tokens[first].at, text_end(parser, first, end), into_from, into_to);
    while (text.len && text.at[text.len - 1] == ' ') text.len--;
    out->sql.text = pl_expr_text(parser, PL_STATEMENT, first, end, text);
    return NULL;
}
