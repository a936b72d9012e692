/* CREATE TABLE, CREATE TABLE ... LIKE, CREATE TABLE AS, TRUNCATE. */
#include "sql/ddl_int.h"
#include "sql/deparse.h"

/* ---- the empty relation ---- */

err ddl_relation_start(struct ddl *ddl,
                       const struct RangeVar *name,
                       char kind,
                       struct cat_relation **out)
{
    oid schema;
    if (name->relpersistence == 't') return ddl_unsupported(ddl, &name->base, "a temporary table");
    TRY(ddl_creation_schema(ddl, name->schemaname, &schema));
    TRY(ddl_name_free(ddl, schema, name->relname));
    struct cat_relation *relation = ARENA_NEW(ddl->pool, struct cat_relation);
    relation->oid = catalog_oid_new(ddl->next);
    relation->schema = schema;
    relation->name = str_copy(ddl->pool, name->relname);
    relation->kind = kind;
    relation->owner = ddl->context->role;
    relation->replica_identity = 'd';
    relation->acl = ddl_initial_acl(ddl, relation->owner, schema, 'r');
    relation->physical = ddl_physical_relation(ddl, relation->oid, schema, relation->name);
    *out = relation;
    return NULL;
}

bool ddl_relation_skipped(struct ddl *ddl, const struct RangeVar *name, bool if_not_exists)
{
    if (!if_not_exists) return false;
    oid schema;
    if (ddl_creation_schema(ddl, name->schemaname, &schema)) return false;
    if (!ddl_relation_name_taken(ddl, schema, name->relname)) return false;
    ddl_notice(ddl, "relation \"%.*s\" already exists, skipping", STR_FMT(name->relname));
    return true;
}

/* ---- LIKE ---- */

struct like {
    struct ddl *ddl;
    struct cat_relation *target;
    const struct cat_relation *source;
    int64_t options;
};

static bool like_wants(const struct like *like, enum table_like_option option)
{
    return (like->options & option) != 0;
}

/* An expression over the source's columns stands for the target's: they have the same names, and a
 * qualified column has lost its table's name when it was stored bare. */
static err like_column(const struct like *like, const struct cat_column *source)
{
    struct ddl *ddl = like->ddl;
    struct cat_relation *target = like->target;
    if (cat_column_find(target, source->name))
        return err_sql(ddl->arena, "42701", "column \"%.*s\" specified more than once",
                       STR_FMT(source->name));
    struct cat_column column = *source;
    column.number = ++target->column_last;
    column.physical = ddl_physical_column(ddl, target, column.number, column.name);
    column.acl = (struct cat_acl){.is_default = true};
    column.identity = 0;
    column.sequence = OID_NONE;
    bool keep_default = source->generated ? like_wants(like, CREATE_TABLE_LIKE_GENERATED)
                                          : like_wants(like, CREATE_TABLE_LIKE_DEFAULTS);
    if (!keep_default) {
        column.generated = false;
        column.default_expr = (struct cat_expr){0};
    }
    if (!like_wants(like, CREATE_TABLE_LIKE_COMMENTS)) column.comment = STR_NONE;
    DDL_ADD(ddl, target, columns, column_count, &column);
    if (!source->identity || !like_wants(like, CREATE_TABLE_LIKE_IDENTITY)) return NULL;
    struct cat_column *own = DDL_OWN(ddl, target, columns, column_count);
    return ddl_column_identity(ddl, target, &own[target->column_count - 1], source->identity, NULL,
                               NULL);
}

static void like_numbers(const struct like *like, const int16_t **numbers, size_t count)
{
    int16_t *own = ARENA_ARRAY(like->ddl->pool, int16_t, count);
    for (size_t i = 0; i < count; i++) {
        const struct cat_column *source = cat_column_numbered(like->source, (*numbers)[i]);
        const struct cat_column *found =
            source ? cat_column_find(like->target, source->name) : NULL;
        own[i] = found ? found->number : 0;
    }
    *numbers = own;
}

