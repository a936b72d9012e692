/* engine/sqlite/print_query.c - SELECT, VALUES and set operations as SQLite's text.
 *
 * Source: sql-on-sqlite.md, sections 2 and 7. */
#include "engine/sqlite/print_query.h"
#include "engine/sqlite/rowset.h"
#include "sql/query_walk.h"

static err print_body(struct text *text,
                      const struct query *query,
                      const struct query_options *options);

/* ---- WITH ------------------------------------------------------------------------------------- */

err text_cte_find(struct text *text, const struct cte *cte, struct text_cte **out)
{
    for (size_t i = 0; i < text->ctes.count; i++) {
        *out = &text->ctes.at[i];
        if ((*out)->cte == cte) return NULL;
    }
    return err_new(text->print.arena, ERR_INTERNAL, "WITH query \"%.*s\" is used outside its query",
                   STR_FMT(cte->name));
}

static bool cte_known(const struct text *text, const struct cte *cte)
{
    for (size_t i = 0; i < text->ctes.count; i++)
        if (text->ctes.at[i].cte == cte) return true;
    return false;
}

/* "name"("a","b") AS [NOT] MATERIALIZED */
static str cte_head(struct text *text, const struct cte *cte, str name)
{
    struct buf *head = buf_in(text->print.arena, 0);
    const str *columns = text_column_names(text, cte->columns, cte->column_count);
    print_ident(head, name);
    buf_char(head, '(');
    for (size_t i = 0; i < cte->column_count; i++) {
        if (i > 0) buf_char(head, ',');
        print_ident(head, columns[i]);
    }
    buf_lit(head, ") AS ");
    if (cte->materialized) buf_lit(head, "MATERIALIZED ");
    return buf_str(head);
}

static err print_cte(struct text *text, const struct cte *cte, str name, struct text_with *out)
{
    struct buf *outer = text->print.sql;
    text->print.sql = buf_in(text->print.arena, 0);
    text->from_depth++;
    TRY(text_query(text, cte->query, &(struct query_options){.collated = true}));
    text->from_depth--;
    *out = (struct text_with){
        .head = cte_head(text, cte, name),
        .body = buf_str(text->print.sql),
        .recursive = cte->recursive,
    };
    text->print.sql = outer;
    return NULL;
}

static err print_ctes(struct text *text, const struct query *query)
{
    size_t first = text->ctes.count;
    for (size_t i = 0; i < query->cte_count; i++) {
        const struct cte *cte = query->ctes[i];
        if (cte_known(text, cte)) continue;
        if (cte->query->command != QUERY_SELECT)
            return text_refuse(text, -1, "a data-modifying WITH below the top of a statement");
        *VEC_ADD(text->print.arena, &text->ctes) =
            (struct text_cte){.cte = cte, .name = text_alias(text, cte->name), .set = -1};
    }
    size_t end = text->ctes.count;
    for (size_t i = first; i < end; i++) {
        struct text_with with;
        TRY(print_cte(text, text->ctes.at[i].cte, text->ctes.at[i].name, &with));
        *VEC_ADD(text->print.arena, text->withs) = with;
    }
    return NULL;
}

static void write_withs(struct buf *sql, const struct with_list *withs)
{
    if (withs->count == 0) return;
    bool recursive = false;
    for (size_t i = 0; i < withs->count; i++) recursive = recursive || withs->at[i].recursive;
    buf_str_add(sql, recursive ? STR("WITH RECURSIVE ") : STR("WITH "));
    for (size_t i = 0; i < withs->count; i++) {
        if (i > 0) buf_char(sql, ',');
        buf_str_add(sql, withs->at[i].head);
        buf_char(sql, '(');
        buf_str_add(sql, withs->at[i].body);
        buf_char(sql, ')');
    }
    buf_char(sql, ' ');
}

/* WITH goes before the statement or the sub-select that is an expression; subqueries in FROM give
 * theirs to the query around them, so that nothing nests deep. */
err text_with(struct text *text,
              const struct query *query,
              err (*body)(struct text *text, void *context),
              void *context)
{
    if (text->from_depth > 0 && text->withs != NULL) {
        TRY(print_ctes(text, query));
        return body(text, context);
    }
    struct with_list withs = {0}, *outer_withs = text->withs;
    struct buf *outer = text->print.sql, *inner = buf_in(text->print.arena, 0);
    size_t known = text->ctes.count;
    text->withs = &withs;
    text->print.sql = inner;
    TRY(print_ctes(text, query));
    TRY(body(text, context));
    text->print.sql = outer;
    text->withs = outer_withs;
    text->ctes.count = known; /* printed again elsewhere, it brings its WITH again */
    write_withs(outer, &withs);
    buf_str_add(outer, buf_str(inner));
    return NULL;
}

