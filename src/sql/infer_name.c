/* What is asked of finished expressions and of trees: names of result columns (PostgreSQL's
 * FigureColname), volatility, set-returning calls. */
#include "sql/infer_int.h"

#include "sql/query_walk.h"

/* ---- names ---- */

/* How sure the name is: a cast's type name gives way to what is inside. */
enum certainty { NAME_NONE, NAME_WEAK, NAME_SURE };

static enum certainty figure(const struct node *node, str *name);

static enum certainty last_string(const struct list *names, str *name)
{
    for (size_t i = names->count; i-- > 0;) {
        if (!AST_IS(String, names->at[i])) continue;
        *name = AST_AS(String, names->at[i])->sval;
        return NAME_SURE;
    }
    return NAME_NONE;
}

static str value_function_name(enum SQLValueFunctionOp op)
{
    switch (op) {
    case SVFOP_CURRENT_DATE: return STR("current_date");
    case SVFOP_CURRENT_TIME:
    case SVFOP_CURRENT_TIME_N: return STR("current_time");
    case SVFOP_CURRENT_TIMESTAMP:
    case SVFOP_CURRENT_TIMESTAMP_N: return STR("current_timestamp");
    case SVFOP_LOCALTIME:
    case SVFOP_LOCALTIME_N: return STR("localtime");
    case SVFOP_LOCALTIMESTAMP:
    case SVFOP_LOCALTIMESTAMP_N: return STR("localtimestamp");
    case SVFOP_CURRENT_ROLE: return STR("current_role");
    case SVFOP_CURRENT_USER: return STR("current_user");
    case SVFOP_USER: return STR("user");
    case SVFOP_SESSION_USER: return STR("session_user");
    case SVFOP_CURRENT_CATALOG: return STR("current_catalog");
    case SVFOP_CURRENT_SCHEMA: return STR("current_schema");
    }
    return STR("?column?");
}

static enum certainty figure_sub_link(const struct SubLink *link, str *name)
{
    switch (link->subLinkType) {
    case EXISTS_SUBLINK: *name = STR("exists"); return NAME_SURE;
    case ARRAY_SUBLINK: *name = STR("array"); return NAME_SURE;
    case EXPR_SUBLINK: {
        if (!AST_IS(SelectStmt, link->subselect)) return NAME_NONE;
        const struct SelectStmt *select = AST_AS(SelectStmt, link->subselect);
        while (select->op != SETOP_NONE) select = select->larg;
        if (!select->targetList->count) return NAME_NONE;
        const struct ResTarget *target = AST_AS(ResTarget, select->targetList->at[0]);
        if (!str_empty(target->name)) {
            *name = target->name;
            return NAME_SURE;
        }
        return figure(target->val, name);
    }
    case ALL_SUBLINK:
    case ANY_SUBLINK:
    case ROWCOMPARE_SUBLINK:
    case MULTIEXPR_SUBLINK:
    case CTE_SUBLINK: break;
    }
    return NAME_NONE;
}

static enum certainty figure_cast(const struct TypeCast *cast, str *name)
{
    enum certainty found = figure(cast->arg, name);
    if (found == NAME_SURE) return found;
    return last_string(cast->typeName->names, name) == NAME_SURE ? NAME_WEAK : found;
}

static enum certainty sure(str *name, str text)
{
    *name = text;
    return NAME_SURE;
}

