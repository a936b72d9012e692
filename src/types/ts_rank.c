/* ts_rank and ts_rank_cd, in the precision that PostgreSQL computes them in. */
#include <math.h>
#include <stdlib.h>

#include "base/cost.h"
#include "types/ts_match.h"

/* What divides a rank, as ts_rank's bits. */
enum {
    BY_LOG_LENGTH = 1,
    BY_LENGTH = 2,
    BY_DISTANCE = 4,
    BY_WORDS = 8,
    BY_LOG_WORDS = 16,
    BY_ITSELF = 32,
};

struct ranking {
    struct arena *arena;
    const struct ts_ranking *how;
    struct tsvector document;
    const struct ts_node *query;
    const struct ts_node **words; /* of the query */
    size_t word_count;
};

struct ts_ranking ts_ranking_plain(void)
{
    return (struct ts_ranking){
        .weights = {0.1f, 0.2f, 0.4f, 1.0f}
    };
}

static size_t document_length(const struct tsvector *document)
{
    size_t length = 0;
    for (size_t i = 0; i < document->count; i++)
        length += document->lexemes[i].count ? document->lexemes[i].count : 1;
    return length;
}

static void collect(struct ranking *r, const struct ts_node *node)
{
    if (!node) return;
    if (node->kind == TS_VALUE) r->words[r->word_count++] = node;
    collect(r, node->right);
    collect(r, node->left);
}

struct numbered {
    const struct ts_node *node;
    size_t number;
};

static int by_word(const void *a, const void *b)
{
    const struct numbered *x = a, *y = b;
    int order = str_cmp(x->node->word, y->node->word);
    return order ? order : (x->number > y->number) - (x->number < y->number);
}

/* Each word once: weights and prefixes are those of the rightmost, as PostgreSQL stores the right first. */
static void sort_words(struct ranking *r)
{
    struct numbered *sorted = ARENA_ARRAY(r->arena, struct numbered, r->word_count);
    for (size_t i = 0; i < r->word_count; i++) sorted[i] = (struct numbered){r->words[i], i};
    if (r->word_count) qsort(sorted, r->word_count, sizeof *sorted, by_word);
    size_t kept = 0;
    for (size_t i = 0; i < r->word_count; i++)
        if (!kept || !str_eq(r->words[kept - 1]->word, sorted[i].node->word))
            r->words[kept++] = sorted[i].node;
    r->word_count = kept;
}

static float weight_of(const struct ranking *r, const struct ts_position *position)
{
    return r->how->weights[position->weight];
}

/* ---- ts_rank ---- */

static float nearness(int distance)
{
    if (distance > 100) return 1e-30f;
    return (float)(1.0 / (1.005 + 0.05 * exp(((float)distance) / 1.5 - 2)));
}

/* A lexeme without positions is taken to stand at the end, weight D. */
static const struct ts_position nowhere = {TS_POSITION_MAX, 0};

struct standing {
    const struct ts_position *at;
    size_t count; /* 0: the word is not there */
};

static struct standing standing_of(const struct ts_lexeme *lexeme)
{
    return lexeme->count ? (struct standing){lexeme->positions, lexeme->count}
                         : (struct standing){&nowhere, 1};
}

static void add_pairs(const struct ranking *r, struct standing a, struct standing b, float *rank)
{
    bool unknown = a.at == &nowhere || b.at == &nowhere;
    (void)cost_spend(r->arena, 30 * a.count * b.count);
    for (size_t i = 0; i < a.count; i++) {
        for (size_t k = 0; k < b.count; k++) {
            int distance = abs((int)a.at[i].at - (int)b.at[k].at);
            if (!distance && !unknown) continue;
            if (!distance) distance = TS_POSITION_MAX + 1;
            float pair =
                (float)sqrt(weight_of(r, &a.at[i]) * weight_of(r, &b.at[k]) * nearness(distance));
            *rank = *rank < 0 ? pair : (float)(1.0 - (1.0 - *rank) * (1.0 - pair));
        }
    }
}

static float rank_or(const struct ranking *r)
{
    float rank = 0;
    for (size_t i = 0; i < r->word_count; i++) {
        size_t count, first = ts_find(&r->document, r->words[i], &count);
        for (size_t k = first; k < first + count; k++) {
            struct standing here = standing_of(&r->document.lexemes[k]);
            float sum = 0, heaviest = -1;
            size_t heaviest_at = 0;
            for (size_t j = 0; j < here.count; j++) {
                float weight = weight_of(r, &here.at[j]);
                sum = sum + weight / (float)((j + 1) * (j + 1));
                if (weight > heaviest) {
                    heaviest = weight;
                    heaviest_at = j;
                }
            }
            float less = heaviest / (float)((heaviest_at + 1) * (heaviest_at + 1));
            rank = (float)(rank + (heaviest + sum - less) / 1.64493406685);
        }
    }
    return r->word_count ? rank / (float)r->word_count : rank;
}

