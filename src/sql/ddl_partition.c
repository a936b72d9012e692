/* PARTITION BY, PARTITION OF, ATTACH and DETACH PARTITION.
 *
 * A partition is an entry of the catalog over its root's rows: it has the root's columns, and grants, policies and
 * an owner of its own, but no rows, constraints or indexes. What moves rows is left to the engine as effects. */
#include "sql/ddl_int.h"
#include "sql/deparse.h"
#include "sql/parse.h"
#include "sql/partition.h"
#include "types/hash.h"
#include "types/type_text.h"

/* ---- PARTITION BY --------------------------------------------------------------------------------- */

static err key_strategy(struct ddl *ddl, const struct PartitionSpec *spec, char *out)
{
    static const struct {
        str name;
        char letter;
    } known[] = {
        {STR_INIT("range"), 'r'},
        {STR_INIT("list"),  'l'},
        {STR_INIT("hash"),  'h'},
    };
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (!str_eq_nocase(spec->strategy, known[i].name)) continue;
        *out = known[i].letter;
        return NULL;
    }
    return err_sql(ddl->arena, "22023", "unrecognized partitioning strategy \"%.*s\"",
                   STR_FMT(spec->strategy));
}

/* The type of an expression over the relation, which is in the catalog already. */
static err key_expression_type(struct ddl *ddl,
                               const struct cat_relation *relation,
                               const struct node *tree,
                               struct cat_partition_key *key)
{
    const struct ddl_hooks *hooks = ddl->context->hooks;
    if (!hooks || !hooks->describe_query)
        return ddl_unsupported(ddl, tree, "a partition key that is an expression here");
    struct SelectStmt *select = AST_NEW(ddl->arena, SelectStmt);
    struct node *copy = ast_copy(ddl->arena, tree);
    select->targetList = ast_list(ddl->arena, ast_res_target(ddl->arena, STR_NONE, copy));
    select->fromClause =
        ast_list(ddl->arena, &ast_range_var(ddl->arena, ddl_schema_name(ddl, relation->schema),
                                            relation->name, STR_NONE)
                                  ->base);
    struct ddl_columns columns = {0};
    TRY(hooks->describe_query(ddl->context, ddl->next, &select->base, &columns));
    key->type = columns.at[0].type;
    key->typmod = columns.at[0].typmod;
    return NULL;
}

static err key_element(struct ddl *ddl,
                       const struct cat_relation *relation,
                       const struct PartitionElem *elem,
                       struct cat_partition_key *out)
{
    if (elem->opclass->count) return ddl_unsupported(ddl, &elem->base, "an operator class here");
    if (elem->collation->count) return ddl_unsupported(ddl, &elem->base, "COLLATE here");
    if (str_empty(elem->name)) {
        TRY(ddl_check_expr(
            ddl,
            &(struct ddl_expr){.use = DDL_EXPR_INDEX, .relation = relation, .tree = elem->expr}));
        TRY(ddl_store_expr(ddl, relation, elem->expr, &out->expr));
        return key_expression_type(ddl, relation, elem->expr, out);
    }
    const struct cat_column *column = cat_column_find(relation, elem->name);
    if (!column)
        return err_sql(ddl->arena, "42703", "column \"%.*s\" named in partition key does not exist",
                       STR_FMT(elem->name));
    if (column->generated)
        return err_sql(ddl->arena, "42P17", "cannot use generated column in partition key");
    *out = (struct cat_partition_key){
        .column = column->number, .type = column->type, .typmod = column->typmod};
    return NULL;
}

static err key_type_allowed(struct ddl *ddl,
                            char strategy,
                            const struct cat_partition_key *key,
                            const struct node *at)
{
    const struct type_ref *type = catalog_type_ref(ddl->arena, ddl->next, key->type, TYPMOD_NONE);
    if (strategy == 'h' && !hash_has_type(type->storage))
        return ddl_unsupported(ddl, at, "PARTITION BY HASH of type %.*s",
                               STR_FMT(catalog_type_name(ddl->arena, ddl->next, key->type, -1)));
    return NULL;
}

