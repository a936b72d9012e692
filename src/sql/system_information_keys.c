/* Rows of information_schema about constraints. */
#include "sql/system_rows.h"
#include "sql/system_text.h"

enum {
    WRITES =
        PRIV_INSERT | PRIV_UPDATE | PRIV_DELETE | PRIV_TRUNCATE | PRIV_REFERENCES | PRIV_TRIGGER,
    COLUMN_WRITES = PRIV_INSERT | PRIV_UPDATE | PRIV_REFERENCES,
};

static bool sees_constraints(const struct system_rows *rows, const struct cat_relation *relation)
{
    return system_holds_any(rows, relation->owner, &relation->acl, 'r', WRITES) ||
           system_holds_some_column(rows, relation, COLUMN_WRITES);
}

static bool is_key(const struct cat_constraint *constraint)
{
    return constraint->kind == 'p' || constraint->kind == 'u' || constraint->kind == 'f';
}

/* What PostgreSQL 15, which has no such constraints, calls a column's NOT NULL. */
static str not_null_name(struct system_rows *rows,
                         const struct cat_relation *relation,
                         const struct cat_column *column)
{
    return str_printf(rows->arena, "%u_%u_%d_not_null", relation->schema, relation->oid,
                      column->number);
}

/* ---- table_constraints ---- */

struct constraint_words {
    str name;
    str type;
    bool deferrable, deferred;
    str distinct; /* UNIQUE alone */
};

static void constraint_row(struct system_rows *rows,
                           const struct cat_relation *relation,
                           const struct constraint_words *words)
{
    struct value *row = system_row_add(rows);
    str schema = system_schema_name(rows, relation->schema);
    row[info_table_constraints_constraint_catalog] = value_text(SYSTEM_DATABASE);
    row[info_table_constraints_constraint_schema] = value_text(schema);
    row[info_table_constraints_constraint_name] = value_text(words->name);
    row[info_table_constraints_table_catalog] = value_text(SYSTEM_DATABASE);
    row[info_table_constraints_table_schema] = value_text(schema);
    row[info_table_constraints_table_name] = value_text(relation->name);
    row[info_table_constraints_constraint_type] = value_text(words->type);
    row[info_table_constraints_is_deferrable] = system_yes_no(words->deferrable);
    row[info_table_constraints_initially_deferred] = system_yes_no(words->deferred);
    row[info_table_constraints_enforced] = system_yes_no(true);
    row[info_table_constraints_nulls_distinct] = system_text(words->distinct);
}

static str type_words(char kind)
{
    switch (kind) {
    case 'p': return STR("PRIMARY KEY");
    case 'u': return STR("UNIQUE");
    case 'f': return STR("FOREIGN KEY");
    default: return STR("CHECK"); /* not an enum: 'c' */
    }
}

static void relation_constraints(struct system_rows *rows, const struct cat_relation *relation)
{
    for (size_t i = 0; i < relation->constraint_count; i++) {
        const struct cat_constraint *constraint = &relation->constraints[i];
        str distinct = constraint->nulls_not_distinct ? STR("NO") : STR("YES");
        const struct constraint_words words = {
            .name = constraint->name,
            .type = type_words(constraint->kind),
            .deferrable = constraint->deferrable,
            .deferred = constraint->deferred,
            .distinct = constraint->kind == 'u' ? distinct : STR_NONE,
        };
        constraint_row(rows, relation, &words);
    }
    for (size_t i = 0; i < relation->column_count; i++) {
        const struct cat_column *column = &relation->columns[i];
        const struct constraint_words words = {
            .name = not_null_name(rows, relation, column),
            .type = STR("CHECK"),
        };
        if (column->not_null) constraint_row(rows, relation, &words);
    }
}

void system_rows_info_table_constraints(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(rows->catalog, &at)))
        if (relation->kind == 'r' && sees_constraints(rows, relation))
            relation_constraints(rows, relation);
}

/* ---- check_constraints ---- */

static void check_row(struct system_rows *rows, oid schema, str name, str clause)
{
    struct value *row = system_row_add(rows);
    row[info_check_constraints_constraint_catalog] = value_text(SYSTEM_DATABASE);
    row[info_check_constraints_constraint_schema] = value_text(system_schema_name(rows, schema));
    row[info_check_constraints_constraint_name] = value_text(name);
    row[info_check_constraints_check_clause] = value_text(clause);
}

