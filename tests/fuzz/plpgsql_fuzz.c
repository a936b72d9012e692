/* Bodies of PL/pgSQL functions: whatever the text, a tree whose pieces lie in it, or an error with a place. The
 * first byte chooses what the function returns. */
#include <assert.h>

#include "base/utf8.h"
#include "sql/builtin.h"
#include "sql/catalog.h"
#include "sql/plpgsql.h"

static const struct cat_argument arguments[] = {
    {.name = STR_INIT("a"), .type = INT4OID,   .mode = 'i'},
    {.name = STR_INIT("r"), .type = RECORDOID, .mode = 'i'},
    {.name = STR_INIT("x"), .type = TEXTOID,   .mode = 'o'},
};

static struct cat_function function_of(uint8_t choice)
{
    static const oid results[] = {INT4OID, VOIDOID, RECORDOID, TRIGGEROID};
    return (struct cat_function){
        .name = STR_INIT("f"),
        .kind = choice & 16 ? 'p' : 'f',
        .volatility = 'v',
        .arguments = arguments,
        .argument_count = choice & 8 ? COUNT_OF(arguments) : 2,
        .result = results[choice & 3],
        .returns_set = choice & 4,
    };
}

static void check_tree(const struct pl_function *parsed, str body)
{
    for (size_t i = 0; i < parsed->expr_count; i++) {
        const struct pl_expr *expr = parsed->exprs[i];
        assert(expr->number == (int)i);
        assert(expr->at + expr->text.len <= body.len);
        assert(expr->line >= 1);
        for (const struct pl_name *name = expr->names; name; name = name->outer)
            assert(name->variable < (int)parsed->variable_count);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size) return 0;
    struct arena *arena = arena_new(0);
    struct cat_function function = function_of(data[0]);
    struct pl_function *parsed = NULL;
    str body = str_from(data + 1, size - 1);
    bool text =
        utf8_valid(body) && str_find_char(body, '\0', 0) == SIZE_MAX; /* as in a statement */
    err error = text ? plpgsql_parse(arena, &function, body, &parsed) : NULL;
    if (error) assert(error->at >= 0 && error->at <= (int64_t)body.len);
    if (parsed) {
        check_tree(parsed, body);
        error = plpgsql_check_syntax(arena, parsed);
        if (error) assert(error->at >= 0 && error->at <= (int64_t)body.len);
    }
    arena_free(arena);
    return 0;
}
