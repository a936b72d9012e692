/* Compiled functions and their queries, kept on the connection until the catalog changes. */
#include "engine/sqlite/pl_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/vec.h"
#include "sql/infer.h"
#include "sql/inline.h"
#include "sql/parse.h"

/* ---- the cache ---- */

struct pl_cache {
    struct arena *arena; /* the map's */
    struct map *codes;
};

struct pl_cache *pl_cache_new(void)
{
    struct pl_cache *cache = calloc(1, sizeof *cache);
    if (cache == NULL) abort();
    cache->arena = arena_new(0);
    cache->codes = map_new(cache->arena);
    return cache;
}

void pl_cache_forget(struct pl_cache *cache)
{
    size_t at = 0;
    str key;
    void *code;
    while (map_next(cache->codes, &at, &key, &code)) pl_code_unref(code);
    arena_reset(cache->arena);
    cache->codes = map_new(cache->arena);
}

void pl_cache_free(struct pl_cache *cache)
{
    if (cache == NULL) return;
    pl_cache_forget(cache);
    arena_free(cache->arena);
    free(cache);
}

void pl_code_unref(struct pl_code *code)
{
    if (--code->refs > 0) return;
    for (size_t i = 0; i < code->tree->expr_count; i++)
        if (code->queries[i].plan != NULL) plan_unref(code->queries[i].plan);
    catalog_unref(code->catalog);
    arena_free(code->arena);
}

/* ---- shapes ---- */

struct pl_known_shape {
    struct pl_known_shape *next;
    oid type;
    const struct pl_shape *shape;
};

static bool is_domain(const struct catalog *catalog, oid type)
{
    const struct cat_type *found = catalog_type(catalog, type);
    return found != NULL && found->kind == TYPE_KIND_DOMAIN;
}

static oid base_of(const struct catalog *catalog, oid type)
{
    const struct cat_type *found = catalog_type(catalog, type);
    while (found != NULL && found->kind == TYPE_KIND_DOMAIN) {
        type = found->base;
        found = catalog_type(catalog, type);
    }
    return type;
}

static struct pl_field field_of(struct pl_code *code, str name, oid type, int32_t typmod)
{
    return (struct pl_field){
        .name = name,
        .type = type,
        .typmod = typmod,
        .ref = catalog_type_ref(code->arena, code->catalog, type, typmod),
        .domain = is_domain(code->catalog, type),
    };
}

static const struct type_ref *ref_of_fields(struct arena *arena,
                                            const struct pl_field *fields,
                                            size_t count)
{
    struct type_ref *ref = ARENA_NEW(arena, struct type_ref);
    struct type_field *parts = ARENA_ARRAY(arena, struct type_field, count);
    *ref = *type_plain(TYPE_RECORD);
    for (size_t i = 0; i < count; i++)
        parts[i] = (struct type_field){fields[i].name, fields[i].ref};
    ref->fields = parts;
    ref->field_count = count;
    return ref;
}

static const struct pl_shape *shape_of_relation(struct pl_code *code,
                                                const struct cat_relation *relation)
{
    struct pl_shape *shape = ARENA_NEW(code->arena, struct pl_shape);
    struct pl_field *fields = ARENA_ARRAY(code->arena, struct pl_field, relation->column_count);
    for (size_t i = 0; i < relation->column_count; i++) {
        const struct cat_column *column = &relation->columns[i];
        fields[i] = field_of(code, column->name, column->type, column->typmod);
    }
    *shape = (struct pl_shape){
        .row_type = relation->row_type,
        .fields = fields,
        .count = relation->column_count,
        .ref = catalog_type_ref(code->arena, code->catalog, relation->row_type, -1),
    };
    return shape;
}

