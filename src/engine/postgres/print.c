#include "engine/postgres/print.h"

#include "base/crypto.h"
#include "base/vec.h"
#include "engine/postgres/print_upsert.h"
#include "sql/ast.h"
#include "sql/deparse.h"

/* Names of our own begin with "~": unlikely ones, each new in its statement. */
struct printer {
    struct arena *arena; /* the plan's; what is only looked at while printing is in scratch */
    struct arena *scratch;
    const struct plan *plan;
    int next_alias;
    struct {
        VEC(int);
    } params; /* in order of first use */
};

static str alias_new(struct printer *printer)
{
    return str_printf(printer->scratch, "~%d", ++printer->next_alias);
}

static err built_refusal(struct printer *printer, const char *what)
{
    return err_sql(printer->scratch, "0A000", "%s is not supported", what);
}

/* ---- select lists ---- */

static const struct ResTarget *target_at(const struct list *targets, size_t index)
{
    return AST_AS(ResTarget, targets->at[index]);
}

static bool is_star(const struct ResTarget *target)
{
    if (!AST_IS(ColumnRef, target->val)) return false;
    const struct list *fields = AST_AS(ColumnRef, target->val)->fields;
    return fields->count > 0 && AST_IS(A_Star, fields->at[fields->count - 1]);
}

/* "*" or "alias.*": alias, or the empty str. */
static str star_alias(const struct ResTarget *target)
{
    const struct list *fields = AST_AS(ColumnRef, target->val)->fields;
    return fields->count > 1 ? ast_name_at(fields, 0) : STR_NONE;
}

/* What the server will call the column; the empty str where only the server knows. */
static str target_name(const struct ResTarget *target)
{
    if (!str_empty(target->name)) return target->name;
    if (!AST_IS(ColumnRef, target->val)) return STR_NONE;
    const struct list *fields = AST_AS(ColumnRef, target->val)->fields;
    return ast_name_at(fields, fields->count - 1);
}

static const struct cat_relation *relation_of(const struct printer *printer,
                                              const struct RangeVar *range)
{
    const struct cat_schema *schema =
        catalog_schema_find(printer->plan->catalog, range->schemaname);
    return schema ? catalog_relation_find(printer->plan->catalog, schema->oid, range->relname)
                  : NULL;
}

/* The table of a FROM item that goes by this alias; any table for the empty one. */
static const struct cat_relation *relation_named(const struct printer *printer,
                                                 const struct node *from,
                                                 str alias)
{
    if (AST_IS(JoinExpr, from)) {
        const struct JoinExpr *join = AST_AS(JoinExpr, from);
        const struct cat_relation *left = relation_named(printer, join->larg, alias);
        return left ? left : relation_named(printer, join->rarg, alias);
    }
    if (!AST_IS(RangeVar, from)) return NULL;
    const struct RangeVar *range = AST_AS(RangeVar, from);
    str name = range->alias ? range->alias->aliasname : range->relname;
    return str_empty(alias) || str_eq(name, alias) ? relation_of(printer, range) : NULL;
}

/* targets with each "*" written out over the tables of from (a list, or NULL: relation alone). */
static err expand_stars(struct printer *printer,
                        const struct list *targets,
                        size_t count,
                        const struct list *from,
                        const struct cat_relation *relation,
                        struct list **out)
{
    struct arena *scratch = printer->scratch;
    *out = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct ResTarget *target = target_at(targets, i);
        if (!is_star(target)) {
            ast_list_add(scratch, out, targets->at[i]);
            continue;
        }
        str alias = star_alias(target);
        const struct cat_relation *table = relation;
        for (size_t k = 0; from && !table && k < from->count; k++)
            table = relation_named(printer, from->at[k], alias);
        if (!table) return built_refusal(printer, "\"*\" over a function beside this embed");
        for (size_t k = 0; k < table->column_count; k++) {
            str name = table->columns[k].name;
            struct node *column = str_empty(alias) ? ast_column_ref(scratch, name)
                                                   : ast_column_ref(scratch, alias, name);
            ast_list_add(scratch, out, ast_res_target(scratch, STR_NONE, column));
        }
    }
    return NULL;
}

/* ---- embeds ---- */

/* The value of the parent's target that a link names, to stand inside the embed. */
struct parent {
    const struct list *targets;   /* as built: links index it */
    struct node *const *returned; /* a write's: what stands for each target, or NULL */
};

static struct node *link_value(const struct parent *parent, int target)
{
    if (parent->returned) return parent->returned[target];
    return target_at(parent->targets, (size_t)target)->val;
}

