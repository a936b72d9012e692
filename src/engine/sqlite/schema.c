#include "engine/sqlite/schema.h"

#include <string.h>

#include "base/vec.h"
#include "engine/sqlite/constraint_error.h"
#include "engine/sqlite/print.h"
#include "engine/sqlite/schema_int.h"
#include "sql/builtin.h"

struct numbers {
    VEC(int16_t);
};

/* One table on its way from before to after; `old` is NULL for a new one. */
struct change {
    struct schema_sync *sync;
    const struct cat_relation *old;
    const struct cat_relation *new;
    str name;     /* the table's name in the file at this moment */
    bool rebuilt; /* its indexes are gone */
};

/* ---- running SQL ---- */

err schema_failed(struct schema_sync *sync)
{
    return sqlite_error(sync->arena, sync->db, sqlite3_extended_errcode(sync->db));
}

err schema_run(struct schema_sync *sync, str sql)
{
    const char *text = str_cstr(sync->arena, sql);
    return sqlite3_exec(sync->db, text, NULL, NULL, NULL) == SQLITE_OK ? NULL : schema_failed(sync);
}

err schema_ask(struct schema_sync *sync, str sql, int64_t *out)
{
    sqlite3_stmt *statement;
    *out = 0;
    if (sqlite3_prepare_v2(sync->db, sql.at, (int)sql.len, &statement, NULL) != SQLITE_OK)
        return schema_failed(sync);
    int rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW) *out = sqlite3_column_int64(statement, 0);
    err error = rc == SQLITE_ROW || rc == SQLITE_DONE ? NULL : schema_failed(sync);
    sqlite3_finalize(statement);
    return error;
}

struct buf *schema_sql_start(struct schema_sync *sync, const char *head, str name)
{
    struct buf *sql = buf_in(sync->arena, 0);
    buf_str_add(sql, str_of(head));
    print_ident(sql, name);
    return sql;
}

static err drop_table(struct schema_sync *sync, str name)
{
    return schema_run(sync, buf_str(schema_sql_start(sync, "DROP TABLE ", name)));
}

static err rename_table(struct schema_sync *sync, str from, str to)
{
    struct buf *sql = schema_sql_start(sync, "ALTER TABLE ", from);
    buf_lit(sql, " RENAME TO ");
    print_ident(sql, to);
    return schema_run(sync, buf_str(sql));
}

static err is_empty(struct schema_sync *sync, str name, bool *out)
{
    struct buf *sql = schema_sql_start(sync, "SELECT 1 FROM ", name);
    buf_lit(sql, " LIMIT 1");
    int64_t found;
    TRY(schema_ask(sync, buf_str(sql), &found));
    *out = found == 0;
    return NULL;
}

/* ---- comparing ---- */

static bool types_differ(const struct catalog *before, const struct catalog *after)
{
    size_t a = 0, b = 0;
    for (;;) {
        const struct cat_type *x = catalog_type_next(before, &a);
        const struct cat_type *y = catalog_type_next(after, &b);
        if (x != y) return true;
        if (!x) return false;
    }
}

static bool relations_differ(const struct catalog *before, const struct catalog *after)
{
    size_t a = 0, b = 0;
    for (;;) {
        const struct cat_relation *x = catalog_relation_next(before, &a);
        const struct cat_relation *y = catalog_relation_next(after, &b);
        if (x != y) return true;
        if (!x) return false;
    }
}

static bool functions_differ(const struct catalog *before, const struct catalog *after)
{
    size_t a = 0, b = 0;
    for (;;) {
        const struct cat_function *x = catalog_function_next(before, &a);
        const struct cat_function *y = catalog_function_next(after, &b);
        if (x != y) return true;
        if (!x) return false;
    }
}

/* One that tables may be made with: a new one is none of theirs. */
static bool types_changed(const struct catalog *before, const struct catalog *after)
{
    size_t a = 0, b = 0;
    const struct cat_type *old, *new = catalog_type_next(after, &b);
    while ((old = catalog_type_next(before, &a))) {
        while (new &&new->oid < old->oid) new = catalog_type_next(after, &b);
        if (old != new) return true;
    }
    return false;
}

static bool functions_changed(const struct catalog *before, const struct catalog *after)
{
    size_t a = 0, b = 0;
    const struct cat_function *old, *new = catalog_function_next(after, &b);
    while ((old = catalog_function_next(before, &a))) {
        while (new &&new->oid < old->oid) new = catalog_function_next(after, &b);
        if (old != new) return true;
    }
    return false;
}

