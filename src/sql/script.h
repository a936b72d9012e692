/* sql/script.h - a file of SQL as psql takes it: statements, COPY data blocks, backslash commands.
 *
 * Owns:    nothing; items borrow from the text and live in the arena.
 * Threads: any, see parse.h.
 * Errors:  as sql_parse. A psql backslash command is an item whose error is 0A000 with its place.
 */
#ifndef DAPUR_SQL_SCRIPT_H
#define DAPUR_SQL_SCRIPT_H

#include "sql/parse.h"

struct script_item {
    struct sql_statement statement; /* a backslash command has text and error alone */
    bool has_copy_data;             /* the statement is COPY ... FROM stdin */
    str copy_data;                  /* the lines before "\.", with their newlines; borrowed */
    int64_t copy_data_offset;       /* in the file, in bytes */
};

struct script {
    struct script_item *items;
    size_t count;
};

/* Reads a whole file. A byte order mark at its start is skipped. */
MUST_USE err script_parse(struct arena *arena, str text, struct script **out);
/* The text, then the epilogue (or nothing), whose places are all the text's end: parsed in one they would
 * run into each other where the text stops halfway. */
MUST_USE err script_parse_with(struct arena *arena, str text, str epilogue, struct script **out);

/* What BEGIN, COMMIT and their kin become in a script, whose transactions are not its own to end: *notice
 * says that it is folded; 0A000 for what cannot be. whole: the file is one transaction. */
MUST_USE err script_fold_transaction(struct arena *arena,
                                     const struct TransactionStmt *statement,
                                     bool whole,
                                     str *notice);

#endif
