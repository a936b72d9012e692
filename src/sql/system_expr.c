#include "sql/system_expr.h"

#include <string.h>

#include "base/vec.h"
#include "sql/ast.h"
#include "sql/catalog_build.h"
#include "sql/deparse.h"
#include "sql/infer.h"
#include "sql/query_walk.h"
#include "sql/system_text.h"

/* ---- inferring ------------------------------------------------------------------------------- */

/* Two things that inference drops and PostgreSQL prints: which calls were written as syntax
 * (x AT TIME ZONE y), and which of CURRENT_TIMESTAMP and now() it was. */
struct printer {
    struct arena *arena;
    const struct catalog *catalog;
    const struct cat_relation *relation;
    struct rte *rte;
    struct rte *old_rte; /* rows_named: rte is NEW */
    oid value;
    struct infer_context infer;
    struct {
        VEC(int32_t);
    } syntax_calls;
    struct buf *out;
    int indent;
    bool pretty;
    bool unknown; /* something that is not printed here */
};

static err hook_column(struct infer_context *ctx, const struct ColumnRef *ref, struct expr **out)
{
    struct printer *printer = ctx->scope;
    str name = ast_name_at(ref->fields, ref->fields->count - 1);
    if (printer->value && ref->fields->count == 1 && str_eq_nocase(name, STR("value"))) {
        *out = infer_new(ctx, EXPR_DOMAIN_VALUE, printer->value, ref->base.location);
        return NULL;
    }
    for (size_t i = 0; printer->relation && i < printer->relation->column_count; i++) {
        if (!str_eq(printer->relation->columns[i].name, name)) continue;
        bool old = printer->old_rte && str_eq(ast_name_at(ref->fields, 0), STR("old"));
        *out = infer_column_expr(ctx, old ? printer->old_rte : printer->rte, (int)i);
        return NULL;
    }
    return err_sql(ctx->arena, "42703", "column \"%.*s\" does not exist", STR_FMT(name));
}

static oid value_function_type(enum SQLValueFunctionOp op)
{
    switch (op) {
    case SVFOP_CURRENT_DATE: return DATEOID;
    case SVFOP_CURRENT_TIME:
    case SVFOP_CURRENT_TIME_N: return TIMETZOID;
    case SVFOP_CURRENT_TIMESTAMP:
    case SVFOP_CURRENT_TIMESTAMP_N: return TIMESTAMPTZOID;
    case SVFOP_LOCALTIME:
    case SVFOP_LOCALTIME_N: return TIMEOID;
    case SVFOP_LOCALTIMESTAMP:
    case SVFOP_LOCALTIMESTAMP_N: return TIMESTAMPOID;
    case SVFOP_CURRENT_ROLE:
    case SVFOP_CURRENT_USER:
    case SVFOP_USER:
    case SVFOP_SESSION_USER:
    case SVFOP_CURRENT_CATALOG:
    case SVFOP_CURRENT_SCHEMA: break;
    }
    return NAMEOID;
}

static err hook_node(struct infer_context *ctx, const struct node *node, struct expr **out)
{
    struct printer *printer = ctx->scope;
    if (AST_IS(SQLValueFunction, node)) {
        const struct SQLValueFunction *function = AST_AS(SQLValueFunction, node);
        struct expr *expr =
            infer_new(ctx, EXPR_SESSION, value_function_type(function->op), node->location);
        expr->session.which = SESSION_SETTING;
        err_ignore(deparse_expr_str(ctx->arena, node, &expr->session.name), "stays empty");
        *out = expr;
    }
    if (AST_IS(FuncCall, node) && AST_AS(FuncCall, node)->funcformat == COERCE_SQL_SYNTAX)
        *VEC_ADD(printer->arena, &printer->syntax_calls) = node->location;
    return NULL;
}

static const struct infer_hooks hooks = {.column = hook_column, .node = hook_node};

