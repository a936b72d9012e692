/* What a stored expression or query refers to.
 *
 * PostgreSQL stores trees that refer by oid; here texts are stored, so at creation every name is
 * qualified, and a rename rewrites the texts that mention the object. One walk serves the three uses:
 * it knows scopes (FROM items, CTEs, outer queries) and tells a visitor of each reference.
 *
 * LANGUAGE sql bodies are not walked: PostgreSQL binds string bodies late as well.
 */
#include <string.h>

#include "base/vec.h"
#include "sql/builtin.h"
#include "sql/ddl_int.h"
#include "sql/deparse.h"
#include "sql/infer.h"
#include "sql/parse.h"

/* ---- the walk ---- */

struct ref {
    enum ddl_target_kind kind;
    struct node
        *node; /* RangeVar, ColumnRef, FuncCall, TypeName; A_Const: a regclass text; String: USING;
                          NULL: a star */
    const struct cat_relation *relation; /* TARGET_RELATION, TARGET_COLUMN */
    const struct cat_column *column;
    const struct cat_function *function; /* the first of the name */
    const struct cat_type *type;
    str name; /* what is written, when one name was */
};

struct item {
    str alias;
    const struct cat_relation *relation; /* NULL: a subquery, CTE or function */
    const str *names;                    /* its columns, when known */
    size_t name_count;
    bool known;
    bool own; /* the table that the expression belongs to, not a FROM item */
    bool row; /* OLD or NEW of a trigger: "*" is the row, and names no column */
};

struct scope {
    struct scope *outer;
    struct {
        VEC(struct item);
    } items;
};

struct cte_name {
    str name;
    const str *names;
    size_t name_count;
    bool known;
    struct cte_name *outer;
};

struct walk {
    struct ddl names; /* where names are looked up */
    struct arena *arena;
    struct scope *scope;
    struct cte_name *ctes;
    bool expand_stars;
    err (*visit)(struct walk *walk, const struct ref *ref);
    void *context;
    err error;
};

static void walk_node(struct walk *walk, struct node *node);

static void tell(struct walk *walk, struct ref ref)
{
    if (!walk->error) walk->error = walk->visit(walk, &ref);
}

static bool walk_child(struct node *child, void *context)
{
    struct walk *walk = context;
    walk_node(walk, child);
    return walk->error == NULL;
}

static void walk_list(struct walk *walk, const struct list *list)
{
    for (size_t i = 0; i < list->count && !walk->error; i++)
        if (list->at[i]) walk_node(walk, list->at[i]);
}

/* ---- columns ---- */

static bool item_has(const struct item *item, str name)
{
    if (item->relation) return cat_column_find(item->relation, name) != NULL;
    for (size_t i = 0; i < item->name_count; i++)
        if (str_eq(item->names[i], name)) return true;
    return false;
}

static const struct item *item_with_column(const struct scope *scope, str name)
{
    for (; scope; scope = scope->outer)
        for (size_t i = 0; i < scope->items.count; i++)
            if (item_has(&scope->items.at[i], name)) return &scope->items.at[i];
    return NULL;
}

static const struct item *item_named(const struct scope *scope, str alias)
{
    for (; scope; scope = scope->outer)
        for (size_t i = 0; i < scope->items.count; i++)
            if (str_eq(scope->items.at[i].alias, alias)) return &scope->items.at[i];
    return NULL;
}

static void tell_column(struct walk *walk, struct node *node, const struct item *item, str name)
{
    if (!item || !item->relation) return;
    const struct cat_column *column = cat_column_find(item->relation, name);
    if (!column) return;
    tell(walk, (struct ref){.kind = TARGET_COLUMN,
                            .node = node,
                            .relation = item->relation,
                            .column = column,
                            .name = name});
}

static void tell_all_columns(struct walk *walk, const struct item *item)
{
    if (!item || !item->relation) return;
    for (size_t i = 0; i < item->relation->column_count; i++)
        tell_column(walk, NULL, item, item->relation->columns[i].name);
}

static bool has_star(const struct ColumnRef *ref)
{
    return ref->fields->count && AST_IS(A_Star, ref->fields->at[ref->fields->count - 1]);
}

/* table.function: the function of the table's row. */
static void tell_row_function(struct walk *walk, struct ColumnRef *ref, str name)
{
    size_t count;
    const struct cat_function *function = ddl_function_find(&walk->names, STR_NONE, name, &count);
    if (function)
        tell(walk, (struct ref){.kind = TARGET_FUNCTION, .node = &ref->base, .function = function});
}

