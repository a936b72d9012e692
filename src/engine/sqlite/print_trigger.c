/* engine/sqlite/print_trigger.c - see print_trigger.h.
 *
 * Source: PostgreSQL 15, commands/trigger.c; sql-on-sqlite.md, section 9. */
#include "engine/sqlite/print_trigger.h"

#include "sql/analyze.h"
#include "sql/query_walk.h"

static const int16_t event_bits[] = {
    [QUERY_SELECT] = 0,
    [QUERY_INSERT] = TRIGGER_INSERT,
    [QUERY_UPDATE] = TRIGGER_UPDATE,
    [QUERY_DELETE] = TRIGGER_DELETE,
};

/* Which triggers of a relation are meant. */
struct wanted {
    const struct cat_relation *relation;
    enum query_command event;
    int16_t timing;      /* TRIGGER_BEFORE, TRIGGER_INSTEAD or 0, with or without TRIGGER_ROW */
    const bool *updated; /* by index into relation->columns, for UPDATE OF; NULL: every column */
};

/* ---- WHEN ------------------------------------------------------------------------------------- */

static void slot_item(struct text *text,
                      const struct cat_relation *relation,
                      const struct rte *rte,
                      enum slot_kind slot)
{
    int *positions = ARENA_ARRAY(text->print.arena, int, rte->column_count);
    for (size_t i = 0; i < rte->column_count; i++)
        for (size_t k = 0; k < relation->column_count; k++)
            if (relation->columns[k].number == rte->columns[i].number) positions[i] = (int)k;
    text_item_set(
        text, (struct item){.rte = rte, .form = ITEM_SLOTS, .slot = slot, .positions = positions});
}

static err print_when(struct builder *builder,
                      const struct cat_relation *relation,
                      const struct cat_trigger *trigger,
                      const struct program_op **out)
{
    struct text text;
    struct rte *old_row, *new_row;
    struct expr *condition;
    const struct analyze_options options = builder_own_options(builder, relation);
    const struct analyze_relation_expr spec = {
        .relation = relation,
        .clause = INFER_TRIGGER_WHEN,
        .type = BOOLOID,
        .typmod = -1,
        .trigger = trigger->type,
    };
    TRY(analyze_trigger_when(&options, &spec, trigger->when.tree, &old_row, &new_row, &condition));
    builder_text(builder, &text);
    slot_item(&text, relation, old_row, SLOT_OLD);
    slot_item(&text, relation, new_row, SLOT_NEW);
    buf_lit(text.print.sql, "SELECT (");
    TRY(print_expr(&text.print, condition));
    buf_char(text.print.sql, ')');
    *out = builder_loose_op(builder, OP_QUERY, &text);
    return NULL;
}

/* ---- which fire ------------------------------------------------------------------------------- */

static bool column_updated(const struct wanted *wanted, const struct cat_trigger *trigger)
{
    if (wanted->event != QUERY_UPDATE || wanted->updated == NULL) return true;
    for (size_t i = 0; i < trigger->column_count; i++)
        for (size_t k = 0; k < wanted->relation->column_count; k++)
            if (wanted->updated[k] && wanted->relation->columns[k].number == trigger->columns[i])
                return true;
    return trigger->column_count == 0;
}

static bool is_wanted(const struct wanted *wanted, const struct cat_trigger *trigger)
{
    bool enabled = trigger->enabled == 'O' || trigger->enabled == 'A';
    bool timing = (trigger->type & (TRIGGER_TIMING | TRIGGER_ROW)) == wanted->timing;
    bool event = (trigger->type & event_bits[wanted->event]) != 0;
    return enabled && timing && event && column_updated(wanted, trigger);
}

static err collect(struct builder *builder,
                   const struct wanted *wanted,
                   struct program_fires *fires)
{
    const struct cat_relation *relation = wanted->relation;
    *fires = (struct program_fires){
        .at = ARENA_ARRAY(builder->arena, struct program_fire, relation->trigger_count)};
    for (size_t i = 0; i < relation->trigger_count; i++) {
        const struct cat_trigger *trigger = &relation->triggers[i];
        if (!is_wanted(wanted, trigger)) continue;
        struct program_fire *fire = &fires->at[fires->count++];
        fire->trigger = trigger;
        if (trigger->when.tree != NULL) TRY(print_when(builder, relation, trigger, &fire->when));
    }
    return NULL;
}

