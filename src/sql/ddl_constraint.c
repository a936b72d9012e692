/* One constraint onto a relation: CHECK, PRIMARY KEY, UNIQUE, FOREIGN KEY, EXCLUDE. */
#include "sql/ddl_int.h"
#include "sql/infer.h"

struct adding {
    struct ddl *ddl;
    struct cat_relation *relation;
    const struct Constraint *constraint;
    const struct cat_column *column; /* a column constraint's, or NULL */
};

static err name_free(const struct adding *adding, str name)
{
    if (!cat_constraint_find(adding->relation, name)) return NULL;
    bool key = adding->constraint->contype == CONSTR_PRIMARY ||
               adding->constraint->contype == CONSTR_UNIQUE ||
               adding->constraint->contype == CONSTR_EXCLUSION;
    if (key) /* its index would clash first */
        return err_sql(adding->ddl->arena, "42P07", "relation \"%.*s\" already exists",
                       STR_FMT(name));
    bool making = !catalog_relation(adding->ddl->before, adding->relation->oid);
    if (making && adding->constraint->contype == CONSTR_CHECK)
        return err_sql(adding->ddl->arena, "42710", "check constraint \"%.*s\" already exists",
                       STR_FMT(name));
    return err_sql(adding->ddl->arena, "42710",
                   "constraint \"%.*s\" for relation \"%.*s\" already exists", STR_FMT(name),
                   STR_FMT(adding->relation->name));
}

/* Column names to numbers. 42703 as a key says it, 42701 for one named twice. */
static err key_columns(const struct adding *adding,
                       const struct list *names,
                       const char *what,
                       const int16_t **out,
                       size_t *count)
{
    struct ddl *ddl = adding->ddl;
    *count = adding->column && !names->count ? 1 : names->count;
    int16_t *numbers = ARENA_ARRAY(ddl->pool, int16_t, *count);
    *out = numbers;
    if (adding->column && !names->count) {
        numbers[0] = adding->column->number;
        return NULL;
    }
    for (size_t i = 0; i < names->count; i++) {
        str name = ast_name_at(names, i);
        const struct cat_column *column = cat_column_find(adding->relation, name);
        if (!column)
            return err_at(err_sql(ddl->arena, "42703", "column \"%.*s\" %s", STR_FMT(name), what),
                          adding->constraint->base.location);
        bool foreign = adding->constraint->contype == CONSTR_FOREIGN;
        for (size_t j = 0; j < i && !foreign; j++)
            if (numbers[j] == column->number)
                return err_at(err_sql(ddl->arena, "42701",
                                      "column \"%.*s\" appears twice in %s constraint",
                                      STR_FMT(name),
                                      adding->constraint->contype == CONSTR_PRIMARY ? "primary key"
                                                                                    : "unique"),
                              adding->constraint->base.location);
        numbers[i] = column->number;
    }
    return NULL;
}

/* ---- CHECK ---- */

/* The columns that a check reads, for its name (t_a_check) and pg_constraint.conkey. */
static void check_columns(const struct adding *adding,
                          const struct cat_expr *expr,
                          struct cat_constraint *out)
{
    struct ddl *ddl = adding->ddl;
    const struct cat_relation *relation = adding->relation;
    int16_t *numbers = ARENA_ARRAY(ddl->pool, int16_t, relation->column_count);
    for (size_t i = 0; i < relation->column_count; i++) {
        struct ddl_target target = {TARGET_COLUMN, relation->oid, relation->columns[i].number};
        if (ddl_expr_mentions(ddl, ddl->next, relation, expr, &target))
            numbers[out->column_count++] = relation->columns[i].number;
    }
    out->columns = numbers;
}

static err add_check(const struct adding *adding, struct cat_constraint *out)
{
    struct ddl *ddl = adding->ddl;
    const struct Constraint *constraint = adding->constraint;
    TRY(ddl_check_expr(ddl, &(struct ddl_expr){.use = DDL_EXPR_CHECK,
                                               .relation = adding->relation,
                                               .tree = constraint->raw_expr}));
    TRY(ddl_store_expr(ddl, adding->relation, constraint->raw_expr, &out->check));
    check_columns(adding, &out->check, out);
    if (!str_empty(constraint->conname)) return NULL;
    /* ChooseConstraintName: the column's name only when there is exactly one. */
    str column = STR_NONE;
    if (out->column_count == 1)
        column = ddl_column_names(ddl, adding->relation, out->columns, 1, "");
    out->name = ddl_choose_constraint_name(ddl, adding->relation, column, "check");
    return NULL;
}

/* ---- PRIMARY KEY, UNIQUE ---- */

static err refuse_deferrable(const struct adding *adding)
{
    if (!adding->constraint->deferrable) return NULL;
    struct err *error =
        err_sql(adding->ddl->arena, "0A000", "a deferrable unique constraint is not supported");
    return err_at(error, adding->constraint->base.location);
}

