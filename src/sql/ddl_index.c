/* CREATE INDEX, and the indexes behind keys. */
#include "sql/builtin.h"
#include "sql/ddl_int.h"
#include "sql/infer.h"

struct method_row {
    str name;
    bool physical; /* the embedded engine has such an index */
};

static const struct method_row methods[] = {
    {STR_INIT("btree"),   true },
    {STR_INIT("hash"),    true },
    {STR_INIT("gin"),     false},
    {STR_INIT("gist"),    false},
    {STR_INIT("brin"),    false},
    {STR_INIT("spgist"),  false},
    {STR_INIT("ivfflat"), false},
    {STR_INIT("hnsw"),    false},
};

static const struct method_row *method_of(str name)
{
    if (str_empty(name)) return &methods[0];
    for (size_t i = 0; i < COUNT_OF(methods); i++)
        if (str_eq(methods[i].name, name)) return &methods[i];
    return NULL;
}

static err include_columns(struct ddl *ddl,
                           const struct cat_relation *relation,
                           const struct list *including,
                           struct cat_index *index)
{
    if (!including || !including->count) return NULL;
    int16_t *numbers = ARENA_ARRAY(ddl->pool, int16_t, including->count);
    for (size_t i = 0; i < including->count; i++) {
        const struct node *item = including->at[i];
        str name =
            AST_IS(IndexElem, item) ? AST_AS(IndexElem, item)->name : ast_name_at(including, i);
        const struct cat_column *column = cat_column_find(relation, name);
        if (!column)
            return err_sql(ddl->arena, "42703", "column \"%.*s\" does not exist", STR_FMT(name));
        numbers[i] = column->number;
    }
    index->include = numbers;
    index->include_count = including->count;
    return NULL;
}

err ddl_index_for_constraint(struct ddl *ddl,
                             struct cat_relation *relation,
                             str name,
                             const int16_t *columns,
                             size_t count,
                             bool primary,
                             bool nulls_not_distinct,
                             const struct list *including,
                             oid *out)
{
    struct cat_index index = {
        .oid = catalog_oid_new(ddl->next),
        .name = name,
        .method = STR("btree"),
        .unique = true,
        .primary = primary,
        .nulls_not_distinct = nulls_not_distinct,
        .physical = true,
        .constraint = true,
        .element_count = count,
    };
    struct cat_index_element *elements = ARENA_ARRAY(ddl->pool, struct cat_index_element, count);
    for (size_t i = 0; i < count; i++) elements[i].column = columns[i];
    index.elements = elements;
    TRY(include_columns(ddl, relation, including, &index));
    DDL_ADD(ddl, relation, indexes, index_count, &index);
    *out = index.oid;
    return NULL;
}

err ddl_index_element(struct ddl *ddl,
                      const struct cat_relation *relation,
                      const struct IndexElem *elem,
                      struct cat_index_element *out)
{
    out->descending = elem->ordering == SORTBY_DESC;
    /* Left to itself DESC means NULLS FIRST. */
    out->nulls_first = elem->nulls_ordering == SORTBY_NULLS_DEFAULT
                           ? out->descending
                           : elem->nulls_ordering == SORTBY_NULLS_FIRST;
    if (!str_empty(elem->name)) {
        const struct cat_column *column = cat_column_find(relation, elem->name);
        if (!column)
            return err_sql(ddl->arena, "42703", "column \"%.*s\" does not exist",
                           STR_FMT(elem->name));
        out->column = column->number;
        return NULL;
    }
    TRY(ddl_check_expr(
        ddl, &(struct ddl_expr){.use = DDL_EXPR_INDEX, .relation = relation, .tree = elem->expr}));
    return ddl_store_expr(ddl, relation, elem->expr, &out->expr);
}

/* ChooseIndexColumnNames: the columns' names, "expr" (or the function's name) for expressions. */
str ddl_index_columns_text(struct ddl *ddl,
                           const struct cat_relation *relation,
                           const struct list *elems,
                           const struct cat_index *index)
{
    struct buf *out = buf_in(ddl->arena, 0);
    for (size_t i = 0; i < index->element_count; i++) {
        if (i) buf_char(out, '_');
        if (index->elements[i].column) {
            buf_str_add(out, ddl_column_names(ddl, relation, &index->elements[i].column, 1, ""));
            continue;
        }
        str name = infer_column_name(AST_AS(IndexElem, elems->at[i])->expr);
        buf_str_add(out, str_eq(name, STR("?column?")) ? STR("expr") : name);
    }
    return buf_str(out);
}

