#include "ops/project.h"

#include "base/crypto.h"
#include "base/json.h"
#include "base/log.h"
#include "ops/files.h"

enum { SQL_BYTES_MAX = 64 * 1024 * 1024 };

/* Reading the bookkeeping ------------------------------------------------------------------------ */

struct rows {
    struct arena *arena;
    const struct json *tree; /* [[...],...] or NULL */
    err error;
};

static bool keep_rows(void *context, const struct script_statement *statement)
{
    struct rows *rows = context;
    if (statement->error) return false;
    rows->error = json_parse(rows->arena, str_copy(rows->arena, statement->result.rows_json), NULL,
                             &rows->tree);
    return !rows->error;
}

static err query(struct arena *arena, struct engine *engine, str sql, const struct json **out)
{
    struct rows rows = {.arena = arena};
    struct script_options options = {
        .file = STR("bookkeeping"),
        .text = sql,
        .role = STR("supabase_admin"),
        .collect_rows = true,
        .each = keep_rows,
        .context = &rows,
    };
    TRY(engine->script(engine, arena, &options));
    *out = rows.tree;
    return rows.error;
}

err project_value(struct arena *arena, struct engine *engine, str sql, str *out)
{
    const struct json *rows;
    TRY(query(arena, engine, sql, &rows));
    bool one = rows && rows->count && rows->items[0]->items[0]->kind == JSON_STRING;
    *out = one ? rows->items[0]->items[0]->text : STR_NONE;
    return NULL;
}

/* The stored hash of a file, or the empty str. rows: [[file, sha256],...]. */
static str stored_hash(const struct json *rows, str file)
{
    for (size_t i = 0; rows && i < rows->count; i++)
        if (str_eq(rows->items[i]->items[0]->text, file)) return rows->items[i]->items[1]->text;
    return STR_NONE;
}

static err applied_rows(struct arena *arena, struct engine *engine, const struct json **out)
{
    return query(arena, engine, STR("SELECT file, sha256 FROM dapur.migrations ORDER BY file"),
                 out);
}

/* Files ------------------------------------------------------------------------------------------ */

static str hash_text(struct arena *arena, str text)
{
    uint8_t digest[CRYPTO_SHA256_BYTES];
    crypto_sha256(text, digest);
    struct buf *hex = buf_in(arena, 0);
    crypto_hex(hex, str_from(digest, sizeof digest));
    return buf_str(hex);
}

static str leading_digits(str name)
{
    size_t len = 0;
    while (len < name.len && name.at[len] >= '0' && name.at[len] <= '9') len++;
    return str_slice(name, 0, len);
}

static err check_name(struct arena *arena, str file)
{
    str digits = leading_digits(file);
    if (!str_empty(digits) && digits.len < file.len && file.at[digits.len] == '_') return NULL;
    struct err *error =
        err_new(arena, ERR_CONFIG, "migration \"%.*s\" has no version", STR_FMT(file));
    return err_hint(arena, error, "Name it <digits>_<name>.sql; \"dapur migrate new NAME\" does.");
}

static err load(struct arena *arena, str folder, str file, struct migration *out)
{
    TRY(check_name(arena, file));
    out->file = file;
    out->path = str_printf(arena, "%.*s/%.*s", STR_FMT(folder), STR_FMT(file));
    out->version = leading_digits(file);
    TRY(file_read(arena, out->path, SQL_BYTES_MAX, &out->text));
    out->sha256 = hash_text(arena, out->text);
    return NULL;
}

static str migrations_folder(struct arena *arena, const struct config *config)
{
    str own = str_printf(arena, "%.*s/migrations", STR_FMT(config->project));
    str supabase = str_printf(arena, "%.*s/supabase/migrations", STR_FMT(config->project));
    return !file_exists(arena, own) && file_exists(arena, supabase) ? supabase : own;
}

static void mark_states(struct migrations *migrations, const struct json *rows)
{
    bool later_applied = false;
    for (size_t i = migrations->count; i-- > 0;) {
        struct migration *migration = &migrations->at[i];
        str hash = stored_hash(rows, migration->file);
        bool applied = !str_empty(hash);
        if (applied)
            migration->state =
                str_eq(hash, migration->sha256) ? MIGRATION_APPLIED : MIGRATION_CHANGED;
        else
            migration->state = later_applied ? MIGRATION_OUT_OF_ORDER : MIGRATION_PENDING;
        later_applied = later_applied || applied;
    }
}

