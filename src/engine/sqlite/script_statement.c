/* One statement of a script. */
#include <stdio.h>

#include "engine/sqlite/constraint_error.h"
#include "engine/sqlite/pl.h"
#include "engine/sqlite/run.h"
#include "engine/sqlite/run_trigger.h"
#include "engine/sqlite/schema.h"
#include "engine/sqlite/script_int.h"
#include "sql/plan.h"

enum { RESULT_BYTES_MAX = 256 * 1024 * 1024 };

void script_notice(struct script_run *run, const char *format, ...)
{
    if (!run->options->notice) return;
    va_list args;
    va_start(args, format);
    str text = str_vprintf(run->scratch, format, args);
    va_end(args);
    run->options->notice(run->options->context, text);
}

static void hook_notice(void *context, str message)
{
    struct script_run *run = context;
    script_notice(run, "%.*s", STR_FMT(message));
}

static err exec(struct script_run *run, const char *sql)
{
    sqlite3 *db = run->connection->db;
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK) return NULL;
    return sqlite_error(run->scratch, db, sqlite3_extended_errcode(db));
}

/* ---- the tables ---- */

/* Relations that the statement changed are its own from now on. */
static void note_touches(struct script_run *run, const struct catalog *next)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(next, &at))) {
        if (relation == catalog_relation(run->current, relation->oid)) continue;
        *VEC_ADD(run->arena, &run->touches) = (struct script_touch){relation->oid, run->ddl_offset};
    }
}

static int64_t last_touch(const struct script_run *run, oid relation)
{
    for (size_t i = run->touches.count; i-- > 0;)
        if (run->touches.at[i].relation == relation) return run->touches.at[i].offset;
    return run->ddl_offset;
}

static err sync_tables(struct script_run *run,
                       const struct catalog *after,
                       const struct ddl_effects *effects)
{
    if (!effects && !schema_differs(run->synced, after)) return NULL;
    /* Collations of enums and functions in checks read the catalog that the tables will be of. */
    sqlite_session_catalog(run->connection->session, after);
    struct schema_sync sync = {
        .arena = run->scratch,
        .db = run->connection->db,
        .before = run->synced,
        .after = after,
        .effects = effects,
        .disk = run->connection->disk,
        .rebuilt_bytes = run->rebuilt_bytes,
    };
    /* Constraints may call functions, for rows that are there. */
    struct run job = script_job(run, buf_in(run->scratch, 0));
    struct run *outer = job.session->run;
    job.session->run = &job;
    job.session->path = run->search_path;
    job.session->path_count = run->search_path_count;
    err error = schema_sync(&sync);
    job.session->run = outer;
    if (!error) run->rebuilt_bytes = run->options->transaction ? sync.rebuilt_bytes : 0;
    if (error) {
        run->failed_offset = last_touch(run, sync.failed_relation);
        return error;
    }
    const struct catalog *former = run->synced;
    run->synced = catalog_ref(after);
    catalog_unref(former);
    return NULL;
}

err script_flush(struct script_run *run)
{
    return sync_tables(run, run->current, NULL);
}

/* ---- queries ---- */

static void describe(struct script_run *run, const struct plan *plan, struct script_result *result)
{
    struct buf *names = buf_in(run->scratch, 0), *types = buf_in(run->scratch, 0);
    const struct plan_node *node = plan->steps[plan->step_count - 1].node;
    buf_char(names, '[');
    buf_char(types, '[');
    for (size_t i = 0; i < node->column_count; i++) {
        if (node->columns[i].hidden) continue;
        if (names->len > 1) buf_char(names, ',');
        if (types->len > 1) buf_char(types, ',');
        json_write_str(names, node->columns[i].name);
        const struct cat_type *type = catalog_type(run->current, node->columns[i].type);
        /* As on PostgreSQL's wire a domain shows as what it is made of. */
        while (type && type->kind == TYPE_KIND_DOMAIN)
            type = catalog_type(run->current, type->base);
        json_write_str(types, type ? type->name : STR("unknown"));
    }
    buf_char(names, ']');
    buf_char(types, ']');
    if (!node->column_count) return;
    result->columns_json = buf_str(names);
    result->types_json = buf_str(types);
}