bool schema_differs(const struct catalog *before, const struct catalog *after)
{
    return before != after && (relations_differ(before, after) || types_differ(before, after) ||
                               functions_differ(before, after));
}

/* Values that came of a function's former body are made anew: SQLite would not find them in an index any more, and
 * writes a generated column again at any UPDATE, without its index. */
static void mark_kept_values(const struct schema_sync *sync,
                             const struct schema_print *print,
                             struct buf *key)
{
    if (print->kind == TEXT_KEY && print->kept_values &&
        functions_changed(sync->before, sync->after))
        buf_char(key, print->catalog == sync->before ? '-' : '+');
}

static err table_key(struct schema_sync *sync,
                     const struct catalog *catalog,
                     const struct cat_relation *relation,
                     const struct numbers *left_out,
                     str *out)
{
    struct schema_print print = {
        .arena = sync->arena,
        .catalog = catalog,
        .relation = relation,
        .kind = TEXT_KEY,
        .left_out = left_out ? left_out->at : NULL,
        .left_out_count = left_out ? left_out->count : 0,
    };
    struct buf *text = buf_in(sync->arena, 0);
    TRY(schema_print_table(&print, text));
    mark_kept_values(sync, &print, text);
    *out = buf_str(text);
    return NULL;
}

/* Columns of a that b has not. */
static struct numbers columns_missing(struct schema_sync *sync,
                                      const struct cat_relation *a,
                                      const struct cat_relation *b)
{
    struct numbers numbers = {0};
    for (size_t i = 0; i < a->column_count; i++)
        if (!cat_column_numbered(b, a->columns[i].number))
            *VEC_ADD(sync->arena, &numbers) = a->columns[i].number;
    return numbers;
}

static const struct ddl_effect *using_of(const struct schema_sync *sync,
                                         oid relation,
                                         int16_t column)
{
    for (size_t i = 0; sync->effects && i < sync->effects->count; i++) {
        const struct ddl_effect *effect = &sync->effects->at[i];
        bool same = effect->kind == EFFECT_COLUMN_USING && effect->relation == relation;
        if (same && (column == 0 || effect->column == column)) return effect;
    }
    return NULL;
}

/* ---- names that change ---- */

static err rename_columns(struct change *change)
{
    for (size_t i = 0; i < change->new->column_count; i++) {
        const struct cat_column *to = &change->new->columns[i];
        const struct cat_column *from = cat_column_numbered(change->old, to->number);
        if (!from || str_eq(from->physical, to->physical)) continue;
        struct buf *sql = schema_sql_start(change->sync, "ALTER TABLE ", change->name);
        buf_lit(sql, " RENAME COLUMN ");
        print_ident(sql, from->physical);
        buf_lit(sql, " TO ");
        print_ident(sql, to->physical);
        TRY(schema_run(change->sync, buf_str(sql)));
    }
    return NULL;
}

/* True when a column gets a name that another one has in the file now: in place it would clash. */
static bool renames_clash(const struct change *change)
{
    for (size_t i = 0; i < change->new->column_count; i++) {
        const struct cat_column *to = &change->new->columns[i];
        for (size_t j = 0; j < change->old->column_count; j++) {
            const struct cat_column *from = &change->old->columns[j];
            if (from->number != to->number && str_eq_nocase(from->physical, to->physical))
                return true;
        }
    }
    return false;
}

/* ---- ADD and DROP COLUMN in place ---- */

/* A default that SQLite may write into every row by itself. */
static bool plain_default(const struct cat_column *column)
{
    const struct node *tree = column->default_expr.tree;
    return !tree || AST_IS(A_Const, tree);
}

static bool can_add(const struct change *change, const struct cat_column *column)
{
    const struct cat_column *rowid = schema_rowid_column(change->sync->after, change->new);
    bool special = column->generated || column->identity || column->sequence ||
                   (rowid && rowid->number == column->number);
    if (special || !plain_default(column)) return false;
    const struct cat_type *type = catalog_type(change->sync->after, column->type);
    /* A domain may bring a default or NOT NULL of its own. */
    if (type->kind == TYPE_KIND_DOMAIN) return false;
    return !column->not_null || column->default_expr.tree;
}

