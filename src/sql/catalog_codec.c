#include "sql/catalog_codec.h"

#include <string.h>

#include "base/json.h"
#include "sql/parse.h"
#include "sql/plpgsql.h"

enum field_kind {
    FIELD_U32,
    FIELD_I16,
    FIELD_I32,
    FIELD_I64,
    FIELD_ENUM, /* an int-sized enum, by number */
    FIELD_BOOL,
    FIELD_CHAR,
    FIELD_DOUBLE,
    FIELD_STR,
    FIELD_EXPR, /* struct cat_expr: its text */
    FIELD_I16S, /* pointer and count */
    FIELD_U32S,
    FIELD_STRS,
    FIELD_STRUCT, /* embedded */
    FIELD_STRUCT_POINTER,
    FIELD_STRUCTS, /* pointer and count */
};

struct struct_shape;

struct field {
    const char *name;
    enum field_kind kind;
    size_t at;
    size_t count_at;                 /* arrays: where the count is */
    const struct struct_shape *part; /* structs */
};

struct struct_shape {
    size_t size;
    const struct field *fields;
    size_t count;
};

#define PLAIN(type, member, kind)                             \
    {                                                         \
#member, kind, offsetof(struct type, member), 0, NULL \
    }
#define ARRAY(type, member, counter, kind)                                                 \
    {                                                                                      \
#member, kind, offsetof(struct type, member), offsetof(struct type, counter), NULL \
    }
#define PARTS(type, member, counter, shape)                                                    \
    {                                                                                          \
#member, FIELD_STRUCTS, offsetof(struct type, member), offsetof(struct type, counter), \
            &shape                                                                             \
    }
#define PART(type, member, shape)                                       \
    {                                                                   \
#member, FIELD_STRUCT, offsetof(struct type, member), 0, &shape \
    }
#define SHAPE(type, fields) \
    static const struct struct_shape type##_shape = {sizeof(struct type), fields, COUNT_OF(fields)}

static const struct field grant_fields[] = {
    PLAIN(cat_grant, grantee, FIELD_U32),
    PLAIN(cat_grant, grantor, FIELD_U32),
    PLAIN(cat_grant, privileges, FIELD_U32),
    PLAIN(cat_grant, grantable, FIELD_U32),
};
SHAPE(cat_grant, grant_fields);

static const struct field acl_fields[] = {
    PARTS(cat_acl, at, count, cat_grant_shape),
    PLAIN(cat_acl, is_default, FIELD_BOOL),
};
SHAPE(cat_acl, acl_fields);

static const struct field schema_fields[] = {
    PLAIN(cat_schema, oid, FIELD_U32),     PLAIN(cat_schema, name, FIELD_STR),
    PLAIN(cat_schema, owner, FIELD_U32),   PART(cat_schema, acl, cat_acl_shape),
    PLAIN(cat_schema, comment, FIELD_STR),
};
SHAPE(cat_schema, schema_fields);

static const struct field domain_check_fields[] = {
    PLAIN(cat_domain_check, name, FIELD_STR),
    PLAIN(cat_domain_check, expr, FIELD_EXPR),
};
SHAPE(cat_domain_check, domain_check_fields);

static const struct field type_fields[] = {
    PLAIN(cat_type, oid, FIELD_U32),
    PLAIN(cat_type, schema, FIELD_U32),
    PLAIN(cat_type, name, FIELD_STR),
    PLAIN(cat_type, kind, FIELD_ENUM),
    PLAIN(cat_type, category, FIELD_CHAR),
    PLAIN(cat_type, preferred, FIELD_BOOL),
    PLAIN(cat_type, storage, FIELD_ENUM),
    PLAIN(cat_type, element, FIELD_U32),
    PLAIN(cat_type, array, FIELD_U32),
    PLAIN(cat_type, base, FIELD_U32),
    PLAIN(cat_type, base_typmod, FIELD_I32),
    PLAIN(cat_type, not_null, FIELD_BOOL),
    PLAIN(cat_type, default_expr, FIELD_EXPR),
    PARTS(cat_type, checks, check_count, cat_domain_check_shape),
    ARRAY(cat_type, labels, label_count, FIELD_STRS),
    PLAIN(cat_type, relation, FIELD_U32),
    PLAIN(cat_type, owner, FIELD_U32),
    PART(cat_type, acl, cat_acl_shape),
    PLAIN(cat_type, comment, FIELD_STR),
};
SHAPE(cat_type, type_fields);

