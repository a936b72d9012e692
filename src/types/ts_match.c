/* Whether a document matches a query, phrases by the positions of their words. */
#include "types/ts_match.h"

#include <stdlib.h>

#include "base/cost.h"

/* ---- words ---- */

static size_t first_at_least(const struct tsvector *vector, str word)
{
    size_t low = 0, high = vector->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (str_cmp(vector->lexemes[middle].word, word) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t ts_find(const struct tsvector *vector, const struct ts_node *value, size_t *count)
{
    size_t first = first_at_least(vector, value->word), end = first;
    while (end < vector->count &&
           (value->prefix ? str_starts(vector->lexemes[end].word, value->word)
                          : end == first && str_eq(vector->lexemes[end].word, value->word)))
        end++;
    *count = end - first;
    return first;
}

bool ts_weighs(const struct ts_node *value, const struct ts_position *position)
{
    return !value->weights || (value->weights >> position->weight & 1);
}

static int by_number(const void *a, const void *b)
{
    return (int)*(const uint16_t *)a - (int)*(const uint16_t *)b;
}

static void sort_unique(struct ts_places *places)
{
    if (places->count) qsort(places->at, places->count, sizeof *places->at, by_number);
    size_t kept = 0;
    for (size_t i = 0; i < places->count; i++)
        if (!kept || places->at[kept - 1] != places->at[i]) places->at[kept++] = places->at[i];
    places->count = kept;
}

/* The places of one lexeme with the wanted weights. */
static enum ts_truth lexeme_places(struct arena *arena,
                                   const struct ts_node *value,
                                   const struct ts_lexeme *lexeme,
                                   struct ts_places *out)
{
    /* Without positions the weights are not known and are taken to be the wanted ones. */
    if (!lexeme->count) return out ? TS_MAYBE : TS_YES;
    if (!value->weights && !out) return TS_YES;
    bool any = false;
    for (size_t i = 0; i < lexeme->count; i++) {
        if (!ts_weighs(value, &lexeme->positions[i])) continue;
        any = true;
        if (!out) break;
        *VEC_ADD(arena, out) = lexeme->positions[i].at;
    }
    return any ? TS_YES : TS_NO;
}

/* Those of all lexemes that the word stands for; out NULL: nobody asks where. */
static enum ts_truth vector_places(struct ts_matching *m,
                                   const struct ts_node *value,
                                   struct ts_places *out)
{
    const struct tsvector *vector = m->context;
    size_t count, first = ts_find(vector, value, &count);
    enum ts_truth truth = TS_NO;
    for (size_t i = first; i < first + count; i++) {
        enum ts_truth one = lexeme_places(m->arena, value, &vector->lexemes[i], out);
        if (one == TS_MAYBE && out) return TS_MAYBE;
        if (one == TS_YES || (one == TS_MAYBE && truth == TS_NO)) truth = one;
        if (truth == TS_YES && !out) break;
    }
    if (out) sort_unique(out);
    return truth;
}

/* ---- phrases ---- */

/* Where a part of a phrase may end. negated: everywhere but there. width: from its first word to its last. */
struct spots {
    struct ts_places places;
    bool negated;
    unsigned width;
};

enum keep { KEEP_LEFT = 1, KEEP_RIGHT = 2, KEEP_BOTH = 4, KEEP_ALL = 7 };

/* Merges two lists, each moved by its offset, into out. */
static enum ts_truth merge(struct ts_matching *m,
                           const struct spots *left,
                           const struct spots *right,
                           const unsigned offsets[2],
                           unsigned keep,
                           struct spots *out)
{
    const struct ts_places *l = &left->places, *r = &right->places;
    struct ts_places merged = {0};
    for (size_t i = 0, k = 0; i < l->count || k < r->count;) {
        uint64_t a = i < l->count ? (uint64_t)l->at[i] + offsets[0] : UINT64_MAX;
        uint64_t b = k < r->count ? (uint64_t)r->at[k] + offsets[1] : UINT64_MAX;
        unsigned which = a < b ? KEEP_LEFT : a > b ? KEEP_RIGHT : KEEP_BOTH;
        uint64_t at = a < b ? a : b;
        i += a <= b;
        k += b <= a;
        /* Moved beyond 16 bits is behind every word. */
        if (keep & which)
            *VEC_ADD(m->arena, &merged) = (uint16_t)(at > UINT16_MAX ? UINT16_MAX : at);
    }
    (void)cost_spend(m->arena, 5 * (l->count + r->count));
    out->places = merged;
    return merged.count ? TS_YES : TS_NO;
}

static enum ts_truth phrase(struct ts_matching *m, const struct ts_node *node, struct spots *out);

static enum ts_truth phrase_not(struct ts_matching *m,
                                const struct ts_node *node,
                                struct spots *out)
{
    enum ts_truth truth = phrase(m, node->right, out);
    if (truth == TS_MAYBE) return TS_MAYBE;
    if (truth == TS_NO) {
        *out = (struct spots){.negated = true};
        return TS_YES;
    }
    if (!out->places.count && out->negated) {
        *out = (struct spots){0};
        return TS_NO;
    }
    out->negated = !out->negated;
    return TS_YES;
}

static enum ts_truth phrase_and(struct ts_matching *m,
                                const struct ts_node *node,
                                struct spots *out)
{
    struct spots left = {0}, right = {0};
    enum ts_truth a = phrase(m, node->left, &left);
    if (a == TS_NO) return TS_NO;
    enum ts_truth b = phrase(m, node->right, &right);
    if (b == TS_NO) return TS_NO;
    if (a == TS_MAYBE || b == TS_MAYBE) return TS_MAYBE;
    unsigned offsets[2];
    if (node->kind == TS_PHRASE) {
        offsets[0] = node->distance + right.width;
        offsets[1] = 0;
        out->width = node->distance + left.width + right.width;
    } else {
        out->width = left.width > right.width ? left.width : right.width;
        offsets[0] = out->width - left.width;
        offsets[1] = out->width - right.width;
    }
    if (left.negated && right.negated) {
        (void)merge(m, &left, &right, offsets, KEEP_ALL, out);
        out->negated = true;
        return TS_YES;
    }
    unsigned keep = left.negated ? KEEP_RIGHT : right.negated ? KEEP_LEFT : KEEP_BOTH;
    return merge(m, &left, &right, offsets, keep, out);
}

static enum ts_truth phrase_or(struct ts_matching *m, const struct ts_node *node, struct spots *out)
{
    struct spots left = {0}, right = {0};
    enum ts_truth a = phrase(m, node->left, &left), b = phrase(m, node->right, &right);
    if (a == TS_NO && b == TS_NO) return TS_NO;
    if (a == TS_MAYBE || b == TS_MAYBE) return TS_MAYBE;
    if (a == TS_NO) left = (struct spots){0};
    if (b == TS_NO) right = (struct spots){0};
    out->width = left.width > right.width ? left.width : right.width;
    const unsigned offsets[2] = {out->width - left.width, out->width - right.width};
    out->negated = left.negated || right.negated;
    unsigned keep = left.negated && right.negated ? KEEP_BOTH
                    : left.negated                ? KEEP_LEFT
                    : right.negated               ? KEEP_RIGHT
                                                  : KEEP_ALL;
    enum ts_truth truth = merge(m, &left, &right, offsets, keep, out);
    return out->negated ? TS_YES : truth;
}

static enum ts_truth phrase(struct ts_matching *m, const struct ts_node *node, struct spots *out)
{
    *out = (struct spots){0};
    switch (node->kind) {
    case TS_VALUE: return m->find(m, node, &out->places);
    case TS_NOT: return phrase_not(m, node, out);
    case TS_AND:
    case TS_PHRASE: return phrase_and(m, node, out);
    case TS_OR: return phrase_or(m, node, out);
    case TS_STOP: return TS_NO;
    }
    return TS_NO;
}

/* ---- the whole ---- */

static enum ts_truth invert(enum ts_truth truth)
{
    return truth == TS_MAYBE ? TS_MAYBE : truth == TS_YES ? TS_NO : TS_YES;
}

static enum ts_truth run(struct ts_matching *m, const struct ts_node *node)
{
    struct spots spots;
    enum ts_truth a, b;
    (void)cost_spend(m->arena, 50);
    switch (node->kind) {
    case TS_VALUE: return m->find(m, node, NULL);
    case TS_NOT: return invert(run(m, node->right));
    case TS_AND:
        a = run(m, node->left);
        if (a == TS_NO) return TS_NO;
        b = run(m, node->right);
        return b == TS_YES ? a : b;
    case TS_OR:
        a = run(m, node->left);
        if (a == TS_YES) return TS_YES;
        b = run(m, node->right);
        return b == TS_NO ? a : b;
    case TS_PHRASE:
        /* Without positions nothing is known to be a phrase. */
        return phrase(m, node, &spots) == TS_YES ? TS_YES : TS_NO;
    case TS_STOP: return TS_NO;
    }
    return TS_NO;
}

bool ts_matches(struct ts_matching *matching, const struct ts_node *query)
{
    return query && run(matching, query) != TS_NO;
}

err ts_match(struct arena *arena, str vector, str query, bool *out)
{
    struct tsvector document = tsvector_read(arena, vector);
    struct ts_matching matching = {.arena = arena, .find = vector_places, .context = &document};
    *out = ts_matches(&matching, tsquery_read(arena, query));
    return NULL;
}
