/* sql/lateral.h - LATERAL subqueries written as what every engine can say.
 *
 * A subquery in FROM that uses its siblings' columns is merged into the query around it when it is a
 * plain SELECT, and becomes scalar subqueries, one per column that is used, when it yields one row at
 * most (an aggregate, or LIMIT 1). What is neither stays: the engine's printer decides.
 *
 * Owns:    nothing; the query is changed in place, in its arena.
 * Threads: as the arena. Errors: none.
 * Source:  PostgreSQL 15 prepjointree.c (pull_up_subqueries); docs/sql.md.
 */
#ifndef DAPUR_SQL_LATERAL_H
#define DAPUR_SQL_LATERAL_H

#include "base/arena.h"
#include "sql/query.h"

/* The query and all below it. Policies must be attached already: items that move keep theirs. */
void lateral_flatten(struct arena *arena, struct query *query);

#endif
