/* plpgsql_check_syntax: what check_sql_expr of pl_gram.y refuses. */
#include "sql/parse.h"
#include "sql/plpgsql.h"

/* PostgreSQL parses an expression as what follows SELECT, up to the locking clause: no UNION, no INTO. */
static err check_select(struct arena *arena, const struct node *node)
{
    bool plain = AST_IS(SelectStmt, node) && AST_AS(SelectStmt, node)->op == SETOP_NONE &&
                 !AST_AS(SelectStmt, node)->intoClause;
    return plain ? NULL : err_at(err_sql(arena, "42601", "syntax error in an expression"), 0);
}

static err check(struct arena *arena, const struct pl_expr *expr)
{
    struct node *node;
    if (expr->kind == PL_STATEMENT) return sql_parse_one(arena, expr->text, &node);
    str select = STR("SELECT ");
    str text = str_join(arena, (str[]){select, expr->text}, 2, STR_NONE);
    err error = sql_parse_one(arena, text, &node);
    if (!error) return check_select(arena, node);
    struct err *moved = ARENA_NEW(arena, struct err);
    *moved = *error;
    moved->at = error->at > (int64_t)select.len ? error->at - (int64_t)select.len : 0;
    return moved;
}

err plpgsql_check_syntax(struct arena *arena, const struct pl_function *function)
{
    for (size_t i = 0; i < function->expr_count; i++) {
        err error = check(arena, function->exprs[i]);
        if (!error) continue;
        struct err *placed = ARENA_NEW(arena, struct err);
        *placed = *error;
        placed->details = STR_NONE; /* its place counts from the piece */
        return err_at(placed, (int64_t)function->exprs[i]->at + (error->at > 0 ? error->at : 0));
    }
    return NULL;
}
