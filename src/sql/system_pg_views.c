/* Rows of PostgreSQL's system views: pg_tables, pg_views, pg_indexes, pg_policies, pg_sequences. */
#include "sql/system_rows.h"
#include "sql/system_text.h"
#include "sql/system_types.h"

void system_rows_pg_tables(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(rows->catalog, &at))) {
        if (relation->kind != 'r') continue;
        struct value *row = system_row_add(rows);
        row[pg_tables_schemaname] = value_text(system_schema_name(rows, relation->schema));
        row[pg_tables_tablename] = value_text(relation->name);
        row[pg_tables_tableowner] = value_text(system_role_name(rows, relation->owner));
        row[pg_tables_hasindexes] = system_bool(relation->index_count > 0);
        row[pg_tables_hasrules] = value_int(0);
        row[pg_tables_hastriggers] = system_bool(system_has_triggers(rows, relation));
        row[pg_tables_rowsecurity] = system_bool(relation->row_security);
    }
}

void system_rows_pg_views(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(rows->catalog, &at))) {
        if (relation->kind != 'v') continue;
        struct value *row = system_row_add(rows);
        row[pg_views_schemaname] = value_text(system_schema_name(rows, relation->schema));
        row[pg_views_viewname] = value_text(relation->name);
        row[pg_views_viewowner] = value_text(system_role_name(rows, relation->owner));
        row[pg_views_definition] = value_text(system_view_text(rows->arena, relation));
    }
}

void system_rows_pg_matviews(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(rows->catalog, &at))) {
        if (relation->kind != 'm') continue;
        struct value *row = system_row_add(rows);
        row[pg_matviews_schemaname] = value_text(system_schema_name(rows, relation->schema));
        row[pg_matviews_matviewname] = value_text(relation->name);
        row[pg_matviews_matviewowner] = value_text(system_role_name(rows, relation->owner));
        row[pg_matviews_hasindexes] = system_bool(relation->index_count > 0);
        row[pg_matviews_ispopulated] = system_bool(!relation->unpopulated);
        row[pg_matviews_definition] = value_text(system_view_text(rows->arena, relation));
    }
}

void system_rows_pg_indexes(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(rows->catalog, &at))) {
        for (size_t i = 0; i < relation->index_count; i++) {
            const struct cat_index *index = &relation->indexes[i];
            struct value *row = system_row_add(rows);
            row[pg_indexes_schemaname] = value_text(system_schema_name(rows, relation->schema));
            row[pg_indexes_tablename] = value_text(relation->name);
            row[pg_indexes_indexname] = value_text(index->name);
            row[pg_indexes_indexdef] = value_text(
                system_index_text(rows->arena, rows->catalog, relation, index, FORM_PLAIN));
        }
    }
}

/* ---- pg_policies ---- */

static str command_word(char command)
{
    switch (command) {
    case 'r': return STR("SELECT");
    case 'a': return STR("INSERT");
    case 'w': return STR("UPDATE");
    case 'd': return STR("DELETE");
    default: return STR("ALL"); /* not an enum: '*' */
    }
}

/* By name; PUBLIC is "public" and stands alone. */
static struct value policy_roles(struct system_rows *rows, const struct cat_policy *policy)
{
    size_t count = policy->role_count;
    str *names = ARENA_ARRAY(rows->arena, str, count + 1);
    for (size_t i = 0; i < count; i++) {
        if (policy->roles[i] == ROLE_PUBLIC) count = 0;
    }
    if (!count) {
        names[0] = STR("public");
        return system_text_array(rows, names, 1);
    }
    for (size_t i = 0; i < count; i++) {
        str name = system_role_name(rows, policy->roles[i]);
        size_t at = i;
        for (; at > 0 && str_cmp(names[at - 1], name) > 0; at--) names[at] = names[at - 1];
        names[at] = name;
    }
    return system_text_array(rows, names, count);
}

void system_rows_pg_policies(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(rows->catalog, &at))) {
        for (size_t i = 0; i < relation->policy_count; i++) {
            const struct cat_policy *policy = &relation->policies[i];
            struct value *row = system_row_add(rows);
            row[pg_policies_schemaname] = value_text(system_schema_name(rows, relation->schema));
            row[pg_policies_tablename] = value_text(relation->name);
            row[pg_policies_policyname] = value_text(policy->name);
            row[pg_policies_permissive] =
                value_text(policy->permissive ? STR("PERMISSIVE") : STR("RESTRICTIVE"));
            row[pg_policies_roles] = policy_roles(rows, policy);
            row[pg_policies_cmd] = value_text(command_word(policy->command));
            row[pg_policies_qual] = system_text(
                system_expr_text(rows->arena, rows->catalog, relation, &policy->using_expr));
            row[pg_policies_with_check] = system_text(
                system_expr_text(rows->arena, rows->catalog, relation, &policy->check_expr));
        }
    }
}

/* Without last_value: it is the engine's, not the catalog's. */
void system_rows_pg_sequences(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(rows->catalog, &at))) {
        const struct cat_sequence *sequence = relation->sequence;
        if (relation->kind != 'S' || !sequence) continue;
        struct value *row = system_row_add(rows);
        row[pg_sequences_schemaname] = value_text(system_schema_name(rows, relation->schema));
        row[pg_sequences_sequencename] = value_text(relation->name);
        row[pg_sequences_sequenceowner] = value_text(system_role_name(rows, relation->owner));
        row[pg_sequences_data_type] = value_int(sequence->type);
        row[pg_sequences_start_value] = value_int(sequence->start);
        row[pg_sequences_min_value] = value_int(sequence->least);
        row[pg_sequences_max_value] = value_int(sequence->most);
        row[pg_sequences_increment_by] = value_int(sequence->increment);
        row[pg_sequences_cycle] = system_bool(sequence->cycle);
        row[pg_sequences_cache_size] = value_int(sequence->cache);
    }
}
