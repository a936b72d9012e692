/* engine/sqlite/print_from.c - FROM, and where the policies of its tables stand.
 *
 * A policy is ANDed where its table's rows come in: in WHERE for inner items, in the ON of the outer
 * join whose nullable side holds the table, and for both sides of a FULL join in a CTE of the
 * filtered table. Tables are not wrapped otherwise (SQLite's parser stack), with one exception:
 * a condition of the caller that may raise, or tell of a row by time, must not run before the
 * policy. Then the table goes behind a barrier, (SELECT * ... WHERE policy LIMIT -1 OFFSET 0), which
 * SQLite neither flattens nor pushes conditions into.
 *
 * Source: docs/sql.md. */
#include "engine/sqlite/print_query.h"

#include "engine/sqlite/rowset.h"
#include "sql/query_walk.h"

/* SQLite's parser has 100 places; a nested FROM-subquery takes about 6 of them. */
enum { FROM_DEPTH_MAX = 5 };

/* ---- barriers --------------------------------------------------------------------------------- */

/* The guard says where (guard_barriers): it sees the conditions of every query around. */
static bool needs_barrier(const struct rte *rte)
{
    return rte->barrier && rte->security != NULL;
}

static bool uses_others(const struct query *query, const struct rte *rte, const struct expr *expr)
{
    for (size_t i = 0; i < query->rtable_count; i++)
        if (query->rtable[i] != rte && expr_uses_rte(expr, query->rtable[i])) return true;
    return query->target_rte != NULL && query->target_rte != rte &&
           expr_uses_rte(expr, query->target_rte);
}

/* The caller's harmless conditions on this table alone go inside the barrier: they find the index. */
static void move_inside(struct text *text,
                        const struct query *query,
                        const struct rte *rte,
                        struct condition_list *outside,
                        struct condition_list *inside)
{
    for (size_t i = 0; outside != NULL && i < outside->count; i++) {
        struct condition *condition = &outside->at[i];
        if (condition->printed || !expr_is_leakproof(condition->expr)) continue;
        if (!expr_uses_rte(condition->expr, rte) || uses_others(query, rte, condition->expr))
            continue;
        *VEC_ADD(text->print.arena, inside) = *condition;
        condition->printed = true;
    }
}

/* (SELECT * FROM main."t" AS "t" WHERE policy LIMIT -1 OFFSET 0) AS "t" */
static err print_barrier(struct text *text,
                         const struct query *query,
                         const struct rte *rte,
                         struct condition_list *where,
                         str extra_column)
{
    struct buf *sql = text->print.sql;
    const struct item *item = text_item_find(text, rte);
    struct condition_list inside = {0};
    conditions_add(text->print.arena, &inside, rte->security);
    move_inside(text, query, rte, where, &inside);
    buf_lit(sql, "(SELECT *");
    buf_str_add(sql, extra_column);
    buf_lit(sql, " FROM ");
    text_item_table(text, rte);
    buf_lit(sql, " AS ");
    print_ident(sql, item->alias);
    TRY(text_conditions(text, &inside, STR(" WHERE ")));
    buf_lit(sql, " LIMIT -1 OFFSET 0) AS ");
    print_ident(sql, item->alias);
    return NULL;
}

/* ---- items ------------------------------------------------------------------------------------ */

static struct buf *swap_sql(struct text *text, struct buf *sql)
{
    struct buf *before = text->print.sql;
    text->print.sql = sql;
    return before;
}

static void add_with(struct text *text, str name, struct buf *body)
{
    struct buf *head = buf_in(text->print.arena, 0);
    print_ident(head, name);
    buf_lit(head, " AS ");
    *VEC_ADD(text->print.arena, text->withs) =
        (struct text_with){.head = buf_str(head), .body = buf_str(body)};
}

/* Both sides of a FULL join keep their rows: no ON can filter them, so the table is filtered before. */
static err print_filtered(struct text *text, const struct rte *rte)
{
    const struct item *item = text_item_find(text, rte);
    str name = text_alias(text, item->alias);
    struct buf *body = buf_in(text->print.arena, 0), *outer = swap_sql(text, body);
    struct condition_list policy = {0};
    conditions_add(text->print.arena, &policy, rte->security);
    buf_lit(body, "SELECT * FROM ");
    text_item_table(text, rte);
    buf_lit(body, " AS ");
    print_ident(body, item->alias);
    TRY(text_conditions(text, &policy, STR(" WHERE ")));
    buf_lit(body, " LIMIT -1 OFFSET 0");
    swap_sql(text, outer);
    add_with(text, name, body);
    print_ident(outer, name);
    buf_lit(outer, " AS ");
    print_ident(outer, item->alias);
    return NULL;
}