struct query_body {
    const struct query *query;
    const struct query_options *options;
};

static err print_query_body(struct text *text, void *context)
{
    const struct query_body *body = context;
    return print_body(text, body->query, body->options);
}

err text_query(struct text *text, const struct query *query, const struct query_options *options)
{
    struct query_body body = {query, options};
    return text_with(text, query, print_query_body, &body);
}

/* ---- parts of a SELECT ------------------------------------------------------------------------ */

static bool is_aggregate(const struct expr *expr, void *context)
{
    (void)context;
    return expr->kind == EXPR_AGGREGATE;
}

/* One group without GROUP BY, and no aggregate left in the targets: they may be folded away
 * (pg_typeof(sum(x))), or stand in HAVING alone. SQLite looks for one in the targets. */
static bool hides_group(const struct query *query)
{
    if (query->group_by.count > 0 || (query->having == NULL && !query->has_aggregates))
        return false;
    for (size_t i = 0; i < query->target_count; i++)
        if (expr_any(query->targets[i].expr, is_aggregate, NULL)) return false;
    return true;
}

static err print_target(struct text *text,
                        const struct query *query,
                        const struct target *target,
                        const struct query_options *options)
{
    if (options->collated || query->distinct) return print_collated(&text->print, target->expr);
    return print_expr(&text->print, target->expr);
}

static err print_targets(struct text *text,
                         const struct query *query,
                         const struct query_options *options)
{
    struct buf *sql = text->print.sql;
    size_t printed = 0;
    for (size_t i = 0; i < query->target_count; i++) {
        const struct target *target = &query->targets[i];
        if (target->hidden && !options->hidden) continue;
        if (printed > 0) buf_lit(sql, ", ");
        bool hint = printed == 0 && hides_group(query);
        if (hint) buf_lit(sql, "iif(count(*) >= 0, ");
        TRY(print_target(text, query, target, options));
        if (hint) buf_lit(sql, ", NULL)");
        if (options->names != NULL) {
            buf_lit(sql, " AS ");
            print_ident(sql, options->names[printed]);
        }
        printed++;
    }
    if (options->grouped) {
        if (printed > 0) buf_lit(sql, ", ");
        return print_expr(&text->print, options->links[0].child_expr);
    }
    if (printed == 0) buf_lit(sql, "1");
    return NULL;
}

/* A literal there would be read as the number of a column, and it sorts nothing. */
static bool is_constant(const struct expr *expr)
{
    while (expr->kind == EXPR_CAST) expr = expr->args.at[0];
    return expr->kind == EXPR_CONST || expr->kind == EXPR_GROUPING;
}

/* SQLite makes a 0 of an AND with FALSE as it parses, and would read that as the number of a column. */
static err print_key(struct text *text, const struct expr *expr)
{
    if (expr->kind != EXPR_AND) return print_collated(&text->print, expr);
    buf_char(text->print.sql, '(');
    TRY(print_expr(&text->print, expr));
    buf_lit(text->print.sql, ") + 0");
    return NULL;
}

static err print_group(struct text *text, const struct query *query)
{
    if (query->group_by.count == 0) return NULL;
    str word = STR(" GROUP BY ");
    for (size_t i = 0; i < query->group_by.count; i++) {
        if (is_constant(query->group_by.at[i])) continue;
        buf_str_add(text->print.sql, word);
        TRY(print_key(text, query->group_by.at[i]));
        word = STR(", ");
    }
    /* Grouped by constants alone: one group, and none without rows. */
    if (str_eq(word, STR(" GROUP BY "))) buf_lit(text->print.sql, " GROUP BY NULL");
    return NULL;
}

/* NULLS LAST of an ascending sort keeps SQLite from an index whose columns are NOT NULL: there it is
 * not said. */
