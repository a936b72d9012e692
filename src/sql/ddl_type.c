/* Types: enums, domains, composites, and those that come with a relation. */
#include "sql/builtin.h"
#include "sql/ddl_int.h"
#include "sql/deparse.h"

/* ---- arrays and rows ---- */

oid ddl_array_type_put(struct ddl *ddl, const struct cat_type *element)
{
    /* makeArrayTypeName: one underscore before, more on clash, cut to the limit. */
    str name = element->name;
    do {
        name = str_printf(ddl->pool, "_%.*s", STR_FMT(name));
        name = str_slice(name, 0, NAME_BYTES_MAX);
    } while (catalog_type_find(ddl->next, element->schema, name));
    struct cat_type *array = ARENA_NEW(ddl->pool, struct cat_type);
    *array = (struct cat_type){
        .oid = catalog_oid_new(ddl->next),
        .schema = element->schema,
        .name = name,
        .kind = TYPE_KIND_ARRAY,
        .category = 'A',
        .storage = TYPE_ARRAY,
        .element = element->oid,
        .base_typmod = TYPMOD_NONE,
        .owner = element->owner,
        .acl = {.is_default = true},
    };
    catalog_put(ddl->next, CAT_TYPE, array);
    return array->oid;
}

static void type_put(struct ddl *ddl, struct cat_type *type)
{
    type->array = ddl_array_type_put(ddl, type);
    catalog_put(ddl->next, CAT_TYPE, type);
}

void ddl_row_type_put(struct ddl *ddl, struct cat_relation *relation)
{
    struct cat_type *type = ARENA_NEW(ddl->pool, struct cat_type);
    *type = (struct cat_type){
        .oid = catalog_oid_new(ddl->next),
        .schema = relation->schema,
        .name = relation->name,
        .kind = TYPE_KIND_COMPOSITE,
        .category = 'C',
        .storage = TYPE_COMPOSITE,
        .base_typmod = TYPMOD_NONE,
        .relation = relation->oid,
        .owner = relation->owner,
        .acl = {.is_default = true},
    };
    relation->row_type = type->oid;
    type_put(ddl, type);
}

/* ---- the new name ---- */

static err type_start(struct ddl *ddl, const struct list *names, struct cat_type **out)
{
    str schema, name;
    oid where;
    TRY(ddl_split_name(ddl, names, &schema, &name));
    TRY(ddl_creation_schema(ddl, schema, &where));
    if (catalog_type_find(ddl->next, where, name))
        return err_sql(ddl->arena, "42710", "type \"%.*s\" already exists", STR_FMT(name));
    struct cat_type *type = ARENA_NEW(ddl->pool, struct cat_type);
    *type = (struct cat_type){
        .oid = catalog_oid_new(ddl->next),
        .schema = where,
        .name = str_copy(ddl->pool, name),
        .base_typmod = TYPMOD_NONE,
        .owner = ddl->context->role,
        .acl = ddl_initial_acl(ddl, ddl->context->role, where, 'T'),
    };
    *out = type;
    return NULL;
}

/* ---- enums ---- */

static err check_label(struct ddl *ddl, const struct cat_type *type, str label)
{
    if (label.len > NAME_BYTES_MAX) {
        struct err *error =
            err_sql(ddl->arena, "42602", "invalid enum label \"%.*s\"", STR_FMT(label));
        return err_details(ddl->arena, error, "Labels must be %d bytes or less.", NAME_BYTES_MAX);
    }
    for (size_t i = 0; i < type->label_count; i++)
        if (str_eq(type->labels[i], label))
            return err_sql(ddl->arena, "42710", "enum label \"%.*s\" already exists",
                           STR_FMT(label));
    return NULL;
}

err ddl_create_enum(struct ddl *ddl, const struct node *statement)
{
    const struct CreateEnumStmt *create = AST_AS(CreateEnumStmt, statement);
    struct cat_type *type;
    TRY(type_start(ddl, create->typeName, &type));
    type->kind = TYPE_KIND_ENUM;
    type->category = 'E';
    type->storage = TYPE_ENUM;
    str *labels = ARENA_ARRAY(ddl->pool, str, create->vals->count);
    type->labels = labels;
    for (size_t i = 0; i < create->vals->count; i++) {
        str label = ast_name_at(create->vals, i);
        TRY(check_label(ddl, type, label));
        labels[type->label_count++] = str_copy(ddl->pool, label);
    }
    type_put(ddl, type);
    return NULL;
}

