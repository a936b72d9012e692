/* The walk over a typed expression: connectives, comparisons, CASE, lists, sub-selects. */
#include "engine/sqlite/print_int.h"

#include <math.h>
#include <string.h>

#include "sql/infer.h"
#include "sql/query_walk.h"
#include "types/array.h"

enum {
    DEPTH_MAX = 70,     /* nested parentheses and calls: SQLite's parser stack holds 100 places */
    PART_MAX = 120,     /* arguments of one function: SQLite takes 127 */
    IN_ARRAY_MAX = 200, /* elements of a constant array that become an IN list */
};

err print_refuse(struct print *out, const struct expr *expr, const char *what)
{
    return err_at(err_sql(out->arena, "0A000", "%s is not supported on SQLite", what),
                  expr->location);
}

/* ---- how tightly an expression binds ---- */

static bool is_plain_select(const struct query *query);

static enum binding sublink_binding(const struct expr *expr)
{
    switch (expr->sublink.kind) {
    case SUBLINK_EXISTS:
    case SUBLINK_SCALAR:
    case SUBLINK_ARRAY: return BIND_PRIMARY;
    case SUBLINK_ANY:
    case SUBLINK_ALL: {
        const char *sign = comparison_sign(expr->sublink.op);
        bool any = expr->sublink.kind == SUBLINK_ANY;
        bool in = sign && strcmp(sign, any ? "=" : "<>") == 0;
        return in ? BIND_EQUAL : BIND_PRIMARY;
    }
    }
    return BIND_PRIMARY;
}

static enum binding any_array_binding(const struct expr *expr)
{
    const char *sign = comparison_sign(expr->compare);
    return sign && strcmp(sign, expr->inverted ? "<>" : "=") == 0 ? BIND_EQUAL : BIND_PRIMARY;
}

static enum binding row_binding(const struct expr *expr)
{
    const char *op = expr->row_compare.op;
    return op[0] == '=' || strcmp(op, "<>") == 0 ? BIND_EQUAL : BIND_ORDER;
}

static enum binding binding_of(const struct print *out, const struct expr *expr)
{
    switch (expr->kind) {
    case EXPR_AND: return logic_is_lazy(out, expr) ? BIND_PRIMARY : BIND_AND;
    case EXPR_OR: return logic_is_lazy(out, expr) ? BIND_PRIMARY : BIND_OR;
    case EXPR_NOT: return BIND_NOT;
    case EXPR_NULL_TEST:
    case EXPR_BOOL_TEST:
    case EXPR_DISTINCT:
    case EXPR_IN_LIST: return BIND_EQUAL;
    case EXPR_ROW_COMPARE: return row_binding(expr);
    case EXPR_ANY_ARRAY: return any_array_binding(expr);
    case EXPR_SUBQUERY: return sublink_binding(expr);
    case EXPR_CALL:
    case EXPR_CAST: return call_binding(out, expr);
    case EXPR_CONST: {
        bool negative = (expr->constant.kind == VALUE_INT && expr->constant.i < 0) ||
                        (expr->constant.kind == VALUE_REAL && signbit(expr->constant.r));
        return negative ? BIND_COLLATE : BIND_PRIMARY;
    }
    case EXPR_PARAM:
    case EXPR_SESSION:
    case EXPR_COLUMN:
    case EXPR_WHOLE_ROW:
    case EXPR_USER_CALL:
    case EXPR_AGGREGATE:
    case EXPR_WINDOW:
    case EXPR_CASE:
    case EXPR_COALESCE:
    case EXPR_GREATEST:
    case EXPR_LEAST:
    case EXPR_NULLIF:
    case EXPR_ARRAY:
    case EXPR_ROW:
    case EXPR_FIELD:
    case EXPR_SUBSCRIPT:
    case EXPR_DEFAULT:
    case EXPR_EXCLUDED_COLUMN:
    case EXPR_DOMAIN_VALUE:
    case EXPR_NEXTVAL:
    case EXPR_GROUPING:
    case EXPR_BARRIER_TRUE: return BIND_PRIMARY;
    }
    return BIND_PRIMARY;
}

/* ---- collations ---- */