static void walk_column(struct walk *walk, struct ColumnRef *ref)
{
    size_t count = ref->fields->count;
    bool star = has_star(ref);
    str last = star ? STR("") : ast_name_at(ref->fields, count - 1);
    if (count == 1 && !star) {
        tell_column(walk, &ref->base, item_with_column(walk->scope, last), last);
        return;
    }
    if (count == 1) {
        for (size_t i = 0; walk->scope && i < walk->scope->items.count; i++)
            tell_all_columns(walk, &walk->scope->items.at[i]);
        return;
    }
    const struct item *item = item_named(walk->scope, ast_name_at(ref->fields, count - 2));
    if (item && item->own)
        tell(walk,
             (struct ref){.kind = TARGET_RELATION, .node = &ref->base, .relation = item->relation});
    if (star && item && item->row) return;
    if (star)
        tell_all_columns(walk, item);
    else if (item && item->relation && !cat_column_find(item->relation, last))
        tell_row_function(walk, ref, last);
    else
        tell_column(walk, &ref->base, item, last);
}

/* ---- relations, functions, types ---- */

static const struct cte_name *cte_named(const struct walk *walk, str name)
{
    for (const struct cte_name *cte = walk->ctes; cte; cte = cte->outer)
        if (str_eq(cte->name, name)) return cte;
    return NULL;
}

static const struct cat_relation *walk_relation(struct walk *walk, struct RangeVar *range)
{
    const struct cat_relation *relation =
        ddl_relation_find(&walk->names, range->schemaname, range->relname);
    if (relation)
        tell(walk,
             (struct ref){.kind = TARGET_RELATION, .node = &range->base, .relation = relation});
    return relation;
}

/* 'schema.sequence' as nextval and regclass take it; quoted names keep their quotes. */
static void walk_regclass(struct walk *walk, struct node *node)
{
    if (!AST_IS(A_Const, node)) return;
    struct A_Const *constant = AST_AS(A_Const, node);
    if (constant->val != A_CONST_STRING) return;
    /* A type's name has the grammar of a qualified name, quotes included. */
    struct TypeName *name;
    if (sql_parse_type(walk->arena, constant->sval, &name) || name->names->count > 2) return;
    str schema = name->names->count == 2 ? ast_name_at(name->names, 0) : STR_NONE;
    str last = ast_name_at(name->names, name->names->count - 1);
    const struct cat_relation *relation = ddl_relation_find(&walk->names, schema, last);
    if (relation)
        tell(walk, (struct ref){.kind = TARGET_RELATION, .node = node, .relation = relation});
}

static bool takes_sequence(str name)
{
    return str_eq(name, STR("nextval")) || str_eq(name, STR("currval")) ||
           str_eq(name, STR("setval"));
}

static struct node *under_casts(struct node *node)
{
    while (AST_IS(TypeCast, node)) node = AST_AS(TypeCast, node)->arg;
    return node;
}

static void walk_function(struct walk *walk, struct FuncCall *call)
{
    size_t parts = call->funcname->count;
    str name = ast_name_at(call->funcname, parts - 1);
    str schema = parts > 1 ? ast_name_at(call->funcname, parts - 2) : STR_NONE;
    size_t at = 0, count = 0;
    bool builtin = builtin_function_next(name, &at) != NULL;
    if (takes_sequence(name) && call->args->count)
        walk_regclass(walk, under_casts(call->args->at[0]));
    const struct cat_function *function =
        str_empty(schema) && builtin ? NULL : ddl_function_find(&walk->names, schema, name, &count);
    if (function)
        tell(walk,
             (struct ref){.kind = TARGET_FUNCTION, .node = &call->base, .function = function});
}

static void walk_type(struct walk *walk, struct TypeName *name)
{
    size_t parts = name->names->count;
    if (parts == 0 || parts > 2 || name->pct_type) return;
    str schema = parts == 2 ? ast_name_at(name->names, 0) : STR_NONE;
    const struct cat_type *type =
        ddl_type_find(&walk->names, schema, ast_name_at(name->names, parts - 1));
    if (type && type->schema != SCHEMA_PG_CATALOG)
        tell(walk, (struct ref){.kind = TARGET_TYPE, .node = &name->base, .type = type});
}

static void walk_cast(struct walk *walk, struct TypeCast *cast)
{
    walk_type(walk, cast->typeName);
    str last = ast_name_at(cast->typeName->names, cast->typeName->names->count - 1);
    if (str_eq(last, STR("regclass"))) walk_regclass(walk, cast->arg);
    walk_node(walk, cast->arg);
}

