/* engine/sqlite/print_update.c - UPDATE and DELETE as ops. See print_write.c for the order of things.
 *
 * Source: sql-on-sqlite.md, sections 7 and 8. */
#include "engine/sqlite/print_trigger.h"
#include "engine/sqlite/print_write.h"
#include "engine/sqlite/rowset.h"
#include "sql/query_walk.h"

/* ---- UPDATE ----------------------------------------------------------------------------------- */

static const struct assignment *assignment_of(const struct assignment *assignments,
                                              size_t count,
                                              int column)
{
    for (size_t i = 0; i < count; i++)
        if (assignments[i].column == column) return &assignments[i];
    return NULL;
}

struct column_search {
    const struct rte *rte;
    int column;
};

static bool is_column(const struct expr *expr, void *context)
{
    const struct column_search *search = context;
    if (expr->kind == EXPR_WHOLE_ROW) return expr->rte == search->rte;
    return expr->kind == EXPR_COLUMN && expr->column.rte == search->rte &&
           expr->column.index == search->column;
}

/* Whether the row set must hold it: a check reads it, or RETURNING when its rows come from the set. */
static bool is_needed(const struct write *w,
                      const struct row_check_list *checks,
                      bool shown,
                      int column)
{
    struct column_search search = {.rte = w->target, .column = column};
    for (size_t i = 0; i < checks->count; i++)
        if (expr_any(checks->at[i].expr, is_column, &search)) return true;
    for (size_t i = 0; shown && i < w->query->target_count; i++)
        if (expr_any(w->query->targets[i].expr, is_column, &search)) return true;
    return false;
}

static err print_old_values(struct write *w, struct text *text, int *next)
{
    int *positions = write_no_positions(w);
    for (size_t i = 0; i < w->target->column_count; i++) {
        if (write_column(w, (int)i) == NULL) continue;
        struct expr old = write_column_expr(w, (int)i);
        buf_lit(text->print.sql, ", ");
        TRY(print_expr(&text->print, &old));
        positions[i] = (*next)++;
    }
    w->old_positions = positions;
    return NULL;
}

err write_new_values(struct write *w,
                     struct text *text,
                     const struct assignment *assignments,
                     size_t count,
                     const struct row_check_list *checks,
                     str rowid,
                     struct write_rows_place *rows)
{
    int *positions = write_no_positions(w), next = 1;
    bool shown = write_returning_reads(w), fires = w->before[QUERY_UPDATE].count > 0;
    buf_str_add(text->print.sql, rowid);
    for (size_t i = 0; i < w->target->column_count; i++) {
        const struct assignment *assigned = assignment_of(assignments, count, (int)i);
        if (fires && write_column(w, (int)i) == NULL) continue;
        /* A trigger sees the old value of a generated column, which is made anew behind it. */
        if (fires && write_is_generated(w, (int)i)) assigned = NULL;
        if (assigned == NULL && !fires && !is_needed(w, checks, shown, (int)i)) continue;
        struct expr kept = write_column_expr(w, (int)i);
        buf_lit(text->print.sql, ", ");
        TRY(print_expr(&text->print, assigned != NULL ? assigned->expr : &kept));
        positions[i] = next++;
    }
    if (fires) TRY(print_old_values(w, text, &next));
    rows->positions = positions;
    rows->columns = (size_t)next;
    return NULL;
}

struct assignment *write_all_columns(struct write *w, size_t *count)
{
    struct assignment *all =
        ARENA_ARRAY(w->builder->arena, struct assignment, w->target->column_count);
    *count = 0;
    for (size_t i = 0; i < w->target->column_count; i++)
        if (!write_is_generated(w, (int)i)) all[(*count)++].column = (int)i;
    return all;
}

static err print_set_clause(struct write *w,
                            struct text *text,
                            const struct assignment *at,
                            size_t count,
                            err (*value)(struct text *text,
                                         const struct assignment *at,
                                         void *context),
                            void *context)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        if (write_is_generated(w, at[i].column)) continue;
        buf_str_add(text->print.sql, any ? STR(", ") : STR(" SET "));
        print_ident(text->print.sql, write_column(w, at[i].column)->physical);
        buf_lit(text->print.sql, " = ");
        TRY(value(text, &at[i], context));
        any = true;
    }
    if (any) return NULL;
    /* UPDATE of nothing still counts its rows. */
    str rowid;
    TRY(text_rowid(text, w->relation, &rowid));
    buf_printf(text->print.sql, " SET %.*s = %.*s", STR_FMT(rowid), STR_FMT(rowid));
    return NULL;
}

