#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/json.h"

static int arena_setup(void **state)
{
    *state = arena_new(0);
    return 0;
}

static int arena_teardown(void **state)
{
    arena_free(*state);
    return 0;
}

#define TEST(name) static void name(void **state)
#define ENTRY(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
#define assert_str(actual, expected)                                                 \
    do {                                                                             \
        str actual_ = (actual), expected_ = (expected);                              \
        assert_int_equal(actual_.len, expected_.len);                                \
        if (actual_.len) assert_memory_equal(actual_.at, expected_.at, actual_.len); \
    } while (0)

static const struct json *parsed(struct arena *arena, str text)
{
    const struct json *tree = NULL;
    assert_null(json_parse(arena, text, NULL, &tree));
    assert_null(json_check(arena, text, NULL));
    return tree;
}

static err refused(struct arena *arena, str text)
{
    const struct json *tree = NULL;
    err error = json_parse(arena, text, NULL, &tree);
    err checked = json_check(arena, text, NULL);
    assert_non_null(error);
    assert_non_null(checked);
    assert_int_equal(error->kind, checked->kind);
    assert_null(tree);
    return error;
}

static str written(struct arena *arena, const struct json *tree)
{
    struct buf *out = buf_in(arena, 0);
    json_write(out, tree);
    return buf_str(out);
}

TEST(a_tree_is_written_back_without_spaces)
{
    const struct json *tree = parsed(
        *state,
        STR(" { \"a\" : [ 1 , -2.50e+3 , true , false , null , { } , [ ] ] , \"b\" : \"x\" } "));
    assert_str(written(*state, tree),
               STR("{\"a\":[1,-2.50e+3,true,false,null,{},[]],\"b\":\"x\"}"));
}

TEST(source_is_the_slice_of_the_input)
{
    const struct json *tree = parsed(*state, STR(" {\"a\": [1, 2 ] }"));
    assert_str(tree->source, STR("{\"a\": [1, 2 ] }"));
    assert_str(json_get(tree, STR("a"))->source, STR("[1, 2 ]"));
    assert_str(json_get(tree, STR("a"))->items[1]->source, STR("2"));
}

TEST(the_last_of_duplicate_members_wins_and_all_are_kept)
{
    const struct json *tree = parsed(*state, STR("{\"a\":1,\"a\":\"two\"}"));
    assert_int_equal(tree->count, 2);
    assert_str(json_get_str(tree, STR("a")), STR("two"));
    assert_null(json_get(tree, STR("b")));
    assert_true(str_empty(json_get_str(tree, STR("b"))));
}

TEST(escapes_are_decoded)
{
    const struct json *tree = parsed(
        *state, STR("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20AC\\uD83D\\uDE00 tail\""));
    assert_str(tree->text, STR("\"\\/\b\f\n\r\tA\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80 tail"));
}

