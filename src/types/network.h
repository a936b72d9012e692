/* types/network.h - inet, cidr, macaddr, macaddr8.
 *
 * Stored: an inet as PostgreSQL prints it, "10.0.0.1" or "10.0.0.1/8"; a cidr always with its width,
 * "10.0.0.0/8"; hardware addresses as pairs of lower-case digits with colons, whose bytes sort as
 * PostgreSQL does. A cidr is an inet without a cast, so "10.0.0.1/32" is read as an inet too.
 *
 * Owns:    nothing; results live in the arena passed in.
 * Threads: any.
 * Errors:  22P02 for a text that is no address, 22003 out of range, 22023 for addresses that do not go
 *          together.
 */
#ifndef DAPUR_TYPES_NETWORK_H
#define DAPUR_TYPES_NETWORK_H

#include "base/buf.h"
#include "base/err.h"

enum { INET_BYTES_MAX = 16 };

struct inet {
    bool v6;
    int bits;                            /* of the network: 0 to 32, to 128 when v6 */
    unsigned char bytes[INET_BYTES_MAX]; /* the first four, all of them when v6; the rest is 0 */
};

static inline int inet_bits_max(const struct inet *address)
{
    return address->v6 ? 128 : 32;
}

/* inet_in, cidr_in. The latter takes "10.1" and wants no bit set behind the network. */
MUST_USE err inet_parse(struct arena *arena, str text, struct inet *out);
MUST_USE err cidr_parse(struct arena *arena, str text, struct inet *out);
/* As inet_parse, without an error: false when the text is none. */
bool inet_scan(str text, struct inet *out);
/* A stored text; 0.0.0.0/0 when it is none. */
struct inet inet_read(str stored);
/* The width is left out where it is that of one host. */
void inet_write(struct buf *out, const struct inet *address);
/* With its width in any case: cidr, and either type cast to text. */
void cidr_write(struct buf *out, const struct inet *address);
/* Without: host(). */
void inet_write_host(struct buf *out, const struct inet *address);
/* abbrev() of a cidr. */
void cidr_write_short(struct buf *out, const struct inet *address);
/* What inet_write makes of a stored inet or cidr; borrows. */
str inet_shown(str stored);

/* PostgreSQL's order of two stored texts: family, network, width, address. What is none comes last. */
int inet_compare_text(str a, str b);

enum inet_test { INET_WITHIN, INET_WITHIN_EQUAL, INET_HOLDS, INET_HOLDS_EQUAL, INET_OVERLAPS };
/* <<, <<=, >>, >>=, && */
bool inet_test(enum inet_test test, const struct inet *a, const struct inet *b);

struct inet inet_network(struct inet address);
struct inet inet_broadcast(struct inet address);
struct inet inet_netmask(struct inet address);
struct inet inet_hostmask(struct inet address);
struct inet inet_not(struct inet address);
enum inet_combine { INET_AND, INET_OR };
MUST_USE err inet_combine(struct arena *arena,
                          enum inet_combine how,
                          const struct inet *a,
                          const struct inet *b,
                          struct inet *out);
/* The smallest network with both. */
MUST_USE err inet_merge(struct arena *arena,
                        const struct inet *a,
                        const struct inet *b,
                        struct inet *out);
/* -1: that of one host. */
MUST_USE err inet_set_bits(struct arena *arena, struct inet *address, int64_t bits);
MUST_USE err inet_add(struct arena *arena, struct inet *address, int64_t addend);
MUST_USE err inet_subtract(struct arena *arena,
                           const struct inet *a,
                           const struct inet *b,
                           int64_t *out);

/* ---- hardware addresses ---- */

enum { MAC_BYTES = 6, MAC8_BYTES = 8 };

/* macaddr_in and macaddr8_in; macaddr8 takes six bytes too, and puts ff:fe in their middle. */
MUST_USE err mac_parse(struct arena *arena, str text, unsigned char out[MAC_BYTES]);
MUST_USE err mac8_parse(struct arena *arena, str text, unsigned char out[MAC8_BYTES]);
/* A stored text; zeros when it is none. count: MAC_BYTES or MAC8_BYTES. */
void mac_read(str stored, unsigned char *out, size_t count);
void mac_write(struct buf *out, const unsigned char *bytes, size_t count);
void mac_widen(const unsigned char mac[MAC_BYTES], unsigned char out[MAC8_BYTES]);
/* 22003 when ff:fe is not in its middle. */
MUST_USE err mac8_narrow(struct arena *arena,
                         const unsigned char mac[MAC8_BYTES],
                         unsigned char out[MAC_BYTES]);

#endif