static void printer_init(struct printer *printer,
                         struct arena *arena,
                         const struct catalog *catalog,
                         const struct system_expr_place *place)
{
    const struct cat_relation *relation = place->relation;
    *printer = (struct printer){
        .arena = arena,
        .catalog = catalog,
        .relation = relation,
        .value = place->value,
        .pretty = place->pretty,
        .out = buf_in(arena, 0),
    };
    if (relation) {
        printer->rte = ARENA_NEW(arena, struct rte);
        printer->rte->relation = relation;
        printer->rte->column_count = relation->column_count;
        printer->rte->columns = ARENA_ARRAY(arena, struct rte_column, relation->column_count + 1);
        for (size_t i = 0; i < relation->column_count; i++)
            printer->rte->columns[i] = (struct rte_column){
                .name = relation->columns[i].name,
                .type = relation->columns[i].type,
                .typmod = relation->columns[i].typmod,
                .number = relation->columns[i].number,
            };
    }
    if (relation && place->rows_named) {
        printer->old_rte = ARENA_NEW(arena, struct rte);
        *printer->old_rte = *printer->rte;
        printer->old_rte->alias = STR("old");
        printer->rte->alias = STR("new");
    }
    str *path = ARENA_ARRAY(arena, str, 3);
    const struct cat_schema *own = relation ? catalog_schema(catalog, relation->schema) : NULL;
    path[0] = own ? own->name : STR("public");
    path[1] = STR("public");
    path[2] = STR("extensions");
    printer->infer = (struct infer_context){
        .arena = arena,
        .catalog = catalog,
        .hooks = &hooks,
        .scope = printer,
        .search_path = path,
        .search_path_count = 3,
        .keep_casts = true,
    };
}

/* ---- types and constants ---------------------------------------------------------------------- */

static void print(struct printer *printer, const struct expr *expr, bool show_implicit);
static void print_operand(struct printer *printer,
                          const struct expr *expr,
                          bool show_implicit,
                          const struct expr *parent);

/* What PostgreSQL encloses whenever it does not print prettily. */
static void open_own(struct printer *printer)
{
    if (!printer->pretty) buf_char(printer->out, '(');
}

static void close_own(struct printer *printer)
{
    if (!printer->pretty) buf_char(printer->out, ')');
}

static void print_type(struct printer *printer, oid type, int32_t typmod)
{
    const struct builtin_type *row = builtin_type(type);
    bool array = row && row->element;
    oid one = array ? row->element : type;
    bool bare = typmod < 0 && (one == BPCHAROID || one == BITOID);
    if (!bare) {
        buf_str_add(printer->out, system_type_name(printer->arena, printer->catalog, type, typmod));
        return;
    }
    /* Without a length their names in SQL would mean a length of 1. */
    buf_str_add(printer->out, one == BITOID ? STR("\"bit\"") : STR("bpchar"));
    if (array) buf_lit(printer->out, "[]");
}

static void print_cast_to(struct printer *printer, oid type, int32_t typmod)
{
    buf_lit(printer->out, "::");
    print_type(printer, type, typmod);
}

static bool is_regclass(struct printer *printer, const struct expr *expr)
{
    const struct cat_relation *relation =
        expr->type == REGCLASSOID ? catalog_relation(printer->catalog, (oid)expr->constant.i)
                                  : NULL;
    if (!relation) return false;
    bool visible = relation->schema == SCHEMA_PUBLIC || relation->schema == SCHEMA_EXTENSIONS;
    deparse_literal(printer->out, visible ? system_quoted(printer->arena, relation->name)
                                          : system_qualified(printer->arena, printer->catalog,
                                                             relation->schema, relation->name));
    return true;
}

