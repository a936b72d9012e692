/* api/auth/token.c - POST /token: a password or a refresh token for a session. */
#include "api/auth/input.h"
#include "api/auth/password.h"
#include "api/auth/refresh.h"
#include "api/auth/session.h"
#include "api/auth/store.h"

/* Password ------------------------------------------------------------------------------------------- */

struct sign_in {
    str email, password, user_id, old_hash;
    const struct json *identities;
    struct auth_session session;
};

static err wrong_credentials(struct auth_request *request)
{
    return auth_err(request->arena, 400, "invalid_credentials", "Invalid login credentials");
}

static err banned(struct auth_request *request)
{
    return auth_err(request->arena, 400, "user_banned", "User is banned");
}

static err signed_in(struct auth_request *request)
{
    struct sign_in *sign_in = request->state;
    sign_in->session.user = auth_row(request, 0, 0);
    sign_in->session.identities = request->rows.at[2];
    sign_in->session.weak_password = auth_password_weakness(request->auth, sign_in->password);
    auth_session_respond(request, &sign_in->session);
    return NULL;
}

/* The update's condition is the ban: who was banned or deleted since we looked comes no further. */
static err sign_in_failed(struct auth_request *request, err error, size_t step)
{
    return error->kind == ERR_EXPECTATION && step == 0 ? banned(request) : error;
}

/* What is told only after the right password. */
static err check_user(struct auth_request *request, const struct json *user)
{
    if (auth_row_flag(user, STR("banned"))) return banned(request);
    if (str_empty(json_get_str(user, STR("confirmed_at"))))
        return auth_err(request->arena, 400, "email_not_confirmed", "Email not confirmed");
    return NULL;
}

static err password_checked(struct auth_request *request, const struct auth_hashed *hashed)
{
    struct sign_in *sign_in = request->state;
    const struct json *user = request->user;
    if (!user || !hashed->right) return wrong_credentials(request);
    auth_guess_right(request->auth->limits, sign_in->email);
    TRY(check_user(request, user));
    str id = json_get_str(user, STR("id"));
    AUTH_STEP(request, STATEMENT_USER_SIGNED_IN, 1, id);
    AUTH_STEP(request, STATEMENT_IDENTITY_SIGNED_IN, ROWS_ANY, id, STR("email"));
    AUTH_STEP(request, STATEMENT_IDENTITIES_OF_USER, ROWS_ANY, id);
    auth_session_begin(request, id, "password", &sign_in->session);
    if (!str_empty(hashed->hash)) /* only if nobody changed it meanwhile */
        AUTH_STEP(request, STATEMENT_USER_REHASH, ROWS_ANY, id, hashed->hash,
                  json_get_str(user, STR("encrypted_password")));
    auth_audit(request, user, "account", "login");
    return auth_run_or(request, signed_in, sign_in_failed);
}

static err check_password(struct auth_request *request)
{
    struct sign_in *sign_in = request->state;
    request->user = auth_row(request, 0, 0);
    str hash = json_get_str(request->user, STR("encrypted_password"));
    return auth_hash_verify(request, sign_in->password, hash, password_checked);
}

static err slow_down(struct auth_request *request, unsigned wait_s)
{
    struct err *error = auth_err(request->arena, 429, "over_request_rate_limit",
                                 "Too many wrong passwords, try again in %u seconds", wait_s);
    return err_hint(request->arena, error, "%u", wait_s);
}

static err grant_password(struct auth_request *request)
{
    struct arena *arena = request->arena;
    struct sign_in *sign_in = ARENA_NEW(arena, struct sign_in);
    str email, phone;
    request->state = sign_in;
    TRY(auth_text_field(request, "email", &email));
    TRY(auth_text_field(request, "phone", &phone));
    TRY(auth_text_field(request, "password", &sign_in->password));
    if (str_empty(email) == str_empty(phone))
        return auth_err(arena, 400, "validation_failed",
                        "Only an email address or phone number should be provided on login.");
    if (!str_empty(phone))
        return auth_err(arena, 422, "phone_provider_disabled", "Phone logins are disabled");
    /* An address that nobody can have is like one that nobody has. Longer passwords than bcrypt reads
     * were never accepted, so none is right. */
    if (auth_email(arena, email, &sign_in->email) || sign_in->password.len > PASSWORD_BYTES_MAX)
        return wrong_credentials(request);
    if (request->auth->options.rate_limits) {
        unsigned wait_s = auth_guess_begin(request->auth->limits, sign_in->email,
                                           loop_now_ms(request->http->loop));
        if (wait_s) return slow_down(request, wait_s);
    }
    AUTH_STEP(request, STATEMENT_USER_BY_EMAIL, ROWS_ANY, sign_in->email, STR(AUTH_AUDIENCE));
    return auth_run(request, check_password);
}

