/* text functions and LIKE against PostgreSQL 15's answers. */
#include "vectors.h"

#include "base/json.h"
#include "types/like.h"
#include "types/text.h"

static int64_t int_of(str text)
{
    int64_t value = 0;
    assert_true(str_to_i64(text, &value));
    return value;
}

static str int_text(struct arena *arena, int64_t value)
{
    return str_printf(arena, "%lld", (long long)value);
}

/* A result that borrows from an empty argument is still the empty text, not NULL. */
static err give(str *out, str value)
{
    *out = value.at ? value : STR("");
    return NULL;
}

#define PURE(name, call)                                                 \
    static err do_##name(struct arena *arena, const str *args, str *out) \
    {                                                                    \
        (void)arena;                                                     \
        return give(out, call);                                          \
    }
#define FALLIBLE(name, call)                                             \
    static err do_##name(struct arena *arena, const str *args, str *out) \
    {                                                                    \
        TRY(call);                                                       \
        return give(out, *out);                                          \
    }
PURE(upper, text_upper(arena, args[0]))
PURE(lower, text_lower(arena, args[0]))
PURE(initcap, text_initcap(arena, args[0]))
PURE(length, int_text(arena, (int64_t)text_length(args[0])))
PURE(reverse, text_reverse(arena, args[0]))
PURE(ascii, int_text(arena, text_ascii(args[0])))
PURE(quote_ident, text_quote_ident(arena, args[0]))
PURE(quote_literal, text_quote_literal(arena, args[0]))
PURE(substr2, text_substring_from(args[0], int_of(args[1])))
PURE(left, text_left(args[0], int_of(args[1])))
PURE(right, text_right(args[0], int_of(args[1])))
PURE(position, int_text(arena, text_position(args[0], args[1])))
PURE(ltrim, text_trim(arena, args[0], args[1], TEXT_TRIM_LEFT))
PURE(rtrim, text_trim(arena, args[0], args[1], TEXT_TRIM_RIGHT))
PURE(btrim, text_trim(arena, args[0], args[1], TEXT_TRIM_BOTH))
PURE(translate, text_translate(arena, args[0], args[1], args[2]))
PURE(hex4, text_to_hex(arena, int_of(args[0]), false))
PURE(hex8, text_to_hex(arena, int_of(args[0]), true))
PURE(citext, int_text(arena, text_compare_fold(args[0], args[1])))
PURE(starts, str_starts(args[0], args[1]) ? STR("true") : STR("false"))
FALLIBLE(substr3, text_substring(arena, args[0], int_of(args[1]), int_of(args[2]), out))
FALLIBLE(lpad, text_pad_left(arena, args[0], int_of(args[1]), args[2], out))
FALLIBLE(rpad, text_pad_right(arena, args[0], int_of(args[1]), args[2], out))
FALLIBLE(replace, text_replace(arena, args[0], args[1], args[2], out))
FALLIBLE(split_part, text_split_part(arena, args[0], args[1], int_of(args[2]), out))
FALLIBLE(repeat, text_repeat(arena, args[0], int_of(args[1]), out))
FALLIBLE(overlay, text_overlay(arena, args[0], args[1], int_of(args[2]), int_of(args[3]), out))
FALLIBLE(chr, text_chr(arena, int_of(args[0]), out))
FALLIBLE(varchar3, text_fit(arena, args[0], 3, STR("character varying"), TEXT_FIT_CAST, out))

static err do_char3(struct arena *arena, const str *args, str *out)
{
    str fitted;
    TRY(text_fit(arena, args[0], 3, STR("character"), TEXT_FIT_CAST, &fitted));
    *out = str_printf(arena, "[%.*s]", STR_FMT(text_trim_spaces(fitted)));
    return NULL;
}

static err do_split(struct arena *arena, const str *args, str *out)
{
    str *pieces;
    size_t count;
    text_split(arena, args[0], args[1], &pieces, &count);
    struct buf *json = buf_in(arena, 0);
    buf_char(json, '[');
    for (size_t i = 0; i < count; i++) {
        if (i) buf_char(json, ',');
        json_write_str(json, pieces[i]);
    }
    buf_char(json, ']');
    return give(out, buf_str(json));
}

