#include "ops/warnings.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/vec.h"
#include "sql/ast.h"
#include "sql/catalog_build.h"

enum { VIEWS_DEEP = 16 };

/* Where an object was made; what it said then, for those that CREATE OR REPLACE makes anew. */
struct place {
    str file;
    int line;
    size_t order;
    str text;
};

struct found {
    struct warning warning;
    size_t order;
};

struct warnings {
    struct arena *arena;
    struct map *places;
    size_t statements;
    struct catalog *seen;          /* the last that was followed */
    const struct catalog *catalog; /* while it is looked at */
    str schemas;
    struct {
        VEC(struct found);
    } found;
};

/* ---- places ---- */

static str key_of(struct arena *arena, char kind, oid id, int number)
{
    return str_printf(arena, "%c%u.%d", kind, id, number);
}

static void see(struct warnings *warnings, const struct place *now, char kind, oid id, int number)
{
    str key = key_of(warnings->arena, kind, id, number);
    struct place *known = map_find(warnings->places, key);
    if (known && str_eq(known->text, now->text)) return;
    struct place *place = ARENA_NEW(warnings->arena, struct place);
    *place = *now;
    place->text = str_copy(warnings->arena, now->text);
    map_put(warnings->places, key, place);
}

static void see_relation(struct warnings *warnings,
                         const struct cat_relation *relation,
                         const struct place *place)
{
    struct place now = *place;
    now.text = relation->kind == 'v' ? relation->query.text : STR_NONE;
    see(warnings, &now, 'r', relation->oid, 0);
    now.text = STR_NONE;
    for (size_t i = 0; i < relation->column_count; i++)
        see(warnings, &now, 'c', relation->oid, relation->columns[i].number);
    for (size_t i = 0; i < relation->policy_count; i++)
        see(warnings, &now, 'p', relation->policies[i].oid, 0);
}

/* A catalog shares what did not change with the one before it; both go in the order of their oids. */
static void see_relations(struct warnings *warnings,
                          const struct catalog *catalog,
                          const struct place *place)
{
    const struct cat_relation *relation, *old = NULL;
    size_t at = 0, old_at = 0;
    if (warnings->seen) old = catalog_relation_next(warnings->seen, &old_at);
    while ((relation = catalog_relation_next(catalog, &at)) != NULL) {
        while (old && old->oid < relation->oid)
            old = catalog_relation_next(warnings->seen, &old_at);
        if (old != relation) see_relation(warnings, relation, place);
    }
}

static void see_functions(struct warnings *warnings,
                          const struct catalog *catalog,
                          const struct place *place)
{
    const struct cat_function *function, *old = NULL;
    size_t at = 0, old_at = 0;
    struct place now = *place;
    if (warnings->seen) old = catalog_function_next(warnings->seen, &old_at);
    while ((function = catalog_function_next(catalog, &at)) != NULL) {
        while (old && old->oid < function->oid)
            old = catalog_function_next(warnings->seen, &old_at);
        if (old == function) continue;
        now.text = function->body;
        see(warnings, &now, 'f', function->oid, 0);
    }
}

static void see_all(struct warnings *warnings,
                    const struct catalog *catalog,
                    const struct place *place)
{
    see_relations(warnings, catalog, place);
    see_functions(warnings, catalog, place);
    if (warnings->seen) catalog_unref(warnings->seen);
    warnings->seen = catalog_ref(catalog);
}

static void release(void *object)
{
    struct warnings *warnings = object;
    if (warnings->seen) catalog_unref(warnings->seen);
}

struct warnings *warnings_new(struct arena *arena, const struct catalog *before)
{
    struct warnings *warnings = ARENA_NEW(arena, struct warnings);
    warnings->arena = arena;
    warnings->places = map_new(arena);
    arena_defer(arena, release, warnings);
    see_all(warnings, before, &(struct place){0});
    return warnings;
}

/* Statements that cannot make an object: a seed has thousands of them. */
static bool makes_nothing(str kind)
{
    static const str kinds[] = {STR_INIT("InsertStmt"), STR_INIT("UpdateStmt"),
                                STR_INIT("DeleteStmt"), STR_INIT("CopyStmt")};
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (str_eq(kinds[i], kind)) return true;
    return false;
}

