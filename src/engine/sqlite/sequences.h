/* engine/sqlite/sequences.h - PostgreSQL's sequences: values from memory, marks in the file.
 *
 * nextval never rolls back. A value is given from memory as long as it lies under the stored mark;
 * past it a block of SEQUENCE_BLOCK is reserved, and sequences_flush writes the new mark just before
 * COMMIT, outside every savepoint. After a crash at most a block is skipped and none comes twice.
 *
 * Owns:    its state by sequence oid, as long as the sequence is in the catalog.
 * Threads: the writer's alone.
 * Errors:  2200H past a bound, SQLite's own as ERR_SQL.
 */
#ifndef DAPUR_ENGINE_SQLITE_SEQUENCES_H
#define DAPUR_ENGINE_SQLITE_SEQUENCES_H

#include <sqlite3.h>

#include "sql/catalog.h"

struct sequences;

enum { SEQUENCE_BLOCK = 32 };

/* Makes the table of marks when it is missing. db is borrowed for life. */
MUST_USE err sequences_open(struct arena *arena, sqlite3 *db, struct sequences **out);

MUST_USE err sequences_next(struct sequences *sequences,
                            struct arena *arena,
                            const struct cat_relation *sequence,
                            int64_t *out);
/* setval: the next value is value (called false) or the one behind it. 22003 outside the bounds. */
MUST_USE err sequences_set(struct sequences *sequences,
                           struct arena *arena,
                           const struct cat_relation *sequence,
                           int64_t value,
                           bool called);
/* What pg_sequences shows: the last value given and whether one was. */
MUST_USE err sequences_last(struct sequences *sequences,
                            struct arena *arena,
                            const struct cat_relation *sequence,
                            int64_t *value,
                            bool *called);
/* Writes the marks that rose since the last flush; inside the transaction, before COMMIT. */
MUST_USE err sequences_flush(struct sequences *sequences, struct arena *arena);
/* The transaction of the last flush was lost: its marks are due again. */
void sequences_unflush(struct sequences *sequences);
/* A script was rolled back: the sequences that it made are gone (catalog is the one that stays), and
 * the marks that it wrote are due again. Values that were given stay given, as in PostgreSQL. */
void sequences_rolled_back(struct sequences *sequences, const struct catalog *catalog);
/* A clean stop: stores the exact values, in a transaction of its own. */
MUST_USE err sequences_close(struct sequences *sequences, struct arena *arena);

#endif
