#include "http/static.h"

/* The types of the web that a browser must not guess; everything else is bytes. */
static const struct {
    str ending;
    str type;
} types[] = {
    {STR_INIT("html"),        STR_INIT("text/html; charset=utf-8")       },
    {STR_INIT("css"),         STR_INIT("text/css; charset=utf-8")        },
    {STR_INIT("js"),          STR_INIT("text/javascript; charset=utf-8") },
    {STR_INIT("mjs"),         STR_INIT("text/javascript; charset=utf-8") },
    {STR_INIT("json"),        STR_INIT("application/json; charset=utf-8")},
    {STR_INIT("map"),         STR_INIT("application/json; charset=utf-8")},
    {STR_INIT("webmanifest"), STR_INIT("application/manifest+json")      },
    {STR_INIT("svg"),         STR_INIT("image/svg+xml")                  },
    {STR_INIT("png"),         STR_INIT("image/png")                      },
    {STR_INIT("jpg"),         STR_INIT("image/jpeg")                     },
    {STR_INIT("jpeg"),        STR_INIT("image/jpeg")                     },
    {STR_INIT("gif"),         STR_INIT("image/gif")                      },
    {STR_INIT("webp"),        STR_INIT("image/webp")                     },
    {STR_INIT("avif"),        STR_INIT("image/avif")                     },
    {STR_INIT("ico"),         STR_INIT("image/x-icon")                   },
    {STR_INIT("woff2"),       STR_INIT("font/woff2")                     },
    {STR_INIT("woff"),        STR_INIT("font/woff")                      },
    {STR_INIT("ttf"),         STR_INIT("font/ttf")                       },
    {STR_INIT("otf"),         STR_INIT("font/otf")                       },
    {STR_INIT("txt"),         STR_INIT("text/plain; charset=utf-8")      },
    {STR_INIT("md"),          STR_INIT("text/markdown; charset=utf-8")   },
    {STR_INIT("csv"),         STR_INIT("text/csv; charset=utf-8")        },
    {STR_INIT("xml"),         STR_INIT("application/xml; charset=utf-8") },
    {STR_INIT("pdf"),         STR_INIT("application/pdf")                },
    {STR_INIT("wasm"),        STR_INIT("application/wasm")               },
    {STR_INIT("mp3"),         STR_INIT("audio/mpeg")                     },
    {STR_INIT("ogg"),         STR_INIT("audio/ogg")                      },
    {STR_INIT("wav"),         STR_INIT("audio/wav")                      },
    {STR_INIT("mp4"),         STR_INIT("video/mp4")                      },
    {STR_INIT("webm"),        STR_INIT("video/webm")                     },
    {STR_INIT("zip"),         STR_INIT("application/zip")                },
};

str http_mime_type(str file_name)
{
    size_t dot = file_name.len;
    while (dot > 0 && file_name.at[dot - 1] != '.' && file_name.at[dot - 1] != '/') dot--;
    bool has_ending = dot > 0 && file_name.at[dot - 1] == '.';
    str ending = str_skip(file_name, dot);
    for (size_t i = 0; has_ending && i < COUNT_OF(types); i++)
        if (str_eq_nocase(types[i].ending, ending)) return types[i].type;
    return STR("application/octet-stream");
}
