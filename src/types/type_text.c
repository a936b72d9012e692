#include "types/type_text.h"

#include <math.h>
#include <string.h>

#include "base/utf8.h"
#include "types/array.h"
#include "types/bool.h"
#include "types/bytea.h"
#include "types/datetime.h"
#include "types/float.h"
#include "types/int.h"
#include "types/jsonb.h"
#include "types/numeric.h"
#include "types/range.h"
#include "types/text.h"
#include "types/type_int.h"
#include "types/uuid.h"

#define RANGE_ROW(storage, name, collation) \
    ROW(storage, name, name, range_input, range_output, range_json, range_order, NULL, collation)

#define TS_ROW(storage, name)                                                    \
    ROW(storage, #name, #name, name##_text_input, name##_text_write, range_json, \
        name##_text_order, NULL, #name)

#define NAMED_ROW(storage, name, output, json, compare, collation) \
    ROW(storage, #name, #name, name##_text_input, output, json, compare, NULL, collation)

#define BITS_ROW(storage, name, sql_name, fit) \
    ROW(storage, name, sql_name, bits_text_input, text_output, plain_json, text_compare, fit, "")

static const struct type_family families[TYPE_STORAGE_COUNT];

/* In every function below value is not VALUE_NULL: the public functions at the end see to it. */
#define INPUT_ARGS                                                                        \
    struct arena *arena, const struct type_session *session, const struct type_ref *type, \
        str text, struct value *out
#define WRITE_ARGS                                                                              \
    const struct type_session *session, const struct type_ref *type, const struct value *value, \
        struct buf *out
#define COMPARE_ARGS const struct type_ref *type, const struct value *a, const struct value *b
#define FIT_ARGS                                                                   \
    struct arena *arena, const struct type_ref *type, enum type_coercion coercion, \
        const struct value *value, struct value *out
#define UNUSED(x) ((void)(x))

/* ---- numbers ---- */

static enum int_width int_width_of(enum type_storage storage)
{
    return storage == TYPE_INT2   ? INT_2
           : storage == TYPE_INT4 ? INT_4
           : storage == TYPE_INT8 ? INT_8
                                  : INT_OID;
}

static err int_input(INPUT_ARGS)
{
    UNUSED(session);
    *out = value_int(0);
    return int_parse(arena, int_width_of(type->storage), text, &out->i);
}

static void int_write(WRITE_ARGS)
{
    UNUSED(session);
    UNUSED(type);
    buf_i64(out, value->i);
}

static void oid_output(WRITE_ARGS)
{
    if (type->reg && session && session->names)
        session->names->write(session->names->context, type->reg, (uint32_t)value->i, out);
    else
        buf_i64(out, value->i);
}

/* PostgreSQL's to_json takes an oid for no number. */
static void oid_json(WRITE_ARGS)
{
    bool name = type->reg && session && session->names;
    if (!name) {
        buf_char(out, '"');
        buf_i64(out, value->i);
        buf_char(out, '"');
        return;
    }
    struct buf text;
    buf_init(&text, 0);
    oid_output(session, type, value, &text);
    json_write_str(out, buf_str(&text));
    buf_deinit(&text);
}

static int int_compare(COMPARE_ARGS)
{
    UNUSED(type);
    return (a->i > b->i) - (a->i < b->i);
}

static err bool_input(INPUT_ARGS)
{
    UNUSED(session);
    UNUSED(type);
    bool truth;
    TRY(bool_parse(arena, text, &truth));
    *out = value_int(truth);
    return NULL;
}

static void bool_output(WRITE_ARGS)
{
    UNUSED(session);
    UNUSED(type);
    buf_char(out, value->i ? 't' : 'f');
}

static void bool_json(WRITE_ARGS)
{
    UNUSED(session);
    UNUSED(type);
    if (value->i)
        buf_lit(out, "true");
    else
        buf_lit(out, "false");
}

static err float_input(INPUT_ARGS)
{
    UNUSED(session);
    *out = value_real(0);
    if (type->storage == TYPE_FLOAT4)
        TRY(float4_parse(arena, text, &out->r));
    else
        TRY(float8_parse(arena, text, &out->r));
    if (isnan(out->r)) {
        /* SQLite turns a stored NaN into NULL; refusing is the honest answer. */
        return err_sql(arena, "0A000", "NaN cannot be stored in a column of type %.*s",
                       STR_FMT(type_storage_name(type->storage)));
    }
    return NULL;
}

/* SQLite 3.40 keeps a whole number in a REAL column as an integer until the row is read again: that is what
 * RETURNING hands out. */
static double real_of(const struct value *value)
{
    return value->kind == VALUE_INT ? (double)value->i : value->r;
}

static void float4_output(WRITE_ARGS)
{
    UNUSED(session);
    UNUSED(type);
    float4_write(out, real_of(value));
}

static void float8_output(WRITE_ARGS)
{
    UNUSED(session);
    UNUSED(type);
    float8_write(out, real_of(value));
}

static void float4_json(WRITE_ARGS)
{
    UNUSED(session);
    UNUSED(type);
    float4_write_json(out, real_of(value));
}

static void float8_json(WRITE_ARGS)
{
    UNUSED(session);
    UNUSED(type);
    float8_write_json(out, real_of(value));
}

static int float_compare(COMPARE_ARGS)
{
    UNUSED(type);
    return float8_compare(real_of(a), real_of(b));
}

static err numeric_input(INPUT_ARGS)
{
    UNUSED(session);
    UNUSED(type);
    *out = value_text(STR_NONE);
    return numeric_parse(arena, text, TYPMOD_NONE, &out->s);
}

static err numeric_fit(FIT_ARGS)
{
    UNUSED(coercion);
    *out = value_text(STR_NONE);
    return numeric_coerce(arena, value->s, type->typmod, &out->s);
}

/* A number as it is stored; NaN and the infinities are strings. */
static void numeric_json(WRITE_ARGS)
{
    UNUSED(session);
    UNUSED(type);
    bool number = value->s.len && value->s.at[value->s.len - 1] <= '9';
    if (!number) buf_char(out, '"');
    buf_str_add(out, value->s);
    if (!number) buf_char(out, '"');
}

static int numeric_order(COMPARE_ARGS)
{
    UNUSED(type);
    return numeric_compare(a->s, b->s);
}

/* ---- text ---- */

static err text_input(INPUT_ARGS)
{
    UNUSED(arena);
    UNUSED(session);
    UNUSED(type);
    *out = value_text(text);
    return NULL;
}

static void text_output(WRITE_ARGS)
{
    UNUSED(session);
    UNUSED(type);
    buf_str_add(out, value->s);
}

static void text_json(WRITE_ARGS)
{
    UNUSED(session);
    UNUSED(type);
    json_write_str(out, value->s);
}

/* For texts that never hold a quote, backslash or control byte. */
static void plain_json(WRITE_ARGS)
{
    UNUSED(session);
    UNUSED(type);
    if (!buf_reserve(out, value->s.len + 2)) return;
    char *at = out->at + out->len;
    at[0] = '"';
    memcpy(at + 1, value->s.at, value->s.len);
    at[value->s.len + 1] = '"';
    out->len += value->s.len + 2;
}

static int text_compare(COMPARE_ARGS)
{
    UNUSED(type);
    return str_cmp(a->s, b->s);
}

static int citext_compare(COMPARE_ARGS)
{
    UNUSED(type);
    return text_compare_fold(a->s, b->s);
}

static enum text_fit fit_of(enum type_coercion coercion)
{
    return coercion == TYPE_EXPLICIT ? TEXT_FIT_CAST : TEXT_FIT_ASSIGN;
}

static err varchar_fit(FIT_ARGS)
{
    *out = value_text(STR_NONE);
    return text_fit(arena, value->s, type->typmod - TYPMOD_HEADER, STR("character varying"),
                    fit_of(coercion), &out->s);
}

static err bpchar_input(INPUT_ARGS)
{
    UNUSED(arena);
    UNUSED(session);
    UNUSED(type);
    *out = value_text(text_trim_spaces(text));
    return NULL;
}

static err bpchar_fit(FIT_ARGS)
{
    *out = value_text(STR_NONE);
    TRY(text_fit(arena, value->s, type->typmod - TYPMOD_HEADER, STR("character"), fit_of(coercion),
                 &out->s));
    out->s = text_trim_spaces(out->s);
    return NULL;
}

static void pad(const struct type_ref *type, str text, struct buf *out)
{
    int64_t missing = (int64_t)type->typmod - TYPMOD_HEADER - (int64_t)utf8_count(text);
    for (int64_t i = 0; i < missing && buf_ok(out); i++) buf_char(out, ' ');
}

static void bpchar_output(WRITE_ARGS)
{
    UNUSED(session);
    buf_str_add(out, value->s);
    pad(type, value->s, out);
}

static void bpchar_json(WRITE_ARGS)
{
    UNUSED(session);
    json_write_str(out, value->s);
    if (!buf_ok(out)) return;
    out->len--; /* the closing quote goes behind the blanks */
    pad(type, value->s, out);
    buf_char(out, '"');
}

enum { NAME_BYTES_MAX = 63 };

static err name_input(INPUT_ARGS)
{
    UNUSED(arena);
    UNUSED(session);
    UNUSED(type);
    size_t len = text.len;
    if (len > NAME_BYTES_MAX) {
        len = NAME_BYTES_MAX;
        while (len && ((unsigned char)text.at[len] & 0xc0) == 0x80) len--;
    }
    *out = value_text(str_slice(text, 0, len));
    return NULL;
}

static err uuid_input(INPUT_ARGS)
{
    UNUSED(session);
    UNUSED(type);
    *out = value_text(STR_NONE);
    return uuid_parse(arena, text, &out->s);
}

/* ---- dates and times ---- */

/* Rewritten even when the text is canonical already: the short path of the parsers makes it cheap. */
static err finish(struct buf *text, struct value *out)
{
    *out = value_text(buf_str(text));
    return NULL;
}

static err date_input(INPUT_ARGS)
{
    UNUSED(type);
    int32_t date;
    TRY(date_parse(arena, session, text, &date));
    struct buf *stored = buf_in(arena, 0);
    date_write(stored, date);
    return finish(stored, out);
}

static err time_input(INPUT_ARGS)
{
    int64_t us;
    TRY(time_parse(arena, session, text, type->typmod, &us));
    struct buf *stored = buf_in(arena, 0);
    time_write(stored, us);
    return finish(stored, out);
}

static err timetz_input(INPUT_ARGS)
{
    struct timetz value;
    TRY(timetz_parse(arena, session, text, type->typmod, &value));
    struct buf *stored = buf_in(arena, 0);
    timetz_write(stored, value);
    return finish(stored, out);
}

static err timestamp_input(INPUT_ARGS)
{
    int64_t us;
    TRY(timestamp_parse(arena, session, text, type->typmod, &us));
    struct buf *stored = buf_in(arena, 0);
    timestamp_write(stored, us, DATETIME_STORED);
    return finish(stored, out);
}

static err timestamptz_input(INPUT_ARGS)
{
    int64_t us;
    TRY(timestamptz_parse(arena, session, text, type->typmod, &us));
    struct buf *stored = buf_in(arena, 0);
    timestamptz_write(stored, us, NULL, DATETIME_STORED);
    return finish(stored, out);
}

static err interval_input(INPUT_ARGS)
{
    UNUSED(session);
    struct interval value;
    TRY(interval_parse(arena, text, type->typmod, &value));
    struct buf *stored = buf_in(arena, 0);
    interval_write(stored, value);
    return finish(stored, out);
}

/* Stored text is input text, and input applies the typmod. */
static err datetime_fit(FIT_ARGS)
{
    UNUSED(coercion);
    return type_family(type->storage)->input(arena, NULL, type, value->s, out);
}

/* The T becomes a blank. */
static void timestamp_output(WRITE_ARGS)
{
    UNUSED(session);
    UNUSED(type);
    buf_str_add(out, value->s);
    size_t date_len = STR("2026-01-02").len;
    if (buf_ok(out) && value->s.len > date_len && value->s.at[date_len] == 'T') {
        out->at[out->len - value->s.len + date_len] = ' ';
    }
}

static void write_timestamptz(const struct type_session *session,
                              str stored,
                              enum datetime_style style,
                              struct buf *out)
{
    int64_t us;
    struct arena *scratch = arena_new(0);
    err error = timestamptz_parse(scratch, NULL, stored, TYPMOD_NONE, &us);
    arena_free(scratch);
    if (error)
        buf_str_add(out, stored);
    else
        timestamptz_write(out, us, session ? session->zone : NULL, style);
}

static void timestamptz_output(WRITE_ARGS)
{
    UNUSED(type);
    write_timestamptz(session, value->s, DATETIME_OUTPUT, out);
}

static void timestamptz_json(WRITE_ARGS)
{
    if (!session || !session->zone) {
        plain_json(session, type, value, out);
        return;
    }
    buf_char(out, '"');
    write_timestamptz(session, value->s, DATETIME_STORED, out);
    buf_char(out, '"');
}

static int interval_order(COMPARE_ARGS)
{
    UNUSED(type);
    return interval_compare_text(a->s, b->s);
}

static int timetz_order(COMPARE_ARGS)
{
    UNUSED(type);
    return timetz_compare_text(a->s, b->s);
}

/* ---- json, bytea, enums, arrays ---- */

static err json_input(INPUT_ARGS)
{
    UNUSED(session);
    UNUSED(type);
    *out = value_text(text);
    return json_text_check(arena, text);
}

static err jsonb_text_input(INPUT_ARGS)
{
    UNUSED(session);
    UNUSED(type);
    *out = value_text(STR_NONE);
    return jsonb_parse(arena, text, &out->s);
}

static int no_order(COMPARE_ARGS)
{
    UNUSED(type);
    UNUSED(a);
    UNUSED(b);
    return 0;
}

static int jsonb_order(COMPARE_ARGS)
{
    UNUSED(type);
    return jsonb_compare(a->s, b->s);
}

static err bytea_text_input(INPUT_ARGS)
{
    UNUSED(session);
    UNUSED(type);
    *out = value_blob(STR_NONE);
    return bytea_parse(arena, text, &out->s);
}

static void bytea_output(WRITE_ARGS)
{
    UNUSED(session);
    UNUSED(type);
    bytea_write(out, value->s);
}

static void bytea_json(WRITE_ARGS)
{
    UNUSED(session);
    UNUSED(type);
    buf_lit(out, "\"\\"); /* the backslash of \x, escaped */
    bytea_write(out, value->s);
    buf_char(out, '"');
}

static err range_input(INPUT_ARGS)
{
    *out = value_text(STR_NONE);
    return range_parse(arena, session, type->storage, text, &out->s);
}

static void range_output(WRITE_ARGS)
{
    range_write(out, session, type->storage, value->s);
}

static void range_json(WRITE_ARGS)
{
    struct arena *scratch = arena_new(0);
    json_write_str(out, type_output_str(scratch, session, type, value));
    arena_free(scratch);
}

static int range_order(COMPARE_ARGS)
{
    return range_compare(type->storage, a->s, b->s);
}

/* The place among the labels, label_count when it is none. */
static size_t label_index(const struct type_ref *type, str label)
{
    size_t i = 0;
    while (i < type->label_count && !str_eq(type->labels[i], label)) i++;
    return i;
}

static err enum_input(INPUT_ARGS)
{
    UNUSED(session);
    if (label_index(type, text) == type->label_count) {
        return err_sql(arena, "22P02", "invalid input value for enum %.*s: \"%.*s\"",
                       STR_FMT(type->name), STR_FMT(text));
    }
    *out = value_text(text);
    return NULL;
}

static int enum_compare(COMPARE_ARGS)
{
    size_t x = label_index(type, a->s), y = label_index(type, b->s);
    return (x > y) - (x < y);
}

/* varchar(3)[]: PostgreSQL keeps the typmod with the array; a ref may have it at the element too. */
static int32_t typmod_of(const struct type_ref *type)
{
    bool own = type->storage != TYPE_ARRAY || type->typmod >= 0 || !type->element;
    return own ? type->typmod : type->element->typmod;
}

static err vector_input(INPUT_ARGS)
{
    UNUSED(session);
    struct buf *stored = buf_in(arena, 0);
    buf_char(stored, '[');
    for (str item, rest = str_trim(text); !str_empty(rest); rest = str_trim(rest)) {
        int64_t number;
        if (!str_cut(rest, ' ', &item, &rest)) rest = STR_NONE;
        TRY(int_parse(arena, int_width_of(type->element->storage), item, &number));
        if (stored->len > 1) buf_char(stored, ',');
        buf_i64(stored, number);
    }
    buf_char(stored, ']');
    *out = value_text(buf_str(stored));
    return NULL;
}

static err array_input(INPUT_ARGS)
{
    if (type->vector) return vector_input(arena, session, type, text, out);
    struct type_ref element = *type->element;
    element.typmod = TYPMOD_NONE; /* fit applies it, by the rules of the coercion */
    *out = value_text(STR_NONE);
    return array_parse(arena, session, &element, text, &out->s);
}

static err array_fit(FIT_ARGS)
{
    struct type_ref element = *type->element;
    element.typmod = typmod_of(type);
    *out = *value;
    if (!families[element.storage].fit) return NULL;
    struct buf *stored = buf_in(arena, 0);
    struct array_iter iter = array_iter(value->s);
    str item;
    size_t done = 0;
    while (array_next(&iter, &item)) {
        size_t start = (size_t)(item.at - value->s.at);
        struct value before = array_read_item(arena, &element, item), after;
        TRY(type_coerce_typmod(arena, &element, coercion, &before, &after));
        buf_str_add(stored, str_slice(value->s, done, start));
        array_write_item(stored, &element, &after);
        done = start + item.len;
    }
    buf_str_add(stored, str_skip(value->s, done));
    *out = value_text(buf_str(stored));
    return NULL;
}

/* int2vector: "1 2". Its items are numbers, whose stored form is their text. */
static void vector_output(WRITE_ARGS)
{
    UNUSED(session);
    UNUSED(type);
    struct array_iter iter = array_iter(value->s);
    str item;
    for (bool any = false; array_next(&iter, &item); any = true) {
        if (any) buf_char(out, ' ');
        buf_str_add(out, item);
    }
}

static void array_output(WRITE_ARGS)
{
    if (type->vector) {
        vector_output(session, type, value, out);
        return;
    }
    array_write(out, session, type->element, value->s);
}

static int array_order(COMPARE_ARGS)
{
    return array_compare(type->element, a->s, b->s);
}

static err void_input(INPUT_ARGS)
{
    UNUSED(arena);
    UNUSED(session);
    UNUSED(type);
    UNUSED(text);
    *out = value_text(STR(""));
    return NULL;
}

static void void_output(WRITE_ARGS)
{
    UNUSED(session);
    UNUSED(type);
    UNUSED(value);
    UNUSED(out);
}

static void void_json(WRITE_ARGS)
{
    UNUSED(session);
    UNUSED(type);
    UNUSED(value);
    buf_lit(out, "null");
}

/* ---- the table ---- */

#define ROW(storage, typname, sql_name, input, output, json, compare, fit, collation)       \
    [storage] = {STR_INIT(typname),  STR_INIT(sql_name), input, output, json, compare, fit, \
                 STR_INIT(collation)}

static const struct type_family families[TYPE_STORAGE_COUNT] = {
    ROW(TYPE_UNKNOWN,
        "unknown",
        "unknown",
        text_input,
        text_output,
        text_json,
        text_compare,
        NULL,
        ""),
    ROW(TYPE_VOID, "void", "void", void_input, void_output, void_json, no_order, NULL, ""),
    ROW(TYPE_BOOL, "bool", "boolean", bool_input, bool_output, bool_json, int_compare, NULL, ""),
    ROW(TYPE_INT2, "int2", "smallint", int_input, int_write, int_write, int_compare, NULL, ""),
    ROW(TYPE_INT4, "int4", "integer", int_input, int_write, int_write, int_compare, NULL, ""),
    ROW(TYPE_INT8, "int8", "bigint", int_input, int_write, int_write, int_compare, NULL, ""),
    ROW(TYPE_OID, "oid", "oid", int_input, oid_output, oid_json, int_compare, NULL, ""),
    ROW(TYPE_FLOAT4,
        "float4",
        "real",
        float_input,
        float4_output,
        float4_json,
        float_compare,
        NULL,
        ""),
    ROW(TYPE_FLOAT8,
        "float8",
        "double precision",
        float_input,
        float8_output,
        float8_json,
        float_compare,
        NULL,
        ""),
    ROW(TYPE_NUMERIC,
        "numeric",
        "numeric",
        numeric_input,
        text_output,
        numeric_json,
        numeric_order,
        numeric_fit,
        "numeric"),
    ROW(TYPE_TEXT, "text", "text", text_input, text_output, text_json, text_compare, NULL, ""),
    ROW(TYPE_VARCHAR,
        "varchar",
        "character varying",
        text_input,
        text_output,
        text_json,
        text_compare,
        varchar_fit,
        ""),
    ROW(TYPE_BPCHAR,
        "bpchar",
        "character",
        bpchar_input,
        bpchar_output,
        bpchar_json,
        text_compare,
        bpchar_fit,
        ""),
    ROW(TYPE_NAME, "name", "name", name_input, text_output, text_json, text_compare, NULL, ""),
    ROW(TYPE_CITEXT,
        "citext",
        "citext",
        text_input,
        text_output,
        text_json,
        citext_compare,
        NULL,
        "citext"),
    ROW(TYPE_UUID, "uuid", "uuid", uuid_input, text_output, plain_json, text_compare, NULL, ""),
    ROW(TYPE_DATE, "date", "date", date_input, text_output, plain_json, text_compare, NULL, ""),
    ROW(TYPE_TIME,
        "time",
        "time without time zone",
        time_input,
        text_output,
        plain_json,
        text_compare,
        datetime_fit,
        ""),
    ROW(TYPE_TIMETZ,
        "timetz",
        "time with time zone",
        timetz_input,
        text_output,
        plain_json,
        timetz_order,
        datetime_fit,
        "timetz"),
    ROW(TYPE_TIMESTAMP,
        "timestamp",
        "timestamp without time zone",
        timestamp_input,
        timestamp_output,
        plain_json,
        text_compare,
        datetime_fit,
        ""),
    ROW(TYPE_TIMESTAMPTZ,
        "timestamptz",
        "timestamp with time zone",
        timestamptz_input,
        timestamptz_output,
        timestamptz_json,
        text_compare,
        datetime_fit,
        ""),
    ROW(TYPE_INTERVAL,
        "interval",
        "interval",
        interval_input,
        text_output,
        plain_json,
        interval_order,
        datetime_fit,
        "interval"),
    ROW(TYPE_JSON, "json", "json", json_input, text_output, text_output, no_order, NULL, ""),
    NAMED_ROW(TYPE_JSONB, jsonb, text_output, text_output, jsonb_order, "jsonb"),
    NAMED_ROW(TYPE_BYTEA, bytea, bytea_output, bytea_json, text_compare, ""),
    ROW(TYPE_ENUM, "", "enum", enum_input, text_output, text_json, enum_compare, NULL, "enum"),
    ROW(TYPE_ARRAY,
        "",
        "array",
        array_input,
        array_output,
        array_json,
        array_order,
        array_fit,
        "array"),
    ROW(TYPE_COMPOSITE,
        "",
        "record",
        composite_input,
        composite_output,
        composite_json,
        composite_compare,
        NULL,
        ""),
    ROW(TYPE_RECORD,
        "record",
        "record",
        composite_input,
        composite_output,
        composite_json,
        composite_compare,
        NULL,
        ""),
    RANGE_ROW(TYPE_INT4RANGE, "int4range", "intrange"),
    RANGE_ROW(TYPE_INT8RANGE, "int8range", "intrange"),
    RANGE_ROW(TYPE_NUMRANGE, "numrange", "numrange"),
    RANGE_ROW(TYPE_DATERANGE, "daterange", "timerange"),
    RANGE_ROW(TYPE_TSRANGE, "tsrange", "timerange"),
    RANGE_ROW(TYPE_TSTZRANGE, "tstzrange", "timerange"),
    TS_ROW(TYPE_TSVECTOR, tsvector),
    TS_ROW(TYPE_TSQUERY, tsquery),
    NAMED_ROW(TYPE_INET, inet, inet_text_write, inet_text_json, inet_text_order, "network"),
    NAMED_ROW(TYPE_CIDR, cidr, text_output, plain_json, inet_text_order, "network"),
    NAMED_ROW(TYPE_MACADDR, macaddr, text_output, plain_json, text_compare, ""),
    NAMED_ROW(TYPE_MACADDR8, macaddr8, text_output, plain_json, text_compare, ""),
    BITS_ROW(TYPE_BIT, "bit", "bit", bit_text_fit),
    BITS_ROW(TYPE_VARBIT, "varbit", "bit varying", varbit_text_fit),
};

const struct type_family *type_family(enum type_storage storage)
{
    return &families[storage];
}

/* ---- public ---- */

/* Date and time inputs apply the typmod on their way. */
static bool fits_on_input(enum type_storage storage)
{
    return storage >= TYPE_TIME && storage <= TYPE_INTERVAL;
}

err type_input(struct arena *arena,
               const struct type_session *session,
               const struct type_ref *type,
               enum type_coercion coercion,
               str text,
               struct value *out)
{
    const struct type_family *family = &families[type->storage];
    TRY(family->input(arena, session, type, text, out));
    if (typmod_of(type) < 0 || !family->fit || fits_on_input(type->storage)) return NULL;
    struct value value = *out;
    return family->fit(arena, type, coercion, &value, out);
}

err type_coerce_typmod(struct arena *arena,
                       const struct type_ref *type,
                       enum type_coercion coercion,
                       const struct value *value,
                       struct value *out)
{
    const struct type_family *family = &families[type->storage];
    *out = *value;
    if (value->kind == VALUE_NULL || typmod_of(type) < 0 || !family->fit) return NULL;
    struct value before = *value;
    return family->fit(arena, type, coercion, &before, out);
}

void type_output(const struct type_session *session,
                 const struct type_ref *type,
                 const struct value *value,
                 struct buf *out)
{
    if (value->kind != VALUE_NULL) families[type->storage].output(session, type, value, out);
}

str type_output_str(struct arena *arena,
                    const struct type_session *session,
                    const struct type_ref *type,
                    const struct value *value)
{
    struct buf *text = buf_in(arena, 0);
    type_output(session, type, value, text);
    return text->at ? buf_str(text) : STR("");
}

void type_json(const struct type_session *session,
               const struct type_ref *type,
               const struct value *value,
               struct buf *out)
{
    if (value->kind == VALUE_NULL)
        buf_lit(out, "null");
    else
        families[type->storage].json(session, type, value, out);
}

int type_compare(const struct type_ref *type, const struct value *a, const struct value *b)
{
    bool null_a = a->kind == VALUE_NULL, null_b = b->kind == VALUE_NULL;
    if (null_a || null_b) return null_a - null_b;
    return families[type->storage].compare(type, a, b);
}

str type_collation(const struct type_ref *type)
{
    if (type->storage != TYPE_ARRAY) return families[type->storage].collation;
    /* Bytes order an array only where equal means same bytes; "order" does not follow for
     * numbers, so all but arrays of unordered text need the comparator. */
    return families[TYPE_ARRAY].collation;
}

enum type_storage type_storage_of(str typname)
{
    for (int i = 0; i < TYPE_STORAGE_COUNT; i++) {
        if (typname.len && str_eq(families[i].typname, typname)) return (enum type_storage)i;
    }
    return TYPE_STORAGE_COUNT;
}

str type_storage_name(enum type_storage storage)
{
    return families[storage].sql_name;
}

str type_name(struct arena *arena, const struct type_ref *type)
{
    if (type->name.len) return type->name;
    if (type->storage == TYPE_ARRAY && type->element) {
        return str_printf(arena, "%.*s[]", STR_FMT(type_name(arena, type->element)));
    }
    return families[type->storage].sql_name;
}

const struct type_ref *type_plain(enum type_storage storage)
{
#define PLAIN(storage_) [storage_] = {.storage = storage_, .typmod = TYPMOD_NONE }
    static const struct type_ref plain[TYPE_STORAGE_COUNT] = {
        PLAIN(TYPE_UNKNOWN),   PLAIN(TYPE_VOID),      PLAIN(TYPE_BOOL),
        PLAIN(TYPE_INT2),      PLAIN(TYPE_INT4),      PLAIN(TYPE_INT8),
        PLAIN(TYPE_OID),       PLAIN(TYPE_FLOAT4),    PLAIN(TYPE_FLOAT8),
        PLAIN(TYPE_NUMERIC),   PLAIN(TYPE_TEXT),      PLAIN(TYPE_VARCHAR),
        PLAIN(TYPE_BPCHAR),    PLAIN(TYPE_NAME),      PLAIN(TYPE_CITEXT),
        PLAIN(TYPE_UUID),      PLAIN(TYPE_DATE),      PLAIN(TYPE_TIME),
        PLAIN(TYPE_TIMETZ),    PLAIN(TYPE_TIMESTAMP), PLAIN(TYPE_TIMESTAMPTZ),
        PLAIN(TYPE_INTERVAL),  PLAIN(TYPE_JSON),      PLAIN(TYPE_JSONB),
        PLAIN(TYPE_BYTEA),     PLAIN(TYPE_ENUM),      PLAIN(TYPE_ARRAY),
        PLAIN(TYPE_COMPOSITE), PLAIN(TYPE_RECORD),    PLAIN(TYPE_INT4RANGE),
        PLAIN(TYPE_INT8RANGE), PLAIN(TYPE_NUMRANGE),  PLAIN(TYPE_DATERANGE),
        PLAIN(TYPE_TSRANGE),   PLAIN(TYPE_TSTZRANGE), PLAIN(TYPE_TSVECTOR),
        PLAIN(TYPE_TSQUERY),   PLAIN(TYPE_INET),      PLAIN(TYPE_CIDR),
        PLAIN(TYPE_MACADDR),   PLAIN(TYPE_MACADDR8),  PLAIN(TYPE_BIT),
        PLAIN(TYPE_VARBIT),
    };
#undef PLAIN
    return &plain[storage];
}
