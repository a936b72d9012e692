#include "http/parse.h"

#include <string.h>

/* What a byte may be part of. */
enum { IN_TOKEN = 1, IN_TARGET = 2, IN_HOST = 4 };

#define T (IN_TOKEN | IN_TARGET | IN_HOST) /* token bytes that are fine everywhere */
#define U (IN_TARGET | IN_HOST)
#define P (IN_TARGET)
#define K (IN_TOKEN | IN_TARGET)

/* Targets take every visible byte but "#" (a fragment never travels), and bytes above 127: strictly
 * these should be percent-encoded, but people type them at curl, and no parser disagrees on them. */
/* __extension__: ranges of initialisers are GNU C. */
__extension__ static const unsigned char classes[256] = {
    ['!'] = T,         ['"'] = P,  ['#'] = IN_TOKEN, ['$'] = T,         ['%'] = T,
    ['&'] = T,         ['\''] = T, ['('] = U,        [')'] = U,         ['*'] = T,
    ['+'] = T,         [','] = P,  ['-'] = T,        ['.'] = T,         ['/'] = P,
    ['0' ... '9'] = T, [':'] = U,  [';'] = U,        ['<'] = P,         ['='] = U,
    ['>'] = P,         ['?'] = P,  ['@'] = P,        ['A' ... 'Z'] = T, ['['] = U,
    ['\\'] = P,        [']'] = U,  ['^'] = K,        ['_'] = T,         ['`'] = K,
    ['a' ... 'z'] = T, ['{'] = P,  ['|'] = K,        ['}'] = P,         ['~'] = T,
    [128 ... 255] = P,
};

#undef T
#undef U
#undef P
#undef K

static bool is_class(char c, unsigned char which)
{
    return (classes[(unsigned char)c] & which) != 0;
}

static bool all_class(str s, unsigned char which)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_class(s.at[i], which)) return false;
    return true;
}

bool http_is_token_byte(char c)
{
    return is_class(c, IN_TOKEN);
}

bool http_is_token(str s)
{
    return s.len > 0 && all_class(s, IN_TOKEN);
}

bool http_list_next(str *rest, str *item)
{
    while (rest->len) {
        str head;
        str_cut(*rest, ',', &head, rest);
        *item = str_trim(head);
        if (item->len) return true;
    }
    return false;
}

static enum http_parse_result refuse(struct http_refusal *refusal, int status, const char *reason)
{
    *refusal = (struct http_refusal){status, reason};
    return HTTP_PARSE_REFUSED;
}

/* Request line */

static const struct {
    str text;
    enum http_method method;
} methods[] = {
    {STR_INIT("GET"),     HTTP_GET    },
    {STR_INIT("HEAD"),    HTTP_HEAD   },
    {STR_INIT("POST"),    HTTP_POST   },
    {STR_INIT("PUT"),     HTTP_PUT    },
    {STR_INIT("PATCH"),   HTTP_PATCH  },
    {STR_INIT("DELETE"),  HTTP_DELETE },
    {STR_INIT("OPTIONS"), HTTP_OPTIONS},
};

static enum http_method method_of(str text)
{
    for (size_t i = 0; i < COUNT_OF(methods); i++)
        if (str_eq(methods[i].text, text)) return methods[i].method;
    return HTTP_METHOD_OTHER;
}

/* Cuts "http://host:port" off an absolute target; the authority then stands for Host (RFC 9112,
 * 3.2.2). */
static bool parse_absolute(str target, str *authority, str *rest)
{
    str scheme_end;
    if (target.len >= 7 && str_eq_nocase(str_slice(target, 0, 7), STR("http://")))
        scheme_end = str_skip(target, 7);
    else if (target.len >= 8 && str_eq_nocase(str_slice(target, 0, 8), STR("https://")))
        scheme_end = str_skip(target, 8);
    else
        return false;
    size_t end = 0;
    while (end < scheme_end.len && scheme_end.at[end] != '/' && scheme_end.at[end] != '?') end++;
    *authority = str_slice(scheme_end, 0, end);
    *rest = str_skip(scheme_end, end);
    return authority->len > 0 && all_class(*authority, IN_HOST);
}