static enum certainty figure(const struct node *node, str *name)
{
    if (!node) return NAME_NONE;
    switch ((int)node->kind) { /* the kinds that name themselves */
    case T_ColumnRef: return last_string(AST_AS(ColumnRef, node)->fields, name);
    case T_A_Indirection: {
        const struct A_Indirection *indirection = AST_AS(A_Indirection, node);
        if (last_string(indirection->indirection, name) == NAME_SURE) return NAME_SURE;
        return figure(indirection->arg, name);
    }
    case T_FuncCall: return last_string(AST_AS(FuncCall, node)->funcname, name);
    case T_A_Expr:
        if (AST_AS(A_Expr, node)->kind != AEXPR_NULLIF) return NAME_NONE;
        return sure(name, STR("nullif"));
    case T_TypeCast: return figure_cast(AST_AS(TypeCast, node), name);
    case T_CollateClause: return figure(AST_AS(CollateClause, node)->arg, name);
    case T_GroupingFunc: return sure(name, STR("grouping"));
    case T_SubLink: return figure_sub_link(AST_AS(SubLink, node), name);
    case T_CaseExpr: {
        enum certainty found = figure(AST_AS(CaseExpr, node)->defresult, name);
        if (found == NAME_SURE) return found;
        *name = STR("case");
        return NAME_WEAK;
    }
    case T_A_ArrayExpr: return sure(name, STR("array"));
    case T_RowExpr: return sure(name, STR("row"));
    case T_CoalesceExpr: return sure(name, STR("coalesce"));
    case T_MinMaxExpr:
        return sure(name,
                    AST_AS(MinMaxExpr, node)->op == IS_GREATEST ? STR("greatest") : STR("least"));
    case T_SQLValueFunction:
        return sure(name, value_function_name(AST_AS(SQLValueFunction, node)->op));
    default: return NAME_NONE;
    }
}

str infer_column_name(const struct node *node)
{
    str name = STR_NONE;
    return figure(node, &name) == NAME_NONE ? STR("?column?") : name;
}

/* ---- volatility ---- */

static char worse(char a, char b)
{
    if (a == 'v' || b == 'v') return 'v';
    return a == 's' || b == 's' ? 's' : 'i';
}

struct volatility_walk {
    const struct catalog *catalog;
    char worst;
};

static bool is_zoned(enum type_storage storage)
{
    return storage == TYPE_TIMESTAMPTZ || storage == TYPE_TIMETZ;
}

static bool is_text(enum type_storage storage)
{
    return storage == TYPE_TEXT || storage == TYPE_VARCHAR || storage == TYPE_BPCHAR ||
           storage == TYPE_CITEXT || storage == TYPE_NAME;
}

/* Casts that read the session's zone, or words such as "now". */
static char cast_volatility(const struct catalog *catalog, const struct expr *cast)
{
    if (cast->cast.binary) return 'i';
    enum type_storage from = infer_storage(catalog, cast->args.at[0]->type);
    enum type_storage to = infer_storage(catalog, cast->type);
    if (from == to) return 'i';
    if (is_zoned(from) || is_zoned(to)) return 's';
    bool dated = to >= TYPE_DATE && to <= TYPE_TIMESTAMPTZ;
    return is_text(from) && dated ? 's' : 'i';
}

static bool note(const struct expr *expr, void *context)
{
    struct volatility_walk *walk = context;
    char own = 'i';
    if (expr->kind == EXPR_CALL)
        own = expr->call.builtin->volatility;
    else if (expr->kind == EXPR_USER_CALL)
        own = expr->function->volatility;
    else if (expr->kind == EXPR_SESSION)
        own = 's';
    else if (expr->kind == EXPR_NEXTVAL)
        own = 'v';
    else if (expr->kind == EXPR_CAST)
        own = cast_volatility(walk->catalog, expr);
    walk->worst = worse(walk->worst, own);
    return false;
}

char infer_volatility(const struct catalog *catalog, const struct expr *expr)
{
    struct volatility_walk walk = {.catalog = catalog, .worst = 'i'};
    expr_any(expr, note, &walk);
    return walk.worst;
}

/* ---- set-returning calls ---- */

static bool not_a_set(struct expr *child, void *context)
{
    (void)context;
    return !infer_returns_set(child);
}

bool infer_returns_set(const struct expr *expr)
{
    if (expr->kind == EXPR_CALL && expr->call.builtin->kind == BUILTIN_SET) return true;
    if (expr->kind == EXPR_USER_CALL && expr->function->returns_set) return true;
    return !expr_children(expr, not_a_set, NULL);
}
