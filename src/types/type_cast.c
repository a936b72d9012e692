/* Casts between families: PostgreSQL's pg_cast as a table, and the rules around it. */
#include <math.h>

#include "types/bits.h"
#include "types/array.h"
#include "types/datetime.h"
#include "types/float.h"
#include "types/int.h"
#include "types/jsonb.h"
#include "types/network.h"
#include "types/numeric.h"
#include "types/text.h"
#include "types/type_int.h"

struct cast {
    struct arena *arena;
    const struct type_session *session;
    const struct type_ref *from;
    const struct type_ref *to;
    enum type_coercion coercion;
    const struct value *value; /* not NULL */
    struct value *out;
};

typedef err (*cast_function)(const struct cast *c);

/* ---- numbers ---- */

static enum int_width width_of(enum type_storage storage)
{
    return storage == TYPE_INT2   ? INT_2
           : storage == TYPE_INT4 ? INT_4
           : storage == TYPE_INT8 ? INT_8
                                  : INT_OID;
}

static err same(const struct cast *c)
{
    *c->out = *c->value;
    return NULL;
}

static err int_to_int(const struct cast *c)
{
    *c->out = *c->value;
    return int_check(c->arena, width_of(c->to->storage), c->value->i);
}

/* int4 and oid share their bits. */
static err int_to_oid(const struct cast *c)
{
    *c->out = value_int((int64_t)(uint32_t)c->value->i);
    return NULL;
}

static err oid_to_int4(const struct cast *c)
{
    *c->out = value_int((int32_t)(uint32_t)c->value->i);
    return NULL;
}

static err int_to_float8(const struct cast *c)
{
    *c->out = value_real((double)c->value->i);
    return NULL;
}

static err int_to_float4(const struct cast *c)
{
    *c->out = value_real((float)c->value->i);
    return NULL;
}

static err int_to_numeric(const struct cast *c)
{
    *c->out = value_text(numeric_from_i64(c->arena, c->value->i));
    return NULL;
}

static err int_to_bool(const struct cast *c)
{
    *c->out = value_int(c->value->i != 0);
    return NULL;
}

static err float_to_int(const struct cast *c)
{
    *c->out = value_int(0);
    return int_from_double(c->arena, width_of(c->to->storage), c->value->r, &c->out->i);
}

static err float8_to_float4(const struct cast *c)
{
    *c->out = value_real(0);
    return float4_from_float8(c->arena, c->value->r, &c->out->r);
}

static err float8_to_numeric(const struct cast *c)
{
    *c->out = value_text(numeric_from_double(c->arena, c->value->r));
    return NULL;
}

static err float4_to_numeric(const struct cast *c)
{
    *c->out = value_text(numeric_from_float4(c->arena, c->value->r));
    return NULL;
}

static err numeric_to_integer(const struct cast *c)
{
    *c->out = value_int(0);
    return numeric_to_int(c->arena, width_of(c->to->storage), c->value->s, &c->out->i);
}

static err refuse_nan(struct arena *arena, double real)
{
    if (!isnan(real)) return NULL;
    return err_sql(arena, "0A000", "NaN is not supported in type double precision");
}

static err numeric_to_float8(const struct cast *c)
{
    *c->out = value_real(0);
    TRY(numeric_to_double(c->arena, c->value->s, &c->out->r));
    return refuse_nan(c->arena, c->out->r);
}

static err numeric_to_float4(const struct cast *c)
{
    *c->out = value_real(0);
    TRY(float4_parse(c->arena, c->value->s, &c->out->r));
    return refuse_nan(c->arena, c->out->r);
}

/* ---- text ---- */

static err bool_to_text(const struct cast *c)
{
    *c->out = value_text(c->value->i ? STR("true") : STR("false"));
    return NULL;
}

/* Text families share their stored form but for name's length and char's blanks; input makes both. */
static err text_to_text(const struct cast *c)
{
    return type_family(c->to->storage)->input(c->arena, c->session, c->to, c->value->s, c->out);
}

static err through_text(const struct cast *c)
{
    str text = type_output_str(c->arena, c->session, c->from, c->value);
    return type_input(c->arena, c->session, c->to, c->coercion, text, c->out);
}

/* ---- dates and times ---- */

static const struct tz_zone *zone_of(const struct cast *c)
{
    return c->session ? c->session->zone : NULL;
}

