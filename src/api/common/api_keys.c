#include "api/common/api_keys.h"

enum {
    KEY_RANDOM_CHARS = 22,
    KEY_CHECK_CHARS = 8,
    KEY_LIFE_S = 10 * 365 * 24 * 3600,
    SECRET_BYTES = 32
};

static str opaque_key(struct arena *arena, const char *prefix)
{
    uint8_t random[17], digest[CRYPTO_SHA256_BYTES];
    crypto_random(random, sizeof random);
    struct buf *text = buf_in(arena, 0);
    crypto_base64url(text, str_from(random, sizeof random));
    str body = str_printf(arena, "%s%.*s", prefix, KEY_RANDOM_CHARS, text->at);
    /* "dapur" stands where a hosted project has its reference. */
    crypto_sha256(str_printf(arena, "dapur|%.*s", STR_FMT(body)), digest);
    buf_clear(text);
    crypto_base64url(text, str_from(digest, sizeof digest));
    return str_printf(arena, "%.*s_%.*s", STR_FMT(body), KEY_CHECK_CHARS, text->at);
}

static str role_key(struct arena *arena, const struct jwt_key *key, const char *role, int64_t now_s)
{
    int64_t expires_at = now_s + KEY_LIFE_S;
    str claims =
        str_printf(arena, "{\"role\":\"%s\",\"iss\":\"supabase\",\"iat\":%lld,\"exp\":%lld}", role,
                   (long long)now_s, (long long)expires_at);
    return jwt_sign(arena, key, claims);
}

err api_keys_make(struct arena *arena, int64_t now_s, struct api_keys *out)
{
    uint8_t random[SECRET_BYTES];
    crypto_random(random, sizeof random);
    struct buf *text = buf_in(arena, 0);
    crypto_base64url(text, str_from(random, sizeof random));
    out->jwt_secret = buf_str(text);
    struct jwt_key *key;
    TRY(jwt_key_new(arena, out->jwt_secret, &key));
    out->jwt_key = key;
    out->anon = role_key(arena, key, "anon", now_s);
    out->service_role = role_key(arena, key, "service_role", now_s);
    out->publishable = opaque_key(arena, "sb_publishable_");
    out->secret = opaque_key(arena, "sb_secret_");
    crypto_wipe(random, sizeof random);
    return NULL;
}

/* One row a member of the file. */
struct key_member {
    const char *name;
    size_t offset;
};

static const struct key_member members[] = {
    {"anon",         offsetof(struct api_keys, anon)        },
    {"service_role", offsetof(struct api_keys, service_role)},
    {"publishable",  offsetof(struct api_keys, publishable) },
    {"secret",       offsetof(struct api_keys, secret)      },
    {"jwt_secret",   offsetof(struct api_keys, jwt_secret)  },
};

void api_keys_render(const struct api_keys *keys, struct buf *out)
{
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        buf_char(out, i ? ',' : '{');
        json_write_str(out, str_of(members[i].name));
        buf_char(out, ':');
        json_write_str(out, *(const str *)((const char *)keys + members[i].offset));
    }
    buf_char(out, '}');
}

err api_keys_parse(struct arena *arena, str text, struct api_keys *out)
{
    const struct json *tree;
    TRY(json_parse(arena, text, NULL, &tree));
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        str value = str_copy(arena, json_get_str(tree, str_of(members[i].name)));
        if (str_empty(value))
            return err_new(arena, ERR_CONFIG, "the keys lack \"%s\"", members[i].name);
        *(str *)((char *)out + members[i].offset) = value;
    }
    struct jwt_key *key;
    TRY(jwt_key_new(arena, out->jwt_secret, &key));
    out->jwt_key = key;
    return NULL;
}

enum api_key_kind api_keys_find(const struct api_keys *keys, str key)
{
    bool publishable = crypto_eq(key, keys->publishable);
    bool secret = crypto_eq(key, keys->secret);
    return publishable ? API_KEY_PUBLISHABLE : secret ? API_KEY_SECRET : API_KEY_UNKNOWN;
}
