/* engine/sqlite/constraint_error.c - see constraint_error.h. */
#include "engine/sqlite/constraint_error.h"

#include "engine/sqlite/functions.h"
#include "engine/sqlite/print.h"
#include "engine/sqlite/schema.h"

/* ---- errors without a table ------------------------------------------------------------------- */

struct code_row {
    int code; /* SQLite's primary code */
    const char *sqlstate;
    const char *message;
};

static const struct code_row code_rows[] = {
    {SQLITE_INTERRUPT, "57014", "canceling statement due to statement timeout"            },
    {SQLITE_NOMEM,     "53200", "out of memory"                                           },
    {SQLITE_TOOBIG,    "54000", "a value is larger than this database takes"              },
    {SQLITE_CORRUPT,   "XX001", "the database file is damaged"                            },
    {SQLITE_NOTADB,    "XX001", "the database file is damaged"                            },
    {SQLITE_READONLY,  "25006", "cannot execute this statement in a read-only transaction"},
    {SQLITE_BUSY,      "55P03", "could not obtain lock on the database"                   },
    {SQLITE_LOCKED,    "55P03", "could not obtain lock on the database"                   },
    {SQLITE_AUTH,      "42501", "permission denied"                                       },
};

/* How SQLite words what PostgreSQL has a code for. */
struct text_row {
    const char *starts;
    const char *sqlstate;
};

static const struct text_row text_rows[] = {
    {"no such table",                "42P01"},
    {"no such column",               "42703"},
    {"no such function",             "42883"},
    {"wrong number of arguments",    "42883"},
    {"integer overflow",             "22003"},
    {"malformed JSON",               "22P02"},
    {"parser stack overflow",        "54001"},
    {"Expression tree is too large", "54001"},
    {"at most",                      "54001"}, /* 64 tables in a join */
    {"too many",                     "54011"},
    {"argument of ntile must be",    "22014"},
};

static err error_of_text(struct arena *arena, const char *message)
{
    err ours = function_error_read(arena, message);
    if (ours != NULL) return ours;
    for (size_t i = 0; i < COUNT_OF(text_rows); i++)
        if (str_starts(str_of(message), str_of(text_rows[i].starts)))
            return err_sql(arena, text_rows[i].sqlstate, "%s", message);
    struct err *cause = err_new(arena, ERR_INTERNAL, "%s", message);
    return err_cause(err_new(arena, ERR_INTERNAL, "the database refused a statement"), cause);
}

static err error_of_constraint(struct arena *arena, int code, const char *message)
{
    err ours = function_error_read(arena, message);
    if (ours != NULL) return ours;
    switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
        return err_sql(arena, "23505", "duplicate key value violates unique constraint");
    case SQLITE_CONSTRAINT_TRIGGER: /* RESTRICT is a trigger of SQLite's own; there are no others */
    case SQLITE_CONSTRAINT_FOREIGNKEY:
        return err_sql(arena, "23503", "a foreign key constraint is violated");
    case SQLITE_CONSTRAINT_NOTNULL:
        return err_sql(arena, "23502", "a null value violates a not-null constraint");
    case SQLITE_CONSTRAINT_CHECK: return err_sql(arena, "23514", "%s", message);
    case SQLITE_CONSTRAINT_DATATYPE: {
        bool number = str_starts(str_of(message), STR("cannot store REAL value in INTEGER"));
        return err_sql(arena, number ? "22003" : "22P02", "%s",
                       number ? "bigint out of range" : message);
    }
    default: return err_sql(arena, "23000", "%s", message);
    }
}

static err error_of_code(struct arena *arena, int code, const char *message)
{
    for (size_t i = 0; i < COUNT_OF(code_rows); i++)
        if (code_rows[i].code == (code & 0xff))
            return err_sql(arena, code_rows[i].sqlstate, "%s", code_rows[i].message);
    if ((code & 0xff) == SQLITE_FULL) return err_new(arena, ERR_DISK_FULL, "the disk is full");
    if ((code & 0xff) == SQLITE_IOERR)
        return err_cause(err_new(arena, ERR_IO, "reading or writing the database failed"),
                         err_new(arena, ERR_IO, "%s (%d)", message, code));
    if ((code & 0xff) == SQLITE_CONSTRAINT) return error_of_constraint(arena, code, message);
    return error_of_text(arena, message);
}

