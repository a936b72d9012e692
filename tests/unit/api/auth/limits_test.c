#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/auth/limits.h"

/* limits.c; the clock is the test's. */

enum { START_MS = 10000000 };

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

static void an_address_has_a_burst_and_then_a_rate(void **state)
{
    struct auth_limits *limits = auth_limits_new(*state);
    uint64_t now = START_MS;
    for (int i = 0; i < 30; i++)
        assert_int_equal(auth_limits_take(limits, LIMIT_SIGNUP, STR("192.0.2.1"), now), 0);
    assert_int_equal(auth_limits_take(limits, LIMIT_SIGNUP, STR("192.0.2.1"), now), 10);
    assert_int_equal(auth_limits_take(limits, LIMIT_SIGNUP, STR("192.0.2.2"), now), 0);
    assert_int_equal(auth_limits_take(limits, LIMIT_TOKEN, STR("192.0.2.1"), now), 0);
    assert_int_equal(auth_limits_take(limits, LIMIT_SIGNUP, STR("192.0.2.1"), now + 10000), 0);
    assert_int_equal(auth_limits_take(limits, LIMIT_SIGNUP, STR("192.0.2.1"), now + 10000), 10);
}

static void what_has_no_limit_is_not_counted(void **state)
{
    struct auth_limits *limits = auth_limits_new(*state);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(auth_limits_take(limits, LIMIT_NONE, STR("192.0.2.1"), START_MS), 0);
}

static void a_refused_request_costs_nothing(void **state)
{
    struct auth_limits *limits = auth_limits_new(*state);
    for (int i = 0; i < 1000; i++)
        (void)auth_limits_take(limits, LIMIT_SIGNUP, STR("192.0.2.1"), START_MS);
    assert_int_equal(auth_limits_take(limits, LIMIT_SIGNUP, STR("192.0.2.1"), START_MS + 10000), 0);
}

static void ipv6_counts_by_network(void **state)
{
    struct auth_limits *limits = auth_limits_new(*state);
    for (int i = 0; i < 30; i++) {
        str address = str_printf(*state, "2001:db8:1:2:%x:%x:0:1", i, i);
        assert_int_equal(auth_limits_take(limits, LIMIT_SIGNUP, address, START_MS), 0);
    }
    assert_true(auth_limits_take(limits, LIMIT_SIGNUP, STR("2001:db8:1:2:ffff::1"), START_MS) > 0);
    assert_int_equal(auth_limits_take(limits, LIMIT_SIGNUP, STR("2001:db8:1:3:0:0:0:1"), START_MS),
                     0);
}

static void many_addresses_do_not_stop_each_other(void **state)
{
    struct auth_limits *limits = auth_limits_new(*state);
    int refused = 0;
    for (int i = 0; i < 2000; i++)
        refused +=
            auth_limits_take(limits, LIMIT_SIGNUP,
                             str_printf(*state, "10.0.%d.%d", i / 256, i % 256), START_MS) > 0;
    assert_int_equal(refused, 0);
}

static void guesses_become_slower_and_are_never_locked(void **state)
{
    static const unsigned waits[] = {1, 2, 4, 8, 16, 32, 60, 60};
    struct auth_limits *limits = auth_limits_new(*state);
    uint64_t now = START_MS;
    for (int i = 0; i < 5; i++) assert_int_equal(auth_guess_begin(limits, STR("a@b.c"), now), 0);
    for (size_t i = 0; i < COUNT_OF(waits); i++) {
        assert_int_equal(auth_guess_begin(limits, STR("a@b.c"), now), waits[i]);
        assert_int_equal(auth_guess_begin(limits, STR("a@b.c"), now),
                         waits[i]); /* asking costs nothing */
        now += waits[i] * 1000;
        assert_int_equal(auth_guess_begin(limits, STR("a@b.c"), now), 0);
    }
    assert_int_equal(auth_guess_begin(limits, STR("x@b.c"), now), 0);
    for (int i = 0; i < 1000; i++) {
        now += 60000;
        assert_int_equal(auth_guess_begin(limits, STR("a@b.c"), now), 0);
    }
}

static void the_right_password_forgets_the_wrong_ones(void **state)
{
    struct auth_limits *limits = auth_limits_new(*state);
    for (int i = 0; i < 5; i++)
        assert_int_equal(auth_guess_begin(limits, STR("a@b.c"), START_MS), 0);
    auth_guess_right(limits, STR("a@b.c"));
    for (int i = 0; i < 5; i++)
        assert_int_equal(auth_guess_begin(limits, STR("a@b.c"), START_MS), 0);
    assert_int_equal(auth_guess_begin(limits, STR("a@b.c"), START_MS), 1);
}

static void quiet_minutes_forget_as_well(void **state)
{
    struct auth_limits *limits = auth_limits_new(*state);
    for (int i = 0; i < 5; i++)
        assert_int_equal(auth_guess_begin(limits, STR("a@b.c"), START_MS), 0);
    uint64_t later = START_MS + 15 * 60 * 1000 + 1;
    for (int i = 0; i < 5; i++) assert_int_equal(auth_guess_begin(limits, STR("a@b.c"), later), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(an_address_has_a_burst_and_then_a_rate),
        TEST(what_has_no_limit_is_not_counted),
        TEST(a_refused_request_costs_nothing),
        TEST(ipv6_counts_by_network),
        TEST(many_addresses_do_not_stop_each_other),
        TEST(guesses_become_slower_and_are_never_locked),
        TEST(the_right_password_forgets_the_wrong_ones),
        TEST(quiet_minutes_forget_as_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
