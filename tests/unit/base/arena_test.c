#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

#define TEST(name) static void name(__attribute__((unused)) void **state)
#define ENTRY(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)

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

TEST(memory_is_zeroed_and_aligned)
{
    for (int round = 0; round < 2; round++) {
        for (size_t size = 0; size < 9000; size = size * 3 + 1) {
            char *at = arena_alloc(*state, size);
            assert_int_equal((uintptr_t)at % 16, 0);
            for (size_t i = 0; i < size; i++) assert_int_equal(at[i], 0);
            memset(at, 0xff, size);
        }
        arena_reset(*state);
        assert_int_equal(arena_used(*state), 0);
    }
}

TEST(a_cap_refuses_what_is_past_it)
{
    struct arena *capped = arena_new(100);
    assert_non_null(arena_try_alloc(capped, 64));
    assert_null(arena_try_alloc(capped, 64));
    assert_null(arena_try_alloc(capped, SIZE_MAX));
    assert_non_null(arena_try_alloc(capped, 16));
    arena_reset(capped);
    assert_non_null(arena_try_alloc(capped, 100));
    arena_free(capped);
}

static int released[4];
static int released_count;

static void note_release(void *object)
{
    released[released_count++] = *(int *)object;
}

TEST(deferred_releases_run_newest_first_and_once)
{
    int objects[] = {1, 2, 3};
    released_count = 0;
    for (size_t i = 0; i < 3; i++) arena_defer(*state, note_release, &objects[i]);
    arena_reset(*state);
    arena_reset(*state);
    assert_int_equal(released_count, 3);
    for (int i = 0; i < 3; i++) assert_int_equal(released[i], 3 - i);
}

/* A request that needs more than one block once does not ask the system for memory each time. */
TEST(what_two_blocks_took_is_one_block_after_a_reset)
{
    enum { SIZE = 3008 };
    arena_alloc(*state, SIZE);
    arena_alloc(*state, SIZE);
    arena_reset(*state);
    char *first = arena_alloc(*state, SIZE);
    char *second = arena_alloc(*state, SIZE);
    assert_ptr_equal(second, first + SIZE);
}

TEST(sizes_do_not_wrap)
{
    size_t out = 7;
    assert_false(size_add(SIZE_MAX, 1, &out));
    assert_false(size_mul(SIZE_MAX / 2, 3, &out));
    assert_int_equal(out, 7);
    assert_true(size_add(SIZE_MAX - 1, 1, &out));
    assert_int_equal(out, SIZE_MAX);
    assert_true(size_mul(1 << 16, 1 << 16, &out));
    assert_int_equal(out, (size_t)1 << 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENTRY(memory_is_zeroed_and_aligned),
        ENTRY(a_cap_refuses_what_is_past_it),
        ENTRY(deferred_releases_run_newest_first_and_once),
        ENTRY(what_two_blocks_took_is_one_block_after_a_reset),
        ENTRY(sizes_do_not_wrap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
