/* types/trigram.h - pg_trgm's trigrams: the runs of three characters in a text's words, and how alike two
 * texts are by them.
 *
 * Owns:    nothing; sets live in the arena.
 * Threads: any.
 * Errors:  none; long work is charged to the arena's token.
 * Source:  PostgreSQL 15, appendix F.35.
 */
#ifndef DAPUR_TYPES_TRIGRAM_H
#define DAPUR_TYPES_TRIGRAM_H

#include "base/arena.h"

/* Three bytes: ASCII characters as they are, others hashed. */
struct trigram {
    signed char at[3]; /* ordered as PostgreSQL orders them */
};

struct trigrams {
    struct trigram *at; /* ascending, each once */
    size_t count;
};

struct trigrams trigrams_of(struct arena *arena, str text);
/* From 0, nothing in common, to 1. */
float trigram_similarity(struct arena *arena, str a, str b);
/* As show_trgm shows it: the characters, or 0x and six digits. */
str trigram_text(struct arena *arena, const struct trigram *trigram);

#endif
