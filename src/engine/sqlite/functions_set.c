/* Table-valued functions: unnest, generate_series, json elements and rows.
 *
 * Each is an eponymous virtual table pg_<symbol>(columns..., ordinality, arguments HIDDEN). A cursor
 * makes its rows one by one, so generate_series of a billion rows costs nothing before they are read. */
#include <string.h>

#include "base/utf8.h"
#include "engine/sqlite/functions_caches.h"
#include "engine/sqlite/functions_int.h"
#include "engine/sqlite/functions_json.h"
#include "sql/system_rows.h"
#include "types/array.h"
#include "types/datetime.h"
#include "types/json_scan.h"
#include "types/jsonb.h"
#include "types/numeric.h"
#include "types/regex.h"
#include "types/text.h"

enum { SET_COLUMNS_MAX = 100, SET_ARGS_MAX = 5 };

struct cursor {
    sqlite3_vtab_cursor base; /* first */
    const struct set_row *row;
    struct sqlite_session *session;
    struct arena *arena; /* of one xFilter */
    struct arena *step;  /* of one row */
    const struct type_ref *shape;
    struct value args[SET_ARGS_MAX];
    size_t count;
    struct value values[SET_COLUMNS_MAX];
    int64_t ordinal;
    bool done;
    /* what the functions keep between rows */
    int64_t at, stop, by;
    str text, text_stop, text_by;
    struct array_iter array;
    struct array_iter *arrays;
    struct json_walk json;
    struct interval interval;
    str *items;
    size_t item_count;
    struct regex_match *matches;
    const struct json *tree;
};

enum set_nulls {
    NULL_IS_NO_ROW,  /* a NULL argument: no rows, open() is not asked */
    NULL_IS_ONE_ROW, /* ... one row of NULLs */
    NULL_IS_TAKEN,   /* ... open() sees it */
};

/* open: arguments are in place. next: values of the next row, or done. */
struct set_row {
    struct set_function function;
    err (*open)(struct cursor *cursor);
    err (*next)(struct cursor *cursor);
    int with;
    enum set_nulls nulls;
};

/* ---- series ---- */

static err zero_step(struct cursor *cursor)
{
    return err_sql(cursor->arena, "22023", "step size cannot equal zero");
}

static err int_open(struct cursor *cursor)
{
    cursor->at = cursor->args[0].i;
    cursor->stop = cursor->args[1].i;
    cursor->by = cursor->count > 2 ? cursor->args[2].i : 1;
    return cursor->by ? NULL : zero_step(cursor);
}

static err int_next(struct cursor *cursor)
{
    bool past = cursor->by > 0 ? cursor->at > cursor->stop : cursor->at < cursor->stop;
    if (past) {
        cursor->done = true;
        return NULL;
    }
    cursor->values[0] = value_int(cursor->at);
    /* The last step may leave the integers: then nothing follows. */
    if (__builtin_add_overflow(cursor->at, cursor->by, &cursor->at)) {
        cursor->at = cursor->by > 0 ? INT64_MAX : INT64_MIN;
        cursor->stop = cursor->by > 0 ? INT64_MIN : INT64_MAX;
    }
    return NULL;
}

static err numeric_open(struct cursor *cursor)
{
    cursor->text = cursor->args[0].s;
    cursor->text_stop = cursor->args[1].s;
    cursor->text_by = cursor->count > 2 ? cursor->args[2].s : STR("1");
    return numeric_is_zero(cursor->text_by) ? zero_step(cursor) : NULL;
}

static err numeric_next(struct cursor *cursor)
{
    int direction = numeric_compare(cursor->text_by, STR("0"));
    int order = numeric_compare(cursor->text, cursor->text_stop);
    if (direction > 0 ? order > 0 : order < 0) {
        cursor->done = true;
        return NULL;
    }
    cursor->values[0] = value_text(cursor->text);
    return numeric_add(cursor->arena, cursor->text, cursor->text_by, &cursor->text);
}

enum { SERIES_TIMESTAMP, SERIES_TIMESTAMPTZ };

