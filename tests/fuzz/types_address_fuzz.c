/* tests/fuzz/types_address_fuzz - addresses and bit strings: what is read is written the same, and the order of
 * any two texts is one.
 *
 * Input: a byte that chooses the type, then its text.
 */
#include <stdlib.h>

#include "types/network.h"
#include "types/type_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition) ((condition) ? (void)0 : abort())

static int sign(int order)
{
    return (order > 0) - (order < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum type_storage kinds[] = {TYPE_INET,     TYPE_CIDR, TYPE_MACADDR,
                                              TYPE_MACADDR8, TYPE_BIT,  TYPE_VARBIT};
    if (size < 1) return 0;
    struct arena *arena = arena_new(0);
    const struct type_ref *type = type_plain(kinds[data[0] % COUNT_OF(kinds)]);
    str text = str_from(data + 1, size - 1);
    struct value value, again;
    if (!type_input(arena, NULL, type, TYPE_EXPLICIT, text, &value)) {
        CHECK(!type_input(arena, NULL, type, TYPE_EXPLICIT, value.s, &again));
        CHECK(str_eq(value.s, again.s));
        str output = type_output_str(arena, NULL, type, &value);
        CHECK(!type_input(arena, NULL, type, TYPE_EXPLICIT, output, &again));
        CHECK(str_eq(value.s, again.s));
        CHECK(type_compare(type, &value, &again) == 0);
    }
    str head = str_slice(text, 0, text.len / 2), tail = str_skip(text, text.len / 2);
    CHECK(sign(inet_compare_text(head, tail)) == -sign(inet_compare_text(tail, head)));
    arena_free(arena);
    return 0;
}