err sqlite_error(struct arena *arena, sqlite3 *db, int code)
{
    /* The handle's own code says more than the step's result, when it is of the same kind. */
    int extended = sqlite3_extended_errcode(db);
    if ((extended & 0xff) == (code & 0xff)) code = extended;
    return error_of_code(arena, code, sqlite3_errmsg(db));
}

/* ---- what it is about --------------------------------------------------------------------------- */

/* constraint empty: none is told. */
static struct err *about(const struct constraint_context *context,
                         struct err *error,
                         const struct cat_relation *relation,
                         str constraint)
{
    struct arena *arena = context->arena;
    const struct cat_schema *schema = catalog_schema(context->catalog, relation->schema);
    if (schema != NULL) err_name(arena, error, ERR_ABOUT_SCHEMA, schema->name);
    err_name(arena, error, ERR_ABOUT_TABLE, relation->name);
    if (!str_empty(constraint)) err_name(arena, error, ERR_ABOUT_CONSTRAINT, constraint);
    return error;
}

err constraint_named(const struct constraint_context *context, err error, str constraint)
{
    return about(context, (struct err *)(uintptr_t)error, context->relation, constraint);
}

/* ---- what a detail may show ------------------------------------------------------------------- */

static bool may_see_columns(const struct constraint_context *context,
                            const int16_t *numbers,
                            size_t count)
{
    const struct cat_relation *relation = context->relation;
    if (catalog_row_security_applies(context->catalog, relation, context->role)) return false;
    if (catalog_role_has(context->catalog, context->role, relation->owner, &relation->acl, 'r',
                         PRIV_SELECT))
        return true;
    for (size_t i = 0; i < count; i++) {
        const struct cat_column *column = cat_column_numbered(relation, numbers[i]);
        if (column == NULL || !catalog_role_has_column(context->catalog, context->role, relation,
                                                       column, PRIV_SELECT))
            return false;
    }
    return count > 0;
}

static int column_index(const struct cat_relation *relation, int16_t number)
{
    for (size_t i = 0; i < relation->column_count; i++)
        if (relation->columns[i].number == number) return (int)i;
    return -1;
}

/* The value of a column in a row of the set, or NULL when the set has not got it. */
static const struct value *row_value(const struct constraint_context *context,
                                     size_t row,
                                     int16_t number)
{
    int index = column_index(context->relation, number);
    if (index < 0 || context->rows == NULL || row >= context->rows->count) return NULL;
    int position = context->positions != NULL ? context->positions[index] : index;
    if (position < 0 || (size_t)position >= context->rows->columns) return NULL;
    return &rowset_row(context->rows, row)[position];
}

static void write_value(const struct constraint_context *context,
                        const struct cat_column *column,
                        const struct value *value,
                        struct buf *out)
{
    if (value == NULL || value->kind == VALUE_NULL) {
        buf_lit(out, "null");
        return;
    }
    type_output(context->session,
                catalog_type_ref(context->arena, context->catalog, column->type, column->typmod),
                value, out);
}

/* `Key (a, b)=(1, 2)`, or empty when it may not be shown or is not known. */
static str key_text(const struct constraint_context *context,
                    const int16_t *numbers,
                    size_t count,
                    size_t row)
{
    struct buf *text = buf_in(context->arena, 0);
    if (!may_see_columns(context, numbers, count)) return STR_NONE;
    buf_lit(text, "Key (");
    for (size_t i = 0; i < count; i++) {
        const struct cat_column *column = cat_column_numbered(context->relation, numbers[i]);
        if (column == NULL || row_value(context, row, numbers[i]) == NULL) return STR_NONE;
        if (i > 0) buf_lit(text, ", ");
        buf_str_add(text, column->name);
    }
    buf_lit(text, ")=(");
    for (size_t i = 0; i < count; i++) {
        if (i > 0) buf_lit(text, ", ");
        write_value(context, cat_column_numbered(context->relation, numbers[i]),
                    row_value(context, row, numbers[i]), text);
    }
    buf_char(text, ')');
    return buf_str(text);
}

/* PostgreSQL 15 execMain.c, ExecBuildSlotValueDescription: values are cut at 64 bytes. */
enum { DETAIL_VALUE_MAX = 64 };

