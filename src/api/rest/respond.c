/* api/rest/respond.c - statuses, headers and bodies of answers and errors. */
#include <stdlib.h>
#include <string.h>

#include "api/rest/rest_int.h"
#include "api/rest/scan.h"
#include "base/log.h"
#include "http/parse.h"
#include "http/url.h"

/* Clients and proxies refuse answers whose headers are over 8 or 16 KiB: a location that repeats a
 * query of that size is left out. */
enum { HEADERS_MAX = 40, STATUS_ANON_DENIED = 401, LOCATION_BYTES_MAX = 4096 };

struct answer {
    struct rest_request *request;
    struct http_response response;
    struct http_header headers[HEADERS_MAX];
};

static void add_header(struct answer *answer, str name, str value)
{
    if (answer->response.header_count >= HEADERS_MAX || str_empty(value)) return;
    answer->headers[answer->response.header_count++] = (struct http_header){name, value};
    answer->response.headers = answer->headers;
}

static void add_location(struct answer *answer, str name, str value)
{
    if (value.len <= LOCATION_BYTES_MAX) add_header(answer, name, value);
}

/* Headers ------------------------------------------------------------------------------------------ */

static str content_type_of(const struct rest_request *request)
{
    bool stripped = request->accept.stripped;
    switch (request->accept.media) {
    case REST_CSV: return STR("text/csv; charset=utf-8");
    case REST_OBJECT:
        return stripped ? STR("application/vnd.pgrst.object+json;nulls=stripped; charset=utf-8")
                        : STR("application/vnd.pgrst.object+json; charset=utf-8");
    case REST_JSON:
    case REST_ANY_MEDIA: break;
    }
    return stripped ? STR("application/vnd.pgrst.array+json;nulls=stripped; charset=utf-8")
                    : STR("application/json; charset=utf-8");
}

static str range_text(struct arena *arena, int64_t from, int64_t rows, int64_t total)
{
    struct buf *out = buf_in(arena, 0);
    if (rows == 0 || total == 0) {
        buf_char(out, '*');
    } else {
        buf_i64(out, from);
        buf_char(out, '-');
        buf_i64(out, from + rows - 1);
    }
    buf_char(out, '/');
    if (total < 0)
        buf_char(out, '*');
    else
        buf_i64(out, total);
    return buf_str(out);
}

static int by_name(const void *a, const void *b)
{
    const struct rest_argument *left = a, *right = b;
    int order = str_cmp(left->name, right->name);
    return order ? order : str_cmp(left->value, right->value);
}

/* /{relation}?parameters sorted by key, encoded again. */
static str content_location(const struct rest_request *request)
{
    struct arena *arena = request->arena;
    struct {
        VEC(struct rest_argument);
    } pairs = {0};
    str rest = request->http->query, name, value;
    while (url_query_next(&rest, &name, &value)) {
        struct rest_argument *pair = VEC_ADD(arena, &pairs);
        err_ignore(url_decode(arena, name, URL_PLUS_SPACE, &pair->name), "it was parsed before");
        err_ignore(url_decode(arena, value, URL_PLUS_SPACE, &pair->value), "it was parsed before");
    }
    if (pairs.count) qsort(pairs.at, pairs.count, sizeof *pairs.at, by_name);
    struct buf *out = buf_in(arena, 0);
    buf_char(out, '/');
    url_encode(out, request->name);
    for (size_t i = 0; i < pairs.count; i++) {
        buf_char(out, i ? '&' : '?');
        url_encode(out, pairs.at[i].name);
        buf_char(out, '=');
        url_encode(out, pairs.at[i].value);
    }
    return buf_str(out);
}

static void add_common(struct answer *answer)
{
    struct rest_request *request = answer->request;
    add_header(answer, STR("Vary"), STR("Accept, Prefer, Range"));
    if (request->rest->options.schema_count > 1 || request->profile_named)
        add_header(answer, STR("Content-Profile"), request->schema_name);
    add_header(answer, STR("Preference-Applied"), rest_prefer_applied(request));
}