static err print_order(struct text *text, const struct query *query)
{
    str word = STR(" ORDER BY ");
    for (size_t i = 0; i < query->order.count; i++) {
        const struct sort_item *item = &query->order.at[i];
        if (is_constant(item->expr)) continue;
        buf_str_add(text->print.sql, word);
        word = STR(", ");
        TRY(print_key(text, item->expr));
        if (item->descending) buf_lit(text->print.sql, " DESC");
        if (query_expr_is_filled(query, item->expr)) continue;
        buf_str_add(text->print.sql, item->nulls_first ? STR(" NULLS FIRST") : STR(" NULLS LAST"));
    }
    return NULL;
}

static err print_bound(struct text *text, const struct expr *expr, const char *word)
{
    if (expr->kind == EXPR_CONST && expr->constant.kind == VALUE_INT) {
        if (expr->constant.i < 0)
            return err_sql(text->print.arena, word[0] == 'L' ? "2201W" : "2201X",
                           "%s must not be negative", word);
        buf_i64(text->print.sql, expr->constant.i);
        return NULL;
    }
    /* NULL is no bound in PostgreSQL, an error in SQLite. */
    buf_lit(text->print.sql, "coalesce(");
    TRY(print_expr(&text->print, expr));
    buf_str_add(text->print.sql, word[0] == 'L' ? STR(", -1)") : STR(", 0)"));
    return NULL;
}

static bool is_null_constant(const struct expr *expr)
{
    return expr == NULL || (expr->kind == EXPR_CONST && expr->constant.kind == VALUE_NULL);
}

static err print_limit(struct text *text, const struct query *query)
{
    const struct expr *limit = is_null_constant(query->limit) ? NULL : query->limit;
    const struct expr *offset = is_null_constant(query->offset) ? NULL : query->offset;
    if (limit == NULL && offset == NULL) return NULL;
    buf_lit(text->print.sql, " LIMIT ");
    if (limit != NULL)
        TRY(print_bound(text, limit, "LIMIT"));
    else
        buf_lit(text->print.sql, "-1");
    if (offset == NULL) return NULL;
    buf_lit(text->print.sql, " OFFSET ");
    return print_bound(text, offset, "OFFSET");
}

static err print_keys(struct text *text, const struct query_options *options)
{
    const struct plan_link *link = &options->links[0];
    buf_lit(text->print.sql, " WHERE ");
    TRY(print_collated(&text->print, link->child_expr));
    buf_printf(text->print.sql, " IN (SELECT c%d FROM %s(", link->parent_column,
               rowset_table(options->parent_columns));
    print_slot(&text->print, &(struct slot){.kind = SLOT_KEYS, .index = link->parent_column});
    buf_lit(text->print.sql, "))");
    return NULL;
}

static err print_links(struct text *text, const struct query_options *options)
{
    if (options->grouped) return print_keys(text, options);
    for (size_t i = 0; i < options->link_count; i++) {
        const struct plan_link *link = &options->links[i];
        buf_str_add(text->print.sql, i == 0 ? STR(" WHERE ") : STR(" AND "));
        TRY(print_collated(&text->print, link->child_expr));
        buf_lit(text->print.sql, " = ");
        print_slot(&text->print, &(struct slot){.kind = SLOT_PARENT, .index = link->parent_column});
    }
    return NULL;
}

/* FROM, WHERE, GROUP BY, HAVING. */
static err print_source(struct text *text,
                        const struct query *query,
                        const struct query_options *options)
{
    struct condition_list where = {0};
    conditions_add(text->print.arena, &where, query->where);
    TRY(text_from(text, query, &where));
    TRY(print_links(text, options));
    TRY(text_conditions(text, &where, options->link_count > 0 ? STR(" AND ") : STR(" WHERE ")));
    TRY(print_group(text, query));
    if (query->having == NULL) return NULL;
    buf_lit(text->print.sql, " HAVING ");
    return print_tested(&text->print, query->having);
}

static err print_plain(struct text *text,
                       const struct query *query,
                       const struct query_options *options)
{
    buf_str_add(text->print.sql, query->distinct ? STR("SELECT DISTINCT ") : STR("SELECT "));
    TRY(text_items(text, query));
    TRY(print_targets(text, query, options));
    return print_source(text, query, options);
}

/* ---- DISTINCT ON ------------------------------------------------------------------------------ */

static str numbered(struct text *text, char letter, size_t index)
{
    return str_printf(text->print.arena, "%c%zu", letter, index);
}

