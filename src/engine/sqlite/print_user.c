/* Calls of functions that run by themselves (pl.h): `pl_call(?n, ...)`, and rows in FROM. */
#include "engine/sqlite/print_int.h"
#include "engine/sqlite/rowset.h"

static bool is_fixed(const struct expr *expr)
{
    while (expr->kind == EXPR_CAST && expr->cast.binary) expr = expr->args.at[0];
    return expr->kind == EXPR_CONST || expr->kind == EXPR_PARAM || expr->kind == EXPR_SESSION;
}

/* What changes nothing and is told the same for each row is asked once. */
static bool is_asked_once(const struct expr *expr)
{
    if (expr->function->volatility == 'v') return false;
    for (size_t i = 0; i < expr->args.count; i++)
        if (!is_fixed(expr->args.at[i])) return false;
    return true;
}

/* pl_kept('function result argument...', ...): the text is the file's, the role the statement's that writes the
 * row. Only what is immutable may SQLite take for that. */
static err print_kept_call(struct print *out, const struct expr *expr)
{
    const struct call_site *site = expr->site;
    bool fixed = expr->function->volatility == 'i';
    buf_str_add(out->sql, fixed ? STR("pl_kept('") : STR("pl_kept_volatile('"));
    buf_printf(out->sql, "%u %u", (unsigned)expr->function->oid, (unsigned)site->result);
    for (size_t i = 0; i < site->arg_count; i++)
        buf_printf(out->sql, " %u", (unsigned)site->arg_types[i]);
    buf_char(out->sql, '\'');
    for (size_t i = 0; i < expr->args.count; i++) {
        buf_lit(out->sql, ", ");
        TRY(print_expr(out, expr->args.at[i]));
    }
    buf_char(out->sql, ')');
    out->kept_calls = true;
    return NULL;
}

static err print_site_and_args(struct print *out, const struct expr *expr)
{
    if (out->ddl || !expr->site) return print_refuse(out, expr, "a call of a user's function here");
    print_slot(out, &(struct slot){.kind = SLOT_SITE, .site = expr->site});
    for (size_t i = 0; i < expr->args.count; i++) {
        buf_char(out->sql, ',');
        TRY(print_expr(out, expr->args.at[i]));
    }
    return NULL;
}

err print_user_call(struct print *out, const struct expr *expr)
{
    if (expr->site && expr->site->kept) return print_kept_call(out, expr);
    bool once = is_asked_once(expr);
    buf_str_add(out->sql, once ? STR("(SELECT pl_call(") : STR("pl_call("));
    TRY(print_site_and_args(out, expr));
    buf_str_add(out->sql, once ? STR("))") : STR(")"));
    return NULL;
}

err print_user_rows(struct print *out, const struct rte *rte)
{
    size_t columns = rte->column_count - rte->ordinality;
    buf_printf(out->sql, "%s(pl_rows(", rowset_table(columns));
    TRY(print_site_and_args(out, rte->function));
    buf_lit(out->sql, "))");
    return NULL;
}
