/* Names to objects along the search path, privileges asked on the way, names made for objects. */
#include <string.h>

#include "base/utf8.h"
#include "sql/builtin.h"
#include "sql/ddl_int.h"
#include "sql/infer.h"

/* ---- schemas ---- */

str ddl_schema_name(struct ddl *ddl, oid schema)
{
    const struct cat_schema *found = catalog_schema(ddl->next, schema);
    return found ? found->name : STR("");
}

str ddl_role_name(struct ddl *ddl, oid role)
{
    const struct cat_role *found = catalog_role(ddl->next, role);
    return found ? found->name : STR("PUBLIC");
}

bool ddl_is_superuser(struct ddl *ddl)
{
    const struct cat_role *role = catalog_role(ddl->next, ddl->context->role);
    return role && role->superuser;
}

bool ddl_owns(struct ddl *ddl, oid owner)
{
    return catalog_role_inherits(ddl->next, ddl->context->role, owner);
}

static bool schema_allows(struct ddl *ddl, const struct cat_schema *schema, uint32_t wanted)
{
    return catalog_role_has(ddl->next, ddl->context->role, schema->owner, &schema->acl, 'n',
                            wanted);
}

err ddl_schema(struct ddl *ddl, str name, const struct cat_schema **out)
{
    const struct cat_schema *schema = catalog_schema_find(ddl->next, name);
    if (!schema)
        return err_sql(ddl->arena, "3F000", "schema \"%.*s\" does not exist", STR_FMT(name));
    if (!schema_allows(ddl, schema, PRIV_USAGE))
        return err_sql(ddl->arena, "42501", "permission denied for schema %.*s", STR_FMT(name));
    *out = schema;
    return NULL;
}

/* Place index of the path as a schema that may be used, or NULL. */
static const struct cat_schema *path_schema(struct ddl *ddl, size_t index)
{
    str name = ddl->context->search_path[index];
    if (str_eq(name, STR("$user"))) name = ddl_role_name(ddl, ddl->context->role);
    const struct cat_schema *schema = catalog_schema_find(ddl->next, name);
    return schema && schema_allows(ddl, schema, PRIV_USAGE) ? schema : NULL;
}

static bool system_schema(oid schema)
{
    return schema == SCHEMA_PG_CATALOG || schema == SCHEMA_INFORMATION;
}

err ddl_creation_schema(struct ddl *ddl, str name, oid *out)
{
    const struct cat_schema *schema = NULL;
    if (!str_empty(name)) TRY(ddl_schema(ddl, name, &schema));
    for (size_t i = 0; !schema && i < ddl->context->search_path_count; i++)
        schema = path_schema(ddl, i);
    if (!schema) return err_sql(ddl->arena, "3F000", "no schema has been selected to create in");
    if (system_schema(schema->oid) || !schema_allows(ddl, schema, PRIV_CREATE))
        return err_sql(ddl->arena, "42501", "permission denied for schema %.*s",
                       STR_FMT(schema->name));
    *out = schema->oid;
    return NULL;
}

err ddl_split_name(struct ddl *ddl, const struct list *names, str *schema, str *name)
{
    if (names->count > 3 || names->count == 0)
        return err_sql(ddl->arena, "42601", "improper qualified name (too many dotted names)");
    if (names->count == 3)
        return err_sql(ddl->arena, "0A000", "cross-database references are not implemented");
    *schema = names->count == 2 ? ast_name_at(names, 0) : STR_NONE;
    *name = ast_name_at(names, names->count - 1);
    return NULL;
}

/* ---- relations and indexes ---- */

static const struct cat_relation *relation_in(struct ddl *ddl, oid schema, str name)
{
    return catalog_relation_find(ddl->next, schema, name);
}

const struct cat_relation *ddl_relation_find(struct ddl *ddl, str schema, str name)
{
    if (!str_empty(schema)) {
        const struct cat_schema *found = catalog_schema_find(ddl->next, schema);
        return found ? relation_in(ddl, found->oid, name) : NULL;
    }
    for (size_t i = 0; i < ddl->context->search_path_count; i++) {
        const struct cat_schema *found = path_schema(ddl, i);
        const struct cat_relation *relation = found ? relation_in(ddl, found->oid, name) : NULL;
        if (relation) return relation;
    }
    return NULL;
}