static err add_column(struct change *change, const struct cat_column *column)
{
    struct schema_sync *sync = change->sync;
    struct schema_print print = {
        .arena = sync->arena, .catalog = sync->after, .relation = change->new};
    struct buf *sql = schema_sql_start(sync, "ALTER TABLE ", change->name);
    buf_lit(sql, " ADD COLUMN ");
    TRY(schema_print_column(&print, column, sql));
    if (column->default_expr.tree) {
        buf_lit(sql, " DEFAULT (");
        TRY(schema_print_expr(&print,
                              &(struct schema_expr){.tree = column->default_expr.tree,
                                                    .clause = INFER_DEFAULT,
                                                    .type = column->type,
                                                    .typmod = column->typmod},
                              sql));
        buf_char(sql, ')');
    }
    TRY(schema_run(sync, buf_str(sql)));
    if (!column->default_expr.tree) return NULL;
    /* Rows stay as short as they were, and the preupdate hook reads NULL behind their end: they are
     * written anew, so that triggers see the default. */
    sql = schema_sql_start(sync, "UPDATE ", change->name);
    buf_lit(sql, " SET ");
    print_ident(sql, column->physical);
    buf_lit(sql, " = ");
    print_ident(sql, column->physical);
    return schema_run(sync, buf_str(sql));
}

/* The domain's checks are the table's. */
static bool has_domain_checks(const struct catalog *catalog, const struct cat_column *column)
{
    const struct cat_type *type = catalog_type(catalog, column->type);
    for (; type && type->kind == TYPE_KIND_DOMAIN; type = catalog_type(catalog, type->base))
        if (type->check_count > 0) return true;
    return false;
}

static bool can_drop(const struct change *change, const struct numbers *gone)
{
    const struct catalog *before = change->sync->before;
    const struct cat_column *rowid = schema_rowid_column(before, change->old);
    for (size_t i = 0; i < gone->count; i++) {
        if (rowid && rowid->number == gone->at[i]) return false;
        if (has_domain_checks(before, cat_column_numbered(change->old, gone->at[i]))) return false;
    }
    return change->new->column_count > 0;
}

static err drop_columns(struct change *change, const struct numbers *gone)
{
    for (size_t i = 0; i < gone->count; i++) {
        struct buf *sql = schema_sql_start(change->sync, "ALTER TABLE ", change->name);
        buf_lit(sql, " DROP COLUMN ");
        print_ident(sql, cat_column_numbered(change->old, gone->at[i])->physical);
        TRY(schema_run(change->sync, buf_str(sql)));
    }
    return NULL;
}

/* ---- rebuilding ---- */

/* "domain:<domain>:<check>" names the check; the first column of that domain stands for all. */
static err domain_error(struct change *change, str name)
{
    str prefix, domain;
    str_cut(name, ':', &prefix, &name);
    str_cut(name, ':', &domain, &name);
    const struct cat_relation *relation = change->new;
    str column = STR("?");
    for (size_t i = relation->column_count; i-- > 0;) {
        const struct cat_type *type = catalog_type(change->sync->after, relation->columns[i].type);
        if (type && str_eq(type->name, domain)) column = relation->columns[i].name;
    }
    return err_sql(change->sync->arena, "23514",
                   "column \"%.*s\" of table \"%.*s\" contains values that violate the new "
                   "constraint",
                   STR_FMT(column), STR_FMT(relation->name));
}

/* What the rebuild says of rows that the new table refuses. */
static err rebuild_error(struct change *change, err error)
{
    struct schema_sync *sync = change->sync;
    str message = str_of(sqlite3_errmsg(sync->db));
    static const str not_null = STR_INIT("NOT NULL constraint failed: ");
    static const str check = STR_INIT("CHECK constraint failed: ");
    if (str_starts(message, not_null)) {
        for (size_t i = 0; i < change->new->column_count; i++) {
            const struct cat_column *column = &change->new->columns[i];
            str tail = str_printf(sync->arena, ".%.*s", STR_FMT(column->physical));
            if (str_ends(message, tail))
                return err_sql(sync->arena, "23502",
                               "column \"%.*s\" of relation \"%.*s\" contains null values",
                               STR_FMT(column->name), STR_FMT(change->new->name));
        }
    }
    if (str_starts(message, STR("CHECK constraint failed: " SCHEMA_DOMAIN_PREFIX)))
        return domain_error(change, str_skip(message, check.len));
    if (str_starts(message, check))
        return err_sql(sync->arena, "23514",
                       "check constraint \"%.*s\" of relation \"%.*s\" is violated by some row",
                       STR_FMT(str_skip(message, check.len)), STR_FMT(change->new->name));
    if (str_starts(message, STR("UNIQUE constraint failed: "))) {
        const struct cat_constraint *key = cat_primary_key(change->new);
        return err_sql(sync->arena, "23505", "could not create unique index \"%.*s\"",
                       STR_FMT(key ? key->name : change->new->name));
    }
    return error;
}

