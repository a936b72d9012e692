/* Literals, slots, names, collations and shapes. */
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "engine/sqlite/print_int.h"
#include "sql/infer.h"
#include "types/float.h"

/* ---- beginnings ---- */

void print_init(struct print *out,
                struct arena *arena,
                const struct catalog *catalog,
                struct buf *sql,
                const struct print_hooks *hooks,
                void *context)
{
    *out = (struct print){
        .arena = arena, .catalog = catalog, .hooks = hooks, .context = context, .sql = sql};
}

void print_init_ddl(struct print *out,
                    struct arena *arena,
                    const struct catalog *catalog,
                    struct buf *sql)
{
    print_init(out, arena, catalog, sql, NULL, NULL);
    out->ddl = true;
}

/* ---- literals ---- */

void print_ident(struct buf *out, str name)
{
    buf_char(out, '"');
    for (size_t i = 0; i < name.len; i++) {
        if (name.at[i] == '"') buf_char(out, '"');
        buf_char(out, name.at[i]);
    }
    buf_char(out, '"');
}

static void print_text(struct buf *out, str text)
{
    buf_char(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '\'') buf_char(out, '\'');
        buf_char(out, text.at[i]);
    }
    buf_char(out, '\'');
}

/* SQLite reads a number by way of a long double, so twice rounded. That cannot show in whole numbers
 * below 2^53 and in those with few digits behind the point, where no quotient comes near a middle. */
static bool reads_back(double value)
{
    double thousands = value * 1000;
    return fabs(thousands) < 0x1p53 && thousands == rint(thousands) &&
           rint(thousands) / 1000 == value;
}

/* Always with a point or an exponent: SQLite reads it as REAL. */
static void print_real(struct buf *out, double value)
{
    if (isinf(value)) {
        buf_printf(out, value > 0 ? "9e999" : "-9e999");
        return;
    }
    if (!reads_back(value)) {
        int64_t bits;
        memcpy(&bits, &value, sizeof bits);
        buf_printf(out, "pg_double(%lld)", (long long)bits);
        return;
    }
    size_t start = out->len;
    float8_write(out, value);
    bool real = false;
    for (size_t i = start; i < out->len; i++) {
        char c = out->at[i];
        real = real || c == '.' || c == 'e';
    }
    if (!real) buf_lit(out, ".0");
}

static void print_int(struct buf *out, int64_t value)
{
    /* SQLite reads 9223372036854775808 as REAL before it negates. */
    if (value == INT64_MIN)
        buf_lit(out, "(-9223372036854775807 - 1)");
    else
        buf_i64(out, value);
}

void print_const(struct buf *out, const struct value *value)
{
    static const char digits[] = "0123456789abcdef";
    switch (value->kind) {
    case VALUE_NULL: buf_lit(out, "NULL"); break;
    case VALUE_INT: print_int(out, value->i); break;
    case VALUE_REAL: print_real(out, value->r); break;
    case VALUE_TEXT: print_text(out, value->s); break;
    case VALUE_BLOB:
        buf_lit(out, "x'");
        for (size_t i = 0; i < value->s.len; i++) {
            unsigned char byte = (unsigned char)value->s.at[i];
            buf_char(out, digits[byte >> 4]);
            buf_char(out, digits[byte & 15]);
        }
        buf_char(out, '\'');
        break;
    }
}

/* ---- slots ---- */

static bool same_constant(const struct value *a, const struct value *b)
{
    if (a->kind != b->kind) return false;
    switch (a->kind) {
    case VALUE_NULL: return true;
    case VALUE_INT: return a->i == b->i;
    case VALUE_REAL: return false;
    case VALUE_TEXT:
    case VALUE_BLOB: return str_eq(a->s, b->s);
    }
    return false;
}

static bool same_slot(const struct slot *a, const struct slot *b)
{
    if (a->kind != b->kind) return false;
    switch (a->kind) {
    case SLOT_PARAM:
    case SLOT_PARENT:
    case SLOT_SET:
    case SLOT_OLD:
    case SLOT_NEW:
    case SLOT_TRANSITION:
    case SLOT_KEYS: return a->index == b->index;
    case SLOT_SESSION:
        return a->session == b->session && str_eq(a->name, b->name) &&
               a->missing_ok == b->missing_ok;
    case SLOT_CONST: return same_constant(&a->constant, &b->constant);
    case SLOT_SITE: return a->site == b->site;
    }
    return false;
}

void print_slot(struct print *out, const struct slot *slot)
{
    size_t index = 0;
    while (index < out->slots.count && !same_slot(&out->slots.at[index], slot)) index++;
    if (index == out->slots.count) *VEC_ADD(out->arena, &out->slots) = *slot;
    buf_printf(out->sql, "?%zu", index + 1);
}

