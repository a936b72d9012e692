/* engine/sqlite/pl_int.h - what the files of the PL/pgSQL interpreter share.
 *
 *   pl_call.c       entries: SQL functions, frames, arguments, results
 *   pl_kept.c       calls in constraints and generated columns
 *   pl_trigger.c    triggers
 *   pl_code.c       compiled functions, types; the connection's cache
 *   pl_value.c      variables: cells, records, casts
 *   pl_run.c        statements: blocks, branches, loops
 *   pl_query.c      names and plans of the texts
 *   pl_sql.c        statements that run SQL: INTO, EXECUTE, RETURN QUERY
 *   pl_cursor.c     FOR loops over rows, cursors
 *   pl_sql_body.c   bodies in LANGUAGE sql
 *   pl_error.c      RAISE, handlers, diagnostics
 *   pl_memory.c     how much a chain of calls may hold
 *
 * Owns:    a frame its variables' bytes and arenas; a code its arena and plans.
 * Threads: the connection's. Errors: as pl.h.
 */
#ifndef DAPUR_ENGINE_SQLITE_PL_INT_H
#define DAPUR_ENGINE_SQLITE_PL_INT_H

#include "engine/sqlite/pl.h"
#include "sql/plpgsql.h"

enum {
    PL_DEPTH_MAX = 64,
    PL_CODES_MAX = 512,                    /* of a connection; past it all that do not run go */
    PL_TICKS_BETWEEN_LOOKS = 64,           /* statements between two looks at the clock */
    PL_ROWS_BYTES_MAX = 256 * 1024 * 1024, /* of one query's rows */
    PL_BYTES_MAX = 512 * 1024 * 1024,      /* of the variables and rows of a chain of calls */
    PL_LARGE_BYTES = 1024 * 1024,          /* a value after which it is looked at once more */
};

struct pl_frame;

/* ---- types ---- */

struct pl_field {
    str name;
    oid type;
    int32_t typmod;
    const struct type_ref *ref;
    bool domain; /* its checks are made by a cast in SQL */
};

/* Columns of a row, a record, a query. */
struct pl_shape {
    oid row_type; /* a composite type, or RECORDOID */
    const struct pl_field *fields;
    size_t count;
    const struct type_ref *ref; /* of the whole, in stored form */
};

/* What a variable may hold. */
struct pl_var_type {
    oid type;
    int32_t typmod;
    const struct type_ref *ref;
    const struct pl_shape *shape; /* a composite: its fields */
    bool record;                  /* takes the shape of what is assigned */
    bool domain;                  /* checked by a cast in SQL */
};

/* ---- variables ---- */

/* A value with bytes of its own, which a loop's assignments use again. */
struct pl_cell {
    struct value value;
    struct buf bytes;
};

struct pl_cursor_state;

struct pl_var {
    struct pl_cell cell;
    const struct pl_shape
        *shape; /* a row: of what it holds; NULL: a record that holds nothing yet */
    struct pl_cell *fields;
    size_t field_capacity;
    bool null_row; /* the whole row is NULL, which is not a row of NULLs */
};

/* ---- compiled ---- */

/* Which part of which variable a parameter is. */
struct pl_use {
    int variable;
    int field;                    /* -1: the whole */
    oid type;                     /* when it was compiled */
    const struct pl_shape *shape; /* of the variable then: a copy, names and types alone */
    const struct pl_shape *known; /* itself when it lives as long as the code; only compared */
};

struct pl_query {
    const struct catalog *catalog; /* compiled for it; only compared */
    struct plan *plan;             /* counted */
    const struct pl_use *uses;
    size_t use_count;
    const struct pl_shape *shape; /* of its rows */
    const struct expr *simple;    /* a constant or one parameter: nothing is to be run; or NULL */
    bool call;                    /* of CALL */
};

struct pl_code {
    size_t refs;
    struct arena *arena;
    const struct catalog *catalog; /* counted */
    const struct cat_function *function;
    const struct pl_function *tree;
    const struct cat_relation *relation; /* a trigger's */
    str old_table, new_table;            /* as its function names them; empty: none */
    oid role;
    const str *path;
    size_t path_count;
    struct pl_var_type *types; /* by variable */
    struct pl_query *queries;  /* by expr->number */
    struct pl_var_type result;
    const struct pl_shape
        *rows; /* of a function in FROM or with OUT arguments; NULL: as it comes */
    struct pl_known_shape *shapes;     /* of composite types, each once */
    struct pl_kept_shape *plan_shapes; /* of its queries: their plans may go before */
};

/* The values of what a name means are parameters: found while a text is compiled. */

/* *out is counted for the caller. trigger: of a trigger function, or NULL. */
MUST_USE err pl_code_find(struct run *run,
                          const struct call_site *site,
                          const struct pl_trigger_call *trigger,
                          struct pl_code **out);
/* SET role or search_path in a DO block: what it runs from now on is as this role with this path. */
void pl_code_become(struct pl_code *code, const struct call_site *site);
MUST_USE err pl_code_block(struct run *run,
                           const struct call_site *site,
                           str body,
                           struct pl_code **out);
