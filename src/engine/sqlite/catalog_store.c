#include "engine/sqlite/catalog_store.h"

#include "engine/sqlite/constraint_error.h"
#include "sql/catalog_codec.h"

static err failed(struct arena *arena, sqlite3 *db)
{
    return sqlite_error(arena, db, sqlite3_extended_errcode(db));
}

static err run_text(struct arena *arena, sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? NULL : failed(arena, db);
}

static err prepare(struct arena *arena, sqlite3 *db, const char *sql, sqlite3_stmt **out)
{
    return sqlite3_prepare_v2(db, sql, -1, out, NULL) == SQLITE_OK ? NULL : failed(arena, db);
}

err catalog_store_exists(struct arena *arena, sqlite3 *db, bool *out)
{
    sqlite3_stmt *statement;
    TRY(prepare(arena, db, "SELECT 1 FROM sqlite_schema WHERE name = 'dapur.catalog_version'",
                &statement));
    int rc = sqlite3_step(statement);
    *out = rc == SQLITE_ROW;
    err error = rc == SQLITE_ROW || rc == SQLITE_DONE ? NULL : failed(arena, db);
    sqlite3_finalize(statement);
    return error;
}

/* ---- writing ---- */

struct writing {
    struct arena *arena;
    sqlite3 *db;
    sqlite3_stmt *put;
    sqlite3_stmt *drop;
    struct buf *definition;
    bool changed;
};

static void bind_str(sqlite3_stmt *statement, int at, str text)
{
    sqlite3_bind_text(statement, at, text.at ? text.at : "", (int)text.len, SQLITE_STATIC);
}

static err step(struct writing *writing, sqlite3_stmt *statement)
{
    sqlite3_step(statement);
    int rc = sqlite3_reset(statement);
    writing->changed = true;
    return rc == SQLITE_OK ? NULL : failed(writing->arena, writing->db);
}

static err put(struct writing *writing, enum cat_class class, const void *object)
{
    buf_clear(writing->definition);
    catalog_encode(writing->definition, class, object);
    bind_str(writing->put, 1, catalog_class_name(class));
    sqlite3_bind_int64(writing->put, 2, catalog_object_oid(class, object));
    bind_str(writing->put, 3, catalog_object_name(class, object));
    bind_str(writing->put, 4, buf_str(writing->definition));
    return step(writing, writing->put);
}

static err drop(struct writing *writing, oid id)
{
    sqlite3_bind_int64(writing->drop, 1, id);
    return step(writing, writing->drop);
}

/* Built-in types belong to the program, not to the file. */
static bool is_stored(enum cat_class class, const void *object)
{
    return class != CAT_TYPE || catalog_object_oid(class, object) >= CATALOG_FIRST_USER_OID;
}

/* Both lists are in order of oid and share what did not change, so one pass tells all. */
static err save_class(struct writing *writing,
                      enum cat_class class,
                      const struct catalog *before,
                      const struct catalog *after)
{
    size_t old_at = 0, new_at = 0;
    const void *old = before ? catalog_object_next(before, class, &old_at) : NULL;
    const void *new = catalog_object_next(after, class, &new_at);
    while (old || new) {
        oid old_id = old ? catalog_object_oid(class, old) : UINT32_MAX;
        oid new_id = new ? catalog_object_oid(class, new) : UINT32_MAX;
        if (old_id < new_id)
            TRY(drop(writing, old_id));
        else if (old != new &&is_stored(class, new))
            TRY(put(writing, class, new));
        if (old_id <= new_id) old = catalog_object_next(before, class, &old_at);
        if (new_id <= old_id) new = catalog_object_next(after, class, &new_at);
    }
    return NULL;
}

static err save_all(struct writing *writing,
                    const struct catalog *before,
                    const struct catalog *after)
{
    TRY(prepare(
        writing->arena, writing->db,
        "INSERT INTO \"dapur.catalog\"(class, oid, name, definition) VALUES (?1, ?2, ?3, ?4) "
        "ON CONFLICT (oid) DO UPDATE SET name = ?3, definition = ?4",
        &writing->put));
    TRY(prepare(writing->arena, writing->db, "DELETE FROM \"dapur.catalog\" WHERE oid = ?1",
                &writing->drop));
    for (int class = 0; class < CAT_CLASS_COUNT; class ++)
        TRY(save_class(writing, (enum cat_class) class, before, after));
    return NULL;
}

static err save(struct arena *arena,
                sqlite3 *db,
                const struct catalog *before,
                const struct catalog *after,
                bool *changed)
{
    struct writing writing = {.arena = arena, .db = db, .definition = buf_in(arena, 0)};
    err error = save_all(&writing, before, after);
    sqlite3_finalize(writing.put);
    sqlite3_finalize(writing.drop);
    *changed = writing.changed;
    return error;
}

static err write_version(struct arena *arena, sqlite3 *db, const struct catalog *catalog)
{
    sqlite3_stmt *statement;
    TRY(prepare(arena, db, "UPDATE \"dapur.catalog_version\" SET version = ?1, oid_next = ?2",
                &statement));
    sqlite3_bind_int64(statement, 1, (int64_t)catalog_version(catalog));
    sqlite3_bind_int64(statement, 2, catalog_oid_peek(catalog));
    int rc = sqlite3_step(statement);
    err error = rc == SQLITE_DONE ? NULL : failed(arena, db);
    sqlite3_finalize(statement);
    return error;
}

