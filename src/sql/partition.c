#include "sql/partition.h"

#include "base/buf.h"
#include "sql/ast.h"
#include "sql/builtin.h"
#include "sql/deparse.h"

/* ---- the tree --------------------------------------------------------------------------------- */

const struct cat_relation *partition_next(const struct catalog *catalog, oid of, size_t *at)
{
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(catalog, at)))
        if (relation->partition_of == of) return relation;
    return NULL;
}

bool partition_is_below(const struct catalog *catalog,
                        const struct cat_relation *relation,
                        oid above)
{
    for (; relation; relation = catalog_relation(catalog, relation->partition_of))
        if (relation->oid == above) return true;
    return false;
}

/* ---- values ----------------------------------------------------------------------------------- */

struct bounds {
    struct arena *arena;
    const struct catalog *catalog;
    const struct cat_relation *parent;
};

/* A datum's text was printed by type_output and reads back. */
static struct value datum_value(const struct bounds *bounds,
                                const struct cat_partition_key *key,
                                const struct cat_partition_datum *datum)
{
    struct value value = value_null();
    const struct type_ref *type =
        catalog_type_ref(bounds->arena, bounds->catalog, key->type, TYPMOD_NONE);
    if (datum->kind == 'v')
        err_ignore(type_input(bounds->arena, NULL, type, TYPE_EXPLICIT, datum->text, &value),
                   "the catalog's own text");
    return value;
}

static int compare_values(const struct bounds *bounds,
                          const struct cat_partition_key *key,
                          const struct value *a,
                          const struct value *b)
{
    const struct type_ref *type =
        catalog_type_ref(bounds->arena, bounds->catalog, key->type, TYPMOD_NONE);
    return type_compare(type, a, b);
}

static int rank(char kind)
{
    return kind == '-' ? -1 : kind == '+' ? 1 : 0;
}

/* One end of a range: FROM is in it, TO is not. */
struct edge {
    const struct cat_partition_datum *at;
    bool upper;
};

/* partition_rbound_cmp: an upper end comes before a lower one of the same values. */
static int compare_edges(const struct bounds *bounds, struct edge a, struct edge b)
{
    const struct cat_relation *parent = bounds->parent;
    for (size_t i = 0; i < parent->partition_key_count; i++) {
        int order = rank(a.at[i].kind) - rank(b.at[i].kind);
        if (order) return order;
        if (a.at[i].kind != 'v') break; /* both endless: what follows does not matter */
        struct value x = datum_value(bounds, &parent->partition_keys[i], &a.at[i]);
        struct value y = datum_value(bounds, &parent->partition_keys[i], &b.at[i]);
        order = compare_values(bounds, &parent->partition_keys[i], &x, &y);
        if (order) return order;
    }
    return (int)b.upper - (int)a.upper;
}

static bool same_datum(const struct bounds *bounds,
                       const struct cat_partition_key *key,
                       const struct cat_partition_datum *a,
                       const struct cat_partition_datum *b)
{
    if (a->kind != b->kind || a->kind == 'n') return a->kind == b->kind;
    struct value x = datum_value(bounds, key, a), y = datum_value(bounds, key, b);
    return compare_values(bounds, key, &x, &y) == 0;
}

/* ---- conditions ------------------------------------------------------------------------------- */

static void key_text(const struct cat_relation *parent, size_t i, struct buf *out)
{
    const struct cat_partition_key *key = &parent->partition_keys[i];
    if (key->column) {
        deparse_ident(out, cat_column_numbered(parent, key->column)->name);
        return;
    }
    buf_char(out, '(');
    buf_str_add(out, key->expr.text);
    buf_char(out, ')');
}

static void datum_text(const struct bounds *bounds,
                       size_t i,
                       const struct cat_partition_datum *datum,
                       struct buf *out)
{
    oid type = bounds->parent->partition_keys[i].type;
    deparse_literal(out, datum->text);
    buf_lit(out, "::");
    buf_str_add(out, catalog_type_name(bounds->arena, bounds->catalog, type, TYPMOD_NONE));
}

