#include "api/common/gateway.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/utf8.h"

enum { TOKEN_CACHE_COUNT = 1024 };

struct gateway {
    struct gateway_options options;
    struct jwt_cache **caches; /* by loop */
};

struct gateway *gateway_new(struct arena *arena, const struct gateway_options *options)
{
    struct gateway *gateway = ARENA_NEW(arena, struct gateway);
    gateway->options = *options;
    if (str_empty(options->anon_role)) gateway->options.anon_role = STR("anon");
    size_t count = options->token_cache_count ? options->token_cache_count : TOKEN_CACHE_COUNT;
    gateway->caches = ARENA_ARRAY(arena, struct jwt_cache *, options->loop_count);
    for (size_t i = 0; i < options->loop_count; i++)
        gateway->caches[i] = jwt_cache_new(arena, count);
    return gateway;
}

void gateway_free(struct gateway *gateway)
{
    for (size_t i = 0; i < gateway->options.loop_count; i++) jwt_cache_free(gateway->caches[i]);
}

/* Credentials ------------------------------------------------------------------------------------ */

static err missing_key(struct arena *arena)
{
    struct err *error = err_new(arena, ERR_KEY_MISSING, "No API key found in request");
    return err_hint(arena, error,
                    "Send the project's anon or publishable key in the \"apikey\" header; \"dapur "
                    "keys\" prints it.");
}

static err invalid_key(struct arena *arena)
{
    struct err *error = err_new(arena, ERR_KEY_INVALID, "Invalid API key");
    return err_hint(arena, error, "Double check the key; \"dapur keys\" prints the project's own.");
}

static bool from_browser(const struct http_request *req)
{
    return str_starts(http_header_find(req, STR("user-agent")), STR("Mozilla/"));
}

static err verify(struct gateway *gateway,
                  struct http_request *req,
                  str token,
                  const struct jwt **out)
{
    struct jwt_cache *cache = gateway->caches[loop_index(req->loop)];
    return jwt_cache_verify(cache, req->arena, gateway->options.keys->jwt_key, token,
                            clock_real_s(), out);
}

/* An opaque key, wherever it stood. */
static err take_opaque(struct gateway *gateway,
                       struct http_request *req,
                       str key,
                       struct identity *out)
{
    enum api_key_kind kind = api_keys_find(gateway->options.keys, key);
    if (kind == API_KEY_UNKNOWN) return invalid_key(req->arena);
    /* A secret key inside a web page is leaked already: say so at the first try. */
    if (kind == API_KEY_SECRET && from_browser(req))
        return err_new(req->arena, ERR_KEY_INVALID, "Forbidden use of secret API key in browser");
    *out = (struct identity){
        .credential = CREDENTIAL_KEY,
        .role = kind == API_KEY_SECRET ? STR("service_role") : gateway->options.anon_role,
    };
    return NULL;
}

static err take_token(struct gateway *gateway,
                      struct http_request *req,
                      str token,
                      struct identity *out)
{
    const struct jwt *jwt;
    TRY(verify(gateway, req, token, &jwt));
    *out = (struct identity){
        .credential = CREDENTIAL_TOKEN,
        .role = str_empty(jwt->role) ? gateway->options.anon_role : jwt->role,
        .jwt = jwt,
        .token = token,
    };
    return NULL;
}

static bool is_opaque(str key)
{
    return str_starts(key, STR("sb_"));
}

static err take_apikey(struct gateway *gateway,
                       struct http_request *req,
                       str key,
                       struct identity *out)
{
    if (is_opaque(key)) return take_opaque(gateway, req, key, out);
    err error = take_token(gateway, req, key, out);
    return error ? invalid_key(req->arena) : NULL;
}

/* The token of "Bearer x", case-insensitive, empty when nothing follows; other schemes count as
 * none. */
static bool bearer_token(str header, str *out)
{
    *out = STR("");
    if (str_eq_nocase(header, STR("Bearer"))) return true;
    if (header.len < 7 || !str_eq_nocase(str_slice(header, 0, 7), STR("Bearer "))) return false;
    *out = str_trim(str_skip(header, 7));
    return true;
}

/* The values of both headers. One decision per request: doubled ones are refused, not chosen from. */
static err find_credentials(const struct http_request *req, str *key, str *authorization)
{
    size_t at = 0, keys = 0, authorizations = 0;
    *key = *authorization = STR_NONE;
    while (http_header_next(req, STR("apikey"), &at, key)) keys++;
    at = 0;
    while (http_header_next(req, STR("authorization"), &at, authorization)) authorizations++;
    if (keys <= 1 && authorizations <= 1) return NULL;
    return err_new(req->arena, ERR_KEY_INVALID, "apikey or authorization is sent twice");
}