void warnings_follow(struct warnings *warnings, str file, const struct script_statement *statement)
{
    struct place now = {.file = file, .line = statement->line, .order = ++warnings->statements};
    if (statement->error || !statement->catalog || makes_nothing(statement->kind)) return;
    see_all(warnings, statement->catalog, &now);
}

/* ---- what is asked of several ---- */

/* NULL for what is not the project's. */
static const struct place *place_of(const struct warnings *warnings, char kind, oid id, int number)
{
    const struct place *place =
        map_find(warnings->places, key_of(warnings->arena, kind, id, number));
    return place && place->order ? place : NULL;
}

static void add(
    struct warnings *warnings, const struct place *place, const char *name, str message, str hint)
{
    *VEC_ADD(warnings->arena, &warnings->found) = (struct found){
        {place->file, place->line, str_of(name), message, hint},
        place->order
    };
}

static bool is_exposed(const struct warnings *warnings, oid schema)
{
    const struct cat_schema *found = catalog_schema(warnings->catalog, schema);
    str rest = warnings->schemas;
    while (found && !str_empty(rest)) {
        str name;
        str_cut(rest, ',', &name, &rest);
        if (str_eq(str_trim(name), found->name)) return true;
    }
    return false;
}

static bool may(const struct warnings *warnings,
                oid role,
                const struct cat_relation *relation,
                uint32_t what)
{
    return catalog_role_has(warnings->catalog, role, relation->owner, &relation->acl, 'r', what);
}

static bool api_may_any(const struct warnings *warnings, const struct cat_relation *relation)
{
    static const uint32_t each[] = {PRIV_SELECT, PRIV_INSERT, PRIV_UPDATE, PRIV_DELETE};
    for (size_t i = 0; i < COUNT_OF(each); i++)
        if (may(warnings, ROLE_ANON, relation, each[i]) ||
            may(warnings, ROLE_AUTHENTICATED, relation, each[i]))
            return true;
    return false;
}

static str full_name(const struct warnings *warnings, oid schema, str name)
{
    const struct cat_schema *found = catalog_schema(warnings->catalog, schema);
    return str_printf(warnings->arena, "%.*s.%.*s", STR_FMT(found->name), STR_FMT(name));
}

/* ---- tables and their policies ---- */

static void look_at_rls(struct warnings *warnings,
                        const struct place *place,
                        const struct cat_relation *relation)
{
    struct arena *arena = warnings->arena;
    str name = full_name(warnings, relation->schema, relation->name);
    if (!api_may_any(warnings, relation)) return;
    if (!relation->row_security)
        add(warnings, place, "rls_disabled",
            str_printf(
                arena,
                "table \"%.*s\" has no row-level security: everybody who has the publishable "
                "key may read and change all its rows",
                STR_FMT(name)),
            str_printf(
                arena,
                "ALTER TABLE %.*s ENABLE ROW LEVEL SECURITY; then write policies that say who "
                "may do what.",
                STR_FMT(name)));
    else if (!relation->policy_count)
        add(warnings, place, "rls_without_policy",
            str_printf(
                arena,
                "table \"%.*s\" has row-level security and no policy: nobody but its owner and "
                "service_role sees a row",
                STR_FMT(name)),
            str_printf(
                arena,
                "CREATE POLICY ... ON %.*s FOR SELECT TO authenticated USING (...); or REVOKE "
                "ALL ON it FROM anon, authenticated when it is meant for the server alone.",
                STR_FMT(name)));
}

/* What of a condition an index can serve. */
enum support { SUPPORT_NONE, SUPPORT_INDEX, SUPPORT_MISSING };

struct condition {
    const struct cat_relation *relation;
    str column; /* the first that has no index */
};

static bool has_index(const struct cat_relation *relation, int16_t column)
{
    for (size_t i = 0; i < relation->index_count; i++) {
        const struct cat_index *index = &relation->indexes[i];
        if (index->element_count && index->elements[0].column == column && index->physical &&
            !index->where.tree)
            return true;
    }
    return false;
}

static const struct node *without_casts(const struct node *node)
{
    while (AST_IS(TypeCast, node)) node = AST_AS(TypeCast, node)->arg;
    return node;
}

static const struct cat_column *own_column(const struct condition *condition,
                                           const struct node *node)
{
    node = without_casts(node);
    if (!AST_IS(ColumnRef, node)) return NULL;
    const struct list *fields = AST_AS(ColumnRef, node)->fields;
    return cat_column_find(condition->relation, ast_name_at(fields, fields->count - 1));
}

