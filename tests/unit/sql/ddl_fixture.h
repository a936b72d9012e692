/* What the tests of DDL share: a catalog, statements applied to it, the last error and notices. */
#ifndef DAPUR_TESTS_SQL_DDL_FIXTURE_H
#define DAPUR_TESTS_SQL_DDL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sql/ddl_analyze.h"
#include "sql/parse.h"

struct fixture {
    struct arena *arena;
    struct catalog *catalog;
    struct ddl_context context;
    struct buf *notices; /* one a line */
};

static const str fixture_path[] = {STR_INIT("$user"), STR_INIT("public"), STR_INIT("extensions")};

static void fixture_notice(void *context, str message)
{
    struct fixture *fixture = context;
    buf_str_add(fixture->notices, message);
    buf_char(fixture->notices, '\n');
}

static int fixture_start(void **state)
{
    struct arena *arena = arena_new(0);
    struct fixture *fixture = ARENA_NEW(arena, struct fixture);
    fixture->arena = arena;
    fixture->catalog = catalog_bootstrap();
    fixture->notices = buf_in(arena, 0);
    fixture->context = (struct ddl_context){
        .arena = arena,
        .role = ROLE_POSTGRES,
        .search_path = fixture_path,
        .search_path_count = COUNT_OF(fixture_path),
        .hooks = &ddl_analyze_hooks,
        .notice = fixture_notice,
        .notice_context = fixture,
    };
    *state = fixture;
    return 0;
}

static int fixture_stop(void **state)
{
    struct fixture *fixture = *state;
    catalog_unref(fixture->catalog);
    arena_free(fixture->arena);
    return 0;
}

/* Every statement in turn; stops at the first error and answers it. */
static err fixture_run(struct fixture *fixture, const char *sql)
{
    struct sql_script *script;
    fixture->context.effects.count = 0;
    buf_clear(fixture->notices);
    err error = sql_parse(fixture->arena, str_of(sql), &script);
    if (error) return error;
    for (size_t i = 0; i < script->count; i++) {
        if (script->statements[i].error) return script->statements[i].error;
        struct catalog *next;
        error = ddl_apply(&fixture->context, fixture->catalog, script->statements[i].node, &next);
        if (error) return error;
        catalog_unref(fixture->catalog);
        fixture->catalog = next;
    }
    return NULL;
}

static void fixture_ok(struct fixture *fixture, const char *sql)
{
    err error = fixture_run(fixture, sql);
    if (error) fail_msg("%s\n  %.*s %.*s", sql, STR_FMT(error->code), STR_FMT(error->message));
}

static void fixture_fails(struct fixture *fixture,
                          const char *sql,
                          const char *sqlstate,
                          const char *message)
{
    err error = fixture_run(fixture, sql);
    if (!error) fail_msg("%s\n  should have failed with %s", sql, sqlstate);
    bool same = str_eq(error->code, str_of(sqlstate)) && str_eq(error->message, str_of(message));
    if (!same)
        fail_msg("%s\n  gave  %.*s %.*s\n  wants %s %s", sql, STR_FMT(error->code),
                 STR_FMT(error->message), sqlstate, message);
}

static bool fixture_noticed(const struct fixture *fixture, const char *text)
{
    return str_find(buf_str(fixture->notices), str_of(text), 0) != SIZE_MAX;
}

static const struct cat_relation *fixture_relation(const struct fixture *fixture, const char *name)
{
    const struct cat_relation *relation =
        catalog_relation_find(fixture->catalog, SCHEMA_PUBLIC, str_of(name));
    if (!relation) fail_msg("relation %s does not exist", name);
    return relation;
}

#define assert_str(actual, expected)                                                   \
    do {                                                                               \
        str assert_actual_ = (actual);                                                 \
        if (!str_eq(assert_actual_, str_of(expected)))                                 \
            fail_msg("got \"%.*s\", wants \"%s\"", STR_FMT(assert_actual_), expected); \
    } while (0)

#endif