err ddl_partition_by(struct ddl *ddl,
                     struct cat_relation *relation,
                     const struct PartitionSpec *spec)
{
    size_t count = spec->partParams->count;
    TRY(key_strategy(ddl, spec, &relation->partition_strategy));
    if (relation->partition_strategy == 'l' && count > 1)
        return err_sql(ddl->arena, "42P17",
                       "cannot use \"list\" partition strategy with more than one column");
    struct cat_partition_key *keys = ARENA_ARRAY(ddl->pool, struct cat_partition_key, count);
    for (size_t i = 0; i < count; i++) {
        const struct PartitionElem *elem = AST_AS(PartitionElem, spec->partParams->at[i]);
        TRY(key_element(ddl, relation, elem, &keys[i]));
        TRY(key_type_allowed(ddl, relation->partition_strategy, &keys[i], &elem->base));
    }
    relation->partition_keys = keys;
    relation->partition_key_count = count;
    return NULL;
}

/* ---- what a unique index of a partitioned table must hold ------------------------------------------- */

static bool index_holds(const struct cat_index *index, int16_t column)
{
    for (size_t i = 0; i < index->element_count; i++)
        if (index->elements[i].column == column) return true;
    return false;
}

static err index_covers(struct ddl *ddl,
                        const struct cat_relation *root,
                        const struct cat_index *index,
                        const struct cat_relation *keyed)
{
    for (size_t i = 0; i < keyed->partition_key_count; i++) {
        int16_t column = keyed->partition_keys[i].column;
        const char *what = index->primary ? "PRIMARY KEY" : "UNIQUE";
        if (!column)
            return err_sql(ddl->arena, "0A000",
                           "unsupported %s constraint with partition key definition", what);
        if (index_holds(index, column)) continue;
        struct err *error =
            err_sql(ddl->arena, "0A000",
                    "unique constraint on partitioned table must include all partitioning columns");
        return err_details(ddl->arena, error,
                           "%s constraint on table \"%.*s\" lacks column \"%.*s\" which is part of "
                           "the partition key.",
                           what, STR_FMT(root->name),
                           STR_FMT(cat_column_numbered(keyed, column)->name));
    }
    return NULL;
}

err ddl_partition_keys_covered(struct ddl *ddl, const struct cat_relation *relation)
{
    oid table = cat_relation_table(relation);
    const struct cat_relation *root = catalog_relation(ddl->next, table), *keyed;
    size_t at = 0;
    if (!root || !root->partition_strategy) return NULL;
    for (size_t i = 0; i < root->constraint_count; i++)
        if (root->constraints[i].kind == 'x')
            return err_sql(ddl->arena, "0A000",
                           "exclusion constraints are not supported on partitioned tables");
    while ((keyed = catalog_relation_next(ddl->next, &at))) {
        if (!keyed->partition_strategy || cat_relation_table(keyed) != table) continue;
        for (size_t i = 0; i < root->index_count; i++)
            if (root->indexes[i].unique) TRY(index_covers(ddl, root, &root->indexes[i], keyed));
    }
    return NULL;
}

/* ---- FOR VALUES ------------------------------------------------------------------------------------ */

struct bounding {
    struct ddl *ddl;
    const struct cat_relation *parent;
    str name; /* the partition's */
};

static err bad_spec(const struct bounding *bounding)
{
    const char *strategy = bounding->parent->partition_strategy == 'r'   ? "range"
                           : bounding->parent->partition_strategy == 'l' ? "list"
                                                                         : "hash";
    return err_sql(bounding->ddl->arena, "42P16", "invalid bound specification for a %s partition",
                   strategy);
}

