/* engine/sqlite/print_calls.c - functions that write, called over rows.
 *
 * PostgreSQL's statement sees the tables as they were when it began; SQLite's scan may meet rows that a
 * function wrote meanwhile. So the rows are read to their end first, into a row set, and the calls
 * are made over the set. */
#include "engine/sqlite/program_int.h"
#include "engine/sqlite/rowset.h"
#include "sql/query_walk.h"

static bool is_writing_call(const struct expr *expr, void *context)
{
    (void)context;
    return expr->kind == EXPR_USER_CALL && expr->site != NULL && expr->site->writes;
}

static bool calls_in_targets(const struct query *query)
{
    for (size_t i = 0; i < query->target_count; i++)
        if (expr_any(query->targets[i].expr, is_writing_call, NULL)) return true;
    return false;
}

/* The query without what it selects and what it sorts by. */
static struct query rest_of(const struct query *query)
{
    struct query rest = *query;
    rest.target_count = 0;
    return rest;
}

static bool reads_tables(const struct query *query)
{
    for (size_t i = 0; i < query->rtable_count; i++)
        if (query->rtable[i]->kind != RTE_FUNCTION && query->rtable[i]->kind != RTE_RESULT &&
            query->rtable[i]->kind != RTE_VALUES)
            return true;
    return false;
}

/* ---- what the targets need of the rows ---- */

struct needed {
    struct arena *arena;
    const struct query *query;
    struct {
        VEC(struct expr);
    } columns;
    bool refused; /* a whole row, an aggregate: more than columns */
};

static bool is_own(const struct query *query, const struct rte *rte)
{
    for (size_t i = 0; i < query->rtable_count; i++)
        if (query->rtable[i] == rte) return true;
    return false;
}

static void need(struct needed *needed, struct rte *rte, int index)
{
    for (size_t i = 0; i < needed->columns.count; i++)
        if (needed->columns.at[i].column.rte == rte && needed->columns.at[i].column.index == index)
            return;
    *VEC_ADD(needed->arena, &needed->columns) = (struct expr){
        .kind = EXPR_COLUMN,
        .type = rte->columns[index].type,
        .typmod = -1,
        .location = -1,
        .column = {.rte = rte, .index = index}
    };
}

static bool need_of(const struct expr *expr, void *context)
{
    struct needed *needed = context;
    if (expr->kind == EXPR_COLUMN && is_own(needed->query, expr->column.rte))
        need(needed, expr->column.rte, expr->column.index);
    bool whole = expr->kind == EXPR_WHOLE_ROW && is_own(needed->query, expr->rte);
    if (whole || expr->kind == EXPR_AGGREGATE || expr->kind == EXPR_WINDOW) needed->refused = true;
    return false;
}

/* ---- the two statements ---- */

/* A skipped row's function is called as well: as many rows more are read, and skipped behind the calls. */
static err read_skipped(struct builder *builder, struct needed *needed, struct query *rows)
{
    struct expr *limit = rows->limit;
    if (rows->offset == NULL) return NULL;
    bool fixed =
        rows->offset->kind == EXPR_CONST && rows->offset->constant.kind == VALUE_INT &&
        (limit == NULL || (limit->kind == EXPR_CONST && limit->constant.kind == VALUE_INT &&
                           limit->constant.i >= 0 && limit->constant.i <= INT32_MAX)) &&
        rows->offset->constant.i >= 0 && rows->offset->constant.i <= INT32_MAX;
    if (!fixed)
        return err_sql(builder->scratch, "0A000",
                       "calling a function that writes beside an OFFSET that is no constant is not "
                       "supported on this database");
    int64_t skipped = rows->offset->constant.i;
    rows->offset = NULL;
    if (limit == NULL) return NULL;
    rows->limit = ARENA_NEW(needed->arena, struct expr);
    *rows->limit = *limit;
    rows->limit->constant = value_int(limit->constant.i + skipped);
    return NULL;
}

static struct query rows_query(struct needed *needed)
{
    struct query rows = *needed->query;
    size_t count = needed->columns.count;
    rows.targets = ARENA_ARRAY(needed->arena, struct target, count > 0 ? count : 1);
    rows.target_count = count > 0 ? count : 1;
    for (size_t i = 0; i < count; i++)
        rows.targets[i] = (struct target){.expr = &needed->columns.at[i], .name = STR("c")};
    if (count > 0) return rows;
    struct expr *one = ARENA_NEW(needed->arena, struct expr);
    *one = (struct expr){.kind = EXPR_CONST,
                         .type = INT4OID,
                         .typmod = -1,
                         .location = -1,
                         .constant = value_int(1)};
    rows.targets[0] = (struct target){.expr = one, .name = STR("c")};
    return rows;
}

static err fill_rows(struct builder *builder, struct needed *needed, int *set, size_t *width)
{
    struct text text;
    struct query rows = rows_query(needed);
    TRY(read_skipped(builder, needed, &rows));
    *width = rows.target_count;
    TRY(builder_set(builder, *width, set));
    builder_text(builder, &text);
    TRY(text_query(&text, &rows, &(struct query_options){0}));
    struct program_op *op = builder_op(builder, OP_FILL, &text);
    op->set = *set;
    op->set_columns = (int)*width;
    return NULL;
}

static void items_of_set(struct needed *needed, struct text *text, int set, str alias)
{
    for (size_t i = 0; i < needed->query->rtable_count; i++) {
        const struct rte *rte = needed->query->rtable[i];
        int *positions = ARENA_ARRAY(needed->arena, int, rte->column_count);
        for (size_t k = 0; k < rte->column_count; k++) positions[k] = -1;
        for (size_t k = 0; k < needed->columns.count; k++)
            if (needed->columns.at[k].column.rte == rte)
                positions[needed->columns.at[k].column.index] = (int)k;
        text_item_set(
            text,
            (struct item){
                .rte = rte, .form = ITEM_ROWS, .alias = alias, .set = set, .positions = positions});
    }
}

