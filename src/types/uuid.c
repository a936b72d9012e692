#include "types/uuid.h"

#include <string.h>

static bool is_group_end(size_t digit)
{
    return digit == 8 || digit == 12 || digit == 16 || digit == 20;
}

static bool is_lower_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

bool uuid_is_canonical(str text)
{
    if (text.len != UUID_TEXT_LEN) return false;
    for (size_t i = 0; i < UUID_TEXT_LEN; i++) {
        bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
        if (hyphen ? text.at[i] != '-' : !is_lower_hex(text.at[i])) return false;
    }
    return true;
}

static bool read_bytes(str text, unsigned char bytes[UUID_BYTES])
{
    bool braces = text.len && text.at[0] == '{';
    size_t at = braces ? 1 : 0;
    for (size_t i = 0; i < UUID_BYTES; i++) {
        if (text.len - at < 2) return false;
        int high = hex_value(text.at[at]), low = hex_value(text.at[at + 1]);
        if (high < 0 || low < 0) return false;
        bytes[i] = (unsigned char)(high << 4 | low);
        at += 2;
        /* A hyphen may follow every fourth digit, but not the last. */
        if (at < text.len && text.at[at] == '-' && i % 2 == 1 && i < UUID_BYTES - 1) at++;
    }
    if (!braces) return at == text.len;
    return at + 1 == text.len && text.at[at] == '}';
}

void uuid_encode(const unsigned char bytes[UUID_BYTES], char out[UUID_TEXT_LEN])
{
    static const char digits[] = "0123456789abcdef";
    size_t at = 0;
    for (size_t i = 0; i < UUID_BYTES; i++) {
        if (is_group_end(2 * i)) out[at++] = '-';
        out[at++] = digits[bytes[i] >> 4];
        out[at++] = digits[bytes[i] & 15];
    }
}

err uuid_parse(struct arena *arena, str text, str *out)
{
    if (uuid_is_canonical(text)) {
        *out = text;
        return NULL;
    }
    unsigned char bytes[UUID_BYTES];
    if (!read_bytes(text, bytes)) {
        return err_sql(arena, "22P02", "invalid input syntax for type uuid: \"%.*s\"",
                       STR_FMT(text));
    }
    char *canonical = arena_alloc(arena, UUID_TEXT_LEN);
    uuid_encode(bytes, canonical);
    *out = str_from(canonical, UUID_TEXT_LEN);
    return NULL;
}
