/* tests/unit/sql/query_text.h - an analyzed query as one line of text, for assertions.
 *
 * PostgreSQL-like: SELECT list FROM items WHERE ...; policies stand as {security}, barriers as !,
 * checks behind the statement. A cast that changes nothing is not shown.
 */
#ifndef DAPUR_TESTS_QUERY_TEXT_H
#define DAPUR_TESTS_QUERY_TEXT_H

#include "base/buf.h"
#include "sql/query.h"

static void query_text(struct buf *out, const struct query *query);
static void expr_text(struct buf *out, const struct expr *expr);

static inline void text_list(struct buf *out, const struct expr_list *list, const char *between)
{
    for (size_t i = 0; i < list->count; i++) {
        if (i) buf_printf(out, "%s", between);
        expr_text(out, list->at[i]);
    }
}

static inline void text_value(struct buf *out, const struct value *value)
{
    switch (value->kind) {
    case VALUE_NULL: buf_lit(out, "NULL"); break;
    case VALUE_INT: buf_i64(out, value->i); break;
    case VALUE_REAL: buf_printf(out, "%g", value->r); break;
    case VALUE_TEXT:
    case VALUE_BLOB: buf_printf(out, "'%.*s'", STR_FMT(value->s)); break;
    }
}

static inline void text_sorts(struct buf *out, const struct sort_list *sorts)
{
    for (size_t i = 0; i < sorts->count; i++) {
        if (i) buf_lit(out, ", ");
        expr_text(out, sorts->at[i].expr);
        if (sorts->at[i].descending) buf_lit(out, " DESC");
    }
}

static inline void text_session(struct buf *out, const struct expr *expr)
{
    static const char *const names[] = {
        [SESSION_UID] = "uid",
        [SESSION_ROLE] = "role",
        [SESSION_EMAIL] = "email",
        [SESSION_JWT] = "jwt",
        [SESSION_SETTING] = "setting",
        [SESSION_NOW] = "now",
        [SESSION_CURRENT_USER] = "current_user",
        [SESSION_SESSION_USER] = "session_user",
        [SESSION_STATEMENT_NOW] = "statement_now",
    };
    buf_printf(out, ":%s", names[expr->session.which]);
    if (!str_empty(expr->session.name)) buf_printf(out, "(%.*s)", STR_FMT(expr->session.name));
}

static inline void text_call(struct buf *out, const struct expr *expr)
{
    const struct builtin *builtin = expr->call.builtin;
    if (builtin->kind == BUILTIN_OPERATOR && expr->args.count == 2) {
        buf_char(out, '(');
        expr_text(out, expr->args.at[0]);
        buf_printf(out, " %.*s ", STR_FMT(builtin->name));
        expr_text(out, expr->args.at[1]);
        buf_char(out, ')');
        return;
    }
    buf_printf(out, "%.*s(", STR_FMT(builtin->name));
    text_list(out, &expr->args, ", ");
    buf_char(out, ')');
}

static inline void text_case(struct buf *out, const struct expr *expr)
{
    buf_lit(out, "CASE");
    for (size_t i = 0; i < expr->case_of.arm_count; i++) {
        buf_lit(out, " WHEN ");
        expr_text(out, expr->case_of.arms[i].when);
        buf_lit(out, " THEN ");
        expr_text(out, expr->case_of.arms[i].then);
    }
    if (expr->case_of.otherwise) {
        buf_lit(out, " ELSE ");
        expr_text(out, expr->case_of.otherwise);
    }
    buf_lit(out, " END");
}

static inline void text_sublink(struct buf *out, const struct expr *expr)
{
    if (expr->sublink.kind == SUBLINK_EXISTS) buf_lit(out, "EXISTS");
    if (expr->sublink.kind == SUBLINK_ARRAY) buf_lit(out, "ARRAY");
    if (expr->args.count) text_list(out, &expr->args, ", ");
    if (expr->sublink.kind == SUBLINK_ANY) buf_lit(out, " = ANY ");
    if (expr->sublink.kind == SUBLINK_ALL) buf_lit(out, " ALL ");
    buf_char(out, '(');
    query_text(out, expr->sublink.query);
    buf_char(out, ')');
}

static inline void text_named(struct buf *out,
                              const char *name,
                              const struct expr *expr,
                              const char *between)
{
    buf_printf(out, "%s(", name);
    text_list(out, &expr->args, between);
    buf_char(out, ')');
}

static inline void text_column(struct buf *out, const struct expr *expr)
{
    buf_printf(out, "%.*s.%.*s",
               STR_FMT(expr->kind == EXPR_COLUMN ? expr->column.rte->alias : STR("excluded")),
               STR_FMT(expr->column.rte->columns[expr->column.index].name));
}

