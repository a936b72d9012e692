#include "engine/postgres/script.h"

#include "base/log.h"
#include "engine/postgres/script_int.h"
#include "engine/postgres/watch.h"

/* ---- the transaction ---- */

static err exec(struct engine_pg_script *run, const char *sql)
{
    PGresult *result;
    err error = engine_pg_exec(run->scratch, run->conn, sql, &result);
    return error ? err_copy(run->arena, error) : NULL;
}

static void rollback(struct engine_pg_script *run)
{
    if (PQtransactionStatus(run->conn) == PQTRANS_IDLE) return;
    err_ignore(exec(run, "ROLLBACK"), "an error before it is what counts");
}

/* Whoever looks things up in a snapshot of the catalog is told with the commit. */
static err notify(struct engine_pg_script *run)
{
    if (!run->changed_catalog && !run->options->migration) return NULL;
    return exec(run, "NOTIFY pgrst, 'reload schema'");
}

static err commit(struct engine_pg_script *run)
{
    err error = exec(run, "COMMIT");
    if (error && PQstatus(run->conn) != CONNECTION_OK)
        return err_cause(
            err_new(run->arena, ERR_OUTCOME_UNKNOWN, "the database was lost while it committed"),
            error);
    return error;
}

/* ---- statements ---- */

/* What the server cannot judge: psql's own commands, and data without its end. */
static bool is_unsendable(const struct script_item *item)
{
    return str_starts(item->statement.text, STR("\\")) ||
           (item->has_copy_data && err_is(item->statement.error, STR("22P04")));
}

static err fold(struct engine_pg_script *run,
                const struct TransactionStmt *statement,
                struct script_result *result)
{
    str notice;
    TRY(script_fold_transaction(run->scratch, statement, run->options->transaction, &notice));
    result->command = STR("BEGIN");
    engine_pg_script_notice(run, "%.*s", STR_FMT(notice));
    return NULL;
}

/* By the answer's tag: it covers what our parser does not know. */
static bool changes_catalog(const struct script_item *item, const struct script_result *result)
{
    static const str tags[] = {
        STR_INIT("CREATE "), STR_INIT("ALTER "),         STR_INIT("DROP "),
        STR_INIT("GRANT"),   STR_INIT("REVOKE"),         STR_INIT("DO"),
        STR_INIT("CALL"),    STR_INIT("COMMENT"),        STR_INIT("SECURITY LABEL"),
        STR_INIT("IMPORT"),  STR_INIT("REASSIGN OWNED"),
    };
    for (size_t i = 0; i < COUNT_OF(tags); i++)
        if (str_starts(result->command, tags[i])) return true;
    const struct node *node = item->statement.node;
    if (!node) return false;
    if (AST_IS(SelectStmt, node)) return AST_AS(SelectStmt, node)->intoClause != NULL;
    return AST_IS(CreateTableAsStmt, node);
}

static err run_item(struct engine_pg_script *run,
                    const struct script_item *item,
                    struct script_result *result)
{
    const struct node *node = item->statement.node;
    if (is_unsendable(item)) return item->statement.error;
    if (node && AST_IS(TransactionStmt, node))
        return fold(run, AST_AS(TransactionStmt, node), result);
    TRY(engine_pg_script_send(run, item, result));
    engine_pg_script_rls_note(run, node);
    run->changed_catalog = run->changed_catalog || changes_catalog(item, result);
    return engine_pg_script_session_reset(run, node);
}

/* Between two transactions, because the server wants it so. */
static err run_lone(struct engine_pg_script *run,
                    const struct script_item *item,
                    struct script_result *result)
{
    engine_pg_script_notice(run, "a statement that cannot run in a transaction runs alone: "
                                 "what stands before it is committed");
    TRY(commit(run));
    err error = run_item(run, item, result);
    err begun = exec(run, "BEGIN");
    return error ? error : begun;
}

static err run_saved(struct engine_pg_script *run,
                     const struct script_item *item,
                     struct script_result *result)
{
    TRY(exec(run, "SAVEPOINT dapur_statement"));
    err error = run_item(run, item, result);
    if (!error) return exec(run, "RELEASE SAVEPOINT dapur_statement");
    TRY(exec(run, "ROLLBACK TO SAVEPOINT dapur_statement; RELEASE SAVEPOINT dapur_statement"));
    return error;
}

static err run_statement(struct engine_pg_script *run,
                         const struct script_item *item,
                         struct script_result *result)
{
    err error;
    if (!run->options->transaction)
        error = run_item(run, item, result);
    else if (engine_pg_script_is_lone(item->statement.text))
        error = run_lone(run, item, result);
    else if (run->options->keep_going)
        error = run_saved(run, item, result);
    else
        error = run_item(run, item, result);
    return error ? err_copy(run->arena, error) : NULL;
}

