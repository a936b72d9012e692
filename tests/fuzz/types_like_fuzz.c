/* tests/fuzz/types_like_fuzz - LIKE against a plain recursive matcher, and the prefix it promises.
 *
 * Input: a pattern, a newline, a text.
 */
#include <stdlib.h>

#include "base/utf8.h"
#include "types/like.h"
#include "types/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition) ((condition) ? (void)0 : abort())

enum { BYTES_MAX = 24 }; /* the plain matcher is exponential */

static bool plain_match(str text, str pattern)
{
    if (!pattern.len) return !text.len;
    char c = pattern.at[0];
    if (c == '%') {
        str rest = str_skip(pattern, 1);
        return plain_match(text, rest) || (text.len && plain_match(str_skip(text, 1), pattern));
    }
    if (!text.len) return false;
    size_t step = c == '\\' ? 2 : 1, len = 0;
    if (pattern.len < step) return false;
    if (c == '_') {
        if (utf8_next(text, &len) < 0) return false;
        return plain_match(str_skip(text, len), str_skip(pattern, 1));
    }
    bool same = pattern.at[step - 1] == text.at[0];
    return same && plain_match(str_skip(text, 1), str_skip(pattern, step));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str input = str_from(data, size), pattern, text;
    if (!utf8_valid(input)) return 0;
    str_cut(input, '\n', &pattern, &text);
    struct arena *arena = arena_new(0);
    bool matched = false, whole = false;
    str end, out;
    err error = like_match(arena, text, pattern, LIKE_EXACT, &matched);
    str prefix = like_prefix(arena, pattern, &whole);
    if (!error && matched) {
        CHECK(str_starts(text, prefix));
        if (like_prefix_end(arena, prefix, &end)) CHECK(str_cmp(text, end) < 0);
    }
    if (!error && whole) CHECK(matched == str_eq(text, prefix));
    if (!error && size <= BYTES_MAX) CHECK(matched == plain_match(text, pattern));
    err_ignore(like_match(arena, text, pattern, LIKE_FOLD, &matched), "only crashes count");
    err_ignore(like_escape(arena, pattern, STR("!"), &out), "only crashes count");
    const struct text_argument arguments[] = {
        {STR("a b"), false},
        {STR_NONE,   true }
    };
    err_ignore(text_format(arena, pattern, arguments, 2, &out), "only crashes count");
    arena_free(arena);
    return 0;
}
