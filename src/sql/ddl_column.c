/* One column: its type, serial and identity, DEFAULT, GENERATED, NOT NULL. */
#include "sql/builtin.h"
#include "sql/ddl_int.h"
#include "sql/deparse.h"

struct serial_row {
    str name;
    oid type;
};

static const struct serial_row serials[] = {
    {STR_INIT("serial"),      INT4OID},
    {STR_INIT("serial4"),     INT4OID},
    {STR_INIT("bigserial"),   INT8OID},
    {STR_INIT("serial8"),     INT8OID},
    {STR_INIT("smallserial"), INT2OID},
    {STR_INIT("serial2"),     INT2OID},
};

static const struct serial_row *serial_of(const struct TypeName *type)
{
    if (type->names->count != 1 || type->arrayBounds->count || type->pct_type) return NULL;
    str name = ast_name_at(type->names, 0);
    for (size_t i = 0; i < COUNT_OF(serials); i++)
        if (str_eq(serials[i].name, name)) return &serials[i];
    return NULL;
}

err ddl_check_scalar(struct ddl *ddl, str name, oid type, const struct node *at)
{
    const struct cat_type *found = catalog_type(ddl->next, type);
    if (found && found->kind != TYPE_KIND_PSEUDO) return NULL;
    struct err *error = err_sql(ddl->arena, "42P16", "column \"%.*s\" has pseudo-type %.*s",
                                STR_FMT(name), STR_FMT(ddl_type_text(ddl, type, TYPMOD_NONE)));
    return err_at(error, ast_location(at));
}

static const str system_columns[] = {
    STR_INIT("ctid"), STR_INIT("xmin"), STR_INIT("cmin"),
    STR_INIT("xmax"), STR_INIT("cmax"), STR_INIT("tableoid"),
};

static err check_name(struct ddl *ddl, const struct cat_relation *relation, str name)
{
    for (size_t i = 0; i < COUNT_OF(system_columns); i++)
        if (str_eq(system_columns[i], name))
            return err_sql(ddl->arena, "42701",
                           "column name \"%.*s\" conflicts with a system column name",
                           STR_FMT(name));
    if (!cat_column_find(relation, name)) return NULL;
    /* In CREATE TABLE the relation is not in the catalog yet, and PostgreSQL says it otherwise. */
    if (catalog_relation(ddl->before, relation->oid))
        return err_sql(ddl->arena, "42701", "column \"%.*s\" of relation \"%.*s\" already exists",
                       STR_FMT(name), STR_FMT(relation->name));
    return err_sql(ddl->arena, "42701", "column \"%.*s\" specified more than once", STR_FMT(name));
}

static err check_collation(struct ddl *ddl, const struct ColumnDef *def)
{
    if (!def->collClause) return NULL;
    const struct list *names = def->collClause->collname;
    str name = ast_name_at(names, names->count - 1);
    bool bytewise = str_eq(name, STR("C")) || str_eq(name, STR("POSIX")) ||
                    str_eq(name, STR("default")) || str_eq(name, STR("ucs_basic"));
    if (bytewise) return NULL;
    return ddl_unsupported(ddl, &def->collClause->base, "collation \"%.*s\" on a column",
                           STR_FMT(name));
}

err ddl_column_add(struct ddl *ddl, const struct ddl_column_options *options)
{
    const struct ColumnDef *def = options->def;
    struct cat_relation *relation = options->relation;
    TRY(check_name(ddl, relation, def->colname));
    TRY(check_collation(ddl, def));
    const struct serial_row *serial = serial_of(def->typeName);
    struct cat_column column = {
        .name = str_copy(ddl->pool, def->colname),
        .typmod = TYPMOD_NONE,
        .acl = {.is_default = true},
        .not_null = serial != NULL || def->is_not_null,
    };
    if (serial)
        column.type = serial->type;
    else
        TRY(ddl_type_ref(ddl, def->typeName, &column.type, &column.typmod));
    TRY(ddl_check_scalar(ddl, column.name, column.type, &def->typeName->base));
    column.number = ++relation->column_last;
    column.physical = ddl_physical_column(ddl, relation, column.number, column.name);
    DDL_ADD(ddl, relation, columns, column_count, &column);
    return NULL;
}

