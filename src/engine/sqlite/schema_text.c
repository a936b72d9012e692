/* Tables, columns and indexes of the catalog as SQLite's text. */
#include "engine/sqlite/print.h"
#include "engine/sqlite/schema_int.h"
#include "sql/analyze.h"
#include "sql/builtin.h"

/* ---- expressions ---- */

static err key_column(struct print *out, const struct expr *column)
{
    const struct rte_column *named = &column->column.rte->columns[column->column.index];
    buf_printf(out->sql, "#%d", (int)named->number);
    return NULL;
}

static const struct print_hooks key_hooks = {.column = key_column};

err schema_print_expr(struct schema_print *print, const struct schema_expr *expr, struct buf *out)
{
    /* Stored expressions are qualified; the path serves those that an ALTER brings. */
    static const str path[] = {STR_INIT("public"), STR_INIT("extensions")};
    struct analyze_options options = {
        .arena = print->arena,
        .catalog = print->catalog,
        .role = print->relation ? print->relation->owner : ROLE_POSTGRES,
        .search_path = path,
        .search_path_count = COUNT_OF(path),
        .trusted = true,
    };
    struct analyze_relation_expr spec = {
        .relation = print->relation,
        .clause = expr->clause,
        .type = expr->type,
        .typmod = expr->type ? expr->typmod : TYPMOD_NONE,
        .value_type = expr->value_type,
    };
    struct expr *typed;
    TRY(analyze_expr_for_relation(&options, &spec, expr->tree, NULL, &typed));
    struct print printer;
    print_init_ddl(&printer, print->arena, print->catalog, out);
    printer.domain_value = expr->value;
    if (print->kind == TEXT_KEY) printer.hooks = &key_hooks;
    bool sorted = expr->clause == INFER_INDEX_EXPRESSION;
    TRY(sorted ? print_collated(&printer, typed) : print_expr(&printer, typed));
    if (printer.kept_calls && expr->clause != INFER_CHECK) print->kept_values = true;
    return NULL;
}

/* ---- types ---- */

static const struct cat_type *base_of(const struct catalog *catalog, oid id, int32_t *typmod)
{
    const struct cat_type *type = catalog_type(catalog, id);
    while (type && type->kind == TYPE_KIND_DOMAIN) {
        if (typmod && *typmod < 0) *typmod = type->base_typmod;
        type = catalog_type(catalog, type->base);
    }
    return type;
}

static const char *storage_class(enum type_storage storage)
{
    switch ((int)storage) { /* the families that are not text */
    case TYPE_BOOL:
    case TYPE_INT2:
    case TYPE_INT4:
    case TYPE_INT8:
    case TYPE_OID: return "INTEGER";
    case TYPE_FLOAT4:
    case TYPE_FLOAT8: return "REAL";
    case TYPE_BYTEA: return "BLOB";
    default: return "TEXT";
    }
}

static bool is_whole(enum type_storage storage)
{
    return storage == TYPE_INT2 || storage == TYPE_INT4 || storage == TYPE_INT8;
}

const struct cat_column *schema_rowid_column(const struct catalog *catalog,
                                             const struct cat_relation *relation)
{
    const struct cat_constraint *key = cat_primary_key(relation);
    if (!key || key->column_count != 1) return NULL;
    const struct cat_column *column = cat_column_numbered(relation, key->columns[0]);
    const struct cat_type *type = column ? base_of(catalog, column->type, NULL) : NULL;
    return type && is_whole(type->storage) ? column : NULL;
}

/* ---- columns ---- */

static void column_name(const struct schema_print *print,
                        const struct cat_column *column,
                        struct buf *out)
{
    if (print->kind == TEXT_KEY)
        buf_printf(out, "#%d", (int)column->number);
    else
        print_ident(out, column->physical);
}

static bool domain_not_null(const struct catalog *catalog, oid id)
{
    const struct cat_type *type = catalog_type(catalog, id);
    for (; type && type->kind == TYPE_KIND_DOMAIN; type = catalog_type(catalog, type->base))
        if (type->not_null) return true;
    return false;
}

