/* Operators, IN, ANY, row comparison, sub-selects. Follows PostgreSQL 15's parse_oper.c and the
 * A_Expr part of parse_expr.c. */
#include "sql/infer_int.h"

#include <string.h>

/* ---- finding the row ---- */

static err operator_missing(
    struct infer_context *ctx, str op, oid left, oid right, int32_t location, bool ambiguous)
{
    str right_text = infer_type_text(ctx, right, -1);
    str text =
        left ? str_printf(ctx->arena, "%.*s %.*s %.*s", STR_FMT(infer_type_text(ctx, left, -1)),
                          STR_FMT(op), STR_FMT(right_text))
             : str_printf(ctx->arena, "%.*s %.*s", STR_FMT(op), STR_FMT(right_text));
    if (ambiguous) {
        struct err *error =
            err_sql(ctx->arena, "42725", "operator is not unique: %.*s", STR_FMT(text));
        return err_at(err_hint(ctx->arena, error,
                               "Could not choose a best candidate operator. You might need to add "
                               "explicit type casts."),
                      location);
    }
    struct err *error =
        err_sql(ctx->arena, "42883", "operator does not exist: %.*s", STR_FMT(text));
    return err_at(err_hint(ctx->arena, error, "%s",
                           left ? "No operator matches the given name and argument types. You "
                                  "might need to add explicit type casts."
                                : "No operator matches the given name and argument type. You "
                                  "might need to add an explicit type cast."),
                  location);
}

static const struct builtin *exact_operator(struct infer_context *ctx, str op, oid left, oid right)
{
    if (!left) return builtin_operator_exact(op, 0, right);
    bool guessed = left == UNKNOWNOID || right == UNKNOWNOID;
    if (left == UNKNOWNOID)
        left = right;
    else if (right == UNKNOWNOID)
        right = left;
    const struct builtin *row = builtin_operator_exact(op, left, right);
    if (row || !guessed) return row;
    oid base = infer_base_type(ctx, left);
    return base != left ? builtin_operator_exact(op, base, base) : NULL;
}

static void operator_candidates(struct infer_context *ctx,
                                str op,
                                size_t count,
                                struct candidates *out)
{
    size_t at = 0;
    const struct builtin *row;
    while ((row = builtin_operator_next(op, &at))) {
        if (row->arg_count != count) continue;
        oid *args = ARENA_ARRAY(ctx->arena, oid, count);
        memcpy(args, row->args, count * sizeof(oid));
        *VEC_ADD(ctx->arena, out) =
            (struct candidate){.builtin = row, .args = args, .declared_count = count};
    }
}

err infer_operator_find(struct infer_context *ctx,
                        str op,
                        oid left,
                        oid right,
                        int32_t location,
                        const struct builtin **out)
{
    *out = exact_operator(ctx, op, left, right);
    if (*out) return NULL;
    struct candidates all = {0};
    operator_candidates(ctx, op, left ? 2 : 1, &all);
    oid actual[2] = {left, right};
    const struct candidate *chosen = NULL;
    enum choice choice = infer_choose(ctx, &all, left ? actual : actual + 1, left ? 2 : 1, &chosen);
    if (choice != CHOICE_ONE) {
        return operator_missing(ctx, op, left, right, location, choice == CHOICE_MANY);
    }
    *out = chosen->builtin;
    return NULL;
}

static const struct builtin *same_type_operator(struct infer_context *ctx, str op, oid type)
{
    const struct builtin *found = NULL;
    err error = infer_operator_find(ctx, op, type, type, -1, &found);
    err_ignore(error, "the caller says what lacks the operator");
    return error ? NULL : found;
}

const struct builtin *infer_equal(struct infer_context *ctx, oid type)
{
    return same_type_operator(ctx, STR("="), type);
}

const struct builtin *infer_less(struct infer_context *ctx, oid type)
{
    return same_type_operator(ctx, STR("<"), type);
}

err infer_operator(struct infer_context *ctx,
                   str op,
                   struct expr *left,
                   struct expr *right,
                   int32_t location,
                   struct expr **out)
{
    const struct builtin *row = NULL;
    TRY(infer_operator_find(ctx, op, left ? left->type : OID_NONE, right->type, location, &row));
    struct expr *args[2] = {left, right};
    return infer_builtin_call(ctx, row, left ? args : args + 1, left ? 2 : 1, location, out);
}

