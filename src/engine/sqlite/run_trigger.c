/* engine/sqlite/run_trigger.c - see run_trigger.h. */
#define SQLITE_ENABLE_PREUPDATE_HOOK /* Debian's library has it; its header asks */
#include "engine/sqlite/run_trigger.h"

#include <string.h>

#include "base/vec.h"
#include "engine/sqlite/pl.h"
#include "engine/sqlite/run_int.h"

struct trigger_event {
    const struct program_watch *watch;
    enum query_command event;
    int depth; /* of keys' actions: 0 is what the statement did itself */
    const struct value *old_row, *new_row;
};

struct trigger_queue {
    struct arena *arena;
    sqlite3 *db;
    const struct program_step *step;
    struct {
        VEC(struct trigger_event);
    } events;
    struct rowset **tables; /* transition tables, once made: by watch, event, old or new */
    void *outer;            /* the queue that was open before */
    err error;
};

/* ---- one call --------------------------------------------------------------------------------- */

static enum pl_event pl_event_of(enum query_command event)
{
    static const enum pl_event events[] = {
        [QUERY_SELECT] = PL_EVENT_TRUNCATE,
        [QUERY_INSERT] = PL_EVENT_INSERT,
        [QUERY_UPDATE] = PL_EVENT_UPDATE,
        [QUERY_DELETE] = PL_EVENT_DELETE,
    };
    return events[event];
}

err trigger_call(struct run *run, const struct pl_trigger_call *call, const struct value **row)
{
    struct sqlite_session *session = run->session;
    if (session->trigger_depth >= TRIGGER_DEPTH_MAX) {
        struct err *error = err_sql(run->arena, "54001", "stack depth limit exceeded");
        return err_hint(run->arena, error, "Triggers may call each other %d times.",
                        TRIGGER_DEPTH_MAX);
    }
    session->trigger_depth++;
    run->started = true;
    err error = pl_trigger_run(run, call, row);
    session->trigger_depth--;
    return error;
}

/* SET session_replication_role = replica: how dumps are loaded past their triggers. */
static bool is_replica(struct sqlite_session *session)
{
    str role;
    return session->hooks != NULL && session->hooks->setting != NULL &&
           session->hooks->setting(session, STR("session_replication_role"), &role) &&
           str_eq_nocase(role, STR("replica"));
}

static err condition(struct execution_state *state,
                     const struct program_fire *fire,
                     const struct place *rows,
                     bool *out)
{
    struct run *run = state->run;
    struct statement statement = {0};
    *out = fire->trigger->enabled == 'A' || !is_replica(run->session);
    if (fire->when == NULL || !*out) return NULL;
    err error = statement_cache_take(run->statements, run->arena, fire->when, &statement);
    if (error == NULL) error = run_bind_all(state, statement.stmt, fire->when, rows);
    if (error == NULL) {
        int code = sqlite3_step(statement.stmt);
        *out = code == SQLITE_ROW && sqlite3_column_int64(statement.stmt, 0) != 0;
        if (code != SQLITE_ROW && code != SQLITE_DONE)
            error = run_step_failed(state, fire->when, statement.stmt);
    }
    statement_cache_give(run->statements, &statement);
    return error;
}

/* ---- statement triggers ----------------------------------------------------------------------- */

struct firing {
    const struct cat_relation *relation;
    oid role;
    enum query_command event;
    const struct program_fires *fires;
    const struct rowset *old_table, *new_table;
};

static err fire_statement(struct execution_state *state, const struct firing *firing)
{
    for (size_t i = 0; i < firing->fires->count; i++) {
        const struct program_fire *fire = &firing->fires->at[i];
        const struct cat_trigger *trigger = fire->trigger;
        const struct value *row;
        bool wanted;
        TRY(condition(state, fire, &(struct place){0}, &wanted));
        if (!wanted) continue;
        const struct pl_trigger_call call = {
            .relation = firing->relation,
            .trigger = trigger,
            .event = pl_event_of(firing->event),
            .role = firing->role,
            .old_table = trigger->old_table.len ? firing->old_table : NULL,
            .new_table = trigger->new_table.len ? firing->new_table : NULL,
        };
        TRY(trigger_call(state->run, &call, &row));
    }
    return NULL;
}

err trigger_run_statement(struct execution_state *state, const struct program_trigger *trigger)
{
    return fire_statement(state, &(struct firing){.relation = trigger->relation,
                                                  .event = trigger->event,
                                                  .role = trigger->role,
                                                  .fires = &trigger->fires});
}

