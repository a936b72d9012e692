/* The choice among overloads: PostgreSQL 15's func_match_argtypes and func_select_candidate. */
#include "sql/infer_int.h"

#include <string.h>

struct field {
    const struct candidate **at;
    size_t count;
    const oid *actual; /* domains seen through; unknown stays */
    size_t args;
};

static void keep_best(struct field *field, const int *scores)
{
    int best = 0;
    for (size_t i = 0; i < field->count; i++) {
        if (scores[i] > best) best = scores[i];
    }
    size_t kept = 0;
    for (size_t i = 0; i < field->count; i++) {
        if (scores[i] == best) field->at[kept++] = field->at[i];
    }
    field->count = kept;
}

static bool is_preferred(struct infer_context *ctx, char category, oid type)
{
    bool preferred;
    return infer_category(ctx, type, &preferred) == category && preferred;
}

/* The most arguments of exactly the given type; with `prefer`, preferred types count as well. */
static void keep_closest(struct infer_context *ctx, struct field *field, bool prefer)
{
    int *scores = ARENA_ARRAY(ctx->arena, int, field->count);
    for (size_t i = 0; i < field->count; i++) {
        for (size_t j = 0; j < field->args; j++) {
            if (field->actual[j] == UNKNOWNOID) continue;
            oid declared = field->at[i]->args[j];
            bool ignored;
            if (declared == field->actual[j] ||
                (prefer &&
                 is_preferred(ctx, infer_category(ctx, field->actual[j], &ignored), declared)))
                scores[i]++;
        }
    }
    keep_best(field, scores);
}

/* The category that unknown argument j is taken to have: string if any candidate says so. */
static bool unknown_category(struct infer_context *ctx,
                             const struct field *field,
                             size_t j,
                             char *category,
                             bool *preferred_exists)
{
    bool clash = false;
    for (size_t i = 0; i < field->count; i++) {
        bool preferred;
        char found = infer_category(ctx, field->at[i]->args[j], &preferred);
        if (i == 0) {
            *category = found;
            *preferred_exists = preferred;
        } else if (found == *category) {
            *preferred_exists = *preferred_exists || preferred;
        } else if (found == 'S') {
            *category = found;
            *preferred_exists = preferred;
            clash = false;
        } else if (*category != 'S') {
            clash = true;
        }
    }
    return !clash;
}

/* Rule 4e: unknown arguments by category. */
static void keep_by_category(struct infer_context *ctx, struct field *field)
{
    char *categories = ARENA_ARRAY(ctx->arena, char, field->args);
    bool *preferred = ARENA_ARRAY(ctx->arena, bool, field->args);
    for (size_t j = 0; j < field->args; j++) {
        if (field->actual[j] != UNKNOWNOID) continue;
        if (!unknown_category(ctx, field, j, &categories[j], &preferred[j])) return;
    }
    const struct candidate **kept = ARENA_ARRAY(ctx->arena, const struct candidate *, field->count);
    size_t count = 0;
    for (size_t i = 0; i < field->count; i++) {
        bool keep = true;
        for (size_t j = 0; j < field->args && keep; j++) {
            if (field->actual[j] != UNKNOWNOID) continue;
            bool is_best;
            char category = infer_category(ctx, field->at[i]->args[j], &is_best);
            keep = category == categories[j] && (!preferred[j] || is_best);
        }
        if (keep) kept[count++] = field->at[i];
    }
    if (!count) return;
    field->at = kept;
    field->count = count;
}

/* Rule 4f: all known arguments have one type; take the unknown ones to have it too. */
static const struct candidate *by_known_type(struct infer_context *ctx, const struct field *field)
{
    oid known = UNKNOWNOID;
    for (size_t j = 0; j < field->args; j++) {
        if (field->actual[j] == UNKNOWNOID) continue;
        if (known != UNKNOWNOID && known != field->actual[j]) return NULL;
        known = field->actual[j];
    }
    if (known == UNKNOWNOID) return NULL;
    oid *types = ARENA_ARRAY(ctx->arena, oid, field->args);
    for (size_t j = 0; j < field->args; j++) types[j] = known;
    const struct candidate *found = NULL;
    for (size_t i = 0; i < field->count; i++) {
        if (!infer_can_coerce_all(ctx, types, field->at[i]->args, field->args)) continue;
        if (found) return NULL;
        found = field->at[i];
    }
    return found;
}

static const struct candidate *select_candidate(struct infer_context *ctx, struct field *field)
{
    bool unknowns = false;
    oid *bases = ARENA_ARRAY(ctx->arena, oid, field->args ? field->args : 1);
    for (size_t j = 0; j < field->args; j++) {
        bases[j] = infer_base_type(ctx, field->actual[j]);
        unknowns = unknowns || bases[j] == UNKNOWNOID;
    }
    field->actual = bases;
    keep_closest(ctx, field, false);
    if (field->count == 1) return field->at[0];
    keep_closest(ctx, field, true);
    if (field->count == 1) return field->at[0];
    if (!unknowns) return NULL;
    keep_by_category(ctx, field);
    if (field->count == 1) return field->at[0];
    return by_known_type(ctx, field);
}

/* Of two candidates with the same arguments the earlier in the search path hides the other; one
 * that needs no defaults or VARIADIC expansion hides one that does. */
static void drop_hidden(struct field *field)
{
    size_t kept = 0;
    for (size_t i = 0; i < field->count; i++) {
        const struct candidate *one = field->at[i];
        bool hidden = false;
        for (size_t k = 0; k < field->count && !hidden; k++) {
            const struct candidate *other = field->at[k];
            if (k == i || memcmp(one->args, other->args, field->args * sizeof(oid)) != 0) continue;
            if (other->path != one->path)
                hidden = other->path < one->path;
            else if (other->variadic != one->variadic)
                hidden = one->variadic;
            else
                hidden = other->defaults < one->defaults;
        }
        if (!hidden) field->at[kept++] = one;
    }
    if (kept) field->count = kept;
}

enum choice infer_choose(struct infer_context *ctx,
                         const struct candidates *all,
                         const oid *actual,
                         size_t count,
                         const struct candidate **out)
{
    struct field field = {
        .at = ARENA_ARRAY(ctx->arena, const struct candidate *, all->count ? all->count : 1),
        .actual = actual,
        .args = count,
    };
    for (size_t i = 0; i < all->count; i++) {
        if (memcmp(all->at[i].args, actual, count * sizeof(oid)) == 0) {
            field.at[field.count++] = &all->at[i];
        }
    }
    if (!field.count) {
        for (size_t i = 0; i < all->count; i++) {
            if (infer_can_coerce_all(ctx, actual, all->at[i].args, count)) {
                field.at[field.count++] = &all->at[i];
            }
        }
    }
    if (!field.count) return CHOICE_NONE;
    drop_hidden(&field);
    *out = field.count == 1 ? field.at[0] : select_candidate(ctx, &field);
    return *out ? CHOICE_ONE : CHOICE_MANY;
}