/* where NULL: an item whose rows no condition of this query can filter. */
static err print_relation(struct text *text,
                          const struct query *query,
                          const struct rte *rte,
                          struct condition_list *where,
                          bool outer_side)
{
    const struct item *item = text_item_find(text, rte);
    if (rte->security != NULL && where == NULL) return print_filtered(text, rte);
    if (needs_barrier(rte))
        return print_barrier(text, query, rte, outer_side ? NULL : where, STR_NONE);
    conditions_add(text->print.arena, where, rte->security);
    text_item_table(text, rte);
    if (str_eq(item->alias, rte->relation->physical)) return NULL;
    buf_lit(text->print.sql, " AS ");
    print_ident(text->print.sql, item->alias);
    return NULL;
}

struct sibling_search {
    const struct query *query;
};

static bool is_sibling_column(const struct expr *expr, void *context)
{
    const struct query *query = ((const struct sibling_search *)context)->query;
    if (expr->kind != EXPR_COLUMN && expr->kind != EXPR_WHOLE_ROW) return false;
    const struct rte *rte = expr->kind == EXPR_COLUMN ? expr->column.rte : expr->rte;
    for (size_t i = 0; i < query->rtable_count; i++)
        if (query->rtable[i] == rte) return true;
    return false;
}

static bool is_column_of(const struct expr *expr, void *context)
{
    const struct rte *rte = context;
    return (expr->kind == EXPR_COLUMN && expr->column.rte == rte) ||
           (expr->kind == EXPR_WHOLE_ROW && expr->rte == rte);
}

static bool rte_any(const struct rte *rte, expr_test *test, void *context)
{
    if (rte->kind == RTE_SUBQUERY) return query_any(rte->query, test, context);
    for (size_t row = 0; rte->kind == RTE_VALUES && row < rte->row_count; row++)
        for (size_t i = 0; i < rte->rows[row].count; i++)
            if (expr_any(rte->rows[row].at[i], test, context)) return true;
    return false;
}

/* A subquery or VALUES whose rows depend on those of other items. */
static bool is_dependent(const struct query *query, const struct rte *rte)
{
    if (rte->kind == RTE_SUBQUERY && !rte->lateral) return false;
    return rte_any(rte, is_sibling_column, &(struct sibling_search){.query = query});
}

static err print_values_rows(struct text *text, const struct rte *rte)
{
    struct buf *sql = text->print.sql;
    buf_lit(sql, "(VALUES ");
    for (size_t row = 0; row < rte->row_count; row++) {
        buf_str_add(sql, row == 0 ? STR("(") : STR(",("));
        for (size_t i = 0; i < rte->rows[row].count; i++) {
            if (i > 0) buf_char(sql, ',');
            if (row == 0)
                TRY(print_collated(&text->print, rte->rows[row].at[i]));
            else
                TRY(print_expr(&text->print, rte->rows[row].at[i]));
        }
        buf_char(sql, ')');
    }
    buf_char(sql, ')');
    return NULL;
}

/* SELECT and not VALUES, whose columns lose their names when they are not constant. */
static err print_dependent_rows(struct text *text, const struct rte *rte)
{
    struct buf *sql = text->print.sql;
    for (size_t row = 0; row < rte->row_count; row++) {
        buf_str_add(sql, row == 0 ? STR("(SELECT ") : STR(" UNION ALL SELECT "));
        for (size_t i = 0; i < rte->rows[row].count; i++) {
            if (i > 0) buf_char(sql, ',');
            TRY(print_expr(&text->print, rte->rows[row].at[i]));
            if (row == 0) buf_printf(sql, " AS column%zu", i + 1);
        }
    }
    buf_char(sql, ')');
    return NULL;
}

