/* api/rest/body.c - payloads of writes: which columns, how many rows. */
#include "api/rest/rest_int.h"
#include "api/rest/scan.h"

enum { BODY_DEPTH_MAX = 64 };

static err bad_body(struct rest_request *request, const char *message)
{
    return rest_err(request->arena, 400, "PGRST102", "%s", message);
}

static err check_content_type(struct rest_request *request)
{
    str type = http_header_find(request->http, STR("content-type")), rest;
    str_cut(type, ';', &type, &rest);
    type = str_trim(type);
    if (str_empty(type) || str_eq_nocase(type, STR("application/json"))) return NULL;
    return rest_err(request->arena, 400, "PGRST102", "Content-Type not acceptable: %.*s", STR_FMT(type));
}

static bool same_keys(const struct json *a, const struct json *b)
{
    if (b->kind != JSON_OBJECT) return false;
    for (size_t i = 0; i < a->count; i++)
        if (!json_get(b, a->members[i].name)) return false;
    for (size_t i = 0; i < b->count; i++)
        if (!json_get(a, b->members[i].name)) return false;
    return true;
}

/* The keys, each once. */
static void take_keys(struct rest_request *request, const struct json *row)
{
    str *columns = ARENA_ARRAY(request->arena, str, row->count);
    size_t count = 0;
    for (size_t i = 0; i < row->count; i++) {
        bool seen = false;
        for (size_t k = 0; k < count; k++) seen = seen || str_eq(columns[k], row->members[i].name);
        if (!seen) columns[count++] = row->members[i].name;
    }
    request->payload.columns = columns;
    request->payload.column_count = count;
}

static err take_rows(struct rest_request *request, const struct json *body)
{
    struct rest_payload *payload = &request->payload;
    bool update = request->verb == REST_UPDATE;
    payload->is_array = body->kind == JSON_ARRAY;
    payload->rows = body;
    payload->row_count = payload->is_array ? body->count : body->kind == JSON_OBJECT;
    if (payload->row_count == 0) return NULL;
    const struct json *first = payload->is_array ? body->items[0] : body;
    if (first->kind != JSON_OBJECT) return bad_body(request, "All object keys must match");
    if (!request->query.has_columns && !update)
        for (size_t i = 1; i < payload->row_count; i++)
            if (!same_keys(first, body->items[i])) return bad_body(request, "All object keys must match");
    /* An update takes one object; of an array the first element. An insert of one works likewise. */
    if (payload->is_array && (update || payload->row_count == 1)) {
        payload->is_array = false;
        payload->row_count = 1;
        payload->rows = first;
    }
    if (request->query.has_columns) {
        payload->columns = request->query.columns;
        payload->column_count = request->query.column_count;
    } else {
        take_keys(request, first);
    }
    return NULL;
}

err rest_payload_parse(struct rest_request *request)
{
    struct json_options options = {.depth_max = BODY_DEPTH_MAX};
    const struct json *body;
    TRY(check_content_type(request));
    if (json_parse(request->arena, request->http->body, &options, &body))
        return bad_body(request, "Empty or invalid json");
    return take_rows(request, body);
}