err project_migrations(struct arena *arena,
                       const struct config *config,
                       struct engine *engine,
                       struct migrations *out)
{
    str folder = migrations_folder(arena, config);
    str *names;
    TRY(folder_list(arena, folder, STR(".sql"), &names, &out->count));
    out->at = ARENA_ARRAY(arena, struct migration, out->count);
    for (size_t i = 0; i < out->count; i++) TRY(load(arena, folder, names[i], &out->at[i]));
    const struct json *rows;
    TRY(applied_rows(arena, engine, &rows));
    mark_states(out, rows);
    return NULL;
}

/* Applying --------------------------------------------------------------------------------------- */

static void sql_quote(struct buf *out, str text)
{
    buf_char(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '\'') buf_char(out, '\'');
        buf_char(out, text.at[i]);
    }
    buf_char(out, '\'');
}

struct applying {
    struct arena *arena;
    str file;
    err error;
    const struct migrate_options *options;
};

static bool each_statement(void *context, const struct script_statement *statement)
{
    struct applying *applying = context;
    if (!statement->error) return true;
    struct err *error = (struct err *)(uintptr_t)err_copy(applying->arena, statement->error);
    error->message = str_printf(applying->arena, "%.*s:%d:%d: %.*s", STR_FMT(applying->file),
                                statement->line, statement->column, STR_FMT(error->message));
    applying->error = error;
    return false;
}

static void on_notice(void *context, str message)
{
    const struct applying *applying = context;
    if (applying->options && applying->options->notice)
        applying->options->notice(applying->options->context, message);
}

static bool is_cancelled(void *context)
{
    const struct applying *applying = context;
    return applying->options && applying->options->cancelled &&
           applying->options->cancelled(applying->options->context);
}

/* The file and the row that says it ran, in one transaction. */
static err apply(struct arena *arena,
                 struct engine *engine,
                 const struct migration *migration,
                 str role,
                 bool auto_rls,
                 bool listed,
                 const struct migrate_options *options)
{
    struct buf *text = buf_in(arena, 0);
    buf_lit(text, "RESET ROLE;\nINSERT INTO dapur.migrations (file, sha256) VALUES (");
    sql_quote(text, migration->file);
    buf_char(text, ',');
    sql_quote(text, migration->sha256);
    buf_lit(text, ");\n");
    if (listed) {
        buf_lit(text, "INSERT INTO supabase_migrations.schema_migrations (version, name) VALUES (");
        sql_quote(text, migration->version);
        buf_char(text, ',');
        sql_quote(text, migration->file);
        buf_lit(text, ") ON CONFLICT DO NOTHING;\n");
    }
    struct applying applying = {.arena = arena, .file = migration->file, .options = options};
    struct script_options script = {
        .file = migration->file,
        .text = migration->text,
        .epilogue = buf_str(text),
        .role = role,
        .transaction = true,
        .migration = true,
        .auto_rls = auto_rls,
        .each = each_statement,
        .notice = on_notice,
        .cancelled = is_cancelled,
        .context = &applying,
    };
    err error = engine->script(engine, arena, &script);
    return applying.error ? applying.error : error;
}

err project_check_drift(struct arena *arena, const struct migrations *migrations)
{
    for (size_t i = 0; i < migrations->count; i++) {
        const struct migration *migration = &migrations->at[i];
        if (migration->state != MIGRATION_CHANGED && migration->state != MIGRATION_OUT_OF_ORDER)
            continue;
        const char *what = migration->state == MIGRATION_CHANGED
                               ? "was changed after it had been applied"
                               : "comes before one that has been applied";
        struct err *error =
            err_new(arena, ERR_CONFIG, "migration \"%.*s\" %s", STR_FMT(migration->file), what);
        return err_hint(arena, error, "Write a new migration, or use --allow-drift to go on.");
    }
    return NULL;
}

