/* CREATE TRIGGER, from its syntax tree and from the catalog. */
#include "sql/catalog.h"
#include "sql/deparse_int.h"

static void print_events(struct deparse *out, const struct CreateTrigStmt *create)
{
    static const struct {
        int bit;
        str word;
    } events[] = {
        {TRIGGER_INSERT,   STR_INIT("INSERT")  },
        {TRIGGER_DELETE,   STR_INIT("DELETE")  },
        {TRIGGER_UPDATE,   STR_INIT("UPDATE")  },
        {TRIGGER_TRUNCATE, STR_INIT("TRUNCATE")},
    };
    bool any = false;
    for (size_t i = 0; i < COUNT_OF(events); i++) {
        if (!(create->events & events[i].bit)) continue;
        if (any) out_lit(out, " OR ");
        any = true;
        out_str(out, events[i].word);
        if (events[i].bit != TRIGGER_UPDATE || !create->columns->count) continue;
        out_lit(out, " OF ");
        out_names(out, create->columns);
    }
}

static void print_transitions(struct deparse *out, const struct list *transitions)
{
    if (transitions->count) out_lit(out, "REFERENCING ");
    for (size_t i = 0; i < transitions->count; i++) {
        const struct TriggerTransition *one = AST_AS(TriggerTransition, transitions->at[i]);
        out_str(out, one->isNew ? STR("NEW ") : STR("OLD "));
        out_str(out, one->isTable ? STR("TABLE AS ") : STR("ROW AS "));
        out_ident(out, one->name);
        out_lit(out, " ");
    }
}

static void print_argument(struct deparse *out, const struct node *node)
{
    deparse_literal(out->text, AST_AS(String, node)->sval);
}

/* In the words and the order of pg_get_triggerdef. */
void deparse_trigger(struct deparse *out, const struct node *node)
{
    const struct CreateTrigStmt *create = AST_AS(CreateTrigStmt, node);
    out_lit(out, "CREATE ");
    if (create->replace) out_lit(out, "OR REPLACE ");
    if (create->isconstraint) out_lit(out, "CONSTRAINT ");
    out_lit(out, "TRIGGER ");
    out_ident(out, create->trigname);
    out_str(out, create->timing & TRIGGER_BEFORE    ? STR(" BEFORE ")
                 : create->timing & TRIGGER_INSTEAD ? STR(" INSTEAD OF ")
                                                    : STR(" AFTER "));
    print_events(out, create);
    out_lit(out, " ON ");
    out_relation_name(out, create->relation);
    out_lit(out, " ");
    if (create->isconstraint) {
        if (create->constrrel) {
            out_lit(out, "FROM ");
            out_relation_name(out, create->constrrel);
            out_lit(out, " ");
        }
        out_str(out, create->deferrable ? STR("DEFERRABLE INITIALLY ")
                                        : STR("NOT DEFERRABLE INITIALLY "));
        out_str(out, create->initdeferred ? STR("DEFERRED ") : STR("IMMEDIATE "));
    }
    print_transitions(out, create->transitionRels);
    out_str(out, create->row ? STR("FOR EACH ROW ") : STR("FOR EACH STATEMENT "));
    if (create->whenClause) {
        out_lit(out, "WHEN (");
        out_any_expr(out, create->whenClause);
        out_lit(out, ") ");
    }
    out_lit(out, "EXECUTE FUNCTION ");
    out_qualified(out, create->funcname);
    out_lit(out, "(");
    out_list(out, create->args, STR(", "), print_argument);
    out_lit(out, ")");
}

/* ---- from the catalog ---- */

static str schema_name(const struct catalog *catalog, oid id)
{
    const struct cat_schema *schema = catalog_schema(catalog, id);
    return schema ? schema->name : STR("");
}

static struct RangeVar *relation_name(struct arena *arena, const struct catalog *catalog, oid id)
{
    const struct cat_relation *relation = catalog_relation(catalog, id);
    if (!relation) return NULL;
    return ast_range_var(arena, schema_name(catalog, relation->schema), relation->name, STR_NONE);
}

static void add_transition(struct arena *arena, struct list **list, str name, bool is_new)
{
    if (str_empty(name)) return;
    struct TriggerTransition *one = ARENA_NEW(arena, struct TriggerTransition);
    *one = (struct TriggerTransition){
        .base = {.kind = T_TriggerTransition, .location = -1},
        .name = name,
        .isNew = is_new,
        .isTable = true,
    };
    ast_list_add(arena, list, &one->base);
}

struct node *trigger_statement(struct arena *arena,
                               const struct catalog *catalog,
                               const struct cat_relation *relation,
                               const struct cat_trigger *trigger)
{
    const struct cat_function *function = catalog_function(catalog, trigger->function);
    struct CreateTrigStmt *create = ARENA_NEW(arena, struct CreateTrigStmt);
    *create = (struct CreateTrigStmt){
        .base = {.kind = T_CreateTrigStmt, .location = -1},
        .isconstraint = trigger->constraint != OID_NONE,
        .trigname = trigger->name,
        .relation = relation_name(arena, catalog, relation->oid),
        .funcname = function
                        ? ast_names(arena, schema_name(catalog, function->schema), function->name)
                        : &ast_list_none,
        .args = &ast_list_none,
        .row = trigger->type & TRIGGER_ROW,
        .timing = trigger->type & TRIGGER_TIMING,
        .events = trigger->type & TRIGGER_EVENTS,
        .columns = &ast_list_none,
        .whenClause = (struct node *)(uintptr_t)trigger->when.tree,
        .transitionRels = &ast_list_none,
        .deferrable = trigger->deferrable,
        .initdeferred = trigger->deferred,
        .constrrel = relation_name(arena, catalog, trigger->constraint_relation),
    };
    for (size_t i = 0; i < trigger->argument_count; i++)
        ast_list_add(arena, &create->args, ast_string(arena, trigger->arguments[i]));
    for (size_t i = 0; i < trigger->column_count; i++) {
        const struct cat_column *column = cat_column_numbered(relation, trigger->columns[i]);
        if (column) ast_list_add(arena, &create->columns, ast_string(arena, column->name));
    }
    add_transition(arena, &create->transitionRels, trigger->old_table, false);
    add_transition(arena, &create->transitionRels, trigger->new_table, true);
    return &create->base;
}
