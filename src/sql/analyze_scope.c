#include "sql/analyze_int.h"

#include "sql/inline.h"
#include "sql/plan.h"
#include "sql/system_catalog.h"

/* ---- scopes and entries -------------------------------------------------------------------- */

struct scope *scope_new(struct analyzer *analyzer, struct scope *parent, const struct identity *who)
{
    struct scope *scope = ARENA_NEW(analyzer->arena, struct scope);
    scope->analyzer = analyzer;
    scope->parent = parent;
    scope->who = who ? *who : parent->who;
    scope->infer = (struct infer_context){
        .arena = analyzer->arena,
        .catalog = analyzer->catalog,
        .hooks = &analyze_hooks,
        .scope = scope,
        .role = scope->who.user,
        .search_path = scope->who.path,
        .search_path_count = scope->who.path_count,
        .params = parent ? parent->infer.params : NULL,
        .type_session = analyzer->session,
    };
    if (parent) {
        scope->args = parent->args;
        scope->variables = parent->variables;
        scope->subquery_refused = parent->subquery_refused;
        scope->kept = parent->kept;
        scope->value_type = parent->value_type;
        scope->value_typmod = parent->value_typmod;
    }
    return scope;
}

err scope_enter(struct scope *scope)
{
    if (++scope->analyzer->depth > ANALYZE_DEPTH_MAX)
        return err_hint(scope->analyzer->arena,
                        err_sql(scope->analyzer->arena, "54001", "stack depth limit exceeded"),
                        "Queries, views and functions nest deeper than %d levels.",
                        ANALYZE_DEPTH_MAX);
    return NULL;
}

void scope_leave(struct scope *scope)
{
    scope->analyzer->depth--;
}

struct query *query_new(struct analyzer *analyzer, enum query_command command)
{
    struct query *query = ARENA_NEW(analyzer->arena, struct query);
    query->command = command;
    return query;
}

static bool alias_take(struct analyzer *analyzer, str lower)
{
    if (map_find(analyzer->aliases, lower)) return false;
    size_t *next = ARENA_NEW(analyzer->arena, size_t);
    *next = 2;
    map_put(analyzer->aliases, lower, next);
    return true;
}

/* Unique in the whole statement, not only in its query: policies and inlined functions bring
 * subqueries that refer outwards, and an equal name inside would capture the reference. */
str alias_unique(struct analyzer *analyzer, str wanted)
{
    if (!analyzer->aliases) analyzer->aliases = map_new(analyzer->arena);
    str lower = str_lower(analyzer->arena, wanted);
    if (alias_take(analyzer, lower)) return wanted;
    /* Counting goes on where it stopped: a statement may have thousands of one name. */
    size_t *next = map_find(analyzer->aliases, lower);
    for (;; (*next)++) {
        str alias = str_printf(analyzer->arena, "%.*s_%zu", STR_FMT(wanted), *next);
        if (alias_take(analyzer, str_lower(analyzer->arena, alias))) return alias;
    }
}

struct rte *rte_new(struct scope *scope, enum rte_kind kind, str alias)
{
    struct rte *rte = ARENA_NEW(scope->analyzer->arena, struct rte);
    rte->kind = kind;
    rte->alias = alias_unique(scope->analyzer, alias);
    return rte;
}

struct rte *rte_of_relation(struct scope *scope, const struct cat_relation *relation, str alias)
{
    struct rte *rte = rte_new(scope, RTE_RELATION, alias);
    /* A partition's rows are its root's; the guard, which knows what was named, leaves the others out. */
    rte->relation = relation->partition_of
                        ? catalog_relation(scope->analyzer->catalog, relation->partition_root)
                        : relation;
    rte->reader = scope->who.user;
    rte->column_count = relation->column_count;
    rte->columns = ARENA_ARRAY(scope->analyzer->arena, struct rte_column, relation->column_count);
    for (size_t i = 0; i < relation->column_count; i++) {
        const struct cat_column *column = &relation->columns[i];
        rte->columns[i] = (struct rte_column){
            .name = column->name,
            .type = column->type,
            .typmod = column->typmod,
            .number = column->number,
        };
    }
    return rte;
}

