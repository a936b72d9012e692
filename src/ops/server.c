#include "ops/server.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "api/auth/auth.h"
#include "api/common/gateway.h"
#include "api/rest/rest.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/vec.h"
#include "engine/postgres/engine.h"
#include "engine/sqlite/engine.h"
#include "http/static.h"
#include "net/workers.h"
#include "ops/admin.h"
#include "ops/control.h"
#include "ops/files.h"
#include "ops/keys.h"
#include "ops/project.h"

struct server {
    struct arena *arena;
    const struct config *config;
    struct engine *engine;
    struct api_keys keys;
    struct loops *loops;
    struct workers *hashers, *compilers;
    struct gateway *gateway;
    struct admin admin;
    struct http_router *router;
    struct http_server *api;
    struct http_server *admin_server;
    struct control *control;
    atomic_bool failed;   /* the engine: a write did not reach the disk */
    size_t loops_started; /* loops whose engine reader is open */
    err loop_error;
};

/* The engine ------------------------------------------------------------------------------------- */

/* On the writer's thread; main waits for the signal. */
static void engine_failed(void *context)
{
    struct server *server = context;
    atomic_store(&server->failed, true);
    kill(getpid(), SIGUSR1);
}

static err open_sqlite(struct arena *arena,
                       const struct config *config,
                       struct server *server,
                       struct engine **out)
{
    struct engine_sqlite_options options = engine_sqlite_defaults(config->database.dir);
    options.meter_us = (uint64_t)config->database.meter_us;
    options.mmap_bytes = (uint64_t)config->database.mmap_bytes;
    options.read_run_ms = (uint64_t)config->database.read_run_ms;
    options.slow_threads = (size_t)config->database.slow_threads;
    options.slow_queue_max = (size_t)config->database.slow_queue_max;
    options.spool_bytes_max = (uint64_t)config->database.spool_bytes_max;
    options.write_queue_max = (size_t)config->database.write_queue_max;
    if (config->database.write_run_ms)
        options.write_run_ms = (uint64_t)config->database.write_run_ms;
    if (config->database.write_run_service_ms)
        options.write_run_service_ms = (uint64_t)config->database.write_run_service_ms;
    options.write_wait_ms = (uint64_t)config->database.write_wait_ms;
    options.sql_run_ms = (uint64_t)config->database.sql_run_ms;
    options.migration_run_ms = (uint64_t)config->database.migration_run_ms;
    options.disk_free_bytes_min = (uint64_t)config->database.disk_free_bytes_min;
    if (server) options.failed = engine_failed;
    options.failed_context = server;
    return engine_sqlite_open(arena, &options, out);
}

/* Migrations, notifications and locks are sessions: a pooler by transaction would mix them up. */
static err check_pooler(struct arena *arena, const struct config *config)
{
    bool pooled = str_eq(config->database.pooler, STR("transaction"));
    if (!pooled || !str_empty(config->database.direct_url)) return NULL;
    struct err *error = err_new(arena, ERR_CONFIG, "database.direct_url is not set");
    return err_hint(arena, error,
                    "Behind a pooler it is the server's own address, for migrations and "
                    "notifications.");
}

static err open_postgres(struct arena *arena, const struct config *config, struct engine **out)
{
    struct engine_postgres_options options =
        engine_postgres_defaults(config->database.url, config->database.dir);
    TRY(check_pooler(arena, config));
    if (str_eq(config->database.pooler, STR("transaction"))) options.pooler = POOLER_TRANSACTION;
    options.direct_url = config->database.direct_url;
    options.connect_ms = (uint64_t)config->database.connect_ms;
    options.fast_us = (uint64_t)config->database.fast_us;
    options.poll_ms = (uint64_t)config->database.poll_ms;
    options.queue_max = (size_t)config->database.queue_max;
    options.read_run_ms = (uint64_t)config->database.read_run_ms;
    options.sql_run_ms = (uint64_t)config->database.sql_run_ms;
    options.migration_run_ms = (uint64_t)config->database.migration_run_ms;
    options.shared_connections = (size_t)config->database.shared_connections;
    options.shared_depth = (size_t)config->database.shared_depth;
    options.shared_run_ms = (uint64_t)config->database.shared_run_ms;
    options.solo_connections = (size_t)config->database.solo_connections;
    options.spool_bytes_max = (uint64_t)config->database.spool_bytes_max;
    options.wait_ms = (uint64_t)config->database.wait_ms;
    if (config->database.write_run_ms)
        options.write_run_ms = (uint64_t)config->database.write_run_ms;
    if (config->database.write_run_service_ms)
        options.write_run_service_ms = (uint64_t)config->database.write_run_service_ms;
    return engine_postgres_open(arena, &options, out);
}

