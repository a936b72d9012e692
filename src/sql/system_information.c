/* Rows of information_schema about relations: tables, columns, views, sequences, schemata, domains. */
#include "sql/system_rows.h"
#include "sql/system_text.h"
#include "sql/system_types.h"

static bool is_listed(const struct cat_relation *relation)
{
    return relation->kind == 'r' || relation->kind == 'v';
}

void system_rows_info_information_schema_catalog_name(struct system_rows *rows)
{
    system_row_add(rows)[info_information_schema_catalog_name_catalog_name] =
        value_text(SYSTEM_DATABASE);
}

void system_rows_info_schemata(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_schema *schema;
    while ((schema = catalog_schema_next(rows->catalog, &at))) {
        if (!system_holds_any(rows, schema->owner, &schema->acl, 'n', PRIV_CREATE | PRIV_USAGE))
            continue;
        struct value *row = system_row_add(rows);
        row[info_schemata_catalog_name] = value_text(SYSTEM_DATABASE);
        row[info_schemata_schema_name] = value_text(schema->name);
        row[info_schemata_schema_owner] = value_text(system_role_name(rows, schema->owner));
    }
}

void system_rows_info_tables(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(rows->catalog, &at))) {
        if (!is_listed(relation) || !system_sees_relation(rows, relation)) continue;
        struct value *row = system_row_add(rows);
        bool inserts = system_updatable(rows->catalog, relation) & UPDATABLE_INSERT;
        row[info_tables_table_catalog] = value_text(SYSTEM_DATABASE);
        row[info_tables_table_schema] = value_text(system_schema_name(rows, relation->schema));
        row[info_tables_table_name] = value_text(relation->name);
        row[info_tables_table_type] =
            value_text(relation->kind == 'r' ? STR("BASE TABLE") : STR("VIEW"));
        row[info_tables_is_insertable_into] = system_yes_no(inserts);
        row[info_tables_is_typed] = system_yes_no(false);
    }
}

void system_rows_info_views(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(rows->catalog, &at))) {
        if (relation->kind != 'v' || !system_sees_relation(rows, relation)) continue;
        struct value *row = system_row_add(rows);
        int updatable = system_updatable(rows->catalog, relation);
        str option = relation->check_option == 'c'   ? STR("CASCADED")
                     : relation->check_option == 'l' ? STR("LOCAL")
                                                     : STR("NONE");
        row[info_views_table_catalog] = value_text(SYSTEM_DATABASE);
        row[info_views_table_schema] = value_text(system_schema_name(rows, relation->schema));
        row[info_views_table_name] = value_text(relation->name);
        if (system_owns(rows, relation->owner))
            row[info_views_view_definition] = value_text(system_view_text(rows->arena, relation));
        row[info_views_check_option] = value_text(option);
        row[info_views_is_updatable] =
            system_yes_no((updatable & UPDATABLE_UPDATE) && (updatable & UPDATABLE_DELETE));
        row[info_views_is_insertable_into] = system_yes_no(updatable & UPDATABLE_INSERT);
        int instead = system_instead_of(relation);
        row[info_views_is_trigger_updatable] = system_yes_no(instead & UPDATABLE_UPDATE);
        row[info_views_is_trigger_deletable] = system_yes_no(instead & UPDATABLE_DELETE);
        row[info_views_is_trigger_insertable_into] = system_yes_no(instead & UPDATABLE_INSERT);
    }
}

/* ---- columns ---- */

static void column_identity(struct system_rows *rows,
                            const struct cat_column *column,
                            struct value *row)
{
    const struct cat_relation *relation = catalog_relation(rows->catalog, column->sequence);
    const struct cat_sequence *sequence = column->identity && relation ? relation->sequence : NULL;
    row[info_columns_is_identity] = system_yes_no(column->identity);
    row[info_columns_identity_cycle] = system_yes_no(sequence && sequence->cycle);
    if (!column->identity) return;
    row[info_columns_identity_generation] =
        value_text(column->identity == 'a' ? STR("ALWAYS") : STR("BY DEFAULT"));
    if (!sequence) return;
    row[info_columns_identity_start] = system_printf(rows, "%lld", (long long)sequence->start);
    row[info_columns_identity_increment] =
        system_printf(rows, "%lld", (long long)sequence->increment);
    row[info_columns_identity_maximum] = system_printf(rows, "%lld", (long long)sequence->most);
    row[info_columns_identity_minimum] = system_printf(rows, "%lld", (long long)sequence->least);
}

