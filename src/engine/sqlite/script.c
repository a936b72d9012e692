#include "engine/sqlite/script.h"

#include "base/clock.h"
#include "base/log.h"
#include "engine/sqlite/catalog_store.h"
#include "engine/sqlite/constraint_error.h"
#include "engine/sqlite/run_trigger.h"
#include "engine/sqlite/script_int.h"
#include "sql/embedded.h"

/* ---- the transaction ---- */

static err exec(struct script_run *run, const char *sql)
{
    sqlite3 *db = run->connection->db;
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK) return NULL;
    int code = sqlite3_extended_errcode(db);
    if (code == SQLITE_CONSTRAINT_FOREIGNKEY)
        return err_sql(run->arena, "23503", "a deferred foreign key constraint is violated");
    return sqlite_error(run->arena, db, code);
}

/* What undoes must not be stopped by the limits. */
static void undo(struct script_run *run, const char *sql)
{
    if (sqlite3_get_autocommit(run->connection->db)) return;
    limits_pause(run->connection);
    err_ignore(exec(run, sql), "an error before it is what counts");
    limits_resume(run->connection);
}

static void rollback(struct script_run *run)
{
    undo(run, "ROLLBACK");
}

/* Whether it stands is known but when the disk would not say: then nobody may write any more. */
static err exec_commit(struct script_run *run)
{
    err error = exec(run, "COMMIT");
    int code = sqlite3_extended_errcode(run->connection->db);
    if (!error || (code != SQLITE_IOERR_FSYNC && code != SQLITE_IOERR_DIR_FSYNC)) return error;
    run->connection->sync_failed = true;
    return err_cause(err_new(run->arena, ERR_OUTCOME_UNKNOWN,
                             "the disk failed while the script was stored; its outcome is unknown"),
                     error);
}

struct script_mark script_mark_take(const struct script_run *run)
{
    return (struct script_mark){catalog_ref(run->current), catalog_ref(run->synced)};
}

void script_mark_drop(struct script_mark *mark)
{
    catalog_unref(mark->current);
    catalog_unref(mark->synced);
}

void script_mark_return(struct script_run *run, struct script_mark *mark)
{
    catalog_unref(run->current);
    catalog_unref(run->synced);
    run->current = mark->current;
    run->synced = mark->synced;
    sqlite_session_catalog(run->connection->session, run->current);
}

/* ---- row-level security by default ---- */

static bool is_exposed(const struct script_run *run, oid schema)
{
    const struct cat_schema *found = catalog_schema(run->current, schema);
    if (!found || (schema < CATALOG_FIRST_USER_OID && schema != SCHEMA_PUBLIC)) return false;
    oid visitors[] = {ROLE_ANON, ROLE_AUTHENTICATED};
    for (size_t i = 0; i < COUNT_OF(visitors); i++)
        if (catalog_role_has(run->current, visitors[i], found->owner, &found->acl, 'n', PRIV_USAGE))
            return true;
    return false;
}

static bool says_disable(const struct script_run *run, oid id)
{
    for (size_t i = 0; i < run->rls_disabled.count; i++)
        if (run->rls_disabled.at[i] == id) return true;
    return false;
}

/* A switch of the catalog alone, so it may come after the tables were made. */
static void enable_rls(struct script_run *run)
{
    struct catalog *next = catalog_next(run->current);
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(run->current, &at))) {
        bool fresh = relation->kind == 'r' && !catalog_relation(run->started, relation->oid);
        if (!fresh || relation->row_security || says_disable(run, relation->oid) ||
            !is_exposed(run, relation->schema))
            continue;
        struct cat_relation *edited = CATALOG_EDIT(next, relation);
        edited->row_security = true;
        catalog_put(next, CAT_RELATION, edited);
        script_notice(run, "row-level security is on for the new table \"%.*s\"",
                      STR_FMT(relation->name));
    }
    catalog_unref(run->current);
    run->current = next;
}

/* ---- committing ---- */

/* Constraint triggers that waited for the transaction's end. */
static err run_deferred(struct script_run *run)
{
    struct sqlite_session *session = run->connection->session;
    if (!session->deferred) return NULL;
    sqlite_session_catalog(session, run->current);
    struct run job = script_job(run, buf_in(run->scratch, 0));
    return trigger_run_deferred(&job);
}

