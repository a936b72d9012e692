#include "types/array.h"

#include <math.h>

#include "types/float.h"
#include "types/json_scan.h"
#include "types/type_text.h"

/* ---- one element ---- */

void array_write_item(struct buf *out, const struct type_ref *element, const struct value *value)
{
    switch (value->kind) {
    case VALUE_NULL: buf_lit(out, "null"); return;
    case VALUE_INT:
        if (element->storage == TYPE_BOOL)
            buf_str_add(out, value->i ? STR("true") : STR("false"));
        else
            buf_i64(out, value->i);
        return;
    case VALUE_REAL: float8_write_json(out, value->r); return;
    case VALUE_TEXT: json_write_str(out, value->s); return;
    case VALUE_BLOB: break;
    }
    struct value blob = *value;
    buf_char(out, '"');
    buf_char(out, '\\'); /* the output's own backslash, escaped for JSON */
    type_output(NULL, element, &blob, out);
    buf_char(out, '"');
}

/* A string item's text; borrows when it has no escapes. */
static str item_text(struct arena *arena, str item)
{
    if (json_is_plain(item)) return json_inner(item);
    struct buf *text = buf_in(arena, 0);
    json_string_decode(text, item);
    return text->at ? buf_str(text) : STR("");
}

static struct value read_real(str item)
{
    if (item.at[0] == '"') return value_real(item.at[1] == '-' ? -INFINITY : INFINITY);
    double real = 0;
    struct arena *scratch = arena_new(0);
    err_ignore(float8_parse(scratch, item, &real), "stored items are numbers");
    arena_free(scratch);
    return value_real(real);
}

static struct value read_blob(struct arena *arena, str item)
{
    str hex = str_skip(item_text(arena, item), 2);
    char *bytes = arena_alloc(arena, hex.len / 2);
    for (size_t i = 0; i + 1 < hex.len; i += 2) {
        bytes[i / 2] = (char)(hex_value(hex.at[i]) << 4 | hex_value(hex.at[i + 1]));
    }
    return value_blob(str_from(bytes, hex.len / 2));
}

struct value array_read_item(struct arena *arena, const struct type_ref *element, str item)
{
    int64_t number = 0;
    if (!item.len || item.at[0] == 'n') return value_null();
    switch (element->storage) {
    case TYPE_BOOL: return value_int(item.at[0] == 't');
    case TYPE_INT2:
    case TYPE_INT4:
    case TYPE_INT8:
    case TYPE_OID: return str_to_i64(item, &number) ? value_int(number) : value_null();
    case TYPE_FLOAT4:
    case TYPE_FLOAT8: return read_real(item);
    case TYPE_BYTEA: return read_blob(arena, item);
    default: break;
    }
    return value_text(item.at[0] == '"' ? item_text(arena, item) : item);
}

void array_write_items(struct buf *out,
                       const struct type_ref *element,
                       const struct value *values,
                       size_t count)
{
    buf_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i) buf_char(out, ',');
        array_write_item(out, element, &values[i]);
    }
    buf_char(out, ']');
}

/* ---- walking ---- */

struct array_iter array_iter(str array)
{
    return (struct array_iter){array, 0};
}

bool array_next(struct array_iter *iter, str *item)
{
    while (iter->at < iter->text.len) {
        char c = iter->text.at[iter->at];
        if (c == '[' || c == ']' || c == ',' || json_is_blank(c)) {
            iter->at++;
            continue;
        }
        size_t end = json_skip_value(iter->text, iter->at);
        *item = str_slice(iter->text, iter->at, end);
        iter->at = end;
        return true;
    }
    return false;
}

/* ---- looking ---- */

static bool is_array_text(str s)
{
    return s.len && s.at[0] == '[';
}

static size_t count_items(str array)
{
    struct json_walk walk = json_walk(array);
    str key, item;
    size_t count = 0;
    while (json_walk_next(&walk, &key, &item)) count++;
    return count;
}

static bool first_item(str array, str *item)
{
    struct json_walk walk = json_walk(array);
    str key;
    return json_walk_next(&walk, &key, item);
}

