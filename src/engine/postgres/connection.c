#include "engine/postgres/connection.h"

#include <inttypes.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/clock.h"
#include "base/map.h"
#include "engine/postgres/session.h"
#include "net/descriptor.h"

enum {
    PREPARED_MAX = 256, /* statements of a connection; past it all are dropped at once */
    PREPARED_BYTES_MAX =
        4 * 1024 * 1024,    /* of names and row shapes: each new catalog makes those anew */
    RESULTS_PER_TURN = 512, /* then other connections have their turn */
    /* An answer that libpq keeps whole, bytes on the wire; and the reads of one before they are counted. */
    WHOLE_BYTES_MAX = 1024 * 1024,
    WHOLE_READS_FREE = 8,
    READ_BYTES_LEAST = 8192, /* libpq makes at least that much room before it reads */
    NAME_BYTES = 48,
};

#define DEFAULTS_MARK "given" /* of the setting dapur.defaults */

enum pg_connection_state { CONNECTION_CONNECTING, CONNECTION_READY, CONNECTION_CLOSED };

struct prepared {
    const char *name; /* its key: a hash of what was asked for */
    char server_name[NAME_BYTES];
    bool sent;
    const struct row_shape *shape[2]; /* JSON, text */
    uint64_t shape_version[2];        /* of the catalog that each was made with */
};

struct pg_connection {
    struct engine_pg *engine;
    struct arena *arena;
    struct loop *loop;
    struct workers *workers;
    const struct pg_connection_owner *owner;
    void *context;
    enum pg_connection_state state;
    bool
        busy; /* a worker has it, connecting or cancelling, or another connection that cancels it */
    enum pg_connection_use use;
    bool gave_defaults, has_defaults; /* sent; and there, as the server says */
    bool was_ready;
    bool closing;   /* close as soon as the worker is done */
    bool in_events; /* inside a segment's event: the connection is freed afterwards */
    PGconn *conn;
    struct descriptor *descriptor;
    struct segment *oldest, *newest;
    size_t in_flight;
    uint64_t idle_ns;                /* the last segment's end */
    size_t whole_reads, whole_bytes; /* since libpq last gave a result */
    struct arena *prepared_arena;
    struct map *prepared;
    unsigned generation; /* of prepared names */
    struct job job;
    struct mail again;
    bool again_sent;
    PGcancel *cancel;
    int64_t backend_pid; /* as the server says; 0: not known yet */
    struct segment introducing;
    struct segment cancelling; /* on another connection */
    struct timer cancel_late;
    err error; /* the worker's, in arena */
};

/* ---- life ---- */

static void free_when_unused(struct pg_connection *connection)
{
    if (connection->state != CONNECTION_CLOSED || connection->busy || connection->in_events ||
        connection->again_sent)
        return;
    arena_free(connection->prepared_arena);
    arena_free(connection->arena);
}

static void close_socket(struct pg_connection *connection)
{
    descriptor_close(connection->descriptor);
    connection->descriptor = NULL;
    if (connection->conn) PQfinish(connection->conn);
    connection->conn = NULL;
}

static struct segment *take_oldest(struct pg_connection *connection)
{
    struct segment *segment = connection->oldest;
    connection->oldest = segment->next;
    if (!connection->oldest) connection->newest = NULL;
    connection->in_flight--;
    arena_free(segment->retired);
    segment->retired = NULL;
    return segment;
}

static void lose_segments(struct pg_connection *connection)
{
    while (connection->oldest) {
        struct segment *segment = take_oldest(connection);
        segment->events->lost(segment);
    }
    connection->newest = NULL;
}

static void fail(struct pg_connection *connection, err why)
{
    if (connection->state == CONNECTION_CLOSED) return;
    connection->state = CONNECTION_CLOSED;
    timer_stop(connection->loop, &connection->cancel_late);
    bool nested = connection->in_events;
    connection->in_events = true;
    close_socket(connection); /* PQcancel, which may be under way, has what it needs */
    lose_segments(connection);
    connection->owner->closed(connection, why);
    connection->in_events = nested;
    free_when_unused(connection);
}

void pg_connection_close(struct pg_connection *connection)
{
    bool connecting = connection->busy && connection->state == CONNECTION_CONNECTING;
    connection->closing = true;
    if (connecting) return; /* a worker has it: done() goes on */
    fail(connection, NULL);
}

