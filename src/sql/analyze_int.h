/* sql/analyze_int.h - what the files of the analyzer share.
 *
 * One `struct analyzer` per statement; one `struct scope` per query level, as PostgreSQL's
 * ParseState: the names that an expression of that query may use, and the identity it runs as.
 *
 *   analyze.c         entry points, statements
 *   analyze_scope.c   names: columns, stars, relations, arguments; the hooks of infer.h
 *   analyze_variable.c  variables of PL/pgSQL
 *   analyze_from.c    FROM, JOIN, functions, CTEs' use
 *   analyze_set.c     set-returning calls side by side
 *   analyze_select.c  SELECT, VALUES, set operations, WITH
 *   analyze_group.c   GROUP BY, DISTINCT, ORDER BY and their checks
 *   analyze_grouping.c  GROUPING SETS, ROLLUP, CUBE
 *   analyze_ties.c    FETCH FIRST ... WITH TIES
 *   analyze_write.c   INSERT, UPDATE, DELETE; analyze_insert.c: the source and its defaults
 *   analyze_assign.c  SET of an array's element, a composite's field, a key of jsonb
 *   analyze_view.c    views in FROM and as targets
 *
 * Owns, Threads, Errors: see analyze.h.
 */
#ifndef DAPUR_SQL_ANALYZE_INT_H
#define DAPUR_SQL_ANALYZE_INT_H

#include "base/map.h"
#include "base/vec.h"
#include "sql/analyze.h"
#include "sql/guard.h"
#include "sql/query_walk.h"

enum {
    ANALYZE_DEPTH_MAX = 96,     /* nested queries, views and functions */
    ANALYZE_COLUMNS_MAX = 1664, /* PostgreSQL's limit of a target list */
    INLINE_DEPTH_MAX = 24,
};

/* Relations whose policies, or functions whose bodies, are being expanded right now. */
struct expansion {
    const struct expansion *outer;
    const struct cat_relation *relation;
    const struct cat_function *function;
    oid role;
};

struct analyzer {
    struct arena *arena;
    const struct catalog *catalog;
    struct infer_params *params;
    const struct type_session *session;
    bool api;
    bool trusted;
    bool describes; /* the statement is not to be run: analyze_describe */
    struct {
        VEC(struct access *);
    } accesses;
    /* Names of range table entries and CTEs in lower case, each with the number (size_t) to try for
     * the next of that name. */
    struct map *aliases;
    const struct expansion *policies;
    const struct expansion *functions;
    int depth;
    /* A user's function that only runs as the top of a statement (inline.h): where one may stand
     * and, once met, which it is. NULL: none may. */
    struct top_call *top_call;
};

/* On whose behalf a part of the statement runs. They differ inside views: grants and policies are
 * the owner's there, but current_user stays who asked. */
struct identity {
    oid check_as;
    oid user;
    const str *path;
    size_t path_count;
    bool stored; /* a view, policy or default: names were resolved when it was made, so USAGE on
                  * schemas is not asked again */
};

/* Arguments of a SQL function whose body is being analyzed: by name and by $n. */
struct bound_args {
    const struct cat_function *function;
    struct expr **exprs; /* per input argument */
    size_t count;
};

/* Variables of a PL/pgSQL function: parameters of the statement, from `first` on. */
struct scope_variables {
    struct compile_variables *names;
    size_t first;
};

/* One name in FROM. Its columns are an rte's, or (expressions) those of a join with USING, of
 * EXCLUDED, of a view that was rewritten to its table. */
struct ns_item {
    str name;   /* empty: columns can only be used unqualified */
    str schema; /* of an unaliased table: schema.table.column */
    struct rte *rte;
    const struct rte_column *columns;
    size_t column_count;
    struct expr **exprs;   /* NULL: EXPR_COLUMN of rte */
    struct access *access; /* marked beside the columns' own (a rewritten view) */
    oid row_type;
    bool scalar;          /* a function with one plain column: its row is that column */
    bool quiet;           /* uses are not marked: a policy reads its table's columns freely */
    bool columns_hidden;  /* not for unqualified names (merged by a join) */
    bool name_hidden;     /* not for qualified names either (below a join's alias) */
    bool lateral_only;    /* a FROM item to the left: visible to LATERAL alone */
    bool lateral_refused; /* the left side of a RIGHT or FULL join */
};

struct ns_list {
    VEC(struct ns_item *);
};

