/* sql/parse_int.h - what parse.c and script.c share.
 *
 * Owns: nothing. Threads: as parse.h. Errors: as parse.h.
 */
#ifndef DAPUR_SQL_PARSE_INT_H
#define DAPUR_SQL_PARSE_INT_H

#include "sql/lex.h"
#include "sql/parse.h"

/* UTF-8, no NUL, below 2 GiB. */
MUST_USE err sql_guard_text(struct arena *arena, str text);
/* A writable copy with a NUL behind it. */
char *sql_scratch_copy(struct arena *scratch, str text);
/* Parses the statement found in file. copy: of the whole file, from sql_scratch_copy; a NUL is
 * written behind the statement. The outcome, an error too, is in *out. */
void sql_parse_found(struct arena *arena,
                     str file,
                     char *copy,
                     const struct lex_statement *found,
                     struct sql_statement *out);

#endif
