/* CREATE SCHEMA, CREATE EXTENSION, publications. */
#include "sql/ddl_int.h"
#include "sql/deparse.h"
#include "sql/parse.h"

/* ---- schemas ---- */

/* Who may make schemas: superusers, and the owner of the database, as on Supabase. */
static bool owns_database(struct ddl *ddl)
{
    return catalog_role_inherits(ddl->next, ddl->context->role, ROLE_POSTGRES);
}

err ddl_create_schema(struct ddl *ddl, const struct node *statement)
{
    const struct CreateSchemaStmt *create = AST_AS(CreateSchemaStmt, statement);
    oid owner = ddl->context->role;
    if (create->authrole) TRY(ddl_role_spec(ddl, create->authrole, false, &owner));
    str name = create->schemaname;
    if (str_empty(name)) name = ddl_role_name(ddl, owner);
    if (!owns_database(ddl))
        return err_sql(ddl->arena, "42501", "permission denied for database postgres");
    if (!catalog_role_is_member(ddl->next, ddl->context->role, owner))
        return err_sql(ddl->arena, "42501", "must be member of role \"%.*s\"",
                       STR_FMT(ddl_role_name(ddl, owner)));
    if (str_starts(name, STR("pg_"))) {
        struct err *error =
            err_sql(ddl->arena, "42939", "unacceptable schema name \"%.*s\"", STR_FMT(name));
        return err_details(ddl->arena, error, "The prefix \"pg_\" is reserved for system schemas.");
    }
    if (catalog_schema_find(ddl->next, name)) {
        if (!create->if_not_exists)
            return err_sql(ddl->arena, "42P06", "schema \"%.*s\" already exists", STR_FMT(name));
        ddl_notice(ddl, "schema \"%.*s\" already exists, skipping", STR_FMT(name));
        return NULL;
    }
    if (create->schemaElts->count)
        return ddl_unsupported(ddl, create->schemaElts->at[0],
                               "CREATE SCHEMA with statements inside");
    struct cat_schema *schema = ARENA_NEW(ddl->pool, struct cat_schema);
    schema->oid = catalog_oid_new(ddl->next);
    schema->name = str_copy(ddl->pool, name);
    schema->owner = owner;
    schema->acl = ddl_initial_acl(ddl, owner, OID_NONE, 'n');
    catalog_put(ddl->next, CAT_SCHEMA, schema);
    return NULL;
}

/* ---- extensions: all built in ---- */

struct extension_row {
    str name;
    str version;
    str function; /* what it makes beside what is built in, behind CREATE FUNCTION schema.; may be empty */
};

/* contrib/spi/moddatetime.c: the column that the trigger names takes the time. */
#define MODDATETIME                                                                   \
    "moddatetime() RETURNS trigger LANGUAGE plpgsql AS $$\n"                          \
    "begin\n"                                                                         \
    "    new := jsonb_populate_record(new, jsonb_build_object(tg_argv[0], now()));\n" \
    "    return new;\n"                                                               \
    "end $$"

static const struct extension_row extensions[] = {
    {STR_INIT("pgcrypto"),    STR_INIT("1.3"), {0}                  },
    {STR_INIT("uuid-ossp"),   STR_INIT("1.1"), {0}                  },
    {STR_INIT("citext"),      STR_INIT("1.6"), {0}                  },
    {STR_INIT("pg_trgm"),     STR_INIT("1.6"), {0}                  },
    {STR_INIT("btree_gist"),  STR_INIT("1.7"), {0}                  },
    {STR_INIT("plpgsql"),     STR_INIT("1.0"), {0}                  },
    {STR_INIT("moddatetime"), STR_INIT("1.0"), STR_INIT(MODDATETIME)},
};

static const struct extension_row *extension_of(str name)
{
    for (size_t i = 0; i < COUNT_OF(extensions); i++)
        if (str_eq(extensions[i].name, name)) return &extensions[i];
    return NULL;
}

