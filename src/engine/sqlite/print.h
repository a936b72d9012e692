/* engine/sqlite/print.h - typed expressions as SQLite's text.
 *
 * One `struct print` makes one SQL text with its slots (program.h). Expressions are printed here
 * (print_expr.c); whatever needs a statement (columns' names, sub-selects) is asked of the statement
 * printer through hooks. Values that differ per call become ?n, so that one text serves all.
 *
 * Owns:    nothing; all lives in the arena.
 * Threads: as the arena.
 * Errors:  0A000 with `at` for what SQLite cannot say.
 * Source:  docs/sql.md.
 */
#ifndef DAPUR_ENGINE_SQLITE_PRINT_H
#define DAPUR_ENGINE_SQLITE_PRINT_H

#include "sql/builtin.h"
#include "base/buf.h"
#include "base/vec.h"
#include "engine/sqlite/program.h"

struct print;

struct print_hooks {
    /* EXPR_COLUMN, EXPR_EXCLUDED_COLUMN: prints the reference ("t1"."name"). Whether the text
     * carries the type's collation by itself is print_column_collated's answer. */
    err (*column)(struct print *out, const struct expr *column);
    /* A SELECT without parentheses around it. */
    err (*query)(struct print *out, const struct query *query);
    /* True when the printed column has its type's collation (a base table's column, or a subquery
     * column that is one). NULL: only columns of RTE_RELATION have. */
    bool (*column_collated)(struct print *out, const struct expr *column);
    /* A condition that is true when the row of a nullable FROM item is really there (for
     * EXPR_WHOLE_ROW of an outer join's side): sets *printed when it wrote one. May be NULL. */
    err (*row_present)(struct print *out, const struct rte *rte, bool *printed);
};

struct print {
    struct arena *arena;
    const struct catalog *catalog;
    const struct print_hooks *hooks;
    void *context; /* the hooks' own */
    struct buf *sql;
    struct {
        VEC(struct slot);
    } slots;
    bool
        ddl; /* CHECK, DEFAULT, generated, index: no slots, constants in place, deterministic alone */
    bool kept_calls;  /* out: pl_kept was printed */
    int value_column; /* EXPR_DOMAIN_VALUE in DDL: unused otherwise */
    str domain_value; /* ddl or not: text that stands for EXPR_DOMAIN_VALUE */
    int depth;        /* nesting, for the parser stack's limit */
    bool condition;   /* what is printed now is tested by SQLite, not computed: print_logic.c */
    int twice;        /* operands of AND and OR that are printed twice, around this place */
};

/* Any expression; parentheses only where SQLite's grammar needs them at this place. */
MUST_USE err print_expr(struct print *out, const struct expr *expr);
/* The same where SQLite tests it: behind WHERE, ON, HAVING, WHEN. */
MUST_USE err print_tested(struct print *out, const struct expr *expr);
/* The same where an operand of = stands (parenthesised when it binds no tighter). */
MUST_USE err print_operand(struct print *out, const struct expr *expr);
/* With COLLATE behind it when its type needs one that the text does not carry: for ORDER BY, GROUP
 * BY, DISTINCT, compound SELECT columns, row set columns, index columns. */
MUST_USE err print_collated(struct print *out, const struct expr *expr);
/* A comma-separated list. */
MUST_USE err print_expr_list(struct print *out, const struct expr_list *list);
/* expr [COLLATE c] [DESC] NULLS FIRST|LAST */
MUST_USE err print_sort_list(struct print *out, const struct sort_list *sorts);
/* For CHECK, DEFAULT, generated columns and indexes: a print whose columns are plain names. */
void print_init_ddl(struct print *out,
                    struct arena *arena,
                    const struct catalog *catalog,
                    struct buf *sql);
void print_init(struct print *out,
                struct arena *arena,
                const struct catalog *catalog,
                struct buf *sql,
                const struct print_hooks *hooks,
                void *context);

/* FROM f(...): the table-valued function with its arguments, e.g. `pg_unnest('25', ?1)`. Its columns
 * are named value columns as print_function_column says. WITH ORDINALITY is column "ordinality". */
MUST_USE err print_from_function(struct print *out, const struct rte *rte);
/* The SQLite name of column index of an RTE_FUNCTION (the ordinality column included). */
str print_function_column(struct print *out, const struct rte *rte, int index);

/* "name", quotes doubled. */
void print_ident(struct buf *out, str name);
/* 'text', X'hex', 1.5, NULL: always a literal. */
void print_const(struct buf *out, const struct value *value);
/* ?n for a slot equal to an earlier one, or a new one. */
void print_slot(struct print *out, const struct slot *slot);
/* SQLite's name of the collation a type's values sort by: "" for BINARY, "numeric", "enum:16390",
 * "array:1700"... In the arena or static. */
str print_collation(struct arena *arena, const struct catalog *catalog, oid type);
/* The text by which functions are told a type at run time: "23", "1700:655366", or for rows
 * {"a":23,...}. Parsed by functions_shape.c. */
MUST_USE err print_shape(struct print *out, const struct expr *expr, str *shape);

/* "char", a byte: the catalog has it, SQLite's side does not. */
static inline bool print_refuses_type(oid type)
{
    enum { CHARARRAYOID = 1002 };
    return type == CHAROID || type == CHARARRAYOID;
}

#endif
