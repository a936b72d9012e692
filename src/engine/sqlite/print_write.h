/* engine/sqlite/print_write.h - what the printers of DML share: print_write.c (pieces, checks),
 * print_insert.c, print_update.c (DELETE too) and print_conflict.c.
 *
 * Owns:    nothing. Threads: as the arena. Errors: as program.h.
 */
#ifndef DAPUR_ENGINE_SQLITE_PRINT_WRITE_H
#define DAPUR_ENGINE_SQLITE_PRINT_WRITE_H

#include "engine/sqlite/program_int.h"
#include "sql/infer.h"

/* One DML statement being printed. In every text of it the target table goes by its own physical
 * name: RETURNING and SET know no alias. */
struct write {
    struct builder *builder;
    const struct query *query;
    const struct write_output *output;
    struct rte *target;
    const struct cat_relation *relation;
    /* INSERT: the values by rte column when the source is one row of VALUES; else NULL. */
    struct expr **row;
    /* A function that runs by itself is called for the rows or their values: they are computed before the write. */
    bool calls;
    bool shown; /* RETURNING's rows have gone out by a SELECT of their own */
    /* BEFORE ROW triggers by event: rows that have some go through a set and hold every column. */
    struct program_fires before[QUERY_DELETE + 1];
    const int *old_positions; /* UPDATE and DELETE with such: of the old row, by rte column */
    struct {
        VEC(struct program_action);
    } actions;    /* DELETE: what is done to children before */
    bool watched; /* rows that change are queued for AFTER triggers */
};

/* Rows of a set that stand for rows of the target table. */
struct write_rows_place {
    int set;
    size_t columns;
    const int *positions; /* by rte column; -1: not there */
};

/* Every kind of struct row_check, as bits. */
enum { WRITE_CHECKS_ALL = (1 << (CHECK_PARTITION + 1)) - 1 };

/* ---- print_write.c ---- */

/* A text whose target is the table itself, under its own name. */
void write_text(struct write *w, struct text *text);
/* The target's columns are read from the set from now on; alias: of the FROM item. */
struct item *write_target_rows(struct write *w,
                               struct text *text,
                               const struct write_rows_place *rows,
                               str *alias);
void write_target_table(struct write *w, struct text *text);
/* dapur_rows(?n) AS "alias" */
void write_rows_item(struct text *text, const struct write_rows_place *rows, str alias);
/* Checks of the kinds in `kinds` (bits 1 << kind) as ops. rows NULL: on w->row's expressions. */
MUST_USE err write_checks(struct write *w,
                          const struct row_check_list *checks,
                          unsigned kinds,
                          const struct write_rows_place *rows);
/* 23502 of these rte columns, as one op. rows NULL: on w->row. */
MUST_USE err write_null_check(struct write *w,
                              const int *columns,
                              size_t count,
                              const struct write_rows_place *rows);
/* The same for every NOT NULL column whose source may be NULL. */
MUST_USE err write_null_checks(struct write *w, const struct write_rows_place *rows);
/* `SELECT 1 FROM set WHERE`, or on w->row, and what the row found raises. */
void write_check_begin(struct write *w, struct text *text, const struct write_rows_place *rows);
struct program_op *write_check_end(struct write *w,
                                   struct text *text,
                                   const struct write_rows_place *rows,
                                   const char *sqlstate,
                                   str message);
struct expr write_column_expr(const struct write *w, int column);
/* `SELECT rowid, new values` of the target's columns: the list behind SELECT. Fills positions. */
MUST_USE err write_new_values(struct write *w,
                              struct text *text,
                              const struct assignment *assignments,
                              size_t count,
                              const struct row_check_list *checks,
                              str rowid,
                              struct write_rows_place *rows);
/* UPDATE of the table from the set's rows, whose c0 is the row number. */
MUST_USE err write_update_from(struct write *w,
                               const struct assignment *assignments,
                               size_t count,
                               const struct write_rows_place *rows,
                               bool returning);
MUST_USE err write_returning(struct write *w, struct text *text);
/* An op that changes the table: its counts, its output, what errors need. */
struct program_op *write_op(struct write *w,
                            struct text *text,
                            const struct write_rows_place *rows);
MUST_USE err write_columns(struct write *w, struct text *text); /* "a","b" of INSERT */
bool write_is_generated(const struct write *w, int column);
/* The relation's column that rte column `column` is; NULL: none. */
const struct cat_column *write_column(const struct write *w, int column);
/* The column that is the row's number, or NULL. */
const struct cat_column *write_rowid_column(const struct write *w);
int *write_no_positions(struct write *w); /* one per rte column, all -1 */
bool write_is_true(const struct expr *expr);
/* An op that shows rows of the set, because RETURNING of the write itself cannot. */
void write_output_op(struct write *w, struct text *text, const struct write_rows_place *rows);
/* RETURNING has a sub-select that reads the table: it sees the table as it was, so its rows go out
 * before the write. */
bool write_returning_reads(const struct write *w);
MUST_USE err write_show_rows(struct write *w, const struct write_rows_place *rows);
MUST_USE err write_insert_from(struct write *w, const struct write_rows_place *rows);

/* From columns of the rte to columns of the relation: what errors and triggers are told. */
const int *write_relation_positions(struct write *w, const int *by_rte);
/* An expression that the table keeps (CHECK, index, generated column) over an rte of its own, and that rte
 * read as what the target is read as now. */
MUST_USE err write_own_expr(struct write *w,
                            const struct node *tree,
                            enum infer_clause clause,
                            oid type,
                            int32_t typmod,
                            struct rte **rte,
                            struct expr **out);
void write_stand_for_target(struct write *w, struct text *text, const struct rte *rte);
/* Every column that a BEFORE UPDATE trigger may have changed. */
struct assignment *write_all_columns(struct write *w, size_t *count);

/* ---- print_insert.c, print_update.c ---- */

/* INSERT's rows into a new set. */
MUST_USE err write_fill_source(struct write *w, struct write_rows_place *rows);

MUST_USE err write_insert(struct write *w);
MUST_USE err write_update(struct write *w);
MUST_USE err write_delete(struct write *w);
/* SELECT of the relation's columns in order: the row that INSERT ... VALUES was about to insert, the
 * rows that UPDATE was about to write as they would be, or that DELETE was about to remove. */
MUST_USE err write_inserted_row(struct write *w, struct text *text, bool *possible);
MUST_USE err write_changed_rows(struct write *w, struct text *text);

/* ---- print_conflict.c ---- */

/* ON CONFLICT as SQLite has it, behind an INSERT. */
MUST_USE err conflict_native(struct write *w, struct text *text);
/* Whether SQLite's own ON CONFLICT does: nothing to check, nothing to tell apart. */
bool conflict_is_native(const struct write *w);
/* The whole way: rows are in the set and have passed their checks. */
MUST_USE err conflict_build(struct write *w, const struct write_rows_place *rows);

#endif
