#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/common/jwt.h"

/* jwt.c: what makes a token good is the project's key alone (RFC 8725). */

enum { NOW = 1800000000 };
#define SECRET "a secret of at least thirty-two bytes"
#define HEADER "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"

struct fixture {
    struct arena *arena;
    struct jwt_key *key;
};

static int setup(void **state)
{
    struct arena *arena = arena_new(0);
    struct fixture *f = ARENA_NEW(arena, struct fixture);
    f->arena = arena;
    assert_null(jwt_key_new(arena, STR(SECRET), &f->key));
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    arena_free(((struct fixture *)*state)->arena);
    return 0;
}

/* A token with any header, signed rightly. */
static str token_of(struct fixture *f, str header, str claims, str secret)
{
    uint8_t mac[CRYPTO_SHA256_BYTES];
    struct buf *text = buf_in(f->arena, 0);
    crypto_base64url(text, header);
    buf_char(text, '.');
    crypto_base64url(text, claims);
    crypto_hmac_sign(crypto_hmac_new(f->arena, secret), buf_str(text), mac);
    buf_char(text, '.');
    crypto_base64url(text, str_from(mac, sizeof mac));
    return buf_str(text);
}

static err verify(struct fixture *f, str token)
{
    const struct jwt *jwt;
    return jwt_verify(f->arena, f->key, token, NOW, &jwt);
}

#define ASSERT_REFUSED(f, token, wanted_kind, wanted_message)      \
    do {                                                           \
        err error_ = verify((f), (token));                         \
        assert_non_null(error_);                                   \
        assert_int_equal(error_->kind, (wanted_kind));             \
        assert_int_equal(error_->status, 401);                     \
        assert_true(str_eq(error_->message, STR(wanted_message))); \
    } while (0)

static str claims_token(struct fixture *f, const char *claims)
{
    return token_of(f, STR(HEADER), str_of(claims), STR(SECRET));
}

static str header_token(struct fixture *f, const char *header)
{
    return token_of(f, str_of(header), STR("{\"role\":\"anon\"}"), STR(SECRET));
}

/* ---- making and reading ---- */

static void jwt_reads_what_it_signed(void **state)
{
    struct fixture *f = *state;
    const struct jwt *jwt;
    str token = jwt_sign(f->arena, f->key,
                         STR("{\"sub\":\"u1\",\"role\":\"anon\",\"email\":\"a@b.c\",\"session_id\":"
                             "\"s\",\"exp\":1800000001}"));
    assert_null(jwt_verify(f->arena, f->key, token, NOW, &jwt));
    assert_true(str_eq(jwt->subject, STR("u1")));
    assert_true(str_eq(jwt->role, STR("anon")));
    assert_true(str_eq(jwt->email, STR("a@b.c")));
    assert_true(str_eq(jwt->session_id, STR("s")));
    assert_int_equal(jwt->expires_at, NOW + 1);
}