static struct err *add_failing_row(const struct constraint_context *context,
                                   struct err *error,
                                   size_t row)
{
    const struct cat_relation *relation = context->relation;
    struct buf *text = buf_in(context->arena, 0);
    if (context->rows == NULL || !may_see_columns(context, NULL, 0)) return error;
    for (size_t i = 0; i < relation->column_count; i++) {
        const struct value *value = row_value(context, row, relation->columns[i].number);
        if (value == NULL) return error;
        struct buf *one = buf_in(context->arena, 0);
        write_value(context, &relation->columns[i], value, one);
        if (i > 0) buf_lit(text, ", ");
        buf_str_add(text, str_slice(buf_str(one), 0, DETAIL_VALUE_MAX));
        if (one->len > DETAIL_VALUE_MAX) buf_lit(text, "...");
    }
    return err_details(context->arena, error, "Failing row contains (%.*s).",
                       STR_FMT(buf_str(text)));
}

/* ---- looking at the tables -------------------------------------------------------------------- */

/* Whether the table has a row with these values in these columns. */
static bool table_has(const struct constraint_context *context,
                      const struct cat_relation *table,
                      const int16_t *numbers,
                      const struct value **values,
                      size_t count)
{
    struct buf *sql = buf_in(context->arena, 0);
    sqlite3_stmt *stmt = NULL;
    buf_lit(sql, "SELECT 1 FROM main.");
    print_ident(sql, table->physical);
    for (size_t i = 0; i < count; i++) {
        const struct cat_column *column = cat_column_numbered(table, numbers[i]);
        if (column == NULL) return false;
        buf_str_add(sql, i == 0 ? STR(" WHERE ") : STR(" AND "));
        print_ident(sql, column->physical);
        buf_printf(sql, " = ?%zu", i + 1);
    }
    if (sqlite3_prepare_v2(context->db, sql->at, (int)sql->len, &stmt, NULL) != SQLITE_OK)
        return false;
    for (size_t i = 0; i < count; i++) rowset_bind(stmt, (int)i + 1, values[i]);
    bool found = sqlite3_step(stmt) == SQLITE_ROW;
    sqlite3_finalize(stmt);
    return found;
}

/* The row's values of these columns; false when one is NULL or not known. */
static bool key_values(const struct constraint_context *context,
                       size_t row,
                       const int16_t *numbers,
                       size_t count,
                       const struct value ***out)
{
    *out = ARENA_ARRAY(context->arena, const struct value *, count);
    for (size_t i = 0; i < count; i++) {
        (*out)[i] = row_value(context, row, numbers[i]);
        if ((*out)[i] == NULL || (*out)[i]->kind == VALUE_NULL) return false;
    }
    return true;
}

static bool same_value(const struct value *a, const struct value *b)
{
    if (a->kind != b->kind) return false;
    if (a->kind == VALUE_INT) return a->i == b->i;
    if (a->kind == VALUE_REAL) return a->r == b->r;
    return a->kind == VALUE_NULL || str_eq(a->s, b->s);
}

static bool came_before(const struct constraint_context *context,
                        size_t row,
                        const int16_t *numbers,
                        const struct value **values,
                        size_t count)
{
    for (size_t earlier = 0; earlier < row; earlier++) {
        bool same = true;
        for (size_t i = 0; i < count && same; i++)
            same = same_value(row_value(context, earlier, numbers[i]), values[i]);
        if (same) return true;
    }
    return false;
}

/* ---- 23505 ------------------------------------------------------------------------------------ */

static const struct cat_index *index_by_columns(const struct constraint_context *context,
                                                const struct cat_relation *relation,
                                                str columns)
{
    for (size_t i = 0; i < relation->index_count; i++) {
        const struct cat_index *index = &relation->indexes[i];
        struct buf *text = buf_in(context->arena, 0);
        if (!index->unique) continue;
        for (size_t k = 0; k < index->element_count; k++) {
            const struct cat_column *column =
                cat_column_numbered(relation, index->elements[k].column);
            if (k > 0) buf_lit(text, ", ");
            buf_str_add(text, relation->physical);
            buf_char(text, '.');
            if (column != NULL) buf_str_add(text, column->physical);
        }
        if (str_eq(buf_str(text), columns)) return index;
    }
    return NULL;
}