static void relation_checks(struct system_rows *rows, const struct cat_relation *relation)
{
    for (size_t i = 0; i < relation->constraint_count; i++) {
        const struct cat_constraint *constraint = &relation->constraints[i];
        if (constraint->kind != 'c') continue;
        str text =
            system_constraint_text(rows->arena, rows->catalog, relation, constraint, FORM_PLAIN);
        check_row(rows, relation->schema, constraint->name, str_skip(text, sizeof "CHECK " - 1));
    }
    for (size_t i = 0; relation->kind == 'r' && i < relation->column_count; i++) {
        const struct cat_column *column = &relation->columns[i];
        if (column->not_null)
            check_row(rows, relation->schema, not_null_name(rows, relation, column),
                      str_printf(rows->arena, "%.*s IS NOT NULL", STR_FMT(column->name)));
    }
}

void system_rows_info_check_constraints(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(rows->catalog, &at)))
        if (system_owns(rows, relation->owner)) relation_checks(rows, relation);
    const struct cat_type *type;
    for (at = 0; (type = catalog_type_next(rows->catalog, &at));) {
        for (size_t i = 0; system_owns(rows, type->owner) && i < type->check_count; i++) {
            str text = system_domain_check_text(rows->arena, rows->catalog, type, &type->checks[i],
                                                FORM_PLAIN);
            check_row(rows, type->schema, type->checks[i].name,
                      str_skip(text, sizeof "CHECK " - 1));
        }
    }
}

/* ---- key_column_usage ---- */

static struct value position_in_key(const struct system_rows *rows,
                                    const struct cat_constraint *constraint,
                                    size_t index)
{
    const struct cat_index *key = system_foreign_index(rows, constraint);
    for (size_t i = 0; key && i < key->element_count; i++)
        if (key->elements[i].column == constraint->foreign_columns[index])
            return value_int((int64_t)i + 1);
    return value_null();
}

static void key_columns(struct system_rows *rows,
                        const struct cat_relation *relation,
                        const struct cat_constraint *constraint)
{
    uint32_t any = PRIV_SELECT | PRIV_INSERT | PRIV_UPDATE | PRIV_REFERENCES;
    for (size_t i = 0; i < constraint->column_count; i++) {
        const struct cat_column *column = cat_column_numbered(relation, constraint->columns[i]);
        if (!column || !system_holds_column(rows, relation, column, any)) continue;
        struct value *row = system_row_add(rows);
        str schema = system_schema_name(rows, relation->schema);
        row[info_key_column_usage_constraint_catalog] = value_text(SYSTEM_DATABASE);
        row[info_key_column_usage_constraint_schema] = value_text(schema);
        row[info_key_column_usage_constraint_name] = value_text(constraint->name);
        row[info_key_column_usage_table_catalog] = value_text(SYSTEM_DATABASE);
        row[info_key_column_usage_table_schema] = value_text(schema);
        row[info_key_column_usage_table_name] = value_text(relation->name);
        row[info_key_column_usage_column_name] = value_text(column->name);
        row[info_key_column_usage_ordinal_position] = value_int((int64_t)i + 1);
        if (constraint->kind == 'f')
            row[info_key_column_usage_position_in_unique_constraint] =
                position_in_key(rows, constraint, i);
    }
}

void system_rows_info_key_column_usage(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(rows->catalog, &at)))
        for (size_t i = 0; i < relation->constraint_count; i++)
            if (is_key(&relation->constraints[i]))
                key_columns(rows, relation, &relation->constraints[i]);
}

/* ---- referential_constraints ---- */

static str action_text(char action)
{
    switch (action) {
    case 'c': return STR("CASCADE");
    case 'n': return STR("SET NULL");
    case 'd': return STR("SET DEFAULT");
    case 'r': return STR("RESTRICT");
    default: return STR("NO ACTION"); /* not an enum: 'a' */
    }
}

