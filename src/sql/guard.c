#include "sql/guard.h"

#include "sql/analyze_int.h"
#include "sql/parse.h"
#include "sql/partition.h"

/* ---- notes ------------------------------------------------------------------------------------------ */

struct access *guard_access(struct analyzer *analyzer,
                            struct rte *rte,
                            const struct cat_relation *relation,
                            const struct identity *who,
                            uint32_t privileges)
{
    struct access *access = ARENA_NEW(analyzer->arena, struct access);
    access->rte = rte;
    access->relation = relation;
    access->role = who->check_as;
    access->user = who->user;
    access->privileges = privileges;
    rte->access = access;
    *VEC_ADD(analyzer->arena, &analyzer->accesses) = access;
    return access;
}

static void mark(struct analyzer *analyzer,
                 const struct access *access,
                 uint64_t **bits,
                 int column)
{
    if (!*bits)
        *bits = ARENA_ARRAY(analyzer->arena, uint64_t, access->relation->column_count / 64 + 1);
    (*bits)[column / 64] |= (uint64_t)1 << (column % 64);
}

static bool marked(const uint64_t *bits, size_t column)
{
    return bits && (bits[column / 64] >> (column % 64) & 1);
}

void guard_mark_selected(struct analyzer *analyzer, struct access *access, int column)
{
    mark(analyzer, access, access->viewing ? &access->viewed : &access->selected, column);
}

void guard_mark_inserted(struct analyzer *analyzer, struct access *access, int column)
{
    mark(analyzer, access, &access->inserted, column);
}

void guard_mark_updated(struct analyzer *analyzer, struct access *access, int column)
{
    mark(analyzer, access, &access->updated, column);
}

void guard_mark_between(struct analyzer *analyzer,
                        const struct access *table,
                        const struct access *outermost,
                        int column,
                        void (*mark_column)(struct analyzer *, struct access *, int))
{
    for (struct access *view = table->outer; view && view != outermost; view = view->outer)
        for (size_t i = 0; i < view->relation->column_count; i++)
            if (view->columns[i] == column) mark_column(analyzer, view, (int)i);
}

/* ---- grants ----------------------------------------------------------------------------------------- */

static err denied(struct analyzer *analyzer, const char *kind, str name, int32_t location)
{
    (void)location; /* PostgreSQL gives no place: the check is not the parser's */
    return err_sql(analyzer->arena, "42501", "permission denied for %s %.*s", kind, STR_FMT(name));
}

err guard_schema(struct analyzer *analyzer,
                 oid role,
                 const struct cat_schema *schema,
                 int32_t location)
{
    if (analyzer->trusted ||
        catalog_role_has(analyzer->catalog, role, schema->owner, &schema->acl, 'n', PRIV_USAGE))
        return NULL;
    return denied(analyzer, "schema", schema->name, location);
}

err guard_function(struct analyzer *analyzer,
                   oid role,
                   const struct cat_function *function,
                   int32_t location)
{
    if (analyzer->trusted || catalog_role_has(analyzer->catalog, role, function->owner,
                                              &function->acl, 'f', PRIV_EXECUTE))
        return NULL;
    return denied(analyzer, "function", function->name, location);
}

err guard_sequence(struct analyzer *analyzer,
                   oid role,
                   const struct cat_relation *sequence,
                   int32_t location)
{
    const struct catalog *catalog = analyzer->catalog;
    if (analyzer->trusted ||
        catalog_role_has(catalog, role, sequence->owner, &sequence->acl, 'S', PRIV_USAGE) ||
        catalog_role_has(catalog, role, sequence->owner, &sequence->acl, 'S', PRIV_UPDATE))
        return NULL;
    return denied(analyzer, "sequence", sequence->name, location);
}

/* Every marked column by itself; none marked: `any` of them will do. */
static bool columns_have(struct analyzer *analyzer,
                         const struct access *access,
                         const uint64_t *bits,
                         uint32_t privilege)
{
    bool any_marked = false, any_held = false;
    for (size_t i = 0; i < access->relation->column_count; i++) {
        bool wanted = marked(bits, i);
        bool held = catalog_role_has_column(analyzer->catalog, access->role, access->relation,
                                            &access->relation->columns[i], privilege);
        any_marked |= wanted;
        any_held |= held;
        if (wanted && !held) return false;
    }
    return any_marked || any_held;
}

