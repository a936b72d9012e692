/* sql/guard.h - who may touch what: grants, then row-level security.
 *
 * While a statement is analyzed each use of a relation leaves a `struct access`: the role it is
 * used as, and which of its columns are read or written. When the statement is done the guard
 * checks the grants and attaches the policies to the tree: rte->security for rows that exist for
 * the reader, query->checks and conflict_checks for rows that are written. Tables met inside
 * policies are guarded the same way.
 *
 * Owns:    nothing; all lives in the statement's arena.
 * Threads: as the arena.
 * Errors:  42501 `permission denied for table t`, 42P17 `infinite recursion detected in policy for
 *          relation "t"`, and whatever a policy's own expression raises: a policy that does not
 *          compile denies.
 * Source:  docs/sql.md; PostgreSQL 15 execMain.c (ExecCheckRTPerms), rowsecurity.c.
 */
#ifndef DAPUR_SQL_GUARD_H
#define DAPUR_SQL_GUARD_H

#include "sql/query.h"

struct analyzer;
struct identity;
struct access;

/* One use of a relation. Columns are counted by their index in relation->columns. */
struct access {
    struct rte *rte;
    const struct cat_relation *relation;
    oid role;            /* whose grants and policies hold: the caller, or a view's owner */
    oid user;            /* current_user there */
    uint32_t privileges; /* of enum privilege, on the relation as a whole */
    bool reads_any;      /* SELECT is needed on at least one column: count(*), DELETE's WHERE */
    uint64_t *selected;  /* bit per column; NULL: none */
    uint64_t *inserted;
    uint64_t *updated;
    /* The target below a view that is written: `viewed` are the columns that the view names itself.
     * They ask for SELECT when the statement reads `outer`, the view's own use, and not otherwise. */
    uint64_t *viewed;
    bool viewing; /* what is marked as selected now is the view's */
    struct access *outer;
    const int *columns;      /* of a view that is written: the table's column of each; -1: none */
    struct query *target_of; /* the INSERT, UPDATE or DELETE whose target it is, or NULL */
    bool quiet;              /* a view that was rewritten to its table: grants alone, no policies */
};

/* Notes a use; the answer is also rte->access. */
struct access *guard_access(struct analyzer *analyzer,
                            struct rte *rte,
                            const struct cat_relation *relation,
                            const struct identity *who,
                            uint32_t privileges);
void guard_mark_selected(struct analyzer *analyzer, struct access *access, int column);
void guard_mark_inserted(struct analyzer *analyzer, struct access *access, int column);
void guard_mark_updated(struct analyzer *analyzer, struct access *access, int column);
/* Inserted or updated through the views between the table and the outermost: marks theirs. */
void guard_mark_between(struct analyzer *analyzer,
                        const struct access *table,
                        const struct access *outermost,
                        int column,
                        void (*mark_column)(struct analyzer *, struct access *, int));

/* Names: `permission denied for schema s`, `function f`, `sequence s`. */
MUST_USE err guard_schema(struct analyzer *analyzer,
                          oid role,
                          const struct cat_schema *schema,
                          int32_t location);
MUST_USE err guard_function(struct analyzer *analyzer,
                            oid role,
                            const struct cat_function *function,
                            int32_t location);
MUST_USE err guard_sequence(struct analyzer *analyzer,
                            oid role,
                            const struct cat_relation *sequence,
                            int32_t location);

/* Checks and guards every access noted since `from`, those that policies add included. */
MUST_USE err guard_accesses(struct analyzer *analyzer, size_t from);
/* Sets rte->barrier wherever a condition that is not leakproof meets a table with policies, or
 * a view WITH (security_barrier), anywhere below the query. Once, on the finished tree. */
void guard_barriers(struct query *query);

#endif
