/* ops/config.h - settings: one table; a file, the environment and flags set the same keys.
 *
 * Strongest first: flags (--listen, or --set section.key=value), the environment
 * (DAPUR_SECTION_KEY), dapur.conf in the project's folder, the default. An unknown key anywhere is
 * an error that names the nearest known one.
 *
 * Owns:    nothing; texts live in the arena.
 * Threads: built by main, then read by all.
 * Errors:  ERR_CONFIG: unknown, malformed or out of range, with file and line in details.
 */
#ifndef DAPUR_OPS_CONFIG_H
#define DAPUR_OPS_CONFIG_H

#include "base/buf.h"
#include "base/err.h"

struct config {
    str project; /* the folder that holds dapur.conf, migrations/, public/ */
    struct {
        str listen, admin_listen;
        int64_t loops;
        int64_t connections_max, request_line_bytes_max, header_bytes_max, body_bytes_max;
        int64_t idle_ms, header_ms, body_ms, stall_ms, request_ms, drain_ms;
        bool gzip;
        str cors_origins;
        str time_zone;
    } server;
    struct {
        str dir, url, direct_url, pooler;
        int64_t shared_connections, shared_depth, solo_connections, queue_max, wait_ms;
        int64_t connect_ms, fast_us, shared_run_ms, poll_ms;
        int64_t write_run_ms, write_run_service_ms, write_wait_ms, write_queue_max;
        int64_t sql_run_ms, migration_run_ms, disk_free_bytes_min;
        int64_t compile_queue_max;
        int64_t read_run_ms, slow_threads, slow_queue_max, spool_bytes_max, meter_us, mmap_bytes;
    } database;
    struct {
        bool require_key;
    } gateway;
    struct {
        bool auto_rls;
        str content_security_policy;
        str secret;
        bool rate_limits;
    } security;
    struct {
        str schemas;
        int64_t max_rows;
        bool aggregates, safe_update;
    } rest;
    struct {
        str site_url, external_url;
        int64_t jwt_exp_s, password_bytes_min, bcrypt_cost, hash_threads, hash_queue_max;
        bool autoconfirm, disable_signup;
    } auth;
    struct {
        str level;
        bool requests;
    } log;
};

enum config_type { CONFIG_STR, CONFIG_INT, CONFIG_BOOL };
enum config_reload { CONFIG_RESTART, CONFIG_RELOAD };

struct config_key {
    str name; /* "server.listen" */
    enum config_type type;
    size_t offset;
    const char *initial; /* default, as text */
    int64_t least, most; /* CONFIG_INT */
    enum config_reload reload;
    str flag; /* its own flag without "--"; empty: none */
    const char *help;
    /* CONFIG_STR: false when the value can never work. NULL: any text without control characters. */
    bool (*fits)(str value);
    const char *wanted; /* "a HOST:PORT", for the message */
    bool secret;        /* its value, or a part of it, is shown to nobody */
};

/* The table, sorted by name. */
const struct config_key *config_keys(size_t *count);

struct config_flag {
    str name; /* a row's flag, or its "section.key" */
    str value;
};

/* The defaults alone, whatever file and environment say. */
void config_defaults(struct arena *arena, struct config *out);
/* Defaults, then PROJECT/dapur.conf when it is there, then the environment, then flags. */
MUST_USE err config_load(struct arena *arena,
                         str project,
                         const struct config_flag *flags,
                         size_t flag_count,
                         struct config *out);
/* Sets one key from text; place is for the message ("dapur.conf:3", "--listen"). */
MUST_USE err config_set(struct arena *arena, struct config *config, str name, str value, str place);
/* The nearest of the settings' names, or empty. */
str config_suggest(str unknown);
/* The nearest of some names, or empty when none is near. */
str config_nearest(str unknown, const str *names, size_t count);
/* Every key with its present value and help, as a dapur.conf (docs and `dapur help settings`). */
void config_render(const struct config *config, struct buf *out);

#endif