/* get_const_expr */
static void print_const(struct printer *printer, const struct expr *expr)
{
    struct buf *out = printer->out;
    if (expr->constant.kind == VALUE_NULL) {
        buf_lit(out, "NULL");
        if (expr->type != UNKNOWNOID) print_cast_to(printer, expr->type, expr->typmod);
        return;
    }
    if (expr->type == BOOLOID) {
        buf_str_add(out, expr->constant.i ? STR("true") : STR("false"));
        return;
    }
    if (is_regclass(printer, expr)) {
        print_cast_to(printer, expr->type, expr->typmod);
        return;
    }
    str text =
        type_output_str(printer->arena, NULL,
                        infer_type_ref(&printer->infer, expr->type, expr->typmod), &expr->constant);
    bool digit = text.len && text.at[0] >= '0' && text.at[0] <= '9';
    bool fraction = str_find_char(text, '.', 0) != SIZE_MAX;
    bool plain = digit && (expr->type == INT4OID || (expr->type == NUMERICOID && fraction));
    if (plain) {
        buf_str_add(out, text);
        if (expr->typmod < 0) return;
    } else {
        deparse_literal(out, text);
    }
    if (expr->type != UNKNOWNOID) print_cast_to(printer, expr->type, expr->typmod);
}

/* ---- calls and operators ---------------------------------------------------------------------- */

static void print_list(struct printer *printer, struct expr *const *at, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i) buf_lit(printer->out, ", ");
        print(printer, at[i], true);
    }
}

static void print_infix(struct printer *printer,
                        const struct expr *parent,
                        const struct expr *left,
                        str op,
                        const struct expr *right)
{
    open_own(printer);
    print_operand(printer, left, true, parent);
    buf_printf(printer->out, " %.*s ", STR_FMT(op));
    print_operand(printer, right, true, parent);
    close_own(printer);
}

static void print_operator(struct printer *printer, const struct expr *expr)
{
    str name = expr->call.builtin->name;
    if (expr->args.count == 2) {
        print_infix(printer, expr, expr->args.at[0], name, expr->args.at[1]);
        return;
    }
    open_own(printer);
    buf_printf(printer->out, "%.*s ", STR_FMT(name));
    print_operand(printer, expr->args.at[0], true, expr);
    close_own(printer);
}

static bool was_syntax(const struct printer *printer, const struct expr *expr)
{
    for (size_t i = 0; i < printer->syntax_calls.count; i++)
        if (printer->syntax_calls.at[i] == expr->location) return true;
    return false;
}

/* What the grammar made a call of: printed as it was written, where that is known. */
static bool print_syntax(struct printer *printer, const struct expr *expr)
{
    str name = expr->call.builtin->name;
    if (str_eq(name, STR("timezone")) && expr->args.count == 2) {
        buf_char(printer->out, '('); /* its own, always */
        print_operand(printer, expr->args.at[1], false, expr);
        buf_lit(printer->out, " AT TIME ZONE ");
        print_operand(printer, expr->args.at[0], false, expr);
        buf_char(printer->out, ')');
        return true;
    }
    if (str_eq(name, STR("extract")) && expr->args.at[0]->kind == EXPR_CONST) {
        buf_printf(printer->out, "EXTRACT(%.*s FROM ", STR_FMT(expr->args.at[0]->constant.s));
        print(printer, expr->args.at[1], false);
        buf_char(printer->out, ')');
        return true;
    }
    printer->unknown = true;
    return false;
}

static void print_name(struct printer *printer, str schema, str name)
{
    bool visible = str_eq(schema, STR("pg_catalog")) || str_eq(schema, STR("public")) ||
                   str_eq(schema, STR("extensions"));
    if (!visible) {
        deparse_ident(printer->out, schema);
        buf_char(printer->out, '.');
    }
    deparse_ident(printer->out, name);
}

static void print_call(struct printer *printer, const struct expr *expr)
{
    const struct builtin *builtin = expr->call.builtin;
    if (builtin->kind == BUILTIN_OPERATOR) {
        print_operator(printer, expr);
        return;
    }
    if (was_syntax(printer, expr)) {
        print_syntax(printer, expr);
        return;
    }
    print_name(printer, str_of(builtin->schema), builtin->name);
    buf_char(printer->out, '(');
    print_list(printer, expr->args.at, expr->args.count);
    buf_char(printer->out, ')');
}

static void print_user_call(struct printer *printer, const struct expr *expr)
{
    const struct cat_schema *schema = catalog_schema(printer->catalog, expr->function->schema);
    print_name(printer, schema ? schema->name : STR("?"), expr->function->name);
    buf_char(printer->out, '(');
    print_list(printer, expr->args.at, expr->args.count);
    buf_char(printer->out, ')');
}