static err commit(struct script_run *run, const struct catalog *before)
{
    bool changed;
    TRY(script_flush(run));
    TRY(run_deferred(run));
    TRY(catalog_store_save(run->arena, run->connection->db, before, run->current, &changed));
    TRY(sequences_flush(run->sequences, run->arena));
    return exec_commit(run);
}

/* ---- statements ---- */

struct place {
    int64_t line, column;
};

static struct place place_of(const struct script_run *run, int64_t offset)
{
    struct place place;
    sql_place(run->options->text, offset, &place.line, &place.column);
    return place;
}

/* Where in the file an error is: in the statement, when it says where, else at its start. A
 * statement that did not parse counts from the file's start already. */
static int64_t error_offset(const struct script_item *item, err error)
{
    if (!error || error->at < 0) return item->statement.offset;
    return item->statement.error ? error->at : item->statement.offset + error->at;
}

/* Tells the caller; true to go on. */
static bool report(struct script_run *run,
                   const struct script_item *item,
                   err error,
                   const struct script_result *result)
{
    if (!run->options->each) return !error;
    bool batch = error && run->failed_offset >= 0;
    int64_t offset = batch ? run->failed_offset : error_offset(item, error);
    struct place place = place_of(run, offset);
    struct script_statement statement = {
        .text = item->statement.text,
        .line = (int)place.line,
        .column = (int)place.column,
        .kind = item->statement.node ? ast_name(item->statement.node) : STR(""),
        .error = error,
        .result = *result,
        .catalog = run->current,
    };
    return run->options->each(run->options->context, &statement);
}

static err run_item(struct script_run *run,
                    const struct script_item *item,
                    struct script_result *result)
{
    if (item->statement.error) return item->statement.error;
    if (!item->statement.node) return NULL;
    return script_statement_run(run, item, result);
}

/* The statement inside its savepoint or transaction; the model goes back with the tables. */
static err run_guarded(struct script_run *run,
                       const struct script_item *item,
                       struct script_result *result)
{
    bool own = !run->options->transaction;
    if (run->connection->sync_failed)
        return err_new(run->arena, ERR_UNAVAILABLE, "the database takes no more writes");
    TRY(exec(run, own ? "BEGIN IMMEDIATE" : "SAVEPOINT statement"));
    struct script_mark mark = script_mark_take(run);
    size_t deferred = trigger_deferred_mark(run->connection->session);
    err error = run_item(run, item, result);
    if (!error && own) error = commit(run, mark.current);
    if (!error && !own) error = exec(run, "RELEASE statement");
    if (!error) {
        script_mark_drop(&mark);
        return NULL;
    }
    error = err_copy(run->arena, error);
    script_mark_return(run, &mark);
    trigger_deferred_restore(run->connection->session, deferred);
    if (own) trigger_deferred_clear(run->connection->session);
    if (own) {
        rollback(run);
        sequences_rolled_back(run->sequences, run->current);
    } else {
        undo(run, "ROLLBACK TO statement; RELEASE statement");
    }
    return error;
}

/* In one transaction without a second chance a savepoint would only cost. */
static err run_statement(struct script_run *run,
                         const struct script_item *item,
                         struct script_result *result)
{
    bool plain = run->options->transaction && !run->options->keep_going;
    err error = limits_statement(run->arena, run->connection);
    if (!error) error = plain ? run_item(run, item, result) : run_guarded(run, item, result);
    return error ? err_copy(run->arena, limits_explain(run->arena, run->connection, error)) : NULL;
}

static bool is_utility(const struct script_item *item)
{
    return item->statement.node && ddl_is_utility(item->statement.node);
}

static err run_items(struct script_run *run, const struct script *script)
{
    err first = NULL;
    for (size_t i = 0; i < script->count; i++) {
        const struct script_item *item = &script->items[i];
        struct script_result result = {0};
        run->failed_offset = -1;
        if (is_utility(item)) run->ddl_offset = item->statement.offset;
        err error = run_statement(run, item, &result);
        bool go_on = report(run, item, error, &result);
        arena_reset(run->scratch);
        if (error && !first && !run->options->keep_going) first = error;
        bool ends = error && (run->options->transaction ? !run->options->keep_going : !go_on);
        if (ends) return error;
        if (!error && !go_on && !run->options->transaction) return NULL;
    }
    return run->options->transaction ? NULL : first;
}

