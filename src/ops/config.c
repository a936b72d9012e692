#include "ops/config.h"

#include <assert.h>
#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/map.h"
#include "ops/config_value.h"
#include "ops/files.h"

#define STR_ROW(name_, field_, initial_, flag_, help_)                                          \
    {                                                                                           \
        .name = STR_INIT(name_), .type = CONFIG_STR, .offset = offsetof(struct config, field_), \
        .initial = initial_, .flag = STR_INIT(flag_), .help = help_                             \
    }
#define CHECKED_ROW(name_, field_, initial_, flag_, fits_, wanted_, help_)                      \
    {                                                                                           \
        .name = STR_INIT(name_), .type = CONFIG_STR, .offset = offsetof(struct config, field_), \
        .initial = initial_, .flag = STR_INIT(flag_), .help = help_, .fits = fits_,             \
        .wanted = wanted_                                                                       \
    }
#define SECRET_ROW(name_, field_, flag_, fits_, wanted_, help_)                                  \
    {                                                                                            \
        .name = STR_INIT(name_), .type = CONFIG_STR, .offset = offsetof(struct config, field_),  \
        .initial = "", .flag = STR_INIT(flag_), .help = help_, .fits = fits_, .wanted = wanted_, \
        .secret = true                                                                           \
    }
#define INT_ROW(name_, field_, initial_, least_, most_, help_)                                   \
    {                                                                                            \
        .name = STR_INIT(name_), .type = CONFIG_INT, .offset = offsetof(struct config, field_),  \
        .initial = initial_, .least = least_, .most = most_, .flag = STR_INIT(""), .help = help_ \
    }
#define BOOL_ROW(name_, field_, initial_, help_)                                                 \
    {                                                                                            \
        .name = STR_INIT(name_), .type = CONFIG_BOOL, .offset = offsetof(struct config, field_), \
        .initial = initial_, .flag = STR_INIT(""), .help = help_                                 \
    }

enum {
    DAY_MS = 86400000,
    GIB = 1 << 30,
    LINE_BYTES_MAX = 198, /* INI_MAX_LINE of Debian's inih, without newline and NUL */
    FILE_BYTES_MAX = 1024 * 1024,
};