/* ---- ops -------------------------------------------------------------------------------------- */

static struct program_op *trigger_op(struct builder *builder,
                                     enum op_kind kind,
                                     const struct program_trigger *trigger)
{
    struct text text;
    builder_text(builder, &text);
    struct program_op *op = builder_op(builder, kind, &text);
    struct program_trigger *kept = ARENA_NEW(builder->arena, struct program_trigger);
    *kept = *trigger;
    op->trigger = kept;
    return op;
}

static err before_statement(struct write *w, enum query_command event, const bool *updated)
{
    struct program_trigger trigger = {
        .relation = w->relation, .event = event, .role = w->query->run_as};
    const struct wanted wanted = {w->relation, event, TRIGGER_BEFORE, updated};
    TRY(collect(w->builder, &wanted, &trigger.fires));
    if (trigger.fires.count > 0) trigger_op(w->builder, OP_TRIGGER_STATEMENT, &trigger);
    return NULL;
}

static bool has_generated(const struct write *w)
{
    for (size_t i = 0; i < w->relation->column_count; i++)
        if (w->relation->columns[i].generated) return true;
    return false;
}

/* The column of the target that position `at` of the set holds and that is generated, or NULL. */
static const struct cat_column *generated_at(struct write *w,
                                             const struct write_rows_place *rows,
                                             size_t at)
{
    for (size_t i = 0; i < w->target->column_count; i++) {
        const struct cat_column *column = write_column(w, (int)i);
        if (rows->positions[i] == (int)at && column != NULL && column->generated) return column;
    }
    return NULL;
}

static err print_regenerated(struct write *w, struct text *text, const struct cat_column *column)
{
    struct rte *rte;
    struct expr *expr;
    TRY(write_own_expr(w, column->default_expr.tree, INFER_GENERATED, column->type, column->typmod,
                       &rte, &expr));
    write_stand_for_target(w, text, rte);
    return print_expr(&text->print, expr);
}

static err regenerate(struct write *w, struct write_rows_place *rows, size_t columns)
{
    struct text text;
    struct write_rows_place from = *rows;
    str alias;
    from.columns = columns;
    write_text(w, &text);
    write_target_rows(w, &text, &from, &alias);
    buf_lit(text.print.sql, "SELECT ");
    for (size_t i = 0; i < columns; i++) {
        const struct cat_column *column = generated_at(w, rows, i);
        if (i > 0) buf_lit(text.print.sql, ", ");
        if (column != NULL)
            TRY(print_regenerated(w, &text, column));
        else
            buf_printf(text.print.sql, "c%zu", i);
    }
    buf_lit(text.print.sql, " FROM ");
    write_rows_item(&text, &from, alias);
    buf_lit(text.print.sql, " ORDER BY ");
    print_ident(text.print.sql, alias);
    buf_lit(text.print.sql, ".rowid");
    TRY(builder_set(w->builder, columns, &rows->set));
    struct program_op *op = builder_op(w->builder, OP_FILL, &text);
    op->set = rows->set;
    op->set_columns = (int)columns;
    op->reads_set = from.set;
    return NULL;
}

err trigger_rows(struct write *w,
                 enum query_command event,
                 struct write_rows_place *rows,
                 size_t columns)
{
    const struct program_trigger trigger = {
        .relation = w->relation,
        .event = event,
        .role = w->query->run_as,
        .fires = w->before[event],
        .old_positions =
            event != QUERY_INSERT ? write_relation_positions(w, w->old_positions) : NULL,
        .new_positions =
            event != QUERY_DELETE ? write_relation_positions(w, rows->positions) : NULL,
    };
    trigger_op(w->builder, OP_TRIGGER_ROWS, &trigger)->reads_set = rows->set;
    if (event == QUERY_DELETE || !has_generated(w)) return NULL;
    return regenerate(w, rows, columns);
}

