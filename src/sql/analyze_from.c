#include "sql/analyze_int.h"

#include <string.h>

#include "sql/inline.h"
#include "sql/plan.h"

static err from_node(struct scope *scope,
                     const struct node *node,
                     struct from_item **out,
                     struct ns_list *names);

/* ---- the shape ---------------------------------------------------------------------------------- */

static struct from_item *item_of_rte(struct scope *scope, struct rte *rte)
{
    struct analyzer *analyzer = scope->analyzer;
    struct query *query = scope->query;
    struct rte **grown = ARENA_ARRAY(analyzer->arena, struct rte *, query->rtable_count + 1);
    for (size_t i = 0; i < query->rtable_count; i++) grown[i] = query->rtable[i];
    grown[query->rtable_count++] = rte;
    query->rtable = grown;
    struct from_item *item = ARENA_NEW(analyzer->arena, struct from_item);
    item->kind = FROM_RTE;
    item->rte = rte;
    return item;
}

static void add_from(struct scope *scope, struct from_item *item)
{
    struct query *query = scope->query;
    struct from_item **grown =
        ARENA_ARRAY(scope->analyzer->arena, struct from_item *, query->from_count + 1);
    for (size_t i = 0; i < query->from_count; i++) grown[i] = query->from[i];
    grown[query->from_count++] = item;
    query->from = grown;
}

void from_add_rte(struct scope *scope, struct rte *rte)
{
    add_from(scope, item_of_rte(scope, rte));
}

static void names_add(struct scope *scope, struct ns_list *names, struct ns_item *item)
{
    *VEC_ADD(scope->analyzer->arena, names) = item;
}

static void names_add_all(struct scope *scope, struct ns_list *names, const struct ns_list *more)
{
    for (size_t i = 0; i < more->count; i++) names_add(scope, names, more->at[i]);
}

static void names_lateral(struct ns_list *names, bool only, bool refused)
{
    for (size_t i = 0; i < names->count; i++) {
        names->at[i]->lateral_only = only;
        names->at[i]->lateral_refused = refused;
    }
}

/* 42712: two items of one name, unless they are tables of different schemas without aliases. */
static err names_conflict(struct scope *scope, const struct ns_list *a, const struct ns_list *b)
{
    for (size_t i = 0; i < a->count; i++) {
        for (size_t j = 0; j < b->count; j++) {
            const struct ns_item *x = a->at[i], *y = b->at[j];
            if (x->name_hidden || y->name_hidden || str_empty(x->name)) continue;
            if (!str_eq(x->name, y->name)) continue;
            if (!str_empty(x->schema) && !str_empty(y->schema) && !str_eq(x->schema, y->schema))
                continue;
            return SQL_ERROR(scope, "42712", -1, "table name \"%.*s\" specified more than once",
                             STR_FMT(x->name));
        }
    }
    return NULL;
}

static str alias_or(const struct Alias *alias, str name)
{
    return alias ? alias->aliasname : name;
}

/* ---- tables, views, CTEs ----------------------------------------------------------------------- */

static err from_cte(struct scope *scope,
                    const struct RangeVar *name,
                    struct scope_cte *found,
                    struct rte **out)
{
    struct analyzer *analyzer = scope->analyzer;
    found->used = true;
    if (!found->cte->columns && !found->has_terms)
        return SQL_ERROR(scope, "42P19", name->base.location,
                         "recursive query \"%.*s\" does not have the form non-recursive-term UNION "
                         "[ALL] recursive-term",
                         STR_FMT(name->relname));
    if (!found->cte->columns)
        return SQL_ERROR(scope, "42P19", name->base.location,
                         "recursive reference to query \"%.*s\" must not appear within its "
                         "non-recursive term",
                         STR_FMT(name->relname));
    const struct query *query = found->cte->query;
    if (query && query->command != QUERY_SELECT && !query->returning)
        return NOT_DONE(scope, name->base.location,
                        "WITH query \"%.*s\" does not have a RETURNING clause",
                        STR_FMT(name->relname));
    struct rte *rte = rte_new(scope, RTE_CTE, alias_or(name->alias, name->relname));
    rte->cte = found->cte;
    rte->column_count = found->cte->column_count;
    rte->columns = ARENA_ARRAY(analyzer->arena, struct rte_column, rte->column_count);
    for (size_t i = 0; i < rte->column_count; i++) rte->columns[i] = found->cte->columns[i];
    *out = rte;
    return rte_rename(scope, rte, name->alias);
}