static const struct field column_fields[] = {
    PLAIN(cat_column, number, FIELD_I16),        PLAIN(cat_column, name, FIELD_STR),
    PLAIN(cat_column, physical, FIELD_STR),      PLAIN(cat_column, type, FIELD_U32),
    PLAIN(cat_column, typmod, FIELD_I32),        PLAIN(cat_column, not_null, FIELD_BOOL),
    PLAIN(cat_column, identity, FIELD_CHAR),     PLAIN(cat_column, generated, FIELD_BOOL),
    PLAIN(cat_column, default_expr, FIELD_EXPR), PLAIN(cat_column, sequence, FIELD_U32),
    PART(cat_column, acl, cat_acl_shape),        PLAIN(cat_column, comment, FIELD_STR),
};
SHAPE(cat_column, column_fields);

static const struct field constraint_fields[] = {
    PLAIN(cat_constraint, oid, FIELD_U32),
    PLAIN(cat_constraint, name, FIELD_STR),
    PLAIN(cat_constraint, kind, FIELD_CHAR),
    ARRAY(cat_constraint, columns, column_count, FIELD_I16S),
    PLAIN(cat_constraint, nulls_not_distinct, FIELD_BOOL),
    PLAIN(cat_constraint, index, FIELD_U32),
    PLAIN(cat_constraint, foreign_relation, FIELD_U32),
    ARRAY(cat_constraint, foreign_columns, column_count, FIELD_I16S), /* as many as columns */
    PLAIN(cat_constraint, on_update, FIELD_CHAR),
    PLAIN(cat_constraint, on_delete, FIELD_CHAR),
    PLAIN(cat_constraint, match, FIELD_CHAR),
    ARRAY(cat_constraint, delete_set_columns, delete_set_count, FIELD_I16S),
    PLAIN(cat_constraint, deferrable, FIELD_BOOL),
    PLAIN(cat_constraint, deferred, FIELD_BOOL),
    PLAIN(cat_constraint, check, FIELD_EXPR),
    PLAIN(cat_constraint, comment, FIELD_STR),
};
SHAPE(cat_constraint, constraint_fields);

static const struct field index_element_fields[] = {
    PLAIN(cat_index_element, column, FIELD_I16),
    PLAIN(cat_index_element, expr, FIELD_EXPR),
    PLAIN(cat_index_element, descending, FIELD_BOOL),
    PLAIN(cat_index_element, nulls_first, FIELD_BOOL),
    PLAIN(cat_index_element, exclude, FIELD_STR),
    PLAIN(cat_index_element, opclass, FIELD_STR),
    PLAIN(cat_index_element, collation, FIELD_STR),
};
SHAPE(cat_index_element, index_element_fields);

static const struct field index_fields[] = {
    PLAIN(cat_index, oid, FIELD_U32),
    PLAIN(cat_index, name, FIELD_STR),
    PLAIN(cat_index, method, FIELD_STR),
    PLAIN(cat_index, unique, FIELD_BOOL),
    PLAIN(cat_index, primary, FIELD_BOOL),
    PLAIN(cat_index, nulls_not_distinct, FIELD_BOOL),
    PLAIN(cat_index, physical, FIELD_BOOL),
    PLAIN(cat_index, constraint, FIELD_BOOL),
    PARTS(cat_index, elements, element_count, cat_index_element_shape),
    ARRAY(cat_index, include, include_count, FIELD_I16S),
    PLAIN(cat_index, where, FIELD_EXPR),
    ARRAY(cat_index, options, option_count, FIELD_STRS),
    PLAIN(cat_index, comment, FIELD_STR),
};
SHAPE(cat_index, index_fields);