/* server: is told when writing has ended for good; NULL: nobody is. */
static err open_engine(struct arena *arena,
                       const struct config *config,
                       struct server *server,
                       struct engine **out)
{
    TRY(folder_make(arena, config->database.dir, 0700));
    struct engine *engine;
    if (str_empty(config->database.url))
        TRY(open_sqlite(arena, config, server, &engine));
    else
        TRY(open_postgres(arena, config, &engine));
    size_t count;
    const struct builtin_migration *builtin = auth_migrations(&count);
    err error = project_builtin_migrate(arena, engine, builtin, count);
    if (error)
        engine->close(engine);
    else
        *out = engine;
    return error;
}

err server_open_engine(struct arena *arena, const struct config *config, struct engine **out)
{
    return open_engine(arena, config, NULL, out);
}

static err check_migrations(struct server *server, bool allow_drift)
{
    struct migrations migrations;
    TRY(project_migrations(server->arena, server->config, server->engine, &migrations));
    if (!allow_drift) TRY(project_check_drift(server->arena, &migrations));
    for (size_t i = 0; i < migrations.count; i++)
        if (migrations.at[i].state == MIGRATION_PENDING ||
            migrations.at[i].state == MIGRATION_OUT_OF_ORDER)
            return err_new(server->arena, ERR_CONFIG, "migration \"%.*s\" is pending",
                           STR_FMT(migrations.at[i].file));
    return NULL;
}

static void log_notice(void *context, str message)
{
    (void)context;
    log_info("notice", LOG_STR("text", message));
}

/* SIGTERM or SIGINT while a migration still keeps the server from its start. Blocked in every thread, so
 * they wait with the process. */
static bool end_is_asked(void *context)
{
    sigset_t pending;
    (void)context;
    if (sigpending(&pending) != 0) return false;
    return sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1;
}

static err prepare_database(struct server *server, const struct server_options *options)
{
    TRY(open_engine(server->arena, server->config, server, &server->engine));
    TRY(keys_load(server->arena, server->config, server->engine, &server->keys));
    if (options->no_migrate) return check_migrations(server, options->allow_drift);
    struct migrate_options migrate = {
        .allow_drift = options->allow_drift, .notice = log_notice, .cancelled = end_is_asked};
    size_t applied;
    return project_migrate(server->arena, server->config, server->engine, &migrate, &applied);
}

/* Loops ------------------------------------------------------------------------------------------ */

static void start_reader(struct loop *loop, void *context)
{
    struct server *server = context;
    server->loop_error = server->engine->loop_start(server->engine, loop);
}

static void stop_reader(struct loop *loop, void *context)
{
    struct server *server = context;
    server->engine->loop_stop(server->engine, loop);
}

static err start_loops(struct server *server)
{
    struct loops_options options = {.count = (size_t)server->config->server.loops};
    TRY(loops_start(server->arena, &options, &server->loops));
    for (size_t i = 0; i < loops_count(server->loops); i++) {
        loop_call_wait(loops_at(server->loops, i), start_reader, server);
        if (server->loop_error) return server->loop_error;
        server->loops_started++;
    }
    struct workers_options hashers = {
        .threads = (size_t)server->config->auth.hash_threads,
        .queue_max = (size_t)server->config->auth.hash_queue_max,
    };
    TRY(workers_start(server->arena, &hashers, &server->hashers));
    struct workers_options compilers = {
        .threads = 1,
        .queue_max = (size_t)server->config->database.compile_queue_max,
    };
    return workers_start(server->arena, &compilers, &server->compilers);
}