static size_t alias_column_count(const struct Alias *alias)
{
    return alias && alias->colnames ? alias->colnames->count : 0;
}

err rte_rename(struct scope *scope, struct rte *rte, const struct Alias *alias)
{
    size_t count = alias_column_count(alias);
    if (count > rte->column_count)
        return SQL_ERROR(scope, "42P10", -1,
                         "table \"%.*s\" has %zu columns available but %zu columns specified",
                         STR_FMT(alias->aliasname), rte->column_count, count);
    for (size_t i = 0; i < count; i++) rte->columns[i].name = ast_name_at(alias->colnames, i);
    return NULL;
}

err rte_set_query(struct scope *scope,
                  struct rte *rte,
                  struct query *query,
                  const struct Alias *alias)
{
    rte->query = query;
    rte->columns = ARENA_ARRAY(scope->analyzer->arena, struct rte_column, query->target_count);
    rte->column_count = 0;
    for (size_t i = 0; i < query->target_count; i++) {
        const struct target *target = &query->targets[i];
        if (target->hidden) continue;
        rte->columns[rte->column_count++] = (struct rte_column){
            .name = target->name,
            .type = target->expr->type,
            .typmod = target->expr->typmod,
        };
    }
    return rte_rename(scope, rte, alias);
}

struct ns_item *ns_item_new(struct scope *scope, str name, struct rte *rte)
{
    struct ns_item *item = ARENA_NEW(scope->analyzer->arena, struct ns_item);
    item->name = name;
    item->rte = rte;
    if (!rte) return item;
    item->columns = rte->columns;
    item->column_count = rte->column_count;
    if (rte->relation) item->row_type = rte->relation->row_type;
    return item;
}

void ns_add(struct scope *scope, struct ns_item *item)
{
    *VEC_ADD(scope->analyzer->arena, &scope->names) = item;
}

static bool mark_visit(const struct expr *expr, void *context)
{
    struct analyzer *analyzer = context;
    if (expr->kind == EXPR_COLUMN && expr->column.rte->access)
        guard_mark_selected(analyzer, expr->column.rte->access, expr->column.index);
    return false;
}

void scope_mark_expr(struct scope *scope, const struct expr *expr)
{
    expr_any(expr, mark_visit, scope->analyzer);
}

static void mark_column(struct scope *scope, const struct ns_item *item, size_t index)
{
    if (item->quiet) return;
    if (item->access) guard_mark_selected(scope->analyzer, item->access, (int)index);
    if (item->exprs)
        scope_mark_expr(scope, item->exprs[index]);
    else if (item->rte->access)
        guard_mark_selected(scope->analyzer, item->rte->access, (int)index);
}

static struct expr *copy_at(struct scope *scope, const struct expr *expr, int32_t location)
{
    struct expr *copy = ARENA_NEW(scope->analyzer->arena, struct expr);
    *copy = *expr;
    copy->location = location;
    return copy;
}

struct expr *ns_column_unmarked(struct scope *scope,
                                const struct ns_item *item,
                                size_t index,
                                int32_t location)
{
    if (item->exprs) return copy_at(scope, item->exprs[index], location);
    struct expr *expr = infer_new(&scope->infer, EXPR_COLUMN, item->columns[index].type, location);
    expr->typmod = item->columns[index].typmod;
    expr->column.rte = item->rte;
    expr->column.index = (int)index;
    return expr;
}

struct expr *ns_column(struct scope *scope,
                       const struct ns_item *item,
                       size_t index,
                       int32_t location)
{
    mark_column(scope, item, index);
    return ns_column_unmarked(scope, item, index, location);
}

str scope_rte_name(const struct scope *scope, const struct rte *rte)
{
    for (size_t i = 0; i < scope->names.count; i++)
        if (scope->names.at[i]->rte == rte && !str_empty(scope->names.at[i]->name))
            return scope->names.at[i]->name;
    return rte->alias;
}

