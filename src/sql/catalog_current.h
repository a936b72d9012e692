/* sql/catalog_current.h - the snapshot that an engine goes by, and its replacement by the next.
 *
 * Whoever works with it keeps a reference of their own, and follows between two pieces of work.
 *
 * Owns:    a reference to the snapshot, from publish on.
 * Threads: init and deinit on one; the others on any. The version is read without the lock.
 * Errors:  none.
 */
#ifndef DAPUR_SQL_CATALOG_CURRENT_H
#define DAPUR_SQL_CATALOG_CURRENT_H

#include <pthread.h>
#include <stdatomic.h>

#include "sql/catalog.h"

struct catalog_current {
    _Atomic uint64_t version; /* of the snapshot; 0 before the first */
    pthread_mutex_t lock;
    const struct catalog *catalog; /* under the lock, once there are other threads */
};

void catalog_current_init(struct catalog_current *current);
void catalog_current_deinit(struct catalog_current *current);

/* Makes it current; takes the reference. */
void catalog_current_publish(struct catalog_current *current, const struct catalog *catalog);
/* A reference of the caller's own. */
const struct catalog *catalog_current_take(struct catalog_current *current);

static inline uint64_t catalog_current_version(const struct catalog_current *current)
{
    return atomic_load(&current->version);
}

/* kept: a reference, or NULL, which is no snapshot at all. */
static inline bool catalog_current_is(const struct catalog_current *current,
                                      const struct catalog *kept)
{
    return kept && catalog_version(kept) == catalog_current_version(current);
}

/* Replaces a reference that is not the current one any more. True: it did. */
bool catalog_current_follow(struct catalog_current *current, const struct catalog **kept);

#endif