static err value_of_expr(struct text *text, const struct assignment *at, void *context)
{
    (void)context;
    return print_expr(&text->print, at->expr);
}

struct set_place {
    str alias;
    const struct write_rows_place *rows;
};

static err value_of_set(struct text *text, const struct assignment *at, void *context)
{
    const struct set_place *place = context;
    print_ident(text->print.sql, place->alias);
    buf_printf(text->print.sql, ".c%d", place->rows->positions[at->column]);
    return NULL;
}

err write_update_from(struct write *w,
                      const struct assignment *assignments,
                      size_t count,
                      const struct write_rows_place *rows,
                      bool returning)
{
    struct text text;
    struct set_place place = {.rows = rows};
    str rowid;
    write_text(w, &text);
    place.alias = text_alias(&text, STR("new"));
    TRY(text_rowid(&text, w->relation, &rowid));
    buf_lit(text.print.sql, "UPDATE ");
    text_table(&text, w->relation);
    TRY(print_set_clause(w, &text, assignments, count, value_of_set, &place));
    buf_lit(text.print.sql, " FROM ");
    write_rows_item(&text, rows, place.alias);
    buf_lit(text.print.sql, " WHERE ");
    print_ident(text.print.sql, w->relation->physical);
    buf_printf(text.print.sql, ".%.*s = ", STR_FMT(rowid));
    print_ident(text.print.sql, place.alias);
    buf_lit(text.print.sql, ".c0");
    if (returning) TRY(write_returning(w, &text));
    struct program_op *op = write_op(w, &text, rows);
    if (returning) return NULL;
    op->kind = OP_WRITE;
    op->set = -1;
    op->output = NULL;
    return NULL;
}

/* FROM target [, other items] WHERE: rows that the statement is about; *rowid names their number. */
static err print_rows_from(struct write *w, struct text *text, str *rowid)
{
    struct condition_list where = {0};
    struct item *target = text_item_find(text, w->target);
    target->alias = text_alias(text, w->target->alias);
    conditions_add(text->print.arena, &where, w->query->where);
    buf_lit(text->print.sql, " FROM ");
    TRY(text_target_item(text, w->query, &where, rowid));
    TRY(text_from_rest(text, w->query, &where));
    return text_conditions(text, &where, STR(" WHERE "));
}

/* The list behind SELECT comes before FROM in the text, but needs FROM's names. */
struct rows_select {
    struct write *w;
    err (*list)(struct write *w, struct text *text, str rowid, void *context);
    void *context;
    bool distinct_rows; /* other FROM items may meet a row twice */
};

static err print_rows_select(struct text *text, void *context)
{
    const struct rows_select *select = context;
    struct buf *sql = text->print.sql, *from = buf_in(text->print.arena, 0);
    str rowid;
    text->print.sql = from;
    TRY(text_items(text, select->w->query));
    TRY(print_rows_from(select->w, text, &rowid));
    text->print.sql = sql;
    buf_lit(sql, "SELECT ");
    TRY(select->list(select->w, text, rowid, select->context));
    buf_str_add(sql, buf_str(from));
    if (!select->distinct_rows) return NULL;
    buf_lit(sql, " GROUP BY ");
    buf_str_add(sql, rowid);
    return NULL;
}

/* Columns of other FROM items that RETURNING shows ride along in the set. */
struct ride {
    const struct rte *rte;
    int index;
};

struct rides {
    struct arena *arena;
    const struct rte *target;
    struct {
        VEC(struct ride);
    } at;
};

static bool collect_ride(const struct expr *expr, void *context)
{
    struct rides *rides = context;
    if (expr->kind != EXPR_COLUMN || expr->column.rte == rides->target) return false;
    for (size_t i = 0; i < rides->at.count; i++)
        if (rides->at.at[i].rte == expr->column.rte && rides->at.at[i].index == expr->column.index)
            return false;
    *VEC_ADD(rides->arena, &rides->at) = (struct ride){expr->column.rte, expr->column.index};
    return false;
}

