#include "sql/reg_names.h"

#include "sql/ast.h"
#include "sql/builtin.h"
#include "sql/catalog_build.h"
#include "sql/deparse.h"
#include "sql/infer.h"
#include "sql/parse.h"
#include "sql/system_catalog.h"
#include "sql/system_text.h"
#include "types/ts_config.h"

enum { TYPE_NAME_BYTES_MAX = 1024 };

bool reg_is_type(oid type)
{
    return type == REGCLASSOID || type == REGTYPEOID || type == REGROLEOID ||
           type == REGNAMESPACEOID || type == REGPROCOID || type == REGPROCEDUREOID ||
           type == REGCONFIGOID || type == REGDICTIONARYOID;
}

/* ---- looking up ------------------------------------------------------------------------------- */

/* Tables, views, sequences, indexes and the system's relations share one name space. */
static oid relation_in(const struct catalog *catalog, oid schema, str name)
{
    const struct cat_relation *relation = catalog_relation_find(catalog, schema, name);
    if (relation) return relation->oid;
    const struct cat_index *index = catalog_index_find(catalog, schema, name, &relation);
    if (index) return index->oid;
    const struct system_relation *system = system_relation_find(schema, name);
    return system ? system->relation.oid : OID_NONE;
}

static oid type_in(const struct catalog *catalog, oid schema, str name)
{
    const struct cat_type *type = catalog_type_find(catalog, schema, name);
    return type ? type->oid : OID_NONE;
}

typedef oid finder(const struct catalog *catalog, oid schema, str name);

static oid find_in_path(const struct reg_scope *scope, str name, finder *find)
{
    oid found = find(scope->catalog, SCHEMA_PG_CATALOG, name);
    for (size_t i = 0; i < scope->path_count && !found; i++) {
        const struct cat_schema *schema = catalog_schema_find(scope->catalog, scope->path[i]);
        if (schema) found = find(scope->catalog, schema->oid, name);
    }
    return found;
}

static err missing(struct arena *arena, const char *sqlstate, const char *kind, str text)
{
    return err_sql(arena, sqlstate, "%s \"%.*s\" does not exist", kind, STR_FMT(text));
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r' && c != '\v');
}

static void skip_space(str text, size_t *at)
{
    while (*at < text.len && is_space(text.at[*at])) (*at)++;
}

/* Reads one name, folded unless it is quoted; *at moves behind it. A bare one ends at a blank. */
static bool read_part(struct arena *arena, str text, size_t *at, str *out)
{
    struct buf *part = buf_in(arena, 0);
    bool quoted = *at < text.len && text.at[*at] == '"';
    if (!quoted) {
        size_t end = *at;
        while (end < text.len && text.at[end] != '.' && !is_space(text.at[end])) end++;
        *out = str_lower(arena, str_slice(text, *at, end));
        *at = end;
        return !str_empty(*out);
    }
    for (++*at; *at < text.len; ++*at) {
        bool twice = *at + 1 < text.len && text.at[*at + 1] == '"';
        if (text.at[*at] == '"' && !twice) break;
        if (text.at[*at] == '"') ++*at;
        buf_char(part, text.at[*at]);
    }
    *out = buf_str(part);
    return (*at)++ < text.len;
}

/* "schema.name", or "database.schema.name" of the one database; blanks may stand around the parts. */
static bool split_name(struct arena *arena, str text, str *schema, str *name)
{
    str parts[3];
    size_t count = 0, at = 0;
    for (;;) {
        skip_space(text, &at);
        if (count == COUNT_OF(parts) || !read_part(arena, text, &at, &parts[count])) return false;
        count++;
        skip_space(text, &at);
        if (at >= text.len) break;
        if (text.at[at++] != '.') return false;
    }
    *schema = count > 1 ? parts[count - 2] : STR_NONE;
    *name = parts[count - 1];
    return true;
}

static err find_relation(
    struct arena *arena, const struct reg_scope *scope, str text, str schema, str name, oid *out)
{
    if (str_empty(schema)) {
        *out = find_in_path(scope, name, relation_in);
    } else {
        const struct cat_schema *found = catalog_schema_find(scope->catalog, schema);
        if (!found) return missing(arena, "3F000", "schema", schema);
        *out = relation_in(scope->catalog, found->oid, name);
    }
    return *out ? NULL : missing(arena, "42P01", "relation", text);
}