static void print_session(struct printer *printer, const struct expr *expr)
{
    static const char *const calls[] = {
        [SESSION_UID] = "auth.uid()",
        [SESSION_ROLE] = "auth.role()",
        [SESSION_EMAIL] = "auth.email()",
        [SESSION_JWT] = "auth.jwt()",
        [SESSION_NOW] = "now()",
        [SESSION_STATEMENT_NOW] = "statement_timestamp()",
        [SESSION_SESSION_USER] = "SESSION_USER",
    };
    struct buf *out = printer->out;
    enum session_value which = expr->session.which;
    if (which == SESSION_SETTING && expr->type != TEXTOID) {
        buf_str_add(out, expr->session.name); /* hook_node */
        return;
    }
    if (which == SESSION_SETTING) {
        buf_lit(out, "current_setting(");
        deparse_literal(out, expr->session.name);
        buf_str_add(out, expr->session.missing_ok ? STR("::text, true)") : STR("::text)"));
        return;
    }
    const char *call = (size_t)which < COUNT_OF(calls) ? calls[which] : NULL;
    if (!call) printer->unknown = true;
    if (call) buf_str_add(out, str_of(call));
}

/* get_coercion_expr */
static void print_cast(struct printer *printer, const struct expr *expr, bool show_implicit)
{
    const struct expr *arg = expr->args.at[0];
    if (expr->cast.context != CAST_EXPLICIT && !show_implicit) {
        print_operand(printer, arg, false, expr);
        return;
    }
    /* A constant that is given a length says its type once. */
    bool same = arg->kind == EXPR_CONST && arg->type == expr->type && arg->typmod < 0;
    if (same && arg->constant.kind == VALUE_TEXT) {
        deparse_literal(printer->out, arg->constant.s);
    } else {
        open_own(printer);
        print_operand(printer, arg, false, expr);
        close_own(printer);
    }
    print_cast_to(printer, expr->type, expr->typmod);
}

static void print_junction(struct printer *printer, const struct expr *expr, const char *word)
{
    open_own(printer);
    for (size_t i = 0; i < expr->args.count; i++) {
        if (i) buf_printf(printer->out, " %s ", word);
        print_operand(printer, expr->args.at[i], false, expr);
    }
    close_own(printer);
}

/* a IN (1, 2): PostgreSQL's ScalarArrayOpExpr, an OR where an item is no constant. */
static void print_in(struct printer *printer, const struct expr *expr)
{
    struct buf *out = printer->out;
    const struct expr *left = expr->args.at[0];
    if (expr->args.count == 2) {
        print_infix(printer, expr, left, expr->inverted ? STR("<>") : STR("="), expr->args.at[1]);
        return;
    }
    open_own(printer);
    print_operand(printer, left, true, expr);
    buf_str_add(out, expr->inverted ? STR(" <> ALL (") : STR(" = ANY ("));
    /* The list has the type that was asked for, and is cast as a whole where the operator wants another. */
    bool relabelled = left->kind == EXPR_CAST && left->cast.context == CAST_IMPLICIT &&
                      left->args.at[0]->type == VARCHAROID;
    if (relabelled) open_own(printer);
    buf_lit(out, "ARRAY[");
    for (size_t i = 1; i < expr->args.count; i++) {
        const struct expr *item = expr->args.at[i];
        if (item->kind != EXPR_CONST && item->kind != EXPR_CAST) printer->unknown = true;
        if (relabelled && item->kind == EXPR_CAST) item = item->args.at[0];
        if (i > 1) buf_lit(out, ", ");
        print(printer, item, true);
    }
    buf_char(out, ']');
    if (relabelled) {
        close_own(printer);
        buf_lit(out, "::text[]");
    }
    buf_char(out, ')');
    close_own(printer);
}