struct identity scope_stored_identity(struct scope *scope, oid schema, oid check_as)
{
    struct analyzer *analyzer = scope->analyzer;
    const struct cat_schema *own = catalog_schema(analyzer->catalog, schema);
    str *path = ARENA_ARRAY(analyzer->arena, str, 3);
    size_t count = 0;
    if (own) path[count++] = own->name;
    path[count++] = STR("public");
    path[count++] = STR("extensions");
    return (struct identity){
        .check_as = check_as,
        .user = scope->who.user,
        .path = path,
        .path_count = count,
        .stored = true,
    };
}

/* ---- errors of names ------------------------------------------------------------------------ */

static err no_column(struct scope *scope, str relation, str column, int32_t location)
{
    if (str_empty(relation))
        return SQL_ERROR(scope, "42703", location, "column \"%.*s\" does not exist",
                         STR_FMT(column));
    return SQL_ERROR(scope, "42703", location, "column %.*s.%.*s does not exist", STR_FMT(relation),
                     STR_FMT(column));
}

/* 42P01 for a qualifier that names nothing here; PostgreSQL tells the usual mistakes apart. */
static err no_relation(struct scope *scope, str relation, int32_t location)
{
    struct arena *arena = scope->analyzer->arena;
    struct err *invalid =
        SQL_ERROR(scope, "42P01", location,
                  "invalid reference to FROM-clause entry for table \"%.*s\"", STR_FMT(relation));
    for (struct scope *level = scope; level; level = level->parent) {
        for (size_t i = 0; level->query && i < level->query->rtable_count; i++) {
            const struct rte *rte = level->query->rtable[i];
            if (str_eq(rte->alias, relation))
                return err_details(arena, invalid,
                                   "There is an entry for table \"%.*s\", but it cannot be "
                                   "referenced from this part of the query.",
                                   STR_FMT(relation));
            if (rte->relation && str_eq(rte->relation->name, relation))
                return err_hint(arena, invalid,
                                "Perhaps you meant to reference the table alias \"%.*s\".",
                                STR_FMT(scope_rte_name(level, rte)));
        }
    }
    return SQL_ERROR(scope, "42P01", location, "missing FROM-clause entry for table \"%.*s\"",
                     STR_FMT(relation));
}

static struct err *ambiguous(struct scope *scope, str column, int32_t location)
{
    return SQL_ERROR(scope, "42702", location, "column reference \"%.*s\" is ambiguous",
                     STR_FMT(column));
}

static bool is_system_column(str name)
{
    static const str names[] = {STR_INIT("ctid"), STR_INIT("xmin"), STR_INIT("xmax"),
                                STR_INIT("cmin"), STR_INIT("cmax"), STR_INIT("tableoid")};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (str_eq(names[i], name)) return true;
    return false;
}

/* ---- finding names -------------------------------------------------------------------------- */

/* Index of the item's column, SIZE_MAX when it has none; 42702 for two of that name. */
static err item_find(
    struct scope *scope, const struct ns_item *item, str name, int32_t location, size_t *out)
{
    *out = SIZE_MAX;
    for (size_t i = 0; i < item->column_count; i++) {
        if (!str_eq(item->columns[i].name, name)) continue;
        if (*out != SIZE_MAX) return ambiguous(scope, name, location);
        *out = i;
    }
    return NULL;
}

static bool item_visible(const struct scope *scope, const struct ns_item *item)
{
    return !item->lateral_only || scope->lateral_active;
}

static err lateral_refused(struct scope *scope, const struct ns_item *item, int32_t location)
{
    return err_details(scope->analyzer->arena,
                       SQL_ERROR(scope, "42P10", location,
                                 "invalid reference to FROM-clause entry for table \"%.*s\"",
                                 STR_FMT(item->name)),
                       "The combining JOIN type must be INNER or LEFT for a LATERAL reference.");
}

static err level_find_column(
    struct scope *scope, struct scope *level, str name, int32_t location, struct expr **out)
{
    const struct ns_item *found = NULL;
    size_t found_index = SIZE_MAX;
    for (size_t i = 0; i < level->names.count; i++) {
        const struct ns_item *item = level->names.at[i];
        if (item->columns_hidden || !item_visible(level, item)) continue;
        size_t index;
        TRY(item_find(scope, item, name, location, &index));
        if (index == SIZE_MAX) continue;
        if (found) return ambiguous(scope, name, location);
        found = item;
        found_index = index;
    }
    if (!found) return NULL;
    if (found->lateral_only && found->lateral_refused)
        return lateral_refused(scope, found, location);
    *out = ns_column(level, found, found_index, location);
    return NULL;
}