err trigger_run_truncate(struct run *run, const struct cat_relation *relation, int16_t timing)
{
    for (size_t i = 0; i < relation->trigger_count; i++) {
        const struct cat_trigger *trigger = &relation->triggers[i];
        const struct value *row;
        bool enabled = trigger->enabled == 'O' || trigger->enabled == 'A';
        bool wanted =
            (trigger->type & TRIGGER_TRUNCATE) && (trigger->type & TRIGGER_TIMING) == timing;
        const struct pl_trigger_call call = {
            .relation = relation, .trigger = trigger, .event = PL_EVENT_TRUNCATE};
        if (enabled && wanted) TRY(trigger_call(run, &call, &row));
    }
    return NULL;
}

/* ---- BEFORE ROW, INSTEAD OF ------------------------------------------------------------------- */

static struct value *row_at(struct arena *arena,
                            const struct cat_relation *relation,
                            const struct value *values,
                            const int *positions)
{
    if (positions == NULL) return NULL;
    struct value *row = ARENA_ARRAY(arena, struct value, relation->column_count);
    for (size_t i = 0; i < relation->column_count; i++)
        row[i] = positions[i] >= 0 ? values[positions[i]] : value_null();
    return row;
}

/* Generated columns are made when the triggers have ended: until then a row has none. */
static void blank_generated(const struct cat_relation *relation, struct value *new_row)
{
    for (size_t i = 0; new_row != NULL && i < relation->column_count; i++)
        if (relation->columns[i].generated) new_row[i] = value_null();
}

static void put_row(const struct program_trigger *trigger,
                    const struct value *row,
                    struct value *values)
{
    for (size_t i = 0; i < trigger->relation->column_count; i++)
        if (trigger->new_positions[i] >= 0 && !trigger->relation->columns[i].generated)
            values[trigger->new_positions[i]] = row[i];
}

/* *kept false: a trigger answered NULL. */
static err run_row(struct execution_state *state,
                   const struct program_trigger *trigger,
                   struct value *values,
                   bool *kept)
{
    struct arena *arena = state->run->arena;
    const struct cat_relation *relation = trigger->relation;
    const struct value *old_row = row_at(arena, relation, values, trigger->old_positions);
    struct value *first = row_at(arena, relation, values, trigger->new_positions);
    const struct value *new_row = first;
    blank_generated(relation, first);
    *kept = true;
    for (size_t i = 0; i < trigger->fires.count && *kept; i++) {
        const struct program_fire *fire = &trigger->fires.at[i];
        const struct value *answer = NULL;
        bool wanted;
        TRY(condition(state, fire, &(struct place){.old_row = old_row, .new_row = new_row},
                      &wanted));
        if (!wanted) continue;
        const struct pl_trigger_call call = {
            .relation = relation,
            .trigger = fire->trigger,
            .event = pl_event_of(trigger->event),
            .role = trigger->role,
            .old_row = old_row,
            .new_row = new_row,
        };
        TRY(trigger_call(state->run, &call, &answer));
        *kept = answer != NULL;
        if (new_row != NULL && answer != NULL) new_row = answer;
    }
    if (*kept && new_row != NULL) put_row(trigger, new_row, values);
    return NULL;
}

err trigger_run_rows(struct execution_state *state,
                     const struct program_trigger *trigger,
                     struct rowset *set)
{
    size_t left = 0;
    for (size_t i = 0; i < set->count; i++) {
        struct value *values = set->values + i * set->columns;
        bool kept;
        TRY(run_row(state, trigger, values, &kept));
        if (!kept) continue;
        if (left != i)
            memcpy(set->values + left * set->columns, values, set->columns * sizeof *values);
        left++;
    }
    set->count = left;
    return NULL;
}

/* ---- the queue -------------------------------------------------------------------------------- */

static const struct program_watch *watch_of(const struct trigger_queue *queue,
                                            const char *table,
                                            int depth)
{
    for (size_t i = 0; i < queue->step->watch_count; i++) {
        const struct program_watch *watch = &queue->step->watches[i];
        if (watch->by_action == (depth > 0) && str_eq(watch->relation->physical, str_of(table)))
            return watch;
    }
    return NULL;
}

static err queue_failed(struct trigger_queue *queue)
{
    return err_new(queue->arena, ERR_NO_MEMORY, "the rows of this statement take too much memory");
}

static bool copy_value(struct arena *arena, sqlite3_value *from, struct value *out)
{
    switch (sqlite3_value_type(from)) {
    case SQLITE_INTEGER: *out = value_int(sqlite3_value_int64(from)); return true;
    case SQLITE_FLOAT: *out = value_real(sqlite3_value_double(from)); return true;
    case SQLITE_NULL: *out = value_null(); return true;
    default: break;
    }
    bool text = sqlite3_value_type(from) == SQLITE_TEXT;
    const void *bytes = sqlite3_value_blob(from);
    size_t len = (size_t)sqlite3_value_bytes(from);
    char *copy = arena_try_alloc(arena, len + 1);
    if (copy == NULL) return false;
    if (len > 0) memcpy(copy, bytes, len);
    *out = text ? value_text(str_from(copy, len)) : value_blob(str_from(copy, len));
    return true;
}

