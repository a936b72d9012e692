#include "types/bits.h"

#include <string.h>

/* ---- making ---- */

/* Room for so many bits, or 54000. */
static err room(struct arena *arena, size_t count, char **out)
{
    if (count > BITS_MAX) {
        return err_sql(arena, "54000", "bit string length exceeds the maximum allowed (%d)",
                       (int)BITS_MAX);
    }
    *out = ARENA_ARRAY(arena, char, count ? count : 1);
    return NULL;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The whole character at a place, for a message. */
static str character_at(str text, size_t at)
{
    size_t end = at + 1;
    while (end < text.len && ((unsigned char)text.at[end] & 0xc0) == 0x80) end++;
    return str_slice(text, at, end);
}

static err parse_hex(struct arena *arena, str digits, str *out)
{
    char *bits;
    TRY(room(arena, digits.len * 4, &bits));
    for (size_t i = 0; i < digits.len; i++) {
        int digit = hex_digit(digits.at[i]);
        if (digit < 0) {
            return err_sql(arena, "22P02", "\"%.*s\" is not a valid hexadecimal digit",
                           STR_FMT(character_at(digits, i)));
        }
        for (int bit = 0; bit < 4; bit++)
            bits[i * 4 + (size_t)bit] = digit & (8 >> bit) ? '1' : '0';
    }
    *out = str_from(bits, digits.len * 4);
    return NULL;
}

err bits_parse(struct arena *arena, str text, str *out)
{
    char first = text.len ? text.at[0] : '\0';
    if (first == 'x' || first == 'X') return parse_hex(arena, str_skip(text, 1), out);
    str digits = first == 'b' || first == 'B' ? str_skip(text, 1) : text;
    char *bits;
    TRY(room(arena, digits.len, &bits));
    for (size_t i = 0; i < digits.len; i++) {
        bits[i] = digits.at[i];
        if (bits[i] != '0' && bits[i] != '1') {
            return err_sql(arena, "22P02", "\"%.*s\" is not a valid binary digit",
                           STR_FMT(character_at(digits, i)));
        }
    }
    *out = str_from(bits, digits.len);
    return NULL;
}

/* Bits, then zeros up to the length. */
static err padded(struct arena *arena, str bits, size_t count, str *out)
{
    char *at;
    TRY(room(arena, count, &at));
    size_t kept = bits.len < count ? bits.len : count;
    if (kept) memcpy(at, bits.at, kept);
    if (count > kept) memset(at + kept, '0', count - kept);
    *out = str_from(at, count);
    return NULL;
}

err bits_fit(struct arena *arena, str bits, int32_t count, bool cut, str *out)
{
    *out = bits;
    if (bits.len == (size_t)count) return NULL;
    if (cut) return padded(arena, bits, (size_t)count, out);
    return err_sql(arena, "22026", "bit string length %zu does not match type bit(%d)", bits.len,
                   count);
}

err bits_fit_varying(struct arena *arena, str bits, int32_t most, bool cut, str *out)
{
    *out = bits;
    if (bits.len <= (size_t)most) return NULL;
    *out = str_slice(bits, 0, (size_t)most);
    if (cut) return NULL;
    return err_sql(arena, "22001", "bit string too long for type bit varying(%d)", most);
}

err bits_from_int(struct arena *arena, int64_t number, int32_t count, str *out)
{
    enum { WHOLE = 64 };
    char *bits;
    TRY(room(arena, (size_t)count, &bits));
    memset(bits, number < 0 ? '1' : '0', (size_t)count);
    for (int32_t place = 0; place < WHOLE && place < count; place++)
        bits[count - 1 - place] = (uint64_t)number >> place & 1 ? '1' : '0';
    *out = str_from(bits, (size_t)count);
    return NULL;
}

err bits_to_int(struct arena *arena, str bits, int width, int64_t *out)
{
    if (bits.len > (size_t)width) {
        return err_sql(arena, "22003", "%s out of range", width == 32 ? "integer" : "bigint");
    }
    uint64_t number = 0;
    for (size_t i = 0; i < bits.len; i++) number = number << 1 | (bits.at[i] == '1');
    *out = width == 32 ? (int64_t)(int32_t)(uint32_t)number : (int64_t)number;
    return NULL;
}

/* ---- bit by bit ---- */

err bits_combine(struct arena *arena, enum bits_combine how, char *into, size_t len, str bits)
{
    static const char *const words[] = {"AND", "OR", "XOR"};
    if (len != bits.len) {
        return err_sql(arena, "22026", "cannot %s bit strings of different sizes", words[how]);
    }
    for (size_t i = 0; i < len; i++) {
        bool a = into[i] == '1', b = bits.at[i] == '1';
        bool one = how == BITS_AND ? a && b : how == BITS_OR ? a || b : a != b;
        into[i] = one ? '1' : '0';
    }
    return NULL;
}

err bits_not(struct arena *arena, str bits, str *out)
{
    char *at;
    TRY(room(arena, bits.len, &at));
    for (size_t i = 0; i < bits.len; i++) at[i] = bits.at[i] == '1' ? '0' : '1';
    *out = str_from(at, bits.len);
    return NULL;
}

/* Up to three pieces one after the other. */
static err joined(struct arena *arena, str a, str b, str c, str *out)
{
    char *at;
    TRY(room(arena, a.len + b.len + c.len, &at));
    if (a.len) memcpy(at, a.at, a.len);
    if (b.len) memcpy(at + a.len, b.at, b.len);
    if (c.len) memcpy(at + a.len + b.len, c.at, c.len);
    *out = str_from(at, a.len + b.len + c.len);
    return NULL;
}

err bits_concat(struct arena *arena, str a, str b, str *out)
{
    return joined(arena, a, b, STR(""), out);
}

err bits_shift(struct arena *arena, str bits, int64_t count, str *out)
{
    bool left = count >= 0;
    uint64_t distance = left ? (uint64_t)count : 0 - (uint64_t)count;
    size_t by = distance > bits.len ? bits.len : (size_t)distance;
    if (left) return padded(arena, str_skip(bits, by), bits.len, out);
    str zeros;
    TRY(padded(arena, STR(""), by, &zeros));
    return joined(arena, zeros, str_slice(bits, 0, bits.len - by), STR(""), out);
}

/* ---- parts ---- */

err bits_substring(struct arena *arena, str bits, int64_t start, const int64_t *length, str *out)
{
    int64_t behind = (int64_t)bits.len + 1, end = behind;
    if (length && *length < 0) {
        return err_sql(arena, "22011", "negative substring length not allowed");
    }
    /* Beyond an int32 PostgreSQL takes all that there is. */
    bool short_of_end = length && start + *length <= INT32_MAX && start + *length < behind;
    if (short_of_end) end = start + *length;
    if (start < 1) start = 1;
    bool none = start >= behind || end <= start;
    *out = none ? STR("") : str_slice(bits, (size_t)start - 1, (size_t)end - 1);
    return NULL;
}

err bits_overlay(
    struct arena *arena, str bits, str placed, int64_t start, const int64_t *length, str *out)
{
    int64_t behind = start + (length ? *length : (int64_t)placed.len), before = start - 1;
    if (start <= 0) return err_sql(arena, "22011", "negative substring length not allowed");
    if (behind > INT32_MAX || behind < INT32_MIN) {
        return err_sql(arena, "22003", "integer out of range");
    }
    str head, tail;
    TRY(bits_substring(arena, bits, 1, &before, &head));
    TRY(bits_substring(arena, bits, behind, NULL, &tail));
    return joined(arena, head, placed, tail, out);
}

int64_t bits_position(str bits, str wanted)
{
    if (!bits.len || wanted.len > bits.len) return 0;
    if (!wanted.len) return 1;
    const char *found = memmem(bits.at, bits.len, wanted.at, wanted.len);
    return found ? found - bits.at + 1 : 0;
}

int64_t bits_count(str bits)
{
    int64_t count = 0;
    for (size_t i = 0; i < bits.len; i++) count += bits.at[i] == '1';
    return count;
}

static err check_index(struct arena *arena, str bits, int64_t index)
{
    if (index >= 0 && index < (int64_t)bits.len) return NULL;
    return err_sql(arena, "2202E", "bit index %lld out of valid range (0..%lld)", (long long)index,
                   (long long)bits.len - 1);
}

err bits_get(struct arena *arena, str bits, int64_t index, int64_t *out)
{
    TRY(check_index(arena, bits, index));
    *out = bits.at[index] == '1';
    return NULL;
}

err bits_set(struct arena *arena, str bits, int64_t index, int64_t bit, str *out)
{
    TRY(check_index(arena, bits, index));
    if (bit != 0 && bit != 1) return err_sql(arena, "22023", "new bit must be 0 or 1");
    str one = bit ? STR("1") : STR("0");
    return joined(arena, str_slice(bits, 0, (size_t)index), one, str_skip(bits, (size_t)index + 1),
                  out);
}