size_t array_dimensions(str array)
{
    size_t count = 0;
    while (is_array_text(array) && first_item(array, &array)) count++;
    return count;
}

bool array_length(str array, size_t dimension, int64_t *out)
{
    for (; dimension > 1; dimension--) {
        if (!is_array_text(array) || !first_item(array, &array)) return false;
    }
    if (dimension == 0 || !is_array_text(array)) return false;
    *out = (int64_t)count_items(array);
    return *out > 0;
}

int64_t array_cardinality(str array)
{
    struct array_iter iter = array_iter(array);
    str item;
    int64_t count = 0;
    while (array_next(&iter, &item)) count++;
    return count;
}

/* The n-th item from 1 of the outermost dimension. */
static bool item_at(str array, int64_t n, str *item)
{
    struct json_walk walk = json_walk(array);
    str key;
    while (json_walk_next(&walk, &key, item)) {
        if (--n == 0) return true;
    }
    return false;
}

bool array_at(str array, const int64_t *subscripts, size_t count, str *item)
{
    *item = array;
    for (size_t i = 0; i < count; i++) {
        if (!is_array_text(*item) || subscripts[i] < 1) return false;
        if (!item_at(*item, subscripts[i], item)) return false;
    }
    return count > 0 && !is_array_text(*item);
}

/* Appends items low to high (from 1) of the outermost dimension. */
static void put_range(struct buf *out, str array, int64_t low, int64_t high, bool *any)
{
    struct json_walk walk = json_walk(array);
    str key, item;
    for (int64_t n = 1; json_walk_next(&walk, &key, &item) && n <= high; n++) {
        if (n < low) continue;
        if (*any) buf_char(out, ',');
        *any = true;
        buf_str_add(out, item);
    }
}

str array_slice(struct arena *arena, str array, int64_t low, int64_t high)
{
    struct buf *out = buf_in(arena, 0);
    bool any = false;
    buf_char(out, '[');
    put_range(out, array, low, high, &any);
    buf_char(out, ']');
    return buf_str(out);
}

enum { SLICE_END_MAX = 1000000 };

/* PostgreSQL 15 arrayfuncs.c, array_set_slice. */
static err slice_bounds(struct arena *arena,
                        int64_t length,
                        const int64_t *low,
                        const int64_t *high,
                        int64_t *from,
                        int64_t *to)
{
    if (length == 0 && (!low || !high))
        return err_details(
            arena, err_sql(arena, "2202E", "array slice subscript must provide both boundaries"),
            "When assigning to a slice of an empty array value, slice boundaries must be fully "
            "specified.");
    *from = low ? *low : 1;
    *to = high ? *high : length;
    if (length > 0 && *from > *to)
        return err_sql(arena, "2202E", "upper bound cannot be less than lower bound");
    if (*to > SLICE_END_MAX || *to < *from - 1)
        return err_sql(arena, "54000", "array size exceeds the maximum allowed (%d)",
                       SLICE_END_MAX);
    if (*from < 1 || (length == 0 && *from != 1 && *to >= *from))
        return err_sql(arena, "0A000",
                       "arrays whose subscripts do not start at 1 are not supported");
    return NULL;
}

err array_assign_slice(
    struct arena *arena, str array, str source, const int64_t *low, const int64_t *high, str *out)
{
    int64_t from, to, length = array_cardinality(array);
    if (array_dimensions(array) > 1)
        return err_sql(arena, "0A000",
                       "assignment to a slice of an array of several dimensions is not supported");
    TRY(slice_bounds(arena, length, low, high, &from, &to));
    if (array_cardinality(source) < to - from + 1)
        return err_sql(arena, "2202E", "source array too small");
    struct buf *made = buf_in(arena, 0);
    struct array_iter old = array_iter(array), items = array_iter(source);
    str kept, item;
    buf_char(made, '[');
    for (int64_t at = 1; at <= length || at <= to; at++) {
        bool has = array_next(&old, &kept), inside = at >= from && at <= to;
        if (inside) inside = array_next(&items, &item);
        if (at > 1) buf_char(made, ',');
        buf_str_add(made, inside ? item : has ? kept : STR("null"));
    }
    buf_char(made, ']');
    *out = buf_str(made);
    return NULL;
}