const struct pl_shape *pl_shape_of_type(struct pl_code *code, oid type)
{
    for (const struct pl_known_shape *at = code->shapes; at != NULL; at = at->next)
        if (at->type == type) return at->shape;
    const struct cat_type *found = catalog_type(code->catalog, base_of(code->catalog, type));
    const struct cat_relation *relation =
        found != NULL && found->relation ? catalog_relation(code->catalog, found->relation) : NULL;
    struct pl_known_shape *known = ARENA_NEW(code->arena, struct pl_known_shape);
    *known = (struct pl_known_shape){code->shapes, type,
                                     relation != NULL ? shape_of_relation(code, relation) : NULL};
    code->shapes = known;
    return known->shape;
}

struct pl_var_type pl_type_of(struct pl_code *code, oid type, int32_t typmod)
{
    return (struct pl_var_type){
        .type = type,
        .typmod = typmod,
        .ref = catalog_type_ref(code->arena, code->catalog, type, typmod),
        .shape = pl_shape_of_type(code, type),
        .record = type == RECORDOID,
        .domain = is_domain(code->catalog, type),
    };
}

struct pl_field pl_field_of(const struct pl_var_type *type)
{
    return (struct pl_field){
        .type = type->type, .typmod = type->typmod, .ref = type->ref, .domain = type->domain};
}

bool pl_shapes_equal(const struct pl_shape *a, const struct pl_shape *b)
{
    if (a == b) return true;
    if (a == NULL || b == NULL || a->count != b->count || a->row_type != b->row_type) return false;
    for (size_t i = 0; i < a->count; i++)
        if (a->fields[i].type != b->fields[i].type || !str_eq(a->fields[i].name, b->fields[i].name))
            return false;
    return true;
}

const struct pl_shape *pl_shape_of_plan(struct arena *arena, const struct plan *plan)
{
    const struct plan_node *node = plan->steps[plan->step_count - 1].node;
    struct pl_shape *shape = ARENA_NEW(arena, struct pl_shape);
    struct pl_field *fields = ARENA_ARRAY(arena, struct pl_field, node->column_count);
    for (size_t i = 0; i < node->column_count; i++) {
        const struct plan_column *column = &node->columns[i];
        if (column->hidden) continue;
        fields[shape->count++] = (struct pl_field){
            .name = str_copy(arena, column->name),
            .type = column->type,
            .typmod = column->typmod,
            .ref = column->ref,
            .domain = is_domain(plan->catalog, column->type),
        };
    }
    shape->row_type = RECORDOID;
    shape->fields = fields;
    shape->ref = ref_of_fields(arena, fields, shape->count);
    return shape;
}

struct pl_kept_shape {
    struct pl_kept_shape *next;
    const struct pl_shape *shape;
};

static bool same_refs(const struct pl_shape *a, const struct pl_shape *b)
{
    for (size_t i = 0; i < a->count; i++)
        if (a->fields[i].type == OID_NONE && a->fields[i].ref != b->fields[i].ref) return false;
    return true;
}

const struct pl_shape *pl_shape_kept(struct pl_frame *frame, const struct pl_shape *shape)
{
    for (const struct pl_kept_shape *at = frame->shapes; at != NULL; at = at->next)
        if (pl_shapes_equal(at->shape, shape) && same_refs(at->shape, shape)) return at->shape;
    struct arena *arena = frame->arena;
    struct pl_shape *copy = ARENA_NEW(arena, struct pl_shape);
    struct pl_field *fields = ARENA_ARRAY(arena, struct pl_field, shape->count);
    *copy = *shape;
    for (size_t i = 0; i < shape->count; i++) {
        const struct pl_field *field = &shape->fields[i];
        fields[i] = *field;
        fields[i].name = str_copy(arena, field->name);
        if (field->type != OID_NONE)
            fields[i].ref =
                catalog_type_ref(arena, frame->code->catalog, field->type, field->typmod);
    }
    copy->fields = fields;
    copy->ref = ref_of_fields(arena, fields, shape->count);
    struct pl_kept_shape *kept = ARENA_NEW(arena, struct pl_kept_shape);
    *kept = (struct pl_kept_shape){frame->shapes, copy};
    frame->shapes = kept;
    return copy;
}

/* ---- types of variables ---- */

