/* types/ts_match.h - the evaluation of queries, whatever says where their words are.
 *
 * Owns: nothing; lists live in the arena. Threads: any. Errors: none.
 */
#ifndef DAPUR_TYPES_TS_MATCH_H
#define DAPUR_TYPES_TS_MATCH_H

#include "base/vec.h"
#include "types/tsquery.h"

enum ts_truth { TS_NO, TS_YES, TS_MAYBE };

struct ts_places {
    VEC(uint16_t); /* ascending, each once */
};

struct ts_matching {
    struct arena *arena;
    /* Where the word is; out NULL: only whether. TS_MAYBE: it is there, nobody knows where. */
    enum ts_truth (*find)(struct ts_matching *matching,
                          const struct ts_node *value,
                          struct ts_places *out);
    void *context;
};

bool ts_matches(struct ts_matching *matching, const struct ts_node *query);

/* Whether the word takes positions of that weight. */
bool ts_weighs(const struct ts_node *value, const struct ts_position *position);
/* The lexemes that a word of a query stands for: *count from the answered place. */
size_t ts_find(const struct tsvector *vector, const struct ts_node *value, size_t *count);

#endif
