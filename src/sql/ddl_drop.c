/* DROP: what is named, what goes with it, and what depends on it.
 *
 * PostgreSQL keeps pg_depend; here dependents are found by looking at every object when something
 * is dropped: stored expressions name what they use in full, so nothing else need be kept.
 *
 * The list starts with the named objects; each entry is asked for what hangs on it until no more
 * come. AUTO entries go silently with their owner; the others need CASCADE.
 */
#include "base/vec.h"
#include "sql/ddl_int.h"

enum dropped_kind {
    DROPPED_RELATION,
    DROPPED_COLUMN,     /* number */
    DROPPED_DEFAULT,    /* number: the column's default alone */
    DROPPED_CONSTRAINT, /* name */
    DROPPED_INDEX,      /* name */
    DROPPED_TRIGGER,    /* name */
    DROPPED_POLICY,     /* name; the last of a relation's parts */
    DROPPED_FUNCTION,
    DROPPED_DOMAIN_CHECK, /* name; id: the domain's */
    DROPPED_TYPE,
    DROPPED_SCHEMA,
};

enum reason { NAMED, AUTO, DEPENDENT };

struct dropped {
    enum dropped_kind kind;
    enum reason reason;
    oid id; /* of the object, or of the relation that holds it */
    int16_t number;
    str name;
    size_t cause; /* place in the list of what it depends on */
};

struct dropping {
    struct ddl *ddl;
    struct {
        VEC(struct dropped);
    } list;
};

/* ---- the list ---- */

static bool covers(const struct dropped *have, const struct dropped *wanted)
{
    bool inside =
        have->kind == DROPPED_RELATION && have->id == wanted->id && wanted->kind <= DROPPED_POLICY;
    bool whole_column = have->kind == DROPPED_COLUMN && wanted->kind == DROPPED_DEFAULT &&
                        have->id == wanted->id && have->number == wanted->number;
    bool same = have->kind == wanted->kind && have->id == wanted->id &&
                have->number == wanted->number && str_eq(have->name, wanted->name);
    return inside || whole_column || same;
}

static void list_add(struct dropping *dropping, struct dropped entry)
{
    for (size_t i = 0; i < dropping->list.count; i++)
        if (covers(&dropping->list.at[i], &entry)) return;
    *VEC_ADD(dropping->ddl->arena, &dropping->list) = entry;
}

/* ---- words ---- */

static bool on_path(struct ddl *ddl, oid schema)
{
    str name = ddl_schema_name(ddl, schema);
    for (size_t i = 0; i < ddl->context->search_path_count; i++)
        if (str_eq(ddl->context->search_path[i], name)) return true;
    return false;
}

static str shown(struct ddl *ddl, oid schema, str name)
{
    if (on_path(ddl, schema)) return name;
    return str_printf(ddl->arena, "%.*s.%.*s", STR_FMT(ddl_schema_name(ddl, schema)),
                      STR_FMT(name));
}

static str relation_text(struct ddl *ddl, const struct cat_relation *relation)
{
    const char *word = relation->kind == 'c' ? "type" : ddl_relation_word(relation->kind);
    return str_printf(ddl->arena, "%s %.*s", word,
                      STR_FMT(shown(ddl, relation->schema, relation->name)));
}

static str part_text(
    struct ddl *ddl, const char *word, str name, const struct cat_relation *of, const char *joint)
{
    return str_printf(ddl->arena, "%s %.*s %s %.*s", word, STR_FMT(name), joint,
                      STR_FMT(relation_text(ddl, of)));
}

static str dropped_text(struct ddl *ddl, const struct dropped *entry)
{
    const struct cat_relation *relation = catalog_relation(ddl->next, entry->id);
    const struct cat_column *column =
        relation && entry->number ? cat_column_numbered(relation, entry->number) : NULL;
    const struct cat_function *function;
    const struct cat_type *type;
    switch (entry->kind) {
    case DROPPED_RELATION: return relation_text(ddl, relation);
    case DROPPED_COLUMN:
        return part_text(ddl, "column", column ? column->name : STR("?"), relation, "of");
    case DROPPED_DEFAULT:
        return part_text(ddl, "default value for column", column ? column->name : STR("?"),
                         relation, "of");
    case DROPPED_CONSTRAINT: return part_text(ddl, "constraint", entry->name, relation, "on");
    case DROPPED_INDEX:
        return str_printf(ddl->arena, "index %.*s",
                          STR_FMT(shown(ddl, relation->schema, entry->name)));
    case DROPPED_POLICY: return part_text(ddl, "policy", entry->name, relation, "on");
    case DROPPED_TRIGGER: return part_text(ddl, "trigger", entry->name, relation, "on");
    case DROPPED_FUNCTION:
        function = catalog_function(ddl->next, entry->id);
        return str_printf(ddl->arena, "function %.*s",
                          STR_FMT(shown(ddl, function->schema, ddl_signature(ddl, function))));
    case DROPPED_DOMAIN_CHECK:
        return str_printf(ddl->arena, "constraint %.*s", STR_FMT(entry->name));
    case DROPPED_TYPE:
        type = catalog_type(ddl->next, entry->id);
        return str_printf(ddl->arena, "type %.*s", STR_FMT(shown(ddl, type->schema, type->name)));
    case DROPPED_SCHEMA:
        return str_printf(ddl->arena, "schema %.*s", STR_FMT(ddl_schema_name(ddl, entry->id)));
    }
    return STR("");
}

