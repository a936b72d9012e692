/* sql/catalog_build.h - making the next snapshot of a catalog.
 *
 * catalog_next() copies the arrays of pointers, nothing else; objects are shared. To change one, clone
 * it (CATALOG_EDIT), change the clone, catalog_put() it. A statement that fails drops its snapshot
 * and nothing has happened.
 *
 * Owns:    objects live in a pool that a line of snapshots shares and that ends with the last of
 *          them; a snapshot made by loading (catalog_store.h) begins a new pool, so garbage of one
 *          migration goes when its snapshots go.
 * Threads: one builder at a time for a line of snapshots; readers may hold older ones meanwhile.
 * Errors:  none.
 */
#ifndef DAPUR_SQL_CATALOG_BUILD_H
#define DAPUR_SQL_CATALOG_BUILD_H

#include "sql/catalog.h"

enum cat_class {
    CAT_SCHEMA,
    CAT_TYPE,
    CAT_RELATION,
    CAT_FUNCTION,
    CAT_ROLE,
    CAT_DEFAULT_ACL,
    CAT_EXTENSION,
    CAT_PUBLICATION,
    CAT_CLASS_COUNT
};

/* Fixed oids of what bootstrap makes (PostgreSQL's where it has them). */
enum catalog_builtin_oid {
    SCHEMA_PG_CATALOG = 11,
    SCHEMA_PUBLIC = 2200,
    SCHEMA_INFORMATION = 13183,
    SCHEMA_EXTENSIONS = 12001,
    SCHEMA_AUTH,
    SCHEMA_STORAGE,
    SCHEMA_REALTIME,
    SCHEMA_GRAPHQL_PUBLIC,
    SCHEMA_SUPABASE_MIGRATIONS,
    SCHEMA_DAPUR,
    ROLE_SUPABASE_ADMIN = 10,
    ROLE_POSTGRES = 12101,
    ROLE_ANON,
    ROLE_AUTHENTICATED,
    ROLE_SERVICE,
    ROLE_AUTHENTICATOR,
    ROLE_SUPABASE_AUTH_ADMIN,
    ROLE_DASHBOARD_USER,
};

/* Without any object; a pool of its own. */
struct catalog *catalog_new(void);
/* A new catalog with what every database has: types, schemas, roles, memberships, privileges. */
struct catalog *catalog_bootstrap(void);
/* The same with the built-in types alone: where loading starts, for they belong to the program. */
struct catalog *catalog_bootstrap_types(void);
/* A copy to change, counted once for the caller. */
struct catalog *catalog_next(const struct catalog *from);

/* Where objects and all they point to are allocated. */
struct arena *catalog_pool(struct catalog *catalog);
oid catalog_oid_new(struct catalog *catalog);
oid catalog_oid_peek(const struct catalog *catalog);
void catalog_oid_set(struct catalog *catalog, oid next);
void catalog_version_set(struct catalog *catalog, uint64_t version);
/* See catalog_is_remote; snapshots made from this one are remote as well. */
void catalog_set_remote(struct catalog *catalog);
void catalog_set_reads_request(struct catalog *catalog);

/* Adds, or replaces the object with the same oid. object: a struct cat_<class>. */
void catalog_put(struct catalog *catalog, enum cat_class class, const void *object);
void catalog_drop(struct catalog *catalog, enum cat_class class, oid id);
const void *catalog_object(const struct catalog *catalog, enum cat_class class, oid id);
/* In order of oid; NULL at the end. */
const void *catalog_object_next(const struct catalog *catalog, enum cat_class class, size_t *at);
size_t catalog_count(const struct catalog *catalog, enum cat_class class);
oid catalog_object_oid(enum cat_class class, const void *object);
/* The empty str for a class without names. */
str catalog_object_name(enum cat_class class, const void *object);
/* Size of the class's struct. */
size_t catalog_object_size(enum cat_class class);

/* A shallow clone in the pool, not yet put. */
void *catalog_clone(struct catalog *catalog, const void *object, size_t size);
#define CATALOG_EDIT(catalog, object) catalog_clone((catalog), (object), sizeof *(object))

#endif
