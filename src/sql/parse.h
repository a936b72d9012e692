/* sql/parse.h - PostgreSQL's SQL text to syntax trees, by libpg_query (PostgreSQL 15's grammar).
 *
 * Guards before the grammar runs (it checks none of this itself): UTF-8, no NUL byte; in one
 * statement at most sql_text_bytes_max, sql_operators_max operator tokens and sql_nesting_max levels
 * of parentheses.
 *
 * Owns:    nothing; scripts, trees and errors live in the arena and copy all they need from text,
 *          except `text` slices, which borrow.
 * Threads: any with a stack of sql_stack_bytes: deep statements recurse. On a smaller one a
 *          deep statement is refused with 54001.
 * Errors:  42601 with the byte offset in `at` (and the place in words in details), 54001 past a
 *          limit, 22021 for bad UTF-8.
 * Source:  libpg_query 15-4.0.0; PostgreSQL 15, gram.y.
 */
#ifndef DAPUR_SQL_PARSE_H
#define DAPUR_SQL_PARSE_H

#include "sql/ast.h"

enum {
    sql_text_bytes_max = 16 * 1024 * 1024,
    sql_operators_max = 50000,
    sql_nesting_max = 2000,
    sql_stack_bytes = 64 * 1024 * 1024,
};

struct sql_statement {
    str text;          /* its slice of the file, without the semicolon; borrowed */
    int64_t offset;    /* of text in the file, in bytes */
    struct node *node; /* NULL when error is set; locations count from text's start */
    err error;         /* this statement's alone; `at` counts from the file's start */
};

struct sql_script {
    struct sql_statement *statements;
    size_t count;
};

/* Every statement of a text, in order; empty ones are left out. A statement that does not parse
 * carries its error and the others stay usable. Answers an error only when the text as a whole
 * cannot be read (UTF-8, a NUL). */
MUST_USE err sql_parse(struct arena *arena, str text, struct sql_script **out);
/* Exactly one statement. */
MUST_USE err sql_parse_one(struct arena *arena, str text, struct node **out);
/* One expression, such as a stored default, check or policy. Places count from text's start. */
MUST_USE err sql_parse_expr(struct arena *arena, str text, struct node **out);
/* A type's name, such as "numeric(10,2)[]". */
MUST_USE err sql_parse_type(struct arena *arena, str text, struct TypeName **out);

/* Line and column of a byte offset, both from 1; columns count characters. */
void sql_place(str text, int64_t offset, int64_t *line, int64_t *column);

#endif