static err from_relation(struct scope *scope, const struct RangeVar *name, struct rte **out)
{
    const struct cat_relation *relation;
    TRY(scope_relation(scope, name, &relation));
    struct rte *rte = rte_of_relation(scope, relation, alias_or(name->alias, relation->name));
    guard_access(scope->analyzer, rte, relation, &scope->who, PRIV_SELECT);
    if (relation->kind == 'v' && !relation->system) TRY(view_expand(scope, rte, relation));
    *out = rte;
    return rte_rename(scope, rte, name->alias);
}

/* REFERENCING NEW TABLE AS name, in the function of that trigger: nobody's rights are asked. */
static struct rte *from_transition(struct scope *scope, const struct RangeVar *name)
{
    bool is_new = false;
    if (!scope->variables || !str_empty(name->schemaname)) return NULL;
    struct compile_variables *variables = scope->variables->names;
    const struct cat_relation *relation =
        variables->table ? variables->table(variables, name->relname, &is_new) : NULL;
    if (!relation) return NULL;
    struct rte *rte = rte_of_relation(scope, relation, alias_or(name->alias, name->relname));
    rte->kind = RTE_TRANSITION;
    rte->relation = NULL;
    rte->is_new = is_new;
    return rte;
}

static err from_range_var(struct scope *scope,
                          const struct RangeVar *name,
                          struct from_item **out,
                          struct ns_list *names)
{
    struct rte *rte;
    struct scope_cte *cte =
        str_empty(name->schemaname) ? scope_cte_find(scope, name->relname) : NULL;
    if (cte)
        TRY(from_cte(scope, name, cte, &rte));
    else if ((rte = from_transition(scope, name)))
        TRY(rte_rename(scope, rte, name->alias));
    else
        TRY(from_relation(scope, name, &rte));
    struct ns_item *item = ns_item_new(scope, alias_or(name->alias, name->relname), rte);
    if (!name->alias && rte->relation) {
        const struct cat_schema *schema =
            catalog_schema(scope->analyzer->catalog, rte->relation->schema);
        item->schema = schema ? schema->name : STR_NONE;
    }
    names_add(scope, names, item);
    *out = item_of_rte(scope, rte);
    return NULL;
}

/* ---- subqueries ----------------------------------------------------------------------------------- */

static bool is_plain_values(const struct query *query)
{
    return query->values && !query->order.count && !query->limit && !query->offset &&
           !query->cte_count;
}

static err from_subselect(struct scope *scope,
                          const struct RangeSubselect *sub,
                          struct from_item **out,
                          struct ns_list *names)
{
    if (!sub->alias)
        return SQL_ERROR(scope, "42601", ast_location(sub->subquery),
                         "subquery in FROM must have an alias");
    bool lateral_before = scope->lateral_active;
    scope->lateral_active = sub->lateral;
    struct query *query;
    TRY(subquery_analyze(scope, sub->subquery, UNKNOWN_TO_TEXT, &query));
    scope->lateral_active = lateral_before;
    struct rte *rte = rte_new(scope, RTE_SUBQUERY, sub->alias->aliasname);
    rte->lateral = sub->lateral;
    TRY(rte_set_query(scope, rte, query, sub->alias));
    if (is_plain_values(query)) {
        rte->kind = RTE_VALUES;
        rte->rows = query->values;
        rte->row_count = query->value_row_count;
        rte->query = NULL;
    }
    names_add(scope, names, ns_item_new(scope, sub->alias->aliasname, rte));
    *out = item_of_rte(scope, rte);
    return NULL;
}

