/* CREATE TRIGGER, ENABLE and DISABLE. Follows PostgreSQL's trigger.c, its checks in their order. */
#include "sql/builtin.h"
#include "sql/ddl_int.h"

struct making {
    struct ddl *ddl;
    const struct CreateTrigStmt *stmt;
    const struct cat_relation *table;
    struct cat_trigger trigger;
};

/* ---- what may have which ---- */

err ddl_trigger_holder(struct ddl *ddl, const struct cat_relation *relation)
{
    if (relation->partition_of)
        return err_hint(
            ddl->arena,
            err_sql(ddl->arena, "0A000", "a trigger of one partition alone is not supported"),
            "Create it on the partitioned table.");
    if (relation->kind == 'r' || relation->kind == 'v') return NULL;
    struct err *error = err_sql(ddl->arena, "42809", "relation \"%.*s\" cannot have triggers",
                                STR_FMT(relation->name));
    return err_details(ddl->arena, error, "This operation is not supported for %ss.",
                       ddl_relation_word(relation->kind));
}

static err wrong_kind(const struct making *making, const char *what, const char *details)
{
    struct arena *arena = making->ddl->arena;
    struct err *error =
        err_sql(arena, "42809", "\"%.*s\" is a %s", STR_FMT(making->table->name), what);
    return err_details(arena, error, "%s", details);
}

static err check_holder(const struct making *making)
{
    int16_t type = making->trigger.type;
    bool instead = type & TRIGGER_INSTEAD, row = type & TRIGGER_ROW;
    TRY(ddl_trigger_holder(making->ddl, making->table));
    if (making->table->kind == 'r')
        return instead ? wrong_kind(making, "table", "Tables cannot have INSTEAD OF triggers.")
                       : NULL;
    if (!instead && row)
        return wrong_kind(making, "view", "Views cannot have row-level BEFORE or AFTER triggers.");
    if (type & TRIGGER_TRUNCATE)
        return wrong_kind(making, "view", "Views cannot have TRUNCATE triggers.");
    return NULL;
}

static err check_privilege(const struct making *making)
{
    struct ddl *ddl = making->ddl;
    const struct cat_relation *table = making->table;
    if (catalog_role_has(ddl->next, ddl->context->role, table->owner, &table->acl, 'r',
                         PRIV_TRIGGER))
        return NULL;
    return err_sql(ddl->arena, "42501", "permission denied for %s %.*s",
                   ddl_relation_word(table->kind), STR_FMT(table->name));
}

static err check_timing(const struct making *making)
{
    struct arena *arena = making->ddl->arena;
    int16_t type = making->trigger.type;
    bool row = type & TRIGGER_ROW;
    if (row && (type & TRIGGER_TRUNCATE))
        return err_sql(arena, "0A000", "TRUNCATE FOR EACH ROW triggers are not supported");
    if (!(type & TRIGGER_INSTEAD)) return NULL;
    if (!row) return err_sql(arena, "0A000", "INSTEAD OF triggers must be FOR EACH ROW");
    if (making->stmt->whenClause)
        return err_sql(arena, "0A000", "INSTEAD OF triggers cannot have WHEN conditions");
    if (making->stmt->columns->count)
        return err_sql(arena, "0A000", "INSTEAD OF triggers cannot have column lists");
    return NULL;
}

/* ---- transition tables ---- */

