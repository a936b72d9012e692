/* engine/sqlite/disk.h - the room on the disk under the data folder.
 *
 * Looked at four times a second (watchdog.c) and after each batch (writer.c), never per request. Below
 * the floor new writes are refused (writer.c), reads go on; it ends by itself when there is room again.
 * A table is rebuilt only when twice its size is free (schema.c).
 *
 * Owns:    nothing.
 * Threads: any; the figures are atomic.
 * Errors:  none; a disk that tells nothing counts as one with room.
 * Source:  docs/operation.md, "A disk that fills up".
 */
#ifndef DAPUR_ENGINE_SQLITE_DISK_H
#define DAPUR_ENGINE_SQLITE_DISK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct disk {
    const char *folder;
    uint64_t floor_bytes; /* 0: never low */
    /* Instead of asking the file system (tests); NULL: ask. */
    uint64_t (*free_bytes_of)(void *context);
    void *context;
    _Atomic uint64_t free_bytes; /* at the last look */
    atomic_bool low;
};

/* Asks, and keeps the answer; logs when it becomes low or has room again. */
void disk_look(struct disk *disk);
/* The answer of now. */
uint64_t disk_free_bytes(struct disk *disk);

static inline bool disk_is_low(const struct disk *disk)
{
    return atomic_load_explicit(&disk->low, memory_order_relaxed);
}

#endif
