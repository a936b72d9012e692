/* Rows of pg_namespace, pg_proc, pg_description and of the other classes of objects. */
#include "sql/system_rows.h"
#include "sql/system_text.h"
#include "sql/system_types.h"

/* Oids of PostgreSQL's own catalogs, as pg_description names an object's class. */
enum class_oid {
    CLASS_TYPE = 1247,
    CLASS_PROC = 1255,
    CLASS_RELATION = 1259,
    CLASS_ROLE = 1260,
    CLASS_CONSTRAINT = 2606,
    CLASS_NAMESPACE = 2615,
    CLASS_TRIGGER = 2620,
    CLASS_EXTENSION = 3079,
    CLASS_POLICY = 3256,
    CLASS_PUBLICATION = 6104,
};

void system_rows_pg_namespace(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_schema *schema;
    while ((schema = catalog_schema_next(rows->catalog, &at))) {
        struct value *row = system_row_add(rows);
        row[pg_namespace_oid] = value_int(schema->oid);
        row[pg_namespace_nspname] = value_text(schema->name);
        row[pg_namespace_nspowner] = value_int(schema->owner);
        row[pg_namespace_nspacl] = system_acl(rows, &schema->acl);
    }
}

/* ---- pg_proc ---- */

static oid language_oid(str name)
{
    enum { LANGUAGE_SQL = 14, LANGUAGE_PLPGSQL = 13563 };
    return str_eq(name, STR("sql")) ? LANGUAGE_SQL : LANGUAGE_PLPGSQL;
}

/* The arrays over all arguments are there only where one is not plain input, or has a name. */
static void proc_arguments(struct system_rows *rows,
                           const struct cat_function *function,
                           struct value *row)
{
    size_t count = function->argument_count, inputs = 0, defaults = 0;
    int64_t *types = ARENA_ARRAY(rows->arena, int64_t, count + 1);
    int64_t *all = ARENA_ARRAY(rows->arena, int64_t, count + 1);
    str *names = ARENA_ARRAY(rows->arena, str, count + 1);
    str *modes = ARENA_ARRAY(rows->arena, str, count + 1);
    bool named = false, outputs = false;
    struct buf *texts = buf_in(rows->arena, 0);
    for (size_t i = 0; i < count; i++) {
        const struct cat_argument *argument = &function->arguments[i];
        all[i] = argument->type;
        names[i] = argument->name.at ? argument->name : STR("");
        modes[i] = str_printf(rows->arena, "%c", argument->mode);
        named = named || !str_empty(argument->name);
        outputs = outputs || argument->mode != 'i';
        if (system_argument_is_input(argument)) types[inputs++] = argument->type;
        if (argument->mode == 'v')
            row[pg_proc_provariadic] =
                value_int(catalog_type(rows->catalog, argument->type)->element);
        if (str_empty(argument->default_expr.text)) continue;
        if (defaults++) buf_lit(texts, ", ");
        buf_str_add(texts, system_default_text(rows->arena, rows->catalog, &argument->default_expr,
                                               argument->type));
    }
    row[pg_proc_pronargs] = value_int((int64_t)inputs);
    row[pg_proc_pronargdefaults] = value_int((int64_t)defaults);
    row[pg_proc_proargtypes] = system_int_array(rows, types, inputs);
    if (outputs) row[pg_proc_proallargtypes] = system_int_array(rows, all, count);
    if (outputs) row[pg_proc_proargmodes] = system_text_array(rows, modes, count);
    if (named) row[pg_proc_proargnames] = system_text_array(rows, names, count);
    row[pg_proc_proargdefaults] = system_text(buf_str(texts));
}

