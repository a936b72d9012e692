#include "sql/catalog.h"

#include <assert.h>
#include <stdatomic.h>
#include <string.h>

#include "sql/catalog_build.h"

/* What a line of snapshots shares: the objects themselves. */
struct pool {
    atomic_uint refs;
    struct arena *arena;
};

/* Sorted by oid, and by (schema, name, oid). Names are looked up by bisection: no hashing when a
 * statement makes its snapshot, and a compile asks a few dozen times at most. */
struct objects {
    const void **by_oid;
    const void **by_name;
    size_t count;
    size_t capacity;
};

struct catalog {
    atomic_uint refs;
    uint64_t version;
    bool remote;
    bool reads_request;
    oid oid_next;
    struct pool *pool;
    struct arena *arena; /* the arrays; the catalog itself too */
    struct objects classes[CAT_CLASS_COUNT];
};

/* Where each class keeps what it is found by. */
struct class_shape {
    size_t size;
    size_t oid_at;
    size_t schema_at; /* NOWHERE: not in a schema */
    size_t name_at;
};
enum { NOWHERE = 0xffff };

static const struct class_shape class_shapes[CAT_CLASS_COUNT] = {
    [CAT_SCHEMA] = {sizeof(struct cat_schema),     offsetof(struct cat_schema, oid),                         NOWHERE,
                    offsetof(struct cat_schema,                                                                                                                                                                                name)                                                                                             },
    [CAT_TYPE] = {sizeof(struct cat_type),       offsetof(struct cat_type,   oid),
                    offsetof(struct cat_type,                                                                                                  schema),                                                                        offsetof(struct cat_type,                                                                           name)},
    [CAT_RELATION] = {sizeof(struct cat_relation),                             offsetof(struct cat_relation,                             oid),
                    offsetof(struct cat_relation, schema),                                                                                                                                                                              offsetof(struct cat_relation,                                                                                                                                                                                                                                                                         name)},
    [CAT_FUNCTION] = {sizeof(struct cat_function),                        offsetof(struct cat_function,                                                  oid),
                    offsetof(struct cat_function,                                 schema),                                                          offsetof(struct cat_function,                                                                                                                                                                                                                                                                                  name)},
    [CAT_ROLE] = {sizeof(struct cat_role), offsetof(struct cat_role,                      oid),                                                  NOWHERE,
                    offsetof(struct cat_role,                                                         name)},
    [CAT_DEFAULT_ACL] = {sizeof(struct cat_default_acl),      offsetof(struct cat_default_acl,                           oid),
                    NOWHERE,                                                          NOWHERE                                           },
    [CAT_EXTENSION] = {sizeof(struct cat_extension),                      offsetof(struct cat_extension,                                                oid),                                                 NOWHERE,
                    offsetof(struct cat_extension,name)                                                                                                                                                                                                                                                               },
    [CAT_PUBLICATION] = {sizeof(struct cat_publication),                        offsetof(struct cat_publication,                                                  oid),
                    NOWHERE,                           offsetof(struct cat_publication,                                                                                               name)},
};

/* ---- life ---- */

static struct catalog *catalog_in(struct pool *pool)
{
    struct arena *arena = arena_new(0);
    struct catalog *catalog = ARENA_NEW(arena, struct catalog);
    catalog->arena = arena;
    catalog->pool = pool;
    catalog->oid_next = CATALOG_FIRST_USER_OID;
    atomic_init(&catalog->refs, 1);
    return catalog;
}

struct catalog *catalog_new(void)
{
    struct arena *arena = arena_new(0);
    struct pool *pool = ARENA_NEW(arena, struct pool);
    pool->arena = arena;
    atomic_init(&pool->refs, 1);
    return catalog_in(pool);
}

struct catalog *catalog_next(const struct catalog *from)
{
    atomic_fetch_add(&from->pool->refs, 1);
    struct catalog *next = catalog_in(from->pool);
    next->version = from->version;
    next->remote = from->remote;
    next->reads_request = from->reads_request;
    next->oid_next = from->oid_next;
    for (size_t i = 0; i < CAT_CLASS_COUNT; i++) {
        const struct objects *source = &from->classes[i];
        struct objects *target = &next->classes[i];
        target->count = source->count;
        target->capacity = source->count + 8;
        target->by_oid = ARENA_ARRAY(next->arena, const void *, target->capacity);
        target->by_name = ARENA_ARRAY(next->arena, const void *, target->capacity);
        if (!source->count) continue;
        memcpy(target->by_oid, source->by_oid, source->count * sizeof(void *));
        memcpy(target->by_name, source->by_name, source->count * sizeof(void *));
    }
    return next;
}

