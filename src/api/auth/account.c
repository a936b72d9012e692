/* api/auth/account.c - GET and PUT /user, POST /logout: what a signed-in user does to himself. */
#include "api/auth/input.h"
#include "api/auth/password.h"
#include "api/auth/session.h"
#include "api/auth/store.h"
#include "api/auth/user.h"

/* Who calls ----------------------------------------------------------------------------------------- */

static bool has_session(const struct auth_request *request)
{
    return !str_empty(request->session_id) && !str_eq(request->session_id, STR(AUTH_NIL_UUID));
}

static err caller_found(struct auth_request *request)
{
    struct arena *arena = request->arena;
    request->user = auth_row(request, 0, 0);
    request->session = auth_row(request, 1, 0);
    if (!request->user || !str_empty(json_get_str(request->user, STR("deleted_at"))))
        return auth_err(arena, 403, "user_not_found", "User from sub claim in JWT does not exist");
    str owner = json_get_str(request->session, STR("user_id"));
    if (has_session(request) && !str_eq_nocase(owner, request->subject))
        return auth_err(arena, 403, "session_not_found",
                        "Session from session_id claim in JWT does not exist");
    if (auth_row_flag(request->user, STR("banned")))
        return auth_err(arena, 403, "user_banned", "User is banned");
    return request->route->handle(request);
}

static err take_token(struct auth_request *request)
{
    struct arena *arena = request->arena;
    const struct jwt *jwt = request->identity.jwt;
    str header = http_header_find(request->http, STR("authorization"));
    if (!jwt && str_empty(header))
        return auth_err(arena, 401, "no_authorization",
                        "This endpoint requires a valid Bearer token");
    if (!jwt || str_empty(jwt->subject))
        return auth_err(arena, 403, "bad_jwt", "invalid claim: missing sub claim");
    if (!auth_is_uuid(jwt->subject))
        return auth_err(arena, 400, "bad_jwt", "invalid claim: sub claim must be a UUID");
    if (!str_empty(jwt->session_id) && !auth_is_uuid(jwt->session_id))
        return auth_err(arena, 403, "bad_jwt", "invalid claim: session_id claim must be a UUID");
    request->subject = str_lower(arena, jwt->subject);
    request->session_id = str_lower(arena, jwt->session_id);
    return NULL;
}

err auth_with_user(struct auth_request *request)
{
    TRY(take_token(request));
    AUTH_STEP(request, STATEMENT_USER_BY_ID, ROWS_ANY, request->subject);
    AUTH_STEP(request, STATEMENT_SESSION_BY_ID, ROWS_ANY,
              has_session(request) ? request->session_id : STR(AUTH_NIL_UUID));
    AUTH_STEP(request, STATEMENT_IDENTITIES_OF_USER, ROWS_ANY, request->subject);
    return auth_run(request, caller_found);
}

/* GET /user ------------------------------------------------------------------------------------------- */

static err respond_user(struct auth_request *request,
                        const struct json *user,
                        const struct json *identities)
{
    struct buf *body = buf_in(request->arena, 0);
    auth_write_user(body, user, identities);
    auth_respond_json(request, 200, body, NULL, 0);
    return NULL;
}

static err handle_get(struct auth_request *request)
{
    return respond_user(request, request->user, request->rows.at[2]);
}

/* PUT /user ------------------------------------------------------------------------------------------- */

struct change {
    str email, password, hash;
    const struct json *data;
};

static err changed(struct auth_request *request)
{
    return respond_user(request, auth_row(request, 0, 0), request->rows.at[1]);
}

static err change_failed(struct auth_request *request, err error, size_t step)
{
    (void)step;
    if (err_is(error, STR("23514")))
        return auth_err(request->arena, 400, "validation_failed",
                        "User metadata is larger than 64 KiB");
    return error;
}

static err store_change(struct auth_request *request)
{
    const struct change *change = request->state;
    str added, removed;
    auth_merge(request->arena, change->data, &added, &removed);
    bool password = !str_empty(change->hash);
    AUTH_STEP(request, STATEMENT_USER_CHANGE, 1, request->subject,
              password ? change->hash : STR_NONE, added, removed,
              str_empty(change->email) ? STR_NONE : change->email);
    AUTH_STEP(request, STATEMENT_IDENTITIES_OF_USER, ROWS_ANY, request->subject);
    if (password) {
        AUTH_STEP(request, STATEMENT_SESSIONS_DELETE_OTHERS, ROWS_ANY, request->subject,
                  has_session(request) ? request->session_id : STR(AUTH_NIL_UUID));
        AUTH_STEP(request, STATEMENT_ONE_TIME_TOKENS_DELETE, ROWS_ANY, request->subject);
        auth_audit(request, request->user, "user", "user_updated_password");
    }
    auth_audit(request, request->user, "user", "user_modified");
    return auth_run_or(request, changed, change_failed);
}

