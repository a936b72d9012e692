#include "http/router.h"

#include "base/json.h"
#include "base/vec.h"
#include "http/server_int.h"

struct http_router {
    struct arena *arena;
    struct {
        VEC(const struct http_mount *);
    } mounts;
};

struct http_router *http_router_new(struct arena *arena)
{
    struct http_router *router = ARENA_NEW(arena, struct http_router);
    router->arena = arena;
    return router;
}

void http_router_mount(struct http_router *router, const struct http_mount *mount)
{
    assert(!str_ends(mount->prefix, STR("/")));
    for (size_t i = 0; i < router->mounts.count; i++)
        assert(!str_eq(router->mounts.at[i]->prefix, mount->prefix));
    for (size_t i = 0; i < mount->route_count; i++) {
        assert(mount->routes[i].handler);
        assert(str_starts(mount->routes[i].path, STR("/")));
    }
    *VEC_ADD(router->arena, &router->mounts) = mount;
}

/* "/rest/v1" holds "/rest/v1" and "/rest/v1/x", not "/rest/v10". */
static bool holds(const struct http_mount *mount, str path)
{
    size_t len = mount->prefix.len;
    return str_starts(path, mount->prefix) && (path.len == len || path.at[len] == '/');
}

static const struct http_mount *find_mount(const struct http_router *router, str path)
{
    const struct http_mount *best = NULL;
    for (size_t i = 0; i < router->mounts.count; i++) {
        const struct http_mount *mount = router->mounts.at[i];
        if (holds(mount, path) && (!best || mount->prefix.len > best->prefix.len)) best = mount;
    }
    return best;
}

/* How well a route fits: 0 not at all, more for a longer prefix, most for the exact path. */
static size_t fit(const struct http_route *route, str path)
{
    if (str_eq(route->path, path)) return route->prefix ? route->path.len : SIZE_MAX;
    return route->prefix && str_starts(path, route->path) ? route->path.len : 0;
}

static bool takes(const struct http_route *route, enum http_method method)
{
    return (route->methods & HTTP_BIT(method)) != 0;
}

struct best {
    const struct http_route *route; /* for the request's method */
    const struct http_route *for_get;
    size_t fit;
    unsigned methods;
};

static struct best find_route(const struct http_mount *mount, str path, enum http_method method)
{
    struct best best = {0};
    for (size_t i = 0; i < mount->route_count; i++) {
        const struct http_route *route = &mount->routes[i];
        size_t here = fit(route, path);
        if (!here || here < best.fit) continue;
        if (here > best.fit) best = (struct best){.fit = here};
        best.methods |= route->methods;
        if (!best.route && takes(route, method)) best.route = route;
        if (!best.for_get && takes(route, HTTP_GET)) best.for_get = route;
    }
    if (!best.route && method == HTTP_HEAD) best.route = best.for_get;
    return best;
}

static const struct err not_found = {
    .kind = ERR_HTTP_NOT_FOUND,
    .status = 404,
    .code = STR_INIT("HTTP404"),
    .message = STR_INIT("no such path"),
    .at = -1,
};
static const struct err wrong_method = {
    .kind = ERR_HTTP_METHOD,
    .status = 405,
    .code = STR_INIT("HTTP405"),
    .message = STR_INIT("the path does not take this method"),
    .at = -1,
};

http_handler *http_router_find(const struct http_router *router,
                               struct http_request *req,
                               err *error,
                               unsigned *allow)
{
    const struct http_mount *mount = find_mount(router, req->path);
    *error = &not_found;
    *allow = 0;
    req->mount = mount;
    if (!mount) return NULL;
    str path = str_skip(req->path, mount->prefix.len);
    if (str_empty(path)) path = STR("/");
    struct best best = find_route(mount, path, req->method);
    if (!best.fit) return NULL;
    if (best.route) {
        req->route = best.route;
        req->path_rest = str_skip(path, best.route->path.len);
        return best.route->handler;
    }
    *error = &wrong_method;
    *allow = best.methods | HTTP_BIT(HTTP_OPTIONS);
    if (best.methods & HTTP_BIT(HTTP_GET)) *allow |= HTTP_BIT(HTTP_HEAD);
    return NULL;
}

str router_allow_text(struct arena *arena, unsigned methods)
{
    static const str names[HTTP_METHOD_COUNT] = {
        [HTTP_GET] = STR_INIT("GET"),         [HTTP_HEAD] = STR_INIT("HEAD"),
        [HTTP_POST] = STR_INIT("POST"),       [HTTP_PUT] = STR_INIT("PUT"),
        [HTTP_PATCH] = STR_INIT("PATCH"),     [HTTP_DELETE] = STR_INIT("DELETE"),
        [HTTP_OPTIONS] = STR_INIT("OPTIONS"),
    };
    str chosen[HTTP_METHOD_COUNT];
    size_t count = 0;
    for (size_t i = 0; i < HTTP_METHOD_COUNT; i++)
        if ((methods & (1u << i)) && names[i].len) chosen[count++] = names[i];
    return str_join(arena, chosen, count, STR(", "));
}

static void add_member(struct buf *out, str name, str value)
{
    buf_str_add(out, name);
    if (value.len)
        json_write_str(out, value);
    else
        buf_lit(out, "null");
}

void http_render_error_plain(struct http_request *req,
                             err error,
                             struct http_response *out,
                             void *context)
{
    (void)context;
    struct buf *body = buf_in(req->arena, 0);
    add_member(body, STR("{\"code\":"), error->code);
    add_member(body, STR(",\"message\":"), error->message);
    add_member(body, STR(",\"details\":"), error->details);
    add_member(body, STR(",\"hint\":"), error->hint);
    buf_char(body, '}');
    out->status = error->status;
    out->content_type = STR("application/json; charset=utf-8");
    out->body = buf_str(body);
}
