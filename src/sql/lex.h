/* sql/lex.h - PostgreSQL's tokens, no further than their ends.
 *
 * The grammar itself is libpg_query's. This finds where statements end (COPY data follows at once
 * and is no SQL), counts what could overflow a stack, and never fails: a quote or comment without
 * its end reaches the end of the text.
 *
 * Owns:    nothing; tokens borrow. Threads: any. Errors: none.
 * Source:  PostgreSQL 15, scan.l and psqlscan.l.
 */
#ifndef DAPUR_SQL_LEX_H
#define DAPUR_SQL_LEX_H

#include "base/str.h"

enum lex_kind {
    LEX_END,
    LEX_WORD,   /* a name or keyword without quotes */
    LEX_NAME,   /* "quoted", U&"quoted" */
    LEX_STRING, /* '...', E'...', $$...$$ and their kin */
    LEX_NUMBER,
    LEX_PARAM,       /* $1 */
    LEX_OPERATOR,    /* a run of operator characters, or "::" */
    LEX_PUNCTUATION, /* one of ( ) [ ] , ; . : \ or a byte that no token starts with */
};

struct lex_token {
    enum lex_kind kind;
    str text;        /* with its quotes */
    bool unfinished; /* a quote without its end; for LEX_END, a comment */
};

/* The token at or behind *at, blanks and comments skipped; *at moves behind it. */
struct lex_token lex_next(str text, size_t *at);
/* Behind spaces and comments. */
size_t lex_skip_blanks(str text, size_t at);
/* A word token, compared without case. */
bool lex_is_word(const struct lex_token *token, str word);
bool lex_is_punctuation(const struct lex_token *token, char c);

struct lex_statement {
    str text;         /* from its first token to before the semicolon, blanks behind it trimmed */
    size_t start;     /* of text */
    size_t end;       /* behind the semicolon, or the text's end */
    size_t operators; /* tokens that can make the tree one level deeper */
    size_t nesting;   /* deepest level of ( and [ */
    bool unfinished;  /* a quote or parenthesis is open at the end */
};

/* The statement at or behind *at; empty ones are skipped. False at the text's end. A semicolon in
 * parentheses, or in a function's BEGIN ATOMIC ... END, ends nothing. */
bool lex_statement(str text, size_t *at, struct lex_statement *out);

#endif
