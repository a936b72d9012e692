#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/rest/query.h"
#include "base/buf.h"

static int set_up(void **state)
{
    *state = arena_new(0);
    return 0;
}

static int tear_down(void **state)
{
    arena_free(*state);
    return 0;
}

static struct rest_query parse(void **state, const char *text)
{
    struct rest_query query;
    err error = rest_query_parse(*state, str_of(text), REST_USE_TABLE, &query);
    if (error) fail_msg("%s: %.*s (%.*s)", text, STR_FMT(error->message), STR_FMT(error->details));
    return query;
}

static const struct rest_filter *filter_of(const struct rest_query *query, size_t index)
{
    assert_true(index < query->root.conditions.count);
    assert_int_equal(query->root.conditions.at[index]->kind, REST_CONDITION_FILTER);
    return &query->root.conditions.at[index]->filter;
}

#define ASSERT_STR(actual, expected)                                        \
    do {                                                                    \
        str actual_ = (actual);                                             \
        if (!str_eq(actual_, str_of(expected)))                             \
            fail_msg("\"%.*s\" is not \"%s\"", STR_FMT(actual_), expected); \
    } while (0)

static void no_select_is_a_star(void **state)
{
    struct rest_query query = parse(state, "");
    assert_int_equal(query.root.items.count, 1);
    assert_int_equal(query.root.items.at[0].kind, REST_ITEM_STAR);
    assert_false(query.has_select);
}

static void select_takes_aliases_casts_and_json_paths(void **state)
{
    struct rest_query query =
        parse(state, "select=id,full:name::text,data-%3Ea-%3E%3E0,%22odd%20one%22");
    assert_int_equal(query.root.items.count, 4);
    ASSERT_STR(query.root.items.at[1].alias, "full");
    ASSERT_STR(query.root.items.at[1].field.name, "name");
    ASSERT_STR(query.root.items.at[1].cast, "text");
    assert_int_equal(query.root.items.at[2].field.path_count, 2);
    ASSERT_STR(query.root.items.at[2].field.path[0].key, "a");
    assert_true(query.root.items.at[2].field.path[1].is_index);
    assert_true(query.root.items.at[2].field.path[1].as_text);
    ASSERT_STR(query.root.items.at[3].field.name, "odd one");
}

static void embeds_nest_with_hints_joins_and_spreads(void **state)
{
    struct rest_query query =
        parse(state, "select=id,c:clients!fk!inner(name,...towns(town)),x!left(),count()");
    const struct rest_embed *embed = query.root.items.at[1].embed;
    ASSERT_STR(embed->alias, "c");
    ASSERT_STR(embed->target, "clients");
    ASSERT_STR(embed->hint, "fk");
    assert_int_equal(embed->join, REST_JOIN_INNER);
    assert_true(embed->level.items.at[1].embed->spread);
    assert_int_equal(query.root.items.at[2].embed->level.items.count, 0);
    assert_int_equal(query.root.items.at[3].kind, REST_ITEM_COUNT);
}

static void quotes_are_special_in_lists_and_trees_alone(void **state)
{
    struct rest_query query =
        parse(state, "a=eq.%22x%22&b=in.(%22x,y%22,z,%22open)&or=(c.eq.%22,)%22,d.is.null)");
    ASSERT_STR(filter_of(&query, 0)->value, "\"x\"");
    const struct rest_filter *list = filter_of(&query, 1);
    assert_int_equal(list->list_count, 3);
    ASSERT_STR(list->list[0], "x,y");
    ASSERT_STR(list->list[2], "\"open");
    const struct rest_condition *tree = query.root.conditions.at[2];
    assert_int_equal(tree->kind, REST_CONDITION_OR);
    ASSERT_STR(tree->children[0]->filter.value, ",)");
}

static void plus_is_a_space_and_stars_are_patterns_in_like(void **state)
{
    struct rest_query query = parse(state, "a=like.*x+y*&b=eq.*");
    ASSERT_STR(filter_of(&query, 0)->value, "%x y%");
    ASSERT_STR(filter_of(&query, 1)->value, "*");
}

