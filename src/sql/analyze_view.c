#include "sql/analyze_int.h"
#include "sql/view_updatable.h"

/* ---- views in FROM ------------------------------------------------------------------------------ */

/* A view reads its tables as its owner, or WITH (security_invoker) as the current user. That one is
 * not the owner of a view around it: PostgreSQL's checkAsUser of an invoker's tables is nobody, and
 * nobody stands for whom the statement runs as, however deep. */
static struct identity view_identity(struct scope *scope, const struct cat_relation *view)
{
    oid check_as = view->security_invoker ? scope->who.user : view->owner;
    return scope_stored_identity(scope, view->schema, check_as);
}

static err view_select(struct scope *scope,
                       const struct cat_relation *view,
                       const struct SelectStmt **out)
{
    if (!AST_IS(SelectStmt, view->query.tree))
        return NOT_DONE(scope, -1, "view \"%.*s\" cannot be read: its query is not a SELECT",
                        STR_FMT(view->name));
    *out = AST_AS(SelectStmt, view->query.tree);
    return NULL;
}

/* The view's columns have the types it was made with, whatever its tables became. */
static err view_types(struct scope *scope, const struct cat_relation *view, struct query **query)
{
    size_t count = view->column_count;
    if ((*query)->target_count != count)
        return NOT_DONE(scope, -1, "view \"%.*s\" has %zu columns but its query yields %zu",
                        STR_FMT(view->name), count, (*query)->target_count);
    oid *types = ARENA_ARRAY(scope->analyzer->arena, oid, count);
    for (size_t i = 0; i < count; i++) types[i] = view->columns[i].type;
    return query_coerce_columns(scope, query, types, NULL, count, CAST_ASSIGNMENT, NULL);
}

err view_expand(struct scope *scope, struct rte *rte, const struct cat_relation *view)
{
    struct analyzer *analyzer = scope->analyzer;
    struct identity who = view_identity(scope, view);
    const struct SelectStmt *select;
    TRY(view_select(scope, view, &select));
    struct scope *inner = scope_new(analyzer, NULL, &who);
    inner->query = query_new(analyzer, QUERY_SELECT);
    struct top_call *top = analyzer->top_call;
    analyzer->top_call = NULL;
    TRY(analyze_elsewhere(analyzer, select_analyze(inner, select, UNKNOWN_TO_TEXT)));
    analyzer->top_call = top;
    TRY(view_types(inner, view, &inner->query));
    rte->kind = RTE_SUBQUERY;
    rte->query = inner->query;
    return NULL;
}

/* ---- views as targets --------------------------------------------------------------------------- */

static const char *const verbs[] = {
    [QUERY_SELECT] = "select from",
    [QUERY_INSERT] = "insert into",
    [QUERY_UPDATE] = "update",
    [QUERY_DELETE] = "delete from",
};

static err not_updatable(struct scope *scope,
                         const struct cat_relation *view,
                         enum query_command command,
                         const char *why)
{
    static const char *const hints[] = {
        [QUERY_INSERT] = "To enable inserting into the view, provide an INSTEAD OF INSERT trigger "
                         "or an unconditional ON INSERT DO INSTEAD rule.",
        [QUERY_UPDATE] = "To enable updating the view, provide an INSTEAD OF UPDATE trigger or an "
                         "unconditional ON UPDATE DO INSTEAD rule.",
        [QUERY_DELETE] = "To enable deleting from the view, provide an INSTEAD OF DELETE trigger "
                         "or an unconditional ON DELETE DO INSTEAD rule.",
        [QUERY_SELECT] = "",
    };
    struct arena *arena = scope->analyzer->arena;
    struct err *error = SQL_ERROR(scope, "55000", -1, "cannot %s view \"%.*s\"", verbs[command],
                                  STR_FMT(view->name));
    return err_hint(arena, err_details(arena, error, "%s", why), "%s", hints[command]);
}

err view_not_updatable(struct scope *scope,
                       const struct cat_relation *view,
                       enum query_command command)
{
    return not_updatable(scope, view, command,
                         "Views that do not select from a single table or view are not "
                         "automatically updatable.");
}

