/* What a statement of DDL does to rows that are there: labels renamed, tables emptied, partitions' rows moved. */
#include "engine/sqlite/print.h"
#include "engine/sqlite/schema_int.h"

static bool is_table(const struct cat_relation *relation)
{
    return relation && cat_relation_is_stored(relation);
}

/* ---- foreign keys of rows that are there ---- */

static err foreign_key_error(struct schema_sync *sync,
                             const struct cat_relation *relation,
                             int64_t sqlite_key)
{
    /* SQLite numbers the keys of a table from the last to the first. */
    int64_t count = 0;
    for (size_t i = 0; i < relation->constraint_count; i++)
        count += relation->constraints[i].kind == 'f';
    int64_t wanted = count - 1 - sqlite_key;
    const struct cat_constraint *key = NULL;
    for (size_t i = 0; i < relation->constraint_count && !key; i++)
        if (relation->constraints[i].kind == 'f' && wanted-- == 0) key = &relation->constraints[i];
    return err_sql(sync->arena, "23503",
                   "insert or update on table \"%.*s\" violates foreign key constraint \"%.*s\"",
                   STR_FMT(relation->name), STR_FMT(key ? key->name : STR("?")));
}

err schema_check_foreign_keys(struct schema_sync *sync, const struct cat_relation *relation)
{
    struct buf *sql = schema_sql_start(sync, "PRAGMA foreign_key_check(", relation->physical);
    buf_char(sql, ')');
    sqlite3_stmt *statement;
    str text = buf_str(sql);
    if (sqlite3_prepare_v2(sync->db, text.at, (int)text.len, &statement, NULL) != SQLITE_OK)
        return schema_failed(sync);
    int rc = sqlite3_step(statement);
    err error = rc == SQLITE_DONE ? NULL
                : rc == SQLITE_ROW
                    ? foreign_key_error(sync, relation, sqlite3_column_int64(statement, 3))
                    : schema_failed(sync);
    sqlite3_finalize(statement);
    return error;
}

/* ---- labels of enums ---- */

static err enum_rename_column(struct schema_sync *sync,
                              const struct cat_relation *relation,
                              const struct cat_column *column,
                              const struct ddl_effect *effect)
{
    const struct cat_type *type = catalog_type(sync->after, effect->type);
    bool array = column->type == type->array;
    if (column->type != type->oid && !array) return NULL;
    struct value from = value_text(effect->from), to = value_text(effect->to);
    struct buf *sql = schema_sql_start(sync, "UPDATE ", relation->physical);
    buf_lit(sql, " SET ");
    print_ident(sql, column->physical);
    buf_lit(sql, " = ");
    if (array) buf_lit(sql, "(SELECT json_group_array(iif(value = ");
    print_const(sql, array ? &from : &to);
    if (array) {
        buf_lit(sql, ", ");
        print_const(sql, &to);
        buf_lit(sql, ", value)) FROM json_each(");
        print_ident(sql, column->physical);
        buf_lit(sql, "))");
    }
    buf_lit(sql, " WHERE ");
    print_ident(sql, column->physical);
    if (array) {
        buf_lit(sql, " IS NOT NULL");
        return schema_run(sync, buf_str(sql));
    }
    /* Bytes, not the enum's order: the former label is no member any more. */
    buf_lit(sql, " COLLATE BINARY = ");
    print_const(sql, &from);
    return schema_run(sync, buf_str(sql));
}

static err enum_rename(struct schema_sync *sync, const struct ddl_effect *effect)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(sync->after, &at)))
        for (size_t i = 0; is_table(relation) && i < relation->column_count; i++)
            TRY(enum_rename_column(sync, relation, &relation->columns[i], effect));
    return NULL;
}

/* ---- rows of partitions ---- */

bool schema_rows_move(const struct schema_sync *sync, oid table)
{
    for (size_t i = 0; sync->effects && i < sync->effects->count; i++)
        if (sync->effects->at[i].kind == EFFECT_ROWS_MOVE && sync->effects->at[i].source == table)
            return true;
    return false;
}

/* The table as it is in the file at this moment: one that is about to be dropped is of the catalog before. */
static const struct cat_relation *table_now(const struct schema_sync *sync, oid table)
{
    bool goes = schema_rows_move(sync, table) && !is_table(catalog_relation(sync->after, table));
    return catalog_relation(goes ? sync->before : sync->after, table);
}

