/* Trees by hand: what REST, GraphQL and the compiler's own rewrites are built with. */
#include <string.h>

#include "sql/ast.h"

/* ---- lists ---- */

void ast_list_add(struct arena *arena, struct list **list, struct node *item)
{
    struct list *items = *list;
    if (!items || items == &ast_list_none) items = *list = ARENA_NEW(arena, struct list);
    if (items->count == items->cap) {
        size_t cap = items->cap ? items->cap * 2 : 4;
        struct node **grown = ARENA_ARRAY(arena, struct node *, cap);
        if (items->count) memcpy(grown, items->at, items->count * sizeof(struct node *));
        items->at = grown;
        items->cap = cap;
    }
    items->at[items->count++] = item;
}

struct list *ast_list_of(struct arena *arena, struct node *const *items, size_t count)
{
    if (count == 0) return &ast_list_none;
    struct list *list = ARENA_NEW(arena, struct list);
    list->at = ARENA_ARRAY(arena, struct node *, count);
    list->count = list->cap = count;
    memcpy(list->at, items, count * sizeof(struct node *));
    return list;
}

struct list *ast_names_of(struct arena *arena, const str *names, size_t count)
{
    struct list *list = &ast_list_none;
    for (size_t i = 0; i < count; i++) ast_list_add(arena, &list, ast_string(arena, names[i]));
    return list;
}

str ast_name_at(const struct list *names, size_t index)
{
    if (!names || index >= names->count || !AST_IS(String, names->at[index])) return STR_NONE;
    return AST_AS(String, names->at[index])->sval;
}

static struct list *or_none(struct list *list)
{
    return list ? list : &ast_list_none;
}

/* "schema.name", or "name" when schema is empty. */
static struct list *qualified(struct arena *arena, str schema, str name)
{
    return str_empty(schema) ? ast_names(arena, name) : ast_names(arena, schema, name);
}

/* An empty text means absent. */
static str or_absent(str text)
{
    return str_empty(text) ? STR_NONE : text;
}

/* ---- values ---- */

struct node *ast_string(struct arena *arena, str text)
{
    struct String *node = AST_NEW(arena, String);
    node->sval = text.at ? text : STR("");
    return AST_NODE(node);
}

struct node *ast_integer(struct arena *arena, int64_t value)
{
    struct Integer *node = AST_NEW(arena, Integer);
    node->ival = value;
    return AST_NODE(node);
}

static struct A_Const *constant(struct arena *arena, enum A_Const_Kind val)
{
    struct A_Const *node = AST_NEW(arena, A_Const);
    node->val = val;
    return node;
}

struct node *ast_const_null(struct arena *arena)
{
    return AST_NODE(constant(arena, A_CONST_NULL));
}

struct node *ast_const_i64(struct arena *arena, int64_t value)
{
    if (value < -INT32_MAX || value > INT32_MAX)
        return ast_const_float(arena, str_printf(arena, "%lld", (long long)value));
    struct A_Const *node = constant(arena, A_CONST_INTEGER);
    node->ival = value;
    return AST_NODE(node);
}

struct node *ast_const_bool(struct arena *arena, bool value)
{
    struct A_Const *node = constant(arena, A_CONST_BOOLEAN);
    node->boolval = value;
    return AST_NODE(node);
}

struct node *ast_const_str(struct arena *arena, str text)
{
    struct A_Const *node = constant(arena, A_CONST_STRING);
    node->sval = text.at ? text : STR("");
    return AST_NODE(node);
}

struct node *ast_const_float(struct arena *arena, str digits)
{
    struct A_Const *node = constant(arena, A_CONST_FLOAT);
    node->fval = digits;
    return AST_NODE(node);
}

struct node *ast_param(struct arena *arena, int64_t number)
{
    struct ParamRef *node = AST_NEW(arena, ParamRef);
    node->number = number;
    return AST_NODE(node);
}

struct node *ast_column_ref_of(struct arena *arena, const str *parts, size_t count)
{
    struct ColumnRef *node = AST_NEW(arena, ColumnRef);
    node->fields = ast_names_of(arena, parts, count);
    return AST_NODE(node);
}

struct node *ast_star(struct arena *arena, str relation)
{
    struct ColumnRef *node = AST_NEW(arena, ColumnRef);
    if (!str_empty(relation)) ast_list_add(arena, &node->fields, ast_string(arena, relation));
    ast_list_add(arena, &node->fields, ast_new(arena, T_A_Star));
    return AST_NODE(node);
}

/* ---- expressions ---- */

struct node *ast_expr(struct arena *arena,
                      enum A_Expr_Kind kind,
                      const char *name,
                      struct node *left,
                      struct node *right)
{
    struct A_Expr *node = AST_NEW(arena, A_Expr);
    node->kind = kind;
    node->name = ast_names(arena, str_of(name));
    node->lexpr = left;
    node->rexpr = right;
    return AST_NODE(node);
}

struct node *ast_op(struct arena *arena, const char *name, struct node *left, struct node *right)
{
    return ast_expr(arena, AEXPR_OP, name, left, right);
}

