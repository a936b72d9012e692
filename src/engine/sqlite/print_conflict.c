/* engine/sqlite/print_conflict.c - INSERT ... ON CONFLICT.
 *
 * SQLite's own clause serves DO NOTHING, and DO UPDATE of one row without policies. Else the rows
 * are told apart by probing the arbiter index (one connection writes, so nothing changes between):
 * what conflicts takes the way of an UPDATE, the rest that of an INSERT. An existing row that a policy
 * hides raises 42501 instead of being skipped, and a key that comes twice 21000, as in PostgreSQL.
 *
 * Source: docs/sql.md. */
#include "engine/sqlite/print_trigger.h"
#include "engine/sqlite/print_write.h"
#include "sql/query_walk.h"

enum { EXISTING_ROW = 1u << CHECK_CONFLICT_UPDATE };

/* The arbiter as typed expressions over an rte of its own. */
struct arbiter {
    const struct cat_index *index;
    struct rte **rtes;   /* of each expression: analyzed one by one */
    struct expr **exprs; /* per element; NULL: a plain column */
    struct rte *where_rte;
    struct expr *where; /* NULL: not partial */
};

/* ---- the arbiter ------------------------------------------------------------------------------ */

static err open_arbiter(struct write *w, struct arbiter *arbiter)
{
    const struct cat_index *index = w->query->conflict->arbiter;
    *arbiter = (struct arbiter){.index = index};
    arbiter->rtes = ARENA_ARRAY(w->builder->arena, struct rte *, index->element_count);
    arbiter->exprs = ARENA_ARRAY(w->builder->arena, struct expr *, index->element_count);
    for (size_t i = 0; i < index->element_count; i++)
        if (index->elements[i].column == 0)
            TRY(write_own_expr(w, index->elements[i].expr.tree, INFER_INDEX_EXPRESSION, OID_NONE,
                               -1, &arbiter->rtes[i], &arbiter->exprs[i]));
    if (index->where.tree == NULL) return NULL;
    return write_own_expr(w, index->where.tree, INFER_INDEX_PREDICATE, BOOLOID, -1,
                          &arbiter->where_rte, &arbiter->where);
}

static int target_column(const struct write *w, int16_t number)
{
    for (size_t i = 0; i < w->target->column_count; i++)
        if (w->target->columns[i].number == number) return (int)i;
    return -1;
}

static err print_element(struct write *w,
                         struct text *text,
                         const struct arbiter *arbiter,
                         size_t element)
{
    if (arbiter->exprs[element] != NULL) {
        write_stand_for_target(w, text, arbiter->rtes[element]);
        return print_collated(&text->print, arbiter->exprs[element]);
    }
    int column = target_column(w, arbiter->index->elements[element].column);
    if (column < 0) return text_refuse(text, -1, "ON CONFLICT on a column that is not visible");
    struct expr key = write_column_expr(w, column);
    return print_collated(&text->print, &key);
}

/* ---- SQLite's own clause ---------------------------------------------------------------------- */

bool conflict_is_native(const struct write *w)
{
    const struct query *query = w->query;
    if (!query->conflict->do_update) return true;
    if (w->before[QUERY_UPDATE].count > 0 || w->calls) return false;
    bool one_row = query->source != NULL && query->source->values != NULL &&
                   query->source->value_row_count == 1;
    return one_row && query->conflict_checks.count == 0 && w->target->security == NULL;
}

/* As the index has it (schema_text.c): NULLS NOT DISTINCT replaces NULL by what no value is. */
static void print_key_column(struct write *w,
                             struct text *text,
                             const struct cat_index *index,
                             const struct cat_column *column)
{
    const struct catalog *catalog = w->builder->plan->catalog;
    bool replaced = index->nulls_not_distinct && !column->not_null;
    if (replaced) buf_lit(text->print.sql, "ifnull(");
    print_ident(text->print.sql, column->physical);
    if (!replaced) return;
    const struct type_ref *type =
        catalog_type_ref(text->print.arena, catalog, column->type, column->typmod);
    buf_str_add(text->print.sql, type->storage == TYPE_BYTEA ? STR(", '')") : STR(", x'')"));
    str collation = print_collation(text->print.arena, catalog, column->type);
    if (str_empty(collation)) return;
    buf_lit(text->print.sql, " COLLATE ");
    print_ident(text->print.sql, collation);
}

