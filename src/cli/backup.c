/* cli/backup.c - dapur backup FILE and restore FILE. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "ops/access.h"
#include "ops/files.h"

enum { BACKUP_PATH_MAX = 4096 };

static err absolute(struct arena *arena, str path, str *out)
{
    char folder[BACKUP_PATH_MAX];
    *out = path;
    if (str_starts(path, STR("/"))) return NULL;
    if (!getcwd(folder, sizeof folder))
        return err_new(arena, ERR_IO, "cannot read the present folder: %s", strerror(errno));
    *out = str_printf(arena, "%s/%.*s", folder, STR_FMT(path));
    return NULL;
}

static int backup(struct cli *cli)
{
    struct config config;
    struct engine *engine;
    str path = cli_word(cli, 0, STR(""));
    if (str_empty(path))
        return cli_fail(
            cli, err_new(cli->arena, ERR_USAGE, "backup needs a file: dapur backup FILE [DIR]"));
    err error = cli_config(cli, 1, &config);
    /* A running server has another present folder. */
    if (!error) error = absolute(cli->arena, path, &path);
    if (!error) error = access_open(cli->arena, &config, &engine);
    if (error) return cli_fail(cli, error);
    error = engine->backup(engine, cli->arena, path);
    engine->close(engine);
    if (error) return cli_fail(cli, error);
    printf("%.*s\n", STR_FMT(path));
    return EXIT_OK;
}

static const struct cli_flag flags[] = {
    {"data", true, "data folder (default DIR/data)", NULL},
};

const struct command command_backup = {
    .name = "backup",
    .usage = "backup FILE [DIR]",
    .help = "write a consistent copy of the database, also while it is served",
    .flags = flags,
    .flag_count = COUNT_OF(flags),
    .words_max = 2,
    .settings = true,
    .run = backup,
};

/* Restoring -------------------------------------------------------------------------------------- */

static void print_problem(void *context, str problem)
{
    (*(size_t *)context)++;
    fprintf(stderr, "%.*s\n", STR_FMT(problem));
}

/* The copy is opened and checked in a folder of its own before anything is replaced. */
static err verify(struct cli *cli, const struct config *config, str file, str folder)
{
    str copy = str_printf(cli->arena, "%.*s/dapur.db", STR_FMT(folder));
    TRY(folder_make(cli->arena, folder, 0700));
    TRY(file_copy(cli->arena, file, copy));
    struct config there = *config;
    there.database.dir = folder;
    struct engine *engine;
    TRY(access_open(cli->arena, &there, &engine));
    size_t problems = 0;
    err error = engine->integrity(engine, cli->arena, print_problem, &problems);
    engine->close(engine);
    if (!error && problems)
        error = err_new(cli->arena, ERR_USAGE, "the backup is damaged: %zu problems", problems);
    return error;
}

static err put_in_place(struct cli *cli, const struct config *config, str folder)
{
    struct arena *arena = cli->arena;
    str target = str_printf(arena, "%.*s/dapur.db", STR_FMT(config->database.dir));
    static const char *const logs[] = {"-wal", "-shm"};
    for (size_t i = 0; i < COUNT_OF(logs); i++) {
        str log = str_printf(arena, "%.*s%s", STR_FMT(target), logs[i]);
        if (unlink(log.at) != 0 && errno != ENOENT)
            return err_new(arena, ERR_IO, "cannot remove the old log: %s", strerror(errno));
    }
    str verified = str_printf(arena, "%.*s/dapur.db", STR_FMT(folder));
    if (rename(verified.at, target.at) != 0)
        return err_new(arena, ERR_IO, "cannot put the database in place: %s", strerror(errno));
    return NULL;
}

static int restore(struct cli *cli)
{
    struct config config;
    str file = cli_word(cli, 0, STR(""));
    if (str_empty(file))
        return cli_fail(
            cli, err_new(cli->arena, ERR_USAGE, "restore needs a file: dapur restore FILE [DIR]"));
    err error = cli_config(cli, 1, &config);
    if (!error && !str_empty(config.database.url))
        error =
            err_hint(cli->arena,
                     err_sql(cli->arena, "0A000", "a PostgreSQL database is not restored by dapur"),
                     "Use pg_restore or psql.");
    if (error) return cli_fail(cli, error);
    str target = str_printf(cli->arena, "%.*s/dapur.db", STR_FMT(config.database.dir));
    if (file_exists(cli->arena, target) && !cli_has(cli, "force"))
        return cli_fail(cli, err_hint(cli->arena,
                                      err_new(cli->arena, ERR_USAGE, "there is a database already"),
                                      "Use --force to replace it; back it up before."));
    error = folder_make(cli->arena, config.database.dir, 0700);
    int lock = -1;
    if (!error) error = folder_lock(cli->arena, config.database.dir, &lock);
    str folder =
        str_printf(cli->arena, "%.*s/tmp/restore-%d", STR_FMT(config.database.dir), (int)getpid());
    if (!error) error = verify(cli, &config, file, folder);
    if (!error) error = put_in_place(cli, &config, folder);
    folder_remove(cli->arena, folder);
    if (lock >= 0) close(lock);
    if (error) return cli_fail(cli, error);
    printf("restored into %.*s\n", STR_FMT(config.database.dir));
    return EXIT_OK;
}

static const struct cli_flag restore_flags[] = {
    {"force", false, "replace the database that is there", NULL},
    {"data",  true,  "data folder (default DIR/data)",     NULL},
};

const struct command command_restore = {
    .name = "restore",
    .usage = "restore FILE [DIR]",
    .help = "verify a backup and put it in place; the server must be stopped",
    .flags = restore_flags,
    .flag_count = COUNT_OF(restore_flags),
    .words_max = 2,
    .settings = true,
    .run = restore,
};