/* Whether the printed text has the collation of a stored column, through casts that print nothing. */
static str carried_collation(struct print *out, const struct expr *expr)
{
    while (expr->kind == EXPR_CAST && cast_is_silent(out, expr)) expr = expr->args.at[0];
    if (expr->kind != EXPR_COLUMN && expr->kind != EXPR_EXCLUDED_COLUMN) return STR("");
    bool has = out->hooks && out->hooks->column_collated ? out->hooks->column_collated(out, expr)
                                                         : expr->column.rte->kind == RTE_RELATION;
    return has ? print_collation(out->arena, out->catalog, expr->type) : STR("");
}

static void collate(struct print *out, str collation)
{
    buf_lit(out->sql, " COLLATE ");
    if (str_empty(collation))
        buf_lit(out->sql, "BINARY");
    else
        print_ident(out->sql, collation);
}

/* What was printed since start, in parentheses. */
static void enclose(struct print *out, size_t start)
{
    str printed = str_copy(out->arena, str_skip(buf_str(out->sql), start));
    out->sql->len = start;
    buf_char(out->sql, '(');
    buf_str_add(out->sql, printed);
    buf_char(out->sql, ')');
}

/* SQLite takes over a COLLATE from deep inside an expression (functions, CASE, ||): where the text has
 * one, the expression says its own, BINARY too. */
static err print_closed(struct print *out,
                        const struct expr *expr,
                        str collation,
                        enum binding least)
{
    size_t start = out->sql->len;
    TRY(print_at(out, expr, least));
    str printed = str_skip(buf_str(out->sql), start);
    if (str_find(printed, STR(" COLLATE "), 0) == SIZE_MAX) return NULL;
    enum binding binding = binding_of(out, expr);
    if (binding >= least && binding < BIND_COLLATE) enclose(out, start);
    collate(out, collation);
    return NULL;
}

err print_compared(
    struct print *out, const struct expr *expr, str collation, bool first, enum binding least)
{
    bool right_already = str_eq(carried_collation(out, expr), collation);
    bool add = !right_already && (first || str_empty(collation));
    if (!add) return print_closed(out, expr, collation, least);
    TRY(print_at(out, expr, least < BIND_COLLATE ? BIND_COLLATE : least));
    collate(out, collation);
    return NULL;
}

err print_comparison(struct print *out,
                     const char *op,
                     const struct expr *left,
                     const struct expr *right)
{
    if (print_storage(out, left->type) == TYPE_RECORD ||
        print_storage(out, left->type) == TYPE_COMPOSITE) {
        return print_refuse(out, left, "comparing whole rows");
    }
    str collation = print_collation(out->arena, out->catalog, left->type);
    bool equal = op[0] == '=' || strcmp(op, "<>") == 0 || op[0] == 'I';
    enum binding least = equal ? BIND_ORDER : BIND_BITS;
    TRY(print_compared(out, left, collation, true, least));
    buf_printf(out->sql, " %s ", op);
    return print_compared(out, right, collation, false, least);
}

err print_collated(struct print *out, const struct expr *expr)
{
    str collation = print_collation(out->arena, out->catalog, expr->type);
    return print_compared(out, expr, collation, true, BIND_ANY);
}

/* ---- connectives ---- */

static err print_null_test(struct print *out, const struct expr *expr)
{
    enum type_storage storage = print_storage(out, expr->args.at[0]->type);
    if (storage == TYPE_COMPOSITE || storage == TYPE_RECORD) {
        buf_str_add(out->sql, expr->negated ? STR("pg_row_is_filled(") : STR("pg_row_is_null("));
        TRY(print_expr(out, expr->args.at[0]));
        buf_char(out->sql, ')');
        return NULL;
    }
    TRY(print_at(out, expr->args.at[0], BIND_ORDER));
    buf_printf(out->sql, expr->negated ? " IS NOT NULL" : " IS NULL");
    return NULL;
}

static err print_bool_test(struct print *out, const struct expr *expr)
{
    TRY(print_at(out, expr->args.at[0], BIND_ORDER));
    const char *value = expr->bool_test.value == 't'   ? "1"
                        : expr->bool_test.value == 'f' ? "0"
                                                       : "NULL";
    buf_printf(out->sql, expr->bool_test.negated ? " IS NOT %s" : " IS %s", value);
    return NULL;
}

