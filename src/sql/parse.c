#include "sql/parse.h"

#include <pg_query.h>
#include <pthread.h>
#include <string.h>

#include "base/utf8.h"
#include "base/vec.h"
#include "sql/parse_int.h"

enum {
    STACK_PER_LEVEL = 1024, /* bytes that one level of a tree may take in the deepest recursion */
    STACK_RESERVE = 256 * 1024, /* for everything else */
    LEVELS_UNCHECKED = 400,     /* any thread has room for these */
};

/* ---- places and errors ---- */

void sql_place(str text, int64_t offset, int64_t *line, int64_t *column)
{
    size_t end = offset < 0 ? 0 : (size_t)offset;
    if (end > text.len) end = text.len;
    size_t line_start = 0;
    *line = 1;
    const char *newline;
    while (end > line_start && (newline = memchr(text.at + line_start, '\n', end - line_start))) {
        (*line)++;
        line_start = (size_t)(newline - text.at) + 1;
    }
    *column = 1 + (int64_t)utf8_count(str_slice(text, line_start, end));
}

/* A text that is being parsed, maybe as a part of a file and inside a wrapping. */
struct parsing {
    struct arena *arena;
    str file;      /* what places are told in */
    size_t offset; /* of the statement in file */
    size_t prefix; /* bytes put before the statement's text, not part of file */
};

/* offset counts in the text given to the parser. */
static err place_error(const struct parsing *parsing, struct err *error, int64_t offset)
{
    if (offset < (int64_t)parsing->prefix) offset = (int64_t)parsing->prefix;
    offset += (int64_t)parsing->offset - (int64_t)parsing->prefix;
    int64_t line;
    int64_t column;
    sql_place(parsing->file, offset, &line, &column);
    err_details(parsing->arena, error, "Line %lld, column %lld.", (long long)line,
                (long long)column);
    return err_at(error, offset);
}

