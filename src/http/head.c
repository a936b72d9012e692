/* The head of an answer: status line and headers. */
#include <string.h>

#include "base/clock.h"
#include "http/server_int.h"

#define REASON(status, text) [status] = STR_INIT(text)
static const str reasons[600] = {
    REASON(100, "Continue"),
    REASON(101, "Switching Protocols"),
    REASON(200, "OK"),
    REASON(201, "Created"),
    REASON(202, "Accepted"),
    REASON(203, "Non-Authoritative Information"),
    REASON(204, "No Content"),
    REASON(205, "Reset Content"),
    REASON(206, "Partial Content"),
    REASON(300, "Multiple Choices"),
    REASON(301, "Moved Permanently"),
    REASON(302, "Found"),
    REASON(303, "See Other"),
    REASON(304, "Not Modified"),
    REASON(307, "Temporary Redirect"),
    REASON(308, "Permanent Redirect"),
    REASON(400, "Bad Request"),
    REASON(401, "Unauthorized"),
    REASON(402, "Payment Required"),
    REASON(403, "Forbidden"),
    REASON(404, "Not Found"),
    REASON(405, "Method Not Allowed"),
    REASON(406, "Not Acceptable"),
    REASON(407, "Proxy Authentication Required"),
    REASON(408, "Request Timeout"),
    REASON(409, "Conflict"),
    REASON(410, "Gone"),
    REASON(411, "Length Required"),
    REASON(412, "Precondition Failed"),
    REASON(413, "Content Too Large"),
    REASON(414, "URI Too Long"),
    REASON(415, "Unsupported Media Type"),
    REASON(416, "Range Not Satisfiable"),
    REASON(417, "Expectation Failed"),
    REASON(421, "Misdirected Request"),
    REASON(422, "Unprocessable Content"),
    REASON(423, "Locked"),
    REASON(424, "Failed Dependency"),
    REASON(425, "Too Early"),
    REASON(426, "Upgrade Required"),
    REASON(428, "Precondition Required"),
    REASON(429, "Too Many Requests"),
    REASON(431, "Request Header Fields Too Large"),
    REASON(500, "Internal Server Error"),
    REASON(501, "Not Implemented"),
    REASON(502, "Bad Gateway"),
    REASON(503, "Service Unavailable"),
    REASON(504, "Gateway Timeout"),
    REASON(505, "HTTP Version Not Supported"),
    REASON(507, "Insufficient Storage"),
    REASON(546, "Worker Limit"), /* a function over its limits, storage.md */
};
#undef REASON

str http_reason(int status)
{
    bool known = status >= 100 && status < 600 && reasons[status].len;
    return known ? reasons[status] : STR("Unknown");
}

bool head_is_bodiless(const struct http_request *req, int status)
{
    return req->method == HTTP_HEAD || status < 200 || status == 204 || status == 304;
}

/* Whether one of eight bytes may be a control byte: below 0x20, or 0x7f. May say yes for others. */
static bool may_hold_control(uint64_t bytes)
{
    const uint64_t each = UINT64_C(0x0101010101010101), high = each << 7;
    uint64_t low = (bytes - each * 0x20) & ~bytes;
    uint64_t del = bytes ^ (each * 0x7f);
    return ((low | ((del - each) & ~del)) & high) != 0;
}

static bool is_clean(str value)
{
    uint64_t bytes;
    size_t at = 0;
    for (; at + sizeof bytes <= value.len; at += sizeof bytes) {
        memcpy(&bytes, value.at + at, sizeof bytes);
        if (may_hold_control(bytes)) return false;
    }
    for (; at < value.len; at++)
        if ((unsigned char)value.at[at] < 0x20 || value.at[at] == 0x7f) return false;
    return true;
}

