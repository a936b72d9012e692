#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/crypto.h"

#define TEST(name) static void name(void **state)
#define ENTRY(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
#define assert_str(actual, expected)                                                 \
    do {                                                                             \
        str actual_ = (actual), expected_ = (expected);                              \
        assert_int_equal(actual_.len, expected_.len);                                \
        if (actual_.len) assert_memory_equal(actual_.at, expected_.at, actual_.len); \
    } while (0)

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

static str hex_of(struct arena *arena, const void *bytes, size_t len)
{
    struct buf *out = buf_in(arena, 0);
    crypto_hex(out, str_from(bytes, len));
    return buf_str(out);
}

static str from_hex(struct arena *arena, const char *hex)
{
    struct buf *out = buf_in(arena, 0);
    assert_true(crypto_hex_decode(out, str_of(hex)));
    return buf_str(out);
}

/* FIPS 180-2, appendix B. */
TEST(sha256_gives_the_published_digests)
{
    static const char *const rows[][2] = {
        {"",                                                         "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc",                                                      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"                                                            },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint8_t digest[CRYPTO_SHA256_BYTES];
        crypto_sha256(str_of(rows[i][0]), digest);
        assert_str(hex_of(*state, digest, sizeof digest), str_of(rows[i][1]));
    }
}

/* RFC 4231, cases 1, 2 and 6. */
TEST(hmac_gives_the_published_codes)
{
    char long_key[131];
    memset(long_key, 0xAA, sizeof long_key);
    const struct {
        str key;
        str data;
        const char *code;
    } rows[] = {
        {from_hex(*state,                                                    "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"), STR("Hi There"),
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {STR("Jefe"),                                                                  STR("what do ya want for nothing?"),
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"             },
        {str_from(long_key,                                                                  sizeof long_key),
         STR("Test Using Larger Than Block-Size Key - Hash Key First"),
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
        {STR(""), STR(""),                                            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"                                                    },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct crypto_hmac *hmac = crypto_hmac_new(*state, rows[i].key);
        for (int again = 0; again < 3; again++) {
            uint8_t code[CRYPTO_SHA256_BYTES];
            crypto_hmac_sign(hmac, rows[i].data, code);
            assert_str(hex_of(*state, code, sizeof code), str_of(rows[i].code));
        }
        assert_true(crypto_hmac_verify(hmac, rows[i].data, from_hex(*state, rows[i].code)));
        assert_false(crypto_hmac_verify(hmac, STR("other"), from_hex(*state, rows[i].code)));
        assert_false(crypto_hmac_verify(hmac, rows[i].data, STR("short")));
    }
}

TEST(secrets_compare_whole)
{
    struct secret *secret = secret_new(*state, STR("hunter2"));
    assert_true(secret_eq(secret, STR("hunter2")));
    assert_false(secret_eq(secret, STR("hunter")));
    assert_false(secret_eq(secret, STR("hunter3")));
    assert_true(crypto_eq(STR_NONE, STR("")));
    assert_int_equal(secret_bytes(secret_random(*state, 40)).len, 40);
}

TEST(random_bytes_do_not_repeat)
{
    (void)state;
    static unsigned char blocks[300][16];
    for (size_t i = 0; i < COUNT_OF(blocks); i++) crypto_random(blocks[i], 16);
    for (size_t i = 0; i < COUNT_OF(blocks); i++)
        for (size_t k = 0; k < i; k++) assert_memory_not_equal(blocks[i], blocks[k], 16);
    unsigned char large[1000] = {0};
    crypto_random(large, sizeof large);
    size_t zeros = 0;
    for (size_t i = 0; i < sizeof large; i++) zeros += large[i] == 0;
    assert_true(zeros < 40);
}

TEST(a_uuid_has_version_4_and_its_variant)
{
    (void)state;
    for (int i = 0; i < 100; i++) {
        char uuid[CRYPTO_UUID_CHARS];
        crypto_uuid4(uuid);
        for (size_t k = 0; k < sizeof uuid; k++) {
            bool dash = k == 8 || k == 13 || k == 18 || k == 23;
            if (dash)
                assert_int_equal(uuid[k], '-');
            else
                assert_true(hex_value(uuid[k]) >= 0);
        }
        assert_int_equal(uuid[14], '4');
        assert_non_null(strchr("89ab", uuid[19]));
    }
}

TEST(sealed_text_opens_with_its_key_and_bound_alone)
{
    str key = secret_bytes(secret_random(*state, CRYPTO_KEY_BYTES));
    str other = secret_bytes(secret_random(*state, CRYPTO_KEY_BYTES));
    static const char *const texts[] = {"", "x", "a refresh token of some length"};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct buf *sealed = buf_in(*state, 0);
        struct buf *plain = buf_in(*state, 0);
        crypto_seal(sealed, key, STR("row 7"), str_of(texts[i]));
        assert_int_equal(sealed->len, strlen(texts[i]) + CRYPTO_SEAL_OVERHEAD);
        assert_false(crypto_open(plain, other, STR("row 7"), buf_str(sealed)));
        assert_false(crypto_open(plain, key, STR("row 8"), buf_str(sealed)));
        assert_false(crypto_open(plain, key, STR(""), buf_str(sealed)));
        assert_int_equal(plain->len, 0);
        assert_true(crypto_open(plain, key, STR("row 7"), buf_str(sealed)));
        assert_str(buf_str(plain), str_of(texts[i]));
        for (size_t k = 0; k < sealed->len; k++) {
            sealed->at[k] ^= 1;
            assert_false(crypto_open(plain, key, STR("row 7"), buf_str(sealed)));
            sealed->at[k] ^= 1;
        }
        for (size_t len = 0; len < sealed->len; len++)
            assert_false(crypto_open(plain, key, STR("row 7"), str_from(sealed->at, len)));
    }
}

/* The GCM specification's test case 14: key and nonce of zeros, one block of zeros. */
TEST(aes_256_gcm_gives_the_published_block)
{
    char key[CRYPTO_KEY_BYTES] = {0};
    str sealed = from_hex(*state, "000000000000000000000000"
                                  "cea7403d4d606b6e074ec5d3baf39d18"
                                  "d0d1c8a799996bf0265b98b5d48ab919");
    struct buf *plain = buf_in(*state, 0);
    assert_true(crypto_open(plain, str_from(key, sizeof key), STR(""), sealed));
    char zeros[16] = {0};
    assert_str(buf_str(plain), str_from(zeros, sizeof zeros));
}

/* RFC 4648, section 10. */
TEST(base64_follows_the_standard)
{
    static const char *const rows[][3] = {
        {"",             "",         ""        },
        {"f",            "Zg==",     "Zg"      },
        {"fo",           "Zm8=",     "Zm8"     },
        {"foo",          "Zm9v",     "Zm9v"    },
        {"foob",         "Zm9vYg==", "Zm9vYg"  },
        {"fooba",        "Zm9vYmE=", "Zm9vYmE" },
        {"foobar",       "Zm9vYmFy", "Zm9vYmFy"},
        {"\xFB\xFF\xFE", "+//+",     "-__-"    },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buf *out = buf_in(*state, 0);
        crypto_base64(out, str_of(rows[i][0]));
        assert_str(buf_str(out), str_of(rows[i][1]));
        buf_clear(out);
        crypto_base64url(out, str_of(rows[i][0]));
        assert_str(buf_str(out), str_of(rows[i][2]));
        buf_clear(out);
        assert_true(crypto_base64_decode(out, str_of(rows[i][1])));
        assert_true(crypto_base64url_decode(out, str_of(rows[i][2])));
        assert_int_equal(out->len, 2 * strlen(rows[i][0]));
    }
}

TEST(base64_refuses_what_is_not_exact)
{
    static const char *const standard[] = {"Zg",   "Zg=",  "Zh==",     "Zm9=", "Zg==\n", " Zg==",
                                           "Z===", "====", "Zg==Zg==", "Zm-v", "Zm9v="};
    static const char *const url_safe[] = {"Zg==", "Zh", "Zm9", "Z", "Zm+v", "Zm9v\n"};
    struct buf *out = buf_in(*state, 0);
    buf_lit(out, "kept");
    for (size_t i = 0; i < COUNT_OF(standard); i++)
        assert_false(crypto_base64_decode(out, str_of(standard[i])));
    for (size_t i = 0; i < COUNT_OF(url_safe); i++)
        assert_false(crypto_base64url_decode(out, str_of(url_safe[i])));
    assert_str(buf_str(out), STR("kept"));
}

TEST(hex_refuses_odd_lengths_and_other_letters)
{
    struct buf *out = buf_in(*state, 0);
    assert_true(crypto_hex_decode(out, STR("00fFA0")));
    assert_int_equal(out->len, 3);
    assert_false(crypto_hex_decode(out, STR("0")));
    assert_false(crypto_hex_decode(out, STR("0g")));
    assert_int_equal(out->len, 3);
}

/* Openwall's crypt_blowfish test vectors. */
TEST(bcrypt_gives_the_published_hashes)
{
    static const char *const rows[][2] = {
        {"U*U",          "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"},
        {"U*U*",         "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"},
        {"U*U*U",        "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a"},
        {"",             "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy"},
        {"\xFF\xFF\xA3", "$2y$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_true(crypto_bcrypt_verify(str_of(rows[i][0]), str_of(rows[i][1])));
        assert_false(crypto_bcrypt_verify(STR("wrong"), str_of(rows[i][1])));
    }
}

TEST(bcrypt_hashes_verify_and_differ)
{
    str first;
    str second;
    assert_null(crypto_bcrypt(*state, STR("s3cret"), 4, &first));
    assert_null(crypto_bcrypt(*state, STR("s3cret"), 4, &second));
    assert_true(str_starts(first, STR("$2b$04$")));
    assert_false(str_eq(first, second));
    assert_true(crypto_bcrypt_verify(STR("s3cret"), first));
    assert_false(crypto_bcrypt_verify(STR("S3cret"), first));
}

TEST(bcrypt_refuses_long_passwords_nul_bytes_and_strange_hashes)
{
    char text[73];
    memset(text, 'a', sizeof text);
    str hash;
    assert_null(crypto_bcrypt(*state, str_from(text, 72), 4, &hash));
    assert_non_null(crypto_bcrypt(*state, str_from(text, 73), 4, &hash));
    assert_non_null(crypto_bcrypt(*state, str_from("a\0b", 3), 4, &hash));
    assert_non_null(crypto_bcrypt(*state, STR("a"), 3, &hash));
    assert_non_null(crypto_bcrypt(*state, STR("a"), 32, &hash));
    assert_false(crypto_bcrypt_verify(str_from("a\0b", 3), hash));
    static const char *const strange[] = {
        "",
        "$2b$",
        "plain",
        "$1$abcdefgh$abcdefghijklmnopqrstuv",
        "$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$2b$99$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$2b$05$!!!!!!!!!!!!!!!!!!!!!!E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"};
    for (size_t i = 0; i < COUNT_OF(strange); i++)
        assert_false(crypto_bcrypt_verify(STR("U*U"), str_of(strange[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENTRY(sha256_gives_the_published_digests),
        ENTRY(hmac_gives_the_published_codes),
        ENTRY(secrets_compare_whole),
        ENTRY(random_bytes_do_not_repeat),
        ENTRY(a_uuid_has_version_4_and_its_variant),
        ENTRY(sealed_text_opens_with_its_key_and_bound_alone),
        ENTRY(aes_256_gcm_gives_the_published_block),
        ENTRY(base64_follows_the_standard),
        ENTRY(base64_refuses_what_is_not_exact),
        ENTRY(hex_refuses_odd_lengths_and_other_letters),
        ENTRY(bcrypt_gives_the_published_hashes),
        ENTRY(bcrypt_hashes_verify_and_differ),
        ENTRY(bcrypt_refuses_long_passwords_nul_bytes_and_strange_hashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