/* ---- what depends ---- */

struct search {
    struct dropping *dropping;
    size_t cause;
    struct ddl_target target; /* what an expression would mention */
    bool mentions;            /* the cause can be mentioned at all */
    oid types[2];             /* the cause as a type, and its array */
};

static struct ddl *ddl_of(const struct search *search)
{
    return search->dropping->ddl;
}

static void add(struct search *search,
                enum reason reason,
                enum dropped_kind kind,
                oid id,
                int16_t number,
                str name)
{
    list_add(search->dropping, (struct dropped){.kind = kind,
                                                .reason = reason,
                                                .id = id,
                                                .number = number,
                                                .name = name,
                                                .cause = search->cause});
}

static bool mentioned(struct search *search,
                      const struct cat_relation *relation,
                      const struct cat_expr *expr)
{
    if (!search->mentions || !expr->tree) return false;
    struct ddl *ddl = ddl_of(search);
    return ddl_expr_mentions(ddl, ddl->next, relation, expr, &search->target);
}

static bool uses_type(const struct search *search, oid type)
{
    return type && (type == search->types[0] || type == search->types[1]);
}

static bool contains(const int16_t *numbers, size_t count, int16_t number)
{
    for (size_t i = 0; i < count; i++)
        if (numbers[i] == number) return true;
    return false;
}

static void search_columns(struct search *search, const struct cat_relation *relation)
{
    const struct dropped *cause = &search->dropping->list.at[search->cause];
    bool whole_type = relation->kind == 'c' || relation->kind == 'r';
    for (size_t i = 0; i < relation->column_count; i++) {
        const struct cat_column *column = &relation->columns[i];
        bool self = cause->kind == DROPPED_COLUMN && cause->id == relation->oid &&
                    cause->number == column->number;
        if (self) continue;
        if (whole_type && uses_type(search, column->type))
            add(search, DEPENDENT, DROPPED_COLUMN, relation->oid, column->number, STR_NONE);
        if (!mentioned(search, relation, &column->default_expr)) continue;
        add(search, DEPENDENT, column->generated ? DROPPED_COLUMN : DROPPED_DEFAULT, relation->oid,
            column->number, STR_NONE);
    }
}

static bool same_set(const int16_t *a, size_t a_count, const int16_t *b, size_t b_count)
{
    if (a_count != b_count) return false;
    for (size_t i = 0; i < a_count; i++)
        if (!contains(b, b_count, a[i])) return false;
    return true;
}

/* A foreign key hangs on the table, on each column and on the key that it refers to. */
static bool foreign_depends(struct search *search,
                            const struct dropped *cause,
                            const struct cat_constraint *key)
{
    const struct cat_relation *gone = catalog_relation(ddl_of(search)->next, cause->id);
    bool partition = gone && cause->kind == DROPPED_RELATION && gone->partition_of &&
                     key->foreign_relation == gone->partition_root;
    if (key->kind == 'f' && partition) return true;
    if (key->kind != 'f' || key->foreign_relation != cause->id) return false;
    if (cause->kind == DROPPED_RELATION) return true;
    if (cause->kind == DROPPED_COLUMN)
        return contains(key->foreign_columns, key->column_count, cause->number);
    if (cause->kind != DROPPED_CONSTRAINT && cause->kind != DROPPED_INDEX) return false;
    const struct cat_relation *target = catalog_relation(ddl_of(search)->next, cause->id);
    bool held = false, other = false;
    for (size_t i = 0; i < target->index_count; i++) {
        const struct cat_index *index = &target->indexes[i];
        if (!index->unique || index->where.tree) continue;
        int16_t *numbers = ARENA_ARRAY(ddl_of(search)->arena, int16_t, index->element_count);
        for (size_t j = 0; j < index->element_count; j++) numbers[j] = index->elements[j].column;
        if (!same_set(numbers, index->element_count, key->foreign_columns, key->column_count))
            continue;
        if (str_eq(index->name, cause->name))
            held = true;
        else
            other = true;
    }
    return held && !other;
}

/* An EXCLUDE constraint hangs on what its index's expressions mention. */
static bool exclusion_depends(struct search *search,
                              const struct cat_relation *relation,
                              const struct cat_constraint *constraint)
{
    bool uses = false;
    for (size_t i = 0; constraint->kind == 'x' && i < relation->index_count; i++) {
        const struct cat_index *index = &relation->indexes[i];
        if (index->oid != constraint->index) continue;
        for (size_t j = 0; j < index->element_count; j++)
            uses = uses || mentioned(search, relation, &index->elements[j].expr);
        uses = uses || mentioned(search, relation, &index->where);
    }
    return uses;
}