/* Refresh token ---------------------------------------------------------------------------------------- */

enum { REFRESH_TRIES = 3 };

struct refresh {
    struct refresh_token token;
    str session_id;
    unsigned tries;
    struct auth_session session;
};

static err read_session(struct auth_request *request);

static err token_not_found(struct auth_request *request)
{
    return auth_err(request->arena, 400, "refresh_token_not_found",
                    "Invalid Refresh Token: Refresh Token Not Found");
}

static err reuse_answered(struct auth_request *request)
{
    return auth_err(request->arena, 400, "refresh_token_already_used",
                    "Invalid Refresh Token: Already Used");
}

/* Thief or owner, we cannot tell: neither stays signed in. Committed before the error leaves. */
static err end_session(struct auth_request *request, const struct json *user)
{
    const struct refresh *refresh = request->state;
    AUTH_STEP(request, STATEMENT_SESSION_DELETE, ROWS_ANY, refresh->session_id,
              json_get_str(user, STR("id")));
    auth_audit(request, user, "token", "token_revoked");
    return auth_run(request, reuse_answered);
}

static err refreshed(struct auth_request *request)
{
    struct refresh *refresh = request->state;
    auth_session_respond(request, &refresh->session);
    return NULL;
}

/* Another request counted up first: look again, and answer what it made. */
static err rotate_failed(struct auth_request *request, err error, size_t step)
{
    struct refresh *refresh = request->state;
    if (error->kind != ERR_EXPECTATION || step != 0) return error;
    if (++refresh->tries < REFRESH_TRIES) return read_session(request);
    return auth_err(request->arena, 409, "conflict",
                    "Too many concurrent token refresh requests on the same session");
}

static err rotate(struct auth_request *request, uint64_t stored)
{
    struct refresh *refresh = request->state;
    str agent = http_header_find(request->http, STR("user-agent"));
    refresh->session.counter = stored + 1;
    AUTH_STEP(request, STATEMENT_SESSION_ROTATE, 1, refresh->session_id,
              str_printf(request->arena, "%llu", (unsigned long long)stored),
              agent.at ? agent : STR(""), http_peer_address(request->http));
    auth_audit(request, refresh->session.user, "token", "token_refreshed");
    return auth_run_or(request, refreshed, rotate_failed);
}

static err decide(struct auth_request *request, const struct json *row, uint64_t stored)
{
    struct refresh *refresh = request->state;
    switch (refresh_decide(stored, refresh->token.counter, auth_row_flag(row, STR("fresh")))) {
    case REFRESH_ROTATE: return rotate(request, stored);
    case REFRESH_REISSUE:
        refresh->session.counter = stored;
        refresh->session.reissued = true;
        return refreshed(request);
    case REFRESH_INVALID:
        return auth_err(request->arena, 400, "validation_failed", "Refresh token is not valid");
    case REFRESH_REUSED: return end_session(request, refresh->session.user);
    }
    return token_not_found(request);
}

static err read_key(struct auth_request *request, const struct json *row, str *out)
{
    struct buf *key = buf_in(request->arena, 0);
    if (!crypto_hex_decode(key, json_get_str(row, STR("refresh_token_hmac_key"))))
        return token_not_found(request);
    *out = buf_str(key);
    return NULL;
}

