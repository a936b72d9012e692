/* pg_inherits and pg_partitioned_table. */
#include "sql/partition.h"
#include "sql/system_rows.h"

void system_rows_pg_inherits(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(rows->catalog, &at))) {
        if (!relation->partition_of) continue;
        struct value *row = system_row_add(rows);
        row[pg_inherits_inhrelid] = value_int(relation->oid);
        row[pg_inherits_inhparent] = value_int(relation->partition_of);
        row[pg_inherits_inhseqno] = value_int(1);
        row[pg_inherits_inhdetachpending] = value_int(0);
    }
}

static oid default_partition(const struct system_rows *rows, const struct cat_relation *relation)
{
    size_t at = 0;
    const struct cat_relation *partition;
    while ((partition = partition_next(rows->catalog, relation->oid, &at)))
        if (partition->partition_bound->strategy == 'd') return partition->oid;
    return OID_NONE;
}

static void partitioned_row(struct system_rows *rows, const struct cat_relation *relation)
{
    size_t count = relation->partition_key_count;
    int64_t *columns = ARENA_ARRAY(rows->arena, int64_t, count);
    int64_t *zeros = ARENA_ARRAY(rows->arena, int64_t, count);
    for (size_t i = 0; i < count; i++) columns[i] = relation->partition_keys[i].column;
    struct value *row = system_row_add(rows);
    row[pg_partitioned_table_partrelid] = value_int(relation->oid);
    row[pg_partitioned_table_partstrat] = system_char(rows, relation->partition_strategy);
    row[pg_partitioned_table_partnatts] = value_int((int64_t)count);
    row[pg_partitioned_table_partdefid] = value_int(default_partition(rows, relation));
    row[pg_partitioned_table_partattrs] = system_int_array(rows, columns, count);
    row[pg_partitioned_table_partclass] = system_int_array(rows, zeros, count);
    row[pg_partitioned_table_partcollation] = system_int_array(rows, zeros, count);
}

void system_rows_pg_partitioned_table(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(rows->catalog, &at)))
        if (relation->partition_strategy) partitioned_row(rows, relation);
}
