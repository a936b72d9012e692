#include "engine/sqlite/system_table.h"

#include <string.h>

#include "engine/sqlite/functions_caches.h"
#include "engine/sqlite/functions_int.h"
#include "sql/system_catalog.h"

/* ---- rows that are kept ----------------------------------------------------------------------- */

/* Rows of one hash of a column's value are chained by number + 1; 0 ends. */
struct column_index {
    uint32_t *heads; /* NULL: not made yet */
    uint32_t *next;
    size_t mask;
};

struct system_table {
    struct arena *arena;
    const struct system_relation *relation;
    struct system_rows rows;
    struct column_index *indexes; /* per column */
    int readers;
};

void system_tables_forget(struct system_tables *tables)
{
    size_t kept = 0;
    for (size_t i = 0; i < tables->count; i++) {
        if (tables->at[i]->readers > 0)
            tables->at[kept++] = tables->at[i];
        else
            arena_free(tables->at[i]->arena);
    }
    tables->count = kept;
}

static struct system_table *make(struct sqlite_session *session,
                                 const struct system_relation *relation,
                                 oid role)
{
    struct arena *arena = arena_new(0);
    struct system_table *table = ARENA_NEW(arena, struct system_table);
    *table = (struct system_table){
        .arena = arena,
        .relation = relation,
        .rows = {.arena = arena,
                 .catalog = session->catalog,
                 .role = role,
                 .relation = &relation->relation},
        .indexes = ARENA_ARRAY(arena, struct column_index, relation->relation.column_count),
    };
    relation->rows(&table->rows);
    return table;
}

/* NULL: too many are being read at once. */
static struct system_table *find(struct sqlite_session *session,
                                 const struct system_relation *relation,
                                 oid role)
{
    struct system_tables *tables = session->system;
    for (size_t i = 0; i < tables->count; i++) {
        struct system_table *table = tables->at[i];
        if (table->relation == relation && table->rows.role == role &&
            table->rows.catalog == session->catalog)
            return table;
    }
    if (tables->count == SYSTEM_TABLES_MAX) system_tables_forget(tables);
    if (tables->count == SYSTEM_TABLES_MAX) return NULL;
    tables->at[tables->count] = make(session, relation, role);
    return tables->at[tables->count++];
}

static const struct value *value_at(const struct system_table *table, size_t row, size_t column)
{
    return &table->rows.values[row * table->relation->relation.column_count + column];
}

static uint64_t hash_of(const struct value *value)
{
    if (value->kind == VALUE_TEXT) return str_hash(value->s, 0);
    return str_hash(str_from(&value->i, sizeof value->i), 0);
}

static const struct column_index *index_of(struct system_table *table, size_t column)
{
    struct column_index *index = &table->indexes[column];
    if (index->heads) return index;
    size_t buckets = 8;
    while (buckets < table->rows.count) buckets *= 2;
    index->mask = buckets - 1;
    index->heads = ARENA_ARRAY(table->arena, uint32_t, buckets);
    index->next = ARENA_ARRAY(table->arena, uint32_t, table->rows.count + 1);
    for (size_t row = table->rows.count; row-- > 0;) {
        uint32_t *head = &index->heads[hash_of(value_at(table, row, column)) & index->mask];
        index->next[row] = *head;
        *head = (uint32_t)row + 1;
    }
    return index;
}

static bool same(const struct value *a, const struct value *b)
{
    if (a->kind != b->kind || a->kind == VALUE_NULL) return false;
    return a->kind == VALUE_TEXT ? str_eq(a->s, b->s) : a->i == b->i;
}

/* ---- the virtual table ------------------------------------------------------------------------ */

struct module {
    struct sqlite_session *session;
    const struct system_relation *relation;
};

struct table_vtab {
    sqlite3_vtab base; /* first: SQLite's */
    const struct module *module;
};

