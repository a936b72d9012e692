/* sql/query_walk.h - walking, comparing and judging analyzed trees.
 *
 * Owns:    nothing. Threads: any; trees are only read, except by expr_map's copies.
 * Errors:  none.
 */
#ifndef DAPUR_SQL_QUERY_WALK_H
#define DAPUR_SQL_QUERY_WALK_H

#include "base/arena.h"
#include "sql/query.h"

/* Called with each direct child; answers whether to go on. */
typedef bool expr_visit(struct expr *child, void *context);
/* Direct children of an expression: arguments, CASE arms, filters, sort keys, windows. The query
 * of a sublink is not among them. Answers false as soon as a visit does. */
bool expr_children(const struct expr *expr, expr_visit *visit, void *context);
/* A copy in which each expression that `change` answers for is replaced; where it answers NULL what is
 * below is looked at. Queries of sublinks stay shared. */
typedef struct expr *expr_change(struct expr *expr, void *context);
struct expr *expr_map(struct arena *arena, struct expr *expr, expr_change *change, void *context);
/* Every expression that hangs directly on the query: targets, conditions, joins, functions and
 * VALUES in FROM, policies, assignments, checks. Not those of its subqueries. */
bool query_children(const struct query *query, expr_visit *visit, void *context);
/* Every query directly below: set operation arms, CTEs, FROM subqueries, INSERT's source. */
typedef bool query_visit(struct query *child, void *context);
bool query_subqueries(const struct query *query, query_visit *visit, void *context);

/* The same value in every row, whatever its place in the text: as PostgreSQL's equal(). */
bool expr_equal(const struct expr *a, const struct expr *b);
/* True when the predicate answers true for expr or something below it; sublinks are entered. */
typedef bool expr_test(const struct expr *expr, void *context);
bool expr_any(const struct expr *expr, expr_test *test, void *context);
bool query_any(const struct query *query, expr_test *test, void *context);

/* May run on rows that the caller must not see: cannot raise, tells nothing (docs/sql.md,
 * section 8, "leaky predicates"). A sublink is leakproof when all it evaluates is, and when it cannot
 * raise because the row around it makes it yield two rows. */
bool expr_is_leakproof(const struct expr *expr);
/* Uses a column of the rte, in sublinks too. */
bool expr_uses_rte(const struct expr *expr, const struct rte *rte);
/* Calls something whose answer may change from call to call, or that has effects. */
bool expr_is_volatile(const struct expr *expr);
/* At most one row, whatever the tables hold. */
bool query_is_single_row(const struct query *query);
/* It or a query below it reads the table; INSERT without a conflict does not read its own. */
bool query_reads(const struct query *query, const struct cat_relation *relation);
/* The same of its subqueries and sublinks alone, policies and checks included. */
bool query_reads_below(const struct query *query, const struct cat_relation *relation);
/* It or a query below it is INSERT, UPDATE or DELETE, or locks rows. */
bool query_modifies(const struct query *query);
/* A constant, parameter or session value, perhaps relabelled: costs nothing to write twice. */
bool expr_is_cheap(const struct expr *expr);

#endif