static void referential_row(struct system_rows *rows,
                            const struct cat_relation *relation,
                            const struct cat_constraint *constraint)
{
    struct value *row = system_row_add(rows);
    row[info_referential_constraints_constraint_catalog] = value_text(SYSTEM_DATABASE);
    row[info_referential_constraints_constraint_schema] =
        value_text(system_schema_name(rows, relation->schema));
    row[info_referential_constraints_constraint_name] = value_text(constraint->name);
    row[info_referential_constraints_match_option] =
        value_text(constraint->match == 'f' ? STR("FULL") : STR("NONE"));
    row[info_referential_constraints_update_rule] = value_text(action_text(constraint->on_update));
    row[info_referential_constraints_delete_rule] = value_text(action_text(constraint->on_delete));
    const struct cat_index *index = system_foreign_index(rows, constraint);
    const struct cat_relation *target =
        catalog_relation(rows->catalog, constraint->foreign_relation);
    /* A unique index without a constraint has no name there. */
    for (size_t i = 0; index && target && i < target->constraint_count; i++) {
        const struct cat_constraint *key = &target->constraints[i];
        if (key->kind == 'f' || key->kind == 'c' || key->index != index->oid) continue;
        row[info_referential_constraints_unique_constraint_catalog] = value_text(SYSTEM_DATABASE);
        row[info_referential_constraints_unique_constraint_schema] =
            value_text(system_schema_name(rows, target->schema));
        row[info_referential_constraints_unique_constraint_name] = value_text(key->name);
    }
}

void system_rows_info_referential_constraints(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(rows->catalog, &at))) {
        if (!sees_constraints(rows, relation)) continue;
        for (size_t i = 0; i < relation->constraint_count; i++)
            if (relation->constraints[i].kind == 'f')
                referential_row(rows, relation, &relation->constraints[i]);
    }
}

/* ---- what constraints use ---- */

static void column_usage(struct system_rows *rows,
                         const struct cat_relation *used,
                         const struct cat_column *column,
                         const struct cat_relation *relation,
                         const struct cat_constraint *constraint)
{
    if (!column) return;
    struct value *row = system_row_add(rows);
    row[info_constraint_column_usage_table_catalog] = value_text(SYSTEM_DATABASE);
    row[info_constraint_column_usage_table_schema] =
        value_text(system_schema_name(rows, used->schema));
    row[info_constraint_column_usage_table_name] = value_text(used->name);
    row[info_constraint_column_usage_column_name] = value_text(column->name);
    row[info_constraint_column_usage_constraint_catalog] = value_text(SYSTEM_DATABASE);
    row[info_constraint_column_usage_constraint_schema] =
        value_text(system_schema_name(rows, relation->schema));
    row[info_constraint_column_usage_constraint_name] = value_text(constraint->name);
}

void system_rows_info_constraint_column_usage(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(rows->catalog, &at))) {
        for (size_t i = 0; i < relation->constraint_count; i++) {
            const struct cat_constraint *constraint = &relation->constraints[i];
            bool foreign = constraint->kind == 'f';
            const struct cat_relation *used =
                foreign ? catalog_relation(rows->catalog, constraint->foreign_relation) : relation;
            if (!used || !system_owns(rows, used->owner)) continue;
            int16_t *columns = NULL;
            size_t count = system_constraint_columns(rows, relation, constraint, &columns);
            for (size_t k = 0; k < count; k++)
                column_usage(rows, used,
                             cat_column_numbered(used, foreign ? constraint->foreign_columns[k]
                                                               : columns[k]),
                             relation, constraint);
        }
    }
}

void system_rows_info_constraint_table_usage(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(rows->catalog, &at))) {
        for (size_t i = 0; i < relation->constraint_count; i++) {
            const struct cat_constraint *constraint = &relation->constraints[i];
            const struct cat_relation *used =
                constraint->kind == 'f'
                    ? catalog_relation(rows->catalog, constraint->foreign_relation)
                    : relation;
            if (!used || !is_key(constraint) || !system_owns(rows, used->owner)) continue;
            struct value *row = system_row_add(rows);
            row[info_constraint_table_usage_table_catalog] = value_text(SYSTEM_DATABASE);
            row[info_constraint_table_usage_table_schema] =
                value_text(system_schema_name(rows, used->schema));
            row[info_constraint_table_usage_table_name] = value_text(used->name);
            row[info_constraint_table_usage_constraint_catalog] = value_text(SYSTEM_DATABASE);
            row[info_constraint_table_usage_constraint_schema] =
                value_text(system_schema_name(rows, relation->schema));
            row[info_constraint_table_usage_constraint_name] = value_text(constraint->name);
        }
    }
}
