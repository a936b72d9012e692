/* http/chunked.h - the chunked transfer coding, decoded as bytes arrive.
 *
 * Owns:    nothing; decoded bytes go to the caller's buf.
 * Threads: any.
 * Errors:  HTTP_PARSE_REFUSED: 400 for malformed framing, 413 when the buf is full, 431 for long
 *          trailers. Extensions and trailers are checked, bounded and dropped.
 * Source:  RFC 9112, 7.1.
 */
#ifndef DAPUR_HTTP_CHUNKED_H
#define DAPUR_HTTP_CHUNKED_H

#include "base/buf.h"
#include "http/parse.h"

/* States, in the order of a message:
 * SIZE -> (EXTENSION) -> SIZE_LF -> DATA -> DATA_CR -> DATA_LF -> SIZE ...   for a chunk
 * SIZE -> (EXTENSION) -> SIZE_LF -> TRAILER ... -> END_LF -> DONE            for the last, of size 0 */
enum http_chunked_state {
    CHUNKED_SIZE,
    CHUNKED_EXTENSION,
    CHUNKED_SIZE_LF,
    CHUNKED_DATA,
    CHUNKED_DATA_CR,
    CHUNKED_DATA_LF,
    CHUNKED_TRAILER, /* at the start of a line */
    CHUNKED_TRAILER_NAME,
    CHUNKED_TRAILER_VALUE,
    CHUNKED_TRAILER_LF,
    CHUNKED_END_LF,
    CHUNKED_DONE,
};

enum {
    CHUNKED_EXTENSION_BYTES_MAX = 16 * 1024, /* of all chunks together */
    CHUNKED_TRAILER_BYTES_MAX = 8 * 1024,
};

struct http_chunked {
    enum http_chunked_state state;
    unsigned digits; /* of the size that is being read */
    uint64_t left;   /* bytes of the chunk still to come */
    size_t extension_bytes;
    size_t trailer_bytes;
};

/* Starts zeroed. *consumed counts the bytes of this feed that belong to the body; behind DONE there
 * may be the next request. out's bytes_max is the body limit. */
enum http_parse_result http_chunked_feed(struct http_chunked *chunked,
                                         str bytes,
                                         size_t *consumed,
                                         struct buf *out,
                                         struct http_refusal *refusal);

#endif
