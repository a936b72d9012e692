/* engine/sqlite/print_with.c - a statement whose WITH writes, as ops in order.
 *
 * In PostgreSQL all parts of the statement see the tables as they were, and RETURNING is the only way
 * from one that writes to another. So what does not depend on a part that writes is read first, into
 * row sets; the parts that write follow in their order, each with a set of its RETURNING rows. What reads
 * such a set and also a table that was changed by then would see too much: refused.
 *
 * Source: sql-on-sqlite.md, section 7. */
#include "engine/sqlite/program_int.h"
#include "sql/plpgsql.h"
#include "sql/query_walk.h"

struct with_parts {
    struct builder *builder;
    const struct query *query;
    struct query main; /* the query without its WITH */
    bool *late;        /* by CTE: it writes, or reads the rows of one that does */
    bool *used;
};

static bool writes(const struct cte *cte)
{
    return cte->query->command != QUERY_SELECT;
}

/* ---- who reads whom ------------------------------------------------------------------------------ */

static bool reads_cte(const struct query *query, const struct cte *cte);

static bool sublink_reads_cte(const struct expr *expr, void *context)
{
    return expr->kind == EXPR_SUBQUERY && reads_cte(expr->sublink.query, context);
}

static bool subquery_reads_no_cte(struct query *query, void *context)
{
    return !reads_cte(query, context);
}

static bool reads_cte(const struct query *query, const struct cte *cte)
{
    void *context = (void *)(uintptr_t)cte;
    for (size_t i = 0; i < query->rtable_count; i++)
        if (query->rtable[i]->kind == RTE_CTE && query->rtable[i]->cte == cte) return true;
    return !query_subqueries(query, subquery_reads_no_cte, context) ||
           query_any(query, sublink_reads_cte, context);
}

static bool is_late(const struct with_parts *parts, const struct query *query, size_t before)
{
    for (size_t i = 0; i < before; i++)
        if (parts->late[i] && reads_cte(query, parts->query->ctes[i])) return true;
    return false;
}

static bool is_used(const struct with_parts *parts, size_t index)
{
    const struct query *query = parts->query;
    for (size_t i = index + 1; i < query->cte_count; i++)
        if (reads_cte(query->ctes[i]->query, query->ctes[index])) return true;
    return reads_cte(&parts->main, query->ctes[index]);
}

static void parts_init(struct with_parts *parts)
{
    const struct query *query = parts->query;
    parts->late = ARENA_ARRAY(parts->builder->scratch, bool, query->cte_count);
    parts->used = ARENA_ARRAY(parts->builder->scratch, bool, query->cte_count);
    parts->main = *query;
    parts->main.cte_count = 0;
    for (size_t i = 0; i < query->cte_count; i++) {
        const struct cte *cte = query->ctes[i];
        parts->late[i] = writes(cte) || is_late(parts, cte->query, i);
        parts->used[i] = writes(cte) || is_used(parts, i);
    }
}

/* ---- the tables as they were --------------------------------------------------------------------- */

/* A table and those that the actions of foreign keys change with it. */
struct changed {
    VEC(const struct cat_relation *);
};

static bool is_changed(const struct changed *changed, const struct cat_relation *relation)
{
    for (size_t i = 0; i < changed->count; i++)
        if (changed->at[i] == relation) return true;
    return false;
}

static bool does_something(char action)
{
    return action != 'a' && action != 'r';
}

static bool acts(const struct cat_constraint *key,
                 const struct cat_relation *parent,
                 bool deleted,
                 bool updated)
{
    if (key->kind != 'f' || key->foreign_relation != parent->oid) return false;
    return (deleted && does_something(key->on_delete)) ||
           (updated && does_something(key->on_update));
}

