/* sql/view_updatable.h - whether a view is simple enough to be written through.
 *
 * Owns: nothing. Threads: any. Errors: none. Source: PostgreSQL 15, view_query_is_auto_updatable.
 */
#ifndef DAPUR_SQL_VIEW_UPDATABLE_H
#define DAPUR_SQL_VIEW_UPDATABLE_H

struct SelectStmt;

/* NULL, or why not. */
const char *view_why_not_updatable(const struct SelectStmt *select);

#endif