static size_t label_place(const struct cat_type *type, str label)
{
    for (size_t i = 0; i < type->label_count; i++)
        if (str_eq(type->labels[i], label)) return i;
    return SIZE_MAX;
}

static err label_missing(struct ddl *ddl, str label)
{
    return err_sql(ddl->arena, "22023", "\"%.*s\" is not an existing enum label", STR_FMT(label));
}

/* "{a,b}" with element `from` as `to`; quoted elements are compared as they are written. */
static str array_renamed(struct ddl *ddl, str text, str from, str to)
{
    if (!str_starts(text, STR("{")) || !str_ends(text, STR("}"))) return text;
    str rest = str_slice(text, 1, text.len - 1), element;
    struct buf *out = buf_in(ddl->arena, 0);
    buf_char(out, '{');
    bool more = true;
    while (more) {
        more = str_cut(rest, ',', &element, &rest);
        if (out->len > 1) buf_char(out, ',');
        buf_str_add(out, str_eq(element, from) ? to : element);
    }
    buf_char(out, '}');
    return str_copy(ddl->pool, buf_str(out));
}

/* A default that is the label itself follows it, in columns of the type and of its array. */
static void rename_default(
    struct ddl *ddl, const struct cat_type *type, struct cat_column *column, str from, str to)
{
    if (!column->default_expr.tree) return;
    struct node *copy = ast_copy(ddl->pool, column->default_expr.tree);
    struct node *value = copy;
    while (AST_IS(TypeCast, value)) value = AST_AS(TypeCast, value)->arg;
    if (!AST_IS(A_Const, value) || AST_AS(A_Const, value)->val != A_CONST_STRING) return;
    str *text = &AST_AS(A_Const, value)->sval;
    if (column->type == type->oid && str_eq(*text, from))
        *text = to;
    else if (column->type == type->array)
        *text = array_renamed(ddl, *text, from, to);
    str printed;
    if (deparse_expr_str(ddl->arena, copy, &printed)) return; /* a constant always prints */
    column->default_expr = (struct cat_expr){str_copy(ddl->pool, printed), copy};
}

static void rename_defaults(struct ddl *ddl, const struct cat_type *type, str from, str to)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(ddl->next, &at))) {
        bool uses = false;
        for (size_t i = 0; i < relation->column_count; i++)
            uses = uses || relation->columns[i].type == type->oid ||
                   relation->columns[i].type == type->array;
        if (!uses) continue;
        struct cat_relation *edited = CATALOG_EDIT(ddl->next, relation);
        struct cat_column *columns = DDL_OWN(ddl, edited, columns, column_count);
        for (size_t i = 0; i < edited->column_count; i++)
            if (columns[i].type == type->oid || columns[i].type == type->array)
                rename_default(ddl, type, &columns[i], from, to);
        catalog_put(ddl->next, CAT_RELATION, edited);
    }
}

static err rename_label(struct ddl *ddl, struct cat_type *type, const struct AlterEnumStmt *alter)
{
    size_t place = label_place(type, alter->oldVal);
    if (place == SIZE_MAX) return label_missing(ddl, alter->oldVal);
    TRY(check_label(ddl, type, alter->newVal));
    str *labels = DDL_OWN(ddl, type, labels, label_count);
    struct ddl_effect *effect = ddl_effect(ddl, EFFECT_ENUM_RENAME);
    effect->type = type->oid;
    effect->from = labels[place];
    effect->to = labels[place] = str_copy(ddl->pool, alter->newVal);
    rename_defaults(ddl, type, effect->from, effect->to);
    return NULL;
}

static err add_label(struct ddl *ddl, struct cat_type *type, const struct AlterEnumStmt *alter)
{
    if (alter->skipIfNewValExists && label_place(type, alter->newVal) != SIZE_MAX) {
        ddl_notice(ddl, "enum label \"%.*s\" already exists, skipping", STR_FMT(alter->newVal));
        return NULL;
    }
    TRY(check_label(ddl, type, alter->newVal));
    size_t place = type->label_count;
    if (!str_empty(alter->newValNeighbor)) {
        place = label_place(type, alter->newValNeighbor);
        if (place == SIZE_MAX) return label_missing(ddl, alter->newValNeighbor);
        if (alter->newValIsAfter) place++;
    }
    str *labels = ARENA_ARRAY(ddl->pool, str, type->label_count + 1);
    for (size_t i = 0; i < type->label_count; i++) labels[i < place ? i : i + 1] = type->labels[i];
    labels[place] = str_copy(ddl->pool, alter->newVal);
    type->labels = labels;
    type->label_count++;
    return NULL;
}

