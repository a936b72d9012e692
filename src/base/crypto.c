#include "base/crypto.h"

#include <assert.h>
#include <crypt.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- OpenSSL's algorithms, looked up once: a fetch by name costs more than a hash ---- */

struct algorithms {
    EVP_MD *sha256;
    EVP_MAC *hmac;
    EVP_CIPHER *aes256gcm;
};

/* Written once under pthread_once, constant afterwards; lives as long as the process. */
static struct algorithms fetched;
static pthread_once_t fetched_once = PTHREAD_ONCE_INIT;

static NORETURN void broken(const char *what)
{
    fprintf(stderr, "dapur: %s failed\n", what);
    abort();
}

static void fetch(void)
{
    fetched.sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    fetched.hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    fetched.aes256gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    if (!fetched.sha256 || !fetched.hmac || !fetched.aes256gcm) broken("fetching an algorithm");
}

static const struct algorithms *algorithms(void)
{
    pthread_once(&fetched_once, fetch);
    return &fetched;
}

static const unsigned char *bytes_of(str s)
{
    return (const unsigned char *)s.at;
}

/* ---- secrets ---- */

struct secret {
    size_t len;
    char bytes[];
};

void crypto_wipe(void *at, size_t len)
{
    OPENSSL_cleanse(at, len);
}

static void secret_wipe(void *object)
{
    struct secret *secret = object;
    crypto_wipe(secret->bytes, secret->len);
}

static struct secret *secret_sized(struct arena *arena, size_t len)
{
    size_t size;
    if (!size_add(sizeof(struct secret), len, &size)) broken("sizing a secret");
    struct secret *secret = arena_alloc(arena, size);
    secret->len = len;
    arena_defer(arena, secret_wipe, secret);
    return secret;
}

struct secret *secret_new(struct arena *arena, str bytes)
{
    struct secret *secret = secret_sized(arena, bytes.len);
    if (bytes.len) memcpy(secret->bytes, bytes.at, bytes.len);
    return secret;
}

struct secret *secret_random(struct arena *arena, size_t count)
{
    struct secret *secret = secret_sized(arena, count);
    crypto_random(secret->bytes, count);
    return secret;
}

str secret_bytes(const struct secret *secret)
{
    return str_from(secret->bytes, secret->len);
}

bool secret_eq(const struct secret *secret, str bytes)
{
    return crypto_eq(secret_bytes(secret), bytes);
}

bool crypto_eq(str a, str b)
{
    if (a.len != b.len) return false;
    return a.len == 0 || CRYPTO_memcmp(a.at, b.at, a.len) == 0;
}

/* ---- hashes ---- */

void crypto_sha256(str bytes, uint8_t out[CRYPTO_SHA256_BYTES])
{
    if (!EVP_Digest(bytes.at, bytes.len, out, NULL, algorithms()->sha256, NULL)) broken("SHA-256");
}

struct crypto_hmac {
    EVP_MAC_CTX *keyed; /* only ever duplicated after crypto_hmac_new */
};

static void hmac_release(void *object)
{
    EVP_MAC_CTX_free(((struct crypto_hmac *)object)->keyed);
}

struct crypto_hmac *crypto_hmac_new(struct arena *arena, str key)
{
    struct crypto_hmac *hmac = ARENA_NEW(arena, struct crypto_hmac);
    hmac->keyed = EVP_MAC_CTX_new(algorithms()->hmac);
    if (!hmac->keyed) broken("HMAC");
    arena_defer(arena, hmac_release, hmac);
    char digest[] = "SHA256";
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                 OSSL_PARAM_construct_end()};
    /* NULL would mean "keep the key that is set". */
    const unsigned char *key_bytes = key.len ? bytes_of(key) : (const unsigned char *)"";
    if (!EVP_MAC_init(hmac->keyed, key_bytes, key.len, params)) broken("HMAC");
    return hmac;
}

void crypto_hmac_sign(const struct crypto_hmac *hmac, str bytes, uint8_t out[CRYPTO_SHA256_BYTES])
{
    EVP_MAC_CTX *context = EVP_MAC_CTX_dup(hmac->keyed);
    size_t len = 0;
    bool fine = context && EVP_MAC_update(context, bytes_of(bytes), bytes.len) &&
                EVP_MAC_final(context, out, &len, CRYPTO_SHA256_BYTES);
    EVP_MAC_CTX_free(context);
    if (!fine || len != CRYPTO_SHA256_BYTES) broken("HMAC");
}