static err moment_open(struct cursor *cursor)
{
    const struct type_session *types = &cursor->session->types;
    bool zoned = cursor->row->with == SERIES_TIMESTAMPTZ;
    for (int i = 0; i < 2; i++) {
        int64_t *out = i ? &cursor->stop : &cursor->at;
        TRY(zoned ? timestamptz_parse(cursor->arena, types, cursor->args[i].s, TYPMOD_NONE, out)
                  : timestamp_parse(cursor->arena, types, cursor->args[i].s, TYPMOD_NONE, out));
    }
    TRY(interval_parse(cursor->arena, cursor->args[2].s, TYPMOD_NONE, &cursor->interval));
    cursor->by = interval_compare(cursor->interval, (struct interval){0});
    return cursor->by ? NULL : zero_step(cursor);
}

static err moment_next(struct cursor *cursor)
{
    bool past = cursor->by > 0 ? cursor->at > cursor->stop : cursor->at < cursor->stop;
    if (past) {
        cursor->done = true;
        return NULL;
    }
    struct buf *text = buf_in(cursor->step, 0);
    if (cursor->row->with == SERIES_TIMESTAMP) {
        timestamp_write(text, cursor->at, DATETIME_STORED);
        cursor->values[0] = value_text(buf_str(text));
        return timestamp_add(cursor->step, cursor->at, cursor->interval, &cursor->at);
    }
    timestamptz_write(text, cursor->at, NULL, DATETIME_STORED);
    cursor->values[0] = value_text(buf_str(text));
    return timestamptz_add(cursor->step, cursor->session->types.zone, cursor->at, cursor->interval,
                           &cursor->at);
}

/* generate_subscripts(array, dimension[, reverse]) */
static err subscripts_open(struct cursor *cursor)
{
    int64_t length = 0;
    int64_t dimension = cursor->args[1].i;
    bool has = dimension >= 1 && array_length(cursor->args[0].s, (size_t)dimension, &length);
    bool reverse = cursor->count > 2 && cursor->args[2].i;
    if (!has) length = 0;
    cursor->by = reverse ? -1 : 1;
    cursor->at = reverse ? length : 1;
    cursor->stop = reverse ? 1 : length;
    return NULL;
}

/* ---- arrays ---- */

static err unnest_open(struct cursor *cursor)
{
    cursor->array = array_iter(cursor->args[0].s);
    return NULL;
}

static err unnest_next(struct cursor *cursor)
{
    str item;
    if (!array_next(&cursor->array, &item)) {
        cursor->done = true;
        return NULL;
    }
    const struct type_ref *type = cursor->shape;
    const struct type_ref *element = type->element ? type->element : type_plain(TYPE_TEXT);
    cursor->values[0] = array_read_item(cursor->step, element, item);
    return NULL;
}

/* array_unnest_many('(shapes)', pack): each array of the pack beside the others, NULL behind its end. */
static err many_open(struct cursor *cursor)
{
    size_t count = cursor->shape->field_count;
    cursor->arrays = ARENA_ARRAY(cursor->arena, struct array_iter, count + 1);
    struct json_walk pack = json_walk(cursor->args[0].s);
    str key, item;
    for (size_t i = 0; i < count; i++) {
        bool there = json_walk_next(&pack, &key, &item) && item.at[0] == '[';
        cursor->arrays[i] = array_iter(there ? item : STR("[]"));
    }
    return NULL;
}

static err many_next(struct cursor *cursor)
{
    cursor->done = true;
    for (size_t i = 0; i < cursor->shape->field_count; i++) {
        const struct type_ref *type = cursor->shape->fields[i].type;
        str item;
        cursor->values[i] = value_null();
        if (!array_next(&cursor->arrays[i], &item)) continue;
        cursor->done = false;
        cursor->values[i] = array_read_item(
            cursor->step, type->element ? type->element : type_plain(TYPE_TEXT), item);
    }
    return NULL;
}

/* ---- over the catalog ---- */

static err nothing_open(struct cursor *cursor)
{
    (void)cursor;
    return NULL;
}

static err nothing_next(struct cursor *cursor)
{
    cursor->done = true;
    return NULL;
}

/* aclexplode: text is what is left of one item's letters, by its grantor. */
static err acl_open(struct cursor *cursor)
{
    cursor->array = array_iter(cursor->args[0].s);
    cursor->text = STR_NONE;
    return NULL;
}

static struct value acl_role(struct cursor *cursor, str name)
{
    if (str_empty(name)) return value_int(0); /* PUBLIC */
    if (name.at[0] == '"') name = str_slice(name, 1, name.len - 1);
    const struct cat_role *role = catalog_role_find(cursor->session->catalog, name);
    return role ? value_int(role->oid) : value_null();
}