/* What a column of the new table holds for a row of the old one. */
static err row_value(struct change *change, const struct cat_column *column, struct buf *out)
{
    struct schema_sync *sync = change->sync;
    const struct cat_column *from = cat_column_numbered(change->old, column->number);
    const struct ddl_effect *using = using_of(sync, change->new->oid, column->number);
    struct schema_print print = {
        .arena = sync->arena, .catalog = sync->after, .relation = change->old};
    struct schema_expr expr = {.type = column->type, .typmod = column->typmod};
    if (using) {
        expr.tree = using->tree;
        return schema_print_expr(&print, &expr, out);
    }
    if (from) { /* DROP EXPRESSION keeps the values of a generated one */
        print_ident(out, from->physical);
        return NULL;
    }
    if (column->identity) {
        buf_printf(out, "pg_nextval_oid(%u)", (unsigned)column->sequence);
        return NULL;
    }
    const struct node *tree = column->default_expr.tree;
    const struct cat_type *type = catalog_type(sync->after, column->type);
    if (!tree && type->kind == TYPE_KIND_DOMAIN) tree = type->default_expr.tree;
    if (!tree) {
        buf_lit(out, "NULL");
        return NULL;
    }
    print.relation = NULL;
    expr.tree = tree;
    expr.clause = INFER_DEFAULT;
    return schema_print_expr(&print, &expr, out);
}

static bool has_domain_check(const struct cat_type *type, const struct node *tree)
{
    for (size_t i = 0; i < type->check_count; i++)
        if (type->checks[i].expr.tree == tree) return true;
    return false;
}

/* A domain asks for no more than it did, nor do those below it. */
static bool same_domain(const struct schema_sync *sync, oid id)
{
    const struct cat_type *type = catalog_type(sync->after, id);
    for (; type && type->kind == TYPE_KIND_DOMAIN; type = catalog_type(sync->after, type->base)) {
        const struct cat_type *old = catalog_type(sync->before, type->oid);
        if (!old || old->kind != type->kind || old->base != type->base) return false;
        for (size_t i = 0; i < type->check_count; i++)
            if (!has_domain_check(old, type->checks[i].expr.tree)) return false;
    }
    return true;
}

static bool same_column(const struct change *change, const struct cat_column *column)
{
    const struct cat_column *old = cat_column_numbered(change->old, column->number);
    return old && old->type == column->type && old->typmod == column->typmod &&
           old->generated == column->generated && same_domain(change->sync, column->type);
}

static bool same_check(const struct change *change, const struct cat_constraint *check)
{
    for (size_t i = 0; i < change->old->constraint_count; i++)
        if (change->old->constraints[i].oid == check->oid) return true;
    return false;
}

/* Rows that are copied as they are were checked when they came, by functions that may have been replaced since:
 * PostgreSQL does not look at them again. */
static bool rows_need_checks(const struct change *change)
{
    struct schema_sync *sync = change->sync;
    if (using_of(sync, change->new->oid, 0)) return true;
    for (size_t i = 0; i < change->new->column_count; i++)
        if (!same_column(change, &change->new->columns[i])) return true;
    for (size_t i = 0; i < change->new->constraint_count; i++)
        if (!same_check(change, &change->new->constraints[i])) return true;
    return false;
}

static err copy_rows(struct change *change, str target)
{
    struct buf *sql = schema_sql_start(change->sync, "INSERT INTO ", target);
    struct buf *values = buf_in(change->sync->arena, 0);
    buf_lit(sql, " (");
    for (size_t i = 0; i < change->new->column_count; i++) {
        const struct cat_column *column = &change->new->columns[i];
        if (column->generated) continue;
        if (values->len) {
            buf_lit(sql, ", ");
            buf_lit(values, ", ");
        }
        print_ident(sql, column->physical);
        TRY(row_value(change, column, values));
    }
    if (!values->len) {
        /* A table without columns keeps its number of rows. */
        if (change->new->column_count) return NULL;
        buf_lit(sql, "\"~empty\"");
        buf_lit(values, "NULL");
    }
    buf_lit(sql, ") SELECT ");
    buf_str_add(sql, buf_str(values));
    buf_lit(sql, " FROM ");
    print_ident(sql, change->name);
    bool checked = rows_need_checks(change);
    if (!checked) TRY(schema_run(change->sync, STR("PRAGMA ignore_check_constraints = ON")));
    err error = schema_run(change->sync, buf_str(sql));
    if (error) error = rebuild_error(change, error);
    if (!checked) TRY(schema_run(change->sync, STR("PRAGMA ignore_check_constraints = OFF")));
    return error;
}