/* ---- FROM ---- */

static struct item *scope_add(struct walk *walk, str alias)
{
    struct item *item = VEC_ADD(walk->arena, &walk->scope->items);
    item->alias = alias;
    return item;
}

static void name_columns(struct walk *walk, struct item *item, const struct list *names)
{
    str *own = ARENA_ARRAY(walk->arena, str,
                           names->count > item->name_count ? names->count : item->name_count);
    for (size_t i = 0; i < item->name_count; i++) own[i] = item->names[i];
    for (size_t i = 0; i < names->count; i++) own[i] = ast_name_at(names, i);
    item->names = own;
    if (names->count > item->name_count) item->name_count = names->count;
    item->relation = NULL; /* renamed by the alias: no longer the table's own names */
}

static void from_table(struct walk *walk, struct RangeVar *range)
{
    const struct cte_name *cte =
        str_empty(range->schemaname) ? cte_named(walk, range->relname) : NULL;
    struct Alias *alias = range->alias;
    struct item *item = scope_add(walk, alias ? alias->aliasname : range->relname);
    if (cte) {
        item->names = cte->names;
        item->name_count = cte->name_count;
        item->known = cte->known;
    } else {
        item->relation = walk_relation(walk, range);
        item->known = item->relation != NULL;
    }
    if (!alias || !alias->colnames->count) return;
    if (item->relation) {
        const struct cat_relation *relation = item->relation;
        str *names = ARENA_ARRAY(walk->arena, str, relation->column_count);
        for (size_t i = 0; i < relation->column_count; i++) names[i] = relation->columns[i].name;
        item->names = names;
        item->name_count = relation->column_count;
    }
    name_columns(walk, item, alias->colnames);
}

static void select_names(struct walk *walk, const struct node *node, struct item *item);

static void from_subquery(struct walk *walk, struct RangeSubselect *sub)
{
    struct scope *saved = walk->scope;
    if (!sub->lateral) walk->scope = walk->scope->outer;
    walk_node(walk, sub->subquery);
    walk->scope = saved;
    struct item *item = scope_add(walk, sub->alias ? sub->alias->aliasname : STR(""));
    select_names(walk, sub->subquery, item);
    if (sub->alias && sub->alias->colnames->count) name_columns(walk, item, sub->alias->colnames);
}

static void from_function(struct walk *walk, struct RangeFunction *function)
{
    walk_list(walk, function->functions);
    for (size_t i = 0; i < function->coldeflist->count; i++)
        walk_node(walk, function->coldeflist->at[i]);
    struct item *item = scope_add(walk, function->alias ? function->alias->aliasname : STR(""));
    if (function->alias && function->alias->colnames->count) {
        name_columns(walk, item, function->alias->colnames);
        item->known = true;
    }
    if (!function->coldeflist->count) return;
    str *names = ARENA_ARRAY(walk->arena, str, function->coldeflist->count);
    for (size_t i = 0; i < function->coldeflist->count; i++)
        names[i] = AST_AS(ColumnDef, function->coldeflist->at[i])->colname;
    item->names = names;
    item->name_count = function->coldeflist->count;
    item->known = true;
}

static void walk_from(struct walk *walk, struct node *node)
{
    switch ((int)node->kind) {
    case T_RangeVar: from_table(walk, AST_AS(RangeVar, node)); return;
    case T_RangeSubselect: from_subquery(walk, AST_AS(RangeSubselect, node)); return;
    case T_RangeFunction: from_function(walk, AST_AS(RangeFunction, node)); return;
    case T_JoinExpr: {
        struct JoinExpr *join = AST_AS(JoinExpr, node);
        walk_from(walk, join->larg);
        walk_from(walk, join->rarg);
        for (size_t i = 0; i < join->usingClause->count; i++) {
            str name = ast_name_at(join->usingClause, i);
            for (size_t j = 0; j < walk->scope->items.count; j++)
                tell_column(walk, join->usingClause->at[i], &walk->scope->items.at[j], name);
        }
        if (join->quals) walk_node(walk, join->quals);
        if (join->alias) scope_add(walk, join->alias->aliasname);
        return;
    }
    default: /* XMLTABLE, TABLESAMPLE: refused by the analyzer */ walk_node(walk, node); return;
    }
}

/* ---- stars: written out at creation, for a later column must not join the view ---- */

struct output {
    VEC(struct node *);
    bool unknown;
};