static void fail_lost(struct pg_connection *connection)
{
    err why = engine_pg_connection_error(connection->arena, connection->conn);
    fail(connection, why);
}

void *pg_connection_context(const struct pg_connection *connection)
{
    return connection->context;
}

bool pg_connection_is_ready(const struct pg_connection *connection)
{
    return connection->state == CONNECTION_READY && !connection->closing;
}

bool pg_connection_has_defaults(const struct pg_connection *connection)
{
    return connection->has_defaults;
}

bool pg_connection_was_ready(const struct pg_connection *connection)
{
    return connection->was_ready;
}

size_t pg_connection_in_flight(const struct pg_connection *connection)
{
    return connection->in_flight;
}

uint64_t pg_connection_idle_ns(const struct pg_connection *connection)
{
    return connection->idle_ns;
}

PGTransactionStatusType pg_connection_transaction(const struct pg_connection *connection)
{
    return connection->conn ? PQtransactionStatus(connection->conn) : PQTRANS_UNKNOWN;
}

/* ---- results ---- */

static void readable(void *context, unsigned events);

static void want(struct pg_connection *connection)
{
    int flushed = PQflush(connection->conn);
    unsigned events = DESCRIPTOR_READABLE;
    if (flushed == 1) events |= DESCRIPTOR_WRITABLE;
    descriptor_want(connection->descriptor, events);
}

static void segment_ended(struct pg_connection *connection)
{
    struct segment *segment = take_oldest(connection);
    segment->events->end(segment);
    connection->idle_ns = clock_mono_ns();
    if (connection->state == CONNECTION_READY) connection->owner->idle(connection);
}

/* libpq takes the wish for single rows only between two queries' results. */
static void begin_query(struct pg_connection *connection)
{
    const struct segment *segment = connection->oldest;
    if (segment && segment->at < segment->sent_count && segment->sent[segment->at].single_rows)
        (void)PQsetSingleRowMode(connection->conn);
}

static struct prepared *prepared_find(const struct pg_connection *connection, const char *name)
{
    return map_find(connection->prepared, str_of(name));
}

static void rename_prepared(struct pg_connection *connection, struct prepared *prepared)
{
    snprintf(prepared->server_name, NAME_BYTES, "%s_%u", prepared->name, connection->generation++);
    prepared->sent = false;
}

static void take_result(struct pg_connection *connection, PGresult *result)
{
    struct segment *segment = connection->oldest;
    ExecStatusType status = PQresultStatus(result);
    bool failed = status == PGRES_FATAL_ERROR || status == PGRES_PIPELINE_ABORTED;
    bool at_sync = segment->at >= segment->sent_count; /* a deferred constraint's error */
    if (at_sync || !segment->sent[segment->at].prepare) {
        segment->events->result(segment, segment->query, result);
        return;
    }
    if (!failed) return;
    struct prepared *prepared = prepared_find(connection, segment->sent[segment->at].name);
    /* A new name: the old one may be another's by now, who was told of its success. */
    if (prepared) rename_prepared(connection, prepared);
    if (status == PGRES_FATAL_ERROR) segment->events->result(segment, segment->query, result);
}

static void query_ended(struct pg_connection *connection)
{
    struct segment *segment = connection->oldest;
    if (!segment || segment->at >= segment->sent_count) return;
    bool prepare = segment->sent[segment->at].prepare;
    segment->at++;
    if (prepare) return;
    segment->events->finished(segment, segment->query++);
}

/* An answer that is not in single rows grows inside libpq until it is whole. It was thought to be small: it is
 * given up when it is not, and runs again alone, as do those beside it. Never too early: what is counted is
 * the least that can have been read. */
static bool grew_too_large(struct pg_connection *connection, int waited)
{
    const struct segment *segment = connection->oldest;
    if (!segment || segment->at >= segment->sent_count || segment->sent[segment->at].single_rows)
        return false;
    int left = 0;
    (void)ioctl(PQsocket(connection->conn), FIONREAD, &left);
    int least = waited < READ_BYTES_LEAST ? waited : READ_BYTES_LEAST;
    int gone = waited - left;
    connection->whole_bytes += (size_t)(gone > least ? gone : least);
    return connection->whole_bytes > WHOLE_BYTES_MAX;
}