static bool access_allows(struct analyzer *analyzer,
                          const struct access *access,
                          uint32_t privilege,
                          const uint64_t *bits)
{
    const struct cat_relation *relation = access->relation;
    if (catalog_role_has(analyzer->catalog, access->role, relation->owner, &relation->acl, 'r',
                         privilege))
        return true;
    bool by_column = privilege & (PRIV_SELECT | PRIV_INSERT | PRIV_UPDATE);
    return by_column && columns_have(analyzer, access, bits, privilege);
}

static bool access_reads(const struct access *access)
{
    return (access->privileges & PRIV_SELECT) || access->selected || access->reads_any ||
           (access->outer && access_reads(access->outer));
}

static const char *relation_kind(const struct cat_relation *relation)
{
    return relation->kind == 'v' ? "view" : relation->kind == 'm' ? "materialized view" : "table";
}

static err check_grants(struct analyzer *analyzer, const struct access *access)
{
    uint32_t reads = access_reads(access) ? PRIV_SELECT : 0;
    const struct {
        uint32_t privilege;
        const uint64_t *bits;
    } rows[] = {
        {reads,                            access->selected},
        {access->viewed ? reads : 0,       access->viewed  },
        {access->privileges & PRIV_INSERT, access->inserted},
        {access->privileges & PRIV_UPDATE, access->updated },
        {access->privileges & PRIV_DELETE, NULL            },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (rows[i].privilege && !access_allows(analyzer, access, rows[i].privilege, rows[i].bits))
            return denied(analyzer, relation_kind(access->relation), access->relation->name, -1);
    return NULL;
}

/* ---- policies --------------------------------------------------------------------------------------- */

/* One table under row-level security, while its policies are attached. */
struct guarded {
    struct analyzer *analyzer;
    const struct access *access;
    struct scope *scope; /* a root in which the policies' expressions are analyzed */
};

enum policy_part { POLICY_USING, POLICY_CHECK }; /* CHECK falls back on USING */

static bool policy_for_role(struct analyzer *analyzer, const struct cat_policy *policy, oid role)
{
    for (size_t i = 0; i < policy->role_count; i++)
        if (policy->roles[i] == ROLE_PUBLIC ||
            catalog_role_inherits(analyzer->catalog, role, policy->roles[i]))
            return true;
    return false;
}

static bool policy_matches(const struct guarded *guarded,
                           const struct cat_policy *policy,
                           char command,
                           bool permissive)
{
    return policy->permissive == permissive &&
           (policy->command == command || policy->command == '*') &&
           policy_for_role(guarded->analyzer, policy, guarded->access->role);
}

static const struct cat_expr *policy_expr(const struct cat_policy *policy, enum policy_part part)
{
    bool check = part == POLICY_CHECK && policy->check_expr.tree;
    return check ? &policy->check_expr : &policy->using_expr;
}

/* A policy is an expression of the table's author: its columns need no grant, its subqueries run as
 * the role that it restricts. */
static err policy_compile(struct guarded *guarded,
                          const struct cat_policy *policy,
                          enum policy_part part,
                          struct expr **out)
{
    struct scope *scope = guarded->scope;
    const struct cat_expr *expr = policy_expr(policy, part);
    *out = NULL;
    if (!expr->tree) {
        /* Text that did not parse would be no policy at all: refuse. */
        if (!str_empty(expr->text))
            return err_sql(guarded->analyzer->arena, "42501",
                           "policy \"%.*s\" for table \"%.*s\" cannot be used",
                           STR_FMT(policy->name), STR_FMT(guarded->access->relation->name));
        return NULL;
    }
    scope->infer.clause = INFER_POLICY;
    return analyze_elsewhere(guarded->analyzer,
                             infer_bool(&scope->infer, expr->tree, "POLICY", out));
}

static bool is_true(const struct expr *expr)
{
    return expr->kind == EXPR_CONST && expr->constant.kind == VALUE_INT && expr->constant.i;
}

/* The OR of the permissive policies; FALSE when there is none. Then the restrictive ones have nothing
 * left to take away, and like PostgreSQL one does not look at them: what they read needs no grant. */
static err permissive(
    struct guarded *guarded, char command, enum policy_part part, struct expr **out, bool *none)
{
    struct infer_context *infer = &guarded->scope->infer;
    const struct cat_relation *relation = guarded->access->relation;
    struct infer_terms any = {.kind = EXPR_OR};
    *none = false;
    for (size_t i = 0; i < relation->policy_count; i++) {
        const struct cat_policy *policy = &relation->policies[i];
        if (!policy_matches(guarded, policy, command, true)) continue;
        struct expr *expr;
        TRY(policy_compile(guarded, policy, part, &expr));
        if (expr && is_true(expr)) {
            *out = expr; /* USING (true): the others cannot take anything away */
            return NULL;
        }
        infer_terms_add(infer, &any, expr);
    }
    *none = any.count == 0;
    *out = any.count ? infer_terms_end(infer, &any) : infer_bool_const(infer, false);
    return NULL;
}

/* USING of the command's policies, ANDed to what hides rows already. */
static err add_security(struct guarded *guarded, char command)
{
    struct infer_context *infer = &guarded->scope->infer;
    const struct cat_relation *relation = guarded->access->relation;
    struct expr *all;
    bool none;
    TRY(permissive(guarded, command, POLICY_USING, &all, &none));
    for (size_t i = 0; !none && i < relation->policy_count; i++) {
        const struct cat_policy *policy = &relation->policies[i];
        if (!policy_matches(guarded, policy, command, false)) continue;
        struct expr *expr;
        TRY(policy_compile(guarded, policy, POLICY_USING, &expr));
        if (expr) all = infer_and(infer, all, expr);
    }
    struct rte *rte = guarded->access->rte;
    if (!is_true(all)) rte->security = infer_and(infer, rte->security, all);
    return NULL;
}

static void check_add(struct guarded *guarded,
                      struct row_check_list *list,
                      enum check_kind kind,
                      struct expr *expr,
                      str name)
{
    struct arena *arena = guarded->analyzer->arena;
    if (is_true(expr)) return;
    struct row_check *grown = ARENA_ARRAY(arena, struct row_check, list->count + 1);
    for (size_t i = 0; i < list->count; i++) grown[i] = list->at[i];
    grown[list->count++] = (struct row_check){
        .kind = kind,
        .expr = expr,
        .relation = guarded->access->relation,
        .name = name,
    };
    list->at = grown;
}

/* The permissive ones as one test, then each restrictive one under its name. */
static err add_checks(struct guarded *guarded,
                      struct row_check_list *list,
                      enum check_kind kind,
                      char command,
                      enum policy_part part)
{
    const struct cat_relation *relation = guarded->access->relation;
    struct expr *expr;
    bool none;
    TRY(permissive(guarded, command, part, &expr, &none));
    check_add(guarded, list, kind, expr, STR_NONE);
    for (size_t i = 0; !none && i < relation->policy_count; i++) {
        const struct cat_policy *policy = &relation->policies[i];
        if (!policy_matches(guarded, policy, command, false)) continue;
        TRY(policy_compile(guarded, policy, part, &expr));
        if (expr) check_add(guarded, list, kind, expr, policy->name);
    }
    return NULL;
}

/* FOR ALL policies, the usual ones, say the same of both commands: once is enough. */
static bool says_the_same(
    const struct guarded *guarded, char a, enum policy_part part_a, char b, enum policy_part part_b)
{
    const struct cat_relation *relation = guarded->access->relation;
    for (size_t i = 0; i < relation->policy_count; i++) {
        const struct cat_policy *policy = &relation->policies[i];
        bool in_a = policy_matches(guarded, policy, a, policy->permissive);
        bool in_b = policy_matches(guarded, policy, b, policy->permissive);
        if (in_a != in_b) return false;
        if (in_a && policy_expr(policy, part_a) != policy_expr(policy, part_b)) return false;
    }
    return true;
}

static err guard_insert(struct guarded *guarded, struct query *query, bool reads)
{
    bool new_row = reads && !says_the_same(guarded, 'a', POLICY_CHECK, 'r', POLICY_USING);
    bool existing = reads && !says_the_same(guarded, 'w', POLICY_USING, 'r', POLICY_USING);
    bool updated = reads && !says_the_same(guarded, 'w', POLICY_CHECK, 'r', POLICY_USING);
    TRY(add_checks(guarded, &query->checks, CHECK_POLICY_INSERT, 'a', POLICY_CHECK));
    if (new_row) TRY(add_checks(guarded, &query->checks, CHECK_POLICY_SELECT, 'r', POLICY_USING));
    if (!query->conflict || !query->conflict->do_update) return NULL;
    struct row_check_list *list = &query->conflict_checks;
    TRY(add_checks(guarded, list, CHECK_CONFLICT_UPDATE, 'w', POLICY_USING));
    if (existing) TRY(add_checks(guarded, list, CHECK_CONFLICT_UPDATE, 'r', POLICY_USING));
    TRY(add_checks(guarded, list, CHECK_POLICY_UPDATE, 'w', POLICY_CHECK));
    if (updated) TRY(add_checks(guarded, list, CHECK_POLICY_SELECT, 'r', POLICY_USING));
    return NULL;
}

static err guard_update(struct guarded *guarded, struct query *query, bool reads)
{
    bool existing = reads && !says_the_same(guarded, 'w', POLICY_USING, 'r', POLICY_USING);
    bool new_row = reads && !says_the_same(guarded, 'w', POLICY_CHECK, 'r', POLICY_USING);
    TRY(add_security(guarded, 'w'));
    if (existing) TRY(add_security(guarded, 'r'));
    TRY(add_checks(guarded, &query->checks, CHECK_POLICY_UPDATE, 'w', POLICY_CHECK));
    if (new_row) TRY(add_checks(guarded, &query->checks, CHECK_POLICY_SELECT, 'r', POLICY_USING));
    return NULL;
}

/* View options were noted first, but a row's policies are tested before them (PostgreSQL's order). */
static void view_options_last(struct analyzer *analyzer, struct row_check_list *list)
{
    struct row_check *sorted = ARENA_ARRAY(analyzer->arena, struct row_check, list->count);
    size_t count = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < list->count; i++)
            if ((list->at[i].kind == CHECK_VIEW_OPTION) == (pass == 1))
                sorted[count++] = list->at[i];
    list->at = sorted;
}

