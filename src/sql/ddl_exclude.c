/* EXCLUDE USING gist (element WITH operator, ...) [WHERE (...)]. The elements and their operators are
 * kept in an index of the constraint's name; the embedded engine keeps it by triggers. */
#include "sql/ddl_int.h"
#include "sql/infer.h"

/* Both ways round the same, and known to gist (btree_gist for = and <>). */
static const str operators[] = {STR_INIT("="), STR_INIT("<>"), STR_INIT("&&"), STR_INIT("-|-")};

static err check_operator(struct ddl *ddl, const struct list *name)
{
    str op = ast_name_at(name, name->count - 1);
    for (size_t i = 0; i < COUNT_OF(operators); i++)
        if (str_eq(operators[i], op)) return NULL;
    struct err *error =
        err_sql(ddl->arena, "42809", "operator %.*s is not commutative", STR_FMT(op));
    return err_details(ddl->arena, error,
                       "Only commutative operators can be used in exclusion constraints.");
}

/* The operator has to exist for the element's type: asked by a condition that compares it with itself. */
static err check_pair(struct ddl *ddl,
                      const struct cat_relation *relation,
                      const struct IndexElem *elem,
                      const char *op)
{
    struct node *tree = str_empty(elem->name) ? elem->expr : ast_column_ref(ddl->arena, elem->name);
    return ddl_check_expr(ddl, &(struct ddl_expr){.use = DDL_EXPR_INDEX,
                                                  .relation = relation,
                                                  .tree = ast_op(ddl->arena, op, tree, tree)});
}

static err fill(struct ddl *ddl,
                const struct cat_relation *relation,
                const struct Constraint *constraint,
                struct cat_index *index,
                struct list **elems)
{
    size_t count = constraint->exclusions->count;
    struct cat_index_element *elements = ARENA_ARRAY(ddl->pool, struct cat_index_element, count);
    for (size_t i = 0; i < count; i++) {
        const struct list *pair = AST_AS(List, constraint->exclusions->at[i])->items;
        const struct list *name = AST_AS(List, pair->at[1])->items;
        const struct IndexElem *elem = AST_AS(IndexElem, pair->at[0]);
        TRY(ddl_index_element(ddl, relation, elem, &elements[i]));
        TRY(check_operator(ddl, name));
        str op = ast_name_at(name, name->count - 1);
        TRY(check_pair(ddl, relation, elem, str_cstr(ddl->arena, op)));
        elements[i].exclude = str_copy(ddl->pool, op);
        ast_list_add(ddl->arena, elems, pair->at[0]);
    }
    index->elements = elements;
    index->element_count = count;
    if (!constraint->where_clause) return NULL;
    TRY(ddl_check_expr(ddl, &(struct ddl_expr){.use = DDL_EXPR_INDEX_WHERE,
                                               .relation = relation,
                                               .tree = constraint->where_clause}));
    return ddl_store_expr(ddl, relation, constraint->where_clause, &index->where);
}

static err choose_name(struct ddl *ddl,
                       const struct cat_relation *relation,
                       str columns,
                       struct cat_constraint *out)
{
    if (str_empty(out->name)) {
        out->name = ddl_choose_constraint_name(ddl, relation, columns, "excl");
    } else if (ddl_relation_name_taken(ddl, relation->schema, out->name)) {
        return err_sql(ddl->arena, "42P07", "relation \"%.*s\" already exists", STR_FMT(out->name));
    }
    out->name = str_copy(ddl->pool, out->name);
    return NULL;
}

err ddl_exclude_add(struct ddl *ddl,
                    struct cat_relation *relation,
                    const struct Constraint *constraint,
                    struct cat_constraint *out)
{
    if (constraint->deferrable)
        return ddl_unsupported(ddl, &constraint->base, "a deferrable EXCLUDE constraint");
    if (!str_eq(constraint->access_method, STR("gist")))
        return ddl_unsupported(ddl, &constraint->base, "EXCLUDE USING %.*s",
                               STR_FMT(constraint->access_method));
    struct cat_index index = {
        .oid = catalog_oid_new(ddl->next), .method = STR("gist"), .constraint = true};
    struct list *elems = NULL;
    TRY(fill(ddl, relation, constraint, &index, &elems));
    TRY(choose_name(ddl, relation, ddl_index_columns_text(ddl, relation, elems, &index), out));
    int16_t *numbers = ARENA_ARRAY(ddl->pool, int16_t, index.element_count);
    for (size_t i = 0; i < index.element_count; i++)
        if (index.elements[i].column) numbers[out->column_count++] = index.elements[i].column;
    out->columns = numbers;
    out->index = index.oid;
    index.name = out->name;
    DDL_ADD(ddl, relation, indexes, index_count, &index);
    return NULL;
}
