/* The query string of REST requests: whatever the bytes, an answer or an error, in bounded time. */
#include <stddef.h>
#include <stdint.h>

#include "api/rest/query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(0);
    struct rest_query query;
    for (int use = REST_USE_TABLE; use <= REST_USE_CALL_POST; use++)
        err_ignore(rest_query_parse(arena, str_from(data, size), (enum rest_query_use)use, &query),
                   "any answer will do");
    arena_free(arena);
    return 0;
}
