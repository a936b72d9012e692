/* tests/fuzz/types_jsonb_fuzz - jsonb, arrays and composites: normal forms are fixed points.
 *
 * Input: a byte that chooses the type, then its text; a second text behind a newline.
 */
#include <stdlib.h>

#include "base/utf8.h"
#include "types/jsonb.h"
#include "types/type_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition) ((condition) ? (void)0 : abort())

static const struct type_ref int4 = {.storage = TYPE_INT4, .typmod = -1};
static const struct type_ref text = {.storage = TYPE_TEXT, .typmod = -1};
static const struct type_ref jsonb = {.storage = TYPE_JSONB, .typmod = -1};
static const struct type_ref texts = {.storage = TYPE_ARRAY, .typmod = -1, .element = &text};
static const struct type_ref ints = {.storage = TYPE_ARRAY, .typmod = -1, .element = &int4};
static const struct type_field fields[] = {
    {STR_INIT("a"), &text },
    {STR_INIT("b"), &ints },
    {STR_INIT("c"), &jsonb}
};
static const struct type_ref row = {
    .storage = TYPE_COMPOSITE, .typmod = -1, .fields = fields, .field_count = 3};
static const struct type_ref rows = {.storage = TYPE_ARRAY, .typmod = -1, .element = &row};

static void operate(struct arena *arena, str a, str b)
{
    str out, path[2] = {STR("a"), STR("0")};
    CHECK(jsonb_compare(a, b) == -jsonb_compare(b, a));
    CHECK(jsonb_contains(a, a));
    if (jsonb_compare(a, b) == 0) CHECK(jsonb_hash(a, 1) == jsonb_hash(b, 1));
    err error = jsonb_concat(arena, a, b, &out);
    if (!error) CHECK(!json_text_check(arena, out));
    error = jsonb_set(arena, a, path, 2, b, true, &out);
    if (!error) CHECK(!json_text_check(arena, out));
    error = jsonb_delete_path(arena, a, path, 1, &out);
    if (!error) CHECK(!json_text_check(arena, out));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct type_ref *const types[] = {&jsonb, &texts, &ints, &row, &rows};
    if (size < 1 || !utf8_valid(str_from(data + 1, size - 1))) return 0;
    struct arena *arena = arena_new(0);
    const struct type_ref *type = types[data[0] % COUNT_OF(types)];
    str first, second;
    struct value value, other, again;
    str_cut(str_from(data + 1, size - 1), '\n', &first, &second);
    if (!type_input(arena, NULL, type, TYPE_EXPLICIT, first, &value)) {
        str output = type_output_str(arena, NULL, type, &value);
        CHECK(!type_input(arena, NULL, type, TYPE_EXPLICIT, output, &again));
        CHECK(type_compare(type, &value, &again) == 0);
        CHECK(str_eq(value.s, again.s));
        struct buf *json = buf_in(arena, 0);
        type_json(NULL, type, &value, json);
        CHECK(!json_text_check(arena, buf_str(json)));
        bool two = type == &jsonb && !type_input(arena, NULL, type, TYPE_EXPLICIT, second, &other);
        if (two) operate(arena, value.s, other.s);
    }
    arena_free(arena);
    return 0;
}
