/* Domains in expressions: x::domain evaluates to x when the domain's constraints hold, and raises
 * 23502 or 23514 otherwise. Made of plain expressions (CASE and dapur.raise), so printers need to
 * know nothing of domains. */
#include "sql/infer_int.h"

struct value_scope {
    struct expr *value;
    void *outer_scope;
    const struct infer_hooks *outer;
};

/* VALUE in a check reads as a column of that name. */
static err value_column(struct infer_context *ctx, const struct ColumnRef *ref, struct expr **out)
{
    const struct value_scope *scope = ctx->scope;
    if (ref->fields->count == 1 && str_eq(ast_name_at(ref->fields, 0), STR("value"))) {
        *out = scope->value;
        return NULL;
    }
    return err_at(err_sql(ctx->arena, "42703", "column \"%.*s\" does not exist",
                          STR_FMT(ast_name_at(ref->fields, 0))),
                  ref->base.location);
}

/* The check's own functions are inlined as the statement would. */
static err value_function(struct infer_context *ctx, struct expr *call, struct expr **out)
{
    struct value_scope *scope = ctx->scope;
    if (!scope->outer || !scope->outer->user_function) return NULL;
    ctx->scope = scope->outer_scope;
    err error = scope->outer->user_function(ctx, call, out);
    ctx->scope = scope;
    return error;
}

static const struct infer_hooks value_hooks = {
    .column = value_column,
    .user_function = value_function,
};

static err infer_check(struct infer_context *ctx,
                       struct expr *value,
                       const struct node *tree,
                       struct expr **out)
{
    struct value_scope scope = {.value = value, .outer_scope = ctx->scope, .outer = ctx->hooks};
    struct infer_context inner = *ctx;
    inner.hooks = &value_hooks;
    inner.scope = &scope;
    inner.clause = INFER_CHECK;
    return infer_bool(&inner, tree, "CHECK", out);
}

static struct expr *text_const(struct infer_context *ctx, str text)
{
    return infer_const(ctx, TEXTOID, value_text(text));
}

/* dapur.raise(sqlstate, message, NULL, NULL), typed as the value it stands for. */
static struct expr *raise(struct infer_context *ctx, const char *sqlstate, str message, oid type)
{
    size_t at = 0;
    struct expr *args[] = {
        text_const(ctx, str_of(sqlstate)),
        text_const(ctx, message),
        infer_null(ctx, TEXTOID),
        infer_null(ctx, TEXTOID),
    };
    struct expr *call = infer_new(ctx, EXPR_CALL, type, -1);
    call->args = infer_args(ctx, args, COUNT_OF(args));
    call->call.builtin = builtin_function_next(STR("raise"), &at);
    return call;
}

/* CASE WHEN broken THEN raise ELSE value END */
static struct expr *guard(struct infer_context *ctx,
                          struct expr *broken,
                          struct expr *failure,
                          struct expr *value)
{
    struct expr *out = infer_new(ctx, EXPR_CASE, value->type, value->location);
    out->typmod = value->typmod;
    out->case_of.arms = ARENA_ARRAY(ctx->arena, struct case_arm, 1);
    out->case_of.arms[0] = (struct case_arm){broken, failure};
    out->case_of.arm_count = 1;
    out->case_of.otherwise = value;
    return out;
}

static struct expr *test(struct infer_context *ctx, enum expr_kind kind, struct expr *arg)
{
    struct expr *out = infer_new(ctx, kind, BOOLOID, arg->location);
    out->args = infer_args(ctx, &arg, 1);
    return out;
}

err infer_domain_checks(struct infer_context *ctx,
                        struct expr *value,
                        oid domain,
                        struct expr **out)
{
    *out = value;
    struct type_facts facts;
    if (!infer_facts(ctx->catalog, domain, &facts) || facts.kind != TYPE_KIND_DOMAIN) return NULL;
    const struct cat_type *type = facts.user;
    TRY(infer_domain_checks(ctx, value, type->base, out));
    for (size_t i = type->check_count; i-- > 0;) {
        struct expr *check = NULL;
        if (!type->checks[i].expr.tree) continue;
        TRY(infer_check(ctx, value, type->checks[i].expr.tree, &check));
        struct expr *broken = test(ctx, EXPR_BOOL_TEST, check);
        broken->bool_test.is_true_like = true;
        broken->bool_test.value = 'f';
        str message =
            str_printf(ctx->arena, "value for domain %.*s violates check constraint \"%.*s\"",
                       STR_FMT(type->name), STR_FMT(type->checks[i].name));
        *out = guard(ctx, broken, raise(ctx, "23514", message, value->type), *out);
    }
    if (type->not_null) {
        str message =
            str_printf(ctx->arena, "domain %.*s does not allow null values", STR_FMT(type->name));
        *out = guard(ctx, test(ctx, EXPR_NULL_TEST, value),
                     raise(ctx, "23502", message, value->type), *out);
    }
    return NULL;
}