static void like_checks(const struct like *like)
{
    for (size_t i = 0; i < like->source->constraint_count; i++) {
        struct cat_constraint constraint = like->source->constraints[i];
        if (constraint.kind != 'c') continue;
        constraint.oid = catalog_oid_new(like->ddl->next);
        like_numbers(like, &constraint.columns, constraint.column_count);
        DDL_ADD(like->ddl, like->target, constraints, constraint_count, &constraint);
    }
}

static err like_key(const struct like *like, const struct cat_constraint *source)
{
    struct ddl *ddl = like->ddl;
    const int16_t *columns = source->columns;
    like_numbers(like, &columns, source->column_count);
    str names = ddl_column_names(ddl, like->target, columns, source->column_count, "_");
    bool primary = source->kind == 'p';
    struct cat_constraint constraint = {
        .oid = catalog_oid_new(ddl->next),
        .name = str_copy(ddl->pool,
                         ddl_choose_constraint_name(ddl, like->target, primary ? STR_NONE : names,
                                                    primary ? "pkey" : "key")),
        .kind = source->kind,
        .columns = columns,
        .column_count = source->column_count,
        .nulls_not_distinct = source->nulls_not_distinct,
    };
    TRY(ddl_index_for_constraint(ddl, like->target, constraint.name, columns, source->column_count,
                                 primary, source->nulls_not_distinct, NULL, &constraint.index));
    DDL_ADD(ddl, like->target, constraints, constraint_count, &constraint);
    return NULL;
}

static void like_index(const struct like *like, const struct cat_index *source)
{
    struct ddl *ddl = like->ddl;
    struct cat_index index = *source;
    struct cat_index_element *elements = DDL_OWN(ddl, &index, elements, element_count);
    str names = STR("expr");
    for (size_t i = index.element_count; i-- > 0;) {
        if (!elements[i].column) continue;
        const int16_t *number = &elements[i].column;
        like_numbers(like, &number, 1);
        elements[i].column = *number;
        names = ddl_column_names(ddl, like->target, number, 1, "_");
    }
    like_numbers(like, &index.include, index.include_count);
    index.oid = catalog_oid_new(ddl->next);
    index.name = str_copy(
        ddl->pool, ddl_choose_name(ddl, like->target->schema, like->target->name, names, "idx"));
    DDL_ADD(ddl, like->target, indexes, index_count, &index);
}

err ddl_like_constraints(struct ddl *ddl,
                         struct cat_relation *target,
                         const struct cat_relation *source)
{
    const struct like like = {.ddl = ddl, .target = target, .source = source};
    like_checks(&like);
    for (size_t i = 0; i < source->constraint_count; i++)
        if (source->constraints[i].kind == 'p' || source->constraints[i].kind == 'u')
            TRY(like_key(&like, &source->constraints[i]));
    for (size_t i = 0; i < source->index_count; i++)
        if (!source->indexes[i].constraint) like_index(&like, &source->indexes[i]);
    return NULL;
}

static err like_apply(struct ddl *ddl,
                      struct cat_relation *target,
                      const struct TableLikeClause *clause)
{
    const struct cat_relation *source;
    TRY(ddl_relation(ddl, clause->relation, MISSING_IS_ERROR, &source));
    if (!catalog_role_has(ddl->next, ddl->context->role, source->owner, &source->acl, 'r',
                          PRIV_SELECT))
        return err_sql(ddl->arena, "42501", "permission denied for %s %.*s",
                       ddl_relation_word(source->kind), STR_FMT(source->name));
    if (source->partition_of) source = catalog_relation(ddl->next, source->partition_root);
    struct like like = {.ddl = ddl, .target = target, .source = source, .options = clause->options};
    for (size_t i = 0; i < source->column_count; i++) TRY(like_column(&like, &source->columns[i]));
    if (like_wants(&like, CREATE_TABLE_LIKE_CONSTRAINTS)) like_checks(&like);
    if (!like_wants(&like, CREATE_TABLE_LIKE_INDEXES)) return NULL;
    for (size_t i = 0; i < source->constraint_count; i++)
        if (source->constraints[i].kind == 'p' || source->constraints[i].kind == 'u')
            TRY(like_key(&like, &source->constraints[i]));
    for (size_t i = 0; i < source->constraint_count; i++)
        if (source->constraints[i].kind == 'x')
            return ddl_unsupported(ddl, &clause->base,
                                   "LIKE INCLUDING INDEXES of a table with an EXCLUDE constraint");
    for (size_t i = 0; i < source->index_count; i++)
        if (!source->indexes[i].constraint) like_index(&like, &source->indexes[i]);
    return NULL;
}

