/* Rows of pg_class and of what belongs to a relation: columns, defaults, indexes, constraints. */
#include "sql/partition.h"
#include "sql/system_rows.h"
#include "sql/system_text.h"
#include "sql/system_types.h"

/* ---- pg_class ---- */

static bool is_referenced(const struct system_rows *rows, const struct cat_relation *relation)
{
    size_t at = 0;
    const struct cat_relation *other;
    while ((other = catalog_relation_next(rows->catalog, &at)))
        for (size_t i = 0; i < other->constraint_count; i++)
            if (other->constraints[i].kind == 'f' &&
                other->constraints[i].foreign_relation == relation->oid)
                return true;
    return false;
}

/* PostgreSQL keeps foreign keys by triggers, on both sides. */
bool system_has_triggers(const struct system_rows *rows, const struct cat_relation *relation)
{
    if (relation->trigger_count) return true;
    for (size_t i = 0; i < relation->constraint_count; i++)
        if (relation->constraints[i].kind == 'f') return true;
    return relation->kind == 'r' && is_referenced(rows, relation);
}

static int check_count(const struct cat_relation *relation)
{
    int count = 0;
    for (size_t i = 0; i < relation->constraint_count; i++)
        count += relation->constraints[i].kind == 'c';
    return count;
}

static struct value view_options(struct system_rows *rows, const struct cat_relation *relation)
{
    str options[3];
    size_t count = 0;
    if (relation->option_count)
        return system_text_array(rows, relation->options, relation->option_count);
    /* Of a view that was made before its options were kept as given. */
    if (relation->security_barrier) options[count++] = STR("security_barrier=true");
    if (relation->check_option)
        options[count++] = relation->check_option == 'l' ? STR("check_option=local")
                                                         : STR("check_option=cascaded");
    if (relation->security_invoker) options[count++] = STR("security_invoker=true");
    return count ? system_text_array(rows, options, count) : value_null();
}

/* What every row of pg_class has, whatever it is of. */
static struct value *class_row(struct system_rows *rows, oid id, str name, oid schema, oid owner)
{
    struct value *row = system_row_add(rows);
    static const int zeros[] = {
        pg_class_reloftype,      pg_class_relam,          pg_class_relfilenode,
        pg_class_reltablespace,  pg_class_relpages,       pg_class_relallvisible,
        pg_class_reltoastrelid,  pg_class_relhasindex,    pg_class_relisshared,
        pg_class_relchecks,      pg_class_relhasrules,    pg_class_relhastriggers,
        pg_class_relhassubclass, pg_class_relrowsecurity, pg_class_relforcerowsecurity,
        pg_class_relispartition, pg_class_relrewrite,     pg_class_relfrozenxid,
        pg_class_relminmxid,     pg_class_reltype,
    };
    for (size_t i = 0; i < COUNT_OF(zeros); i++) row[zeros[i]] = value_int(0);
    row[pg_class_oid] = value_int(id);
    row[pg_class_relname] = value_text(name);
    row[pg_class_relnamespace] = value_int(schema);
    row[pg_class_relowner] = value_int(owner);
    row[pg_class_reltuples] = value_real(-1);
    row[pg_class_relpersistence] = value_text(STR("p"));
    row[pg_class_relispopulated] = value_int(1);
    row[pg_class_relreplident] = value_text(STR("n"));
    return row;
}

static void class_index(struct system_rows *rows,
                        const struct cat_relation *relation,
                        const struct cat_index *index)
{
    struct value *row = class_row(rows, index->oid, index->name, relation->schema, relation->owner);
    row[pg_class_relkind] = value_text(STR("i"));
    row[pg_class_relam] = value_int(system_access_method(index->method));
    row[pg_class_relfilenode] = value_int(index->oid);
    row[pg_class_reltuples] = value_real(0);
    row[pg_class_relnatts] = value_int((int64_t)(index->element_count + index->include_count));
    row[pg_class_reloptions] = index->option_count
                                   ? system_text_array(rows, index->options, index->option_count)
                                   : value_null();
}

