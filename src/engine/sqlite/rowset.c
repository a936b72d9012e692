/* engine/sqlite/rowset.c - row sets and their virtual table. See rowset.h. */
#include "engine/sqlite/rowset.h"

#include <assert.h>
#include <string.h>

#include "base/buf.h"

struct rowset *rowset_new(struct arena *arena, size_t columns)
{
    struct rowset *set = ARENA_NEW(arena, struct rowset);
    set->arena = arena;
    set->columns = columns;
    return set;
}

static err no_memory(struct arena *arena)
{
    return err_new(arena, ERR_NO_MEMORY, "the rows of this statement take too much memory");
}

static err rowset_grow(struct rowset *set)
{
    size_t capacity = set->capacity ? set->capacity * 2 : 4, cells, bytes;
    if (!size_mul(capacity, set->columns, &cells) || !size_mul(cells, sizeof(struct value), &bytes))
        return no_memory(set->arena);
    struct value *values = arena_try_alloc(set->arena, bytes);
    if (values == NULL) return no_memory(set->arena);
    if (set->count > 0) memcpy(values, set->values, set->count * set->columns * sizeof *values);
    set->values = values;
    set->capacity = capacity;
    return NULL;
}

static err copy_bytes(struct arena *arena, struct value *value)
{
    if (value->kind != VALUE_TEXT && value->kind != VALUE_BLOB) return NULL;
    char *copy = arena_try_alloc(arena, value->s.len + 1);
    if (copy == NULL) return no_memory(arena);
    if (value->s.len > 0) memcpy(copy, value->s.at, value->s.len);
    value->s.at = copy;
    return NULL;
}

err rowset_add(struct rowset *set, sqlite3_stmt *row)
{
    if (set->count == set->capacity) TRY(rowset_grow(set));
    struct value *values = set->values + set->count * set->columns;
    for (size_t i = 0; i < set->columns; i++) {
        values[i] = value_of_column(row, (int)i);
        TRY(copy_bytes(set->arena, &values[i]));
    }
    set->count++;
    return NULL;
}

err rowset_add_values(struct rowset *set, const struct value *values)
{
    if (set->count == set->capacity) TRY(rowset_grow(set));
    struct value *row = set->values + set->count * set->columns;
    for (size_t i = 0; i < set->columns; i++) {
        row[i] = values[i];
        TRY(copy_bytes(set->arena, &row[i]));
    }
    set->count++;
    return NULL;
}

void rowset_hold(struct rowset *set)
{
    if (set->holders > 0) set->holders++;
}

void rowset_release(void *object)
{
    struct rowset *set = object;
    if (set == NULL || set->holders == 0 || --set->holders > 0) return;
    arena_free(set->arena);
}

const char *rowset_table(size_t columns)
{
    assert(columns <= ROWSET_WIDE);
    return columns <= ROWSET_NARROW ? "dapur_rows" : "dapur_rows_wide";
}

/* ---- the aggregate -------------------------------------------------------------------------- */

enum { COLLECTED_BYTES_MAX = 64 * 1024 * 1024 };

static struct rowset *collected_new(size_t columns)
{
    struct rowset *set = rowset_new(arena_new(COLLECTED_BYTES_MAX), columns);
    set->holders = 1;
    return set;
}

static void collect_step(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct rowset **set = sqlite3_aggregate_context(context, sizeof *set);
    if (set == NULL) return;
    if (*set == NULL) *set = collected_new((size_t)argc);
    struct value *row = arena_try_alloc((*set)->arena, (size_t)argc * sizeof *row);
    err error = row == NULL ? no_memory((*set)->arena) : NULL;
    for (int i = 0; !error && i < argc; i++) row[i] = rowset_value(argv[i]);
    if (!error) error = rowset_add_values(*set, row);
    if (error) sqlite3_result_error_nomem(context);
}

/* Called after an error too. */
static void collect_final(sqlite3_context *context)
{
    struct rowset **set = sqlite3_aggregate_context(context, 0);
    struct rowset *collected = set != NULL ? *set : NULL;
    if (collected != NULL)
        sqlite3_result_pointer(context, collected, ROWSET_POINTER, rowset_release);
}

/* ---- the virtual table ---------------------------------------------------------------------- */

enum { COLUMN_SET = 0, PLAN_NO_SET = 0, PLAN_SET = 1 };

struct rows_vtab {
    sqlite3_vtab base; /* first: SQLite's */
    size_t columns;
};

struct rows_cursor {
    sqlite3_vtab_cursor base; /* first: SQLite's */
    const struct rowset *set; /* NULL: none was given */
    size_t at;
};

static struct rows_cursor *cursor_of(sqlite3_vtab_cursor *cursor)
{
    return (struct rows_cursor *)cursor;
}

/* aux: how many columns this width has. */
static int rows_connect(
    sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **vtab, char **error)
{
    (void)argc;
    (void)argv;
    (void)error;
    size_t columns = *(const size_t *)aux;
    struct buf sql;
    buf_init(&sql, 0);
    buf_lit(&sql, "CREATE TABLE x(\"set\" HIDDEN");
    for (size_t i = 0; i < columns; i++) buf_printf(&sql, ",c%zu", i);
    buf_append(&sql, ",ordinality HIDDEN)", sizeof ",ordinality HIDDEN)");
    int code = sqlite3_declare_vtab(db, sql.at);
    buf_deinit(&sql);
    if (code != SQLITE_OK) return code;
    sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);
    struct rows_vtab *made = sqlite3_malloc(sizeof *made);
    if (made == NULL) return SQLITE_NOMEM;
    memset(made, 0, sizeof *made);
    made->columns = columns;
    *vtab = &made->base;
    return SQLITE_OK;
}

