/* AND and OR. As a condition (WHERE, ON, HAVING, WHEN) SQLite stops at the operand that decides; as a value it
 * computes both sides, where PostgreSQL stops too: `a = 0 OR 1 / a > 0`, `done AND send()`. There an operand
 * that may raise or have effects stands in a CASE over what is left of it. */
#include "engine/sqlite/print_int.h"

#include "sql/query_walk.h"

enum {
    BALANCE_AT = 128, /* longer chains are printed as balanced trees (depth limit 1000) */
    LEVELS = 12,      /* of CASE in CASE in one chain; longer ones go in groups */
    TWICE_MAX = 4,    /* operands printed twice inside one another: 16 times the text */
    CASE_DEPTH = 5,   /* places on the parser's stack */
};

struct chain {
    const struct expr *const *items;
    const bool *late; /* must not be computed when what stands before it decides */
    size_t count;
    size_t group; /* operands behind one another that share a CASE */
    bool is_and;
};

static err print_plain(struct print *out,
                       const struct expr *const *items,
                       size_t count,
                       bool is_and)
{
    const char *word = is_and ? "AND" : "OR";
    enum binding own = is_and ? BIND_AND : BIND_OR;
    if (count > BALANCE_AT) {
        size_t half = count / 2;
        buf_char(out->sql, '(');
        TRY(print_plain(out, items, half, is_and));
        buf_printf(out->sql, ") %s (", word);
        TRY(print_plain(out, items + half, count - half, is_and));
        buf_char(out->sql, ')');
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        if (i) buf_printf(out->sql, " %s ", word);
        TRY(print_at(out, items[i], own + 1));
    }
    return NULL;
}

static bool any_late(const struct expr *expr)
{
    for (size_t i = 1; i < expr->args.count; i++)
        if (!expr_is_leakproof(expr->args.at[i])) return true;
    return false;
}

bool logic_is_lazy(const struct print *out, const struct expr *expr)
{
    /* In the file's own texts an index and the conflicts that name it must read the same. */
    return !out->ddl && !out->condition && any_late(expr);
}

/* ---- what is never NULL ---- */

static bool never_null(const struct expr *expr)
{
    switch ((int)expr->kind) {
    case EXPR_NULL_TEST:
    case EXPR_BOOL_TEST:
    case EXPR_DISTINCT: return true;
    case EXPR_CONST: return expr->constant.kind != VALUE_NULL;
    case EXPR_SUBQUERY: return expr->sublink.kind == SUBLINK_EXISTS;
    case EXPR_AND:
    case EXPR_OR:
    case EXPR_NOT:
        for (size_t i = 0; i < expr->args.count; i++)
            if (!never_null(expr->args.at[i])) return false;
        return true;
    default: return false;
    }
}

static bool left_never_null(const struct chain *chain, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!never_null(chain->items[i])) return false;
    return true;
}

/* ---- chains ---- */

static err print_chain(struct print *out, const struct chain *chain);

static struct chain part_of(const struct chain *chain, size_t from, size_t to)
{
    struct chain part = *chain;
    part.items += from;
    part.late += from;
    part.count = to - from;
    return part;
}

static err print_right(struct print *out, const struct chain *chain, size_t from)
{
    struct chain right = part_of(chain, from, chain->count);
    right.group = right.count > LEVELS ? (right.count + LEVELS - 1) / LEVELS : 1;
    out->depth += CASE_DEPTH;
    TRY(print_chain(out, &right));
    out->depth -= CASE_DEPTH;
    return NULL;
}

/* CASE WHEN left THEN right ELSE 0 END */
static err print_two_valued(struct print *out, const struct chain *chain, size_t from)
{
    buf_lit(out->sql, "CASE WHEN ");
    out->condition = true;
    TRY(print_plain(out, chain->items, from, chain->is_and));
    out->condition = false;
    buf_str_add(out->sql, chain->is_and ? STR(" THEN ") : STR(" THEN 1 ELSE "));
    TRY(print_right(out, chain, from));
    buf_str_add(out->sql, chain->is_and ? STR(" ELSE 0 END") : STR(" END"));
    return NULL;
}

/* CASE left WHEN 0 THEN 0 WHEN 1 THEN right ELSE nullif(right,1) END */
static err print_three_valued(struct print *out, const struct chain *chain, size_t from)
{
    struct chain left = part_of(chain, 0, from);
    buf_lit(out->sql, "CASE ");
    out->depth++;
    TRY(print_chain(out, &left));
    out->depth--;
    buf_str_add(out->sql, chain->is_and ? STR(" WHEN 0 THEN 0 WHEN 1 THEN ")
                                        : STR(" WHEN 1 THEN 1 WHEN 0 THEN "));
    out->twice++;
    TRY(print_right(out, chain, from));
    buf_lit(out->sql, " ELSE nullif(");
    TRY(print_right(out, chain, from));
    out->twice--;
    buf_str_add(out->sql, chain->is_and ? STR(",1) END") : STR(",0) END"));
    return NULL;
}

/* Where the last operand begins that must be late, a group of them in a long chain; 0: there is none. */
static size_t last_late(const struct chain *chain)
{
    size_t at = chain->count - 1;
    while (at > 0 && !chain->late[at]) at--;
    return at >= chain->group ? at + 1 - chain->group : at > 0 ? 1 : 0;
}

static bool calls_user(const struct expr *expr, void *context)
{
    (void)context;
    return expr->kind == EXPR_USER_CALL;
}

/* So deep that its text would grow without bound: PostgreSQL promises no order, but effects have one. */
static err print_too_deep(struct print *out, const struct chain *chain)
{
    for (size_t i = 1; i < chain->count; i++)
        if (expr_any(chain->items[i], calls_user, NULL))
            return print_refuse(out, chain->items[i],
                                "a function called so deep inside AND and OR");
    return print_plain(out, chain->items, chain->count, chain->is_and);
}

static err print_chain(struct print *out, const struct chain *chain)
{
    size_t from = last_late(chain);
    if (from == 0) return print_plain(out, chain->items, chain->count, chain->is_and);
    if (left_never_null(chain, from)) return print_two_valued(out, chain, from);
    if (out->twice >= TWICE_MAX) return print_too_deep(out, chain);
    return print_three_valued(out, chain, from);
}

err print_logic(struct print *out, const struct expr *expr)
{
    struct chain chain = {
        .items = (const struct expr *const *)expr->args.at,
        .count = expr->args.count,
        .group = expr->args.count > LEVELS ? (expr->args.count + LEVELS - 1) / LEVELS : 1,
        .is_and = expr->kind == EXPR_AND,
    };
    if (!logic_is_lazy(out, expr)) return print_plain(out, chain.items, chain.count, chain.is_and);
    bool *late = ARENA_ARRAY(out->arena, bool, chain.count);
    for (size_t i = 0; i < chain.count; i++) late[i] = !expr_is_leakproof(chain.items[i]);
    chain.late = late;
    return print_chain(out, &chain);
}
