/* Full text: the parser's tokens, documents, queries, matching; sizes and depths that are refused. */
#include "vectors.h"

#include "types/ts_config.h"
#include "types/ts_parser.h"

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

static void is(str found, const char *expected)
{
    if (!str_eq(found, str_of(expected))) print_error("%.*s\n", STR_FMT(found));
    assert_true(str_eq(found, str_of(expected)));
}

static str code_or(err error, str text)
{
    return error ? error->code : text;
}

static str tokens(const char *text)
{
    struct ts_parser parser = ts_parser_of(str_of(text), NULL);
    struct ts_span span;
    struct buf *out = buf_in(arena, 0);
    while (ts_parser_next(&parser, &span))
        if (span.type != TS_BLANK) buf_printf(out, "%d:%.*s ", (int)span.type, STR_FMT(span.text));
    return buf_str(out);
}

static void parser_knows_words_numbers_hosts_and_tags(void **state)
{
    (void)state;
    is(tokens("one 2 three4 -5.5e1"), "1:one 22:2 3:three4 7:-5.5e1 ");
    is(tokens("foo-bar-1"), "16:foo-bar 11:foo 11:bar 22:1 ");
    is(tokens("http://x.com/a?b a@b.cd"), "14:http:// 5:x.com/a?b 6:x.com 18:/a?b 4:a@b.cd ");
    is(tokens("<b a='>'>&amp;/usr/lib"), "13:<b a='>'> 23:&amp; 19:/usr/lib ");
    is(tokens("<script>no</script>yes"), "13:<script> 13:</script> 1:yes ");
}

static void parser_covers_the_text(void **state)
{
    (void)state;
    str text = STR("a-b <x 1.2.3 \xc3\xa9-1 ~/ &#; ..");
    struct ts_parser parser = ts_parser_of(text, NULL);
    struct ts_span span;
    const char *end = text.at;
    while (ts_parser_next(&parser, &span))
        if (span.text.at + span.text.len > end) end = span.text.at + span.text.len;
    assert_true(end == text.at + text.len);
}

static void documents_hold_stems_at_their_places(void **state)
{
    (void)state;
    str out;
    is(code_or(ts_to_vector(arena, TS_CONFIG_ENGLISH, STR("The Fat Rats, fat cats"), &out), out),
       "'cat':5 'fat':2,4 'rat':3");
    is(code_or(ts_to_vector(arena, TS_CONFIG_SIMPLE, STR("The Rats"), &out), out),
       "'rats':2 'the':1");
    assert_non_null(ts_to_vector(arena, 1, STR("x"), &out));
}

static str query(enum ts_query_form form, const char *text)
{
    str out = STR_NONE;
    err error = ts_to_query(arena, TS_CONFIG_ENGLISH, form, str_of(text), &out);
    return code_or(error, out);
}

static void stop_words_leave_distances(void **state)
{
    (void)state;
    is(query(TS_QUERY_PHRASE, "cats of the dogs"), "'cat' <3> 'dog'");
    is(query(TS_QUERY_OPERATORS, "cats <-> the <-> dogs"), "'cat' <2> 'dog'");
    is(query(TS_QUERY_OPERATORS, "the"), "");
    is(query(TS_QUERY_OPERATORS, "cats dogs"), "42601");
    is(query(TS_QUERY_WEB, "\"fat cats\" -dogs or fish"), "'fat' <-> 'cat' & !'dog' | 'fish'");
}

static bool matches(const char *vector, const char *text)
{
    str stored_vector, stored_query;
    bool found;
    assert_null(tsvector_parse(arena, str_of(vector), &stored_vector));
    assert_null(tsquery_parse(arena, str_of(text), &stored_query));
    assert_null(ts_match(arena, stored_vector, stored_query, &found));
    return found;
}

static void phrases_match_by_position(void **state)
{
    (void)state;
    assert_true(matches("a:1 b:2", "a <-> b"));
    assert_false(matches("a:1 b:3", "a <-> b"));
    assert_false(matches("a b", "a <-> b"));
    assert_true(matches("a:1 c:2", "a <-> !b"));
    assert_true(matches("ab:1A", "a:*A"));
}

static void stored_queries_keep_their_tree(void **state)
{
    (void)state;
    str stored, again;
    assert_null(tsquery_parse(arena, STR("a & (b & !(c <-> (d <-> e)))"), &stored));
    assert_null(tsquery_parse(arena, stored, &again));
    assert_true(str_eq(stored, again));
    struct buf *out = buf_in(arena, 0);
    tsquery_output(out, stored);
    is(buf_str(out), "'a' & 'b' & !( 'c' <-> ( 'd' <-> 'e' ) )");
}

static str many(const char *piece, size_t count)
{
    struct buf *out = buf_in(arena, 0);
    for (size_t i = 0; i < count; i++) buf_str_add(out, str_of(piece));
    return buf_str(out);
}

static void sizes_and_depths_are_bounded(void **state)
{
    (void)state;
    str out;
    is(tsvector_parse(arena, many("x", TS_WORD_BYTES_MAX + 1), &out)->code, "54000");
    is(tsquery_parse(arena, many("x", TS_WORD_BYTES_MAX + 1), &out)->code, "54000");
    is(tsquery_parse(arena, many("(", 1000000), &out)->code, "54001");
    assert_non_null(tsquery_parse(arena, many("!", 1000000), &out));
    assert_non_null(tsquery_parse(arena, many("a&", 1000000), &out));
    assert_non_null(tsquery_parse(arena, STR("a <99999999999999999999> b"), &out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(parser_knows_words_numbers_hosts_and_tags, setup, teardown),
        cmocka_unit_test_setup_teardown(parser_covers_the_text, setup, teardown),
        cmocka_unit_test_setup_teardown(documents_hold_stems_at_their_places, setup, teardown),
        cmocka_unit_test_setup_teardown(stop_words_leave_distances, setup, teardown),
        cmocka_unit_test_setup_teardown(phrases_match_by_position, setup, teardown),
        cmocka_unit_test_setup_teardown(stored_queries_keep_their_tree, setup, teardown),
        cmocka_unit_test_setup_teardown(sizes_and_depths_are_bounded, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
