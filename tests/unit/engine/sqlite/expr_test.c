/* Expressions end to end: text, syntax tree, types, SQLite text, value; compared with PostgreSQL's
 * answers in expr_cases.txt (expr_cases.sh asks PostgreSQL anew). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/sqlite/functions.h"
#include "engine/sqlite/functions_int.h"
#include "engine/sqlite/print.h"
#include "sql/catalog_build.h"
#include "sql/infer.h"
#include "sql/parse.h"

/* 2026-01-02 03:04:05.678901 UTC: what now() is. */
#define NOW_US INT64_C(1767323045678901)

struct world {
    struct arena *arena;
    sqlite3 *db;
    struct sqlite_session session;
    struct catalog *catalog;
};

static err no_column(struct infer_context *ctx, const struct ColumnRef *ref, struct expr **out)
{
    (void)out;
    return err_at(err_sql(ctx->arena, "42703", "column \"%.*s\" does not exist",
                          STR_FMT(ast_name_at(ref->fields, 0))),
                  ref->base.location);
}

/* SELECT without FROM, as a sub-select. */
static err subquery(struct infer_context *ctx, const struct node *node, struct query **out)
{
    const struct SelectStmt *select = AST_AS(SelectStmt, node);
    struct query *query = ARENA_NEW(ctx->arena, struct query);
    query->target_count = select->targetList->count;
    query->targets = ARENA_ARRAY(ctx->arena, struct target, query->target_count + 1);
    for (size_t i = 0; i < query->target_count; i++) {
        const struct ResTarget *target = AST_AS(ResTarget, select->targetList->at[i]);
        TRY(infer_expr(ctx, target->val, &query->targets[i].expr));
        TRY(infer_resolve_unknown(ctx, query->targets[i].expr, &query->targets[i].expr));
        query->targets[i].name = infer_column_name(target->val);
    }
    query->has_aggregates = ctx->saw_aggregate;
    *out = query;
    return NULL;
}

static const struct infer_hooks infer_hooks_of_test = {.column = no_column, .subquery = subquery};

static err print_query_of_test(struct print *out, const struct query *query)
{
    buf_lit(out->sql, "SELECT ");
    for (size_t i = 0; i < query->target_count; i++) {
        if (i) buf_char(out->sql, ',');
        TRY(print_expr(out, query->targets[i].expr));
    }
    return NULL;
}

static const struct print_hooks print_hooks_of_test = {.query = print_query_of_test};

static err compile(struct world *world, str text, struct print *print, struct expr **expr)
{
    static const str path[] = {STR_INIT("public"), STR_INIT("extensions")};
    struct infer_context ctx = {
        .arena = world->arena,
        .catalog = world->catalog,
        .hooks = &infer_hooks_of_test,
        .search_path = path,
        .search_path_count = COUNT_OF(path),
        .type_session = &world->session.types,
        .clause = INFER_SELECT_LIST,
        .role = ROLE_POSTGRES,
    };
    struct node *node = NULL;
    TRY(sql_parse_one(world->arena, text, &node));
    const struct SelectStmt *select = AST_AS(SelectStmt, node);
    const struct ResTarget *target = AST_AS(ResTarget, select->targetList->at[0]);
    TRY(infer_expr(&ctx, target->val, expr));
    TRY(infer_resolve_unknown(&ctx, *expr, expr));
    struct buf *sql = buf_in(world->arena, 0);
    print_init(print, world->arena, world->catalog, sql, &print_hooks_of_test, NULL);
    buf_lit(sql, "SELECT ");
    if ((*expr)->kind == EXPR_CALL && (*expr)->call.builtin->kind == BUILTIN_SET) {
        struct rte_column column = {.name = STR("value"), .type = (*expr)->type, .typmod = -1};
        struct rte rte = {
            .kind = RTE_FUNCTION, .function = *expr, .columns = &column, .column_count = 1};
        str name = print_function_column(print, &rte, 0);
        buf_printf(sql, "group_concat(%.*s, '|') FROM ", STR_FMT(name));
        TRY(print_from_function(print, &rte));
    } else {
        TRY(print_expr(print, *expr));
    }
    if (select->fromClause->count) buf_lit(sql, " FROM (SELECT 1)");
    buf_append(sql, "", 1);
    return NULL;
}

static void bind(struct world *world, sqlite3_stmt *statement, const struct print *print)
{
    for (size_t i = 0; i < print->slots.count; i++) {
        const struct slot *slot = &print->slots.at[i];
        int at = (int)i + 1;
        if (slot->kind == SLOT_CONST) {
            sqlite3_bind_text(statement, at, slot->constant.s.at, (int)slot->constant.s.len,
                              SQLITE_STATIC);
        } else if (slot->session == SESSION_NOW || slot->session == SESSION_STATEMENT_NOW) {
            sqlite3_bind_text(statement, at, "2026-01-02T03:04:05.678901+00:00", -1, SQLITE_STATIC);
        } else if (slot->session == SESSION_CURRENT_USER) {
            sqlite3_bind_text(statement, at, "postgres", -1, SQLITE_STATIC);
        } else {
            sqlite3_bind_null(statement, at);
        }
    }
    (void)world;
}

