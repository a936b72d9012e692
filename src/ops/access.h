/* ops/access.h - a project's database for a command: the file itself, or the server that has it open.
 *
 * Owns:    the engine answered; end with engine->close.
 * Threads: any with a deep stack; not a loop.
 * Errors:  ERR_UNAVAILABLE when a process owns the folder and does not answer.
 */
#ifndef DAPUR_OPS_ACCESS_H
#define DAPUR_OPS_ACCESS_H

#include "ops/config.h"
#include "sql/engine.h"

/* script, backup, integrity and close are there; loops are not. */
MUST_USE err access_open(struct arena *arena, const struct config *config, struct engine **out);

/* A fresh database in a temporary folder with our own schemas in it: what `check` compiles into.
 * access_scratch_close ends the engine and removes the folder. */
struct scratch;
MUST_USE err access_scratch_open(struct arena *arena,
                                 const struct config *config,
                                 struct scratch **out);
struct engine *access_scratch_engine(struct scratch *scratch);
void access_scratch_close(struct scratch *scratch);

#endif