static void column_default(struct system_rows *rows,
                           const struct cat_relation *relation,
                           const struct cat_column *column,
                           struct value *row)
{
    int at = column->generated ? info_columns_generation_expression : info_columns_column_default;
    row[info_columns_is_generated] = value_text(column->generated ? STR("ALWAYS") : STR("NEVER"));
    if (!str_empty(column->default_expr.text))
        row[at] =
            system_text(system_column_default_text(rows->arena, rows->catalog, relation, column));
}

/* Whose collation is not the database's own. */
static bool collates_by_c(const struct system_rows *rows, oid type)
{
    return system_collation_of(rows->catalog, type) == 950;
}

static void column_type(struct system_rows *rows,
                        const struct cat_column *column,
                        struct value *row)
{
    const struct cat_type *type = catalog_type(rows->catalog, column->type);
    const struct cat_type *base = type;
    if (type && type->kind == TYPE_KIND_DOMAIN) {
        row[info_columns_domain_catalog] = value_text(SYSTEM_DATABASE);
        row[info_columns_domain_schema] = value_text(system_schema_name(rows, type->schema));
        row[info_columns_domain_name] = value_text(type->name);
        base = catalog_type(rows->catalog, type->base);
    }
    struct system_facets facets = system_facets_of(rows, column->type, column->typmod);
    row[info_columns_data_type] = system_text(system_data_type(rows, column->type));
    row[info_columns_character_maximum_length] = facets.character_length;
    row[info_columns_character_octet_length] = facets.octet_length;
    row[info_columns_numeric_precision] = facets.precision;
    row[info_columns_numeric_precision_radix] = facets.radix;
    row[info_columns_numeric_scale] = facets.scale;
    row[info_columns_datetime_precision] = facets.datetime_precision;
    row[info_columns_interval_type] = facets.interval_type;
    if (collates_by_c(rows, column->type)) {
        row[info_columns_collation_catalog] = value_text(SYSTEM_DATABASE);
        row[info_columns_collation_schema] = value_text(STR("pg_catalog"));
        row[info_columns_collation_name] = value_text(STR("C"));
    }
    row[info_columns_udt_catalog] = value_text(SYSTEM_DATABASE);
    if (!base) return;
    row[info_columns_udt_schema] = value_text(system_schema_name(rows, base->schema));
    row[info_columns_udt_name] = value_text(base->name);
}

static bool not_null(const struct system_rows *rows, const struct cat_column *column)
{
    const struct cat_type *type = catalog_type(rows->catalog, column->type);
    return column->not_null || (type && type->kind == TYPE_KIND_DOMAIN && type->not_null);
}

static void column_row(struct system_rows *rows,
                       const struct cat_relation *relation,
                       const struct cat_column *column)
{
    struct value *row = system_row_add(rows);
    row[info_columns_table_catalog] = value_text(SYSTEM_DATABASE);
    row[info_columns_table_schema] = value_text(system_schema_name(rows, relation->schema));
    row[info_columns_table_name] = value_text(relation->name);
    row[info_columns_column_name] = value_text(column->name);
    row[info_columns_ordinal_position] = value_int(column->number);
    row[info_columns_is_nullable] = system_yes_no(!not_null(rows, column));
    row[info_columns_dtd_identifier] = system_printf(rows, "%d", column->number);
    row[info_columns_is_self_referencing] = system_yes_no(false);
    row[info_columns_is_updatable] =
        system_yes_no(system_column_updatable(rows->catalog, relation, column));
    column_type(rows, column, row);
    column_identity(rows, column, row);
    column_default(rows, relation, column, row);
}

void system_rows_info_columns(struct system_rows *rows)
{
    uint32_t any = PRIV_SELECT | PRIV_INSERT | PRIV_UPDATE | PRIV_REFERENCES;
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(rows->catalog, &at))) {
        if (!is_listed(relation)) continue;
        for (size_t i = 0; i < relation->column_count; i++)
            if (system_holds_column(rows, relation, &relation->columns[i], any))
                column_row(rows, relation, &relation->columns[i]);
    }
}

