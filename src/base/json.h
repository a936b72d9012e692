/* base/json.h - JSON text to a tree and back (RFC 8259).
 *
 * Numbers stay text, so none loses a digit. Strings are checked UTF-8; escapes are decoded, lone
 * surrogates and (by default) \u0000 refused. The whole input is consumed or refused.
 *
 * Owns:    nothing; nodes live in the arena. Strings without escapes, numbers and `source` borrow
 *          from the input, which must live as long as the tree.
 * Threads: any.
 * Errors:  ERR_JSON_SYNTAX with the byte offset in `at`, ERR_JSON_DEPTH, ERR_UTF8, ERR_NO_MEMORY
 *          (the arena's cap).
 */
#ifndef DAPUR_BASE_JSON_H
#define DAPUR_BASE_JSON_H

#include "base/buf.h"
#include "base/err.h"

enum json_kind {
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT,
};

struct json;

struct json_member {
    str name; /* decoded */
    const struct json *value;
};

struct json {
    enum json_kind kind;
    str text;   /* JSON_NUMBER: as written; JSON_STRING: decoded; else empty */
    str source; /* the slice of the input that this value came from */
    size_t count;
    union {
        const struct json **items;         /* JSON_ARRAY */
        const struct json_member *members; /* JSON_OBJECT, in order, duplicates kept */
    };
};

struct json_options {
    size_t depth_max; /* 0: 64 */
    bool nul_allowed; /* true: \u0000 in a string is kept as a NUL byte */
};

MUST_USE err json_parse(struct arena *arena,
                        str text,
                        const struct json_options *options,
                        const struct json **out);
/* The same for well-formedness alone: builds nothing. */
MUST_USE err json_check(struct arena *arena, str text, const struct json_options *options);

/* The member's value, the last of duplicates; NULL when absent or not an object. */
const struct json *json_get(const struct json *object, str name);
/* The member's text when it is a string, else the empty str. */
str json_get_str(const struct json *object, str name);
/* A whole number that fits, written as digits with an optional "-"; false otherwise. */
MUST_USE bool json_to_i64(const struct json *value, int64_t *out);

/* Writers append to buf. String: quotes, and escapes for ", \ and control bytes alone. */
void json_write_str(struct buf *out, str text);
void json_write_i64(struct buf *out, int64_t value);
/* Shortest text that reads back as the same double; NaN and infinities as quoted strings. */
void json_write_double(struct buf *out, double value);
void json_write_bool(struct buf *out, bool value);
/* Compact text of a tree. */
void json_write(struct buf *out, const struct json *value);

#endif
