#include "http/static.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/map.h"
#include "base/utf8.h"
#include "http/condition.h"
#include "http/date.h"
#include "http/server_int.h"
#include "http/url.h"
#include "net/os.h"

enum {
    CACHE_BYTES_DEFAULT = 4 * 1024 * 1024,
    CACHE_FILE_BYTES_DEFAULT = 128 * 1024,
    GZIP_BYTES_MIN = 1024,
    CACHE_GZIP_LEVEL = 6, /* once per file, not per request */
    HEADERS_MAX = 12,
    PATH_BYTES_MAX = 4096,
};

/* What tells one state of a file from another. */
struct identity {
    dev_t device;
    ino_t inode;
    int64_t size;
    struct timespec modified;
};

struct cached_file {
    struct identity identity;
    str bytes;
    str gzipped; /* at == NULL: not made yet; empty: does not pay */
};

/* A loop's cached files. Full, it is replaced whole: requests that still send from it hold it. */
struct cache {
    struct arena *arena;
    struct map *files; /* path -> struct cached_file */
    size_t refs;
};

struct http_static {
    struct http_static_options options;
    int directory;
    size_t loop_count;
    struct cache **caches; /* per loop; NULL until used */
    struct gzip **gzips;   /* per loop */
    struct arena **gzip_arenas;
};

/* Cache */

static void cache_unref(void *object)
{
    struct cache *cache = object;
    if (--cache->refs == 0) arena_free(cache->arena);
}

static struct cache *cache_new(void)
{
    struct arena *arena = arena_new(0);
    struct cache *cache = ARENA_NEW(arena, struct cache);
    *cache = (struct cache){.arena = arena, .files = map_new(arena), .refs = 1};
    return cache;
}

/* The loop's cache with room for more bytes, held by the request until it has been answered. */
static struct cache *cache_get(struct http_static *files, struct http_request *req, size_t more)
{
    struct cache **slot = &files->caches[loop_index(req->loop)];
    bool full = *slot && arena_used((*slot)->arena) + more > files->options.cache_bytes_max;
    if (full) {
        cache_unref(*slot);
        *slot = NULL;
    }
    if (!*slot) *slot = cache_new();
    (*slot)->refs++;
    arena_defer(req->arena, cache_unref, *slot);
    return *slot;
}

static struct identity identify(const struct stat *info)
{
    return (struct identity){info->st_dev, info->st_ino, info->st_size, info->st_mtim};
}

static bool is_same(const struct identity *a, const struct identity *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->modified.tv_sec == b->modified.tv_sec && a->modified.tv_nsec == b->modified.tv_nsec;
}

static bool read_all(int fd, char *at, size_t len)
{
    size_t done = 0;
    while (done < len) {
        ptrdiff_t count = pread(fd, at + done, len - done, (off_t)done);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        done += (size_t)count;
    }
    return true;
}

/* One file that a request is about. */
struct target {
    const char *path; /* relative, for the system */
    str name;         /* the same */
    struct stat info;
    int fd; /* -1 when the cache has the bytes */
    struct cached_file *cached;
    str encoding; /* of the sibling that stands for it; empty: none */
};

static struct cached_file *find_cached(struct http_static *files,
                                       struct http_request *req,
                                       const struct target *target)
{
    struct cache *cache = files->caches[loop_index(req->loop)];
    struct identity now = identify(&target->info);
    if (!cache) return NULL;
    struct cached_file *file = map_find(cache->files, target->name);
    if (!file || !is_same(&file->identity, &now)) return NULL;
    cache->refs++;
    arena_defer(req->arena, cache_unref, cache);
    return file;
}

static void put_cached(struct http_static *files, struct http_request *req, struct target *target)
{
    size_t size = (size_t)target->info.st_size;
    if (size > files->options.cache_file_bytes_max) return;
    struct cache *cache = cache_get(files, req, size);
    char *bytes = arena_alloc(cache->arena, size);
    if (!read_all(target->fd, bytes, size)) return;
    struct cached_file *file = ARENA_NEW(cache->arena, struct cached_file);
    *file = (struct cached_file){identify(&target->info), str_from(bytes, size), STR_NONE};
    map_put(cache->files, str_copy(cache->arena, target->name), file);
    target->cached = file;
    close(target->fd);
    target->fd = -1;
}