static err rebuild(struct change *change)
{
    struct schema_sync *sync = change->sync;
    bool empty;
    str text, fresh = str_printf(sync->arena, "~new:%u", (unsigned)change->new->oid);
    TRY(is_empty(sync, change->name, &empty));
    TRY(schema_table_sql(sync->arena, sync->after, change->new, fresh, &text));
    TRY(schema_run(sync, text));
    if (!empty) TRY(copy_rows(change, fresh));
    TRY(drop_table(sync, change->name));
    TRY(rename_table(sync, fresh, change->name));
    change->rebuilt = true;
    return NULL;
}

/* ---- one table ---- */

/* Whether ALTER TABLE can do it. Looks at the catalogs alone. */
static err in_place(const struct change *change,
                    const struct numbers *added,
                    const struct numbers *gone,
                    bool *out)
{
    struct schema_sync *sync = change->sync;
    str old_key, new_key;
    *out = false;
    if (using_of(sync, change->new->oid, 0) || renames_clash(change)) return NULL;
    TRY(table_key(sync, sync->before, change->old, gone, &old_key));
    TRY(table_key(sync, sync->after, change->new, added, &new_key));
    *out = str_eq(old_key, new_key) && (!gone->count || can_drop(change, gone));
    for (size_t i = 0; i < added->count; i++)
        *out = *out && change->old->column_count &&
               can_add(change, cat_column_numbered(change->new, added->at[i]));
    return NULL;
}

/* Tries the ways from the cheapest; *done when one was enough. */
static err change_in_place(struct change *change, bool *done)
{
    struct numbers added = columns_missing(change->sync, change->new, change->old);
    struct numbers gone = columns_missing(change->sync, change->old, change->new);
    TRY(in_place(change, &added, &gone, done));
    if (!*done) return NULL;
    TRY(drop_columns(change, &gone));
    TRY(rename_columns(change));
    for (size_t i = 0; i < added.count; i++) {
        err error = add_column(change, cat_column_numbered(change->new, added.at[i]));
        if (error) return rebuild_error(change, error);
    }
    return NULL;
}

static err index_text(struct schema_sync *sync,
                      const struct catalog *catalog,
                      const struct cat_relation *relation,
                      const struct cat_index *index,
                      enum schema_text kind,
                      str *out)
{
    struct schema_print print = {
        .arena = sync->arena, .catalog = catalog, .relation = relation, .kind = kind};
    struct buf *text = buf_in(sync->arena, 0);
    *out = STR("");
    if (!schema_index_present(&print, index)) return NULL;
    TRY(schema_print_index(&print, index, text));
    mark_kept_values(sync, &print, text);
    *out = buf_str(text);
    return NULL;
}

static const struct cat_index *index_by_oid(const struct cat_relation *relation, oid id)
{
    for (size_t i = 0; relation && i < relation->index_count; i++)
        if (relation->indexes[i].oid == id) return &relation->indexes[i];
    return NULL;
}

/* The same index in both snapshots, to the letter (names of tables and columns aside). */
static err index_same(struct change *change,
                      const struct cat_index *old,
                      const struct cat_index *new,
                      bool *out)
{
    str old_key, new_key;
    struct schema_sync *sync = change->sync;
    TRY(index_text(sync, sync->before, change->old, old, TEXT_KEY, &old_key));
    TRY(index_text(sync, sync->after, change->new, new, TEXT_KEY, &new_key));
    *out = str_eq(old_key, new_key);
    return NULL;
}

/* Indexes that go or change, before the table does: a column under an index cannot be dropped. */
static err drop_indexes(struct change *change)
{
    struct schema_sync *sync = change->sync;
    for (size_t i = 0; i < change->old->index_count; i++) {
        const struct cat_index *old = &change->old->indexes[i];
        const struct cat_index *new = index_by_oid(change->new, old->oid);
        struct schema_print print = {
            .arena = sync->arena, .catalog = sync->before, .relation = change->old};
        bool same = false;
        if (!schema_index_present(&print, old)) continue;
        if (new) TRY(index_same(change, old, new, &same));
        if (same) continue;
        str name = schema_index_name(sync->arena, old);
        TRY(schema_run(sync, buf_str(schema_sql_start(sync, "DROP INDEX ", name))));
    }
    return NULL;
}