/* ---- DEFAULT and GENERATED ---- */

static bool is_null_const(const struct node *expr)
{
    return AST_IS(A_Const, expr) && AST_AS(A_Const, expr)->val == A_CONST_NULL;
}

err ddl_column_default(struct ddl *ddl,
                       struct cat_relation *relation,
                       struct cat_column *column,
                       const struct node *expr)
{
    if (column->generated)
        return err_sql(ddl->arena, "42601",
                       "column \"%.*s\" of relation \"%.*s\" is a generated column",
                       STR_FMT(column->name), STR_FMT(relation->name));
    bool making = !catalog_relation(ddl->before, relation->oid);
    if (column->identity && making)
        return err_sql(ddl->arena, "42601",
                       "both default and identity specified for column \"%.*s\" of table \"%.*s\"",
                       STR_FMT(column->name), STR_FMT(relation->name));
    if (column->identity)
        return err_sql(ddl->arena, "42601",
                       "column \"%.*s\" of relation \"%.*s\" is an identity column",
                       STR_FMT(column->name), STR_FMT(relation->name));
    if (!expr || is_null_const(expr)) {
        column->default_expr = (struct cat_expr){0};
        return NULL;
    }
    TRY(ddl_check_expr(ddl, &(struct ddl_expr){.use = DDL_EXPR_DEFAULT,
                                               .tree = expr,
                                               .name = column->name,
                                               .type = column->type,
                                               .typmod = column->typmod}));
    return ddl_store_expr(ddl, NULL, expr, &column->default_expr);
}

static err column_generated(struct ddl *ddl,
                            struct cat_relation *relation,
                            struct cat_column *column,
                            const struct node *expr)
{
    if (column->default_expr.tree)
        return err_sql(ddl->arena, "42601",
                       "both default and generation expression specified for column \"%.*s\" of "
                       "table \"%.*s\"",
                       STR_FMT(column->name), STR_FMT(relation->name));
    /* Checked before the column says that it is generated: another one may not refer to it. */
    TRY(ddl_check_expr(ddl, &(struct ddl_expr){.use = DDL_EXPR_GENERATED,
                                               .relation = relation,
                                               .tree = expr,
                                               .name = column->name,
                                               .type = column->type,
                                               .typmod = column->typmod}));
    TRY(ddl_store_expr(ddl, relation, expr, &column->default_expr));
    for (size_t i = 0; i < relation->column_count; i++) {
        struct ddl_target target = {TARGET_COLUMN, relation->oid, relation->columns[i].number};
        bool forbidden =
            relation->columns[i].generated || relation->columns[i].number == column->number;
        if (!forbidden ||
            !ddl_expr_mentions(ddl, ddl->next, relation, &column->default_expr, &target))
            continue;
        struct err *error = err_sql(ddl->arena, "42P17",
                                    "cannot use generated column \"%.*s\" in column generation "
                                    "expression",
                                    STR_FMT(relation->columns[i].name));
        return err_details(ddl->arena, error,
                           "A generated column cannot reference another generated column.");
    }
    column->generated = true;
    return NULL;
}

/* ---- serial and identity ---- */

static err column_serial(struct ddl *ddl, struct cat_relation *relation, struct cat_column *column)
{
    struct ddl_sequence_options options = {
        .schema = relation->schema,
        .owner = relation->owner,
        .type = column->type,
        .owner_relation = relation->oid,
        .owner_column = column->number,
        .name = ddl_choose_name(ddl, relation->schema, relation->name, column->name, "seq"),
    };
    TRY(ddl_sequence_make(ddl, &options, &column->sequence));
    struct buf *name = buf_in(ddl->arena, 0);
    deparse_ident(name, ddl_schema_name(ddl, relation->schema));
    buf_char(name, '.');
    deparse_ident(name, options.name);
    struct arena *arena = ddl->arena;
    struct node *text = ast_const_str(arena, str_copy(arena, buf_str(name)));
    struct TypeName *regclass = ast_type_name(arena, STR_NONE, STR("regclass"));
    struct node *call =
        ast_func(arena, STR(""), STR("nextval"), ast_list(arena, ast_cast(arena, text, regclass)));
    return ddl_store_expr(ddl, NULL, call, &column->default_expr);
}

