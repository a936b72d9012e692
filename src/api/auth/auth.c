/* api/auth/auth.c - the mount at /auth/v1: routes, and what is true before a handler runs. */
#include "api/auth/auth.h"

#include "api/auth/auth_int.h"
#include "api/auth/embedded.h"
#include "api/auth/password.h"
#include "api/auth/store.h"

enum { BODY_BYTES_MAX = 1024 * 1024 };

/* The route tables, one per file of endpoints. */
static const struct {
    const struct auth_route *routes;
    const size_t *count;
} tables[] = {
    {auth_info_routes,    &auth_info_route_count   },
    {auth_signup_routes,  &auth_signup_route_count },
    {auth_token_routes,   &auth_token_route_count  },
    {auth_account_routes, &auth_account_route_count},
    {auth_admin_routes,   &auth_admin_route_count  },
    {auth_absent_routes,  &auth_absent_route_count },
};

/* docs/auth.md. Any origin, without credentials: a bearer token is all that counts. */
static const struct http_cors cors = {
    .methods = STR_INIT("GET, POST, PUT, PATCH, DELETE"),
    .headers = STR_INIT("Accept, Authorization, Content-Type, apikey, X-Client-Info, X-Client-IP, "
                        "X-JWT-AUD, X-Use-Cookie, X-Supabase-Api-Version"),
    .expose = STR_INIT("X-Total-Count, Link, X-Supabase-Api-Version"),
    .max_age_s = 86400,
    .preflight_status = 204,
};

/* Before a handler --------------------------------------------------------------------------------- */

static err check_limit(struct auth_request *request)
{
    struct auth *auth = request->auth;
    if (!auth->options.rate_limits || request->route->limit == LIMIT_NONE) return NULL;
    unsigned wait_s =
        auth_limits_take(auth->limits, request->route->limit, http_peer_address(request->http),
                         loop_now_ms(request->http->loop));
    if (!wait_s) return NULL;
    struct err *error =
        auth_err(request->arena, 429, "over_request_rate_limit", "Request rate limit reached");
    return err_hint(request->arena, error, "%u", wait_s);
}

static err begin(struct auth_request *request)
{
    enum auth_access access = request->route->access;
    TRY(check_limit(request));
    if (access != ACCESS_OPEN)
        TRY(gateway_identify(request->auth->options.gateway, request->http, &request->identity));
    if (access == ACCESS_USER) return auth_with_user(request);
    if (access == ACCESS_ADMIN) return auth_with_admin(request);
    return request->route->handle(request);
}

/* One handler for every route: the rows of the tables and of the mount are in the same order. */
static const struct auth_route *route_at(size_t index)
{
    for (size_t i = 0; i < COUNT_OF(tables); i++) {
        if (index < *tables[i].count) return &tables[i].routes[index];
        index -= *tables[i].count;
    }
    return NULL;
}

static void dispatch(struct http_request *req, void *context)
{
    struct auth *auth = context;
    struct auth_request *request = ARENA_NEW(req->arena, struct auth_request);
    request->auth = auth;
    request->http = req;
    request->arena = req->arena;
    request->route = route_at((size_t)(req->route - auth->mount.routes));
    err error = begin(request);
    if (error) auth_respond_error(request, error);
}

/* The mount ------------------------------------------------------------------------------------------ */

static void build_routes(struct arena *arena, struct http_mount *mount)
{
    size_t count = 0;
    for (size_t i = 0; i < COUNT_OF(tables); i++) count += *tables[i].count;
    struct http_route *routes = ARENA_ARRAY(arena, struct http_route, count);
    for (size_t i = 0; i < count; i++) {
        const struct auth_route *row = route_at(i);
        routes[i] = (struct http_route){
            .methods = row->methods,
            .path = row->path,
            .prefix = row->prefix,
            .body_bytes_max = BODY_BYTES_MAX,
            .handler = dispatch,
            .name = row->name,
        };
    }
    mount->routes = routes;
    mount->route_count = count;
}

err auth_new(struct arena *arena, const struct auth_options *options, struct auth **out)
{
    struct auth *auth = ARENA_NEW(arena, struct auth);
    auth->options = *options;
    auth->limits = auth_limits_new(arena);
    auth->store = auth_store_new(arena, options->loop_count);
    auth->dummy_hash = auth_dummy_hash(arena, options->bcrypt_cost);
    auth->mount = (struct http_mount){
        .prefix = STR("/auth/v1"),
        .context = auth,
        .render_error = auth_render_error,
        .cors = &cors,
    };
    build_routes(arena, &auth->mount);
    *out = auth;
    return NULL;
}

const struct http_mount *auth_mount(struct auth *auth)
{
    return &auth->mount;
}

const struct builtin_migration *auth_migrations(size_t *count)
{
    /* Filled at each call because the embedded text's length is no constant expression. */
    static struct builtin_migration migrations[1];
    migrations[0] = (struct builtin_migration){
        .name = STR("dapur/auth_001"),
        .role = STR("supabase_admin"),
        .text = str_from(embed_api_auth_schema_sql, embed_api_auth_schema_sql_len),
        .taken_by = STR("auth.users"),
        .adopt = str_from(embed_api_auth_adopt_sql, embed_api_auth_adopt_sql_len),
    };
    *count = COUNT_OF(migrations);
    return migrations;
}
