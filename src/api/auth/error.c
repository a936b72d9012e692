/* api/auth/error.c - errors in the dialect's two shapes, chosen by X-Supabase-Api-Version. */
#include "api/auth/auth_int.h"
#include "base/log.h"

/* From this date on: {"code":"<error_code>","message"}; before: {"code":<status>,"error_code","msg"}. */
#define API_VERSION "2024-01-01"

struct err *auth_err(struct arena *arena, int status, const char *code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct err *error = err_new(arena, ERR_AUTH, "%s", "");
    error->message = str_vprintf(arena, format, args);
    va_end(args);
    error->status = status;
    error->code = str_of(code);
    return error;
}

/* Errors of the layers below in the dialect's words: kind, status, code, message. A NULL message keeps
 * the error's own, which was written for a client. The rest are 500. */
struct translation {
    enum err_kind kind;
    int status;
    const char *code;
    const char *message;
};

static const struct translation translations[] = {
    {ERR_HTTP_TOO_LARGE,  413, "request_entity_too_large", "Request body is too large"             },
    {ERR_HTTP_TIMEOUT,    504, "request_timeout",          "Processing this request timed out"     },
    {ERR_HTTP_NOT_FOUND,  404, "unknown",                  NULL                                    },
    {ERR_HTTP_METHOD,     405, "unknown",                  NULL                                    },
    {ERR_RATE_LIMITED,    429, "over_request_rate_limit",  NULL                                    },
    {ERR_JSON_SYNTAX,     400, "bad_json",                 "Could not parse request body as JSON"  },
    {ERR_JSON_DEPTH,      400, "bad_json",                 "Could not parse request body as JSON"  },
    {ERR_UTF8,            400, "bad_json",                 "Could not parse request body as JSON"  },
    {ERR_JWT_INVALID,     403, "bad_jwt",                  "invalid JWT: unable to parse or verify"},
    {ERR_JWT_CLAIMS,      403, "bad_jwt",                  NULL                                    },
    {ERR_OVERLOADED,      503, "unexpected_failure",       "The server is busy, try again"         },
    {ERR_UNAVAILABLE,     503, "unexpected_failure",       "The database cannot answer now"        },
    {ERR_PLAN_STALE,      503, "unexpected_failure",       "The database cannot answer now"        },
    {ERR_OUTCOME_UNKNOWN, 503, "unexpected_failure",       "The outcome of the request is unknown" },
};

static void set(struct err *out, int status, str code, str message)
{
    out->status = status;
    out->code = code;
    out->message = message;
}

static void translate(struct arena *arena, err error, struct err *out)
{
    *out = *error;
    if (error->kind == ERR_AUTH) return;
    set(out, 500, STR("unexpected_failure"),
        STR("Unexpected failure, please check server logs for more information"));
    for (size_t i = 0; i < COUNT_OF(translations); i++) {
        const struct translation *row = &translations[i];
        if (row->kind != error->kind) continue;
        set(out, row->status, str_of(row->code),
            row->message ? str_of(row->message) : error->message);
    }
    if (err_is(error, STR("57014"))) /* query_canceled: the deadline */
        set(out, 504, STR("request_timeout"), STR("Processing this request timed out"));
    if (error->kind == ERR_JWT_CLAIMS)
        out->message = str_printf(arena, "invalid JWT: %.*s", STR_FMT(error->message));
}

/* A key that is missing or unknown is the gateway's refusal, in the gateway's shape. */
static bool is_gateway(err error)
{
    return error->kind == ERR_KEY_MISSING || error->kind == ERR_KEY_INVALID;
}

static void write_gateway(err error, struct buf *out)
{
    buf_lit(out, "{\"message\":");
    json_write_str(out, error->message);
    if (!str_empty(error->hint)) {
        buf_lit(out, ",\"hint\":");
        json_write_str(out, error->hint);
    }
    buf_char(out, '}');
}

