#include "engine/postgres/catalog_rows.h"

#include "sql/builtin.h"

/* ---- roles ---- */

static const struct cat_membership *memberships_of(const struct catalog_rows *rows,
                                                   oid member,
                                                   size_t *count)
{
    enum { MEMBER, ROLE, ADMIN };
    struct catalog_rows at = *rows;
    at.result = rows->results[QUERY_MEMBERSHIPS];
    int total = PQntuples(at.result), low = 0, high = total;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (catalog_field_oid(&at, middle, MEMBER) < member)
            low = middle + 1;
        else
            high = middle;
    }
    for (high = low; high < total && catalog_field_oid(&at, high, MEMBER) == member;) high++;
    *count = (size_t)(high - low);
    struct cat_membership *groups =
        ARENA_ARRAY(catalog_pool(rows->catalog), struct cat_membership, *count);
    for (int i = low; i < high; i++)
        groups[i - low] = (struct cat_membership){
            .role = catalog_field_oid(&at, i, ROLE),
            .admin = catalog_field_bool(&at, i, ADMIN),
        };
    return groups;
}

static void read_roles(struct catalog_rows *rows)
{
    enum {
        ID,
        NAME,
        SUPERUSER,
        INHERIT,
        CREATE_ROLE,
        CREATE_DB,
        LOGIN,
        REPLICATION,
        BYPASS_RLS,
        SETTINGS,
        COMMENT
    };
    int count = PQntuples(rows->result);
    for (int i = 0; i < count; i++) {
        struct cat_role *role = ARENA_NEW(catalog_pool(rows->catalog), struct cat_role);
        *role = (struct cat_role){
            .oid = catalog_field_oid(rows, i, ID),
            .name = catalog_field_text(rows, i, NAME),
            .superuser = catalog_field_bool(rows, i, SUPERUSER),
            .inherit = catalog_field_bool(rows, i, INHERIT),
            .create_role = catalog_field_bool(rows, i, CREATE_ROLE),
            .create_db = catalog_field_bool(rows, i, CREATE_DB),
            .login = catalog_field_bool(rows, i, LOGIN),
            .replication = catalog_field_bool(rows, i, REPLICATION),
            .bypass_rls = catalog_field_bool(rows, i, BYPASS_RLS),
            .comment = catalog_field_text(rows, i, COMMENT),
        };
        role->settings = catalog_field_texts(rows, i, SETTINGS, &role->setting_count);
        role->member_of = memberships_of(rows, role->oid, &role->member_of_count);
        catalog_put(rows->catalog, CAT_ROLE, role);
    }
}

/* ---- schemas, extensions ---- */

static void read_schemas(struct catalog_rows *rows)
{
    enum { ID, NAME, OWNER, ACL, COMMENT };
    int count = PQntuples(rows->result);
    for (int i = 0; i < count; i++) {
        struct cat_schema *schema = ARENA_NEW(catalog_pool(rows->catalog), struct cat_schema);
        *schema = (struct cat_schema){
            .oid = catalog_field_oid(rows, i, ID),
            .name = catalog_field_text(rows, i, NAME),
            .owner = catalog_field_oid(rows, i, OWNER),
            .acl = catalog_field_acl(rows, i, ACL),
            .comment = catalog_field_text(rows, i, COMMENT),
        };
        catalog_put(rows->catalog, CAT_SCHEMA, schema);
    }
}

static void read_extensions(struct catalog_rows *rows)
{
    enum { ID, NAME, SCHEMA, VERSION, COMMENT };
    int count = PQntuples(rows->result);
    for (int i = 0; i < count; i++) {
        struct cat_extension *extension =
            ARENA_NEW(catalog_pool(rows->catalog), struct cat_extension);
        *extension = (struct cat_extension){
            .oid = catalog_field_oid(rows, i, ID),
            .name = catalog_field_text(rows, i, NAME),
            .schema = catalog_field_oid(rows, i, SCHEMA),
            .version = catalog_field_text(rows, i, VERSION),
            .comment = catalog_field_text(rows, i, COMMENT),
        };
        catalog_put(rows->catalog, CAT_EXTENSION, extension);
    }
}