static struct node *link_condition(struct printer *printer,
                                   const struct parent *parent,
                                   const struct compile_child *child)
{
    struct list *items = NULL;
    for (size_t i = 0; i < child->link_count; i++)
        ast_list_add(printer->scratch, &items,
                     ast_op(printer->scratch, "=",
                            (struct node *)(uintptr_t)child->links[i].child_expr,
                            link_value(parent, child->links[i].parent_target)));
    return items ? ast_and(printer->scratch, items) : NULL;
}

static err select_with_embeds(struct printer *printer,
                              const struct compile_node *in,
                              struct node *condition,
                              struct SelectStmt **out);

static struct node *from_select(struct printer *printer, struct SelectStmt *select, str alias)
{
    return ast_range_subselect(printer->scratch, AST_NODE(select), alias);
}

static struct node *json_of_row(struct printer *printer, str alias)
{
    struct arena *scratch = printer->scratch;
    return ast_func(scratch, STR("pg_catalog"), STR("row_to_json"),
                    ast_list(scratch, ast_column_ref(scratch, alias)));
}

/* coalesce(json_agg(value), '[]'). */
static struct node *json_list(struct printer *printer, struct node *value)
{
    struct arena *scratch = printer->scratch;
    struct CoalesceExpr *coalesce = AST_NEW(scratch, CoalesceExpr);
    struct node *list =
        ast_func(scratch, STR("pg_catalog"), STR("json_agg"), ast_list(scratch, value));
    struct node *none = ast_cast(scratch, ast_const_str(scratch, STR("[]")),
                                 ast_type_name(scratch, STR("pg_catalog"), STR("json")));
    coalesce->args = ast_list(scratch, list, none);
    return AST_NODE(coalesce);
}

/* (SELECT row_to_json(r) FROM (...) AS r), or the list of them. */
static err embed_value(struct printer *printer,
                       const struct parent *parent,
                       const struct compile_child *child,
                       struct node **out)
{
    struct arena *scratch = printer->scratch;
    struct SelectStmt *inner;
    TRY(select_with_embeds(printer, child->node, link_condition(printer, parent, child), &inner));
    str alias = alias_new(printer);
    struct node *value = json_of_row(printer, alias);
    if (child->shape == CHILD_ARRAY) value = json_list(printer, value);
    struct SelectStmt *select = AST_NEW(scratch, SelectStmt);
    ast_list_add(scratch, &select->targetList, ast_res_target(scratch, STR_NONE, value));
    ast_list_add(scratch, &select->fromClause, from_select(printer, inner, alias));
    *out = ast_sub_link(scratch, EXPR_SUBLINK, NULL, NULL, AST_NODE(select));
    return NULL;
}

/* Names of what a select answers with; each must be known here. */
static err output_names(struct printer *printer, const struct SelectStmt *select, struct list **out)
{
    *out = NULL;
    for (size_t i = 0; i < select->targetList->count; i++) {
        str name = target_name(target_at(select->targetList, i));
        if (str_empty(name)) return built_refusal(printer, "a spread embed of an expression");
        ast_list_add(printer->scratch, out, ast_string(printer->scratch, name));
    }
    return NULL;
}

/* SELECT coalesce(json_agg(r.a), '[]') AS a, ... FROM (...) AS r. */
static err spread_lists(struct printer *printer, struct SelectStmt *inner, struct SelectStmt **out)
{
    struct arena *scratch = printer->scratch;
    struct SelectStmt *select = AST_NEW(scratch, SelectStmt);
    struct list *expanded, *names;
    TRY(expand_stars(printer, inner->targetList, inner->targetList->count, inner->fromClause, NULL,
                     &expanded));
    inner->targetList = expanded ? expanded : &ast_list_none;
    TRY(output_names(printer, inner, &names));
    str alias = alias_new(printer);
    for (size_t i = 0; names && i < names->count; i++) {
        str name = ast_name_at(names, i);
        struct node *value = json_list(printer, ast_column_ref(scratch, alias, name));
        ast_list_add(scratch, &select->targetList, ast_res_target(scratch, name, value));
    }
    ast_list_add(scratch, &select->fromClause, from_select(printer, inner, alias));
    *out = select;
    return NULL;
}

