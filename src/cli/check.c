/* cli/check.c - dapur check: a project's SQL against a scratch database, or the data's integrity. */
#include <stdio.h>

#include "base/json.h"
#include "cli/cli.h"
#include "ops/access.h"
#include "ops/files.h"
#include "ops/project.h"

enum { FILE_BYTES_MAX = 64 * 1024 * 1024 };

struct tally {
    struct cli *cli;
    str file;
    bool json;
    size_t total, refused;
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
        buf_printf(line, ",\"column\":%d", statement->column);
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
        .each = count_statement,
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

static int check_project(struct cli *cli, const struct config *config)
{
    struct tally tally = {.cli = cli, .json = cli_has(cli, "json")};
    struct scratch *scratch;
    err error = access_scratch_open(cli->arena, config, &scratch);
    if (error) return cli_fail(cli, error);
    error = check_files(&tally, access_scratch_engine(scratch), config);
    access_scratch_close(scratch);
    if (error) return cli_fail(cli, error);
    const char *format = tally.json ? "{\"total\":%zu,\"ok\":%zu,\"refused\":%zu}\n"
                                    : "%zu statements, %zu ok, %zu refused\n";
    printf(format, tally.total, tally.total - tally.refused, tally.refused);
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
    return cli_has(cli, "integrity") ? check_integrity(cli, &config) : check_project(cli, &config);
}

static const struct cli_flag flags[] = {
    {"integrity", false, "check the data itself: structure, keys, constraints", NULL},
    {"json",      false, "one JSON object a line, the last one the sums",       NULL},
    {"data",      true,  "data folder (default DIR/data)",                      NULL},
};

const struct command command_check = {
    .name = "check",
    .usage = "check [DIR]",
    .help = "compile every statement of a project, or check its data",
    .flags = flags,
    .flag_count = COUNT_OF(flags),
    .words_max = 1,
    .settings = true,
    .run = check,
};
