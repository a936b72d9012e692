#include "engine/postgres/lane.h"

#include <string.h>

enum { BACKOFF_FIRST_MS = 100, BACKOFF_LAST_MS = 5000, SWEEP_MS = 50 };

struct slot {
    struct lane *lane;
    struct pg_connection *connection; /* NULL: none */
    enum lane_kind kind;
    bool taken; /* solo: a request has it */
};

struct queue {
    struct lane_waiter *oldest, *newest;
};

struct lane {
    struct engine_pg *engine;
    struct loop *loop;
    struct arena *arena;
    const struct catalog *catalog;
    struct slot *slots; /* the shared ones first */
    size_t slot_count;
    struct queue waiting[2]; /* by kind */
    size_t waiting_count;
    size_t connecting;
    bool down; /* the last attempt failed */
    bool closing;
    uint64_t backoff_ms;
    struct arena *rows;
    struct settings_text settings[LANE_SETTINGS_MAX + 1];
    struct timer retry;
    struct timer sweep;
};

struct loop *lane_loop(const struct lane *lane)
{
    return lane->loop;
}

const struct catalog *lane_catalog(struct lane *lane)
{
    (void)catalog_current_follow(&lane->engine->current, &lane->catalog);
    return lane->catalog;
}

bool lane_is_down(const struct lane *lane)
{
    return lane->down;
}

struct arena *lane_row_arena(struct lane *lane)
{
    return lane->rows;
}

static const char *settings_sql(struct arena *arena, size_t pairs)
{
    struct buf *sql = buf_in(arena, 0);
    buf_lit(sql, "SELECT ");
    for (size_t i = 0; i < pairs; i++)
        buf_printf(sql, "%sset_config($%zu,$%zu,true)", i ? "," : "", 2 * i + 1, 2 * i + 2);
    return str_cstr(arena, buf_str(sql));
}

const struct settings_text *lane_settings_text(struct lane *lane, size_t pairs)
{
    assert(pairs > 0);
    assert(pairs <= LANE_SETTINGS_MAX);
    struct settings_text *text = &lane->settings[pairs];
    if (text->sql) return text;
    text->sql = settings_sql(lane->arena, pairs);
    text->name = str_printf(lane->arena, "settings_%zu", pairs).at;
    return text;
}

/* ---- the queue ---- */

static void queue_add(struct queue *queue, struct lane_waiter *waiter)
{
    waiter->next = NULL;
    if (queue->newest)
        queue->newest->next = waiter;
    else
        queue->oldest = waiter;
    queue->newest = waiter;
}

static struct lane_waiter *queue_take(struct lane *lane, struct queue *queue)
{
    struct lane_waiter *waiter = queue->oldest;
    queue->oldest = waiter->next;
    if (!queue->oldest) queue->newest = NULL;
    lane->waiting_count--;
    atomic_fetch_sub(&lane->engine->counters.waiting, 1);
    return waiter;
}

bool lane_leave(struct lane *lane, struct lane_waiter *waiter)
{
    struct queue *queue = &lane->waiting[waiter->kind];
    struct lane_waiter **link = &queue->oldest, *before = NULL;
    while (*link && *link != waiter) {
        before = *link;
        link = &(*link)->next;
    }
    if (!*link) return false;
    *link = waiter->next;
    if (queue->newest == waiter) queue->newest = before;
    lane->waiting_count--;
    atomic_fetch_sub(&lane->engine->counters.waiting, 1);
    return true;
}

static void refuse_all(struct lane *lane, enum err_kind kind, const char *why)
{
    /* Who is refused may ask again at once: those wait for the next time. */
    struct queue waiting[2] = {lane->waiting[0], lane->waiting[1]};
    memset(lane->waiting, 0, sizeof lane->waiting);
    for (size_t i = 0; i < COUNT_OF(waiting); i++)
        while (waiting[i].oldest) {
            struct lane_waiter *waiter = queue_take(lane, &waiting[i]);
            waiter->refused(waiter, kind, why);
        }
}

static void sweep(struct timer *timer)
{
    struct lane *lane = (struct lane *)((char *)timer - offsetof(struct lane, sweep));
    uint64_t now = loop_now_ms(lane->loop), wait_ms = lane->engine->options.wait_ms;
    for (size_t i = 0; i < COUNT_OF(lane->waiting); i++) {
        struct queue *queue = &lane->waiting[i];
        while (queue->oldest && now - queue->oldest->since_ms > wait_ms) {
            struct lane_waiter *waiter = queue_take(lane, queue);
            waiter->refused(waiter, ERR_OVERLOADED, "no database connection became free in time");
        }
    }
    if (lane->waiting_count == 0) timer_stop(lane->loop, &lane->sweep);
}

/* ---- slots ---- */

static const struct pg_connection_owner owner;

static bool slot_open(struct slot *slot)
{
    struct lane *lane = slot->lane;
    slot->taken = false;
    slot->connection = pg_connection_open(
        lane->engine, lane->loop, lane->engine->connectors, &owner,
        slot->kind == LANE_SHARED ? CONNECTION_FOR_READS : CONNECTION_FOR_ALL, slot);
    if (slot->connection) lane->connecting++;
    return slot->connection != NULL;
}

