/* api/auth/info.c - what anybody may know: health, settings, public keys. */
#include "api/auth/auth_int.h"

static err handle_health(struct auth_request *request)
{
    struct buf *body = buf_in(request->arena, 0);
    buf_lit(body, "{\"version\":\"dapur " DAPUR_VERSION "\",\"name\":\"GoTrue\","
                  "\"description\":\"GoTrue is a user registration and authentication API\"}");
    auth_respond_json(request, 200, body, NULL, 0);
    return NULL;
}

/* Every provider that the dialect names, in its order; we have e-mail alone. */
static const char *const providers[] = {
    "anonymous_users", "apple",         "azure",  "bitbucket", "discord", "facebook",   "snapchat",
    "figma",           "fly",           "github", "gitlab",    "google",  "keycloak",   "kakao",
    "linkedin",        "linkedin_oidc", "notion", "spotify",   "slack",   "slack_oidc", "workos",
    "twitch",          "twitter",       "email",  "phone",     "zoom",
};

static err handle_settings(struct auth_request *request)
{
    const struct auth_options *options = &request->auth->options;
    struct buf *body = buf_in(request->arena, 0);
    buf_lit(body, "{\"external\":");
    for (size_t i = 0; i < COUNT_OF(providers); i++) {
        buf_char(body, i ? ',' : '{');
        json_write_str(body, str_of(providers[i]));
        buf_char(body, ':');
        json_write_bool(body, str_eq(str_of(providers[i]), STR("email")));
    }
    buf_lit(body, "},\"disable_signup\":");
    json_write_bool(body, options->disable_signup);
    buf_lit(body, ",\"mailer_autoconfirm\":");
    json_write_bool(body, options->autoconfirm);
    buf_lit(body, ",\"phone_autoconfirm\":false,\"sms_provider\":\"\",\"saml_enabled\":false,"
                  "\"saml_private_key_next_configured\":false,\"passkeys_enabled\":false}");
    auth_respond_json(request, 200, body, NULL, 0);
    return NULL;
}

/* The one key is a shared secret, which is never shown. */
static err handle_jwks(struct auth_request *request)
{
    const struct http_header headers[] = {
        {STR("Cache-Control"), STR("public, max-age=600")}
    };
    struct http_response response = {
        .status = 200,
        .content_type = STR("application/json"),
        .headers = headers,
        .header_count = COUNT_OF(headers),
        .body = STR("{\"keys\":[]}"),
    };
    http_respond(request->http, &response);
    return NULL;
}

const struct auth_route auth_info_routes[] = {
    {HTTP_BIT(HTTP_GET), STR_INIT("/health"),                false, ACCESS_OPEN, LIMIT_NONE, handle_health,
     STR_INIT("auth health")                                                                                                       },
    {HTTP_BIT(HTTP_GET), STR_INIT("/settings"),              false, ACCESS_KEY,  LIMIT_NONE, handle_settings,
     STR_INIT("auth settings")                                                                                                     },
    {HTTP_BIT(HTTP_GET), STR_INIT("/.well-known/jwks.json"), false, ACCESS_OPEN, LIMIT_NONE,
     handle_jwks,                                                                                             STR_INIT("auth jwks")},
};
const size_t auth_info_route_count = COUNT_OF(auth_info_routes);
