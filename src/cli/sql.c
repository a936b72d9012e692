/* cli/sql.c - dapur sql: one statement, a prompt, or a batch of statements as somebody (tests). */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/json.h"
#include "cli/cli.h"
#include "ops/access.h"

struct console {
    struct cli *cli;
    struct engine *engine;
    str role;
};

/* The last statement's outcome of a script, copied. */
struct outcome {
    struct arena *arena;
    str columns, types, rows, command;
    err error;
};

static bool keep_outcome(void *context, const struct script_statement *statement)
{
    struct outcome *outcome = context;
    outcome->error = err_copy(outcome->arena, statement->error);
    outcome->columns = str_copy(outcome->arena, statement->result.columns_json);
    outcome->types = str_copy(outcome->arena, statement->result.types_json);
    outcome->rows = str_copy(outcome->arena, statement->result.rows_json);
    outcome->command = str_copy(outcome->arena, statement->result.command);
    return !statement->error;
}

/* Batch ------------------------------------------------------------------------------------------ */

static str or_empty_list(str json)
{
    return str_empty(json) ? STR("[]") : json;
}

static void print_outcome(const struct outcome *outcome)
{
    struct buf *line = buf_in(outcome->arena, 0);
    if (outcome->error) {
        buf_lit(line, "{\"ok\":false,\"sqlstate\":");
        json_write_str(line, outcome->error->code);
        buf_lit(line, ",\"message\":");
        json_write_str(line, outcome->error->message);
        buf_lit(line, ",\"details\":");
        json_write_str(line, outcome->error->details);
        buf_lit(line, ",\"hint\":");
        json_write_str(line, outcome->error->hint);
    } else {
        buf_lit(line, "{\"ok\":true,\"columns\":");
        buf_str_add(line, or_empty_list(outcome->columns));
        buf_lit(line, ",\"types\":");
        buf_str_add(line, or_empty_list(outcome->types));
        buf_lit(line, ",\"rows\":");
        buf_str_add(line, or_empty_list(outcome->rows));
        buf_lit(line, ",\"command\":");
        json_write_str(line, outcome->command);
    }
    printf("%.*s}\n", STR_FMT(buf_str(line)));
    fflush(stdout);
}

static str claim(const struct json *claims, const char *name)
{
    return claims ? json_get_str(claims, str_of(name)) : STR_NONE;
}

static err run_line(const struct console *console, struct outcome *outcome, str line)
{
    const struct json *request;
    TRY(json_parse(outcome->arena, line, NULL, &request));
    const struct json *claims = json_get(request, STR("claims"));
    if (claims && claims->kind != JSON_OBJECT) claims = NULL;
    struct caller caller = {
        .role = json_get_str(request, STR("role")),
        .claims = claims ? claims->source : STR_NONE,
        .user_id = claim(claims, "sub"),
        .email = claim(claims, "email"),
    };
    if (str_empty(caller.role)) caller.role = console->role;
    struct script_options options = {
        .file = STR("batch"),
        .text = json_get_str(request, STR("sql")),
        .role = caller.role,
        .transaction = true,
        .caller = &caller,
        .collect_rows = true,
        .each = keep_outcome,
        .context = outcome,
    };
    err error = console->engine->script(console->engine, outcome->arena, &options);
    return outcome->error ? outcome->error : error;
}

static int batch(const struct console *console)
{
    char *line = NULL;
    size_t capacity = 0;
    for (ssize_t len = getline(&line, &capacity, stdin); len > 0;
         len = getline(&line, &capacity, stdin)) {
        struct outcome outcome = {.arena = arena_new(0)};
        outcome.error = run_line(console, &outcome, str_from(line, (size_t)len));
        print_outcome(&outcome);
        arena_free(outcome.arena);
    }
    free(line);
    return EXIT_OK;
}

/* Tables for people ------------------------------------------------------------------------------ */

static str cell_text(const struct json *cell)
{
    return cell->kind == JSON_NULL ? STR("") : cell->text;
}

static void print_cells(const struct json *row, const size_t *widths)
{
    for (size_t i = 0; i < row->count; i++) {
        str text = cell_text(row->items[i]);
        printf("%s%-*.*s", i ? " | " : " ", (int)widths[i], STR_FMT(text));
    }
    printf("\n");
}

static void print_table(struct arena *arena, const struct json *columns, const struct json *rows)
{
    size_t *widths = ARENA_ARRAY(arena, size_t, columns->count);
    for (size_t i = 0; i < columns->count; i++) widths[i] = columns->items[i]->text.len;
    for (size_t r = 0; r < rows->count; r++)
        for (size_t i = 0; i < rows->items[r]->count && i < columns->count; i++) {
            size_t len = cell_text(rows->items[r]->items[i]).len;
            if (len > widths[i]) widths[i] = len;
        }
    print_cells(columns, widths);
    for (size_t i = 0; i < columns->count; i++) {
        printf("%s", i ? "+" : "");
        for (size_t k = 0; k < widths[i] + 2; k++) printf("-");
    }
    printf("\n");
    for (size_t r = 0; r < rows->count; r++) print_cells(rows->items[r], widths);
    printf("(%zu row%s)\n", rows->count, rows->count == 1 ? "" : "s");
}

