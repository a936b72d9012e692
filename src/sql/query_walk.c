#include "sql/query_walk.h"

#include <string.h>

static bool visit_one(struct expr *expr, expr_visit *visit, void *context)
{
    return !expr || visit(expr, context);
}

static bool visit_list(const struct expr_list *list, expr_visit *visit, void *context)
{
    for (size_t i = 0; i < list->count; i++)
        if (!visit_one(list->at[i], visit, context)) return false;
    return true;
}

static bool visit_sorts(const struct sort_list *list, expr_visit *visit, void *context)
{
    for (size_t i = 0; i < list->count; i++)
        if (!visit_one(list->at[i].expr, visit, context)) return false;
    return true;
}

static bool visit_window(const struct window_spec *over, expr_visit *visit, void *context)
{
    if (!over) return true;
    return visit_list(&over->partition, visit, context) &&
           visit_sorts(&over->order, visit, context) &&
           visit_one(over->start_offset, visit, context) &&
           visit_one(over->end_offset, visit, context);
}

static bool visit_case(const struct expr *expr, expr_visit *visit, void *context)
{
    for (size_t i = 0; i < expr->case_of.arm_count; i++) {
        if (!visit_one(expr->case_of.arms[i].when, visit, context)) return false;
        if (!visit_one(expr->case_of.arms[i].then, visit, context)) return false;
    }
    return visit_one(expr->case_of.otherwise, visit, context);
}

bool expr_children(const struct expr *expr, expr_visit *visit, void *context)
{
    if (!visit_list(&expr->args, visit, context)) return false;
    if (expr->kind == EXPR_CASE) return visit_case(expr, visit, context);
    if (expr->kind == EXPR_AGGREGATE)
        return visit_sorts(&expr->aggregate.order, visit, context) &&
               visit_sorts(&expr->aggregate.within_group, visit, context) &&
               visit_one(expr->aggregate.filter, visit, context);
    if (expr->kind == EXPR_WINDOW)
        return visit_one(expr->window.filter, visit, context) &&
               visit_window(expr->window.over, visit, context);
    return true;
}

struct mapping {
    struct arena *arena;
    expr_change *change;
    void *context;
};

static struct expr *map_one(const struct mapping *mapping, struct expr *expr)
{
    return expr ? expr_map(mapping->arena, expr, mapping->change, mapping->context) : NULL;
}

static void map_list(const struct mapping *mapping, struct expr_list *list)
{
    struct expr **copy = ARENA_ARRAY(mapping->arena, struct expr *, list->count);
    for (size_t i = 0; i < list->count; i++) copy[i] = map_one(mapping, list->at[i]);
    list->at = copy;
}

static void map_sorts(const struct mapping *mapping, struct sort_list *list)
{
    struct sort_item *copy = ARENA_ARRAY(mapping->arena, struct sort_item, list->count);
    for (size_t i = 0; i < list->count; i++) {
        copy[i] = list->at[i];
        copy[i].expr = map_one(mapping, copy[i].expr);
    }
    list->at = copy;
}

static void map_window(const struct mapping *mapping, struct expr *expr)
{
    expr->window.filter = map_one(mapping, expr->window.filter);
    if (!expr->window.over) return;
    struct window_spec *over = ARENA_NEW(mapping->arena, struct window_spec);
    *over = *expr->window.over;
    map_list(mapping, &over->partition);
    map_sorts(mapping, &over->order);
    over->start_offset = map_one(mapping, over->start_offset);
    over->end_offset = map_one(mapping, over->end_offset);
    expr->window.over = over;
}

static void map_case(const struct mapping *mapping, struct expr *expr)
{
    struct case_arm *arms = ARENA_ARRAY(mapping->arena, struct case_arm, expr->case_of.arm_count);
    for (size_t i = 0; i < expr->case_of.arm_count; i++) {
        arms[i].when = map_one(mapping, expr->case_of.arms[i].when);
        arms[i].then = map_one(mapping, expr->case_of.arms[i].then);
    }
    expr->case_of.arms = arms;
    expr->case_of.otherwise = map_one(mapping, expr->case_of.otherwise);
}

