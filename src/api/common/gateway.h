/* api/common/gateway.h - who calls: the API key and the bearer token, decided once per request.
 *
 *   1. Authorization that is not "Bearer sb_..." counts.
 *   2. Else a known secret key is service_role, a known publishable key anon.
 *   3. Else an apikey that is a JWT is taken as the bearer.
 *
 * Both headers must be valid when both are there; neither excuses the other. Without an apikey:
 * refused when require_key is on, else anon.
 *
 * Owns:    the gateway its caches, one per loop. An identity's and a caller's texts live in the
 *          request's arena.
 * Threads: gateway_caller on the request's loop.
 * Errors:  ERR_KEY_MISSING, ERR_KEY_INVALID, ERR_JWT_INVALID, ERR_JWT_CLAIMS; 22023 (401) for a role
 *          that does not exist, 42501 for one that tokens may not take.
 */
#ifndef DAPUR_API_COMMON_GATEWAY_H
#define DAPUR_API_COMMON_GATEWAY_H

#include "api/common/api_keys.h"
#include "http/request.h"
#include "sql/engine.h"

struct gateway_options {
    const struct api_keys *keys;
    bool require_key;
    size_t loop_count;
    size_t token_cache_count; /* verified tokens remembered per loop; 0: 1024 */
    str anon_role;            /* empty: "anon" */
};

struct gateway;

struct gateway *gateway_new(struct arena *arena, const struct gateway_options *options);
void gateway_free(struct gateway *gateway);

enum credential { CREDENTIAL_NONE, CREDENTIAL_KEY, CREDENTIAL_TOKEN };

struct identity {
    enum credential credential;
    str role;
    const struct jwt *jwt; /* the token that counts; NULL for opaque keys */
    str token;             /* its text */
};

/* Who it is, without a look at the catalog; its texts are the request's. */
MUST_USE err gateway_identify(struct gateway *gateway,
                              struct http_request *req,
                              struct identity *out);
/* An identity as an engine caller: the role looked up in the catalog, settings filled in. It borrows
 * the identity's texts. */
MUST_USE err gateway_caller(struct http_request *req,
                            const struct identity *identity,
                            const struct catalog *catalog,
                            struct caller **out);
/* A caller for our own statements (auth, storage) with a fixed role. */
struct caller *gateway_internal_caller(struct arena *arena,
                                       const struct catalog *catalog,
                                       str role);

#endif
