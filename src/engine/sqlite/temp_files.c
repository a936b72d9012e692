#include "engine/sqlite/temp_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PREFIX "sort-" /* the folder holds other people's files as well */

/* A savepoint's undo of a large request outgrows SQLite's own 64 KiB at each batch, and a file for it
 * costs twice the time of the request: this much stays in memory. The writer alone has one. */
enum { UNDO_BYTES_MAX = 8 * 1024 * 1024, UNDO_BYTES_FIRST = 256 * 1024 };
enum { PIECE_BYTES = 64 * 1024 }; /* SQLite's own VFS writes less than 128 KiB at once */

/* SQLite reserves vfs.szOsFile bytes for each file: this, and behind it the file of the VFS below. */
struct temp_file {
    sqlite3_file base; /* first */
    struct temp_files *files;
    char *name;   /* the VFS below borrows it until the close; NULL: there is no file yet */
    char *memory; /* the content while there is no file */
    sqlite3_int64 capacity;
    sqlite3_int64 len;
    int flags; /* of the open */
};

static struct temp_file *temp_of(sqlite3_file *file)
{
    return (struct temp_file *)(void *)file;
}

static sqlite3_file *below_of(struct temp_file *temp)
{
    return (sqlite3_file *)(void *)(temp + 1);
}

/* Files ----------------------------------------------------------------------------------------- */

static int make_file(struct temp_file *temp, int *out_flags)
{
    struct temp_files *files = temp->files;
    uint64_t number = atomic_fetch_add_explicit(&files->opened, 1, memory_order_relaxed);
    char *name = sqlite3_mprintf("%s/" PREFIX "%llu", files->folder, (unsigned long long)number);
    if (!name) return SQLITE_NOMEM;
    /* SQLITE_OPEN_DELETEONCLOSE is among the flags: SQLite's own VFS unlinks it before it answers. */
    int rc = files->below->xOpen(files->below, name, below_of(temp), temp->flags, out_flags);
    if (rc == SQLITE_OK)
        temp->name = name;
    else
        sqlite3_free(name);
    return rc;
}

static int write_file(struct temp_file *temp,
                      const char *at,
                      sqlite3_int64 len,
                      sqlite3_int64 offset)
{
    sqlite3_file *below = below_of(temp);
    int rc = SQLITE_OK;
    while (len > 0 && rc == SQLITE_OK) {
        int piece = len < PIECE_BYTES ? (int)len : PIECE_BYTES;
        rc = below->pMethods->xWrite(below, at, piece, offset);
        at += piece;
        offset += piece;
        len -= piece;
    }
    return rc;
}

static int move_to_file(struct temp_file *temp)
{
    if (!spool_quota_take(temp->files->quota, (uint64_t)temp->len)) return SQLITE_FULL;
    int rc = make_file(temp, NULL);
    if (rc != SQLITE_OK) {
        spool_released(temp->files->quota, temp->len);
        return rc;
    }
    rc = write_file(temp, temp->memory, temp->len, 0);
    sqlite3_free(temp->memory);
    temp->memory = NULL;
    return rc;
}

static int write_memory(struct temp_file *temp, const void *at, int len, sqlite3_int64 offset)
{
    sqlite3_int64 end = offset + len;
    if (end > temp->capacity) {
        sqlite3_int64 capacity = temp->capacity ? temp->capacity : UNDO_BYTES_FIRST;
        while (capacity < end) capacity *= 2;
        char *memory = sqlite3_realloc64(temp->memory, (sqlite3_uint64)capacity);
        if (!memory) return SQLITE_NOMEM;
        temp->memory = memory;
        temp->capacity = capacity;
    }
    if (offset > temp->len) memset(temp->memory + temp->len, 0, (size_t)(offset - temp->len));
    memcpy(temp->memory + offset, at, (size_t)len);
    if (end > temp->len) temp->len = end;
    return SQLITE_OK;
}

static int temp_close(sqlite3_file *file)
{
    struct temp_file *temp = temp_of(file);
    sqlite3_file *below = below_of(temp);
    int rc = SQLITE_OK;
    if (temp->name) {
        rc = below->pMethods->xClose(below);
        spool_released(temp->files->quota, temp->len);
    }
    sqlite3_free(temp->memory);
    sqlite3_free(temp->name);
    return rc;
}

