/* Bit strings: reading, lengths, numbers, parts, and what is refused. The expected values are PostgreSQL 15's. */
#include "vectors.h"

#include "types/bits.h"
#include "types/type_text.h"

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new(0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* The result, or the SQLSTATE. */
static void is(err error, str found, const char *expected)
{
    str shown = error ? error->code : found;
    if (!str_eq(shown, str_of(expected))) print_error("%.*s\n", STR_FMT(shown));
    assert_true(str_eq(shown, str_of(expected)));
}

static void reads(const char *text, const char *expected)
{
    str bits = STR("");
    err error = bits_parse(arena, str_of(text), &bits);
    is(error, bits, expected);
}

static void digits_are_binary_or_hexadecimal(void **state)
{
    (void)state;
    reads("", "");
    reads("0101", "0101");
    reads("b01", "01");
    reads("B", "");
    reads("x0aF", "000010101111");
    reads("X", "");
    static const char *const malformed[] = {"2",   "b2",  "xg",       "1 ",   " 1",
                                            "bb1", "0x1", "\xc3\xa9", "x\xc3"};
    for (size_t i = 0; i < COUNT_OF(malformed); i++) reads(malformed[i], "22P02");
}

static void fits(
    enum type_storage storage, int32_t typmod, bool cast, const char *bits, const char *expected)
{
    struct type_ref type = {.storage = storage, .typmod = typmod};
    struct value before = value_text(str_of(bits)), after = value_null();
    err error =
        type_coerce_typmod(arena, &type, cast ? TYPE_EXPLICIT : TYPE_ASSIGNMENT, &before, &after);
    is(error, after.s, expected);
}

static void lengths_are_kept_or_refused(void **state)
{
    (void)state;
    fits(TYPE_BIT, 3, false, "101", "101");
    fits(TYPE_BIT, 3, false, "10", "22026");
    fits(TYPE_BIT, 3, false, "1010", "22026");
    fits(TYPE_BIT, 3, true, "1", "100");
    fits(TYPE_BIT, 3, true, "11111", "111");
    fits(TYPE_VARBIT, 3, false, "", "");
    fits(TYPE_VARBIT, 3, false, "1011", "22001");
    fits(TYPE_VARBIT, 3, true, "1011", "101");
    fits(TYPE_BIT, BITS_MAX + 1, true, "1", "54000");
}

static void of_int(int64_t number, int32_t count, const char *expected)
{
    str bits = STR("");
    err error = bits_from_int(arena, number, count, &bits);
    is(error, bits, expected);
}

static void numbers_keep_their_lowest_bits(void **state)
{
    (void)state;
    of_int(5, 4, "0101");
    of_int(300, 4, "1100");
    of_int(-5, 8, "11111011");
    of_int(-1, 70, "1111111111111111111111111111111111111111111111111111111111111111111111");
    int64_t number;
    assert_null(bits_to_int(arena, STR("11111111111111111111111111111111"), 32, &number));
    assert_int_equal(number, -1);
    assert_null(bits_to_int(arena, STR("101"), 64, &number));
    assert_int_equal(number, 5);
    str wide = STR("000000000000000000000000000000001");
    assert_true(err_is(bits_to_int(arena, wide, 32, &number), STR("22003")));
}

static void shifts(const char *bits, int64_t count, const char *expected)
{
    str out = STR("");
    err error = bits_shift(arena, str_of(bits), count, &out);
    is(error, out, expected);
}

static void shifting_keeps_the_length(void **state)
{
    (void)state;
    shifts("1011", 1, "0110");
    shifts("1011", -1, "0101");
    shifts("1011", 4, "0000");
    shifts("1011", INT64_MIN, "0000");
    shifts("1011", INT32_MAX, "0000");
    shifts("", 1, "");
}

static void cuts(const char *bits, int64_t start, int64_t length, const char *expected)
{
    str out = STR("");
    err error = bits_substring(arena, str_of(bits), start, &length, &out);
    is(error, out, expected);
}

static void overlays(int64_t start, int64_t length, const char *expected)
{
    str out = STR("");
    err error = bits_overlay(arena, STR("00000"), STR("11"), start, &length, &out);
    is(error, out, expected);
}

static void parts_are_counted_from_one(void **state)
{
    (void)state;
    cuts("1010", 2, 2, "01");
    cuts("1010", -1, 4, "10");
    cuts("1010", 9, 1, "");
    cuts("1010", 1, INT32_MAX, "1010");
    cuts("1010", INT32_MIN, INT32_MAX, "");
    cuts("1010", 2, -1, "22011");
    overlays(2, 2, "01100");
    overlays(2, 0, "0110000");
    overlays(9, 1, "0000011");
    overlays(0, 1, "22011");
    overlays(INT32_MAX, 2, "22003");
    assert_int_equal(bits_position(STR("10110"), STR("11")), 3);
    assert_int_equal(bits_position(STR("10110"), STR("")), 1);
    assert_int_equal(bits_position(STR(""), STR("")), 0);
    assert_int_equal(bits_position(STR("1"), STR("10")), 0);
}

static void single_bits_are_counted_from_zero(void **state)
{
    (void)state;
    int64_t bit;
    assert_null(bits_get(arena, STR("01"), 1, &bit));
    assert_int_equal(bit, 1);
    assert_true(err_is(bits_get(arena, STR("01"), 2, &bit), STR("2202E")));
    assert_true(err_is(bits_get(arena, STR("01"), -1, &bit), STR("2202E")));
    str out = STR("");
    err error = bits_set(arena, STR("01"), 0, 1, &out);
    is(error, out, "11");
    assert_true(err_is(bits_set(arena, STR("01"), 0, 2, &out), STR("22023")));
    assert_true(err_is(bits_set(arena, STR("01"), 2, 1, &out), STR("2202E")));
    char into[] = "0110";
    assert_true(err_is(bits_combine(arena, BITS_AND, into, 4, STR("1")), STR("22026")));
    assert_null(bits_combine(arena, BITS_XOR, into, 4, STR("0011")));
    assert_string_equal(into, "0101");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digits_are_binary_or_hexadecimal),
        cmocka_unit_test(lengths_are_kept_or_refused),
        cmocka_unit_test(numbers_keep_their_lowest_bits),
        cmocka_unit_test(shifting_keeps_the_length),
        cmocka_unit_test(parts_are_counted_from_one),
        cmocka_unit_test(single_bits_are_counted_from_zero),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
