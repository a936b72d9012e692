#include <string.h>

#include "sql/deparse_int.h"

/* ---- how tightly a node binds ---- */

static enum binding operator_binding(const struct list *name)
{
    static const struct {
        str name;
        enum binding binding;
    } rows[] = {
        {STR_INIT("<"),  BIND_COMPARE },
        {STR_INIT(">"),  BIND_COMPARE },
        {STR_INIT("="),  BIND_COMPARE },
        {STR_INIT("<="), BIND_COMPARE },
        {STR_INIT(">="), BIND_COMPARE },
        {STR_INIT("<>"), BIND_COMPARE },
        {STR_INIT("+"),  BIND_ADD     },
        {STR_INIT("-"),  BIND_ADD     },
        {STR_INIT("*"),  BIND_MULTIPLY},
        {STR_INIT("/"),  BIND_MULTIPLY},
        {STR_INIT("%"),  BIND_MULTIPLY},
        {STR_INIT("^"),  BIND_POWER   },
    };
    if (name->count != 1) return BIND_OPERATOR;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (str_eq(ast_name_at(name, 0), rows[i].name)) return rows[i].binding;
    return BIND_OPERATOR;
}

static bool is_sign(const struct A_Expr *expr)
{
    enum binding binding = operator_binding(expr->name);
    return expr->kind == AEXPR_OP && !expr->lexpr && binding == BIND_ADD;
}

static enum binding loosest(enum binding a, enum binding b)
{
    return a < b ? a : b;
}

static enum binding expr_binding(const struct A_Expr *expr)
{
    switch (expr->kind) {
    case AEXPR_OP:
        if (is_sign(expr)) return BIND_SIGN;
        /* A prefix operator is an Op whatever its name. */
        return expr->lexpr ? operator_binding(expr->name) : BIND_OPERATOR;
    case AEXPR_OP_ANY:
    case AEXPR_OP_ALL: return loosest(operator_binding(expr->name), BIND_OPERATOR);
    case AEXPR_DISTINCT:
    case AEXPR_NOT_DISTINCT: return BIND_IS;
    case AEXPR_NULLIF: return BIND_PRIMARY;
    case AEXPR_IN:
    case AEXPR_LIKE:
    case AEXPR_ILIKE:
    case AEXPR_SIMILAR:
    case AEXPR_BETWEEN:
    case AEXPR_NOT_BETWEEN:
    case AEXPR_BETWEEN_SYM:
    case AEXPR_NOT_BETWEEN_SYM: return BIND_LIKE;
    }
    return BIND_ANY;
}

static bool is_negative(const struct A_Const *constant)
{
    if (constant->val == A_CONST_INTEGER) return constant->ival < 0;
    return constant->val == A_CONST_FLOAT && str_starts(constant->fval, STR("-"));
}

/* pg_catalog functions that came from their own syntax. */
static bool is_sql_syntax(const struct FuncCall *call, str name)
{
    return call->funcformat == COERCE_SQL_SYNTAX && call->funcname->count == 2 &&
           str_eq(ast_name_at(call->funcname, 1), name);
}

static enum binding call_binding(const struct FuncCall *call)
{
    if (is_sql_syntax(call, STR("timezone"))) return BIND_AT;
    if (is_sql_syntax(call, STR("is_normalized"))) return BIND_IS;
    /* A row on both sides: gram.y has it under a_expr without a precedence of its own. */
    if (is_sql_syntax(call, STR("overlaps"))) return BIND_ANY;
    return BIND_PRIMARY;
}

static enum binding sub_link_binding(const struct SubLink *link)
{
    if (link->subLinkType != ANY_SUBLINK && link->subLinkType != ALL_SUBLINK) return BIND_PRIMARY;
    if (link->operName->count == 0) return BIND_LIKE; /* IN */
    return loosest(operator_binding(link->operName), BIND_OPERATOR);
}

static enum binding binding_of(const struct node *node)
{
    static const enum binding bool_binding[] = {
        [AND_EXPR] = BIND_AND, [OR_EXPR] = BIND_OR, [NOT_EXPR] = BIND_NOT};
    switch ((int)node->kind) {
    case T_A_Expr: return expr_binding(AST_AS(A_Expr, node));
    case T_BoolExpr: return bool_binding[AST_AS(BoolExpr, node)->boolop];
    case T_NullTest:
    case T_BooleanTest: return BIND_IS;
    case T_TypeCast: return BIND_CAST;
    case T_CollateClause: return BIND_COLLATE;
    case T_A_Const: return is_negative(AST_AS(A_Const, node)) ? BIND_SIGN : BIND_PRIMARY;
    case T_FuncCall: return call_binding(AST_AS(FuncCall, node));
    case T_SubLink: return sub_link_binding(AST_AS(SubLink, node));
    default: return BIND_PRIMARY; /* names, calls, and what brings its own brackets */
    }
}