static void output_item(struct walk *walk,
                        const struct item *item,
                        const struct list *skip,
                        struct output *out)
{
    if (!item || !item->known) {
        out->unknown = true;
        return;
    }
    size_t count = item->relation ? item->relation->column_count : item->name_count;
    for (size_t i = 0; i < count; i++) {
        str name = item->relation ? item->relation->columns[i].name : item->names[i];
        bool merged = false;
        for (size_t j = 0; skip && j < skip->count; j++)
            merged = merged || str_eq(ast_name_at(skip, j), name);
        if (!merged)
            *VEC_ADD(walk->arena, out) = ast_res_target(
                walk->arena, STR_NONE, ast_column_ref(walk->arena, item->alias, name));
    }
}

static str from_alias(const struct node *node)
{
    if (AST_IS(RangeVar, node)) {
        const struct RangeVar *range = AST_AS(RangeVar, node);
        return range->alias ? range->alias->aliasname : range->relname;
    }
    const struct Alias *alias = AST_IS(RangeSubselect, node)  ? AST_AS(RangeSubselect, node)->alias
                                : AST_IS(RangeFunction, node) ? AST_AS(RangeFunction, node)->alias
                                                              : NULL;
    return alias ? alias->aliasname : STR("");
}

static void output_from(struct walk *walk,
                        const struct node *node,
                        const struct list *skip,
                        struct output *out)
{
    if (!AST_IS(JoinExpr, node)) {
        output_item(walk, item_named(walk->scope, from_alias(node)), skip, out);
        return;
    }
    const struct JoinExpr *join = AST_AS(JoinExpr, node);
    if (join->isNatural || join->alias || (join->usingClause->count && skip)) {
        out->unknown = true;
        return;
    }
    const struct list *merged = join->usingClause->count ? join->usingClause : skip;
    for (size_t i = 0; i < join->usingClause->count; i++) {
        str name = ast_name_at(join->usingClause, i);
        *VEC_ADD(walk->arena, out) =
            ast_res_target(walk->arena, STR_NONE, ast_column_ref(walk->arena, name));
    }
    output_from(walk, join->larg, merged, out);
    output_from(walk, join->rarg, merged, out);
}

static void expand_stars(struct walk *walk, struct SelectStmt *select)
{
    struct list *targets = &ast_list_none;
    for (size_t i = 0; i < select->targetList->count; i++) {
        struct node *target = select->targetList->at[i];
        struct node *value = AST_AS(ResTarget, target)->val;
        if (!AST_IS(ColumnRef, value) || !has_star(AST_AS(ColumnRef, value))) {
            ast_list_add(walk->arena, &targets, target);
            continue;
        }
        struct ColumnRef *star = AST_AS(ColumnRef, value);
        struct output out = {0};
        if (star->fields->count == 1)
            for (size_t j = 0; j < select->fromClause->count; j++)
                output_from(walk, select->fromClause->at[j], NULL, &out);
        else
            output_item(walk,
                        item_named(walk->scope, ast_name_at(star->fields, star->fields->count - 2)),
                        NULL, &out);
        if (out.unknown) ast_list_add(walk->arena, &targets, target);
        for (size_t j = 0; !out.unknown && j < out.count; j++)
            ast_list_add(walk->arena, &targets, out.at[j]);
    }
    select->targetList = targets;
}

/* ---- SELECT ---- */

static void select_names(struct walk *walk, const struct node *node, struct item *item)
{
    if (!AST_IS(SelectStmt, node)) return;
    const struct SelectStmt *select = AST_AS(SelectStmt, node);
    while (select->op != SETOP_NONE) select = select->larg;
    item->known = true;
    if (select->valuesLists->count) {
        const struct list *row = AST_AS(List, select->valuesLists->at[0])->items;
        str *names = ARENA_ARRAY(walk->arena, str, row->count);
        for (size_t i = 0; i < row->count; i++)
            names[i] = str_printf(walk->arena, "column%zu", i + 1);
        item->names = names;
        item->name_count = row->count;
        return;
    }
    str *names = ARENA_ARRAY(walk->arena, str, select->targetList->count);
    for (size_t i = 0; i < select->targetList->count; i++) {
        const struct ResTarget *target = AST_AS(ResTarget, select->targetList->at[i]);
        bool star = AST_IS(ColumnRef, target->val) && has_star(AST_AS(ColumnRef, target->val));
        if (star) item->known = false;
        names[i] = target->name.at ? target->name : star ? STR("") : infer_column_name(target->val);
    }
    item->names = names;
    item->name_count = select->targetList->count;
}

