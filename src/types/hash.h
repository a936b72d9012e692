/* types/hash.h - PostgreSQL's hash of a value, by which hash partitions are told apart.
 *
 * Owns:    nothing.
 * Threads: any.
 * Errors:  0A000 for a type whose hash is not here; those of reading a date or timestamp.
 * Source:  PostgreSQL 15, common/hashfn.c (Bob Jenkins' lookup3), partitioning/partbounds.c.
 */
#ifndef DAPUR_TYPES_HASH_H
#define DAPUR_TYPES_HASH_H

#include "types/type_text.h"

/* hash_any_extended. */
uint64_t hash_bytes(str bytes, uint64_t seed);
/* True when value_hash knows the type. */
bool hash_has_type(enum type_storage storage);
/* The extended hash function of the type's default class, on a value that is not NULL. */
MUST_USE err value_hash(struct arena *arena,
                        const struct type_ref *type,
                        const struct value *value,
                        uint64_t seed,
                        uint64_t *out);
/* compute_partition_hash_value: NULLs are left out. */
MUST_USE err partition_hash(struct arena *arena,
                            const struct type_ref *const *types,
                            const struct value *values,
                            size_t count,
                            uint64_t *out);

#endif
