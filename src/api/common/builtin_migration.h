/* api/common/builtin_migration.h - a schema of our own (auth, storage) as a migration in SQL.
 *
 * Owns: nothing; rows are static. Threads: any. Errors: none.
 */
#ifndef DAPUR_API_COMMON_BUILTIN_MIGRATION_H
#define DAPUR_API_COMMON_BUILTIN_MIGRATION_H

#include "base/str.h"

struct builtin_migration {
    str name; /* "dapur/auth_001", unique, never changed once released */
    str role; /* it starts as; the text may SET ROLE to who shall own what it makes */
    str text;
    /* A table whose presence means that somebody else has made the schema; empty: nobody does. Then
     * `adopt` runs instead of the text: what we need and an older schema lacks. */
    str taken_by;
    str adopt;
};

#endif
