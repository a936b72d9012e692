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
};

#endif