/* What the calls answered goes to a set; the rows behind OFFSET are the result. */
static err show_rest(struct builder *builder,
                     const struct query *query,
                     struct program_op *calls,
                     const struct program_node *node)
{
    struct text text;
    int set;
    TRY(builder_set(builder, query->target_count, &set));
    calls->set = set;
    calls->set_columns = (int)query->target_count;
    builder_text(builder, &text);
    str alias = text_alias(&text, STR("row"));
    buf_lit(text.print.sql, "SELECT ");
    for (size_t i = 0; i < query->target_count; i++)
        buf_printf(text.print.sql, "%sc%zu", i > 0 ? ", " : "", i);
    buf_printf(text.print.sql, " FROM %s(", rowset_table(query->target_count));
    print_slot(&text.print, &(struct slot){.kind = SLOT_SET, .index = set});
    buf_lit(text.print.sql, ") AS ");
    print_ident(text.print.sql, alias);
    buf_lit(text.print.sql, " ORDER BY ");
    print_ident(text.print.sql, alias);
    buf_lit(text.print.sql, ".rowid LIMIT -1 OFFSET ");
    TRY(print_expr(&text.print, query->offset));
    struct program_op *op = builder_op(builder, OP_QUERY, &text);
    op->output = node;
    op->reads_set = set;
    return NULL;
}

static err call_over_set(struct builder *builder,
                         struct needed *needed,
                         int set,
                         size_t width,
                         const struct program_node *node)
{
    struct text text;
    builder_text(builder, &text);
    str alias = text_alias(&text, STR("row"));
    items_of_set(needed, &text, set, alias);
    buf_lit(text.print.sql, "SELECT ");
    for (size_t i = 0; i < needed->query->target_count; i++) {
        if (i > 0) buf_lit(text.print.sql, ", ");
        TRY(print_expr(&text.print, needed->query->targets[i].expr));
    }
    buf_printf(text.print.sql, " FROM %s(", rowset_table(width));
    print_slot(&text.print, &(struct slot){.kind = SLOT_SET, .index = set});
    buf_lit(text.print.sql, ") AS ");
    print_ident(text.print.sql, alias);
    buf_lit(text.print.sql, " ORDER BY ");
    print_ident(text.print.sql, alias);
    buf_lit(text.print.sql, ".rowid");
    bool skips = needed->query->offset != NULL;
    struct program_op *op = builder_op(builder, skips ? OP_FILL : OP_QUERY, &text);
    op->reads_set = set;
    if (skips) return show_rest(builder, needed->query, op, node);
    op->output = node;
    return NULL;
}

static err refuse(struct builder *builder)
{
    return err_sql(builder->scratch, "0A000",
                   "calling a function that writes in this place of a query that reads tables is "
                   "not supported on this database");
}

static bool nested_call(struct query *query, void *context)
{
    (void)context;
    bool over = reads_tables(query) && query_any(query, is_writing_call, NULL);
    return !over && query_subqueries(query, nested_call, NULL);
}

err calls_build(struct builder *builder,
                const struct query *query,
                const struct program_node *node,
                bool *built)
{
    struct query rest = rest_of(query);
    *built = false;
    if (!query_any(query, is_writing_call, NULL)) return NULL;
    if (!query_subqueries(query, nested_call, NULL)) return refuse(builder);
    if (!reads_tables(query)) return NULL;
    if (!calls_in_targets(query) || query_any(&rest, is_writing_call, NULL)) return refuse(builder);
    struct needed needed = {.arena = builder->scratch, .query = query};
    bool plain = query->set_op == SET_NONE && query->values == NULL && !query->distinct &&
                 query->distinct_on.count == 0 && query->group_by.count == 0 &&
                 !query->has_aggregates && !query->has_windows && query->cte_count == 0;
    for (size_t i = 0; plain && i < query->target_count; i++)
        expr_any(query->targets[i].expr, need_of, &needed);
    if (!plain || needed.refused) return refuse(builder);
    int set;
    size_t width;
    *built = true;
    TRY(fill_rows(builder, &needed, &set, &width));
    return call_over_set(builder, &needed, set, width, node);
}

/* ---- RETURNING ---- */

static bool is_subquery(const struct expr *expr, void *context)
{
    (void)context;
    return expr->kind == EXPR_SUBQUERY;
}

/* What the calls need of the written rows comes back by RETURNING; they are made when the write has ended. */
err calls_returning(struct builder *builder,
                    const struct query *query,
                    const struct program_node *node,
                    bool *built)
{
    struct needed needed = {.arena = builder->arena, .query = query};
    *built = query->returning && calls_in_targets(query);
    if (!*built) return NULL;
    for (size_t i = 0; i < query->target_count; i++) {
        expr_any(query->targets[i].expr, need_of, &needed);
        if (expr_any(query->targets[i].expr, is_subquery, NULL)) needed.refused = true;
    }
    if (needed.refused || query->cte_count > 0) return refuse(builder);
    struct query *write = ARENA_NEW(builder->arena, struct query);
    int set;
    *write = rows_query(&needed);
    TRY(builder_set(builder, write->target_count, &set));
    TRY(write_build(builder, write, &(struct write_output){.set = set, .counts = true}));
    return call_over_set(builder, &needed, set, write->target_count, node);
}