/* Who asks decides its value, and not the row: auth.uid(), a sub-select. */
struct asks {
    bool caller, row;
};

static bool look_for_caller(struct node *node, void *context)
{
    struct asks *asks = context;
    if (node->kind == T_ColumnRef) asks->row = true;
    if (node->kind == T_FuncCall || node->kind == T_SQLValueFunction || node->kind == T_SubLink)
        asks->caller = true;
    return node->kind == T_SubLink || ast_children(node, look_for_caller, context);
}

static bool is_callers(const struct node *node)
{
    struct asks asks = {0};
    if (node) look_for_caller((struct node *)(uintptr_t)node, &asks);
    return asks.caller && !asks.row;
}

static enum support support_of_pair(struct condition *condition,
                                    const struct node *left,
                                    const struct node *right)
{
    const struct cat_column *column = own_column(condition, left);
    if (!column || !is_callers(right)) return SUPPORT_NONE;
    if (has_index(condition->relation, column->number)) return SUPPORT_INDEX;
    if (str_empty(condition->column)) condition->column = column->name;
    return SUPPORT_MISSING;
}

static enum support support_of(struct condition *condition, const struct node *node);

/* AND: one index is enough. OR: each arm needs one. */
static enum support support_of_bool(struct condition *condition, const struct BoolExpr *expr)
{
    size_t counts[3] = {0};
    if (expr->boolop == NOT_EXPR) return SUPPORT_NONE;
    str before = condition->column;
    for (size_t i = 0; i < expr->args->count; i++)
        counts[support_of(condition, expr->args->at[i])]++;
    if (expr->boolop == OR_EXPR && counts[SUPPORT_MISSING]) return SUPPORT_MISSING;
    if (expr->boolop == OR_EXPR) return counts[SUPPORT_NONE] ? SUPPORT_NONE : SUPPORT_INDEX;
    if (counts[SUPPORT_INDEX]) {
        condition->column = before;
        return SUPPORT_INDEX;
    }
    return counts[SUPPORT_MISSING] ? SUPPORT_MISSING : SUPPORT_NONE;
}

static enum support support_of(struct condition *condition, const struct node *node)
{
    if (AST_IS(BoolExpr, node)) return support_of_bool(condition, AST_AS(BoolExpr, node));
    if (AST_IS(SubLink, node)) {
        const struct SubLink *link = AST_AS(SubLink, node);
        bool in = link->subLinkType == ANY_SUBLINK && !link->operName->count;
        return in ? support_of_pair(condition, link->testexpr, node) : SUPPORT_NONE;
    }
    if (!AST_IS(A_Expr, node)) return SUPPORT_NONE;
    const struct A_Expr *expr = AST_AS(A_Expr, node);
    bool equal = (expr->kind == AEXPR_OP || expr->kind == AEXPR_OP_ANY) &&
                 str_eq(ast_name_at(expr->name, 0), STR("="));
    if (!equal) return SUPPORT_NONE;
    enum support support = support_of_pair(condition, expr->lexpr, expr->rexpr);
    bool turned = support == SUPPORT_NONE && expr->kind == AEXPR_OP;
    return turned ? support_of_pair(condition, expr->rexpr, expr->lexpr) : support;
}

static bool told_before(const str *told, size_t count, str column)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(told[i], column)) return true;
    return false;
}

static void look_at_policies(struct warnings *warnings, const struct cat_relation *relation)
{
    str *told = ARENA_ARRAY(warnings->arena, str, relation->policy_count);
    size_t told_count = 0;
    str table = full_name(warnings, relation->schema, relation->name);
    for (size_t i = 0; i < relation->policy_count; i++) {
        const struct cat_policy *policy = &relation->policies[i];
        const struct place *place = place_of(warnings, 'p', policy->oid, 0);
        struct condition condition = {.relation = relation};
        if (!place || support_of(&condition, policy->using_expr.tree) != SUPPORT_MISSING) continue;
        if (told_before(told, told_count, condition.column)) continue;
        told[told_count++] = condition.column;
        add(warnings, place, "policy_without_index",
            str_printf(warnings->arena,
                       "policy \"%.*s\" on \"%.*s\" compares \"%.*s\" with who asks, and no index "
                       "begins with it: each request reads the whole table",
                       STR_FMT(policy->name), STR_FMT(table), STR_FMT(condition.column)),
            str_printf(warnings->arena, "CREATE INDEX ON %.*s (%.*s);", STR_FMT(table),
                       STR_FMT(condition.column)));
    }
}

