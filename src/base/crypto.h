/* base/crypto.h - hashes, keyed hashes, randomness, sealing and text codings, over OpenSSL 3.
 *
 * Owns:    struct crypto_hmac and struct secret own what they allocate; the rest nothing.
 * Threads: any. A crypto_hmac may be used by many at once: each use duplicates its keyed state.
 * Errors:  a failing library call on good input stops the process (no entropy, no SHA-256: nothing
 *          safe is left to do). Decoders and crypto_open answer false on bad input.
 */
#ifndef DAPUR_BASE_CRYPTO_H
#define DAPUR_BASE_CRYPTO_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum {
    CRYPTO_SHA256_BYTES = 32,
    CRYPTO_KEY_BYTES = 32,   /* AES-256 */
    CRYPTO_NONCE_BYTES = 12, /* AES-GCM, NIST SP 800-38D */
    CRYPTO_TAG_BYTES = 16,
    CRYPTO_SEAL_OVERHEAD = CRYPTO_NONCE_BYTES + CRYPTO_TAG_BYTES,
    CRYPTO_UUID_CHARS = 36,
};

/* ---- secrets: wiped on release, and nothing prints them ---- */

struct secret;
/* Copies bytes; the secret is wiped when the arena is reset or freed. */
struct secret *secret_new(struct arena *arena, str bytes);
/* count fresh random bytes. */
struct secret *secret_random(struct arena *arena, size_t count);
/* Borrowed: hand it to a function here, never to a buffer that outlives the secret. */
str secret_bytes(const struct secret *secret);
/* In constant time for equal lengths. */
bool secret_eq(const struct secret *secret, str bytes);
/* Overwrites memory in a way that the compiler keeps. */
void crypto_wipe(void *at, size_t len);

/* ---- hashes ---- */

void crypto_sha256(str bytes, uint8_t out[CRYPTO_SHA256_BYTES]);

/* HMAC-SHA-256 (RFC 2104) with the key's two blocks hashed once. */
struct crypto_hmac;
struct crypto_hmac *crypto_hmac_new(struct arena *arena, str key);
void crypto_hmac_sign(const struct crypto_hmac *hmac, str bytes, uint8_t out[CRYPTO_SHA256_BYTES]);
MUST_USE bool crypto_hmac_verify(const struct crypto_hmac *hmac, str bytes, str signature);

/* In constant time for equal lengths; the length itself is no secret. */
MUST_USE bool crypto_eq(str a, str b);

/* ---- randomness ---- */

/* From the kernel, through a buffer per thread: cheap for small counts. */
void crypto_random(void *out, size_t count);
/* A random UUID (RFC 9562, version 4) in lower case, without a NUL. */
void crypto_uuid4(char out[CRYPTO_UUID_CHARS]);

/* ---- authenticated encryption: AES-256-GCM ---- */

/* Appends nonce, ciphertext and tag. bound is authenticated but not stored (say, the row's id). */
void crypto_seal(struct buf *out, str key, str bound, str plain);
/* Appends the plain text; false, and out untouched, for a wrong key, another bound or any change. */
MUST_USE bool crypto_open(struct buf *out, str key, str bound, str sealed);

/* ---- text codings ---- */

/* RFC 4648, section 4 with padding; section 5 without. */
void crypto_base64(struct buf *out, str bytes);
void crypto_base64url(struct buf *out, str bytes);
/* Strict: alphabet, length, padding and unused bits must be right. Appends; false leaves out as it
 * was. */
MUST_USE bool crypto_base64_decode(struct buf *out, str text);
MUST_USE bool crypto_base64url_decode(struct buf *out, str text);
/* Lower case. */
void crypto_hex(struct buf *out, str bytes);
MUST_USE bool crypto_hex_decode(struct buf *out, str text);

/* ---- passwords: bcrypt; slow on purpose, for workers alone ---- */

/* "$2b$<cost>$..."; cost 4 to 31. A password over 72 bytes, or with a NUL, is refused. */
MUST_USE err crypto_bcrypt(struct arena *arena, str password, int cost, str *out);
/* hash: $2a$, $2b$ or $2y$. False as well for a malformed hash. A longer password is cut at 72
 * bytes, as every bcrypt does. */
MUST_USE bool crypto_bcrypt_verify(str password, str hash);

#endif
