/* regular expressions against PostgreSQL 15's answers. */
#include "vectors.h"

#include "base/json.h"
#include "types/regex.h"

static err compile(struct arena *arena, str pattern, str flags, struct regex **out)
{
    return regex_compile(arena, pattern, flags, out);
}

static err give_bool(str *out, bool value)
{
    *out = value ? STR("true") : STR("false");
    return NULL;
}

static void put_text(struct buf *out, str text)
{
    if (text.at)
        json_write_str(out, text);
    else
        buf_lit(out, "null");
}

/* As regexp_match answers: the groups, or the whole without any. */
static void put_groups(struct buf *out, const struct regex_match *match)
{
    buf_char(out, '[');
    if (match->group_count == 0) put_text(out, match->groups[0]);
    for (size_t i = 1; i <= match->group_count; i++) {
        if (i > 1) buf_char(out, ',');
        put_text(out, match->groups[i]);
    }
    buf_char(out, ']');
}

#define OP_BODY(name) static err do_##name(struct arena *arena, const str *args, str *out)

static err test(struct arena *arena, str text, str pattern, str flags, str *out)
{
    struct regex *regex;
    bool matched;
    TRY(compile(arena, pattern, flags, &regex));
    TRY(regex_test(arena, regex, text, &matched));
    return give_bool(out, matched);
}

OP_BODY(test)
{
    return test(arena, args[0], args[1], STR(""), out);
}

OP_BODY(itest)
{
    return test(arena, args[0], args[1], STR("i"), out);
}

static err match(struct arena *arena, str text, str pattern, str flags, str *out)
{
    struct regex *regex;
    struct regex_match found_match;
    bool found;
    TRY(compile(arena, pattern, flags, &regex));
    TRY(regex_find(arena, regex, text, 0, &found, &found_match));
    if (!found) return NULL;
    struct buf *json = buf_in(arena, 0);
    put_groups(json, &found_match);
    *out = buf_str(json);
    return NULL;
}

OP_BODY(match)
{
    return match(arena, args[0], args[1], STR(""), out);
}

OP_BODY(matchf)
{
    return match(arena, args[0], args[1], args[2], out);
}

OP_BODY(matches)
{
    struct regex *regex;
    struct regex_match *matches;
    size_t count;
    TRY(compile(arena, args[1], STR(""), &regex));
    TRY(regex_find_all(arena, regex, args[0], 0, &matches, &count));
    if (!count) return NULL;
    struct buf *json = buf_in(arena, 0);
    buf_char(json, '[');
    for (size_t i = 0; i < count; i++) {
        /* json_agg sets rows apart so */
        if (i) buf_lit(json, ", \n ");
        put_groups(json, &matches[i]);
    }
    buf_char(json, ']');
    *out = buf_str(json);
    return NULL;
}

OP_BODY(split)
{
    struct regex *regex;
    str *pieces;
    size_t count;
    TRY(compile(arena, args[1], STR(""), &regex));
    TRY(regex_split(arena, regex, args[0], &pieces, &count));
    struct buf *json = buf_in(arena, 0);
    buf_char(json, '[');
    for (size_t i = 0; i < count; i++) {
        if (i) buf_char(json, ',');
        json_write_str(json, pieces[i]);
    }
    buf_char(json, ']');
    *out = buf_str(json);
    return NULL;
}

static err replace(struct arena *arena,
                   const str *args,
                   str flags,
                   const struct regex_replace_options *options,
                   str *out)
{
    struct regex *regex;
    TRY(compile(arena, args[1], flags, &regex));
    return regex_replace(arena, regex, args[0], args[2], options, out);
}

OP_BODY(replace)
{
    return replace(arena, args, STR(""), &(struct regex_replace_options){0}, out);
}

OP_BODY(replaceg)
{
    return replace(arena, args, STR(""), &(struct regex_replace_options){.all = true}, out);
}

