/* WITH (name = value, ...) of tables, views and indexes: kept as given, for pg_class.reloptions and definitions. */
#include "sql/deparse.h"
#include "sql/ddl_int.h"

/* PostgreSQL 15 define.c, defGetString. */
str ddl_option_text(struct ddl *ddl, const struct node *value)
{
    if (!value) return STR("true");
    if (AST_IS(String, value)) return AST_AS(String, value)->sval;
    if (AST_IS(Boolean, value)) return AST_AS(Boolean, value)->boolval ? STR("true") : STR("false");
    if (AST_IS(Integer, value))
        return str_printf(ddl->arena, "%lld", (long long)AST_AS(Integer, value)->ival);
    if (AST_IS(Float, value)) return AST_AS(Float, value)->fval;
    if (AST_IS(TypeName, value)) {
        const struct list *names = AST_AS(TypeName, value)->names;
        return ast_name_at(names, names->count - 1);
    }
    return STR("");
}

/* Those of the table behind large values are not the relation's own; OIDS is no option any more. */
static bool is_own(const struct DefElem *option)
{
    return str_empty(option->defnamespace) && !str_eq(option->defname, STR("oids"));
}

void ddl_options_reset(struct ddl *ddl, struct ddl_settings *options, const struct list *names)
{
    for (size_t i = 0; i < names->count; i++) {
        const struct DefElem *option = AST_AS(DefElem, names->at[i]);
        for (size_t k = options->count; is_own(option) && k-- > 0;) {
            str name, value;
            str_cut(options->at[k], '=', &name, &value);
            if (str_eq(name, option->defname)) DDL_REMOVE(ddl, options, at, count, k);
        }
    }
}

void ddl_options_set(struct ddl *ddl, struct ddl_settings *options, const struct list *given)
{
    ddl_options_reset(ddl, options, given);
    for (size_t i = 0; i < given->count; i++) {
        const struct DefElem *option = AST_AS(DefElem, given->at[i]);
        str value = ddl_option_text(ddl, option->arg);
        str text = str_printf(ddl->pool, "%.*s=%.*s", STR_FMT(option->defname), STR_FMT(value));
        if (is_own(option)) DDL_ADD(ddl, options, at, count, &text);
    }
}

/* ---- of an index's element ---- */

/* What PostgreSQL takes for this type when nothing is said, and so does not print. */
static bool is_default_class(const struct ddl *ddl, oid id, str method, str name)
{
    const struct cat_type *type = catalog_type(ddl->next, id);
    while (type && type->kind == TYPE_KIND_DOMAIN) type = catalog_type(ddl->next, type->base);
    if (!type) return false;
    str kind = type->name;
    switch (type->kind) {
    case TYPE_KIND_ARRAY: kind = STR("array"); break;
    case TYPE_KIND_ENUM: kind = STR("enum"); break;
    case TYPE_KIND_COMPOSITE: kind = STR("record"); break;
    default: /* what stays is called by its name */ break;
    }
    if (str_ends(kind, STR("range"))) kind = STR("range");
    if (str_eq(kind, STR("varchar"))) kind = STR("text");
    const char *words = str_eq(method, STR("brin")) ? "_minmax_ops" : "_ops";
    return str_eq(name, str_printf(ddl->arena, "%.*s%s", STR_FMT(kind), words));
}

static void class_options(struct ddl *ddl, const struct list *options, struct buf *out)
{
    for (size_t i = 0; i < options->count; i++) {
        const struct DefElem *option = AST_AS(DefElem, options->at[i]);
        buf_str_add(out, i ? STR(", ") : STR(" ("));
        deparse_ident(out, option->defname);
        buf_printf(out, "='%.*s'", STR_FMT(ddl_option_text(ddl, option->arg)));
    }
    if (options->count) buf_char(out, ')');
}

void ddl_index_class(struct ddl *ddl,
                     const struct IndexElem *elem,
                     oid type,
                     str method,
                     struct cat_index_element *out)
{
    struct buf *class = buf_in(ddl->arena, 0), *collation = buf_in(ddl->arena, 0);
    str name =
        elem->opclass->count ? ast_name_at(elem->opclass, elem->opclass->count - 1) : STR("");
    bool told = !str_empty(name) &&
                (elem->opclassopts->count > 0 || !is_default_class(ddl, type, method, name));
    if (told) deparse_ident(class, name);
    if (told) class_options(ddl, elem->opclassopts, class);
    if (elem->collation->count) {
        str sorted = ast_name_at(elem->collation, elem->collation->count - 1);
        if (!str_eq(sorted, STR("default"))) deparse_ident(collation, sorted);
    }
    out->opclass = str_copy(ddl->pool, buf_str(class));
    out->collation = str_copy(ddl->pool, buf_str(collation));
}
