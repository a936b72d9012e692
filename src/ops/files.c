#include "ops/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/vec.h"

static err failed(struct arena *arena, const char *doing, str path)
{
    return err_new(arena, ERR_IO, "cannot %s %.*s: %s", doing, STR_FMT(path), strerror(errno));
}

static err read_all(struct arena *arena, int fd, str path, size_t bytes_max, str *out)
{
    struct stat info;
    if (fstat(fd, &info) != 0) return failed(arena, "read", path);
    if (!S_ISREG(info.st_mode) || (uint64_t)info.st_size > bytes_max)
        return err_new(arena, ERR_IO, "cannot read %.*s: not a file of at most %zu bytes",
                       STR_FMT(path), bytes_max);
    size_t size = (size_t)info.st_size, len = 0;
    char *content = arena_alloc(arena, size + 1);
    while (len < size) {
        ssize_t got = read(fd, content + len, size - len);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed(arena, "read", path);
        if (got == 0) break;
        len += (size_t)got;
    }
    *out = str_from(content, len);
    return NULL;
}

err file_read(struct arena *arena, str path, size_t bytes_max, str *out)
{
    int fd = open(str_cstr(arena, path), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return failed(arena, "open", path);
    err error = read_all(arena, fd, path, bytes_max, out);
    close(fd);
    return error;
}

bool file_exists(struct arena *arena, str path)
{
    return access(str_cstr(arena, path), F_OK) == 0;
}

static err write_all(struct arena *arena, int fd, str path, str content)
{
    while (content.len) {
        ssize_t wrote = write(fd, content.at, content.len);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0) return failed(arena, "write", path);
        content = str_skip(content, (size_t)wrote);
    }
    return fsync(fd) == 0 ? NULL : failed(arena, "store", path);
}

/* The name is in the folder only once the folder is stored. */
static err folder_sync(struct arena *arena, str path)
{
    size_t slash = path.len;
    while (slash > 0 && path.at[slash - 1] != '/') slash--;
    str folder = slash > 1 ? str_slice(path, 0, slash - 1) : slash ? STR("/") : STR(".");
    int fd = open(str_cstr(arena, folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return failed(arena, "open", folder);
    err error = fsync(fd) == 0 ? NULL : failed(arena, "store", folder);
    close(fd);
    return error;
}

err file_write(struct arena *arena, str path, str content, unsigned mode)
{
    const char *fresh = str_printf(arena, "%.*s.new", STR_FMT(path)).at;
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0) return failed(arena, "make", path);
    err error = fchmod(fd, mode) == 0 ? NULL : failed(arena, "protect", path);
    if (!error) error = write_all(arena, fd, path, content);
    close(fd);
    if (!error && rename(fresh, str_cstr(arena, path)) != 0) error = failed(arena, "replace", path);
    if (error) unlink(fresh);
    return error ? error : folder_sync(arena, path);
}

err folder_make(struct arena *arena, str path, unsigned mode)
{
    for (size_t at = str_find_char(path, '/', 1); at != SIZE_MAX;
         at = str_find_char(path, '/', at + 1))
        if (mkdir(str_cstr(arena, str_slice(path, 0, at)), 0755) != 0 && errno != EEXIST)
            return failed(arena, "make", path);
    bool made = mkdir(str_cstr(arena, path), mode) == 0 || errno == EEXIST;
    return made ? NULL : failed(arena, "make", path);
}

static int by_bytes(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

err folder_list(struct arena *arena, str path, str suffix, str **names, size_t *count)
{
    struct {
        VEC(str);
    } found = {0};
    *names = NULL;
    *count = 0;
    DIR *folder = opendir(str_cstr(arena, path));
    if (!folder) return errno == ENOENT ? NULL : failed(arena, "list", path);
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        str name = str_of(entry->d_name);
        if (name.at[0] == '.' || !str_ends(name, suffix)) continue;
        *VEC_ADD(arena, &found) = str_copy(arena, name);
    }
    closedir(folder);
    if (found.count) qsort(found.at, found.count, sizeof(str), by_bytes);
    *names = found.at;
    *count = found.count;
    return NULL;
}

static err copy_bytes(struct arena *arena, int in, int out, str to)
{
    enum { COPY_BYTES = 8 * 1024 * 1024 };
    for (;;) {
        ssize_t sent = sendfile(out, in, NULL, COPY_BYTES);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return failed(arena, "write", to);
        if (sent == 0) break;
    }
    return fsync(out) == 0 ? NULL : failed(arena, "store", to);
}

err file_copy(struct arena *arena, str from, str to)
{
    int in = open(str_cstr(arena, from), O_RDONLY | O_CLOEXEC);
    if (in < 0) return failed(arena, "open", from);
    int out = open(str_cstr(arena, to), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    err error = out < 0 ? failed(arena, "make", to) : copy_bytes(arena, in, out, to);
    close(in);
    if (out >= 0) close(out);
    return error;
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info, (void)kind, (void)walk;
    return remove(path);
}

void folder_remove(struct arena *arena, str path)
{
    enum { DESCRIPTORS = 8 };
    nftw(str_cstr(arena, path), remove_entry, DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
}

err folder_lock(struct arena *arena, str path, int *fd)
{
    str lock = str_printf(arena, "%.*s/lock", STR_FMT(path));
    *fd = open(lock.at, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (*fd < 0) return failed(arena, "open", lock);
    if (flock(*fd, LOCK_EX | LOCK_NB) == 0) return NULL;
    close(*fd);
    *fd = -1;
    return err_new(arena, ERR_UNAVAILABLE,
                   "the data folder is in use by another process; stop it first");
}