/* ---- operators ---- */

static void print_operator_part(struct deparse *out, const struct list *name)
{
    for (size_t i = 0; i + 1 < name->count; i++) {
        out_ident(out, ast_name_at(name, i));
        out_lit(out, ".");
    }
    out_str(out, ast_name_at(name, name->count - 1));
}

void out_operator(struct deparse *out, const struct list *name)
{
    if (name->count == 0) return;
    if (name->count == 1) {
        out_str(out, ast_name_at(name, 0));
        return;
    }
    out_lit(out, "OPERATOR(");
    print_operator_part(out, name);
    out_lit(out, ")");
}

/* left word right; both sides must bind tighter than the word. */
static void print_infix(struct deparse *out, const struct A_Expr *expr, str word, enum binding own)
{
    out_expr(out, expr->lexpr, own + 1);
    out_str(out, word);
    out_expr(out, expr->rexpr, own + 1);
}

static void print_plain_operator(struct deparse *out, const struct A_Expr *expr)
{
    enum binding own = expr_binding(expr);
    if (!expr->lexpr) {
        out_operator(out, expr->name);
        out_lit(out, " "); /* else "- -1" would be a comment */
        out_expr(out, expr->rexpr, own + 1);
        return;
    }
    /* Comparisons do not associate, the rest does to the left. */
    out_expr(out, expr->lexpr, own == BIND_COMPARE ? own + 1 : own);
    out_lit(out, " ");
    out_operator(out, expr->name);
    out_lit(out, " ");
    out_expr(out, expr->rexpr, own + 1);
}

static void print_quantified(struct deparse *out, const struct A_Expr *expr, str quantifier)
{
    out_expr(out, expr->lexpr, BIND_OPERATOR + 1);
    out_lit(out, " ");
    out_operator(out, expr->name);
    out_str(out, quantifier);
    out_any_expr(out, expr->rexpr);
    out_lit(out, ")");
}

static void print_in(struct deparse *out, const struct A_Expr *expr)
{
    out_expr(out, expr->lexpr, BIND_LIKE + 1);
    out_str(out, str_eq(ast_name_at(expr->name, 0), STR("=")) ? STR(" IN (") : STR(" NOT IN ("));
    if (AST_IS(List, expr->rexpr))
        out_exprs(out, AST_AS(List, expr->rexpr)->items);
    else
        out_refuse(out, expr->rexpr);
    out_lit(out, ")");
}

static bool is_system_call(const struct node *node, str name)
{
    if (!AST_IS(FuncCall, node)) return false;
    const struct FuncCall *call = AST_AS(FuncCall, node);
    return call->funcname->count == 2 &&
           str_eq(ast_name_at(call->funcname, 0), STR("pg_catalog")) &&
           str_eq(ast_name_at(call->funcname, 1), name);
}

/* a LIKE b; the escape, and SIMILAR's pattern always, come wrapped in a function. */
static void print_like(struct deparse *out, const struct A_Expr *expr, str word, str wrapper)
{
    out_expr(out, expr->lexpr, BIND_ESCAPE);
    bool negated = str_starts(ast_name_at(expr->name, 0), STR("!"));
    out_str(out, negated ? STR(" NOT ") : STR(" "));
    out_str(out, word);
    out_lit(out, " ");
    if (!is_system_call(expr->rexpr, wrapper)) {
        out_expr(out, expr->rexpr, BIND_ESCAPE);
        return;
    }
    const struct list *args = AST_AS(FuncCall, expr->rexpr)->args;
    out_expr(out, args->at[0], BIND_ESCAPE + 1);
    if (args->count < 2) return;
    out_lit(out, " ESCAPE ");
    out_expr(out, args->at[1], BIND_ESCAPE + 1);
}