/* "grantee=rw", a slash, "grantor" */
static bool acl_item(struct cursor *cursor)
{
    str item, rest;
    if (!array_next(&cursor->array, &item)) return false;
    struct value text = array_read_item(cursor->arena, type_plain(TYPE_TEXT), item);
    str_cut(text.s, '=', &cursor->text_by, &rest);
    str_cut(rest, '/', &cursor->text, &cursor->text_stop);
    return true;
}

static err acl_next(struct cursor *cursor)
{
    while (str_empty(cursor->text)) {
        cursor->done = !acl_item(cursor);
        if (cursor->done) return NULL;
    }
    char letter = cursor->text.at[0];
    bool grantable = cursor->text.len > 1 && cursor->text.at[1] == '*';
    cursor->text = str_skip(cursor->text, grantable ? 2 : 1);
    cursor->values[0] = acl_role(cursor, cursor->text_stop);
    cursor->values[1] = acl_role(cursor, cursor->text_by);
    const struct system_privilege *privilege;
    for (size_t at = 0; (privilege = system_privilege_next(&at));)
        if (privilege->letter == letter) cursor->values[2] = value_text(str_of(privilege->name));
    cursor->values[3] = value_int(grantable);
    return NULL;
}

/* ---- texts cut in pieces ---- */

static err items_next(struct cursor *cursor)
{
    if ((size_t)cursor->at >= cursor->item_count) {
        cursor->done = true;
        return NULL;
    }
    str item = cursor->items[cursor->at++];
    cursor->values[0] = item.at ? value_text(item) : value_null();
    return NULL;
}

static err regex_split_open(struct cursor *cursor)
{
    const struct regex *regex = NULL;
    str flags = cursor->count > 2 ? cursor->args[2].s : STR("");
    TRY(session_regex(cursor->session, cursor->arena, cursor->args[1].s, flags, &regex));
    return regex_split(cursor->arena, regex, cursor->args[0].s, &cursor->items,
                       &cursor->item_count);
}

/* string_to_table(text, NULL): each character by itself. */
static void characters(struct cursor *cursor, str text)
{
    cursor->items = ARENA_ARRAY(cursor->arena, str, text.len + 1);
    cursor->item_count = 0;
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        if (utf8_next(text, &at) < 0) at = start + 1;
        cursor->items[cursor->item_count++] = str_slice(text, start, at);
    }
}

static err text_split_open(struct cursor *cursor)
{
    str text = cursor->args[0].s, delimiter = cursor->args[1].s;
    if (cursor->args[0].kind == VALUE_NULL) return NULL;
    if (cursor->args[1].kind == VALUE_NULL)
        characters(cursor, text);
    else
        text_split(cursor->arena, text, delimiter.at ? delimiter : STR(""), &cursor->items,
                   &cursor->item_count);
    for (size_t i = 0; i < cursor->item_count; i++) {
        if (!cursor->items[i].at) cursor->items[i] = STR("");
        if (cursor->count > 2 && cursor->args[2].kind != VALUE_NULL &&
            str_eq(cursor->items[i], cursor->args[2].s)) {
            cursor->items[i] = STR_NONE;
        }
    }
    return NULL;
}

static err matches_open(struct cursor *cursor)
{
    const struct regex *regex = NULL;
    str flags = cursor->count > 2 ? cursor->args[2].s : STR("");
    struct buf *rest = buf_in(cursor->arena, 0);
    bool all = false;
    for (size_t i = 0; i < flags.len; i++) {
        if (flags.at[i] == 'g')
            all = true;
        else
            buf_char(rest, flags.at[i]);
    }
    TRY(session_regex(cursor->session, cursor->arena, cursor->args[1].s, buf_str(rest), &regex));
    TRY(regex_find_all(cursor->arena, regex, cursor->args[0].s, 0, &cursor->matches,
                       &cursor->item_count));
    if (!all && cursor->item_count > 1) cursor->item_count = 1;
    return NULL;
}

static err matches_next(struct cursor *cursor)
{
    if ((size_t)cursor->at >= cursor->item_count) {
        cursor->done = true;
        return NULL;
    }
    const struct regex_match *match = &cursor->matches[cursor->at++];
    size_t first = match->group_count ? 1 : 0;
    size_t count = match->group_count ? match->group_count : 1;
    struct value *values = ARENA_ARRAY(cursor->step, struct value, count);
    for (size_t i = 0; i < count; i++) {
        str group = match->groups[first + i];
        values[i] = group.at ? value_text(group) : value_null();
    }
    struct buf *text = buf_in(cursor->step, 0);
    array_write_items(text, type_plain(TYPE_TEXT), values, count);
    cursor->values[0] = value_text(buf_str(text));
    return NULL;
}