static err attach(struct guarded *guarded)
{
    const struct access *access = guarded->access;
    struct query *query = access->target_of;
    if (!query) {
        TRY(add_security(guarded, 'r'));
        /* FOR UPDATE: rows that could not be updated cannot be locked. */
        return access->privileges & PRIV_UPDATE ? add_security(guarded, 'w') : NULL;
    }
    /* An API's UPDATE or DELETE finds its rows by reading them. Its INSERT need not: a table that
     * anybody may add to and nobody read is served. */
    bool finds = guarded->analyzer->api && query->command != QUERY_INSERT;
    bool reads = finds || access_reads(access);
    if (query->command == QUERY_INSERT) TRY(guard_insert(guarded, query, reads));
    if (query->command == QUERY_UPDATE) TRY(guard_update(guarded, query, reads));
    if (query->command == QUERY_DELETE) {
        bool existing = reads && !says_the_same(guarded, 'd', POLICY_USING, 'r', POLICY_USING);
        TRY(add_security(guarded, 'd'));
        if (existing) TRY(add_security(guarded, 'r'));
    }
    view_options_last(guarded->analyzer, &query->checks);
    return NULL;
}

/* ---- recursion and order ------------------------------------------------------------------------------ */

static err recursion(struct analyzer *analyzer, const struct cat_relation *relation)
{
    for (const struct expansion *at = analyzer->policies; at; at = at->outer)
        if (at->relation->oid == relation->oid)
            return err_sql(analyzer->arena, "42P17",
                           "infinite recursion detected in policy for relation \"%.*s\"",
                           STR_FMT(relation->name));
    return NULL;
}