struct FuncCall *ast_func_call(struct arena *arena, str schema, str name, struct list *args)
{
    struct FuncCall *node = AST_NEW(arena, FuncCall);
    node->funcname = qualified(arena, schema, name);
    node->args = or_none(args);
    return node;
}

struct node *ast_func(struct arena *arena, str schema, str name, struct list *args)
{
    return AST_NODE(ast_func_call(arena, schema, name, args));
}

static struct node *connective(struct arena *arena, enum BoolExprType boolop, struct list *items)
{
    items = or_none(items);
    if (items->count == 0) return NULL;
    if (items->count == 1) return items->at[0];
    struct BoolExpr *node = AST_NEW(arena, BoolExpr);
    node->boolop = boolop;
    for (size_t i = 0; i < items->count; i++) {
        struct node *item = items->at[i];
        bool same = AST_IS(BoolExpr, item) && AST_AS(BoolExpr, item)->boolop == boolop;
        const struct list *merged = same ? AST_AS(BoolExpr, item)->args : NULL;
        for (size_t k = 0; merged && k < merged->count; k++)
            ast_list_add(arena, &node->args, merged->at[k]);
        if (!merged) ast_list_add(arena, &node->args, item);
    }
    return AST_NODE(node);
}

struct node *ast_and(struct arena *arena, struct list *items)
{
    return connective(arena, AND_EXPR, items);
}

struct node *ast_or(struct arena *arena, struct list *items)
{
    return connective(arena, OR_EXPR, items);
}

struct node *ast_and2(struct arena *arena, struct node *a, struct node *b)
{
    if (!a || !b) return a ? a : b;
    return ast_and(arena, ast_list(arena, a, b));
}

struct node *ast_not(struct arena *arena, struct node *item)
{
    struct BoolExpr *node = AST_NEW(arena, BoolExpr);
    node->boolop = NOT_EXPR;
    node->args = ast_list(arena, item);
    return AST_NODE(node);
}

struct node *ast_null_test(struct arena *arena, struct node *arg, enum NullTestType test)
{
    struct NullTest *node = AST_NEW(arena, NullTest);
    node->arg = arg;
    node->nulltesttype = test;
    return AST_NODE(node);
}

struct TypeName *ast_type_name(struct arena *arena, str schema, str name)
{
    struct TypeName *node = AST_NEW(arena, TypeName);
    node->names = qualified(arena, schema, name);
    return node;
}

struct node *ast_cast(struct arena *arena, struct node *arg, struct TypeName *type)
{
    struct TypeCast *node = AST_NEW(arena, TypeCast);
    node->arg = arg;
    node->typeName = type;
    return AST_NODE(node);
}

struct node *ast_sub_link(struct arena *arena,
                          enum SubLinkType type,
                          struct node *test,
                          const char *operator_name,
                          struct node *select)
{
    struct SubLink *node = AST_NEW(arena, SubLink);
    node->subLinkType = type;
    node->testexpr = test;
    if (operator_name) node->operName = ast_names(arena, str_of(operator_name));
    node->subselect = select;
    return AST_NODE(node);
}

struct node *ast_collate(struct arena *arena, struct node *arg, str schema, str name)
{
    struct CollateClause *node = AST_NEW(arena, CollateClause);
    node->arg = arg;
    node->collname = qualified(arena, schema, name);
    return AST_NODE(node);
}

/* ---- queries ---- */

struct Alias *ast_alias(struct arena *arena, str name)
{
    struct Alias *node = AST_NEW(arena, Alias);
    node->aliasname = name;
    return node;
}

struct RangeVar *ast_range_var(struct arena *arena, str schema, str name, str alias)
{
    struct RangeVar *node = AST_NEW(arena, RangeVar);
    node->schemaname = or_absent(schema);
    node->relname = name;
    if (!str_empty(alias)) node->alias = ast_alias(arena, alias);
    return node;
}

struct node *ast_res_target(struct arena *arena, str name, struct node *value)
{
    struct ResTarget *node = AST_NEW(arena, ResTarget);
    node->name = or_absent(name);
    node->val = value;
    return AST_NODE(node);
}

struct node *ast_sort_by(struct arena *arena,
                         struct node *value,
                         enum SortByDir direction,
                         enum SortByNulls nulls)
{
    struct SortBy *node = AST_NEW(arena, SortBy);
    node->node = value;
    node->sortby_dir = direction;
    node->sortby_nulls = nulls;
    return AST_NODE(node);
}

struct node *ast_join(struct arena *arena,
                      enum JoinType type,
                      struct node *left,
                      struct node *right,
                      struct node *quals)
{
    struct JoinExpr *node = AST_NEW(arena, JoinExpr);
    node->jointype = type;
    node->larg = left;
    node->rarg = right;
    node->quals = quals;
    return AST_NODE(node);
}

struct node *ast_range_subselect(struct arena *arena, struct node *select, str alias)
{
    struct RangeSubselect *node = AST_NEW(arena, RangeSubselect);
    node->subquery = select;
    if (!str_empty(alias)) node->alias = ast_alias(arena, alias);
    return AST_NODE(node);
}