/* ---- JSON ---- */

enum { JSON_AS_IS = 0, JSON_AS_TEXT = 1, JSON_KEYS = 2 };

static err wrong_kind(struct cursor *cursor, enum jsonb_kind kind)
{
    const char *name = cursor->row->function.symbol;
    if (strstr(name, "elements")) {
        return err_sql(cursor->arena, "22023", "cannot extract elements from %s",
                       kind == JSONB_OBJECT ? "an object" : "a scalar");
    }
    const char *what = kind == JSONB_ARRAY ? "an array" : "a scalar";
    if (strstr(name, "keys")) {
        return err_sql(cursor->arena, "22023", "cannot call %s on %s", name, what);
    }
    return err_sql(cursor->arena, "22023", "cannot call %s on a non-object", name);
}

static err elements_open(struct cursor *cursor)
{
    enum jsonb_kind kind = jsonb_kind(cursor->args[0].s);
    if (kind != JSONB_ARRAY) return wrong_kind(cursor, kind);
    cursor->json = json_walk(cursor->args[0].s);
    return NULL;
}

static err object_open(struct cursor *cursor)
{
    enum jsonb_kind kind = jsonb_kind(cursor->args[0].s);
    if (kind != JSONB_OBJECT) return wrong_kind(cursor, kind);
    cursor->json = json_walk(cursor->args[0].s);
    return NULL;
}

static err put_json(struct cursor *cursor, bool as_text, str value, struct value *out)
{
    *out = value_text(value);
    if (!as_text) return NULL;
    bool null = false;
    str text;
    TRY(jsonb_as_text(cursor->step, value, &null, &text));
    *out = null ? value_null() : value_text(text);
    return NULL;
}

static err elements_next(struct cursor *cursor)
{
    str key;
    str value;
    if (!json_walk_next(&cursor->json, &key, &value)) {
        cursor->done = true;
        return NULL;
    }
    return put_json(cursor, cursor->row->with == JSON_AS_TEXT, value, &cursor->values[0]);
}

static err each_next(struct cursor *cursor)
{
    str key;
    str value;
    if (!json_walk_next(&cursor->json, &key, &value)) {
        cursor->done = true;
        return NULL;
    }
    cursor->values[0] = value_text(jsonb_string(cursor->step, key));
    if (cursor->row->with == JSON_KEYS) return NULL;
    return put_json(cursor, cursor->row->with == JSON_AS_TEXT, value, &cursor->values[1]);
}

/* ---- JSON as rows of declared columns ---- */

enum { ONE_RECORD, MANY_RECORDS };

static err record_open(struct cursor *cursor)
{
    TRY(json_parse(cursor->arena, cursor->args[0].s, NULL, &cursor->tree));
    const char *name = cursor->row->function.symbol;
    enum json_kind kind = cursor->tree->kind;
    if (cursor->row->with == ONE_RECORD) {
        if (kind == JSON_OBJECT) return NULL;
        return err_sql(cursor->arena, "22023", "cannot call %s on %s", name,
                       kind == JSON_ARRAY ? "an array" : "a scalar");
    }
    if (kind == JSON_ARRAY) return NULL;
    return err_sql(cursor->arena, "22023", "cannot call %s on %s", name,
                   kind == JSON_OBJECT ? "an object" : "a scalar");
}

static err record_next(struct cursor *cursor)
{
    bool many = cursor->row->with == MANY_RECORDS;
    size_t count = many ? cursor->tree->count : 1;
    if ((size_t)cursor->at >= count) {
        cursor->done = true;
        return NULL;
    }
    const struct json *item = many ? cursor->tree->items[cursor->at] : cursor->tree;
    cursor->at++;
    if (item->kind != JSON_OBJECT) {
        return err_sql(cursor->step, "22023", "argument of %s must be an array of objects",
                       cursor->row->function.symbol);
    }
    if (cursor->shape->field_count > SET_COLUMNS_MAX) {
        return err_sql(cursor->step, "0A000", "more than %d columns from JSON are not supported",
                       SET_COLUMNS_MAX);
    }
    return json_record_make(cursor->step, cursor->session, cursor->shape, item, NULL,
                            cursor->values);
}

