/* api/auth/auth_int.h - one auth request on its way: what the parts hand to each other.
 *
 *   auth.c      the mount: routes with who may call them, and what is true before a handler runs
 *   error.c     errors in the dialect's two shapes
 *   input.c     the body's fields, addresses, durations
 *   store.c     the statements, compiled once per loop and catalog version, and running them
 *   password.c  rules, and bcrypt on the workers
 *   limits.c    requests per address and time, guesses per account
 *   refresh.c   refresh tokens: text and decision, without a database
 *   session.c   a session made, its tokens, the answer that carries them
 *   user.c      users and identities as the dialect shows them
 *   info.c signup.c token.c account.c admin.c admin_list.c   the endpoints
 *   absent.c    what the dialect has and we do not
 *
 * A handler is a chain of functions: each ends in an answer, an error, or one asynchronous wait
 * (auth_run, auth_hash) that names the next function. An error returned by any link is answered by
 * the caller of the link.
 *
 * Threads: the request's loop.
 */
#ifndef DAPUR_API_AUTH_AUTH_INT_H
#define DAPUR_API_AUTH_AUTH_INT_H

#include "api/auth/auth.h"
#include "api/auth/limits.h"
#include "api/common/db.h"
#include "base/json.h"
#include "http/response.h"

#define AUTH_AUDIENCE "authenticated" /* of every user, unless an administrator says otherwise */
#define AUTH_NIL_UUID "00000000-0000-0000-0000-000000000000"

struct auth_store;
struct auth_request;

struct auth {
    struct auth_options options;
    struct http_mount mount;
    struct auth_limits *limits;
    struct auth_store *store;
    str dummy_hash; /* of no password, at the configured cost: what unknown users are checked by */
};

typedef err auth_handler(struct auth_request *request);

/* Who may call. USER and ADMIN imply a valid key. */
enum auth_access {
    ACCESS_OPEN,  /* anybody, without a key */
    ACCESS_KEY,   /* any valid key */
    ACCESS_USER,  /* a token of a user whose session lives: request->user and ->session are set */
    ACCESS_ADMIN, /* service_role or supabase_admin */
};

struct auth_route {
    unsigned methods;
    str path;
    bool prefix;
    enum auth_access access;
    enum auth_limit limit;
    auth_handler *handle;
    str name;
};

enum { AUTH_STEPS_MAX = 12, AUTH_PARAMS_MAX = 14 };

/* Rows of one step: a JSON array of objects, in the request's arena. */
struct auth_rows {
    const struct json *at[AUTH_STEPS_MAX];
    int64_t affected[AUTH_STEPS_MAX];
};

struct auth_step {
    int statement;               /* enum auth_statement, store.h */
    str params[AUTH_PARAMS_MAX]; /* PostgreSQL's input text; at == NULL: null */
    size_t param_count;
    int64_t rows; /* exactly this many, or ROWS_ANY */
};

struct auth_request {
    struct auth *auth;
    struct http_request *http;
    struct arena *arena;
    const struct auth_route *route;
    struct identity identity;
    str subject, session_id;    /* of the token, copied: its cache may drop it while we wait */
    const struct json *body;    /* an object; auth_read_body sets it */
    const struct json *user;    /* the caller's row (ACCESS_USER) */
    const struct json *session; /* the caller's session row, or NULL for a token without one */
    struct auth_step steps[AUTH_STEPS_MAX];
    size_t step_count;
    struct auth_rows rows; /* of the last run */
    void *state;           /* the handler's own */
};

typedef err auth_failure(struct auth_request *request, err error, size_t step);

/* error.c: an error of the dialect. */
MUST_USE NEVER_NULL struct err *auth_err(
    struct arena *arena, int status, const char *code, const char *format, ...) PRINTF_LIKE(4, 5);
http_error_renderer auth_render_error;
/* Answers it, now. */
void auth_respond_error(struct auth_request *request, err error);

/* Answers JSON; more headers may be NULL. Every answer says Cache-Control: no-store. */
void auth_respond_json(struct auth_request *request,
                       int status,
                       struct buf *body,
                       const struct http_header *headers,
                       size_t header_count);
void auth_respond_empty(struct auth_request *request, int status);

/* Loads the caller's user and session, then goes on with the route's handler (account.c). */
auth_handler auth_with_user;
/* The same for administrators (admin.c). */
auth_handler auth_with_admin;

/* Route tables, one per file of endpoints. */
extern const struct auth_route auth_info_routes[], auth_signup_routes[], auth_token_routes[],
    auth_account_routes[], auth_admin_routes[], auth_absent_routes[];
extern const size_t auth_info_route_count, auth_signup_route_count, auth_token_route_count,
    auth_account_route_count, auth_admin_route_count, auth_absent_route_count;

#endif
