/* SQL text: a file is split and parsed, and every statement that can be printed parses back to the
 * tree that it was printed from. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "sql/deparse.h"
#include "sql/script.h"

static void complain(str source, str text, const struct node *first, const struct node *second)
{
    struct arena *arena = arena_new(0);
    struct buf *out = buf_in(arena, 0);
    ast_dump(out, first);
    buf_lit(out, "\n");
    ast_dump(out, second);
    fprintf(stderr, "source: %.*s\nprinted: %.*s\n%.*s\n", STR_FMT(source), STR_FMT(text),
            STR_FMT(buf_str(out)));
    abort();
}

static void round_trip(struct arena *arena, const struct sql_statement *statement)
{
    str text;
    struct node *again = NULL;
    if (!statement->node || deparse_statement_str(arena, statement->node, &text)) return;
    err error = sql_parse_one(arena, text, &again);
    if (error) fprintf(stderr, "%.*s\n", STR_FMT(error->message));
    if (error || !ast_equal(statement->node, again))
        complain(statement->text, text, statement->node, again);
    assert(ast_equal(again, ast_copy(arena, again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(0);
    struct script *script = NULL;
    str text = str_from(data, size);
    if (!script_parse(arena, text, &script)) {
        for (size_t i = 0; i < script->count; i++) {
            const struct sql_statement *statement = &script->items[i].statement;
            assert((statement->node == NULL) == (statement->error != NULL) ||
                   script->items[i].has_copy_data);
            round_trip(arena, statement);
        }
    }
    arena_free(arena);
    return 0;
}
