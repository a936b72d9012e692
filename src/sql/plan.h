/* sql/plan.h - a compiled request: a tree of guarded statements with the shape of its result.
 *
 * A plan is made for one role and one catalog version and serves every caller with that role: what
 * differs per call (parameters, claims, time) is bound when it runs. Steps run in order in one
 * snapshot (reads) or one savepoint (writes). A step's children are the embedded resources.
 *
 * Owns:    its arena and a reference on the catalog; engine_data through engine_free.
 * Threads: immutable and counted: made on one thread, run on any.
 */
#ifndef DAPUR_SQL_PLAN_H
#define DAPUR_SQL_PLAN_H

#include "base/json.h"
#include "sql/catalog.h"
#include "sql/query.h"

struct plan_column {
    str name;
    str json_key; /* `"name":` ready for the row writer */
    oid type;
    int32_t typmod;
    const struct type_ref *ref;
    bool hidden; /* feeds children or sorting, not printed */
};

enum child_shape {
    CHILD_OBJECT,        /* to-one: an object or null */
    CHILD_ARRAY,         /* to-many: an array */
    CHILD_SPREAD_OBJECT, /* to-one, columns lifted into the parent */
    CHILD_SPREAD_ARRAY,  /* to-many, each column an array in the parent */
    CHILD_COUNT,         /* reserved */
};

struct plan_node;

struct plan_link {
    int parent_column;       /* index into the parent's columns (often a hidden one) */
    struct expr *child_expr; /* must equal the parent's value */
    const struct builtin *equal;
};

struct plan_child {
    str name;
    str json_key;
    enum child_shape shape;
    int position; /* printed after this many of the parent's own columns; they come first: = count */
    struct plan_link *links;
    size_t link_count;
    struct plan_node *node;
};

/* One key of the order in which a write's rows are answered; a SELECT sorts by itself. */
struct plan_sort {
    size_t column; /* of the node, often a hidden one */
    bool descending, nulls_first;
};

struct plan_node {
    struct query *query;              /* NULL over a remote catalog: the server analyzes */
    const struct compile_node *built; /* remote: the tree as it was built, only while printing */
    struct plan_column *columns;      /* hidden ones last; remote: the server names them */
    size_t column_count;
    struct plan_child *children;
    size_t child_count;
    struct plan_sort *sorts;
    size_t sort_count;
};

struct plan_param {
    oid type;
    int32_t typmod;
    const struct type_ref *ref; /* for type_input; NULL: the server infers it from the text */
};

/* How the root rows are written. */
enum result_shape {
    RESULT_ROWS,         /* [{...},...] */
    RESULT_SCALAR,       /* one row, one column: the bare value (RPC) */
    RESULT_SCALAR_ARRAY, /* many rows, one column: [v,...] */
    RESULT_OBJECT,       /* one row: {...} or null */
    RESULT_NONE,         /* rows are counted, not written */
};

struct plan_step {
    struct plan_node *node;
    enum result_shape shape;
    bool result; /* this step's rows are the plan's body; at most one step has it */
};

struct plan {
    uint64_t id; /* unique in the process: key of statement caches */
    const struct catalog *catalog;
    uint64_t catalog_version;
    oid role;
    struct arena *arena;
    struct plan_param *params;
    size_t param_count;
    struct plan_step *steps;
    size_t step_count;
    struct plan_node *count; /* counts what the root selects without limit and offset, or NULL */
    const str *path;         /* schema names that names were looked for in */
    size_t path_count;
    bool writes;       /* needs the writer */
    bool slow;         /* known to exceed the meter: starts on the slow lane */
    bool calls;        /* remote: calls a function, which may set response.* */
    str search_path;   /* remote: as set_config takes it */
    void *engine_data; /* the engine's printed form, made once at compile time */
    void (*engine_free)(void *engine_data);
};

struct plan *plan_ref(const struct plan *plan);
void plan_unref(const struct plan *plan);

/* A parameter's value from PostgreSQL's input text, or from JSON, in stored form; as text where the
 * server infers the type. Borrows from the input. Errors: those of type_input. */
MUST_USE err plan_param_input(struct arena *arena,
                              const struct plan_param *param,
                              str text,
                              struct value *out);
MUST_USE err plan_param_json(struct arena *arena,
                             const struct plan_param *param,
                             const struct json *json,
                             struct value *out);

/* ---- compiling ---------------------------------------------------------------------------- */

struct compile_node;

struct compile_link {
    int parent_target;             /* index into the parent statement's target list (ResTargets) */
    const struct node *child_expr; /* over the child's FROM, e.g. a ColumnRef */
};

struct compile_child {
    str name;
    enum child_shape shape;
    const struct compile_node *node;
    const struct compile_link *links;
    size_t link_count;
};