err ddl_column_identity(struct ddl *ddl,
                        struct cat_relation *relation,
                        struct cat_column *column,
                        char when,
                        const struct list *options,
                        const struct node *at)
{
    bool whole = column->type == INT2OID || column->type == INT4OID || column->type == INT8OID;
    if (!whole)
        return err_at(err_sql(ddl->arena, "22023",
                              "identity column type must be smallint, integer, or bigint"),
                      at ? ast_location(at) : -1);
    if (column->identity)
        return err_sql(ddl->arena, "42601",
                       "multiple identity specifications for column \"%.*s\" of table \"%.*s\"",
                       STR_FMT(column->name), STR_FMT(relation->name));
    if (column->default_expr.tree)
        return err_sql(ddl->arena, "42601",
                       "both default and identity specified for column \"%.*s\" of table \"%.*s\"",
                       STR_FMT(column->name), STR_FMT(relation->name));
    struct ddl_sequence_options sequence = {
        .schema = relation->schema,
        .owner = relation->owner,
        .type = column->type,
        .options = options,
        .owner_relation = relation->oid,
        .owner_column = column->number,
        .name = ddl_choose_name(ddl, relation->schema, relation->name, column->name, "seq"),
    };
    TRY(ddl_sequence_make(ddl, &sequence, &column->sequence));
    column->identity = when;
    column->not_null = true;
    return NULL;
}

/* ---- the column's own constraints ---- */

struct column_work {
    struct ddl *ddl;
    struct cat_relation *relation;
    struct cat_column *column;
    bool saw_null;
    bool saw_default;
};

static err null_conflict(struct column_work *work)
{
    return err_sql(work->ddl->arena, "42601",
                   "conflicting NULL/NOT NULL declarations for column \"%.*s\" of table \"%.*s\"",
                   STR_FMT(work->column->name), STR_FMT(work->relation->name));
}

static err apply_constraint(struct column_work *work, const struct Constraint *constraint)
{
    struct ddl *ddl = work->ddl;
    struct cat_column *column = work->column;
    switch ((int)constraint->contype) {
    case CONSTR_NULL:
        if (column->not_null) return null_conflict(work);
        work->saw_null = true;
        return NULL;
    case CONSTR_NOTNULL:
        if (work->saw_null) return null_conflict(work);
        column->not_null = true;
        return NULL;
    case CONSTR_DEFAULT:
        if (work->saw_default || (column->default_expr.tree && !column->generated))
            return err_sql(
                ddl->arena, "42601",
                "multiple default values specified for column \"%.*s\" of table \"%.*s\"",
                STR_FMT(column->name), STR_FMT(work->relation->name));
        work->saw_default = true;
        return ddl_column_default(ddl, work->relation, column, constraint->raw_expr);
    case CONSTR_IDENTITY:
        return ddl_column_identity(ddl, work->relation, column, constraint->generated_when,
                                   constraint->options, &constraint->base);
    case CONSTR_GENERATED:
        return column_generated(ddl, work->relation, column, constraint->raw_expr);
    default: /* table-like ones come later, attributes belong to them */ return NULL;
    }
}

err ddl_column_constraints(struct ddl *ddl,
                           struct cat_relation *relation,
                           const struct ColumnDef *def)
{
    struct cat_column *columns = DDL_OWN(ddl, relation, columns, column_count);
    struct column_work work = {.ddl = ddl, .relation = relation};
    for (size_t i = 0; i < relation->column_count; i++)
        if (str_eq(columns[i].name, def->colname)) work.column = &columns[i];
    if (serial_of(def->typeName)) TRY(column_serial(ddl, relation, work.column));
    if (def->raw_default) TRY(ddl_column_default(ddl, relation, work.column, def->raw_default));
    for (size_t i = 0; i < def->constraints->count; i++)
        TRY(apply_constraint(&work, AST_AS(Constraint, def->constraints->at[i])));
    catalog_put(ddl->next, CAT_RELATION, relation);
    return NULL;
}