/* ---- comparisons whose operands alone are kept (IN, DISTINCT, NULLIF) ---- */

/* Finds op for the pair and coerces both to what it takes. */
static err comparison(struct infer_context *ctx,
                      str op,
                      struct expr **left,
                      struct expr **right,
                      int32_t location,
                      const struct builtin **out)
{
    struct expr *call = NULL;
    TRY(infer_operator(ctx, op, *left, *right, location, &call));
    if (call->type != BOOLOID || call->kind != EXPR_CALL) {
        return err_at(err_sql(ctx->arena, "42804", "operator must yield type boolean"), location);
    }
    *left = call->args.at[0];
    *right = call->args.at[1];
    *out = call->call.builtin;
    return NULL;
}

static bool is_null_constant(const struct expr *expr)
{
    return expr->kind == EXPR_CONST && expr->constant.kind == VALUE_NULL;
}

static struct expr *null_test(struct infer_context *ctx,
                              struct expr *expr,
                              bool negated,
                              int32_t location)
{
    struct expr *test = infer_new(ctx, EXPR_NULL_TEST, BOOLOID, location);
    test->args = infer_args(ctx, &expr, 1);
    test->negated = negated;
    return test;
}

static err distinct_pair(struct infer_context *ctx,
                         struct expr *left,
                         struct expr *right,
                         bool negated,
                         int32_t location,
                         struct expr **out)
{
    if (is_null_constant(left) || is_null_constant(right)) {
        struct expr *other = is_null_constant(right) ? left : right;
        TRY(infer_resolve_unknown(ctx, other, &other));
        *out = null_test(ctx, other, !negated, location);
        return NULL;
    }
    const struct builtin *equal = NULL;
    TRY(comparison(ctx, STR("="), &left, &right, location, &equal));
    struct expr *pair[] = {left, right};
    *out = infer_new(ctx, EXPR_DISTINCT, BOOLOID, location);
    (*out)->args = infer_args(ctx, pair, 2);
    (*out)->negated = negated;
    (*out)->compare = equal;
    return NULL;
}

static err rows_match(struct infer_context *ctx,
                      const struct expr *left,
                      const struct expr *right,
                      int32_t location)
{
    if (left->args.count == right->args.count) return NULL;
    return err_at(err_sql(ctx->arena, "42601", "unequal number of entries in row expressions"),
                  location);
}

/* The fields of ROW(...), of a FROM item's row or of a record. */
static bool composite_parts(struct infer_context *ctx, struct expr *row, struct expr_list *parts)
{
    if (infer_row_parts(ctx, row, parts)) return true;
    if (row->kind != EXPR_PARAM) return false; /* what is dear is not to be written many times */
    const struct cat_type *type = catalog_type(ctx->catalog, row->type);
    const struct cat_relation *relation =
        type && type->relation ? catalog_relation(ctx->catalog, type->relation) : NULL;
    if (!relation && !row->record) return false;
    parts->count = relation ? relation->column_count : row->record_count;
    parts->at = ARENA_ARRAY(ctx->arena, struct expr *, parts->count);
    for (size_t i = 0; i < parts->count; i++) {
        str name = relation ? relation->columns[i].name : row->record[i].name;
        if (infer_field(ctx, row, name, row->location, &parts->at[i])) return false;
    }
    return true;
}

static err infer_distinct(struct infer_context *ctx,
                          struct expr *left,
                          struct expr *right,
                          bool negated,
                          int32_t location,
                          struct expr **out)
{
    struct expr_list left_parts, right_parts;
    if (!composite_parts(ctx, left, &left_parts) || !composite_parts(ctx, right, &right_parts)) {
        return distinct_pair(ctx, left, right, negated, location, out);
    }
    if (left->kind == EXPR_ROW && right->kind == EXPR_ROW)
        TRY(rows_match(ctx, left, right, location));
    else if (left_parts.count != right_parts.count)
        return err_at(err_sql(ctx->arena, "42804",
                              "cannot compare record types with different numbers of columns"),
                      location);
    struct infer_terms terms = {.kind = negated ? EXPR_AND : EXPR_OR};
    for (size_t i = 0; i < left_parts.count; i++) {
        struct expr *pair = NULL;
        TRY(distinct_pair(ctx, left_parts.at[i], right_parts.at[i], negated, location, &pair));
        infer_terms_add(ctx, &terms, pair);
    }
    *out = terms.count ? infer_terms_end(ctx, &terms) : infer_bool_const(ctx, negated);
    return NULL;
}