static void search_constraints(struct search *search, const struct cat_relation *relation)
{
    const struct dropped cause = search->dropping->list.at[search->cause];
    for (size_t i = 0; i < relation->constraint_count; i++) {
        const struct cat_constraint *constraint = &relation->constraints[i];
        bool own_column = cause.kind == DROPPED_COLUMN && cause.id == relation->oid &&
                          contains(constraint->columns, constraint->column_count, cause.number);
        bool needs = foreign_depends(search, &cause, constraint) ||
                     mentioned(search, relation, &constraint->check);
        needs = needs || exclusion_depends(search, relation, constraint);
        if (own_column)
            add(search, AUTO, DROPPED_CONSTRAINT, relation->oid, 0, constraint->name);
        else if (needs)
            add(search, DEPENDENT, DROPPED_CONSTRAINT, relation->oid, 0, constraint->name);
    }
}

static void search_indexes(struct search *search, const struct cat_relation *relation)
{
    const struct dropped cause = search->dropping->list.at[search->cause];
    for (size_t i = 0; i < relation->index_count; i++) {
        const struct cat_index *index = &relation->indexes[i];
        bool own_column = cause.kind == DROPPED_COLUMN && cause.id == relation->oid;
        bool uses = own_column && contains(index->include, index->include_count, cause.number);
        for (size_t j = 0; j < index->element_count; j++) {
            uses = uses || (own_column && index->elements[j].column == cause.number);
            uses = uses || mentioned(search, relation, &index->elements[j].expr);
        }
        uses = uses || mentioned(search, relation, &index->where);
        if (uses && !index->constraint)
            add(search, own_column ? AUTO : DEPENDENT, DROPPED_INDEX, relation->oid, 0,
                index->name);
    }
}

static void search_policies(struct search *search, const struct cat_relation *relation)
{
    for (size_t i = 0; i < relation->policy_count; i++) {
        const struct cat_policy *policy = &relation->policies[i];
        if (mentioned(search, relation, &policy->using_expr) ||
            mentioned(search, relation, &policy->check_expr))
            add(search, DEPENDENT, DROPPED_POLICY, relation->oid, 0, policy->name);
    }
}

static void search_triggers(struct search *search, const struct cat_relation *relation)
{
    const struct dropped cause = search->dropping->list.at[search->cause];
    for (size_t i = 0; i < relation->trigger_count; i++) {
        const struct cat_trigger *trigger = &relation->triggers[i];
        bool column = cause.kind == DROPPED_COLUMN && cause.id == relation->oid &&
                      contains(trigger->columns, trigger->column_count, cause.number);
        bool calls = cause.kind == DROPPED_FUNCTION && cause.id == trigger->function;
        bool from = cause.kind == DROPPED_RELATION && cause.id == trigger->constraint_relation;
        if (column || calls || from || mentioned(search, relation, &trigger->when))
            add(search, from ? AUTO : DEPENDENT, DROPPED_TRIGGER, relation->oid, 0, trigger->name);
    }
}

static void search_relation(struct search *search, const struct cat_relation *relation)
{
    const struct dropped cause = search->dropping->list.at[search->cause];
    bool self = cause.kind == DROPPED_RELATION && cause.id == relation->oid;
    if (self) return;
    if (cause.kind == DROPPED_SCHEMA && relation->schema == cause.id) {
        add(search, DEPENDENT, DROPPED_RELATION, relation->oid, 0, STR_NONE);
        return;
    }
    if (cause.kind == DROPPED_RELATION && relation->partition_of == cause.id)
        add(search, AUTO, DROPPED_RELATION, relation->oid, 0, STR_NONE);
    if (mentioned(search, NULL, &relation->query))
        add(search, DEPENDENT, DROPPED_RELATION, relation->oid, 0, STR_NONE);
    const struct cat_sequence *sequence = relation->sequence;
    bool owned = sequence && sequence->owner_relation == cause.id &&
                 (cause.kind == DROPPED_RELATION ||
                  (cause.kind == DROPPED_COLUMN && sequence->owner_column == cause.number));
    if (owned) add(search, AUTO, DROPPED_RELATION, relation->oid, 0, STR_NONE);
    search_columns(search, relation);
    search_constraints(search, relation);
    search_indexes(search, relation);
    search_policies(search, relation);
    search_triggers(search, relation);
}

static void search_function(struct search *search, const struct cat_function *function)
{
    const struct dropped cause = search->dropping->list.at[search->cause];
    if (cause.kind == DROPPED_FUNCTION && cause.id == function->oid) return;
    bool uses = uses_type(search, function->result) ||
                (cause.kind == DROPPED_SCHEMA && function->schema == cause.id);
    for (size_t i = 0; i < function->argument_count; i++)
        uses = uses || uses_type(search, function->arguments[i].type) ||
               mentioned(search, NULL, &function->arguments[i].default_expr);
    if (uses) add(search, DEPENDENT, DROPPED_FUNCTION, function->oid, 0, STR_NONE);
}