static err create_index(struct change *change, const struct cat_index *index)
{
    struct schema_sync *sync = change->sync;
    str sql;
    TRY(index_text(sync, sync->after, change->new, index, TEXT_SQL, &sql));
    if (str_empty(sql)) return NULL;
    err error = schema_run(sync, sql);
    if (!error || !str_starts(str_of(sqlite3_errmsg(sync->db)), STR("UNIQUE"))) return error;
    return err_sql(sync->arena, "23505", "could not create unique index \"%.*s\"",
                   STR_FMT(index->name));
}

static err create_indexes(struct change *change)
{
    for (size_t i = 0; i < change->new->index_count; i++) {
        const struct cat_index *new = &change->new->indexes[i];
        const struct cat_index *old = index_by_oid(change->old, new->oid);
        bool same = false;
        if (old && !change->rebuilt) TRY(index_same(change, old, new, &same));
        if (!same) TRY(create_index(change, new));
    }
    return NULL;
}

/* ---- room for what is built anew ---- */

static err file_bytes(struct schema_sync *sync, uint64_t *out)
{
    int64_t pages, page_bytes;
    TRY(schema_ask(sync, STR("PRAGMA page_count"), &pages));
    TRY(schema_ask(sync, STR("PRAGMA page_size"), &page_bytes));
    *out = (uint64_t)pages * (uint64_t)page_bytes;
    return NULL;
}

/* Pages of the table and its indexes as they are; those of the whole file in a SQLite without dbstat. */
static err table_bytes(struct schema_sync *sync, str name, uint64_t *out)
{
    static const char sql[] =
        "SELECT sum(d.pgsize) FROM main.sqlite_schema AS s, dbstat AS d "
        "WHERE s.tbl_name = ?1 AND s.rootpage > 0 AND d.name = s.name AND d.aggregate = 1";
    sqlite3_stmt *statement;
    if (!sqlite3_compileoption_used("ENABLE_DBSTAT_VTAB")) return file_bytes(sync, out);
    if (sqlite3_prepare_v2(sync->db, sql, -1, &statement, NULL) != SQLITE_OK)
        return schema_failed(sync);
    sqlite3_bind_text(statement, 1, name.at, (int)name.len, SQLITE_STATIC);
    int rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW) *out = (uint64_t)sqlite3_column_int64(statement, 0);
    err error = rc == SQLITE_ROW ? NULL : schema_failed(sync);
    sqlite3_finalize(statement);
    return error;
}

static err must_rebuild(const struct change *change, bool *out)
{
    bool possible, empty = false;
    struct numbers added = columns_missing(change->sync, change->new, change->old);
    struct numbers gone = columns_missing(change->sync, change->old, change->new);
    TRY(in_place(change, &added, &gone, &possible));
    if (!possible) TRY(is_empty(change->sync, change->old->physical, &empty));
    *out = !possible && !empty;
    return NULL;
}

static err no_room(struct schema_sync *sync, uint64_t needed, uint64_t free_bytes)
{
    static const uint64_t mb = 1000000;
    struct err *error = err_sql(
        sync->arena, "53100",
        "could not rebuild tables: %llu MB of free disk are needed, %llu MB are there",
        (unsigned long long)((needed + mb - 1) / mb), (unsigned long long)(free_bytes / mb));
    return err_hint(
        sync->arena, error,
        "A changed table is written anew, into the log and then into the file: twice its "
        "size must be free.");
}

/* Before anything is changed: a rebuilt table is written to the log and, at the checkpoint, once more
 * to the file. What was rebuilt earlier in the transaction still has to come there. */