/* Whole rows are equal as record_eq says: NULL equals NULL, unlike in ROW(...) = ROW(...). */
static bool is_record_test(struct infer_context *ctx, str op, struct expr *left, struct expr *right)
{
    struct expr_list parts;
    bool equality = str_eq(op, STR("=")) || str_eq(op, STR("<>"));
    bool written = left->kind == EXPR_ROW && right->kind == EXPR_ROW;
    return equality && !written && composite_parts(ctx, left, &parts) &&
           composite_parts(ctx, right, &parts);
}

static err infer_nullif(struct infer_context *ctx,
                        struct expr *left,
                        struct expr *right,
                        int32_t location,
                        struct expr **out)
{
    const struct builtin *equal = NULL;
    TRY(comparison(ctx, STR("="), &left, &right, location, &equal));
    struct expr *pair[] = {left, right};
    *out = infer_new(ctx, EXPR_NULLIF, left->type, location);
    (*out)->typmod = left->typmod;
    (*out)->args = infer_args(ctx, pair, 2);
    (*out)->compare = equal;
    return NULL;
}

/* ---- rows ---- */

err infer_row_compare(struct infer_context *ctx,
                      str op,
                      struct expr *left,
                      struct expr *right,
                      int32_t location,
                      struct expr **out)
{
    TRY(rows_match(ctx, left, right, location));
    static const char *const ops[] = {"=", "<>", "<", "<=", ">", ">="};
    const char *name = NULL;
    for (size_t i = 0; i < COUNT_OF(ops); i++) {
        if (str_eq(op, str_of(ops[i]))) name = ops[i];
    }
    size_t count = left->args.count;
    if (!name || !count) {
        return err_at(err_sql(ctx->arena, name ? "0A000" : "42883",
                              name ? "cannot compare rows of zero length"
                                   : "could not determine interpretation of row comparison "
                                     "operator %.*s",
                              STR_FMT(op)),
                      location);
    }
    struct expr **pairs = ARENA_ARRAY(ctx->arena, struct expr *, count * 2);
    const struct builtin **rows = ARENA_ARRAY(ctx->arena, const struct builtin *, count);
    for (size_t i = 0; i < count; i++) {
        pairs[i] = left->args.at[i];
        pairs[count + i] = right->args.at[i];
        TRY(comparison(ctx, op, &pairs[i], &pairs[count + i], location, &rows[i]));
    }
    if (count == 1) {
        struct expr *both[] = {pairs[0], pairs[1]};
        return infer_builtin_call(ctx, rows[0], both, 2, location, out);
    }
    *out = infer_new(ctx, EXPR_ROW_COMPARE, BOOLOID, location);
    (*out)->args = infer_args(ctx, pairs, count * 2);
    (*out)->row_compare.ops = rows;
    (*out)->row_compare.pair_count = count;
    memcpy((*out)->row_compare.op, name, strlen(name) + 1);
    return NULL;
}

static err compare_any(struct infer_context *ctx,
                       str op,
                       struct expr *left,
                       struct expr *right,
                       int32_t location,
                       struct expr **out)
{
    if (left->kind == EXPR_ROW && right->kind == EXPR_ROW) {
        return infer_row_compare(ctx, op, left, right, location, out);
    }
    return infer_operator(ctx, op, left, right, location, out);
}

/* ---- IN (list) ---- */

/* Without a common type, or for rows: a chain of comparisons. */
static err in_chain(struct infer_context *ctx,
                    bool negated,
                    struct expr *left,
                    struct expr *const *items,
                    size_t count,
                    int32_t location,
                    struct expr **out)
{
    struct infer_terms terms = {.kind = negated ? EXPR_AND : EXPR_OR};
    for (size_t i = 0; i < count; i++) {
        struct expr *pair = NULL;
        TRY(compare_any(ctx, negated ? STR("<>") : STR("="), left, items[i], location, &pair));
        infer_terms_add(ctx, &terms, pair);
    }
    *out = infer_terms_end(ctx, &terms);
    return NULL;
}

