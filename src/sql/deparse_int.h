/* sql/deparse_int.h - what the printer's files share.
 *
 * Printers append to out->text and keep the first error in out->error; once it is set they return
 * at once, and the public functions hand it on. So the code below reads as the grammar does.
 *
 * Owns: nothing. Threads: as deparse.h. Errors: in out->error.
 */
#ifndef DAPUR_SQL_DEPARSE_INT_H
#define DAPUR_SQL_DEPARSE_INT_H

#include "sql/deparse.h"

typedef void deparse_item(struct deparse *out, const struct node *node);

/* How tightly an expression binds: gram.y's precedence table, loosest first. */
enum binding {
    BIND_ANY,
    BIND_OR,
    BIND_AND,
    BIND_NOT,
    BIND_IS,
    BIND_COMPARE, /* < > = <= >= <> */
    BIND_LIKE,    /* BETWEEN, IN, LIKE, ILIKE, SIMILAR */
    BIND_ESCAPE,
    BIND_OPERATOR, /* every other operator */
    BIND_ADD,
    BIND_MULTIPLY,
    BIND_POWER,
    BIND_AT,
    BIND_COLLATE,
    BIND_SIGN,
    BIND_CAST,
    BIND_PRIMARY,
};

/* text is a literal. */
#define out_lit(out, literal) buf_lit((out)->text, literal)
void out_str(struct deparse *out, str text);
void out_ident(struct deparse *out, str name);
/* Items with the separator between them. */
void out_list(struct deparse *out, const struct list *items, str separator, deparse_item *print);
/* "a, b" of expressions. */
void out_exprs(struct deparse *out, const struct list *items);
/* String nodes as "a, b", and as "a.b". */
void out_names(struct deparse *out, const struct list *names);
void out_qualified(struct deparse *out, const struct list *names);
void out_refuse(struct deparse *out, const struct node *node);
void out_error(struct deparse *out, err error);

/* In parentheses if it binds looser than least. */
void out_expr(struct deparse *out, const struct node *node, enum binding least);
/* gram.y's b_expr: what may stand in DEFAULT and before AND in BETWEEN. */
void out_b_expr(struct deparse *out, const struct node *node);
void out_any_expr(struct deparse *out, const struct node *node);
void out_type(struct deparse *out, const struct TypeName *type);
void out_indirection(struct deparse *out, const struct list *indirection);
void out_operator(struct deparse *out, const struct list *name);
void out_window(struct deparse *out, const struct WindowDef *window);
void out_sort(struct deparse *out, const struct node *node);
void out_func(struct deparse *out, const struct FuncCall *call);

/* A query: SELECT, VALUES, INSERT, UPDATE, DELETE. */
bool out_query(struct deparse *out, const struct node *node);
void out_relation(struct deparse *out, const struct RangeVar *relation);
/* Its name alone, by the hook when there is one. */
void out_relation_name(struct deparse *out, const struct RangeVar *relation);
/* A key of an index, or of ON CONFLICT. */
void out_index_elem(struct deparse *out, const struct node *node);
void out_column_def(struct deparse *out, const struct node *node);
/* deparse_trigger.c */
void deparse_trigger(struct deparse *out, const struct node *node);
/* A utility statement; false for a kind it has no printer for. */
bool out_utility(struct deparse *out, const struct node *node);

#endif