/* Values may hold text from outside: a control byte becomes a space, so no line can be injected. */
static void add_clean(struct buf *out, str value)
{
    size_t start = out->len;
    buf_str_add(out, value);
    if (is_clean(value)) return;
    for (size_t i = start; i < out->len; i++) {
        unsigned char c = (unsigned char)out->at[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f) out->at[i] = ' ';
    }
}

static void add_status_line(struct buf *out, int status, str reason)
{
    assert(status >= 200 && status < 600);
    if (status == 200 && !reason.len) {
        buf_lit(out, "HTTP/1.1 200 OK\r\n");
        return;
    }
    buf_lit(out, "HTTP/1.1 ");
    buf_u64(out, (uint64_t)status);
    buf_char(out, ' ');
    add_clean(out, reason.len ? reason : http_reason(status));
    buf_lit(out, "\r\n");
}

/* The Date line, made anew twice a second at most. */
static void add_date(struct http_loop *home, struct buf *out)
{
    uint64_t now_ms = loop_now_ms(home->loop);
    if (now_ms - home->date_at_ms >= 500 || !home->date_at_ms) {
        home->date_at_ms = now_ms;
        memcpy(home->date_line, "Date: ", 6);
        http_date_write(home->date_line + 6, clock_real_s());
        memcpy(home->date_line + 6 + HTTP_DATE_BYTES, "\r\n", 2);
    }
    buf_append(out, home->date_line, DATE_LINE_BYTES);
}

static void add_u64(struct buf *out, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    buf_append(out, digits + at, sizeof digits - at);
}

static void add_framing(struct http_connection *connection,
                        struct buf *out,
                        const struct http_response_head *head)
{
    int status = head->response->status;
    bool may_have_length = status != 204 && status != 304; /* RFC 9110, 8.6 */
    if (head->chunked) {
        buf_lit(out, "Transfer-Encoding: chunked\r\n");
    } else if (head->has_length && may_have_length) {
        buf_lit(out, "Content-Length: ");
        add_u64(out, head->length);
        buf_lit(out, "\r\n");
    }
    if (!connection->keep_alive)
        buf_lit(out, "Connection: close\r\n");
    else if (connection->req.version_minor == 0)
        buf_lit(out, "Connection: keep-alive\r\n");
}

static void add_custom(struct buf *out, const struct http_response *response)
{
    for (size_t i = 0; i < response->header_count; i++) {
        const struct http_header *header = &response->headers[i];
        assert(http_is_token(header->name));
        buf_str_add(out, header->name);
        buf_lit(out, ": ");
        add_clean(out, header->value);
        buf_lit(out, "\r\n");
    }
}

static bool has_header(const struct http_response *response, str name)
{
    for (size_t i = 0; i < response->header_count; i++)
        if (str_eq_nocase(response->headers[i].name, name)) return true;
    return false;
}

void head_render(struct http_connection *connection,
                 struct buf *out,
                 const struct http_response_head *head)
{
    const struct http_response *response = head->response;
    const struct http_request *req = &connection->req;
    add_status_line(out, response->status, response->reason);
    add_date(connection->home, out);
    buf_str_add(out, connection->home->server->server_line);
    if (response->content_type.len && response->status != 204) {
        buf_lit(out, "Content-Type: ");
        add_clean(out, response->content_type);
        buf_lit(out, "\r\n");
    }
    add_framing(connection, out, head);
    if (req->mount && req->mount->cors) cors_headers(req, out);
    if (head->gzipped) buf_lit(out, "Content-Encoding: gzip\r\n");
    if (head->vary_encoding) buf_lit(out, "Vary: Accept-Encoding\r\n");
    add_custom(out, response);
    if (response->status == 503 && !has_header(response, STR("Retry-After")))
        buf_lit(out, "Retry-After: 1\r\n");
    if (response->status == 405 && connection->allow && !has_header(response, STR("Allow"))) {
        buf_lit(out, "Allow: ");
        buf_str_add(out, router_allow_text(req->arena, connection->allow));
        buf_lit(out, "\r\n");
    }
    buf_lit(out, "\r\n");
}