static bool is_own_item(const struct query *query, const struct rte *rte)
{
    for (size_t i = 0; i < query->rtable_count; i++)
        if (query->rtable[i] == rte && rte != query->target_rte) return true;
    return false;
}

static void collect_rides(struct write *w, struct rides *rides)
{
    *rides = (struct rides){.arena = w->builder->scratch, .target = w->target};
    if (!w->query->returning) return;
    for (size_t i = 0; i < w->query->target_count; i++)
        expr_any(w->query->targets[i].expr, collect_ride, rides);
    size_t kept = 0; /* columns of sub-selects inside RETURNING are their own business */
    for (size_t i = 0; i < rides->at.count; i++)
        if (is_own_item(w->query, rides->at.at[i].rte)) rides->at.at[kept++] = rides->at.at[i];
    rides->at.count = kept;
}

struct update_list {
    const struct row_check_list *checks;
    struct write_rows_place *rows;
    const struct rides *rides;
};

static err print_update_list(struct write *w, struct text *text, str rowid, void *context)
{
    struct update_list *list = context;
    const struct query *query = w->query;
    TRY(write_new_values(w, text, query->assignments, query->assignment_count, list->checks, rowid,
                         list->rows));
    for (size_t i = 0; i < list->rides->at.count; i++) {
        const struct ride *ride = &list->rides->at.at[i];
        struct expr column = {
            .kind = EXPR_COLUMN,
            .type = ride->rte->columns[ride->index].type,
            .typmod = -1,
            .location = -1,
            .column = {.rte = (struct rte *)(uintptr_t)ride->rte, .index = ride->index}
        };
        buf_lit(text->print.sql, ", ");
        TRY(print_expr(&text->print, &column));
    }
    return NULL;
}

static err fill_update(struct write *w,
                       const struct rides *rides,
                       const struct row_check_list *checks,
                       struct write_rows_place *rows)
{
    struct text text;
    struct update_list list = {.rows = rows, .rides = rides, .checks = checks};
    struct rows_select select = {.w = w,
                                 .list = print_update_list,
                                 .context = &list,
                                 .distinct_rows = w->query->from_count > 0};
    write_text(w, &text);
    TRY(text_with(&text, w->query, print_rows_select, &select));
    size_t columns = rows->columns + rides->at.count;
    TRY(builder_set(w->builder, columns, &rows->set));
    struct program_op *op = builder_op(w->builder, OP_FILL, &text);
    op->set = rows->set;
    op->set_columns = (int)columns;
    return NULL;
}

/* RETURNING with columns of other items: the written rows are read again, by number. A statement
 * that changes an INTEGER PRIMARY KEY changes the number. */
static err output_update(struct write *w,
                         const struct rides *rides,
                         const struct write_rows_place *rows)
{
    struct text text;
    str rowid, alias;
    int number = 0;
    write_text(w, &text);
    alias = text_alias(&text, STR("new"));
    for (size_t i = 0; i < rides->at.count; i++) {
        const struct rte *rte = rides->at.at[i].rte;
        struct item *item = text_item_find(&text, rte);
        int *positions;
        if (item == NULL) {
            positions = ARENA_ARRAY(w->builder->scratch, int, rte->column_count);
            for (size_t k = 0; k < rte->column_count; k++) positions[k] = -1;
            item =
                text_item_set(&text, (struct item){.rte = rte, .form = ITEM_ROWS, .alias = alias});
            item->positions = positions;
        }
        positions = (int *)(uintptr_t)item->positions;
        positions[rides->at.at[i].index] = (int)(rows->columns + i);
    }
    const struct cat_column *key = write_rowid_column(w);
    for (size_t i = 0; key != NULL && i < w->target->column_count; i++)
        if (w->target->columns[i].number == key->number && rows->positions[i] > 0)
            number = rows->positions[i];
    TRY(text_rowid(&text, w->relation, &rowid));
    buf_lit(text.print.sql, "SELECT ");
    for (size_t i = 0; i < w->query->target_count; i++) {
        if (i > 0) buf_lit(text.print.sql, ", ");
        TRY(print_expr(&text.print, w->query->targets[i].expr));
    }
    buf_lit(text.print.sql, " FROM ");
    struct write_rows_place all = *rows;
    all.columns += rides->at.count;
    write_rows_item(&text, &all, alias);
    buf_lit(text.print.sql, " CROSS JOIN ");
    text_table(&text, w->relation);
    buf_lit(text.print.sql, " ON ");
    print_ident(text.print.sql, w->relation->physical);
    buf_printf(text.print.sql, ".%.*s = ", STR_FMT(rowid));
    print_ident(text.print.sql, alias);
    buf_printf(text.print.sql, ".c%d ORDER BY ", number);
    print_ident(text.print.sql, alias);
    buf_lit(text.print.sql, ".rowid");
    write_output_op(w, &text, rows);
    return NULL;
}

