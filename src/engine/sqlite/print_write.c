/* engine/sqlite/print_write.c - INSERT, UPDATE and DELETE as ops, in PostgreSQL's order.
 *
 * PostgreSQL tests WITH CHECK before NOT NULL, UNIQUE and foreign keys, and the checks of an UPDATE
 * see the tables as they were. So rows that must be checked are computed into a row set, checked
 * against the unchanged tables, then written from the set. Where nothing is to be checked SQLite's
 * own statement does; one row of VALUES is checked and inserted from the same parameters.
 *
 * Source: docs/sql.md. */
#include "engine/sqlite/print_write.h"

#include "engine/sqlite/print_trigger.h"
#include "engine/sqlite/rowset.h"
#include "engine/sqlite/schema.h"
#include "sql/analyze.h"
#include "sql/query_walk.h"

/* ---- pieces ----------------------------------------------------------------------------------- */

void write_target_table(struct write *w, struct text *text)
{
    text_item_set(
        text, (struct item){.rte = w->target, .form = ITEM_TABLE, .alias = w->relation->physical});
}

void write_text(struct write *w, struct text *text)
{
    builder_text(w->builder, text);
    text_alias(text, w->relation->physical); /* first: so nothing else can have it */
    write_target_table(w, text);
}

struct item *write_target_rows(struct write *w,
                               struct text *text,
                               const struct write_rows_place *rows,
                               str *alias)
{
    *alias = text_alias(text, STR("new"));
    return text_item_set(text, (struct item){.rte = w->target,
                                             .form = ITEM_ROWS,
                                             .alias = *alias,
                                             .set = rows->set,
                                             .positions = rows->positions});
}

void write_rows_item(struct text *text, const struct write_rows_place *rows, str alias)
{
    struct buf *sql = text->print.sql;
    buf_str_add(sql, str_of(rowset_table(rows->columns)));
    buf_char(sql, '(');
    print_slot(&text->print, &(struct slot){.kind = SLOT_SET, .index = rows->set});
    buf_lit(sql, ") AS ");
    print_ident(sql, alias);
}

const struct cat_column *write_column(const struct write *w, int column)
{
    return cat_column_numbered(w->relation, w->target->columns[column].number);
}

bool write_is_generated(const struct write *w, int column)
{
    const struct cat_column *found = write_column(w, column);
    return found == NULL || found->generated;
}

struct expr write_column_expr(const struct write *w, int column)
{
    return (struct expr){
        .kind = EXPR_COLUMN,
        .type = w->target->columns[column].type,
        .typmod = -1,
        .location = -1,
        .column = {.rte = w->target, .index = column}
    };
}

int *write_no_positions(struct write *w)
{
    int *positions = ARENA_ARRAY(w->builder->arena, int, w->target->column_count);
    for (size_t i = 0; i < w->target->column_count; i++) positions[i] = -1;
    return positions;
}

const int *write_relation_positions(struct write *w, const int *by_rte)
{
    int *positions = ARENA_ARRAY(w->builder->arena, int, w->relation->column_count);
    for (size_t i = 0; i < w->relation->column_count; i++) {
        positions[i] = -1;
        for (size_t k = 0; k < w->target->column_count; k++)
            if (w->target->columns[k].number == w->relation->columns[i].number)
                positions[i] = by_rte[k];
    }
    return positions;
}

err write_returning(struct write *w, struct text *text)
{
    const struct query *query = w->query;
    if (!query->returning || w->shown) return NULL;
    buf_lit(text->print.sql, " RETURNING ");
    text->returned = w->target;
    for (size_t i = 0; i < query->target_count; i++) {
        if (i > 0) buf_lit(text->print.sql, ", ");
        TRY(print_expr(&text->print, query->targets[i].expr));
    }
    if (query->target_count == 0) buf_char(text->print.sql, '1');
    return NULL;
}

struct program_op *write_op(struct write *w, struct text *text, const struct write_rows_place *rows)
{
    bool returning = w->query->returning && !w->shown;
    bool fills = w->output->set >= 0 && returning;
    struct program_op *op = builder_op(w->builder, fills ? OP_FILL : OP_WRITE, text);
    if (fills) {
        op->set = w->output->set;
        op->set_columns = (int)w->query->target_count;
    }
    op->output = returning ? w->output->node : NULL;
    op->counts_affected = w->output->counts;
    op->relation = w->relation;
    op->query = w->query;
    if (rows != NULL) {
        op->reads_set = rows->set;
        op->positions = write_relation_positions(w, rows->positions);
    }
    return op;
}