static bool slot_usable(const struct lane *lane, const struct slot *slot)
{
    if (!slot->connection || slot->taken || !pg_connection_is_ready(slot->connection)) return false;
    return slot->kind == LANE_SOLO ||
           pg_connection_in_flight(slot->connection) < lane->engine->options.shared_depth;
}

/* The one with the least to do; solo: any that is free. */
static struct slot *slot_find(struct lane *lane, enum lane_kind kind)
{
    struct slot *best = NULL;
    for (size_t i = 0; i < lane->slot_count; i++) {
        struct slot *slot = &lane->slots[i];
        if (slot->kind != kind || !slot_usable(lane, slot)) continue;
        if (kind == LANE_SOLO) return slot;
        if (!best ||
            pg_connection_in_flight(slot->connection) < pg_connection_in_flight(best->connection))
            best = slot;
    }
    return best;
}

/* Makes one more connection of the kind, if there may be one and no attempt is to be waited for. */
static void grow(struct lane *lane, enum lane_kind kind)
{
    if (lane->down || lane->closing) return;
    for (size_t i = 0; i < lane->slot_count; i++) {
        struct slot *slot = &lane->slots[i];
        if (slot->kind != kind || slot->connection) continue;
        (void)slot_open(slot);
        return;
    }
}

static void grant(struct lane *lane, struct slot *slot, struct lane_waiter *waiter)
{
    (void)lane;
    slot->taken = slot->kind == LANE_SOLO;
    waiter->granted(waiter, slot->connection);
}

static void serve(struct lane *lane)
{
    for (enum lane_kind kind = LANE_SHARED; kind <= LANE_SOLO; kind++) {
        struct queue *queue = &lane->waiting[kind];
        while (queue->oldest) {
            struct slot *slot = slot_find(lane, kind);
            if (!slot) break;
            grant(lane, slot, queue_take(lane, queue));
        }
    }
}

void lane_wait(struct lane *lane, struct lane_waiter *waiter)
{
    if (atomic_load(&lane->engine->draining) || lane->closing) {
        waiter->refused(waiter, ERR_UNAVAILABLE, "the server is stopping");
        return;
    }
    struct slot *slot = lane->waiting[waiter->kind].oldest ? NULL : slot_find(lane, waiter->kind);
    if (slot) {
        /* A busy shared connection is as good a sign as none that another one would help. */
        if (waiter->kind == LANE_SHARED && pg_connection_in_flight(slot->connection) > 1)
            grow(lane, LANE_SHARED);
        grant(lane, slot, waiter);
        return;
    }
    grow(lane, waiter->kind);
    if (lane->down) {
        waiter->refused(waiter, ERR_UNAVAILABLE, "the database cannot be reached");
        return;
    }
    if (lane->waiting_count >= lane->engine->options.queue_max) {
        waiter->refused(waiter, ERR_OVERLOADED, "too many requests wait for the database");
        return;
    }
    waiter->since_ms = loop_now_ms(lane->loop);
    queue_add(&lane->waiting[waiter->kind], waiter);
    lane->waiting_count++;
    atomic_fetch_add(&lane->engine->counters.waiting, 1);
    if (!lane->sweep.slot) timer_start(lane->loop, &lane->sweep, SWEEP_MS, SWEEP_MS, sweep);
}

void lane_release(struct lane *lane, struct pg_connection *connection)
{
    struct slot *slot = pg_connection_context(connection);
    slot->taken = false;
    serve(lane);
}

/* ---- events of connections ---- */

static void retry(struct timer *timer)
{
    struct lane *lane = (struct lane *)((char *)timer - offsetof(struct lane, retry));
    /* One attempt says whether the server is there; the others follow when they are needed. */
    for (size_t i = 0; i < lane->slot_count; i++) {
        if (lane->slots[i].connection) continue;
        if (!slot_open(&lane->slots[i])) timer_start(lane->loop, timer, lane->backoff_ms, 0, retry);
        return;
    }
    if (lane->down) engine_pg_outage_end(lane->engine);
    lane->down = false;
}

static void on_ready(struct pg_connection *connection)
{
    struct slot *slot = pg_connection_context(connection);
    struct lane *lane = slot->lane;
    lane->connecting--;
    if (lane->down) engine_pg_outage_end(lane->engine);
    lane->down = false;
    lane->backoff_ms = BACKOFF_FIRST_MS;
    timer_stop(lane->loop, &lane->retry);
    serve(lane);
    /* Those who still wait were told of no other connection: make the next one for them. */
    for (enum lane_kind kind = LANE_SHARED; kind <= LANE_SOLO; kind++)
        if (lane->waiting[kind].oldest) grow(lane, kind);
}

static bool any_ready(const struct lane *lane)
{
    for (size_t i = 0; i < lane->slot_count; i++)
        if (lane->slots[i].connection && pg_connection_is_ready(lane->slots[i].connection))
            return true;
    return false;
}

