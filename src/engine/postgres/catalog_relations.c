/* Relations and what hangs on them: columns, sequences, keys, indexes, policies. */
#include "engine/postgres/catalog_rows.h"

static struct cat_relation *relation_of(const struct catalog_rows *rows, oid id)
{
    size_t low = 0, high = rows->relation_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (rows->relations[middle]->oid == id) return rows->relations[middle];
        if (rows->relations[middle]->oid < id)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* Partitioned and foreign tables are tables to all that looks things up. */
static char kind_of(char relkind)
{
    return relkind == 'p' || relkind == 'f' ? 'r' : relkind;
}

static bool is_on(str value)
{
    return str_eq_nocase(value, STR("true")) || str_eq_nocase(value, STR("on")) ||
           str_eq_nocase(value, STR("yes")) || str_eq(value, STR("1"));
}

/* reloptions of a view, each "name=value". */
static void view_option(struct cat_relation *view, str option)
{
    str name, value;
    str_cut(option, '=', &name, &value);
    if (str_eq(name, STR("security_invoker"))) view->security_invoker = is_on(value);
    if (str_eq(name, STR("security_barrier"))) view->security_barrier = is_on(value);
    if (str_eq(name, STR("check_option")))
        view->check_option = str_eq_nocase(value, STR("local")) ? 'l' : 'c';
}

static void read_relations(struct catalog_rows *rows)
{
    enum {
        ID,
        SCHEMA,
        NAME,
        KIND,
        OWNER,
        ROW_TYPE,
        ACL,
        COLUMN_LAST,
        ROW_SECURITY,
        FORCED,
        REPLICA,
        OPTIONS,
        COMMENT,
        DROPS_UPDATES
    };
    int count = PQntuples(rows->result);
    rows->relations = ARENA_ARRAY(rows->arena, struct cat_relation *, (size_t)count);
    for (int i = 0; i < count; i++) {
        struct cat_relation *relation = ARENA_NEW(catalog_pool(rows->catalog), struct cat_relation);
        str name = catalog_field_text(rows, i, NAME);
        *relation = (struct cat_relation){
            .oid = catalog_field_oid(rows, i, ID),
            .schema = catalog_field_oid(rows, i, SCHEMA),
            .name = name,
            .physical = name,
            .kind = kind_of(catalog_field_char(rows, i, KIND)),
            .owner = catalog_field_oid(rows, i, OWNER),
            .row_type = catalog_field_oid(rows, i, ROW_TYPE),
            .acl = catalog_field_acl(rows, i, ACL),
            .column_last = (int16_t)catalog_field_int(rows, i, COLUMN_LAST),
            .row_security = catalog_field_bool(rows, i, ROW_SECURITY),
            .force_row_security = catalog_field_bool(rows, i, FORCED),
            .replica_identity = catalog_field_char(rows, i, REPLICA),
            .may_drop_updates = catalog_field_bool(rows, i, DROPS_UPDATES),
            .comment = catalog_field_text(rows, i, COMMENT),
        };
        size_t options;
        const str *texts = catalog_field_items(rows, i, OPTIONS, &options);
        for (size_t k = 0; k < options && relation->kind == 'v'; k++)
            view_option(relation, texts[k]);
        rows->relations[rows->relation_count++] = relation;
    }
}

/* ---- columns ---- */

static struct cat_column column_at(struct catalog_rows *rows, int row)
{
    enum {
        RELATION,
        NUMBER,
        NAME,
        TYPE,
        TYPMOD,
        NOT_NULL,
        IDENTITY,
        GENERATED,
        EXPR,
        ACL,
        COMMENT
    };
    str name = catalog_field_text(rows, row, NAME);
    return (struct cat_column){
        .number = (int16_t)catalog_field_int(rows, row, NUMBER),
        .name = name,
        .physical = name,
        .type = catalog_field_oid(rows, row, TYPE),
        .typmod = (int32_t)catalog_field_int(rows, row, TYPMOD),
        .not_null = catalog_field_bool(rows, row, NOT_NULL),
        .identity = catalog_field_char(rows, row, IDENTITY),
        .generated = catalog_field_bool(rows, row, GENERATED),
        .default_expr.text = catalog_field_text(rows, row, EXPR),
        .acl = catalog_field_acl(rows, row, ACL),
        .comment = catalog_field_text(rows, row, COMMENT),
    };
}

static void read_columns(struct catalog_rows *rows)
{
    int count = PQntuples(rows->result), end;
    oid id;
    for (int at = 0; at < count; at = end) {
        end = catalog_rows_group(rows, at, &id);
        struct cat_relation *relation = relation_of(rows, id);
        if (!relation) continue;
        struct cat_column *columns =
            ARENA_ARRAY(catalog_pool(rows->catalog), struct cat_column, (size_t)(end - at));
        for (int i = at; i < end; i++) columns[i - at] = column_at(rows, i);
        relation->columns = columns;
        relation->column_count = (size_t)(end - at);
    }
}

/* ---- sequences ---- */

/* The column that owns a sequence is told of it. */
static void own_sequence(struct catalog_rows *rows, const struct cat_sequence *sequence, oid id)
{
    struct cat_relation *owner = relation_of(rows, sequence->owner_relation);
    struct cat_column *column =
        owner ? (struct cat_column *)cat_column_numbered(owner, sequence->owner_column) : NULL;
    if (column) column->sequence = id;
}

static void read_sequences(struct catalog_rows *rows)
{
    enum { ID, TYPE, START, INCREMENT, LEAST, MOST, CACHE, CYCLE, OWNER, OWNER_COLUMN };
    int count = PQntuples(rows->result);
    for (int i = 0; i < count; i++) {
        struct cat_relation *relation = relation_of(rows, catalog_field_oid(rows, i, ID));
        if (!relation) continue;
        struct cat_sequence *sequence = ARENA_NEW(catalog_pool(rows->catalog), struct cat_sequence);
        *sequence = (struct cat_sequence){
            .type = catalog_field_oid(rows, i, TYPE),
            .start = catalog_field_int(rows, i, START),
            .increment = catalog_field_int(rows, i, INCREMENT),
            .least = catalog_field_int(rows, i, LEAST),
            .most = catalog_field_int(rows, i, MOST),
            .cache = catalog_field_int(rows, i, CACHE),
            .cycle = catalog_field_bool(rows, i, CYCLE),
            .owner_relation = catalog_field_oid(rows, i, OWNER),
            .owner_column = (int16_t)catalog_field_int(rows, i, OWNER_COLUMN),
        };
        relation->sequence = sequence;
        own_sequence(rows, sequence, relation->oid);
    }
}

/* ---- keys ---- */

/* False for a key whose two sides do not match. */
static bool key_at(struct catalog_rows *rows, int row, struct cat_constraint *out)
{
    enum {
        RELATION,
        ID,
        NAME,
        KIND,
        COLUMNS,
        INDEX,
        FOREIGN_RELATION,
        FOREIGN_COLUMNS,
        ON_UPDATE,
        ON_DELETE,
        MATCH,
        DELETE_SET,
        DEFERRABLE,
        DEFERRED,
        NULLS_NOT_DISTINCT,
        COMMENT
    };
    size_t foreign_count;
    *out = (struct cat_constraint){
        .oid = catalog_field_oid(rows, row, ID),
        .name = catalog_field_text(rows, row, NAME),
        .kind = catalog_field_char(rows, row, KIND),
        .index = catalog_field_oid(rows, row, INDEX),
        .deferrable = catalog_field_bool(rows, row, DEFERRABLE),
        .deferred = catalog_field_bool(rows, row, DEFERRED),
        .nulls_not_distinct = catalog_field_bool(rows, row, NULLS_NOT_DISTINCT),
        .comment = catalog_field_text(rows, row, COMMENT),
    };
    out->columns = catalog_field_numbers(rows, row, COLUMNS, &out->column_count);
    if (out->kind != 'f') return true;
    out->index = OID_NONE; /* pg's is the referenced side's */
    out->foreign_relation = catalog_field_oid(rows, row, FOREIGN_RELATION);
    out->foreign_columns = catalog_field_numbers(rows, row, FOREIGN_COLUMNS, &foreign_count);
    out->on_update = catalog_field_char(rows, row, ON_UPDATE);
    out->on_delete = catalog_field_char(rows, row, ON_DELETE);
    out->match = catalog_field_char(rows, row, MATCH);
    out->delete_set_columns = catalog_field_numbers(rows, row, DELETE_SET, &out->delete_set_count);
    return foreign_count == out->column_count;
}

static void read_keys(struct catalog_rows *rows)
{
    int count = PQntuples(rows->result), end;
    oid id;
    for (int at = 0; at < count; at = end) {
        end = catalog_rows_group(rows, at, &id);
        struct cat_relation *relation = relation_of(rows, id);
        if (!relation) continue;
        struct cat_constraint *keys =
            ARENA_ARRAY(catalog_pool(rows->catalog), struct cat_constraint, (size_t)(end - at));
        for (int i = at; i < end; i++)
            if (key_at(rows, i, &keys[relation->constraint_count])) relation->constraint_count++;
        relation->constraints = keys;
    }
}

/* ---- indexes ---- */

/* pg_index.indoption's bits. */
enum { OPTION_DESCENDING = 1, OPTION_NULLS_FIRST = 2 };

struct index_columns {
    const int16_t *numbers; /* key columns, then INCLUDE's; 0: an expression */
    size_t count;
    const int16_t *options; /* of key columns */
    size_t option_count;
    const str *texts; /* of key columns, when one is an expression */
    size_t text_count;
};

static void fill_elements(struct catalog_rows *rows,
                          struct cat_index *index,
                          const struct index_columns *columns,
                          size_t key_count)
{
    struct arena *pool = catalog_pool(rows->catalog);
    if (key_count > columns->count) key_count = columns->count;
    struct cat_index_element *elements = ARENA_ARRAY(pool, struct cat_index_element, key_count);
    for (size_t i = 0; i < key_count; i++) {
        int option = i < columns->option_count ? columns->options[i] : 0;
        elements[i].column = columns->numbers[i];
        elements[i].descending = option & OPTION_DESCENDING;
        elements[i].nulls_first = option & OPTION_NULLS_FIRST;
        if (!columns->numbers[i] && i < columns->text_count)
            elements[i].expr.text = str_copy(pool, columns->texts[i]);
    }
    index->elements = elements;
    index->element_count = key_count;
    index->include = columns->numbers + key_count;
    index->include_count = columns->count - key_count;
}

static struct cat_index index_at(struct catalog_rows *rows, int row)
{
    enum {
        RELATION,
        ID,
        NAME,
        METHOD,
        UNIQUE,
        PRIMARY,
        NULLS_NOT_DISTINCT,
        CONSTRAINT,
        KEY_COUNT,
        COLUMNS,
        OPTIONS,
        TEXTS,
        WHERE,
        COMMENT
    };
    struct index_columns columns;
    columns.numbers = catalog_field_numbers(rows, row, COLUMNS, &columns.count);
    columns.options = catalog_field_numbers(rows, row, OPTIONS, &columns.option_count);
    columns.texts = catalog_field_items(rows, row, TEXTS, &columns.text_count);
    struct cat_index index = {
        .oid = catalog_field_oid(rows, row, ID),
        .name = catalog_field_text(rows, row, NAME),
        .method = catalog_field_text(rows, row, METHOD),
        .unique = catalog_field_bool(rows, row, UNIQUE),
        .primary = catalog_field_bool(rows, row, PRIMARY),
        .nulls_not_distinct = catalog_field_bool(rows, row, NULLS_NOT_DISTINCT),
        .physical = true,
        .constraint = catalog_field_bool(rows, row, CONSTRAINT),
        .where.text = catalog_field_text(rows, row, WHERE),
        .comment = catalog_field_text(rows, row, COMMENT),
    };
    fill_elements(rows, &index, &columns, (size_t)catalog_field_int(rows, row, KEY_COUNT));
    return index;
}

static void read_indexes(struct catalog_rows *rows)
{
    int count = PQntuples(rows->result), end;
    oid id;
    for (int at = 0; at < count; at = end) {
        end = catalog_rows_group(rows, at, &id);
        struct cat_relation *relation = relation_of(rows, id);
        if (!relation) continue;
        struct cat_index *indexes =
            ARENA_ARRAY(catalog_pool(rows->catalog), struct cat_index, (size_t)(end - at));
        for (int i = at; i < end; i++) indexes[i - at] = index_at(rows, i);
        relation->indexes = indexes;
        relation->index_count = (size_t)(end - at);
    }
}

/* ---- policies: PostgreSQL enforces them; their texts are for those who look ---- */

static struct cat_policy policy_at(struct catalog_rows *rows, int row)
{
    enum { RELATION, ID, NAME, COMMAND, PERMISSIVE, ROLES, USING, CHECK, COMMENT };
    struct cat_policy policy = {
        .oid = catalog_field_oid(rows, row, ID),
        .name = catalog_field_text(rows, row, NAME),
        .command = catalog_field_char(rows, row, COMMAND),
        .permissive = catalog_field_bool(rows, row, PERMISSIVE),
        .using_expr.text = catalog_field_text(rows, row, USING),
        .check_expr.text = catalog_field_text(rows, row, CHECK),
        .comment = catalog_field_text(rows, row, COMMENT),
    };
    policy.roles = catalog_field_oids(rows, row, ROLES, &policy.role_count);
    return policy;
}

static void read_policies(struct catalog_rows *rows)
{
    int count = PQntuples(rows->result), end;
    oid id;
    for (int at = 0; at < count; at = end) {
        end = catalog_rows_group(rows, at, &id);
        struct cat_relation *relation = relation_of(rows, id);
        if (!relation) continue;
        struct cat_policy *policies =
            ARENA_ARRAY(catalog_pool(rows->catalog), struct cat_policy, (size_t)(end - at));
        for (int i = at; i < end; i++) policies[i - at] = policy_at(rows, i);
        relation->policies = policies;
        relation->policy_count = (size_t)(end - at);
    }
}

void catalog_rows_relations(struct catalog_rows *rows)
{
    static const struct {
        enum catalog_query query;
        void (*read)(struct catalog_rows *rows);
    } parts[] = {
        {QUERY_RELATIONS, read_relations},
        {QUERY_COLUMNS,   read_columns  },
        {QUERY_SEQUENCES, read_sequences},
        {QUERY_KEYS,      read_keys     },
        {QUERY_INDEXES,   read_indexes  },
        {QUERY_POLICIES,  read_policies },
    };
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        rows->result = rows->results[parts[i].query];
        parts[i].read(rows);
    }
    for (size_t i = 0; i < rows->relation_count; i++)
        catalog_put(rows->catalog, CAT_RELATION, rows->relations[i]);
}