/* Names that belong to the framing of the message: SQL must not contradict what is sent. */
static const str framing_headers[] = {
    STR_INIT("Connection"),        STR_INIT("Content-Encoding"),
    STR_INIT("Content-Length"),    STR_INIT("Date"),
    STR_INIT("Keep-Alive"),        STR_INIT("Trailer"),
    STR_INIT("Transfer-Encoding"), STR_INIT("Upgrade"),
};

static bool may_set_header(str name)
{
    for (size_t i = 0; i < COUNT_OF(framing_headers); i++)
        if (str_eq_nocase(framing_headers[i], name)) return false;
    return http_is_token(name);
}

/* In the place of a header of ours with that name; cookies stand beside each other. */
static void set_header(struct answer *answer, str name, str value)
{
    if (str_eq_nocase(name, STR("Content-Type"))) {
        answer->response.content_type = value;
        return;
    }
    for (size_t i = 0; i < answer->response.header_count && !str_eq_nocase(name, STR("Set-Cookie"));
         i++) {
        if (!str_eq_nocase(answer->headers[i].name, name)) continue;
        answer->headers[i].value = value;
        return;
    }
    add_header(answer, name, value);
}

/* [{"name": "value"}, ...]. False: something else. */
static bool set_headers(struct answer *answer, str text)
{
    const struct json *list;
    if (json_parse(answer->request->arena, text, NULL, &list) || list->kind != JSON_ARRAY)
        return false;
    for (size_t i = 0; i < list->count; i++) {
        const struct json *item = list->items[i];
        if (item->kind != JSON_OBJECT || item->count != 1) return false;
        const struct json_member *header = &item->members[0];
        if (header->value->kind != JSON_STRING || !may_set_header(header->name)) return false;
        set_header(answer, header->name, header->value->text);
    }
    return true;
}

/* What SQL asked for by set_config('response.headers' / 'response.status'). */
static err apply_settings(struct answer *answer)
{
    struct arena *arena = answer->request->arena;
    const struct engine_request *run = &answer->request->call.request;
    if (!str_empty(run->response_headers) && !set_headers(answer, run->response_headers))
        return rest_err(
            arena, 500, "PGRST111",
            "response.headers guc must be a JSON array composed of objects with a single key "
            "and a string value");
    int64_t status;
    if (str_empty(run->response_status)) return NULL;
    if (!str_to_i64(run->response_status, &status) || status < 200 || status > 599)
        return rest_err(arena, 500, "PGRST112", "response.status guc must be a valid status code");
    answer->response.status = (int)status;
    return NULL;
}

/* Bodies ------------------------------------------------------------------------------------------- */

static void send_body(struct answer *answer, struct step_result *result)
{
    if (str_empty(answer->response.content_type))
        answer->response.content_type = content_type_of(answer->request);
    if (result->body.fd >= 0) {
        int fd = result->body.fd;
        result->body.fd = -1;
        http_respond_file(answer->request->http, &answer->response, fd, 0,
                          (uint64_t)result->body.fd_len);
        return;
    }
    answer->response.take = &result->body.bytes;
    http_respond(answer->request->http, &answer->response);
}

static void send_empty(struct answer *answer, int status)
{
    answer->response.status = answer->response.status == 200 ? status : answer->response.status;
    http_respond(answer->request->http, &answer->response);
}

static bool range_beyond(const struct rest_request *request, const struct step_result *result)
{
    return result->total >= 0 && request->rows_offset > result->total;
}

static err beyond_error(struct rest_request *request, int64_t total)
{
    struct err *error = err_new(request->arena, ERR_REST, "Requested range not satisfiable");
    error->code = STR("PGRST103");
    error->status = 416;
    return err_details(request->arena, error,
                       "An offset of %lld was requested, but there are only %lld rows.",
                       (long long)request->rows_offset, (long long)total);
}