struct expr *expr_map(struct arena *arena, struct expr *expr, expr_change *change, void *context)
{
    struct expr *changed = change(expr, context);
    if (changed) return changed;
    const struct mapping mapping = {arena, change, context};
    struct expr *copy = ARENA_NEW(arena, struct expr);
    *copy = *expr;
    map_list(&mapping, &copy->args);
    if (copy->kind == EXPR_CASE) map_case(&mapping, copy);
    if (copy->kind == EXPR_WINDOW) map_window(&mapping, copy);
    if (copy->kind == EXPR_AGGREGATE) {
        map_sorts(&mapping, &copy->aggregate.order);
        map_sorts(&mapping, &copy->aggregate.within_group);
        copy->aggregate.filter = map_one(&mapping, copy->aggregate.filter);
    }
    return copy;
}

static bool visit_from(const struct from_item *item, expr_visit *visit, void *context)
{
    if (item->kind == FROM_RTE) return true; /* every rte is visited through rtable */
    return visit_from(item->left, visit, context) && visit_from(item->right, visit, context) &&
           visit_one(item->on, visit, context);
}

static bool visit_rte(const struct rte *rte, expr_visit *visit, void *context)
{
    for (size_t i = 0; i < rte->row_count; i++)
        if (!visit_list(&rte->rows[i], visit, context)) return false;
    return visit_one(rte->function, visit, context) && visit_one(rte->security, visit, context);
}

static bool visit_assignments(const struct assignment *at,
                              size_t count,
                              expr_visit *visit,
                              void *context)
{
    for (size_t i = 0; i < count; i++)
        if (!visit_one(at[i].expr, visit, context)) return false;
    return true;
}

static bool visit_checks(const struct row_check_list *list, expr_visit *visit, void *context)
{
    for (size_t i = 0; i < list->count; i++)
        if (!visit_one(list->at[i].expr, visit, context)) return false;
    return true;
}

/* What INSERT, UPDATE and DELETE have beyond a SELECT. */
static bool visit_write(const struct query *query, expr_visit *visit, void *context)
{
    const struct on_conflict *conflict = query->conflict;
    if (query->target_rte && !visit_rte(query->target_rte, visit, context)) return false;
    if (!visit_assignments(query->assignments, query->assignment_count, visit, context))
        return false;
    if (conflict &&
        (!visit_assignments(conflict->assignments, conflict->assignment_count, visit, context) ||
         !visit_one(conflict->where, visit, context)))
        return false;
    return visit_checks(&query->checks, visit, context) &&
           visit_checks(&query->conflict_checks, visit, context);
}

bool query_children(const struct query *query, expr_visit *visit, void *context)
{
    for (size_t i = 0; i < query->target_count; i++)
        if (!visit_one(query->targets[i].expr, visit, context)) return false;
    for (size_t i = 0; i < query->rtable_count; i++)
        if (query->rtable[i] != query->target_rte && !visit_rte(query->rtable[i], visit, context))
            return false;
    for (size_t i = 0; i < query->from_count; i++)
        if (!visit_from(query->from[i], visit, context)) return false;
    for (size_t i = 0; i < query->value_row_count; i++)
        if (!visit_list(&query->values[i], visit, context)) return false;
    return visit_one(query->where, visit, context) &&
           visit_list(&query->group_by, visit, context) &&
           visit_one(query->having, visit, context) &&
           visit_list(&query->distinct_on, visit, context) &&
           visit_sorts(&query->order, visit, context) && visit_one(query->limit, visit, context) &&
           visit_one(query->offset, visit, context) && visit_write(query, visit, context);
}

bool query_subqueries(const struct query *query, query_visit *visit, void *context)
{
    for (size_t i = 0; i < query->cte_count; i++)
        if (!visit(query->ctes[i]->query, context)) return false;
    for (size_t i = 0; i < query->rtable_count; i++)
        if (query->rtable[i]->query && !visit(query->rtable[i]->query, context)) return false;
    if (query->set_left && !visit(query->set_left, context)) return false;
    if (query->set_right && !visit(query->set_right, context)) return false;
    return !query->source || visit(query->source, context);
}

/* ---- equality ---------------------------------------------------------------------------- */

/* The same constant as written: 0 and -0 print differently. */
static bool same_bits(double a, double b)
{
    uint64_t a_bits, b_bits;
    memcpy(&a_bits, &a, sizeof a);
    memcpy(&b_bits, &b, sizeof b);
    return a_bits == b_bits;
}

static bool value_equal(const struct value *a, const struct value *b)
{
    if (a->kind != b->kind) return false;
    switch (a->kind) {
    case VALUE_NULL: return true;
    case VALUE_INT: return a->i == b->i;
    case VALUE_REAL: return same_bits(a->r, b->r);
    case VALUE_TEXT:
    case VALUE_BLOB: return str_eq(a->s, b->s);
    }
    return false;
}

