/* engine/sqlite/schema.h - SQLite's tables and indexes, made from the catalog.
 *
 * The catalog is the truth: schema_sync compares two snapshots and brings the file from the one to
 * the other, by ALTER where SQLite can do it in place, else by building the table anew. Names in the
 * file are the catalog's `physical` ones; indexes are called by schema_index_name.
 *
 *   PRIMARY KEY over one whole number   INTEGER PRIMARY KEY (the row's number)
 *   other keys                          NOT NULL columns and a unique index
 *   CHECK, FOREIGN KEY                  constraints of the table, by PostgreSQL's names
 *   DEFAULT                             not written: the compiler supplies it
 *
 * Owns:    nothing.
 * Threads: the writer's, inside its transaction, with the session begun.
 * Errors:  23502, 23503, 23505, 23514 for rows that a change finds in its way; 0A000 for expressions
 *          that SQLite cannot say; 53100 before anything is changed, when less than twice the tables that
 *          have to be built anew is free on the disk; SQLite's own.
 * Source:  docs/sql.md.
 */
#ifndef DAPUR_ENGINE_SQLITE_SCHEMA_H
#define DAPUR_ENGINE_SQLITE_SCHEMA_H

#include <sqlite3.h>

#include "base/buf.h"
#include "engine/sqlite/disk.h"
#include "sql/ddl.h"

/* A check that a column's domain brings is called "domain:<domain>:<check>" in the table. */
#define SCHEMA_DOMAIN_PREFIX "domain:"

struct schema_sync {
    struct arena *arena;
    sqlite3 *db;
    const struct catalog *before; /* what the file is like now */
    const struct catalog *after;
    const struct ddl_effects
        *effects;           /* EFFECT_COLUMN_USING, _ENUM_RENAME, _TRUNCATE are carried out */
    oid failed_relation;    /* out: which relation an error belongs to, or OID_NONE */
    struct disk *disk;      /* must have room for what is rebuilt; NULL: not asked */
    uint64_t rebuilt_bytes; /* in and out: of tables that this transaction has built anew */
};

/* True when the file differs from what `after` needs. */
bool schema_differs(const struct catalog *before, const struct catalog *after);
MUST_USE err schema_sync(struct schema_sync *sync);

/* CREATE TABLE under another name (or its own, when name is empty). For tests and rebuilds. */
MUST_USE err schema_table_sql(struct arena *arena,
                              const struct catalog *catalog,
                              const struct cat_relation *relation,
                              str name,
                              str *out);
/* "i.<oid>.<name>": unique in the file whatever else is there. */
str schema_index_name(struct arena *arena, const struct cat_index *index);
/* The column of a PRIMARY KEY that is SQLite's rowid, or NULL. */
const struct cat_column *schema_rowid_column(const struct catalog *catalog,
                                             const struct cat_relation *relation);

#endif
