/* engine/sqlite/print_text.c - a text's names, columns and conditions. See print_query.h. */
#include "engine/sqlite/print_query.h"

#include "sql/query_walk.h"

static err hook_column(struct print *out, const struct expr *column);
static err hook_query(struct print *out, const struct query *query);
static bool hook_collated(struct print *out, const struct expr *column);
static err hook_present(struct print *out, const struct rte *rte, bool *printed);

static const struct print_hooks text_hooks = {
    .column = hook_column,
    .query = hook_query,
    .column_collated = hook_collated,
    .row_present = hook_present,
};

void text_init(struct text *text, struct arena *arena, const struct catalog *catalog)
{
    *text = (struct text){.items = map_new(arena), .aliases = map_new(arena)};
    print_init(&text->print, arena, catalog, buf_in(arena, 0), &text_hooks, text);
}

str text_finish(struct text *text)
{
    return str_copy(text->print.arena, buf_str(text->print.sql));
}

err text_refuse(struct text *text, int32_t location, const char *what)
{
    return err_at(err_sql(text->print.arena, "0A000", "%s is not supported on this database", what),
                  location);
}

/* ---- names ---------------------------------------------------------------------------------- */

static str rte_key(const struct rte *const *rte)
{
    return (str){(const char *)rte, sizeof *rte};
}

struct item *text_item_find(struct text *text, const struct rte *rte)
{
    return map_find(text->items, rte_key(&rte));
}

struct item *text_item_set(struct text *text, struct item item)
{
    struct item *known = text_item_find(text, item.rte);
    if (known == NULL) {
        known = ARENA_NEW(text->print.arena, struct item);
        known->rte = item.rte;
        map_put(text->items, rte_key(&known->rte), known);
    }
    *known = item;
    return known;
}

static bool alias_take(struct text *text, str alias)
{
    str lower = str_lower(text->print.arena, alias);
    if (map_find(text->aliases, lower) != NULL) return false;
    size_t *next = ARENA_NEW(text->print.arena, size_t);
    *next = 2;
    map_put(text->aliases, lower, next);
    return true;
}

str text_alias(struct text *text, str wanted)
{
    struct arena *arena = text->print.arena;
    str alias = str_empty(wanted) ? STR("q") : wanted;
    if (text->numbered) alias = str_printf(arena, "%zu", map_count(text->aliases));
    if (alias_take(text, alias)) return alias;
    size_t *next = map_find(text->aliases, str_lower(arena, alias));
    for (;; (*next)++) {
        str other = str_printf(arena, "%.*s~%zu", STR_FMT(wanted), *next);
        if (alias_take(text, other)) return other;
    }
}

/* "a~7": what a renamed column could be called. */
static bool ends_numbered(str name)
{
    size_t at = name.len;
    while (at > 0 && name.at[at - 1] >= '0' && name.at[at - 1] <= '9') at--;
    return at > 0 && at < name.len && name.at[at - 1] == '~';
}

/* The name of one of the columns. All differ: a name that is not its column's alone, or looks like one
 * made here, ends in ~ and the column's own number. */
static str column_name(struct text *text, const struct rte_column *columns, size_t index)
{
    str name = columns[index].name;
    bool taken = ends_numbered(name);
    for (size_t i = 0; i < index && !taken; i++) taken = str_eq_nocase(columns[i].name, name);
    return taken ? str_printf(text->print.arena, "%.*s~%zu", STR_FMT(name), index) : name;
}

str *text_column_names(struct text *text, const struct rte_column *columns, size_t count)
{
    str *names = ARENA_ARRAY(text->print.arena, str, count);
    for (size_t i = 0; i < count; i++) names[i] = column_name(text, columns, i);
    return names;
}

err text_rowid(struct text *text, const struct cat_relation *relation, str *out)
{
    static const str candidates[] = {STR_INIT("rowid"), STR_INIT("_rowid_"), STR_INIT("oid")};
    for (size_t i = 0; i < COUNT_OF(candidates); i++) {
        bool taken = false;
        for (size_t k = 0; k < relation->column_count; k++)
            taken = taken || str_eq_nocase(relation->columns[k].physical, candidates[i]);
        *out = candidates[i];
        if (!taken) return NULL;
    }
    return text_refuse(text, -1, "a table with columns rowid, _rowid_ and oid");
}

void text_table(struct text *text, const struct cat_relation *relation)
{
    buf_lit(text->print.sql, "main.");
    print_ident(text->print.sql, relation->physical);
}

void text_item_table(struct text *text, const struct rte *rte)
{
    if (!rte->relation->system) {
        text_table(text, rte->relation);
        return;
    }
    print_ident(text->print.sql, rte->relation->physical);
    buf_printf(text->print.sql, "(%u)", (unsigned)rte->reader);
}

/* ---- columns ---------------------------------------------------------------------------------- */

static err unknown_item(struct text *text, const struct rte *rte)
{
    return err_new(text->print.arena, ERR_INTERNAL,
                   "a column of \"%.*s\" is used outside its query", STR_FMT(rte->alias));
}

err text_relation_column(struct text *text,
                         const struct rte *rte,
                         int index,
                         const struct cat_column **out)
{
    *out = cat_column_numbered(rte->relation, rte->columns[index].number);
    if (*out != NULL) return NULL;
    return err_sql(text->print.arena, "0A000", "system column \"%.*s\" is not supported",
                   STR_FMT(rte->columns[index].name));
}