static void search_type(struct search *search, const struct cat_type *type)
{
    const struct dropped cause = search->dropping->list.at[search->cause];
    if (cause.kind == DROPPED_TYPE && cause.id == type->oid) return;
    bool own = type->kind == TYPE_KIND_ENUM || type->kind == TYPE_KIND_DOMAIN;
    if (!own) return; /* rows and arrays go with what they belong to */
    bool uses = uses_type(search, type->base) || mentioned(search, NULL, &type->default_expr) ||
                (cause.kind == DROPPED_SCHEMA && type->schema == cause.id);
    if (uses) add(search, DEPENDENT, DROPPED_TYPE, type->oid, 0, STR_NONE);
    for (size_t i = 0; !uses && i < type->check_count; i++)
        if (mentioned(search, NULL, &type->checks[i].expr))
            add(search, DEPENDENT, DROPPED_DOMAIN_CHECK, type->oid, 0, type->checks[i].name);
}

/* What the cause is called in expressions, and as a type. */
static void search_start(struct search *search, const struct dropped *cause)
{
    const struct catalog *catalog = ddl_of(search)->next;
    const struct cat_relation *relation;
    const struct cat_type *type = NULL;
    switch (cause->kind) {
    case DROPPED_RELATION:
        search->target = (struct ddl_target){TARGET_RELATION, cause->id, 0};
        relation = catalog_relation(catalog, cause->id);
        type = catalog_type(catalog, relation->row_type);
        break;
    case DROPPED_COLUMN:
        search->target = (struct ddl_target){TARGET_COLUMN, cause->id, cause->number};
        break;
    case DROPPED_FUNCTION:
        search->target = (struct ddl_target){TARGET_FUNCTION, cause->id, 0};
        break;
    case DROPPED_TYPE:
        search->target = (struct ddl_target){TARGET_TYPE, cause->id, 0};
        type = catalog_type(catalog, cause->id);
        break;
    case DROPPED_DEFAULT:
    case DROPPED_CONSTRAINT:
    case DROPPED_INDEX:
    case DROPPED_TRIGGER:
    case DROPPED_POLICY:
    case DROPPED_DOMAIN_CHECK:
    case DROPPED_SCHEMA: return;
    }
    search->mentions = true;
    if (!type) return;
    search->types[0] = type->oid;
    search->types[1] = type->array;
}

static void find_dependents(struct dropping *dropping, size_t place)
{
    const struct dropped cause = dropping->list.at[place];
    struct search search = {.dropping = dropping, .cause = place};
    search_start(&search, &cause);
    const struct catalog *catalog = dropping->ddl->next;
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(catalog, &at))) search_relation(&search, relation);
    at = 0;
    const struct cat_function *function;
    while ((function = catalog_function_next(catalog, &at))) search_function(&search, function);
    at = 0;
    const struct cat_type *type;
    while ((type = catalog_type_next(catalog, &at))) search_type(&search, type);
}

/* ---- doing it ---- */

static void drop_row_type(struct ddl *ddl, oid id)
{
    const struct cat_type *type = catalog_type(ddl->next, id);
    if (!type) return;
    catalog_drop(ddl->next, CAT_TYPE, type->array);
    catalog_drop(ddl->next, CAT_TYPE, id);
}

static void leave_publications(struct ddl *ddl, oid relation)
{
    size_t at = 0;
    const struct cat_publication *publication;
    while ((publication = catalog_publication_next(ddl->next, &at))) {
        for (size_t i = 0; i < publication->relation_count; i++) {
            if (publication->relations[i] != relation) continue;
            struct cat_publication *edited = CATALOG_EDIT(ddl->next, publication);
            DDL_REMOVE(ddl, edited, relations, relation_count, i);
            catalog_put(ddl->next, CAT_PUBLICATION, edited);
            break;
        }
    }
}

/* A column whose sequence goes by itself forgets it. */
static void forget_sequence(struct ddl *ddl, const struct cat_relation *sequence)
{
    if (!sequence->sequence) return;
    const struct cat_relation *owner =
        catalog_relation(ddl->next, sequence->sequence->owner_relation);
    if (!owner) return;
    struct cat_relation *edited = CATALOG_EDIT(ddl->next, owner);
    struct cat_column *columns = DDL_OWN(ddl, edited, columns, column_count);
    for (size_t i = 0; i < edited->column_count; i++)
        if (columns[i].sequence == sequence->oid) columns[i].sequence = OID_NONE;
    catalog_put(ddl->next, CAT_RELATION, edited);
}

static void apply_relation(struct ddl *ddl, oid id)
{
    const struct cat_relation *relation = catalog_relation(ddl->next, id);
    if (!relation) return;
    if (relation->partition_of)
        err_ignore(ddl_partition_empty(ddl, relation), "the catalog's own bound parses");
    drop_row_type(ddl, relation->row_type);
    leave_publications(ddl, id);
    forget_sequence(ddl, relation);
    catalog_drop(ddl->next, CAT_RELATION, id);
}

static void remove_index(struct ddl *ddl, struct cat_relation *relation, str name)
{
    for (size_t i = relation->index_count; i-- > 0;)
        if (str_eq(relation->indexes[i].name, name))
            DDL_REMOVE(ddl, relation, indexes, index_count, i);
}