const struct cat_index *ddl_index_find(struct ddl *ddl,
                                       str schema,
                                       str name,
                                       const struct cat_relation **table)
{
    if (!str_empty(schema)) {
        const struct cat_schema *found = catalog_schema_find(ddl->next, schema);
        return found ? catalog_index_find(ddl->next, found->oid, name, table) : NULL;
    }
    for (size_t i = 0; i < ddl->context->search_path_count; i++) {
        const struct cat_schema *found = path_schema(ddl, i);
        if (!found) continue;
        const struct cat_index *index = catalog_index_find(ddl->next, found->oid, name, table);
        if (index) return index;
    }
    return NULL;
}

static str shown(struct ddl *ddl, str schema, str name)
{
    if (str_empty(schema)) return name;
    return str_printf(ddl->arena, "%.*s.%.*s", STR_FMT(schema), STR_FMT(name));
}

err ddl_relation(struct ddl *ddl,
                 const struct RangeVar *name,
                 enum ddl_missing missing,
                 const struct cat_relation **out)
{
    *out = NULL;
    if (!str_empty(name->schemaname)) {
        const struct cat_schema *schema;
        bool absent = !catalog_schema_find(ddl->next, name->schemaname);
        if (absent && missing == MISSING_IS_OK) return NULL;
        TRY(ddl_schema(ddl, name->schemaname, &schema));
    }
    *out = ddl_relation_find(ddl, name->schemaname, name->relname);
    if (*out || missing == MISSING_IS_OK) return NULL;
    struct err *error = err_sql(ddl->arena, "42P01", "relation \"%.*s\" does not exist",
                                STR_FMT(shown(ddl, name->schemaname, name->relname)));
    return err_at(error, name->base.location);
}

err ddl_table(struct ddl *ddl, const struct RangeVar *name, const struct cat_relation **out)
{
    TRY(ddl_relation(ddl, name, MISSING_IS_ERROR, out));
    if ((*out)->kind == 'r') return NULL;
    return err_sql(ddl->arena, "42809", "\"%.*s\" is not a table", STR_FMT((*out)->name));
}

const char *ddl_relation_word(char kind)
{
    switch (kind) {
    case 'v': return "view";
    case 'm': return "materialized view";
    case 'S': return "sequence";
    case 'c': return "composite type";
    default: /* a letter, not an enum */ return "table";
    }
}

/* ---- types ---- */

static const struct cat_type *type_in(struct ddl *ddl, oid schema, str name)
{
    return catalog_type_find(ddl->next, schema, name);
}

const struct cat_type *ddl_type_find(struct ddl *ddl, str schema, str name)
{
    if (!str_empty(schema)) {
        const struct cat_schema *found = catalog_schema_find(ddl->next, schema);
        return found ? type_in(ddl, found->oid, name) : NULL;
    }
    const struct cat_type *builtin = type_in(ddl, SCHEMA_PG_CATALOG, name);
    if (builtin) return builtin;
    for (size_t i = 0; i < ddl->context->search_path_count; i++) {
        const struct cat_schema *found = path_schema(ddl, i);
        const struct cat_type *type = found ? type_in(ddl, found->oid, name) : NULL;
        if (type) return type;
    }
    return NULL;
}

err ddl_type_named(struct ddl *ddl, const struct list *names, const struct cat_type **out)
{
    str schema, name;
    TRY(ddl_split_name(ddl, names, &schema, &name));
    *out = ddl_type_find(ddl, schema, name);
    if (*out) return NULL;
    return err_sql(ddl->arena, "42704", "type \"%.*s\" does not exist",
                   STR_FMT(shown(ddl, schema, name)));
}