static void conditions_reach_the_embed_that_their_path_names(void **state)
{
    struct rest_query query = parse(
        state,
        "select=*,t:tasks(*,notes(*))&t.done=is.true&tasks.notes.limit=3&t.order=a.desc.nullslast");
    const struct rest_embed *tasks = query.root.items.at[1].embed;
    assert_int_equal(tasks->level.conditions.count, 1);
    assert_true(tasks->level.orders.at[0].descending);
    assert_int_equal(tasks->level.orders.at[0].nulls, REST_NULLS_LAST);
    assert_int_equal(tasks->level.items.at[1].embed->level.limit, 3);
    assert_false(query.has_filters);
}

static void the_first_order_and_the_last_limit_win(void **state)
{
    struct rest_query query = parse(state, "order=a&order=b&limit=1&limit=2&limit=x&offset=-4");
    assert_int_equal(query.root.orders.count, 1);
    ASSERT_STR(query.root.orders.at[0].field.name, "a");
    assert_int_equal(query.root.limit, 2);
    assert_int_equal(query.root.offset, 0);
}

static void a_quoted_reserved_word_is_a_column(void **state)
{
    struct rest_query query = parse(state, "%22order%22=eq.1");
    ASSERT_STR(filter_of(&query, 0)->field.name, "order");
}

static void get_calls_split_arguments_from_filters(void **state)
{
    struct rest_query query;
    assert_null(rest_query_parse(*state, STR("id=5&id=gt.2&name=a.b"), REST_USE_CALL_GET, &query));
    assert_int_equal(query.arguments.count, 2);
    assert_int_equal(query.root.conditions.count, 1);
    assert_non_null(rest_query_parse(*state, STR("x=in.5"), REST_USE_CALL_GET, &query));
}

static void bad_grammar_is_pgrst100_with_its_column(void **state)
{
    static const char *const texts[] = {
        "a=1",        "a=eq",        "select=a,",         "select=a(b",
        "select=(a)", "order=a.up",  "or=a.eq.1",         "or=(a.eq.1",
        "or=(a)",     "a=in.1",      "a=is.nul",          "columns=",
        "and=()",     "a=not.foo.1", "select=a.median()", "on_conflict=a,,b",
        "a%00=eq.1",  "a=eq.%ff",
    };
    struct rest_query query;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        err error = rest_query_parse(*state, str_of(texts[i]), REST_USE_TABLE, &query);
        if (!error) fail_msg("%s was accepted", texts[i]);
    }
    err error = rest_query_parse(*state, STR("id=0"), REST_USE_TABLE, &query);
    ASSERT_STR(error->code, "PGRST100");
    ASSERT_STR(error->message, "\"failed to parse filter (0)\" (line 1, column 1)");
    ASSERT_STR(error->details, "unexpected \"0\" expecting \"not\" or operator (eq, gt, ...)");
}

static void an_unknown_embed_path_is_pgrst108(void **state)
{
    struct rest_query query;
    err error = rest_query_parse(*state, STR("ghost.id=eq.1"), REST_USE_TABLE, &query);
    assert_non_null(error);
    ASSERT_STR(error->code, "PGRST108");
}

static void nesting_without_end_is_refused(void **state)
{
    struct buf *text = buf_in(*state, 0);
    struct rest_query query;
    buf_lit(text, "select=");
    for (int i = 0; i < 1000; i++) buf_lit(text, "a(");
    assert_non_null(rest_query_parse(*state, buf_str(text), REST_USE_TABLE, &query));
    buf_clear(text);
    buf_lit(text, "or=");
    for (int i = 0; i < 1000; i++) buf_lit(text, "(and");
    assert_non_null(rest_query_parse(*state, buf_str(text), REST_USE_TABLE, &query));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(no_select_is_a_star),
        CASE(select_takes_aliases_casts_and_json_paths),
        CASE(embeds_nest_with_hints_joins_and_spreads),
        CASE(quotes_are_special_in_lists_and_trees_alone),
        CASE(plus_is_a_space_and_stars_are_patterns_in_like),
        CASE(conditions_reach_the_embed_that_their_path_names),
        CASE(the_first_order_and_the_last_limit_win),
        CASE(a_quoted_reserved_word_is_a_column),
        CASE(get_calls_split_arguments_from_filters),
        CASE(bad_grammar_is_pgrst100_with_its_column),
        CASE(an_unknown_embed_path_is_pgrst108),
        CASE(nesting_without_end_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