static err print_dependent_body(struct text *text, const struct rte *rte, const str *names)
{
    if (rte->kind == RTE_VALUES) return print_dependent_rows(text, rte);
    struct query_options options = {.names = names};
    int depth = text->from_depth;
    text->from_depth = 0;
    buf_char(text->print.sql, '(');
    TRY(text_query(text, rte->query, &options));
    buf_char(text->print.sql, ')');
    text->from_depth = depth;
    return NULL;
}

/* What sql/lateral.c could not merge: its rows are collected for each row of the items that it uses. Beside
 * FULL JOIN, SQLite would lose or double rows. */
static err print_dependent(struct text *text, const struct query *query, const struct rte *rte)
{
    if (query_has_full_join(query)) return text_refuse(text, -1, "LATERAL beside FULL JOIN");
    struct buf *sql = text->print.sql;
    const str *names = text_column_names(text, rte->columns, rte->column_count);
    buf_printf(sql, "%s((SELECT dapur_collect(", rowset_table(rte->column_count));
    if (rte->column_count == 0) buf_char(sql, '1');
    for (size_t i = 0; i < rte->column_count; i++) {
        if (i > 0) buf_char(sql, ',');
        if (rte->kind == RTE_VALUES)
            buf_printf(sql, "column%zu", i + 1);
        else
            print_ident(sql, names[i]);
    }
    buf_lit(sql, ") FROM ");
    TRY(print_dependent_body(text, rte, names));
    buf_lit(sql, ")) AS ");
    print_ident(sql, text_item_find(text, rte)->alias);
    return NULL;
}

static err print_subquery(struct text *text, const struct query *query, const struct rte *rte)
{
    if (is_dependent(query, rte)) return print_dependent(text, query, rte);
    const struct item *item = text_item_find(text, rte);
    struct query_options options = {
        .names = text_column_names(text, rte->columns, rte->column_count),
        .collated = true,
    };
    bool hoist = text->from_depth >= FROM_DEPTH_MAX;
    struct buf *body = hoist ? buf_in(text->print.arena, 0) : text->print.sql;
    struct buf *outer = swap_sql(text, body);
    if (!hoist) buf_char(body, '(');
    if (rte->barrier) buf_lit(body, "SELECT * FROM (");
    text->from_depth++;
    TRY(text_query(text, rte->query, &options));
    text->from_depth--;
    if (rte->barrier) buf_lit(body, ") LIMIT -1 OFFSET 0");
    if (!hoist) buf_char(body, ')');
    swap_sql(text, outer);
    if (hoist) {
        str name = text_alias(text, item->alias);
        add_with(text, name, body);
        print_ident(outer, name);
    }
    buf_lit(outer, " AS ");
    print_ident(outer, item->alias);
    return NULL;
}

static err print_values(struct text *text, const struct rte *rte)
{
    TRY(print_values_rows(text, rte));
    buf_lit(text->print.sql, " AS ");
    print_ident(text->print.sql, text_item_find(text, rte)->alias);
    return NULL;
}

static err print_cte_item(struct text *text, const struct rte *rte)
{
    const struct item *item = text_item_find(text, rte);
    struct text_cte *cte;
    TRY(text_cte_find(text, rte->cte, &cte));
    if (cte->set >= 0) {
        buf_str_add(text->print.sql, str_of(rowset_table(rte->cte->column_count)));
        buf_char(text->print.sql, '(');
        print_slot(&text->print, &(struct slot){.kind = SLOT_SET, .index = cte->set});
        buf_char(text->print.sql, ')');
    } else {
        print_ident(text->print.sql, cte->name);
    }
    buf_lit(text->print.sql, " AS ");
    print_ident(text->print.sql, item->alias);
    return NULL;
}

