/* types/text.h - PostgreSQL's text functions on UTF-8.
 *
 * Arguments are valid UTF-8 without NUL. Lengths and positions count characters from 1, as in SQL.
 * Case mapping is simple (one to one), as in PostgreSQL with C.UTF-8.
 *
 * Owns:    nothing; results live in the arena or borrow from an argument.
 * Threads: any.
 * Errors:  22001 too long, 22011 negative substring length, 22023 and 54000 bad arguments, 22004
 *          NULL where format() needs a value.
 */
#ifndef DAPUR_TYPES_TEXT_H
#define DAPUR_TYPES_TEXT_H

#include "base/buf.h"
#include "base/err.h"

/* Results beyond this are refused with 54000, as PostgreSQL refuses over 1 GB; ours is lower. */
enum { TEXT_BYTES_MAX = 64 * 1024 * 1024 };

str text_upper(struct arena *arena, str s);
str text_lower(struct arena *arena, str s);
str text_initcap(struct arena *arena, str s);
size_t text_length(str s);

/* substring(s from start for length); length < 0 raises 22011. */
MUST_USE err text_substring(struct arena *arena, str s, int64_t start, int64_t length, str *out);
/* substring(s from start). */
str text_substring_from(str s, int64_t start);
/* Position in characters from 1, 0 when absent. strpos(s, needle). */
int64_t text_position(str s, str needle);
str text_left(str s, int64_t n);
str text_right(str s, int64_t n);
MUST_USE err text_pad_left(struct arena *arena, str s, int64_t length, str fill, str *out);
MUST_USE err text_pad_right(struct arena *arena, str s, int64_t length, str fill, str *out);

enum text_trim_side { TEXT_TRIM_LEFT = 1, TEXT_TRIM_RIGHT = 2, TEXT_TRIM_BOTH = 3 };
/* Strips characters of the set; btrim(s) is set " ". */
str text_trim(struct arena *arena, str s, str set, enum text_trim_side side);
/* Without trailing spaces: char(n)'s stored form. */
str text_trim_spaces(str s);

MUST_USE err text_replace(struct arena *arena, str s, str from, str to, str *out);
str text_translate(struct arena *arena, str s, str from, str to);
/* Negative n counts from the end; 0 raises 22023. */
MUST_USE err text_split_part(struct arena *arena, str s, str delimiter, int64_t n, str *out);
MUST_USE err text_repeat(struct arena *arena, str s, int64_t n, str *out);
str text_reverse(struct arena *arena, str s);
/* overlay(s placing with from start for length) */
MUST_USE err
text_overlay(struct arena *arena, str s, str with, int64_t start, int64_t length, str *out);
/* string_to_array: delimiter NULL (at == NULL) splits into characters; empty gives one piece. */
void text_split(struct arena *arena, str s, str delimiter, str **out, size_t *count);

int64_t text_ascii(str s);
MUST_USE err text_chr(struct arena *arena, int64_t code, str *out);
str text_to_hex(struct arena *arena, int64_t value, bool wide);

/* Quotes only where needed, keywords included. */
str text_quote_ident(struct arena *arena, str s);
/* 'it''s', or E'...' when it has a backslash. */
str text_quote_literal(struct arena *arena, str s);

/* format(): arguments already in PostgreSQL's text output; is_null marks NULLs. */
struct text_argument {
    str text;
    bool is_null;
};
MUST_USE err text_format(
    struct arena *arena, str format, const struct text_argument *arguments, size_t count, str *out);

/* varchar(n), char(n): as on assignment, 22001 unless the excess is blanks; as by an explicit cast,
 * truncated. limit in characters; kind_name is for the message: "character varying" or "character". */
enum text_fit { TEXT_FIT_ASSIGN, TEXT_FIT_CAST };
MUST_USE err
text_fit(struct arena *arena, str s, int32_t limit, str kind_name, enum text_fit how, str *out);

/* citext's order and its folded key. */
int text_compare_fold(str a, str b);
uint64_t text_hash_fold(str s, uint64_t seed);

#endif