/* Constants, their casts and their signs; *null: NULL. */
static bool datum_constant(struct arena *arena, const struct node *node, str *text, bool *null)
{
    if (AST_IS(TypeCast, node))
        return datum_constant(arena, AST_AS(TypeCast, node)->arg, text, null);
    if (!AST_IS(A_Const, node)) return false;
    const struct A_Const *constant = AST_AS(A_Const, node);
    switch (constant->val) {
    case A_CONST_INTEGER: *text = str_printf(arena, "%lld", (long long)constant->ival); return true;
    case A_CONST_FLOAT: *text = constant->fval; return true;
    case A_CONST_BOOLEAN: *text = constant->boolval ? STR("t") : STR("f"); return true;
    case A_CONST_STRING: *text = constant->sval; return true;
    case A_CONST_NULL: *null = true; return true;
    default: return false;
    }
}

static err datum_of(const struct bounding *bounding,
                    const struct node *node,
                    size_t key,
                    struct cat_partition_datum *out)
{
    struct ddl *ddl = bounding->ddl;
    const struct cat_partition_key *of = &bounding->parent->partition_keys[key];
    bool null = false;
    str text = STR_NONE;
    if (!datum_constant(ddl->arena, node, &text, &null))
        return ddl_unsupported(ddl, node, "a partition bound that is no constant");
    *out = (struct cat_partition_datum){.kind = 'n'};
    if (null) return NULL;
    const struct type_ref *type = catalog_type_ref(ddl->arena, ddl->next, of->type, of->typmod);
    struct value value;
    TRY(type_input(ddl->arena, NULL, type, TYPE_ASSIGNMENT, text, &value));
    *out = (struct cat_partition_datum){'v', type_output_str(ddl->pool, NULL, type, &value)};
    return NULL;
}

static char endless(const struct node *node)
{
    if (!AST_IS(ColumnRef, node)) return 0;
    const struct list *fields = AST_AS(ColumnRef, node)->fields;
    str name = fields->count == 1 ? ast_name_at(fields, 0) : STR_NONE;
    return str_eq(name, STR("minvalue")) ? '-' : str_eq(name, STR("maxvalue")) ? '+' : 0;
}

static err range_end(const struct bounding *bounding,
                     const struct list *items,
                     const char *word,
                     const struct cat_partition_datum **out)
{
    struct ddl *ddl = bounding->ddl;
    size_t count = bounding->parent->partition_key_count;
    struct cat_partition_datum *data = ARENA_ARRAY(ddl->pool, struct cat_partition_datum, count);
    if (items->count != count)
        return err_sql(ddl->arena, "42P16",
                       "%s must specify exactly one value per partitioning column", word);
    for (size_t i = 0; i < count; i++) {
        data[i].kind = endless(items->at[i]);
        if (!data[i].kind) TRY(datum_of(bounding, items->at[i], i, &data[i]));
        if (data[i].kind == 'n')
            return err_sql(ddl->arena, "42P17", "cannot specify NULL in range bound");
        char before = i ? data[i - 1].kind : 'v';
        if (before != 'v' && data[i].kind != before)
            return err_sql(ddl->arena, "42804", "every bound following %s must also be %s",
                           before == '-' ? "MINVALUE" : "MAXVALUE",
                           before == '-' ? "MINVALUE" : "MAXVALUE");
    }
    *out = data;
    return NULL;
}

static err list_bound(const struct bounding *bounding,
                      const struct PartitionBoundSpec *spec,
                      struct cat_partition_bound *out)
{
    struct ddl *ddl = bounding->ddl;
    size_t count = spec->listdatums->count;
    struct cat_partition_datum *data = ARENA_ARRAY(ddl->pool, struct cat_partition_datum, count);
    for (size_t i = 0; i < count; i++) {
        struct cat_partition_datum *datum = &data[out->lower_count];
        TRY(datum_of(bounding, spec->listdatums->at[i], 0, datum));
        out->lower_count += !partition_lists(ddl->arena, ddl->next, bounding->parent, data,
                                             out->lower_count, datum);
    }
    out->lower = data;
    return NULL;
}

