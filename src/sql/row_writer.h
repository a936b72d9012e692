/* sql/row_writer.h - the one writer of rows: values and a plan's shape in, bytes out.
 *
 * The engine drives it, because only the engine knows when an embedded row comes:
 *
 *   row_writer_begin(w, node, shape);
 *   for each row:
 *       row_writer_row_open(w);
 *       row_writer_columns(w, node, row, 0, child->position);
 *       row_writer_child_open(w, child) ... rows of the child, the same way ... _child_close(w)
 *       row_writer_columns(w, node, row, child->position, SIZE_MAX);
 *       row_writer_row_close(w);
 *   row_writer_end(w);
 *
 * JSON goes out as it comes: an object is never built in memory. What needs another shape (CSV
 * fields of embeds, columns of a spread array) is gathered in a buffer of that level first.
 *
 * Owns:    its levels' buffers, until the root row is complete: a result of any length needs the
 *          memory of one row. Rows are borrowed for the call.
 * Threads: one at a time.
 * Errors:  none of its own; a full buf is seen by buf_ok. Depth past ROW_WRITER_DEPTH_MAX is asserted:
 *          the compiler refuses deeper embeds.
 * Source:  docs/rest.md.
 */
#ifndef DAPUR_SQL_ROW_WRITER_H
#define DAPUR_SQL_ROW_WRITER_H

#include "sql/engine.h"

enum { ROW_WRITER_DEPTH_MAX = 32 };

struct row_writer_level {
    const struct plan_child *child;
    struct buf *back;     /* the buf that the parent writes to, while this level has another */
    struct buf **columns; /* spread array: one for each member that its rows have */
    size_t column_count;
    size_t column_next; /* spread array: which of them the row's next member goes to */
    bool gathered;      /* the value is complete before the parent takes it (a CSV field) */
    bool comma;         /* the parent's, kept while rows are written */
    int64_t rows;
};

struct row_writer {
    struct arena *arena;
    struct arena
        *row_arena; /* what one root row needs while it is written; made when first needed */
    struct buf *out;
    const struct type_session *session;
    enum result_format format;
    enum result_shape shape;
    bool comma;   /* inside an object: a member stands before the next one */
    int64_t rows; /* root rows written */
    const struct plan_node *root;
    struct row_writer_level *levels; /* open children, outermost first; made when the first opens */
    size_t depth;
};

void row_writer_init(struct row_writer *w,
                     struct arena *arena,
                     struct buf *out,
                     enum result_format format,
                     const struct type_session *session);

void row_writer_begin(struct row_writer *w, const struct plan_node *root, enum result_shape shape);
void row_writer_end(struct row_writer *w);

void row_writer_row_open(struct row_writer *w);
/* The row's columns [from, to) as they are printed; hidden ones are skipped. values: node's
 * column_count of them. */
void row_writer_columns(struct row_writer *w,
                        const struct plan_node *node,
                        const struct value *values,
                        size_t from,
                        size_t to);
void row_writer_row_close(struct row_writer *w);

void row_writer_child_open(struct row_writer *w, const struct plan_child *child);
void row_writer_child_close(struct row_writer *w);

#endif
