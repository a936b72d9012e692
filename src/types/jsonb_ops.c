/* jsonb's order, containment and changes, all over its text in normal form. */

#include "types/jsonb.h"
#include "types/numeric.h"

/* ---- order ---- */

static bool is_container(enum jsonb_kind kind)
{
    return kind == JSONB_ARRAY || kind == JSONB_OBJECT;
}

static int compare_counts(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

static int compare_same_kind(enum jsonb_kind kind, str a, str b);

/* Below the top a kind's place in the enum is its rank. */
static int compare_nested(str a, str b)
{
    enum jsonb_kind x = jsonb_kind(a), y = jsonb_kind(b);
    return x == y ? compare_same_kind(x, a, b) : x > y ? 1 : -1;
}

static int compare_containers(str a, str b)
{
    int order = compare_counts(jsonb_count(a), jsonb_count(b));
    struct json_walk x = json_walk(a), y = json_walk(b);
    str key_a, key_b, value_a, value_b;
    while (!order && json_walk_next(&x, &key_a, &value_a) && json_walk_next(&y, &key_b, &value_b)) {
        if (x.object) order = json_string_compare(key_a, key_b);
        if (!order) order = compare_nested(value_a, value_b);
    }
    return order;
}

static int compare_same_kind(enum jsonb_kind kind, str a, str b)
{
    switch (kind) {
    case JSONB_NULL: return 0;
    case JSONB_STRING: return json_string_compare(a, b);
    case JSONB_NUMBER: return numeric_compare(a, b);
    case JSONB_BOOL: return (a.at[0] == 't') - (b.at[0] == 't');
    case JSONB_ARRAY:
    case JSONB_OBJECT: break;
    }
    return compare_containers(a, b);
}

/* PostgreSQL keeps a top-level scalar in an array of one, which is why an array of none is the
 * least value of all, below null. */
int jsonb_compare(str a, str b)
{
    if (!a.len || !b.len) return compare_counts(a.len, b.len);
    enum jsonb_kind x = jsonb_kind(a), y = jsonb_kind(b);
    if (x == y) return compare_same_kind(x, a, b);
    if (x == JSONB_ARRAY && !is_container(y) && jsonb_count(a) == 0) return -1;
    if (y == JSONB_ARRAY && !is_container(x) && jsonb_count(b) == 0) return 1;
    return x > y ? 1 : -1;
}

static bool equal_nested(str a, str b)
{
    return compare_nested(a, b) == 0;
}

uint64_t jsonb_hash(str a, uint64_t seed)
{
    enum jsonb_kind kind = jsonb_kind(a);
    if (kind == JSONB_NUMBER) return numeric_hash(a, seed);
    if (!is_container(kind)) return str_hash(a, seed);
    struct json_walk walk = json_walk(a);
    str key, value;
    seed = str_hash(kind == JSONB_OBJECT ? STR("{") : STR("["), seed);
    while (json_walk_next(&walk, &key, &value)) {
        if (walk.object) seed = str_hash(key, seed);
        seed = jsonb_hash(value, seed);
    }
    return seed;
}

/* ---- containment ---- */

static bool contains_nested(str a, str b);

static bool object_contains(str a, str b)
{
    struct json_walk walk = json_walk(b);
    str key, wanted;
    while (json_walk_next(&walk, &key, &wanted)) {
        struct json_walk own = json_walk(a);
        str name, value;
        bool found = false;
        while (!found && json_walk_next(&own, &name, &value)) found = str_eq(name, key);
        if (!found || !contains_nested(value, wanted)) return false;
    }
    return true;
}

/* Some item that contains it, for a container; that equals it, for a scalar. */
static bool has_item(str array, str wanted)
{
    struct json_walk walk = json_walk(array);
    str key, item;
    while (json_walk_next(&walk, &key, &item)) {
        if (contains_nested(item, wanted)) return true;
    }
    return false;
}

static bool array_contains_all(str a, str b)
{
    struct json_walk walk = json_walk(b);
    str key, wanted;
    while (json_walk_next(&walk, &key, &wanted)) {
        if (!has_item(a, wanted)) return false;
    }
    return true;
}

static bool contains_nested(str a, str b)
{
    enum jsonb_kind kind = jsonb_kind(a);
    if (kind != jsonb_kind(b)) return false;
    if (kind == JSONB_OBJECT) return object_contains(a, b);
    if (kind == JSONB_ARRAY) return array_contains_all(a, b);
    return equal_nested(a, b);
}

bool jsonb_contains(str a, str b)
{
    /* At the top an array contains a bare scalar as if it stood in an array. */
    bool scalar = !is_container(jsonb_kind(b));
    if (jsonb_kind(a) == JSONB_ARRAY && scalar) return has_item(a, b);
    return contains_nested(a, b);
}

bool jsonb_exists(str a, str key)
{
    enum jsonb_kind kind = jsonb_kind(a);
    if (kind == JSONB_STRING) return json_string_equals(a, key);
    if (!is_container(kind)) return false;
    struct json_walk walk = json_walk(a);
    str name, value;
    while (json_walk_next(&walk, &name, &value)) {
        str candidate = walk.object ? name : value;
        if (candidate.at[0] == '"' && json_string_equals(candidate, key)) return true;
    }
    return false;
}

bool jsonb_exists_any(str a, const str *keys, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (jsonb_exists(a, keys[i])) return true;
    }
    return false;
}