static err print_case(struct print *out, const struct expr *expr)
{
    buf_lit(out->sql, "CASE");
    for (size_t i = 0; i < expr->case_of.arm_count; i++) {
        buf_lit(out->sql, " WHEN ");
        TRY(print_tested(out, expr->case_of.arms[i].when));
        buf_lit(out->sql, " THEN ");
        TRY(print_expr(out, expr->case_of.arms[i].then));
    }
    if (expr->case_of.otherwise) {
        buf_lit(out->sql, " ELSE ");
        TRY(print_expr(out, expr->case_of.otherwise));
    }
    buf_lit(out->sql, " END");
    return NULL;
}

static err print_coalesce(struct print *out, const struct expr *expr)
{
    if (expr->args.count > PART_MAX) return print_refuse(out, expr, "so many arguments");
    if (expr->args.count == 1) {
        buf_char(out->sql, '(');
        TRY(print_expr(out, expr->args.at[0]));
        buf_char(out->sql, ')');
        return NULL;
    }
    buf_lit(out->sql, "coalesce(");
    TRY(print_expr_list(out, &expr->args));
    buf_char(out->sql, ')');
    return NULL;
}

static err print_greatest(struct print *out, const struct expr *expr)
{
    if (expr->args.count > PART_MAX) return print_refuse(out, expr, "so many arguments");
    buf_printf(out->sql, "%s(", expr->kind == EXPR_GREATEST ? "pg_greatest" : "pg_least");
    TRY(print_shape_of_type(out, expr->type, -1));
    buf_char(out->sql, ',');
    TRY(print_expr_list(out, &expr->args));
    buf_char(out->sql, ')');
    return NULL;
}

static err print_nullif(struct print *out, const struct expr *expr)
{
    const struct expr *left = expr->args.at[0];
    str collation = print_collation(out->arena, out->catalog, left->type);
    buf_lit(out->sql, "nullif(");
    TRY(print_compared(out, left, collation, true, BIND_ANY));
    buf_char(out->sql, ',');
    TRY(print_compared(out, expr->args.at[1], collation, false, BIND_ANY));
    buf_char(out->sql, ')');
    return NULL;
}

/* ---- rows ---- */

static err print_row_side(struct print *out, struct expr *const *items, size_t count, bool first)
{
    buf_char(out->sql, '(');
    for (size_t i = 0; i < count; i++) {
        if (i) buf_char(out->sql, ',');
        str collation = print_collation(out->arena, out->catalog, items[i]->type);
        TRY(print_compared(out, items[i], collation, first, BIND_ANY));
    }
    buf_char(out->sql, ')');
    return NULL;
}

static err print_row_compare(struct print *out, const struct expr *expr)
{
    size_t pairs = expr->row_compare.pair_count;
    TRY(print_row_side(out, expr->args.at, pairs, true));
    buf_printf(out->sql, " %s ", expr->row_compare.op);
    return print_row_side(out, expr->args.at + pairs, pairs, false);
}

/* pg_row('shape', fields...), in parts when SQLite's functions do not take that many. The parts'
 * shapes name their fields, whatever the type of the whole. */
static err print_fields(struct print *out,
                        const struct expr *row,
                        const struct record_field *fields,
                        size_t count)
{
    bool parts = count > PART_MAX;
    if (parts) buf_lit(out->sql, "pg_row_join(");
    for (size_t from = 0; from < count || from == 0; from += PART_MAX) {
        size_t to = count - from > PART_MAX ? from + PART_MAX : count;
        if (from) buf_char(out->sql, ',');
        buf_lit(out->sql, "pg_row(");
        TRY(parts ? print_fields_literal(out, fields + from, to - from)
                  : print_shape_literal(out, row));
        for (size_t i = from; i < to; i++) {
            buf_char(out->sql, ',');
            TRY(print_expr(out, fields[i].expr));
        }
        buf_char(out->sql, ')');
    }
    if (parts) buf_char(out->sql, ')');
    return NULL;
}