static void read_reads_request(struct catalog_rows *rows)
{
    if (str_eq(catalog_field_text(rows, 0, 0), STR("t"))) catalog_set_reads_request(rows->catalog);
}

/* ---- types ---- */

static struct cat_type *type_of(const struct catalog_rows *rows, oid id)
{
    size_t low = 0, high = rows->type_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (rows->types[middle]->oid == id) return rows->types[middle];
        if (rows->types[middle]->oid < id)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* Values of a type that we have no family for (ranges, addresses, an extension's) are plain text, which
 * is how PostgreSQL prints and reads them. */
static void set_plain(struct cat_type *type)
{
    type->kind = TYPE_KIND_BASE;
    type->storage = TYPE_TEXT;
}

static void set_base(struct cat_type *type)
{
    const struct builtin_type *known =
        type->oid < CATALOG_FIRST_USER_OID ? builtin_type(type->oid) : NULL;
    set_plain(type);
    /* citext's oid is another in each database. */
    if (known && type->schema == SCHEMA_PG_CATALOG)
        type->storage = known->storage;
    else if (str_eq(type->name, STR("citext")))
        type->storage = TYPE_CITEXT;
}

static void set_pseudo(struct cat_type *type)
{
    const struct builtin_type *known = builtin_type(type->oid);
    type->kind = TYPE_KIND_PSEUDO;
    type->storage = known ? known->storage : TYPE_UNKNOWN;
}

static void set_array(struct cat_type *type, char delimiter)
{
    type->kind = TYPE_KIND_ARRAY;
    type->storage = TYPE_ARRAY;
    /* Arrays of box have semicolons, which no family of ours reads. */
    if (delimiter != ',') set_plain(type);
}

/* typtype; domains get their base's storage when all types are there. */
static void set_kind(struct catalog_rows *rows, struct cat_type *type, char typtype, char delimiter)
{
    switch (typtype) {
    case 'e':
        type->kind = TYPE_KIND_ENUM;
        type->storage = TYPE_ENUM;
        return;
    case 'd': type->kind = TYPE_KIND_DOMAIN; return;
    case 'p':
        if (!type->element) {
            set_pseudo(type);
            return;
        }
        break; /* record[] */
    case 'c':
        /* PostgreSQL's own row types have no relation here. */
        set_plain(type);
        if (!catalog_relation(rows->catalog, type->relation)) return;
        type->kind = TYPE_KIND_COMPOSITE;
        type->storage = TYPE_COMPOSITE;
        return;
    default: break; /* base types and ranges; what later versions add is text as well */
    }
    if (type->element)
        set_array(type, delimiter);
    else if (typtype == 'b')
        set_base(type);
    else
        set_plain(type);
}

static struct cat_type *type_at(struct catalog_rows *rows, int row)
{
    enum {
        ID,
        SCHEMA,
        NAME,
        KIND,
        CATEGORY,
        PREFERRED,
        ARRAY,
        ELEMENT,
        DELIMITER,
        BASE,
        BASE_TYPMOD,
        NOT_NULL,
        DEFAULT,
        RELATION,
        OWNER,
        ACL,
        COMMENT
    };
    struct cat_type *type = ARENA_NEW(catalog_pool(rows->catalog), struct cat_type);
    *type = (struct cat_type){
        .oid = catalog_field_oid(rows, row, ID),
        .schema = catalog_field_oid(rows, row, SCHEMA),
        .name = catalog_field_text(rows, row, NAME),
        .category = catalog_field_char(rows, row, CATEGORY),
        .preferred = catalog_field_bool(rows, row, PREFERRED),
        .array = catalog_field_oid(rows, row, ARRAY),
        .element = catalog_field_oid(rows, row, ELEMENT),
        .base = catalog_field_oid(rows, row, BASE),
        .base_typmod = (int32_t)catalog_field_int(rows, row, BASE_TYPMOD),
        .not_null = catalog_field_bool(rows, row, NOT_NULL),
        .default_expr.text = catalog_field_text(rows, row, DEFAULT),
        .relation = catalog_field_oid(rows, row, RELATION),
        .owner = catalog_field_oid(rows, row, OWNER),
        .acl = catalog_field_acl(rows, row, ACL),
        .comment = catalog_field_text(rows, row, COMMENT),
    };
    set_kind(rows, type, catalog_field_char(rows, row, KIND),
             catalog_field_char(rows, row, DELIMITER));
    if (type->kind != TYPE_KIND_COMPOSITE) type->relation = OID_NONE;
    return type;
}

static void read_types(struct catalog_rows *rows)
{
    int count = PQntuples(rows->result);
    rows->types = ARENA_ARRAY(rows->arena, struct cat_type *, (size_t)count);
    for (int i = 0; i < count; i++) rows->types[rows->type_count++] = type_at(rows, i);
}

static void read_labels(struct catalog_rows *rows)
{
    enum { TYPE, LABEL };
    int count = PQntuples(rows->result), end;
    oid id;
    for (int at = 0; at < count; at = end) {
        end = catalog_rows_group(rows, at, &id);
        struct cat_type *type = type_of(rows, id);
        if (!type) continue;
        str *labels = ARENA_ARRAY(catalog_pool(rows->catalog), str, (size_t)(end - at));
        for (int i = at; i < end; i++) labels[i - at] = catalog_field_text(rows, i, LABEL);
        type->labels = labels;
        type->label_count = (size_t)(end - at);
    }
}

static void read_domain_checks(struct catalog_rows *rows)
{
    enum { TYPE, NAME, EXPR };
    int count = PQntuples(rows->result), end;
    oid id;
    for (int at = 0; at < count; at = end) {
        end = catalog_rows_group(rows, at, &id);
        struct cat_type *type = type_of(rows, id);
        if (!type) continue;
        struct cat_domain_check *checks =
            ARENA_ARRAY(catalog_pool(rows->catalog), struct cat_domain_check, (size_t)(end - at));
        for (int i = at; i < end; i++)
            checks[i - at] = (struct cat_domain_check){
                .name = catalog_field_text(rows, i, NAME),
                .expr.text = catalog_field_text(rows, i, EXPR),
            };
        type->checks = checks;
        type->check_count = (size_t)(end - at);
    }
}

/* Domains over domains end at a type that is none. */
static void finish_domain(const struct catalog_rows *rows, struct cat_type *domain)
{
    enum { DEPTH_MAX = 64 };
    const struct cat_type *base = domain;
    for (int depth = 0; base && base->kind == TYPE_KIND_DOMAIN && depth < DEPTH_MAX; depth++)
        base = type_of(rows, base->base);
    if (base && base->kind != TYPE_KIND_DOMAIN)
        domain->storage = base->storage;
    else
        set_plain(domain);
}

static void put_types(struct catalog_rows *rows)
{
    for (size_t i = 0; i < rows->type_count; i++) {
        struct cat_type *type = rows->types[i];
        if (type->kind == TYPE_KIND_DOMAIN) finish_domain(rows, type);
        if (type->kind == TYPE_KIND_ARRAY && !type_of(rows, type->element)) set_plain(type);
        catalog_put(rows->catalog, CAT_TYPE, type);
    }
}

/* ---- functions ---- */

enum function_column {
    FUNCTION_ID,
    FUNCTION_SCHEMA,
    FUNCTION_NAME,
    FUNCTION_OWNER,
    FUNCTION_ACL,
    FUNCTION_KIND,
    FUNCTION_LANGUAGE,
    FUNCTION_TYPES,
    FUNCTION_MODES,
    FUNCTION_NAMES,
    FUNCTION_DEFAULTS,
    FUNCTION_RESULT,
    FUNCTION_SET,
    FUNCTION_VOLATILITY,
    FUNCTION_STRICT,
    FUNCTION_DEFINER,
    FUNCTION_LEAKPROOF,
    FUNCTION_SETTINGS,
    FUNCTION_ROWS,
    FUNCTION_COMMENT
};

/* proargmodes is null when all are IN, proargnames when none has a name. */
static void fill_arguments(struct catalog_rows *rows, int row, struct cat_function *function)
{
    struct arena *pool = catalog_pool(rows->catalog);
    size_t count, mode_count, name_count, default_count;
    const oid *types = catalog_field_oids(rows, row, FUNCTION_TYPES, &count);
    const str *modes = catalog_field_items(rows, row, FUNCTION_MODES, &mode_count);
    const str *names = catalog_field_items(rows, row, FUNCTION_NAMES, &name_count);
    const str *defaults = catalog_field_items(rows, row, FUNCTION_DEFAULTS, &default_count);
    struct cat_argument *arguments = ARENA_ARRAY(pool, struct cat_argument, count);
    for (size_t i = 0; i < count; i++) {
        struct cat_argument *argument = &arguments[i];
        argument->type = types[i];
        argument->mode = i < mode_count && modes[i].len ? modes[i].at[0] : 'i';
        if (i < name_count) argument->name = str_copy(pool, names[i]);
        if (i < default_count && defaults[i].len)
            argument->default_expr.text = str_copy(pool, defaults[i]);
        function->returns_table = function->returns_table || argument->mode == 't';
    }
    function->arguments = arguments;
    function->argument_count = count;
}

/* prorows is a float, but a small whole number for all who look at it. */
static double rows_of(str text)
{
    int64_t number;
    str whole, rest;
    str_cut(text, '.', &whole, &rest);
    return str_to_i64(whole, &number) ? (double)number : 0;
}

static void read_functions(struct catalog_rows *rows)
{
    int count = PQntuples(rows->result);
    for (int i = 0; i < count; i++) {
        struct cat_function *function = ARENA_NEW(catalog_pool(rows->catalog), struct cat_function);
        *function = (struct cat_function){
            .oid = catalog_field_oid(rows, i, FUNCTION_ID),
            .schema = catalog_field_oid(rows, i, FUNCTION_SCHEMA),
            .name = catalog_field_text(rows, i, FUNCTION_NAME),
            .owner = catalog_field_oid(rows, i, FUNCTION_OWNER),
            .acl = catalog_field_acl(rows, i, FUNCTION_ACL),
            .kind = catalog_field_char(rows, i, FUNCTION_KIND),
            .language = catalog_field_text(rows, i, FUNCTION_LANGUAGE),
            .result = catalog_field_oid(rows, i, FUNCTION_RESULT),
            .returns_set = catalog_field_bool(rows, i, FUNCTION_SET),
            .volatility = catalog_field_char(rows, i, FUNCTION_VOLATILITY),
            .strict = catalog_field_bool(rows, i, FUNCTION_STRICT),
            .security_definer = catalog_field_bool(rows, i, FUNCTION_DEFINER),
            .leakproof = catalog_field_bool(rows, i, FUNCTION_LEAKPROOF),
            .rows = rows_of(catalog_field_borrow(rows, i, FUNCTION_ROWS)),
            .comment = catalog_field_text(rows, i, FUNCTION_COMMENT),
        };
        function->settings =
            catalog_field_texts(rows, i, FUNCTION_SETTINGS, &function->setting_count);
        fill_arguments(rows, i, function);
        catalog_put(rows->catalog, CAT_FUNCTION, function);
    }
}

/* ---- all ---- */

void catalog_rows_read(struct catalog_rows *rows)
{
    static const struct {
        enum catalog_query query;
        void (*read)(struct catalog_rows *rows);
    } before[] =
        {
            {QUERY_ROLES,   read_roles  },
            {QUERY_SCHEMAS, read_schemas},
    },
      after[] = {
          {QUERY_TYPES, read_types},
          {QUERY_LABELS, read_labels},
          {QUERY_DOMAIN_CHECKS, read_domain_checks},
          {QUERY_FUNCTIONS, read_functions},
          {QUERY_EXTENSIONS, read_extensions},
          {QUERY_READS_REQUEST, read_reads_request},
      };
    rows->acls = map_new(rows->arena);
    for (size_t i = 0; i < COUNT_OF(before); i++) {
        rows->result = rows->results[before[i].query];
        before[i].read(rows);
    }
    catalog_rows_relations(rows);
    for (size_t i = 0; i < COUNT_OF(after); i++) {
        rows->result = rows->results[after[i].query];
        after[i].read(rows);
    }
    put_types(rows);
}