/* PostgreSQL's types that this engine has not: refused by name rather than unknown. */
static const str types_missing[] = {
    STR_INIT("money"),          STR_INIT("xml"),
    STR_INIT("point"),          STR_INIT("line"),
    STR_INIT("lseg"),           STR_INIT("box"),
    STR_INIT("path"),           STR_INIT("polygon"),
    STR_INIT("circle"),         STR_INIT("hstore"),
    STR_INIT("vector"),         STR_INIT("geometry"),
    STR_INIT("geography"),      STR_INIT("ltree"),
    STR_INIT("pg_lsn"),         STR_INIT("txid_snapshot"),
    STR_INIT("jsonpath"),       STR_INIT("int4multirange"),
    STR_INIT("int8multirange"), STR_INIT("nummultirange"),
    STR_INIT("datemultirange"), STR_INIT("tsmultirange"),
    STR_INIT("tstzmultirange"),
};

static void infer_start(struct ddl *ddl, struct infer_context *infer)
{
    static const struct infer_hooks hooks = {0};
    *infer = (struct infer_context){
        .arena = ddl->arena,
        .catalog = ddl->next,
        .hooks = &hooks,
        .role = ddl->context->role,
        .search_path = ddl->context->search_path,
        .search_path_count = ddl->context->search_path_count,
    };
}

err ddl_type_ref(struct ddl *ddl, const struct TypeName *name, oid *type, int32_t *typmod)
{
    str last = ast_name_at(name->names, name->names->count - 1);
    struct infer_context infer;
    infer_start(ddl, &infer);
    err error = infer_type_name(&infer, name, type, typmod);
    if (!error || !err_is(error, STR("42704"))) return error;
    for (size_t i = 0; i < COUNT_OF(types_missing); i++) {
        if (!str_eq(types_missing[i], last)) continue;
        struct err *refusal =
            err_sql(ddl->arena, "0A000", "type \"%.*s\" is not supported", STR_FMT(last));
        err_hint(ddl->arena, refusal, "The embedded engine has no such type; text may do.");
        return err_at(refusal, name->base.location);
    }
    return error;
}

str ddl_type_text(struct ddl *ddl, oid type, int32_t typmod)
{
    return catalog_type_name(ddl->arena, ddl->next, type, typmod);
}

/* ---- functions ---- */

const struct cat_function *ddl_function_find(struct ddl *ddl, str schema, str name, size_t *count)
{
    const struct cat_function *first = NULL;
    *count = 0;
    size_t paths = str_empty(schema) ? ddl->context->search_path_count : 1;
    for (size_t i = 0; i < paths && !first; i++) {
        const struct cat_schema *found =
            str_empty(schema) ? path_schema(ddl, i) : catalog_schema_find(ddl->next, schema);
        size_t at = 0;
        const struct cat_function *function;
        while (found && (function = catalog_function_named(ddl->next, found->oid, name, &at))) {
            if (!first) first = function;
            ++*count;
        }
    }
    return first;
}

static bool is_input(const struct cat_argument *argument)
{
    return argument->mode != 'o' && argument->mode != 't';
}

str ddl_signature(struct ddl *ddl, const struct cat_function *function)
{
    struct buf *out = buf_in(ddl->arena, 0);
    buf_str_add(out, function->name);
    buf_char(out, '(');
    bool first = true;
    for (size_t i = 0; i < function->argument_count; i++) {
        if (!is_input(&function->arguments[i])) continue;
        if (!first) buf_char(out, ',');
        first = false;
        buf_str_add(out, ddl_type_text(ddl, function->arguments[i].type, TYPMOD_NONE));
    }
    buf_char(out, ')');
    return buf_str(out);
}

static bool arguments_equal(const struct cat_function *function, const oid *types, size_t count)
{
    size_t inputs = 0;
    for (size_t i = 0; i < function->argument_count; i++) {
        if (!is_input(&function->arguments[i])) continue;
        if (inputs >= count || function->arguments[i].type != types[inputs]) return false;
        inputs++;
    }
    return inputs == count;
}