err ddl_alter_enum(struct ddl *ddl, const struct node *statement)
{
    const struct AlterEnumStmt *alter = AST_AS(AlterEnumStmt, statement);
    const struct cat_type *found;
    TRY(ddl_type_named(ddl, alter->typeName, &found));
    if (found->kind != TYPE_KIND_ENUM)
        return err_sql(ddl->arena, "42809", "%.*s is not an enum", STR_FMT(found->name));
    TRY(ddl_must_own(ddl, found->owner, "type", found->name));
    struct cat_type *type = CATALOG_EDIT(ddl->next, found);
    TRY(str_empty(alter->oldVal) ? add_label(ddl, type, alter) : rename_label(ddl, type, alter));
    catalog_put(ddl->next, CAT_TYPE, type);
    return NULL;
}

/* ---- domains ---- */

static str domain_check_name(struct ddl *ddl, const struct cat_type *type)
{
    for (int number = 0;; number++) {
        str name = number ? str_printf(ddl->arena, "%.*s_check%d", STR_FMT(type->name), number)
                          : str_printf(ddl->arena, "%.*s_check", STR_FMT(type->name));
        bool taken = false;
        for (size_t i = 0; i < type->check_count; i++)
            taken = taken || str_eq(type->checks[i].name, name);
        if (!taken) return name;
    }
}

static err domain_check(struct ddl *ddl, struct cat_type *type, const struct Constraint *constraint)
{
    struct cat_domain_check check = {0};
    str name = constraint->conname;
    for (size_t i = 0; i < type->check_count; i++)
        if (!str_empty(name) && str_eq(type->checks[i].name, name))
            return err_sql(ddl->arena, "42710",
                           "constraint \"%.*s\" for domain \"%.*s\" already exists", STR_FMT(name),
                           STR_FMT(type->name));
    if (str_empty(name)) name = domain_check_name(ddl, type);
    check.name = str_copy(ddl->pool, name);
    TRY(ddl_check_expr(ddl, &(struct ddl_expr){.use = DDL_EXPR_DOMAIN_CHECK,
                                               .tree = constraint->raw_expr,
                                               .name = type->name,
                                               .type = type->base,
                                               .typmod = type->base_typmod}));
    TRY(ddl_store_expr(ddl, NULL, constraint->raw_expr, &check.expr));
    DDL_ADD(ddl, type, checks, check_count, &check);
    return NULL;
}

static err domain_default(struct ddl *ddl, struct cat_type *type, const struct node *expr)
{
    type->default_expr = (struct cat_expr){0};
    if (!expr) return NULL;
    TRY(ddl_check_expr(ddl, &(struct ddl_expr){.use = DDL_EXPR_DEFAULT,
                                               .tree = expr,
                                               .name = type->name,
                                               .type = type->base,
                                               .typmod = type->base_typmod}));
    return ddl_store_expr(ddl, NULL, expr, &type->default_expr);
}

static err domain_constraint(struct ddl *ddl,
                             struct cat_type *type,
                             const struct Constraint *constraint)
{
    switch ((int)constraint->contype) {
    case CONSTR_CHECK: return domain_check(ddl, type, constraint);
    case CONSTR_NOTNULL: type->not_null = true; return NULL;
    case CONSTR_NULL: type->not_null = false; return NULL;
    case CONSTR_DEFAULT: return domain_default(ddl, type, constraint->raw_expr);
    default: /* PostgreSQL refuses the rest too */
        return err_sql(ddl->arena, "42601", "this constraint is not possible for domains");
    }
}