static void print_between(struct deparse *out, const struct A_Expr *expr)
{
    if (!AST_IS(List, expr->rexpr) || AST_AS(List, expr->rexpr)->items->count != 2) {
        out_refuse(out, AST_NODE(expr));
        return;
    }
    const struct list *bounds = AST_AS(List, expr->rexpr)->items;
    out_expr(out, expr->lexpr, BIND_LIKE + 1);
    out_lit(out, " ");
    out_str(out, ast_name_at(expr->name, 0)); /* "BETWEEN", "NOT BETWEEN SYMMETRIC", ... */
    out_lit(out, " ");
    out_b_expr(out, bounds->at[0]);
    out_lit(out, " AND ");
    out_expr(out, bounds->at[1], BIND_LIKE + 1);
}

static void print_a_expr(struct deparse *out, const struct A_Expr *expr)
{
    switch (expr->kind) {
    case AEXPR_OP: print_plain_operator(out, expr); return;
    case AEXPR_OP_ANY: print_quantified(out, expr, STR(" ANY (")); return;
    case AEXPR_OP_ALL: print_quantified(out, expr, STR(" ALL (")); return;
    case AEXPR_DISTINCT: print_infix(out, expr, STR(" IS DISTINCT FROM "), BIND_IS); return;
    case AEXPR_NOT_DISTINCT: print_infix(out, expr, STR(" IS NOT DISTINCT FROM "), BIND_IS); return;
    case AEXPR_NULLIF:
        out_lit(out, "NULLIF(");
        print_infix(out, expr, STR(", "), BIND_ANY);
        out_lit(out, ")");
        return;
    case AEXPR_IN: print_in(out, expr); return;
    case AEXPR_LIKE: print_like(out, expr, STR("LIKE"), STR("like_escape")); return;
    case AEXPR_ILIKE: print_like(out, expr, STR("ILIKE"), STR("like_escape")); return;
    case AEXPR_SIMILAR: print_like(out, expr, STR("SIMILAR TO"), STR("similar_to_escape")); return;
    case AEXPR_BETWEEN:
    case AEXPR_NOT_BETWEEN:
    case AEXPR_BETWEEN_SYM:
    case AEXPR_NOT_BETWEEN_SYM: print_between(out, expr); return;
    }
}

static void print_bool(struct deparse *out, const struct BoolExpr *expr)
{
    if (expr->boolop == NOT_EXPR) {
        out_lit(out, "NOT ");
        out_expr(out, expr->args->at[0], BIND_NOT);
        return;
    }
    bool and = expr->boolop == AND_EXPR;
    for (size_t i = 0; i < expr->args->count; i++) {
        if (i) out_str(out, and? STR(" AND ") : STR(" OR "));
        out_expr(out, expr->args->at[i], and? BIND_AND + 1 : BIND_OR + 1);
    }
}

static void print_boolean_test(struct deparse *out, const struct BooleanTest *test)
{
    static const str words[] = {
        [IS_TRUE] = STR_INIT(" IS TRUE"),       [IS_NOT_TRUE] = STR_INIT(" IS NOT TRUE"),
        [IS_FALSE] = STR_INIT(" IS FALSE"),     [IS_NOT_FALSE] = STR_INIT(" IS NOT FALSE"),
        [IS_UNKNOWN] = STR_INIT(" IS UNKNOWN"), [IS_NOT_UNKNOWN] = STR_INIT(" IS NOT UNKNOWN"),
    };
    out_expr(out, test->arg, BIND_IS + 1);
    out_str(out, words[test->booltesttype]);
}

static void print_null_test(struct deparse *out, const struct NullTest *test)
{
    out_expr(out, test->arg, BIND_IS + 1);
    out_str(out, test->nulltesttype == IS_NULL ? STR(" IS NULL") : STR(" IS NOT NULL"));
}

/* ---- names, constants ---- */

static void print_const(struct deparse *out, const struct A_Const *constant)
{
    switch (constant->val) {
    case A_CONST_NULL: out_lit(out, "NULL"); return;
    case A_CONST_INTEGER: buf_i64(out->text, constant->ival); return;
    case A_CONST_FLOAT: out_str(out, constant->fval); return;
    case A_CONST_BOOLEAN: out_str(out, constant->boolval ? STR("true") : STR("false")); return;
    case A_CONST_STRING: deparse_literal(out->text, constant->sval); return;
    case A_CONST_BITSTRING: /* b0101 or x1F; the scanner lets no quote in */
        out_str(out, str_slice(constant->bsval, 0, 1));
        out_lit(out, "'");
        out_str(out, str_skip(constant->bsval, 1));
        out_lit(out, "'");
        return;
    }
}