static err check_room(struct schema_sync *sync, const struct change *changes, size_t count)
{
    uint64_t sum = 0, file;
    uint64_t free_bytes = disk_free_bytes(sync->disk);
    TRY(file_bytes(sync, &file));
    /* Twice everything fits: no need to count, which reads each page. */
    if (free_bytes / 2 > file + sync->rebuilt_bytes) return NULL;
    for (size_t i = 0; i < count; i++) {
        bool rebuilt = false;
        uint64_t bytes = 0;
        if (changes[i].old && cat_relation_is_stored(changes[i].old))
            TRY(must_rebuild(&changes[i], &rebuilt));
        if (!rebuilt) continue;
        TRY(table_bytes(sync, changes[i].old->physical, &bytes));
        sum += bytes;
        if (!bytes || free_bytes > 2 * sum + sync->rebuilt_bytes) continue;
        sync->failed_relation = changes[i].new->oid;
        return no_room(sync, 2 * sum + sync->rebuilt_bytes, free_bytes);
    }
    sync->rebuilt_bytes += sum;
    return NULL;
}

/* ---- all tables ---- */

static bool is_table(const struct cat_relation *relation)
{
    return relation && cat_relation_is_stored(relation);
}

/* Which tables may differ: those whose object changed; all when a type or a function did, for
 * checks and collations may rest on them. */
static bool may_differ(const struct schema_sync *sync,
                       const struct cat_relation *old,
                       const struct cat_relation *new,
                       bool everything)
{
    return everything || old != new || using_of(sync, new->oid, 0);
}

static err drop_gone(struct schema_sync *sync, bool moved)
{
    size_t at = 0;
    const struct cat_relation *old;
    while ((old = catalog_relation_next(sync->before, &at))) {
        if (!is_table(old) || is_table(catalog_relation(sync->after, old->oid))) continue;
        if (schema_rows_move(sync, old->oid) != moved) continue;
        sync->failed_relation = old->oid;
        TRY(drop_table(sync, old->physical));
    }
    return NULL;
}

/* Tables to their new names first, by way of a name that nobody has, for two may swap. */
static err rename_tables(struct schema_sync *sync)
{
    size_t at = 0;
    const struct cat_relation *old;
    for (int turn = 0; turn < 2; turn++) {
        at = 0;
        while ((old = catalog_relation_next(sync->before, &at))) {
            const struct cat_relation *new = catalog_relation(sync->after, old->oid);
            if (!is_table(old) || !is_table(new) || str_eq(old->physical, new->physical)) continue;
            str passing = str_printf(sync->arena, "~moving:%u", (unsigned)old->oid);
            TRY(turn == 0 ? rename_table(sync, old->physical, passing)
                          : rename_table(sync, passing, new->physical));
        }
    }
    return NULL;
}

static err change_table(struct change *change)
{
    bool done;
    TRY(drop_indexes(change));
    TRY(change_in_place(change, &done));
    return done ? NULL : rebuild(change);
}

static err create_table(struct change *change)
{
    str sql;
    struct schema_sync *sync = change->sync;
    TRY(schema_table_sql(sync->arena, sync->after, change->new, STR_NONE, &sql));
    return schema_run(sync, sql);
}

struct changes {
    VEC(struct change);
};

static err collect(struct schema_sync *sync, struct changes *changes)
{
    bool everything =
        types_changed(sync->before, sync->after) || functions_changed(sync->before, sync->after);
    size_t at = 0, old_at = 0;
    const struct cat_relation *new, *before = catalog_relation_next(sync->before, &old_at);
    while ((new = catalog_relation_next(sync->after, &at))) {
        while (before && before->oid < new->oid)
            before = catalog_relation_next(sync->before, &old_at);
        const struct cat_relation *old = before && before->oid == new->oid ? before : NULL;
        if (!is_table(new) || !may_differ(sync, old, new, everything)) continue;
        *VEC_ADD(sync->arena, changes) =
            (struct change){.sync = sync, .old = old, .new = new, .name = new->physical};
    }
    return NULL;
}

/* ---- foreign keys of rows that are there ---- */

static bool has_foreign_keys(const struct cat_relation *relation)
{
    for (size_t i = 0; i < relation->constraint_count; i++)
        if (relation->constraints[i].kind == 'f') return true;
    return false;
}

/* Rebuilt tables, and those that refer to one whose rows were cast. */
static err check_rebuilt(struct schema_sync *sync, const struct changes *changes)
{
    bool cast = false;
    for (size_t i = 0; i < changes->count; i++)
        cast = cast || using_of(sync, changes->at[i].new->oid, 0);
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(sync->after, &at))) {
        bool wanted = cast;
        for (size_t i = 0; i < changes->count; i++)
            wanted = wanted || (changes->at[i].new == relation && changes->at[i].rebuilt);
        if (!wanted || !is_table(relation) || !has_foreign_keys(relation)) continue;
        sync->failed_relation = relation->oid;
        TRY(schema_check_foreign_keys(sync, relation));
    }
    return NULL;
}

