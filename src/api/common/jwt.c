#include "api/common/jwt.h"

#include <string.h>

enum { UUID_CHARS = 36, HASHED_BYTES = 64 };

struct jwt_key {
    struct crypto_hmac *hmac;
};

err jwt_key_new(struct arena *arena, str secret, struct jwt_key **out)
{
    if (secret.len < JWT_SECRET_BYTES_MIN)
        return err_new(arena, ERR_CONFIG, "the JWT secret is shorter than %d bytes",
                       JWT_SECRET_BYTES_MIN);
    struct jwt_key *key = ARENA_NEW(arena, struct jwt_key);
    key->hmac = crypto_hmac_new(arena, secret);
    *out = key;
    return NULL;
}

str jwt_sign(struct arena *arena, const struct jwt_key *key, str claims)
{
    struct buf *token = buf_in(arena, 0);
    crypto_base64url(token, STR("{\"alg\":\"HS256\",\"typ\":\"JWT\"}"));
    buf_char(token, '.');
    crypto_base64url(token, claims);
    uint8_t signature[CRYPTO_SHA256_BYTES];
    crypto_hmac_sign(key->hmac, buf_str(token), signature);
    buf_char(token, '.');
    crypto_base64url(token, str_from(signature, sizeof signature));
    return buf_str(token);
}

/* Form ------------------------------------------------------------------------------------------ */

static err invalid(struct arena *arena, const char *message)
{
    return err_new(arena, ERR_JWT_INVALID, "%s", message);
}

static err split(struct arena *arena, str token, str parts[3])
{
    if (str_empty(token)) return invalid(arena, "Empty JWT is sent in Authorization header");
    if (token.len > JWT_BYTES_MAX) return invalid(arena, "JWT cryptographic operation failed");
    size_t dots = 0;
    for (size_t i = 0; i < token.len; i++) dots += token.at[i] == '.';
    if (dots != 2)
        return err_new(arena, ERR_JWT_INVALID, "Expected 3 parts in JWT; got %zu", dots + 1);
    str rest = token;
    for (size_t i = 0; i < 3; i++) str_cut(rest, '.', &parts[i], &rest);
    return NULL;
}

static err decode(struct arena *arena, str text, str *out)
{
    struct buf *bytes = buf_in(arena, 0);
    if (!crypto_base64url_decode(bytes, text))
        return invalid(arena, "JWT cryptographic operation failed");
    *out = buf_str(bytes);
    return NULL;
}

static bool has_duplicates(const struct json *object)
{
    for (size_t i = 0; i < object->count; i++)
        for (size_t k = i + 1; k < object->count; k++)
            if (str_eq(object->members[i].name, object->members[k].name)) return true;
    return false;
}

static err check_header(struct arena *arena, str text)
{
    const struct json *header;
    if (json_parse(arena, text, NULL, &header) || header->kind != JSON_OBJECT)
        return invalid(arena, "JWT cryptographic operation failed");
    /* RFC 7515, 4: duplicates and unknown critical extensions are refused. */
    if (has_duplicates(header) || json_get(header, STR("crit")))
        return invalid(arena, "JWT cryptographic operation failed");
    if (str_eq(json_get_str(header, STR("alg")), STR("HS256"))) return NULL;
    return invalid(arena, "Wrong or unsupported encoding algorithm");
}

/* Claims ---------------------------------------------------------------------------------------- */

static err claims_error(struct arena *arena, const char *message)
{
    return err_new(arena, ERR_JWT_CLAIMS, "%s", message);
}

/* A NumericDate (RFC 7519, 2): a JSON number without an exponent, which nobody writes and which could
 * be of any size; the fraction is dropped. absent when not there. */
static err read_time(
    struct arena *arena, const struct json *claims, const char *name, int64_t absent, int64_t *out)
{
    const struct json *value = json_get(claims, str_of(name));
    *out = absent;
    if (!value || value->kind == JSON_NULL) return NULL;
    str whole, fraction;
    bool plain = value->kind == JSON_NUMBER && str_find_char(value->text, 'e', 0) == SIZE_MAX &&
                 str_find_char(value->text, 'E', 0) == SIZE_MAX;
    if (plain) {
        str_cut(value->text, '.', &whole, &fraction);
        if (str_to_i64(whole, out)) return NULL;
    }
    return err_new(arena, ERR_JWT_CLAIMS, "The JWT '%s' claim must be a number", name);
}

static err check_audience(struct arena *arena, const struct json *claims)
{
    const struct json *audience = json_get(claims, STR("aud"));
    if (!audience || audience->kind == JSON_NULL || audience->kind == JSON_STRING) return NULL;
    bool strings = audience->kind == JSON_ARRAY;
    for (size_t i = 0; strings && i < audience->count; i++)
        strings = audience->items[i]->kind == JSON_STRING;
    if (strings) return NULL;
    return claims_error(arena, "The JWT 'aud' claim must be a string or an array of strings");
}

static err check_expiry(struct arena *arena, int64_t expires_at, int64_t now_s)
{
    bool expired = expires_at < INT64_MAX - JWT_LEEWAY_S && expires_at + JWT_LEEWAY_S < now_s;
    return expired ? claims_error(arena, "JWT expired") : NULL;
}

static bool is_uuid(str s)
{
    if (s.len != UUID_CHARS) return false;
    for (size_t i = 0; i < s.len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? s.at[i] != '-' : hex_value(s.at[i]) < 0) return false;
    }
    return true;
}