static err find_type(struct arena *arena, const struct reg_scope *scope, str text, oid *out)
{
    struct TypeName *name;
    int32_t typmod;
    if (text.len > TYPE_NAME_BYTES_MAX) return missing(arena, "42704", "type", text);
    TRY(sql_parse_type(arena, text, &name));
    struct infer_context infer = {
        .arena = arena,
        .catalog = scope->catalog,
        .search_path = scope->path,
        .search_path_count = scope->path_count,
    };
    return infer_type_name(&infer, name, out, &typmod);
}

/* ---- functions -------------------------------------------------------------------------------- */

struct wanted_types {
    const oid *at; /* NULL: whatever they are */
    size_t count;
};

static bool takes(const struct cat_function *function, const struct wanted_types *wanted)
{
    if (!wanted->at) return true;
    size_t at = 0;
    for (size_t i = 0; i < function->argument_count; i++) {
        if (!system_argument_is_input(&function->arguments[i])) continue;
        if (at >= wanted->count || wanted->at[at] != function->arguments[i].type) return false;
        at++;
    }
    return at == wanted->count;
}

/* How many functions of that name a schema has; *out is one of them. */
static size_t functions_in(const struct catalog *catalog,
                           oid schema,
                           str name,
                           const struct wanted_types *wanted,
                           oid *out)
{
    size_t count = 0, at = 0;
    const struct cat_function *function;
    while ((function = catalog_function_named(catalog, schema, name, &at))) {
        if (!takes(function, wanted)) continue;
        *out = function->oid;
        count++;
    }
    return count;
}

static size_t functions_named(const struct reg_scope *scope,
                              str schema,
                              str name,
                              const struct wanted_types *wanted,
                              oid *out)
{
    const struct cat_schema *found;
    if (!str_empty(schema)) {
        found = catalog_schema_find(scope->catalog, schema);
        return found ? functions_in(scope->catalog, found->oid, name, wanted, out) : 0;
    }
    size_t count = 0;
    for (size_t i = 0; i < scope->path_count; i++) {
        oid id = OID_NONE;
        found = catalog_schema_find(scope->catalog, scope->path[i]);
        size_t here = found ? functions_in(scope->catalog, found->oid, name, wanted, &id) : 0;
        /* With types, the first schema of the path hides the others. */
        if (here && wanted->at && count) break;
        if (here && !count) *out = id;
        count += here;
    }
    return count;
}

static err find_procedure(struct arena *arena, const struct reg_scope *scope, str text, oid *out)
{
    enum { TYPES_MAX = 100 };
    size_t open = str_find_char(text, '(', 0);
    str trimmed = str_trim(text), schema, name;
    if (open == SIZE_MAX) return err_sql(arena, "22P02", "expected a left parenthesis");
    if (!split_name(arena, str_slice(text, 0, open), &schema, &name))
        return err_sql(arena, "42602", "invalid name syntax");
    if (!str_ends(trimmed, STR(")")))
        return err_sql(arena, "22P02", "expected a right parenthesis");
    oid types[TYPES_MAX];
    struct wanted_types wanted = {.at = types};
    str list = str_slice(trimmed, open + 1, trimmed.len - 1);
    size_t depth = 0, from = 0;
    for (size_t i = 0; i <= list.len && !str_empty(str_trim(list)); i++) {
        char c = i < list.len ? list.at[i] : ',';
        if (c == '(') depth++;
        if (c == ')') depth--;
        if (c != ',' || depth || wanted.count == TYPES_MAX) continue;
        TRY(find_type(arena, scope, str_slice(list, from, i), &types[wanted.count++]));
        from = i + 1;
    }
    if (functions_named(scope, schema, name, &wanted, out)) return NULL;
    return missing(arena, "42883", "function", text);
}

static err find_function(
    struct arena *arena, const struct reg_scope *scope, str text, str schema, str name, oid *out)
{
    size_t count = functions_named(scope, schema, name, &(struct wanted_types){0}, out);
    if (count == 1) return NULL;
    if (count == 0) return missing(arena, "42883", "function", text);
    return err_sql(arena, "42725", "more than one function named \"%.*s\"", STR_FMT(text));
}