/* ---- types ---- */

static oid base_type(const struct catalog *catalog, oid type)
{
    const struct cat_type *found;
    while (!builtin_type(type) && catalog && (found = catalog_type(catalog, type)) &&
           found->kind == TYPE_KIND_DOMAIN)
        type = found->base;
    return type;
}

static enum type_storage storage_of(const struct catalog *catalog, oid type)
{
    const struct builtin_type *row = builtin_type(type);
    if (row) return row->storage;
    const struct cat_type *found = catalog ? catalog_type(catalog, type) : NULL;
    return found ? found->storage : TYPE_UNKNOWN;
}

enum type_storage print_storage(const struct print *out, oid type)
{
    return storage_of(out->catalog, base_type(out->catalog, type));
}

static oid element_of(const struct catalog *catalog, oid array)
{
    const struct builtin_type *row = builtin_type(array);
    if (row) return row->element;
    const struct cat_type *found = catalog ? catalog_type(catalog, array) : NULL;
    return found ? found->element : OID_NONE;
}

str print_collation(struct arena *arena, const struct catalog *catalog, oid type)
{
    type = base_type(catalog, type);
    switch ((int)storage_of(catalog, type)) { /* the storages that bytes do not sort */
    case TYPE_NUMERIC: return STR("numeric");
    case TYPE_CITEXT: return STR("citext");
    case TYPE_JSONB: return STR("jsonb");
    case TYPE_INTERVAL: return STR("interval");
    case TYPE_TIMETZ: return STR("timetz");
    case TYPE_INT4RANGE:
    case TYPE_INT8RANGE: return STR("intrange");
    case TYPE_NUMRANGE: return STR("numrange");
    case TYPE_DATERANGE:
    case TYPE_TSRANGE:
    case TYPE_TSTZRANGE: return STR("timerange");
    case TYPE_TSVECTOR: return STR("tsvector");
    case TYPE_TSQUERY: return STR("tsquery");
    case TYPE_INET:
    case TYPE_CIDR: return STR("network");
    case TYPE_ENUM: return str_printf(arena, "enum:%u", (unsigned)type);
    case TYPE_ARRAY: return str_printf(arena, "array:%u", (unsigned)element_of(catalog, type));
    default: return STR("");
    }
}

/* ---- shapes ---- */

static err write_shape(struct print *out, const struct expr *expr, struct buf *shape)
{
    bool array = expr->type == RECORDARRAYOID;
    if (expr->type != RECORDOID && !array) {
        buf_printf(shape, "%u", (unsigned)expr->type);
        if (expr->typmod >= 0) buf_printf(shape, ":%d", expr->typmod);
        return NULL;
    }
    struct record_field *fields = NULL;
    size_t count = 0;
    if (!infer_record_fields(out->arena, expr, &fields, &count)) {
        return print_refuse(out, expr, "a record whose fields are not known here");
    }
    if (array) buf_char(shape, '[');
    buf_char(shape, '{');
    for (size_t i = 0; i < count; i++) {
        if (i) buf_char(shape, ',');
        json_write_str(shape, fields[i].name);
        buf_char(shape, ':');
        TRY(write_shape(out, fields[i].expr, shape));
    }
    buf_char(shape, '}');
    if (array) buf_char(shape, ']');
    return NULL;
}

err print_shape(struct print *out, const struct expr *expr, str *shape)
{
    struct buf *text = buf_in(out->arena, 0);
    TRY(write_shape(out, expr, text));
    *shape = buf_str(text);
    return NULL;
}

err print_fields_literal(struct print *out, const struct record_field *fields, size_t count)
{
    struct buf *shape = buf_in(out->arena, 0);
    buf_char(shape, '{');
    for (size_t i = 0; i < count; i++) {
        if (i) buf_char(shape, ',');
        json_write_str(shape, fields[i].name);
        buf_char(shape, ':');
        TRY(write_shape(out, fields[i].expr, shape));
    }
    buf_char(shape, '}');
    print_text(out->sql, buf_str(shape));
    return NULL;
}

err print_shape_literal(struct print *out, const struct expr *expr)
{
    str shape;
    TRY(print_shape(out, expr, &shape));
    print_text(out->sql, shape);
    return NULL;
}

err print_shape_of_type(struct print *out, oid type, int32_t typmod)
{
    if (typmod >= 0)
        buf_printf(out->sql, "'%u:%d'", (unsigned)type, typmod);
    else
        buf_printf(out->sql, "'%u'", (unsigned)type);
    return NULL;
}
