#include "http/server.h"

#include <stddef.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "http/server_int.h"

/* One row per limit whose 0 means a default. */
#define SIZE_ROW(field, value)                        \
    {                                                 \
        offsetof(struct http_options, field), (value) \
    }
static const struct {
    size_t offset;
    size_t value;
} size_defaults[] = {
    SIZE_ROW(request_line_bytes_max, 64 * 1024),
    SIZE_ROW(header_bytes_max, 64 * 1024),
    SIZE_ROW(header_count_max, 100),
    SIZE_ROW(body_bytes_max, 1024 * 1024),
    SIZE_ROW(arena_bytes_max, 64 * 1024 * 1024),
    SIZE_ROW(connections_max, 10000),
    SIZE_ROW(pipeline_bytes_max, 64 * 1024),
    SIZE_ROW(output_bytes_max, 256 * 1024),
    SIZE_ROW(gzip_bytes_min, 1024),
};
static const struct {
    size_t offset;
    uint64_t value;
} time_defaults[] = {
    SIZE_ROW(idle_ms, 75000),  SIZE_ROW(header_ms, 15000), SIZE_ROW(body_ms, 30000),
    SIZE_ROW(stall_ms, 30000), SIZE_ROW(linger_ms, 2000),  SIZE_ROW(request_ms, 60000),
    SIZE_ROW(drain_ms, 10000),
};
#undef SIZE_ROW

static void fill_defaults(struct http_options *options)
{
    char *base = (char *)options;
    for (size_t i = 0; i < COUNT_OF(size_defaults); i++) {
        size_t *field = (size_t *)(void *)(base + size_defaults[i].offset);
        if (!*field) *field = size_defaults[i].value;
    }
    for (size_t i = 0; i < COUNT_OF(time_defaults); i++) {
        uint64_t *field = (uint64_t *)(void *)(base + time_defaults[i].offset);
        if (!*field) *field = time_defaults[i].value;
    }
    if (!options->gzip_level) options->gzip_level = 1;
    if (!options->render_error) options->render_error = http_render_error_plain;
}

static void drop_all(struct loop *loop, void *context)
{
    struct http_loop *home = context;
    (void)loop;
    struct http_connection *next;
    for (struct http_connection *connection = home->connections; connection; connection = next) {
        next = connection->next;
        connection_lost(connection, STREAM_CLOSE_PLAIN);
    }
}

static void open_home(struct mail *mail)
{
    struct http_loop *home =
        (struct http_loop *)((char *)mail - offsetof(struct http_loop, open_mail));
    home->stop_hook = (struct loop_hook){.run = drop_all, .context = home};
    loop_hook_add(home->loop, LOOP_STOP, &home->stop_hook);
    sweep_start(home);
}

static void free_home(void *object)
{
    struct http_loop *home = object;
    for (struct http_connection *each = home->connections; each; each = each->next)
        connection_release(each);
    for (size_t i = 0; i < home->input_count; i++) buf_deinit(&home->inputs[i]);
    for (size_t i = 0; i < home->arena_count; i++) arena_free(home->arenas[i]);
    buf_deinit(&home->out);
    gzip_free(home->gzip);
    arena_free(home->arena);
}

static void init_home(struct arena *arena, struct http_server *server, size_t index)
{
    struct http_loop *home = &server->homes[index];
    home->server = server;
    home->loop = loops_at(server->loops, index);
    home->arena = arena_new(0);
    arena_defer(arena, free_home, home);
    pool_init(&home->pool, home->arena, sizeof(struct http_connection));
    home->header_room =
        ARENA_ARRAY(home->arena, struct http_header, server->options.header_count_max);
    home->drop = arena_alloc(home->arena, INPUT_BYTES);
    buf_init(&home->out, 0);
    /* Ids need to differ between runs, not to be secret: without random bytes the clock serves. */
    if (getrandom(&home->id_next, sizeof home->id_next, GRND_NONBLOCK) != sizeof home->id_next)
        home->id_next = (uint64_t)time(NULL) << 24 | index;
    home->open_mail.deliver = open_home;
}

static void free_server(void *object)
{
    struct http_server *server = object;
    pthread_cond_destroy(&server->drained);
    pthread_mutex_destroy(&server->drain_mutex);
}

static void init_waiting(struct arena *arena, struct http_server *server)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&server->drained, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&server->drain_mutex, NULL);
    arena_defer(arena, free_server, server);
}

static err bound(str address, void *context)
{
    const struct http_server *server = context;
    const struct http_options *options = &server->options;
    return options->on_bound ? options->on_bound(address, options->bound_context) : NULL;
}