static err index_part(struct ddl *ddl,
                      const struct cat_relation *relation,
                      const struct IndexElem *elem,
                      str method,
                      struct cat_index_element *out)
{
    TRY(ddl_index_element(ddl, relation, elem, out));
    const struct cat_column *column =
        out->column ? cat_column_numbered(relation, out->column) : NULL;
    /* Of an expression text is the usual type. */
    ddl_index_class(ddl, elem, column ? column->type : TEXTOID, method, out);
    return NULL;
}

static err index_fill(struct ddl *ddl,
                      const struct IndexStmt *create,
                      const struct cat_relation *relation,
                      struct cat_index *index)
{
    size_t count = create->indexParams->count;
    struct cat_index_element *elements = ARENA_ARRAY(ddl->pool, struct cat_index_element, count);
    for (size_t i = 0; i < count; i++)
        TRY(index_part(ddl, relation, AST_AS(IndexElem, create->indexParams->at[i]), index->method,
                       &elements[i]));
    index->elements = elements;
    index->element_count = count;
    TRY(include_columns(ddl, relation, create->indexIncludingParams, index));
    struct ddl_settings options = {0};
    ddl_options_set(ddl, &options, create->options);
    index->options = options.at;
    index->option_count = options.count;
    if (!create->whereClause) return NULL;
    TRY(ddl_check_expr(ddl, &(struct ddl_expr){.use = DDL_EXPR_INDEX_WHERE,
                                               .relation = relation,
                                               .tree = create->whereClause}));
    return ddl_store_expr(ddl, relation, create->whereClause, &index->where);
}

static err index_name(struct ddl *ddl,
                      const struct IndexStmt *create,
                      const struct cat_relation *relation,
                      struct cat_index *index)
{
    str name = create->idxname;
    if (str_empty(name))
        name = ddl_choose_name(ddl, relation->schema, relation->name,
                               ddl_index_columns_text(ddl, relation, create->indexParams, index),
                               "idx");
    else if (ddl_relation_name_taken(ddl, relation->schema, name))
        return err_sql(ddl->arena, "42P07", "relation \"%.*s\" already exists", STR_FMT(name));
    index->name = str_copy(ddl->pool, name);
    return NULL;
}

err ddl_create_index(struct ddl *ddl, const struct node *statement)
{
    const struct IndexStmt *create = AST_AS(IndexStmt, statement);
    const struct cat_relation *table;
    TRY(ddl_relation(ddl, create->relation, MISSING_IS_ERROR, &table));
    if (!cat_relation_is_stored(table) && !table->partition_of)
        return err_sql(ddl->arena, "42809", "cannot create index on relation \"%.*s\"",
                       STR_FMT(table->name));
    TRY(ddl_must_own_relation(ddl, table));
    bool taken =
        !str_empty(create->idxname) && ddl_relation_name_taken(ddl, table->schema, create->idxname);
    if (taken && create->if_not_exists) {
        ddl_notice(ddl, "relation \"%.*s\" already exists, skipping", STR_FMT(create->idxname));
        return NULL;
    }
    const struct method_row *method = method_of(create->accessMethod);
    if (!method)
        return err_sql(ddl->arena, "42704", "access method \"%.*s\" does not exist",
                       STR_FMT(create->accessMethod));
    struct cat_index index = {
        .oid = catalog_oid_new(ddl->next),
        .method = method->name,
        .physical = method->physical,
        .unique = create->unique,
        .nulls_not_distinct = create->nulls_not_distinct,
    };
    if (!method->physical && create->unique)
        return err_sql(ddl->arena, "0A000",
                       "access method \"%.*s\" does not support unique indexes",
                       STR_FMT(method->name));
    TRY(index_fill(ddl, create, table, &index));
    TRY(index_name(ddl, create, table, &index));
    if (!method->physical)
        ddl_notice(ddl, "index \"%.*s\" is recorded only: the embedded engine has no %.*s indexes",
                   STR_FMT(index.name), STR_FMT(method->name));
    if (table->partition_of && create->unique)
        return ddl_unsupported(ddl, statement, "a unique index of one partition alone");
    if (table->partition_of)
        ddl_notice(ddl, "index \"%.*s\" is recorded only: create it on the partitioned table",
                   STR_FMT(index.name));
    struct cat_relation *edited = CATALOG_EDIT(ddl->next, table);
    DDL_ADD(ddl, edited, indexes, index_count, &index);
    catalog_put(ddl->next, CAT_RELATION, edited);
    return ddl_partition_keys_covered(ddl, edited);
}