/* Paths */

/* No empty, hidden or parent segment, no byte that means something to a file system or terminal.
 * ".well-known" alone may begin with a dot (RFC 8615). */
static bool is_safe_path(str path)
{
    str rest = path, segment;
    if (path.len > PATH_BYTES_MAX || !utf8_valid(path)) return false;
    for (size_t i = 0; i < path.len; i++)
        if ((unsigned char)path.at[i] < 0x20 || path.at[i] == '\\' || path.at[i] == 0x7f)
            return false;
    while (rest.len) {
        bool more = str_cut(rest, '/', &segment, &rest);
        if (str_empty(segment)) return false;
        if (segment.at[0] == '.' && !str_eq(segment, STR(".well-known"))) return false;
        if (!more) break;
    }
    return true;
}

/* Looks a path up without opening it when the cache may have it: one system call. */
static bool look_up(struct http_static *files,
                    struct http_request *req,
                    str name,
                    struct target *target)
{
    *target = (struct target){.name = name, .path = str_cstr(req->arena, name), .fd = -1};
    /* fstatat may look through a link that leads outside: it only answers whether the cached
     * bytes, which were opened beneath the directory, are still the file's. */
    if (fstatat(files->directory, target->path, &target->info, 0)) return false;
    if (S_ISREG(target->info.st_mode)) target->cached = find_cached(files, req, target);
    if (target->cached) return true;
    target->fd = os_open_beneath(files->directory, target->path);
    if (target->fd < 0) return false;
    if (fstat(target->fd, &target->info)) {
        close(target->fd);
        target->fd = -1;
        return false;
    }
    return true;
}

static void close_target(struct target *target)
{
    if (target->fd >= 0) close(target->fd);
    target->fd = -1;
}

static bool is_file(const struct target *target)
{
    return S_ISREG(target->info.st_mode);
}

static bool accepts(const struct http_request *req, str coding)
{
    size_t at = 0;
    str list, item, name, parameters;
    while (http_header_next(req, STR("accept-encoding"), &at, &list))
        while (http_list_next(&list, &item)) {
            str_cut(item, ';', &name, &parameters);
            if (str_eq_nocase(str_trim(name), coding)) return !http_is_weight_zero(parameters);
        }
    return false;
}

/* A precompressed sibling takes the target's place when the client takes its coding. */
static void prefer_sibling(struct http_static *files,
                           struct http_request *req,
                           struct target *target)
{
    static const struct {
        str coding;
        const char *ending;
    } siblings[] = {
        {STR_INIT("br"),   "br"},
        {STR_INIT("gzip"), "gz"},
    };
    for (size_t i = 0; i < COUNT_OF(siblings); i++) {
        struct target sibling;
        if (!accepts(req, siblings[i].coding)) continue;
        str name = str_printf(req->arena, "%.*s.%s", STR_FMT(target->name), siblings[i].ending);
        if (!look_up(files, req, name, &sibling)) continue;
        if (!is_file(&sibling)) {
            close_target(&sibling);
            continue;
        }
        close_target(target);
        *target = sibling;
        target->encoding = siblings[i].coding;
        return;
    }
}

/* Answers */

struct header_list {
    struct http_header at[HEADERS_MAX];
    size_t count;
};

static void add_header(struct header_list *list, str name, str value)
{
    assert(list->count < HEADERS_MAX);
    if (value.len) list->at[list->count++] = (struct http_header){name, value};
}

static str or_default(str chosen, str otherwise)
{
    return chosen.at ? chosen : otherwise;
}

static void add_page_headers(const struct http_static_options *options, struct header_list *list)
{
    add_header(list, STR("Content-Security-Policy"),
               or_default(options->content_security_policy,
                          STR("default-src 'self'; img-src 'self' data: blob:; "
                              "media-src 'self' blob:; connect-src 'self' ws: wss:; "
                              "object-src 'none'; base-uri 'self'; form-action 'self'; "
                              "frame-ancestors 'none'")));
    add_header(list, STR("Referrer-Policy"),
               or_default(options->referrer_policy, STR("strict-origin-when-cross-origin")));
}

static str date_text(struct arena *arena, int64_t seconds)
{
    char *text = arena_alloc(arena, HTTP_DATE_BYTES);
    http_date_write(text, seconds);
    return str_from(text, HTTP_DATE_BYTES);
}