bool jsonb_exists_all(str a, const str *keys, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!jsonb_exists(a, keys[i])) return false;
    }
    return true;
}

/* ---- building a changed copy ---- */

/* An object or array under construction. */
struct builder {
    struct buf *out;
    bool object;
    bool any;
};

static struct builder builder_open(struct buf *out, bool object)
{
    buf_char(out, object ? '{' : '[');
    return (struct builder){out, object, false};
}

static void builder_key(struct builder *b, str key)
{
    if (b->any) buf_lit(b->out, ", ");
    b->any = true;
    if (!b->object) return;
    buf_str_add(b->out, key);
    buf_lit(b->out, ": ");
}

static void builder_add(struct builder *b, str key, str value)
{
    builder_key(b, key);
    buf_str_add(b->out, value);
}

static void builder_close(struct builder *b)
{
    buf_char(b->out, b->object ? '}' : ']');
}

/* Keys with their quotes, in jsonb's order. */
static int compare_keys(str a, str b)
{
    size_t x = json_string_len(a), y = json_string_len(b);
    return x != y ? (x > y ? 1 : -1) : json_string_compare(a, b);
}

static str quoted(struct arena *arena, str text)
{
    struct buf *out = buf_in(arena, 0);
    json_write_str(out, text);
    return buf_str(out);
}

/* ---- || ---- */

/* Both sorted: a merge, where b wins. */
static void merge_objects(struct buf *out, str a, str b)
{
    struct builder builder = builder_open(out, true);
    struct json_walk x = json_walk(a), y = json_walk(b);
    str key_a, key_b, value_a, value_b;
    bool more_a = json_walk_next(&x, &key_a, &value_a);
    bool more_b = json_walk_next(&y, &key_b, &value_b);
    while (more_a || more_b) {
        int order = !more_a ? 1 : !more_b ? -1 : compare_keys(key_a, key_b);
        if (order < 0)
            builder_add(&builder, key_a, value_a);
        else
            builder_add(&builder, key_b, value_b);
        if (order <= 0) more_a = json_walk_next(&x, &key_a, &value_a);
        if (order >= 0) more_b = json_walk_next(&y, &key_b, &value_b);
    }
    builder_close(&builder);
}

/* An array's items, or the value itself as one item. */
static void add_items(struct builder *builder, str value)
{
    if (jsonb_kind(value) != JSONB_ARRAY) {
        builder_add(builder, STR_NONE, value);
        return;
    }
    struct json_walk walk = json_walk(value);
    str key, item;
    while (json_walk_next(&walk, &key, &item)) builder_add(builder, STR_NONE, item);
}

err jsonb_concat(struct arena *arena, str a, str b, str *out)
{
    enum jsonb_kind x = jsonb_kind(a), y = jsonb_kind(b);
    struct buf *buf = buf_in(arena, 0);
    if (x == JSONB_OBJECT && y == JSONB_OBJECT) {
        merge_objects(buf, a, b);
    } else {
        struct builder builder = builder_open(buf, false);
        add_items(&builder, a);
        add_items(&builder, b);
        builder_close(&builder);
    }
    *out = buf_str(buf);
    return NULL;
}

/* ---- - and #- ---- */

static err cannot_delete_from_scalar(struct arena *arena)
{
    return err_sql(arena, "22023", "cannot delete from scalar");
}

static bool is_any_of(str quoted_text, const str *keys, size_t count)
{
    if (quoted_text.at[0] != '"') return false;
    for (size_t i = 0; i < count; i++) {
        if (json_string_equals(quoted_text, keys[i])) return true;
    }
    return false;
}