static err print_row_number(struct text *text, const struct query *query)
{
    struct buf *sql = text->print.sql;
    buf_lit(sql, ", row_number() OVER (PARTITION BY ");
    for (size_t i = 0; i < query->distinct_on.count; i++) {
        if (i > 0) buf_lit(sql, ", ");
        TRY(print_collated(&text->print, query->distinct_on.at[i]));
    }
    TRY(print_order(text, query));
    buf_lit(sql, ") AS \"n\"");
    for (size_t i = 0; i < query->order.count; i++) {
        buf_lit(sql, ", ");
        TRY(print_collated(&text->print, query->order.at[i].expr));
        buf_printf(sql, " AS \"s%zu\"", i);
    }
    return NULL;
}

/* The first row of each group in the order asked for, then that order again. */
static err print_distinct_on(struct text *text,
                             const struct query *query,
                             const struct query_options *options)
{
    struct buf *sql = text->print.sql;
    str *inner_names = ARENA_ARRAY(text->print.arena, str, query->target_count);
    for (size_t i = 0; i < query->target_count; i++) inner_names[i] = numbered(text, 'c', i);
    struct query_options inner = *options;
    inner.names = inner_names;
    inner.collated = true;
    size_t printed = 0;
    buf_lit(sql, "SELECT ");
    for (size_t i = 0; i < query->target_count; i++) {
        if (query->targets[i].hidden && !options->hidden) continue;
        buf_printf(sql, "%s\"c%zu\"", printed > 0 ? ", " : "", printed);
        if (options->names != NULL) {
            buf_lit(sql, " AS ");
            print_ident(sql, options->names[printed]);
        }
        printed++;
    }
    if (printed == 0) buf_lit(sql, "1");
    buf_lit(sql, " FROM (SELECT ");
    TRY(text_items(text, query));
    TRY(print_targets(text, query, &inner));
    TRY(print_row_number(text, query));
    TRY(print_source(text, query, options));
    buf_lit(sql, ") WHERE \"n\" = 1");
    for (size_t i = 0; i < query->order.count; i++) {
        const struct sort_item *item = &query->order.at[i];
        buf_printf(sql, "%s\"s%zu\"%s NULLS %s", i == 0 ? " ORDER BY " : ", ", i,
                   item->descending ? " DESC" : "", item->nulls_first ? "FIRST" : "LAST");
    }
    return NULL;
}

/* ---- VALUES ----------------------------------------------------------------------------------- */

static err print_values_rows(struct text *text, const struct query *query)
{
    buf_lit(text->print.sql, "VALUES ");
    for (size_t row = 0; row < query->value_row_count; row++) {
        const struct expr_list *values = &query->values[row];
        buf_str_add(text->print.sql, row == 0 ? STR("(") : STR(",("));
        for (size_t i = 0; i < values->count; i++) {
            if (i > 0) buf_char(text->print.sql, ',');
            if (row == 0)
                TRY(print_collated(&text->print, values->at[i]));
            else
                TRY(print_expr(&text->print, values->at[i]));
        }
        buf_char(text->print.sql, ')');
    }
    return NULL;
}

static bool is_bounded(const struct query *query)
{
    return query->order.count > 0 || query->limit != NULL || query->offset != NULL;
}

static err print_values(struct text *text,
                        const struct query *query,
                        const struct query_options *options)
{
    bool wrap = options->names != NULL || is_bounded(query);
    if (!wrap) return print_values_rows(text, query);
    struct buf *sql = text->print.sql;
    buf_lit(sql, "SELECT ");
    for (size_t i = 0; i < query->target_count; i++) {
        buf_printf(sql, "%scolumn%zu", i > 0 ? ", " : "", i + 1);
        if (options->names == NULL) continue;
        buf_lit(sql, " AS ");
        print_ident(sql, options->names[i]);
    }
    buf_lit(sql, " FROM (");
    TRY(print_values_rows(text, query));
    buf_char(sql, ')');
    return NULL;
}

/* ---- set operations --------------------------------------------------------------------------- */

static bool is_flat_arm(const struct query *arm, bool left)
{
    if (is_bounded(arm) || arm->distinct_on.count > 0) return false;
    return arm->set_op == SET_NONE || left;
}