/* A spread embed joins what its parent selects from; its columns are the parent's. */
static err add_spread(struct printer *printer,
                      const struct parent *parent,
                      const struct compile_child *child,
                      struct SelectStmt *select)
{
    struct arena *scratch = printer->scratch;
    struct SelectStmt *inner;
    TRY(select_with_embeds(printer, child->node, link_condition(printer, parent, child), &inner));
    if (child->shape == CHILD_SPREAD_ARRAY) TRY(spread_lists(printer, inner, &inner));
    str alias = alias_new(printer);
    struct node *item = from_select(printer, inner, alias);
    AST_AS(RangeSubselect, item)->lateral = true;
    struct list *from = select->fromClause;
    if (from->count == 0) return built_refusal(printer, "a spread embed of nothing");
    struct list *joined = ast_list_of(scratch, from->at, from->count);
    joined->at[from->count - 1] = ast_join(scratch, JOIN_LEFT, from->at[from->count - 1], item,
                                           ast_const_bool(scratch, true));
    select->fromClause = joined;
    ast_list_add(scratch, &select->targetList,
                 ast_res_target(scratch, STR_NONE, ast_star(scratch, alias)));
    return NULL;
}

static err add_embeds(struct printer *printer,
                      const struct compile_node *in,
                      const struct parent *parent,
                      struct SelectStmt *select)
{
    for (size_t i = 0; i < in->child_count; i++) {
        const struct compile_child *child = &in->children[i];
        if (child->shape == CHILD_SPREAD_OBJECT || child->shape == CHILD_SPREAD_ARRAY) {
            TRY(add_spread(printer, parent, child, select));
            continue;
        }
        struct node *value;
        TRY(embed_value(printer, parent, child, &value));
        ast_list_add(printer->scratch, &select->targetList,
                     ast_res_target(printer->scratch, child->name, value));
    }
    return NULL;
}

/* A copy of the select without its hidden targets, with its embeds, AND condition. */
static err select_with_embeds(struct printer *printer,
                              const struct compile_node *in,
                              struct node *condition,
                              struct SelectStmt **out)
{
    const struct SelectStmt *built = AST_AS(SelectStmt, in->statement);
    struct SelectStmt *select = AST_NEW(printer->scratch, SelectStmt);
    *select = *built;
    size_t shown = built->targetList->count - in->hidden_count;
    select->targetList = ast_list_of(printer->scratch, built->targetList->at, shown);
    if (condition) select->whereClause = ast_and2(printer->scratch, condition, built->whereClause);
    *out = select;
    return add_embeds(printer, in, &(struct parent){.targets = built->targetList}, select);
}

/* ---- writes ---- */

static struct list **returning_of(struct node *statement)
{
    switch ((int)statement->kind) {
    case T_InsertStmt: return &AST_AS(InsertStmt, statement)->returningList;
    case T_UpdateStmt: return &AST_AS(UpdateStmt, statement)->returningList;
    case T_DeleteStmt: return &AST_AS(DeleteStmt, statement)->returningList;
    default: return NULL;
    }
}

static const struct RangeVar *written_table(const struct node *statement)
{
    switch ((int)statement->kind) {
    case T_InsertStmt: return AST_AS(InsertStmt, statement)->relation;
    case T_UpdateStmt: return AST_AS(UpdateStmt, statement)->relation;
    case T_DeleteStmt: return AST_AS(DeleteStmt, statement)->relation;
    default: return NULL;
    }
}

static struct node *shallow_write(struct arena *arena, const struct node *statement)
{
    switch ((int)statement->kind) {
    case T_InsertStmt: {
        struct InsertStmt *copy = AST_NEW(arena, InsertStmt);
        *copy = *AST_AS(InsertStmt, statement);
        return AST_NODE(copy);
    }
    case T_UpdateStmt: {
        struct UpdateStmt *copy = AST_NEW(arena, UpdateStmt);
        *copy = *AST_AS(UpdateStmt, statement);
        return AST_NODE(copy);
    }
    default: {
        struct DeleteStmt *copy = AST_NEW(arena, DeleteStmt);
        *copy = *AST_AS(DeleteStmt, statement);
        return AST_NODE(copy);
    }
    }
}

static bool is_upsert(const struct node *statement)
{
    if (!AST_IS(InsertStmt, statement)) return false;
    const struct OnConflictClause *clause = AST_AS(InsertStmt, statement)->onConflictClause;
    return clause && clause->action == ONCONFLICT_UPDATE;
}

/* The order that was asked of a write's answer, over what it returned. */
static struct list *sort_clause(struct printer *printer,
                                const struct compile_node *in,
                                struct node *const *returned)
{
    struct list *sorts = &ast_list_none;
    for (size_t i = 0; i < in->sort_count; i++) {
        const struct SortBy *asked = in->sorts[i].order;
        ast_list_add(printer->scratch, &sorts,
                     ast_sort_by(printer->scratch, returned[in->sorts[i].parent_target],
                                 asked->sortby_dir, asked->sortby_nulls));
    }
    return sorts;
}