void pl_code_unref(struct pl_code *code);

/* ---- frames ---- */

struct pl_cursor_state {
    struct pl_cursor_state *next;
    str name;
    struct arena *arena;
    struct rowset *rows;
    const struct pl_shape *shape;
    size_t at; /* 0 before the first, count + 1 behind the last */
};

struct pl_frame {
    struct run *run;
    struct pl_code *code;
    const struct pl_function *tree;
    struct pl_frame *outer;
    struct arena *arena;   /* the call's */
    struct arena *scratch; /* a statement's: reset before the next */
    struct pl_var *vars;
    const struct call_site *site; /* NULL: a trigger's */
    const struct pl_trigger_call *trigger;
    struct rowset *rows; /* what RETURN NEXT and RETURN QUERY collected */
    bool set;            /* the function returns a set */
    int64_t row_count;
    err caught; /* in a handler: what it handles */
    /* How the present body ended. */
    enum pl_flow { PL_GOES_ON, PL_EXITS, PL_CONTINUES, PL_RETURNS } flow;
    str flow_label;
    bool returned;
    struct value result; /* of RETURN, in the arena */
    struct pl_field result_type;
    int result_variable; /* a trigger's RETURN NEW; -1: `result` */
    struct pl_cursor_state *cursors;
    struct pl_kept_shape *shapes;
    uint64_t ticks;
    size_t loop_bytes;  /* of the rows that FOR loops walk now */
    size_t outer_bytes; /* what the frames around hold */
};

/* ---- pl_value.c ---- */

void pl_cell_set(struct pl_cell *cell, const struct value *value);
void pl_var_free(struct pl_var *var);
/* Sets the variable to NULL, without a shape when it is a record. */
void pl_var_clear(struct pl_frame *frame, int variable);
/* In the frame's scratch, or borrowed. 42804, 22P02, 23514 ...: assignment casts, else by the text. */
MUST_USE err pl_cast(struct pl_frame *frame,
                     const struct pl_field *from,
                     const struct value *value,
                     const struct pl_var_type *to,
                     struct value *out);
/* The value of a type to a variable; 22004 NULL to a NOT NULL one. */
MUST_USE err pl_assign(struct pl_frame *frame,
                       int variable,
                       const struct pl_field *from,
                       const struct value *value);
/* One row to a record or row variable. values NULL: all NULL, of that shape. */
MUST_USE err pl_assign_row(struct pl_frame *frame,
                           int variable,
                           const struct pl_shape *shape,
                           const struct value *values);
MUST_USE err pl_assign_target(struct pl_frame *frame,
                              const struct pl_target *target,
                              const struct pl_field *from,
                              const struct value *value);
/* The variable as one value: a row as a composite. In the scratch. */
struct value pl_var_value(struct pl_frame *frame, int variable);
struct value pl_row_value(struct arena *arena,
                          const struct pl_shape *shape,
                          const struct value *values);
/* The fields of a composite's stored form, by the shape's names. */
struct value *pl_row_fields(struct arena *arena, const struct pl_shape *shape, struct value row);
const struct value *pl_var_row(struct pl_frame *frame, int variable);
bool pl_holds_row(const struct pl_frame *frame, int variable);

/* ---- pl_query.c ---- */

enum pl_query_kind { PL_QUERY_EXPRESSION, PL_QUERY_STATEMENT, PL_QUERY_CALL, PL_QUERY_CASE };

/* Compiled for what the variables hold now. test: PL_QUERY_CASE, the variable that is compared. */
MUST_USE err pl_query_find(struct pl_frame *frame,
                           const struct pl_expr *expr,
                           enum pl_query_kind kind,
                           int test,
                           struct pl_query **out);
/* The variable that an unqualified name means where the text stands; -1: none. */
int pl_variable_named(const struct pl_expr *text, str name);
/* The function that SELECT * FROM f(...) calls; NULL: it has become something else. */
const struct cat_function *pl_called(const struct plan *plan);
/* A text of EXECUTE or a cursor, with these parameters; the plan is counted for the caller. */
MUST_USE err pl_query_dynamic(struct pl_frame *frame,
                              const struct node *statement,
                              str text,
                              const struct pl_field *params,
                              size_t param_count,
                              struct plan **out);
/* The columns of a plan's rows; borrows from the plan. */
const struct pl_shape *pl_shape_of_plan(struct arena *arena, const struct plan *plan);
/* The fields of a value that is a row, by its type_ref: they have no oids. */
void pl_shape_of_ref(struct arena *arena, const struct pl_field *row, struct pl_shape *out);
/* The same shape in the frame's own memory, each once: variables keep theirs. */
const struct pl_shape *pl_shape_kept(struct pl_frame *frame, const struct pl_shape *shape);
bool pl_shape_is_kept(const struct pl_frame *frame, const struct pl_shape *shape);
/* The same in the code's memory. */
const struct pl_shape *pl_code_shape(struct pl_code *code, const struct pl_shape *shape);
/* The fields of a composite type, kept with the code; NULL: it is none. */
const struct pl_shape *pl_shape_of_type(struct pl_code *code, oid type);
struct pl_var_type pl_type_of(struct pl_code *code, oid type, int32_t typmod);
struct pl_field pl_field_of(const struct pl_var_type *type);
/* The element type of an array type, or OID_NONE. */
oid pl_element_of(struct pl_frame *frame, oid type);
bool pl_shapes_equal(const struct pl_shape *a, const struct pl_shape *b);

