#include "sql/system_catalog.h"

#include <stdarg.h>
#include <string.h>

#include "sql/system_expr.h"
#include "sql/system_rows.h"
#include "types/array.h"

/* ---- the descriptions ---- */

#define COLUMN(id, name_, type_, typmod_, not_null_) \
    {.number = id##_##name_ + 1,                     \
     .name = STR_INIT(#name_),                       \
     .physical = STR_INIT(#name_),                   \
     .type = (type_),                                \
     .typmod = (typmod_),                            \
     .not_null = (not_null_)},
#define RELATION(id, schema, name, oid, kind, ...) \
    static const struct cat_column columns_##id[] = {__VA_ARGS__};
#include "sql/system_relations.def"

/* Everybody reads them, nobody writes them. */
static const struct cat_grant everybody_reads[] = {
    {ROLE_PUBLIC, ROLE_SUPABASE_ADMIN, PRIV_SELECT, 0}
};

/* clang-format off */
static const struct system_relation relations[] = {
#define COLUMN(id, name, type, typmod, not_null)
#define RELATION(id, schema_, name_, oid_, kind_, ...)                         \
    {.relation = {.oid = (oid_),                                               \
                  .schema = (schema_),                                         \
                  .name = STR_INIT(name_),                                     \
                  .physical = STR_INIT("dapur_" #id),                          \
                  .kind = (kind_),                                             \
                  .owner = ROLE_SUPABASE_ADMIN,                                \
                  .acl = {everybody_reads, COUNT_OF(everybody_reads), false},  \
                  .columns = columns_##id,                                     \
                  .column_count = COUNT_OF(columns_##id),                      \
                  .column_last = (int16_t)COUNT_OF(columns_##id),              \
                  .system = true},                                             \
     .rows = system_rows_##id},
#include "sql/system_relations.def"
};
/* clang-format on */

const struct system_relation *system_relation_find(oid schema, str name)
{
    if (schema != SCHEMA_PG_CATALOG && schema != SCHEMA_INFORMATION) return NULL;
    for (size_t i = 0; i < COUNT_OF(relations); i++)
        if (relations[i].relation.schema == schema && str_eq(relations[i].relation.name, name))
            return &relations[i];
    return NULL;
}

const struct system_relation *system_relation(oid id)
{
    for (size_t i = 0; i < COUNT_OF(relations); i++)
        if (relations[i].relation.oid == id) return &relations[i];
    return NULL;
}

const struct system_relation *system_relation_next(size_t *at)
{
    return *at < COUNT_OF(relations) ? &relations[(*at)++] : NULL;
}

/* ---- rows ---- */

struct value *system_row_add(struct system_rows *rows)
{
    size_t width = rows->relation->column_count;
    if (rows->count == rows->capacity) {
        size_t capacity = rows->capacity ? rows->capacity * 2 : 16;
        struct value *values = ARENA_ARRAY(rows->arena, struct value, capacity * width);
        if (rows->count) memcpy(values, rows->values, rows->count * width * sizeof *values);
        rows->values = values;
        rows->capacity = capacity;
    }
    struct value *row = rows->values + rows->count++ * width;
    for (size_t i = 0; i < width; i++) row[i] = value_null();
    return row;
}

struct value system_char(struct system_rows *rows, char letter)
{
    return value_text(letter ? str_printf(rows->arena, "%c", letter) : STR(""));
}

struct value system_printf(struct system_rows *rows, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    str text = str_vprintf(rows->arena, format, args);
    va_end(args);
    return value_text(text);
}

static struct value array_of(struct system_rows *rows,
                             const struct type_ref *element,
                             const struct value *at,
                             size_t count)
{
    struct buf *text = buf_in(rows->arena, 0);
    buf_char(text, '[');
    for (size_t i = 0; i < count; i++) {
        if (i) buf_char(text, ',');
        array_write_item(text, element, &at[i]);
    }
    buf_char(text, ']');
    return value_text(buf_str(text));
}

struct value system_int_array(struct system_rows *rows, const int64_t *at, size_t count)
{
    struct value *values = ARENA_ARRAY(rows->arena, struct value, count + 1);
    for (size_t i = 0; i < count; i++) values[i] = value_int(at[i]);
    return array_of(rows, type_plain(TYPE_INT8), values, count);
}

struct value system_column_array(struct system_rows *rows, const int16_t *at, size_t count)
{
    int64_t *wide = ARENA_ARRAY(rows->arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) wide[i] = at[i];
    return system_int_array(rows, wide, count);
}

struct value system_text_array(struct system_rows *rows, const str *at, size_t count)
{
    struct value *values = ARENA_ARRAY(rows->arena, struct value, count + 1);
    for (size_t i = 0; i < count; i++) values[i] = value_text(at[i]);
    return array_of(rows, type_plain(TYPE_TEXT), values, count);
}

str system_schema_name(const struct system_rows *rows, oid schema)
{
    const struct cat_schema *found = catalog_schema(rows->catalog, schema);
    return found ? found->name : STR("?");
}

str system_role_name(const struct system_rows *rows, oid role)
{
    if (role == ROLE_PUBLIC) return STR("PUBLIC");
    const struct cat_role *found = catalog_role(rows->catalog, role);
    return found ? found->name : STR("?");
}

/* ---- privileges ---- */

/* In the order of PostgreSQL's acl.h. */
static const struct system_privilege privileges[] = {
    {PRIV_INSERT,     'a', "INSERT"    },
    {PRIV_SELECT,     'r', "SELECT"    },
    {PRIV_UPDATE,     'w', "UPDATE"    },
    {PRIV_DELETE,     'd', "DELETE"    },
    {PRIV_TRUNCATE,   'D', "TRUNCATE"  },
    {PRIV_REFERENCES, 'x', "REFERENCES"},
    {PRIV_TRIGGER,    't', "TRIGGER"   },
    {PRIV_EXECUTE,    'X', "EXECUTE"   },
    {PRIV_USAGE,      'U', "USAGE"     },
    {PRIV_CREATE,     'C', "CREATE"    },
    {PRIV_TEMPORARY,  'T', "TEMPORARY" },
    {PRIV_CONNECT,    'c', "CONNECT"   },
};

const struct system_privilege *system_privilege_next(size_t *at)
{
    return *at < COUNT_OF(privileges) ? &privileges[(*at)++] : NULL;
}

uint32_t system_privilege_bit(str name)
{
    for (size_t i = 0; i < COUNT_OF(privileges); i++)
        if (str_eq_nocase(name, str_of(privileges[i].name))) return privileges[i].bit;
    return str_eq_nocase(name, STR("TEMP")) ? PRIV_TEMPORARY : 0;
}

bool system_owns(const struct system_rows *rows, oid owner)
{
    return catalog_role_inherits(rows->catalog, rows->role, owner);
}

bool system_holds_any(
    const struct system_rows *rows, oid owner, const struct cat_acl *acl, char object, uint32_t any)
{
    if (system_owns(rows, owner)) return true;
    for (size_t i = 0; i < COUNT_OF(privileges); i++)
        if (any & privileges[i].bit &&
            catalog_role_has(rows->catalog, rows->role, owner, acl, object, privileges[i].bit))
            return true;
    return false;
}

char system_relation_object(const struct cat_relation *relation)
{
    return relation->kind == 'S' ? 'S' : 'r';
}

bool system_holds_column(const struct system_rows *rows,
                         const struct cat_relation *relation,
                         const struct cat_column *column,
                         uint32_t any)
{
    if (system_holds_any(rows, relation->owner, &relation->acl, system_relation_object(relation),
                         any))
        return true;
    for (size_t i = 0; i < COUNT_OF(privileges); i++)
        if (any & privileges[i].bit &&
            catalog_role_has_column(rows->catalog, rows->role, relation, column, privileges[i].bit))
            return true;
    return false;
}

bool system_holds_some_column(const struct system_rows *rows,
                              const struct cat_relation *relation,
                              uint32_t any)
{
    if (system_holds_any(rows, relation->owner, &relation->acl, system_relation_object(relation),
                         any))
        return true;
    for (size_t i = 0; i < relation->column_count; i++)
        if (system_holds_column(rows, relation, &relation->columns[i], any)) return true;
    return false;
}

bool system_sees_relation(const struct system_rows *rows, const struct cat_relation *relation)
{
    uint32_t whole = PRIV_SELECT | PRIV_INSERT | PRIV_UPDATE | PRIV_DELETE | PRIV_TRUNCATE |
                     PRIV_REFERENCES | PRIV_TRIGGER;
    uint32_t column = PRIV_SELECT | PRIV_INSERT | PRIV_UPDATE | PRIV_REFERENCES;
    return system_holds_any(rows, relation->owner, &relation->acl, 'r', whole) ||
           system_holds_some_column(rows, relation, column);
}

/* A role's name as aclitemout has it: quotes unless letters, digits and underscores. */
static void acl_role(struct buf *out, str name)
{
    bool plain = true;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        plain = plain && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
                          (c >= '0' && c <= '9'));
    }
    if (!plain) buf_char(out, '"');
    for (size_t i = 0; i < name.len; i++) {
        if (name.at[i] == '"') buf_char(out, '"');
        buf_char(out, name.at[i]);
    }
    if (!plain) buf_char(out, '"');
}

static str acl_item(struct system_rows *rows, const struct cat_grant *grant)
{
    struct buf *text = buf_in(rows->arena, 0);
    if (grant->grantee != ROLE_PUBLIC) acl_role(text, system_role_name(rows, grant->grantee));
    buf_char(text, '=');
    for (size_t i = 0; i < COUNT_OF(privileges); i++) {
        if (!(grant->privileges & privileges[i].bit)) continue;
        buf_char(text, privileges[i].letter);
        if (grant->grantable & privileges[i].bit) buf_char(text, '*');
    }
    buf_char(text, '/');
    acl_role(text, system_role_name(rows, grant->grantor));
    return buf_str(text);
}

struct value system_acl(struct system_rows *rows, const struct cat_acl *acl)
{
    if (acl->is_default) return value_null();
    str *items = ARENA_ARRAY(rows->arena, str, acl->count + 1);
    for (size_t i = 0; i < acl->count; i++) items[i] = acl_item(rows, &acl->at[i]);
    return system_text_array(rows, items, acl->count);
}

/* ---- shared parts ---- */

const struct cat_index *system_constraint_index(const struct cat_relation *relation,
                                                const struct cat_constraint *constraint)
{
    for (size_t i = 0; i < relation->index_count; i++)
        if (relation->indexes[i].oid == constraint->index) return &relation->indexes[i];
    return NULL;
}

/* Above what the catalog gives out: relation and column are never as many. */
oid system_default_oid(const struct cat_relation *relation, const struct cat_column *column)
{
    return 0x80000000u | relation->oid << 11 | (oid)column->number;
}

oid system_domain_check_oid(const struct cat_type *type, size_t index)
{
    return 0x80000000u | type->oid << 11 | (oid)index;
}

size_t system_constraint_columns(struct system_rows *rows,
                                 const struct cat_relation *relation,
                                 const struct cat_constraint *constraint,
                                 int16_t **out)
{
    if (constraint->kind == 'c')
        return system_expr_columns(rows->arena, rows->catalog, relation, &constraint->check, out);
    *out = (int16_t *)(uintptr_t)constraint->columns;
    return constraint->column_count;
}
