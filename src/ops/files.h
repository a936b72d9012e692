/* ops/files.h - whole small files: read, written at once or not at all, listed.
 *
 * Owns: nothing. Threads: any that may block. Errors: ERR_IO naming the file.
 */
#ifndef DAPUR_OPS_FILES_H
#define DAPUR_OPS_FILES_H

#include "base/err.h"

/* At most bytes_max bytes, else ERR_IO. NUL-terminated behind its length. */
MUST_USE err file_read(struct arena *arena, str path, size_t bytes_max, str *out);
bool file_exists(struct arena *arena, str path);
/* Through a temporary file, synced, then renamed: a crash leaves the old or the new content.
 * mode: permission bits, e.g. 0600. */
MUST_USE err file_write(struct arena *arena, str path, str content, unsigned mode);
/* Makes the folder and its parents when missing. */
MUST_USE err folder_make(struct arena *arena, str path, unsigned mode);
/* Names in byte order that end with suffix; a missing folder has none. */
MUST_USE err folder_list(struct arena *arena, str path, str suffix, str **names, size_t *count);

/* A copy beside nothing: target must not exist. Synced. */
MUST_USE err file_copy(struct arena *arena, str from, str to);
/* The folder and all in it; silent when it is not there. */
void folder_remove(struct arena *arena, str path);
/* The lock of a data folder, as the engine takes it; close the descriptor to give it back.
 * ERR_UNAVAILABLE when another process has it. */
MUST_USE err folder_lock(struct arena *arena, str path, int *fd);

#endif
