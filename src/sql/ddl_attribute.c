/* ALTER TYPE of composites: ADD, DROP, ALTER and RENAME ATTRIBUTE.
 *
 * A stored value is a JSON object of its fields (docs/sql.md): where a table has such values nothing may change but
 * by rewriting them, which is not done yet. */
#include "sql/ddl_int.h"

/* ---- who stores it ---- */

enum { NESTING_MAX = 64 };

/* The type itself, its array, a domain over it, a composite with a field of it. */
static bool holds(const struct catalog *catalog, oid id, oid wanted, int depth)
{
    const struct cat_type *type = catalog_type(catalog, id);
    if (!type || depth > NESTING_MAX) return false;
    if (type->oid == wanted) return true;
    if (type->kind == TYPE_KIND_ARRAY) return holds(catalog, type->element, wanted, depth + 1);
    if (type->kind == TYPE_KIND_DOMAIN) return holds(catalog, type->base, wanted, depth + 1);
    const struct cat_relation *relation =
        type->relation ? catalog_relation(catalog, type->relation) : NULL;
    for (size_t i = 0; relation && i < relation->column_count; i++)
        if (holds(catalog, relation->columns[i].type, wanted, depth + 1)) return true;
    return false;
}

static const struct cat_relation *storing(const struct catalog *catalog,
                                          oid type,
                                          const struct cat_column **column)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(catalog, &at)))
        for (size_t i = 0; cat_relation_is_stored(relation) && i < relation->column_count; i++) {
            *column = &relation->columns[i];
            if (holds(catalog, (*column)->type, type, 0)) return relation;
        }
    return NULL;
}

static err not_stored(struct ddl *ddl, const struct cat_relation *composite)
{
    const struct cat_column *column;
    const struct cat_relation *user = storing(ddl->next, composite->row_type, &column);
    if (!user) return NULL;
    return err_sql(ddl->arena, "0A000",
                   "cannot alter type \"%.*s\" because column \"%.*s.%.*s\" uses it",
                   STR_FMT(composite->name), STR_FMT(user->name), STR_FMT(column->name));
}

static err no_attribute(struct ddl *ddl, const struct cat_relation *composite, str name)
{
    return err_sql(ddl->arena, "42703", "column \"%.*s\" of relation \"%.*s\" does not exist",
                   STR_FMT(name), STR_FMT(composite->name));
}

/* ---- who reads it ---- */

static err check_views(struct ddl *ddl)
{
    size_t at = 0;
    const struct cat_relation *relation;
    const struct ddl_hooks *hooks = ddl->context->hooks;
    if (!hooks || !hooks->describe_query) return NULL;
    while ((relation = catalog_relation_next(ddl->next, &at))) {
        struct ddl_columns columns = {0};
        if (relation->query.tree)
            TRY(hooks->describe_query(ddl->context, ddl->next, relation->query.tree, &columns));
    }
    return NULL;
}

static err check_policies(struct ddl *ddl, const struct cat_relation *relation)
{
    for (size_t i = 0; i < relation->policy_count; i++) {
        const struct cat_expr *exprs[] = {&relation->policies[i].using_expr,
                                          &relation->policies[i].check_expr};
        for (size_t k = 0; k < COUNT_OF(exprs); k++)
            if (exprs[k]->tree)
                TRY(ddl_check_expr(ddl, &(struct ddl_expr){.use = DDL_EXPR_POLICY,
                                                           .relation = relation,
                                                           .tree = exprs[k]->tree}));
    }
    return NULL;
}

static err check_constraints(struct ddl *ddl, const struct cat_relation *relation)
{
    for (size_t i = 0; i < relation->constraint_count; i++)
        if (relation->constraints[i].check.tree)
            TRY(ddl_check_expr(ddl,
                               &(struct ddl_expr){.use = DDL_EXPR_CHECK,
                                                  .relation = relation,
                                                  .tree = relation->constraints[i].check.tree}));
    return NULL;
}

/* What reads fields of rows is not known by its dependencies: everything is compiled again. */
static err not_used(struct ddl *ddl, const struct cat_relation *composite, const char *sqlstate)
{
    size_t at = 0;
    const struct cat_relation *relation;
    err error = check_views(ddl);
    while (!error && (relation = catalog_relation_next(ddl->next, &at))) {
        error = check_policies(ddl, relation);
        if (!error) error = check_constraints(ddl, relation);
    }
    if (!error) return NULL;
    struct err *used = err_sql(
        ddl->arena, sqlstate,
        "cannot alter type \"%.*s\" because a view, policy or constraint uses its attribute",
        STR_FMT(composite->name));
    return err_details(ddl->arena, used, "%.*s.", STR_FMT(error->message));
}