struct catalog *catalog_ref(const struct catalog *catalog)
{
    struct catalog *mutable_catalog = (struct catalog *)catalog;
    atomic_fetch_add(&mutable_catalog->refs, 1);
    return mutable_catalog;
}

void catalog_unref(const struct catalog *catalog)
{
    struct catalog *mutable_catalog = (struct catalog *)catalog;
    if (!mutable_catalog || atomic_fetch_sub(&mutable_catalog->refs, 1) != 1) return;
    struct pool *pool = mutable_catalog->pool;
    arena_free(mutable_catalog->arena);
    if (atomic_fetch_sub(&pool->refs, 1) == 1) arena_free(pool->arena);
}

bool catalog_is_remote(const struct catalog *catalog)
{
    return catalog->remote;
}

void catalog_set_remote(struct catalog *catalog)
{
    catalog->remote = true;
}

bool catalog_reads_request(const struct catalog *catalog)
{
    return catalog->reads_request;
}

void catalog_set_reads_request(struct catalog *catalog)
{
    catalog->reads_request = true;
}

uint64_t catalog_version(const struct catalog *catalog)
{
    return catalog->version;
}

void catalog_version_set(struct catalog *catalog, uint64_t version)
{
    catalog->version = version;
}

struct arena *catalog_pool(struct catalog *catalog)
{
    return catalog->pool->arena;
}

oid catalog_oid_new(struct catalog *catalog)
{
    return catalog->oid_next++;
}

oid catalog_oid_peek(const struct catalog *catalog)
{
    return catalog->oid_next;
}

void catalog_oid_set(struct catalog *catalog, oid next)
{
    catalog->oid_next = next;
}

/* ---- keys ---- */

static oid oid_at(const void *object, size_t offset)
{
    oid value;
    memcpy(&value, (const char *)object + offset, sizeof value);
    return value;
}

oid catalog_object_oid(enum cat_class class, const void *object)
{
    return oid_at(object, class_shapes[class].oid_at);
}

static oid object_schema(enum cat_class class, const void *object)
{
    size_t offset = class_shapes[class].schema_at;
    return offset == NOWHERE ? OID_NONE : oid_at(object, offset);
}

str catalog_object_name(enum cat_class class, const void *object)
{
    size_t offset = class_shapes[class].name_at;
    str name = STR_NONE;
    if (offset != NOWHERE) memcpy(&name, (const char *)object + offset, sizeof name);
    return name;
}

size_t catalog_object_size(enum cat_class class)
{
    return class_shapes[class].size;
}

static int key_compare(oid schema, str name, oid id, enum cat_class class, const void *object)
{
    oid other_schema = object_schema(class, object);
    if (schema != other_schema) return schema < other_schema ? -1 : 1;
    int order = str_cmp(name, catalog_object_name(class, object));
    if (order) return order;
    oid other = catalog_object_oid(class, object);
    return id < other ? -1 : id > other;
}

