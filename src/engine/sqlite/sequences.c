#include "engine/sqlite/sequences.h"

#include <stdio.h>

#include "base/map.h"

struct state {
    oid sequence;
    int64_t increment;
    int64_t last;
    bool called;
    int64_t mark; /* the last value that the file allows to be given */
    bool dirty;   /* mark (or a setval) is not in the file */
    bool flushed; /* written by the flush whose COMMIT is not known yet */
    struct state *next;
};

struct sequences {
    struct arena *arena;
    sqlite3 *db;
    struct state *first;
    sqlite3_stmt *load;
    sqlite3_stmt *store;
};

static err sqlite_error(struct arena *arena, sqlite3 *db)
{
    const char *sqlstate = sqlite3_errcode(db) == SQLITE_FULL ? "53100" : "58030";
    return err_sql(arena, sqlstate, "could not keep the marks of sequences: %s",
                   sqlite3_errmsg(db));
}

static void release(void *object)
{
    struct sequences *sequences = object;
    sqlite3_finalize(sequences->load);
    sqlite3_finalize(sequences->store);
    arena_free(sequences->arena);
}

err sequences_open(struct arena *arena, sqlite3 *db, struct sequences **out)
{
    static const char table[] = "CREATE TABLE IF NOT EXISTS \"dapur.sequence_mark\"("
                                "sequence INTEGER PRIMARY KEY, last INTEGER NOT NULL, "
                                "called INTEGER NOT NULL) STRICT";
    static const char load[] =
        "SELECT last, called FROM \"dapur.sequence_mark\" WHERE sequence = ?1";
    static const char store[] = "INSERT INTO \"dapur.sequence_mark\" VALUES (?1, ?2, ?3) "
                                "ON CONFLICT DO UPDATE SET last = ?2, called = ?3";
    struct sequences *sequences = ARENA_NEW(arena, struct sequences);
    sequences->arena = arena_new(0);
    sequences->db = db;
    arena_defer(arena, release, sequences);
    if (sqlite3_exec(db, table, NULL, NULL, NULL) != SQLITE_OK) return sqlite_error(arena, db);
    int rc = sqlite3_prepare_v3(db, load, -1, SQLITE_PREPARE_PERSISTENT, &sequences->load, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_prepare_v3(db, store, -1, SQLITE_PREPARE_PERSISTENT, &sequences->store, NULL);
    if (rc != SQLITE_OK) return sqlite_error(arena, db);
    *out = sequences;
    return NULL;
}

static err state_load(struct sequences *sequences,
                      struct arena *arena,
                      const struct cat_relation *sequence,
                      struct state *state)
{
    sqlite3_bind_int64(sequences->load, 1, sequence->oid);
    int rc = sqlite3_step(sequences->load);
    if (rc == SQLITE_ROW) {
        state->last = sqlite3_column_int64(sequences->load, 0);
        state->called = sqlite3_column_int(sequences->load, 1) != 0;
    }
    /* Reset first: its answer is the step's, and the message belongs to it. */
    sqlite3_reset(sequences->load);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) return sqlite_error(arena, sequences->db);
    state->mark = state->called ? state->last : state->last - state->increment;
    return NULL;
}

static err state_get(struct sequences *sequences,
                     struct arena *arena,
                     const struct cat_relation *sequence,
                     struct state **out)
{
    struct state *state = sequences->first;
    while (state && state->sequence != sequence->oid) state = state->next;
    if (!state) {
        state = ARENA_NEW(sequences->arena, struct state);
        *state = (struct state){
            .sequence = sequence->oid,
            .increment = sequence->sequence->increment,
            .last = sequence->sequence->start,
            .next = sequences->first,
        };
        TRY(state_load(sequences, arena, sequence, state));
        sequences->first = state;
    }
    state->increment = sequence->sequence->increment;
    *out = state;
    return NULL;
}

/* value + step, clipped to the sequence's bounds; false when it would leave them. */
static bool advance(const struct cat_sequence *shape, int64_t value, int64_t step, int64_t *out)
{
    int64_t sum;
    bool overflow = __builtin_add_overflow(value, step, &sum);
    bool outside = overflow || (step > 0 ? sum > shape->most : sum < shape->least);
    *out = outside ? (step > 0 ? shape->most : shape->least) : sum;
    return !outside;
}

static err exhausted(struct arena *arena, const struct cat_relation *sequence)
{
    bool up = sequence->sequence->increment > 0;
    return err_sql(arena, "2200H", "nextval: reached %s value of sequence \"%.*s\" (%lld)",
                   up ? "maximum" : "minimum", STR_FMT(sequence->name),
                   (long long)(up ? sequence->sequence->most : sequence->sequence->least));
}

