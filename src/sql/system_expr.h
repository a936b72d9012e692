/* sql/system_expr.h - stored expressions as PostgreSQL prints them back (pg_get_expr).
 *
 * The tree is inferred once more, for PostgreSQL writes the types and casts that it found. What holds a
 * subquery, or a construct this does not know, is answered as it was written.
 *
 * Owns:    nothing; texts live in the arena or borrow from the catalog.
 * Threads: any. Errors: none.
 * Source:  PostgreSQL 15, ruleutils.c (get_rule_expr).
 */
#ifndef DAPUR_SQL_SYSTEM_EXPR_H
#define DAPUR_SQL_SYSTEM_EXPR_H

#include "sql/catalog.h"

/* relation NULL: over VALUE, which is of the type `value`. */
struct system_expr_place {
    const struct cat_relation *relation;
    oid value;
    bool rows_named; /* columns are of OLD and NEW: a trigger's condition */
    bool pretty;     /* without the parentheses that precedence spares */
};
str system_expr_print(struct arena *arena,
                      const struct catalog *catalog,
                      const struct system_expr_place *place,
                      const struct cat_expr *expr);
/* A default of that type: the cast to it by assignment is not shown. */
str system_default_text(struct arena *arena,
                        const struct catalog *catalog,
                        const struct cat_expr *expr,
                        oid type);
/* The numbers of the relation's columns that it reads, each once, in the order met. */
size_t system_expr_columns(struct arena *arena,
                           const struct catalog *catalog,
                           const struct cat_relation *relation,
                           const struct cat_expr *expr,
                           int16_t **out);

#endif
