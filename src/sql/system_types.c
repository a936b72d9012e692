#include "sql/system_types.h"

#include "sql/system_text.h"

/* ---- layouts ---- */

struct layout_row {
    oid type;
    struct system_layout layout;
};

static const struct layout_row layouts[] = {
    {BOOLOID,        {1, true, 'c', 'p'}  },
    {CHAROID,        {1, true, 'c', 'p'}  },
    {NAMEOID,        {64, false, 'c', 'p'}},
    {INT8OID,        {8, true, 'd', 'p'}  },
    {INT2OID,        {2, true, 's', 'p'}  },
    {INT2VECTOROID,  {-1, false, 'i', 'p'}},
    {INT4OID,        {4, true, 'i', 'p'}  },
    {OIDVECTOROID,   {-1, false, 'i', 'p'}},
    {FLOAT4OID,      {4, true, 'i', 'p'}  },
    {FLOAT8OID,      {8, true, 'd', 'p'}  },
    {ACLITEMOID,     {12, false, 'i', 'p'}},
    {UNKNOWNOID,     {-2, false, 'c', 'p'}},
    {DATEOID,        {4, true, 'i', 'p'}  },
    {TIMEOID,        {8, true, 'd', 'p'}  },
    {TIMESTAMPOID,   {8, true, 'd', 'p'}  },
    {TIMESTAMPTZOID, {8, true, 'd', 'p'}  },
    {INTERVALOID,    {16, false, 'd', 'p'}},
    {TIMETZOID,      {12, false, 'd', 'p'}},
    {NUMERICOID,     {-1, false, 'i', 'm'}},
    {UUIDOID,        {16, false, 'c', 'p'}},
    {INETOID,        {-1, false, 'i', 'm'}},
    {CIDROID,        {-1, false, 'i', 'm'}},
    {MACADDROID,     {6, false, 'i', 'p'} },
    {MACADDR8OID,    {8, false, 'i', 'p'} },
    {VOIDOID,        {4, true, 'i', 'p'}  },
    {TRIGGEROID,     {4, true, 'i', 'p'}  },
};

static const struct system_layout word = {4, true, 'i', 'p'}, varying = {-1, false, 'i', 'x'},
                                  composite = {-1, false, 'd', 'x'};

static bool wide_element(oid type)
{
    return type == INT8OID || type == FLOAT8OID || type == TIMEOID || type == TIMESTAMPOID ||
           type == TIMESTAMPTZOID || type == INTERVALOID || type == TIMETZOID;
}

const struct system_layout *system_layout_of(const struct catalog *catalog, oid type)
{
    for (size_t i = 0; i < COUNT_OF(layouts); i++)
        if (layouts[i].type == type) return &layouts[i].layout;
    const struct cat_type *found = catalog_type(catalog, type);
    if (!found) return &varying;
    switch (found->kind) {
    case TYPE_KIND_DOMAIN: return system_layout_of(catalog, found->base);
    case TYPE_KIND_COMPOSITE: return &composite;
    case TYPE_KIND_ENUM: return &word;
    case TYPE_KIND_ARRAY: return wide_element(found->element) ? &composite : &varying;
    case TYPE_KIND_BASE:
    case TYPE_KIND_PSEUDO: break;
    }
    return found->storage == TYPE_OID ? &word : &varying;
}

char system_type_kind(const struct cat_type *type)
{
    switch (type->kind) {
    case TYPE_KIND_ENUM: return 'e';
    case TYPE_KIND_DOMAIN: return 'd';
    case TYPE_KIND_COMPOSITE: return 'c';
    case TYPE_KIND_PSEUDO: return 'p';
    case TYPE_KIND_ARRAY: return type->oid == RECORDARRAYOID ? 'p' : 'b';
    case TYPE_KIND_BASE: break;
    }
    return 'b';
}

bool system_is_array(const struct catalog *catalog, oid type)
{
    const struct cat_type *found = catalog_type(catalog, type);
    return found && found->kind == TYPE_KIND_ARRAY && type != INT2VECTOROID && type != OIDVECTOROID;
}

oid system_collation_of(const struct catalog *catalog, oid type)
{
    enum { COLLATION_DEFAULT = 100, COLLATION_C = 950 };
    const struct cat_type *found = catalog_type(catalog, type);
    if (!found) return OID_NONE;
    if (found->kind == TYPE_KIND_DOMAIN) return system_collation_of(catalog, found->base);
    if (found->kind == TYPE_KIND_ARRAY) return system_collation_of(catalog, found->element);
    if (type == NAMEOID) return COLLATION_C;
    return type == PGNODETREEOID || found->category == 'S' ? COLLATION_DEFAULT : OID_NONE;
}

/* ---- information_schema's view of a type ---- */

static const struct cat_type *base_of(const struct catalog *catalog, oid type, int32_t *typmod)
{
    const struct cat_type *found = catalog_type(catalog, type);
    while (found && found->kind == TYPE_KIND_DOMAIN) {
        *typmod = found->base_typmod;
        found = catalog_type(catalog, found->base);
    }
    return found;
}

str system_data_type(struct system_rows *rows, oid type)
{
    int32_t typmod = TYPMOD_NONE;
    const struct cat_type *base = base_of(rows->catalog, type, &typmod);
    if (!base) return STR_NONE;
    if (base->kind == TYPE_KIND_ARRAY) return STR("ARRAY");
    if (base->schema != SCHEMA_PG_CATALOG) return STR("USER-DEFINED");
    return system_type_name(rows->arena, rows->catalog, base->oid, TYPMOD_NONE);
}

