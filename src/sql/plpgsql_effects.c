/* What a body does to the database, by its words; and what it calls does. */
#include "sql/builtin.h"
#include "sql/catalog.h"
#include "sql/plpgsql_int.h"

/* ---- by the words, while a body is parsed ---- */

static bool one_of(const struct pl_token *token, const str *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (pl_token_is(token, words[i])) return true;
    return false;
}

/* A statement that begins otherwise is DML, DDL, or a text that nobody has looked at (DO, EXPLAIN). */
static bool begins_reading(const struct pl_token *token)
{
    static const str words[] = {STR_INIT("select"),  STR_INIT("values"), STR_INIT("with"),
                                STR_INIT("perform"), STR_INIT("table"),  STR_INIT("call"),
                                STR_INIT("show"),    STR_INIT("(")};
    return one_of(token, words, COUNT_OF(words));
}

static bool is_dml(const struct pl_token *token)
{
    static const str words[] = {STR_INIT("insert"), STR_INIT("update"), STR_INIT("delete"),
                                STR_INIT("merge")};
    return one_of(token, words, COUNT_OF(words));
}

static bool is_lock(const struct pl_token *token)
{
    static const str words[] = {STR_INIT("update"), STR_INIT("share"), STR_INIT("no"),
                                STR_INIT("key")};
    return one_of(token, words, COUNT_OF(words));
}

static void note_call(struct pl_parser *parser, str schema, str name)
{
    for (size_t i = 0; i < parser->calls.count; i++) {
        const struct pl_call *call = &parser->calls.at[i];
        if (str_eq(call->name, name) && str_eq(call->schema, schema)) return;
    }
    *VEC_ADD(parser->arena, &parser->calls) = (struct pl_call){schema, name};
}

static bool is_name(const struct pl_token *token)
{
    return token->kind == LEX_WORD || token->kind == LEX_NAME;
}

/* tokens[i] is a name before a parenthesis. */
static void note_name(struct pl_parser *parser, size_t first, size_t i)
{
    const struct pl_token *tokens = parser->tokens;
    bool qualified =
        i >= first + 2 && pl_token_is(&tokens[i - 1], STR(".")) && is_name(&tokens[i - 2]);
    str schema = qualified ? pl_name_of(parser, &tokens[i - 2]) : STR_NONE;
    note_call(parser, schema, pl_name_of(parser, &tokens[i]));
}

void pl_note_effects(struct pl_parser *parser, enum pl_expr_kind kind, size_t first, size_t end)
{
    const struct pl_token *tokens = parser->tokens;
    if (kind == PL_STATEMENT && !begins_reading(&tokens[first])) parser->writes = true;
    for (size_t i = first; i + 1 < end; i++) {
        if (pl_token_is(&tokens[i], STR("(")) && is_dml(&tokens[i + 1])) parser->writes = true;
        if (pl_token_is(&tokens[i], STR("for")) && is_lock(&tokens[i + 1])) parser->writes = true;
        if (is_name(&tokens[i]) && pl_token_is(&tokens[i + 1], STR("(")))
            note_name(parser, first, i);
    }
    /* WITH ... INSERT: the main statement of a WITH stands behind a parenthesis. */
    if (kind != PL_STATEMENT || !pl_token_is(&tokens[first], STR("with"))) return;
    for (size_t i = first; i + 1 < end; i++)
        if (pl_token_is(&tokens[i], STR(")")) && is_dml(&tokens[i + 1])) parser->writes = true;
}
