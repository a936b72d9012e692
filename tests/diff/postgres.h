/* tests/diff/postgres.h - a private PostgreSQL server, and one database of it per case file.
 *
 * Owns:    a process, a folder under /tmp with its data and its socket. Both end with
 *          postgres_stop, and the process when this one dies.
 * Threads: one.
 * Errors:  a message for a person, or NULL.
 */
#ifndef DAPUR_TESTS_DIFF_POSTGRES_H
#define DAPUR_TESTS_DIFF_POSTGRES_H

#include "answer.h"

struct postgres;
struct postgres_database;

/* *missing is set when no server is installed: a reason to skip, not to fail. */
const char *postgres_start(struct arena *arena, str prelude, struct postgres **out, bool *missing);
void postgres_stop(struct postgres *postgres);

/* A new database with the prelude in it, and a connection. */
const char *postgres_open(struct arena *arena,
                          struct postgres *postgres,
                          str name,
                          struct postgres_database **out);
void postgres_close(struct postgres_database *database);
/* As the role postgres, in one transaction. */
const char *postgres_migrate(struct arena *arena, struct postgres_database *database, str sql);
/* In a transaction of its own, under the identity. A failing COMMIT is the statement's failure. */
struct answer *postgres_ask(struct arena *arena,
                            struct postgres_database *database,
                            const struct identity *as,
                            str sql);

#endif