static void print_param(struct deparse *out, const struct ParamRef *param)
{
    if (out->hooks && out->hooks->param)
        out_error(out, out->hooks->param(out, param));
    else
        buf_printf(out->text, "$%lld", (long long)param->number);
}

static void print_subscript(struct deparse *out, const struct A_Indices *indices)
{
    out_lit(out, "[");
    if (indices->lidx) out_any_expr(out, indices->lidx);
    if (indices->is_slice) out_lit(out, ":");
    if (indices->uidx) out_any_expr(out, indices->uidx);
    out_lit(out, "]");
}

void out_indirection(struct deparse *out, const struct list *indirection)
{
    for (size_t i = 0; i < indirection->count; i++) {
        const struct node *step = indirection->at[i];
        if (AST_IS(A_Indices, step)) {
            print_subscript(out, AST_AS(A_Indices, step));
        } else if (AST_IS(A_Star, step)) {
            out_lit(out, ".*");
        } else if (AST_IS(String, step)) {
            out_lit(out, ".");
            out_ident(out, AST_AS(String, step)->sval);
        } else {
            out_refuse(out, step);
        }
    }
}

static void print_indirection(struct deparse *out, const struct A_Indirection *node)
{
    bool subscript = node->indirection->count && AST_IS(A_Indices, node->indirection->at[0]);
    bool brackets =
        AST_IS(SubLink, node->arg) && AST_AS(SubLink, node->arg)->subLinkType == EXPR_SUBLINK;
    bool bare =
        brackets || AST_IS(ParamRef, node->arg) || (AST_IS(ColumnRef, node->arg) && subscript);
    if (!bare) out_lit(out, "(");
    out_any_expr(out, node->arg);
    if (!bare) out_lit(out, ")");
    out_indirection(out, node->indirection);
}

/* ---- calls ---- */

static void print_frame_bound(struct deparse *out,
                              int64_t options,
                              const struct node *offset,
                              bool end)
{
    int64_t preceding =
        end ? FRAMEOPTION_END_UNBOUNDED_PRECEDING : FRAMEOPTION_START_UNBOUNDED_PRECEDING;
    int64_t following =
        end ? FRAMEOPTION_END_UNBOUNDED_FOLLOWING : FRAMEOPTION_START_UNBOUNDED_FOLLOWING;
    int64_t current = end ? FRAMEOPTION_END_CURRENT_ROW : FRAMEOPTION_START_CURRENT_ROW;
    int64_t before = end ? FRAMEOPTION_END_OFFSET_PRECEDING : FRAMEOPTION_START_OFFSET_PRECEDING;
    if (options & preceding)
        out_lit(out, "UNBOUNDED PRECEDING");
    else if (options & following)
        out_lit(out, "UNBOUNDED FOLLOWING");
    else if (options & current)
        out_lit(out, "CURRENT ROW");
    else if (offset) {
        out_expr(out, offset, BIND_OPERATOR);
        out_str(out, options & before ? STR(" PRECEDING") : STR(" FOLLOWING"));
    }
}

static void print_frame(struct deparse *out, const struct WindowDef *window)
{
    int64_t options = window->frameOptions;
    if (!(options & FRAMEOPTION_NONDEFAULT)) return;
    if (options & FRAMEOPTION_RANGE)
        out_lit(out, " RANGE ");
    else if (options & FRAMEOPTION_ROWS)
        out_lit(out, " ROWS ");
    else
        out_lit(out, " GROUPS ");
    bool between = options & FRAMEOPTION_BETWEEN;
    if (between) out_lit(out, "BETWEEN ");
    print_frame_bound(out, options, window->startOffset, false);
    if (between) {
        out_lit(out, " AND ");
        print_frame_bound(out, options, window->endOffset, true);
    }
    if (options & FRAMEOPTION_EXCLUDE_CURRENT_ROW) out_lit(out, " EXCLUDE CURRENT ROW");
    if (options & FRAMEOPTION_EXCLUDE_GROUP) out_lit(out, " EXCLUDE GROUP");
    if (options & FRAMEOPTION_EXCLUDE_TIES) out_lit(out, " EXCLUDE TIES");
}

