#include "engine/postgres/row_value.h"

#include <string.h>

#include "base/json.h"
#include "types/type_text.h"

/* ---- shapes ---- */

static void choose(struct row_column *column, const struct type_ref *ref, struct plan_column *shown)
{
    column->how = ROW_PLAIN;
    shown->ref = type_plain(TYPE_TEXT);
    switch (ref->storage) {
    case TYPE_BOOL:
        column->how = ROW_BOOL;
        shown->ref = ref;
        return;
    case TYPE_INT2:
    case TYPE_INT4:
    case TYPE_INT8:
    case TYPE_OID:
    case TYPE_FLOAT4:
    case TYPE_FLOAT8:
    case TYPE_NUMERIC:
        /* All print as the text that the server made, NaN and infinities in quotes. */
        shown->ref = type_plain(TYPE_NUMERIC);
        return;
    case TYPE_JSON:
    case TYPE_JSONB: shown->ref = type_plain(TYPE_JSON); return;
    case TYPE_TIMESTAMP: column->how = ROW_TIMESTAMP; return;
    case TYPE_TIMESTAMPTZ: column->how = ROW_TIMESTAMPTZ; return;
    case TYPE_ARRAY:
    case TYPE_COMPOSITE:
        column->how = ROW_PARSED;
        column->ref = ref;
        shown->ref = ref;
        return;
    case TYPE_UNKNOWN:
    case TYPE_VOID:
    case TYPE_TEXT:
    case TYPE_VARCHAR:
    case TYPE_BPCHAR:
    case TYPE_NAME:
    case TYPE_CITEXT:
    case TYPE_UUID:
    case TYPE_DATE:
    case TYPE_TIME:
    case TYPE_TIMETZ:
    case TYPE_INTERVAL:
    case TYPE_BYTEA:
    case TYPE_ENUM:
    case TYPE_RECORD:
    case TYPE_INT4RANGE:
    case TYPE_INT8RANGE:
    case TYPE_NUMRANGE:
    case TYPE_DATERANGE:
    case TYPE_TSRANGE:
    case TYPE_TSTZRANGE:
    case TYPE_TSVECTOR:
    case TYPE_TSQUERY:
    case TYPE_INET:
    case TYPE_CIDR:
    case TYPE_MACADDR:
    case TYPE_MACADDR8:
    case TYPE_BIT:
    case TYPE_VARBIT:
    case TYPE_STORAGE_COUNT: return;
    }
}

static str json_key(struct arena *arena, str name)
{
    struct buf *text = buf_in(arena, 0);
    json_write_str(text, name);
    buf_char(text, ':');
    return buf_str(text);
}

const struct row_shape *row_shape_new(
    struct arena *arena, const struct catalog *catalog, const PGresult *result, int skip, bool text)
{
    struct row_shape *shape = ARENA_NEW(arena, struct row_shape);
    int fields = PQnfields(result);
    size_t count = fields > skip ? (size_t)(fields - skip) : 0;
    shape->skip = skip;
    shape->node.columns = ARENA_ARRAY(arena, struct plan_column, count);
    shape->node.column_count = count;
    shape->columns = ARENA_ARRAY(arena, struct row_column, count);
    for (size_t i = 0; i < count; i++) {
        int field = skip + (int)i;
        struct plan_column *shown = &shape->node.columns[i];
        shown->type = shape->columns[i].type = PQftype(result, field);
        shown->typmod = -1;
        shown->name = str_copy(arena, str_of(PQfname(result, field)));
        shown->json_key = json_key(arena, shown->name);
        const struct type_ref *ref =
            text ? type_plain(TYPE_TEXT) : catalog_type_ref(arena, catalog, shown->type, -1);
        choose(&shape->columns[i], ref, shown);
    }
    return shape;
}

bool row_shape_fits(const struct row_shape *shape, const PGresult *result)
{
    if (PQnfields(result) != shape->skip + (int)shape->node.column_count) return false;
    for (size_t i = 0; i < shape->node.column_count; i++) {
        int field = shape->skip + (int)i;
        if (PQftype(result, field) != shape->columns[i].type) return false;
        if (!str_eq(str_of(PQfname(result, field)), shape->node.columns[i].name)) return false;
    }
    return true;
}

/* ---- values ---- */

/* "2026-01-02 03:04:05.6+07" to "2026-01-02T03:04:05.6+07:00"; infinity stays. */
static str stamp(struct arena *arena, str text, bool zoned)
{
    size_t space = str_find_char(text, ' ', 0);
    if (space == SIZE_MAX) return text;
    str date = str_slice(text, 0, space), time = str_skip(text, space + 1), era = STR_NONE;
    size_t second = str_find_char(time, ' ', 0); /* " BC" */
    if (second != SIZE_MAX) {
        era = str_skip(time, second);
        time = str_slice(time, 0, second);
    }
    bool short_offset =
        zoned && time.len > 3 && (time.at[time.len - 3] == '+' || time.at[time.len - 3] == '-');
    str parts[] = {date, STR("T"), time, short_offset ? STR(":00") : STR(""), era};
    char *out = arena_alloc(arena, text.len + sizeof ":00");
    size_t len = 0;
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        if (parts[i].len) memcpy(out + len, parts[i].at, parts[i].len);
        len += parts[i].len;
    }
    return str_from(out, len);
}

static struct value parsed(struct arena *arena, const struct type_ref *ref, str text)
{
    struct value value;
    if (!type_input(arena, NULL, ref, TYPE_EXPLICIT, text, &value)) return value;
    /* Not readable for our library: stored arrays and composites are JSON, and so is this string. */
    struct buf *json = buf_in(arena, 0);
    json_write_str(json, text);
    return value_text(buf_str(json));
}

static struct value value_of(struct arena *arena, const struct row_column *column, str text)
{
    switch (column->how) {
    case ROW_PLAIN: break;
    case ROW_BOOL: return value_int(text.len && text.at[0] == 't');
    case ROW_TIMESTAMP: return value_text(stamp(arena, text, false));
    case ROW_TIMESTAMPTZ: return value_text(stamp(arena, text, true));
    case ROW_PARSED: return parsed(arena, column->ref, text);
    }
    return value_text(text);
}

void row_values(struct arena *arena,
                const struct row_shape *shape,
                const PGresult *result,
                int row,
                struct value *out)
{
    for (size_t i = 0; i < shape->node.column_count; i++) {
        int field = shape->skip + (int)i;
        str text =
            str_from(PQgetvalue(result, row, field), (size_t)PQgetlength(result, row, field));
        out[i] = PQgetisnull(result, row, field) ? value_null()
                                                 : value_of(arena, &shape->columns[i], text);
    }
}
