/* Triggers: rows of pg_trigger and information_schema.triggers, and what pg_get_triggerdef writes. */
#include "sql/deparse.h"
#include "sql/system_rows.h"
#include "sql/system_text.h"

/* ---- CREATE TRIGGER --------------------------------------------------------------------------- */

static const char *timing_words(const struct cat_trigger *trigger)
{
    if (trigger->type & TRIGGER_BEFORE) return "BEFORE";
    return trigger->type & TRIGGER_INSTEAD ? "INSTEAD OF" : "AFTER";
}

struct event_row {
    int bit; /* of enum trigger_type */
    const char *word;
};

/* In pg_get_triggerdef's order. */
static const struct event_row events[] = {
    {TRIGGER_INSERT,   "INSERT"  },
    {TRIGGER_DELETE,   "DELETE"  },
    {TRIGGER_UPDATE,   "UPDATE"  },
    {TRIGGER_TRUNCATE, "TRUNCATE"},
};

static void event_list(struct buf *out,
                       const struct cat_relation *relation,
                       const struct cat_trigger *trigger)
{
    bool any = false;
    for (size_t i = 0; i < COUNT_OF(events); i++) {
        if (!(trigger->type & events[i].bit)) continue;
        buf_printf(out, "%s%s", any ? " OR " : "", events[i].word);
        any = true;
        for (size_t k = 0; events[i].bit == TRIGGER_UPDATE && k < trigger->column_count; k++) {
            const struct cat_column *column = cat_column_numbered(relation, trigger->columns[k]);
            buf_str_add(out, k ? STR(", ") : STR(" OF "));
            deparse_ident(out, column ? column->name : STR("?"));
        }
    }
}

str system_trigger_when(struct arena *arena,
                        const struct catalog *catalog,
                        const struct cat_relation *relation,
                        const struct cat_trigger *trigger,
                        enum system_form form)
{
    const struct system_expr_place place = {
        .relation = relation, .rows_named = true, .pretty = form == FORM_PRETTY};
    return system_expr_print(arena, catalog, &place, &trigger->when);
}

str system_trigger_call(struct arena *arena,
                        const struct catalog *catalog,
                        const struct cat_trigger *trigger)
{
    struct buf *out = buf_in(arena, 0);
    const struct cat_function *function = catalog_function(catalog, trigger->function);
    buf_lit(out, "EXECUTE FUNCTION ");
    if (function)
        buf_str_add(out, system_visible_name(arena, catalog, function->schema, function->name));
    buf_char(out, '(');
    for (size_t i = 0; i < trigger->argument_count; i++) {
        if (i) buf_lit(out, ", ");
        deparse_literal(out, trigger->arguments[i]);
    }
    buf_char(out, ')');
    return buf_str(out);
}

static void constraint_part(struct buf *out,
                            struct arena *arena,
                            const struct catalog *catalog,
                            const struct cat_trigger *trigger)
{
    const struct cat_relation *from = catalog_relation(catalog, trigger->constraint_relation);
    if (!trigger->constraint) return;
    if (from)
        buf_printf(out, "FROM %.*s ",
                   STR_FMT(system_visible_name(arena, catalog, from->schema, from->name)));
    buf_printf(out, "%sDEFERRABLE INITIALLY %s ", trigger->deferrable ? "" : "NOT ",
               trigger->deferred ? "DEFERRED" : "IMMEDIATE");
}

str system_trigger_text(struct arena *arena,
                        const struct catalog *catalog,
                        const struct cat_relation *relation,
                        const struct cat_trigger *trigger,
                        enum system_form form)
{
    struct buf *out = buf_in(arena, 0);
    str table = form == FORM_PRETTY
                    ? system_visible_name(arena, catalog, relation->schema, relation->name)
                    : system_qualified(arena, catalog, relation->schema, relation->name);
    str when = system_trigger_when(arena, catalog, relation, trigger, form);
    buf_str_add(out,
                trigger->constraint ? STR("CREATE CONSTRAINT TRIGGER ") : STR("CREATE TRIGGER "));
    deparse_ident(out, trigger->name);
    buf_printf(out, " %s ", timing_words(trigger));
    event_list(out, relation, trigger);
    buf_printf(out, " ON %.*s ", STR_FMT(table));
    constraint_part(out, arena, catalog, trigger);
    bool tables = !str_empty(trigger->old_table) || !str_empty(trigger->new_table);
    if (tables) buf_lit(out, "REFERENCING ");
    if (!str_empty(trigger->old_table))
        buf_printf(out, "OLD TABLE AS %.*s ", STR_FMT(system_quoted(arena, trigger->old_table)));
    if (!str_empty(trigger->new_table))
        buf_printf(out, "NEW TABLE AS %.*s ", STR_FMT(system_quoted(arena, trigger->new_table)));
    buf_printf(out, "FOR EACH %s ", trigger->type & TRIGGER_ROW ? "ROW" : "STATEMENT");
    if (!str_empty(when)) buf_printf(out, "WHEN (%.*s) ", STR_FMT(when));
    buf_str_add(out, system_trigger_call(arena, catalog, trigger));
    return buf_str(out);
}

/* ---- rows --------------------------------------------------------------------------------------- */

/* bytea: each argument ends in a NUL. */
static struct value arguments_of(struct system_rows *rows, const struct cat_trigger *trigger)
{
    struct buf *bytes = buf_in(rows->arena, 0);
    buf_str_add(bytes, STR(""));
    for (size_t i = 0; i < trigger->argument_count; i++) {
        buf_str_add(bytes, trigger->arguments[i]);
        buf_char(bytes, '\0');
    }
    return value_blob(bytes->at ? buf_str(bytes) : STR(""));
}

