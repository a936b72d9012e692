/* cli/keys.c - dapur keys: prints the project's keys, making them at first. */
#include <stdio.h>

#include "cli/cli.h"
#include "ops/access.h"
#include "ops/keys.h"

/* Keys of a PostgreSQL project are in the database. */
static err load(struct cli *cli, const struct config *config, struct api_keys *out)
{
    struct engine *engine = NULL;
    if (!str_empty(config->database.url)) TRY(access_open(cli->arena, config, &engine));
    err error = keys_load(cli->arena, config, engine, out);
    if (engine) engine->close(engine);
    return error;
}

static int print_keys(struct cli *cli)
{
    struct config config;
    struct api_keys keys;
    err error = cli_config(cli, 0, &config);
    if (!error) error = load(cli, &config, &keys);
    if (error) return cli_fail(cli, error);
    if (cli_has(cli, "json")) {
        struct buf *text = buf_in(cli->arena, 0);
        api_keys_render(&keys, text);
        printf("%.*s\n", STR_FMT(buf_str(text)));
        return EXIT_OK;
    }
    printf("anon          %.*s\n", STR_FMT(keys.anon));
    printf("publishable   %.*s\n", STR_FMT(keys.publishable));
    printf("service_role  %.*s\n", STR_FMT(keys.service_role));
    printf("secret        %.*s\n", STR_FMT(keys.secret));
    return EXIT_OK;
}

static const struct cli_flag flags[] = {
    {"json", false, "one JSON object, with the JWT secret", NULL},
    {"data", true,  "data folder (default DIR/data)",       NULL},
};

const struct command command_keys = {
    .name = "keys",
    .usage = "keys [DIR]",
    .help = "print the project's API keys, making them when missing",
    .flags = flags,
    .flag_count = COUNT_OF(flags),
    .words_max = 1,
    .settings = true,
    .run = print_keys,
};