/* SQLite names the index when it is over expressions. */
static const struct cat_index *index_by_name(const struct constraint_context *context,
                                             const struct cat_relation *relation,
                                             str columns)
{
    if (!str_starts(columns, STR("index '")) || !str_ends(columns, STR("'"))) return NULL;
    str name = str_slice(columns, 7, columns.len - 1);
    for (size_t i = 0; i < relation->index_count; i++)
        if (str_eq(name, schema_index_name(context->arena, &relation->indexes[i])))
            return &relation->indexes[i];
    return NULL;
}

static const struct cat_index *unique_index(const struct constraint_context *context,
                                            str columns,
                                            const struct cat_relation **relation)
{
    size_t at = 0;
    const struct cat_relation *other = context->relation;
    do {
        const struct cat_index *index = index_by_columns(context, other, columns);
        if (index == NULL) index = index_by_name(context, other, columns);
        *relation = other;
        if (index != NULL) return index;
    } while ((other = catalog_relation_next(context->catalog, &at)) != NULL);
    return NULL;
}

static str constraint_of_index(const struct cat_relation *relation, const struct cat_index *index)
{
    for (size_t i = 0; i < relation->constraint_count; i++)
        if (relation->constraints[i].index == index->oid &&
            (relation->constraints[i].kind == 'p' || relation->constraints[i].kind == 'u'))
            return relation->constraints[i].name;
    return index->name;
}

static bool is_culprit(const struct constraint_context *context,
                       size_t row,
                       const int16_t *numbers,
                       size_t count)
{
    const struct value **values;
    if (!key_values(context, row, numbers, count, &values)) return false;
    return came_before(context, row, numbers, values, count) ||
           table_has(context, context->relation, numbers, values, count);
}

static str duplicate_key(const struct constraint_context *context, const struct cat_index *index)
{
    int16_t *numbers = ARENA_ARRAY(context->arena, int16_t, index->element_count);
    for (size_t i = 0; i < index->element_count; i++) {
        numbers[i] = index->elements[i].column;
        if (numbers[i] == 0) return STR_NONE;
    }
    if (context->rows == NULL) return STR_NONE;
    if (context->rows->count == 1) return key_text(context, numbers, index->element_count, 0);
    /* Rows of an UPDATE have their own keys in the table: which one clashed cannot be told. */
    if (context->command == QUERY_UPDATE) return STR_NONE;
    for (size_t row = 0; row < context->rows->count; row++)
        if (is_culprit(context, row, numbers, index->element_count))
            return key_text(context, numbers, index->element_count, row);
    return STR_NONE;
}

static err unique_error(const struct constraint_context *context)
{
    static const str prefix = STR_INIT("UNIQUE constraint failed: ");
    const struct cat_relation *relation;
    const struct cat_index *index = NULL;
    if (str_starts(context->message, prefix))
        index = unique_index(context, str_skip(context->message, prefix.len), &relation);
    if (index == NULL) return error_of_constraint(context->arena, context->code, "");
    str name = constraint_of_index(relation, index);
    struct err *error =
        err_sql(context->arena, "23505", "duplicate key value violates unique constraint \"%.*s\"",
                STR_FMT(name));
    about(context, error, relation, name);
    str key = relation == context->relation ? duplicate_key(context, index) : STR_NONE;
    if (str_empty(key)) return error;
    return err_details(context->arena, error, "%.*s already exists.", STR_FMT(key));
}

/* ---- 23502, 23514 ------------------------------------------------------------------------------- */

static size_t row_with_null(const struct constraint_context *context, int16_t number)
{
    for (size_t row = 0; context->rows != NULL && row < context->rows->count; row++) {
        const struct value *value = row_value(context, row, number);
        if (value != NULL && value->kind == VALUE_NULL) return row;
    }
    return 0;
}

err constraint_null_error(const struct constraint_context *context, size_t column, size_t row)
{
    struct err *error =
        err_sql(context->arena, "23502",
                "null value in column \"%.*s\" of relation \"%.*s\" violates not-null constraint",
                STR_FMT(context->relation->columns[column].name), STR_FMT(context->relation->name));
    about(context, error, context->relation, STR_NONE);
    err_name(context->arena, error, ERR_ABOUT_COLUMN, context->relation->columns[column].name);
    return add_failing_row(context, error, row);
}

