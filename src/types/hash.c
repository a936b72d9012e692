#include "types/hash.h"

#include <string.h>

#include "types/datetime.h"
#include "types/uuid.h"

/* HASH_PARTITION_SEED */
static const uint64_t partition_seed = UINT64_C(0x7A5B22367996DCFD);

/* PostgreSQL counts from 2000-01-01. */
enum { days_to_2000 = 10957 };

struct lookup3 {
    uint32_t a, b, c;
};

static uint32_t rotate(uint32_t value, int bits)
{
    return (value << bits) | (value >> (32 - bits));
}

static void mix(struct lookup3 *s)
{
    s->a -= s->c, s->a ^= rotate(s->c, 4), s->c += s->b;
    s->b -= s->a, s->b ^= rotate(s->a, 6), s->a += s->c;
    s->c -= s->b, s->c ^= rotate(s->b, 8), s->b += s->a;
    s->a -= s->c, s->a ^= rotate(s->c, 16), s->c += s->b;
    s->b -= s->a, s->b ^= rotate(s->a, 19), s->a += s->c;
    s->c -= s->b, s->c ^= rotate(s->b, 4), s->b += s->a;
}

static void final(struct lookup3 *s)
{
    s->c ^= s->b, s->c -= rotate(s->b, 14);
    s->a ^= s->c, s->a -= rotate(s->c, 11);
    s->b ^= s->a, s->b -= rotate(s->a, 25);
    s->c ^= s->b, s->c -= rotate(s->b, 16);
    s->a ^= s->c, s->a -= rotate(s->c, 4);
    s->b ^= s->a, s->b -= rotate(s->a, 14);
    s->c ^= s->b, s->c -= rotate(s->b, 24);
}

static struct lookup3 start(size_t len, uint64_t seed)
{
    uint32_t first = UINT32_C(0x9e3779b9) + (uint32_t)len + 3923095;
    struct lookup3 state = {first, first, first};
    if (seed == 0) return state;
    state.a += (uint32_t)(seed >> 32);
    state.b += (uint32_t)seed;
    mix(&state);
    return state;
}

static uint32_t word(const unsigned char *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

uint64_t hash_bytes(str bytes, uint64_t seed)
{
    const unsigned char *at = (const unsigned char *)bytes.at;
    size_t len = bytes.len;
    struct lookup3 state = start(len, seed);
    for (; len >= 12; at += 12, len -= 12) {
        state.a += word(at), state.b += word(at + 4), state.c += word(at + 8);
        mix(&state);
    }
    /* The last eleven bytes; the lowest byte of c is kept for the length. */
    for (size_t i = 0; i < len; i++) {
        if (i < 4) state.a += (uint32_t)at[i] << (8 * i);
        if (i >= 4 && i < 8) state.b += (uint32_t)at[i] << (8 * (i - 4));
        if (i >= 8) state.c += (uint32_t)at[i] << (8 * (i - 7));
    }
    final(&state);
    return (uint64_t)state.b << 32 | state.c;
}

static uint64_t hash_word(uint32_t value, uint64_t seed)
{
    struct lookup3 state = start(sizeof value, seed);
    state.a += value;
    final(&state);
    return (uint64_t)state.b << 32 | state.c;
}

/* hashint8extended: a value that fits into 32 bits hashes as hashint4 does. */
static uint64_t hash_int(int64_t value, uint64_t seed)
{
    uint32_t low = (uint32_t)value, high = (uint32_t)((uint64_t)value >> 32);
    return hash_word(low ^ (value >= 0 ? high : ~high), seed);
}

static err hash_text_time(
    struct arena *arena, const struct type_ref *type, str text, uint64_t seed, uint64_t *out)
{
    int64_t us;
    int32_t days;
    if (type->storage == TYPE_DATE) {
        TRY(date_parse(arena, NULL, text, &days));
        if (days != DATE_INFINITY && days != DATE_MINUS_INFINITY) days -= days_to_2000;
        *out = hash_word((uint32_t)days, seed);
        return NULL;
    }
    TRY(type->storage == TYPE_TIMESTAMP ? timestamp_parse(arena, NULL, text, -1, &us)
                                        : timestamptz_parse(arena, NULL, text, -1, &us));
    if (us != TIMESTAMP_INFINITY && us != TIMESTAMP_MINUS_INFINITY) us -= days_to_2000 * US_PER_DAY;
    *out = hash_int(us, seed);
    return NULL;
}

static uint64_t hash_uuid(str text, uint64_t seed)
{
    char bytes[UUID_BYTES] = {0};
    size_t digits = 0;
    for (size_t i = 0; i < text.len && digits < sizeof bytes * 2; i++) {
        char c = text.at[i];
        if (c == '-') continue;
        int digit = c >= 'a' ? c - 'a' + 10 : c - '0';
        bytes[digits / 2] = (char)(bytes[digits / 2] << 4 | digit);
        digits++;
    }
    return hash_bytes(str_from(bytes, sizeof bytes), seed);
}

bool hash_has_type(enum type_storage storage)
{
    switch ((int)storage) { /* the families below */
    case TYPE_BOOL:
    case TYPE_INT2:
    case TYPE_INT4:
    case TYPE_INT8:
    case TYPE_TEXT:
    case TYPE_VARCHAR:
    case TYPE_BPCHAR:
    case TYPE_UUID:
    case TYPE_DATE:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMPTZ:
    case TYPE_BYTEA: return true;
    default: return false;
    }
}

err value_hash(struct arena *arena,
               const struct type_ref *type,
               const struct value *value,
               uint64_t seed,
               uint64_t *out)
{
    switch ((int)type->storage) { /* those of hash_has_type */
    case TYPE_BOOL: *out = hash_word((uint32_t)value->i, seed); return NULL;
    case TYPE_INT2:
    case TYPE_INT4: *out = hash_word((uint32_t)value->i, seed); return NULL;
    case TYPE_INT8: *out = hash_int(value->i, seed); return NULL;
    case TYPE_TEXT:
    case TYPE_VARCHAR:
    case TYPE_BPCHAR:
    case TYPE_BYTEA: *out = hash_bytes(value->s, seed); return NULL;
    case TYPE_UUID: *out = hash_uuid(value->s, seed); return NULL;
    case TYPE_DATE:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMPTZ: return hash_text_time(arena, type, value->s, seed, out);
    default:
        return err_sql(arena, "0A000", "hash partitions by %.*s are not supported",
                       STR_FMT(type_name(arena, type)));
    }
}

err partition_hash(struct arena *arena,
                   const struct type_ref *const *types,
                   const struct value *values,
                   size_t count,
                   uint64_t *out)
{
    uint64_t row = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t one;
        if (values[i].kind == VALUE_NULL) continue;
        TRY(value_hash(arena, types[i], &values[i], partition_seed, &one));
        /* hash_combine64 */
        row ^= one + UINT64_C(0x49a0f4dd15e5a8e3) + (row << 54) + (row >> 7);
    }
    *out = row;
    return NULL;
}
