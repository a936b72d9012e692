/* The pure parser: a table of messages, each fed whole and cut at every byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "http/chunked.h"
#include "http/parse.h"

enum { HEADERS_MAX = 20 };

static const struct http_parse_limits limits = {
    .request_line_bytes_max = 120,
    .header_bytes_max = 400,
    .header_count_max = HEADERS_MAX,
};

/* Literals may hold NUL bytes. */
#define TEXT(literal) STR_INIT(literal)

struct bad {
    const char *why;
    str text;
    int status;
};

#define HOST "Host: a\r\n"
#define GET "GET / HTTP/1.1\r\n"
#define POST "POST / HTTP/1.1\r\n" HOST
#define A50 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* By hand: clang-format 14 crashes on these tables. */
/* clang-format off */
static const struct bad bads[] = {
    {"bare LF after the request line", TEXT("GET / HTTP/1.1\nHost: a\r\n\r\n"), 400},
    {"bare LF after a header", TEXT(GET "Host: a\n\r\n"), 400},
    {"bare LF as the end", TEXT(GET HOST "\n"), 400},
    {"bare CR inside a value", TEXT(GET HOST "X: a\rb\r\n\r\n"), 400},
    {"bare CR inside the request line", TEXT("GET /\r HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"leading bare LF", TEXT("\n" GET HOST "\r\n"), 400},
    {"two empty lines before", TEXT("\r\n\r\n" GET HOST "\r\n"), 400},
    {"folded header", TEXT(GET HOST "X: a\r\n b\r\n\r\n"), 400},
    {"folded with a tab", TEXT(GET HOST "X: a\r\n\tb\r\n\r\n"), 400},
    {"first header folded", TEXT(GET " Host: a\r\n\r\n"), 400},
    {"NUL in a value", TEXT(GET HOST "X: a\0b\r\n\r\n"), 400},
    {"NUL in a name", TEXT(GET HOST "X\0Y: a\r\n\r\n"), 400},
    {"NUL in the target", TEXT("GET /\0 HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"control byte in a value", TEXT(GET HOST "X: a\001b\r\n\r\n"), 400},
    {"control byte deep in a value", TEXT(GET HOST "X: abcdefghijklmnop\037qrstuvwxyz\r\n\r\n"), 400},
    {"DEL in a value", TEXT(GET HOST "X: abcdefghijklmnop\177qrstuvwxyz\r\n\r\n"), 400},
    {"control byte in the target", TEXT("GET /\001 HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"tab in the target", TEXT("GET /\t HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"fragment in the target", TEXT("GET /#x HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"space before the colon", TEXT(GET "Host : a\r\n\r\n"), 400},
    {"tab before the colon", TEXT(GET HOST "X\t: a\r\n\r\n"), 400},
    {"no colon", TEXT(GET HOST "X\r\n\r\n"), 400},
    {"empty name", TEXT(GET HOST ": a\r\n\r\n"), 400},
    {"name with a slash", TEXT(GET HOST "X/Y: a\r\n\r\n"), 400},
    {"name with a byte over 127", TEXT(GET HOST "X\xc3\xa9: a\r\n\r\n"), 400},
    {"method is no token", TEXT("G(T / HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"empty method", TEXT(" / HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"no target", TEXT("GET HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"two spaces", TEXT("GET  / HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"two spaces before the version", TEXT("GET /  HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"tab as separator", TEXT("GET\t/ HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"space behind the version", TEXT("GET / HTTP/1.1 \r\n" HOST "\r\n"), 400},
    {"space in the target", TEXT("GET /a b HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"HTTP/0.9", TEXT("GET /\r\n\r\n"), 400},
    {"lower-case version", TEXT("GET / http/1.1\r\n" HOST "\r\n"), 400},
    {"version without minor", TEXT("GET / HTTP/1\r\n" HOST "\r\n"), 400},
    {"version with two digits", TEXT("GET / HTTP/1.10\r\n" HOST "\r\n"), 400},
    {"signed version", TEXT("GET / HTTP/+.1\r\n" HOST "\r\n"), 400},
    {"HTTP/2.0", TEXT("GET / HTTP/2.0\r\n" HOST "\r\n"), 505},
    {"HTTP/2 preface", TEXT("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505},
    {"HTTP/0.9 with a version", TEXT("GET / HTTP/0.9\r\n" HOST "\r\n"), 505},
    {"authority form", TEXT("CONNECT a:443 HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"relative target", TEXT("GET a HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"other scheme", TEXT("GET ftp://a/ HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"absolute without host", TEXT("GET http:///a HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"absolute with a user", TEXT("GET http://u@a/ HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"asterisk for GET", TEXT("GET * HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"no Host", TEXT(GET "\r\n"), 400},
    {"two Hosts", TEXT(GET HOST HOST "\r\n"), 400},
    {"two Hosts, other case", TEXT(GET HOST "HOST: b\r\n\r\n"), 400},
    {"two Hosts in HTTP/1.0", TEXT("GET / HTTP/1.0\r\n" HOST HOST "\r\n"), 400},
    {"Host with a path", TEXT(GET "Host: a/b\r\n\r\n"), 400},
    {"Host with a user", TEXT(GET "Host: a@b\r\n\r\n"), 400},
    {"Host list", TEXT(GET "Host: a, b\r\n\r\n"), 400},
    {"two lengths", TEXT(POST "Content-Length: 1\r\nContent-Length: 2\r\n\r\n"), 400},
    {"two equal lengths", TEXT(POST "Content-Length: 1\r\nContent-Length: 1\r\n\r\n"), 400},
    {"length list", TEXT(POST "Content-Length: 1, 1\r\n\r\n"), 400},
    {"length with a sign", TEXT(POST "Content-Length: +1\r\n\r\n"), 400},
    {"negative length", TEXT(POST "Content-Length: -1\r\n\r\n"), 400},
    {"hexadecimal length", TEXT(POST "Content-Length: 0x1\r\n\r\n"), 400},
    {"empty length", TEXT(POST "Content-Length:\r\n\r\n"), 400},
    {"length with a space", TEXT(POST "Content-Length: 1 2\r\n\r\n"), 400},
    {"length beyond 64 bits", TEXT(POST "Content-Length: 99999999999999999999\r\n\r\n"), 413},
    {"length and coding", TEXT(POST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"), 400},
    {"coding and length", TEXT(POST "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n"), 400},
    {"two codings", TEXT(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"), 400},
    {"chunked twice", TEXT(POST "Transfer-Encoding: chunked, chunked\r\n\r\n"), 400},
    {"chunked not last", TEXT(POST "Transfer-Encoding: chunked, gzip\r\n\r\n"), 400},
    {"not chunked", TEXT(POST "Transfer-Encoding: identity\r\n\r\n"), 400},
    {"looks like chunked", TEXT(POST "Transfer-Encoding: xchunked\r\n\r\n"), 400},
    {"quoted chunked", TEXT(POST "Transfer-Encoding: \"chunked\"\r\n\r\n"), 400},
    {"chunked with a parameter", TEXT(POST "Transfer-Encoding: chunked;a=b\r\n\r\n"), 400},
    {"chunked with a vertical tab", TEXT(POST "Transfer-Encoding: \013chunked\r\n\r\n"), 400},
    {"chunked with a comma", TEXT(POST "Transfer-Encoding: chunked,\r\n\r\n"), 400},
    {"empty coding", TEXT(POST "Transfer-Encoding:\r\n\r\n"), 400},
    {"unknown coding before chunked", TEXT(POST "Transfer-Encoding: gzip, chunked\r\n\r\n"), 501},
    {"coding in HTTP/1.0",
     TEXT("POST / HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"), 400},
    {"other expectation", TEXT(POST "Expect: miracle\r\n\r\n"), 417},
    {"request line over the limit",
     TEXT("GET /" A50 A50 A50 " HTTP/1.1\r\n" HOST "\r\n"), 414},
    {"endless request line", TEXT("GET /" A50 A50 A50), 414},
    {"header over the limit",
     TEXT(GET HOST "X: " A50 A50 A50 A50 A50 A50 A50 A50 "\r\n\r\n"), 431},
    {"endless header", TEXT(GET HOST "X: " A50 A50 A50 A50 A50 A50 A50 A50), 431},
    {"too many headers",
     TEXT(GET HOST "a:\r\nb:\r\nc:\r\nd:\r\ne:\r\nf:\r\ng:\r\nh:\r\ni:\r\nj:\r\nk:\r\nl:\r\nm:\r\n"
                   "n:\r\no:\r\np:\r\nq:\r\nr:\r\ns:\r\nt:\r\nu:\r\n\r\n"),
     431},
};

struct good {
    str text;
    enum http_method method;
    str path;
    str query;
    str host;
    size_t headers;
    bool keep_alive;
    enum http_body_kind body;
    uint64_t length;
};

static const struct good goods[] = {
    {.text = TEXT(GET HOST "\r\n"), .path = TEXT("/"), .host = TEXT("a"), .headers = 1, .keep_alive = true},
    {.text = TEXT("\r\n" GET HOST "\r\n"), .path = TEXT("/"), .host = TEXT("a"), .headers = 1, .keep_alive = true},
    {.text = TEXT("GET /a?b=c?d HTTP/1.1\r\n" HOST "\r\n"), .path = TEXT("/a"), .query = TEXT("b=c?d"),
     .host = TEXT("a"), .headers = 1, .keep_alive = true},
    {.text = TEXT("GET /? HTTP/1.1\r\n" HOST "\r\n"), .path = TEXT("/"), .host = TEXT("a"), .headers = 1, .keep_alive = true},
    {.text = TEXT("HEAD / HTTP/1.0\r\n\r\n"), .method = HTTP_HEAD, .path = TEXT("/")},
    {.text = TEXT("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"), .path = TEXT("/"), .headers = 1, .keep_alive = true},
    {.text = TEXT(GET HOST "Connection: x, CLOSE\r\n\r\n"), .path = TEXT("/"), .host = TEXT("a"), .headers = 2},
    {.text = TEXT(GET HOST "Connection: close\r\nConnection: keep-alive\r\n\r\n"), .path = TEXT("/"),
     .host = TEXT("a"), .headers = 3},
    {.text = TEXT("GET / HTTP/1.9\r\n" HOST "\r\n"), .path = TEXT("/"), .host = TEXT("a"), .headers = 1, .keep_alive = true},
    {.text = TEXT("GET http://B:80/x?y HTTP/1.1\r\n" HOST "\r\n"), .path = TEXT("/x"), .query = TEXT("y"),
     .host = TEXT("B:80"), .headers = 1, .keep_alive = true},
    {.text = TEXT("GET HTTPS://b?y HTTP/1.1\r\n" HOST "\r\n"), .path = TEXT("/"), .query = TEXT("y"),
     .host = TEXT("b"), .headers = 1, .keep_alive = true},
    {.text = TEXT("OPTIONS * HTTP/1.1\r\n" HOST "\r\n"), .method = HTTP_OPTIONS, .path = TEXT("*"),
     .host = TEXT("a"), .headers = 1, .keep_alive = true},
    {.text = TEXT("BREW / HTTP/1.1\r\n" HOST "\r\n"), .method = HTTP_METHOD_OTHER, .path = TEXT("/"),
     .host = TEXT("a"), .headers = 1, .keep_alive = true},
    {.text = TEXT("get / HTTP/1.1\r\n" HOST "\r\n"), .method = HTTP_METHOD_OTHER, .path = TEXT("/"),
     .host = TEXT("a"), .headers = 1, .keep_alive = true},
    {.text = TEXT(GET "Host:\r\n\r\n"), .path = TEXT("/"), .headers = 1, .keep_alive = true},
    {.text = TEXT(GET "Host: [::1]:80\r\n\r\n"), .path = TEXT("/"), .host = TEXT("[::1]:80"), .headers = 1, .keep_alive = true},
    {.text = TEXT(GET HOST "X:\t a\tb\xff \t\r\n\r\n"), .path = TEXT("/"), .host = TEXT("a"), .headers = 2, .keep_alive = true},
    {.text = TEXT("GET /\xc3\xa9{}|\"<>\\^` HTTP/1.1\r\n" HOST "\r\n"), .path = TEXT("/\xc3\xa9{}|\"<>\\^`"),
     .host = TEXT("a"), .headers = 1, .keep_alive = true},
    {.text = TEXT(POST "Content-Length: 0\r\n\r\n"), .method = HTTP_POST, .path = TEXT("/"), .host = TEXT("a"),
     .headers = 2, .keep_alive = true},
    {.text = TEXT(POST "content-length:007\r\n\r\n"), .method = HTTP_POST, .path = TEXT("/"), .host = TEXT("a"),
     .headers = 2, .keep_alive = true, .body = HTTP_BODY_LENGTH, .length = 7},
    {.text = TEXT(POST "Transfer-Encoding: Chunked\r\n\r\n"), .method = HTTP_POST, .path = TEXT("/"),
     .host = TEXT("a"), .headers = 2, .keep_alive = true, .body = HTTP_BODY_CHUNKED},
};

/* clang-format on */
static struct http_header room[HEADERS_MAX];

static enum http_parse_result parse(str bytes, struct http_head *head, struct http_refusal *refusal)
{
    *head = (struct http_head){.headers = room};
    return http_parse_head(bytes, &limits, head, refusal);
}

static void refuses_what_parsers_could_read_in_two_ways(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bads); i++) {
        struct http_head head;
        struct http_refusal refusal = {0};
        enum http_parse_result result = parse(bads[i].text, &head, &refusal);
        if (result != HTTP_PARSE_REFUSED || refusal.status != bads[i].status)
            fail_msg("%s: result %d, status %d", bads[i].why, result, refusal.status);
    }
}

static void gives_one_answer_however_the_bytes_arrive(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bads); i++) {
        bool refused = false;
        for (size_t len = 0; len <= bads[i].text.len; len++) {
            struct http_head head;
            struct http_refusal refusal = {0};
            enum http_parse_result result = parse(str_slice(bads[i].text, 0, len), &head, &refusal);
            if (result == HTTP_PARSE_DONE || (result == HTTP_PARSE_MORE && refused) ||
                (result == HTTP_PARSE_REFUSED && refusal.status != bads[i].status))
                fail_msg("%s: cut at %zu gives %d, status %d", bads[i].why, len, result,
                         refusal.status);
            refused = result == HTTP_PARSE_REFUSED;
        }
    }
    for (size_t i = 0; i < COUNT_OF(goods); i++)
        for (size_t len = 0; len < goods[i].text.len; len++) {
            struct http_head head;
            struct http_refusal refusal = {0};
            if (parse(str_slice(goods[i].text, 0, len), &head, &refusal) != HTTP_PARSE_MORE)
                fail_msg("good %zu: cut at %zu is not MORE: %s", i, len, refusal.reason);
        }
}

static void assert_str(str got, str wanted)
{
    if (!str_eq(got, wanted))
        fail_msg("got \"%.*s\", wanted \"%.*s\"", STR_FMT(got), STR_FMT(wanted));
}

static void reads_heads(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(goods); i++) {
        const struct good *good = &goods[i];
        struct http_head head;
        struct http_refusal refusal = {0};
        enum http_parse_result result = parse(good->text, &head, &refusal);
        if (result != HTTP_PARSE_DONE) fail_msg("good %zu: %s", i, refusal.reason);
        assert_int_equal(head.method, good->method);
        assert_str(head.path, good->path);
        assert_str(head.query, good->query);
        assert_str(head.host, good->host);
        assert_int_equal(head.header_count, good->headers);
        assert_int_equal(head.keep_alive, good->keep_alive);
        assert_int_equal(head.body, good->body);
        assert_int_equal(head.content_length, good->length);
        assert_int_equal(head.bytes, good->text.len);
    }
}

static void leaves_the_next_request_alone(void **state)
{
    (void)state;
    struct http_head head;
    struct http_refusal refusal;
    str two = STR(GET HOST "\r\nGARBAGE\n");
    assert_int_equal(parse(two, &head, &refusal), HTTP_PARSE_DONE);
    assert_int_equal(head.bytes, two.len - 8);
}

static void takes_heads_exactly_at_the_limits(void **state)
{
    (void)state;
    char line[400];
    struct http_head head;
    struct http_refusal refusal;
    for (int extra = 0; extra < 2; extra++) {
        int path = (int)limits.request_line_bytes_max - 14 + extra;
        int len = snprintf(line, sizeof line, "GET /%0*d HTTP/1.1\r\n" HOST "\r\n", path, 0);
        enum http_parse_result result = parse(str_from(line, (size_t)len), &head, &refusal);
        assert_int_equal(result, extra ? HTTP_PARSE_REFUSED : HTTP_PARSE_DONE);
    }
}

/* Chunked bodies */

struct chunked_case {
    const char *why;
    str text;
    int status; /* 0: good */
    str body;
};

/* clang-format off */
static const struct chunked_case chunked_cases[] = {
    {"empty", TEXT("0\r\n\r\n"), 0, TEXT("")},
    {"one", TEXT("3\r\nabc\r\n0\r\n\r\n"), 0, TEXT("abc")},
    {"two", TEXT("3\r\nabc\r\n0A\r\n0123456789\r\n0\r\n\r\n"), 0, TEXT("abc0123456789")},
    {"leading zeros", TEXT("003\r\nabc\r\n000\r\n\r\n"), 0, TEXT("abc")},
    {"extension", TEXT("3;a=b;c=\"d e\"\r\nabc\r\n0;x\r\n\r\n"), 0, TEXT("abc")},
    {"trailers", TEXT("1\r\na\r\n0\r\nX: y\r\nZ:\r\n\r\n"), 0, TEXT("a")},
    {"no digits", TEXT("\r\nabc\r\n0\r\n\r\n"), 400, TEXT("")},
    {"sign", TEXT("+3\r\nabc\r\n0\r\n\r\n"), 400, TEXT("")},
    {"minus", TEXT("-1\r\n"), 400, TEXT("")},
    {"0x", TEXT("0x3\r\nabc\r\n0\r\n\r\n"), 400, TEXT("")},
    {"space before", TEXT(" 3\r\nabc\r\n0\r\n\r\n"), 400, TEXT("")},
    {"space behind", TEXT("3 \r\nabc\r\n0\r\n\r\n"), 400, TEXT("")},
    {"underscore", TEXT("1_0\r\n"), 400, TEXT("")},
    {"overflow", TEXT("FFFFFFFFFFFFFFFFF\r\n"), 400, TEXT("")},
    {"wraps to small", TEXT("10000000000000003\r\nabc\r\n0\r\n\r\n"), 400, TEXT("")},
    {"over the limit", TEXT("65\r\n"), 413, TEXT("")},
    {"over the limit together", TEXT("40\r\n" A50 "01234567890123\r\n25\r\n"), 413, TEXT("")},
    {"bare LF behind a size", TEXT("3\nabc\r\n0\r\n\r\n"), 400, TEXT("")},
    {"bare LF behind data", TEXT("3\r\nabc\n0\r\n\r\n"), 400, TEXT("")},
    {"CR without LF", TEXT("3\rXabc"), 400, TEXT("")},
    {"longer than its size", TEXT("3\r\nabcd\r\n0\r\n\r\n"), 400, TEXT("")},
    {"bare LF at the end", TEXT("0\r\n\n"), 400, TEXT("")},
    {"NUL in an extension", TEXT("3;\0\r\nabc\r\n0\r\n\r\n"), 400, TEXT("")},
    {"LF in an extension", TEXT("3;a\nb\r\nabc\r\n0\r\n\r\n"), 400, TEXT("")},
    {"folded trailer", TEXT("0\r\nX: y\r\n z\r\n\r\n"), 400, TEXT("")},
    {"trailer without colon", TEXT("0\r\nX\r\n\r\n"), 400, TEXT("")},
    {"trailer with a bare LF", TEXT("0\r\nX: y\n\r\n"), 400, TEXT("")},
};

/* clang-format on */
/* Feeds text in two pieces; answers the status, 0 when done, -1 when more is wanted. */
static int feed_cut(str text, size_t cut, struct buf *body, size_t *consumed)
{
    struct http_chunked chunked = {0};
    struct http_refusal refusal = {0};
    *consumed = 0;
    buf_init(body, 100);
    for (int piece = 0; piece < 2; piece++) {
        str part = piece ? str_skip(text, cut) : str_slice(text, 0, cut);
        size_t used;
        enum http_parse_result result = http_chunked_feed(&chunked, part, &used, body, &refusal);
        *consumed += used;
        if (result == HTTP_PARSE_REFUSED) return refusal.status;
        if (result == HTTP_PARSE_DONE) return 0;
        assert_int_equal(used, part.len);
    }
    return -1;
}

static void decodes_chunks_cut_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(chunked_cases); i++) {
        const struct chunked_case *each = &chunked_cases[i];
        for (size_t cut = 0; cut <= each->text.len; cut++) {
            struct buf body;
            size_t consumed;
            int status = feed_cut(each->text, cut, &body, &consumed);
            if (status != each->status) fail_msg("%s: cut at %zu gives %d", each->why, cut, status);
            if (!each->status) {
                assert_str(buf_str(&body), each->body);
                assert_int_equal(consumed, each->text.len);
            }
            buf_deinit(&body);
        }
    }
}

static void bounds_extensions_and_trailers(void **state)
{
    (void)state;
    struct http_chunked chunked = {0};
    struct http_refusal refusal;
    struct buf body;
    size_t consumed, fed = 0;
    enum http_parse_result result = HTTP_PARSE_MORE;
    buf_init(&body, 100);
    assert_int_equal(http_chunked_feed(&chunked, STR("1;"), &consumed, &body, &refusal),
                     HTTP_PARSE_MORE);
    while (result == HTTP_PARSE_MORE && fed++ < 2 * CHUNKED_EXTENSION_BYTES_MAX)
        result = http_chunked_feed(&chunked, STR("x"), &consumed, &body, &refusal);
    assert_int_equal(result, HTTP_PARSE_REFUSED);
    chunked = (struct http_chunked){0};
    assert_int_equal(http_chunked_feed(&chunked, STR("0\r\nX:"), &consumed, &body, &refusal),
                     HTTP_PARSE_MORE);
    result = HTTP_PARSE_MORE;
    fed = 0;
    while (result == HTTP_PARSE_MORE && fed++ < 2 * CHUNKED_TRAILER_BYTES_MAX)
        result = http_chunked_feed(&chunked, STR("x"), &consumed, &body, &refusal);
    assert_int_equal(result, HTTP_PARSE_REFUSED);
    assert_int_equal(refusal.status, 431);
    buf_deinit(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_parsers_could_read_in_two_ways),
        cmocka_unit_test(gives_one_answer_however_the_bytes_arrive),
        cmocka_unit_test(reads_heads),
        cmocka_unit_test(leaves_the_next_request_alone),
        cmocka_unit_test(takes_heads_exactly_at_the_limits),
        cmocka_unit_test(decodes_chunks_cut_anywhere),
        cmocka_unit_test(bounds_extensions_and_trailers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
