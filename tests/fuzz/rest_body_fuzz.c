/* CSV and form bodies: rows or an error, whatever the bytes. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "api/rest/rest_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(0);
    const struct json *rows;
    if (!rest_csv_parse(arena, str_from(data, size), &rows)) assert(rows->kind == JSON_ARRAY);
    if (!rest_form_parse(arena, str_from(data, size), &rows)) assert(rows->kind == JSON_OBJECT);
    arena_free(arena);
    return 0;
}