/* What the type itself forbids, whoever writes. */
static void type_check(const struct schema_print *print,
                       const struct cat_column *column,
                       const struct cat_type *type,
                       int32_t typmod,
                       struct buf *out)
{
    if (type->storage == TYPE_BOOL) {
        buf_lit(out, " CHECK (");
        column_name(print, column, out);
        buf_lit(out, " IN (0, 1))");
    } else if (type->storage == TYPE_VARCHAR && typmod >= 0) {
        buf_lit(out, " CHECK (length(");
        column_name(print, column, out);
        buf_printf(out, ") <= %d)", typmod - TYPMOD_HEADER);
    }
}

/* A foreign key's SET DEFAULT is done by SQLite itself, from the table's own default. */
static bool is_set_by_key(const struct cat_relation *relation, const struct cat_column *column)
{
    for (size_t i = 0; i < relation->constraint_count; i++) {
        const struct cat_constraint *key = &relation->constraints[i];
        if (key->kind != 'f' || (key->on_delete != 'd' && key->on_update != 'd')) continue;
        for (size_t j = 0; j < key->column_count; j++)
            if (key->columns[j] == column->number) return true;
    }
    return false;
}

static err column_default(struct schema_print *print,
                          const struct cat_column *column,
                          struct buf *out)
{
    if (!column->default_expr.tree || column->generated) return NULL;
    struct schema_print bare = *print;
    bare.relation = NULL;
    buf_lit(out, " DEFAULT (");
    TRY(schema_print_expr(&bare,
                          &(struct schema_expr){.tree = column->default_expr.tree,
                                                .clause = INFER_DEFAULT,
                                                .type = column->type,
                                                .typmod = column->typmod},
                          out));
    buf_char(out, ')');
    return NULL;
}

err schema_print_column(struct schema_print *print,
                        const struct cat_column *column,
                        struct buf *out)
{
    int32_t typmod = column->typmod;
    const struct cat_type *type = base_of(print->catalog, column->type, &typmod);
    const struct cat_column *rowid = schema_rowid_column(print->catalog, print->relation);
    if (print_refuses_type(type->oid))
        return err_sql(print->arena, "0A000", "the type \"char\" is not supported on SQLite");
    column_name(print, column, out);
    buf_printf(out, " %s", storage_class(type->storage));
    if (rowid && rowid->number == column->number) {
        buf_lit(out, " PRIMARY KEY");
        return NULL;
    }
    str collation = print_collation(print->arena, print->catalog, column->type);
    if (collation.len) {
        buf_lit(out, " COLLATE ");
        print_ident(out, collation);
    }
    if (column->not_null || domain_not_null(print->catalog, column->type))
        buf_lit(out, " NOT NULL");
    type_check(print, column, type, typmod, out);
    if (is_set_by_key(print->relation, column)) TRY(column_default(print, column, out));
    if (!column->generated) return NULL;
    buf_lit(out, " GENERATED ALWAYS AS (");
    TRY(schema_print_expr(print,
                          &(struct schema_expr){.tree = column->default_expr.tree,
                                                .clause = INFER_GENERATED,
                                                .type = column->type,
                                                .typmod = column->typmod},
                          out));
    buf_lit(out, ") STORED");
    return NULL;
}

static bool left_out(const struct schema_print *print, int16_t number)
{
    for (size_t i = 0; i < print->left_out_count; i++)
        if (print->left_out[i] == number) return true;
    return false;
}

/* ---- constraints ---- */

static void column_list(const struct schema_print *print,
                        const struct cat_relation *relation,
                        const int16_t *numbers,
                        size_t count,
                        struct buf *out)
{
    buf_char(out, '(');
    for (size_t i = 0; i < count; i++) {
        if (i) buf_lit(out, ", ");
        column_name(print, cat_column_numbered(relation, numbers[i]), out);
    }
    buf_char(out, ')');
}