static void compare_text(const struct bounds *bounds,
                         size_t i,
                         const char *op,
                         const struct cat_partition_datum *datum,
                         struct buf *out)
{
    key_text(bounds->parent, i, out);
    buf_printf(out, " %s ", op);
    datum_text(bounds, i, datum, out);
}

/* The keys from i on are at or behind the lower end, or before the upper one. */
static void edge_text(const struct bounds *bounds, struct edge edge, size_t i, struct buf *out)
{
    const struct cat_partition_datum *datum = &edge.at[i];
    const char *beyond = edge.upper ? "<" : ">";
    if (datum->kind != 'v') {
        buf_str_add(out, (datum->kind == '+') == edge.upper ? STR("true") : STR("false"));
        return;
    }
    if (i + 1 == bounds->parent->partition_key_count) {
        compare_text(bounds, i, edge.upper ? "<" : ">=", datum, out);
        return;
    }
    /* What the first key alone says is what an index can be asked for. */
    compare_text(bounds, i, edge.upper ? "<=" : ">=", datum, out);
    buf_lit(out, " AND (");
    compare_text(bounds, i, beyond, datum, out);
    buf_lit(out, " OR (");
    edge_text(bounds, edge, i + 1, out);
    buf_lit(out, "))");
}

static void range_text(const struct bounds *bounds,
                       const struct cat_partition_bound *bound,
                       struct buf *out)
{
    for (size_t i = 0; i < bounds->parent->partition_key_count; i++) {
        if (i) buf_lit(out, " AND ");
        key_text(bounds->parent, i, out);
        buf_lit(out, " IS NOT NULL");
    }
    const struct edge edges[] = {
        {bound->lower, false},
        {bound->upper, true }
    };
    for (size_t i = 0; i < COUNT_OF(edges); i++) {
        buf_lit(out, " AND ");
        edge_text(bounds, edges[i], 0, out);
    }
}

static void list_text(const struct bounds *bounds,
                      const struct cat_partition_bound *bound,
                      struct buf *out)
{
    bool null = false, any = false;
    for (size_t i = 0; i < bound->lower_count; i++) {
        null = null || bound->lower[i].kind == 'n';
        any = any || bound->lower[i].kind == 'v';
    }
    key_text(bounds->parent, 0, out);
    buf_str_add(out, null ? STR(" IS NULL") : STR(" IS NOT NULL"));
    if (!any) return;
    buf_str_add(out, null ? STR(" OR ") : STR(" AND "));
    key_text(bounds->parent, 0, out);
    buf_lit(out, " IN (");
    any = false;
    for (size_t i = 0; i < bound->lower_count; i++) {
        if (bound->lower[i].kind != 'v') continue;
        if (any) buf_lit(out, ", ");
        any = true;
        datum_text(bounds, 0, &bound->lower[i], out);
    }
    buf_char(out, ')');
}

static void hash_text(const struct bounds *bounds,
                      const struct cat_partition_bound *bound,
                      struct buf *out)
{
    buf_printf(out, "dapur.in_hash_partition(%d, %d", (int)bound->modulus, (int)bound->remainder);
    for (size_t i = 0; i < bounds->parent->partition_key_count; i++) {
        buf_lit(out, ", ");
        key_text(bounds->parent, i, out);
    }
    buf_char(out, ')');
}

static void bound_condition(const struct bounds *bounds,
                            const struct cat_partition_bound *bound,
                            oid self,
                            struct buf *out);

/* Of the default partition: no other one takes the row. */
static void others_text(const struct bounds *bounds, oid self, struct buf *out)
{
    size_t at = 0, count = 0;
    const struct cat_relation *other;
    while ((other = partition_next(bounds->catalog, bounds->parent->oid, &at))) {
        if (other->oid == self || other->partition_bound->strategy == 'd') continue;
        buf_str_add(out, count++ ? STR(" AND (") : STR("("));
        bound_condition(bounds, other->partition_bound, other->oid, out);
        buf_lit(out, ") IS NOT TRUE");
    }
    if (!count) buf_lit(out, "true");
}