static void set_not_null(const struct adding *adding, const struct cat_constraint *key)
{
    struct cat_column *columns = DDL_OWN(adding->ddl, adding->relation, columns, column_count);
    for (size_t i = 0; i < adding->relation->column_count; i++)
        for (size_t j = 0; j < key->column_count; j++)
            if (columns[i].number == key->columns[j]) columns[i].not_null = true;
}

/* ADD CONSTRAINT ... PRIMARY KEY | UNIQUE USING INDEX i: the index becomes the constraint's. */
static err use_index(const struct adding *adding, struct cat_constraint *out)
{
    struct ddl *ddl = adding->ddl;
    struct cat_relation *relation = adding->relation;
    str wanted = adding->constraint->indexname;
    struct cat_index *indexes = DDL_OWN(ddl, relation, indexes, index_count);
    struct cat_index *index = NULL;
    for (size_t i = 0; i < relation->index_count; i++)
        if (str_eq(indexes[i].name, wanted)) index = &indexes[i];
    if (!index)
        return err_sql(ddl->arena, "42704", "index \"%.*s\" does not exist", STR_FMT(wanted));
    if (index->constraint)
        return err_sql(ddl->arena, "55000",
                       "index \"%.*s\" is already associated with a constraint", STR_FMT(wanted));
    bool plain = index->unique && !index->where.tree;
    int16_t *numbers = ARENA_ARRAY(ddl->pool, int16_t, index->element_count);
    for (size_t i = 0; i < index->element_count; i++) {
        numbers[i] = index->elements[i].column;
        plain = plain && numbers[i] != 0 && !index->elements[i].descending;
    }
    if (!index->unique)
        return err_sql(ddl->arena, "42809", "\"%.*s\" is not a unique index", STR_FMT(wanted));
    if (!plain) {
        struct err *error =
            err_sql(ddl->arena, "42809",
                    "index \"%.*s\" is partial, has expressions or another order", STR_FMT(wanted));
        return err_details(ddl->arena, error,
                           "Cannot create a primary key or unique constraint using such an index.");
    }
    out->columns = numbers;
    out->column_count = index->element_count;
    out->nulls_not_distinct = index->nulls_not_distinct;
    out->index = index->oid;
    if (str_empty(out->name)) out->name = index->name;
    if (!str_eq(out->name, index->name))
        ddl_notice(ddl,
                   "ALTER TABLE / ADD CONSTRAINT USING INDEX will rename index \"%.*s\" to "
                   "\"%.*s\"",
                   STR_FMT(index->name), STR_FMT(out->name));
    index->name = out->name;
    index->constraint = true;
    index->primary = out->kind == 'p';
    return NULL;
}

static err add_key(const struct adding *adding, struct cat_constraint *out)
{
    struct ddl *ddl = adding->ddl;
    struct cat_relation *relation = adding->relation;
    const struct Constraint *constraint = adding->constraint;
    bool primary = out->kind == 'p';
    TRY(refuse_deferrable(adding));
    if (primary && cat_primary_key(relation))
        return err_at(err_sql(ddl->arena, "42P16",
                              "multiple primary keys for table \"%.*s\" are not allowed",
                              STR_FMT(relation->name)),
                      constraint->base.location);
    if (!str_empty(constraint->indexname)) {
        TRY(use_index(adding, out));
    } else {
        TRY(key_columns(adding, constraint->keys, "named in key does not exist", &out->columns,
                        &out->column_count));
        out->nulls_not_distinct = constraint->nulls_not_distinct;
        str names = ddl_column_names(ddl, relation, out->columns, out->column_count, "_");
        if (str_empty(out->name))
            out->name = ddl_choose_constraint_name(ddl, relation, primary ? STR_NONE : names,
                                                   primary ? "pkey" : "key");
        else if (ddl_relation_name_taken(ddl, relation->schema, out->name))
            return err_sql(ddl->arena, "42P07", "relation \"%.*s\" already exists",
                           STR_FMT(out->name));
        out->name = str_copy(ddl->pool, out->name);
        TRY(ddl_index_for_constraint(ddl, relation, out->name, out->columns, out->column_count,
                                     primary, out->nulls_not_distinct, constraint->including,
                                     &out->index));
    }
    if (primary) set_not_null(adding, out);
    return NULL;
}

/* ---- FOREIGN KEY ---- */

static bool same_columns(const int16_t *a, const int16_t *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool found = false;
        for (size_t j = 0; j < count; j++) found = found || a[i] == b[j];
        if (!found) return false;
    }
    return true;
}