/* Rows that nobody collects are written and forgotten. */
static err full(void *context, struct buf *bytes)
{
    struct script_run *run = context;
    if (run->options->collect_rows)
        return err_sql(run->scratch, "53400", "the result is too large for a script");
    buf_clear(bytes);
    return NULL;
}

struct run script_job(struct script_run *run, struct buf *bytes)
{
    return (struct run){
        .arena = run->scratch,
        .db = run->connection->db,
        .statements = run->connection->statements,
        .session = run->connection->session,
        .caller = &run->caller,
        .format = FORMAT_TEXT_ROWS,
        .output = {.bytes = bytes, .bytes_high = RESULT_BYTES_MAX, .full = full, .context = run},
    };
}

static bool answers_rows(const struct call_site *site)
{
    for (size_t i = 0; site && i < site->function->argument_count; i++)
        if (site->function->arguments[i].mode != 'i' && site->function->arguments[i].mode != 'v')
            return true;
    return false;
}

static err run_plan(struct script_run *run,
                    const struct plan *plan,
                    bool is_select,
                    struct script_result *result)
{
    struct buf *bytes = buf_in(run->scratch, 0);
    struct step_result step = {.total = -1, .body = {.fd = -1}};
    struct run job = script_job(run, bytes);
    struct engine_step request = {.plan = plan, .rows_least = ROWS_ANY, .rows_most = ROWS_ANY};
    /* CALL of a procedure that answers nothing: it may change the schema when no query is open. */
    struct pl_capture capture, *outer = pl_capture_begin(job.session, &capture, plan, run->scratch);
    struct rowset *nothing = NULL;
    if (answers_rows(capture.site)) job.session->capture = NULL;
    err error = run_program(&job, &request, &step);
    TRY(pl_capture_end(&job, &capture, outer, error, run->scratch, &nothing));
    /* A SELECT tells of its rows, whatever a function that it calls wrote. */
    result->rows = is_select || step.rows > step.affected ? step.rows : step.affected;
    if (!run->options->collect_rows) return NULL;
    describe(run, plan, result);
    result->rows_json = buf_str(bytes);
    return NULL;
}

static void show_op(struct buf *rows, const struct program_op *op)
{
    if (rows->len > 1) buf_char(rows, ',');
    buf_char(rows, '[');
    json_write_str(rows, op->sql);
    buf_char(rows, ']');
}

/* The plan's SQLite statements as rows of one column, in the order in which they run. */
static err show_plan(struct script_run *run, const struct plan *plan, struct script_result *result)
{
    const struct program *program = plan->engine_data;
    struct buf *rows = buf_in(run->scratch, 0);
    buf_char(rows, '[');
    for (size_t i = 0; i < program->step_count; i++)
        for (size_t op = 0; op < program->steps[i].op_count; op++)
            if (!str_empty(program->steps[i].ops[op]->sql))
                show_op(rows, program->steps[i].ops[op]);
    buf_char(rows, ']');
    result->columns_json = STR("[\"sqlite\"]");
    result->types_json = STR("[\"text\"]");
    result->rows_json = buf_str(rows);
    return NULL;
}

static err compile_and_run(struct script_run *run,
                           const struct node *node,
                           bool procedures,
                           str source,
                           struct script_result *result)
{
    TRY(script_flush(run));
    sqlite_session_catalog(run->connection->session, run->current);
    struct compile_options options = {
        .catalog = run->current,
        .role = run->role,
        .search_path = run->search_path,
        .search_path_count = run->search_path_count,
        .session = &run->connection->session->types,
        .procedures = procedures,
        .source = source,
    };
    struct plan *plan;
    TRY(sql_compile_statement(run->scratch, &options, node, program_print, &plan));
    err error = run->options->show ? show_plan(run, plan, result)
                                   : run_plan(run, plan, AST_IS(SelectStmt, node), result);
    plan_unref(plan);
    return error;
}

err script_query(struct script_run *run,
                 const struct node *node,
                 str source,
                 struct script_result *result)
{
    return compile_and_run(run, node, false, source, result);
}

/* A procedure without INOUT arguments answers no rows. */
err script_call(struct script_run *run,
                const struct CallStmt *call,
                str source,
                struct script_result *result)
{
    result->command = STR("CALL");
    TRY(compile_and_run(run, sql_call_as_select(run->scratch, call), true, source, result));
    result->rows = 0;
    bool nothing = str_eq(result->types_json, STR("[\"void\"]"));
    if (nothing) result->columns_json = result->types_json = result->rows_json = STR_NONE;
    return NULL;
}