err scope_find_column(
    struct scope *scope, str name, bool outer, int32_t location, struct expr **out)
{
    *out = NULL;
    for (struct scope *level = scope; level && !*out; level = outer ? level->parent : NULL)
        if (!level->outer_ctes_only || level == scope)
            TRY(level_find_column(scope, level, name, location, out));
    return NULL;
}

/* The FROM item that a qualifier names, from the inside outwards. */
static err find_item(struct scope *scope,
                     str schema,
                     str name,
                     int32_t location,
                     struct scope **at_level,
                     const struct ns_item **out)
{
    *out = NULL;
    for (struct scope *level = scope; level; level = level->parent) {
        for (size_t i = 0; i < level->names.count; i++) {
            const struct ns_item *item = level->names.at[i];
            if (item->name_hidden || !item_visible(level, item)) continue;
            if (!str_eq(item->name, name)) continue;
            if (!str_empty(schema) && !str_eq(item->schema, schema)) continue;
            if (*out)
                return SQL_ERROR(scope, "42P09", location, "table reference \"%.*s\" is ambiguous",
                                 STR_FMT(name));
            *out = item;
            *at_level = level;
        }
        if (*out) break;
    }
    if (*out && (*out)->lateral_only && (*out)->lateral_refused)
        return lateral_refused(scope, *out, location);
    return NULL;
}

/* The row of a FROM item; a function of one scalar column is that column. One made of expressions
 * (a join's alias has no row type) is spelled out. */
static err whole_row(struct scope *scope,
                     struct scope *level,
                     const struct ns_item *item,
                     int32_t location,
                     struct expr **out)
{
    if (item->scalar) {
        *out = ns_column(level, item, 0, location);
        return NULL;
    }
    for (size_t i = 0; i < item->column_count; i++) mark_column(level, item, i);
    oid type = item->row_type ? item->row_type : (oid)RECORDOID;
    if (!item->exprs) {
        *out = infer_new(&scope->infer, EXPR_WHOLE_ROW, type, location);
        (*out)->rte = item->rte;
        return NULL;
    }
    if (!item->row_type)
        return NOT_DONE(scope, location, "whole-row reference to \"%.*s\" is not supported",
                        STR_FMT(item->name));
    *out = infer_new(&scope->infer, EXPR_ROW, type, location);
    (*out)->args.at = item->exprs;
    (*out)->args.count = item->column_count;
    return NULL;
}

/* Arguments of the function whose body this is: by name, or function.name. */
static struct expr *find_argument(struct scope *scope, str function, str name)
{
    const struct bound_args *args = scope->args;
    if (!args || str_empty(name)) return NULL;
    if (!str_empty(function) && !str_eq(function, args->function->name)) return NULL;
    size_t input = 0;
    for (size_t i = 0; i < args->function->argument_count; i++) {
        const struct cat_argument *argument = &args->function->arguments[i];
        if (argument->mode == 'o' || argument->mode == 't') continue;
        if (str_eq(argument->name, name)) return args->exprs[input];
        input++;
    }
    return NULL;
}

static err column_plain(struct scope *scope, str name, int32_t location, struct expr **out)
{
    TRY(scope_find_column(scope, name, true, location, out));
    if (*out) return NULL;
    struct expr *argument = find_argument(scope, STR_NONE, name);
    if (argument) {
        *out = copy_at(scope, argument, location);
        return NULL;
    }
    if (scope->value_type && str_eq(name, STR("value"))) {
        *out = infer_new(&scope->infer, EXPR_DOMAIN_VALUE, scope->value_type, location);
        (*out)->typmod = scope->value_typmod;
        return NULL;
    }
    const struct ns_item *item;
    struct scope *level = NULL;
    TRY(find_item(scope, STR_NONE, name, location, &level, &item));
    if (item) return whole_row(scope, level, item, location, out);
    if (is_system_column(name))
        return NOT_DONE(scope, location, "system column \"%.*s\" is not supported", STR_FMT(name));
    return no_column(scope, STR_NONE, name, location);
}