static float rank_and(const struct ranking *r)
{
    if (r->word_count < 2) return rank_or(r);
    struct standing *places = ARENA_ARRAY(r->arena, struct standing, r->word_count);
    float rank = -1;
    for (size_t i = 0; i < r->word_count; i++) {
        size_t count, first = ts_find(&r->document, r->words[i], &count);
        for (size_t k = first; k < first + count; k++) {
            places[i] = standing_of(&r->document.lexemes[k]);
            for (size_t other = 0; other < i; other++)
                if (places[other].count) add_pairs(r, places[i], places[other], &rank);
            if (cost_is_spent(r->arena)) return 0;
        }
    }
    return rank;
}

static float rank_plain(const struct ranking *r)
{
    bool pairs = r->query->kind == TS_AND || r->query->kind == TS_PHRASE;
    float rank = pairs ? rank_and(r) : rank_or(r);
    int method = r->how->method;
    size_t length = document_length(&r->document);
    if (rank < 0) rank = 1e-20f;
    if (method & BY_LOG_LENGTH) rank = (float)(rank / (log((double)(length + 1)) / log(2.0)));
    if (method & BY_LENGTH) rank /= (float)length;
    if (method & BY_WORDS) rank /= (float)r->document.count;
    if (method & BY_LOG_WORDS)
        rank = (float)(rank / (log((double)(r->document.count + 1)) / log(2.0)));
    if (method & BY_ITSELF) rank /= (rank + 1);
    return rank;
}

/* ---- ts_rank_cd: covers, the shortest runs of the document that match ---- */

struct hit {
    uint16_t at;
    uint8_t weight;
    size_t lexeme;
    size_t word; /* of the query */
};

struct hits {
    VEC(struct hit);
};

/* How often each word of the query is among the hits looked at, and where. */
struct covering {
    struct ranking *r;
    struct ts_places *places; /* per word */
};

static int by_place(const void *a, const void *b)
{
    const struct hit *x = a, *y = b;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    if (x->weight != y->weight) return x->weight < y->weight ? -1 : 1;
    if (x->lexeme != y->lexeme) return x->lexeme < y->lexeme ? -1 : 1;
    return (x->word > y->word) - (x->word < y->word);
}

static struct hits find_hits(struct ranking *r)
{
    struct hits hits = {0};
    for (size_t word = 0; word < r->word_count; word++) {
        size_t count, first = ts_find(&r->document, r->words[word], &count);
        for (size_t i = first; i < first + count; i++) {
            const struct ts_lexeme *lexeme = &r->document.lexemes[i];
            for (size_t k = 0; k < lexeme->count; k++) {
                if (!ts_weighs(r->words[word], &lexeme->positions[k])) continue;
                *VEC_ADD(r->arena, &hits) =
                    (struct hit){lexeme->positions[k].at, lexeme->positions[k].weight, i, word};
            }
        }
    }
    if (hits.count) qsort(hits.at, hits.count, sizeof *hits.at, by_place);
    return hits;
}

static bool same_place(const struct hit *a, const struct hit *b)
{
    return a->at == b->at && a->weight == b->weight && a->lexeme == b->lexeme;
}

static enum ts_truth covered(struct ts_matching *m,
                             const struct ts_node *value,
                             struct ts_places *out)
{
    const struct covering *c = m->context;
    size_t word = 0;
    while (word < c->r->word_count && c->r->words[word] != value) word++;
    if (word == c->r->word_count || !c->places[word].count) return TS_NO;
    if (out) (void)cost_spend(m->arena, 5 * c->places[word].count);
    for (size_t i = 0; out && i < c->places[word].count; i++)
        *VEC_ADD(m->arena, out) = c->places[word].at[i];
    return TS_YES;
}

static void note(struct covering *c, const struct hit *hit, bool backwards)
{
    struct ts_places *places = &c->places[hit->word];
    (void)cost_spend(c->r->arena, 2 * places->count);
    for (size_t i = 0; i < places->count; i++)
        if (places->at[i] == hit->at) return;
    *VEC_ADD(c->r->arena, places) = hit->at;
    if (!backwards) return;
    for (size_t i = places->count - 1; i > 0; i--) places->at[i] = places->at[i - 1];
    places->at[0] = hit->at;
}

static void forget(struct covering *c)
{
    for (size_t i = 0; i < c->r->word_count; i++) c->places[i].count = 0;
}

