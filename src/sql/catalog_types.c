/* Types seen from the catalog: what types/ needs to read and print a value, and their names. */
#include "sql/builtin.h"
#include "sql/catalog.h"
#include "sql/catalog_build.h"

static bool is_user_visible_bare(oid schema)
{
    return schema == SCHEMA_PG_CATALOG || schema == SCHEMA_PUBLIC || schema == SCHEMA_EXTENSIONS;
}

/* How messages call a type: as PostgreSQL with the usual search_path. */
static str bare_name(struct arena *arena,
                     const struct catalog *catalog,
                     const struct cat_type *type)
{
    if (is_user_visible_bare(type->schema)) return str_copy(arena, type->name);
    const struct cat_schema *schema = catalog_schema(catalog, type->schema);
    return str_printf(arena, "%.*s.%.*s", STR_FMT(schema ? schema->name : STR("?")),
                      STR_FMT(type->name));
}

static void fill_fields(struct arena *arena,
                        const struct catalog *catalog,
                        const struct cat_type *type,
                        struct type_ref *ref)
{
    const struct cat_relation *relation = catalog_relation(catalog, type->relation);
    if (!relation) return;
    struct type_field *fields = ARENA_ARRAY(arena, struct type_field, relation->column_count);
    for (size_t i = 0; i < relation->column_count; i++) {
        const struct cat_column *column = &relation->columns[i];
        fields[i].name = str_copy(arena, column->name);
        fields[i].type = catalog_type_ref(arena, catalog, column->type, column->typmod);
    }
    ref->fields = fields;
    ref->field_count = relation->column_count;
}

static void fill_labels(struct arena *arena, const struct cat_type *type, struct type_ref *ref)
{
    str *labels = ARENA_ARRAY(arena, str, type->label_count);
    for (size_t i = 0; i < type->label_count; i++) labels[i] = str_copy(arena, type->labels[i]);
    ref->labels = labels;
    ref->label_count = type->label_count;
}

const struct type_ref *catalog_type_ref(struct arena *arena,
                                        const struct catalog *catalog,
                                        oid id,
                                        int32_t typmod)
{
    const struct cat_type *type = catalog_type(catalog, id);
    if (!type) return type_plain(TYPE_UNKNOWN);
    if (type->kind == TYPE_KIND_DOMAIN)
        return catalog_type_ref(arena, catalog, type->base, type->base_typmod);
    bool plain = type->kind == TYPE_KIND_BASE || type->kind == TYPE_KIND_PSEUDO;
    bool reg = type->storage == TYPE_OID && id != OIDOID && id != XIDOID;
    if (plain && typmod < 0 && !reg) return type_plain(type->storage);
    struct type_ref *ref = ARENA_NEW(arena, struct type_ref);
    ref->storage = type->storage;
    ref->typmod = typmod;
    ref->reg = reg ? id : OID_NONE;
    ref->vector = id == INT2VECTOROID || id == OIDVECTOROID;
    switch (type->kind) {
    case TYPE_KIND_ENUM:
        ref->name = bare_name(arena, catalog, type);
        fill_labels(arena, type, ref);
        break;
    case TYPE_KIND_COMPOSITE:
        ref->name = bare_name(arena, catalog, type);
        fill_fields(arena, catalog, type, ref);
        break;
    case TYPE_KIND_ARRAY:
        ref->element = catalog_type_ref(arena, catalog, type->element, typmod);
        ref->typmod = TYPMOD_NONE;
        break;
    case TYPE_KIND_BASE:
    case TYPE_KIND_DOMAIN:
    case TYPE_KIND_PSEUDO: break;
    }
    return ref;
}

/* ---- format_type ---- */

struct sql_name {
    oid type;
    const char *before; /* the modifier stands between before and after */
    const char *after;
};

