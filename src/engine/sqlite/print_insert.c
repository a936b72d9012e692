/* engine/sqlite/print_insert.c - INSERT as ops. See print_write.c for the order of things.
 *
 * One row of VALUES is checked and inserted from the same expressions, unless a check would read one
 * that changes from call to call; everything else that must be checked waits in a row set.
 *
 * Source: sql-on-sqlite.md, sections 5 and 8. */
#include "engine/sqlite/print_trigger.h"
#include "engine/sqlite/print_write.h"
#include "sql/query_walk.h"

/* ---- keys and NULLs --------------------------------------------------------------------------- */

static bool source_may_be_null(const struct write *w, int column)
{
    const struct query *query = w->query;
    if (w->before[QUERY_INSERT].count > 0) return true;
    for (size_t i = 0; i < query->insert_column_count; i++)
        if (query->insert_columns[i] == column)
            return query->source == NULL || !query_column_is_filled(query->source, i);
    return true;
}

/* The rte column of an INTEGER PRIMARY KEY whose source may be NULL, or -1. */
static int unsure_key(const struct write *w)
{
    const struct cat_column *key = write_rowid_column(w);
    for (size_t i = 0; key != NULL && i < w->target->column_count; i++)
        if (w->target->columns[i].number == key->number)
            return source_may_be_null(w, (int)i) ? (int)i : -1;
    return -1;
}

err write_null_checks(struct write *w, const struct write_rows_place *rows)
{
    int *columns = ARENA_ARRAY(w->builder->scratch, int, w->target->column_count);
    size_t count = 0;
    for (size_t i = 0; i < w->target->column_count; i++) {
        const struct cat_column *column = write_column(w, (int)i);
        if (column != NULL && column->not_null && !column->generated &&
            source_may_be_null(w, (int)i))
            columns[count++] = (int)i;
    }
    return write_null_check(w, columns, count, rows);
}

/* ---- one row of VALUES ------------------------------------------------------------------------ */

static bool is_one_row(const struct query *query)
{
    const struct query *source = query->source;
    return source != NULL && source->values != NULL && source->value_row_count == 1 &&
           source->limit == NULL && source->offset == NULL && source->cte_count == 0 &&
           query->cte_count == 0;
}

static void take_row(struct write *w)
{
    const struct query *query = w->query;
    w->row = ARENA_ARRAY(w->builder->scratch, struct expr *, w->target->column_count);
    for (size_t i = 0; i < query->insert_column_count; i++)
        w->row[query->insert_columns[i]] = query->source->values[0].at[i];
}

static bool is_volatile_column(const struct expr *expr, void *context)
{
    const struct write *w = context;
    if (expr->kind == EXPR_WHOLE_ROW && expr->rte == w->target) return true;
    if (expr->kind != EXPR_COLUMN || expr->column.rte != w->target) return false;
    const struct expr *value = w->row[expr->column.index];
    return value == NULL || expr_is_volatile(value);
}

/* The checks and the INSERT each compute the row: no value that a check reads may change. */
static bool row_is_repeatable(struct write *w, int key)
{
    const struct row_check_list *checks = &w->query->checks;
    for (size_t i = 0; i < checks->count; i++)
        if (expr_any(checks->at[i].expr, is_volatile_column, w)) return false;
    return key < 0 || (w->row[key] != NULL && !expr_is_volatile(w->row[key]));
}

/* ---- texts ------------------------------------------------------------------------------------ */

err write_columns(struct write *w, struct text *text)
{
    bool any = false;
    for (size_t i = 0; i < w->query->insert_column_count; i++) {
        int column = w->query->insert_columns[i];
        if (write_is_generated(w, column)) continue;
        if (any) buf_char(text->print.sql, ',');
        print_ident(text->print.sql, write_column(w, column)->physical);
        any = true;
    }
    return NULL;
}

static void insert_into(struct write *w, struct text *text)
{
    buf_lit(text->print.sql, "INSERT INTO ");
    text_table(text, w->relation);
}

static bool has_generated(const struct write *w)
{
    for (size_t i = 0; i < w->query->insert_column_count; i++)
        if (write_is_generated(w, w->query->insert_columns[i])) return true;
    return false;
}

static err print_insert_row(struct write *w, struct text *text)
{
    const struct query *query = w->query;
    bool any = false;
    buf_char(text->print.sql, '(');
    TRY(write_columns(w, text));
    buf_lit(text->print.sql, ") VALUES (");
    for (size_t i = 0; i < query->insert_column_count; i++) {
        if (write_is_generated(w, query->insert_columns[i])) continue;
        if (any) buf_lit(text->print.sql, ", ");
        TRY(print_expr(&text->print, query->source->values[0].at[i]));
        any = true;
    }
    buf_char(text->print.sql, ')');
    return NULL;
}

static err print_source(struct text *text, void *context)
{
    const struct write *w = context;
    text->from_depth++;
    TRY(text_query(text, w->query->source, &(struct query_options){0}));
    text->from_depth--;
    return NULL;
}

