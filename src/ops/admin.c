#include "ops/admin.h"

#include <stdatomic.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/json.h"
#include "ops/version.h"

static void respond_json(struct http_request *req, int status, str body)
{
    struct http_response response = {
        .status = status, .content_type = STR("application/json"), .body = body};
    http_respond(req, &response);
}

static void live(struct http_request *req, void *context)
{
    (void)context;
    respond_json(req, 200, STR("{\"status\":\"live\"}"));
}

/* Reads go on while the disk is low, so it is told and is not the end of being ready. */
static const char *disk_note(const struct admin *admin)
{
    struct engine_stats stats;
    admin->engine->stats(admin->engine, &stats);
    return stats.disk_low ? ",\"writes\":\"refused: the disk is nearly full\"" : "";
}

static void ready(struct http_request *req, void *context)
{
    const struct admin *admin = context;
    if (atomic_load(&admin->ready))
        respond_json(req, 200,
                     str_printf(req->arena, "{\"status\":\"ready\"%s}", disk_note(admin)));
    else
        respond_json(req, 503, STR("{\"status\":\"not ready\"}"));
}

static void health(struct http_request *req, void *context)
{
    const struct admin *admin = context;
    str body = str_printf(
        req->arena, "{\"name\":\"dapur\",\"version\":\"%s\",\"engine\":\"%s\",\"status\":\"%s\"%s}",
        DAPUR_VERSION, admin->engine->name, atomic_load(&admin->ready) ? "ready" : "not ready",
        disk_note(admin));
    respond_json(req, 200, body);
}

/* Metrics (the text format of Prometheus, 0.0.4) ----------------------------------------------- */

enum { PAGE_BYTES = 4096 };

enum metric_type { METRIC_COUNTER, METRIC_GAUGE };

static void metric(
    struct buf *out, enum metric_type type, const char *name, const char *help, uint64_t value)
{
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n%s ", name, help, name,
               type == METRIC_COUNTER ? "counter" : "gauge", name);
    buf_u64(out, value);
    buf_char(out, '\n');
}

static void http_metrics(struct buf *out, const struct http_server *server)
{
    static struct http_counters zero;
    struct http_counters c = zero;
    http_server_counters(server, &c);
    metric(out, METRIC_COUNTER, "dapur_http_connections_total", "Connections accepted.",
           c.connections_total);
    metric(out, METRIC_COUNTER, "dapur_http_connections_refused_total",
           "Connections over the limit.", c.connections_refused);
    metric(out, METRIC_GAUGE, "dapur_http_connections", "Open connections.", c.connections);
    metric(out, METRIC_GAUGE, "dapur_http_requests_in_flight", "Requests being answered.",
           c.in_flight);
    metric(out, METRIC_COUNTER, "dapur_http_received_bytes_total", "Bytes received.", c.bytes_in);
    metric(out, METRIC_COUNTER, "dapur_http_sent_bytes_total", "Bytes sent.", c.bytes_out);
    metric(out, METRIC_COUNTER, "dapur_http_aborted_total", "Answers whose client had left.",
           c.aborted);
    metric(out, METRIC_COUNTER, "dapur_http_timeouts_total", "Connections cut for being slow.",
           c.timeouts);
    metric(out, METRIC_COUNTER, "dapur_http_malformed_total", "Bytes that were no request.",
           c.malformed);
    buf_lit(out, "# HELP dapur_http_requests_total Requests answered, by status.\n"
                 "# TYPE dapur_http_requests_total counter\n");
    for (size_t status = 100; status < COUNT_OF(c.by_status); status++)
        if (c.by_status[status])
            buf_printf(out, "dapur_http_requests_total{status=\"%zu\"} %llu\n", status,
                       (unsigned long long)c.by_status[status]);
}

static void engine_metrics(struct buf *out, struct engine *engine)
{
    struct engine_stats s;
    engine->stats(engine, &s);
    metric(out, METRIC_COUNTER, "dapur_db_reads_inline_total", "Reads answered on an event loop.",
           s.reads_inline);
    metric(out, METRIC_COUNTER, "dapur_db_reads_slow_total", "Reads answered on the slow lane.",
           s.reads_slow);
    metric(out, METRIC_COUNTER, "dapur_db_interrupts_total",
           "Reads that exceeded the meter and moved.", s.interrupts);
    metric(out, METRIC_COUNTER, "dapur_db_writes_total", "Writes committed.", s.writes);
    metric(out, METRIC_COUNTER, "dapur_db_batches_total", "Commits of the writer.", s.batches);
    metric(out, METRIC_GAUGE, "dapur_db_batch_writes_most", "Most writes that shared a commit.",
           s.batch_rows_most);
    metric(out, METRIC_COUNTER, "dapur_db_replays_total",
           "Batches run again without the request that took them down.", s.replays);
    metric(out, METRIC_GAUGE, "dapur_db_write_queue", "Writes that wait.", s.queue_depth);
    metric(out, METRIC_COUNTER, "dapur_db_stale_plans_total",
           "Plans made anew after a schema change.", s.stale_plans);
    metric(out, METRIC_GAUGE, "dapur_db_wal_bytes", "Length of the write-ahead log.", s.wal_bytes);
    metric(out, METRIC_COUNTER, "dapur_db_checkpoints_total", "Checkpoints.", s.checkpoints);
    metric(out, METRIC_GAUGE, "dapur_db_temp_bytes",
           "In temporary files: results that wait to be sent, sorts.", s.temp_bytes);
    metric(out, METRIC_GAUGE, "dapur_db_disk_free_bytes", "Free on the disk of the data folder.",
           s.disk_free_bytes);
    metric(out, METRIC_GAUGE, "dapur_db_disk_low", "1 while writes are refused for want of disk.",
           s.disk_low);
}