/* PostgreSQL's view_query_is_auto_updatable: NULL, or why not. */
const char *view_why_not_updatable(const struct SelectStmt *select)
{
    if (select->distinctClause->count)
        return "Views containing DISTINCT are not automatically updatable.";
    if (select->groupClause->count)
        return "Views containing GROUP BY are not automatically updatable.";
    if (select->havingClause) return "Views containing HAVING are not automatically updatable.";
    if (select->op != SETOP_NONE)
        return "Views containing UNION, INTERSECT, or EXCEPT are not automatically updatable.";
    if (select->withClause) return "Views containing WITH are not automatically updatable.";
    if (select->limitOffset || select->limitCount)
        return "Views containing LIMIT or OFFSET are not automatically updatable.";
    if (select->fromClause->count != 1 || !AST_IS(RangeVar, select->fromClause->at[0]))
        return "Views that do not select from a single table or view are not automatically "
               "updatable.";
    return NULL;
}

static void check_add(struct analyzer *analyzer, struct query *query, const struct row_check *check)
{
    struct row_check_list *list = &query->checks;
    struct row_check *grown = ARENA_ARRAY(analyzer->arena, struct row_check, list->count + 1);
    for (size_t i = 0; i < list->count; i++) grown[i] = list->at[i];
    grown[list->count++] = *check;
    list->at = grown;
}

/* What a view's own text reads of its table is `viewed` there (guard.h): PostgreSQL asks for SELECT
 * on it only of statements that read the view. */
struct view_level {
    const struct cat_relation *view;
    str alias;
    enum query_command command;
    bool cascaded; /* an outer view's CASCADED check option covers this one */
};

static uint32_t command_privilege(enum query_command command)
{
    switch (command) {
    case QUERY_INSERT: return PRIV_INSERT;
    case QUERY_UPDATE: return PRIV_UPDATE;
    case QUERY_DELETE: return PRIV_DELETE;
    case QUERY_SELECT: break;
    }
    return PRIV_SELECT;
}

static err open_level(struct scope *scope,
                      struct scope *viewer,
                      const struct view_level *level,
                      struct write_target *target);

static const int16_t instead_events[] = {
    [QUERY_SELECT] = 0,
    [QUERY_INSERT] = TRIGGER_INSERT,
    [QUERY_UPDATE] = TRIGGER_UPDATE,
    [QUERY_DELETE] = TRIGGER_DELETE,
};

/* Disabled ones count, as in PostgreSQL: the statement does nothing then. */
static bool has_instead(const struct cat_relation *view, enum query_command command)
{
    for (size_t i = 0; i < view->trigger_count; i++)
        if ((view->triggers[i].type & TRIGGER_INSTEAD) &&
            (view->triggers[i].type & instead_events[command]))
            return true;
    return false;
}

/* The view's rows are the target themselves: INSTEAD OF triggers take them. */
static err open_instead(struct scope *scope,
                        const struct identity *who,
                        const struct cat_relation *view,
                        str alias,
                        enum query_command command,
                        struct write_target *target)
{
    struct analyzer *analyzer = scope->analyzer;
    target->relation = view;
    target->rte = rte_of_relation(scope, view, alias);
    target->access = guard_access(analyzer, target->rte, view, who, command_privilege(command));
    target->item = ns_item_new(scope, alias, target->rte);
    return command == QUERY_INSERT ? NULL : view_expand(scope, target->rte, view);
}

/* What the view selects from: the table itself, or once more a view. */
static err open_base(struct scope *scope,
                     struct scope *inner,
                     const struct view_level *level,
                     const struct RangeVar *name,
                     struct write_target *target)
{
    const struct cat_relation *base;
    TRY(scope_relation(inner, name, &base));
    if (base->kind == 'v' && has_instead(base, level->command)) {
        TRY(open_instead(scope, &inner->who, base, level->alias, level->command, target));
        target->item = ns_item_new(inner, base->name, target->rte);
        return NULL;
    }
    if (base->kind == 'v') {
        struct view_level below = {
            .view = base,
            .alias = level->alias,
            .command = level->command,
            .cascaded = level->cascaded || level->view->check_option == 'c',
        };
        return open_level(scope, inner, &below, target);
    }
    if (base->kind != 'r')
        return not_updatable(scope, level->view, level->command,
                             "Views that do not select from a single table or view are not "
                             "automatically updatable.");
    target->rte = rte_of_relation(scope, base, level->alias);
    target->relation = target->rte->relation;
    target->access = guard_access(scope->analyzer, target->rte, base, &inner->who,
                                  command_privilege(level->command));
    target->item = ns_item_new(inner, base->name, target->rte);
    return NULL;
}

