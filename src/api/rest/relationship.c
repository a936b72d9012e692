#include "api/rest/relationship.h"

#include "api/rest/scan.h"
#include "base/json.h"

struct search {
    struct arena *arena;
    const struct catalog *catalog;
    const struct cat_schema *schema;
    const struct cat_relation *origin;
    str target, hint;
    struct {
        VEC(struct relationship);
    } found;
};

/* Candidates -------------------------------------------------------------------------------------- */

/* The key's columns as a set equal a primary key or a unique constraint: at most one row. */
static bool columns_unique(const struct cat_relation *relation, const struct cat_constraint *key)
{
    for (size_t i = 0; i < relation->constraint_count; i++) {
        const struct cat_constraint *unique = &relation->constraints[i];
        if (unique->kind != 'p' && unique->kind != 'u') continue;
        if (unique->column_count != key->column_count) continue;
        size_t same = 0;
        for (size_t a = 0; a < key->column_count; a++)
            for (size_t b = 0; b < key->column_count; b++)
                same += key->columns[a] == unique->columns[b];
        if (same == key->column_count) return true;
    }
    return false;
}

static str single_column(const struct cat_relation *relation, const struct cat_constraint *key)
{
    const struct cat_column *column =
        key->column_count == 1 ? cat_column_numbered(relation, key->columns[0]) : NULL;
    return column ? column->name : STR_NONE;
}

static void add(struct search *search, struct relationship relationship)
{
    relationship.origin = search->origin;
    *VEC_ADD(search->arena, &search->found) = relationship;
}

/* The origin holds the key: target is the referenced table, the constraint or the key's column. */
static void consider_outgoing(struct search *search, const struct cat_constraint *key)
{
    const struct cat_relation *target = catalog_relation(search->catalog, key->foreign_relation);
    if (!target || target->schema != search->schema->oid) return;
    str column = single_column(search->origin, key);
    bool by_table = str_eq(search->target, target->name);
    bool by_key = str_eq(search->target, key->name) || str_eq(search->target, column);
    bool self = target->oid == search->origin->oid;
    bool hinted = str_eq(search->hint, key->name) || str_eq(search->hint, column);
    const struct cat_column *far =
        key->column_count == 1 ? cat_column_numbered(target, key->foreign_columns[0]) : NULL;
    hinted = hinted || (far && str_eq(search->hint, far->name));
    bool match =
        str_empty(search->hint) ? (by_table && !self) || by_key : by_table && hinted && !self;
    if (!match) return;
    add(search, (struct relationship){
                    .cardinality = columns_unique(search->origin, key) ? ONE_TO_ONE : MANY_TO_ONE,
                    .target = target,
                    .key = key,
                    .origin_columns = key->columns,
                    .target_columns = key->foreign_columns,
                    .column_count = key->column_count,
                });
}

/* Another table holds a key to the origin: target is that table. */
static void consider_incoming(struct search *search,
                              const struct cat_relation *holder,
                              const struct cat_constraint *key)
{
    if (key->foreign_relation != search->origin->oid || holder->schema != search->schema->oid)
        return;
    if (!str_eq(search->target, holder->name)) {
        bool by_key = str_empty(search->hint) && str_eq(search->target, key->name) &&
                      holder->oid != search->origin->oid;
        if (!by_key) return;
    }
    str column = single_column(holder, key);
    const struct cat_column *near =
        key->column_count == 1 ? cat_column_numbered(search->origin, key->foreign_columns[0])
                               : NULL;
    bool hinted = str_empty(search->hint) || str_eq(search->hint, key->name) ||
                  str_eq(search->hint, column) || (near && str_eq(search->hint, near->name));
    if (!hinted) return;
    add(search, (struct relationship){
                    .cardinality = columns_unique(holder, key) ? ONE_TO_ONE : ONE_TO_MANY,
                    .target = holder,
                    .key = key,
                    .origin_columns = key->foreign_columns,
                    .target_columns = key->columns,
                    .column_count = key->column_count,
                });
}

static bool in_primary_key(const struct cat_relation *relation, const struct cat_constraint *key)
{
    const struct cat_constraint *primary = cat_primary_key(relation);
    for (size_t i = 0; i < key->column_count; i++) {
        bool in = false;
        for (size_t k = 0; primary && k < primary->column_count; k++)
            in = in || primary->columns[k] == key->columns[i];
        if (!in) return false;
    }
    return true;
}

/* A table between: keys to both sides, all of whose columns belong to its primary key. */
static void consider_junction(struct search *search,
                              const struct cat_relation *junction,
                              const struct cat_constraint *near,
                              const struct cat_constraint *far)
{
    const struct cat_relation *target = catalog_relation(search->catalog, far->foreign_relation);
    if (near == far || near->foreign_relation != search->origin->oid || !target) return;
    if (target->oid == search->origin->oid || target->schema != search->schema->oid) return;
    if (junction->schema != search->schema->oid) return;
    if (!in_primary_key(junction, near) || !in_primary_key(junction, far)) return;
    bool hinted = str_empty(search->hint) || str_eq(search->hint, junction->name);
    if (!str_eq(search->target, target->name) || !hinted) return;
    add(search, (struct relationship){
                    .cardinality = MANY_TO_MANY,
                    .target = target,
                    .key = near,
                    .origin_columns = near->foreign_columns,
                    .target_columns = near->columns,
                    .column_count = near->column_count,
                    .junction = junction,
                    .far_key = far,
                });
}