err jsonb_delete_keys(struct arena *arena, str a, const str *keys, size_t count, str *out)
{
    if (!is_container(jsonb_kind(a))) return cannot_delete_from_scalar(arena);
    struct buf *buf = buf_in(arena, 0);
    struct json_walk walk = json_walk(a);
    struct builder builder = builder_open(buf, walk.object);
    str key, value;
    while (json_walk_next(&walk, &key, &value)) {
        if (!is_any_of(walk.object ? key : value, keys, count)) builder_add(&builder, key, value);
    }
    builder_close(&builder);
    *out = buf_str(buf);
    return NULL;
}

err jsonb_delete_key(struct arena *arena, str a, str key, str *out)
{
    return jsonb_delete_keys(arena, a, &key, 1, out);
}

err jsonb_delete_index(struct arena *arena, str a, int64_t index, str *out)
{
    enum jsonb_kind kind = jsonb_kind(a);
    if (!is_container(kind)) return cannot_delete_from_scalar(arena);
    if (kind == JSONB_OBJECT) {
        return err_sql(arena, "22023", "cannot delete from object using integer index");
    }
    if (index < 0) index += (int64_t)jsonb_count(a);
    struct buf *buf = buf_in(arena, 0);
    struct json_walk walk = json_walk(a);
    struct builder builder = builder_open(buf, false);
    str key, value;
    for (int64_t i = 0; json_walk_next(&walk, &key, &value); i++) {
        if (i != index) builder_add(&builder, STR_NONE, value);
    }
    builder_close(&builder);
    *out = buf_str(buf);
    return NULL;
}

/* ---- changes along a path ---- */

enum edit_kind {
    EDIT_DELETE,
    EDIT_REPLACE,
    EDIT_CREATE,
    EDIT_INSERT_BEFORE,
    EDIT_INSERT_AFTER,
    EDIT_ASSIGN
};

struct edit {
    struct arena *arena;
    enum edit_kind kind;
    const str *path;
    size_t count;
    str value; /* jsonb; unused by EDIT_DELETE */
};

static err edit_value(const struct edit *edit, str value, size_t level, struct buf *out);

static bool edit_inserts(const struct edit *edit)
{
    return edit->kind == EDIT_INSERT_BEFORE || edit->kind == EDIT_INSERT_AFTER;
}

static bool edit_may_add(const struct edit *edit)
{
    return edit->kind == EDIT_CREATE || edit->kind == EDIT_ASSIGN || edit_inserts(edit);
}

/* ---- subscripted assignment: PostgreSQL 15 jsonfuncs.c, setPath with JB_PATH_FILL_GAPS ---- */

enum { GAP_MAX = 1000000 };

static err add_gap(const struct edit *edit, struct builder *builder, int64_t count)
{
    if (count > GAP_MAX)
        return err_sql(edit->arena, "54000", "jsonb array size exceeds the maximum allowed (%d)",
                       GAP_MAX);
    for (int64_t i = 0; i < count; i++) builder_add(builder, STR_NONE, STR("null"));
    return NULL;
}

/* The value inside what the rest of the path, from this level, makes: [null, v] for 1, {"k": v} for k. */
static err edit_nested(const struct edit *edit, size_t level, str *out)
{
    *out = edit->value;
    for (size_t i = edit->count; i-- > level;) {
        int64_t index;
        struct buf *buf = buf_in(edit->arena, 0);
        if (!edit->path[i].at)
            return err_sql(edit->arena, "22004", "jsonb subscript in assignment must not be null");
        bool number = str_to_i64(edit->path[i], &index) && index >= INT32_MIN && index <= INT32_MAX;
        struct builder builder = builder_open(buf, !number);
        if (number) TRY(add_gap(edit, &builder, index));
        builder_add(&builder, number ? STR_NONE : quoted(edit->arena, edit->path[i]), *out);
        builder_close(&builder);
        *out = buf_str(buf);
    }
    return NULL;
}

static err scalar_in_the_way(const struct edit *edit)
{
    return err_details(edit->arena, err_sql(edit->arena, "22023", "cannot replace existing key"),
                       "The path assumes key is a composite object, but it is a scalar value.");
}

/* Puts a new member where the order wants it. */
static void add_sorted(struct builder *builder, bool *pending, str before_key, str key, str value)
{
    if (!*pending || (before_key.len && compare_keys(before_key, key) < 0)) return;
    builder_add(builder, key, value);
    *pending = false;
}