OP_BODY(replacef)
{
    struct buf *flags = buf_in(arena, 0);
    struct regex_replace_options options = {0};
    for (size_t i = 0; i < args[3].len; i++) {
        if (args[3].at[i] == 'g')
            options.all = true;
        else
            buf_char(flags, args[3].at[i]);
    }
    return replace(arena, args, flags->at ? buf_str(flags) : STR(""), &options, out);
}

OP_BODY(replacen)
{
    int64_t start = 0, nth = 0;
    assert_true(str_to_i64(args[3], &start) && str_to_i64(args[4], &nth));
    struct regex_replace_options options = {(size_t)start, (size_t)nth, nth == 0};
    return replace(arena, args, STR(""), &options, out);
}

OP_BODY(substr)
{
    struct regex *regex;
    bool found;
    TRY(compile(arena, args[1], STR(""), &regex));
    TRY(regex_substring(arena, regex, args[0], &found, out));
    if (!found) *out = STR_NONE;
    return NULL;
}

OP_BODY(similar)
{
    str pattern;
    TRY(regex_from_similar(arena, args[1], STR("\\"), &pattern));
    return test(arena, args[0], pattern, STR(""), out);
}

OP_BODY(similare)
{
    str pattern;
    TRY(regex_from_similar(arena, args[1], args[2], &pattern));
    return test(arena, args[0], pattern, STR(""), out);
}

OP_BODY(substrsim)
{
    str pattern;
    TRY(regex_from_similar(arena, args[1], args[2], &pattern));
    return do_substr(arena, (const str[]){args[0], pattern}, out);
}

#define OP(name)         \
    {                    \
#name, do_##name \
    }
static const struct vector_op ops[] = {
    OP(test),     OP(itest),    OP(match),    OP(matchf), OP(matches), OP(split),    OP(replace),
    OP(replaceg), OP(replacef), OP(replacen), OP(substr), OP(similar), OP(similare), OP(substrsim),
};

static void regexes_answer_as_postgresql(void **state)
{
    (void)state;
    vectors_run("regex.tsv", ops, COUNT_OF(ops));
}

static void a_runaway_match_is_cancelled(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    struct regex *regex;
    bool matched;
    assert_null(regex_compile(arena, STR("^(([a-z])+.)+[A-Z]([a-z])+$"), STR(""), &regex));
    str text =
        STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    assert_true(err_is(regex_test(arena, regex, text, &matched), STR("57014")));
    arena_free(arena);
}

static void what_cannot_be_translated_is_named(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    str out;
    err error = regex_translate(arena, STR("[[.hyphen.]]"), STR(""), &out);
    assert_true(err_is(error, STR("2201B")));
    assert_true(str_ends(error->message, STR("cannot translate \"[.hyphen.]\"")));
    assert_true(err_is(regex_translate(arena, STR("a"), STR("e"), &out), STR("0A000")));
    arena_free(arena);
}

static void a_search_from_a_character_sees_what_stands_before_it(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    struct regex *regex;
    struct regex_match *matches;
    size_t count;
    str text = STR("éab");
    assert_int_equal(regex_start(text, 1), 0);
    assert_int_equal(regex_start(text, 2), 2);
    assert_int_equal(regex_start(text, 4), text.len);
    assert_int_equal(regex_start(text, 5), text.len + 1);
    assert_null(regex_compile(arena, STR("^a|b"), STR(""), &regex));
    assert_null(regex_find_all(arena, regex, text, regex_start(text, 2), &matches, &count));
    assert_int_equal(count, 1);
    assert_int_equal(matches[0].start, 3);
    assert_null(regex_find_all(arena, regex, text, regex_start(text, 5), &matches, &count));
    assert_int_equal(count, 0);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(regexes_answer_as_postgresql),
        cmocka_unit_test(a_runaway_match_is_cancelled),
        cmocka_unit_test(what_cannot_be_translated_is_named),
        cmocka_unit_test(a_search_from_a_character_sees_what_stands_before_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