static void trigger_row(struct system_rows *rows,
                        const struct cat_relation *relation,
                        const struct cat_trigger *trigger)
{
    struct value *row = system_row_add(rows);
    row[pg_trigger_oid] = value_int(trigger->oid);
    row[pg_trigger_tgrelid] = value_int(relation->oid);
    row[pg_trigger_tgparentid] = value_int(0);
    row[pg_trigger_tgname] = value_text(trigger->name);
    row[pg_trigger_tgfoid] = value_int(trigger->function);
    row[pg_trigger_tgtype] = value_int(trigger->type);
    row[pg_trigger_tgenabled] = system_char(rows, trigger->enabled);
    row[pg_trigger_tgisinternal] = value_int(0);
    row[pg_trigger_tgconstrrelid] = value_int(trigger->constraint_relation);
    row[pg_trigger_tgconstrindid] = value_int(0);
    row[pg_trigger_tgconstraint] = value_int(trigger->constraint);
    row[pg_trigger_tgdeferrable] = system_bool(trigger->deferrable);
    row[pg_trigger_tginitdeferred] = system_bool(trigger->deferred);
    row[pg_trigger_tgnargs] = value_int((int64_t)trigger->argument_count);
    row[pg_trigger_tgattr] = system_column_array(rows, trigger->columns, trigger->column_count);
    row[pg_trigger_tgargs] = arguments_of(rows, trigger);
    row[pg_trigger_tgqual] =
        system_text(system_trigger_when(rows->arena, rows->catalog, relation, trigger, FORM_PLAIN));
    row[pg_trigger_tgoldtable] = system_text(trigger->old_table);
    row[pg_trigger_tgnewtable] = system_text(trigger->new_table);
}

void system_rows_pg_trigger(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(rows->catalog, &at)))
        for (size_t i = 0; i < relation->trigger_count; i++)
            trigger_row(rows, relation, &relation->triggers[i]);
}

/* Among those of one table, event, level and time, by name. */
static int64_t action_order(const struct cat_relation *relation, size_t index, int event)
{
    enum { KIND = TRIGGER_ROW | TRIGGER_TIMING };
    const struct cat_trigger *trigger = &relation->triggers[index];
    int64_t order = 1;
    for (size_t i = 0; i < relation->trigger_count; i++) {
        const struct cat_trigger *other = &relation->triggers[i];
        bool same = other->type & event && (other->type & KIND) == (trigger->type & KIND);
        if (same && str_cmp(other->name, trigger->name) < 0) order++;
    }
    return order;
}

static void event_rows(struct system_rows *rows, const struct cat_relation *relation, size_t index)
{
    const struct cat_trigger *trigger = &relation->triggers[index];
    str schema = system_schema_name(rows, relation->schema);
    for (size_t i = 0; i < COUNT_OF(events); i++) {
        if (!(trigger->type & events[i].bit) || events[i].bit == TRIGGER_TRUNCATE) continue;
        struct value *row = system_row_add(rows);
        row[info_triggers_trigger_catalog] = value_text(SYSTEM_DATABASE);
        row[info_triggers_trigger_schema] = value_text(schema);
        row[info_triggers_trigger_name] = value_text(trigger->name);
        row[info_triggers_event_manipulation] = value_text(str_of(events[i].word));
        row[info_triggers_event_object_catalog] = value_text(SYSTEM_DATABASE);
        row[info_triggers_event_object_schema] = value_text(schema);
        row[info_triggers_event_object_table] = value_text(relation->name);
        row[info_triggers_action_order] = value_int(action_order(relation, index, events[i].bit));
        if (system_owns(rows, relation->owner))
            row[info_triggers_action_condition] = system_text(
                system_trigger_when(rows->arena, rows->catalog, relation, trigger, FORM_PLAIN));
        row[info_triggers_action_statement] =
            value_text(system_trigger_call(rows->arena, rows->catalog, trigger));
        row[info_triggers_action_orientation] =
            value_text(trigger->type & TRIGGER_ROW ? STR("ROW") : STR("STATEMENT"));
        row[info_triggers_action_timing] = value_text(str_of(timing_words(trigger)));
        row[info_triggers_action_reference_old_table] = system_text(trigger->old_table);
        row[info_triggers_action_reference_new_table] = system_text(trigger->new_table);
    }
}

void system_rows_info_triggers(struct system_rows *rows)
{
    uint32_t whole =
        PRIV_INSERT | PRIV_UPDATE | PRIV_DELETE | PRIV_TRUNCATE | PRIV_REFERENCES | PRIV_TRIGGER;
    uint32_t column = PRIV_INSERT | PRIV_UPDATE | PRIV_REFERENCES;
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(rows->catalog, &at))) {
        if (!system_holds_any(rows, relation->owner, &relation->acl, 'r', whole) &&
            !system_holds_some_column(rows, relation, column))
            continue;
        for (size_t i = 0; i < relation->trigger_count; i++) event_rows(rows, relation, i);
    }
}

/* What INSTEAD OF triggers of a view's rows take over: bits of enum system_updatable. */
int system_instead_of(const struct cat_relation *view)
{
    int bits = 0;
    for (size_t i = 0; i < view->trigger_count; i++) {
        int type = view->triggers[i].type;
        if (!(type & TRIGGER_INSTEAD) || !(type & TRIGGER_ROW)) continue;
        if (type & TRIGGER_INSERT) bits |= UPDATABLE_INSERT;
        if (type & TRIGGER_UPDATE) bits |= UPDATABLE_UPDATE;
        if (type & TRIGGER_DELETE) bits |= UPDATABLE_DELETE;
    }
    return bits;
}
