/* pg_excluded: what an EXCLUDE constraint's trigger says of the two rows that are in each other's way. */
#include "engine/sqlite/functions_int.h"
#include "engine/sqlite/run.h"
#include "sql/deparse.h"
#include "sql/system_text.h"

struct conflict {
    struct sqlite_session *session;
    struct arena *arena;
    const struct cat_relation *relation;
    const struct cat_index *index;
    bool making; /* of rows that were there before the constraint */
};

/* PostgreSQL 15 genam.c, BuildIndexValueDescription: the table, or every column of the key. */
static bool may_see(const struct conflict *conflict)
{
    const struct catalog *catalog = conflict->session->catalog;
    const struct cat_relation *relation = conflict->relation;
    oid role = run_writer(conflict->session);
    if (catalog_row_security_applies(catalog, relation, role)) return false;
    if (catalog_role_has(catalog, role, relation->owner, &relation->acl, 'r', PRIV_SELECT))
        return true;
    for (size_t i = 0; i < conflict->index->element_count; i++) {
        const struct cat_column *column =
            cat_column_numbered(relation, conflict->index->elements[i].column);
        if (column == NULL ||
            !catalog_role_has_column(catalog, role, relation, column, PRIV_SELECT))
            return false;
    }
    return true;
}

/* `Key (a, b)=(1, 2)` */
static void write_key(const struct conflict *conflict, sqlite3_value **values, struct buf *out)
{
    const struct cat_index *index = conflict->index;
    buf_lit(out, "(");
    for (size_t i = 0; i < index->element_count; i++) {
        if (i > 0) buf_lit(out, ", ");
        buf_str_add(out, system_index_element_text(conflict->arena, conflict->session->catalog,
                                                   conflict->relation, index, i + 1, FORM_PRETTY));
    }
    buf_lit(out, ")=(");
    for (size_t i = 0; i < index->element_count; i++) {
        struct value value = value_of_sqlite(values[i]);
        if (i > 0) buf_lit(out, ", ");
        buf_str_add(out, value.kind == VALUE_TEXT ? value.s : STR("null"));
    }
    buf_char(out, ')');
}

static void add_detail(const struct conflict *conflict, struct err *error, sqlite3_value **values)
{
    struct buf *ours = buf_in(conflict->arena, 0), *theirs = buf_in(conflict->arena, 0);
    if (!may_see(conflict)) {
        err_details(conflict->arena, error, "%s",
                    conflict->making ? "Key conflicts exist." : "Key conflicts with existing key.");
        return;
    }
    write_key(conflict, values, ours);
    write_key(conflict, values + conflict->index->element_count, theirs);
    err_details(conflict->arena, error, "Key %.*s conflicts with %s %.*s.", STR_FMT(buf_str(ours)),
                conflict->making ? "key" : "existing key", STR_FMT(buf_str(theirs)));
}

static struct err *conflict_error(const struct conflict *conflict, sqlite3_value **values)
{
    struct arena *arena = conflict->arena;
    const struct cat_relation *relation = conflict->relation;
    str name = conflict->index->name;
    struct err *error =
        conflict->making ? err_sql(arena, "23P01", "could not create exclusion constraint \"%.*s\"",
                                   STR_FMT(name))
                         : err_sql(arena, "23P01",
                                   "conflicting key value violates exclusion constraint \"%.*s\"",
                                   STR_FMT(name));
    const struct cat_schema *schema = catalog_schema(conflict->session->catalog, relation->schema);
    if (schema != NULL) err_name(arena, error, ERR_ABOUT_SCHEMA, schema->name);
    err_name(arena, error, ERR_ABOUT_TABLE, relation->name);
    err_name(arena, error, ERR_ABOUT_CONSTRAINT, name);
    add_detail(conflict, error, values);
    return error;
}

/* (relation, index, whether it is being made, the new row's keys as texts..., the other row's...) */
static void sql_excluded(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    enum { FIRST_KEY = 3 };
    struct conflict conflict = {.session = sqlite3_user_data(context), .arena = arena_new(0)};
    conflict.relation =
        catalog_relation(conflict.session->catalog, (oid)sqlite3_value_int64(argv[0]));
    for (size_t i = 0; conflict.relation != NULL && i < conflict.relation->index_count; i++)
        if (conflict.relation->indexes[i].oid == (oid)sqlite3_value_int64(argv[1]))
            conflict.index = &conflict.relation->indexes[i];
    conflict.making = sqlite3_value_int(argv[2]) != 0;
    /* Else the trigger raises by itself. */
    if (conflict.index != NULL && (size_t)argc == FIRST_KEY + 2 * conflict.index->element_count)
        function_fail(context, conflict.arena, conflict_error(&conflict, argv + FIRST_KEY));
    arena_free(conflict.arena);
}

int exclusion_register(sqlite3 *db, struct sqlite_session *session)
{
    return sqlite3_create_function_v2(db, "pg_excluded", -1, SQLITE_UTF8 | SQLITE_INNOCUOUS,
                                      session, sql_excluded, NULL, NULL, NULL);
}
