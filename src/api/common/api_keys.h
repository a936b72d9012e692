/* api/common/api_keys.h - a project's keys: made at first start and kept.
 *
 * anon and service_role are JWTs signed with the project's secret; publishable and secret keys are
 * opaque: "sb_publishable_" or "sb_secret_", 22 random characters, "_", and 8 characters of a
 * checksum that only catches typing errors.
 *
 * Owns:    nothing; texts live in the arena.
 * Threads: any; immutable once made.
 * Errors:  ERR_JSON_SYNTAX, ERR_CONFIG for a file that lacks a key.
 */
#ifndef DAPUR_API_COMMON_API_KEYS_H
#define DAPUR_API_COMMON_API_KEYS_H

#include "api/common/jwt.h"

struct api_keys {
    str jwt_secret;
    str anon, service_role;  /* JWTs */
    str publishable, secret; /* opaque */
    const struct jwt_key *jwt_key;
};

/* Fresh ones. now_s: unix seconds; the JWTs live ten years. */
MUST_USE err api_keys_make(struct arena *arena, int64_t now_s, struct api_keys *out);
/* The JSON object {"anon","service_role","publishable","secret","jwt_secret"}, and back. */
void api_keys_render(const struct api_keys *keys, struct buf *out);
MUST_USE err api_keys_parse(struct arena *arena, str text, struct api_keys *out);

enum api_key_kind { API_KEY_UNKNOWN, API_KEY_PUBLISHABLE, API_KEY_SECRET };
/* In constant time for a key of the right length; the length is public. */
enum api_key_kind api_keys_find(const struct api_keys *keys, str key);

#endif