/* A barrier cannot stand in UPDATE and DELETE themselves: the rows come from a sub-select. */
static err print_rowid_list(struct write *w, struct text *text, str rowid, void *context)
{
    (void)w;
    (void)context;
    buf_str_add(text->print.sql, rowid);
    return NULL;
}

static err print_where_in(struct write *w, struct text *text)
{
    str rowid;
    TRY(text_rowid(text, w->relation, &rowid));
    buf_printf(text->print.sql, " WHERE %.*s IN (", STR_FMT(rowid));
    struct rows_select select = {.w = w, .list = print_rowid_list};
    TRY(print_rows_select(text, &select));
    buf_char(text->print.sql, ')');
    write_target_table(w, text);
    return NULL;
}

static bool needs_subselect(const struct write *w)
{
    bool barrier = w->target->barrier && w->target->security != NULL;
    return barrier || w->query->from_count > 0;
}

static err print_target_where(struct write *w, struct text *text)
{
    if (needs_subselect(w)) return print_where_in(w, text);
    struct condition_list where = {0};
    conditions_add(text->print.arena, &where, w->query->where);
    conditions_add(text->print.arena, &where, w->target->security);
    return text_conditions(text, &where, STR(" WHERE "));
}

static err print_update_direct(struct text *text, void *context)
{
    struct write *w = context;
    buf_lit(text->print.sql, "UPDATE ");
    text_table(text, w->relation);
    TRY(print_set_clause(w, text, w->query->assignments, w->query->assignment_count, value_of_expr,
                         NULL));
    TRY(print_target_where(w, text));
    return write_returning(w, text);
}

static bool has_checks(const struct row_check_list *checks)
{
    for (size_t i = 0; i < checks->count; i++)
        if (!write_is_true(checks->at[i].expr)) return true;
    return false;
}

/* ---- checks that WHERE has made already ------------------------------------------------------- */

static bool same_slot(const struct slot *a, const struct slot *b)
{
    return a->kind == b->kind && a->index == b->index && a->session == b->session &&
           a->missing_ok == b->missing_ok && str_eq(a->name, b->name) && a->kind != SLOT_CONST &&
           a->site == b->site;
}

/* Two policies' trees say the same when they print the same, aliases aside. */
static err print_canonical(struct write *w, const struct expr *expr, struct text *text)
{
    write_text(w, text);
    text->numbered = true;
    return print_expr(&text->print, expr);
}

static bool says_the_same(struct write *w, const struct expr *a, const struct expr *b)
{
    struct text first, second;
    if (print_canonical(w, a, &first) != NULL || print_canonical(w, b, &second) != NULL)
        return false;
    if (!str_eq(buf_str(first.print.sql), buf_str(second.print.sql))) return false;
    if (first.print.slots.count != second.print.slots.count) return false;
    for (size_t i = 0; i < first.print.slots.count; i++)
        if (!same_slot(&first.print.slots.at[i], &second.print.slots.at[i])) return false;
    return true;
}

static bool is_assigned_column(const struct expr *expr, void *context)
{
    const struct write *w = context;
    if (expr->kind == EXPR_WHOLE_ROW) return expr->rte == w->target;
    if (expr->kind != EXPR_COLUMN || expr->column.rte != w->target) return false;
    return assignment_of(w->query->assignments, w->query->assignment_count, expr->column.index) !=
           NULL;
}

