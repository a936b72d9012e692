#include "sql/analyze_int.h"

/* One INSERT while its source is built. */
struct insert {
    struct scope *scope;
    const struct InsertStmt *statement;
    struct write_target target;
    int *columns; /* of the table, per given value, in the order of the statement */
    size_t column_count;
    bool listed;            /* INSERT INTO t (a, b) */
    struct expr **defaults; /* per column of the table; made when first needed */
    bool has_generated;
};

static const struct cat_column *column_of(const struct insert *insert, int column)
{
    return write_target_definition(&insert->target, column);
}

/* ---- which columns --------------------------------------------------------------------------------- */

static err add_column(struct insert *insert, int named, str name, int32_t location)
{
    struct scope *scope = insert->scope;
    int column = insert->target.columns[named];
    for (size_t i = 0; i < insert->column_count; i++)
        if (insert->columns[i] == column)
            return SQL_ERROR(scope, "42701", location, "column \"%.*s\" specified more than once",
                             STR_FMT(name));
    insert->columns[insert->column_count++] = column;
    return NULL;
}

static err listed_columns(struct insert *insert)
{
    const struct list *items = insert->statement->cols;
    insert->listed = true;
    for (size_t i = 0; i < items->count; i++) {
        const struct ResTarget *item = AST_AS(ResTarget, items->at[i]);
        int named;
        TRY(write_target_column(insert->scope, &insert->target, item->name, item->base.location,
                                &named));
        if (item->indirection->count)
            return NOT_DONE(insert->scope, item->base.location,
                            "inserting into a part of column \"%.*s\" is not supported",
                            STR_FMT(item->name));
        TRY(add_column(insert, named, item->name, item->base.location));
    }
    return NULL;
}

static err target_columns(struct insert *insert)
{
    const struct cat_relation *named = insert->target.named;
    size_t most = named->column_count + insert->statement->cols->count;
    insert->columns = ARENA_ARRAY(insert->scope->analyzer->arena, int, most);
    if (insert->statement->cols->count) return listed_columns(insert);
    for (size_t i = 0; i < named->column_count; i++) {
        if (insert->target.columns[i] < 0) continue;
        TRY(add_column(insert, (int)i, named->columns[i].name, -1));
    }
    return NULL;
}

static void mark_columns(struct insert *insert, size_t count)
{
    struct analyzer *analyzer = insert->scope->analyzer;
    const struct write_target *target = &insert->target;
    for (size_t i = 0; i < count; i++) {
        guard_mark_inserted(analyzer, target->access, insert->columns[i]);
        guard_mark_between(analyzer, target->access, target->view_access, insert->columns[i],
                           guard_mark_inserted);
        for (size_t n = 0; target->view_access && n < target->named->column_count; n++)
            if (target->columns[n] == insert->columns[i])
                guard_mark_inserted(analyzer, target->view_access, (int)n);
    }
}

/* The statement gives `given` values a row: at most as many as there are columns, and with a list
 * exactly as many. Without one the first columns are meant. */
static err match_count(struct insert *insert, size_t given, const struct node *extra)
{
    struct scope *scope = insert->scope;
    if (given > insert->column_count)
        return SQL_ERROR(scope, "42601", ast_location(extra),
                         "INSERT has more expressions than target columns");
    if (insert->listed && given < insert->column_count)
        return SQL_ERROR(scope, "42601", ast_location(insert->statement->cols->at[given]),
                         "INSERT has more target columns than expressions");
    insert->column_count = given;
    mark_columns(insert, given);
    return NULL;
}

/* ---- values ------------------------------------------------------------------------------------------ */

static err default_of(struct insert *insert, int column, struct expr **out)
{
    if (!insert->defaults[column])
        TRY(column_default(insert->scope, &insert->target, column, &insert->defaults[column]));
    *out = insert->defaults[column];
    return NULL;
}