static void print_any(struct printer *printer, const struct expr *expr)
{
    struct buf *out = printer->out;
    open_own(printer);
    print_operand(printer, expr->args.at[0], true, expr);
    buf_printf(out, " %.*s %s (", STR_FMT(expr->compare->name), expr->inverted ? "ALL" : "ANY");
    print_operand(printer, expr->args.at[1], true, expr);
    buf_char(out, ')');
    close_own(printer);
}

/* appendContextKeyword: its own line, at the current depth. */
static void print_keyword(struct printer *printer, const char *word, int before, int after)
{
    printer->indent += before;
    while (printer->out->len && printer->out->at[printer->out->len - 1] == ' ') printer->out->len--;
    buf_printf(printer->out, "\n%*s%s", printer->indent, "", word);
    printer->indent += after;
}

static void print_case(struct printer *printer, const struct expr *expr)
{
    enum { INDENT = 4 };
    print_keyword(printer, "CASE", 0, INDENT);
    for (size_t i = 0; i < expr->case_of.arm_count; i++) {
        print_keyword(printer, "WHEN ", 0, 0);
        print(printer, expr->case_of.arms[i].when, false);
        buf_lit(printer->out, " THEN ");
        print(printer, expr->case_of.arms[i].then, true);
    }
    print_keyword(printer, "ELSE ", 0, 0);
    if (expr->case_of.otherwise) {
        print(printer, expr->case_of.otherwise, true);
    } else {
        buf_lit(printer->out, "NULL");
        print_cast_to(printer, expr->type, -1);
    }
    print_keyword(printer, "END", -INDENT, 0);
}

static void print_bool_test(struct printer *printer, const struct expr *expr)
{
    static const char *const words[] = {['t'] = "TRUE", ['f'] = "FALSE", ['u'] = "UNKNOWN"};
    open_own(printer);
    print_operand(printer, expr->args.at[0], false, expr);
    buf_printf(printer->out, " IS %s%s", expr->bool_test.negated ? "NOT " : "",
               words[(unsigned char)expr->bool_test.value]);
    close_own(printer);
}

static void print_distinct(struct printer *printer, const struct expr *expr)
{
    if (expr->negated) open_own(printer);
    if (expr->negated) buf_lit(printer->out, "NOT ");
    print_infix(printer, expr, expr->args.at[0], STR("IS DISTINCT FROM"), expr->args.at[1]);
    if (expr->negated) close_own(printer);
}

static void print_wrapped(struct printer *printer, const char *open, const struct expr *expr)
{
    buf_str_add(printer->out, str_of(open));
    print_list(printer, expr->args.at, expr->args.count);
    buf_char(printer->out, open[strlen(open) - 1] == '[' ? ']' : ')');
}

static void print_column(struct printer *printer, const struct expr *expr)
{
    const struct rte *rte = expr->column.rte;
    if (!str_empty(rte->alias)) buf_printf(printer->out, "%.*s.", STR_FMT(rte->alias));
    deparse_ident(printer->out, rte->columns[expr->column.index].name);
}

static void print_not(struct printer *printer, const struct expr *expr)
{
    open_own(printer);
    buf_lit(printer->out, "NOT ");
    print_operand(printer, expr->args.at[0], false, expr);
    close_own(printer);
}

static void print_null_test(struct printer *printer, const struct expr *expr)
{
    open_own(printer);
    print_operand(printer, expr->args.at[0], true, expr);
    buf_str_add(printer->out, expr->negated ? STR(" IS NOT NULL") : STR(" IS NULL"));
    close_own(printer);
}

static void print_field(struct printer *printer, const struct expr *expr)
{
    buf_char(printer->out, '(');
    print(printer, expr->args.at[0], true);
    buf_lit(printer->out, ").");
    deparse_ident(printer->out, expr->field.name);
}

static void print_nextval(struct printer *printer, const struct expr *expr)
{
    const struct expr name = {
        .type = REGCLASSOID, .typmod = -1, .constant = value_int(expr->sequence->oid)};
    buf_lit(printer->out, "nextval(");
    print_const(printer, &name);
    buf_char(printer->out, ')');
}