static err session_read(struct auth_request *request)
{
    struct refresh *refresh = request->state;
    const struct json *row = auth_row(request, 0, 0), *user = auth_row(request, 1, 0);
    int64_t stored;
    if (!row || !user) return token_not_found(request);
    TRY(read_key(request, row, &refresh->session.key));
    if (!refresh_mac_valid(request->arena, &refresh->token, refresh->session.key))
        return token_not_found(request);
    if (auth_row_flag(user, STR("banned"))) return banned(request);
    if (auth_row_flag(row, STR("expired")))
        return auth_err(request->arena, 400, "session_expired",
                        "Invalid Refresh Token: Session Expired");
    if (!str_empty(json_get_str(row, STR("oauth_client_id"))) ||
        !json_to_i64(json_get(row, STR("refresh_token_counter")), &stored) || stored < 0)
        return token_not_found(request);
    str aal = json_get_str(row, STR("aal"));
    refresh->session.id = refresh->session_id;
    refresh->session.user = user;
    refresh->session.identities = request->rows.at[2];
    refresh->session.amr = auth_session_amr(request->arena, request->rows.at[3]);
    refresh->session.aal = str_empty(aal) ? STR("aal1") : aal;
    return decide(request, row, (uint64_t)stored);
}

static err read_session(struct auth_request *request)
{
    const struct refresh *refresh = request->state;
    AUTH_STEP(request, STATEMENT_SESSION_BY_ID, ROWS_ANY, refresh->session_id);
    AUTH_STEP(request, STATEMENT_USER_OF_SESSION, ROWS_ANY, refresh->session_id);
    AUTH_STEP(request, STATEMENT_IDENTITIES_OF_SESSION, ROWS_ANY, refresh->session_id);
    AUTH_STEP(request, STATEMENT_AMR_OF_SESSION, ROWS_ANY, refresh->session_id);
    return auth_run(request, session_read);
}

/* Tokens of the old kind: twelve of [a-z0-9]. We never made one, so none is known. */
static bool is_old_token(str text)
{
    if (text.len != 12) return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) return false;
    }
    return true;
}

static err grant_refresh(struct auth_request *request)
{
    struct refresh *refresh = ARENA_NEW(request->arena, struct refresh);
    str text;
    request->state = refresh;
    TRY(auth_text_field(request, "refresh_token", &text));
    if (str_empty(text))
        return auth_err(request->arena, 400, "validation_failed", "Refresh token required");
    if (is_old_token(text)) return token_not_found(request);
    if (!refresh_decode(request->arena, text, &refresh->token))
        return auth_err(request->arena, 400, "validation_failed", "Refresh token is not valid");
    refresh->session_id = str_of(refresh->token.session_id);
    return read_session(request);
}

/* What is not there ---------------------------------------------------------------------------------- */

static err grant_pkce(struct auth_request *request)
{
    str code, verifier;
    TRY(auth_text_field(request, "auth_code", &code));
    TRY(auth_text_field(request, "code_verifier", &verifier));
    if (str_empty(code) || str_empty(verifier))
        return auth_err(request->arena, 400, "validation_failed",
                        "invalid request: both auth code and code verifier should be non-empty");
    return auth_err(request->arena, 404, "flow_state_not_found",
                    "invalid flow state, no valid flow state found");
}

static err grant_id_token(struct auth_request *request)
{
    return auth_err(request->arena, 400, "provider_disabled",
                    "Sign-in with ID tokens is not available");
}

static err grant_web3(struct auth_request *request)
{
    return auth_err(request->arena, 422, "web3_provider_disabled", "Web3 sign-in is disabled");
}

static const struct {
    const char *name;
    auth_handler *grant;
} grants[] = {
    {"password",      grant_password},
    {"refresh_token", grant_refresh },
    {"pkce",          grant_pkce    },
    {"id_token",      grant_id_token},
    {"web3",          grant_web3    },
};

static err handle_token(struct auth_request *request)
{
    str type;
    TRY(auth_query(request, "grant_type", &type));
    for (size_t i = 0; i < COUNT_OF(grants); i++) {
        if (!str_eq(type, str_of(grants[i].name))) continue;
        TRY(auth_read_body(request, EMPTY_BODY_REFUSED));
        return grants[i].grant(request);
    }
    return auth_err(request->arena, 400, "invalid_credentials", "unsupported_grant_type");
}

const struct auth_route auth_token_routes[] = {
    {HTTP_BIT(HTTP_POST), STR_INIT("/token"), false, ACCESS_KEY, LIMIT_TOKEN, handle_token,
     STR_INIT("auth token")},
};
const size_t auth_token_route_count = COUNT_OF(auth_token_routes);