struct table_cursor {
    sqlite3_vtab_cursor base; /* first: SQLite's */
    struct system_table *table;
    size_t row;
    const struct column_index *index; /* rows of one value alone, or NULL */
    size_t column;
    struct value wanted;
    struct buf text; /* behind wanted */
};

static struct table_cursor *cursor_of(sqlite3_vtab_cursor *cursor)
{
    return (struct table_cursor *)cursor;
}

static int table_connect(
    sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **vtab, char **error)
{
    (void)argc;
    (void)argv;
    (void)error;
    const struct module *module = aux;
    const struct cat_relation *relation = &module->relation->relation;
    struct buf sql;
    buf_init(&sql, 0);
    buf_lit(&sql, "CREATE TABLE x(");
    for (size_t i = 0; i < relation->column_count; i++)
        buf_printf(&sql, "\"%.*s\",", STR_FMT(relation->columns[i].name));
    buf_append(&sql, "\"~role\" HIDDEN)", sizeof "\"~role\" HIDDEN)");
    int code = sqlite3_declare_vtab(db, sql.at);
    buf_deinit(&sql);
    if (code != SQLITE_OK) return code;
    sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);
    struct table_vtab *table = sqlite3_malloc(sizeof *table);
    if (!table) return SQLITE_NOMEM;
    memset(table, 0, sizeof *table);
    table->module = module;
    *vtab = &table->base;
    return SQLITE_OK;
}

static int table_disconnect(sqlite3_vtab *vtab)
{
    sqlite3_free(vtab);
    return SQLITE_OK;
}

static bool is_plain_equality(sqlite3_index_info *info, int index)
{
    const struct sqlite3_index_constraint *constraint = &info->aConstraint[index];
    if (!constraint->usable || constraint->op != SQLITE_INDEX_CONSTRAINT_EQ) return false;
    return sqlite3_stricmp(sqlite3_vtab_collation(info, index), "BINARY") == 0;
}

/* Plan: 1 + the column that is looked up, 0 for all rows. Arguments: the role, the value. */
static int table_best_index(sqlite3_vtab *vtab, sqlite3_index_info *info)
{
    enum { ROWS_ALL = 500, ROWS_FEW = 4 };
    const struct module *module = ((struct table_vtab *)vtab)->module;
    int role_at = (int)module->relation->relation.column_count;
    int role = -1, found = -1;
    for (int i = 0; i < info->nConstraint; i++) {
        if (info->aConstraint[i].iColumn == role_at) {
            if (!info->aConstraint[i].usable) return SQLITE_CONSTRAINT;
            role = i;
        } else if (info->aConstraint[i].iColumn >= 0 && found < 0 && is_plain_equality(info, i)) {
            found = i;
        }
    }
    if (role < 0) return SQLITE_CONSTRAINT;
    info->aConstraintUsage[role].argvIndex = 1;
    info->aConstraintUsage[role].omit = 1;
    if (found >= 0) {
        info->aConstraintUsage[found].argvIndex = 2;
        info->idxNum = 1 + info->aConstraint[found].iColumn;
    }
    info->estimatedRows = found >= 0 ? ROWS_FEW : ROWS_ALL;
    info->estimatedCost = (double)info->estimatedRows;
    return SQLITE_OK;
}

static int table_open(sqlite3_vtab *vtab, sqlite3_vtab_cursor **out)
{
    (void)vtab;
    struct table_cursor *cursor = sqlite3_malloc(sizeof *cursor);
    if (!cursor) return SQLITE_NOMEM;
    memset(cursor, 0, sizeof *cursor);
    buf_init(&cursor->text, 0);
    *out = &cursor->base;
    return SQLITE_OK;
}

static void let_go(struct table_cursor *cursor)
{
    if (cursor->table) cursor->table->readers--;
    cursor->table = NULL;
}

static int table_close(sqlite3_vtab_cursor *base)
{
    struct table_cursor *cursor = cursor_of(base);
    let_go(cursor);
    buf_deinit(&cursor->text);
    sqlite3_free(cursor);
    return SQLITE_OK;
}

