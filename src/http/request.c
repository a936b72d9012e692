#include "http/request.h"

#include "http/server_int.h"

bool http_header_next(const struct http_request *req, str name, size_t *at, str *value)
{
    while (*at < req->header_count) {
        const struct http_header *header = &req->headers[(*at)++];
        if (header->name.len == name.len && str_eq_nocase(header->name, name)) {
            *value = header->value;
            return true;
        }
    }
    return false;
}

str http_header_find(const struct http_request *req, str name)
{
    size_t at = 0;
    str value = STR_NONE;
    if (http_header_next(req, name, &at, &value)) return value;
    return STR_NONE;
}

size_t http_header_count(const struct http_request *req, str name)
{
    size_t at = 0, count = 0;
    str value;
    while (http_header_next(req, name, &at, &value)) count++;
    return count;
}

str http_request_id(const struct http_request *req)
{
    return str_printf(req->arena, "%016llx", (unsigned long long)req->id);
}

str http_peer_address(const struct http_request *req)
{
    /* The stream may be gone while the answer is outstanding: the connection keeps the text. */
    const struct http_connection *connection = (const struct http_connection *)req;
    return str_from(connection->peer, connection->peer_len);
}

void http_on_abort(struct http_request *req,
                   void (*gone)(struct http_request *req, void *context),
                   void *context)
{
    struct http_connection *connection = connection_of(req);
    loop_assert_here(req->loop);
    connection->gone = gone;
    connection->gone_context = context;
}
