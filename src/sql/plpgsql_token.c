/* A PL/pgSQL body as tokens: pl_scanner.c over lex.h. */
#include "sql/plpgsql_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "sql/parse.h"

/* Sorted. */
static const struct keyword {
    str name;
    enum pl_keyword class;
} keywords[] = {
#define RESERVED(word) {STR_INIT(#word), PL_RESERVED},
#define UNRESERVED(word) {STR_INIT(#word), PL_UNRESERVED},
#include "sql/plpgsql_keywords.def"
#undef RESERVED
#undef UNRESERVED
};

static int compare_keyword(const void *key, const void *row)
{
    return str_cmp(*(const str *)key, ((const struct keyword *)row)->name);
}

static enum pl_keyword keyword_of(str word)
{
    char lower[PL_NAME_BYTES];
    if (word.len > sizeof lower) return PL_NO_KEYWORD;
    for (size_t i = 0; i < word.len; i++)
        lower[i] = (char)(word.at[i] >= 'A' && word.at[i] <= 'Z' ? word.at[i] | 0x20 : word.at[i]);
    str key = str_from(lower, word.len);
    const struct keyword *found =
        bsearch(&key, keywords, COUNT_OF(keywords), sizeof *keywords, compare_keyword);
    return found ? found->class : PL_NO_KEYWORD;
}

/* ---- errors ---- */

struct err *pl_place(const struct pl_parser *parser, struct err *error, size_t at)
{
    int64_t line, column;
    sql_place(parser->body, (int64_t)at, &line, &column);
    if (str_empty(error->details))
        err_details(parser->arena, error, "Line %lld, column %lld of the body.", (long long)line,
                    (long long)column);
    return err_at(error, (int64_t)at);
}

struct err *pl_error(
    const struct pl_parser *parser, size_t at, const char *sqlstate, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    str message = str_vprintf(parser->arena, format, args);
    va_end(args);
    return pl_place(parser, err_sql(parser->arena, sqlstate, "%.*s", STR_FMT(message)), at);
}

err pl_syntax_error(const struct pl_parser *parser, const char *message)
{
    const struct pl_token *token = pl_peek(parser, 0);
    if (token->kind == LEX_END)
        return pl_error(parser, token->at, "42601", "%s at end of input", message);
    return pl_error(parser, token->at, "42601", "%s at or near \"%.*s\"", message,
                    STR_FMT(token->text));
}

/* ---- cutting ---- */

/* scan.l: an operator ends in + or - only when it holds one of the others. */
static size_t operator_len(str text)
{
    size_t len = text.len;
    for (size_t i = 0; i + 1 < len; i++)
        if (strchr("~!@#^&|`?%", text.at[i])) return len;
    while (len > 1 && (text.at[len - 1] == '+' || text.at[len - 1] == '-')) len--;
    return len;
}

/* ":=" and ".." are tokens of PL/pgSQL alone. ".." comes before a number that starts with a dot. */
static bool own_token(str body, size_t start, size_t *at, struct pl_token *out)
{
    str two = str_slice(body, start, start + 2);
    if (!str_eq(two, STR(":=")) && !str_eq(two, STR(".."))) return false;
    *out = (struct pl_token){.kind = LEX_OPERATOR, .text = two, .at = start};
    *at = start + 2;
    return true;
}

static err unfinished(const struct pl_parser *parser, const struct pl_token *token)
{
    const char *what = "unterminated quoted string";
    if (token->kind == LEX_END) what = "unterminated /* comment";
    if (token->kind == LEX_NAME) what = "unterminated quoted identifier";
    if (token->kind == LEX_STRING && token->text.at[0] == '$')
        what = "unterminated dollar-quoted string";
    return pl_error(parser, token->at, "42601", "%s at or near \"%.*s\"", what,
                    STR_FMT(str_skip(parser->body, token->at)));
}

static err token_read(const struct pl_parser *parser, size_t *at, struct pl_token *out)
{
    size_t blank = *at;
    size_t start = lex_skip_blanks(parser->body, *at);
    if (own_token(parser->body, start, at, out)) return NULL;
    struct lex_token token = lex_next(parser->body, at);
    *out = (struct pl_token){.kind = token.kind, .text = token.text, .at = start};
    if (token.kind == LEX_END && token.unfinished) out->at = blank; /* somewhere behind */
    if (token.unfinished) return unfinished(parser, out);
    if (token.kind == LEX_NAME && token.text.len == 2)
        return pl_error(parser, start, "42601",
                        "zero-length delimited identifier at or near \"\"\"\"");
    if (token.kind == LEX_OPERATOR && !str_eq(token.text, STR("::"))) {
        out->text.len = operator_len(token.text);
        *at = start + out->text.len;
    }
    if (token.kind == LEX_WORD) out->keyword = keyword_of(token.text);
    return NULL;
}