struct scope_cte {
    struct scope_cte *next;
    str name;
    struct cte *cte;  /* columns NULL: its non-recursive term is being analyzed */
    const str *names; /* WITH name(a, b) */
    size_t name_count;
    bool has_terms; /* the form of a recursive query: UNION */
    bool used;
};

/* The sets of GROUP BY, bits over query->group_by. */
struct grouping_sets {
    VEC(uint64_t);
};

struct scope {
    struct infer_context infer; /* first; infer.scope is this scope */
    struct analyzer *analyzer;
    struct scope *parent;
    struct identity who;
    struct query *query;
    struct ns_list names;
    struct scope_cte *ctes;
    const struct list *windows; /* WindowDefs of the query */
    const struct bound_args *args;
    const struct scope_variables *variables; /* of the function around the statement; or NULL */
    bool is_top;                             /* a statement's own level: its WITH may modify data */
    bool lateral_active;
    bool outer_ctes_only; /* names of the parent are hidden, its CTEs are not */
    oid value_type;       /* VALUE of a domain's check */
    int32_t value_typmod;
    const char *subquery_refused; /* "check constraint": sublinks are 0A000 */
    bool
        kept; /* of an expression that a table or domain keeps; bodies that are inlined in it too */
    const struct node *from_call; /* the FuncCall in FROM that is being inferred */
    size_t *target_starts;        /* per ResTarget: its first target; one more holds the count */
    size_t target_start_count;
    struct grouping_sets *grouping; /* GROUPING SETS, ROLLUP, CUBE; NULL: a plain GROUP BY */
    struct rte *set_rte;            /* the set-returning calls of the select list, moved to FROM */
    struct scope_cte *recursive;    /* WITH RECURSIVE: the query that this scope defines */
};

/* ---- analyze_scope.c ---- */

extern const struct infer_hooks analyze_hooks;

/* A level below parent (NULL: a new root), as `who` (NULL: as the parent). */
struct scope *scope_new(struct analyzer *analyzer,
                        struct scope *parent,
                        const struct identity *who);
struct query *query_new(struct analyzer *analyzer, enum query_command command);
MUST_USE err scope_enter(struct scope *scope); /* depth + 1; 54001 */
void scope_leave(struct scope *scope);

struct rte *rte_new(struct scope *scope, enum rte_kind kind, str alias);
/* Unique in the statement, without regard to case. */
str alias_unique(struct analyzer *analyzer, str wanted);
struct rte *rte_of_relation(struct scope *scope, const struct cat_relation *relation, str alias);
/* The rte's columns from a query's visible targets, renamed by the alias's column list. */
MUST_USE err rte_set_query(struct scope *scope,
                           struct rte *rte,
                           struct query *query,
                           const struct Alias *alias);
MUST_USE err rte_rename(struct scope *scope, struct rte *rte, const struct Alias *alias);
struct ns_item *ns_item_new(struct scope *scope, str name, struct rte *rte);
void ns_add(struct scope *scope, struct ns_item *item);
/* The item's column as an expression, marked as read. */
struct expr *ns_column(struct scope *scope,
                       const struct ns_item *item,
                       size_t index,
                       int32_t location);
/* The same for what is not read yet: a join's merged columns are marked when they are used. */
struct expr *ns_column_unmarked(struct scope *scope,
                                const struct ns_item *item,
                                size_t index,
                                int32_t location);
/* Marks every column of tables that the expression uses. */
void scope_mark_expr(struct scope *scope, const struct expr *expr);

struct star_column {
    str name;
    struct expr *expr;
};
struct star_list {
    VEC(struct star_column);
};
/* ---- analyze_variable.c ---- */

/* The variable that a, a.b or a.b.c names; *out NULL: none. */
MUST_USE err variable_column(struct scope *scope, const struct ColumnRef *ref, struct expr **out);
/* $1 of a function; *out NULL: none. */
MUST_USE err variable_argument(struct scope *scope,
                               const struct ParamRef *param,
                               struct expr **out);
/* The fields of v.*; *found false: no such variable. */
MUST_USE err variable_star(struct scope *scope,
                           const struct ColumnRef *ref,
                           struct star_list *out,
                           bool *found);

/* ---- analyze_scope.c ---- */

/* "*" or "t.*". */
MUST_USE err scope_star(struct scope *scope, const struct ColumnRef *ref, struct star_list *out);
/* The column of that name in scope, or NULL (an outer level counts when outer is true). */
MUST_USE err
scope_find_column(struct scope *scope, str name, bool outer, int32_t location, struct expr **out);
/* 42P01, 42501 and 3F000 as PostgreSQL has them. */
MUST_USE err scope_relation(struct scope *scope,
                            const struct RangeVar *name,
                            const struct cat_relation **out);
