/* ranges: text, canonical form, order, predicates and set operations. */
#include "vectors.h"

#include "types/range.h"
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

static str parsed(enum type_storage type, const char *text)
{
    str out = STR_NONE;
    err error = range_parse(arena, NULL, type, str_of(text), &out);
    return error ? error->code : out;
}

static void reads(enum type_storage type, const char *text, const char *expected)
{
    str out = parsed(type, text);
    if (!str_eq(out, str_of(expected))) print_error("%s: %.*s\n", text, STR_FMT(out));
    assert_true(str_eq(out, str_of(expected)));
}

static void discrete_ranges_become_half_open(void **state)
{
    (void)state;
    reads(TYPE_INT4RANGE, "[1,4]", "[1,5)");
    reads(TYPE_INT4RANGE, " ( 1 , 5 ] ", "[2,6)");
    reads(TYPE_INT4RANGE, "(1,2)", "empty");
    reads(TYPE_INT4RANGE, "[,5]", "(,6)");
    reads(TYPE_INT8RANGE, "(\"9223372036854775805\",]", "[9223372036854775806,)");
    reads(TYPE_DATERANGE, "[2026-01-31,2026-02-28]", "[2026-01-31,2026-03-01)");
    reads(TYPE_DATERANGE, "(-infinity,infinity]", "(-infinity,infinity]");
}

static void continuous_ranges_keep_their_bounds(void **state)
{
    (void)state;
    reads(TYPE_NUMRANGE, "(1.50,2]", "(1.50,2]");
    reads(TYPE_NUMRANGE, "[1.0,1.00]", "[1.0,1.00]");
    reads(TYPE_NUMRANGE, "[1,1)", "empty");
    reads(TYPE_TSRANGE, "[2026-01-01,]", "[\"2026-01-01 00:00:00\",)");
    reads(TYPE_TSTZRANGE, "[2026-01-01 02:00+02,infinity)",
          "[\"2026-01-01 00:00:00+00\",infinity)");
}

static void what_is_no_range_is_refused(void **state)
{
    (void)state;
    static const char *const malformed[] = {"",       "1,2",   "[1",      "[1,",
                                            "[1,2",   "[1 2)", "[1,2,3)", "[1,2)x",
                                            "emptyx", "[\\",   "[\"1",    "[\"\",1)"};
    for (size_t i = 0; i < COUNT_OF(malformed); i++) reads(TYPE_INT4RANGE, malformed[i], "22P02");
    reads(TYPE_INT4RANGE, "[2,1]", "22000");
    reads(TYPE_INT4RANGE, "[1,2147483647]", "22003");
    reads(TYPE_DATERANGE, "[2026-02-30,)", "22008");
}

static void ranges_sort_by_lower_then_upper_bound(void **state)
{
    (void)state;
    static const char *const sorted[] = {"empty", "(,1)",   "(,1]", "(,)",   "[1,1]", "[1,2)",
                                         "[1,2]", "[1,10)", "[1,)", "(1,2)", "[2,3)", "[10,11)"};
    for (size_t i = 0; i < COUNT_OF(sorted); i++) {
        for (size_t j = 0; j < COUNT_OF(sorted); j++) {
            int order = range_compare(TYPE_NUMRANGE, str_of(sorted[i]), str_of(sorted[j]));
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
        }
    }
    assert_int_equal(range_compare_numerics(STR("[1.0,2)"), STR("[1,2.00)")), 0);
    assert_true(range_compare_ints(STR("[9,10)"), STR("[10,11)")) < 0);
}

static void comparing_takes_any_bytes(void **state)
{
    (void)state;
    static const char *const junk[] = {"", "[", "[,", "\"", "[\",)", "x", "[1]", "e", ",,,"};
    for (size_t i = 0; i < COUNT_OF(junk); i++) {
        for (size_t j = 0; j < COUNT_OF(junk); j++) {
            (void)range_compare_ints(str_of(junk[i]), str_of(junk[j]));
            (void)range_compare_numerics(str_of(junk[i]), str_of(junk[j]));
            (void)range_compare_times(str_of(junk[i]), str_of(junk[j]));
        }
    }
}