static struct infer_context infer_of(struct pl_code *code)
{
    return (struct infer_context){
        .arena = code->arena,
        .catalog = code->catalog,
        .role = code->role,
        .search_path = code->path,
        .search_path_count = code->path_count,
    };
}

oid pl_element_of(struct pl_frame *frame, oid type)
{
    struct infer_context infer = infer_of(frame->code);
    return infer_element_type(&infer, type);
}

static err type_named(struct pl_code *code, const struct TypeName *name, struct pl_var_type *out)
{
    struct infer_context infer = infer_of(code);
    oid type;
    int32_t typmod;
    TRY(infer_type_name(&infer, name, &type, &typmod));
    *out = pl_type_of(code, type, typmod);
    return NULL;
}

static err type_of_argument(struct pl_code *code,
                            const struct call_site *site,
                            int argument,
                            struct pl_var_type *out)
{
    oid type = code->function->arguments[argument].type;
    size_t input = 0;
    for (int i = 0; i < argument; i++)
        input +=
            code->function->arguments[i].mode != 'o' && code->function->arguments[i].mode != 't';
    if (builtin_is_polymorphic(type)) {
        if (site->arg_types == NULL || input >= site->arg_count)
            return err_sql(code->arena, "0A000",
                           "polymorphic OUT arguments of function %.*s are not supported",
                           STR_FMT(code->function->name));
        type = site->arg_types[input];
    }
    *out = pl_type_of(code, type, -1);
    return NULL;
}

static struct pl_var_type special_type(struct pl_code *code, enum pl_special special)
{
    switch (special) {
    case PL_FOUND: return pl_type_of(code, BOOLOID, -1);
    case PL_TG_NARGS:
    case PL_LOOP_INTEGER:
    case PL_CASE_TEST: return pl_type_of(code, INT4OID, -1);
    case PL_TG_RELID: return pl_type_of(code, OIDOID, -1);
    case PL_TG_ARGV: return pl_type_of(code, TEXTARRAYOID, -1);
    case PL_TG_NAME:
    case PL_TG_RELNAME:
    case PL_TG_TABLE_SCHEMA: return pl_type_of(code, NAMEOID, -1);
    default: return pl_type_of(code, TEXTOID, -1);
    }
}

static err type_of_variable(struct pl_code *code,
                            const struct call_site *site,
                            const struct pl_variable *variable,
                            struct pl_var_type *out)
{
    if (variable->special != PL_DECLARED && variable->special != PL_ARGUMENT &&
        variable->special != PL_NEW && variable->special != PL_OLD) {
        *out = special_type(code, variable->special);
        return NULL;
    }
    switch (variable->type.kind) {
    case PL_TYPE_RECORD: *out = pl_type_of(code, RECORDOID, -1); return NULL;
    case PL_TYPE_CURSOR: *out = pl_type_of(code, TEXTOID, -1); return NULL;
    case PL_TYPE_ARGUMENT: return type_of_argument(code, site, variable->type.argument, out);
    case PL_TYPE_TRIGGER_ROW: *out = pl_type_of(code, code->relation->row_type, -1); return NULL;
    case PL_TYPE_COLUMN:
        if (variable->type.variable >= 0) {
            *out = code->types[variable->type.variable];
            return NULL;
        }
        return type_named(code, variable->type.name, out);
    case PL_TYPE_NAMED:
    case PL_TYPE_ROW: break;
    }
    return type_named(code, variable->type.name, out);
}

/* ---- a function ---- */

static size_t output_count(const struct cat_function *function)
{
    size_t count = 0;
    for (size_t i = 0; i < function->argument_count; i++) {
        char mode = function->arguments[i].mode;
        count += mode == 'o' || mode == 'b' || mode == 't';
    }
    return count;
}

