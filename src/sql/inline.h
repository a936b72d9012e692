/* sql/inline.h - functions LANGUAGE sql: their bodies in place of their calls.
 *
 * A body of one SELECT without effects becomes part of the calling statement: an expression, a
 * sublink, or a subquery in FROM, analyzed as the function's owner when it is SECURITY DEFINER and
 * with its own search_path. Whether a body has effects is found by looking at it, never by its
 * declared volatility. A body of several statements or with effects becomes the statement itself where the call
 * is all of it (SELECT f(...), SELECT * FROM f(...), RPC): `struct top_call`. Everywhere else the call stays
 * one, with its `site`: the engine runs the body by itself, as it does PL/pgSQL.
 *
 * Owns:    nothing; all lives in the statement's arena.
 * Threads: as the arena.
 * Errors:  42P13 for a result that is not what RETURNS says; whatever the body raises.
 * Source:  docs/sql.md; PostgreSQL 15 clauses.c, functions.c.
 */
#ifndef DAPUR_SQL_INLINE_H
#define DAPUR_SQL_INLINE_H

#include "sql/analyze_int.h"

/* Set as analyzer->top_call while the top of a statement is analyzed. */
struct top_call {
    struct expr *call;   /* EXPR_USER_CALL, once met; the statement is to be compiled as its body */
    struct scope *scope; /* where it stands */
};

/* The statements that run in place of one, in order. */
struct inline_steps {
    VEC(struct query *);
};

/* The hook: what a scalar call becomes. Calls in FROM and set-returning ones come back as they are:
 * inline_from takes them. */
MUST_USE err inline_call(struct scope *scope, struct expr *call, struct expr **out);
/* A call in FROM as a query whose targets are the function's result columns. *out NULL: it cannot be
 * inlined but may run on top (analyzer->top_call holds it); 0A000 otherwise. */
MUST_USE err inline_from(struct scope *scope, struct expr *call, struct query **out);
/* Behind the analysis of a statement: a call that is not all of it, or that cannot stand for it, stays one.
 * top->call is NULL then. */
MUST_USE err inline_settle(struct scope *scope, struct top_call *top);
/* The statement of scope->query is nothing but a call (top->call) that could not be inlined: its
 * body's statements, guarded and finished, then what answers the call itself. 0A000 when the statement
 * is more than the call, or an argument depends on more than parameters and constants. */
MUST_USE err inline_top(struct scope *scope, struct expr *call, struct inline_steps *out);
/* CREATE FUNCTION: compiles every statement with the call's arguments and checks the result. */
MUST_USE err inline_check(struct scope *scope, struct expr *call);

/* Where names of a body are looked for. */
struct inline_path {
    const str *at;
    size_t count;
};
/* SET search_path of the function, when it has one; *path stays as it is otherwise. */
void inline_function_path(struct arena *arena,
                          const struct cat_function *function,
                          struct inline_path *path);

struct inline_column {
    str name;
    oid type;
    int32_t typmod;
};
/* Result columns of a function in FROM: OUT and TABLE columns, a composite's fields, or one column
 * named as the function. count 0: RECORD without columns (a column definition list is needed). */
void inline_result_columns(struct scope *scope,
                           const struct cat_function *function,
                           struct inline_column **columns,
                           size_t *count);
/* The function answers rows of several columns (a composite, RECORD or TABLE). */
bool inline_returns_row(struct scope *scope, const struct cat_function *function);

#endif