/* 428C9, or *ignored for an identity column under OVERRIDING USER VALUE. */
static err value_allowed(struct insert *insert, int column, bool *ignored)
{
    const struct cat_column *definition = column_of(insert, column);
    struct arena *arena = insert->scope->analyzer->arena;
    enum OverridingKind override = insert->statement->override;
    *ignored = definition->identity && override == OVERRIDING_USER_VALUE;
    bool always = definition->identity == 'a' && override == OVERRIDING_NOT_SET;
    if (!definition->generated && !always) return NULL;
    struct err *error = SQL_ERROR(insert->scope, "428C9", -1,
                                  "cannot insert a non-DEFAULT value into column \"%.*s\"",
                                  STR_FMT(definition->name));
    if (definition->generated)
        return err_details(arena, error, "Column \"%.*s\" is a generated column.",
                           STR_FMT(definition->name));
    return err_hint(arena,
                    err_details(arena, error,
                                "Column \"%.*s\" is an identity column defined as GENERATED "
                                "ALWAYS.",
                                STR_FMT(definition->name)),
                    "Use OVERRIDING SYSTEM VALUE to override.");
}

static err fill_defaults(struct insert *insert, struct expr **values)
{
    const struct cat_relation *relation = insert->target.relation;
    for (size_t i = 0; i < relation->column_count; i++)
        if (!values[i] && !relation->columns[i].generated)
            TRY(default_of(insert, (int)i, &values[i]));
    return NULL;
}

static err fill_generated(struct insert *insert, struct expr **values)
{
    const struct cat_relation *relation = insert->target.relation;
    for (size_t i = 0; i < relation->column_count; i++)
        if (relation->columns[i].generated)
            TRY(column_generated(insert->scope, &insert->target, (int)i, values, &values[i]));
    return NULL;
}

static err row_value(struct insert *insert, const struct node *node, int column, struct expr **out)
{
    struct scope *scope = insert->scope;
    const struct cat_column *definition = column_of(insert, column);
    if (AST_IS(SetToDefault, node)) {
        *out = NULL; /* filled in with the others that are not given */
        return NULL;
    }
    bool ignored;
    TRY(value_allowed(insert, column, &ignored));
    TRY(infer_expr_in(&scope->infer, INFER_VALUES, node, out));
    TRY(infer_coerce_column(&scope->infer, *out, definition->name, definition->type,
                            definition->typmod, out));
    if (ignored) *out = NULL;
    return NULL;
}

/* ---- sources -------------------------------------------------------------------------------------- */

/* Names and types of the source's columns. */
static void source_shape(struct insert *insert, struct query *source)
{
    struct scope *scope = insert->scope;
    const struct cat_relation *relation = insert->target.relation;
    for (size_t i = 0; i < relation->column_count; i++) {
        struct expr *shape = infer_null(&scope->infer, relation->columns[i].type);
        shape->typmod = relation->columns[i].typmod;
        query_add_target(scope->analyzer->arena, source, shape, relation->columns[i].name);
    }
}

/* SELECT its columns, generated ones computed, FROM (source): for values too dear to write twice. */
static err wrap_generated(struct insert *insert, struct query **source)
{
    struct scope *scope = insert->scope;
    const struct cat_relation *relation = insert->target.relation;
    struct rte *rte;
    TRY(query_wrap(scope, *source, STR("new"), source, &rte));
    struct expr **values =
        ARENA_ARRAY(scope->analyzer->arena, struct expr *, relation->column_count);
    for (size_t i = 0; i < relation->column_count; i++) values[i] = (*source)->targets[i].expr;
    TRY(fill_generated(insert, values));
    for (size_t i = 0; i < relation->column_count; i++) (*source)->targets[i].expr = values[i];
    return NULL;
}

static bool is_dear(const struct expr *expr, void *context)
{
    (void)context;
    return expr->kind == EXPR_SUBQUERY;
}

struct column_search {
    str name;
    bool found;
};

static bool names_column(struct node *node, void *context)
{
    struct column_search *search = context;
    if (AST_IS(ColumnRef, node)) {
        const struct list *fields = AST_AS(ColumnRef, node)->fields;
        search->found |= str_eq(ast_name_at(fields, fields->count - 1), search->name);
    }
    return !search->found && ast_children(node, names_column, search);
}

/* Whether a generated column is computed from this one. */
static bool is_generated_from(const struct insert *insert, size_t column)
{
    const struct cat_relation *relation = insert->target.relation;
    struct column_search search = {.name = relation->columns[column].name};
    for (size_t i = 0; i < relation->column_count && !search.found; i++)
        if (relation->columns[i].generated)
            names_column((struct node *)(uintptr_t)relation->columns[i].default_expr.tree, &search);
    return search.found;
}