static void jwt_reads_the_example_of_rfc_7515(void **state)
{
    struct fixture *f = *state;
    struct buf *secret = buf_in(f->arena, 0);
    struct jwt_key *key;
    const struct jwt *jwt;
    assert_true(crypto_base64url_decode(secret, STR("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-"
                                                    "1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")));
    assert_null(jwt_key_new(f->arena, buf_str(secret), &key));
    str token = STR("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
                    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc1"
                    "9yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    assert_null(jwt_verify(f->arena, key, token, 1300819379, &jwt));
    assert_int_equal(jwt->expires_at, 1300819380);
}

static void jwt_key_refuses_a_short_secret(void **state)
{
    struct fixture *f = *state;
    struct jwt_key *key;
    err error = jwt_key_new(f->arena, STR("thirty-one bytes are not enough"), &key);
    assert_non_null(error);
    assert_int_equal(error->kind, ERR_CONFIG);
}

/* ---- the header ---- */

static void jwt_refuses_every_other_algorithm(void **state)
{
    static const char *const headers[] = {
        "{\"alg\":\"none\"}",
        "{\"alg\":\"None\"}",
        "{\"alg\":\"HS512\"}",
        "{\"alg\":\"HS384\"}",
        "{\"alg\":\"RS256\"}",
        "{\"alg\":\"ES256\"}",
        "{\"alg\":\"hs256\"}",
        "{\"alg\":\"\"}",
        "{\"alg\":null}",
        "{\"alg\":[\"HS256\"]}",
        "{}",
        "{\"typ\":\"JWT\"}",
    };
    for (size_t i = 0; i < COUNT_OF(headers); i++)
        ASSERT_REFUSED(*state, header_token(*state, headers[i]), ERR_JWT_INVALID,
                       "Wrong or unsupported encoding algorithm");
}

static void jwt_refuses_none_without_a_signature(void **state)
{
    struct fixture *f = *state;
    struct buf *text = buf_in(f->arena, 0);
    crypto_base64url(text, STR("{\"alg\":\"none\"}"));
    buf_char(text, '.');
    crypto_base64url(text, STR("{\"role\":\"service_role\"}"));
    buf_char(text, '.');
    assert_non_null(verify(f, buf_str(text)));
    buf_clear(text);
    crypto_base64url(text, STR(HEADER));
    buf_char(text, '.');
    crypto_base64url(text, STR("{\"role\":\"service_role\"}"));
    buf_char(text, '.');
    ASSERT_REFUSED(f, buf_str(text), ERR_JWT_INVALID, "No suitable key or wrong key type");
}

static void jwt_refuses_critical_extensions_and_duplicates(void **state)
{
    static const char *const headers[] = {
        "{\"alg\":\"HS256\",\"crit\":[\"exp\"]}",
        "{\"alg\":\"HS256\",\"crit\":[]}",
        "{\"alg\":\"none\",\"alg\":\"HS256\"}",
        "{\"alg\":\"HS256\",\"alg\":\"none\"}",
        "{\"alg\":\"HS256\",\"\\u0061lg\":\"HS256\"}",
        "[\"HS256\"]",
        "\"HS256\"",
        "",
        "{\"alg\":\"HS256\"} x",
    };
    for (size_t i = 0; i < COUNT_OF(headers); i++)
        ASSERT_REFUSED(*state, header_token(*state, headers[i]), ERR_JWT_INVALID,
                       "JWT cryptographic operation failed");
}

/* The key is ours; what a token says about keys is not looked at. */
static void jwt_ignores_keys_that_a_token_brings(void **state)
{
    assert_null(verify(
        *state, header_token(*state, "{\"alg\":\"HS256\",\"kid\":\"../../x\",\"jku\":\"http://e/"
                                     "\",\"jwk\":{\"kty\":\"oct\",\"k\":\"AA\"}}")));
}

/* ---- form and signature ---- */

static void jwt_refuses_another_secret_and_any_change(void **state)
{
    struct fixture *f = *state;
    str token = claims_token(f, "{\"role\":\"anon\"}");
    str other = token_of(f, STR(HEADER), STR("{\"role\":\"anon\"}"),
                         STR("another secret of thirty-two bytes!!"));
    ASSERT_REFUSED(f, other, ERR_JWT_INVALID, "No suitable key or wrong key type");
    for (size_t i = 0; i < token.len; i++) {
        str changed = str_copy(f->arena, token);
        char *at = (char *)(uintptr_t)changed.at + i;
        *at = *at == 'A' ? 'B' : 'A';
        assert_non_null(verify(f, changed));
    }
    for (size_t len = 0; len < token.len; len++)
        assert_non_null(verify(f, str_slice(token, 0, len)));
}

static void jwt_refuses_loose_base64url(void **state)
{
    struct fixture *f = *state;
    str token = claims_token(f, "{\"role\":\"anon\"}");
    static const char *const tails[] = {"=", "==", " ", "\n", "A", "AA", "%3D"};
    for (size_t i = 0; i < COUNT_OF(tails); i++)
        assert_non_null(verify(f, str_printf(f->arena, "%.*s%s", STR_FMT(token), tails[i])));
    /* The last character's unused bits: "...0" and "...1" would decode alike. */
    str loose = str_copy(f->arena, token);
    char *last = (char *)(uintptr_t)loose.at + loose.len - 1;
    for (const char *c = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/"; *c;
         c++) {
        if (*c == token.at[token.len - 1]) continue;
        *last = *c;
        assert_non_null(verify(f, loose));
    }
}

static void jwt_wants_three_parts_and_a_size(void **state)
{
    struct fixture *f = *state;
    ASSERT_REFUSED(f, STR(""), ERR_JWT_INVALID, "Empty JWT is sent in Authorization header");
    ASSERT_REFUSED(f, STR("abc"), ERR_JWT_INVALID, "Expected 3 parts in JWT; got 1");
    ASSERT_REFUSED(f, STR("a.b.c.d.e"), ERR_JWT_INVALID, "Expected 3 parts in JWT; got 5");
    assert_non_null(verify(f, STR("..")));
    struct buf *claims = buf_in(f->arena, 0);
    buf_lit(claims, "{\"x\":\"");
    while (claims->len < JWT_BYTES_MAX) buf_char(claims, 'x');
    buf_lit(claims, "\"}");
    assert_non_null(verify(f, jwt_sign(f->arena, f->key, buf_str(claims))));
}

/* ---- claims ---- */

static void jwt_checks_times_with_thirty_seconds_of_leeway(void **state)
{
    struct fixture *f = *state;
    assert_null(verify(f, claims_token(f, "{\"exp\":1799999970}")));
    ASSERT_REFUSED(f, claims_token(f, "{\"exp\":1799999969}"), ERR_JWT_CLAIMS, "JWT expired");
    assert_null(verify(f, claims_token(f, "{\"nbf\":1800000030}")));
    ASSERT_REFUSED(f, claims_token(f, "{\"nbf\":1800000031}"), ERR_JWT_CLAIMS, "JWT not yet valid");
    assert_null(verify(f, claims_token(f, "{\"iat\":1800000030}")));
    ASSERT_REFUSED(f, claims_token(f, "{\"iat\":1800000031}"), ERR_JWT_CLAIMS,
                   "JWT issued at future");
    assert_null(verify(f, claims_token(f, "{\"exp\":1800000000.75,\"nbf\":null,\"iat\":1.5}")));
    ASSERT_REFUSED(f, claims_token(f, "{\"exp\":-1}"), ERR_JWT_CLAIMS, "JWT expired");
}

static void jwt_refuses_times_that_are_no_numbers(void **state)
{
    struct fixture *f = *state;
    ASSERT_REFUSED(f, claims_token(f, "{\"exp\":\"1900000000\"}"), ERR_JWT_CLAIMS,
                   "The JWT 'exp' claim must be a number");
    ASSERT_REFUSED(f, claims_token(f, "{\"nbf\":true}"), ERR_JWT_CLAIMS,
                   "The JWT 'nbf' claim must be a number");
    ASSERT_REFUSED(f, claims_token(f, "{\"iat\":{}}"), ERR_JWT_CLAIMS,
                   "The JWT 'iat' claim must be a number");
    assert_non_null(verify(f, claims_token(f, "{\"exp\":99999999999999999999}")));
    assert_non_null(verify(f, claims_token(f, "{\"exp\":1e12}")));
    assert_null(verify(f, claims_token(f, "{\"exp\":9223372036854775807}")));
    /* Once 9.9e9 was read as 9: a token for later was taken now. */
    assert_non_null(verify(f, claims_token(f, "{\"nbf\":9.9e9}")));
    assert_non_null(verify(f, claims_token(f, "{\"iat\":9.9E9}")));
    assert_non_null(verify(f, claims_token(f, "{\"exp\":1900000000.0e0}")));
}

static void jwt_checks_the_form_of_the_audience(void **state)
{
    struct fixture *f = *state;
    assert_null(verify(f, claims_token(f, "{\"aud\":\"x\"}")));
    assert_null(verify(f, claims_token(f, "{\"aud\":[\"x\",\"y\"]}")));
    assert_non_null(verify(f, claims_token(f, "{\"aud\":[1]}")));
    assert_non_null(verify(f, claims_token(f, "{\"aud\":{}}")));
}

static void jwt_refuses_claims_that_can_be_read_in_two_ways(void **state)
{
    static const char *const claims[] = {
        "{\"role\":\"anon\",\"role\":\"service_role\"}",
        "{\"role\":\"anon\",\"r\\u006fle\":\"x\"}",
        "[]",
        "1",
        "",
        "{",
        "{\"a\":1}x",
        "{\"a\":\"\xff\"}",
        "{\"a\":\"\\u0000\"}",
    };
    for (size_t i = 0; i < COUNT_OF(claims); i++)
        ASSERT_REFUSED(*state, claims_token(*state, claims[i]), ERR_JWT_CLAIMS,
                       "Parsing claims failed");
}

static void jwt_takes_a_role_of_another_type_for_none(void **state)
{
    struct fixture *f = *state;
    const struct jwt *jwt;
    assert_null(
        jwt_verify(f->arena, f->key, claims_token(f, "{\"role\":[\"service_role\"]}"), NOW, &jwt));
    assert_true(str_empty(jwt->role));
}

/* ---- the cache ---- */

static void cache_answers_the_same_token_until_it_expires(void **state)
{
    struct fixture *f = *state;
    struct jwt_cache *cache = jwt_cache_new(f->arena, 16);
    const struct jwt *first, *second;
    str token = claims_token(f, "{\"sub\":\"u\",\"exp\":1800000010}");
    assert_null(jwt_cache_verify(cache, f->arena, f->key, token, NOW, &first));
    assert_null(
        jwt_cache_verify(cache, f->arena, f->key, str_copy(f->arena, token), NOW + 5, &second));
    assert_ptr_equal(first, second);
    err error = jwt_cache_verify(cache, f->arena, f->key, token, NOW + 41, &second);
    assert_non_null(error);
    assert_int_equal(error->kind, ERR_JWT_CLAIMS);
    jwt_cache_free(cache);
}

static void cache_keeps_nothing_of_a_bad_token(void **state)
{
    struct fixture *f = *state;
    struct jwt_cache *cache = jwt_cache_new(f->arena, 16);
    const struct jwt *jwt;
    str bad = token_of(f, STR(HEADER), STR("{\"sub\":\"u\"}"),
                       STR("another secret of thirty-two bytes!!"));
    for (int i = 0; i < 3; i++)
        assert_non_null(jwt_cache_verify(cache, f->arena, f->key, bad, NOW, &jwt));
    jwt_cache_free(cache);
}

static void cache_stays_right_when_it_is_far_too_small(void **state)
{
    struct fixture *f = *state;
    struct jwt_cache *cache = jwt_cache_new(f->arena, 4);
    const struct jwt *jwt;
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < 100; i++) {
            str subject = str_printf(f->arena, "user-%d", i);
            str token =
                claims_token(f, str_printf(f->arena, "{\"sub\":\"%.*s\"}", STR_FMT(subject)).at);
            assert_null(jwt_cache_verify(cache, f->arena, f->key, token, NOW, &jwt));
            assert_true(str_eq(jwt->subject, subject));
        }
    jwt_cache_free(cache);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(jwt_reads_what_it_signed),
        TEST(jwt_reads_the_example_of_rfc_7515),
        TEST(jwt_key_refuses_a_short_secret),
        TEST(jwt_refuses_every_other_algorithm),
        TEST(jwt_refuses_none_without_a_signature),
        TEST(jwt_refuses_critical_extensions_and_duplicates),
        TEST(jwt_ignores_keys_that_a_token_brings),
        TEST(jwt_refuses_another_secret_and_any_change),
        TEST(jwt_refuses_loose_base64url),
        TEST(jwt_wants_three_parts_and_a_size),
        TEST(jwt_checks_times_with_thirty_seconds_of_leeway),
        TEST(jwt_refuses_times_that_are_no_numbers),
        TEST(jwt_checks_the_form_of_the_audience),
        TEST(jwt_refuses_claims_that_can_be_read_in_two_ways),
        TEST(jwt_takes_a_role_of_another_type_for_none),
        TEST(cache_answers_the_same_token_until_it_expires),
        TEST(cache_keeps_nothing_of_a_bad_token),
        TEST(cache_stays_right_when_it_is_far_too_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