static err not_null_error(const struct constraint_context *context)
{
    const struct cat_relation *relation = context->relation;
    static const str prefix = STR_INIT("NOT NULL constraint failed: ");
    str rest = str_skip(context->message, prefix.len);
    for (size_t i = 0; i < relation->column_count; i++) {
        const struct cat_column *column = &relation->columns[i];
        str full = str_printf(context->arena, "%.*s.%.*s", STR_FMT(relation->physical),
                              STR_FMT(column->physical));
        if (!str_eq(full, rest)) continue;
        return constraint_null_error(context, i, row_with_null(context, column->number));
    }
    return error_of_constraint(context->arena, context->code,
                               str_cstr(context->arena, context->message));
}

static str domain_schema(const struct constraint_context *context, str domain)
{
    for (size_t i = 0; i < context->relation->column_count; i++) {
        const struct cat_type *type =
            catalog_type(context->catalog, context->relation->columns[i].type);
        for (; type && type->kind == TYPE_KIND_DOMAIN;
             type = catalog_type(context->catalog, type->base)) {
            const struct cat_schema *schema = catalog_schema(context->catalog, type->schema);
            if (str_eq(type->name, domain) && schema) return schema->name;
        }
    }
    return STR_NONE;
}

static err check_error(const struct constraint_context *context)
{
    static const str prefix = STR_INIT("CHECK constraint failed: ");
    str name = str_starts(context->message, prefix) ? str_skip(context->message, prefix.len)
                                                    : context->message;
    str domain;
    if (str_starts(name, STR(SCHEMA_DOMAIN_PREFIX))) {
        str_cut(str_skip(name, sizeof SCHEMA_DOMAIN_PREFIX - 1), ':', &domain, &name);
        struct err *error = err_sql(context->arena, "23514",
                                    "value for domain %.*s violates check constraint \"%.*s\"",
                                    STR_FMT(domain), STR_FMT(name));
        err_name(context->arena, error, ERR_ABOUT_SCHEMA, domain_schema(context, domain));
        err_name(context->arena, error, ERR_ABOUT_DATATYPE, domain);
        return err_name(context->arena, error, ERR_ABOUT_CONSTRAINT, name);
    }
    struct err *error = err_sql(context->arena, "23514",
                                "new row for relation \"%.*s\" violates check constraint \"%.*s\"",
                                STR_FMT(context->relation->name), STR_FMT(name));
    about(context, error, context->relation, name);
    /* Of several rows the one that failed is not known. */
    bool one = context->rows != NULL && context->rows->count == 1;
    return one ? add_failing_row(context, error, 0) : error;
}

/* ---- 23503 ------------------------------------------------------------------------------------ */

/* A row of the set that refers to nothing; SIZE_MAX: none. */
static size_t orphan_row(const struct constraint_context *context,
                         const struct cat_constraint *key,
                         const struct cat_relation *parent)
{
    const struct value **values;
    for (size_t row = 0; context->rows != NULL && row < context->rows->count; row++)
        if (key_values(context, row, key->columns, key->column_count, &values) &&
            !table_has(context, parent, key->foreign_columns, values, key->column_count))
            return row;
    return SIZE_MAX;
}

static err child_side(const struct constraint_context *context)
{
    const struct cat_relation *relation = context->relation;
    for (size_t i = 0; i < relation->constraint_count; i++) {
        const struct cat_constraint *key = &relation->constraints[i];
        if (key->kind != 'f') continue;
        const struct cat_relation *parent =
            catalog_relation(context->catalog, key->foreign_relation);
        size_t row = parent != NULL ? orphan_row(context, key, parent) : SIZE_MAX;
        if (row == SIZE_MAX) continue;
        struct err *error =
            err_sql(context->arena, "23503",
                    "insert or update on table \"%.*s\" violates foreign key constraint \"%.*s\"",
                    STR_FMT(relation->name), STR_FMT(key->name));
        about(context, error, relation, key->name);
        str text = key_text(context, key->columns, key->column_count, row);
        if (str_empty(text))
            text = STR("Key"); /* PostgreSQL 15 ri_triggers.c, ri_ReportViolation */
        return err_details(context->arena, error, "%.*s is not present in table \"%.*s\".",
                           STR_FMT(text), STR_FMT(parent->name));
    }
    return NULL;
}

