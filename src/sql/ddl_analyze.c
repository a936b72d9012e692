#include "sql/ddl_analyze.h"

#include "sql/analyze.h"
#include "sql/builtin.h"

static struct analyze_options options_of(struct ddl_context *context, const struct catalog *catalog)
{
    return (struct analyze_options){
        .arena = context->arena,
        .catalog = catalog,
        .role = context->role,
        .search_path = context->search_path,
        .search_path_count = context->search_path_count,
        .trusted = true,
    };
}

struct use_row {
    enum infer_clause clause;
    bool condition; /* must be boolean */
    bool immutable;
    const char *volatile_message; /* 42P17 */
};

static const struct use_row use_rows[] = {
    [DDL_EXPR_CHECK] = {INFER_CHECK,            true,  false, NULL                                    },
    [DDL_EXPR_DEFAULT] = {INFER_DEFAULT,          false, false, NULL                                    },
    [DDL_EXPR_GENERATED] = {INFER_GENERATED,        false, true,  "generation expression is not immutable"},
    [DDL_EXPR_INDEX] = {INFER_INDEX_EXPRESSION, false, true,
                        "functions in index expression must be marked IMMUTABLE"                      },
    [DDL_EXPR_INDEX_WHERE] = {INFER_INDEX_PREDICATE,  true,  true,
                        "functions in index predicate must be marked IMMUTABLE"                       },
    [DDL_EXPR_POLICY] = {INFER_POLICY,           true,  false, NULL                                    },
    [DDL_EXPR_USING] = {INFER_OTHER,            false, false, NULL                                    },
    [DDL_EXPR_DOMAIN_CHECK] = {INFER_CHECK,            true,  false, NULL                                    },
    [DDL_EXPR_ARGUMENT] = {INFER_DEFAULT,          false, false, NULL                                    },
    [DDL_EXPR_TRIGGER_WHEN] = {INFER_TRIGGER_WHEN,     true,  false, NULL                                    },
};

enum infer_clause ddl_expr_clause(enum ddl_expr_use use)
{
    return use_rows[use].clause;
}

/* PostgreSQL says of a default what it says of a value, with one word more. */
static err default_error(struct ddl_context *context, const struct ddl_expr *expr, err error)
{
    static const str before = STR_INIT(" but expression is of type "),
                     after = STR_INIT(" but default expression is of type ");
    size_t at = str_find(error->message, before, 0);
    bool fits = err_is(error, STR("42804")) && expr->use == DDL_EXPR_DEFAULT && at != SIZE_MAX;
    if (!fits) return error;
    str head = str_slice(error->message, 0, at);
    str tail = str_skip(error->message, at + before.len);
    struct err *changed = err_sql(context->arena, "42804", "%.*s%.*s%.*s", STR_FMT(head),
                                  STR_FMT(after), STR_FMT(tail));
    if (!str_empty(error->hint)) err_hint(context->arena, changed, "%.*s", STR_FMT(error->hint));
    return err_at(changed, error->at);
}

/* Without USING the old value itself is cast: the hint says how to go on. */
static err using_error(struct ddl_context *context,
                       const struct catalog *catalog,
                       const struct ddl_expr *expr,
                       err error)
{
    bool mismatch = err_is(error, STR("42804")) || err_is(error, STR("42846"));
    if (expr->use != DDL_EXPR_USING || !mismatch) return error;
    str type = catalog_type_name(context->arena, catalog, expr->type, expr->typmod);
    bool own = AST_IS(ColumnRef, expr->tree) && expr->tree->location < 0;
    if (!own)
        return err_sql(context->arena, "42804",
                       "result of USING clause for column \"%.*s\" cannot be cast automatically to "
                       "type %.*s",
                       STR_FMT(expr->name), STR_FMT(type));
    struct err *refusal = err_sql(context->arena, "42804",
                                  "column \"%.*s\" cannot be cast automatically to type %.*s",
                                  STR_FMT(expr->name), STR_FMT(type));
    return err_hint(context->arena, refusal, "You might need to specify \"USING %.*s::%.*s\".",
                    STR_FMT(expr->name), STR_FMT(type));
}

static err check_expr(struct ddl_context *context,
                      const struct catalog *catalog,
                      const struct ddl_expr *expr)
{
    const struct use_row *row = &use_rows[expr->use];
    struct analyze_options options = options_of(context, catalog);
    struct analyze_relation_expr spec = {
        .relation = expr->relation,
        .clause = row->clause,
        .type = row->condition ? BOOLOID : expr->type,
        .typmod = row->condition ? TYPMOD_NONE : expr->typmod,
        .column = expr->name,
        .value_type = expr->use == DDL_EXPR_DOMAIN_CHECK ? expr->type : OID_NONE,
        .trigger = expr->trigger,
    };
    struct expr *typed;
    err error = analyze_expr_for_relation(&options, &spec, expr->tree, NULL, &typed);
    if (error) return using_error(context, catalog, expr, default_error(context, expr, error));
    if (row->immutable && infer_volatility(catalog, typed) != 'i')
        return err_at(err_sql(context->arena, "42P17", "%s", row->volatile_message),
                      ast_location(expr->tree));
    return NULL;
}

static err describe_query(struct ddl_context *context,
                          const struct catalog *catalog,
                          const struct node *query,
                          struct ddl_columns *out)
{
    struct analyze_options options = options_of(context, catalog);
    /* The maker must be able to read what the query reads. */
    options.trusted = false;
    struct analyze_column *columns;
    size_t count;
    TRY(analyze_describe(&options, query, &columns, &count));
    for (size_t i = 0; i < count; i++) {
        struct ddl_column *column = VEC_ADD(context->arena, out);
        *column = (struct ddl_column){columns[i].name, columns[i].type, columns[i].typmod};
    }
    return NULL;
}

static err check_function(struct ddl_context *context,
                          const struct catalog *catalog,
                          const struct cat_function *function)
{
    struct analyze_options options = options_of(context, catalog);
    return analyze_function_body(&options, function);
}

const struct ddl_hooks ddl_analyze_hooks = {
    .check_expr = check_expr,
    .describe_query = describe_query,
    .check_function = check_function,
};