static err print_target(struct write *w, struct text *text)
{
    struct arbiter arbiter;
    struct print ddl;
    TRY(open_arbiter(w, &arbiter));
    print_init_ddl(&ddl, text->print.arena, text->print.catalog, text->print.sql);
    buf_char(text->print.sql, '(');
    for (size_t i = 0; i < arbiter.index->element_count; i++) {
        if (i > 0) buf_char(text->print.sql, ',');
        if (arbiter.exprs[i] != NULL) {
            TRY(print_collated(&ddl, arbiter.exprs[i]));
            continue;
        }
        const struct cat_column *column =
            cat_column_numbered(w->relation, arbiter.index->elements[i].column);
        print_key_column(w, text, arbiter.index, column);
    }
    buf_char(text->print.sql, ')');
    if (arbiter.where == NULL) return NULL;
    buf_lit(text->print.sql, " WHERE ");
    return print_expr(&ddl, arbiter.where);
}

static err print_do_update(struct write *w, struct text *text)
{
    const struct on_conflict *conflict = w->query->conflict;
    bool any = false;
    buf_lit(text->print.sql, " DO UPDATE");
    for (size_t i = 0; i < conflict->assignment_count; i++) {
        const struct assignment *at = &conflict->assignments[i];
        if (write_is_generated(w, at->column)) continue;
        buf_str_add(text->print.sql, any ? STR(", ") : STR(" SET "));
        print_ident(
            text->print.sql,
            cat_column_numbered(w->relation, w->target->columns[at->column].number)->physical);
        buf_lit(text->print.sql, " = ");
        TRY(print_expr(&text->print, at->expr));
        any = true;
    }
    if (conflict->where == NULL) return NULL;
    buf_lit(text->print.sql, " WHERE ");
    return print_expr(&text->print, conflict->where);
}

err conflict_native(struct write *w, struct text *text)
{
    const struct on_conflict *conflict = w->query->conflict;
    buf_lit(text->print.sql, " ON CONFLICT");
    if (conflict->arbiter != NULL) TRY(print_target(w, text));
    if (conflict->do_update) return print_do_update(w, text);
    buf_lit(text->print.sql, " DO NOTHING");
    return NULL;
}

/* ---- the whole way ------------------------------------------------------------------------------ */

/* A row of the set on one side, the table's on the other. */
struct probe {
    struct write *w;
    struct text text;
    const struct write_rows_place *rows;
    struct arbiter arbiter;
    str alias;            /* of the set */
    struct item proposed; /* target as a row of the set */
    struct item existing; /* target as the table */
};

static err open_probe(struct write *w, const struct write_rows_place *rows, struct probe *probe)
{
    *probe = (struct probe){.w = w, .rows = rows};
    TRY(open_arbiter(w, &probe->arbiter));
    write_text(w, &probe->text);
    probe->existing = *text_item_find(&probe->text, w->target);
    probe->proposed = *write_target_rows(w, &probe->text, rows, &probe->alias);
    probe->text.excluded = &probe->proposed;
    text_item_set(&probe->text, probe->existing);
    return NULL;
}

static err print_proposed(struct probe *probe, size_t element)
{
    text_item_set(&probe->text, probe->proposed);
    TRY(print_element(probe->w, &probe->text, &probe->arbiter, element));
    text_item_set(&probe->text, probe->existing);
    return NULL;
}

static err print_predicate(struct probe *probe, const struct item *as)
{
    if (probe->arbiter.where == NULL) return NULL;
    text_item_set(&probe->text, *as);
    write_stand_for_target(probe->w, &probe->text, probe->arbiter.where_rte);
    buf_lit(probe->text.print.sql, " AND (");
    TRY(print_expr(&probe->text.print, probe->arbiter.where));
    buf_char(probe->text.print.sql, ')');
    text_item_set(&probe->text, probe->existing);
    return NULL;
}

/* Both rows have the same key, and both are in the index. */
static err print_match(struct probe *probe)
{
    struct buf *sql = probe->text.print.sql;
    for (size_t i = 0; i < probe->arbiter.index->element_count; i++) {
        if (i > 0) buf_lit(sql, " AND ");
        TRY(print_element(probe->w, &probe->text, &probe->arbiter, i));
        buf_str_add(sql, probe->arbiter.index->nulls_not_distinct ? STR(" IS ") : STR(" = "));
        TRY(print_proposed(probe, i));
    }
    TRY(print_predicate(probe, &probe->existing));
    return print_predicate(probe, &probe->proposed);
}