/* The columns of what the function answers, where they are known before it runs. */
static const struct pl_shape *rows_of(struct pl_code *code, const struct call_site *site)
{
    const struct cat_function *function = code->function;
    size_t outputs = output_count(function);
    if (outputs == 0) {
        oid type = builtin_is_polymorphic(function->result) ? site->result : function->result;
        const struct pl_shape *composite = pl_shape_of_type(code, type);
        if (composite != NULL || type == RECORDOID) return composite;
        struct pl_shape *one = ARENA_NEW(code->arena, struct pl_shape);
        struct pl_field *field = ARENA_NEW(code->arena, struct pl_field);
        *field = field_of(code, function->name, type, -1);
        *one = (struct pl_shape){.row_type = RECORDOID, .fields = field, .count = 1};
        one->ref = ref_of_fields(code->arena, field, 1);
        return one;
    }
    struct pl_shape *shape = ARENA_NEW(code->arena, struct pl_shape);
    struct pl_field *fields = ARENA_ARRAY(code->arena, struct pl_field, outputs);
    for (size_t i = 0; i < outputs; i++) {
        int variable = code->tree->outputs[i];
        const struct pl_var_type *type = &code->types[variable];
        fields[i] = pl_field_of(type);
        fields[i].name = code->tree->variables[variable].name;
    }
    *shape = (struct pl_shape){.row_type = RECORDOID, .fields = fields, .count = outputs};
    shape->ref = ref_of_fields(code->arena, fields, outputs);
    return shape;
}

static err resolve_types(struct pl_code *code, const struct call_site *site)
{
    size_t count = code->tree->variable_count;
    code->types = ARENA_ARRAY(code->arena, struct pl_var_type, count);
    for (size_t i = 0; i < count; i++)
        TRY(type_of_variable(code, site, &code->tree->variables[i], &code->types[i]));
    code->queries = ARENA_ARRAY(code->arena, struct pl_query, code->tree->expr_count);
    oid result = code->function->result;
    if (builtin_is_polymorphic(result)) result = site->result;
    code->result = pl_type_of(code, result, -1);
    code->rows = rows_of(code, site);
    return NULL;
}

/* SECURITY DEFINER and SET search_path. */
static void resolve_identity(struct pl_code *code, const struct call_site *site)
{
    const struct cat_function *function = code->function;
    code->role = function->security_definer ? function->owner : site->role;
    struct inline_path path = {.at = site->path, .count = site->path_count};
    inline_function_path(code->arena, function, &path);
    str *names = ARENA_ARRAY(code->arena, str, path.count);
    for (size_t i = 0; i < path.count; i++) names[i] = str_copy(code->arena, path.at[i]);
    code->path = names;
    code->path_count = path.count;
}

static struct pl_code *code_new(const struct catalog *catalog)
{
    struct arena *arena = arena_new(0);
    struct pl_code *code = ARENA_NEW(arena, struct pl_code);
    code->refs = 1;
    code->arena = arena;
    code->catalog = catalog_ref(catalog);
    return code;
}

static err code_make(struct run *run,
                     const struct call_site *site,
                     const struct pl_trigger_call *trigger,
                     struct pl_code **out)
{
    const struct catalog *catalog = run->session->catalog;
    const struct cat_function *function = catalog_function(catalog, site->function->oid);
    bool sql = function != NULL && str_eq(function->language, STR("sql"));
    if (function == NULL || (function->pl == NULL && !sql))
        return err_sql(run->arena, "42883", "the body of function %.*s cannot be read",
                       STR_FMT(site->function->name));
    struct pl_code *code = code_new(catalog);
    code->function = function;
    struct pl_function *body = NULL;
    if (sql) plpgsql_of_sql(code->arena, function, &body);
    code->tree = sql ? body : function->pl;
    if (trigger != NULL) {
        code->relation = catalog_relation(catalog, trigger->relation->oid);
        code->old_table = str_copy(code->arena, trigger->trigger->old_table);
        code->new_table = str_copy(code->arena, trigger->trigger->new_table);
    }
    resolve_identity(code, site);
    err error = resolve_types(code, site);
    if (error != NULL) {
        error = err_copy(run->arena, error);
        code->queries = NULL;
        catalog_unref(code->catalog);
        arena_free(code->arena);
        return error;
    }
    *out = code;
    return NULL;
}

