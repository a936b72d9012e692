/* sql/plpgsql_int.h - what the files of the PL/pgSQL parser share.
 *
 * The whole body is cut into tokens first, so that looking ahead is an index. Functions that read a
 * construct begin at parser->next and leave it behind what they read.
 *
 * Owns:    nothing; all lives in parser->arena.
 * Threads: as the arena.
 * Errors:  with PostgreSQL's SQLSTATE and text, `at` in the body.
 */
#ifndef DAPUR_SQL_PLPGSQL_INT_H
#define DAPUR_SQL_PLPGSQL_INT_H

#include "base/vec.h"
#include "sql/lex.h"
#include "sql/plpgsql.h"

enum {
    PL_DEPTH_MAX = 200,        /* blocks, loops, branches inside each other */
    PL_NAME_BYTES = 63,        /* NAMEDATALEN - 1 */
    PL_INTO_TARGETS_MAX = 1024 /* as PostgreSQL */
};

/* ---- tokens: plpgsql_token.c ---- */

/* pl_reserved_kwlist.h, pl_unreserved_kwlist.h */
enum pl_keyword { PL_NO_KEYWORD, PL_UNRESERVED, PL_RESERVED };

struct pl_token {
    enum lex_kind kind; /* ":=", ".." and "=" are operators */
    enum pl_keyword keyword;
    str text;
    size_t at;
};

struct pl_parser {
    struct arena *arena;
    const struct cat_function *function;
    str body;
    const struct pl_token *tokens; /* the last one is LEX_END */
    size_t next;
    size_t depth;
    size_t line_at; /* line breaks were counted up to here */
    int lines;
    const struct pl_name *names;
    int found, new_row, old_row;
    bool outputs; /* OUT, INOUT or TABLE arguments */
    enum pl_conflict conflict;
    bool writes, dynamic, unsteady;
    struct {
        VEC(struct pl_variable);
    } variables;
    struct {
        VEC(const struct pl_expr *);
    } exprs;
    struct {
        VEC(struct pl_call);
    } calls;
};

struct pl_bodies {
    VEC(const struct pl_statement *);
};
struct pl_ints {
    VEC(int);
};
struct pl_expr_list {
    VEC(const struct pl_expr *);
};
struct pl_target_list {
    VEC(struct pl_target);
};
struct pl_str_list {
    VEC(str);
};

MUST_USE err pl_tokens_read(struct pl_parser *parser);
/* The token that is next, and the ones behind it; LEX_END at the end and beyond. */
const struct pl_token *pl_peek(const struct pl_parser *parser, size_t ahead);
/* The next token is this word without quotes, operator or punctuation. */
bool pl_is(const struct pl_parser *parser, str text);
bool pl_token_is(const struct pl_token *token, str text);
/* The same; and it is behind us. */
bool pl_take(struct pl_parser *parser, str text);
/* Or a syntax error. */
MUST_USE err pl_expect(struct pl_parser *parser, str text);
/* A name as it is stored: folded, without quotes, cut. */
str pl_name_of(const struct pl_parser *parser, const struct pl_token *token);
/* A name or a keyword that is not reserved: the grammar's any_identifier. */
bool pl_is_identifier(const struct pl_token *token);
MUST_USE err pl_identifier(struct pl_parser *parser, str *out);
/* A string constant's value. */
MUST_USE err pl_string(struct pl_parser *parser, str *out);
int pl_line(struct pl_parser *parser, size_t at);

/* 42601 `MESSAGE at or near "TOKEN"`, yyerror's. */
MUST_USE err pl_syntax_error(const struct pl_parser *parser, const char *message);
/* Any other, at a place of the body. */
MUST_USE NEVER_NULL struct err *pl_error(const struct pl_parser *parser,
                                         size_t at,
                                         const char *sqlstate,
                                         const char *format,
                                         ...) PRINTF_LIKE(4, 5);
/* Adds the place in words to an error. */
struct err *pl_place(const struct pl_parser *parser, struct err *error, size_t at);

/* ---- names and variables: plpgsql_names.c ---- */

void pl_push_label(struct pl_parser *parser, str label, bool loop);
void pl_add_name(struct pl_parser *parser, str text, int variable);
/* Makes a variable and adds its name to what is in scope. */
int pl_add_variable(struct pl_parser *parser, const struct pl_variable *variable);
/* The same for one that nobody declared, of a type of pg_catalog. */
int pl_add_special(struct pl_parser *parser, enum pl_special special, str name, const char *type);
bool pl_declared_here(const struct pl_parser *parser, str name);
const struct pl_name *pl_find_label(const struct pl_parser *parser, str label);
bool pl_inside_loop(const struct pl_parser *parser);

