#include "engine/postgres/watch.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/postgres/catalog_load.h"
#include "engine/postgres/embedded.h"
#include "net/os.h"

enum {
    QUIET_MS = 100,       /* notices that come closer together are one */
    LATEST_MS = 1000,     /* but a stream of them does not put the look off for longer */
    PAUSE_LEAST_MS = 250, /* after a failure; doubles */
    PAUSE_MOST_MS = 10000,
    SELDOM = 12, /* times poll_ms, where an event trigger tells */
};

/* What is to be done; the greater includes the smaller. */
enum need {
    NEED_NOTHING,
    NEED_LOOK,   /* publish when the fingerprint differs */
    NEED_RELOAD, /* publish */
};

struct watch {
    struct engine_pg *engine;
    pthread_t thread;
    int wake; /* eventfd */
    _Atomic bool look;
    _Atomic bool busy; /* a query runs */
    _Atomic bool stopping;

    pthread_mutex_t lock; /* of the five below */
    pthread_cond_t answered;
    uint64_t asked, done; /* reload_wait: the newest ticket, and the newest that was served */
    struct arena *error_arena;
    err error; /* of the newest that was served */
    PGcancel *cancel;

    /* The thread's own. */
    PGconn *conn;
    struct arena *arena;    /* of one turn */
    struct buf fingerprint; /* of the snapshot that is current */
    bool listening, told;   /* told: an event trigger notifies */
    bool down;              /* the last attempt to connect failed */
    enum need need;
    uint64_t due_ms, latest_ms; /* of the need; latest_ms 0: not begun */
    uint64_t poll_due_ms;
    uint64_t pause_ms;
};

static void wake(struct watch *watch)
{
    uint64_t one = 1;
    ssize_t written = write(watch->wake, &one, sizeof one);
    (void)written; /* EAGAIN: it is awake already */
}

/* ---- who waits ---- */

static bool is_asked(struct watch *watch, uint64_t *ticket)
{
    pthread_mutex_lock(&watch->lock);
    bool asked = watch->asked > watch->done;
    *ticket = watch->asked;
    pthread_mutex_unlock(&watch->lock);
    return asked;
}

/* Serves all tickets up to this one; the outcome stays until others are served. */
static void answer(struct watch *watch, uint64_t ticket, err error)
{
    pthread_mutex_lock(&watch->lock);
    if (ticket > watch->done) {
        arena_reset(watch->error_arena);
        watch->error = error ? err_copy(watch->error_arena, error) : NULL;
        watch->done = ticket;
        pthread_cond_broadcast(&watch->answered);
    }
    pthread_mutex_unlock(&watch->lock);
}

/* ---- when ---- */

static void want(struct watch *watch, enum need need, uint64_t wait_ms, uint64_t latest_ms)
{
    uint64_t now = clock_mono_ms();
    if (need > watch->need) watch->need = need;
    if (!watch->latest_ms) watch->latest_ms = now + latest_ms;
    watch->due_ms = now + wait_ms < watch->latest_ms ? now + wait_ms : watch->latest_ms;
}

static void want_nothing(struct watch *watch)
{
    watch->need = NEED_NOTHING;
    watch->latest_ms = 0;
}

static void plan_poll(struct watch *watch)
{
    uint64_t poll_ms = watch->engine->options.poll_ms * (watch->told ? SELDOM : 1);
    watch->poll_due_ms = poll_ms ? clock_mono_ms() + poll_ms : UINT64_MAX;
}

/* The next pause after a failure. */
static uint64_t pause_longer(struct watch *watch)
{
    uint64_t pause = watch->pause_ms ? watch->pause_ms : PAUSE_LEAST_MS;
    watch->pause_ms = pause * 2 < PAUSE_MOST_MS ? pause * 2 : PAUSE_MOST_MS;
    return pause;
}

/* ---- connecting ---- */

static void set_cancel(struct watch *watch, PGcancel *cancel)
{
    pthread_mutex_lock(&watch->lock);
    PGcancel *before = watch->cancel;
    watch->cancel = cancel;
    pthread_mutex_unlock(&watch->lock);
    if (before) PQfreeCancel(before);
}

static void disconnect(struct watch *watch)
{
    set_cancel(watch, NULL);
    PQfinish(watch->conn);
    watch->conn = NULL;
}

static bool can_listen(const struct engine_postgres_options *options)
{
    /* A pooler gives the connection to others after each transaction. */
    return options->pooler != POOLER_TRANSACTION || !str_empty(options->direct_url);
}

void engine_pg_watch_prepare(const struct engine_postgres_options *options,
                             struct arena *arena,
                             PGconn *conn)
{
    PGresult *result;
    const char *super = PQparameterStatus(conn, "is_superuser");
    if (!can_listen(options) || !super || strcmp(super, "on") != 0) return;
    err error = engine_pg_exec(arena, conn, embed_engine_postgres_event_trigger_sql, &result);
    if (error) log_info("the database has no event trigger of ours", LOG_ERR(error));
}