static int temp_read(sqlite3_file *file, void *at, int len, sqlite3_int64 offset)
{
    struct temp_file *temp = temp_of(file);
    sqlite3_file *below = below_of(temp);
    if (temp->name) return below->pMethods->xRead(below, at, len, offset);
    sqlite3_int64 there = offset < temp->len ? temp->len - offset : 0;
    if (there > len) there = len;
    if (there) memcpy(at, temp->memory + offset, (size_t)there);
    memset((char *)at + there, 0, (size_t)(len - there)); /* as xRead promises */
    return there == len ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int temp_write(sqlite3_file *file, const void *at, int len, sqlite3_int64 offset)
{
    struct temp_file *temp = temp_of(file);
    sqlite3_int64 end = offset + len;
    if (!temp->name && end <= UNDO_BYTES_MAX) return write_memory(temp, at, len, offset);
    if (!temp->name) {
        int rc = move_to_file(temp);
        if (rc != SQLITE_OK) return rc;
    }
    if (end > temp->len) {
        if (!spool_quota_take(temp->files->quota, (uint64_t)(end - temp->len))) return SQLITE_FULL;
        temp->len = end;
    }
    return write_file(temp, at, len, offset);
}

static int temp_truncate(sqlite3_file *file, sqlite3_int64 len)
{
    struct temp_file *temp = temp_of(file);
    sqlite3_file *below = below_of(temp);
    if (len >= temp->len) return SQLITE_OK;
    if (temp->name) {
        int rc = below->pMethods->xTruncate(below, len);
        if (rc != SQLITE_OK) return rc;
        spool_released(temp->files->quota, temp->len - len);
    }
    temp->len = len;
    return SQLITE_OK;
}

/* What nobody else sees and nobody needs after a crash is neither synced nor locked. */
static int temp_sync(sqlite3_file *file, int flags)
{
    (void)file, (void)flags;
    return SQLITE_OK;
}

static int temp_size(sqlite3_file *file, sqlite3_int64 *len)
{
    *len = temp_of(file)->len;
    return SQLITE_OK;
}

static int temp_lock(sqlite3_file *file, int level)
{
    (void)file, (void)level;
    return SQLITE_OK;
}

static int temp_check_reserved(sqlite3_file *file, int *reserved)
{
    (void)file;
    *reserved = 0;
    return SQLITE_OK;
}

/* Hints, all of them: none is needed. */
static int temp_control(sqlite3_file *file, int what, void *argument)
{
    (void)file, (void)what, (void)argument;
    return SQLITE_NOTFOUND;
}

static int temp_sector_size(sqlite3_file *file)
{
    (void)file;
    return 4096;
}

static int temp_characteristics(sqlite3_file *file)
{
    (void)file;
    return 0;
}

/* Version 1: no shared memory, no memory map. */
static const sqlite3_io_methods temp_methods = {
    .iVersion = 1,
    .xClose = temp_close,
    .xRead = temp_read,
    .xWrite = temp_write,
    .xTruncate = temp_truncate,
    .xSync = temp_sync,
    .xFileSize = temp_size,
    .xLock = temp_lock,
    .xUnlock = temp_lock,
    .xCheckReservedLock = temp_check_reserved,
    .xFileControl = temp_control,
    .xSectorSize = temp_sector_size,
    .xDeviceCharacteristics = temp_characteristics,
};

/* Opening --------------------------------------------------------------------------------------- */

static int open_temp(struct temp_files *files, sqlite3_file *file, int flags, int *out_flags)
{
    struct temp_file *temp = temp_of(file);
    *temp = (struct temp_file){.files = files, .flags = flags};
    if (!(flags & SQLITE_OPEN_SUBJOURNAL)) {
        int rc = make_file(temp, out_flags);
        if (rc != SQLITE_OK) return rc;
    } else if (out_flags) {
        *out_flags = flags;
    }
    file->pMethods = &temp_methods;
    return SQLITE_OK;
}

static int vfs_open(
    sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
    struct temp_files *files = (struct temp_files *)(void *)vfs;
    if (!name) return open_temp(files, file, flags, out_flags);
    return files->below->xOpen(files->below, name, file, flags, out_flags);
}

static void remove_stale(const char *folder)
{
    DIR *entries = opendir(folder);
    if (!entries) return;
    const struct dirent *entry;
    while ((entry = readdir(entries)))
        if (!strncmp(entry->d_name, PREFIX, sizeof PREFIX - 1))
            unlinkat(dirfd(entries), entry->d_name, 0);
    closedir(entries);
}

err temp_files_open(struct arena *arena,
                    const char *folder,
                    struct spool_quota *quota,
                    struct temp_files *files)
{
    sqlite3_vfs *below = sqlite3_vfs_find(NULL);
    if (!below) return err_new(arena, ERR_INTERNAL, "SQLite has no way to open files");
    remove_stale(folder);
    files->below = below;
    files->folder = folder;
    files->quota = quota;
    snprintf(files->name, sizeof files->name, "dapur-%p", (void *)files);
    files->vfs = *below; /* but for opening: those functions look at pAppData alone */
    files->vfs.pNext = NULL;
    files->vfs.zName = files->name;
    files->vfs.szOsFile = (int)sizeof(struct temp_file) + below->szOsFile;
    files->vfs.xOpen = vfs_open;
    if (sqlite3_vfs_register(&files->vfs, 0) != SQLITE_OK)
        return err_new(arena, ERR_INTERNAL, "SQLite takes no temporary files");
    files->registered = true;
    return NULL;
}

void temp_files_close(struct temp_files *files)
{
    if (files->registered) sqlite3_vfs_unregister(&files->vfs);
    files->registered = false;
}