static enum http_parse_result parse_target(struct http_head *head, struct http_refusal *refusal)
{
    str rest = head->target;
    if (!all_class(head->target, IN_TARGET))
        return refuse(refusal, 400, "the request target holds a byte that must be percent-encoded");
    if (str_eq(rest, STR("*"))) {
        if (head->method != HTTP_OPTIONS) return refuse(refusal, 400, "only OPTIONS takes \"*\"");
        head->path = rest;
        return HTTP_PARSE_DONE;
    }
    if (rest.at[0] != '/' && !parse_absolute(head->target, &head->host, &rest))
        return refuse(refusal, 400, "the request target is neither a path nor an http URL");
    str_cut(rest, '?', &head->path, &head->query);
    if (str_empty(head->path)) head->path = STR("/");
    return HTTP_PARSE_DONE;
}

/* "HTTP/1.1" (RFC 9112, 2.3). */
static enum http_parse_result parse_version(str version,
                                            struct http_head *head,
                                            struct http_refusal *refusal)
{
    bool formed = version.len == 8 && memcmp(version.at, "HTTP/", 5) == 0 && version.at[5] >= '0' &&
                  version.at[5] <= '9' && version.at[6] == '.' && version.at[7] >= '0' &&
                  version.at[7] <= '9';
    if (!formed) return refuse(refusal, 400, "the request line does not end with an HTTP version");
    if (version.at[5] != '1') return refuse(refusal, 505, "only HTTP/1.1 and HTTP/1.0 are spoken");
    head->version_minor = version.at[7] == '0' ? 0 : 1;
    head->keep_alive = head->version_minor == 1;
    return HTTP_PARSE_DONE;
}

static enum http_parse_result parse_request_line(str line,
                                                 struct http_head *head,
                                                 struct http_refusal *refusal)
{
    /* Exactly one space between the three parts: a lenient split is where parsers differ. */
    size_t first = str_find_char(line, ' ', 0);
    if (first == SIZE_MAX) return refuse(refusal, 400, "the request line is malformed");
    size_t second = str_find_char(line, ' ', first + 1);
    if (second == SIZE_MAX) return refuse(refusal, 400, "the request line is malformed");
    head->method_text = str_slice(line, 0, first);
    head->target = str_slice(line, first + 1, second);
    if (!http_is_token(head->method_text)) return refuse(refusal, 400, "the method is not a token");
    if (str_empty(head->target)) return refuse(refusal, 400, "the request target is empty");
    head->method = method_of(head->method_text);
    enum http_parse_result result = parse_version(str_skip(line, second + 1), head, refusal);
    return result == HTTP_PARSE_DONE ? parse_target(head, refusal) : result;
}

/* Headers that change how the message is framed or answered. */
struct framing {
    size_t host_count;
    size_t length_count;
    size_t coding_count;
    str host;
    str length;
    str coding;
    bool expects_other;
};

static void see_connection(struct http_head *head, str value)
{
    str item;
    while (http_list_next(&value, &item)) {
        if (str_eq_nocase(item, STR("close"))) head->keep_alive = false;
        /* Once closed it stays closed, whatever the order. */
        if (str_eq_nocase(item, STR("keep-alive")) && head->version_minor == 0)
            head->keep_alive = true;
    }
}

static void see_header(struct http_head *head, struct framing *framing, str name, str value)
{
    switch (name.len) { /* cheap first cut: most headers are none of these */
    case 4:
        if (!str_eq_nocase(name, STR("host"))) return;
        framing->host_count++;
        framing->host = value;
        return;
    case 6:
        if (!str_eq_nocase(name, STR("expect"))) return;
        if (str_eq_nocase(value, STR("100-continue")))
            head->expects_continue = true;
        else
            framing->expects_other = true;
        return;
    case 10:
        if (str_eq_nocase(name, STR("connection"))) see_connection(head, value);
        return;
    case 14:
        if (!str_eq_nocase(name, STR("content-length"))) return;
        framing->length_count++;
        framing->length = value;
        return;
    case 17:
        if (!str_eq_nocase(name, STR("transfer-encoding"))) return;
        framing->coding_count++;
        framing->coding = value;
        return;
    default: return;
    }
}

