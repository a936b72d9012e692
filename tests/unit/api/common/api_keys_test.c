#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/common/api_keys.h"

enum { NOW = 1800000000 };

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

static void keys_have_the_forms_that_clients_know(void **state)
{
    struct api_keys keys;
    assert_null(api_keys_make(*state, NOW, &keys));
    assert_true(str_starts(keys.publishable, STR("sb_publishable_")));
    assert_true(str_starts(keys.secret, STR("sb_secret_")));
    assert_int_equal(keys.publishable.len, 15 + 22 + 1 + 8);
    assert_int_equal(keys.secret.len, 10 + 22 + 1 + 8);
    assert_true(keys.jwt_secret.len >= JWT_SECRET_BYTES_MIN);
    assert_int_equal(keys.secret.at[10 + 22], '_');
}

static void keys_are_tokens_of_their_roles_for_ten_years(void **state)
{
    struct api_keys keys;
    const struct jwt *jwt;
    assert_null(api_keys_make(*state, NOW, &keys));
    assert_null(jwt_verify(*state, keys.jwt_key, keys.anon, NOW, &jwt));
    assert_true(str_eq(jwt->role, STR("anon")));
    assert_true(str_empty(jwt->subject));
    assert_int_equal(jwt->expires_at, NOW + 10LL * 365 * 24 * 3600);
    assert_null(jwt_verify(*state, keys.jwt_key, keys.service_role, NOW, &jwt));
    assert_true(str_eq(jwt->role, STR("service_role")));
}

static void keys_survive_the_file(void **state)
{
    struct api_keys made, read;
    assert_null(api_keys_make(*state, NOW, &made));
    struct buf *text = buf_in(*state, 0);
    api_keys_render(&made, text);
    assert_null(api_keys_parse(*state, buf_str(text), &read));
    assert_true(str_eq(made.anon, read.anon));
    assert_true(str_eq(made.secret, read.secret));
    const struct jwt *jwt;
    assert_null(jwt_verify(*state, read.jwt_key, made.service_role, NOW, &jwt));
    assert_int_equal(api_keys_find(&read, made.secret), API_KEY_SECRET);
}

static void keys_are_found_whole_or_not_at_all(void **state)
{
    struct api_keys keys, others;
    assert_null(api_keys_make(*state, NOW, &keys));
    assert_null(api_keys_make(*state, NOW, &others));
    assert_int_equal(api_keys_find(&keys, keys.publishable), API_KEY_PUBLISHABLE);
    assert_int_equal(api_keys_find(&keys, keys.secret), API_KEY_SECRET);
    assert_int_equal(api_keys_find(&keys, others.secret), API_KEY_UNKNOWN);
    assert_int_equal(api_keys_find(&keys, STR("")), API_KEY_UNKNOWN);
    assert_int_equal(api_keys_find(&keys, keys.anon), API_KEY_UNKNOWN);
    for (size_t len = 0; len < keys.secret.len; len++)
        assert_int_equal(api_keys_find(&keys, str_slice(keys.secret, 0, len)), API_KEY_UNKNOWN);
}

static void a_file_without_a_key_names_it(void **state)
{
    struct api_keys keys;
    err error = api_keys_parse(
        *state, STR("{\"anon\":\"a\",\"service_role\":\"b\",\"publishable\":\"c\"}"), &keys);
    assert_non_null(error);
    assert_int_equal(error->kind, ERR_CONFIG);
    assert_true(str_find(error->message, STR("secret"), 0) != SIZE_MAX);
    assert_non_null(api_keys_parse(*state, STR("not json"), &keys));
    assert_non_null(api_keys_parse(*state, STR("[]"), &keys));
}

static void a_file_with_a_short_secret_is_refused(void **state)
{
    struct api_keys keys;
    assert_non_null(api_keys_parse(*state,
                                   STR("{\"anon\":\"a\",\"service_role\":\"b\",\"publishable\":"
                                       "\"c\",\"secret\":\"d\",\"jwt_secret\":\"short\"}"),
                                   &keys));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(keys_have_the_forms_that_clients_know),
        TEST(keys_are_tokens_of_their_roles_for_ten_years),
        TEST(keys_survive_the_file),
        TEST(keys_are_found_whole_or_not_at_all),
        TEST(a_file_without_a_key_names_it),
        TEST(a_file_with_a_short_secret_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