static err give(const struct cast *c, struct buf *text)
{
    *c->out = value_text(buf_str(text));
    return NULL;
}

static err give_timestamp(const struct cast *c, int64_t us)
{
    struct buf *text = buf_in(c->arena, 0);
    if (c->to->storage == TYPE_TIMESTAMPTZ)
        timestamptz_write(text, us, NULL, DATETIME_STORED);
    else
        timestamp_write(text, us, DATETIME_STORED);
    return give(c, text);
}

static err give_date(const struct cast *c, int32_t date)
{
    struct buf *text = buf_in(c->arena, 0);
    date_write(text, date);
    return give(c, text);
}

static err give_time(const struct cast *c, int64_t us)
{
    struct buf *text = buf_in(c->arena, 0);
    time_write(text, us);
    return give(c, text);
}

static err give_timetz(const struct cast *c, struct timetz value)
{
    struct buf *text = buf_in(c->arena, 0);
    timetz_write(text, value);
    return give(c, text);
}

/* The wall clock of a date, timestamp or timestamptz. */
static err wall_of(const struct cast *c, int64_t *out)
{
    int32_t date;
    if (c->from->storage == TYPE_DATE) {
        TRY(date_parse(c->arena, c->session, c->value->s, &date));
        return date_to_timestamp(c->arena, date, out);
    }
    if (c->from->storage == TYPE_TIMESTAMP) {
        return timestamp_parse(c->arena, c->session, c->value->s, TYPMOD_NONE, out);
    }
    int64_t utc;
    TRY(timestamptz_parse(c->arena, c->session, c->value->s, TYPMOD_NONE, &utc));
    return timestamp_to_wall(c->arena, zone_of(c), utc, out);
}

static err to_timestamp_wall(const struct cast *c)
{
    int64_t wall;
    TRY(wall_of(c, &wall));
    return give_timestamp(c, wall);
}

static err to_timestamptz(const struct cast *c)
{
    int64_t wall, utc;
    TRY(wall_of(c, &wall));
    TRY(timestamp_to_utc(c->arena, zone_of(c), wall, &utc));
    return give_timestamp(c, utc);
}

static err to_day(const struct cast *c)
{
    int64_t wall;
    TRY(wall_of(c, &wall));
    return give_date(c, timestamp_to_date(wall));
}

/* NULL for infinities, as PostgreSQL answers. */
static bool is_infinite(const struct cast *c, int64_t us)
{
    bool infinite = us == TIMESTAMP_INFINITY || us == TIMESTAMP_MINUS_INFINITY;
    if (infinite) *c->out = value_null();
    return infinite;
}

static err to_time_of_day(const struct cast *c)
{
    int64_t wall;
    TRY(wall_of(c, &wall));
    return is_infinite(c, wall) ? NULL : give_time(c, timestamp_to_time(wall));
}

static err timestamptz_to_timetz(const struct cast *c)
{
    int64_t wall, utc;
    TRY(wall_of(c, &wall));
    if (is_infinite(c, wall)) return NULL;
    TRY(timestamptz_parse(c->arena, c->session, c->value->s, TYPMOD_NONE, &utc));
    int32_t west_s = (int32_t)((utc - wall) / US_PER_SECOND);
    return give_timetz(c, (struct timetz){timestamp_to_time(wall), west_s});
}

/* The stored text of a time is an input text of timetz, which adds the session's offset. */
static err time_to_timetz(const struct cast *c)
{
    return type_input(c->arena, c->session, c->to, c->coercion, c->value->s, c->out);
}

static err timetz_to_time(const struct cast *c)
{
    struct timetz value;
    TRY(timetz_parse(c->arena, c->session, c->value->s, TYPMOD_NONE, &value));
    return give_time(c, value.us);
}

static err time_to_interval(const struct cast *c)
{
    int64_t us;
    TRY(time_parse(c->arena, c->session, c->value->s, TYPMOD_NONE, &us));
    struct buf *text = buf_in(c->arena, 0);
    interval_write(text, (struct interval){.us = us});
    return give(c, text);
}

static err interval_to_time(const struct cast *c)
{
    struct interval interval;
    TRY(interval_parse(c->arena, c->value->s, TYPMOD_NONE, &interval));
    return give_time(c, time_add(0, interval));
}

/* ---- json ---- */

static err json_to_jsonb(const struct cast *c)
{
    *c->out = value_text(STR_NONE);
    return jsonb_parse(c->arena, c->value->s, &c->out->s);
}