/* APIs ------------------------------------------------------------------------------------------- */

static void split_list(struct arena *arena, str text, const str **out, size_t *count)
{
    struct {
        VEC(str);
    } items = {0};
    while (!str_empty(text)) {
        str item;
        str_cut(text, ',', &item, &text);
        item = str_trim(item);
        if (!str_empty(item)) *VEC_ADD(arena, &items) = item;
    }
    *out = items.at;
    *count = items.count;
}

static const struct http_cors *cors_with_origins(struct server *server,
                                                 const struct http_cors *rules)
{
    struct http_cors *cors = ARENA_NEW(server->arena, struct http_cors);
    *cors = *rules;
    split_list(server->arena, server->config->server.cors_origins, &cors->origins,
               &cors->origin_count);
    return cors;
}

static void mount(struct server *server, struct http_router *router, const struct http_mount *rules)
{
    struct http_mount *copy = ARENA_NEW(server->arena, struct http_mount);
    *copy = *rules;
    if (copy->cors) copy->cors = cors_with_origins(server, copy->cors);
    http_router_mount(router, copy);
}

static err mount_rest(struct server *server, struct http_router *router)
{
    const struct config *config = server->config;
    struct rest_options options = {
        .engine = server->engine,
        .gateway = server->gateway,
        .compilers = server->compilers,
        .loop_count = loops_count(server->loops),
        .max_rows = config->rest.max_rows,
        .aggregates = config->rest.aggregates,
        .safe_update = config->rest.safe_update,
        .time_zone = config->server.time_zone,
        .body_bytes_max = (size_t)config->server.body_bytes_max,
    };
    split_list(server->arena, config->rest.schemas, &options.schemas, &options.schema_count);
    struct rest *rest;
    TRY(rest_new(server->arena, &options, &rest));
    mount(server, router, rest_mount(rest));
    return NULL;
}

static err mount_auth(struct server *server, struct http_router *router, str external_url)
{
    const struct config *config = server->config;
    struct auth_options options = {
        .engine = server->engine,
        .gateway = server->gateway,
        .keys = &server->keys,
        .hashers = server->hashers,
        .loop_count = loops_count(server->loops),
        .external_url = external_url,
        .site_url = config->auth.site_url,
        .jwt_exp_s = config->auth.jwt_exp_s,
        .password_bytes_min = (size_t)config->auth.password_bytes_min,
        .bcrypt_cost = (int)config->auth.bcrypt_cost,
        .autoconfirm = config->auth.autoconfirm,
        .disable_signup = config->auth.disable_signup,
        .rate_limits = config->security.rate_limits,
    };
    struct auth *auth;
    TRY(auth_new(server->arena, &options, &auth));
    mount(server, router, auth_mount(auth));
    return NULL;
}

/* What a page needs to find its API: the publishable key is public by nature. */
static void project_info(struct http_request *req, void *context)
{
    const struct server *server = context;
    struct buf *body = buf_in(req->arena, 0);
    buf_lit(body, "{\"name\":\"dapur\",\"publishable_key\":");
    json_write_str(body, server->keys.publishable);
    buf_char(body, '}');
    struct http_response response = {
        .status = 200, .content_type = STR("application/json"), .take = body};
    http_respond(req, &response);
}

static const struct http_route well_known_routes[] = {
    {HTTP_BIT(HTTP_GET), STR_INIT("/dapur.json"), false, 0, project_info, STR_INIT("project")},
};

static void mount_well_known(struct server *server, struct http_router *router)
{
    struct http_mount rules = {.prefix = STR("/.well-known"),
                               .routes = well_known_routes,
                               .route_count = COUNT_OF(well_known_routes),
                               .context = server};
    mount(server, router, &rules);
}