/* The second number of /proc/self/statm, in pages; 0 where there is no such file. */
static uint64_t resident_bytes(void)
{
    char text[128];
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file) return 0;
    size_t len = fread(text, 1, sizeof text, file);
    fclose(file);
    str all, resident;
    uint64_t pages = 0;
    str_cut(str_from(text, len), ' ', &all, &resident);
    str_cut(resident, ' ', &resident, &all);
    return str_to_u64(resident, &pages) ? pages * PAGE_BYTES : 0;
}

static void metrics(struct http_request *req, void *context)
{
    struct admin *admin = context;
    struct buf *out = buf_in(req->arena, 0);
    buf_printf(out,
               "# HELP dapur_info Version of the program.\n# TYPE dapur_info gauge\n"
               "dapur_info{version=\"%s\",engine=\"%s\"} 1\n",
               DAPUR_VERSION, admin->engine->name);
    metric(out, METRIC_GAUGE, "dapur_uptime_seconds", "Since the process is ready.",
           (clock_mono_ms() - admin->started_ms) / 1000);
    metric(out, METRIC_GAUGE, "process_resident_memory_bytes", "Resident memory.",
           resident_bytes());
    http_metrics(out, admin->api);
    engine_metrics(out, admin->engine);
    struct http_response response = {
        .status = 200,
        .content_type = STR("text/plain; version=0.0.4; charset=utf-8"),
        .take = out,
    };
    http_respond(req, &response);
}

/* Relations that the catalog knows, as a tool asks for them. */
static void schema_cache(struct http_request *req, void *context)
{
    struct admin *admin = context;
    const struct catalog *catalog = admin->engine->catalog(admin->engine);
    struct buf *out = buf_in(req->arena, 0);
    buf_printf(out, "{\"version\":%llu,\"relations\":[",
               (unsigned long long)catalog_version(catalog));
    size_t at = 0, written = 0;
    for (const struct cat_relation *r = catalog_relation_next(catalog, &at); r;
         r = catalog_relation_next(catalog, &at)) {
        const struct cat_schema *schema = catalog_schema(catalog, r->schema);
        if (!schema || (r->kind != 'r' && r->kind != 'v' && r->kind != 'm')) continue;
        buf_str_add(out, written++ ? STR(",{\"schema\":") : STR("{\"schema\":"));
        json_write_str(out, schema->name);
        buf_lit(out, ",\"name\":");
        json_write_str(out, r->name);
        buf_printf(out, ",\"kind\":\"%c\",\"columns\":%zu}", r->kind, r->column_count);
    }
    buf_lit(out, "]}");
    struct http_response response = {
        .status = 200, .content_type = STR("application/json"), .take = out};
    http_respond(req, &response);
}

static const struct http_route admin_routes[] = {
    {HTTP_BIT(HTTP_GET), STR_INIT("/health/live"),  false, 0, live,         STR_INIT("health") },
    {HTTP_BIT(HTTP_GET), STR_INIT("/health/ready"), false, 0, ready,        STR_INIT("health") },
    {HTTP_BIT(HTTP_GET), STR_INIT("/metrics"),      false, 0, metrics,      STR_INIT("metrics")},
    {HTTP_BIT(HTTP_GET), STR_INIT("/schema_cache"), false, 0, schema_cache,
     STR_INIT("schema_cache")                                                                  },
};

static const struct http_route health_routes[] = {
    {HTTP_BIT(HTTP_GET), STR_INIT("/"), false, 0, health, STR_INIT("health")},
};

const struct http_mount *admin_mount(struct arena *arena, struct admin *admin)
{
    struct http_mount *mount = ARENA_NEW(arena, struct http_mount);
    *mount = (struct http_mount){
        .routes = admin_routes, .route_count = COUNT_OF(admin_routes), .context = admin};
    return mount;
}

const struct http_mount *health_mount(struct arena *arena, struct admin *admin)
{
    struct http_mount *mount = ARENA_NEW(arena, struct http_mount);
    *mount = (struct http_mount){.prefix = STR("/health"),
                                 .routes = health_routes,
                                 .route_count = COUNT_OF(health_routes),
                                 .context = admin};
    return mount;
}
