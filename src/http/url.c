#include "http/url.h"

#include <string.h>

static bool needs_decoding(str text, enum url_plus plus)
{
    if (!text.len) return false;
    return memchr(text.at, '%', text.len) ||
           (plus == URL_PLUS_SPACE && memchr(text.at, '+', text.len));
}

err url_decode(struct arena *arena, str text, enum url_plus plus, str *out)
{
    if (!needs_decoding(text, plus)) {
        *out = text;
        return NULL;
    }
    char *decoded = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == '+' && plus == URL_PLUS_SPACE) c = ' ';
        if (c == '%') {
            bool whole = text.len - i > 2;
            int high = whole ? hex_value(text.at[i + 1]) : -1;
            int low = whole ? hex_value(text.at[i + 2]) : -1;
            if (high < 0 || low < 0)
                return err_at(
                    err_new(arena, ERR_HTTP_MALFORMED,
                            "a \"%%\" in the URL is not followed by two hexadecimal digits"),
                    (int64_t)i);
            c = (char)(high * 16 + low);
            i += 2;
        }
        decoded[len++] = c;
    }
    *out = str_from(decoded, len);
    return NULL;
}

bool url_query_next(str *rest, str *name, str *value)
{
    while (rest->len) {
        str pair;
        str_cut(*rest, '&', &pair, rest);
        if (!pair.len) continue;
        if (!str_cut(pair, '=', name, value)) *value = STR_NONE;
        return true;
    }
    return false;
}

str url_query_find(str query, str name)
{
    str each, value;
    while (url_query_next(&query, &each, &value))
        if (str_eq(each, name)) return value.at ? value : STR("");
    return STR_NONE;
}

static bool is_unreserved(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void url_encode(struct buf *out, str text)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (is_unreserved((char)c)) {
            buf_char(out, (char)c);
            continue;
        }
        const char escaped[3] = {'%', digits[c >> 4], digits[c & 15]};
        buf_append(out, escaped, sizeof escaped);
    }
}
