/* What a chain of calls may hold: variables, rows that are collected or walked, cursors. */
#include "engine/sqlite/pl_int.h"

static size_t variable_bytes(const struct pl_var *var)
{
    size_t bytes = var->cell.bytes.cap;
    for (size_t i = 0; i < var->field_capacity; i++) bytes += var->fields[i].bytes.cap;
    return bytes;
}

size_t pl_frame_bytes(const struct pl_frame *frame)
{
    size_t bytes = arena_used(frame->arena) + arena_used(frame->scratch) + frame->loop_bytes;
    for (size_t i = 0; i < frame->tree->variable_count; i++)
        bytes += variable_bytes(&frame->vars[i]);
    for (const struct pl_cursor_state *at = frame->cursors; at != NULL; at = at->next)
        bytes += arena_used(at->arena);
    return bytes;
}

err pl_memory_check(struct pl_frame *frame)
{
    size_t outer = frame->outer != NULL ? frame->outer_bytes : 0;
    if (outer + pl_frame_bytes(frame) <= PL_BYTES_MAX) return NULL;
    return err_hint(frame->arena, err_sql(frame->arena, "53200", "out of memory"),
                    "Functions that call each other hold at most %d MiB.",
                    PL_BYTES_MAX / (1024 * 1024));
}