struct compile_sort {
    int parent_target;          /* index into the statement's RETURNING list: exactly one column */
    const struct SortBy *order; /* its direction and nulls; the node is not looked at */
};

/* A syntax tree with embedded children, as REST and GraphQL build it. */
struct compile_node {
    const struct node *statement; /* SelectStmt, InsertStmt, UpdateStmt, DeleteStmt */
    size_t hidden_count;          /* the last targets that are for links and sorting alone */
    const struct compile_child *children;
    size_t child_count;
    const struct compile_sort *sorts; /* of a write's answer */
    size_t sort_count;
};

struct compile_step {
    const struct compile_node *node;
    enum result_shape shape;
    bool result;
};

/* A name that is no column: a variable of the PL/pgSQL function that the statement stands in. */
struct compile_variable {
    size_t param; /* from 0, among the variables: they are parameters behind options->params */
    oid type;
    int32_t typmod;
    const struct compile_field {
        str name;
        oid type;
        int32_t typmod;
        size_t param;
    } * fields; /* of a record or row, each a variable as well; NULL: not one */
    size_t field_count;
    bool from_zero; /* an array whose elements are counted from 0 */
};

/* What a name means when it could be a column as well (#variable_conflict). */
enum compile_conflict { CONFLICT_ERROR, CONFLICT_VARIABLE, CONFLICT_COLUMN };

struct compile_variables {
    enum compile_conflict conflict;
    /* a, a.b or a.b.c; *found false: no variable. Whether the fields are asked for (v.*) or the whole. */
    err (*find)(struct compile_variables *self,
                const str *parts,
                size_t count,
                bool fields,
                bool *found,
                struct compile_variable *out);
    /* The table whose rows a transition table has; NULL: there is none of that name. */
    const struct cat_relation *(*table)(struct compile_variables *self, str name, bool *is_new);
};

struct compile_options {
    const struct catalog *catalog;
    oid role;               /* the caller */
    const str *search_path; /* schema names */
    size_t search_path_count;
    bool api; /* true: an API request: UPDATE and DELETE always check SELECT policies */
    const struct compile_step *steps;
    size_t step_count;
    const struct compile_node *count; /* or NULL */
    const struct plan_param *params;  /* known types ($1 text in functions); rest are inferred */
    size_t param_count;
    struct compile_variables *variables; /* or NULL */
    const struct type_session *session;  /* the zone of literals that say none; NULL: UTC */
    bool procedures;                     /* a procedure may be called */
    str source; /* the statement's text when there is one, for error positions */
};

/* One statement from text (console, migration): options->steps is not looked at; a parameter
 * that options->params does not have is 42P02. Its rows, if it yields any, are the plan's body. */
MUST_USE err sql_compile_statement(struct arena *scratch,
                                   const struct compile_options *options,
                                   const struct node *statement,
                                   err (*print)(struct arena *scratch, struct plan *plan),
                                   struct plan **out);

/* Analyzes, guards and (through print) prints. The plan is counted once for the caller.
 * returns: PostgreSQL's SQLSTATE: 42P01, 42703, 42883, 42501, 42P17, 0A000 ... with `at`. */
MUST_USE err sql_compile(struct arena *scratch,
                         const struct compile_options *options,
                         err (*print)(struct arena *scratch, struct plan *plan),
                         struct plan **out);

/* A call of a user's function as a plan: SELECT-able ones become one step, bodies of several
 * statements become steps of which the last one has the result. The plan's parameters are the given
 * arguments in the function's order ($1 the first given one), of the arguments' types.
 * columns/filters on the result are the caller's business: `outer` (or NULL) is a SelectStmt whose
 * FROM holds a RangeFunction calling the function with these parameters; options->params may add
 * more behind them, for its filters. Over a function whose last statement writes it may only choose
 * columns (0A000). Without outer: SELECT * FROM f(...), or SELECT f(...) for one plain value. The
 * shape is the function's: RESULT_SCALAR, _SCALAR_ARRAY, _OBJECT, _ROWS, and RESULT_NONE for void. */
struct compile_call {
    const struct cat_function *function;
    const bool *given; /* per input argument: bound by the caller; else its default is used */
    const struct compile_node *outer;
};
MUST_USE err sql_compile_call(struct arena *scratch,
                              const struct compile_options *options,
                              const struct compile_call *call,
                              err (*print)(struct arena *scratch, struct plan *plan),
                              struct plan **out);

struct CallStmt;
/* CALL p(...) as SELECT * FROM p(...), to be compiled with options->procedures. */
struct node *sql_call_as_select(struct arena *arena, const struct CallStmt *call);

/* Whether `outer` may also order and limit the call: one SELECT, or a body that is run by itself. */
bool sql_call_takes_outer(const struct catalog *catalog, const struct cat_function *function);

#endif