static err referenced_columns(const struct adding *adding,
                              const struct cat_relation *target,
                              struct cat_constraint *out)
{
    struct ddl *ddl = adding->ddl;
    const struct list *names = adding->constraint->pk_attrs;
    if (!names->count) {
        const struct cat_constraint *key = cat_primary_key(target);
        if (!key)
            return err_sql(ddl->arena, "42704",
                           "there is no primary key for referenced table \"%.*s\"",
                           STR_FMT(target->name));
        if (key->column_count != out->column_count)
            return err_sql(ddl->arena, "42830",
                           "number of referencing and referenced columns for foreign key disagree");
        out->foreign_columns =
            ddl_array_copy(ddl->pool, key->columns, key->column_count, sizeof *key->columns);
        return NULL;
    }
    if (names->count != out->column_count)
        return err_sql(ddl->arena, "42830",
                       "number of referencing and referenced columns for foreign key disagree");
    int16_t *numbers = ARENA_ARRAY(ddl->pool, int16_t, names->count);
    for (size_t i = 0; i < names->count; i++) {
        const struct cat_column *column = cat_column_find(target, ast_name_at(names, i));
        if (!column)
            return err_sql(ddl->arena, "42703",
                           "column \"%.*s\" referenced in foreign key constraint does not exist",
                           STR_FMT(ast_name_at(names, i)));
        numbers[i] = column->number;
    }
    out->foreign_columns = numbers;
    for (size_t i = 0; i < target->constraint_count; i++) {
        const struct cat_constraint *key = &target->constraints[i];
        bool unique = key->kind == 'p' || key->kind == 'u';
        if (unique && key->column_count == names->count &&
            same_columns(key->columns, numbers, names->count))
            return NULL;
    }
    for (size_t i = 0; i < target->index_count; i++) {
        const struct cat_index *index = &target->indexes[i];
        if (!index->unique || index->where.tree || index->element_count != names->count) continue;
        int16_t *keys = ARENA_ARRAY(ddl->arena, int16_t, index->element_count);
        for (size_t j = 0; j < index->element_count; j++) keys[j] = index->elements[j].column;
        if (same_columns(keys, numbers, names->count)) return NULL;
    }
    return err_sql(ddl->arena, "42830",
                   "there is no unique constraint matching given keys for referenced table "
                   "\"%.*s\"",
                   STR_FMT(target->name));
}

static err comparable(const struct adding *adding,
                      const struct cat_relation *target,
                      const struct cat_constraint *key)
{
    struct ddl *ddl = adding->ddl;
    static const struct infer_hooks hooks = {0};
    struct infer_context infer = {.arena = ddl->arena, .catalog = ddl->next, .hooks = &hooks};
    for (size_t i = 0; i < key->column_count; i++) {
        const struct cat_column *from = cat_column_numbered(adding->relation, key->columns[i]);
        const struct cat_column *to = cat_column_numbered(target, key->foreign_columns[i]);
        const struct builtin *equal;
        err error = infer_operator_find(&infer, STR("="), to->type, from->type, -1, &equal);
        /* Both sides are kept in the stored form of one family, or SQLite could not compare them. */
        const struct type_ref *a = infer_type_ref(&infer, from->type, from->typmod);
        const struct type_ref *b = infer_type_ref(&infer, to->type, to->typmod);
        if (!error && str_eq(type_collation(a), type_collation(b))) continue;
        struct err *refusal =
            err_sql(ddl->arena, error ? "42804" : "0A000",
                    "foreign key constraint \"%.*s\" cannot be implemented", STR_FMT(key->name));
        return err_details(ddl->arena, refusal,
                           "Key columns \"%.*s\" and \"%.*s\" are of incompatible types: %.*s and "
                           "%.*s.",
                           STR_FMT(from->name), STR_FMT(to->name),
                           STR_FMT(ddl_type_text(ddl, from->type, from->typmod)),
                           STR_FMT(ddl_type_text(ddl, to->type, to->typmod)));
    }
    return NULL;
}

static char action_of(char action)
{
    return action ? action : 'a';
}

static err set_columns(const struct adding *adding, struct cat_constraint *out)
{
    const struct list *names = adding->constraint->fk_del_set_cols;
    if (!names->count) return NULL;
    struct ddl *ddl = adding->ddl;
    int16_t *numbers = ARENA_ARRAY(ddl->pool, int16_t, names->count);
    for (size_t i = 0; i < names->count; i++) {
        const struct cat_column *column = cat_column_find(adding->relation, ast_name_at(names, i));
        bool part = false;
        if (!column)
            return err_sql(ddl->arena, "42703",
                           "column \"%.*s\" referenced in foreign key constraint does not exist",
                           STR_FMT(ast_name_at(names, i)));
        for (size_t j = 0; j < out->column_count; j++)
            part = part || out->columns[j] == column->number;
        if (!part)
            return err_sql(ddl->arena, "42P10",
                           "column \"%.*s\" referenced in ON DELETE SET action must be part of "
                           "foreign key",
                           STR_FMT(ast_name_at(names, i)));
        numbers[i] = column->number;
    }
    out->delete_set_columns = numbers;
    out->delete_set_count = names->count;
    return NULL;
}

