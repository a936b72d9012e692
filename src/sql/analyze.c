#include "sql/analyze.h"

#include "sql/analyze_int.h"
#include "sql/inline.h"
#include "sql/lateral.h"
#include "sql/plpgsql.h"

void analyzer_init(struct analyzer *analyzer, const struct analyze_options *options)
{
    *analyzer = (struct analyzer){
        .arena = options->arena,
        .catalog = options->catalog,
        .params = options->params,
        .session = options->session,
        .api = options->api,
        .trusted = options->trusted,
        .describes = options->describes,
    };
}

struct scope *analyzer_root(struct analyzer *analyzer, const struct analyze_options *options)
{
    struct identity who = {
        .check_as = options->role,
        .user = options->role,
        .path = options->search_path,
        .path_count = options->search_path_count,
    };
    struct scope *scope = scope_new(analyzer, NULL, &who);
    scope->infer.params = analyzer->params;
    scope->is_top = true;
    scope->infer.procedures = options->procedures;
    if (!options->variables) return scope;
    struct scope_variables *variables = ARENA_NEW(analyzer->arena, struct scope_variables);
    *variables = (struct scope_variables){options->variables, options->variables_from};
    scope->variables = variables;
    return scope;
}

err analyze_elsewhere(struct analyzer *analyzer, err error)
{
    if (!error || error->at < 0) return error;
    struct err *moved = ARENA_NEW(analyzer->arena, struct err);
    *moved = *error;
    moved->at = -1;
    return moved;
}

err statement_analyze(struct scope *scope, const struct node *statement)
{
    switch ((int)statement->kind) {
    case T_SelectStmt:
        scope->query = query_new(scope->analyzer, QUERY_SELECT);
        return select_analyze(scope, AST_AS(SelectStmt, statement), UNKNOWN_TO_TEXT);
    case T_InsertStmt: return insert_analyze(scope, AST_AS(InsertStmt, statement));
    case T_UpdateStmt: return update_analyze(scope, AST_AS(UpdateStmt, statement));
    case T_DeleteStmt: return delete_analyze(scope, AST_AS(DeleteStmt, statement));
    case T_MergeStmt: return NOT_DONE(scope, ast_location(statement), "MERGE is not supported");
    default:
        return NOT_DONE(scope, ast_location(statement), "%.*s is not supported here",
                        STR_FMT(ast_name(statement)));
    }
}

/* ---- what a finished statement does ----------------------------------------------------------- */

struct effects {
    struct analyzer *analyzer;
    oid user;
    bool writes;
    bool calls_volatile;
    err error;
};

static err user_call_refused(struct effects *effects, const struct expr *call)
{
    return err_at(err_sql(effects->analyzer->arena, "0A000",
                          "function %.*s can only be called on its own (SELECT f(...) or SELECT * "
                          "FROM f(...)): it has effects or several statements",
                          STR_FMT(call->function->name)),
                  call->location);
}

/* Once: a function's last statement is walked again as a part of the one that called it. */
static err sequence_guarded(struct effects *effects, const struct expr *next)
{
    ((struct expr *)(uintptr_t)next)->identity = true;
    return guard_sequence(effects->analyzer, effects->user, next->sequence, next->location);
}

static bool effects_visit(const struct expr *expr, void *context)
{
    struct effects *effects = context;
    switch ((int)expr->kind) {
    case EXPR_CALL:
        effects->writes |= expr->call.builtin->writes;
        effects->calls_volatile |= expr->call.builtin->volatility == 'v';
        break;
    case EXPR_NEXTVAL:
        effects->writes = effects->calls_volatile = true;
        if (!expr->identity) effects->error = sequence_guarded(effects, expr);
        break;
    case EXPR_USER_CALL:
        if (expr->site) {
            effects->writes |= expr->site->writes;
            effects->calls_volatile |= expr->function->volatility == 'v';
            break;
        }
        /* CREATE FUNCTION: a body that calls itself is PostgreSQL's to accept, ours to refuse later. */
        if (!effects->analyzer->trusted) effects->error = user_call_refused(effects, expr);
        break;
    default: break;
    }
    return effects->error != NULL;
}

