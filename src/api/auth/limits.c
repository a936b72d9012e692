#include "api/auth/limits.h"

#include <stdatomic.h>

#include "base/crypto.h"

enum {
    ROWS = 2,
    SLOTS = 8192, /* a power of two */
    BURST = 30,
    WINDOW_MS = 5 * 60 * 1000,
    FREE_GUESSES = 5,
    DELAY_MAX_S = 60,
    FORGET_MS = 15 * 60 * 1000,
    FAILURE_BITS = 8,
};

struct auth_limits {
    uint64_t seeds[ROWS];
    /* Addresses: the virtual time (ms) until which a slot's allowance is used up (GCRA). */
    _Atomic uint64_t used_until[ROWS][SLOTS];
    /* Accounts: time of the last wrong guess (ms) << FAILURE_BITS | wrong guesses in a row. */
    _Atomic uint64_t guesses[ROWS][SLOTS];
};

/* Milliseconds that one request costs: the window over how many it takes. */
static const uint64_t cost_ms[LIMIT_COUNT] = {
    [LIMIT_TOKEN] = WINDOW_MS / 150,
    [LIMIT_SIGNUP] = WINDOW_MS / 30,
    [LIMIT_USER] = WINDOW_MS / 30,
};

struct auth_limits *auth_limits_new(struct arena *arena)
{
    struct auth_limits *limits = ARENA_NEW(arena, struct auth_limits);
    crypto_random(limits->seeds, sizeof limits->seeds);
    return limits;
}

static size_t slot_of(const struct auth_limits *limits, size_t row, unsigned kind, str key)
{
    return str_hash(key, limits->seeds[row] + kind) & (SLOTS - 1);
}

static unsigned seconds_up(uint64_t ms)
{
    return (unsigned)((ms + 999) / 1000);
}

/* Addresses -------------------------------------------------------------------------------------- */

/* An IPv6 client owns its /64, so that counts as one: the first four groups. "::" in front of them
 * shortens what counts, which only makes the key coarser. */
static str client_of(str address)
{
    size_t groups = 0;
    for (size_t i = 0; i < address.len; i++) {
        if (address.at[i] != ':') continue;
        if (++groups == 4 || (i + 1 < address.len && address.at[i + 1] == ':'))
            return str_slice(address, 0, i);
    }
    return address;
}

/* Takes one from a slot; answers 0, or the milliseconds that are missing. */
static uint64_t take(_Atomic uint64_t *slot, uint64_t cost, uint64_t now_ms)
{
    uint64_t until = atomic_load_explicit(slot, memory_order_relaxed);
    for (;;) {
        uint64_t from = until > now_ms ? until : now_ms;
        uint64_t next = from + cost;
        if (next > now_ms + BURST * cost) return next - now_ms - BURST * cost;
        if (atomic_compare_exchange_weak(slot, &until, next)) return 0;
    }
}

unsigned auth_limits_take(struct auth_limits *limits,
                          enum auth_limit kind,
                          str address,
                          uint64_t now_ms)
{
    if (kind == LIMIT_NONE) return 0;
    uint64_t least = UINT64_MAX;
    str client = client_of(address);
    for (size_t row = 0; row < ROWS; row++) {
        _Atomic uint64_t *slot = &limits->used_until[row][slot_of(limits, row, kind, client)];
        uint64_t missing = take(slot, cost_ms[kind], now_ms);
        if (missing < least) least = missing;
    }
    return seconds_up(least);
}

/* Guesses ---------------------------------------------------------------------------------------- */

static uint64_t delay_ms(uint64_t failures)
{
    if (failures < FREE_GUESSES) return 0;
    uint64_t doublings = failures - FREE_GUESSES;
    uint64_t seconds = doublings < 6 ? 1u << doublings : DELAY_MAX_S;
    return seconds * 1000;
}

static uint64_t guess(_Atomic uint64_t *slot, uint64_t now_ms)
{
    const uint64_t failure_max = (1u << FAILURE_BITS) - 1;
    uint64_t seen = atomic_load_explicit(slot, memory_order_relaxed);
    for (;;) {
        uint64_t last_ms = seen >> FAILURE_BITS;
        uint64_t failures = seen & failure_max;
        if (now_ms > last_ms + FORGET_MS) failures = 0;
        uint64_t may_at = last_ms + delay_ms(failures);
        if (failures && may_at > now_ms) return may_at - now_ms;
        if (failures < failure_max) failures++;
        if (atomic_compare_exchange_weak(slot, &seen, now_ms << FAILURE_BITS | failures)) return 0;
    }
}

unsigned auth_guess_begin(struct auth_limits *limits, str account, uint64_t now_ms)
{
    uint64_t least = UINT64_MAX;
    for (size_t row = 0; row < ROWS; row++) {
        uint64_t missing = guess(&limits->guesses[row][slot_of(limits, row, 0, account)], now_ms);
        if (missing < least) least = missing;
    }
    return seconds_up(least);
}

void auth_guess_right(struct auth_limits *limits, str account)
{
    for (size_t row = 0; row < ROWS; row++)
        atomic_store(&limits->guesses[row][slot_of(limits, row, 0, account)], 0);
}