static void reserve(const struct cat_sequence *shape, struct state *state)
{
    bool up = shape->increment > 0;
    bool covered = up ? state->last <= state->mark : state->last >= state->mark;
    if (covered) return;
    int64_t span;
    if (__builtin_mul_overflow(shape->increment, SEQUENCE_BLOCK - 1, &span)) span = 0;
    /* The mark must be a value of the progression, so past a bound only this one is reserved. */
    if (!advance(shape, state->last, span, &state->mark)) state->mark = state->last;
    state->dirty = true;
}

err sequences_next(struct sequences *sequences,
                   struct arena *arena,
                   const struct cat_relation *sequence,
                   int64_t *out)
{
    const struct cat_sequence *shape = sequence->sequence;
    struct state *state;
    TRY(state_get(sequences, arena, sequence, &state));
    if (state->called) {
        int64_t value;
        if (!advance(shape, state->last, shape->increment, &value)) {
            if (!shape->cycle) return exhausted(arena, sequence);
            value = shape->increment > 0 ? shape->least : shape->most;
            state->mark = value;
            state->dirty = true;
        }
        state->last = value;
    }
    state->called = true;
    reserve(shape, state);
    *out = state->last;
    return NULL;
}

err sequences_set(struct sequences *sequences,
                  struct arena *arena,
                  const struct cat_relation *sequence,
                  int64_t value,
                  bool called)
{
    const struct cat_sequence *shape = sequence->sequence;
    if (value < shape->least || value > shape->most)
        return err_sql(arena, "22003",
                       "setval: value %lld is out of bounds for sequence \"%.*s\" (%lld..%lld)",
                       (long long)value, STR_FMT(sequence->name), (long long)shape->least,
                       (long long)shape->most);
    struct state *state;
    TRY(state_get(sequences, arena, sequence, &state));
    state->last = value;
    state->called = called;
    /* Not called: nothing is covered yet, so the value before it; at the range's very end none is. */
    if (called || __builtin_sub_overflow(value, shape->increment, &state->mark))
        state->mark = value;
    state->dirty = true;
    return NULL;
}

err sequences_last(struct sequences *sequences,
                   struct arena *arena,
                   const struct cat_relation *sequence,
                   int64_t *value,
                   bool *called)
{
    struct state *state;
    TRY(state_get(sequences, arena, sequence, &state));
    *value = state->last;
    *called = state->called;
    return NULL;
}

static err store(
    struct sequences *sequences, struct arena *arena, oid sequence, int64_t last, bool called)
{
    sqlite3_bind_int64(sequences->store, 1, sequence);
    sqlite3_bind_int64(sequences->store, 2, last);
    sqlite3_bind_int(sequences->store, 3, called);
    sqlite3_step(sequences->store);
    return sqlite3_reset(sequences->store) == SQLITE_OK ? NULL : sqlite_error(arena, sequences->db);
}

err sequences_flush(struct sequences *sequences, struct arena *arena)
{
    for (struct state *state = sequences->first; state; state = state->next) {
        state->flushed = false;
        if (!state->dirty) continue;
        bool called = state->called;
        TRY(store(sequences, arena, state->sequence, called ? state->mark : state->last, called));
        state->dirty = false;
        state->flushed = true;
    }
    return NULL;
}

void sequences_unflush(struct sequences *sequences)
{
    for (struct state *state = sequences->first; state; state = state->next)
        state->dirty = state->dirty || state->flushed;
}

void sequences_rolled_back(struct sequences *sequences, const struct catalog *catalog)
{
    sequences_unflush(sequences);
    struct state **link = &sequences->first;
    while (*link) {
        const struct cat_relation *sequence = catalog_relation(catalog, (*link)->sequence);
        if (sequence && sequence->sequence)
            link = &(*link)->next;
        else
            *link = (*link)->next; /* its memory stays in the arena: rare and small */
    }
}

err sequences_close(struct sequences *sequences, struct arena *arena)
{
    if (!sequences->first) return NULL;
    if (sqlite3_exec(sequences->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
        return sqlite_error(arena, sequences->db);
    for (struct state *state = sequences->first; state; state = state->next)
        TRY(store(sequences, arena, state->sequence, state->last, state->called));
    if (sqlite3_exec(sequences->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
        return sqlite_error(arena, sequences->db);
    return NULL;
}