static void respond_read(struct answer *answer, struct step_result *result)
{
    struct rest_request *request = answer->request;
    if (range_beyond(request, result)) {
        rest_respond_error(request, beyond_error(request, result->total));
        return;
    }
    bool partial = result->total >= 0 && (result->rows < result->total);
    answer->response.status = partial ? 206 : 200;
    add_header(answer, STR("Content-Range"),
               range_text(request->arena, request->rows_offset, result->rows, result->total));
    if (request->verb == REST_READ)
        add_location(answer, STR("Content-Location"), content_location(request));
    err error = apply_settings(answer);
    if (error)
        rest_respond_error(request, error);
    else
        send_body(answer, result);
}

/* /{relation}?pk=eq.value[&...] of the one inserted row, from the JSON [{...}]. */
static str location_of(const struct rest_request *request, const struct step_result *result)
{
    const struct json *rows;
    if (result->rows != 1 || result->body.fd >= 0) return STR_NONE;
    if (json_parse(request->arena, buf_str(&result->body.bytes), NULL, &rows) || rows->count != 1)
        return STR_NONE;
    const struct json *row = rows->kind == JSON_ARRAY ? rows->items[0] : rows;
    struct buf *out = buf_in(request->arena, 0);
    buf_char(out, '/');
    url_encode(out, request->name);
    for (size_t i = 0; i < row->count; i++) {
        buf_char(out, i ? '&' : '?');
        url_encode(out, row->members[i].name);
        const struct json *value = row->members[i].value;
        buf_str_add(out, value->kind == JSON_NULL ? STR("=is.null") : STR("=eq."));
        if (value->kind != JSON_NULL)
            url_encode(out, str_empty(value->text) ? value->source : value->text);
    }
    return buf_str(out);
}

static int64_t write_total(const struct rest_request *request, const struct step_result *result)
{
    bool counted =
        request->prefer.count == REST_COUNT_EXACT || request->prefer.count == REST_COUNT_ESTIMATED;
    return counted ? result->affected : -1;
}

static void respond_insert(struct answer *answer, struct step_result *result)
{
    struct rest_request *request = answer->request;
    bool merged_only = request->prefer.resolution == REST_RESOLVE_MERGE && result->affected > 0 &&
                       result->inserted == 0;
    answer->response.status = merged_only ? 200 : 201;
    add_header(answer, STR("Content-Range"),
               range_text(request->arena, 0, 0, write_total(request, result)));
    if (request->prefer.what == REST_RETURN_HEADERS)
        add_location(answer, STR("Location"), location_of(request, result));
    err error = apply_settings(answer);
    if (error)
        rest_respond_error(request, error);
    else if (request->prefer.what == REST_RETURN_REPRESENTATION)
        send_body(answer, result);
    else
        http_respond(request->http, &answer->response);
}

static void respond_put(struct answer *answer, struct step_result *result)
{
    struct rest_request *request = answer->request;
    bool representation = request->prefer.what == REST_RETURN_REPRESENTATION;
    answer->response.status = !representation ? 204 : result->inserted > 0 ? 201 : 200;
    err error = apply_settings(answer);
    if (error)
        rest_respond_error(request, error);
    else if (representation)
        send_body(answer, result);
    else
        http_respond(request->http, &answer->response);
}

static void respond_change(struct answer *answer, struct step_result *result)
{
    struct rest_request *request = answer->request;
    bool representation = request->prefer.what == REST_RETURN_REPRESENTATION;
    int64_t shown = request->verb == REST_UPDATE ? result->affected : 0;
    answer->response.status = representation ? 200 : 204;
    add_header(answer, STR("Content-Range"),
               range_text(request->arena, 0, shown, write_total(request, result)));
    err error = apply_settings(answer);
    if (error)
        rest_respond_error(request, error);
    else if (representation)
        send_body(answer, result);
    else
        http_respond(request->http, &answer->response);
}

static void respond_call(struct answer *answer, struct step_result *result)
{
    struct rest_request *request = answer->request;
    enum result_shape shape = request->plan->steps[request->plan->step_count - 1].shape;
    if (shape == RESULT_NONE) {
        err error = apply_settings(answer);
        if (error)
            rest_respond_error(request, error);
        else
            send_empty(answer, 204);
        return;
    }
    respond_read(answer, result);
}