typedef int read_column(sqlite3 *db, int column, sqlite3_value **out);

/* The file's columns are the relation's, in order (schema_text.c). */
static const struct value *copy_row(struct trigger_queue *queue,
                                    const struct cat_relation *relation,
                                    read_column *read)
{
    struct value *row = arena_try_alloc(queue->arena, (relation->column_count + 1) * sizeof *row);
    for (size_t i = 0; row != NULL && i < relation->column_count; i++) {
        sqlite3_value *value;
        bool read_ok = read(queue->db, (int)i, &value) == SQLITE_OK;
        if (!read_ok || !copy_value(queue->arena, value, &row[i])) row = NULL;
    }
    if (row == NULL && queue->error == NULL) queue->error = queue_failed(queue);
    return row;
}

static err refused(struct trigger_queue *queue,
                   const struct program_watch *watch,
                   const struct cat_trigger *trigger)
{
    return err_sql(queue->arena, "0A000",
                   "a foreign key's action on table \"%.*s\", which has the BEFORE ROW trigger "
                   "\"%.*s\", is not supported on this database",
                   STR_FMT(watch->relation->name), STR_FMT(trigger->name));
}

static void hook(void *context,
                 sqlite3 *db,
                 int op,
                 const char *schema,
                 const char *table,
                 sqlite3_int64 old_rowid,
                 sqlite3_int64 new_rowid)
{
    (void)schema;
    (void)old_rowid;
    (void)new_rowid;
    struct trigger_queue *queue = context;
    int depth = sqlite3_preupdate_depth(db);
    const struct program_watch *watch = watch_of(queue, table, depth);
    if (watch == NULL || queue->error != NULL) return;
    struct trigger_event event = {
        .watch = watch,
        .event = op == SQLITE_INSERT   ? QUERY_INSERT
                 : op == SQLITE_UPDATE ? QUERY_UPDATE
                                       : QUERY_DELETE,
        .depth = depth,
    };
    if (watch->refused[event.event] != NULL) {
        queue->error = refused(queue, watch, watch->refused[event.event]);
        return;
    }
    if (op != SQLITE_INSERT)
        event.old_row = copy_row(queue, watch->relation, sqlite3_preupdate_old);
    if (op != SQLITE_DELETE)
        event.new_row = copy_row(queue, watch->relation, sqlite3_preupdate_new);
    if (queue->error == NULL) *VEC_ADD(queue->arena, &queue->events) = event;
}

struct trigger_queue *trigger_queue_new(struct execution_state *state,
                                        const struct program_step *step)
{
    struct trigger_queue *queue = ARENA_NEW(state->run->arena, struct trigger_queue);
    *queue = (struct trigger_queue){.arena = state->run->arena, .db = state->run->db, .step = step};
    queue->tables =
        ARENA_ARRAY(queue->arena, struct rowset *, step->watch_count * (QUERY_DELETE + 1) * 2);
    return queue;
}

void trigger_queue_open(struct trigger_queue *queue)
{
    if (queue->step->queues) queue->outer = sqlite3_preupdate_hook(queue->db, hook, queue);
}

err trigger_queue_close(struct trigger_queue *queue, err error)
{
    if (!queue->step->queues) return error;
    sqlite3_preupdate_hook(queue->db, queue->outer != NULL ? hook : NULL, queue->outer);
    return error != NULL ? error : queue->error;
}

/* ---- AFTER ------------------------------------------------------------------------------------ */

static struct rowset *transition_make(const struct trigger_queue *queue,
                                      const struct program_watch *watch,
                                      enum query_command event,
                                      bool is_new)
{
    size_t columns = watch->relation->column_count;
    struct rowset *set = rowset_new(queue->arena, columns);
    for (size_t i = 0; i < queue->events.count; i++)
        set->count += queue->events.at[i].watch == watch && queue->events.at[i].event == event;
    set->capacity = set->count;
    set->values = ARENA_ARRAY(queue->arena, struct value, size_mul_or_die(set->count, columns));
    struct value *out = set->values;
    for (size_t i = 0; i < queue->events.count; i++) {
        const struct trigger_event *one = &queue->events.at[i];
        if (one->watch != watch || one->event != event) continue;
        memcpy(out, is_new ? one->new_row : one->old_row, columns * sizeof *out);
        out += columns;
    }
    return set;
}

static const struct rowset *transition(struct trigger_queue *queue,
                                       const struct program_watch *watch,
                                       enum query_command event,
                                       bool is_new)
{
    size_t index = (size_t)(watch - queue->step->watches) * (QUERY_DELETE + 1) + (size_t)event;
    struct rowset **kept = &queue->tables[index * 2 + is_new];
    if (*kept == NULL) *kept = transition_make(queue, watch, event, is_new);
    return *kept;
}

