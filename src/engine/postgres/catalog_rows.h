/* engine/postgres/catalog_rows.h - the rows of catalog.sql as objects of a snapshot.
 *
 * What makes no sense together (a column of a relation that is not there, an odd value) is left
 * out: one strange object never keeps the others from being served.
 *
 * Owns:    nothing; objects copy what they need into the catalog's pool.
 * Threads: one at a time.
 * Errors:  none.
 */
#ifndef DAPUR_ENGINE_POSTGRES_CATALOG_ROWS_H
#define DAPUR_ENGINE_POSTGRES_CATALOG_ROWS_H

#include <libpq-fe.h>

#include "base/map.h"
#include "sql/catalog_build.h"

/* The results of catalog.sql, in its order. */
enum catalog_query {
    QUERY_ROLES,
    QUERY_MEMBERSHIPS,
    QUERY_SCHEMAS,
    QUERY_RELATIONS,
    QUERY_COLUMNS,
    QUERY_SEQUENCES,
    QUERY_KEYS,
    QUERY_INDEXES,
    QUERY_POLICIES,
    QUERY_TYPES,
    QUERY_LABELS,
    QUERY_DOMAIN_CHECKS,
    QUERY_FUNCTIONS,
    QUERY_EXTENSIONS,
    QUERY_READS_REQUEST,
    QUERY_COUNT
};

/* Reads results into a catalog. */
struct catalog_rows {
    struct arena *arena; /* until the catalog is made */
    struct catalog *catalog;
    const PGresult *results[QUERY_COUNT];
    struct map *acls;       /* aclitem[] text to struct cat_acl: many objects have the same */
    const PGresult *result; /* the one being read */
    struct cat_relation **relations; /* by oid; still to be changed, then put */
    size_t relation_count;
    struct cat_type **types; /* the same */
    size_t type_count;
};

/* Everything, in the order that objects need each other. */
void catalog_rows_read(struct catalog_rows *rows);

/* ---- fields of rows->result (catalog_field.c); null gives the empty or zero value ---- */
/* Borrows from the result. */
str catalog_field_borrow(const struct catalog_rows *rows, int row, int column);
/* A copy in the pool. */
str catalog_field_text(const struct catalog_rows *rows, int row, int column);
int64_t catalog_field_int(const struct catalog_rows *rows, int row, int column);
oid catalog_field_oid(const struct catalog_rows *rows, int row, int column);
bool catalog_field_bool(const struct catalog_rows *rows, int row, int column);
/* The first byte: pg's "char" columns. */
char catalog_field_char(const struct catalog_rows *rows, int row, int column);
/* A one-dimensional array's elements, in rows->arena, unquoted; null elements are STR_NONE. */
const str *catalog_field_items(const struct catalog_rows *rows, int row, int column, size_t *count);
/* The same, copied to the pool. */
const str *catalog_field_texts(const struct catalog_rows *rows, int row, int column, size_t *count);
/* Numbers of '{1,2}' or '1 2', in the pool. */
const int16_t *catalog_field_numbers(const struct catalog_rows *rows,
                                     int row,
                                     int column,
                                     size_t *count);
const oid *catalog_field_oids(const struct catalog_rows *rows, int row, int column, size_t *count);
/* aclitem[]; roles must have been put. */
struct cat_acl catalog_field_acl(struct catalog_rows *rows, int row, int column);

/* ---- parts: catalog_relations.c, catalog_rows.c ---- */
void catalog_rows_relations(struct catalog_rows *rows);

/* The rows from *at on whose column 0 is the same oid: answers their end, and that oid. */
int catalog_rows_group(const struct catalog_rows *rows, int at, oid *id);

#endif