static err cannot_cast_jsonb(const struct cast *c, const char *what)
{
    return err_sql(c->arena, "22023", "cannot cast jsonb %s to type %.*s", what,
                   STR_FMT(type_storage_name(c->to->storage)));
}

static const char *const jsonb_names[] = {
    [JSONB_NULL] = "null",    [JSONB_STRING] = "string", [JSONB_NUMBER] = "numeric",
    [JSONB_BOOL] = "boolean", [JSONB_ARRAY] = "array",   [JSONB_OBJECT] = "object",
};

static err jsonb_to_bool(const struct cast *c)
{
    enum jsonb_kind kind = jsonb_kind(c->value->s);
    if (kind != JSONB_BOOL) return cannot_cast_jsonb(c, jsonb_names[kind]);
    *c->out = value_int(c->value->s.at[0] == 't');
    return NULL;
}

static err jsonb_to_number(const struct cast *c)
{
    enum jsonb_kind kind = jsonb_kind(c->value->s);
    if (kind != JSONB_NUMBER) return cannot_cast_jsonb(c, jsonb_names[kind]);
    return type_cast(c->arena, c->session, type_plain(TYPE_NUMERIC), c->to, TYPE_EXPLICIT, c->value,
                     c->out);
}

/* ---- addresses ---- */

static err inet_to_cidr(const struct cast *c)
{
    struct inet network = inet_network(inet_read(c->value->s));
    struct buf *text = buf_in(c->arena, 0);
    cidr_write(text, &network);
    return give(c, text);
}

static err cidr_to_inet(const struct cast *c)
{
    *c->out = value_text(inet_shown(c->value->s));
    return NULL;
}

/* A width in any case, unlike output. */
static err inet_to_text(const struct cast *c)
{
    struct inet address = inet_read(c->value->s);
    struct buf *text = buf_in(c->arena, 0);
    cidr_write(text, &address);
    return give(c, text);
}

static err macaddr_to_macaddr8(const struct cast *c)
{
    unsigned char mac[MAC_BYTES], wide[MAC8_BYTES];
    mac_read(c->value->s, mac, sizeof mac);
    mac_widen(mac, wide);
    struct buf *text = buf_in(c->arena, 0);
    mac_write(text, wide, sizeof wide);
    return give(c, text);
}

static err macaddr8_to_macaddr(const struct cast *c)
{
    unsigned char mac[MAC_BYTES], wide[MAC8_BYTES];
    mac_read(c->value->s, wide, sizeof wide);
    TRY(mac8_narrow(c->arena, wide, mac));
    struct buf *text = buf_in(c->arena, 0);
    mac_write(text, mac, sizeof mac);
    return give(c, text);
}

/* ---- bit strings ---- */

static err int_to_bits(const struct cast *c)
{
    *c->out = value_text(STR_NONE);
    int32_t count = c->to->typmod > 0 ? c->to->typmod : 1;
    return bits_from_int(c->arena, c->value->i, count, &c->out->s);
}

static err bits_to_integer(const struct cast *c)
{
    *c->out = value_int(0);
    return bits_to_int(c->arena, c->value->s, c->to->storage == TYPE_INT4 ? 32 : 64, &c->out->i);
}

/* ---- the table: pg_cast's rows of our families ---- */

struct cast_row {
    enum type_storage from;
    enum type_storage to;
    enum type_coercion context; /* the weakest in which it applies */
    cast_function function;
};