/* True when s holds no control byte but tabs; eight bytes at a time. */
static bool is_field_value(str s)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t highs = ones * 0x80;
    size_t i = 0;
    for (; i + 8 <= s.len; i += 8) {
        uint64_t word;
        memcpy(&word, s.at + i, 8);
        uint64_t del = word ^ ones * 0x7f;
        uint64_t below_space = (word - ones * 0x20) & ~word;
        uint64_t is_del = (del - ones) & ~del;
        if (UNLIKELY((below_space | is_del) & highs)) break; /* maybe: look byte by byte */
    }
    for (; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f) return false;
    }
    return true;
}

static enum http_parse_result parse_header_line(str line,
                                                struct http_head *head,
                                                struct framing *framing,
                                                struct http_refusal *refusal)
{
    if (line.at[0] == ' ' || line.at[0] == '\t') /* RFC 9112, 5.2 */
        return refuse(refusal, 400, "a header is folded over two lines");
    size_t end = 0;
    while (end < line.len && is_class(line.at[end], IN_TOKEN)) end++;
    /* Also whitespace before the colon (RFC 9112, 5.1). */
    if (!end || end == line.len || line.at[end] != ':')
        return refuse(refusal, 400, "a header name is malformed");
    str value = str_trim(str_skip(line, end + 1));
    if (!is_field_value(value))
        return refuse(refusal, 400, "a header value holds a control character");
    struct http_header *header = &head->headers[head->header_count++];
    *header = (struct http_header){str_slice(line, 0, end), value};
    see_header(head, framing, header->name, value);
    return HTTP_PARSE_DONE;
}

static enum http_parse_result check_host(struct http_head *head,
                                         const struct framing *framing,
                                         struct http_refusal *refusal)
{
    if (framing->host_count > 1) return refuse(refusal, 400, "there are two Host headers");
    if (framing->host_count == 0 && head->version_minor == 1)
        return refuse(refusal, 400, "the Host header is missing"); /* RFC 9112, 3.2 */
    if (!all_class(framing->host, IN_HOST))
        return refuse(refusal, 400, "the Host header is malformed");
    if (str_empty(head->host)) head->host = framing->host;
    return HTTP_PARSE_DONE;
}

/* RFC 9112, 6.1: chunked is the last coding, once, and no other is understood here. */
static enum http_parse_result check_coding(struct http_head *head,
                                           const struct framing *framing,
                                           struct http_refusal *refusal)
{
    if (framing->coding_count > 1)
        return refuse(refusal, 400, "there are two Transfer-Encoding headers");
    if (framing->length_count)
        return refuse(refusal, 400, "Content-Length and Transfer-Encoding exclude each other");
    if (head->version_minor == 0) return refuse(refusal, 400, "HTTP/1.0 has no Transfer-Encoding");
    head->body = HTTP_BODY_CHUNKED;
    if (str_eq_nocase(framing->coding, STR("chunked"))) return HTTP_PARSE_DONE;
    str rest = framing->coding, item, last = STR_NONE;
    size_t chunked = 0;
    while (http_list_next(&rest, &item)) {
        last = item;
        chunked += str_eq_nocase(item, STR("chunked"));
    }
    if (chunked == 1 && str_eq_nocase(last, STR("chunked")) && framing->coding.len > last.len + 1)
        return refuse(refusal, 501, "the only transfer coding understood is \"chunked\"");
    return refuse(refusal, 400, "the transfer coding is not \"chunked\"");
}

