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

/* ---- what it may read ---- */

/* extract(year FROM d), substring(s FROM 2) and their kin name no table. */
static bool is_from_of_function(const struct pl_token *tokens, size_t first, size_t i)
{
    static const str words[] = {STR_INIT("extract"), STR_INIT("substring"), STR_INIT("trim"),
                                STR_INIT("overlay")};
    size_t depth = 0;
    while (i-- > first) {
        if (pl_token_is(&tokens[i], STR(")"))) depth++;
        if (!pl_token_is(&tokens[i], STR("("))) continue;
        if (depth-- == 0) return i > first && one_of(&tokens[i - 1], words, COUNT_OF(words));
    }
    return false;
}

/* tokens[i] is FROM: nothing but one call of a function behind it. */
static bool is_from_one_call(const struct pl_token *tokens, size_t i, size_t end)
{
    size_t at = i + 1, depth = 0;
    if (at < end && pl_token_is(&tokens[at], STR("(")) == false && is_name(&tokens[at])) at++;
    if (at + 1 < end && pl_token_is(&tokens[at], STR("."))) at += 2;
    if (at >= end || at == i + 1 || !pl_token_is(&tokens[at], STR("("))) return false;
    for (; at < end; at++) {
        if (pl_token_is(&tokens[at], STR("("))) depth++;
        if (pl_token_is(&tokens[at], STR(")")) && depth-- == 0) return true;
        if (depth == 0 && pl_token_is(&tokens[at], STR(","))) return false;
        if (pl_token_is(&tokens[at], STR("join"))) return false;
    }
    return true;
}

static bool is_of_session(const struct pl_token *token)
{
    static const str words[] = {STR_INIT("current_date"),
                                STR_INIT("current_time"),
                                STR_INIT("current_timestamp"),
                                STR_INIT("localtime"),
                                STR_INIT("localtimestamp"),
                                STR_INIT("current_user"),
                                STR_INIT("session_user"),
                                STR_INIT("current_role"),
                                STR_INIT("user"),
                                STR_INIT("table"),
                                STR_INIT("call")};
    return one_of(token, words, COUNT_OF(words));
}

static void note_reads(struct pl_parser *parser, size_t first, size_t end)
{
    const struct pl_token *tokens = parser->tokens;
    for (size_t i = first; i < end; i++) {
        if (is_of_session(&tokens[i])) parser->unsteady = true;
        if (pl_token_is(&tokens[i], STR("from")) && !is_from_of_function(tokens, first, i) &&
            !is_from_one_call(tokens, i, end))
            parser->unsteady = true;
    }
}

void pl_note_effects(struct pl_parser *parser, enum pl_expr_kind kind, size_t first, size_t end)
{
    const struct pl_token *tokens = parser->tokens;
    note_reads(parser, first, end);
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

/* ---- by looking at what is called ---- */

struct effects {
    const struct catalog *catalog;
    struct arena *arena;
    struct {
        VEC(oid);
    } seen;   /* a function that is being looked at, or was and does not write */
    bool own; /* statements count: the function is VOLATILE */
    bool writes;
    bool steady; /* what is not steady is looked for: it counts as a write */
};

static bool function_writes(struct effects *effects, const struct cat_function *function);

static bool builtin_writes(str name)
{
    size_t at = 0;
    const struct builtin *builtin;
    while ((builtin = builtin_function_next(name, &at)))
        if (builtin->writes) return true;
    return false;
}

/* No function of this name is immutable. */
static bool builtin_is_unsteady(str name)
{
    size_t at = 0;
    bool any = false;
    const struct builtin *builtin;
    while ((builtin = builtin_function_next(name, &at))) {
        if (builtin->volatility == 'i') return false;
        any = true;
    }
    return any;
}

/* Any function that a call of this name may reach: the search path and the arguments decide later. */
static bool call_writes(struct effects *effects, str schema, str name)
{
    if (builtin_writes(name) || (effects->steady && builtin_is_unsteady(name))) return true;
    size_t at = 0;
    const struct cat_schema *in;
    while ((in = catalog_schema_next(effects->catalog, &at))) {
        if (!str_empty(schema) && !str_eq(schema, in->name)) continue;
        size_t next = 0;
        const struct cat_function *function;
        while ((function = catalog_function_named(effects->catalog, in->oid, name, &next)))
            if (function_writes(effects, function)) return true;
    }
    return false;
}

static bool is_read(const struct node *node)
{
    return node->kind == T_RangeVar || node->kind == T_SQLValueFunction;
}

static bool is_write(const struct node *node)
{
    return node->kind == T_InsertStmt || node->kind == T_UpdateStmt || node->kind == T_DeleteStmt ||
           node->kind == T_MergeStmt || node->kind == T_LockingClause;
}

/* Answers false, which ends the walk, when it writes. */
static bool look_at_node(struct node *node, void *context)
{
    struct effects *effects = context;
    effects->writes = (effects->own && is_write(node)) || (effects->steady && is_read(node));
    if (!effects->writes && node->kind == T_FuncCall) {
        const struct list *names = AST_AS(FuncCall, node)->funcname;
        size_t count = names->count;
        str schema = count > 1 ? ast_name_at(names, count - 2) : STR_NONE;
        bool own = effects->own;
        effects->writes = call_writes(effects, schema, ast_name_at(names, count - 1));
        effects->own = own;
    }
    return !effects->writes && ast_children(node, look_at_node, effects);
}

static bool statements_write(struct effects *effects, const struct cat_function *function)
{
    for (size_t i = 0; i < function->statement_count; i++) {
        struct node *node = (struct node *)function->statements[i];
        effects->own = effects->steady || function->volatility == 'v';
        if (effects->own && node->kind != T_SelectStmt) return true;
        if (!look_at_node(node, effects)) return true;
    }
    return false;
}

static bool body_writes(struct effects *effects, const struct cat_function *function)
{
    const struct pl_function *body = function->pl;
    bool own = effects->steady || function->volatility == 'v';
    if (!body) return own;
    if (effects->steady && body->unsteady) return true;
    if (own && (body->writes || body->dynamic)) return true;
    for (size_t i = 0; i < body->call_count; i++)
        if (call_writes(effects, body->calls[i].schema, body->calls[i].name)) return true;
    return false;
}

static bool function_writes(struct effects *effects, const struct cat_function *function)
{
    for (size_t i = 0; i < effects->seen.count; i++)
        if (effects->seen.at[i] == function->oid) return false;
    *VEC_ADD(effects->arena, &effects->seen) = function->oid;
    if (str_eq(function->language, STR("sql"))) return statements_write(effects, function);
    return body_writes(effects, function);
}

bool plpgsql_is_steady(const struct catalog *catalog, const struct cat_function *function)
{
    struct effects effects = {.catalog = catalog, .arena = arena_new(0), .steady = true};
    bool found = function_writes(&effects, function);
    arena_free(effects.arena);
    return !found;
}

bool plpgsql_writes(const struct catalog *catalog, const struct cat_function *function)
{
    struct effects effects = {.catalog = catalog, .arena = arena_new(0)};
    bool writes = function_writes(&effects, function);
    arena_free(effects.arena);
    return writes;
}
