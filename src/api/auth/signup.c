/* api/auth/signup.c - POST /signup: a new user with address and password. */
#include "api/auth/input.h"
#include "api/auth/password.h"
#include "api/auth/session.h"
#include "api/auth/store.h"
#include "api/auth/user.h"
#include "base/clock.h"

struct signup {
    str email, password, hash, user_id;
    str metadata, app_metadata, identity_data;
    const struct json *data;
    struct auth_session session;
};

/* Reading ------------------------------------------------------------------------------------------ */

static err check_pkce(struct auth_request *request)
{
    str challenge, method;
    TRY(auth_text_field(request, "code_challenge", &challenge));
    TRY(auth_text_field(request, "code_challenge_method", &method));
    if (str_empty(challenge) == str_empty(method)) return NULL;
    return auth_err(request->arena, 400, "validation_failed",
                    "PKCE flow requires code_challenge_method and code_challenge");
}

static err check_address(struct auth_request *request, str email, str phone)
{
    struct arena *arena = request->arena;
    if (!str_empty(email) && !str_empty(phone))
        return auth_err(arena, 400, "validation_failed",
                        "Only an email address or phone number should be provided on signup.");
    if (str_empty(phone)) return NULL;
    return auth_err(arena, 400, "phone_provider_disabled", "Phone signups are disabled");
}

/* The checks in the dialect's order. */
static err read_signup(struct auth_request *request, struct signup *signup)
{
    struct arena *arena = request->arena;
    str email, phone;
    TRY(auth_read_body(request, EMPTY_BODY_REFUSED));
    TRY(auth_text_field(request, "email", &email));
    TRY(auth_text_field(request, "phone", &phone));
    TRY(auth_text_field(request, "password", &signup->password));
    TRY(auth_object_field(request, "data", &signup->data));
    if (str_empty(email) && str_empty(phone))
        return auth_err(arena, 422, "anonymous_provider_disabled",
                        "Anonymous sign-ins are disabled");
    if (request->auth->options.disable_signup)
        return auth_err(arena, 422, "signup_disabled", "Signups not allowed for this instance");
    if (str_empty(signup->password))
        return auth_err(arena, 400, "validation_failed", "Signup requires a valid password");
    TRY(auth_password_check(request, signup->password));
    TRY(check_address(request, email, phone));
    TRY(check_pkce(request));
    return auth_email(arena, email, &signup->email);
}

/* Answers -------------------------------------------------------------------------------------------- */

static err user_exists(struct auth_request *request)
{
    return auth_err(request->arena, 422, "user_already_exists", "User already registered");
}

static err respond_user(struct auth_request *request,
                        const struct json *user,
                        const struct json *identities)
{
    struct buf *body = buf_in(request->arena, 0);
    auth_write_user(body, user, identities);
    auth_respond_json(request, 200, body, NULL, 0);
    return NULL;
}

/* The address belongs to somebody: a stranger must not learn that, so he gets a user that nobody
 * stored. The hash before it took as long as a real one. */
static err respond_fabricated(struct auth_request *request)
{
    struct signup *signup = request->state;
    struct arena *arena = request->arena;
    const struct json *user;
    str now = auth_time_text(arena, clock_real_us());
    str text =
        auth_fabricated_user(arena, auth_new_uuid(arena), signup->email, signup->metadata, now);
    TRY(json_parse(arena, text, NULL, &user));
    return respond_user(request, user, NULL);
}

static err signed_up(struct auth_request *request)
{
    struct signup *signup = request->state;
    const struct json *user = auth_row(request, 0, 0);
    if (!request->auth->options.autoconfirm)
        return respond_user(request, user, request->rows.at[2]);
    signup->session.user = auth_row(request, 5, 0);
    signup->session.identities = request->rows.at[2];
    auth_session_respond(request, &signup->session);
    return NULL;
}

/* Somebody else took the address between our look and our write. */
static err insert_failed(struct auth_request *request, err error, size_t step)
{
    (void)step;
    if (!err_is(error, STR("23505"))) return error;
    return request->auth->options.autoconfirm ? user_exists(request) : respond_fabricated(request);
}

/* The user, one identity, and under autoconfirm a session: one write. */
static err insert_user(struct auth_request *request)
{
    struct signup *signup = request->state;
    bool confirmed = request->auth->options.autoconfirm;
    str id = signup->user_id;
    AUTH_STEP(request, STATEMENT_USER_INSERT, 1, id, STR(AUTH_AUDIENCE), STR("authenticated"),
              signup->email, signup->hash, auth_bool(confirmed), STR_NONE, STR("false"),
              STR("{\"provider\":\"email\",\"providers\":[\"email\"]}"), signup->metadata,
              STR_NONE);
    AUTH_STEP(request, STATEMENT_IDENTITY_SET, 1, id, id, signup->metadata, STR("email"));
    AUTH_STEP(request, STATEMENT_IDENTITIES_OF_USER, ROWS_ANY, id);
    if (confirmed) {
        auth_session_begin(request, id, "password", &signup->session);
        AUTH_STEP(request, STATEMENT_USER_SIGNED_IN, 1, id);
    }
    auth_audit_named(request, id, signup->email, "team", "user_signedup");
    return auth_run_or(request, signed_up, insert_failed);
}

static err looked_up(struct auth_request *request)
{
    const struct json *user = auth_row(request, 0, 0);
    if (!user) return insert_user(request);
    /* Whoever signs up again may not be who did first: password and data stay as they are. */
    if (request->auth->options.autoconfirm) return user_exists(request);
    bool confirmed = !str_empty(json_get_str(user, STR("confirmed_at")));
    if (confirmed) return respond_fabricated(request);
    return respond_user(request, user, request->rows.at[1]);
}

static err look_up(struct auth_request *request, const struct auth_hashed *hashed)
{
    struct signup *signup = request->state;
    signup->hash = hashed->hash;
    signup->user_id = auth_new_uuid(request->arena);
    signup->metadata = auth_user_metadata(request->arena, signup->data, signup->user_id,
                                          signup->email, request->auth->options.autoconfirm);
    AUTH_STEP(request, STATEMENT_USER_BY_EMAIL, ROWS_ANY, signup->email, STR(AUTH_AUDIENCE));
    AUTH_STEP(request, STATEMENT_IDENTITIES_OF_EMAIL, ROWS_ANY, signup->email);
    return auth_run(request, looked_up);
}

/* The hash comes before the look, so that the time says nothing about the address. */
static err handle_signup(struct auth_request *request)
{
    struct signup *signup = ARENA_NEW(request->arena, struct signup);
    request->state = signup;
    TRY(read_signup(request, signup));
    return auth_hash(request, signup->password, look_up);
}

const struct auth_route auth_signup_routes[] = {
    {HTTP_BIT(HTTP_POST), STR_INIT("/signup"), false, ACCESS_KEY, LIMIT_SIGNUP, handle_signup,
     STR_INIT("auth signup")},
};
const size_t auth_signup_route_count = COUNT_OF(auth_signup_routes);