static int rows_disconnect(sqlite3_vtab *vtab)
{
    sqlite3_free(vtab);
    return SQLITE_OK;
}

/* The set must be known; a plan without it is refused, so that the planner puts the table whose
 * column it is compared with (none: it is always a parameter) first. */
static int rows_best_index(sqlite3_vtab *vtab, sqlite3_index_info *info)
{
    (void)vtab;
    for (int i = 0; i < info->nConstraint; i++) {
        if (info->aConstraint[i].iColumn != COLUMN_SET ||
            info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ)
            continue;
        if (!info->aConstraint[i].usable) return SQLITE_CONSTRAINT;
        info->aConstraintUsage[i].argvIndex = 1;
        info->aConstraintUsage[i].omit = 1;
        info->idxNum = PLAN_SET;
    }
    /* Few rows: a join starts here and looks the others up. */
    info->estimatedCost = 10;
    info->estimatedRows = 10;
    bool by_rowid =
        info->nOrderBy == 1 && info->aOrderBy[0].iColumn == -1 && !info->aOrderBy[0].desc;
    info->orderByConsumed = by_rowid;
    return SQLITE_OK;
}

static int rows_open(sqlite3_vtab *vtab, sqlite3_vtab_cursor **out)
{
    (void)vtab;
    struct rows_cursor *cursor = sqlite3_malloc(sizeof *cursor);
    if (cursor == NULL) return SQLITE_NOMEM;
    memset(cursor, 0, sizeof *cursor);
    *out = &cursor->base;
    return SQLITE_OK;
}

static int rows_close(sqlite3_vtab_cursor *cursor)
{
    rowset_release((void *)(uintptr_t)cursor_of(cursor)->set);
    sqlite3_free(cursor);
    return SQLITE_OK;
}

static int rows_filter(
    sqlite3_vtab_cursor *base, int plan, const char *plan_text, int argc, sqlite3_value **argv)
{
    struct rows_cursor *cursor = cursor_of(base);
    (void)plan_text;
    cursor->at = 0;
    struct rowset *former = (struct rowset *)(uintptr_t)cursor->set;
    struct rowset *set = NULL;
    if (plan == PLAN_SET && argc == 1) set = sqlite3_value_pointer(argv[0], ROWSET_POINTER);
    /* The register that the value came in may be used for something else before the scan ends. */
    if (set != NULL) rowset_hold(set);
    cursor->set = set;
    rowset_release(former);
    return SQLITE_OK;
}

static int rows_next(sqlite3_vtab_cursor *cursor)
{
    cursor_of(cursor)->at++;
    return SQLITE_OK;
}

static int rows_eof(sqlite3_vtab_cursor *base)
{
    const struct rows_cursor *cursor = cursor_of(base);
    return cursor->set == NULL || cursor->at >= cursor->set->count;
}

static int rows_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    const struct rows_cursor *cursor = cursor_of(base);
    const struct rows_vtab *vtab = (const struct rows_vtab *)base->pVtab;
    if ((size_t)column == vtab->columns + 1)
        sqlite3_result_int64(context, (sqlite3_int64)cursor->at + 1);
    if (column == COLUMN_SET || (size_t)column > cursor->set->columns) return SQLITE_OK;
    const struct value *value = &rowset_row(cursor->set, cursor->at)[column - 1];
    /* A step's set outlives the statement; a function's goes when the next call fills another. */
    sqlite3_destructor_type copy = cursor->set->holders > 0 ? SQLITE_TRANSIENT : SQLITE_STATIC;
    switch (value->kind) {
    case VALUE_NULL: sqlite3_result_null(context); break;
    case VALUE_INT: sqlite3_result_int64(context, value->i); break;
    case VALUE_REAL: sqlite3_result_double(context, value->r); break;
    case VALUE_TEXT:
        sqlite3_result_text64(context, value->s.at, value->s.len, copy, SQLITE_UTF8);
        break;
    case VALUE_BLOB: sqlite3_result_blob64(context, value->s.at, value->s.len, copy); break;
    }
    return SQLITE_OK;
}

static int rows_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *out)
{
    *out = (sqlite3_int64)cursor_of(cursor)->at;
    return SQLITE_OK;
}

/* No xCreate: the table is eponymous only. */
static const sqlite3_module rows_module = {
    .xConnect = rows_connect,
    .xBestIndex = rows_best_index,
    .xDisconnect = rows_disconnect,
    .xOpen = rows_open,
    .xClose = rows_close,
    .xFilter = rows_filter,
    .xNext = rows_next,
    .xEof = rows_eof,
    .xColumn = rows_column,
    .xRowid = rows_rowid,
};

int rowset_register(sqlite3 *db)
{
    static const size_t narrow = ROWSET_NARROW, wide = ROWSET_WIDE;
    int code =
        sqlite3_create_module_v2(db, "dapur_rows", &rows_module, (void *)(uintptr_t)&narrow, NULL);
    if (code != SQLITE_OK) return code;
    code = sqlite3_create_module_v2(db, "dapur_rows_wide", &rows_module, (void *)(uintptr_t)&wide,
                                    NULL);
    if (code != SQLITE_OK) return code;
    return sqlite3_create_function_v2(db, "dapur_collect", -1,
                                      SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL,
                                      NULL, collect_step, collect_final, NULL);
}
