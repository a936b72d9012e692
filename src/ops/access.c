#include "ops/access.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ops/control.h"
#include "ops/files.h"
#include "ops/server.h"

err access_open(struct arena *arena, const struct config *config, struct engine **out)
{
    err error = server_open_engine(arena, config, out);
    bool shared = !str_empty(config->database.url); /* nobody owns it: there is no other way in */
    if (!error || shared || error->kind != ERR_UNAVAILABLE) return error;
    return control_connect(arena, config->database.dir, out);
}

struct scratch {
    struct arena *arena;
    str folder;
    struct engine *engine;
};

err access_scratch_open(struct arena *arena, const struct config *config, struct scratch **out)
{
    const char *base = getenv("TMPDIR");
    char *folder =
        (char *)(uintptr_t)str_printf(arena, "%s/dapur-check-XXXXXX", base ? base : "/tmp").at;
    if (!mkdtemp(folder))
        return err_new(arena, ERR_IO, "cannot make a temporary folder: %s", strerror(errno));
    struct config scratch_config = *config;
    scratch_config.database.dir = str_of(folder);
    struct scratch *scratch = ARENA_NEW(arena, struct scratch);
    scratch->arena = arena;
    scratch->folder = str_of(folder);
    err error = server_open_engine(arena, &scratch_config, &scratch->engine);
    if (error)
        folder_remove(arena, str_of(folder));
    else
        *out = scratch;
    return error;
}

struct engine *access_scratch_engine(struct scratch *scratch)
{
    return scratch->engine;
}

void access_scratch_close(struct scratch *scratch)
{
    scratch->engine->close(scratch->engine);
    folder_remove(scratch->arena, scratch->folder);
}