/* WITH "~w"("~c0", ...) AS (INSERT ... RETURNING ...) SELECT "~c0" AS id, ..., embeds FROM "~w".
 * beside: returned as well, for what it does; or NULL. */
static err write_and_select(struct printer *printer,
                            const struct compile_node *in,
                            struct node *write,
                            struct node *beside,
                            struct node **out)
{
    struct arena *scratch = printer->scratch;
    struct list **returning = returning_of(write);
    size_t built_count = (*returning)->count, shown_built = built_count - in->hidden_count;
    const struct cat_relation *relation = relation_of(printer, written_table(write));
    struct list *all;
    TRY(expand_stars(printer, *returning, built_count, NULL, relation, &all));
    size_t shown = all->count - in->hidden_count;
    str with = alias_new(printer);
    struct CommonTableExpr *cte = AST_NEW(scratch, CommonTableExpr);
    struct SelectStmt *select = AST_NEW(scratch, SelectStmt);
    struct node **returned = ARENA_ARRAY(scratch, struct node *, built_count);
    for (size_t i = 0; i < all->count; i++) {
        str column = str_printf(scratch, "~c%zu", i);
        ast_list_add(scratch, &cte->aliascolnames, ast_string(scratch, column));
        struct node *value = ast_column_ref(scratch, with, column);
        if (i < shown)
            ast_list_add(scratch, &select->targetList,
                         ast_res_target(scratch, target_name(target_at(all, i)), value));
        else
            returned[shown_built + (i - shown)] = value;
    }
    struct parent parent = {.targets = *returning, .returned = returned};
    if (beside) ast_list_add(scratch, &all, beside);
    *returning = all;
    cte->ctename = with;
    cte->ctequery = write;
    ast_list_add(scratch, &select->fromClause,
                 AST_NODE(ast_range_var(scratch, STR_NONE, with, STR_NONE)));
    select->withClause = AST_NEW(scratch, WithClause);
    ast_list_add(scratch, &select->withClause->ctes, AST_NODE(cte));
    select->sortClause = sort_clause(printer, in, returned);
    *out = AST_NODE(select);
    return add_embeds(printer, in, &parent, select);
}

/* What an upsert has to return besides, so that its inserts are known; or NULL. */
static struct node *count_updates(struct printer *printer, struct node *write)
{
    if (!is_upsert(write)) return NULL;
    struct InsertStmt *insert = AST_AS(InsertStmt, write);
    const struct cat_relation *relation = relation_of(printer, insert->relation);
    bool may_drop = !relation || relation->may_drop_updates;
    struct node *beside = upsert_count_updates(printer->scratch, insert, may_drop);
    return beside ? ast_res_target(printer->scratch, STR_NONE, beside) : NULL;
}

/* skip: how many columns before those that were asked for. */
static err write_tree(struct printer *printer,
                      const struct compile_node *in,
                      struct node **out,
                      int *skip)
{
    struct arena *scratch = printer->scratch;
    struct node *write = shallow_write(scratch, in->statement);
    struct node *beside = count_updates(printer, write);
    if (in->child_count || in->sort_count) return write_and_select(printer, in, write, beside, out);
    struct list **returning = returning_of(write), *shown = &ast_list_none;
    if (beside) ast_list_add(scratch, &shown, beside);
    for (size_t i = 0; i < (*returning)->count - in->hidden_count; i++)
        ast_list_add(scratch, &shown, (*returning)->at[i]);
    *skip = beside ? 1 : 0;
    *returning = shown;
    *out = write;
    return NULL;
}

/* ---- counts ---- */

/* SELECT t.*, r.* FROM (count) AS t LEFT JOIN (SELECT true, q.* FROM (rows) AS q) AS r ON true: the rows keep
 * their order, for the only row of t is the outer side of a nested loop. */
static struct node *with_count(struct printer *printer, struct node *rows, const struct node *count)
{
    struct arena *scratch = printer->scratch;
    str total = alias_new(printer), row = alias_new(printer), inner = alias_new(printer);
    struct SelectStmt *here = AST_NEW(scratch, SelectStmt);
    here->targetList =
        ast_list(scratch, ast_res_target(scratch, STR("~here"), ast_const_bool(scratch, true)),
                 ast_res_target(scratch, STR_NONE, ast_star(scratch, inner)));
    ast_list_add(scratch, &here->fromClause, ast_range_subselect(scratch, rows, inner));
    struct node *left = ast_range_subselect(scratch, (struct node *)(uintptr_t)count, total);
    struct node *right = from_select(printer, here, row);
    struct SelectStmt *select = AST_NEW(scratch, SelectStmt);
    select->targetList =
        ast_list(scratch, ast_res_target(scratch, STR_NONE, ast_star(scratch, total)),
                 ast_res_target(scratch, STR_NONE, ast_star(scratch, row)));
    ast_list_add(scratch, &select->fromClause,
                 ast_join(scratch, JOIN_LEFT, left, right, ast_const_bool(scratch, true)));
    return AST_NODE(select);
}