/* ---- functions ---------------------------------------------------------------------------------- */

/* Columns as a column definition list declares them. */
static err definition_columns(struct scope *scope, struct rte *rte, const struct list *definitions)
{
    rte->columns = ARENA_ARRAY(scope->analyzer->arena, struct rte_column, definitions->count + 1);
    rte->column_definitions = true;
    for (size_t i = 0; i < definitions->count; i++) {
        const struct ColumnDef *definition = AST_AS(ColumnDef, definitions->at[i]);
        struct rte_column *column = &rte->columns[rte->column_count++];
        column->name = definition->colname;
        TRY(infer_type_name(&scope->infer, definition->typeName, &column->type, &column->typmod));
    }
    return NULL;
}

static void composite_columns(struct scope *scope,
                              struct rte *rte,
                              const struct cat_relation *relation)
{
    rte->columns =
        ARENA_ARRAY(scope->analyzer->arena, struct rte_column, relation->column_count + 1);
    for (size_t i = 0; i < relation->column_count; i++)
        rte->columns[rte->column_count++] = (struct rte_column){
            .name = relation->columns[i].name,
            .type = relation->columns[i].type,
            .typmod = relation->columns[i].typmod,
        };
}

static const struct cat_relation *composite_of(struct scope *scope, oid type)
{
    const struct catalog *catalog = scope->analyzer->catalog;
    const struct cat_type *found = catalog_type(catalog, infer_base_type(&scope->infer, type));
    return found && found->relation ? catalog_relation(catalog, found->relation) : NULL;
}

/* The one column of a built-in call: its OUT parameter's name (pg_proc), else the alias, else the
 * function's. */
static str scalar_name(const struct builtin *builtin, const struct Alias *alias, str own)
{
    if (builtin && builtin->column_count == 1) return str_of(builtin->columns[0].name);
    if (builtin && (str_ends(builtin->name, STR("_array_elements")) ||
                    str_ends(builtin->name, STR("_array_elements_text"))))
        return STR("value");
    return alias ? alias->aliasname : builtin ? builtin->name : own;
}

/* Columns of a built-in call. *scalar: it has one column that stands for its row. */
static err builtin_columns(struct scope *scope,
                           struct rte *rte,
                           const struct Alias *alias,
                           bool *scalar)
{
    const struct expr *call = rte->function;
    const struct builtin *builtin = call->kind == EXPR_CALL ? call->call.builtin : NULL;
    struct arena *arena = scope->analyzer->arena;
    if (builtin && builtin->column_count > 1) {
        rte->columns = ARENA_ARRAY(arena, struct rte_column, builtin->column_count + 1u);
        for (size_t i = 0; i < builtin->column_count; i++)
            rte->columns[rte->column_count++] = (struct rte_column){
                .name = str_of(builtin->columns[i].name),
                .type = builtin->columns[i].type,
                .typmod = -1,
            };
        return NULL;
    }
    const struct cat_relation *relation = composite_of(scope, call->type);
    /* Its rows are values of one column here; PostgreSQL's have the fields. */
    if (relation && builtin && strcmp(builtin->symbol, "array_unnest") == 0)
        return NOT_DONE(scope, call->location, "unnest of an array of rows is not supported");
    if (relation) {
        composite_columns(scope, rte, relation);
        return NULL;
    }
    if (call->type == RECORDOID)
        return SQL_ERROR(scope, "42601", call->location,
                         "a column definition list is required for functions returning "
                         "\"record\"");
    *scalar = true;
    rte->columns = ARENA_ARRAY(arena, struct rte_column, 2);
    rte->column_count = 1;
    rte->columns[0] = (struct rte_column){
        .name = scalar_name(builtin, alias, rte->alias),
        .type = call->type,
        .typmod = call->typmod,
    };
    return NULL;
}