static void bound_condition(const struct bounds *bounds,
                            const struct cat_partition_bound *bound,
                            oid self,
                            struct buf *out)
{
    switch (bound->strategy) { /* the letters of cat_partition_bound */
    case 'r': range_text(bounds, bound, out); break;
    case 'l': list_text(bounds, bound, out); break;
    case 'h': hash_text(bounds, bound, out); break;
    default: others_text(bounds, self, out); break;
    }
}

str partition_condition(struct arena *arena,
                        const struct catalog *catalog,
                        const struct cat_relation *partition)
{
    struct buf *out = buf_in(arena, 0);
    for (; partition->partition_of;
         partition = catalog_relation(catalog, partition->partition_of)) {
        const struct bounds bounds = {arena, catalog,
                                      catalog_relation(catalog, partition->partition_of)};
        buf_str_add(out, out->len ? STR(" AND (") : STR("("));
        bound_condition(&bounds, partition->partition_bound, partition->oid, out);
        buf_char(out, ')');
    }
    return buf_str(out);
}

/* A default partition takes what the others leave: with one on each level nothing is left over. */
static bool takes_all(const struct catalog *catalog, const struct cat_relation *relation)
{
    size_t at = 0;
    const struct cat_relation *partition;
    bool has_default = false;
    if (!relation->partition_strategy) return true;
    while ((partition = partition_next(catalog, relation->oid, &at))) {
        has_default = has_default || partition->partition_bound->strategy == 'd';
        if (!takes_all(catalog, partition)) return false;
    }
    return has_default;
}

static void leaves_text(const struct bounds *bounds, struct buf *out)
{
    size_t at = 0, count = 0;
    const struct cat_relation *partition;
    while ((partition = partition_next(bounds->catalog, bounds->parent->oid, &at))) {
        buf_str_add(out, count++ ? STR(" OR (") : STR("("));
        bound_condition(bounds, partition->partition_bound, partition->oid, out);
        if (partition->partition_strategy) {
            const struct bounds below = {bounds->arena, bounds->catalog, partition};
            buf_lit(out, ") AND (");
            leaves_text(&below, out);
        }
        buf_char(out, ')');
    }
    if (!count) buf_lit(out, "false");
}

str partition_found_text(struct arena *arena,
                         const struct catalog *catalog,
                         const struct cat_relation *relation)
{
    if (takes_all(catalog, relation)) return STR_NONE;
    const struct bounds bounds = {arena, catalog, relation};
    struct buf *out = buf_in(arena, 0);
    leaves_text(&bounds, out);
    return buf_str(out);
}

/* ---- overlaps --------------------------------------------------------------------------------- */

static err clash(const struct bounds *bounds, str name, const struct cat_relation *other)
{
    return err_sql(bounds->arena, "42P17", "partition \"%.*s\" would overlap partition \"%.*s\"",
                   STR_FMT(name), STR_FMT(other->name));
}

static bool ranges_overlap(const struct bounds *bounds,
                           const struct cat_partition_bound *a,
                           const struct cat_partition_bound *b)
{
    struct edge a_lower = {a->lower, false}, a_upper = {a->upper, true};
    struct edge b_lower = {b->lower, false}, b_upper = {b->upper, true};
    return compare_edges(bounds, a_lower, b_upper) < 0 &&
           compare_edges(bounds, b_lower, a_upper) < 0;
}

static bool lists_overlap(const struct bounds *bounds,
                          const struct cat_partition_bound *a,
                          const struct cat_partition_bound *b)
{
    for (size_t i = 0; i < a->lower_count; i++)
        if (partition_lists(bounds->arena, bounds->catalog, bounds->parent, b->lower,
                            b->lower_count, &a->lower[i]))
            return true;
    return false;
}

bool partition_lists(struct arena *arena,
                     const struct catalog *catalog,
                     const struct cat_relation *parent,
                     const struct cat_partition_datum *data,
                     size_t count,
                     const struct cat_partition_datum *datum)
{
    const struct bounds bounds = {arena, catalog, parent};
    for (size_t i = 0; i < count; i++)
        if (same_datum(&bounds, parent->partition_keys, &data[i], datum)) return true;
    return false;
}

