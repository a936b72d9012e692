/* sql/partition.h - declarative partitions: bounds compared, written as conditions, and asked for a row.
 *
 * The topmost table holds every row. What is below it has no rows of its own: a partition is those of
 * the root for which its bound, and each bound above it, is true. So a bound is wanted in two forms:
 * as values, to be compared with others, and as a condition over the columns, to be compiled.
 *
 * Owns:    nothing.
 * Threads: any.
 * Errors:  42P16 and 42P17 of bounds that cannot be, in PostgreSQL's words.
 * Source:  PostgreSQL 15, partitioning/partbounds.c.
 */
#ifndef DAPUR_SQL_PARTITION_H
#define DAPUR_SQL_PARTITION_H

#include "sql/catalog.h"

/* The partitions of a table, one level down, in order of oid: *at = 0 first, NULL at the end. */
const struct cat_relation *partition_next(const struct catalog *catalog, oid of, size_t *at);
/* Whether `above` is the table itself or one above it. */
bool partition_is_below(const struct catalog *catalog,
                        const struct cat_relation *relation,
                        oid above);

/* What is true of a partition's rows over the root's columns: its own bound and each above it, as an
 * expression; empty for what is no partition. Names in it are bare columns. */
str partition_condition(struct arena *arena,
                        const struct catalog *catalog,
                        const struct cat_relation *partition);
/* What is true of rows for which a partitioned table has a partition; empty: it has one for all. */
str partition_found_text(struct arena *arena,
                         const struct catalog *catalog,
                         const struct cat_relation *relation);
/* Whether a value of a list bound is among these. */
bool partition_lists(struct arena *arena,
                     const struct catalog *catalog,
                     const struct cat_relation *parent,
                     const struct cat_partition_datum *data,
                     size_t count,
                     const struct cat_partition_datum *datum);
/* Whether the parent can have a partition of this name with this bound. */
MUST_USE err partition_check_bound(struct arena *arena,
                                   const struct catalog *catalog,
                                   const struct cat_relation *parent,
                                   const struct cat_partition_bound *bound,
                                   str name);
/* The column decides, in the relation's own key or in one above or below it, where a row belongs. */
bool partition_uses_column(const struct catalog *catalog,
                           const struct cat_relation *relation,
                           str column);
/* It is named in a key of the table, or of a partition below it, that is an expression. */
bool partition_expression_uses(const struct catalog *catalog, oid table, str column);
/* "FOR VALUES FROM (1) TO (2)", "DEFAULT"; "RANGE (a, lower(b))". */
str partition_bound_text(struct arena *arena,
                         const struct catalog *catalog,
                         const struct cat_relation *partition);
str partition_key_text(struct arena *arena, const struct cat_relation *relation);

#endif
