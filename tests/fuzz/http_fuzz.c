/* tests/fuzz/http_fuzz - the HTTP parsers: bytes in pieces must mean what they mean whole.
 *
 * Input: one byte that seeds the cuts, then a request as it comes from a socket.
 */
#include <stdlib.h>
#include <string.h>

#include "http/chunked.h"
#include "http/condition.h"
#include "http/parse.h"
#include "http/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADERS_MAX = 16, BODY_MAX = 4096 };

static const struct http_parse_limits limits = {
    .request_line_bytes_max = 256,
    .header_bytes_max = 1024,
    .header_count_max = HEADERS_MAX,
};

#define CHECK(condition) ((condition) ? (void)0 : abort())

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static bool is_inside(str part, str whole)
{
    return !part.len || (part.at >= whole.at && part.at + part.len <= whole.at + whole.len);
}

/* Every cut gives MORE until one gives the answer that the whole gives. */
static enum http_parse_result check_head(str bytes, uint32_t *seed, struct http_head *head)
{
    static struct http_header room[HEADERS_MAX], again_room[HEADERS_MAX];
    struct http_refusal refusal = {0}, again_refusal = {0};
    *head = (struct http_head){.headers = room};
    enum http_parse_result result = http_parse_head(bytes, &limits, head, &refusal);
    for (size_t len = 0; len < bytes.len; len += 1 + next_random(seed) % 16) {
        struct http_head again = {.headers = again_room};
        enum http_parse_result part =
            http_parse_head(str_slice(bytes, 0, len), &limits, &again, &again_refusal);
        if (part == HTTP_PARSE_MORE) continue;
        CHECK(part == result);
        CHECK(part != HTTP_PARSE_REFUSED || refusal.status == again_refusal.status);
        CHECK(part != HTTP_PARSE_DONE || head->bytes == again.bytes);
    }
    if (result != HTTP_PARSE_DONE) return result;
    CHECK(head->bytes <= bytes.len);
    CHECK(head->header_count <= HEADERS_MAX);
    CHECK(is_inside(head->target, bytes));
    CHECK(is_inside(head->query, bytes));
    CHECK(is_inside(head->host, bytes));
    for (size_t i = 0; i < head->header_count; i++) {
        CHECK(is_inside(head->headers[i].name, bytes));
        CHECK(is_inside(head->headers[i].value, bytes));
        CHECK(http_is_token(head->headers[i].name));
    }
    return result;
}

static void check_chunked(str bytes, uint32_t *seed)
{
    struct http_chunked whole = {0}, cut = {0};
    struct http_refusal refusal = {0}, cut_refusal = {0};
    struct buf body, cut_body;
    size_t consumed, cut_consumed = 0;
    buf_init(&body, BODY_MAX);
    buf_init(&cut_body, BODY_MAX);
    enum http_parse_result result = http_chunked_feed(&whole, bytes, &consumed, &body, &refusal);
    enum http_parse_result cut_result = HTTP_PARSE_MORE;
    while (cut_result == HTTP_PARSE_MORE && cut_consumed < bytes.len) {
        size_t used, len = 1 + next_random(seed) % 32;
        str part = str_slice(bytes, cut_consumed, cut_consumed + len);
        cut_result = http_chunked_feed(&cut, part, &used, &cut_body, &cut_refusal);
        CHECK(cut_result != HTTP_PARSE_MORE || used == part.len);
        cut_consumed += used;
    }
    if (bytes.len) CHECK(result == cut_result);
    if (result == HTTP_PARSE_REFUSED) {
        CHECK(refusal.status == cut_refusal.status);
    } else {
        CHECK(str_eq(buf_str(&body), buf_str(&cut_body)));
        CHECK(consumed == cut_consumed);
    }
    buf_deinit(&body);
    buf_deinit(&cut_body);
}

static void check_meaning(const struct http_head *head)
{
    struct arena *arena = arena_new(0);
    struct http_request req = {
        .arena = arena,
        .method = head->method,
        .headers = head->headers,
        .header_count = head->header_count,
    };
    const struct http_validators has = {STR("\"etag\""), 784111777};
    uint64_t offset = 0, len = 0;
    int status = http_condition_status(&req, &has);
    CHECK(status == 200 || status == 304 || status == 412);
    if (http_range_find(&req, &has, 1000, &offset, &len) == HTTP_RANGE_PART)
        CHECK(len > 0 && offset < 1000 && offset + len <= 1000);
    str out, rest = head->query, name, value;
    err_ignore(url_decode(arena, head->path, URL_PLUS_LITERAL, &out), "any bytes may be malformed");
    while (url_query_next(&rest, &name, &value))
        err_ignore(url_decode(arena, value, URL_PLUS_SPACE, &out), "any bytes may be malformed");
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size) return 0;
    uint32_t seed = data[0];
    str bytes = str_from(data + 1, size - 1);
    struct http_head head;
    /* Several requests may follow each other. */
    while (check_head(bytes, &seed, &head) == HTTP_PARSE_DONE) {
        check_meaning(&head);
        bytes = str_skip(bytes, head.bytes);
        if (head.body == HTTP_BODY_CHUNKED) check_chunked(bytes, &seed);
    }
    check_chunked(str_from(data + 1, size - 1), &seed);
    return 0;
}
