/* SQLite's own way to files, but that the next failing_syncs syncs fail. */
#ifndef DAPUR_TESTS_ENGINE_SQLITE_FAILING_VFS_H
#define DAPUR_TESTS_ENGINE_SQLITE_FAILING_VFS_H

#include <assert.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>

/* SQLite's own has one table of methods for the database and one for the log. */
enum { FAILING_TABLES = 4 };

enum { FAILING_ALL = 1000000 };

static atomic_int failing_syncs;
static sqlite3_vfs failing_vfs, *failing_below;
static sqlite3_io_methods failing_methods[FAILING_TABLES];
static const sqlite3_io_methods *failing_methods_below[FAILING_TABLES];
static pthread_mutex_t failing_lock = PTHREAD_MUTEX_INITIALIZER;

static int failing_sync(sqlite3_file *file, int flags)
{
    if (atomic_load(&failing_syncs) > 0) {
        atomic_fetch_sub(&failing_syncs, 1);
        return SQLITE_IOERR_FSYNC;
    }
    return failing_methods_below[file->pMethods - failing_methods]->xSync(file, flags);
}

static const sqlite3_io_methods *failing_table(const sqlite3_io_methods *below)
{
    int i = 0;
    pthread_mutex_lock(&failing_lock);
    while (failing_methods_below[i] && failing_methods_below[i] != below) i++;
    assert(i < FAILING_TABLES - 1);
    if (!failing_methods_below[i]) {
        failing_methods[i] = *below;
        failing_methods[i].xSync = failing_sync;
        failing_methods_below[i] = below;
    }
    pthread_mutex_unlock(&failing_lock);
    return &failing_methods[i];
}

static int failing_open(
    sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
    (void)vfs;
    int rc = failing_below->xOpen(failing_below, name, file, flags, out_flags);
    if (rc == SQLITE_OK) file->pMethods = failing_table(file->pMethods);
    return rc;
}

/* What is opened from now on goes through it. */
static void failing_vfs_use(void)
{
    failing_below = sqlite3_vfs_find(NULL);
    failing_vfs = *failing_below;
    failing_vfs.pNext = NULL;
    failing_vfs.zName = "failing";
    failing_vfs.xOpen = failing_open;
    assert(sqlite3_vfs_register(&failing_vfs, 1) == SQLITE_OK);
}

static void failing_vfs_leave(void)
{
    sqlite3_vfs_unregister(&failing_vfs);
    sqlite3_vfs_register(failing_below, 1);
}

#endif