err ddl_make_function(struct ddl *ddl, str function, oid schema)
{
    struct node *node;
    struct buf *text = buf_in(ddl->arena, 0);
    buf_lit(text, "CREATE FUNCTION ");
    deparse_ident(text, catalog_schema(ddl->next, schema)->name);
    buf_char(text, '.');
    buf_str_add(text, function);
    TRY(sql_parse_one(ddl->arena, buf_str(text), &node));
    return ddl_create_function(ddl, node);
}

err ddl_create_extension(struct ddl *ddl, const struct node *statement)
{
    const struct CreateExtensionStmt *create = AST_AS(CreateExtensionStmt, statement);
    const struct extension_row *row = extension_of(create->extname);
    if (catalog_extension_find(ddl->next, create->extname)) {
        /* Those that every database has may be made again: migrations of Supabase projects do. */
        const struct cat_extension *old = catalog_extension_find(ddl->next, create->extname);
        if (!create->if_not_exists && old->oid >= CATALOG_FIRST_USER_OID)
            return err_sql(ddl->arena, "42710", "extension \"%.*s\" already exists",
                           STR_FMT(create->extname));
        ddl_notice(ddl, "extension \"%.*s\" already exists, skipping", STR_FMT(create->extname));
        return NULL;
    }
    if (!row) {
        struct err *error = err_sql(ddl->arena, "0A000", "extension \"%.*s\" is not available",
                                    STR_FMT(create->extname));
        return err_hint(
            ddl->arena, error,
            "Built in are pgcrypto, uuid-ossp, citext, pg_trgm, btree_gist and moddatetime.");
    }
    struct cat_extension *extension = ARENA_NEW(ddl->pool, struct cat_extension);
    *extension = (struct cat_extension){
        .oid = catalog_oid_new(ddl->next),
        .name = row->name,
        .schema = SCHEMA_EXTENSIONS,
        .version = row->version,
    };
    for (size_t i = 0; i < create->options->count; i++) {
        const struct DefElem *option = AST_AS(DefElem, create->options->at[i]);
        if (!str_eq(option->defname, STR("schema"))) continue;
        const struct cat_schema *schema;
        TRY(ddl_schema(ddl, AST_AS(String, option->arg)->sval, &schema));
        extension->schema = schema->oid;
    }
    catalog_put(ddl->next, CAT_EXTENSION, extension);
    return !str_empty(row->function) ? ddl_make_function(ddl, row->function, extension->schema)
                                     : NULL;
}

/* ---- publications: what realtime will follow ---- */

static bool listed(const oid *ids, size_t count, oid id)
{
    for (size_t i = 0; i < count; i++)
        if (ids[i] == id) return true;
    return false;
}

static err publication_schema(struct ddl *ddl,
                              struct cat_publication *publication,
                              const struct PublicationObjSpec *spec,
                              bool add)
{
    oid id;
    if (spec->pubobjtype == PUBLICATIONOBJ_TABLES_IN_CUR_SCHEMA) {
        TRY(ddl_creation_schema(ddl, STR_NONE, &id));
    } else {
        const struct cat_schema *schema;
        TRY(ddl_schema(ddl, spec->name, &schema));
        id = schema->oid;
    }
    for (size_t i = 0; i < publication->schema_count && !add; i++) {
        if (publication->schemas[i] != id) continue;
        DDL_REMOVE(ddl, publication, schemas, schema_count, i);
        return NULL;
    }
    if (add && !listed(publication->schemas, publication->schema_count, id))
        DDL_ADD(ddl, publication, schemas, schema_count, &id);
    return NULL;
}

static err publication_table(struct ddl *ddl,
                             struct cat_publication *publication,
                             const struct PublicationObjSpec *spec,
                             bool add)
{
    const struct cat_relation *table;
    const struct PublicationTable *wanted = spec->pubtable;
    if (wanted->whereClause || wanted->columns->count)
        return ddl_unsupported(ddl, &spec->base,
                               "a publication with a WHERE clause or a column list");
    TRY(ddl_table(ddl, wanted->relation, &table));
    TRY(ddl_must_own_relation(ddl, table));
    bool present = listed(publication->relations, publication->relation_count, table->oid);
    if (add && present)
        return err_sql(ddl->arena, "42710",
                       "relation \"%.*s\" is already member of publication \"%.*s\"",
                       STR_FMT(table->name), STR_FMT(publication->name));
    if (!add && !present)
        return err_sql(ddl->arena, "42704", "relation \"%.*s\" is not part of the publication",
                       STR_FMT(table->name));
    oid id = table->oid;
    if (add) DDL_ADD(ddl, publication, relations, relation_count, &id);
    for (size_t i = 0; i < publication->relation_count && !add; i++) {
        if (publication->relations[i] != id) continue;
        DDL_REMOVE(ddl, publication, relations, relation_count, i);
        break;
    }
    return NULL;
}