static err add_foreign(const struct adding *adding, struct cat_constraint *out)
{
    struct ddl *ddl = adding->ddl;
    const struct Constraint *constraint = adding->constraint;
    TRY(key_columns(adding, constraint->fk_attrs,
                    "referenced in foreign key constraint does not exist", &out->columns,
                    &out->column_count));
    const struct cat_relation *target;
    TRY(ddl_relation(ddl, constraint->pktable, MISSING_IS_ERROR, &target));
    /* A table may refer to itself while it is being made: what counts is the copy in our hands. */
    if (target->oid == adding->relation->oid) target = adding->relation;
    if (target->kind != 'r')
        return err_sql(ddl->arena, "42809", "referenced relation \"%.*s\" is not a table",
                       STR_FMT(target->name));
    if (target->partition_of)
        return ddl_unsupported(ddl, &constraint->pktable->base, "a foreign key to one partition");
    if (!catalog_role_has(ddl->next, ddl->context->role, target->owner, &target->acl, 'r',
                          PRIV_REFERENCES))
        return err_sql(ddl->arena, "42501", "permission denied for table %.*s",
                       STR_FMT(target->name));
    out->foreign_relation = target->oid;
    TRY(referenced_columns(adding, target, out));
    str names = ddl_column_names(ddl, adding->relation, out->columns, out->column_count, "_");
    if (str_empty(out->name))
        out->name = ddl_choose_constraint_name(ddl, adding->relation, names, "fkey");
    TRY(comparable(adding, target, out));
    out->on_update = action_of(constraint->fk_upd_action);
    out->on_delete = action_of(constraint->fk_del_action);
    out->match = constraint->fk_matchtype ? constraint->fk_matchtype : 's';
    if (out->match == 'p') return ddl_unsupported(ddl, &constraint->base, "MATCH PARTIAL");
    if (out->match == 'f' && out->column_count > 1)
        return ddl_unsupported(ddl, &constraint->base, "MATCH FULL over several columns");
    out->deferrable = constraint->deferrable;
    out->deferred = constraint->initdeferred;
    TRY(set_columns(adding, out));
    if (out->delete_set_count && out->delete_set_count < out->column_count)
        return ddl_unsupported(ddl, &constraint->base, "ON DELETE SET with a column list");
    return NULL;
}

void ddl_constraint_fold(struct Constraint *constraint, const struct list *list, size_t at)
{
    for (size_t i = at + 1; i < list->count; i++) {
        const struct Constraint *next = AST_AS(Constraint, list->at[i]);
        if (next->contype == CONSTR_ATTR_DEFERRABLE)
            constraint->deferrable = true;
        else if (next->contype == CONSTR_ATTR_DEFERRED)
            constraint->deferrable = constraint->initdeferred = true;
        else if (next->contype == CONSTR_ATTR_NOT_DEFERRABLE)
            constraint->deferrable = false;
        else if (next->contype != CONSTR_ATTR_IMMEDIATE)
            return;
    }
}

static err add_exclude(const struct adding *adding, struct cat_constraint *out)
{
    return ddl_exclude_add(adding->ddl, adding->relation, adding->constraint, out);
}

struct constraint_row {
    enum ConstrType type;
    char kind;
    err (*add)(const struct adding *adding, struct cat_constraint *out);
};

static const struct constraint_row rows[] = {
    {CONSTR_CHECK,     'c', add_check  },
    {CONSTR_PRIMARY,   'p', add_key    },
    {CONSTR_UNIQUE,    'u', add_key    },
    {CONSTR_FOREIGN,   'f', add_foreign},
    {CONSTR_EXCLUSION, 'x', add_exclude},
};

err ddl_constraint_add(struct ddl *ddl,
                       struct cat_relation *relation,
                       const struct Constraint *constraint,
                       const struct cat_column *column)
{
    struct adding adding = {ddl, relation, constraint, column};
    struct cat_constraint out = {.oid = catalog_oid_new(ddl->next)};
    if (!str_empty(constraint->conname)) {
        TRY(name_free(&adding, constraint->conname));
        out.name = str_copy(ddl->pool, constraint->conname);
    }
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (rows[i].type != constraint->contype) continue;
        out.kind = rows[i].kind;
        TRY(rows[i].add(&adding, &out));
        out.name = str_copy(ddl->pool, out.name);
        DDL_ADD(ddl, relation, constraints, constraint_count, &out);
        catalog_put(ddl->next, CAT_RELATION, relation);
        return NULL;
    }
    return ddl_unsupported(ddl, &constraint->base, "this constraint");
}