static const struct field policy_fields[] = {
    PLAIN(cat_policy, oid, FIELD_U32),
    PLAIN(cat_policy, name, FIELD_STR),
    PLAIN(cat_policy, command, FIELD_CHAR),
    PLAIN(cat_policy, permissive, FIELD_BOOL),
    ARRAY(cat_policy, roles, role_count, FIELD_U32S),
    PLAIN(cat_policy, using_expr, FIELD_EXPR),
    PLAIN(cat_policy, check_expr, FIELD_EXPR),
    PLAIN(cat_policy, comment, FIELD_STR),
};
SHAPE(cat_policy, policy_fields);

static const struct field trigger_fields[] = {
    PLAIN(cat_trigger, oid, FIELD_U32),
    PLAIN(cat_trigger, name, FIELD_STR),
    PLAIN(cat_trigger, function, FIELD_U32),
    PLAIN(cat_trigger, type, FIELD_I16),
    ARRAY(cat_trigger, columns, column_count, FIELD_I16S),
    PLAIN(cat_trigger, when, FIELD_EXPR),
    ARRAY(cat_trigger, arguments, argument_count, FIELD_STRS),
    PLAIN(cat_trigger, enabled, FIELD_CHAR),
    PLAIN(cat_trigger, constraint, FIELD_U32),
    PLAIN(cat_trigger, constraint_relation, FIELD_U32),
    PLAIN(cat_trigger, deferrable, FIELD_BOOL),
    PLAIN(cat_trigger, deferred, FIELD_BOOL),
    PLAIN(cat_trigger, old_table, FIELD_STR),
    PLAIN(cat_trigger, new_table, FIELD_STR),
    PLAIN(cat_trigger, comment, FIELD_STR),
};
SHAPE(cat_trigger, trigger_fields);

static const struct field sequence_fields[] = {
    PLAIN(cat_sequence, type, FIELD_U32),         PLAIN(cat_sequence, start, FIELD_I64),
    PLAIN(cat_sequence, increment, FIELD_I64),    PLAIN(cat_sequence, least, FIELD_I64),
    PLAIN(cat_sequence, most, FIELD_I64),         PLAIN(cat_sequence, cache, FIELD_I64),
    PLAIN(cat_sequence, cycle, FIELD_BOOL),       PLAIN(cat_sequence, owner_relation, FIELD_U32),
    PLAIN(cat_sequence, owner_column, FIELD_I16),
};
SHAPE(cat_sequence, sequence_fields);

static const struct field partition_key_fields[] = {
    PLAIN(cat_partition_key, column, FIELD_I16),
    PLAIN(cat_partition_key, expr, FIELD_EXPR),
    PLAIN(cat_partition_key, type, FIELD_U32),
    PLAIN(cat_partition_key, typmod, FIELD_I32),
};
SHAPE(cat_partition_key, partition_key_fields);

static const struct field partition_datum_fields[] = {
    PLAIN(cat_partition_datum, kind, FIELD_CHAR),
    PLAIN(cat_partition_datum, text, FIELD_STR),
};
SHAPE(cat_partition_datum, partition_datum_fields);

static const struct field partition_bound_fields[] = {
    PLAIN(cat_partition_bound, strategy, FIELD_CHAR),
    PARTS(cat_partition_bound, lower, lower_count, cat_partition_datum_shape),
    PARTS(cat_partition_bound, upper, upper_count, cat_partition_datum_shape),
    PLAIN(cat_partition_bound, modulus, FIELD_I32),
    PLAIN(cat_partition_bound, remainder, FIELD_I32),
};
SHAPE(cat_partition_bound, partition_bound_fields);