static void walk_ctes(struct walk *walk, struct WithClause *with)
{
    for (size_t i = 0; i < with->ctes->count && !walk->error; i++) {
        struct CommonTableExpr *cte = AST_AS(CommonTableExpr, with->ctes->at[i]);
        struct cte_name *name = ARENA_NEW(walk->arena, struct cte_name);
        name->name = cte->ctename;
        name->outer = walk->ctes;
        if (with->recursive) walk->ctes = name;
        walk_node(walk, cte->ctequery);
        struct item item = {0};
        select_names(walk, cte->ctequery, &item);
        if (cte->aliascolnames->count) name_columns(walk, &item, cte->aliascolnames);
        name->names = item.names;
        name->name_count = item.name_count;
        name->known = item.known;
        walk->ctes = name;
    }
}

/* A bare name in ORDER BY or GROUP BY that is a result's name is not a column. */
static bool names_output(const struct SelectStmt *select, const struct node *node)
{
    if (AST_IS(SortBy, node)) node = AST_AS(SortBy, node)->node;
    if (!AST_IS(ColumnRef, node)) return false;
    const struct ColumnRef *ref = AST_AS(ColumnRef, node);
    if (ref->fields->count != 1 || has_star(ref)) return false;
    for (size_t i = 0; i < select->targetList->count; i++) {
        const struct ResTarget *target = AST_AS(ResTarget, select->targetList->at[i]);
        if (target->name.at && str_eq(target->name, ast_name_at(ref->fields, 0))) return true;
    }
    return false;
}

static void walk_sorts(struct walk *walk, const struct SelectStmt *select, const struct list *list)
{
    for (size_t i = 0; i < list->count && !walk->error; i++)
        if (!names_output(select, list->at[i])) walk_node(walk, list->at[i]);
}

/* A result keeps its name when the column under it gets another. */
static void walk_targets(struct walk *walk, struct SelectStmt *select)
{
    for (size_t i = 0; i < select->targetList->count && !walk->error; i++) {
        struct ResTarget *target = AST_AS(ResTarget, select->targetList->at[i]);
        bool bare = !target->name.at && AST_IS(ColumnRef, target->val) &&
                    !has_star(AST_AS(ColumnRef, target->val));
        str before = bare ? str_copy(walk->arena, infer_column_name(target->val)) : STR_NONE;
        walk_node(walk, target->val);
        if (bare && !str_eq(before, infer_column_name(target->val))) target->name = before;
    }
}

static void walk_select(struct walk *walk, struct SelectStmt *select)
{
    struct scope scope = {.outer = walk->scope};
    struct cte_name *ctes = walk->ctes;
    if (select->withClause) walk_ctes(walk, select->withClause);
    if (select->op != SETOP_NONE) {
        walk_select(walk, select->larg);
        walk_select(walk, select->rarg);
        walk->ctes = ctes;
        return;
    }
    walk->scope = &scope;
    for (size_t i = 0; i < select->fromClause->count && !walk->error; i++)
        walk_from(walk, select->fromClause->at[i]);
    if (walk->expand_stars) expand_stars(walk, select);
    walk_list(walk, select->distinctClause);
    walk_sorts(walk, select, select->groupClause);
    walk_sorts(walk, select, select->sortClause);
    walk_targets(walk, select);
    walk_list(walk, select->valuesLists);
    walk_list(walk, select->windowClause);
    struct node *const parts[] = {select->whereClause, select->havingClause, select->limitOffset,
                                  select->limitCount};
    for (size_t i = 0; i < COUNT_OF(parts) && !walk->error; i++)
        if (parts[i]) walk_node(walk, parts[i]);
    walk->scope = scope.outer;
    walk->ctes = ctes;
}

static void walk_node(struct walk *walk, struct node *node)
{
    if (walk->error || !node) return;
    switch ((int)node->kind) {
    case T_ColumnRef: walk_column(walk, AST_AS(ColumnRef, node)); return;
    case T_SelectStmt: walk_select(walk, AST_AS(SelectStmt, node)); return;
    case T_TypeCast: walk_cast(walk, AST_AS(TypeCast, node)); return;
    case T_TypeName: walk_type(walk, AST_AS(TypeName, node)); break;
    case T_FuncCall: walk_function(walk, AST_AS(FuncCall, node)); break;
    default: /* nothing of its own to refer to */ break;
    }
    ast_children(node, walk_child, walk);
}

static void walk_start(struct ddl *ddl, const struct catalog *catalog, struct walk *walk)
{
    *walk = (struct walk){.names = *ddl, .arena = ddl->arena};
    walk->names.next = (struct catalog *)catalog; /* read only */
}