static str etag_of(struct arena *arena, const struct target *target)
{
    uint64_t ns = (uint64_t)target->info.st_mtim.tv_sec * 1000000000u +
                  (uint64_t)target->info.st_mtim.tv_nsec;
    return str_printf(arena, "\"%llx-%llx%s%.*s\"", (unsigned long long)ns,
                      (unsigned long long)target->info.st_size, target->encoding.len ? "-" : "",
                      STR_FMT(target->encoding));
}

/* The cached bytes compressed, once. */
static str gzipped(struct http_static *files, struct http_request *req, struct target *target)
{
    struct cached_file *file = target->cached;
    size_t index = loop_index(req->loop);
    if (!file->gzipped.at) {
        struct buf packed;
        buf_init(&packed, 0);
        file->gzipped = STR("");
        if (gzip_compress(files->gzip_arenas[index], &files->gzips[index], CACHE_GZIP_LEVEL,
                          file->bytes, &packed))
            file->gzipped = str_copy(files->caches[index]->arena, buf_str(&packed));
        buf_deinit(&packed);
    }
    return file->gzipped;
}

/* What is about to be sent of a target. */
struct sending {
    struct http_response response;
    struct header_list headers;
    str body;      /* when the cache has it */
    uint64_t size; /* of the representation */
    uint64_t offset, len;
};

static void choose_bytes(struct http_static *files,
                         struct http_request *req,
                         struct target *target,
                         bool compressible,
                         struct sending *out)
{
    out->body = target->cached ? target->cached->bytes : STR_NONE;
    out->size = (uint64_t)target->info.st_size;
    bool squeeze = compressible && target->cached && !target->encoding.len &&
                   out->body.len >= GZIP_BYTES_MIN && accepts(req, STR("gzip")) &&
                   !http_header_find(req, STR("range")).at && gzipped(files, req, target).len;
    if (squeeze) {
        out->body = target->cached->gzipped;
        out->size = out->body.len;
        target->encoding = STR("gzip");
    }
    out->len = out->size;
}

static void choose_range(struct http_request *req,
                         const struct http_validators *has,
                         struct sending *out)
{
    enum http_range range = http_range_find(req, has, out->size, &out->offset, &out->len);
    str text = STR_NONE;
    add_header(&out->headers, STR("Accept-Ranges"), STR("bytes"));
    switch (range) {
    case HTTP_RANGE_WHOLE: break;
    case HTTP_RANGE_PART:
        out->response.status = 206;
        text = str_printf(req->arena, "bytes %llu-%llu/%llu", (unsigned long long)out->offset,
                          (unsigned long long)(out->offset + out->len - 1),
                          (unsigned long long)out->size);
        break;
    case HTTP_RANGE_UNSATISFIABLE:
        out->response.status = 416;
        text = str_printf(req->arena, "bytes */%llu", (unsigned long long)out->size);
        break;
    }
    add_header(&out->headers, STR("Content-Range"), text);
}

static void add_headers(const struct http_static *files,
                        const struct target *target,
                        str type,
                        bool compressible,
                        struct header_list *list)
{
    add_header(list, STR("Cache-Control"), files->options.cache_control);
    add_header(list, STR("Content-Encoding"), target->encoding);
    if (compressible) add_header(list, STR("Vary"), STR("Accept-Encoding"));
    add_header(list, STR("X-Content-Type-Options"), STR("nosniff"));
    if (str_starts(type, STR("text/html"))) add_page_headers(&files->options, list);
}

static void send_target(struct http_static *files,
                        struct http_request *req,
                        struct target *target,
                        str type)
{
    struct sending out = {
        .response = {.content_type = type, .gzip = HTTP_GZIP_NEVER}
    };
    bool compressible = gzip_is_worth(type);
    choose_bytes(files, req, target, compressible, &out);
    struct http_validators has = {etag_of(req->arena, target), target->info.st_mtim.tv_sec};
    add_header(&out.headers, STR("ETag"), has.etag);
    add_header(&out.headers, STR("Last-Modified"), date_text(req->arena, has.modified_s));
    add_headers(files, target, type, compressible, &out.headers);
    out.response.status = http_condition_status(req, &has);
    if (out.response.status == 200 && !target->encoding.len) choose_range(req, &has, &out);
    out.response.headers = out.headers.at;
    out.response.header_count = out.headers.count;
    if (out.response.status >= 300) {
        close_target(target);
        http_respond(req, &out.response);
    } else if (target->cached) {
        out.response.body = str_slice(out.body, (size_t)out.offset, (size_t)(out.offset + out.len));
        http_respond(req, &out.response);
    } else {
        http_respond_file(req, &out.response, target->fd, out.offset, out.len);
    }
}

