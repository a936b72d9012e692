/* engine/postgres/print_upsert.h - how many rows of an upsert were there before.
 *
 * Each of them adds one to the transaction's setting dapur.updated. Neither xmax nor a second look at the table
 * would do: both need rights that the caller may lack, and a view has no xmax.
 *
 * Where nothing can drop an update, ON CONFLICT DO UPDATE ... WHERE counts. Where something can (a BEFORE trigger that
 * returns NULL), what was tried is not what was done, and only RETURNING sees what was: the WHERE marks the row in
 * hand, RETURNING counts it when it is marked, and the rows' source takes the mark away before the next.
 *
 * Owns: nothing. Threads: any. Errors: none.
 */
#ifndef DAPUR_ENGINE_POSTGRES_PRINT_UPSERT_H
#define DAPUR_ENGINE_POSTGRES_PRINT_UPSERT_H

#include "sql/ast.h"

/* insert: a copy of its own, with ON CONFLICT DO UPDATE. Answers what has to be returned besides, or NULL. */
struct node *upsert_count_updates(struct arena *arena,
                                  struct InsertStmt *insert,
                                  bool may_drop_updates);

#endif
