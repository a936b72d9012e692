/* tsquery: trees, text, order, small operations. */
#include "types/tsquery.h"

#include <stdlib.h>

#include "base/cost.h"
#include "base/vec.h"
#include "types/ts_int.h"

/* ---- making ---- */

err ts_node_value(struct arena *arena, str word, uint8_t weights, bool prefix, struct ts_node **out)
{
    if (word.len > TS_WORD_BYTES_MAX)
        return err_sql(arena, "54000", "word is too long in tsquery: \"%.*s\"", STR_FMT(word));
    *out = ARENA_NEW(arena, struct ts_node);
    **out = (struct ts_node){
        .kind = TS_VALUE, .word = word, .weights = weights, .prefix = prefix, .depth = 1};
    return NULL;
}

struct ts_node *ts_node_stop(struct arena *arena)
{
    struct ts_node *node = ARENA_NEW(arena, struct ts_node);
    *node = (struct ts_node){.kind = TS_STOP, .depth = 1};
    return node;
}

err ts_node_join(struct arena *arena,
                 enum ts_node_kind kind,
                 unsigned distance,
                 struct ts_node *left,
                 struct ts_node *right,
                 struct ts_node **out)
{
    size_t depth = right->depth;
    if (left && left->depth > depth) depth = left->depth;
    if (++depth > TS_QUERY_DEPTH_MAX) return err_sql(arena, "54001", "stack depth limit exceeded");
    (void)cost_spend(arena, 100);
    *out = ARENA_NEW(arena, struct ts_node);
    **out = (struct ts_node){
        .kind = kind, .distance = distance, .left = left, .right = right, .depth = depth};
    return NULL;
}

size_t ts_node_count(const struct ts_node *node)
{
    if (!node) return 0;
    return 1 + ts_node_count(node->left) + ts_node_count(node->right);
}

/* ---- text ---- */

static int priority(enum ts_node_kind kind)
{
    switch (kind) {
    case TS_OR: return 1;
    case TS_AND: return 2;
    case TS_PHRASE: return 3;
    case TS_NOT: return 4;
    case TS_VALUE:
    case TS_STOP: return 5;
    }
    return 5;
}

static void write_value(struct buf *out, const struct ts_node *node)
{
    ts_write_word(out, node->word);
    if (node->weights || node->prefix) buf_char(out, ':');
    if (node->prefix) buf_char(out, '*');
    for (int i = 3; i >= 0; i--)
        if (node->weights >> i & 1) buf_char(out, "DCBA"[i]);
}

static void write_operator(struct buf *out, const struct ts_node *node)
{
    if (node->kind == TS_OR)
        buf_lit(out, " | ");
    else if (node->kind == TS_AND)
        buf_lit(out, " & ");
    else if (node->distance == 1)
        buf_lit(out, " <-> ");
    else
        buf_printf(out, " <%u> ", node->distance);
}

struct place {
    int priority; /* of the operator above */
    bool right;   /* of a phrase; stored: of any operator */
};

static void write_node(struct buf *out, const struct ts_node *node, struct place place, bool stored)
{
    if (node->kind == TS_VALUE || node->kind == TS_STOP) {
        write_value(out, node);
        return;
    }
    int own = priority(node->kind);
    bool nested = own < place.priority ||
                  (place.right && (node->kind == TS_PHRASE || stored) && own == place.priority);
    if (nested) buf_lit(out, "( ");
    if (node->kind == TS_NOT) {
        buf_char(out, '!');
        write_node(out, node->right, (struct place){own, false}, stored);
    } else {
        write_node(out, node->left, (struct place){own, false}, stored);
        write_operator(out, node);
        write_node(out, node->right, (struct place){own, true}, stored);
    }
    if (nested) buf_lit(out, " )");
}

str tsquery_stored(struct arena *arena, const struct ts_node *node)
{
    struct buf *out = buf_in(arena, 0);
    if (node) write_node(out, node, (struct place){0}, true);
    return buf_str(out);
}

void tsquery_output(struct buf *out, str stored)
{
    struct arena *arena = arena_new(0);
    const struct ts_node *node = tsquery_read(arena, stored);
    if (node) write_node(out, node, (struct place){0}, false);
    arena_free(arena);
}

static err plain_word(void *context,
                      struct arena *arena,
                      str word,
                      uint8_t weights,
                      bool prefix,
                      struct ts_node **out)
{
    (void)context;
    return ts_node_value(arena, word, weights, prefix, out);
}

err tsquery_parse(struct arena *arena, str text, str *out)
{
    const struct ts_words_of words = {plain_word, NULL};
    struct ts_node *node;
    TRY(tsquery_parse_with(arena, &words, text, &node));
    *out = tsquery_stored(arena, node);
    return NULL;
}

struct ts_node *tsquery_read(struct arena *arena, str stored)
{
    const struct ts_words_of words = {plain_word, NULL};
    struct ts_node *node;
    return tsquery_parse_with(arena, &words, stored, &node) ? NULL : node;
}

/* ---- stop words ---- */

struct gap {
    unsigned left, right; /* distances to hand to the phrases around */
};