/* Sorted by name; tests/unit/ops/config_test.c walks it. */
static const struct config_key keys[] = {
    BOOL_ROW("auth.autoconfirm",
             auth.autoconfirm,
             "true",
             "new addresses need no confirmation; on while no mail server is configured"),
    INT_ROW("auth.bcrypt_cost", auth.bcrypt_cost, "10", 4, 15, "work factor of password hashes"),
    BOOL_ROW(
        "auth.disable_signup", auth.disable_signup, "false", "only administrators create users"),
    CHECKED_ROW("auth.external_url",
                auth.external_url,
                "",
                "",
                config_fits_url_or_none,
                "an http:// or https:// address",
                "the address that clients see, in tokens and links; empty: the listening address"),
    INT_ROW("auth.hash_queue_max",
            auth.hash_queue_max,
            "64",
            1,
            100000,
            "password hashes that may wait; then 429"),
    INT_ROW("auth.hash_threads", auth.hash_threads, "2", 1, 64, "threads that hash passwords"),
    INT_ROW(
        "auth.jwt_exp_s", auth.jwt_exp_s, "3600", 60, 604800, "life of an access token, seconds"),
    INT_ROW(
        "auth.password_bytes_min", auth.password_bytes_min, "8", 6, 72, "shortest password, bytes"),
    CHECKED_ROW("auth.site_url",
                auth.site_url,
                "http://127.0.0.1:54321",
                "",
                config_fits_site,
                "an address such as https://shop.example",
                "where links in mails lead"),
    INT_ROW("database.compile_queue_max",
            database.compile_queue_max,
            "64",
            1,
            100000,
            "large statements that may wait to be compiled; then 503"),
    INT_ROW("database.connect_ms",
            database.connect_ms,
            "5000",
            1,
            DAY_MS,
            "PostgreSQL: longest connecting, milliseconds"),
    STR_ROW("database.dir", database.dir, "", "data", "data folder; empty: PROJECT/data"),
    SECRET_ROW("database.direct_url",
               database.direct_url,
               "",
               config_fits_database,
               "postgres://... or empty",
               "PostgreSQL: past a pooler, for migrations and notifications; empty: database.url"),
    INT_ROW("database.disk_free_bytes_min",
            database.disk_free_bytes_min,
            "67108864",
            0,
            INT64_C(1) << 44,
            "with less free disk writes of the API are 503 and reads go on; 0: never"),
    INT_ROW(
        "database.fast_us",
        database.fast_us,
        "2000",
        0,
        1000000,
        "PostgreSQL: a read that stays under it shares a connection, microseconds; 0: none does"),
    INT_ROW("database.meter_us",
            database.meter_us,
            "1000",
            50,
            1000000,
            "longest read on an event loop, microseconds; a longer one moves to the slow lane"),
    INT_ROW("database.migration_run_ms",
            database.migration_run_ms,
            "600000",
            0,
            DAY_MS,
            "longest migration or seed as a whole (PostgreSQL: statement of one), milliseconds; 0: "
            "no limit"),
    INT_ROW("database.mmap_bytes",
            database.mmap_bytes,
            "268435456",
            0,
            INT64_C(1) << 40,
            "memory map of the database file; 0 on network file systems"),
    INT_ROW(
        "database.poll_ms",
        database.poll_ms,
        "5000",
        100,
        DAY_MS,
        "PostgreSQL: between looks at the catalog where nothing tells of changes, milliseconds"),
    CHECKED_ROW("database.pooler",
                database.pooler,
                "none",
                "",
                config_fits_pooler,
                "none or transaction",
                "PostgreSQL: transaction behind PgBouncer in that mode, else none"),
    INT_ROW("database.queue_max",
            database.queue_max,
            "1024",
            1,
            1000000,
            "PostgreSQL: requests of a loop that may wait for a connection; then 503"),
    INT_ROW("database.read_run_ms",
            database.read_run_ms,
            "30000",
            1,
            DAY_MS,
            "longest read, milliseconds"),
    INT_ROW("database.shared_connections",
            database.shared_connections,
            "2",
            0,
            1000,
            "PostgreSQL: connections of a loop that fast reads share"),
    INT_ROW("database.shared_depth",
            database.shared_depth,
            "8",
            1,
            1000,
            "PostgreSQL: requests in flight on each of these"),
    INT_ROW("database.shared_run_ms",
            database.shared_run_ms,
            "200",
            1,
            DAY_MS,
            "PostgreSQL: longest read on these, milliseconds; a longer one runs again alone"),
    INT_ROW("database.slow_queue_max",
            database.slow_queue_max,
            "256",
            1,
            100000,
            "slow reads that may wait, per class; then 503"),
    INT_ROW("database.slow_threads",
            database.slow_threads,
            "2",
            1,
            64,
            "threads for slow reads, per class"),
    INT_ROW("database.solo_connections",
            database.solo_connections,
            "8",
            1,
            1000,
            "PostgreSQL: connections of a loop that one request has alone"),
    INT_ROW("database.spool_bytes_max",
            database.spool_bytes_max,
            "4294967296",
            1048576,
            INT64_C(1) << 44,
            "disk for results that wait to be sent, and for large sorts; then 507"),
    INT_ROW("database.sql_run_ms",
            database.sql_run_ms,
            "60000",
            0,
            DAY_MS,
            "longest statement of dapur sql, milliseconds; 0: no limit"),
    SECRET_ROW("database.url",
               database.url,
               "db",
               config_fits_database,
               "postgres://... or empty",
               "postgres://... ; empty: the embedded database"),
    INT_ROW("database.wait_ms",
            database.wait_ms,
            "5000",
            1,
            DAY_MS,
            "PostgreSQL: longest wait of a request for a connection, milliseconds; then 503"),
    INT_ROW("database.write_queue_max",
            database.write_queue_max,
            "4096",
            1,
            1000000,
            "writes that may wait; then 503"),
    INT_ROW("database.write_run_ms",
            database.write_run_ms,
            "0",
            0,
            DAY_MS,
            "longest write of API roles, milliseconds; 0: 250, on PostgreSQL 10000"),
    INT_ROW("database.write_run_service_ms",
            database.write_run_service_ms,
            "0",
            0,
            DAY_MS,
            "longest write of service_role, milliseconds; 0: 10000, on PostgreSQL 60000"),
    INT_ROW("database.write_wait_ms",
            database.write_wait_ms,
            "5000",
            1,
            DAY_MS,
            "longest wait of a write for its turn, milliseconds; then 503"),
    BOOL_ROW("gateway.require_key",
             gateway.require_key,
             "true",
             "a request without an apikey is 401; off: it is anon"),
    CHECKED_ROW("log.level",
                log.level,
                "info",
                "",
                config_fits_level,
                "debug, info, warn or error",
                "debug, info, warn or error"),
    BOOL_ROW("log.requests", log.requests, "true", "one line for each request"),
    BOOL_ROW(
        "rest.aggregates", rest.aggregates, "false", "allow sum(), avg() and the like in select"),
    INT_ROW("rest.max_rows",
            rest.max_rows,
            "1000",
            0,
            INT64_MAX,
            "most rows of a read, embeds included; 0: no limit"),
    BOOL_ROW(
        "rest.safe_update", rest.safe_update, "true", "refuse PATCH and DELETE without a filter"),
    CHECKED_ROW("rest.schemas",
                rest.schemas,
                "public, graphql_public",
                "",
                config_fits_names,
                "a list of schema names",
                "schemas that the API shows; the first is the default"),
    BOOL_ROW("security.auto_rls",
             security.auto_rls,
             "true",
             "row-level security on new tables of exposed schemas"),
    STR_ROW("security.content_security_policy",
            security.content_security_policy,
            "",
            "",
            "header on pages; empty: same origin alone"),
    BOOL_ROW("security.rate_limits",
             security.rate_limits,
             "true",
             "limits on guessing at the auth endpoints"),
    SECRET_ROW("security.secret",
               security.secret,
               "",
               config_fits_secret,
               "16 bytes or more",
               "seals the keys in a PostgreSQL database, the same on every node; empty: "
               "DATA/secret, made at the first start"),
    CHECKED_ROW("server.admin_listen",
                server.admin_listen,
                "",
                "admin",
                config_fits_address_or_none,
                "HOST:PORT",
                "HOST:PORT of health and metrics; empty: 127.0.0.1:54322 or a free port"),
    INT_ROW("server.body_bytes_max",
            server.body_bytes_max,
            "10485760",
            1024,
            GIB,
            "largest request body"),
    INT_ROW("server.body_ms",
            server.body_ms,
            "30000",
            10,
            DAY_MS,
            "longest pause inside a request body"),
    INT_ROW("server.connections_max",
            server.connections_max,
            "10000",
            1,
            1000000,
            "open connections; then 503"),
    CHECKED_ROW("server.cors_origins",
                server.cors_origins,
                "",
                "",
                config_fits_origins,
                "origins such as https://shop.example, separated by commas, or empty",
                "origins that browsers may call from, comma separated; empty: any"),
    INT_ROW("server.drain_ms",
            server.drain_ms,
            "10000",
            0,
            DAY_MS,
            "wait for running requests at the end"),
    BOOL_ROW("server.gzip", server.gzip, "true", "compress answers when the client asks"),
    INT_ROW("server.header_bytes_max",
            server.header_bytes_max,
            "65536",
            1024,
            GIB,
            "all headers together; then 431"),
    INT_ROW("server.header_ms",
            server.header_ms,
            "15000",
            10,
            DAY_MS,
            "time for the head of a request; then 408"),
    INT_ROW("server.idle_ms",
            server.idle_ms,
            "75000",
            10,
            DAY_MS,
            "time between requests of a connection"),
    CHECKED_ROW("server.listen",
                server.listen,
                "127.0.0.1:54321",
                "listen",
                config_fits_address,
                "HOST:PORT",
                "HOST:PORT of the API; port 0 picks one"),
    INT_ROW("server.loops", server.loops, "0", 0, 256, "event loops; 0: one per core"),
    INT_ROW("server.request_line_bytes_max",
            server.request_line_bytes_max,
            "65536",
            1024,
            GIB,
            "longest request line; then 414"),
    INT_ROW("server.request_ms",
            server.request_ms,
            "60000",
            10,
            DAY_MS,
            "nobody waits longer for an answer"),
    INT_ROW("server.stall_ms",
            server.stall_ms,
            "10000",
            10,
            DAY_MS,
            "a client that reads nothing of its answer is cut after this"),
    CHECKED_ROW("server.time_zone",
                server.time_zone,
                "",
                "",
                config_fits_zone,
                "a time zone such as Asia/Jakarta",
                "session time zone; empty: UTC"),
};