/* ---- CREATE TABLE ---- */

static err refuse_options(struct ddl *ddl, const struct CreateStmt *create)
{
    const struct node *node = &create->base;
    if (!create->partbound && create->inhRelations->count)
        return ddl_unsupported(ddl, node, "INHERITS");
    if (create->ofTypename) return ddl_unsupported(ddl, node, "CREATE TABLE OF");
    return NULL;
}

/* Columns first, then what may name any of them. */
static err add_elements(struct ddl *ddl, struct cat_relation *relation, const struct list *elements)
{
    for (size_t i = 0; i < elements->count; i++) {
        const struct node *element = elements->at[i];
        if (AST_IS(ColumnDef, element))
            TRY(ddl_column_add(ddl, &(struct ddl_column_options){.def = AST_AS(ColumnDef, element),
                                                                 .relation = relation}));
        else if (AST_IS(TableLikeClause, element))
            TRY(like_apply(ddl, relation, AST_AS(TableLikeClause, element)));
        else if (!AST_IS(Constraint, element))
            return ddl_unsupported(ddl, element, "this table element");
    }
    ddl_row_type_put(ddl, relation);
    catalog_put(ddl->next, CAT_RELATION, relation);
    return NULL;
}

/* PostgreSQL makes keys first, so that a foreign key of the same statement finds them. */
static bool is_key(const struct Constraint *constraint)
{
    return constraint->contype == CONSTR_PRIMARY || constraint->contype == CONSTR_UNIQUE;
}

static bool is_foreign(const struct Constraint *constraint)
{
    return constraint->contype == CONSTR_FOREIGN;
}

enum constraint_turn { TURN_KEYS, TURN_CHECKS, TURN_FOREIGN, TURN_COUNT };

static enum constraint_turn turn_of(const struct Constraint *constraint)
{
    return is_key(constraint) ? TURN_KEYS : is_foreign(constraint) ? TURN_FOREIGN : TURN_CHECKS;
}

static bool is_tablelike(const struct Constraint *constraint)
{
    return is_key(constraint) || is_foreign(constraint) || constraint->contype == CONSTR_CHECK ||
           constraint->contype == CONSTR_EXCLUSION;
}

static err column_turn(struct ddl *ddl,
                       struct cat_relation *relation,
                       const struct ColumnDef *def,
                       enum constraint_turn turn)
{
    for (size_t i = 0; i < def->constraints->count; i++) {
        struct Constraint constraint = *AST_AS(Constraint, def->constraints->at[i]);
        if (!is_tablelike(&constraint) || turn_of(&constraint) != turn) continue;
        ddl_constraint_fold(&constraint, def->constraints, i);
        const struct cat_column *column = cat_column_find(relation, def->colname);
        TRY(ddl_constraint_add(ddl, relation, &constraint, column));
    }
    return NULL;
}

static err add_constraints(struct ddl *ddl,
                           struct cat_relation *relation,
                           const struct list *elements)
{
    for (int turn = 0; turn < TURN_COUNT; turn++) {
        for (size_t i = 0; i < elements->count; i++) {
            const struct node *element = elements->at[i];
            if (AST_IS(ColumnDef, element)) {
                TRY(column_turn(ddl, relation, AST_AS(ColumnDef, element),
                                (enum constraint_turn)turn));
                continue;
            }
            if (!AST_IS(Constraint, element)) continue;
            const struct Constraint *constraint = AST_AS(Constraint, element);
            if ((int)turn_of(constraint) == turn)
                TRY(ddl_constraint_add(ddl, relation, constraint, NULL));
        }
    }
    return NULL;
}