static void apply_part(struct ddl *ddl, const struct dropped *entry)
{
    const struct cat_relation *found = catalog_relation(ddl->next, entry->id);
    if (!found) return;
    struct cat_relation *relation = CATALOG_EDIT(ddl->next, found);
    struct cat_column *columns = DDL_OWN(ddl, relation, columns, column_count);
    for (size_t i = relation->column_count; i-- > 0;) {
        if (columns[i].number != entry->number) continue;
        if (entry->kind == DROPPED_DEFAULT) {
            columns[i].default_expr = (struct cat_expr){0};
        } else if (entry->kind == DROPPED_COLUMN) {
            DDL_REMOVE(ddl, relation, columns, column_count, i);
            break;
        }
    }
    for (size_t i = relation->constraint_count; i-- > 0;) {
        if (entry->kind != DROPPED_CONSTRAINT) break;
        if (!str_eq(relation->constraints[i].name, entry->name)) continue;
        if (relation->constraints[i].index) remove_index(ddl, relation, entry->name);
        DDL_REMOVE(ddl, relation, constraints, constraint_count, i);
    }
    if (entry->kind == DROPPED_INDEX) remove_index(ddl, relation, entry->name);
    for (size_t i = relation->policy_count; i-- > 0;) {
        if (entry->kind == DROPPED_POLICY && str_eq(relation->policies[i].name, entry->name))
            DDL_REMOVE(ddl, relation, policies, policy_count, i);
    }
    for (size_t i = relation->trigger_count; i-- > 0;) {
        if (entry->kind == DROPPED_TRIGGER && str_eq(relation->triggers[i].name, entry->name))
            DDL_REMOVE(ddl, relation, triggers, trigger_count, i);
    }
    catalog_put(ddl->next, CAT_RELATION, relation);
}

static void apply_type(struct ddl *ddl, oid id)
{
    const struct cat_type *type = catalog_type(ddl->next, id);
    if (!type) return;
    if (type->relation) {
        apply_relation(ddl, type->relation);
        return;
    }
    drop_row_type(ddl, id);
}

static void apply_domain_check(struct ddl *ddl, const struct dropped *entry)
{
    const struct cat_type *found = catalog_type(ddl->next, entry->id);
    if (!found) return;
    struct cat_type *type = CATALOG_EDIT(ddl->next, found);
    for (size_t i = type->check_count; i-- > 0;)
        if (str_eq(type->checks[i].name, entry->name))
            DDL_REMOVE(ddl, type, checks, check_count, i);
    catalog_put(ddl->next, CAT_TYPE, type);
}

static void apply(struct ddl *ddl, const struct dropped *entry)
{
    switch (entry->kind) {
    case DROPPED_RELATION: apply_relation(ddl, entry->id); return;
    case DROPPED_COLUMN:
    case DROPPED_DEFAULT:
    case DROPPED_CONSTRAINT:
    case DROPPED_INDEX:
    case DROPPED_TRIGGER:
    case DROPPED_POLICY: apply_part(ddl, entry); return;
    case DROPPED_FUNCTION: catalog_drop(ddl->next, CAT_FUNCTION, entry->id); return;
    case DROPPED_DOMAIN_CHECK: apply_domain_check(ddl, entry); return;
    case DROPPED_TYPE: apply_type(ddl, entry->id); return;
    case DROPPED_SCHEMA: catalog_drop(ddl->next, CAT_SCHEMA, entry->id); return;
    }
}

/* A dependent whose whole relation is dropped by name as well is no obstacle. */
static bool swallowed(const struct dropping *dropping, const struct dropped *entry)
{
    for (size_t i = 0; i < dropping->list.count; i++) {
        const struct dropped *other = &dropping->list.at[i];
        bool whole = other->kind == DROPPED_RELATION && other->id == entry->id &&
                     entry->kind != DROPPED_RELATION;
        if (whole && entry->kind <= DROPPED_POLICY) return true;
    }
    return false;
}

static err refuse(struct dropping *dropping, size_t first)
{
    struct ddl *ddl = dropping->ddl;
    struct buf *details = buf_in(ddl->arena, 0);
    for (size_t i = first; i < dropping->list.count; i++) {
        const struct dropped *entry = &dropping->list.at[i];
        if (entry->reason != DEPENDENT || swallowed(dropping, entry)) continue;
        if (details->len) buf_char(details, '\n');
        buf_str_add(details, dropped_text(ddl, entry));
        buf_lit(details, " depends on ");
        buf_str_add(details, dropped_text(ddl, &dropping->list.at[entry->cause]));
    }
    str what = dropped_text(ddl, &dropping->list.at[0]);
    bool several = first > 1;
    struct err *error =
        several ? err_sql(ddl->arena, "2BP01",
                          "cannot drop desired object(s) because other objects depend on them")
                : err_sql(ddl->arena, "2BP01",
                          "cannot drop %.*s because other objects depend on it", STR_FMT(what));
    err_details(ddl->arena, error, "%.*s", STR_FMT(buf_str(details)));
    return err_hint(ddl->arena, error, "Use DROP ... CASCADE to drop the dependent objects too.");
}