/* Whether generated columns may repeat the values of this row. */
static bool row_repeats(const struct insert *insert, const struct expr_list *row)
{
    for (size_t i = 0; i < row->count; i++)
        if (row->at[i] && (expr_is_volatile(row->at[i]) || expr_any(row->at[i], is_dear, NULL)) &&
            is_generated_from(insert, i))
            return false;
    return true;
}

static err generated_rows(struct insert *insert, struct query **source)
{
    struct query *values = *source;
    bool repeats = true;
    for (size_t i = 0; i < values->value_row_count && repeats; i++)
        repeats = row_repeats(insert, &values->values[i]);
    if (repeats) {
        for (size_t i = 0; i < values->value_row_count; i++)
            TRY(fill_generated(insert, values->values[i].at));
        return NULL;
    }
    const struct cat_relation *relation = insert->target.relation;
    for (size_t i = 0; i < values->value_row_count; i++)
        for (size_t c = 0; c < relation->column_count; c++)
            if (!values->values[i].at[c])
                values->values[i].at[c] =
                    infer_null(&insert->scope->infer, relation->columns[c].type);
    return wrap_generated(insert, source);
}

static err values_row(struct insert *insert, const struct list *items, struct expr_list *row)
{
    size_t width = insert->target.relation->column_count;
    row->at = ARENA_ARRAY(insert->scope->analyzer->arena, struct expr *, width);
    row->count = width;
    for (size_t i = 0; i < items->count; i++)
        TRY(row_value(insert, items->at[i], insert->columns[i], &row->at[insert->columns[i]]));
    return fill_defaults(insert, row->at);
}

/* rows: the lists of VALUES; NULL for DEFAULT VALUES. */
static err values_source(struct insert *insert, const struct list *rows)
{
    struct scope *scope = insert->scope;
    struct query *source = query_new(scope->analyzer, QUERY_SELECT);
    size_t count = rows ? rows->count : 1;
    source->values = ARENA_ARRAY(scope->analyzer->arena, struct expr_list, count);
    source->value_row_count = count;
    const struct list *first = rows ? AST_AS(List, rows->at[0])->items : &ast_list_none;
    if (rows)
        TRY(match_count(insert, first->count,
                        first->count > insert->column_count ? first->at[insert->column_count]
                                                            : NULL));
    for (size_t i = 0; i < count; i++) {
        const struct list *items = rows ? AST_AS(List, rows->at[i])->items : first;
        if (items->count != first->count)
            return SQL_ERROR(scope, "42601", ast_location(rows->at[i]),
                             "VALUES lists must all be the same length");
        TRY(values_row(insert, items, &source->values[i]));
    }
    source_shape(insert, source);
    if (insert->has_generated) TRY(generated_rows(insert, &source));
    scope->query->source = source;
    return NULL;
}

/* Columns may be added to the select list itself when nothing depends on what is in it. */
static bool takes_targets(const struct query *query)
{
    return query->set_op == SET_NONE && !query->values && !query->distinct &&
           !query->distinct_on.count && !query->order.count && !query->limit && !query->offset;
}

static err select_columns(struct insert *insert, struct query **source)
{
    struct arena *arena = insert->scope->analyzer->arena;
    size_t count = insert->column_count;
    oid *types = ARENA_ARRAY(arena, oid, count);
    int32_t *typmods = ARENA_ARRAY(arena, int32_t, count);
    const struct cat_column **columns = ARENA_ARRAY(arena, const struct cat_column *, count);
    for (size_t i = 0; i < count; i++) {
        columns[i] = column_of(insert, insert->columns[i]);
        types[i] = columns[i]->type;
        typmods[i] = columns[i]->typmod;
    }
    return query_coerce_columns(insert->scope, source, types, typmods, count, CAST_ASSIGNMENT,
                                columns);
}