/* The row itself, or the next one behind it whose value is the wanted one. */
static void settle(struct table_cursor *cursor)
{
    while (cursor->row < cursor->table->rows.count &&
           !same(value_at(cursor->table, cursor->row, cursor->column), &cursor->wanted)) {
        uint32_t next = cursor->index->next[cursor->row];
        cursor->row = next ? next - 1 : cursor->table->rows.count;
    }
}

static int table_filter(
    sqlite3_vtab_cursor *base, int plan, const char *plan_text, int argc, sqlite3_value **argv)
{
    (void)plan_text;
    struct table_cursor *cursor = cursor_of(base);
    const struct module *module = ((struct table_vtab *)base->pVtab)->module;
    let_go(cursor);
    cursor->row = 0;
    cursor->index = NULL;
    if (!module->session->catalog) return SQLITE_MISUSE;
    struct system_table *table =
        find(module->session, module->relation, (oid)sqlite3_value_int64(argv[0]));
    if (!table) return SQLITE_NOMEM;
    cursor->table = table;
    table->readers++;
    if (plan == 0 || argc < 2) return SQLITE_OK;
    struct value wanted = value_of_sqlite(argv[1]);
    /* Of a REAL SQLite compares all rows itself: an integer may equal it. */
    if (wanted.kind != VALUE_INT && wanted.kind != VALUE_TEXT && wanted.kind != VALUE_NULL)
        return SQLITE_OK;
    if (wanted.kind == VALUE_TEXT) {
        buf_clear(&cursor->text);
        buf_str_add(&cursor->text, wanted.s);
        wanted.s = buf_str(&cursor->text);
    }
    cursor->column = (size_t)plan - 1;
    cursor->wanted = wanted;
    cursor->index = index_of(table, cursor->column);
    uint32_t head = cursor->index->heads[hash_of(&wanted) & cursor->index->mask];
    cursor->row = head ? head - 1 : table->rows.count;
    settle(cursor);
    return SQLITE_OK;
}

static int table_next(sqlite3_vtab_cursor *base)
{
    struct table_cursor *cursor = cursor_of(base);
    if (!cursor->index) {
        cursor->row++;
        return SQLITE_OK;
    }
    uint32_t next = cursor->index->next[cursor->row];
    cursor->row = next ? next - 1 : cursor->table->rows.count;
    settle(cursor);
    return SQLITE_OK;
}

static int table_eof(sqlite3_vtab_cursor *base)
{
    const struct table_cursor *cursor = cursor_of(base);
    return !cursor->table || cursor->row >= cursor->table->rows.count;
}

static int table_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    const struct table_cursor *cursor = cursor_of(base);
    if ((size_t)column < cursor->table->relation->relation.column_count)
        value_to_sqlite(context, value_at(cursor->table, cursor->row, (size_t)column));
    return SQLITE_OK;
}

static int table_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
    *out = (sqlite3_int64)cursor_of(base)->row;
    return SQLITE_OK;
}

/* No xCreate: the tables are eponymous only. */
static const sqlite3_module table_module = {
    .xConnect = table_connect,
    .xBestIndex = table_best_index,
    .xDisconnect = table_disconnect,
    .xOpen = table_open,
    .xClose = table_close,
    .xFilter = table_filter,
    .xNext = table_next,
    .xEof = table_eof,
    .xColumn = table_column,
    .xRowid = table_rowid,
};

int system_tables_register(sqlite3 *db, struct sqlite_session *session)
{
    struct arena *arena = function_caches_arena(session->caches);
    if (!session->system) session->system = ARENA_NEW(arena, struct system_tables);
    size_t at = 0;
    const struct system_relation *relation;
    while ((relation = system_relation_next(&at))) {
        struct module *module = ARENA_NEW(arena, struct module);
        *module = (struct module){session, relation};
        int code = sqlite3_create_module_v2(db, relation->relation.physical.at, &table_module,
                                            module, NULL);
        if (code != SQLITE_OK) return code;
    }
    return SQLITE_OK;
}