static void tell_cascade(struct dropping *dropping, size_t dependents)
{
    struct ddl *ddl = dropping->ddl;
    if (dependents > 1) {
        ddl_notice(ddl, "drop cascades to %zu other objects", dependents);
        return;
    }
    for (size_t i = 0; i < dropping->list.count; i++)
        if (dropping->list.at[i].reason == DEPENDENT && !swallowed(dropping, &dropping->list.at[i]))
            ddl_notice(ddl, "drop cascades to %.*s",
                       STR_FMT(dropped_text(ddl, &dropping->list.at[i])));
}

static err run(struct dropping *dropping, enum DropBehavior behavior)
{
    size_t named = dropping->list.count, dependents = 0;
    for (size_t i = 0; i < dropping->list.count; i++) find_dependents(dropping, i);
    for (size_t i = 0; i < dropping->list.count; i++) {
        const struct dropped *entry = &dropping->list.at[i];
        if (entry->reason == DEPENDENT && !swallowed(dropping, entry)) dependents++;
    }
    if (dependents && behavior != DROP_CASCADE) return refuse(dropping, named);
    if (dependents) tell_cascade(dropping, dependents);
    /* Parts before wholes: what came later in the list hangs on what came before. */
    for (size_t i = dropping->list.count; i-- > 0;) apply(dropping->ddl, &dropping->list.at[i]);
    return NULL;
}

/* ---- for ALTER TABLE ---- */

static err drop_single(struct ddl *ddl, struct dropped entry, enum DropBehavior behavior)
{
    struct dropping dropping = {.ddl = ddl};
    list_add(&dropping, entry);
    return run(&dropping, behavior);
}

err ddl_drop_relation(struct ddl *ddl,
                      const struct cat_relation *relation,
                      enum DropBehavior behavior)
{
    return drop_single(ddl, (struct dropped){.kind = DROPPED_RELATION, .id = relation->oid},
                       behavior);
}

err ddl_drop_column(struct ddl *ddl, oid relation, int16_t column, enum DropBehavior behavior)
{
    return drop_single(
        ddl, (struct dropped){.kind = DROPPED_COLUMN, .id = relation, .number = column}, behavior);
}

err ddl_drop_constraint(struct ddl *ddl, oid relation, str name, enum DropBehavior behavior)
{
    return drop_single(
        ddl, (struct dropped){.kind = DROPPED_CONSTRAINT, .id = relation, .name = name}, behavior);
}

/* ---- DROP statements ---- */

static err missing(
    struct ddl *ddl, const struct DropStmt *drop, const char *sqlstate, const char *word, str name)
{
    if (!drop->missing_ok)
        return err_sql(ddl->arena, sqlstate, "%s \"%.*s\" does not exist", word, STR_FMT(name));
    ddl_notice(ddl, "%s \"%.*s\" does not exist, skipping", word, STR_FMT(name));
    return NULL;
}

static const struct {
    enum ObjectType type;
    char kind;
    const char *word;
    const char *hint;
} relation_kinds[] = {
    {OBJECT_TABLE,    'r', "table",             "Use DROP TABLE to remove a table."      },
    {OBJECT_VIEW,     'v', "view",              "Use DROP VIEW to remove a view."        },
    {OBJECT_SEQUENCE, 'S', "sequence",          "Use DROP SEQUENCE to remove a sequence."},
    {OBJECT_MATVIEW,  'm', "materialized view",
     "Use DROP MATERIALIZED VIEW to remove a materialized view."                         },
    {OBJECT_TYPE,     'c', "type",              "Use DROP TYPE to remove a type."        },
};

static err name_relation(struct dropping *dropping,
                         const struct DropStmt *drop,
                         const struct list *names)
{
    struct ddl *ddl = dropping->ddl;
    str schema, name;
    TRY(ddl_split_name(ddl, names, &schema, &name));
    size_t row = 0;
    while (relation_kinds[row].type != drop->removeType) row++;
    const struct cat_relation *relation = ddl_relation_find(ddl, schema, name);
    if (!relation) return missing(ddl, drop, "42P01", relation_kinds[row].word, name);
    if (relation->kind != relation_kinds[row].kind) {
        struct err *error = err_sql(ddl->arena, "42809", "\"%.*s\" is not a %s", STR_FMT(name),
                                    relation_kinds[row].word);
        for (size_t i = 0; i < COUNT_OF(relation_kinds); i++)
            if (relation_kinds[i].kind == relation->kind)
                err_hint(ddl->arena, error, "%s", relation_kinds[i].hint);
        return error;
    }
    TRY(ddl_must_own_relation(ddl, relation));
    const struct cat_sequence *sequence = relation->sequence;
    const struct cat_relation *owner =
        sequence ? catalog_relation(ddl->next, sequence->owner_relation) : NULL;
    const struct cat_column *column =
        owner ? cat_column_numbered(owner, sequence->owner_column) : NULL;
    if (column && column->identity) {
        struct err *error = err_sql(ddl->arena, "2BP01",
                                    "cannot drop sequence %.*s because column %.*s of table %.*s "
                                    "requires it",
                                    STR_FMT(name), STR_FMT(column->name), STR_FMT(owner->name));
        return err_hint(ddl->arena, error, "You can drop column %.*s of table %.*s instead.",
                        STR_FMT(column->name), STR_FMT(owner->name));
    }
    list_add(dropping, (struct dropped){.kind = DROPPED_RELATION, .id = relation->oid});
    return NULL;
}