static void class_relation(struct system_rows *rows, const struct cat_relation *relation)
{
    struct value *row =
        class_row(rows, relation->oid, relation->name, relation->schema, relation->owner);
    bool table = relation->kind == 'r';
    row[pg_class_reltype] = value_int(relation->row_type);
    row[pg_class_relkind] = system_char(rows, relation->partition_strategy ? 'p' : relation->kind);
    row[pg_class_relispartition] = system_bool(relation->partition_of != OID_NONE);
    if (relation->partition_of)
        row[pg_class_relpartbound] =
            value_text(partition_bound_text(rows->arena, rows->catalog, relation));
    row[pg_class_relispopulated] = system_bool(!relation->unpopulated);
    row[pg_class_relam] = value_int(table || relation->kind == 'm' ? 2 : 0);
    if (table || relation->kind == 'S') row[pg_class_relfilenode] = value_int(relation->oid);
    if (relation->kind == 'v' || relation->kind == 'c') row[pg_class_reltuples] = value_real(-1);
    if (relation->kind == 'S') {
        row[pg_class_reltuples] = value_real(1);
        row[pg_class_relpages] = value_int(1);
    }
    row[pg_class_relhasindex] = system_bool(relation->index_count > 0);
    row[pg_class_relnatts] = value_int(relation->kind == 'S' ? 3 : relation->column_last);
    row[pg_class_relchecks] = value_int(check_count(relation));
    row[pg_class_relhasrules] = system_bool(relation->kind == 'v' || relation->kind == 'm');
    row[pg_class_relhastriggers] = system_bool(system_has_triggers(rows, relation));
    row[pg_class_relrowsecurity] = system_bool(relation->row_security);
    row[pg_class_relforcerowsecurity] = system_bool(relation->force_row_security);
    char identity = relation->replica_identity ? relation->replica_identity : 'd';
    row[pg_class_relreplident] = system_char(rows, table || relation->kind == 'm' ? identity : 'n');
    row[pg_class_relacl] = system_acl(rows, &relation->acl);
    row[pg_class_reloptions] = view_options(rows, relation);
}

void system_rows_pg_class(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(rows->catalog, &at))) {
        class_relation(rows, relation);
        for (size_t i = 0; i < relation->index_count; i++)
            class_index(rows, relation, &relation->indexes[i]);
    }
}

/* ---- pg_attribute, pg_attrdef ---- */

static struct value *attribute_row(
    struct system_rows *rows, oid relation, str name, oid type, int32_t typmod, int64_t number)
{
    struct value *row = system_row_add(rows);
    const struct system_layout *layout = system_layout_of(rows->catalog, type);
    row[pg_attribute_attrelid] = value_int(relation);
    row[pg_attribute_attname] = value_text(name);
    row[pg_attribute_atttypid] = value_int(type);
    row[pg_attribute_attstattarget] = value_int(-1);
    row[pg_attribute_attlen] = value_int(layout->length);
    row[pg_attribute_attnum] = value_int(number);
    row[pg_attribute_attndims] = value_int(system_is_array(rows->catalog, type));
    row[pg_attribute_attcacheoff] = value_int(-1);
    row[pg_attribute_atttypmod] = value_int(typmod);
    row[pg_attribute_attbyval] = system_bool(layout->by_value);
    row[pg_attribute_attalign] = system_char(rows, layout->align);
    row[pg_attribute_attstorage] = system_char(rows, layout->storage);
    row[pg_attribute_attcompression] = value_text(STR(""));
    row[pg_attribute_attnotnull] = value_int(0);
    row[pg_attribute_atthasdef] = value_int(0);
    row[pg_attribute_atthasmissing] = value_int(0);
    row[pg_attribute_attidentity] = value_text(STR(""));
    row[pg_attribute_attgenerated] = value_text(STR(""));
    row[pg_attribute_attisdropped] = value_int(0);
    row[pg_attribute_attislocal] = value_int(1);
    row[pg_attribute_attinhcount] = value_int(0);
    row[pg_attribute_attcollation] = value_int(system_collation_of(rows->catalog, type));
    return row;
}

static bool has_default(const struct cat_column *column)
{
    return !str_empty(column->default_expr.text);
}

static void attribute_columns(struct system_rows *rows, const struct cat_relation *relation)
{
    for (size_t i = 0; i < relation->column_count; i++) {
        const struct cat_column *column = &relation->columns[i];
        struct value *row = attribute_row(rows, relation->oid, column->name, column->type,
                                          column->typmod, column->number);
        row[pg_attribute_attnotnull] = system_bool(column->not_null);
        row[pg_attribute_atthasdef] = system_bool(has_default(column));
        row[pg_attribute_attidentity] = system_char(rows, column->identity);
        row[pg_attribute_attgenerated] = system_char(rows, column->generated ? 's' : 0);
        if (column->acl.count) row[pg_attribute_attacl] = system_acl(rows, &column->acl);
    }
}

