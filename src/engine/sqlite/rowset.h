/* engine/sqlite/rowset.h - rows between two statements of one step, and the table that reads them.
 *
 * A DML statement under policies computes its rows first, checks them, then writes them. The rows
 * wait here. SQL reads them through the eponymous virtual table `dapur_rows(:set)`, columns c0, c1, ...,
 * rowid from 0 in order of filling, and (hidden) ordinality from 1. (`dapur_rows_wide` for sets of more than ROWSET_NARROW
 * columns.) No TEMP tables: TEMP DDL expires every cached statement of the connection.
 *
 * The set arrives as a pointer that SQL cannot forge (sqlite3_bind_pointer); any other argument
 * reads as an empty table. The aggregate `dapur_collect(c0, c1, ...)` makes a set of the rows of a query: a LATERAL
 * subquery is dapur_rows((SELECT dapur_collect(...) FROM (...))).
 *
 * Owns:    copies of the rows, in the arena given.
 * Threads: the connection's.
 * Errors:  ERR_NO_MEMORY past the arena's cap.
 * Source:  docs/sql.md.
 */
#ifndef DAPUR_ENGINE_SQLITE_ROWSET_H
#define DAPUR_ENGINE_SQLITE_ROWSET_H

#include <sqlite3.h>

#include "base/err.h"
#include "types/value.h"

/* Narrow: what nearly every table needs, so that parsing a reference stays cheap. Wide: two rows of
 * PostgreSQL's widest table would be 3200, but SQLite stops at 2000 columns. */
enum { ROWSET_NARROW = 64, ROWSET_WIDE = 1998 };

#define ROWSET_POINTER "dapur_rows"

struct rowset {
    struct arena *arena;
    size_t columns;
    size_t count;
    size_t capacity;
    struct value *values; /* count * columns */
    /* Of a set that a function answered: how many hold it, the last one frees its arena. 0: its owner does. */
    size_t holders;
};

void rowset_hold(struct rowset *set);
void rowset_release(void *object);

struct rowset *rowset_new(struct arena *arena, size_t columns);
/* A copy of these values. */
MUST_USE err rowset_add_values(struct rowset *set, const struct value *values);
/* Copies the statement's current row, its first `columns` columns. */
MUST_USE err rowset_add(struct rowset *set, sqlite3_stmt *row);
static inline const struct value *rowset_row(const struct rowset *set, size_t index)
{
    return set->values + index * set->columns;
}

/* The table's name for a set of that many columns. */
const char *rowset_table(size_t columns);
/* Registers both tables and the aggregate. Once per connection. Answers an SQLite code. */
MUST_USE int rowset_register(sqlite3 *db);

/* Binds without a copy: the value must outlive the statement's run. Answers an SQLite code. */
static inline int rowset_bind(sqlite3_stmt *stmt, int position, const struct value *value)
{
    switch (value->kind) {
    case VALUE_NULL: return sqlite3_bind_null(stmt, position);
    case VALUE_INT: return sqlite3_bind_int64(stmt, position, value->i);
    case VALUE_REAL: return sqlite3_bind_double(stmt, position, value->r);
    case VALUE_TEXT:
        return sqlite3_bind_text64(stmt, position, value->s.at ? value->s.at : "", value->s.len,
                                   SQLITE_STATIC, SQLITE_UTF8);
    case VALUE_BLOB:
        if (value->s.len == 0) return sqlite3_bind_zeroblob(stmt, position, 0);
        return sqlite3_bind_blob64(stmt, position, value->s.at, value->s.len, SQLITE_STATIC);
    }
    return SQLITE_MISUSE;
}

/* Text and bytes are borrowed. Text is read as bytes, which spares the copy that a NUL behind it would need. */
static inline struct value rowset_value(sqlite3_value *value)
{
    switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER: return value_int(sqlite3_value_int64(value));
    case SQLITE_FLOAT: return value_real(sqlite3_value_double(value));
    case SQLITE_TEXT: {
        const void *text = sqlite3_value_blob(value);
        return value_text(str_from(text ? text : "", (size_t)sqlite3_value_bytes(value)));
    }
    case SQLITE_BLOB: {
        const void *blob = sqlite3_value_blob(value);
        return value_blob(str_from(blob, (size_t)sqlite3_value_bytes(value)));
    }
    default: return value_null();
    }
}

/* A statement's column as a value; text and bytes are borrowed until its next step or reset. One look-up
 * of the column instead of three: the connection has no mutex, so its values are as good as protected
 * ones. */
static inline struct value value_of_column(sqlite3_stmt *row, int column)
{
    return rowset_value(sqlite3_column_value(row, column));
}

#endif