struct scope_cte *scope_cte_find(struct scope *scope, str name);
/* The name by which a user knows an rte of this scope. */
str scope_rte_name(const struct scope *scope, const struct rte *rte);
/* The path by which a stored expression of this relation finds functions and tables. */
struct identity scope_stored_identity(struct scope *scope, oid schema, oid check_as);

/* ---- analyze_from.c ---- */

MUST_USE err from_clause(struct scope *scope, const struct list *items);
/* Adds to query->rtable and query->from. */
void from_add_rte(struct scope *scope, struct rte *rte);
/* A set-returning call of a target list, moved to FROM. */
MUST_USE err from_function_rte(struct scope *scope,
                               struct expr *call,
                               const struct Alias *alias,
                               const struct list *definitions,
                               bool ordinality,
                               struct rte **out);

/* ---- analyze_set.c ---- */

/* unnest(a, b): a call over arrays. */
MUST_USE err set_unnest_many(struct scope *scope, const struct FuncCall *node, struct expr **out);
bool set_is_unnest_many(const struct expr *call);
MUST_USE err set_unnest_many_columns(struct scope *scope, struct rte *rte);
/* SELECT unnest(a): the set-returning calls in a target move to FROM, beside what is there. */
MUST_USE err set_target(struct scope *scope, struct expr *expr);

/* ---- analyze_select.c ---- */

enum analyze_unknown { UNKNOWN_TO_TEXT, UNKNOWN_KEPT };

/* A SelectStmt into scope->query. */
MUST_USE err select_analyze(struct scope *scope,
                            const struct SelectStmt *select,
                            enum analyze_unknown unknown);
/* In a new scope below parent. */
MUST_USE err subquery_analyze(struct scope *parent,
                              const struct node *select,
                              enum analyze_unknown unknown,
                              struct query **out);
MUST_USE err with_clause(struct scope *scope, const struct WithClause *with);
/* The target list of a SELECT or RETURNING; fills scope->target_starts. */
MUST_USE err target_list(struct scope *scope, const struct list *items, enum infer_clause clause);
MUST_USE err targets_resolve_unknown(struct scope *scope);
/* The query's column i as that type, rewritten in place or (when it must) wrapped. */
MUST_USE err query_coerce_columns(struct scope *scope,
                                  struct query **query,
                                  const oid *types,
                                  const int32_t *typmods,
                                  size_t count,
                                  enum cast_context context,
                                  const struct cat_column *const *columns);
/* ROW(a, b) op (SELECT ...), as one row or none. *out NULL: the node is something else. */
MUST_USE err row_compare_sublink(struct scope *scope, const struct A_Expr *node, struct expr **out);
/* (expr).* of a select list: one target per field of the composite. *done: it was that. */
MUST_USE err row_expand(struct scope *scope, const struct A_Indirection *item, bool *done);
/* SELECT columns FROM (query): the rte over it. */
MUST_USE err query_wrap(
    struct scope *scope, struct query *inner, str alias, struct query **out, struct rte **rte);
struct target *query_add_target(struct arena *arena,
                                struct query *query,
                                struct expr *expr,
                                str name);
/* The AND of what is there and one more condition. */
void query_add_where(struct scope *scope, struct query *query, struct expr *condition);

/* ---- analyze_group.c ---- */

MUST_USE err group_clause(struct scope *scope, const struct SelectStmt *select);
MUST_USE err distinct_clause(struct scope *scope, const struct SelectStmt *select);
MUST_USE err sort_clause(struct scope *scope, const struct list *sorts);
/* 42803 for columns outside aggregates and GROUP BY. */
MUST_USE err group_check(struct scope *scope);
/* One item, an expression or a row of them, as bits of query->group_by, to which new ones are added. */
MUST_USE err group_item(struct scope *scope, const struct node *node, uint64_t *set);

/* ---- analyze_grouping.c ---- */

MUST_USE err grouping_clause(struct scope *scope, const struct SelectStmt *select);
/* The keys that are in every set. */
uint64_t grouping_common(const struct scope *scope);
MUST_USE err grouping_func(struct scope *scope, const struct GroupingFunc *node, struct expr **out);
MUST_USE err grouping_check(struct scope *scope, const struct expr *grouping);
/* The finished query as one over the union of its sets; nothing happens without sets. */
MUST_USE err grouping_rewrite(struct scope *scope);

