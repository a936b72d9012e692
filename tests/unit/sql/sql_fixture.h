/* tests/unit/sql/sql_fixture.h - a catalog made by DDL text, and statements compiled against it.
 *
 * Owns:    the catalog and an arena, between fixture_open and fixture_close.
 */
#ifndef DAPUR_TESTS_SQL_FIXTURE_H
#define DAPUR_TESTS_SQL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "query_text.h"
#include "sql/analyze.h"
#include "sql/catalog_build.h"
#include "sql/ddl.h"
#include "sql/parse.h"
#include "sql/plan.h"

struct fixture {
    struct arena *arena;
    struct catalog *catalog;
    str role;
};

static const str fixture_path[] = {STR_INIT("public"), STR_INIT("extensions")};

static inline err fixture_describe(struct ddl_context *context,
                                   const struct catalog *catalog,
                                   const struct node *query,
                                   struct ddl_columns *out)
{
    struct analyze_options options = {
        .arena = context->arena,
        .catalog = catalog,
        .role = context->role,
        .search_path = fixture_path,
        .search_path_count = COUNT_OF(fixture_path),
    };
    struct analyze_column *columns;
    size_t count;
    TRY(analyze_describe(&options, query, &columns, &count));
    for (size_t i = 0; i < count; i++)
        *VEC_ADD(context->arena, out) =
            (struct ddl_column){columns[i].name, columns[i].type, columns[i].typmod};
    return NULL;
}

static const struct ddl_hooks fixture_hooks = {.describe_query = fixture_describe};

static inline void fixture_ddl(struct fixture *fixture, const char *text)
{
    struct sql_script *script;
    err error = sql_parse(fixture->arena, str_of(text), &script);
    if (error) fail_msg("parse: %.*s", STR_FMT(error->message));
    for (size_t i = 0; i < script->count; i++) {
        if (script->statements[i].error)
            fail_msg("parse: %.*s", STR_FMT(script->statements[i].error->message));
        struct ddl_context context = {
            .arena = fixture->arena,
            .role = catalog_role_find(fixture->catalog, STR("postgres"))->oid,
            .search_path = fixture_path,
            .search_path_count = COUNT_OF(fixture_path),
            .hooks = &fixture_hooks,
        };
        struct catalog *next;
        error = ddl_apply(&context, fixture->catalog, script->statements[i].node, &next);
        if (error)
            fail_msg("ddl %.*s: %.*s (%.*s)", STR_FMT(script->statements[i].text),
                     STR_FMT(error->message), STR_FMT(error->code));
        catalog_unref(fixture->catalog);
        fixture->catalog = next;
    }
}

static inline void fixture_open(struct fixture *fixture, const char *ddl)
{
    *fixture = (struct fixture){
        .arena = arena_new(0),
        .catalog = catalog_bootstrap(),
        .role = STR("postgres"),
    };
    fixture_ddl(fixture, ddl);
}

static inline void fixture_close(struct fixture *fixture)
{
    catalog_unref(fixture->catalog);
    arena_free(fixture->arena);
}

static inline err fixture_compile(struct fixture *fixture,
                                  const char *text,
                                  bool api,
                                  struct plan **out)
{
    struct node *node;
    err error = sql_parse_one(fixture->arena, str_of(text), &node);
    if (error) return error;
    struct compile_options options = {
        .catalog = fixture->catalog,
        .role = catalog_role_find(fixture->catalog, fixture->role)->oid,
        .search_path = fixture_path,
        .search_path_count = COUNT_OF(fixture_path),
        .api = api,
        .source = str_of(text),
    };
    return sql_compile_statement(fixture->arena, &options, node, NULL, out);
}

/* The steps of the plan as text, one per line. */
static inline const char *fixture_text(struct fixture *fixture, const char *text)
{
    struct plan *plan;
    err error = fixture_compile(fixture, text, false, &plan);
    if (error) fail_msg("%s: %.*s %.*s", text, STR_FMT(error->code), STR_FMT(error->message));
    struct buf out;
    buf_init(&out, 0);
    for (size_t i = 0; i < plan->step_count; i++) {
        if (i) buf_char(&out, '\n');
        query_text(&out, plan->steps[i].node->query);
    }
    const char *copy = str_cstr(fixture->arena, buf_str(&out));
    buf_deinit(&out);
    plan_unref(plan);
    return copy;
}

#define assert_query(fixture, text, expected) \
    assert_string_equal(fixture_text((fixture), (text)), (expected))

/* "SQLSTATE message" of a refusal, or "ok". */
static inline const char *fixture_error(struct fixture *fixture, const char *text)
{
    struct plan *plan;
    err error = fixture_compile(fixture, text, false, &plan);
    if (!error) {
        plan_unref(plan);
        return "ok";
    }
    return str_cstr(fixture->arena, str_printf(fixture->arena, "%.*s %.*s", STR_FMT(error->code),
                                               STR_FMT(error->message)));
}

#define assert_refused(fixture, text, expected) \
    assert_string_equal(fixture_error((fixture), (text)), (expected))

#endif