static err hash_bound(const struct bounding *bounding,
                      const struct PartitionBoundSpec *spec,
                      struct cat_partition_bound *out)
{
    struct arena *arena = bounding->ddl->arena;
    if (spec->modulus <= 0)
        return err_sql(arena, "42P16",
                       "modulus for hash partition must be an integer value greater than zero");
    if (spec->remainder < 0)
        return err_sql(
            arena, "42P16",
            "remainder for hash partition must be an integer value greater than or equal "
            "to zero");
    if (spec->remainder >= spec->modulus)
        return err_sql(arena, "42P16", "remainder for hash partition must be less than modulus");
    out->modulus = (int32_t)spec->modulus;
    out->remainder = (int32_t)spec->remainder;
    return NULL;
}

static err bound_of(const struct bounding *bounding,
                    const struct PartitionBoundSpec *spec,
                    const struct cat_partition_bound **out)
{
    struct ddl *ddl = bounding->ddl;
    char strategy = bounding->parent->partition_strategy;
    struct cat_partition_bound *bound = ARENA_NEW(ddl->pool, struct cat_partition_bound);
    *out = bound;
    bound->strategy = spec->is_default ? 'd' : spec->strategy;
    if (spec->is_default && strategy == 'h')
        return err_sql(ddl->arena, "42P16",
                       "a hash-partitioned table may not have a default partition");
    if (!spec->is_default && spec->strategy != strategy) return bad_spec(bounding);
    switch (bound->strategy) { /* the letters of cat_partition_bound */
    case 'l': TRY(list_bound(bounding, spec, bound)); break;
    case 'h': TRY(hash_bound(bounding, spec, bound)); break;
    case 'r':
        TRY(range_end(bounding, spec->lowerdatums, "FROM", &bound->lower));
        TRY(range_end(bounding, spec->upperdatums, "TO", &bound->upper));
        bound->lower_count = bound->upper_count = bounding->parent->partition_key_count;
        break;
    default: break;
    }
    return partition_check_bound(ddl->arena, ddl->next, bounding->parent, bound, bounding->name);
}

/* ---- rows ------------------------------------------------------------------------------------------- */

static err rows_effect(struct ddl *ddl,
                       enum ddl_effect_kind kind,
                       oid relation,
                       str condition,
                       struct ddl_effect **out)
{
    struct node *tree;
    TRY(sql_parse_expr(ddl->arena, condition, &tree));
    *out = ddl_effect(ddl, kind);
    (*out)->relation = relation;
    (*out)->tree = tree;
    return NULL;
}

err ddl_partition_empty(struct ddl *ddl, const struct cat_relation *partition)
{
    struct ddl_effect *effect;
    str condition = partition_condition(ddl->arena, ddl->next, partition);
    return rows_effect(ddl, EFFECT_ROWS_DELETE, partition->partition_root, condition, &effect);
}

static bool has_default(struct ddl *ddl, const struct cat_relation *parent, oid but)
{
    size_t at = 0;
    const struct cat_relation *other;
    while ((other = partition_next(ddl->next, parent->oid, &at)))
        if (other->oid != but && other->partition_bound->strategy == 'd') return true;
    return false;
}

/* Rows that a default partition holds stay there: none may belong to the new one. */
static err refuse_rows_of_default(struct ddl *ddl,
                                  const struct cat_relation *parent,
                                  const struct cat_relation *partition)
{
    struct ddl_effect *effect;
    if (!has_default(ddl, parent, partition->oid)) return NULL;
    str condition = partition_condition(ddl->arena, ddl->next, partition);
    TRY(rows_effect(ddl, EFFECT_ROWS_REFUSE, partition->partition_root, condition, &effect));
    effect->from =
        STR("updated partition constraint for default partition would be violated by some row");
    return NULL;
}

/* ---- PARTITION OF ----------------------------------------------------------------------------------- */

/* The primary key is the root's; that it is the partition's too is noted for those who look for one. */
static void follow_key(struct ddl *ddl,
                       struct cat_relation *partition,
                       const struct cat_relation *root)
{
    const struct cat_constraint *key = cat_primary_key(root);
    partition->constraints = NULL;
    partition->constraint_count = 0;
    if (key) DDL_ADD(ddl, partition, constraints, constraint_count, key);
}

