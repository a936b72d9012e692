/* sql/deparse.h - a syntax tree to PostgreSQL's SQL text.
 *
 * Parses back to an equal tree (places aside), with as few parentheses as precedence allows.
 *
 * Owns:    nothing; the text goes to the caller's buf, errors live in the arena.
 * Threads: any; needs stack in proportion to the tree's depth, see parse.h.
 * Errors:  0A000 with the node's place in `at` for a kind that has no printer.
 * Source:  PostgreSQL 15, gram.y.
 */
#ifndef DAPUR_SQL_DEPARSE_H
#define DAPUR_SQL_DEPARSE_H

#include "base/buf.h"
#include "sql/ast.h"

struct deparse;

/* What a printer may say differently; a NULL slot is PostgreSQL's own way. */
struct deparse_hooks {
    /* A parameter: default "$3". */
    err (*param)(struct deparse *out, const struct ParamRef *param);
    /* A relation's name in FROM, INSERT, UPDATE, DELETE, without its alias: default schema.name. */
    err (*relation)(struct deparse *out, const struct RangeVar *relation);
    /* Asked first for each expression: sets *done when it has printed the node itself. It must
     * print something that binds as tightly as a name or a call. */
    err (*expr)(struct deparse *out, const struct node *node, bool *done);
};

struct deparse {
    struct arena *arena; /* for errors */
    struct buf *text;
    const struct deparse_hooks *hooks; /* may be NULL */
    void *context;                     /* the hooks' own */
    err error; /* the printers' own: the first that was met; start with NULL */
};

/* A statement. */
MUST_USE err deparse_statement(struct deparse *out, const struct node *node);
/* An expression; enclosed in parentheses only where its own grammar needs them. */
MUST_USE err deparse_expr(struct deparse *out, const struct node *node);
MUST_USE err deparse_type_name(struct deparse *out, const struct TypeName *type);

/* The same with PostgreSQL's own printing, as a str in the arena. */
MUST_USE err deparse_statement_str(struct arena *arena, const struct node *node, str *out);
MUST_USE err deparse_expr_str(struct arena *arena, const struct node *node, str *out);
MUST_USE err deparse_type_name_str(struct arena *arena, const struct TypeName *type, str *out);

struct cat_relation;
struct cat_trigger;
struct catalog;
/* CREATE TRIGGER of a trigger as it is: what pg_get_triggerdef prints. */
struct node *trigger_statement(struct arena *arena,
                               const struct catalog *catalog,
                               const struct cat_relation *relation,
                               const struct cat_trigger *trigger);

/* A name, in double quotes unless it is plain lower case and not a keyword. */
void deparse_ident(struct buf *out, str name);
/* A string constant: '...', or E'...' when it holds a backslash. */
void deparse_literal(struct buf *out, str text);

#endif