/* psql asks pg_class and its like by which of them an object is described. */
static bool is_tableoid(const struct ns_item *item, str name)
{
    return item->rte && item->rte->relation && item->rte->relation->system &&
           str_eq(name, STR("tableoid"));
}

/* t.f is f(t) when t has no column f. */
static err row_call(struct scope *scope,
                    struct scope *level,
                    const struct ns_item *item,
                    str name,
                    int32_t location,
                    struct expr **out)
{
    struct expr *row;
    *out = NULL;
    if (item->scalar || (item->exprs && !item->row_type)) return NULL;
    TRY(whole_row(scope, level, item, location, &row));
    return infer_row_call(&scope->infer, row, name, location, out);
}

static err column_qualified(
    struct scope *scope, str schema, str relation, str name, int32_t location, struct expr **out)
{
    const struct ns_item *item;
    struct scope *level = NULL;
    TRY(find_item(scope, schema, relation, location, &level, &item));
    if (item) {
        size_t index;
        TRY(item_find(scope, item, name, location, &index));
        if (index == SIZE_MAX && is_tableoid(item, name)) {
            *out = infer_const(&scope->infer, OIDOID, value_int(item->rte->relation->oid));
            return NULL;
        }
        if (index == SIZE_MAX) {
            TRY(row_call(scope, level, item, name, location, out));
            return *out ? NULL : no_column(scope, relation, name, location);
        }
        *out = ns_column(level, item, index, location);
        return NULL;
    }
    struct expr *argument = str_empty(schema) ? find_argument(scope, relation, name) : NULL;
    if (argument) {
        *out = copy_at(scope, argument, location);
        return NULL;
    }
    struct expr *row = str_empty(schema) ? find_argument(scope, STR_NONE, relation) : NULL;
    if (row) return infer_field(&scope->infer, copy_at(scope, row, location), name, location, out);
    return no_relation(scope, relation, location);
}

static err column_of_statement(struct scope *scope, const struct ColumnRef *ref, struct expr **out)
{
    const struct list *parts = ref->fields;
    int32_t at = ref->base.location;
    switch (parts->count) {
    case 1: return column_plain(scope, ast_name_at(parts, 0), at, out);
    case 2:
        return column_qualified(scope, STR_NONE, ast_name_at(parts, 0), ast_name_at(parts, 1), at,
                                out);
    case 3:
        return column_qualified(scope, ast_name_at(parts, 0), ast_name_at(parts, 1),
                                ast_name_at(parts, 2), at, out);
    default:
        return SQL_ERROR(scope, "42601", at, "improper qualified name (too many dotted names)");
    }
}

static err variable_ambiguous(struct scope *scope, const struct ColumnRef *ref)
{
    str name = ast_name_at(ref->fields, ref->fields->count - 1);
    return err_details(scope->analyzer->arena, ambiguous(scope, name, ref->base.location),
                       "It could refer to either a PL/pgSQL variable or a table column.");
}

/* A variable and a column (or a FROM item) of one name: what #variable_conflict says. */
static err column_or_variable(struct scope *scope, const struct ColumnRef *ref, struct expr **out)
{
    struct expr *variable, *column = NULL;
    enum compile_conflict conflict = scope->variables->names->conflict;
    TRY(variable_column(scope, ref, &variable));
    if (!variable) return column_of_statement(scope, ref, out);
    *out = variable;
    if (conflict == CONFLICT_VARIABLE) return NULL;
    err missing = column_of_statement(scope, ref, &column);
    if (err_is(missing, STR("42703")) || err_is(missing, STR("42P01"))) return NULL;
    TRY(missing);
    if (conflict == CONFLICT_ERROR) return variable_ambiguous(scope, ref);
    *out = column;
    return NULL;
}

