/* Trigger functions: NEW, OLD and TG_*; the row that they answer. */
#include "engine/sqlite/pl_int.h"
#include "types/array.h"

/* ---- what a trigger function finds ---- */

static str event_name(enum pl_event event)
{
    static const str names[] = {
        [PL_EVENT_INSERT] = STR_INIT("INSERT"),
        [PL_EVENT_UPDATE] = STR_INIT("UPDATE"),
        [PL_EVENT_DELETE] = STR_INIT("DELETE"),
        [PL_EVENT_TRUNCATE] = STR_INIT("TRUNCATE"),
    };
    return names[event];
}

static str timing_name(const struct cat_trigger *trigger)
{
    if (trigger->type & TRIGGER_TYPE_BEFORE) return STR("BEFORE");
    if (trigger->type & TRIGGER_TYPE_INSTEAD) return STR("INSTEAD OF");
    return STR("AFTER");
}

static bool is_row_trigger(const struct cat_trigger *trigger)
{
    return (trigger->type & TRIGGER_TYPE_ROW) != 0;
}

static struct value arguments_value(struct pl_frame *frame, const struct cat_trigger *trigger)
{
    struct value *values = ARENA_ARRAY(frame->scratch, struct value, trigger->argument_count);
    struct buf *out = buf_in(frame->scratch, 0);
    for (size_t i = 0; i < trigger->argument_count; i++)
        values[i] = value_text(trigger->arguments[i]);
    array_write_items(out, type_plain(TYPE_TEXT), values, trigger->argument_count);
    return value_text(buf_str(out));
}

static struct value special_value(struct pl_frame *frame, enum pl_special special)
{
    const struct pl_trigger_call *call = frame->trigger;
    const struct cat_schema *schema = catalog_schema(frame->code->catalog, call->relation->schema);
    switch (special) {
    case PL_TG_NAME: return value_text(call->trigger->name);
    case PL_TG_WHEN: return value_text(timing_name(call->trigger));
    case PL_TG_LEVEL:
        return value_text(is_row_trigger(call->trigger) ? STR("ROW") : STR("STATEMENT"));
    case PL_TG_OP: return value_text(event_name(call->event));
    case PL_TG_RELID: return value_int(call->relation->oid);
    case PL_TG_RELNAME: return value_text(call->relation->name);
    case PL_TG_TABLE_SCHEMA: return value_text(schema != NULL ? schema->name : STR(""));
    case PL_TG_NARGS: return value_int((int64_t)call->trigger->argument_count);
    case PL_TG_ARGV: return arguments_value(frame, call->trigger);
    default: return value_null();
    }
}

static void set_row(struct pl_frame *frame, int variable, const struct value *row)
{
    if (variable < 0) return;
    if (!is_row_trigger(frame->trigger->trigger)) {
        frame->vars[variable].shape = NULL; /* not assigned: there is no row to speak of */
        return;
    }
    err_ignore(pl_assign_row(frame, variable, frame->code->types[variable].shape, row),
               "a row of its own type");
}

static void set_variables(struct pl_frame *frame)
{
    const struct pl_function *tree = frame->tree;
    for (size_t i = 0; i < tree->variable_count; i++) {
        enum pl_special special = tree->variables[i].special;
        if (special < PL_TG_NAME || special > PL_TG_ARGV) continue;
        struct value value = special_value(frame, special);
        pl_cell_set(&frame->vars[i].cell, &value);
    }
    set_row(frame, tree->new_row, frame->trigger->new_row);
    set_row(frame, tree->old_row, frame->trigger->old_row);
    arena_reset(frame->scratch);
}

const struct rowset *pl_transition_table(const struct sqlite_session *session, bool is_new)
{
    const struct pl_frame *frame = session->frames;
    if (frame == NULL || frame->trigger == NULL) return NULL;
    return is_new ? frame->trigger->new_table : frame->trigger->old_table;
}

/* ---- what it answers ---- */

static err take_row(struct pl_frame *frame, struct arena *arena, const struct value **row)
{
    const struct pl_shape *shape = pl_shape_of_type(frame->code, frame->code->relation->row_type);
    struct value *values;
    if (!frame->returned)
        return err_sql(frame->arena, "2F005",
                       "control reached end of trigger procedure without RETURN");
    *row = NULL;
    if (frame->result_variable >= 0) {
        const struct pl_var *var = &frame->vars[frame->result_variable];
        if (var->shape == NULL || var->null_row) return NULL;
        values = (struct value *)(uintptr_t)pl_var_row(frame, frame->result_variable);
        if (!pl_shapes_equal(var->shape, shape))
            return err_sql(frame->arena, "42804",
                           "returned row structure does not match the structure of the "
                           "triggering table");
    } else {
        if (frame->result.kind == VALUE_NULL) return NULL;
        struct pl_var_type to = pl_type_of(frame->code, shape->row_type, -1);
        struct value cast;
        TRY(pl_cast(frame, &frame->result_type, &frame->result, &to, &cast));
        values = pl_row_fields(frame->scratch, shape, cast);
    }
    struct rowset *kept = rowset_new(arena, shape->count);
    TRY(rowset_add_values(kept, values));
    *row = kept->values;
    return NULL;
}

static bool answers_row(const struct cat_trigger *trigger)
{
    return is_row_trigger(trigger) &&
           (trigger->type & (TRIGGER_TYPE_BEFORE | TRIGGER_TYPE_INSTEAD)) != 0;
}

static err run_frame(struct pl_frame *frame, struct arena *arena, const struct value **row)
{
    set_variables(frame);
    TRY(pl_run_statement(frame, frame->tree->block));
    if (answers_row(frame->trigger->trigger)) return take_row(frame, arena, row);
    if (frame->returned) return NULL;
    return err_sql(frame->arena, "2F005",
                   "control reached end of trigger procedure without RETURN");
}

err pl_trigger_run(struct run *run, const struct pl_trigger_call *call, const struct value **row)
{
    const struct cat_function *function =
        catalog_function(run->session->catalog, call->trigger->function);
    struct call_site site = {
        .function = function,
        .role = call->role != OID_NONE ? call->role : run->plan->role,
        .path = run->plan->path,
        .path_count = run->plan->path_count,
        .result = TRIGGEROID,
        .writes = true,
    };
    struct pl_code *code;
    struct pl_frame frame;
    *row = NULL;
    if (function == NULL)
        return err_sql(run->arena, "42883", "the function of trigger \"%.*s\" does not exist",
                       STR_FMT(call->trigger->name));
    TRY(pl_code_find(run, &site, call, &code));
    err error = pl_frame_begin(&frame, run, code);
    if (error == NULL) {
        frame.trigger = call;
        error = run_frame(&frame, run->arena, row);
        if (error != NULL) error = err_copy(run->arena, error);
        pl_frame_end(&frame);
    }
    pl_code_unref(code);
    return error;
}
