/* sql/reg_names.h - regclass, regtype and their like: names to oids and back.
 *
 * Owns:    nothing; texts live in the arena or borrow from the catalog.
 * Threads: any; reading a type's name parses it (parse.h).
 * Errors:  42P01, 42704, 42883, 42725, 3F000, 42602, and 42601 of a type's name.
 * Source:  PostgreSQL 15, regproc.c.
 */
#ifndef DAPUR_SQL_REG_NAMES_H
#define DAPUR_SQL_REG_NAMES_H

#include "base/buf.h"
#include "sql/catalog.h"

/* Where names without a schema are looked up; pg_catalog comes first by itself. */
struct reg_scope {
    const struct catalog *catalog;
    const str *path;
    size_t path_count;
};

bool reg_is_type(oid type);
/* The object of that name; a number is taken as an oid, "-" as 0. reg: REGCLASSOID, ... */
MUST_USE err
reg_find(struct arena *arena, const struct reg_scope *scope, oid reg, str text, oid *out);
/* The table of that name, as has_table_privilege reads it: a number is a name. */
MUST_USE err reg_find_table(struct arena *arena, const struct reg_scope *scope, str text, oid *out);
/* The name as that type prints it; an oid that nothing has as its number. */
void reg_write(const struct reg_scope *scope, oid reg, oid id, struct buf *out);

/* pg_table_is_visible and its like: the name alone would find it. *known: there is such an object. */
bool reg_relation_visible(const struct reg_scope *scope, oid id, bool *known);
bool reg_type_visible(const struct reg_scope *scope, oid id, bool *known);
bool reg_function_visible(const struct reg_scope *scope, oid id, bool *known);

#endif