static err print_row(struct print *out, const struct expr *expr)
{
    struct record_field *fields = NULL;
    size_t count = 0;
    infer_record_fields(out->arena, expr, &fields, &count);
    if (count > PART_MAX && expr->type != RECORDOID) {
        return print_refuse(out, expr, "a composite value of so many fields");
    }
    return print_fields(out, expr, fields, count);
}

static err print_whole_row(struct print *out, const struct expr *expr)
{
    if (!out->hooks) return print_refuse(out, expr, "a whole row here");
    size_t start = out->sql->len;
    bool guarded = false;
    buf_lit(out->sql, "CASE WHEN ");
    if (out->hooks->row_present) TRY(out->hooks->row_present(out, expr->rte, &guarded));
    if (guarded)
        buf_lit(out->sql, " THEN ");
    else
        out->sql->len = start;
    struct record_field *fields = NULL;
    size_t count = 0;
    infer_record_fields(out->arena, expr, &fields, &count);
    TRY(print_fields(out, expr, fields, count));
    if (guarded) buf_lit(out->sql, " END");
    return NULL;
}

/* ---- arrays ---- */

static bool is_array_type(const struct print *out, oid type)
{
    return print_storage(out, type) == TYPE_ARRAY;
}

/* Long ones in halves, joined. */
static err print_elements(struct print *out, const struct expr *array, size_t from, size_t to)
{
    if (to - from > PART_MAX) {
        size_t middle = from + (to - from) / 2;
        buf_lit(out->sql, "pg_array_cat(");
        TRY(print_elements(out, array, from, middle));
        buf_char(out->sql, ',');
        TRY(print_elements(out, array, middle, to));
        buf_char(out->sql, ')');
        return NULL;
    }
    bool nested = array->args.count && is_array_type(out, array->args.at[0]->type);
    buf_printf(out->sql, nested ? "pg_array_nest(" : "pg_array(");
    TRY(print_shape_literal(out, array));
    for (size_t i = from; i < to; i++) {
        buf_char(out->sql, ',');
        TRY(print_expr(out, array->args.at[i]));
    }
    buf_char(out->sql, ')');
    return NULL;
}

static err print_array(struct print *out, const struct expr *expr)
{
    return print_elements(out, expr, 0, expr->args.count);
}

static err print_subscript(struct print *out, const struct expr *expr)
{
    buf_printf(out->sql, expr->slice ? "pg_slice(" : "pg_subscript(");
    TRY(print_shape_literal(out, expr->args.at[0]));
    for (size_t i = 0; i < expr->args.count; i++) {
        buf_char(out->sql, ',');
        if (expr->args.at[i])
            TRY(print_expr(out, expr->args.at[i]));
        else
            buf_lit(out->sql, "NULL");
    }
    /* An open bound is not a NULL one: pg_slice(shape, array, low, high, open low, open high). */
    if (expr->slice) {
        buf_printf(out->sql, ",%d,%d", !expr->args.at[1], !expr->args.at[2]);
    }
    buf_char(out->sql, ')');
    return NULL;
}

static err print_field(struct print *out, const struct expr *expr)
{
    buf_lit(out->sql, "pg_field(");
    TRY(print_shape_literal(out, expr->args.at[0]));
    buf_char(out->sql, ',');
    TRY(print_expr(out, expr->args.at[0]));
    buf_printf(out->sql, ",%d)", expr->field.index);
    return NULL;
}

/* ---- IN and ANY ---- */

static err print_in_list(struct print *out, const struct expr *expr)
{
    const struct expr *left = expr->args.at[0];
    str collation = print_collation(out->arena, out->catalog, left->type);
    TRY(print_compared(out, left, collation, true, BIND_ORDER));
    buf_printf(out->sql, expr->inverted ? " NOT IN (" : " IN (");
    for (size_t i = 1; i < expr->args.count; i++) {
        if (i > 1) buf_char(out->sql, ',');
        TRY(print_expr(out, expr->args.at[i]));
    }
    buf_char(out->sql, ')');
    return NULL;
}