/* ---- the table ---- */

#define SET(symbol, shape, args, columns, open, next, with)              \
    {                                                                    \
        {symbol, shape, args, columns}, open, next, with, NULL_IS_NO_ROW \
    }
#define SET_NULL(symbol, shape, args, open, next, nulls)     \
    {                                                        \
        {symbol, shape, args, "value"}, open, next, 0, nulls \
    }
#define RECORD(symbol)                                                                       \
    {                                                                                        \
        {symbol, SHAPE_FIRST, 1, "*"}, record_open, record_next, ONE_RECORD, NULL_IS_ONE_ROW \
    }
#define JSON_SETS(prefix)                                                                         \
    SET(prefix "_array_elements", SHAPE_NONE, 1, "value", elements_open, elements_next,           \
        JSON_AS_IS),                                                                              \
        SET(prefix "_array_elements_text", SHAPE_NONE, 1, "value", elements_open, elements_next,  \
            JSON_AS_TEXT),                                                                        \
        SET(prefix "_each", SHAPE_NONE, 1, "key,value", object_open, each_next, JSON_AS_IS),      \
        SET(prefix "_each_text", SHAPE_NONE, 1, "key,value", object_open, each_next,              \
            JSON_AS_TEXT),                                                                        \
        SET(prefix "_object_keys", SHAPE_NONE, 1, "value", object_open, each_next, JSON_KEYS),    \
        SET(prefix "_to_recordset", SHAPE_FIRST, 1, "*", record_open, record_next, MANY_RECORDS), \
        RECORD(prefix "_to_record"),                                                              \
        SET(prefix "_populate_recordset", SHAPE_FIRST, 1, "*", record_open, record_next,          \
            MANY_RECORDS),                                                                        \
        RECORD(prefix "_populate_record")

static const struct set_row set_rows[] = {
    SET("generate_series_int4", SHAPE_NONE, 2, "value", int_open, int_next, 0),
    SET("generate_series_int8", SHAPE_NONE, 2, "value", int_open, int_next, 0),
    SET("generate_series_step_int4", SHAPE_NONE, 3, "value", int_open, int_next, 0),
    SET("generate_series_step_int8", SHAPE_NONE, 3, "value", int_open, int_next, 0),
    SET("generate_series_numeric", SHAPE_NONE, 2, "value", numeric_open, numeric_next, 0),
    SET("generate_series_step_numeric", SHAPE_NONE, 3, "value", numeric_open, numeric_next, 0),
    SET("generate_series_timestamp",
        SHAPE_NONE,
        3,
        "value",
        moment_open,
        moment_next,
        SERIES_TIMESTAMP),
    SET("generate_series_timestamptz",
        SHAPE_NONE,
        3,
        "value",
        moment_open,
        moment_next,
        SERIES_TIMESTAMPTZ),
    SET("generate_subscripts", SHAPE_NONE, 3, "value", subscripts_open, int_next, 0),
    SET("generate_subscripts_nodir", SHAPE_NONE, 2, "value", subscripts_open, int_next, 0),
    SET("array_unnest", SHAPE_FIRST, 1, "value", unnest_open, unnest_next, 0),
    /* unnest for = ANY(array): a NULL array is one NULL element. */
    SET_NULL("elements", SHAPE_FIRST, 1, unnest_open, unnest_next, NULL_IS_ONE_ROW),
    SET("array_unnest_many", SHAPE_FIRST, 1, "c0,c1,c2,c3,c4,c5,c6,c7", many_open, many_next, 0),
    SET("pg_partition_ancestors", SHAPE_NONE, 1, "value", nothing_open, nothing_next, 0),
    SET("aclexplode",
        SHAPE_NONE,
        1,
        "grantor,grantee,privilege_type,is_grantable",
        acl_open,
        acl_next,
        0),
    SET("regexp_split_to_table", SHAPE_NONE, 3, "value", regex_split_open, items_next, 0),
    SET("regexp_split_to_table_no_flags", SHAPE_NONE, 2, "value", regex_split_open, items_next, 0),
    SET_NULL("text_to_table", SHAPE_NONE, 2, text_split_open, items_next, NULL_IS_TAKEN),
    SET_NULL("text_to_table_null", SHAPE_NONE, 3, text_split_open, items_next, NULL_IS_TAKEN),
    SET("regexp_matches", SHAPE_NONE, 3, "value", matches_open, matches_next, 0),
    SET("regexp_matches_no_flags", SHAPE_NONE, 2, "value", matches_open, matches_next, 0),
    JSON_SETS("json"),
    JSON_SETS("jsonb"),
};