TEST(numbers_stay_as_written)
{
    static const char *const good[] = {"0",    "-0",  "12345678901234567890123",
                                       "1.50", "1E5", "1e-05"};
    for (size_t i = 0; i < COUNT_OF(good); i++)
        assert_str(parsed(*state, str_of(good[i]))->text, str_of(good[i]));
    static const char *const bad[] = {"01",  "-",   "1.",  ".5",        "+1",  "1e",
                                      "1e+", "0x1", "NaN", "-Infinity", "1 2", "--1"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(refused(*state, str_of(bad[i]))->kind, ERR_JSON_SYNTAX);
}

TEST(whole_numbers_that_fit_become_i64)
{
    int64_t value;
    assert_true(json_to_i64(parsed(*state, STR("-9223372036854775808")), &value));
    assert_true(value == INT64_MIN);
    assert_false(json_to_i64(parsed(*state, STR("9223372036854775808")), &value));
    assert_false(json_to_i64(parsed(*state, STR("1.0")), &value));
    assert_false(json_to_i64(parsed(*state, STR("\"1\"")), &value));
    assert_false(json_to_i64(NULL, &value));
}

TEST(malformed_text_is_refused_with_its_place)
{
    static const struct {
        const char *text;
        int64_t at;
    } cases[] = {
        {"",                   0},
        {"[1,]",               3},
        {"[1 2]",              3},
        {"{\"a\" 1}",          5},
        {"{\"a\":1,}",         7},
        {"{a:1}",              1},
        {"[",                  1},
        {"[1]]",               3},
        {"\"abc",              4},
        {"\"\\",               1},
        {"\"a\nb\"",           2},
        {"\"\\x\"",            1},
        {"\"\\u12g4\"",        1},
        {"\"\\ud800\"",        1},
        {"\"\\ud800\\u0041\"", 1},
        {"\"\\udc00\"",        1},
        {"\"\\u0000\"",        1},
        {"tru",                0},
        {"'a'",                0},
        {"[1}",                2},
        {"{]",                 1},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        err error = refused(*state, str_of(cases[i].text));
        assert_int_equal(error->kind, ERR_JSON_SYNTAX);
        assert_int_equal(error->at, cases[i].at);
    }
}

TEST(bad_utf8_and_raw_nul_are_refused)
{
    assert_int_equal(refused(*state, STR("\"\xC3\x28\""))->kind, ERR_UTF8);
    assert_int_equal(refused(*state, STR("\"\xED\xA0\x80\""))->kind, ERR_UTF8);
    assert_int_equal(refused(*state, str_from("\"a\0b\"", 5))->kind, ERR_JSON_SYNTAX);
    assert_int_equal(refused(*state, STR("\xEF\xBB\xBF{}"))->kind, ERR_JSON_SYNTAX);
}

TEST(an_escaped_nul_is_kept_where_it_is_allowed)
{
    const struct json *tree;
    assert_null(json_parse(*state, STR("\"a\\u0000b\""),
                           &(struct json_options){.nul_allowed = true}, &tree));
    assert_str(tree->text, str_from("a\0b", 3));
}

static str nested(struct arena *arena, size_t depth)
{
    struct buf *text = buf_in(arena, 0);
    for (size_t i = 0; i < depth; i++) buf_str_add(text, i % 2 ? STR("{\"k\":") : STR("["));
    buf_char(text, '7');
    for (size_t i = depth; i > 0; i--) buf_char(text, (i - 1) % 2 ? '}' : ']');
    return buf_str(text);
}

TEST(depth_is_limited_and_costs_no_stack)
{
    parsed(*state, nested(*state, 64));
    assert_int_equal(refused(*state, nested(*state, 65))->kind, ERR_JSON_DEPTH);
    const struct json *tree;
    struct json_options deep = {.depth_max = 1000000};
    assert_null(json_parse(*state, nested(*state, 1000000), &deep, &tree));
    assert_null(json_check(*state, nested(*state, 1000000), &deep));
}

TEST(wide_arrays_keep_every_item)
{
    struct buf *text = buf_in(*state, 0);
    buf_char(text, '[');
    for (int64_t i = 0; i < 10000; i++) {
        if (i) buf_char(text, ',');
        buf_printf(text, "{\"i\":%lld}", (long long)i);
    }
    buf_char(text, ']');
    const struct json *tree = parsed(*state, buf_str(text));
    assert_int_equal(tree->count, 10000);
    for (int64_t i = 0; i < 10000; i++) {
        int64_t value = -1;
        assert_true(json_to_i64(json_get(tree->items[i], STR("i")), &value));
        assert_true(value == i);
    }
}

TEST(an_arena_cap_is_an_error_not_a_crash)
{
    (void)state;
    for (size_t cap = 16; cap < 4096; cap += 16) {
        struct arena *small = arena_new(cap);
        const struct json *tree = NULL;
        err error =
            json_parse(small, STR("{\"a\":[1,2,3,\"\\u0041\",{\"b\":[[],{}]}]}"), NULL, &tree);
        if (error) assert_int_equal(error->kind, ERR_NO_MEMORY);
        arena_free(small);
    }
}

TEST(strings_are_escaped_wherever_the_special_byte_stands)
{
    for (size_t len = 1; len < 40; len++) {
        for (size_t at = 0; at < len; at++) {
            static const char special[] = {'"', '\\', '\n', 0x01, 0x1F, 0x00};
            for (size_t k = 0; k < COUNT_OF(special); k++) {
                char text[40];
                memset(text, 'a' + (int)(len % 26), len);
                text[at] = special[k];
                struct buf *out = buf_in(*state, 0);
                json_write_str(out, str_from(text, len));
                const struct json *tree;
                assert_null(json_parse(*state, buf_str(out),
                                       &(struct json_options){.nul_allowed = true}, &tree));
                assert_str(tree->text, str_from(text, len));
            }
        }
    }
}

TEST(other_bytes_are_written_as_they_are)
{
    struct buf *out = buf_in(*state, 0);
    json_write_str(
        out, STR("/ \x7F \xE2\x80\xA8 h\xC3\xA9llo, a longer text that passes sixteen bytes"));
    assert_str(
        buf_str(out),
        STR("\"/ \x7F \xE2\x80\xA8 h\xC3\xA9llo, a longer text that passes sixteen bytes\""));
    buf_clear(out);
    json_write_str(out, STR("\b\f\n\r\t\x0B"));
    assert_str(buf_str(out), STR("\"\\b\\f\\n\\r\\t\\u000b\""));
    buf_clear(out);
    json_write_str(out, STR_NONE);
    assert_str(buf_str(out), STR("\"\""));
}

TEST(doubles_are_shortest_and_read_back)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0.1,                "0.1"                    },
        {0.1 + 0.2,          "0.30000000000000004"    },
        {1.0,                "1"                      },
        {-0.0,               "-0"                     },
        {100000,             "100000"                 },
        {1e300,              "1e+300"                 },
        {5e-324,             "5e-324"                 },
        {DBL_MAX,            "1.7976931348623157e+308"},
        {1.0 / 3.0,          "0.3333333333333333"     },
        {9007199254740993.0, "9007199254740992"       },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf *out = buf_in(*state, 0);
        json_write_double(out, cases[i].value);
        assert_str(buf_str(out), str_of(cases[i].text));
    }
    struct buf *out = buf_in(*state, 0);
    json_write_double(out, (double)NAN);
    json_write_double(out, (double)INFINITY);
    json_write_double(out, -(double)INFINITY);
    assert_str(buf_str(out), STR("\"NaN\"\"Infinity\"\"-Infinity\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENTRY(a_tree_is_written_back_without_spaces),
        ENTRY(source_is_the_slice_of_the_input),
        ENTRY(the_last_of_duplicate_members_wins_and_all_are_kept),
        ENTRY(escapes_are_decoded),
        ENTRY(numbers_stay_as_written),
        ENTRY(whole_numbers_that_fit_become_i64),
        ENTRY(malformed_text_is_refused_with_its_place),
        ENTRY(bad_utf8_and_raw_nul_are_refused),
        ENTRY(an_escaped_nul_is_kept_where_it_is_allowed),
        ENTRY(depth_is_limited_and_costs_no_stack),
        ENTRY(wide_arrays_keep_every_item),
        ENTRY(an_arena_cap_is_an_error_not_a_crash),
        ENTRY(strings_are_escaped_wherever_the_special_byte_stands),
        ENTRY(other_bytes_are_written_as_they_are),
        ENTRY(doubles_are_shortest_and_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
