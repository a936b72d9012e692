#include "engine/postgres/print_upsert.h"

#define UPDATED "dapur.updated"
#define MARK "dapur.row_was_there"

static struct node *set(struct arena *arena, str name, struct node *value)
{
    return ast_func(
        arena, STR("pg_catalog"), STR("set_config"),
        ast_list(arena, ast_const_str(arena, name), value, ast_const_bool(arena, true)));
}

static struct node *get(struct arena *arena, str name)
{
    return ast_func(arena, STR("pg_catalog"), STR("current_setting"),
                    ast_list(arena, ast_const_str(arena, name), ast_const_bool(arena, true)));
}

/* Set, as a condition: always true. */
static struct node *is_set(struct arena *arena, str name, struct node *value)
{
    return ast_null_test(arena, set(arena, name, value), IS_NOT_NULL);
}

/* (COALESCE(NULLIF(current_setting(...), '')::int8, 0) + 1)::text */
static struct node *one_more(struct arena *arena)
{
    struct node *before = get(arena, STR(UPDATED));
    struct node *known = ast_expr(arena, AEXPR_NULLIF, "=", before, ast_const_str(arena, STR("")));
    struct CoalesceExpr *number = AST_NEW(arena, CoalesceExpr);
    struct TypeName *bigint = ast_type_name(arena, STR("pg_catalog"), STR("int8"));
    number->args = ast_list(arena, ast_cast(arena, known, bigint), ast_const_i64(arena, 0));
    struct node *next = ast_op(arena, "+", AST_NODE(number), ast_const_i64(arena, 1));
    return ast_cast(arena, next, ast_type_name(arena, STR("pg_catalog"), STR("text")));
}

static struct node *when(struct arena *arena, struct node *condition, struct node *value)
{
    struct CaseExpr *choice = AST_NEW(arena, CaseExpr);
    struct CaseWhen *only = AST_NEW(arena, CaseWhen);
    only->expr = condition;
    only->result = value;
    choice->args = ast_list(arena, AST_NODE(only));
    return AST_NODE(choice);
}

static struct node *unmarked(struct arena *arena)
{
    return is_set(arena, STR(MARK), ast_const_str(arena, STR("")));
}

/* A row of VALUES, whose first parameter takes the mark away. Parameters have the columns' types: CASE does not
 * change what they become. */
static struct node *row_unmarked(struct arena *arena, const struct List *row)
{
    struct List *copy = AST_NEW(arena, List);
    bool done = false;
    for (size_t i = 0; i < row->items->count; i++) {
        struct node *item = row->items->at[i];
        bool here = !done && AST_IS(ParamRef, item);
        done = done || here;
        ast_list_add(arena, &copy->items, here ? when(arena, unmarked(arena), item) : item);
    }
    return AST_NODE(copy);
}

static struct node *source_unmarked(struct arena *arena, struct node *source)
{
    if (!source) return NULL; /* DEFAULT VALUES: one row */
    struct SelectStmt *copy = AST_NEW(arena, SelectStmt);
    *copy = *AST_AS(SelectStmt, source);
    if (copy->valuesLists->count == 0) {
        copy->whereClause = ast_and2(arena, copy->whereClause, unmarked(arena));
        return AST_NODE(copy);
    }
    const struct list *rows = copy->valuesLists;
    copy->valuesLists = &ast_list_none;
    for (size_t i = 0; i < rows->count; i++)
        ast_list_add(arena, &copy->valuesLists, row_unmarked(arena, AST_AS(List, rows->at[i])));
    return AST_NODE(copy);
}

struct node *upsert_count_updates(struct arena *arena,
                                  struct InsertStmt *insert,
                                  bool may_drop_updates)
{
    struct OnConflictClause *clause = AST_NEW(arena, OnConflictClause);
    *clause = *insert->onConflictClause;
    insert->onConflictClause = clause;
    struct node *mark = is_set(arena, STR(MARK), ast_const_str(arena, STR("t")));
    struct node *count = set(arena, STR(UPDATED), one_more(arena));
    struct node *tried = may_drop_updates ? mark : ast_null_test(arena, count, IS_NOT_NULL);
    clause->whereClause = ast_and2(arena, clause->whereClause, tried);
    if (!may_drop_updates) return NULL;
    insert->selectStmt = source_unmarked(arena, insert->selectStmt);
    struct node *marked = ast_op(arena, "=", get(arena, STR(MARK)), ast_const_str(arena, STR("t")));
    return when(arena, marked, count);
}