/* The first place whose key is not below (schema, name, id). */
static size_t name_place(
    const struct objects *objects, enum cat_class class, oid schema, str name, oid id)
{
    size_t low = 0, high = objects->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (key_compare(schema, name, id, class, objects->by_name[middle]) > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static size_t oid_place(const struct objects *objects, enum cat_class class, oid id)
{
    size_t low = 0, high = objects->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (catalog_object_oid(class, objects->by_oid[middle]) < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const void *catalog_object(const struct catalog *catalog, enum cat_class class, oid id)
{
    const struct objects *objects = &catalog->classes[class];
    size_t place = oid_place(objects, class, id);
    if (place == objects->count) return NULL;
    const void *object = objects->by_oid[place];
    return catalog_object_oid(class, object) == id ? object : NULL;
}

static const void *object_named(const struct catalog *catalog,
                                enum cat_class class,
                                oid schema,
                                str name)
{
    const struct objects *objects = &catalog->classes[class];
    size_t place = name_place(objects, class, schema, name, OID_NONE);
    if (place == objects->count) return NULL;
    const void *object = objects->by_name[place];
    bool same =
        object_schema(class, object) == schema && str_eq(catalog_object_name(class, object), name);
    return same ? object : NULL;
}

/* ---- changing ---- */

static void place_remove(const void **array, size_t count, size_t place)
{
    memmove(array + place, array + place + 1, (count - place - 1) * sizeof *array);
}

static void place_insert(const void **array, size_t count, size_t place, const void *object)
{
    memmove(array + place + 1, array + place, (count - place) * sizeof *array);
    array[place] = object;
}

static void objects_grow(struct catalog *catalog, struct objects *objects)
{
    if (objects->count < objects->capacity) return;
    size_t capacity = objects->capacity ? objects->capacity * 2 : 32;
    const void **by_oid = ARENA_ARRAY(catalog->arena, const void *, capacity);
    const void **by_name = ARENA_ARRAY(catalog->arena, const void *, capacity);
    if (objects->count) {
        memcpy(by_oid, objects->by_oid, objects->count * sizeof(void *));
        memcpy(by_name, objects->by_name, objects->count * sizeof(void *));
    }
    objects->by_oid = by_oid;
    objects->by_name = by_name;
    objects->capacity = capacity;
}

void catalog_drop(struct catalog *catalog, enum cat_class class, oid id)
{
    struct objects *objects = &catalog->classes[class];
    const void *object = catalog_object(catalog, class, id);
    if (!object) return;
    size_t place = name_place(objects, class, object_schema(class, object),
                              catalog_object_name(class, object), id);
    assert(objects->by_name[place] == object);
    place_remove(objects->by_name, objects->count, place);
    place_remove(objects->by_oid, objects->count, oid_place(objects, class, id));
    objects->count--;
}

void catalog_put(struct catalog *catalog, enum cat_class class, const void *object)
{
    struct objects *objects = &catalog->classes[class];
    oid id = catalog_object_oid(class, object);
    assert(id != OID_NONE);
    catalog_drop(catalog, class, id);
    objects_grow(catalog, objects);
    str name = catalog_object_name(class, object);
    size_t by_name = name_place(objects, class, object_schema(class, object), name, id);
    place_insert(objects->by_name, objects->count, by_name, object);
    place_insert(objects->by_oid, objects->count, oid_place(objects, class, id), object);
    objects->count++;
}

void *catalog_clone(struct catalog *catalog, const void *object, size_t size)
{
    void *clone = arena_alloc(catalog->pool->arena, size);
    memcpy(clone, object, size);
    return clone;
}

/* ---- look-ups ---- */

size_t catalog_count(const struct catalog *catalog, enum cat_class class)
{
    return catalog->classes[class].count;
}

const void *catalog_object_next(const struct catalog *catalog, enum cat_class class, size_t *at)
{
    const struct objects *objects = &catalog->classes[class];
    return *at < objects->count ? objects->by_oid[(*at)++] : NULL;
}

const struct cat_schema *catalog_schema_find(const struct catalog *catalog, str name)
{
    return object_named(catalog, CAT_SCHEMA, OID_NONE, name);
}

const struct cat_schema *catalog_schema(const struct catalog *catalog, oid id)
{
    return catalog_object(catalog, CAT_SCHEMA, id);
}

const struct cat_type *catalog_type_find(const struct catalog *catalog, oid schema, str name)
{
    return object_named(catalog, CAT_TYPE, schema, name);
}

const struct cat_type *catalog_type(const struct catalog *catalog, oid id)
{
    return catalog_object(catalog, CAT_TYPE, id);
}

const struct cat_relation *catalog_relation_find(const struct catalog *catalog,
                                                 oid schema,
                                                 str name)
{
    return object_named(catalog, CAT_RELATION, schema, name);
}

const struct cat_relation *catalog_relation(const struct catalog *catalog, oid id)
{
    return catalog_object(catalog, CAT_RELATION, id);
}

const struct cat_function *catalog_function(const struct catalog *catalog, oid id)
{
    return catalog_object(catalog, CAT_FUNCTION, id);
}

const struct cat_role *catalog_role_find(const struct catalog *catalog, str name)
{
    return object_named(catalog, CAT_ROLE, OID_NONE, name);
}

const struct cat_role *catalog_role(const struct catalog *catalog, oid id)
{
    return catalog_object(catalog, CAT_ROLE, id);
}

const struct cat_extension *catalog_extension_find(const struct catalog *catalog, str name)
{
    return object_named(catalog, CAT_EXTENSION, OID_NONE, name);
}

const struct cat_publication *catalog_publication_find(const struct catalog *catalog, str name)
{
    return object_named(catalog, CAT_PUBLICATION, OID_NONE, name);
}

const struct cat_schema *catalog_schema_next(const struct catalog *catalog, size_t *at)
{
    return catalog_object_next(catalog, CAT_SCHEMA, at);
}

const struct cat_type *catalog_type_next(const struct catalog *catalog, size_t *at)
{
    return catalog_object_next(catalog, CAT_TYPE, at);
}

const struct cat_relation *catalog_relation_next(const struct catalog *catalog, size_t *at)
{
    return catalog_object_next(catalog, CAT_RELATION, at);
}

const struct cat_function *catalog_function_next(const struct catalog *catalog, size_t *at)
{
    return catalog_object_next(catalog, CAT_FUNCTION, at);
}

const struct cat_role *catalog_role_next(const struct catalog *catalog, size_t *at)
{
    return catalog_object_next(catalog, CAT_ROLE, at);
}

const struct cat_default_acl *catalog_default_acl_next(const struct catalog *catalog, size_t *at)
{
    return catalog_object_next(catalog, CAT_DEFAULT_ACL, at);
}

const struct cat_extension *catalog_extension_next(const struct catalog *catalog, size_t *at)
{
    return catalog_object_next(catalog, CAT_EXTENSION, at);
}

const struct cat_publication *catalog_publication_next(const struct catalog *catalog, size_t *at)
{
    return catalog_object_next(catalog, CAT_PUBLICATION, at);
}

const struct cat_function *catalog_function_named(const struct catalog *catalog,
                                                  oid schema,
                                                  str name,
                                                  size_t *at)
{
    const struct objects *objects = &catalog->classes[CAT_FUNCTION];
    size_t first = name_place(objects, CAT_FUNCTION, schema, name, OID_NONE);
    size_t place = first + *at;
    if (place >= objects->count) return NULL;
    const struct cat_function *function = objects->by_name[place];
    if (function->schema != schema || !str_eq(function->name, name)) return NULL;
    (*at)++;
    return function;
}

/* Indexes hang on their tables: migrations alone ask for them by name. */
const struct cat_index *catalog_index_find(const struct catalog *catalog,
                                           oid schema,
                                           str name,
                                           const struct cat_relation **relation)
{
    size_t at = 0;
    const struct cat_relation *candidate;
    while ((candidate = catalog_relation_next(catalog, &at))) {
        if (candidate->schema != schema) continue;
        for (size_t i = 0; i < candidate->index_count; i++) {
            if (!str_eq(candidate->indexes[i].name, name)) continue;
            if (relation) *relation = candidate;
            return &candidate->indexes[i];
        }
    }
    return NULL;
}

const struct cat_column *cat_column_find(const struct cat_relation *relation, str name)
{
    for (size_t i = 0; i < relation->column_count; i++)
        if (str_eq(relation->columns[i].name, name)) return &relation->columns[i];
    return NULL;
}

const struct cat_column *cat_column_numbered(const struct cat_relation *relation, int16_t number)
{
    for (size_t i = 0; i < relation->column_count; i++)
        if (relation->columns[i].number == number) return &relation->columns[i];
    return NULL;
}

const struct cat_constraint *cat_primary_key(const struct cat_relation *relation)
{
    for (size_t i = 0; i < relation->constraint_count; i++)
        if (relation->constraints[i].kind == 'p') return &relation->constraints[i];
    return NULL;
}

const struct cat_constraint *cat_constraint_find(const struct cat_relation *relation, str name)
{
    for (size_t i = 0; i < relation->constraint_count; i++)
        if (str_eq(relation->constraints[i].name, name)) return &relation->constraints[i];
    return NULL;
}

const struct cat_trigger *cat_trigger_find(const struct cat_relation *relation, str name)
{
    for (size_t i = 0; i < relation->trigger_count; i++)
        if (str_eq(relation->triggers[i].name, name)) return &relation->triggers[i];
    return NULL;
}

const struct cat_policy *cat_policy_find(const struct cat_relation *relation, str name)
{
    for (size_t i = 0; i < relation->policy_count; i++)
        if (str_eq(relation->policies[i].name, name)) return &relation->policies[i];
    return NULL;
}