static err hook_column(struct infer_context *ctx, const struct ColumnRef *ref, struct expr **out)
{
    struct scope *scope = ctx->scope;
    if (ctx->clause == INFER_DEFAULT)
        return NOT_DONE(scope, ref->base.location,
                        "cannot use column reference in DEFAULT expression");
    return scope->variables ? column_or_variable(scope, ref, out)
                            : column_of_statement(scope, ref, out);
}

/* ---- stars ----------------------------------------------------------------------------------- */

static void star_item(struct scope *scope,
                      struct scope *level,
                      const struct ns_item *item,
                      int32_t location,
                      struct star_list *out)
{
    for (size_t i = 0; i < item->column_count; i++) {
        if (item->columns[i].hidden) continue;
        struct star_column *column = VEC_ADD(scope->analyzer->arena, out);
        column->name = item->columns[i].name;
        column->expr = ns_column(level, item, i, location);
    }
    /* SELECT * FROM t needs SELECT on t even when t has no columns. */
    if (!item->quiet && item->rte && item->rte->access) item->rte->access->reads_any = true;
}

/* Fields of an argument: (arg).* written arg.*. */
static err star_argument(struct scope *scope, str name, int32_t location, struct star_list *out)
{
    struct expr *row = find_argument(scope, STR_NONE, name);
    if (!row) return no_relation(scope, name, location);
    const struct cat_type *type =
        catalog_type(scope->analyzer->catalog, infer_base_type(&scope->infer, row->type));
    const struct cat_relation *relation =
        type && type->relation ? catalog_relation(scope->analyzer->catalog, type->relation) : NULL;
    if (!relation) return no_relation(scope, name, location);
    for (size_t i = 0; i < relation->column_count; i++) {
        struct star_column *column = VEC_ADD(scope->analyzer->arena, out);
        column->name = relation->columns[i].name;
        TRY(infer_field(&scope->infer, copy_at(scope, row, location), column->name, location,
                        &column->expr));
    }
    return NULL;
}

err scope_star(struct scope *scope, const struct ColumnRef *ref, struct star_list *out)
{
    size_t parts = ref->fields->count;
    int32_t location = ref->base.location;
    if (parts == 1) {
        size_t visible = 0;
        for (size_t i = 0; i < scope->names.count; i++) {
            const struct ns_item *item = scope->names.at[i];
            if (item->columns_hidden || !item_visible(scope, item)) continue;
            star_item(scope, scope, item, location, out);
            visible++;
        }
        if (!visible)
            return SQL_ERROR(scope, "42601", location,
                             "SELECT * with no tables specified is not valid");
        return NULL;
    }
    if (parts > 3)
        return SQL_ERROR(scope, "42601", location,
                         "improper qualified name (too many dotted names)");
    str schema = parts == 3 ? ast_name_at(ref->fields, 0) : STR_NONE;
    str name = ast_name_at(ref->fields, parts - 2);
    const struct ns_item *item;
    struct scope *level = NULL;
    TRY(find_item(scope, schema, name, location, &level, &item));
    bool variable = false;
    if (!item && scope->variables) TRY(variable_star(scope, ref, out, &variable));
    if (variable) return NULL;
    if (!item) return star_argument(scope, name, location, out);
    star_item(scope, level, item, location, out);
    return NULL;
}

static err hook_star(struct infer_context *ctx,
                     const struct ColumnRef *ref,
                     struct expr ***at,
                     size_t *count)
{
    struct scope *scope = ctx->scope;
    struct star_list columns = {0};
    TRY(scope_star(scope, ref, &columns));
    struct expr **grown =
        ARENA_ARRAY(scope->analyzer->arena, struct expr *, *count + columns.count);
    for (size_t i = 0; i < *count; i++) grown[i] = (*at)[i];
    for (size_t i = 0; i < columns.count; i++) grown[*count + i] = columns.at[i].expr;
    *at = grown;
    *count += columns.count;
    return NULL;
}

/* ---- relations -------------------------------------------------------------------------------- */

