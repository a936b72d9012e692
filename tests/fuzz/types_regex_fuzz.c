/* tests/fuzz/types_regex_fuzz - the translation of regular expressions: PCRE2 takes what it gives.
 *
 * Input: a pattern, a newline, a text.
 */
#include <stdlib.h>

#include "base/utf8.h"
#include "types/regex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition) ((condition) ? (void)0 : abort())

enum { TEXT_BYTES_MAX = 200 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str whole = str_from(data, size), pattern, text, out;
    if (!utf8_valid(whole)) return 0;
    str_cut(whole, '\n', &pattern, &text);
    text = str_slice(text, 0, text.len < TEXT_BYTES_MAX ? text.len : 0);
    struct arena *arena = arena_new(0);
    struct regex *regex;
    struct regex_match match;
    bool found = false, matched = false;
    if (!regex_compile(arena, pattern, STR(""), &regex)) {
        err first = regex_test(arena, regex, text, &matched);
        err second = regex_find(arena, regex, text, 0, &found, &match);
        if (!first && !second) CHECK(found == matched);
        if (!second && found) CHECK(match.start <= match.end && match.end <= text.len);
        const struct regex_replace_options all = {.all = true};
        err error = regex_replace(arena, regex, text, STR("\\1\\&"), &all, &out);
        if (!error) CHECK(utf8_valid(out));
    }
    err_ignore(regex_from_similar(arena, pattern, STR("\\"), &out), "only crashes count");
    arena_free(arena);
    return 0;
}
