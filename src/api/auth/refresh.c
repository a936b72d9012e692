#include "api/auth/refresh.h"

#include <assert.h>
#include <string.h>

enum {
    VERSION = 0x00,
    UUID_BYTES = 16,
    CHECK_BYTES = 4,
    VARINT_BYTES_MAX = 10,
    TOKEN_BYTES_MAX = 1 + UUID_BYTES + VARINT_BYTES_MAX + REFRESH_MAC_BYTES + CHECK_BYTES,
    TOKEN_BYTES_MIN = TOKEN_BYTES_MAX - VARINT_BYTES_MAX + 1,
};

static void append_uuid(struct buf *out, str text)
{
    for (size_t i = 0; i + 1 < text.len; i++) {
        if (text.at[i] == '-') continue;
        buf_char(out, (char)(hex_value(text.at[i]) << 4 | hex_value(text.at[i + 1])));
        i++;
    }
}

static void append_uvarint(struct buf *out, uint64_t value)
{
    for (; value >= 0x80; value >>= 7) buf_char(out, (char)(0x80 | (value & 0x7f)));
    buf_char(out, (char)value);
}

static void append_mac(struct arena *arena, struct buf *out, str key)
{
    uint8_t mac[CRYPTO_SHA256_BYTES];
    crypto_hmac_sign(crypto_hmac_new(arena, key), buf_str(out), mac);
    buf_append(out, mac, REFRESH_MAC_BYTES);
}

str refresh_encode(struct arena *arena, str session_id, uint64_t counter, str key)
{
    assert(session_id.len == CRYPTO_UUID_CHARS);
    assert(key.len == REFRESH_KEY_BYTES);
    uint8_t digest[CRYPTO_SHA256_BYTES];
    struct buf *bytes = buf_in(arena, 0), *text = buf_in(arena, 0);
    buf_char(bytes, VERSION);
    append_uuid(bytes, session_id);
    append_uvarint(bytes, counter);
    append_mac(arena, bytes, key);
    crypto_sha256(buf_str(bytes), digest);
    buf_append(bytes, digest, CHECK_BYTES);
    crypto_base64url(text, buf_str(bytes));
    return buf_str(text);
}

/* The shortest form only, so that one token has one text. */
static bool read_uvarint(str bytes, uint64_t *out)
{
    uint64_t value = 0;
    if (str_empty(bytes) || bytes.len > VARINT_BYTES_MAX) return false;
    for (size_t i = 0; i < bytes.len; i++) {
        uint64_t byte = (uint8_t)bytes.at[i];
        bool last = i + 1 == bytes.len;
        if (last != !(byte & 0x80)) return false;
        if (last && i > 0 && byte == 0) return false;
        if (i == VARINT_BYTES_MAX - 1 && byte > 1) return false;
        value |= (byte & 0x7f) << (7 * i);
    }
    *out = value;
    return true;
}

static void write_uuid(const char *bytes, char out[CRYPTO_UUID_CHARS + 1])
{
    static const char digits[] = "0123456789abcdef";
    size_t at = 0;
    for (size_t i = 0; i < UUID_BYTES; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) out[at++] = '-';
        out[at++] = digits[(uint8_t)bytes[i] >> 4];
        out[at++] = digits[(uint8_t)bytes[i] & 15];
    }
    out[at] = '\0';
}

bool refresh_decode(struct arena *arena, str text, struct refresh_token *out)
{
    uint8_t digest[CRYPTO_SHA256_BYTES];
    struct buf *decoded = buf_in(arena, 0);
    if (text.len > 2 * TOKEN_BYTES_MAX || !crypto_base64url_decode(decoded, text)) return false;
    str bytes = buf_str(decoded);
    if (bytes.len < TOKEN_BYTES_MIN || bytes.len > TOKEN_BYTES_MAX || bytes.at[0] != VERSION)
        return false;
    str checked = str_slice(bytes, 0, bytes.len - CHECK_BYTES);
    crypto_sha256(checked, digest);
    if (!str_eq(str_skip(bytes, checked.len), str_from(digest, CHECK_BYTES))) return false;
    out->signed_bytes = str_slice(checked, 0, checked.len - REFRESH_MAC_BYTES);
    out->mac = str_skip(checked, out->signed_bytes.len);
    write_uuid(bytes.at + 1, out->session_id);
    return read_uvarint(str_skip(out->signed_bytes, 1 + UUID_BYTES), &out->counter);
}

bool refresh_mac_valid(struct arena *arena, const struct refresh_token *token, str key)
{
    uint8_t mac[CRYPTO_SHA256_BYTES];
    if (key.len != REFRESH_KEY_BYTES) return false;
    crypto_hmac_sign(crypto_hmac_new(arena, key), token->signed_bytes, mac);
    return crypto_eq(str_from(mac, REFRESH_MAC_BYTES), token->mac);
}

enum refresh_decision refresh_decide(uint64_t stored, uint64_t presented, bool fresh)
{
    if (presented > stored) return REFRESH_INVALID;
    uint64_t behind = stored - presented;
    if (behind == 0) return REFRESH_ROTATE;
    if (behind == 1 || fresh) return REFRESH_REISSUE;
    return REFRESH_REUSED;
}