err statement_finish(struct scope *scope, size_t first_access)
{
    struct analyzer *analyzer = scope->analyzer;
    struct query *query = scope->query;
    TRY(guard_accesses(analyzer, first_access));
    struct effects effects = {.analyzer = analyzer, .user = scope->who.user};
    query_any(query, effects_visit, &effects);
    TRY(effects.error);
    query->writes = effects.writes || query_modifies(query);
    query->calls_volatile = effects.calls_volatile;
    query->run_as = scope->who.user;
    lateral_flatten(analyzer->arena, query);
    guard_barriers(query);
    return NULL;
}

err analyze_statement(const struct analyze_options *options,
                      const struct node *statement,
                      struct query **out)
{
    struct analyzer analyzer;
    analyzer_init(&analyzer, options);
    struct scope *scope = analyzer_root(&analyzer, options);
    TRY(statement_analyze(scope, statement));
    TRY(statement_finish(scope, 0));
    *out = scope->query;
    return NULL;
}

/* ---- for DDL ----------------------------------------------------------------------------------------- */

/* What PostgreSQL calls the place in "cannot use subquery in ...". NULL: it may. */
static const char *const no_subquery[INFER_CLAUSE_COUNT] = {
    [INFER_CHECK] = "check constraint",
    [INFER_DEFAULT] = "DEFAULT expression",
    [INFER_GENERATED] = "column generation expression",
    [INFER_INDEX_EXPRESSION] = "index expression",
    [INFER_INDEX_PREDICATE] = "index predicate",
    [INFER_TRIGGER_WHEN] = "trigger WHEN condition",
};

static const char *const not_immutable[INFER_CLAUSE_COUNT] = {
    [INFER_GENERATED] = "generation expression is not immutable",
    [INFER_INDEX_EXPRESSION] = "functions in index expression must be marked IMMUTABLE",
    [INFER_INDEX_PREDICATE] = "functions in index predicate must be marked IMMUTABLE",
};

/* A function that runs by itself, where it cannot be called. */
static err kept_call_allowed(struct scope *scope, enum infer_clause clause, const struct expr *call)
{
    const struct cat_function *function = call->function;
    bool check = clause == INFER_CHECK || clause == INFER_TRIGGER_WHEN;
    if (check && call->site && call->site->writes)
        return NOT_DONE(scope, call->location, "function %.*s in a %s is not supported: it writes",
                        STR_FMT(function->name), no_subquery[clause]);
    if (!check && !plpgsql_is_steady(scope->analyzer->catalog, function))
        return NOT_DONE(scope, call->location,
                        "function %.*s in a %s is not supported: it reads more than its arguments",
                        STR_FMT(function->name), no_subquery[clause]);
    return NULL;
}

struct kept_calls {
    struct scope *scope;
    enum infer_clause clause;
    err error;
};

static bool visit_kept(const struct expr *expr, void *context)
{
    struct kept_calls *calls = context;
    if (expr->kind == EXPR_USER_CALL)
        calls->error = kept_call_allowed(calls->scope, calls->clause, expr);
    if (expr->kind == EXPR_SUBQUERY)
        calls->error = NOT_DONE(calls->scope, expr->location,
                                "a function that reads tables in a %s is not supported",
                                no_subquery[calls->clause]);
    return calls->error != NULL;
}

/* Rules of the place that inference does not know: inlined functions count as what they became. */
static err relation_expr_allowed(struct scope *scope,
                                 enum infer_clause clause,
                                 const struct expr *expr)
{
    if (not_immutable[clause] && infer_volatility(scope->analyzer->catalog, expr) != 'i')
        return SQL_ERROR(scope, "42P17", expr->location, "%s", not_immutable[clause]);
    struct kept_calls calls = {.scope = scope, .clause = clause};
    if (no_subquery[clause] && clause != INFER_DEFAULT) expr_any(expr, visit_kept, &calls);
    return calls.error;
}

static const char *const conditions[INFER_CLAUSE_COUNT] = {
    [INFER_CHECK] = "CHECK",
    [INFER_POLICY] = "POLICY",
    [INFER_INDEX_PREDICATE] = "WHERE",
    [INFER_TRIGGER_WHEN] = "WHEN",
};