static void attribute_index(struct system_rows *rows,
                            const struct cat_relation *relation,
                            const struct cat_index *index)
{
    for (size_t i = 0; i < index->element_count + index->include_count; i++) {
        int16_t number = i < index->element_count ? index->elements[i].column
                                                  : index->include[i - index->element_count];
        const struct cat_column *column = cat_column_numbered(relation, number);
        /* The type of an expression is not kept; PostgreSQL calls such a column by its function. */
        str name = column ? column->name : STR("expr");
        attribute_row(rows, index->oid, name, column ? column->type : (oid)TEXTOID,
                      column ? column->typmod : -1, (int64_t)i + 1);
    }
}

void system_rows_pg_attribute(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(rows->catalog, &at))) {
        attribute_columns(rows, relation);
        for (size_t i = 0; i < relation->index_count; i++)
            attribute_index(rows, relation, &relation->indexes[i]);
    }
}

void system_rows_pg_attrdef(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(rows->catalog, &at))) {
        for (size_t i = 0; i < relation->column_count; i++) {
            const struct cat_column *column = &relation->columns[i];
            if (!has_default(column)) continue;
            struct value *row = system_row_add(rows);
            row[pg_attrdef_oid] = value_int(system_default_oid(relation, column));
            row[pg_attrdef_adrelid] = value_int(relation->oid);
            row[pg_attrdef_adnum] = value_int(column->number);
            row[pg_attrdef_adbin] = value_text(
                system_column_default_text(rows->arena, rows->catalog, relation, column));
        }
    }
}

/* ---- pg_index ---- */

static void index_row(struct system_rows *rows,
                      const struct cat_relation *relation,
                      const struct cat_index *index)
{
    struct value *row = system_row_add(rows);
    size_t keys = index->element_count, all = keys + index->include_count;
    int64_t *columns = ARENA_ARRAY(rows->arena, int64_t, all + 1);
    int64_t *options = ARENA_ARRAY(rows->arena, int64_t, keys + 1);
    int64_t *collations = ARENA_ARRAY(rows->arena, int64_t, keys + 1);
    int64_t *classes = ARENA_ARRAY(rows->arena, int64_t, keys + 1);
    struct buf *exprs = buf_in(rows->arena, 0);
    for (size_t i = 0; i < keys; i++) {
        const struct cat_index_element *element = &index->elements[i];
        const struct cat_column *column = cat_column_numbered(relation, element->column);
        columns[i] = element->column;
        options[i] = (element->descending ? 1 : 0) | (element->nulls_first ? 2 : 0);
        collations[i] = column ? system_collation_of(rows->catalog, column->type) : 0;
        if (column) continue;
        if (exprs->len) buf_lit(exprs, ", ");
        buf_str_add(exprs, system_expr_text(rows->arena, rows->catalog, relation, &element->expr));
    }
    for (size_t i = 0; i < index->include_count; i++) columns[keys + i] = index->include[i];
    row[pg_index_indexrelid] = value_int(index->oid);
    row[pg_index_indrelid] = value_int(relation->oid);
    row[pg_index_indnatts] = value_int((int64_t)all);
    row[pg_index_indnkeyatts] = value_int((int64_t)keys);
    row[pg_index_indisunique] = system_bool(index->unique);
    row[pg_index_indnullsnotdistinct] = system_bool(index->nulls_not_distinct);
    row[pg_index_indisprimary] = system_bool(index->primary);
    row[pg_index_indisexclusion] = value_int(0);
    row[pg_index_indimmediate] = value_int(1);
    row[pg_index_indisclustered] = value_int(0);
    row[pg_index_indisvalid] = value_int(1);
    row[pg_index_indcheckxmin] = value_int(0);
    row[pg_index_indisready] = value_int(1);
    row[pg_index_indislive] = value_int(1);
    row[pg_index_indisreplident] = value_int(0);
    row[pg_index_indkey] = system_int_array(rows, columns, all);
    row[pg_index_indcollation] = system_int_array(rows, collations, keys);
    row[pg_index_indclass] = system_int_array(rows, classes, keys);
    row[pg_index_indoption] = system_int_array(rows, options, keys);
    row[pg_index_indexprs] = system_text(buf_str(exprs));
    row[pg_index_indpred] =
        system_text(system_expr_text(rows->arena, rows->catalog, relation, &index->where));
}

void system_rows_pg_index(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(rows->catalog, &at)))
        for (size_t i = 0; i < relation->index_count; i++)
            index_row(rows, relation, &relation->indexes[i]);
}

