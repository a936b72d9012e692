/* api/auth/session.h - a signed-in session: its rows, its access token, the answer that has both.
 *
 * Owns:    nothing; texts live in the request's arena.
 * Threads: the request's loop.
 * Errors:  none of its own.
 * Source:  docs/auth.md, "Access tokens".
 */
#ifndef DAPUR_API_AUTH_SESSION_H
#define DAPUR_API_AUTH_SESSION_H

#include "api/auth/auth_int.h"

struct auth_session {
    const struct json *user;       /* row */
    const struct json *identities; /* rows */
    str id;
    str key;           /* raw bytes, for refresh tokens */
    uint64_t counter;  /* of the refresh token to answer */
    str aal;           /* aal1 or aal2 */
    str amr;           /* JSON list */
    str weak_password; /* reasons as a JSON list; empty: no word about it */
    bool reissued;     /* the refresh token was answered before */
};

/* A fresh one for this user: adds the steps that store it. method: "password". */
void auth_session_begin(struct auth_request *request,
                        str user_id,
                        const char *method,
                        struct auth_session *out);
/* Fills amr from rows of mfa_amr_claims. */
str auth_session_amr(struct arena *arena, const struct json *rows);
/* 200 with tokens and user. */
void auth_session_respond(struct auth_request *request, const struct auth_session *session);

/* Adds an entry to the audit log about user: log_type "account", action "login". */
void auth_audit(struct auth_request *request,
                const struct json *user,
                const char *log_type,
                const char *action);
/* The same about a user whose row is not known yet. */
void auth_audit_named(
    struct auth_request *request, str user_id, str email, const char *log_type, const char *action);

#endif