static void proc_row(struct system_rows *rows, const struct cat_function *function)
{
    enum { COST_DEFAULT = 100, ROWS_DEFAULT = 1000 };
    struct value *row = system_row_add(rows);
    double set_rows = function->rows > 0 ? function->rows : ROWS_DEFAULT;
    row[pg_proc_oid] = value_int(function->oid);
    row[pg_proc_proname] = value_text(function->name);
    row[pg_proc_pronamespace] = value_int(function->schema);
    row[pg_proc_proowner] = value_int(function->owner);
    row[pg_proc_prolang] = value_int(language_oid(function->language));
    row[pg_proc_procost] = value_real(COST_DEFAULT);
    row[pg_proc_prorows] = value_real(function->returns_set ? set_rows : 0);
    row[pg_proc_provariadic] = value_int(0);
    row[pg_proc_prosupport] = value_int(0);
    row[pg_proc_prokind] = system_char(rows, function->kind);
    row[pg_proc_prosecdef] = system_bool(function->security_definer);
    row[pg_proc_proleakproof] = system_bool(function->leakproof);
    row[pg_proc_proisstrict] = system_bool(function->strict);
    row[pg_proc_proretset] = system_bool(function->returns_set);
    row[pg_proc_provolatile] = system_char(rows, function->volatility);
    row[pg_proc_proparallel] = value_text(STR("u"));
    row[pg_proc_prorettype] =
        value_int(function->kind == 'p' && !function->result ? (oid)VOIDOID : function->result);
    row[pg_proc_prosrc] = value_text(function->body);
    if (function->setting_count)
        row[pg_proc_proconfig] =
            system_text_array(rows, function->settings, function->setting_count);
    row[pg_proc_proacl] = system_acl(rows, &function->acl);
    proc_arguments(rows, function, row);
}

void system_rows_pg_proc(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_function *function;
    while ((function = catalog_function_next(rows->catalog, &at))) proc_row(rows, function);
}

void system_rows_pg_language(struct system_rows *rows)
{
    static const str names[] = {STR_INIT("internal"), STR_INIT("c"), STR_INIT("sql"),
                                STR_INIT("plpgsql")};
    static const int64_t oids[] = {12, 13, 14, 13563};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct value *row = system_row_add(rows);
        row[pg_language_oid] = value_int(oids[i]);
        row[pg_language_lanname] = value_text(names[i]);
        row[pg_language_lanowner] = value_int(ROLE_SUPABASE_ADMIN);
        row[pg_language_lanispl] = system_bool(i == 3);
        row[pg_language_lanpltrusted] = system_bool(i >= 2);
        row[pg_language_lanplcallfoid] = value_int(i == 3 ? 13560 : 0);
        row[pg_language_laninline] = value_int(0);
        row[pg_language_lanvalidator] = value_int(0);
    }
}

/* ---- comments ---- */

static void description(
    struct system_rows *rows, oid id, enum class_oid class, int64_t part, str text)
{
    if (str_empty(text)) return;
    struct value *row = system_row_add(rows);
    row[pg_description_objoid] = value_int(id);
    row[pg_description_classoid] = value_int(class);
    row[pg_description_objsubid] = value_int(part);
    row[pg_description_description] = value_text(text);
}

static void describe_relation(struct system_rows *rows, const struct cat_relation *relation)
{
    description(rows, relation->oid, CLASS_RELATION, 0, relation->comment);
    for (size_t i = 0; i < relation->column_count; i++)
        description(rows, relation->oid, CLASS_RELATION, relation->columns[i].number,
                    relation->columns[i].comment);
    for (size_t i = 0; i < relation->constraint_count; i++)
        description(rows, relation->constraints[i].oid, CLASS_CONSTRAINT, 0,
                    relation->constraints[i].comment);
    for (size_t i = 0; i < relation->index_count; i++)
        description(rows, relation->indexes[i].oid, CLASS_RELATION, 0,
                    relation->indexes[i].comment);
    for (size_t i = 0; i < relation->trigger_count; i++)
        description(rows, relation->triggers[i].oid, CLASS_TRIGGER, 0,
                    relation->triggers[i].comment);
    for (size_t i = 0; i < relation->policy_count; i++)
        description(rows, relation->policies[i].oid, CLASS_POLICY, 0,
                    relation->policies[i].comment);
}

void system_rows_pg_description(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(rows->catalog, &at)))
        describe_relation(rows, relation);
    const struct cat_schema *schema;
    for (at = 0; (schema = catalog_schema_next(rows->catalog, &at));)
        description(rows, schema->oid, CLASS_NAMESPACE, 0, schema->comment);
    const struct cat_type *type;
    for (at = 0; (type = catalog_type_next(rows->catalog, &at));)
        description(rows, type->oid, CLASS_TYPE, 0, type->comment);
    const struct cat_function *function;
    for (at = 0; (function = catalog_function_next(rows->catalog, &at));)
        description(rows, function->oid, CLASS_PROC, 0, function->comment);
    const struct cat_extension *extension;
    for (at = 0; (extension = catalog_extension_next(rows->catalog, &at));)
        description(rows, extension->oid, CLASS_EXTENSION, 0, extension->comment);
    const struct cat_publication *publication;
    for (at = 0; (publication = catalog_publication_next(rows->catalog, &at));)
        description(rows, publication->oid, CLASS_PUBLICATION, 0, publication->comment);
}

