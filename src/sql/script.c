#include "sql/script.h"

#include "base/vec.h"
#include "sql/parse_int.h"

struct reading {
    struct arena *arena;
    str file;
    char *copy; /* of file, for the parser to cut */
    size_t at;
    struct {
        VEC(struct script_item);
    } items;
};

static struct err *placed(const struct reading *reading, struct err *error, size_t offset)
{
    int64_t line;
    int64_t column;
    sql_place(reading->file, (int64_t)offset, &line, &column);
    err_details(reading->arena, error, "Line %lld, column %lld.", (long long)line,
                (long long)column);
    return err_at(error, (int64_t)offset);
}

/* The offset behind the line that holds at. */
static size_t line_end(str text, size_t at)
{
    size_t newline = str_find_char(text, '\n', at);
    return newline == SIZE_MAX ? text.len : newline + 1;
}

/* psql reads a backslash outside quotes as its own command, to the end of the line. */
static bool take_meta_command(struct reading *reading)
{
    size_t start = lex_skip_blanks(reading->file, reading->at);
    if (start >= reading->file.len || reading->file.at[start] != '\\') return false;
    reading->at = line_end(reading->file, start);
    struct script_item *item = VEC_ADD(reading->arena, &reading->items);
    str line = str_slice(reading->file, start, reading->at);
    while (line.len && (line.at[line.len - 1] == '\n' || line.at[line.len - 1] == '\r')) line.len--;
    item->statement = (struct sql_statement){.text = line, .offset = (int64_t)start};
    struct err *error = err_sql(reading->arena, "0A000", "psql's backslash commands are not SQL");
    err_hint(reading->arena, error, "Remove the line, or write in SQL what it does.");
    item->statement.error = placed(reading, error, start);
    return true;
}

/* COPY ... FROM stdin, by its tokens: the data must be cut out even if the statement is wrong. */
static bool expects_copy_data(str statement)
{
    size_t at = 0;
    struct lex_token token = lex_next(statement, &at);
    if (!lex_is_word(&token, STR("copy"))) return false;
    bool from = false;
    while (token.kind != LEX_END) {
        token = lex_next(statement, &at);
        if (from && lex_is_word(&token, STR("stdin"))) return true;
        from = lex_is_word(&token, STR("from"));
    }
    return false;
}

/* The lines up to one that is "\\." alone. */
static void take_copy_data(struct reading *reading, struct script_item *item)
{
    size_t start = line_end(reading->file, reading->at);
    item->has_copy_data = true;
    item->copy_data_offset = (int64_t)start;
    for (size_t at = start; at < reading->file.len;) {
        size_t next = line_end(reading->file, at);
        str line = str_slice(reading->file, at, next);
        while (line.len && (line.at[line.len - 1] == '\n' || line.at[line.len - 1] == '\r'))
            line.len--;
        if (str_eq(line, STR("\\."))) {
            item->copy_data = str_slice(reading->file, start, at);
            reading->at = next;
            return;
        }
        at = next;
    }
    reading->at = reading->file.len;
    struct err *error =
        err_sql(reading->arena, "22P04", "the data of COPY has no line \"\\.\" at its end");
    if (!item->statement.error) item->statement.error = placed(reading, error, start);
}

static bool take_statement(struct reading *reading)
{
    struct lex_statement found;
    if (!lex_statement(reading->file, &reading->at, &found)) return false;
    struct script_item *item = VEC_ADD(reading->arena, &reading->items);
    sql_parse_found(reading->arena, reading->file, reading->copy, &found, &item->statement);
    if (expects_copy_data(found.text)) take_copy_data(reading, item);
    return true;
}

/* Over semicolons that end nothing, so that a backslash behind one is seen. */
static void skip_empty(struct reading *reading)
{
    for (;;) {
        size_t at = lex_skip_blanks(reading->file, reading->at);
        if (at >= reading->file.len || reading->file.at[at] != ';') return;
        reading->at = at + 1;
    }
}

err script_parse(struct arena *arena, str text, struct script **out)
{
    TRY(sql_guard_text(arena, text));
    struct arena *scratch = arena_new(0);
    struct reading reading = {
        .arena = arena, .file = text, .copy = sql_scratch_copy(scratch, text)};
    if (str_starts(text, STR("\xEF\xBB\xBF"))) reading.at = 3;
    do skip_empty(&reading);
    while (take_meta_command(&reading) || take_statement(&reading));
    arena_free(scratch);
    struct script *script = ARENA_NEW(arena, struct script);
    script->items = reading.items.at;
    script->count = reading.items.count;
    *out = script;
    return NULL;
}

err script_parse_with(struct arena *arena, str text, str epilogue, struct script **out)
{
    struct script *first, *then;
    TRY(script_parse(arena, text, &first));
    *out = first;
    if (str_empty(epilogue)) return NULL;
    TRY(script_parse(arena, epilogue, &then));
    struct script *all = ARENA_NEW(arena, struct script);
    all->items = ARENA_ARRAY(arena, struct script_item, first->count + then->count);
    for (size_t i = 0; i < first->count; i++) all->items[all->count++] = first->items[i];
    for (size_t i = 0; i < then->count; i++) {
        all->items[all->count] = then->items[i];
        all->items[all->count++].statement.offset = (int64_t)text.len;
    }
    *out = all;
    return NULL;
}

err script_fold_transaction(struct arena *arena,
                            const struct TransactionStmt *statement,
                            bool whole,
                            str *notice)
{
    static const char *const names[] = {
        [TRANS_STMT_BEGIN] = "BEGIN",
        [TRANS_STMT_START] = "START TRANSACTION",
        [TRANS_STMT_COMMIT] = "COMMIT",
        [TRANS_STMT_ROLLBACK] = "ROLLBACK",
        [TRANS_STMT_SAVEPOINT] = "SAVEPOINT",
        [TRANS_STMT_RELEASE] = "RELEASE SAVEPOINT",
        [TRANS_STMT_ROLLBACK_TO] = "ROLLBACK TO SAVEPOINT",
        [TRANS_STMT_PREPARE] = "PREPARE TRANSACTION",
        [TRANS_STMT_COMMIT_PREPARED] = "COMMIT PREPARED",
        [TRANS_STMT_ROLLBACK_PREPARED] = "ROLLBACK PREPARED",
    };
    bool folded = statement->kind == TRANS_STMT_BEGIN || statement->kind == TRANS_STMT_START ||
                  statement->kind == TRANS_STMT_COMMIT;
    if (!folded)
        return err_sql(arena, "0A000", "%s is not supported in a script", names[statement->kind]);
    *notice = str_printf(arena, "%s is folded: %s", names[statement->kind],
                         whole ? "the whole file is one transaction"
                               : "each statement is a transaction of its own");
    return NULL;
}
