/* sql/ddl.h - one utility statement applied to the model: CREATE, ALTER, DROP, GRANT, COMMENT...
 *
 * ddl_apply reads a snapshot and makes the next one; no database is in sight. What the data itself
 * must go through (a cast of a column, rows for CREATE TABLE AS) is answered as effects, in order,
 * for the engine. A statement that fails leaves nothing behind but its error.
 *
 * Owns:    the snapshot answered (one reference, the caller's). Effects live in context->arena and
 *          point into the statement's tree and the snapshots.
 * Threads: the migration's.
 * Errors:  PostgreSQL's SQLSTATEs and messages, `at` counting from the statement's start; 0A000
 *          naming the construct for what is not there.
 * Source:  PostgreSQL 15, src/backend/commands; docs/sql.md.
 */
#ifndef DAPUR_SQL_DDL_H
#define DAPUR_SQL_DDL_H

#include "base/vec.h"
#include "sql/ast.h"
#include "sql/catalog_build.h"

enum ddl_effect_kind {
    EFFECT_COLUMN_USING, /* ALTER COLUMN TYPE: expr over the old row, or NULL: an assignment cast */
    EFFECT_TABLE_FILL,   /* CREATE TABLE AS: insert what query selects */
    EFFECT_MATVIEW_FILL, /* insert what the relation's own query selects for its owner */
    EFFECT_ENUM_RENAME,  /* rows with label `from` get `to` */
    EFFECT_SEQUENCE_SET, /* relation is a sequence: its next value is `value` */
    EFFECT_TRUNCATE,     /* empty the relation */
    EFFECT_ROWS_DELETE,  /* rows of the relation for which tree is TRUE go */
    EFFECT_ROWS_MOVE,    /* those of source go into the relation */
    EFFECT_ROWS_REFUSE,  /* 23514 with message `from` when there is such a row */
};

struct ddl_effect {
    enum ddl_effect_kind kind;
    oid relation;
    int16_t column;
    oid type;                /* EFFECT_ENUM_RENAME */
    oid source;              /* EFFECT_ROWS_MOVE */
    const struct node *tree; /* expr or query; NULL: none */
    str from, to;
    int64_t value;
};

struct ddl_effects {
    VEC(struct ddl_effect);
};

/* What an expression is for: decides what it may hold, its type and the messages. */
enum ddl_expr_use {
    DDL_EXPR_CHECK,        /* boolean, over one row, no subquery */
    DDL_EXPR_DEFAULT,      /* coerced to type, no column */
    DDL_EXPR_GENERATED,    /* coerced to type, over one row, immutable */
    DDL_EXPR_INDEX,        /* any type, over one row, immutable */
    DDL_EXPR_INDEX_WHERE,  /* boolean, over one row, immutable */
    DDL_EXPR_POLICY,       /* boolean, subqueries allowed */
    DDL_EXPR_USING,        /* ALTER COLUMN TYPE: coerced to type by assignment */
    DDL_EXPR_DOMAIN_CHECK, /* boolean, over VALUE of `type` */
    DDL_EXPR_ARGUMENT,     /* a function argument's default: coerced to type, no column */
    DDL_EXPR_TRIGGER_WHEN, /* boolean, over OLD and NEW */
};

struct ddl_expr {
    enum ddl_expr_use use;
    const struct cat_relation *relation; /* whose columns are in scope, or NULL */
    const struct node *tree;
    str name; /* the column, for messages; may be empty */
    oid type; /* OID_NONE: any */
    int32_t typmod;
    int16_t trigger; /* DDL_EXPR_TRIGGER_WHEN: bits of enum trigger_type */
};

struct ddl_column {
    str name;
    oid type;
    int32_t typmod;
};

struct ddl_columns {
    VEC(struct ddl_column);
};

struct ddl_context;

/* Asked of the analyzer (sql/analyze.h, wired by ddl_analyze.c). A NULL table: nothing is checked
 * and queries cannot be described (0A000), for tests of the model alone. */
struct ddl_hooks {
    err (*check_expr)(struct ddl_context *context,
                      const struct catalog *catalog,
                      const struct ddl_expr *expr);
    /* Names and types of what a query selects; unknown literals are text. */
    err (*describe_query)(struct ddl_context *context,
                          const struct catalog *catalog,
                          const struct node *query,
                          struct ddl_columns *out);
    /* LANGUAGE sql: each statement compiles, the last one yields the result. May be NULL. */
    err (*check_function)(struct ddl_context *context,
                          const struct catalog *catalog,
                          const struct cat_function *function);
};

struct ddl_context {
    struct arena *arena;    /* errors, effects, scratch */
    oid role;               /* who runs the statement and owns what it makes */
    const str *search_path; /* schema names in order; "$user" and unknown ones are passed over */
    size_t search_path_count;
    str text;                  /* the statement's, for places in a function's body; may be empty */
    bool skip_function_bodies; /* SET check_function_bodies = off */
    const struct ddl_hooks *hooks;
    void (*notice)(void *context, str message); /* may be NULL */
    void *notice_context;
    struct ddl_effects effects; /* out; the caller empties it between statements */
};

/* True for a statement that ddl_apply knows or refuses by name; false for SELECT, INSERT, UPDATE,
 * DELETE and what a session does itself (SET, BEGIN, TRUNCATE is known here). */
bool ddl_is_utility(const struct node *statement);
/* "CREATE TABLE", "ALTER TABLE", "GRANT"...: PostgreSQL's command tag. */
str ddl_command_tag(const struct node *statement);

/* *next is untouched on error. */
MUST_USE err ddl_apply(struct ddl_context *context,
                       const struct catalog *catalog,
                       const struct node *statement,
                       struct catalog **next);

#endif