/* libpg_query hands on a message without its SQLSTATE: the few that differ from 42601. */
static const char *message_sqlstate(str message)
{
    static const struct {
        str part;
        const char *sqlstate;
    } rows[] = {
        {STR_INIT("not yet implemented"),        "0A000"},
        {STR_INIT("not supported"),              "0A000"},
        {STR_INIT("stack depth limit exceeded"), "54001"},
        {STR_INIT("memory exhausted"),           "54001"},
        {STR_INIT("out of memory"),              "53200"},
        {STR_INIT("invalid Unicode escape"),     "22025"},
        {STR_INIT("Unicode escape value"),       "22025"},
        {STR_INIT("Unicode surrogate pair"),     "42601"},
        {STR_INIT("invalid byte sequence"),      "22021"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (str_find(message, rows[i].part, 0) != SIZE_MAX) return rows[i].sqlstate;
    return "42601";
}

/* cursorpos counts characters from 1; 0 is unknown. */
static err parser_error(const struct parsing *parsing, str text, const PgQueryError *error)
{
    str message = str_of(error->message);
    struct err *made = err_sql(parsing->arena, message_sqlstate(message), "%.*s", STR_FMT(message));
    if (error->cursorpos < 1) return place_error(parsing, made, (int64_t)parsing->prefix);
    return place_error(parsing, made, (int64_t)utf8_offset(text, (size_t)error->cursorpos - 1));
}

/* ---- guards ---- */

err sql_guard_text(struct arena *arena, str text)
{
    if (text.len > INT32_MAX) return err_sql(arena, "54000", "the text is over 2 GiB");
    size_t nul = str_find_char(text, '\0', 0);
    if (nul != SIZE_MAX)
        return err_at(err_new(arena, ERR_UTF8, "the text holds a NUL byte"), (int64_t)nul);
    if (!utf8_valid(text)) return err_new(arena, ERR_UTF8, "the text is not valid UTF-8");
    return NULL;
}

/* Bytes of stack left on this thread, or SIZE_MAX when the system does not say. */
static size_t stack_left(void)
{
#ifdef __linux__
    pthread_attr_t attributes;
    void *lowest = NULL;
    size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) return SIZE_MAX;
    bool known = pthread_attr_getstack(&attributes, &lowest, &size) == 0;
    pthread_attr_destroy(&attributes);
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    return known && here > (uintptr_t)lowest ? here - (uintptr_t)lowest : SIZE_MAX;
#else
    return SIZE_MAX;
#endif
}

static err too_complex(const struct parsing *parsing, str what)
{
    struct err *error = err_sql(parsing->arena, "54001", "the statement %.*s", STR_FMT(what));
    return place_error(parsing, error, (int64_t)parsing->prefix);
}

static err guard_statement(const struct parsing *parsing, const struct lex_statement *statement)
{
    if (statement->text.len > sql_text_bytes_max)
        return too_complex(parsing, STR("is over 16 MiB"));
    if (statement->operators > sql_operators_max)
        return too_complex(parsing, STR("has more than 50000 operators"));
    if (statement->nesting > sql_nesting_max)
        return too_complex(parsing, STR("has parentheses nested deeper than 2000"));
    size_t levels = statement->operators + statement->nesting * 4;
    if (levels <= LEVELS_UNCHECKED || stack_left() > STACK_RESERVE + levels * STACK_PER_LEVEL)
        return NULL;
    return too_complex(parsing, STR("is too complex for this thread's stack"));
}

/* ---- one statement ---- */

static err tree_from_json(const struct parsing *parsing, str text, str json, struct node **out)
{
    struct node *node = NULL;
    TRY(ast_from_json(parsing->arena, json, text, -(int32_t)parsing->prefix, &node));
    if (!node)
        return place_error(parsing, err_sql(parsing->arena, "42601", "expected one statement"), 0);
    *out = node;
    return NULL;
}

/* text: NUL behind it, guarded. */
static err parse_text(const struct parsing *parsing, str text, struct node **out)
{
    PgQueryParseResult result = pg_query_parse(text.at);
    err error = result.error ? parser_error(parsing, text, result.error)
                             : tree_from_json(parsing, text, str_of(result.parse_tree), out);
    pg_query_free_parse_result(result);
    return error;
}

/* Parses prefix + text, which must be one statement. */
static err parse_wrapped(struct arena *arena, str prefix, str text, struct node **out)
{
    TRY(sql_guard_text(arena, text));
    str whole = str_empty(prefix) ? text : str_join(arena, (str[]){prefix, text}, 2, STR(""));
    struct parsing parsing = {.arena = arena, .file = text, .prefix = prefix.len};
    struct lex_statement first;
    struct lex_statement second;
    size_t at = 0;
    if (!lex_statement(whole, &at, &first)) {
        struct err *empty = err_sql(arena, "42601", "the statement is empty");
        return place_error(&parsing, empty, 0);
    }
    TRY(guard_statement(&parsing, &first));
    if (lex_statement(whole, &at, &second)) {
        struct err *more =
            err_sql(arena, "42601", "expected one statement, found another behind it");
        return place_error(&parsing, more, (int64_t)second.start);
    }
    struct arena *scratch = arena_new(0);
    err error = parse_text(&parsing, str_copy(scratch, whole), out);
    arena_free(scratch);
    return error;
}

err sql_parse_one(struct arena *arena, str text, struct node **out)
{
    return parse_wrapped(arena, STR(""), text, out);
}

/* The only column of "SELECT ALL <text>" when text has nothing else in it, no name either. */
static struct node *only_value(struct arena *arena, struct node *statement)
{
    if (!AST_IS(SelectStmt, statement)) return NULL;
    struct SelectStmt *select = AST_AS(SelectStmt, statement);
    struct list *targets = select->targetList;
    select->targetList = &ast_list_none;
    if (targets->count != 1 || !ast_equal(statement, ast_new(arena, T_SelectStmt))) return NULL;
    const struct ResTarget *target = AST_AS(ResTarget, targets->at[0]);
    if (target->name.at || target->indirection->count) return NULL;
    return target->val;
}

static bool is_bare_star(const struct node *node)
{
    return AST_IS(ColumnRef, node) && AST_IS(A_Star, AST_AS(ColumnRef, node)->fields->at[0]);
}

err sql_parse_expr(struct arena *arena, str text, struct node **out)
{
    struct node *statement;
    /* ALL, which changes nothing, keeps text from starting with ALL or DISTINCT. */
    TRY(parse_wrapped(arena, STR("SELECT ALL "), text, &statement));
    struct node *value = only_value(arena, statement);
    if (!value || is_bare_star(value))
        return err_at(err_sql(arena, "42601", "expected one expression"), 0);
    *out = value;
    return NULL;
}

err sql_parse_type(struct arena *arena, str text, struct TypeName **out)
{
    struct node *statement;
    TRY(parse_wrapped(arena, STR("SELECT NULL::"), text, &statement));
    struct node *value = only_value(arena, statement);
    bool cast = AST_IS(TypeCast, value) && AST_IS(A_Const, AST_AS(TypeCast, value)->arg);
    if (!cast) return err_at(err_sql(arena, "42601", "expected the name of a type"), 0);
    *out = AST_AS(TypeCast, value)->typeName;
    return NULL;
}

/* ---- a script ---- */

char *sql_scratch_copy(struct arena *scratch, str text)
{
    char *copy = arena_alloc(scratch, text.len + 1);
    if (text.len) memcpy(copy, text.at, text.len);
    return copy;
}

void sql_parse_found(struct arena *arena,
                     str file,
                     char *copy,
                     const struct lex_statement *found,
                     struct sql_statement *out)
{
    struct parsing parsing = {.arena = arena, .file = file, .offset = found->start};
    *out = (struct sql_statement){.text = found->text, .offset = (int64_t)found->start};
    out->error = guard_statement(&parsing, found);
    if (out->error) return;
    /* What follows is a semicolon, a blank or the end: none is needed any more. */
    copy[found->start + found->text.len] = '\0';
    out->error = parse_text(&parsing, str_from(copy + found->start, found->text.len), &out->node);
}

err sql_parse(struct arena *arena, str text, struct sql_script **out)
{
    TRY(sql_guard_text(arena, text));
    struct {
        VEC(struct sql_statement);
    } statements = {0};
    struct arena *scratch = arena_new(0);
    char *copy = sql_scratch_copy(scratch, text);
    struct lex_statement found;
    for (size_t at = 0; lex_statement(text, &at, &found);)
        sql_parse_found(arena, text, copy, &found, VEC_ADD(arena, &statements));
    arena_free(scratch);
    struct sql_script *script = ARENA_NEW(arena, struct sql_script);
    script->statements = statements.at;
    script->count = statements.count;
    *out = script;
    return NULL;
}