static void scope_row(struct walk *walk, str alias, const struct cat_relation *relation)
{
    struct item *item = scope_add(walk, alias);
    item->relation = relation;
    item->known = true;
    item->row = true;
}

static err walk_run(struct walk *walk, const struct cat_relation *relation, struct node *tree)
{
    struct scope scope = {0};
    walk->scope = &scope;
    if (relation) {
        struct item *item = scope_add(walk, relation->name);
        item->relation = relation;
        item->known = true;
        item->own = true;
        /* Behind the table itself, so that bare names are its own; nothing but a trigger's WHEN can
         * have been stored with these. */
        scope_row(walk, STR("old"), relation);
        scope_row(walk, STR("new"), relation);
    }
    walk_node(walk, tree);
    walk->scope = NULL;
    return walk->error;
}

/* ---- use 1: qualify ---- */

static void qualify_names(struct walk *walk, struct list **names, str schema)
{
    if ((*names)->count != 1) return;
    *names = ast_names(walk->arena, str_copy(walk->arena, schema), ast_name_at(*names, 0));
}

static str regclass_text(struct walk *walk, str schema, str name)
{
    struct buf *out = buf_in(walk->arena, 0);
    deparse_ident(out, schema);
    buf_char(out, '.');
    deparse_ident(out, name);
    return str_copy(walk->arena, buf_str(out));
}

static err qualify(struct walk *walk, const struct ref *ref)
{
    struct ddl *ddl = &walk->names;
    if (!ref->node) return NULL;
    switch (ref->kind) {
    case TARGET_RELATION: {
        str schema = ddl_schema_name(ddl, ref->relation->schema);
        if (AST_IS(A_Const, ref->node))
            AST_AS(A_Const, ref->node)->sval = regclass_text(walk, schema, ref->relation->name);
        else if (AST_IS(RangeVar, ref->node))
            AST_AS(RangeVar, ref->node)->schemaname = str_copy(walk->arena, schema);
        return NULL;
    }
    case TARGET_FUNCTION:
        if (AST_IS(ColumnRef, ref->node)) return NULL;
        qualify_names(walk, &AST_AS(FuncCall, ref->node)->funcname,
                      ddl_schema_name(ddl, ref->function->schema));
        return NULL;
    case TARGET_TYPE:
        qualify_names(walk, &AST_AS(TypeName, ref->node)->names,
                      ddl_schema_name(ddl, ref->type->schema));
        return NULL;
    case TARGET_COLUMN: return NULL;
    }
    return NULL;
}

static err store(struct ddl *ddl,
                 const struct cat_relation *relation,
                 const struct node *tree,
                 bool statement,
                 struct cat_expr *out)
{
    struct walk walk;
    walk_start(ddl, ddl->next, &walk);
    walk.arena = ddl->pool; /* what it makes becomes part of the stored tree */
    walk.visit = qualify;
    walk.expand_stars = statement;
    struct node *copy = ast_copy(ddl->pool, tree);
    TRY(walk_run(&walk, relation, copy));
    str text;
    TRY(statement ? deparse_statement_str(ddl->arena, copy, &text)
                  : deparse_expr_str(ddl->arena, copy, &text));
    *out = (struct cat_expr){.text = str_copy(ddl->pool, text), .tree = copy};
    return NULL;
}

err ddl_store_expr(struct ddl *ddl,
                   const struct cat_relation *relation,
                   const struct node *tree,
                   struct cat_expr *out)
{
    *out = (struct cat_expr){0};
    if (!tree) return NULL;
    return store(ddl, relation, tree, false, out);
}

err ddl_store_query(struct ddl *ddl, const struct node *select, struct cat_expr *out)
{
    return store(ddl, NULL, select, true, out);
}

/* ---- use 2: does it mention ---- */

struct mention {
    const struct ddl_target *target;
    bool found;
};

static bool ref_is(struct walk *walk, const struct ref *ref, const struct ddl_target *target)
{
    if (ref->kind != target->kind) return false;
    const struct cat_function *function;
    switch (ref->kind) {
    case TARGET_RELATION: return ref->relation->oid == target->id;
    case TARGET_COLUMN:
        return ref->relation->oid == target->id && ref->column->number == target->column;
    case TARGET_TYPE:
        return ref->type->oid == target->id || ref->type->array == target->id ||
               ref->type->element == target->id;
    case TARGET_FUNCTION:
        function = catalog_function(walk->names.next, target->id);
        return function && function->schema == ref->function->schema &&
               str_eq(function->name, ref->function->name);
    }
    return false;
}