/* The parent's columns: an identity is the parent's alone, and grants on columns stay with whom they were given. */
static void follow_columns(struct ddl *ddl,
                           struct cat_relation *partition,
                           const struct cat_relation *root)
{
    struct cat_column *columns =
        ddl_array_copy(ddl->pool, root->columns, root->column_count, sizeof *root->columns);
    for (size_t i = 0; i < root->column_count; i++) {
        const struct cat_column *own = cat_column_numbered(partition, columns[i].number);
        columns[i].acl = own ? own->acl : (struct cat_acl){.is_default = true};
        columns[i].identity = 0;
        columns[i].sequence = OID_NONE;
    }
    partition->columns = columns;
    partition->column_count = root->column_count;
    partition->column_last = root->column_last;
    follow_key(ddl, partition, root);
}

static err parent_of(struct ddl *ddl, const struct RangeVar *name, const struct cat_relation **out)
{
    TRY(ddl_table(ddl, name, out));
    TRY(ddl_must_own_relation(ddl, *out));
    if ((*out)->partition_strategy) return NULL;
    return err_sql(ddl->arena, "42P17", "\"%.*s\" is not partitioned", STR_FMT((*out)->name));
}

err ddl_partition_of(struct ddl *ddl, const struct CreateStmt *create)
{
    const struct cat_relation *parent;
    struct cat_relation *partition;
    if (create->tableElts->count)
        return ddl_unsupported(ddl, create->tableElts->at[0],
                               "a column or constraint of one partition alone");
    TRY(parent_of(ddl, AST_AS(RangeVar, create->inhRelations->at[0]), &parent));
    TRY(ddl_relation_start(ddl, create->relation, 'r', &partition));
    const struct bounding bounding = {ddl, parent, partition->name};
    TRY(bound_of(&bounding, create->partbound, &partition->partition_bound));
    partition->partition_of = parent->oid;
    partition->partition_root = cat_relation_table(parent);
    follow_columns(ddl, partition, catalog_relation(ddl->next, partition->partition_root));
    ddl_row_type_put(ddl, partition);
    catalog_put(ddl->next, CAT_RELATION, partition);
    if (create->partspec) TRY(ddl_partition_by(ddl, partition, create->partspec));
    catalog_put(ddl->next, CAT_RELATION, partition);
    TRY(ddl_partition_keys_covered(ddl, partition));
    return refuse_rows_of_default(ddl, parent, partition);
}

err ddl_partitions_follow(struct ddl *ddl, oid root)
{
    size_t at = 0;
    const struct cat_relation *partition, *table = catalog_relation(ddl->next, root);
    if (!table || !table->partition_strategy) return NULL;
    while ((partition = catalog_relation_next(ddl->next, &at))) {
        if (partition->partition_root != root) continue;
        struct cat_relation *edited = CATALOG_EDIT(ddl->next, partition);
        follow_columns(ddl, edited, table);
        catalog_put(ddl->next, CAT_RELATION, edited);
    }
    return ddl_partition_keys_covered(ddl, table);
}

/* ---- DETACH ------------------------------------------------------------------------------------------ */

/* What the partition had of its root is its own from now on, under names of its own. */
static err take_constraints(struct ddl *ddl,
                            struct cat_relation *table,
                            const struct cat_relation *root)
{
    TRY(ddl_like_constraints(ddl, table, root));
    for (size_t i = 0; i < root->constraint_count; i++) {
        struct cat_constraint constraint = root->constraints[i];
        if (constraint.kind != 'f') continue;
        constraint.oid = catalog_oid_new(ddl->next);
        DDL_ADD(ddl, table, constraints, constraint_count, &constraint);
    }
    return NULL;
}

static bool is_referenced(struct ddl *ddl, oid table)
{
    size_t at = 0;
    const struct cat_relation *other;
    while ((other = catalog_relation_next(ddl->next, &at)))
        for (size_t i = 0; i < other->constraint_count; i++)
            if (other->constraints[i].kind == 'f' &&
                other->constraints[i].foreign_relation == table)
                return true;
    return false;
}