/* Rows that go out by a SELECT, because RETURNING of the write itself cannot say them. */
void write_output_op(struct write *w, struct text *text, const struct write_rows_place *rows)
{
    bool fills = w->output->set >= 0;
    struct program_op *op = builder_op(w->builder, fills ? OP_FILL : OP_QUERY, text);
    op->reads_set = rows->set;
    op->output = w->output->node;
    if (!fills) return;
    op->set = w->output->set;
    op->set_columns = (int)w->query->target_count;
}

static bool is_reading(const struct expr *expr, void *context)
{
    return expr->kind == EXPR_SUBQUERY && query_reads(expr->sublink.query, context);
}

bool write_returning_reads(const struct write *w)
{
    for (size_t i = 0; w->query->returning && i < w->query->target_count; i++)
        if (expr_any(w->query->targets[i].expr, is_reading, (void *)(uintptr_t)w->relation))
            return true;
    return false;
}

err write_show_rows(struct write *w, const struct write_rows_place *rows)
{
    struct text text;
    str alias;
    write_text(w, &text);
    write_target_rows(w, &text, rows, &alias);
    buf_lit(text.print.sql, "SELECT ");
    for (size_t i = 0; i < w->query->target_count; i++) {
        if (i > 0) buf_lit(text.print.sql, ", ");
        TRY(print_expr(&text.print, w->query->targets[i].expr));
    }
    buf_lit(text.print.sql, " FROM ");
    write_rows_item(&text, rows, alias);
    buf_lit(text.print.sql, " ORDER BY ");
    print_ident(text.print.sql, alias);
    buf_lit(text.print.sql, ".rowid");
    write_output_op(w, &text, rows);
    w->shown = true;
    return NULL;
}

/* An INTEGER PRIMARY KEY is the row number: SQLite turns NULL into a new one instead of refusing. */
const struct cat_column *write_rowid_column(const struct write *w)
{
    return schema_rowid_column(w->builder->plan->catalog, w->relation);
}

/* ---- expressions of the table itself ---------------------------------------------------------- */

err write_own_expr(struct write *w,
                   const struct node *tree,
                   enum infer_clause clause,
                   oid type,
                   int32_t typmod,
                   struct rte **rte,
                   struct expr **out)
{
    const struct analyze_options options = builder_own_options(w->builder, w->relation);
    const struct analyze_relation_expr spec = {
        .relation = w->relation, .clause = clause, .type = type, .typmod = typmod};
    return analyze_expr_for_relation(&options, &spec, tree, rte, out);
}

void write_stand_for_target(struct write *w, struct text *text, const struct rte *rte)
{
    struct item item = *text_item_find(text, w->target);
    if (item.form == ITEM_ROWS) {
        int *positions = ARENA_ARRAY(w->builder->scratch, int, rte->column_count);
        for (size_t i = 0; i < rte->column_count; i++) {
            positions[i] = -1;
            for (size_t k = 0; k < w->target->column_count; k++)
                if (w->target->columns[k].number == rte->columns[i].number)
                    positions[i] = item.positions[k];
        }
        item.positions = positions;
    }
    item.rte = rte;
    text_item_set(text, item);
}

/* ---- checks ----------------------------------------------------------------------------------- */

bool write_is_true(const struct expr *expr)
{
    return expr->kind == EXPR_CONST && expr->constant.kind == VALUE_INT && expr->constant.i != 0;
}

struct check_error {
    const char *sqlstate;
    str message;
};