/* A modulus divides the next larger one, so the smaller decides. */
static bool hashes_overlap(const struct cat_partition_bound *a, const struct cat_partition_bound *b)
{
    int32_t least = a->modulus < b->modulus ? a->modulus : b->modulus;
    return a->remainder % least == b->remainder % least;
}

static bool overlap(const struct bounds *bounds,
                    const struct cat_partition_bound *a,
                    const struct cat_partition_bound *b)
{
    if (a->strategy != b->strategy) return false; /* one is the default */
    switch (a->strategy) {                        /* the letters of cat_partition_bound */
    case 'r': return ranges_overlap(bounds, a, b);
    case 'l': return lists_overlap(bounds, a, b);
    case 'h': return hashes_overlap(a, b);
    default: return true;
    }
}

static err check_range(const struct bounds *bounds,
                       const struct cat_partition_bound *bound,
                       str name)
{
    struct edge lower = {bound->lower, false}, upper = {bound->upper, true};
    if (compare_edges(bounds, lower, upper) < 0) return NULL;
    return err_sql(bounds->arena, "42P17", "empty range bound specified for partition \"%.*s\"",
                   STR_FMT(name));
}

static err check_modulus(const struct bounds *bounds, const struct cat_partition_bound *bound)
{
    size_t at = 0;
    const struct cat_relation *other;
    while ((other = partition_next(bounds->catalog, bounds->parent->oid, &at))) {
        int32_t a = bound->modulus, b = other->partition_bound->modulus;
        if (a > b ? a % b == 0 : b % a == 0) continue;
        return err_sql(bounds->arena, "42P17",
                       "every hash partition modulus must be a factor of the next larger modulus");
    }
    return NULL;
}

err partition_check_bound(struct arena *arena,
                          const struct catalog *catalog,
                          const struct cat_relation *parent,
                          const struct cat_partition_bound *bound,
                          str name)
{
    const struct bounds bounds = {arena, catalog, parent};
    if (bound->strategy == 'r') TRY(check_range(&bounds, bound, name));
    if (bound->strategy == 'h') TRY(check_modulus(&bounds, bound));
    size_t at = 0;
    const struct cat_relation *other;
    while ((other = partition_next(catalog, parent->oid, &at))) {
        if (!overlap(&bounds, bound, other->partition_bound)) continue;
        if (bound->strategy != 'd') return clash(&bounds, name, other);
        return err_sql(arena, "42P17",
                       "partition \"%.*s\" conflicts with existing default partition \"%.*s\"",
                       STR_FMT(name), STR_FMT(other->name));
    }
    return NULL;
}

/* ---- columns of keys -------------------------------------------------------------------------- */

struct column_search {
    str name;
    bool found;
};

static bool names_column(struct node *node, void *context)
{
    struct column_search *search = context;
    if (AST_IS(ColumnRef, node)) {
        const struct list *fields = AST_AS(ColumnRef, node)->fields;
        search->found |= str_eq(ast_name_at(fields, fields->count - 1), search->name);
    }
    return !search->found && ast_children(node, names_column, search);
}

static bool expression_uses(const struct cat_relation *relation, str column)
{
    struct column_search search = {.name = column};
    for (size_t i = 0; i < relation->partition_key_count && !search.found; i++)
        if (!relation->partition_keys[i].column)
            names_column((struct node *)(uintptr_t)relation->partition_keys[i].expr.tree, &search);
    return search.found;
}

bool partition_expression_uses(const struct catalog *catalog, oid table, str column)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(catalog, &at)))
        if (cat_relation_table(relation) == table && expression_uses(relation, column)) return true;
    return false;
}

static bool key_uses(const struct cat_relation *relation, str column)
{
    for (size_t i = 0; i < relation->partition_key_count; i++) {
        int16_t number = relation->partition_keys[i].column;
        if (number && str_eq(cat_column_numbered(relation, number)->name, column)) return true;
    }
    return expression_uses(relation, column);
}

