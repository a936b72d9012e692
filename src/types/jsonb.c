#include "types/jsonb.h"

#include <stdlib.h>
#include <string.h>

#include "types/numeric.h"

/* ---- input ---- */

/* base/json.h's errors under PostgreSQL's text. */
static err as_sql_error(struct arena *arena, err error)
{
    if (error->kind == ERR_JSON_DEPTH) {
        return err_sql(arena, "54001", "stack depth limit exceeded");
    }
    if (error->kind != ERR_JSON_SYNTAX) return error;
    struct err *sql = err_sql(arena, "22P02", "invalid input syntax for type json");
    err_at(sql, error->at);
    str what = error->details.len ? error->details : error->message;
    return err_details(arena, sql, "%.*s", STR_FMT(what));
}

static const struct json_options options = {.depth_max = JSONB_DEPTH_MAX, .nul_allowed = true};

err json_text_check(struct arena *arena, str text)
{
    err error = json_check(arena, text, &options);
    return error ? as_sql_error(arena, error) : NULL;
}

err jsonb_parse(struct arena *arena, str text, str *out)
{
    const struct json *tree;
    err error = json_parse(arena, text, &options, &tree);
    if (error) return as_sql_error(arena, error);
    struct buf *buf = buf_in(arena, 0);
    TRY(jsonb_write(arena, buf, tree));
    *out = buf_str(buf);
    return NULL;
}

static err write_string(struct arena *arena, struct buf *out, str text)
{
    if (text.len && memchr(text.at, 0, text.len)) {
        struct err *error = err_sql(arena, "22P05", "unsupported Unicode escape sequence");
        return err_details(arena, error, "\\u0000 cannot be converted to text.");
    }
    json_write_str(out, text);
    return NULL;
}

/* By length then bytes; the later of equal ones first, so that the first of a run is kept. */
static int compare_members(const void *a, const void *b)
{
    const struct json_member *x = *(const struct json_member *const *)a;
    const struct json_member *y = *(const struct json_member *const *)b;
    if (x->name.len != y->name.len) return x->name.len < y->name.len ? -1 : 1;
    int order = str_cmp(x->name, y->name);
    return order ? order : x > y ? -1 : 1;
}

static err write_object(struct arena *arena, struct buf *out, const struct json *value)
{
    const struct json_member **sorted =
        ARENA_ARRAY(arena, const struct json_member *, value->count);
    for (size_t i = 0; i < value->count; i++) sorted[i] = &value->members[i];
    if (value->count) qsort(sorted, value->count, sizeof *sorted, compare_members);
    buf_char(out, '{');
    for (size_t i = 0; i < value->count; i++) {
        if (i && str_eq(sorted[i]->name, sorted[i - 1]->name)) continue;
        if (i) buf_lit(out, ", ");
        TRY(write_string(arena, out, sorted[i]->name));
        buf_lit(out, ": ");
        TRY(jsonb_write(arena, out, sorted[i]->value));
    }
    buf_char(out, '}');
    return NULL;
}

static err write_array(struct arena *arena, struct buf *out, const struct json *value)
{
    buf_char(out, '[');
    for (size_t i = 0; i < value->count; i++) {
        if (i) buf_lit(out, ", ");
        TRY(jsonb_write(arena, out, value->items[i]));
    }
    buf_char(out, ']');
    return NULL;
}

err jsonb_write(struct arena *arena, struct buf *out, const struct json *value)
{
    str number;
    switch (value->kind) {
    case JSON_NULL: buf_lit(out, "null"); return NULL;
    case JSON_FALSE: buf_lit(out, "false"); return NULL;
    case JSON_TRUE: buf_lit(out, "true"); return NULL;
    case JSON_NUMBER:
        TRY(numeric_parse(arena, value->text, -1, &number));
        buf_str_add(out, number);
        return NULL;
    case JSON_STRING: return write_string(arena, out, value->text);
    case JSON_ARRAY: return write_array(arena, out, value);
    case JSON_OBJECT: return write_object(arena, out, value);
    }
    return NULL;
}

/* ---- looking ---- */

static char first_byte(str json)
{
    size_t at = json_skip_blanks(json, 0);
    return at < json.len ? json.at[at] : 'n';
}

enum jsonb_kind jsonb_kind(str json)
{
    switch (first_byte(json)) {
    case '{': return JSONB_OBJECT;
    case '[': return JSONB_ARRAY;
    case '"': return JSONB_STRING;
    case 't':
    case 'f': return JSONB_BOOL;
    case 'n': return JSONB_NULL;
    default: return JSONB_NUMBER;
    }
}

str jsonb_typeof(str json)
{
    static const str names[] = {
        [JSONB_NULL] = STR_INIT("null"),     [JSONB_STRING] = STR_INIT("string"),
        [JSONB_NUMBER] = STR_INIT("number"), [JSONB_BOOL] = STR_INIT("boolean"),
        [JSONB_ARRAY] = STR_INIT("array"),   [JSONB_OBJECT] = STR_INIT("object"),
    };
    return names[jsonb_kind(json)];
}

bool jsonb_get(str json, str key, str *out)
{
    struct json_walk walk = json_walk(json);
    str name, value;
    bool found = false;
    if (!walk.object) return false;
    while (json_walk_next(&walk, &name, &value)) {
        if (!json_string_equals(name, key)) continue;
        *out = value;
        found = true;
    }
    return found;
}