static void expr_text(struct buf *out, const struct expr *expr)
{
    switch ((int)expr->kind) {
    case EXPR_CONST: text_value(out, &expr->constant); break;
    case EXPR_PARAM: buf_printf(out, "$%d", expr->index + 1); break;
    case EXPR_SESSION: text_session(out, expr); break;
    case EXPR_COLUMN:
    case EXPR_EXCLUDED_COLUMN: text_column(out, expr); break;
    case EXPR_WHOLE_ROW: buf_printf(out, "%.*s.*", STR_FMT(expr->rte->alias)); break;
    case EXPR_CALL: text_call(out, expr); break;
    case EXPR_USER_CALL: text_named(out, "user", expr, ", "); break;
    case EXPR_AGGREGATE:
        buf_printf(out, "%.*s(",
                   STR_FMT(expr->aggregate.builtin ? expr->aggregate.builtin->name : STR("count")));
        text_list(out, &expr->args, ", ");
        buf_lit(out, ")");
        break;
    case EXPR_WINDOW:
        buf_printf(out, "%.*s(", STR_FMT(expr->window.builtin->name));
        text_list(out, &expr->args, ", ");
        buf_lit(out, ") OVER");
        break;
    case EXPR_CAST:
        if (expr->cast.binary) {
            expr_text(out, expr->args.at[0]);
            break;
        }
        buf_lit(out, "cast(");
        expr_text(out, expr->args.at[0]);
        buf_printf(out, " as %u)", expr->type);
        break;
    case EXPR_AND: text_named(out, "", expr, " AND "); break;
    case EXPR_OR: text_named(out, "", expr, " OR "); break;
    case EXPR_NOT: text_named(out, "NOT ", expr, ""); break;
    case EXPR_NULL_TEST: text_named(out, expr->negated ? "notnull" : "isnull", expr, ""); break;
    case EXPR_COALESCE: text_named(out, "coalesce", expr, ", "); break;
    case EXPR_IN_LIST: text_named(out, expr->inverted ? "notin" : "in", expr, ", "); break;
    case EXPR_ROW: text_named(out, "row", expr, ", "); break;
    case EXPR_CASE: text_case(out, expr); break;
    case EXPR_SUBQUERY: text_sublink(out, expr); break;
    case EXPR_FIELD:
        expr_text(out, expr->args.at[0]);
        buf_printf(out, ".%.*s", STR_FMT(expr->field.name));
        break;
    case EXPR_NEXTVAL: buf_printf(out, "nextval(%.*s)", STR_FMT(expr->sequence->name)); break;
    default: buf_printf(out, "?%d?", (int)expr->kind);
    }
}

static inline void text_rte(struct buf *out, const struct rte *rte)
{
    if (rte->lateral && rte->kind == RTE_SUBQUERY) buf_lit(out, "LATERAL ");
    switch (rte->kind) {
    case RTE_RELATION:
        buf_str_add(out, rte->relation->name);
        if (!str_eq(rte->relation->name, rte->alias)) buf_printf(out, " %.*s", STR_FMT(rte->alias));
        break;
    case RTE_SUBQUERY:
        buf_char(out, '(');
        query_text(out, rte->query);
        buf_printf(out, ") %.*s", STR_FMT(rte->alias));
        break;
    case RTE_VALUES:
        buf_lit(out, "(VALUES ");
        for (size_t i = 0; i < rte->row_count; i++) {
            if (i) buf_lit(out, ", ");
            buf_char(out, '(');
            text_list(out, &rte->rows[i], ", ");
            buf_char(out, ')');
        }
        buf_printf(out, ") %.*s", STR_FMT(rte->alias));
        break;
    case RTE_FUNCTION:
        expr_text(out, rte->function);
        buf_printf(out, " %.*s", STR_FMT(rte->alias));
        break;
    case RTE_CTE:
        buf_str_add(out, rte->cte->name);
        if (!str_eq(rte->cte->name, rte->alias)) buf_printf(out, " %.*s", STR_FMT(rte->alias));
        break;
    case RTE_RESULT: break;
    case RTE_TRANSITION:
        buf_printf(out, "%s TABLE %.*s", rte->is_new ? "NEW" : "OLD", STR_FMT(rte->alias));
        break;
    }
    if (rte->security) {
        buf_lit(out, "{");
        expr_text(out, rte->security);
        buf_lit(out, "}");
    }
    if (rte->barrier) buf_char(out, '!');
}

static inline void text_from(struct buf *out, const struct from_item *item)
{
    static const char *const names[] = {"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN",
                                        "CROSS JOIN"};
    if (item->kind == FROM_RTE) {
        text_rte(out, item->rte);
        return;
    }
    text_from(out, item->left);
    buf_printf(out, " %s ", names[item->join]);
    text_from(out, item->right);
    if (item->on) {
        buf_lit(out, " ON ");
        expr_text(out, item->on);
    }
}

static inline void text_targets(struct buf *out, const struct query *query)
{
    for (size_t i = 0; i < query->target_count; i++) {
        const struct target *target = &query->targets[i];
        if (i) buf_lit(out, ", ");
        expr_text(out, target->expr);
        bool same = target->expr->kind == EXPR_COLUMN &&
                    str_eq(target->expr->column.rte->columns[target->expr->column.index].name,
                           target->name);
        if (!same) buf_printf(out, " AS %.*s", STR_FMT(target->name));
        if (target->hidden) buf_lit(out, " (hidden)");
    }
}