static err insert_direct(struct write *w, bool one_row)
{
    struct text text;
    write_text(w, &text);
    insert_into(w, &text);
    if (w->query->insert_column_count == 0) {
        buf_lit(text.print.sql, " DEFAULT VALUES");
    } else if (one_row) {
        TRY(print_insert_row(w, &text));
    } else {
        buf_char(text.print.sql, '(');
        TRY(write_columns(w, &text));
        buf_lit(text.print.sql, ") ");
        TRY(text_with(&text, w->query, print_source, w));
        /* Without a WHERE, SQLite takes ON CONFLICT for a join's ON. */
        if (w->query->conflict != NULL && w->query->source->values == NULL)
            return text_refuse(&text, -1, "ON CONFLICT behind this SELECT");
    }
    if (w->query->conflict != NULL) TRY(conflict_native(w, &text));
    TRY(write_returning(w, &text));
    struct program_op *op = write_op(w, &text, NULL);
    op->counts_inserted = w->query->conflict == NULL || !w->query->conflict->do_update;
    op->finds_inserted = !op->counts_inserted;
    return NULL;
}

err write_fill_source(struct write *w, struct write_rows_place *rows)
{
    struct text text;
    const struct query *query = w->query;
    int *positions = write_no_positions(w);
    for (size_t i = 0; i < query->insert_column_count; i++)
        positions[query->insert_columns[i]] = (int)i;
    rows->columns = query->insert_column_count;
    rows->positions = positions;
    TRY(builder_set(w->builder, rows->columns, &rows->set));
    write_text(w, &text);
    TRY(text_with(&text, query, print_source, w));
    struct program_op *op = builder_op(w->builder, OP_FILL, &text);
    op->set = rows->set;
    op->set_columns = (int)rows->columns;
    return NULL;
}

/* INSERT INTO t(...) SELECT c0, c1... FROM set ORDER BY rowid, ready for ON CONFLICT. */
err write_insert_from(struct write *w, const struct write_rows_place *rows)
{
    struct text text;
    str alias;
    bool any = false;
    write_text(w, &text);
    write_target_rows(w, &text, rows, &alias);
    insert_into(w, &text);
    buf_char(text.print.sql, '(');
    TRY(write_columns(w, &text));
    buf_lit(text.print.sql, ") SELECT ");
    for (size_t i = 0; i < w->query->insert_column_count; i++) {
        int column = w->query->insert_columns[i];
        if (write_is_generated(w, column)) continue;
        if (any) buf_lit(text.print.sql, ", ");
        buf_printf(text.print.sql, "c%d", rows->positions[column]);
        any = true;
    }
    buf_lit(text.print.sql, " FROM ");
    write_rows_item(&text, rows, alias);
    buf_lit(text.print.sql, " WHERE true ORDER BY ");
    print_ident(text.print.sql, alias);
    buf_lit(text.print.sql, ".rowid");
    write_target_table(w, &text);
    if (w->query->conflict != NULL) TRY(conflict_native(w, &text));
    TRY(write_returning(w, &text));
    struct program_op *op = write_op(w, &text, rows);
    op->finds_inserted = w->query->conflict != NULL && w->query->conflict->do_update;
    op->counts_inserted = !op->finds_inserted;
    return NULL;
}

err write_insert(struct write *w)
{
    const struct query *query = w->query;
    bool fires = w->before[QUERY_INSERT].count > 0;
    bool one_row = is_one_row(query), native = query->conflict == NULL || conflict_is_native(w);
    int key = unsure_key(w);
    if (query->insert_column_count == 0) return insert_direct(w, true);
    if (one_row) take_row(w);
    bool shows_first = write_returning_reads(w);
    if (shows_first && query->conflict != NULL) {
        struct text text;
        write_text(w, &text);
        return text_refuse(&text, -1,
                           "a sub-select of the same table in RETURNING, behind ON CONFLICT,");
    }
    if (one_row && native && !shows_first && !fires && !w->calls && row_is_repeatable(w, key)) {
        TRY(write_checks(w, &query->checks, WRITE_CHECKS_ALL, NULL));
        TRY(write_null_check(w, &key, key >= 0, NULL));
        return insert_direct(w, true);
    }
    bool plain_source = !has_generated(w) && query->conflict == NULL;
    if (plain_source && !shows_first && !fires && !w->calls && query->checks.count == 0 && key < 0)
        return insert_direct(w, false);
    struct write_rows_place rows;
    TRY(write_fill_source(w, &rows));
    if (fires) TRY(trigger_rows(w, QUERY_INSERT, &rows, rows.columns));
    TRY(write_checks(w, &query->checks, WRITE_CHECKS_ALL, &rows));
    if (!native) return conflict_build(w, &rows);
    TRY(write_null_check(w, &key, key >= 0, &rows));
    if (shows_first) TRY(write_show_rows(w, &rows));
    return write_insert_from(w, &rows);
}

/* ---- the row again, for an error's detail ------------------------------------------------------- */

err write_inserted_row(struct write *w, struct text *text, bool *possible)
{
    *possible = is_one_row(w->query);
    if (!*possible) return NULL;
    take_row(w);
    buf_lit(text->print.sql, "SELECT ");
    for (size_t i = 0; i < w->relation->column_count; i++) {
        const struct expr *value = NULL;
        for (size_t k = 0; k < w->target->column_count; k++)
            if (w->target->columns[k].number == w->relation->columns[i].number) value = w->row[k];
        if (i > 0) buf_lit(text->print.sql, ", ");
        if (value == NULL || expr_is_volatile(value))
            buf_lit(text->print.sql, "NULL");
        else
            TRY(print_expr(&text->print, value));
    }
    return NULL;
}
