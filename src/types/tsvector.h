/* types/tsvector.h - documents of full text: lexemes with positions and weights.
 *
 * Stored is PostgreSQL's output: "'cat':3A 'fat':2,4", lexemes in byte order, each once, so that
 * equal ones have equal texts. The order is not that of the text: tsvector_compare.
 *
 * Owns:    nothing; what is read borrows from the stored text or lives in the arena.
 * Threads: any.
 * Errors:  42601 syntax, 54000 a word or the whole too long; PostgreSQL's texts.
 * Source:  PostgreSQL 15, chapter 8.11.1.
 */
#ifndef DAPUR_TYPES_TSVECTOR_H
#define DAPUR_TYPES_TSVECTOR_H

#include "base/buf.h"
#include "base/err.h"

enum {
    TS_WORD_BYTES_MAX = 2046,
    TS_VECTOR_BYTES_MAX = (1 << 20) - 1, /* lexemes and positions */
    TS_POSITION_MAX = 16383,
    TS_POSITIONS_MAX = 256, /* of a lexeme */
};

/* D is 0, A is 3. */
struct ts_position {
    uint16_t at; /* from 1 */
    uint8_t weight;
};

struct ts_lexeme {
    str word;
    const struct ts_position *positions; /* ascending */
    size_t count;
};

struct tsvector {
    struct ts_lexeme *lexemes; /* in order of str_cmp, each once */
    size_t count;
};

/* PostgreSQL's input text to stored form. */
MUST_USE err tsvector_parse(struct arena *arena, str text, str *out);
/* A stored one taken apart; other bytes give some vector. */
struct tsvector tsvector_read(struct arena *arena, str stored);
void tsvector_write(struct buf *out, const struct tsvector *vector);
/* In any order and with repetitions; sorts in place, merges positions, checks the size. */
MUST_USE err tsvector_make(struct arena *arena,
                           struct ts_lexeme *lexemes,
                           size_t count,
                           struct tsvector *out);
/* PostgreSQL's: by size first. The body of the collation tsvector. */
int tsvector_compare(str a, str b);

/* ---- operations ---- */

MUST_USE err tsvector_concat(struct arena *arena, str a, str b, str *out);
str tsvector_strip(struct arena *arena, str stored);
/* Gives the weight to all positions, or to those of the named lexemes. */
str tsvector_set_weight(
    struct arena *arena, str stored, uint8_t weight, const str *only, size_t count);
/* Without the named lexemes. */
str tsvector_delete(struct arena *arena, str stored, const str *words, size_t count);
/* Positions of these weights alone (bit n: weight n). */
str tsvector_filter(struct arena *arena, str stored, unsigned weights);
/* The weight that a letter names; false when it names none. */
bool ts_weight(char letter, uint8_t *out);

#endif
