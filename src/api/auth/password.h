/* api/auth/password.h - passwords: what is allowed, and bcrypt on the workers.
 *
 * Owns:    a job owns its memory, which holds its copy of the password until the request ends.
 * Threads: asked and answered on the request's loop; bcrypt runs on a worker.
 * Errors:  422 weak_password, 400 validation_failed; 429 over_request_rate_limit when the workers'
 *          queue is full.
 */
#ifndef DAPUR_API_AUTH_PASSWORD_H
#define DAPUR_API_AUTH_PASSWORD_H

#include "api/auth/auth_int.h"

enum { PASSWORD_BYTES_MAX = 72 }; /* bcrypt looks at no more */

/* The rules for a new password. */
MUST_USE err auth_password_check(struct auth_request *request, str password);
/* The reasons why a password that is in use is too weak now, as a JSON list; empty: it is not. */
str auth_password_weakness(const struct auth *auth, str password);
/* A hash made elsewhere that we can check: bcrypt. */
bool auth_hash_usable(str hash);

struct auth_hashed {
    bool right; /* the password matches the hash that was asked about */
    str hash;   /* a new hash: asked for, or due because the old one's cost differs; else empty */
};
typedef err auth_hash_handler(struct auth_request *request, const struct auth_hashed *hashed);

MUST_USE err auth_hash(struct auth_request *request, str password, auth_hash_handler *then);
/* hash may be empty or of no known kind: never right, after the same work. */
MUST_USE err auth_hash_verify(struct auth_request *request,
                              str password,
                              str hash,
                              auth_hash_handler *then);
/* The hash of no password at this cost, for auth->dummy_hash. */
str auth_dummy_hash(struct arena *arena, int cost);

#endif