static void print(struct printer *printer, const struct expr *expr, bool show_implicit)
{
    struct buf *out = printer->out;
    switch (expr->kind) {
    case EXPR_CONST: print_const(printer, expr); return;
    case EXPR_COLUMN: print_column(printer, expr); return;
    case EXPR_DOMAIN_VALUE: buf_lit(out, "VALUE"); return;
    case EXPR_SESSION: print_session(printer, expr); return;
    case EXPR_CALL: print_call(printer, expr); return;
    case EXPR_USER_CALL: print_user_call(printer, expr); return;
    case EXPR_CAST: print_cast(printer, expr, show_implicit); return;
    case EXPR_AND: print_junction(printer, expr, "AND"); return;
    case EXPR_OR: print_junction(printer, expr, "OR"); return;
    case EXPR_NOT: print_not(printer, expr); return;
    case EXPR_NULL_TEST: print_null_test(printer, expr); return;
    case EXPR_BOOL_TEST: print_bool_test(printer, expr); return;
    case EXPR_DISTINCT: print_distinct(printer, expr); return;
    case EXPR_IN_LIST: print_in(printer, expr); return;
    case EXPR_ANY_ARRAY: print_any(printer, expr); return;
    case EXPR_CASE: print_case(printer, expr); return;
    case EXPR_COALESCE: print_wrapped(printer, "COALESCE(", expr); return;
    case EXPR_GREATEST: print_wrapped(printer, "GREATEST(", expr); return;
    case EXPR_LEAST: print_wrapped(printer, "LEAST(", expr); return;
    case EXPR_NULLIF: print_wrapped(printer, "NULLIF(", expr); return;
    case EXPR_ARRAY:
        print_wrapped(printer, "ARRAY[", expr);
        if (!expr->args.count) print_cast_to(printer, expr->type, -1);
        return;
    case EXPR_ROW: print_wrapped(printer, "ROW(", expr); return;
    case EXPR_FIELD: print_field(printer, expr); return;
    case EXPR_NEXTVAL: print_nextval(printer, expr); return;
    case EXPR_SUBSCRIPT:
    case EXPR_PARAM:
    case EXPR_WHOLE_ROW:
    case EXPR_AGGREGATE:
    case EXPR_WINDOW:
    case EXPR_SUBQUERY:
    case EXPR_ROW_COMPARE:
    case EXPR_DEFAULT:
    case EXPR_EXCLUDED_COLUMN:
    case EXPR_GROUPING:
    case EXPR_BARRIER_TRUE: printer->unknown = true; return;
    }
}

/* ---- parentheses of pretty printing: isSimpleNode ------------------------------------------------ */

static bool is_function_like(const struct expr *parent)
{
    switch (parent->kind) {
    case EXPR_USER_CALL:
    case EXPR_COALESCE:
    case EXPR_GREATEST:
    case EXPR_LEAST:
    case EXPR_NULLIF:
    case EXPR_ARRAY:
    case EXPR_ROW:
    case EXPR_CASE: return true;
    case EXPR_CALL: return parent->call.builtin->kind != BUILTIN_OPERATOR;
    default: return false; /* what has no brackets of its own */
    }
}

/* 0: not arithmetic; 1: + and -; 2: *, / and %. */
static int arithmetic_level(const struct expr *expr)
{
    if (expr->kind != EXPR_CALL || expr->call.builtin->kind != BUILTIN_OPERATOR) return 0;
    str name = expr->call.builtin->name;
    if (name.len != 1 || expr->args.count != 2) return 0;
    return name.at[0] == '+' || name.at[0] == '-'                        ? 1
           : name.at[0] == '*' || name.at[0] == '/' || name.at[0] == '%' ? 2
                                                                         : 0;
}

static bool is_junction(const struct expr *expr)
{
    return expr->kind == EXPR_AND || expr->kind == EXPR_OR || expr->kind == EXPR_NOT;
}