struct cover {
    size_t first, last; /* places of the document: one entry each */
    uint16_t from, to;
};

/* Places: runs of hits at one place. starts[i] is the first hit of place i. */
struct places {
    VEC(size_t);
};

static bool note_place(struct covering *c,
                       const struct hits *hits,
                       const struct places *starts,
                       size_t place,
                       bool backwards)
{
    size_t end = place + 1 < starts->count ? starts->at[place + 1] : hits->count;
    for (size_t i = starts->at[place]; i < end; i++) note(c, &hits->at[i], backwards);
    struct ts_matching matching = {.arena = c->r->arena, .find = covered, .context = c};
    return ts_matches(&matching, c->r->query) || cost_is_spent(c->r->arena);
}

/* The next cover from *place on; moves it behind the cover's first word. */
static bool next_cover(struct covering *c,
                       const struct hits *hits,
                       const struct places *starts,
                       size_t *place,
                       struct cover *out)
{
    while (!cost_spend(c->r->arena, 100)) {
        forget(c);
        size_t last = *place;
        while (last < starts->count && !note_place(c, hits, starts, last, false)) last++;
        if (last >= starts->count) return false;
        uint16_t to = hits->at[starts->at[last]].at;
        if (to <= out->to) { /* not beyond the cover before */
            return false;
        }
        forget(c);
        size_t first = last;
        bool found = note_place(c, hits, starts, first, true);
        while (!found && first > *place) found = note_place(c, hits, starts, --first, true);
        if (found) {
            *out = (struct cover){first, last, hits->at[starts->at[first]].at, to};
            *place = first + 1;
            return true;
        }
        out->to = 0;
        ++*place;
    }
    return false;
}

struct covers {
    double rank, distances, before;
    size_t count;
};

static void add_cover(const struct ranking *r,
                      const struct hits *hits,
                      const struct places *starts,
                      const struct cover *cover,
                      struct covers *sum)
{
    double inverse = 0;
    for (size_t i = cover->first; i <= cover->last; i++)
        inverse += 1.0 / (double)r->how->weights[hits->at[starts->at[i]].weight];
    size_t words = cover->last - cover->first;
    double density = (double)(words + 1) / inverse;
    int noise = ((int)cover->to - (int)cover->from) - (int)words;
    if (noise < 0) noise = (int)words / 2;
    sum->rank += density / (double)(1 + noise);
    double middle = (double)((int)cover->to + (int)cover->from) / 2.0;
    if (sum->count > 0 && middle > sum->before) sum->distances += 1.0 / (middle - sum->before);
    sum->before = middle;
    sum->count++;
}

static float divided(const struct ranking *r, const struct covers *sum)
{
    double rank = sum->rank;
    int method = r->how->method;
    size_t length = document_length(&r->document);
    if (method & BY_LOG_LENGTH) rank /= log((double)(length + 1));
    if (method & BY_LENGTH) rank /= (double)length;
    if (method & BY_DISTANCE && sum->count > 0 && sum->distances > 0)
        rank /= (double)sum->count / sum->distances;
    if (method & BY_WORDS) rank /= (double)r->document.count;
    if (method & BY_LOG_WORDS) rank /= log((double)(r->document.count + 1)) / log(2.0);
    if (method & BY_ITSELF) rank /= (rank + 1);
    return (float)rank;
}

static float rank_covers(struct ranking *r)
{
    struct hits hits = find_hits(r);
    if (!hits.count) return 0;
    struct places starts = {0};
    for (size_t i = 0; i < hits.count; i++)
        if (!i || !same_place(&hits.at[i - 1], &hits.at[i])) *VEC_ADD(r->arena, &starts) = i;
    struct covering covering = {r, ARENA_ARRAY(r->arena, struct ts_places, r->word_count)};
    struct covers sum = {0};
    struct cover cover;
    size_t place = 0;
    for (;;) {
        cover = (struct cover){0};
        if (!next_cover(&covering, &hits, &starts, &place, &cover)) break;
        add_cover(r, &hits, &starts, &cover, &sum);
    }
    return divided(r, &sum);
}

float ts_rank(struct arena *arena, const struct ts_ranking *ranking, str vector, str query)
{
    struct ranking r = {.arena = arena, .how = ranking, .document = tsvector_read(arena, vector)};
    r.query = tsquery_read(arena, query);
    if (!r.query || !r.document.count) return 0;
    r.words = ARENA_ARRAY(arena, const struct ts_node *, ts_node_count(r.query));
    collect(&r, r.query);
    if (ranking->cover_density) return rank_covers(&r);
    sort_words(&r);
    return rank_plain(&r);
}