err catalog_store_create(struct arena *arena, sqlite3 *db, struct catalog *catalog)
{
    static const char tables[] =
        "CREATE TABLE \"dapur.catalog_version\"("
        "version INTEGER NOT NULL, oid_next INTEGER NOT NULL,"
        "format INTEGER NOT NULL, order_stamp INTEGER NOT NULL, made_by TEXT NOT NULL) STRICT;"
        "CREATE TABLE \"dapur.catalog\"("
        "oid INTEGER PRIMARY KEY, class TEXT NOT NULL, name TEXT NOT NULL,"
        "definition TEXT NOT NULL) STRICT;";
    TRY(run_text(arena, db, tables));
    str stamp =
        str_printf(arena, "INSERT INTO \"dapur.catalog_version\" VALUES (1, 0, %d, %d, 'dapur')",
                   CATALOG_STORE_FORMAT, CATALOG_STORE_ORDER);
    TRY(run_text(arena, db, str_cstr(arena, stamp)));
    bool changed;
    TRY(save(arena, db, NULL, catalog, &changed));
    catalog_version_set(catalog, 1);
    return write_version(arena, db, catalog);
}

err catalog_store_save(struct arena *arena,
                       sqlite3 *db,
                       const struct catalog *before,
                       struct catalog *after,
                       bool *changed)
{
    TRY(save(arena, db, before, after, changed));
    /* An oid given and lost again is still not given twice: sequence marks are kept by oid. */
    bool oids = catalog_oid_peek(before) != catalog_oid_peek(after);
    if (!*changed && !oids) return NULL;
    *changed = true;
    catalog_version_set(after, catalog_version(before) + 1);
    return write_version(arena, db, after);
}

err catalog_store_stamp_order(struct arena *arena, sqlite3 *db)
{
    str sql = str_printf(arena, "UPDATE \"dapur.catalog_version\" SET order_stamp = %d",
                         CATALOG_STORE_ORDER);
    return run_text(arena, db, str_cstr(arena, sql));
}

/* ---- loading ---- */

static err read_version(struct arena *arena, sqlite3 *db, struct catalog *catalog, bool *reindex)
{
    sqlite3_stmt *statement;
    TRY(prepare(arena, db,
                "SELECT version, oid_next, format, order_stamp FROM \"dapur.catalog_version\"",
                &statement));
    err error = NULL;
    int64_t format = 0;
    if (sqlite3_step(statement) == SQLITE_ROW) {
        catalog_version_set(catalog, (uint64_t)sqlite3_column_int64(statement, 0));
        catalog_oid_set(catalog, (oid)sqlite3_column_int64(statement, 1));
        format = sqlite3_column_int64(statement, 2);
        *reindex = sqlite3_column_int64(statement, 3) != CATALOG_STORE_ORDER;
        if (format > CATALOG_STORE_FORMAT)
            error = err_sql(arena, "0A000",
                            "the database was written by a newer version of dapur (format %lld, "
                            "this program reads %d)",
                            (long long)format, CATALOG_STORE_FORMAT);
    } else {
        error = err_sql(arena, "XX001", "the database has lost the version of its catalog");
    }
    sqlite3_finalize(statement);
    return error;
}

static str column_str(sqlite3_stmt *statement, int column)
{
    const void *text = sqlite3_column_text(statement, column);
    return str_from(text, (size_t)sqlite3_column_bytes(statement, column));
}

static err load_row(struct arena *arena,
                    struct arena *scratch,
                    sqlite3_stmt *statement,
                    struct catalog *catalog)
{
    enum cat_class class = catalog_class_named(column_str(statement, 0));
    if (class == CAT_CLASS_COUNT)
        return err_sql(arena, "XX001", "the stored catalog holds an unknown kind of object");
    const void *object;
    err error =
        catalog_decode(catalog_pool(catalog), scratch, class, column_str(statement, 1), &object);
    if (!error) catalog_put(catalog, class, object);
    return error ? err_copy(arena, error) : NULL;
}

static err load_rows(struct arena *arena, sqlite3 *db, struct catalog *catalog)
{
    sqlite3_stmt *statement;
    struct arena *scratch = arena_new(0);
    err error = prepare(arena, db, "SELECT class, definition FROM \"dapur.catalog\" ORDER BY oid",
                        &statement);
    int rc = SQLITE_DONE;
    while (!error && (rc = sqlite3_step(statement)) == SQLITE_ROW) {
        error = load_row(arena, scratch, statement, catalog);
        arena_reset(scratch);
    }
    if (!error && rc != SQLITE_DONE) error = failed(arena, db);
    sqlite3_finalize(statement);
    arena_free(scratch);
    return error;
}

err catalog_store_load(struct arena *arena, sqlite3 *db, struct catalog **out, bool *reindex)
{
    struct catalog *catalog = catalog_bootstrap_types();
    *reindex = false;
    err error = read_version(arena, db, catalog, reindex);
    if (!error) error = load_rows(arena, db, catalog);
    if (error) {
        catalog_unref(catalog);
        return error;
    }
    *out = catalog;
    return NULL;
}
