/* engine/postgres/row_value.h - result columns as the row writer takes them, from PostgreSQL's text output.
 *
 * Numbers, booleans, texts, JSON and dates are passed on as they are or nearly so; arrays and
 * composites are read and printed by the type library. A type that it does not know is a string.
 *
 * Owns:    a shape lives in the arena it was made in and needs no catalog afterwards.
 * Threads: a shape is immutable.
 * Errors:  none: a value that the library cannot read (array bounds other than 1) stays PostgreSQL's text.
 */
#ifndef DAPUR_ENGINE_POSTGRES_ROW_VALUE_H
#define DAPUR_ENGINE_POSTGRES_ROW_VALUE_H

#include <libpq-fe.h>

#include "sql/engine.h"

struct row_shape {
    struct plan_node node; /* columns alone: what row_writer wants */
    int skip;              /* columns before them that are not printed (a count) */
    struct row_column {
        enum {
            ROW_PLAIN, /* as it is */
            ROW_BOOL,
            ROW_TIMESTAMP,   /* a T between date and time */
            ROW_TIMESTAMPTZ, /* and minutes in the offset */
            ROW_PARSED,      /* through type_input */
        } how;
        oid type;                   /* the server's, to see whether a kept shape still fits */
        const struct type_ref *ref; /* ROW_PARSED */
    } * columns;
};

/* The shape of a result's columns behind the first `skip`. text: for CSV and text rows, where every value is
 * PostgreSQL's own text. */
const struct row_shape *row_shape_new(struct arena *arena,
                                      const struct catalog *catalog,
                                      const PGresult *result,
                                      int skip,
                                      bool text);
bool row_shape_fits(const struct row_shape *shape, const PGresult *result);

/* One row's values (node.column_count of them) into out. Borrows from the result, and from the
 * arena for what had to be converted. */
void row_values(struct arena *arena,
                const struct row_shape *shape,
                const PGresult *result,
                int row,
                struct value *out);

#endif