static err check_transition(const struct making *making, const struct TriggerTransition *transition)
{
    struct arena *arena = making->ddl->arena;
    int16_t type = making->trigger.type;
    if (!transition->isTable) {
        struct err *error = err_sql(
            arena, "0A000", "ROW variable naming in the REFERENCING clause is not supported");
        return err_hint(arena, error, "Use OLD TABLE or NEW TABLE for naming transition tables.");
    }
    if (making->table->kind == 'v')
        return wrong_kind(making, "view", "Triggers on views cannot have transition tables.");
    if (type & TRIGGER_TIMING)
        return err_sql(arena, "42P17",
                       "transition table name can only be specified for an AFTER trigger");
    if (type & TRIGGER_TRUNCATE)
        return err_sql(arena, "0A000",
                       "TRUNCATE triggers with transition tables are not supported");
    int events = type & TRIGGER_EVENTS;
    if (events & (events - 1))
        return err_sql(arena, "0A000",
                       "transition tables cannot be specified for triggers with more than one "
                       "event");
    if (making->stmt->columns->count)
        return err_sql(arena, "0A000",
                       "transition tables cannot be specified for triggers with column lists");
    if (transition->isNew && !(type & (TRIGGER_INSERT | TRIGGER_UPDATE)))
        return err_sql(arena, "42P17",
                       "NEW TABLE can only be specified for an INSERT or UPDATE trigger");
    if (!transition->isNew && !(type & (TRIGGER_DELETE | TRIGGER_UPDATE)))
        return err_sql(arena, "42P17",
                       "OLD TABLE can only be specified for a DELETE or UPDATE trigger");
    return NULL;
}

static err set_transitions(struct making *making)
{
    struct ddl *ddl = making->ddl;
    struct cat_trigger *trigger = &making->trigger;
    const struct list *list = making->stmt->transitionRels;
    for (size_t i = 0; i < list->count; i++) {
        const struct TriggerTransition *transition = AST_AS(TriggerTransition, list->at[i]);
        TRY(check_transition(making, transition));
        str *name = transition->isNew ? &trigger->new_table : &trigger->old_table;
        if (name->len)
            return err_sql(ddl->arena, "42P17", "%s TABLE cannot be specified multiple times",
                           transition->isNew ? "NEW" : "OLD");
        *name = str_copy(ddl->pool, transition->name);
    }
    if (trigger->new_table.len && str_eq(trigger->new_table, trigger->old_table))
        return err_sql(ddl->arena, "42P17", "OLD TABLE name and NEW TABLE name cannot be the same");
    return NULL;
}

/* ---- parts ---- */

static err set_when(struct making *making)
{
    if (!making->stmt->whenClause) return NULL;
    if (making->trigger.type & TRIGGER_TRUNCATE)
        return ddl_unsupported(making->ddl, making->stmt->whenClause, "WHEN of a TRUNCATE trigger");
    TRY(ddl_check_expr(making->ddl, &(struct ddl_expr){.use = DDL_EXPR_TRIGGER_WHEN,
                                                       .relation = making->table,
                                                       .tree = making->stmt->whenClause,
                                                       .trigger = making->trigger.type}));
    return ddl_store_expr(making->ddl, making->table, making->stmt->whenClause,
                          &making->trigger.when);
}

static str dotted(struct ddl *ddl, const struct list *names)
{
    str name = ast_name_at(names, 0);
    for (size_t i = 1; i < names->count; i++)
        name = str_printf(ddl->arena, "%.*s.%.*s", STR_FMT(name), STR_FMT(ast_name_at(names, i)));
    return name;
}

static err set_function(struct making *making)
{
    struct ddl *ddl = making->ddl;
    struct list *names;
    TRY(ddl_tsvector_trigger(ddl, making->stmt->funcname, &names));
    const struct ObjectWithArgs name = {
        .base = {.kind = T_ObjectWithArgs, .location = -1},
        .objname = names,
        .objargs = &ast_list_none,
        .objfuncargs = &ast_list_none,
    };
    const struct cat_function *function;
    TRY(ddl_function(ddl, &name, "function", MISSING_IS_ERROR, &function));
    str shown = dotted(ddl, making->stmt->funcname);
    if (!catalog_role_has(ddl->next, ddl->context->role, function->owner, &function->acl, 'f',
                          PRIV_EXECUTE))
        return err_sql(ddl->arena, "42501", "permission denied for function %.*s", STR_FMT(shown));
    if (function->result != TRIGGEROID)
        return err_sql(ddl->arena, "42P17", "function %.*s must return type %s", STR_FMT(shown),
                       "trigger");
    making->trigger.function = function->oid;
    return NULL;
}

