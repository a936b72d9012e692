/* CREATE [OR REPLACE] VIEW. */
#include "sql/ddl_int.h"

struct option_row {
    str name;
    void (*set)(struct cat_relation *view, bool value);
};

static void set_invoker(struct cat_relation *view, bool value)
{
    view->security_invoker = value;
}

static void set_barrier(struct cat_relation *view, bool value)
{
    view->security_barrier = value;
}

static const struct option_row option_rows[] = {
    {STR_INIT("security_invoker"), set_invoker},
    {STR_INIT("security_barrier"), set_barrier},
};

static bool parse_bool(str text, bool *out)
{
    static const str yes[] = {STR_INIT("true"), STR_INIT("on"), STR_INIT("yes"), STR_INIT("1")};
    static const str no[] = {STR_INIT("false"), STR_INIT("off"), STR_INIT("no"), STR_INIT("0")};
    for (size_t i = 0; i < COUNT_OF(yes); i++) {
        *out = str_eq_nocase(text, yes[i]);
        if (*out || str_eq_nocase(text, no[i])) return true;
    }
    return false;
}

static void keep_options(struct ddl *ddl, struct cat_relation *view, const struct list *options)
{
    struct ddl_settings kept = {view->options, view->option_count};
    ddl_options_set(ddl, &kept, options);
    view->options = kept.at;
    view->option_count = kept.count;
}

err ddl_view_options(struct ddl *ddl, struct cat_relation *view, const struct list *options)
{
    for (size_t i = 0; i < options->count; i++) {
        const struct DefElem *option = AST_AS(DefElem, options->at[i]);
        str text = ddl_option_text(ddl, option->arg);
        bool known = false, value = false;
        for (size_t j = 0; j < COUNT_OF(option_rows); j++) {
            if (!str_eq_nocase(option_rows[j].name, option->defname)) continue;
            known = true;
            if (!parse_bool(text, &value))
                return err_sql(ddl->arena, "22023",
                               "invalid value for boolean option \"%.*s\": %.*s",
                               STR_FMT(option->defname), STR_FMT(text));
            option_rows[j].set(view, value);
        }
        if (str_eq_nocase(option->defname, STR("check_option"))) {
            known = str_eq_nocase(text, STR("local")) || str_eq_nocase(text, STR("cascaded"));
            view->check_option = str_eq_nocase(text, STR("local")) ? 'l' : 'c';
        }
        if (!known)
            return err_sql(ddl->arena, "22023", "unrecognized parameter \"%.*s\"",
                           STR_FMT(option->defname));
    }
    keep_options(ddl, view, options);
    return NULL;
}

static err view_columns(struct ddl *ddl, const struct ViewStmt *create, struct cat_relation *view)
{
    const struct ddl_hooks *hooks = ddl->context->hooks;
    if (!hooks || !hooks->describe_query)
        return ddl_unsupported(ddl, &create->base, "CREATE VIEW here");
    struct ddl_columns columns = {0};
    TRY(hooks->describe_query(ddl->context, ddl->next, create->query, &columns));
    if (create->aliases->count > columns.count)
        return err_sql(ddl->arena, "42601", "CREATE VIEW specifies more column names than columns");
    for (size_t i = 0; i < columns.count; i++) {
        str name =
            i < create->aliases->count ? ast_name_at(create->aliases, i) : columns.at[i].name;
        if (cat_column_find(view, name))
            return err_sql(ddl->arena, "42701", "column \"%.*s\" specified more than once",
                           STR_FMT(name));
        TRY(ddl_check_scalar(ddl, name, columns.at[i].type, &create->base));
        struct cat_column column = {
            .number = ++view->column_last,
            .name = str_copy(ddl->pool, name),
            .type = columns.at[i].type,
            .typmod = columns.at[i].typmod,
            .acl = {.is_default = true},
        };
        column.physical = column.name;
        DDL_ADD(ddl, view, columns, column_count, &column);
    }
    return NULL;
}

