/* sql/builtin.h - PostgreSQL's functions, operators and aggregates that the compiler knows.
 *
 * One row each in builtins.def. `symbol` is the stable name by which an engine says how it is
 * printed or which of its own functions does it ("int4_add", "text_lower", "jsonb_contains").
 *
 * Owns: nothing; rows are static. Threads: any. Errors: look-ups answer NULL.
 */
#ifndef DAPUR_SQL_BUILTIN_H
#define DAPUR_SQL_BUILTIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum builtin_kind {
    BUILTIN_FUNCTION,
    BUILTIN_OPERATOR, /* name is the operator; left unary ones have one argument */
    BUILTIN_AGGREGATE,
    BUILTIN_WINDOW,
    BUILTIN_SET, /* returns a set: allowed in FROM */
};

enum { BUILTIN_ARGS_MAX = 6 };

struct builtin {
    enum builtin_kind kind;
    const char *schema; /* "pg_catalog", "auth", "extensions", "dapur", "storage" */
    str name;           /* as PostgreSQL writes it */
    const char *symbol;
    uint32_t args[BUILTIN_ARGS_MAX]; /* type oids, pseudo types allowed */
    uint8_t arg_count;
    uint8_t arg_least; /* fewer when trailing ones are optional */
    bool variadic;     /* the last argument repeats */
    uint32_t result;   /* type oid, pseudo types allowed */
    char volatility;   /* 'i','s','v' */
    bool strict;       /* NULL in, NULL out */
    bool leakproof;    /* may run before a policy: cannot raise, reveals nothing */
    bool writes;       /* nextval, set_config: needs the writer or a session */
};

#endif