const struct set_function *set_function_find(const char *symbol)
{
    for (size_t i = 0; i < COUNT_OF(set_rows); i++) {
        if (strcmp(set_rows[i].function.symbol, symbol) == 0) return &set_rows[i].function;
    }
    return NULL;
}

/* ---- the virtual table ---- */

struct table {
    sqlite3_vtab base; /* first */
    const struct set_row *row;
    struct sqlite_session *session;
    int columns; /* before "ordinality" */
};

struct link {
    const struct set_row *row;
    struct sqlite_session *session;
};

static int argument_count(const struct set_row *row)
{
    return row->function.args + (row->function.shape != SHAPE_NONE);
}

static int column_count(const struct set_row *row)
{
    if (strcmp(row->function.columns, "*") == 0) return SET_COLUMNS_MAX;
    int count = 1;
    for (const char *c = row->function.columns; *c; c++) count += *c == ',';
    return count;
}

static int table_connect(
    sqlite3 *db, void *user, int argc, const char *const *argv, sqlite3_vtab **out, char **message)
{
    (void)argc;
    (void)argv;
    (void)message;
    const struct link *link = user;
    struct buf declaration;
    buf_init(&declaration, 0);
    buf_lit(&declaration, "CREATE TABLE x(");
    int columns = column_count(link->row);
    if (columns == SET_COLUMNS_MAX) {
        for (int i = 0; i < columns; i++) buf_printf(&declaration, "c%d,", i);
    } else {
        buf_printf(&declaration, "%s,", link->row->function.columns);
    }
    buf_lit(&declaration, "ordinality");
    for (int i = 0; i < argument_count(link->row); i++) {
        buf_printf(&declaration, ",a%d HIDDEN", i);
    }
    buf_append(&declaration, ")", 2); /* with the NUL */
    int rc = sqlite3_declare_vtab(db, declaration.at);
    buf_deinit(&declaration);
    if (rc != SQLITE_OK) return rc;
    sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);
    struct table *table = sqlite3_malloc(sizeof *table);
    if (!table) return SQLITE_NOMEM;
    *table = (struct table){.row = link->row, .session = link->session, .columns = columns};
    *out = &table->base;
    return SQLITE_OK;
}

static int table_disconnect(sqlite3_vtab *table)
{
    sqlite3_free(table);
    return SQLITE_OK;
}

/* Every argument must be given: the only plan is to run with them all. */
static int table_best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
    const struct table *table = (const struct table *)base;
    int wanted = argument_count(table->row);
    int first = table->columns + 1;
    int found = 0;
    for (int i = 0; i < info->nConstraint; i++) {
        const struct sqlite3_index_constraint *constraint = &info->aConstraint[i];
        int argument = constraint->iColumn - first;
        if (argument < 0 || constraint->op != SQLITE_INDEX_CONSTRAINT_EQ) continue;
        if (!constraint->usable) return SQLITE_CONSTRAINT;
        info->aConstraintUsage[i].argvIndex = argument + 1;
        info->aConstraintUsage[i].omit = 1;
        found++;
    }
    if (found < wanted) return SQLITE_CONSTRAINT;
    info->estimatedCost = 10;
    info->estimatedRows = 25;
    return SQLITE_OK;
}

static int cursor_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
    const struct table *table = (const struct table *)base;
    struct cursor *cursor = sqlite3_malloc(sizeof *cursor);
    if (!cursor) return SQLITE_NOMEM;
    memset(cursor, 0, sizeof *cursor);
    cursor->row = table->row;
    cursor->session = table->session;
    cursor->arena = arena_new(0);
    cursor->step = arena_new(0);
    arena_cost_set(cursor->arena, &cursor->session->cost);
    arena_cost_set(cursor->step, &cursor->session->cost);
    *out = &cursor->base;
    return SQLITE_OK;
}

static int cursor_close(sqlite3_vtab_cursor *base)
{
    struct cursor *cursor = (struct cursor *)base;
    arena_free(cursor->arena);
    arena_free(cursor->step);
    sqlite3_free(cursor);
    return SQLITE_OK;
}

