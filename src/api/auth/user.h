/* api/auth/user.h - users and identities as the dialect shows them, from rows of auth.users.
 *
 * Owns: nothing. Threads: any. Errors: none.
 * Source: docs/auth.md, "Objects".
 */
#ifndef DAPUR_API_AUTH_USER_H
#define DAPUR_API_AUTH_USER_H

#include "base/json.h"

/* user: a row. identities: rows, or NULL for none; those of other users are left out. */
void auth_write_user(struct buf *out, const struct json *user, const struct json *identities);

/* user_metadata of a new user: what he said, and what we know. data: an object or NULL. */
str auth_user_metadata(
    struct arena *arena, const struct json *data, str user_id, str email, bool email_verified);
/* The same as a row that nobody stored: the answer to a sign-up for an address that is taken. */
str auth_fabricated_user(struct arena *arena, str id, str email, str metadata, str now);

#endif