static err infer_in_list(struct infer_context *ctx, const struct A_Expr *node, struct expr **out)
{
    bool negated = str_eq(ast_name_at(node->name, 0), STR("<>"));
    struct expr *left = NULL;
    TRY(infer_expr(ctx, node->lexpr, &left));
    const struct list *list = AST_AS(List, node->rexpr)->items;
    struct expr **all = ARENA_ARRAY(ctx->arena, struct expr *, list->count + 1);
    oid *types = ARENA_ARRAY(ctx->arena, oid, list->count + 1);
    all[0] = left;
    types[0] = left->type;
    for (size_t i = 0; i < list->count; i++) {
        TRY(infer_expr(ctx, list->at[i], &all[i + 1]));
        types[i + 1] = all[i + 1]->type;
    }
    oid common = infer_common_of(ctx, types, list->count + 1);
    if (left->kind == EXPR_ROW || list->count == 1 || !common) {
        return in_chain(ctx, negated, left, all + 1, list->count, node->base.location, out);
    }
    for (size_t i = 1; i <= list->count; i++) {
        TRY(infer_coerce(ctx, all[i], common, -1, CAST_IMPLICIT, &all[i]));
    }
    const struct builtin *equal = NULL;
    struct expr *first = all[1];
    TRY(comparison(ctx, STR("="), &all[0], &first, node->base.location, &equal));
    for (size_t i = 1; i <= list->count; i++) {
        TRY(infer_coerce(ctx, all[i], first->type, -1, CAST_IMPLICIT, &all[i]));
    }
    *out = infer_new(ctx, EXPR_IN_LIST, BOOLOID, node->base.location);
    (*out)->args = infer_args(ctx, all, list->count + 1);
    (*out)->inverted = negated;
    (*out)->compare = equal;
    return NULL;
}

/* ---- op ANY|ALL (array) ---- */

err infer_any_array(struct infer_context *ctx,
                    str op,
                    bool all,
                    struct expr *left,
                    struct expr *right,
                    int32_t location,
                    struct expr **out)
{
    oid element = UNKNOWNOID;
    if (!infer_is_unknown(right)) {
        element = infer_element_type(ctx, right->type);
        if (!element) {
            return err_at(
                err_sql(ctx->arena, "42809", "op ANY/ALL (array) requires array on right side"),
                location);
        }
    }
    const struct builtin *row = NULL;
    TRY(infer_operator_find(ctx, op, left->type, element, location, &row));
    if (row->result != BOOLOID) {
        return err_at(
            err_sql(ctx->arena, "42809", "op ANY/ALL (array) requires operator to yield boolean"),
            location);
    }
    oid actual[2] = {left->type, element};
    oid declared[2] = {row->args[0], row->args[1]};
    oid result = OID_NONE;
    TRY(infer_locate(ctx, infer_polymorphic(ctx, actual, declared, 2, BOOLOID, &result), location));
    TRY(infer_coerce(ctx, left, declared[0], -1, CAST_IMPLICIT, &left));
    oid array = infer_array_type(ctx, declared[1]);
    if (!array) {
        return err_at(err_sql(ctx->arena, "42704", "could not find array type for data type %.*s",
                              STR_FMT(infer_type_text(ctx, declared[1], -1))),
                      location);
    }
    TRY(infer_coerce(ctx, right, array, -1, CAST_IMPLICIT, &right));
    struct expr *pair[] = {left, right};
    *out = infer_new(ctx, EXPR_ANY_ARRAY, BOOLOID, location);
    (*out)->args = infer_args(ctx, pair, 2);
    (*out)->call.builtin = row;
    (*out)->compare = row;
    (*out)->inverted = all;
    infer_note_volatility(ctx, row->volatility, row->writes);
    return NULL;
}

/* ---- A_Expr ---- */

static err infer_between(struct infer_context *ctx, const struct A_Expr *node, struct expr **out)
{
    bool negated = node->kind == AEXPR_NOT_BETWEEN || node->kind == AEXPR_NOT_BETWEEN_SYM;
    bool symmetric = node->kind == AEXPR_BETWEEN_SYM || node->kind == AEXPR_NOT_BETWEEN_SYM;
    const struct list *bounds = AST_AS(List, node->rexpr)->items;
    struct expr *value = NULL;
    struct expr *bound[2] = {NULL, NULL};
    TRY(infer_expr(ctx, node->lexpr, &value));
    TRY(infer_expr(ctx, bounds->at[0], &bound[0]));
    TRY(infer_expr(ctx, bounds->at[1], &bound[1]));
    struct expr *whole = NULL;
    for (int turn = 0; turn < (symmetric ? 2 : 1); turn++) {
        struct expr *low = NULL;
        struct expr *high = NULL;
        TRY(compare_any(ctx, negated ? STR("<") : STR(">="), value, bound[turn],
                        node->base.location, &low));
        TRY(compare_any(ctx, negated ? STR(">") : STR("<="), value, bound[1 - turn],
                        node->base.location, &high));
        struct expr *range = negated ? infer_or(ctx, low, high) : infer_and(ctx, low, high);
        whole = negated ? infer_and(ctx, whole, range) : infer_or(ctx, whole, range);
    }
    *out = whole;
    return NULL;
}

