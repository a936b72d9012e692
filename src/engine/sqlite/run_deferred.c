/* engine/sqlite/run_deferred.c - constraint triggers that wait for the transaction's end, SET CONSTRAINTS.
 * See run_trigger.h. */
#include <string.h>

#include "base/vec.h"
#include "engine/sqlite/pl.h"
#include "engine/sqlite/run_trigger.h"
#include "sql/ast.h"
#include "sql/plan.h"

struct deferred_event {
    const struct plan
        *plan; /* counted: as whom the function runs, and whose catalog the rest is of */
    struct pl_trigger_call call;
    bool done;
};

/* What SET CONSTRAINTS said of one. */
struct constraint_mode {
    oid constraint;
    bool deferred;
};

struct trigger_deferred {
    struct arena *arena;
    struct {
        VEC(struct deferred_event);
    } events;
    struct {
        VEC(struct constraint_mode);
    } modes;
    bool all_set, all_deferred;
};

static struct trigger_deferred *deferred_of(struct sqlite_session *session)
{
    if (session->deferred != NULL) return session->deferred;
    struct arena *arena = arena_new(0);
    session->deferred = ARENA_NEW(arena, struct trigger_deferred);
    session->deferred->arena = arena;
    return session->deferred;
}

static void unref_from(struct trigger_deferred *deferred, size_t first)
{
    for (size_t i = first; i < deferred->events.count; i++) plan_unref(deferred->events.at[i].plan);
    deferred->events.count = first;
}

void trigger_deferred_clear(struct sqlite_session *session)
{
    if (session->deferred == NULL) return;
    struct arena *arena = session->deferred->arena;
    unref_from(session->deferred, 0);
    session->deferred = NULL;
    arena_free(arena);
}

size_t trigger_deferred_mark(const struct sqlite_session *session)
{
    return session->deferred != NULL ? session->deferred->events.count : 0;
}

void trigger_deferred_restore(struct sqlite_session *session, size_t mark)
{
    if (session->deferred != NULL && session->deferred->events.count > mark)
        unref_from(session->deferred, mark);
}

/* ---- which ------------------------------------------------------------------------------------ */

static bool is_deferred(const struct trigger_deferred *deferred, const struct cat_trigger *trigger)
{
    if (!trigger->constraint || !trigger->deferrable) return false;
    for (size_t i = deferred->modes.count; i-- > 0;)
        if (deferred->modes.at[i].constraint == trigger->constraint)
            return deferred->modes.at[i].deferred;
    return deferred->all_set ? deferred->all_deferred : trigger->deferred;
}

bool trigger_is_deferred(const struct sqlite_session *session, const struct cat_trigger *trigger)
{
    static const struct trigger_deferred nothing;
    return is_deferred(session->deferred != NULL ? session->deferred : &nothing, trigger);
}

/* ---- waiting ---------------------------------------------------------------------------------- */

static const struct value *keep_row(struct arena *arena, const struct value *row, size_t count)
{
    if (row == NULL) return NULL;
    struct value *kept = ARENA_ARRAY(arena, struct value, count);
    for (size_t i = 0; i < count; i++) {
        kept[i] = row[i];
        if (row[i].kind == VALUE_TEXT || row[i].kind == VALUE_BLOB)
            kept[i].s = str_copy(arena, row[i].s);
    }
    return kept;
}

void trigger_defer(struct run *run, const struct pl_trigger_call *call)
{
    struct trigger_deferred *deferred = deferred_of(run->session);
    size_t columns = call->relation->column_count;
    struct deferred_event *event = VEC_ADD(deferred->arena, &deferred->events);
    *event = (struct deferred_event){.plan = plan_ref(run->plan), .call = *call};
    event->call.old_row = keep_row(deferred->arena, call->old_row, columns);
    event->call.new_row = keep_row(deferred->arena, call->new_row, columns);
}

/* As whoever is current now, not as who wrote the row. What the functions write may defer more: the list grows while it is walked. */
static err run_events(struct run *run, oid role, bool immediate_alone)
{
    struct sqlite_session *session = run->session;
    struct run *outer = session->run;
    const struct plan *plan = run->plan;
    err error = NULL;
    session->run = run;
    for (size_t i = 0; session->deferred && i < session->deferred->events.count && !error; i++) {
        struct deferred_event *event = &session->deferred->events.at[i];
        struct pl_trigger_call call = event->call;
        const struct value *row;
        if (role != OID_NONE) call.role = role;
        if (event->done) continue;
        if (immediate_alone && is_deferred(session->deferred, call.trigger)) continue;
        event->done = true;
        run->plan = event->plan;
        error = trigger_call(run, &call, &row);
    }
    run->plan = plan;
    session->run = outer;
    return error;
}

