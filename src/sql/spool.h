/* sql/spool.h - where a large result waits for a slow reader: memory, then a file.
 *
 * Up to memory_bytes in a buf; past it everything moves to an unlinked file in the data folder's
 * tmp, so a crash leaves nothing behind. All spools together keep within a quota.
 *
 * Owns:    its buf and descriptor until spool_take or spool_drop.
 * Threads: one at a time; the quota is atomic and shared.
 * Errors:  ERR_DISK_FULL past the quota or when the disk is full, ERR_IO.
 */
#ifndef DAPUR_SQL_SPOOL_H
#define DAPUR_SQL_SPOOL_H

#include <stdatomic.h>

#include "base/buf.h"
#include "base/err.h"
#include "sql/engine.h"

struct spool_quota {
    _Atomic uint64_t
        used_bytes; /* in files now: being written, being sent, SQLite's (temp_files.h) */
    uint64_t bytes_max;
};

struct spool {
    struct arena *arena; /* for errors */
    str folder;
    struct spool_quota *quota;
    size_t memory_bytes;
    int fd; /* -1: still in memory */
    int64_t fd_len;
};

void spool_init(struct spool *spool,
                struct arena *arena,
                str folder,
                struct spool_quota *quota,
                size_t memory_bytes);
/* Moves bytes to the file when they are over memory_bytes, and empties them. */
MUST_USE err spool_flush(struct spool *spool, struct buf *bytes);
/* Ends it: body holds the bytes, or the file with everything in it. */
MUST_USE err spool_take(struct spool *spool, struct buf *bytes, struct result_body *body);
void spool_drop(struct spool *spool);
/* Room for as many bytes more; false: the quota is used up. */
bool spool_quota_take(struct spool_quota *quota, uint64_t len);
/* The receiver has sent and closed a file of this length. */
void spool_released(struct spool_quota *quota, int64_t fd_len);

#endif
