#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/auth/input.h"
#include "api/auth/password.h"

static int setup(void **state)
{
    *state = arena_new(0);
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

static void addresses_are_stored_in_lower_case(void **state)
{
    str out;
    assert_null(auth_email(*state, STR("Ana.B+x@Mail.Example"), &out));
    assert_true(str_eq(out, STR("ana.b+x@mail.example")));
    assert_null(auth_email(*state, STR("o'hara@example.com"), &out));
    assert_null(auth_email(*state, STR("jos\xc3\xa9@ex\xc3\xa4mple.com"), &out));
    assert_null(auth_email(*state, STR("root@localhost"), &out));
}

static void addresses_that_are_none_are_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "a",
        "@",
        "a@",
        "@b",
        "a@b@c",
        "a b@c.d",
        "a@b c",
        "a@.b",
        "a@b.",
        "a@b..c",
        ".a@b",
        "a.@b",
        "a@b\r\nBcc: x@y",
        "a\n@b",
        "a@-b",
        "a@[127.0.0.1]",
        "\"a\"@b",
        "a,b@c",
        "<a@b>",
        "a@b>",
        "a\x7f@b",
        "a\xe2\x80\xae@b.c",
        "a@b\xe2\x81\xa6.c",
    };
    str out;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        err error = auth_email(*state, str_of(bad[i]), &out);
        assert_non_null(error);
        assert_true(str_eq(error->code, STR("validation_failed")));
        assert_int_equal(error->status, 400);
    }
    struct buf *long_one = buf_in(*state, 0);
    for (int i = 0; i < 250; i++) buf_char(long_one, 'a');
    buf_lit(long_one, "@b.de");
    assert_null(auth_email(*state, buf_str(long_one), &out));
    buf_char(long_one, 'e');
    assert_non_null(auth_email(*state, buf_str(long_one), &out));
}

static void phones_are_digits(void **state)
{
    str out;
    assert_null(auth_phone(*state, STR("+49 170 123"), &out));
    assert_true(str_eq(out, STR("49170123")));
    static const char *const bad[] = {"",    "+",    "0170123", "1", "12345678901234567",
                                      "1-2", "+1+2", "49a"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_non_null(auth_phone(*state, str_of(bad[i]), &out));
}

static void durations_are_go_s(void **state)
{
    int64_t us;
    (void)state;
    assert_true(auth_duration(STR("24h"), &us) && us == 24 * 3600000000LL);
    assert_true(auth_duration(STR("1h30m"), &us) && us == 5400000000LL);
    assert_true(auth_duration(STR("1.5s"), &us) && us == 1500000);
    assert_true(auth_duration(STR("300ms"), &us) && us == 300000);
    static const char *const bad[] = {
        "", "24", "h", "1d", "-1h", "1h ", ".h", "1..5h", "999999999999h", "1h30"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) assert_false(auth_duration(str_of(bad[i]), &us));
}

static void merges_add_members_and_remove_nulls(void **state)
{
    const struct json *data;
    str added, removed;
    assert_null(json_parse(
        *state, STR("{\"a\":1.50,\"b\":null,\"c\":{\"d\":null},\"e\\\"\\\\\":null}"), NULL, &data));
    auth_merge(*state, data, &added, &removed);
    assert_true(str_eq(added, STR("{\"a\":1.50,\"c\":{\"d\":null}}")));
    assert_true(str_eq(removed, STR("{\"b\",\"e\\\"\\\\\"}")));
    auth_merge(*state, NULL, &added, &removed);
    assert_true(str_eq(added, STR("{}")) && str_eq(removed, STR("{}")));
}

static void times_are_rfc_3339(void **state)
{
    assert_true(
        str_eq(auth_time_text(*state, 1800000000000042), STR("2027-01-15T08:00:00.000042Z")));
}

static void uuids_are_known_by_form(void **state)
{
    assert_true(auth_is_uuid(auth_new_uuid(*state)));
    assert_false(auth_is_uuid(STR("0123abcd45674890abcdef0123456789")));
    assert_false(auth_is_uuid(STR("0123abcd-4567-4890-abcd-ef012345678g")));
    assert_false(auth_is_uuid(STR("../../abcd-4567-4890-abcd-ef01234567")));
}

/* An unknown user costs what a known one costs, so the dummy must be a hash that bcrypt works on. */
static void the_dummy_hash_is_worked_on_like_any(void **state)
{
    str dummy = auth_dummy_hash(*state, 4);
    assert_int_equal(dummy.len, 60);
    assert_true(auth_hash_usable(dummy));
    assert_false(crypto_bcrypt_verify(STR("whatever"), dummy));
}

static void only_bcrypt_hashes_of_a_fair_cost_are_taken(void **state)
{
    str made;
    assert_null(crypto_bcrypt(*state, STR("password"), 4, &made));
    assert_true(auth_hash_usable(made));
    assert_false(auth_hash_usable(str_printf(*state, "$2b$31%.*s", STR_FMT(str_skip(made, 6)))));
    assert_false(auth_hash_usable(str_printf(*state, "$2b$03%.*s", STR_FMT(str_skip(made, 6)))));
    assert_false(auth_hash_usable(STR("$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$aGFzaA")));
    assert_false(auth_hash_usable(STR("")));
    assert_false(auth_hash_usable(str_slice(made, 0, 59)));
    assert_false(auth_hash_usable(str_printf(*state, "%.*s!", STR_FMT(str_slice(made, 0, 59)))));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(addresses_are_stored_in_lower_case),
        TEST(addresses_that_are_none_are_refused),
        TEST(phones_are_digits),
        TEST(durations_are_go_s),
        TEST(merges_add_members_and_remove_nulls),
        TEST(times_are_rfc_3339),
        TEST(uuids_are_known_by_form),
        TEST(the_dummy_hash_is_worked_on_like_any),
        TEST(only_bcrypt_hashes_of_a_fair_cost_are_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