static bool holds(enum range_test test, const char *a, const char *b)
{
    return range_test(TYPE_NUMRANGE, test, str_of(a), str_of(b));
}

static void predicates_answer_as_postgresql(void **state)
{
    (void)state;
    assert_true(holds(RANGE_CONTAINS, "[1,5)", "(1,5)"));
    assert_false(holds(RANGE_CONTAINS, "[1,5)", "[1,5]"));
    assert_true(holds(RANGE_CONTAINS, "empty", "empty"));
    assert_true(holds(RANGE_CONTAINED_BY, "empty", "[1,2)"));
    assert_true(holds(RANGE_OVERLAPS, "[1,2]", "[2,3]"));
    assert_false(holds(RANGE_OVERLAPS, "[1,2)", "[2,3]"));
    assert_true(holds(RANGE_BEFORE, "[1,2)", "[2,3]"));
    assert_false(holds(RANGE_AFTER, "[1,2)", "empty"));
    assert_true(holds(RANGE_OVERLEFT, "[1,2)", "(,2]"));
    assert_false(holds(RANGE_OVERRIGHT, "(,2)", "[1,2]"));
    assert_true(holds(RANGE_ADJACENT, "[1,2)", "[2,3]"));
    assert_false(holds(RANGE_ADJACENT, "[1,2)", "(2,3]"));
    struct value two = value_text(STR("2.00"));
    assert_true(range_contains_value(arena, TYPE_NUMRANGE, STR("[1,2]"), &two));
    assert_false(range_contains_value(arena, TYPE_NUMRANGE, STR("[1,2)"), &two));
}

static void combines(enum range_operation operation, const char *a, const char *b, const char *to)
{
    str out = STR_NONE;
    err error = range_combine(arena, TYPE_INT4RANGE, operation, str_of(a), str_of(b), &out);
    assert_true(str_eq(error ? error->code : out, str_of(to)));
}

static void set_operations_give_one_range_or_refuse(void **state)
{
    (void)state;
    combines(RANGE_UNION, "[1,3)", "[3,5)", "[1,5)");
    combines(RANGE_UNION, "[1,3)", "[4,5)", "22000");
    combines(RANGE_MERGE, "[1,3)", "[4,5)", "[1,5)");
    combines(RANGE_MINUS, "[1,5)", "[3,9)", "[1,3)");
    combines(RANGE_MINUS, "[1,5)", "(,3)", "[3,5)");
    combines(RANGE_MINUS, "[1,5)", "[2,3)", "22000");
    combines(RANGE_MINUS, "[1,5)", "(,)", "empty");
    combines(RANGE_INTERSECT, "[1,5)", "[3,)", "[3,5)");
    combines(RANGE_INTERSECT, "[1,5)", "[5,)", "empty");
}

static void made_of_values_with_flags(void **state)
{
    (void)state;
    struct value one = value_int(1), null = value_null();
    str out;
    assert_null(range_from_values(arena, TYPE_INT4RANGE, &one, &null, STR("(]"), &out));
    assert_true(str_eq(out, STR("[2,)")));
    assert_true(err_is(range_from_values(arena, TYPE_INT4RANGE, &one, &one, STR("[["), &out),
                       STR("42601")));
    struct range range = range_read(STR("[1,5)"));
    struct value bound;
    assert_null(range_bound_value(arena, TYPE_INT4RANGE, &range, &range.upper, &bound));
    assert_int_equal(bound.i, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(discrete_ranges_become_half_open),
        cmocka_unit_test(continuous_ranges_keep_their_bounds),
        cmocka_unit_test(what_is_no_range_is_refused),
        cmocka_unit_test(ranges_sort_by_lower_then_upper_bound),
        cmocka_unit_test(comparing_takes_any_bytes),
        cmocka_unit_test(predicates_answer_as_postgresql),
        cmocka_unit_test(set_operations_give_one_range_or_refuse),
        cmocka_unit_test(made_of_values_with_flags),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