/* What the function answers is held against the definitions when it runs. */
static void site_takes_columns(struct arena *arena, struct expr *call, const struct rte *rte)
{
    struct call_site *site = ARENA_NEW(arena, struct call_site);
    oid *types = ARENA_ARRAY(arena, oid, rte->column_count);
    for (size_t i = 0; i < rte->column_count; i++) types[i] = rte->columns[i].type;
    *site = *call->site;
    site->row_types = types;
    site->row_count = rte->column_count;
    call->site = site;
}

/* FROM f(...) AS x(a int, ...) of a function that returns RECORD: its query takes these types. */
static err user_definitions(struct scope *scope, struct rte *rte, const struct list *definitions)
{
    struct arena *arena = scope->analyzer->arena;
    struct expr *call = rte->function;
    struct query *query;
    TRY(inline_from(scope, call, &query));
    if (call->site) {
        rte->column_definitions = true;
        TRY(definition_columns(scope, rte, definitions));
        site_takes_columns(arena, call, rte);
        return NULL;
    }
    if (!query)
        return NOT_DONE(scope, call->location,
                        "function %.*s returns record and has effects: that is not supported",
                        STR_FMT(call->function->name));
    TRY(definition_columns(scope, rte, definitions));
    if (query->target_count != rte->column_count)
        return SQL_ERROR(scope, "42804", call->location,
                         "function return row and query-specified return row do not match");
    oid *types = ARENA_ARRAY(arena, oid, rte->column_count);
    int32_t *typmods = ARENA_ARRAY(arena, int32_t, rte->column_count);
    for (size_t i = 0; i < rte->column_count; i++) {
        types[i] = rte->columns[i].type;
        typmods[i] = rte->columns[i].typmod;
    }
    TRY(query_coerce_columns(scope, &query, types, typmods, rte->column_count, CAST_ASSIGNMENT,
                             NULL));
    rte->kind = RTE_SUBQUERY;
    rte->query = query;
    rte->function = NULL;
    return NULL;
}

/* A user's function: its body in place, or (on top of a statement) the call itself. */
static err user_columns(struct scope *scope,
                        struct rte *rte,
                        const struct Alias *alias,
                        bool *scalar)
{
    struct expr *call = rte->function;
    struct query *query;
    TRY(inline_from(scope, call, &query));
    struct inline_column *columns;
    size_t count;
    inline_result_columns(scope, call->function, &columns, &count);
    if (!count)
        return SQL_ERROR(scope, "42601", call->location,
                         "a column definition list is required for functions returning "
                         "\"record\"");
    *scalar = !inline_returns_row(scope, call->function);
    rte->columns = ARENA_ARRAY(scope->analyzer->arena, struct rte_column, count + 1);
    rte->column_count = count;
    for (size_t i = 0; i < count; i++)
        rte->columns[i] =
            (struct rte_column){columns[i].name, columns[i].type, columns[i].typmod, 0, false};
    if (*scalar && alias && str_eq(columns[0].name, call->function->name))
        rte->columns[0].name = alias->aliasname;
    if (!query) return NULL;
    rte->kind = RTE_SUBQUERY;
    rte->query = query;
    rte->function = NULL;
    return NULL;
}

static err wrap_ordinality(struct scope *scope, struct rte *rte)
{
    if (rte->kind != RTE_FUNCTION)
        return NOT_DONE(scope, -1, "WITH ORDINALITY on a user-defined function is not supported");
    rte->ordinality = true;
    rte->columns[rte->column_count++] =
        (struct rte_column){.name = STR("ordinality"), .type = INT8OID, .typmod = -1};
    return NULL;
}

static bool is_sibling_column(const struct expr *expr, void *context)
{
    const struct scope *scope = context;
    if (expr->kind != EXPR_COLUMN && expr->kind != EXPR_WHOLE_ROW) return false;
    const struct rte *rte = expr->kind == EXPR_COLUMN ? expr->column.rte : expr->rte;
    for (size_t i = 0; i < scope->query->rtable_count; i++)
        if (scope->query->rtable[i] == rte) return true;
    return false;
}

