/* tests/fuzz/types_datetime_fuzz - dates, times and intervals: what is read is written the same.
 *
 * Input: a byte that chooses the type, then its text.
 */
#include <stdlib.h>

#include "types/datetime.h"
#include "types/type_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition) ((condition) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum type_storage kinds[] = {TYPE_DATE,      TYPE_TIME,        TYPE_TIMETZ,
                                              TYPE_TIMESTAMP, TYPE_TIMESTAMPTZ, TYPE_INTERVAL};
    static const struct type_session session = {.now_us = INT64_C(1767323045000000)};
    if (size < 1) return 0;
    struct arena *arena = arena_new(0);
    const struct type_ref *type = type_plain(kinds[data[0] % COUNT_OF(kinds)]);
    str text = str_from(data + 1, size - 1);
    struct value value, again;
    if (!type_input(arena, &session, type, TYPE_EXPLICIT, text, &value)) {
        CHECK(!type_input(arena, &session, type, TYPE_EXPLICIT, value.s, &again));
        CHECK(str_eq(value.s, again.s));
        str output = type_output_str(arena, &session, type, &value);
        CHECK(!type_input(arena, &session, type, TYPE_EXPLICIT, output, &again));
        CHECK(str_eq(value.s, again.s));
    }
    arena_free(arena);
    return 0;
}