static err mount_public(struct server *server, struct http_router *router)
{
    str folder = str_printf(server->arena, "%.*s/public", STR_FMT(server->config->project));
    if (!file_exists(server->arena, folder)) return NULL;
    struct http_static_options options = {.directory = folder.at};
    if (!str_empty(server->config->security.content_security_policy))
        options.content_security_policy = server->config->security.content_security_policy;
    struct http_static *files;
    TRY(http_static_new(server->arena, &options, loops_count(server->loops), &files));
    struct http_route *route = ARENA_NEW(server->arena, struct http_route);
    *route = (struct http_route){.methods = HTTP_BIT(HTTP_GET),
                                 .path = STR("/"),
                                 .prefix = true,
                                 .handler = http_static_serve,
                                 .name = STR("static")};
    struct http_mount *site = ARENA_NEW(server->arena, struct http_mount);
    *site = (struct http_mount){.routes = route, .route_count = 1, .context = files};
    http_router_mount(router, site);
    return NULL;
}

/* Listeners -------------------------------------------------------------------------------------- */

static void log_request(const struct http_request *req, const struct http_done *done, void *context)
{
    (void)context;
    char id[17];
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < 16; i++) id[i] = digits[(req->id >> (60 - 4 * i)) & 15];
    log_info("request", LOG_STR("request_id", str_from(id, 16)),
             LOG_STR("method", req->method_text), LOG_STR("path", req->path),
             LOG_STR("route", req->route ? req->route->name : STR("")),
             LOG_INT("status", done->status), LOG_INT("bytes", done->bytes_out),
             LOG_INT("us", done->us));
}

static struct http_options listener_options(const struct config *config)
{
    return (struct http_options){
        .server_name = STR("dapur"),
        .request_line_bytes_max = (size_t)config->server.request_line_bytes_max,
        .header_bytes_max = (size_t)config->server.header_bytes_max,
        .body_bytes_max = (size_t)config->server.body_bytes_max,
        .connections_max = (size_t)config->server.connections_max,
        .idle_ms = (uint64_t)config->server.idle_ms,
        .header_ms = (uint64_t)config->server.header_ms,
        .body_ms = (uint64_t)config->server.body_ms,
        .stall_ms = (uint64_t)config->server.stall_ms,
        .request_ms = (uint64_t)config->server.request_ms,
        .drain_ms = (uint64_t)config->server.drain_ms,
        .gzip = config->server.gzip,
    };
}

static err start_admin(struct server *server)
{
    const struct config *config = server->config;
    struct http_options options = listener_options(config);
    struct http_router *router = http_router_new(server->arena);
    http_router_mount(router, admin_mount(server->arena, &server->admin));
    options.router = router;
    options.listen = config->server.admin_listen;
    bool chosen = !str_empty(options.listen);
    /* Without a word about it: the usual port beside the usual port, else any that is free. */
    bool usual = str_ends(config->server.listen, STR(":54321"));
    if (!chosen) options.listen = usual ? STR("127.0.0.1:54322") : STR("127.0.0.1:0");
    err error = http_server_start(server->arena, server->loops, &options, &server->admin_server);
    if (error && !chosen && usual) {
        options.listen = STR("127.0.0.1:0");
        error = http_server_start(server->arena, server->loops, &options, &server->admin_server);
    }
    if (error) return error;
    str port = str_printf(server->arena, "%d\n", http_server_port(server->admin_server));
    str path = str_printf(server->arena, "%.*s/admin.port", STR_FMT(config->database.dir));
    return file_write(server->arena, path, port, 0600);
}

/* Everything that clients reach. The address may hold a port that the system chose. */
static err mount_all(str address, void *context)
{
    struct server *server = context;
    const struct config *config = server->config;
    str host = str_ends(config->server.listen, STR(":0")) ? address : config->server.listen;
    str external = config->auth.external_url;
    if (str_empty(external)) external = str_printf(server->arena, "http://%.*s", STR_FMT(host));
    TRY(mount_rest(server, server->router));
    TRY(mount_auth(server, server->router, external));
    mount(server, server->router, health_mount(server->arena, &server->admin));
    mount_well_known(server, server->router);
    return mount_public(server, server->router);
}

