/* What runs SQL: expressions, statements with INTO, EXECUTE, RETURN QUERY, loops over rows, cursors. */
#include "engine/sqlite/pl_int.h"

#include "base/buf.h"
#include "engine/sqlite/run_trigger.h"
#include "sql/parse.h"
#include "sql/setting.h"

/* ---- queries ---- */

static err refuse_write(struct pl_frame *frame, const struct plan *plan)
{
    if (!plan->writes) return NULL;
    if (frame->run->session->writing)
        return err_sql(frame->arena, "0A000",
                       "a function that a constraint or RETURNING calls cannot write on this "
                       "database");
    if (!frame->run->session->reads_only) return NULL;
    return err_sql(frame->arena, "25006",
                   "cannot execute this statement in a read-only transaction");
}

err pl_query_run(struct pl_frame *frame,
                 const struct plan *plan,
                 const struct value *params,
                 struct arena *arena,
                 size_t most,
                 struct pl_rows *out)
{
    const struct plan_step *last = &plan->steps[plan->step_count - 1];
    struct step_result result = {.total = -1, .body = {.fd = -1}};
    struct buf *none = buf_in(frame->scratch, 0);
    struct run run = {
        .arena = arena,
        .db = frame->run->db,
        .statements = frame->run->statements,
        .session = frame->run->session,
        .caller = frame->run->caller,
        .format = FORMAT_JSON,
        .read_only = frame->run->read_only,
        .output = {.bytes = none, .most = most},
    };
    *out = (struct pl_rows){0};
    TRY(refuse_write(frame, plan));
    if (last->result) run.output.rows = rowset_new(arena, last->node->column_count);
    struct engine_step step = {
        .plan = plan, .params = params, .rows_least = ROWS_ANY, .rows_most = ROWS_ANY};
    const struct plan *held =
        plan_ref(plan); /* a call of the function itself may compile it anew */
    err error = run_program(&run, &step, &result);
    if (run.started) frame->run->started = true;
    out->set = run.output.rows;
    out->count = last->node->query->command == QUERY_SELECT ? result.rows : result.affected;
    plan_unref(held);
    return error;
}

struct value *pl_params(struct pl_frame *frame, const struct pl_query *query)
{
    struct value *params = ARENA_ARRAY(frame->scratch, struct value, query->use_count);
    for (size_t i = 0; i < query->use_count; i++) {
        const struct pl_use *use = &query->uses[i];
        params[i] = use->field < 0 ? pl_var_value(frame, use->variable)
                                   : frame->vars[use->variable].fields[use->field].value;
    }
    return params;
}

void pl_set_found(struct pl_frame *frame, bool found)
{
    struct value value = value_int(found);
    if (frame->tree->found >= 0) pl_cell_set(&frame->vars[frame->tree->found].cell, &value);
}

/* ---- expressions ---- */

static err one_column(struct pl_frame *frame, const struct pl_query *query)
{
    if (query->shape->count == 1) return NULL;
    return err_sql(frame->arena, "42601", "query returned %zu columns", query->shape->count);
}

static void simple_value(struct pl_frame *frame, const struct pl_query *query, struct value *out)
{
    const struct expr *expr = query->simple;
    if (expr->kind == EXPR_CONST) {
        *out = expr->constant;
        return;
    }
    const struct pl_use *use = &query->uses[expr->index];
    *out = use->field < 0 ? pl_var_value(frame, use->variable)
                          : frame->vars[use->variable].fields[use->field].value;
}

static err eval_query(struct pl_frame *frame,
                      const struct pl_query *query,
                      struct pl_field *type,
                      struct value *out)
{
    struct pl_rows rows;
    TRY(one_column(frame, query));
    *type = query->shape->fields[0];
    if (query->simple != NULL) {
        simple_value(frame, query, out);
        return NULL;
    }
    TRY(pl_query_run(frame, query->plan, pl_params(frame, query), frame->scratch, 2, &rows));
    if (rows.set->count > 1)
        return err_sql(frame->arena, "21000", "query returned more than one row");
    *out = rows.set->count > 0 ? rowset_row(rows.set, 0)[0] : value_null();
    return NULL;
}

err pl_eval(struct pl_frame *frame,
            const struct pl_expr *expr,
            struct pl_field *type,
            struct value *out)
{
    struct pl_query *query;
    TRY(pl_query_find(frame, expr, PL_QUERY_EXPRESSION, -1, &query));
    return eval_query(frame, query, type, out);
}