/* ---- DDL ---- */

/* SELECT ... INTO t is CREATE TABLE t AS SELECT. */
static const struct node *as_create(struct script_run *run, const struct SelectStmt *select)
{
    struct CreateTableAsStmt *create = AST_NEW(run->scratch, CreateTableAsStmt);
    struct node *copy = ast_copy(run->scratch, &select->base);
    create->into = AST_AS(SelectStmt, copy)->intoClause;
    AST_AS(SelectStmt, copy)->intoClause = NULL;
    create->query = copy;
    create->objtype = OBJECT_TABLE;
    create->is_select_into = true;
    return &create->base;
}

/* Which effects cannot wait: they work on rows as the tables are at this statement. */
static bool needs_tables(const struct ddl_effects *effects)
{
    return effects->count > 0;
}

/* PostgreSQL tells of it as of the query it is. */
static err fill_table(struct script_run *run,
                      const struct ddl_effect *effect,
                      struct script_result *result)
{
    const struct cat_relation *relation = catalog_relation(run->current, effect->relation);
    const struct cat_schema *schema = catalog_schema(run->current, relation->schema);
    struct InsertStmt *insert = AST_NEW(run->scratch, InsertStmt);
    insert->relation = ast_range_var(run->scratch, schema->name, relation->name, STR_NONE);
    insert->selectStmt = ast_copy(run->scratch, effect->tree);
    struct script_result inserted = {0};
    TRY(script_query(run, &insert->base, STR_NONE, &inserted));
    result->command = str_printf(run->scratch, "SELECT %lld", (long long)inserted.rows);
    result->rows = inserted.rows;
    return NULL;
}

/* The catalog in which the materialized view is a table, and its query a view beside it. */
static struct catalog *matview_opened(struct script_run *run,
                                      const struct cat_relation *relation,
                                      const struct cat_relation **view)
{
    struct catalog *opened = catalog_next(run->current);
    struct cat_relation *table = CATALOG_EDIT(opened, relation);
    struct cat_relation *query = CATALOG_EDIT(opened, relation);
    table->kind = 'r';
    catalog_put(opened, CAT_RELATION, table);
    query->oid = catalog_oid_new(opened);
    query->kind = 'v';
    query->name = str_printf(catalog_pool(opened), "~query:%u", (unsigned)relation->oid);
    query->row_type = OID_NONE;
    query->indexes = NULL;
    query->index_count = 0;
    catalog_put(opened, CAT_RELATION, query);
    *view = query;
    return opened;
}

static err run_as_owner(struct script_run *run,
                        const struct catalog *catalog,
                        const struct cat_relation *relation,
                        const struct node *node,
                        struct script_result *result)
{
    struct compile_options options = {
        .catalog = catalog,
        .role = relation->owner,
        .search_path = run->search_path,
        .search_path_count = run->search_path_count,
        .session = &run->connection->session->types,
    };
    struct plan *plan;
    TRY(sql_compile_statement(run->scratch, &options, node, program_print, &plan));
    err error = run_plan(run, plan, false, result);
    plan_unref(plan);
    return error;
}

/* INSERT INTO the view SELECT * FROM its query, as the owner, whoever asks for it. */
static err fill_matview(struct script_run *run,
                        const struct ddl_effect *effect,
                        struct script_result *result)
{
    const struct cat_relation *relation = catalog_relation(run->current, effect->relation), *view;
    const struct cat_schema *schema = catalog_schema(run->current, relation->schema);
    struct catalog *opened = matview_opened(run, relation, &view);
    struct SelectStmt *select = AST_NEW(run->scratch, SelectStmt);
    select->targetList = ast_list(
        run->scratch, ast_res_target(run->scratch, STR_NONE, ast_star(run->scratch, STR_NONE)));
    select->fromClause = ast_list(
        run->scratch, &ast_range_var(run->scratch, schema->name, view->name, STR_NONE)->base);
    struct InsertStmt *insert = AST_NEW(run->scratch, InsertStmt);
    insert->relation = ast_range_var(run->scratch, schema->name, relation->name, STR_NONE);
    insert->selectStmt = &select->base;
    struct script_result inserted = {0};
    sqlite_session_catalog(run->connection->session, opened);
    err error = run_as_owner(run, opened, relation, &insert->base, &inserted);
    sqlite_session_catalog(run->connection->session, run->current);
    catalog_unref(opened);
    TRY(error);
    result->rows = inserted.rows;
    if (str_eq(result->command, STR("CREATE MATERIALIZED VIEW")))
        result->command = str_printf(run->scratch, "SELECT %lld", (long long)inserted.rows);
    return NULL;
}