static void went_down(struct lane *lane, err why)
{
    if (!lane->down) engine_pg_outage_begin(lane->engine, why);
    lane->down = true;
    refuse_all(lane, ERR_UNAVAILABLE, "the database cannot be reached");
    if (lane->retry.slot) return; /* several attempts that failed together are one */
    timer_start(lane->loop, &lane->retry, lane->backoff_ms, 0, retry);
    lane->backoff_ms =
        lane->backoff_ms * 2 < BACKOFF_LAST_MS ? lane->backoff_ms * 2 : BACKOFF_LAST_MS;
}

static void on_closed(struct pg_connection *connection, err why)
{
    struct slot *slot = pg_connection_context(connection);
    struct lane *lane = slot->lane;
    bool was_connecting = !pg_connection_was_ready(connection);
    slot->connection = NULL;
    slot->taken = false;
    if (was_connecting) lane->connecting--;
    if (lane->closing) return;
    atomic_fetch_add(&lane->engine->counters.reconnects, 1);
    /* A server that takes no new connection but serves the old ones (53300) is not down. */
    if (was_connecting && why && !any_ready(lane)) {
        went_down(lane, why);
        return;
    }
    for (enum lane_kind kind = LANE_SHARED; kind <= LANE_SOLO; kind++)
        if (lane->waiting[kind].oldest && !(was_connecting && why)) grow(lane, kind);
}

static void on_idle(struct pg_connection *connection)
{
    const struct slot *slot = pg_connection_context(connection);
    if (slot->kind == LANE_SHARED) serve(slot->lane);
}

static const struct pg_connection_owner owner = {
    .ready = on_ready, .closed = on_closed, .idle = on_idle};

void lane_renew(struct lane *lane)
{
    for (size_t i = 0; i < lane->slot_count; i++) {
        const struct slot *slot = &lane->slots[i];
        if (slot->connection && !slot->taken && pg_connection_is_ready(slot->connection) &&
            pg_connection_in_flight(slot->connection) == 0)
            pg_connection_close(slot->connection);
    }
}

/* One that can carry a word about another soon: what runs there before it takes at most shared_run_ms each. */
static struct pg_connection *messenger(const struct lane *lane)
{
    struct pg_connection *best = NULL;
    size_t best_ms = PG_CANCEL_MS;
    if (lane->engine->options.pooler != POOLER_NONE) return NULL;
    for (size_t i = 0; i < lane->slot_count; i++) {
        const struct slot *slot = &lane->slots[i];
        if (!slot->connection || slot->taken || !pg_connection_is_ready(slot->connection)) continue;
        size_t ms =
            pg_connection_in_flight(slot->connection) * engine_pg_shared_run_ms(lane->engine);
        if (ms >= best_ms) continue;
        best = slot->connection;
        best_ms = ms;
    }
    return best;
}

void lane_cancel(struct lane *lane, struct pg_connection *connection)
{
    pg_connection_cancel(connection, messenger(lane));
}

void lane_cancel_all(struct lane *lane)
{
    /* Shared ones end with what they do; before, for a word behind it would come late. */
    for (size_t i = 0; i < lane->slot_count; i++) {
        const struct slot *slot = &lane->slots[i];
        if (slot->kind == LANE_SHARED && slot->connection &&
            pg_connection_in_flight(slot->connection) > 0)
            pg_connection_close(slot->connection);
    }
    for (size_t i = 0; i < lane->slot_count; i++)
        if (lane->slots[i].connection && lane->slots[i].taken)
            lane_cancel(lane, lane->slots[i].connection);
}

/* ---- life ---- */

err lane_open(struct engine_pg *engine, struct loop *loop)
{
    struct arena *arena = arena_new(0);
    struct lane *lane = ARENA_NEW(arena, struct lane);
    const struct engine_postgres_options *options = &engine->options;
    *lane = (struct lane){
        .engine = engine, .loop = loop, .arena = arena, .backoff_ms = BACKOFF_FIRST_MS};
    lane->rows = arena_new(0);
    lane->slot_count = options->shared_connections + options->solo_connections;
    lane->slots = ARENA_ARRAY(arena, struct slot, lane->slot_count);
    for (size_t i = 0; i < lane->slot_count; i++)
        lane->slots[i] = (struct slot){
            .lane = lane, .kind = i < options->shared_connections ? LANE_SHARED : LANE_SOLO};
    engine->lanes[loop_index(loop)] = lane;
    grow(lane, LANE_SHARED);
    grow(lane, LANE_SOLO);
    return NULL;
}

void lane_close(struct engine_pg *engine, struct loop *loop)
{
    struct lane *lane = engine->lanes[loop_index(loop)];
    if (!lane) return;
    lane->closing = true;
    timer_stop(loop, &lane->retry);
    timer_stop(loop, &lane->sweep);
    refuse_all(lane, ERR_UNAVAILABLE, "the server is stopping");
    for (size_t i = 0; i < lane->slot_count; i++) {
        if (lane->slots[i].connection) pg_connection_close(lane->slots[i].connection);
        assert(!lane->slots[i].connection); /* the connectors ended before: none is busy */
    }
    engine->lanes[loop_index(loop)] = NULL;
    if (lane->catalog) catalog_unref(lane->catalog);
    arena_free(lane->rows);
    arena_free(lane->arena);
}