static bool print_statement(void *context, const struct script_statement *statement)
{
    struct console *console = context;
    if (statement->error) {
        fprintf(stderr, "%.*s (%.*s)\n", STR_FMT(statement->error->message),
                STR_FMT(statement->error->code));
        if (!str_empty(statement->error->details))
            fprintf(stderr, "  %.*s\n", STR_FMT(statement->error->details));
        if (!str_empty(statement->error->hint))
            fprintf(stderr, "  %.*s\n", STR_FMT(statement->error->hint));
        return false;
    }
    const struct json *columns, *rows;
    struct arena *arena = arena_new(0);
    bool has_rows = !str_empty(statement->result.columns_json) &&
                    !json_parse(arena, statement->result.columns_json, NULL, &columns) &&
                    !json_parse(arena, or_empty_list(statement->result.rows_json), NULL, &rows);
    if (has_rows && columns->count)
        print_table(arena, columns, rows);
    else
        printf("%.*s\n", STR_FMT(statement->result.command));
    arena_free(arena);
    (void)console;
    return true;
}

static void print_notice(void *context, str message)
{
    (void)context;
    fprintf(stderr, "NOTICE: %.*s\n", STR_FMT(message));
}

static int run_text(struct console *console, struct arena *arena, str text)
{
    struct script_options options = {
        .file = STR("sql"),
        .text = text,
        .role = console->role,
        .collect_rows = true,
        .each = print_statement,
        .notice = print_notice,
        .context = console,
    };
    err error = console->engine->script(console->engine, arena, &options);
    return error ? EXIT_REFUSED : EXIT_OK;
}

/* Statements end with ";" at a line's end. */
static int prompt(struct console *console)
{
    bool person = isatty(STDIN_FILENO);
    char *line = NULL;
    size_t capacity = 0;
    int code = EXIT_OK;
    struct arena *arena = arena_new(0);
    struct buf *text = buf_in(arena, 0);
    if (person) printf("dapur sql as %.*s; end with Ctrl-D\n", STR_FMT(console->role));
    for (;;) {
        if (person) printf("%s", text->len ? "  ... " : "dapur> ");
        fflush(stdout);
        ssize_t len = getline(&line, &capacity, stdin);
        if (len > 0) buf_append(text, line, (size_t)len);
        str pending = buf_str(text);
        while (pending.len && (unsigned char)pending.at[pending.len - 1] <= ' ') pending.len--;
        bool whole = pending.len && (pending.at[pending.len - 1] == ';' || len <= 0);
        if (whole) {
            struct arena *statement = arena_new(0);
            code = run_text(console, statement, pending);
            arena_free(statement);
            buf_clear(text);
        }
        if (len <= 0) break;
    }
    free(line);
    arena_free(arena);
    return person ? EXIT_OK : code;
}

static int sql(struct cli *cli)
{
    struct config config;
    struct console console = {.cli = cli, .role = cli_flag(cli, "role")};
    if (str_empty(console.role)) console.role = STR("postgres");
    err error = cli_config(cli, 0, &config);
    if (!error) error = access_open(cli->arena, &config, &console.engine);
    if (!error && cli_has(cli, "batch") && cli_has(cli, "command"))
        error = err_new(cli->arena, ERR_USAGE, "--batch and --command exclude each other");
    if (error) return cli_fail(cli, error);
    int code;
    if (cli_has(cli, "batch"))
        code = batch(&console);
    else if (cli_has(cli, "command"))
        code = run_text(&console, cli->arena, cli_flag(cli, "command"));
    else
        code = prompt(&console);
    console.engine->close(console.engine);
    return code;
}

static const struct cli_flag flags[] = {
    {"command", true,  "run this text and end",                                                NULL},
    {"role",    true,  "run as this role (default postgres)",                                  NULL},
    {"batch",   false, "JSON lines {\"role\",\"claims\",\"sql\"} on stdin, one answer a line", NULL},
    {"data",    true,  "data folder (default DIR/data)",                                       NULL},
};

const struct command command_sql = {
    .name = "sql",
    .usage = "sql [DIR] [--command TEXT]",
    .help = "run SQL on the project's database, with a prompt or one text",
    .flags = flags,
    .flag_count = COUNT_OF(flags),
    .words_max = 1,
    .settings = true,
    .run = sql,
};