static inline void text_assignments(struct buf *out,
                                    const struct query *query,
                                    const struct assignment *at,
                                    size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i) buf_lit(out, ", ");
        buf_printf(out, "%.*s = ", STR_FMT(query->target_rte->columns[at[i].column].name));
        expr_text(out, at[i].expr);
    }
}

static inline void text_checks(struct buf *out, const char *name, const struct row_check_list *list)
{
    static const char *const kinds[] = {"insert", "update", "select", "conflict", "view", "domain"};
    for (size_t i = 0; i < list->count; i++) {
        buf_printf(out, " %s %s", name, kinds[list->at[i].kind]);
        if (!str_empty(list->at[i].name)) buf_printf(out, " %.*s", STR_FMT(list->at[i].name));
        buf_lit(out, " {");
        expr_text(out, list->at[i].expr);
        buf_lit(out, "}");
    }
}

static inline void text_clauses(struct buf *out, const struct query *query)
{
    if (query->where) {
        buf_lit(out, " WHERE ");
        expr_text(out, query->where);
    }
    if (query->group_by.count) {
        buf_lit(out, " GROUP BY ");
        text_list(out, &query->group_by, ", ");
    }
    if (query->having) {
        buf_lit(out, " HAVING ");
        expr_text(out, query->having);
    }
    if (query->order.count) {
        buf_lit(out, " ORDER BY ");
        text_sorts(out, &query->order);
    }
    if (query->limit) {
        buf_lit(out, " LIMIT ");
        expr_text(out, query->limit);
    }
    if (query->offset) {
        buf_lit(out, " OFFSET ");
        expr_text(out, query->offset);
    }
}

static inline void text_select(struct buf *out, const struct query *query)
{
    static const char *const operations[] = {"", "UNION", "INTERSECT", "EXCEPT"};
    if (query->set_op != SET_NONE) {
        query_text(out, query->set_left);
        buf_printf(out, " %s%s ", operations[query->set_op], query->set_all ? " ALL" : "");
        query_text(out, query->set_right);
        return;
    }
    if (query->values) {
        buf_lit(out, "VALUES ");
        for (size_t i = 0; i < query->value_row_count; i++) {
            if (i) buf_lit(out, ", ");
            buf_char(out, '(');
            text_list(out, &query->values[i], ", ");
            buf_char(out, ')');
        }
        return;
    }
    buf_lit(out, "SELECT ");
    if (query->distinct) buf_lit(out, "DISTINCT ");
    if (query->distinct_on.count) {
        buf_lit(out, "DISTINCT ON (");
        text_list(out, &query->distinct_on, ", ");
        buf_lit(out, ") ");
    }
    text_targets(out, query);
    for (size_t i = 0; i < query->from_count; i++) {
        buf_printf(out, "%s", i ? ", " : " FROM ");
        text_from(out, query->from[i]);
    }
}

static inline void text_write(struct buf *out, const struct query *query)
{
    static const char *const commands[] = {"SELECT", "INSERT INTO", "UPDATE", "DELETE FROM"};
    buf_printf(out, "%s ", commands[query->command]);
    text_rte(out, query->target_rte);
    if (query->source) {
        buf_char(out, ' ');
        query_text(out, query->source);
    }
    if (query->assignment_count) {
        buf_lit(out, " SET ");
        text_assignments(out, query, query->assignments, query->assignment_count);
    }
    for (size_t i = 0; i < query->from_count; i++) {
        buf_printf(out, "%s", i ? ", " : " FROM ");
        text_from(out, query->from[i]);
    }
    if (query->conflict) {
        buf_printf(out, " ON CONFLICT %.*s DO ",
                   STR_FMT(query->conflict->arbiter ? query->conflict->arbiter->name : STR("any")));
        buf_printf(out, query->conflict->do_update ? "UPDATE SET " : "NOTHING");
        text_assignments(out, query, query->conflict->assignments,
                         query->conflict->assignment_count);
    }
    text_clauses(out, query);
    if (query->returning) {
        buf_lit(out, " RETURNING ");
        text_targets(out, query);
    }
    text_checks(out, "CHECK", &query->checks);
    text_checks(out, "ON CONFLICT CHECK", &query->conflict_checks);
}

static void query_text(struct buf *out, const struct query *query)
{
    for (size_t i = 0; i < query->cte_count; i++) {
        buf_printf(out, "WITH %s%.*s AS (", query->ctes[i]->recursive ? "RECURSIVE " : "",
                   STR_FMT(query->ctes[i]->name));
        query_text(out, query->ctes[i]->query);
        buf_lit(out, ") ");
    }
    if (query->command != QUERY_SELECT) {
        text_write(out, query);
        return;
    }
    text_select(out, query);
    text_clauses(out, query);
}

#endif