#define I TYPE_IMPLICIT
#define A TYPE_ASSIGNMENT
#define E TYPE_EXPLICIT
static const struct cast_row casts[] = {
    {TYPE_BOOL,        TYPE_INT4,        E, same                 },
    {TYPE_BOOL,        TYPE_TEXT,        A, bool_to_text         },
    {TYPE_BOOL,        TYPE_VARCHAR,     A, bool_to_text         },
    {TYPE_BOOL,        TYPE_BPCHAR,      A, bool_to_text         },
    {TYPE_BOOL,        TYPE_CITEXT,      A, bool_to_text         },
    {TYPE_INT2,        TYPE_INT4,        I, same                 },
    {TYPE_INT2,        TYPE_INT8,        I, same                 },
    {TYPE_INT2,        TYPE_OID,         I, int_to_oid           },
    {TYPE_INT2,        TYPE_FLOAT4,      I, int_to_float4        },
    {TYPE_INT2,        TYPE_FLOAT8,      I, int_to_float8        },
    {TYPE_INT2,        TYPE_NUMERIC,     I, int_to_numeric       },
    {TYPE_INT4,        TYPE_BOOL,        E, int_to_bool          },
    {TYPE_INT4,        TYPE_INT2,        A, int_to_int           },
    {TYPE_INT4,        TYPE_INT8,        I, same                 },
    {TYPE_INT4,        TYPE_OID,         I, int_to_oid           },
    {TYPE_INT4,        TYPE_FLOAT4,      I, int_to_float4        },
    {TYPE_INT4,        TYPE_FLOAT8,      I, int_to_float8        },
    {TYPE_INT4,        TYPE_NUMERIC,     I, int_to_numeric       },
    {TYPE_INT8,        TYPE_INT2,        A, int_to_int           },
    {TYPE_INT8,        TYPE_INT4,        A, int_to_int           },
    {TYPE_INT8,        TYPE_OID,         I, int_to_int           },
    {TYPE_INT8,        TYPE_FLOAT4,      I, int_to_float4        },
    {TYPE_INT8,        TYPE_FLOAT8,      I, int_to_float8        },
    {TYPE_INT8,        TYPE_NUMERIC,     I, int_to_numeric       },
    {TYPE_OID,         TYPE_INT4,        A, oid_to_int4          },
    {TYPE_OID,         TYPE_INT8,        A, same                 },
    {TYPE_FLOAT4,      TYPE_INT2,        A, float_to_int         },
    {TYPE_FLOAT4,      TYPE_INT4,        A, float_to_int         },
    {TYPE_FLOAT4,      TYPE_INT8,        A, float_to_int         },
    {TYPE_FLOAT4,      TYPE_FLOAT8,      I, same                 },
    {TYPE_FLOAT4,      TYPE_NUMERIC,     A, float4_to_numeric    },
    {TYPE_FLOAT8,      TYPE_INT2,        A, float_to_int         },
    {TYPE_FLOAT8,      TYPE_INT4,        A, float_to_int         },
    {TYPE_FLOAT8,      TYPE_INT8,        A, float_to_int         },
    {TYPE_FLOAT8,      TYPE_FLOAT4,      A, float8_to_float4     },
    {TYPE_FLOAT8,      TYPE_NUMERIC,     A, float8_to_numeric    },
    {TYPE_NUMERIC,     TYPE_INT2,        A, numeric_to_integer   },
    {TYPE_NUMERIC,     TYPE_INT4,        A, numeric_to_integer   },
    {TYPE_NUMERIC,     TYPE_INT8,        A, numeric_to_integer   },
    {TYPE_NUMERIC,     TYPE_FLOAT4,      I, numeric_to_float4    },
    {TYPE_NUMERIC,     TYPE_FLOAT8,      I, numeric_to_float8    },
    {TYPE_TEXT,        TYPE_VARCHAR,     I, text_to_text         },
    {TYPE_TEXT,        TYPE_BPCHAR,      I, text_to_text         },
    {TYPE_TEXT,        TYPE_NAME,        I, text_to_text         },
    {TYPE_TEXT,        TYPE_CITEXT,      A, text_to_text         },
    {TYPE_VARCHAR,     TYPE_TEXT,        I, text_to_text         },
    {TYPE_VARCHAR,     TYPE_BPCHAR,      I, text_to_text         },
    {TYPE_VARCHAR,     TYPE_NAME,        I, text_to_text         },
    {TYPE_VARCHAR,     TYPE_CITEXT,      A, text_to_text         },
    {TYPE_BPCHAR,      TYPE_TEXT,        I, text_to_text         },
    {TYPE_BPCHAR,      TYPE_VARCHAR,     I, text_to_text         },
    {TYPE_BPCHAR,      TYPE_NAME,        I, text_to_text         },
    {TYPE_BPCHAR,      TYPE_CITEXT,      A, text_to_text         },
    {TYPE_NAME,        TYPE_TEXT,        I, text_to_text         },
    {TYPE_NAME,        TYPE_VARCHAR,     A, text_to_text         },
    {TYPE_NAME,        TYPE_BPCHAR,      A, text_to_text         },
    {TYPE_CITEXT,      TYPE_TEXT,        I, text_to_text         },
    {TYPE_CITEXT,      TYPE_VARCHAR,     I, text_to_text         },
    {TYPE_CITEXT,      TYPE_BPCHAR,      A, text_to_text         },
    {TYPE_DATE,        TYPE_TIMESTAMP,   I, to_timestamp_wall    },
    {TYPE_DATE,        TYPE_TIMESTAMPTZ, I, to_timestamptz       },
    {TYPE_TIME,        TYPE_TIMETZ,      I, time_to_timetz       },
    {TYPE_TIME,        TYPE_INTERVAL,    I, time_to_interval     },
    {TYPE_TIMETZ,      TYPE_TIME,        A, timetz_to_time       },
    {TYPE_TIMESTAMP,   TYPE_DATE,        A, to_day               },
    {TYPE_TIMESTAMP,   TYPE_TIME,        A, to_time_of_day       },
    {TYPE_TIMESTAMP,   TYPE_TIMESTAMPTZ, I, to_timestamptz       },
    {TYPE_TIMESTAMPTZ, TYPE_DATE,        A, to_day               },
    {TYPE_TIMESTAMPTZ, TYPE_TIME,        A, to_time_of_day       },
    {TYPE_TIMESTAMPTZ, TYPE_TIMETZ,      A, timestamptz_to_timetz},
    {TYPE_TIMESTAMPTZ, TYPE_TIMESTAMP,   A, to_timestamp_wall    },
    {TYPE_INTERVAL,    TYPE_TIME,        A, interval_to_time     },
    {TYPE_JSON,        TYPE_JSONB,       A, json_to_jsonb        },
    {TYPE_JSONB,       TYPE_JSON,        A, same                 },
    {TYPE_JSONB,       TYPE_BOOL,        E, jsonb_to_bool        },
    {TYPE_JSONB,       TYPE_INT2,        E, jsonb_to_number      },
    {TYPE_JSONB,       TYPE_INT4,        E, jsonb_to_number      },
    {TYPE_JSONB,       TYPE_INT8,        E, jsonb_to_number      },
    {TYPE_JSONB,       TYPE_FLOAT4,      E, jsonb_to_number      },
    {TYPE_JSONB,       TYPE_FLOAT8,      E, jsonb_to_number      },
    {TYPE_JSONB,       TYPE_NUMERIC,     E, jsonb_to_number      },
    {TYPE_INET,        TYPE_CIDR,        A, inet_to_cidr         },
    {TYPE_INET,        TYPE_TEXT,        A, inet_to_text         },
    {TYPE_INET,        TYPE_VARCHAR,     A, inet_to_text         },
    {TYPE_INET,        TYPE_BPCHAR,      A, inet_to_text         },
    {TYPE_CIDR,        TYPE_INET,        I, cidr_to_inet         },
    {TYPE_MACADDR,     TYPE_MACADDR8,    I, macaddr_to_macaddr8  },
    {TYPE_MACADDR8,    TYPE_MACADDR,     I, macaddr8_to_macaddr  },
    {TYPE_INT4,        TYPE_BIT,         E, int_to_bits          },
    {TYPE_INT8,        TYPE_BIT,         E, int_to_bits          },
    {TYPE_BIT,         TYPE_INT4,        E, bits_to_integer      },
    {TYPE_BIT,         TYPE_INT8,        E, bits_to_integer      },
    {TYPE_BIT,         TYPE_VARBIT,      I, same                 },
    {TYPE_VARBIT,      TYPE_BIT,         I, same                 },
};
#undef I
#undef A
#undef E

