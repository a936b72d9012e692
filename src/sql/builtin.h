/* sql/builtin.h - PostgreSQL's types, casts, functions, operators and aggregates that the compiler
 * knows. One row each in builtin_types.def, builtin_casts.def and builtin.def.
 *
 * The rows are PostgreSQL 15's own (pg_type, pg_cast, pg_proc, pg_operator), so that overloads are
 * resolved among the same candidates. `symbol` is PostgreSQL's name for the C function behind a row
 * ("int4pl", "text_substr", "jsonb_contains"; several rows may share one); what has no C function
 * there is called name_argtypes ("sum_int4"). By the symbol an engine says how it prints a call. A
 * row says that PostgreSQL has the function; an engine without the symbol refuses it with 0A000.
 *
 * Owns: nothing; rows are static. Threads: any. Errors: look-ups answer NULL.
 */
#ifndef DAPUR_SQL_BUILTIN_H
#define DAPUR_SQL_BUILTIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "types/type_ref.h"

/* Type oids under PostgreSQL's names (pg_type_d.h). */
enum {
    BOOLOID = 16,
    BYTEAOID = 17,
    CHAROID = 18,
    NAMEOID = 19,
    INT8OID = 20,
    INT2OID = 21,
    INT2VECTOROID = 22,
    INT4OID = 23,
    REGPROCOID = 24,
    TEXTOID = 25,
    OIDOID = 26,
    XIDOID = 28,
    OIDVECTOROID = 30,
    JSONOID = 114,
    PGNODETREEOID = 194,
    CIDROID = 650,
    FLOAT4OID = 700,
    FLOAT8OID = 701,
    UNKNOWNOID = 705,
    MACADDR8OID = 774,
    MACADDROID = 829,
    INETOID = 869,
    ACLITEMOID = 1033,
    ACLITEMARRAYOID = 1034,
    BPCHAROID = 1042,
    VARCHAROID = 1043,
    DATEOID = 1082,
    TIMEOID = 1083,
    TIMESTAMPOID = 1114,
    TIMESTAMPTZOID = 1184,
    INTERVALOID = 1186,
    TIMETZOID = 1266,
    BITOID = 1560,
    VARBITOID = 1562,
    NUMERICOID = 1700,
    REGPROCEDUREOID = 2202,
    REGCLASSOID = 2205,
    REGTYPEOID = 2206,
    UUIDOID = 2950,
    TSVECTOROID = 3614,
    TSQUERYOID = 3615,
    REGCONFIGOID = 3734,
    REGDICTIONARYOID = 3769,
    JSONBOID = 3802,
    INT4RANGEOID = 3904,
    NUMRANGEOID = 3906,
    TSRANGEOID = 3908,
    TSTZRANGEOID = 3910,
    DATERANGEOID = 3912,
    INT8RANGEOID = 3926,
    REGNAMESPACEOID = 4089,
    REGROLEOID = 4096,
    /* pseudo types */
    RECORDOID = 2249,
    ANYOID = 2276,
    ANYARRAYOID = 2277,
    VOIDOID = 2278,
    TRIGGEROID = 2279,
    ANYELEMENTOID = 2283,
    RECORDARRAYOID = 2287,
    ANYNONARRAYOID = 2776,
    ANYENUMOID = 3500,
    ANYRANGEOID = 3831,
    ANYCOMPATIBLEOID = 5077,
    ANYCOMPATIBLEARRAYOID = 5078,
    ANYCOMPATIBLENONARRAYOID = 5079,
    /* arrays often named */
    BOOLARRAYOID = 1000,
    INT2ARRAYOID = 1005,
    INT4ARRAYOID = 1007,
    TEXTARRAYOID = 1009,
    INT8ARRAYOID = 1016,
    UUIDARRAYOID = 2951,
    /* citext has no fixed oid in PostgreSQL, being an extension's; these are ours. */
    CITEXTOID = 12201,
    CITEXTARRAYOID = 12202,
};

struct builtin_type {
    uint32_t oid;
    str name; /* pg_type.typname */
    char category;
    bool preferred;
    char kind; /* pg_type.typtype 'b' base, 'p' pseudo; arrays are 'b' with element */
    enum type_storage storage;
    uint32_t element; /* arrays; else 0 */
    uint32_t array;   /* its array type, or 0 */
};

const struct builtin_type *builtin_type(uint32_t oid);
/* By pg_type.typname. citext is found here too: its schema is "extensions". */
const struct builtin_type *builtin_type_named(str name);
/* Every type, in order of oid: *at = 0 first, NULL at the end. */
const struct builtin_type *builtin_type_next(size_t *at);

/* pg_cast. context: 'i' implicit, 'a' assignment, 'e' explicit alone. */
struct builtin_cast {
    uint32_t source;
    uint32_t target;
    char context;
    bool binary; /* PostgreSQL's representations are the same (castmethod 'b') */
};
const struct builtin_cast *builtin_cast(uint32_t source, uint32_t target);

enum builtin_kind {
    BUILTIN_FUNCTION,
    BUILTIN_OPERATOR, /* name is the operator; left unary ones have one argument */
    BUILTIN_AGGREGATE,
    BUILTIN_WINDOW,
    BUILTIN_SET, /* returns a set: allowed in FROM */
};

enum { BUILTIN_ARGS_MAX = 11 };

struct builtin_column {
    const char *name;
    uint32_t type;
};

struct builtin {
    enum builtin_kind kind;
    const char *schema; /* "pg_catalog", "auth", "extensions", "dapur", "storage" */
    str name;           /* as PostgreSQL writes it */
    const char *symbol;
    uint32_t args[BUILTIN_ARGS_MAX]; /* type oids, pseudo types allowed */
    uint8_t arg_count;
    uint8_t arg_least;     /* fewer when trailing ones are optional */
    bool variadic;         /* the last argument repeats; args[] has the array type or "any" */
    uint32_t result;       /* type oid, pseudo types allowed; RECORDOID with columns */
    char volatility;       /* 'i','s','v' */
    bool strict;           /* NULL in, NULL out */
    bool leakproof;        /* may run before a policy: cannot raise, reveals nothing */
    bool writes;           /* nextval, set_config: needs the writer or a session */
    const char *arg_names; /* "years,months,..." for named notation, or NULL */
    const char *defaults;  /* of args[arg_least..]: "0,0,true", input text each, or NULL */
    const struct builtin_column *columns; /* OUT columns of a record result */
    uint8_t column_count;
    char aggregate_kind; /* aggregates: 'n' normal, 'o' ordered-set; else 0 */
};

/* Rows with this name: *at = 0 first, NULL at the end. Operators and the others apart. */
const struct builtin *builtin_operator_next(str name, size_t *at);
const struct builtin *builtin_function_next(str name, size_t *at);
/* Every row, for tests and tables keyed by symbol: *at = 0 first, NULL at the end. */
const struct builtin *builtin_next(size_t *at);
/* The operator with exactly these argument types (left 0: prefix). */
const struct builtin *builtin_operator_exact(str name, uint32_t left, uint32_t right);

/* The element type of a range type; 0 for every other. */
uint32_t builtin_range_subtype(uint32_t range);

static inline bool builtin_is_polymorphic(uint32_t type)
{
    return type == ANYELEMENTOID || type == ANYARRAYOID || type == ANYNONARRAYOID ||
           type == ANYENUMOID || type == ANYRANGEOID || type == ANYCOMPATIBLEOID ||
           type == ANYCOMPATIBLEARRAYOID || type == ANYCOMPATIBLENONARRAYOID;
}

#endif