const struct config_key *config_keys(size_t *count)
{
    *count = COUNT_OF(keys);
    return keys;
}

static const struct config_key *find(str name)
{
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        bool by_flag = !str_empty(keys[i].flag) && str_eq(keys[i].flag, name);
        if (by_flag || str_eq(keys[i].name, name)) return &keys[i];
    }
    return NULL;
}

/* Suggestions ------------------------------------------------------------------------------------ */

enum { NAME_MAX_LEN = 64 };

/* Levenshtein's distance over names of at most NAME_MAX_LEN bytes. */
static size_t distance(str a, str b)
{
    size_t row[NAME_MAX_LEN + 1];
    if (a.len > NAME_MAX_LEN || b.len > NAME_MAX_LEN) return SIZE_MAX;
    for (size_t k = 0; k <= b.len; k++) row[k] = k;
    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t k = 1; k <= b.len; k++) {
            size_t above = row[k];
            size_t best = diagonal + (a.at[i - 1] != b.at[k - 1]);
            if (above + 1 < best) best = above + 1;
            if (row[k - 1] + 1 < best) best = row[k - 1] + 1;
            row[k] = best;
            diagonal = above;
        }
    }
    return row[b.len];
}

str config_nearest(str unknown, const str *names, size_t count)
{
    size_t best = SIZE_MAX;
    str nearest = STR_NONE;
    for (size_t i = 0; i < count; i++) {
        size_t d = distance(unknown, names[i]);
        if (d >= best) continue;
        best = d;
        nearest = names[i];
    }
    /* A third of the word at most: "zz" is not "db" mistyped. */
    return best <= unknown.len / 3 + 1 ? nearest : STR_NONE;
}