static err name_index(struct dropping *dropping,
                      const struct DropStmt *drop,
                      const struct list *names)
{
    struct ddl *ddl = dropping->ddl;
    str schema, name;
    TRY(ddl_split_name(ddl, names, &schema, &name));
    const struct cat_relation *table;
    const struct cat_index *index = ddl_index_find(ddl, schema, name, &table);
    if (!index) {
        if (ddl_relation_find(ddl, schema, name))
            return err_sql(ddl->arena, "42809", "\"%.*s\" is not an index", STR_FMT(name));
        return missing(ddl, drop, "42704", "index", name);
    }
    TRY(ddl_must_own(ddl, table->owner, "index", name));
    if (index->constraint) {
        struct err *error = err_sql(ddl->arena, "2BP01",
                                    "cannot drop index %.*s because constraint %.*s on table %.*s "
                                    "requires it",
                                    STR_FMT(name), STR_FMT(name), STR_FMT(table->name));
        return err_hint(ddl->arena, error, "You can drop constraint %.*s on table %.*s instead.",
                        STR_FMT(name), STR_FMT(table->name));
    }
    list_add(dropping,
             (struct dropped){.kind = DROPPED_INDEX, .id = table->oid, .name = index->name});
    return NULL;
}

static err name_type(struct dropping *dropping,
                     const struct DropStmt *drop,
                     const struct TypeName *name)
{
    struct ddl *ddl = dropping->ddl;
    str schema, last;
    TRY(ddl_split_name(ddl, name->names, &schema, &last));
    const struct cat_type *type = ddl_type_find(ddl, schema, last);
    if (!type) return missing(ddl, drop, "42704", "type", last);
    bool domain = drop->removeType == OBJECT_DOMAIN;
    if (domain && type->kind != TYPE_KIND_DOMAIN)
        return err_sql(ddl->arena, "42809", "\"%.*s\" is not a domain", STR_FMT(last));
    TRY(ddl_must_own(ddl, type->owner, "type", type->name));
    if (type->oid < CATALOG_FIRST_USER_OID)
        return err_sql(ddl->arena, "2BP01",
                       "cannot drop type %.*s because it is required by the database system",
                       STR_FMT(last));
    const struct cat_relation *relation = catalog_relation(ddl->next, type->relation);
    if (relation && relation->kind != 'c') {
        struct err *error =
            err_sql(ddl->arena, "2BP01", "cannot drop type %.*s because table %.*s requires it",
                    STR_FMT(last), STR_FMT(last));
        return err_hint(ddl->arena, error, "You can drop table %.*s instead.", STR_FMT(last));
    }
    list_add(dropping, relation ? (struct dropped){.kind = DROPPED_RELATION, .id = relation->oid}
                                : (struct dropped){.kind = DROPPED_TYPE, .id = type->oid});
    return NULL;
}

static err name_schema(struct dropping *dropping, const struct DropStmt *drop, str name)
{
    struct ddl *ddl = dropping->ddl;
    const struct cat_schema *schema = catalog_schema_find(ddl->next, name);
    if (!schema) return missing(ddl, drop, "3F000", "schema", name);
    TRY(ddl_must_own(ddl, schema->owner, "schema", name));
    if (schema->oid < CATALOG_FIRST_USER_OID && schema->oid != SCHEMA_PUBLIC)
        return err_sql(ddl->arena, "2BP01",
                       "cannot drop schema %.*s because it is required by the database system",
                       STR_FMT(name));
    list_add(dropping, (struct dropped){.kind = DROPPED_SCHEMA, .id = schema->oid});
    return NULL;
}

static err name_function(struct dropping *dropping,
                         const struct DropStmt *drop,
                         const struct ObjectWithArgs *object)
{
    struct ddl *ddl = dropping->ddl;
    const char *word = drop->removeType == OBJECT_PROCEDURE ? "procedure" : "function";
    const struct cat_function *function;
    TRY(ddl_function(ddl, object, word, drop->missing_ok ? MISSING_IS_OK : MISSING_IS_ERROR,
                     &function));
    if (!function) {
        str name = ast_name_at(object->objname, object->objname->count - 1);
        ddl_notice(ddl, "%s %.*s() does not exist, skipping", word, STR_FMT(name));
        return NULL;
    }
    if (drop->removeType == OBJECT_PROCEDURE && function->kind != 'p')
        return err_sql(ddl->arena, "42809", "%.*s is not a procedure",
                       STR_FMT(ddl_signature(ddl, function)));
    TRY(ddl_must_own(ddl, function->owner, "function", function->name));
    list_add(dropping, (struct dropped){.kind = DROPPED_FUNCTION, .id = function->oid});
    return NULL;
}