static err select_source(struct insert *insert, const struct node *select)
{
    struct scope *scope = insert->scope;
    struct query *source;
    TRY(subquery_analyze(scope, select, UNKNOWN_KEPT, &source));
    const struct SelectStmt *statement = AST_AS(SelectStmt, select);
    const struct node *extra = NULL;
    if (source->target_count > insert->column_count &&
        statement->targetList->count > insert->column_count)
        extra = statement->targetList->at[insert->column_count];
    TRY(match_count(insert, source->target_count, extra));
    TRY(select_columns(insert, &source));
    struct rte *rte;
    if (!takes_targets(source)) TRY(query_wrap(scope, source, STR("src"), &source, &rte));
    size_t width = insert->target.relation->column_count;
    struct expr **values = ARENA_ARRAY(scope->analyzer->arena, struct expr *, width);
    for (size_t i = 0; i < insert->column_count; i++) {
        bool ignored;
        TRY(value_allowed(insert, insert->columns[i], &ignored));
        if (!ignored) values[insert->columns[i]] = source->targets[i].expr;
    }
    TRY(fill_defaults(insert, values));
    source->targets = NULL;
    source->target_count = 0;
    for (size_t i = 0; i < width; i++) {
        const struct cat_column *column = column_of(insert, (int)i);
        if (!values[i]) values[i] = infer_null(&scope->infer, column->type);
        query_add_target(scope->analyzer->arena, source, values[i], column->name);
    }
    if (insert->has_generated) TRY(wrap_generated(insert, &source));
    scope->query->source = source;
    return NULL;
}

static bool is_values(const struct node *node)
{
    if (!AST_IS(SelectStmt, node)) return false;
    const struct SelectStmt *select = AST_AS(SelectStmt, node);
    return select->valuesLists->count && !select->sortClause->count && !select->limitCount &&
           !select->limitOffset && !select->withClause && !select->lockingClause->count;
}

static err insert_source(struct insert *insert)
{
    const struct node *select = insert->statement->selectStmt;
    if (!select) {
        insert->column_count = 0;
        return values_source(insert, NULL);
    }
    if (is_values(select)) return values_source(insert, AST_AS(SelectStmt, select)->valuesLists);
    return select_source(insert, select);
}

/* ---- ON CONFLICT ------------------------------------------------------------------------------------- */

static void mark_index(struct insert *insert, const struct cat_index *index)
{
    const struct cat_relation *relation = insert->target.relation;
    for (size_t e = 0; e < index->element_count; e++)
        for (size_t c = 0; c < relation->column_count; c++)
            if (relation->columns[c].number == index->elements[e].column)
                guard_mark_selected(insert->scope->analyzer, insert->target.access, (int)c);
}

static err arbiter_of_constraint(struct insert *insert, str name, const struct cat_index **out)
{
    const struct cat_relation *relation = insert->target.relation;
    const struct cat_constraint *constraint = cat_constraint_find(relation, name);
    if (!constraint)
        return SQL_ERROR(insert->scope, "42704", -1,
                         "constraint \"%.*s\" for table \"%.*s\" does not exist", STR_FMT(name),
                         STR_FMT(relation->name));
    for (size_t i = 0; i < relation->index_count; i++)
        if (constraint->index && relation->indexes[i].oid == constraint->index)
            *out = &relation->indexes[i];
    if (*out) return NULL;
    return SQL_ERROR(insert->scope, "42809", -1,
                     "constraint in ON CONFLICT clause has no associated index");
}

/* f(x) as schema.f(x), the way an index keeps it; built-in functions go unqualified. */
static bool qualify_call(struct node *node, void *context)
{
    struct insert *insert = context;
    const struct catalog *catalog = insert->scope->analyzer->catalog;
    const struct identity *who = &insert->scope->who;
    ast_children(node, qualify_call, insert);
    if (node->kind != T_FuncCall || AST_AS(FuncCall, node)->funcname->count > 1) return true;
    struct FuncCall *call = AST_AS(FuncCall, node);
    str name = ast_name_at(call->funcname, 0);
    size_t builtin = 0;
    if (builtin_function_next(name, &builtin)) return true;
    for (size_t i = 0; i < who->path_count; i++) {
        const struct cat_schema *schema = catalog_schema_find(catalog, who->path[i]);
        size_t at = 0;
        if (!schema || !catalog_function_named(catalog, schema->oid, name, &at)) continue;
        struct arena *arena = insert->scope->analyzer->arena;
        call->funcname = ast_names(arena, schema->name, name);
        return true;
    }
    return true;
}