/* The elements of ARRAY[...] or of a short constant array; false when they are known at run time. */
static bool static_elements(struct print *out,
                            const struct expr *array,
                            oid element,
                            struct expr_list *list)
{
    while (array->kind == EXPR_CAST && array->cast.binary) array = array->args.at[0];
    if (array->kind == EXPR_ARRAY) {
        *list = array->args;
        return !array->args.count || !is_array_type(out, array->args.at[0]->type);
    }
    if (array->kind != EXPR_CONST || array->constant.kind != VALUE_TEXT) return false;
    if (array_cardinality(array->constant.s) > IN_ARRAY_MAX) return false;
    const struct type_ref *ref = catalog_type_ref(out->arena, out->catalog, element, -1);
    size_t count = (size_t)array_cardinality(array->constant.s);
    list->at = ARENA_ARRAY(out->arena, struct expr *, count ? count : 1);
    list->count = 0;
    struct array_iter iter = array_iter(array->constant.s);
    str item;
    while (list->count < count && array_next(&iter, &item)) {
        struct expr *constant = ARENA_NEW(out->arena, struct expr);
        *constant = (struct expr){.kind = EXPR_CONST, .type = element, .typmod = -1};
        constant->constant = array_read_item(out->arena, ref, item);
        list->at[list->count++] = constant;
    }
    return true;
}

static err print_in_array(struct print *out, const struct expr *expr)
{
    const struct expr *left = expr->args.at[0];
    const struct expr *array = expr->args.at[1];
    str collation = print_collation(out->arena, out->catalog, left->type);
    TRY(print_compared(out, left, collation, true, BIND_ORDER));
    buf_printf(out->sql, expr->inverted ? " NOT IN (" : " IN (");
    struct expr_list elements = {0};
    if (static_elements(out, array, left->type, &elements)) {
        TRY(print_expr_list(out, &elements));
    } else {
        /* A NULL array reads as one NULL element, so that IN answers NULL. */
        buf_lit(out->sql, "SELECT value FROM pg_elements(");
        TRY(print_shape_literal(out, array));
        buf_char(out->sql, ',');
        TRY(print_expr(out, array));
        buf_char(out->sql, ')');
    }
    buf_char(out->sql, ')');
    return NULL;
}

struct expr *print_text_operand(struct print *out, oid type)
{
    struct expr *operand = ARENA_NEW(out->arena, struct expr);
    *operand = (struct expr){.kind = EXPR_DOMAIN_VALUE, .type = type, .typmod = -1, .location = -1};
    return operand;
}

/* left op right, where right is the SQL text `value`. */
static err print_op_with(
    struct print *out, const struct builtin *op, struct expr *left, oid type, str value)
{
    str before = out->domain_value;
    out->domain_value = value;
    struct expr *args[] = {left, print_text_operand(out, type)};
    struct expr call = {.kind = EXPR_CALL, .type = BOOLOID, .typmod = -1, .location = -1};
    call.args = (struct expr_list){args, 2};
    call.call.builtin = op;
    err error = print_expr(out, &call);
    out->domain_value = before;
    return error;
}

static bool is_in_sign(const struct builtin *op, bool all)
{
    const char *sign = comparison_sign(op);
    return sign && strcmp(sign, all ? "<>" : "=") == 0;
}

static oid element_type(const struct print *out, oid array)
{
    const struct builtin_type *row = builtin_type(array);
    if (row) return row->element;
    const struct cat_type *type = out->catalog ? catalog_type(out->catalog, array) : NULL;
    return type ? type->element : OID_NONE;
}

static err print_any_array(struct print *out, const struct expr *expr)
{
    if (is_in_sign(expr->compare, expr->inverted)) return print_in_array(out, expr);
    const struct expr *array = expr->args.at[1];
    buf_printf(out->sql, "(SELECT %s(", expr->inverted ? "pg_all" : "pg_any");
    TRY(print_op_with(out, expr->compare, expr->args.at[0], element_type(out, array->type),
                      STR("\"~e\".value")));
    buf_lit(out->sql, ") FROM pg_elements(");
    TRY(print_shape_literal(out, array));
    buf_char(out->sql, ',');
    TRY(print_expr(out, array));
    buf_lit(out->sql, ") AS \"~e\")");
    return NULL;
}

