/* sql/system_catalog.h - the relations of pg_catalog and information_schema, read from a snapshot.
 *
 * They are no objects of the catalog: system_relations.def describes them, and each has a function that
 * makes its rows from a `struct catalog`. A row says what PostgreSQL 15 would say of the same objects;
 * information_schema shows what the role may see, by PostgreSQL's own definitions. Of the system's own
 * relations and functions there are no rows; of its types there are.
 *
 * Owns:    nothing; rows live in the arena given and borrow texts from the catalog.
 * Threads: any; the descriptions are static.
 * Errors:  look-ups answer NULL.
 * Source:  PostgreSQL 15, chapters 37 and 53; docs/sql.md, "The system's catalogs".
 */
#ifndef DAPUR_SQL_SYSTEM_CATALOG_H
#define DAPUR_SQL_SYSTEM_CATALOG_H

#include "sql/catalog.h"
#include "types/value.h"

struct system_rows {
    struct arena *arena;
    const struct catalog *catalog;
    oid role; /* current_user: whose privileges decide what information_schema shows */
    const struct cat_relation *relation;
    struct value *values; /* count * relation->column_count */
    size_t count;
    size_t capacity;
};

typedef void system_rows_maker(struct system_rows *rows);

struct system_relation {
    struct cat_relation relation; /* physical: the name of the embedded engine's virtual table */
    system_rows_maker *rows;
};

/* In schema pg_catalog or information_schema. */
const struct system_relation *system_relation_find(oid schema, str name);
const struct system_relation *system_relation(oid id);
/* Every one: *at = 0 first, NULL at the end. */
const struct system_relation *system_relation_next(size_t *at);

#endif
