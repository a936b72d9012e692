#include <zlib.h>

#include "http/server_int.h"

/* One compressor per loop, reset for each body: its 256 KiB of tables are made once. */
struct gzip {
    z_stream stream;
};

enum { GZIP_WINDOW = 15 + 16 /* a gzip header */, GZIP_MEMORY = 8 };

/* "q=0", "q=0.000" mean no; everything else, malformed ones too, means yes. */
bool http_is_weight_zero(str parameters)
{
    str parameter;
    while (parameters.len) {
        str_cut(parameters, ';', &parameter, &parameters);
        parameter = str_trim(parameter);
        if (parameter.len < 3 || !str_eq_nocase(str_slice(parameter, 0, 2), STR("q="))) continue;
        for (size_t i = 2; i < parameter.len; i++)
            if (parameter.at[i] != '0' && parameter.at[i] != '.') return false;
        return true;
    }
    return false;
}

bool gzip_is_accepted(const struct http_request *req)
{
    size_t at = 0;
    str list, item, name, parameters;
    bool any = false; /* "*" speaks for gzip when gzip itself is not named */
    while (http_header_next(req, STR("accept-encoding"), &at, &list))
        while (http_list_next(&list, &item)) {
            str_cut(item, ';', &name, &parameters);
            name = str_trim(name);
            if (str_eq_nocase(name, STR("gzip")) || str_eq_nocase(name, STR("x-gzip")))
                return !http_is_weight_zero(parameters);
            if (str_eq(name, STR("*"))) any = !http_is_weight_zero(parameters);
        }
    return any;
}

bool gzip_is_worth(str content_type)
{
    static const str types[] = {
        STR_INIT("application/json"),
        STR_INIT("application/javascript"),
        STR_INIT("application/xml"),
        STR_INIT("application/wasm"),
        STR_INIT("image/svg+xml"),
        STR_INIT("application/manifest+json"),
        STR_INIT("application/graphql-response+json"),
    };
    str type, parameters;
    str_cut(content_type, ';', &type, &parameters);
    type = str_trim(type);
    if (str_starts(type, STR("text/"))) return !str_eq(type, STR("text/event-stream"));
    for (size_t i = 0; i < COUNT_OF(types); i++)
        if (str_eq(types[i], type)) return true;
    return str_ends(type, STR("+json"));
}

static struct gzip *gzip_new(struct arena *arena, int level)
{
    struct gzip *gzip = ARENA_NEW(arena, struct gzip);
    int failed = deflateInit2(&gzip->stream, level, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY,
                              Z_DEFAULT_STRATEGY);
    return failed == Z_OK ? gzip : NULL;
}

bool gzip_compress(struct arena *arena, struct gzip **gzip, int level, str body, struct buf *out)
{
    if (!*gzip) *gzip = gzip_new(arena, level);
    if (!*gzip) return false;
    z_stream *stream = &(*gzip)->stream;
    if (deflateReset(stream) != Z_OK || !buf_reserve(out, body.len)) return false;
    stream->next_in = (Bytef *)(uintptr_t)body.at; /* zlib only reads */
    stream->avail_in = (uInt)body.len;
    stream->next_out = (Bytef *)out->at;
    /* No room for more than the original: then it does not pay. */
    stream->avail_out = (uInt)body.len;
    if (deflate(stream, Z_FINISH) != Z_STREAM_END) return false;
    out->len = body.len - stream->avail_out;
    return true;
}

void gzip_free(struct gzip *gzip)
{
    if (gzip) deflateEnd(&gzip->stream);
}