err pl_eval_as(struct pl_frame *frame, const struct pl_expr *expr, oid type, struct value *out)
{
    struct pl_field from;
    struct value value;
    TRY(pl_eval(frame, expr, &from, &value));
    *out = value;
    if (from.type == type || value.kind == VALUE_NULL) return NULL;
    struct pl_var_type to = pl_type_of(frame->code, type, -1);
    return pl_cast(frame, &from, &value, &to, out);
}

static bool is_true(const struct value *value)
{
    return value->kind == VALUE_INT && value->i != 0;
}

err pl_eval_bool(struct pl_frame *frame, const struct pl_expr *expr, bool *out)
{
    struct value value;
    TRY(pl_eval_as(frame, expr, BOOLOID, &value));
    *out = is_true(&value);
    return NULL;
}

err pl_eval_case(struct pl_frame *frame, const struct pl_expr *expr, int test, bool *out)
{
    struct pl_query *query;
    struct pl_field type;
    struct value value;
    TRY(pl_query_find(frame, expr, PL_QUERY_CASE, test, &query));
    TRY(eval_query(frame, query, &type, &value));
    *out = is_true(&value);
    return NULL;
}

/* ---- INTO ---- */

static bool takes_row(const struct pl_frame *frame, const struct pl_into *into)
{
    const struct pl_target *target = &into->targets[0];
    return into->target_count == 1 && target->field_count == 0 && target->subscript_count == 0 &&
           pl_holds_row(frame, target->variable);
}

/* SELECT f(x) INTO r of a composite: its fields, as PostgreSQL unwraps it. */
static bool is_lone_row(const struct pl_shape *shape)
{
    return shape->count == 1 && shape->fields[0].ref->field_count > 0;
}

err pl_fill_into(struct pl_frame *frame,
                 const struct pl_into *into,
                 const struct pl_shape *shape,
                 const struct value *values)
{
    if (takes_row(frame, into)) {
        int variable = into->targets[0].variable;
        if (values != NULL && is_lone_row(shape))
            return pl_assign(frame, variable, &shape->fields[0], &values[0]);
        /* No row found is a row of NULLs. */
        struct value *nulls = ARENA_ARRAY(frame->scratch, struct value, shape->count);
        return pl_assign_row(frame, variable, shape, values != NULL ? values : nulls);
    }
    struct pl_field nothing = {.type = UNKNOWNOID, .typmod = -1, .ref = type_plain(TYPE_TEXT)};
    for (size_t i = 0; i < into->target_count; i++) {
        struct value value = value_null();
        const struct pl_field *from = &nothing;
        if (values != NULL && i < shape->count) {
            value = values[i];
            from = &shape->fields[i];
        }
        TRY(pl_assign_target(frame, &into->targets[i], from, &value));
    }
    return NULL;
}

static err no_rows(struct pl_frame *frame)
{
    return err_sql(frame->arena, "P0002", "query returned no rows");
}

static err too_many_rows(struct pl_frame *frame)
{
    struct err *error = err_sql(frame->arena, "P0003", "query returned more than one row");
    return err_hint(frame->arena, error,
                    "Make sure the query returns a single row, or use LIMIT 1.");
}

/* What a statement answered goes to its targets. */
static err take_rows(struct pl_frame *frame,
                     const struct pl_into *into,
                     const struct pl_shape *shape,
                     const struct pl_rows *rows,
                     bool one)
{
    size_t count = rows->set != NULL ? rows->set->count : 0;
    if (count == 0 && into->strict) return no_rows(frame);
    if (count > 1 && (into->strict || one)) return too_many_rows(frame);
    return pl_fill_into(frame, into, shape, count > 0 ? rowset_row(rows->set, 0) : NULL);
}

static bool is_select(const struct plan *plan)
{
    return plan->steps[plan->step_count - 1].node->query->command == QUERY_SELECT;
}

static size_t rows_wanted(const struct pl_into *into)
{
    return into->strict ? 2 : 1;
}

/* ---- statements ---- */