/* ---- sub-selects ---- */

/* SELECT expr without FROM or anything else: the expression itself. */
static bool is_plain_select(const struct query *query)
{
    bool from = query->from_count > 1 ||
                (query->from_count == 1 &&
                 !(query->from[0]->kind == FROM_RTE && query->from[0]->rte->kind == RTE_RESULT));
    return query->command == QUERY_SELECT && !from && !query->where && !query->having &&
           !query->has_aggregates && !query->has_windows && !query->group_by.count &&
           !query->limit && !query->offset && !query->cte_count && query->set_op == SET_NONE &&
           !query->values && query->target_count == 1;
}

static err print_query_text(struct print *out, const struct expr *expr)
{
    if (!out->hooks || !out->hooks->query) return print_refuse(out, expr, "a subquery here");
    return out->hooks->query(out, expr->sublink.query);
}

static err print_scalar(struct print *out, const struct expr *expr)
{
    const struct query *query = expr->sublink.query;
    /* What is volatile is computed once for all rows, as PostgreSQL does: SQLite's sub-select does it too. */
    if (is_plain_select(query) && !expr_is_volatile(query->targets[0].expr)) {
        buf_char(out->sql, '(');
        TRY(print_expr(out, query->targets[0].expr));
        buf_char(out->sql, ')');
        return NULL;
    }
    if (query_is_single_row(query)) {
        buf_char(out->sql, '(');
        TRY(print_query_text(out, expr));
        buf_char(out->sql, ')');
        return NULL;
    }
    /* 21000 when there is more than one row. */
    buf_lit(out->sql, "(WITH \"~q\"(v) AS (");
    TRY(print_query_text(out, expr));
    buf_lit(out->sql, ") SELECT pg_single(v) FROM \"~q\")");
    return NULL;
}

static err print_array_sublink(struct print *out, const struct expr *expr)
{
    buf_lit(out->sql, "(WITH \"~q\"(v) AS (");
    TRY(print_query_text(out, expr));
    buf_lit(out->sql, ") SELECT pg_array_of(");
    TRY(print_shape_of_type(out, expr->type, -1));
    buf_lit(out->sql, ",v) FROM \"~q\")");
    return NULL;
}

static err print_in_sublink(struct print *out, const struct expr *expr)
{
    bool all = expr->sublink.kind == SUBLINK_ALL;
    if (expr->args.count > 1) {
        TRY(print_row_side(out, expr->args.at, expr->args.count, true));
    } else {
        const struct expr *left = expr->args.at[0];
        str collation = print_collation(out->arena, out->catalog, left->type);
        TRY(print_compared(out, left, collation, true, BIND_ORDER));
    }
    buf_printf(out->sql, all ? " NOT IN (" : " IN (");
    TRY(print_query_text(out, expr));
    buf_char(out->sql, ')');
    return NULL;
}

static err print_op_sublink(struct print *out, const struct expr *expr)
{
    if (expr->args.count > 1) return print_refuse(out, expr, "this comparison of rows");
    bool all = expr->sublink.kind == SUBLINK_ALL;
    buf_lit(out->sql, "(WITH \"~q\"(v) AS (");
    TRY(print_query_text(out, expr));
    buf_printf(out->sql, ") SELECT %s(", all ? "pg_all" : "pg_any");
    TRY(print_op_with(out, expr->sublink.op, expr->args.at[0],
                      expr->sublink.query->targets[0].expr->type, STR("\"~q\".v")));
    buf_lit(out->sql, ") FROM \"~q\")");
    return NULL;
}

static err print_sublink(struct print *out, const struct expr *expr)
{
    switch (expr->sublink.kind) {
    case SUBLINK_EXISTS:
        buf_lit(out->sql, "EXISTS (");
        TRY(print_query_text(out, expr));
        buf_char(out->sql, ')');
        return NULL;
    case SUBLINK_SCALAR: return print_scalar(out, expr);
    case SUBLINK_ARRAY: return print_array_sublink(out, expr);
    case SUBLINK_ANY:
        return is_in_sign(expr->sublink.op, false) ? print_in_sublink(out, expr)
                                                   : print_op_sublink(out, expr);
    case SUBLINK_ALL:
        return is_in_sign(expr->sublink.op, true) ? print_in_sublink(out, expr)
                                                  : print_op_sublink(out, expr);
    }
    return NULL;
}

