/* tests/fuzz/types_numeric_fuzz - numeric's input and arithmetic: canonical in, canonical out.
 *
 * Input: two numbers parted by a newline.
 */
#include <stdlib.h>

#include "types/float.h"
#include "types/numeric.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition) ((condition) ? (void)0 : abort())

enum { DIGITS_MAX = 200 }; /* longer ones are right too, but slow */

static void check(err error, str value)
{
    CHECK(error || numeric_is_canonical(value));
}

static void pair(struct arena *arena, str a, str b)
{
    str out = STR_NONE, back = STR_NONE;
    check(numeric_mul(arena, a, b, &out), out);
    check(numeric_div(arena, a, b, &out), out);
    check(numeric_mod(arena, a, b, &out), out);
    err error = numeric_add(arena, a, b, &out);
    check(error, out);
    bool finite = numeric_scale(a) >= 0 && numeric_scale(b) >= 0;
    if (!error && finite && !numeric_sub(arena, out, b, &back))
        CHECK(numeric_compare(back, a) == 0);
    CHECK(numeric_compare(a, b) == -numeric_compare(b, a));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(0);
    str first, second, a = STR_NONE, b = STR_NONE;
    double real;
    str_cut(str_from(data, size), '\n', &first, &second);
    err_ignore(float8_parse(arena, first, &real), "only crashes count");
    bool good = !numeric_parse(arena, first, -1, &a) && !numeric_parse(arena, second, -1, &b);
    if (good) CHECK(numeric_is_canonical(a) && numeric_is_canonical(b));
    if (good && a.len + b.len <= DIGITS_MAX) pair(arena, a, b);
    arena_free(arena);
    return 0;
}
