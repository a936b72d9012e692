#include "http/chunked.h"

enum { SIZE_DIGITS_MAX = 15 }; /* 2^60 - 1: cannot overflow, and leading zeros are bounded */

static bool is_control(char c)
{
    return ((unsigned char)c < 0x20 && c != '\t') || c == 0x7f;
}

/* A refusal's text, or NULL when the byte moves the machine on. */
static const char *take_size(struct http_chunked *chunked, char c)
{
    int digit = hex_value(c);
    if (digit >= 0) {
        if (++chunked->digits > SIZE_DIGITS_MAX) return "a chunk size is too large";
        chunked->left = chunked->left * 16 + (uint64_t)digit;
        return NULL;
    }
    if (!chunked->digits) return "a chunk size is not a hexadecimal number";
    if (c == ';') {
        chunked->state = CHUNKED_EXTENSION;
    } else if (c == '\r') {
        chunked->state = CHUNKED_SIZE_LF;
    } else {
        return "a chunk size is not a hexadecimal number";
    }
    return NULL;
}

static const char *take_extension(struct http_chunked *chunked, char c)
{
    if (c == '\r')
        chunked->state = CHUNKED_SIZE_LF;
    else if (is_control(c))
        return "a chunk extension holds a control character";
    else if (++chunked->extension_bytes > CHUNKED_EXTENSION_BYTES_MAX)
        return "chunk extensions are too long";
    return NULL;
}

static const char *take_line_feed(struct http_chunked *chunked,
                                  char c,
                                  enum http_chunked_state next)
{
    if (c != '\n') return "a chunk's line ends without CRLF";
    chunked->state = next;
    return NULL;
}

static const char *take_trailer_byte(struct http_chunked *chunked, char c)
{
    switch (chunked->state) {
    case CHUNKED_TRAILER:
        if (c == '\r')
            chunked->state = CHUNKED_END_LF;
        else if (http_is_token_byte(c))
            chunked->state = CHUNKED_TRAILER_NAME;
        else
            return "a trailer is malformed";
        return NULL;
    case CHUNKED_TRAILER_NAME:
        if (c == ':')
            chunked->state = CHUNKED_TRAILER_VALUE;
        else if (!http_is_token_byte(c))
            return "a trailer is malformed";
        return NULL;
    default:
        if (c == '\r')
            chunked->state = CHUNKED_TRAILER_LF;
        else if (is_control(c))
            return "a trailer holds a control character";
        return NULL;
    }
}

static const char *take_byte(struct http_chunked *chunked, char c)
{
    switch (chunked->state) {
    case CHUNKED_SIZE: return take_size(chunked, c);
    case CHUNKED_EXTENSION: return take_extension(chunked, c);
    case CHUNKED_SIZE_LF:
        return take_line_feed(chunked, c, chunked->left ? CHUNKED_DATA : CHUNKED_TRAILER);
    case CHUNKED_DATA_CR:
        if (c != '\r') return "a chunk is longer than its size";
        chunked->state = CHUNKED_DATA_LF;
        return NULL;
    case CHUNKED_DATA_LF: chunked->digits = 0; return take_line_feed(chunked, c, CHUNKED_SIZE);
    case CHUNKED_TRAILER_LF: return take_line_feed(chunked, c, CHUNKED_TRAILER);
    case CHUNKED_END_LF: return take_line_feed(chunked, c, CHUNKED_DONE);
    case CHUNKED_TRAILER:
    case CHUNKED_TRAILER_NAME:
    case CHUNKED_TRAILER_VALUE: return take_trailer_byte(chunked, c);
    case CHUNKED_DATA:
    case CHUNKED_DONE: break; /* not fed byte by byte */
    }
    return NULL;
}

static enum http_parse_result refuse(struct http_refusal *refusal, int status, const char *reason)
{
    *refusal = (struct http_refusal){status, reason};
    return HTTP_PARSE_REFUSED;
}

enum http_parse_result http_chunked_feed(struct http_chunked *chunked,
                                         str bytes,
                                         size_t *consumed,
                                         struct buf *out,
                                         struct http_refusal *refusal)
{
    size_t at = 0;
    *consumed = 0;
    while (at < bytes.len && chunked->state != CHUNKED_DONE) {
        if (chunked->state == CHUNKED_DATA) {
            size_t here = bytes.len - at;
            if (here > chunked->left) here = (size_t)chunked->left;
            buf_append(out, bytes.at + at, here);
            if (!buf_ok(out)) return refuse(refusal, 413, "the body is over the limit");
            at += here;
            chunked->left -= here;
            if (!chunked->left) chunked->state = CHUNKED_DATA_CR;
            continue;
        }
        bool in_trailer = chunked->state >= CHUNKED_TRAILER;
        if (in_trailer && ++chunked->trailer_bytes > CHUNKED_TRAILER_BYTES_MAX)
            return refuse(refusal, 431, "the trailers are over the limit");
        const char *wrong = take_byte(chunked, bytes.at[at++]);
        if (wrong) return refuse(refusal, 400, wrong);
        /* As soon as the size is known: not after megabytes have been read. */
        if (chunked->state == CHUNKED_DATA && out->bytes_max &&
            chunked->left > out->bytes_max - out->len)
            return refuse(refusal, 413, "the body is over the limit");
    }
    *consumed = at;
    return chunked->state == CHUNKED_DONE ? HTTP_PARSE_DONE : HTTP_PARSE_MORE;
}