str config_suggest(str unknown)
{
    size_t best = SIZE_MAX;
    str nearest = STR_NONE;
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        size_t d = distance(unknown, keys[i].name);
        if (!str_empty(keys[i].flag)) {
            size_t by_flag = distance(unknown, keys[i].flag);
            if (by_flag < d) d = by_flag;
        }
        if (d >= best) continue;
        best = d;
        nearest = keys[i].name;
    }
    return best <= unknown.len / 2 + 1 ? nearest : STR_NONE;
}

/* Setting ---------------------------------------------------------------------------------------- */

static bool parse_bool(str text, bool *out)
{
    static const str yes[] = {STR_INIT("true"), STR_INIT("on"), STR_INIT("yes"), STR_INIT("1")};
    static const str no[] = {STR_INIT("false"), STR_INIT("off"), STR_INIT("no"), STR_INIT("0")};
    for (size_t i = 0; i < COUNT_OF(yes); i++) {
        if (str_eq_nocase(text, yes[i])) return *out = true, true;
        if (str_eq_nocase(text, no[i])) return *out = false, true;
    }
    return false;
}

static err malformed(
    struct arena *arena, const struct config_key *key, str value, str place, const char *want)
{
    struct err *error;
    if (key->secret)
        error = err_new(arena, ERR_CONFIG, "setting \"%.*s\" must be %s", STR_FMT(key->name), want);
    else
        error = err_new(arena, ERR_CONFIG, "setting \"%.*s\" must be %s, not \"%.*s\"",
                        STR_FMT(key->name), want, STR_FMT(value));
    return err_details(arena, error, "Set in %.*s.", STR_FMT(place));
}

static err set_key(
    struct arena *arena, struct config *config, const struct config_key *key, str value, str place)
{
    char *field = (char *)config + key->offset;
    switch (key->type) {
    case CONFIG_STR:
        if (!config_is_printable(value))
            return malformed(arena, key, STR("..."), place, "text without control characters");
        if (key->fits && !key->fits(value)) return malformed(arena, key, value, place, key->wanted);
        *(str *)(void *)field = str_copy(arena, value);
        return NULL;
    case CONFIG_BOOL:
        if (parse_bool(value, (bool *)field)) return NULL;
        return malformed(arena, key, value, place, "true or false");
    case CONFIG_INT: {
        int64_t number;
        if (str_to_i64(value, &number) && number >= key->least && number <= key->most) {
            *(int64_t *)(void *)field = number;
            return NULL;
        }
        str want = str_printf(arena, "a whole number from %lld to %lld", (long long)key->least,
                              (long long)key->most);
        return malformed(arena, key, value, place, want.at);
    }
    }
    return NULL;
}