/* The overload with exactly these types: the first schema of the path that has it. */
static const struct cat_function *overload(
    struct ddl *ddl, str schema, str name, const oid *types, size_t count)
{
    size_t paths = str_empty(schema) ? ddl->context->search_path_count : 1;
    for (size_t i = 0; i < paths; i++) {
        const struct cat_schema *found =
            str_empty(schema) ? path_schema(ddl, i) : catalog_schema_find(ddl->next, schema);
        size_t at = 0;
        const struct cat_function *function;
        while (found && (function = catalog_function_named(ddl->next, found->oid, name, &at)))
            if (arguments_equal(function, types, count)) return function;
    }
    return NULL;
}

static err function_missing(
    struct ddl *ddl, const char *what, str schema, str name, const oid *types, size_t count)
{
    struct buf *out = buf_in(ddl->arena, 0);
    for (size_t i = 0; i < count; i++) {
        if (i) buf_lit(out, ", ");
        buf_str_add(out, ddl_type_text(ddl, types[i], TYPMOD_NONE));
    }
    return err_sql(ddl->arena, "42883", "%s %.*s(%.*s) does not exist", what,
                   STR_FMT(shown(ddl, schema, name)), STR_FMT(buf_str(out)));
}

static err function_by_name(struct ddl *ddl,
                            const char *what,
                            str schema,
                            str name,
                            enum ddl_missing missing,
                            const struct cat_function **out)
{
    size_t count;
    *out = ddl_function_find(ddl, schema, name, &count);
    str text = shown(ddl, schema, name);
    if (count > 1) {
        struct err *error =
            err_sql(ddl->arena, "42725", "%s name \"%.*s\" is not unique", what, STR_FMT(text));
        return err_hint(ddl->arena, error,
                        "Specify the argument list to select the %s unambiguously.", what);
    }
    if (count || missing == MISSING_IS_OK) return NULL;
    return err_sql(ddl->arena, "42883", "could not find a %s named \"%.*s\"", what, STR_FMT(text));
}

err ddl_function(struct ddl *ddl,
                 const struct ObjectWithArgs *object,
                 const char *what,
                 enum ddl_missing missing,
                 const struct cat_function **out)
{
    str schema, name;
    TRY(ddl_split_name(ddl, object->objname, &schema, &name));
    if (!str_empty(schema) && missing == MISSING_IS_ERROR) {
        const struct cat_schema *found;
        TRY(ddl_schema(ddl, schema, &found));
    }
    if (object->args_unspecified) return function_by_name(ddl, what, schema, name, missing, out);
    size_t count = object->objargs->count;
    oid *types = ARENA_ARRAY(ddl->arena, oid, count);
    for (size_t i = 0; i < count; i++) {
        int32_t typmod;
        err error = ddl_type_ref(ddl, AST_AS(TypeName, object->objargs->at[i]), &types[i], &typmod);
        if (error && missing == MISSING_IS_OK) {
            *out = NULL;
            return NULL;
        }
        TRY(error);
    }
    *out = overload(ddl, schema, name, types, count);
    if (*out || missing == MISSING_IS_OK) return NULL;
    return function_missing(ddl, what, schema, name, types, count);
}

/* ---- roles and ownership ---- */

err ddl_role_spec(struct ddl *ddl, const struct RoleSpec *spec, bool public_allowed, oid *out)
{
    if (spec->roletype == ROLESPEC_PUBLIC) {
        *out = ROLE_PUBLIC;
        if (public_allowed) return NULL;
        return err_at(err_sql(ddl->arena, "42704", "role \"public\" does not exist"),
                      spec->base.location);
    }
    if (spec->roletype != ROLESPEC_CSTRING) {
        *out = ddl->context->role;
        return NULL;
    }
    const struct cat_role *role = catalog_role_find(ddl->next, spec->rolename);
    if (!role)
        return err_at(
            err_sql(ddl->arena, "42704", "role \"%.*s\" does not exist", STR_FMT(spec->rolename)),
            spec->base.location);
    *out = role->oid;
    return NULL;
}

err ddl_must_own(struct ddl *ddl, oid owner, const char *what, str name)
{
    if (ddl_owns(ddl, owner)) return NULL;
    return err_sql(ddl->arena, "42501", "must be owner of %s %.*s", what, STR_FMT(name));
}