/* PostgreSQL 15 execMain.c, ExecWithCheckOptions; for domains execExprInterp.c. */
static struct check_error error_of_check(struct write *w, const struct row_check *check)
{
    struct arena *arena = w->builder->arena;
    str relation = check->relation != NULL ? check->relation->name : w->relation->name;
    bool named = !str_empty(check->name);
    const char *existing = check->kind == CHECK_CONFLICT_UPDATE ? " (USING expression)" : "";
    switch (check->kind) {
    case CHECK_VIEW_OPTION:
        return (struct check_error){
            "44000", str_printf(arena, "new row violates check option for view \"%.*s\"",
                                STR_FMT(named ? check->name : relation))};
    case CHECK_DOMAIN:
        return (struct check_error){
            "23514", str_printf(arena, "value for domain violates check constraint \"%.*s\"",
                                STR_FMT(check->name))};
    case CHECK_PARTITION_FOUND:
        return (struct check_error){
            "23514", str_printf(arena, "no partition of relation \"%.*s\" found for row",
                                STR_FMT(relation))};
    case CHECK_PARTITION:
        return (struct check_error){
            "23514",
            str_printf(arena, "new row for relation \"%.*s\" violates partition constraint",
                       STR_FMT(relation))};
    case CHECK_POLICY_INSERT:
    case CHECK_POLICY_UPDATE:
    case CHECK_POLICY_SELECT:
    case CHECK_CONFLICT_UPDATE: break;
    }
    if (named)
        return (struct check_error){
            "42501",
            str_printf(arena,
                       "new row violates row-level security policy \"%.*s\"%s for table \"%.*s\"",
                       STR_FMT(check->name), existing, STR_FMT(relation))};
    return (struct check_error){
        "42501",
        str_printf(arena, "new row violates row-level security policy%s for table \"%.*s\"",
                   existing, STR_FMT(relation))};
}

/* `SELECT 1 FROM set WHERE`, or `SELECT 1 WHERE` on a row that is not stored. */
void write_check_begin(struct write *w, struct text *text, const struct write_rows_place *rows)
{
    write_text(w, text);
    buf_lit(text->print.sql, "SELECT 1");
    if (rows != NULL) {
        str alias;
        write_target_rows(w, text, rows, &alias);
        buf_lit(text->print.sql, " FROM ");
        write_rows_item(text, rows, alias);
    } else {
        text_item_set(text, (struct item){.rte = w->target, .form = ITEM_EXPRS, .exprs = w->row});
    }
    buf_lit(text->print.sql, " WHERE ");
}

struct program_op *write_check_end(struct write *w,
                                   struct text *text,
                                   const struct write_rows_place *rows,
                                   const char *sqlstate,
                                   str message)
{
    buf_lit(text->print.sql, " LIMIT 1");
    struct program_op *op = builder_op(w->builder, OP_CHECK, text);
    op->sqlstate = sqlstate;
    op->message = message;
    if (rows != NULL) op->reads_set = rows->set;
    return op;
}

static bool is_wanted(const struct row_check *check, unsigned kinds)
{
    return (kinds & (1u << check->kind)) != 0 && !write_is_true(check->expr);
}

/* Neighbours with the same error are one statement. */
err write_checks(struct write *w,
                 const struct row_check_list *checks,
                 unsigned kinds,
                 const struct write_rows_place *rows)
{
    for (size_t i = 0; i < checks->count;) {
        if (!is_wanted(&checks->at[i], kinds)) {
            i++;
            continue;
        }
        struct check_error error = error_of_check(w, &checks->at[i]);
        bool held = checks->at[i].kind == CHECK_VIEW_OPTION;
        struct text text;
        write_check_begin(w, &text, rows);
        for (size_t first = i; i < checks->count; i++) {
            if (!is_wanted(&checks->at[i], kinds)) continue;
            if (!str_eq(error_of_check(w, &checks->at[i]).message, error.message)) break;
            buf_str_add(text.print.sql, i == first ? STR("(") : STR(" OR ("));
            TRY(print_expr(&text.print, checks->at[i].expr));
            buf_lit(text.print.sql, ") IS NOT TRUE");
        }
        write_check_end(w, &text, rows, error.sqlstate, error.message)->held = held;
    }
    return NULL;
}