/* The view's columns as expressions over the table. */
static err level_columns(struct scope *inner,
                         const struct view_level *level,
                         const struct SelectStmt *select,
                         struct write_target *target)
{
    struct arena *arena = inner->analyzer->arena;
    TRY(target_list(inner, select->targetList, INFER_SELECT_LIST));
    TRY(targets_resolve_unknown(inner));
    struct query *query = inner->query;
    if (inner->infer.saw_aggregate || inner->infer.saw_window || inner->set_rte)
        return not_updatable(inner, level->view, level->command,
                             "Views that return aggregate functions, window functions or "
                             "set-returning functions are not automatically updatable.");
    if (query->target_count != level->view->column_count)
        return NOT_DONE(inner, -1, "view \"%.*s\" does not match its query",
                        STR_FMT(level->view->name));
    struct ns_item *item = ns_item_new(inner, level->view->name, NULL);
    struct rte_column *columns = ARENA_ARRAY(arena, struct rte_column, query->target_count);
    item->exprs = ARENA_ARRAY(arena, struct expr *, query->target_count);
    target->columns = ARENA_ARRAY(arena, int, query->target_count);
    for (size_t i = 0; i < query->target_count; i++) {
        struct expr *expr = query->targets[i].expr;
        columns[i] =
            (struct rte_column){level->view->columns[i].name, expr->type, expr->typmod, 0, false};
        item->exprs[i] = expr;
        bool plain = expr->kind == EXPR_COLUMN && expr->column.rte == target->rte;
        target->columns[i] = plain ? expr->column.index : -1;
    }
    item->columns = columns;
    item->column_count = query->target_count;
    item->row_type = level->view->row_type;
    target->item = item;
    return NULL;
}

/* The view's WHERE: which rows can be met at all, and with CHECK OPTION which may be written. */
static err level_condition(struct scope *scope,
                           struct scope *inner,
                           const struct view_level *level,
                           const struct SelectStmt *select)
{
    if (!select->whereClause) return NULL;
    struct expr *condition;
    inner->infer.clause = INFER_WHERE;
    TRY(infer_bool(&inner->infer, select->whereClause, "WHERE", &condition));
    inner->infer.clause = INFER_OTHER;
    if (level->command != QUERY_INSERT) query_add_where(scope, scope->query, condition);
    bool checked = level->cascaded || level->view->check_option;
    if (checked && level->command != QUERY_DELETE)
        check_add(scope->analyzer, scope->query,
                  &(struct row_check){.kind = CHECK_VIEW_OPTION,
                                      .expr = condition,
                                      .relation = level->view,
                                      .name = level->view->name});
    return NULL;
}

static err open_level(struct scope *scope,
                      struct scope *viewer,
                      const struct view_level *level,
                      struct write_target *target)
{
    const struct cat_relation *view = level->view;
    const struct SelectStmt *select;
    TRY(view_select(scope, view, &select));
    const char *why = view_why_not_updatable(select);
    if (why) return not_updatable(scope, view, level->command, why);
    struct identity who = view_identity(viewer, view);
    struct scope *inner = scope_new(scope->analyzer, NULL, &who);
    inner->query = query_new(scope->analyzer, QUERY_SELECT);
    TRY(scope_enter(inner));
    const struct RangeVar *name = AST_AS(RangeVar, select->fromClause->at[0]);
    TRY(open_base(scope, inner, level, name, target));
    if (name->alias) target->item->name = name->alias->aliasname;
    ns_add(inner, target->item);
    struct access *below = target->view_access ? target->view_access : target->access;
    target->access->viewing = below->viewing = true;
    TRY(level_condition(scope, inner, level, select));
    TRY(level_columns(inner, level, select, target));
    target->access->viewing = below->viewing = false;
    scope_leave(inner);
    /* The view itself: its own grants, asked of whoever uses it. */
    struct rte *shadow = ARENA_NEW(scope->analyzer->arena, struct rte);
    target->view_access = guard_access(scope->analyzer, shadow, view, &viewer->who,
                                       command_privilege(level->command));
    target->view_access->quiet = true;
    target->view_access->columns = target->columns;
    below->outer = target->view_access;
    target->item->access = target->view_access;
    return NULL;
}

err view_open_target(struct scope *scope,
                     const struct cat_relation *view,
                     str alias,
                     enum query_command command,
                     struct write_target *target)
{
    struct view_level level = {.view = view, .alias = alias, .command = command};
    target->named = view;
    if (has_instead(view, command)) {
        target->columns = ARENA_ARRAY(scope->analyzer->arena, int, view->column_count);
        for (size_t i = 0; i < view->column_count; i++) target->columns[i] = (int)i;
        return open_instead(scope, &scope->who, view, alias, command, target);
    }
    TRY(analyze_elsewhere(scope->analyzer, open_level(scope, scope, &level, target)));
    target->item->name = alias;
    return NULL;
}