/* Those of pg_catalog alone. */
static err find_text_search(struct arena *arena, oid reg, str text, str schema, str name, oid *out)
{
    bool config = reg == REGCONFIGOID;
    if (str_empty(schema) || str_eq(schema, STR("pg_catalog")))
        *out = config ? ts_config_named(name) : ts_dictionary_named(name);
    const char *kind = config ? "text search configuration" : "text search dictionary";
    return *out ? NULL : missing(arena, "42704", kind, text);
}

err reg_find_table(struct arena *arena, const struct reg_scope *scope, str text, oid *out)
{
    str schema, name;
    *out = OID_NONE;
    if (!split_name(arena, text, &schema, &name))
        return err_sql(arena, "42602", "invalid name syntax");
    return find_relation(arena, scope, text, schema, name, out);
}

err reg_find(struct arena *arena, const struct reg_scope *scope, oid reg, str text, oid *out)
{
    uint64_t number = 0;
    str schema, name;
    *out = OID_NONE;
    if (str_eq(text, STR("-"))) return NULL;
    if (str_to_u64(text, &number) && number <= UINT32_MAX) {
        *out = (oid)number;
        return NULL;
    }
    if (reg == REGTYPEOID) return find_type(arena, scope, text, out);
    if (reg == REGPROCEDUREOID) return find_procedure(arena, scope, text, out);
    if (!split_name(arena, text, &schema, &name))
        return err_sql(arena, "42602", "invalid name syntax");
    if ((reg == REGROLEOID || reg == REGNAMESPACEOID) && !str_empty(schema))
        return err_sql(arena, "42602", "invalid name syntax");
    const struct cat_role *role;
    const struct cat_schema *found;
    switch (reg) {
    case REGROLEOID:
        role = catalog_role_find(scope->catalog, name);
        if (!role) return missing(arena, "42704", "role", text);
        *out = role->oid;
        return NULL;
    case REGNAMESPACEOID:
        found = catalog_schema_find(scope->catalog, name);
        if (!found) return missing(arena, "3F000", "schema", text);
        *out = found->oid;
        return NULL;
    case REGCONFIGOID:
    case REGDICTIONARYOID: return find_text_search(arena, reg, text, schema, name, out);
    case REGPROCOID: return find_function(arena, scope, text, schema, name, out);
    default: /* not an enum: regclass */
        return find_relation(arena, scope, text, schema, name, out);
    }
}

/* ---- visible ---------------------------------------------------------------------------------- */

/* Of a relation, an index or one of the system's: where it is and what it is called. */
static bool locate_relation(const struct catalog *catalog, oid id, oid *schema, str *name)
{
    const struct cat_relation *relation = catalog_relation(catalog, id);
    const struct system_relation *system = relation ? NULL : system_relation(id);
    if (system) relation = &system->relation;
    if (relation) {
        *schema = relation->schema;
        *name = relation->name;
        return true;
    }
    size_t at = 0;
    while ((relation = catalog_relation_next(catalog, &at))) {
        for (size_t i = 0; i < relation->index_count; i++) {
            if (relation->indexes[i].oid != id) continue;
            *schema = relation->schema;
            *name = relation->indexes[i].name;
            return true;
        }
    }
    return false;
}

bool reg_relation_visible(const struct reg_scope *scope, oid id, bool *known)
{
    oid schema;
    str name;
    *known = locate_relation(scope->catalog, id, &schema, &name);
    return *known && find_in_path(scope, name, relation_in) == id;
}

bool reg_type_visible(const struct reg_scope *scope, oid id, bool *known)
{
    const struct cat_type *type = catalog_type(scope->catalog, id);
    *known = type != NULL;
    return type && find_in_path(scope, type->name, type_in) == id;
}