err ddl_create_table(struct ddl *ddl, const struct node *statement)
{
    const struct CreateStmt *create = AST_AS(CreateStmt, statement);
    TRY(refuse_options(ddl, create));
    if (ddl_relation_skipped(ddl, create->relation, create->if_not_exists)) return NULL;
    if (create->partbound) return ddl_partition_of(ddl, create);
    struct cat_relation *relation;
    TRY(ddl_relation_start(ddl, create->relation, 'r', &relation));
    struct ddl_settings options = {0};
    ddl_options_set(ddl, &options, create->options);
    relation->options = options.at;
    relation->option_count = options.count;
    TRY(add_elements(ddl, relation, create->tableElts));
    for (size_t i = 0; i < create->tableElts->count; i++)
        if (AST_IS(ColumnDef, create->tableElts->at[i]))
            TRY(ddl_column_constraints(ddl, relation, AST_AS(ColumnDef, create->tableElts->at[i])));
    TRY(add_constraints(ddl, relation, create->tableElts));
    catalog_put(ddl->next, CAT_RELATION, relation);
    if (!create->partspec) return NULL;
    TRY(ddl_partition_by(ddl, relation, create->partspec));
    catalog_put(ddl->next, CAT_RELATION, relation);
    return ddl_partition_keys_covered(ddl, relation);
}

/* The columns of what is made from a query. */
err ddl_query_columns(struct ddl *ddl,
                      const struct CreateTableAsStmt *create,
                      struct cat_relation *relation)
{
    const struct IntoClause *into = create->into;
    const struct ddl_hooks *hooks = ddl->context->hooks;
    if (!hooks || !hooks->describe_query)
        return ddl_unsupported(ddl, &create->base, "CREATE TABLE AS here");
    struct ddl_columns columns = {0};
    TRY(hooks->describe_query(ddl->context, ddl->next, create->query, &columns));
    if (into->colNames->count > columns.count)
        return err_sql(ddl->arena, "42601", "too many column names were specified");
    for (size_t i = 0; i < columns.count; i++) {
        str name = i < into->colNames->count ? ast_name_at(into->colNames, i) : columns.at[i].name;
        if (cat_column_find(relation, name))
            return err_sql(ddl->arena, "42701", "column \"%.*s\" specified more than once",
                           STR_FMT(name));
        TRY(ddl_check_scalar(ddl, name, columns.at[i].type, &create->base));
        struct cat_column column = {
            .number = ++relation->column_last,
            .name = str_copy(ddl->pool, name),
            .type = columns.at[i].type,
            .typmod = columns.at[i].typmod,
            .acl = {.is_default = true},
        };
        column.physical = ddl_physical_column(ddl, relation, column.number, column.name);
        DDL_ADD(ddl, relation, columns, column_count, &column);
    }
    return NULL;
}

err ddl_create_table_as(struct ddl *ddl, const struct node *statement)
{
    const struct CreateTableAsStmt *create = AST_AS(CreateTableAsStmt, statement);
    const struct IntoClause *into = create->into;
    if (create->objtype == OBJECT_MATVIEW) return ddl_create_matview(ddl, create);
    if (ddl_relation_skipped(ddl, into->rel, create->if_not_exists)) return NULL;
    struct cat_relation *relation;
    TRY(ddl_relation_start(ddl, into->rel, 'r', &relation));
    TRY(ddl_query_columns(ddl, create, relation));
    ddl_row_type_put(ddl, relation);
    catalog_put(ddl->next, CAT_RELATION, relation);
    if (into->skipData) return NULL;
    struct ddl_effect *effect = ddl_effect(ddl, EFFECT_TABLE_FILL);
    effect->relation = relation->oid;
    effect->tree = create->query;
    return NULL;
}