static void give_up(struct pg_connection *connection)
{
    for (struct segment *s = connection->oldest; s; s = s->next)
        s->loss = s == connection->oldest ? LOSS_TOO_LARGE : LOSS_BESIDE_ANOTHER;
    fail(connection, NULL);
}

/* What waits in the socket, once an answer has taken so many reads that its size counts. */
static int bytes_waiting(struct pg_connection *connection)
{
    int waiting = 0;
    if (++connection->whole_reads > WHOLE_READS_FREE)
        (void)ioctl(PQsocket(connection->conn), FIONREAD, &waiting);
    return waiting;
}

/* One thing that libpq has: false when there is nothing more for now. */
static bool next_result(struct pg_connection *connection)
{
    if (!connection->oldest || PQisBusy(connection->conn)) return false;
    struct segment *segment = connection->oldest;
    /* A segment that is held open has given all that was sent: libpq would answer NULL for ever. */
    if (segment->at >= segment->sent_count && !segment->synced) return false;
    PGresult *result = PQgetResult(connection->conn);
    connection->whole_reads = connection->whole_bytes = 0;
    if (!result) {
        query_ended(connection);
        if (connection->state == CONNECTION_READY) begin_query(connection);
        return true;
    }
    if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) {
        PQclear(result);
        segment_ended(connection);
        if (connection->state == CONNECTION_READY) begin_query(connection);
        return true;
    }
    take_result(connection, result);
    PQclear(result);
    return true;
}

static void go_on(struct mail *mail)
{
    struct pg_connection *connection =
        (struct pg_connection *)((char *)mail - offsetof(struct pg_connection, again));
    connection->again_sent = false;
    if (connection->state == CONNECTION_READY)
        readable(connection, 0);
    else
        free_when_unused(connection);
}

static void take_results(struct pg_connection *connection)
{
    int turn = 0;
    while (connection->state == CONNECTION_READY && next_result(connection)) {
        if (++turn < RESULTS_PER_TURN) continue;
        if (!connection->again_sent) {
            connection->again_sent = true;
            connection->again.deliver = go_on;
            mail_send(connection->loop, &connection->again);
        }
        return;
    }
}

static void readable(void *context, unsigned events)
{
    struct pg_connection *connection = context;
    if (connection->state != CONNECTION_READY) return;
    int waiting = events & DESCRIPTOR_READABLE ? bytes_waiting(connection) : 0;
    if ((events & DESCRIPTOR_READABLE) && !PQconsumeInput(connection->conn)) {
        /* What came before the end may hold the reason. */
        connection->in_events = true;
        take_results(connection);
        connection->in_events = false;
        if (connection->state == CONNECTION_READY)
            fail_lost(connection);
        else
            free_when_unused(connection);
        return;
    }
    connection->in_events = true;
    take_results(connection);
    connection->in_events = false;
    if (connection->state != CONNECTION_READY) {
        free_when_unused(connection);
        return;
    }
    if (connection->whole_reads > WHOLE_READS_FREE && grew_too_large(connection, waiting)) {
        give_up(connection);
        return;
    }
    /* A server that stops says so outside any query, and libpq notices the end by itself. */
    if (PQstatus(connection->conn) != CONNECTION_OK)
        fail_lost(connection);
    else
        want(connection);
}

/* ---- sending ---- */

void segment_init(struct segment *segment, const struct segment_events *events)
{
    segment->events = events;
    segment->next = NULL;
    segment->sent_count = segment->at = segment->query = 0;
    segment->synced = false;
    segment->retired = NULL;
    segment->loss = LOSS_OF_CONNECTION;
}

static void enqueue(struct pg_connection *connection, struct segment *segment)
{
    if (connection->newest == segment) return;
    if (connection->newest)
        connection->newest->next = segment;
    else
        connection->oldest = segment;
    connection->newest = segment;
    connection->in_flight++;
}

static void note(struct segment *segment, bool prepare, bool single_rows, const char *name)
{
    assert(segment->sent_count < COUNT_OF(segment->sent));
    segment->sent[segment->sent_count].prepare = prepare;
    segment->sent[segment->sent_count].single_rows = single_rows;
    segment->sent[segment->sent_count].name = name;
    segment->sent_count++;
}

static void prepared_renew(struct pg_connection *connection)
{
    connection->prepared_arena = arena_new(0);
    connection->prepared = map_new(connection->prepared_arena);
}

