/* types/jsonb.h - json and jsonb: normal form, order, access, change.
 *
 * jsonb is text in normal form: keys by length then bytes, the last of duplicates, `": "` and
 * `", "`, numbers as numeric writes them. Functions whose name starts with jsonb_ take and answer
 * normal form and trust it; json_text_ ones take any valid JSON text and answer slices of it.
 * Values of a tree are slices of its text, so access copies nothing.
 *
 * Owns:    nothing; results live in the arena or borrow from an argument.
 * Threads: any.
 * Errors:  22P02 not JSON, 22P05 a NUL character, 22023 wrong kind of value; PostgreSQL's texts.
 */
#ifndef DAPUR_TYPES_JSONB_H
#define DAPUR_TYPES_JSONB_H

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "types/json_scan.h"

enum { JSONB_DEPTH_MAX = 1000 };

enum jsonb_kind {
    JSONB_NULL,
    JSONB_STRING,
    JSONB_NUMBER,
    JSONB_BOOL,
    JSONB_ARRAY,
    JSONB_OBJECT,
};

/* ---- input ---- */
MUST_USE err jsonb_parse(struct arena *arena, str text, str *out);
/* Checks alone: json keeps its text. */
MUST_USE err json_text_check(struct arena *arena, str text);
/* A parsed tree in normal form. */
MUST_USE err jsonb_write(struct arena *arena, struct buf *out, const struct json *value);

/* ---- looking; both for jsonb and for any valid JSON text ---- */
enum jsonb_kind jsonb_kind(str json);
/* "object", "array", "string", "number", "boolean", "null". */
str jsonb_typeof(str json);
/* -> : false when absent (SQL NULL). The last of duplicate keys. Negative indexes count from the end. */
bool jsonb_get(str json, str key, str *out);
/* A jsonb scalar answers itself for index 0 and -1, as if it stood in an array; json does not. */
bool jsonb_at(str json, int64_t index, str *out);
bool json_text_at(str json, int64_t index, str *out);
/* #> : each step is a key or an index. */
bool jsonb_path(str json, const str *path, size_t count, str *out);
/* ->> on what -> answered: strings decoded, null is SQL NULL (false), the rest as it is. */
MUST_USE err jsonb_as_text(struct arena *arena, str value, bool *null, str *out);
/* A string value's decoded text; borrows when it has no escapes. */
str jsonb_string(struct arena *arena, str value);

/* ---- walking ---- */
/* json_walk (types/json_scan.h) goes through members and items; keys come with their quotes, for
 * jsonb_string to decode. 22023 "cannot extract elements from an object" and its like are the caller's
 * to raise, by jsonb_kind. */
/* 22023 "cannot get array length of a scalar". */
MUST_USE err jsonb_array_length(struct arena *arena, str json, int64_t *out);
size_t jsonb_count(str container);

/* ---- order, operators on jsonb ---- */
/* PostgreSQL's btree order; the collation `jsonb`. No allocation. */
int jsonb_compare(str a, str b);
uint64_t jsonb_hash(str a, uint64_t seed);
bool jsonb_contains(str a, str b);
bool jsonb_exists(str a, str key);
bool jsonb_exists_any(str a, const str *keys, size_t count);
bool jsonb_exists_all(str a, const str *keys, size_t count);
/* Objects merge, b wins; everything else is joined as arrays. */
MUST_USE err jsonb_concat(struct arena *arena, str a, str b, str *out);
MUST_USE err jsonb_delete_key(struct arena *arena, str a, str key, str *out);
MUST_USE err jsonb_delete_keys(struct arena *arena, str a, const str *keys, size_t count, str *out);
MUST_USE err jsonb_delete_index(struct arena *arena, str a, int64_t index, str *out);
MUST_USE err jsonb_delete_path(struct arena *arena, str a, const str *path, size_t count, str *out);
MUST_USE err jsonb_set(
    struct arena *arena, str a, const str *path, size_t count, str value, bool create, str *out);
MUST_USE err jsonb_insert(
    struct arena *arena, str a, const str *path, size_t count, str value, bool after, str *out);
/* a[path...] = value: what the path lacks is made, arrays are filled up with null. a and value may be absent (at NULL);
 * then a is an empty array or object. 22023 a scalar on the way, 22P02, 22004 a NULL in the path. */
MUST_USE err jsonb_assign(
    struct arena *arena, str a, bool array, const str *path, size_t count, str value, str *out);
str jsonb_strip_nulls(struct arena *arena, str a);
str json_text_strip_nulls(struct arena *arena, str a);
str jsonb_pretty(struct arena *arena, str a);

/* ---- building: keys and values are put in, one normal form comes out ---- */
struct jsonb_pair {
    str key;      /* decoded */
    str value;    /* jsonb */
    size_t index; /* jsonb_write_object's own */
};
/* Sorts and drops earlier duplicates; reorders pairs. */
void jsonb_write_object(struct buf *out, struct jsonb_pair *pairs, size_t count);
void jsonb_write_array(struct buf *out, const str *values, size_t count);

#endif