/* ---- analyze_ties.c ---- */

/* The finished query, with ORDER BY and bounds, as one that keeps the peers of its last row too. */
MUST_USE err ties_rewrite(struct scope *scope);

/* ---- analyze_write.c, analyze_insert.c ---- */

MUST_USE err insert_analyze(struct scope *scope, const struct InsertStmt *insert);
MUST_USE err update_analyze(struct scope *scope, const struct UpdateStmt *update);
MUST_USE err delete_analyze(struct scope *scope, const struct DeleteStmt *delete_);

/* The table that a statement writes, seen through an updatable view or not. */
struct write_target {
    const struct cat_relation *named;    /* what the statement names: table or view */
    const struct cat_relation *relation; /* the base table */
    struct rte *rte;                     /* query->target_rte */
    struct access *access;               /* of the base table */
    struct access *view_access;          /* of the named view, or NULL */
    struct ns_item *item;                /* by which the statement's expressions see it */
    int *columns;                        /* per column of named: its index in relation, or -1 */
};

/* The table's column as what was named has it: an identity is a partitioned table's alone. */
static inline const struct cat_column *write_target_definition(const struct write_target *target,
                                                               int column)
{
    const struct cat_relation *table = target->access->relation; /* below any view */
    return &(table->partition_of ? table : target->relation)->columns[column];
}
MUST_USE err write_target_open(struct scope *scope,
                               const struct RangeVar *name,
                               enum query_command command,
                               struct write_target *target);
/* Index into named's columns; 42703 `column "x" of relation "t" does not exist`. */
MUST_USE err write_target_column(
    struct scope *scope, const struct write_target *target, str name, int32_t location, int *out);
/* The value of a column that is not given: DEFAULT, identity or NULL, coerced. */
MUST_USE err column_default(struct scope *scope,
                            const struct write_target *target,
                            int column,
                            struct expr **out);
/* Generated columns over the values of the others (indexes as relation->columns). */
MUST_USE err column_generated(struct scope *scope,
                              const struct write_target *target,
                              int column,
                              struct expr **values,
                              struct expr **out);
struct update_set {
    VEC(struct assignment);
};
/* SET items; used by UPDATE and ON CONFLICT DO UPDATE. */
MUST_USE err update_assignments(struct scope *scope,
                                const struct write_target *target,
                                const struct list *items,
                                struct update_set *out);
/* What a column becomes when item's part of it gets `value` (NULL: DEFAULT, refused). analyze_assign.c */
MUST_USE err assign_part(struct scope *scope,
                         const struct ResTarget *item,
                         struct expr *old,
                         struct expr *value,
                         struct expr **out);
MUST_USE err returning_list(struct scope *scope, const struct list *items);

/* ---- analyze_view.c ---- */

/* FROM view: rte->query is its expansion. */
MUST_USE err view_expand(struct scope *scope, struct rte *rte, const struct cat_relation *view);
/* INSERT, UPDATE, DELETE on a view: 55000 when it is not simple. Fills the target. */
MUST_USE err view_open_target(struct scope *scope,
                              const struct cat_relation *view,
                              str alias,
                              enum query_command command,
                              struct write_target *target);

/* 55000 of a view of the system. */
MUST_USE err view_not_updatable(struct scope *scope,
                                const struct cat_relation *view,
                                enum query_command command);

/* ---- analyze.c ---- */

void analyzer_init(struct analyzer *analyzer, const struct analyze_options *options);
struct scope *analyzer_root(struct analyzer *analyzer, const struct analyze_options *options);
/* Dispatch by kind, without the guard. */
MUST_USE err statement_analyze(struct scope *scope, const struct node *statement);
/* Guard (of the accesses noted since first_access), barriers and effects of a finished statement. */
MUST_USE err statement_finish(struct scope *scope, size_t first_access);

/* An error of a text that is not the statement's own (a view, policy, default, function body): its
 * place would mislead and is taken off. */
MUST_USE err analyze_elsewhere(struct analyzer *analyzer, err error);

/* 0A000 with a place. */
#define NOT_DONE(scope, location, ...) \
    err_at(err_sql((scope)->analyzer->arena, "0A000", __VA_ARGS__), (location))
#define SQL_ERROR(scope, sqlstate, location, ...) \
    err_at(err_sql((scope)->analyzer->arena, (sqlstate), __VA_ARGS__), (location))

#endif