/* Arguments may come from items to the left: only then is the call lateral. */
static bool is_lateral_call(struct scope *scope, const struct expr *call)
{
    return expr_any(call, is_sibling_column, scope);
}

static err function_rte(struct scope *scope,
                        struct expr *call,
                        const struct Alias *alias,
                        const struct list *definitions,
                        bool ordinality,
                        bool *scalar,
                        struct rte **out)
{
    str name = call->kind == EXPR_USER_CALL ? call->function->name
               : call->kind == EXPR_CALL    ? call->call.builtin->name
                                            : STR("f");
    struct rte *rte = rte_new(scope, RTE_FUNCTION, alias_or(alias, name));
    rte->function = call;
    rte->lateral = is_lateral_call(scope, call);
    *scalar = false;
    if (definitions && definitions->count) {
        struct inline_column *columns;
        size_t count = 0;
        if (call->kind == EXPR_USER_CALL)
            inline_result_columns(scope, call->function, &columns, &count);
        if (call->type != RECORDOID || count)
            return SQL_ERROR(scope, "42601", call->location,
                             "a column definition list is only allowed for functions returning "
                             "\"record\"");
        TRY(call->kind == EXPR_USER_CALL ? user_definitions(scope, rte, definitions)
                                         : definition_columns(scope, rte, definitions));
    } else if (set_is_unnest_many(call)) {
        TRY(set_unnest_many_columns(scope, rte));
    } else if (call->kind == EXPR_USER_CALL) {
        TRY(user_columns(scope, rte, alias, scalar));
    } else {
        TRY(builtin_columns(scope, rte, alias, scalar));
    }
    if (ordinality) {
        TRY(wrap_ordinality(scope, rte));
        *scalar = false;
    }
    *out = rte;
    return rte_rename(scope, rte, alias);
}

err from_function_rte(struct scope *scope,
                      struct expr *call,
                      const struct Alias *alias,
                      const struct list *definitions,
                      bool ordinality,
                      struct rte **out)
{
    bool scalar;
    return function_rte(scope, call, alias, definitions, ordinality, &scalar, out);
}

/* The call and its own column definition list: functions holds (call, definitions) pairs. */
static err one_function(struct scope *scope,
                        const struct RangeFunction *range,
                        const struct node **call,
                        const struct list **definitions)
{
    if (range->functions->count != 1)
        return NOT_DONE(scope, ast_location(AST_NODE(range)),
                        "ROWS FROM with several functions is not supported");
    const struct node *entry = range->functions->at[0];
    *definitions = range->coldeflist;
    *call = entry;
    if (!AST_IS(List, entry)) return NULL;
    const struct list *pair = AST_AS(List, entry)->items;
    *call = pair->at[0];
    if (pair->count > 1 && AST_IS(List, pair->at[1]))
        *definitions = AST_AS(List, pair->at[1])->items;
    return NULL;
}

static bool is_unnest_many(const struct node *node)
{
    if (!AST_IS(FuncCall, node) || AST_AS(FuncCall, node)->args->count < 2) return false;
    const struct list *name = AST_AS(FuncCall, node)->funcname;
    bool system = name->count == 1 || str_eq(ast_name_at(name, 0), STR("pg_catalog"));
    return system && str_eq(ast_name_at(name, name->count - 1), STR("unnest"));
}