static bool is_simple(const struct expr *expr, const struct expr *parent)
{
    switch (expr->kind) {
    case EXPR_CAST: return is_simple(expr->args.at[0], expr);
    case EXPR_AND:
    case EXPR_NOT:
    case EXPR_OR:
        if (is_junction(parent))
            return parent->kind == (expr->kind == EXPR_OR ? EXPR_OR : EXPR_AND);
        return is_function_like(parent);
    case EXPR_NULL_TEST:
    case EXPR_BOOL_TEST:
    case EXPR_DISTINCT: return is_junction(parent) || is_function_like(parent);
    case EXPR_IN_LIST:
    case EXPR_ANY_ARRAY: return false;
    case EXPR_CALL: break;
    default: return true; /* names, constants, calls, and what brings brackets */
    }
    if (expr->call.builtin->kind != BUILTIN_OPERATOR) return true;
    int own = arithmetic_level(expr), outer = arithmetic_level(parent);
    if (parent->kind == EXPR_CALL && parent->call.builtin->kind == BUILTIN_OPERATOR) {
        if (!own || !outer || own < outer) return false;
        return own > outer || parent->args.at[0] == expr;
    }
    return is_junction(parent) || is_function_like(parent);
}

static void print_operand(struct printer *printer,
                          const struct expr *expr,
                          bool show_implicit,
                          const struct expr *parent)
{
    bool enclose = printer->pretty && !is_simple(expr, parent);
    if (enclose) buf_char(printer->out, '(');
    print(printer, expr, show_implicit);
    if (enclose) buf_char(printer->out, ')');
}

/* ---- the doors -------------------------------------------------------------------------------- */

static bool infer_stored(struct printer *printer, const struct cat_expr *stored, struct expr **out)
{
    err error = stored->tree ? infer_expr(&printer->infer, stored->tree, out) : NULL;
    if (!stored->tree || error) {
        err_ignore(error, "what cannot be inferred is shown as it was written");
        return false;
    }
    return true;
}

static str finish(struct printer *printer, const struct expr *expr, const struct cat_expr *stored)
{
    print(printer, expr, false);
    return printer->unknown ? stored->text : buf_str(printer->out);
}

str system_expr_print(struct arena *arena,
                      const struct catalog *catalog,
                      const struct system_expr_place *place,
                      const struct cat_expr *expr)
{
    struct printer printer;
    struct expr *typed;
    if (str_empty(expr->text)) return STR_NONE;
    printer_init(&printer, arena, catalog, place);
    if (!infer_stored(&printer, expr, &typed)) return expr->text;
    return finish(&printer, typed, expr);
}

str system_default_text(struct arena *arena,
                        const struct catalog *catalog,
                        const struct cat_expr *expr,
                        oid type)
{
    struct printer printer;
    struct expr *typed;
    if (str_empty(expr->text)) return STR_NONE;
    printer_init(&printer, arena, catalog, &(struct system_expr_place){0});
    if (!infer_stored(&printer, expr, &typed)) return expr->text;
    oid base = infer_base_type(&printer.infer, type);
    if (typed->type == UNKNOWNOID) {
        err error = infer_coerce(&printer.infer, typed, base, -1, CAST_ASSIGNMENT, &typed);
        if (error) return expr->text;
    }
    return finish(&printer, typed, expr);
}

struct columns_found {
    struct arena *arena;
    struct {
        VEC(int16_t);
    } numbers;
};

static bool note_column(const struct expr *expr, void *context)
{
    struct columns_found *found = context;
    if (expr->kind != EXPR_COLUMN) return false;
    int16_t number = expr->column.rte->columns[expr->column.index].number;
    for (size_t i = 0; i < found->numbers.count; i++)
        if (found->numbers.at[i] == number) return false;
    *VEC_ADD(found->arena, &found->numbers) = number;
    return false;
}

size_t system_expr_columns(struct arena *arena,
                           const struct catalog *catalog,
                           const struct cat_relation *relation,
                           const struct cat_expr *expr,
                           int16_t **out)
{
    struct printer printer;
    struct expr *typed;
    struct columns_found found = {.arena = arena};
    printer_init(&printer, arena, catalog, &(struct system_expr_place){.relation = relation});
    if (infer_stored(&printer, expr, &typed)) expr_any(typed, note_column, &found);
    *out = found.numbers.at;
    return found.numbers.count;
}
