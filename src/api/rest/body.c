/* api/rest/body.c - payloads of writes: which columns, how many rows. */
#include "api/rest/rest_int.h"
#include "api/rest/scan.h"
#include "base/map.h"

enum { BODY_DEPTH_MAX = 64, COLUMNS_MAX = 1600 /* of a table in PostgreSQL */ };

static err bad_body(struct rest_request *request, const char *message)
{
    return rest_err(request->arena, 400, "PGRST102", "%s", message);
}

str rest_content_type(const struct rest_request *request)
{
    str type = http_header_find(request->http, STR("content-type")), rest;
    str_cut(type, ';', &type, &rest);
    return str_trim(type);
}

err rest_content_type_error(const struct rest_request *request)
{
    return rest_err(request->arena, 400, "PGRST102", "Content-Type not acceptable: %.*s",
                    STR_FMT(rest_content_type(request)));
}

/* A row's keys, each once and in order. */
static struct map *keys_of(struct arena *arena, const struct json *row)
{
    struct map *keys = map_new(arena);
    for (size_t i = 0; i < row->count; i++)
        map_put(keys, row->members[i].name, (void *)(uintptr_t)row);
    return keys;
}

/* Whether row has the keys of first and no other; in the same order, as programs write them, at once. */
static bool same_keys(struct arena *arena,
                      const struct json *first,
                      const struct map *keys,
                      const struct json *row)
{
    if (row->kind != JSON_OBJECT) return false;
    size_t same = 0;
    while (same < row->count && same < first->count &&
           str_eq(row->members[same].name, first->members[same].name))
        same++;
    if (same == row->count && same == first->count) return true;
    for (size_t i = 0; i < row->count; i++)
        if (!map_find(keys, row->members[i].name)) return false;
    return map_count(keys_of(arena, row)) == map_count(keys);
}

static void take_keys(struct rest_request *request, const struct map *keys)
{
    str *columns = ARENA_ARRAY(request->arena, str, map_count(keys) + 1);
    size_t at = 0, count = 0;
    void *row;
    while (map_next(keys, &at, &columns[count], &row)) count++;
    request->payload.columns = columns;
    request->payload.column_count = count;
}

/* Keys are looked up one by one later: few enough for that, and as many as a table can have. */
static err check_width(struct rest_request *request)
{
    const struct rest_payload *payload = &request->payload;
    bool wide = payload->column_count > COLUMNS_MAX;
    for (size_t i = 0; i < payload->row_count && !wide; i++) {
        const struct json *row = payload->is_array ? payload->rows->items[i] : payload->rows;
        wide = row->kind == JSON_OBJECT && row->count > COLUMNS_MAX;
    }
    return wide ? rest_err(request->arena, 400, "PGRST102", "A row has at most %d columns",
                           COLUMNS_MAX)
                : NULL;
}

static err take_rows(struct rest_request *request, const struct json *body)
{
    struct rest_payload *payload = &request->payload;
    bool update = request->verb == REST_UPDATE, put = request->verb == REST_PUT;
    bool listed = request->query.has_columns && !put;
    payload->is_array = body->kind == JSON_ARRAY;
    payload->rows = body;
    payload->row_count = payload->is_array ? body->count : body->kind == JSON_OBJECT;
    if (payload->row_count == 0) return NULL;
    const struct json *first = payload->is_array ? body->items[0] : body;
    if (first->kind != JSON_OBJECT) return bad_body(request, "All object keys must match");
    const struct map *keys = keys_of(request->arena, first);
    if (!listed && !update)
        for (size_t i = 1; i < payload->row_count; i++)
            if (!same_keys(request->arena, first, keys, body->items[i]))
                return bad_body(request, "All object keys must match");
    /* An update takes one object; of an array the first element. An insert of one works likewise. */
    if (payload->is_array && !put && (update || payload->row_count == 1)) {
        payload->is_array = false;
        payload->row_count = 1;
        payload->rows = first;
    }
    if (listed) {
        payload->columns = request->query.columns;
        payload->column_count = request->query.column_count;
    } else {
        take_keys(request, keys);
    }
    return check_width(request);
}

static err read_body(struct rest_request *request, const struct json **out)
{
    struct json_options options = {.depth_max = BODY_DEPTH_MAX};
    str type = rest_content_type(request), body = request->http->body;
    if (str_eq_nocase(type, STR("text/csv"))) return rest_csv_parse(request->arena, body, out);
    if (str_eq_nocase(type, STR("application/x-www-form-urlencoded")))
        return rest_form_parse(request->arena, body, out);
    if (!str_empty(type) && !str_eq_nocase(type, STR("application/json")))
        return rest_content_type_error(request);
    if (json_parse(request->arena, body, &options, out))
        return bad_body(request, "Empty or invalid json");
    return NULL;
}

err rest_payload_parse(struct rest_request *request)
{
    const struct json *body;
    TRY(read_body(request, &body));
    return take_rows(request, body);
}