/* ---- the commands ---- */

static err add(struct ddl *ddl, const struct cat_relation *composite, const struct ColumnDef *def)
{
    struct cat_relation *edited = CATALOG_EDIT(ddl->next, composite);
    TRY(ddl_column_add(ddl, &(struct ddl_column_options){.def = def, .relation = edited}));
    oid type = edited->columns[edited->column_count - 1].type;
    if (holds(ddl->next, type, composite->row_type, 0))
        return err_sql(ddl->arena, "42P16", "composite type %.*s cannot be made a member of itself",
                       STR_FMT(composite->name));
    TRY(not_stored(ddl, composite));
    catalog_put(ddl->next, CAT_RELATION, edited);
    return NULL;
}

static err drop(struct ddl *ddl,
                const struct cat_relation *composite,
                const struct AlterTableCmd *command)
{
    const struct cat_column *column = cat_column_find(composite, command->name);
    if (!column && !command->missing_ok) return no_attribute(ddl, composite, command->name);
    if (!column) {
        ddl_notice(ddl, "column \"%.*s\" of relation \"%.*s\" does not exist, skipping",
                   STR_FMT(command->name), STR_FMT(composite->name));
        return NULL;
    }
    TRY(not_stored(ddl, composite));
    TRY(ddl_drop_column(ddl, composite->oid, column->number, command->behavior));
    return not_used(ddl, composite, command->behavior == DROP_CASCADE ? "0A000" : "2BP01");
}

static err change(struct ddl *ddl,
                  const struct cat_relation *composite,
                  const struct AlterTableCmd *command)
{
    const struct ColumnDef *def = AST_AS(ColumnDef, command->def);
    struct cat_relation *edited = CATALOG_EDIT(ddl->next, composite);
    struct cat_column *columns = DDL_OWN(ddl, edited, columns, column_count);
    struct cat_column *column = NULL;
    for (size_t i = 0; i < edited->column_count; i++)
        if (str_eq(columns[i].name, command->name)) column = &columns[i];
    if (!column) return no_attribute(ddl, composite, command->name);
    TRY(ddl_type_ref(ddl, def->typeName, &column->type, &column->typmod));
    TRY(ddl_check_scalar(ddl, column->name, column->type, &def->typeName->base));
    if (holds(ddl->next, column->type, composite->row_type, 0))
        return err_sql(ddl->arena, "42P16", "composite type %.*s cannot be made a member of itself",
                       STR_FMT(composite->name));
    TRY(not_stored(ddl, composite));
    catalog_put(ddl->next, CAT_RELATION, edited);
    return not_used(ddl, composite, "0A000");
}

err ddl_alter_attribute(struct ddl *ddl,
                        const struct cat_relation *composite,
                        const struct AlterTableCmd *command)
{
    if (command->subtype == AT_AddColumn)
        return add(ddl, composite, AST_AS(ColumnDef, command->def));
    if (command->subtype == AT_DropColumn) return drop(ddl, composite, command);
    return change(ddl, composite, command);
}

err ddl_rename_attribute(struct ddl *ddl,
                         const struct cat_relation *composite,
                         str name,
                         str new_name)
{
    struct cat_relation *edited = CATALOG_EDIT(ddl->next, composite);
    struct cat_column *columns = DDL_OWN(ddl, edited, columns, column_count);
    struct cat_column *column = NULL;
    for (size_t i = 0; i < edited->column_count; i++)
        if (str_eq(columns[i].name, name)) column = &columns[i];
    if (!column)
        return err_sql(ddl->arena, "42703", "column \"%.*s\" does not exist", STR_FMT(name));
    if (cat_column_find(composite, new_name))
        return err_sql(ddl->arena, "42701", "column \"%.*s\" of relation \"%.*s\" already exists",
                       STR_FMT(new_name), STR_FMT(composite->name));
    TRY(not_stored(ddl, composite));
    column->name = column->physical = new_name;
    catalog_put(ddl->next, CAT_RELATION, edited);
    struct ddl_target target = {TARGET_COLUMN, composite->oid, column->number};
    TRY(ddl_rename_everywhere(ddl, &target, composite->schema, new_name));
    return not_used(ddl, composite, "0A000");
}