static void collect_changed(struct with_parts *parts,
                            const struct query *query,
                            struct changed *changed)
{
    const struct cat_relation *other;
    struct arena *scratch = parts->builder->scratch;
    *VEC_ADD(scratch, changed) = query->target_rte->relation;
    if (query->command == QUERY_INSERT && query->conflict == NULL) return;
    for (size_t i = 0; i < changed->count; i++) {
        size_t at = 0;
        bool deleted = i > 0 || query->command == QUERY_DELETE;
        bool updated = i > 0 || query->command != QUERY_DELETE;
        while ((other = catalog_relation_next(parts->builder->plan->catalog, &at)) != NULL)
            for (size_t k = 0; k < other->constraint_count; k++)
                if (acts(&other->constraints[k], changed->at[i], deleted, updated) &&
                    !is_changed(changed, other))
                    *VEC_ADD(scratch, changed) = other;
    }
}

/* A trigger that runs with the part, not behind the statement, may change any table. */
static bool changes_more(const struct with_parts *parts, const struct cat_relation *relation)
{
    const struct catalog *catalog = parts->builder->plan->catalog;
    for (size_t i = 0; i < relation->trigger_count; i++) {
        const struct cat_trigger *trigger = &relation->triggers[i];
        const struct cat_function *function = catalog_function(catalog, trigger->function);
        if ((trigger->type & TRIGGER_TIMING) == 0) continue;
        if (function == NULL || plpgsql_writes(catalog, function)) return true;
    }
    return false;
}

static bool reads_tables(const struct query *query);

static bool sublink_reads_tables(const struct expr *expr, void *context)
{
    (void)context;
    return expr->kind == EXPR_SUBQUERY && reads_tables(expr->sublink.query);
}

static bool subquery_reads_none(struct query *query, void *context)
{
    (void)context;
    return !reads_tables(query);
}

static bool reads_tables(const struct query *query)
{
    bool inserts = query->command == QUERY_INSERT && query->conflict == NULL;
    for (size_t i = 0; i < query->rtable_count; i++) {
        const struct rte *rte = query->rtable[i];
        if (rte->kind == RTE_RELATION && !(inserts && rte == query->target_rte)) return true;
    }
    return !query_subqueries(query, subquery_reads_none, NULL) ||
           query_any(query, sublink_reads_tables, NULL);
}

static err trigger_refused(const struct with_parts *parts, const struct cat_relation *relation)
{
    return err_sql(parts->builder->scratch, "0A000",
                   "reading a table in the same statement that fires a trigger of \"%.*s\", which "
                   "writes, in WITH is not supported on this database",
                   STR_FMT(relation->name));
}

static err snapshot_refused(const struct with_parts *parts, const struct cat_relation *relation)
{
    return err_sql(
        parts->builder->scratch, "0A000",
        "reading or writing table \"%.*s\" in the same statement that changes it in WITH "
        "is not supported on this database",
        STR_FMT(relation->name));
}

/* `later` runs behind a part that has changed these tables by then. */
static err check_later(const struct with_parts *parts,
                       const struct changed *changed,
                       const struct query *later)
{
    for (size_t i = 0; i < changed->count; i++) {
        if (query_reads(later, changed->at[i])) return snapshot_refused(parts, changed->at[i]);
        if (changes_more(parts, changed->at[i]) && reads_tables(later))
            return trigger_refused(parts, changed->at[i]);
    }
    return NULL;
}

static err check_snapshot(struct with_parts *parts, size_t index, bool main_is_late)
{
    const struct query *query = parts->query;
    struct changed changed = {0};
    collect_changed(parts, query->ctes[index]->query, &changed);
    for (size_t k = index + 1; k < query->cte_count; k++)
        if (parts->late[k] && parts->used[k])
            TRY(check_later(parts, &changed, query->ctes[k]->query));
    return main_is_late ? check_later(parts, &changed, &parts->main) : NULL;
}

/* ---- the parts ------------------------------------------------------------------------------------- */

static void part_known(struct with_parts *parts, const struct cte *cte, int set)
{
    *VEC_ADD(parts->builder->scratch, &parts->builder->ctes) =
        (struct text_cte){.cte = cte, .name = cte->name, .set = set};
}

static err build_write(struct with_parts *parts, size_t index, bool main_is_late)
{
    const struct cte *cte = parts->query->ctes[index];
    struct write_output output = {.set = -1};
    TRY(check_snapshot(parts, index, main_is_late));
    TRY(builder_set(parts->builder, cte->column_count, &output.set));
    TRY(write_build(parts->builder, cte->query, &output));
    part_known(parts, cte, output.set);
    return NULL;
}