static unsigned larger(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

static struct ts_node *clean(struct ts_node *node, struct gap *gap);

static struct ts_node *clean_pair(struct ts_node *node, struct gap *gap)
{
    bool phrase = node->kind == TS_PHRASE;
    struct gap l, r;
    node->left = clean(node->left, &l);
    node->right = clean(node->right, &r);
    if (node->left && node->right) {
        if (phrase) {
            node->distance += l.right + r.left;
            *gap = (struct gap){l.left, r.right};
        }
        return node;
    }
    if (!node->left && !node->right) {
        unsigned both = phrase ? l.left + node->distance + r.left : larger(l.left, r.left);
        *gap = (struct gap){both, both};
        return NULL;
    }
    if (node->left) {
        *gap = phrase ? (struct gap){l.left, l.right + node->distance + r.right} : l;
        return node->left;
    }
    *gap = phrase ? (struct gap){l.left + node->distance + r.left, r.right} : r;
    return node->right;
}

static struct ts_node *clean(struct ts_node *node, struct gap *gap)
{
    *gap = (struct gap){0};
    if (node->kind == TS_VALUE) return node;
    if (node->kind == TS_STOP) return NULL;
    if (node->kind != TS_NOT) return clean_pair(node, gap);
    node->right = clean(node->right, gap);
    return node->right ? node : NULL;
}

struct ts_node *tsquery_clean(struct ts_node *node)
{
    struct gap gap;
    return node ? clean(node, &gap) : NULL;
}

/* ---- order ---- */

/* PostgreSQL orders words by a CRC-32 first, whose bytes it takes from the other end than is usual. */
int32_t ts_word_hash(str word)
{
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < word.len; i++) {
        uint32_t entry = ((crc >> 24) ^ (unsigned char)word.at[i]) & 0xffu;
        for (int bit = 0; bit < 8; bit++)
            entry = entry & 1u ? (entry >> 1) ^ 0xedb88320u : entry >> 1;
        crc = entry ^ (crc << 8);
    }
    return (int32_t)~crc;
}

static int compare_nodes(const struct ts_node *a, const struct ts_node *b)
{
    bool a_word = a->kind == TS_VALUE, b_word = b->kind == TS_VALUE;
    if (a_word != b_word) return a_word ? 1 : -1;
    if (a_word) {
        int32_t x = ts_word_hash(a->word), y = ts_word_hash(b->word);
        if (x != y) return x > y ? -1 : 1;
        return str_cmp(a->word, b->word);
    }
    if (a->kind != b->kind) return a->kind > b->kind ? -1 : 1;
    int order = compare_nodes(a->right, b->right);
    if (order == 0 && a->left) order = compare_nodes(a->left, b->left);
    if (order == 0 && a->distance != b->distance) return a->distance > b->distance ? -1 : 1;
    return order;
}

static size_t words_bytes(const struct ts_node *node)
{
    if (!node) return 0;
    if (node->kind == TS_VALUE) return node->word.len + 1;
    return words_bytes(node->left) + words_bytes(node->right);
}

static int compare_sizes(size_t a, size_t b)
{
    return a < b ? -1 : a > b;
}

int tsquery_compare(str a, str b)
{
    if (str_eq(a, b)) return 0;
    struct arena *arena = arena_new(0);
    const struct ts_node *x = tsquery_read(arena, a), *y = tsquery_read(arena, b);
    int order = compare_sizes(ts_node_count(x), ts_node_count(y));
    if (order == 0) order = compare_sizes(words_bytes(x), words_bytes(y));
    if (order == 0 && x && y) order = compare_nodes(x, y);
    arena_free(arena);
    return order;
}

/* ---- operations ---- */

/* Without negations, which no index finds; an OR of which one side goes is gone. */
static const struct ts_node *indexable(struct arena *arena, const struct ts_node *node)
{
    if (!node || node->kind == TS_VALUE) return node;
    if (node->kind == TS_NOT) return NULL;
    const struct ts_node *left = indexable(arena, node->left),
                         *right = indexable(arena, node->right);
    if (left && right) {
        struct ts_node *copy = ARENA_NEW(arena, struct ts_node);
        *copy = *node;
        copy->left = (struct ts_node *)left;
        copy->right = (struct ts_node *)right;
        return copy;
    }
    if (node->kind == TS_OR) return NULL;
    return left ? left : right;
}

str tsquery_tree(struct arena *arena, str stored)
{
    const struct ts_node *node = tsquery_read(arena, stored);
    if (!node) return STR("");
    node = indexable(arena, node);
    if (!node) return STR("T");
    struct buf *out = buf_in(arena, 0);
    write_node(out, node, (struct place){0}, false);
    return buf_str(out);
}

struct words {
    VEC(str);
};

static void collect(struct arena *arena, const struct ts_node *node, struct words *words)
{
    if (!node) return;
    if (node->kind == TS_VALUE) *VEC_ADD(arena, words) = node->word;
    collect(arena, node->left, words);
    collect(arena, node->right, words);
}

static int by_text(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

bool tsquery_contains(str a, str b)
{
    struct arena *arena = arena_new(0);
    struct words all = {0}, wanted = {0};
    collect(arena, tsquery_read(arena, a), &all);
    collect(arena, tsquery_read(arena, b), &wanted);
    if (all.count) qsort(all.at, all.count, sizeof *all.at, by_text);
    bool inside = true;
    for (size_t i = 0; i < wanted.count && inside; i++)
        inside = all.count && bsearch(&wanted.at[i], all.at, all.count, sizeof *all.at, by_text);
    arena_free(arena);
    return inside;
}