static const struct field relation_fields[] = {
    PLAIN(cat_relation, oid, FIELD_U32),
    PLAIN(cat_relation, schema, FIELD_U32),
    PLAIN(cat_relation, name, FIELD_STR),
    PLAIN(cat_relation, physical, FIELD_STR),
    PLAIN(cat_relation, kind, FIELD_CHAR),
    PLAIN(cat_relation, owner, FIELD_U32),
    PLAIN(cat_relation, row_type, FIELD_U32),
    PART(cat_relation, acl, cat_acl_shape),
    PARTS(cat_relation, columns, column_count, cat_column_shape),
    PARTS(cat_relation, constraints, constraint_count, cat_constraint_shape),
    PARTS(cat_relation, indexes, index_count, cat_index_shape),
    PARTS(cat_relation, policies, policy_count, cat_policy_shape),
    PARTS(cat_relation, triggers, trigger_count, cat_trigger_shape),
    PLAIN(cat_relation, row_security, FIELD_BOOL),
    PLAIN(cat_relation, force_row_security, FIELD_BOOL),
    PLAIN(cat_relation, replica_identity, FIELD_CHAR),
    PLAIN(cat_relation, column_last, FIELD_I16),
    PLAIN(cat_relation, security_invoker, FIELD_BOOL),
    PLAIN(cat_relation, security_barrier, FIELD_BOOL),
    PLAIN(cat_relation, check_option, FIELD_CHAR),
    ARRAY(cat_relation, options, option_count, FIELD_STRS),
    PLAIN(cat_relation, query, FIELD_EXPR),
    PLAIN(cat_relation, unpopulated, FIELD_BOOL),
    {"sequence",        FIELD_STRUCT_POINTER, offsetof(struct cat_relation, sequence),        0,
                                             &cat_sequence_shape       },
    PLAIN(cat_relation, partition_strategy, FIELD_CHAR),
    PARTS(cat_relation, partition_keys, partition_key_count, cat_partition_key_shape),
    PLAIN(cat_relation, partition_of, FIELD_U32),
    PLAIN(cat_relation, partition_root, FIELD_U32),
    {"partition_bound", FIELD_STRUCT_POINTER, offsetof(struct cat_relation, partition_bound), 0,
                                             &cat_partition_bound_shape},
    PLAIN(cat_relation, comment, FIELD_STR),
};
SHAPE(cat_relation, relation_fields);

static const struct field argument_fields[] = {
    PLAIN(cat_argument, name, FIELD_STR),
    PLAIN(cat_argument, type, FIELD_U32),
    PLAIN(cat_argument, mode, FIELD_CHAR),
    PLAIN(cat_argument, default_expr, FIELD_EXPR),
};
SHAPE(cat_argument, argument_fields);

static const struct field function_fields[] = {
    PLAIN(cat_function, oid, FIELD_U32),
    PLAIN(cat_function, schema, FIELD_U32),
    PLAIN(cat_function, name, FIELD_STR),
    PLAIN(cat_function, owner, FIELD_U32),
    PART(cat_function, acl, cat_acl_shape),
    PLAIN(cat_function, kind, FIELD_CHAR),
    PLAIN(cat_function, language, FIELD_STR),
    PARTS(cat_function, arguments, argument_count, cat_argument_shape),
    PLAIN(cat_function, result, FIELD_U32),
    PLAIN(cat_function, returns_set, FIELD_BOOL),
    PLAIN(cat_function, returns_table, FIELD_BOOL),
    PLAIN(cat_function, volatility, FIELD_CHAR),
    PLAIN(cat_function, strict, FIELD_BOOL),
    PLAIN(cat_function, security_definer, FIELD_BOOL),
    PLAIN(cat_function, leakproof, FIELD_BOOL),
    ARRAY(cat_function, settings, setting_count, FIELD_STRS),
    PLAIN(cat_function, body, FIELD_STR),
    PLAIN(cat_function, rows, FIELD_DOUBLE),
    PLAIN(cat_function, comment, FIELD_STR),
};
SHAPE(cat_function, function_fields);