static bool calls_that_write(const struct expr *expr, void *context)
{
    (void)context;
    return expr->kind == EXPR_USER_CALL && expr->site != NULL && expr->site->writes;
}

/* WITH x AS (...) SELECT every column FROM x: a recursive one needs its name. */
static struct query *select_of(struct with_parts *parts, const struct cte *cte)
{
    struct arena *arena = parts->builder->scratch;
    struct rte *rte = ARENA_NEW(arena, struct rte);
    struct from_item *from = ARENA_NEW(arena, struct from_item);
    struct query *query = ARENA_NEW(arena, struct query);
    rte->kind = RTE_CTE;
    rte->alias = cte->name;
    rte->cte = (struct cte *)(uintptr_t)cte;
    rte->columns = cte->columns;
    rte->column_count = cte->column_count;
    from->rte = rte;
    query->ctes = ARENA_ARRAY(arena, struct cte *, 1);
    query->ctes[0] = rte->cte;
    query->cte_count = 1;
    query->rtable = ARENA_ARRAY(arena, struct rte *, 1);
    query->rtable[0] = rte;
    query->rtable_count = 1;
    query->from = ARENA_ARRAY(arena, struct from_item *, 1);
    query->from[0] = from;
    query->from_count = 1;
    query->targets = ARENA_ARRAY(arena, struct target, cte->column_count);
    query->target_count = cte->column_count;
    for (size_t i = 0; i < cte->column_count; i++) {
        struct expr *column = ARENA_NEW(arena, struct expr);
        *column = (struct expr){
            .kind = EXPR_COLUMN,
            .type = cte->columns[i].type,
            .typmod = cte->columns[i].typmod,
            .location = -1,
            .column = {.rte = rte, .index = (int)i}
        };
        query->targets[i] = (struct target){.expr = column, .name = cte->columns[i].name};
    }
    return query;
}

static err build_read(struct with_parts *parts, const struct cte *cte)
{
    struct builder *builder = parts->builder;
    struct text text;
    int set;
    if (query_any(cte->query, calls_that_write, NULL))
        return err_sql(builder->scratch, "0A000",
                       "a call of a function that writes in WITH query \"%.*s\", beside one that "
                       "writes itself, is not supported on this database",
                       STR_FMT(cte->name));
    TRY(builder_set(builder, cte->column_count, &set));
    builder_text(builder, &text);
    TRY(text_query(&text, select_of(parts, cte), &(struct query_options){0}));
    struct program_op *op = builder_op(builder, OP_FILL, &text);
    op->set = set;
    op->set_columns = cte->column_count > 0 ? (int)cte->column_count : 1;
    part_known(parts, cte, set);
    return NULL;
}

static bool has_writes(const struct query *query)
{
    for (size_t i = 0; i < query->cte_count; i++)
        if (writes(query->ctes[i])) return true;
    return false;
}

err with_build(struct builder *builder,
               const struct query *query,
               const struct with_main *main_query)
{
    struct with_parts parts = {.builder = builder, .query = query};
    if (!has_writes(query)) return main_query->build(builder, query, main_query->node);
    parts_init(&parts);
    bool main_is_late =
        query->command != QUERY_SELECT || is_late(&parts, &parts.main, query->cte_count);
    for (size_t i = 0; i < query->cte_count; i++)
        if (!parts.late[i] && parts.used[i]) TRY(build_read(&parts, query->ctes[i]));
    if (!main_is_late) TRY(main_query->build(builder, &parts.main, main_query->node));
    for (size_t i = 0; i < query->cte_count; i++) {
        if (!parts.late[i] || !parts.used[i]) continue;
        if (writes(query->ctes[i]))
            TRY(build_write(&parts, i, main_is_late));
        else
            TRY(build_read(&parts, query->ctes[i]));
    }
    if (!main_is_late) return NULL;
    /* An error's detail may compute the rows of a query once more: of this one it must not. */
    struct query *last = ARENA_NEW(builder->arena, struct query);
    *last = parts.main;
    last->ctes = query->ctes;
    return main_query->build(builder, last, main_query->node);
}
