/* program_fixture.h - PostgreSQL text to a printed program, for tests of the engine's printers.
 *
 * A catalog is made from DDL text by the real compiler; a statement is analyzed for a role and
 * printed. What comes out can be read as text (golden tests). */
#ifndef DAPUR_TESTS_PROGRAM_FIXTURE_H
#define DAPUR_TESTS_PROGRAM_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/buf.h"
#include "engine/sqlite/program.h"
#include "sql/ast.h"
#include "sql/catalog_build.h"
#include "sql/ddl.h"
#include "sql/parse.h"
#include "sql/plan.h"

struct program_fixture {
    struct arena *arena;
    const struct catalog *catalog;
};

static const str program_path[] = {STR_INIT("public"), STR_INIT("extensions")};

static void expect_ok(err error)
{
    if (error == NULL) return;
    fail_msg("%.*s: %.*s (%.*s)", STR_FMT(error->code), STR_FMT(error->message),
             STR_FMT(error->details));
}

static void apply_ddl(struct program_fixture *fixture, const char *sql)
{
    struct sql_script *script;
    expect_ok(sql_parse(fixture->arena, str_of(sql), &script));
    for (size_t i = 0; i < script->count; i++) {
        struct ddl_context context = {
            .arena = fixture->arena,
            .role = ROLE_POSTGRES,
            .search_path = program_path,
            .search_path_count = COUNT_OF(program_path),
        };
        struct catalog *next;
        expect_ok(script->statements[i].error);
        expect_ok(ddl_apply(&context, fixture->catalog, script->statements[i].node, &next));
        catalog_unref(fixture->catalog);
        fixture->catalog = next;
    }
}

static void fixture_begin(struct program_fixture *fixture, const char *ddl)
{
    fixture->arena = arena_new(0);
    fixture->catalog = catalog_bootstrap();
    apply_ddl(fixture, ddl);
}

static void fixture_end(struct program_fixture *fixture)
{
    arena_free(fixture->arena);
    catalog_unref(fixture->catalog);
}

static bool yields_rows(const struct node *statement)
{
    if (AST_IS(InsertStmt, statement))
        return AST_AS(InsertStmt, statement)->returningList->count > 0;
    if (AST_IS(UpdateStmt, statement))
        return AST_AS(UpdateStmt, statement)->returningList->count > 0;
    if (AST_IS(DeleteStmt, statement))
        return AST_AS(DeleteStmt, statement)->returningList->count > 0;
    return true;
}

static err try_compile(struct program_fixture *fixture,
                       const char *role,
                       const struct compile_node *node,
                       bool api,
                       struct plan **out)
{
    bool rows = yields_rows(node->statement);
    const struct compile_step step = {
        .node = node, .shape = rows ? RESULT_ROWS : RESULT_NONE, .result = rows};
    struct compile_options options = {
        .catalog = fixture->catalog,
        .role = catalog_role_find(fixture->catalog, str_of(role))->oid,
        .search_path = program_path,
        .search_path_count = COUNT_OF(program_path),
        .api = api,
        .steps = &step,
        .step_count = 1,
    };
    return sql_compile(fixture->arena, &options, program_print, out);
}

/* As the API compiles it when `api`: DML always checks SELECT policies. */
static err try_plan(
    struct program_fixture *fixture, const char *role, const char *sql, bool api, struct plan **out)
{
    struct compile_node node = {0};
    struct node *statement;
    TRY(sql_parse_one(fixture->arena, str_of(sql), &statement));
    node.statement = statement;
    return try_compile(fixture, role, &node, api, out);
}

static void release_plan(void *plan)
{
    plan_unref(plan);
}

static inline struct plan *plan_of(struct program_fixture *fixture,
                                   const char *role,
                                   const char *sql)
{
    struct plan *plan = NULL;
    expect_ok(try_plan(fixture, role, sql, false, &plan));
    arena_defer(fixture->arena, release_plan, plan);
    return plan;
}

static void describe_slot(struct buf *out, const struct slot *slot)
{
    switch (slot->kind) {
    case SLOT_PARAM: buf_printf(out, "$%d", slot->index + 1); return;
    case SLOT_PARENT: buf_printf(out, "parent %d", slot->index); return;
    case SLOT_SET: buf_printf(out, "set %d", slot->index); return;
    case SLOT_SESSION: buf_printf(out, "session %d", (int)slot->session); return;
    case SLOT_CONST: buf_lit(out, "const"); return;
    case SLOT_KEYS: buf_lit(out, "keys"); return;
    case SLOT_SITE: buf_printf(out, "call of %.*s", STR_FMT(slot->site->function->name)); return;
    case SLOT_TRANSITION:
        buf_str_add(out, slot->index ? STR("new table") : STR("old table"));
        return;
    case SLOT_OLD: buf_printf(out, "old %d", slot->index); return;
    case SLOT_NEW: buf_printf(out, "new %d", slot->index); return;
    }
}

/* One line an op: its kind, its text, `[slots]`. */
static inline const char *describe(struct program_fixture *fixture, const struct plan *plan)
{
    static const char *const kinds[] = {[OP_QUERY] = "",
                                        [OP_FILL] = "fill ",
                                        [OP_CHECK] = "check ",
                                        [OP_WRITE] = "",
                                        [OP_COUNT] = "count "};
    const struct program *program = plan->engine_data;
    struct buf *out = buf_in(fixture->arena, 0);
    for (size_t i = 0; i < program->steps[0].op_count; i++) {
        const struct program_op *op = program->steps[0].ops[i];
        if (i > 0) buf_char(out, '\n');
        buf_str_add(out, str_of(kinds[op->kind]));
        if (op->kind == OP_FILL) buf_printf(out, "%d ", op->set);
        if (op->kind == OP_CHECK) buf_printf(out, "%s ", op->sqlstate);
        buf_str_add(out, op->sql);
        if (op->slot_count == 0) continue;
        buf_lit(out, " [");
        for (size_t k = 0; k < op->slot_count; k++) {
            if (k > 0) buf_lit(out, ", ");
            describe_slot(out, &op->slots[k]);
        }
        buf_char(out, ']');
    }
    return str_cstr(fixture->arena, buf_str(out));
}

#endif
