/* cli/migrate.c - dapur migrate up|status|new. */
#include <stdio.h>
#include <time.h>

#include "cli/cli.h"
#include "ops/access.h"
#include "ops/files.h"
#include "ops/project.h"

static const char *const state_names[] = {"applied", "pending", "changed", "out of order"};

static int status(struct cli *cli, const struct config *config, struct engine *engine)
{
    struct migrations migrations;
    err error = project_migrations(cli->arena, config, engine, &migrations);
    if (error) return cli_fail(cli, error);
    bool drift = false;
    for (size_t i = 0; i < migrations.count; i++) {
        const struct migration *migration = &migrations.at[i];
        drift = drift || migration->state == MIGRATION_CHANGED ||
                migration->state == MIGRATION_OUT_OF_ORDER;
        if (cli_has(cli, "json"))
            printf("{\"file\":\"%.*s\",\"state\":\"%s\"}\n", STR_FMT(migration->file),
                   state_names[migration->state]);
        else
            printf("%-12s %.*s\n", state_names[migration->state], STR_FMT(migration->file));
    }
    if (migrations.count == 0 && !cli_has(cli, "json")) printf("no migrations\n");
    return drift ? EXIT_REFUSED : EXIT_OK;
}

static void print_applied(void *context, const struct migration *migration)
{
    (void)context;
    printf("applied %.*s\n", STR_FMT(migration->file));
}

static void print_notice(void *context, str message)
{
    (void)context;
    fprintf(stderr, "NOTICE: %.*s\n", STR_FMT(message));
}

static int up(struct cli *cli, const struct config *config, struct engine *engine)
{
    struct migrate_options options = {
        .allow_drift = cli_has(cli, "allow-drift"),
        .report = print_applied,
        .notice = print_notice,
    };
    size_t applied;
    err error = project_migrate(cli->arena, config, engine, &options, &applied);
    if (error) {
        cli_fail(cli, error);
        return EXIT_REFUSED;
    }
    if (applied == 0) printf("nothing to apply\n");
    return EXIT_OK;
}

static bool name_is_plain(str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '_' || c == '-';
        if (!plain) return false;
    }
    return !str_empty(name);
}

static int create(struct cli *cli)
{
    struct config config;
    str name = cli_word(cli, 0, STR(""));
    if (!name_is_plain(name))
        return cli_fail(cli, err_new(cli->arena, ERR_USAGE,
                                     "a migration's name has letters, digits, \"_\" and \"-\": "
                                     "dapur migrate new add_products"));
    err error = cli_config(cli, 1, &config);
    if (error) return cli_fail(cli, error);
    char stamp[16];
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(stamp, sizeof stamp, "%Y%m%d%H%M%S", &utc);
    str folder = str_printf(cli->arena, "%.*s/migrations", STR_FMT(config.project));
    str path = str_printf(cli->arena, "%.*s/%s_%.*s.sql", STR_FMT(folder), stamp, STR_FMT(name));
    error = folder_make(cli->arena, folder, 0755);
    if (!error)
        error =
            file_write(cli->arena, path, str_printf(cli->arena, "-- %.*s\n", STR_FMT(name)), 0644);
    if (error) return cli_fail(cli, error);
    printf("%.*s\n", STR_FMT(path));
    return EXIT_OK;
}

static int migrate(struct cli *cli)
{
    if (str_eq(cli->verb, STR("new"))) return create(cli);
    bool is_up = str_eq(cli->verb, STR("up"));
    struct config config;
    struct engine *engine;
    err error = cli_config(cli, 0, &config);
    if (!error) error = access_open(cli->arena, &config, &engine);
    if (error) return cli_fail(cli, error);
    int code = is_up ? up(cli, &config, engine) : status(cli, &config, engine);
    engine->close(engine);
    return code;
}

static const struct cli_verb verbs[] = {
    {"status", 1},
    {"up",     1},
    {"new",    2},
};

static const struct cli_flag flags[] = {
    {"allow-drift", false, "up: accept changed and out-of-order files", "up"    },
    {"json",        false, "status: one JSON object a line",            "status"},
    {"data",        true,  "data folder (default DIR/data)",            NULL    },
};

const struct command command_migrate = {
    .name = "migrate",
    .usage = "migrate [status|up|new NAME] [DIR]",
    .help = "list migrations, apply pending ones, or start a new file",
    .flags = flags,
    .flag_count = COUNT_OF(flags),
    .verbs = verbs,
    .verb_count = COUNT_OF(verbs),
    .settings = true,
    .run = migrate,
};