err http_server_start(struct arena *arena,
                      struct loops *loops,
                      const struct http_options *options,
                      struct http_server **out)
{
    struct http_server *server = ARENA_NEW(arena, struct http_server);
    server->options = *options;
    fill_defaults(&server->options);
    assert(server->options.router);
    server->limits = (struct http_parse_limits){
        .request_line_bytes_max = server->options.request_line_bytes_max,
        .header_bytes_max = server->options.header_bytes_max,
        .header_count_max = server->options.header_count_max,
    };
    if (options->server_name.len)
        server->server_line = str_printf(arena, "Server: %.*s\r\n", STR_FMT(options->server_name));
    server->loops = loops;
    server->loop_count = loops_count(loops);
    server->homes = ARENA_ARRAY(arena, struct http_loop, server->loop_count);
    init_waiting(arena, server);
    for (size_t i = 0; i < server->loop_count; i++) init_home(arena, server, i);
    const struct listener_options listening = {
        .address = options->listen,
        .on_accept = connection_accept,
        .on_bound = bound,
        .context = server,
    };
    TRY(listener_open(arena, loops, &listening, &server->listener));
    for (size_t i = 0; i < server->loop_count; i++)
        mail_send(server->homes[i].loop, &server->homes[i].open_mail);
    *out = server;
    return NULL;
}

int http_server_port(const struct http_server *server)
{
    return listener_port(server->listener);
}

str http_server_address(const struct http_server *server)
{
    return listener_address(server->listener);
}

/* Drain */

static void begin_drain(struct loop *loop, void *context)
{
    struct http_loop *home = context;
    (void)loop;
    home->draining = true;
    struct http_connection *next;
    for (struct http_connection *connection = home->connections; connection; connection = next) {
        next = connection->next;
        /* Shut, not closed: a request that is on its way gets a clean end instead of a reset. */
        if (connection->state != CONNECTION_IDLE || !connection_enter(connection)) continue;
        connection_linger(connection);
        connection_leave(connection);
    }
}

struct cut {
    struct http_loop *home;
    size_t count;
};

static void cut_rest(struct loop *loop, void *context)
{
    struct cut *cut = context;
    for (struct http_connection *each = cut->home->connections; each; each = each->next)
        cut->count += each->state != CONNECTION_DEAD && each->state != CONNECTION_LINGER;
    drop_all(loop, cut->home);
}

static void wait_for_none(struct http_server *server)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    uint64_t ns = (uint64_t)until.tv_nsec + server->options.drain_ms % 1000 * 1000000;
    until.tv_sec += (time_t)(server->options.drain_ms / 1000 + ns / 1000000000);
    until.tv_nsec = (long)(ns % 1000000000);
    int failed = 0;
    pthread_mutex_lock(&server->drain_mutex);
    while (!failed && atomic_load(&server->connections) > 0)
        failed = pthread_cond_timedwait(&server->drained, &server->drain_mutex, &until);
    pthread_mutex_unlock(&server->drain_mutex);
}

size_t http_server_drain(struct http_server *server)
{
    listener_close(server->listener);
    for (size_t i = 0; i < server->loop_count; i++)
        loop_call_wait(server->homes[i].loop, begin_drain, &server->homes[i]);
    wait_for_none(server);
    size_t count = 0;
    for (size_t i = 0; i < server->loop_count; i++) {
        struct cut cut = {.home = &server->homes[i]};
        loop_call_wait(cut.home->loop, cut_rest, &cut);
        count += cut.count;
    }
    return count;
}

/* Counters */

static uint64_t get(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

void http_server_counters(const struct http_server *server, struct http_counters *out)
{
    *out = (struct http_counters){.connections = atomic_load(&server->connections)};
    for (size_t i = 0; i < server->loop_count; i++) {
        const struct http_loop_counters *from = &server->homes[i].counters;
        out->connections_total += get(&from->connections_total);
        out->connections_refused += get(&from->connections_refused);
        out->requests_total += get(&from->requests_total);
        out->bytes_in += get(&from->bytes_in);
        out->bytes_out += get(&from->bytes_out);
        out->aborted += get(&from->aborted);
        out->timeouts += get(&from->timeouts);
        out->malformed += get(&from->malformed);
        out->in_flight += get(&from->in_flight);
        for (size_t status = 100; status < 600; status++) {
            uint64_t count = get(&from->by_status[status]);
            out->by_status[status] += count;
            out->by_class[status / 100] += count;
        }
    }
}