/* ---- TRUNCATE ---- */

static err truncate_one(struct ddl *ddl, const struct cat_relation *relation, bool restart)
{
    if (!catalog_role_has(ddl->next, ddl->context->role, relation->owner, &relation->acl, 'r',
                          PRIV_TRUNCATE))
        return err_sql(ddl->arena, "42501", "permission denied for table %.*s",
                       STR_FMT(relation->name));
    if (relation->partition_of) return ddl_partition_empty(ddl, relation);
    struct ddl_effect *effect = ddl_effect(ddl, EFFECT_TRUNCATE);
    effect->relation = relation->oid;
    for (size_t i = 0; restart && i < relation->column_count; i++) {
        const struct cat_relation *sequence =
            catalog_relation(ddl->next, relation->columns[i].sequence);
        if (!sequence) continue;
        struct ddl_effect *set = ddl_effect(ddl, EFFECT_SEQUENCE_SET);
        set->relation = sequence->oid;
        set->value = sequence->sequence->start;
    }
    return NULL;
}

static bool listed(const struct cat_relation *const *tables, size_t count, oid id)
{
    for (size_t i = 0; i < count; i++)
        if (tables[i]->oid == id) return true;
    return false;
}

static bool refers_to(const struct cat_relation *relation, oid id)
{
    for (size_t i = 0; i < relation->constraint_count; i++)
        if (relation->constraints[i].kind == 'f' && relation->constraints[i].foreign_relation == id)
            return true;
    return false;
}

/* Tables that refer to a truncated one are truncated too (CASCADE) or refused. */
static err truncate_referrers(struct ddl *ddl,
                              const struct TruncateStmt *truncate,
                              const struct cat_relation **tables,
                              size_t *count)
{
    for (size_t i = 0; i < *count; i++) {
        size_t at = 0;
        const struct cat_relation *other;
        while ((other = catalog_relation_next(ddl->next, &at))) {
            if (!refers_to(other, cat_relation_table(tables[i])) ||
                listed(tables, *count, other->oid))
                continue;
            if (truncate->behavior != DROP_CASCADE) {
                struct err *error = err_sql(ddl->arena, "0A000",
                                            "cannot truncate a table referenced in a foreign key "
                                            "constraint");
                err_details(ddl->arena, error, "Table \"%.*s\" references \"%.*s\".",
                            STR_FMT(other->name), STR_FMT(tables[i]->name));
                return err_hint(ddl->arena, error,
                                "Truncate table \"%.*s\" at the same time, or use TRUNCATE ... "
                                "CASCADE.",
                                STR_FMT(other->name));
            }
            ddl_notice(ddl, "truncate cascades to table \"%.*s\"", STR_FMT(other->name));
            tables[(*count)++] = other;
        }
    }
    return NULL;
}

err ddl_truncate(struct ddl *ddl, const struct node *statement)
{
    const struct TruncateStmt *truncate = AST_AS(TruncateStmt, statement);
    size_t most = catalog_count(ddl->next, CAT_RELATION);
    const struct cat_relation **tables =
        ARENA_ARRAY(ddl->arena, const struct cat_relation *, most + truncate->relations->count);
    size_t count = 0;
    for (size_t i = 0; i < truncate->relations->count; i++) {
        const struct cat_relation *table;
        const struct RangeVar *name = AST_AS(RangeVar, truncate->relations->at[i]);
        TRY(ddl_table(ddl, name, &table));
        if (table->partition_strategy && !name->inh)
            return err_sql(ddl->arena, "42809", "cannot truncate only a partitioned table");
        if (!listed(tables, count, table->oid)) tables[count++] = table;
    }
    TRY(truncate_referrers(ddl, truncate, tables, &count));
    for (size_t i = 0; i < count; i++) TRY(truncate_one(ddl, tables[i], truncate->restart_seqs));
    return NULL;
}