static void answer_not_found(struct http_request *req)
{
    http_respond_error(req, err_new(req->arena, ERR_HTTP_NOT_FOUND, "no such path"));
}

static void redirect_to_folder(struct http_request *req)
{
    str location = str_printf(req->arena, "%.*s/%s%.*s", STR_FMT(req->path),
                              req->query.len ? "?" : "", STR_FMT(req->query));
    const struct http_header header = {STR("Location"), location};
    http_respond(req,
                 &(struct http_response){.status = 301, .headers = &header, .header_count = 1});
}

/* A single-page app's own paths: no dot in the last segment. */
static bool wants_fallback(const struct http_static *files, str path)
{
    size_t start = path.len;
    while (start > 0 && path.at[start - 1] != '/') start--;
    return files->options.index_fallback.len &&
           str_find_char(str_skip(path, start), '.', 0) == SIZE_MAX;
}

static void serve_name(struct http_static *files, struct http_request *req, str name)
{
    struct target target;
    bool found = look_up(files, req, name, &target);
    if (found && S_ISDIR(target.info.st_mode)) {
        close_target(&target);
        redirect_to_folder(req);
        return;
    }
    if (!found && wants_fallback(files, name)) {
        name = files->options.index_fallback;
        found = look_up(files, req, name, &target);
    }
    if (!found || !is_file(&target)) {
        if (found) close_target(&target);
        answer_not_found(req);
        return;
    }
    str type = http_mime_type(name);
    if (gzip_is_worth(type)) prefer_sibling(files, req, &target);
    if (!target.cached) put_cached(files, req, &target);
    send_target(files, req, &target, type);
}

void http_static_serve(struct http_request *req, void *context)
{
    struct http_static *files = context;
    str path;
    err error = url_decode(req->arena, req->path_rest, URL_PLUS_LITERAL, &path);
    if (error) {
        http_respond_error(req, error);
        return;
    }
    if (!is_safe_path(path)) {
        answer_not_found(req);
        return;
    }
    if (str_empty(path) || str_ends(path, STR("/")))
        path = str_printf(req->arena, "%.*sindex.html", STR_FMT(path));
    serve_name(files, req, path);
}

/* Life */

static void close_static(void *object)
{
    struct http_static *files = object;
    for (size_t i = 0; i < files->loop_count; i++) {
        if (files->caches[i]) cache_unref(files->caches[i]);
        gzip_free(files->gzips[i]);
        arena_free(files->gzip_arenas[i]);
    }
    close(files->directory);
}

err http_static_new(struct arena *arena,
                    const struct http_static_options *options,
                    size_t loop_count,
                    struct http_static **out)
{
    int directory = open(options->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return err_new(arena, ERR_CONFIG, "could not open the folder \"%s\": %s",
                       options->directory, strerror(errno));
    struct http_static *files = ARENA_NEW(arena, struct http_static);
    files->options = *options;
    files->directory = directory;
    files->loop_count = loop_count;
    files->caches = ARENA_ARRAY(arena, struct cache *, loop_count);
    files->gzips = ARENA_ARRAY(arena, struct gzip *, loop_count);
    files->gzip_arenas = ARENA_ARRAY(arena, struct arena *, loop_count);
    for (size_t i = 0; i < loop_count; i++) files->gzip_arenas[i] = arena_new(0);
    arena_defer(arena, close_static, files);
    if (!options->cache_bytes_max) files->options.cache_bytes_max = CACHE_BYTES_DEFAULT;
    if (!options->cache_file_bytes_max)
        files->options.cache_file_bytes_max = CACHE_FILE_BYTES_DEFAULT;
    if (!options->cache_control.at) files->options.cache_control = STR("no-cache");
    *out = files;
    return NULL;
}