static const struct field membership_fields[] = {
    PLAIN(cat_membership, role, FIELD_U32),
    PLAIN(cat_membership, admin, FIELD_BOOL),
};
SHAPE(cat_membership, membership_fields);

static const struct field role_fields[] = {
    PLAIN(cat_role, oid, FIELD_U32),
    PLAIN(cat_role, name, FIELD_STR),
    PLAIN(cat_role, superuser, FIELD_BOOL),
    PLAIN(cat_role, inherit, FIELD_BOOL),
    PLAIN(cat_role, create_role, FIELD_BOOL),
    PLAIN(cat_role, create_db, FIELD_BOOL),
    PLAIN(cat_role, login, FIELD_BOOL),
    PLAIN(cat_role, replication, FIELD_BOOL),
    PLAIN(cat_role, bypass_rls, FIELD_BOOL),
    PARTS(cat_role, member_of, member_of_count, cat_membership_shape),
    ARRAY(cat_role, settings, setting_count, FIELD_STRS),
    PLAIN(cat_role, comment, FIELD_STR),
};
SHAPE(cat_role, role_fields);

static const struct field default_acl_fields[] = {
    PLAIN(cat_default_acl, oid, FIELD_U32),    PLAIN(cat_default_acl, role, FIELD_U32),
    PLAIN(cat_default_acl, schema, FIELD_U32), PLAIN(cat_default_acl, object, FIELD_CHAR),
    PART(cat_default_acl, acl, cat_acl_shape),
};
SHAPE(cat_default_acl, default_acl_fields);

static const struct field extension_fields[] = {
    PLAIN(cat_extension, oid, FIELD_U32),     PLAIN(cat_extension, name, FIELD_STR),
    PLAIN(cat_extension, schema, FIELD_U32),  PLAIN(cat_extension, version, FIELD_STR),
    PLAIN(cat_extension, comment, FIELD_STR),
};
SHAPE(cat_extension, extension_fields);

static const struct field publication_fields[] = {
    PLAIN(cat_publication, oid, FIELD_U32),
    PLAIN(cat_publication, name, FIELD_STR),
    PLAIN(cat_publication, owner, FIELD_U32),
    PLAIN(cat_publication, all_tables, FIELD_BOOL),
    PLAIN(cat_publication, inserts, FIELD_BOOL),
    PLAIN(cat_publication, updates, FIELD_BOOL),
    PLAIN(cat_publication, deletes, FIELD_BOOL),
    PLAIN(cat_publication, truncates, FIELD_BOOL),
    ARRAY(cat_publication, relations, relation_count, FIELD_U32S),
    ARRAY(cat_publication, schemas, schema_count, FIELD_U32S),
    PLAIN(cat_publication, comment, FIELD_STR),
};
SHAPE(cat_publication, publication_fields);

struct class_row {
    str name;
    const struct struct_shape *shape;
};

static const struct class_row classes[CAT_CLASS_COUNT] = {
    [CAT_SCHEMA] = {STR_INIT("schema"),      &cat_schema_shape     },
    [CAT_TYPE] = {STR_INIT("type"),        &cat_type_shape       },
    [CAT_RELATION] = {STR_INIT("relation"),    &cat_relation_shape   },
    [CAT_FUNCTION] = {STR_INIT("function"),    &cat_function_shape   },
    [CAT_ROLE] = {STR_INIT("role"),        &cat_role_shape       },
    [CAT_DEFAULT_ACL] = {STR_INIT("default_acl"), &cat_default_acl_shape},
    [CAT_EXTENSION] = {STR_INIT("extension"),   &cat_extension_shape  },
    [CAT_PUBLICATION] = {STR_INIT("publication"), &cat_publication_shape},
};

str catalog_class_name(enum cat_class class)
{
    return classes[class].name;
}

