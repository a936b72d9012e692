/* Compiled functions and their queries, kept on the connection until the catalog changes. */
#include "engine/sqlite/pl_int.h"

#include <string.h>

#include "base/map.h"
#include "base/vec.h"
#include "sql/infer.h"
#include "sql/inline.h"
#include "sql/parse.h"

/* ---- the cache ---- */

struct pl_cache {
    struct arena *own;   /* this struct's */
    struct arena *arena; /* the map's */
    struct map *codes;
};

struct pl_cache *pl_cache_new(void)
{
    struct arena *own = arena_new(0);
    struct pl_cache *cache = ARENA_NEW(own, struct pl_cache);
    cache->own = own;
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
    arena_free(cache->own);
}

void pl_code_unref(struct pl_code *code)
{
    if (--code->refs > 0) return;
    for (size_t i = 0; i < code->tree->expr_count; i++)
        if (code->queries[i].plan != NULL) plan_unref(code->queries[i].plan);
    catalog_unref(code->catalog);
    arena_free(code->arena);
}

/* ---- references to types ---- */

/* Those of a plan end with it: what a shape keeps is its own. */
static const struct type_ref *ref_copy(struct arena *arena, const struct type_ref *ref)
{
    if (ref == NULL || ref == type_plain(ref->storage)) return ref;
    struct type_ref *copy = ARENA_NEW(arena, struct type_ref);
    struct type_field *fields = ARENA_ARRAY(arena, struct type_field, ref->field_count);
    str *labels = ARENA_ARRAY(arena, str, ref->label_count);
    *copy = *ref;
    copy->name = str_copy(arena, ref->name);
    copy->element = ref_copy(arena, ref->element);
    for (size_t i = 0; i < ref->field_count; i++)
        fields[i] = (struct type_field){str_copy(arena, ref->fields[i].name),
                                        ref_copy(arena, ref->fields[i].type)};
    for (size_t i = 0; i < ref->label_count; i++) labels[i] = str_copy(arena, ref->labels[i]);
    copy->fields = fields;
    copy->labels = labels;
    return copy;
}

static bool refs_equal(const struct type_ref *a, const struct type_ref *b)
{
    if (a == b) return true;
    if (a == NULL || b == NULL || a->storage != b->storage || a->typmod != b->typmod) return false;
    if (!str_eq(a->name, b->name) || !refs_equal(a->element, b->element)) return false;
    if (a->field_count != b->field_count || a->label_count != b->label_count) return false;
    for (size_t i = 0; i < a->field_count; i++)
        if (!str_eq(a->fields[i].name, b->fields[i].name) ||
            !refs_equal(a->fields[i].type, b->fields[i].type))
            return false;
    for (size_t i = 0; i < a->label_count; i++)
        if (!str_eq(a->labels[i], b->labels[i])) return false;
    return true;
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

struct pl_kept_shape {
    struct pl_kept_shape *next;
    const struct pl_shape *shape;
};

static bool same_refs(const struct pl_shape *a, const struct pl_shape *b)
{
    for (size_t i = 0; i < a->count; i++)
        if (a->fields[i].typmod != b->fields[i].typmod ||
            !refs_equal(a->fields[i].ref, b->fields[i].ref))
            return false;
    return true;
}

/* The equal one in the list, or a copy that joins it. */
static const struct pl_shape *keep(struct arena *arena,
                                   struct pl_kept_shape **list,
                                   const struct pl_shape *shape)
{
    for (const struct pl_kept_shape *at = *list; at != NULL; at = at->next)
        if (pl_shapes_equal(at->shape, shape) && same_refs(at->shape, shape)) return at->shape;
    struct pl_shape *copy = ARENA_NEW(arena, struct pl_shape);
    struct pl_field *fields = ARENA_ARRAY(arena, struct pl_field, shape->count);
    *copy = *shape;
    for (size_t i = 0; i < shape->count; i++) {
        fields[i] = shape->fields[i];
        fields[i].name = str_copy(arena, shape->fields[i].name);
        fields[i].ref = ref_copy(arena, shape->fields[i].ref);
    }
    copy->fields = fields;
    copy->ref = ref_of_fields(arena, fields, shape->count);
    struct pl_kept_shape *kept = ARENA_NEW(arena, struct pl_kept_shape);
    *kept = (struct pl_kept_shape){*list, copy};
    *list = kept;
    return copy;
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
            .name = column->name,
            .type = column->type,
            .typmod = column->typmod,
            .ref = column->ref,
            .domain = is_domain(plan->catalog, column->type),
        };
    }
    shape->row_type = RECORDOID;
    shape->fields = fields;
    return shape;
}

const struct pl_shape *pl_code_shape(struct pl_code *code, const struct pl_shape *shape)
{
    return keep(code->arena, &code->plan_shapes, shape);
}

const struct pl_shape *pl_shape_kept(struct pl_frame *frame, const struct pl_shape *shape)
{
    return keep(frame->arena, &frame->shapes, shape);
}

bool pl_shape_is_kept(const struct pl_frame *frame, const struct pl_shape *shape)
{
    for (; frame != NULL; frame = frame->outer)
        for (const struct pl_kept_shape *at = frame->shapes; at != NULL; at = at->next)
            if (at->shape == shape) return true;
    return false;
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
        str name = code->tree->variables[variable].name;
        bool nameless = name.len > 0 && name.at[0] == '$';
        fields[i].name = nameless ? str_printf(code->arena, "column%zu", i + 1) : name;
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

void pl_code_become(struct pl_code *code, const struct call_site *site)
{
    if (code->function->oid != OID_NONE) return;
    if (code->role == site->role && code->path == site->path) return;
    code->role = site->role;
    code->path = site->path;
    code->path_count = site->path_count;
    for (size_t i = 0; i < code->tree->expr_count; i++) code->queries[i].catalog = NULL;
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
