/* DO, and what functions may do because a script runs them: DDL and NOTICEs. */
#include "engine/sqlite/pl.h"
#include "engine/sqlite/script_int.h"

/* ---- DO ---- */

static str option_text(const struct DoStmt *statement, str name)
{
    for (size_t i = 0; i < statement->args->count; i++) {
        const struct DefElem *option = AST_AS(DefElem, statement->args->at[i]);
        if (str_eq(option->defname, name) && AST_IS(String, option->arg))
            return AST_AS(String, option->arg)->sval;
    }
    return STR_NONE;
}

err script_do(struct script_run *run, const struct DoStmt *statement, struct script_result *result)
{
    static const struct cat_function nobody = {.name = STR_INIT("DO")};
    str language = option_text(statement, STR("language"));
    str body = option_text(statement, STR("as"));
    if (!str_empty(language) && !str_eq(language, STR("plpgsql")))
        return err_sql(run->scratch, "0A000", "language \"%.*s\" is not supported in DO",
                       STR_FMT(language));
    result->command = STR("DO");
    TRY(script_flush(run));
    sqlite_session_catalog(run->connection->session, run->current);
    struct call_site site = {
        .function = &nobody,
        .role = run->role,
        .path = run->search_path,
        .path_count = run->search_path_count,
        .writes = true,
    };
    struct run job = script_job(run, buf_in(run->scratch, 0));
    return pl_block_run(&job, &site, body);
}

/* ---- DDL inside a function ---- */

static bool query_is_open(sqlite3 *db)
{
    for (sqlite3_stmt *at = sqlite3_next_stmt(db, NULL); at; at = sqlite3_next_stmt(db, at))
        if (sqlite3_stmt_busy(at)) return true;
    return false;
}

/* The statement as the function's role, the script's own before and after. */
static err run_utility(
    void *context, struct call_site *site, const struct node *node, str text, int64_t *rows)
{
    struct script_run *run = context;
    struct script_result result = {0};
    if (query_is_open(run->connection->db))
        return err_hint(run->scratch,
                        err_sql(run->scratch, "0A000",
                                "%.*s in a function that a query calls is not supported on this "
                                "database",
                                STR_FMT(ast_name(node))),
                        "A DO block may change the schema.");
    struct script_item item = {
        .statement = {.text = text, .node = ast_copy(run->scratch, node)}
    };
    oid role = run->role;
    const str *path = run->search_path;
    size_t path_count = run->search_path_count;
    run->role = site->role;
    run->search_path = site->path;
    run->search_path_count = site->path_count;
    err error = script_statement_run(run, &item, &result);
    if (!error) error = script_flush(run);
    /* SET is meant to last, and only what it set: the function's path ends with the function. */
    bool set = node->kind == T_VariableSetStmt;
    bool role_set = set && run->role != site->role,
         path_set = set && run->search_path != site->path;
    site->role = run->role;
    site->path = run->search_path;
    site->path_count = run->search_path_count;
    if (!role_set) run->role = role;
    if (!path_set) {
        run->search_path = path;
        run->search_path_count = path_count;
    }
    sqlite_session_catalog(run->connection->session, run->current);
    *rows = result.rows;
    return error;
}

static void *take_mark(void *context)
{
    struct script_run *run = context;
    struct script_mark *mark = ARENA_NEW(run->arena, struct script_mark);
    *mark = script_mark_take(run);
    return mark;
}

static void restore_mark(void *context, void *mark)
{
    script_mark_return(context, mark);
}

static void release_mark(void *context, void *mark)
{
    (void)context;
    script_mark_drop(mark);
}

static void notice(struct sqlite_session *session, str level, str message)
{
    struct script_run *run = session->utility_context;
    (void)level;
    script_notice(run, "%.*s", STR_FMT(message));
}

void script_functions_begin(struct script_run *run)
{
    static const struct session_utility utility = {
        .run = run_utility,
        .mark = take_mark,
        .restore = restore_mark,
        .release = release_mark,
    };
    struct sqlite_session *session = run->connection->session;
    session->utility = &utility;
    session->utility_context = run;
    session->notice = notice;
}

void script_functions_end(struct script_run *run)
{
    struct sqlite_session *session = run->connection->session;
    session->utility = NULL;
    session->utility_context = NULL;
    session->notice = NULL;
}