enum cat_class catalog_class_named(str name)
{
    for (size_t i = 0; i < CAT_CLASS_COUNT; i++)
        if (str_eq(classes[i].name, name)) return (enum cat_class)i;
    return CAT_CLASS_COUNT;
}

/* ---- scalars: one size and one way to an integer each ---- */

static size_t scalar_size(enum field_kind kind)
{
    switch (kind) {
    case FIELD_U32:
    case FIELD_U32S:
    case FIELD_I32: return 4;
    case FIELD_I16:
    case FIELD_I16S: return 2;
    case FIELD_I64: return 8;
    case FIELD_ENUM: return sizeof(enum cat_type_kind);
    case FIELD_BOOL: return sizeof(bool);
    case FIELD_CHAR: return 1;
    case FIELD_DOUBLE: return sizeof(double);
    case FIELD_STR:
    case FIELD_STRS: return sizeof(str);
    case FIELD_EXPR: return sizeof(struct cat_expr);
    case FIELD_STRUCT:
    case FIELD_STRUCT_POINTER:
    case FIELD_STRUCTS: return 0;
    }
    return 0;
}

static int64_t scalar_read(enum field_kind kind, const void *at)
{
    union {
        uint32_t u32;
        int32_t i32;
        int16_t i16;
        int64_t i64;
        bool flag;
        char letter;
    } value = {0};
    memcpy(&value, at, scalar_size(kind));
    switch (kind) {
    case FIELD_U32:
    case FIELD_U32S:
    case FIELD_ENUM: return value.u32;
    case FIELD_I16:
    case FIELD_I16S: return value.i16;
    case FIELD_I32: return value.i32;
    case FIELD_I64: return value.i64;
    case FIELD_BOOL: return value.flag;
    case FIELD_CHAR: return value.letter;
    case FIELD_DOUBLE:
    case FIELD_STR:
    case FIELD_STRS:
    case FIELD_EXPR:
    case FIELD_STRUCT:
    case FIELD_STRUCT_POINTER:
    case FIELD_STRUCTS: break;
    }
    return 0;
}

static void scalar_write(enum field_kind kind, void *at, int64_t value)
{
    uint32_t u32 = (uint32_t)value;
    int16_t i16 = (int16_t)value;
    bool flag = value != 0;
    char letter = (char)value;
    size_t size = scalar_size(kind);
    if (kind == FIELD_I16 || kind == FIELD_I16S)
        memcpy(at, &i16, size);
    else if (kind == FIELD_I64)
        memcpy(at, &value, size);
    else if (kind == FIELD_BOOL)
        memcpy(at, &flag, size);
    else if (kind == FIELD_CHAR)
        memcpy(at, &letter, size);
    else
        memcpy(at, &u32, size);
}

/* ---- writing ---- */

static void encode_struct(struct buf *out, const struct struct_shape *shape, const char *object);

static bool all_zero(const char *at, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (at[i]) return false;
    return true;
}

static const void *pointer_at(const char *at)
{
    const void *pointer;
    memcpy(&pointer, at, sizeof pointer);
    return pointer;
}

static size_t count_at(const char *object, const struct field *field)
{
    size_t count;
    memcpy(&count, object + field->count_at, sizeof count);
    return count;
}

static str text_at(const char *at)
{
    str text;
    memcpy(&text, at, sizeof text);
    return text;
}

static size_t field_size(const struct field *field)
{
    if (field->kind == FIELD_STRUCT) return field->part->size;
    if (field->count_at || field->kind == FIELD_STRUCT_POINTER) return sizeof(void *);
    return scalar_size(field->kind);
}

/* A field whose value decoding gives anyway. */
static bool field_absent(const char *object, const struct field *field)
{
    const char *at = object + field->at;
    if (field->count_at) return count_at(object, field) == 0 || !pointer_at(at);
    if (field->kind == FIELD_STR || field->kind == FIELD_EXPR) return text_at(at).len == 0;
    return all_zero(at, field_size(field));
}

