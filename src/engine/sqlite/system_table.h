/* engine/sqlite/system_table.h - pg_catalog and information_schema as virtual tables.
 *
 * Each relation of sql/system_catalog.h is an eponymous table dapur_<name>(role) with its columns. Its rows
 * are made from the session's catalog when they are first read, and kept for that catalog and role: a
 * snapshot does not change. A column that is compared with a value is looked up in an index made then.
 *
 * Owns:    the rows, until the session's catalog changes or they are too many (system_tables_forget).
 * Threads: the connection's. Errors: SQLite codes.
 */
#ifndef DAPUR_ENGINE_SQLITE_SYSTEM_TABLE_H
#define DAPUR_ENGINE_SQLITE_SYSTEM_TABLE_H

#include <sqlite3.h>

#include "engine/sqlite/functions.h"

/* Relations by roles; one more begins anew. */
enum { SYSTEM_TABLES_MAX = 64 };

struct system_table;
struct system_tables {
    struct system_table *at[SYSTEM_TABLES_MAX];
    size_t count;
};

/* Drops the rows that no cursor reads. */
void system_tables_forget(struct system_tables *tables);

/* Registers every table. Once per connection. Answers an SQLite code. */
MUST_USE int system_tables_register(sqlite3 *db, struct sqlite_session *session);

#endif
