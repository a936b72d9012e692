/* bench/http_plain_server - the HTTP server alone: every request gets 200 with a small body.
 *
 *   http_plain_server [HOST:PORT] [LOOPS]
 *
 * The claim that it measures: at least 0.85 of nginx `return 200` on one core (docs/http.md).
 */
#include <signal.h>
#include <stdio.h>

#include "http/server.h"

static void hello(struct http_request *req, void *context)
{
    (void)context;
    http_respond(req, &(struct http_response){
                          .status = 200,
                          .content_type = STR("application/json; charset=utf-8"),
                          .body = STR("{\"hello\":\"world\"}"),
                      });
}

static const struct http_route routes[] = {
    {.methods = HTTP_ANY_METHOD, .path = STR_INIT("/"), .prefix = true, .handler = hello},
};
static const struct http_mount mount = {.routes = routes, .route_count = COUNT_OF(routes)};

int main(int argc, char **argv)
{
    struct arena *arena = arena_new(0);
    struct http_router *router = http_router_new(arena);
    http_router_mount(router, &mount);
    uint64_t count = 1;
    if (argc > 2 && !str_to_u64(str_of(argv[2]), &count)) return 2;
    sigset_t wanted;
    int got;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGTERM);
    sigaddset(&wanted, SIGINT);
    pthread_sigmask(SIG_BLOCK, &wanted, NULL);
    struct loops *loops;
    struct http_server *server;
    struct http_options options = {
        .listen = argc > 1 ? str_of(argv[1]) : STR("127.0.0.1:8099"),
        .router = router,
        .server_name = STR("dapur"),
    };
    err error = loops_start(arena, &(struct loops_options){.count = count}, &loops);
    if (!error) error = http_server_start(arena, loops, &options, &server);
    if (error) {
        fprintf(stderr, "%.*s\n", STR_FMT(error->message));
        return 1;
    }
    printf("%.*s\n", STR_FMT(http_server_address(server)));
    fflush(stdout);
    sigwait(&wanted, &got);
    http_server_drain(server);
    loops_stop(loops);
    loops_join(loops);
    arena_free(arena);
    return 0;
}