static err print_arm(struct text *text, const struct query *arm, const str *names, bool left)
{
    struct query_options options = {.names = names, .collated = true};
    bool flat = is_flat_arm(arm, left), full = query_has_full_join(arm);
    if (!flat || full) buf_lit(text->print.sql, "SELECT * FROM (");
    text->from_depth++;
    TRY(text_query(text, arm, &options));
    text->from_depth--;
    /* Merged into the query around it, UNION ALL with a FULL JOIN loses the conditions of its arms. */
    if (full && !is_bounded(arm)) buf_lit(text->print.sql, " LIMIT -1 OFFSET 0");
    if (!flat || full) buf_char(text->print.sql, ')');
    return NULL;
}

static str set_word(const struct query *query)
{
    static const str words[] = {
        [SET_UNION] = STR_INIT(" UNION "),
        [SET_INTERSECT] = STR_INIT(" INTERSECT "),
        [SET_EXCEPT] = STR_INIT(" EXCEPT "),
    };
    return query->set_op == SET_UNION && query->set_all ? STR(" UNION ALL ") : words[query->set_op];
}

/* INTERSECT ALL, EXCEPT ALL: equal rows are numbered, so that each copy counts once. */
static err print_numbered_arm(struct text *text,
                              const struct query *arm,
                              const str *names,
                              size_t count)
{
    struct buf *sql = text->print.sql;
    buf_lit(sql, "SELECT *, row_number() OVER (PARTITION BY ");
    for (size_t i = 0; i < count; i++) {
        if (i > 0) buf_lit(sql, ", ");
        print_ident(sql, names[i]);
    }
    buf_lit(sql, ") FROM (");
    TRY(print_arm(text, arm, names, true));
    buf_char(sql, ')');
    return NULL;
}

static err print_set_all(struct text *text,
                         const struct query *query,
                         const struct query_options *options)
{
    struct buf *sql = text->print.sql;
    size_t count = query->target_count;
    str *names = ARENA_ARRAY(text->print.arena, str, count);
    buf_lit(sql, "SELECT ");
    for (size_t i = 0; i < count; i++) {
        names[i] = numbered(text, 'c', i);
        if (i > 0) buf_lit(sql, ", ");
        print_ident(sql, names[i]);
        if (options->names == NULL) continue;
        buf_lit(sql, " AS ");
        print_ident(sql, options->names[i]);
    }
    buf_lit(sql, " FROM (");
    TRY(print_numbered_arm(text, query->set_left, names, count));
    buf_str_add(sql, set_word(query));
    TRY(print_numbered_arm(text, query->set_right, names, count));
    buf_char(sql, ')');
    return NULL;
}

static err print_set(struct text *text,
                     const struct query *query,
                     const struct query_options *options)
{
    if (options->link_count > 0) return text_refuse(text, -1, "an embed of a set operation");
    if (query->set_all && query->set_op != SET_UNION) return print_set_all(text, query, options);
    TRY(print_arm(text, query->set_left, options->names, true));
    buf_str_add(text->print.sql, set_word(query));
    return print_arm(text, query->set_right, NULL, false);
}

/* ORDER BY of a set operation or of VALUES: by the column's number. */
static err print_ordinals(struct text *text, const struct query *query)
{
    for (size_t i = 0; i < query->order.count; i++) {
        const struct sort_item *item = &query->order.at[i];
        size_t number = 0;
        while (number < query->target_count && query->targets[number].expr != item->expr) number++;
        if (number == query->target_count)
            return text_refuse(text, item->expr->location,
                               "ORDER BY an expression over the result of a set operation");
        buf_printf(text->print.sql, "%s%zu%s NULLS %s", i == 0 ? " ORDER BY " : ", ", number + 1,
                   item->descending ? " DESC" : "", item->nulls_first ? "FIRST" : "LAST");
    }
    return NULL;
}

/* ---- a query ---------------------------------------------------------------------------------- */

static err print_body(struct text *text,
                      const struct query *query,
                      const struct query_options *options)
{
    if (query->command != QUERY_SELECT)
        return text_refuse(text, -1, "a data-modifying statement inside another");
    if (query->set_op != SET_NONE || query->values != NULL) {
        TRY(query->set_op != SET_NONE ? print_set(text, query, options)
                                      : print_values(text, query, options));
        TRY(print_ordinals(text, query));
        return print_limit(text, query);
    }
    if (query->distinct_on.count > 0) {
        TRY(print_distinct_on(text, query, options));
        return print_limit(text, query);
    }
    TRY(print_plain(text, query, options));
    TRY(print_order(text, query));
    return options->grouped ? NULL : print_limit(text, query);
}
