/* sql/analyze.h - syntax tree to query tree: PostgreSQL's parse analysis and rewriting.
 *
 * Names are resolved in the catalog, views expanded, defaults filled in, functions inlined, grants
 * checked and policies attached (sql/guard.h): what comes out may be printed and run as it is.
 *
 *   struct analyze_options options = {.arena = arena, .catalog = catalog, .role = role,
 *                                     .search_path = path, .search_path_count = 1};
 *   TRY(analyze_statement(&options, node, &query));
 *
 * Owns:    nothing; trees live in options->arena, point into the catalog snapshot, and borrow texts
 *          of the syntax tree.
 * Threads: as the arena.
 * Errors:  PostgreSQL's SQLSTATEs and texts, `at` counting bytes of the statement's text: 42P01,
 *          42703, 42702, 42803, 42P10, 42601, 428C9, 42501, 42P17 ...; 0A000 for what is not done.
 * Source:  PostgreSQL 15 parser/analyze.c, parse_clause.c, parse_relation.c, rewriteHandler.c.
 */
#ifndef DAPUR_SQL_ANALYZE_H
#define DAPUR_SQL_ANALYZE_H

#include "sql/infer.h"
#include "sql/query.h"

struct compile_variables; /* sql/plan.h */

struct analyze_options {
    struct arena *arena;
    const struct catalog *catalog;
    oid role;               /* on whose behalf: grants, policies, current_user */
    const str *search_path; /* schema names; pg_catalog comes first by itself */
    size_t search_path_count;
    bool api;                           /* UPDATE and DELETE always check SELECT policies */
    struct infer_params *params;        /* NULL: none allowed */
    const struct type_session *session; /* zone and time for literals; NULL: UTC */
    struct compile_variables *variables;
    size_t variables_from; /* the parameter that the first variable is */
    bool procedures;       /* CALL */
    bool describes; /* the statement is looked at, not run: materialized views may be empty yet */
    bool trusted;   /* DDL checking an expression: no grant is asked and no policy added */
};

/* SELECT, VALUES, INSERT, UPDATE or DELETE. */
MUST_USE err analyze_statement(const struct analyze_options *options,
                               const struct node *statement,
                               struct query **out);

/* ---- for DDL ---------------------------------------------------------------------------------- */

/* An expression that belongs to a table: CHECK, DEFAULT, generated column, index, policy. */
struct analyze_relation_expr {
    const struct cat_relation *relation; /* its columns are in scope; NULL: none (DEFAULT) */
    enum infer_clause clause;            /* INFER_CHECK, INFER_DEFAULT, INFER_POLICY ... */
    oid type;                            /* coerced to it by assignment; OID_NONE: as it comes */
    int32_t typmod;
    str column;     /* of which column, for messages; may be empty */
    oid value_type; /* a domain's check: the type of VALUE; else OID_NONE */
    /* INFER_TRIGGER_WHEN: bits of enum trigger_type. The relation's columns are in scope twice then, as
     * those of OLD and of NEW: see analyze_trigger_when. */
    int16_t trigger;
};

/* The typed expression. *rte (may be NULL) gets the range table entry that its columns refer to,
 * with the relation's columns in order, or NULL without a relation. Policies may hold sublinks; for
 * every other clause they are 0A000 "cannot use subquery in check constraint". */
MUST_USE err analyze_expr_for_relation(const struct analyze_options *options,
                                       const struct analyze_relation_expr *spec,
                                       const struct node *node,
                                       struct rte **rte,
                                       struct expr **out);

/* A trigger's WHEN. *old_row and *new_row get the range table entries of the two rows. 42P17 for a row that this kind of trigger has not. */
MUST_USE err analyze_trigger_when(const struct analyze_options *options,
                                  const struct analyze_relation_expr *spec,
                                  const struct node *node,
                                  struct rte **old_row,
                                  struct rte **new_row,
                                  struct expr **out);

struct analyze_column {
    str name;
    oid type;
    int32_t typmod;
};

/* Result columns of a SELECT (CREATE VIEW, CREATE TABLE AS). */
MUST_USE err analyze_describe(const struct analyze_options *options,
                              const struct node *select,
                              struct analyze_column **columns,
                              size_t *count);

/* CREATE FUNCTION ... LANGUAGE sql: every statement compiles, and the last one yields what RETURNS
 * says: 42P13 "return type mismatch in function declared to return integer". The function need not be
 * in the catalog. Statements that use what an earlier one of the same body would create are 42P01. */
MUST_USE err analyze_function_body(const struct analyze_options *options,
                                   const struct cat_function *function);

#endif