/* The schema's own, or one of the system's that PostgreSQL has there. */
static const struct cat_relation *find_in(const struct catalog *catalog, oid schema, str name)
{
    const struct cat_relation *found = catalog_relation_find(catalog, schema, name);
    if (found) return found;
    const struct system_relation *system = system_relation_find(schema, name);
    return system ? &system->relation : NULL;
}

static err relation_in_schema(struct scope *scope,
                              const struct RangeVar *name,
                              const struct cat_relation **out)
{
    struct analyzer *analyzer = scope->analyzer;
    const struct cat_schema *schema = catalog_schema_find(analyzer->catalog, name->schemaname);
    if (schema && !scope->who.stored)
        TRY(guard_schema(analyzer, scope->who.user, schema, name->base.location));
    *out = schema ? find_in(analyzer->catalog, schema->oid, name->relname) : NULL;
    if (*out) return NULL;
    return SQL_ERROR(scope, "42P01", name->base.location, "relation \"%.*s.%.*s\" does not exist",
                     STR_FMT(name->schemaname), STR_FMT(name->relname));
}

/* Schemas of the path that the user has no USAGE on are passed over, as PostgreSQL does. */
static const struct cat_relation *relation_in_path(struct scope *scope, str name)
{
    struct analyzer *analyzer = scope->analyzer;
    const struct catalog *catalog = analyzer->catalog;
    const struct cat_schema *system = catalog_schema_find(catalog, STR("pg_catalog"));
    const struct cat_relation *found = system ? find_in(catalog, system->oid, name) : NULL;
    for (size_t i = 0; i < scope->who.path_count && !found; i++) {
        const struct cat_schema *schema = catalog_schema_find(catalog, scope->who.path[i]);
        if (!schema) continue;
        const struct cat_relation *relation = find_in(catalog, schema->oid, name);
        if (!relation) continue;
        if (scope->who.stored || analyzer->trusted ||
            catalog_role_has(catalog, scope->who.user, schema->owner, &schema->acl, 'n',
                             PRIV_USAGE))
            found = relation;
    }
    return found;
}

err scope_relation(struct scope *scope,
                   const struct RangeVar *name,
                   const struct cat_relation **out)
{
    int32_t location = name->base.location;
    if (!str_empty(name->schemaname)) {
        TRY(relation_in_schema(scope, name, out));
    } else {
        *out = relation_in_path(scope, name->relname);
        if (!*out)
            return SQL_ERROR(scope, "42P01", location, "relation \"%.*s\" does not exist",
                             STR_FMT(name->relname));
    }
    if ((*out)->kind == 'c')
        return SQL_ERROR(scope, "42809", location, "\"%.*s\" is a composite type",
                         STR_FMT(name->relname));
    if ((*out)->kind == 'S')
        return NOT_DONE(scope, location, "reading sequence \"%.*s\" as a table is not supported",
                        STR_FMT(name->relname));
    return NULL;
}

struct scope_cte *scope_cte_find(struct scope *scope, str name)
{
    for (struct scope *level = scope; level; level = level->parent)
        for (struct scope_cte *cte = level->ctes; cte; cte = cte->next)
            if (str_eq(cte->name, name)) return cte;
    return NULL;
}

/* ---- the other hooks of infer.h ------------------------------------------------------------ */

static err hook_subquery(struct infer_context *ctx, const struct node *select, struct query **out)
{
    struct scope *scope = ctx->scope;
    if (scope->subquery_refused)
        return NOT_DONE(scope, ast_location(select), "cannot use subquery in %s",
                        scope->subquery_refused);
    return subquery_analyze(scope, select, UNKNOWN_TO_TEXT, out);
}

static const struct WindowDef *hook_window(struct infer_context *ctx, str name)
{
    const struct scope *scope = ctx->scope;
    for (size_t i = 0; scope->windows && i < scope->windows->count; i++) {
        const struct WindowDef *window = AST_AS(WindowDef, scope->windows->at[i]);
        if (str_eq(window->name, name)) return window;
    }
    return NULL;
}

static err bound_param(struct scope *scope, const struct ParamRef *param, struct expr **out)
{
    const struct bound_args *args = scope->args;
    if (param->number < 1 || (uint64_t)param->number > args->count)
        return SQL_ERROR(scope, "42P02", param->base.location, "there is no parameter $%lld",
                         (long long)param->number);
    *out = copy_at(scope, args->exprs[param->number - 1], param->base.location);
    return NULL;
}