static err read_claims(struct arena *arena, str text, int64_t now_s, struct jwt *jwt)
{
    const struct json *claims;
    if (json_parse(arena, text, NULL, &claims) || claims->kind != JSON_OBJECT ||
        has_duplicates(claims))
        return claims_error(arena, "Parsing claims failed");
    int64_t not_before, issued_at;
    TRY(read_time(arena, claims, "exp", INT64_MAX, &jwt->expires_at));
    TRY(read_time(arena, claims, "nbf", INT64_MIN, &not_before));
    TRY(read_time(arena, claims, "iat", INT64_MIN, &issued_at));
    TRY(check_audience(arena, claims));
    TRY(check_expiry(arena, jwt->expires_at, now_s));
    if (not_before > now_s + JWT_LEEWAY_S) return claims_error(arena, "JWT not yet valid");
    if (issued_at > now_s + JWT_LEEWAY_S) return claims_error(arena, "JWT issued at future");
    jwt->claims = text;
    jwt->tree = claims;
    jwt->role = json_get_str(claims, STR("role"));
    jwt->subject = json_get_str(claims, STR("sub"));
    if (is_uuid(jwt->subject)) jwt->user_id = str_lower(arena, jwt->subject);
    jwt->email = json_get_str(claims, STR("email"));
    jwt->session_id = json_get_str(claims, STR("session_id"));
    return NULL;
}

err jwt_verify(struct arena *arena,
               const struct jwt_key *key,
               str token,
               int64_t now_s,
               const struct jwt **out)
{
    str parts[3], header, payload, signature;
    TRY(split(arena, token, parts));
    TRY(decode(arena, parts[0], &header));
    TRY(check_header(arena, header));
    TRY(decode(arena, parts[2], &signature));
    str signed_text = str_slice(token, 0, parts[0].len + 1 + parts[1].len);
    if (!crypto_hmac_verify(key->hmac, signed_text, signature)) {
        struct err *error = err_new(arena, ERR_JWT_INVALID, "No suitable key or wrong key type");
        return err_details(arena, error, "None of the keys was able to decode the JWT");
    }
    TRY(decode(arena, parts[1], &payload));
    struct jwt *jwt = ARENA_NEW(arena, struct jwt);
    TRY(read_claims(arena, payload, now_s, jwt));
    *out = jwt;
    return NULL;
}

const struct jwt *jwt_copy(struct arena *arena, const struct jwt *jwt)
{
    struct jwt *copy = ARENA_NEW(arena, struct jwt);
    *copy = (struct jwt){
        .claims = str_copy(arena, jwt->claims),
        .role = str_copy(arena, jwt->role),
        .subject = str_copy(arena, jwt->subject),
        .user_id = str_copy(arena, jwt->user_id),
        .email = str_copy(arena, jwt->email),
        .session_id = str_copy(arena, jwt->session_id),
        .expires_at = jwt->expires_at,
    };
    return copy;
}

/* The cache: two-way sets, the older of a set goes first -------------------------------------- */

enum { CACHE_WAYS = 2 };

struct cache_entry {
    struct arena *arena; /* NULL: empty */
    str token;
    const struct jwt *jwt;
    uint64_t used;
};

struct jwt_cache {
    struct cache_entry *entries;
    size_t set_count; /* a power of two */
    uint64_t clock;
    uint64_t seed;
};

struct jwt_cache *jwt_cache_new(struct arena *arena, size_t count_max)
{
    struct jwt_cache *cache = ARENA_NEW(arena, struct jwt_cache);
    cache->set_count = 1;
    while (cache->set_count * 2 * CACHE_WAYS <= count_max) cache->set_count *= 2;
    cache->entries = ARENA_ARRAY(arena, struct cache_entry, cache->set_count * CACHE_WAYS);
    crypto_random(&cache->seed, sizeof cache->seed);
    return cache;
}

static err entry_fill(struct cache_entry *entry,
                      struct arena *arena,
                      const struct jwt_key *key,
                      str token,
                      int64_t now_s)
{
    struct arena *own = arena_new(0);
    const struct jwt *jwt;
    err error = jwt_verify(own, key, token, now_s, &jwt);
    if (error) {
        error = err_copy(arena, error);
        arena_free(own);
        return error;
    }
    arena_free(entry->arena);
    *entry = (struct cache_entry){.arena = own, .token = str_copy(own, token), .jwt = jwt};
    return NULL;
}

err jwt_cache_verify(struct jwt_cache *cache,
                     struct arena *arena,
                     const struct jwt_key *key,
                     str token,
                     int64_t now_s,
                     const struct jwt **out)
{
    /* The signature tells tokens apart; it is at their end. */
    str end = str_skip(token, token.len > HASHED_BYTES ? token.len - HASHED_BYTES : 0);
    size_t set = str_hash(end, cache->seed) & (cache->set_count - 1);
    struct cache_entry *entries = &cache->entries[set * CACHE_WAYS];
    struct cache_entry *oldest = entries;
    for (size_t way = 0; way < CACHE_WAYS; way++) {
        struct cache_entry *entry = &entries[way];
        if (entry->arena && str_eq(entry->token, token)) {
            TRY(check_expiry(arena, entry->jwt->expires_at, now_s));
            entry->used = ++cache->clock;
            *out = entry->jwt;
            return NULL;
        }
        if (entry->used < oldest->used) oldest = entry;
    }
    TRY(entry_fill(oldest, arena, key, token, now_s));
    oldest->used = ++cache->clock;
    *out = oldest->jwt;
    return NULL;
}

void jwt_cache_free(struct jwt_cache *cache)
{
    for (size_t i = 0; i < cache->set_count * CACHE_WAYS; i++) arena_free(cache->entries[i].arena);
    memset(cache->entries, 0, cache->set_count * CACHE_WAYS * sizeof *cache->entries);
}