/* A check over columns that the UPDATE leaves alone, which is a condition of its WHERE as well, has
 * been made: the tables have not changed since. This is how most policies are written (USING serves
 * as WITH CHECK), and it saves the row set. */
static bool is_implied(struct write *w, const struct expr *check)
{
    struct condition_list known = {0}, parts = {0};
    if (expr_any(check, is_assigned_column, w) || expr_is_volatile(check)) return false;
    conditions_add(w->builder->scratch, &known, w->target->security);
    conditions_add(w->builder->scratch, &parts, (struct expr *)(uintptr_t)check);
    for (size_t i = 0; i < parts.count; i++) {
        bool found = false;
        for (size_t k = 0; k < known.count && !found; k++)
            found = says_the_same(w, parts.at[i].expr, known.at[k].expr);
        if (!found) return false;
    }
    return true;
}

static struct row_check_list checks_to_make(struct write *w)
{
    const struct row_check_list *all = &w->query->checks;
    struct row_check_list left = {
        .at = ARENA_ARRAY(w->builder->scratch, struct row_check, all->count)};
    for (size_t i = 0; i < all->count; i++)
        if (!is_implied(w, all->at[i].expr)) left.at[left.count++] = all->at[i];
    return left;
}

err write_update(struct write *w)
{
    const struct query *query = w->query;
    bool fires = w->before[QUERY_UPDATE].count > 0;
    const struct row_check_list checks = fires ? query->checks : checks_to_make(w);
    /* SQLite changes rows while it still looks at others. */
    bool reads_itself = query_reads_below(query, w->relation);
    if (!has_checks(&checks) && query->from_count == 0 && !reads_itself && !fires && !w->calls) {
        struct text text;
        write_text(w, &text);
        TRY(text_with(&text, query, print_update_direct, w));
        write_op(w, &text, NULL);
        return NULL;
    }
    struct rides rides;
    struct write_rows_place rows;
    collect_rides(w, &rides);
    TRY(fill_update(w, &rides, &checks, &rows));
    const struct assignment *assignments = query->assignments;
    size_t assignment_count = query->assignment_count;
    if (fires) {
        TRY(trigger_rows(w, QUERY_UPDATE, &rows, rows.columns + rides.at.count));
        assignments = write_all_columns(w, &assignment_count);
    }
    TRY(write_checks(w, &checks, WRITE_CHECKS_ALL, &rows));
    struct write_rows_place all = rows;
    all.columns += rides.at.count;
    bool afterwards = rides.at.count > 0;
    if (write_returning_reads(w)) {
        struct text text;
        write_text(w, &text);
        if (afterwards)
            return text_refuse(&text, -1,
                               "a sub-select of the same table in RETURNING, beside FROM,");
        TRY(write_show_rows(w, &rows));
    }
    TRY(write_update_from(w, assignments, assignment_count, &all, !afterwards));
    return afterwards ? output_update(w, &rides, &rows) : NULL;
}

/* ---- DELETE ----------------------------------------------------------------------------------- */

static err print_delete_direct(struct text *text, void *context)
{
    struct write *w = context;
    buf_lit(text->print.sql, "DELETE FROM ");
    text_table(text, w->relation);
    size_t len = text->print.sql->len;
    TRY(print_target_where(w, text));
    /* Without WHERE SQLite clears the table and tells of no row. */
    if (w->watched && text->print.sql->len == len) buf_lit(text->print.sql, " WHERE true");
    return write_returning(w, text);
}

static bool holds_old_rows(const struct write *w)
{
    return w->before[QUERY_DELETE].count > 0 || w->actions.count > 0;
}

static err print_delete_list(struct write *w, struct text *text, str rowid, void *context)
{
    (void)context;
    buf_str_add(text->print.sql, rowid);
    for (size_t i = 0; i < w->query->target_count; i++) {
        buf_lit(text->print.sql, ", ");
        TRY(print_expr(&text->print, w->query->targets[i].expr));
    }
    int next = (int)w->query->target_count + 1;
    return holds_old_rows(w) ? print_old_values(w, text, &next) : NULL;
}

