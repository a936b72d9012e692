/* CREATE MATERIALIZED VIEW, REFRESH: a table whose rows are what its query selects for its owner. */
#include "sql/ddl_int.h"

static void fill(struct ddl *ddl, const struct cat_relation *relation)
{
    struct ddl_effect *effect = ddl_effect(ddl, EFFECT_MATVIEW_FILL);
    effect->relation = relation->oid;
}

err ddl_create_matview(struct ddl *ddl, const struct CreateTableAsStmt *create)
{
    const struct IntoClause *into = create->into;
    if (!AST_IS(SelectStmt, create->query))
        return ddl_unsupported(ddl, create->query, "a materialized view of this statement");
    if (ddl_relation_skipped(ddl, into->rel, create->if_not_exists)) return NULL;
    struct cat_relation *relation;
    TRY(ddl_relation_start(ddl, into->rel, 'm', &relation));
    TRY(ddl_query_columns(ddl, create, relation));
    TRY(ddl_store_query(ddl, create->query, &relation->query));
    relation->unpopulated = into->skipData;
    ddl_row_type_put(ddl, relation);
    catalog_put(ddl->next, CAT_RELATION, relation);
    if (!into->skipData) fill(ddl, relation);
    return NULL;
}

/* What CONCURRENTLY tells old rows and new ones apart by: columns of every row. */
static bool is_whole_key(const struct cat_index *index)
{
    if (!index->unique || index->where.tree) return false;
    for (size_t i = 0; i < index->element_count; i++)
        if (!index->elements[i].column) return false;
    return true;
}

static err check_concurrent(struct ddl *ddl,
                            const struct RefreshMatViewStmt *refresh,
                            const struct cat_relation *relation)
{
    if (!refresh->concurrent) return NULL;
    if (relation->unpopulated)
        return err_sql(ddl->arena, "0A000",
                       "CONCURRENTLY cannot be used when the materialized view is not populated");
    if (refresh->skipData)
        return err_sql(ddl->arena, "42601",
                       "REFRESH options CONCURRENTLY and WITH NO DATA cannot be used together");
    for (size_t i = 0; i < relation->index_count; i++)
        if (is_whole_key(&relation->indexes[i])) return NULL;
    struct err *error =
        err_sql(ddl->arena, "55000", "cannot refresh materialized view \"%.*s.%.*s\" concurrently",
                STR_FMT(ddl_schema_name(ddl, relation->schema)), STR_FMT(relation->name));
    return err_hint(ddl->arena, error,
                    "Create a unique index with no WHERE clause on one or more columns of the "
                    "materialized view.");
}

err ddl_refresh_matview(struct ddl *ddl, const struct node *statement)
{
    const struct RefreshMatViewStmt *refresh = AST_AS(RefreshMatViewStmt, statement);
    const struct cat_relation *relation;
    TRY(ddl_relation(ddl, refresh->relation, MISSING_IS_ERROR, &relation));
    if (!cat_relation_is_stored(relation))
        return err_sql(ddl->arena, "42809", "\"%.*s\" is not a table or materialized view",
                       STR_FMT(relation->name));
    TRY(ddl_must_own_relation(ddl, relation));
    if (relation->kind != 'm')
        return err_sql(ddl->arena, "0A000", "\"%.*s\" is not a materialized view",
                       STR_FMT(relation->name));
    TRY(check_concurrent(ddl, refresh, relation));
    struct cat_relation *edited = CATALOG_EDIT(ddl->next, relation);
    edited->unpopulated = refresh->skipData;
    catalog_put(ddl->next, CAT_RELATION, edited);
    struct ddl_effect *effect = ddl_effect(ddl, EFFECT_TRUNCATE);
    effect->relation = relation->oid;
    if (!refresh->skipData) fill(ddl, edited);
    return NULL;
}