static err later_effects(struct script_run *run,
                         const struct ddl_effects *effects,
                         struct script_result *result)
{
    for (size_t i = 0; i < effects->count; i++) {
        const struct ddl_effect *effect = &effects->at[i];
        if (effect->kind == EFFECT_TABLE_FILL) TRY(fill_table(run, effect, result));
        if (effect->kind == EFFECT_MATVIEW_FILL) TRY(fill_matview(run, effect, result));
        if (effect->kind == EFFECT_SEQUENCE_SET)
            TRY(sequences_set(run->sequences, run->scratch,
                              catalog_relation(run->current, effect->relation), effect->value,
                              false));
    }
    return NULL;
}

static err truncate_triggers(struct script_run *run,
                             const struct ddl_effects *effects,
                             int16_t timing)
{
    const struct plan plan = {.catalog = run->current,
                              .role = run->role,
                              .path = run->search_path,
                              .path_count = run->search_path_count};
    struct run job = script_job(run, buf_in(run->scratch, 0));
    job.plan = &plan;
    for (size_t i = 0; i < effects->count; i++) {
        const struct ddl_effect *effect = &effects->at[i];
        if (effect->kind != EFFECT_TRUNCATE) continue;
        TRY(trigger_run_truncate(&job, catalog_relation(run->current, effect->relation), timing));
    }
    return NULL;
}

static void note_rls(struct script_run *run, const struct node *node)
{
    if (!AST_IS(AlterTableStmt, node)) return;
    const struct AlterTableStmt *alter = AST_AS(AlterTableStmt, node);
    for (size_t i = 0; i < alter->cmds->count; i++) {
        if (AST_AS(AlterTableCmd, alter->cmds->at[i])->subtype != AT_DisableRowSecurity) continue;
        size_t at = 0;
        const struct cat_relation *relation;
        while ((relation = catalog_relation_next(run->current, &at)))
            if (str_eq(relation->name, alter->relation->relname))
                *VEC_ADD(run->arena, &run->rls_disabled) = relation->oid;
    }
}

/* text: the statement's own, empty for one that was made here. */
static err run_ddl(struct script_run *run,
                   const struct node *node,
                   str text,
                   struct script_result *result)
{
    struct ddl_context context = {
        .arena = run->scratch,
        .role = run->role,
        .search_path = run->search_path,
        .search_path_count = run->search_path_count,
        .text = text,
        .skip_function_bodies = run->skip_function_bodies,
        .hooks = &ddl_analyze_hooks,
        .notice = hook_notice,
        .notice_context = run,
    };
    struct catalog *next;
    result->command = ddl_command_tag(node);
    TRY(ddl_apply(&context, run->current, node, &next));
    note_touches(run, next);
    err pending = trigger_deferred_changed(run->scratch, run->connection->session, next,
                                           str_cstr(run->scratch, result->command));
    if (pending) {
        catalog_unref(next);
        return pending;
    }
    bool now = needs_tables(&context.effects) || !run->batch;
    err error = needs_tables(&context.effects) ? script_flush(run) : NULL;
    if (!error) error = truncate_triggers(run, &context.effects, TRIGGER_BEFORE);
    const struct ddl_effects *effects = needs_tables(&context.effects) ? &context.effects : NULL;
    if (!error && now) error = sync_tables(run, next, effects);
    if (error) {
        catalog_unref(next);
        return error;
    }
    catalog_unref(run->current);
    run->current = next;
    sqlite_session_catalog(run->connection->session, run->current);
    note_rls(run, node);
    TRY(truncate_triggers(run, &context.effects, 0));
    return later_effects(run, &context.effects, result);
}

/* ---- what is folded ---- */

