/* tests/fuzz/types_template_fuzz - the templates of to_char, to_date, to_timestamp and to_number.
 *
 * Input: a template, a newline, a text to read by it.
 */
#include "base/utf8.h"
#include "types/numeric.h"
#include "types/to_char.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct type_session session = {.now_us = INT64_C(1767323045000000)};
    static const struct interval interval = {.us = -5000000123, .days = 40, .months = -14};
    static const str numbers[] = {STR_INIT("-1234.5678"), STR_INIT("0"), STR_INIT("NaN"),
                                  STR_INIT("99999999999999999999")};
    str input = str_from(data, size), format, text, out;
    if (!utf8_valid(input)) return 0;
    str_cut(input, '\n', &format, &text);
    struct arena *arena = arena_new(0);
    const char *why = "only crashes count";
    int32_t date;
    int64_t us;
    err_ignore(to_char_timestamptz(arena, NULL, session.now_us, format, &out), why);
    err_ignore(to_char_interval(arena, interval, format, &out), why);
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        err_ignore(to_char_numeric(arena, numbers[i], format, &out), why);
    }
    err_ignore(to_char_float8(arena, -12345.678, format, &out), why);
    err_ignore(to_date(arena, text, format, &date), why);
    err_ignore(to_timestamp(arena, &session, text, format, &us), why);
    err_ignore(to_number(arena, text, format, &out), why);
    arena_free(arena);
    return 0;
}