err ddl_detach_partition(struct ddl *ddl,
                         const struct cat_relation *parent,
                         const struct PartitionCmd *command)
{
    const struct cat_relation *partition;
    TRY(ddl_table(ddl, command->name, &partition));
    if (partition->partition_of != parent->oid)
        return err_sql(ddl->arena, "42P01",
                       "relation \"%.*s\" is not a partition of relation \"%.*s\"",
                       STR_FMT(partition->name), STR_FMT(parent->name));
    if (partition->partition_strategy)
        return ddl_unsupported(ddl, &command->name->base,
                               "DETACH of a partition that has partitions");
    const struct cat_relation *root = catalog_relation(ddl->next, partition->partition_root);
    str condition = partition_condition(ddl->arena, ddl->next, partition);
    struct ddl_effect *effect;
    TRY(rows_effect(ddl, EFFECT_ROWS_MOVE, partition->oid, condition, &effect));
    effect->source = root->oid;
    struct cat_relation *edited = CATALOG_EDIT(ddl->next, partition);
    edited->partition_of = edited->partition_root = OID_NONE;
    edited->partition_bound = NULL;
    edited->constraints = NULL;
    edited->constraint_count = 0;
    edited->indexes = NULL;
    edited->index_count = 0;
    TRY(take_constraints(ddl, edited, root));
    catalog_put(ddl->next, CAT_RELATION, edited);
    return NULL;
}

/* ---- ATTACH ------------------------------------------------------------------------------------------ */

static err check_column(struct ddl *ddl,
                        const struct cat_relation *table,
                        const struct cat_column *wanted)
{
    const struct cat_column *column = cat_column_find(table, wanted->name);
    if (!column)
        return err_sql(ddl->arena, "42804", "child table is missing column \"%.*s\"",
                       STR_FMT(wanted->name));
    if (column->type != wanted->type || column->typmod != wanted->typmod)
        return err_sql(ddl->arena, "42804",
                       "child table \"%.*s\" has different type for column \"%.*s\"",
                       STR_FMT(table->name), STR_FMT(wanted->name));
    if (wanted->not_null && !column->not_null)
        return err_sql(ddl->arena, "42804",
                       "column \"%.*s\" in child table must be marked NOT NULL",
                       STR_FMT(wanted->name));
    if (column->generated != wanted->generated)
        return err_sql(ddl->arena, "42804",
                       "column \"%.*s\" in child table must%s be a generated column",
                       STR_FMT(wanted->name), wanted->generated ? "" : " not");
    return NULL;
}

static err check_columns(struct ddl *ddl,
                         const struct cat_relation *table,
                         const struct cat_relation *root,
                         const struct node *at)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (!cat_column_find(root, table->columns[i].name))
            return err_sql(ddl->arena, "42804",
                           "table \"%.*s\" contains column \"%.*s\" not found in parent \"%.*s\"",
                           STR_FMT(table->name), STR_FMT(table->columns[i].name),
                           STR_FMT(root->name));
    for (size_t i = 0; i < root->column_count; i++)
        TRY(check_column(ddl, table, &root->columns[i]));
    for (size_t i = 0; i < root->column_count; i++)
        if (!str_eq(table->columns[i].name, root->columns[i].name))
            return ddl_unsupported(ddl, at,
                                   "ATTACH of a table whose columns stand in another order");
    return NULL;
}

static bool same_check(const struct cat_constraint *a, const struct cat_constraint *b)
{
    return a->kind == 'c' && b->kind == 'c' && str_eq(a->name, b->name) &&
           str_eq(a->check.text, b->check.text);
}

