/* types/ts_int.h - what the files of full text share.
 *
 * Owns: nothing. Threads: any. Errors: none.
 */
#ifndef DAPUR_TYPES_TS_INT_H
#define DAPUR_TYPES_TS_INT_H

#include "types/tsvector.h"

/* A word of a vector's or a query's text. */
struct ts_scan {
    str text;
    size_t at;
    bool query; /* operators and ":" end a word */
    bool web;   /* a double quote too; others stand for themselves */
};

enum ts_scanned { TS_SCAN_WORD, TS_SCAN_END, TS_SCAN_ERROR };
enum ts_scanned ts_scan_word(struct arena *arena, struct ts_scan *scan, str *word);
bool ts_is_operator(char c);
/* A CRC-32 as PostgreSQL's queries and trigrams have it. */
int32_t ts_word_hash(str word);
/* A word in quotes, as both types are written. */
void ts_write_word(struct buf *out, str word);

#endif