static err edit_object(const struct edit *edit, str object, size_t level, struct buf *out)
{
    bool last = level + 1 == edit->count;
    str wanted = edit->path[level], found, key, value;
    bool exists = jsonb_get(object, wanted, &found);
    if (exists && last && edit_inserts(edit)) {
        struct err *error = err_sql(edit->arena, "22023", "cannot replace existing key");
        return err_hint(edit->arena, error,
                        "Try using the function jsonb_set to replace key value.");
    }
    bool makes = !exists && !last && edit->kind == EDIT_ASSIGN;
    bool pending = makes || (!exists && last && edit_may_add(edit));
    str new_key = pending ? quoted(edit->arena, wanted) : STR_NONE, made = edit->value;
    if (makes) TRY(edit_nested(edit, level + 1, &made));
    struct builder builder = builder_open(out, true);
    struct json_walk walk = json_walk(object);
    while (json_walk_next(&walk, &key, &value)) {
        add_sorted(&builder, &pending, key, new_key, made);
        bool target = exists && json_string_equals(key, wanted);
        if (target && last && edit->kind == EDIT_DELETE) continue;
        builder_key(&builder, key);
        if (!target)
            buf_str_add(out, value);
        else if (last)
            buf_str_add(out, edit->value);
        else
            TRY(edit_value(edit, value, level + 1, out));
    }
    add_sorted(&builder, &pending, STR_NONE, new_key, made);
    builder_close(&builder);
    return NULL;
}

/* The path step as an index into count items: count itself for "past the end", -1 for "before the
 * start". */
static err edit_index(const struct edit *edit, size_t level, size_t count, int64_t *out)
{
    int64_t index;
    str step = edit->path[level];
    if (!str_to_i64(step, &index) || index < INT32_MIN || index > INT32_MAX) {
        return err_sql(edit->arena, "22P02",
                       "path element at position %zu is not an integer: \"%.*s\"", level + 1,
                       STR_FMT(step));
    }
    int64_t items = (int64_t)count;
    bool before = index < 0 && -index > items, assign = edit->kind == EDIT_ASSIGN;
    if (before && assign)
        return err_sql(edit->arena, "22023", "path element at position %zu is out of range: %lld",
                       level + 1, (long long)index);
    if (index < 0) index = before ? -1 : index + items;
    *out = index > items && !assign ? items : index;
    return NULL;
}

/* The last step at its item: what stands there afterwards. */
static void edit_item(const struct edit *edit, struct builder *builder, str item)
{
    if (edit->kind == EDIT_INSERT_AFTER) builder_add(builder, STR_NONE, item);
    if (edit->kind != EDIT_DELETE) builder_add(builder, STR_NONE, edit->value);
    if (edit->kind == EDIT_INSERT_BEFORE) builder_add(builder, STR_NONE, item);
}

static err edit_array(const struct edit *edit, str array, size_t level, struct buf *out)
{
    bool last = level + 1 == edit->count, makes = false;
    size_t count = jsonb_count(array);
    int64_t index;
    str made = edit->value;
    TRY(edit_index(edit, level, count, &index));
    if (edit->kind == EDIT_ASSIGN && index >= (int64_t)count) {
        makes = true;
        TRY(edit_nested(edit, level + 1, &made));
    }
    bool pending = last && edit_may_add(edit); /* the new value has no place yet */
    struct builder builder = builder_open(out, false);
    if (!makes && pending && (index < 0 || count == 0)) {
        builder_add(&builder, STR_NONE, edit->value);
        pending = false;
    }
    struct json_walk walk = json_walk(array);
    str key, item;
    for (int64_t i = 0; json_walk_next(&walk, &key, &item); i++) {
        if (i != index) {
            builder_add(&builder, STR_NONE, item);
        } else if (last) {
            edit_item(edit, &builder, item);
            pending = false;
        } else {
            builder_key(&builder, STR_NONE);
            TRY(edit_value(edit, item, level + 1, out));
        }
    }
    if (makes) TRY(add_gap(edit, &builder, index - (int64_t)count));
    if (makes || pending) builder_add(&builder, STR_NONE, made);
    builder_close(&builder);
    return NULL;
}