/* ---- views ---- */

struct under {
    const struct warnings *warnings;
    oid user; /* as whom the view reads */
    int depth;
    const struct cat_relation *table; /* with policies that are not asked */
};

static bool look_under(struct node *node, void *context);

static void look_at_source(struct under *under, const struct RangeVar *name)
{
    const struct catalog *catalog = under->warnings->catalog;
    const struct cat_schema *schema = catalog_schema_find(catalog, name->schemaname);
    const struct cat_relation *relation =
        schema ? catalog_relation_find(catalog, schema->oid, name->relname) : NULL;
    if (!relation || under->depth >= VIEWS_DEEP) return;
    bool table = relation->kind != 'v';
    if (table && relation->row_security &&
        !catalog_row_security_applies(catalog, relation, under->user))
        under->table = relation;
    if (table || !relation->query.tree) return;
    struct under deeper = *under;
    deeper.depth++;
    if (!relation->security_invoker) deeper.user = relation->owner;
    ast_children(relation->query.tree, look_under, &deeper);
    under->table = deeper.table;
}

static bool look_under(struct node *node, void *context)
{
    struct under *under = context;
    if (node->kind == T_RangeVar && !str_empty(AST_AS(RangeVar, node)->schemaname))
        look_at_source(under, AST_AS(RangeVar, node));
    return !under->table && ast_children(node, look_under, context);
}

static void look_at_view(struct warnings *warnings,
                         const struct place *place,
                         const struct cat_relation *view)
{
    bool readable = may(warnings, ROLE_ANON, view, PRIV_SELECT) ||
                    may(warnings, ROLE_AUTHENTICATED, view, PRIV_SELECT);
    if (view->security_invoker || !readable || !view->query.tree) return;
    struct under under = {.warnings = warnings, .user = view->owner};
    ast_children(view->query.tree, look_under, &under);
    if (!under.table) return;
    str name = full_name(warnings, view->schema, view->name);
    str table = full_name(warnings, under.table->schema, under.table->name);
    add(warnings, place, "view_ignores_policies",
        str_printf(warnings->arena,
                   "view \"%.*s\" reads \"%.*s\" as its owner: whoever may read the view sees rows "
                   "that the table's policies hide",
                   STR_FMT(name), STR_FMT(table)),
        str_printf(
            warnings->arena,
            "ALTER VIEW %.*s SET (security_invoker = true); or REVOKE SELECT ON it FROM anon, "
            "authenticated.",
            STR_FMT(name)));
}

/* ---- functions ---- */

static void look_at_function(struct warnings *warnings, const struct cat_function *function)
{
    const struct place *place = place_of(warnings, 'f', function->oid, 0);
    if (!place || !function->security_definer) return;
    for (size_t i = 0; i < function->setting_count; i++)
        if (str_starts(function->settings[i], STR("search_path="))) return;
    str name = full_name(warnings, function->schema, function->name);
    add(warnings, place, "definer_without_search_path",
        str_printf(
            warnings->arena,
            "function \"%.*s\" is SECURITY DEFINER without SET search_path: its caller decides "
            "which tables and functions its names mean",
            STR_FMT(name)),
        STR("Add SET search_path = '' to the function and write the schema before each name."));
}

/* ---- secrets ---- */

/* Words of a column's name, lower case, between underscores. */
static const str secret_words[] = {
    STR_INIT("password"),   STR_INIT("passwd"),      STR_INIT("pwd"),
    STR_INIT("secret"),     STR_INIT("token"),       STR_INIT("apikey"),
    STR_INIT("api_key"),    STR_INIT("private_key"), STR_INIT("secret_key"),
    STR_INIT("access_key"), STR_INIT("ssn"),         STR_INIT("cvv"),
    STR_INIT("cvc"),        STR_INIT("card_number"), STR_INIT("credit_card"),
};
/* What is about a secret and is none: password_changed_at, token_count. */
static const str harmless_ends[] = {
    STR_INIT("_at"), STR_INIT("_count"), STR_INIT("_id"),   STR_INIT("_type"),
    STR_INIT("_on"), STR_INIT("_date"),  STR_INIT("_name"), STR_INIT("_kind"),
};

