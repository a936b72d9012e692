/* api/common/jwt.h - JSON Web Tokens (RFC 7519) signed with HS256: made, checked, remembered.
 *
 * The algorithm is fixed by the key, never by the token (RFC 8725, 3.1). Checked before use: size,
 * three strict base64url parts, header members (no duplicates, no `crit`), signature, then claims.
 *
 * Owns:    a jwt_cache owns its entries; a struct jwt lives in the arena it was made in.
 * Threads: jwt_key: any. A jwt_cache belongs to one loop.
 * Errors:  ERR_JWT_INVALID (PGRST301: form, algorithm, signature), ERR_JWT_CLAIMS (PGRST303: times,
 *          audience, types). The messages are the REST dialect's.
 */
#ifndef DAPUR_API_COMMON_JWT_H
#define DAPUR_API_COMMON_JWT_H

#include "base/crypto.h"
#include "base/err.h"
#include "base/json.h"

enum { JWT_BYTES_MAX = 8192, JWT_LEEWAY_S = 30, JWT_SECRET_BYTES_MIN = 32 };

struct jwt_key; /* the project's shared secret */

/* secret: at least JWT_SECRET_BYTES_MIN bytes, else ERR_CONFIG. Lives in the arena. */
MUST_USE err jwt_key_new(struct arena *arena, str secret, struct jwt_key **out);

struct jwt {
    str claims; /* the payload's JSON text */
    const struct json *tree;
    str role;    /* empty when absent */
    str subject; /* sub; empty when absent */
    str user_id; /* the subject in lower case when it is a UUID, else empty */
    str email;
    str session_id;
    int64_t expires_at; /* unix seconds; INT64_MAX when absent */
};

/* header.payload.signature over the claims' JSON text. */
str jwt_sign(struct arena *arena, const struct jwt_key *key, str claims);
/* Checks everything but the audience. now_s: unix seconds. */
MUST_USE err jwt_verify(struct arena *arena,
                        const struct jwt_key *key,
                        str token,
                        int64_t now_s,
                        const struct jwt **out);

/* The texts copied, without the tree: what a request keeps while it waits and the cache goes on. */
const struct jwt *jwt_copy(struct arena *arena, const struct jwt *jwt);

/* Tokens verified before, by their bytes; the oldest go when it is full. The answer is borrowed
 * until the next call. An expired one is an error again. */
struct jwt_cache;
struct jwt_cache *jwt_cache_new(struct arena *arena, size_t count_max);
MUST_USE err jwt_cache_verify(struct jwt_cache *cache,
                              struct arena *arena,
                              const struct jwt_key *key,
                              str token,
                              int64_t now_s,
                              const struct jwt **out);
void jwt_cache_free(struct jwt_cache *cache);

#endif
