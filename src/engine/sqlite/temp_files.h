/* engine/sqlite/temp_files.h - where SQLite keeps what does not fit into memory: runs of a sort,
 * materialised queries, statement journals.
 *
 * A VFS over SQLite's own. The database, its log and its shared memory are opened by the VFS below and
 * never seen again; a temporary file gets a name in the data folder's tmp, is unlinked as soon as it is
 * open, close-on-exec, and counts against the same quota as spooled results. Past it SQLite is told
 * that the disk is full (53100). A statement journal of the writer gets a file only past 8 MiB.
 *
 * Owns:    the registration under its name, until temp_files_close.
 * Threads: open and close before and after every connection; files by any connection's thread.
 * Errors:  ERR_INTERNAL when SQLite takes no VFS.
 * Source:  docs/decisions/006-temporaries-in-files.md.
 */
#ifndef DAPUR_ENGINE_SQLITE_TEMP_FILES_H
#define DAPUR_ENGINE_SQLITE_TEMP_FILES_H

#include <sqlite3.h>
#include <stdatomic.h>

#include "sql/spool.h"

struct temp_files {
    sqlite3_vfs vfs; /* first; named `name` */
    sqlite3_vfs *below;
    const char *folder;
    struct spool_quota *quota;
    _Atomic uint64_t opened; /* files so far; numbers their names */
    char name[32];
    bool registered;
};

/* Removes what a killed process left in the folder, which must be locked by this one. Both are
 * borrowed until temp_files_close. */
MUST_USE err temp_files_open(struct arena *arena,
                             const char *folder,
                             struct spool_quota *quota,
                             struct temp_files *files);
void temp_files_close(struct temp_files *files);

#endif