void out_window(struct deparse *out, const struct WindowDef *window)
{
    out_lit(out, "(");
    size_t before = out->text->len;
    if (window->refname.at) out_ident(out, window->refname);
    if (window->partitionClause->count) {
        if (out->text->len > before) out_lit(out, " ");
        out_lit(out, "PARTITION BY ");
        out_exprs(out, window->partitionClause);
    }
    if (window->orderClause->count) {
        if (out->text->len > before) out_lit(out, " ");
        out_lit(out, "ORDER BY ");
        out_list(out, window->orderClause, STR(", "), out_sort);
    }
    print_frame(out, window);
    out_lit(out, ")");
}

void out_sort(struct deparse *out, const struct node *node)
{
    if (!AST_IS(SortBy, node)) {
        out_refuse(out, node);
        return;
    }
    const struct SortBy *sort = AST_AS(SortBy, node);
    out_any_expr(out, sort->node);
    if (sort->sortby_dir == SORTBY_ASC) out_lit(out, " ASC");
    if (sort->sortby_dir == SORTBY_DESC) out_lit(out, " DESC");
    if (sort->sortby_dir == SORTBY_USING) {
        out_lit(out, " USING ");
        out_operator(out, sort->useOp);
    }
    if (sort->sortby_nulls == SORTBY_NULLS_FIRST) out_lit(out, " NULLS FIRST");
    if (sort->sortby_nulls == SORTBY_NULLS_LAST) out_lit(out, " NULLS LAST");
}

static void print_call_args(struct deparse *out, const struct FuncCall *call)
{
    out_lit(out, "(");
    if (call->agg_star) out_lit(out, "*");
    if (call->agg_distinct) out_lit(out, "DISTINCT ");
    for (size_t i = 0; i < call->args->count; i++) {
        if (i) out_lit(out, ", ");
        if (call->func_variadic && i + 1 == call->args->count) out_lit(out, "VARIADIC ");
        out_any_expr(out, call->args->at[i]);
    }
    if (call->agg_order->count && !call->agg_within_group) {
        out_lit(out, " ORDER BY ");
        out_list(out, call->agg_order, STR(", "), out_sort);
    }
    out_lit(out, ")");
}

static void print_call_tail(struct deparse *out, const struct FuncCall *call)
{
    if (call->agg_within_group) {
        out_lit(out, " WITHIN GROUP (ORDER BY ");
        out_list(out, call->agg_order, STR(", "), out_sort);
        out_lit(out, ")");
    }
    if (call->agg_filter) {
        out_lit(out, " FILTER (WHERE ");
        out_any_expr(out, call->agg_filter);
        out_lit(out, ")");
    }
    if (!call->over) return;
    out_lit(out, " OVER ");
    if (call->over->name.at)
        out_ident(out, call->over->name);
    else
        out_window(out, call->over);
}

/* ---- calls with a syntax of their own (gram.y, func_expr_common_subexpr) ---- */

static void print_extract(struct deparse *out, const struct list *args)
{
    out_lit(out, "EXTRACT(");
    out_any_expr(out, args->at[0]); /* the field, a string constant */
    out_lit(out, " FROM ");
    out_any_expr(out, args->at[1]);
    out_lit(out, ")");
}

static void print_overlay(struct deparse *out, const struct list *args)
{
    static const str words[] = {STR_INIT("OVERLAY("), STR_INIT(" PLACING "), STR_INIT(" FROM "),
                                STR_INIT(" FOR ")};
    for (size_t i = 0; i < args->count; i++) {
        out_str(out, words[i]);
        out_any_expr(out, args->at[i]);
    }
    out_lit(out, ")");
}

static void print_substring(struct deparse *out, const struct list *args)
{
    static const str words[] = {STR_INIT("SUBSTRING("), STR_INIT(" FROM "), STR_INIT(" FOR ")};
    for (size_t i = 0; i < args->count; i++) {
        out_str(out, words[i]);
        out_any_expr(out, args->at[i]);
    }
    out_lit(out, ")");
}

static void print_position(struct deparse *out, const struct list *args)
{
    out_lit(out, "POSITION(");
    out_b_expr(out, args->at[1]);
    out_lit(out, " IN ");
    out_b_expr(out, args->at[0]);
    out_lit(out, ")");
}

static void print_trimmed(struct deparse *out, str open, const struct list *args)
{
    out_str(out, open);
    if (args->count == 2) {
        out_any_expr(out, args->at[1]);
        out_lit(out, " FROM ");
        out_any_expr(out, args->at[0]);
    } else {
        out_exprs(out, args);
    }
    out_lit(out, ")");
}

static void print_btrim(struct deparse *out, const struct list *args)
{
    print_trimmed(out, STR("TRIM("), args);
}

