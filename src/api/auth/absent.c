/* api/auth/absent.c - what the dialect has and we do not: each answers the dialect's own error.
 *
 * docs/auth.md, "Limits", lists the same. */
#include "api/auth/auth_int.h"

/* ABSENT(path after the mount, with all below it, who may ask, status, code, message) */
#define ABSENCES                                                                                   \
    ABSENT("/otp", false, ACCESS_KEY, 422, "otp_disabled", "One-time passwords are not available") \
    ABSENT("/magiclink", false, ACCESS_KEY, 422, "otp_disabled", "Magic links are not available")  \
    ABSENT("/recover", false, ACCESS_KEY, 404, "feature_disabled",                                 \
           "Password recovery by mail is not available")                                           \
    ABSENT("/resend", false, ACCESS_KEY, 404, "feature_disabled", "Mail is not available")         \
    ABSENT("/reauthenticate", false, ACCESS_KEY, 404, "feature_disabled",                          \
           "Reauthentication by mail is not available")                                            \
    ABSENT("/verify", false, ACCESS_OPEN, 403, "otp_expired", "Token has expired or is invalid")   \
    ABSENT("/authorize", false, ACCESS_OPEN, 400, "provider_disabled",                             \
           "Unsupported provider: provider is not enabled")                                        \
    ABSENT("/callback", false, ACCESS_OPEN, 400, "bad_oauth_callback",                             \
           "OAuth providers are not available")                                                    \
    ABSENT("/user/identities/", true, ACCESS_KEY, 404, "manual_linking_disabled",                  \
           "Manual linking is disabled")                                                           \
    ABSENT("/user/oauth/", true, ACCESS_KEY, 404, "feature_disabled",                              \
           "The OAuth server is not available")                                                    \
    ABSENT("/factors", false, ACCESS_KEY, 422, "mfa_totp_enroll_not_enabled",                      \
           "MFA enroll is disabled")                                                               \
    ABSENT("/factors/", true, ACCESS_KEY, 404, "mfa_factor_not_found", "Factor not found")         \
    ABSENT("/passkeys", false, ACCESS_KEY, 404, "passkey_disabled", "Passkeys are not available")  \
    ABSENT("/passkeys/", true, ACCESS_KEY, 404, "passkey_disabled", "Passkeys are not available")  \
    ABSENT("/sso", false, ACCESS_KEY, 404, "saml_provider_disabled", "SAML 2.0 is disabled")       \
    ABSENT("/sso/", true, ACCESS_OPEN, 404, "saml_provider_disabled", "SAML 2.0 is disabled")      \
    ABSENT("/oauth/", true, ACCESS_OPEN, 404, "feature_disabled",                                  \
           "The OAuth server is not available")                                                    \
    ABSENT("/.well-known/", true, ACCESS_OPEN, 404, "feature_disabled",                            \
           "The OAuth server is not available")                                                    \
    ABSENT("/invite", false, ACCESS_ADMIN, 404, "feature_disabled",                                \
           "Invitations by mail are not available")                                                \
    ABSENT("/admin/generate_link", false, ACCESS_ADMIN, 404, "feature_disabled",                   \
           "Links for mails are not available")                                                    \
    ABSENT("/admin/audit", false, ACCESS_ADMIN, 404, "feature_disabled",                           \
           "The audit log is not available here; it is in auth.audit_log_entries")                 \
    ABSENT("/admin/sso/", true, ACCESS_ADMIN, 404, "saml_provider_disabled",                       \
           "SAML 2.0 is disabled")                                                                 \
    ABSENT("/admin/oauth/", true, ACCESS_ADMIN, 404, "feature_disabled",                           \
           "The OAuth server is not available")                                                    \
    ABSENT("/admin/custom-providers", false, ACCESS_ADMIN, 404, "feature_disabled",                \
           "OAuth providers are not available")                                                    \
    ABSENT("/admin/custom-providers/", true, ACCESS_ADMIN, 404, "feature_disabled",                \
           "OAuth providers are not available")

struct absence {
    int status;
    const char *code, *message;
};

static const struct absence absences[] = {
#define ABSENT(path, prefix, access, status, code, message) {status, code, message},
    ABSENCES
#undef ABSENT
};

/* A route's error is found by its index: both tables come from one list. */
static err handle_absent(struct auth_request *request)
{
    const struct absence *absence = &absences[request->route - auth_absent_routes];
    return auth_err(request->arena, absence->status, absence->code, "%s", absence->message);
}

const struct auth_route auth_absent_routes[] = {
#define ABSENT(path, prefix, access, status, code, message) \
    {HTTP_ANY_METHOD & ~HTTP_BIT(HTTP_OPTIONS),             \
     STR_INIT(path),                                        \
     prefix,                                                \
     access,                                                \
     LIMIT_NONE,                                            \
     handle_absent,                                         \
     STR_INIT("auth absent")},
    ABSENCES
#undef ABSENT
};
const size_t auth_absent_route_count = COUNT_OF(auth_absent_routes);