static void integer_facets(struct system_facets *facets, int bits)
{
    facets->precision = value_int(bits);
    facets->radix = value_int(2);
    facets->scale = value_int(0);
}

static void text_facets(struct system_facets *facets, oid type, int32_t typmod)
{
    enum { OCTETS_MAX = 1 << 30, UTF8_MAX = 4 };
    bool sized = type != TEXTOID && typmod >= 0;
    if (sized) facets->character_length = value_int(typmod - TYPMOD_HEADER);
    facets->octet_length =
        value_int(sized ? (int64_t)(typmod - TYPMOD_HEADER) * UTF8_MAX : OCTETS_MAX);
}

static void numeric_facets(struct system_facets *facets, int32_t typmod)
{
    facets->radix = value_int(10);
    if (typmod < 0) return;
    facets->precision = value_int((typmod - TYPMOD_HEADER) >> 16 & 0xffff);
    facets->scale = value_int((typmod - TYPMOD_HEADER) & 0xffff);
}

struct system_facets system_facets_of(struct system_rows *rows, oid type, int32_t typmod)
{
    enum { MICROSECONDS = 6, INTERVAL_FULL = 0xffff };
    struct system_facets facets = {0};
    const struct cat_type *base = base_of(rows->catalog, type, &typmod);
    switch (base ? base->oid : OID_NONE) {
    case INT2OID: integer_facets(&facets, 16); break;
    case INT4OID: integer_facets(&facets, 32); break;
    case INT8OID: integer_facets(&facets, 64); break;
    case FLOAT4OID:
        facets.precision = value_int(24);
        facets.radix = value_int(2);
        break;
    case FLOAT8OID:
        facets.precision = value_int(53);
        facets.radix = value_int(2);
        break;
    case NUMERICOID: numeric_facets(&facets, typmod); break;
    case TEXTOID:
    case VARCHAROID:
    case BPCHAROID: text_facets(&facets, base->oid, typmod); break;
    case BITOID:
    case VARBITOID:
        if (typmod >= 0) facets.character_length = value_int(typmod);
        break;
    case DATEOID: facets.datetime_precision = value_int(0); break;
    case TIMEOID:
    case TIMETZOID:
    case TIMESTAMPOID:
    case TIMESTAMPTZOID:
        facets.datetime_precision = value_int(typmod < 0 ? MICROSECONDS : typmod);
        break;
    case INTERVALOID:
        facets.datetime_precision = value_int(
            typmod < 0 || (typmod & 0xffff) == INTERVAL_FULL ? MICROSECONDS : typmod & 0xffff);
        break;
    default: break; /* not an enum: every other type has none */
    }
    return facets;
}

/* ---- pg_type ---- */

static void type_row(struct system_rows *rows, const struct cat_type *type)
{
    struct value *row = system_row_add(rows);
    const struct system_layout *layout = system_layout_of(rows->catalog, type->oid);
    char kind = system_type_kind(type);
    bool domain = kind == 'd';
    row[pg_type_oid] = value_int(type->oid);
    row[pg_type_typname] = value_text(type->name);
    row[pg_type_typnamespace] = value_int(type->schema);
    row[pg_type_typowner] = value_int(type->owner);
    row[pg_type_typlen] = value_int(layout->length);
    row[pg_type_typbyval] = system_bool(layout->by_value);
    row[pg_type_typtype] = system_char(rows, kind);
    row[pg_type_typcategory] = system_char(rows, type->category);
    row[pg_type_typispreferred] = system_bool(type->preferred);
    row[pg_type_typisdefined] = value_int(1);
    row[pg_type_typdelim] = value_text(STR(","));
    row[pg_type_typrelid] = value_int(type->relation);
    row[pg_type_typsubscript] = value_int(type->kind == TYPE_KIND_ARRAY ? 6179 : 0);
    oid element = type->kind == TYPE_KIND_ARRAY ? type->element
                  : type->oid == NAMEOID        ? (oid)CHAROID
                                                : (oid)OID_NONE;
    row[pg_type_typelem] = value_int(element);
    row[pg_type_typarray] = value_int(type->array);
    row[pg_type_typalign] = system_char(rows, layout->align);
    row[pg_type_typstorage] = system_char(rows, layout->storage);
    row[pg_type_typnotnull] = system_bool(type->not_null);
    row[pg_type_typbasetype] = value_int(domain ? type->base : 0);
    row[pg_type_typtypmod] = value_int(domain ? type->base_typmod : -1);
    row[pg_type_typndims] = value_int(domain && system_is_array(rows->catalog, type->base));
    row[pg_type_typcollation] = value_int(system_collation_of(rows->catalog, type->oid));
    if (domain && !str_empty(type->default_expr.text)) {
        str text = system_domain_default_text(rows->arena, rows->catalog, type);
        row[pg_type_typdefaultbin] = value_text(text);
        row[pg_type_typdefault] = value_text(text);
    }
    row[pg_type_typacl] = system_acl(rows, &type->acl);
}

void system_rows_pg_type(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_type *type;
    while ((type = catalog_type_next(rows->catalog, &at))) type_row(rows, type);
}

void system_rows_pg_enum(struct system_rows *rows)
{
    size_t at = 0;
    const struct cat_type *type;
    while ((type = catalog_type_next(rows->catalog, &at))) {
        for (size_t i = 0; i < type->label_count; i++) {
            struct value *row = system_row_add(rows);
            row[pg_enum_oid] = value_int(0x80000000u | type->oid << 11 | (oid)i);
            row[pg_enum_enumtypid] = value_int(type->oid);
            row[pg_enum_enumsortorder] = value_real((double)(i + 1));
            row[pg_enum_enumlabel] = value_text(type->labels[i]);
        }
    }
}