static struct scope *policy_scope(struct analyzer *analyzer, const struct access *access)
{
    struct identity who = {.user = access->user};
    struct scope outer = {.analyzer = analyzer, .who = who};
    struct identity stored = scope_stored_identity(&outer, access->relation->schema, access->role);
    struct scope *scope = scope_new(analyzer, NULL, &stored);
    scope->query = query_new(analyzer, QUERY_SELECT);
    struct ns_item *item = ns_item_new(scope, access->relation->name, access->rte);
    item->quiet = true;
    ns_add(scope, item);
    return scope;
}

/* One table: its policies, and at once what they read, while the table is known to be open. */
static err guard_rows(struct analyzer *analyzer, const struct access *access)
{
    if (!catalog_row_security_applies(analyzer->catalog, access->relation, access->role))
        return NULL;
    TRY(recursion(analyzer, access->relation));
    struct expansion open = {
        .outer = analyzer->policies,
        .relation = access->relation,
        .role = access->role,
    };
    analyzer->policies = &open;
    struct guarded guarded = {
        .analyzer = analyzer,
        .access = access,
        .scope = policy_scope(analyzer, access),
    };
    struct top_call *top = analyzer->top_call;
    analyzer->top_call = NULL;
    size_t from = analyzer->accesses.count;
    TRY(attach(&guarded));
    TRY(guard_accesses(analyzer, from));
    analyzer->top_call = top;
    analyzer->policies = open.outer;
    return NULL;
}