static void print_qualified(struct text *text, str alias, str name)
{
    print_ident(text->print.sql, alias);
    buf_char(text->print.sql, '.');
    print_ident(text->print.sql, name);
}

/* A CTE's columns go by its own names: the FROM item may have renamed them. */
static str named_column(struct text *text, const struct rte *rte, int index)
{
    if (rte->kind == RTE_VALUES) return str_printf(text->print.arena, "column%d", index + 1);
    return column_name(text, rte->kind == RTE_CTE ? rte->cte->columns : rte->columns,
                       (size_t)index);
}

static err print_item_column(struct text *text, const struct item *item, int index)
{
    const struct rte *rte = item->rte;
    const struct cat_column *column;
    switch (item->form) {
    case ITEM_TABLE:
        TRY(text_relation_column(text, rte, index, &column));
        print_qualified(text, item->alias, column->physical);
        return NULL;
    case ITEM_NAMED:
        print_qualified(text, item->alias, named_column(text, rte, index));
        return NULL;
    case ITEM_FUNCTION:
        print_qualified(text, item->alias, print_function_column(&text->print, rte, index));
        return NULL;
    case ITEM_ROWS:
        if (item->positions[index] < 0) break;
        print_ident(text->print.sql, item->alias);
        buf_printf(text->print.sql, ".c%d", item->positions[index]);
        return NULL;
    case ITEM_SLOTS:
        print_slot(&text->print,
                   &(struct slot){.kind = item->slot, .index = item->positions[index]});
        return NULL;
    case ITEM_EXPRS:
        if (item->exprs[index] == NULL) break;
        buf_char(text->print.sql, '(');
        TRY(print_expr(&text->print, item->exprs[index]));
        buf_char(text->print.sql, ')');
        return NULL;
    }
    return err_sql(text->print.arena, "0A000", "column \"%.*s\" cannot be used here",
                   STR_FMT(rte->columns[index].name));
}

static err hook_column(struct print *out, const struct expr *column)
{
    struct text *text = text_of(out);
    const struct rte *rte = column->column.rte;
    if (column->kind == EXPR_EXCLUDED_COLUMN) {
        if (text->excluded != NULL)
            return print_item_column(text, text->excluded, column->column.index);
        const struct cat_column *target;
        TRY(text_relation_column(text, rte, column->column.index, &target));
        print_qualified(text, STR("excluded"), target->physical);
        return NULL;
    }
    const struct item *item = text_item_find(text, rte);
    if (item == NULL) return unknown_item(text, rte);
    return print_item_column(text, item, column->column.index);
}

/* Subqueries and CTEs are printed with collated targets, so their columns carry them on. */
static bool hook_collated(struct print *out, const struct expr *column)
{
    struct text *text = text_of(out);
    bool proposed = column->kind == EXPR_EXCLUDED_COLUMN;
    if (proposed && text->excluded == NULL) return true;
    if (!proposed && column->column.rte == text->returned) return false;
    const struct item *item = proposed ? text->excluded : text_item_find(text, column->column.rte);
    return item != NULL && (item->form == ITEM_TABLE || item->form == ITEM_NAMED);
}

static err hook_query(struct print *out, const struct query *query)
{
    struct text *text = text_of(out);
    int depth = text->from_depth;
    text->from_depth = 0;
    err error = text_query(text, query, &(struct query_options){0});
    text->from_depth = depth;
    return error;
}

/* The row of an outer join's empty side has no row number, and no value in a NOT NULL column. */
static err hook_present(struct print *out, const struct rte *rte, bool *printed)
{
    struct text *text = text_of(out);
    const struct item *item = text_item_find(text, rte);
    *printed = false;
    if (item == NULL || rte->kind != RTE_RELATION) return NULL;
    for (size_t i = 0; i < rte->column_count && !*printed; i++) {
        const struct cat_column *column =
            cat_column_numbered(rte->relation, rte->columns[i].number);
        if (column == NULL || !column->not_null) continue;
        TRY(print_item_column(text, item, (int)i));
        buf_lit(out->sql, " IS NOT NULL");
        *printed = true;
    }
    return NULL;
}

/* ---- conditions ------------------------------------------------------------------------------- */

void conditions_add(struct arena *arena, struct condition_list *list, struct expr *expr)
{
    if (expr == NULL) return;
    if (expr->kind != EXPR_AND) {
        *VEC_ADD(arena, list) = (struct condition){.expr = expr};
        return;
    }
    for (size_t i = 0; i < expr->args.count; i++) conditions_add(arena, list, expr->args.at[i]);
}

err text_conditions(struct text *text, const struct condition_list *list, str word)
{
    struct expr all = {.kind = EXPR_AND, .type = BOOLOID, .typmod = -1, .location = -1};
    all.args.at = ARENA_ARRAY(text->print.arena, struct expr *, list->count);
    for (size_t i = 0; i < list->count; i++)
        if (!list->at[i].printed) all.args.at[all.args.count++] = list->at[i].expr;
    if (all.args.count == 0) return NULL;
    buf_str_add(text->print.sql, word);
    if (all.args.count > 1) return print_tested(&text->print, &all);
    bool enclose = str_eq(word, STR(" AND ")) && all.args.at[0]->kind == EXPR_OR;
    if (enclose) buf_char(text->print.sql, '(');
    TRY(print_tested(&text->print, all.args.at[0]));
    if (enclose) buf_char(text->print.sql, ')');
    return NULL;
}
