#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/auth/refresh.h"

/* refresh.c: the text of a token, and what a presented one means. */

#define SESSION "0123abcd-4567-4890-abcd-ef0123456789"
#define KEY "0123456789abcdef0123456789abcdef"

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

static void a_token_reads_back(void **state)
{
    static const uint64_t counters[] = {0,     1,     127,        128,       300,
                                        16383, 16384, UINT32_MAX, INT64_MAX, UINT64_MAX};
    for (size_t i = 0; i < COUNT_OF(counters); i++) {
        struct refresh_token token;
        str text = refresh_encode(*state, STR(SESSION), counters[i], STR(KEY));
        assert_true(refresh_decode(*state, text, &token));
        assert_true(str_eq(str_of(token.session_id), STR(SESSION)));
        assert_true(token.counter == counters[i]);
        assert_true(refresh_mac_valid(*state, &token, STR(KEY)));
    }
}

/* Made by hand from docs/auth.md: 00 | uuid | 05 | mac16 | sum4. */
static void the_layout_is_the_documented_one(void **state)
{
    struct arena *arena = *state;
    uint8_t mac[CRYPTO_SHA256_BYTES], sum[CRYPTO_SHA256_BYTES];
    struct buf *bytes = buf_in(arena, 0), *text = buf_in(arena, 0);
    assert_true(crypto_hex_decode(bytes, STR("000123abcd45674890abcdef012345678905")));
    crypto_hmac_sign(crypto_hmac_new(arena, STR(KEY)), buf_str(bytes), mac);
    buf_append(bytes, mac, 16);
    crypto_sha256(buf_str(bytes), sum);
    buf_append(bytes, sum, 4);
    crypto_base64url(text, buf_str(bytes));
    assert_true(str_eq(buf_str(text), refresh_encode(arena, STR(SESSION), 5, STR(KEY))));
}

static void a_changed_token_is_none(void **state)
{
    struct refresh_token token;
    str text = refresh_encode(*state, STR(SESSION), 7, STR(KEY));
    for (size_t i = 0; i < text.len; i++) {
        str changed = str_copy(*state, text);
        char *at = (char *)(uintptr_t)changed.at + i;
        *at = *at == 'A' ? 'B' : 'A';
        assert_false(refresh_decode(*state, changed, &token));
    }
    for (size_t len = 0; len < text.len; len++)
        assert_false(refresh_decode(*state, str_slice(text, 0, len), &token));
    assert_false(refresh_decode(*state, str_printf(*state, "%.*s=", STR_FMT(text)), &token));
    assert_false(refresh_decode(*state, str_printf(*state, "%.*sAAAA", STR_FMT(text)), &token));
}

static void another_session_s_key_does_not_fit(void **state)
{
    struct refresh_token token;
    str text = refresh_encode(*state, STR(SESSION), 7, STR(KEY));
    assert_true(refresh_decode(*state, text, &token));
    assert_false(refresh_mac_valid(*state, &token, STR("another key of just thirty-two b")));
    assert_false(refresh_mac_valid(*state, &token, STR("")));
}

/* Any bytes with a right checksum: what a forger would send. */
static str forged(struct arena *arena, const char *hex)
{
    uint8_t sum[CRYPTO_SHA256_BYTES];
    struct buf *bytes = buf_in(arena, 0), *text = buf_in(arena, 0);
    assert_true(crypto_hex_decode(bytes, str_of(hex)));
    crypto_sha256(buf_str(bytes), sum);
    buf_append(bytes, sum, 4);
    crypto_base64url(text, buf_str(bytes));
    return buf_str(text);
}

static void malformed_bytes_with_a_right_checksum_are_none(void **state)
{
#define UUID_HEX "0123abcd45674890abcdef0123456789"
#define MAC_HEX "00000000000000000000000000000000"
    static const char *const bad[] = {
        "01" UUID_HEX "05" MAC_HEX,                     /* another version */
        "00" UUID_HEX MAC_HEX,                          /* no counter */
        "00" UUID_HEX "8000" MAC_HEX,                   /* not the shortest form of 0 */
        "00" UUID_HEX "80" MAC_HEX,                     /* a counter that does not end */
        "00" UUID_HEX "0505" MAC_HEX,                   /* bytes behind the counter */
        "00" UUID_HEX "ffffffffffffffffff02" MAC_HEX,   /* over 64 bits */
        "00" UUID_HEX "ffffffffffffffffffff01" MAC_HEX, /* too long */
        "00",
    };
    struct refresh_token token;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(refresh_decode(*state, forged(*state, bad[i]), &token));
    assert_true(refresh_decode(*state, forged(*state, "00" UUID_HEX "ffffffffffffffffff01" MAC_HEX),
                               &token));
    assert_true(token.counter == UINT64_MAX);
    assert_false(refresh_mac_valid(*state, &token, STR(KEY)));
}

/* stored, presented, refreshed in the last seconds, decision */
static void the_counter_decides(void **state)
{
    static const struct {
        uint64_t stored, presented;
        bool fresh;
        enum refresh_decision decision;
    } rows[] = {
        {0,          0,          true,  REFRESH_ROTATE },
        {0,          0,          false, REFRESH_ROTATE },
        {5,          5,          false, REFRESH_ROTATE },
        {5,          4,          false, REFRESH_REISSUE},
        {5,          4,          true,  REFRESH_REISSUE},
        {5,          3,          true,  REFRESH_REISSUE},
        {5,          0,          true,  REFRESH_REISSUE},
        {5,          3,          false, REFRESH_REUSED },
        {5,          0,          false, REFRESH_REUSED },
        {5,          6,          true,  REFRESH_INVALID},
        {5,          6,          false, REFRESH_INVALID},
        {0,          UINT64_MAX, true,  REFRESH_INVALID},
        {UINT64_MAX, 0,          false, REFRESH_REUSED },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(refresh_decide(rows[i].stored, rows[i].presented, rows[i].fresh),
                         rows[i].decision);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_token_reads_back),
        TEST(the_layout_is_the_documented_one),
        TEST(a_changed_token_is_none),
        TEST(another_session_s_key_does_not_fit),
        TEST(malformed_bytes_with_a_right_checksum_are_none),
        TEST(the_counter_decides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