static err relation_expr_typed(struct scope *scope,
                               const struct analyze_relation_expr *spec,
                               const struct node *node,
                               struct expr **out)
{
    struct infer_context *infer = &scope->infer;
    if (conditions[spec->clause] && spec->type == BOOLOID) {
        infer->clause = spec->clause;
        return infer_bool(infer, node, conditions[spec->clause], out);
    }
    TRY(infer_expr_in(infer, spec->clause, node, out));
    if (!spec->type) return infer_resolve_unknown(infer, *out, out);
    if (str_empty(spec->column))
        return infer_coerce(infer, *out, spec->type, spec->typmod, CAST_ASSIGNMENT, out);
    return infer_coerce_column(infer, *out, spec->column, spec->type, spec->typmod, out);
}

static struct scope *relation_scope(struct analyzer *analyzer,
                                    const struct analyze_options *options,
                                    const struct analyze_relation_expr *spec)
{
    analyzer_init(analyzer, options);
    struct scope *scope = analyzer_root(analyzer, options);
    scope->query = query_new(analyzer, QUERY_SELECT);
    scope->subquery_refused = no_subquery[spec->clause];
    scope->kept = no_subquery[spec->clause] != NULL;
    scope->value_type = spec->value_type;
    scope->value_typmod = -1;
    return scope;
}

/* ---- WHEN of triggers ---- */

struct when_check {
    struct scope *scope;
    const struct analyze_relation_expr *spec;
    const struct rte *old_row, *new_row;
    err error;
};

static const struct cat_column *generated_column(const struct cat_relation *relation,
                                                 const struct expr *expr)
{
    bool whole = expr->kind == EXPR_WHOLE_ROW;
    for (size_t i = 0; i < relation->column_count; i++) {
        const struct cat_column *column = &relation->columns[i];
        bool used = whole || expr->column.rte->columns[expr->column.index].number == column->number;
        if (used && column->generated) return column;
    }
    return NULL;
}

/* The value of a generated column is not known before the row is complete. */
static err when_generated(const struct when_check *check, const struct expr *expr)
{
    const struct cat_column *column = generated_column(check->spec->relation, expr);
    if (!column || !(check->spec->trigger & TRIGGER_BEFORE)) return NULL;
    struct arena *arena = check->scope->analyzer->arena;
    struct err *error = err_sql(
        arena, "42P17", "BEFORE trigger's WHEN condition cannot reference NEW generated columns");
    err_at(error, expr->location);
    if (expr->kind == EXPR_WHOLE_ROW)
        return err_details(arena, error,
                           "A whole-row reference is used and the table contains generated "
                           "columns.");
    return err_details(arena, error, "Column \"%.*s\" is a generated column.",
                       STR_FMT(column->name));
}

static err when_row(const struct when_check *check, const struct expr *expr, bool is_new)
{
    int16_t type = check->spec->trigger;
    if (!(type & TRIGGER_ROW))
        return SQL_ERROR(check->scope, "42P17", expr->location,
                         "statement trigger's WHEN condition cannot reference column values");
    if (!is_new && (type & TRIGGER_INSERT))
        return SQL_ERROR(check->scope, "42P17", expr->location,
                         "INSERT trigger's WHEN condition cannot reference OLD values");
    if (is_new && (type & TRIGGER_DELETE))
        return SQL_ERROR(check->scope, "42P17", expr->location,
                         "DELETE trigger's WHEN condition cannot reference NEW values");
    return is_new ? when_generated(check, expr) : NULL;
}

static bool when_visit(const struct expr *expr, void *context)
{
    struct when_check *check = context;
    bool whole = expr->kind == EXPR_WHOLE_ROW;
    if (!whole && expr->kind != EXPR_COLUMN) return false;
    const struct rte *rte = whole ? expr->rte : expr->column.rte;
    if (rte == check->old_row || rte == check->new_row)
        check->error = when_row(check, expr, rte == check->new_row);
    return check->error != NULL;
}

static struct rte *trigger_row(struct scope *scope,
                               const struct cat_relation *relation,
                               const char *name)
{
    struct rte *row = rte_of_relation(scope, relation, str_of(name));
    struct ns_item *item = ns_item_new(scope, str_of(name), row);
    item->quiet = true;
    ns_add(scope, item);
    return row;
}