static void key_add(struct buf *key, oid id)
{
    buf_append(key, &id, sizeof id);
}

/* Everything that the compiled form depends on, the catalog apart. */
static str code_key(struct arena *arena,
                    const struct call_site *site,
                    const struct pl_trigger_call *trigger)
{
    struct buf *key = buf_in(arena, 0);
    key_add(key, site->function->oid);
    key_add(key, site->role);
    key_add(key, trigger != NULL ? trigger->relation->oid : OID_NONE);
    bool tables = trigger != NULL && (!str_empty(trigger->trigger->old_table) ||
                                      !str_empty(trigger->trigger->new_table));
    key_add(key, tables ? trigger->trigger->oid : OID_NONE);
    key_add(key, site->result);
    for (size_t i = 0; i < site->arg_count; i++) key_add(key, site->arg_types[i]);
    for (size_t i = 0; i < site->path_count; i++) {
        buf_char(key, '\0');
        buf_str_add(key, site->path[i]);
    }
    return buf_str(key);
}

err pl_code_find(struct run *run,
                 const struct call_site *site,
                 const struct pl_trigger_call *trigger,
                 struct pl_code **out)
{
    struct pl_cache *cache = run->session->pl;
    str key = code_key(run->arena, site, trigger);
    *out = map_find(cache->codes, key);
    if (*out == NULL) {
        if (map_count(cache->codes) >= PL_CODES_MAX) pl_cache_forget(cache);
        TRY(code_make(run, site, trigger, out));
        map_put(cache->codes, str_copy(cache->arena, key), *out);
    }
    (*out)->refs++;
    return NULL;
}

err pl_code_block(struct run *run, const struct call_site *site, str body, struct pl_code **out)
{
    struct pl_code *code = code_new(run->session->catalog);
    struct cat_function *function = ARENA_NEW(code->arena, struct cat_function);
    struct pl_function *tree = NULL;
    *function = (struct cat_function){.name = STR("inline_code_block"),
                                      .language = STR("plpgsql"),
                                      .kind = 'f',
                                      .result = VOIDOID,
                                      .volatility = 'v',
                                      .body = str_copy(code->arena, body)};
    code->function = function;
    resolve_identity(code, site);
    err error = plpgsql_parse(code->arena, function, function->body, &tree);
    code->tree = tree;
    if (error == NULL) error = resolve_types(code, site);
    if (error == NULL) {
        *out = code;
        return NULL;
    }
    error = err_copy(run->arena, error);
    catalog_unref(code->catalog);
    arena_free(code->arena);
    return error;
}

/* ---- names ---- */

struct lookup {
    struct compile_variables base; /* first */
    struct pl_frame *frame;
    struct arena *arena; /* of the compilation */
    const struct pl_name *names;
    int test;   /* of CASE; -1 */
    bool calls; /* CALL: procedures may be named */
    struct {
        VEC(struct pl_use);
    } uses;
};

#define CASE_TEST "__Case__Variable__"

static size_t use_of(struct lookup *lookup, int variable, int field, oid type)
{
    for (size_t i = 0; i < lookup->uses.count; i++)
        if (lookup->uses.at[i].variable == variable && lookup->uses.at[i].field == field) return i;
    *VEC_ADD(lookup->arena, &lookup->uses) = (struct pl_use){
        .variable = variable,
        .field = field,
        .type = type,
        .shape = lookup->frame->vars[variable].shape,
    };
    return lookup->uses.count - 1;
}