static void print_ltrim(struct deparse *out, const struct list *args)
{
    print_trimmed(out, STR("TRIM(LEADING "), args);
}

static void print_rtrim(struct deparse *out, const struct list *args)
{
    print_trimmed(out, STR("TRIM(TRAILING "), args);
}

/* NFC and its kin: a keyword that the parser made a string constant. */
static void print_normal_form(struct deparse *out, const struct node *node)
{
    if (AST_IS(A_Const, node))
        out_str(out, AST_AS(A_Const, node)->sval);
    else
        out_refuse(out, node);
}

static void print_normalize(struct deparse *out, const struct list *args)
{
    out_lit(out, "NORMALIZE(");
    out_any_expr(out, args->at[0]);
    if (args->count == 2) {
        out_lit(out, ", ");
        print_normal_form(out, args->at[1]);
    }
    out_lit(out, ")");
}

static void print_is_normalized(struct deparse *out, const struct list *args)
{
    out_expr(out, args->at[0], BIND_IS + 1);
    out_lit(out, " IS ");
    if (args->count == 2) {
        print_normal_form(out, args->at[1]);
        out_lit(out, " ");
    }
    out_lit(out, "NORMALIZED");
}

static void print_collation_for(struct deparse *out, const struct list *args)
{
    out_lit(out, "COLLATION FOR (");
    out_any_expr(out, args->at[0]);
    out_lit(out, ")");
}

static void print_timezone(struct deparse *out, const struct list *args)
{
    out_expr(out, args->at[1], BIND_AT);
    out_lit(out, " AT TIME ZONE ");
    out_expr(out, args->at[0], BIND_AT + 1);
}

static void print_overlaps(struct deparse *out, const struct list *args)
{
    static const str words[] = {STR_INIT("("), STR_INIT(", "), STR_INIT(") OVERLAPS ("),
                                STR_INIT(", ")};
    for (size_t i = 0; i < args->count; i++) {
        out_str(out, words[i]);
        out_any_expr(out, args->at[i]);
    }
    out_lit(out, ")");
}

static const struct syntax {
    str name;
    size_t args_min;
    size_t args_max;
    void (*print)(struct deparse *out, const struct list *args);
} syntaxes[] = {
    {STR_INIT("extract"),          2, 2,        print_extract      },
    {STR_INIT("overlay"),          3, 4,        print_overlay      },
    {STR_INIT("substring"),        2, 3,        print_substring    },
    {STR_INIT("position"),         2, 2,        print_position     },
    {STR_INIT("btrim"),            1, SIZE_MAX, print_btrim        },
    {STR_INIT("ltrim"),            1, SIZE_MAX, print_ltrim        },
    {STR_INIT("rtrim"),            1, SIZE_MAX, print_rtrim        },
    {STR_INIT("normalize"),        1, 2,        print_normalize    },
    {STR_INIT("is_normalized"),    1, 2,        print_is_normalized},
    {STR_INIT("pg_collation_for"), 1, 1,        print_collation_for},
    {STR_INIT("timezone"),         2, 2,        print_timezone     },
    {STR_INIT("overlaps"),         4, 4,        print_overlaps     },
};

static void print_syntax(struct deparse *out, const struct FuncCall *call)
{
    for (size_t i = 0; i < COUNT_OF(syntaxes); i++) {
        const struct syntax *syntax = &syntaxes[i];
        bool fits = call->args->count >= syntax->args_min && call->args->count <= syntax->args_max;
        if (!fits || !is_sql_syntax(call, syntax->name)) continue;
        syntax->print(out, call->args);
        return;
    }
    out_refuse(out, AST_NODE(call));
}

void out_func(struct deparse *out, const struct FuncCall *call)
{
    if (call->funcformat == COERCE_SQL_SYNTAX) {
        print_syntax(out, call);
        return;
    }
    out_qualified(out, call->funcname);
    print_call_args(out, call);
    print_call_tail(out, call);
}

/* ---- the rest ---- */