static bool list_equal(const struct expr_list *a, const struct expr_list *b)
{
    if (a->count != b->count) return false;
    for (size_t i = 0; i < a->count; i++)
        if (!expr_equal(a->at[i], b->at[i])) return false;
    return true;
}

static bool sorts_equal(const struct sort_list *a, const struct sort_list *b)
{
    if (a->count != b->count) return false;
    for (size_t i = 0; i < a->count; i++)
        if (a->at[i].descending != b->at[i].descending ||
            a->at[i].nulls_first != b->at[i].nulls_first ||
            !expr_equal(a->at[i].expr, b->at[i].expr))
            return false;
    return true;
}

static bool case_equal(const struct expr *a, const struct expr *b)
{
    if (a->case_of.arm_count != b->case_of.arm_count) return false;
    for (size_t i = 0; i < a->case_of.arm_count; i++)
        if (!expr_equal(a->case_of.arms[i].when, b->case_of.arms[i].when) ||
            !expr_equal(a->case_of.arms[i].then, b->case_of.arms[i].then))
            return false;
    return expr_equal(a->case_of.otherwise, b->case_of.otherwise);
}

static bool row_compare_equal(const struct expr *a, const struct expr *b)
{
    if (a->row_compare.pair_count != b->row_compare.pair_count) return false;
    for (size_t i = 0; i < a->row_compare.pair_count; i++)
        if (a->row_compare.ops[i] != b->row_compare.ops[i]) return false;
    return memcmp(a->row_compare.op, b->row_compare.op, sizeof a->row_compare.op) == 0;
}

/* The part of an expression beside its arguments. */
static bool detail_equal(const struct expr *a, const struct expr *b)
{
    switch (a->kind) {
    case EXPR_CONST: return value_equal(&a->constant, &b->constant);
    case EXPR_PARAM: return a->index == b->index;
    case EXPR_SESSION:
        return a->session.which == b->session.which && str_eq(a->session.name, b->session.name) &&
               a->session.missing_ok == b->session.missing_ok;
    case EXPR_COLUMN:
    case EXPR_EXCLUDED_COLUMN:
        return a->column.rte == b->column.rte && a->column.index == b->column.index;
    case EXPR_WHOLE_ROW: return a->rte == b->rte;
    case EXPR_CALL: return a->call.builtin == b->call.builtin;
    case EXPR_USER_CALL: return a->function == b->function;
    case EXPR_AGGREGATE:
        return a->aggregate.builtin == b->aggregate.builtin &&
               a->aggregate.star == b->aggregate.star &&
               a->aggregate.distinct == b->aggregate.distinct &&
               sorts_equal(&a->aggregate.order, &b->aggregate.order) &&
               sorts_equal(&a->aggregate.within_group, &b->aggregate.within_group) &&
               expr_equal(a->aggregate.filter, b->aggregate.filter);
    case EXPR_CAST: return a->cast.binary == b->cast.binary;
    case EXPR_NULL_TEST:
    case EXPR_DISTINCT: return a->negated == b->negated && a->compare == b->compare;
    case EXPR_BOOL_TEST:
        return a->bool_test.value == b->bool_test.value &&
               a->bool_test.negated == b->bool_test.negated;
    case EXPR_IN_LIST:
    case EXPR_ANY_ARRAY: return a->inverted == b->inverted && a->compare == b->compare;
    case EXPR_CASE: return case_equal(a, b);
    case EXPR_FIELD: return a->field.index == b->field.index;
    case EXPR_SUBSCRIPT: return a->slice == b->slice;
    case EXPR_ROW_COMPARE: return row_compare_equal(a, b);
    case EXPR_NEXTVAL:
    case EXPR_SUBQUERY:
    case EXPR_WINDOW: return false; /* the same object alone, which expr_equal has seen */
    case EXPR_AND:
    case EXPR_OR:
    case EXPR_NOT:
    case EXPR_COALESCE:
    case EXPR_GREATEST:
    case EXPR_LEAST:
    case EXPR_NULLIF:
    case EXPR_ARRAY:
    case EXPR_ROW:
    case EXPR_DEFAULT:
    case EXPR_DOMAIN_VALUE:
    case EXPR_GROUPING:
    case EXPR_BARRIER_TRUE: return true;
    }
    return false;
}