/* The tables that the triggers in the list ask for. */
static void find_transitions(struct trigger_queue *queue,
                             const struct program_watch *watch,
                             struct firing *firing)
{
    for (size_t i = 0; i < firing->fires->count; i++) {
        const struct cat_trigger *trigger = firing->fires->at[i].trigger;
        if (trigger->old_table.len && firing->old_table == NULL)
            firing->old_table = transition(queue, watch, firing->event, false);
        if (trigger->new_table.len && firing->new_table == NULL)
            firing->new_table = transition(queue, watch, firing->event, true);
    }
}

static err fire_row(struct execution_state *state,
                    const struct trigger_event *event,
                    const struct program_fire *fire,
                    const struct firing *tables)
{
    const struct cat_trigger *trigger = fire->trigger;
    const struct place place = {.old_row = event->old_row, .new_row = event->new_row};
    const struct value *row;
    bool wanted;
    TRY(condition(state, fire, &place, &wanted));
    if (!wanted) return NULL;
    const struct pl_trigger_call call = {
        .relation = event->watch->relation,
        .trigger = trigger,
        .event = pl_event_of(event->event),
        .role = event->watch->role,
        .old_row = event->old_row,
        .new_row = event->new_row,
        .old_table = trigger->old_table.len ? tables->old_table : NULL,
        .new_table = trigger->new_table.len ? tables->new_table : NULL,
    };
    if (trigger_is_deferred(state->run->session, trigger)) {
        trigger_defer(state->run, &call);
        return NULL;
    }
    return trigger_call(state->run, &call, &row);
}

/* The events of one depth in order: PostgreSQL too runs what keys' actions did behind what caused it. */
static err fire_rows(struct execution_state *state, struct trigger_queue *queue, int depth)
{
    for (size_t i = 0; i < queue->events.count; i++) {
        const struct trigger_event *event = &queue->events.at[i];
        if (event->depth != depth) continue;
        const struct program_fires *fires = &event->watch->rows[event->event];
        struct firing tables = {.event = event->event, .fires = fires};
        find_transitions(queue, event->watch, &tables);
        for (size_t k = 0; k < fires->count; k++)
            TRY(fire_row(state, event, &fires->at[k], &tables));
    }
    return NULL;
}

static bool happened(const struct trigger_queue *queue,
                     const struct program_watch *watch,
                     enum query_command event)
{
    if (!watch->by_action) return watch->events[event];
    for (size_t i = 0; i < queue->events.count; i++)
        if (queue->events.at[i].watch == watch && queue->events.at[i].event == event) return true;
    return false;
}

static err fire_watch(struct execution_state *state,
                      struct trigger_queue *queue,
                      const struct program_watch *watch,
                      bool before)
{
    /* ON CONFLICT DO UPDATE: its UPDATE ends before its INSERT, and begins behind it. */
    static const enum query_command ends[] = {QUERY_UPDATE, QUERY_INSERT, QUERY_DELETE};
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        if (!happened(queue, watch, ends[i])) continue;
        struct firing firing = {
            .relation = watch->relation,
            .role = watch->role,
            .event = ends[i],
            .fires = before ? &watch->before[ends[i]] : &watch->after[ends[i]],
        };
        find_transitions(queue, watch, &firing);
        TRY(fire_statement(state, &firing));
    }
    return NULL;
}

/* The depth at which the table's triggers end: keys' actions may come to it by several ways. */
static int depth_of(const struct trigger_queue *queue, const struct program_watch *watch)
{
    int depth = watch->by_action ? 1 : 0;
    for (size_t i = 0; i < queue->events.count; i++) {
        const struct trigger_event *event = &queue->events.at[i];
        if (event->depth > depth && event->watch == watch) depth = event->depth;
    }
    return depth;
}

static err fire_watches(struct execution_state *state,
                        struct trigger_queue *queue,
                        int depth,
                        bool before)
{
    for (size_t i = 0; i < queue->step->watch_count; i++)
        if (depth_of(queue, &queue->step->watches[i]) == depth)
            TRY(fire_watch(state, queue, &queue->step->watches[i], before));
    return NULL;
}

static int deepest(const struct trigger_queue *queue)
{
    int depth = 0;
    for (size_t i = 0; i < queue->events.count; i++)
        if (queue->events.at[i].depth > depth) depth = queue->events.at[i].depth;
    return depth;
}

err trigger_run_after(struct execution_state *state, struct trigger_queue *queue)
{
    int depths = deepest(queue);
    for (int depth = 0; depth <= depths; depth++) {
        if (depth > 0) TRY(fire_watches(state, queue, depth, true));
        TRY(fire_rows(state, queue, depth));
        TRY(fire_watches(state, queue, depth, false));
    }
    return NULL;
}