static err print_item(struct text *text,
                      const struct query *query,
                      const struct rte *rte,
                      struct condition_list *where,
                      bool outer_side)
{
    switch (rte->kind) {
    case RTE_RELATION: return print_relation(text, query, rte, where, outer_side);
    case RTE_SUBQUERY: return print_subquery(text, query, rte);
    case RTE_VALUES:
        return is_dependent(query, rte) ? print_dependent(text, query, rte)
                                        : print_values(text, rte);
    case RTE_CTE: return print_cte_item(text, rte);
    case RTE_FUNCTION:
        TRY(print_from_function(&text->print, rte));
        buf_lit(text->print.sql, " AS ");
        print_ident(text->print.sql, text_item_find(text, rte)->alias);
        return NULL;
    case RTE_RESULT: buf_lit(text->print.sql, "(SELECT 1)"); return NULL;
    case RTE_TRANSITION:
        buf_printf(text->print.sql, "%s(", rowset_table(rte->column_count));
        print_slot(&text->print, &(struct slot){.kind = SLOT_TRANSITION, .index = rte->is_new});
        buf_lit(text->print.sql, ") AS ");
        print_ident(text->print.sql, text_item_find(text, rte)->alias);
        return NULL;
    }
    return NULL;
}

/* ---- joins ------------------------------------------------------------------------------------ */

static bool has_full_join(const struct from_item *item)
{
    if (item->kind == FROM_RTE) return false;
    return item->join == JOIN_KIND_FULL || has_full_join(item->left) || has_full_join(item->right);
}

bool query_has_full_join(const struct query *query)
{
    for (size_t i = 0; i < query->from_count; i++)
        if (has_full_join(query->from[i])) return true;
    return false;
}

static struct rte *rte_with_columns(const struct from_item *item)
{
    if (item->kind == FROM_RTE) return item->rte->column_count > 0 ? item->rte : NULL;
    struct rte *left = rte_with_columns(item->left);
    return left != NULL ? left : rte_with_columns(item->right);
}

static bool reads_row(const struct query *query, const struct expr *expr)
{
    for (size_t i = 0; i < query->rtable_count; i++)
        if (expr_uses_rte(expr, query->rtable[i])) return true;
    return false;
}

static struct expr *make_test(struct arena *arena, struct expr *column, bool negated)
{
    struct expr *test = ARENA_NEW(arena, struct expr);
    *test = (struct expr){.kind = EXPR_NULL_TEST, .type = BOOLOID, .typmod = -1, .location = -1};
    test->negated = negated;
    test->args = (struct expr_list){.at = ARENA_NEW(arena, struct expr *), .count = 1};
    test->args.at[0] = column;
    return test;
}

/* CASE WHEN condition THEN true ELSE column IS NULL AND column IS NOT NULL END */
static struct expr *tie(struct arena *arena, struct expr *condition, struct rte *rte)
{
    struct expr *nodes = ARENA_ARRAY(arena, struct expr, 4);
    struct expr *column = &nodes[0], *yes = &nodes[1], *no = &nodes[2], *tied = &nodes[3];
    for (size_t i = 0; i < 4; i++)
        nodes[i] = (struct expr){.type = BOOLOID, .typmod = -1, .location = -1};
    column->kind = EXPR_COLUMN;
    column->type = rte->columns[0].type;
    column->column.rte = rte;
    yes->kind = EXPR_CONST;
    yes->constant = value_int(1);
    no->kind = EXPR_AND;
    no->args = (struct expr_list){.at = ARENA_ARRAY(arena, struct expr *, 2), .count = 2};
    for (size_t i = 0; i < 2; i++) no->args.at[i] = make_test(arena, column, i == 1);
    tied->kind = EXPR_CASE;
    tied->case_of.arms = ARENA_NEW(arena, struct case_arm);
    *tied->case_of.arms = (struct case_arm){.when = condition, .then = yes};
    tied->case_of.arm_count = 1;
    tied->case_of.otherwise = no;
    return tied;
}

/* SQLite tests what reads no row of the query once, before the first row, and loses sight of the rows
 * without a partner that a FULL JOIN adds: they are left out, or stay whatever the condition says. So
 * it is made to read a row of the item. */
static void tie_conditions(struct text *text,
                           const struct query *query,
                           struct condition_list *list,
                           const struct from_item *item)
{
    struct rte *rte = rte_with_columns(item);
    if (rte == NULL || !query_has_full_join(query)) return;
    for (size_t i = 0; i < list->count; i++) {
        struct condition *condition = &list->at[i];
        if (condition->printed) continue;
        bool one_term = condition->expr->kind != EXPR_ROW_COMPARE;
        if (one_term && reads_row(query, condition->expr)) continue;
        condition->expr = tie(text->print.arena, condition->expr, rte);
    }
}