static err look_for(struct walk *walk, const struct ref *ref)
{
    struct mention *mention = walk->context;
    mention->found = mention->found || ref_is(walk, ref, mention->target);
    return NULL;
}

bool ddl_expr_mentions(struct ddl *ddl,
                       const struct catalog *catalog,
                       const struct cat_relation *relation,
                       const struct cat_expr *expr,
                       const struct ddl_target *target)
{
    if (!expr->tree) return false;
    struct walk walk;
    struct mention mention = {.target = target};
    walk_start(ddl, catalog, &walk);
    walk.visit = look_for;
    walk.context = &mention;
    err_ignore(walk_run(&walk, relation, (struct node *)expr->tree), "look_for raises none");
    return mention.found;
}

/* ---- use 3: rename ---- */

struct renaming {
    const struct ddl_target *target;
    str schema; /* the new ones */
    str name;
};

static void set_last_name(struct walk *walk, struct list **names, str schema, str name)
{
    *names =
        (*names)->count > 1 ? ast_names(walk->arena, schema, name) : ast_names(walk->arena, name);
}

/* Aliases that were the relation's own name stay as aliases. */
static void rename_range(struct walk *walk, struct RangeVar *range, const struct renaming *renaming)
{
    if (!range->alias && !str_eq(range->relname, renaming->name))
        range->alias = ast_alias(walk->arena, range->relname);
    range->schemaname = renaming->schema;
    range->relname = renaming->name;
}

/* from_end 1: the column's name, 2: its table's. */
static void rename_field(struct walk *walk, struct ColumnRef *ref, size_t from_end, str name)
{
    size_t count = ref->fields->count;
    struct node **fields = ARENA_ARRAY(walk->arena, struct node *, count);
    memcpy(fields, ref->fields->at, count * sizeof *fields);
    fields[count - from_end] = ast_string(walk->arena, name);
    ref->fields = ast_list_of(walk->arena, fields, count);
}

static err rename_ref(struct walk *walk, const struct ref *ref)
{
    const struct renaming *renaming = walk->context;
    if (!ref->node || !ref_is(walk, ref, renaming->target)) return NULL;
    switch (ref->kind) {
    case TARGET_RELATION:
        if (AST_IS(A_Const, ref->node))
            AST_AS(A_Const, ref->node)->sval =
                regclass_text(walk, renaming->schema, renaming->name);
        else if (AST_IS(ColumnRef, ref->node))
            rename_field(walk, AST_AS(ColumnRef, ref->node), 2, renaming->name);
        else
            rename_range(walk, AST_AS(RangeVar, ref->node), renaming);
        return NULL;
    case TARGET_COLUMN:
        if (AST_IS(String, ref->node))
            return ddl_unsupported(&walk->names, NULL,
                                   "renaming a column that a view or policy joins USING");
        rename_field(walk, AST_AS(ColumnRef, ref->node), 1, renaming->name);
        return NULL;
    case TARGET_FUNCTION:
        if (AST_IS(ColumnRef, ref->node))
            rename_field(walk, AST_AS(ColumnRef, ref->node), 1, renaming->name);
        else
            set_last_name(walk, &AST_AS(FuncCall, ref->node)->funcname, renaming->schema,
                          renaming->name);
        return NULL;
    case TARGET_TYPE:
        set_last_name(walk, &AST_AS(TypeName, ref->node)->names, renaming->schema, renaming->name);
        return NULL;
    }
    return NULL;
}

/* Sets *changed when the expression mentions the target and is rewritten. */
static err rename_expr(struct ddl *ddl,
                       const struct cat_relation *relation,
                       struct cat_expr *expr,
                       bool statement,
                       const struct renaming *renaming,
                       bool *changed)
{
    if (!ddl_expr_mentions(ddl, ddl->before, relation, expr, renaming->target)) return NULL;
    struct walk walk;
    walk_start(ddl, ddl->before, &walk);
    walk.arena = ddl->pool;
    walk.visit = rename_ref;
    walk.context = (void *)renaming;
    struct node *copy = ast_copy(ddl->pool, expr->tree);
    TRY(walk_run(&walk, relation, copy));
    str text;
    TRY(statement ? deparse_statement_str(ddl->arena, copy, &text)
                  : deparse_expr_str(ddl->arena, copy, &text));
    *expr = (struct cat_expr){.text = str_copy(ddl->pool, text), .tree = copy};
    *changed = true;
    return NULL;
}