/* What a batch of DDL finds in the rows shows at its end: the last of its statements stands for it. */
static err end_error(struct script_run *run, err error)
{
    struct script_item item = {
        .statement = {.text = STR("(end of file)"), .offset = run->ddl_offset}
    };
    struct script_result result = {0};
    error = err_copy(run->arena, error);
    report(run, &item, error, &result);
    return error;
}

static err run_transaction(struct script_run *run, const struct script *script)
{
    TRY(exec(run, "BEGIN IMMEDIATE"));
    err error = run_items(run, script);
    if (!error) {
        if (run->options->auto_rls) enable_rls(run);
        error = limits_statement(run->arena, run->connection);
        if (!error) error = commit(run, run->started);
        if (error) error = end_error(run, limits_explain(run->arena, run->connection, error));
    }
    if (error) rollback(run);
    return error;
}

/* Statements of their own: new tables get row-level security in one more transaction. */
static err run_apart(struct script_run *run, const struct script *script)
{
    err error = run_items(run, script);
    if (!run->options->auto_rls) return error;
    struct catalog *before = catalog_ref(run->current);
    enable_rls(run);
    err late = run->connection->sync_failed ? error : exec(run, "BEGIN IMMEDIATE");
    if (!late) late = commit(run, before);
    if (late) rollback(run);
    catalog_unref(before);
    return error ? error : late;
}

/* ---- the whole ---- */

/* The committed catalog anew from the file: one pool, nothing of what the script left behind. */
static err reload(struct script_run *run, const struct catalog **catalog)
{
    bool reindex;
    struct catalog *fresh;
    TRY(catalog_store_load(run->arena, run->connection->db, &fresh, &reindex));
    *catalog = fresh;
    return NULL;
}

static err run_script(struct script_run *run)
{
    struct script *script;
    TRY(script_parse_with(run->arena, run->options->text, run->options->epilogue, &script));
    TRY(request_session_begin(&run->session, run->arena, run->connection->session, &run->caller,
                              run->sequences, clock_real_us()));
    sqlite_session_catalog(run->connection->session, run->current);
    script_functions_begin(run);
    err error = script_session_start(run);
    if (!error)
        error = run->options->transaction ? run_transaction(run, script) : run_apart(run, script);
    script_functions_end(run);
    request_session_end(run->connection->session);
    return error;
}

err script_run(struct arena *arena,
               struct connection *connection,
               struct sequences *sequences,
               const struct script_options *options,
               const struct catalog **catalog)
{
    struct script_run run = {
        .arena = arena,
        .scratch = arena_new(0),
        .connection = connection,
        .sequences = sequences,
        .options = options,
        .batch = options->transaction && !options->keep_going,
        .current = catalog_ref(*catalog),
        .synced = catalog_ref(*catalog),
        .started = *catalog,
        .failed_offset = -1,
    };
    err error = run_script(&run);
    /* Statements of their own may have been committed before the one that failed. */
    limits_pause(connection);
    bool committed = !options->transaction || !error;
    bool changed = committed && catalog_version(run.current) != catalog_version(run.started);
    err late = changed ? reload(&run, catalog) : NULL;
    sqlite_session_catalog(connection->session, *catalog);
    catalog_unref(run.current);
    catalog_unref(run.synced);
    arena_free(run.scratch);
    return error ? error : late;
}

/* ---- a new or known file ---- */

static err create_file(struct arena *arena,
                       struct connection *connection,
                       struct sequences *sequences,
                       const struct catalog **out)
{
    struct script_run run = {.arena = arena, .connection = connection};
    struct catalog *catalog = catalog_bootstrap();
    err error = exec(&run, "BEGIN IMMEDIATE");
    if (!error) error = catalog_store_create(arena, connection->db, catalog);
    if (!error) error = exec(&run, "COMMIT");
    if (error) {
        rollback(&run);
        catalog_unref(catalog);
        return error;
    }
    struct script_options options = {
        .file = STR("bootstrap.sql"),
        .text = str_from(embed_sql_bootstrap_sql, embed_sql_bootstrap_sql_len),
        .role = STR("supabase_admin"),
        .transaction = true,
    };
    const struct catalog *after = catalog;
    error = script_run(arena, connection, sequences, &options, &after);
    if (after != catalog) catalog_unref(catalog);
    *out = after;
    return error;
}