err analyze_trigger_when(const struct analyze_options *options,
                         const struct analyze_relation_expr *spec,
                         const struct node *node,
                         struct rte **old_row,
                         struct rte **new_row,
                         struct expr **out)
{
    struct analyzer analyzer;
    struct scope *scope = relation_scope(&analyzer, options, spec);
    struct when_check check = {.scope = scope, .spec = spec};
    check.old_row = *old_row = trigger_row(scope, spec->relation, "old");
    check.new_row = *new_row = trigger_row(scope, spec->relation, "new");
    TRY(relation_expr_typed(scope, spec, node, out));
    expr_any(*out, when_visit, &check);
    TRY(check.error);
    TRY(relation_expr_allowed(scope, spec->clause, *out));
    return guard_accesses(&analyzer, 0);
}

err analyze_expr_for_relation(const struct analyze_options *options,
                              const struct analyze_relation_expr *spec,
                              const struct node *node,
                              struct rte **rte,
                              struct expr **out)
{
    if (spec->clause == INFER_TRIGGER_WHEN) {
        struct rte *old_row, *new_row;
        return analyze_trigger_when(options, spec, node, &old_row, &new_row, out);
    }
    struct analyzer analyzer;
    struct scope *scope = relation_scope(&analyzer, options, spec);
    struct rte *table = NULL;
    if (spec->relation) {
        table = rte_of_relation(scope, spec->relation, spec->relation->name);
        struct ns_item *item = ns_item_new(scope, spec->relation->name, table);
        const struct cat_schema *schema = catalog_schema(options->catalog, spec->relation->schema);
        item->schema = schema ? schema->name : STR_NONE;
        item->quiet = true;
        ns_add(scope, item);
    }
    struct expr *expr;
    TRY(relation_expr_typed(scope, spec, node, &expr));
    TRY(relation_expr_allowed(scope, spec->clause, expr));
    TRY(guard_accesses(&analyzer, 0));
    if (rte) *rte = table;
    *out = expr;
    return NULL;
}

err analyze_describe(const struct analyze_options *options,
                     const struct node *select,
                     struct analyze_column **columns,
                     size_t *count)
{
    struct query *query;
    struct analyze_options describing = *options;
    describing.describes = true;
    TRY(analyze_statement(&describing, select, &query));
    if (query_modifies(query))
        return err_sql(options->arena, "0A000",
                       "views must not contain data-modifying statements in WITH");
    *columns = ARENA_ARRAY(options->arena, struct analyze_column, query->target_count);
    *count = query->target_count;
    for (size_t i = 0; i < query->target_count; i++)
        (*columns)[i] = (struct analyze_column){
            .name = query->targets[i].name,
            .type = query->targets[i].expr->type,
            .typmod = query->targets[i].expr->typmod,
        };
    return NULL;
}

static bool takes_any_type(const struct cat_function *function)
{
    for (size_t i = 0; i < function->argument_count; i++)
        if (builtin_is_polymorphic(function->arguments[i].type)) return true;
    return false;
}

/* A call of the function with parameters of its own types: compiling it is the check. Those of a
 * polymorphic one are not known before a call. */
err analyze_function_body(const struct analyze_options *options,
                          const struct cat_function *function)
{
    if (!str_eq(function->language, STR("sql")) || takes_any_type(function)) return NULL;
    struct analyze_options trusted = *options;
    trusted.trusted = true;
    struct analyzer analyzer;
    analyzer_init(&analyzer, &trusted);
    struct scope *scope = analyzer_root(&analyzer, &trusted);
    scope->query = query_new(&analyzer, QUERY_SELECT);
    struct expr *call = infer_new(&scope->infer, EXPR_USER_CALL, function->result, -1);
    call->function = function;
    call->args.at = ARENA_ARRAY(options->arena, struct expr *, function->argument_count);
    for (size_t i = 0; i < function->argument_count; i++) {
        char mode = function->arguments[i].mode;
        if (mode == 'o' || mode == 't') continue;
        struct expr *param = infer_new(&scope->infer, EXPR_PARAM, function->arguments[i].type, -1);
        param->typmod = -1;
        param->index = (int)call->args.count;
        call->args.at[call->args.count++] = param;
    }
    return inline_check(scope, call);
}
