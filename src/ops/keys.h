/* ops/keys.h - where a project's keys live: DIR/data/keys, or the database that nodes share.
 *
 * In a PostgreSQL database they are the table dapur.keys, sealed under security.secret: who reads
 * the database has no key, and each node that knows the secret has the same ones.
 *
 * Owns:    nothing; texts live in the arena.
 * Threads: any that may block.
 * Errors:  ERR_IO; ERR_CONFIG for keys that are malformed or sealed under another secret.
 */
#ifndef DAPUR_OPS_KEYS_H
#define DAPUR_OPS_KEYS_H

#include "api/common/api_keys.h"
#include "ops/config.h"
#include "sql/engine.h"

/* The project's keys, made when missing. engine: NULL, or the one that is open when database.url is
 * set; the embedded database has no keys in it. */
MUST_USE err keys_load(struct arena *arena,
                       const struct config *config,
                       struct engine *engine,
                       struct api_keys *out);

#endif