void rest_respond(struct rest_request *request, struct step_result *result)
{
    struct answer answer = {.request = request, .response = {.status = 200}};
    add_common(&answer);
    switch (request->verb) {
    case REST_READ: respond_read(&answer, result); break;
    case REST_INSERT: respond_insert(&answer, result); break;
    case REST_PUT: respond_put(&answer, result); break;
    case REST_UPDATE:
    case REST_DELETE: respond_change(&answer, result); break;
    case REST_CALL: respond_call(&answer, result); break;
    }
}

/* An answer without the database: nothing to insert, nothing to change. */
void rest_respond_empty(struct rest_request *request, int status, str body)
{
    struct answer answer = {
        .request = request, .response = {.status = status, .body = body}
    };
    add_common(&answer);
    int64_t total = request->prefer.count == REST_COUNT_EXACT ? 0 : -1;
    add_header(&answer, STR("Content-Range"), range_text(request->arena, 0, 0, total));
    if (!str_empty(body)) answer.response.content_type = content_type_of(request);
    http_respond(request->http, &answer.response);
}

/* Errors -------------------------------------------------------------------------------------------- */

/* The same code for the dialect's own name. */
struct code_row {
    enum err_kind kind;
    str code;
    int status;
};

static const struct code_row kind_codes[] = {
    {ERR_HTTP_NOT_FOUND, STR_INIT("PGRST125"), 404},
    {ERR_HTTP_METHOD,    STR_INIT("PGRST117"), 405},
    {ERR_UTF8,           STR_INIT("PGRST100"), 400},
    {ERR_HTTP_MALFORMED, STR_INIT("PGRST100"), 400},
    {ERR_OVERLOADED,     STR_INIT("PGRST003"), 503},
    {ERR_UNAVAILABLE,    STR_INIT("PGRST001"), 503},
    {ERR_PLAN_STALE,     STR_INIT("PGRST002"), 503},
};

static void add_text(struct buf *out, const char *name, str value)
{
    buf_printf(out, ",\"%s\":", name);
    if (str_empty(value))
        buf_lit(out, "null");
    else
        json_write_str(out, value);
}

static void gateway_body(err error, struct buf *body)
{
    buf_lit(body, "{\"message\":");
    json_write_str(body, error->message);
    add_text(body, "hint", error->hint);
    buf_char(body, '}');
}

static void dialect_body(err error, str code, struct buf *body)
{
    buf_lit(body, "{\"code\":");
    json_write_str(body, code);
    if (str_eq(code, STR("PGRST201"))) { /* its details are JSON already (relationship.c) */
        buf_lit(body, ",\"details\":");
        buf_str_add(body, error->details);
    } else {
        add_text(body, "details", error->details);
    }
    add_text(body, "hint", error->hint);
    add_text(body, "message", error->message);
    buf_char(body, '}');
}

static bool is_gateway(err error)
{
    return error->kind == ERR_KEY_MISSING || error->kind == ERR_KEY_INVALID;
}

static str authenticate_header(struct arena *arena, err error)
{
    bool token = error->kind == ERR_JWT_INVALID || error->kind == ERR_JWT_CLAIMS;
    if (!token) return STR("Bearer");
    return str_printf(arena, "Bearer error=\"invalid_token\", error_description=\"%.*s\"",
                      STR_FMT(error->message));
}

/* Status and code of the dialect for an error of any layer. */
static int dialect_status(err error, str *code)
{
    *code = error->code;
    for (size_t i = 0; i < COUNT_OF(kind_codes); i++) {
        if (kind_codes[i].kind != error->kind) continue;
        *code = kind_codes[i].code;
        return kind_codes[i].status;
    }
    if (str_eq(error->code, STR("21000")) &&
        str_ends(error->message, STR("requires a WHERE clause")))
        return 400;
    return error->status;
}