err trigger_run_deferred(struct run *run)
{
    if (run->session->deferred == NULL) return NULL;
    err error = run_events(run, run->caller->role_oid, false);
    trigger_deferred_clear(run->session);
    return error;
}

err trigger_deferred_changed(struct arena *arena,
                             const struct sqlite_session *session,
                             const struct catalog *next,
                             const char *command)
{
    const struct trigger_deferred *deferred = session->deferred;
    for (size_t i = 0; deferred != NULL && i < deferred->events.count; i++) {
        const struct cat_relation *relation = deferred->events.at[i].call.relation;
        if (deferred->events.at[i].done || catalog_relation(next, relation->oid) == relation)
            continue;
        return err_sql(arena, "55006", "cannot %s \"%.*s\" because it has pending trigger events",
                       command, STR_FMT(relation->name));
    }
    return NULL;
}

/* ---- SET CONSTRAINTS -------------------------------------------------------------------------- */

struct found {
    oid constraint;
    bool deferrable;
};

static bool find_in(const struct cat_relation *relation, str name, struct found *out)
{
    const struct cat_trigger *trigger = cat_trigger_find(relation, name);
    const struct cat_constraint *constraint = cat_constraint_find(relation, name);
    if (trigger != NULL && trigger->constraint) {
        *out = (struct found){trigger->constraint, trigger->deferrable};
        return true;
    }
    if (constraint == NULL) return false;
    *out = (struct found){constraint->oid, constraint->deferrable};
    return true;
}

static err set_named(struct run *run,
                     const struct catalog *catalog,
                     const struct RangeVar *name,
                     bool wanted)
{
    struct trigger_deferred *deferred = deferred_of(run->session);
    const struct cat_schema *schema =
        str_empty(name->schemaname) ? NULL : catalog_schema_find(catalog, name->schemaname);
    bool any = false;
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(catalog, &at)) != NULL) {
        struct found found;
        if (schema != NULL && relation->schema != schema->oid) continue;
        if (!find_in(relation, name->relname, &found)) continue;
        if (!found.deferrable && wanted)
            return err_sql(run->arena, "42809", "constraint \"%.*s\" is not deferrable",
                           STR_FMT(name->relname));
        *VEC_ADD(deferred->arena, &deferred->modes) =
            (struct constraint_mode){found.constraint, wanted};
        any = true;
    }
    if (any) return NULL;
    return err_sql(run->arena, "42704", "constraint \"%.*s\" does not exist",
                   STR_FMT(name->relname));
}

/* A key that is never deferred is IMMEDIATE already. */
static bool changes_key(const struct ConstraintsSetStmt *set,
                        const struct cat_constraint *constraint)
{
    return constraint != NULL && constraint->kind == 'f' &&
           (set->deferred ? constraint->deferrable : constraint->deferred);
}

bool trigger_constraints_have_keys(const struct catalog *catalog,
                                   const struct ConstraintsSetStmt *set)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(catalog, &at)) != NULL) {
        for (size_t i = 0; i < set->constraints->count; i++)
            if (changes_key(set, cat_constraint_find(
                                     relation, AST_AS(RangeVar, set->constraints->at[i])->relname)))
                return true;
        for (size_t i = 0; set->constraints->count == 0 && i < relation->constraint_count; i++)
            if (changes_key(set, &relation->constraints[i])) return true;
    }
    return false;
}

err trigger_set_constraints(struct run *run,
                            const struct catalog *catalog,
                            const struct ConstraintsSetStmt *set,
                            oid role)
{
    struct trigger_deferred *deferred = deferred_of(run->session);
    for (size_t i = 0; i < set->constraints->count; i++)
        TRY(set_named(run, catalog, AST_AS(RangeVar, set->constraints->at[i]), set->deferred));
    if (set->constraints->count == 0) {
        deferred->modes.count = 0;
        deferred->all_set = true;
        deferred->all_deferred = set->deferred;
    }
    return set->deferred ? NULL : run_events(run, role, true);
}