static err apply_seed(struct arena *arena,
                      const struct config *config,
                      struct engine *engine,
                      const struct migrate_options *options)
{
    const struct json *rows;
    TRY(applied_rows(arena, engine, &rows));
    struct migration seed = {.file = STR("seed.sql")};
    seed.path = str_printf(arena, "%.*s/seed.sql", STR_FMT(config->project));
    if (!file_exists(arena, seed.path))
        seed.path = str_printf(arena, "%.*s/supabase/seed.sql", STR_FMT(config->project));
    if (!str_empty(stored_hash(rows, seed.file)) || !file_exists(arena, seed.path)) return NULL;
    TRY(file_read(arena, seed.path, SQL_BYTES_MAX, &seed.text));
    seed.sha256 = hash_text(arena, seed.text);
    TRY(apply(arena, engine, &seed, STR("postgres"), config->security.auto_rls, false, options));
    log_info("seed loaded", LOG_STR("file", seed.file));
    return NULL;
}

/* Other nodes ------------------------------------------------------------------------------------ */

err project_lock(struct arena *arena, struct engine *engine, struct engine_lock **out)
{
    *out = NULL;
    return engine->migrations_lock ? engine->migrations_lock(engine, arena, out) : NULL;
}

void project_unlock(struct engine *engine, struct engine_lock *lock)
{
    if (lock) engine->migrations_unlock(engine, lock);
}

static err migrate(struct arena *arena,
                   const struct config *config,
                   struct engine *engine,
                   const struct migrate_options *options,
                   size_t *applied)
{
    struct migrations migrations;
    TRY(project_migrations(arena, config, engine, &migrations));
    if (!options->allow_drift) TRY(project_check_drift(arena, &migrations));
    for (size_t i = 0; i < migrations.count; i++) {
        struct migration *migration = &migrations.at[i];
        if (migration->state == MIGRATION_APPLIED || migration->state == MIGRATION_CHANGED)
            continue;
        TRY(apply(arena, engine, migration, STR("postgres"), config->security.auto_rls, true,
                  options));
        migration->state = MIGRATION_APPLIED;
        (*applied)++;
        log_info("migration applied", LOG_STR("file", migration->file));
        if (options->report) options->report(options->context, migration);
    }
    return apply_seed(arena, config, engine, options);
}

err project_migrate(struct arena *arena,
                    const struct config *config,
                    struct engine *engine,
                    const struct migrate_options *options,
                    size_t *applied)
{
    struct engine_lock *lock;
    *applied = 0;
    TRY(project_lock(arena, engine, &lock));
    err error = migrate(arena, config, engine, options, applied);
    project_unlock(engine, lock);
    return error;
}

/* Whether a database that was another's has the schema already: as Supabase's has "auth". */
static err is_taken(struct arena *arena,
                    struct engine *engine,
                    const struct builtin_migration *migration,
                    bool *taken)
{
    *taken = false;
    if (str_empty(migration->taken_by)) return NULL;
    str found,
        sql = str_printf(arena, "SELECT to_regclass('%.*s')::text", STR_FMT(migration->taken_by));
    TRY(project_value(arena, engine, sql, &found));
    *taken = !str_empty(found);
    return NULL;
}

static err apply_builtin(struct arena *arena,
                         struct engine *engine,
                         const struct builtin_migration *builtin)
{
    bool taken;
    TRY(is_taken(arena, engine, builtin, &taken));
    struct migration migration = {.file = builtin->name,
                                  .text = taken ? builtin->adopt : builtin->text};
    migration.sha256 = hash_text(arena, builtin->text);
    if (taken) log_info("a schema is taken as it is", LOG_STR("migration", builtin->name));
    return apply(arena, engine, &migration, builtin->role, false, false, NULL);
}

static err builtin_migrate(struct arena *arena,
                           struct engine *engine,
                           const struct builtin_migration *migrations,
                           size_t count)
{
    const struct json *rows;
    TRY(applied_rows(arena, engine, &rows));
    for (size_t i = 0; i < count; i++)
        if (str_empty(stored_hash(rows, migrations[i].name)))
            TRY(apply_builtin(arena, engine, &migrations[i]));
    return NULL;
}

err project_builtin_migrate(struct arena *arena,
                            struct engine *engine,
                            const struct builtin_migration *migrations,
                            size_t count)
{
    struct engine_lock *lock;
    TRY(project_lock(arena, engine, &lock));
    err error = builtin_migrate(arena, engine, migrations, count);
    project_unlock(engine, lock);
    return error;
}