static enum http_parse_result check_length(struct http_head *head,
                                           const struct framing *framing,
                                           struct http_refusal *refusal)
{
    if (framing->length_count > 1)
        return refuse(refusal, 400, "there are two Content-Length headers");
    str digits = framing->length;
    if (str_empty(digits)) return refuse(refusal, 400, "Content-Length is empty");
    for (size_t i = 0; i < digits.len; i++)
        if (digits.at[i] < '0' || digits.at[i] > '9')
            return refuse(refusal, 400, "Content-Length is not a number");
    if (digits.len > 18 || !str_to_u64(digits, &head->content_length))
        return refuse(refusal, 413, "the body is over the limit");
    head->body = head->content_length ? HTTP_BODY_LENGTH : HTTP_BODY_NONE;
    return HTTP_PARSE_DONE;
}

static enum http_parse_result check_head(struct http_head *head,
                                         const struct framing *framing,
                                         struct http_refusal *refusal)
{
    enum http_parse_result result = check_host(head, framing, refusal);
    if (result == HTTP_PARSE_DONE && framing->coding_count)
        result = check_coding(head, framing, refusal);
    else if (result == HTTP_PARSE_DONE && framing->length_count)
        result = check_length(head, framing, refusal);
    if (result != HTTP_PARSE_DONE) return result;
    if (framing->expects_other && head->version_minor == 1)
        return refuse(refusal, 417, "the only expectation understood is \"100-continue\"");
    if (head->version_minor == 0) head->expects_continue = false; /* RFC 9110, 10.1.1 */
    return HTTP_PARSE_DONE;
}

/* A line without its CRLF, from *at on, which then moves behind it. */
static enum http_parse_result next_line(str bytes,
                                        size_t *at,
                                        str *line,
                                        struct http_refusal *refusal)
{
    const char *start = bytes.at + *at;
    const char *feed = memchr(start, '\n', bytes.len - *at);
    if (!feed) {
        *line = str_from(start, bytes.len - *at);
        return HTTP_PARSE_MORE;
    }
    *at += (size_t)(feed - start) + 1;
    if (feed == start || feed[-1] != '\r') /* RFC 9112, 2.2 allows this refusal */
        return refuse(refusal, 400, "a line ends without a carriage return");
    *line = str_from(start, (size_t)(feed - start) - 1);
    return HTTP_PARSE_DONE;
}

static enum http_parse_result parse_headers(str bytes,
                                            size_t at,
                                            const struct http_parse_limits *limits,
                                            struct http_head *head,
                                            struct http_refusal *refusal)
{
    struct framing framing = {0};
    size_t start = at;
    for (;;) {
        str line;
        enum http_parse_result result = next_line(bytes, &at, &line, refusal);
        size_t used = result == HTTP_PARSE_MORE ? bytes.len - start : at - start;
        /* Before the line's own faults: the answer must not depend on how the bytes arrive. */
        if (used > limits->header_bytes_max + 2)
            return refuse(refusal, 431, "the headers are over the limit");
        if (result != HTTP_PARSE_DONE) return result;
        if (str_empty(line)) break;
        if (head->header_count == limits->header_count_max)
            return refuse(refusal, 431, "there are too many headers");
        result = parse_header_line(line, head, &framing, refusal);
        if (result != HTTP_PARSE_DONE) return result;
    }
    head->bytes = at;
    return check_head(head, &framing, refusal);
}

enum http_parse_result http_parse_head(str bytes,
                                       const struct http_parse_limits *limits,
                                       struct http_head *head,
                                       struct http_refusal *refusal)
{
    *head = (struct http_head){.headers = head->headers};
    size_t at = 0;
    /* One empty line before a request is forgiven (RFC 9112, 2.2). */
    if (bytes.len && bytes.at[0] == '\r') {
        if (bytes.len < 2) return HTTP_PARSE_MORE;
        if (bytes.at[1] == '\n') at = 2;
    }
    str line;
    size_t start = at;
    enum http_parse_result result = next_line(bytes, &at, &line, refusal);
    size_t used = result == HTTP_PARSE_MORE ? bytes.len - start : at - start;
    if (used > limits->request_line_bytes_max + 2)
        return refuse(refusal, 414, "the request line is over the limit");
    if (result != HTTP_PARSE_DONE) return result;
    result = parse_request_line(line, head, refusal);
    if (result != HTTP_PARSE_DONE) return result;
    return parse_headers(bytes, at, limits, head, refusal);
}
