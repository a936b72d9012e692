/* engine/sqlite/script_int.h - what the parts of a script's run share.
 *
 * script.c            the file: transactions, errors, auto_rls, the catalog's commit
 * script_statement.c  one statement: DDL, queries, what is folded
 * script_session.c    SET, RESET, SET ROLE; the search path
 * script_function.c   DO, and DDL inside functions
 * script_copy.c       COPY ... FROM stdin
 *
 * Threads, errors: see script.h.
 */
#ifndef DAPUR_ENGINE_SQLITE_SCRIPT_INT_H
#define DAPUR_ENGINE_SQLITE_SCRIPT_INT_H

#include "base/vec.h"
#include "engine/sqlite/request_session.h"
#include "engine/sqlite/run.h"
#include "engine/sqlite/script.h"
#include "sql/ddl_analyze.h"
#include "sql/script.h"

struct script_oids {
    VEC(oid);
};

struct script_touch {
    oid relation;
    int64_t offset;
};

/* Which DDL statement last changed a relation: what a batch finds in its rows is told of it. */
struct script_touches {
    VEC(struct script_touch);
};

struct script_run {
    struct arena *arena;   /* the script's life */
    struct arena *scratch; /* the statement's */
    struct connection *connection;
    struct sequences *sequences;
    const struct script_options *options;
    struct request_session session;
    struct caller caller; /* of the role that SET ROLE chose; claims by SET request.jwt.claims */
    oid role;             /* who runs statements now */
    oid role_first;       /* what RESET ROLE goes back to */
    str role_setting;     /* "role" as it was last seen in the session's settings */
    const str *search_path;
    size_t search_path_count;
    str search_path_text; /* the setting that search_path was read from */
    bool skip_function_bodies;
    bool batch;                      /* DDL waits for the next statement that needs the tables */
    struct catalog *current;         /* the model after the last statement; counted */
    const struct catalog *synced;    /* what the file's tables are like; counted */
    const struct catalog *started;   /* as it was before the script; borrowed */
    struct script_oids rls_disabled; /* tables whose file says DISABLE ROW LEVEL SECURITY */
    int64_t ddl_offset;              /* of the present (or last) DDL statement */
    struct script_touches touches;
    uint64_t rebuilt_bytes; /* of tables that the transaction has built anew so far */
    int64_t failed_offset;  /* where the statement is that a batch failed for; -1: none did */
};

/* ---- script_statement.c ---- */

/* Runs one statement; what it has to show goes to result. Errors count from its text's start. */
MUST_USE err script_statement_run(struct script_run *run,
                                  const struct script_item *item,
                                  struct script_result *result);
/* Brings the tables to the present model. */
MUST_USE err script_flush(struct script_run *run);
/* Compiles and runs a query, its result shown when rows are wanted. */
MUST_USE err script_query(struct script_run *run,
                          const struct node *node,
                          str source,
                          struct script_result *result);
void script_notice(struct script_run *run, const char *format, ...) PRINTF_LIKE(2, 3);

/* What a statement runs by; its rows go to bytes. */
struct run script_job(struct script_run *run, struct buf *bytes);
MUST_USE err script_call(struct script_run *run,
                         const struct CallStmt *call,
                         str source,
                         struct script_result *result);

/* ---- script.c ---- */

/* The model as a statement or a block found it, to go back to. */
struct script_mark {
    struct catalog *current;
    const struct catalog *synced;
};
struct script_mark script_mark_take(const struct script_run *run);
void script_mark_drop(struct script_mark *mark);
void script_mark_return(struct script_run *run, struct script_mark *mark);

/* ---- script_function.c ---- */

/* DO; and what functions may do because a script runs them: DDL, NOTICEs. */
MUST_USE err script_do(struct script_run *run,
                       const struct DoStmt *statement,
                       struct script_result *result);
void script_functions_begin(struct script_run *run);
void script_functions_end(struct script_run *run);

/* ---- script_session.c ---- */

MUST_USE err script_session_start(struct script_run *run);
MUST_USE err script_set(struct script_run *run, const struct VariableSetStmt *set);
MUST_USE err script_show(struct script_run *run,
                         const struct VariableShowStmt *show,
                         struct script_result *result);
/* set_config may have changed what the next statement goes by. */
MUST_USE err script_session_refresh(struct script_run *run);

/* ---- script_copy.c ---- */

MUST_USE err script_copy(struct script_run *run,
                         const struct script_item *item,
                         struct script_result *result);

#endif
