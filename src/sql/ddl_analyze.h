/* sql/ddl_analyze.h - the hooks of ddl.h, answered by the analyzer.
 *
 * Owns: nothing. Threads: as ddl.h. Errors: the analyzer's.
 */
#ifndef DAPUR_SQL_DDL_ANALYZE_H
#define DAPUR_SQL_DDL_ANALYZE_H

#include "sql/ddl.h"
#include "sql/infer.h"

extern const struct ddl_hooks ddl_analyze_hooks;

/* The clause that an expression of this use stands in (infer.h), for who analyzes it once more. */
enum infer_clause ddl_expr_clause(enum ddl_expr_use use);

#endif