static err do_format(struct arena *arena, const str *args, str *out)
{
    struct text_argument arguments[3];
    for (size_t i = 0; i < 3; i++)
        arguments[i] = (struct text_argument){args[i + 1], !args[i + 1].at};
    return text_format(arena, args[0], arguments, 3, out);
}

static err do_format0(struct arena *arena, const str *args, str *out)
{
    return text_format(arena, args[0], NULL, 0, out);
}

static err match(struct arena *arena, const str *args, enum like_case fold, str *out)
{
    bool matched;
    TRY(like_match(arena, args[0], args[1], fold, &matched));
    /* What the prefix promises must hold. */
    bool whole;
    str prefix = like_prefix(arena, args[1], &whole);
    if (matched && fold == LIKE_EXACT) assert_true(str_starts(args[0], prefix));
    if (whole && fold == LIKE_EXACT) assert_int_equal(matched, str_eq(args[0], prefix));
    *out = matched ? STR("true") : STR("false");
    return NULL;
}

static err do_like(struct arena *arena, const str *args, str *out)
{
    return match(arena, args, LIKE_EXACT, out);
}

static err do_ilike(struct arena *arena, const str *args, str *out)
{
    return match(arena, args, LIKE_FOLD, out);
}

static err do_likee(struct arena *arena, const str *args, str *out)
{
    str pattern;
    TRY(like_escape(arena, args[1], args[2], &pattern));
    return match(arena, (const str[]){args[0], pattern}, LIKE_EXACT, out);
}

#define OP(name)         \
    {                    \
#name, do_##name \
    }
static const struct vector_op ops[] = {
    OP(upper),       OP(lower),   OP(initcap), OP(length), OP(reverse),  OP(ascii),
    OP(quote_ident), OP(substr2), OP(left),    OP(right),  OP(position), OP(quote_literal),
    OP(ltrim),       OP(rtrim),   OP(btrim),   OP(hex4),   OP(hex8),     OP(translate),
    OP(citext),      OP(starts),  OP(substr3), OP(lpad),   OP(rpad),     OP(replace),
    OP(split_part),  OP(repeat),  OP(overlay), OP(chr),    OP(varchar3), OP(char3),
    OP(split),       OP(format),  OP(format0), OP(like),   OP(ilike),    OP(likee),
};

static void text_answers_as_postgresql(void **state)
{
    (void)state;
    vectors_run("text.tsv", ops, COUNT_OF(ops));
}

static void assignment_refuses_what_a_cast_truncates(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    str out;
    str kind = STR("character varying");
    err error = text_fit(arena, STR("abcd"), 3, kind, TEXT_FIT_ASSIGN, &out);
    assert_true(err_is(error, STR("22001")));
    assert_true(str_eq(error->message, STR("value too long for type character varying(3)")));
    assert_null(text_fit(arena, STR("abc  "), 3, kind, TEXT_FIT_ASSIGN, &out));
    assert_true(str_eq(out, STR("abc")));
    arena_free(arena);
}

static void a_prefix_ends_before_its_successor(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    str end;
    assert_true(like_prefix_end(arena, STR("ab"), &end));
    assert_true(str_eq(end, STR("ac")));
    assert_true(str_cmp(STR("ab\xff\xff"), end) < 0);
    assert_false(like_prefix_end(arena, STR("\xff"), &end));
    assert_false(like_prefix_end(arena, STR(""), &end));
    arena_free(arena);
}

static void results_over_the_limit_are_refused(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    str out;
    assert_true(err_is(text_repeat(arena, STR("x"), INT64_C(1) << 40, &out), STR("54000")));
    assert_true(
        err_is(text_pad_left(arena, STR("x"), INT64_C(1) << 40, STR("y"), &out), STR("54000")));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_answers_as_postgresql),
        cmocka_unit_test(assignment_refuses_what_a_cast_truncates),
        cmocka_unit_test(a_prefix_ends_before_its_successor),
        cmocka_unit_test(results_over_the_limit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
