/* A database file of its own for each test, and scripts run on it. */
#ifndef DAPUR_TESTS_ENGINE_SQLITE_SCRIPT_FIXTURE_H
#define DAPUR_TESTS_ENGINE_SQLITE_SCRIPT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/sqlite/script.h"
#include "sql/catalog_build.h"

struct database {
    struct arena *arena;
    char folder[64];
    struct connection connection;
    struct sequences *sequences;
    struct arena *sequences_arena;
    const struct catalog *catalog;
    struct buf *notices;
    str rows;         /* of the last statement that had some */
    int line, column; /* of the last error */
    bool transaction, keep_going, auto_rls;
    const char *role;
    size_t statements, refused;
};

static void database_open(struct database *db)
{
    struct connection_options options = {
        .path = str_printf(db->arena, "%s/test.db", db->folder),
        .role = CONNECTION_WRITER,
        .statement_bytes_max = 1 << 20,
        .cache_kib = 1024,
    };
    db->sequences_arena = arena_new(0);
    assert_null(connection_open(db->arena, &options, &db->connection));
    assert_null(sequences_open(db->sequences_arena, db->connection.db, &db->sequences));
    err error = script_bootstrap(db->arena, &db->connection, db->sequences, &db->catalog);
    if (error) fail_msg("bootstrap: %.*s %.*s", STR_FMT(error->code), STR_FMT(error->message));
}

static void database_close(struct database *db)
{
    assert_null(sequences_close(db->sequences, db->arena));
    arena_free(db->sequences_arena);
    connection_close(&db->connection);
    catalog_unref(db->catalog);
}

static int database_start(void **state)
{
    struct arena *arena = arena_new(0);
    struct database *db = ARENA_NEW(arena, struct database);
    *db = (struct database){.arena = arena, .notices = buf_in(arena, 0), .role = "postgres"};
    strncpy(db->folder, "/tmp/dapur-test-XXXXXX", sizeof db->folder - 1);
    assert_non_null(mkdtemp(db->folder));
    database_open(db);
    *state = db;
    return 0;
}

static int database_stop(void **state)
{
    struct database *db = *state;
    database_close(db);
    static const char *const files[] = {"test.db", "test.db-wal", "test.db-shm"};
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", db->folder, files[i]);
        unlink(path);
    }
    rmdir(db->folder);
    arena_free(db->arena);
    return 0;
}

static bool database_each(void *context, const struct script_statement *statement)
{
    struct database *db = context;
    db->statements++;
    db->refused += statement->error != NULL;
    if (statement->error) {
        db->line = statement->line;
        db->column = statement->column;
    }
    if (statement->result.rows_json.len)
        db->rows = str_copy(db->arena, statement->result.rows_json);
    return !statement->error;
}

static void database_notice(void *context, str message)
{
    struct database *db = context;
    buf_str_add(db->notices, message);
    buf_char(db->notices, '\n');
}

static err database_run(struct database *db, const char *sql)
{
    struct script_options options = {
        .file = STR("test.sql"),
        .text = str_of(sql),
        .role = str_of(db->role),
        .transaction = db->transaction,
        .keep_going = db->keep_going,
        .auto_rls = db->auto_rls,
        .collect_rows = true,
        .each = database_each,
        .notice = database_notice,
        .context = db,
    };
    const struct catalog *after = db->catalog;
    buf_clear(db->notices);
    db->statements = db->refused = 0;
    db->rows = STR_NONE;
    err error = script_run(db->arena, &db->connection, db->sequences, &options, &after);
    if (error) sequences_rolled_back(db->sequences, db->catalog);
    if (after != db->catalog) {
        catalog_unref(db->catalog);
        db->catalog = after;
    }
    return error;
}

static void database_ok(struct database *db, const char *sql)
{
    err error = database_run(db, sql);
    if (error)
        fail_msg("%s\n  %.*s %.*s [%.*s] at %d:%d", sql, STR_FMT(error->code),
                 STR_FMT(error->message), STR_FMT(error->cause ? error->cause->message : STR("")),
                 db->line, db->column);
}

static inline void database_fails(struct database *db,
                                  const char *sql,
                                  const char *sqlstate,
                                  const char *message)
{
    err error = database_run(db, sql);
    if (!error) fail_msg("%s\n  should have failed with %s", sql, sqlstate);
    bool same = str_eq(error->code, str_of(sqlstate)) && str_eq(error->message, str_of(message));
    if (!same)
        fail_msg("%s\n  gave  %.*s %.*s\n  wants %s %s", sql, STR_FMT(error->code),
                 STR_FMT(error->message), sqlstate, message);
}

/* The rows of a query, as JSON arrays of PostgreSQL's text. */
static inline void database_rows(struct database *db, const char *sql, const char *expected)
{
    database_ok(db, sql);
    if (!str_eq(db->rows, str_of(expected)))
        fail_msg("%s\n  gave  %.*s\n  wants %s", sql, STR_FMT(db->rows), expected);
}

static inline bool database_noticed(const struct database *db, const char *text)
{
    return str_find(buf_str(db->notices), str_of(text), 0) != SIZE_MAX;
}

static inline const struct cat_relation *database_relation(const struct database *db,
                                                           const char *name)
{
    const struct cat_relation *relation =
        catalog_relation_find(db->catalog, SCHEMA_PUBLIC, str_of(name));
    if (!relation) fail_msg("relation %s does not exist", name);
    return relation;
}

#endif