static bool same_stored(struct insert *insert, const struct node *item, const struct node *stored)
{
    if (!item || ast_equal(item, stored)) return item != NULL;
    struct node *copy = ast_copy(insert->scope->analyzer->arena, item);
    qualify_call(copy, insert);
    return ast_equal(copy, stored);
}

/* Whether the statement's conflict target names this element of an index. */
static bool element_named(struct insert *insert,
                          const struct cat_index_element *element,
                          const struct list *items)
{
    const struct cat_relation *relation = insert->target.relation;
    const struct cat_column *column =
        element->column ? cat_column_numbered(relation, element->column) : NULL;
    for (size_t i = 0; i < items->count; i++) {
        const struct IndexElem *item = AST_AS(IndexElem, items->at[i]);
        if (column && item->name.at && str_eq(item->name, column->name)) return true;
        if (!column && same_stored(insert, item->expr, element->expr.tree)) return true;
    }
    return false;
}

static bool items_cover(struct insert *insert,
                        const struct cat_index *index,
                        const struct list *items)
{
    for (size_t e = 0; e < index->element_count; e++)
        if (!element_named(insert, &index->elements[e], items)) return false;
    return true;
}

/* Each item must be an element as well: (a, b) does not infer a unique index on (a). */
static bool items_are_elements(struct insert *insert,
                               const struct cat_index *index,
                               const struct list *items)
{
    size_t distinct = 0;
    for (size_t i = 0; i < items->count; i++) {
        bool repeated = false;
        for (size_t k = 0; k < i; k++) repeated = repeated || ast_equal(items->at[i], items->at[k]);
        distinct += !repeated;
    }
    return distinct == index->element_count && items_cover(insert, index, items);
}

/* A partial index serves when the statement repeats its predicate. */
static bool predicate_fits(struct insert *insert,
                           const struct cat_index *index,
                           const struct InferClause *infer)
{
    return !index->where.tree || same_stored(insert, infer->whereClause, index->where.tree);
}

static err check_items(struct insert *insert, const struct list *items)
{
    for (size_t i = 0; i < items->count; i++) {
        const struct IndexElem *item = AST_AS(IndexElem, items->at[i]);
        int named;
        if (item->name.at) {
            const struct cat_relation *relation = insert->target.named;
            if (!cat_column_find(relation, item->name))
                return SQL_ERROR(insert->scope, "42703", -1, "column \"%.*s\" does not exist",
                                 STR_FMT(item->name));
            TRY(write_target_column(insert->scope, &insert->target, item->name, -1, &named));
        }
    }
    return NULL;
}

static err arbiter_of_columns(struct insert *insert,
                              const struct InferClause *infer,
                              const struct cat_index **out)
{
    const struct cat_relation *relation = insert->target.relation;
    TRY(check_items(insert, infer->indexElems));
    for (size_t i = 0; i < relation->index_count && !*out; i++) {
        const struct cat_index *index = &relation->indexes[i];
        if (index->unique && predicate_fits(insert, index, infer) &&
            items_are_elements(insert, index, infer->indexElems))
            *out = index;
    }
    if (*out) return NULL;
    return SQL_ERROR(insert->scope, "42P10", -1,
                     "there is no unique or exclusion constraint matching the ON CONFLICT "
                     "specification");
}

static struct ns_item *excluded_item(struct insert *insert)
{
    struct scope *scope = insert->scope;
    struct rte *rte = insert->target.rte;
    size_t count = insert->target.named->column_count;
    struct ns_item *item = ns_item_new(scope, STR("excluded"), rte);
    item->columns = insert->target.item->columns;
    item->column_count = count;
    item->exprs = ARENA_ARRAY(scope->analyzer->arena, struct expr *, count);
    /* The proposed row is the statement's own, but defaults are in it: reading one asks for SELECT on
     * the column of what is named, as in PostgreSQL. */
    const struct write_target *target = &insert->target;
    item->access = target->view_access ? target->view_access : target->access;
    for (size_t i = 0; i < count; i++) {
        int column = insert->target.columns[i];
        struct expr *expr = column < 0 ? infer_null(&scope->infer, item->columns[i].type)
                                       : infer_column_expr(&scope->infer, rte, column);
        if (column >= 0) expr->kind = EXPR_EXCLUDED_COLUMN;
        item->exprs[i] = expr;
    }
    return item;
}