/* ---- values of the run ---- */

static err print_constant(struct print *out, const struct expr *expr)
{
    enum { LITERAL_BYTES_MAX = 512 };
    const struct value *value = &expr->constant;
    bool long_text = (value->kind == VALUE_TEXT || value->kind == VALUE_BLOB) &&
                     value->s.len > LITERAL_BYTES_MAX;
    if (long_text && !out->ddl) {
        print_slot(out, &(struct slot){.kind = SLOT_CONST, .constant = *value});
        return NULL;
    }
    print_const(out->sql, value);
    return NULL;
}

static err print_session(struct print *out, const struct expr *expr)
{
    if (out->ddl) {
        bool now =
            expr->session.which == SESSION_NOW || expr->session.which == SESSION_STATEMENT_NOW;
        if (!now) return print_refuse(out, expr, "a value of the session here");
        buf_lit(out->sql, "pg_now()");
        return NULL;
    }
    print_slot(out, &(struct slot){
                        .kind = SLOT_SESSION,
                        .session = expr->session.which,
                        .name = expr->session.name,
                        .missing_ok = expr->session.missing_ok,
                    });
    return NULL;
}

static err print_column(struct print *out, const struct expr *expr)
{
    if (out->hooks && out->hooks->column) return out->hooks->column(out, expr);
    const struct rte *rte = expr->column.rte;
    const struct rte_column *column = &rte->columns[expr->column.index];
    const struct cat_column *stored =
        rte->relation ? cat_column_numbered(rte->relation, column->number) : NULL;
    print_ident(out->sql, stored ? stored->physical : column->name);
    return NULL;
}

static err print_simple(struct print *out, const struct expr *expr)
{
    switch ((int)expr->kind) { /* the leaves */
    case EXPR_CONST: return print_constant(out, expr);
    case EXPR_PARAM:
        print_slot(out, &(struct slot){.kind = SLOT_PARAM, .index = expr->index});
        return NULL;
    case EXPR_SESSION: return print_session(out, expr);
    case EXPR_COLUMN:
    case EXPR_EXCLUDED_COLUMN: return print_column(out, expr);
    case EXPR_DOMAIN_VALUE:
        if (str_empty(out->domain_value)) return print_refuse(out, expr, "VALUE here");
        buf_str_add(out->sql, out->domain_value);
        return NULL;
    case EXPR_NEXTVAL:
        buf_printf(out->sql, "pg_nextval_oid(%u)", (unsigned)expr->sequence->oid);
        return NULL;
    case EXPR_GROUPING: buf_lit(out->sql, "0"); return NULL;
    case EXPR_BARRIER_TRUE: buf_lit(out->sql, "1"); return NULL;
    case EXPR_DEFAULT: return print_refuse(out, expr, "DEFAULT in this context");
    default: return print_refuse(out, expr, "this expression");
    }
}

/* ---- dispatch ---- */