/* a, a.b, a.b.c as written; reads on behind each dot. */
struct pl_dotted {
    struct pl_str_list names;
    size_t at;
    bool identifiers; /* no part is a reserved word */
};
/* False, and nothing read, when the next token is no name. */
bool pl_dotted(struct pl_parser *parser, struct pl_dotted *out);
str pl_dotted_text(const struct pl_parser *parser, const struct pl_dotted *dotted);
/* The variable that names begin with; *used of them name it, the rest are fields. */
bool pl_resolve(const struct pl_parser *parser,
                const struct pl_str_list *names,
                int *variable,
                size_t *used);

/* It takes a whole row, as far as the body tells. */
bool pl_is_row(const struct pl_parser *parser, int variable);
bool pl_is_cursor(const struct pl_parser *parser, int variable);
MUST_USE err pl_check_assignable(const struct pl_parser *parser, int variable, size_t at);

MUST_USE err pl_not_a_variable(const struct pl_parser *parser, const struct pl_dotted *dotted);
/* A variable or field. *whole_row: the variable itself, which is a row. */
MUST_USE err pl_target(struct pl_parser *parser, struct pl_target *out, bool *whole_row);
/* Behind INTO. */
MUST_USE err pl_into(struct pl_parser *parser, bool strict_allowed, struct pl_into *out);
/* The targets that follow a first one, behind its comma too. */
MUST_USE err pl_more_targets(struct pl_parser *parser, struct pl_target_list *targets);

/* ---- SQL inside: plpgsql_sql.c ---- */

/* What ends a piece of SQL at depth 0 of parentheses; the empty str is none. */
struct pl_until {
    str any[3];
    const char *expected; /* how the error for its absence names it */
};
#define PL_UNTIL(names, ...) ((struct pl_until){.expected = (names), .any = {__VA_ARGS__}})

/* Reads up to the end token and takes it; *end may be NULL. */
MUST_USE err pl_expression(struct pl_parser *parser,
                           struct pl_until until,
                           const struct pl_expr **out,
                           const struct pl_token **end);
/* A whole statement up to its semicolon, which it takes. */
MUST_USE err pl_sql(struct pl_parser *parser, const struct pl_expr **out);
/* Tokens [first, end) as SQL. */
const struct pl_expr *pl_expr_of(struct pl_parser *parser,
                                 enum pl_expr_kind kind,
                                 size_t first,
                                 size_t end);
/* One that stands for the tokens, with a text of the same length. */
const struct pl_expr *pl_expr_text(
    struct pl_parser *parser, enum pl_expr_kind kind, size_t first, size_t end, str text);
/* Tokens from .next to the end token, which is not taken: pl_expression without an expression. */
MUST_USE err pl_skip_to(struct pl_parser *parser, struct pl_until until, bool expression);
/* Expressions with commas between, the last one ended by one of the other two; *end: which. */
MUST_USE err pl_expressions(struct pl_parser *parser,
                            struct pl_until until,
                            struct pl_exprs *out,
                            const struct pl_token **end);
/* INSERT ... or a SELECT with INTO somewhere. */
MUST_USE err pl_execsql(struct pl_parser *parser, struct pl_statement *out);

/* ---- statements ---- */

MUST_USE err pl_block(struct pl_parser *parser, struct pl_statement *out, str label, size_t start);
/* Statements up to a word that ends a section (END, ELSE, WHEN ...). */
MUST_USE err pl_body(struct pl_parser *parser, struct pl_body *out);
MUST_USE err pl_end_label(struct pl_parser *parser, str label);
MUST_USE err pl_declare(struct pl_parser *parser, struct pl_ints *variables);
/* LOOP, WHILE, FOR, FOREACH; the label is in scope already. */
MUST_USE err pl_loop(struct pl_parser *parser, struct pl_statement *out);
MUST_USE err pl_raise(struct pl_parser *parser, struct pl_statement *out);
MUST_USE err pl_open(struct pl_parser *parser, struct pl_statement *out);
MUST_USE err pl_fetch(struct pl_parser *parser, struct pl_statement *out);
MUST_USE err pl_close(struct pl_parser *parser, struct pl_statement *out);
/* A bound cursor's arguments and the token behind them. */
struct pl_cursor_call {
    int cursor;
    str until;
    struct pl_exprs *params;
    const str **names;
};
MUST_USE err pl_cursor_args(struct pl_parser *parser, const struct pl_cursor_call *call);
/* The SQLSTATEs of a condition behind WHEN or RAISE, as many as its name has. */
MUST_USE err pl_condition(struct pl_parser *parser, struct pl_str_list *out, str *name);

/* ---- effects: plpgsql_effects.c ---- */

/* Notes what tokens [first, end) call and whether they write. */
void pl_note_effects(struct pl_parser *parser, enum pl_expr_kind kind, size_t first, size_t end);

#endif