static const struct cast_row *find_row(enum type_storage from, enum type_storage to)
{
    for (size_t i = 0; i < COUNT_OF(casts); i++) {
        if (casts[i].from == from && casts[i].to == to) return &casts[i];
    }
    return NULL;
}

static bool is_text(enum type_storage storage)
{
    return storage >= TYPE_TEXT && storage <= TYPE_CITEXT;
}

static bool is_row(enum type_storage storage)
{
    return storage == TYPE_COMPOSITE || storage == TYPE_RECORD;
}

/* The same enum, composite or element; plain families are told apart by storage alone. */
static bool same_type(const struct type_ref *a, const struct type_ref *b)
{
    if (a->storage != b->storage) return false;
    if (a->storage == TYPE_ARRAY) return same_type(a->element, b->element);
    if (a->storage == TYPE_ENUM || a->storage == TYPE_COMPOSITE) {
        return a == b || str_eq(a->name, b->name);
    }
    return a->storage != TYPE_RECORD;
}

/* ---- arrays and rows, part by part ---- */

static err array_to_array(const struct cast *c)
{
    struct type_ref element = *c->to->element;
    element.typmod = TYPMOD_NONE; /* applied to the whole array afterwards */
    struct buf *out = buf_in(c->arena, 0);
    struct array_iter iter = array_iter(c->value->s);
    str item;
    size_t done = 0;
    while (array_next(&iter, &item)) {
        size_t start = (size_t)(item.at - c->value->s.at);
        struct value from = array_read_item(c->arena, c->from->element, item), to;
        TRY(type_cast(c->arena, c->session, c->from->element, &element, c->coercion, &from, &to));
        buf_str_add(out, str_slice(c->value->s, done, start));
        array_write_item(out, &element, &to);
        done = start + item.len;
    }
    buf_str_add(out, str_skip(c->value->s, done));
    return give(c, out);
}