static void write_shape(const struct http_request *req,
                        const struct err *error,
                        bool modern,
                        struct buf *out)
{
    if (modern) {
        buf_lit(out, "{\"code\":");
        json_write_str(out, error->code);
        buf_lit(out, ",\"message\":");
        json_write_str(out, error->message);
    } else {
        buf_printf(out, "{\"code\":%d,\"error_code\":", error->status);
        json_write_str(out, error->code);
        buf_lit(out, ",\"msg\":");
        json_write_str(out, error->message);
        if (error->status >= 500) {
            buf_lit(out, ",\"error_id\":");
            json_write_str(out, http_request_id(req));
        }
    }
    /* Reasons travel in details: a JSON list, ours. */
    if (str_eq(error->code, STR("weak_password")))
        buf_printf(out, ",\"weak_password\":{\"reasons\":%.*s}", STR_FMT(error->details));
    buf_char(out, '}');
}

/* YYYY-MM-DD at or after the version that changed the shape; dates in this form sort as bytes. */
static bool wants_modern(const struct http_request *req)
{
    str version = http_header_find(req, STR("x-supabase-api-version"));
    if (version.len != sizeof API_VERSION - 1) return false;
    for (size_t i = 0; i < version.len; i++) {
        bool dash = i == 4 || i == 7;
        if (dash ? version.at[i] != '-' : version.at[i] < '0' || version.at[i] > '9') return false;
    }
    return str_cmp(version, STR(API_VERSION)) >= 0;
}

enum { ERROR_HEADERS_MAX = 4 };

void auth_render_error(struct http_request *req,
                       err error,
                       struct http_response *out,
                       void *context)
{
    (void)context;
    struct err shown;
    struct buf *body = buf_in(req->arena, 0);
    struct http_header *headers = ARENA_ARRAY(req->arena, struct http_header, ERROR_HEADERS_MAX);
    size_t count = 0;
    headers[count++] = (struct http_header){STR("Cache-Control"), STR("no-store")};
    out->content_type = STR("application/json");
    out->headers = headers;
    out->take = body;
    if (is_gateway(error)) {
        out->status = error->status;
        out->header_count = count;
        write_gateway(error, body);
        return;
    }
    translate(req->arena, error, &shown);
    bool modern = wants_modern(req);
    write_shape(req, &shown, modern, body);
    if (modern)
        headers[count++] = (struct http_header){STR("X-Supabase-Api-Version"), STR(API_VERSION)};
    /* [Q]: absent on a weak password in the new shape. */
    if (!modern || !str_eq(shown.code, STR("weak_password")))
        headers[count++] =
            (struct http_header){STR("x-sb-error-code"), str_copy(req->arena, shown.code)};
    if (shown.status == 429 && !str_empty(error->hint)) /* seconds, where the error was made */
        headers[count++] = (struct http_header){STR("Retry-After"), error->hint};
    out->status = shown.status;
    out->header_count = count;
}

/* An SQL error that no handler expected is ours, whatever status a REST client would get for it: as
 * the cause of an internal error it reaches the log. */
void auth_respond_error(struct auth_request *request, err error)
{
    struct err shown;
    translate(request->arena, error, &shown);
    if (shown.status == 500 && error->status < 500 && !is_gateway(error))
        error = err_cause(err_new(request->arena, ERR_INTERNAL, "an auth statement failed"), error);
    http_respond_error(request->http, error);
}

/* Answers that are no errors ---------------------------------------------------------------------- */

enum { ANSWER_HEADERS_MAX = 8 };

void auth_respond_json(struct auth_request *request,
                       int status,
                       struct buf *body,
                       const struct http_header *headers,
                       size_t header_count)
{
    struct http_header all[ANSWER_HEADERS_MAX] = {
        {STR("Cache-Control"), STR("no-store")}
    };
    size_t count = 1;
    for (size_t i = 0; i < header_count && count < ANSWER_HEADERS_MAX; i++)
        all[count++] = headers[i];
    struct http_response response = {
        .status = status,
        .content_type = STR("application/json"),
        .headers = all,
        .header_count = count,
        .take = body,
    };
    http_respond(request->http, &response);
}

void auth_respond_empty(struct auth_request *request, int status)
{
    const struct http_header headers[] = {
        {STR("Cache-Control"), STR("no-store")}
    };
    struct http_response response = {.status = status, .headers = headers, .header_count = 1};
    http_respond(request->http, &response);
}
