/* engine/sqlite/print_query.h - analyzed statements as SQLite's text: what its printers share.
 *
 * A `struct text` is one SQL text in the making: the expression printer (print.h) with the names
 * that FROM items have in this text, and the CTEs that go before it. print_query.c prints SELECT,
 * print_from.c its FROM with the policies, print_write.c the ops of a DML statement.
 *
 * Names: every FROM item gets an alias that no other item of the text has, so a predicate that the
 * compiler put somewhere (a policy, an inlined function, an embed's link) can never be caught by
 * an inner item of the same name. Tables are written main."t": a CTE cannot shadow them.
 *
 * Owns:    nothing; all lives in the arena.
 * Threads: as the arena.
 * Errors:  0A000 with `at` for what SQLite cannot say.
 * Source:  sql-on-sqlite.md, sections 2, 7 and 8.
 */
#ifndef DAPUR_ENGINE_SQLITE_PRINT_QUERY_H
#define DAPUR_ENGINE_SQLITE_PRINT_QUERY_H

#include "base/map.h"
#include "engine/sqlite/print.h"

/* How a column of a FROM item is written in this text. */
enum item_form {
    ITEM_TABLE,    /* "alias"."physical" */
    ITEM_NAMED,    /* "alias"."name": subqueries, CTEs, VALUES */
    ITEM_FUNCTION, /* "alias"."what print_function_column says" */
    ITEM_ROWS,     /* "alias".c7: read from a row set */
    ITEM_SLOTS,    /* ?n: a trigger's OLD or NEW */
    ITEM_EXPRS,    /* the expression that computes it: a row that is not stored anywhere yet */
};

struct item {
    const struct rte *rte;
    enum item_form form;
    str alias;
    int set; /* ITEM_ROWS */
    const int *
        positions; /* ITEM_ROWS: the set's column of each rte column; -1: not there. ITEM_SLOTS: the
                           * relation's, by index */
    enum slot_kind slot; /* ITEM_SLOTS */
    struct expr **exprs; /* ITEM_EXPRS: by rte column; NULL: not there */
};

/* A CTE of the plan as this text names it. */
struct text_cte {
    const struct cte *cte;
    str name;
    int set; /* >= 0: a data-modifying one, whose rows are in this row set by now */
};

/* name AS (text), before the statement. */
struct text_with {
    str head; /* `"name"("a","b") AS MATERIALIZED ` */
    str body;
    bool recursive;
};

struct with_list {
    VEC(struct text_with);
};

struct text {
    struct print print; /* first: a hook's context is its text */
    struct map *items;  /* struct item by the address of its rte */
    struct map
        *aliases; /* taken, in lower case (SQLite compares without case), each with the number
                          * (size_t) to try for the next of that name */
    struct {
        VEC(struct text_cte);
    } ctes;
    struct with_list *withs; /* of the query or sub-select being printed */
    bool numbered;           /* aliases are numbers: texts of equal trees are equal */
    int from_depth;          /* how many FROM-subqueries around the place of printing */
    const struct rte
        *returned; /* of a RETURNING list: SQLite forgets its columns' collations there */
    /* EXPR_EXCLUDED_COLUMN: the proposed row. NULL: written excluded."c". */
    const struct item *excluded;
};

/* sql: NUL-terminated by text_finish. */
void text_init(struct text *text, struct arena *arena, const struct catalog *catalog);
/* The text, with its NUL, in the arena. */
str text_finish(struct text *text);
static inline struct text *text_of(struct print *print)
{
    return (struct text *)print;
}

/* ---- names ---- */
struct item *text_item_find(struct text *text, const struct rte *rte);
/* Adds or replaces what the rte is in this text. */
struct item *text_item_set(struct text *text, struct item item);
/* wanted, or wanted~2... when it is taken. */
str text_alias(struct text *text, str wanted);
/* SQLite's name of the hidden row number of a table: the one of rowid, _rowid_ and oid that no
 * column has. 0A000 when all are taken. */
MUST_USE err text_rowid(struct text *text, const struct cat_relation *relation, str *out);
/* main."physical" */
void text_table(struct text *text, const struct cat_relation *relation);
/* The same in FROM, where a system relation is a table-valued function of its reader (system_table.h). */
void text_item_table(struct text *text, const struct rte *rte);
/* The column of the relation that rte column `index` is. */
MUST_USE err text_relation_column(struct text *text,
                                  const struct rte *rte,
                                  int index,
                                  const struct cat_column **out);
MUST_USE err text_cte_find(struct text *text, const struct cte *cte, struct text_cte **out);

/* ---- conditions ---- */
struct condition {
    struct expr *expr;
    bool printed; /* it stands inside a barrier already */
};
struct condition_list {
    VEC(struct condition);
};
/* Flattens ANDs. expr may be NULL. */
void conditions_add(struct arena *arena, struct condition_list *list, struct expr *expr);
/* word ("" or " WHERE " or " AND "...) and then a AND b AND c of what is not printed yet; nothing at
 * all when nothing is left. */
MUST_USE err text_conditions(struct text *text, const struct condition_list *list, str word);

/* ---- SELECT ---- */
struct query_options {
    const str *names; /* AS names of the targets; NULL: none are needed */
    bool hidden;      /* hidden targets are printed too (a plan node's own query) */
    bool collated;    /* targets carry their collation */
    /* A plan node's links: child_expr = slot, in its WHERE. */
    const struct plan_link *links;
    size_t link_count;
    /* One link, to all rows of the parent at once: child_expr IN (their keys), child_expr itself
     * as the last target, and no LIMIT. */
    bool grouped;
    size_t parent_columns; /* of the parent's row set */
};
/* A whole SELECT with its WITH, without parentheses: a statement or a sub-select. */
MUST_USE err text_query(struct text *text,
                        const struct query *query,
                        const struct query_options *options);
/* FROM's items (with the word FROM), policies added to `where` or the ONs. Items of query->rtable
 * get their names here, except those that have one. */
MUST_USE err text_from(struct text *text, const struct query *query, struct condition_list *where);
/* SQLite 3.40 errs beside such a join in ways of its own: where it matters, its callers say. */
bool query_has_full_join(const struct query *query);
/* Names for every rte of the query that has none yet. */
MUST_USE err text_items(struct text *text, const struct query *query);
/* The table that a DML statement changes, as a FROM item: behind a barrier when the query's
 * conditions may raise on rows that its policy hides, else its policy joins `where`. rowid is how
 * its row number is written then. */
MUST_USE err text_target_item(struct text *text,
                              const struct query *query,
                              struct condition_list *where,
                              str *rowid);
/* The other FROM items of a DML statement, each behind ", ". */
MUST_USE err text_from_rest(struct text *text,
                            const struct query *query,
                            struct condition_list *where);
/* WITH of the query before what `body` prints. Data-modifying CTEs have been put in text->ctes
 * before, with the row set that holds their rows. */
MUST_USE err text_with(struct text *text,
                       const struct query *query,
                       err (*body)(struct text *text, void *context),
                       void *context);
/* Names of a query's visible columns as a FROM item, made unique without case. */
str *text_column_names(struct text *text, const struct rte_column *columns, size_t count);

/* ---- print_null.c ---- */

/* Column `column` of what the query yields is never NULL. */
bool query_column_is_filled(const struct query *query, size_t column);
/* The same of an expression over the query's FROM. */
bool query_expr_is_filled(const struct query *query, const struct expr *expr);

err text_refuse(struct text *text, int32_t location, const char *what);

#endif