static err set_columns(struct making *making)
{
    struct ddl *ddl = making->ddl;
    const struct list *names = making->stmt->columns;
    int16_t *columns = ARENA_ARRAY(ddl->pool, int16_t, names->count ? names->count : 1);
    for (size_t i = 0; i < names->count; i++) {
        str name = ast_name_at(names, i);
        const struct cat_column *column = cat_column_find(making->table, name);
        if (!column)
            return err_sql(ddl->arena, "42703",
                           "column \"%.*s\" of relation \"%.*s\" does not exist", STR_FMT(name),
                           STR_FMT(making->table->name));
        for (size_t j = 0; j < i; j++)
            if (columns[j] == column->number)
                return err_sql(ddl->arena, "42701", "column \"%.*s\" specified more than once",
                               STR_FMT(name));
        columns[i] = column->number;
    }
    making->trigger.columns = columns;
    making->trigger.column_count = names->count;
    return NULL;
}

static void set_arguments(struct making *making)
{
    struct arena *pool = making->ddl->pool;
    const struct list *args = making->stmt->args;
    str *arguments = ARENA_ARRAY(pool, str, args->count ? args->count : 1);
    for (size_t i = 0; i < args->count; i++)
        arguments[i] = str_copy(pool, AST_AS(String, args->at[i])->sval);
    making->trigger.arguments = arguments;
    making->trigger.argument_count = args->count;
}

/* CREATE CONSTRAINT TRIGGER ... FROM other */
static err set_constraint(struct making *making)
{
    const struct CreateTrigStmt *stmt = making->stmt;
    if (!stmt->isconstraint) return NULL;
    const struct cat_relation *other = NULL;
    if (stmt->constrrel) TRY(ddl_relation(making->ddl, stmt->constrrel, MISSING_IS_ERROR, &other));
    making->trigger.constraint = catalog_oid_new(making->ddl->next);
    making->trigger.constraint_relation = other ? other->oid : OID_NONE;
    making->trigger.deferrable = stmt->deferrable;
    making->trigger.deferred = stmt->initdeferred;
    return NULL;
}

/* ---- the whole ---- */

/* Kept sorted by name: they fire in this order. */
void ddl_trigger_insert(struct ddl *ddl,
                        struct cat_relation *table,
                        const struct cat_trigger *trigger)
{
    DDL_ADD(ddl, table, triggers, trigger_count, trigger);
    struct cat_trigger *own = (struct cat_trigger *)(uintptr_t)table->triggers;
    size_t at = table->trigger_count - 1;
    while (at > 0 && str_cmp(own[at - 1].name, trigger->name) > 0) {
        own[at] = own[at - 1];
        at--;
    }
    own[at] = *trigger;
}

static err put(struct making *making)
{
    struct ddl *ddl = making->ddl;
    struct cat_relation *edited = CATALOG_EDIT(ddl->next, making->table);
    const struct cat_trigger *old = cat_trigger_find(making->table, making->trigger.name);
    if (old && !making->stmt->replace)
        return err_sql(ddl->arena, "42710", "trigger \"%.*s\" for relation \"%.*s\" already exists",
                       STR_FMT(old->name), STR_FMT(making->table->name));
    if (old && old->constraint)
        return err_sql(ddl->arena, "42710",
                       "trigger \"%.*s\" for relation \"%.*s\" is a constraint trigger",
                       STR_FMT(old->name), STR_FMT(making->table->name));
    if (old) {
        making->trigger.oid = old->oid;
        making->trigger.comment = old->comment;
        DDL_REMOVE(ddl, edited, triggers, trigger_count, (size_t)(old - making->table->triggers));
    } else {
        making->trigger.oid = catalog_oid_new(ddl->next);
    }
    ddl_trigger_insert(ddl, edited, &making->trigger);
    catalog_put(ddl->next, CAT_RELATION, edited);
    return NULL;
}