static err where_tree(struct schema_sync *sync,
                      const struct cat_relation *relation,
                      const struct node *tree,
                      struct buf *sql)
{
    struct schema_print print = {
        .arena = sync->arena, .catalog = sync->after, .relation = relation};
    buf_lit(sql, " WHERE ");
    return schema_print_expr(&print, &(struct schema_expr){.tree = tree, .clause = INFER_CHECK},
                             sql);
}

/* Foreign keys are not enforced meanwhile: rows that others refer to may not go. */
static err check_referrers(struct schema_sync *sync, oid table)
{
    size_t at = 0;
    const struct cat_relation *other;
    while ((other = catalog_relation_next(sync->after, &at))) {
        bool refers = false;
        for (size_t i = 0; is_table(other) && i < other->constraint_count; i++)
            refers = refers || (other->constraints[i].kind == 'f' &&
                                other->constraints[i].foreign_relation == table);
        sync->failed_relation = other->oid;
        if (refers) TRY(schema_check_foreign_keys(sync, other));
    }
    sync->failed_relation = OID_NONE;
    return NULL;
}

static err rows_delete(struct schema_sync *sync, oid table, const struct node *tree)
{
    const struct cat_relation *relation = table_now(sync, table);
    if (!is_table(relation)) return NULL; /* dropped as well */
    struct buf *sql = schema_sql_start(sync, "DELETE FROM ", relation->physical);
    TRY(where_tree(sync, relation, tree, sql));
    TRY(schema_run(sync, buf_str(sql)));
    return check_referrers(sync, table);
}

static err rows_refuse(struct schema_sync *sync, const struct ddl_effect *effect)
{
    int64_t found = 0;
    const struct cat_relation *relation = table_now(sync, effect->relation);
    struct buf *sql = schema_sql_start(sync, "SELECT 1 FROM ", relation->physical);
    TRY(where_tree(sync, relation, effect->tree, sql));
    buf_lit(sql, " LIMIT 1");
    TRY(schema_ask(sync, buf_str(sql), &found));
    if (!found) return NULL;
    return err_sql(sync->arena, "23514", "%.*s", STR_FMT(effect->from));
}

static void column_list(const struct cat_relation *to,
                        const struct cat_relation *of,
                        struct buf *sql)
{
    bool any = false;
    for (size_t i = 0; i < to->column_count; i++) {
        if (to->columns[i].generated) continue;
        if (any) buf_lit(sql, ", ");
        any = true;
        print_ident(sql, cat_column_find(of, to->columns[i].name)->physical);
    }
}

static err rows_move(struct schema_sync *sync, const struct ddl_effect *effect)
{
    const struct cat_relation *to = table_now(sync, effect->relation);
    const struct cat_relation *from = table_now(sync, effect->source);
    struct buf *sql = schema_sql_start(sync, "INSERT INTO ", to->physical);
    buf_lit(sql, " (");
    column_list(to, to, sql);
    buf_lit(sql, ") SELECT ");
    column_list(to, from, sql);
    buf_lit(sql, " FROM ");
    print_ident(sql, from->physical);
    TRY(where_tree(sync, from, effect->tree, sql));
    TRY(schema_run(sync, buf_str(sql)));
    return rows_delete(sync, effect->source, effect->tree);
}

/* ---- all of them ---- */

err schema_effects(struct schema_sync *sync)
{
    for (size_t i = 0; sync->effects && i < sync->effects->count; i++) {
        const struct ddl_effect *effect = &sync->effects->at[i];
        const struct cat_relation *relation = catalog_relation(sync->after, effect->relation);
        if (effect->kind == EFFECT_ENUM_RENAME) TRY(enum_rename(sync, effect));
        if (effect->kind == EFFECT_ROWS_DELETE)
            TRY(rows_delete(sync, effect->relation, effect->tree));
        if (effect->kind == EFFECT_ROWS_MOVE) TRY(rows_move(sync, effect));
        if (effect->kind == EFFECT_ROWS_REFUSE) TRY(rows_refuse(sync, effect));
        if (effect->kind != EFFECT_TRUNCATE || !relation) continue;
        TRY(schema_run(sync, buf_str(schema_sql_start(sync, "DELETE FROM ", relation->physical))));
    }
    return NULL;
}
