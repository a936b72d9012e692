/* ops/project.h - a project's folder: migrations, seed.
 *
 * Owns: nothing. Threads: any that may block, one process at a time (the engine's lock).
 * Errors: ERR_IO, ERR_CONFIG (a changed or out-of-order migration), SQLSTATEs with file and place.
 */
#ifndef DAPUR_OPS_PROJECT_H
#define DAPUR_OPS_PROJECT_H

#include "api/common/builtin_migration.h"
#include "ops/config.h"
#include "sql/engine.h"

/* Keeps other nodes from changing what the project has in the database; waits for them. out: NULL
 * where one process owns it, which project_unlock takes as well. */
MUST_USE err project_lock(struct arena *arena, struct engine *engine, struct engine_lock **out);
void project_unlock(struct engine *engine, struct engine_lock *lock);

/* The first text that a query of our bookkeeping answers, or empty. */
MUST_USE err project_value(struct arena *arena, struct engine *engine, str sql, str *out);

enum migration_state {
    MIGRATION_APPLIED,
    MIGRATION_PENDING,
    MIGRATION_CHANGED,
    MIGRATION_OUT_OF_ORDER
};

struct migration {
    str file; /* "20260102030405_products.sql" */
    str path;
    str version; /* its leading digits */
    str sha256;  /* hex */
    str text;
    enum migration_state state;
};

struct migrations {
    struct migration *at;
    size_t count;
};

/* The files of migrations/ (or supabase/migrations/) in byte order, with their states. */
MUST_USE err project_migrations(struct arena *arena,
                                const struct config *config,
                                struct engine *engine,
                                struct migrations *out);
/* Our own schemas (auth, storage...), brought to this program's version first. */
MUST_USE err project_builtin_migrate(struct arena *arena,
                                     struct engine *engine,
                                     const struct builtin_migration *migrations,
                                     size_t count);

/* Refuses changed and out-of-order files: the first of them, by name. */
MUST_USE err project_check_drift(struct arena *arena, const struct migrations *migrations);

struct migrate_options {
    bool allow_drift; /* changed and out-of-order files are no error */
    void (*report)(void *context, const struct migration *migration);
    void (*notice)(void *context, str message);
    bool (*cancelled)(void *context); /* asked now and then: true ends it; may be NULL */
    void *context;
};
/* Applies what is pending, each file in one transaction; then the seed, once. */
MUST_USE err project_migrate(struct arena *arena,
                             const struct config *config,
                             struct engine *engine,
                             const struct migrate_options *options,
                             size_t *applied);

#endif
