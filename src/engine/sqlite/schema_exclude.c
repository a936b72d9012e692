/* EXCLUDE constraints as SQLite's triggers: behind each written row its table is searched for another
 * one that all operators hold with. */
#include "engine/sqlite/functions.h"
#include "engine/sqlite/print.h"
#include "engine/sqlite/schema_int.h"
#include "sql/analyze.h"
#include "sql/builtin.h"
#include "sql/deparse.h"
#include "sql/parse.h"
#include "sql/query_walk.h"

/* The row that is there by its columns' names, the written one (marked EXCLUDED) as NEW. */
static err pair_column(struct print *out, const struct expr *column)
{
    const struct rte_column *named = &column->column.rte->columns[column->column.index];
    const struct cat_relation *relation = out->context;
    if (column->kind == EXPR_EXCLUDED_COLUMN)
        buf_lit(out->sql, "NEW.");
    else {
        print_ident(out->sql, relation->physical);
        buf_char(out->sql, '.');
    }
    print_ident(out->sql, cat_column_numbered(relation, named->number)->physical);
    return NULL;
}

static const struct print_hooks pair_hooks = {.column = pair_column};

static bool mark_new(struct expr *expr, void *context)
{
    if (expr->kind == EXPR_COLUMN) expr->kind = EXPR_EXCLUDED_COLUMN;
    return expr_children(expr, mark_new, context);
}

static err analyzed(const struct schema_print *print,
                    struct node *tree,
                    oid type,
                    struct expr **out)
{
    static const str path[] = {STR_INIT("public"), STR_INIT("extensions")};
    struct analyze_options options = {
        .arena = print->arena,
        .catalog = print->catalog,
        .role = print->relation->owner,
        .search_path = path,
        .search_path_count = COUNT_OF(path),
        .trusted = true,
    };
    struct analyze_relation_expr spec = {
        .relation = print->relation,
        .clause = INFER_CHECK,
        .type = type,
        .typmod = TYPMOD_NONE,
    };
    return analyze_expr_for_relation(&options, &spec, tree, NULL, out);
}

static err print_side(const struct schema_print *print, const struct expr *expr, struct buf *out)
{
    struct print printer;
    print_init_ddl(&printer, print->arena, print->catalog, out);
    printer.hooks = &pair_hooks;
    printer.context = (void *)(uintptr_t)print->relation;
    return print_expr(&printer, expr);
}

static err print_condition(const struct schema_print *print,
                           const struct expr *expr,
                           struct buf *out)
{
    buf_lit(out, " AND (");
    TRY(print_side(print, expr, out));
    buf_char(out, ')');
    return NULL;
}

static str element_text(const struct schema_print *print, const struct cat_index_element *element)
{
    struct buf *side = buf_in(print->arena, 0);
    if (element->column)
        deparse_ident(side, cat_column_numbered(print->relation, element->column)->name);
    else
        buf_str_add(side, element->expr.text);
    return buf_str(side);
}

/* element operator element: the left one of the row that is there, the right one of the new. */
static err print_pair(const struct schema_print *print,
                      const struct cat_index_element *element,
                      struct buf *out)
{
    str side = element_text(print, element);
    str text = str_printf(print->arena, "(%.*s) %.*s (%.*s)", STR_FMT(side),
                          STR_FMT(element->exclude), STR_FMT(side));
    struct node *tree;
    struct expr *typed;
    TRY(sql_parse_expr(print->arena, text, &tree));
    TRY(analyzed(print, tree, BOOLOID, &typed));
    assert(typed->args.count == 2);
    mark_new(typed->args.at[1], NULL);
    return print_condition(print, typed, out);
}

/* A partial constraint: both rows have to be in it. */
static err print_where(const struct schema_print *print,
                       const struct cat_expr *where,
                       struct buf *out)
{
    for (int side = 0; side < 2 && where->tree; side++) {
        struct node *tree;
        struct expr *typed;
        TRY(sql_parse_expr(print->arena, where->text, &tree));
        TRY(analyzed(print, tree, BOOLOID, &typed));
        if (side == 1) mark_new(typed, NULL);
        TRY(print_condition(print, typed, out));
    }
    return NULL;
}

static str row_number(const struct cat_relation *relation)
{
    static const str candidates[] = {STR_INIT("rowid"), STR_INIT("_rowid_"), STR_INIT("oid")};
    for (size_t i = 0; i < COUNT_OF(candidates); i++) {
        bool taken = false;
        for (size_t k = 0; k < relation->column_count; k++)
            taken = taken || str_eq_nocase(relation->columns[k].physical, candidates[i]);
        if (!taken) return candidates[i];
    }
    return STR("");
}

err schema_print_conflict(const struct schema_print *print,
                          const struct cat_index *index,
                          struct buf *out)
{
    str number = row_number(print->relation);
    if (str_empty(number))
        return err_sql(print->arena, "0A000",
                       "EXCLUDE on a table with columns rowid, _rowid_ and oid is not supported");
    print_ident(out, print->relation->physical);
    buf_printf(out, ".%.*s <> NEW.%.*s", STR_FMT(number), STR_FMT(number));
    for (size_t i = 0; i < index->element_count; i++)
        TRY(print_pair(print, &index->elements[i], out));
    return print_where(print, &index->where, out);
}

/* The keys as text: those of the new row, then those of the one that is there. */
err schema_print_excluded(const struct schema_print *print,
                          const struct cat_index *index,
                          bool making,
                          struct buf *out)
{
    buf_printf(out, "pg_excluded(%u, %u, %d", (unsigned)print->relation->oid, (unsigned)index->oid,
               making);
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < index->element_count; i++) {
            str key = element_text(print, &index->elements[i]);
            struct node *tree;
            struct expr *typed;
            TRY(sql_parse_expr(print->arena, str_printf(print->arena, "(%.*s)::text", STR_FMT(key)),
                               &tree));
            TRY(analyzed(print, tree, TEXTOID, &typed));
            if (side == 0) mark_new(typed, NULL);
            buf_lit(out, ", ");
            TRY(print_side(print, typed, out));
        }
    buf_char(out, ')');
    return NULL;
}

err schema_print_exclusion(const struct schema_print *print,
                           const struct cat_index *index,
                           const char *event,
                           struct buf *out)
{
    struct buf *message = buf_in(print->arena, 0);
    function_error_write(message,
                         err_sql(print->arena, "23P01",
                                 "conflicting key value violates exclusion constraint \"%.*s\"",
                                 STR_FMT(index->name)));
    buf_lit(out, "CREATE TRIGGER ");
    print_ident(out, schema_exclusion_name(print->arena, index, event));
    buf_printf(out, " AFTER %s ON ", event);
    print_ident(out, print->relation->physical);
    buf_lit(out, " BEGIN SELECT ");
    TRY(schema_print_excluded(print, index, false, out));
    buf_lit(out, ", RAISE(ABORT, ");
    struct value text = value_text(buf_str(message));
    print_const(out, &text);
    buf_lit(out, ") FROM ");
    print_ident(out, print->relation->physical);
    buf_lit(out, " WHERE ");
    TRY(schema_print_conflict(print, index, out));
    buf_lit(out, "; END");
    return NULL;
}

str schema_exclusion_name(struct arena *arena, const struct cat_index *index, const char *event)
{
    return str_printf(arena, "x.%u.%s", (unsigned)index->oid, event);
}