err config_set(struct arena *arena, struct config *config, str name, str value, str place)
{
    const struct config_key *key = find(name);
    if (key) return set_key(arena, config, key, value, place);
    struct err *error = err_new(arena, ERR_CONFIG, "unknown setting \"%.*s\"", STR_FMT(name));
    error = err_details(arena, error, "Set in %.*s.", STR_FMT(place));
    str nearest = config_suggest(name);
    if (!str_empty(nearest))
        error = err_hint(arena, error, "Perhaps you meant \"%.*s\".", STR_FMT(nearest));
    return error;
}

/* Sources ---------------------------------------------------------------------------------------- */

struct file_reader {
    struct arena *arena;
    struct config *config;
    struct map *seen;        /* keys of earlier lines */
    str bad_name, bad_value; /* the first line that was refused */
    bool repeated;           /* ...because its key was set before */
};

static int file_line(void *context, const char *section, const char *name, const char *value)
{
    struct file_reader *reader = context;
    if (!str_empty(reader->bad_name)) return 1;
    str key = str_printf(reader->arena, "%s.%s", section, name);
    /* inih takes an indented line for more of the value above: it comes with the same key. */
    reader->repeated = map_put(reader->seen, key, reader) != NULL;
    bool fine = !reader->repeated &&
                !config_set(reader->arena, reader->config, key, str_of(value), STR("dapur.conf"));
    if (fine) return 1;
    reader->bad_name = key;
    reader->bad_value = str_copy(reader->arena, str_of(value));
    return 0; /* ini_parse answers the number of this line */
}

/* inih cuts longer lines in two without a word. 0: every line fits. */
static int line_too_long(str text)
{
    int number = 0;
    while (!str_empty(text)) {
        str line;
        str_cut(text, '\n', &line, &text);
        number++;
        if (line.len > LINE_BYTES_MAX) return number;
    }
    return 0;
}

static err load_file(struct arena *arena, struct config *config)
{
    str text, path = str_printf(arena, "%.*s/dapur.conf", STR_FMT(config->project));
    if (access(path.at, F_OK) != 0) return NULL;
    TRY(file_read(arena, path, FILE_BYTES_MAX, &text));
    int line = line_too_long(text);
    if (line)
        return err_new(arena, ERR_CONFIG, "dapur.conf, line %d, has over %d bytes", line,
                       LINE_BYTES_MAX);
    struct file_reader reader = {.arena = arena, .config = config, .seen = map_new(arena)};
    line = ini_parse_string(str_cstr(arena, text), file_line, &reader);
    str place = str_printf(arena, "dapur.conf, line %d", line);
    if (reader.repeated)
        return err_hint(arena,
                        err_new(arena, ERR_CONFIG, "%.*s: setting \"%.*s\" is set already",
                                STR_FMT(place), STR_FMT(reader.bad_name)),
                        "A setting is one line; an indented line would be more of the one above.");
    if (!str_empty(reader.bad_name))
        return config_set(arena, config, reader.bad_name, reader.bad_value, place);
    if (line == 0) return NULL;
    if (line < 0) return err_new(arena, ERR_CONFIG, "cannot read dapur.conf");
    return err_new(arena, ERR_CONFIG, "%.*s, is neither a section nor key = value", STR_FMT(place));
}

static str environment_name(struct arena *arena, str key)
{
    char *name = arena_alloc(arena, key.len + sizeof "DAPUR_");
    memcpy(name, "DAPUR_", 6);
    for (size_t i = 0; i < key.len; i++) {
        char c = key.at[i];
        name[6 + i] = c == '.' ? '_' : c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    return str_from(name, key.len + 6);
}

static err load_environment(struct arena *arena, struct config *config)
{
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        str name = environment_name(arena, keys[i].name);
        const char *value = getenv(name.at);
        if (value) TRY(set_key(arena, config, &keys[i], str_of(value), name));
    }
    return NULL;
}

