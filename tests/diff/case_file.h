/* tests/diff/case_file.h - a case file: a migration, then statements under identities.
 *
 * The migration is the file's beginning, or, with "-- load: PATH", a file or a folder of files that lie
 * elsewhere.
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

struct migration {
    str name; /* "0002_rooms.sql" */
    str text;
};

struct case_file {
    str name;
    const struct migration *migrations; /* in the order in which they are applied */
    size_t migration_count;
    str missing; /* what "-- load:" names and is not there: the file is skipped; or empty */
    struct statement *statements;
    size_t count;
};

const char *case_file_read(struct arena *arena, const char *path, struct case_file *out);
/* NULL when there is no such identity. */
const struct identity *identity_find(str name);

#endif
