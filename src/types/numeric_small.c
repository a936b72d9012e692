/* Decimals whose digits fit 128 bits: reading, writing, and the powers of ten they need. */
#include "types/numeric_int.h"

#include <string.h>

enum { U64_DIGITS = 19 };

static const uint64_t powers[] = {
    1u,
    10u,
    100u,
    1000u,
    10000u,
    100000u,
    1000000u,
    10000000u,
    100000000u,
    1000000000u,
    10000000000u,
    100000000000u,
    1000000000000u,
    10000000000000u,
    100000000000000u,
    1000000000000000u,
    10000000000000000u,
    100000000000000000u,
    1000000000000000000u,
    10000000000000000000u,
};

i128 i128_power_of_ten(int exponent)
{
    if (exponent <= U64_DIGITS) return (i128)powers[exponent];
    return (i128)powers[U64_DIGITS] * (i128)powers[exponent - U64_DIGITS];
}

int u128_digits(u128 value)
{
    int digits = 1;
    if (value >= (u128)powers[U64_DIGITS]) {
        value /= powers[U64_DIGITS];
        digits += U64_DIGITS;
    }
    /* 2^128 / 10^19 still has 20 digits, and may be over 64 bits by a factor of 1.9. */
    for (; value >= 10; value /= 10) digits++;
    return digits;
}

bool decimal_small_read(str text, struct decimal_small *out)
{
    if (text.len > SMALL_DIGITS_MAX + 2 || !text.len) return false;
    const char *at = text.at, *end = text.at + text.len;
    bool negative = *at == '-';
    if (negative) at++;
    /* The first 18 digits in a machine word, the rest in two. */
    uint64_t low = 0;
    i128 mantissa = 0;
    int digits = 0, scale = -1;
    for (; at < end; at++) {
        if (*at == '.') {
            scale = 0;
            continue;
        }
        if (*at < '0' || *at > '9' || ++digits > SMALL_DIGITS_MAX) return false;
        if (scale >= 0) scale++;
        if (digits <= 18)
            low = low * 10 + (uint64_t)(*at - '0');
        else
            mantissa = (digits == 19 ? (i128)low : mantissa) * 10 + (*at - '0');
    }
    if (digits <= 18) mantissa = (i128)low;
    out->mantissa = negative ? -mantissa : mantissa;
    out->scale = scale < 0 ? 0 : scale;
    return true;
}

/* Writes digits backwards from end; answers the first. */
static char *put_digits(char *end, u128 value)
{
    while (value > UINT64_MAX) {
        uint64_t low = (uint64_t)(value % powers[U64_DIGITS]);
        value /= powers[U64_DIGITS];
        for (int i = 0; i < U64_DIGITS; i++, low /= 10) *--end = (char)('0' + low % 10);
    }
    uint64_t rest = (uint64_t)value;
    do {
        *--end = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    return end;
}

str decimal_small_write(struct arena *arena, struct decimal_small value)
{
    bool negative = value.mantissa < 0;
    u128 magnitude = negative ? 0 - (u128)value.mantissa : (u128)value.mantissa;
    char digits[40];
    char *end = digits + sizeof digits;
    char *first = put_digits(end, magnitude);
    size_t count = (size_t)(end - first), scale = (size_t)value.scale;
    size_t zeros = count <= scale ? scale + 1 - count : 0;
    char *text = arena_alloc(arena, count + zeros + 2);
    char *at = text;
    if (negative) *at++ = '-';
    memset(at, '0', zeros);
    memcpy(at + zeros, first, count);
    at += zeros + count;
    if (scale) {
        memmove(at - scale + 1, at - scale, scale);
        at[-(ptrdiff_t)scale] = '.';
        at++;
    }
    return str_from(text, (size_t)(at - text));
}