/* ---- pg_constraint ---- */

static bool same_columns(const struct cat_index *index, const int16_t *columns, size_t count)
{
    if (!index->unique || index->element_count != count || !str_empty(index->where.text))
        return false;
    for (size_t i = 0; i < count; i++) {
        bool found = false;
        for (size_t k = 0; k < count; k++) found = found || index->elements[k].column == columns[i];
        if (!found) return false;
    }
    return true;
}

const struct cat_index *system_foreign_index(const struct system_rows *rows,
                                             const struct cat_constraint *constraint)
{
    const struct cat_relation *target =
        catalog_relation(rows->catalog, constraint->foreign_relation);
    const struct cat_index *found = NULL;
    for (size_t i = 0; target && i < target->index_count; i++) {
        const struct cat_index *index = &target->indexes[i];
        if (!same_columns(index, constraint->foreign_columns, constraint->column_count)) continue;
        if (!found || index->oid < found->oid) found = index;
    }
    return found;
}

static struct value *constraint_row(
    struct system_rows *rows, oid id, str name, oid schema, char kind)
{
    struct value *row = system_row_add(rows);
    row[pg_constraint_oid] = value_int(id);
    row[pg_constraint_conname] = value_text(name);
    row[pg_constraint_connamespace] = value_int(schema);
    row[pg_constraint_contype] = system_char(rows, kind);
    row[pg_constraint_condeferrable] = value_int(0);
    row[pg_constraint_condeferred] = value_int(0);
    row[pg_constraint_convalidated] = value_int(1);
    row[pg_constraint_conrelid] = value_int(0);
    row[pg_constraint_contypid] = value_int(0);
    row[pg_constraint_conindid] = value_int(0);
    row[pg_constraint_conparentid] = value_int(0);
    row[pg_constraint_confrelid] = value_int(0);
    row[pg_constraint_confupdtype] = value_text(STR(" "));
    row[pg_constraint_confdeltype] = value_text(STR(" "));
    row[pg_constraint_confmatchtype] = value_text(STR(" "));
    row[pg_constraint_conislocal] = value_int(1);
    row[pg_constraint_coninhcount] = value_int(0);
    row[pg_constraint_connoinherit] = value_int(0);
    return row;
}

static void constraint_foreign(struct system_rows *rows,
                               const struct cat_constraint *constraint,
                               struct value *row)
{
    const struct cat_index *index = system_foreign_index(rows, constraint);
    row[pg_constraint_conindid] = value_int(index ? index->oid : 0);
    row[pg_constraint_confrelid] = value_int(constraint->foreign_relation);
    row[pg_constraint_confupdtype] = system_char(rows, constraint->on_update);
    row[pg_constraint_confdeltype] = system_char(rows, constraint->on_delete);
    row[pg_constraint_confmatchtype] = system_char(rows, constraint->match);
    row[pg_constraint_confkey] =
        system_column_array(rows, constraint->foreign_columns, constraint->column_count);
    if (constraint->delete_set_count)
        row[pg_constraint_confdelsetcols] =
            system_column_array(rows, constraint->delete_set_columns, constraint->delete_set_count);
    row[pg_constraint_connoinherit] = value_int(1);
}

static void constraint_of(struct system_rows *rows,
                          const struct cat_relation *relation,
                          const struct cat_constraint *constraint)
{
    struct value *row =
        constraint_row(rows, constraint->oid, constraint->name, relation->schema, constraint->kind);
    bool key = constraint->kind == 'p' || constraint->kind == 'u' || constraint->kind == 'x';
    row[pg_constraint_condeferrable] = system_bool(constraint->deferrable);
    row[pg_constraint_condeferred] = system_bool(constraint->deferred);
    row[pg_constraint_conrelid] = value_int(relation->oid);
    if (key) row[pg_constraint_conindid] = value_int(constraint->index);
    if (key) row[pg_constraint_connoinherit] = value_int(1);
    int16_t *columns = NULL;
    size_t count = system_constraint_columns(rows, relation, constraint, &columns);
    if (count) row[pg_constraint_conkey] = system_column_array(rows, columns, count);
    if (constraint->kind == 'f') constraint_foreign(rows, constraint, row);
    if (constraint->kind == 'c')
        row[pg_constraint_conbin] =
            value_text(system_expr_text(rows->arena, rows->catalog, relation, &constraint->check));
}