static err infer_op_any(struct infer_context *ctx, const struct A_Expr *node, struct expr **out)
{
    struct expr *left = NULL;
    struct expr *right = NULL;
    TRY(infer_expr(ctx, node->lexpr, &left));
    TRY(infer_expr(ctx, node->rexpr, &right));
    str op = ast_name_at(node->name, node->name->count - 1);
    return infer_any_array(ctx, op, node->kind == AEXPR_OP_ALL, left, right, node->base.location,
                           out);
}

err infer_a_expr(struct infer_context *ctx, const struct A_Expr *node, struct expr **out)
{
    int32_t at = node->base.location;
    str op = ast_name_at(node->name, node->name->count - 1);
    if (node->kind == AEXPR_OP_ANY || node->kind == AEXPR_OP_ALL) {
        return infer_op_any(ctx, node, out);
    }
    if (node->kind == AEXPR_IN) return infer_in_list(ctx, node, out);
    if (node->kind >= AEXPR_BETWEEN) return infer_between(ctx, node, out);
    struct expr *left = NULL;
    struct expr *right = NULL;
    if (node->lexpr) TRY(infer_expr(ctx, node->lexpr, &left));
    TRY(infer_expr(ctx, node->rexpr, &right));
    switch (node->kind) {
    case AEXPR_DISTINCT:
    case AEXPR_NOT_DISTINCT:
        return infer_distinct(ctx, left, right, node->kind == AEXPR_NOT_DISTINCT, at, out);
    case AEXPR_NULLIF: return infer_nullif(ctx, left, right, at, out);
    case AEXPR_OP:
    case AEXPR_LIKE:
    case AEXPR_ILIKE:
    case AEXPR_SIMILAR:
        if (left && is_record_test(ctx, op, left, right))
            return infer_distinct(ctx, left, right, str_eq(op, STR("=")), at, out);
        if (left) return compare_any(ctx, op, left, right, at, out);
        return infer_operator(ctx, op, NULL, right, at, out);
    case AEXPR_OP_ANY:
    case AEXPR_OP_ALL:
    case AEXPR_IN:
    case AEXPR_BETWEEN:
    case AEXPR_NOT_BETWEEN:
    case AEXPR_BETWEEN_SYM:
    case AEXPR_NOT_BETWEEN_SYM: break; /* above */
    }
    return infer_unsupported(ctx, at, "this kind of expression");
}

/* ---- sub-selects ---- */

static size_t visible_targets(const struct query *query)
{
    size_t count = 0;
    for (size_t i = 0; i < query->target_count; i++) count += !query->targets[i].hidden;
    return count;
}

static err one_column(struct infer_context *ctx, const struct query *query, int32_t location)
{
    if (visible_targets(query) == 1) return NULL;
    return err_at(err_sql(ctx->arena, "42601", "subquery must return only one column"), location);
}

static err as_many_columns(struct infer_context *ctx,
                           const struct query *query,
                           size_t wanted,
                           int32_t location)
{
    size_t count = visible_targets(query);
    if (count == wanted) return NULL;
    return err_at(err_sql(ctx->arena, "42601", "subquery has too %s columns",
                          count > wanted ? "many" : "few"),
                  location);
}

/* The sub-select's column as an operand; its target is replaced when the operator wants another
 * type, which a set operation's arms would not notice. */
static err coerce_target(
    struct infer_context *ctx, struct query *query, size_t index, oid type, int32_t location)
{
    struct target *target = &query->targets[index];
    if (target->expr->type == type) return NULL;
    struct expr *coerced = NULL;
    TRY(infer_coerce(ctx, target->expr, type, -1, CAST_IMPLICIT, &coerced));
    bool binary = coerced->kind == EXPR_CAST && coerced->cast.binary;
    if ((query->set_op != SET_NONE || query->values) && !binary) {
        return infer_unsupported(ctx, location,
                                 "a comparison with a set operation of another type");
    }
    if (query->set_op == SET_NONE && !query->values) target->expr = coerced;
    return NULL;
}