/* SET [LOCAL] of a setting that is only kept: role, search_path and their kin are the script's to change. */
static err run_set(struct pl_frame *frame, const struct VariableSetStmt *set)
{
    struct sqlite_session *session = frame->run->session;
    const struct node *value = set->args->count == 1 ? set->args->at[0] : NULL;
    bool kept = str_find_char(set->name, '.', 0) != SIZE_MAX && AST_IS(A_Const, value) &&
                AST_AS(A_Const, value)->val == A_CONST_STRING;
    TRY(sql_setting_check(frame->arena, set->name));
    if (!kept || session->hooks == NULL || session->hooks->set_config == NULL)
        return err_sql(frame->arena, "0A000", "SET %.*s in a function is not supported here",
                       STR_FMT(set->name));
    return session->hooks->set_config(session, frame->arena, set->name,
                                      AST_AS(A_Const, value)->sval, set->is_local);
}

static err run_utility(struct pl_frame *frame, const struct node *node, str text)
{
    struct sqlite_session *session = frame->run->session;
    int64_t rows = 0;
    if (AST_IS(VariableSetStmt, node) && session->utility == NULL)
        return run_set(frame, AST_AS(VariableSetStmt, node));
    if (session->utility == NULL || session->reads_only)
        return err_sql(
            frame->arena, "0A000",
            "%.*s is only supported in the functions that a migration or the console runs",
            STR_FMT(ast_name(node)));
    struct call_site site = {.function = frame->code->function,
                             .role = frame->code->role,
                             .path = frame->code->path,
                             .path_count = frame->code->path_count};
    TRY(session->utility->run(session->utility_context, &site, node, text, &rows));
    if (AST_IS(VariableSetStmt, node)) pl_code_become(frame->code, &site);
    frame->row_count = rows;
    return NULL;
}

static bool is_dml(const struct node *node)
{
    return AST_IS(SelectStmt, node) || AST_IS(InsertStmt, node) || AST_IS(UpdateStmt, node) ||
           AST_IS(DeleteStmt, node);
}

/* Of constraint triggers. Foreign keys would be deferred for all that the transaction does. */
static err run_set_constraints(struct pl_frame *frame,
                               const struct ConstraintsSetStmt *set,
                               str text)
{
    struct sqlite_session *session = frame->run->session;
    if (trigger_constraints_have_keys(session->catalog, set))
        return run_utility(frame, &set->base, text);
    if (session->writing || session->reads_only)
        return err_sql(frame->arena, "0A000", "SET CONSTRAINTS is not supported here");
    return trigger_set_constraints(frame->run, session->catalog, set, frame->code->role);
}

/* DDL, CALL and DO know no variables. */
static err run_other(struct pl_frame *frame, const struct node *node, str text)
{
    if (AST_IS(ConstraintsSetStmt, node))
        return run_set_constraints(frame, AST_AS(ConstraintsSetStmt, node), text);
    if (AST_IS(TransactionStmt, node))
        return err_sql(frame->arena, "0A000",
                       "a function cannot begin or end a transaction on this database");
    return run_utility(frame, node, text);
}

static err parse_statement(struct pl_frame *frame, const struct pl_expr *expr, struct node **out)
{
    err error = sql_parse_one(frame->scratch, expr->text, out);
    if (error == NULL) return NULL;
    struct err *copy = (struct err *)(uintptr_t)err_copy(frame->arena, error);
    copy->at = -1;
    return copy;
}

/* The variable, or field of one, that an argument of CALL is, by its place or its name; else the variable is -1. */
static struct pl_target argument_target(struct pl_frame *frame,
                                        const struct pl_expr *text,
                                        const struct list *args,
                                        const struct cat_argument *argument,
                                        size_t place)
{
    struct pl_target target = {.variable = -1};
    for (size_t i = 0; i < args->count; i++) {
        const struct node *node = args->at[i];
        bool meant = i == place && !AST_IS(NamedArgExpr, node);
        if (AST_IS(NamedArgExpr, node)) {
            const struct NamedArgExpr *named = AST_AS(NamedArgExpr, node);
            meant = str_eq(named->name, argument->name);
            node = named->arg;
        }
        if (!meant || !AST_IS(ColumnRef, node)) continue;
        const struct list *names = AST_AS(ColumnRef, node)->fields;
        str *fields = ARENA_ARRAY(frame->scratch, str, names->count);
        for (size_t k = 1; k < names->count; k++) fields[k - 1] = ast_name_at(names, k);
        target.variable = pl_variable_named(text, ast_name_at(names, 0));
        target.fields = fields;
        target.field_count = names->count - 1;
        break;
    }
    return target;
}