static err set_constraints(struct script_run *run, const struct ConstraintsSetStmt *set)
{
    struct run job = script_job(run, buf_in(run->scratch, 0));
    TRY(script_flush(run));
    TRY(trigger_set_constraints(&job, run->current, set, run->role));
    if (set->constraints->count)
        script_notice(run, "SET CONSTRAINTS works on all foreign keys at once here");
    return exec(run,
                set->deferred ? "PRAGMA defer_foreign_keys=ON" : "PRAGMA defer_foreign_keys=OFF");
}

static err fold_transaction(struct script_run *run, const struct TransactionStmt *statement)
{
    str notice;
    TRY(script_fold_transaction(run->scratch, statement, run->options->transaction, &notice));
    script_notice(run, "%.*s", STR_FMT(notice));
    return NULL;
}

struct folded_row {
    enum node_kind kind;
    const char *command;
    const char *notice; /* NULL: silent */
};

/* They mean something to PostgreSQL's processes and nothing to one writer. */
static const struct folded_row folded_rows[] = {
    {T_LockStmt,       "LOCK TABLE", NULL                                           },
    {T_CheckPointStmt, "CHECKPOINT", NULL                                           },
    {T_DiscardStmt,    "DISCARD",    NULL                                           },
    {T_VacuumStmt,     "VACUUM",     "VACUUM and ANALYZE have no effect in a script"},
    {T_ReindexStmt,    "REINDEX",    "REINDEX has no effect here"                   },
    {T_ClusterStmt,    "CLUSTER",    "CLUSTER has no effect here"                   },
    {T_NotifyStmt,     "NOTIFY",     "NOTIFY from a script reaches nobody"          },
    {T_ListenStmt,     "LISTEN",     "LISTEN in a script hears nothing"             },
    {T_UnlistenStmt,   "UNLISTEN",   NULL                                           },
};

static bool fold(struct script_run *run, const struct node *node, struct script_result *result)
{
    for (size_t i = 0; i < COUNT_OF(folded_rows); i++) {
        if (folded_rows[i].kind != node->kind) continue;
        result->command = str_of(folded_rows[i].command);
        if (folded_rows[i].notice) script_notice(run, "%s", folded_rows[i].notice);
        return true;
    }
    return false;
}

/* ---- the choice ---- */

static const char *query_tag(enum node_kind kind)
{
    switch ((int)kind) { /* the four */
    case T_InsertStmt: return "INSERT";
    case T_UpdateStmt: return "UPDATE";
    case T_DeleteStmt: return "DELETE";
    default: return "SELECT";
    }
}

err script_statement_run(struct script_run *run,
                         const struct script_item *item,
                         struct script_result *result)
{
    const struct node *node = item->statement.node;
    TRY(script_session_refresh(run));
    if (item->has_copy_data) return script_copy(run, item, result);
    if (fold(run, node, result)) return NULL;
    switch ((int)node->kind) {
    case T_SelectStmt:
        if (AST_AS(SelectStmt, node)->intoClause)
            return run_ddl(run, as_create(run, AST_AS(SelectStmt, node)), STR_NONE, result);
        break;
    case T_InsertStmt:
    case T_UpdateStmt:
    case T_DeleteStmt: break;
    case T_TransactionStmt:
        result->command = STR("BEGIN");
        return fold_transaction(run, AST_AS(TransactionStmt, node));
    case T_VariableSetStmt:
        result->command = STR("SET");
        return script_set(run, AST_AS(VariableSetStmt, node));
    case T_VariableShowStmt:
        result->command = STR("SHOW");
        return script_show(run, AST_AS(VariableShowStmt, node), result);
    case T_ConstraintsSetStmt:
        result->command = STR("SET CONSTRAINTS");
        return set_constraints(run, AST_AS(ConstraintsSetStmt, node));
    case T_DoStmt: return script_do(run, AST_AS(DoStmt, node), result);
    case T_CallStmt: return script_call(run, AST_AS(CallStmt, node), item->statement.text, result);
    default: /* utility statements, and what ddl refuses by name */
        return run_ddl(run, node, item->statement.text, result);
    }
    TRY(script_query(run, node, item->statement.text, result));
    /* PostgreSQL's command tag: INSERT has an oid that is always 0. */
    result->command = str_printf(run->scratch, node->kind == T_InsertStmt ? "%s 0 %lld" : "%s %lld",
                                 query_tag(node->kind), (long long)result->rows);
    return NULL;
}