/* checkViewTupleDesc: what was there stays as it was; more may come behind. */
static err check_replacement(struct ddl *ddl,
                             const struct cat_relation *old,
                             const struct cat_relation *view)
{
    if (view->column_count < old->column_count)
        return err_sql(ddl->arena, "42P16", "cannot drop columns from view");
    for (size_t i = 0; i < old->column_count; i++) {
        const struct cat_column *was = &old->columns[i], *is = &view->columns[i];
        if (!str_eq(was->name, is->name)) {
            struct err *error = err_sql(ddl->arena, "42P16",
                                        "cannot change name of view column \"%.*s\" to \"%.*s\"",
                                        STR_FMT(was->name), STR_FMT(is->name));
            return err_hint(ddl->arena, error,
                            "Use ALTER VIEW ... RENAME COLUMN ... to change name of view column "
                            "instead.");
        }
        if (was->type != is->type || was->typmod != is->typmod)
            return err_sql(ddl->arena, "42P16",
                           "cannot change data type of view column \"%.*s\" from %.*s to %.*s",
                           STR_FMT(was->name), STR_FMT(ddl_type_text(ddl, was->type, was->typmod)),
                           STR_FMT(ddl_type_text(ddl, is->type, is->typmod)));
    }
    return NULL;
}

/* The former view under its oid, with grants, owner and comments; NULL when there is none. */
static err view_replaced(struct ddl *ddl,
                         const struct ViewStmt *create,
                         oid schema,
                         const struct cat_relation **out)
{
    str name = create->view->relname;
    *out = catalog_relation_find(ddl->next, schema, name);
    if (!create->replace || !*out) {
        *out = NULL;
        return ddl_name_free(ddl, schema, name);
    }
    if ((*out)->kind != 'v')
        return err_sql(ddl->arena, "42809", "\"%.*s\" is not a view", STR_FMT(name));
    return ddl_must_own_relation(ddl, *out);
}

static void keep_identity(struct ddl *ddl,
                          const struct cat_relation *old,
                          struct cat_relation *view)
{
    view->oid = old->oid;
    view->owner = old->owner;
    view->row_type = old->row_type;
    view->acl = old->acl;
    view->comment = old->comment;
    struct cat_column *columns = DDL_OWN(ddl, view, columns, column_count);
    for (size_t i = 0; i < old->column_count; i++) {
        columns[i].acl = old->columns[i].acl;
        columns[i].comment = old->columns[i].comment;
    }
}

err ddl_create_view(struct ddl *ddl, const struct node *statement)
{
    const struct ViewStmt *create = AST_AS(ViewStmt, statement);
    oid schema;
    if (create->view->relpersistence == 't')
        return ddl_unsupported(ddl, statement, "a temporary view");
    if (!AST_IS(SelectStmt, create->query))
        return err_sql(ddl->arena, "0A000", "views must not contain data-modifying statements");
    TRY(ddl_creation_schema(ddl, create->view->schemaname, &schema));
    const struct cat_relation *old;
    TRY(view_replaced(ddl, create, schema, &old));
    struct cat_relation *view = ARENA_NEW(ddl->pool, struct cat_relation);
    *view = (struct cat_relation){
        .schema = schema,
        .name = str_copy(ddl->pool, create->view->relname),
        .kind = 'v',
        .owner = ddl->context->role,
        .acl = ddl_initial_acl(ddl, ddl->context->role, schema, 'r'),
    };
    TRY(view_columns(ddl, create, view));
    TRY(ddl_view_options(ddl, view, create->options));
    if (create->withCheckOption != NO_CHECK_OPTION) {
        bool local = create->withCheckOption == LOCAL_CHECK_OPTION;
        struct ddl_settings kept = {view->options, view->option_count};
        str text = local ? STR("check_option=local") : STR("check_option=cascaded");
        DDL_ADD(ddl, &kept, at, count, &text);
        view->options = kept.at;
        view->option_count = kept.count;
        view->check_option = local ? 'l' : 'c';
    }
    TRY(ddl_store_query(ddl, create->query, &view->query));
    if (old) {
        TRY(check_replacement(ddl, old, view));
        keep_identity(ddl, old, view);
    } else {
        view->oid = catalog_oid_new(ddl->next);
        ddl_row_type_put(ddl, view);
    }
    view->physical = ddl_physical_relation(ddl, view->oid, schema, view->name);
    catalog_put(ddl->next, CAT_RELATION, view);
    return NULL;
}