/* OUT and INOUT arguments are variables, which take what comes back. */
static err take_outputs(struct pl_frame *frame,
                        const struct pl_expr *text,
                        const struct CallStmt *call,
                        const struct cat_function *procedure,
                        const struct pl_shape *shape,
                        const struct rowset *rows)
{
    size_t output = 0, given = 0;
    if (rows == NULL || rows->count == 0) return NULL;
    for (size_t i = 0; i < procedure->argument_count; i++) {
        const struct cat_argument *argument = &procedure->arguments[i];
        size_t at = given++;
        if (argument->mode != 'b' && argument->mode != 'o') continue;
        const struct list *args = call->funccall->args;
        struct pl_target target = argument_target(frame, text, args, argument, at);
        if (target.variable < 0)
            return err_sql(frame->arena, "42601",
                           "procedure parameter \"%.*s\" is an output parameter but corresponding "
                           "argument is not writable",
                           STR_FMT(argument->name));
        TRY(pl_assign_target(frame, &target, &shape->fields[output], &rowset_row(rows, 0)[output]));
        output++;
    }
    return NULL;
}

/* CALL p(...) is SELECT * FROM p(...). */
static err run_call(struct pl_frame *frame, const struct pl_expr *text, const struct CallStmt *call)
{
    struct pl_query *query;
    struct pl_rows rows;
    TRY(pl_query_find(frame, text, PL_QUERY_CALL, -1, &query));
    const struct plan *plan = plan_ref(query->plan);
    const struct cat_function *procedure = pl_called(plan);
    const struct pl_shape *shape = query->shape;
    struct pl_capture *outer, capture;
    outer = pl_capture_begin(frame->run->session, &capture, plan, frame->scratch);
    err error = pl_query_run(frame, plan, pl_params(frame, query), frame->scratch, 1, &rows);
    error = pl_capture_end(frame->run, &capture, outer, error, frame->scratch, &rows.set);
    if (error == NULL && procedure != NULL)
        error = take_outputs(frame, text, call, procedure, shape, rows.set);
    plan_unref(plan);
    return error;
}

err pl_run_sql(struct pl_frame *frame, const struct pl_statement *statement)
{
    const struct pl_expr *text = statement->sql.text;
    const struct pl_into *into = &statement->sql.into;
    struct pl_query *query;
    struct pl_rows rows;
    const struct pl_query *known = &frame->code->queries[text->number];
    if (known->plan == NULL || known->call) {
        struct node *node;
        TRY(parse_statement(frame, text, &node));
        if (AST_IS(CallStmt, node)) return run_call(frame, text, AST_AS(CallStmt, node));
        if (!is_dml(node)) return run_other(frame, node, text->text);
    }
    TRY(pl_query_find(frame, text, PL_QUERY_STATEMENT, -1, &query));
    const struct plan *plan = plan_ref(query->plan);
    const struct pl_shape *shape = query->shape;
    bool select = is_select(plan);
    size_t most = into->given && select ? rows_wanted(into) : 0; /* a change counts all its rows */
    err error = NULL;
    if (select && !into->given && !statement->sql.perform)
        error = err_hint(frame->arena,
                         err_sql(frame->arena, "42601", "query has no destination for result data"),
                         "If you want to discard the results of a SELECT, use PERFORM instead.");
    if (error == NULL)
        error = pl_query_run(frame, plan, pl_params(frame, query), frame->scratch, most, &rows);
    if (error == NULL && into->given) error = take_rows(frame, into, shape, &rows, !select);
    if (error == NULL) {
        bool any = rows.set != NULL && rows.set->count > 0;
        frame->row_count = into->given && select ? any : rows.count;
        pl_set_found(frame, into->given ? any : rows.count > 0);
    }
    plan_unref(plan);
    return error;
}

/* ---- EXECUTE ---- */

static err dynamic_params(struct pl_frame *frame,
                          const struct pl_exprs *exprs,
                          struct pl_field *types,
                          struct value *values)
{
    for (size_t i = 0; i < exprs->count; i++) {
        TRY(pl_eval(frame, exprs->at[i], &types[i], &values[i]));
        if (types[i].type == UNKNOWNOID) types[i].type = TEXTOID;
    }
    return NULL;
}

