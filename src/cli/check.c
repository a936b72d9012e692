/* cli/check.c - dapur check: a project's SQL against a scratch database, what of it is worth a warning, a
 * statement's SQLite text, or the data's integrity. */
#include <stdio.h>

#include "base/json.h"
#include "cli/cli.h"
#include "ops/access.h"
#include "ops/files.h"
#include "ops/project.h"
#include "ops/warnings.h"

enum { FILE_BYTES_MAX = 64 * 1024 * 1024 };

struct tally {
    struct cli *cli;
    str file;
    bool json;
    size_t total, refused, warned;
    const struct config *config;
    struct warnings *warnings; /* NULL: on a server, which keeps no trees for them */
    bool (*each)(void *context, const struct script_statement *statement);
};

static void add_text(struct buf *out, const char *name, str value)
{
    buf_printf(out, ",\"%s\":", name);
    json_write_str(out, value);
}

static void print_json(const struct tally *tally, const struct script_statement *statement)
{
    struct buf *line = buf_in(tally->cli->arena, 0);
    buf_lit(line, "{\"file\":");
    json_write_str(line, tally->file);
    buf_printf(line, ",\"line\":%d", statement->line);
    add_text(line, "kind", statement->kind);
    buf_printf(line, ",\"ok\":%s", statement->error ? "false" : "true");
    if (statement->error) {
        add_text(line, "sqlstate", statement->error->code);
        add_text(line, "message", statement->error->message);
        add_text(line, "hint", statement->error->hint);
    } else {
        buf_lit(line, ",\"sqlstate\":null,\"message\":null");
    }
    printf("%.*s}\n", STR_FMT(buf_str(line)));
}

static void print_refusal(const struct tally *tally, const struct script_statement *statement)
{
    if (!statement->error) return;
    printf("%.*s:%d:%d: %.*s (%.*s)\n", STR_FMT(tally->file), statement->line, statement->column,
           STR_FMT(statement->error->message), STR_FMT(statement->error->code));
    if (!str_empty(statement->error->hint)) printf("    %.*s\n", STR_FMT(statement->error->hint));
}

static bool count_statement(void *context, const struct script_statement *statement)
{
    struct tally *tally = context;
    tally->total++;
    tally->refused += statement->error != NULL;
    if (tally->warnings) warnings_follow(tally->warnings, tally->file, statement);
    if (tally->json)
        print_json(tally, statement);
    else
        print_refusal(tally, statement);
    return true;
}

static err check_file(
    struct tally *tally, struct engine *engine, const struct config *config, str path, str name)
{
    str text;
    TRY(file_read(tally->cli->arena, path, FILE_BYTES_MAX, &text));
    tally->file = name;
    struct script_options options = {
        .file = name,
        .text = text,
        .role = STR("postgres"),
        .transaction = true,
        .keep_going = true,
        .auto_rls = config->security.auto_rls,
        .each = tally->each,
        .context = tally,
    };
    return engine->script(engine, tally->cli->arena, &options);
}

static err check_files(struct tally *tally, struct engine *engine, const struct config *config)
{
    struct arena *arena = tally->cli->arena;
    struct migrations migrations;
    TRY(project_migrations(arena, config, engine, &migrations));
    for (size_t i = 0; i < migrations.count; i++)
        TRY(check_file(tally, engine, config, migrations.at[i].path, migrations.at[i].file));
    str seed = str_printf(arena, "%.*s/seed.sql", STR_FMT(config->project));
    if (!file_exists(arena, seed))
        seed = str_printf(arena, "%.*s/supabase/seed.sql", STR_FMT(config->project));
    return file_exists(arena, seed) ? check_file(tally, engine, config, seed, STR("seed.sql"))
                                    : NULL;
}

static void print_warning(const struct tally *tally, const struct warning *warning)
{
    if (!tally->json) {
        printf("%.*s:%d: warning: %.*s (%.*s)\n    %.*s\n", STR_FMT(warning->file), warning->line,
               STR_FMT(warning->message), STR_FMT(warning->name), STR_FMT(warning->hint));
        return;
    }
    struct buf *line = buf_in(tally->cli->arena, 0);
    buf_lit(line, "{\"file\":");
    json_write_str(line, warning->file);
    buf_printf(line, ",\"line\":%d", warning->line);
    add_text(line, "warning", warning->name);
    add_text(line, "message", warning->message);
    add_text(line, "hint", warning->hint);
    printf("%.*s}\n", STR_FMT(buf_str(line)));
}

static bool begin_warnings(void *context, const struct script_statement *statement)
{
    struct tally *tally = context;
    if (statement->catalog) tally->warnings = warnings_new(tally->cli->arena, statement->catalog);
    return true;
}

static bool print_warnings(void *context, const struct script_statement *statement)
{
    struct tally *tally = context;
    const struct warning *list;
    if (!tally->warnings) return true;
    tally->warned =
        warnings_find(tally->warnings, statement->catalog, tally->config->rest.schemas, &list);
    for (size_t i = 0; i < tally->warned; i++) print_warning(tally, &list[i]);
    return true;
}

/* Shows the catalog as it is now: a statement that changes nothing. */
static err look(struct tally *tally,
                struct engine *engine,
                bool (*each)(void *context, const struct script_statement *statement))
{
    struct script_options options = {
        .file = STR("check"),
        .text = STR("SELECT 1"),
        .role = STR("postgres"),
        .each = each,
        .context = tally,
    };
    return engine->script(engine, tally->cli->arena, &options);
}

/* What a statement becomes ----------------------------------------------------------------------- */

