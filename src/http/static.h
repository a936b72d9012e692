/* http/static.h - files of one directory, served at "/".
 *
 * GET and HEAD; ETag and Last-Modified with their conditions (RFC 9110, 13), one byte range (several
 * give 200), index.html, precompressed .br and .gz siblings. No path leaves the directory: "..",
 * dotfiles, NUL and backslash are 404, and the kernel resolves symbolic links beneath it alone.
 *
 * Owns:    the directory's descriptor, in the arena; a small cache of file bytes per loop.
 * Threads: made by one; the handler runs on any loop.
 * Errors:  ERR_CONFIG when the directory cannot be opened.
 */
#ifndef DAPUR_HTTP_STATIC_H
#define DAPUR_HTTP_STATIC_H

#include "http/router.h"

struct http_static;

struct http_static_options {
    const char *directory;
    str cache_control;  /* empty: "no-cache" (kept, but asked about each time) */
    str index_fallback; /* a file for unknown paths without a dot, as single-page apps want it;
                         * empty: none */
    /* Security headers on pages (text/html); an str with at == NULL takes the default, an empty one
     * with at != NULL leaves the header out. */
    str content_security_policy; /* default: default-src 'self'; ... frame-ancestors 'none' */
    str referrer_policy;         /* default: strict-origin-when-cross-origin */
    size_t cache_bytes_max;      /* per loop; 0: 4 MiB */
    size_t cache_file_bytes_max; /* larger files are sent from disk; 0: 128 KiB */
};

MUST_USE err http_static_new(struct arena *arena,
                             const struct http_static_options *options,
                             size_t loop_count,
                             struct http_static **out);
/* A handler for a prefix route "/"; context is the struct http_static. */
http_handler http_static_serve;
/* "text/html; charset=utf-8" for "a.html"; application/octet-stream for unknown endings. */
str http_mime_type(str file_name);

#endif
