/* cli/serve.c - dapur serve: the server in the foreground. */
#include <stdio.h>

#include "base/log.h"
#include "cli/cli.h"
#include "ops/server.h"

static void ready(void *context, str api_address, str admin_address)
{
    (void)context;
    log_info("ready", LOG_STR("api", api_address), LOG_STR("admin", admin_address));
    /* Scripts wait for this line; nothing else goes to stdout. */
    printf("ready http://%.*s\n", STR_FMT(api_address));
    fflush(stdout);
}

static int serve(struct cli *cli)
{
    struct config config;
    err error = cli_config(cli, 0, &config);
    if (error) return cli_fail(cli, error);
    enum log_level level;
    if (log_level_find(config.log.level, &level)) log_level_set(level);
    struct server_options options = {
        .config = &config,
        .no_migrate = cli_has(cli, "no-migrate"),
        .allow_drift = cli_has(cli, "allow-drift"),
        .ready = ready,
    };
    error = server_run(cli->arena, &options);
    return error ? cli_fail(cli, error) : EXIT_OK;
}

static const struct cli_flag flags[] = {
    {"listen",      true,  "HOST:PORT of the API; port 0 picks one (default 127.0.0.1:54321)", NULL},
    {"admin",       true,  "HOST:PORT of health and metrics",                                  NULL},
    {"db",          true,  "postgres://... instead of the embedded database",                  NULL},
    {"data",        true,  "data folder (default DIR/data)",                                   NULL},
    {"no-migrate",  false, "refuse to start while migrations are pending",                     NULL},
    {"allow-drift", false, "accept changed and out-of-order migration files",                  NULL},
};

const struct command command_serve = {
    .name = "serve",
    .usage = "serve [DIR]",
    .help = "run the project in DIR (default: here)",
    .flags = flags,
    .flag_count = COUNT_OF(flags),
    .words_max = 1,
    .settings = true,
    .signals = true,
    .run = serve,
};