struct from_place {
    struct condition_list *where; /* what takes the policies of items here; NULL: nothing may */
    bool outer_side;              /* where is the ON of an outer join */
    bool nested;                  /* the item stands right of something: joins need parentheses */
};

static err print_tree(struct text *text,
                      const struct query *query,
                      const struct from_item *item,
                      struct from_place place);

static err print_on(struct text *text, const struct condition_list *on)
{
    bool any = false;
    for (size_t i = 0; i < on->count; i++) any = any || !on->at[i].printed;
    if (!any) {
        buf_lit(text->print.sql, " ON 1");
        return NULL;
    }
    return text_conditions(text, on, STR(" ON "));
}

static err print_inner_join(struct text *text,
                            const struct query *query,
                            const struct from_item *item,
                            struct from_place place)
{
    struct from_place right = place;
    right.nested = true;
    TRY(print_tree(text, query, item->left, place));
    buf_lit(text->print.sql, " JOIN ");
    TRY(print_tree(text, query, item->right, right));
    struct condition_list on = {0};
    conditions_add(text->print.arena, &on, item->on);
    tie_conditions(text, query, &on, item);
    return text_conditions(text, &on, STR(" ON "));
}

/* kept LEFT JOIN nullable: RIGHT comes here with its sides swapped, which SQL allows because every
 * column is named by its item. */
static err print_left_join(struct text *text,
                           const struct query *query,
                           const struct from_item *kept,
                           const struct from_item *nullable,
                           const struct from_item *join,
                           struct from_place place)
{
    struct condition_list on = {0};
    struct from_place right = {.where = &on, .outer_side = true, .nested = true};
    TRY(print_tree(text, query, kept, place));
    buf_lit(text->print.sql, " LEFT JOIN ");
    TRY(print_tree(text, query, nullable, right));
    conditions_add(text->print.arena, &on, join->on);
    return print_on(text, &on);
}

static err print_full_join(struct text *text,
                           const struct query *query,
                           const struct from_item *item,
                           bool nested)
{
    TRY(print_tree(text, query, item->left, (struct from_place){.nested = nested}));
    buf_lit(text->print.sql, " FULL JOIN ");
    TRY(print_tree(text, query, item->right, (struct from_place){.nested = true}));
    struct condition_list on = {0};
    conditions_add(text->print.arena, &on, item->on);
    return print_on(text, &on);
}

static err print_join(struct text *text,
                      const struct query *query,
                      const struct from_item *item,
                      struct from_place place)
{
    switch (item->join) {
    case JOIN_KIND_INNER:
    case JOIN_KIND_CROSS: return print_inner_join(text, query, item, place);
    case JOIN_KIND_LEFT: return print_left_join(text, query, item->left, item->right, item, place);
    case JOIN_KIND_RIGHT: return print_left_join(text, query, item->right, item->left, item, place);
    case JOIN_KIND_FULL: return print_full_join(text, query, item, place.nested);
    }
    return NULL;
}

static bool tree_has(const struct from_item *item, const struct rte *rte)
{
    if (item->kind == FROM_RTE) return item->rte == rte;
    return tree_has(item->left, rte) || tree_has(item->right, rte);
}

/* Something in the tree is LATERAL to an item outside: parentheses would part them. */
static bool reaches_out(const struct query *query,
                        const struct from_item *tree,
                        const struct from_item *item)
{
    if (item->kind == FROM_JOIN)
        return reaches_out(query, tree, item->left) || reaches_out(query, tree, item->right);
    if (!is_dependent(query, item->rte)) return false;
    for (size_t i = 0; i < query->rtable_count; i++)
        if (!tree_has(tree, query->rtable[i]) && rte_any(item->rte, is_column_of, query->rtable[i]))
            return true;
    return false;
}

static err print_tree(struct text *text,
                      const struct query *query,
                      const struct from_item *item,
                      struct from_place place)
{
    if (item->kind == FROM_RTE)
        return print_item(text, query, item->rte, place.where, place.outer_side);
    /* An inner item's own ON can name only what stands before it: a join is written before its
     * condition, so only the right side of another join needs parentheses. */
    bool enclose = place.nested;
    place.nested = false;
    if (enclose && reaches_out(query, item, item))
        return text_refuse(text, -1, "LATERAL to an item outside of the join's parentheses");
    if (enclose) buf_char(text->print.sql, '(');
    TRY(print_join(text, query, item, place));
    if (enclose) buf_char(text->print.sql, ')');
    return NULL;
}