static err publication_objects(struct ddl *ddl,
                               struct cat_publication *publication,
                               const struct list *objects,
                               bool add)
{
    for (size_t i = 0; i < objects->count; i++) {
        const struct PublicationObjSpec *spec = AST_AS(PublicationObjSpec, objects->at[i]);
        TRY(spec->pubtable ? publication_table(ddl, publication, spec, add)
                           : publication_schema(ddl, publication, spec, add));
    }
    return NULL;
}

static err publication_options(struct ddl *ddl,
                               struct cat_publication *publication,
                               const struct list *options)
{
    for (size_t i = 0; i < options->count; i++) {
        const struct DefElem *option = AST_AS(DefElem, options->at[i]);
        if (str_eq(option->defname, STR("publish_via_partition_root"))) continue;
        if (!str_eq(option->defname, STR("publish")) || !AST_IS(String, option->arg))
            return err_sql(ddl->arena, "42601", "unrecognized publication parameter: \"%.*s\"",
                           STR_FMT(option->defname));
        str text = AST_AS(String, option->arg)->sval;
        publication->inserts = str_find(text, STR("insert"), 0) != SIZE_MAX;
        publication->updates = str_find(text, STR("update"), 0) != SIZE_MAX;
        publication->deletes = str_find(text, STR("delete"), 0) != SIZE_MAX;
        publication->truncates = str_find(text, STR("truncate"), 0) != SIZE_MAX;
    }
    return NULL;
}

err ddl_create_publication(struct ddl *ddl, const struct node *statement)
{
    const struct CreatePublicationStmt *create = AST_AS(CreatePublicationStmt, statement);
    if (!owns_database(ddl))
        return err_sql(ddl->arena, "42501", "permission denied for database postgres");
    if (catalog_publication_find(ddl->next, create->pubname))
        return err_sql(ddl->arena, "42710", "publication \"%.*s\" already exists",
                       STR_FMT(create->pubname));
    struct cat_publication *publication = ARENA_NEW(ddl->pool, struct cat_publication);
    *publication = (struct cat_publication){
        .oid = catalog_oid_new(ddl->next),
        .name = str_copy(ddl->pool, create->pubname),
        .owner = ddl->context->role,
        .all_tables = create->for_all_tables,
        .inserts = true,
        .updates = true,
        .deletes = true,
        .truncates = true,
    };
    TRY(publication_options(ddl, publication, create->options));
    TRY(publication_objects(ddl, publication, create->pubobjects, true));
    catalog_put(ddl->next, CAT_PUBLICATION, publication);
    return NULL;
}

err ddl_alter_publication(struct ddl *ddl, const struct node *statement)
{
    const struct AlterPublicationStmt *alter = AST_AS(AlterPublicationStmt, statement);
    const struct cat_publication *found = catalog_publication_find(ddl->next, alter->pubname);
    if (!found)
        return err_sql(ddl->arena, "42704", "publication \"%.*s\" does not exist",
                       STR_FMT(alter->pubname));
    TRY(ddl_must_own(ddl, found->owner, "publication", found->name));
    struct cat_publication *publication = CATALOG_EDIT(ddl->next, found);
    TRY(publication_options(ddl, publication, alter->options));
    if (alter->action == AP_SetObjects && alter->pubobjects->count) {
        publication->relation_count = 0;
        publication->schema_count = 0;
    }
    bool add = alter->action != AP_DropObjects;
    TRY(publication_objects(ddl, publication, alter->pubobjects, add));
    catalog_put(ddl->next, CAT_PUBLICATION, publication);
    return NULL;
}