/* FROM set JOIN table ON match: CROSS keeps the few rows outside and the index inside. */
static err print_conflicts(struct probe *probe)
{
    buf_lit(probe->text.print.sql, " FROM ");
    write_rows_item(&probe->text, probe->rows, probe->alias);
    buf_lit(probe->text.print.sql, " CROSS JOIN ");
    text_table(&probe->text, probe->w->relation);
    buf_lit(probe->text.print.sql, " ON ");
    return print_match(probe);
}

static struct program_op *check_op(struct probe *probe, const char *sqlstate, str message)
{
    buf_lit(probe->text.print.sql, " LIMIT 1");
    struct program_op *op = builder_op(probe->w->builder, OP_CHECK, &probe->text);
    op->reads_set = probe->rows->set;
    op->sqlstate = sqlstate;
    op->message = message;
    return op;
}

static err check_duplicates(struct write *w, const struct write_rows_place *rows)
{
    struct probe probe;
    TRY(open_probe(w, rows, &probe));
    struct buf *sql = probe.text.print.sql;
    buf_lit(sql, "SELECT 1 FROM ");
    write_rows_item(&probe.text, rows, probe.alias);
    buf_lit(sql, " WHERE true");
    for (size_t i = 0; i < probe.arbiter.index->element_count; i++) {
        if (probe.arbiter.index->nulls_not_distinct) break;
        buf_lit(sql, " AND ");
        TRY(print_proposed(&probe, i));
        buf_lit(sql, " IS NOT NULL");
    }
    TRY(print_predicate(&probe, &probe.proposed));
    for (size_t i = 0; i < probe.arbiter.index->element_count; i++) {
        buf_str_add(sql, i == 0 ? STR(" GROUP BY ") : STR(", "));
        TRY(print_proposed(&probe, i));
    }
    buf_lit(sql, " HAVING count(*) > 1");
    check_op(&probe, "21000", STR("ON CONFLICT DO UPDATE command cannot affect row a second time"))
        ->hint = STR("Ensure that no rows proposed for insertion within the same command have "
                     "duplicate constrained values.");
    return NULL;
}

/* Rows that DO UPDATE's WHERE leaves alone are not checked: PostgreSQL tests it first. */
static err check_existing(struct write *w, const struct write_rows_place *rows)
{
    const struct row_check_list *checks = &w->query->conflict_checks;
    for (size_t i = 0; i < checks->count; i++) {
        if (checks->at[i].kind != CHECK_CONFLICT_UPDATE) continue;
        struct probe probe;
        TRY(open_probe(w, rows, &probe));
        struct buf *sql = probe.text.print.sql;
        buf_lit(sql, "SELECT 1");
        TRY(print_conflicts(&probe));
        buf_lit(sql, " WHERE (");
        TRY(print_expr(&probe.text.print, checks->at[i].expr));
        buf_lit(sql, ") IS NOT TRUE");
        if (w->query->conflict->where != NULL) {
            buf_lit(sql, " AND (");
            TRY(print_expr(&probe.text.print, w->query->conflict->where));
            buf_char(sql, ')');
        }
        str name = checks->at[i].name;
        str quoted =
            str_empty(name) ? STR("") : str_printf(w->builder->arena, " \"%.*s\"", STR_FMT(name));
        check_op(&probe, "42501",
                 str_printf(w->builder->arena,
                            "new row violates row-level security policy%.*s (USING expression) for "
                            "table \"%.*s\"",
                            STR_FMT(quoted), STR_FMT(w->relation->name)));
    }
    return NULL;
}

static err fill_updates(struct write *w,
                        const struct write_rows_place *rows,
                        struct write_rows_place *updates)
{
    const struct on_conflict *conflict = w->query->conflict;
    struct probe probe;
    str rowid;
    TRY(open_probe(w, rows, &probe));
    struct buf *sql = probe.text.print.sql;
    TRY(text_rowid(&probe.text, w->relation, &rowid));
    struct buf *qualified = buf_in(probe.text.print.arena, 0);
    print_ident(qualified, w->relation->physical);
    buf_printf(qualified, ".%.*s", STR_FMT(rowid));
    buf_lit(sql, "SELECT ");
    TRY(write_new_values(w, &probe.text, conflict->assignments, conflict->assignment_count,
                         &w->query->conflict_checks, buf_str(qualified), updates));
    TRY(print_conflicts(&probe));
    if (conflict->where != NULL) {
        buf_lit(sql, " WHERE ");
        TRY(print_expr(&probe.text.print, conflict->where));
    }
    TRY(builder_set(w->builder, updates->columns, &updates->set));
    struct program_op *op = builder_op(w->builder, OP_FILL, &probe.text);
    op->set = updates->set;
    op->set_columns = (int)updates->columns;
    op->reads_set = rows->set;
    return NULL;
}