/* CASE WHEN c IS NULL THEN 0 ... END: which of the relation's columns, and the row's number. */
static err print_null_case(struct write *w,
                           struct text *text,
                           const int *columns,
                           size_t count,
                           const struct write_rows_place *rows,
                           str alias)
{
    buf_lit(text->print.sql, "SELECT CASE");
    for (size_t i = 0; i < count; i++) {
        struct expr column = write_column_expr(w, columns[i]);
        size_t number = 0;
        while (w->relation->columns[number].number != w->target->columns[columns[i]].number)
            number++;
        buf_lit(text->print.sql, " WHEN ");
        TRY(print_expr(&text->print, &column));
        buf_printf(text->print.sql, " IS NULL THEN %zu", number);
    }
    buf_lit(text->print.sql, " END AS n, ");
    if (rows == NULL) {
        buf_char(text->print.sql, '0');
        return NULL;
    }
    print_ident(text->print.sql, alias);
    buf_lit(text->print.sql, ".rowid FROM ");
    write_rows_item(text, rows, alias);
    return NULL;
}

/* PostgreSQL tests NOT NULL by column, in order, of the first row that has a NULL. */
err write_null_check(struct write *w,
                     const int *columns,
                     size_t count,
                     const struct write_rows_place *rows)
{
    struct text text;
    str alias = STR_NONE;
    if (count == 0) return NULL;
    write_text(w, &text);
    if (rows != NULL)
        write_target_rows(w, &text, rows, &alias);
    else
        text_item_set(&text, (struct item){.rte = w->target, .form = ITEM_EXPRS, .exprs = w->row});
    TRY(print_null_case(w, &text, columns, count, rows, alias));
    buf_lit(text.print.sql, " WHERE n IS NOT NULL LIMIT 1");
    struct program_op *op = builder_op(w->builder, OP_CHECK, &text);
    op->sqlstate = "23502";
    op->relation = w->relation;
    op->query = w->query;
    if (rows == NULL) return NULL;
    op->reads_set = rows->set;
    op->positions = write_relation_positions(w, rows->positions);
    return NULL;
}

/* ---- entry ------------------------------------------------------------------------------------ */

static bool is_call(const struct expr *expr, void *context)
{
    (void)context;
    return expr->kind == EXPR_USER_CALL;
}

/* Checks are statements of their own, and RETURNING shows what is written. */
static bool calls_functions(const struct query *query)
{
    struct query rows = *query;
    rows.target_count = 0;
    rows.checks.count = rows.conflict_checks.count = 0;
    return query_any(&rows, is_call, NULL);
}

static bool is_writing_call(const struct expr *expr, void *context)
{
    (void)context;
    return is_call(expr, NULL) && expr->site != NULL && expr->site->writes;
}

/* While the statement is active nothing can be written, and a handler in the function would hide that. */
static err refuse_writing_calls(struct builder *builder, const struct query *query)
{
    struct query shown = {
        .command = QUERY_SELECT, .targets = query->targets, .target_count = query->target_count};
    if (!query->returning || !query_any(&shown, is_writing_call, NULL)) return NULL;
    return err_sql(builder->scratch, "0A000",
                   "calling a function that writes in this place of RETURNING is not supported on "
                   "this database");
}

err write_build(struct builder *builder,
                const struct query *query,
                const struct write_output *output)
{
    struct write w = {
        .builder = builder,
        .query = query,
        .output = output,
        .target = query->target_rte,
        .relation = query->target_rte->relation,
    };
    TRY(refuse_writing_calls(builder, query));
    w.calls = calls_functions(query);
    TRY(trigger_begin(&w));
    if (w.relation->kind == 'v') return trigger_instead(&w);
    switch (query->command) {
    case QUERY_INSERT: return write_insert(&w);
    case QUERY_UPDATE: return write_update(&w);
    case QUERY_DELETE: return write_delete(&w);
    case QUERY_SELECT: break;
    }
    return err_new(builder->scratch, ERR_INTERNAL, "not a statement that writes");
}

/* ---- rows of a failed write ------------------------------------------------------------------- */

err write_rows(struct builder *builder, const struct query *query, bool *possible)
{
    struct text text;
    struct write w = {
        .builder = builder,
        .query = query,
        .target = query->target_rte,
        .relation = query->target_rte->relation,
    };
    *possible = query->cte_count == 0;
    if (!*possible) return NULL;
    write_text(&w, &text);
    if (query->command == QUERY_INSERT)
        TRY(write_inserted_row(&w, &text, possible));
    else
        TRY(write_changed_rows(&w, &text));
    if (!*possible) return NULL;
    struct program_op *op = builder_op(builder, OP_FILL, &text);
    op->set_columns = (int)w.relation->column_count;
    return NULL;
}