static const char *action_text(char action)
{
    switch (action) {
    case 'r': return "RESTRICT";
    case 'c': return "CASCADE";
    case 'n': return "SET NULL";
    case 'd': return "SET DEFAULT";
    default: /* a letter, not an enum */ return "NO ACTION";
    }
}

static void foreign_key(const struct schema_print *print,
                        const struct cat_constraint *key,
                        struct buf *out)
{
    const struct cat_relation *target =
        key->foreign_relation == print->relation->oid
            ? print->relation
            : catalog_relation(print->catalog, key->foreign_relation);
    buf_lit(out, " FOREIGN KEY ");
    column_list(print, print->relation, key->columns, key->column_count, out);
    buf_lit(out, " REFERENCES ");
    if (print->kind == TEXT_KEY)
        buf_printf(out, "@%u", (unsigned)target->oid);
    else
        print_ident(out, target->physical);
    column_list(print, target, key->foreign_columns, key->column_count, out);
    buf_printf(out, " ON DELETE %s", action_text(key->on_delete));
    buf_printf(out, " ON UPDATE %s", action_text(key->on_update));
    /* NO ACTION waits for the statement's end in PostgreSQL, as in SQLite. */
    if (key->deferred) buf_lit(out, " DEFERRABLE INITIALLY DEFERRED");
}

/* The checks of a column's domain, and of the domains below it: the compiler leaves them to the table
 * when a column is assigned. */
static err domain_checks(struct schema_print *print,
                         const struct cat_column *column,
                         struct buf *out)
{
    struct buf *value = buf_in(print->arena, 0);
    column_name(print, column, value);
    const struct cat_type *type = catalog_type(print->catalog, column->type);
    for (; type && type->kind == TYPE_KIND_DOMAIN; type = catalog_type(print->catalog, type->base))
        for (size_t i = 0; i < type->check_count; i++) {
            buf_lit(out, ", CONSTRAINT ");
            print_ident(out, str_printf(print->arena, SCHEMA_DOMAIN_PREFIX "%.*s:%.*s",
                                        STR_FMT(type->name), STR_FMT(type->checks[i].name)));
            buf_lit(out, " CHECK (");
            TRY(schema_print_expr(print,
                                  &(struct schema_expr){.tree = type->checks[i].expr.tree,
                                                        .clause = INFER_CHECK,
                                                        .type = BOOLOID,
                                                        .typmod = TYPMOD_NONE,
                                                        .value_type = type->base,
                                                        .value = buf_str(value)},
                                  out));
            buf_char(out, ')');
        }
    return NULL;
}

/* Keys other than the rowid are indexes. */
static err constraint_text(struct schema_print *print,
                           const struct cat_constraint *constraint,
                           struct buf *out)
{
    buf_lit(out, ", CONSTRAINT ");
    print_ident(out, constraint->name);
    if (constraint->kind == 'f') {
        foreign_key(print, constraint, out);
        return NULL;
    }
    buf_lit(out, " CHECK (");
    TRY(schema_print_expr(print,
                          &(struct schema_expr){.tree = constraint->check.tree,
                                                .clause = INFER_CHECK,
                                                .type = BOOLOID,
                                                .typmod = TYPMOD_NONE},
                          out));
    buf_char(out, ')');
    return NULL;
}

err schema_print_table(struct schema_print *print, struct buf *out)
{
    const struct cat_relation *relation = print->relation;
    if (print->kind == TEXT_SQL) {
        buf_lit(out, "CREATE TABLE ");
        print_ident(out, print->name.len ? print->name : relation->physical);
    }
    buf_char(out, '(');
    bool any = false;
    for (size_t i = 0; i < relation->column_count; i++) {
        if (left_out(print, relation->columns[i].number)) continue;
        if (any) buf_lit(out, ", ");
        any = true;
        TRY(schema_print_column(print, &relation->columns[i], out));
    }
    /* SQLite has no table without columns. */
    if (!any) buf_lit(out, "\"~empty\" INTEGER");
    for (size_t i = 0; i < relation->constraint_count; i++) {
        char kind = relation->constraints[i].kind;
        if (kind == 'c' || kind == 'f') TRY(constraint_text(print, &relation->constraints[i], out));
    }
    for (size_t i = 0; i < relation->column_count; i++)
        if (!left_out(print, relation->columns[i].number))
            TRY(domain_checks(print, &relation->columns[i], out));
    buf_lit(out, ") STRICT");
    return NULL;
}