/* a, or a of a.b when a is a row; else label.a. *used: how many parts name the variable. */
static int name_find(struct lookup *lookup, const str *parts, size_t count, size_t *used)
{
    const struct pl_name *block = lookup->names;
    if (lookup->test >= 0 && count == 1 && str_eq(parts[0], STR(CASE_TEST))) {
        *used = 1;
        return lookup->test;
    }
    for (const struct pl_name *at = lookup->names; at != NULL; at = at->outer) {
        if (at->kind == PL_NAME_VARIABLE) {
            bool fits = count == 1 || pl_holds_row(lookup->frame, at->variable);
            if (!fits || !str_eq(at->name, parts[0])) continue;
            *used = 1;
            return at->variable;
        }
        if (count > 1 && !str_empty(at->name) && str_eq(at->name, parts[0]))
            for (const struct pl_name *in = block; in != at; in = in->outer)
                if (in->kind == PL_NAME_VARIABLE && str_eq(in->name, parts[1])) {
                    *used = 2;
                    return in->variable;
                }
        block = at->outer;
    }
    return -1;
}

static err not_assigned(struct lookup *lookup, int variable)
{
    struct err *error = err_sql(lookup->arena, "55000", "record \"%.*s\" is not assigned yet",
                                STR_FMT(lookup->frame->tree->variables[variable].name));
    return err_details(lookup->arena, error,
                       "The tuple structure of a not-yet-assigned record is indeterminate.");
}

static err find_row_field(struct lookup *lookup,
                          int variable,
                          str name,
                          struct compile_variable *out)
{
    const struct pl_shape *shape = lookup->frame->vars[variable].shape;
    if (shape == NULL) return not_assigned(lookup, variable);
    for (size_t i = 0; i < shape->count; i++) {
        if (!str_eq(shape->fields[i].name, name)) continue;
        *out = (struct compile_variable){
            .param = use_of(lookup, variable, (int)i, shape->fields[i].type),
            .type = shape->fields[i].type,
            .typmod = shape->fields[i].typmod,
        };
        return NULL;
    }
    return err_sql(lookup->arena, "42703", "record \"%.*s\" has no field \"%.*s\"",
                   STR_FMT(lookup->frame->tree->variables[variable].name), STR_FMT(name));
}

static err find_row(struct lookup *lookup, int variable, bool fields, struct compile_variable *out)
{
    const struct pl_shape *shape = lookup->frame->vars[variable].shape;
    if (shape == NULL) return not_assigned(lookup, variable);
    struct compile_field *parts = ARENA_ARRAY(lookup->arena, struct compile_field, shape->count);
    for (size_t i = 0; i < shape->count; i++)
        parts[i] = (struct compile_field){
            .name = shape->fields[i].name,
            .type = shape->fields[i].type,
            .typmod = shape->fields[i].typmod,
            .param = fields ? use_of(lookup, variable, (int)i, shape->fields[i].type) : 0,
        };
    *out = (struct compile_variable){
        .param = fields ? 0 : use_of(lookup, variable, -1, shape->row_type),
        .type = shape->row_type,
        .typmod = -1,
        .fields = parts,
        .field_count = shape->count,
    };
    return NULL;
}

static err find_variable(struct compile_variables *self,
                         const str *parts,
                         size_t count,
                         bool fields,
                         bool *found,
                         struct compile_variable *out)
{
    struct lookup *lookup = (struct lookup *)self;
    size_t used = 0;
    int variable = name_find(lookup, parts, count, &used);
    bool row = variable >= 0 && pl_holds_row(lookup->frame, variable);
    size_t left = count - used;
    *found = variable >= 0 && (row ? left <= 1 && (!fields || left == 0) : left == 0 && !fields);
    if (!*found) return NULL;
    if (row && left == 1) return find_row_field(lookup, variable, parts[used], out);
    if (row) return find_row(lookup, variable, fields, out);
    const struct pl_var_type *type = &lookup->frame->code->types[variable];
    *out = (struct compile_variable){
        .param = use_of(lookup, variable, -1, type->type),
        .type = type->type,
        .typmod = type->typmod,
        .from_zero = lookup->frame->tree->variables[variable].special == PL_TG_ARGV,
    };
    return NULL;
}

