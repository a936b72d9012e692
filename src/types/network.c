/* inet and cidr: comparing, computing. network_text.c reads and prints them. */
#include "types/network.h"

#include <string.h>

static size_t byte_count(const struct inet *address)
{
    return address->v6 ? 16 : 4;
}

/* ---- order ---- */

/* The first `bits` of both. */
static int compare_bits(const struct inet *a, const struct inet *b, int bits)
{
    size_t whole = (size_t)bits / 8;
    int order = memcmp(a->bytes, b->bytes, whole);
    if (order || bits % 8 == 0) return order;
    unsigned mask = 0xffu << (8 - bits % 8) & 0xffu;
    unsigned x = a->bytes[whole] & mask, y = b->bytes[whole] & mask;
    return (x > y) - (x < y);
}

static int fewer_bits(const struct inet *a, const struct inet *b)
{
    return a->bits < b->bits ? a->bits : b->bits;
}

static int compare(const struct inet *a, const struct inet *b)
{
    if (a->v6 != b->v6) return a->v6 ? 1 : -1;
    int order = compare_bits(a, b, fewer_bits(a, b));
    if (!order) order = a->bits - b->bits;
    return order ? order : compare_bits(a, b, inet_bits_max(a));
}

int inet_compare_text(str a, str b)
{
    struct inet x, y;
    bool a_none = !inet_scan(a, &x), b_none = !inet_scan(b, &y);
    if (a_none && b_none) return str_cmp(a, b);
    if (a_none || b_none) return a_none ? 1 : -1;
    return compare(&x, &y);
}

bool inet_test(enum inet_test test, const struct inet *a, const struct inet *b)
{
    if (a->v6 != b->v6) return false;
    bool same = compare_bits(a, b, fewer_bits(a, b)) == 0;
    switch (test) {
    case INET_WITHIN: return same && a->bits > b->bits;
    case INET_WITHIN_EQUAL: return same && a->bits >= b->bits;
    case INET_HOLDS: return same && a->bits < b->bits;
    case INET_HOLDS_EQUAL: return same && a->bits <= b->bits;
    case INET_OVERLAPS: return same;
    }
    return false;
}

/* ---- masks ---- */

/* One byte of the mask of a network of so many bits. */
static unsigned mask_byte(int bits, size_t index)
{
    int left = bits - (int)index * 8;
    if (left <= 0) return 0;
    return left >= 8 ? 0xffu : (0xffu << (8 - left) & 0xffu);
}

struct inet inet_network(struct inet address)
{
    for (size_t i = 0; i < byte_count(&address); i++)
        address.bytes[i] = (unsigned char)(address.bytes[i] & mask_byte(address.bits, i));
    return address;
}

struct inet inet_broadcast(struct inet address)
{
    for (size_t i = 0; i < byte_count(&address); i++)
        address.bytes[i] =
            (unsigned char)(address.bytes[i] | (~mask_byte(address.bits, i) & 0xffu));
    return address;
}

struct inet inet_netmask(struct inet address)
{
    for (size_t i = 0; i < byte_count(&address); i++)
        address.bytes[i] = (unsigned char)mask_byte(address.bits, i);
    address.bits = inet_bits_max(&address);
    return address;
}

struct inet inet_hostmask(struct inet address)
{
    return inet_not(inet_netmask(address));
}

struct inet inet_not(struct inet address)
{
    for (size_t i = 0; i < byte_count(&address); i++)
        address.bytes[i] = (unsigned char)~address.bytes[i];
    return address;
}

err inet_combine(struct arena *arena,
                 enum inet_combine how,
                 const struct inet *a,
                 const struct inet *b,
                 struct inet *out)
{
    bool both = how == INET_AND;
    if (a->v6 != b->v6) {
        return err_sql(arena, "22023", "cannot %s inet values of different sizes",
                       both ? "AND" : "OR");
    }
    struct inet result = *a;
    for (size_t i = 0; i < byte_count(a); i++) {
        unsigned x = a->bytes[i], y = b->bytes[i];
        result.bytes[i] = (unsigned char)(both ? x & y : x | y);
    }
    if (b->bits > result.bits) result.bits = b->bits;
    *out = result;
    return NULL;
}

err inet_merge(struct arena *arena, const struct inet *a, const struct inet *b, struct inet *out)
{
    if (a->v6 != b->v6) {
        return err_sql(arena, "22023", "cannot merge addresses from different families");
    }
    struct inet result = *a;
    result.bits = fewer_bits(a, b);
    while (result.bits && compare_bits(a, b, result.bits)) result.bits--;
    *out = inet_network(result);
    return NULL;
}

err inet_set_bits(struct arena *arena, struct inet *address, int64_t bits)
{
    if (bits == -1) bits = inet_bits_max(address);
    if (bits < 0 || bits > inet_bits_max(address)) {
        return err_sql(arena, "22023", "invalid mask length: %lld", (long long)bits);
    }
    address->bits = (int)bits;
    return NULL;
}

/* ---- arithmetic ---- */

static err out_of_range(struct arena *arena)
{
    return err_sql(arena, "22003", "result is out of range");
}

err inet_add(struct arena *arena, struct inet *address, int64_t addend)
{
    /* Byte by byte from the last; the addend goes on as its sign. */
    unsigned carry = 0;
    for (size_t i = byte_count(address); i-- > 0;) {
        carry += address->bytes[i] + (unsigned)(addend & 0xff);
        address->bytes[i] = (unsigned char)(carry & 0xff);
        carry >>= 8;
        addend = (addend - (addend & 0xff)) / 0x100;
    }
    bool fits = (addend == 0 && carry == 0) || (addend == -1 && carry == 1);
    return fits ? NULL : out_of_range(arena);
}

err inet_subtract(struct arena *arena, const struct inet *a, const struct inet *b, int64_t *out)
{
    if (a->v6 != b->v6) {
        return err_sql(arena, "22023", "cannot subtract inet values of different sizes");
    }
    enum { WHOLE = 8 };
    size_t count = byte_count(a);
    unsigned carry = 1; /* a + ~b + 1 */
    uint64_t result = 0;
    bool fits = true;
    for (size_t byte = 0; byte < count; byte++) {
        size_t i = count - 1 - byte;
        carry += a->bytes[i] + (~(unsigned)b->bytes[i] & 0xffu);
        unsigned low = carry & 0xffu;
        if (byte < WHOLE)
            result |= (uint64_t)low << (byte * 8);
        else
            fits = fits && low == (result >> 63 ? 0xffu : 0u);
        carry >>= 8;
    }
    if (!fits) return out_of_range(arena);
    if (!carry && count < WHOLE) result |= UINT64_MAX << (count * 8);
    memcpy(out, &result, sizeof result);
    return NULL;
}