/* ---- the clause --------------------------------------------------------------------------------- */

static enum item_form form_of(const struct query *query,
                              const struct text_cte *cte,
                              const struct rte *rte)
{
    if (is_dependent(query, rte)) return ITEM_ROWS;
    if (rte->kind == RTE_RELATION) return ITEM_TABLE;
    if (rte->kind == RTE_FUNCTION || rte->kind == RTE_TRANSITION) return ITEM_FUNCTION;
    return cte != NULL && cte->set >= 0 ? ITEM_ROWS : ITEM_NAMED;
}

static const int *positions_in_order(struct text *text, size_t count)
{
    int *positions = ARENA_ARRAY(text->print.arena, int, count);
    for (size_t i = 0; i < count; i++) positions[i] = (int)i;
    return positions;
}

err text_items(struct text *text, const struct query *query)
{
    for (size_t i = 0; i < query->rtable_count; i++) {
        const struct rte *rte = query->rtable[i];
        if (text_item_find(text, rte) != NULL) continue;
        struct text_cte *cte = NULL;
        if (rte->kind == RTE_CTE) TRY(text_cte_find(text, rte->cte, &cte));
        struct item item = {.rte = rte, .form = form_of(query, cte, rte)};
        item.alias = text_alias(text, rte->alias);
        if (item.form == ITEM_ROWS) {
            item.set = cte != NULL ? cte->set : -1;
            item.positions = positions_in_order(text, rte->column_count);
        }
        text_item_set(text, item);
    }
    return NULL;
}

static bool is_empty_result(const struct from_item *item)
{
    return item->kind == FROM_RTE && item->rte->kind == RTE_RESULT;
}

/* f(a.x) finds its sibling only outside parentheses. */
static bool has_lateral_call(const struct from_item *item)
{
    if (item->kind == FROM_RTE) return item->rte->lateral && item->rte->kind != RTE_RELATION;
    return has_lateral_call(item->left) || has_lateral_call(item->right);
}

static err print_list(
    struct text *text, const struct query *query, struct condition_list *where, str first, str next)
{
    bool any = false;
    for (size_t i = 0; i < query->from_count; i++) {
        const struct from_item *item = query->from[i];
        if (is_empty_result(item) && query->from_count == 1) continue;
        buf_str_add(text->print.sql, any ? next : first);
        /* a, b LEFT JOIN c: SQLite joins from the left, which is the same but for FULL. */
        bool enclose =
            any && item->kind == FROM_JOIN && (has_full_join(item) || !has_lateral_call(item));
        TRY(print_tree(text, query, item, (struct from_place){.where = where, .nested = enclose}));
        any = true;
    }
    for (size_t i = 0; where != NULL && i < query->from_count; i++)
        tie_conditions(text, query, where, query->from[i]);
    return NULL;
}

err text_from(struct text *text, const struct query *query, struct condition_list *where)
{
    TRY(text_items(text, query));
    return print_list(text, query, where, STR(" FROM "), STR(", "));
}

err text_from_rest(struct text *text, const struct query *query, struct condition_list *where)
{
    TRY(text_items(text, query));
    return print_list(text, query, where, STR(", "), STR(", "));
}

err text_target_item(struct text *text,
                     const struct query *query,
                     struct condition_list *where,
                     str *rowid)
{
    const struct rte *rte = query->target_rte;
    const struct item *item = text_item_find(text, rte);
    str number;
    TRY(text_rowid(text, rte->relation, &number));
    struct buf *qualified = buf_in(text->print.arena, 0);
    print_ident(qualified, item->alias);
    if (needs_barrier(rte)) {
        buf_lit(qualified, ".\"~rowid\"");
        str extra = str_printf(text->print.arena, ", %.*s AS \"~rowid\"", STR_FMT(number));
        TRY(print_barrier(text, query, rte, where, extra));
    } else {
        buf_printf(qualified, ".%.*s", STR_FMT(number));
        TRY(print_relation(text, query, rte, where, false));
    }
    *rowid = buf_str(qualified);
    return NULL;
}