static const struct cat_relation *find_table(struct compile_variables *self,
                                             str name,
                                             bool *is_new)
{
    const struct pl_code *code = ((struct lookup *)self)->frame->code;
    bool is_old = !str_empty(code->old_table) && str_eq(code->old_table, name);
    *is_new = !is_old && !str_empty(code->new_table) && str_eq(code->new_table, name);
    return is_old || *is_new ? code->relation : NULL;
}

/* ---- queries ---- */

static str query_text(struct arena *arena, const struct pl_expr *expr, enum pl_query_kind kind)
{
    switch (kind) {
    case PL_QUERY_EXPRESSION: return str_printf(arena, "SELECT %.*s", STR_FMT(expr->text));
    case PL_QUERY_CASE:
        return str_printf(arena, "SELECT \"" CASE_TEST "\" IN (%.*s)", STR_FMT(expr->text));
    case PL_QUERY_STATEMENT:
    case PL_QUERY_CALL: break;
    }
    return expr->text;
}

static bool is_query(const struct node *node)
{
    return AST_IS(SelectStmt, node) || AST_IS(InsertStmt, node) || AST_IS(UpdateStmt, node) ||
           AST_IS(DeleteStmt, node);
}

static struct compile_options options_of(const struct pl_frame *frame)
{
    return (struct compile_options){
        .catalog = frame->run->session->catalog,
        .role = frame->code->role,
        .search_path = frame->code->path,
        .search_path_count = frame->code->path_count,
    };
}

int pl_variable_named(const struct pl_expr *text, str name)
{
    for (const struct pl_name *at = text->names; at != NULL; at = at->outer)
        if (at->kind == PL_NAME_VARIABLE && str_eq(at->name, name)) return at->variable;
    return -1;
}

const struct cat_function *pl_called(const struct plan *plan)
{
    const struct query *query = plan->steps[plan->step_count - 1].node->query;
    if (query->rtable_count != 1 || query->rtable[0]->kind != RTE_FUNCTION) return NULL;
    const struct expr *call = query->rtable[0]->function;
    return call->kind == EXPR_USER_CALL ? call->function : NULL;
}

/* What answers without being run. */
static const struct expr *simple_of(const struct plan *plan)
{
    if (plan->step_count != 1) return NULL;
    const struct query *query = plan->steps[0].node->query;
    bool bare = query->command == QUERY_SELECT && query->rtable_count == 0 &&
                query->set_op == SET_NONE && query->values == NULL && query->where == NULL &&
                query->limit == NULL && query->offset == NULL && query->target_count == 1 &&
                query->cte_count == 0 && !query->has_aggregates && !query->having;
    if (!bare) return NULL;
    const struct expr *expr = query->targets[0].expr;
    while (expr->kind == EXPR_CAST && expr->cast.binary) expr = expr->args.at[0];
    if (expr->type != query->targets[0].expr->type) return NULL;
    return expr->kind == EXPR_CONST || expr->kind == EXPR_PARAM ? expr : NULL;
}

static err not_allowed(struct pl_frame *frame, const struct plan *plan)
{
    static const char *const names[] = {[QUERY_SELECT] = "SELECT FOR UPDATE",
                                        [QUERY_INSERT] = "INSERT",
                                        [QUERY_UPDATE] = "UPDATE",
                                        [QUERY_DELETE] = "DELETE"};
    const struct query *query = plan->steps[plan->step_count - 1].node->query;
    bool writes = query->command != QUERY_SELECT || query->locks_rows;
    if (!writes || frame->code->function->volatility == 'v') return NULL;
    return err_sql(frame->arena, "0A000", "%s is not allowed in a non-volatile function",
                   names[query->command]);
}