/* ---- order ---- */

/* Items as values need memory only when they have escapes; this arena is made when first asked for. */
static int compare_items(const struct type_ref *element, str a, str b)
{
    bool null_a = a.at[0] == 'n', null_b = b.at[0] == 'n';
    if (null_a || null_b) return null_a - null_b; /* NULL above everything, equal to itself */
    if (str_eq(a, b)) return 0;
    bool bytes_decide = element->storage != TYPE_BYTEA && json_is_plain(a) && json_is_plain(b);
    struct arena *scratch = bytes_decide ? NULL : arena_new(0);
    struct value x = array_read_item(scratch, element, a), y = array_read_item(scratch, element, b);
    int order = type_compare(element, &x, &y);
    arena_free(scratch);
    return order;
}

static int compare_shapes(str a, str b)
{
    size_t x = array_dimensions(a), y = array_dimensions(b);
    if (x != y) return x > y ? 1 : -1;
    for (size_t i = 1; i <= x; i++) {
        int64_t p = 0, q = 0;
        bool known = array_length(a, i, &p) && array_length(b, i, &q);
        if (known && p != q) return p > q ? 1 : -1;
    }
    return 0;
}

int array_compare(const struct type_ref *element, str a, str b)
{
    struct array_iter x = array_iter(a), y = array_iter(b);
    str item_a, item_b;
    for (;;) {
        bool more_a = array_next(&x, &item_a), more_b = array_next(&y, &item_b);
        if (!more_a || !more_b) {
            return more_a != more_b ? more_a - more_b : compare_shapes(a, b);
        }
        int order = compare_items(element, item_a, item_b);
        if (order) return order;
    }
}

static bool has_item(const struct type_ref *element, str array, str wanted)
{
    struct array_iter iter = array_iter(array);
    str item;
    while (array_next(&iter, &item)) {
        if (item.at[0] != 'n' && compare_items(element, item, wanted) == 0) return true;
    }
    return false;
}

bool array_contains(const struct type_ref *element, str a, str b)
{
    struct array_iter iter = array_iter(b);
    str item;
    while (array_next(&iter, &item)) {
        /* NULL equals nothing here. */
        if (item.at[0] == 'n' || !has_item(element, a, item)) return false;
    }
    return true;
}

bool array_overlaps(const struct type_ref *element, str a, str b)
{
    struct array_iter iter = array_iter(b);
    str item;
    while (array_next(&iter, &item)) {
        if (item.at[0] != 'n' && has_item(element, a, item)) return true;
    }
    return false;
}

/* ---- change ---- */

static err one_dimension(struct arena *arena, str array)
{
    if (array_dimensions(array) <= 1) return NULL;
    return err_sql(arena, "22000", "argument must be empty or one-dimensional array");
}

static str join(struct arena *arena, str a, str b)
{
    struct buf *out = buf_in(arena, 0);
    bool any = false;
    buf_char(out, '[');
    put_range(out, a, 1, INT64_MAX, &any);
    put_range(out, b, 1, INT64_MAX, &any);
    buf_char(out, ']');
    return buf_str(out);
}

static str wrap(struct arena *arena, str item)
{
    return str_join(arena, (const str[]){STR("["), item, STR("]")}, 3, STR_NONE);
}

err array_append(struct arena *arena, str array, str item, str *out)
{
    TRY(one_dimension(arena, array));
    *out = join(arena, array, wrap(arena, item));
    return NULL;
}

err array_prepend(struct arena *arena, str item, str array, str *out)
{
    TRY(one_dimension(arena, array));
    *out = join(arena, wrap(arena, item), array);
    return NULL;
}

static err incompatible(struct arena *arena, const char *details)
{
    struct err *error = err_sql(arena, "2202E", "cannot concatenate incompatible arrays");
    return err_details(arena, error, "%s", details);
}