err ddl_must_own_relation(struct ddl *ddl, const struct cat_relation *relation)
{
    return ddl_must_own(ddl, relation->owner, ddl_relation_word(relation->kind), relation->name);
}

/* ---- names for new objects ---- */

bool ddl_relation_name_taken(struct ddl *ddl, oid schema, str name)
{
    return catalog_relation_find(ddl->next, schema, name) ||
           catalog_index_find(ddl->next, schema, name, NULL);
}

err ddl_name_free(struct ddl *ddl, oid schema, str name)
{
    if (ddl_relation_name_taken(ddl, schema, name))
        return err_sql(ddl->arena, "42P07", "relation \"%.*s\" already exists", STR_FMT(name));
    if (!catalog_type_find(ddl->next, schema, name)) return NULL;
    struct err *error = err_sql(ddl->arena, "42710", "type \"%.*s\" already exists", STR_FMT(name));
    return err_hint(ddl->arena, error,
                    "A relation has an associated type of the same name, so you must use a name "
                    "that doesn't conflict with any existing type.");
}

/* At most bytes of s, cut between characters. */
static str clip(str s, size_t bytes)
{
    if (s.len <= bytes) return s;
    while (bytes && ((unsigned char)s.at[bytes] & 0xC0) == 0x80) bytes--;
    return str_slice(s, 0, bytes);
}

/* makeObjectName: the longer of the two names gives way first. */
static str object_name(struct ddl *ddl, str name1, str name2, str label)
{
    size_t overhead = (name2.len ? 1 : 0) + (label.len ? label.len + 1 : 0);
    size_t room = NAME_BYTES_MAX - overhead;
    size_t len1 = name1.len, len2 = name2.len;
    while (len1 + len2 > room) {
        if (len1 > len2)
            len1--;
        else
            len2--;
    }
    name1 = clip(name1, len1);
    name2 = clip(name2, len2);
    return str_printf(ddl->arena, "%.*s%s%.*s%s%.*s", STR_FMT(name1), name2.len ? "_" : "",
                      STR_FMT(name2), label.len ? "_" : "", STR_FMT(label));
}

static str numbered(struct ddl *ddl, const char *label, int number)
{
    if (number == 0) return str_of(label);
    return str_printf(ddl->arena, "%s%d", label, number);
}

str ddl_choose_name(struct ddl *ddl, oid schema, str name1, str name2, const char *label)
{
    for (int number = 0;; number++) {
        str name = object_name(ddl, name1, name2, numbered(ddl, label, number));
        if (!ddl_relation_name_taken(ddl, schema, name) &&
            !catalog_type_find(ddl->next, schema, name))
            return name;
    }
}

str ddl_choose_constraint_name(struct ddl *ddl,
                               const struct cat_relation *relation,
                               str name2,
                               const char *label)
{
    for (int number = 0;; number++) {
        str name = object_name(ddl, relation->name, name2, numbered(ddl, label, number));
        bool taken = cat_constraint_find(relation, name);
        for (size_t i = 0; i < relation->index_count && !taken; i++)
            taken = str_eq(relation->indexes[i].name, name);
        bool index = strcmp(label, "pkey") == 0 || strcmp(label, "key") == 0;
        if (index) taken = taken || ddl_relation_name_taken(ddl, relation->schema, name);
        if (!taken) return name;
    }
}

str ddl_column_names(struct ddl *ddl,
                     const struct cat_relation *relation,
                     const int16_t *columns,
                     size_t count,
                     const char *separator)
{
    str *names = ARENA_ARRAY(ddl->arena, str, count);
    for (size_t i = 0; i < count; i++) {
        const struct cat_column *column = cat_column_numbered(relation, columns[i]);
        names[i] = column ? column->name : STR("?");
    }
    return str_join(ddl->arena, names, count, str_of(separator));
}

/* ---- names in the file ---- */