bool crypto_hmac_verify(const struct crypto_hmac *hmac, str bytes, str signature)
{
    uint8_t expected[CRYPTO_SHA256_BYTES];
    crypto_hmac_sign(hmac, bytes, expected);
    bool same = crypto_eq(str_from(expected, sizeof expected), signature);
    crypto_wipe(expected, sizeof expected);
    return same;
}

/* ---- randomness ---- */

enum { ENTROPY_BYTES = 256 }; /* the most that getentropy gives at once */

struct entropy {
    unsigned char bytes[ENTROPY_BYTES];
    size_t left; /* unused bytes, at the end */
};

static void entropy_fill(unsigned char *out, size_t count)
{
    if (getentropy(out, count) != 0) broken("reading random bytes");
}

/* Bytes are cleared as they are handed out: a later leak of the buffer tells nothing of them. No
 * process of ours forks without exec, so no two share a buffer. */
void crypto_random(void *out, size_t count)
{
    static _Thread_local struct entropy entropy;
    unsigned char *at = out;
    while (count > ENTROPY_BYTES / 2) {
        size_t step = count < ENTROPY_BYTES ? count : ENTROPY_BYTES;
        entropy_fill(at, step);
        at += step;
        count -= step;
    }
    if (count == 0) return;
    if (entropy.left < count) {
        entropy_fill(entropy.bytes, ENTROPY_BYTES);
        entropy.left = ENTROPY_BYTES;
    }
    unsigned char *from = entropy.bytes + ENTROPY_BYTES - entropy.left;
    memcpy(at, from, count);
    crypto_wipe(from, count);
    entropy.left -= count;
}

static const char hex_digits[] = "0123456789abcdef";

void crypto_uuid4(char out[CRYPTO_UUID_CHARS])
{
    unsigned char bytes[16];
    crypto_random(bytes, sizeof bytes);
    bytes[6] = (unsigned char)((bytes[6] & 0x0F) | 0x40); /* version 4 */
    bytes[8] = (unsigned char)((bytes[8] & 0x3F) | 0x80); /* variant 10 */
    size_t at = 0;
    for (size_t i = 0; i < sizeof bytes; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) out[at++] = '-';
        out[at++] = hex_digits[bytes[i] >> 4];
        out[at++] = hex_digits[bytes[i] & 15];
    }
}

/* ---- AES-256-GCM; sealed: nonce, ciphertext, tag ---- */

/* OpenSSL counts in int. */
static int int_len(size_t len)
{
    assert(len <= INT32_MAX);
    return (int)len;
}

static bool gcm_seal(EVP_CIPHER_CTX *context, str key, str bound, str plain, unsigned char *out)
{
    unsigned char *text = out + CRYPTO_NONCE_BYTES;
    int len = 0;
    crypto_random(out, CRYPTO_NONCE_BYTES);
    return EVP_EncryptInit_ex2(context, algorithms()->aes256gcm, bytes_of(key), out, NULL) &&
           (bound.len == 0 ||
            EVP_EncryptUpdate(context, NULL, &len, bytes_of(bound), int_len(bound.len))) &&
           (plain.len == 0 ||
            EVP_EncryptUpdate(context, text, &len, bytes_of(plain), int_len(plain.len))) &&
           EVP_EncryptFinal_ex(context, text + plain.len, &len) &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, CRYPTO_TAG_BYTES, text + plain.len);
}

void crypto_seal(struct buf *out, str key, str bound, str plain)
{
    assert(key.len == CRYPTO_KEY_BYTES);
    size_t size;
    if (!size_add(plain.len, CRYPTO_SEAL_OVERHEAD, &size)) broken("sealing");
    if (!buf_reserve(out, size)) return;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    bool fine =
        context && gcm_seal(context, key, bound, plain, (unsigned char *)out->at + out->len);
    EVP_CIPHER_CTX_free(context);
    if (!fine) broken("sealing");
    out->len += size;
}

