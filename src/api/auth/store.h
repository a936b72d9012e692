/* api/auth/store.h - the statements of the auth API: compiled when first needed, run in lists.
 *
 *   AUTH_STEP(request, STATEMENT_USER_BY_ID, ROWS_ANY, id);
 *   AUTH_STEP(request, STATEMENT_IDENTITIES_OF_USER, ROWS_ANY, id);
 *   return auth_run(request, show_user);
 *
 * A list with a writing statement is one atomic write; else it is read in one snapshot.
 *
 * Owns:    per loop, one plan a statement for the present catalog version.
 * Threads: a loop's part belongs to that loop.
 * Errors:  the engine's, to request->failed when set, else answered. ERR_EXPECTATION: a step
 *          touched another number of rows than it had to.
 */
#ifndef DAPUR_API_AUTH_STORE_H
#define DAPUR_API_AUTH_STORE_H

#include "api/auth/auth_int.h"

enum auth_statement {
#define STATEMENT(name, sql) STATEMENT_##name,
#include "api/auth/statements.def"
#undef STATEMENT
    STATEMENT_COUNT
};

struct auth_store *auth_store_new(struct arena *arena, size_t loop_count);

/* The text of a statement, for tests. */
str auth_statement_sql(enum auth_statement statement);

/* Adds a step. Parameters are borrowed; at == NULL is null. rows: exactly so many, or ROWS_ANY. */
void auth_step_add(struct auth_request *request,
                   enum auth_statement statement,
                   int64_t rows,
                   const str *params,
                   size_t count);
#define AUTH_STEP(request, statement, rows, ...)                              \
    auth_step_add((request), (statement), (rows), (const str[]){__VA_ARGS__}, \
                  COUNT_OF(((const str[]){__VA_ARGS__})))

/* Runs the steps added since the last run; then(request) finds their rows in request->rows. Answers
 * NULL: whatever happens is answered later, perhaps before this returns. */
MUST_USE err auth_run(struct auth_request *request, auth_handler *then);
/* The same with an own answer to failure; it may start another run and answer NULL. */
MUST_USE err auth_run_or(struct auth_request *request, auth_handler *then, auth_failure *failed);

/* Row number index of a step, or NULL. */
const struct json *auth_row(const struct auth_request *request, size_t step, size_t index);
bool auth_row_flag(const struct json *row, str column);

#endif
