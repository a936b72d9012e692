/* cli/new.c - dapur new: a project's folder, blank or from an example. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/embedded_file.h"
#include "ops/files.h"

static const char blank_conf[] = "; Every setting with its default: dapur help settings\n"
                                 "[server]\n"
                                 "listen = 127.0.0.1:54321\n";

static const char blank_migration[] =
    "-- Your first table. Row-level security is switched on for it by itself; the policies say who "
    "sees what.\n"
    "\n"
    "create table public.notes (\n"
    "    id bigint generated always as identity primary key,\n"
    "    owner uuid not null default auth.uid(),\n"
    "    text text not null check (text <> ''),\n"
    "    created_at timestamptz not null default now()\n"
    ");\n"
    "create index notes_owner_idx on public.notes (owner);\n"
    "\n"
    "create policy own_notes on public.notes for all to authenticated\n"
    "    using (owner = (select auth.uid())) with check (owner = (select auth.uid()));\n";

static const char blank_ignore[] = "data/\n";

static const size_t conf_len = sizeof blank_conf - 1;
static const size_t migration_len = sizeof blank_migration - 1;
static const size_t ignore_len = sizeof blank_ignore - 1;

static const struct embedded_file blank[] = {
    {"dapur.conf",                          blank_conf,      &conf_len     },
    {"migrations/20260101000000_notes.sql", blank_migration, &migration_len},
    {".gitignore",                          blank_ignore,    &ignore_len   },
    {NULL,                                  NULL,            NULL          },
};

struct template
{
    const char *name;
    const struct embedded_file *files;
};

static const struct template templates[] = {
    {"blank",  blank         },
    {"gudang", example_gudang},
};

static const struct template *find_template(str name)
{
    for (size_t i = 0; i < COUNT_OF(templates); i++)
        if (str_eq(str_of(templates[i].name), name)) return &templates[i];
    return NULL;
}

static err write_file(struct arena *arena, str folder, const struct embedded_file *file)
{
    str path = str_printf(arena, "%.*s/%s", STR_FMT(folder), file->path);
    size_t slash = path.len;
    while (slash > 0 && path.at[slash - 1] != '/') slash--;
    TRY(folder_make(arena, str_slice(path, 0, slash - 1), 0755));
    return file_write(arena, path, str_from(file->at, *file->len), 0644);
}

static err write_template(struct arena *arena, str folder, const struct template *template)
{
    if (file_exists(arena, folder))
        return err_new(arena, ERR_USAGE, "\"%.*s\" exists already", STR_FMT(folder));
    for (const struct embedded_file *file = template->files; file->path; file++)
        TRY(write_file(arena, folder, file));
    return NULL;
}

static int create(struct cli *cli)
{
    str folder = cli_word(cli, 0, STR(""));
    if (str_empty(folder))
        return cli_fail(cli, err_new(cli->arena, ERR_USAGE, "new needs a name: dapur new shop"));
    str name = cli_has(cli, "template") ? cli_flag(cli, "template") : STR("blank");
    const struct template *template = find_template(name);
    if (!template)
        return cli_fail(cli, err_hint(cli->arena,
                                      err_new(cli->arena, ERR_USAGE,
                                              "there is no template \"%.*s\"", STR_FMT(name)),
                                      "Templates: blank, gudang."));
    err error = write_template(cli->arena, folder, template);
    if (error) return cli_fail(cli, error);
    printf("made %.*s; start it with: dapur serve %.*s\n", STR_FMT(folder), STR_FMT(folder));
    return EXIT_OK;
}

static const struct cli_flag flags[] = {
    {"template", true, "blank (default) or gudang, the warehouse example", NULL},
};

const struct command command_new = {
    .name = "new",
    .usage = "new NAME [--template gudang]",
    .help = "make a project's folder",
    .flags = flags,
    .flag_count = COUNT_OF(flags),
    .words_max = 1,
    .run = create,
};