static int cursor_fail(struct cursor *cursor, err error)
{
    struct buf *text = buf_in(cursor->arena, 0);
    function_error_write(text, error);
    sqlite3_free(cursor->base.pVtab->zErrMsg);
    cursor->base.pVtab->zErrMsg = sqlite3_mprintf("%.*s", (int)text->len, text->at);
    cursor->done = true;
    return SQLITE_ERROR;
}

static int cursor_next(sqlite3_vtab_cursor *base)
{
    enum { CHECK_EVERY = 256 };
    struct cursor *cursor = (struct cursor *)base;
    if (cursor->row->nulls == NULL_IS_ONE_ROW &&
        cursor->count == 0) { /* the one NULL row was read */
        cursor->done = true;
        return SQLITE_OK;
    }
    arena_reset(cursor->step);
    cursor->ordinal++;
    if (cursor->ordinal % CHECK_EVERY == 0) {
        err stopped = session_check(cursor->session, cursor->step);
        if (stopped) return cursor_fail(cursor, stopped);
    }
    cost_begin(&cursor->session->cost);
    err error = session_call_end(cursor->session, cursor->row->next(cursor));
    return error ? cursor_fail(cursor, error) : SQLITE_OK;
}

static int cursor_filter(
    sqlite3_vtab_cursor *base, int plan, const char *plan_text, int argc, sqlite3_value **argv)
{
    (void)plan;
    (void)plan_text;
    struct cursor *cursor = (struct cursor *)base;
    int at = 0;
    bool null = false;
    arena_reset(cursor->arena);
    cursor->done = false;
    cursor->ordinal = 0;
    cursor->at = 0;
    cursor->count = 0;
    if (cursor->row->function.shape != SHAPE_NONE && argc > 0) {
        cursor->shape = shape_find(cursor->session, value_of_sqlite(argv[at++]).s);
    }
    for (; at < argc && cursor->count < SET_ARGS_MAX; at++) {
        struct value value = value_of_sqlite(argv[at]);
        null = null || value.kind == VALUE_NULL;
        cursor->args[cursor->count++] = value_copy(cursor->arena, &value);
    }
    if (null && cursor->row->nulls != NULL_IS_TAKEN) {
        cursor->done = cursor->row->nulls == NULL_IS_NO_ROW;
        cursor->ordinal = 1;
        for (size_t i = 0; i < SET_COLUMNS_MAX; i++) cursor->values[i] = value_null();
        cursor->count = 0;
        return SQLITE_OK;
    }
    err error = session_call_begin(cursor->session, cursor->args, cursor->count);
    if (!error) error = session_call_end(cursor->session, cursor->row->open(cursor));
    return error ? cursor_fail(cursor, error) : cursor_next(base);
}

static int cursor_eof(sqlite3_vtab_cursor *base)
{
    return ((struct cursor *)base)->done;
}

static int cursor_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    const struct cursor *cursor = (const struct cursor *)base;
    const struct table *table = (const struct table *)base->pVtab;
    if (column < table->columns) {
        bool there =
            table->columns < SET_COLUMNS_MAX || (size_t)column < cursor->shape->field_count;
        if (there) value_to_sqlite(context, &cursor->values[column]);
    } else if (column == table->columns) {
        sqlite3_result_int64(context, cursor->ordinal);
    }
    return SQLITE_OK;
}

static int cursor_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
    *out = ((const struct cursor *)base)->ordinal;
    return SQLITE_OK;
}

static const sqlite3_module module = {
    .xConnect = table_connect,
    .xBestIndex = table_best_index,
    .xDisconnect = table_disconnect,
    .xOpen = cursor_open,
    .xClose = cursor_close,
    .xFilter = cursor_filter,
    .xNext = cursor_next,
    .xEof = cursor_eof,
    .xColumn = cursor_column,
    .xRowid = cursor_rowid,
};

int sets_register(sqlite3 *db, struct sqlite_session *session)
{
    struct arena *arena = function_caches_arena(session->caches);
    for (size_t i = 0; i < COUNT_OF(set_rows); i++) {
        struct link *link = ARENA_NEW(arena, struct link);
        *link = (struct link){&set_rows[i], session};
        const char *name = str_cstr(arena, str_printf(arena, "pg_%s", set_rows[i].function.symbol));
        int rc = sqlite3_create_module_v2(db, name, &module, link, NULL);
        if (rc != SQLITE_OK) return rc;
    }
    return SQLITE_OK;
}