/* What functions of constraints and indexes run by, where no script does. */
static struct run own_job(struct arena *arena, struct connection *connection)
{
    static const struct caller owner = {.role = STR_INIT("postgres"), .role_oid = ROLE_POSTGRES};
    return (struct run){.arena = arena,
                        .db = connection->db,
                        .statements = connection->statements,
                        .session = connection->session,
                        .caller = &owner};
}

static err reindex_file(struct arena *arena, struct connection *connection)
{
    struct script_run run = {.arena = arena, .connection = connection};
    struct run job = own_job(arena, connection);
    log_info("sorting rules have changed: indexes are made anew");
    TRY(exec(&run, "BEGIN IMMEDIATE"));
    connection->session->run = &job;
    err error = exec(&run, "REINDEX");
    connection->session->run = NULL;
    if (!error) error = catalog_store_stamp_order(arena, connection->db);
    if (!error) error = exec(&run, "COMMIT");
    if (error) rollback(&run);
    return error;
}

err script_bootstrap(struct arena *arena,
                     struct connection *connection,
                     struct sequences *sequences,
                     const struct catalog **out)
{
    bool exists, reindex;
    TRY(catalog_store_exists(arena, connection->db, &exists));
    if (!exists) return create_file(arena, connection, sequences, out);
    struct catalog *catalog;
    TRY(catalog_store_load(arena, connection->db, &catalog, &reindex));
    sqlite_session_catalog(connection->session, catalog);
    *out = catalog;
    if (!reindex) return NULL;
    err error = reindex_file(arena, connection);
    if (error) catalog_unref(catalog);
    return error;
}

/* ---- integrity ---- */

struct inspection {
    struct arena *arena;
    sqlite3 *db;
    void (*report)(void *context, str problem);
    void *context;
};

/* Each row of the query is a problem, but for one that says `fine`. */
static err inspect(struct inspection *inspection, const char *sql, const char *fine)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(inspection->db, sql, -1, &statement, NULL) != SQLITE_OK)
        return sqlite_error(inspection->arena, inspection->db,
                            sqlite3_extended_errcode(inspection->db));
    int rc;
    while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
        str text = str_of((const char *)sqlite3_column_text(statement, 0));
        if (!str_eq(text, str_of(fine)))
            inspection->report(inspection->context, str_copy(inspection->arena, text));
    }
    err error = rc == SQLITE_DONE ? NULL : sqlite_error(inspection->arena, inspection->db, rc);
    sqlite3_finalize(statement);
    return error;
}

static bool table_exists(struct inspection *inspection, str name)
{
    sqlite3_stmt *statement;
    bool found = false;
    static const char sql[] = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1";
    if (sqlite3_prepare_v2(inspection->db, sql, -1, &statement, NULL) != SQLITE_OK) return false;
    sqlite3_bind_text(statement, 1, name.at, (int)name.len, SQLITE_STATIC);
    found = sqlite3_step(statement) == SQLITE_ROW;
    sqlite3_finalize(statement);
    return found;
}

err script_integrity(struct arena *arena,
                     struct connection *connection,
                     const struct catalog *catalog,
                     void (*report_problem)(void *context, str problem),
                     void *context)
{
    struct inspection inspection = {arena, connection->db, report_problem, context};
    sqlite_session_catalog(connection->session, catalog);
    struct run job = own_job(arena, connection);
    connection->session->run = &job;
    connection->session->path_count = 0;
    err error = inspect(&inspection, "PRAGMA integrity_check", "ok");
    connection->session->run = NULL;
    TRY(error);
    TRY(inspect(
        &inspection,
        "SELECT 'a row of \"' || \"table\" || '\" refers to no row of \"' || parent || '\"' "
        "FROM pragma_foreign_key_check",
        ""));
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(catalog, &at)))
        if (cat_relation_is_stored(relation) && !table_exists(&inspection, relation->physical))
            report_problem(context,
                           str_printf(arena, "table \"%.*s\" is in the catalog but not in the file",
                                      STR_FMT(relation->name)));
    return NULL;
}