/* By its last name alone: what it really is will be seen when it is inferred. */
static bool names_session_value(const struct FuncCall *call)
{
    static const str names[] = {STR_INIT("uid"), STR_INIT("role"), STR_INIT("email"),
                                STR_INIT("jwt"), STR_INIT("now"),  STR_INIT("current_setting")};
    str name = ast_name_at(call->funcname, call->funcname->count - 1);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (str_eq(names[i], name)) return true;
    return false;
}

/* (SELECT auth.uid()), the way policies are written so that PostgreSQL evaluates it once: the value
 * itself is bound per statement here, and without the sublink an index can be used. */
static const struct node *lone_value(const struct SubLink *link)
{
    if (link->subLinkType != EXPR_SUBLINK || !AST_IS(SelectStmt, link->subselect)) return NULL;
    const struct SelectStmt *select = AST_AS(SelectStmt, link->subselect);
    if (select->targetList->count != 1 || select->fromClause->count || select->whereClause ||
        select->groupClause->count || select->havingClause || select->valuesLists->count ||
        select->op != SETOP_NONE || select->limitCount || select->limitOffset ||
        select->withClause || select->distinctClause->count || select->lockingClause->count)
        return NULL;
    const struct node *value = AST_AS(ResTarget, select->targetList->at[0])->val;
    const struct node *leaf = value;
    while (AST_IS(TypeCast, leaf)) leaf = AST_AS(TypeCast, leaf)->arg;
    bool may_be = AST_IS(SQLValueFunction, leaf) || AST_IS(ParamRef, leaf) ||
                  AST_IS(A_Const, leaf) ||
                  (AST_IS(FuncCall, leaf) && names_session_value(AST_AS(FuncCall, leaf)));
    return may_be ? value : NULL;
}

static err collapse_sublink(struct scope *scope, const struct SubLink *link, struct expr **out)
{
    const struct node *value = lone_value(link);
    if (!value || scope->subquery_refused) return NULL;
    struct expr *expr;
    TRY(infer_expr(&scope->infer, value, &expr));
    const struct expr *leaf = expr;
    while (leaf->kind == EXPR_CAST) leaf = leaf->args.at[0];
    if (leaf->kind == EXPR_SESSION || leaf->kind == EXPR_CONST || leaf->kind == EXPR_PARAM)
        return infer_resolve_unknown(&scope->infer, expr, out);
    return NULL;
}

static err hook_node(struct infer_context *ctx, const struct node *node, struct expr **out)
{
    struct scope *scope = ctx->scope;
    if (node->kind == T_ParamRef && scope->args)
        return bound_param(scope, AST_AS(ParamRef, node), out);
    if (node->kind == T_ParamRef && scope->variables)
        return variable_argument(scope, AST_AS(ParamRef, node), out);
    if (node->kind == T_GroupingFunc) return grouping_func(scope, AST_AS(GroupingFunc, node), out);
    if (node->kind == T_SubLink) return collapse_sublink(scope, AST_AS(SubLink, node), out);
    if (node->kind == T_A_Expr) return row_compare_sublink(scope, AST_AS(A_Expr, node), out);
    return NULL;
}

static err hook_user_function(struct infer_context *ctx, struct expr *call, struct expr **out)
{
    struct scope *scope = ctx->scope;
    if (!scope->who.stored && !scope->analyzer->trusted) {
        const struct cat_schema *schema =
            catalog_schema(scope->analyzer->catalog, call->function->schema);
        if (schema) TRY(guard_schema(scope->analyzer, scope->who.user, schema, call->location));
    }
    TRY(guard_function(scope->analyzer, scope->who.user, call->function, call->location));
    return inline_call(scope, call, out);
}

const struct infer_hooks analyze_hooks = {
    .column = hook_column,
    .star = hook_star,
    .subquery = hook_subquery,
    .user_function = hook_user_function,
    .window = hook_window,
    .node = hook_node,
};
