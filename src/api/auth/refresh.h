/* api/auth/refresh.h - refresh tokens: their text, and what a presented one means.
 *
 *   0x00 | session UUID (16) | uvarint counter | HMAC-SHA-256(session key, before)[0..16)
 *        | SHA-256(before)[0..4)                                    as base64url without padding
 *
 * The last four bytes only tell a typing error from a forgery; the MAC is what counts. Nothing of a
 * token is stored: the session's key and its counter say which one is the newest.
 *
 * Owns: nothing. Threads: any. Errors: answered as false.
 * Source: docs/auth.md, "Refresh tokens".
 */
#ifndef DAPUR_API_AUTH_REFRESH_H
#define DAPUR_API_AUTH_REFRESH_H

#include "base/arena.h"
#include "base/crypto.h"

enum { REFRESH_KEY_BYTES = 32, REFRESH_MAC_BYTES = 16 };

struct refresh_token {
    char session_id[CRYPTO_UUID_CHARS + 1];
    uint64_t counter;
    str signed_bytes; /* what the MAC is over; in the arena */
    str mac;
};

/* session_id: a UUID's text. key: REFRESH_KEY_BYTES bytes. */
str refresh_encode(struct arena *arena, str session_id, uint64_t counter, str key);
/* False: not a token of this kind, or mistyped. The MAC is still to be checked. */
MUST_USE bool refresh_decode(struct arena *arena, str text, struct refresh_token *out);
MUST_USE bool refresh_mac_valid(struct arena *arena, const struct refresh_token *token, str key);

enum refresh_decision {
    REFRESH_ROTATE, /* the newest one: count up and answer the next */
    REFRESH_REISSUE, /* the one before, or one of the last seconds: the answer was lost; the newest again */
    REFRESH_INVALID, /* from the future: no token that we ever made */
    REFRESH_REUSED,  /* spent long ago: somebody else has it; the session ends */
};

/* fresh: the session was refreshed within the reuse interval. */
enum refresh_decision refresh_decide(uint64_t stored, uint64_t presented, bool fresh);

#endif