static struct prepared *prepared_of(struct pg_connection *connection, const char *name)
{
    struct prepared *prepared = prepared_find(connection, name);
    if (prepared) return prepared;
    prepared = ARENA_NEW(connection->prepared_arena, struct prepared);
    prepared->name = str_cstr(connection->prepared_arena, str_of(name));
    rename_prepared(connection, prepared);
    map_put(connection->prepared, str_of(prepared->name), prepared);
    return prepared;
}

static bool keeps_too_much(const struct pg_connection *connection)
{
    return map_count(connection->prepared) >= PREPARED_MAX ||
           arena_used(connection->prepared_arena) > PREPARED_BYTES_MAX;
}

/* The server drops all statements, last in a segment: before its own it would take the snapshot that a BEGIN of
 * several reads has to be the first to ask for. Segments on their way may still look at what was kept of
 * them, so that goes with this one. */
static bool drop_prepared(struct pg_connection *connection, struct segment *segment)
{
    if (connection->engine->options.pooler != POOLER_NONE || !keeps_too_much(connection))
        return true;
    segment->retired = connection->prepared_arena;
    prepared_renew(connection);
    note(segment, true, false, "");
    return PQsendQueryParams(connection->conn, "DEALLOCATE ALL", 0, NULL, NULL, NULL, NULL, 0) == 1;
}

static bool send_named(struct pg_connection *connection,
                       struct segment *segment,
                       const struct pg_query *query)
{
    int count = (int)query->count;
    struct prepared *prepared = prepared_of(connection, query->name);
    if (!prepared->sent) {
        if (!PQsendPrepare(connection->conn, prepared->server_name, query->sql, count,
                           query->types))
            return false;
        prepared->sent = true;
        note(segment, true, false, query->name);
    }
    note(segment, false, query->single_rows, query->name);
    return PQsendQueryPrepared(connection->conn, prepared->server_name, count, query->values, NULL,
                               NULL, 0) == 1;
}

static bool send_unnamed(struct pg_connection *connection,
                         struct segment *segment,
                         const struct pg_query *query)
{
    note(segment, false, query->single_rows, NULL);
    return PQsendQueryParams(connection->conn, query->sql, (int)query->count, query->types,
                             query->values, NULL, NULL, 0) == 1;
}

/* The first query of an idle connection: its wish for single rows is due now. */
static void begin_if_first(struct pg_connection *connection, const struct segment *segment)
{
    if (connection->oldest == segment && segment->at + 1 == segment->sent_count)
        begin_query(connection);
}

/* libpq refused to take it, or the connection is gone: the segment is lost either way. */
static bool refused(struct pg_connection *connection, struct segment *segment)
{
    if (connection->state == CONNECTION_READY)
        fail_lost(connection);
    else
        segment->events->lost(segment);
    return false;
}

bool pg_connection_send(struct pg_connection *connection,
                        struct segment *segment,
                        const struct pg_query *query)
{
    if (connection->state != CONNECTION_READY) return refused(connection, segment);
    bool named = query->name && connection->engine->options.pooler == POOLER_NONE;
    enqueue(connection, segment);
    bool sent =
        named ? send_named(connection, segment, query) : send_unnamed(connection, segment, query);
    if (!sent) return refused(connection, segment);
    begin_if_first(connection, segment);
    return true;
}

bool pg_connection_flush(struct pg_connection *connection, struct segment *segment)
{
    if (connection->state != CONNECTION_READY || !PQsendFlushRequest(connection->conn))
        return refused(connection, segment);
    want(connection);
    return true;
}

bool pg_connection_sync(struct pg_connection *connection, struct segment *segment)
{
    if (connection->state != CONNECTION_READY) return refused(connection, segment);
    enqueue(connection, segment);
    segment->synced = true;
    if (!drop_prepared(connection, segment) || !PQpipelineSync(connection->conn))
        return refused(connection, segment);
    want(connection);
    return true;
}

/* ---- prepared statements ---- */

const struct row_shape *pg_connection_shape(struct pg_connection *connection,
                                            const char *name,
                                            const struct catalog *catalog,
                                            const PGresult *result,
                                            int skip,
                                            bool text)
{
    struct prepared *prepared = prepared_of(connection, name);
    const struct row_shape **kept = &prepared->shape[text];
    /* A type keeps its oid when its attributes or labels change: only the catalog knows. */
    uint64_t version = catalog_version(catalog);
    if (*kept && prepared->shape_version[text] == version && row_shape_fits(*kept, result))
        return *kept;
    *kept = row_shape_new(connection->prepared_arena, catalog, result, skip, text);
    prepared->shape_version[text] = version;
    return *kept;
}