/* DROP POLICY p ON t, DROP TRIGGER g ON t: the last name is the part's. */
static err name_part(struct dropping *dropping,
                     const struct DropStmt *drop,
                     const struct list *names)
{
    struct ddl *ddl = dropping->ddl;
    const char *word = drop->removeType == OBJECT_POLICY ? "policy" : "trigger";
    str part = ast_name_at(names, names->count - 1);
    str schema = names->count > 2 ? ast_name_at(names, names->count - 3) : STR_NONE;
    str table = ast_name_at(names, names->count - 2);
    const struct cat_relation *relation = ddl_relation_find(ddl, schema, table);
    if (!relation) return missing(ddl, drop, "42P01", "relation", table);
    if (drop->removeType == OBJECT_POLICY && cat_policy_find(relation, part)) {
        TRY(ddl_must_own_relation(ddl, relation));
        list_add(dropping, (struct dropped){.kind = DROPPED_POLICY,
                                            .id = relation->oid,
                                            .name = cat_policy_find(relation, part)->name});
        return NULL;
    }
    if (drop->removeType == OBJECT_TRIGGER && cat_trigger_find(relation, part)) {
        TRY(ddl_must_own_relation(ddl, relation));
        list_add(dropping, (struct dropped){.kind = DROPPED_TRIGGER,
                                            .id = relation->oid,
                                            .name = cat_trigger_find(relation, part)->name});
        return NULL;
    }
    if (!drop->missing_ok)
        return err_sql(ddl->arena, "42704", "%s \"%.*s\" for table \"%.*s\" does not exist", word,
                       STR_FMT(part), STR_FMT(table));
    ddl_notice(ddl, "%s \"%.*s\" for relation \"%.*s\" does not exist, skipping", word,
               STR_FMT(part), STR_FMT(table));
    return NULL;
}

/* Functions that are built in stay whether or not they are named; one that the extension made, of its own
 * name, goes with it. */
static err drop_extension(struct dropping *dropping, const struct DropStmt *drop, str name)
{
    struct ddl *ddl = dropping->ddl;
    const struct cat_extension *extension = catalog_extension_find(ddl->next, name);
    size_t at = 0;
    if (!extension) return missing(ddl, drop, "42704", "extension", name);
    const struct cat_function *made =
        catalog_function_named(ddl->next, extension->schema, name, &at);
    if (made) list_add(dropping, (struct dropped){.kind = DROPPED_FUNCTION, .id = made->oid});
    catalog_drop(ddl->next, CAT_EXTENSION, extension->oid);
    return NULL;
}

static err drop_publication(struct ddl *ddl, const struct DropStmt *drop, str name)
{
    const struct cat_publication *publication = catalog_publication_find(ddl->next, name);
    if (!publication) return missing(ddl, drop, "42704", "publication", name);
    TRY(ddl_must_own(ddl, publication->owner, "publication", name));
    catalog_drop(ddl->next, CAT_PUBLICATION, publication->oid);
    return NULL;
}

static err name_object(struct dropping *dropping,
                       const struct DropStmt *drop,
                       const struct node *object)
{
    switch ((int)drop->removeType) {
    case OBJECT_TABLE:
    case OBJECT_VIEW:
    case OBJECT_MATVIEW:
    case OBJECT_SEQUENCE: return name_relation(dropping, drop, AST_AS(List, object)->items);
    case OBJECT_INDEX: return name_index(dropping, drop, AST_AS(List, object)->items);
    case OBJECT_TYPE:
    case OBJECT_DOMAIN: return name_type(dropping, drop, AST_AS(TypeName, object));
    case OBJECT_SCHEMA: return name_schema(dropping, drop, AST_AS(String, object)->sval);
    case OBJECT_FUNCTION:
    case OBJECT_PROCEDURE:
    case OBJECT_ROUTINE: return name_function(dropping, drop, AST_AS(ObjectWithArgs, object));
    case OBJECT_POLICY:
    case OBJECT_TRIGGER: return name_part(dropping, drop, AST_AS(List, object)->items);
    case OBJECT_EXTENSION: return drop_extension(dropping, drop, AST_AS(String, object)->sval);
    case OBJECT_PUBLICATION:
        return drop_publication(dropping->ddl, drop, AST_AS(String, object)->sval);
    default: /* kinds that this engine has not */
        if (!drop->missing_ok)
            return ddl_unsupported(dropping->ddl, NULL, "DROP of this kind of object");
        ddl_notice(dropping->ddl, "this kind of object does not exist, skipping");
        return NULL;
    }
}

err ddl_drop(struct ddl *ddl, const struct node *statement)
{
    const struct DropStmt *drop = AST_AS(DropStmt, statement);
    struct dropping dropping = {.ddl = ddl};
    for (size_t i = 0; i < drop->objects->count; i++)
        TRY(name_object(&dropping, drop, drop->objects->at[i]));
    return run(&dropping, drop->behavior);
}
