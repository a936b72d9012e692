/* JSON: parser and checker agree, and what is written back parses to the same text. */
#include <assert.h>

#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    struct arena *arena = arena_new(0);
    struct json_options options = {.depth_max = data[0] & 7 ? 64 : 100000,
                                   .nul_allowed = data[0] & 8};
    str text = str_from(data + 1, size - 1);
    const struct json *tree = NULL;
    err parsed = json_parse(arena, text, &options, &tree);
    err checked = json_check(arena, text, &options);
    assert((parsed == NULL) == (checked == NULL));
    /* json_write recurses, so only what an API would accept is written. */
    options.depth_max = 64;
    if (!parsed && !json_check(arena, text, &options)) {
        struct buf *first = buf_in(arena, 0);
        struct buf *second = buf_in(arena, 0);
        json_write(first, tree);
        assert(json_parse(arena, buf_str(first), &options, &tree) == NULL);
        json_write(second, tree);
        assert(str_eq(buf_str(first), buf_str(second)));
    }
    arena_free(arena);
    return 0;
}