static bool same_arguments(const struct cat_function *a, const struct cat_function *b)
{
    size_t i = 0, k = 0;
    for (;; i++, k++) {
        while (i < a->argument_count && !system_argument_is_input(&a->arguments[i])) i++;
        while (k < b->argument_count && !system_argument_is_input(&b->arguments[k])) k++;
        if (i == a->argument_count || k == b->argument_count)
            return i == a->argument_count && k == b->argument_count;
        if (a->arguments[i].type != b->arguments[k].type) return false;
    }
}

bool reg_function_visible(const struct reg_scope *scope, oid id, bool *known)
{
    const struct cat_function *function = catalog_function(scope->catalog, id), *other;
    *known = function != NULL;
    for (size_t i = 0; function && i < scope->path_count; i++) {
        const struct cat_schema *schema = catalog_schema_find(scope->catalog, scope->path[i]);
        if (!schema) continue;
        if (schema->oid == function->schema) return true;
        size_t at = 0;
        while ((other = catalog_function_named(scope->catalog, schema->oid, function->name, &at)))
            if (same_arguments(function, other)) return false;
    }
    return false;
}

/* ---- writing ---------------------------------------------------------------------------------- */

static void write_name(
    const struct reg_scope *scope, oid schema, str name, bool visible, struct buf *out)
{
    const struct cat_schema *found = visible ? NULL : catalog_schema(scope->catalog, schema);
    if (found) {
        deparse_ident(out, found->name);
        buf_char(out, '.');
    }
    deparse_ident(out, name);
}

static void write_function(const struct reg_scope *scope,
                           oid reg,
                           const struct cat_function *function,
                           struct buf *out)
{
    bool known, visible = reg_function_visible(scope, function->oid, &known);
    if (reg == REGPROCOID) {
        oid one = OID_NONE;
        size_t count =
            functions_named(scope, STR_NONE, function->name, &(struct wanted_types){0}, &one);
        visible = count == 1 && one == function->oid;
    }
    write_name(scope, function->schema, function->name, visible, out);
    if (reg == REGPROCOID) return;
    struct arena *arena = arena_new(0);
    buf_str_add(out, system_function_types(arena, scope->catalog, function));
    arena_free(arena);
}

/* format_type: SQL's own names, and a schema where the path does not say it. */
static void write_type(const struct reg_scope *scope, oid id, struct buf *out)
{
    const struct cat_type *type = catalog_type(scope->catalog, id);
    bool known;
    if (type->kind == TYPE_KIND_ARRAY && id != INT2VECTOROID && id != OIDVECTOROID) {
        reg_write(scope, REGTYPEOID, type->element, out);
        buf_lit(out, "[]");
        return;
    }
    if (type->schema != SCHEMA_PG_CATALOG) {
        write_name(scope, type->schema, type->name, reg_type_visible(scope, id, &known), out);
        return;
    }
    struct arena *arena = arena_new(0);
    buf_str_add(out, system_type_name(arena, scope->catalog, id, -1));
    arena_free(arena);
}

void reg_write(const struct reg_scope *scope, oid reg, oid id, struct buf *out)
{
    const struct cat_role *role = NULL;
    const struct cat_schema *schema = NULL;
    const struct cat_function *function = NULL;
    oid place;
    str name;
    bool known;
    size_t before = out->len;
    switch (reg) {
    case REGCLASSOID:
        if (locate_relation(scope->catalog, id, &place, &name))
            write_name(scope, place, name, reg_relation_visible(scope, id, &known), out);
        break;
    case REGTYPEOID:
        if (catalog_type(scope->catalog, id)) write_type(scope, id, out);
        break;
    case REGROLEOID:
        role = catalog_role(scope->catalog, id);
        if (role) deparse_ident(out, role->name);
        break;
    case REGNAMESPACEOID:
        schema = catalog_schema(scope->catalog, id);
        if (schema) deparse_ident(out, schema->name);
        break;
    case REGCONFIGOID: deparse_ident(out, ts_config_name(id)); break;
    case REGDICTIONARYOID: deparse_ident(out, ts_dictionary_name(id)); break;
    default: /* not an enum: regproc, regprocedure */
        function = catalog_function(scope->catalog, id);
        if (function) write_function(scope, reg, function, out);
        break;
    }
    if (out->len != before) return;
    if (id)
        buf_printf(out, "%u", (unsigned)id);
    else
        buf_char(out, '-');
}
