#include "http/server_int.h"

const struct http_cors http_cors_rest = {
    .methods = STR_INIT("GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD"),
    .headers = STR_INIT("Authorization"),
    .headers_echo = true,
    .headers_after = STR_INIT("Accept, Accept-Language, Content-Language"),
    .expose = STR_INIT("Content-Encoding, Content-Location, Content-Range, Content-Type, Date, "
                       "Location, Server, Transfer-Encoding, Range-Unit"),
    .max_age_s = 86400,
};

bool cors_is_preflight(const struct http_request *req)
{
    return req->method == HTTP_OPTIONS && req->mount && req->mount->cors &&
           http_header_find(req, STR("origin")).len &&
           http_header_find(req, STR("access-control-request-method")).len;
}

static bool is_listed(const struct http_cors *cors, str origin)
{
    for (size_t i = 0; i < cors->origin_count; i++)
        if (str_eq(cors->origins[i], origin)) return true;
    return false;
}

/* Allow-Origin and its companions; nothing for an origin that is not listed. */
static bool add_origin(const struct http_cors *cors, str origin, struct buf *out)
{
    bool echo = cors->origin_count || cors->echo_any;
    if (echo) buf_lit(out, "Vary: Origin\r\n");
    if (cors->origin_count && !is_listed(cors, origin)) return false;
    buf_lit(out, "Access-Control-Allow-Origin: ");
    /* Echoed as it came: the parser has checked the bytes of field values. */
    buf_str_add(out, echo ? origin : STR("*"));
    buf_lit(out, "\r\n");
    if (echo) buf_lit(out, "Access-Control-Allow-Credentials: true\r\n");
    return true;
}

void cors_headers(const struct http_request *req, struct buf *out)
{
    const struct http_cors *cors = req->mount->cors;
    str origin = http_header_find(req, STR("origin"));
    if (!origin.len) {
        /* A cache must not give this answer to an origin that would have got more. */
        if (cors->origin_count || cors->echo_any) buf_lit(out, "Vary: Origin\r\n");
        return;
    }
    if (!add_origin(cors, origin, out) || !cors->expose.len || cors_is_preflight(req)) return;
    buf_lit(out, "Access-Control-Expose-Headers: ");
    buf_str_add(out, cors->expose);
    buf_lit(out, "\r\n");
}

static void add_item(struct buf *out, str item)
{
    if (!item.len) return;
    if (out->len) buf_lit(out, ", ");
    buf_str_add(out, item);
}

void cors_answer_preflight(struct http_request *req)
{
    const struct http_cors *cors = req->mount->cors;
    struct buf *allowed = buf_in(req->arena, 0);
    add_item(allowed, cors->headers);
    if (cors->headers_echo) {
        str requested = http_header_find(req, STR("access-control-request-headers"));
        str item;
        while (http_list_next(&requested, &item))
            if (http_is_token(item)) add_item(allowed, item);
    }
    add_item(allowed, cors->headers_after);
    str max_age = str_printf(req->arena, "%u", cors->max_age_s);
    const struct http_header headers[] = {
        {STR("Access-Control-Allow-Methods"), cors->methods   },
        {STR("Access-Control-Allow-Headers"), buf_str(allowed)},
        {STR("Access-Control-Max-Age"),       max_age         },
    };
    const struct http_response response = {
        .status = cors->preflight_status ? cors->preflight_status : 200,
        .headers = headers,
        .header_count = COUNT_OF(headers),
    };
    http_respond(req, &response);
}
