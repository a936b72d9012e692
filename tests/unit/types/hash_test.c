/* hash: what the extended hash functions of PostgreSQL 15 answer. */
#include "vectors.h"

#include "types/hash.h"

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

static int64_t hashed(enum type_storage storage, struct value value, uint64_t seed)
{
    const struct type_ref type = {.storage = storage, .typmod = -1};
    uint64_t hash = 0;
    assert_null(value_hash(arena, &type, &value, seed, &hash));
    return (int64_t)hash;
}

static void bytes_of_any_length(void **state)
{
    (void)state;
    assert_int_equal((int64_t)hash_bytes(STR(""), 0), INT64_C(-6939563903564495251));
    assert_int_equal((int64_t)hash_bytes(STR("a"), 0), INT64_C(3591986179850072241));
    assert_int_equal((int64_t)hash_bytes(STR("a"), 7), INT64_C(6761863715122467050));
    assert_int_equal((int64_t)hash_bytes(STR("hello world, how are you"), 1),
                     INT64_C(-8587189894379410844));
}

static void values_by_their_type(void **state)
{
    (void)state;
    assert_int_equal(hashed(TYPE_INT8, value_int(-5), 3), INT64_C(4566310048417840633));
    assert_int_equal(hashed(TYPE_INT8, value_int(5000000000), 3), INT64_C(1259793121497870890));
    assert_int_equal(hashed(TYPE_INT4, value_int(42), 0), INT64_C(8010225493015854792));
    assert_int_equal(hashed(TYPE_UUID, value_text(STR("00000000-0000-0000-0000-00000000000a")), 9),
                     INT64_C(-4653677466357006984));
    assert_int_equal(hashed(TYPE_DATE, value_text(STR("2024-05-05")), 2),
                     INT64_C(-7513322132545203246));
    assert_int_equal(hashed(TYPE_TIMESTAMP, value_text(STR("2024-05-05T10:00:00.5")), 2),
                     INT64_C(1278906728752557803));
}

static void a_type_without_a_hash_is_refused(void **state)
{
    (void)state;
    const struct type_ref type = {.storage = TYPE_NUMERIC, .typmod = -1};
    struct value value = value_text(STR("1.5"));
    uint64_t hash;
    err error = value_hash(arena, &type, &value, 0, &hash);
    assert_non_null(error);
    assert_true(str_eq(error->code, STR("0A000")));
    assert_false(hash_has_type(TYPE_NUMERIC));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_of_any_length),
        cmocka_unit_test(values_by_their_type),
        cmocka_unit_test(a_type_without_a_hash_is_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
