/* engine/sqlite/program.h - a plan as SQLite statements: what print makes and run executes.
 *
 * A program is a list of ops. A DML statement with policies becomes several: compute the new rows
 * into a row set, check them, write from the row set. Each op has one SQL text with numbered
 * parameters ?1.. whose meaning the slots say.
 *
 * Owns:    nothing; lives in the plan's arena (plan->engine_data). Threads: immutable.
 */
#ifndef DAPUR_ENGINE_SQLITE_PROGRAM_H
#define DAPUR_ENGINE_SQLITE_PROGRAM_H

#include "sql/plan.h"

enum op_kind {
    OP_QUERY, /* a SELECT whose rows are output (the step's result, or counted) */
    OP_FILL,  /* a SELECT, or DML with RETURNING, whose rows are added to row set `set` */
    OP_CHECK, /* a SELECT of rows that must not be: the first one raises `error_*` */
    OP_WRITE, /* INSERT, UPDATE, DELETE; with RETURNING its rows are output */
    OP_COUNT, /* SELECT count: fills step_result.total */
    OP_TRIGGER_STATEMENT, /* calls `trigger`'s functions once */
    OP_TRIGGER_ROWS, /* calls them for each row of set `reads_set`, which is what they make of it */
    OP_KEY_ACTION,   /* `action` for each row of set `reads_set`, whose delete follows */
};

enum slot_kind {
    SLOT_PARAM,      /* plan parameter `index` */
    SLOT_SESSION,    /* `session` (and `name`): uid, claims, now... */
    SLOT_PARENT,     /* column `index` of the parent row (embedded children) */
    SLOT_SET,        /* pointer to row set `index` (sqlite3_bind_pointer, "dapur_rows") */
    SLOT_CONST,      /* `constant`: a value better bound than printed (large texts, blobs) */
    SLOT_TRANSITION, /* pointer to the NEW (`index` 1) or OLD TABLE of the trigger that runs */
    SLOT_SITE,       /* pointer to `site` of a PL/pgSQL call (sqlite3_bind_pointer, "dapur_site") */
    SLOT_KEYS,       /* children grouped over a set of parents: pointer to the set of their rows */
    SLOT_OLD,        /* a trigger's WHEN: column `index` of the relation in the old row */
    SLOT_NEW,
};

struct slot {
    enum slot_kind kind;
    int index;
    enum session_value session;
    str name;
    bool missing_ok;
    struct value constant;
    const struct call_site *site;
};

/* What a statement that calls hands over; SQL cannot forge it. */
#define SITE_POINTER "dapur_site"

struct program_node; /* the output shape with children */

/* A trigger that may fire, in a list in order of names. */
struct program_fire {
    const struct cat_trigger *trigger;
    const struct program_op
        *when; /* a SELECT of its condition, over SLOT_OLD and SLOT_NEW; NULL: always */
};

struct program_fires {
    struct program_fire *at;
    size_t count;
};

/* OP_TRIGGER_STATEMENT, OP_TRIGGER_ROWS. Positions in the set by index into relation->columns; NULL: there is no
 * such row. What a function answers goes to the new ones, generated columns left out; a row for which it
 * answers NULL leaves the set. */
struct program_trigger {
    const struct cat_relation *relation;
    enum query_command event;
    oid role; /* query->run_as: differs from the plan's inside a SECURITY DEFINER function */
    struct program_fires fires;
    const int *old_positions;
    const int *new_positions;
};

/* OP_KEY_ACTION: a foreign key's ON DELETE action that SQLite may not do, for the child has BEFORE ROW
 * triggers. */
struct program_action {
    const struct cat_relation *parent, *child;
    const struct cat_constraint *key;
    const int *positions; /* in the set, of the parent's columns of the key */
};

/* The AFTER triggers that a statement can reach, of one table: its own, or one that foreign keys' actions
 * change. By enum query_command. */
struct program_watch {
    const struct cat_relation *relation;
    oid role;
    bool by_action;
    bool events[QUERY_DELETE + 1];                 /* what the statement does to the table */
    struct program_fires rows[QUERY_DELETE + 1];   /* AFTER ROW */
    struct program_fires before[QUERY_DELETE + 1]; /* by_action: BEFORE STATEMENT */
    struct program_fires after[QUERY_DELETE + 1];  /* AFTER STATEMENT */
    /* by_action: a BEFORE ROW trigger, which a key's action cannot call; NULL: none. */
    const struct cat_trigger *refused[QUERY_DELETE + 1];
};

struct program_op {
    enum op_kind kind;
    uint64_t id;        /* unique in the process: key of each connection's statement cache */
    str sql;            /* NUL-terminated */
    struct slot *slots; /* slots[i] is bound to ?(i+1) */
    size_t slot_count;
    int set; /* OP_FILL: which row set; else -1 */
    int set_columns;
    int reads_set;        /* nothing to do when this row set is empty; -1: none */
    bool counts_affected; /* its changes are the step's affected rows */
    bool counts_inserted; /* upsert: these rows were newly inserted */
    bool finds_inserted;  /* native upsert of one row: whether it was inserted shows afterwards */
    /* OP_CHECK: the error raised. */
    const char *sqlstate;
    str message; /* empty, with 23502: the row found is the index of the relation's column and the
                  * row's number in the set */
    str hint;
    str constraint; /* of `relation`, when the check is one of its; or empty */
    bool held;      /* OP_CHECK: the error waits for what the write itself says (run.c, run_ops) */
    /* OP_QUERY, OP_WRITE with RETURNING */
    const struct program_node *output;
    /* For mapping constraint errors: the table written, by which statement, and where in row set
     * `reads_set` the new values are, by index into relation->columns (-1: not there). */
    const struct cat_relation *relation;
    const struct query *query;
    const int *positions;
    const struct program_trigger *trigger;
    const struct program_action *action;
};

/* A child runs once for each row of its parent, or, where no index leads to its rows, once for all of
 * them: grouped. Then the op's last column is the key, and limits are kept while writing. */
struct program_child {
    const struct plan_child *plan;
    const struct program_op *op; /* OP_QUERY; parent's columns in SLOT_PARENT or SLOT_KEYS */
    bool grouped;
    int parent_column;        /* grouped: the parent's key */
    const struct expr *limit; /* grouped: per parent; EXPR_CONST, EXPR_PARAM or NULL */
    const struct expr *offset;
};

struct program_node {
    const struct plan_node *plan;
    struct program_child *children;
    size_t child_count;
};

struct program_step {
    struct program_op **ops;
    size_t op_count;
    int set_count; /* row sets this step uses */
    struct program_watch *watches;
    size_t watch_count;
    bool queues; /* rows that change are queued for AFTER triggers */
};

struct program {
    struct program_step *steps; /* as plan->steps */
    size_t step_count;
    struct program_op *count; /* or NULL */
};

/* Prints every statement of the plan (engine->print). 0A000 with `at` for what SQLite cannot say. */
MUST_USE err program_print(struct arena *scratch, struct plan *plan);

/* For the detail of a constraint error: a statement that yields the rows which op, a write without a
 * row set, was about to write (DELETE: to remove), made only when it failed. *out is an OP_FILL
 * whose columns are the relation's in order; NULL when the rows cannot be computed twice. */
MUST_USE err program_print_rows(struct arena *arena,
                                const struct plan *plan,
                                const struct program_op *op,
                                struct program_op **out);

#endif
