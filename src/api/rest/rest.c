/* api/rest/rest.c - the mount at /rest/v1 and its plan caches. */
#include "api/rest/rest.h"

#include "api/rest/rest_int.h"
#include "api/rest/scan.h"

enum { PLAN_CACHE_BYTES = 8 * 1024 * 1024 };

static void root_document(struct http_request *req, void *context)
{
    (void)context;
    struct err *error = err_new(req->arena, ERR_REST, "Root endpoint metadata is disabled");
    error->code = STR("PGRST126");
    error->status = 404;
    http_respond_error(req, error);
}

static void call_method(struct http_request *req, void *context)
{
    (void)context;
    http_respond_error(req,
                       rest_err(req->arena, 405, "PGRST101", "Cannot use the %.*s method on RPC",
                                STR_FMT(req->method_text)));
}

static void other_method(struct http_request *req, void *context)
{
    (void)context;
    http_respond_error(req, rest_err(req->arena, 405, "PGRST117", "Unsupported HTTP method: %.*s",
                                     STR_FMT(req->method_text)));
}

enum {
    READS = HTTP_BIT(HTTP_GET) | HTTP_BIT(HTTP_HEAD),
    WRITES =
        HTTP_BIT(HTTP_POST) | HTTP_BIT(HTTP_PUT) | HTTP_BIT(HTTP_PATCH) | HTTP_BIT(HTTP_DELETE),
    CALLS = READS | HTTP_BIT(HTTP_POST),
    OTHERS = HTTP_BIT(HTTP_METHOD_OTHER),
    NOT_CALLS = OTHERS | HTTP_BIT(HTTP_PUT) | HTTP_BIT(HTTP_PATCH) | HTTP_BIT(HTTP_DELETE),
};

static const struct http_route routes[] = {
    {READS,                  STR_INIT("/"),     false, 0, root_document,             STR_INIT("rest root") },
    {CALLS,                  STR_INIT("/rpc/"), true,  0, rest_handle_call,          STR_INIT("rest rpc")  },
    {HTTP_BIT(HTTP_OPTIONS), STR_INIT("/rpc/"), true,  0, rest_handle_call_options,
     STR_INIT("rest rpc")                                                                                  },
    {NOT_CALLS,              STR_INIT("/rpc/"), true,  0, call_method,               STR_INIT("rest rpc")  },
    {READS | WRITES,         STR_INIT("/"),     true,  0, rest_handle_table,         STR_INIT("rest table")},
    {HTTP_BIT(HTTP_OPTIONS), STR_INIT("/"),     true,  0, rest_handle_table_options,
     STR_INIT("rest table")                                                                                },
    {OTHERS,                 STR_INIT("/"),     true,  0, other_method,              STR_INIT("rest table")},
};

static void free_caches(void *object)
{
    struct rest *rest = object;
    for (size_t i = 0; i < rest->options.loop_count; i++) plan_cache_free(rest->caches[i]);
}

err rest_new(struct arena *arena, const struct rest_options *options, struct rest **out)
{
    if (options->schema_count == 0)
        return err_new(arena, ERR_CONFIG, "rest.schemas names no schema");
    struct rest *rest = ARENA_NEW(arena, struct rest);
    rest->options = *options;
    rest->caches = ARENA_ARRAY(arena, struct plan_cache *, options->loop_count);
    rest->heavy = ARENA_ARRAY(arena, struct heavy, options->loop_count);
    for (size_t i = 0; i < options->loop_count; i++)
        rest->caches[i] = plan_cache_new(PLAN_CACHE_BYTES);
    arena_defer(arena, free_caches, rest);
    rest->mount = (struct http_mount){
        .prefix = STR("/rest/v1"),
        .routes = routes,
        .route_count = COUNT_OF(routes),
        .context = rest,
        .render_error = rest_render_error,
        .cors = &http_cors_rest,
    };
    *out = rest;
    return NULL;
}

const struct http_mount *rest_mount(struct rest *rest)
{
    return &rest->mount;
}