static const struct sql_name sql_names[] = {
    {BOOLOID,        "boolean",           ""                  },
    {CHAROID,        "\"char\"",          ""                  },
    {INT8OID,        "bigint",            ""                  },
    {INT2OID,        "smallint",          ""                  },
    {INT4OID,        "integer",           ""                  },
    {FLOAT4OID,      "real",              ""                  },
    {FLOAT8OID,      "double precision",  ""                  },
    {BPCHAROID,      "character",         ""                  },
    {VARCHAROID,     "character varying", ""                  },
    {TIMEOID,        "time",              " without time zone"},
    {TIMETZOID,      "time",              " with time zone"   },
    {TIMESTAMPOID,   "timestamp",         " without time zone"},
    {TIMESTAMPTZOID, "timestamp",         " with time zone"   },
    {INTERVALOID,    "interval",          ""                  },
    {NUMERICOID,     "numeric",           ""                  },
    {BITOID,         "bit",               ""                  },
    {VARBITOID,      "bit varying",       ""                  },
};

static const struct sql_name *sql_name_of(oid type)
{
    for (size_t i = 0; i < COUNT_OF(sql_names); i++)
        if (sql_names[i].type == type) return &sql_names[i];
    return NULL;
}

static str modifier_text(struct arena *arena, oid type, int32_t typmod)
{
    if (typmod < 0) return STR("");
    switch (type) {
    case BPCHAROID:
    case VARCHAROID: return str_printf(arena, "(%d)", typmod - TYPMOD_HEADER);
    case NUMERICOID: {
        int32_t packed = typmod - TYPMOD_HEADER;
        int scale = ((packed & 0x7ff) ^ 1024) - 1024;
        return str_printf(arena, "(%d,%d)", (packed >> 16) & 0xffff, scale);
    }
    case TIMEOID:
    case BITOID:
    case VARBITOID:
    case TIMETZOID:
    case TIMESTAMPOID:
    case TIMESTAMPTZOID: return str_printf(arena, "(%d)", typmod);
    case INTERVALOID: {
        int precision = typmod & 0xffff;
        return precision > 6 ? STR("") : str_printf(arena, "(%d)", precision);
    }
    default: /* not an enum: every other type has no modifier */ return STR("");
    }
}

static bool plain_identifier(str name)
{
    if (!name.len || (name.at[0] >= '0' && name.at[0] <= '9')) return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        bool fine = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        if (!fine) return false;
    }
    return true;
}

static str quoted(struct arena *arena, str name)
{
    if (plain_identifier(name)) return name;
    struct buf *out = buf_in(arena, 0);
    buf_char(out, '"');
    for (size_t i = 0; i < name.len; i++) {
        if (name.at[i] == '"') buf_char(out, '"');
        buf_char(out, name.at[i]);
    }
    buf_char(out, '"');
    return buf_str(out);
}

str catalog_type_name(struct arena *arena, const struct catalog *catalog, oid id, int32_t typmod)
{
    const struct cat_type *type = catalog_type(catalog, id);
    if (!type) return str_printf(arena, "%s", id == OID_NONE ? "-" : "???");
    if (type->kind == TYPE_KIND_ARRAY && id != INT2VECTOROID && id != OIDVECTOROID) {
        str element = catalog_type_name(arena, catalog, type->element, typmod);
        return str_printf(arena, "%.*s[]", STR_FMT(element));
    }
    /* Without a length "character" would mean character(1). */
    if (id == BPCHAROID && typmod < 0) return STR("bpchar");
    if (id == BITOID && typmod < 0) return STR("\"bit\"");
    const struct sql_name *row = sql_name_of(id);
    if (row) {
        str modifier = modifier_text(arena, id, typmod);
        return str_printf(arena, "%s%.*s%s", row->before, STR_FMT(modifier), row->after);
    }
    if (type->schema == SCHEMA_PG_CATALOG) return quoted(arena, type->name);
    const struct cat_schema *schema = catalog_schema(catalog, type->schema);
    return str_printf(arena, "%.*s.%.*s", STR_FMT(quoted(arena, schema ? schema->name : STR("?"))),
                      STR_FMT(quoted(arena, type->name)));
}