static bool is_subquery(const struct expr *expr, void *context)
{
    (void)context;
    return expr->kind == EXPR_SUBQUERY;
}

/* What RETURNING shows of other items, or of tables, must be known before the rows go. */
static bool returning_needs_rows(struct write *w)
{
    struct rides rides;
    collect_rides(w, &rides);
    bool subquery = false;
    for (size_t i = 0; w->query->returning && i < w->query->target_count; i++)
        subquery = subquery || expr_any(w->query->targets[i].expr, is_subquery, NULL);
    return subquery || rides.at.count > 0;
}

static err print_deleted_rows(struct write *w, const struct write_rows_place *rows)
{
    struct text text;
    str alias, rowid;
    write_text(w, &text);
    if (w->query->returning) {
        alias = text_alias(&text, STR("old"));
        buf_lit(text.print.sql, "SELECT ");
        for (size_t i = 0; i < w->query->target_count; i++)
            buf_printf(text.print.sql, "%sc%zu", i > 0 ? ", " : "", i + 1);
        buf_lit(text.print.sql, " FROM ");
        write_rows_item(&text, rows, alias);
        write_output_op(w, &text, rows);
    }

    write_text(w, &text);
    TRY(text_rowid(&text, w->relation, &rowid));
    buf_lit(text.print.sql, "DELETE FROM ");
    text_table(&text, w->relation);
    buf_printf(text.print.sql, " WHERE %.*s IN (SELECT c0 FROM ", STR_FMT(rowid));
    write_rows_item(&text, rows, text_alias(&text, STR("old")));
    buf_char(text.print.sql, ')');
    struct program_op *op = write_op(w, &text, rows);
    op->kind = OP_WRITE;
    op->set = -1;
    op->output = NULL;
    return NULL;
}

err write_delete(struct write *w)
{
    struct text text;
    write_text(w, &text);
    bool fires = w->before[QUERY_DELETE].count > 0;
    if (!returning_needs_rows(w) && !holds_old_rows(w) && !w->calls) {
        TRY(text_with(&text, w->query, print_delete_direct, w));
        write_op(w, &text, NULL);
        return NULL;
    }
    struct write_rows_place rows = {.columns = w->query->target_count + 1};
    if (holds_old_rows(w)) rows.columns += w->relation->column_count;
    rows.positions = write_no_positions(w);
    struct rows_select select = {
        .w = w, .list = print_delete_list, .distinct_rows = w->query->from_count > 0};
    TRY(builder_set(w->builder, rows.columns, &rows.set));
    TRY(text_with(&text, w->query, print_rows_select, &select));
    struct program_op *op = builder_op(w->builder, OP_FILL, &text);
    op->set = rows.set;
    op->set_columns = (int)rows.columns;
    if (fires) TRY(trigger_rows(w, QUERY_DELETE, &rows, rows.columns));
    trigger_actions(w, &rows);
    return print_deleted_rows(w, &rows);
}

/* ---- the rows again, for an error's detail ------------------------------------------------------ */

/* Columns of the relation in order, as they would be (DELETE: as they are). */
static err print_relation_row(struct write *w, struct text *text, str rowid, void *context)
{
    (void)rowid;
    (void)context;
    for (size_t i = 0; i < w->relation->column_count; i++) {
        size_t column = 0;
        while (column < w->target->column_count &&
               w->target->columns[column].number != w->relation->columns[i].number)
            column++;
        if (i > 0) buf_lit(text->print.sql, ", ");
        const struct assignment *assigned =
            assignment_of(w->query->assignments, w->query->assignment_count, (int)column);
        bool known = column < w->target->column_count;
        struct expr kept = write_column_expr(w, known ? (int)column : 0);
        if (!known || (assigned != NULL && expr_is_volatile(assigned->expr)))
            buf_lit(text->print.sql, "NULL");
        else
            TRY(print_expr(&text->print, assigned != NULL ? assigned->expr : &kept));
    }
    return NULL;
}

err write_changed_rows(struct write *w, struct text *text)
{
    struct rows_select select = {.w = w, .list = print_relation_row};
    return text_with(text, w->query, print_rows_select, &select);
}