static bool print_shown(void *context, const struct script_statement *statement)
{
    struct tally *tally = context;
    const struct json *rows;
    tally->refused += statement->error != NULL;
    if (statement->error) {
        fprintf(stderr, "%.*s (%.*s)\n", STR_FMT(statement->error->message),
                STR_FMT(statement->error->code));
        if (!str_empty(statement->error->hint))
            fprintf(stderr, "    %.*s\n", STR_FMT(statement->error->hint));
        return false;
    }
    bool shown = str_eq(statement->result.columns_json, STR("[\"sqlite\"]")) &&
                 !json_parse(tally->cli->arena, statement->result.rows_json, NULL, &rows);
    for (size_t i = 0; shown && i < rows->count; i++)
        printf("%.*s;\n", STR_FMT(rows->items[i]->items[0]->text));
    return true;
}

/* In the scratch database, behind the migrations. */
static err show_statement(struct tally *tally, struct engine *engine)
{
    str role = cli_flag(tally->cli, "role");
    struct script_options options = {
        .file = STR("--sql"),
        .text = cli_flag(tally->cli, "sql"),
        .role = str_empty(role) ? STR("authenticated") : role,
        .transaction = true,
        .show = true,
        .each = print_shown,
        .context = tally,
    };
    err error = engine->script(engine, tally->cli->arena, &options);
    return tally->refused ? NULL : error;
}

static int check_project(struct cli *cli, const struct config *config)
{
    struct tally tally = {
        .cli = cli, .json = cli_has(cli, "json"), .each = count_statement, .config = config};
    struct scratch *scratch;
    err error = access_scratch_open(cli->arena, config, &scratch);
    if (error) return cli_fail(cli, error);
    struct engine *engine = access_scratch_engine(scratch);
    error = look(&tally, engine, begin_warnings);
    if (!error) error = check_files(&tally, engine, config);
    if (!error) error = look(&tally, engine, print_warnings);
    access_scratch_close(scratch);
    if (error) return cli_fail(cli, error);
    const char *format = tally.json
                             ? "{\"total\":%zu,\"ok\":%zu,\"refused\":%zu,\"warnings\":%zu}\n"
                             : "%zu statements, %zu ok, %zu refused, %zu warnings\n";
    printf(format, tally.total, tally.total - tally.refused, tally.refused, tally.warned);
    return tally.refused ? EXIT_REFUSED : EXIT_OK;
}

/* The project's statements are not told of: only what the one becomes. */
static bool count_quietly(void *context, const struct script_statement *statement)
{
    struct tally *tally = context;
    tally->total += statement->error != NULL;
    return true;
}

static int check_statement(struct cli *cli, const struct config *config)
{
    struct tally tally = {.cli = cli};
    struct scratch *scratch;
    if (!str_empty(config->database.url))
        return cli_fail(cli,
                        err_new(cli->arena, ERR_USAGE,
                                "--sql shows SQLite's text: the project's database is a server"));
    err error = access_scratch_open(cli->arena, config, &scratch);
    if (error) return cli_fail(cli, error);
    tally.each = count_quietly;
    error = check_files(&tally, access_scratch_engine(scratch), config);
    if (!error && tally.total)
        fprintf(stderr, "%zu statements of the project are refused: dapur check names them\n",
                tally.total);
    if (!error) error = show_statement(&tally, access_scratch_engine(scratch));
    access_scratch_close(scratch);
    if (error) return cli_fail(cli, error);
    return tally.refused ? EXIT_REFUSED : EXIT_OK;
}

static void print_problem(void *context, str problem)
{
    struct tally *tally = context;
    tally->total++;
    if (!tally->json) {
        printf("%.*s\n", STR_FMT(problem));
        return;
    }
    struct buf *line = buf_in(tally->cli->arena, 0);
    buf_lit(line, "{\"problem\":");
    json_write_str(line, problem);
    printf("%.*s}\n", STR_FMT(buf_str(line)));
}

static int check_integrity(struct cli *cli, const struct config *config)
{
    struct engine *engine;
    struct tally tally = {.cli = cli, .json = cli_has(cli, "json")};
    err error = access_open(cli->arena, config, &engine);
    if (error) return cli_fail(cli, error);
    error = engine->integrity(engine, cli->arena, print_problem, &tally);
    engine->close(engine);
    if (error) return cli_fail(cli, error);
    if (tally.json)
        printf("{\"problems\":%zu}\n", tally.total);
    else if (tally.total == 0)
        printf("ok\n");
    return tally.total ? EXIT_REFUSED : EXIT_OK;
}

static int check(struct cli *cli)
{
    struct config config;
    err error = cli_config(cli, 0, &config);
    if (error) return cli_fail(cli, error);
    if (cli_has(cli, "sql")) return check_statement(cli, &config);
    return cli_has(cli, "integrity") ? check_integrity(cli, &config) : check_project(cli, &config);
}

static const struct cli_flag flags[] = {
    {"sql",       true,  "show the SQLite text of this statement, behind the project's migrations", NULL},
    {"role",      true,  "with --sql: as whom (default authenticated); policies are in the text",   NULL},
    {"integrity", false, "check the data itself: structure, keys, constraints",                     NULL},
    {"json",      false, "one JSON object a line, the last one the sums",                           NULL},
    {"data",      true,  "data folder (default DIR/data)",                                          NULL},
};

const struct command command_check = {
    .name = "check",
    .usage = "check [DIR]",
    .help = "compile every statement of a project and warn of risks, or check its data",
    .flags = flags,
    .flag_count = COUNT_OF(flags),
    .words_max = 1,
    .settings = true,
    .run = check,
};
