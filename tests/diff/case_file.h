/* tests/diff/case_file.h - a case file: a migration, then statements under identities.
 *
 * Owns:    nothing; everything lives in the arena. Threads: one.
 * Errors:  a message for a person, or NULL. The format is described in tests/diff/README.md.
 */
#ifndef DAPUR_TESTS_DIFF_CASE_FILE_H
#define DAPUR_TESTS_DIFF_CASE_FILE_H

#include "answer.h"

struct statement {
    str sql;
    const struct identity *as;
    int line;            /* in the file, from 1 */
    bool ordered;        /* has ORDER BY at its top: rows are compared in order */
    str expected;        /* "-- error: 42501": what PostgreSQL itself must say; or empty */
    str skip;            /* "-- skip: REASON" */
    bool may_be_refused; /* behind "-- refusals: skipped" */
};

struct case_file {
    str name;
    str migration;
    struct statement *statements;
    size_t count;
};

const char *case_file_read(struct arena *arena, const char *path, struct case_file *out);
/* NULL when there is no such identity. */
const struct identity *identity_find(str name);

#endif