static err from_function(struct scope *scope,
                         const struct RangeFunction *range,
                         struct from_item **out,
                         struct ns_list *names)
{
    const struct node *node;
    const struct list *definitions;
    TRY(one_function(scope, range, &node, &definitions));
    bool lateral_before = scope->lateral_active;
    const struct node *call_before = scope->from_call;
    scope->lateral_active = true;
    scope->from_call = node;
    struct expr *call;
    TRY(is_unnest_many(node) ? set_unnest_many(scope, AST_AS(FuncCall, node), &call)
                             : infer_from_function(&scope->infer, node, &call));
    scope->from_call = call_before;
    struct rte *rte;
    bool scalar;
    TRY(function_rte(scope, call, range->alias, definitions, range->ordinality, &scalar, &rte));
    scope->lateral_active = lateral_before;
    struct ns_item *item = ns_item_new(scope, alias_or(range->alias, rte->alias), rte);
    item->scalar = scalar;
    if (call->kind == EXPR_USER_CALL && !scalar) item->row_type = call->type;
    names_add(scope, names, item);
    *out = item_of_rte(scope, rte);
    return NULL;
}

/* ---- joins ------------------------------------------------------------------------------------------ */

struct side_column {
    struct ns_item *item;
    size_t index;
    bool merged;
};

struct side {
    VEC(struct side_column);
};

static void side_collect(struct scope *scope, const struct ns_list *names, struct side *side)
{
    for (size_t i = 0; i < names->count; i++) {
        struct ns_item *item = names->at[i];
        if (item->columns_hidden) continue;
        for (size_t c = 0; c < item->column_count; c++)
            *VEC_ADD(scope->analyzer->arena, side) = (struct side_column){item, c, false};
    }
}

static str side_name(const struct side_column *column)
{
    return column->item->columns[column->index].name;
}

static err side_find(
    struct scope *scope, const struct side *side, str name, const char *which, size_t *out)
{
    *out = SIZE_MAX;
    for (size_t i = 0; i < side->count; i++) {
        if (!str_eq(side_name(&side->at[i]), name)) continue;
        if (*out != SIZE_MAX)
            return SQL_ERROR(scope, "42702", -1,
                             "common column name \"%.*s\" appears more than once in %s table",
                             STR_FMT(name), which);
        *out = i;
    }
    return NULL;
}

/* The names that both sides share: NATURAL, or USING's own list. */
static err using_names(struct scope *scope,
                       const struct JoinExpr *join,
                       const struct side *left,
                       const struct side *right,
                       str **out,
                       size_t *count)
{
    struct arena *arena = scope->analyzer->arena;
    *count = 0;
    *out = ARENA_ARRAY(arena, str, join->isNatural ? left->count : join->usingClause->count);
    if (!join->isNatural) {
        for (size_t i = 0; i < join->usingClause->count; i++)
            (*out)[(*count)++] = ast_name_at(join->usingClause, i);
        return NULL;
    }
    for (size_t i = 0; i < left->count; i++) {
        size_t at;
        TRY(side_find(scope, right, side_name(&left->at[i]), "right", &at));
        if (at != SIZE_MAX) (*out)[(*count)++] = side_name(&left->at[i]);
    }
    return NULL;
}

struct merge {
    struct scope *scope;
    const struct JoinExpr *join;
    struct side left, right;
    struct from_item *from;
    struct ns_item *item; /* the join's own names */
};

static err using_find(
    struct merge *merge, struct side *side, str name, const char *which, struct side_column **out)
{
    size_t at;
    TRY(side_find(merge->scope, side, name, which, &at));
    if (at == SIZE_MAX)
        return SQL_ERROR(merge->scope, "42703", -1,
                         "column \"%.*s\" specified in USING clause does not exist in %s table",
                         STR_FMT(name), which);
    *out = &side->at[at];
    (*out)->merged = true;
    return NULL;
}

static void merge_add(struct merge *merge, str name, struct expr *expr)
{
    struct ns_item *item = merge->item;
    struct rte_column *columns = (struct rte_column *)(uintptr_t)item->columns;
    item->exprs[item->column_count] = expr;
    columns[item->column_count++] =
        (struct rte_column){.name = name, .type = expr->type, .typmod = expr->typmod};
}