/* ---- partitions ------------------------------------------------------------------------------------- */

/* A bound is asked of everybody, like what a table is made of: its columns need no grant. */
static err partition_test(const struct guarded *guarded, str text, struct expr **out)
{
    struct analyzer *analyzer = guarded->analyzer;
    struct node *tree;
    *out = NULL;
    if (str_empty(text)) return NULL;
    TRY(sql_parse_expr(analyzer->arena, text, &tree));
    guarded->scope->infer.clause = INFER_CHECK;
    return analyze_elsewhere(analyzer, infer_bool(&guarded->scope->infer, tree, "CHECK", out));
}

static err partition_check(struct guarded *guarded, enum check_kind kind, str text)
{
    struct query *query = guarded->access->target_of;
    struct expr *test;
    TRY(partition_test(guarded, text, &test));
    if (!test) return NULL;
    check_add(guarded, &query->checks, kind, test, STR_NONE);
    if (query->conflict && query->conflict->do_update)
        check_add(guarded, &query->conflict_checks, kind, test, STR_NONE);
    return NULL;
}

/* PostgreSQL finds a new row's partition before it looks at policies, an updated row's behind them. */
enum partition_turn { BEFORE_POLICIES, BEHIND_POLICIES };

static err guard_partition(struct analyzer *analyzer,
                           const struct access *access,
                           enum partition_turn turn)
{
    const struct cat_relation *relation = access->relation;
    const struct query *query = access->target_of;
    if (!relation->partition_of && !relation->partition_strategy) return NULL;
    struct guarded guarded = {analyzer, access, policy_scope(analyzer, access)};
    bool inserts = query && query->command == QUERY_INSERT;
    bool writes = inserts || (query && query->command == QUERY_UPDATE);
    bool routed = writes && relation->partition_strategy;
    str bound = partition_condition(analyzer->arena, analyzer->catalog, relation);
    if (turn == BEFORE_POLICIES && relation->partition_of && !inserts) {
        struct expr *test;
        struct rte *rte = access->rte;
        TRY(partition_test(&guarded, bound, &test));
        rte->security = infer_and(&guarded.scope->infer, rte->security, test);
    }
    if (routed && inserts == (turn == BEFORE_POLICIES))
        TRY(partition_check(&guarded, CHECK_PARTITION_FOUND,
                            partition_found_text(analyzer->arena, analyzer->catalog, relation)));
    if (!writes || turn == BEFORE_POLICIES) return NULL;
    return partition_check(&guarded, CHECK_PARTITION, bound);
}

/* Materialized views are written by REFRESH alone, and read once it has been. */
static err guard_matview(struct analyzer *analyzer, const struct access *access)
{
    const struct cat_relation *relation = access->relation;
    if (relation->kind != 'm') return NULL;
    if (access->target_of)
        return err_sql(analyzer->arena, "42809", "cannot change materialized view \"%.*s\"",
                       STR_FMT(relation->name));
    if (!relation->unpopulated || analyzer->describes) return NULL;
    struct err *error =
        err_sql(analyzer->arena, "55000", "materialized view \"%.*s\" has not been populated",
                STR_FMT(relation->name));
    return err_hint(analyzer->arena, error, "Use the REFRESH MATERIALIZED VIEW command.");
}