static err conflict_update(struct insert *insert,
                           const struct OnConflictClause *clause,
                           struct on_conflict *conflict)
{
    struct scope *scope = insert->scope;
    conflict->do_update = true;
    insert->target.access->privileges |= PRIV_UPDATE;
    if (insert->target.view_access) insert->target.view_access->privileges |= PRIV_UPDATE;
    size_t before = scope->names.count;
    ns_add(scope, excluded_item(insert));
    ns_add(scope, insert->target.item);
    struct update_set set = {0};
    TRY(update_assignments(scope, &insert->target, clause->targetList, &set));
    conflict->assignments = set.at;
    conflict->assignment_count = set.count;
    if (clause->whereClause) {
        scope->infer.clause = INFER_WHERE;
        TRY(infer_bool(&scope->infer, clause->whereClause, "WHERE", &conflict->where));
        scope->infer.clause = INFER_OTHER;
    }
    scope->names.count = before;
    return NULL;
}

/* EXCLUDE is kept by triggers, which cannot leave a row out. */
static err refuse_exclusion(struct insert *insert, const struct on_conflict *conflict)
{
    const struct cat_relation *relation = insert->target.relation;
    for (size_t i = 0; i < relation->constraint_count; i++) {
        const struct cat_constraint *constraint = &relation->constraints[i];
        bool meant = conflict->any_arbiter ||
                     (conflict->arbiter && conflict->arbiter->oid == constraint->index);
        if (constraint->kind != 'x' || !meant) continue;
        if (conflict->do_update)
            return SQL_ERROR(insert->scope, "42809", -1,
                             "ON CONFLICT DO UPDATE not supported with exclusion constraints");
        return SQL_ERROR(insert->scope, "0A000", -1,
                         "ON CONFLICT DO NOTHING for an exclusion constraint is not supported");
    }
    return NULL;
}

static err on_conflict_clause(struct insert *insert)
{
    const struct OnConflictClause *clause = insert->statement->onConflictClause;
    if (!clause || clause->action == ONCONFLICT_NONE) return NULL;
    struct scope *scope = insert->scope;
    struct on_conflict *conflict = ARENA_NEW(scope->analyzer->arena, struct on_conflict);
    const struct InferClause *infer = clause->infer;
    bool update = clause->action == ONCONFLICT_UPDATE;
    if (!infer && update)
        return SQL_ERROR(scope, "42601", clause->base.location,
                         "ON CONFLICT DO UPDATE requires inference specification or constraint "
                         "name");
    if (!infer)
        conflict->any_arbiter = true;
    else if (infer->conname.at)
        TRY(arbiter_of_constraint(insert, infer->conname, &conflict->arbiter));
    else
        TRY(arbiter_of_columns(insert, infer, &conflict->arbiter));
    conflict->do_update = update;
    TRY(refuse_exclusion(insert, conflict));
    if (conflict->arbiter) mark_index(insert, conflict->arbiter);
    scope->query->conflict = conflict;
    return update ? conflict_update(insert, clause, conflict) : NULL;
}

/* ---- the statement ------------------------------------------------------------------------------------ */

err insert_analyze(struct scope *scope, const struct InsertStmt *statement)
{
    struct arena *arena = scope->analyzer->arena;
    struct query *query = scope->query = query_new(scope->analyzer, QUERY_INSERT);
    struct insert insert = {.scope = scope, .statement = statement};
    TRY(scope_enter(scope));
    TRY(with_clause(scope, statement->withClause));
    TRY(write_target_open(scope, statement->relation, QUERY_INSERT, &insert.target));
    size_t width = insert.target.relation->column_count;
    insert.defaults = ARENA_ARRAY(arena, struct expr *, width);
    for (size_t i = 0; i < width; i++)
        insert.has_generated |= insert.target.relation->columns[i].generated;
    TRY(target_columns(&insert));
    TRY(insert_source(&insert));
    query->insert_columns = ARENA_ARRAY(arena, int, width);
    query->insert_column_count = width;
    for (size_t i = 0; i < width; i++) query->insert_columns[i] = (int)i;
    TRY(on_conflict_clause(&insert));
    ns_add(scope, insert.target.item);
    TRY(returning_list(scope, statement->returningList));
    scope_leave(scope);
    return NULL;
}