err ddl_create_trigger(struct ddl *ddl, const struct node *statement)
{
    struct making making = {.ddl = ddl, .stmt = AST_AS(CreateTrigStmt, statement)};
    const struct CreateTrigStmt *stmt = making.stmt;
    making.trigger = (struct cat_trigger){
        .name = str_copy(ddl->pool, stmt->trigname),
        .type = (int16_t)(stmt->timing | stmt->events | (stmt->row ? TRIGGER_ROW : 0)),
        .enabled = 'O',
    };
    TRY(ddl_relation(ddl, stmt->relation, MISSING_IS_ERROR, &making.table));
    TRY(check_holder(&making));
    TRY(set_constraint(&making));
    TRY(check_privilege(&making));
    TRY(check_timing(&making));
    TRY(set_transitions(&making));
    TRY(set_when(&making));
    TRY(set_function(&making));
    set_arguments(&making);
    TRY(set_columns(&making));
    return put(&making);
}

/* ---- ENABLE, DISABLE ---- */

err ddl_trigger_missing(struct ddl *ddl, str name, str table)
{
    return err_sql(ddl->arena, "42704", "trigger \"%.*s\" for table \"%.*s\" does not exist",
                   STR_FMT(name), STR_FMT(table));
}

struct enable_row {
    enum AlterTableType type;
    char enabled;
    bool all; /* ALL, USER: no name */
};

static const struct enable_row enable_rows[] = {
    {AT_EnableTrig,        'O', false},
    {AT_EnableAlwaysTrig,  'A', false},
    {AT_EnableReplicaTrig, 'R', false},
    {AT_DisableTrig,       'D', false},
    {AT_EnableTrigAll,     'O', true },
    {AT_EnableTrigUser,    'O', true },
    {AT_DisableTrigAll,    'D', true },
    {AT_DisableTrigUser,   'D', true },
};

/* PostgreSQL keeps foreign keys by triggers, which ALL would switch: for superusers alone. SQLite's
 * stay on for them too. */
static err check_all(struct ddl *ddl, const struct cat_relation *table, enum AlterTableType type)
{
    if (type != AT_EnableTrigAll && type != AT_DisableTrigAll) return NULL;
    if (ddl_is_superuser(ddl)) return NULL;
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(ddl->next, &at)))
        for (size_t i = 0; i < relation->constraint_count; i++) {
            const struct cat_constraint *key = &relation->constraints[i];
            if (key->kind != 'f') continue;
            if (relation->oid != table->oid && key->foreign_relation != table->oid) continue;
            return err_sql(ddl->arena, "42501",
                           "permission denied: \"RI_ConstraintTrigger_a_%u\" is a system trigger",
                           key->oid);
        }
    return NULL;
}

err ddl_trigger_enable(struct ddl *ddl,
                       const struct cat_relation *table,
                       const struct AlterTableCmd *cmd)
{
    size_t row = 0;
    while (enable_rows[row].type != cmd->subtype) row++;
    TRY(check_all(ddl, table, cmd->subtype));
    struct cat_relation *edited = CATALOG_EDIT(ddl->next, table);
    struct cat_trigger *triggers = DDL_OWN(ddl, edited, triggers, trigger_count);
    bool found = enable_rows[row].all;
    for (size_t i = 0; i < edited->trigger_count; i++) {
        if (!enable_rows[row].all && !str_eq(triggers[i].name, cmd->name)) continue;
        triggers[i].enabled = enable_rows[row].enabled;
        found = true;
    }
    if (!found) return ddl_trigger_missing(ddl, cmd->name, table->name);
    catalog_put(ddl->next, CAT_RELATION, edited);
    return NULL;
}

/* ---- what it hangs on ---- */

bool ddl_trigger_uses_column(struct ddl *ddl,
                             const struct cat_relation *table,
                             const struct cat_trigger *trigger,
                             const struct ddl_target *column)
{
    for (size_t i = 0; i < trigger->column_count; i++)
        if (table->oid == column->id && trigger->columns[i] == column->column) return true;
    return ddl_expr_mentions(ddl, ddl->next, table, &trigger->when, column);
}