/* ---- watches ---------------------------------------------------------------------------------- */

/* What happens to a relation because of the statement. */
struct reach {
    const struct cat_relation *relation;
    bool events[QUERY_DELETE + 1];
    bool *updated;
};

struct reaches {
    struct builder *builder;
    struct {
        VEC(struct reach);
    } list;
    bool changed;
};

static struct reach *reach_of(struct reaches *reaches, const struct cat_relation *relation)
{
    /* The first is the statement's own table; it may come again by an action. */
    for (size_t i = 1; i < reaches->list.count; i++)
        if (reaches->list.at[i].relation == relation) return &reaches->list.at[i];
    struct reach *reach = VEC_ADD(reaches->builder->scratch, &reaches->list);
    *reach = (struct reach){.relation = relation,
                            .updated =
                                ARENA_ARRAY(reaches->builder->arena, bool, relation->column_count)};
    return reach;
}

static size_t column_index(const struct cat_relation *relation, int16_t number)
{
    size_t i = 0;
    while (i < relation->column_count && relation->columns[i].number != number) i++;
    return i;
}

static void reach_update(struct reaches *reaches,
                         const struct cat_relation *child,
                         const int16_t *columns,
                         size_t count)
{
    struct reach *reach = reach_of(reaches, child);
    reach->events[QUERY_UPDATE] = true;
    for (size_t i = 0; i < count; i++) {
        size_t index = column_index(child, columns[i]);
        if (index == child->column_count || reach->updated[index]) continue;
        reach->updated[index] = true;
        reaches->changed = true;
    }
}

static bool key_updated(const struct reach *parent, const struct cat_constraint *key)
{
    for (size_t i = 0; i < key->column_count; i++) {
        size_t index = column_index(parent->relation, key->foreign_columns[i]);
        if (index < parent->relation->column_count && parent->updated[index]) return true;
    }
    return false;
}

static void follow_key(struct reaches *reaches,
                       const struct reach *parent,
                       const struct cat_relation *child,
                       const struct cat_constraint *key)
{
    char on_delete = parent->events[QUERY_DELETE] ? key->on_delete : 'a';
    char on_update =
        parent->events[QUERY_UPDATE] && key_updated(parent, key) ? key->on_update : 'a';
    if (on_delete == 'c') {
        struct reach *reach = reach_of(reaches, child);
        reaches->changed = reaches->changed || !reach->events[QUERY_DELETE];
        reach->events[QUERY_DELETE] = true;
    } else if (on_delete == 'n' || on_delete == 'd') {
        bool some = key->delete_set_count > 0;
        reach_update(reaches, child, some ? key->delete_set_columns : key->columns,
                     some ? key->delete_set_count : key->column_count);
    }
    if (on_update == 'c' || on_update == 'n' || on_update == 'd')
        reach_update(reaches, child, key->columns, key->column_count);
}

static void follow_relation(struct reaches *reaches, const struct cat_relation *child)
{
    for (size_t i = 0; i < child->constraint_count; i++) {
        const struct cat_constraint *key = &child->constraints[i];
        if (key->kind != 'f') continue;
        for (size_t k = 0; k < reaches->list.count; k++) {
            const struct reach parent = reaches->list.at[k];
            if (parent.relation->oid == key->foreign_relation)
                follow_key(reaches, &parent, child, key);
        }
    }
}

static void follow_keys(struct reaches *reaches)
{
    const struct catalog *catalog = reaches->builder->plan->catalog;
    do {
        reaches->changed = false;
        size_t at = 0;
        const struct cat_relation *relation;
        while ((relation = catalog_relation_next(catalog, &at)) != NULL)
            follow_relation(reaches, relation);
    } while (reaches->changed);
}