static void render(
    struct http_request *req, err error, int status, str code, struct http_response *out)
{
    struct arena *arena = req->arena;
    struct buf *body = buf_in(arena, 0);
    if (is_gateway(error))
        gateway_body(error, body);
    else
        dialect_body(error, code, body);
    struct http_header *headers = ARENA_ARRAY(arena, struct http_header, 4);
    size_t count = 0;
    headers[count++] = (struct http_header){
        STR("Proxy-Status"), str_printf(arena, "PostgREST; error=%.*s", STR_FMT(code))};
    if (status == 401)
        headers[count++] =
            (struct http_header){STR("WWW-Authenticate"), authenticate_header(arena, error)};
    if (status == 503) headers[count++] = (struct http_header){STR("Retry-After"), STR("1")};
    *out = (struct http_response){
        .status = status,
        .content_type = STR("application/json; charset=utf-8"),
        .headers = headers,
        .header_count = count,
        .body = buf_str(body),
    };
}

void rest_render_error(struct http_request *req,
                       err error,
                       struct http_response *out,
                       void *context)
{
    (void)context;
    str code;
    int status = dialect_status(error, &code);
    if (error->kind == ERR_HTTP_NOT_FOUND) {
        struct err *path =
            err_new(req->arena, ERR_HTTP_NOT_FOUND, "Invalid path specified in request URL");
        error = path;
    }
    if (error->kind == ERR_HTTP_METHOD) {
        struct err *method = err_new(req->arena, ERR_HTTP_METHOD, "Unsupported HTTP method: %.*s",
                                     STR_FMT(req->method_text));
        error = method;
    }
    render(req, error, status, code, out);
}

err rest_put_mismatch(const struct rest_request *request)
{
    return rest_err(request->arena, 400, "PGRST115",
                    "Payload values do not match URL in primary key column(s)");
}

static err expectation_error(struct rest_request *request, err error)
{
    if (error->kind != ERR_EXPECTATION) return error;
    if (request->verb == REST_PUT) return rest_put_mismatch(request);
    bool many = request->prefer.strict && request->prefer.max_affected_given &&
                request->accept.media != REST_OBJECT;
    struct err *own = err_new(request->arena, ERR_REST, "%s",
                              many ? "Query result exceeds max-affected preference constraint"
                                   : "Cannot coerce the result to a single JSON object");
    own->code = many ? STR("PGRST124") : STR("PGRST116");
    own->status = many ? 400 : 406;
    if (!many) return err_details(request->arena, own, "%.*s", STR_FMT(error->details));
    /* "The result contains N rows" */
    str number = str_skip(error->details, sizeof "The result contains " - 1);
    return err_details(request->arena, own, "The query affects %.*s", STR_FMT(number));
}

void rest_respond_error(struct rest_request *request, err error)
{
    struct http_request *http = request->http;
    error = expectation_error(request, error);
    str code;
    int status = dialect_status(error, &code);
    const struct caller *caller = request->call.request.caller;
    bool anonymous = caller && str_eq(caller->role, STR("anon"));
    if (str_eq(code, STR("42501")) && anonymous) status = STATUS_ANON_DENIED;
    /* Nobody waits for the answer of a request whose client has left. */
    if (status >= 500 && !error->logged && !request->call.request.cancelled)
        log_error("request failed", LOG_STR("request_id", http_request_id(http)), LOG_ERR(error));
    struct http_response response;
    render(http, error, status, code, &response);
    if (str_eq(code, STR("PGRST103")) && request->plan) {
        struct http_header *headers =
            ARENA_ARRAY(request->arena, struct http_header, response.header_count + 1);
        memcpy(headers, response.headers, response.header_count * sizeof *headers);
        str total = STR("*");
        size_t only = str_find(error->details, STR("only "), 0);
        if (only != SIZE_MAX) {
            str rest;
            str_cut(str_skip(error->details, only + 5), ' ', &total, &rest);
        }
        headers[response.header_count++] = (struct http_header){
            STR("Content-Range"), str_printf(request->arena, "*/%.*s", STR_FMT(total))};
        response.headers = headers;
    }
    http_respond(http, &response);
}