static bool gcm_open(EVP_CIPHER_CTX *context, str key, str bound, str sealed, unsigned char *out)
{
    str text = str_slice(sealed, CRYPTO_NONCE_BYTES, sealed.len - CRYPTO_TAG_BYTES);
    unsigned char tag[CRYPTO_TAG_BYTES];
    memcpy(tag, text.at + text.len, sizeof tag);
    int len = 0;
    return EVP_DecryptInit_ex2(context, algorithms()->aes256gcm, bytes_of(key), bytes_of(sealed),
                               NULL) &&
           (bound.len == 0 ||
            EVP_DecryptUpdate(context, NULL, &len, bytes_of(bound), int_len(bound.len))) &&
           (text.len == 0 ||
            EVP_DecryptUpdate(context, out, &len, bytes_of(text), int_len(text.len))) &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, CRYPTO_TAG_BYTES, tag) &&
           EVP_DecryptFinal_ex(context, out + text.len, &len) > 0;
}

bool crypto_open(struct buf *out, str key, str bound, str sealed)
{
    assert(key.len == CRYPTO_KEY_BYTES);
    if (sealed.len < CRYPTO_SEAL_OVERHEAD || sealed.len > INT32_MAX) return false;
    size_t size = sealed.len - CRYPTO_SEAL_OVERHEAD;
    if (!buf_reserve(out, size + 1)) return false; /* + 1: never a NULL pointer */
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    if (!context) broken("opening");
    unsigned char *at = (unsigned char *)out->at + out->len;
    bool fine = gcm_open(context, key, bound, sealed, at);
    EVP_CIPHER_CTX_free(context);
    if (fine)
        out->len += size;
    else
        crypto_wipe(at, size); /* what failed its check is nobody's to read */
    return fine;
}

/* ---- base64 (RFC 4648) ---- */

struct alphabet {
    const char *digits;
    bool padded;
};

static const struct alphabet standard = {
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", true};
static const struct alphabet url_safe = {
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", false};

static void base64_encode(struct buf *out, str bytes, const struct alphabet *alphabet)
{
    const unsigned char *from = bytes_of(bytes);
    size_t size;
    if (!size_mul(bytes.len / 3 + 1, 4, &size)) broken("encoding");
    if (!buf_reserve(out, size)) return;
    char *at = out->at + out->len;
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t count = bytes.len - i < 3 ? bytes.len - i : 3;
        uint32_t group = (uint32_t)from[i] << 16;
        if (count > 1) group |= (uint32_t)from[i + 1] << 8;
        if (count > 2) group |= from[i + 2];
        for (size_t k = 0; k < 4; k++) {
            if (k <= count)
                *at++ = alphabet->digits[(group >> (18 - 6 * k)) & 63];
            else if (alphabet->padded)
                *at++ = '=';
        }
    }
    out->len = (size_t)(at - out->at);
}

static int base64_value(char c, const struct alphabet *alphabet)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == alphabet->digits[62]) return 62;
    return c == alphabet->digits[63] ? 63 : -1;
}

/* Up to four digits to up to three bytes; false for a wrong digit or bits that nothing uses. */
static bool base64_group(struct buf *out, str digits, const struct alphabet *alphabet)
{
    uint32_t group = 0;
    for (size_t i = 0; i < 4; i++) {
        int value = i < digits.len ? base64_value(digits.at[i], alphabet) : 0;
        if (value < 0) return false;
        group = group << 6 | (uint32_t)value;
    }
    size_t count = digits.len * 6 / 8;
    unsigned char bytes[3] = {(unsigned char)(group >> 16), (unsigned char)(group >> 8),
                              (unsigned char)group};
    for (size_t i = count; i < 3; i++)
        if (bytes[i]) return false;
    buf_append(out, bytes, count);
    return true;
}

static bool base64_decode(struct buf *out, str text, const struct alphabet *alphabet)
{
    if (alphabet->padded) {
        if (text.len % 4) return false;
        for (int i = 0; i < 2 && str_ends(text, STR("=")); i++) text.len--;
    }
    if (text.len % 4 == 1) return false;
    size_t before = out->len;
    for (size_t i = 0; i < text.len; i += 4) {
        if (base64_group(out, str_slice(text, i, i + 4), alphabet)) continue;
        out->len = before;
        return false;
    }
    return buf_ok(out);
}

void crypto_base64(struct buf *out, str bytes)
{
    base64_encode(out, bytes, &standard);
}