static err print_any(struct print *out, const struct expr *expr)
{
    switch (expr->kind) {
    case EXPR_CONST:
    case EXPR_PARAM:
    case EXPR_SESSION:
    case EXPR_COLUMN:
    case EXPR_EXCLUDED_COLUMN:
    case EXPR_DOMAIN_VALUE:
    case EXPR_NEXTVAL:
    case EXPR_GROUPING:
    case EXPR_BARRIER_TRUE:
    case EXPR_DEFAULT: return print_simple(out, expr);
    case EXPR_WHOLE_ROW: return print_whole_row(out, expr);
    case EXPR_CALL: return print_call(out, expr);
    case EXPR_USER_CALL: return print_user_call(out, expr);
    case EXPR_AGGREGATE: return print_aggregate(out, expr);
    case EXPR_WINDOW: return print_window(out, expr);
    case EXPR_CAST: return print_cast(out, expr);
    case EXPR_AND:
    case EXPR_OR: return print_logic(out, expr);
    case EXPR_NOT: buf_lit(out->sql, "NOT "); return print_at(out, expr->args.at[0], BIND_NOT);
    case EXPR_NULL_TEST: return print_null_test(out, expr);
    case EXPR_BOOL_TEST: return print_bool_test(out, expr);
    case EXPR_DISTINCT:
        return print_comparison(out, expr->negated ? "IS" : "IS NOT", expr->args.at[0],
                                expr->args.at[1]);
    case EXPR_IN_LIST: return print_in_list(out, expr);
    case EXPR_ANY_ARRAY: return print_any_array(out, expr);
    case EXPR_SUBQUERY: return print_sublink(out, expr);
    case EXPR_CASE: return print_case(out, expr);
    case EXPR_COALESCE: return print_coalesce(out, expr);
    case EXPR_GREATEST:
    case EXPR_LEAST: return print_greatest(out, expr);
    case EXPR_NULLIF: return print_nullif(out, expr);
    case EXPR_ARRAY: return print_array(out, expr);
    case EXPR_ROW: return print_row(out, expr);
    case EXPR_ROW_COMPARE: return print_row_compare(out, expr);
    case EXPR_FIELD: return print_field(out, expr);
    case EXPR_SUBSCRIPT: return print_subscript(out, expr);
    }
    return print_refuse(out, expr, "this expression");
}

static bool has_long_item(str array)
{
    struct array_iter iter = array_iter(array);
    str item;
    bool found = false;
    while (!found && array_next(&iter, &item)) found = item.at[0] == '"' && item.len > 3;
    return found;
}

/* A "char" is one byte: the letters of system relations, and literals compared with them, are. What would
 * have to be cut to one is refused. */
static bool makes_char(const struct expr *expr)
{
    if (!print_refuses_type(expr->type)) return false;
    switch (expr->kind) {
    case EXPR_CONST:
        return expr->constant.kind == VALUE_TEXT &&
               (expr->type == CHAROID ? expr->constant.s.len > 1 : has_long_item(expr->constant.s));
    case EXPR_CAST: return !print_refuses_type(expr->args.at[0]->type);
    case EXPR_PARAM: return true;
    default: return false; /* made of others, each of which is looked at */
    }
}

err print_at(struct print *out, const struct expr *expr, enum binding least)
{
    if (out->depth >= DEPTH_MAX) {
        return err_at(
            err_sql(out->arena, "54001", "the expression is nested too deeply for SQLite"),
            expr->location);
    }
    if (makes_char(expr)) return print_refuse(out, expr, "the type \"char\"");
    bool condition = out->condition;
    bool logic = expr->kind == EXPR_AND || expr->kind == EXPR_OR || expr->kind == EXPR_NOT;
    bool enclose = binding_of(out, expr) < least;
    if (enclose) buf_char(out->sql, '(');
    out->depth++;
    out->condition = condition && logic;
    TRY(print_any(out, expr));
    out->condition = condition;
    out->depth--;
    if (enclose) buf_char(out->sql, ')');
    return NULL;
}

err print_expr(struct print *out, const struct expr *expr)
{
    return print_at(out, expr, BIND_ANY);
}

err print_tested(struct print *out, const struct expr *expr)
{
    out->condition = true;
    err error = print_expr(out, expr);
    out->condition = false;
    return error;
}

err print_operand(struct print *out, const struct expr *expr)
{
    return print_at(out, expr, BIND_ORDER);
}

err print_expr_list(struct print *out, const struct expr_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        if (i) buf_char(out->sql, ',');
        TRY(print_expr(out, list->at[i]));
    }
    return NULL;
}

err print_sort_list(struct print *out, const struct sort_list *sorts)
{
    for (size_t i = 0; i < sorts->count; i++) {
        const struct sort_item *item = &sorts->at[i];
        if (i) buf_char(out->sql, ',');
        TRY(print_collated(out, item->expr));
        if (item->descending) buf_lit(out->sql, " DESC");
        /* SQLite's own order is NULLS FIRST ascending, NULLS LAST descending. */
        if (item->nulls_first == item->descending) {
            buf_printf(out->sql, item->nulls_first ? " NULLS FIRST" : " NULLS LAST");
        }
    }
    return NULL;
}