/* A constraint trigger is a constraint too. */
static void constraint_triggers(struct system_rows *rows, const struct cat_relation *relation)
{
    for (size_t i = 0; i < relation->trigger_count; i++) {
        const struct cat_trigger *trigger = &relation->triggers[i];
        if (!trigger->constraint) continue;
        struct value *row =
            constraint_row(rows, trigger->constraint, trigger->name, relation->schema, 't');
        row[pg_constraint_condeferrable] = system_bool(trigger->deferrable);
        row[pg_constraint_condeferred] = system_bool(trigger->deferred);
        row[pg_constraint_conrelid] = value_int(relation->oid);
        row[pg_constraint_connoinherit] = value_int(1);
    }
}

static void constraint_domain(struct system_rows *rows, const struct cat_type *type)
{
    for (size_t i = 0; i < type->check_count; i++) {
        const struct cat_domain_check *check = &type->checks[i];
        struct value *row =
            constraint_row(rows, system_domain_check_oid(type, i), check->name, type->schema, 'c');
        row[pg_constraint_contypid] = value_int(type->oid);
        row[pg_constraint_conbin] =
            value_text(system_domain_expr_text(rows->arena, rows->catalog, type, &check->expr));
    }
}

void system_rows_pg_constraint(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(rows->catalog, &at))) {
        for (size_t i = 0; i < relation->constraint_count; i++)
            constraint_of(rows, relation, &relation->constraints[i]);
        constraint_triggers(rows, relation);
    }
    at = 0;
    const struct cat_type *type;
    while ((type = catalog_type_next(rows->catalog, &at))) constraint_domain(rows, type);
}

/* ---- pg_sequence, pg_policy ---- */

void system_rows_pg_sequence(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(rows->catalog, &at))) {
        const struct cat_sequence *sequence = relation->sequence;
        if (relation->kind != 'S' || !sequence) continue;
        struct value *row = system_row_add(rows);
        row[pg_sequence_seqrelid] = value_int(relation->oid);
        row[pg_sequence_seqtypid] = value_int(sequence->type);
        row[pg_sequence_seqstart] = value_int(sequence->start);
        row[pg_sequence_seqincrement] = value_int(sequence->increment);
        row[pg_sequence_seqmax] = value_int(sequence->most);
        row[pg_sequence_seqmin] = value_int(sequence->least);
        row[pg_sequence_seqcache] = value_int(sequence->cache);
        row[pg_sequence_seqcycle] = system_bool(sequence->cycle);
    }
}

static void policy_row(struct system_rows *rows,
                       const struct cat_relation *relation,
                       const struct cat_policy *policy)
{
    struct value *row = system_row_add(rows);
    int64_t *roles = ARENA_ARRAY(rows->arena, int64_t, policy->role_count + 1);
    for (size_t i = 0; i < policy->role_count; i++) roles[i] = policy->roles[i];
    size_t count = policy->role_count ? policy->role_count : 1; /* nobody named: everybody */
    row[pg_policy_oid] = value_int(policy->oid);
    row[pg_policy_polname] = value_text(policy->name);
    row[pg_policy_polrelid] = value_int(relation->oid);
    row[pg_policy_polcmd] = system_char(rows, policy->command);
    row[pg_policy_polpermissive] = system_bool(policy->permissive);
    row[pg_policy_polroles] = system_int_array(rows, roles, count);
    row[pg_policy_polqual] =
        system_text(system_expr_text(rows->arena, rows->catalog, relation, &policy->using_expr));
    row[pg_policy_polwithcheck] =
        system_text(system_expr_text(rows->arena, rows->catalog, relation, &policy->check_expr));
}

void system_rows_pg_policy(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(rows->catalog, &at)))
        for (size_t i = 0; i < relation->policy_count; i++)
            policy_row(rows, relation, &relation->policies[i]);
}

/* A view is a rule to read something else. */
void system_rows_pg_rewrite(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(rows->catalog, &at))) {
        if (relation->kind != 'v' && relation->kind != 'm') continue;
        struct value *row = system_row_add(rows);
        row[pg_rewrite_oid] = value_int(0x80000000u | relation->oid);
        row[pg_rewrite_rulename] = value_text(STR("_RETURN"));
        row[pg_rewrite_ev_class] = value_int(relation->oid);
        row[pg_rewrite_ev_type] = value_text(STR("1"));
        row[pg_rewrite_ev_enabled] = value_text(STR("O"));
        row[pg_rewrite_is_instead] = value_int(1);
    }
}