static void print_value_function(struct deparse *out, const struct SQLValueFunction *function)
{
    static const str names[] = {
        [SVFOP_CURRENT_DATE] = STR_INIT("CURRENT_DATE"),
        [SVFOP_CURRENT_TIME] = STR_INIT("CURRENT_TIME"),
        [SVFOP_CURRENT_TIME_N] = STR_INIT("CURRENT_TIME"),
        [SVFOP_CURRENT_TIMESTAMP] = STR_INIT("CURRENT_TIMESTAMP"),
        [SVFOP_CURRENT_TIMESTAMP_N] = STR_INIT("CURRENT_TIMESTAMP"),
        [SVFOP_LOCALTIME] = STR_INIT("LOCALTIME"),
        [SVFOP_LOCALTIME_N] = STR_INIT("LOCALTIME"),
        [SVFOP_LOCALTIMESTAMP] = STR_INIT("LOCALTIMESTAMP"),
        [SVFOP_LOCALTIMESTAMP_N] = STR_INIT("LOCALTIMESTAMP"),
        [SVFOP_CURRENT_ROLE] = STR_INIT("CURRENT_ROLE"),
        [SVFOP_CURRENT_USER] = STR_INIT("CURRENT_USER"),
        [SVFOP_USER] = STR_INIT("USER"),
        [SVFOP_SESSION_USER] = STR_INIT("SESSION_USER"),
        [SVFOP_CURRENT_CATALOG] = STR_INIT("CURRENT_CATALOG"),
        [SVFOP_CURRENT_SCHEMA] = STR_INIT("CURRENT_SCHEMA"),
    };
    out_str(out, names[function->op]);
    bool digits = function->op == SVFOP_CURRENT_TIME_N ||
                  function->op == SVFOP_CURRENT_TIMESTAMP_N || function->op == SVFOP_LOCALTIME_N ||
                  function->op == SVFOP_LOCALTIMESTAMP_N;
    if (digits) buf_printf(out->text, "(%lld)", (long long)function->typmod);
}

static void print_query_in_brackets(struct deparse *out, const struct node *query)
{
    out_lit(out, "(");
    if (!out_query(out, query)) out_refuse(out, query);
    out_lit(out, ")");
}

static void print_sub_link(struct deparse *out, const struct SubLink *link)
{
    switch (link->subLinkType) {
    case EXISTS_SUBLINK: out_lit(out, "EXISTS "); break;
    case ARRAY_SUBLINK: out_lit(out, "ARRAY"); break;
    case EXPR_SUBLINK: break;
    case ANY_SUBLINK:
    case ALL_SUBLINK:
        if (link->operName->count == 0) {
            out_expr(out, link->testexpr, BIND_LIKE + 1);
            out_lit(out, " IN ");
            break;
        }
        out_expr(out, link->testexpr, BIND_OPERATOR + 1);
        out_lit(out, " ");
        out_operator(out, link->operName);
        out_str(out, link->subLinkType == ANY_SUBLINK ? STR(" ANY ") : STR(" ALL "));
        break;
    case ROWCOMPARE_SUBLINK:
    case MULTIEXPR_SUBLINK:
    case CTE_SUBLINK: out_refuse(out, AST_NODE(link)); return; /* the grammar makes none */
    }
    print_query_in_brackets(out, link->subselect);
}

static void print_case(struct deparse *out, const struct CaseExpr *node)
{
    out_lit(out, "CASE");
    if (node->arg) {
        out_lit(out, " ");
        out_any_expr(out, node->arg);
    }
    for (size_t i = 0; i < node->args->count; i++) {
        const struct CaseWhen *when = AST_AS(CaseWhen, node->args->at[i]);
        out_lit(out, " WHEN ");
        out_any_expr(out, when->expr);
        out_lit(out, " THEN ");
        out_any_expr(out, when->result);
    }
    if (node->defresult) {
        out_lit(out, " ELSE ");
        out_any_expr(out, node->defresult);
    }
    out_lit(out, " END");
}

static void print_listed(struct deparse *out, str open, const struct list *items, str close)
{
    out_str(out, open);
    out_exprs(out, items);
    out_str(out, close);
}

static void print_row(struct deparse *out, const struct RowExpr *row)
{
    bool bare = row->row_format == COERCE_IMPLICIT_CAST && row->args->count > 1;
    print_listed(out, bare ? STR("(") : STR("ROW("), row->args, STR(")"));
}

static void print_type_cast(struct deparse *out, const struct TypeCast *cast)
{
    out_expr(out, cast->arg, BIND_CAST);
    out_lit(out, "::");
    out_type(out, cast->typeName);
}

