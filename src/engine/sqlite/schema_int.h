/* engine/sqlite/schema_int.h - what schema.c (comparing, changing), schema_effects.c (rows) and schema_text.c (texts) share.
 *
 * Threads, errors: see schema.h.
 */
#ifndef DAPUR_ENGINE_SQLITE_SCHEMA_INT_H
#define DAPUR_ENGINE_SQLITE_SCHEMA_INT_H

#include "engine/sqlite/schema.h"
#include "sql/infer.h"

/* SQL for SQLite, or a key for comparing: there columns are numbers and tables oids, so that a
 * rename makes no difference. */
enum schema_text { TEXT_SQL, TEXT_KEY };

struct schema_print {
    struct arena *arena;
    const struct catalog *catalog;
    const struct cat_relation *relation;
    enum schema_text kind;
    str name;                /* of the table in CREATE TABLE; empty: its physical name */
    const int16_t *left_out; /* columns not to print (keys only) */
    size_t left_out_count;
    bool kept_values; /* out: a generated column or an index calls a function by itself */
};

MUST_USE err schema_print_table(struct schema_print *print, struct buf *out);
MUST_USE err schema_print_column(struct schema_print *print,
                                 const struct cat_column *column,
                                 struct buf *out);
MUST_USE err schema_print_index(struct schema_print *print,
                                const struct cat_index *index,
                                struct buf *out);
/* "rowids differ AND a = NEW.a AND ...": a row of the table that stands in the way of row NEW. */
MUST_USE err schema_print_conflict(const struct schema_print *print,
                                   const struct cat_index *index,
                                   struct buf *out);
/* What raises of such a pair; making: of rows that are there. */
MUST_USE err schema_print_excluded(const struct schema_print *print,
                                   const struct cat_index *index,
                                   bool making,
                                   struct buf *out);
/* The trigger behind event (INSERT, UPDATE) that keeps an EXCLUDE constraint, and its name. */
MUST_USE err schema_print_exclusion(const struct schema_print *print,
                                    const struct cat_index *index,
                                    const char *event,
                                    struct buf *out);
str schema_exclusion_name(struct arena *arena, const struct cat_index *index, const char *event);

struct schema_expr {
    const struct node *tree;
    enum infer_clause clause;
    oid type; /* coerced to it by assignment; OID_NONE: as it comes */
    int32_t typmod;
    oid value_type; /* a domain's check: the type of VALUE */
    str value;      /* and its text */
};
/* An expression over the relation's columns as SQLite's text; relation may be NULL. */
MUST_USE err schema_print_expr(struct schema_print *print,
                               const struct schema_expr *expr,
                               struct buf *out);
/* True when the index is to be in the file: it is physical and not the rowid's. */
bool schema_index_present(const struct schema_print *print, const struct cat_index *index);

/* ---- schema.c ---- */

/* The error that the connection has just had. */
err schema_failed(struct schema_sync *sync);
MUST_USE err schema_run(struct schema_sync *sync, str sql);
/* The first row's first column; 0 without a row. */
MUST_USE err schema_ask(struct schema_sync *sync, str sql, int64_t *out);
/* head, and name as an identifier. */
struct buf *schema_sql_start(struct schema_sync *sync, const char *head, str name);

/* ---- schema_effects.c ---- */

/* 23503 when a row of the relation refers to none. */
MUST_USE err schema_check_foreign_keys(struct schema_sync *sync,
                                       const struct cat_relation *relation);
/* An effect moves the table's rows: it is kept until then. */
bool schema_rows_move(const struct schema_sync *sync, oid table);
MUST_USE err schema_effects(struct schema_sync *sync);

#endif
