/* A PL/pgSQL tree as one line of text, for tests. */
#ifndef DAPUR_TESTS_PLPGSQL_DUMP_H
#define DAPUR_TESTS_PLPGSQL_DUMP_H

#include "base/buf.h"
#include "sql/plpgsql.h"

struct dump {
    struct buf *out;
    const struct pl_function *function;
};

static void dump_body(const struct dump *dump, const struct pl_body *body);

static void dump_expr(const struct dump *dump, const char *head, const struct pl_expr *expr)
{
    if (expr) buf_printf(dump->out, "%s{%.*s}", head, STR_FMT(expr->text));
}

static void dump_exprs(const struct dump *dump, const char *head, const struct pl_exprs *exprs)
{
    for (size_t i = 0; i < exprs->count; i++) dump_expr(dump, i ? "," : head, exprs->at[i]);
}

static void dump_name(const struct dump *dump, int variable)
{
    buf_str_add(dump->out, dump->function->variables[variable].name);
}

static void dump_target(const struct dump *dump, const struct pl_target *target)
{
    dump_name(dump, target->variable);
    for (size_t i = 0; i < target->field_count; i++)
        buf_printf(dump->out, ".%.*s", STR_FMT(target->fields[i]));
    for (size_t i = 0; i < target->subscript_count; i++) {
        const struct pl_subscript *subscript = &target->subscripts[i];
        dump_expr(dump, "[", subscript->index);
        if (!subscript->index) buf_lit(dump->out, "[");
        if (subscript->slice) buf_lit(dump->out, ":");
        dump_expr(dump, "", subscript->upper);
        buf_lit(dump->out, "]");
    }
}

static void dump_into(const struct dump *dump, const struct pl_into *into)
{
    if (!into->given) return;
    buf_printf(dump->out, " into%s ", into->strict ? " strict" : "");
    for (size_t i = 0; i < into->target_count; i++) {
        if (i) buf_lit(dump->out, ",");
        dump_target(dump, &into->targets[i]);
    }
}

static void dump_type(const struct dump *dump, const struct pl_type *type)
{
    static const char *const kinds[] = {"named",  "record",   "column", "row",
                                        "cursor", "argument", "trigger"};
    buf_printf(dump->out, ":%s", kinds[type->kind]);
    if (type->kind == PL_TYPE_COLUMN && type->variable >= 0) {
        buf_lit(dump->out, " ");
        dump_name(dump, type->variable);
    }
    for (size_t i = 0; type->name && i < type->name->names->count; i++)
        buf_printf(dump->out, "%s%.*s", i ? "." : " ", STR_FMT(ast_name_at(type->name->names, i)));
    if (type->name && type->name->arrayBounds->count) buf_lit(dump->out, "[]");
}

static void dump_variable(const struct dump *dump, int number)
{
    const struct pl_variable *variable = &dump->function->variables[number];
    buf_lit(dump->out, "(");
    dump_name(dump, number);
    if (variable->constant) buf_lit(dump->out, " constant");
    dump_type(dump, &variable->type);
    if (variable->not_null) buf_lit(dump->out, " not null");
    dump_expr(dump, " = ", variable->init);
    if (variable->cursor.scroll) buf_printf(dump->out, " scroll-%c", variable->cursor.scroll);
    for (size_t i = 0; i < variable->cursor.argument_count; i++) {
        buf_printf(dump->out, "%s", i ? "," : " of ");
        dump_name(dump, variable->cursor.arguments[i]);
    }
    dump_expr(dump, " for ", variable->cursor.query);
    buf_lit(dump->out, ")");
}

static void dump_block(const struct dump *dump, const struct pl_statement *block)
{
    for (size_t i = 0; i < block->block.variable_count; i++)
        dump_variable(dump, block->block.variables[i]);
    dump_body(dump, &block->block.body);
    for (size_t i = 0; i < block->block.handler_count; i++) {
        const struct pl_handler *handler = &block->block.handlers[i];
        buf_lit(dump->out, " when");
        for (size_t j = 0; j < handler->condition_count; j++)
            buf_printf(dump->out, " %.*s", STR_FMT(handler->conditions[j]));
        dump_body(dump, &handler->body);
    }
}

static void dump_branch(const struct dump *dump, const struct pl_statement *branch)
{
    dump_expr(dump, " test", branch->branch.test);
    for (size_t i = 0; i < branch->branch.arm_count; i++) {
        dump_expr(dump, " ", branch->branch.arms[i].condition);
        dump_body(dump, &branch->branch.arms[i].body);
    }
    if (!branch->branch.has_otherwise) return;
    buf_lit(dump->out, " else");
    dump_body(dump, &branch->branch.otherwise);
}

static void dump_loop(const struct dump *dump, const struct pl_statement *loop)
{
    dump_expr(dump, " ", loop->loop.condition);
    dump_into(dump, &loop->loop.into);
    if (loop->kind == PL_FOR_INTEGER) {
        buf_printf(dump->out, "%s", loop->loop.reverse ? " reverse " : " ");
        dump_name(dump, loop->loop.variable);
    }
    dump_expr(dump, " from", loop->loop.lower);
    dump_expr(dump, " to", loop->loop.upper);
    dump_expr(dump, " by", loop->loop.step);
    if (loop->kind == PL_FOR_CURSOR) {
        buf_lit(dump->out, " ");
        dump_name(dump, loop->loop.cursor);
    }
    dump_expr(dump, loop->loop.dynamic ? " execute" : " in", loop->loop.query);
    dump_exprs(dump, " using", &loop->loop.params);
    if (loop->loop.slice) buf_printf(dump->out, " slice %d", (int)loop->loop.slice);
    dump_body(dump, &loop->loop.body);
}