static err edit_value(const struct edit *edit, str value, size_t level, struct buf *out)
{
    enum jsonb_kind kind = jsonb_kind(value);
    if (!edit->path[level].at) {
        return err_sql(edit->arena, "22004", "path element at position %zu is null", level + 1);
    }
    if (kind == JSONB_OBJECT) return edit_object(edit, value, level, out);
    if (kind == JSONB_ARRAY) return edit_array(edit, value, level, out);
    if (edit->kind == EDIT_ASSIGN) return scalar_in_the_way(edit);
    buf_str_add(out, value); /* a path through a scalar leads nowhere */
    return NULL;
}

static err edit_top(const struct edit *edit, str a, str *out)
{
    if (!is_container(jsonb_kind(a))) {
        return err_sql(edit->arena, "22023",
                       edit->kind == EDIT_DELETE ? "cannot delete path in scalar"
                                                 : "cannot set path in scalar");
    }
    *out = a;
    bool untouched = edit->count == 0 || (jsonb_count(a) == 0 && !edit_may_add(edit));
    if (untouched) return NULL;
    struct buf *buf = buf_in(edit->arena, 0);
    TRY(edit_value(edit, a, 0, buf));
    *out = buf_str(buf);
    return NULL;
}

err jsonb_delete_path(struct arena *arena, str a, const str *path, size_t count, str *out)
{
    const struct edit edit = {arena, EDIT_DELETE, path, count, STR_NONE};
    return edit_top(&edit, a, out);
}

err jsonb_set(
    struct arena *arena, str a, const str *path, size_t count, str value, bool create, str *out)
{
    const struct edit edit = {arena, create ? EDIT_CREATE : EDIT_REPLACE, path, count, value};
    return edit_top(&edit, a, out);
}

err jsonb_assign(
    struct arena *arena, str a, bool array, const str *path, size_t count, str value, str *out)
{
    const struct edit edit = {arena, EDIT_ASSIGN, path, count, value.at ? value : STR("null")};
    if (!a.at) a = array ? STR("[]") : STR("{}");
    for (size_t i = 0; i < count; i++)
        if (!path[i].at)
            return err_sql(arena, "22004", "jsonb subscript in assignment must not be null");
    if (!is_container(jsonb_kind(a))) return scalar_in_the_way(&edit);
    struct buf *buf = buf_in(arena, 0);
    TRY(edit_value(&edit, a, 0, buf));
    *out = buf_str(buf);
    return NULL;
}

err jsonb_insert(
    struct arena *arena, str a, const str *path, size_t count, str value, bool after, str *out)
{
    const struct edit edit = {arena, after ? EDIT_INSERT_AFTER : EDIT_INSERT_BEFORE, path, count,
                              value};
    return edit_top(&edit, a, out);
}

/* ---- strip_nulls ---- */

struct spacing {
    str comma;
    str colon;
};

/* A string with the escapes that output needs, whatever the text had. */
static void put_string(struct arena *arena, struct buf *out, str value)
{
    if (json_is_plain(value))
        buf_str_add(out, value);
    else
        json_write_str(out, jsonb_string(arena, value));
}

static void strip(struct arena *arena, struct buf *out, const struct spacing *spacing, str value)
{
    enum jsonb_kind kind = jsonb_kind(value);
    if (kind == JSONB_STRING)
        put_string(arena, out, value);
    else if (!is_container(kind))
        buf_str_add(out, value);
    if (!is_container(kind)) return;
    struct json_walk walk = json_walk(value);
    str key, item;
    bool any = false;
    buf_char(out, walk.object ? '{' : '[');
    while (json_walk_next(&walk, &key, &item)) {
        if (walk.object && jsonb_kind(item) == JSONB_NULL) continue;
        if (any) buf_str_add(out, spacing->comma);
        any = true;
        if (walk.object) {
            put_string(arena, out, key);
            buf_str_add(out, spacing->colon);
        }
        strip(arena, out, spacing, item);
    }
    buf_char(out, walk.object ? '}' : ']');
}

str jsonb_strip_nulls(struct arena *arena, str a)
{
    static const struct spacing spacing = {STR_INIT(", "), STR_INIT(": ")};
    struct buf *buf = buf_in(arena, 0);
    strip(arena, buf, &spacing, a);
    return buf_str(buf);
}

str json_text_strip_nulls(struct arena *arena, str a)
{
    static const struct spacing spacing = {STR_INIT(","), STR_INIT(":")};
    struct buf *buf = buf_in(arena, 0);
    size_t start = json_skip_blanks(a, 0);
    strip(arena, buf, &spacing, str_slice(a, start, json_skip_value(a, start)));
    return buf_str(buf);
}
