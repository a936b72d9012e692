/* types/array.h - arrays: stored as JSON arrays of the elements' stored forms.
 *
 * An element is written: integers and finite floats as numbers, booleans as true and false, NULL as
 * null, everything else (numeric, json and composites too) as a string of its stored text; bytea as
 * "\\x...". No blanks. Nested arrays are further dimensions, always rectangular. Lower bounds are 1.
 *
 * Owns:    nothing. Threads: any.
 * Errors:  22P02 malformed literal, 2202E wrong shape, 22004 null where none may be, 0A000 bounds.
 */
#ifndef DAPUR_TYPES_ARRAY_H
#define DAPUR_TYPES_ARRAY_H

#include "base/buf.h"
#include "base/err.h"
#include "types/session.h"
#include "types/type_ref.h"
#include "types/value.h"

/* ---- text ---- */
/* '{a,"b c",NULL}' to stored form; each element through type_input. */
MUST_USE err array_parse(struct arena *arena,
                         const struct type_session *session,
                         const struct type_ref *element,
                         str text,
                         str *out);
/* Stored form to '{...}'. */
void array_write(struct buf *out,
                 const struct type_session *session,
                 const struct type_ref *element,
                 str array);

/* ---- one element ---- */
/* Appends a value in stored form, as an item of an array or a field of a composite. */
void array_write_item(struct buf *out, const struct type_ref *element, const struct value *value);
/* The stored value behind an item's JSON text. */
struct value array_read_item(struct arena *arena, const struct type_ref *element, str item);
void array_write_items(struct buf *out,
                       const struct type_ref *element,
                       const struct value *values,
                       size_t count);

/* ---- walking: the innermost elements, in order ---- */
struct array_iter {
    str text;
    size_t at;
};
struct array_iter array_iter(str array);
bool array_next(struct array_iter *iter, str *item);

/* ---- looking ---- */
/* 0 for an empty array. */
size_t array_dimensions(str array);
/* Length of a dimension counted from 1; false (SQL NULL) when there is none. */
bool array_length(str array, size_t dimension, int64_t *out);
int64_t array_cardinality(str array);
/* array[i]: subscripts from 1; false (SQL NULL) outside or with too few subscripts. */
bool array_at(str array, const int64_t *subscripts, size_t count, str *item);
/* array[low:high] of the first dimension. */
str array_slice(struct arena *arena, str array, int64_t low, int64_t high);

/* ---- order and membership; elements compared with type_compare ---- */
/* PostgreSQL's: elements in order, then count, then dimensions. No allocation unless an element
 * has escapes. */
int array_compare(const struct type_ref *element, str a, str b);
bool array_contains(const struct type_ref *element, str a, str b); /* a @> b */
bool array_overlaps(const struct type_ref *element, str a, str b); /* a && b */

/* ---- change; item is an item's JSON text ---- */
MUST_USE err array_append(struct arena *arena, str array, str item, str *out);
MUST_USE err array_prepend(struct arena *arena, str item, str array, str *out);
MUST_USE err array_concat(struct arena *arena, str a, str b, str *out);
MUST_USE err
array_remove(struct arena *arena, const struct type_ref *element, str array, str item, str *out);
MUST_USE err array_replace(
    struct arena *arena, const struct type_ref *element, str array, str from, str to, str *out);
/* array[low:high] = the first elements of source; a bound that is NULL is the array's own. What lies between its end
 * and low becomes null. 2202E; 0A000 where the array would not begin at 1, or has several dimensions. */
MUST_USE err array_assign_slice(
    struct arena *arena, str array, str source, const int64_t *low, const int64_t *high, str *out);
/* Position from 1, at or after start; 0 when absent (SQL NULL). */
MUST_USE err array_position(struct arena *arena,
                            const struct type_ref *element,
                            str array,
                            str item,
                            int64_t start,
                            int64_t *out);
/* array_to_string: elements as text output; null_text with at == NULL leaves NULLs out. */
void array_to_string(struct buf *out,
                     const struct type_session *session,
                     const struct type_ref *element,
                     str array,
                     str delimiter,
                     str null_text);

#endif