static err start_api(struct server *server)
{
    const struct config *config = server->config;
    struct gateway_options gateway = {
        .keys = &server->keys,
        .require_key = config->gateway.require_key,
        .loop_count = loops_count(server->loops),
    };
    server->gateway = gateway_new(server->arena, &gateway);
    server->router = http_router_new(server->arena);
    struct http_options options = listener_options(config);
    options.listen = config->server.listen;
    options.router = server->router;
    options.on_bound = mount_all;
    options.bound_context = server;
    if (config->log.requests) options.on_done = log_request;
    TRY(http_server_start(server->arena, server->loops, &options, &server->api));
    server->admin.api = server->api;
    return NULL;
}

/* Life ------------------------------------------------------------------------------------------- */

static void block_signals(sigset_t *signals)
{
    sigemptyset(signals);
    sigaddset(signals, SIGTERM);
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGHUP);
    sigaddset(signals, SIGUSR1); /* engine_failed */
    pthread_sigmask(SIG_BLOCK, signals, NULL);
}

/* True: to begin again, with the database opened anew. */
static bool wait_for_end(struct server *server, const sigset_t *signals)
{
    int signal_number = 0;
    bool failed = false;
    do {
        if (sigwait(signals, &signal_number) != 0) continue;
        if (signal_number == SIGHUP) log_info("SIGHUP: no setting can be reloaded yet");
        failed = signal_number == SIGUSR1 && atomic_load(&server->failed);
    } while (!failed && signal_number != SIGTERM && signal_number != SIGINT);
    log_info("draining", LOG_INT("signal", signal_number));
    return failed;
}

static void stop(struct server *server)
{
    atomic_store(&server->admin.ready, false);
    if (server->engine)
        server->engine->stop_blocking(server->engine,
                                      clock_mono_ms() + (uint64_t)server->config->server.drain_ms);
    if (server->api) {
        size_t cut = http_server_drain(server->api);
        if (cut) log_warn("requests were cut at the end", LOG_INT("count", cut));
    }
    if (server->admin_server) http_server_drain(server->admin_server);
    if (server->control) control_stop(server->control);
    if (server->hashers) workers_stop(server->hashers);
    if (server->compilers) workers_stop(server->compilers);
    /* In this order: requests that outlived the drain still get their completions, on loops that run
     * and from an engine that stands. */
    if (server->engine) server->engine->drain(server->engine);
    for (size_t i = 0; i < server->loops_started; i++)
        loop_call_wait(loops_at(server->loops, i), stop_reader, server);
    if (server->loops) {
        loops_stop(server->loops);
        loops_join(server->loops);
    }
    if (server->engine) server->engine->close(server->engine);
    if (server->gateway) gateway_free(server->gateway);
}

static err start(struct server *server, const struct server_options *options)
{
    TRY(prepare_database(server, options));
    TRY(start_loops(server));
    server->admin.engine = server->engine;
    server->admin.started_ms = clock_mono_ms();
    TRY(start_api(server));
    TRY(start_admin(server));
    TRY(control_start(server->arena, server->config->database.dir, server->engine,
                      &server->control));
    atomic_store(&server->admin.ready, true);
    options->ready(options->context, http_server_address(server->api),
                   http_server_address(server->admin_server));
    return NULL;
}

/* From start to drain, once. config: where ports were left to the system, they are written down. */
static err run_once(struct arena *arena,
                    const struct server_options *options,
                    struct config *config,
                    const sigset_t *signals,
                    bool *again)
{
    struct arena *life = arena_new(0);
    struct server *server = ARENA_NEW(life, struct server);
    server->arena = life;
    server->config = config;
    err error = start(server, options);
    if (!error) *again = wait_for_end(server, signals);
    stop(server);
    if (*again) {
        config->server.listen = str_copy(arena, http_server_address(server->api));
        config->server.admin_listen = str_copy(arena, http_server_address(server->admin_server));
    }
    error = error ? err_copy(arena, error) : NULL;
    arena_free(life);
    return error;
}

err server_run(struct arena *arena, const struct server_options *options)
{
    struct config config = *options->config;
    sigset_t signals;
    bool again;
    err error;
    block_signals(&signals);
    do {
        again = false;
        error = run_once(arena, options, &config, &signals, &again);
        if (again) log_warn("starting again after a failed write to disk");
    } while (again && !error);
    return error;
}