/* Grants of everything first: a statement that may not be run at all is not told more. */
err guard_accesses(struct analyzer *analyzer, size_t from)
{
    size_t to = analyzer->accesses.count;
    bool asked = !analyzer->trusted;
    for (size_t i = from; asked && i < to; i++)
        TRY(check_grants(analyzer, analyzer->accesses.at[i]));
    for (size_t i = from; i < to; i++) {
        const struct access *access = analyzer->accesses.at[i];
        if (asked) TRY(guard_matview(analyzer, access));
        if (access->relation->kind != 'r' || access->quiet) continue;
        TRY(guard_partition(analyzer, access, BEFORE_POLICIES));
        if (asked) TRY(guard_rows(analyzer, access));
        TRY(guard_partition(analyzer, access, BEHIND_POLICIES));
    }
    return NULL;
}

/* ---- barriers --------------------------------------------------------------------------------------------- */

static void barrier_below(struct rte *rte);

static bool barrier_query(struct query *query, void *context)
{
    (void)context;
    for (size_t i = 0; i < query->rtable_count; i++) barrier_below(query->rtable[i]);
    return query_subqueries(query, barrier_query, NULL);
}

/* A condition that may leak stands over this rte: whatever is filtered below must be filtered first. */
static void barrier_below(struct rte *rte)
{
    bool view = rte->kind == RTE_SUBQUERY && rte->relation && rte->relation->security_barrier;
    if (rte->barrier) return;
    if (rte->security || view) rte->barrier = true;
    if (rte->query) barrier_query(rte->query, NULL);
    if (rte->cte && rte->cte->query && !rte->cte->recursive) barrier_query(rte->cte->query, NULL);
}

static bool hides_leak(const struct expr *expr, void *context);

static bool leaks_below(const struct expr *expr)
{
    return !expr_is_leakproof(expr) || expr_any(expr, hides_leak, NULL);
}

static bool column_leaks(const struct query *query, size_t index)
{
    if (query->set_op != SET_NONE)
        return column_leaks(query->set_left, index) || column_leaks(query->set_right, index);
    size_t visible = 0;
    for (size_t i = 0; i < query->target_count; i++) {
        if (query->targets[i].hidden || visible++ != index) continue;
        return leaks_below(query->targets[i].expr);
    }
    return false;
}

/* A column of a subquery is whatever is computed there: an engine that flattens the subquery runs
 * that computation where the condition stands. A recursive query is never flattened. */
static bool hides_leak(const struct expr *expr, void *context)
{
    (void)context;
    if (expr->kind != EXPR_COLUMN) return false;
    const struct rte *rte = expr->column.rte;
    const struct query *query = rte->query                         ? rte->query
                                : rte->cte && !rte->cte->recursive ? rte->cte->query
                                                                   : NULL;
    return query && column_leaks(query, (size_t)expr->column.index);
}

static bool leaky_column(const struct expr *expr, void *context)
{
    (void)context;
    if (expr->kind == EXPR_COLUMN || expr->kind == EXPR_EXCLUDED_COLUMN)
        barrier_below(expr->column.rte);
    if (expr->kind == EXPR_WHOLE_ROW) barrier_below(expr->rte);
    return false;
}

static void condition_barriers(struct expr *condition)
{
    if (!condition) return;
    if (condition->kind == EXPR_AND) {
        for (size_t i = 0; i < condition->args.count; i++)
            condition_barriers(condition->args.at[i]);
        return;
    }
    if (leaks_below(condition)) expr_any(condition, leaky_column, NULL);
}

static void from_barriers(const struct from_item *item)
{
    if (item->kind == FROM_RTE) {
        /* LATERAL: its arguments are evaluated on rows of the items to the left. */
        condition_barriers(item->rte->function);
        return;
    }
    from_barriers(item->left);
    from_barriers(item->right);
    condition_barriers(item->on);
}

static bool sublink_barriers(struct expr *expr, void *context);

static bool query_barriers(struct query *query, void *context)
{
    (void)context;
    condition_barriers(query->where);
    condition_barriers(query->having); /* SQLite moves what it can of it to WHERE */
    for (size_t i = 0; i < query->from_count; i++) from_barriers(query->from[i]);
    return query_children(query, sublink_barriers, NULL) &&
           query_subqueries(query, query_barriers, NULL);
}

static bool sublink_barriers(struct expr *expr, void *context)
{
    if (expr->kind == EXPR_SUBQUERY) query_barriers(expr->sublink.query, context);
    return expr_children(expr, sublink_barriers, context);
}

void guard_barriers(struct query *query)
{
    query_barriers(query, NULL);
}