err pl_dynamic_open(struct pl_frame *frame,
                    const struct pl_expr *text,
                    const struct pl_exprs *params,
                    struct pl_dynamic *out)
{
    struct pl_field *types = ARENA_ARRAY(frame->scratch, struct pl_field, params->count);
    struct value source;
    struct node *node;
    *out = (struct pl_dynamic){.params = ARENA_ARRAY(frame->scratch, struct value, params->count)};
    TRY(pl_eval_as(frame, text, TEXTOID, &source));
    if (source.kind == VALUE_NULL)
        return err_sql(frame->arena, "22004", "query string argument of EXECUTE is null");
    TRY(dynamic_params(frame, params, types, out->params));
    out->text = source.s;
    err error = sql_parse_one(frame->scratch, source.s, &node);
    if (error != NULL) return err_copy(frame->arena, error);
    out->node = node;
    if (!is_dml(node)) return NULL;
    if (AST_IS(SelectStmt, node) && AST_AS(SelectStmt, node)->intoClause != NULL)
        return err_hint(
            frame->arena,
            err_sql(frame->arena, "0A000", "EXECUTE of SELECT ... INTO is not implemented"),
            "You might want to use EXECUTE ... INTO or EXECUTE CREATE TABLE ... AS "
            "instead.");
    TRY(pl_query_dynamic(frame, node, source.s, types, params->count, &out->plan));
    out->shape = pl_shape_kept(frame, pl_shape_of_plan(frame->scratch, out->plan));
    return NULL;
}

err pl_run_execute(struct pl_frame *frame, const struct pl_statement *statement)
{
    const struct pl_into *into = &statement->sql.into;
    struct pl_dynamic dynamic;
    struct pl_rows rows;
    TRY(pl_dynamic_open(frame, statement->sql.text, &statement->sql.params, &dynamic));
    if (dynamic.plan == NULL) {
        if (into->given)
            return err_sql(frame->arena, "42601",
                           "INTO used with a command that cannot return data");
        return run_other(frame, dynamic.node, dynamic.text);
    }
    /* All rows are counted, the first is taken; FOUND stays as it is. */
    err error = pl_query_run(frame, dynamic.plan, dynamic.params, frame->scratch, 0, &rows);
    if (error == NULL && into->given) error = take_rows(frame, into, dynamic.shape, &rows, false);
    if (error == NULL) frame->row_count = rows.count;
    plan_unref(dynamic.plan);
    return error;
}

/* ---- rows that the function answers ---- */

static err wrong_structure(struct pl_frame *frame, const struct pl_shape *shape, size_t column)
{
    struct err *error =
        err_sql(frame->arena, "42804", "structure of query does not match function result type");
    const struct pl_shape *rows = frame->code->rows;
    if (shape->count != rows->count)
        return err_details(frame->arena, error,
                           "Number of returned columns (%zu) does not match expected column count "
                           "(%zu).",
                           shape->count, rows->count);
    return err_details(frame->arena, error,
                       "Returned type %.*s does not match expected type %.*s in column %zu.",
                       STR_FMT(type_name(frame->scratch, shape->fields[column].ref)),
                       STR_FMT(type_name(frame->scratch, rows->fields[column].ref)), column + 1);
}

/* f() AS (a int, ...): the rows must be these, or a text would be read as a number. */
err pl_check_definitions(struct pl_frame *frame, const struct pl_shape *shape)
{
    const struct call_site *site = frame->site;
    if (site == NULL || site->row_types == NULL) return NULL;
    bool fits = shape->count == site->row_count;
    for (size_t i = 0; fits && i < shape->count; i++) {
        const struct pl_field *field = &shape->fields[i];
        const struct type_ref *wanted =
            catalog_type_ref(frame->scratch, frame->code->catalog, site->row_types[i], -1);
        fits = field->type == OID_NONE ? field->ref->storage == wanted->storage
                                       : field->type == site->row_types[i];
    }
    if (fits) return NULL;
    return err_sql(frame->arena, "42804",
                   "returned record type does not match expected record type");
}