static void print_node(struct deparse *out, const struct node *node)
{
    switch ((int)node->kind) {
    case T_A_Const: print_const(out, AST_AS(A_Const, node)); return;
    case T_ColumnRef: out_qualified(out, AST_AS(ColumnRef, node)->fields); return;
    case T_ParamRef: print_param(out, AST_AS(ParamRef, node)); return;
    case T_A_Expr: print_a_expr(out, AST_AS(A_Expr, node)); return;
    case T_BoolExpr: print_bool(out, AST_AS(BoolExpr, node)); return;
    case T_NullTest: print_null_test(out, AST_AS(NullTest, node)); return;
    case T_BooleanTest: print_boolean_test(out, AST_AS(BooleanTest, node)); return;
    case T_TypeCast: print_type_cast(out, AST_AS(TypeCast, node)); return;
    case T_FuncCall: out_func(out, AST_AS(FuncCall, node)); return;
    case T_SubLink: print_sub_link(out, AST_AS(SubLink, node)); return;
    case T_CaseExpr: print_case(out, AST_AS(CaseExpr, node)); return;
    case T_A_Indirection: print_indirection(out, AST_AS(A_Indirection, node)); return;
    case T_RowExpr: print_row(out, AST_AS(RowExpr, node)); return;
    case T_SQLValueFunction: print_value_function(out, AST_AS(SQLValueFunction, node)); return;
    case T_SetToDefault: out_lit(out, "DEFAULT"); return;
    case T_A_ArrayExpr:
        print_listed(out, STR("ARRAY["), AST_AS(A_ArrayExpr, node)->elements, STR("]"));
        return;
    case T_CoalesceExpr:
        print_listed(out, STR("COALESCE("), AST_AS(CoalesceExpr, node)->args, STR(")"));
        return;
    case T_MinMaxExpr:
        print_listed(out,
                     AST_AS(MinMaxExpr, node)->op == IS_GREATEST ? STR("GREATEST(") : STR("LEAST("),
                     AST_AS(MinMaxExpr, node)->args, STR(")"));
        return;
    case T_GroupingFunc:
        print_listed(out, STR("GROUPING("), AST_AS(GroupingFunc, node)->args, STR(")"));
        return;
    case T_CollateClause:
        out_expr(out, AST_AS(CollateClause, node)->arg, BIND_COLLATE);
        out_lit(out, " COLLATE ");
        out_qualified(out, AST_AS(CollateClause, node)->collname);
        return;
    case T_NamedArgExpr:
        out_ident(out, AST_AS(NamedArgExpr, node)->name);
        out_lit(out, " => ");
        out_any_expr(out, AST_AS(NamedArgExpr, node)->arg);
        return;
    case T_CurrentOfExpr:
        out_lit(out, "CURRENT OF ");
        out_ident(out, AST_AS(CurrentOfExpr, node)->cursor_name);
        return;
    default: out_refuse(out, node); return; /* whatever has no printer */
    }
}

/* True when the hook has printed the node. */
static bool hooked(struct deparse *out, const struct node *node)
{
    if (!out->hooks || !out->hooks->expr) return false;
    bool done = false;
    out_error(out, out->hooks->expr(out, node, &done));
    return done || out->error;
}

void out_expr(struct deparse *out, const struct node *node, enum binding least)
{
    if (out->error) return;
    if (!node) {
        out_refuse(out, node);
        return;
    }
    if (hooked(out, node)) return;
    bool brackets = binding_of(node) < least;
    if (brackets) out_lit(out, "(");
    print_node(out, node);
    if (brackets) out_lit(out, ")");
}

void out_any_expr(struct deparse *out, const struct node *node)
{
    out_expr(out, node, BIND_ANY);
}

/* b_expr knows signs, operators and casts, but neither AT TIME ZONE nor COLLATE, and nothing that
 * a BETWEEN's AND could be taken for. */
static bool is_b_expr(const struct node *node)
{
    if (!node) return true; /* a prefix operator's left side */
    if (AST_IS(TypeCast, node)) return is_b_expr(AST_AS(TypeCast, node)->arg);
    if (AST_IS(A_Expr, node)) {
        const struct A_Expr *expr = AST_AS(A_Expr, node);
        return expr->kind == AEXPR_OP && expr_binding(expr) >= BIND_OPERATOR &&
               is_b_expr(expr->lexpr) && is_b_expr(expr->rexpr);
    }
    return binding_of(node) >= BIND_SIGN;
}

void out_b_expr(struct deparse *out, const struct node *node)
{
    bool fits = is_b_expr(node);
    if (!fits) out_lit(out, "(");
    out_any_expr(out, node);
    if (!fits) out_lit(out, ")");
}