/* ---- sequences ---- */

static bool is_identity(const struct system_rows *rows, const struct cat_sequence *sequence)
{
    const struct cat_relation *owner = catalog_relation(rows->catalog, sequence->owner_relation);
    const struct cat_column *column =
        owner ? cat_column_numbered(owner, sequence->owner_column) : NULL;
    return column && column->identity;
}

void system_rows_info_sequences(struct system_rows *rows)
{
    uint32_t any = PRIV_SELECT | PRIV_UPDATE | PRIV_USAGE;
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(rows->catalog, &at))) {
        const struct cat_sequence *sequence = relation->sequence;
        if (relation->kind != 'S' || !sequence || is_identity(rows, sequence)) continue;
        if (!system_holds_any(rows, relation->owner, &relation->acl, 'S', any)) continue;
        struct value *row = system_row_add(rows);
        row[info_sequences_sequence_catalog] = value_text(SYSTEM_DATABASE);
        row[info_sequences_sequence_schema] =
            value_text(system_schema_name(rows, relation->schema));
        row[info_sequences_sequence_name] = value_text(relation->name);
        row[info_sequences_data_type] = system_text(system_data_type(rows, sequence->type));
        row[info_sequences_numeric_precision] =
            system_facets_of(rows, sequence->type, TYPMOD_NONE).precision;
        row[info_sequences_numeric_precision_radix] = value_int(2);
        row[info_sequences_numeric_scale] = value_int(0);
        row[info_sequences_start_value] = system_printf(rows, "%lld", (long long)sequence->start);
        row[info_sequences_minimum_value] = system_printf(rows, "%lld", (long long)sequence->least);
        row[info_sequences_maximum_value] = system_printf(rows, "%lld", (long long)sequence->most);
        row[info_sequences_increment] = system_printf(rows, "%lld", (long long)sequence->increment);
        row[info_sequences_cycle_option] = system_yes_no(sequence->cycle);
    }
}

/* ---- domains ---- */

static bool sees_domain(const struct system_rows *rows, const struct cat_type *type)
{
    return type->kind == TYPE_KIND_DOMAIN &&
           system_holds_any(rows, type->owner, &type->acl, 'T', PRIV_USAGE);
}

static void domain_row(struct system_rows *rows, const struct cat_type *type)
{
    struct value *row = system_row_add(rows);
    struct system_facets facets = system_facets_of(rows, type->base, type->base_typmod);
    const struct cat_type *base = catalog_type(rows->catalog, type->base);
    row[info_domains_domain_catalog] = value_text(SYSTEM_DATABASE);
    row[info_domains_domain_schema] = value_text(system_schema_name(rows, type->schema));
    row[info_domains_domain_name] = value_text(type->name);
    row[info_domains_data_type] = system_text(system_data_type(rows, type->base));
    row[info_domains_character_maximum_length] = facets.character_length;
    row[info_domains_character_octet_length] = facets.octet_length;
    row[info_domains_numeric_precision] = facets.precision;
    row[info_domains_numeric_precision_radix] = facets.radix;
    row[info_domains_numeric_scale] = facets.scale;
    row[info_domains_datetime_precision] = facets.datetime_precision;
    row[info_domains_interval_type] = facets.interval_type;
    if (!str_empty(type->default_expr.text))
        row[info_domains_domain_default] =
            value_text(system_domain_default_text(rows->arena, rows->catalog, type));
    row[info_domains_udt_catalog] = value_text(SYSTEM_DATABASE);
    row[info_domains_dtd_identifier] = value_text(STR("1"));
    if (!base) return;
    row[info_domains_udt_schema] = value_text(system_schema_name(rows, base->schema));
    row[info_domains_udt_name] = value_text(base->name);
}

void system_rows_info_domains(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_type *type;
    while ((type = catalog_type_next(rows->catalog, &at)))
        if (sees_domain(rows, type)) domain_row(rows, type);
}