static err watch_event(struct builder *builder,
                       const struct reach *reach,
                       enum query_command event,
                       struct program_watch *watch)
{
    struct wanted wanted = {reach->relation, event, TRIGGER_ROW, reach->updated};
    struct program_fires before;
    watch->events[event] = true;
    TRY(collect(builder, &wanted, &watch->rows[event]));
    wanted.timing = 0;
    TRY(collect(builder, &wanted, &watch->after[event]));
    if (!watch->by_action) return NULL;
    wanted.timing = TRIGGER_BEFORE;
    TRY(collect(builder, &wanted, &watch->before[event]));
    wanted.timing = TRIGGER_BEFORE | TRIGGER_ROW;
    TRY(collect(builder, &wanted, &before));
    if (before.count > 0) watch->refused[event] = before.at[0].trigger;
    return NULL;
}

static bool has_fires(const struct program_watch *watch)
{
    for (size_t i = 0; i <= QUERY_DELETE; i++)
        if (watch->rows[i].count + watch->before[i].count + watch->after[i].count > 0 ||
            watch->refused[i] != NULL)
            return true;
    return false;
}

static bool watch_queues(const struct program_watch *watch)
{
    for (size_t i = 0; i <= QUERY_DELETE; i++) {
        if (watch->rows[i].count > 0 || watch->refused[i] != NULL) return true;
        /* Whether a key's action did anything is seen by its rows, as are transition tables. */
        if (watch->by_action && watch->before[i].count + watch->after[i].count > 0) return true;
        for (size_t k = 0; k < watch->after[i].count; k++) {
            const struct cat_trigger *trigger = watch->after[i].at[k].trigger;
            if (trigger->old_table.len + trigger->new_table.len > 0) return true;
        }
    }
    return false;
}

static err add_watch(struct write *w, const struct reach *reach, bool by_action)
{
    struct program_watch watch = {
        .relation = reach->relation, .role = w->query->run_as, .by_action = by_action};
    for (enum query_command event = QUERY_INSERT; event <= QUERY_DELETE; event++)
        if (reach->events[event]) TRY(watch_event(w->builder, reach, event, &watch));
    if (!has_fires(&watch)) return NULL;
    w->watched = w->watched || watch_queues(&watch);
    *VEC_ADD(w->builder->scratch, &w->builder->watches) = watch;
    return NULL;
}

void trigger_watches(struct builder *builder, struct program_step *step)
{
    step->watch_count = builder->watches.count;
    step->watches = ARENA_ARRAY(builder->arena, struct program_watch, step->watch_count);
    step->queues = false;
    for (size_t i = 0; i < step->watch_count; i++) {
        step->watches[i] = builder->watches.at[i];
        step->queues = step->queues || watch_queues(&step->watches[i]);
    }
}

/* ---- keys' actions that need BEFORE ROW triggers ----------------------------------------------- */

static bool needs_action(struct builder *builder,
                         const struct cat_relation *child,
                         const struct cat_constraint *key)
{
    bool *updated = ARENA_ARRAY(builder->arena, bool, child->column_count);
    bool some = key->delete_set_count > 0;
    const int16_t *columns = some ? key->delete_set_columns : key->columns;
    size_t count = some ? key->delete_set_count : key->column_count;
    for (size_t i = 0; i < count; i++) updated[column_index(child, columns[i])] = true;
    const struct wanted wanted = {child, key->on_delete == 'c' ? QUERY_DELETE : QUERY_UPDATE,
                                  TRIGGER_BEFORE | TRIGGER_ROW, updated};
    for (size_t i = 0; i < child->trigger_count; i++)
        if (is_wanted(&wanted, &child->triggers[i])) return true;
    return false;
}

static void add_action(struct write *w,
                       const struct cat_relation *child,
                       const struct cat_constraint *key)
{
    bool acts = key->on_delete == 'c' || key->on_delete == 'n' || key->on_delete == 'd';
    if (key->kind != 'f' || key->foreign_relation != w->relation->oid || !acts) return;
    if (!needs_action(w->builder, child, key)) return;
    *VEC_ADD(w->builder->scratch, &w->actions) =
        (struct program_action){.parent = w->relation, .child = child, .key = key};
}