/* A partition has what its root has, no more and no less. */
static err check_constraints(struct ddl *ddl,
                             const struct cat_relation *table,
                             const struct cat_relation *root,
                             const struct node *at)
{
    for (size_t i = 0; i < root->constraint_count; i++) {
        const struct cat_constraint *wanted = &root->constraints[i];
        bool found = wanted->kind != 'c';
        for (size_t k = 0; k < table->constraint_count; k++)
            found = found || same_check(wanted, &table->constraints[k]);
        if (!found)
            return err_sql(ddl->arena, "42804", "child table is missing constraint \"%.*s\"",
                           STR_FMT(wanted->name));
    }
    for (size_t k = 0; k < table->constraint_count; k++) {
        bool known = table->constraints[k].kind != 'c' && table->constraints[k].kind != 'x';
        for (size_t i = 0; i < root->constraint_count; i++)
            known = known || same_check(&root->constraints[i], &table->constraints[k]);
        if (!known)
            return ddl_unsupported(ddl, at,
                                   "ATTACH of a table with a constraint that its parent has not");
    }
    return NULL;
}

static bool same_unique(const struct cat_relation *table,
                        const struct cat_index *own,
                        const struct cat_relation *root,
                        const struct cat_index *other)
{
    bool same = other->unique && own->element_count == other->element_count && !own->where.tree &&
                !other->where.tree;
    for (size_t i = 0; same && i < own->element_count; i++) {
        const struct cat_column *a = cat_column_numbered(table, own->elements[i].column);
        const struct cat_column *b = cat_column_numbered(root, other->elements[i].column);
        same = a && b && str_eq(a->name, b->name);
    }
    return same;
}

/* Keys of the table are the root's from now on; one that the root has not would be lost. */
static err check_keys(struct ddl *ddl,
                      const struct cat_relation *table,
                      const struct cat_relation *root,
                      const struct node *at)
{
    for (size_t k = 0; k < table->constraint_count; k++) {
        const struct cat_constraint *own = &table->constraints[k];
        bool found = own->kind == 'c';
        for (size_t i = 0; i < root->constraint_count && !found; i++) {
            const struct cat_constraint *other = &root->constraints[i];
            bool same = own->kind == other->kind && own->column_count == other->column_count &&
                        own->foreign_relation == other->foreign_relation;
            for (size_t c = 0; same && c < own->column_count; c++)
                same = str_eq(cat_column_numbered(table, own->columns[c])->name,
                              cat_column_numbered(root, other->columns[c])->name);
            found = same;
        }
        if (!found)
            return ddl_unsupported(ddl, at, "ATTACH of a table with a key that its parent has not");
    }
    for (size_t i = 0; i < table->index_count; i++) {
        const struct cat_index *own = &table->indexes[i];
        bool found = !own->unique || own->constraint;
        for (size_t k = 0; k < root->index_count && !found; k++)
            found = same_unique(table, own, root, &root->indexes[k]);
        if (!found)
            return ddl_unsupported(ddl, at, "ATTACH of a table with a unique index of its own");
    }
    return NULL;
}

static err check_attached(struct ddl *ddl,
                          const struct cat_relation *table,
                          const struct cat_relation *root,
                          const struct node *at)
{
    if (table->partition_of)
        return err_sql(ddl->arena, "42809", "\"%.*s\" is already a partition",
                       STR_FMT(table->name));
    if (table->partition_strategy)
        return ddl_unsupported(ddl, at, "ATTACH of a table that has partitions");
    if (table->trigger_count) return ddl_unsupported(ddl, at, "ATTACH of a table with triggers");
    if (is_referenced(ddl, table->oid))
        return ddl_unsupported(ddl, at, "ATTACH of a table that others refer to");
    TRY(check_columns(ddl, table, root, at));
    TRY(check_constraints(ddl, table, root, at));
    return check_keys(ddl, table, root, at);
}

static err attach_rows(struct ddl *ddl,
                       const struct cat_relation *parent,
                       const struct cat_relation *partition)
{
    struct ddl_effect *effect;
    str condition = partition_condition(ddl->arena, ddl->next, partition);
    str outside = str_printf(ddl->arena, "(%.*s) IS NOT TRUE", STR_FMT(condition));
    TRY(rows_effect(ddl, EFFECT_ROWS_REFUSE, partition->oid, outside, &effect));
    effect->from =
        str_printf(ddl->arena, "partition constraint of relation \"%.*s\" is violated by some row",
                   STR_FMT(partition->name));
    TRY(refuse_rows_of_default(ddl, parent, partition));
    TRY(rows_effect(ddl, EFFECT_ROWS_MOVE, partition->partition_root, STR("true"), &effect));
    effect->source = partition->oid;
    return NULL;
}