bool expr_equal(const struct expr *a, const struct expr *b)
{
    if (a == b) return true;
    if (!a || !b) return false;
    return a->kind == b->kind && a->type == b->type && a->typmod == b->typmod &&
           detail_equal(a, b) && list_equal(&a->args, &b->args);
}

/* ---- questions --------------------------------------------------------------------------- */

struct any_search {
    expr_test *test;
    void *context;
};

static bool any_visit(struct expr *expr, void *context)
{
    struct any_search *search = context;
    return !expr_any(expr, search->test, search->context);
}

static bool any_query_visit(struct query *query, void *context)
{
    struct any_search *search = context;
    return !query_any(query, search->test, search->context);
}

bool expr_any(const struct expr *expr, expr_test *test, void *context)
{
    if (!expr) return false;
    if (test(expr, context)) return true;
    struct any_search search = {test, context};
    if (!expr_children(expr, any_visit, &search)) return true;
    return expr->kind == EXPR_SUBQUERY && query_any(expr->sublink.query, test, context);
}

bool query_any(const struct query *query, expr_test *test, void *context)
{
    struct any_search search = {test, context};
    return !query_children(query, any_visit, &search) ||
           !query_subqueries(query, any_query_visit, &search);
}

bool query_is_single_row(const struct query *query)
{
    if (query->set_op != SET_NONE || query->values) return query->value_row_count == 1;
    if (query->has_aggregates && !query->group_by.count) return true;
    if (!query->from_count) return true;
    const struct expr *limit = query->limit;
    return limit && limit->kind == EXPR_CONST && limit->constant.kind == VALUE_INT &&
           limit->constant.i <= 1;
}

static bool expr_reads(const struct expr *expr, void *context)
{
    return expr->kind == EXPR_SUBQUERY && query_reads(expr->sublink.query, context);
}

static bool subquery_reads_not(struct query *query, void *context)
{
    return !query_reads(query, context);
}

bool query_reads_below(const struct query *query, const struct cat_relation *relation)
{
    void *context = (void *)(uintptr_t)relation;
    return !query_subqueries(query, subquery_reads_not, context) ||
           query_any(query, expr_reads, context);
}

bool query_reads(const struct query *query, const struct cat_relation *relation)
{
    const struct rte *unread =
        query->command == QUERY_INSERT && query->conflict == NULL ? query->target_rte : NULL;
    for (size_t i = 0; i < query->rtable_count; i++)
        if (query->rtable[i] != unread && query->rtable[i]->kind == RTE_RELATION &&
            query->rtable[i]->relation == relation)
            return true;
    return query_reads_below(query, relation);
}

/* Beside PostgreSQL's own marks: a comparison of stored values is one of canonical texts or numbers
 * here, which cannot raise whatever the type (PostgreSQL does not say so of numeric, enums, jsonb). */
static bool is_comparison(const struct builtin *builtin)
{
    static const str names[] = {STR_INIT("="),  STR_INIT("<>"), STR_INIT("<"),
                                STR_INIT("<="), STR_INIT(">"),  STR_INIT(">=")};
    if (builtin->kind != BUILTIN_OPERATOR || builtin->arg_count != 2) return false;
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (str_eq(names[i], builtin->name)) return true;
    return false;
}

static bool builtin_leaks(const struct builtin *builtin)
{
    return !builtin || !(builtin->leakproof || is_comparison(builtin));
}

/* Implicit casts widen: they cannot raise, but for numeric to double precision (22003). */
static bool cast_leaks(const struct expr *expr)
{
    if (expr->cast.binary) return false;
    oid from = expr->args.at[0]->type;
    const struct builtin_cast *cast = builtin_cast(from, expr->type);
    return !cast || cast->context != 'i' || from == NUMERICOID || expr->typmod != -1;
}

static bool row_compare_leaks(const struct expr *expr)
{
    for (size_t i = 0; i < expr->row_compare.pair_count; i++)
        if (builtin_leaks(expr->row_compare.ops[i])) return true;
    return false;
}

static bool is_own_rte(const struct query *query, const struct rte *rte);

static bool is_owned_in(const struct expr *expr, void *context)
{
    return expr->kind == EXPR_SUBQUERY && is_own_rte(expr->sublink.query, context);
}

static bool subquery_owns_not(struct query *query, void *context)
{
    return !is_own_rte(query, context);
}

/* Of the query or of one below it. */
static bool is_own_rte(const struct query *query, const struct rte *rte)
{
    void *context = (void *)(uintptr_t)rte;
    for (size_t i = 0; i < query->rtable_count; i++)
        if (query->rtable[i] == rte) return true;
    return !query_subqueries(query, subquery_owns_not, context) ||
           query_any(query, is_owned_in, context);
}