static err compile_node_of(struct pl_frame *frame,
                           struct lookup *lookup,
                           const struct node *node,
                           struct pl_query *query)
{
    struct compile_options options = options_of(frame);
    options.variables = &lookup->base;
    options.procedures = lookup->calls;
    struct plan *plan;
    TRY(sql_compile_statement(lookup->arena, &options, node, program_print, &plan));
    if (query->plan != NULL) plan_unref(query->plan);
    struct pl_use *uses = ARENA_ARRAY(plan->arena, struct pl_use, lookup->uses.count);
    for (size_t i = 0; i < lookup->uses.count; i++) uses[i] = lookup->uses.at[i];
    *query = (struct pl_query){
        .catalog = options.catalog,
        .plan = plan,
        .uses = uses,
        .use_count = lookup->uses.count,
        .shape = pl_shape_of_plan(frame->code->arena, plan),
        .simple = simple_of(plan),
    };
    return not_allowed(frame, plan);
}

static err compile_expr(struct pl_frame *frame,
                        struct arena *arena,
                        const struct pl_expr *expr,
                        enum pl_query_kind kind,
                        int test,
                        struct pl_query *query)
{
    struct node *node;
    struct lookup lookup = {
        .base = {.conflict = (enum compile_conflict)frame->tree->conflict, .find = find_variable,
                 .table = find_table},
        .frame = frame,
        .arena = arena,
        .names = expr->names,
        .test = kind == PL_QUERY_CASE ? test : -1,
        .calls = kind == PL_QUERY_CALL,
    };
    TRY(sql_parse_one(arena, query_text(arena, expr, kind), &node));
    if (kind == PL_QUERY_CALL) node = sql_call_as_select(arena, AST_AS(CallStmt, node));
    if (!is_query(node))
        return err_sql(arena, "0A000", "this statement is not supported in a function here");
    return compile_node_of(frame, &lookup, node, query);
}

/* A record may hold other columns than when the text was compiled. */
static bool fits(const struct pl_frame *frame, const struct pl_query *query)
{
    if (query->plan == NULL || query->catalog != frame->run->session->catalog) return false;
    for (size_t i = 0; i < query->use_count; i++) {
        const struct pl_use *use = &query->uses[i];
        const struct pl_shape *shape = frame->vars[use->variable].shape;
        if (!pl_holds_row(frame, use->variable)) {
            if (frame->code->types[use->variable].type != use->type) return false;
            continue;
        }
        if (shape == use->shape) continue;
        if (shape == NULL || use->shape == NULL) return false;
        if (use->field < 0 && !pl_shapes_equal(shape, use->shape)) return false;
        if (use->field < 0) continue;
        size_t at = (size_t)use->field;
        if (at >= shape->count || shape->fields[at].type != use->type ||
            !str_eq(shape->fields[at].name, use->shape->fields[at].name))
            return false;
    }
    return true;
}

err pl_query_find(struct pl_frame *frame,
                  const struct pl_expr *expr,
                  enum pl_query_kind kind,
                  int test,
                  struct pl_query **out)
{
    struct pl_query *query = &frame->code->queries[expr->number];
    *out = query;
    if (fits(frame, query)) return NULL;
    struct arena *arena = arena_new(0);
    err error = compile_expr(frame, arena, expr, kind, test, query);
    if (error != NULL) {
        /* Places in a text inside a function are nobody's outside. */
        struct err *copy = (struct err *)(uintptr_t)err_copy(frame->arena, error);
        copy->at = -1;
        error = copy;
    }
    arena_free(arena);
    return error;
}

err pl_query_dynamic(struct pl_frame *frame,
                     const struct node *statement,
                     str text,
                     const struct pl_field *params,
                     size_t param_count,
                     struct plan **out)
{
    struct arena *arena = arena_new(0);
    struct compile_options options = options_of(frame);
    struct plan_param *types = ARENA_ARRAY(arena, struct plan_param, param_count);
    for (size_t i = 0; i < param_count; i++)
        types[i] = (struct plan_param){.type = params[i].type, .typmod = params[i].typmod};
    options.params = types;
    options.param_count = param_count;
    options.source = text;
    err error = sql_compile_statement(arena, &options, statement, program_print, out);
    if (error == NULL) {
        error = not_allowed(frame, *out);
        if (error != NULL) plan_unref(*out);
    }
    if (error != NULL) error = err_copy(frame->arena, error);
    arena_free(arena);
    return error;
}