/* INSERT ... SELECT from the set WHERE NOT EXISTS the same key. */
static err insert_rest(struct write *w, const struct write_rows_place *rows)
{
    struct probe probe;
    bool any = false;
    TRY(open_probe(w, rows, &probe));
    struct buf *sql = probe.text.print.sql;
    /* The table is both target and probed: the probe has a name of its own. */
    probe.existing.alias = text_alias(&probe.text, STR("old"));
    text_item_set(&probe.text, probe.existing);
    buf_lit(sql, "INSERT INTO ");
    text_table(&probe.text, w->relation);
    buf_char(sql, '(');
    TRY(write_columns(w, &probe.text));
    buf_lit(sql, ") SELECT ");
    for (size_t i = 0; i < w->query->insert_column_count; i++) {
        if (write_is_generated(w, w->query->insert_columns[i])) continue;
        if (any) buf_lit(sql, ", ");
        print_ident(sql, probe.alias);
        buf_printf(sql, ".c%d", rows->positions[w->query->insert_columns[i]]);
        any = true;
    }
    buf_lit(sql, " FROM ");
    write_rows_item(&probe.text, rows, probe.alias);
    buf_lit(sql, " WHERE NOT EXISTS (SELECT 1 FROM ");
    text_table(&probe.text, w->relation);
    buf_lit(sql, " AS ");
    print_ident(sql, probe.existing.alias);
    buf_lit(sql, " WHERE ");
    TRY(print_match(&probe));
    buf_lit(sql, ") ORDER BY ");
    print_ident(sql, probe.alias);
    buf_lit(sql, ".rowid");
    write_target_table(w, &probe.text);
    TRY(write_returning(w, &probe.text));
    write_op(w, &probe.text, rows)->counts_inserted = true;
    return NULL;
}

/* The proposed rows keep the table's constraints even when they will not be inserted. SQLite would
 * never see those that become updates. */
static err check_constraints(struct write *w, const struct write_rows_place *rows)
{
    TRY(write_null_checks(w, rows));
    for (size_t i = 0; i < w->relation->constraint_count; i++) {
        const struct cat_constraint *constraint = &w->relation->constraints[i];
        struct text text;
        struct rte *rte;
        struct expr *check;
        if (constraint->kind != 'c' || constraint->check.tree == NULL) continue;
        TRY(write_own_expr(w, constraint->check.tree, INFER_CHECK, BOOLOID, -1, &rte, &check));
        write_check_begin(w, &text, rows);
        write_stand_for_target(w, &text, rte);
        buf_lit(text.print.sql, "(");
        TRY(print_expr(&text.print, check));
        buf_lit(text.print.sql, ") IS FALSE");
        struct program_op *op = write_check_end(
            w, &text, rows, "23514",
            str_printf(w->builder->arena,
                       "new row for relation \"%.*s\" violates check constraint \"%.*s\"",
                       STR_FMT(w->relation->name), STR_FMT(constraint->name)));
        op->relation = w->relation;
        op->query = w->query;
        op->constraint = constraint->name;
    }
    return NULL;
}

err conflict_build(struct write *w, const struct write_rows_place *rows)
{
    const struct on_conflict *conflict = w->query->conflict;
    if (conflict->arbiter == NULL)
        return err_sql(w->builder->scratch, "42601",
                       "ON CONFLICT DO UPDATE requires inference specification or constraint name");
    struct write_rows_place updates = {0};
    bool fires = w->before[QUERY_UPDATE].count > 0;
    const struct assignment *assignments = conflict->assignments;
    size_t assignment_count = conflict->assignment_count;
    bool one_row = w->query->source->values != NULL && w->query->source->value_row_count == 1;
    TRY(check_constraints(w, rows));
    if (!one_row) TRY(check_duplicates(w, rows));
    TRY(check_existing(w, rows));
    TRY(fill_updates(w, rows, &updates));
    if (fires) {
        TRY(trigger_rows(w, QUERY_UPDATE, &updates, updates.columns));
        assignments = write_all_columns(w, &assignment_count);
    }
    TRY(write_checks(w, &w->query->conflict_checks, ~(unsigned)EXISTING_ROW, &updates));
    TRY(insert_rest(w, rows));
    return write_update_from(w, assignments, assignment_count, &updates, true);
}