void system_rows_info_domain_constraints(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_type *type;
    while ((type = catalog_type_next(rows->catalog, &at))) {
        for (size_t i = 0; sees_domain(rows, type) && i < type->check_count; i++) {
            struct value *row = system_row_add(rows);
            str schema = system_schema_name(rows, type->schema);
            row[info_domain_constraints_constraint_catalog] = value_text(SYSTEM_DATABASE);
            row[info_domain_constraints_constraint_schema] = value_text(schema);
            row[info_domain_constraints_constraint_name] = value_text(type->checks[i].name);
            row[info_domain_constraints_domain_catalog] = value_text(SYSTEM_DATABASE);
            row[info_domain_constraints_domain_schema] = value_text(schema);
            row[info_domain_constraints_domain_name] = value_text(type->name);
            row[info_domain_constraints_is_deferrable] = system_yes_no(false);
            row[info_domain_constraints_initially_deferred] = system_yes_no(false);
        }
    }
}

/* ---- element types of arrays ---- */

struct element_place {
    oid schema;
    str name;
    str kind;
    int number;
};

static void element_row(struct system_rows *rows, const struct element_place *place, oid array)
{
    const struct cat_type *type = catalog_type(rows->catalog, array);
    if (!type || type->kind != TYPE_KIND_ARRAY) return;
    const struct cat_type *element = catalog_type(rows->catalog, type->element);
    if (!element) return;
    struct value *row = system_row_add(rows);
    bool plain = element->schema == SCHEMA_PG_CATALOG;
    row[info_element_types_object_catalog] = value_text(SYSTEM_DATABASE);
    row[info_element_types_object_schema] = value_text(system_schema_name(rows, place->schema));
    row[info_element_types_object_name] = value_text(place->name);
    row[info_element_types_object_type] = value_text(place->kind);
    row[info_element_types_collection_type_identifier] = system_printf(rows, "%d", place->number);
    row[info_element_types_data_type] =
        plain ? value_text(system_type_name(rows->arena, rows->catalog, element->oid, -1))
              : value_text(STR("USER-DEFINED"));
    row[info_element_types_udt_catalog] = value_text(SYSTEM_DATABASE);
    row[info_element_types_udt_schema] = value_text(system_schema_name(rows, element->schema));
    row[info_element_types_udt_name] = value_text(element->name);
    row[info_element_types_dtd_identifier] = system_printf(rows, "a%d", place->number);
}

static void element_columns(struct system_rows *rows, const struct cat_relation *relation)
{
    uint32_t any = PRIV_SELECT | PRIV_INSERT | PRIV_UPDATE | PRIV_REFERENCES;
    bool composite = relation->kind == 'c';
    for (size_t i = 0; i < relation->column_count; i++) {
        const struct cat_column *column = &relation->columns[i];
        const struct element_place place = {relation->schema, relation->name,
                                            composite ? STR("USER-DEFINED TYPE") : STR("TABLE"),
                                            column->number};
        if (composite || system_holds_column(rows, relation, column, any))
            element_row(rows, &place, column->type);
    }
}

static void element_function(struct system_rows *rows, const struct cat_function *function)
{
    struct element_place place = {
        .schema = function->schema,
        .name = str_printf(rows->arena, "%.*s_%u", STR_FMT(function->name), function->oid),
        .kind = STR("ROUTINE"),
    };
    if (!system_holds_any(rows, function->owner, &function->acl, 'f', PRIV_EXECUTE)) return;
    element_row(rows, &place, function->result);
    for (size_t i = 0; i < function->argument_count; i++) {
        place.number = (int)i + 1;
        element_row(rows, &place, function->arguments[i].type);
    }
}

void system_rows_info_element_types(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(rows->catalog, &at)))
        if (is_listed(relation) || relation->kind == 'c') element_columns(rows, relation);
    const struct cat_type *type;
    for (at = 0; (type = catalog_type_next(rows->catalog, &at));) {
        const struct element_place place = {type->schema, type->name, STR("DOMAIN"), 1};
        if (sees_domain(rows, type)) element_row(rows, &place, type->base);
    }
    const struct cat_function *function;
    for (at = 0; (function = catalog_function_next(rows->catalog, &at));)
        element_function(rows, function);
}