static bool is_known_variable(struct arena *arena, str variable)
{
    for (size_t i = 0; i < COUNT_OF(keys); i++)
        if (str_eq(environment_name(arena, keys[i].name), variable)) return true;
    return false;
}

/* "DAPUR_REST_": a variable that begins so means a setting; DAPUR_HOME and the like are not ours. */
static bool is_of_a_section(struct arena *arena, str variable)
{
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        str section, rest;
        str_cut(keys[i].name, '.', &section, &rest);
        str start = environment_name(arena, str_printf(arena, "%.*s.", STR_FMT(section)));
        if (str_starts(variable, start)) return true;
    }
    return false;
}

static err unknown_variable(struct arena *arena, str variable)
{
    str names[COUNT_OF(keys)];
    for (size_t i = 0; i < COUNT_OF(keys); i++) names[i] = environment_name(arena, keys[i].name);
    str nearest = config_nearest(variable, names, COUNT_OF(names));
    struct err *error =
        err_new(arena, ERR_CONFIG, "the environment variable %.*s sets nothing", STR_FMT(variable));
    if (!str_empty(nearest))
        return err_hint(arena, error, "Perhaps you meant %.*s.", STR_FMT(nearest));
    return err_hint(arena, error, "\"dapur help settings\" lists the settings.");
}

static err check_environment(struct arena *arena)
{
    for (char **each = environ; *each; each++) {
        str variable, value;
        str_cut(str_of(*each), '=', &variable, &value);
        if (!str_starts(variable, STR("DAPUR_"))) continue;
        if (is_of_a_section(arena, variable) && !is_known_variable(arena, variable))
            return unknown_variable(arena, variable);
    }
    return NULL;
}

void config_defaults(struct arena *arena, struct config *out)
{
    *out = (struct config){0};
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        err error = set_key(arena, out, &keys[i], str_of(keys[i].initial), STR("the defaults"));
        assert(!error);
    }
}

static err check_project(struct arena *arena, str project)
{
    struct stat found;
    if (stat(str_cstr(arena, project), &found) != 0)
        return err_new(arena, ERR_CONFIG, "cannot read folder \"%.*s\": %s", STR_FMT(project),
                       strerror(errno));
    if (S_ISDIR(found.st_mode)) return NULL;
    return err_new(arena, ERR_CONFIG, "\"%.*s\" is not a folder", STR_FMT(project));
}

err config_load(struct arena *arena,
                str project,
                const struct config_flag *flags,
                size_t flag_count,
                struct config *out)
{
    config_defaults(arena, out);
    out->project = str_copy(arena, project);
    TRY(check_project(arena, project));
    TRY(load_file(arena, out));
    TRY(load_environment(arena, out));
    TRY(check_environment(arena));
    for (size_t i = 0; i < flag_count; i++) {
        str place = str_printf(arena, "--%.*s", STR_FMT(flags[i].name));
        TRY(config_set(arena, out, flags[i].name, flags[i].value, place));
    }
    if (str_empty(out->database.dir))
        out->database.dir = str_printf(arena, "%.*s/data", STR_FMT(out->project));
    return NULL;
}

static void render_value(const struct config *config, const struct config_key *key, struct buf *out)
{
    const char *field = (const char *)config + key->offset;
    switch (key->type) {
    case CONFIG_STR: {
        str value = *(const str *)(const void *)field;
        buf_str_add(out, key->secret && !str_empty(value) ? STR("(set)") : value);
        break;
    }
    case CONFIG_INT: buf_i64(out, *(const int64_t *)(const void *)field); break;
    case CONFIG_BOOL: buf_str_add(out, *(const bool *)field ? STR("true") : STR("false")); break;
    }
}

void config_render(const struct config *config, struct buf *out)
{
    str section = STR_NONE;
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        str head, name;
        str_cut(keys[i].name, '.', &head, &name);
        if (!str_eq(head, section)) buf_printf(out, "%s[%.*s]\n", i ? "\n" : "", STR_FMT(head));
        section = head;
        buf_printf(out, "; %s\n%.*s = ", keys[i].help, STR_FMT(name));
        render_value(config, &keys[i], out);
        buf_char(out, '\n');
    }
}