size_t jsonb_count(str container)
{
    struct json_walk walk = json_walk(container);
    str key, value;
    size_t count = 0;
    while (json_walk_next(&walk, &key, &value)) count++;
    return count;
}

bool json_text_at(str json, int64_t index, str *out)
{
    if (jsonb_kind(json) != JSONB_ARRAY) return false;
    if (index < 0) index += (int64_t)jsonb_count(json);
    if (index < 0) return false;
    struct json_walk walk = json_walk(json);
    str key;
    while (json_walk_next(&walk, &key, out)) {
        if (index-- == 0) return true;
    }
    return false;
}

bool jsonb_at(str json, int64_t index, str *out)
{
    enum jsonb_kind kind = jsonb_kind(json);
    bool scalar = kind != JSONB_ARRAY && kind != JSONB_OBJECT;
    if (!scalar) return json_text_at(json, index, out);
    *out = json;
    return index == 0 || index == -1;
}

bool jsonb_path(str json, const str *path, size_t count, str *out)
{
    for (size_t i = 0; i < count; i++) {
        enum jsonb_kind kind = jsonb_kind(json);
        int64_t index;
        bool found = false;
        if (kind == JSONB_OBJECT)
            found = jsonb_get(json, path[i], &json);
        else if (kind == JSONB_ARRAY && str_to_i64(path[i], &index))
            found = json_text_at(json, index, &json);
        if (!found) return false;
    }
    *out = json;
    return true;
}

str jsonb_string(struct arena *arena, str value)
{
    if (json_is_plain(value)) return json_inner(value);
    struct buf *text = buf_in(arena, 0);
    json_string_decode(text, value);
    return text->at ? buf_str(text) : STR("");
}

err jsonb_as_text(struct arena *arena, str value, bool *null, str *out)
{
    *null = false;
    *out = value;
    switch (jsonb_kind(value)) {
    case JSONB_NULL: *null = true; return NULL;
    case JSONB_STRING: break;
    default: return NULL;
    }
    size_t start = json_skip_blanks(value, 0);
    *out = jsonb_string(arena, str_slice(value, start, json_skip_value(value, start)));
    if (out->len && memchr(out->at, 0, out->len)) {
        struct err *error = err_sql(arena, "22P05", "unsupported Unicode escape sequence");
        return err_details(arena, error, "\\u0000 cannot be converted to text.");
    }
    return NULL;
}

err jsonb_array_length(struct arena *arena, str json, int64_t *out)
{
    enum jsonb_kind kind = jsonb_kind(json);
    if (kind == JSONB_OBJECT) {
        return err_sql(arena, "22023", "cannot get array length of a non-array");
    }
    if (kind != JSONB_ARRAY) return err_sql(arena, "22023", "cannot get array length of a scalar");
    *out = (int64_t)jsonb_count(json);
    return NULL;
}

/* ---- building ---- */

static int compare_pairs(const void *a, const void *b)
{
    const struct jsonb_pair *x = a, *y = b;
    if (x->key.len != y->key.len) return x->key.len < y->key.len ? -1 : 1;
    int order = str_cmp(x->key, y->key);
    /* Of equal keys the later comes last: qsort is not stable, so the index decides. */
    return order ? order : x->index < y->index ? -1 : x->index > y->index;
}

void jsonb_write_object(struct buf *out, struct jsonb_pair *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++) pairs[i].index = i;
    if (count) qsort(pairs, count, sizeof *pairs, compare_pairs);
    bool first = true;
    buf_char(out, '{');
    for (size_t i = 0; i < count; i++) {
        if (i + 1 < count && str_eq(pairs[i].key, pairs[i + 1].key)) continue;
        if (!first) buf_lit(out, ", ");
        first = false;
        json_write_str(out, pairs[i].key);
        buf_lit(out, ": ");
        buf_str_add(out, pairs[i].value);
    }
    buf_char(out, '}');
}

void jsonb_write_array(struct buf *out, const str *values, size_t count)
{
    buf_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i) buf_lit(out, ", ");
        buf_str_add(out, values[i]);
    }
    buf_char(out, ']');
}

static void new_line(struct buf *out, size_t depth)
{
    buf_char(out, '\n');
    for (size_t i = 0; i < depth; i++) buf_lit(out, "    ");
}

static void write_pretty(struct buf *out, str value, size_t depth)
{
    enum jsonb_kind kind = jsonb_kind(value);
    if (kind != JSONB_ARRAY && kind != JSONB_OBJECT) {
        buf_str_add(out, value);
        return;
    }
    struct json_walk walk = json_walk(value);
    str key, item;
    bool first = true;
    buf_char(out, kind == JSONB_OBJECT ? '{' : '[');
    while (json_walk_next(&walk, &key, &item)) {
        if (!first) buf_char(out, ',');
        first = false;
        new_line(out, depth + 1);
        if (kind == JSONB_OBJECT) {
            buf_str_add(out, key);
            buf_lit(out, ": ");
        }
        write_pretty(out, item, depth + 1);
    }
    new_line(out, depth);
    buf_char(out, kind == JSONB_OBJECT ? '}' : ']');
}

str jsonb_pretty(struct arena *arena, str a)
{
    struct buf *out = buf_in(arena, 0);
    write_pretty(out, a, 0);
    return buf_str(out);
}