static void encode_item(struct buf *out, const struct field *field, const char *at)
{
    double number;
    char letter[1];
    switch (field->kind) {
    case FIELD_U32:
    case FIELD_U32S:
    case FIELD_I16:
    case FIELD_I16S:
    case FIELD_I32:
    case FIELD_I64:
    case FIELD_ENUM: json_write_i64(out, scalar_read(field->kind, at)); return;
    case FIELD_BOOL: json_write_bool(out, scalar_read(field->kind, at) != 0); return;
    case FIELD_CHAR:
        letter[0] = (char)scalar_read(field->kind, at);
        json_write_str(out, str_from(letter, 1));
        return;
    case FIELD_DOUBLE:
        memcpy(&number, at, sizeof number);
        json_write_double(out, number);
        return;
    case FIELD_STR:
    case FIELD_STRS:
    case FIELD_EXPR: /* its text is its first member */ json_write_str(out, text_at(at)); return;
    case FIELD_STRUCT:
    case FIELD_STRUCTS: encode_struct(out, field->part, at); return;
    case FIELD_STRUCT_POINTER: encode_struct(out, field->part, pointer_at(at)); return;
    }
}

static void encode_array(struct buf *out, const struct field *field, const char *object)
{
    const char *items = pointer_at(object + field->at);
    size_t count = count_at(object, field);
    size_t size = field->part ? field->part->size : scalar_size(field->kind);
    buf_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i) buf_char(out, ',');
        encode_item(out, field, items + i * size);
    }
    buf_char(out, ']');
}

static void encode_struct(struct buf *out, const struct struct_shape *shape, const char *object)
{
    bool first = true;
    buf_char(out, '{');
    for (size_t i = 0; i < shape->count; i++) {
        const struct field *field = &shape->fields[i];
        if (field_absent(object, field)) continue;
        if (!first) buf_char(out, ',');
        first = false;
        json_write_str(out, str_of(field->name));
        buf_char(out, ':');
        if (field->count_at)
            encode_array(out, field, object);
        else
            encode_item(out, field, object + field->at);
    }
    buf_char(out, '}');
}

void catalog_encode(struct buf *out, enum cat_class class, const void *object)
{
    encode_struct(out, classes[class].shape, object);
}

/* ---- reading ---- */

struct decoder {
    struct arena *arena;
    struct arena *scratch;
};

static err decode_struct(struct decoder *in,
                         const struct struct_shape *shape,
                         const struct json *json,
                         char *object);

static err damaged(struct decoder *in, const char *name)
{
    return err_sql(in->scratch, "XX001", "the stored catalog is damaged at \"%s\"", name);
}

static err decode_expr(struct decoder *in, const char *name, const struct json *json, char *at)
{
    if (json->kind != JSON_STRING) return damaged(in, name);
    struct cat_expr expr = {.text = str_copy(in->arena, json->text)};
    struct node *tree = NULL;
    /* A view's text is a statement, every other an expression. */
    bool statement = str_eq(str_of(name), STR("query"));
    TRY(statement ? sql_parse_one(in->arena, expr.text, &tree)
                  : sql_parse_expr(in->arena, expr.text, &tree));
    expr.tree = tree;
    memcpy(at, &expr, sizeof expr);
    return NULL;
}