/* ---- reporting ---- */

/* Where in the file an error is: in the statement, when it says where, else at its start. What we
 * refused ourselves counts from the file's start already. */
static int64_t error_offset(const struct script_item *item, err error)
{
    if (!error || error->at < 0) return item->statement.offset;
    return is_unsendable(item) ? error->at : item->statement.offset + error->at;
}

/* Tells the caller; true to go on. */
static bool report(struct engine_pg_script *run,
                   const struct script_item *item,
                   err error,
                   const struct script_result *result)
{
    if (!run->options->each) return !error;
    int64_t line, column;
    int64_t offset = error_offset(item, error), end = (int64_t)run->options->text.len;
    sql_place(run->options->text, offset < end ? offset : end, &line, &column);
    struct script_statement statement = {
        .text = item->statement.text,
        .line = (int)line,
        .column = (int)column,
        .kind = item->statement.node ? ast_name(item->statement.node) : STR(""),
        .error = error,
        .result = *result,
    };
    return run->options->each(run->options->context, &statement);
}

static err run_items(struct engine_pg_script *run, const struct script *script)
{
    err first = NULL;
    for (size_t i = 0; i < script->count; i++) {
        const struct script_item *item = &script->items[i];
        struct script_result result = {0};
        err error = run_statement(run, item, &result);
        bool lost = error && PQstatus(run->conn) != CONNECTION_OK;
        bool go_on = report(run, item, error, &result) && !lost;
        arena_reset(run->scratch);
        if (error && !first && !run->options->keep_going) first = error;
        bool ends = error && (run->options->transaction ? !run->options->keep_going : !go_on);
        if (ends || lost) return error;
        if (!error && !go_on && !run->options->transaction) return NULL;
    }
    return run->options->transaction ? NULL : first;
}

/* Deferred constraints speak at the end. */
static err end_error(struct engine_pg_script *run, err error)
{
    struct script_item item = {
        .statement = {.text = STR("(end of file)"), .offset = (int64_t)run->options->text.len}
    };
    struct script_result result = {0};
    report(run, &item, error, &result);
    return error;
}

/* ---- the whole ---- */

static err finish(struct engine_pg_script *run)
{
    if (run->options->auto_rls) TRY(engine_pg_script_rls_enable(run));
    TRY(notify(run));
    return commit(run);
}

static err run_transaction(struct engine_pg_script *run, const struct script *script)
{
    TRY(exec(run, "BEGIN"));
    err error = run_items(run, script);
    if (!error) {
        error = finish(run);
        if (error) error = end_error(run, err_copy(run->arena, error));
    }
    if (error) rollback(run);
    return error;
}

/* Statements of their own: what belongs to the end gets one more transaction. */
static err run_apart(struct engine_pg_script *run, const struct script *script)
{
    err error = run_items(run, script);
    bool lost = PQstatus(run->conn) != CONNECTION_OK;
    if (lost || (!run->options->auto_rls && !run->changed_catalog)) return error;
    err late = exec(run, "BEGIN");
    if (!late) late = finish(run);
    if (late) {
        late = err_copy(run->arena, late);
        rollback(run);
    }
    return error ? error : late;
}

static void on_notice(void *context, const PGresult *result)
{
    struct engine_pg_script *run = context;
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (message) engine_pg_script_notice(run, "%s", message);
}

static err run_script(struct engine_pg_script *run)
{
    struct script *script;
    TRY(script_parse_with(run->arena, run->options->text, run->options->epilogue, &script));
    PQsetNoticeReceiver(run->conn, on_notice, run);
    TRY(engine_pg_script_session_start(run));
    if (run->options->auto_rls) TRY(engine_pg_script_rls_start(run));
    return run->options->transaction ? run_transaction(run, script) : run_apart(run, script);
}

/* Requests look things up in the snapshot: the caller goes on when it has the change. */
static void await_snapshot(struct engine_pg_script *run, err error)
{
    bool committed = !error || !run->options->transaction;
    bool changed = run->changed_catalog || run->options->migration;
    if (!run->engine->watch || !committed || !changed) return;
    err late = engine_pg_watch_reload_wait(run->engine->watch, run->arena);
    if (late) log_warn("the catalog was not loaded anew", LOG_ERR(late));
}

err engine_pg_script(struct engine_pg *engine,
                     struct arena *arena,
                     const struct script_options *options)
{
    struct engine_pg_script run = {
        .engine = engine, .arena = arena, .scratch = arena_new(0), .options = options};
    err error = engine_pg_connect(arena, engine_pg_direct_url(engine), engine->options.connect_ms,
                                  &run.conn);
    if (!error) {
        error = run_script(&run);
        if (error) error = err_copy(arena, error);
        PQfinish(run.conn);
        await_snapshot(&run, error);
    }
    arena_free(run.scratch);
    return error;
}