static err identify(struct gateway *gateway, struct http_request *req, struct identity *out)
{
    str key, authorization;
    TRY(find_credentials(req, &key, &authorization));
    *out = (struct identity){.role = gateway->options.anon_role};
    if (str_empty(key) && gateway->options.require_key) return missing_key(req->arena);
    str token;
    bool bearer = bearer_token(authorization, &token);
    /* supabase-js repeats the key as the bearer while nobody is signed in. */
    bool repeated = bearer && str_eq(token, key);
    if (!str_empty(key)) TRY(take_apikey(gateway, req, key, out));
    if (!bearer || repeated) return NULL;
    if (is_opaque(token)) {
        struct identity ignored;
        return take_opaque(gateway, req, token, str_empty(key) ? out : &ignored);
    }
    return take_token(gateway, req, token, out);
}

/* The cache may drop the token while the request waits for a lane. */
err gateway_identify(struct gateway *gateway, struct http_request *req, struct identity *out)
{
    TRY(identify(gateway, req, out));
    out->role = str_copy(req->arena, out->role);
    if (out->jwt) out->jwt = jwt_copy(req->arena, out->jwt);
    return NULL;
}

/* Callers ---------------------------------------------------------------------------------------- */

/* A token may take the roles that the login role "authenticator" is a member of, and no other: not
 * postgres, not supabase_admin. */
static bool token_may_take(const struct catalog *catalog, const struct cat_role *role)
{
    const struct cat_role *login = catalog_role_find(catalog, STR("authenticator"));
    for (size_t i = 0; login && i < login->member_of_count; i++)
        if (login->member_of[i].role == role->oid) return true;
    return false;
}

static err find_role(struct arena *arena, const struct catalog *catalog, str name, oid *out)
{
    const struct cat_role *role = catalog_role_find(catalog, name);
    if (!role) {
        struct err *error = err_sql(arena, "22023", "role \"%.*s\" does not exist", STR_FMT(name));
        error->status = 401;
        return error;
    }
    if (!token_may_take(catalog, role))
        return err_sql(arena, "42501", "permission denied to set role \"%.*s\"", STR_FMT(name));
    *out = role->oid;
    return NULL;
}

static str anonymous_claims(struct arena *arena, str role)
{
    return str_printf(arena, "{\"role\": \"%.*s\"}", STR_FMT(role));
}

/* {"accept": "text/csv", ...}: names in lower case, cookies left out. */
static str headers_json(struct arena *arena, const struct http_request *req)
{
    struct buf *out = buf_in(arena, 0);
    buf_char(out, '{');
    for (size_t i = 0; i < req->header_count; i++) {
        if (str_eq_nocase(req->headers[i].name, STR("cookie"))) continue;
        if (out->len > 1) buf_char(out, ',');
        json_write_str(out, str_lower(arena, req->headers[i].name));
        buf_char(out, ':');
        json_write_str(out, req->headers[i].value);
    }
    buf_char(out, '}');
    return buf_str(out);
}

static str cookies_json(struct arena *arena, const struct http_request *req)
{
    struct buf *out = buf_in(arena, 0);
    str rest = http_header_find(req, STR("cookie"));
    buf_char(out, '{');
    while (!str_empty(rest)) {
        str pair, name, value;
        str_cut(rest, ';', &pair, &rest);
        if (!str_cut(str_trim(pair), '=', &name, &value)) continue;
        if (out->len > 1) buf_char(out, ',');
        json_write_str(out, name);
        buf_char(out, ':');
        json_write_str(out, value);
    }
    buf_char(out, '}');
    return buf_str(out);
}

/* Header values may be any bytes; SQL's text is UTF-8. */
static bool lookup_setting(const struct caller *caller, struct arena *arena, str name, str *out)
{
    const struct http_request *req = caller->lookup_context;
    if (str_eq(name, STR("request.headers")))
        *out = headers_json(arena, req);
    else if (str_eq(name, STR("request.cookies")))
        *out = cookies_json(arena, req);
    else
        return false;
    return utf8_valid(*out);
}

static void fill_settings(struct http_request *req, struct caller *caller)
{
    struct setting *settings = ARENA_ARRAY(req->arena, struct setting, 2);
    settings[0] = (struct setting){STR("request.method"), req->method_text};
    settings[1] = (struct setting){STR("request.path"), req->path};
    caller->settings = settings;
    caller->setting_count = 2;
    caller->lookup = lookup_setting;
    caller->lookup_context = req;
}

err gateway_caller(struct http_request *req,
                   const struct identity *identity,
                   const struct catalog *catalog,
                   struct caller **out)
{
    struct caller *caller = ARENA_NEW(req->arena, struct caller);
    TRY(find_role(req->arena, catalog, identity->role, &caller->role_oid));
    caller->role = identity->role;
    if (identity->jwt) {
        caller->claims = identity->jwt->claims;
        caller->email = identity->jwt->email;
        caller->user_id = identity->jwt->user_id;
    } else {
        caller->claims = anonymous_claims(req->arena, caller->role);
    }
    fill_settings(req, caller);
    *out = caller;
    return NULL;
}

struct caller *gateway_internal_caller(struct arena *arena, const struct catalog *catalog, str role)
{
    const struct cat_role *row = catalog_role_find(catalog, role);
    struct caller *caller = ARENA_NEW(arena, struct caller);
    caller->role = role;
    caller->role_oid = row ? row->oid : OID_NONE;
    return caller;
}
