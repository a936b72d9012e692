/* Tokens of all kinds: no input crashes, and none but a signed one passes.
 *
 * The first byte chooses: a whole JWT, its header or its claims (signed rightly, so that what comes
 * behind the signature is reached), or a refresh token. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "api/auth/refresh.h"
#include "api/common/jwt.h"

#define SECRET "a secret of at least thirty-two bytes"
enum { NOW = 1800000000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_token(struct arena *arena, const struct jwt_key *key, str token)
{
    const struct jwt *jwt;
    if (!jwt_verify(arena, key, token, NOW, &jwt)) assert(jwt->tree->kind == JSON_OBJECT);
}

static void try_header(struct arena *arena, const struct jwt_key *key, str header)
{
    uint8_t mac[CRYPTO_SHA256_BYTES];
    struct buf *text = buf_in(arena, 0);
    crypto_base64url(text, header);
    buf_lit(text, ".e30");
    crypto_hmac_sign(crypto_hmac_new(arena, STR(SECRET)), buf_str(text), mac);
    buf_char(text, '.');
    crypto_base64url(text, str_from(mac, sizeof mac));
    try_token(arena, key, buf_str(text));
}

static void try_refresh(struct arena *arena, str text)
{
    struct refresh_token token;
    if (!refresh_decode(arena, text, &token)) return;
    /* One token, one text; but for the MAC, which the key makes. */
    bool ours = refresh_mac_valid(arena, &token, STR("0123456789abcdef0123456789abcdef"));
    str again = refresh_encode(arena, str_of(token.session_id), token.counter,
                               STR("0123456789abcdef0123456789abcdef"));
    assert(again.len == text.len);
    assert(ours == str_eq(again, text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) return 0;
    struct arena *arena = arena_new(0);
    struct jwt_key *key;
    str text = str_from(data + 1, size - 1);
    err_ignore(jwt_key_new(arena, STR(SECRET), &key), "the secret is long enough");
    switch (data[0] & 3) {
    case 0: try_token(arena, key, text); break;
    case 1: try_token(arena, key, jwt_sign(arena, key, text)); break;
    case 2: try_header(arena, key, text); break;
    case 3: try_refresh(arena, text); break;
    }
    arena_free(arena);
    return 0;
}
