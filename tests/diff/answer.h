/* tests/diff/answer.h - what one side says to one statement, as text.
 *
 * Owns: nothing; everything lives in the arena given. Threads: one.
 */
#ifndef DAPUR_TESTS_DIFF_ANSWER_H
#define DAPUR_TESTS_DIFF_ANSWER_H

#include "base/buf.h"

struct row {
    str *values; /* one per column; .at == NULL is SQL NULL */
};

struct answer {
    bool ok;
    str sqlstate; /* five characters; empty when ok */
    str message;
    str command; /* PostgreSQL's tag: "SELECT 3", "UPDATE 1", "INSERT 0 1" */
    size_t column_count;
    str *columns;
    str *types; /* pg_type.typname: int4, text, timestamptz, _text; or empty */
    size_t row_count;
    struct row *rows;
};

/* Who asks. claims is JSON; role is what SET ROLE gets. */
struct identity {
    str name;
    str role;
    str claims;
};

/* Appends it as a small table, or as its error, each line behind the prefix. */
void answer_print(struct buf *out, const struct answer *answer, const char *prefix);

/* Appends one line for each difference; nothing when the two agree. Rows are compared in order when
 * ordered, else as a multiset. */
void answer_compare(struct buf *out,
                    struct arena *arena,
                    const struct answer *postgres,
                    const struct answer *dapur,
                    bool ordered);

#endif