/* ---- texts ---- */

static err print_param(struct deparse *out, const struct ParamRef *param)
{
    struct printer *printer = out->context;
    int index = (int)param->number - 1;
    size_t position = 0;
    while (position < printer->params.count && printer->params.at[position] != index) position++;
    if (position == printer->params.count) *VEC_ADD(printer->arena, &printer->params) = index;
    buf_char(out->text, '$');
    buf_u64(out->text, position + 1);
    return NULL;
}

static const struct deparse_hooks hooks = {.param = print_param};

static err print_tree(struct printer *printer, const struct node *tree, struct buf *text)
{
    struct deparse deparse = {
        .arena = printer->scratch, .text = text, .hooks = &hooks, .context = printer};
    printer->params.at = NULL;
    printer->params.count = printer->params.capacity = 0;
    return deparse_statement(&deparse, tree);
}

/* The same text planned for another role is another statement, and so is one whose parameters have
 * other types. 128 bits: two texts never share a name. */
static const char *name_of(struct printer *printer, const struct pg_statement *statement)
{
    enum { NAME_BYTES = 16 };
    uint8_t hash[CRYPTO_SHA256_BYTES];
    struct buf *text = buf_in(printer->scratch, 0);
    buf_append(text, &printer->plan->role, sizeof printer->plan->role);
    buf_append(text, statement->types, statement->param_count * sizeof *statement->types);
    buf_str_add(text, printer->plan->search_path);
    buf_char(text, '\0');
    buf_str_add(text, str_of(statement->sql));
    crypto_sha256(buf_str(text), hash);
    struct buf *name = buf_in(printer->scratch, 0);
    buf_char(name, 'd');
    crypto_hex(name, str_from(hash, NAME_BYTES));
    return str_cstr(printer->arena, buf_str(name));
}

static void set_text(struct printer *printer, struct buf *text, struct pg_statement *out)
{
    struct arena *arena = printer->arena;
    oid *types = ARENA_ARRAY(arena, oid, printer->params.count);
    for (size_t i = 0; i < printer->params.count; i++)
        types[i] = printer->plan->params[printer->params.at[i]].type;
    out->sql = str_cstr(arena, buf_str(text));
    out->params = printer->params.at;
    out->param_count = printer->params.count;
    out->types = types;
    out->name = name_of(printer, out);
}

static err print_step(struct printer *printer,
                      const struct plan_node *node,
                      const struct plan_node *count,
                      struct pg_statement *out)
{
    const struct compile_node *in = node->built;
    struct node *tree;
    out->upsert = is_upsert(in->statement);
    if (returning_of((struct node *)(uintptr_t)in->statement)) {
        TRY(write_tree(printer, in, &tree, &out->skip));
    } else if (in->child_count || in->hidden_count) {
        struct SelectStmt *select;
        TRY(select_with_embeds(printer, in, NULL, &select));
        tree = AST_NODE(select);
    } else {
        tree = (struct node *)(uintptr_t)in->statement;
    }
    out->counted = count != NULL;
    if (count) out->skip = 2;
    if (count) tree = with_count(printer, tree, count->built->statement);
    struct buf *text = buf_in(printer->scratch, 0);
    TRY(print_tree(printer, tree, text));
    set_text(printer, text, out);
    return NULL;
}

err engine_pg_print(struct arena *scratch, struct plan *plan)
{
    struct printer printer = {.arena = plan->arena, .scratch = scratch, .plan = plan};
    struct pg_program *program = ARENA_NEW(plan->arena, struct pg_program);
    program->steps = ARENA_ARRAY(plan->arena, struct pg_statement, plan->step_count);
    program->step_count = plan->step_count;
    for (size_t i = 0; i < plan->step_count; i++) {
        bool last = i + 1 == plan->step_count;
        TRY(print_step(&printer, plan->steps[i].node, last ? plan->count : NULL,
                       &program->steps[i]));
    }
    plan->engine_data = program;
    return NULL;
}