/* Tables of the engine itself, in the place that schema dapur's would have. */
static const str engine_tables[] = {
    STR_INIT("dapur.catalog"),
    STR_INIT("dapur.catalog_version"),
    STR_INIT("dapur.sequence_mark"),
};

static bool physical_taken(struct ddl *ddl, oid self, str name)
{
    for (size_t i = 0; i < COUNT_OF(engine_tables); i++)
        if (str_eq_nocase(engine_tables[i], name)) return true;
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(ddl->next, &at)))
        if (relation->oid != self && str_eq_nocase(relation->physical, name)) return true;
    return false;
}

str ddl_physical_relation(struct ddl *ddl, oid self, oid schema, str name)
{
    bool bare = schema == SCHEMA_PUBLIC && !str_starts(str_lower(ddl->arena, name), STR("sqlite_"));
    str wanted = bare ? str_copy(ddl->pool, name)
                      : str_printf(ddl->pool, "%.*s.%.*s", STR_FMT(ddl_schema_name(ddl, schema)),
                                   STR_FMT(name));
    str chosen = wanted;
    for (int number = 2; physical_taken(ddl, self, chosen); number++)
        chosen = str_printf(ddl->pool, "%.*s~%d", STR_FMT(wanted), number);
    return chosen;
}

static bool physical_column_taken(const struct cat_relation *relation, int16_t self, str name)
{
    /* The printers write rowid for the row's key, so no column may hide it. */
    if (str_eq_nocase(name, STR("rowid"))) return true;
    for (size_t i = 0; i < relation->column_count; i++) {
        const struct cat_column *column = &relation->columns[i];
        if (column->number != self && str_eq_nocase(column->physical, name)) return true;
    }
    return false;
}

str ddl_physical_column(struct ddl *ddl,
                        const struct cat_relation *relation,
                        int16_t self,
                        str name)
{
    str chosen = str_copy(ddl->pool, name);
    for (int number = 2; physical_column_taken(relation, self, chosen); number++)
        chosen = str_printf(ddl->pool, "%.*s~%d", STR_FMT(name), number);
    return chosen;
}

/* ---- default privileges ---- */

static const struct cat_default_acl *default_acl(struct ddl *ddl,
                                                 oid owner,
                                                 oid schema,
                                                 char object)
{
    size_t at = 0;
    const struct cat_default_acl *entry;
    while ((entry = catalog_default_acl_next(ddl->next, &at)))
        if (entry->role == owner && entry->schema == schema && entry->object == object)
            return entry;
    return NULL;
}

static void grant_merge(struct ddl *ddl, struct cat_acl *acl, const struct cat_grant *more)
{
    for (size_t i = 0; i < acl->count; i++) {
        if (acl->at[i].grantee != more->grantee || acl->at[i].grantor != more->grantor) continue;
        struct cat_grant *own = DDL_OWN(ddl, acl, at, count);
        own[i].privileges |= more->privileges;
        own[i].grantable |= more->grantable;
        return;
    }
    DDL_ADD(ddl, acl, at, count, more);
}

/* get_user_default_acl: a global entry replaces the built-in default, a schema's adds to it. */
struct cat_acl ddl_initial_acl(struct ddl *ddl, oid owner, oid schema, char object)
{
    const struct cat_default_acl *global = default_acl(ddl, owner, OID_NONE, object);
    const struct cat_default_acl *local = default_acl(ddl, owner, schema, object);
    if (!global && !local) return (struct cat_acl){.is_default = true};
    struct cat_acl acl = {0};
    if (global) {
        acl = global->acl;
    } else {
        struct cat_grant own = {owner, owner, catalog_default_owner(object), 0};
        struct cat_grant everybody = {ROLE_PUBLIC, owner, catalog_default_public(object), 0};
        DDL_ADD(ddl, &acl, at, count, &own);
        if (everybody.privileges) DDL_ADD(ddl, &acl, at, count, &everybody);
    }
    for (size_t i = 0; local && i < local->acl.count; i++) {
        struct cat_grant grant = local->acl.at[i];
        grant.grantor = owner;
        grant_merge(ddl, &acl, &grant);
    }
    return acl;
}
