#include "ops/access.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "engine/postgres/engine.h"
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
    str url, database; /* of the server, and what was made there; empty: embedded */
    struct engine *engine;
};

/* On PostgreSQL a project is checked where it runs: in a database of its own. */
static err make_database(struct arena *arena,
                         const struct config *config,
                         struct scratch *scratch,
                         struct config *scratch_config)
{
    if (str_empty(config->database.url)) return NULL;
    bool direct = !str_empty(config->database.direct_url);
    scratch->url = direct ? config->database.direct_url : config->database.url;
    scratch_config->database.direct_url = STR_NONE;
    scratch_config->database.pooler = STR("none");
    return engine_postgres_scratch_make(arena, scratch->url, &scratch->database,
                                        &scratch_config->database.url);
}

static void remove_all(struct scratch *scratch)
{
    folder_remove(scratch->arena, scratch->folder);
    if (str_empty(scratch->database)) return;
    err error = engine_postgres_scratch_drop(scratch->arena, scratch->url, scratch->database);
    if (error)
        log_warn("a scratch database was left behind", LOG_STR("database", scratch->database),
                 LOG_ERR(error));
}

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
    err error = make_database(arena, config, scratch, &scratch_config);
    if (!error) error = server_open_engine(arena, &scratch_config, &scratch->engine);
    if (error)
        remove_all(scratch);
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
    remove_all(scratch);
}
