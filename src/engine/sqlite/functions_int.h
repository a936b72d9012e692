/* engine/sqlite/functions_int.h - what the files of registered functions share.
 *
 * Each family (functions_number.c, functions_text.c, ...) is a table of rows keyed by builtin.h's
 * symbols; functions.c registers row "int4pl" as SQLite's function pg_int4pl and runs its body with
 * the arguments as values of types/. Bodies are pure but for the session.
 *
 * Owns:    nothing. Results live in call->arena, which is reset before the next call.
 * Threads: the connection's.
 * Errors:  a body's err becomes the SQL error.
 */
#ifndef DAPUR_ENGINE_SQLITE_FUNCTIONS_INT_H
#define DAPUR_ENGINE_SQLITE_FUNCTIONS_INT_H

#include <sqlite3.h>

#include "engine/sqlite/functions.h"
#include "types/type_text.h"

enum { FUNCTION_ARGS_MAX = 127 }; /* SQLITE_MAX_FUNCTION_ARG */

/* Which types a function is told at run time, each as a shape text (print_shape). */
enum shape_mode {
    SHAPE_NONE,
    SHAPE_FIRST,  /* the type of argument 0, before all arguments */
    SHAPE_RESULT, /* the type of the result, before all arguments */
    SHAPE_EACH,   /* "(shape,shape)" of every argument, before them */
};

struct function_call {
    struct arena *arena;
    struct sqlite_session *session;
    const struct function_row *row;
    const struct value *args;             /* without the shapes */
    const struct type_ref *const *shapes; /* SHAPE_EACH: per argument; else [0] */
    size_t count;
};

typedef err function_body(struct function_call *call, struct value *out);

enum function_flag {
    FN_STRICT = 1,   /* a NULL argument answers NULL without a call */
    FN_VOLATILE = 2, /* not DETERMINISTIC: random, nextval, clock_timestamp */
};

struct function_row {
    const char *symbol;
    int args; /* without shapes; -1: any number */
    enum shape_mode shape;
    int flags;
    function_body *body;
    int with; /* the body's own: an enum of its file */
};

struct function_table {
    const struct function_row *rows;
    size_t count;
};
extern const struct function_table functions_number;
extern const struct function_table functions_text;
extern const struct function_table functions_datetime;
extern const struct function_table functions_json;
extern const struct function_table functions_array;
extern const struct function_table functions_session;
extern const struct function_table functions_crypto;
extern const struct function_table functions_general;
extern const struct function_table functions_range;
extern const struct function_table functions_ts;
extern const struct function_table functions_network;
extern const struct function_table functions_bits;
extern const struct function_table functions_system;

const struct function_row *function_row_find(const char *symbol);

/* ---- aggregates: functions_aggregate.c, run by functions_group.c ---- */

/* One aggregate's state lives in an arena of its own, from the first row to the last. */
struct aggregate_call {
    struct arena *arena; /* of the group */
    struct sqlite_session *session;
    const struct type_ref *const *shapes;
    void *state; /* of row->state_size bytes, zeroed at first */
};

struct aggregate_row {
    const char *symbol;
    int args;              /* without shapes */
    enum shape_mode shape; /* SHAPE_NONE, SHAPE_FIRST, SHAPE_EACH */
    bool skips_null;       /* rows whose first argument is NULL do not count */
    size_t state_size;
    err (*step)(struct aggregate_call *call, const struct value *args, size_t count);
    /* NULL: a window frame whose start moves is computed anew for each row, by pg_moving */
    err (*inverse)(struct aggregate_call *call, const struct value *args, size_t count);
    /* May run many times (windows). *out starts as NULL. */
    err (*value)(struct aggregate_call *call, struct arena *arena, struct value *out);
    void (*release)(void *state); /* or NULL */
};

struct aggregate_table {
    const struct aggregate_row *rows;
    size_t count;
};
extern const struct aggregate_table functions_aggregate;
const struct aggregate_row *aggregate_row_find(const char *symbol);
MUST_USE int aggregates_register(sqlite3 *db, struct sqlite_session *session);

/* ---- table-valued functions: functions_set.c ---- */
struct set_function {
    const char *symbol;
    enum shape_mode shape;
    int args;
    const char *columns; /* of the declared table, without the hidden ones: "value", "key, value" */
};
const struct set_function *set_function_find(const char *symbol);
MUST_USE int sets_register(sqlite3 *db, struct sqlite_session *session);

/* ---- EXCLUDE's errors: exclusion.c ---- */
MUST_USE int exclusion_register(sqlite3 *db, struct sqlite_session *session);

/* ---- collations: collations.c ---- */
MUST_USE int collations_register(sqlite3 *db, struct sqlite_session *session);

/* ---- shapes and values: functions_shape.c ---- */

/* The type that a shape text names; cached in the session until its catalog changes. Never NULL. */
const struct type_ref *shape_find(struct sqlite_session *session, str text);
/* The parts of a "(shape,shape)" into out[0] .. out[count - 1]; unknown where there are too few. */
void shapes_spread(const struct type_ref *list, const struct type_ref **out, size_t count);
/* Text and bytes borrowed from SQLite until the value changes. */
struct value value_of_sqlite(sqlite3_value *value);
/* Copies. */
void value_to_sqlite(sqlite3_context *context, const struct value *value);
struct value value_copy(struct arena *arena, const struct value *value);
/* SQL error from an err. */
void function_fail(sqlite3_context *context, struct arena *arena, err error);
/* NULL, or 57014 when the session was interrupted or its deadline passed. */
MUST_USE err session_check(struct sqlite_session *session, struct arena *arena);

/* Around each call of a body. begin: 57014 when there is no time to look at each byte of the arguments
 * once. end: error, or 57014 when the call's time ran out. The err is in the session's scratch. */
MUST_USE err session_call_begin(struct sqlite_session *session,
                                const struct value *args,
                                size_t count);
MUST_USE err session_call_end(struct sqlite_session *session, err error);

struct regex;
/* Compiled regular expressions, the last ones used kept. */
MUST_USE err session_regex(struct sqlite_session *session,
                           struct arena *arena,
                           str pattern,
                           str flags,
                           const struct regex **out);

static inline str arg_text(const struct function_call *call, size_t index)
{
    return call->args[index].s;
}
static inline int64_t arg_int(const struct function_call *call, size_t index)
{
    return call->args[index].i;
}
static inline bool arg_null(const struct function_call *call, size_t index)
{
    return call->args[index].kind == VALUE_NULL;
}
/* A double precision argument; SQLite may hand over a whole one as an integer. */
static inline double arg_real(const struct function_call *call, size_t index)
{
    const struct value *value = &call->args[index];
    return value->kind == VALUE_INT ? (double)value->i : value->r;
}

#endif
