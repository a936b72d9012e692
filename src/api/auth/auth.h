/* api/auth/auth.h - /auth/v1: sign-up, sign-in, sessions, users, as the GoTrue dialect has them.
 *
 * Owns:    its counters of guesses, per loop; lives in the arena it was made in.
 * Threads: handlers run on the request's loop, password hashes on the workers given.
 * Errors:  rendered as the auth dialect's body (docs/auth.md).
 */
#ifndef DAPUR_API_AUTH_AUTH_H
#define DAPUR_API_AUTH_AUTH_H

#include "api/common/builtin_migration.h"
#include "api/common/gateway.h"
#include "http/router.h"
#include "net/workers.h"
#include "sql/engine.h"

struct auth_options {
    struct engine *engine;
    struct gateway *gateway;
    const struct api_keys *keys;
    struct workers *hashers;
    size_t loop_count;
    str external_url; /* "http://127.0.0.1:54321": issuer and links */
    str site_url;
    int64_t jwt_exp_s;
    size_t password_bytes_min;
    int bcrypt_cost;
    bool autoconfirm;
    bool disable_signup;
    bool rate_limits;
};

struct auth;

MUST_USE err auth_new(struct arena *arena, const struct auth_options *options, struct auth **out);
/* The mount at /auth/v1; borrowed. */
const struct http_mount *auth_mount(struct auth *auth);

/* The schema `auth` as a migration of our own, in order. */
const struct builtin_migration *auth_migrations(size_t *count);

#endif