static err check_structure(struct pl_frame *frame, const struct pl_shape *shape)
{
    const struct pl_shape *rows = frame->code->rows;
    if (rows == NULL) return pl_check_definitions(frame, shape);
    if (shape->count != rows->count) return wrong_structure(frame, shape, 0);
    for (size_t i = 0; i < rows->count; i++)
        if (shape->fields[i].type != rows->fields[i].type) return wrong_structure(frame, shape, i);
    return NULL;
}

static struct rowset *answer_rows(struct pl_frame *frame, size_t columns)
{
    if (frame->rows == NULL) frame->rows = rowset_new(frame->arena, columns);
    return frame->rows;
}

static err not_a_set(struct pl_frame *frame, const char *what)
{
    return err_sql(frame->arena, "42804", "cannot use %s in a non-SETOF function", what);
}

static err answer_query(struct pl_frame *frame,
                        const struct plan *plan,
                        const struct value *params,
                        const struct pl_shape *shape)
{
    struct pl_rows rows;
    TRY(check_structure(frame, shape));
    TRY(pl_query_run(frame, plan, params, frame->scratch, 0, &rows));
    if (rows.set == NULL) return err_sql(frame->arena, "42601", "query does not return rows");
    struct rowset *answer = answer_rows(frame, shape->count);
    for (size_t i = 0; i < rows.set->count; i++)
        TRY(rowset_add_values(answer, rowset_row(rows.set, i)));
    frame->row_count = (int64_t)rows.set->count;
    pl_set_found(frame, rows.set->count > 0);
    return NULL;
}

err pl_run_return_query(struct pl_frame *frame, const struct pl_statement *statement)
{
    if (!frame->set) return not_a_set(frame, "RETURN QUERY");
    if (statement->query.dynamic) {
        struct pl_dynamic dynamic;
        TRY(pl_dynamic_open(frame, statement->query.query, &statement->query.params, &dynamic));
        if (dynamic.plan == NULL)
            return err_sql(frame->arena, "42601", "query does not return rows");
        err error = answer_query(frame, dynamic.plan, dynamic.params, dynamic.shape);
        plan_unref(dynamic.plan);
        return error;
    }
    struct pl_query *query;
    TRY(pl_query_find(frame, statement->query.query, PL_QUERY_STATEMENT, -1, &query));
    const struct plan *plan = plan_ref(query->plan);
    err error = answer_query(frame, plan, pl_params(frame, query), query->shape);
    plan_unref(plan);
    return error;
}

/* The OUT variables as they are now. */
static err answer_outputs(struct pl_frame *frame)
{
    size_t count = frame->tree->output_count;
    struct value *values = ARENA_ARRAY(frame->scratch, struct value, count);
    for (size_t i = 0; i < count; i++) values[i] = pl_var_value(frame, frame->tree->outputs[i]);
    return rowset_add_values(answer_rows(frame, count), values);
}

static err answer_value(struct pl_frame *frame, const struct pl_expr *expr)
{
    struct pl_field type;
    struct value value;
    const struct pl_shape *rows = frame->code->rows;
    TRY(pl_eval(frame, expr, &type, &value));
    bool row = type.ref->field_count > 0 || type.type == RECORDOID ||
               pl_shape_of_type(frame->code, type.type) != NULL;
    if (frame->code->result.shape == NULL && !frame->code->result.record) {
        TRY(pl_cast(frame, &type, &value, &frame->code->result, &value));
        return rowset_add_values(answer_rows(frame, 1), &value);
    }
    if (!row && value.kind != VALUE_NULL)
        return err_sql(frame->arena, "42804",
                       "cannot return non-composite value from function returning composite type");
    if (rows == NULL) { /* RETURNS SETOF record: as the row has them */
        struct pl_shape shape;
        pl_shape_of_ref(frame->scratch, &type, &shape);
        TRY(pl_check_definitions(frame, &shape));
        return rowset_add_values(answer_rows(frame, shape.count),
                                 pl_row_fields(frame->scratch, &shape, value));
    }
    TRY(pl_cast(frame, &type, &value, &frame->code->result, &value));
    return rowset_add_values(answer_rows(frame, rows->count),
                             pl_row_fields(frame->scratch, rows, value));
}

err pl_run_return_next(struct pl_frame *frame, const struct pl_statement *statement)
{
    if (!frame->set) return not_a_set(frame, "RETURN NEXT");
    if (statement->result.expr == NULL) return answer_outputs(frame);
    return answer_value(frame, statement->result.expr);
}
