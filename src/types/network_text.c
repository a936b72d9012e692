/* inet, cidr and hardware addresses: reading as PostgreSQL's inet_net_pton and scanf formats do, printing. */
#include <string.h>

#include "types/network.h"

enum { V4_BYTES = 4, V4_BITS = 32, V6_BYTES = 16, V6_BITS = 128, V6_WORDS = 8 };

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

/* -1 when it is none. */
static int hex_digit(int c)
{
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool is_blank(int c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* ---- a text, byte by byte ---- */

struct scan {
    str text;
    size_t at;
};

/* The byte `ahead` of the place; 0 behind the end. No text has a NUL. */
static int peek(const struct scan *scan, size_t ahead)
{
    size_t at = scan->at + ahead;
    return at < scan->text.len ? (unsigned char)scan->text.at[at] : 0;
}

/* Digits up to a limit; false when there is none, or the number is larger. */
static bool scan_number(struct scan *scan, int most, int *out)
{
    int value = 0;
    size_t start = scan->at;
    for (; is_digit(peek(scan, 0)); scan->at++) {
        value = value * 10 + (peek(scan, 0) - '0');
        if (value > most) return false;
    }
    *out = value;
    return scan->at > start;
}

/* "/24" and the end, of version 4: zeros may lead. bits stays -1 where there is no slash. */
static bool scan_width(struct scan *scan, int *bits)
{
    *bits = -1;
    if (peek(scan, 0) == '/') {
        scan->at++;
        if (!scan_number(scan, V4_BITS, bits)) return false;
    }
    return scan->at == scan->text.len;
}

/* ---- version 4 ---- */

static bool scan_inet4(struct scan *scan, struct inet *out)
{
    int count = 0, octet;
    while (is_digit(peek(scan, 0))) {
        if (!scan_number(scan, 255, &octet) || count == V4_BYTES) return false;
        out->bytes[count++] = (unsigned char)octet;
        if (peek(scan, 0) != '.') break;
        scan->at++; /* PostgreSQL takes one behind the last octet */
    }
    if (!count || !scan_width(scan, &out->bits)) return false;
    if (out->bits < 0) out->bits = count == V4_BYTES ? V4_BITS : -1;
    return out->bits >= 0 && out->bits / 8 <= count;
}

/* Octets of a network, as many as are given; -1 for a syntax error. */
static int scan_octets(struct scan *scan, unsigned char bytes[V4_BYTES])
{
    int octet;
    for (int count = 0; count < V4_BYTES;) {
        if (!scan_number(scan, 255, &octet)) return -1;
        bytes[count++] = (unsigned char)octet;
        if (peek(scan, 0) != '.') return count;
        scan->at++;
    }
    return -1;
}

/* "0x0a01": an odd digit at the end is the upper half of its byte. */
static int scan_hex_octets(struct scan *scan, unsigned char bytes[V4_BYTES])
{
    size_t digits = 0;
    for (scan->at += 2; hex_digit(peek(scan, 0)) >= 0; scan->at++, digits++) {
        if (digits == (size_t)V4_BYTES * 2) return -1;
        int digit = hex_digit(peek(scan, 0));
        unsigned char *byte = &bytes[digits / 2];
        *byte = (unsigned char)(digits % 2 ? *byte | digit : digit << 4);
    }
    return (int)(digits + 1) / 2;
}

/* The network's class says how wide it is where the text does not. */
static int class_bits(int first, int octets)
{
    int bits = first >= 240 ? 32 : first >= 224 ? 8 : first >= 192 ? 24 : first >= 128 ? 16 : 8;
    if (bits < octets * 8) bits = octets * 8;
    return bits == 8 && first == 224 ? 4 : bits;
}

static bool scan_cidr4(struct scan *scan, struct inet *out)
{
    int x = peek(scan, 1);
    bool hex = peek(scan, 0) == '0' && (x == 'x' || x == 'X') && hex_digit(peek(scan, 2)) >= 0;
    int count = hex ? scan_hex_octets(scan, out->bytes) : scan_octets(scan, out->bytes);
    if (count < 0 || !scan_width(scan, &out->bits)) return false;
    if (out->bits < 0) out->bits = class_bits(out->bytes[0], count);
    return true;
}

/* ---- version 6 ---- */

/* What stands behind a slash, to the end: no zeros lead. */
static bool scan_bits(struct scan *scan, int *bits)
{
    bool zero_leads = peek(scan, 0) == '0' && is_digit(peek(scan, 1));
    return !zero_leads && scan_number(scan, V6_BITS, bits) && scan->at == scan->text.len;
}

/* "1.2.3.4" at the end of an address, with its width if any. Fewer octets are the upper ones. */
static bool scan_tail(struct scan *scan, unsigned char *bytes, int *bits)
{
    for (int count = 0; count < V4_BYTES;) {
        int octet = 0;
        if (peek(scan, 0) == '0' && is_digit(peek(scan, 1))) return false;
        bool some = is_digit(peek(scan, 0));
        if (some && !scan_number(scan, 255, &octet)) return false;
        int next = peek(scan, 0);
        if (!some && next != '.' && next != '/') return false;
        bytes[count++] = (unsigned char)octet;
        if (next == 0) return scan->at == scan->text.len;
        scan->at++;
        if (next == '/') return scan_bits(scan, bits);
        if (next != '.') return false;
    }
    return false;
}

struct words {
    unsigned char bytes[V6_BYTES];
    int count; /* of bytes */
    int gap;   /* where "::" stands; -1: nowhere */
};

static bool add_word(struct words *words, unsigned value)
{
    if (words->count + 2 > V6_BYTES) return false;
    words->bytes[words->count++] = (unsigned char)(value >> 8);
    words->bytes[words->count++] = (unsigned char)(value & 0xff);
    return true;
}

/* One group of up to four digits; length 0 where there is none. */
static bool scan_group(struct scan *scan, unsigned *value, int *length)
{
    *value = 0;
    *length = 0;
    for (int digit; (digit = hex_digit(peek(scan, 0))) >= 0; scan->at++) {
        *value = *value << 4 | (unsigned)digit;
        if (++*length > 4) return false;
    }
    return true;
}

/* Groups to the end of the text, or to where its width begins. */
static bool scan_groups(struct scan *scan, struct words *words, int *bits)
{
    for (;;) {
        size_t start = scan->at;
        unsigned value;
        int length;
        if (!scan_group(scan, &value, &length)) return false;
        int next = peek(scan, 0);
        if (next == '.' && words->count + V4_BYTES <= V6_BYTES) {
            scan->at = start;
            if (!scan_tail(scan, &words->bytes[words->count], bits)) return false;
            words->count += V4_BYTES;
            return true;
        }
        if (next == ':' && !length) {
            if (words->gap >= 0) return false;
            words->gap = words->count;
            scan->at++;
            continue;
        }
        if (length && !add_word(words, value)) return false;
        bool end = next == 0 && scan->at == scan->text.len;
        if (end) return true;
        scan->at++;
        if (next == '/') return scan_bits(scan, bits);
        if (next != ':' || peek(scan, 0) == 0) return false;
    }
}

static bool scan_inet6(struct scan *scan, struct inet *out)
{
    struct words words = {.gap = -1};
    out->v6 = true;
    out->bits = V6_BITS;
    if (peek(scan, 0) == ':') {
        scan->at++;
        if (peek(scan, 0) != ':') return false;
    }
    if (!scan_groups(scan, &words, &out->bits)) return false;
    bool whole = words.count == V6_BYTES;
    if (whole == (words.gap >= 0)) return false; /* a gap stands for one group at least */
    size_t head = whole ? V6_BYTES : (size_t)words.gap, tail = (size_t)words.count - head;
    memcpy(out->bytes, words.bytes, head);
    memcpy(&out->bytes[V6_BYTES - tail], &words.bytes[head], tail);
    return true;
}

/* ---- reading ---- */

static bool scan_address(str text, bool network, struct inet *out)
{
    struct scan scan = {text, 0};
    *out = (struct inet){0};
    if (text.len && memchr(text.at, ':', text.len)) return scan_inet6(&scan, out);
    return network ? scan_cidr4(&scan, out) : scan_inet4(&scan, out);
}

bool inet_scan(str text, struct inet *out)
{
    return scan_address(text, false, out);
}

err inet_parse(struct arena *arena, str text, struct inet *out)
{
    if (inet_scan(text, out)) return NULL;
    return err_sql(arena, "22P02", "invalid input syntax for type inet: \"%.*s\"", STR_FMT(text));
}

err cidr_parse(struct arena *arena, str text, struct inet *out)
{
    if (!scan_address(text, true, out)) {
        return err_sql(arena, "22P02", "invalid input syntax for type cidr: \"%.*s\"",
                       STR_FMT(text));
    }
    struct inet network = inet_network(*out);
    if (memcmp(network.bytes, out->bytes, sizeof network.bytes) == 0) return NULL;
    struct err *error = err_sql(arena, "22P02", "invalid cidr value: \"%.*s\"", STR_FMT(text));
    return err_details(arena, error, "Value has bits set to right of mask.");
}

struct inet inet_read(str stored)
{
    struct inet address;
    return inet_scan(stored, &address) ? address : (struct inet){0};
}

/* ---- printing ---- */

static void write_octets(struct buf *out, const unsigned char *bytes, int count)
{
    for (int i = 0; i < count; i++) {
        if (i) buf_char(out, '.');
        buf_i64(out, bytes[i]);
    }
}

static unsigned word_at(const unsigned char *bytes, int index)
{
    return (unsigned)bytes[index * 2] << 8 | bytes[index * 2 + 1];
}

struct run {
    int start;
    int length;
};

/* The first of the longest runs of two zero words or more; length 0: none. */
static struct run longest_zeros(const unsigned char *bytes)
{
    struct run best = {-1, 0}, run = {-1, 0};
    for (int i = 0; i < V6_WORDS; i++) {
        if (word_at(bytes, i)) {
            run.length = 0;
            continue;
        }
        if (!run.length++) run.start = i;
        if (run.length > best.length) best = run;
    }
    return best.length < 2 ? (struct run){-1, 0} : best;
}

static void write_v6(struct buf *out, const unsigned char *bytes)
{
    struct run zeros = longest_zeros(bytes);
    bool embedded = zeros.start == 0 &&
                    (zeros.length == 6 || (zeros.length == 5 && word_at(bytes, 5) == 0xffff));
    for (int i = 0; i < V6_WORDS; i++) {
        if (i >= zeros.start && i < zeros.start + zeros.length) {
            if (i == zeros.start) buf_char(out, ':');
            continue;
        }
        if (i) buf_char(out, ':');
        if (embedded && i == 6) {
            write_octets(out, &bytes[12], V4_BYTES);
            return;
        }
        buf_printf(out, "%x", word_at(bytes, i));
    }
    if (zeros.start + zeros.length == V6_WORDS) buf_char(out, ':');
}

void inet_write_host(struct buf *out, const struct inet *address)
{
    if (address->v6)
        write_v6(out, address->bytes);
    else
        write_octets(out, address->bytes, V4_BYTES);
}

static void write_width(struct buf *out, const struct inet *address)
{
    buf_char(out, '/');
    buf_i64(out, address->bits);
}

void inet_write(struct buf *out, const struct inet *address)
{
    inet_write_host(out, address);
    if (address->bits != inet_bits_max(address)) write_width(out, address);
}

void cidr_write(struct buf *out, const struct inet *address)
{
    inet_write_host(out, address);
    write_width(out, address);
}

str inet_shown(str stored)
{
    bool v6 = stored.len && memchr(stored.at, ':', stored.len);
    str width = v6 ? STR("/128") : STR("/32");
    bool host = str_ends(stored, width);
    return host ? str_slice(stored, 0, stored.len - width.len) : stored;
}

/* ---- abbrev() of a cidr ---- */

static void write_short_v4(struct buf *out, const struct inet *address)
{
    int octets = (address->bits + 7) / 8;
    write_octets(out, address->bytes, octets ? octets : 1);
}

/* PostgreSQL's, which counts a later run on top of an earlier one that was not longer. */
static struct run short_zeros(const unsigned char *bytes, int words)
{
    struct run best = {0, 0}, run = {0, 0};
    for (int i = 0; i < words; i++) {
        if (word_at(bytes, i) == 0) {
            if (!run.length++) run.start = i;
        } else if (run.length > best.length) {
            best = run;
            run.length = 0;
        }
    }
    return run.length > best.length ? run : best;
}

/* As version 4 where PostgreSQL finds one embedded. */
static bool short_embedded(const unsigned char *bytes, struct run zeros, int words)
{
    if (zeros.length == words || zeros.start != 0) return false;
    return zeros.length == 6 || (zeros.length == 5 && word_at(bytes, 5) == 0xffff) ||
           (zeros.length == 7 && bytes[14] != 0 && bytes[15] != 1);
}

static void write_short_word(struct buf *out, const struct inet *address, int index, bool embedded)
{
    const unsigned char *bytes = &address->bytes[index * 2];
    if (!embedded || index < 6) {
        if (index) buf_char(out, ':');
        buf_printf(out, "%x", word_at(address->bytes, index));
        return;
    }
    buf_char(out, index == 6 ? ':' : '.');
    buf_i64(out, bytes[0]);
    if (index == 7 && address->bits <= 120) return;
    buf_char(out, '.');
    buf_i64(out, bytes[1]);
}

static void write_short_v6(struct buf *out, const struct inet *address)
{
    int words = (address->bits + 15) / 16;
    if (words == 0) {
        buf_lit(out, "::");
        return;
    }
    if (words == 1) words = 2;
    struct run zeros = short_zeros(address->bytes, words);
    bool embedded = short_embedded(address->bytes, zeros, words);
    for (int i = 0; i < words; i++) {
        if (i < zeros.start || i >= zeros.start + zeros.length) {
            write_short_word(out, address, i, embedded);
            continue;
        }
        if (i == zeros.start) buf_char(out, ':');
        if (i == words - 1) buf_char(out, ':');
    }
}

void cidr_write_short(struct buf *out, const struct inet *address)
{
    if (address->v6)
        write_short_v6(out, address);
    else
        write_short_v4(out, address);
    write_width(out, address);
}

/* ---- hardware addresses ---- */

/* scanf's %x of at most `width` bytes: blanks, a sign, 0x, digits. More than fits is -1. */
static bool scan_hex(struct scan *scan, size_t width, int64_t *out)
{
    enum { MOST = 0x7fffffff };
    while (is_blank(peek(scan, 0))) scan->at++;
    size_t end = width ? scan->at + width : SIZE_MAX;
    bool minus = peek(scan, 0) == '-';
    if (minus || peek(scan, 0) == '+') scan->at++;
    int x = peek(scan, 1);
    bool prefixed = peek(scan, 0) == '0' && (x == 'x' || x == 'X') && scan->at + 2 < end &&
                    hex_digit(peek(scan, 2)) >= 0;
    if (prefixed) scan->at += 2;
    int64_t value = 0;
    size_t start = scan->at;
    for (; scan->at < end && hex_digit(peek(scan, 0)) >= 0; scan->at++) {
        value = value * 16 + hex_digit(peek(scan, 0));
        if (value > MOST) value = MOST;
    }
    *out = minus ? -value : value;
    return scan->at > start;
}

/* Six numbers with what stands between them: blanks mean nothing there. */
static bool scan_mac(str text, const char *between, size_t width, int64_t values[MAC_BYTES])
{
    struct scan scan = {text, 0};
    for (size_t i = 0; i < MAC_BYTES; i++) {
        if (i && between[i - 1] != ' ') {
            if (peek(&scan, 0) != between[i - 1]) return false;
            scan.at++;
        }
        if (!scan_hex(&scan, width, &values[i])) return false;
    }
    while (is_blank(peek(&scan, 0))) scan.at++;
    return scan.at == text.len;
}

err mac_parse(struct arena *arena, str text, unsigned char out[MAC_BYTES])
{
    static const struct {
        const char *between;
        size_t width; /* 0: any number of digits */
    } forms[] = {
        {":::::", 0},
        {"-----", 0},
        {"  :  ", 2},
        {"  -  ", 2},
        {" . . ", 2},
        {" - - ", 2},
        {"     ", 2},
    };
    int64_t values[MAC_BYTES];
    size_t form = 0;
    while (form < COUNT_OF(forms) &&
           !scan_mac(text, forms[form].between, forms[form].width, values))
        form++;
    if (form == COUNT_OF(forms)) {
        return err_sql(arena, "22P02", "invalid input syntax for type macaddr: \"%.*s\"",
                       STR_FMT(text));
    }
    for (size_t i = 0; i < MAC_BYTES; i++) {
        if (values[i] < 0 || values[i] > 0xff) {
            return err_sql(arena, "22003", "invalid octet value in \"macaddr\" value: \"%.*s\"",
                           STR_FMT(text));
        }
        out[i] = (unsigned char)values[i];
    }
    return NULL;
}

/* Pairs of digits, one kind of mark between them; the number of bytes, or 0. A digit without its
 * partner at the end is not looked at, as in PostgreSQL. */
static size_t scan_pairs(str text, unsigned char out[MAC8_BYTES])
{
    struct scan scan = {text, 0};
    size_t count = 0;
    int mark = 0;
    while (is_blank(peek(&scan, 0))) scan.at++;
    while (peek(&scan, 0) && peek(&scan, 1)) {
        int high = hex_digit(peek(&scan, 0)), low = hex_digit(peek(&scan, 1));
        if (high < 0 || low < 0 || count == MAC8_BYTES) return 0;
        out[count++] = (unsigned char)(high << 4 | low);
        scan.at += 2;
        int next = peek(&scan, 0);
        if (next == ':' || next == '-' || next == '.') {
            if (mark && mark != next) return 0;
            mark = next;
            scan.at++;
        }
        if ((count == MAC_BYTES || count == MAC8_BYTES) && is_blank(peek(&scan, 0))) {
            while (is_blank(peek(&scan, 0))) scan.at++;
            if (peek(&scan, 0)) return 0;
        }
    }
    return count;
}

err mac8_parse(struct arena *arena, str text, unsigned char out[MAC8_BYTES])
{
    unsigned char bytes[MAC8_BYTES];
    size_t count = scan_pairs(text, bytes);
    if (count != MAC_BYTES && count != MAC8_BYTES) {
        return err_sql(arena, "22P02", "invalid input syntax for type macaddr8: \"%.*s\"",
                       STR_FMT(text));
    }
    if (count == MAC8_BYTES)
        memcpy(out, bytes, MAC8_BYTES);
    else
        mac_widen(bytes, out);
    return NULL;
}

void mac_read(str stored, unsigned char *out, size_t count)
{
    memset(out, 0, count);
    for (size_t i = 0; i < count && i * 3 + 1 < stored.len; i++) {
        int high = hex_digit((unsigned char)stored.at[i * 3]);
        int low = hex_digit((unsigned char)stored.at[i * 3 + 1]);
        if (high >= 0 && low >= 0) out[i] = (unsigned char)(high << 4 | low);
    }
}

void mac_write(struct buf *out, const unsigned char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) buf_printf(out, i ? ":%02x" : "%02x", (unsigned)bytes[i]);
}

void mac_widen(const unsigned char mac[MAC_BYTES], unsigned char out[MAC8_BYTES])
{
    const unsigned char wide[MAC8_BYTES] = {mac[0], mac[1], mac[2], 0xff,
                                            0xfe,   mac[3], mac[4], mac[5]};
    memcpy(out, wide, sizeof wide);
}

err mac8_narrow(struct arena *arena,
                const unsigned char mac[MAC8_BYTES],
                unsigned char out[MAC_BYTES])
{
    if (mac[3] != 0xff || mac[4] != 0xfe) {
        struct err *error =
            err_sql(arena, "22003", "macaddr8 data out of range to convert to macaddr");
        return err_hint(arena, error,
                        "Only addresses that have FF and FE as values in the 4th and 5th bytes "
                        "from the left, for example xx:xx:xx:ff:fe:xx:xx:xx, are eligible to be "
                        "converted from macaddr8 to macaddr.");
    }
    memcpy(out, mac, 3);
    memcpy(out + 3, mac + 5, 3);
    return NULL;
}