err pl_tokens_read(struct pl_parser *parser)
{
    struct {
        VEC(struct pl_token);
    } tokens = {0};
    size_t at = 0;
    struct pl_token *token;
    do {
        token = VEC_ADD(parser->arena, &tokens);
        TRY(token_read(parser, &at, token));
    } while (token->kind != LEX_END);
    parser->tokens = tokens.at;
    return NULL;
}

/* ---- looking and taking ---- */

const struct pl_token *pl_peek(const struct pl_parser *parser, size_t ahead)
{
    const struct pl_token *token = &parser->tokens[parser->next];
    while (ahead-- && token->kind != LEX_END) token++;
    return token;
}

bool pl_token_is(const struct pl_token *token, str text)
{
    bool fits =
        token->kind == LEX_WORD || token->kind == LEX_OPERATOR || token->kind == LEX_PUNCTUATION;
    return fits && str_eq_nocase(token->text, text);
}

bool pl_is(const struct pl_parser *parser, str text)
{
    return pl_token_is(pl_peek(parser, 0), text);
}

bool pl_take(struct pl_parser *parser, str text)
{
    if (!pl_is(parser, text)) return false;
    parser->next++;
    return true;
}

err pl_expect(struct pl_parser *parser, str text)
{
    return pl_take(parser, text) ? NULL : pl_syntax_error(parser, "syntax error");
}

/* ---- names and strings ---- */

static str without_quotes(struct arena *arena, str quoted)
{
    char *out = arena_alloc(arena, quoted.len);
    size_t len = 0;
    for (size_t i = 1; i + 1 < quoted.len; i++) {
        out[len++] = quoted.at[i];
        if (quoted.at[i] == '"') i++; /* doubled */
    }
    return str_from(out, len);
}

/* At most 63 bytes, no character halved. */
static str cut(str name)
{
    if (name.len <= PL_NAME_BYTES) return name;
    size_t len = PL_NAME_BYTES;
    while (len && ((unsigned char)name.at[len] & 0xC0) == 0x80) len--;
    return str_slice(name, 0, len);
}

str pl_name_of(const struct pl_parser *parser, const struct pl_token *token)
{
    if (token->kind == LEX_NAME) {
        str text = token->text;
        if (text.at[0] != '"') text = str_skip(text, 2); /* U&"": its escapes are not undone */
        return cut(without_quotes(parser->arena, text));
    }
    return cut(str_lower(parser->arena, token->text));
}

bool pl_is_identifier(const struct pl_token *token)
{
    return token->kind == LEX_NAME || (token->kind == LEX_WORD && token->keyword != PL_RESERVED);
}

err pl_identifier(struct pl_parser *parser, str *out)
{
    const struct pl_token *token = pl_peek(parser, 0);
    if (!pl_is_identifier(token)) return pl_syntax_error(parser, "syntax error");
    *out = pl_name_of(parser, token);
    parser->next++;
    return NULL;
}

err pl_string(struct pl_parser *parser, str *out)
{
    const struct pl_token *token = pl_peek(parser, 0);
    char first = token->kind == LEX_STRING ? token->text.at[0] : 'x';
    if (first != '\'' && first != '$' && first != 'e' && first != 'E')
        return pl_syntax_error(parser, "syntax error");
    struct node *constant;
    err error = sql_parse_expr(parser->arena, token->text, &constant);
    if (error) {
        struct err *placed = ARENA_NEW(parser->arena, struct err);
        *placed = *error;
        placed->details = STR_NONE;
        return pl_place(parser, placed, token->at);
    }
    assert(AST_IS(A_Const, constant));
    *out = AST_AS(A_Const, constant)->sval;
    parser->next++;
    return NULL;
}

/* Places come nearly in order, so the count goes on from the last one, or back from it. */
int pl_line(struct pl_parser *parser, size_t at)
{
    for (; parser->line_at < at; parser->line_at++)
        if (parser->body.at[parser->line_at] == '\n') parser->lines++;
    for (; parser->line_at > at; parser->line_at--)
        if (parser->body.at[parser->line_at - 1] == '\n') parser->lines--;
    return parser->lines + 1;
}