static void find_actions(struct write *w)
{
    size_t at = 0;
    const struct cat_relation *child;
    while ((child = catalog_relation_next(w->builder->plan->catalog, &at)) != NULL)
        for (size_t i = 0; i < child->constraint_count; i++)
            add_action(w, child, &child->constraints[i]);
}

void trigger_actions(struct write *w, const struct write_rows_place *rows)
{
    for (size_t i = 0; i < w->actions.count; i++) {
        struct program_action *action = ARENA_NEW(w->builder->arena, struct program_action);
        *action = w->actions.at[i];
        const int *all = write_relation_positions(w, w->old_positions);
        int *positions = ARENA_ARRAY(w->builder->arena, int, action->key->column_count);
        for (size_t k = 0; k < action->key->column_count; k++)
            positions[k] = all[column_index(w->relation, action->key->foreign_columns[k])];
        action->positions = positions;
        struct text text;
        builder_text(w->builder, &text);
        struct program_op *op = builder_op(w->builder, OP_KEY_ACTION, &text);
        op->action = action;
        op->reads_set = rows->set;
    }
}

/* ---- the statement ---------------------------------------------------------------------------- */

static void mark_updated(const struct write *w,
                         const struct assignment *at,
                         size_t count,
                         bool *out)
{
    for (size_t i = 0; i < count; i++) {
        size_t index = column_index(w->relation, w->target->columns[at[i].column].number);
        if (index < w->relation->column_count) out[index] = true;
    }
}

static bool *updated_columns(struct write *w)
{
    const struct query *query = w->query;
    bool *updated = ARENA_ARRAY(w->builder->arena, bool, w->relation->column_count);
    if (query->command == QUERY_UPDATE)
        mark_updated(w, query->assignments, query->assignment_count, updated);
    if (query->conflict != NULL)
        mark_updated(w, query->conflict->assignments, query->conflict->assignment_count, updated);
    return updated;
}

/* What a BEFORE trigger changed may be a key too. */
static bool *all_columns(struct write *w)
{
    bool *all = ARENA_ARRAY(w->builder->arena, bool, w->relation->column_count);
    for (size_t i = 0; i < w->relation->column_count; i++) all[i] = true;
    return all;
}

static err watch_tables(struct write *w, const struct reach *own)
{
    struct reaches reaches = {.builder = w->builder};
    struct reach *first = VEC_ADD(w->builder->scratch, &reaches.list);
    *first = *own;
    if (w->before[QUERY_UPDATE].count > 0) first->updated = all_columns(w);
    if (own->events[QUERY_UPDATE] || own->events[QUERY_DELETE]) follow_keys(&reaches);
    TRY(add_watch(w, own, false));
    for (size_t i = 1; i < reaches.list.count; i++) TRY(add_watch(w, &reaches.list.at[i], true));
    return NULL;
}

err trigger_begin(struct write *w)
{
    const struct query *query = w->query;
    bool upsert = query->conflict != NULL && query->conflict->do_update;
    struct reach own = {.relation = w->relation, .updated = updated_columns(w)};
    own.events[query->command] = true;
    if (upsert) own.events[QUERY_UPDATE] = true;
    for (enum query_command event = QUERY_INSERT; event <= QUERY_DELETE; event++) {
        if (!own.events[event]) continue;
        const struct wanted wanted = {w->relation, event, TRIGGER_BEFORE | TRIGGER_ROW,
                                      own.updated};
        TRY(before_statement(w, event, own.updated));
        TRY(collect(w->builder, &wanted, &w->before[event]));
    }
    if (query->command == QUERY_DELETE) find_actions(w);
    return watch_tables(w, &own);
}

/* ---- INSTEAD OF ------------------------------------------------------------------------------- */

static void add_target(struct write *w, struct query *select, struct expr *expr)
{
    select->targets[select->target_count++] = (struct target){.expr = expr, .name = STR("c")};
    (void)w;
}

static struct expr *kept_column(struct write *w, size_t column)
{
    struct expr *expr = ARENA_NEW(w->builder->arena, struct expr);
    *expr = write_column_expr(w, (int)column);
    return expr;
}

