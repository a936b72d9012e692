#include "api/auth/session.h"

#include "api/auth/input.h"
#include "api/auth/refresh.h"
#include "api/auth/store.h"
#include "api/auth/user.h"
#include "base/clock.h"

enum { USER_AGENT_BYTES_MAX = 512 };

static int64_t now_s(void)
{
    return clock_real_s();
}

static str user_agent(const struct auth_request *request)
{
    str text = http_header_find(request->http, STR("user-agent"));
    return str_slice(text.at ? text : STR(""), 0, USER_AGENT_BYTES_MAX);
}

void auth_session_begin(struct auth_request *request,
                        str user_id,
                        const char *method,
                        struct auth_session *out)
{
    struct arena *arena = request->arena;
    uint8_t key[REFRESH_KEY_BYTES];
    struct buf *hex = buf_in(arena, 0);
    crypto_random(key, sizeof key);
    crypto_hex(hex, str_from(key, sizeof key));
    out->id = auth_new_uuid(arena);
    out->key = str_copy(arena, str_from(key, sizeof key));
    out->counter = 0;
    out->aal = STR("aal1");
    out->amr =
        str_printf(arena, "[{\"method\":\"%s\",\"timestamp\":%lld}]", method, (long long)now_s());
    AUTH_STEP(request, STATEMENT_SESSION_INSERT, 1, out->id, user_id, user_agent(request),
              http_peer_address(request->http), buf_str(hex));
    AUTH_STEP(request, STATEMENT_AMR_INSERT, 1, out->id, str_of(method));
}

str auth_session_amr(struct arena *arena, const struct json *rows)
{
    struct buf *out = buf_in(arena, 0);
    if (!rows || rows->kind != JSON_ARRAY) return STR("[]");
    json_write(out, rows); /* the columns are named as the claim's members */
    return buf_str(out);
}

/* Tokens ------------------------------------------------------------------------------------------- */

static void text_member(struct buf *out, const char *name, str value)
{
    buf_printf(out, ",\"%s\":", name);
    json_write_str(out, value);
}

static void number_member(struct buf *out, const char *name, int64_t value)
{
    buf_printf(out, ",\"%s\":", name);
    json_write_i64(out, value);
}

static void object_member(struct buf *out, const char *name, const struct json *value)
{
    buf_printf(out, ",\"%s\":", name);
    if (value && value->kind == JSON_OBJECT)
        json_write(out, value);
    else
        buf_lit(out, "{}");
}

static str claims_text(const struct auth_request *request,
                       const struct auth_session *session,
                       int64_t issued_at,
                       const struct json *user_metadata)
{
    const struct auth_options *options = &request->auth->options;
    const struct json *user = session->user;
    struct buf *out = buf_in(request->arena, 0);
    str role = json_get_str(user, STR("role"));
    buf_lit(out, "{\"iss\":");
    json_write_str(out, str_printf(request->arena, "%.*s/auth/v1", STR_FMT(options->external_url)));
    text_member(out, "sub", json_get_str(user, STR("id")));
    text_member(out, "aud", json_get_str(user, STR("aud")));
    number_member(out, "exp", issued_at + options->jwt_exp_s);
    number_member(out, "iat", issued_at);
    text_member(out, "email", json_get_str(user, STR("email")));
    text_member(out, "phone", json_get_str(user, STR("phone")));
    object_member(out, "app_metadata", json_get(user, STR("raw_app_meta_data")));
    object_member(out, "user_metadata", user_metadata);
    text_member(out, "role", str_empty(role) ? STR("authenticated") : role);
    text_member(out, "aal", session->aal);
    buf_lit(out, ",\"amr\":");
    buf_str_add(out, session->amr);
    text_member(out, "session_id", session->id);
    buf_lit(out, ",\"is_anonymous\":");
    json_write_bool(out, auth_row_flag(user, STR("is_anonymous")));
    buf_char(out, '}');
    return buf_str(out);
}

/* A token over JWT_BYTES_MAX is one that nobody accepts. user_metadata is the user's own and decides
 * nothing, so it is what a token can do without; GET /user still has it. */
static str access_token(const struct auth_request *request,
                        const struct auth_session *session,
                        int64_t issued_at)
{
    const struct jwt_key *key = request->auth->options.keys->jwt_key;
    const struct json *metadata = json_get(session->user, STR("raw_user_meta_data"));
    str token = jwt_sign(request->arena, key, claims_text(request, session, issued_at, metadata));
    if (token.len <= JWT_BYTES_MAX) return token;
    return jwt_sign(request->arena, key, claims_text(request, session, issued_at, NULL));
}

static void write_weak_password(struct buf *out, str reasons)
{
    if (str_empty(reasons)) return;
    buf_lit(
        out,
        ",\"weak_password\":{\"message\":\"Password is known to be weak and easy to guess, please "
        "choose a different one.\",\"reasons\":");
    buf_str_add(out, reasons);
    buf_char(out, '}');
}

void auth_session_respond(struct auth_request *request, const struct auth_session *session)
{
    struct arena *arena = request->arena;
    int64_t life_s = request->auth->options.jwt_exp_s, issued_at = now_s();
    str user_id = json_get_str(session->user, STR("id"));
    struct buf *body = buf_in(arena, 0);
    buf_lit(body, "{\"access_token\":");
    json_write_str(body, access_token(request, session, issued_at));
    text_member(body, "token_type", STR("bearer"));
    number_member(body, "expires_in", life_s);
    number_member(body, "expires_at", issued_at + life_s);
    text_member(body, "refresh_token",
                refresh_encode(arena, session->id, session->counter, session->key));
    buf_lit(body, ",\"user\":");
    auth_write_user(body, session->user, session->identities);
    write_weak_password(body, session->weak_password);
    buf_char(body, '}');
    const struct http_header headers[] = {
        {STR("sb-auth-user-id"),                 user_id    },
        {STR("sb-auth-session-id"),              session->id},
        {STR("sb-auth-refresh-token-counter"),
         str_printf(arena,                                    "%llu", (unsigned long long)session->counter)},
        {STR("sb-auth-refresh-token-reuse"), auth_bool(session->reissued)           },
    };
    auth_respond_json(request, 200, body, headers, COUNT_OF(headers));
}

/* The audit log --------------------------------------------------------------------------------------- */

void auth_audit_named(
    struct auth_request *request, str user_id, str email, const char *log_type, const char *action)
{
    struct buf *out = buf_in(request->arena, 0);
    buf_lit(out, "{\"actor_id\":");
    json_write_str(out, user_id);
    text_member(out, "actor_username", email);
    buf_lit(out, ",\"actor_via_sso\":false");
    text_member(out, "action", str_of(action));
    text_member(out, "log_type", str_of(log_type));
    buf_char(out, '}');
    AUTH_STEP(request, STATEMENT_AUDIT_INSERT, 1, buf_str(out), http_peer_address(request->http));
}

void auth_audit(struct auth_request *request,
                const struct json *user,
                const char *log_type,
                const char *action)
{
    auth_audit_named(request, json_get_str(user, STR("id")), json_get_str(user, STR("email")),
                     log_type, action);
}
