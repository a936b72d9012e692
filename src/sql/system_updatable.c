/* pg_relation_is_updatable: what may be written to a table, or through a view that is simple enough. */
#include "sql/ast.h"
#include "sql/system_rows.h"
#include "sql/view_updatable.h"

enum { VIEWS_DEPTH_MAX = 32 };

static const struct cat_relation *relation_of(const struct catalog *catalog,
                                              const struct cat_relation *view,
                                              const struct RangeVar *name)
{
    if (!str_empty(name->schemaname)) {
        const struct cat_schema *schema = catalog_schema_find(catalog, name->schemaname);
        return schema ? catalog_relation_find(catalog, schema->oid, name->relname) : NULL;
    }
    const oid path[] = {view->schema, SCHEMA_PUBLIC, SCHEMA_EXTENSIONS};
    for (size_t i = 0; i < COUNT_OF(path); i++) {
        const struct cat_relation *found = catalog_relation_find(catalog, path[i], name->relname);
        if (found) return found;
    }
    return NULL;
}

static const struct SelectStmt *select_of(const struct cat_relation *view)
{
    if (!AST_IS(SelectStmt, view->query.tree)) return NULL;
    const struct SelectStmt *select = AST_AS(SelectStmt, view->query.tree);
    return view_why_not_updatable(select) ? NULL : select;
}

static const struct cat_relation *base_of(const struct catalog *catalog,
                                          const struct cat_relation *view)
{
    const struct SelectStmt *select = select_of(view);
    if (!select) return NULL;
    return relation_of(catalog, view, AST_AS(RangeVar, select->fromClause->at[0]));
}

static bool column_of(const struct catalog *catalog,
                      const struct cat_relation *relation,
                      int16_t number,
                      int depth);

/* The view's column is a column of what it selects from, by its own name. */
static bool view_column(const struct catalog *catalog,
                        const struct cat_relation *view,
                        int16_t number,
                        int depth)
{
    const struct SelectStmt *select = select_of(view);
    const struct cat_relation *base = base_of(catalog, view);
    if (!select || !base || number < 1) return false;
    size_t index = (size_t)number - 1;
    for (size_t i = 0; i < select->targetList->count; i++) {
        const struct node *value = AST_AS(ResTarget, select->targetList->at[i])->val;
        if (!AST_IS(ColumnRef, value)) {
            if (index-- == 0) return false;
            continue;
        }
        const struct list *fields = AST_AS(ColumnRef, value)->fields;
        const struct node *last = fields->at[fields->count - 1];
        bool star = AST_IS(A_Star, last);
        size_t width = star ? base->column_count : 1;
        if (index < width) {
            const struct cat_column *column =
                star ? &base->columns[index]
                     : cat_column_find(base, ast_name_at(fields, fields->count - 1));
            return column && column_of(catalog, base, column->number, depth + 1);
        }
        index -= width;
    }
    return false;
}

static bool column_of(const struct catalog *catalog,
                      const struct cat_relation *relation,
                      int16_t number,
                      int depth)
{
    if (depth > VIEWS_DEPTH_MAX) return false;
    if (relation->kind == 'r') return true;
    return relation->kind == 'v' && view_column(catalog, relation, number, depth);
}

static int updatable(const struct catalog *catalog, const struct cat_relation *relation, int depth)
{
    enum { ALL = UPDATABLE_UPDATE | UPDATABLE_INSERT | UPDATABLE_DELETE };
    if (relation->kind == 'r') return ALL;
    const struct cat_relation *base =
        relation->kind == 'v' && depth <= VIEWS_DEPTH_MAX ? base_of(catalog, relation) : NULL;
    if (!base) return 0;
    bool any = false;
    for (size_t i = 0; i < relation->column_count && !any; i++)
        any = column_of(catalog, relation, relation->columns[i].number, depth);
    /* Without a column to write there is only DELETE. */
    return updatable(catalog, base, depth + 1) & (any ? ALL : UPDATABLE_DELETE);
}

int system_updatable(const struct catalog *catalog, const struct cat_relation *relation)
{
    return updatable(catalog, relation, 0);
}

bool system_column_updatable(const struct catalog *catalog,
                             const struct cat_relation *relation,
                             const struct cat_column *column)
{
    if (relation->kind == 'r') return true;
    return column_of(catalog, relation, column->number, 0) &&
           (system_updatable(catalog, relation) & UPDATABLE_UPDATE);
}