static bool below_uses(const struct catalog *catalog,
                       const struct cat_relation *relation,
                       str column)
{
    size_t at = 0;
    const struct cat_relation *partition;
    if (key_uses(relation, column)) return true;
    while (relation->partition_strategy &&
           (partition = partition_next(catalog, relation->oid, &at)))
        if (partition->partition_strategy && below_uses(catalog, partition, column)) return true;
    return false;
}

bool partition_uses_column(const struct catalog *catalog,
                           const struct cat_relation *relation,
                           str column)
{
    const struct cat_relation *above = relation;
    while (above->partition_of) {
        above = catalog_relation(catalog, above->partition_of);
        if (key_uses(above, column)) return true;
    }
    return below_uses(catalog, relation, column);
}

/* ---- as PostgreSQL prints them ------------------------------------------------------------------ */

/* get_const_expr without a type: numbers bare, everything else quoted. */
static void print_datum(const struct cat_partition_key *key,
                        const struct cat_partition_datum *datum,
                        struct buf *out)
{
    bool number = key->type == INT2OID || key->type == INT4OID || key->type == INT8OID ||
                  key->type == NUMERICOID || key->type == OIDOID || key->type == FLOAT4OID ||
                  key->type == FLOAT8OID;
    bool negative = number && str_starts(datum->text, STR("-"));
    if (datum->kind == '-') {
        buf_lit(out, "MINVALUE");
    } else if (datum->kind == '+') {
        buf_lit(out, "MAXVALUE");
    } else if (datum->kind == 'n') {
        buf_lit(out, "NULL");
    } else if (key->type == BOOLOID) {
        buf_str_add(out, str_eq(datum->text, STR("t")) ? STR("true") : STR("false"));
    } else if (number && !negative) {
        buf_str_add(out, datum->text);
    } else {
        deparse_literal(out, datum->text);
    }
}

static void print_data(const struct cat_relation *parent,
                       const struct cat_partition_datum *data,
                       size_t count,
                       bool list,
                       struct buf *out)
{
    buf_char(out, '(');
    for (size_t i = 0; i < count; i++) {
        if (i) buf_lit(out, ", ");
        print_datum(&parent->partition_keys[list ? 0 : i], &data[i], out);
    }
    buf_char(out, ')');
}

str partition_bound_text(struct arena *arena,
                         const struct catalog *catalog,
                         const struct cat_relation *partition)
{
    struct buf *out = buf_in(arena, 0);
    const struct cat_partition_bound *bound = partition->partition_bound;
    const struct cat_relation *parent = catalog_relation(catalog, partition->partition_of);
    switch (bound->strategy) { /* the letters of cat_partition_bound */
    case 'r':
        buf_lit(out, "FOR VALUES FROM ");
        print_data(parent, bound->lower, bound->lower_count, false, out);
        buf_lit(out, " TO ");
        print_data(parent, bound->upper, bound->upper_count, false, out);
        break;
    case 'l':
        buf_lit(out, "FOR VALUES IN ");
        print_data(parent, bound->lower, bound->lower_count, true, out);
        break;
    case 'h':
        buf_printf(out, "FOR VALUES WITH (modulus %d, remainder %d)", (int)bound->modulus,
                   (int)bound->remainder);
        break;
    default: buf_lit(out, "DEFAULT"); break;
    }
    return buf_str(out);
}

str partition_key_text(struct arena *arena, const struct cat_relation *relation)
{
    struct buf *out = buf_in(arena, 0);
    char strategy = relation->partition_strategy;
    buf_str_add(out, strategy == 'r'   ? STR("RANGE (")
                     : strategy == 'l' ? STR("LIST (")
                                       : STR("HASH ("));
    for (size_t i = 0; i < relation->partition_key_count; i++) {
        const struct cat_partition_key *key = &relation->partition_keys[i];
        if (i) buf_lit(out, ", ");
        bool bare = key->column || AST_IS(FuncCall, key->expr.tree);
        if (bare && !key->column)
            buf_str_add(out, key->expr.text);
        else
            key_text(relation, i, out);
    }
    buf_char(out, ')');
    return buf_str(out);
}