static err password_hashed(struct auth_request *request, const struct auth_hashed *hashed)
{
    struct change *change = request->state;
    change->hash = hashed->hash;
    return store_change(request);
}

static err password_compared(struct auth_request *request, const struct auth_hashed *hashed)
{
    const struct change *change = request->state;
    if (hashed->right)
        return auth_err(request->arena, 422, "same_password",
                        "New password should be different from the old password.");
    return auth_hash(request, change->password, password_hashed);
}

static err change_password(struct auth_request *request)
{
    const struct change *change = request->state;
    if (str_empty(change->password)) return store_change(request);
    return auth_hash_verify(request, change->password,
                            json_get_str(request->user, STR("encrypted_password")),
                            password_compared);
}

static err email_looked_up(struct auth_request *request)
{
    if (auth_row(request, 0, 0))
        return auth_err(request->arena, 422, "email_exists",
                        "A user with this email address has already been registered");
    return change_password(request);
}

static err read_change(struct auth_request *request, struct change *change)
{
    struct arena *arena = request->arena;
    str email, phone;
    TRY(auth_read_body(request, EMPTY_BODY_REFUSED));
    TRY(auth_text_field(request, "email", &email));
    TRY(auth_text_field(request, "phone", &phone));
    TRY(auth_text_field(request, "password", &change->password));
    TRY(auth_object_field(request, "data", &change->data));
    if (json_get(request->body, STR("app_metadata")))
        return auth_err(arena, 403, "not_admin", "Updating app_metadata requires admin privileges");
    if (!str_empty(phone))
        return auth_err(arena, 400, "phone_provider_disabled", "Phone numbers are not available");
    if (!str_empty(email)) TRY(auth_email(arena, email, &change->email));
    if (change->password.at) TRY(auth_password_check(request, change->password));
    bool credentials = !str_empty(change->email) || change->password.at;
    if (credentials && auth_row_flag(request->user, STR("is_sso_user")))
        return auth_err(arena, 422, "user_sso_managed",
                        "Updating email, phone, password of a SSO account only possible via SSO");
    if (str_eq(change->email, json_get_str(request->user, STR("email")))) change->email = STR_NONE;
    return NULL;
}

static err handle_put(struct auth_request *request)
{
    struct change *change = ARENA_NEW(request->arena, struct change);
    request->state = change;
    TRY(read_change(request, change));
    if (str_empty(change->email)) return change_password(request);
    AUTH_STEP(request, STATEMENT_USER_BY_EMAIL, ROWS_ANY, change->email, STR(AUTH_AUDIENCE));
    return auth_run(request, email_looked_up);
}

/* POST /logout ------------------------------------------------------------------------------------------ */

static err logged_out(struct auth_request *request)
{
    auth_respond_empty(request, 204);
    return NULL;
}

static err handle_logout(struct auth_request *request)
{
    str scope;
    TRY(auth_query(request, "scope", &scope));
    str session = has_session(request) ? request->session_id : STR(AUTH_NIL_UUID);
    if (str_empty(scope) || str_eq(scope, STR("global"))) {
        AUTH_STEP(request, STATEMENT_SESSIONS_DELETE, ROWS_ANY, request->subject);
    } else if (str_eq(scope, STR("local"))) {
        AUTH_STEP(request, STATEMENT_SESSION_DELETE, ROWS_ANY, session, request->subject);
    } else if (str_eq(scope, STR("others"))) {
        AUTH_STEP(request, STATEMENT_SESSIONS_DELETE_OTHERS, ROWS_ANY, request->subject, session);
    } else {
        return auth_err(request->arena, 400, "validation_failed",
                        "Unsupported logout scope \"%.*s\"", STR_FMT(scope));
    }
    auth_audit(request, request->user, "account", "logout");
    return auth_run(request, logged_out);
}

const struct auth_route auth_account_routes[] = {
    {HTTP_BIT(HTTP_GET),  STR_INIT("/user"),   false, ACCESS_USER, LIMIT_NONE, handle_get,
     STR_INIT("auth user")       },
    {HTTP_BIT(HTTP_PUT),  STR_INIT("/user"),   false, ACCESS_USER, LIMIT_USER, handle_put,
     STR_INIT("auth user change")},
    {HTTP_BIT(HTTP_POST), STR_INIT("/logout"), false, ACCESS_USER, LIMIT_NONE, handle_logout,
     STR_INIT("auth logout")     },
};
const size_t auth_account_route_count = COUNT_OF(auth_account_routes);
