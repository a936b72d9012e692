/* engine/sqlite/print_int.h - what the expression printer's own files share.
 *
 * print_expr.c the walk, print_logic.c AND and OR, print_call.c built-in functions, casts and
 * aggregates, print_const.c literals, slots, names and shapes.
 *
 * Owns: nothing. Threads: as print.h. Errors: as print.h.
 */
#ifndef DAPUR_ENGINE_SQLITE_PRINT_INT_H
#define DAPUR_ENGINE_SQLITE_PRINT_INT_H

#include "engine/sqlite/print.h"

/* How tightly SQLite's operators bind, loosest first (lang_expr.html). */
enum binding {
    BIND_ANY,
    BIND_OR,
    BIND_AND,
    BIND_NOT,
    BIND_EQUAL, /* = <> IS IN LIKE BETWEEN ISNULL */
    BIND_ORDER, /* < <= > >= */
    BIND_BITS,
    BIND_ADD,
    BIND_MULTIPLY,
    BIND_CONCAT,
    BIND_COLLATE,
    BIND_PRIMARY,
};

/* Prints with parentheses when the expression binds less tightly than `least`. */
MUST_USE err print_at(struct print *out, const struct expr *expr, enum binding least);
/* An operand of a comparison whose values sort by `collation` ("" for BINARY). */
MUST_USE err print_compared(
    struct print *out, const struct expr *expr, str collation, bool first, enum binding least);
/* left op right of a comparison operator, as SQLite's own; 0A000 for records. */
MUST_USE err print_comparison(struct print *out,
                              const char *op,
                              const struct expr *left,
                              const struct expr *right);
/* EXPR_AND, EXPR_OR. */
MUST_USE err print_logic(struct print *out, const struct expr *expr);
/* It is printed as a CASE. */
bool logic_is_lazy(const struct print *out, const struct expr *expr);
/* Calls, casts, aggregates, windows. */
enum binding call_binding(const struct print *out, const struct expr *expr);
MUST_USE err print_call(struct print *out, const struct expr *expr);
MUST_USE err print_cast(struct print *out, const struct expr *expr);
/* True when the cast is printed as its argument alone. */
bool cast_is_silent(const struct print *out, const struct expr *expr);
/* EXPR_USER_CALL in an expression, and in FROM (print_user.c). */
MUST_USE err print_user_call(struct print *out, const struct expr *expr);
MUST_USE err print_user_rows(struct print *out, const struct rte *rte);
MUST_USE err print_aggregate(struct print *out, const struct expr *expr);
MUST_USE err print_window(struct print *out, const struct expr *expr);
/* 'shape' of an expression's type as a literal. */
MUST_USE err print_shape_literal(struct print *out, const struct expr *expr);
struct record_field; /* sql/infer.h */
/* '{"a":23}' of some fields. */
MUST_USE err print_fields_literal(struct print *out,
                                  const struct record_field *fields,
                                  size_t count);
MUST_USE err print_shape_of_type(struct print *out, oid type, int32_t typmod);
/* The comparison operators' own table: "=" for "texteq"... NULL when the builtin is not one. */
const char *comparison_sign(const struct builtin *builtin);
MUST_USE err print_refuse(struct print *out, const struct expr *expr, const char *what);
enum type_storage print_storage(const struct print *out, oid type);
/* A synthetic operand printed as `text`, of that type. */
struct expr *print_text_operand(struct print *out, oid type);

#endif
