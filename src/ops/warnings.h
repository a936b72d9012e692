/* ops/warnings.h - what a project's SQL allows and probably should not: `dapur check`'s warnings.
 *
 * warnings_follow sees each statement of the project as it runs and keeps where every object came from;
 * warnings_find looks at the catalog that came out. Objects that were there before are nobody's business.
 *
 * Owns:    nothing; everything lives in the arena. Threads: one.
 * Errors:  none. A catalog of a PostgreSQL server has no trees: nothing is found in it.
 * Source:  docs/check.md.
 */
#ifndef DAPUR_OPS_WARNINGS_H
#define DAPUR_OPS_WARNINGS_H

#include "sql/engine.h"

struct warning {
    str file;
    int line;
    str name; /* "rls_disabled", ...: stable */
    str message;
    str hint;
};

struct warnings;

struct warnings *warnings_new(struct arena *arena, const struct catalog *before);
void warnings_follow(struct warnings *warnings, str file, const struct script_statement *statement);
/* In order of the statements. schemas: "public, shop", those that the API shows. */
size_t warnings_find(struct warnings *warnings,
                     const struct catalog *after,
                     str schemas,
                     const struct warning **out);

#endif
