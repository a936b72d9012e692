/* types/tsquery.h - queries of full text: trees of lexemes under !, <->, & and |.
 *
 * Stored is PostgreSQL's output with parentheses added where the tree would not come back: right
 * arguments of one operator. tsquery_output writes PostgreSQL's. Equal is by tsquery_compare.
 *
 * Owns:    nothing; trees live in the arena.
 * Threads: any.
 * Errors:  42601 syntax, 22023 a distance too long, 54000 a word or the whole too long, 54001 nested
 *          too deep; PostgreSQL's texts.
 * Source:  PostgreSQL 15, chapter 8.11.2.
 */
#ifndef DAPUR_TYPES_TSQUERY_H
#define DAPUR_TYPES_TSQUERY_H

#include "types/tsvector.h"

/* The order is that of PostgreSQL's operators in comparisons. */
enum ts_node_kind { TS_VALUE, TS_NOT, TS_AND, TS_OR, TS_PHRASE, TS_STOP };

enum { TS_QUERY_DEPTH_MAX = 5000, TS_QUERY_NODES_MAX = 100000 };

struct ts_node {
    enum ts_node_kind kind;
    struct ts_node *left; /* NULL for words and NOT */
    struct ts_node *right;
    size_t depth;
    unsigned distance; /* TS_PHRASE */
    str word;          /* TS_VALUE */
    uint8_t weights;   /* bit n: weight n; 0: any */
    bool prefix;
};

/* PostgreSQL's input text to stored form. */
MUST_USE err tsquery_parse(struct arena *arena, str text, str *out);
/* Stored form to PostgreSQL's output. */
void tsquery_output(struct buf *out, str stored);
/* A stored one as a tree; NULL is the query without words. */
struct ts_node *tsquery_read(struct arena *arena, str stored);
/* A tree, or NULL, to stored form. */
str tsquery_stored(struct arena *arena, const struct ts_node *node);
/* The body of the collation tsquery. */
int tsquery_compare(str a, str b);

/* ---- making ---- */

MUST_USE err
ts_node_value(struct arena *arena, str word, uint8_t weights, bool prefix, struct ts_node **out);
MUST_USE err ts_node_join(struct arena *arena,
                          enum ts_node_kind kind,
                          unsigned distance,
                          struct ts_node *left,
                          struct ts_node *right,
                          struct ts_node **out);
struct ts_node *ts_node_stop(struct arena *arena);
/* Without the places of stop words, phrases' distances set right; NULL when nothing remains. */
struct ts_node *tsquery_clean(struct ts_node *node);

/* What a word of a query's text becomes: a tree or TS_STOP. */
typedef err ts_word_maker(void *context,
                          struct arena *arena,
                          str word,
                          uint8_t weights,
                          bool prefix,
                          struct ts_node **out);
struct ts_words_of {
    ts_word_maker *make;
    void *context;
};
/* to_tsquery's and websearch_to_tsquery's text; *out is NULL for none. */
MUST_USE err tsquery_parse_with(struct arena *arena,
                                const struct ts_words_of *words,
                                str text,
                                struct ts_node **out);
MUST_USE err tsquery_parse_web(struct arena *arena,
                               const struct ts_words_of *words,
                               str text,
                               struct ts_node **out);

/* ---- operations ---- */

size_t ts_node_count(const struct ts_node *node);
/* The part that an index could look for: "T" without any. */
str tsquery_tree(struct arena *arena, str stored);
/* Whether all words of b are in a. */
bool tsquery_contains(str a, str b);
MUST_USE err tsquery_rewrite(struct arena *arena, str query, str target, str substitute, str *out);

/* vector @@ query, both stored. */
MUST_USE err ts_match(struct arena *arena, str vector, str query, bool *out);

/* ---- rank ---- */

struct ts_ranking {
    float weights[4]; /* D, C, B, A */
    int method;
    bool cover_density;
};
/* {0.1, 0.2, 0.4, 1.0} */
struct ts_ranking ts_ranking_plain(void);
float ts_rank(struct arena *arena, const struct ts_ranking *ranking, str vector, str query);

#endif