/* Whether the event trigger is there and fires. */
static bool event_trigger(struct watch *watch)
{
    PGresult *found;
    engine_pg_watch_prepare(&watch->engine->options, watch->arena, watch->conn);
    err error = engine_pg_exec(watch->arena, watch->conn,
                               "SELECT FROM pg_catalog.pg_event_trigger WHERE evtname IN "
                               "('dapur_catalog_changed', 'dapur_catalog_dropped') "
                               "AND evtenabled IN ('O', 'A')",
                               &found);
    return !error && PQntuples(found) == 2;
}

static void listen_if_possible(struct watch *watch)
{
    const struct engine_postgres_options *options = &watch->engine->options;
    PGresult *result;
    watch->listening = watch->told = false;
    if (!can_listen(options)) return;
    err error =
        engine_pg_exec(watch->arena, watch->conn, "LISTEN pgrst; LISTEN dapur_catalog", &result);
    if (error) log_info("the database does not notify; it is looked at instead", LOG_ERR(error));
    watch->listening = !error;
    watch->told = watch->listening && event_trigger(watch);
}

static err reconnect(struct watch *watch)
{
    TRY(engine_pg_connect(watch->arena, engine_pg_direct_url(watch->engine),
                          watch->engine->options.connect_ms, &watch->conn));
    set_cancel(watch, PQgetCancel(watch->conn));
    listen_if_possible(watch);
    if (watch->down) engine_pg_outage_end(watch->engine);
    watch->down = false;
    watch->pause_ms = 0;
    plan_poll(watch);
    /* What happened meanwhile was not heard. */
    want(watch, NEED_LOOK, 0, 0);
    return NULL;
}

/* Not yet an outage: the session may have been ended, and the next attempt succeed. */
static void lost(struct watch *watch, err error)
{
    log_debug("the catalog's connection was lost", LOG_ERR(error));
    if (watch->conn) disconnect(watch);
}

static void cannot_reach(struct watch *watch, err error)
{
    if (!watch->down) engine_pg_outage_begin(watch->engine, error);
    watch->down = true;
    if (watch->conn) disconnect(watch);
}

/* ---- looking ---- */

static err load(struct watch *watch, enum need need)
{
    struct engine_pg *engine = watch->engine;
    const struct catalog *catalog;
    str fingerprint;
    /* Before the load: a change between the two is seen at the next look. */
    TRY(engine_pg_catalog_fingerprint(watch->arena, watch->conn, &fingerprint));
    if (need == NEED_LOOK && str_eq(fingerprint, buf_str(&watch->fingerprint))) return NULL;
    uint64_t started_ms = clock_mono_ms(), version = catalog_current_version(&engine->current) + 1;
    TRY(engine_pg_catalog_load(watch->arena, watch->conn, version, &catalog));
    catalog_current_publish(&engine->current, catalog);
    buf_clear(&watch->fingerprint);
    buf_str_add(&watch->fingerprint, fingerprint);
    log_info("the catalog was loaded", LOG_INT("version", version),
             LOG_INT("ms", clock_mono_ms() - started_ms));
    return NULL;
}

/* What is due now, if anything. */
static enum need due(struct watch *watch, uint64_t *ticket)
{
    uint64_t now = clock_mono_ms();
    if (is_asked(watch, ticket)) return NEED_RELOAD;
    if (watch->need && now >= watch->due_ms) return watch->need;
    return now >= watch->poll_due_ms ? NEED_LOOK : NEED_NOTHING;
}

static void act(struct watch *watch)
{
    uint64_t ticket;
    enum need need = due(watch, &ticket);
    if (!need) return;
    if (watch->need > need) need = watch->need;
    want_nothing(watch);
    atomic_store(&watch->busy, true);
    err error = load(watch, need);
    atomic_store(&watch->busy, false);
    atomic_fetch_add(&watch->engine->catalog_looks, 1);
    answer(watch, ticket, error);
    plan_poll(watch);
    if (!error) {
        watch->pause_ms = 0;
    } else if (PQstatus(watch->conn) != CONNECTION_OK) {
        lost(watch, error);
        if (need == NEED_RELOAD) want(watch, need, 0, 0);
    } else if (!atomic_load(&watch->stopping)) {
        log_error("the catalog could not be loaded; the last one stays", LOG_ERR(error));
        want(watch, need, pause_longer(watch), PAUSE_MOST_MS);
    }
}

/* ---- hearing ---- */

static enum need need_of(const PGnotify *notice)
{
    if (strcmp(notice->relname, "dapur_catalog") == 0) return NEED_LOOK;
    /* PostgREST: no payload asks for both; "reload config" has nothing to read here. */
    bool schema = !*notice->extra || strcmp(notice->extra, "reload schema") == 0;
    return schema ? NEED_RELOAD : NEED_NOTHING;
}