static err row_to_row(const struct cast *c)
{
    if (c->from->field_count != c->to->field_count) {
        struct err *error =
            err_sql(c->arena, "42846", "cannot cast type %.*s to %.*s",
                    STR_FMT(type_name(c->arena, c->from)), STR_FMT(type_name(c->arena, c->to)));
        return err_details(c->arena, error, "Input has too %s columns.",
                           c->from->field_count < c->to->field_count ? "few" : "many");
    }
    struct buf *out = buf_in(c->arena, 0);
    struct json_walk walk = json_walk(c->value->s);
    buf_char(out, '{');
    for (size_t i = 0; i < c->to->field_count; i++) {
        const struct type_field *from = &c->from->fields[i], *to = &c->to->fields[i];
        str key, item;
        struct value before = value_null(), after;
        if (json_walk_next(&walk, &key, &item))
            before = array_read_item(c->arena, from->type, item);
        TRY(type_cast(c->arena, c->session, from->type, to->type, c->coercion, &before, &after));
        if (i) buf_char(out, ',');
        json_write_str(out, to->name);
        buf_char(out, ':');
        array_write_item(out, to->type, &after);
    }
    buf_char(out, '}');
    return give(c, out);
}

/* ---- public ---- */

/* The function for a pair and the weakest context that allows it; NULL when there is no cast. */
static cast_function find_cast(const struct type_ref *from,
                               const struct type_ref *to,
                               enum type_coercion *context)
{
    *context = TYPE_IMPLICIT;
    if (from->storage == TYPE_UNKNOWN) return through_text;
    if (same_type(from, to)) return same;
    if (to->storage == TYPE_RECORD && is_row(from->storage)) return same;
    const struct cast_row *row = find_row(from->storage, to->storage);
    if (row) {
        *context = row->context;
        return row->function;
    }
    if (from->storage == TYPE_ARRAY && to->storage == TYPE_ARRAY) {
        return find_cast(from->element, to->element, context) ? array_to_array : NULL;
    }
    if (from->storage == TYPE_RECORD && to->storage == TYPE_COMPOSITE) return row_to_row;
    /* Everything has a text form: to text on assignment, from text when asked for by name. */
    *context = TYPE_ASSIGNMENT;
    if (is_text(to->storage)) return through_text;
    *context = TYPE_EXPLICIT;
    return is_text(from->storage) ? through_text : NULL;
}

bool type_cast_exists(const struct type_ref *from,
                      const struct type_ref *to,
                      enum type_coercion coercion)
{
    enum type_coercion context;
    return find_cast(from, to, &context) && context <= coercion;
}

err type_cast(struct arena *arena,
              const struct type_session *session,
              const struct type_ref *from,
              const struct type_ref *to,
              enum type_coercion coercion,
              const struct value *value,
              struct value *out)
{
    enum type_coercion context;
    cast_function function = find_cast(from, to, &context);
    if (!function || context > coercion) {
        return err_sql(arena, "42846", "cannot cast type %.*s to %.*s",
                       STR_FMT(type_name(arena, from)), STR_FMT(type_name(arena, to)));
    }
    struct value result = value_null();
    if (value->kind != VALUE_NULL) {
        const struct cast c = {arena, session, from, to, coercion, value, &result};
        TRY(function(&c));
    }
    return type_coerce_typmod(arena, to, coercion, &result, out);
}
