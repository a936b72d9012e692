/* api/auth/limits.h - how often an address may ask, and how fast an account may be guessed at.
 *
 * Both are fixed tables of atomics addressed by seeded hashes: no memory grows with the number of
 * clients, and no lock is taken. Two keys that share a slot share its allowance; each key has two
 * slots in separate rows, and is refused only when both say no.
 *
 * Owns:    its tables, in the arena it was made in.
 * Threads: any.
 * Errors:  none; refusals answer how long to wait.
 * Source:  docs/auth.md, "Limits".
 */
#ifndef DAPUR_API_AUTH_LIMITS_H
#define DAPUR_API_AUTH_LIMITS_H

#include "base/arena.h"

enum auth_limit {
    LIMIT_NONE,
    LIMIT_TOKEN,  /* POST /token: 150 in 5 minutes */
    LIMIT_SIGNUP, /* 30 in 5 minutes */
    LIMIT_USER,   /* PUT /user: 30 in 5 minutes */
    LIMIT_COUNT
};

struct auth_limits;

struct auth_limits *auth_limits_new(struct arena *arena);

/* One request of this kind from this address ("192.0.2.7", "2001:db8::1"; IPv6 counts by /64).
 * returns: 0 when it may go on, else the seconds until it may. now_ms: monotonic. */
unsigned auth_limits_take(struct auth_limits *limits,
                          enum auth_limit kind,
                          str address,
                          uint64_t now_ms);

/* Before a password is checked, counted as wrong until auth_guess_right. The first five wrong ones
 * are free, then each must wait: 1 s, 2 s, 4 s ... 60 s. Nothing is counted for a refused one, and
 * 15 quiet minutes forget all: no account is ever locked. returns: seconds to wait, 0: go on. */
unsigned auth_guess_begin(struct auth_limits *limits, str account, uint64_t now_ms);
void auth_guess_right(struct auth_limits *limits, str account);

#endif
