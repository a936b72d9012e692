#include "base/utf8.h"

#include <string.h>

/* Length of the sequence that starts with this byte, 0 when none may. */
static size_t sequence_len(unsigned char first)
{
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return 2;
    if (first >= 0xE0 && first <= 0xEF) return 3;
    if (first >= 0xF0 && first <= 0xF4) return 4;
    return 0;
}

int32_t utf8_next(str s, size_t *at)
{
    if (*at >= s.len) return -1;
    const unsigned char *bytes = (const unsigned char *)s.at + *at;
    size_t len = sequence_len(bytes[0]);
    if (len == 0 || len > s.len - *at) return -1;
    static const unsigned char lead_mask[5] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    static const int32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    int32_t code = bytes[0] & lead_mask[len];
    for (size_t i = 1; i < len; i++) {
        if ((bytes[i] & 0xC0) != 0x80) return -1;
        code = (code << 6) | (bytes[i] & 0x3F);
    }
    bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (code < least[len] || code > 0x10FFFF || surrogate) return -1;
    *at += len;
    return code;
}

bool utf8_valid(str s)
{
    size_t at = 0;
    while (at < s.len) {
        /* Eight ASCII bytes at a time: nearly all text. */
        uint64_t word;
        if (s.len - at >= 8) {
            memcpy(&word, s.at + at, 8);
            if ((word & 0x8080808080808080u) == 0) {
                at += 8;
                continue;
            }
        }
        if (utf8_next(s, &at) < 0) return false;
    }
    return true;
}

size_t utf8_count(str s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.len; i++) count += ((unsigned char)s.at[i] & 0xC0) != 0x80;
    return count;
}

size_t utf8_encode(int32_t code_point, char out[4])
{
    uint32_t code = (uint32_t)code_point;
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | (code >> 6));
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | (code >> 12));
        out[1] = (char)(0x80 | ((code >> 6) & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | (code >> 18));
    out[1] = (char)(0x80 | ((code >> 12) & 0x3F));
    out[2] = (char)(0x80 | ((code >> 6) & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

size_t utf8_offset(str s, size_t n)
{
    size_t at = 0;
    while (n > 0 && at < s.len) {
        at++;
        while (at < s.len && ((unsigned char)s.at[at] & 0xC0) == 0x80) at++;
        n--;
    }
    return at;
}
