#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sql/script.h"

#define TEST(name) static void name(void **state)
#define ENTRY(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
#define assert_str(actual, expected)                                                       \
    do {                                                                                   \
        str actual_ = (actual), expected_ = (expected);                                    \
        if (!str_eq(actual_, expected_))                                                   \
            fail_msg("got \"%.*s\", want \"%.*s\"", STR_FMT(actual_), STR_FMT(expected_)); \
    } while (0)

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

static struct script *parsed(struct arena *arena, str text)
{
    struct script *script = NULL;
    assert_null(script_parse(arena, text, &script));
    return script;
}

TEST(copy_data_is_cut_out)
{
    str text = STR("create table t (a int, b text);\n"
                   "COPY public.t (a, b) FROM stdin;\n"
                   "1\tit's; \"odd\n"
                   "2\t\\N\n"
                   "\\.\n"
                   "select 1;\n");
    struct script *script = parsed(*state, text);
    assert_int_equal(script->count, 3);
    const struct script_item *copy = &script->items[1];
    assert_null(copy->statement.error);
    assert_true(AST_AS(CopyStmt, copy->statement.node)->is_from);
    assert_true(copy->has_copy_data);
    assert_str(copy->copy_data, STR("1\tit's; \"odd\n2\t\\N\n"));
    assert_ptr_equal(copy->copy_data.at, text.at + copy->copy_data_offset);
    assert_false(script->items[2].has_copy_data);
    assert_null(script->items[2].statement.error);
}

TEST(copy_data_may_be_empty_and_end_lines_with_carriage_returns)
{
    struct script *script = parsed(*state, STR("copy t from stdin;\r\n\\.\r\ncopy t from stdin "
                                               "with (format csv);\r\na;b\r\n\\.\r\nselect 1"));
    assert_int_equal(script->count, 3);
    assert_true(script->items[0].has_copy_data);
    assert_int_equal(script->items[0].copy_data.len, 0);
    assert_str(script->items[1].copy_data, STR("a;b\r\n"));
}

TEST(copy_data_without_an_end_is_refused)
{
    struct script *script = parsed(*state, STR("copy t from stdin;\n1\n2\n"));
    assert_int_equal(script->count, 1);
    assert_str(script->items[0].statement.error->code, STR("22P04"));
    assert_int_equal(script->items[0].statement.error->at, 19);
}

TEST(data_of_a_wrong_copy_is_not_taken_for_statements)
{
    struct script *script = parsed(*state, STR("copy t (a,) from stdin;\nselect;\n\\.\nselect 2;"));
    assert_int_equal(script->count, 2);
    assert_str(script->items[0].statement.error->code, STR("42601"));
    assert_null(script->items[1].statement.error);
}

TEST(other_copies_have_no_data)
{
    struct script *script = parsed(
        *state, STR("copy t to stdout; copy t from '/tmp/x'; copy (select 1) to stdout; select 1"));
    assert_int_equal(script->count, 4);
    for (size_t i = 0; i < 4; i++) assert_false(script->items[i].has_copy_data);
}

TEST(backslash_commands_are_reported_with_their_place)
{
    struct script *script =
        parsed(*state, STR("\\connect foo; bar\nselect 1;\n  \\i other.sql\nselect '\\d';"));
    assert_int_equal(script->count, 4);
    assert_str(script->items[0].statement.text, STR("\\connect foo; bar"));
    assert_str(script->items[0].statement.error->code, STR("0A000"));
    assert_null(script->items[1].statement.error);
    assert_str(script->items[2].statement.error->details, STR("Line 3, column 3."));
    assert_null(script->items[3].statement.error);
}

TEST(a_backslash_inside_a_statement_is_a_syntax_error)
{
    struct script *script = parsed(*state, STR("select 1 \\gset\n; select 2"));
    assert_str(script->items[0].statement.error->code, STR("42601"));
    assert_null(script->items[1].statement.error);
}

TEST(a_byte_order_mark_and_empty_files_are_fine)
{
    assert_int_equal(parsed(*state, STR(""))->count, 0);
    assert_int_equal(parsed(*state, STR(" ; -- nothing\n;"))->count, 0);
    struct script *script = parsed(*state, STR("\xEF\xBB\xBFselect 1"));
    assert_int_equal(script->count, 1);
    assert_int_equal(script->items[0].statement.offset, 3);
    assert_null(script->items[0].statement.error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENTRY(copy_data_is_cut_out),
        ENTRY(copy_data_may_be_empty_and_end_lines_with_carriage_returns),
        ENTRY(copy_data_without_an_end_is_refused),
        ENTRY(data_of_a_wrong_copy_is_not_taken_for_statements),
        ENTRY(other_copies_have_no_data),
        ENTRY(backslash_commands_are_reported_with_their_place),
        ENTRY(a_backslash_inside_a_statement_is_a_syntax_error),
        ENTRY(a_byte_order_mark_and_empty_files_are_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