/* True when the dimensions from the given ones on agree. */
static bool same_tail(str a, size_t from_a, str b, size_t from_b, size_t dimensions)
{
    for (size_t i = 0; i < dimensions; i++) {
        int64_t x = 0, y = 0;
        bool known = array_length(a, from_a + i, &x) && array_length(b, from_b + i, &y);
        if (!known || x != y) return false;
    }
    return true;
}

err array_concat(struct arena *arena, str a, str b, str *out)
{
    size_t x = array_dimensions(a), y = array_dimensions(b);
    if (x == 0 || y == 0) {
        *out = x == 0 ? b : a;
        return NULL;
    }
    bool same = x == y && same_tail(a, 2, b, 2, x - 1);
    bool a_inside = x + 1 == y && same_tail(a, 1, b, 2, x);
    bool b_inside = y + 1 == x && same_tail(b, 1, a, 2, y);
    if (same)
        *out = join(arena, a, b);
    else if (a_inside)
        *out = join(arena, wrap(arena, a), b);
    else if (b_inside)
        *out = join(arena, a, wrap(arena, b));
    else if (x == y || x + 1 == y || y + 1 == x) {
        return incompatible(arena,
                            "Arrays with differing element dimensions are not compatible for "
                            "concatenation.");
    } else {
        struct err *error = err_sql(arena, "2202E", "cannot concatenate incompatible arrays");
        return err_details(arena, error,
                           "Arrays of %zu and %zu dimensions are not compatible for "
                           "concatenation.",
                           x, y);
    }
    return NULL;
}

static bool same_item(const struct type_ref *element, str a, str b)
{
    return compare_items(element, a, b) == 0;
}

err array_remove(struct arena *arena, const struct type_ref *element, str array, str item, str *out)
{
    if (array_dimensions(array) > 1) {
        return err_sql(arena, "0A000",
                       "removing elements from multidimensional arrays is not supported");
    }
    struct buf *buf = buf_in(arena, 0);
    struct array_iter iter = array_iter(array);
    str each;
    buf_char(buf, '[');
    while (array_next(&iter, &each)) {
        if (same_item(element, each, item)) continue;
        if (buf->len > 1) buf_char(buf, ',');
        buf_str_add(buf, each);
    }
    buf_char(buf, ']');
    *out = buf_str(buf);
    return NULL;
}

err array_replace(
    struct arena *arena, const struct type_ref *element, str array, str from, str to, str *out)
{
    struct buf *buf = buf_in(arena, 0);
    struct array_iter iter = array_iter(array);
    str each;
    size_t done = 0;
    /* What stands between the items, brackets of inner dimensions too, is copied as it is. */
    while (array_next(&iter, &each)) {
        size_t start = (size_t)(each.at - array.at);
        buf_str_add(buf, str_slice(array, done, start));
        buf_str_add(buf, same_item(element, each, from) ? to : each);
        done = start + each.len;
    }
    buf_str_add(buf, str_skip(array, done));
    *out = buf_str(buf);
    return NULL;
}

err array_position(struct arena *arena,
                   const struct type_ref *element,
                   str array,
                   str item,
                   int64_t start,
                   int64_t *out)
{
    *out = 0;
    if (array_dimensions(array) > 1) {
        return err_sql(arena, "0A000",
                       "searching for elements in multidimensional arrays is not supported");
    }
    struct array_iter iter = array_iter(array);
    str each;
    for (int64_t n = 1; array_next(&iter, &each); n++) {
        if (n < start || !same_item(element, each, item)) continue;
        *out = n;
        return NULL;
    }
    return NULL;
}

void array_to_string(struct buf *out,
                     const struct type_session *session,
                     const struct type_ref *element,
                     str array,
                     str delimiter,
                     str null_text)
{
    struct arena *scratch = arena_new(0);
    struct array_iter iter = array_iter(array);
    str each;
    bool any = false;
    while (array_next(&iter, &each)) {
        bool null = each.at[0] == 'n';
        if (null && !null_text.at) continue;
        if (any) buf_str_add(out, delimiter);
        any = true;
        if (null) {
            buf_str_add(out, null_text);
            continue;
        }
        struct value value = array_read_item(scratch, element, each);
        type_output(session, element, &value, out);
    }
    arena_free(scratch);
}
