/* sql/system_types.h - what pg_type says of a type beyond what the catalog keeps: sizes, collations, the
 * facets that information_schema derives from a typmod.
 *
 * Owns: nothing. Threads: any. Errors: none. Source: PostgreSQL 15, pg_type.dat, information_schema.sql.
 */
#ifndef DAPUR_SQL_SYSTEM_TYPES_H
#define DAPUR_SQL_SYSTEM_TYPES_H

#include "sql/system_rows.h"

struct system_layout {
    int16_t length; /* -1: varies */
    bool by_value;
    char align;
    char storage;
};
const struct system_layout *system_layout_of(const struct catalog *catalog, oid type);
/* 'b', 'c', 'd', 'e', 'p' */
char system_type_kind(const struct cat_type *type);
bool system_is_array(const struct catalog *catalog, oid type);
/* 100 default, 950 "C", 0 none. */
oid system_collation_of(const struct catalog *catalog, oid type);
oid system_access_method(str name);

/* data_type of information_schema: "integer", "ARRAY", "USER-DEFINED". */
str system_data_type(struct system_rows *rows, oid type);

/* The facets of a type and typmod, domains seen through; NULL where there are none. */
struct system_facets {
    struct value character_length, octet_length;
    struct value precision, radix, scale;
    struct value datetime_precision, interval_type;
};
struct system_facets system_facets_of(struct system_rows *rows, oid type, int32_t typmod);

#endif