/* A row of the set that the other table refers to; SIZE_MAX: none is known. */
static size_t referred_row(const struct constraint_context *context,
                           const struct cat_relation *child,
                           const struct cat_constraint *key)
{
    const struct value **values;
    for (size_t row = 0; context->rows != NULL && row < context->rows->count; row++)
        if (key_values(context, row, key->foreign_columns, key->column_count, &values) &&
            table_has(context, child, key->columns, values, key->column_count))
            return row;
    return SIZE_MAX;
}

static err parent_error(const struct constraint_context *context,
                        const struct cat_relation *child,
                        const struct cat_constraint *key,
                        size_t row)
{
    struct err *error =
        err_sql(context->arena, "23503",
                "update or delete on table \"%.*s\" violates foreign key constraint "
                "\"%.*s\" on table \"%.*s\"",
                STR_FMT(context->relation->name), STR_FMT(key->name), STR_FMT(child->name));
    about(context, error, child, key->name);
    str text = row == SIZE_MAX ? STR_NONE
                               : key_text(context, key->foreign_columns, key->column_count, row);
    if (str_empty(text)) text = STR("Key");
    return err_details(context->arena, error, "%.*s is still referenced from table \"%.*s\".",
                       STR_FMT(text), STR_FMT(child->name));
}

static bool refuses(const struct constraint_context *context, const struct cat_constraint *key)
{
    char action = context->command == QUERY_DELETE ? key->on_delete : key->on_update;
    return key->kind == 'f' && key->foreign_relation == context->relation->oid &&
           (action == 'a' || action == 'r' || action == 'd');
}

static err parent_side(const struct constraint_context *context)
{
    size_t at = 0;
    const struct cat_relation *child, *only_child = NULL;
    const struct cat_constraint *only_key = NULL;
    while ((child = catalog_relation_next(context->catalog, &at)) != NULL) {
        for (size_t i = 0; i < child->constraint_count; i++) {
            const struct cat_constraint *key = &child->constraints[i];
            if (!refuses(context, key)) continue;
            size_t row = referred_row(context, child, key);
            if (row != SIZE_MAX) return parent_error(context, child, key, row);
            if (only_key == NULL) only_child = child, only_key = key;
        }
    }
    /* An UPDATE's old keys are not in the set: the first that refuses stands for it. */
    if (context->command == QUERY_UPDATE && only_key != NULL)
        return parent_error(context, only_child, only_key, SIZE_MAX);
    return NULL;
}

static err foreign_key_error(const struct constraint_context *context)
{
    err error = context->command == QUERY_DELETE ? NULL : child_side(context);
    if (error == NULL && context->command != QUERY_INSERT) error = parent_side(context);
    if (error != NULL) return error;
    return err_sql(context->arena, "23503",
                   "statement on table \"%.*s\" violates a foreign key constraint",
                   STR_FMT(context->relation->name));
}

/* SQLite's word for NULL in an INTEGER PRIMARY KEY: an UPDATE that reaches it (INSERT asks before). */
static err row_number_error(const struct constraint_context *context)
{
    const struct cat_column *key = schema_rowid_column(context->catalog, context->relation);
    int index = key != NULL ? column_index(context->relation, key->number) : -1;
    if (index < 0) return err_new(context->arena, ERR_INTERNAL, "the database refused a value");
    return constraint_null_error(context, (size_t)index, row_with_null(context, key->number));
}

/* ---- entry ------------------------------------------------------------------------------------ */

err constraint_error(const struct constraint_context *context)
{
    const char *message = str_cstr(context->arena, context->message);
    err ours = function_error_read(context->arena, message);
    if (ours != NULL) return ours;
    switch (context->code) {
    case SQLITE_MISMATCH: return row_number_error(context);
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID: return unique_error(context);
    case SQLITE_CONSTRAINT_NOTNULL: return not_null_error(context);
    case SQLITE_CONSTRAINT_CHECK: return check_error(context);
    case SQLITE_CONSTRAINT_TRIGGER:
    case SQLITE_CONSTRAINT_FOREIGNKEY: return foreign_key_error(context);
    default: return error_of_constraint(context->arena, context->code, message);
    }
}