static struct expr *new_value(struct write *w, size_t column)
{
    for (size_t i = 0; i < w->query->assignment_count; i++)
        if (w->query->assignments[i].column == (int)column) return w->query->assignments[i].expr;
    return kept_column(w, column);
}

/* SELECT old and (UPDATE) new values FROM the view, the statement's other items WHERE. */
static void view_select(struct write *w, struct query *select, int *old_at, int *new_at)
{
    const struct query *query = w->query;
    struct arena *arena = w->builder->arena;
    size_t width = w->target->column_count;
    struct from_item *target = ARENA_NEW(arena, struct from_item);
    *target = (struct from_item){.kind = FROM_RTE, .rte = w->target};
    *select = (struct query){
        .command = QUERY_SELECT,
        .rtable = query->rtable,
        .rtable_count = query->rtable_count,
        .from = ARENA_ARRAY(arena, struct from_item *, query->from_count + 1),
        .from_count = query->from_count + 1,
        .where = query->where,
        .ctes = query->ctes,
        .cte_count = query->cte_count,
        .targets = ARENA_ARRAY(arena, struct target, width * 2),
        .run_as = query->run_as,
    };
    select->from[0] = target;
    for (size_t i = 0; i < query->from_count; i++) select->from[i + 1] = query->from[i];
    for (size_t i = 0; i < width; i++) {
        if (write_column(w, (int)i) == NULL) continue;
        old_at[i] = (int)select->target_count;
        add_target(w, select, kept_column(w, i));
    }
    for (size_t i = 0; query->command == QUERY_UPDATE && i < width; i++) {
        if (write_column(w, (int)i) == NULL) continue;
        new_at[i] = (int)select->target_count;
        add_target(w, select, new_value(w, i));
    }
}

static err fill_view_rows(struct write *w, struct write_rows_place *rows)
{
    struct text text;
    struct query select;
    int *old_at = write_no_positions(w), *new_at = write_no_positions(w);
    view_select(w, &select, old_at, new_at);
    builder_text(w->builder, &text);
    TRY(text_query(&text, &select, &(struct query_options){0}));
    rows->columns = select.target_count;
    rows->positions = w->query->command == QUERY_UPDATE ? new_at : old_at;
    w->old_positions = old_at;
    TRY(builder_set(w->builder, rows->columns, &rows->set));
    struct program_op *op = builder_op(w->builder, OP_FILL, &text);
    op->set = rows->set;
    op->set_columns = (int)rows->columns;
    return NULL;
}

static bool is_foreign(const struct expr *expr, void *context)
{
    const struct write *w = context;
    if (expr->kind != EXPR_COLUMN || expr->column.rte == w->target) return false;
    for (size_t i = 0; i < w->query->rtable_count; i++)
        if (w->query->rtable[i] == expr->column.rte) return true;
    return false;
}

static err view_returning(struct write *w, const struct write_rows_place *rows)
{
    if (!w->query->returning) return NULL;
    for (size_t i = 0; i < w->query->target_count; i++)
        if (expr_any(w->query->targets[i].expr, is_foreign, w))
            return err_sql(w->builder->scratch, "0A000",
                           "RETURNING of other FROM items behind an INSTEAD OF trigger is not "
                           "supported on this database");
    return write_show_rows(w, rows);
}

err trigger_instead(struct write *w)
{
    enum query_command event = w->query->command;
    struct write_rows_place rows;
    const struct wanted wanted = {w->relation, event, TRIGGER_INSTEAD | TRIGGER_ROW, NULL};
    TRY(collect(w->builder, &wanted, &w->before[event]));
    if (event == QUERY_INSERT)
        TRY(write_fill_source(w, &rows));
    else
        TRY(fill_view_rows(w, &rows));
    TRY(trigger_rows(w, event, &rows, rows.columns));
    w->builder->ops.at[w->builder->ops.count - 1]->counts_affected = w->output->counts;
    return view_returning(w, &rows);
}