/* ---- pl_sql.c ---- */

/* 42804 for a row that is not what the call's column definitions say. */
MUST_USE err pl_check_definitions(struct pl_frame *frame, const struct pl_shape *shape);

struct pl_rows {
    struct rowset *set; /* NULL: none were asked for */
    int64_t count;      /* rows answered, or affected by a statement that writes */
};

/* Runs a compiled query; its rows, at most `most` of them (0: all), go to the arena. */
MUST_USE err pl_query_run(struct pl_frame *frame,
                          const struct plan *plan,
                          const struct value *params,
                          struct arena *arena,
                          size_t most,
                          struct pl_rows *out);
struct value *pl_params(struct pl_frame *frame, const struct pl_query *query);
/* An expression's value and type; the value is in the scratch or borrowed from a variable. */
MUST_USE err pl_eval(struct pl_frame *frame,
                     const struct pl_expr *expr,
                     struct pl_field *type,
                     struct value *out);
/* ... as that type. */
MUST_USE err pl_eval_as(struct pl_frame *frame,
                        const struct pl_expr *expr,
                        oid type,
                        struct value *out);
MUST_USE err pl_eval_bool(struct pl_frame *frame, const struct pl_expr *expr, bool *out);
MUST_USE err pl_eval_case(struct pl_frame *frame, const struct pl_expr *expr, int test, bool *out);
MUST_USE err pl_run_sql(struct pl_frame *frame, const struct pl_statement *statement);
MUST_USE err pl_run_execute(struct pl_frame *frame, const struct pl_statement *statement);
MUST_USE err pl_run_return_query(struct pl_frame *frame, const struct pl_statement *statement);
MUST_USE err pl_run_return_next(struct pl_frame *frame, const struct pl_statement *statement);
/* LANGUAGE sql: the statements in order, the last one's rows are the answer. */
MUST_USE err pl_run_sql_body(struct pl_frame *frame);
struct pl_dynamic {
    struct plan *plan; /* NULL: a statement that is none of the four */
    const struct node *node;
    str text;
    struct value *params;
    const struct pl_shape *shape;
};
/* The text of an EXECUTE with its parameters, compiled. */
MUST_USE err pl_dynamic_open(struct pl_frame *frame,
                             const struct pl_expr *text,
                             const struct pl_exprs *params,
                             struct pl_dynamic *out);
/* A row to INTO's targets; values NULL: no row was found. */
MUST_USE err pl_fill_into(struct pl_frame *frame,
                          const struct pl_into *into,
                          const struct pl_shape *shape,
                          const struct value *values);
void pl_set_found(struct pl_frame *frame, bool found);

/* ---- pl_cursor.c ---- */

/* The rows of a FOR loop, in an arena that the caller frees. */
MUST_USE err pl_loop_rows(struct pl_frame *frame,
                          const struct pl_statement *statement,
                          struct arena *arena,
                          struct rowset **rows,
                          const struct pl_shape **shape);
MUST_USE err pl_run_open(struct pl_frame *frame, const struct pl_statement *statement);
MUST_USE err pl_run_fetch(struct pl_frame *frame, const struct pl_statement *statement);
MUST_USE err pl_run_close(struct pl_frame *frame, const struct pl_statement *statement);

/* ---- pl_call.c ---- */

MUST_USE err pl_frame_begin(struct pl_frame *frame, struct run *run, struct pl_code *code);
void pl_frame_end(struct pl_frame *frame);

/* The call with the arguments behind argv[0]; its value or error becomes SQLite's. */
void pl_call_site(sqlite3_context *context,
                  struct sqlite_session *session,
                  const struct call_site *site,
                  int argc,
                  sqlite3_value **argv);

/* ---- pl_kept.c ---- */

MUST_USE int pl_kept_register(sqlite3 *db, struct sqlite_session *session);

/* ---- pl_memory.c ---- */

/* What this frame holds; the calls in it not counted. */
size_t pl_frame_bytes(const struct pl_frame *frame);
/* 53200 when it and the frames around it hold too much. */
MUST_USE err pl_memory_check(struct pl_frame *frame);

/* ---- pl_run.c ---- */

MUST_USE err pl_run_body(struct pl_frame *frame, const struct pl_body *body);
MUST_USE err pl_run_statement(struct pl_frame *frame, const struct pl_statement *statement);

/* ---- pl_error.c ---- */

MUST_USE err pl_run_raise(struct pl_frame *frame, const struct pl_statement *statement);
MUST_USE err pl_run_assert(struct pl_frame *frame, const struct pl_statement *statement);
MUST_USE err pl_run_diagnostics(struct pl_frame *frame, const struct pl_statement *statement);
/* The handler that takes the error, or NULL. */
const struct pl_handler *pl_handler_of(const struct pl_statement *block, err error);

#endif
