#include "http/condition.h"

#include "http/date.h"
#include "http/parse.h"

static str without_weak(str etag)
{
    return str_starts(etag, STR("W/")) ? str_skip(etag, 2) : etag;
}

bool http_etag_matches(str list, str etag)
{
    str item;
    /* Tags may hold commas; ours never do, so a cut one just does not match. */
    while (http_list_next(&list, &item))
        if (str_eq(item, STR("*")) || str_eq(without_weak(item), without_weak(etag))) return true;
    return false;
}

static bool matches_strongly(str list, str etag)
{
    str item;
    while (http_list_next(&list, &item)) {
        if (str_eq(item, STR("*"))) return true;
        if (!str_starts(item, STR("W/")) && str_eq(item, etag)) return true;
    }
    return false;
}

/* The order is that of RFC 9110, 13.2.2. */
int http_condition_status(const struct http_request *req, const struct http_validators *has)
{
    int64_t date;
    str if_match = http_header_find(req, STR("if-match"));
    str since = http_header_find(req, STR("if-unmodified-since"));
    if (if_match.at) {
        if (!matches_strongly(if_match, has->etag)) return 412;
    } else if (since.at && has->modified_s >= 0 && http_date_parse(since, &date)) {
        if (has->modified_s > date) return 412;
    }
    str if_none_match = http_header_find(req, STR("if-none-match"));
    if (if_none_match.at) return http_etag_matches(if_none_match, has->etag) ? 304 : 200;
    since = http_header_find(req, STR("if-modified-since"));
    if (since.at && has->modified_s >= 0 && http_date_parse(since, &date))
        return has->modified_s <= date ? 304 : 200;
    return 200;
}

/* If-Range: the part is wanted only of the very same file, else the whole. */
static bool is_same_for_range(const struct http_request *req, const struct http_validators *has)
{
    str if_range = http_header_find(req, STR("if-range"));
    int64_t date;
    if (!if_range.at) return true;
    if (if_range.len && if_range.at[0] == '"') return str_eq(if_range, has->etag);
    return http_date_parse(if_range, &date) && date == has->modified_s;
}

static enum http_range last_bytes(str digits, uint64_t size, uint64_t *offset, uint64_t *len)
{
    uint64_t count;
    if (!str_to_u64(digits, &count)) return HTTP_RANGE_WHOLE;
    if (!count || !size) return HTTP_RANGE_UNSATISFIABLE;
    *len = count < size ? count : size;
    *offset = size - *len;
    return HTTP_RANGE_PART;
}

enum http_range http_range_find(const struct http_request *req,
                                const struct http_validators *has,
                                uint64_t size,
                                uint64_t *offset,
                                uint64_t *len)
{
    str range = http_header_find(req, STR("range"));
    str unit, spec, first, last;
    uint64_t from, to = UINT64_MAX;
    if (!range.len || req->method != HTTP_GET || !is_same_for_range(req, has))
        return HTTP_RANGE_WHOLE;
    if (!str_cut(range, '=', &unit, &spec) || !str_eq_nocase(unit, STR("bytes")))
        return HTTP_RANGE_WHOLE;
    spec = str_trim(spec);
    if (!str_cut(spec, '-', &first, &last)) return HTTP_RANGE_WHOLE;
    if (str_empty(first)) return last_bytes(last, size, offset, len);
    if (!str_to_u64(first, &from)) return HTTP_RANGE_WHOLE;
    if (last.len && !str_to_u64(last, &to)) return HTTP_RANGE_WHOLE; /* several ranges, too */
    if (to < from) return HTTP_RANGE_WHOLE;
    if (from >= size) return HTTP_RANGE_UNSATISFIABLE;
    *offset = from;
    *len = to - from < size - from ? to - from + 1 : size - from;
    return HTTP_RANGE_PART;
}
