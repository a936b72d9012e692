/* tests/diff/embedded.h - dapur's embedded engine, through `dapur sql DIR --data DIR --batch`.
 *
 * That mode reads one JSON object a line on stdin, {"role", "claims", "sql"}, and answers one a
 * line: {"ok":true,"columns":[],"types":[],"rows":[[]],"command":""} with values as PostgreSQL's
 * text output and NULL as null, or {"ok":false,"sqlstate":"","message":""}.
 *
 * Owns:    a process, and a folder under /tmp with a project and its data. Both end with
 *          embedded_close.
 * Threads: one.
 * Errors:  a message for a person, or NULL.
 */
#ifndef DAPUR_TESTS_DIFF_EMBEDDED_H
#define DAPUR_TESTS_DIFF_EMBEDDED_H

#include "case_file.h"

struct embedded;

/* Makes a project of the case's migrations, applies them, and starts the process. */
const char *embedded_open(struct arena *arena,
                          const char *dapur,
                          const struct case_file *file,
                          struct embedded **out);
void embedded_close(struct embedded *embedded);
/* Never NULL: a process that is gone answers as an error with SQLSTATE "crash". */
struct answer *embedded_ask(struct arena *arena,
                            struct embedded *embedded,
                            const struct identity *as,
                            str sql);

#endif