static bool is_from_outside(const struct expr *expr, void *context)
{
    const struct rte *rte = expr->kind == EXPR_WHOLE_ROW ? expr->rte
                            : expr->kind == EXPR_COLUMN || expr->kind == EXPR_EXCLUDED_COLUMN
                                ? expr->column.rte
                                : NULL;
    return rte && !is_own_rte(context, rte);
}

/* A scalar sublink over the row around it raises 21000 when it finds two rows. */
static bool sublink_leaks(const struct expr *expr)
{
    struct query *query = expr->sublink.query;
    if (expr->sublink.op && builtin_leaks(expr->sublink.op)) return true;
    return expr->sublink.kind == SUBLINK_SCALAR && !query_is_single_row(query) &&
           query_any(query, is_from_outside, query);
}

/* Whether evaluating this node itself, its arguments aside, may raise or reveal. */
static bool node_leaks(const struct expr *expr, void *context)
{
    (void)context;
    switch (expr->kind) {
    case EXPR_CALL: return builtin_leaks(expr->call.builtin);
    case EXPR_DISTINCT:
    case EXPR_IN_LIST:
    case EXPR_ANY_ARRAY:
    case EXPR_GREATEST:
    case EXPR_LEAST:
    case EXPR_NULLIF: return builtin_leaks(expr->compare);
    case EXPR_ROW_COMPARE: return row_compare_leaks(expr);
    case EXPR_CAST: return cast_leaks(expr);
    case EXPR_SUBQUERY: return sublink_leaks(expr);
    case EXPR_AGGREGATE: return expr->aggregate.builtin && builtin_leaks(expr->aggregate.builtin);
    case EXPR_USER_CALL:
    case EXPR_WINDOW:
    case EXPR_SUBSCRIPT:
    case EXPR_NEXTVAL:
    case EXPR_DEFAULT: return true;
    case EXPR_CONST:
    case EXPR_PARAM:
    case EXPR_SESSION:
    case EXPR_COLUMN:
    case EXPR_WHOLE_ROW:
    case EXPR_AND:
    case EXPR_OR:
    case EXPR_NOT:
    case EXPR_NULL_TEST:
    case EXPR_BOOL_TEST:
    case EXPR_CASE:
    case EXPR_COALESCE:
    case EXPR_ARRAY:
    case EXPR_ROW:
    case EXPR_FIELD:
    case EXPR_EXCLUDED_COLUMN:
    case EXPR_DOMAIN_VALUE:
    case EXPR_GROUPING:
    case EXPR_BARRIER_TRUE: return false;
    }
    return true;
}

bool expr_is_leakproof(const struct expr *expr)
{
    return !expr_any(expr, node_leaks, NULL);
}

static bool node_is_of_rte(const struct expr *expr, void *context)
{
    const struct rte *rte = context;
    if (expr->kind == EXPR_COLUMN || expr->kind == EXPR_EXCLUDED_COLUMN)
        return expr->column.rte == rte;
    return expr->kind == EXPR_WHOLE_ROW && expr->rte == rte;
}

bool expr_uses_rte(const struct expr *expr, const struct rte *rte)
{
    return expr_any(expr, node_is_of_rte, (void *)(uintptr_t)rte);
}

static bool node_is_volatile(const struct expr *expr, void *context)
{
    (void)context;
    if (expr->kind == EXPR_CALL)
        return expr->call.builtin->volatility == 'v' || expr->call.builtin->writes;
    return expr->kind == EXPR_NEXTVAL || expr->kind == EXPR_USER_CALL;
}

bool expr_is_volatile(const struct expr *expr)
{
    return expr_any(expr, node_is_volatile, NULL);
}

bool expr_is_cheap(const struct expr *expr)
{
    while (expr->kind == EXPR_CAST && expr->cast.binary) expr = expr->args.at[0];
    return expr->kind == EXPR_CONST || expr->kind == EXPR_PARAM || expr->kind == EXPR_SESSION ||
           expr->kind == EXPR_COLUMN || expr->kind == EXPR_EXCLUDED_COLUMN;
}

static bool modifies_nothing(struct query *query, void *context)
{
    (void)context;
    return !query_modifies(query);
}

bool query_modifies(const struct query *query)
{
    return query->command != QUERY_SELECT || query->locks_rows ||
           !query_subqueries(query, modifies_nothing, NULL);
}