void system_rows_pg_shdescription(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_role *role;
    while ((role = catalog_role_next(rows->catalog, &at))) {
        if (str_empty(role->comment)) continue;
        struct value *row = system_row_add(rows);
        row[pg_shdescription_objoid] = value_int(role->oid);
        row[pg_shdescription_classoid] = value_int(CLASS_ROLE);
        row[pg_shdescription_description] = value_text(role->comment);
    }
}

/* ---- extensions, publications ---- */

void system_rows_pg_extension(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_extension *extension;
    while ((extension = catalog_extension_next(rows->catalog, &at))) {
        struct value *row = system_row_add(rows);
        row[pg_extension_oid] = value_int(extension->oid);
        row[pg_extension_extname] = value_text(extension->name);
        row[pg_extension_extowner] = value_int(ROLE_SUPABASE_ADMIN);
        row[pg_extension_extnamespace] = value_int(extension->schema);
        row[pg_extension_extrelocatable] = value_int(1);
        row[pg_extension_extversion] = value_text(extension->version);
    }
}

void system_rows_pg_publication(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_publication *publication;
    while ((publication = catalog_publication_next(rows->catalog, &at))) {
        struct value *row = system_row_add(rows);
        row[pg_publication_oid] = value_int(publication->oid);
        row[pg_publication_pubname] = value_text(publication->name);
        row[pg_publication_pubowner] = value_int(publication->owner);
        row[pg_publication_puballtables] = system_bool(publication->all_tables);
        row[pg_publication_pubinsert] = system_bool(publication->inserts);
        row[pg_publication_pubupdate] = system_bool(publication->updates);
        row[pg_publication_pubdelete] = system_bool(publication->deletes);
        row[pg_publication_pubtruncate] = system_bool(publication->truncates);
        row[pg_publication_pubviaroot] = value_int(0);
    }
}

void system_rows_pg_publication_rel(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_publication *publication;
    while ((publication = catalog_publication_next(rows->catalog, &at))) {
        for (size_t i = 0; i < publication->relation_count; i++) {
            struct value *row = system_row_add(rows);
            row[pg_publication_rel_oid] = value_int(0x80000000u | publication->oid << 11 | (oid)i);
            row[pg_publication_rel_prpubid] = value_int(publication->oid);
            row[pg_publication_rel_prrelid] = value_int(publication->relations[i]);
        }
    }
}

void system_rows_pg_publication_namespace(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_publication *publication;
    while ((publication = catalog_publication_next(rows->catalog, &at))) {
        for (size_t i = 0; i < publication->schema_count; i++) {
            struct value *row = system_row_add(rows);
            row[pg_publication_namespace_oid] =
                value_int(0x80000000u | publication->oid << 11 | (oid)i);
            row[pg_publication_namespace_pnpubid] = value_int(publication->oid);
            row[pg_publication_namespace_pnnspid] = value_int(publication->schemas[i]);
        }
    }
}

static bool publishes(const struct cat_publication *publication,
                      const struct cat_relation *relation)
{
    if (relation->kind != 'r') return false;
    if (publication->all_tables) return true;
    for (size_t i = 0; i < publication->relation_count; i++)
        if (publication->relations[i] == relation->oid) return true;
    for (size_t i = 0; i < publication->schema_count; i++)
        if (publication->schemas[i] == relation->schema) return true;
    return false;
}