err ddl_attach_partition(struct ddl *ddl,
                         const struct cat_relation *parent,
                         const struct PartitionCmd *command)
{
    const struct cat_relation *table;
    TRY(ddl_table(ddl, command->name, &table));
    TRY(ddl_must_own_relation(ddl, table));
    const struct cat_relation *root = catalog_relation(ddl->next, cat_relation_table(parent));
    TRY(check_attached(ddl, table, root, &command->name->base));
    struct cat_relation *edited = CATALOG_EDIT(ddl->next, table);
    const struct bounding bounding = {ddl, parent, edited->name};
    TRY(bound_of(&bounding, command->bound, &edited->partition_bound));
    edited->partition_of = parent->oid;
    edited->partition_root = root->oid;
    follow_columns(ddl, edited, root);
    edited->indexes = NULL;
    edited->index_count = 0;
    catalog_put(ddl->next, CAT_RELATION, edited);
    return attach_rows(ddl, parent, edited);
}

/* ---- what ALTER TABLE may do -------------------------------------------------------------------------- */

static err inherited(struct ddl *ddl, const char *what, str name)
{
    return err_sql(ddl->arena, "42P16", "cannot %s inherited %.*s", what, STR_FMT(name));
}

static err alter_partition(struct ddl *ddl,
                           const struct cat_relation *relation,
                           const struct AlterTableCmd *command)
{
    const struct cat_relation *root = catalog_relation(ddl->next, relation->partition_root);
    switch ((int)command->subtype) { /* what reaches into the table itself */
    case AT_AddColumn: return err_sql(ddl->arena, "42809", "cannot add column to a partition");
    case AT_DropColumn:
        return inherited(ddl, "drop",
                         str_printf(ddl->arena, "column \"%.*s\"", STR_FMT(command->name)));
    case AT_AlterColumnType:
        return inherited(ddl, "alter",
                         str_printf(ddl->arena, "column \"%.*s\"", STR_FMT(command->name)));
    case AT_DropConstraint:
        if (cat_constraint_find(root, command->name))
            return inherited(ddl, "drop",
                             str_printf(ddl->arena, "constraint \"%.*s\" of relation \"%.*s\"",
                                        STR_FMT(command->name), STR_FMT(relation->name)));
        return NULL;
    case AT_DropNotNull:
        return err_sql(ddl->arena, "42P16", "column \"%.*s\" is marked NOT NULL in parent table",
                       STR_FMT(command->name));
    case AT_ColumnDefault:
    case AT_SetNotNull:
    case AT_DropExpression:
    case AT_AddIdentity:
    case AT_SetIdentity:
    case AT_DropIdentity:
    case AT_AddConstraint:
    case AT_AddIndexConstraint:
    case AT_AlterConstraint:
        return ddl_unsupported(ddl, &command->base,
                               "a column or constraint of one partition alone");
    default: return NULL;
    }
}

err ddl_partition_alterable(struct ddl *ddl,
                            const struct cat_relation *relation,
                            const struct AlterTableCmd *command)
{
    if (relation->partition_of) return alter_partition(ddl, relation, command);
    bool touches = command->subtype == AT_DropColumn || command->subtype == AT_AlterColumnType;
    if (!relation->partition_strategy || !touches) return NULL;
    if (!partition_uses_column(ddl->next, relation, command->name)) return NULL;
    return err_sql(
        ddl->arena, "42P16",
        "cannot %s column \"%.*s\" because it is part of the partition key of relation \"%.*s\"",
        command->subtype == AT_DropColumn ? "drop" : "alter", STR_FMT(command->name),
        STR_FMT(relation->name));
}