/* ---- EXCLUDE ---- */

static const char *const exclusion_events[] = {"INSERT", "UPDATE"};

static bool excludes(const struct cat_index *index)
{
    return index->element_count && !str_empty(index->elements[0].exclude);
}

/* Before anything else: a trigger would be in the way of what it names. */
static err drop_exclusions(struct schema_sync *sync, const struct cat_relation *old)
{
    for (size_t i = 0; is_table(old) && i < old->index_count; i++) {
        if (!excludes(&old->indexes[i])) continue;
        for (size_t e = 0; e < COUNT_OF(exclusion_events); e++) {
            str name = schema_exclusion_name(sync->arena, &old->indexes[i], exclusion_events[e]);
            TRY(schema_run(sync, buf_str(schema_sql_start(sync, "DROP TRIGGER IF EXISTS ", name))));
        }
    }
    return NULL;
}

/* Rows that were there before the constraint. */
static err check_exclusion(struct change *change,
                           const struct schema_print *print,
                           const struct cat_index *index)
{
    int64_t found;
    struct schema_sync *sync = change->sync;
    struct buf *sql = buf_in(sync->arena, 0);
    buf_lit(sql, "SELECT 1, ");
    TRY(schema_print_excluded(print, index, true, sql));
    buf_lit(sql, " FROM ");
    print_ident(sql, change->new->physical);
    buf_lit(sql, " JOIN ");
    print_ident(sql, change->new->physical);
    buf_lit(sql, " AS NEW WHERE ");
    TRY(schema_print_conflict(print, index, sql));
    buf_lit(sql, " LIMIT 1");
    TRY(schema_ask(sync, buf_str(sql), &found));
    if (!found) return NULL;
    return err_sql(sync->arena, "23P01", "could not create exclusion constraint \"%.*s\"",
                   STR_FMT(index->name));
}

static err create_exclusions(struct change *change)
{
    struct schema_sync *sync = change->sync;
    struct schema_print print = {
        .arena = sync->arena, .catalog = sync->after, .relation = change->new};
    for (size_t i = 0; i < change->new->index_count; i++) {
        const struct cat_index *index = &change->new->indexes[i];
        if (!excludes(index)) continue;
        bool known = index_by_oid(change->old, index->oid) && !change->rebuilt;
        if (is_table(change->old) && !known) TRY(check_exclusion(change, &print, index));
        for (size_t e = 0; e < COUNT_OF(exclusion_events); e++) {
            struct buf *sql = buf_in(sync->arena, 0);
            TRY(schema_print_exclusion(&print, index, exclusion_events[e], sql));
            TRY(schema_run(sync, buf_str(sql)));
        }
    }
    return NULL;
}

/* ---- the whole ---- */

static err sync_tables(struct schema_sync *sync)
{
    struct changes changes = {0};
    TRY(collect(sync, &changes));
    if (sync->disk) TRY(check_room(sync, changes.at, changes.count));
    for (size_t i = 0; i < changes.count; i++) TRY(drop_exclusions(sync, changes.at[i].old));
    TRY(drop_gone(sync, false));
    TRY(rename_tables(sync));
    for (size_t i = 0; i < changes.count; i++) {
        struct change *change = &changes.at[i];
        sync->failed_relation = change->new->oid;
        TRY(is_table(change->old) ? change_table(change) : create_table(change));
    }
    for (size_t i = 0; i < changes.count; i++) {
        sync->failed_relation = changes.at[i].new->oid;
        TRY(create_indexes(&changes.at[i]));
        TRY(create_exclusions(&changes.at[i]));
    }
    sync->failed_relation = OID_NONE;
    TRY(schema_effects(sync));
    TRY(drop_gone(sync, true));
    return check_rebuilt(sync, &changes);
}

/* A table that is dropped to be made anew, or because CASCADE took what referred to it, must not
 * empty its children: enforcement is off around these statements alone. */
err schema_sync(struct schema_sync *sync)
{
    int before = 0;
    sqlite3_db_config(sync->db, SQLITE_DBCONFIG_ENABLE_FKEY, -1, &before);
    sqlite3_db_config(sync->db, SQLITE_DBCONFIG_ENABLE_FKEY, 0, NULL);
    err error = sync_tables(sync);
    sqlite3_db_config(sync->db, SQLITE_DBCONFIG_ENABLE_FKEY, before, NULL);
    return error;
}