void pg_connection_forget(struct pg_connection *connection, const char *name)
{
    if (connection->state != CONNECTION_READY) return;
    struct prepared *prepared = prepared_find(connection, name);
    if (!prepared) return;
    rename_prepared(connection, prepared);
    prepared->shape[0] = prepared->shape[1] = NULL;
}

/* ---- connecting, on a worker ---- */

static struct pg_connection *of_job(struct job *job)
{
    return (struct pg_connection *)((char *)job - offsetof(struct pg_connection, job));
}

static str default_options(const struct pg_connection *connection)
{
    const struct engine_postgres_options *options = &connection->engine->options;
    bool reads = connection->use == CONNECTION_FOR_READS;
    if (options->pooler != POOLER_NONE) return STR("");
    return str_printf(connection->arena,
                      "-c DateStyle=ISO -c IntervalStyle=postgres -c TimeZone=UTC"
                      " -c dapur.defaults=" DEFAULTS_MARK
                      " -c search_path=public,\\ extensions -c statement_timeout=%" PRIu64
                      " -c default_transaction_read_only=%s",
                      reads ? engine_pg_shared_run_ms(connection->engine) : options->read_run_ms,
                      reads ? "on" : "off");
}

/* Whether libpq sent them: a URL may say otherwise. */
static bool took_options(PGconn *conn, str wanted)
{
    PQconninfoOption *options = PQconninfo(conn);
    bool took = false;
    for (const PQconninfoOption *o = options; o && o->keyword; o++)
        if (strcmp(o->keyword, "options") == 0)
            took = o->val && wanted.len > 0 && str_eq(str_of(o->val), wanted);
    if (options) PQconninfoFree(options);
    return took;
}

static void connect_run(struct job *job)
{
    struct pg_connection *connection = of_job(job);
    const struct engine_postgres_options *options = &connection->engine->options;
    str defaults = default_options(connection);
    connection->error = engine_pg_connect_with(connection->arena, options->url, options->connect_ms,
                                               defaults.at, &connection->conn);
    if (connection->error) return;
    connection->gave_defaults = took_options(connection->conn, defaults);
    if (PQsetnonblocking(connection->conn, 1) != 0 || !PQenterPipelineMode(connection->conn))
        connection->error = engine_pg_connection_error(connection->arena, connection->conn);
}

static void introduced(struct segment *segment, size_t query, const PGresult *result)
{
    (void)query;
    struct pg_connection *connection =
        (struct pg_connection *)((char *)segment - offsetof(struct pg_connection, introducing));
    if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) != 1) return;
    if (!str_to_i64(str_of(PQgetvalue(result, 0, 0)), &connection->backend_pid))
        connection->backend_pid = 0;
    connection->has_defaults =
        connection->gave_defaults && strcmp(PQgetvalue(result, 0, 1), DEFAULTS_MARK) == 0;
}

static void ignore_query(struct segment *segment, size_t query)
{
    (void)segment, (void)query;
}

static void ignore_segment(struct segment *segment)
{
    (void)segment;
}

static const struct segment_events introduction_events = {
    .result = introduced, .finished = ignore_query, .end = ignore_segment, .lost = ignore_segment};

/* The number that libpq was told may be a pooler's invention; under the server's own it is cancelled. And what the
 * connection was to begin with, a pooler may have passed over: until the server has it, it is set for each
 * request. False: the connection is closed already. */
static bool introduce(struct pg_connection *connection)
{
    struct pg_query query = {.sql = "SELECT pg_catalog.pg_backend_pid(),"
                                    " pg_catalog.current_setting('dapur.defaults', true)"};
    if (connection->engine->options.pooler != POOLER_NONE) return true;
    segment_init(&connection->introducing, &introduction_events);
    return pg_connection_send(connection, &connection->introducing, &query) &&
           pg_connection_sync(connection, &connection->introducing);
}