err schema_table_sql(struct arena *arena,
                     const struct catalog *catalog,
                     const struct cat_relation *relation,
                     str name,
                     str *out)
{
    struct schema_print print = {
        .arena = arena, .catalog = catalog, .relation = relation, .name = name};
    struct buf *text = buf_in(arena, 0);
    TRY(schema_print_table(&print, text));
    *out = buf_str(text);
    return NULL;
}

/* ---- indexes ---- */

str schema_index_name(struct arena *arena, const struct cat_index *index)
{
    return str_printf(arena, "i.%u.%.*s", (unsigned)index->oid, STR_FMT(index->name));
}

bool schema_index_present(const struct schema_print *print, const struct cat_index *index)
{
    if (!index->physical) return false;
    return !index->primary || !schema_rowid_column(print->catalog, print->relation);
}

/* NULLS NOT DISTINCT: NULL is replaced by a value that the column's class cannot hold. */
static void distinct_column(const struct schema_print *print,
                            const struct cat_column *column,
                            struct buf *out)
{
    const struct cat_type *type = base_of(print->catalog, column->type, NULL);
    bool blob = type->storage == TYPE_BYTEA;
    buf_lit(out, "ifnull(");
    column_name(print, column, out);
    buf_str_add(out, blob ? STR(", '')") : STR(", x'')"));
    str collation = print_collation(print->arena, print->catalog, column->type);
    if (!collation.len) return;
    buf_lit(out, " COLLATE ");
    print_ident(out, collation);
}

static err index_element(struct schema_print *print,
                         const struct cat_index *index,
                         const struct cat_index_element *element,
                         struct buf *out)
{
    if (element->column) {
        const struct cat_column *column = cat_column_numbered(print->relation, element->column);
        if (index->nulls_not_distinct && !column->not_null)
            distinct_column(print, column, out);
        else
            column_name(print, column, out);
    } else {
        TRY(schema_print_expr(
            print,
            &(struct schema_expr){.tree = element->expr.tree, .clause = INFER_INDEX_EXPRESSION},
            out));
    }
    if (element->descending) buf_lit(out, " DESC");
    return NULL;
}

err schema_print_index(struct schema_print *print, const struct cat_index *index, struct buf *out)
{
    buf_str_add(out, index->unique ? STR("CREATE UNIQUE INDEX ") : STR("CREATE INDEX "));
    print_ident(out, schema_index_name(print->arena, index));
    if (print->kind == TEXT_SQL) {
        buf_lit(out, " ON ");
        print_ident(out, print->relation->physical);
    }
    buf_lit(out, " (");
    for (size_t i = 0; i < index->element_count; i++) {
        if (i) buf_lit(out, ", ");
        TRY(index_element(print, index, &index->elements[i], out));
    }
    /* In a unique index they would loosen it; SQLite reads the row then. */
    for (size_t i = 0; i < index->include_count && !index->unique; i++) {
        buf_lit(out, ", ");
        column_name(print, cat_column_numbered(print->relation, index->include[i]), out);
    }
    buf_char(out, ')');
    if (!index->where.tree) return NULL;
    buf_lit(out, " WHERE ");
    return schema_print_expr(print,
                             &(struct schema_expr){.tree = index->where.tree,
                                                   .clause = INFER_INDEX_PREDICATE,
                                                   .type = BOOLOID,
                                                   .typmod = TYPMOD_NONE},
                             out);
}
