/* engine/sqlite/run_action.c - ON DELETE actions into tables with BEFORE ROW triggers.
 *
 * SQLite's own actions call nobody before they change a row. So the children go first, by statements like
 * any other, as their table's owner; when the parents are deleted then, SQLite's action finds nothing. */
#include "engine/sqlite/run_int.h"
#include "sql/deparse.h"
#include "sql/parse.h"
#include "sql/plan.h"

/* Rows of a tree are deleted leaves first: so deep may it be. */
enum { ACTION_DEPTH_MAX = 200 };

static void write_table(struct buf *out,
                        const struct catalog *catalog,
                        const struct cat_relation *relation)
{
    const struct cat_schema *schema = catalog_schema(catalog, relation->schema);
    deparse_ident(out, schema != NULL ? schema->name : STR("public"));
    buf_char(out, '.');
    deparse_ident(out, relation->name);
}

static void write_assignments(struct buf *out, const struct program_action *action)
{
    const struct cat_constraint *key = action->key;
    bool some = key->delete_set_count > 0;
    const int16_t *columns = some ? key->delete_set_columns : key->columns;
    size_t count = some ? key->delete_set_count : key->column_count;
    for (size_t i = 0; i < count; i++) {
        buf_str_add(out, i == 0 ? STR(" SET ") : STR(", "));
        deparse_ident(out, cat_column_numbered(action->child, columns[i])->name);
        buf_str_add(out, key->on_delete == 'd' ? STR(" = DEFAULT") : STR(" = NULL"));
    }
}

static str action_text(struct arena *arena,
                       const struct catalog *catalog,
                       const struct program_action *action)
{
    struct buf *out = buf_in(arena, 0);
    bool deletes = action->key->on_delete == 'c';
    buf_str_add(out, deletes ? STR("DELETE FROM ") : STR("UPDATE "));
    write_table(out, catalog, action->child);
    if (!deletes) write_assignments(out, action);
    for (size_t i = 0; i < action->key->column_count; i++) {
        buf_str_add(out, i == 0 ? STR(" WHERE ") : STR(" AND "));
        deparse_ident(out, cat_column_numbered(action->child, action->key->columns[i])->name);
        buf_printf(out, " = $%zu", i + 1);
    }
    return buf_str(out);
}

static err compile(struct execution_state *state,
                   const struct program_action *action,
                   struct plan **out)
{
    struct arena *arena = state->run->arena;
    const struct catalog *catalog = state->plan->catalog;
    size_t count = action->key->column_count;
    struct plan_param *params = ARENA_ARRAY(arena, struct plan_param, count);
    for (size_t i = 0; i < count; i++) {
        const struct cat_column *column =
            cat_column_numbered(action->parent, action->key->foreign_columns[i]);
        params[i] =
            (struct plan_param){column->type, column->typmod,
                                catalog_type_ref(arena, catalog, column->type, column->typmod)};
    }
    struct sql_script *script;
    TRY(sql_parse(arena, action_text(arena, catalog, action), &script));
    TRY(script->statements[0].error);
    const struct compile_options options = {
        .catalog = catalog,
        .role = action->child->owner,
        .search_path = state->plan->path,
        .search_path_count = state->plan->path_count,
        .params = params,
        .param_count = count,
    };
    return sql_compile_statement(arena, &options, script->statements[0].node, program_print, out);
}

/* A key with a NULL in it has no children. */
static bool take_key(const struct program_action *action,
                     const struct value *row,
                     struct value *params)
{
    for (size_t i = 0; i < action->key->column_count; i++) {
        params[i] = row[action->positions[i]];
        if (params[i].kind == VALUE_NULL) return false;
    }
    return true;
}

static err run_plan(struct execution_state *state,
                    const struct plan *plan,
                    const struct value *params)
{
    struct buf nothing;
    struct step_result result = {.total = -1, .body = {.fd = -1}};
    const struct engine_step step = {
        .plan = plan, .params = params, .rows_least = ROWS_ANY, .rows_most = ROWS_ANY};
    struct run run = *state->run;
    buf_init(&nothing, 0);
    run.output = (struct run_output){.bytes = &nothing};
    err error = run_program(&run, &step, &result);
    buf_deinit(&nothing);
    return error;
}

static err run_rows(struct execution_state *state,
                    const struct program_action *action,
                    const struct rowset *set)
{
    struct plan *plan;
    err error = NULL;
    struct value *params = ARENA_ARRAY(state->run->arena, struct value, action->key->column_count);
    TRY(compile(state, action, &plan));
    for (size_t i = 0; i < set->count && error == NULL; i++)
        if (take_key(action, rowset_row(set, i), params)) error = run_plan(state, plan, params);
    plan_unref(plan);
    return error;
}

err trigger_run_action(struct execution_state *state,
                       const struct program_action *action,
                       const struct rowset *set)
{
    struct sqlite_session *session = state->run->session;
    if (session->action_depth >= ACTION_DEPTH_MAX)
        return err_sql(state->run->arena, "54001", "stack depth limit exceeded");
    session->action_depth++;
    err error = run_rows(state, action, set);
    session->action_depth--;
    return error;
}