static void connect_done(struct job *job)
{
    struct pg_connection *connection = of_job(job);
    connection->busy = false;
    if (!connection->error && !connection->closing)
        connection->error =
            descriptor_open(connection->arena, connection->loop, PQsocket(connection->conn),
                            readable, connection, &connection->descriptor);
    if (connection->error || connection->closing) {
        fail(connection, connection->error);
        return;
    }
    connection->state = CONNECTION_READY;
    descriptor_want(connection->descriptor, DESCRIPTOR_READABLE);
    if (!introduce(connection)) return;
    connection->was_ready = true;
    connection->owner->ready(connection);
}

struct pg_connection *pg_connection_open(struct engine_pg *engine,
                                         struct loop *loop,
                                         struct workers *connectors,
                                         const struct pg_connection_owner *owner,
                                         enum pg_connection_use use,
                                         void *context)
{
    struct arena *arena = arena_new(0);
    struct pg_connection *connection = ARENA_NEW(arena, struct pg_connection);
    *connection = (struct pg_connection){
        .engine = engine,
        .arena = arena,
        .loop = loop,
        .workers = connectors,
        .owner = owner,
        .use = use,
        .context = context,
        .prepared_arena = arena_new(0),
        .job = {.run = connect_run, .done = connect_done},
    };
    connection->prepared = map_new(connection->prepared_arena);
    connection->busy = workers_submit(connectors, &connection->job);
    if (!connection->busy) {
        arena_free(connection->prepared_arena);
        arena_free(arena);
        return NULL;
    }
    return connection;
}

/* ---- cancelling ---- */

static void cancelled(struct pg_connection *connection)
{
    connection->busy = false;
    if (connection->state == CONNECTION_CLOSED)
        free_when_unused(connection);
    else
        fail(connection, NULL);
}

static void cancel_late(struct timer *timer)
{
    struct pg_connection *connection =
        (struct pg_connection *)((char *)timer - offsetof(struct pg_connection, cancel_late));
    fail(connection, NULL);
}

static void cancel_run(struct job *job)
{
    struct pg_connection *connection = of_job(job);
    char message[256];
    if (connection->cancel) (void)PQcancel(connection->cancel, message, sizeof message);
}

static void cancel_done(struct job *job)
{
    struct pg_connection *connection = of_job(job);
    if (connection->cancel) PQfreeCancel(connection->cancel);
    connection->cancel = NULL;
    cancelled(connection);
}

static void cancel_by_worker(struct pg_connection *connection)
{
    connection->cancel = PQgetCancel(connection->conn);
    connection->job = (struct job){.run = cancel_run, .done = cancel_done};
    connection->busy = workers_submit(connection->engine->cancellers, &connection->job);
    if (connection->busy) return;
    if (connection->cancel) PQfreeCancel(connection->cancel);
    connection->cancel = NULL;
    fail(connection, NULL);
}

static void cancel_result(struct segment *segment, size_t query, const PGresult *result)
{
    (void)segment, (void)query, (void)result; /* the connection is closed whatever it says */
}

static void cancel_ended(struct segment *segment)
{
    cancelled(
        (struct pg_connection *)((char *)segment - offsetof(struct pg_connection, cancelling)));
}

static const struct segment_events cancel_events = {
    .result = cancel_result, .finished = ignore_query, .end = cancel_ended, .lost = cancel_ended};

/* As the login, who may: the sessions are all its own. */
static void cancel_beside(struct pg_connection *connection, struct pg_connection *beside)
{
    char pid[24];
    const char *values[] = {pid};
    snprintf(pid, sizeof pid, "%" PRId64, connection->backend_pid);
    connection->busy = true;
    segment_init(&connection->cancelling, &cancel_events);
    struct pg_query query = {.sql = "SELECT pg_catalog.pg_cancel_backend($1::pg_catalog.int4)",
                             .name = "cancel",
                             .values = values,
                             .count = 1};
    bool sent = pg_connection_send(beside, &connection->cancelling, &query) &&
                pg_connection_sync(beside, &connection->cancelling);
    (void)sent; /* false: cancel_ended has been called, and the connection may be gone */
}

void pg_connection_cancel(struct pg_connection *connection, struct pg_connection *beside)
{
    if (connection->state != CONNECTION_READY || connection->busy) return;
    connection->closing = true;
    timer_start(connection->loop, &connection->cancel_late, PG_CANCEL_MS, 0, cancel_late);
    if (beside && connection->backend_pid)
        cancel_beside(connection, beside);
    else
        cancel_by_worker(connection);
}
