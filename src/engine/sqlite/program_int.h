/* engine/sqlite/program_int.h - building a program's steps: program.c with print_write.c.
 *
 * Owns:    nothing. Threads: as the arenas. Errors: as program.h.
 */
#ifndef DAPUR_ENGINE_SQLITE_PROGRAM_INT_H
#define DAPUR_ENGINE_SQLITE_PROGRAM_INT_H

#include "engine/sqlite/print_query.h"

struct builder {
    struct arena *scratch; /* texts in the making */
    struct arena *arena;   /* the program: the plan's */
    const struct plan *plan;
    uint64_t next_id;
    size_t text_bytes; /* of all ops */
    /* of the step being built */
    struct {
        VEC(struct program_op *);
    } ops;
    int set_count;
    struct {
        VEC(struct text_cte);
    } ctes; /* of a WITH that writes: those that were built, with their sets */
    struct {
        VEC(struct program_watch);
    } watches;
};

struct analyze_options;
/* To analyze what a relation keeps, as its owner. */
struct analyze_options builder_own_options(struct builder *builder,
                                           const struct cat_relation *relation);
/* A fresh text that knows the row sets of the step's data-modifying CTEs. */
void builder_text(struct builder *builder, struct text *text);
/* Copies the finished text into a new op, added to the step. */
struct program_op *builder_op(struct builder *builder, enum op_kind kind, struct text *text);
/* An op that is not one of the step's own: a trigger's condition. */
struct program_op *builder_loose_op(struct builder *builder, enum op_kind kind, struct text *text);
/* A new row set's number. 54011 when it has too many columns. */
MUST_USE err builder_set(struct builder *builder, size_t columns, int *out);

/* Where a DML statement's RETURNING rows go. */
struct write_output {
    const struct program_node *node; /* the step's result */
    int set;                         /* >= 0: a row set instead (a data-modifying CTE) */
    bool counts;                     /* its rows are the step's affected rows */
};

/* An INSERT, UPDATE or DELETE as ops of the step (print_write.c). */
MUST_USE err write_build(struct builder *builder,
                         const struct query *query,
                         const struct write_output *output);
/* A write whose RETURNING calls functions that write: the write, then the calls. *built false: it is none. */
MUST_USE err calls_returning(struct builder *builder,
                             const struct query *query,
                             const struct program_node *node,
                             bool *built);
/* How a step's own query is built, behind or before the parts of its WITH. */
struct with_main {
    err (*build)(struct builder *builder,
                 const struct query *query,
                 const struct program_node *node);
    const struct program_node *node;
};

/* The parts of a WITH that writes, and the query itself (print_with.c). */
MUST_USE err with_build(struct builder *builder,
                        const struct query *query,
                        const struct with_main *main_query);
/* A SELECT that calls functions that write over the rows of tables, as ops that read the rows first
 * (print_calls.c). *built false: there is no such call. 0A000 where such a call stands elsewhere. */
MUST_USE err calls_build(struct builder *builder,
                         const struct query *query,
                         const struct program_node *node,
                         bool *built);
/* SELECT of the rows that a statement writes, by the relation's columns: program_print_rows. */
MUST_USE err write_rows(struct builder *builder, const struct query *query, bool *possible);
#endif