void crypto_base64url(struct buf *out, str bytes)
{
    base64_encode(out, bytes, &url_safe);
}

bool crypto_base64_decode(struct buf *out, str text)
{
    return base64_decode(out, text, &standard);
}

bool crypto_base64url_decode(struct buf *out, str text)
{
    return base64_decode(out, text, &url_safe);
}

/* ---- hexadecimal ---- */

void crypto_hex(struct buf *out, str bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char byte = (unsigned char)bytes.at[i];
        buf_append(out, (char[]){hex_digits[byte >> 4], hex_digits[byte & 15]}, 2);
    }
}

bool crypto_hex_decode(struct buf *out, str text)
{
    if (text.len % 2) return false;
    size_t before = out->len;
    for (size_t i = 0; i < text.len; i += 2) {
        int high = hex_value(text.at[i]);
        int low = hex_value(text.at[i + 1]);
        if (high < 0 || low < 0) {
            out->len = before;
            return false;
        }
        buf_char(out, (char)(high << 4 | low));
    }
    return buf_ok(out);
}

/* ---- bcrypt ---- */

enum { BCRYPT_PASSWORD_MAX = 72, BCRYPT_SALT_BYTES = 16, BCRYPT_HASH_CHARS = 60 };

/* Hashes under a setting ("$2b$10$salt...", a whole hash too) into out; false when libcrypt refuses. */
static bool bcrypt_run(str password, const char *setting, char out[BCRYPT_HASH_CHARS])
{
    char phrase[BCRYPT_PASSWORD_MAX + 1] = {0};
    size_t len = password.len < BCRYPT_PASSWORD_MAX ? password.len : BCRYPT_PASSWORD_MAX;
    if (len) memcpy(phrase, password.at, len);
    struct arena *scratch = arena_new(0); /* 32 KiB: too much for a stack */
    struct crypt_data *data = ARENA_NEW(scratch, struct crypt_data);
    const char *hash = crypt_rn(phrase, setting, data, sizeof *data);
    bool fine = hash && strlen(hash) == BCRYPT_HASH_CHARS;
    if (fine) memcpy(out, hash, BCRYPT_HASH_CHARS);
    crypto_wipe(phrase, sizeof phrase);
    crypto_wipe(data, sizeof *data);
    arena_free(scratch);
    return fine;
}

err crypto_bcrypt(struct arena *arena, str password, int cost, str *out)
{
    if (password.len > BCRYPT_PASSWORD_MAX)
        return err_new(arena, ERR_USAGE, "a password takes no more than %d bytes",
                       BCRYPT_PASSWORD_MAX);
    if (str_find_char(password, '\0', 0) != SIZE_MAX)
        return err_new(arena, ERR_USAGE, "a password cannot hold a NUL byte");
    if (cost < 4 || cost > 31) return err_new(arena, ERR_USAGE, "the cost of bcrypt is 4 to 31");
    char salt[BCRYPT_SALT_BYTES];
    char setting[CRYPT_GENSALT_OUTPUT_SIZE];
    char hash[BCRYPT_HASH_CHARS];
    crypto_random(salt, sizeof salt);
    bool fine =
        crypt_gensalt_rn("$2b$", (unsigned long)cost, salt, sizeof salt, setting, sizeof setting) &&
        bcrypt_run(password, setting, hash);
    if (!fine) return err_new(arena, ERR_INTERNAL, "libcrypt does not know bcrypt");
    *out = str_copy(arena, str_from(hash, sizeof hash));
    return NULL;
}

bool crypto_bcrypt_verify(str password, str hash)
{
    static const str prefixes[] = {STR_INIT("$2a$"), STR_INIT("$2b$"), STR_INIT("$2y$")};
    bool known = false;
    for (size_t i = 0; i < COUNT_OF(prefixes); i++) known = known || str_starts(hash, prefixes[i]);
    if (!known || hash.len != BCRYPT_HASH_CHARS) return false;
    if (str_find_char(password, '\0', 0) != SIZE_MAX) return false;
    char setting[BCRYPT_HASH_CHARS + 1] = {0};
    char made[BCRYPT_HASH_CHARS];
    memcpy(setting, hash.at, hash.len);
    bool same = bcrypt_run(password, setting, made) && crypto_eq(str_from(made, sizeof made), hash);
    crypto_wipe(made, sizeof made);
    return same;
}