/* One USING column: the condition, and the one column that stands for both. */
static err merge_using(struct merge *merge, str name)
{
    struct scope *scope = merge->scope;
    struct infer_context *infer = &scope->infer;
    struct side_column *left, *right;
    TRY(using_find(merge, &merge->left, name, "left", &left));
    TRY(using_find(merge, &merge->right, name, "right", &right));
    struct expr *pair[2] = {ns_column(scope, left->item, left->index, -1),
                            ns_column(scope, right->item, right->index, -1)};
    struct expr *equal;
    TRY(infer_operator(infer, STR("="), pair[0], pair[1], -1, &equal));
    merge->from->on = infer_and(infer, merge->from->on, equal);
    oid type;
    int32_t typmod;
    TRY(infer_unify(infer, pair, 2, "JOIN/USING", &type, &typmod));
    if (merge->join->jointype != JOIN_FULL) {
        merge_add(merge, name, pair[merge->join->jointype == JOIN_RIGHT]);
        return NULL;
    }
    struct expr *both = infer_new(infer, EXPR_COALESCE, type, -1);
    both->typmod = typmod;
    both->args.at = ARENA_ARRAY(scope->analyzer->arena, struct expr *, 2);
    both->args.at[0] = pair[0];
    both->args.at[1] = pair[1];
    both->args.count = 2;
    merge_add(merge, name, both);
    return NULL;
}

static void merge_rest(struct merge *merge, const struct side *side)
{
    for (size_t i = 0; i < side->count; i++) {
        const struct side_column *column = &side->at[i];
        if (column->merged) continue;
        merge_add(merge, side_name(column),
                  ns_column_unmarked(merge->scope, column->item, column->index, -1));
    }
}

/* A join with USING, NATURAL or an alias has columns of its own that hide those of its sides. */
static err join_names(struct scope *scope,
                      const struct JoinExpr *join,
                      struct from_item *from,
                      struct ns_list *left,
                      struct ns_list *right,
                      struct ns_list *names)
{
    struct arena *arena = scope->analyzer->arena;
    struct merge merge = {.scope = scope, .join = join, .from = from};
    side_collect(scope, left, &merge.left);
    side_collect(scope, right, &merge.right);
    str *using;
    size_t using_count;
    TRY(using_names(scope, join, &merge.left, &merge.right, &using, &using_count));
    merge.item = ns_item_new(scope, join->alias ? join->alias->aliasname : STR_NONE, NULL);
    size_t most = merge.left.count + merge.right.count;
    merge.item->columns = ARENA_ARRAY(arena, struct rte_column, most);
    merge.item->exprs = ARENA_ARRAY(arena, struct expr *, most);
    for (size_t i = 0; i < using_count; i++) TRY(merge_using(&merge, using[i]));
    merge_rest(&merge, &merge.left);
    merge_rest(&merge, &merge.right);
    for (size_t i = 0; join->alias && i < join->alias->colnames->count; i++) {
        if (i >= merge.item->column_count)
            return SQL_ERROR(scope, "42P10", -1,
                             "column alias list for \"%.*s\" has too many entries",
                             STR_FMT(join->alias->aliasname));
        ((struct rte_column *)(uintptr_t)merge.item->columns)[i].name =
            ast_name_at(join->alias->colnames, i);
    }
    names_add_all(scope, names, left);
    names_add_all(scope, names, right);
    for (size_t i = 0; i < names->count; i++) {
        names->at[i]->columns_hidden = true;
        if (join->alias) names->at[i]->name_hidden = true;
    }
    names_add(scope, names, merge.item);
    return NULL;
}

/* ON sees the two sides of its join and what is outside the query, nothing beside. */
static err join_condition(struct scope *scope,
                          const struct JoinExpr *join,
                          struct from_item *from,
                          const struct ns_list *names)
{
    if (!join->quals) return NULL;
    struct ns_list before = scope->names;
    scope->names = *names;
    scope->names.capacity = scope->names.count; /* grows elsewhere, should anything be added */
    enum infer_clause clause = scope->infer.clause;
    scope->infer.clause = INFER_JOIN_ON;
    TRY(infer_bool(&scope->infer, join->quals, "JOIN/ON", &from->on));
    scope->infer.clause = clause;
    scope->names = before;
    return NULL;
}