void system_rows_pg_publication_tables(struct system_rows *rows)
{
    size_t at = 0, inner;
    const struct cat_publication *publication;
    const struct cat_relation *relation;
    while ((publication = catalog_publication_next(rows->catalog, &at))) {
        for (inner = 0; (relation = catalog_relation_next(rows->catalog, &inner));) {
            if (!publishes(publication, relation)) continue;
            str *names = ARENA_ARRAY(rows->arena, str, relation->column_count + 1);
            for (size_t i = 0; i < relation->column_count; i++)
                names[i] = relation->columns[i].name;
            struct value *row = system_row_add(rows);
            row[pg_publication_tables_pubname] = value_text(publication->name);
            row[pg_publication_tables_schemaname] =
                value_text(system_schema_name(rows, relation->schema));
            row[pg_publication_tables_tablename] = value_text(relation->name);
            row[pg_publication_tables_attnames] =
                system_text_array(rows, names, relation->column_count);
        }
    }
}

/* ---- dependencies ---- */

static void depend(struct system_rows *rows,
                   const int64_t object[3],
                   const int64_t referenced[3],
                   char type)
{
    struct value *row = system_row_add(rows);
    row[pg_depend_classid] = value_int(object[0]);
    row[pg_depend_objid] = value_int(object[1]);
    row[pg_depend_objsubid] = value_int(object[2]);
    row[pg_depend_refclassid] = value_int(referenced[0]);
    row[pg_depend_refobjid] = value_int(referenced[1]);
    row[pg_depend_refobjsubid] = value_int(referenced[2]);
    row[pg_depend_deptype] = system_char(rows, type);
}

/* A key's index belongs to its constraint, any other to the columns it is over. */
static void depend_index(struct system_rows *rows,
                         const struct cat_relation *relation,
                         const struct cat_index *index)
{
    const int64_t object[3] = {CLASS_RELATION, index->oid, 0};
    for (size_t i = 0; i < relation->constraint_count; i++) {
        const struct cat_constraint *constraint = &relation->constraints[i];
        if (constraint->kind != 'f' && constraint->kind != 'c' && constraint->index == index->oid) {
            const int64_t owner[3] = {CLASS_CONSTRAINT, constraint->oid, 0};
            depend(rows, object, owner, 'i');
            return;
        }
    }
    for (size_t i = 0; i < index->element_count; i++) {
        if (!index->elements[i].column) continue;
        const int64_t column[3] = {CLASS_RELATION, relation->oid, index->elements[i].column};
        depend(rows, object, column, 'a');
    }
}

static void depend_constraint(struct system_rows *rows,
                              const struct cat_relation *relation,
                              const struct cat_constraint *constraint)
{
    const int64_t object[3] = {CLASS_CONSTRAINT, constraint->oid, 0};
    int16_t *columns = NULL;
    size_t count = system_constraint_columns(rows, relation, constraint, &columns);
    for (size_t i = 0; i < count; i++) {
        const int64_t column[3] = {CLASS_RELATION, relation->oid, columns[i]};
        depend(rows, object, column, 'a');
    }
    if (constraint->kind != 'f') return;
    for (size_t i = 0; i < constraint->column_count; i++) {
        const int64_t column[3] = {CLASS_RELATION, constraint->foreign_relation,
                                   constraint->foreign_columns[i]};
        depend(rows, object, column, 'n');
    }
    const struct cat_index *index = system_foreign_index(rows, constraint);
    if (!index) return;
    const int64_t key[3] = {CLASS_RELATION, index->oid, 0};
    depend(rows, object, key, 'n');
}

static void depend_sequence(struct system_rows *rows, const struct cat_relation *relation)
{
    const struct cat_sequence *sequence = relation->sequence;
    if (!sequence || !sequence->owner_relation) return;
    const struct cat_relation *owner = catalog_relation(rows->catalog, sequence->owner_relation);
    const struct cat_column *column =
        owner ? cat_column_numbered(owner, sequence->owner_column) : NULL;
    const int64_t object[3] = {CLASS_RELATION, relation->oid, 0};
    const int64_t target[3] = {CLASS_RELATION, sequence->owner_relation, sequence->owner_column};
    depend(rows, object, target, column && column->identity ? 'i' : 'a');
}

/* Of keys, indexes and sequences, on the columns they are over: those are known exactly. */
void system_rows_pg_depend(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(rows->catalog, &at))) {
        depend_sequence(rows, relation);
        for (size_t i = 0; i < relation->constraint_count; i++)
            depend_constraint(rows, relation, &relation->constraints[i]);
        for (size_t i = 0; i < relation->index_count; i++)
            depend_index(rows, relation, &relation->indexes[i]);
    }
}
