#include "sql/lex.h"

#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool starts_name(char c)
{
    unsigned char lower = (unsigned char)(c | 0x20);
    return (lower >= 'a' && lower <= 'z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool in_name(char c)
{
    return starts_name(c) || is_digit(c) || c == '$';
}

static bool is_operator_char(char c)
{
    return c && strchr("+-*/<>=~!@#%^&|`?", c) != NULL;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static char byte_at(str text, size_t at)
{
    return at < text.len ? text.at[at] : '\0';
}

static bool pair_at(str text, size_t at, char first, char second)
{
    return byte_at(text, at) == first && byte_at(text, at + 1) == second && at + 1 < text.len;
}

/* ---- blanks ---- */

/* Comments nest. */
static size_t skip_block_comment(str text, size_t at, bool *unfinished)
{
    size_t depth = 0;
    while (at < text.len) {
        if (pair_at(text, at, '/', '*')) {
            depth++;
            at += 2;
        } else if (pair_at(text, at, '*', '/')) {
            at += 2;
            if (--depth == 0) return at;
        } else {
            at++;
        }
    }
    *unfinished = true;
    return text.len;
}

/* *unfinished: a comment has no end. */
static size_t skip_blanks(str text, size_t at, bool *unfinished)
{
    while (at < text.len) {
        if (is_space(text.at[at])) {
            at++;
        } else if (pair_at(text, at, '-', '-')) {
            while (at < text.len && text.at[at] != '\n' && text.at[at] != '\r') at++;
        } else if (pair_at(text, at, '/', '*')) {
            at = skip_block_comment(text, at, unfinished);
        } else {
            break;
        }
    }
    return at;
}

size_t lex_skip_blanks(str text, size_t at)
{
    bool unfinished = false;
    return skip_blanks(text, at, &unfinished);
}

/* ---- tokens; each answers the offset behind, text.len with *unfinished when it has no end ---- */

/* at: the opening quote. A doubled quote is one inside; with escapes, so is a backslashed one. */
static size_t quoted_end(str text, size_t at, bool escapes, bool *unfinished)
{
    char quote = text.at[at++];
    while (at < text.len) {
        if (escapes && text.at[at] == '\\') {
            at += 2;
        } else if (text.at[at] != quote) {
            at++;
        } else if (byte_at(text, at + 1) == quote) {
            at += 2;
        } else {
            return at + 1;
        }
    }
    *unfinished = true;
    return text.len;
}

/* Two string constants with a line break between them are one (SQL, 5.3): 'a' <newline> 'b'. The
 * second follows the first one's rules, which matters for E'' alone. */
static size_t string_end(str text, size_t at, bool escapes, bool *unfinished)
{
    for (;;) {
        at = quoted_end(text, at, escapes, unfinished);
        size_t next = lex_skip_blanks(text, at);
        if (*unfinished || byte_at(text, next) != '\'') return at;
        str between = str_slice(text, at, next);
        bool broken = str_find_char(between, '\n', 0) != SIZE_MAX ||
                      str_find_char(between, '\r', 0) != SIZE_MAX;
        if (!broken || str_find(between, STR("/*"), 0) != SIZE_MAX) return at;
        at = next;
    }
}

/* The length of "$tag$" at `at`, or 0. */
static size_t dollar_tag_len(str text, size_t at)
{
    size_t end = at + 1;
    if (starts_name(byte_at(text, end)))
        while (in_name(byte_at(text, end)) && text.at[end] != '$') end++;
    return byte_at(text, end) == '$' && end < text.len ? end + 1 - at : 0;
}

static size_t dollar_end(str text, size_t at, size_t tag_len, bool *unfinished)
{
    str tag = str_slice(text, at, at + tag_len);
    size_t close = str_find(text, tag, at + tag_len);
    *unfinished = close == SIZE_MAX;
    return *unfinished ? text.len : close + tag_len;
}

/* Up to where a comment starts. */
static size_t operator_end(str text, size_t at)
{
    while (is_operator_char(byte_at(text, at)) && !pair_at(text, at, '-', '-') &&
           !pair_at(text, at, '/', '*'))
        at++;
    return at;
}

static size_t number_end(str text, size_t at)
{
    while (is_digit(byte_at(text, at))) at++;
    if (byte_at(text, at) == '.' && byte_at(text, at + 1) != '.') at++;
    while (is_digit(byte_at(text, at))) at++;
    size_t mark = at;
    if ((byte_at(text, at) | 0x20) != 'e') return at;
    at++;
    if (byte_at(text, at) == '+' || byte_at(text, at) == '-') at++;
    if (!is_digit(byte_at(text, at))) return mark;
    while (is_digit(byte_at(text, at))) at++;
    return at;
}

/* A word at `at`, or the string or name that its first letters introduce: E'', B'', U&"". */
static size_t word_end(str text, size_t at, struct lex_token *token)
{
    char letter = (char)(text.at[at] | 0x20);
    char next = byte_at(text, at + 1);
    if (next == '\'' && strchr("ebxn", letter)) {
        token->kind = LEX_STRING;
        return string_end(text, at + 1, letter == 'e', &token->unfinished);
    }
    char third = byte_at(text, at + 2);
    if (letter == 'u' && next == '&' && (third == '\'' || third == '"')) {
        token->kind = third == '"' ? LEX_NAME : LEX_STRING;
        return third == '"' ? quoted_end(text, at + 2, false, &token->unfinished)
                            : string_end(text, at + 2, false, &token->unfinished);
    }
    token->kind = LEX_WORD;
    while (in_name(byte_at(text, at))) at++;
    return at;
}

static size_t dollar_token(str text, size_t at, struct lex_token *token)
{
    if (is_digit(byte_at(text, at + 1))) {
        token->kind = LEX_PARAM;
        for (at++; is_digit(byte_at(text, at));) at++;
        return at;
    }
    size_t tag_len = dollar_tag_len(text, at);
    token->kind = tag_len ? LEX_STRING : LEX_PUNCTUATION;
    return tag_len ? dollar_end(text, at, tag_len, &token->unfinished) : at + 1;
}

struct lex_token lex_next(str text, size_t *at)
{
    struct lex_token token = {.kind = LEX_END};
    size_t start = skip_blanks(text, *at, &token.unfinished);
    size_t end = start;
    char c = byte_at(text, start);
    if (start >= text.len) {
        /* the end */
    } else if (starts_name(c)) {
        end = word_end(text, start, &token);
    } else if (is_digit(c) || (c == '.' && is_digit(byte_at(text, start + 1)))) {
        token.kind = LEX_NUMBER;
        end = number_end(text, start);
    } else if (c == '\'') {
        token.kind = LEX_STRING;
        end = string_end(text, start, false, &token.unfinished);
    } else if (c == '"') {
        token.kind = LEX_NAME;
        end = quoted_end(text, start, false, &token.unfinished);
    } else if (c == '$') {
        end = dollar_token(text, start, &token);
    } else if (is_operator_char(c)) {
        token.kind = LEX_OPERATOR;
        end = operator_end(text, start);
    } else if (pair_at(text, start, ':', ':')) {
        token.kind = LEX_OPERATOR;
        end = start + 2;
    } else {
        token.kind = LEX_PUNCTUATION;
        end = start + 1;
    }
    token.text = str_slice(text, start, end);
    *at = end < text.len ? end : text.len;
    return token;
}

bool lex_is_word(const struct lex_token *token, str word)
{
    return token->kind == LEX_WORD && str_eq_nocase(token->text, word);
}

bool lex_is_punctuation(const struct lex_token *token, char c)
{
    return token->kind == LEX_PUNCTUATION && token->text.at[0] == c;
}

/* ---- statements ---- */

/* Words that may nest an expression or query once more without a parenthesis. */
static bool deepens(const struct lex_token *word)
{
    static const str words[] = {
        STR_INIT("at"),       STR_INIT("between"), STR_INIT("case"),      STR_INIT("collate"),
        STR_INIT("else"),     STR_INIT("except"),  STR_INIT("ilike"),     STR_INIT("in"),
        STR_INIT("is"),       STR_INIT("isnull"),  STR_INIT("intersect"), STR_INIT("join"),
        STR_INIT("like"),     STR_INIT("not"),     STR_INIT("notnull"),   STR_INIT("similar"),
        STR_INIT("then"),     STR_INIT("union"),   STR_INIT("when"),      STR_INIT("explain"),
        STR_INIT("operator"),
    };
    if (word->text.len < 2 || word->text.len > 9) return false;
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (str_eq_nocase(word->text, words[i])) return true;
    return false;
}

/* psql's rule for function bodies in SQL: in CREATE [OR REPLACE] FUNCTION or PROCEDURE, BEGIN and
 * END (and CASE inside) enclose semicolons. */
struct body {
    size_t words; /* seen in the statement */
    bool routine; /* the first words are those */
    size_t depth; /* of BEGIN and CASE */
};

/* What is open at a token. Parentheses alone keep a semicolon from ending the statement. */
struct open {
    struct body body;
    size_t parentheses;
    size_t brackets;
};

static void body_word(struct body *body, const struct lex_token *word, size_t nesting)
{
    size_t index = body->words++;
    if (index == 0) body->routine = lex_is_word(word, STR("create"));
    if (index > 0 && index < 4 && body->routine && body->depth == 0) {
        bool head = lex_is_word(word, STR("or")) || lex_is_word(word, STR("replace"));
        bool kind = lex_is_word(word, STR("function")) || lex_is_word(word, STR("procedure"));
        if (kind)
            body->words = 4;
        else if (!head)
            body->routine = false;
        return;
    }
    if (!body->routine || nesting) return;
    if (lex_is_word(word, STR("begin")))
        body->depth++;
    else if (lex_is_word(word, STR("case")) && body->depth)
        body->depth++;
    else if (lex_is_word(word, STR("end")) && body->depth)
        body->depth--;
}

static void count_nesting(struct lex_statement *statement, char c, struct open *open)
{
    if (c == '(') open->parentheses++;
    if (c == '[') open->brackets++;
    if (c == ')' && open->parentheses) open->parentheses--;
    if (c == ']' && open->brackets) open->brackets--;
    size_t nesting = open->parentheses + open->brackets;
    if (nesting > statement->nesting) statement->nesting = nesting;
}

static void count_token(struct lex_statement *statement,
                        const struct lex_token *token,
                        struct open *open)
{
    if (token->kind == LEX_OPERATOR) {
        statement->operators += token->text.len; /* "- - -" and "---" alike */
    } else if (token->kind == LEX_WORD) {
        statement->operators += deepens(token);
        body_word(&open->body, token, open->parentheses);
    } else if (token->kind == LEX_PUNCTUATION) {
        count_nesting(statement, token->text.at[0], open);
    }
    statement->unfinished = token->unfinished;
}

bool lex_statement(str text, size_t *at, struct lex_statement *out)
{
    *out = (struct lex_statement){.start = SIZE_MAX};
    struct open open = {0};
    size_t last = 0; /* behind the last token that counts */
    for (;;) {
        size_t before = *at;
        struct lex_token token = lex_next(text, at);
        bool end = token.kind == LEX_END;
        if (end && token.unfinished) { /* for the grammar to refuse */
            if (out->start == SIZE_MAX) out->start = before;
            out->unfinished = true;
            last = text.len;
        }
        bool enclosed = open.parentheses > 0 || open.body.depth > 0;
        if (end || (lex_is_punctuation(&token, ';') && !enclosed)) {
            if (out->start == SIZE_MAX && end) return false;
            if (out->start == SIZE_MAX) continue;
            break;
        }
        if (out->start == SIZE_MAX) out->start = (size_t)(token.text.at - text.at);
        count_token(out, &token, &open);
        last = *at;
    }
    out->text = str_slice(text, out->start, last);
    out->end = *at;
    out->unfinished = out->unfinished || open.parentheses > 0 || open.body.depth > 0;
    return true;
}