static enum join_kind join_kind_of(const struct JoinExpr *join)
{
    switch (join->jointype) {
    case JOIN_LEFT: return JOIN_KIND_LEFT;
    case JOIN_RIGHT: return JOIN_KIND_RIGHT;
    case JOIN_FULL: return JOIN_KIND_FULL;
    case JOIN_INNER:
    case JOIN_SEMI:
    case JOIN_ANTI:
    case JOIN_UNIQUE_OUTER:
    case JOIN_UNIQUE_INNER: break;
    }
    bool cross = !join->quals && !join->isNatural && !join->usingClause->count;
    return cross ? JOIN_KIND_CROSS : JOIN_KIND_INNER;
}

static err from_join(struct scope *scope,
                     const struct JoinExpr *join,
                     struct from_item **out,
                     struct ns_list *names)
{
    if (join->join_using_alias)
        return NOT_DONE(scope, -1, "an alias for JOIN ... USING is not supported");
    struct from_item *from = ARENA_NEW(scope->analyzer->arena, struct from_item);
    from->kind = FROM_JOIN;
    from->join = join_kind_of(join);
    struct ns_list left = {0}, right = {0};
    TRY(from_node(scope, join->larg, &from->left, &left));
    size_t before = scope->names.count;
    names_lateral(&left, true, join->jointype != JOIN_INNER && join->jointype != JOIN_LEFT);
    for (size_t i = 0; i < left.count; i++) ns_add(scope, left.at[i]);
    TRY(from_node(scope, join->rarg, &from->right, &right));
    scope->names.count = before;
    names_lateral(&left, false, false);
    TRY(names_conflict(scope, &left, &right));
    if (join->isNatural || join->usingClause->count || join->alias) {
        struct ns_list both = {0};
        names_add_all(scope, &both, &left);
        names_add_all(scope, &both, &right);
        TRY(join_condition(scope, join, from, &both));
        TRY(join_names(scope, join, from, &left, &right, names));
    } else {
        names_add_all(scope, names, &left);
        names_add_all(scope, names, &right);
        TRY(join_condition(scope, join, from, names));
    }
    *out = from;
    return NULL;
}

/* ---- the clause --------------------------------------------------------------------------------------- */

static err from_node(struct scope *scope,
                     const struct node *node,
                     struct from_item **out,
                     struct ns_list *names)
{
    switch ((int)node->kind) {
    case T_RangeVar: return from_range_var(scope, AST_AS(RangeVar, node), out, names);
    case T_RangeSubselect: return from_subselect(scope, AST_AS(RangeSubselect, node), out, names);
    case T_RangeFunction: return from_function(scope, AST_AS(RangeFunction, node), out, names);
    case T_JoinExpr: return from_join(scope, AST_AS(JoinExpr, node), out, names);
    case T_RangeTableSample:
        return NOT_DONE(scope, ast_location(node), "TABLESAMPLE is not supported");
    default:
        return NOT_DONE(scope, ast_location(node), "%.*s in FROM is not supported",
                        STR_FMT(ast_name(node)));
    }
}

err from_clause(struct scope *scope, const struct list *items)
{
    size_t before = scope->names.count;
    for (size_t i = 0; i < items->count; i++) {
        struct from_item *item;
        struct ns_list names = {0};
        TRY(from_node(scope, items->at[i], &item, &names));
        TRY(names_conflict(scope, &scope->names, &names));
        add_from(scope, item);
        names_lateral(&names, true, false);
        for (size_t k = 0; k < names.count; k++) ns_add(scope, names.at[k]);
    }
    for (size_t i = before; i < scope->names.count; i++) {
        scope->names.at[i]->lateral_only = false;
        scope->names.at[i]->lateral_refused = false;
    }
    return NULL;
}