/* Lines are joined by "|", as expr_cases.sh writes them. */
static str one_line(struct arena *arena, str text)
{
    struct buf *out = buf_in(arena, 0);
    for (size_t i = 0; i < text.len; i++) buf_char(out, text.at[i] == '\n' ? '|' : text.at[i]);
    return buf_str(out);
}

/* The value as psql shows it, "\N" for NULL, "! SQLSTATE" for an error. */
static str evaluate(struct world *world, str text, str *message, str *sql)
{
    struct print print;
    struct expr *expr = NULL;
    err error = compile(world, text, &print, &expr);
    *sql = STR("");
    if (error) {
        *message = error->message;
        return str_printf(world->arena, "! %.*s", STR_FMT(error->code));
    }
    *sql = str_from(print.sql->at, print.sql->len - 1);
    sqlite3_stmt *statement = NULL;
    str result;
    if (sqlite3_prepare_v2(world->db, print.sql->at, -1, &statement, NULL) != SQLITE_OK) {
        result = str_printf(world->arena, "! prepare: %s", sqlite3_errmsg(world->db));
    } else {
        bind(world, statement, &print);
        if (sqlite3_step(statement) == SQLITE_ROW) {
            struct value value = value_of_sqlite(sqlite3_column_value(statement, 0));
            const struct type_ref *ref = infer_expr_ref(world->arena, world->catalog, expr);
            bool set = expr->kind == EXPR_CALL && expr->call.builtin->kind == BUILTIN_SET;
            if (set) ref = type_plain(TYPE_TEXT);
            result =
                value.kind == VALUE_NULL
                    ? STR("\\N")
                    : str_copy(world->arena,
                               type_output_str(world->arena, &world->session.types, ref, &value));
        } else {
            error = function_error_read(world->arena, sqlite3_errmsg(world->db));
            *message =
                error ? error->message : str_copy(world->arena, str_of(sqlite3_errmsg(world->db)));
            result =
                error ? str_printf(world->arena, "! %.*s", STR_FMT(error->code)) : STR("! sqlite");
        }
    }
    sqlite3_finalize(statement);
    return result;
}

static void world_init(struct world *world)
{
    memset(world, 0, sizeof *world);
    world->arena = arena_new(0);
    world->catalog = catalog_bootstrap();
    sqlite_session_init(&world->session);
    sqlite_session_catalog(&world->session, world->catalog);
    world->session.types.now_us = NOW_US;
    assert_int_equal(sqlite3_open(":memory:", &world->db), SQLITE_OK);
    assert_null(functions_register(world->db, &world->session));
}

static void world_deinit(struct world *world)
{
    sqlite3_close(world->db);
    sqlite_session_deinit(&world->session);
    catalog_unref(world->catalog);
    arena_free(world->arena);
}

static str read_file(struct arena *arena, const char *path)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    struct buf *text = buf_in(arena, 0);
    char part[4096];
    size_t got;
    while ((got = fread(part, 1, sizeof part, file)) > 0) buf_append(text, part, got);
    fclose(file);
    return buf_str(text);
}

static void answers_are_postgresqls(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    str rest = read_file(world.arena, DAPUR_SOURCE_DIR "/tests/unit/engine/sqlite/expr_cases.txt");
    size_t total = 0;
    size_t wrong = 0;
    const char *only = getenv("EXPR_ONLY");
    while (rest.len) {
        str expression;
        str expected;
        str_cut(rest, '\n', &expression, &rest);
        if (!str_starts(expression, STR("> "))) continue;
        str_cut(rest, '\n', &expected, &rest);
        expression = str_skip(expression, 2);
        if (only && str_find(expression, str_of(only), 0) == SIZE_MAX) continue;
        if (str_starts(expected, STR("= "))) expected = str_skip(expected, 2);
        str message = STR("");
        str sql;
        str text = str_printf(world.arena, "SELECT %.*s", STR_FMT(expression));
        str answer = evaluate(&world, text, &message, &sql);
        total++;
        answer = one_line(world.arena, answer);
        if (str_eq(answer, expected)) continue;
        wrong++;
        printf("%.*s\n  expected %.*s\n  answered %.*s  %.*s\n  sql %.*s\n", STR_FMT(expression),
               STR_FMT(expected), STR_FMT(answer), STR_FMT(message), STR_FMT(sql));
    }
    printf("%zu expressions, %zu wrong\n", total, wrong);
    assert_true(total > 0);
    assert_int_equal(wrong, 0);
    world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_postgresqls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