static err decode_item(struct decoder *in,
                       const struct field *field,
                       const struct json *json,
                       char *at)
{
    int64_t number;
    double real;
    str text;
    switch (field->kind) {
    case FIELD_U32:
    case FIELD_U32S:
    case FIELD_I16:
    case FIELD_I16S:
    case FIELD_I32:
    case FIELD_I64:
    case FIELD_ENUM:
        if (!json_to_i64(json, &number)) return damaged(in, field->name);
        scalar_write(field->kind, at, number);
        return NULL;
    case FIELD_BOOL:
        if (json->kind != JSON_TRUE && json->kind != JSON_FALSE) return damaged(in, field->name);
        scalar_write(field->kind, at, json->kind == JSON_TRUE);
        return NULL;
    case FIELD_CHAR:
        if (json->kind != JSON_STRING || json->text.len != 1) return damaged(in, field->name);
        scalar_write(field->kind, at, json->text.at[0]);
        return NULL;
    case FIELD_DOUBLE:
        /* ROWS n: written by json_write_double, so whole numbers are digits. */
        if (!json_to_i64(json, &number)) return damaged(in, field->name);
        real = (double)number;
        memcpy(at, &real, sizeof real);
        return NULL;
    case FIELD_STR:
    case FIELD_STRS:
        if (json->kind != JSON_STRING) return damaged(in, field->name);
        text = str_copy(in->arena, json->text);
        memcpy(at, &text, sizeof text);
        return NULL;
    case FIELD_EXPR: return decode_expr(in, field->name, json, at);
    case FIELD_STRUCT:
    case FIELD_STRUCTS: return decode_struct(in, field->part, json, at);
    case FIELD_STRUCT_POINTER: {
        char *part = arena_alloc(in->arena, field->part->size);
        memcpy(at, &part, sizeof part);
        return decode_struct(in, field->part, json, part);
    }
    }
    return NULL;
}

static err decode_array(struct decoder *in,
                        const struct field *field,
                        const struct json *json,
                        char *object)
{
    if (json->kind != JSON_ARRAY) return damaged(in, field->name);
    size_t size = field->part ? field->part->size : scalar_size(field->kind);
    char *items = arena_alloc(in->arena, size_mul_or_die(json->count, size));
    for (size_t i = 0; i < json->count; i++)
        TRY(decode_item(in, field, json->items[i], items + i * size));
    memcpy(object + field->at, &items, sizeof items);
    memcpy(object + field->count_at, &json->count, sizeof json->count);
    return NULL;
}

static err decode_struct(struct decoder *in,
                         const struct struct_shape *shape,
                         const struct json *json,
                         char *object)
{
    if (json->kind != JSON_OBJECT) return damaged(in, "object");
    for (size_t i = 0; i < shape->count; i++) {
        const struct field *field = &shape->fields[i];
        const struct json *member = json_get(json, str_of(field->name));
        if (!member) continue;
        if (field->count_at)
            TRY(decode_array(in, field, member, object));
        else
            TRY(decode_item(in, field, member, object + field->at));
    }
    return NULL;
}

/* LANGUAGE sql: `body` is text of statements, or a BEGIN ATOMIC body printed as such. */
static err decode_body(struct decoder *in, struct cat_function *function)
{
    if (str_eq(function->language, STR("plpgsql")))
        function->pl = plpgsql_load(in->arena, function);
    if (!str_eq(function->language, STR("sql"))) return NULL;
    struct sql_script *script;
    TRY(sql_parse(in->arena, function->body, &script));
    const struct node **statements = ARENA_ARRAY(in->arena, const struct node *, script->count);
    for (size_t i = 0; i < script->count; i++) {
        if (script->statements[i].error) return script->statements[i].error;
        statements[i] = script->statements[i].node;
    }
    function->statements = statements;
    function->statement_count = script->count;
    return NULL;
}

err catalog_decode(
    struct arena *arena, struct arena *scratch, enum cat_class class, str text, const void **out)
{
    struct decoder in = {.arena = arena, .scratch = scratch};
    const struct json *json;
    err error = json_parse(scratch, text, &(struct json_options){.depth_max = 32}, &json);
    if (error) return err_cause(err_sql(scratch, "XX001", "the stored catalog is damaged"), error);
    const struct struct_shape *shape = classes[class].shape;
    char *object = arena_alloc(arena, shape->size);
    TRY(decode_struct(&in, shape, json, object));
    if (class == CAT_FUNCTION) TRY(decode_body(&in, (struct cat_function *)(void *)object));
    *out = object;
    return NULL;
}