err ddl_create_domain(struct ddl *ddl, const struct node *statement)
{
    const struct CreateDomainStmt *create = AST_AS(CreateDomainStmt, statement);
    struct cat_type *type;
    TRY(type_start(ddl, create->domainname, &type));
    TRY(ddl_type_ref(ddl, create->typeName, &type->base, &type->base_typmod));
    const struct cat_type *base = catalog_type(ddl->next, type->base);
    bool usable = base->kind != TYPE_KIND_PSEUDO && base->kind != TYPE_KIND_COMPOSITE;
    if (!usable)
        return err_sql(ddl->arena, "42804", "\"%.*s\" is not a valid base type for a domain",
                       STR_FMT(ddl_type_text(ddl, base->oid, TYPMOD_NONE)));
    type->kind = TYPE_KIND_DOMAIN;
    type->category = base->category;
    type->storage = base->storage;
    for (size_t i = 0; i < create->constraints->count; i++)
        TRY(domain_constraint(ddl, type, AST_AS(Constraint, create->constraints->at[i])));
    type_put(ddl, type);
    return NULL;
}

static err drop_domain_check(struct ddl *ddl,
                             struct cat_type *type,
                             const struct AlterDomainStmt *alter)
{
    for (size_t i = 0; i < type->check_count; i++) {
        if (!str_eq(type->checks[i].name, alter->name)) continue;
        DDL_REMOVE(ddl, type, checks, check_count, i);
        return NULL;
    }
    if (!alter->missing_ok)
        return err_sql(ddl->arena, "42704", "constraint \"%.*s\" of domain \"%.*s\" does not exist",
                       STR_FMT(alter->name), STR_FMT(type->name));
    ddl_notice(ddl, "constraint \"%.*s\" of domain \"%.*s\" does not exist, skipping",
               STR_FMT(alter->name), STR_FMT(type->name));
    return NULL;
}

err ddl_alter_domain(struct ddl *ddl, const struct node *statement)
{
    const struct AlterDomainStmt *alter = AST_AS(AlterDomainStmt, statement);
    const struct cat_type *found;
    TRY(ddl_type_named(ddl, alter->typeName, &found));
    if (found->kind != TYPE_KIND_DOMAIN)
        return err_sql(ddl->arena, "42809", "%.*s is not a domain", STR_FMT(found->name));
    TRY(ddl_must_own(ddl, found->owner, "domain", found->name));
    struct cat_type *type = CATALOG_EDIT(ddl->next, found);
    switch (alter->subtype) { /* AlterDomainStmt.subtype, parsenodes.h */
    case 'T': TRY(domain_default(ddl, type, alter->def)); break;
    case 'N': type->not_null = false; break;
    case 'O': type->not_null = true; break;
    case 'C': TRY(domain_constraint(ddl, type, AST_AS(Constraint, alter->def))); break;
    case 'X': TRY(drop_domain_check(ddl, type, alter)); break;
    case 'V': /* VALIDATE: constraints are always valid here */ return NULL;
    default: /* a letter, not an enum */
        return ddl_unsupported(ddl, statement, "this form of ALTER DOMAIN");
    }
    catalog_put(ddl->next, CAT_TYPE, type);
    return NULL;
}

/* ---- composites ---- */

err ddl_create_composite(struct ddl *ddl, const struct node *statement)
{
    const struct CompositeTypeStmt *create = AST_AS(CompositeTypeStmt, statement);
    oid schema;
    TRY(ddl_creation_schema(ddl, create->typevar->schemaname, &schema));
    str name = create->typevar->relname;
    if (catalog_type_find(ddl->next, schema, name))
        return err_sql(ddl->arena, "42710", "type \"%.*s\" already exists", STR_FMT(name));
    TRY(ddl_name_free(ddl, schema, name));
    struct cat_relation *relation = ARENA_NEW(ddl->pool, struct cat_relation);
    *relation = (struct cat_relation){
        .oid = catalog_oid_new(ddl->next),
        .schema = schema,
        .name = str_copy(ddl->pool, name),
        .kind = 'c',
        .owner = ddl->context->role,
        .acl = {.is_default = true},
    };
    for (size_t i = 0; i < create->coldeflist->count; i++)
        TRY(ddl_column_add(
            ddl, &(struct ddl_column_options){.def = AST_AS(ColumnDef, create->coldeflist->at[i]),
                                              .relation = relation}));
    ddl_row_type_put(ddl, relation);
    catalog_put(ddl->next, CAT_RELATION, relation);
    return NULL;
}