static void hear(struct watch *watch)
{
    if (!watch->conn) return;
    for (PGnotify *notice; (notice = PQnotifies(watch->conn)); PQfreemem(notice)) {
        enum need need = need_of(notice);
        if (need) want(watch, need, QUIET_MS, LATEST_MS);
    }
    if (atomic_exchange(&watch->look, false)) want(watch, NEED_LOOK, QUIET_MS, LATEST_MS);
}

static int timeout_of(const struct watch *watch, uint64_t most_ms)
{
    uint64_t now = clock_mono_ms(), until = now + most_ms;
    if (watch->conn && watch->need && watch->due_ms < until) until = watch->due_ms;
    if (watch->conn && watch->poll_due_ms < until) until = watch->poll_due_ms;
    return until > now ? (int)(until - now) : 0;
}

/* Until somebody wakes it, the server says something, or something is due. */
static void rest(struct watch *watch, uint64_t most_ms)
{
    uint64_t count;
    struct pollfd fds[] = {
        {.fd = watch->wake,                              .events = POLLIN},
        {.fd = watch->conn ? PQsocket(watch->conn) : -1, .events = POLLIN},
    };
    if (poll(fds, COUNT_OF(fds), timeout_of(watch, most_ms)) <= 0) return;
    if (fds[0].revents) {
        ssize_t got = read(watch->wake, &count, sizeof count);
        (void)got;
    }
    if (fds[1].revents && !PQconsumeInput(watch->conn))
        lost(watch, engine_pg_connection_error(watch->arena, watch->conn));
}

/* ---- the thread ---- */

/* Without a connection: tries, and pauses after a failure. Whoever waits learns of it at once. */
static void turn_down(struct watch *watch)
{
    uint64_t ticket;
    is_asked(watch, &ticket);
    err error = reconnect(watch);
    if (!error) return;
    cannot_reach(watch, error);
    answer(watch, ticket, error);
    rest(watch, pause_longer(watch));
}

static void *run(void *context)
{
    enum { REST_MOST_MS = 3600 * 1000 };
    struct watch *watch = context;
    os_thread_name("dapur-catalog", 0);
    while (!atomic_load(&watch->stopping)) {
        arena_reset(watch->arena);
        if (!watch->conn) {
            turn_down(watch);
            continue;
        }
        act(watch);
        hear(watch);
        /* A notice may have come with the answer to the last query: `due` is up to date here. */
        if (watch->conn) rest(watch, REST_MOST_MS);
    }
    return NULL;
}

/* ---- life ---- */

static void free_watch(struct watch *watch)
{
    if (watch->conn) disconnect(watch);
    pthread_cond_destroy(&watch->answered);
    pthread_mutex_destroy(&watch->lock);
    buf_deinit(&watch->fingerprint);
    arena_free(watch->error_arena);
    arena_free(watch->arena);
    close(watch->wake);
}

err engine_pg_watch_open(struct engine_pg *engine, struct watch **out)
{
    struct watch *watch = ARENA_NEW(engine->arena, struct watch);
    watch->engine = engine;
    watch->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (watch->wake < 0)
        return err_new(engine->arena, ERR_IO, "cannot make an eventfd: %s", strerror(errno));
    watch->arena = arena_new(0);
    watch->error_arena = arena_new(0);
    watch->poll_due_ms = UINT64_MAX;
    buf_init(&watch->fingerprint, 0);
    buf_str_add(&watch->fingerprint, engine->catalog_fingerprint);
    pthread_mutex_init(&watch->lock, NULL);
    pthread_cond_init(&watch->answered, NULL);
    err error = os_thread_start(engine->arena, &watch->thread, LOOP_STACK_BYTES, run, watch);
    if (error) {
        free_watch(watch);
        return error;
    }
    *out = watch;
    return NULL;
}

void engine_pg_watch_reload(struct watch *watch)
{
    if (!atomic_exchange(&watch->look, true)) wake(watch);
}

err engine_pg_watch_reload_wait(struct watch *watch, struct arena *arena)
{
    pthread_mutex_lock(&watch->lock);
    uint64_t ticket = ++watch->asked;
    wake(watch);
    while (watch->done < ticket) pthread_cond_wait(&watch->answered, &watch->lock);
    err error = watch->error ? err_copy(arena, watch->error) : NULL;
    pthread_mutex_unlock(&watch->lock);
    return error;
}

void engine_pg_watch_close(struct watch *watch)
{
    char why[256];
    atomic_store(&watch->stopping, true);
    wake(watch);
    pthread_mutex_lock(&watch->lock);
    /* The query ends with an error; should it have ended by itself, nothing happens. */
    if (watch->cancel && atomic_load(&watch->busy)) PQcancel(watch->cancel, why, sizeof why);
    pthread_mutex_unlock(&watch->lock);
    pthread_join(watch->thread, NULL);
    free_watch(watch);
}
