/* sql/system_rows.h - what the makers of system rows share (system_catalog.h).
 *
 * A maker adds a row, all NULL at first, and fills it by column: row[pg_class_relname] = ... The names
 * of the columns and makers come from system_relations.def.
 *
 * Owns, Threads, Errors: as system_catalog.h.
 */
#ifndef DAPUR_SQL_SYSTEM_ROWS_H
#define DAPUR_SQL_SYSTEM_ROWS_H

#include "sql/builtin.h"
#include "sql/catalog_build.h"
#include "sql/system_catalog.h"

/* One enum a relation: pg_class_oid, pg_class_relname, ... */
#define COLUMN(id, name, type, typmod, not_null) id##_##name,
#define RELATION(id, schema, name, oid, kind, ...) enum id##_column{__VA_ARGS__ id##_column_count};
#include "sql/system_relations.def"

/* One maker a relation: system_rows_pg_class, ... */
#define COLUMN(id, name, type, typmod, not_null)
#define RELATION(id, schema, name, oid, kind, ...) system_rows_maker system_rows_##id;
#include "sql/system_relations.def"

struct value *system_row_add(struct system_rows *rows);

static inline struct value system_bool(bool value)
{
    return value_int(value);
}
static inline struct value system_yes_no(bool value)
{
    return value_text(value ? STR("YES") : STR("NO"));
}
/* The empty text is NULL. */
static inline struct value system_text(str text)
{
    return str_empty(text) ? value_null() : value_text(text);
}
static inline struct value system_oid_or_null(oid id)
{
    return id ? value_int(id) : value_null();
}
/* A "char". */
struct value system_char(struct system_rows *rows, char letter);
struct value system_printf(struct system_rows *rows, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* smallint[], int2vector and the like: the stored form of their elements. */
struct value system_int_array(struct system_rows *rows, const int64_t *at, size_t count);
struct value system_column_array(struct system_rows *rows, const int16_t *at, size_t count);
struct value system_text_array(struct system_rows *rows, const str *at, size_t count);

str system_schema_name(const struct system_rows *rows, oid schema);
str system_role_name(const struct system_rows *rows, oid role);
/* The one database there is: its name and oid. */
enum { SYSTEM_DATABASE_OID = 5 };
#define SYSTEM_DATABASE STR("postgres")

/* ---- privileges of rows->role ---- */

/* pg_has_role(owner, 'USAGE') */
bool system_owns(const struct system_rows *rows, oid owner);
/* It owns the object, or holds any of the privileges (has_table_privilege(..., 'SELECT, INSERT')). */
bool system_holds_any(const struct system_rows *rows,
                      oid owner,
                      const struct cat_acl *acl,
                      char object,
                      uint32_t any);
/* The same of a column, by the relation's privileges or the column's own. */
bool system_holds_column(const struct system_rows *rows,
                         const struct cat_relation *relation,
                         const struct cat_column *column,
                         uint32_t any);
/* Of any column of it (has_any_column_privilege), or of the relation. */
bool system_holds_some_column(const struct system_rows *rows,
                              const struct cat_relation *relation,
                              uint32_t any);
/* The object class letter of catalog_role_has. */
char system_relation_object(const struct cat_relation *relation);
/* aclitem[]: NULL while the built-in default holds. */
struct value system_acl(struct system_rows *rows, const struct cat_acl *acl);

/* Each grant as information_schema lists it: grantor, grantee, privilege. The built-in default counts as
 * granted. Stops where NULL is answered. */
struct system_privilege {
    uint32_t bit;
    char letter;
    const char *name; /* "SELECT" */
};
const struct system_privilege *system_privilege_next(size_t *at);
uint32_t system_privilege_bit(str name); /* 0: there is none; any case */

/* ---- shared parts ---- */

/* The index of a PRIMARY KEY or UNIQUE constraint, or NULL. */
const struct cat_index *system_constraint_index(const struct cat_relation *relation,
                                                const struct cat_constraint *constraint);
/* Oids of what has none in the catalog (a default, a NOT NULL): not stable, unique within its class. */
oid system_default_oid(const struct cat_relation *relation, const struct cat_column *column);
oid system_domain_check_oid(const struct cat_type *type, size_t index);
/* Column numbers of a constraint; of a CHECK those it reads. */
size_t system_constraint_columns(struct system_rows *rows,
                                 const struct cat_relation *relation,
                                 const struct cat_constraint *constraint,
                                 int16_t **out);
/* The index that a foreign key refers to, or NULL. */
const struct cat_index *system_foreign_index(const struct system_rows *rows,
                                             const struct cat_constraint *constraint);
/* What may be written to a relation by its kind and, of a view, its query (pg_relation_is_updatable):
 * bits of pg's 1 << CmdType. */
enum system_updatable { UPDATABLE_UPDATE = 4, UPDATABLE_INSERT = 8, UPDATABLE_DELETE = 16 };
int system_updatable(const struct catalog *catalog, const struct cat_relation *relation);
bool system_column_updatable(const struct catalog *catalog,
                             const struct cat_relation *relation,
                             const struct cat_column *column);
int system_instead_of(const struct cat_relation *view);
bool system_has_triggers(const struct system_rows *rows, const struct cat_relation *relation);
/* Whether the role sees the relation in information_schema.tables and its like. */
bool system_sees_relation(const struct system_rows *rows, const struct cat_relation *relation);

#endif