static bool has_words(str name, str words)
{
    for (size_t at = 0; at + words.len <= name.len; at++) {
        size_t end = at + words.len;
        bool starts = at == 0 || name.at[at - 1] == '_';
        bool ends = end == name.len || name.at[end] == '_';
        if (starts && ends && str_eq(str_slice(name, at, end), words)) return true;
    }
    return false;
}

static bool is_secret(str name)
{
    char lower[64];
    if (name.len > sizeof lower) return false;
    for (size_t i = 0; i < name.len; i++)
        lower[i] = (char)(name.at[i] >= 'A' && name.at[i] <= 'Z' ? name.at[i] + 32 : name.at[i]);
    str folded = str_from(lower, name.len);
    for (size_t i = 0; i < COUNT_OF(harmless_ends); i++)
        if (str_ends(folded, harmless_ends[i])) return false;
    for (size_t i = 0; i < COUNT_OF(secret_words); i++)
        if (has_words(folded, secret_words[i])) return true;
    return false;
}

/* Some policy may let anon see a row. */
static bool anon_sees_rows(const struct warnings *warnings, const struct cat_relation *relation)
{
    if (relation->kind == 'v' || !relation->row_security) return true;
    for (size_t i = 0; i < relation->policy_count; i++) {
        const struct cat_policy *policy = &relation->policies[i];
        bool reads = policy->permissive && (policy->command == 'r' || policy->command == '*');
        for (size_t r = 0; reads && r < policy->role_count; r++)
            if (policy->roles[r] == ROLE_PUBLIC ||
                catalog_role_inherits(warnings->catalog, ROLE_ANON, policy->roles[r]))
                return true;
    }
    return false;
}

static void look_at_columns(struct warnings *warnings, const struct cat_relation *relation)
{
    if (!anon_sees_rows(warnings, relation)) return;
    str table = full_name(warnings, relation->schema, relation->name);
    for (size_t i = 0; i < relation->column_count; i++) {
        const struct cat_column *column = &relation->columns[i];
        const struct place *place = place_of(warnings, 'c', relation->oid, column->number);
        bool readable =
            may(warnings, ROLE_ANON, relation, PRIV_SELECT) ||
            catalog_role_has_column(warnings->catalog, ROLE_ANON, relation, column, PRIV_SELECT);
        if (!place || !readable || !is_secret(column->name)) continue;
        add(warnings, place, "secret_readable",
            str_printf(warnings->arena,
                       "column \"%.*s\" of \"%.*s\" is named like a secret, and visitors without a "
                       "session (anon) may read it",
                       STR_FMT(column->name), STR_FMT(table)),
            str_printf(
                warnings->arena,
                "REVOKE SELECT ON %.*s FROM anon; and GRANT SELECT (...) on the columns that "
                "are for everybody, or keep it in a table of its own.",
                STR_FMT(table)));
    }
}

/* ---- all ---- */

static void look_at_relation(struct warnings *warnings, const struct cat_relation *relation)
{
    const struct place *place = place_of(warnings, 'r', relation->oid, 0);
    bool view = relation->kind == 'v';
    bool table = relation->kind == 'r' || relation->kind == 'p';
    if (table) look_at_policies(warnings, relation);
    if (!is_exposed(warnings, relation->schema) || (!table && !view)) return;
    if (place && view) look_at_view(warnings, place, relation);
    if (place && table) look_at_rls(warnings, place, relation);
    look_at_columns(warnings, relation);
}

static int by_order(const void *a, const void *b)
{
    size_t left = ((const struct found *)a)->order;
    size_t right = ((const struct found *)b)->order;
    return (left > right) - (left < right);
}

size_t warnings_find(struct warnings *warnings,
                     const struct catalog *after,
                     str schemas,
                     const struct warning **out)
{
    const struct cat_relation *relation;
    const struct cat_function *function;
    warnings->catalog = after;
    warnings->schemas = schemas;
    for (size_t at = 0; (relation = catalog_relation_next(after, &at)) != NULL;)
        look_at_relation(warnings, relation);
    for (size_t at = 0; (function = catalog_function_next(after, &at)) != NULL;)
        look_at_function(warnings, function);
    size_t count = warnings->found.count;
    struct warning *list = ARENA_ARRAY(warnings->arena, struct warning, count);
    if (count) qsort(warnings->found.at, count, sizeof *warnings->found.at, by_order);
    for (size_t i = 0; i < count; i++) list[i] = warnings->found.at[i].warning;
    *out = list;
    return count;
}
