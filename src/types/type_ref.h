/* types/type_ref.h - which PostgreSQL type a value has.
 *
 * A type_ref says what is needed to read, print and compare a value, no more: the catalog keeps
 * names, oids, owners and domain checks. A domain is given as its base type.
 *
 * Owns:    nothing; refs point to each other and live where their maker put them.
 * Threads: any; a type_ref is immutable once made.
 * Errors:  none.
 */
#ifndef DAPUR_TYPES_TYPE_REF_H
#define DAPUR_TYPES_TYPE_REF_H

#include "base/str.h"

/* One per family of storage. The order is that of the table in type_text.c. */
enum type_storage {
    TYPE_UNKNOWN, /* a string literal whose type is not known yet */
    TYPE_VOID,
    TYPE_BOOL,
    TYPE_INT2,
    TYPE_INT4,
    TYPE_INT8,
    TYPE_OID,
    TYPE_FLOAT4,
    TYPE_FLOAT8,
    TYPE_NUMERIC,
    TYPE_TEXT,
    TYPE_VARCHAR,
    TYPE_BPCHAR, /* char(n); stored without trailing spaces */
    TYPE_NAME,
    TYPE_CITEXT,
    TYPE_UUID,
    TYPE_DATE,
    TYPE_TIME,
    TYPE_TIMETZ,
    TYPE_TIMESTAMP,
    TYPE_TIMESTAMPTZ,
    TYPE_INTERVAL,
    TYPE_JSON,
    TYPE_JSONB,
    TYPE_BYTEA,
    TYPE_ENUM,
    TYPE_ARRAY,
    TYPE_COMPOSITE,
    TYPE_RECORD, /* anonymous row: fields as a composite's */
    TYPE_INT4RANGE,
    TYPE_INT8RANGE,
    TYPE_NUMRANGE,
    TYPE_DATERANGE,
    TYPE_TSRANGE,
    TYPE_TSTZRANGE,
    TYPE_TSVECTOR,
    TYPE_TSQUERY,
    TYPE_INET,
    TYPE_CIDR,
    TYPE_MACADDR,
    TYPE_MACADDR8,
    TYPE_BIT, /* its typmod is the length itself, as varbit's */
    TYPE_VARBIT,
    TYPE_STORAGE_COUNT
};

struct type_ref;

struct type_field {
    str name;
    const struct type_ref *type;
};

struct type_ref {
    enum type_storage storage;
    int32_t typmod;                  /* PostgreSQL's own encoding; -1: none */
    str name;                        /* for messages; empty: the family's SQL name */
    const struct type_ref *element;  /* TYPE_ARRAY: never itself an array */
    const struct type_field *fields; /* TYPE_COMPOSITE, TYPE_RECORD */
    size_t field_count;
    const str *labels; /* TYPE_ENUM: in declared order */
    size_t label_count;
    uint32_t
        reg; /* TYPE_OID: which of regclass, regtype..., whose values are shown as names; 0: none */
    bool vector; /* TYPE_ARRAY: int2vector, oidvector, written "1 2" and counted from 0 */
};

/* The plain type of a family, without modifier: type_plain(TYPE_INT4). Arrays, enums, composites:
 * an empty shell. Static, never NULL. */
const struct type_ref *type_plain(enum type_storage storage);
/* As PostgreSQL names the family in messages: "integer", "timestamp with time zone". */
str type_storage_name(enum type_storage storage);
/* type->name, or the family's; arrays get "[]" behind the element's. Borrows, or copies to arena. */
struct arena;
str type_name(struct arena *arena, const struct type_ref *type);
/* The family whose pg_type.typname this is ("int4", "timestamptz", "bpchar"), or TYPE_STORAGE_COUNT.
 * Knows base types alone: no arrays, enums, composites. */
enum type_storage type_storage_of(str typname);

/* Typmods, PostgreSQL's encodings. */
enum { TYPMOD_NONE = -1, TYPMOD_HEADER = 4 };
static inline int32_t typmod_length(int32_t characters)
{
    return characters + TYPMOD_HEADER;
}
static inline int32_t typmod_numeric(int32_t precision, int32_t scale)
{
    return (int32_t)(((uint32_t)precision << 16) | ((uint32_t)scale & 0x7ffu)) + TYPMOD_HEADER;
}
/* timestamp(p), time(p): p itself. interval(p): fields mask in the upper half, see datetime.h. */

#endif