/* A copy of the relation with arrays of its own, each expression offered to rename. */
static err rename_in_relation(struct ddl *ddl,
                              const struct cat_relation *relation,
                              const struct renaming *renaming)
{
    const struct cat_relation *old = catalog_relation(ddl->before, relation->oid);
    struct cat_relation *copy = CATALOG_EDIT(ddl->next, relation);
    struct cat_column *columns = DDL_OWN(ddl, copy, columns, column_count);
    struct cat_constraint *constraints = DDL_OWN(ddl, copy, constraints, constraint_count);
    struct cat_index *indexes = DDL_OWN(ddl, copy, indexes, index_count);
    struct cat_policy *policies = DDL_OWN(ddl, copy, policies, policy_count);
    struct cat_trigger *triggers = DDL_OWN(ddl, copy, triggers, trigger_count);
    bool changed = false;
    for (size_t i = 0; i < copy->trigger_count; i++)
        TRY(rename_expr(ddl, old, &triggers[i].when, false, renaming, &changed));
    for (size_t i = 0; i < copy->column_count; i++)
        TRY(rename_expr(ddl, old, &columns[i].default_expr, false, renaming, &changed));
    for (size_t i = 0; i < copy->constraint_count; i++)
        TRY(rename_expr(ddl, old, &constraints[i].check, false, renaming, &changed));
    for (size_t i = 0; i < copy->index_count; i++) {
        struct cat_index *index = &indexes[i];
        struct cat_index_element *elements = DDL_OWN(ddl, index, elements, element_count);
        for (size_t j = 0; j < index->element_count; j++)
            TRY(rename_expr(ddl, old, &elements[j].expr, false, renaming, &changed));
        TRY(rename_expr(ddl, old, &index->where, false, renaming, &changed));
    }
    for (size_t i = 0; i < copy->policy_count; i++) {
        TRY(rename_expr(ddl, old, &policies[i].using_expr, false, renaming, &changed));
        TRY(rename_expr(ddl, old, &policies[i].check_expr, false, renaming, &changed));
    }
    TRY(rename_expr(ddl, NULL, &copy->query, true, renaming, &changed));
    if (changed) catalog_put(ddl->next, CAT_RELATION, copy);
    return NULL;
}

static err rename_in_type(struct ddl *ddl,
                          const struct cat_type *type,
                          const struct renaming *renaming)
{
    if (type->kind != TYPE_KIND_DOMAIN) return NULL;
    bool changed = false;
    struct cat_type *copy = CATALOG_EDIT(ddl->next, type);
    struct cat_domain_check *checks = DDL_OWN(ddl, copy, checks, check_count);
    TRY(rename_expr(ddl, NULL, &copy->default_expr, false, renaming, &changed));
    for (size_t i = 0; i < copy->check_count; i++)
        TRY(rename_expr(ddl, NULL, &checks[i].expr, false, renaming, &changed));
    if (changed) catalog_put(ddl->next, CAT_TYPE, copy);
    return NULL;
}

static err rename_in_function(struct ddl *ddl,
                              const struct cat_function *function,
                              const struct renaming *renaming)
{
    bool changed = false;
    struct cat_function *copy = CATALOG_EDIT(ddl->next, function);
    struct cat_argument *arguments = DDL_OWN(ddl, copy, arguments, argument_count);
    for (size_t i = 0; i < copy->argument_count; i++)
        TRY(rename_expr(ddl, NULL, &arguments[i].default_expr, false, renaming, &changed));
    if (changed) catalog_put(ddl->next, CAT_FUNCTION, copy);
    return NULL;
}

err ddl_rename_everywhere(struct ddl *ddl, const struct ddl_target *target, oid schema, str name)
{
    struct renaming renaming = {
        .target = target,
        .schema = str_copy(ddl->pool, ddl_schema_name(ddl, schema)),
        .name = str_copy(ddl->pool, name),
    };
    size_t at = 0;
    const struct cat_relation *relation;
    /* Oids stay and nothing is added, so putting while walking keeps places. */
    while ((relation = catalog_relation_next(ddl->next, &at)))
        TRY(rename_in_relation(ddl, relation, &renaming));
    at = 0;
    const struct cat_type *type;
    while ((type = catalog_type_next(ddl->next, &at))) TRY(rename_in_type(ddl, type, &renaming));
    at = 0;
    const struct cat_function *function;
    while ((function = catalog_function_next(ddl->next, &at)))
        TRY(rename_in_function(ddl, function, &renaming));
    return NULL;
}