static err compare_sub_link(struct infer_context *ctx,
                            const struct SubLink *node,
                            struct query *query,
                            struct expr **out)
{
    int32_t at = node->base.location;
    bool all = node->subLinkType == ALL_SUBLINK;
    str op =
        node->operName->count ? ast_name_at(node->operName, node->operName->count - 1) : STR("=");
    struct expr *left = NULL;
    TRY(infer_expr(ctx, node->testexpr, &left));
    struct expr *const single[] = {left};
    struct expr *const *operands = left->kind == EXPR_ROW ? left->args.at : single;
    size_t count = left->kind == EXPR_ROW ? left->args.count : 1;
    TRY(as_many_columns(ctx, query, count, at));
    struct expr **coerced = ARENA_ARRAY(ctx->arena, struct expr *, count ? count : 1);
    const struct builtin *first = NULL;
    for (size_t i = 0; i < count; i++) {
        struct expr *call = NULL;
        /* A stand-in of the column's type: the operator is chosen by types alone. */
        struct expr *column = infer_new(ctx, EXPR_BARRIER_TRUE, query->targets[i].expr->type, at);
        TRY(infer_operator(ctx, op, operands[i], column, at, &call));
        if (call->kind != EXPR_CALL || call->type != BOOLOID) {
            return err_at(
                err_sql(ctx->arena, "42804", "row comparison operator must yield type boolean"),
                at);
        }
        coerced[i] = call->args.at[0];
        TRY(coerce_target(ctx, query, i, call->args.at[1]->type, at));
        if (i == 0) first = call->call.builtin;
    }
    *out = infer_new(ctx, EXPR_SUBQUERY, BOOLOID, at);
    (*out)->args = infer_args(ctx, coerced, count);
    (*out)->sublink.kind = all ? SUBLINK_ALL : SUBLINK_ANY;
    (*out)->sublink.query = query;
    (*out)->sublink.op = first;
    return NULL;
}

err infer_sub_link(struct infer_context *ctx, const struct SubLink *node, struct expr **out)
{
    int32_t at = node->base.location;
    if (!ctx->hooks || !ctx->hooks->subquery) {
        const char *clause = infer_clause_name(ctx->clause);
        return err_at(err_sql(ctx->arena, "0A000", "cannot use subquery in %s", clause), at);
    }
    struct query *query = NULL;
    TRY(ctx->hooks->subquery(ctx, node->subselect, &query));
    ctx->saw_subquery = true;
    switch (node->subLinkType) {
    case ANY_SUBLINK:
    case ALL_SUBLINK: return compare_sub_link(ctx, node, query, out);
    case EXISTS_SUBLINK:
        *out = infer_new(ctx, EXPR_SUBQUERY, BOOLOID, at);
        (*out)->sublink.kind = SUBLINK_EXISTS;
        break;
    case EXPR_SUBLINK:
        TRY(one_column(ctx, query, at));
        *out = infer_new(ctx, EXPR_SUBQUERY, query->targets[0].expr->type, at);
        (*out)->typmod = query->targets[0].expr->typmod;
        (*out)->sublink.kind = SUBLINK_SCALAR;
        break;
    case ARRAY_SUBLINK: {
        TRY(one_column(ctx, query, at));
        oid element = query->targets[0].expr->type;
        oid array = infer_array_type(ctx, element);
        if (!array && infer_element_type(ctx, element)) array = element;
        if (!array) {
            return err_at(err_sql(ctx->arena, "42704",
                                  "could not find array type for data type %.*s",
                                  STR_FMT(infer_type_text(ctx, element, -1))),
                          at);
        }
        *out = infer_new(ctx, EXPR_SUBQUERY, array, at);
        (*out)->sublink.kind = SUBLINK_ARRAY;
        break;
    }
    case ROWCOMPARE_SUBLINK:
    case MULTIEXPR_SUBLINK:
    case CTE_SUBLINK: return infer_unsupported(ctx, at, "this kind of subquery");
    }
    (*out)->sublink.query = query;
    return NULL;
}