static void consider_holder(struct search *search, const struct cat_relation *holder)
{
    for (size_t i = 0; i < holder->constraint_count; i++) {
        const struct cat_constraint *key = &holder->constraints[i];
        if (key->kind != 'f') continue;
        if (holder->oid == search->origin->oid) consider_outgoing(search, key);
        consider_incoming(search, holder, key);
        for (size_t k = 0; k < holder->constraint_count; k++)
            if (holder->constraints[k].kind == 'f')
                consider_junction(search, holder, key, &holder->constraints[k]);
    }
}

/* Errors ------------------------------------------------------------------------------------------- */

static err none_found(const struct search *search)
{
    struct arena *arena = search->arena;
    str hint = str_empty(search->hint)
                   ? STR("")
                   : str_printf(arena, "using the hint '%.*s' ", STR_FMT(search->hint));
    struct err *error =
        rest_err(arena, 400, "PGRST200",
                 "Could not find a relationship between '%.*s' and '%.*s' in the schema cache",
                 STR_FMT(search->origin->name), STR_FMT(search->target));
    return err_details(
        arena, error,
        "Searched for a foreign key relationship between '%.*s' and '%.*s' %.*sin the schema "
        "'%.*s', but no matches were found.",
        STR_FMT(search->origin->name), STR_FMT(search->target), STR_FMT(hint),
        STR_FMT(search->schema->name));
}

static const char *const cardinality_names[] = {"many-to-one", "one-to-many", "one-to-one",
                                                "many-to-many"};

static void add_columns(struct buf *out,
                        const struct cat_relation *relation,
                        const int16_t *columns,
                        size_t count)
{
    buf_char(out, '(');
    for (size_t i = 0; i < count; i++) {
        const struct cat_column *column = cat_column_numbered(relation, columns[i]);
        if (i) buf_lit(out, ", ");
        buf_str_add(out, column ? column->name : STR("?"));
    }
    buf_char(out, ')');
}

static str describe(const struct search *search, const struct relationship *r)
{
    struct buf *text = buf_in(search->arena, 0);
    if (r->cardinality == MANY_TO_MANY) {
        buf_printf(text, "%.*s using %.*s", STR_FMT(r->junction->name), STR_FMT(r->key->name));
        add_columns(text, r->junction, r->key->columns, r->key->column_count);
        buf_printf(text, " and %.*s", STR_FMT(r->far_key->name));
        add_columns(text, r->junction, r->far_key->columns, r->far_key->column_count);
        return buf_str(text);
    }
    buf_printf(text, "%.*s using %.*s", STR_FMT(r->key->name), STR_FMT(r->origin->name));
    add_columns(text, r->origin, r->origin_columns, r->column_count);
    buf_printf(text, " and %.*s", STR_FMT(r->target->name));
    add_columns(text, r->target, r->target_columns, r->column_count);
    return buf_str(text);
}

/* details is a JSON array, which the renderer writes as it is for this code. */
static err several_found(const struct search *search)
{
    struct arena *arena = search->arena;
    struct buf *details = buf_in(arena, 0), *hints = buf_in(arena, 0);
    for (size_t i = 0; i < search->found.count; i++) {
        const struct relationship *r = &search->found.at[i];
        buf_printf(details, "%s{\"cardinality\":\"%s\",\"embedding\":", i ? "," : "[",
                   cardinality_names[r->cardinality]);
        json_write_str(details, str_printf(arena, "%.*s with %.*s", STR_FMT(r->origin->name),
                                           STR_FMT(r->target->name)));
        buf_lit(details, ",\"relationship\":");
        json_write_str(details, describe(search, r));
        buf_char(details, '}');
        str way = r->cardinality == MANY_TO_MANY ? r->junction->name : r->key->name;
        buf_printf(hints, "%s'%.*s!%.*s'", i ? ", " : "", STR_FMT(r->target->name), STR_FMT(way));
    }
    buf_char(details, ']');
    struct err *error = rest_err(
        arena, 300, "PGRST201",
        "Could not embed because more than one relationship was found for '%.*s' and '%.*s'",
        STR_FMT(search->origin->name), STR_FMT(search->target));
    error = err_details(arena, error, "%.*s", STR_FMT(buf_str(details)));
    return err_hint(
        arena, error,
        "Try changing '%.*s' to one of the following: %.*s. Find the desired relationship in "
        "the 'details' key.",
        STR_FMT(search->target), STR_FMT(buf_str(hints)));
}

err relationship_find(struct arena *arena,
                      const struct catalog *catalog,
                      const struct cat_schema *schema,
                      const struct cat_relation *origin,
                      str target,
                      str hint,
                      struct relationship *out)
{
    struct search search = {.arena = arena,
                            .catalog = catalog,
                            .schema = schema,
                            .origin = origin,
                            .target = target,
                            .hint = hint};
    size_t at = 0;
    for (const struct cat_relation *r = catalog_relation_next(catalog, &at); r;
         r = catalog_relation_next(catalog, &at))
        if (r->kind == 'r' && r->constraint_count) consider_holder(&search, r);
    if (search.found.count == 0) return none_found(&search);
    if (search.found.count > 1) return several_found(&search);
    *out = search.found.at[0];
    return NULL;
}
