#include "engine/sqlite/disk.h"

#include "base/log.h"
#include "net/os.h"

uint64_t disk_free_bytes(struct disk *disk)
{
    uint64_t free_bytes = UINT64_MAX;
    if (disk->free_bytes_of)
        free_bytes = disk->free_bytes_of(disk->context);
    else if (!os_disk_free(disk->folder, &free_bytes))
        free_bytes = UINT64_MAX;
    atomic_store_explicit(&disk->free_bytes, free_bytes, memory_order_relaxed);
    return free_bytes;
}

void disk_look(struct disk *disk)
{
    uint64_t free_bytes = disk_free_bytes(disk);
    bool low = free_bytes < disk->floor_bytes;
    if (atomic_exchange(&disk->low, low) == low) return;
    if (low)
        log_error("the disk is nearly full: writes are refused", LOG_INT("free_bytes", free_bytes),
                  LOG_INT("floor_bytes", disk->floor_bytes));
    else
        log_info("the disk has room again: writes are taken", LOG_INT("free_bytes", free_bytes));
}