static void dump_raise(const struct dump *dump, const struct pl_statement *raise)
{
    buf_printf(dump->out, " %d%s", raise->raise.level, raise->raise.again ? " again" : "");
    if (raise->raise.sqlstate.len)
        buf_printf(dump->out, " %.*s %.*s", STR_FMT(raise->raise.sqlstate),
                   STR_FMT(raise->raise.condition));
    if (raise->raise.message.at) buf_printf(dump->out, " \"%.*s\"", STR_FMT(raise->raise.message));
    dump_exprs(dump, " ", &raise->raise.params);
    for (size_t i = 0; i < raise->raise.option_count; i++) {
        buf_printf(dump->out, " option%d=", raise->raise.options[i].option);
        dump_expr(dump, "", raise->raise.options[i].expr);
    }
}

static void dump_cursor(const struct dump *dump, const struct pl_statement *cursor)
{
    buf_lit(dump->out, " ");
    dump_name(dump, cursor->cursor.cursor);
    if (cursor->cursor.scroll) buf_printf(dump->out, " scroll-%c", cursor->cursor.scroll);
    dump_expr(dump, cursor->cursor.dynamic ? " execute" : " for", cursor->cursor.query);
    dump_exprs(dump, " using", &cursor->cursor.params);
    if (cursor->kind != PL_FETCH) return;
    buf_printf(dump->out, " %d", cursor->cursor.direction);
    if (cursor->cursor.all)
        buf_lit(dump->out, " all");
    else if (!cursor->cursor.count)
        buf_printf(dump->out, " %d", (int)cursor->cursor.fixed);
    dump_expr(dump, " ", cursor->cursor.count);
    if (cursor->cursor.move) buf_lit(dump->out, " move");
    dump_into(dump, &cursor->cursor.into);
}

static void dump_sql(const struct dump *dump, const struct pl_statement *sql)
{
    if (sql->sql.perform) buf_lit(dump->out, " perform");
    if (sql->sql.modifies) buf_lit(dump->out, " modifies");
    if (sql->sql.modifies_itself) buf_lit(dump->out, " itself");
    dump_expr(dump, " ", sql->sql.text);
    dump_into(dump, &sql->sql.into);
    dump_exprs(dump, " using", &sql->sql.params);
}

static void dump_diagnostics(const struct dump *dump, const struct pl_statement *get)
{
    if (get->diagnostics.stacked) buf_lit(dump->out, " stacked");
    for (size_t i = 0; i < get->diagnostics.item_count; i++) {
        buf_lit(dump->out, " ");
        dump_target(dump, &get->diagnostics.items[i].target);
        buf_printf(dump->out, "=%d", get->diagnostics.items[i].what);
    }
}

static void dump_statement(const struct dump *dump, const struct pl_statement *statement)
{
    static const char *const names[] = {
        "block", "assign",  "if",          "case",   "loop",  "while", "fori",        "forq",
        "forc",  "foreach", "exit",        "return", "next",  "query", "raise",       "assert",
        "sql",   "execute", "diagnostics", "open",   "fetch", "close", "transaction", "null",
    };
    buf_printf(dump->out, "%s", names[statement->kind]);
    if (statement->label.len) buf_printf(dump->out, " <<%.*s>>", STR_FMT(statement->label));
    switch (statement->kind) {
    case PL_BLOCK: dump_block(dump, statement); break;
    case PL_ASSIGN:
        buf_lit(dump->out, " ");
        dump_target(dump, &statement->assign.target);
        dump_expr(dump, " = ", statement->assign.expr);
        break;
    case PL_IF:
    case PL_CASE: dump_branch(dump, statement); break;
    case PL_LOOP:
    case PL_WHILE:
    case PL_FOR_INTEGER:
    case PL_FOR_QUERY:
    case PL_FOR_CURSOR:
    case PL_FOREACH: dump_loop(dump, statement); break;
    case PL_EXIT:
        if (statement->exit.is_continue) buf_lit(dump->out, " continue");
        if (statement->exit.to.len) buf_printf(dump->out, " %.*s", STR_FMT(statement->exit.to));
        dump_expr(dump, " ", statement->exit.condition);
        break;
    case PL_RETURN:
    case PL_RETURN_NEXT: dump_expr(dump, " ", statement->result.expr); break;
    case PL_RETURN_QUERY:
        dump_expr(dump, statement->query.dynamic ? " execute" : " ", statement->query.query);
        dump_exprs(dump, " using", &statement->query.params);
        break;
    case PL_RAISE: dump_raise(dump, statement); break;
    case PL_ASSERT:
        dump_expr(dump, " ", statement->assertion.condition);
        dump_expr(dump, " ", statement->assertion.message);
        break;
    case PL_SQL:
    case PL_EXECUTE: dump_sql(dump, statement); break;
    case PL_GET_DIAGNOSTICS: dump_diagnostics(dump, statement); break;
    case PL_OPEN:
    case PL_FETCH:
    case PL_CLOSE: dump_cursor(dump, statement); break;
    case PL_TRANSACTION:
        buf_printf(dump->out, "%s%s", statement->transaction.rollback ? " rollback" : " commit",
                   statement->transaction.chain ? " chain" : "");
        break;
    case PL_NULL: break;
    }
}

static void dump_body(const struct dump *dump, const struct pl_body *body)
{
    buf_lit(dump->out, "[");
    for (size_t i = 0; i < body->count; i++) {
        if (i) buf_lit(dump->out, "; ");
        dump_statement(dump, body->at[i]);
    }
    buf_lit(dump->out, "]");
}

#endif
